"""One finding a line, for editors and pipes."""

from __future__ import annotations

from collections.abc import Iterator

from ..ledger import Outcome
from . import Look
from .escape import line_start, visible
from .wording import closing, paint, place


def report(outcome: Outcome, look: Look) -> Iterator[str]:
    """`path:line:column: severity RULE message`, then what failed and the account."""
    for one in outcome.findings:
        severity = paint(one.severity, one.severity, look.colour)
        yield line_start(f"{visible(one.path)}:{place(one)}: {severity} {one.rule} {visible(one.message)}\n")
    yield from closing(outcome, look.colour)
