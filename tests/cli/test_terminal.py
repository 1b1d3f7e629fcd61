"""Test output that depends on the terminal (color, width, progress), and output that no locale, file list, or pipe may
change.
"""

from __future__ import annotations

import importlib
import io
import multiprocessing
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from checker import cli, config, linter
from checker.cli import audit, output, rules
from checker.reporters import terminal

pty = pytest.importorskip("pty", reason="no terminals here")

ROOT = Path(__file__).parents[2]
PACK = ROOT / "tests" / "runs" / "pack"
RULES = ["--isolated", "--rules", str(PACK), "--select", "TST"]
PAINT = re.compile("\x1b\\[[0-9;]*[mK]")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number in range(60):
        (tmp_path / f"{number:02}.txt").write_text(
            "1.  (C) ALPHA.\n\n2.  BRAVO.\n" if number == 7 else "1.  (C) ALPHA.\n"
        )
    return tmp_path


def on_terminal(folder: Path, *words: str, **environment: str) -> str:
    """Return everything that a run prints to a terminal, on standard output and standard error."""
    main, side = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "checker", "lint", *RULES, *words, "."],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "120"} | environment,
        stdout=side,
        stderr=side,
        stdin=subprocess.DEVNULL,
    )
    os.close(side)
    shown = b""
    while True:
        try:
            piece = os.read(main, 65536)
        except OSError:
            break
        if not piece:
            break
        shown += piece
    os.close(main)
    process.wait(60)
    return shown.decode()


def test_a_terminal_sees_colour_and_progress(folder: Path) -> None:
    shown = on_terminal(folder)
    assert "\x1b[31merror\x1b[0m" in shown
    assert "of 60 files" in shown
    assert "TST-001" in PAINT.sub("", shown)


def test_progress_is_told_while_the_workers_work(folder: Path) -> None:
    told = []

    def tell(done: int, of: int) -> None:
        told.append((done, of, len(multiprocessing.active_children())))

    words = {"rules": [str(PACK)], "select": ["TST"], "jobs": 2}
    outcome = linter.lint([str(folder)], config.settle(words, isolated=True), tell)
    assert [(number, 60) for number in range(1, 61)] == [(done, of) for done, of, _ in told]
    assert 2 == told[0][2]
    assert sorted(each.path for each in outcome.results) == [each.path for each in outcome.results]


def test_no_color_is_obeyed(folder: Path) -> None:
    assert "\x1b[31m" not in on_terminal(folder, NO_COLOR="1")
    assert "\x1b[31m" not in on_terminal(folder, TERM="dumb")
    assert "\x1b[31m" in on_terminal(folder, "--color", "always", NO_COLOR="1")


def test_a_narrow_terminal_gets_short_lines(folder: Path) -> None:
    lines = PAINT.sub("", on_terminal(folder, COLUMNS="40")).replace("\r", "\n").split("\n")
    assert "./07.txt:3:1  error  TST-001" in lines
    assert "  paragraph 2. has no portion mark" in lines


def test_a_pipe_sees_neither(folder: Path) -> None:
    words = [sys.executable, "-m", "checker", "lint", *RULES, "."]
    made = subprocess.run(
        words, cwd=folder, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, check=False
    )
    assert b"\x1b" not in made.stdout
    assert made.stderr == b""


def test_paths_that_end_with_nul(folder: Path) -> None:
    odd = folder / "with\nnewline \u00e9.txt"
    odd.write_text("1.  ALPHA.\n")
    words = [sys.executable, "-m", "checker", "lint", *RULES, "--format", "concise", "--files-from", "-", "-0"]
    made = subprocess.run(
        words,
        cwd=folder,
        input=os.fsencode(odd.name) + b"\0" + b"07.txt\0",
        env=os.environ | {"PYTHONPATH": str(ROOT), "LC_ALL": "C"},
        capture_output=True,
        check=False,
    )
    assert made.returncode == 1
    assert "with\\x0anewline \u00e9.txt:1:1: error TST-001" in made.stdout.decode()


def test_jobs_follow_the_work(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: range(4), raising=False)
    paths = [str(path) for path in sorted(folder.iterdir())]
    assert linter._automatic_jobs(paths) == 1
    for path in paths[:3]:
        Path(path).write_text("x" * 1_000_000)
    assert linter._automatic_jobs(paths) == 3
    assert linter._automatic_jobs(paths[:1]) == 1
    assert linter._automatic_jobs([*paths * 3, "missing"]) == 4


def test_jobs_do_not_change_the_report(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linter, "BYTES_PER_JOB", 100)
    words = {"rules": [str(PACK)], "select": ["TST"]}
    automatic = linter.lint([str(folder)], config.settle(words, isolated=True))
    alone = linter.lint([str(folder)], config.settle(words | {"jobs": 1}, isolated=True))
    assert automatic == alone


@pytest.mark.parametrize("width", [30, 40, 79, 100, 120])
@pytest.mark.parametrize("form", ["table", "full"])
def test_no_line_is_wider_than_the_terminal(form: str, width: int, folder: Path) -> None:
    damaged = "S E C R E T STRELSAU 000123\n\n1.  (SE) ALPHA.\n\n2.  BRAVO.\n\nThis record is a partial extract.\n"
    (folder / ("a-rather-long-name-of-a-telegram" * 2 + ".txt")).write_text(damaged)
    words = [sys.executable, "-m", "checker", "lint", "--isolated", "--format", form, "."]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "COLUMNS": str(width)}
    made = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert "undetermined" in made.stdout
    assert max(map(len, made.stdout.split("\n"))) <= width


@pytest.mark.parametrize("words", [["--help"], *([name, "--help"] for name in cli.COMMANDS)])
def test_help_is_no_wider_than_columns(
    words: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "64")
    assert cli.main(words) == 0
    shown = capsys.readouterr().out
    assert max(map(len, shown.split("\n"))) <= 64
    assert "\nexamples:\n  cablecheck " in shown


EXAMPLE = str(ROOT / "examples" / "09STRELSAU123.txt")
FOR_PEOPLE = (
    ["explain", "CLS-004"], ["explain", "CLS-004", EXAMPLE], ["explain", "NODIS"], ["explain", "model"],
    ["parse", EXAMPLE], ["declass", EXAMPLE], ["rules", "list"], ["query", "anywhere", "--tables"],
    ["lint", "--statistics", EXAMPLE], ["lint", "--sevrity", "POR-001=an-unknown-option"], ["rules", "--help"],
)  # fmt: skip


@pytest.mark.parametrize("width", [60, 120])
@pytest.mark.parametrize("words", FOR_PEOPLE)
def test_text_for_people_fits_columns_through_a_pipe(
    words: list[str], width: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.chdir(ROOT)
    cli.main(words)
    shown = capsys.readouterr()
    lines = f"{shown.out}\n{shown.err}".split("\n")
    assert len(lines) > 2
    assert max(map(len, lines)) <= width


def test_a_table_narrows_columns_of_words_before_codes() -> None:
    rows = [["POR-001", "unmarked-paragraph", "Every portion of a classified document must have a portion mark."]]
    assert [
        "id       name                requirement",
        "-------  ------------------  ------------------------",
        "POR-001  unmarked-paragraph  Every portion of a",
        "                             classified document must",
        "                             have a portion mark.",
    ] == list(terminal.grid(rows, ("id", "name", "requirement"), 56))
    assert ["  a    b", "---  ---", "  1    2"] == list(terminal.grid([[1, 2]], "ab", 80))
    records = list(terminal.grid(rows, ("id", "name", "requirement"), 30))
    assert "id           POR-001" == records[0]
    assert max(map(len, records)) <= 30


ACTIONS = [f"rules {name}" for name in rules.ACTIONS] + list(audit.WHAT)


@pytest.mark.parametrize("command", [*(name for name in cli.COMMANDS if name not in ("rules", "audit")), *ACTIONS])
def test_the_examples_of_a_command_are_valid(command: str) -> None:
    name, _, action = command.partition(" ")
    module = importlib.import_module(f"checker.cli.{name}")
    argument = {"rules": [action], "audit": [command]}.get(name, [])
    parser = module.arguments(*argument)
    assert parser.examples
    for example in parser.examples:
        words = shlex.split(example)
        assert words[: 1 + bool(action)] == command.split()
        parser.parse_args(words[1 + bool(action) :])


def test_each_command_is_in_one_group_of_the_help() -> None:
    assert sorted(cli.COMMANDS) == sorted(name for names in cli.GROUPS.values() for name in names)


def test_an_interrupted_run_says_how_to_continue(
    folder: Path,
    tmp_path_factory: pytest.TempPathFactory,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def interrupt(*given: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("checker.audit.pipeline.checkpoint.pending_tasks", interrupt)
    assert 130 == cli.main(["audit", *RULES, str(folder), "--out", str(tmp_path_factory.mktemp("out") / "audit")])
    assert "run the same command with --resume" in capsys.readouterr().err
    monkeypatch.setattr(linter, "_exclude_others", interrupt)
    assert 130 == cli.main(["lint", *RULES, str(folder)])
    assert "interrupted: 60 of 60 files were checked; with --cache" in capsys.readouterr().err


def test_a_progress_bar_has_totals_rate_and_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(sys, "stderr", Terminal())
    clock = iter([100.0, 100.0, 102.0, 102.05, 104.0])
    monkeypatch.setattr(output.time, "monotonic", lambda: next(clock))
    bar = output.ProgressBar()
    for number in (0, 500, 510, 1000):
        bar.show(number / 2000, f"{number:,} of 2,000 files", number)
    bar.clear()
    assert [
        "",
        "[--------------------]   0%  0 of 2,000 files",
        "[#####---------------]  25%  500 of 2,000 files  250/s  0:06 left",
        "[##########----------]  50%  1,000 of 2,000 files  250/s  0:04 left",
        "",
    ] == sys.stderr.getvalue().split("\r\x1b[K")  # type: ignore[attr-defined]
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    clock = iter([100.0, 102.0])
    output.ProgressBar().show(0.5, "1 of 2 files", 1)
    assert "" == sys.stderr.getvalue()  # type: ignore[attr-defined]


def test_a_letter_spaced_word_is_not_broken_between_lines() -> None:
    text = 'fixed: "C O N F I D E N T I A L" -> "S E C R E T" (unsafe)'
    assert [
        'fixed: "C O N F I D E N T I A L" ->',
        '    "S E C R E T" (unsafe)',
    ] == list(terminal.folded(text, 42))
