"""Read dates and date-time groups in the forms that telegrams use."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...model import Dtg, Precedence, Unread
from ...text import Pattern
from ...values import Date
from ..cursor import Cursor

# Prosigns, day and time, zone, month, year. Zero for O and O for zero are repaired; stray spaces are allowed.
_DTG = Pattern(
    r"(?:([A-Z0]{1,2}) +(?:([A-Z0]{1,2}) +)?(?:[A-Z] +)?)?([0-9OI]{6}) ?([A-Z]) ?"
    r"([A-Z][A-Z0-9]{2,8}|[0O1I5S][A-Z0-9]{2}),? ?(\d{4}|\d{2})(?!\d)"
)
# The same with spaces between any two characters, without a zone or with the month in full, as in copies from 1973.
_SPREAD = Pattern(
    r"(?:([A-Z0]{1,2}) +(?:([A-Z0]{1,2}) +)?)?((?:[0-9OI] ?){6}) *([A-Z](?= *[A-Z] ?[A-Z] ?[A-Z]))? *"
    r"([A-Z](?: ?[A-Z]){2,8}),? *((?:1 ?9 ?)?\d ?\d)(?! ?\d)"
)
_DATES = Pattern(
    r"(?<![\d/])(?:"
    r"(\d{4})([/-]) ?(\d{1,2})[/-] ?(\d{1,2})(?![\d/])"  # 1-4 yyyy/mm/dd
    r"|(\d{1,2})([/-]) ?(\d{1,2})[/-] ?(\d{4}|\d{2})(?![\d/])"  # 5-8 mm/dd/yyyy
    r"|(\d{4})(\d{2})(\d{2})(?!\d)"  # 9-11 yyyymmdd
    r"|(\d{1,2})[ -]?([A-Z]{3,9})\.?,?[ -]?(\d{4}|\d{2})(?!\d)"  # 12-14 14 MAR 2008
    r"|(?<![A-Z])([A-Z]{3,9})\.? (?:(\d{1,2})(?:ST|ND|RD|TH)?,? )?(\d{4})(?![\d/])"  # 15-17 MARCH 14, 2008
    r"|(\d{4})(?![\d/-]))"
)
_WORDS = Pattern(r"[^ \n]+")
_LOOKALIKES = str.maketrans("0158", "OISB")
_DIGITS = str.maketrans("OI", "01")
_FIGURES = "0123456789OI"  # with the letters that are read as digits
LONGEST = 75  # years: no instruction reaches further (E.O. 13526, 75X)
_SHORTEST = 11  # code points of a date-time group: six digits, the month, and two digits of the year
PIVOT = 53  # years 53 to 99 belong to the twentieth century: the first order dates from 1953


class FoundDate:
    """A date in the text: its offsets, and either the date itself or a description of the expected text."""

    __slots__ = ("date", "end", "expected", "start")

    def __init__(self, start: int, end: int, date: Date | None, expected: str = "") -> None:
        self.start = start
        self.end = end
        self.date = date
        self.expected = expected


def year_of(digits: str, not_before: int | None = None) -> int:
    """Return the full year for the digits of a year. Four-digit years are returned unchanged.

    For two digits, `PIVOT` determines the century unless `not_before` is given. With `not_before`, the result is the
    first matching year that is not before it, or a century earlier if that year is more than `LONGEST` years later.
    """
    year = int(digits)
    if len(digits) > 2:
        return year
    if not_before is not None:
        coming = not_before - not_before % 100 + year
        if coming < not_before:
            coming += 100
        return coming if coming <= not_before + LONGEST else coming - 100
    return year + (1900 if year >= PIVOT else 2000)


def find_dates(text: str, months: dict[str, int], not_before: int | None = None) -> Iterator[FoundDate]:
    """Yield every date in a folded text, in text order, with its offsets in `text`. A nonexistent date, such as 31
    February, is yielded with a date of `None`.
    """
    sign = "-" if text[4:5] == "-" else "/"
    if len(text) <= 10 and text.count(sign) == 2:  # nearly every value, for which no pattern is needed
        plain = _plain(text, sign, not_before)
        if plain is not None:
            yield plain
            return
    for match in _DATES.finditer(text):
        found = _date(match, months, not_before)
        if found is not None:
            yield found


def _plain(text: str, sign: str, not_before: int | None) -> FoundDate | None:
    """Return the date if a text consists only of a numeric date whose parts are separated by `sign`. Return `None` if
    the full pattern is needed.
    """
    first, second, third = text.split(sign)
    if not (first.isdigit() and second.isdigit() and third.isdigit() and text.isascii()) or len(second) > 2:
        return None
    if len(first) <= 2 and len(third) in (2, 4):
        written = f"{'m' * len(first)}{sign}{'d' * len(second)}{sign}{'y' * len(third)}"
        return _day(0, len(text), third, first, second, written, not_before)
    if len(first) == 4 and len(third) <= 2:
        written = f"yyyy{sign}{'m' * len(second)}{sign}{'d' * len(third)}"
        return _day(0, len(text), first, second, third, written, not_before)
    return None


def _date(match: re.Match[str], months: dict[str, int], not_before: int | None) -> FoundDate | None:
    g = match.groups()
    start, end = match.span()
    if g[0]:
        return _day(start, end, g[0], g[2], g[3], f"yyyy{g[1]}{'m' * len(g[2])}{g[1]}{'d' * len(g[3])}", not_before)
    if g[4]:
        written = f"{'m' * len(g[4])}{g[5]}{'d' * len(g[6])}{g[5]}{'y' * len(g[7])}"
        return _day(start, end, g[7], g[4], g[6], written, not_before)
    if g[8]:
        return _day(start, end, g[8], g[9], g[10], "yyyymmdd", not_before)
    if g[11]:
        month = months.get(g[12])
        if month is None:
            return None
        return _day(start, end, g[13], str(month), g[11], "d month " + "y" * len(g[13]), not_before)
    if g[14]:
        month = months.get(g[14])
        if month is None:
            return FoundDate(match.start(17), end, Date.of(g[16]), "") if _is_year(g[16]) else None
        if g[15]:
            return _day(start, end, g[16], str(month), g[15], "month d, yyyy", not_before)
        return (
            FoundDate(start, end, _written(Date.of(f"{g[16]}-{month:02d}"), "month yyyy")) if _is_year(g[16]) else None
        )
    return FoundDate(start, end, _written(Date.of(g[17]), "yyyy")) if _is_year(g[17]) else None


def _is_year(digits: str) -> bool:
    return 1900 <= int(digits) <= 2199


def _written(date: Date, form: str) -> Date:
    return Date(date.first, date.last, date.precision, form)


def _day(start: int, end: int, year: str, month: str, day: str, form: str, not_before: int | None) -> FoundDate:
    try:
        return FoundDate(start, end, Date.day(year_of(year, not_before), int(month), int(day), form))
    except ValueError:
        return FoundDate(start, end, None, "a valid date")


def month_of(name: str, months: dict[str, int]) -> tuple[int | None, bool]:
    """Return a month's number given its name (`None` for an unknown name), and whether digits had to be read as
    letters.
    """
    month = months.get(name)
    if month is not None:
        return month, False
    month = months.get(name.translate(_LOOKALIKES))
    return month, month is not None


def read_dtg(cursor: Cursor, start: int, end: int) -> Dtg | None:
    """Return the date-time group that begins at `start`, with its precedence, or `None` if there is none."""
    fold = cursor.fold
    if end - start < _SHORTEST or (fold[start] not in _FIGURES and " " not in fold[start + 1 : start + 3]):
        return None  # neither the day nor a prosign of one or two letters, as on most lines
    match = _DTG.match(fold, start, end)
    spread = match is None
    if match is None:
        match = _SPREAD.match(fold, start, end)
    if match is None:
        return None
    action, info, digits, zone, name, year = match.groups()
    if spread:
        digits, name, year = digits.replace(" ", ""), name.replace(" ", ""), year.replace(" ", "")
    grammar = cursor.grammar
    month, repaired = month_of(name, grammar.months)
    if month is None and (len(name) > 3 or not name.isalpha() or spread):
        return None
    numbers = digits if digits.isdecimal() else digits.translate(_DIGITS)
    repaired = repaired or numbers != digits
    date = _dtg_date(cursor, match, numbers, month, year)
    node = Dtg(cursor.span(start, match.end()), cursor.text[start : match.end()], date, None, zone)
    if _is_time(numbers):
        node.time = numbers[2:6]
    if action:
        node.action, repaired_here = _precedence(cursor, match, 1)
        repaired = repaired or repaired_here
    if info:
        node.info, repaired_here = _precedence(cursor, match, 2)
        repaired = repaired or repaired_here
    node.repaired = repaired
    ends = cursor.line_end(start)
    if match.end() < ends:
        node.signals = tuple(cursor.word(*hit.span()) for hit in _WORDS.finditer(cursor.fold, match.end(), ends))
    return node


def _dtg_date(cursor: Cursor, match: re.Match[str], numbers: str, month: int | None, year: str) -> Date | Unread:
    expected = "a month"
    if month is not None:
        try:
            if not _is_time(numbers):
                raise ValueError
            return Date.day(year_of(year), month, int(numbers[:2]), "ddhhmmz mon yy")
        except ValueError:
            expected = "a valid date and time"
    place = (match.start(3), match.end())
    return Unread.expected(cursor.span(*place), expected, cursor.text[place[0] : place[1]])


def _is_time(numbers: str) -> bool:
    """Return whether the last four of six digits are an hour and a minute."""
    return numbers[2:4] < "24" and numbers[4:] < "60"


def _precedence(cursor: Cursor, match: re.Match[str], group: int) -> tuple[Precedence, bool]:
    """Return the precedence that corresponds to a prosign, and whether a zero had to be read as the letter O."""
    letter = match.group(group)
    start, end = match.span(group)
    table = cursor.grammar.prosigns
    entry = table.get(letter) or cursor.grammar.doubled.get(letter)
    repaired_here = False
    if entry is None and "0" in letter:
        entry = table.get(letter.translate(_LOOKALIKES))
        repaired_here = entry is not None
    text = entry.code if repaired_here and entry is not None else cursor.text[start:end]
    return Precedence(cursor.span(start, end), text, entry.rank if entry is not None else None), repaired_here
