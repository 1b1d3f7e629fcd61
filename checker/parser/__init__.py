"""Text to `Telegram`. Total: every text gives a telegram; what could not be read is an `Unread` in its place."""

from __future__ import annotations

from ..model import Banner, EoLine, Fact, Instruction, Part, TagsLine, Telegram, Unread
from ..record import Lazy
from ..text import View
from ..values import Date, Level
from ..vocabulary import Vocabulary
from .cursor import Cursor, Cut, tile
from .layouts.acp127 import read_telegram
from .layouts.detect import has_pages, is_smart, opens_authority
from .lookup import grammar_of
from .postprocess import settle

_REPEATED = ("banners", "captions", "eo_lines", "notices", "offices", "passing", "references")


def parse(view: View, words: Vocabulary, facts: tuple[Fact, ...] = (), as_of: Date | None = None) -> Telegram:
    """The telegram in a view, always. `facts` is what the wrapper states about it, `as_of` the day to judge by."""
    whole = Cursor(view, words, grammar_of(words))
    telegram = Telegram(view.span(0, len(view.text)), "acp127")
    telegram.as_of = as_of
    if facts:
        from .copy.source_metadata import read_outside  # 1 ms: texts without a wrapper state nothing

        telegram.source_record = read_outside(whole, facts)
    cuts: list[Cut] = []
    cursor = whole
    if has_pages(whole):
        from .copy.page_lines import Pages, exchanges  # 1 ms: most telegrams have no page lines

        cuts = Pages(whole, telegram).find()
        if cuts:
            cursor = Cursor(view.exchange(exchanges(cuts)), words, whole.grammar)
    cursor = _read(cursor, telegram)
    cursor.flush(telegram, *_REPEATED)
    if isinstance(telegram.tags_line, TagsLine):
        cursor.flush(telegram.tags_line, "tags")
    settle(cursor, telegram, words)
    telegram.parts = Lazy(_parts, whole, cursor, cuts)
    return telegram


def _read(cursor: Cursor, telegram: Telegram) -> Cursor:
    """Read the text in its layout; return the sheet that was read in the end."""
    if is_smart(cursor):
        from .layouts.smart import read_smart  # 2 ms, from 2010 on

        read_smart(cursor, telegram)
        return cursor
    read_telegram(cursor, telegram)
    if _is_cable(telegram) and not _looks_flat(cursor, telegram):
        return cursor
    from .layouts.unflatten import breaks  # 1 ms: only flattened and foreign texts come here

    points = breaks(cursor)
    if points:
        other = Cursor(cursor.view.exchange(points), cursor.words, cursor.grammar)
        again = _fresh(telegram)
        read_telegram(other, again)
        if _fields_read(other, again) > _fields_read(cursor, telegram):
            _take(telegram, again)
            return other
    if _is_cable(telegram) or _comes_from_a_cable(cursor, telegram):
        return cursor
    from .layouts.memorandum import read_memo  # 2 ms: no telegram comes here

    cursor.parts.clear()
    cursor.collected.clear()
    _take(telegram, _fresh(telegram))
    read_memo(cursor, telegram)
    return cursor


def _fresh(telegram: Telegram) -> Telegram:
    """A telegram with nothing read but what stands around the text."""
    other = Telegram(telegram.span, telegram.layout)
    for field in ("as_of", "source_record", "page_lines", "stamps", "page_level", "attributes"):
        setattr(other, field, getattr(telegram, field))
    return other


def _take(telegram: Telegram, other: Telegram) -> None:
    for field in telegram.__fields__:
        setattr(telegram, field, getattr(other, field))


def _is_cable(telegram: Telegram) -> bool:
    """Whether anything was read that only telegrams have."""
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
    """Whether an E.O. line is one, and not a line of prose that begins with an order's number."""
    if not isinstance(line, EoLine):
        return False
    event = not isinstance(line.instruction, Instruction) or line.instruction.kind == "event"
    return line.usual_form or not event


def _comes_from_a_cable(cursor: Cursor, telegram: Telegram) -> bool:
    """Whether the frame around the text, or a notice in its place, says that it is a telegram's."""
    if (
        telegram.page_lines
        or telegram.attributes
        or (telegram.source_record is not None and telegram.source_record.serial is not None)
    ):
        return True
    return any(phrase in cursor.fold for phrase in cursor.grammar.page_word("lost"))


def _looks_flat(cursor: Cursor, telegram: Telegram) -> bool:
    """Whether labels seem to be hidden inside lines: too few of them read, in a text of few or long lines."""
    if telegram.eo is not None and telegram.subject is not None and telegram.tags_line is not None:
        return _hides_label(cursor, telegram)
    for code in ("tags", "subject", "eo"):
        known = {"tags": telegram.tags_line, "subject": telegram.subject, "eo": telegram.eo}[code]
        first, *others = cursor.grammar.label(code, "line")
        if known is None and (first in cursor.fold or any(f"{form}:" in cursor.fold for form in others)):
            return True
    return False


def _hides_label(cursor: Cursor, telegram: Telegram) -> bool:
    """Whether a line holds the label of references or of the authority behind its own value."""
    if "references" not in cursor.collected:
        form = cursor.grammar.label("reference", "line")[0] + ":"
        if form in cursor.fold:
            return True
    level = telegram.level
    if telegram.authority is not None or not isinstance(level, Level) or not level.classified:
        return False
    return opens_authority(cursor, 0, cursor.size)


def _fields_read(cursor: Cursor, telegram: Telegram) -> int:
    parts = (telegram.dtg, telegram.banner, telegram.eo, telegram.tags_line, telegram.subject, telegram.authority)
    found = sum(part is not None for part in parts) + len(telegram.paragraphs[:3])
    return found + ("references" in cursor.collected)


def _parts(_: Telegram, whole: Cursor, cursor: Cursor, cuts: list[Cut]) -> tuple[Part, ...]:
    return tile(whole, cursor, cuts)
