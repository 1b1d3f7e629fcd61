"""Test the values of what a wrapper states about a telegram."""

import pytest
from parsing import BANNER, FIELDS, short, telegram

from checker.model import Fact
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
    source_record = found.source_record
    assert (2008, "STRELSAU", 123) == (source_record.year, source_record.post, source_record.serial)
    assert ("2008-03-14", "2011-08-30") == (str(source_record.created.date), str(source_record.released.date))
    assert ("C", ("NOFORN",)) == (short(source_record.level), source_record.controls)
    assert "Embassy Strelsau" == source_record.origin.text
    assert ("2008-03-14", "EO12958A") == (str(found.date), found.era), "the wrapper's day stands in for a lost one"


@pytest.mark.parametrize(
    ("words", "level", "controls"),
    [
        ("UNCLASSIFIED//FOR OFFICIAL USE ONLY", "U", ("FOUO",)),
        ("LIMITED OFFICIAL USE", "U", ("LOU",)),
        ("SECRET", "S", ()),
        ("n/a", None, ()),
        ("SECRETARY", "unread: 'SECRETARY' (cannot be read as a level)", ()),
    ],
)
def test_a_level_in_words(words, level, controls):
    found = telegram("text", facts=facts(original_classification=words)).source_record
    assert (level, controls) == (short(found.level), found.controls)


def test_the_present_level_of_an_archive_is_not_the_level_when_sent():
    found = telegram(
        "text", facts=facts(current_classification="UNCLASSIFIED", original_classification="SECRET")
    ).source_record
    assert ("S", "U") == (short(found.level), short(found.current_level))


@pytest.mark.parametrize("identity", ["1976STRELS00123", "76STRELSAU123"])
def test_identities_of_archives(identity):
    found = telegram("text", facts=facts(reference_id=identity)).source_record
    assert (1976, 123) == (found.year, found.serial)


def test_no_facts_no_outside():
    assert telegram("text").source_record is None


@pytest.mark.parametrize(
    ("written", "date"),
    [
        ("26 OCT 1975", "1975-10-26"),
        ("05 October 1975", "1975-10-05"),
        ("2008-03-14T15:30", "2008-03-14"),
        ("AUGUST 1975", "1975-08"),
    ],
)
def test_the_letter_before_a_time_is_not_that_of_a_month(written, date):
    assert date == str(telegram("text", facts=facts(created=written)).source_record.created.date)


def test_a_date_that_cannot_be_read_stays_as_it_is():
    found = telegram("text", facts=facts(created="some day", reference_id="?")).source_record
    assert ("some day", None, None) == (found.created.text, found.created.date, found.serial)


@pytest.mark.parametrize(
    ("identity", "post"),
    [("08DARESSALAAM123", "DAR ES SALAAM"), ("2008DARESS00123", "DAR ES SALAAM"), ("08ZENDA123", "ZENDA")],
)
def test_a_post_joined_or_cut_by_an_archive_is_the_same_post(identity, post):
    text = f"C O N F I D E N T I A L DAR ES SALAAM 000123\n\n{FIELDS}1. (C) Text.\n"
    assert post == telegram(text, facts=facts(reference_id=identity)).source_record.post


def test_a_text_an_archive_numbers_is_a_telegram_s_even_without_any_header():
    found = telegram(
        "1. THE KING LEFT.\n\n2. HE CAME BACK.\n", facts=facts(reference_id="1976STRELS00123", created="14 MAR 1976")
    )
    assert ("body", "CABLE", "1976-03-14", False) == (found.layout, found.profile, str(found.date), found.whole)
    assert found.dtg.lost
    assert found.banner.lost
    assert [1, 2] == [p.number for p in found.paragraphs]


def test_an_edition_that_states_the_level_beside_the_text_has_lost_the_banner():
    found = telegram("Text of a letter.\n", facts=facts(classification="Secret", date="1964-06-02"))
    assert ("document", True, "S") == (found.layout, found.banner.lost, short(found.source_record.level))
    assert telegram("Text of a letter.\n").banner is None
