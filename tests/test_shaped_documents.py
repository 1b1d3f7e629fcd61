"""Test the documents used in the speed benchmarks: they are read completely, and only planted errors are found."""

from functools import cache
from pathlib import Path

import pytest

from benchmarks import shaped
from benchmarks.stages import read
from checker import engine, rulebook
from checker.parser import parse

COUNT = 60


@cache
def book() -> rulebook.Rulebook:
    return rulebook.load()


def rules_above_info(path: Path) -> list[set[str]]:
    found = []
    for item in read(path):
        telegram = parse(item.view, book().vocabulary, item.facts)
        judged = engine.judge(telegram, item.view.source, book(), item.path, item.cable)
        found.append({each.rule for each in judged.findings if each.severity != "info" or each.rule == "TAG-004"})
    return found


@pytest.mark.parametrize("layout", [layout for layout in shaped.LAYOUTS if layout != "records"])
def test_only_the_planted_errors_are_found(layout: str, tmp_path: Path) -> None:
    expected = []
    for telegram in shaped.telegrams(COUNT, 7):
        applies = telegram.defect and (telegram.level != "U" or telegram.defect == "unknown TAG")
        expected.append({shaped.DEFECTS[telegram.defect]} if applies else set())
    found = rules_above_info(shaped.write(layout, COUNT, 7, tmp_path))
    assert sorted(map(sorted, found)) == sorted(map(sorted, expected))
    assert any(expected)
