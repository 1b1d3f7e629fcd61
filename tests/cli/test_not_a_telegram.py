"""Texts that are no telegrams: told as failed where they were named or are rows, left out where they lie in a folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from checker import cli
from checker.cli import output
from checker.parser.layouts.detect import NOT_A_TELEGRAM as WHY

LIST = "Bread, butter\nand a new lamp\n"
TELEGRAM = "UNCLAS STRELSAU 000123\n\nE.O. 12958: N/A\nTAGS: PREL\nSUBJECT: BRIDGE\n\n1. THE BRIDGE IS OPEN.\n\nDOE\n"


def lint(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, int], list[tuple[str, str, str]]]:
    """The exit code, the ledger's counts, and (state, path, reason) of what was not checked."""
    code = cli.main(["lint", "--isolated", "--format", "json", *words])
    report = json.loads(capsys.readouterr().out)
    counts = {key: report["summary"][key] for key in ("checked", "excluded", "failed")}
    rest = [(key, row["path"], row["why"]) for key in ("excluded", "failed") for row in report[key]]
    return code, counts, rest


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "README").write_text(LIST)
    (tmp_path / "a.txt").write_text(TELEGRAM)
    return tmp_path


def test_one_that_was_named_has_failed(folder, capsys):
    wanted = (output.INCOMPLETE, {"checked": 1, "excluded": 0, "failed": 1}, [("failed", "README", WHY)])
    assert wanted == lint(capsys, "README", "a.txt")


def test_one_in_a_folder_is_left_out_and_told(folder, capsys):
    wanted = (output.OK, {"checked": 1, "excluded": 1, "failed": 0}, [("excluded", "./README", WHY)])
    assert wanted == lint(capsys, ".")


def test_a_folder_of_nothing_else_is_not_green(folder, capsys):
    (folder / "a.txt").unlink()
    wanted = (output.INCOMPLETE, {"checked": 0, "excluded": 1, "failed": 0}, [("excluded", "./README", WHY)])
    assert wanted == lint(capsys, ".")


def test_a_row_has_failed_wherever_its_file_lies(folder, capsys):
    rows = [{"_id": "A1", "body": LIST}, {"_id": "A2", "body": TELEGRAM}]
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    wanted = [("excluded", "./README", WHY), ("failed", "./rows.jsonl", WHY)]
    assert (output.INCOMPLETE, {"checked": 2, "excluded": 1, "failed": 1}, wanted) == lint(capsys, ".")


def test_standard_input_has_failed(capsys, monkeypatch):
    import io
    import sys

    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(LIST.encode())))
    code, counts, rest = lint(capsys, "-", "--stdin-filename", "list.txt")
    assert (output.INCOMPLETE, {"checked": 0, "excluded": 0, "failed": 1}, [("failed", "list.txt", WHY)]) == (
        code,
        counts,
        rest,
    )


@pytest.mark.parametrize(
    "text",
    [TELEGRAM, "1. (U) ONE.\n", "SECRET//NOFORN\n\nWords.\n", "Classified By: A. Roe\n", "SUBJECT: BRIDGE\n\nWords.\n"],
)
def test_one_sign_of_a_marked_text_is_enough(text, tmp_path, capsys):
    (tmp_path / "a.txt").write_text(text)
    assert {"checked": 1, "excluded": 0, "failed": 0} == lint(capsys, str(tmp_path / "a.txt"))[1]


def test_an_audit_keeps_the_same_books(folder, capsys):
    (folder / "rows.jsonl").write_text(json.dumps({"_id": "A1", "body": LIST}) + "\n")
    code = cli.main(["audit", ".", "--out", "../books", "--jobs", "1"])
    capsys.readouterr()
    sql = "select state, path, cable, why from ledger order by path"
    cli.main(["query", "../books", sql, "--format", "jsonl"])
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    wanted = [
        {"state": "excluded", "path": "./README", "cable": "", "why": WHY},
        {"state": "checked", "path": "./a.txt", "cable": "STRELSAU123", "why": ""},
        {"state": "failed", "path": "./rows.jsonl", "cable": "A1", "why": WHY},
    ]
    assert (output.INCOMPLETE, wanted) == (code, rows)
