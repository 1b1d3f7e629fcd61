"""Operators for counts."""

from __future__ import annotations

from .scalars import Operator, equality


def at_least(value: int, bound: int) -> bool:
    return value >= bound


def at_most(value: int, bound: int) -> bool:
    return value <= bound


def above(value: int, bound: int) -> bool:
    return value > bound


def below(value: int, bound: int) -> bool:
    return value < bound


def between(value: int, bounds: tuple[int, int]) -> bool:
    return bounds[0] <= value <= bounds[1]


COUNT = (
    *equality("count"),
    Operator("at_least", "count", at_least, "is not smaller than", opposite="below", near="above"),
    Operator("at_most", "count", at_most, "is not larger than", opposite="above", near="below"),
    Operator("above", "count", above, "is larger than", opposite="at_most", near="at_least"),
    Operator("below", "count", below, "is smaller than", opposite="at_least", near="at_most"),
    Operator("between", "between", between, "is between two counts, inclusive"),
)
