"""The table for people: findings in reading order, then what failed, then the account."""

from __future__ import annotations

from collections.abc import Iterator

from ..ledger import Outcome
from . import Look
from .escape import line_start, visible
from .wording import closing, paint, place

_HEADS = ("path", "line:col", "severity", "rule", "message")
_NARROW = 100  # below this many columns the message goes on its own line


def report(outcome: Outcome, look: Look) -> Iterator[str]:
    """The findings as a table of path, place, severity, rule and message; the message is wrapped to the terminal."""
    rows = [[visible(one.path), place(one), one.severity, one.rule, visible(one.message)] for one in outcome.findings]
    if rows:
        yield from _stacked(rows, look) if 0 < look.width < _NARROW else _drawn(rows, look)
        yield "\n"
    yield from closing(outcome, look.colour)


def _drawn(rows: list[list[str]], look: Look) -> Iterator[str]:
    from tabulate import tabulate  # 72 ms, and only where there are findings

    if look.width:
        used = sum(max(len(row[index]) for row in [list(_HEADS), *rows]) + 2 for index in range(4))
        rows = _wrapped(rows, max(30, look.width - used))
    text = tabulate(rows, headers=_HEADS, tablefmt="simple", disable_numparse=True, preserve_whitespace=True)
    for line in text.split("\n"):
        yield _coloured(line_start(line.rstrip()), look) + "\n"


def _wrapped(rows: list[list[str]], room: int) -> list[list[str]]:
    """The rows with each message over as many rows as its width asks for."""
    import textwrap

    found = []
    for row in rows:
        first, *rest = textwrap.wrap(row[4], room, break_long_words=True, break_on_hyphens=False) or [""]
        found.append([*row[:4], first])
        found.extend(["", "", "", "", more] for more in rest)
    return found


def _stacked(rows: list[list[str]], look: Look) -> Iterator[str]:
    """For narrow terminals: the place on one line, the message below it."""
    import textwrap

    for path, where, severity, rule, message in rows:
        yield line_start(f"{path}:{where}  {paint(severity, severity, look.colour)}  {rule}\n")
        for line in textwrap.wrap(message, max(20, look.width - 2), break_on_hyphens=False):
            yield f"  {line}\n"


def _coloured(line: str, look: Look) -> str:
    if look.colour:
        for severity in ("error", "warning", "info"):
            if f"  {severity}  " in line:
                return line.replace(f"  {severity}  ", f"  {paint(severity, severity, True)}  ", 1)
    return line
