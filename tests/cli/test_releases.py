"""Test the comparison of two releases of one telegram: it shows exactly the planted differences, and explains codes
from the tables.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from checker.cli import main

BASE = (Path(__file__).parents[2] / "rules" / "telegrams" / "confidential-2007.txt").read_text(encoding="utf-8")
STAMP = "UNCLASSIFIED U.S. Department of State Case No. F-{case} Doc No. C17661234 Date: {day}\n\n{release}\n\n"
SECOND = "(C) The Chancellor asked for two more carriages."
PLANTED: dict[str, tuple[str, str, dict[str, str]]] = {
    "a paragraph withheld whole": (f"2. {SECOND}", "2. [(b)(1)]", {"mark": "", "withheld": ""}),
    "words withheld": ("two more carriages", "[1 line not declassified]", {"withheld": ""}),
    "a number and its paragraph withheld": (f"2. {SECOND}", "[1 paragraph not declassified]", {"paragraph": ""}),
    "a name withheld": ("Jane Q. Doe", "[name not declassified]", {"classifier": ""}),
    "another level": ("C O N F I D E N T I A L STRELSAU", "UNCLAS STRELSAU", {"level": "UNCLASSIFIED", "due": ""}),
    "another mark": (SECOND, SECOND.replace("(C)", "(S)"), {"mark": "(S)"}),
    "another date": ("DECL: 09/06/2017", "DECL: 09/06/2032", {"instruction": "09/06/2032", "due": "2032-09-06"}),
    "another subject": ("TRAVEL PLANS", "COACHES", {"subject": "THE KING'S COACHES"}),
    "other words": ("two more carriages", "three more carriages", {"text": "three"}),
    "other reasons": ("1.4 (b) and (d)", "1.4 (b)", {"reasons": "1.4 b"}),
}


def copy(
    text: str, case: str = "2010-01234", day: str = "05/12/2012", release: str = "RELEASE IN PART B1,1.4(D)"
) -> str:
    return STAMP.format(case=case, day=day, release=release) + text


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "later.txt").write_text(copy(BASE), encoding="utf-8")
    return tmp_path


def differences(capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, object]]:
    assert main(["compare", "--format", "json", *words, "later.txt", "earlier.txt"]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    return found["differences"]


@pytest.mark.parametrize("name", PLANTED)
def test_each_planted_difference_is_shown_and_none_else(
    name: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new, wanted = PLANTED[name]
    assert BASE.count(old) == 1
    (folder / "earlier.txt").write_text(copy(BASE.replace(old, new)), encoding="utf-8")
    found = differences(capsys)
    assert {one["kind"]: one["right"] for one in found} == wanted
    withheld = [one["withheld_by"] for one in found]
    assert withheld == ["right"] * len(found) if "withheld" in name else withheld == [""] * len(found)


@pytest.mark.parametrize(
    ("change", "left", "right"),
    [
        ({9999: "coaches"}, "w9999", "coaches"),
        ({0: "coaches", 9999: "trains"}, "w0 w1 w2", "coaches w1 w2"),
    ],
    ids=["after ten thousand equal words", "too far apart to be aligned"],
)
def test_every_word_of_a_long_paragraph_is_compared(
    change: dict[int, str], left: str, right: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [f"w{number}" for number in range(10_000)]
    for name, changed in (("later.txt", {}), ("earlier.txt", change)):
        text = " ".join(changed.get(number, word) for number, word in enumerate(words))
        (folder / name).write_text(copy(BASE.replace("two more carriages", text)), encoding="utf-8")
    (found,) = differences(capsys)
    assert found["kind"] == "text"
    assert str(found["left"]).startswith(left)
    assert str(found["right"]).startswith(right)


def test_equal_copies_have_no_difference(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "earlier.txt").write_text(copy(BASE), encoding="utf-8")
    assert differences(capsys) == []
    (folder / "earlier.txt").write_text(copy(BASE).replace("000412", "000413").replace("#0412", "#0413"))
    assert main(["compare", "later.txt", "earlier.txt"]) == 0
    assert capsys.readouterr().err == "cablecheck: the two files have different message numbers\n"


def test_the_stamps_are_compared(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = copy(BASE, "2014-09999", "08/01/2016", "RELEASE IN FULL")
    (folder / "earlier.txt").write_text(text, encoding="utf-8")
    found = {one["kind"]: (one["left"], one["right"]) for one in differences(capsys)}
    assert found == {
        "release": ("part", "full"),
        "release-date": ("2012-05-12", "2016-08-01"),
        "codes": ("B1 1.4(D)", ""),
    }


@pytest.mark.parametrize("form", ["text", "json", "html"])
def test_redacted_reports_show_no_words(form: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = BASE.replace(SECOND, "[(b)(1)]").replace("TRAVEL PLANS", "COACHES").replace("Jane Q. Doe", "Richard Roe")
    (folder / "earlier.txt").write_text(copy(text), encoding="utf-8")
    assert main(["compare", "--redact", "--format", form, "later.txt", "earlier.txt"]) == 0
    out = capsys.readouterr().out
    for word in ("Chancellor", "carriages", "KING", "COACHES", "Doe", "Roe", "bridge", "STRELSAU"):
        assert word not in out
    assert "7 words" in out or form == "html"
    assert "withheld by the right copy" in out or form == "json"


def test_the_page_escapes_the_documents(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "earlier.txt").write_text(copy(BASE.replace("carriages", "<script>alert(1)</script>")), encoding="utf-8")
    assert main(["compare", "--format", "html", "later.txt", "earlier.txt"]) == 0
    out = capsys.readouterr().out
    assert "<script>" not in out and "&lt;script&gt;" in out


def test_a_file_of_several_documents_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "earlier.txt").write_text("", encoding="utf-8")
    assert main(["compare", "later.txt", "earlier.txt"]) == 2
    assert "earlier.txt" in capsys.readouterr().err


@pytest.mark.slow
def test_releases_compares_the_copies_of_each_number(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "earlier.txt").write_text(copy(BASE.replace(SECOND, "[(b)(1)]")), encoding="utf-8")
    (folder / "other.txt").write_text(BASE.replace("000412", "000413").replace("#0412", "#0413"), encoding="utf-8")
    assert main(["audit", "--isolated", "--quiet", "--out", "out", "later.txt", "earlier.txt", "other.txt"]) in (0, 1)
    capsys.readouterr()
    assert main(["releases", "--format", "json", "out"]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert found["mrn"] == "07STRELSAU412"
    assert [one["kind"] for one in found["differences"]] == ["mark", "withheld"]
    assert main(["audit", "--isolated", "--quiet", "--out", "single", "other.txt", "gone.txt"]) == 2
    assert "\nfailed  gone.txt: does not exist\n" in "\n" + capsys.readouterr().out
    assert main(["releases", "single"]) == 0
    assert capsys.readouterr().out == "single: no message number has more than one copy\n"


@pytest.mark.parametrize(
    ("word", "wanted"),
    [
        ("OADR", ["Originating agency's determination required", "1982-08-01", "E.O. line", "25 years"]),
        ("X1", ["1995-10-14", "25 years from the date of the source"]),
        ("NODIS", ["line of its own below the classification line", "Not together with EXDIS"]),
        ("XGDS-3", ["E.O. 11652: Exempt from the schedule", "30 years and the rest of that year"]),
        ("25X1", ["Date or event after it: needed", "50 years"]),
        ("B1", ["5 U.S.C. 552(b)(1)", "beside a release stamp"]),
        ("(b)(1)", ["5 U.S.C. 552(b)(1)"]),
        ("1.4(d)", ["E.O. 13526 1.4(d)", "Comes with B1"]),
        ("S//NF", ["S: SECRET", "NOFORN: NOT RELEASABLE", "Not together with REL TO"]),
    ],
)
def test_a_word_is_explained_from_the_tables(word: str, wanted: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", word]) == 0
    out = capsys.readouterr().out
    assert [part for part in wanted if part not in out] == []
    assert "source: " in out


RECORD = (
    "Message Text\n\n{text}\n\nMessage Attributes\n\nDocument Number: 1975STRELS00123\nFrom: STRELSAU\nTo: STATE\n"
    "Draft Date: 14 MAR 1975\nLocator: {locator}\nOriginal Classification: CONFIDENTIAL\n"
)


@pytest.mark.parametrize(
    ("locator", "text", "reason"),
    [
        ("TEXT WITHDRAWN", "", "withdrawn by reviewers"),
        ("TEXT ON-LINE", "TEXT WITHDRAWN", "withdrawn by reviewers"),
        ("ADS TEXT UNRETRIEVABLE", "ERROR READING TEXT INDEX FILE; TEXT UNRETRIEVABLE", "not retrievable from the old system"),
        ("TEXT ON-LINE", "EXPAND ERROR ENCOUNTERED", "not expandable from its compressed form"),
        ("TEXT ON MICROFILM", "", "on microfilm only"),
    ],
)  # fmt: skip
def test_a_withdrawn_text_is_told_from_a_lost_one(
    locator: str, text: str, reason: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "record.txt").write_text(RECORD.format(locator=locator, text=text), encoding="utf-8")
    assert main(["lint", "--isolated", "--format", "json", "record.txt"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["summary"]["checked"], report["findings"]) == (1, [])
    reasons = {one["why"] for one in report["undetermined"] if one["rule"] == "FMT-027"}
    assert reasons == {f"the text is missing from this copy: {reason}"}


def test_a_document_withheld_in_full_is_checked_and_undetermined(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "later.txt").write_text(copy("B1\n", release="DENIED IN FULL B1,1.4(D)"), encoding="utf-8")
    assert main(["lint", "--isolated", "--format", "json", "later.txt"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["summary"]["checked"], report["findings"]) == (1, [])
    whys = {one["why"] for one in report["undetermined"]}
    assert "the text is missing because reviewers withheld all of it" in whys


@pytest.mark.slow
def test_a_classified_copy_of_a_released_telegram_is_found_among_foia_copies(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "plain.txt").write_text(BASE, encoding="utf-8")
    (folder / "other.txt").write_text(BASE.replace("000412", "000413").replace("#0412", "#0413"), encoding="utf-8")
    (folder / "denied.txt").write_text(
        copy(BASE, release="DENIED IN FULL").replace("000412", "000413").replace("#0412", "#0413"), encoding="utf-8"
    )
    files = ["later.txt", "plain.txt", "other.txt", "denied.txt"]
    assert main(["audit", "--isolated", "--quiet", "--out", "out", *files]) in (0, 1)
    capsys.readouterr()
    assert main(["query", "--format", "jsonl", "out", "select path, released from cables order by path"]) == 0
    rows = map(json.loads, capsys.readouterr().out.splitlines())
    assert [(row["path"], row["released"]) for row in rows] == [
        ("denied.txt", False), ("later.txt", True), ("other.txt", False), ("plain.txt", False),
    ]  # fmt: skip
    assert main(["query", "--format", "jsonl", "out", "select path from findings where rule = 'CRP-011'"]) == 0
    assert json.loads(capsys.readouterr().out) == {"path": "plain.txt"}
