"""Test that a damaged part of a batch is detected: the batch is run again or reported, and never counted as done."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker import audit
from checker.audit import checkpoint, database
from checker.audit.parts import BatchResult, PartWriter, marker_path, part_path, read_result
from checker.audit.tables import STREAMED, flowing
from checker.errors import ConfigError, InputError

from .test_audit import digests

RESULT = BatchResult(3, 2, 0, 1, (("error", 2),), (("AAA-001", (2, 1, 0)),), 7, "x")


@pytest.fixture
def folder(tmp_path):
    with PartWriter(str(tmp_path), 3) as parts:
        for number in range(3):
            parts.add_row("ledger", {"document": number, "why": "¶ \udcff"})
        parts.add_rows("findings", [{"document": 1, "rule": "AAA-001"}])
        parts.finish(RESULT)
    return tmp_path


def test_a_result_is_read_as_it_was_written(folder):
    assert RESULT == read_result(str(folder), 3)
    assert sorted(os.listdir(folder)) == sorted([*(f"000003.{name}.jsonl" for name in STREAMED), "000003.done.json"])


def test_every_flipped_cut_or_added_byte_is_noticed(folder):
    for path in (
        marker_path(str(folder), 3),
        part_path(str(folder), 3, "ledger"),
        part_path(str(folder), 3, "findings"),
    ):
        whole = Path(path).read_bytes()
        damaged = [
            whole[:at] + bytes([whole[at] ^ bit]) + whole[at + 1 :] for at in range(len(whole)) for bit in (1, 64)
        ]
        for data in (*damaged, *(whole[:at] for at in range(len(whole))), whole + b"\n", whole + b" ", b"[]", b"{}"):
            with open(path, "wb") as file:
                file.write(data)
            assert path == read_result(str(folder), 3)
        os.unlink(path)
        assert path == read_result(str(folder), 3)
        with open(path, "wb") as file:
            file.write(whole)
    assert RESULT == read_result(str(folder), 3)


def test_the_marker_of_another_batch_is_refused(folder):
    for name in os.listdir(folder):
        shutil.copy(folder / name, folder / name.replace("000003", "000004"))
    assert marker_path(str(folder), 4) == read_result(str(folder), 4)


def test_parts_are_on_the_disk_before_the_marker_and_the_marker_before_its_name(tmp_path, monkeypatch):
    steps = []
    fsync, replace = os.fsync, os.replace
    monkeypatch.setattr(
        os, "fsync", lambda number: (steps.append(("fsync", os.readlink(f"/proc/self/fd/{number}"))), fsync(number))
    )
    monkeypatch.setattr(os, "replace", lambda old, new: (steps.append(("name", str(new))), replace(old, new)))
    with PartWriter(str(tmp_path), 3) as parts:
        parts.finish(RESULT)
    marker = marker_path(str(tmp_path), 3)
    kinds = ["marker" if path.startswith(marker) else "part" if ".jsonl" in path else "folder" for _, path in steps]
    assert kinds == ["part"] * 2 * len(STREAMED) + ["marker", "marker", "folder"]
    assert [step for step, _ in steps] == ["fsync"] * len(STREAMED) + ["name"] * len(STREAMED) + [
        "fsync",
        "name",
        "fsync",
    ]


@pytest.fixture(scope="module")
def with_parts(corpus, options, tmp_path_factory):
    """Return the folder of a finished audit that kept its parts."""
    out = tmp_path_factory.mktemp("parts") / "out"
    audit.run([str(corpus)], str(out), options(keep_parts=True))
    return out


def test_a_damaged_batch_is_done_again_with_one_notice(corpus, options, finished, with_parts, tmp_path):
    out = shutil.copytree(with_parts, tmp_path / "out")
    parts = checkpoint.parts_folder(str(out))
    damaged = [part_path(parts, 0, "findings"), marker_path(parts, 1)]
    open(damaged[0], "wb").close()
    with open(damaged[1], "r+b") as file:
        file.seek(40)
        file.write(b"\0")
    result = audit.run([str(corpus)], str(out), options(resume=True))
    assert [f"{path} is missing or damaged; batch {n} will be run again" for n, path in enumerate(damaged)] == list(
        result.notices
    )
    assert digests(finished) == digests(out)


def test_a_part_damaged_while_the_audit_runs_is_not_made_a_table_of(corpus, options, tmp_path):
    out = str(tmp_path / "out")

    def damage(progress):
        if progress.batches == progress.total:
            open(part_path(checkpoint.parts_folder(out), 0, "cables"), "wb").close()

    with pytest.raises(InputError, match=r"000000\.cables\.jsonl is missing or damaged: resume the audit"):
        audit.run([str(corpus)], out, options(), damage)
    assert audit.run([str(corpus)], out, options(resume=True)).notices


def test_a_damaged_shard_is_not_merged(corpus, options, tmp_path):
    shards = [str(tmp_path / number) for number in "12"]
    for place, shard in enumerate(shards, 1):
        audit.run([str(corpus)], shard, options(shard=place, shards=2))
    path = part_path(checkpoint.parts_folder(shards[1]), 1, "ledger")
    with open(path, "ab") as file:
        file.write(b"{}\n")
    with pytest.raises(InputError, match=r"000001\.ledger\.jsonl is missing or damaged: resume its shard"):
        audit.merge(shards, str(tmp_path / "out"), options())


def test_a_refused_run_changes_nothing(corpus, options, finished, tmp_path):
    out = shutil.copytree(finished, tmp_path / "out")
    before = {name: os.stat(out / name).st_mtime_ns for name in sorted(os.listdir(out))}
    with pytest.raises(ConfigError, match="already contains an audit"):
        audit.run([str(corpus)], str(out), options())
    with pytest.raises(ConfigError, match="cannot resume"):
        audit.run([str(corpus)], str(out), options(resume=True, batch_size=1 << 20))
    audit.run([str(corpus)], str(out), options(resume=True))
    assert before == {name: os.stat(out / name).st_mtime_ns for name in sorted(os.listdir(out))}


def test_a_damaged_plan_is_an_error(corpus, options, with_parts, tmp_path):
    out = shutil.copytree(with_parts, tmp_path / "out")
    for data in (b"[]", b"{", b"\xff", b'"x"'):
        (out / checkpoint.PLAN).write_bytes(data)
        with pytest.raises(InputError, match="contains no audit"):
            audit.run([str(corpus)], str(out), options(resume=True))


@given(st.lists(st.text("aé \n\t\r\x1c\x85\xa0\u2003\u3000\0¶\ud800", max_size=12), max_size=4))
def test_texts_are_words_with_one_space_between_them(texts):
    assert flowing(texts) == [" ".join(text.split()).encode("utf-8", "surrogatepass") for text in texts]


@pytest.mark.parametrize("small", [1, 50, 1 << 18])  # no part is joined; some are; all are
def test_a_table_has_the_rows_of_its_parts_in_order(small, tmp_path, monkeypatch):
    monkeypatch.setattr(database, "SMALL", small)
    numbers = [[1, 2], [], [3], list(range(4, 40)), [40], [41], []]
    parts = []
    for number, rows in enumerate(numbers):
        parts.append(str(tmp_path / f"{number}.jsonl"))
        with open(parts[-1], "w") as file:
            file.writelines(f'{{"document": {row}}}\n' for row in rows)
    out = tmp_path / "out"
    out.mkdir()
    database.make_tables(str(out), {"ledger": parts, "portions": [parts[1]]})
    rows = database.Query(str(out)).run("select document from ledger").rows
    assert [row[0] for row in rows] == list(range(1, 42))
    assert sorted(os.listdir(out)) == ["ledger.parquet", "portions.parquet"]
