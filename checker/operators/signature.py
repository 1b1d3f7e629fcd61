"""The record that describes an operator."""

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
