"""What may be asked of any single value: equality with a word, membership in a list, sameness with another field."""

from __future__ import annotations

from .signature import Operator


def is_(value: object, other: object) -> bool:
    """Equal to the argument."""
    return value == other


def is_not(value: object, other: object) -> bool:
    """Not equal to the argument."""
    return value != other


def in_(value: object, others: frozenset[object]) -> bool:
    """One of the arguments."""
    return value in others


def not_in(value: object, others: frozenset[object]) -> bool:
    """None of the arguments."""
    return value not in others


def equality(kind: str) -> tuple[Operator, ...]:
    """The operators every single value has, with arguments of its own kind."""
    return (
        Operator("is", kind, is_, "equals the argument", opposite="is_not"),
        Operator("is_not", kind, is_not, "differs from the argument; true when absent", absent=True, opposite="is"),
        Operator("in", f"{kind}s", in_, "is one of the list", opposite="not_in"),
        Operator("not_in", f"{kind}s", not_in, "is none of the list; true when absent", absent=True, opposite="in"),
        Operator("same_as", f"{kind}_field", is_, "equals another field", opposite="differs_from"),
        Operator(
            "differs_from", f"{kind}_field", is_not, "differs from another field; true when absent", absent=True,
            opposite="same_as",
        ),
    )  # fmt: skip


def is_flag(value: bool, other: bool) -> bool:
    """Whether a yes-or-no field has the value asked for."""
    return value is other


FLAG = (Operator("is", "flag", is_flag, "is true, or is false"),)
