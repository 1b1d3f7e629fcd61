"""Letters no telegraph has, in a frame's lines: left by reading a copy in the wrong encoding, and taken out again."""

from __future__ import annotations

from ..document import Telegram
from ..text import Exchange
from .mend_page import Page
from .patterns import Pattern
from .sheet import Sheet

# A run of letters beyond ASCII, or a question mark in place of one: with no blank behind it, or inside a spaced level.
_FOREIGN = Pattern(r"[^\x00-\x7f]+|\?+(?=[^ \n\r?])|(?<= [A-Za-z])\?+(?= [A-Za-z] )")
_MARK = Pattern(r"\d{1,3}[.)]|\(")
_LONGEST = 24  # letters from a line's beginning to the end of its mark
_DASHES = "\u2013\u2014"
_QUOTES = "\u2018\u2019"


def foreign(sheet: Sheet, telegram: Telegram) -> list[Exchange]:
    """Exchanges that take such letters out of the frame and of the heads of paragraphs, in order."""
    if sheet.text.isascii() and "?" not in sheet.text:
        return []
    page = Page(sheet, telegram)
    found: list[Exchange] = []
    edge = 0
    for low, high in sorted({*page.frame[0], *page.frame[1], *_heads(page)}):
        low = sheet.line_start(low)
        for match in _FOREIGN.finditer(sheet.text, max(low, edge), high):
            edge = match.end()
            raw = sheet.text[match.start() : edge]
            beside = sheet.fold[match.start() - 1 : match.start()] + sheet.fold[edge : edge + 1]
            found.append(Exchange(match.start(), edge, _plain(raw, beside)))
    return found


def _heads(page: Page) -> list[tuple[int, int]]:
    """Where the lines of the text begin that open a paragraph."""
    heads = []
    for low, high in page.lines[page.head :]:
        if _MARK.match(page.fold, low, high) is not None or not page.fold[low].isascii():
            heads.append((low, min(high, low + _LONGEST)))
    return heads


def _plain(letters: str, beside: str) -> str:
    """What stood there: a sign's plain form, a blank, or nothing."""
    if all(letter in _DASHES for letter in letters):
        return "-" * len(letters)
    if all(letter in _QUOTES for letter in letters):
        return "" if beside.isalnum() else "'" * len(letters)
    if letters == "\xa0":
        return "" if beside.isdigit() else " "
    return " " if letters.endswith(("\xa0", "\ufffd")) and beside.endswith(" ") else ""
