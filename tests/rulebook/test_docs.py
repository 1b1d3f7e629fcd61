"""Test the documentation of the rule language: its rules are loaded and tested, and its tables are compared with the
code.
"""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import dedent

import pytest

from checker.operators import OPERATORS
from checker.rulebook import authoring
from checker.rulebook.diagnostics import CODES
from checker.rulebook.loader import check_files

DOCS = Path(__file__).parent.parent.parent / "docs"
BLOCKS = re.findall(r"```yaml\n(.*?)```", (DOCS / "write-a-rule.md").read_text(encoding="utf-8"), re.S)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "vocabulary").mkdir()
    chapter = 0
    for block in map(dedent, BLOCKS):  # a block in a list is indented
        table = re.search(r"^table: (\w+)$", block, re.M)
        if table:
            (tmp_path / "vocabulary" / f"{table[1]}.yaml").write_text(block, encoding="utf-8")
        else:
            chapter += 1
            (tmp_path / f"chapter{chapter}.yaml").write_text(block, encoding="utf-8")
    return tmp_path


def test_the_rules_of_the_tutorial_hold_and_kill_their_mutants(folder: Path) -> None:
    assert [] == check_files([str(folder)])
    report = authoring.test_files([str(folder)], mutants=True)
    assert report.ok, report.lines
    assert report.lines[0].startswith("3 rules, ")


def test_a_chapter_alone_is_judged_with_the_words_beside_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Test that `rules check` and `rules test` accept a single file, as the tutorial states, and use the vocabulary
    next to it.
    """
    monkeypatch.chdir(folder)
    assert [] == check_files(["chapter3.yaml"])
    assert [] == check_files(["chapter3.yaml", str(folder / "chapter1.yaml"), "vocabulary/signers.yaml"])
    report = authoring.test_files(["chapter3.yaml"], mutants=True)
    assert report.ok, report.lines


PACK_PAGE = (DOCS / "write-a-pack.md").read_text(encoding="utf-8")
PACK_FILES = re.findall(r"^`(harbor/[^`]+)`:\n\n```\w+\n(.*?)```", PACK_PAGE, re.S | re.M)


def test_the_pack_of_the_tutorial_holds_and_kills_its_mutants(tmp_path: Path) -> None:
    for name, text in PACK_FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    folder = str(tmp_path / "harbor")
    assert len(PACK_FILES) == 7
    assert [] == check_files([folder])
    report = authoring.test_files([folder], mutants=True)
    assert report.ok, report.lines
    assert report.lines[0].startswith("4 rules, ")


@pytest.mark.parametrize("name", ["packs/nato", "packs/uk-gsc", "examples/packs/rivers"])
def test_the_packs_hold_and_kill_their_mutants(name: str) -> None:
    folder = str(DOCS.parent / name)
    assert [] == check_files([folder])
    report = authoring.test_files([folder], mutants=True)
    assert report.ok, report.lines
    assert report.mutants and report.results


def operator_rows() -> list[str]:
    return [
        f"| {kind} | `{name}` | {operator.says} |"
        for kind, table in OPERATORS.items()
        for name, operator in table.items()
    ]


def code_rows() -> list[str]:
    return [f"| {code} | {text} |" for code, text in CODES.items()]


@pytest.mark.parametrize(
    ("mark", "rows"), [("operators", operator_rows()), ("codes", code_rows())], ids=["operators", "codes"]
)
def test_the_reference_lists_what_the_code_knows(mark: str, rows: list[str]) -> None:
    text = (DOCS / "rule-language.md").read_text(encoding="utf-8")
    part = text[text.index(f"<!-- {mark}:") : text.index(f"<!-- end of {mark} -->")]
    assert rows == [line for line in part.split("\n") if line.startswith("|")][2:]
