"""Test the command `declass`: its rows, the schedule by year, and the calendar."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest

from checker.cli import main

CABLE = """\
R 101156Z SEP 07
FM AMEMBASSY STRELSAU
TO SECSTATE WASHDC 3691

C O N F I D E N T I A L STRELSAU 000412

E.O. 12958: DECL: {date}
TAGS: PREL, LS
SUBJECT: BOATS

Classified By: Jane Q. Doe, Political Counselor, for reasons 1.4 (b) and (d).

1. (C) The boats are old.
DOE
"""
NOTE = "A document is not declassified merely because its date has passed: it keeps its markings until someone with authority acts.\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "one.txt").write_text(CABLE.format(date="09/06/2017"), encoding="utf-8")
    (tmp_path / "two.txt").write_text(CABLE.format(date="09/06/2031").replace("000412", "000413"), encoding="utf-8")
    return tmp_path


def told(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[str, str]:
    assert main(["declass", "--as-of", "2026-11-23", *words]) == 0
    said = capsys.readouterr()
    return said.out, said.err


def test_the_table_says_the_dates_the_status_and_what_it_means(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, err = told(capsys, "one.txt", "two.txt")
    lines = out.split("\n")
    assert [
        "path cable date level instruction expected clause limit automatic status why",
        "one.txt 07STRELSAU412 2007-09-10 CONFIDENTIAL 09/06/2017 2017-09-06 E.O. 13292 1.5(b) 2032-09-10 2032-12-31 marked-date-passed "
        "The document itself gives the date. [ISOO-2003; FAS-AUTODECLASS]",
        "two.txt 07STRELSAU413 2007-09-10 CONFIDENTIAL 09/06/2031 2031-09-06 E.O. 13292 1.5(b) 2032-09-10 2032-12-31 marked-date-future "
        "The document itself gives the date. [ISOO-2003; FAS-AUTODECLASS]",
        "",
        "marked-date-future: the marked date has not been reached",
        "marked-date-passed: the marked date has passed; the document stays as marked until it is reviewed",
        "",
    ] == [" ".join(line.split()) for line in lines if not line.startswith("---")]
    assert NOTE == err


def test_csv_and_json_hold_the_same_rows(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = list(csv.DictReader(io.StringIO(told(capsys, "--format", "csv", "one.txt")[0])))
    assert json.loads(told(capsys, "--format", "json", "one.txt")[0]) == rows
    assert [("2017-09-06", "marked", "yes", "marked-date-passed")] == [
        (row["expected"], row["basis"], row["within_limit"], row["status"]) for row in rows
    ]


def test_the_schedule_counts_the_documents_of_each_year(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = list(csv.DictReader(io.StringIO(told(capsys, "--by-year", "--format", "csv", "one.txt", "two.txt")[0])))
    assert [("2017", "1", "0"), ("2031", "1", "0"), ("2032", "0", "2")] == [
        (row["year"], row["marked"], row["automatic"]) for row in rows
    ]


def test_the_calendar_has_an_entry_for_each_date(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = told(capsys, "--format", "ics", "one.txt")
    assert all(len(line.encode()) <= 75 for line in out.split("\r\n"))
    unfolded = out.replace("\r\n ", "").split("\r\n")
    assert ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//cablecheck//declass//EN", "CALSCALE:GREGORIAN"] == unfolded[:4]
    entry = unfolded[4:12]
    assert re.fullmatch(r"UID:[0-9a-f]{24}@cablecheck", entry.pop(1))
    assert [
        "BEGIN:VEVENT",
        "DTSTAMP:20261123T000000Z",
        "DTSTART;VALUE=DATE:20170906",
        "SUMMARY:07STRELSAU412 (CONFIDENTIAL): declassification date",
        "DESCRIPTION:one.txt. 09/06/2017. The document itself gives the date. The marked date has passed\\; the document "
        "stays as marked until it is reviewed.",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ] == entry
    assert "DTSTART;VALUE=DATE:20321231" in unfolded
    assert ["END:VCALENDAR", ""] == unfolded[-2:]
    assert out == told(capsys, "--format", "ics", "one.txt")[0]


def test_a_calendar_is_not_counted(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["declass", "--by-year", "--format", "ics", "one.txt"]) == 2
    assert "a calendar has one entry for each document" in capsys.readouterr().err


def test_a_file_without_a_telegram_is_excluded_if_found_and_failed_if_named(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "README.md").write_text("Telegrams of the Royal Archives.\n", encoding="utf-8")
    shown, warned = told(capsys, "--format", "csv", ".")
    assert 2 == len(list(csv.DictReader(io.StringIO(shown))))
    assert "README.md: excluded: not a telegram: " in warned
    for named in ("README.md", "README.md:1"):
        assert main(["declass", named]) == 2
        assert "README.md: failed: not a telegram: " in capsys.readouterr().err
    assert main(["declass", "--exclude", "*", "."]) == 2
    shown, warned = capsys.readouterr()
    assert (shown, warned.splitlines()[-1]) == ("", "no document was read: every file is excluded")
    (folder / "list").write_text("README.md\n", encoding="utf-8")
    assert main(["declass", "--files-from", "list"]) == 0
    assert "README.md: excluded: not a telegram: " in capsys.readouterr().err
