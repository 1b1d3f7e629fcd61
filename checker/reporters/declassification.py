"""Write declassification dates: one row per telegram or counts per year, as a table, CSV, JSON, or a calendar."""

from __future__ import annotations

import json
import re
from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2s

from ..model import Telegram
from .csv import flat
from .csv import rows as csv_rows
from .escaping import csv_cell, json_text, visible
from .terminal import folded, grid

Row = Mapping[str, str]

FORMS = ("table", "csv", "json", "ics")
COLUMNS = (
    "path", "cable", "date", "level", "instruction", "kind", "basis", "expected", "limit", "within_limit", "automatic",
    "exempt", "status", "cite", "clause", "why", "means",
)  # fmt: skip
BASES = ("marked", "schedule", "default", "exemption")
_SHOWN = ("path", "cable", "date", "level", "instruction", "expected", "clause", "limit", "automatic", "status", "why")


def row(path: str, cable: str, telegram: Telegram, meanings: Row) -> dict[str, str]:
    """Return the declassification data of one telegram as text, keyed by the names in `COLUMNS`. "" means absent, and
    `?` means unreadable or lost.

    `expected` is the date set by the document or its executive order, `limit` the latest date that the order allows,
    and `automatic` the 31 December on which 25-year automatic declassification falls. `means` explains the status; it
    is looked up in `meanings`.
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
    """Return one row for each year, in ascending order: the number of documents due that year for each basis of the
    date, and the number due for automatic declassification.
    """
    heads = ("year", *BASES, "automatic")
    counts: dict[str, dict[str, int]] = {}
    for each in rows:
        for name, date in ((each["basis"], each["expected"]), ("automatic", each["automatic"])):
            if date[:4].isdigit() and name in heads:
                year = counts.setdefault(date[:4], dict.fromkeys(heads[1:], 0))
                year[name] += 1
    return [{"year": year, **{name: str(count) for name, count in counts[year].items()}} for year in sorted(counts)]


def render(form: str, rows: Sequence[Row], as_of: str = "", width: int = 0) -> Iterator[str]:
    """Yield rows returned by `row` in one of the formats in `FORMS`, or rows returned by `by_year` in any of them
    except `ics`.

    `as_of` is used only for `ics`. A table is at most `width` columns wide (0: unlimited).
    """
    if form == "ics":
        yield from calendar(rows, as_of)
    elif form == "json":
        yield json.dumps([{name: json_text(cell) for name, cell in each.items()} for each in rows], indent=1) + "\n"
    elif form == "csv":
        yield from csv_rows([list(rows[0]) if rows else COLUMNS])
        yield from csv_rows([[csv_cell(cell) for cell in each.values()] for each in rows])
    else:
        yield from _table(rows, width)


def _table(rows: Sequence[Row], width: int) -> Iterator[str]:
    if not rows:
        return
    heads = _SHOWN if "path" in rows[0] else tuple(rows[0])
    cells = [[visible(each[name]) for name in heads] for each in rows]
    sources = [_cited(each) for each in rows]
    if "why" in heads:
        cells = [[*each[:-1], each[-1] + source] for each, source in zip(cells, sources, strict=True)]
    yield from (f"{line}\n" for line in grid(cells, heads, width))
    meanings = {each["status"]: each["means"] for each in rows if each.get("means")}
    if meanings:
        yield "\n"
        texts = "\n".join(f"{status}: {meanings[status]}" for status in sorted(meanings))
        yield from (f"{line}\n" for line in folded(texts, width))


def _cited(each: Row) -> str:
    return f" [{visible(each['cite'])}]" if each.get("cite") else ""


# ---- ics: a calendar (RFC 5545) --------------------------------------------------------------------------------------

_DAY = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")
_WIDTH = 73  # octets of a line, without the space that begins a continuation
_KINDS = (
    ("expected", "declassification date"),
    ("automatic", "automatic declassification, if it is a permanent record"),
)


def calendar(rows: Sequence[Mapping[str, str]], as_of: str) -> Iterator[str]:
    """Yield a calendar with an all-day entry for each expected date and each date of automatic declassification.

    If only the month or year is known, the entry is on its last day. `as_of` (YYYY-MM-DD) is recorded as the creation
    date of every entry. If it is "", each entry uses its own day, so that the same documents produce the same calendar.
    """
    yield from _lines("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//cablecheck//declass//EN", "CALSCALE:GREGORIAN")
    for row in rows:
        for name, label in _KINDS:
            day = _last_day(row[name])
            if day:
                yield from _lines(*_entry(row, name, label, day, as_of.replace("-", "") or day))
    yield from _lines("END:VCALENDAR")


def _entry(row: Mapping[str, str], name: str, label: str, day: str, created: str) -> Iterator[str]:
    path, cable, level = row["path"], row["cable"], row["level"]
    key = f"{path}\n{cable}\n{name}".encode(errors="backslashreplace")
    title = f"{cable or path} ({level})" if level else cable or path
    details = [path, row["instruction"], row["why"].rstrip("."), row["means"][:1].upper() + row["means"][1:]]
    yield "BEGIN:VEVENT"
    yield f"UID:{blake2s(key, digest_size=12).hexdigest()}@cablecheck"
    yield f"DTSTAMP:{created}T000000Z"
    yield f"DTSTART;VALUE=DATE:{day}"
    yield f"SUMMARY:{_text(f'{title}: {label}')}"
    yield f"DESCRIPTION:{_text('. '.join(part for part in details if part))}."
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _last_day(text: str) -> str:
    """Return a date, or the last day of a month or year, as YYYYMMDD. Return "" if the text is none of these."""
    match = _DAY.fullmatch(text)
    if match is None:
        return ""
    year, month, day = match.groups()
    month = month or "12"
    return f"{year}{month}{day or monthrange(int(year), int(month))[1]}"


def _text(value: str) -> str:
    return re.sub(r"[\\;,]", r"\\\g<0>", visible(value))


def _lines(*lines: str) -> Iterator[str]:
    """Yield calendar lines, folded so that none exceeds 75 octets, without splitting a character."""
    for line in lines:
        rest = line.encode("utf-8", "backslashreplace")
        head = ""
        while len(rest) > _WIDTH:
            cut = _WIDTH
            while rest[cut] & 0xC0 == 0x80:
                cut -= 1
            yield f"{head}{rest[:cut].decode()}\r\n"
            rest, head = rest[cut:], " "
        yield f"{head}{rest.decode()}\r\n"
