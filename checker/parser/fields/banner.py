"""Read a telegram's classification line: level, controls, section counter, post, and serial number."""

from __future__ import annotations

import re
from functools import lru_cache

from ...model import Banner, Marking, Misspelling, Token, Unread, Word
from ...text import Pattern, View
from ...values import Level
from ...vocabulary import Vocabulary
from ..cursor import Cursor
from ..lookup import Control, Grammar
from ..markings import finder
from ..markings.tokens import distance

_DIGITS = Pattern(r"\d+")
_SPACED = Pattern(r"(?:[A-Z0-9] {1,2}){5}")
_JOINED = Pattern(r"([A-Z]{2,14}(?:/{1,2}[A-Z-]{2,14}){1,6}) [A-Z0-9 .']{3,80}?\d{3,7} *$")
_NO_LEVEL = "cannot be read as a classification level"
_NUMBERED = Pattern(r"[A-Z]{5,14} [A-Z .']{3,60}?\d{3,7} *$")
_LONGEST_SERIAL = 7  # digits
_LONGEST_LINE = 1000  # code points: a copy without line ends may contain any number of levels on one line
_MOST_SLIPS = 2
_FIGURE = "0"  # replaces the first number on a line
_WORDS = 5  # in the longest post names, including the type of mission before the city
_WRAPPED = Pattern(r" *\n(?:([A-Z][A-Z.']+(?: [A-Z.']+)?) )?(\d{4,6}) *(?=\n)")
_POST = Pattern(r"[A-Z][A-Z .'/,-]{0,48}")


def spelled(fold: str, at: int, letters: str, gaps: bool = True) -> int:
    """Return the offset at which `letters` end if they begin at `at`, otherwise -1. Spaces between the letters are
    ignored unless `gaps` is false.
    """
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


class _LineStart:
    """The part of a line before its first digit: the level, controls, and post.

    `level_end` and `at` are the offsets at which the level and the controls end. `post` is the text after them if a
    post can have that name, otherwise an empty string.
    """

    __slots__ = ("at", "controls", "level", "level_end", "post")

    def __init__(self) -> None:
        self.at = self.level_end = 0
        self.level: Level | None = None
        self.controls: list[Control] = []
        self.post = ""


@lru_cache(maxsize=1024)
def _read_start(grammar: Grammar, line: str) -> _LineStart:
    """Return the part of a line before its first digit. `line` ends there; `_FIGURE` replaces the digits. Offsets are
    counted from the beginning of `line`.

    Results are cached, because telegrams from one post begin this line alike: in real corpora, more than three-quarters
    of the lines are in the cache. Callers must not change the result.
    """
    found = _LineStart()
    _read_level(grammar, line + "\n", found)
    rest = line[found.at : -1].strip(" ") if line.endswith(_FIGURE) else ""
    if _section_start(grammar, rest, 0) is None and _is_post(grammar, rest):
        found.post = rest
    return found


def _read_level(grammar: Grammar, fold: str, found: _LineStart) -> None:
    for letters, level in grammar.levels:
        if fold[0] == letters[0]:
            at = spelled(fold, 0, letters)
            if at > 0 and _ends_word(fold, at):
                found.level = level
                found.at = found.level_end = at
                break
    found.at, found.controls = _read_controls(grammar, fold, found.at)
    if found.level is None:
        implied = [control.level for control in found.controls if control.level is not None]
        found.level = implied[0] if implied else None
        found.level_end = found.at


def _read_controls(grammar: Grammar, fold: str, at: int) -> tuple[int, list[Control]]:
    """Return the offset at which the controls that begin at `at` end, and the controls."""
    found: list[Control] = []
    while True:
        start = at
        while fold[start] in " /,-":
            start += 1
        for control in grammar.controls_by_letter.get(fold[start], ()):
            end = spelled(fold, start, control.letters)
            if end > 0 and _ends_word(fold, end):
                found.append(control)
                at = end
                break
        else:
            return at, found


def may_be_banner(cursor: Cursor, start: int) -> bool:
    """Return whether the first two letters of a line can begin a classification line. This is a fast check before
    `read_banner`.
    """
    fold = cursor.fold
    seconds = cursor.grammar.level_prefixes.get(fold[start])
    if seconds is None:
        return False
    second = fold[start + 1]
    return (fold[start + 2] if second == " " else second) in seconds


def read_banner(cursor: Cursor, start: int, end: int) -> Banner | None:
    """Return the classification line between `start` and `end`, or `None` if there is none.

    The message number may be on the next line. The result's span does not include text after the number; the caller
    reads that text.
    """
    if not may_be_banner(cursor, start):
        return None
    fold, grammar = cursor.fold, cursor.grammar
    end = min(end, start + _LONGEST_LINE)
    if fold.startswith(grammar.page_word("clear", "line"), start):
        return _clear_banner(cursor, start, end)
    figure = _DIGITS.search(fold, start, end)
    found = _read_start(grammar, fold[start:end] if figure is None else fold[start : figure.start()] + _FIGURE)
    if found.level is None:
        return None
    at, controls = start + found.at, found.controls
    banner = Banner(cursor.span(start, at), "", found.level)
    banner.written = "spaced" if fold[start + 1] == " " else "plain"
    if found.post and figure is not None and figure.end() - figure.start() <= _LONGEST_SERIAL:
        stop: int | None = _take_number(cursor, banner, found.post, figure)
    else:
        section = _read_section(cursor, at, end)
        if section is None and banner.written == "spaced" and _section_start(grammar, fold, at) is not None:
            below = max(cursor.line_end(end + 1), end)  # the counter continues on the next line
            end = min(below, start + _LONGEST_LINE)
            section = _read_section(cursor, at, end)
        if section is not None:
            banner.section, banner.sections, at = section
            at, more = _read_controls(grammar, fold, at)
            controls = controls + more
        stop = _read_number(cursor, banner, at, end)
    if stop is None or (stop == at and fold[stop:end].strip(" ")):
        return None
    banner.span = cursor.span(start, stop)
    banner.text = cursor.text[start:stop]
    banner.level_text = cursor.word(start, start + found.level_end)
    if controls:
        banner.controls = tuple(dict.fromkeys(control.code for control in controls))
    return banner


def _clear_banner(cursor: Cursor, start: int, end: int) -> Banner | None:
    """Return the classification line of a classified text sent in the clear, which does not state the level, or
    `None`.
    """
    word = cursor.fold.find(" ", start, end)
    banner = Banner(cursor.span(start, end), "", None, "clear")
    stop = _post_and_serial(cursor, banner, word + 1, end) if word > 0 else None
    if stop is None or banner.serial is None or cursor.fold[stop:end].strip(" "):
        return None
    banner.span, banner.text = cursor.span(start, stop), cursor.text[start:stop]
    return banner


def unread_banner(cursor: Cursor, start: int, end: int) -> str | None:
    """Return why a classification line cannot be read, or `None` if the line does not resemble a classification line.

    A line resembles one if it begins with letter-spaced text, if it begins with something very similar to a level and
    ends with a post and number, or if it consists of a level joined to other words by slashes, followed by a post and
    number.
    """
    joined = _JOINED.match(cursor.fold, start, end)
    if joined is not None and cursor.text[start:end].isupper():
        levels = {known for known, _ in cursor.grammar.levels}
        return _NO_LEVEL if any(word in levels for word in joined[1].split("/")) else None
    spaced = _SPACED.match(cursor.fold, start, end)
    if spaced is None and _NUMBERED.match(cursor.fold, start, end) is None:
        return None
    letters = cursor.fold[start : min(end, start + 48)].replace(" ", "")
    for known, level in cursor.grammar.levels:
        sizes = (len(known) - 1, len(known), len(known) + 1)
        if min(distance(known, letters[:size]) for size in sizes) <= _slips_allowed(known):
            return f"looks like {level.name}"
    return _NO_LEVEL if spaced is not None else None


def misspelled_level(cursor: Cursor, start: int, end: int) -> Misspelling | None:
    """Return the first words of a line and the correct spelling of the level that they closely resemble, or `None` if
    they do not resemble any level.
    """
    fold, spaced = cursor.fold, cursor.fold[start + 1] == " "
    nearest, found = _MOST_SLIPS + 1, None
    for known, level in cursor.grammar.levels:
        for size in (len(known) - 1, len(known), len(known) + 1):
            stop = _after_letters(fold, start, end, size)
            if stop < 0 or (fold[stop].isalnum() and not spaced):
                continue
            away = distance(known, fold[start:stop].replace(" ", ""))
            if 0 < away <= _slips_allowed(known) and away < nearest:
                word = level.name if level.name.replace(" ", "") == known else known
                nearest, found = away, (stop, " ".join(known) if spaced else word)
    return Misspelling(cursor.span(start, found[0]), cursor.text[start : found[0]], found[1]) if found else None


def _slips_allowed(level: str) -> int:
    return _MOST_SLIPS if len(level) > 8 else 1


def _after_letters(fold: str, at: int, end: int, count: int) -> int:
    """Return the offset after the next `count` characters other than spaces, or -1 if there are fewer before `end`."""
    while count and at < end:
        count -= fold[at] != " "
        at += 1
    return -1 if count else at


def _read_section(cursor: Cursor, at: int, end: int) -> tuple[int, int, int] | None:
    """Return the section number, the number of sections, and the offset at which the section counter ends, or `None` if
    there is no counter.
    """
    fold = cursor.fold
    start = _section_start(cursor.grammar, fold, at)
    if start is None:
        return None
    at, last = start
    first = _DIGITS.search(fold, at, end)
    if last:  # FINAL SECTION OF 02: there is only one number
        before = fold[at : first.start()].split() if first is not None else ()
        fits = first is not None and before and before[-1] in cursor.grammar.page_word("of", "word")
        return (int(first.group()[:3]), int(first.group()[:3]), first.end()) if fits and first is not None else None
    second = _DIGITS.search(fold, first.end(), end) if first is not None else None
    if first is None or second is None or second.start() - at > 30 or len(second.group()) > 3:
        return None
    if fold[first.end() : second.start()].strip() not in cursor.grammar.page_word("of", "word"):
        return None
    return int(first.group()[:3]), int(second.group()), second.end()


def _section_start(grammar: Grammar, fold: str, at: int) -> tuple[int, bool] | None:
    """Return the offset of the section counter at `at`, ignoring spaces before it, and whether it marks the final
    section. Return `None` if there is no counter.
    """
    while fold.startswith(" ", at):
        at += 1
    words = grammar.page_word("section")
    if fold.startswith(words, at):
        return at, False
    for final in grammar.page_word("final"):
        if fold.startswith(tuple(f"{final} {word}" for word in words), at):
            return at, True
    stop = at
    while fold[stop : stop + 1].isalpha() and stop - at <= len(words[0]) + 1:
        stop += 1
    return (at, False) if stop - at >= len(words[0]) - 1 and distance(words[0], fold[at:stop]) == 1 else None


def _read_number(cursor: Cursor, banner: Banner, at: int, end: int) -> int | None:
    """Read the year, post, and serial number into the banner. Return the offset at which they end, or `at` if there are
    none. Return `None` if the line is not a classification line.
    """
    fold = cursor.fold
    start, stop = cursor.trim(at, end)
    if start == stop:
        return _number_below(cursor, banner, at, end)
    if fold[start] in "/,-":
        return at if fold.startswith("//", start) else None
    year = _DIGITS.match(fold, start, stop)
    if year is not None and len(year.group()) in (2, 4) and fold[year.end()] == " ":
        start = year.end() + 1
        banner.year = int(year.group())
        if banner.year < 100:
            banner.year += 1900 if banner.year >= 53 else 2000
    return _post_and_serial(cursor, banner, start, stop)


def _post_and_serial(cursor: Cursor, banner: Banner, start: int, stop: int) -> int | None:
    fold = cursor.fold
    digits = _DIGITS.search(fold, start, stop)
    if digits is None and banner.written == "spaced" and _POST.fullmatch(fold, start, stop) and stop - start < 32:
        wrapped = _WRAPPED.match(fold, stop)
        if wrapped is not None:  # the number, perhaps with the rest of the name, is on the next line
            post = f"{fold[start:stop]} {wrapped.group(1) or ''}".rstrip()
            return _take_number(cursor, banner, post, wrapped)
        banner.post = fold[start:stop]
        return stop
    if digits is None or len(digits.group()) > _LONGEST_SERIAL:
        return None
    post = fold[start : digits.start()].strip(" ")
    if not _is_post(cursor.grammar, post):
        return None
    return _take_number(cursor, banner, post, digits)


def _take_number(cursor: Cursor, banner: Banner, post: str, match: re.Match[str]) -> int:
    """Set the banner's post to `post` and its serial number to the last group of a match. Return the offset at which
    the match ends.
    """
    banner.post = post if len(set(post)) > 1 else None  # XXXXXXXX: deleted
    banner.serial = int(match[match.re.groups])
    banner.serial_text = cursor.word(*match.span(match.re.groups))
    return match.end()


def _is_post(grammar: Grammar, name: str) -> bool:
    """Return whether a text can be a post name. The words that precede the number on a page line are not post names,
    and neither is a text that ends in a month: the number after it is a day.
    """
    fits = _POST.fullmatch(name) is not None and len(name.split()) <= _WORDS and not name.startswith(grammar.starts)
    if not fits or name.rpartition(" ")[2] in grammar.months:
        return False
    return name not in (*grammar.page_word("page"), *grammar.page_word("print-queue"))


def _number_below(cursor: Cursor, banner: Banner, at: int, end: int) -> int | None:
    """Read a post and number that are alone on the next nonempty line. Return the offset at which they end, or `at` if
    there are none.
    """
    fold = cursor.fold
    below = end + 1
    for _ in range(2):
        if below >= cursor.size:
            return at
        stop = fold.find("\n", below)
        start, last = cursor.trim(below, stop)
        if start < last:
            digits = _DIGITS.search(fold, start, last)
            if (
                digits is None
                or _states_level(cursor, start, digits.start())
                or digits.end() != last
                or digits.start() == start
                or fold[digits.start() - 1] != " "
            ):
                return at
            words = fold[start : digits.start()].split()
            if len(words) > 4 or len(digits.group()) < 4:
                return at
            found = _post_and_serial(cursor, banner, start, last)
            return at if found is None else found
        below = stop + 1
    return at


def _states_level(cursor: Cursor, start: int, end: int) -> bool:
    """Return whether a line begins with a level and is therefore a separate classification line."""
    return may_be_banner(cursor, start) and _read_start(cursor.grammar, cursor.fold[start:end]).level is not None


# ---- Level with another word -----------------------------------------------------------------------------------------
_LONGEST = 60  # code points of a line in which a level is joined to other words
_MOST = 2  # words joined to the level


def joined_banner(view: View, start: int, end: int, words: Vocabulary) -> Banner | None:
    """Return a banner line in which other words are joined to the level or which states a foreign level. Return `None`
    for any other line.
    """
    line = view.text[start:end]
    if len(line) > _LONGEST or line.upper() != line or "//" in line:
        return None
    span = view.span(start, end)
    if any(line in entry.spellings("banner") for entry in words["nato"] if entry.fact("kind") == "restricted"):
        return Banner(span, line, Unread.expected(span, "a level of the United States", line))
    for entry in words["levels"]:
        form = entry.title
        at = 0 if line.startswith(form + " ") else len(line) - len(form) if line.endswith(" " + form) else -1
        if at >= 0 and entry.fact("classified") == "yes":
            low, high = (len(form), len(line)) if at == 0 else (0, at)
            if _free_words(line[low:high]):
                return _banner(view, start, line, (at, at + len(form)), (low, high), words)
    return None


def _free_words(text: str) -> bool:
    found = [word.strip("()[],.") for word in text.split() if word != "-"]
    return 0 < len(found) <= _MOST and all(word.isalpha() and len(word) > 1 for word in found)


def _banner(
    view: View, start: int, line: str, level: tuple[int, int], rest: tuple[int, int], words: Vocabulary
) -> Banner | None:
    read = finder.banner(view, start + level[0], start + level[1], words)
    if not isinstance(read, Marking):
        return None
    low = rest[0] + len(line[slice(*rest)]) - len(line[slice(*rest)].lstrip(" -"))
    high = low + len(line[low : rest[1]].rstrip(" -"))
    other = Token(view.span(start + low, start + high), line[low:high], None, "unknown", before=" ", role="banner")
    tokens = (*read.tokens, other) if low else (other, *read.tokens)
    read.span, read.text, read.tokens = view.span(start, start + len(line)), line, tokens
    place = Word(view.span(start + level[0], start + level[1]), line[slice(*level)])
    return Banner(read.span, line, read.level, marking=read, level_text=place)
