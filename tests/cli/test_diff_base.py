"""Test `lint --diff-base`: only findings on changed lines are shown, and a repository cannot make git run a program."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from checker import cli
from checker.cli import output

pytestmark = pytest.mark.slow  # starts git

GOOD = """P 141530Z MAR 06
FM AMEMBASSY STRELSAU
TO SECSTATE WASHDC

C O N F I D E N T I A L STRELSAU 000123

E.O. 12958: DECL: 03/13/2016
TAGS: EFIN, ETRD
SUBJECT: THE BRIDGE

Classified By: Jane Q. Doe, Counselor. Reasons: 1.4 (b).

1. (C) THE BRIDGE IS OPEN.

2. (C) THE KING CAME.

3. NOBODY FELL.
"""


def git(*words: str) -> None:
    names = ("-c", "user.name=A", "-c", "user.email=a@localhost", "-c", "init.defaultBranch=main")
    subprocess.run(["git", *names, *words], check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    (tmp_path / "a.txt").write_text(GOOD)
    git("init")
    git("add", ".")
    git("commit", "-m", "one")
    return tmp_path


def lint(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, list[str]]:
    code = cli.main(["lint", "--isolated", "--format", "concise", "--ignore", "FMT", *words])
    shown = capsys.readouterr()
    return code, (shown.out + shown.err).splitlines()


def places(lines: list[str]) -> list[str]:
    return [" ".join(line.split()[:3:2]) for line in lines if ".txt:" in line]


def test_only_findings_on_changed_lines_are_shown(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert places(lint(capsys, "a.txt")[1]) == ["a.txt:17:1: POR-001"]
    code, lines = lint(capsys, "--diff-base", "HEAD", "a.txt")
    assert code == output.OK
    assert lines[0].endswith("; diff-base: 1 finding on unchanged lines not shown")
    (repository / "a.txt").write_text(GOOD.replace("2. (C) THE", "2. THE"))
    code, lines = lint(capsys, "--diff-base", "HEAD", "a.txt")
    assert code == output.FINDINGS
    assert places(lines) == ["a.txt:15:1: POR-001"]


def test_a_missing_part_is_reported_if_its_file_changed(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    changed = GOOD.replace("Classified By: Jane Q. Doe, Counselor. Reasons: 1.4 (b).\n\n", "")
    (repository / "a.txt").write_text(changed)
    assert "a.txt:5:1: AUT-006" in places(lint(capsys, "--diff-base", "HEAD", "a.txt")[1])
    git("commit", "-am", "two")
    assert places(lint(capsys, "--diff-base", "HEAD", "a.txt")[1]) == []
    assert "a.txt:5:1: AUT-006" in places(lint(capsys, "--diff-base", "HEAD~1", "a.txt")[1])


@pytest.mark.parametrize("name", ["new.txt", 'a "b" \\ \u00fc.txt'])
def test_an_untracked_file_is_changed_whole(name: str, repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / name).write_text(GOOD)
    assert len(places(lint(capsys, "--diff-base", "HEAD", ".")[1])) == 1
    git("add", ".")
    assert len(places(lint(capsys, "--diff-base", "HEAD", ".")[1])) == 1
    git("commit", "-m", "two")
    assert places(lint(capsys, "--diff-base", "HEAD", ".")[1]) == []


def test_a_file_that_git_calls_binary_is_changed_whole(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "w.txt").write_bytes(GOOD.encode("utf-16"))
    git("add", ".")
    git("commit", "-m", "two")
    (repository / "w.txt").write_bytes(GOOD.replace("BRIDGE", "ROAD").encode("utf-16"))
    assert places(lint(capsys, "--diff-base", "HEAD", ".")[1]) == ["./w.txt:17:1: POR-001"]


def test_text_that_looks_like_a_diff_changes_nothing(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bait = GOOD.replace("THE KING CAME.", "THE KING CAME.\n++ b/b.txt\n@@ -1 +17 @@\n-- a/b.txt")
    (repository / "b.txt").write_text(GOOD)
    git("add", ".")
    git("commit", "-m", "two")
    (repository / "a.txt").write_text(bait)
    assert places(lint(capsys, "--diff-base", "HEAD", ".")[1]) == []


def test_changes_of_the_base_branch_since_then_do_not_count(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    git("checkout", "-b", "work")
    git("checkout", "main")
    (repository / "a.txt").write_text(GOOD.replace("3. NOBODY", "3. (C) NOBODY"))
    git("commit", "-am", "two")
    git("checkout", "work")
    assert places(lint(capsys, "--diff-base", "main", ".")[1]) == []


def test_unusable_revisions_and_options_are_refused(
    repository: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for words, said in (
        (("--diff-base", "nowhere"), "--diff-base: unknown revision 'nowhere'"),
        (("--diff-base=--output=x",), "--diff-base: unknown revision '--output=x'"),
        (("--diff-base", "HEAD", "--fix"), "--diff-base and --fix are mutually exclusive"),
    ):
        code, lines = lint(capsys, *words, "a.txt")
        assert (code, lines) == (output.INCOMPLETE, [f"cablecheck: {said}"])
    assert not (repository / "x").exists()
    outside = repository.parent / "outside"
    outside.mkdir()
    monkeypatch.chdir(outside)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(repository.parent))
    code, lines = lint(capsys, "--diff-base", "HEAD", str(repository / "a.txt"))
    assert code == output.INCOMPLETE
    assert lines[0].startswith("cablecheck: --diff-base: the working folder is not in a git repository")


def test_a_repository_runs_no_program(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    trap = f"touch {repository / 'ran'}; cat"
    (repository / ".gitattributes").write_text("*.txt diff=trap filter=trap\n")
    for name in ("core.fsmonitor", "diff.external", "diff.trap.command", "diff.trap.textconv", "filter.trap.clean"):
        git("config", name, trap)
    git("diff")
    assert (repository / "ran").exists()
    (repository / "ran").unlink()
    (repository / "a.txt").write_text(GOOD.replace("2. (C) THE", "2. THE"))
    assert places(lint(capsys, "--diff-base", "HEAD", "a.txt")[1]) == ["a.txt:15:1: POR-001"]
    assert not (repository / "ran").exists()
