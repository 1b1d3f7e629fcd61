"""Text to `Telegram`. Total: every text gives a telegram; what could not be read is an `Unread` in its place."""

from __future__ import annotations

from ..document import Banner, EoLine, Fact, Instruction, Part, TagsLine, Telegram, Unread
from ..record import Later
from ..text import Span, View
from ..values import Date, Level
from ..vocabulary import Vocabulary
from .grammar import grammar_of
from .settle import settle
from .sheet import Cut, Sheet
from .signs import has_pages, is_smart, opens_authority
from .telegram import read_telegram

_REPEATED = ("banners", "captions", "eo_lines", "notices", "offices", "passing", "references")


def parse(view: View, words: Vocabulary, facts: tuple[Fact, ...] = (), as_of: Date | None = None) -> Telegram:
    """The telegram in a view, always. `facts` is what the wrapper states about it, `as_of` the day to judge by."""
    whole = Sheet(view, words, grammar_of(words))
    telegram = Telegram(view.span(0, len(view.text)), "acp127")
    telegram.as_of = as_of
    if facts:
        from .outside import read_outside  # 1 ms: texts without a wrapper state nothing

        telegram.outside = read_outside(whole, facts)
    cuts: list[Cut] = []
    sheet = whole
    if has_pages(whole):
        from .pages import Pages, exchanges  # 1 ms: most telegrams have no page lines

        cuts = Pages(whole, telegram).find()
        if cuts:
            sheet = Sheet(view.exchange(exchanges(cuts)), words, whole.grammar)
    sheet = _read(sheet, telegram)
    sheet.hand_over(telegram, *_REPEATED)
    if isinstance(telegram.tags_line, TagsLine):
        sheet.hand_over(telegram.tags_line, "tags")
    settle(sheet, telegram, words)
    telegram.parts = Later(_parts, whole, sheet, cuts)
    return telegram


def _read(sheet: Sheet, telegram: Telegram) -> Sheet:
    """Read the text in its layout; return the sheet that was read in the end."""
    if is_smart(sheet):
        from .smart import read_smart  # 2 ms, from 2010 on

        read_smart(sheet, telegram)
        return sheet
    read_telegram(sheet, telegram)
    if _is_cable(telegram) and not _looks_flat(sheet, telegram):
        return sheet
    from .reflow import breaks  # 1 ms: only flattened and foreign texts come here

    points = breaks(sheet)
    if points:
        other = Sheet(sheet.view.exchange(points), sheet.words, sheet.grammar)
        again = _fresh(telegram)
        read_telegram(other, again)
        if _fields_read(other, again) > _fields_read(sheet, telegram):
            _take(telegram, again)
            return other
    if _is_cable(telegram) or _comes_from_a_cable(sheet, telegram):
        return sheet
    from .memo import read_memo  # 2 ms: no telegram comes here

    sheet.parts.clear()
    sheet.gathered.clear()
    _take(telegram, _fresh(telegram))
    read_memo(sheet, telegram)
    return sheet


def _fresh(telegram: Telegram) -> Telegram:
    """A telegram with nothing read but what stands around the text."""
    other = Telegram(telegram.span, telegram.layout)
    for field in ("as_of", "outside", "page_lines", "stamps", "page_level", "attributes"):
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


def _comes_from_a_cable(sheet: Sheet, telegram: Telegram) -> bool:
    """Whether the frame around the text, or a notice in its place, says that it is a telegram's."""
    if (
        telegram.page_lines
        or telegram.attributes
        or (telegram.outside is not None and telegram.outside.serial is not None)
    ):
        return True
    return any(phrase in sheet.fold for phrase in sheet.grammar.page_word("lost"))


def _looks_flat(sheet: Sheet, telegram: Telegram) -> bool:
    """Whether labels seem to be hidden inside lines: too few of them read, in a text of few or long lines."""
    if telegram.eo is not None and telegram.subject is not None and telegram.tags_line is not None:
        return _hides_label(sheet, telegram)
    for code in ("tags", "subject", "eo"):
        known = {"tags": telegram.tags_line, "subject": telegram.subject, "eo": telegram.eo}[code]
        first, *others = sheet.grammar.label(code, "line")
        if known is None and (first in sheet.fold or any(f"{form}:" in sheet.fold for form in others)):
            return True
    return False


def _hides_label(sheet: Sheet, telegram: Telegram) -> bool:
    """Whether a line holds the label of references or of the authority behind its own value."""
    if "references" not in sheet.gathered:
        form = sheet.grammar.label("reference", "line")[0] + ":"
        if form in sheet.fold:
            return True
    level = telegram.level
    if telegram.authority is not None or not isinstance(level, Level) or not level.classified:
        return False
    return opens_authority(sheet, 0, sheet.size)


def _fields_read(sheet: Sheet, telegram: Telegram) -> int:
    parts = (telegram.dtg, telegram.banner, telegram.eo, telegram.tags_line, telegram.subject, telegram.authority)
    found = sum(part is not None for part in parts) + len(telegram.paragraphs[:3])
    return found + ("references" in sheet.gathered)


def _parts(_: Telegram, whole: Sheet, sheet: Sheet, cuts: list[Cut]) -> tuple[Part, ...]:
    return tile(whole, sheet, cuts)


def tile(whole: Sheet, sheet: Sheet, cuts: list[Cut]) -> tuple[Part, ...]:
    """The parts as source spans: one begins where the one before it ends, and cuts stand inside what they cut."""
    if not whole.size:
        return ()
    begins = _begins(whole, sheet)
    if cuts:
        begins = _with_cuts(whole, begins, cuts)
    runs = whole.view.runs()
    if len(runs) == 1:
        return tuple(_between(begins, runs[0], "blank"))
    parts: list[Part] = []  # a row whose text stood before its header: the view goes back in the source
    for run in runs:
        here = sorted((begin for begin in begins if run.start <= begin[0] < run.end), key=lambda begin: begin[0])
        parts += _between(here, run, parts[-1].kind if parts else "blank")
    return tuple(parts)


def _between(begins: list[tuple[int, str]], run: Span, open_kind: str) -> list[Part]:
    if not begins or begins[0][0] > run.start:
        begins.insert(0, (run.start, open_kind))
    parts = []
    last = len(begins) - 1
    for index, (start, kind) in enumerate(begins):
        stop = begins[index + 1][0] if index < last else run.end
        if stop > start:
            parts.append(Part(Span(start, stop), kind))
    return parts


def _begins(whole: Sheet, sheet: Sheet) -> list[tuple[int, str]]:
    """Where in the source each part begins."""
    size = sheet.size
    low, high = whole.span(0, 0).start, whole.span(size, size).start
    if sheet is whole and high - low == size:  # a view that is one stretch of its source
        return [(low + start, kind) for start, kind in sheet.parts if start < size]
    return [(sheet.span(start, start).start, kind) for start, kind in sheet.parts if start < size]


def _with_cuts(whole: Sheet, begins: list[tuple[int, str]], cuts: list[Cut]) -> list[tuple[int, str]]:
    """The cuts among the parts; behind a cut the part it interrupted goes on."""
    found: list[tuple[int, str]] = []
    at = 0
    kind = "blank"
    for cut in cuts:
        span = whole.view.span(cut.start, cut.end)
        while at < len(begins) and begins[at][0] < span.start:
            found.append(begins[at])
            kind = begins[at][1]
            at += 1
        found.append((span.start, cut.kind))
        while at < len(begins) and begins[at][0] < span.end:
            kind = begins[at][1]
            at += 1
        found.append((span.end, kind))
    return found + begins[at:]
