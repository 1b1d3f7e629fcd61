"""Escaped fields: every place is right, and the quick way tells what the pieces tell."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from checker.readers.csv_dump import _QUOTING as CSV
from checker.readers.csv_dump import split_fields
from checker.readers.escaped_view import LazyView
from checker.readers.json_rows import _QUOTING as JSON
from checker.readers.json_rows import members
from checker.text import Exchange, Source, View

words = st.lists(st.text(alphabet='ab"\\\n\t/é😀\ud800\x01', min_size=1, max_size=12), min_size=1, max_size=3)


def check(view: LazyView, escaped) -> None:
    """Every letter's span quotes that letter's escape; spans agree with those of the pieces."""
    assert view.text == "\n\n".join(escaped(view.source.text[low:high]) for low, high in view._parts)
    places = [(a, b) for a in range(len(view) + 1) for b in range(a, len(view) + 1)]
    quick = [view.span(a, b) for a, b in places]
    slow = [View.span(view, a, b) for a, b in places]
    assert slow == quick
    assert View.runs(view) == view.runs()
    for index, letter in enumerate(view.text):
        quote = view.source.quote(view.span(index, index + 1))
        assert letter == "\n" or escaped(quote) == letter
    assert view.exchange([Exchange(0, 1, "Z")]).text == "Z" + view.text[1:]


@settings(max_examples=100, deadline=None)
@given(words, st.booleans(), st.booleans())
def test_json_strings(texts, ascii_only, backwards):
    row = json.dumps({str(number): text for number, text in enumerate(texts)}, ensure_ascii=ascii_only)
    found = list(members(row, 0)[0].values())
    if backwards:
        found.reverse()
    view = LazyView(Source("x", row), "\n\n".join(text for text, _, _ in found), [(a, b) for _, a, b in found], JSON)
    check(view, lambda raw: json.loads(f'"{raw}"'))


@settings(max_examples=100, deadline=None)
@given(words)
def test_csv_fields(texts):
    row = ",".join('"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"' for text in texts)
    places = split_fields(row)
    assert texts == [CSV.plain(row[low:high]) for low, high in places]
    check(LazyView(Source("x", row), "\n\n".join(texts), places, CSV), CSV.plain)


@settings(max_examples=150, deadline=None)
@given(words, st.booleans(), st.data())
def test_exchanges_lead_back_without_pieces(texts, backwards, data):
    row = json.dumps({str(number): text for number, text in enumerate(texts)})
    found = list(members(row, 0)[0].values())
    if backwards:
        found.reverse()
    view = LazyView(Source("x", row), "\n\n".join(text for text, _, _ in found), [(a, b) for _, a, b in found], JSON)
    edges = sorted(data.draw(st.lists(st.integers(0, len(view)), max_size=8)))
    changes = [
        Exchange(a, b, data.draw(st.sampled_from(["", " ", "xy"])))
        for a, b in zip(edges[::2], edges[1::2], strict=False)
    ]
    quick, slow = view.exchange(changes), view.exchange_now(changes)
    assert slow.text == quick.text
    for a in range(len(quick) + 1):
        for b in range(a, len(quick) + 1):
            assert slow.place(a, b) == quick.place(a, b), (a, b)


def test_doubled_quotes_are_read_too():
    row = '"1","say ""yes"" and """,""\n'
    assert ["1", 'say "yes" and "', ""] == [CSV.plain(row[low:high]) for low, high in split_fields(row)]
