"""When each telegram is or was due for declassification, with the reason; and how many are in each year."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from ..document import Telegram
from . import icalendar
from .columns import flat
from .comma import rows as csv_rows
from .escape import csv_cell, visible, whole

Row = Mapping[str, str]

FORMS = ("table", "csv", "json", "ics")
COLUMNS = (
    "path", "cable", "date", "level", "instruction", "kind", "basis", "expected", "limit", "within_limit", "automatic",
    "exempt", "status", "cite", "why", "means",
)  # fmt: skip
BASES = ("marked", "schedule", "default", "exemption")
_SHOWN = ("path", "cable", "date", "level", "instruction", "expected", "limit", "automatic", "status", "why")


def row(path: str, cable: str, telegram: Telegram, meanings: Row) -> dict[str, str]:
    """What is known about one telegram as text: "" is absent, `?` unreadable or lost.

    `expected` is the date the document or its order gives, `limit` the latest the order allows, `automatic` 31 December
    of the 25th year; `means` is what the status says, from `meanings`.
    """
    known = telegram.declass
    found: dict[str, object] = {
        "path": path,
        "cable": cable or telegram.mrn or "",
        "date": telegram.date,
        "level": telegram.level,
        "instruction": telegram.instruction,
        "means": meanings.get(known.status or "", "") if known is not None else "",
    }
    return {name: flat(found[name] if name in found else getattr(known, name, None)) for name in COLUMNS}


def by_year(rows: Sequence[Row]) -> list[dict[str, str]]:
    """How many documents each year brings, by what gives the date, and how many automatic declassification does."""
    heads = ("year", *BASES, "automatic")
    counts: dict[str, dict[str, int]] = {}
    for each in rows:
        for name, date in ((each["basis"], each["expected"]), ("automatic", each["automatic"])):
            if date[:4].isdigit() and name in heads:
                year = counts.setdefault(date[:4], dict.fromkeys(heads[1:], 0))
                year[name] += 1
    return [{"year": year, **{name: str(count) for name, count in counts[year].items()}} for year in sorted(counts)]


def told(form: str, rows: Sequence[Row], as_of: str = "") -> Iterator[str]:
    """Rows of telegrams in one of `FORMS`; those of `by_year` in any but a calendar."""
    if form == "ics":
        yield from icalendar.told(rows, as_of)
    elif form == "json":
        yield json.dumps([{name: whole(cell) for name, cell in each.items()} for each in rows], indent=1) + "\n"
    elif form == "csv":
        yield from csv_rows([list(rows[0]) if rows else COLUMNS])
        yield from csv_rows([[csv_cell(cell) for cell in each.values()] for each in rows])
    else:
        yield from _table(rows)


def _table(rows: Sequence[Row]) -> Iterator[str]:
    from tabulate import tabulate  # 72 ms, and only for the table

    heads = _SHOWN if not rows or "path" in rows[0] else tuple(rows[0])
    cells = [[visible(each[name]) for name in heads] for each in rows]
    sources = [_cited(each) for each in rows]
    if "why" in heads:
        cells = [[*each[:-1], each[-1] + source] for each, source in zip(cells, sources, strict=True)]
    table = tabulate(cells, headers=heads, tablefmt="simple", disable_numparse=True)
    yield from (line.rstrip() + "\n" for line in table.split("\n"))
    meanings = {each["status"]: each["means"] for each in rows if each.get("means")}
    if meanings:
        yield "\n"
        yield from (f"{status}: {meanings[status]}\n" for status in sorted(meanings))


def _cited(each: Row) -> str:
    return f" [{visible(each['cite'])}]" if each.get("cite") else ""
