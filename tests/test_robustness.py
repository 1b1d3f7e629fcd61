"""Test that structural damage to compliant telegrams causes no error: what a copy lacks is
undetermined, not missing.
"""

from __future__ import annotations

from functools import cache
from random import Random

import pytest

from benchmarks.mutator import DAMAGES
from benchmarks.planting import compliant, from_synth
from checker import engine, parser, rulebook
from checker.results import Finding
from checker.rulebook import Rulebook
from checker.text import Source, View

SEED = 77
STRUCTURAL = {"lost-header": 0.5, "cut-off": 0.5, "page-lines": 0.03, "reflow": 0.05, "wrapped-words": 0.01}
"""The probability of each damage: for each telegram, line break, line or blank."""
LETTERS = {"line-noise", "ocr", "mixed-encodings"}
"""Damages that change single letters. They make true contradictions, which no evidence about the copy excuses."""


@cache
def book() -> Rulebook:
    return rulebook.load()


@cache
def telegrams() -> list[str]:
    return [made.text for made in compliant(150, SEED)]


def findings(text: str) -> list[Finding]:
    source = Source("invented.txt", text)
    return engine.judge(parser.parse(View.whole(source), book().vocabulary), source, book(), "invented.txt").findings


def test_each_damage_is_structural_or_changes_letters() -> None:
    assert sorted({*STRUCTURAL, *LETTERS}) == sorted(DAMAGES)


@pytest.mark.parametrize("damage", STRUCTURAL)
def test_structural_damage_makes_no_error(damage: str) -> None:
    errors = []
    for number, text in enumerate(telegrams()):
        hurt = DAMAGES[damage](Random(f"{SEED}-{damage}-{number}"), text, STRUCTURAL[damage])
        errors += [(number, each.rule, each.message) for each in findings(hurt) if each.severity == "error"]
    assert [] == errors


def test_planted_defects_in_sound_copies_are_found() -> None:
    plants = [plant for plant in from_synth(1, SEED) if book().find(plant.rule) is not None]
    assert plants
    missed = [plant.rule for plant in plants if plant.rule not in {each.rule for each in findings(plant.text)}]
    assert [] == missed
