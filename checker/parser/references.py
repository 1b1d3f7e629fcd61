"""The references: their letters, and year, post and serial number of those that name a telegram."""

from __future__ import annotations

import re

from ..document import Reference, Telegram
from .blocks import Region
from .dates import year_of
from .patterns import Pattern
from .sheet import Sheet

_BREAK = Pattern(r"\n *(?:\xb6 ?)?(?=\(?[A-Z][.)]|[A-Z0-9])|;|,| AND |(?<=[\d)]) +(?=\(?[B-Z][.)])")
_LETTER = Pattern(r"(?:\(?([A-Z])[.):] *)+")
_NAMED = Pattern(r"(?:(\d{4}|\d{2}) ?)?([A-Z][A-Z'. ]{1,39}?)[ \n] ?#?(\d{1,7})(?!\d)(?: ?\((\d{4}|\d{2})\))?")
_CLOSED = Pattern(r"(\d{2})([A-Z]{3,30})(\d{1,7})(?![A-Z\d])")


def read_references(sheet: Sheet, telegram: Telegram, region: Region) -> None:
    """Read the references into the telegram, in order."""
    start = region.body
    while start < region.end and sheet.fold[start] in " :.\n":
        start += 1
    found: list[Reference] = []
    low = start
    for match in _BREAK.finditer(sheet.fold, start, region.end):
        if _opens_item(sheet, match, region.end):
            _add(sheet, found, low, match.start())
            low = match.end()
    _add(sheet, found, low, region.end)
    sheet.gather("references", found)


def _opens_item(sheet: Sheet, match: re.Match[str], end: int) -> bool:
    """Whether a new item begins behind a break: it has a letter of its own, or names a telegram."""
    at = match.end()
    while at < end and sheet.fold[at] in " \n":
        at += 1
    return _LETTER.match(sheet.fold, at, end) is not None or _named(sheet, at, end) is not None


def _named(sheet: Sheet, at: int, end: int) -> re.Match[str] | None:
    match = _NAMED.match(sheet.fold, at, end) or _CLOSED.match(sheet.fold, at, end)
    return match if match is not None and match.end() - at <= 60 else None


def _add(sheet: Sheet, found: list[Reference], low: int, high: int) -> None:
    low, high = sheet.trim(low, high)
    while low < high and sheet.fold[high - 1] in ",;":
        high -= 1
    if low == high:
        return
    item = Reference(sheet.span(low, high), sheet.joined(low, high))
    letter = _LETTER.match(sheet.fold, low, high)
    at = low
    if letter is not None:
        item.letter = letter.group(1)
        at = letter.end()
    match = _named(sheet, at, high)
    if match is not None:
        item.kind = "telegram"
        year = match.group(1) or (match.group(4) if match.re.groups > 3 else None)
        item.year = year_of(year) if year else None
        item.post = match.group(2).strip(" .")
        item.serial = int(match.group(3))
    found.append(item)
