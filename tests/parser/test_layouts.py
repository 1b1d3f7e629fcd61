"""Test one invented telegram of each layout against a complete account of what the parser reads."""

import os

import pytest
from parsing import ROOT, account, telegram

FOLDER = os.path.join(ROOT, "tests", "telegrams", "clean")
NAMES = sorted(name[:-4] for name in os.listdir(FOLDER) if name.endswith(".txt"))


def read(name):
    with open(os.path.join(FOLDER, name), encoding="utf-8", newline="") as file:
        return file.read()


@pytest.mark.parametrize("name", NAMES)
def test_the_account_of(name):
    assert read(f"{name}.account") == account(telegram(read(f"{name}.txt")))


@pytest.mark.parametrize("name", NAMES)
def test_line_ends_of_other_systems_change_nothing_in_the_account_of(name):
    expected = read(f"{name}.account")
    assert expected == account(telegram(read(f"{name}.txt").replace("\n", "\r\n")))


BARE = """B. STRELSAU 0465

1. LOCAL PRESS REPORTS THAT THE RIVER BOARD (RB) WILL CLOSE THE UPPER LOCK IN MAY. THE CHANCELLOR SAID THAT HE HAD
NOT BEEN ASKED. THE BOARD DID NOT ANSWER THE EMBASSY'S QUESTIONS.

2. COMMENT: THE BOARD HAS SAID SO BEFORE. END COMMENT.

RASSENDYLL"""


@pytest.mark.parametrize(
    "text",
    [
        BARE,
        BARE.replace("\n\n", " "),
        BARE.partition("\n\n")[2].replace("2. COMMENT", "COMMENT"),
        "\n".join(line[3:] if line[:2] in ("1.", "2.") else line for line in BARE.splitlines()[2:]) * 2,
    ],
    ids=["with the rest of the references", "without line ends", "one number", "no number"],
)
def test_a_text_in_capitals_without_anything_above_it_is_a_body(text):
    found = telegram(text)
    assert ("body", "CABLE", (), False) == (found.layout, found.profile, found.captions, found.whole)
    assert found.banner.lost and found.subject.lost and found.dtg.lost


@pytest.mark.parametrize(
    "text",
    [
        BARE.lower(),
        "SECRET\n\n" + BARE.partition("\n\n")[2],
        "1. BUY PAINT\n\nTHANKS",
        "DEAR RUDOLF,\n\nTHE WEATHER IS FINE.\n\nYOURS",
        "SUBJECT: LOCKS\n\n" + BARE.partition("\n\n")[2],
    ],
    ids=["small letters", "a banner", "a note", "a letter", "a subject"],
)
def test_other_texts_in_capitals_are_none(text):
    assert "document" == telegram(text).layout
