"""The E.O. line: the order's number and the instruction after it."""

from __future__ import annotations

from ..document import EoLine, Telegram
from .blocks import Region
from .instructions import read_value
from .patterns import Pattern
from .sheet import Sheet

_NUMBER = Pattern(r"[\dOIL]{4,6}")
_DIGITS = str.maketrans("OIL", "011")


def read_eo(sheet: Sheet, telegram: Telegram, region: Region) -> None:
    """Read an E.O. line into the telegram; the first one is the telegram's."""
    match = _NUMBER.match(sheet.fold, region.body)
    if match is None:
        return
    order = match.group().translate(_DIGITS)
    line = EoLine(sheet.span(region.start, region.end), sheet.text[region.start : region.end], order)
    line.number = sheet.word(*match.span())
    place_order(sheet, line)
    at = match.end()
    while at < region.end and sheet.fold[at] in " .:":
        at += 1
    if at < region.end:
        line.instruction, line.downgrade = read_value(sheet, at, region.end)
    usual = f"{sheet.grammar.label('eo', 'line')[0]} {match.group()}:"
    line.usual_form = len(match.group()) == 5 and sheet.text.startswith(usual, region.start)
    sheet.gather("eo_lines", (line,))
    if telegram.eo is None:
        telegram.eo = line


def place_order(sheet: Sheet, line: EoLine) -> None:
    """Find the order in the table of eras, or the one most like it."""
    kept = sheet.grammar.orders
    if line.order not in kept:
        kept[line.order] = _era_of(sheet, line.order)
    line.era, line.nearest = kept[line.order]


def _era_of(sheet: Sheet, order: str) -> tuple[str | None, str | None]:
    known = [entry for entry in sheet.words["eras"] if entry.fact("number")]
    era = next((entry.code for entry in known if entry.fact("number") == order), None)
    if era is not None:
        return era, None
    numbers = [entry.fact("number") for entry in known]
    best = max(numbers, key=lambda number: _likeness(number, order), default="")
    return None, best if _likeness(best, order) >= 3 else None


def _likeness(number: str, other: str) -> int:
    """How many digits two numbers share, one more if they are the same digits in another order."""
    same = sum(a == b for a, b in zip(number, other, strict=False))
    return max(same, 4 if sorted(number) == sorted(other) else 0)
