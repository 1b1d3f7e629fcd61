"""Header lines that a copy has joined to the line above, or broken in two: they are there, and so not missing."""

from __future__ import annotations

from ..document import Banner, Telegram, Unread
from ..text import Span
from .patterns import Pattern
from .sheet import Sheet

_GROUP = Pattern(r"[ \n]\d{6} ?[A-Z] [A-Z]{3} ?\d{2}")  # a date-time group, wherever it stands on its line
_HEAD = 3000  # code points: what stands further down belongs to the text


def find_hidden(sheet: Sheet, telegram: Telegram) -> None:
    """Mark as lost the date-time group and the originator that stand inside another line of the header."""
    if telegram.dtg is not None and telegram.sender is not None:
        return
    head = sheet.fold[: min(_end(sheet, telegram), _HEAD)]
    if telegram.dtg is None and _GROUP.search(head) is not None:
        telegram.dtg = _lost(telegram, "a line of its own: the date-time group stands inside another")
    if telegram.sender is None and any(f" {word} " in head for word in _openers(sheet, "sender")):
        telegram.sender = _lost(telegram, "a line of its own: the originator stands inside another")


def is_broken_level(sheet: Sheet, start: int, end: int) -> bool:
    """Whether the letters of a line go on in the next one to the name of a level."""
    first = sheet.fold[start:end].replace(" ", "")
    second = sheet.fold[end + 1 : end + 60].split("\n", 1)[0].replace(" ", "")
    both = first + second
    return bool(second) and any(len(first) < len(name) and both.startswith(name) for name, _ in sheet.grammar.levels)


def _openers(sheet: Sheet, kind: str) -> list[str]:
    return [word for word, opened in sheet.grammar.header_lines.items() if opened == kind]


def _end(sheet: Sheet, telegram: Telegram) -> int:
    """Where the header ends: at the classification line or the first field, else at the first paragraph."""
    kinds = ("banner", "eo", "tags", "subject", "authority", "paragraph")
    return next((start for start, kind in sheet.parts if kind in kinds), sheet.size)


def _lost(telegram: Telegram, why: str) -> Unread:
    place = telegram.banner.span.start if isinstance(telegram.banner, Banner) else telegram.span.start
    return Unread(Span(place, place), why)
