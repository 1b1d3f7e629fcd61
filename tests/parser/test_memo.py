"""Test marked documents that are not telegrams."""

import pytest
from parsing import short, telegram

from checker.model import Fact
from checker.text import Span

MEMO = """{banner}

Department of River Affairs

Date: May 7, 2013
{more}
Subject: (U) Locks and Weirs

({mark}) The upper lock cannot be defended.

(U) It is closed on Sundays.

{banner}
"""


def read(banner="SECRET", mark="S", more=""):
    return telegram(MEMO.format(banner=banner, mark=mark, more=more))


def test_which_rule_book():
    books = [read(b).profile for b in ("SECRET", "SECRET//NOFORN", "CUI", "CUI//SP-CTI", "UNCLASSIFIED")]
    assert ["GEN", "IC", "CUI", "CUI", "GEN"] == books


def test_fields_and_paragraphs():
    found = read()
    assert ("2013-05-07", "Locks and Weirs", "(U)") == (str(found.date), found.subject.text, found.subject.mark.text)
    assert ["(S)", "(U)"] == [short(p.mark) for p in found.paragraphs], "the letterhead is no paragraph"
    assert ["S", "S"] == [short(b.level) for b in found.banners]


def test_a_banner_that_cannot_be_read():
    found = read(banner="SECERT//NOFORN")
    assert "SECERT//NOFORN" == found.banner.level.text


def test_a_date_alone_on_its_line():
    assert "2012-09-12" == str(telegram("SECRET\n\n12 September 2012\n\n(S) Text.\n\nSECRET\n").date)


@pytest.mark.parametrize(
    ("line", "date"),
    [("12 September 2012", "2012-09-12"), ("04/30/2015", "None"), ("09/12/2027", "None"), ("11/11/1111", "None")],
)
def test_a_date_on_which_the_document_cannot_have_been_written(line, date):
    released = [Fact(Span(0, 0), "released", "04/30/2015")]
    found = telegram(f"CONFIDENTIAL\n\n{line}\n\n(C) Text.\n\nCONFIDENTIAL\n", facts=tuple(released))
    assert date == str(found.date)


@pytest.mark.parametrize("line", ["UNCLASSIFIED April 13, 2012", "UNCLASSIFIED AS OF JUNE 26"])
def test_a_level_before_a_day_makes_no_telegram(line):
    found = telegram(f"{line}\n\nSUBJECT: Locks\n\nThe upper lock is closed.\n")
    assert ("document", None) == (found.layout, found.mrn)


def test_notices():
    found = read(more="\nWORKING PAPER\n")
    assert ["working-paper"] == [n.kind for n in found.notices]
    assert "notice" in [p.kind for p in found.parts]


def test_words_without_any_marking_are_a_document_too():
    found = telegram("Dear Rudolf,\n\nthe weather is fine.\n\nYours\n")
    assert ("document", "GEN", None, None) == (found.layout, found.profile, found.banner, found.date)
    assert 3 == len(found.paragraphs)


def test_an_order_named_in_prose_makes_no_telegram():
    found = telegram(
        "SECRET\n\nDate: May 7, 2013\n\n(S) This follows\nE.O. 13526 and its rules, as the King asked. It also follows E.O. 12958 of\n"
        "the year before, and the SUBJECT is closed.\n\nSECRET\n"
    )
    assert ("document", "GEN", None) == (found.layout, found.profile, found.eo)


def test_an_e_mail_with_its_marking_on_a_label():
    found = telegram(
        "From: Roe, Richard\nSent: Tuesday, May 7, 2013 3:15 PM\nTo: Doe, Jane\nSubject: Locks\n\nClassification: SECRET//NOFORN\n"
        "Classified By: Jane Doe, Analyst\nDerived From: Multiple Sources\nDeclassify On: 20380507\n\n(S//NF) Closed.\n\nSECRET//NOFORN\n"
    )
    assert ["SECRET//NOFORN", "SECRET//NOFORN"] == [banner.text for banner in found.banners]
    assert ("IC", "2013-05-07", "Roe, Richard") == (found.profile, str(found.date), found.sender.name)
    assert ("Jane Doe", True) == (found.authority.name, found.authority.multiple_sources)


def test_the_text_may_follow_the_subject_without_an_empty_line():
    found = telegram(
        "SECRET\n\nDate: May 7, 2013\nSubject: (U) Locks and Weirs\nand Bridges\n1. (S) Text.\n(U) Text.\n\nSECRET\n"
    )
    assert "Locks and Weirs and Bridges" == found.subject.text
    assert ["(S)", "(U)"] == [short(p.mark) for p in found.paragraphs]


@pytest.mark.parametrize(
    "line",
    [
        "To: Roe, Richard; Doe, Jane E (S)",
        "Cc: Doe, Jane E (S/SECC)",
        "From: Doe, Jane E (S)",
        "Special Envoy for Bridges (S/USSES)",
        "The locks of Zenda are closed, and the King         1.4(C)",
        "B5,B7(C)",
    ],
)
def test_the_symbol_of_an_office_and_an_exemption_code_are_no_marks(line):
    found = telegram(f"CONFIDENTIAL\n\nDate: May 7, 2013\nSubject: Locks\n\nClosed.\n\n{line}\n\nCONFIDENTIAL\n")
    assert [None] * len(found.paragraphs) == [item.mark for item in found.paragraphs]


def test_a_statement_for_the_entire_text_may_end_with_its_mark():
    found = telegram(
        "UNCLASSIFIED\n\nDate: May 7, 2013\nSubject: Locks\n\nThe entire text of this report is Sensitive (SBU).\n\nShut.\n\nUNCLASSIFIED\n"
    )
    first, second = found.paragraphs
    assert ("(SBU)", "start", True) == (short(first.mark), first.where, first.entire_text)
    assert "U" == second.level.code


@pytest.mark.parametrize("line", ["SUBJECT: LETTER FOR D(S)", "SUBJECT: THE KING ON MAY 21(U)"])
def test_a_mark_joined_to_the_subject(line):
    found = telegram(f"CONFIDENTIAL\n\nDate: May 7, 2013\n{line}\n\nShut.\n\nCONFIDENTIAL\n").subject
    assert (found.mark is None) == line.endswith("D(S)")


def test_a_mark_after_the_last_sentence_is_a_mark():
    found = telegram("CONFIDENTIAL\n\nDate: May 7, 2013\nSubject: Locks\n\nThe locks are closed. (C)\n\nCONFIDENTIAL\n")
    assert ["(C)"] == [short(item.mark) for item in found.paragraphs]
