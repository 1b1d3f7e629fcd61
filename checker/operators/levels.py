"""Operators for classification levels, by their rank in the table `levels`."""

from __future__ import annotations

from ..values import Level
from .scalars import Operator, equality


def at_least(value: Level, bound: Level) -> bool:
    return value.rank >= bound.rank


def at_most(value: Level, bound: Level) -> bool:
    return value.rank <= bound.rank


def above(value: Level, bound: Level) -> bool:
    return value.rank > bound.rank


def below(value: Level, bound: Level) -> bool:
    return value.rank < bound.rank


LEVEL = (
    *equality("level"),
    Operator("at_least", "level", at_least, "is this level or a higher one", opposite="below", near="above"),
    Operator("at_most", "level", at_most, "is this level or a lower one", opposite="above", near="below"),
    Operator("above", "level", above, "is a higher level", opposite="at_most", near="at_least"),
    Operator("below", "level", below, "is a lower level", opposite="at_least", near="at_most"),
)
