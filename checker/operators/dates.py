"""What may be asked of a date: order, distance in days or years. Dates of low precision compare as intervals."""

from __future__ import annotations

from ..values import Date
from .signature import Operator


def negate(answer: bool | None) -> bool | None:
    """Kleene's not."""
    return None if answer is None else not answer


def before(value: Date, other: Date) -> bool | None:
    """Earlier than the other day."""
    return value.before(other)


def after(value: Date, other: Date) -> bool | None:
    """Later than the other day."""
    return other.before(value)


def on_or_before(value: Date, other: Date) -> bool | None:
    """Not later than the other day."""
    return negate(other.before(value))


def on_or_after(value: Date, other: Date) -> bool | None:
    """Not earlier than the other day."""
    return negate(value.before(other))


def same_day(value: Date, other: Date) -> bool | None:
    """The same day."""
    return value.same(other)


def different_day(value: Date, other: Date) -> bool | None:
    """Another day."""
    return negate(value.same(other))


def within(value: Date, window: tuple[Date, Date]) -> bool | None:
    """From the first day of the window to the last, both included."""
    before, after = value.before(window[0]), window[1].before(value)
    if before or after:
        return False
    return True if before is False and after is False else None


def not_within(value: Date, window: tuple[Date, Date]) -> bool | None:
    """Outside the window."""
    return negate(within(value, window))


def year(value: Date, number: int) -> bool | None:
    """In that calendar year."""
    if value.first.year == value.last.year:
        return value.first.year == number
    return None if value.first.year <= number <= value.last.year else False


DATE = (
    Operator("before", "date", before, "is earlier than", opposite="on_or_after", near="on_or_before"),
    Operator("after", "date", after, "is later than", opposite="on_or_before", near="on_or_after"),
    Operator("on_or_before", "date", on_or_before, "is not later than", opposite="after", near="before"),
    Operator("on_or_after", "date", on_or_after, "is not earlier than", opposite="before", near="after"),
    Operator("at_most", "date", on_or_before, "is not later than, as on_or_before", opposite="after", near="before"),
    Operator("at_least", "date", on_or_after, "is not earlier than, as on_or_after", opposite="before", near="after"),
    Operator("exactly", "date", same_day, "is the same day as, give or take tolerance_days", opposite="differs_from"),
    Operator("is", "date", same_day, "is the day", opposite="is_not"),
    Operator("is_not", "date", different_day, "is another day; true when absent", absent=True, opposite="is"),
    Operator("same_day", "date", same_day, "is the same day as", opposite="differs_from"),
    Operator("same_as", "date", same_day, "is the same day as", opposite="differs_from"),
    Operator("differs_from", "date", different_day, "is another day; true when absent", absent=True,
             opposite="same_day"),
    Operator("within", "window", within, "lies not further than days from {of}", opposite="not_within"),
    Operator("not_within", "window", not_within, "lies further than days from {of}; true when absent", absent=True,
             opposite="within"),
    Operator("year", "count", year, "lies in the year"),
)  # fmt: skip
