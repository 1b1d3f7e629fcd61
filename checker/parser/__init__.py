"""Text to `Telegram`. Total: every text gives a telegram; what could not be read is an `Unread` in its place."""

from __future__ import annotations

from ..document import Banner, Dtg, Fact, Part, Telegram
from ..text import Span, View
from ..values import Date
from ..vocabulary import Vocabulary
from .declass import judge
from .grammar import grammar_of
from .rollup import roll_up
from .sheet import Sheet
from .telegram import read_telegram


def parse(view: View, words: Vocabulary, facts: tuple[Fact, ...] = (), as_of: Date | None = None) -> Telegram:
    """The telegram in a view. `facts` is what the wrapper states about it, `as_of` the day to judge by. Never raises."""
    sheet = Sheet(view, words, grammar_of(words))
    telegram = Telegram(view.span(0, len(view.text)), "acp127")
    telegram.as_of = as_of
    read_telegram(sheet, telegram)
    _settle(telegram, words)
    _derive(telegram, words)
    telegram.parts = tile(sheet)
    return telegram


def _settle(telegram: Telegram, words: Vocabulary) -> None:
    """The document's date and the order in force on it."""
    if isinstance(telegram.dtg, Dtg) and isinstance(telegram.dtg.date, Date):
        telegram.date = telegram.dtg.date
    if telegram.date is not None:
        era = words.era(telegram.date.first)
        if era is not None:
            telegram.era = era.code
            telegram.era_order = era.fact("number") or None
            telegram.era_days = (telegram.date.first - era.since).days if era.since is not None else None


def _derive(telegram: Telegram, words: Vocabulary) -> None:
    """What the marks make together, and when the whole is to be declassified."""
    banner = telegram.banner if isinstance(telegram.banner, Banner) else None
    shown = (*telegram.caption_codes, *(banner.controls if banner is not None else ()))
    marking = banner.marking if banner is not None else None
    place = banner.span if banner is not None else None
    telegram.rollup = roll_up(telegram.portion_marks, marking, telegram.profile, telegram.date, words, shown, place)
    telegram.declass = judge(telegram, words)


def tile(sheet: Sheet) -> tuple[Part, ...]:
    """The parts of the sheet as source spans: one begins where the one before it ends."""
    if not sheet.size:
        return ()
    begins = [(0, "blank")] if not sheet.parts or sheet.parts[0][0] > 0 else []
    begins += sheet.parts
    parts = []
    edge = 0
    for index, (start, kind) in enumerate(begins):
        stop = begins[index + 1][0] if index + 1 < len(begins) else sheet.size
        if stop > start:
            span = sheet.span(start, stop)
            low = max(span.start, edge)
            edge = max(span.end, low)
            parts.append(Part(Span(low, edge), kind))
    return tuple(parts)
