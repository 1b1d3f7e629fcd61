"""Test escaped fields: every position is right, even after edits."""

from __future__ import annotations

import json
from collections.abc import Iterator

from hypothesis import given, settings
from hypothesis import strategies as st

from checker.readers.csv_dump import _QUOTING as CSV
from checker.readers.csv_dump import split_fields
from checker.readers.escaped import escaped_view
from checker.readers.json_rows import _QUOTING as JSON
from checker.readers.json_rows import members
from checker.readers.rows import field_view
from checker.text import Source, Span, View

words = st.lists(st.text(alphabet='ab"\\\n\t/é😀\ud800\x01', min_size=1, max_size=12), min_size=1, max_size=3)


def check(view: View, parts: list[tuple[int, int]], escaped) -> None:
    """Assert that each letter's span quotes its escape, and that the span of each field covers the spans of its
    letters.
    """
    assert view.text == "\n\n".join(escaped(view.source.text[low:high]) for low, high in parts)
    letters = [view.span(index, index + 1) for index in range(len(view))]
    for letter, span in zip(view.text, letters, strict=True):
        assert letter == "\n" or escaped(view.source.quote(span)) == letter
    for low, high in parts:  # the letters in one field are in the order of the source
        inside = [span for span in letters if low <= span.start and span.end <= high]
        assert inside == sorted(inside, key=lambda span: span.start)
    assert [view.source.text[low:high] for low, high in parts if low < high] == [
        view.source.quote(view.span(first, first + len(escaped(view.source.text[low:high]))))
        for first, (low, high) in _starts(view, parts, escaped)
        if low < high
    ]
    assert view.exchange([(0, 1, "Z")]).text == "Z" + view.text[1:]


def _starts(view: View, parts: list[tuple[int, int]], escaped) -> Iterator[tuple[int, tuple[int, int]]]:
    """Yield the offset at which each field begins in the view, with the field."""
    first = 0
    for low, high in parts:
        yield first, (low, high)
        first += len(escaped(view.source.text[low:high])) + 2


@settings(max_examples=100, deadline=None)
@given(words, st.booleans(), st.booleans())
def test_json_strings(texts, ascii_only, backwards):
    row = json.dumps({str(number): text for number, text in enumerate(texts)}, ensure_ascii=ascii_only)
    found = list(members(row, 0)[0].values())
    if backwards:
        found.reverse()
    view = field_view(Source("x", row), "\n\n".join(text for text, _, _ in found), [(a, b) for _, a, b in found], JSON)
    check(view, [(a, b) for _, a, b in found], lambda raw: json.loads(f'"{raw}"'))


@settings(max_examples=100, deadline=None)
@given(words)
def test_csv_fields(texts):
    row = ",".join('"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"' for text in texts)
    places = split_fields(row)
    assert texts == [CSV.plain(row[low:high]) for low, high in places]
    check(field_view(Source("x", row), "\n\n".join(texts), places, CSV), places, CSV.plain)


@settings(max_examples=150, deadline=None)
@given(words, st.booleans(), st.data())
def test_edits_keep_the_places_of_the_other_letters(texts, backwards, data):
    row = json.dumps({str(number): text for number, text in enumerate(texts)})
    found = list(members(row, 0)[0].values())
    if backwards:
        found.reverse()
    view = field_view(Source("x", row), "\n\n".join(text for text, _, _ in found), [(a, b) for _, a, b in found], JSON)
    edges = sorted(data.draw(st.lists(st.integers(0, len(view)), max_size=8)))
    changes = [
        (a, b, data.draw(st.sampled_from(["", " ", "xy"]))) for a, b in zip(edges[::2], edges[1::2], strict=False)
    ]
    changed = view.exchange(changes)
    kept = [index for index in range(len(view)) if not any(start <= index < end for start, end, _ in changes)]
    places = [index + sum(len(text) - (end - start) for start, end, text in changes if end <= index) for index in kept]
    for before, after in zip(kept, places, strict=True):
        assert changed.text[after] == view.text[before]
        assert changed.span(after, after + 1) == view.span(before, before + 1)


def test_doubled_quotes_are_read_too():
    row = '"1","say ""yes"" and """,""\n'
    assert ["1", 'say "yes" and "', ""] == [CSV.plain(row[low:high]) for low, high in split_fields(row)]


def assert_same_positions(late: View, listed: View) -> None:
    """Assert that two views of the same text give the same positions for every part of it."""
    size = len(late)
    assert late.text == listed.text
    for start in range(size + 1):
        for end in range(start, size + 1):
            assert late.place(start, end) == listed.place(start, end)
    assert late.runs() == listed.runs()
    assert late.starts(range(size)) == listed.starts(range(size))
    assert list(late.source_spans()) == list(listed.source_spans())
    length = len(late.source.text)
    assert all(
        late.locate(Span(at, end)) == listed.locate(Span(at, end)) for at in range(length) for end in (at, length)
    )


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet='ab\n"', min_size=1, max_size=12), st.data())
def test_counted_positions_are_the_listed_positions(text, data):
    raw = json.dumps(text)
    source = Source("x", raw)
    listed = field_view(source, text, [(1, len(raw) - 1)], JSON)
    late = escaped_view(source, text, 1, len(raw) - 1)
    if late is None:
        assert "\\" not in raw
        return
    assert_same_positions(late, listed)
    late = escaped_view(source, text, 1, len(raw) - 1)
    assert late is not None
    for _ in range(2):
        start, end = sorted(data.draw(st.lists(st.integers(0, len(late)), min_size=2, max_size=2)))
        if start < end:
            late, listed = late.slice(start, end), listed.slice(start, end)
        edges = sorted(data.draw(st.lists(st.integers(0, len(late)), max_size=6)))
        changes = [
            (a, b, data.draw(st.sampled_from(["", "", "", "x"]))) for a, b in zip(edges[::2], edges[1::2], strict=False)
        ]
        late, listed = late.exchange(changes), listed.exchange(changes)
        assert_same_positions(late, listed)


def test_other_escapes_are_listed():
    for raw in (r"a\\b\n", r"a\u000ab", r"a\tb\n", "a\nb\\n", "ab"):
        assert escaped_view(Source("x", raw), json.loads(f'"{raw}"', strict=False), 0, len(raw)) is None
