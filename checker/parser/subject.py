"""The subject line."""

from __future__ import annotations

from ..document import Marking, Subject, Telegram
from . import markings
from .blocks import Region
from .sheet import Sheet


def read_subject(sheet: Sheet, telegram: Telegram, region: Region) -> None:
    """Read the subject into the telegram, with the mark before or behind its words; the first one counts."""
    if isinstance(telegram.subject, Subject):
        return
    start = region.body
    while start < region.end and sheet.fold[start] in " :;.\n":
        start += 1
    subject = Subject(sheet.span(region.start, region.end), "")
    end = region.end
    if start < end and sheet.fold[start] == "(":
        subject.mark = markings.portion(sheet.view, start, end, sheet.words, sheet.lowered)
        if subject.mark is not None:
            start = _behind(sheet, start, end)
    elif start < end and sheet.fold[end - 1] == ")":
        low = sheet.fold.rfind("(", start, end)
        mark = markings.portion(sheet.view, low, end, sheet.words, sheet.lowered) if low > start else None
        if isinstance(mark, Marking):
            subject.mark, end = mark, low
    subject.text = sheet.joined(start, end)
    telegram.subject = subject


def _behind(sheet: Sheet, start: int, end: int) -> int:
    close = sheet.fold.find(")", start, end)
    return close + 1 if close >= 0 else end
