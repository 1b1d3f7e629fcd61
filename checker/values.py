"""Define the values that rules compare: classification levels, and dates with a precision.

A date that is known only to the month or year is compared as the interval of its days. If the interval does not decide
a comparison, the answer is None (undetermined).
"""

from __future__ import annotations

from datetime import date, timedelta

from .record import Record


class Level(Record):
    """A level in the `levels` table. `rank` orders the levels; `classified` is false for UNCLASSIFIED and similar
    levels.
    """

    code: str
    name: str
    rank: int
    classified: bool

    def __str__(self) -> str:
        return self.name


class Date(Record):
    """A date that may be any day from `first` to `last`.

    `precision` is "day", "month", or "year"; `written` is the form in the text, for example "m/d/yyyy".
    """

    first: date
    last: date
    precision: str = "day"
    written: str = ""

    @classmethod
    def day(cls, year: int, month: int, day: int, written: str = "") -> Date:
        """Return a date with the precision "day". Raises `ValueError` if the day does not exist."""
        found = date(year, month, day)
        return cls(found, found, "day", written)

    @classmethod
    def of(cls, iso: str) -> Date:
        """Return the date written as `2007-09-10`, `2007-09`, or `2007`. Raises `ValueError` for anything else."""
        parts = iso.split("-")
        if not all(part.isascii() and part.isdigit() for part in parts):
            raise ValueError(f"not a date: {iso}")
        numbers = [int(part) for part in parts]
        if len(numbers) == 3:
            return cls.day(numbers[0], numbers[1], numbers[2])
        if len(numbers) == 2:
            first = date(numbers[0], numbers[1], 1)
            return cls(first, _month_end(first), "month")
        if len(numbers) == 1:
            return cls(date(numbers[0], 1, 1), date(numbers[0], 12, 31), "year")
        raise ValueError(f"not a date: {iso}")

    def before(self, other: Date) -> bool | None:
        """Return whether this date is before `other`, or None if the dates are not precise enough to tell."""
        if self.last < other.first:
            return True
        return False if self.first >= other.last else None

    def same(self, other: Date) -> bool | None:
        """Return whether this date and `other` are the same day, or None if they are not precise enough to tell."""
        if self.first == self.last == other.first == other.last:
            return True
        return False if self.last < other.first or other.last < self.first else None

    def plus_years(self, years: int) -> Date:
        """Return the same day `years` later (earlier if negative), in a year from 1 to 9999. 29 February becomes 28
        February in a common year.
        """
        first = _add_years(self.first, years)
        last = first if self.last is self.first else _add_years(self.last, years)
        return Date(first, last, self.precision, self.written)

    def plus_days(self, days: int) -> Date:
        """Return the date `days` days later (earlier if negative), limited to the years 1 to 9999."""
        step = timedelta(days=days)
        first = _clip(self.first, step)
        last = first if self.last is self.first else _clip(self.last, step)
        return Date(first, last, self.precision, self.written)

    def __str__(self) -> str:
        if self.precision == "year":
            return f"{self.first.year:04d}"
        if self.precision == "month":
            return f"{self.first.year:04d}-{self.first.month:02d}"
        return self.first.isoformat()


def _month_end(first: date) -> date:
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return following - timedelta(days=1)


def _add_years(day: date, years: int) -> date:
    year = min(max(day.year + years, 1), 9999)
    if day.month == 2 and day.day == 29:
        return date(year, 2, 29) if _is_leap(year) else date(year, 2, 28)
    return day.replace(year=year)


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _clip(day: date, step: timedelta) -> date:
    try:
        return day + step
    except OverflowError:
        return date.max if step.days > 0 else date.min
