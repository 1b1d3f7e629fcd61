"""Test that every text yields a telegram whose parts cover the view without overlap and whose spans
quote the source.
"""

import os
from functools import cache

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from checker import rulebook
from checker.model import Caption, Heading, Marking, Node, Signature
from checker.parser import parse, recognized
from checker.parser.cursor import folded
from checker.text import Source, View

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SAMPLES = os.path.join(ROOT, "rules", "telegrams")
NAMES = sorted(name for name in os.listdir(SAMPLES) if name.endswith(".txt"))


@cache
def vocabulary():
    return rulebook.load().vocabulary


@cache
def sample(name):
    with open(os.path.join(SAMPLES, name), encoding="utf-8", newline="") as file:
        return file.read()


def nodes(value):
    if isinstance(value, Node):
        yield value
        for field in value.__fields__:
            yield from nodes(getattr(value, field))
    elif isinstance(value, tuple):
        for item in value:
            yield from nodes(item)


def judge(view):
    """Parse a view, and assert what must be true of every telegram."""
    telegram = parse(view, vocabulary())
    sizes = recognized(telegram)  # before the parts are computed
    edge = 0
    marked_or_exempt = []
    for part in telegram.parts:
        assert edge <= part.span.start <= part.span.end
        edge = part.span.end
        marked_or_exempt.append(part.span)
    lost = sum(len(part.span) for part in telegram.parts if part.kind in ("unread", "loose_text"))
    assert sizes == (sum(map(len, marked_or_exempt)), sum(map(len, marked_or_exempt)) - lost) == recognized(telegram)
    for kept in view.source_spans():
        inside = [span for span in marked_or_exempt if span.start < kept.end and kept.start < span.end]
        assert sum(min(s.end, kept.end) - max(s.start, kept.start) for s in inside) == len(kept)
    whole = view.text == view.source.text
    for node in nodes(telegram):
        assert 0 <= node.span.start <= node.span.end <= len(view.source.text)
        if whole and isinstance(node, (Marking, Caption, Heading, Signature)):
            assert node.text.split() == view.source.quote(node.span).split() or telegram.page_lines or telegram.stamps
    return telegram


FRAGMENTS = sorted({line for name in NAMES for line in sample(name).split("\n")})
lines = st.one_of(
    st.sampled_from(FRAGMENTS),
    st.text(alphabet="ABC SECRET123./()-:,¶\t\r\x0c\xa0ßŉ é²٣", max_size=30),
    st.sampled_from(
        ["PAGE 02        STRELS  00123  141545Z", "STRELSAU 00000123  002 OF 004", "NNNN", "---------", ""]
    ),
)


@settings(max_examples=250, deadline=None)
@given(st.lists(lines, max_size=40), st.sampled_from(["\n", "\r\n", "  ", " \n", ""]))
@example(["STRELSAU 00000123  002 OF 004", "-"], "  ")
def test_any_lines_in_any_order_give_a_telegram(found, joint):
    judge(View.whole(Source("x", joint.join(found))))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(NAMES), st.integers(0, 10**6), st.integers(0, 10**6), st.text(max_size=6))
def test_a_damaged_telegram_still_gives_one(name, start, length, insertion):
    text = sample(name)
    start %= len(text) + 1
    judge(View.whole(Source(name, text[:start] + insertion + text[start + length % 60 :])))


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(NAMES),
    st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 9), st.text(max_size=4)), max_size=8),
)
def test_parts_tile_a_view_made_of_exchanges(name, changes):
    text = sample(name)
    exchanges = []
    edge = 0
    for start, length, words in sorted(changes):
        if edge <= start and start + length <= len(text):
            exchanges.append((start, start + length, words))
            edge = start + length
    judge(View.whole(Source(name, text)).exchange(exchanges))


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300))
def test_any_text_gives_a_telegram(text):
    judge(View.whole(Source("x", text)))


@pytest.mark.parametrize("name", NAMES)
def test_the_parts_of_a_named_telegram_tile_it(name):
    judge(View.whole(Source(name, sample(name))))


@given(st.text("aZé \t\x85\xa0ßµÿ÷¶\u2028ﬁıŉ\n\ud800", max_size=12))
def test_folding_changes_each_letter_alone(text):
    capitals = [letter.upper() if len(letter.upper()) == 1 else letter for letter in text]
    assert folded(text) == "".join(" " if letter in "\t\x85\xa0\u2028" else letter for letter in capitals)
