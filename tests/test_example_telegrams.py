"""Test that each example telegram has the findings listed in its table, and that compliant ones
have none above info.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "examples"
Findings = dict[str, list[tuple[str, str]]]


def lint(*paths: Path) -> tuple[Findings, dict[str, object]]:
    """Return the findings of a run, as (severity, rule) by file name in the order reported, and the report itself."""
    words = [sys.executable, "-m", "checker", "lint", "--no-cache", "--format", "json", *map(str, paths)]
    run = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode in (0, 1), run.stderr
    report = json.loads(run.stdout)
    found: Findings = {}
    for item in report["findings"]:
        found.setdefault(Path(item["path"]).name, []).append((item["severity"], item["rule"]))
    return found, report


def table() -> dict[str, list[str]]:
    """Return the rows of the README: the rules that each names, sorted, by file name."""
    rows = [
        line.split("|") for line in (EXAMPLES / "README.md").read_text("utf-8").splitlines() if line.startswith("| `")
    ]
    return {row[1].strip(" `"): sorted(word for word in row[3].split() if word != "nothing") for row in rows}


@pytest.fixture(scope="module")
def found() -> Findings:
    return lint(*(EXAMPLES / name for name in table()))[0]


@pytest.mark.parametrize("name", table())
def test_an_example_finds_what_the_table_says(name: str, found: Findings) -> None:
    assert sorted({rule for _, rule in found.get(name, [])}) == table()[name]


def test_the_table_names_every_example() -> None:
    assert sorted(table()) == sorted(
        path.name for path in EXAMPLES.iterdir() if path.is_file() and path.name != "README.md"
    )


def test_compliant_telegrams_give_nothing_above_information() -> None:
    found, report = lint(EXAMPLES / "compliant")
    assert {name: items for name, items in found.items() if any(severity != "info" for severity, _ in items)} == {}
    ledger = report["summary"]
    assert isinstance(ledger, dict)
    assert ledger["checked"] == len(list((EXAMPLES / "compliant").iterdir())) >= 40


def test_the_pasted_page_gives_two_findings_and_no_false_alarm() -> None:
    page = ROOT.parent / "shared" / "seed" / "07MOSCOW4433.txt"
    if not page.exists():
        pytest.skip("the page is not here")
    found, _ = lint(page, *map(Path, ["--as-of", "2026-11-23"]))
    assert found == {page.name: [("info", "DCL-037"), ("warning", "TAG-005")]}


def test_compliant_documents_are_there_of_each_era_and_rule_book() -> None:
    from checker.parser import parse
    from checker.rulebook import load
    from checker.text import Source, View

    words = load().vocabulary
    texts = (path.read_text("utf-8") for path in sorted((EXAMPLES / "compliant").glob("[12]*.txt")))
    telegrams = [parse(View.whole(Source("example", text)), words) for text in texts]
    found = {(telegram.profile, telegram.era) for telegram in telegrams}
    eras = [entry.code for entry in words["eras"]]
    assert found >= {("CABLE", era) for era in eras}
    assert found >= {("GEN", era) for era in eras[1:]}, "marked documents from 1972 on"
    assert found >= {("IC", era) for era in eras[4:]}, "the register's banners from 1995 on"
    assert ("CUI", eras[-1]) in found
