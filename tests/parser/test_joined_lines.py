"""Lines above the text that a copy has joined: captions and pass lines, fields, references and the text below them."""

from __future__ import annotations

import pytest
from parsing import BANNER, FIELDS, HEADER, telegram

from checker import engine, rulebook
from checker.model import Authority
from checker.text import Source

LEVEL = BANNER.partition("\n")[0] + "\n\n"
BLOCK = "Classified By: Jane Q. Doe, Consul, for reasons 1.4 (b) and (d).\n\n"
TEXT = "1. (C) The King will open the bridge.\n\n2. (C) The Chancellor sent two carriages.\nDOE\n"
LONG = "STATE FOR EUR/RU, EUR/ACE AND INL, COMMERCE FOR BRIDGES AND ROADS DIVISION (J. ROE), ENERGY FOR R. MILES"


def undetermined_and_failed(text: str) -> tuple[set[str], set[str]]:
    source, book = Source("telegram.txt", text), rulebook.load()
    judgment = engine.judge(telegram(text), source, book)
    return {each.rule for each in judgment.undetermined}, {each.rule for each in judgment.findings}


@pytest.mark.parametrize(
    ("lines", "captions", "passing"),
    [
        ("DEPT FOR EUR/RU NOFORN SIPDIS\n", ("NOFORN", "SIPDIS"), ["DEPT FOR EUR/RU"]),
        ("NOFORN SIPDIS DEPT FOR EUR/RU\n", ("NOFORN", "SIPDIS"), ["DEPT FOR EUR/RU"]),
        ("NOFORN, SIPDIS STATE FOR EUR/RU (Roe);\nALSO FOR INL SENSITIVE\n", ("NOFORN", "SIPDIS", "SENSITIVE"), None),
        (f"{LONG} SIPDIS\n", ("SIPDIS",), None),
        (f"NOFORN SIPDIS {LONG}\n", ("NOFORN", "SIPDIS"), None),
        ("STATE FOR EUR/RU, PLEASE TREAT THE SENSITIVE\n", (), ["STATE FOR EUR/RU, PLEASE TREAT THE SENSITIVE"]),
        ("SIPDIS\n\nSECRET//NOFORN\n", ("SIPDIS", "NOFORN"), []),
        ("SIPDIS\n\nCONFIDENTIAL\n", ("SIPDIS",), []),
    ],
)
def test_captions_joined_to_other_lines(lines: str, captions: tuple[str, ...], passing: list[str] | None) -> None:
    found = telegram(HEADER + LEVEL + lines + "\n" + FIELDS + BLOCK + TEXT)
    assert captions == found.caption_codes
    if passing is not None:
        assert passing == [word.text for word in found.passing]


def test_fields_that_share_a_line_excuse_a_missing_field_only() -> None:
    joined = "E.O. 12598: DECL: 03/12/2018 TAGS: PREL, PGOV\n\n"
    undetermined, failed = undetermined_and_failed(HEADER + BANNER + joined + TEXT)
    assert {"FMT-027", "AUT-006"} <= undetermined
    assert "AUT-003" in failed
    apart = joined.replace(" TAGS", "\nTAGS")
    assert {"FMT-027", "AUT-006"} <= undetermined_and_failed(HEADER + BANNER + apart + TEXT)[1]


def test_a_citation_shows_that_references_and_subject_are_lost() -> None:
    fields = FIELDS.replace("SUBJECT: THE KING\n", "")
    for cited in ("(ref A)", "(reftel)", "as in refs B and C"):
        text = HEADER + BANNER + fields + TEXT.replace("bridge", f"bridge {cited}")
        assert {"FMT-027", "AUT-006"} <= undetermined_and_failed(text)[0]
    assert {"FMT-027", "AUT-006"} <= undetermined_and_failed(
        HEADER + BANNER + fields + TEXT.replace("King", "referee")
    )[1]


@pytest.mark.parametrize("gap", ["\n", "\n\n", " "])
def test_marked_text_without_a_number_below_references(gap: str) -> None:
    found = telegram(HEADER + BANNER + FIELDS + f"REF: ZENDA 12{gap}(U) Consul delivered reftel points.\n\nDOE\n")
    assert [("ZENDA", 12)] == [(item.post, item.serial) for item in found.references]
    assert ["(U)"] == [item.mark.text for item in found.paragraphs if item.mark is not None]
    assert found.signature is not None


def test_a_lettered_reference_is_no_portion_mark() -> None:
    found = telegram(
        HEADER + BANNER + FIELDS + "REF: (A) ZENDA 12\n     (B) ZENDA 13\n     (C )ZENDA 14\n\n" + BLOCK + TEXT
    )
    assert ["A", "B", "C"] == [item.letter for item in found.references]
    assert isinstance(found.authority, Authority)


@pytest.mark.parametrize(
    ("references", "letters"),
    [
        ("A. ROE-DOE EMAIL B. ZENDA 13 C. ZENDA 14", "ABC"),
        ("A. A) ZENDA 12\n     B. B) ZENDA 13", "AB"),
        ("A. ZENDA 12\n     B. J. ROE EMAIL\n     C. ZENDA 14", "ABC"),
        ("A. EMAIL FROM JOHN B. ROE\n     B. ZENDA 13", "AB"),
    ],
)
def test_letters_of_references(references: str, letters: str) -> None:
    found = telegram(HEADER + BANNER + FIELDS + f"REF: {references}\n\n" + BLOCK + TEXT)
    assert letters == "".join(item.letter or "-" for item in found.references)
