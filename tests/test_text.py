"""Test that positions remain right through any stack of replacements, and that lines are those that an editor shows."""

from __future__ import annotations

import itertools
import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker import text as text_module
from checker.text import Position, Source, Span, View

letters = st.text(alphabet="ab\r\n\t ¶é𝒳\x00", max_size=60)


@st.composite
def stacks(draw: st.DrawFn) -> tuple[str, list[View]]:
    """Return a text, and views derived from it by up to five replacements or slices, each from the one before."""
    text = draw(letters)
    views = [View.whole(Source("x", text))]
    for _ in range(draw(st.integers(0, 5))):
        here = views[-1]
        cuts = sorted(draw(st.lists(st.integers(0, len(here.text)), max_size=8)))
        if draw(st.booleans()) and len(cuts) >= 2:
            views.append(here.slice(cuts[0], cuts[-1]))
            continue
        pairs = list(zip(cuts[::2], cuts[1::2], strict=False))
        views.append(here.exchange([(a, b, draw(st.sampled_from(["", "Z", "ZZ"]))) for a, b in pairs]))
    return text, views


@given(stacks())
@settings(max_examples=300, deadline=None)
def test_a_letter_that_was_kept_is_found_at_its_place(case: tuple[str, list[View]]) -> None:
    text, views = case
    for view in views:
        for index, letter in enumerate(view.text):
            span = view.span(index, index + 1)
            assert 0 <= span.start <= span.end <= len(text)
            if letter != "Z":  # not from an exchange: the source has this very letter there
                assert text[span.start : span.end] == letter


@given(stacks(), st.data())
@settings(max_examples=300, deadline=None)
def test_a_span_covers_the_spans_of_its_letters(case: tuple[str, list[View]], data: st.DataObject) -> None:
    _, views = case
    view = views[-1]
    start = data.draw(st.integers(0, len(view.text)))
    end = data.draw(st.integers(start, len(view.text)))
    whole = view.span(start, end)
    for index in range(start, end):
        assert whole.covers(view.span(index, index + 1))


@given(stacks())
@settings(max_examples=200, deadline=None)
def test_the_source_reads_forward_through_every_view(case: tuple[str, list[View]]) -> None:
    _, views = case
    for view in views:
        starts = [view.span(index, index + 1).start for index in range(len(view.text))]
        assert starts == sorted(starts)
        assert view.forward() and list(view._sources) == sorted(view._sources)
        kept = list(view.source_spans())
        assert all(a.end <= b.start for a, b in itertools.pairwise(kept))


@given(stacks(), st.data())
@settings(max_examples=300, deadline=None)
def test_locate_is_the_inverse_of_span(case: tuple[str, list[View]], data: st.DataObject) -> None:
    text, views = case
    for view in views:
        for index in range(len(view.text)):
            span = view.span(index, index + 1)
            parts = view.locate(span)
            assert len(parts) == 1 if len(span) else len(parts) <= 1
            if len(span):
                assert parts[0][0] <= index < parts[0][1]
                if view.text[index] != "Z":
                    assert parts == [(index, index + 1)]
        start = data.draw(st.integers(0, len(text)))
        span = Span(start, data.draw(st.integers(start, len(text))))
        touched = [
            index
            for index in range(len(view.text))
            if max((here := view.span(index, index + 1)).start, span.start) < min(here.end, span.end)
            or (here.start == here.end and span.start < here.start < span.end)
        ]
        assert touched == [index for low, high in view.locate(span) for index in range(low, high)]


@given(letters, st.integers(0, 70), st.integers(1, 9), st.integers(1, 9))
@settings(max_examples=300, deadline=None)
def test_an_offset_is_the_inverse_of_a_position(text: str, offset: int, line: int, column: int) -> None:
    source, offset = Source("x", text, line, column), min(offset, len(text))
    place = source.position(offset)
    assert offset == source.offset(place.line, place.column)


@given(letters, st.integers(0, 70))
@settings(max_examples=300, deadline=None)
def test_a_position_counts_lines_as_universal_newlines_do(text: str, offset: int) -> None:
    offset = min(offset, len(text))
    before = text[:offset]
    if before.endswith("\r") and text[offset : offset + 1] == "\n":
        before = before[:-1] + " "  # between CR and LF the line has not ended yet
    lines = before.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert Source("x", text).position(offset).line == len(lines)
    assert Source("x", text).line(offset) == len(lines)


def test_positions_count_from_one_and_in_code_points() -> None:
    source = Source("x", "é𝒳a\r\nb\rc\n")
    found = [source.position(offset) for offset in (0, 2, 5, 7, 9)]
    assert [Position(1, 1), Position(1, 3), Position(2, 1), Position(3, 1), Position(4, 1)] == found


def test_a_document_inside_a_container_has_the_container_s_lines() -> None:
    source = Source("x.csv", "one\ntwo", first_line=40, first_column=9)
    assert Position(40, 9) == source.position(0)
    assert Position(41, 2) == source.position(5)
    assert source.lines(Span(1, 6)) == [(40, "one"), (41, "two")]


def test_a_long_text_has_the_positions_of_a_short_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Offsets are in lists for a short text, and in arrays for a long one."""
    found = []
    for short in (10_000, 1):
        monkeypatch.setattr(text_module, "_SHORT", short)
        monkeypatch.setattr(text_module, "_AT_ONCE", short)
        view = View.whole(Source("x", "one&amp;two  three")).exchange([(3, 8, "&"), (11, 12, "")])
        below = view.slice(2, 9).exchange([(0, 1, "Z")])
        found.append([below.span(index, index + 2) for index in range(6)])
        assert isinstance(view._lows, list) == isinstance(below._lows, list) == (short > 1)
    assert found[0] == found[1]
    assert found[0][0] == Span(2, 8)


def test_overlapping_exchanges_are_refused() -> None:
    view = View.whole(Source("x", "abcdef"))
    with pytest.raises(ValueError, match="overlaps"):
        view.exchange([(0, 3, ""), (2, 4, "")])


def test_an_exchange_maps_as_a_whole() -> None:
    view = View.whole(Source("x", "a&amp;b")).exchange([(1, 6, "&")])
    assert view.text == "a&b"
    assert Span(1, 6) == view.span(1, 2)
    assert Span(0, 7) == view.span(0, 3)


def test_records_compare_hash_print_and_travel() -> None:
    span = Span(1, 2)
    assert span == pickle.loads(pickle.dumps(span))
    assert repr(span) == "Span(start=1, end=2)"
    assert len({span, Span(1, 2)}) == 1
    assert span != Position(1, 2)
