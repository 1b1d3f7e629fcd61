"""Test dates in every form that documents use."""

import pytest
from parsing import vocabulary

from checker.parser.fields.dates import find_dates, year_of
from checker.parser.lookup import grammar_of

FORMS = [
    ("03/12/2018", "2018-03-12", "mm/dd/yyyy"),
    ("3/2/2018", "2018-03-02", "m/d/yyyy"),
    ("3/ 2/2018", "2018-03-02", "m/d/yyyy"),
    ("3/2/18", "2018-03-02", "m/d/yy"),
    ("03-12-2018", "2018-03-12", "mm-dd-yyyy"),
    ("2018/03/12", "2018-03-12", "yyyy/mm/dd"),
    ("2018-03-12", "2018-03-12", "yyyy-mm-dd"),
    ("20180312", "2018-03-12", "yyyymmdd"),
    ("12 MAR 2018", "2018-03-12", "d month yyyy"),
    ("12 MARCH 18", "2018-03-12", "d month yy"),
    ("MARCH 12, 2018", "2018-03-12", "month d, yyyy"),
    ("SEPT. 12TH, 2018", "2018-09-12", "month d, yyyy"),
    ("MARCH 2018", "2018-03", "month yyyy"),
    ("2018", "2018", "yyyy"),
]


def find(text, not_before=None):
    return list(find_dates(text, grammar_of(vocabulary()).months, not_before))


@pytest.mark.parametrize(("text", "date", "written"), FORMS)
def test_a_date(text, date, written):
    (found,) = find(f"ON {text}.")
    assert (date, written) == (str(found.date), found.date.written)
    assert text == f"ON {text}."[found.start : found.end]


@pytest.mark.parametrize("text", ["13/45/2018", "30 FEB 2018", "00/00/0000", "20181399"])
def test_a_date_that_no_calendar_has_is_found_and_has_no_value(text):
    (found,) = find(text)
    assert (None, "a valid date") == (found.date, found.expected)


@pytest.mark.parametrize("text", ["1.4", "REF 123", "12/5", "5 GEESE 18", "05-1", "1234567890"])
def test_no_date(text):
    assert [] == find(text)


@pytest.mark.parametrize(
    ("digits", "not_before", "year"),
    [("73", None, 1973), ("53", None, 1953), ("52", None, 2052), ("08", None, 2008), ("18", 2008, 2018), ("04", 1995, 2004), ("99", 1979, 1999), ("85", 2008, 1985), ("2018", 2020, 2018)],
)  # fmt: skip
def test_two_digits_of_a_year(digits, not_before, year):
    assert year == year_of(digits, not_before)


@pytest.mark.parametrize("text", ["٢٠٠٧", "201٣", "0٣/12/2018", "²0070101"])
def test_digits_of_other_scripts_are_no_digits(text):
    assert [] == [found for found in find(text) if found.date is not None]


@pytest.mark.parametrize(
    "text", ["03/12/2018", "3/2/18", "2018/3/12", "13/45/2018", "110/12/2018", "3/2/1", "1/2/345", "0//0", "//"]
)
def test_a_bare_date_reads_as_it_does_inside_a_text(text):
    bare = [(f.date, f.expected, f.date and f.date.written) for f in find(text)]
    assert bare == [(f.date, f.expected, f.date and f.date.written) for f in find(f"ON {text} OR NOT")]
