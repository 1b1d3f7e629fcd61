"""Test what a reference names: a message number in one standard form, or the reason why it names none."""

from __future__ import annotations

import pytest
from parsing import telegram, vocabulary

from checker.parser.fields.labelled import number_of

HEAD = "R 141530Z MAR 75\nFM AMEMBASSY STRELSAU\nTO SECSTATE WASHDC\n\nC O N F I D E N T I A L STRELSAU 1001\n\n"
FIELDS = "E.O. 11652: GDS\nTAGS: PINT, LS\nSUBJECT: THE LAKE\n\n"

# The forms of telegrams of 1973-79 with the number each item names; None where it names none.
FORMS = {
    "STRELSAU 0099": ["75STRELSAU99"],
    "STRELSAU 99": ["75STRELSAU99"],
    "(A) STATE 055778; (B) ZENDA 130": ["75STATE55778", "75ZENDA130"],
    "A. STATE 055778, B. 74 ZENDA 130": ["75STATE55778", "74ZENDA130"],
    "A) STATE 055778 B) STRELSAU 12": ["75STATE55778", "75STRELSAU12"],
    "STATE 055778 AND ZENDA 130": ["75STATE55778", "75ZENDA130"],
    "STATE 055778, 055779": ["75STATE55778", "75STATE55779"],
    "74 STRELSAU 9870 (NOTAL)": ["74STRELSAU9870"],
    "1974 STRELSAU 9870": ["74STRELSAU9870"],
    "STRELSAU 9870 (1974)": ["74STRELSAU9870"],
    "EMBTEL 99": ["75STRELSAU99"],
    "DEPTEL 55778": ["75STATE55778"],
    "SECSTATE 55778": ["75STATE55778"],
    "AMEMBASSY KLOW 17": ["75KLOW17"],
    "SAN LORENZO 17": ["75SANLORENZO17"],
    "USUN NEW YORK 17": ["75USUNNEWYORK17"],
    "STRELSAU 1001": ["74STRELSAU1001"],
    "STRELSAU 4711": ["74STRELSAU4711"],
    "STRELSAU A-123": ["75STRELSAUA-123"],
    "STRELSAU'S A-123": ["75STRELSAUA-123"],
    "74 STRELSAU A-123": ["74STRELSAUA-123"],
    "A-123": ["75STRELSAUA-123"],
    "USCINCEUR 111345Z MAR 75": [None],
    "USCINCEUR 111345Z MAR 75; STATE 055778": [None, "75STATE55778"],
    "STATE 055778; USCINCEUR 111345Z MAR 75; STRELSAU A-7": ["75STATE55778", None, "75STRELSAUA-7"],
    "STATE 055778, STRELSAU A-7": ["75STATE55778", "75STRELSAUA-7"],
    "LETTER DOE TO ROE OF MARCH 3": [None],
    "TELCON DOE/ROE MARCH 3, 1975": [None, None],
    "PARA 3": [None],
    "A) DOE TELEPHONE CALLS 5/13 AND 5/14\n\nB) STRELSAU 99": [None, "75STRELSAU99"],
}


def read(line: str):
    return telegram(f"{HEAD}{FIELDS}REF: {line}\n\n1. TEXT.\nDOE\n")


@pytest.mark.parametrize("line", FORMS, ids=list(FORMS))
def test_a_reference_names_this_number(line):
    found = read(line)
    assert FORMS[line] == [number_of(one, found, vocabulary()) for one in found.references]


@pytest.mark.parametrize(
    ("line", "kind", "post", "group"),
    [
        ("USCINCEUR 111345Z MAR 75", "other", "USCINCEUR", "111345Z MAR 75"),
        ("CINCPAC 111345Z MAR", "other", "CINCPAC", "111345Z MAR"),
        ("STRELSAU A-123", "airgram", "STRELSAU", None),
        ("LETTER DOE TO ROE OF MARCH 3", "other", None, None),
    ],
)
def test_the_kind_of_what_is_no_telegram(line, kind, post, group):
    (found,) = read(line).references
    assert (kind, post, group) == (found.kind, found.post, found.group)


def test_without_any_date_a_reference_names_no_number():
    found = telegram("C O N F I D E N T I A L STRELSAU 1001\n\nREF: ZENDA 99\n\n1. TEXT.\n")
    assert [None] == [number_of(one, found, vocabulary()) for one in found.references]
