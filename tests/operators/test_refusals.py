"""Test single patterns: whether a rule may use them and, if not, why and what to write instead."""

from __future__ import annotations

import warnings

from kept import WRITING, cases, rewrite

from checker.rulebook.regex_subset import refuse


def told(pattern: str) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # the standard library's, on sets inside sets
        found = refuse(pattern)
    return "may be used" if found is None else "\n".join(part or "-" for part in found)


if WRITING:
    rewrite("operators/cases/patterns.txt", told)


@cases("operators/cases/patterns.txt")
def test_a_pattern(name: str, given: str, wanted: str) -> None:
    assert wanted == told(given)


def test_a_pattern_has_a_thousand_letters_at_most() -> None:
    assert "may be used" == told("a" * 1000)
    assert "R025\nthe pattern is longer than 1000 characters\nUse a vocabulary table" == told("a" * 1001)


def test_a_repeat_goes_to_a_thousand() -> None:
    assert "may be used" == told("a{1000}")
    assert "a repeat of more than 1000 is too long" in told("a{1001}")


def test_a_pattern_nested_beyond_measure_is_no_pattern() -> None:
    assert told("(" * 450 + "a" + ")" * 450).startswith(("R025\nnot a pattern: ", "may be used"))


def test_the_empty_pattern_may_be_used() -> None:
    assert refuse("") is None
