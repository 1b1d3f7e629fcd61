"""Damaged copies of compliant telegrams: no error, whatever hurt them; and defects in hardly damaged ones are found."""

from __future__ import annotations

from functools import cache

import pytest
from benchmarks.robustness import FOUND, LOST, measure, planted, recall

from benchmarks.mutator import DAMAGES
from benchmarks.planting import compliant
from checker import rulebook
from checker.rulebook import Rulebook

SEED = 77
NO_FALSE_ERROR = {"line-noise": 0.01, "ocr": 0.01, "lost-header": 0.5, "reflow": 0.05, "wrapped-words": 0.01}
NO_FALSE_ERROR |= {"page-lines": 0.03, "cut-off": 0.03, "mixed-encodings": 0.01}


@cache
def book() -> Rulebook:
    return rulebook.load()


@cache
def telegrams() -> list[str]:
    return [made.text for made in compliant(150, SEED)]


def test_each_damage_has_its_case() -> None:
    assert sorted(NO_FALSE_ERROR) == sorted(DAMAGES)


@pytest.mark.parametrize("damage", NO_FALSE_ERROR)
def test_damage_makes_no_false_error(damage: str) -> None:
    figure = measure(telegrams(), damage, NO_FALSE_ERROR[damage], SEED, book())
    assert dict(figure.rules) == {}


def test_nothing_is_unsure_about_planted_defects_in_sound_copies() -> None:
    plants = planted(1, SEED, book())
    assert recall(plants, "line-noise", 0.0, SEED, book()) == {FOUND: len(plants)}


def test_a_letter_or_two_hide_few_defects() -> None:
    plants = planted(2, SEED, book())
    found = recall(plants, "line-noise", 0.001, SEED, book())
    assert found[FOUND] >= 0.7 * len(plants)
    assert found[LOST] <= 0.03 * len(plants)
