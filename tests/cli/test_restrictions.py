"""Test that every format names the configuration file and the settings that exclude rules, documents, or findings."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from checker import cli
from checker.cli import output
from checker.reporters import REPORTERS

PACK = Path(__file__).parents[1] / "runs" / "pack"
DEFECT = "1.  ALPHA.\n\n2.  (C) BRAVO.\n"
CONFIGURATION = f"""rules = ["{PACK}"]
select = ["TST"]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.txt").write_text(DEFECT)
    (tmp_path / "b.txt").write_text("1.  (C) ALPHA.\n")
    return tmp_path


def configure(folder: Path, text: str) -> None:
    (folder / "cablecheck.toml").write_text(CONFIGURATION + text)


def lint(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    code = cli.main(["lint", *words])
    return code, capsys.readouterr().out


@pytest.mark.parametrize("name", REPORTERS)
def test_each_format_names_the_file_and_the_restrictions(
    name: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    configure(folder, '[per-file-ignores]\n"a.*" = ["TST-001"]\n')
    shown = lint(capsys, "--format", name, "a.txt", "b.txt")[1].replace("&#45;", "-")
    assert "cablecheck.toml" in shown
    assert "per-file-ignores" in shown
    assert "1 rule skipped in 1 file" in shown


def restrictions(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, tuple[int, str]]:
    report = json.loads(lint(capsys, "--format", "json", *words)[1])
    assert report["configuration"]["file"] == "cablecheck.toml"
    return {row["setting"]: (row["count"], row["effect"]) for row in report["configuration"]["restrictions"]}


def test_each_kind_of_restriction_is_counted(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    configure(folder, 'exclude = ["c*"]\nallow-failed = 3\nignore = ["TST-002"]\n[severity]\nTST-003 = "off"\n')
    (folder / "c.txt").write_text(DEFECT)
    (folder / "empty.txt").write_text("")
    found = restrictions(capsys, ".")
    assert list(found) == ["select", "ignore", "severity", "exclude", "allow-failed"]
    assert [number for number, _ in found.values()][1:] == [1, 1, 1, 1]
    assert found["exclude"][1] == "1 path excluded"
    assert found["allow-failed"][1] == "1 failed document tolerated"


def test_a_baseline_and_suppressions_are_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    configure(folder, 'baseline = "known.json"\n')
    assert 0 == cli.main(["baseline", "create", "a.txt"])
    capsys.readouterr()
    number, effect = restrictions(capsys, "a.txt")["baseline"]
    assert effect == f"{number} finding{'s' * (number > 1)} hidden by known.json"


def test_a_run_without_configuration_says_nothing_of_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = lint(capsys, "--isolated", "--format", "concise", "a.txt")[1]
    assert "configuration" not in shown


def test_turning_off_every_rule_is_never_clean(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    configure(folder, '[per-file-ignores]\n"*" = ["ALL"]\n')
    code, shown = lint(capsys, "--format", "concise", "a.txt", "b.txt")
    assert code == output.INCOMPLETE
    assert "per-file-ignores turns off every rule for every file" in shown
    assert "clean" not in shown
    configure(folder, '[per-file-ignores]\n"a.txt" = ["ALL"]\n')
    assert output.OK == lint(capsys, "a.txt", "b.txt")[0]


@pytest.mark.parametrize("words", [["--allow-failed", "5", "empty.txt"], ["--exclude", "*.txt", "."]])
def test_nothing_checked_is_never_clean(words: list[str], folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "empty.txt").write_text("")
    code, shown = lint(capsys, "--isolated", *words)
    assert code == output.INCOMPLETE
    assert "clean" not in shown
