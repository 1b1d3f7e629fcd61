"""Line breaks that a copy has lost or gained in the frame of a telegram, put back or taken out.

A program that fills lines joins the header's into one; one that narrows them breaks a label or a group in two.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

from ..document import Telegram, Unread
from ..text import Exchange
from .banner import may_be_banner, read_banner
from .dates import read_dtg
from .grammar import Grammar
from .mend_page import Page
from .patterns import Pattern
from .sheet import Sheet

_FIELD = Pattern(r"([A-Z][A-Z./! ]{0,30}?) ?:")
_SERIAL = Pattern(r"#? ?\d{3,7}")
_GROUP = Pattern(r" (?:[A-Z] ){0,2}\d{6}Z [A-Z]{3} \d{2}(?!\d)")
_PROSIGNS = 5  # letters that may stand before a date-time group on its own line
_FEW = 3  # letters and blanks of the first half of a broken level
_LONGEST = 60  # letters of a classification line
_STATION = 4  # words of a whole station line
_PARTS = {"dtg": "dtg", "sender": "sender", "to": "to", "eo": "eo", "tags": "tags_line", "subject": "subject"}
_LABELS = ("classified-by", "derivative-by", "derived-from", "declassify")


def broken(page: Page) -> list[Exchange]:
    """Exchanges of line breaks, in order; none where the frame's lines stand as they should."""
    sheet, telegram = page.sheet, page.telegram
    pairs = [pair for part in page.frame for pair in pairwise(part)]
    joins = [
        Exchange(above[1], below[0], " ") for above, below in pairs if _belong(sheet, telegram.layout, above, below)
    ]
    return joins or _splits(page, telegram)


def _splits(page: Page, telegram: Telegram) -> list[Exchange]:
    """Breaks before the lines that are missing, where they stand inside another one above the classification line."""
    fold = page.fold
    if telegram.layout == "document":
        return []
    smart = telegram.layout == "smart"
    end = _frame_end(page, smart)
    points = []
    if (telegram.dtg is None or isinstance(telegram.dtg, Unread)) and not smart:
        hits = [match.start() for match in _GROUP.finditer(fold, 0, end)]
        points += [at for at in hits if at - fold.rfind("\n", 0, at) > _PROSIGNS]
    missing = [kind for kind in _PARTS if not getattr(telegram, _PARTS[kind]) or telegram.layout == "extract"]
    for kind in missing:
        words = [f" {form}:" for form in page.grammar.label(kind, "field")] if smart else []
        words += [f" {form} " for form in page.grammar.label(kind, "line")] if kind in ("sender", "to") else []
        points += [fold.find(word, 0, end) for word in words]
    return [Exchange(at, at + 1, "\n") for at in sorted(set(points)) if at > 0 and fold[at - 1] != "\n"]


def _frame_end(page: Page, smart: bool) -> int:
    """Where the frame ends: at a form's first paragraph, else at the classification line."""
    top = page.lines[: page.head]
    if not smart:
        for low, high in top[1:]:
            if read_banner(page.sheet, low, high) is not None:
                return low
    return top[-1][1] if top else 0


def _belong(sheet: Sheet, layout: str, above: tuple[int, int], below: tuple[int, int]) -> bool:
    """Whether a line goes on in the next one in a way that no telegram's does."""
    fold, grammar = sheet.fold, sheet.grammar
    words = fold[above[0] : above[1]]
    if layout == "smart":
        return _lacks_value(grammar, fold, above, below)
    if fold[above[1] : below[0]].count("\n") > 1:
        return False
    if _breaks_label(grammar, words, fold[below[0] : below[1]]):
        return True
    if words in grammar.page_word("page"):
        return fold[below[0]].isdigit()
    if layout == "document":
        return _lacks_value(grammar, fold, above, below)
    if words in grammar.header_lines:
        return True
    if grammar.header_lines.get(words.split(" ", 1)[0]) == "station":
        return len(words.split()) < _STATION and _SERIAL.match(fold, *below) is not None
    return _breaks_level(grammar, words, fold[below[0] : below[1]]) or _breaks_group(sheet, above, below)


def _breaks_level(grammar: Grammar, words: str, rest: str) -> bool:
    """Whether a level written with blanks between its letters goes on in the next line."""
    if len(words) < _FEW or words[1::2].strip() or " " not in words:
        return False
    first = words.replace(" ", "")
    both = first + rest.replace(" ", "")
    return any(len(first) < len(name) and both[: len(name)] == name[: len(both)] for name, _ in grammar.levels)


def _breaks_group(sheet: Sheet, above: tuple[int, int], below: tuple[int, int]) -> bool:
    """Whether two lines together are a date-time group or a classification line with its number, and the first alone
    is not."""
    first = sheet.fold[above[0]]
    if first.isdigit() or sheet.fold[above[0] + 1] == " ":
        if read_dtg(sheet, *above) is not None:
            return False
        both = Sheet(sheet.view.exchange([Exchange(above[1], below[0], " ")]), sheet.words, sheet.grammar)
        return read_dtg(both, above[0], both.line_end(above[0])) is not None
    if not may_be_banner(sheet, above[0]) or above[1] - above[0] > _LONGEST:
        return False
    known = read_banner(sheet, *above)
    if known is not None:
        return False
    both = Sheet(sheet.view.exchange([Exchange(above[1], below[0], " ")]), sheet.words, sheet.grammar)
    made = read_banner(both, above[0], both.line_end(above[0]))
    return made is not None and made.serial is not None


def _lacks_value(grammar: Grammar, fold: str, above: tuple[int, int], below: tuple[int, int]) -> bool:
    """Whether a field's label stands alone and the line below is no field."""
    match = _FIELD.fullmatch(fold, *above)
    if match is None or match[1] not in grammar.fields:
        return False
    other = _FIELD.match(fold, *below)
    return other is None or other[1] not in grammar.fields


def _breaks_label(grammar: Grammar, words: str, rest: str) -> bool:
    """Whether a label of several words stands half on one line and half on the next."""
    halves = _halves(grammar)
    return words.endswith(tuple(halves)) and any(
        words.endswith(first) and rest.startswith(last) for first, lasts in halves.items() for last in lasts
    )


@lru_cache(maxsize=2)
def _halves(grammar: Grammar) -> dict[str, list[str]]:
    """The labels of several words: what stands before the last one, and which these are."""
    found: dict[str, list[str]] = {}
    for code in _LABELS:
        for form in grammar.label(code, "block"):
            first, blank, last = form.rpartition(" ")
            if blank:
                found.setdefault(first, []).append(last)
    return found
