"""Test that no code is imported from the working folder, which contains a trap named like each module of the standard
library.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OTHERS = [
    "yaml",
    "duckdb",
    "msgspec",
    "tabulate",
    "re2",
    "pygls",
    "lsprotocol",
    "distributed",
    "dask",
    "numpy",
    "fsspec",
]
TRAP = "open('RAN-' + __name__, 'w').close()\nraise ImportError('a trap')\n"
TELEGRAM = "P 141530Z MAR 08\nFM AMEMBASSY STRELSAU\nTO SECSTATE WASHDC\n\nUNCLAS STRELSAU 000123\n\n1. TEXT.\n"
HEADER = "Content-Length: {}\r\n\r\n"
EXIT = '{"jsonrpc":"2.0","method":"exit"}'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in (*sys.stdlib_module_names, *OTHERS):
        (tmp_path / f"{name}.py").write_text(TRAP)
    cables = tmp_path / "cables"
    cables.mkdir()
    for number in range(4):
        (cables / f"{number}.txt").write_text(TELEGRAM)
    return tmp_path


def run(folder: Path, *arguments: str, module: bool = False, given: str = "") -> subprocess.CompletedProcess[str]:
    """Run the command in a folder as its installed script does or, with `module`, as `python -m checker`."""
    script = folder.parent / "bin" / "cablecheck"
    script.parent.mkdir(exist_ok=True)
    script.write_text("from checker.cli import entry\nif __name__ == '__main__':\n    entry()\n")
    start = ["-P", "-m", "checker"] if module else [str(script)]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    env.pop("PYTHONSAFEPATH", None)
    done = subprocess.run(
        [sys.executable, *start, *arguments],
        check=False,
        cwd=folder,
        env=env,
        input=given,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return done


COMMANDS = {
    "lint": ("lint", "cables"),
    "jobs": ("lint", "--jobs", "2", "cables"),
    "timeout": ("lint", "--timeout", "20", "cables"),
    "audit": ("audit", "--out", "out", "--jobs", "2", "cables"),
    "lsp": ("lsp",),
}


@pytest.mark.parametrize("module", [False, True], ids=["script", "module"])
@pytest.mark.parametrize("name", COMMANDS)
def test_nothing_of_the_working_folder_is_imported(folder: Path, name: str, module: bool) -> None:
    if name == "lsp":
        pytest.importorskip("pygls")
    given = HEADER.format(len(EXIT)) + EXIT if name == "lsp" else ""
    done = run(folder, *COMMANDS[name], module=module, given=given)
    assert [] == [path.name for path in folder.glob("RAN-*")]
    assert "Traceback" not in done.stderr
    assert name == "lsp" or "4 documents: 4 checked" in done.stdout, done.stderr


@pytest.mark.slow
def test_nothing_of_the_working_folder_is_imported_on_a_cluster(folder: Path) -> None:
    pytest.importorskip("distributed")
    done = run(folder, "audit", "--out", "out", "--jobs", "2", "--cluster", "local", "cables")
    assert [] == [path.name for path in folder.glob("RAN-*")]
    assert "4 documents: 4 checked" in done.stdout, done.stderr


def test_the_environment_of_the_program_is_not_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    from checker.process_pool import safe_path

    for before in (None, "0"):
        monkeypatch.delenv("PYTHONSAFEPATH", raising=False)
        if before is not None:
            monkeypatch.setenv("PYTHONSAFEPATH", before)
        with safe_path():
            assert os.environ["PYTHONSAFEPATH"] == "1"
        assert os.environ.get("PYTHONSAFEPATH") == before
