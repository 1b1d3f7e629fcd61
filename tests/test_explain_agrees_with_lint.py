"""`explain RULE FILE` and `lint` never disagree: each rule alone gives the verdict that it gives among all others."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from checker import engine, readers, rulebook
from checker.parser import parse
from checker.parser.layouts.detect import is_unrecognized
from checker.rulebook import Rulebook
from checker.values import Date

ROOT = Path(__file__).parent.parent
FOLDERS = ["tests/telegrams", "rules/telegrams", "examples", "../shared/cases"]
AS_OF = Date.of("2026-11-23")


@cache
def book() -> Rulebook:
    return rulebook.load()


def files(folder: str) -> list[Path]:
    """The files with telegrams, but no folder of rules or configurations and no page of documentation."""
    kinds = {".txt", ".html", ".jsonl", ".json", ".csv", ".eml", ".mbox", ".xml"}
    return sorted(path for path in (ROOT / folder).rglob("*.*") if path.suffix in kinds and path.is_file())


def readings(path: Path) -> Iterator[readers.Reading]:
    for item in readers.read(str(path), vocabulary=book().vocabulary):
        if isinstance(item, readers.Reading):
            yield item


@pytest.mark.parametrize("folder", FOLDERS)
def test_each_rule_alone_gives_the_verdict_of_the_whole_book(folder: str) -> None:
    found = files(folder)
    if not found:
        pytest.skip("this folder is not there")
    running = [rule for rule in book().rules if book().runs(rule)]
    compared = set()
    for path in found:
        for item in readings(path):
            telegram, source = parse(item.view, book().vocabulary, item.facts, AS_OF), item.view.source
            if is_unrecognized(telegram):
                continue
            judgment = engine.judge(telegram, source, book(), item.path)
            failed = {each.rule for each in judgment.findings}
            unknown = {each.rule for each in judgment.undetermined} - failed
            traced = {rule.id: engine.trace(telegram, source, rule, book()).verdict for rule in running}
            compared.update(traced.values())
            where = f"{path.relative_to(ROOT / folder)} {item.cable}"
            assert failed == {rule for rule, verdict in traced.items() if verdict == "fail"}, where
            assert unknown == {rule for rule, verdict in traced.items() if verdict == "undetermined"}, where
    assert {"pass", "not applicable"} <= compared <= {"pass", "not applicable", "fail", "undetermined"}
