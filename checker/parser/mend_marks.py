"""Portion marks and paragraph numbers in which a letter is another, and letters strewn into blanks."""

from __future__ import annotations

from ..document import Banner
from .blocks import label_of
from .dates import read_dtg
from .mend_page import Mend, Page
from .patterns import Pattern

_NUMBER = Pattern(r"(\d{1,3})[.)] {1,3}")
_STRAY = Pattern(r"(?<=   )[^ \n](?=   )")
_OTHER = Pattern(r"\(?[A-Z][.)] |[-*\u2022]")
_SIGNS = ("/", "//")
_MOST = 4  # lines above the first that says date or party
_HEADER = ("security", "sender", "to")
_LONGEST = 12  # letters of a mark
_LABEL = 5  # letters of a paragraph's number with its stop and blank


def marks(page: Page) -> None:
    """Exchange what is nearly a mark of this telegram behind a number, or at the head of a paragraph without one, and
    what is nearly the number that comes next."""
    known = _known(page)
    fold = page.fold
    numbered = page.telegram.layout != "document"
    number = above = 0
    for low, high in page.lines:
        match = _NUMBER.match(fold, low, high)
        if match is not None:
            number = int(match[1])
            _mark(page, match.end(), known)
        elif fold.count("\n", above, low) > 1:
            if not numbered:
                _mark(page, low, known)
            elif label_of(page.sheet, low) is None and _number(page, low, f"{number + 1}. ", known):
                number += 1
        above = high


def _known(page: Page) -> tuple[str, ...]:
    """The marks that this telegram uses, and the levels alone and with the controls of the classification line."""
    sound = [mark for mark in page.telegram.portion_marks if mark.typo is None and not mark.unknown]
    used = [mark.text.upper() for mark in sound if len(mark.text) <= _LONGEST]
    words = page.sheet.words
    levels = [form for entry in words["levels"] for form in entry.forms.get("portion", ())]
    banner = page.telegram.banner
    entries = [words["controls"].get(code) for code in banner.controls] if isinstance(banner, Banner) else []
    ends = [form for entry in entries if entry is not None for form in entry.forms.get("portion", ())[:1]]
    plain = [
        f"({level}{end})" for level in levels for end in ("", *(f"{sign}{end}" for end in ends for sign in _SIGNS))
    ]
    return tuple(dict.fromkeys(mark + " " for mark in (*used, *plain)))


def _mark(page: Page, at: int, known: tuple[str, ...]) -> None:
    if page.fold.startswith(known, at):
        return
    form = page.nearest(at, known, lambda form: 1)
    if form is None:
        form = page.nearest(at, known, lambda form: 2)
        if form is not None:  # two strange letters of four may be anything
            page.found.append(Mend(at, at + len(form), form, True))
        return
    written = page.fold[at : at + len(form)]
    other = written[:1] == "(" and written.endswith(") ") and written[1:-2].isalpha()
    page.put(at, form, slips=False)
    if other and page.found:
        page.found[-1].slip = True  # another letter in sound brackets may be meant


def _number(page: Page, low: int, label: str, known: tuple[str, ...]) -> bool:
    """The number that comes next, with one letter strange, or strange letters before a sound mark. A letter or a dash
    with its stop is a label of its own."""
    fold = page.fold
    if _OTHER.match(fold, low) is not None:
        return False
    for mark in known:
        at = fold.find(mark, low, low + _LABEL + len(mark))
        if at > low:
            page.found.append(Mend(low, at, label))
            return True
    form = page.nearest(low, [label], lambda form: 1)
    if form is not None:
        page.put(low, form, slips=False)
        _mark(page, low + len(form), known)
    return form is not None


def strays(page: Page) -> None:
    """Take out single letters between blanks around the frame's lines."""
    fold = page.fold
    for low, high in (*page.frame[0], *page.frame[1]):
        start = fold.rfind("\n", 0, low) + 1
        if fold.startswith("   ", low + 1) or high - low == 1:
            page.found.append(Mend(low, low + 1, " "))
        for match in _STRAY.finditer(fold, start, high + 1):
            page.found.append(Mend(match.start(), match.end(), " "))


def unreadable(page: Page) -> None:
    """Take out the lines that may keep the header from being read: those above one of its lines that say neither date
    nor party."""
    names = page.grammar.header_lines
    fold = page.fold
    strange: list[tuple[int, int]] = []
    for low, high in page.lines[: page.head]:
        first = fold[low:high].split(" ", 1)[0]
        if names.get(first) in _HEADER:
            mended = [mend.start for mend in page.found]
            for start, end in strange:
                if not any(start <= place < end for place in mended):
                    page.found.append(Mend(start, end, " " * (end - start)))
            return
        if label_of(page.sheet, low) is not None or len(strange) == _MOST:
            return
        if not first.startswith(page.grammar.starts) and read_dtg(page.sheet, low, high) is None:
            strange.append((low, high))
