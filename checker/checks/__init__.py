"""Register checks written in Python, for requirements that conditions cannot express.

A check is a module with `Ask` (a `Record` of the arguments that a rule passes under `with`), `FACTS` (the names of the
values that messages may use), and `check(telegram, ask, vocabulary) -> Iterator[Hit]`. The shipped rules do not use
checks; checks in installed packages are added if the configuration names their entry points.
"""

from __future__ import annotations

from collections.abc import Iterable
from types import ModuleType

from ..errors import ConfigError
from ..record import Record
from ..text import Span

GROUP = "cablecheck.checks"


class Hit(Record):
    """A result of a check: its position, its path in the document model (`at`), and values for the message. If
    `unknown` is true, the result is undetermined.
    """

    span: Span | None
    at: str
    facts: dict[str, object]
    unknown: bool = False


CHECKS: dict[str, ModuleType] = {}


def install(names: Iterable[str]) -> None:
    """Add checks from installed packages (entry points in the group `cablecheck.checks`).

    Loads only the named checks, and never from the working folder. Raises `ConfigError` if no installed package
    provides a name, or if the module is not a check.
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
