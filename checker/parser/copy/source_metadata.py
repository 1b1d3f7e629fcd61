"""Parse the wrapper's information about the document. It is secondhand and never part of the telegram."""

from __future__ import annotations

from ...model import DateField, Fact, Facts, SourceRecord, Unread, Word
from ...record import Lazy, pending
from ...text import Pattern, Span, covering
from ...values import Date, Level
from ..cursor import Cursor, folded
from ..fields.banner import spelled
from ..fields.dates import find_dates, year_of

_IDENTITY = Pattern(r"(\d{4}|\d{2}) ?([A-Z][A-Z .'_-]{0,40}?) ?(\d{1,7})")
_DAY_OF_TIME = Pattern(r"\d{4}-\d\d-\d\d(?=[ T]\d)")
_BEFORE_TIME = Pattern(r"(?<=\d)T(?=\d)")  # as in 2008-03-14T15:30
_LONGEST = 1000  # code points of a value that are searched for a level or a day


def read_source_record(cursor: Cursor, known: Facts) -> SourceRecord:
    """Return a `SourceRecord` built from the facts. If several facts have the same name, the first one is used."""
    source_record = SourceRecord(
        Lazy(_span, known),
        reference_id=_word(known.get("reference_id")),
        subject=_word(known.get("subject")),
        facts=Lazy(_facts, known),
        **_STATED,
    )
    created = known.get("created") or known.get("date")
    if created is not None:
        source_record.created = _date_field(cursor, created)
    released = known.get("released")
    if released is not None:
        source_record.released = _date_field(cursor, released)
    source_record.review = _review(cursor, known)
    level = known.get("original_classification") or known.get("classification")
    if level is not None:
        source_record.level, source_record.controls = read_level(cursor, level)
    current = known.get("current_classification")
    if current is not None:
        found, _ = read_level(cursor, current)
        source_record.current_level = found if isinstance(found, Level) else None
    _identity(source_record)
    return source_record


def _span(_: SourceRecord, facts: Facts) -> Span:
    return covering([fact.span for fact in facts])


def _facts(_: SourceRecord, facts: Facts) -> tuple[Fact, ...]:
    return tuple(facts)


def _stated(record: SourceRecord, *names: str) -> Word | None:
    """Return the text of the first of the named facts that the wrapper states."""
    lazy = pending(record, "facts")
    known: Facts = lazy.given[0] if lazy is not None else Facts(record.facts)
    return _word(next(filter(None, map(known.get, names)), None))


_STATED = {  # fields that few rules read
    "origin": Lazy(_stated, "origin"),
    "sender": Lazy(_stated, "from"),
    "handling": Lazy(_stated, "handling"),
    "eo": Lazy(_stated, "eo"),
    "tags": Lazy(_stated, "tags"),
    "level_text": Lazy(_stated, "original_classification", "classification"),
}


def _word(fact: Fact | None) -> Word | None:
    return Word(fact.span, fact.text) if fact is not None and fact.text.strip() else None


def _date_field(cursor: Cursor, fact: Fact) -> DateField:
    date, expected = read_date(cursor, fact.text)
    return DateField(fact.span, fact.text, Unread.expected(fact.span, expected, fact.text) if expected else date)


def _review(cursor: Cursor, known: Facts) -> DateField | None:
    """Return the wrapper value that shows that the record was released after a review, including the date in it, or
    `None`.
    """
    words = cursor.grammar.page_word("released", "word")
    for name in ("markings", "disposition_action", "review_action"):
        fact = known.get(name)
        if fact is not None:
            fold = folded(fact.text[:_LONGEST])
            if any(word in fold for word in words):
                return _date_field(cursor, fact)
    return None


def read_date(cursor: Cursor, text: str) -> tuple[Date | None, str]:
    """Return the first date in a wrapper value and an empty string. If the date cannot be read, return `None` and a
    description of the expected text; if the value has no date, return `None` and an empty string.

    Results are cached, because the same dates occur frequently.
    """
    day = _DAY_OF_TIME.match(text)
    text = text[:_LONGEST] if day is None else day.group()
    cache = cursor.grammar.stated_dates
    known = cache.get(text)
    if known is None:
        fold = text if day is not None else _BEFORE_TIME.sub(" ", folded(text), 1)
        found = next(find_dates(fold, cursor.grammar.months), None)
        known = cache[text] = (None, "") if found is None else (found.date, found.expected)
    return known


def read_level(cursor: Cursor, fact: Fact) -> tuple[Level | Unread | None, tuple[str, ...]]:
    """Return the level and control codes in a wrapper value such as "SECRET//NOFORN". The level is an `Unread` if it
    cannot be read, and `None` if the value does not state a level.
    """
    cache, text = cursor.grammar.stated_levels, fact.text[:_LONGEST]
    known = cache.get(text)
    if known is None:
        known = cache[text] = _read_level(cursor, text)
    level, controls = known
    return Unread.expected(fact.span, level, fact.text) if isinstance(level, str) else level, controls


def _read_level(cursor: Cursor, text: str) -> tuple[Level | str | None, tuple[str, ...]]:
    """Return the level and control codes in a value. If the level cannot be read, return a description of the expected
    text in its place.
    """
    fold = folded(text).strip() + "\n"
    absent = cursor.words["instructions"].get("na")
    if fold == "\n" or (absent is not None and fold[:-1] in absent.spellings()):
        return None, ()
    controls = []
    level: Level | None = None
    at = 0
    for letters, known in cursor.grammar.levels:
        end = spelled(fold, 0, letters)
        if end > 0 and not fold[end].isalnum():
            level, at = known, end
            break
    while fold[at] != "\n":
        control = next((c for c in cursor.grammar.controls if spelled(fold, at, c.letters) > 0), None)
        if control is None:
            at += 1
            continue
        controls.append(control.code)
        level = level or control.level
        at = spelled(fold, at, control.letters)
    if level is None:
        return "a level", tuple(controls)
    return level, tuple(controls)


def _identity(source_record: SourceRecord) -> None:
    """Set the record's year, post, and serial number from the wrapper's reference id."""
    if source_record.reference_id is None:
        return
    match = _IDENTITY.fullmatch(folded(source_record.reference_id.text).strip())
    if match is not None:
        source_record.year = year_of(match.group(1))
        source_record.post = match.group(2).strip()
        source_record.serial = int(match.group(3))
