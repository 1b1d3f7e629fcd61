"""Test the many spellings of the authority sentence."""

import pytest
from parsing import BANNER, FIELDS, HEADER, instruction, telegram

from checker.model import Unread

SENTENCES = [
    # the sentence, name, title, section, letters
    (
        "Classified By: Political Counselor Jane Q. Doe for reasons 1.4 (b) and \n(d). ",
        "Jane Q. Doe",
        "Political Counselor",
        "1.4",
        "bd",
    ),
    ("Classified By: Jane Doe, Consul, Reason: 1.4 b/d", "Jane Doe", "Consul", "1.4", "bd"),
    ("CLASSIFIED BY CDA JOHN ROE. REASONS 1.5 (B, D)", "JOHN ROE", "CDA", "1.5", "bd"),
    ("(U) Classified by Ambassador J. Doe, reasons 1.4(b)(d).", "J. Doe", "Ambassador", "1.4", "bd"),
    ("Classified By: DCM Jane Doe, for REAS\nONS 1.4 (B) AND (D).", "Jane Doe", "DCM", "1.4", "bd"),
    ("CLASSIFIED BY: Name, Title, Section; REASON: 1.4(B), (D)", "Name", "Title, Section", "1.4", "bd"),
    ("Classified by: John Doe, per 1 .4 (b ) and ( d)", "John Doe", None, "1.4", "bd"),
    ("Classified By: A/DCM Jane Doe for reasons (b) and (d)", "Jane Doe", "A/DCM", None, "bd"),
    ("Classfied By: Jane Doe 1/4 (B)", "Jane Doe", None, "1.4", "b"),
    ("Classified By: Jane Doe, Charge, E.O. 12958, reasons 1.4 (b,d)", "Jane Doe", "Charge", "1.4", "bd"),
    ("Classified By: Econ Officer R. Roe for reasons 1.4 b, c and d.", "R. Roe", "Econ Officer", "1.4", "bcd"),
    ("Classified By: Consul Jane Doe for reasons\n1.4 (b) and (d). ", "Jane Doe", "Consul", "1.4", "bd"),
    ("Classified By: Consul Jane Doe for reason 1.4", "Jane Doe", "Consul", "1.4", ""),
    ("Classified By: Consul Jane Doe, reason 1.5 b and d", "Jane Doe", "Consul", "1.5", "bd"),
    ("Classified By: Consul Jane Doe, reasons 1.4 (b & d)", "Jane Doe", "Consul", "1.4", "bd"),
]


@pytest.mark.parametrize(("sentence", "name", "title", "section", "letters"), SENTENCES)
def test_a_classifier_and_the_reasons(sentence, name, title, section, letters):
    found = telegram(f"{HEADER}{BANNER}{FIELDS}{sentence}\n\n1. (C) Text.\n")
    author = found.authority
    assert (name, title, section, letters) == (
        author.name,
        author.title,
        author.reasons.section,
        "".join(author.reasons.codes),
    )
    assert 1 == len(found.paragraphs), "a wrapped reason is no paragraph"
    assert ("original", "sentence") == (author.kind, author.form)


def test_a_missing_reason_is_absent():
    author = telegram(f"{HEADER}{BANNER}{FIELDS}Classified by John Q. Roe, Ambassador\n\n1. (C) Text.\n").authority
    assert ("John Q. Roe", "Ambassador", None) == (author.name, author.title, author.reasons)


def test_a_guide_makes_the_decision_derivative():
    text = "Derived from: DSCG 05-1, dated May 2005. Declassify on: 20150501"
    author = telegram(f"{HEADER}{BANNER}{FIELDS}{text}\n\n1. (C) Text.\n").authority
    found = (author.kind, author.derived_from.text, str(author.source_date), instruction(author.declassify))
    assert ("derivative", "DSCG 05-1, dated May 2005", "2005-05", "date 2015-05-01") == found


@pytest.mark.parametrize("words", ["Multiple Sources", "multiple classified sources"])
def test_several_sources(words):
    author = telegram(f"{HEADER}{BANNER}{FIELDS}Derived from {words}\n\n1. (C) Text.\n").authority
    assert ("derivative", True) == (author.kind, author.multiple_sources)


def test_the_sentence_may_stand_in_a_numbered_paragraph():
    text = "1. (U) Classified by Consul Jane Doe for reasons 1.4 (b) and (d).\n\n2. (C) Text.\n"
    found = telegram(f"{HEADER}{BANNER}{FIELDS}{text}")
    assert ("Jane Doe", "bd", True) == (
        found.authority.name,
        "".join(found.authority.reasons.codes),
        found.authority.numbered,
    )
    assert 2 == len(found.paragraphs)


def test_a_release_note_is_no_classifier():
    assert telegram(f"{HEADER}{BANNER}{FIELDS}1. (C) It was declassified by the archive in 2006.\n").authority is None


def test_letters_and_section_have_their_places():
    text = f"{HEADER}{BANNER}{FIELDS}Classified By: Consul Jane Doe for reasons 1.4 (b) and (d).\n\n1. (C) Text.\n"
    reasons = telegram(text).authority.reasons
    words = [text[letter.span.start : letter.span.end] for letter in reasons.letters]
    assert ["b", "d"] == words
    assert "1.4" == text[reasons.section_text.span.start : reasons.section_text.span.end]


LINES = """SECRET

Date: May 7, 2013

Subject: (U) Locks

(S) The lock is closed.

Classified By: Richard Roe, Analyst
Derived From: Report on Locks, dated 20110501,
  Office of Locks
Downgrade To: CONFIDENTIAL on 20200101

Declassify On: 20360501

SECRET
"""


def test_labelled_lines():
    author = telegram(LINES).authority
    found = (author.kind, author.form, author.name, author.title, author.derived_from.text, str(author.source_date))
    assert (
        "derivative",
        "lines",
        "Richard Roe",
        "Analyst",
        "Report on Locks, dated 20110501, Office of Locks",
        "2011-05-01",
    ) == found
    assert ("C", "2020-01-01") == (author.downgrade.level.code, str(author.downgrade.date))
    assert "date 2036-05-01" == instruction(author.declassify)


NAMES = [
    # the classifier as written, name, position
    ("Deputy Chief of Mission Jane Q. Doe, Jr.", "Jane Q. Doe, Jr.", "Deputy Chief of Mission"),
    ("Political Counselor John Roe III", "John Roe III", "Political Counselor"),
    ("Charge d'Affaires, a.i. Jane Doe", "Jane Doe", "Charge d'Affaires, a.i."),
    ("Political Counselor, Jane Doe", "Jane Doe", "Political Counselor"),
    ("Minister-Counselor for Trade and Bridges Affairs Jane R. Doe", "Jane R. Doe", "Minister-Counselor for Trade and Bridges Affairs"),
    ("Acting A/S Jane van der Doe", "Jane van der Doe", "Acting A/S"),
    ("Ambassador van Roe", "van Roe", "Ambassador"),
    ("CDA John R. Leader", "John R. Leader", "CDA"),
    ("RSO JOHN ROE", "JOHN ROE", "RSO"),
    ("EUR/ZN Director P Michael Roe", "P Michael Roe", "EUR/ZN Director"),
    ("Jane Doe (DCM)", "Jane Doe", "DCM"),
    ("Ambassador", None, "Ambassador"),
    ("Classified by Consul Jane Doe", "Jane Doe", "Consul"),
    ("Consul Jane Doe under E.O. 12958", "Jane Doe", "Consul"),
    ("(U) CLASSIFIED BY CONSUL JANE DOE", "JANE DOE", "CONSUL"),
    ("Consul Jane Doe -", "Jane Doe", "Consul"),
    ("DCM;JANE DOE", "JANE DOE", "DCM"),
    ("MINISTER COUNSELOR FOR TRADE AFFAIRS JANE DOE FO\nR", "JANE DOE", "MINISTER COUNSELOR FOR TRADE AFFAIRS"),
    ("Minister Counselor Jane Doe fo \nr", "Jane Doe", "Minister Counselor"),
    ("Charge d'Affairs Jane Doe", "Jane Doe", "Charge d'Affairs"),
    ("CHARGE D'AFFAIRE JANE DOE", "JANE DOE", "CHARGE D'AFFAIRE"),
    ("Charge' Jane Doe", "Jane Doe", "Charge'"),
    ("Charge d,Affaires, a.i. Jane Q. Doe", "Jane Q. Doe", "Charge d, Affaires, a.i."),
    ("Charge d' Affaires, a.i. Jane Doe", "Jane Doe", "Charge d' Affaires, a.i."),
    ("Political M-C Jane Doe", "Jane Doe", "Political M-C"),
    ("Ambassador Jane Doe under Section", "Jane Doe", "Ambassador"),
    ("Ambassador Doe by", "Doe", "Ambassador"),
    ("Ambassador JQDR", "JQDR", "Ambassador"),
    ("Acting Consul Jane LoRoe", "Jane LoRoe", "Acting Consul"),
    ("Bureau Assistant Secretary Jane Doe", "Jane Doe", "Bureau Assistant Secretary"),
    ("Bureau of Trade Affairs", "Bureau of Trade Affairs", None),
    ("PolMC Jane Doe", "Jane Doe", "PolMC"),
    ("ECONMIN J. DOE", "J. DOE", "ECONMIN"),
    ("com jane doe", "jane doe", "com"),
    ("Political Counselor Jane Doel\nling", "Jane Doelling", "Political Counselor"),
]  # fmt: skip


@pytest.mark.parametrize(("by", "name", "title"), NAMES)
def test_name_and_position_of_the_classifier(by, name, title):
    author = telegram(f"{HEADER}{BANNER}{FIELDS}Classified By: {by}, for reasons 1.4 (b).\n\n1. (C) Text.\n").authority
    assert (name, title, ("b",)) == (author.name, author.title, author.reasons.codes)


@pytest.mark.parametrize(
    ("sentence", "name"),
    [
        ("Classified By: Political Cou...", None),
        ("Classified By: Consul Jane Doe for re...", None),
        ("Classified By: Consul Jane Doe for reasons ...", "Jane Doe"),
        ("Classified By: Consul Jane Doe for reasons 1.4 (b)...", "Jane Doe"),
    ],
)
def test_a_classifier_that_a_preview_cuts_off_has_no_name(sentence, name):
    author = telegram(f"{HEADER}{BANNER}{FIELDS}{sentence}\n").authority
    assert name == author.name
    assert not isinstance(author.reasons, Unread)


REASONS = [
    # how the reason is printed, letters
    ("reasons 1.4 (b) an\nd (d).", "bd"),
    ("reasons 1.4 (B) A ND (D).", "bd"),
    ("reasons 1.\n4 (b) and (d).", "bd"),
    ("reasons 1/4 (b, d).", "bd"),
    ("reasons 1.4 b.d.", "bd"),
    ("reasons 1.4(b+d)", "bd"),
    ("reasons 1.4 (\t\t\tb and d)", "bd"),
    ("rea\n\nsons 1.4 (b) and (d).", "bd"),
    ("Reasons\n \n1.4 (b) and (d).", "bd"),
    ("reason: \n\nE.O. 12958, 1.4 (d)", "d"),
]


@pytest.mark.parametrize(("reason", "letters"), REASONS)
def test_reasons_broken_or_misprinted(reason, letters):
    found = telegram(f"{HEADER}{BANNER}{FIELDS}Classified By: Consul Jane Doe, for {reason}\n\n1. (C) Text.\n")
    author = found.authority
    assert ("Jane Doe", "Consul", letters) == (author.name, author.title, "".join(author.reasons.codes))
    assert 1 == len(found.paragraphs)


def test_a_section_with_a_comma_is_unreadable_and_not_absent():
    text = "Classified By: DCM Jane Doe due to 1,4 (b) and (d).\n\n1. (C) Text.\n"
    author = telegram(f"{HEADER}{BANNER}{FIELDS}{text}").authority
    assert ("Jane Doe", "DCM") == (author.name, author.title)
    assert isinstance(author.reasons, Unread)


@pytest.mark.parametrize(
    "text",
    [
        ". (C) The King left on Monday.",
        ".  (C/NF) The King left on Monday.",
        ". -- (C) The King left on Monday.",
        "\n(C) The King left on Monday.",
        ". (C)\nThe King left on Monday.",
        ". 1. (C) The King left on Monday.",
    ],
)
def test_a_mark_after_the_reasons_belongs_to_the_text(text):
    found = telegram(f"{HEADER}{BANNER}{FIELDS}Classified By: Consul Jane Doe for reasons 1.4 (b) and (d){text}\n")
    assert "bd" == "".join(found.authority.reasons.codes)
    assert ["C"] == [paragraph.level.code for paragraph in found.paragraphs]
    assert found.paragraphs[0].mark is not None


@pytest.mark.parametrize("reason", ["1.4 (b)\n(c) and (d).", "1.4 (b),\n(c), (d)", "1.4 (b). and (c). and (d)."])
def test_a_letter_c_after_a_line_end_is_still_a_reason(reason):
    found = telegram(f"{HEADER}{BANNER}{FIELDS}Classified By: Consul Jane Doe, reasons {reason}\n\n1. (C) Text.\n")
    assert "bcd" == "".join(found.authority.reasons.codes)


INLINE = [
    # the fields, with an authority whose line break is lost
    "SUBJECT: THE KING  REF: A. ZENDA 12\n\nB. ZENDA 13  Classified By: Consul Jane Doe for reasons 1.4 (b).\n\n",
    "SUBJECT: THE KING\n\nREF: ZENDA 12, KLOW 7  CLASSIFIED BY: Consul Jane Doe.\n\nREASON: 1.4 (b)\n\n",
    "SUBJECT: THE KING AND HIS BOATS Classified by Consul Jane Doe, reason 1.4 (b)\n\n",
    "SUBJECT: THE KING\n\nClassified ByConsul Jane Doe for reason 1.4 (b).\n\n",
    "SUBJECT: THE KING\n\nClassified By: Consul Jane Doe,\n\nFOR REASON 1.4 (B)\n\n",
    "SUBJECT: THE KING\n\nClassified By: Jane Doe,\n\nConsul. Reason: 1.4 (b)\n\n",
    "SUBJECT: THE KING\n\nClassified By: Consul Jane Doe. For reasons\nE.O. 12958, 1.4(b).\n\n",
]


@pytest.mark.parametrize("fields", INLINE)
def test_an_authority_within_another_line_or_over_several(fields):
    found = telegram(f"{HEADER}{BANNER}E.O. 12958: DECL: 03/12/2018\nTAGS: PREL\n{fields}1. (C) Text.\n")
    author = found.authority
    assert ("Jane Doe", "Consul", ("b",)) == (author.name, author.title, author.reasons.codes)
    assert found.subject.text.startswith("THE KING") and "lassified" not in found.subject.text
    assert all("lassified" not in item.text for item in found.references)
    assert [1] == [item.number for item in found.paragraphs]
    assert "12958" == found.eo.order and 1 == len(found.eo_lines or (found.eo,))


def test_prose_about_classification_is_not_an_authority():
    fields = "E.O. 12958: DECL: 03/12/2018\nTAGS: PREL\nSUBJECT: PAPERS CLASSIFIED BY MINISTRY ARE OPEN\n\n"
    found = telegram(f"{HEADER}{BANNER}{fields}1. (C) Text.\n")
    assert None is found.authority
    assert "PAPERS CLASSIFIED BY MINISTRY ARE OPEN" == found.subject.text
