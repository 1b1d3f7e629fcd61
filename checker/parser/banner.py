"""The classification line of a telegram: level, controls, section counter, post, serial number."""

from __future__ import annotations

from ..document import Banner
from ..values import Level
from .grammar import Control
from .patterns import Pattern
from .sheet import Sheet

_DIGITS = Pattern(r"\d+")
_SPACED = Pattern(r"(?:[A-Z0-9] {1,2}){5}")
_NUMBERED = Pattern(r"[A-Z]{5,14} [A-Z .']{3,60}?\d{3,7} *$")
_WORDS = 5  # of the longest post names, with a kind of mission before them
_POST = Pattern(r"[A-Z][A-Z .'/,-]{0,48}")


def spelled(fold: str, at: int, letters: str, gaps: bool = True) -> int:
    """Where the spelling of `letters` from `at` ends, blanks between letters allowed; -1 if it does not stand there."""
    size = len(letters)
    if fold.startswith(letters, at):
        return at + size
    end = at + 2 * size - 1
    if gaps and fold[at:end:2] == letters and not fold[at + 1 : end : 2].strip(" "):
        return end
    for letter in letters:
        skipped = 0
        while fold[at] == " " and gaps and skipped < 4:
            at += 1
            skipped += 1
        if fold[at] != letter:
            return -1
        at += 1
    return at


def _ends_word(fold: str, at: int) -> bool:
    return not (fold[at].isalnum() or fold[at] == "'")


class _Reading:
    """What has been read of a line: the offset reached and the values found."""

    __slots__ = ("at", "controls", "level", "level_end")

    def __init__(self, at: int) -> None:
        self.at = at
        self.level: Level | None = None
        self.level_end = at
        self.controls: list[Control] = []


def _read_level(sheet: Sheet, start: int) -> _Reading | None:
    fold = sheet.fold
    reading = _Reading(start)
    for letters, level in sheet.grammar.levels:
        if fold[start] == letters[0]:
            at = spelled(fold, start, letters)
            if at > 0 and _ends_word(fold, at):
                reading.level = level
                reading.at = reading.level_end = at
                break
    _read_controls(sheet, reading)
    if reading.level is None:
        implied = [control.level for control in reading.controls if control.level is not None]
        if not implied:
            return None
        reading.level = implied[0]
        reading.level_end = reading.at
    return reading


def _read_controls(sheet: Sheet, reading: _Reading) -> None:
    fold = sheet.fold
    more = True
    while more:
        more = False
        at = reading.at
        while fold[at] in " /,-":
            at += 1
        for control in sheet.grammar.controls_by_letter.get(fold[at], ()):
            end = spelled(fold, at, control.letters)
            if end > 0 and _ends_word(fold, end):
                reading.controls.append(control)
                reading.at = end
                more = True
                break


def may_be_banner(sheet: Sheet, start: int) -> bool:
    """A cheap look at the first two letters."""
    fold = sheet.fold
    second = fold[start + 1]
    if second == " ":
        second = fold[start + 2]
    return fold[start] + second in sheet.grammar.level_prefixes


def read_banner(sheet: Sheet, start: int, end: int) -> Banner | None:
    """The classification line that begins at `start` and ends before `end`; `None` if the line is none.

    The message number may stand on the next line. What follows the number on the line is left to the caller:
    the banner's span ends before it.
    """
    if not may_be_banner(sheet, start):
        return None
    reading = _read_level(sheet, start)
    if reading is None or reading.at > end:
        return None
    section = _read_section(sheet, reading, end)
    _read_controls(sheet, reading)
    banner = Banner(sheet.span(start, reading.at), sheet.text[start : reading.at], reading.level)
    banner.written = "spaced" if sheet.fold[start + 1] == " " else "plain"
    stop = _read_number(sheet, banner, reading.at, end)
    if stop is None:
        return None
    if stop == reading.at and sheet.fold[stop:end].strip(" "):
        return None
    banner.span = sheet.span(start, stop)
    banner.text = sheet.text[start:stop]
    banner.level_text = sheet.word(start, reading.level_end)
    banner.controls = tuple(dict.fromkeys(control.code for control in reading.controls))
    if section is not None:
        banner.section, banner.sections = section
    return banner


def unread_banner(sheet: Sheet, start: int, end: int) -> str | None:
    """Why a line where a classification line stands cannot be read, if it looks like one; else `None`.

    It looks like one if its letters are nearly a level's and post and number follow, or stand apart.
    """
    spaced = _SPACED.match(sheet.fold, start, end)
    if spaced is None and _NUMBERED.match(sheet.fold, start, end) is None:
        return None
    letters = sheet.fold[start : min(end, start + 48)].replace(" ", "")
    for known, level in sheet.grammar.levels:
        sizes = (len(known) - 1, len(known), len(known) + 1)
        if min(_distance(known, letters[:size]) for size in sizes) <= 1 + (len(known) > 8):
            return f"looks like {level.name}"
    return "a classification level" if spaced is not None else None


def _distance(one: str, other: str) -> int:
    """How many letters have to be put in, left out or exchanged (Levenshtein)."""
    row = list(range(len(other) + 1))
    for index, letter in enumerate(one, 1):
        above, row[0] = row[0], index
        for place, second in enumerate(other, 1):
            above, row[place] = row[place], min(above + (letter != second), row[place] + 1, row[place - 1] + 1)
    return row[-1]


def _read_section(sheet: Sheet, reading: _Reading, end: int) -> tuple[int, int] | None:
    fold = sheet.fold
    at = reading.at
    while fold[at] == " ":
        at += 1
    for word in sheet.grammar.page_word("section"):
        if fold.startswith(word, at):
            first = _DIGITS.search(fold, at, end)
            second = _DIGITS.search(fold, first.end(), end) if first is not None else None
            if first is None or second is None or second.start() - at > 30 or len(second.group()) > 3:
                return None
            if fold[first.end() : second.start()].strip() not in sheet.grammar.page_word("of", "word"):
                return None
            reading.at = second.end()
            return int(first.group()[:3]), int(second.group())
    return None


def _read_number(sheet: Sheet, banner: Banner, at: int, end: int) -> int | None:
    """Read year, post and serial number; the offset behind them, `at` if there are none, `None` if it is no banner."""
    fold = sheet.fold
    start, stop = sheet.trim(at, end)
    if start == stop:
        return _number_below(sheet, banner, at, end)
    if fold[start] in "/,-":
        return at if fold.startswith("//", start) else None
    year = _DIGITS.match(fold, start, stop)
    if year is not None and len(year.group()) in (2, 4) and fold[year.end()] == " ":
        start = year.end() + 1
        banner.year = int(year.group())
        if banner.year < 100:
            banner.year += 1900 if banner.year >= 53 else 2000
    return _post_and_serial(sheet, banner, start, stop)


def _post_and_serial(sheet: Sheet, banner: Banner, start: int, stop: int) -> int | None:
    fold = sheet.fold
    digits = _DIGITS.search(fold, start, stop)
    if digits is None and banner.written == "spaced" and _POST.fullmatch(fold, start, stop) and stop - start < 32:
        banner.post = fold[start:stop]
        return stop
    if digits is None or len(digits.group()) > 7:
        return None
    post = fold[start : digits.start()].strip(" ")
    if _POST.fullmatch(post) is None or len(post.split()) > _WORDS:
        return None
    if post in sheet.grammar.page_word("page"):  # a page head on one line with its level
        return None
    banner.post = post
    banner.serial = int(digits.group())
    banner.serial_text = sheet.word(*digits.span())
    return digits.end()


def _number_below(sheet: Sheet, banner: Banner, at: int, end: int) -> int | None:
    """A level alone on its line, with post and number alone on the next line that is not empty."""
    fold = sheet.fold
    below = end + 1
    for _ in range(2):
        if below >= sheet.size:
            return at
        stop = fold.find("\n", below)
        start, last = sheet.trim(below, stop)
        if start < last:
            digits = _DIGITS.search(fold, start, last)
            if digits is None or digits.end() != last or digits.start() == start or fold[digits.start() - 1] != " ":
                return at
            words = fold[start : digits.start()].split()
            if len(words) > 4 or len(digits.group()) < 4:
                return at
            found = _post_and_serial(sheet, banner, start, last)
            return at if found is None else found
        below = stop + 1
    return at
