"""Checks in Python, for what no condition can say: one file each, one line each in this table.

A check is a module with `Ask` (a `Record`: the rule's `with:`), `FACTS` (the names its messages may use) and
`check(telegram, ask, words) -> Iterator[Hit]`. It knows neither rule nor severity nor message. The table is empty as
long as fields and operators say everything; the checks of users are added from the entry points they name.
"""

from __future__ import annotations

from types import ModuleType

from ..record import Record
from ..text import Span


class Hit(Record):
    """A place that a check objects to, with the facts a message may name. `unknown`: it cannot be judged."""

    span: Span | None
    at: str
    facts: dict[str, object]
    unknown: bool = False


CHECKS: dict[str, ModuleType] = {}
