"""A rule as it is read: what it becomes, or every trouble in it, word for word with its place."""

from __future__ import annotations

import json
from types import ModuleType

import pytest
from kept import WRITING, cases, rewrite

from checker import rulebook
from checker.checks import CHECKS
from checker.record import Record
from checker.rulebook.loading import read_chapter
from checker.rulebook.places import RuleFile
from checker.rulebook.reading import Bases
from checker.rulebook.troubles import Item

WORDS = rulebook.load().vocabulary
BASES: Bases = {"one": "1. (C) ALPHA.\n2. (U) BRAVO.\n", "two": "CHARLIE\n"}
USUAL = {
    "id": "TRY-001",
    "name": "trial",
    "summary": "A rule made for this test.",
    "status": "draft",
    "cite": "[{source: memory}]",
    "message": "none",
    "require": "{subject: present}",
}


def told(given: str) -> str:
    """The data of the rules of a chapter, or its troubles. What is given is a whole chapter (after `# file`), or the
    lines of one rule that differ from the usual ones (`name:-` takes a line away); told is what it then has that the
    usual one has not."""
    rules, items = read(given)
    usual = read("")[0][0] | {"source": ""} if not given.startswith("# file") else {}
    if items:
        return "\n".join(map(str, items))
    return "\n\n".join(
        "\n".join(
            f"{key}: {json.dumps(value, ensure_ascii=False)}"
            for key, value in rule.items()
            if key not in usual or (value != usual[key] and key != "source")
        )
        for rule in rules
    )


def read(given: str) -> tuple[list[dict[str, object]], list[Item]]:
    file = RuleFile("trial.yaml", chapter(given).encode())
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(CHECKS, "two-answers", check_module())
        return read_chapter(file, WORDS, BASES), file.items


def check_module() -> ModuleType:
    """A check that must be told how many days, and may be told a name; it gives two values."""

    class Ask(Record):
        days: str
        name: str = ""

    module = ModuleType("two_answers")
    module.Ask, module.FACTS = Ask, ("day", "name")  # type: ignore[attr-defined]
    return module


def chapter(given: str) -> str:
    if given.startswith("# file\n"):
        return given[7:] + "\n"
    said = {line.partition(":")[0] for line in given.split("\n") if line and line[0] not in " #"}
    taken = {line[:-1] for line in given.split("\n") if line.endswith(":-")}
    lines = [f"{key}: {value}" for key, value in USUAL.items() if key not in said]
    lines += [line for line in given.split("\n") if line[:-1] not in taken and not line.endswith(":-")]
    return "format: 1\nchapter: Trial\nrules:\n  - " + "\n    ".join(lines) + "\n"


if WRITING:
    rewrite("rulebook/cases/rules.txt", told)


@cases("rulebook/cases/rules.txt")
def test_a_rule_as_it_is_read(name: str, given: str, wanted: str) -> None:
    assert wanted == told(given)
