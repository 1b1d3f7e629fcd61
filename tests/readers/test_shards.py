"""Test that a corpus yields the same documents at the same positions and in the same order, however it is divided."""

from __future__ import annotations

import csv
import json
import pickle
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker import readers
from checker.errors import ConfigError


def told(items) -> list[tuple[object, ...]]:
    found = []
    for item in items:
        if isinstance(item, readers.Unreadable):
            found.append((item.path, item.cable, item.why))
            continue
        start = item.view.source.position(item.view.span(0, 1).start)
        facts = [(fact.name, fact.text) for fact in item.facts]
        found.append((item.path, item.cable, item.view.text, item.reader, start.line, start.column, facts))
    return found


def parted(path: str, target: int) -> list[tuple[object, ...]]:
    made = readers.batches(path, target)
    assert made == pickle.loads(pickle.dumps(made))
    return [row for batch in made for row in told(readers.read_batch(batch))]


def row(number: int, body: str) -> str:
    text = body.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{number}","3/14/2008 15:30","08STRELSAU{number}","Embassy Strelsau","SECRET","","HEAD","{text}"\n'


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(alphabet='ab\n"\\1,é', max_size=80), min_size=1, max_size=30), st.integers(1, 900))
def test_row_files_are_parted_between_rows(tmp_path_factory, bodies, target):
    folder = tmp_path_factory.mktemp("rows")
    csv = folder / "rows.csv"
    csv.write_text("".join(row(number, body) for number, body in enumerate(bodies)), newline="")
    assert told(readers.read(str(csv))) == parted(str(csv), target)
    lines = folder / "rows.jsonl"
    lines.write_text(
        "".join(json.dumps({"_id": f"A{number}", "body": body}) + "\n" for number, body in enumerate(bodies))
    )
    assert told(readers.read(str(lines))) == parted(str(lines), target)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.text(alphabet='ab\n",;é ', max_size=80), min_size=1, max_size=30),
    st.integers(1, 900),
    st.sampled_from(",;\t"),
)
def test_rows_under_names_are_parted_between_rows(tmp_path_factory, bodies, target, separator):
    path = tmp_path_factory.mktemp("rows") / "named.csv"
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter=separator, lineterminator="\n")
        writer.writerow(["id", "body"])
        writer.writerows([f"A{number}", f"TEXT {body}"] for number, body in enumerate(bodies))
    whole = told(readers.read(str(path)))
    assert whole == parted(str(path), target)
    assert [f"TEXT {body}" for body in bodies] == [row[2] for row in whole]


def test_batches_are_of_the_size_asked_for(tmp_path):
    (tmp_path / "rows.csv").write_text("".join(row(number, "TEXT\n" * 20) for number in range(1000)))
    made = readers.batches(str(tmp_path / "rows.csv"), 20_000)
    assert 8 <= len(made) <= 12
    assert all(abs(batch.size - 20_000) < 400 for batch in made[:-1])
    assert [batch.start for batch in made[1:]] == [batch.end for batch in made[:-1]]
    assert made[0].kind == "csv"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_an_archive_is_parted_by_its_members(tmp_path):
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(20):
            archive.writestr("same.txt" if number in (3, 17) else f"{number}.txt", f"TEXT {number}\n" * 10)
        archive.writestr("bad.png", b"\x89PNG" + bytes(90))
    assert told(readers.read(str(path))) == parted(str(path), 300)
    assert len(readers.batches(str(path), 300)) > 5


def test_a_folder_is_parted_by_its_files(tmp_path):
    for number in range(9):
        (tmp_path / f"{number}.txt").write_text(f"TEXT {number}\n" * 20)
    (tmp_path / "4.csv").write_text("".join(row(number, "TEXT") for number in range(90)))
    (tmp_path / ".hidden").write_text("x")
    (tmp_path / "5.png").write_bytes(b"\x89PNG")
    whole = [
        item
        for found in readers.find([str(tmp_path)])
        if found.status == "file"
        for item in told(readers.read(found.path))
    ]
    assert whole == parted(str(tmp_path), 500)
    made = readers.batches(str(tmp_path), 500)
    assert [found.why for batch in made for found in batch.excluded] == ["hidden"]
    assert all(batch.size <= 500 for batch in made if batch.end is None)
    assert max(len(batch.paths) for batch in made) == 4


def test_troubles_stay_in_a_batch(tmp_path):
    (tmp_path / "torn.zip").write_bytes(b"PK\x03\x04" + bytes(4000))
    assert [row[2][:27] for row in parted(str(tmp_path / "torn.zip"), 100)] == ["is a damaged zip archive: F"]
    assert parted(str(tmp_path / "none"), 100) == [(str(tmp_path / "none"), "", "does not exist")]
    with pytest.raises(ConfigError):
        readers.batches(str(tmp_path), 100, reader="nobody")
