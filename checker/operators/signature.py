"""The shape of an operator: its name, the kind of its argument, and what it says of a part that is absent."""

from __future__ import annotations

from collections.abc import Callable

from ..record import Record


class Operator(Record):
    """One word of the rule language for one type of field.

    `test(value, argument)` is pure and three-valued (`None`: unknown). `argument` names the kind of argument
    (`rulebook/arguments.py` reads it, `rulebook/values.py` prepares it). `absent` is the answer for a part that is not
    there. `opposite` and `near` name the operators that a mutation puts in its place. `says` explains it to rule
    authors.
    """

    name: str
    argument: str
    test: Callable[..., bool | None]
    says: str
    absent: bool = False
    opposite: str = ""
    near: str = ""
