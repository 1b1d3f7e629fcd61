"""Operators for dates. Dates with low precision compare as intervals."""

from __future__ import annotations

from ..values import Date
from .scalars import Operator


def negate(answer: bool | None) -> bool | None:
    """Negate a three-valued answer."""
    return None if answer is None else not answer


def before(value: Date, other: Date) -> bool | None:
    return value.before(other)


def after(value: Date, other: Date) -> bool | None:
    return other.before(value)


def on_or_before(value: Date, other: Date) -> bool | None:
    return negate(other.before(value))


def on_or_after(value: Date, other: Date) -> bool | None:
    return negate(value.before(other))


def same_day(value: Date, other: Date) -> bool | None:
    return value.same(other)


def different_day(value: Date, other: Date) -> bool | None:
    return negate(value.same(other))


def within(value: Date, window: tuple[Date, Date]) -> bool | None:
    before, after = value.before(window[0]), window[1].before(value)
    if before or after:
        return False
    return True if before is False and after is False else None


def not_within(value: Date, window: tuple[Date, Date]) -> bool | None:
    return negate(within(value, window))


def year(value: Date, number: int) -> bool | None:
    if value.first.year == value.last.year:
        return value.first.year == number
    return None if value.first.year <= number <= value.last.year else False


DATE = (
    Operator("before", "date", before, "is earlier than", opposite="on_or_after", near="on_or_before"),
    Operator("after", "date", after, "is later than", opposite="on_or_before", near="on_or_after"),
    Operator("on_or_before", "date", on_or_before, "is not later than", opposite="after", near="before"),
    Operator("on_or_after", "date", on_or_after, "is not earlier than", opposite="before", near="after"),
    Operator("at_most", "date", on_or_before, "the same as on_or_before", opposite="after", near="before"),
    Operator("at_least", "date", on_or_after, "the same as on_or_after", opposite="before", near="after"),
    Operator("exactly", "date", same_day, "is the same day as, within tolerance_days", opposite="differs_from"),
    Operator("is", "date", same_day, "is the day", opposite="is_not"),
    Operator("is_not", "date", different_day, "is another day; true when absent", absent=True, opposite="is"),
    Operator("same_day", "date", same_day, "is the same day as", opposite="differs_from"),
    Operator("same_as", "date", same_day, "is the same day as", opposite="differs_from"),
    Operator("differs_from", "date", different_day, "is another day; true when absent", absent=True,
             opposite="same_day"),
    Operator("within", "window", within, "is at most so many days before or after {of}", opposite="not_within"),
    Operator("not_within", "window", not_within, "is more days before or after {of}; true when absent", absent=True,
             opposite="within"),
    Operator("year", "count", year, "is in the year"),
)  # fmt: skip
