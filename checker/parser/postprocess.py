"""What follows from the parts once all are read: the date, the order in force, and what the copy lost."""

from __future__ import annotations

from ..model import Banner, Damage, Declass, Dtg, EoLine, Fact, Instruction, Marking, Rollup, Subject, Telegram, Unread
from ..record import Lazy
from ..text import Span
from ..values import Date
from ..vocabulary import Vocabulary
from .cursor import Cursor
from .fields.dates import find_dates, read_dtg
from .lookup import lexicon

_HEAD = 600  # code points
_CUT = 6  # letters that archives of 1973-79 keep of a post's name
_HEADER = ("transmission", "routing", "station", "security", "dtg", "sender")
_FIELDS = ("eo", "tags_line", "subject", "authority")


def settle(cursor: Cursor, telegram: Telegram, words: Vocabulary) -> None:
    """Fill in what no single part says."""
    if telegram.layout == "acp127":
        _layout(telegram)
    _losses(cursor, telegram)
    if telegram.layout in ("acp127", "central-file") and (telegram.dtg is None or telegram.sender is None):
        from .fields.header_lines import find_hidden  # 0.3 ms: most telegrams have both lines

        find_hidden(cursor, telegram)
    _name_post(telegram)
    _date(telegram)
    if telegram.date is None and isinstance(telegram.dtg, Unread) and telegram.dtg.lost:
        telegram.date = _date_above(cursor)
    _era(telegram, words)
    telegram.profile = telegram.profile or lexicon(words).telegram_book
    telegram.unread = tuple(_unread(telegram))
    _compute(cursor, telegram, words)


def _declass(telegram: Telegram, words: Vocabulary) -> Declass | None:
    from .declass_date import judge  # 0.5 ms: few runs ask

    return judge(telegram, words)


def _damage(telegram: Telegram, cursor: Cursor) -> tuple[Damage, ...]:
    from .copy.evidence import damage  # 0.3 ms: asked when a rule has failed

    return damage(telegram, cursor)


def _labels(telegram: Telegram, cursor: Cursor) -> tuple[Fact, ...]:
    from .copy.evidence import labels  # as above

    return labels(telegram, cursor)


def _compute(cursor: Cursor, telegram: Telegram, words: Vocabulary) -> None:
    """What the overall marking should be, and when the information is to be declassified: made when asked for."""
    telegram.rollup = Lazy(_roll_up, cursor.grammar.caption_of_control, words)
    telegram.declass = Lazy(_declass, words)
    telegram.damage = Lazy(_damage, cursor)
    telegram.labels = Lazy(_labels, cursor)


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
    from .markings.rollup import roll_up  # 1 ms with what it needs: few rules ask

    return roll_up(marks, marking, telegram.profile, telegram.date, words, captions)


def _layout(telegram: Telegram) -> None:
    if telegram.attributes or any(line.page == 1 and line.pages is None for line in telegram.page_lines):
        telegram.layout = "central-file"


def _name_post(telegram: Telegram) -> None:
    """Archives join and cut the names of posts: give the reference id's post the classification line's spelling."""
    source_record, banner = telegram.source_record, telegram.banner
    if source_record is None or source_record.post is None or not isinstance(banner, Banner) or banner.post is None:
        return
    if source_record.post == banner.post:
        return
    given = "".join(letter for letter in source_record.post if letter.isalpha())
    known = "".join(letter for letter in banner.post if letter.isalpha())
    if (
        given == known
        or (len(given) == _CUT and known.startswith(given))
        or given.endswith(known)
        or known.endswith(given)
    ):
        source_record.post = banner.post


def _date(telegram: Telegram) -> None:
    """The date-time group, else the document's own date, else the day the wrapper says it was made."""
    if isinstance(telegram.dtg, Dtg) and isinstance(telegram.dtg.date, Date):
        telegram.date = telegram.dtg.date
    created = telegram.source_record.created if telegram.source_record is not None else None
    if telegram.date is None and created is not None and isinstance(created.date, Date):
        telegram.date = created.date


def _date_above(cursor: Cursor) -> Date | None:
    """The day in the lines a publisher put above a telegram in place of its header."""
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


# ---- what the copy does not hold -------------------------------------------------------------------------------------


def _losses(cursor: Cursor, telegram: Telegram) -> None:
    """Mark as lost what stood in a stretch this copy does not hold, so that nobody calls it missing."""
    if telegram.layout == "document":
        source_record = telegram.source_record
        if source_record is not None and source_record.level_text is not None:
            _lose(
                telegram, ("banner",), telegram.span.start, "the banner: this edition states the level beside the text"
            )
        return
    if telegram.layout == "smart":
        if telegram.banner is None and telegram.banners:
            _lose(telegram, ("banner",), telegram.span.start, "the top of the form: its last lines state the level")
        return
    headless = (
        telegram.sender is None
        and telegram.dtg is None
        and telegram.station is None
        and telegram.routing is None
        and telegram.security is None
        and telegram.transmission is None
    )
    if headless and telegram.layout != "central-file":
        _lose(telegram, _HEADER, telegram.span.start, "the header lines: this copy begins below them")
        telegram.layout = "body"
    gone = None
    if len(telegram.paragraphs) < 3:
        gone = next((phrase for phrase in cursor.grammar.page_word("lost") if phrase in cursor.fold), None)
    headed = telegram.banner is None and not telegram.paragraphs
    if gone is not None or headed:
        _lose(telegram, ("banner", *_FIELDS), telegram.span.end, "the text: this copy does not hold it")
        if gone is not None:
            _find_dtg(cursor, telegram)
            _lose(telegram, _HEADER, telegram.span.start, "the header lines: this copy does not hold them")
            telegram.paragraphs = ()
        telegram.layout = "extract"
    elif isinstance(telegram.banner, Banner) and (telegram.banner.section or 1) > 1:
        _lose(telegram, _FIELDS, telegram.banner.span.end, "the fields of the first section: this copy is a later one")
    elif telegram.layout == "body" and telegram.banner is None:
        start = telegram.span.start
        _lose(telegram, ("banner",), start, "the classification line: this copy begins below it")
        if all(part is None for part in (telegram.eo, telegram.tags_line, telegram.subject)):
            _lose(telegram, _FIELDS, start, "the fields above the text: this copy begins with its first paragraph")
    pages = [line for line in telegram.page_lines if line.page is not None and line.pages is not None]
    if pages and max(line.page or 0 for line in pages) < max(line.pages or 0 for line in pages):
        telegram.whole = False


def _find_dtg(cursor: Cursor, telegram: Telegram) -> None:
    """The date-time group of an extract may stand anywhere, alone on its line."""
    here = 0
    while telegram.dtg is None or isinstance(telegram.dtg, Unread):
        start = cursor.trim(here, cursor.line_end(here))[0]
        found = read_dtg(cursor, start, cursor.line_end(start))
        if found is not None:
            telegram.dtg = found
        here = cursor.line_end(here) + 1
        if here >= cursor.size:
            return


def _lose(telegram: Telegram, fields: tuple[str, ...], place: int, why: str) -> None:
    telegram.whole = False
    for field in fields:
        if getattr(telegram, field) is None:
            setattr(telegram, field, Unread(Span(place, place), why))


def _unread(telegram: Telegram) -> list[Unread]:
    """Every part that stands in the text and could not be read, in the order of the text."""
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
    return sorted(unread, key=lambda node: node.span.start) if unread else unread
