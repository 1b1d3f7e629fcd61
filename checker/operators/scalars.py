"""Operators for all single values: equality, membership in a list, equality with another field; and for flags."""

from __future__ import annotations

from .signature import Operator


def is_(value: object, other: object) -> bool:
    return value == other


def is_not(value: object, other: object) -> bool:
    return value != other


def in_(value: object, others: frozenset[object]) -> bool:
    return value in others


def not_in(value: object, others: frozenset[object]) -> bool:
    return value not in others


def equality(kind: str) -> tuple[Operator, ...]:
    """Return the operators that all single values have, with arguments of the same kind."""
    return (
        Operator("is", kind, is_, "equals the argument", opposite="is_not"),
        Operator("is_not", kind, is_not, "differs from the argument; true when absent", absent=True, opposite="is"),
        Operator("in", f"{kind}s", in_, "is in the list", opposite="not_in"),
        Operator("not_in", f"{kind}s", not_in, "is not in the list; true when absent", absent=True, opposite="in"),
        Operator("same_as", f"{kind}_field", is_, "equals another field", opposite="differs_from"),
        Operator(
            "differs_from", f"{kind}_field", is_not, "differs from another field; true when absent", absent=True,
            opposite="same_as",
        ),
    )  # fmt: skip


def is_flag(value: bool, other: bool) -> bool:
    return value is other


FLAG = (Operator("is", "flag", is_flag, "is true or false"),)
