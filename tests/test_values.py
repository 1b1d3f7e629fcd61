"""Test that dates are compared as intervals, and that a comparison that their precision does not decide is
undetermined.
"""

from __future__ import annotations

from datetime import date

import pytest

from checker.values import Date


@pytest.mark.parametrize(
    ("first", "second", "before", "same"),
    [
        ("2007-09-10", "2007-09-11", True, False),
        ("2007-09-10", "2007-09-10", False, True),
        ("2007-09-11", "2007-09-10", False, False),
        ("2007-09", "2007-10-01", True, False),
        ("2007-09", "2007-09-10", None, None),
        ("2007-10", "2007-09-30", False, False),
        ("2007", "2007-12-31", None, None),
        ("2007", "2007", None, None),
    ],
)
def test_dates_compare_as_intervals(first: str, second: str, before: bool | None, same: bool | None) -> None:
    assert before is Date.of(first).before(Date.of(second))
    assert same is Date.of(first).same(Date.of(second))


@pytest.mark.parametrize("wrong", ["1973-02-30", "2007-13", "07/09/10", "", "2007-09-10-1", "²007"])
def test_a_date_that_does_not_exist_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError):
        Date.of(wrong)


def test_years_are_added_by_the_calendar() -> None:
    assert date(2014, 2, 28) == Date.of("2004-02-29").plus_years(10).first
    assert date(2024, 2, 29) == Date.of("2004-02-29").plus_years(20).first
    assert date(9999, 1, 1) == Date.of("9990-01-01").plus_years(25).first
    assert date.max == Date.of("9999-12-31").plus_days(10).last


def test_a_date_prints_as_far_as_it_is_known() -> None:
    assert [str(Date.of(text)) for text in ("2007-09-10", "2007-09", "2007")] == ["2007-09-10", "2007-09", "2007"]
