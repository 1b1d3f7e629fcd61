"""A plan forged into one function gives the verdicts of the closures, on whole, torn and half-read telegrams."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_conditions import CASES, FULL, TOOLS, WORDS, code_of

from checker import engine, rulebook
from checker.document import Telegram, Unread
from checker.parser import parse
from checker.rulebook import examples
from checker.rulebook.forge import Forged, forge, forge_condition
from checker.rulebook.plan import Branch
from checker.shipped import data_dir
from checker.text import Source, Span, View

BASES = sorted(Path(data_dir("rules"), "telegrams").glob("*.txt"))
SLOW, QUICK = rulebook.load(), rulebook.load()


def judged(book: rulebook.Rulebook, text: str, quick: bool) -> object:
    source = Source("x", text)
    return both(book, parse(View.whole(source), WORDS), source, quick)


def both(book: rulebook.Rulebook, telegram: Telegram, source: Source, quick: bool) -> object:
    tally = engine.Tally()
    plan = book.plan(telegram.profile, telegram.date)
    plan.met = 0
    plan.forged = (plan.forged or forge(plan.root, plan.tools)) if quick else None
    found = list(engine.run(telegram, source, book, "x", "", tally))
    counts = {
        rule: (count.applied, count.failed, count.unknown) for rule, count in tally.counts.items() if count.applied
    }
    return found, counts, tally.crashes


@pytest.mark.parametrize("path", BASES, ids=[path.stem for path in BASES])
def test_the_same_on_a_whole_telegram(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert judged(SLOW, text, False) == judged(QUICK, text, True)


def test_the_same_on_every_example() -> None:
    seen = 0
    for rule in SLOW.rules:
        for example in rule.examples:
            telegram = examples.telegram_of(example, SLOW)
            source = Source("x", str(example["text"]))
            assert both(SLOW, telegram, source, False) == both(QUICK, telegram, source, True), rule.id
            seen += 1
    assert seen > 1000


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_the_same_on_a_torn_telegram(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(BASES)).read_text(encoding="utf-8")
    for _ in range(data.draw(st.integers(1, 5))):
        start = data.draw(st.integers(0, len(text)))
        end = min(len(text), start + data.draw(st.integers(0, 60)))
        text = text[:start] + data.draw(st.sampled_from(["", text[start:end] * 2, "XXXX", "\n", "(", "~"])) + text[end:]
    assert judged(SLOW, text, False) == judged(QUICK, text, True)


@pytest.mark.parametrize(("words", "expected"), CASES, ids=[words for words, _ in CASES])
def test_the_same_for_every_operator(words: str, expected: bool | None) -> None:
    assert expected is forge_condition(code_of(words), TOOLS)((FULL,))


def test_a_plan_is_forged_after_many_telegrams_and_a_fault_falls_back(monkeypatch: pytest.MonkeyPatch) -> None:
    book = rulebook.load()
    monkeypatch.setattr(engine, "FORGE_AFTER", 3)
    text = BASES[0].read_text(encoding="utf-8")
    source = Source("x", text)
    telegram = parse(View.whole(source), WORDS)
    plan = book.plan(telegram.profile, telegram.date)
    first = list(engine.run(telegram, source, book, "x"))
    for _ in range(4):
        assert first == list(engine.run(telegram, source, book, "x"))
    assert plan.forged is not None

    def broken(*given: object) -> None:
        raise ZeroDivisionError

    plan.forged = Forged(broken, plan.forged.slots)
    tally = engine.Tally()
    assert first == list(engine.run(telegram, source, book, "x", "", tally))
    assert [] == tally.crashes


def test_an_unreadable_part_on_the_way_is_unknown_in_both() -> None:
    assert isinstance(FULL.subject, Unread) and FULL.subject.span == Span(3, 9)
    assert [] == Branch().everything()
