"""The lines of a header in which a letter is another: level, security group, date-time group, parties.

Each function looks at one line, exchanges what is nearly right in it, and says whether the line was its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from ..document import Station
from .banner import read_banner
from .dates import find_dates
from .mend_page import LONG, Page
from .patterns import Pattern

_NUMBERED = Pattern(r" (?:[A-Z]{4,8} \d+ [A-Z]+ \d+ )?[A-Z][A-Z .'/-]{1,40} \d{3,7} *\n")  # section, post and number
_DIGITS = 4  # that are still there, of the six
_WORDS = 8  # behind a level: section, post, number
_SECURITY = 9  # letters of the shortest security line
_SEVERAL = 3  # strange letters that are too many to try all digits in their place


def _few(form: str) -> int:
    """How many letters of a form may be strange."""
    return 1 if len(form) < 16 else 2


def level(page: Page, low: int, high: int) -> bool:
    """The level at the head of a line, with the controls joined to it or the number behind it."""
    fold = page.fold
    if fold[low].isalnum() and fold[low + 1 : high] in page.forms.levels:  # a stray letter at its head
        return page.put(low, " ", slips=False)
    pairs = page.forms.level_pieces.at(fold, low)
    form = page.nearest(low, (form for form, _ in pairs), _few) if pairs else None
    if form is None:
        return False
    end = low + len(form)
    after = fold[end : end + 1]
    if after.isalpha() and form[1] != " ":
        return False
    page.put(low, form)
    if (end < high and after and after in "/,-") or fold[end + 1 : end + 2] == "/":
        _controls(page, end, high)
    elif end < high and page.telegram.layout != "document":
        _behind_level(page, end, high)
    return True


def _controls(page: Page, end: int, high: int) -> None:
    """Controls behind two strokes."""
    if page.fold[end : end + 2].count("/") == 1 and page.fold[end + 2 : end + 3].isalpha():
        page.put(end, "//", slips=False)
    for start, token in _tokens(page.fold[:high], end + 2):
        if len(token) >= LONG:
            form = page.nearest(start, (form for form in page.forms.controls if len(form) == len(token)), _few)
            if form is not None:
                page.put(start, form)


def _behind_level(page: Page, end: int, high: int) -> None:
    """Post and number."""
    rest = page.fold[end + 1 : high]
    if rest.count(" ") > _WORDS:  # a stamp
        return
    if page.fold[end] != " ":
        page.put(end, " ", slips=False)
    if not _NUMBERED.match(f" {rest.strip()}\n") and rest[-1:].isalnum() and read_banner(page.sheet, end, high) is None:
        page.put(end + 1, _sound_number(rest), slips=False)


def _tokens(line: str, at: int) -> Iterator[tuple[int, str]]:
    for token in line[at:].replace("/", " ").split(" "):
        if token:
            yield at, token
        at += len(token) + 1


def _sound_number(rest: str) -> str:
    """Post and number with letters for what cannot stand in a name and digits for what cannot stand in a number."""
    words = rest.split(" ")
    for index, word in enumerate(words):
        digits = sum(letter.isdigit() for letter in word)
        if digits * 2 > len(word):
            words[index] = "".join(letter if letter.isdigit() else "1" for letter in word)
        else:
            words[index] = "".join(letter if letter.isalpha() else "A" for letter in word)
    return " ".join(words)


def security(page: Page, low: int, high: int) -> bool:
    """The security line: a signal and four of five equal letters. Another letter of a level may be meant."""
    fold = page.fold
    if not _SECURITY <= high - low <= 3 * _SECURITY:
        return False
    signal = page.nearest(low, page.forms.warnings, lambda form: 1)
    if signal is None:
        return False
    at = low + len(signal) + 1
    if not (fold[at + 5 : at + 6] in " /\n" or fold[at + 6 : at + 9] in page.forms.separators):
        return False
    group = fold[at : at + 5]
    for letter in page.grammar.group_levels:
        strange = [other for other in group if other != letter]
        sure = not any(other in page.grammar.group_levels for other in strange) and group[4] != " "
        if len(strange) <= 1 or (len(strange) == 2 and not any(other.isalpha() for other in strange)):
            page.put(low, signal)
            page.put(low + len(signal), " ", slips=False)
            if sure:
                page.put(at, letter * 5, slips=False)
            if not strange and fold[at + 5 : at + 6] not in " /\n":
                page.put(at + 5, " ", slips=False)
            return True
    return False


# ---- date-time group -------------------------------------------------------------------------------------------------


def group(page: Page, low: int, high: int) -> bool:
    """The date-time group: six digits, zone, month, year, at most three of its fourteen places strange."""
    if sum(letter.isdigit() for letter in page.fold[low : low + 13]) < _DIGITS:
        return False
    for skip in (0, 2, 3, 4, 5):
        at = low + skip
        text = page.fold[at : at + 14]
        if at + 14 > high or "\n" in text:
            break
        month = min(page.forms.months, key=lambda month: _misses(text[8:11], month))
        if _misses(text[8:11], month) > 1:
            continue
        shape = [
            place for place in range(14) if not _fits(text[place], "000000A AAA 00"[place]) and not 8 <= place <= 10
        ]
        if len(shape) > 2:
            continue
        fixed = f"{text[:6]}{text[6] if text[6].isalpha() else 'Z'} {month} {text[12:14]}"
        sound = _sound_group(page, fixed)
        if sound is not None:
            page.put(at, sound, slips=False)
            if skip == 2:
                _prosign(page, low)
            return True
    return False


def _prosign(page: Page, low: int) -> None:
    if not page.fold[low].isalnum():
        page.put(low, next(iter(page.grammar.prosigns)), slips=False)
    if page.fold[low + 1 : low + 2] != " ":
        page.put(low + 1, " ", slips=False)


def _sound_group(page: Page, text: str) -> str | None:
    """The group with digits in place of letters that make a real date; the time by the station's line, if it has one
    that is one digit away."""
    station = page.telegram.station
    if isinstance(station, Station) and station.time is not None and _misses(text[2:6], station.time) == 1:
        text = f"{text[:2]}{station.time}{text[6:]}"
    strange = [place for place in (0, 1, 2, 3, 4, 5, 12, 13) if not text[place].isdigit()]
    if len(strange) >= _SEVERAL:
        return None
    for digits in product("1034256789", repeat=len(strange)):
        letters = list(text)
        for place, digit in zip(strange, digits, strict=True):
            letters[place] = digit
        found = next(
            find_dates(f"{''.join(letters[:2])} {text[8:11]} {''.join(letters[12:])}", page.grammar.months), None
        )
        if found is not None and found.date is not None and letters[2] <= "2" and letters[4] <= "5":
            return "".join(letters)
    return None


def _fits(letter: str, kind: str) -> bool:
    return letter.isdigit() if kind == "0" else letter.isalpha() if kind == "A" else letter == kind


def _misses(one: str, other: str) -> int:
    return sum(a != b for a, b in zip(one, other, strict=False)) if len(one) == len(other) else 99


def party(page: Page, low: int, high: int) -> bool:
    """The originator below the date-time group, the addressee below the originator: two of three letters tell."""
    kind = {"group": "sender", "sender": "to"}.get(page.above)
    if kind is None:
        return False
    form = page.nearest(low, (word + " " for word in page.grammar.label(kind, "line")), lambda form: 1)
    if form is None:
        return False
    page.above = kind
    return page.put(low, form, slips=False)
