"""What the wrapper states about the document, as values: second-hand, never part of the cable."""

from __future__ import annotations

from ..document import DateField, Fact, Outside, Unread, Word
from ..text import Span
from ..values import Date, Level
from .banner import spelled
from .dates import find_dates, year_of
from .patterns import Pattern
from .sheet import Sheet, folded

_IDENTITY = Pattern(r"(\d{4}|\d{2}) ?([A-Z][A-Z .'_-]{0,40}?) ?(\d{1,7})")
_LONGEST = 1000  # letters in which a level or a day stands


def read_outside(sheet: Sheet, facts: tuple[Fact, ...]) -> Outside | None:
    """The facts as an `Outside`; the same fact twice: the first counts. `None` without facts."""
    if not facts:
        return None
    known: dict[str, Fact] = {}
    for fact in facts:
        known.setdefault(fact.name, fact)
    spans = [fact.span for fact in facts]
    outside = Outside(Span(min([span.start for span in spans]), max([span.end for span in spans])))
    outside.facts = facts
    outside.reference_id = _word(known.get("reference_id"))
    outside.origin = _word(known.get("origin"))
    outside.subject = _word(known.get("subject"))
    outside.sender = _word(known.get("from"))
    outside.handling = _word(known.get("handling"))
    outside.eo = _word(known.get("eo"))
    outside.tags = _word(known.get("tags"))
    created = known.get("created") or known.get("date")
    if created is not None:
        outside.created = _date_field(sheet, created)
    released = known.get("released")
    if released is not None:
        outside.released = _date_field(sheet, released)
    level = known.get("original_classification") or known.get("classification")
    if level is not None:
        outside.level_text = _word(level)
        outside.level, outside.controls = _level(sheet, level)
    current = known.get("current_classification")
    if current is not None:
        found, _ = _level(sheet, current)
        outside.current_level = found if isinstance(found, Level) else None
    _identity(outside)
    return outside


def _word(fact: Fact | None) -> Word | None:
    return Word(fact.span, fact.text) if fact is not None and fact.text.strip() else None


def _date_field(sheet: Sheet, fact: Fact) -> DateField:
    date, why = _date(sheet, fact.text)
    return DateField(fact.span, fact.text, date if not why else Unread(fact.span, why, fact.text))


def _date(sheet: Sheet, text: str) -> tuple[Date | None, str]:
    """The first date in a wrapper's words, or why what stands there is none. Days come again and again."""
    text = text[:_LONGEST]
    kept = sheet.grammar.stated_dates
    known = kept.get(text)
    if known is None:
        found = next(find_dates(folded(text).replace("T", " ", 1), sheet.grammar.months), None)
        known = kept[text] = (None, "") if found is None else (found.date, "" if found.date else found.why)
    return known


def _level(sheet: Sheet, fact: Fact) -> tuple[Level | Unread | None, tuple[str, ...]]:
    """The level and the controls of a wrapper's words: "SECRET//NOFORN"."""
    kept, text = sheet.grammar.stated_levels, fact.text[:_LONGEST]
    known = kept.get(text)
    if known is None:
        known = kept[text] = _read_level(sheet, text)
    level, controls = known
    return level if not isinstance(level, str) else Unread(fact.span, level, fact.text), controls


def _read_level(sheet: Sheet, text: str) -> tuple[Level | str | None, tuple[str, ...]]:
    """The level, or what should stand there, and the controls."""
    fold = folded(text).strip() + "\n"
    absent = sheet.words["instructions"].get("na")
    if fold == "\n" or (absent is not None and fold[:-1] in absent.spellings()):
        return None, ()
    controls = []
    level: Level | None = None
    at = 0
    for letters, known in sheet.grammar.levels:
        end = spelled(fold, 0, letters)
        if end > 0 and not fold[end].isalnum():
            level, at = known, end
            break
    while fold[at] != "\n":
        control = next((c for c in sheet.grammar.controls if spelled(fold, at, c.letters) > 0), None)
        if control is None:
            at += 1
            continue
        controls.append(control.code)
        level = level or control.level
        at = spelled(fold, at, control.letters)
    if level is None:
        return "a level", tuple(controls)
    return level, tuple(controls)


def _identity(outside: Outside) -> None:
    """Year, post and serial number of the wrapper's reference id."""
    if outside.reference_id is None:
        return
    match = _IDENTITY.fullmatch(folded(outside.reference_id.text).strip())
    if match is not None:
        outside.year = year_of(match.group(1))
        outside.post = match.group(2).strip()
        outside.serial = int(match.group(3))
