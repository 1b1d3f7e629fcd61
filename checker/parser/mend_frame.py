"""The lines of a header in which a letter is another: level, security group, date-time group, parties.

Each function looks at one line, exchanges what is nearly right in it, and says whether the line was its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from ..document import EoLine, Station
from .banner import read_banner
from .dates import find_dates, year_of
from .mend_page import LONG, Mend, Page
from .patterns import Pattern

_NUMBERED = Pattern(r" (?:[A-Z]{4,8} \d+ [A-Z]+ \d+ )?[A-Z][A-Z .'/-]{1,40} \d{3,7} *\n")  # section, post and number
_DIGITS = 4  # that are still there, of the six
_WORDS = 8  # behind a level: section, post, number
_SHAPE = "000000A AAA 00"
_AGAIN = Pattern(r"(?<![0-9])[0-9]{6}(?=Z)")
_SERIAL = 8  # digits of a station's line, at least: serial number, day and time
_LONG = 12  # letters
_SECURITY = 9  # letters of the shortest security line
_SEVERAL = 3  # strange letters that are too many to try all digits in their place


def _few(form: str) -> int:
    """How many letters of a form may be strange."""
    return 2 if len(form) >= _LONG or form[1] == " " else 1


def level(page: Page, low: int, high: int) -> bool:
    """The level at the head of a line, with the controls joined to it or the number behind it."""
    fold = page.fold
    if fold[low].isalnum() and fold[low + 1 : high] in page.forms.levels:  # a stray letter at its head
        return page.put(low, " ", slips=False)
    low = _behind_strays(fold, low, high) if page.telegram.layout == "smart" else _first(fold, low)
    pairs = page.forms.level_pieces.at(fold, low)
    form = page.nearest(low, (form for form, _ in pairs if _ends(fold, low, form)), _few) if pairs else None
    if form is None:
        return _glued(page, low, high)
    if fold[low] != form[0] and fold[low + 1] != form[1]:  # another word
        return False
    end = low + len(form)
    after = fold[end : end + 1]
    page.put(low, form)
    if after == "/" or fold[end + 1] == "/":
        _controls(page, end, high)
    elif end < high and page.telegram.layout != "document":
        _behind_level(page, end, high)
    return True


def _glued(page: Page, low: int, high: int) -> bool:
    """A sound level with a letter in place of the blank before post and number."""
    if not page.fold[high - 1].isdigit():
        return False
    for form in page.forms.levels:
        end = low + len(form)
        if page.fold.startswith(form, low) and _NUMBERED.match(f" {page.fold[end + 1 : high]}\n"):
            return page.put(end, " ", slips=False)
    return False


def _first(fold: str, low: int) -> int:
    """Where a line begins whose first letter may be gone."""
    indent = low - fold.rfind("\n", 0, low) - 1
    return low - indent if 0 < indent < 3 else low


def _behind_strays(fold: str, low: int, high: int) -> int:
    """Where the last word of a line begins that has nothing but single letters before it."""
    last = fold.rfind(" ", low, high) + 1
    return last if last and all(len(word) == 1 for word in fold[low:last].split()) else low


def _ends(fold: str, low: int, form: str) -> bool:
    """Whether a level may end where this spelling would: no letter goes on, but one in a blank's place may."""
    end = low + len(form)
    return form[1] == " " or not fold[end].isalnum() or fold[end + 1] == "/"


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
    if not _SECURITY <= high - low <= 3 * _SECURITY or page.fold[low + 1] == " ":
        return False
    signal = page.nearest(low, page.forms.warnings, lambda form: 1)
    if signal is None:
        return False
    at = low + len(signal) + 1
    parted = fold[at : at + 6].replace(" ", "", 1)
    if len(set(parted)) == 1 and len(parted) == 5 and parted[0] in page.grammar.group_levels and fold[at + 6] == " ":
        if fold[at + 5] != " ":  # a blank inside the group
            page.found.append(Mend(at, at + 6, parted))
            return True
    if not (fold[at + 5 : at + 6] in " /\n" or fold[at + 6 : at + 9] in page.forms.separators or at + 9 == high):
        return False
    group = fold[at : at + 5]
    for letter in page.grammar.group_levels:
        strange = [other for other in group if other != letter]
        sure = not any(other in page.grammar.group_levels for other in strange) and (
            group[4] != " " or fold[at + 5] == " "
        )
        if len(strange) <= 1 or (len(strange) == 2 and not any(other.isalpha() for other in strange)):
            page.put(low, signal)
            page.put(low + len(signal), " ", slips=False)
            if sure or group[4] != " ":
                page.put(at, letter * 5, slips=False)
            if strange and not sure and group[4] != " ":
                page.found[-1].slip = True  # two levels' letters: they may both be meant
            if not strange and fold[at + 5 : at + 6] not in " /\n":
                page.put(at + 5, " ", slips=False)
            return True
    return False


def station(page: Page, low: int, high: int) -> bool:
    """The station's line: its word, with one letter strange, before an indicator and a serial number."""
    line = page.fold[low:high]
    if ":" in line or sum(map(str.isdigit, line)) < _SERIAL:
        return False
    words = (word + " " for word in page.grammar.label("station", "line"))
    form = page.nearest(low, words, lambda form: 1)
    return form is not None and page.put(low, form, slips=False)


def page_head(page: Page, low: int, high: int) -> bool:
    """The head of a page: its word, with one letter strange, before a number."""
    if not any(map(str.isdigit, page.fold[low + 4 : low + 8])):
        return False
    for word in page.grammar.page_word("page"):
        form = page.nearest(low, [word + " 0"], lambda form: 1)
        if form is not None and any(
            letter.isdigit() for letter in page.fold[low + len(word) + 1 : low + len(form) + 1]
        ):
            if not page.fold[low + len(form)].isdigit():
                page.put(low + len(form), "1", slips=False)
            return page.put(low, form, slips=False)
    return False


# ---- date-time group -------------------------------------------------------------------------------------------------


def group(page: Page, low: int, high: int) -> bool:
    """The date-time group: six digits, zone, month, year, at most two of its places strange, and one of the month's."""
    fold = page.fold
    if sum(map(str.isdigit, fold[low:high])) < _DIGITS + 1:
        return False
    behind = fold.rfind("/ ", low, high) + 2  # in a form it follows the date in words
    starts = (low, low + 2, low + 3, low + 4, low + 5) if behind < low + 2 else (behind,)
    for at in starts:
        text = fold[at : at + 14]
        if at + 14 > high or sum(map(str.isdigit, text[:6])) < _DIGITS:
            continue
        name = text[8:11]
        month = name if name in page.forms.months else min(page.forms.months, key=lambda form: _misses(name, form))
        near = _misses(name, month)
        if near > 2 or sum(not _fits(text[place], _SHAPE[place]) for place in (0, 1, 2, 3, 4, 5, 6, 7, 11, 12, 13)) > 2:
            continue
        made = _sound_group(page, f"{text[:6]}{text[6] if text[6].isalpha() else 'Z'} {month} {text[12:14]}")
        if made is None:
            continue
        if made != text:
            other = near > 1 or all(letter.isdigit() for letter in text[:6] + text[12:])
            page.found.append(Mend(at, at + 14, made, other and near != 1))
        elif page.telegram.era is not None:
            _year(page, at + 12)
        if at == low + 2:
            _prosign(page, low)
        return True
    return False


def _prosign(page: Page, low: int) -> None:
    """The prosign before the group: a letter that is none may be the writer's."""
    if page.fold[low] not in page.grammar.prosigns and page.fold[low + 1] == " ":
        page.found.append(Mend(low, low + 1, next(iter(page.grammar.prosigns)), page.fold[low].isalpha()))
    elif page.fold[low + 1] != " ":
        page.put(low + 1, " ", slips=False)


def _year(page: Page, at: int) -> None:
    """The year's digits where the order named is of another time and one digit more or less would bring it there. It
    may be the writer's doing."""
    telegram = page.telegram
    named = telegram.eo.order if isinstance(telegram.eo, EoLine) else None
    if named is None or named == telegram.era_order or telegram.date is None:
        return
    written = page.fold[at : at + 2]
    for place, digit in product((0, 1), "0123456789"):
        made = digit + written[1] if place == 0 else written[0] + digit
        day = telegram.date.first
        era = page.sheet.words.era(day.replace(year=year_of(made), day=min(day.day, 28)))
        if era is not None and era.fact("number") == named:
            page.found.append(Mend(at, at + 2, made, True))
            return


def _sound_group(page: Page, text: str) -> str | None:
    """The group with digits in place of letters that make a real date. A day that is none is one digit away from the
    day that another line of the telegram gives."""
    strange = [place for place in (0, 1, 2, 3, 4, 5, 12, 13) if not text[place].isdigit()]
    if len(strange) >= _SEVERAL:
        return None
    for digits in product("1034256789", repeat=len(strange)):
        letters = list(text)
        for place, digit in zip(strange, digits, strict=True):
            letters[place] = digit
        if _is_real(page, letters):
            return "".join(letters)
    for other in [match.group() for match in _AGAIN.finditer(page.fold)]:
        if not strange and _misses(other, text[:6]) == 1 and _is_real(page, list(other + text[6:])):
            return f"{other}{text[6:]}"
    station = page.telegram.station
    if isinstance(station, Station) and station.time is not None and not strange:
        days = (f"{day:02d}" for day in range(1, 32)) if station.time == text[2:6] else (text[:2],)
        for day in days:
            if _misses(day + station.time, text[:6]) == 1 and _is_real(page, list(day + station.time + text[6:])):
                return f"{day}{station.time}{text[6:]}"
    return None


def _is_real(page: Page, letters: list[str]) -> bool:
    words = f"{''.join(letters[:2])} {''.join(letters[8:11])} {''.join(letters[12:])}"
    found = next(find_dates(words, page.grammar.months), None)
    hours, minutes = "".join(letters[2:4]), "".join(letters[4:6])
    return found is not None and found.date is not None and hours < "24" and minutes < "60"


def _fits(letter: str, kind: str) -> bool:
    return letter.isdigit() if kind == "0" else letter.isalpha() if kind == "A" else letter == kind


def _misses(one: str, other: str) -> int:
    return sum(a != b for a, b in zip(one, other, strict=False)) if len(one) == len(other) else 99


def party(page: Page, low: int, high: int) -> bool:
    """The originator below the date-time group, the addressee below the originator: two of three letters tell."""
    kind = {"group": "sender", "sender": "to"}.get(page.above)
    if kind is None:
        return False
    low = _first(page.fold, low)
    form = page.nearest(low, (word + " " for word in page.grammar.label(kind, "line")), lambda form: 1)
    if form is None:
        return False
    page.above = kind
    return page.put(low, form, slips=False)
