"""Test that each document in an audit can be read again by itself, using the columns that state its location."""

from __future__ import annotations

import gzip
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from checker import readers, synth
from checker.readers import Reading, Unreadable, batches, read_batch, read_document

WRAPPED = sorted((Path(__file__).parent.parent / "telegrams" / "wrapped").iterdir())


def numbered(items: Iterator[Reading | Unreadable]) -> Iterator[tuple[int, Reading | Unreadable]]:
    count, last = 0, None
    for item in items:
        place = item.path, item.member, item.start
        count, last = count + 1 if place == last else 1, place
        yield count, item


def facts(item: Reading) -> list[tuple[str, str]]:
    return [(fact.name, fact.text) for fact in item.facts]


def assert_same_again(items: Iterator[Reading | Unreadable]) -> int:
    seen = 0
    for count, item in numbered(items):
        line = item.view.source.first_line if isinstance(item, Reading) else 1
        again = read_document(item.path, member=item.member, start=item.start, size=item.size, line=line, item=count)
        if isinstance(item, Unreadable):
            assert isinstance(again, Unreadable) and again.why == item.why
            continue
        assert isinstance(again, Reading), (item.path, item.cable, again)
        assert (again.view.text, again.cable, again.reader, facts(again)) == (
            item.view.text, item.cable, item.reader, facts(item),
        )  # fmt: skip
        assert again.view.source.position(0) == item.view.source.position(0)
        seen += 1
    return seen


@pytest.mark.parametrize("path", WRAPPED, ids=lambda path: path.name)
def test_in_every_wrapper(path):
    assert assert_same_again(readers.read(str(path)))


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.csv"])
def test_rows_are_byte_ranges_of_the_file_however_it_is_divided(name, tmp_path):
    path = tmp_path / name
    synth.write(60, 5, 0.3, str(path))
    data = path.read_bytes()
    whole = list(readers.read(str(path)))
    parts = [item for batch in batches(str(path), 9000) for item in read_batch(batch)]
    assert len(batches(str(path), 9000)) > 3 and len(parts) == len(whole)
    assert [item.start for item in whole] == [item.start for item in parts]
    assert {one.size - other.size for one, other in zip(whole, parts, strict=True)} <= {
        0,
        -1,
    }  # a range's last line end
    for item in whole:
        assert data[item.start : item.start + item.size] == item.view.source.text.encode()
    assert len(whole) == assert_same_again(iter(parts))


def test_rows_under_column_names_and_rows_that_fail(tmp_path):
    path = tmp_path / "table.csv"
    text = "UNCLASSIFIED\r\nSUBJECT: ZENDA\r\n\r\n1. QUOTED TEXT"
    path.write_bytes(f'number,body\r\n1,"{text}"\r\n\r\n2\r\n3,"{text} 3"\r\n'.encode())
    items = list(readers.read(str(path)))
    assert [type(item) for item in items] == [Reading, Unreadable, Reading]
    assert 2 == assert_same_again(iter(items))
    assert path.read_bytes()[items[1].start :].startswith(b"2\r\n3,")


def test_in_archives(tmp_path):
    inner = tmp_path / "inner.zip"
    with zipfile.ZipFile(inner, "w") as archive:
        for path in WRAPPED:
            archive.write(path, path.name)
        archive.writestr("empty.txt", "")
    packed = tmp_path / "rows.jsonl.gz"
    synth.write(40, 5, 0.3, str(tmp_path / "rows.jsonl"))
    packed.write_bytes(gzip.compress((tmp_path / "rows.jsonl").read_bytes()))
    outer = tmp_path / "outer.zip"
    with zipfile.ZipFile(outer, "w") as archive:
        for path in (inner, packed, tmp_path / "rows.jsonl"):
            archive.write(path, path.name)
    for path in (inner, packed, outer):
        assert assert_same_again(readers.read(str(path))) > 20
    assert {"", "rows.jsonl.gz"} & {item.member for item in readers.read(str(outer))} == {"rows.jsonl.gz"}


@pytest.mark.parametrize("path", WRAPPED, ids=lambda path: path.name)
def test_a_letter_that_was_kept_goes_to_the_file_and_back(path):
    kept = 0
    for item in readers.read(str(path)):
        if isinstance(item, Unreadable):
            continue
        view, source = item.view, item.view.source
        for index, letter in enumerate(view.text):
            span = view.span(index, index + 1)
            parts = view.locate(span)
            if span.start == span.end:
                continue
            assert any(low <= index < high for low, high in parts)
            if source.quote(span) == letter:
                assert parts == [(index, index + 1)]
                kept += 1
        assert view.locate(view.span(0, len(view.text)))[0][0] == 0 or not view.forward()
    assert kept > 100


def test_a_document_that_is_gone_is_a_reason_not_an_error(tmp_path):
    path = tmp_path / "one.txt"
    path.write_text("UNCLASSIFIED\nSUBJECT: ZENDA\n\n1. TEXT\n")
    assert isinstance(read_document(str(path), item=2), Unreadable)
    assert isinstance(read_document(str(path), member="other"), Unreadable)
    assert isinstance(read_document(str(tmp_path / "none")), Unreadable)
