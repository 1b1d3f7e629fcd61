"""Test the documentation: its commands run, its rule and configuration files load, and its links have targets.

An HTML comment on the line before a fenced block says what is expected:

    <!-- exit: 1 -->               the commands end with this exit code (0 if nothing is said)
    <!-- not run: reason -->       the commands cannot run here
    <!-- output -->                standard output of the commands in the block before; `CABLECHECK_REWRITE=1` renews it
    <!-- loaded: rules -->         the block is a whole file of this kind (a name in `LOADERS`)
"""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from checker.cli import main
from checker.rulebook import compiled_cache

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"(?:^<!-- (?P<note>[^\n]*?) -->\n)?^```(?P<language>[\w]*)\n(?P<text>.*?)^```$", re.M | re.S)
COMMAND = re.compile(r"^(?:\$ )?cablecheck ", re.M)
MOST_NOT_RUN = 5


class Block(NamedTuple):
    """A fenced block: its page, line, language, text, and the comment on the line before it."""

    page: str
    line: int
    language: str
    text: str
    note: str

    @property
    def commands(self) -> str:
        """Return the shell script in the block, or "" if it does not call cablecheck."""
        if self.language not in {"sh", "console"} or not COMMAND.search(self.text):
            return ""
        if self.language == "sh":
            return self.text
        return "".join(line[2:] + "\n" for line in self.text.splitlines() if line.startswith("$ "))

    @property
    def place(self) -> str:
        return f"{self.page}:{self.line}"


def blocks(page: Path) -> Iterator[Block]:
    text = page.read_text(encoding="utf-8")
    for match in FENCE.finditer(text):
        line = text.count("\n", 0, match.start("language")) + 1
        yield Block(page.relative_to(ROOT).as_posix(), line, match["language"], match["text"], match["note"] or "")


BLOCKS = [block for page in PAGES for block in blocks(page)]
SLOW = {"docs/archive-1973.md", "docs/audit.md"}  # several audits, the mutants of the corpus rules: 20 seconds
RUN = [
    pytest.param(page, marks=pytest.mark.slow if page in SLOW else ())
    for page in sorted({block.page for block in BLOCKS if block.commands})
]


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    """Return a folder with the files that the pages name. A `cablecheck` command next to it runs this checkout."""
    folder = tmp_path / "work"
    shutil.copytree(ROOT / "examples", folder / "examples")
    shutil.copytree(ROOT / "rules", folder / "rules")
    (folder / "cables").mkdir()
    for name in ("07STRELSAU412.txt", "85STRELSAU8841.txt", "12STRELSAU123.txt"):
        shutil.copy(ROOT / "examples" / name, folder / "cables")
    shutil.copy(ROOT / "examples" / "07STRELSAU412.txt", folder / "telegram.txt")
    command = tmp_path / "bin" / "cablecheck"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m checker "$@"\n')
    command.chmod(0o755)
    return folder


@pytest.mark.skipif(shutil.which("sh") is None, reason="the commands are written for a POSIX shell")
@pytest.mark.parametrize("page", RUN)
def test_the_commands_of_a_page_run(page: str, scratch: Path, tmp_path: Path) -> None:
    """Run a page's blocks in order in one folder, because a block may use files that earlier blocks have written."""
    environment = {
        **os.environ,
        "PATH": os.pathsep.join([str(tmp_path / "bin"), os.environ["PATH"]]),
        "PYTHONPATH": str(ROOT),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "NO_COLOR": "1",
        "COLUMNS": "100",
    }
    printed = ""
    for block in (block for block in BLOCKS if block.page == page):
        if block.note == "output":
            compare_output(block, printed)
        if not block.commands or block.note.startswith("not run"):
            continue
        run = subprocess.run(
            ["sh", "-e", "-c", block.commands],
            cwd=scratch,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == expected_code(block), f"{block.place}\n{block.commands}\n{run.stdout}\n{run.stderr}"
        printed = run.stdout


def expected_code(block: Block) -> int:
    match = re.fullmatch(r"exit: (\d+)", block.note)
    assert match or not block.note, f"{block.place}: unknown comment {block.note!r}"
    return int(match[1]) if match else 0


def compare_output(block: Block, printed: str) -> None:
    if os.environ.get("CABLECHECK_REWRITE"):
        page = ROOT / block.page
        text = page.read_text(encoding="utf-8")
        page.write_text(text.replace(f"```text\n{block.text}```", f"```text\n{printed}```", 1), encoding="utf-8")
        return
    assert printed == block.text, f"{block.place}: not what the command prints"


def test_few_blocks_are_not_run_and_each_says_why() -> None:
    notes = [(block.place, block.note) for block in BLOCKS if block.note.startswith("not run")]
    assert [place for place, note in notes if not re.fullmatch(r"not run: \S.{9,}", note)] == []
    assert len(notes) <= MOST_NOT_RUN


# Kind of file -> its name, and the command that loads it.
LOADERS = {
    "rules": ("chapter.yaml", ["rules", "check"]),
    "corpus rules": ("corpus/chapter.yaml", ["rules", "check"]),
    "configuration": ("cablecheck.toml", ["lint", "--show-settings", "--config"]),
}
LOADED = [block for block in BLOCKS if block.note.startswith("loaded: ")]


@pytest.mark.parametrize("block", LOADED, ids=[block.place for block in LOADED])
def test_a_whole_file_on_a_page_loads(block: Block, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name, command = LOADERS[block.note.removeprefix("loaded: ")]
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(block.text, encoding="utf-8")
    assert main([*command, str(path)]) == 0, capsys.readouterr()


def test_every_page_is_in_the_navigation() -> None:
    site = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))

    def targets(entry: object) -> Iterator[str]:
        if isinstance(entry, str):
            yield entry
        elif isinstance(entry, dict):
            yield from (target for value in entry.values() for target in targets(value))
        elif isinstance(entry, list):
            yield from (target for value in entry for target in targets(value))

    generated = {"index.md", "rules/index.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"}
    assert sorted(targets(site["nav"])) == sorted({page.name for page in PAGES[1:]} | generated)


def anchor(heading: str) -> str:
    """Return the anchor that Markdown gives a heading."""
    return re.sub(r"\s", "-", re.sub(r"[^\w\s-]", "", heading.strip().lower()))


LINKING = [*PAGES, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", ROOT / "examples" / "README.md"]


@pytest.mark.parametrize("page", LINKING, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_to_a_file_and_a_heading(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:|mailto:)([^)\s]+)\)", page.read_text(encoding="utf-8")):
        name, _, fragment = target.partition("#")
        file = page.parent / name if name else page
        assert file.exists(), f"{page.name}: {target}"
        if fragment:
            headings = re.findall(r"^#+ (.*)$", file.read_text(encoding="utf-8"), re.M)
            assert fragment in {anchor(heading) for heading in headings}, f"{page.name}: {target}"


@pytest.mark.slow
@pytest.mark.skipif(find_spec("mkdocs") is None, reason="mkdocs is not installed (extra docs)")
def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "--site-dir", str(tmp_path / "site")]
    made = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert 0 == made.returncode, made.stderr
    assert "No portion may be marked higher" in (tmp_path / "site/rules/CLS-004/index.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_playground_gets_rules_that_its_copy_of_the_package_accepts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    import rule_pages

    monkeypatch.setattr(rule_pages, "PYODIDE", tmp_path)
    for name in ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json"):
        (tmp_path / name).write_bytes(b"-")
    files = dict(rule_pages.playground_files())
    zipfile.ZipFile(io.BytesIO(files["cablecheck.zip"])).extractall(tmp_path)
    assert (tmp_path / "checker" / "cli" / "__init__.py").exists()
    first = json.loads(files["rules.json"].partition(b"\n")[0])
    unpacked = compiled_cache.stats([str(tmp_path / "checker" / "_data" / "rules")])
    assert first["digest"] == compiled_cache.digest(unpacked)
    assert [row[0] for row in first["stats"]] == [row[0].replace(str(tmp_path), "/home/pyodide") for row in unpacked]
    monkeypatch.setattr(rule_pages, "PYODIDE", tmp_path / "missing")
    assert [] == list(rule_pages.playground_files())
