"""Read declassification instructions from E.O. lines and from the "declassify on" value of authority blocks."""

from __future__ import annotations

from functools import lru_cache

from ...model import Downgrade, Instruction, Unread
from ...record import BoundedCache, Record
from ...text import Pattern
from ...values import Date
from ...vocabulary import Vocabulary
from ..cursor import Cursor
from .dates import FoundDate, find_dates

_NUMBER = Pattern(r"[ -]?(\d{1,2})(?![\d/])")
_MORE = Pattern(r"(?:[ ,;/&]|AND){1,4}([A-Z0-9]*?X)?[ -]?(\d)(?![\d/])")
_PERSON = Pattern(r"\(([A-Z][A-Z .,'-]{1,60})\)")
_OFFICE = Pattern(r"[A-Z]{1,4}-[A-Z]{1,2}(?![A-Z])")
_WORDS = Pattern(r"[A-Z]{2,}(?:'S)? [A-Z]{2,}")  # two words that are not a code: an unlisted event
_PREFIX = Pattern(r"1 ?\. ?6 ?[ ,(]{0,2}")
_DAMAGED = Pattern(r"(?<![A-Z\d])[\dOIL]{1,2}/ ?[\dOIL]{1,2}/[\dOIL]{2,4}(?![A-Z\d])")
_DIGITS = str.maketrans("OIL", "011")
_SHORT = 20  # code points of an instruction that is cached
_FIGURES = frozenset("0123456789")
_YEARS = Pattern(r"(\d{1,3})[- ]?([A-Z]{2,5})")


class InstructionForms(Record):
    """A vocabulary's spellings of declassification instructions, grouped by how they are matched. Pairs are (spelling,
    code), longest spelling first.
    """

    phrases: tuple[tuple[str, str], ...]
    words: dict[str, list[tuple[str, str]]]  # by first letter
    stems: tuple[tuple[str, str], ...]
    starts: tuple[str, ...]
    labels: tuple[str, ...]
    downgrades: tuple[str, ...]
    openers: tuple[str, ...]  # the labels and the downgrades
    numbers: dict[str, int]
    plain: dict[str, tuple[str | None, str | None, tuple[str, ...]]]  # a cache: the kind, code, and codes of short
    # instructions that contain no digits and state only a kind, such as GDS or N/A


@lru_cache(maxsize=4)
def forms_of(words: Vocabulary) -> InstructionForms:
    """Return a vocabulary's `InstructionForms`. Recent results are cached."""
    table = words["instructions"]

    def pairs(*kinds: str) -> tuple[tuple[str, str], ...]:
        found = [(form, e.code) for e in table for kind in kinds for form in e.forms.get(kind, ()) if e.code != "years"]
        return tuple(sorted(found, key=lambda pair: -len(pair[0])))

    def label(code: str) -> tuple[str, ...]:
        entry = words["labels"].get(code)
        return tuple(sorted(entry.spellings(), key=lambda form: -len(form))) if entry is not None else ()

    years = table.get("years")
    numbers = {form: e.rank or 0 for e in words["number_words"] for form in e.spellings()} if years is not None else {}
    starts = tuple(form for form, _ in pairs("starts"))
    words_by: dict[str, list[tuple[str, str]]] = {}
    for pair in pairs("word", "repair"):
        words_by.setdefault(pair[0][0], []).append(pair)
    openers = label("decl") + label("dng")
    return InstructionForms(
        pairs("phrase"),
        words_by,
        pairs("stem"),
        starts,
        label("decl"),
        label("dng"),
        openers,
        numbers,
        BoundedCache(1024),
    )


class InstructionText:
    """The text of one instruction: its offsets and its folded text on one line."""

    __slots__ = ("cursor", "end", "flat", "forms", "start")

    def __init__(self, cursor: Cursor, start: int, end: int) -> None:
        self.cursor = cursor
        self.start, self.end = cursor.trim(start, end)
        self.flat = cursor.flat(self.start, self.end)
        self.forms = forms_of(cursor.words)

    def first(self) -> int:
        """Return the offset of the first character in the value that is neither a space nor an opening parenthesis."""
        return len(self.flat) - len(self.flat.lstrip(" ("))

    def starts(self, at: int, form: str) -> bool:
        """Return whether `form` occurs as a whole word or phrase at the given offset in the value."""
        after = at + len(form)
        return self.flat.startswith(form, at) and not (after < len(self.flat) and self.flat[after].isalnum())


def read_value(cursor: Cursor, start: int, end: int) -> tuple[Instruction | Unread | None, Downgrade | None]:
    """Return the declassification instruction and the downgrading instruction on an E.O. line, given the line's value.
    Either one is `None` if it is missing.
    """
    value = InstructionText(cursor, start, end)
    at, downgrade = _skip_labels(value)
    if at >= len(value.flat):
        return None, downgrade
    return _instruction(value if at == 0 else InstructionText(cursor, value.start + at, value.end)), downgrade


def _skip_labels(value: InstructionText) -> tuple[int, Downgrade | None]:
    """Return the offset after the labels that mean "declassify", which may be repeated, and the downgrading instruction
    that comes among them. The instruction is `None` if there is none.
    """
    at = 0
    downgrade = None
    flat = value.flat
    while at < len(flat):
        while at < len(flat) and flat[at] in " :.;,-":
            at += 1
        if not flat.startswith(value.forms.openers, at):
            break
        label = next((form for form in value.forms.labels if value.starts(at, form)), None)
        if label is not None:
            at += len(label)
            continue
        label = next((form for form in value.forms.downgrades if value.starts(at, form)), None)
        if label is None:
            break
        stop = min((flat.find(form, at) for form in value.forms.labels if flat.find(form, at) >= 0), default=len(flat))
        found = read_downgrade(value.cursor, value.start + at + len(label), value.start + stop)
        if found.level is None and found.date is None:
            at += len(label)  # no level and no date to downgrade to: an instruction after the wrong word ("DNG: OADR")
            continue
        downgrade = found
        at = stop
    return at, downgrade


def read_downgrade(cursor: Cursor, start: int, end: int) -> Downgrade:
    """Return the downgrading instruction in a span. A missing level or date is `None`; a date that cannot be read is an
    `Unread`.
    """
    while start < end and cursor.fold[start] in " :\n":
        start += 1
    flat = cursor.flat(start, end).rstrip()
    level = None
    for name, known in sorted(cursor.grammar.level_names.items(), key=lambda item: -len(item[0])):
        if flat.startswith(name):
            level = known
            break
    date = next(find_dates(flat, cursor.grammar.months, cursor.year), None)
    node = Downgrade(cursor.span(start, start + len(flat)), cursor.text[start : start + len(flat)], level)
    if date is not None:
        node.date = _date_or_unread(cursor, start, date)
    return node


def _date_or_unread(cursor: Cursor, start: int, found: FoundDate) -> Date | Unread:
    if found.date is not None:
        return found.date
    low, high = start + found.start, start + found.end
    return Unread.expected(cursor.span(low, high), found.expected, cursor.text[low:high])


def read_instruction(cursor: Cursor, start: int, end: int) -> Instruction | Unread:
    """Return the instruction in a span, or an `Unread` if it does not match any instruction kind in the table."""
    return _instruction(InstructionText(cursor, start, end))


def _instruction(value: InstructionText) -> Instruction | Unread:
    cursor = value.cursor
    flat = value.flat.rstrip(". ")
    node = Instruction(
        cursor.span(value.start, value.start + len(flat)), cursor.text[value.start : value.start + len(flat)]
    )
    plain = value.forms.plain
    if value.flat in plain:
        node.kind, node.code, node.codes = plain[value.flat]
        return node
    _read_dates(value, node)
    if isinstance(node.date, Date) and node.date.precision == "day" and _is_plain(flat):
        node.kind = "date"
        return node
    if _read_phrase(value, node) or _read_word(value, node) or _read_code(value, node):
        _read_person(value, node)
        if len(value.flat) <= _SHORT and _FIGURES.isdisjoint(flat) and _states_kind_only(node):
            plain[value.flat] = node.kind, node.code, node.codes
        return node
    if node.date is not None:
        node.kind = "date"
        return node
    if _read_years(value, node):
        return node
    if _read_event(value, node):
        return node
    return Unread.expected(node.span, "a declassification instruction", node.text)


def _states_kind_only(node: Instruction) -> bool:
    others = (node.number, node.date, node.date_text, node.years, node.event, node.person, node.office)
    return not node.dates and all(other is None for other in others)


def _is_plain(flat: str) -> bool:
    """Return whether a value consists only of a numeric date. Codes never contain two slashes."""
    return len(flat) <= 10 and flat.count("/") == 2 and flat.replace("/", "").isdigit()


def _read_dates(value: InstructionText, node: Instruction) -> None:
    months = value.cursor.grammar.months
    found = [] if _FIGURES.isdisjoint(value.flat) else list(find_dates(value.flat, months, value.cursor.year))
    if not found and _DAMAGED.search(value.flat) is not None:
        found = list(find_dates(value.flat.translate(_DIGITS), months, value.cursor.year))
    node.dates = tuple(item.date for item in found if item.date is not None)
    if not found:
        return
    whole = [item for item in found if item.date is None or item.date.precision == "day"]
    first = whole[0] if whole else found[0]
    node.date = _date_or_unread(value.cursor, value.start, first)
    node.date_text = value.cursor.word(value.start + first.start, value.start + first.end)


def _read_phrase(value: InstructionText, node: Instruction) -> bool:
    if len(value.flat) < 14:  # no phrase is as short as a date
        return False
    for phrase, code in value.forms.phrases:
        if phrase in value.flat:
            node.kind, node.code = code, phrase
            return True
    return False


def _read_word(value: InstructionText, node: Instruction) -> bool:
    at = value.first()
    for word, code in value.forms.words.get(value.flat[at : at + 1], ()):
        if value.starts(at, word):
            entry = value.cursor.words["instructions"].get(code)
            node.kind = code
            node.code = entry.spellings()[0] if entry is not None else word
            node.codes = (node.code,)
            if entry is not None and entry.fact("event"):
                _event_after(value, node, at + len(word))
            if entry is not None and entry.fact("note"):  # the day of the review is not the drafter's
                node.date, node.date_text, node.dates = None, None, ()
            return True
    return False


def _read_code(value: InstructionText, node: Instruction) -> bool:
    """Store in the node a code and its number, such as XGDS-2, RDS-1,3, X6, or 25X1. Return whether the value begins
    with a code.
    """
    at = value.first()
    prefix = _PREFIX.match(value.flat, at)
    if prefix is not None:
        at = prefix.end()
    for stem, code in value.forms.stems:
        if not value.flat.startswith(stem, at):
            continue
        number = _NUMBER.match(value.flat, at + len(stem))
        if number is None:
            if value.starts(at, stem):
                node.kind, node.code, node.codes = code, stem, (stem,)
                return True
            continue
        dash = "-" if stem.isalpha() and len(stem) > 1 else ""
        node.kind = code
        node.number = int(number.group(1))
        node.code = f"{stem}{dash}{node.number}"
        node.codes = (node.code, *_more_codes(value, number.end(), stem, dash))
        if stem[0].isdigit() and node.date is None:
            _event_after(value, node, number.end())
        return True
    return False


def _event_after(value: InstructionText, node: Instruction, at: int) -> None:
    """Store in the node any event that follows a code. Words for "declassify" may come between the code and the
    event.
    """
    for form in ("", *value.forms.labels):
        at += len(form) if form and value.starts(at, form) else 0
        while at < len(value.flat) and value.flat[at] in " ,;:-":
            at += 1
    if _WORDS.match(value.flat, at) is not None:
        node.event = value.cursor.joined(value.start + at, value.end)


def _more_codes(value: InstructionText, at: int, stem: str, dash: str) -> list[str]:
    found = []
    match = _MORE.match(value.flat, at)
    while match is not None:
        found.append(f"{match.group(1) or stem}{dash}{match.group(2)}")
        match = _MORE.match(value.flat, match.end())
    return found


def _read_person(value: InstructionText, node: Instruction) -> None:
    person = _PERSON.search(value.flat)
    if person is not None and person.group(1).strip(" .") not in value.cursor.grammar.page_word("no-person"):
        low, high = person.span(1)
        node.person = value.cursor.joined(value.start + low, value.start + high)
        office = _OFFICE.search(value.flat, person.end())
        node.office = office.group() if office is not None else None


def _read_years(value: InstructionText, node: Instruction) -> bool:
    """Store in the node a number of years, in digits or words, and the event from which the years are counted if one is
    stated. Return whether the value begins with a number of years.
    """
    flat = value.flat.lstrip(" (")
    units = value.cursor.words["instructions"].get("years")
    names = units.spellings() if units is not None else ()
    match = _YEARS.match(flat)
    if match is not None and match.group(2) in names:
        node.years, rest = int(match.group(1)), flat[match.end() :]
    else:
        word = next((w for w in sorted(value.forms.numbers, key=len, reverse=True) if flat.startswith(w)), None)
        rest = flat[len(word) :].lstrip(" -") if word is not None else ""
        unit = next((name for name in names if rest.startswith(name)), None)
        if word is None or unit is None:
            return False
        node.years, rest = value.forms.numbers[word], rest[len(unit) :]
    node.kind = "years"
    if rest.strip(" .)"):
        node.kind = "event"
        node.event = value.cursor.joined(value.start, value.end)
    return True


def _read_event(value: InstructionText, node: Instruction) -> bool:
    flat = value.flat.lstrip(" (")
    named = any(flat.startswith(word + " ") for word in value.forms.starts)
    if len(flat) < 4 or not (named or _WORDS.match(flat)):
        return False
    node.kind = "event"
    node.event = value.cursor.joined(value.start, value.end)
    return True
