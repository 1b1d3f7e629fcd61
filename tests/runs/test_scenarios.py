"""Test whole runs: command, files, exit code, and the exact output, with one file for each scenario.

A scenario consists of sections. `--- says` describes it, `--- file NAME` writes a file, `--- command` runs
`cablecheck`, and `--- stdin` (before the command) is its standard input; `--- exit`, `--- stdout`, `--- stderr` and
`--- made NAME` are the expected results. Each scenario runs in a folder with the documents and the rule pack next to
this file, and with a configuration that selects the pack's rules, unless the scenario writes its own. Run with
CABLECHECK_REWRITE=1 to write the actual results instead of comparing them; read the difference before you commit it.
"""

from __future__ import annotations

import functools
import io
import os
import re
import shlex
import shutil
import sys
from pathlib import Path

import pytest

from checker import linter
from checker.cli import main
from checker.resources import VERSION
from checker.rulebook import Rulebook, load

HERE = Path(__file__).parent
SCENARIOS = sorted((HERE / "scenarios").glob("*.txt"))
CONFIGURATION = 'rules = ["pack"]\nselect = ["TST"]\n'
WANTED = ("exit", "stdout", "stderr", "made")


@functools.cache
def loaded(folders: tuple[str, ...], times: tuple[float, ...]) -> Rulebook:
    return load(folders or None)


def sections(text: str) -> list[tuple[str, str, str]]:
    """Return (kind, name, body) for each section."""
    parts = re.split(r"(?m)^--- (\w+)(?: (.*))?\n", text)
    return [(parts[at], parts[at + 1] or "", parts[at + 2]) for at in range(1, len(parts), 3)]


class Screen(io.TextIOWrapper):
    """Standard output or standard error that is not a terminal."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8", newline="")

    def text(self) -> str:
        self.flush()
        return self.buffer.getvalue().decode("utf-8")  # type: ignore[attr-defined]


def run_command(words: list[str], stdin: str, patch: pytest.MonkeyPatch) -> dict[str, str]:
    out, err, given = Screen(), Screen(), io.TextIOWrapper(io.BytesIO(stdin.encode()), encoding="utf-8")
    patch.setattr(sys, "stdout", out)
    patch.setattr(sys, "stderr", err)
    patch.setattr(sys, "stdin", given)
    code = main(words)
    return {"exit": f"{code}\n", "stdout": written(out.text()), "stderr": written(err.text())}


def written(text: str) -> str:
    """Return an output as scenarios write it, with a placeholder for the version and visible carriage returns."""
    return text.replace(VERSION, "{version}").replace("\r\n", "\\r\n")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(HERE / "documents", tmp_path, dirs_exist_ok=True)
    shutil.copytree(HERE / "pack", tmp_path / "pack")
    (tmp_path / "cablecheck.toml").write_text(CONFIGURATION)
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "COLUMNS", "GITHUB_ACTIONS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path.with_name(f"{tmp_path.name}-cache")))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795435200")  # 23 November 2026
    shipped = tmp_path / "pack"

    def remembered(options: linter.Options) -> Rulebook:
        folders = options.pack_folders() or ()
        files = [path for folder in folders for path in Path(folder).rglob("*.yaml")]
        ours = folders[-1:] == (str(shipped),) or [Path(each).resolve() for each in folders[1:]] == [shipped]
        if not ours:
            return load(folders or None)
        fixed = (*folders[:1], "pack")
        return loaded(fixed, tuple(path.stat().st_mtime for path in files if shipped not in path.parents))

    monkeypatch.setattr(linter, "load", remembered)
    return tmp_path


@pytest.mark.parametrize("path", SCENARIOS, ids=[path.stem for path in SCENARIOS])
def test_a_run_shows_exactly_this(path: Path, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    came: list[tuple[str, str, str]] = []
    result: dict[str, str] = {}
    stdin = ""
    for kind, name, body in sections(path.read_text(encoding="utf-8")):
        if kind == "file":
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_text(body, encoding="utf-8")
        elif kind == "stdin":
            stdin = body
        elif kind == "command":
            result = run_command(shlex.split(body, comments=True), stdin, monkeypatch)
            stdin = ""
        if kind == "made":
            body = written((place / name).read_bytes().decode("utf-8")) if (place / name).exists() else "(none)\n"
        elif kind in WANTED:
            body = result[kind]
        came.append((kind, name, body))
    text = "".join(f"--- {kind}{' ' + name if name else ''}\n{body}" for kind, name, body in came)
    if os.environ.get("CABLECHECK_REWRITE"):
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text


def test_each_exit_code_has_a_scenario() -> None:
    codes = {body.strip() for path in SCENARIOS for kind, _, body in sections(path.read_text()) if kind == "exit"}
    assert {"0", "1", "2"} <= codes


def test_each_format_has_a_scenario() -> None:
    from checker.reporters import REPORTERS

    text = "".join(path.read_text() for path in SCENARIOS)
    assert [] == [name for name in REPORTERS if f"--format {name}" not in text and f"{name}=" not in text]
