"""Each finding with the line it is about, the place underlined, the citation and what to do."""

from __future__ import annotations

from collections.abc import Iterator

from ..findings import Finding
from ..ledger import Outcome
from . import Look
from .escape import line_start, visible
from .wording import closing, paint, place

_MOST_LINES = 6  # of one finding; the rest is told as a number


def report(outcome: Outcome, look: Look) -> Iterator[str]:
    """A paragraph for each finding, then what failed and the account."""
    for one in outcome.findings:
        severity = paint(one.severity, one.severity, look.colour)
        yield line_start(f"{visible(one.path)}:{place(one)}: {severity} {one.rule} {visible(one.name)}\n")
        yield f"  {paint(visible(one.message), 'strong', look.colour)}\n"
        yield from _quoted(one, look)
        if one.suggestion is not None and not outcome.redacted:
            yield f"  suggestion: {visible(one.suggestion.text)!s}\n"
        if one.cite:
            yield f"  source: {visible('; '.join(one.cite))}\n"
        if one.help:
            yield f"  help: {visible(one.help)}\n"
        yield "\n"
    yield from closing(outcome, look.colour)


def _quoted(one: Finding, look: Look) -> Iterator[str]:
    """The lines of the finding with numbers; carets under the words it points at."""
    margin = len(str(one.lines[-1][0])) if one.lines else 0
    for number, line in one.lines[:_MOST_LINES]:
        low = one.start.column - 1 if number == one.start.line else 0
        high = one.end.column - 1 if number == one.end.line else len(line)
        before, there = visible(line[:low]), visible(line[low:high])
        before, shown = _cut(before, there + visible(line[max(low, high) :]), look.width - margin - 6)
        yield f"  {number:>{margin}} | {before}{shown}\n"
        carets = "^" * max(1, min(len(there), len(shown) or 1))
        yield f"  {'':>{margin}} | {' ' * len(before)}{paint(carets, one.severity, look.colour)}\n"
    if len(one.lines) > _MOST_LINES:
        yield f"  … {len(one.lines) - _MOST_LINES} more lines\n"


def _cut(before: str, rest: str, room: int) -> tuple[str, str]:
    """Both parts of a line cut so that the place stays in sight."""
    room = room if room >= 40 else 160
    if len(before) + len(rest) <= room:
        return before, rest
    if len(before) > room // 2:
        before = "…" + before[-(room // 2) :]
    return before, rest if len(before) + len(rest) <= room else rest[: max(10, room - len(before) - 1)] + "…"
