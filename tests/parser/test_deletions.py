"""Test deletions by reviewers and editors: every form is recorded, wherever it is, and never blamed on the drafter."""

from __future__ import annotations

import pytest
from test_damage import base, book, parsed, swapped

from checker import engine
from checker.model import Telegram

FORMS: dict[str, tuple[str, str, tuple[str, ...], str | None]] = {
    # as written: form, kind, codes, extent
    "[REDACTED]": ("redacted", "withheld", (), None),
    "[[REDACTED-EX B1]]": ("redacted", "withheld", ("B1",), None),
    "(b)(1)": ("exemption", "withheld", ("B1",), None),
    "[(b)(1)]": ("exemption", "withheld", ("B1",), None),
    "(b)(1), (b)(3)": ("exemption", "withheld", ("B1", "B3"), None),
    "B1 1.4(B)": ("exemption", "withheld", ("B1", "1.4(B)"), None),
    "1.4(D) B1": ("exemption", "withheld", ("1.4(D)", "B1"), None),
    "[EXCISED]": ("excised", "withheld", (), None),
    "[Excision]": ("excised", "withheld", (), None),
    "[text not declassified]": ("not-declassified", "withheld", (), "text"),
    "[1 line not declassified]": ("not-declassified", "withheld", (), "1 line"),
    "[less than 1 line not declassified]": ("not-declassified", "withheld", (), "less than 1 line"),
    "[4 paragraphs (9 lines) not declassified]": ("not-declassified", "withheld", (), "4 paragraphs (9 lines)"),
    "[Omitted here is a discussion of coaches.]": (
        "omitted",
        "omitted",
        (),
        "Omitted here is a discussion of coaches.",
    ),
    "██████": ("blocks", "withheld", (), None),
    "________": ("underscores", "withheld", (), None),
    "XXXXXXXX": ("crosses", "withheld", (), None),
    "--------": ("dashes", "withheld", (), None),
    "[DELETED]": ("deleted", "withheld", (), None),
    "[DETAILS REMOVED]": ("removed", "withheld", (), "details"),
    "[Text removed by the Zenda Gazette]": ("removed", "withheld", (), "Text removed by the Zenda Gazette"),
    "[Sanitized]": ("sanitized", "withheld", (), None),
    "[Page 2 withheld in full]": ("withheld", "withheld", (), "page 2"),
    "OGA": ("exemption", "withheld", ("OGA",), None),
    "[PII]": ("personal", "withheld", (), None),
    "[b6; b7(C)]": ("exemption", "withheld", ("B6", "B7(C)"), None),
}
PLACES: dict[str, tuple[str, str]] = {
    "the mark and the first words": ("2. (C) The Chancellor asked", "2. {} asked"),
    "the mark and the whole paragraph": ("2. (C) The Chancellor asked for two more carriages.", "2. {}"),
    "the number, mark and paragraph": ("2. (C) The Chancellor asked for two more carriages.", "{}"),
    "the words after the mark": ("(C) The Chancellor asked for two more carriages.", "(C) {}"),
    "words within a paragraph": ("The Chancellor asked for two", "The {} asked for two"),
    "the subject": ("SUBJECT: THE KING'S TRAVEL PLANS", "SUBJECT: {}"),
    "the beginning of the subject": ("SUBJECT: THE KING'S", "SUBJECT: {} THE KING'S"),
    "the classifier's name": ("Jane Q. Doe, Political Counselor", "{}, Political Counselor"),
    "the classifier's title": ("Jane Q. Doe, Political Counselor", "Jane Q. Doe, {}"),
    "the classifier": ("Jane Q. Doe, Political Counselor, for reasons", "{}, for reasons"),
    "the reasons": ("for reasons 1.4 (b) and (d).", "for reasons {}"),
    "the authority": ("Jane Q. Doe, Political Counselor, for reasons 1.4 (b) and (d).", "{}"),
    "the instruction": ("DECL: 09/06/2017", "DECL: {}"),
    "the value of the order line": ("E.O. 12958: DECL: 09/06/2017", "E.O. 12958: {}"),
    "the TAGS": ("TAGS: PREL, PGOV, LS", "TAGS: {}"),
    "a TAG": ("TAGS: PREL, PGOV, LS", "TAGS: PREL, {}, LS"),
    "the reference": ("REF: STRELSAU 399", "REF: {}"),
    "the signature": ("October.\nDOE", "October.\n{}"),
}
NOT_THERE = {  # a line of one repeated character at the end is a rule, and a word in a sentence is only a word
    "________": ("the signature", "the reasons"),
    "--------": ("the signature",),
    "OGA": (
        "words within a paragraph",
        "the classifier's title",
        "a TAG",
        "the words after the mark",
        "the reasons",
        "the signature",
    ),
}


def judged(text: str) -> tuple[Telegram, engine.Judgment]:
    telegram, source = parsed(text)
    return telegram, engine.judge(telegram, source, book(), "x")


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("form", FORMS)
def test_a_deletion_is_recorded_and_never_a_finding(form: str, place: str) -> None:
    old, new = PLACES[place]
    telegram, judgment = judged(swapped(base(), (old, new.format(form))))
    assert [] == [f"{each.rule} {each.message}" for each in judgment.findings]
    found = [(each.form, each.kind, each.codes, each.extent) for each in telegram.deletions]
    assert found == ([] if place in NOT_THERE.get(form, ()) else [FORMS[form]])


@pytest.mark.parametrize("form", FORMS)
def test_a_withheld_mark_is_undetermined_and_its_place_is_the_deletion(form: str) -> None:
    text = swapped(base(), ("2. (C) The Chancellor", f"2. {form} and"))
    telegram, judgment = judged(text)
    (one,) = (each for each in judgment.undetermined if each.rule == "POR-001")
    assert one.kind == "withheld"
    assert [each.place for each in telegram.deletions] == ["mark"]
    assert [2] == [each.number for each in telegram.paragraphs if each.cut]


def test_the_next_number_after_deleted_paragraphs_is_no_gap() -> None:
    text = swapped(
        base(), ("2. (C) The", "[4 paragraphs (9 lines) not declassified]\n\n6. (C) The"), ("3. (U)", "7. (U)")
    )
    assert [] == judged(text)[1].findings
    text = swapped(base(), ("2. (C) The", "6. (C) The"), ("3. (U)", "7. (U)"))
    assert judged(text)[1].findings


def test_a_missing_mark_beside_a_deletion_elsewhere_is_still_reported() -> None:
    text = swapped(base(), ("2. (C) The Chancellor asked", "2. The Chancellor asked [name not declassified]"))
    assert [each.rule for each in judged(text)[1].findings] == ["POR-001"]


@pytest.mark.parametrize(
    "words",
    ["under section 12 (b)(1) of the law", "for B1 and B2 visas", "under article 4(b)(1)", "[sic] and [NOTE: see below]",
     "the word deleted", "[He deleted the paragraph on coaches.]", "about 1.4 (b) only"],
)  # fmt: skip
def test_words_like_these_are_no_deletions(words: str) -> None:
    assert parsed(swapped(base(), ("two more carriages", words)))[0].deletions == ()


def test_a_deletion_within_the_first_line_excuses_no_missing_mark_even_if_codes_are_in_a_margin() -> None:
    text = swapped(base(), ("2. (C) The Chancellor asked", "2. The Chancellor [name not declassified] asked"))
    line = next(line for line in text.splitlines() if line.startswith("1. (C)"))
    telegram, judgment = judged(text.replace(line, f"{line}{' ' * 30}B1"))
    assert ["margin", "text"] == [each.place for each in telegram.deletions]
    assert [False] == [each.cut for each in telegram.paragraphs if each.number == 2]
    assert "POR-001" in [each.rule for each in judgment.findings]
