"""When each telegram is or was due for declassification: one row for each, with the reason."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from ..document import Telegram
from .columns import flat
from .comma import rows as csv_rows
from .escape import csv_cell, visible, whole

COLUMNS = (
    "path", "cable", "date", "level", "instruction", "kind", "basis", "expected", "limit", "within_limit", "automatic",
    "exempt", "status", "cite", "why",
)  # fmt: skip
_SHOWN = ("path", "cable", "date", "level", "instruction", "expected", "status", "why")


def row(path: str, cable: str, telegram: Telegram) -> dict[str, str]:
    """What is known about one telegram as text: "" is absent, `?` unreadable or lost."""
    known = telegram.declass
    found: dict[str, object] = {
        "path": path,
        "cable": cable or telegram.mrn or "",
        "date": telegram.date,
        "level": telegram.level,
        "instruction": telegram.instruction,
    }
    return {name: flat(found[name] if name in found else getattr(known, name, None)) for name in COLUMNS}


def told(form: str, rows: Sequence[dict[str, str]]) -> Iterator[str]:
    """The rows as "table", "csv" or "json"."""
    if form == "json":
        yield json.dumps([{name: whole(cell) for name, cell in each.items()} for each in rows], indent=1) + "\n"
    elif form == "csv":
        yield from csv_rows([COLUMNS])
        yield from csv_rows([[csv_cell(cell) for cell in each.values()] for each in rows])
    else:
        from tabulate import tabulate  # 72 ms, and only for the table

        cells = [[visible(each[name]) for name in _SHOWN] for each in rows]
        table = tabulate(cells, headers=_SHOWN, tablefmt="simple", disable_numparse=True)
        yield from (line.rstrip() + "\n" for line in table.split("\n"))
