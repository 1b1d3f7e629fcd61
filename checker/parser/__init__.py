"""Parse text into a `Telegram`.

Every text yields a telegram; a part that cannot be read becomes an `Unread`. `parse` removes page lines, chooses a
layout, reads the text according to that layout, and derives the remaining fields from the parts.

A module that few texts need is imported where it is used; the comment next to the import states the time saved.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from ..model import Banner, Deletion, EoLine, Fact, Facts, Instruction, Part, SourceRecord, TagsLine, Telegram, Unread
from ..record import Lazy, pending
from ..text import View
from ..values import Date, Level
from ..vocabulary import Vocabulary
from .cursor import Cursor, Cut, moved_cuts, tile
from .fields.deletions import has_margin_codes, margin_codes, margin_cuts, margin_nodes
from .layouts.acp127 import read_body, read_head
from .layouts.detect import (
    broken_levels,
    glued_levels,
    has_artifacts,
    has_displaced_level,
    has_joined_fields,
    has_long_line,
    has_page_lines,
    has_row_values,
    is_bare_text,
    is_mail,
    is_smart_form,
    printed_form,
)
from .lookup import grammar_of
from .postprocess import postprocess

_FIRST_MARKS = (" 1. (", "\xb61. (", " 1.  (")  # how a first paragraph begins if it follows other text on its line
_NOT_RECOGNIZED = frozenset(("unread", "loose_text"))  # kinds of parts
_REPEATED = ("banners", "captions", "eo_lines", "notices", "offices", "passing", "references")


def parse(view: View, words: Vocabulary, facts: tuple[Fact, ...] | Facts = (), as_of: Date | None = None) -> Telegram:
    """Return the telegram in `view`.

    `words` is the vocabulary for reading the text. For a document known to have a profile with its own levels, pass
    that profile's vocabulary. `facts` are the values that the wrapper states about the document. `as_of` is the day for
    which the declassification status is computed. Never raises an exception.
    """
    whole = Cursor(view, words, grammar_of(words))
    displaced = has_displaced_level(whole)
    if (displaced or has_row_values(whole)) and glued_levels(whole):
        from .layouts.unflatten import banner_breaks  # 1 ms: few pages print a row of an archive

        whole = Cursor(view.exchange(banner_breaks(whole)), words, whole.grammar)
        displaced = True
    telegram = Telegram(view.span(0, len(view.text)), "acp127")
    telegram.as_of = as_of
    stated = facts if isinstance(facts, Facts) else Facts(facts)
    if facts:
        telegram.source_record = _source_readers()[0](whole, stated)
    if displaced and broken_levels(whole):
        from .layouts.unflatten import level_repairs  # as above

        repairs = level_repairs(whole, telegram.source_record)
        whole = Cursor(whole.view.exchange(repairs), words, whole.grammar) if repairs else whole
    cursor, cuts, margin = _cut(whole, telegram, stated)
    cursor = _read(cursor, telegram)
    cursor.flush(telegram, *_REPEATED)
    if isinstance(telegram.tags_line, TagsLine):
        cursor.flush(telegram.tags_line, "tags")
    postprocess(cursor, telegram, stated, margin)
    telegram.parts = Lazy(_parts, whole, cursor, cuts)
    return telegram


_SourceReaders = tuple[Callable[[Cursor, Facts], SourceRecord | None], Callable[[Cursor, Facts], list[Deletion]]]


@cache  # an import statement that finds its module loaded takes 2 us, which is 0.1 % of a record's time
def _source_readers() -> _SourceReaders:
    from .copy.release import stated_deletions  # 0.3 ms, as below
    from .copy.source_metadata import read_source_record  # 1 ms: texts without a wrapper state nothing

    return read_source_record, stated_deletions


@cache
def _page_line_finder() -> Callable[[Cursor, Telegram], list[Cut]]:
    from .copy.page_lines import find_page_lines  # 1 ms: most telegrams have no page lines

    return find_page_lines


def _cut(whole: Cursor, telegram: Telegram, facts: Facts) -> tuple[Cursor, list[Cut], list[Deletion]]:
    """Remove text that was added during copying and review.

    Return three values: a cursor over the remaining text, the cuts, and the deletions marked in the margin.
    """
    cursor, cuts = whole, []
    margin: list[Deletion] = []
    if telegram.source_record is not None:
        margin = _source_readers()[1](whole, facts)
    if has_margin_codes(whole):
        found = margin_codes(whole)
        margin += margin_nodes(whole, found)
        cuts = margin_cuts(found)
        cursor = whole.without(cuts)
    if has_artifacts(cursor):
        from .copy.artifacts import artifacts  # 1 ms: few copies repeat a telegram or mark its line ends

        found_copies = artifacts(cursor)
        cursor = cursor.without(found_copies)
        cuts = moved_cuts(found_copies, cuts)
    if has_page_lines(cursor):
        found_lines = _page_line_finder()(cursor, telegram)
        cursor = cursor.without(found_lines)
        cuts = moved_cuts(found_lines, cuts)
    return cursor, cuts, margin


def _read(cursor: Cursor, telegram: Telegram) -> Cursor:
    """Read the text into the telegram according to its layout. Return the cursor that was used, in which lost line
    breaks may have been restored.
    """
    if cursor.words.scheme is not None:
        return _read_document(cursor, telegram)
    if is_smart_form(cursor):
        from .layouts.smart import read_smart_form  # 2 ms: only messages from 2010 on

        if has_joined_fields(cursor):
            from .layouts.unflatten import field_breaks  # 1 ms: few forms were flattened

            cursor = Cursor(cursor.view.exchange(field_breaks(cursor)), cursor.words, cursor.grammar)
        read_smart_form(cursor, telegram)
        return cursor
    form = printed_form(cursor)
    if form:
        return _read_printed(cursor, telegram, form)
    cursor = _divided(cursor)
    text = read_head(cursor, telegram)
    if is_mail(cursor, telegram):
        return _read_document(cursor, telegram)
    read_body(cursor, telegram, text)
    if _is_cable(telegram) and not _has_hidden_labels(cursor, telegram):
        return cursor
    from .layouts.unflatten import line_breaks  # 1 ms: only flattened and foreign texts come here

    points = line_breaks(cursor)
    if points:
        other = Cursor(cursor.view.exchange(points), cursor.words, cursor.grammar)
        second = _empty_telegram(telegram)
        read_body(other, second, read_head(other, second))
        if _fields_read(other, second) > _fields_read(cursor, telegram):
            _copy_fields(telegram, second)
            return other
    if _is_cable(telegram) or _has_cable_frame(cursor, telegram) or is_bare_text(cursor, telegram):
        return cursor
    return _read_document(cursor, telegram)


def _divided(cursor: Cursor) -> Cursor:
    """Return a cursor over the text in which lost line breaks before paragraphs are restored, or `cursor` itself if no
    line breaks were lost.
    """
    if not has_long_line(cursor):
        return cursor
    from .layouts.unflatten import paragraph_breaks  # 1 ms: few copies have lost the line ends of the text

    breaks = paragraph_breaks(cursor)
    return Cursor(cursor.view.exchange(breaks), cursor.words, cursor.grammar) if breaks else cursor


def _read_printed(cursor: Cursor, telegram: Telegram, form: str) -> Cursor:
    """Read a printed form into the telegram, and return the cursor. If the form belongs to another profile, such as a
    military message, set only the layout and profile.
    """
    from .layouts.printed_forms import read_incoming_form, read_viewer_print  # 1 ms: few telegrams are printed forms

    entry = cursor.words["layouts"].get(form)
    profile = entry.fact("profile") if entry is not None else ""
    if profile:
        telegram.layout, telegram.profile = form, profile
    else:
        {"viewer": read_viewer_print, "incoming": read_incoming_form}[form](cursor, telegram)
    return cursor


def _read_document(cursor: Cursor, telegram: Telegram) -> Cursor:
    """Read the text as a marked document, discarding any earlier reading as a telegram. Return a cursor that uses the
    vocabulary of the document's marking scheme.
    """
    from .layouts.document_scheme import mark_unrecognized, vocabulary_of_document  # as below
    from .layouts.memorandum import read_memorandum  # 2 ms: no telegram comes here

    words = vocabulary_of_document(cursor)
    if words is not cursor.words:
        cursor = Cursor(cursor.view, words, grammar_of(words))
    cursor.parts.clear()
    cursor.collected.clear()
    _copy_fields(telegram, _empty_telegram(telegram))
    read_memorandum(cursor, telegram)
    mark_unrecognized(cursor, telegram)
    return cursor


def _empty_telegram(telegram: Telegram) -> Telegram:
    """Return a new telegram with only the span, layout, reference day, source record, and page additions of another
    telegram.
    """
    other = Telegram(telegram.span, telegram.layout)
    for field in ("as_of", "source_record", "page_lines", "stamps", "page_level", "attributes"):
        setattr(other, field, getattr(telegram, field))
    return other


def _copy_fields(telegram: Telegram, other: Telegram) -> None:
    for field in telegram.__fields__:
        setattr(telegram, field, getattr(other, field))


def _is_cable(telegram: Telegram) -> bool:
    """Return whether a part that occurs only in telegrams, such as a date-time group or a TAGS line, was read."""
    banner = telegram.banner
    numbered = isinstance(banner, Banner) and banner.serial is not None
    parts = (telegram.dtg, telegram.sender, telegram.station, telegram.security, telegram.tags_line)
    return (
        _has_order(telegram.eo)
        or numbered
        or telegram.transmission is not None
        or any(part is not None for part in parts)
    )


def _has_order(line: EoLine | Unread | None) -> bool:
    """Return whether an E.O. line is genuine rather than a line of prose that begins with an order number."""
    if not isinstance(line, EoLine):
        return False
    event = not isinstance(line.instruction, Instruction) or line.instruction.kind == "event"
    return line.usual_form or not event


def _has_cable_frame(cursor: Cursor, telegram: Telegram) -> bool:
    """Return whether page lines, archive attributes, a serial number in the source record, or a missing-text notice
    shows that the document is a telegram.
    """
    if (
        telegram.page_lines
        or telegram.attributes
        or (telegram.source_record is not None and telegram.source_record.serial is not None)
    ):
        return True
    return any(phrase in cursor.fold for phrase in cursor.grammar.page_word("lost"))


def _has_hidden_labels(cursor: Cursor, telegram: Telegram) -> bool:
    """Return whether labels or the first paragraph appear to be hidden within lines, because they occur in the text but
    were not read.
    """
    if not _has_first_paragraph(telegram) and any(sign in cursor.fold for sign in _FIRST_MARKS):
        return True
    if telegram.eo is not None and telegram.subject is not None and telegram.tags_line is not None:
        return _hides_reference_or_authority(cursor, telegram)
    for code in ("tags", "subject", "eo"):
        known = {"tags": telegram.tags_line, "subject": telegram.subject, "eo": telegram.eo}[code]
        first, *others = cursor.grammar.label(code, "line")
        if known is None and (first in cursor.fold or any(f"{form}:" in cursor.fold for form in others)):
            return True
    return False


def _has_first_paragraph(telegram: Telegram) -> bool:
    return any(one.number == 1 and one.kind == "numbered" for one in telegram.paragraphs)


def _hides_reference_or_authority(cursor: Cursor, telegram: Telegram) -> bool:
    """Return whether the text contains a references label although no references were read or, in a classified
    telegram, an authority label although no authority was read.
    """
    if "references" not in cursor.collected:
        form = cursor.grammar.label("reference", "line")[0] + ":"
        if form in cursor.fold:
            return True
    level = telegram.level
    if telegram.authority is not None or not isinstance(level, Level) or not level.classified:
        return False
    return cursor.has_opener(0, cursor.size)


def _fields_read(cursor: Cursor, telegram: Telegram) -> int:
    parts = (telegram.dtg, telegram.banner, telegram.eo, telegram.tags_line, telegram.subject, telegram.authority)
    found = sum(part is not None for part in parts) + len(telegram.paragraphs[:3])
    return found + ("references" in cursor.collected) + _has_first_paragraph(telegram)


def recognized(telegram: Telegram) -> tuple[int, int]:
    """Return how many code points of the source the parts of a telegram cover, and how many of them were recognized.

    The parts are computed only if one of them was not recognized, which is rare.
    """
    lazy = pending(telegram, "parts")
    if lazy is not None:
        whole, cursor, _ = lazy.given
        if _NOT_RECOGNIZED.isdisjoint([kind for _, kind in cursor.parts]):
            size = sum(map(len, whole.view.runs())) if whole.size else 0
            return size, size
    sizes = [(len(part.span), part.kind in _NOT_RECOGNIZED) for part in telegram.parts]
    return sum(size for size, _ in sizes), sum(size for size, lost in sizes if not lost)


def is_labeled(telegram: Telegram, field: str) -> bool:
    """Return whether a plain search finds a label for a field, as `Telegram.labels` does for all fields."""
    lazy = pending(telegram, "labels")
    if lazy is None:
        return any(label.name == field for label in telegram.labels)
    from .copy.evidence import labels  # 0.3 ms: needed only if a field is missing

    (cursor,) = lazy.given
    return any(label.name == field for label in labels(telegram, cursor, field))


def _parts(_: Telegram, whole: Cursor, cursor: Cursor, cuts: list[Cut]) -> tuple[Part, ...]:
    return tile(whole, cursor, cuts)
