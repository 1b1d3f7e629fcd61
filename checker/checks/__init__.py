"""Checks in Python, for what no condition can say: one file each, one line each in this table.

A check is a module with `Ask` (a `Record`: the rule's `with:`), `FACTS` (the names its messages may use) and
`check(telegram, ask, words) -> Iterator[Hit]`. It knows neither rule nor severity nor message. The table is empty as
long as fields and operators say everything; the checks of users are added from the entry points they name.
"""

from __future__ import annotations

from collections.abc import Iterable
from types import ModuleType

from ..errors import ConfigError
from ..record import Record
from ..text import Span

GROUP = "cablecheck.checks"


class Hit(Record):
    """A place that a check objects to, with the facts a message may name. `unknown`: it cannot be judged."""

    span: Span | None
    at: str
    facts: dict[str, object]
    unknown: bool = False


CHECKS: dict[str, ModuleType] = {}


def install(names: Iterable[str]) -> None:
    """Add the checks of these names from installed packages (entry points of the group `cablecheck.checks`).

    Nothing is loaded that was not named, and nothing because of the folder we run in. Raises `ConfigError` for a
    name that no installed package has, or whose module is no check.
    """
    from importlib.metadata import entry_points  # 30 ms, and only when a configuration names a check

    found = {point.name: point for point in entry_points(group=GROUP)}
    for name in names:
        if name in CHECKS:
            continue
        if name not in found:
            raise ConfigError(f'no installed package has the check "{name}" (entry points of the group {GROUP})')
        module = found[name].load()
        missing = [part for part in ("Ask", "FACTS", "check") if not hasattr(module, part)]
        if missing:
            raise ConfigError(f'the check "{name}" has no {", ".join(missing)}')
        CHECKS[name] = module
