"""Test texts that are not telegrams: they are failed if they were named or are rows, and excluded if they were found in
a folder.
"""

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
    """Return the exit code, the ledger's counts, and (state, path, reason) for each document that was not checked."""
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


def test_a_parse_of_nothing_is_not_green(folder, capsys):
    assert output.INCOMPLETE == cli.main(["parse", "--isolated", "--exclude", "*", "."])
    shown, warned = capsys.readouterr()
    assert ("", "no document was read: every file is excluded") == (shown, warned.splitlines()[-1])
    (folder / "list").write_text("README\n")
    assert output.OK == cli.main(["parse", "--isolated", "--exclude", "*", "--files-from", "list"])


@pytest.mark.parametrize("command", [["lint"], ["audit", "--out", "tables"]])
@pytest.mark.parametrize(
    ("paths", "counts"), [(["README", "a.txt"], "0 excluded, 1 failed"), (["[Ra]*"], "1 excluded, 0 failed")]
)
def test_a_pattern_is_a_search_as_a_folder_is(paths, counts, command, folder, capsys):
    cli.main([*command, "--isolated", *paths])
    assert f"2 documents: 1 checked, {counts}" in capsys.readouterr().out


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


OTHERS = {
    "README": LIST, "package.json": '{"name": "x"}', "table.csv": "a,b\n1,2\n", "page.html": "<p>Hello</p>",
    "empty.txt": "", "rows.jsonl": '{"a": 1}\n{"a": 2}\n', "list.json": "[]", "data.txt": "\0\1\2", "x.xml": "<a><b/></a>",
    "mail.eml": "From: a@b\nSubject: hi\nMIME-Version: 1.0\n\nhello\n",
}  # fmt: skip


@pytest.mark.parametrize("name", OTHERS)
def test_one_on_a_list_is_excluded(name, folder, capsys):
    (folder / name).write_text(OTHERS[name])
    code, counts, rest = lint(capsys, "--skip-other-files", "--", name)
    assert (output.OK, {"checked": 0, "excluded": 0, "failed": 0} | {"excluded": len(rest)}) == (code, counts)
    assert all(state == "excluded" and why for state, _, why in rest)
    (folder / "list").write_text(f"{name}\na.txt\n")
    code, counts, rest = lint(capsys, "--files-from", "list")
    assert (output.OK, 1, 0) == (code, counts["checked"], counts["failed"])


def test_what_is_damaged_or_missing_fails_on_a_list_too(folder, capsys):
    (folder / "bad.zip").write_bytes(b"PK\x03\x04damaged")
    code, counts, _ = lint(capsys, "--skip-other-files", "--", "bad.zip", "missing.txt", "a.txt")
    assert (output.INCOMPLETE, {"checked": 1, "excluded": 0, "failed": 2}) == (code, counts)


def test_a_row_on_a_list_fails_beside_a_telegram(folder, capsys):
    rows = [{"_id": "A1", "body": LIST}, {"_id": "A2", "body": TELEGRAM}]
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert {"checked": 1, "excluded": 0, "failed": 1} == lint(capsys, "--skip-other-files", "rows.jsonl")[1]


def test_a_folder_on_a_list_without_a_telegram_is_not_green(folder, capsys):
    (folder / "a.txt").unlink()
    assert output.INCOMPLETE == lint(capsys, "--skip-other-files", ".")[0]


def test_an_empty_list_is_no_error(folder, capsys):
    (folder / "list").write_text("")
    for words in (["--files-from", "list"], ["--skip-other-files"]):
        assert output.OK == cli.main(["lint", "--isolated", *words])
        assert "nothing checked" in capsys.readouterr().out


def test_lint_alone_takes_the_setting_or_the_folder(folder, capsys):
    assert {"checked": 1, "excluded": 1, "failed": 0} == lint(capsys)[1]
    (folder / "cables").mkdir()
    (folder / "cables" / "b.txt").write_text(TELEGRAM)
    (folder / "cablecheck.toml").write_text('include = ["cables"]\n')
    assert cli.main(["lint", "--format", "json"]) == output.OK
    assert json.loads(capsys.readouterr().out)["summary"]["handed_in"] == 1
    assert cli.main(["parse", "--fields", "--format", "json"]) == output.OK
