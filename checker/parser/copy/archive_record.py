"""Read the attributes in an archive's record of an electronic telegram from 1973-79, each according to its value
type.
"""

from __future__ import annotations

from functools import lru_cache

from ...model import (
    ArchiveRecord,
    Attribute,
    Caption,
    Fact,
    Facts,
    Reference,
    ReviewStep,
    SourceRecord,
    Telegram,
    Unread,
    Word,
)
from ...record import Lazy
from ...text import Pattern, Span
from ...values import Date, Level
from ...vocabulary import Entry, Vocabulary
from ..cursor import Cursor, folded
from ..fields.dates import year_of
from ..fields.labelled import is_tag
from ..lookup import grammar_of
from .source_metadata import read_date, read_level

_PARTS = Pattern(r"[^,;\n]+")
_TAG = Pattern(r"\([^()]*\)?|[^\s,;()]+")
_NUMBERED = Pattern(r"(?:(\d{4}|\d{2}) ?)?([A-Z][A-Z .'-]{1,39}?) ?(\d{1,7})")
_STEP = Pattern(r"(?<![A-Z])(?<![A-Z] )([A-Z]+(?: [A-Z]+)*) ?<([^<>]*)>")
_ORDER_NUMBER = Pattern(r"\d{5} ?")
_LONGEST = 4000  # code points of a value
_LONGEST_CACHED = 100  # code points of a value whose captions, TAGS, or review steps are cached
_LONGEST_CODE = 200  # code points of an archive's code for the executive order


def read_archive_record(telegram: Telegram, cursor: Cursor, facts: Facts) -> ArchiveRecord | None:
    """Return the record built from an archive's attributes, or `None` if there is no wrapper or the wrapper is of
    another kind.
    """
    source = telegram.source_record
    if source is None:
        return None
    names, own = _attribute_names(cursor.words)
    if own.isdisjoint(facts.names()):
        return None  # another kind of wrapper

    def stated(code: str) -> Fact | None:
        return facts.get(names.get(code, ""))

    pages = stated("page-count")
    record = ArchiveRecord(Lazy(_span, source), Lazy(_attributes, cursor, facts))
    record.captions = _captions(cursor, stated("original-handling-restrictions"))
    record.earlier_captions = _captions(cursor, stated("original-previous-handling-restrictions"))
    record.level, record.current_level = source.level if isinstance(source.level, Level) else None, source.current_level
    record.earlier_level = _level(cursor, stated("original-previous-classification"))
    record.order_code = _order_code(cursor, stated("executive-order"))
    record.tags = _tags(cursor, stated("tags"))
    record.references = _references(stated("reference"))
    record.review = _review(cursor, stated("review-history"))
    record.reviewer = _word(stated("review-authority") or stated("disposition-authority"))
    record.released = source.review.date if source.review and isinstance(source.review.date, Date) else None
    record.pages = _count(pages.text) if pages is not None else None
    record.film = Lazy(_film, facts, names.get("film-number", ""))
    record.lost = _lost(telegram, cursor, stated("locator"))
    return record


@lru_cache(maxsize=4)
def _attribute_names(words: Vocabulary) -> tuple[dict[str, str], frozenset[str]]:
    """Return the name of the wrapper fact for the code of each archive attribute, and the names of the facts that
    wrappers of other kinds do not state.
    """
    entries = grammar_of(words).archive_attributes
    own = frozenset(name for name, entry in entries.items() if not entry.fact("shared"))
    return {entry.code: name for name, entry in entries.items()}, own


def _span(_: ArchiveRecord, source: SourceRecord) -> Span:
    return source.span


def _attributes(_: ArchiveRecord, cursor: Cursor, facts: Facts) -> tuple[Attribute, ...]:
    known = cursor.grammar.archive_attributes
    stated = {fact.name: fact for fact in facts}
    return tuple([_attribute(cursor, fact, known[name]) for name, fact in stated.items() if name in known])


def _count(text: str) -> int | None:
    digits = text.strip("'\" ")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else None


def _items(text: str) -> tuple[str, ...]:
    return tuple(filter(None, map(str.strip, _PARTS.findall(text[:_LONGEST]))))


def _attribute(cursor: Cursor, fact: Fact, entry: Entry) -> Attribute:
    kind = entry.fact("type")
    found = Attribute(fact.span, entry.code, fact.text, kind)
    text = fact.text.strip("'\" ")
    if kind == "day":
        date, expected = read_date(cursor, text)
        found.date = Unread.expected(fact.span, expected or "a date", fact.text) if date is None else date
    elif kind == "count":
        found.number = _count(text)
    elif kind == "list":
        found.items = _items(text)
    return found


def _word(attribute: Fact | None) -> Word | None:
    return Word(attribute.span, attribute.text) if attribute is not None else None


def _film(_: ArchiveRecord, facts: Facts, name: str) -> Word | None:
    return _word(facts.get(name))


def _captions(cursor: Cursor, attribute: Fact | None) -> tuple[Caption, ...]:
    """Return the known captions in a value."""
    if attribute is None:
        return ()
    find = _find_captions if len(attribute.text) <= _LONGEST_CACHED else _find_captions.__wrapped__
    return tuple(
        [
            Caption(attribute.span, form, entry.code, entry.fact("kind"), entry.rank)
            for form, entry in find(cursor.words, attribute.text[:_LONGEST])
        ]
    )


@lru_cache(maxsize=1024)
def _find_captions(words: Vocabulary, text: str) -> list[tuple[str, Entry]]:
    """Return the spelling and entry of each known caption in a text. Captions may be separated by commas, by spaces, or
    not at all. Results are cached, because few combinations exist.
    """
    fold, runs = folded(text), grammar_of(words).caption_runs
    found, at = [], 0
    while at < len(fold):
        pair = next((pair for pair in runs if fold.startswith(pair[0], at)), None)
        if pair is not None:
            found.append(pair)
        at += len(pair[0]) if pair is not None else 1
    return found


def _level(cursor: Cursor, fact: Fact | None) -> Level | None:
    level = read_level(cursor, fact)[0] if fact is not None else None
    return level if isinstance(level, Level) else None


def _order_code(cursor: Cursor, attribute: Fact | None) -> Word | None:
    """Return the instruction that corresponds to an archive's code, spelled as on an E.O. line, or `None` if there is
    no such instruction.
    """
    if attribute is None:
        return None
    instruction = _instruction(cursor.words, attribute.text[:_LONGEST_CODE])
    return Word(attribute.span, instruction) if instruction is not None else None


@lru_cache(maxsize=1024)
def _instruction(words: Vocabulary, text: str) -> str | None:
    """Return the instruction for the text of an archive's code. Results are cached, because few codes exist."""
    fold = folded(text).strip()
    number = _ORDER_NUMBER.match(fold)
    fold = fold[number.end() :] if number is not None else fold
    for entry in words["instructions"]:
        for form in entry.forms.get("archive", ()):
            rest = fold[len(form) : len(form) + 1]
            if fold.startswith(form) and not rest.isalnum():
                stem = entry.fact("archive_stem")
                return f"{stem}-{form[-1]}" if stem else entry.spellings()[0]
    return None


def _tags(cursor: Cursor, attribute: Fact | None) -> tuple[Word, ...]:
    if attribute is None:
        return ()
    find = _find_tags if len(attribute.text) <= _LONGEST_CACHED else _find_tags.__wrapped__
    return tuple([Word(attribute.span, word) for word in find(cursor.words, attribute.text[:_LONGEST])])


@lru_cache(maxsize=4096)
def _find_tags(words: Vocabulary, text: str) -> list[str]:
    """Return the distinct TAGS in a value that are listed in a TAGS table. Personal names and garbled words are
    omitted. Results are cached, because the same combinations occur frequently.
    """
    absent = words["instructions"].get("na")
    nothing = absent.spellings() if absent is not None else ()
    found = dict.fromkeys(_TAG.findall(folded(text)))
    return [word for word in found if is_tag(words, word) and word not in nothing]


def _references(attribute: Fact | None) -> tuple[Reference, ...]:
    if attribute is None:
        return ()
    found = []
    for item in _items(attribute.text):
        one = Reference(attribute.span, item)
        match = _NUMBERED.fullmatch(folded(item).strip())
        if match is not None:
            year, post, serial = match.groups()
            one.kind = "telegram"
            one.year = year_of(year) if year else None
            one.post, one.serial = post.strip(), int(serial)
        found.append(one)
    return tuple(found)


def _review(cursor: Cursor, attribute: Fact | None) -> tuple[ReviewStep, ...]:
    if attribute is None:
        return ()
    find = _find_steps if len(attribute.text) <= _LONGEST_CACHED else _find_steps.__wrapped__
    return tuple(
        [
            ReviewStep(attribute.span, action, Lazy(_step_date, cursor, day))
            for action, day in find(attribute.text[:_LONGEST])
        ]
    )


@lru_cache(maxsize=1024)
def _find_steps(text: str) -> list[tuple[str, str]]:
    """Return the action of each step in a review history, and the text that contains its date. Results are cached,
    because a reviewer finishes many telegrams on one day.
    """
    return [(step.group(1), step.group(2)) for step in _STEP.finditer(folded(text))]


def _step_date(_: ReviewStep, cursor: Cursor, text: str) -> Date | None:
    return read_date(cursor, text)[0]


def lost_text(cursor: Cursor, locator: str) -> tuple[Entry | None, int, int]:
    """Return the entry for the reason why an archive has no text, and the start and end of the notice that replaces the
    text.

    The record's locator takes precedence over the notice, because it is more precise. Without a notice, the entry comes
    from the locator or is `None`, and both offsets are 0.
    """
    table = cursor.words["lost_texts"]
    fold = folded(locator[:_LONGEST])
    located = [one for one in table.entries if any(form in fold for form in one.forms.get("locator", ()))]
    stated = located[0] if located and not any(one.fact("held") for one in located) else None
    for entry in table.entries:
        for form in entry.forms.get("text", ()):
            at = cursor.fold.find(form)
            if at >= 0:
                return stated or entry, at, at + len(form)
    return stated, 0, 0


def _lost(telegram: Telegram, cursor: Cursor, locator: Fact | None) -> Word | None:
    """Return the code for the reason why the archive has no text, with the span of the notice. Return `None` if the
    text is present or no reason is stated.
    """
    if telegram.paragraphs or (telegram.banner is not None and not isinstance(telegram.banner, Unread)):
        return None
    entry, start, end = lost_text(cursor, locator.text if locator is not None else "")
    return Word(cursor.span(start, end), entry.code) if entry is not None else None
