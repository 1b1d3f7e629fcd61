"""What may be asked of a count: order, range, sameness with another count plus a step."""

from __future__ import annotations

from .scalars import equality
from .signature import Operator


def at_least(value: int, bound: int) -> bool:
    """Not smaller than the bound."""
    return value >= bound


def at_most(value: int, bound: int) -> bool:
    """Not larger than the bound."""
    return value <= bound


def above(value: int, bound: int) -> bool:
    """Larger than the bound."""
    return value > bound


def below(value: int, bound: int) -> bool:
    """Smaller than the bound."""
    return value < bound


def between(value: int, bounds: tuple[int, int]) -> bool:
    """From the first bound to the second, both included."""
    return bounds[0] <= value <= bounds[1]


COUNT = (
    *equality("count"),
    Operator("at_least", "count", at_least, "is not smaller than", opposite="below", near="above"),
    Operator("at_most", "count", at_most, "is not larger than", opposite="above", near="below"),
    Operator("above", "count", above, "is larger than", opposite="at_most", near="at_least"),
    Operator("below", "count", below, "is smaller than", opposite="at_least", near="at_most"),
    Operator("between", "between", between, "lies between two counts, both included"),
)
