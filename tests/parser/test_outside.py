"""What a wrapper states, as values."""

import pytest
from parsing import BANNER, FIELDS, short, telegram

from checker.document import Fact
from checker.text import Span


def facts(**texts):
    return tuple(Fact(Span(0, 4), name, text) for name, text in texts.items())


def test_a_web_page_s_table_row():
    found = telegram(
        f"{BANNER}{FIELDS}1. (C) Text.\n",
        facts=facts(
            reference_id="08STRELSAU123",
            created="2008-03-14 15:30",
            released="2011-08-30 01:44",
            classification="CONFIDENTIAL//NOFORN",
            origin="Embassy Strelsau",
        ),
    )
    outside = found.outside
    assert (2008, "STRELSAU", 123) == (outside.year, outside.post, outside.serial)
    assert ("2008-03-14", "2011-08-30") == (str(outside.created.date), str(outside.released.date))
    assert ("C", ("NOFORN",)) == (short(outside.level), outside.controls)
    assert "Embassy Strelsau" == outside.origin.text
    assert ("2008-03-14", "EO12958A") == (str(found.date), found.era), "the wrapper's day stands in for a lost one"


@pytest.mark.parametrize(
    ("words", "level", "controls"),
    [
        ("UNCLASSIFIED//FOR OFFICIAL USE ONLY", "U", ("FOUO",)),
        ("LIMITED OFFICIAL USE", "U", ("LOU",)),
        ("SECRET", "S", ()),
        ("n/a", None, ()),
        ("SECRETARY", "unread: 'SECRETARY' (a level)", ()),
    ],
)
def test_a_level_in_words(words, level, controls):
    found = telegram("text", facts=facts(original_classification=words)).outside
    assert (level, controls) == (short(found.level), found.controls)


def test_the_present_level_of_an_archive_is_not_the_level_when_sent():
    found = telegram(
        "text", facts=facts(current_classification="UNCLASSIFIED", original_classification="SECRET")
    ).outside
    assert ("S", "U") == (short(found.level), short(found.current_level))


@pytest.mark.parametrize("identity", ["1976STRELS00123", "76STRELSAU123"])
def test_identities_of_archives(identity):
    found = telegram("text", facts=facts(reference_id=identity)).outside
    assert (1976, 123) == (found.year, found.serial)


def test_no_facts_no_outside():
    assert telegram("text").outside is None


def test_a_date_that_cannot_be_read_stays_as_it_is():
    found = telegram("text", facts=facts(created="some day", reference_id="?")).outside
    assert ("some day", None, None) == (found.created.text, found.created.date, found.serial)


@pytest.mark.parametrize(
    ("identity", "post"),
    [("08DARESSALAAM123", "DAR ES SALAAM"), ("2008DARESS00123", "DAR ES SALAAM"), ("08ZENDA123", "ZENDA")],
)
def test_a_post_joined_or_cut_by_an_archive_is_the_same_post(identity, post):
    text = f"C O N F I D E N T I A L DAR ES SALAAM 000123\n\n{FIELDS}1. (C) Text.\n"
    assert post == telegram(text, facts=facts(reference_id=identity)).outside.post
