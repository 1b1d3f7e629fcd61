"""Derive the remaining fields after all parts have been read: layout, lost parts, date, era, profile, unread parts, and
lazy fields.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from ..model import (
    ArchiveRecord,
    Banner,
    Damage,
    Declass,
    Deletion,
    Dtg,
    EoLine,
    Fact,
    Facts,
    Instruction,
    Marking,
    Party,
    Rollup,
    SourceRecord,
    Subject,
    Telegram,
    Unread,
)
from ..record import Lazy
from ..text import Pattern, Span
from ..values import Date
from ..vocabulary import Vocabulary
from .cursor import Cursor
from .fields.dates import find_dates, read_dtg
from .fields.deletions import set_deletions
from .markings.tokens import lexicon

_NUMBER = Pattern(r" {0,3}(\d{1,3})(?!\d)")
_HEAD = 600  # code points
_POST_LETTERS = 6  # letters that archives of 1973-79 keep of a post's name
_EXTRACT = 3  # paragraphs: a copy with fewer than this and a notice of partial extract has lost its text
_FORMS = ("viewer", "incoming")  # layouts without teletype lines
_HEADER = ("transmission", "routing", "station", "security", "dtg", "sender")
_FIELDS = ("eo", "tags_line", "subject", "authority")


def postprocess(cursor: Cursor, telegram: Telegram, facts: Facts, margin: list[Deletion]) -> None:
    """Fill in the fields that depend on several parts. `facts` are the wrapper's, and `margin` contains the deletions
    cut from the margin.
    """
    words = cursor.words
    if telegram.layout == "acp127":
        _layout(telegram)
    _mark_lost(cursor, telegram)
    if telegram.layout in ("acp127", "central-file") and (telegram.dtg is None or telegram.sender is None):
        from .fields.header_lines import find_hidden  # 0.3 ms: most telegrams have both lines

        find_hidden(cursor, telegram)
    if telegram.source_record is not None:
        _stamps_reader()(cursor, telegram, facts)
    set_deletions(cursor, telegram, margin)
    _spell_post(telegram)
    _date(telegram)
    if telegram.date is None and isinstance(telegram.dtg, Unread) and telegram.dtg.lost:
        telegram.date = _date_above(cursor)
    if words.scheme is None:
        _era(telegram, words)
    telegram.profile = telegram.profile or lexicon(words).telegram_profile
    _set_lazy_fields(cursor, telegram, facts)


@cache  # an import statement that finds its module loaded takes 2 us, which is 0.1 % of a record's time
def _stamps_reader() -> Callable[[Cursor, Telegram, Facts], None]:
    from .copy.release import add_stated_stamps  # 0.3 ms: texts without a wrapper state nothing

    return add_stated_stamps


@cache
def _declass_computer() -> Callable[[Telegram, Vocabulary], Declass]:
    from .declass_date import compute_declass  # 0.5 ms: few runs need it

    return compute_declass


@cache
def _archive_reader() -> Callable[[Telegram, Cursor, Facts], ArchiveRecord | None]:
    from .copy.archive_record import read_archive_record  # 1 ms: only records of an archive

    return read_archive_record


def _declass(telegram: Telegram, words: Vocabulary) -> Declass | None:
    return _declass_computer()(telegram, words)


def _damage(telegram: Telegram, cursor: Cursor) -> tuple[Damage, ...]:
    from .copy.evidence import damage  # 0.3 ms: needed only after a rule has failed

    return damage(telegram, cursor)


def _labels(telegram: Telegram, cursor: Cursor) -> tuple[Fact, ...]:
    from .copy.evidence import labels  # as above

    return labels(telegram, cursor)


def _set_lazy_fields(cursor: Cursor, telegram: Telegram, facts: Facts) -> None:
    """Set the fields that are computed when first read."""
    words = cursor.words
    if words.scheme is None:  # other schemes do not follow the Register's roll-up and the orders' schedules
        telegram.rollup = Lazy(_roll_up, cursor.grammar.caption_of_control, words)
        telegram.declass = Lazy(_declass, words)
    telegram.unread = _UNREAD
    telegram.damage = Lazy(_damage, cursor)
    telegram.labels = Lazy(_labels, cursor)
    if telegram.source_record is not None:
        telegram.archive = Lazy(_archive, cursor, facts)


def _archive(telegram: Telegram, cursor: Cursor, facts: Facts) -> ArchiveRecord | None:
    return _archive_reader()(telegram, cursor, facts)


def _roll_up(telegram: Telegram, caption_of_control: dict[str, str], words: Vocabulary) -> Rollup | None:
    subject = telegram.subject.mark if isinstance(telegram.subject, Subject) else None
    marks = (subject, *telegram.portion_marks) if isinstance(subject, Marking) else telegram.portion_marks
    if not marks:
        return None
    banner = telegram.banner if isinstance(telegram.banner, Banner) else None
    captions = telegram.caption_codes
    if banner is not None and banner.controls:
        captions += tuple(caption_of_control.get(code, code) for code in banner.controls)
    marking = banner.marking if banner is not None else None
    from .markings.rollup import roll_up  # 1 ms with its imports: few rules need it

    return roll_up(marks, marking, telegram.profile, words, captions)


def _layout(telegram: Telegram) -> None:
    if telegram.attributes or any(line.page == 1 and line.pages is None for line in telegram.page_lines):
        telegram.layout = "central-file"


def _spell_post(telegram: Telegram) -> None:
    """Replace the post in the source record with the post on the classification line if they match. Archives truncate
    names and omit the spaces between words.

    Without a classification line, use the sender in the header or record if the record's post consists of the first six
    letters of the sender's name.
    """
    source_record, banner = telegram.source_record, telegram.banner
    if source_record is None or source_record.post is None:
        return
    if isinstance(banner, Banner) and banner.post == source_record.post:
        return
    given = "".join(filter(str.isalpha, source_record.post))
    if isinstance(banner, Banner) and banner.post is not None:
        known = "".join(filter(str.isalpha, banner.post))
        if _is_cut(given, known) or given == known or given.endswith(known) or known.endswith(given):
            source_record.post = banner.post
        return
    sender = telegram.sender.post if isinstance(telegram.sender, Party) else None
    stated = source_record.sender.text.upper() if source_record.sender is not None else None
    for name in (sender, stated):
        if name and name.replace(" ", "").isalpha() and _is_cut(given, "".join(filter(str.isalpha, name))):
            source_record.post = name
            return


def _is_cut(given: str, known: str) -> bool:
    return len(given) == _POST_LETTERS and known.startswith(given)


def _date(telegram: Telegram) -> None:
    """Set the telegram's date to that of the date-time group, if available. Otherwise, keep the date that a document
    already has, or use the source record's date.

    If the record belongs to another telegram, its date is not used. In that case, the date-time group is not used
    either if the FM line contains the record's post.
    """
    record, sender = telegram.source_record, telegram.sender
    foreign = record is not None and _is_other(record, telegram)
    headed = record is not None and isinstance(sender, Party) and sender.post == record.post
    if isinstance(telegram.dtg, Dtg) and isinstance(telegram.dtg.date, Date) and not (foreign and headed):
        telegram.date = telegram.dtg.date
    created = record.created if record is not None and not foreign else None
    if telegram.date is None and created is not None and isinstance(created.date, Date):
        telegram.date = created.date


def _is_other(record: SourceRecord, telegram: Telegram) -> bool:
    """Return whether the record and the classification line differ in both post and serial number."""
    banner = telegram.banner
    if not isinstance(banner, Banner) or None in (banner.post, banner.serial, record.post, record.serial):
        return False
    return banner.post != record.post and banner.serial != record.serial


def _date_above(cursor: Cursor) -> Date | None:
    """Return the first complete date in the lines that a publisher placed above a telegram instead of its header, or
    `None`.
    """
    if not cursor.parts or cursor.parts[0] != (0, "loose_text") or len(cursor.parts) < 2:
        return None
    above = cursor.flat(0, min(cursor.parts[1][0], _HEAD))
    dates = [found.date for found in find_dates(above, cursor.grammar.months) if found.date is not None]
    return next((date for date in dates if date.precision == "day"), None)


def _era(telegram: Telegram, words: Vocabulary) -> None:
    era = words.era(telegram.date.first) if telegram.date is not None else None
    if era is None or telegram.date is None:
        return
    telegram.era = era.code
    telegram.era_order = era.fact("number") or None
    telegram.era_days = (telegram.date.first - era.since).days if era.since is not None else None


# ---- parts that this copy does not contain ---------------------------------------------------------------------------


def _mark_lost(cursor: Cursor, telegram: Telegram) -> None:
    """Mark the parts that this copy does not contain as lost, so that no rule reports them as missing."""
    record = telegram.source_record
    if telegram.layout == "document":
        if record is not None and record.level_text is not None:
            _set_lost(
                telegram,
                ("banner",),
                None,
                "the banner line is missing because this edition states the level outside the text",
            )
        elif not cursor.fold.strip():
            _set_lost(telegram, ("banner", *_FIELDS), None, "the text is missing because reviewers withheld all of it")
    elif telegram.layout == "smart":
        if telegram.banner is None and telegram.banners:  # its last lines state the level again
            telegram.banner = telegram.banners[0]
        elif telegram.banner is None:
            _set_lost(
                telegram,
                ("banner",),
                None,
                "the top of the form is missing because this copy begins with the first label",
            )
    elif telegram.layout == "military":
        return
    elif telegram.layout in _FORMS:
        _set_lost(telegram, _HEADER, None, "the header lines are missing because this form does not print them")
        telegram.whole = True
    else:
        _mark_lost_lines(cursor, telegram)


def _mark_lost_lines(cursor: Cursor, telegram: Telegram) -> None:
    """Mark the parts that are missing from a copy with teletype lines as lost. Set the layout to `body` if the header
    is missing, and to `extract` if the text is missing.
    """
    headless = telegram.dtg is None and all(getattr(telegram, field) is None for field in _HEADER)
    if headless and telegram.layout != "central-file":
        _set_lost(telegram, _HEADER, None, "the header lines are missing because this copy begins below them")
        telegram.layout = "body"
    notice = len(telegram.paragraphs) < _EXTRACT and cursor.has_any(cursor.grammar.page_word("lost"))
    if notice or (telegram.banner is None and not telegram.paragraphs):
        _set_lost(telegram, ("banner", *_FIELDS), telegram.span.end, _why_lost(cursor, telegram))
        if notice:
            _find_dtg(cursor, telegram)
            _set_lost(telegram, _HEADER, None, "the header lines are not in this copy")
            telegram.paragraphs = tuple(item for item in telegram.paragraphs if item.mark is not None)
        telegram.layout = "extract"
    elif isinstance(telegram.banner, Banner) and (telegram.banner.section or 1) > 1:
        end = telegram.banner.span.end
        _set_lost(
            telegram, _FIELDS, end, "the fields of the first section are missing because this copy is a later section"
        )
    elif telegram.layout == "body" and telegram.banner is None:
        _mark_lost_top(telegram)
    telegram.missing_sections = _missing_sections(cursor)
    if telegram.missing_sections or not _has_last_section(telegram):
        telegram.whole = False


def _mark_lost_top(telegram: Telegram) -> None:
    """Mark the classification line as lost in a copy that begins below it. If the copy begins with the first paragraph,
    also mark the fields above the text as lost.
    """
    _set_lost(telegram, ("banner",), None, "the classification line is missing because this copy begins below it")
    if all(part is None for part in (telegram.eo, telegram.tags_line, telegram.subject)):
        why = "the fields above the text are missing because this copy begins with the first paragraph"
        _set_lost(telegram, _FIELDS, None, why)
        # an unlisted caption may belong to the references
        telegram.captions = tuple(one for one in telegram.captions if one.code is not None)


def _why_lost(cursor: Cursor, telegram: Telegram) -> str:
    """Return why the copy has no text, according to the archive's record and the notice that replaces the text."""
    facts = telegram.source_record.facts if telegram.source_record is not None else ()
    locator = next((fact.text for fact in facts if fact.name == "locator"), "")
    if locator:
        from .copy.archive_record import lost_text  # 1 ms: only records of an archive

        entry = lost_text(cursor, locator)[0]
        if entry is not None:
            return f"the text is missing from this copy: {entry.title}"
    return "the text is missing from this copy"


def _missing_sections(cursor: Cursor) -> tuple[int, ...]:
    """Return the section numbers that notices in the copy report as missing, in ascending order."""
    found: set[int] = set()
    for phrase in cursor.grammar.page_word("missing-section"):
        at = cursor.fold.find(phrase)
        while at >= 0:
            number = _NUMBER.match(cursor.fold, at + len(phrase))
            if number is not None:
                found.add(int(number.group(1)))
            at = cursor.fold.find(phrase, at + 1)
    return tuple(sorted(found))


def _has_last_section(telegram: Telegram) -> bool:
    """Return whether the copy contains the end of the telegram, according to page numbers or, failing that, a signature
    or section numbers. Return true if the copy has none of these.
    """
    pages = [line for line in telegram.page_lines if line.page is not None and line.pages is not None]
    if pages:
        return max(line.page or 0 for line in pages) >= max(line.pages or 0 for line in pages)
    if telegram.signature is not None:
        return True
    counted = [banner for banner in telegram.banners if banner.section is not None and banner.sections is not None]
    return not counted or max(banner.section or 0 for banner in counted) >= max(one.sections or 0 for one in counted)


def _find_dtg(cursor: Cursor, telegram: Telegram) -> None:
    """Set the date-time group of an extract to the first one that is alone on its line."""
    here = 0
    while telegram.dtg is None or isinstance(telegram.dtg, Unread):
        start = cursor.trim(here, cursor.line_end(here))[0]
        found = read_dtg(cursor, start, cursor.line_end(start))
        if found is not None:
            telegram.dtg = found
        here = cursor.line_end(here) + 1
        if here >= cursor.size:
            return


def _set_lost(telegram: Telegram, fields: tuple[str, ...], place: int | None, why: str) -> None:
    """Mark fields that were not read as lost, at an offset of the source or, if `None`, at the telegram's start."""
    telegram.whole = False
    place = telegram.span.start if place is None else place
    for field in fields:
        if getattr(telegram, field) is None:
            setattr(telegram, field, Unread(Span(place, place), why))


def _unread(telegram: Telegram) -> tuple[Unread, ...]:
    """Return every part that is present but could not be read, in text order."""
    dtg, eo, authority = telegram.dtg, telegram.eo, telegram.authority
    found: list[object] = [
        telegram.transmission, telegram.routing, telegram.station, telegram.security, dtg, telegram.sender,
        telegram.banner, eo, telegram.tags_line, telegram.subject, authority,
    ]  # fmt: skip
    if isinstance(dtg, Dtg):
        found.append(dtg.date)
    if isinstance(eo, EoLine):
        found.append(eo.instruction)
        found.append(eo.instruction.date if isinstance(eo.instruction, Instruction) else None)
    if authority is not None and not isinstance(authority, Unread):
        found += [authority.reasons, authority.declassify]
    for paragraph in telegram.paragraphs:
        mark = paragraph.mark
        if mark is not None:
            found.append(mark.level if mark.__class__ is Marking else mark)
    unread = [node for node in found if node.__class__ is Unread and not node.lost]
    return tuple(sorted(unread, key=lambda node: node.span.start))


_UNREAD = Lazy(_unread)  # shared by all telegrams
