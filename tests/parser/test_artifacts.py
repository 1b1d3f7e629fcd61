"""Test additions made by copying: earlier copies, archive rows, marks at line ends, and e-mail headers; also the
sections of a copy.
"""

from __future__ import annotations

import pytest
from parsing import BANNER, FIELDS, HEADER, telegram, vocabulary

from checker.model import Authority, Banner, Dtg, Reasons, Subject, Telegram
from checker.parser.cursor import Cursor
from checker.parser.lookup import Grammar
from checker.text import Source, View

BLOCK = "Classified By: Jane Q. Doe, Political Counselor, for reasons 1.4 (b) and (d).\n\n"
TEXT = "1. (C) The King will open the new bridge at Zenda.\n\n2. (C) The Chancellor asked for two carriages.\nDOE\n"
ROW = "12345\n2008-03-14\n08STRELSAU123\nEmbassy Strelsau\nCONFIDENTIAL\n08STRELSAU99\n\n"
LABELED_ROW = "id: 12345\ndate: 3/14/2008 15:30\nrefid: 08STRELSAU123\norigin: Embassy Strelsau\nheader:\n"
WHOLE = BANNER + FIELDS + BLOCK + TEXT
FLAT = "C O N F I D E N T I A L STRELSAU 000123 SIPDIS E.O. 12958: DECL: 03/12/2018 TAGS: PREL, PGOV\n"
MAIL = "From: Strelsau, Pouch\nSent: Friday, March 14, 2008 5:02 PM\nTo: Zenda\nSubject: STRELSAU 000123 THE KING\n\n"

COPIES = {
    "plain": HEADER + WHOLE,
    "a preview cut in the authority": HEADER + BANNER + FIELDS + "Classified By: Jane Q...\n\n" + ROW + WHOLE,
    "a preview cut in the subject": HEADER + BANNER + FIELDS.replace("THE KING\n", "THE...\n") + "\n" + ROW + WHOLE,
    "a preview and a second header": HEADER + BANNER + FIELDS + "...\n" + LABELED_ROW + HEADER + WHOLE,
    "a second header alone": HEADER.rstrip() + "\n" + ROW + HEADER + WHOLE,
    "a copy in quotation marks": HEADER + BANNER + "SIPDIS...\n\n1,\"Embassy Strelsau\",,\"" + HEADER.rstrip() + '","' + WHOLE,
    "a row of quoted values": HEADER + "1,3/14/2008 15:30,08STRELSAU123,\"Embassy Strelsau\",CONFIDENTIAL,08STATE9,\""
    + HEADER.rstrip() + '","CONFIDENTIAL STRELSAU 000123\n\nSIPDIS\n\n' + WHOLE.removeprefix(BANNER),
    "a corrected copy": HEADER + BANNER + FIELDS + TEXT + "\n" + HEADER + WHOLE,
    "a beginning repeated at the end": HEADER + WHOLE + "\n\n" + HEADER + BANNER + FIELDS,
    "a newspaper's copy without fields": HEADER + BANNER + FIELDS + BLOCK + "1. (C) The Ki...\n\n" + FLAT + "Summary\n" + TEXT,
    "a newspaper's copy with the authority alone": HEADER + BANNER + FIELDS + "...\n\n" + FLAT + "\n" + BLOCK + TEXT,
    "fields above the classification line": HEADER.rstrip() + "\nTAGS: PREL PGOV\nSUBJECT: THE KING\n" + WHOLE,
    "an e-mail's head": MAIL + HEADER + WHOLE,
    "a doubled first letter": HEADER + "C" + WHOLE,
    "a doubled first letter apart": HEADER + "C " + WHOLE,
    "marks at line ends": (HEADER + WHOLE).replace("\n", " \\\n"),
    "a page head on the TAGS line": HEADER
    + WHOLE.replace("PREL, PGOV\n", "PREL, PGOV          CONFIDENTIAL       PAGE 02        STRELS  00123  141530Z\n"),
}  # fmt: skip


def account(found: Telegram) -> list[object]:
    assert isinstance(found.dtg, Dtg) and isinstance(found.banner, Banner)
    assert isinstance(found.subject, Subject) and isinstance(found.authority, Authority)
    tags = [tag.text for tag in found.tags]
    return [found.mrn, found.caption_codes, tags, found.subject.text, found.authority.name, len(found.marked)]


@pytest.mark.parametrize("name", COPIES)
def test_the_last_whole_copy_is_read(name: str) -> None:
    found = telegram(COPIES[name])
    assert account(found) == ["08STRELSAU123", ("SIPDIS",), ["PREL", "PGOV"], "THE KING", "Jane Q. Doe", 2]
    spans = [(part.span.start, part.span.end) for part in found.parts]
    assert [0, *(end for _, end in spans)] == [*(start for start, _ in spans), len(COPIES[name])]


def test_an_earlier_copy_is_a_part() -> None:
    text = COPIES["a preview cut in the authority"]
    parts = [part for part in telegram(text).parts if part.kind == "earlier_copy"]
    assert [text[part.span.start : part.span.end] for part in parts] == [text[len(HEADER) : text.index(ROW)] + ROW]


def test_a_header_above_a_second_header_is_an_earlier_copy() -> None:
    text = COPIES["a second header alone"]
    parts = [part for part in telegram(text).parts if part.kind == "earlier_copy"]
    assert [(0, text.rindex(HEADER))] == [(part.span.start, part.span.end) for part in parts]


def test_an_archive_row_and_the_fields_below_it_are_another_telegram() -> None:
    row = "12346,3/15/2008 15:30,08ZENDA77,Embassy Zenda\n"
    text = HEADER + WHOLE + row + "TAGS: ECON\nSUBJECT: THE DUKE\n\n1. The Duke stayed at home.\n"
    found = telegram(text)
    assert account(found) == ["08STRELSAU123", ("SIPDIS",), ["PREL", "PGOV"], "THE KING", "Jane Q. Doe", 2]
    starts = [part.span.start for part in found.parts if part.kind == "other_telegram"]
    assert [text.index(row)] == starts


def test_a_level_joined_to_the_post_is_read() -> None:
    found = telegram(HEADER + WHOLE.replace("T I A L STRELSAU", "T I A LSTRELSAU", 1))
    assert account(found) == ["08STRELSAU123", ("SIPDIS",), ["PREL", "PGOV"], "THE KING", "Jane Q. Doe", 2]


def test_a_telegram_that_quotes_another_is_one_copy() -> None:
    quoted = BANNER.replace("000123", "000099") + FIELDS
    found = telegram(HEADER + WHOLE.replace("2. (C)", "2. (C) Quote:\n" + quoted + "\n3. (C)"))
    assert not [part for part in found.parts if part.kind == "earlier_copy"]


def test_fields_are_read_above_the_classification_line_if_they_are_nowhere_else() -> None:
    found = telegram(HEADER.rstrip() + "\nTAGS: PREL, PGOV\n" + WHOLE.replace("TAGS: PREL, PGOV\n", ""))
    assert ["PREL", "PGOV"] == [tag.text for tag in found.tags]
    assert () == found.misplaced_lines


def test_a_preview_cut_in_a_kept_line_is_a_sign_of_damage() -> None:
    preview = HEADER + BANNER + FIELDS + "Classified By: Jane Q. D...\n\n"
    found = telegram(preview + FLAT + TEXT)
    assert [("gap", "head")] == [(damage.kind, damage.covers) for damage in found.damage]


def test_an_email_is_a_document() -> None:
    text = "From: Doe, Jane Q\nSent: Friday, March 14, 2008 5:02 PM\nTo: Roe\nSubject  Re: Bridge\n\nI told them\nto see you.\n"
    found = telegram(text)
    assert ("document", (), None) == (found.layout, found.to, found.eo)


# ---- sections --------------------------------------------------------------------------------------------------------

LONG = "3. (C) " + "The road to Zenda was mended last year. " * 120 + "\n"
UNSIGNED = TEXT.replace("DOE\n", "")
SECTIONS: dict[str, tuple[str, str, tuple[int, ...] | None, bool]] = {
    "one section": ("", TEXT, None, True),
    "a signature at the end": ("SECTION 01 OF 03 ", TEXT, (1, 2, 3), True),
    "a page line of the last": ("SECTION 01 OF 02 ", UNSIGNED + "\nSTRELSAU 00000123  002 OF 002\n\n3. (U) So.\n", (1, 2), True),
    "a page line of the second of three": ("SECTION 01 OF 03 ", UNSIGNED + "\nSTRELSAU 00000123  002 OF 003\n\n3. (U) So.\n", (1, 2), False),
    "the first alone": ("SECTION 01 OF 02 ", UNSIGNED, (1,), False),
    "a later one alone": ("SECTION 02 OF 03 ", UNSIGNED, (2,), False),
    "nothing shows the end": ("SECTION 01 OF 02 ", UNSIGNED + LONG, None, False),
    "a notice": ("SECTION 01 OF 03 ", TEXT + "* Missing Section 002 *\n", (1, 3), False),
}  # fmt: skip


@pytest.mark.parametrize("name", SECTIONS)
def test_the_sections_that_a_copy_contains(name: str) -> None:
    counter, text, held, whole = SECTIONS[name]
    found = telegram(HEADER + (BANNER + FIELDS + BLOCK).replace("STRELSAU", counter + "STRELSAU", 1) + text)
    assert (held, whole) == (found.sections_held, found.whole)


# ---- flattened text --------------------------------------------------------------------------------------------------

ONE_LINE = (
    "VZCZCXYZ0021OO RUEHZENDE RUEHSTR #0412 0741530ZNY CCCCC ZZHR 141530Z MAR 08FM AMEMBASSY STRELSAU"
    "TO RUEHC/SECSTATE WASHDC IMMEDIATE 3691RUEHKL/AMEMBASSY KLOWINFO RUEHZEN/AMCONSUL ZENDA PRIORITY 0417\n\n"
)


def test_a_header_and_a_text_in_one_line_each() -> None:
    text = (BANNER + FIELDS + BLOCK + TEXT).replace("1. (C)", "\xb61. (C)").replace("2. (C)", "\xb62. (C)")
    found = telegram(ONE_LINE + text.replace("\n", "  "))
    assert account(found) == ["08STRELSAU123", ("SIPDIS",), ["PREL", "PGOV"], "THE KING", "Jane Q. Doe", 2]
    names = [party.name for party in (*found.to, *found.info)]
    assert ["SECSTATE WASHDC", "AMEMBASSY KLOW", "AMCONSUL ZENDA"] == names


def test_a_first_paragraph_joined_to_the_authority() -> None:
    found = telegram(HEADER + (BANNER + FIELDS + BLOCK).rstrip() + " " + TEXT)
    assert [1, 2] == [paragraph.number for paragraph in found.numbered]


def test_a_labeled_form_in_one_line() -> None:
    found = telegram(
        "MRN: 17 STATE 12345 Date/DTG: Jul 12, 2017 / 121619Z JUL 17 From: SECSTATE WASHDC Action: STRELSAU, AMEMBASSY "
        "ROUTINE E.O.: 13526 TAGS: PREL, PGOV Captions: SENSITIVE Subject: The Coaches "
        "1. (U) Please see paragraph 2. 2. (SBU) The Office of Roads has counted the coaches. "
    )
    assert ("17STATE12345", ("SENSITIVE",), 2) == (found.mrn, found.caption_codes, len(found.marked))


BASE = """C O N F I D E N T I A L STRELSAU 000412

SIPDIS

E.O. 12958: DECL: 09/06/2017
TAGS: PREL, PGOV
SUBJECT: {subject}
{reference}
{authority}

1. (C) Summary. The King will open the new bridge. End summary.

2. (C) The Chancellor asked for two more carriages.
DOE
"""
SENTENCE = "Classified By: Jane Q. Doe, Political Counselor, for reasons 1.4 (b) and (d)."


def read(subject: str = "THE BRIDGE", reference: str = "REF: STRELSAU 399\n", authority: str = SENTENCE) -> Telegram:
    return telegram(BASE.format(subject=subject, reference=reference, authority=authority))


def reasons(found: Telegram) -> list[str]:
    assert isinstance(found.authority, Authority) and isinstance(found.authority.reasons, Reasons)
    return [letter.text for letter in found.authority.reasons.letters]


@pytest.mark.parametrize(
    "authority",
    [
        "Classified By: Classified by Political Counselor Jane Q. Doe for reasons 1.4 (b) and (d).",
        "Classified By: Classified By: Political Counselor Jane Q. Doe, reasons 1.4 (b) an\nd (d).",
        "Classified By: Political Counselor Jane Q. Doe for reasons 1.4 (b) A ND (d).",
        "Classified By: Political Counselor Jane Q. Doe for Reasons\n \n1.4 (b) and (d).",
    ],
)
def test_doubled_labels_and_broken_words_of_an_authority_sentence(authority: str) -> None:
    found = read(authority=authority)
    assert ("Jane Q. Doe", ["b", "d"]) == (found.authority.name, reasons(found))
    assert 2 == len(found.paragraphs)


@pytest.mark.parametrize(
    "text", [" (C)\n\nThe King came.\n", "\n\n(C) The King came and went.\n", " (C) The King came.\n"]
)
def test_a_mark_after_the_authority_sentence_belongs_to_the_text(text: str) -> None:
    head = BASE.partition("1. (C)")[0].format(subject="THE BRIDGE", reference="REF: STRELSAU 399\n", authority=SENTENCE)
    found = telegram(head.rstrip("\n") + text + "DOE\n")
    assert ["b", "d"] == reasons(found)
    assert ["C"] == [paragraph.level.code for paragraph in found.marked if paragraph.level is not None]


def test_a_subject_and_references_go_on_after_an_empty_line() -> None:
    found = read(subject="THE KING'S TRAVEL PLANS AND THE\n\nNEW BRIDGE AT ZENDA")
    assert "THE KING'S TRAVEL PLANS AND THE NEW BRIDGE AT ZENDA" == found.subject.text
    assert (["b", "d"], [399]) == (reasons(found), [each.serial for each in found.references])


def test_a_mark_after_a_heading_and_two_blanks() -> None:
    text = BASE.replace("1. (C) Summary.", "1. SUMMARY:  (C)")
    found = telegram(text.format(subject="THE BRIDGE", reference="", authority=SENTENCE))
    assert ["C", "C"] == [paragraph.level.code for paragraph in found.marked if paragraph.level is not None]


@pytest.mark.parametrize("name", COPIES)
def test_the_first_texts_of_a_run_are_searched_for_every_string_itself_and_give_the_same_places(name):
    words, grammar = vocabulary(), Grammar(vocabulary())
    view = View.whole(Source("telegram.txt", COPIES[name]))
    first = Cursor(view, words, grammar)
    assert not first.stems
    grammar.stems_for(10_000)
    later = Cursor(view, words, grammar)
    assert later.stems == grammar.stems
    assert {sign: first.places(sign) for sign in grammar.stems} == {sign: later.places(sign) for sign in grammar.stems}
