"""Test the filters: what is printed can be parsed again, and nothing that is not understood is ignored."""

from __future__ import annotations

from urllib.parse import parse_qsl

from hypothesis import given
from hypothesis import strategies as st

from checker.workbench.criteria import FACETS, SORTS, Choice, Criteria, parse, span

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
lists = st.lists(words, max_size=4, unique=True).map(tuple)
choices = st.dictionaries(
    st.sampled_from([name for name in FACETS if name != "year"]),
    st.builds(Choice, lists, lists).filter(lambda choice: choice.wanted or choice.excluded),
)
criteria = st.builds(Criteria, choices, words, st.sampled_from(sorted(SORTS)))


@given(criteria)
def test_what_is_printed_is_parsed_back(given_criteria):
    found = parse(parse_qsl(given_criteria.query(), keep_blank_values=True))
    assert given_criteria.choices == dict(found.choices)
    assert (given_criteria.q, given_criteria.sort, 1, ()) == (found.q, found.sort, found.page, found.notices)


@given(criteria, st.sampled_from(sorted(FACETS)), words, st.booleans())
def test_a_choice_that_is_made_twice_is_unmade(given_criteria, name, value, exclude):
    once = given_criteria.toggled(name, value, exclude)
    kind = "excluded" if exclude else "wanted"
    before = value in getattr(given_criteria.choices.get(name, Choice()), kind)
    assert (value in getattr(once.choices.get(name, Choice()), kind)) is not before
    again = once.toggled(name, value, exclude)
    assert (value in getattr(again.choices.get(name, Choice()), kind)) is before


def test_the_grammar():
    found = parse(
        [("rule", "CLS-001"), ("rule", "!CLS-002"), ("rule", "CLS-003"), ("year", "2000..2009"), ("post", "")]
    )
    assert Choice(("CLS-001", "CLS-003"), ("CLS-002",)) == found.choices["rule"]
    assert (("2000..2009",), ("",)) == (found.choices["year"].wanted, found.choices["post"].wanted)
    assert () == found.notices


def test_ranges():
    assert ((2000, 2009), (0, 1999), (2010, 9999)) == (span("2000..2009"), span("..1999"), span("2010.."))
    assert [None] * 5 == [span(text) for text in ("..", "2000", "a..b", "2000...2009", "20000..20001")]


def test_what_is_not_understood_is_reported():
    pairs = [("rul", "X"), ("year", "198x"), ("sort", "size"), ("page", "-1"), ("page", "²"), ("post", "x" * 300)]
    notices = parse(pairs).notices
    assert 5 == len(notices) and "did you mean 'rule'" in notices[0]
    assert "198x" in notices[1] and "too long" in notices[2] and "size" in notices[3] and "²" in notices[4]
    assert 200 == len(parse([("post", str(number)) for number in range(500)]).choices["post"].wanted)
