"""Test messages that are not complete Department telegrams: bodies, e-mails, military and foreign messages.

Each must be recognized for what it is, and not be judged by the rules for another kind.
"""

from __future__ import annotations

import json

import pytest

from checker import engine, readers, rulebook
from checker.parser import parse

BODY = "1. THE KING LEFT STRELSAU BY COACH. 2. HE SAW THE MINISTER OF ROADS. 3. THE BRIDGE IS CLOSED. RASSENDYLL"
ROW = {"id": "1976STRELS00123", "body": BODY, "date": "1976-03-14", "classification": "CONFIDENTIAL"}
MAIL = (
    "From: Sapt, Fritz\nSent: Friday, March 14, 2008 9:12 AM\nTo: Hentzau, Rupert\nSubject: Re: Bridges\n\n"
    "Rupert,\n\nThe bridge is closed until Monday.\n\nFritz\n"
)
MILITARY = (
    "RTTUZYUW RUEHSTR0001 0731530-UUUU--RUENAAA.\nZNR UUUUU\nR 141530Z MAR 12\nFM COMRURFLT STRELSAU\nTO RURADMIN\n"
    "UNCLAS//N01000//\nMSGID/GENADMIN/COMRURFLT/N1/MAR//\nSUBJ/BRIDGES//\nRMKS/1. THE BRIDGE IS CLOSED.//\nBT\n#0001\n"
)
LETTER = (
    '<TEI xmlns="http://www.tei-c.org/ns/1.0"><text><body><div type="document" subtype="historical-document" n="74">'
    "<head>The Minister to the Secretary of State</head><opener><dateline>Strelsau, "
    '<date when="1911-01-11">January 11, 1911</date>.</dateline></opener><p>Sir: The road is mended.</p></div></body></text></TEI>'
)
FOREIGN = (
    "NATO SECRET\n\nDate: 12 March 2019\nSubject: Locks\n\n1. (NS) The upper lock closes on Monday.\n\nNATO SECRET\n"
)


def judged(name: str, text: str) -> tuple[str, str, set[str], bool]:
    """Return the layout and profile of the first document, the rules with findings above info, and whether any verdict
    is undetermined.
    """
    book = rulebook.load()
    item = next(each for each in readers.read(name, data=text.encode()) if isinstance(each, readers.Reading))
    telegram = parse(item.view, book.vocabulary, item.facts)
    result = engine.judge(telegram, item.view.source, book, name, item.cable)
    told = {each.rule for each in result.findings if each.severity != "info"}
    return telegram.layout, telegram.profile, told, bool(result.undetermined)


@pytest.mark.parametrize(
    ("name", "text", "layout", "profile"),
    [
        ("rows.json", json.dumps([ROW]), "body", "CABLE"),
        ("rows.jsonl", json.dumps(ROW) + "\n", "body", "CABLE"),
        ("mail.txt", MAIL, "document", "GEN"),
        ("message.txt", MILITARY, "military", "MIL"),
        ("letter.txt", FOREIGN, "document", "OTHER"),
        ("volume.xml", LETTER, "document", "GEN"),
    ],
)
def test_a_message_of_another_kind_is_not_found_wrong(name: str, text: str, layout: str, profile: str) -> None:
    found = judged(name, text)
    assert (layout, profile, set()) == found[:3]
    assert found[3] == (layout == "body" or profile == "OTHER")
