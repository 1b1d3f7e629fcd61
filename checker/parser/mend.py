"""What a hurt copy may have said: the text with its broken lines joined and its strange letters exchanged.

Never read in place of the copy: asked only when a rule has failed, to tell whether the failure hangs on a letter that a
line or a scanner may have changed. Where the mended text passes, nothing can be said about the writer.
"""

from __future__ import annotations

from ..document import Telegram
from ..text import Exchange, View
from ..vocabulary import Vocabulary
from .grammar import grammar_of
from .mend_fields import label, order_line
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


def mended(view: View, telegram: Telegram, words: Vocabulary) -> View | None:
    """The view with what looks hurt exchanged; `None` where nothing does.

    An exchange that a person's slip would explain is made only where others show that the copy is hurt.
    """
    grammar = grammar_of(words)
    sheet = Sheet(view, words, grammar)
    letters = foreign(sheet, telegram)
    if letters:
        sheet = Sheet(view.exchange(letters), words, grammar)
    lines = broken(sheet, telegram)
    if lines:
        sheet = Sheet(sheet.view.exchange(lines), words, grammar)
    found = _mends(Page(sheet, telegram))
    slips = [mend for mend in found if mend.slip]
    if slips and len(slips) == len(found) and not lines and not _is_hurt_beside(sheet, telegram, slips):
        found = []
    if not found:
        return sheet.view if lines or letters else None
    return sheet.view.exchange([Exchange(mend.start, mend.end, mend.text) for mend in found])


def _is_hurt_beside(sheet: Sheet, telegram: Telegram, slips: list[Mend]) -> bool:
    """Whether anything but these slips shows that the copy is hurt."""
    places = [sheet.span(mend.start, mend.end) for mend in slips]
    return any(
        not any(place.start < sign.span.end and sign.span.start < place.end for place in places)
        for sign in telegram.signs
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
    if page.telegram.banner is None:
        unreadable(page)
    found: list[Mend] = []
    for item in sorted(page.found, key=lambda item: item.start):
        if item.start >= (found[-1].end if found else 0) and item.end <= page.sheet.size:
            found.append(item)
    return found
