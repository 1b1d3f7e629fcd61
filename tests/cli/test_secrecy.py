"""Test that document text does not leak or control anything: redaction, escapes, and hostile content."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from checker import cli
from checker.reporters import REPORTERS

ROOT = Path(__file__).parents[2]
PACK = ROOT / "tests" / "runs" / "pack"
RULES = ["--isolated", "--rules", str(PACK), "--select", "TST,TST-003"]
CANARY = "CANARYQ"
TELEGRAM = f"""VZCZCXRO1234
OO RUEHXX
DE RUEHSU #0124 2531156
ZNY CCCCC ZZH
O 101156Z SEP 07
FM AMEMBASSY {CANARY}
TO RUEHC/SECSTATE WASHDC IMMEDIATE 3691

C O N F I D E N T I A L {CANARY} 000124

E.O. 12958: DECL: 09/06/2017
TAGS: {CANARY}
SUBJECT: {CANARY.lower()} AND {CANARY}

Classified By: Counselor Anton {CANARY}.  Reasons 1.4 (B/D).

1.  (C) {CANARY} spoke.

2.  {CANARY} was silent.
"""


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a cache folder that contains the compiled rules for the runs in this module."""
    home = tmp_path_factory.mktemp("compiled")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(home))
        for words in (RULES, ["--isolated"]):
            assert cli.main(["lint", *words, "--exit-zero", str(ROOT / "rules" / "telegrams" / "unclas-2007.txt")]) == 0
    return home


@pytest.fixture
def folder(tmp_path: Path, compiled: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    work, home = tmp_path / "work", tmp_path / "home"  # a cache below the working folder would be ignored
    shutil.copytree(compiled, home)
    work.mkdir()
    (work / "a.txt").write_text(TELEGRAM)
    (work / "b.json").write_text('{"body": "' + CANARY + '"')
    monkeypatch.chdir(work)
    monkeypatch.setenv("XDG_CACHE_HOME", str(home))
    return work


def everything(folder: Path) -> str:
    """Return the contents of all files that a run wrote."""
    files = [path for path in folder.parent.rglob("*") if path.is_file() and path.name not in ("a.txt", "b.json")]
    return "".join(path.read_text(encoding="utf-8", errors="replace") for path in files)


def test_redacted_runs_leave_no_word_of_a_document(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in REPORTERS:
        words = [
            "lint",
            *RULES,
            "--redact",
            "--cache",
            "--statistics",
            "--format",
            name,
            "--output",
            f"{name}=out.{name}",
        ]
        assert cli.main([*words, "a.txt"]) in (0, 1)
    cli.main(["baseline", "create", *RULES, "--redact", "a.txt"])
    shown = capsys.readouterr()
    assert CANARY.lower() not in (shown.out + shown.err + everything(folder)).lower()
    assert "TST-002" in shown.out


UNREADABLE = TELEGRAM.replace("DECL: 09/06/2017", f"DECL: {CANARY}").replace("1.4 (B/D)", f"1.4 ({CANARY})")


def test_undetermined_verdicts_are_shown_without_words_of_a_document(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "a.txt").write_text(UNREADABLE)
    assert cli.main(["lint", "--isolated", "--format", "json", "--exit-zero", "a.txt"]) == 0
    verdicts = json.loads(capsys.readouterr().out)["undetermined"]
    assert any(CANARY in one["quote"] for one in verdicts)
    assert not any(CANARY in one["why"] for one in verdicts)
    for name in REPORTERS:
        cli.main(["lint", "--isolated", "--redact", "--exit-zero", "--format", name, "a.txt"])
        shown = capsys.readouterr().out
        assert CANARY.lower() not in shown.lower(), name
        assert [] == [one["rule"] for one in verdicts if one["rule"] not in shown], name


def test_without_redaction_the_canary_sings(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["lint", *RULES, "--format", "full", "a.txt"])
    assert CANARY in capsys.readouterr().out


def test_the_result_cache_gives_the_same_bytes(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["lint", *RULES, "--format", "json", "a.txt"]
    cli.main(words)
    plain = capsys.readouterr().out
    for _ in range(2):
        cli.main([*words, "--cache"])
        assert plain == capsys.readouterr().out
    kept = [path for path in (folder.parent / "home" / "cablecheck" / "results").rglob("*") if path.is_file()]
    assert kept
    for path in kept:
        path.write_text("damaged")
    cli.main([*words, "--cache"])
    assert plain == capsys.readouterr().out


def test_no_socket_is_opened_and_no_code_of_the_folder_is_run(folder: Path) -> None:
    (folder / "sitecustomize.txt").write_text("1.  (C) ALPHA.\n")
    for name in ("checks.py", "conftest.py", "cablecheck.py", "yaml.py", "tomllib.py", "argparse.py"):
        (folder / name).write_text("raise SystemExit('planted code ran')\n")
    (folder / "docs").mkdir()
    (folder / "docs" / "cablecheck.toml").write_text('select = ["NONE"]\n')
    (folder / "docs" / "c.txt").write_text("1.  ALPHA.\n")
    script = (
        "import sys\n"
        "def hook(event, args):\n"
        "    if event.startswith('socket.') or event in ('subprocess.Popen', 'os.system'):\n"
        "        raise SystemExit(f'{event} {args}')\n"
        "sys.addaudithook(hook)\n"
        "from checker.cli import main\n"
        f"sys.exit(main(['lint', *{RULES!r}, '--format', 'concise', 'docs/c.txt']))\n"
    )
    made = subprocess.run(
        [sys.executable, "-P", "-c", script],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (1, "") == (made.returncode, made.stderr)
    assert made.stdout.startswith("docs/c.txt:1:1: error TST-001")


def test_directives_in_a_document_change_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "1.  ALPHA.\n"
    comments = "# noqa\n# cablecheck: ignore\n# cablecheck: disable=TST-001\n<!-- cablecheck-disable -->\n# nosemgrep\n"
    (folder / "a.txt").write_text(text)
    cli.main(["lint", *RULES, "--format", "concise", "a.txt"])
    first = capsys.readouterr().out
    (folder / "a.txt").write_text(text + comments)
    cli.main(["lint", *RULES, "--format", "concise", "a.txt"])
    assert first == capsys.readouterr().out


def test_links_devices_and_pipes_are_not_read(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.mkfifo(folder / "pipe")
    os.symlink("/etc/passwd", folder / "link")
    code = cli.main(["lint", *RULES, "--format", "concise", "."])
    shown = capsys.readouterr().out
    assert code == 2
    assert "failed  ./pipe: is a named pipe" in shown
    assert "excluded  ./link: a symbolic link, not followed" in shown


def test_the_result_cache_does_not_grow_for_ever(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from checker import result_cache

    home = folder.parent / "home"
    monkeypatch.setattr(result_cache, "MAX_RECORDS", 4)
    monkeypatch.setattr(result_cache, "key_of", lambda *parts: "aa" + str(abs(hash(parts))))
    for number in range(20):
        (folder / "n.txt").write_text("1.  (C) ALPHA.\n" * (number + 1))
        cli.main(["lint", *RULES, "--cache", "n.txt"])
    assert 0 < len(list((home / "cablecheck" / "results" / "aa").iterdir())) <= 4


COMMANDS = "##vso[task.setvariable variable=DEMO]owned ##[error]owned ##VSO[x] ::error::owned"


@pytest.mark.parametrize("width", ["0", "20", "41", "120"])
@pytest.mark.parametrize("name", REPORTERS)
def test_no_output_holds_a_command_of_a_build_runner(
    name: str, width: str, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    (folder / "a.txt").write_text(f"SUBJECT: {COMMANDS}\n\nClassified By: {COMMANDS}.\n\n1. {COMMANDS}\n")
    (folder / COMMANDS.replace("/", "")).write_text("SUBJECT: X\n\n1.  ALPHA.\n")
    cli.main(
        ["lint", "--isolated", "--format", name, "--output", f"{name}=out", "a.txt", COMMANDS, "missing" + COMMANDS]
    )
    shown = capsys.readouterr()
    for text in (shown.out, shown.err, (folder / "out").read_text()):
        assert "##[" not in text
        assert "##vso[" not in text.lower()
    if name in ("table", "concise", "full"):
        assert [] == [line for line in shown.out.split("\n") if line.lstrip().startswith("::")]


def test_json_readers_get_the_text_itself(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / COMMANDS).write_text("1.  ALPHA.\n")
    cli.main(["lint", *RULES, "--format", "json", COMMANDS])
    assert json.loads(capsys.readouterr().out)["findings"][0]["path"] == COMMANDS


@pytest.mark.skipif(os.name != "posix", reason="file descriptors of POSIX")
@pytest.mark.parametrize("closing", [">&-", "2>&-", ">&- 2>&-"])
@pytest.mark.parametrize("command", ["lint", "rules list", "audit --out out"])
def test_closed_streams_end_with_one_line_at_most(closing: str, command: str, folder: Path) -> None:
    paths = "" if command == "rules list" else "a.txt"
    script = f"{sys.executable} -m checker {command} --isolated {paths} {closing}"
    made = subprocess.run(
        ["sh", "-c", script], env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
    )
    assert made.returncode == 2
    assert (made.stdout + made.stderr).count("\n") <= 1


def test_quotes_of_pages_have_no_entities(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "<html><body><pre>\nC O N F I D E N T I A L STRELSAU 000123\n\nTAGS: PREL, A&amp;B\n\n1. (C) A.\n</pre></body></html>"
    (folder / "page.html").write_text(text)
    cli.main(["lint", "--isolated", "--format", "json", "--select", "TAG-002", "page.html"])
    assert ["A&B"] == [one["quote"] for one in json.loads(capsys.readouterr().out)["findings"]]
