"""Test that header lines joined to others, or broken in two, are not reported as missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker import engine, parser, rulebook
from checker.model import Unread
from checker.text import Source, View

SOUND = (Path(__file__).parents[2] / "rules" / "telegrams" / "confidential-2007.txt").read_text(encoding="utf-8")
JOINED = {
    "dtg": ("ZZH\nO 101156Z", "ZZH O 101156Z"),
    "sender": ("SEP 07\nFM", "SEP 07 FM"),
    "banner": ("C O N F I D E N T I A L STRELSAU", "C O N F I D\nE N T I A L STRELSAU"),
}


@pytest.mark.parametrize("field", JOINED)
def test_what_stands_inside_another_line_is_lost_and_not_missing(field: str) -> None:
    old, new = JOINED[field]
    assert SOUND.count(old) == 1
    source, book = Source("x", SOUND.replace(old, new)), rulebook.load()
    telegram = parser.parse(View.whole(source), book.vocabulary)
    node = getattr(telegram, field)
    assert isinstance(node, Unread) and node.lost
    assert [] == [f.message for f in engine.judge(telegram, source, book).findings if f.severity == "error"]


@pytest.mark.parametrize(("line", "rule"), [("O 101156Z SEP 07\n", "FMT-001"), ("FM AMEMBASSY STRELSAU\n", "FMT-011")])
def test_what_stands_nowhere_is_missing(line: str, rule: str) -> None:
    assert SOUND.count(line) == 1
    source, book = Source("x", SOUND.replace(line, "")), rulebook.load()
    telegram = parser.parse(View.whole(source), book.vocabulary)
    assert rule in {f.rule for f in engine.judge(telegram, source, book).findings}
