"""Test the Python interface: three typed functions that read no configuration."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import checker
from checker import Finding, Telegram, Undetermined, check, load_rules, parse
from checker.errors import ConfigError, InputError
from checker.resources import VERSION

ROOT = Path(__file__).parents[2]
SETTINGS = {"rules": (str(ROOT / "tests" / "runs" / "pack"),), "select": ("TST",)}


def test_check_gives_findings_with_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cablecheck.toml").write_text('select = ["NONE"]\n')
    monkeypatch.chdir(tmp_path)
    found = check("1.  (C) ALPHA.\n\n2.  BRAVO.\n", name="my text", settings=SETTINGS).findings
    assert [("my text", 3, 1, "TST-001", "error")] == [
        (one.path, one.start.line, one.start.column, one.rule, one.severity) for one in found
    ]
    assert isinstance(found[0], Finding)


def test_trouble_is_raised() -> None:
    with pytest.raises(ConfigError, match="did you mean 'TST-001'"):
        check("1.  (C) ALPHA.\n", settings=SETTINGS | {"select": ("TST-01",)})
    with pytest.raises(InputError, match="is empty"):
        check("", settings=SETTINGS)
    with pytest.raises(ConfigError, match="unknown setting 'selct'"):
        check("1.  (C) ALPHA.\n", settings={"selct": ()})


def test_check_reports_what_cannot_be_determined() -> None:
    text = (ROOT / "rules" / "telegrams" / "confidential-2007.txt").read_text(encoding="utf-8")
    cut = check(text[: text.index("SIPDIS") + 3], settings={"select": ("AUT-001", "AUT-006")})
    assert not cut.findings
    assert cut.undetermined and all(isinstance(one, Undetermined) and one.why for one in cut.undetermined)


def test_parse_returns_the_telegrams_of_a_text(tmp_path: Path) -> None:
    text = (ROOT / "rules" / "telegrams" / "confidential-2007.txt").read_text(encoding="utf-8")
    (one,) = parse(text)
    assert isinstance(one, Telegram)
    assert (one.mrn, one.level.code, str(one.date)) == ("07STRELSAU412", "C", "2007-09-10")
    with pytest.raises(InputError, match="my list: not a telegram"):
        parse("milk\neggs\n", name="my list")


def test_load_rules_returns_those_that_would_run() -> None:
    every = load_rules()
    assert [one.id for one in every] == sorted(one.id for one in every)
    (one,) = load_rules({"select": ("CLS-004",), "severity": {"CLS-004": "info"}})
    assert (one.id, one.severity, one.was) == ("CLS-004", "info", "error")
    assert one.summary and one.help and one.cite


def test_the_package_is_typed_and_knows_its_version() -> None:
    assert (ROOT / "checker" / "py.typed").exists()
    assert checker.__version__ == VERSION
    assert f'version = "{VERSION}"' in (ROOT / "pyproject.toml").read_text()


def test_another_package_of_that_name_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "checker").mkdir()
    (tmp_path / "checker" / "__init__.py").write_text("")
    program = "import cablecheck; cablecheck.entry()"
    done = subprocess.run(
        [sys.executable, "-c", program, "--version"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"cablecheck: another package named 'checker' hides cablecheck's own: {tmp_path / 'checker'} (checker.cli); "
        "install cablecheck in an environment of its own\n"
    )


def test_the_examples_of_the_page_run_and_print_what_it_shows(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    programs, shown = (re.findall(rf"```{kind}\n(.*?)```", page, re.DOTALL) for kind in ("python", "text"))
    assert len(programs) == len(shown) == 1
    monkeypatch.chdir(ROOT)
    exec(compile(programs[0], "docs/python.md", "exec"), {})
    assert shown[0] == capsys.readouterr().out


@pytest.mark.slow
def test_a_type_checker_sees_the_types_of_the_results(tmp_path: Path) -> None:
    pytest.importorskip("mypy")
    (tmp_path / "use.py").write_text(
        "from checker import Finding, RuleNote, Telegram, check, load_rules, parse\n"
        "findings: tuple[Finding, ...] = check('x', settings={'select': ['POR']}).findings\n"
        "telegrams: list[Telegram] = parse('x')\n"
        "rules: list[RuleNote] = load_rules()\n"
        "wrong: int = check('x').findings\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "use.py"],
        cwd=tmp_path, env={**os.environ, "MYPYPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert [line.split(":")[1] for line in done.stdout.splitlines() if ": error:" in line] == ["5"], done.stdout
