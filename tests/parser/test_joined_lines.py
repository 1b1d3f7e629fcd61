"""Test lines above the text that a copy has joined: captions and passing lines, fields, references, and the text below
them.
"""

from __future__ import annotations

import pytest
from parsing import BANNER, FIELDS, HEADER, telegram

from checker import engine, rulebook
from checker.model import Authority, Banner, Reasons, Unread
from checker.text import Source
from checker.values import Level

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


@pytest.mark.parametrize(
    "references", ["A. ZENDA 12  B. ZENDA 13  C. ZENDA 14\n\n(C) {}", "A. ZENDA 12\n     B. ZENDA 13\n\n(C) {}"]
)
def test_a_mark_that_could_be_the_next_letter_of_the_references(references: str) -> None:
    long = "The Chancellor thanked the consul for the points of the telegram and said that he had read them. " * 2
    found = telegram(HEADER + BANNER + FIELDS + f"REF: {references.format(long)}\n\nDOE\n")
    assert [12, 13, 14][: len(found.references)] == [item.serial for item in found.references]
    assert ["(C)"] == [item.mark.text for item in found.paragraphs if item.mark is not None]
    if "C. ZENDA" in references:
        short = telegram(HEADER + BANNER + FIELDS + f"REF: {references.format('The Chancellor thanked us.')}\n\nDOE\n")
        assert 3 == len(short.references) and 1 == len(short.paragraphs)


def test_references_may_begin_below_an_empty_line_after_their_label() -> None:
    found = telegram(
        HEADER + BANNER + FIELDS.rstrip() + " REF: \n\nA) ZENDA 12,\nB) 07 STRELSAU 0013\n\n" + BLOCK + TEXT
    )
    assert [("ZENDA", 12), ("STRELSAU", 13)] == [(item.post, item.serial) for item in found.references]
    assert [1, 2] == [item.number for item in found.paragraphs]


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
        ("(A) ZENDA 12 (B) ZENDA 13 (U)", "AB"),
        ("A. ZENDA 12\n     B. 12/12/07 (U) EMAIL FROM DOE TO ROE\n     C. ZENDA 14", "AB-C"),
        ("(A) ZENDA 12 (C) ZENDA 14", "AC"),
    ],
)
def test_letters_of_references(references: str, letters: str) -> None:
    found = telegram(HEADER + BANNER + FIELDS + f"REF: {references}\n\n" + BLOCK + TEXT)
    assert letters == "".join(item.letter or "-" for item in found.references)


def test_a_head_printed_by_the_system_that_kept_the_telegram_is_no_copy() -> None:
    head = "C O N F I D E N T I A L        STRELSAU 00123\n\nCXSTRELSAU:\n    ACTION: POL\n    INFO:   AMB\n\n"
    text = head + HEADER + head + HEADER + BANNER + FIELDS + BLOCK + TEXT
    found = telegram(text)
    assert ("SIPDIS",) == found.caption_codes
    assert 2 == len(found.marked)
    assert "FM AMEMBASSY" not in "".join(caption.text for caption in telegram(head + HEADER + BANNER + TEXT).captions)


def test_an_authority_repeated_as_paragraph_1_needs_no_mark() -> None:
    repeated = "1. Classified by Jane Q. Doe. Reason: 1.4 (b).\n\n2. (C) The King waits.\n\n3. (C) The bridge is closed.\nDOE\n"
    assert "POR-001" not in undetermined_and_failed(HEADER + BANNER + FIELDS + BLOCK + repeated)[1]
    with_text = repeated.replace("1.4 (b).", "1.4 (b). " + "The King waits for the bridge. " * 8)
    assert "POR-001" in undetermined_and_failed(HEADER + BANNER + FIELDS + BLOCK + with_text)[1]


def test_a_long_sentence_announces_its_points() -> None:
    lead = (
        "1. The conclusions that we have drawn from the talks described above and from many others are the following:\n"
    )
    points = "-- (C) The King waits.\n-- (C) The bridge is closed.\n\n2. (C) The Chancellor agrees.\nDOE\n"
    assert "POR-001" not in undetermined_and_failed(HEADER + BANNER + FIELDS + BLOCK + lead + points)[1]
    assert "POR-001" in undetermined_and_failed(HEADER + BANNER + FIELDS + BLOCK + lead.replace(":", ".") + points)[1]


def test_a_reviewer_s_note_on_the_order_line_is_a_stamp() -> None:
    found = telegram(
        HEADER + BANNER + FIELDS.replace("DECL: 03/12/2018", "AS AMENDED; DECLASSIFIED JUNE 21, 2016") + TEXT
    )
    assert found.eo is None
    assert ["2016-06-21"] == [str(stamp.date) for stamp in found.stamps]


def test_a_letter_out_of_order_at_the_end_of_the_authority_marks_the_text_below() -> None:
    block = "Classified By: Jane Q. Doe, Consul, for reasons 1.4 (b) and (d) (C)\n\nThe King waits.\n\nDOE\n"
    found = telegram(HEADER + BANNER + FIELDS + block)
    assert isinstance(found.authority, Authority) and isinstance(found.authority.reasons, Reasons)
    assert ("b", "d") == found.authority.reasons.codes
    assert ["(C)"] == [item.mark.text for item in found.paragraphs if item.mark is not None]
    in_order = telegram(HEADER + BANNER + FIELDS + block.replace("(d) (C)", "(c) (D)"))
    assert isinstance(in_order.authority, Authority) and isinstance(in_order.authority.reasons, Reasons)
    assert ("b", "c", "d") == in_order.authority.reasons.codes


@pytest.mark.parametrize("mark", ["(C)", "(C/NF)", " (C)"])
def test_text_that_follows_the_reasons_on_their_line_begins_with_its_mark(mark: str) -> None:
    block = f"Classified By: Jane Q. Doe, Consul, for reasons 1.4 (b) and (d) {mark} On Friday the King waits.\n\nDOE\n"
    found = telegram(HEADER + BANNER + FIELDS + block)
    assert isinstance(found.authority, Authority) and isinstance(found.authority.reasons, Reasons)
    assert ("b", "d") == found.authority.reasons.codes
    assert [mark.strip()] == [item.mark.text for item in found.paragraphs if item.mark is not None]
    listed = telegram(HEADER + BANNER + FIELDS + block.replace(f" {mark} On Friday", " (c) and (e). On Friday"))
    assert isinstance(listed.authority, Authority) and isinstance(listed.authority.reasons, Reasons)
    assert ("b", "d", "c", "e") == listed.authority.reasons.codes


def test_an_authority_in_paragraph_1_ends_before_the_next_marked_number() -> None:
    text = "\xb61. (U) Classified by Consul Jane Doe for reasons 1.4 (b) and (d).\n\xb62. (U) March 9, 2008, Zenda.\n"
    found = telegram(HEADER + BANNER + FIELDS + text + "\xb63. (C) The King waits.\n\nDOE\n")
    assert isinstance(found.authority, Authority) and "Zenda" not in found.authority.text
    assert (True, "Jane Doe", 3) == (found.authority.numbered, found.authority.name, len(found.paragraphs))


PROSE = (
    "We delivered the points of the reftel to the Chancellor. He thanked us and said that the King would read them "
    "before the council of March 20."
)


@pytest.mark.parametrize(
    ("references", "text", "serials"),
    [
        (f"ZENDA 12 {PROSE}", PROSE, [12]),
        (f"A. ZENDA 12 B. ZENDA 13 {PROSE}", PROSE, [12, 13]),
        (f"A) ZENDA 12, B) DOE-ROE E-MAIL 11/21/2007 Per reftel, {PROSE}", f"Per reftel, {PROSE}", [12, None]),
        (f"A. ZENDA 12 B. ZENDA 13 1. Summary. {PROSE}", f"Summary. {PROSE}", [12, 13]),
        (f"ZENDA 12   \xb61.  {PROSE}", PROSE, [12]),
        (f"ZENDA 12 (SBU)\n{PROSE}", PROSE, [12]),
        (f"A. ZENDA 12\n     \xb6B. ZENDA 13 ____________ (SBU) {PROSE}", PROSE, [12, 13]),
        (f"A. ZENDA 12 B. ZENDA 13\n\n\xb6I. Main Points (SBU) {PROSE}", f"\xb6I. Main Points (SBU) {PROSE}", [12, 13]),
    ],
)
def test_text_that_follows_the_last_reference_on_its_line(
    references: str, text: str, serials: list[int | None]
) -> None:
    found = telegram(HEADER + BANNER + FIELDS + f"REF: {references}\n\nDOE\n")
    assert serials == [item.serial for item in found.references]
    assert [text] == [item.text for item in found.paragraphs]
    assert found.signature is not None


@pytest.mark.parametrize(
    "references",
    [
        "A. Zenda 12 Notal B. Zenda 13 and previous",
        "A. ZENDA 12 Points for the new king and his chancellor and the council B. ZENDA 13",
        "ZENDA 12 Points for the new king\n" + BLOCK,
        "ZENDA 12 (SBU)\n" + BLOCK,
        f"ZENDA 12 {PROSE}\nClassified By: Jane Q. Doe, Consul, for reasons 1.4 (b) and (d).\n",
    ],
)
def test_words_after_a_reference_that_do_not_begin_the_text(references: str) -> None:
    found = telegram(HEADER + BANNER + FIELDS + f"REF: {references}\n\n{TEXT}")
    assert [1, 2] == [item.number for item in found.paragraphs]
    assert ("Classified" in references) == isinstance(found.authority, Authority)


@pytest.mark.parametrize(
    "text", ["(SBU) The King waits on Friday.", "1, (C) The King waits.", "1.Key Points -- (C) The King waits."]
)
def test_the_text_may_follow_the_authority_on_its_line(text: str) -> None:
    block = f"Classified By: Jane Q. Doe, Consul, for reasons 1.4 (b) and (d). {text}\n\n2. (C) He left.\n\nDOE\n"
    found = telegram(HEADER + BANNER + FIELDS + block)
    assert isinstance(found.authority, Authority) and found.authority.text.endswith("(b) and (d).")
    assert 2 == len(found.paragraphs) and "King waits" in found.paragraphs[0].text


def test_the_row_of_another_telegram_ends_the_telegram_of_the_page() -> None:
    own = HEADER + "UNCLAS STRELSAU 000123\n\nSIPDIS\n\n" + FIELDS.replace("DECL: 03/12/2018", "N/A")
    row = "\n12346 3/15/2008 15:30 08STRELSAU124 Embassy Strelsau CONFIDENTIAL\n\n"
    other = HEADER + BANNER.replace("123", "124") + FIELDS + BLOCK + TEXT
    found = telegram(own + row + other)
    assert "08STRELSAU123" == found.mrn
    assert () == found.marked
    assert "other_telegram" in [part.kind for part in found.parts]
    tabs = "\n12346\t2008-03-15 15:30:00\t08STRELSAU124\tEmbassy Strelsau\tCONFIDENTIAL\t\t"
    assert () == telegram(own + tabs + other).marked
    assert 2 == len(telegram(own + row.replace("124", "123") + other.replace("124", "123")).marked)


def test_the_whole_copy_is_read_although_another_telegram_follows() -> None:
    row = '\n12346,3/15/2008 15:30,{},"Embassy Strelsau",CONFIDENTIAL,"","\n\n'
    own = row.format("08STRELSAU123") + BANNER + FIELDS + BLOCK + TEXT
    other = row.format("08STRELSAU124") + BANNER.replace("123", "124") + FIELDS
    found = telegram(HEADER + BANNER + FIELDS[:-20] + "...\n\nDOE\n" + own + other)
    assert isinstance(found.authority, Authority) and "08STRELSAU123" == found.mrn
    assert 2 == len(found.marked)
    kinds = [part.kind for part in found.parts]
    assert 1 == kinds.count("earlier_copy") and 1 == kinds.count("other_telegram") and 1 == kinds.count("banner")


@pytest.mark.parametrize(
    "row",
    [
        "2008-03-14 15:30:00\t08STRELSAU123\tEmbassy Strelsau\tCONFIDENTIAL\t08STATE12345\tVZCZCXRO4549\t",
        "2008-03-14 15:30:00\t08STRELSAU123\tEmbassy Strelsau\tCONFIDENTIAL\tVZCZCXYZ0012\t",
        "INFO RUEHZEN/AMEMBASSY ZENDA PRIORITY\t",
        "Cable dated:2008-03-14T15:30:00",
        "ID:167579",
        ".",
    ],
)
def test_a_classification_line_is_found_after_the_end_of_a_row(row: str) -> None:
    found = telegram(HEADER + row + BANNER + FIELDS + BLOCK + TEXT)
    assert isinstance(found.banner, Banner) and isinstance(found.level, Level) and "C" == found.level.code
    assert 123 == found.banner.serial and isinstance(found.authority, Authority)
    assert 2 == len(found.marked)
    unclassified = telegram(HEADER + row + BANNER.replace("C O N F I D E N T I A L", "UNCLAS") + FIELDS + TEXT)
    read = unclassified.banner is not None and not isinstance(unclassified.banner, Unread)
    assert read == row.endswith("\t")


def test_a_level_in_a_table_is_no_classification_line() -> None:
    text = "1. (C) Receipts:\n\nConfidential 1234\tSECRET 0099\nSECRET\t3 CONFIDENTIAL 0100\n"
    found = telegram(HEADER + BANNER + FIELDS + BLOCK + text)
    assert isinstance(found.banner, Banner) and 123 == found.banner.serial and 1 == len(found.banners)


def test_a_sentence_goes_on_after_an_empty_line() -> None:
    text = "(C) The King has received\n\nseven carriages.\n\nThe bridge is closed.\nDOE\n"
    found = telegram(HEADER + BANNER + FIELDS + BLOCK + text)
    assert 2 == len(found.paragraphs)


SENTENCE = "The King waits for the bridge at Zenda. " * 8
JOINED = f"1. (C) {SENTENCE}2. (S/NF) {SENTENCE} Tolls ----- 3. (U) {SENTENCE}DOE\n"


def numbers(text: str, above: str = BLOCK) -> list[object]:
    found = telegram(HEADER + BANNER + FIELDS + above + text)
    return [(item.number, item.mark.text if item.mark else None) for item in found.numbered]


def test_paragraphs_that_share_a_line_are_divided_at_their_numbers_and_marks() -> None:
    marks = [(1, "(C)"), (2, "(S/NF)"), (3, "(U)")]
    assert marks == numbers(JOINED)
    assert marks == numbers(JOINED.replace("1. (C)", "\xb61. (C)"))
    assert marks == numbers(JOINED.replace("3. (U)", "\n\n3. (U)"))
    assert marks == numbers(JOINED, above=BLOCK.rstrip() + "  ")
    assert [(1, "(C)"), (3, "(U)")] == numbers(JOINED.replace("2. (S/NF)", "2."))
    assert [(1, None), (2, "(S/NF)"), (3, "(U)")] == numbers(JOINED.replace("1. (C)", "1)"))
    source = Source("telegram.txt", HEADER + BANNER + FIELDS + BLOCK + JOINED)
    failed = {each.rule for each in engine.judge(telegram(source.text), source, rulebook.load()).findings}
    assert {"CLS-004", "XRF-003"} <= failed


@pytest.mark.parametrize(
    "text",
    [
        f"1. (C) {SENTENCE}See paragraph 2. (U) is its mark.\n\n2. (U) {SENTENCE}\nDOE\n",
        f"1. (C) {SENTENCE}It is in paragraph 4. (C) is its mark.\n\n2. (U) {SENTENCE}\nDOE\n",
        f"1. (C) {SENTENCE}It cost 2. (Note: crowns.)\n\n2. (U) {SENTENCE}\nDOE\n",
    ],
)
def test_a_number_within_a_line_that_is_not_next_is_no_paragraph(text: str) -> None:
    assert [(1, "(C)"), (2, "(U)")] == numbers(text)
