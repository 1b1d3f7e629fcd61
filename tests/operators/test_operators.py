"""Test single operators with arguments that rules and conditions rarely use."""

from __future__ import annotations

import sys
from datetime import date

import pytest

from checker import operators
from checker.operators import COUNT, OPERATORS, equality
from checker.values import Date
from checker.vocabulary import Entry, Table

WORDS = Table(
    "words",
    "Words",
    True,
    [
        Entry("OLD", "Old word", {"line": ("ANCIENT",)}, None, None, date(1990, 6, 30), "", {"kind": ("a", "b")}),
        Entry("NEW", "New word", {}, None, date(1990, 7, 1), None, "", {}),
    ],
)


def test_every_single_value_is_asked_the_same_six_things() -> None:
    assert [
        ("is", "level", "equals the argument", False, "is_not", ""),
        ("is_not", "level", "differs from the argument; true when absent", True, "is", ""),
        ("in", "levels", "is in the list", False, "not_in", ""),
        ("not_in", "levels", "is not in the list; true when absent", True, "in", ""),
        ("same_as", "level_field", "equals another field", False, "differs_from", ""),
        ("differs_from", "level_field", "differs from another field; true when absent", True, "same_as", ""),
    ] == [(each.name, each.argument, each.says, each.absent, each.opposite, each.near) for each in equality("level")]
    assert [True, False, True, False, True, False] == [
        bool(each.test(3, frozenset({3}) if "in" in each.name else 3)) for each in equality("count")
    ]
    assert list(COUNT[:6]) == list(equality("count"))


def test_opposites_are_each_others_and_of_the_same_type() -> None:
    for kind, table in OPERATORS.items():
        for name, operator in table.items():
            for other in filter(None, (operator.opposite, operator.near)):
                assert other in table, f"{kind} {name}: {other}"
                assert operator.argument == table[other].argument, f"{kind} {name}: {other}"


@pytest.mark.parametrize(
    ("value", "number", "expected"),
    [
        (Date.day(2007, 9, 10), 2007, True),
        (Date.day(2007, 9, 10), 2008, False),
        (Date.of("2007"), 2007, True),
        (Date.of("2007"), 2006, False),
        (Date(date(2006, 12, 1), date(2008, 1, 31), "range"), 2005, False),
        (Date(date(2006, 12, 1), date(2008, 1, 31), "range"), 2006, None),
        (Date(date(2006, 12, 1), date(2008, 1, 31), "range"), 2007, None),
        (Date(date(2006, 12, 1), date(2008, 1, 31), "range"), 2008, None),
        (Date(date(2006, 12, 1), date(2008, 1, 31), "range"), 2009, False),
    ],
)
def test_the_year_of_a_date(value: Date, number: int, expected: bool | None) -> None:
    assert expected is operators.year(value, number)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        ("2007-09-01", "2007-09-30", True),
        ("2007-09-02", "2007-09-30", None),
        ("2007-09-01", "2007-09-29", None),
        ("2007-10-01", "2007-09-30", False),
        ("2007-09-01", "2007-08-31", False),
        ("2007-09-02", "2007-08-31", False),
        ("2007-10-01", "2007-09-15", False),
    ],
)
def test_a_month_within_a_window(low: str, high: str, expected: bool | None) -> None:
    window = (Date.of(low), Date.of(high))
    assert expected is operators.within(Date.of("2007-09"), window)
    assert (None if expected is None else not expected) is OPERATORS["date"]["not_within"].test(
        Date.of("2007-09"), window
    )


@pytest.mark.parametrize(
    ("word", "day", "used", "unused"),
    [
        ("OLD", "1990-06-30", True, False),
        ("ANCIENT", "1990-07-01", False, True),
        ("NEW", "1990-06-30", False, True),
        ("NEW", "1990-07-01", True, False),
        ("OLD", "1990", None, None),
        ("OLD", "1990-06", True, False),
        ("OTHER", "1990", False, False),
    ],
)
def test_a_word_in_use_on_a_day(word: str, day: str, used: bool | None, unused: bool | None) -> None:
    asked = (WORDS, Date.of(day))
    assert (used, unused) == (operators.in_use(word, asked), operators.not_in_use(word, asked))


@pytest.mark.parametrize(
    ("word", "fact", "values", "expected"),
    [
        ("OLD", "kind", {"b", "c"}, True),
        ("ANCIENT", "kind", {"a"}, True),
        ("OLD", "kind", {"c"}, False),
        ("OLD", "size", {"a"}, False),
        ("NEW", "kind", {"a"}, False),
        ("OTHER", "kind", {"a"}, False),
    ],
)
def test_a_fact_of_a_word(word: str, fact: str, values: set[str], expected: bool) -> None:
    asked = (WORDS, fact, frozenset(values))
    assert (expected, not expected) == (
        operators.has_fact(word, asked),
        OPERATORS["text"]["lacks_fact"].test(word, asked),
    )


@pytest.mark.parametrize("engine", ["", "re", "re2"])
def test_a_pattern_takes_the_whole_text_and_ascii_alone(engine: str, capfd: pytest.CaptureFixture[str]) -> None:
    pattern = operators.compile_pattern(r"\d+", engine)
    assert r"\d+" == pattern.text
    assert [True, False, False, False] == [operators.matches(text, pattern) for text in ("12", "12a", "a12", "١٢")]
    assert [False, True] == [OPERATORS["text"]["not_matches"].test(text, pattern) for text in ("12", "12a")]
    with pytest.raises(Exception, match="missing"):
        operators.compile_pattern("(a", engine)
    assert ("", "") == capfd.readouterr()


def test_the_engine_of_the_standard_library_steps_in(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "re" == type(operators.compile_pattern("a", "re").full.__self__).__module__  # type: ignore[attr-defined]
    assert "re2" in type(operators.compile_pattern("a").full.__self__).__module__  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "re2", None)
    assert "re" == type(operators.compile_pattern("a").full.__self__).__module__  # type: ignore[attr-defined]
    with pytest.raises(ImportError):
        operators.compile_pattern("a", "re2")


def test_bounds_belong_to_what_they_bound() -> None:
    count = OPERATORS["count"]
    assert [False, True, True] == [count["at_least"].test(n, 3) for n in (2, 3, 4)]
    assert [True, True, False] == [count["at_most"].test(n, 3) for n in (2, 3, 4)]
    assert [False, False, True] == [count["above"].test(n, 3) for n in (2, 3, 4)]
    assert [True, False, False] == [count["below"].test(n, 3) for n in (2, 3, 4)]
    assert [False, True, True, False] == [count["between"].test(n, (2, 3)) for n in (1, 2, 3, 4)]
    assert [False, True, True, False] == [operators.length("x" * n, (2, 3)) for n in (1, 2, 3, 4)]
