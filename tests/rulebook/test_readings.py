"""Test how a rule is read: the resulting data, or every error in full with its position."""

from __future__ import annotations

import json
from types import ModuleType

import pytest
from kept import WRITING, cases, rewrite

from checker import rulebook
from checker.checks import CHECKS
from checker.record import Record
from checker.rulebook import field_types, yaml_loader
from checker.rulebook.diagnostics import Diagnostic
from checker.rulebook.field_types import all_paths
from checker.rulebook.loader import read_chapter
from checker.rulebook.rule_parser import Bases
from checker.rulebook.schema import schema
from checker.rulebook.yaml_loader import RuleFile

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
    """Return the data of the rules in a chapter, or the errors.

    The input is a whole chapter (after `# file`), or the lines of one rule that differ from the usual rule (`name:-`
    removes a line). Only data that differs from that of the usual rule is returned.
    """
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


def read(given: str) -> tuple[list[dict[str, object]], list[Diagnostic]]:
    file = RuleFile("trial.yaml", chapter(given).encode())
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(CHECKS, "two-answers", check_module())
        return read_chapter(file, WORDS, BASES), file.diagnostics


def check_module() -> ModuleType:
    """Return a check with a required argument for the number of days and an optional name, which
    provides two values.
    """

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


def test_a_rule_with_a_trouble_is_no_rule() -> None:
    assert [] == read("require: {lewel: present}")[0]
    assert 1 == len(read("")[0])


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"format: 1\nchapter: \xff", "2:1: error[R002]: byte 19 is not UTF-8"),
        (b"\nformat: 1\n\nchapter: \xff\n\n", "4:1: error[R002]: byte 21 is not UTF-8"),
        (b"\xff\n", "1:1: error[R002]: byte 0 is not UTF-8"),
        (b"format: 1\r\nchapter: [\r\n", "3:1: error[R003]: not valid YAML: did not find expected node content"),
        (b"format: 1\rchapter: [\r", "3:1: error[R003]: not valid YAML: did not find expected node content"),
    ],
)
def test_bytes_that_are_no_rules(data: bytes, told: str) -> None:
    (item,) = RuleFile("trial.yaml", data).diagnostics
    assert f"trial.yaml:{told}" == str(item).partition("\n")[0]
    assert ("Save the file as UTF-8." if "R002" in told else "stopped while parsing a flow node.") in item.help


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_line_ends_of_any_kind(end: bytes) -> None:
    lines = [b"\xef\xbb\xbfformat: 1", b"chapter: A", b"rules: []", b""]
    file = RuleFile("trial.yaml", end.join(lines))
    assert ([], ["format: 1", "chapter: A", "rules: []", ""]) == (file.diagnostics, file.lines)


def test_selectors_go_three_steps_deep() -> None:
    depths = [max(path.count(".") for path, _ in all_paths(*given)) + 1 for given in ((), (1,), (2,), (4,))]
    assert [3, 1, 2, 4] == depths
    assert schema() == schema("rules")


def test_a_file_has_no_more_than_so_many_nodes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_loader, "MAX_NODES", 6)
    fine, much = RuleFile("trial.yaml", b"a: [b, c, d]"), RuleFile("trial.yaml", b"a: [b, c, d, e]")
    assert ([], True) == (fine.diagnostics, fine.tree is not None)
    assert [
        "trial.yaml:1:14: error[R008]: more than 6 nodes",
        "    1 | a: [b, c, d, e]",
        "      |              ^",
        "      = help: Split the file.",
    ] == str(much.diagnostics[0]).split("\n")[:4]
    assert (1, None) == (len(much.diagnostics), much.tree)


@pytest.mark.parametrize("data", [b"", b"# nothing\n", b"\n\n"])
def test_a_file_that_holds_nothing(data: bytes) -> None:
    (item,) = RuleFile("trial.yaml", data).diagnostics
    assert ("R009", "the file is empty", "Add `format: 1`, `chapter: …` and `rules: […]`.", (1, 1)) == (
        item.code, item.message, item.help, (item.place.line, item.place.column),
    )  # fmt: skip


def test_a_file_has_no_more_than_so_many_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_loader, "MAX_BYTES", 9)
    assert [] == RuleFile("trial.yaml", b"format: 1").diagnostics
    assert [
        "trial.yaml:1:1: error[R008]: the file is larger than 9 bytes\n    1 | format: 12\n      | ^\n      = explain: cablecheck explain R008"
    ] == [str(item) for item in RuleFile("trial.yaml", b"format: 12").diagnostics]


def test_letters_that_yaml_does_not_know() -> None:
    (item,) = RuleFile("trial.yaml", b"format: 1\x00\nchapter: x\n").diagnostics
    assert str(item).startswith("trial.yaml:1:1: error[R003]: not valid YAML: unacceptable character #x0000")
    assert "  " not in item.message and "\n" not in item.message and len(item.message) <= 210


@pytest.mark.parametrize(
    ("words", "kind", "item", "unread", "optional"),
    [
        ("str", "text", "", False, False), ("int | None", "count", "", False, True), ("bool", "flag", "", False, False),
        ("Level | Unread | None", "level", "", True, True), ("Date | Unread", "date", "", True, False),
        ("tuple[str, ...]", "set", "text", False, False), ("tuple[str, ...] | None", "set", "text", False, True),
        ("tuple[str, ...] | Unread", "set", "text", True, False), ("tuple[Date, ...] | Unread | None", "list of date", "date", True, True),
        ("tuple[Date, ...]", "list of date", "date", False, False), ("tuple[Tag, ...]", "list of Tag", "", False, False),
        ("tuple[Tag, ...] | Unread | None", "list of Tag", "", True, True), ("Tag | Unread", "Tag", "", True, False),
        ("tuple[Nothing, ...]", None, "", False, False), ("Nothing", None, "", False, False), ("str | int", None, "", False, False),
        ("tuple[str, int]", None, "", False, False), ("list[str, ...]", None, "", False, False), ("", None, "", False, False),
    ],
)  # fmt: skip
def test_the_type_of_a_field_is_read_off_its_annotation(
    words: str, kind: str | None, item: str, unread: bool, optional: bool
) -> None:
    found = field_types._kind(words)
    if found is None:
        assert kind is None
    else:
        assert (kind, item, unread, optional) == (str(found), found.item, found.unread, found.optional)
