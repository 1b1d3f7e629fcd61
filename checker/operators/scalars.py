"""The record that describes an operator, and operators for all single values: equality and membership in a list."""

from __future__ import annotations

from collections.abc import Callable

from ..record import Record


class Operator(Record):
    """An operator for one field type.

    `test(value, argument)` is pure and returns None for undetermined. `argument` is the kind of argument:
    condition_parser parses it, compiler prepares it. `absent` is the answer for an absent value. `opposite` and `near`
    name the operators that mutants substitute. `says` documents it for rule authors.
    """

    name: str
    argument: str
    test: Callable[..., bool | None]
    says: str
    absent: bool = False
    opposite: str = ""
    near: str = ""


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
