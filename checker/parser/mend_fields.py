"""Labels, order numbers and declassification dates in which a letter is another, made sound again."""

from __future__ import annotations

from itertools import product

from ..values import Date
from .blocks import label_of
from .dates import find_dates
from .mend_page import Mend, Page
from .patterns import Pattern

_LABEL = Pattern(r"([A-Z][A-Z./! ()]{0,30}?) ?:")
_DATE = Pattern(
    r"[^\n]{4}/[^\n]{2}/[^\n]{2}|[^\n]{2}/[^\n]{2}/[^\n]{4}|[^\n]{4}-[^\n]{2}-[^\n]{2}|[^ \n]{8}(?=[ \n])"
    r"|[^ \n]{1,2}/[^ \n]{1,2}/[^ \n]{2}"
)
_PARTED = Pattern(r"(?<!\d)(?:\d{4}([^\n])\d\d([^\n])\d\d|\d\d([^\n])\d\d([^\n])\d{4})(?!\d)")
_NO_REASON = Pattern(r"(?<=\()[I-Z](?=\))")
_NEAR = 90  # letters behind the label
_MOST = 2  # strange letters in a date
_LOOKALIKES = str.maketrans("OISBZ", "01582")
_YEARS = 10958  # days: thirty years, as far as nearly all instructions reach
_ORDER = 5  # digits of an order's number
_VALUE = 40  # letters


def _few(form: str) -> int:
    """How many letters of a label may be strange."""
    return 1 if len(form) < 9 else 2


def label(page: Page, low: int, high: int) -> bool:
    """The label at the head of a line, and what stands behind it where that has a form of its own."""
    fold = page.fold
    if _is_sound(page, low, high):
        return True
    if fold[low - 1 : low] == " " and fold[low - 2 : low - 1] in ("\n", ""):
        low -= 1  # its first letter may be gone
    pairs = page.forms.label_pieces.at(fold, low)
    form = page.nearest(low, (form for form, _ in pairs), _few) if pairs else None
    if form is None or not _ends(fold, low + len(form) - 1):
        return False
    page.put(low, form, slips=False)
    code = next(code for label, code in pairs if label == form)
    if code in ("declassify", "date", "source-date"):
        date(page, low + len(form), high)
    elif code == "eo":
        order(page, low, low + len(form), high)
    return True


def _is_sound(page: Page, low: int, high: int) -> bool:
    """Whether a label or the first word of a header line stands there letter for letter."""
    match = _LABEL.match(page.fold, low, high)
    code = page.grammar.fields.get(match[1]) if match is not None else None
    if match is not None and (code == "date" or match[1] in page.forms.dated):
        date(page, match.end(), high, code == "date")
    first = page.fold[low:high].split(" ", 1)[0]
    if first in page.grammar.header_lines and page.telegram.layout != "document":
        return True
    return code is not None or label_of(page.sheet, low) is not None


def _ends(fold: str, at: int) -> bool:
    """Whether a label may end at an offset: a colon or blank, or a letter in its place before a blank."""
    return fold[at] in ": " or not (fold[at].isalnum() and fold[at + 1].isalnum())


def order_line(page: Page, low: int, high: int) -> bool:
    """The line of the order: its label and number, then the instruction's label and value."""
    for word in page.grammar.label("eo", "line")[:1]:
        form = page.nearest(low, [word + " ", word + ":"], lambda form: 1)
        if form is not None and order(page, low, low + len(form), high):
            return page.put(low, form, slips=False)
    return False


def order(page: Page, low: int, at: int, high: int) -> bool:
    """The number of the order, one digit strange, with the instruction behind it."""
    fold = page.fold
    while fold[at] == " ":
        at += 1
    if fold[at + 1 : at + 2] == " " and at + _ORDER < high:  # a stray letter in the blanks
        at += 2
    number = page.nearest(at, page.forms.orders, lambda form: 1)
    if number is None and fold[at - 2 : at] == "  ":  # its first digit may be gone
        at -= 1
        number = page.nearest(at, page.forms.orders, lambda form: 1)
    if number is None:
        return False
    page.put(at, number)
    end = at + _ORDER
    if fold[end : end + 1].isalnum() and fold[end + 1 : end + 2] == " ":
        page.put(end, ":", slips=False)
    for word in page.grammar.label("decl", "value")[:1]:
        form = page.nearest(end, [f": {word}: "], lambda form: 2)
        if form is not None:
            page.put(end, form, slips=False)
            end += len(form)
            break
    for value in page.forms.values:
        form = page.nearest(end, [value], lambda form: 1)
        if form is not None:
            page.put(end, form)
            break
    date(page, end, min(high, end + _VALUE))
    return True


def date(page: Page, at: int, high: int, own: bool = False) -> bool:
    """A date in digits of which one or two are letters: any digits that make a day after the telegram's. Where all are
    digits and make no such day, one of them may be another, or the writer's slip."""
    sound = next(find_dates(page.sheet.flat(at, high), page.grammar.months), None)
    first = None if own else page.telegram.date
    if sound is not None and sound.date is not None and _fits(sound.date, first):
        before, after = page.fold[at + sound.start - 1], page.fold[at + sound.end]
        if not (before.isalnum() or after.isalnum()):
            return True
    for parted in _PARTED.finditer(page.fold, at, high):
        first_sign, second_sign = parted[1] or parted[3], parted[2] or parted[4]
        if first_sign != second_sign and (first_sign in "-/") != (second_sign in "-/"):
            wrong = 2 if first_sign in "-/" else 1
            place = parted.start(wrong if parted[1] else wrong + 2)
            return page.put(place, first_sign if wrong == 2 else second_sign, slips=False)
    match = _DATE.search(page.fold, at, high + 1)
    if match is None:
        return False
    text = match.group()
    places = [place for place, letter in enumerate(text) if letter not in "/-"]
    strange = [place for place in places if not text[place].isdigit()]
    if len(strange) > _MOST:
        return False
    made = _dated(page, text, [tuple(strange)], first)
    if made is None and not strange:
        made = _dated(page, text, [(place,) for place in places], first)
        if made is not None:
            page.found.append(Mend(match.start(), match.end(), made, True))
    elif made is not None:
        page.put(match.start(), made, slips=False)
        if page.fold[match.start() - 1].isdigit():  # in place of a blank
            page.put(match.start() - 1, " ", slips=False)
    return made is not None


def _dated(page: Page, text: str, choices: list[tuple[int, ...]], first: Date | None) -> str | None:
    """The text with other digits at one of these choices of places, where that gives a date that fits: those that a
    scanner took for letters, if that is so."""
    for strange in choices:
        likely = tuple(text[place].translate(_LOOKALIKES) for place in strange)
        for digits in (likely, *product("0123456789", repeat=len(strange))):
            letters = list(text)
            for place, digit in zip(strange, digits, strict=True):
                letters[place] = digit
            made = "".join(letters)
            found = next(find_dates(made, page.grammar.months), None)
            if found is not None and isinstance(found.date, Date) and _fits(found.date, first):
                return made
    return None


def _fits(found: Date, first: Date | None) -> bool:
    if first is None:
        return True
    return found.precision == "day" and 0 <= (found.first - first.first).days <= _YEARS


def reasons(page: Page) -> None:
    """A letter that no order has for a reason: another one, or the writer's slip."""
    for form in page.grammar.label("reason", "block")[:1]:
        at = page.fold.find(form)
        if at >= 0:
            for match in _NO_REASON.finditer(page.fold, at, at + _NEAR):
                page.found.append(Mend(match.start(), match.end(), "B", True))
