"""Test classification lines as telegrams write them."""

import pytest
from parsing import FIELDS, HEADER, short, telegram

from checker.model import Banner

LINES = [
    # the line(s), level, written, controls, section, year, post, serial, the banner's words
    ("C O N F I D E N T I A L STRELSAU 000123", "C", "spaced", [], None, None, "STRELSAU", 123),
    ("S E C R E T SECTION 01 OF 02 DAR ES SALAAM 000123", "S", "spaced", [], (1, 2), None, "DAR ES SALAAM", 123),
    ("UNCLAS SECTION 01 OF 02 STRELSAU 000123 ", "U", "plain", [], (1, 2), None, "STRELSAU", 123),
    ("UNCLAS E F T O STRELSAU 000123", "U", "plain", ["EFTO"], None, None, "STRELSAU", 123),
    ("S E C R E T N O F O R N STRELSAU 00123", "S", "spaced", ["NOFORN"], None, None, "STRELSAU", 123),
    ("LIMITED OFFICIAL USE STRELSAU 0123", "U", "plain", ["LOU"], None, None, "STRELSAU", 123),
    ("UNCLAS SENSITIVE STRELSAU 000123", "U", "plain", ["SBU"], None, None, "STRELSAU", 123),
    ("UNCLASSIFIED//FOR OFFICIAL USE ONLY", "U", "plain", ["FOUO"], None, None, None, None),
    ("C O N F I D E N T I A L 75 STRELSAU 1895", "C", "spaced", [], None, 1975, "STRELSAU", 1895),
    ("S e c r e t strelsau 000123", "S", "spaced", [], None, None, "STRELSAU", 123),
    ("C O N F I D E N T I A L\n\nSTRELSAU 000123", "C", "spaced", [], None, None, "STRELSAU", 123),
    ("C O N F I D E N T I A L  STRELSAU 000123", "C", "spaced", [], None, None, "STRELSAU", 123),
    ("CONFIDENTIAL SECTION 01 of 02 PORT OF SPAIN 000123", "C", "plain", [], (1, 2), None, "PORT OF SPAIN", 123),
    ("C O N F I D E N T I A L FINAL SECTION OF 02 STRELSAU 000123", "C", "spaced", [], (2, 2), None, "STRELSAU", 123),
    ("UNCLAS FINAL SECTION OF 3 DAR ES SALAAM 0123", "U", "plain", [], (3, 3), None, "DAR ES SALAAM", 123),
    ("T O P  S E C R E T STRELSAU 000123", "TS", "spaced", [], None, None, "STRELSAU", 123),
    ("C O N F I D E N T I A L STRELSAU", "C", "spaced", [], None, None, "STRELSAU", None),
    ("C O N F I D E N T I A L ECTION 01 OF 02 STRELSAU 000123", "C", "spaced", [], (1, 2), None, "STRELSAU", 123),
    ("UNCLAS SCTION 02 OF 02 PORT OF SPAIN 0123", "U", "plain", [], (2, 2), None, "PORT OF SPAIN", 123),
    ("C O N F I D E N T I A L SECTION 01 OF 02 XXXXXXXXXX 000123", "C", "spaced", [], (1, 2), None, None, 123),
    ("UNCLASSIFIED//FOR OFFICIAL USE ONLY\n\nUNCLAS STRELSAU 000123", "U", "plain", ["FOUO"], None, None, None, None),
    ("C O N F I D E N T I A L STRELSAU 000123SIPDISNOFORN", "C", "spaced", [], None, None, "STRELSAU", 123),
]


@pytest.mark.parametrize(("line", "level", "written", "controls", "section", "year", "post", "serial"), LINES)
def test_a_classification_line(line, level, written, controls, section, year, post, serial):
    banner = telegram(f"{HEADER}{line}\n\n{FIELDS}1. (U) Text.\n").banner
    counter = (banner.section, banner.sections) if banner.section else None
    found = (
        short(banner.level),
        banner.written,
        list(banner.controls),
        counter,
        banner.year,
        banner.post,
        banner.serial,
    )
    assert (level, written, controls, section, year, post, serial) == found


@pytest.mark.parametrize(
    "line",
    ["C O N F I D E N T A L STRELSAU 000123", "CONFIDENTAIL STRELSAU 000123", "S E C R T STRELSAU 000123"],
)
def test_a_misspelt_level_is_unreadable_and_not_absent(line):
    found = telegram(f"{HEADER}{line}\n\n{FIELDS}1. (U) Text.\n")
    assert line == found.banner.text
    assert found.banner.why.startswith("looks like ")
    assert not found.banner.lost


@pytest.mark.parametrize("line", ["NOFORN//SECRET", "TOP/SECRET", "SECRET/SI//NOFORN", "SECRET//RIVER"])
@pytest.mark.parametrize("rest", ["STRELSAU 000123", "SECTION 01 OF 02 STRELSAU 000123"])
def test_a_level_among_other_words_is_unreadable_and_not_absent(line, rest):
    found = telegram(f"{HEADER}{line} {rest}\n\n{FIELDS}1. (U) Text.\n")
    assert f"{line} {rest}" == found.banner.text
    assert not found.banner.lost


@pytest.mark.parametrize("line", ["SECRET/NOFORN STRELSAU 000123", "SECRET//NOFORN STRELSAU 000123"])
def test_a_level_before_its_controls_is_read(line):
    banner = telegram(f"{HEADER}{line}\n\n{FIELDS}1. (U) Text.\n").banner
    assert ("S", ["NOFORN"], "STRELSAU", 123) == (
        short(banner.level),
        list(banner.controls),
        banner.post,
        banner.serial,
    )


@pytest.mark.parametrize(
    "line",
    [
        "SECRETARY ROE ARRIVES IN STRELSAU 12 MAY",
        "CONFIDENTIAL TALKS GO ON",
        "PUBLIC/SECRET TALKS GO ON",
        "Public/secret talks in Strelsau since 2005",
        "KING/QUEEN STRELSAU 000123",
    ],
)
def test_words_that_begin_like_a_level_are_no_classification_line(line):
    assert telegram(f"{HEADER}{line}\n\n{FIELDS}1. (U) Text.\n").banner is None


def test_a_level_before_the_first_line_of_a_header_is_no_classification_line() -> None:
    found = telegram(
        f"SECRET\t\tVZCZCXRO1234\nPP RUEHXY\n{HEADER}S E C R E T STRELSAU 000123\n\n{FIELDS}1. (S) Text.\n"
    )
    assert isinstance(found.banner, Banner)
    assert ("STRELSAU", 123) == (found.banner.post, found.banner.serial)
    assert found.dtg is not None and found.routing is not None


def test_what_stands_behind_the_number_is_read_as_captions():
    found = telegram(f"{HEADER}UNCLAS STRELSAU 000123 SIPDIS SENSITIVE\n\n{FIELDS}1. Text.\n")
    assert ("SIPDIS", "SENSITIVE") == found.caption_codes
    assert "UNCLAS STRELSAU 000123" == found.banner.text


def test_a_second_section_and_a_quoted_telegram_stay_in_the_first():
    text = (
        f"{HEADER}S E C R E T SECTION 01 OF 02 STRELSAU 000123\n\n{FIELDS}1. (S) One.\n\n"
        "S E C R E T SECTION 02 OF 02 STRELSAU 000123\n\nSIPDIS\n\n2. (S) Two. Begin text:\n\n"
        "UNCLAS ZENDA 000009\n\nSUBJECT: Boats\n\n1. Quoted.\n\nEnd text.\nDOE\n"
    )
    found = telegram(text)
    assert [("STRELSAU", 1), ("STRELSAU", 2), ("ZENDA", None)] == [(b.post, b.section) for b in found.banners]
    assert found.banners[0] == found.banner
    assert isinstance(found.banner, Banner)
    assert "THE KING" == found.subject.text


@pytest.mark.parametrize(
    ("line", "post", "section"),
    [
        ("C O N F I D E N T I A L SECTION 01 OF 02 THE\nCASTLE 000123", "THE CASTLE", 1),
        ("C O N F I D E N T I A L STRELSAU\n000123", "STRELSAU", None),
        ("C O N F I D E N T I A L SECTION 01\nOF 02 STRELSAU 000123", "STRELSAU", 1),
    ],
)
def test_a_classification_line_goes_on_in_the_next_line(line, post, section):
    found = telegram(f"{HEADER}{line}\nSIPDIS\n{FIELDS}1. (C) Text.\n")
    assert (post, 123, section) == (found.banner.post, found.banner.serial, found.banner.section)
    assert ("SIPDIS",) == found.caption_codes
    assert "THE KING" == found.subject.text
