"""What a hurt copy may have said: the text with its broken lines joined and its strange letters exchanged.

Never read in place of the copy: asked only when a rule has failed, to tell whether the failure hangs on a letter that a
line or a scanner may have changed. Where the mended text passes, nothing can be said about the writer.
"""

from __future__ import annotations

from ..document import Sign, Telegram
from ..text import Exchange, View
from ..vocabulary import Vocabulary
from .grammar import grammar_of
from .mend_fields import label, order_line, reasons
from .mend_frame import group, level, page_head, party, security, station
from .mend_letters import foreign
from .mend_lines import broken
from .mend_marks import marks, strays, unreadable
from .mend_page import Mend, Page
from .sheet import Sheet

_FRAME = (
    ("group", group),
    ("sender", party),
    ("security", security),
    ("station", station),
    ("page", page_head),
    ("level", level),
    ("eo", order_line),
    ("", label),
)


def mended(view: View, telegram: Telegram, words: Vocabulary) -> tuple[View | None, tuple[Sign, ...]]:
    """The view with what looks hurt exchanged (`None` where nothing does), and what that says of the copy.

    An exchange that a person's slip would explain is made only where others show that the copy is hurt.
    """
    grammar = grammar_of(words)
    sheet = Sheet(view, words, grammar)
    letters = foreign(sheet, telegram)
    if letters:
        sheet = Sheet(view.exchange(letters), words, grammar)
    page = Page(sheet, telegram)
    lines = broken(page)
    signs = [Sign(sheet.span(line.start, line.end), 1) for line in lines]
    if lines:
        sheet = Sheet(sheet.view.exchange(lines), words, grammar)
        page = Page(sheet, telegram)
    found = _mends(page)
    signs += [Sign(sheet.span(mend.start, mend.end), 2) for mend in found if not mend.slip and mend.text.strip()]
    slips = [mend for mend in found if mend.slip]
    if slips and not _is_hurt_beside(sheet, (*telegram.signs, *signs), slips):
        found = [mend for mend in found if not mend.slip]
    if not found and not lines and not letters:
        return None, ()
    exchanges = [Exchange(mend.start, mend.end, mend.text) for mend in found]
    return sheet.view.exchange(exchanges) if exchanges else sheet.view, tuple(signs)


def _is_hurt_beside(sheet: Sheet, signs: tuple[Sign, ...], slips: list[Mend]) -> bool:
    """Whether anything but these slips shows that the copy is hurt."""
    places = [sheet.span(mend.start, mend.end) for mend in slips]
    return any(
        not any(place.start < sign.span.end and sign.span.start < place.end for place in places) for sign in signs
    )


def _mends(page: Page) -> list[Mend]:
    """All that looks hurt, in order, without overlaps."""
    strays(page)
    for low, high in (*page.frame[0], *page.frame[1]):
        kind = page.above
        for name, mend in _FRAME:
            if mend(page, low, high):
                page.above = page.above if page.above != kind else name
                break
        else:
            page.above = ""
    marks(page)
    reasons(page)
    if page.telegram.banner is None:
        unreadable(page)
    found: list[Mend] = []
    for item in sorted(page.found, key=lambda item: item.start):
        if item.start >= (found[-1].end if found else 0) and item.end <= page.sheet.size:
            found.append(item)
    return found
