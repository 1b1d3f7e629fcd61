"""Test forms in which telegrams are published: a viewer's printout, an incoming telegram, a form below e-mails, and
stamps.
"""

from __future__ import annotations

import pytest
from test_damage import base, book, parsed, swapped, verdicts

from checker import engine

VIEWER = """{level} TELEGRAM                                      August 3, 2001

To:        ALL DIPLOMATIC AND CONSULAR POSTS - ROUTINE
Origin:    PRESS
From:      AMEMBASSY STRELSAU (STRELSAU 000777 - ROUTINE)
E.O.:      12958: {instruction}
TAGS:      PREL, LS
Captions:  SENSITIVE
Subject:   THE HARBOR LIGHTS
Ref:       (A) 01 ZENDA 000123, (B) 00 STATE 044444
_________________________________________________________________

{block}1.  ({mark}) The lights are lit.

2.  (U) The harbor is open.

ROE
"""
INCOMING = """{head}          Department of State

CONFIDENTIAL

Action                                   Control: 4711
EUR                                      Rec'd:   MAY 4, 1961
                                                  7:02 P.M.

         FROM:   ZENDA

         TO:     Secretary of State

         NO:     88, MAY 3, 4 P.M.

         REFERENCE: DEPTEL 61

         The harbor is closed.

                                          ROE
CONFIDENTIAL
"""


def test_the_print_of_a_viewer() -> None:
    text = VIEWER.format(
        level="CONFIDENTIAL", instruction="DECL: 08/03/2011", mark="C",
        block="Classified by Consul Richard Roe; reason 1.5 (d).\n\n",
    )  # fmt: skip
    found = parsed(text)[0]
    assert (found.layout, str(found.level), str(found.date), found.mrn) == (
        "viewer", "CONFIDENTIAL", "2001-08-03", "01STRELSAU777",
    )  # fmt: skip
    assert [reference.serial for reference in found.references] == [123, 44444]
    assert (found.eo.order, str(found.instruction.date)) == ("12958", "2011-08-03")
    assert [str(item.level) for item in found.paragraphs if item.number] == ["CONFIDENTIAL", "UNCLASSIFIED"]
    assert found.authority.reasons.codes == ("d",)
    assert not {rule for rule in verdicts(text)[0] if rule.startswith(("AUT-001", "FMT-"))}


def test_the_unclassified_print_has_no_number_from_its_head_line() -> None:
    text = VIEWER.format(level="UNCLASSIFIED", instruction="N/A", mark="U", block="")
    found = parsed(text)[0]
    assert (str(found.level), found.mrn) == ("UNCLASSIFIED", "01STRELSAU777")


@pytest.mark.parametrize("head", ["INCOMING TELEGRAM", "OUTGOING TELEGRAM"])
def test_the_form_of_the_sixties(head: str) -> None:
    found = parsed(INCOMING.format(head=head))[0]
    assert (found.layout, str(found.level), str(found.date), found.mrn) == (
        "incoming", "CONFIDENTIAL", "1961-05-03", "61ZENDA88",
    )  # fmt: skip
    assert [reference.serial for reference in found.references] == [61]
    assert [party.text for party in found.to] == ["Secretary of State"]
    assert found.paragraphs[0].text == "The harbor is closed."


MAIL = "From: Roe, Richard\nSent: Thursday, March 15, 2012 7:30 AM\nTo: Doe, Jane Q\nSubject: FW: Boats\n\nFYI\n\n"


@pytest.mark.parametrize("mails", [1, 3, 40])
def test_a_form_below_mails_is_read_like_the_form_alone(mails: int) -> None:
    alone = parsed(base("smart-2012"))[0]
    below = parsed(MAIL * mails + base("smart-2012"))[0]
    for field in ("level", "mrn", "date", "subject", "caption_codes"):
        one, two = getattr(alone, field), getattr(below, field)
        assert getattr(one, "text", one) == getattr(two, "text", two), field
    assert [item.text for item in alone.paragraphs] == [item.text for item in below.paragraphs]
    assert verdicts(base("smart-2012")) == verdicts(MAIL * mails + base("smart-2012"))


def test_the_last_lines_of_a_form_state_its_level() -> None:
    text = base("smart-2012")
    top = text[: text.index("Action Office")]
    assert "UNCLASSIFIED" in top
    assert str(parsed(text.removeprefix(top))[0].level) == "UNCLASSIFIED"


STAMPS = {
    "DECLASSIFIED\nAuthority NND 000123\nBy SR NARA Date 6/12/03\n\n": ("nara-declassified", "2003-06-12"),
    "DECLASSIFIED\nPA/HO Department of State\nE.O. 12958, as amended\nJune 9, 2005\n\n": (
        "nara-declassified", "2005-06-09",
    ),
    "DECLASSIFIED\nE.O. 12958, Sec. 3.5\nNSC Memo, 1/2/98, State Dept. Guidelines\nBy abc , NARA, Date 3/4/04\n\n": (
        "nara-declassified", "2004-03-04",
    ),
    "Approved For Release 2004/10/12 : CIA-RDP00-00000R000000000000-0\n\n": ("approved-for-release", "2004-10-12"),
}  # fmt: skip


@pytest.mark.parametrize("place", ["E.O. 11652", "2. "])
@pytest.mark.parametrize("stamp", STAMPS)
def test_a_stamp_is_cut_and_says_what_was_released(stamp: str, place: str) -> None:
    text = base("confidential-1975")
    at = text.index(place)
    telegram, source = parsed(text[:at] + "\n" + stamp + text[at:])
    kind, day = STAMPS[stamp]
    assert [(each.kind, str(each.date)) for each in telegram.stamps] == [(kind, day)]
    assert (telegram.released, str(telegram.release_date)) == (True, day)
    judgment = engine.judge(telegram, source, book(), "x")
    assert [each.rule for each in judgment.findings if each.severity != "info"] == []
    assert telegram.caption_codes == parsed(text)[0].caption_codes


def test_the_word_declassified_in_the_text_is_no_stamp() -> None:
    text = swapped(base(), ("asked for two more carriages.", "said:\n\nDECLASSIFIED\n\nand left."))
    assert parsed(text)[0].stamps == ()
