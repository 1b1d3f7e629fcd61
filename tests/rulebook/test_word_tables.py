"""Test that each table with a complete list has as many codes as its source."""

from collections import Counter

import pytest

from checker.rulebook import load

WORDS = load().vocabulary
TAGS = ("tags_subject", "tags_geo", "tags_organization", "tags_program")

# The number of codes in each edition of a list. One code of 1974 is deliberately left out of tags_geo; see that file.
LISTED = {
    ("tags_subject", "1974"): 119,
    ("tags_subject", "1979"): 16,
    ("tags_subject", "2011"): 96,
    ("tags_geo", "1974"): 255 - 1,
    ("tags_organization", "1974"): 102,
    ("tags_organization", "2011"): 588,  # 590 less two misspellings of the list
}


@pytest.mark.parametrize(("table", "edition"), LISTED)
def test_a_table_has_every_code_of_an_edition(table: str, edition: str) -> None:
    listed = [entry.code for entry in WORDS[table] if edition in entry.facts.get("listed", ())]
    assert LISTED[table, edition] == len(listed)


# Tables with a complete list: a rule may report a word because it is not in the table.
CLOSED = {
    "cui_controls": 9,
    "declass_status": 11,
    "downgrading_groups": 4,
    "durations": 32,
    "eras": 7,
    "instructions": 26,
    "layouts": 9,
    "levels": 4,
    "months": 12,
    "nato": 20,
    "precedence": 7,
    "profiles": 6,
    "reasons": 36,
    "release_steps": 13,
    "tags_categories": 10,
}


def test_only_these_tables_are_closed() -> None:
    closed = {name: len(WORDS[name]) for name in WORDS.tables if WORDS[name].complete}
    closed.pop("sources")
    assert CLOSED == closed


def test_a_tag_with_no_list_is_in_an_open_table() -> None:
    for table in TAGS:
        assert not WORDS[table].complete


def test_every_listed_tag_cites_a_list() -> None:
    lists = {"TAGS-1974", "NARA-FAQ", "TAGS-2011", "FAH3-010"}
    for table in TAGS:
        strays = [entry.code for entry in WORDS[table] if entry.facts.get("listed") and entry.source not in lists]
        assert [] == strays


def test_a_common_slip_is_not_a_tag() -> None:
    for table in TAGS:
        for entry in WORDS[table]:
            for slip in entry.facts.get("mistakes", ()):
                assert [] == [name for name in TAGS if WORDS[name].find(slip)], slip


def test_tables_of_other_lists() -> None:
    assert 103 == Counter(entry.source for entry in WORDS["cui_categories"])["ISM-XML-2022"]
    assert 10 == Counter(entry.source for entry in WORDS["controls"])["ISM-XML-2022"]
    posts = Counter(entry.fact("kind") for entry in WORDS["post_addresses"])
    assert 187 == posts["post"]
    assert 294 == posts.total()
