"""Read a telegram with teletype lines: header, classification line, fields, text, and signature."""

from __future__ import annotations

from ...model import Authority, Banner, Caption, Dtg, Marking, Telegram, Unread
from ...record import Lazy
from ...text import Pattern
from ...values import Date
from ..cursor import Cursor
from ..fields.authority import read_authority, text_offset
from ..fields.banner import misspelled_level, read_banner, unread_banner
from ..fields.blocks import Region, label_of, opens_text, walk
from ..fields.captions import captions_of, is_passing, joined_captions, read_captions, unknown_caption
from ..fields.header_lines import HeaderReader
from ..fields.labelled import read_eo, read_references, read_subject, read_tags
from ..fields.paragraphs import read_sections
from ..fields.signature import read_end
from ..markings import finder

_NEAR = 40  # lines
_MARKED_NUMBER = Pattern(r" *(?:\xb6 ?)?\d{1,2}[.)] *\((?=[A-Z])")
_MAX_READINGS = 8  # readings of one authority block, each from a different label on
_READERS = {
    "eo": read_eo,
    "tags": read_tags,
    "subject": read_subject,
    "references": read_references,
    "authority": read_authority,
}


def read_head(cursor: Cursor, telegram: Telegram) -> int:
    """Read what precedes paragraph 1 of a telegram with teletype lines. Return the offset at which the text begins."""
    header = HeaderReader(cursor, telegram)
    here = header.read()
    if isinstance(telegram.dtg, Dtg) and isinstance(telegram.dtg.date, Date):
        cursor.day = telegram.dtg.date
    banner = header.banner
    above: list[Region] = []
    if banner is None and (telegram.dtg is not None or telegram.sender is not None):
        here, banner, above = _banner_below(cursor, here)
    here = _banner_line(cursor, telegram, here, banner)
    regions, low = walk(cursor, here)
    if regions and regions[-1].name == "authority":
        text = text_offset(cursor, regions[-1].start, regions[-1].end)
        if text is not None:
            low = regions[-1].end = text
    below = {region.name for region in regions}
    for region in [*(region for region in above if region.name not in below), *regions]:
        _read_region(cursor, telegram, region)
    return low


def read_body(cursor: Cursor, telegram: Telegram, low: int) -> None:
    """Read the text from `low`, with the signature and the end marks below it."""
    begun = cursor.parts
    cursor.parts = []
    high = read_end(cursor, telegram, low, cursor.size)
    read_sections(cursor, telegram, _sections(cursor, low, high))
    cursor.parts = begun + sorted(cursor.parts)
    if telegram.authority is None:
        authority_in_text(cursor, telegram, low, high)


def _read_region(cursor: Cursor, telegram: Telegram, region: Region) -> None:
    read = _READERS.get(region.name)
    if read is not None:
        read(cursor, telegram, region)
    elif region.name == "captions":
        _captions(cursor, region)
    elif region.name == "passing":
        start, end = _joined_captions(cursor, region)
        cursor.collect("passing", (cursor.word(start, end),) if start < end else ())
    elif region.name == "loose_text" and not (telegram.eo or telegram.tags_line or telegram.subject):
        start, end = _joined_captions(cursor, region)
        if is_passing(cursor, start, end):
            cursor.collect("passing", (cursor.word(start, end),))
    elif region.name == "banner":
        banner = read_banner(cursor, region.start, cursor.line_end(region.start))
        cursor.collect("banners", (banner,) if banner is not None else ())


def _sections(cursor: Cursor, low: int, high: int) -> list[tuple[int, int]]:
    """Return the spans of text between repeated classification lines, and collect those lines. Each begins a later
    section or a quoted telegram.
    """
    fold = cursor.fold
    starts = [form for core, forms in cursor.grammar.banner_signs if fold.find(core, low, high) >= 0 for form in forms]
    if not starts:
        return [(low, high)]
    found = []
    at = low
    upcoming: dict[str, tuple[int, Banner] | None] = {}
    while True:
        repeated = _next_banner(cursor, at, high, starts, upcoming)
        if repeated is None:
            found.append((low, high))
            return found
        start, banner = repeated
        cursor.collect("banners", (banner,))
        found.append((low, start))
        low = at = min(max(walk(cursor, start)[1], start + 1), high)


def _next_banner(
    cursor: Cursor, low: int, high: int, starts: list[str], upcoming: dict[str, tuple[int, Banner] | None]
) -> tuple[int, Banner] | None:
    """Return (offset, line) for the next classification line that starts a line and contains a message number, or
    `None`.

    `upcoming` caches the next occurrence of each form, so that a form that occurs only much later is not searched for
    repeatedly.
    """
    best: tuple[int, Banner] | None = None
    for form in starts:
        if form not in upcoming:
            upcoming[form] = _banner_with(form, cursor, low, high)
        found = upcoming[form]
        if found is not None and found[0] <= low:
            found = upcoming[form] = _banner_with(form, cursor, low, high)
        if found is not None and (best is None or found[0] < best[0]):
            best = found
    return best


def _banner_with(form: str, cursor: Cursor, low: int, high: int) -> tuple[int, Banner] | None:
    at = cursor.fold.find(form, low, high)
    while at >= 0:
        line = cursor.line_start(at)
        if line > low and not cursor.fold[line:at].strip(" "):
            banner = read_banner(cursor, at, cursor.line_end(at))
            if banner is not None and banner.serial is not None and len(banner.text) < 90:
                return line, banner
        at = cursor.fold.find(form, at + len(form), high)
    return None


def _banner_below(cursor: Cursor, here: int) -> tuple[int, Banner | None, list[Region]]:
    """Return the offset of the next classification line with a number, the line itself, and the fields above it.

    The line may be preceded by lines from a publisher, a second header, or the telegram's fields. If the text begins
    first, return `here`, `None`, and an empty list.
    """
    at = here
    labeled = False
    for _ in range(_NEAR):
        if at >= cursor.size:
            break
        end = cursor.line_end(at)
        start, last = cursor.trim(at, end)
        if start < last:
            banner = read_banner(cursor, start, last)
            if banner is not None and banner.serial is not None:
                return at, banner, _fields_above(cursor, here, at, labeled)
            labeled = labeled or label_of(cursor, start) is not None
            if opens_text(cursor, start, last) and label_of(cursor, start) is None:
                break
        at = end + 1
    return here, None, []


def _fields_above(cursor: Cursor, here: int, at: int, labeled: bool) -> list[Region]:
    """Divide the lines between the header and the classification line at `at` into parts, and return the fields among
    them.
    """
    if not labeled:
        if at > here:
            cursor.begin(here, "loose_text")
        return []
    begun = len(cursor.parts)
    regions, _ = walk(cursor, here)
    cursor.parts[begun:] = [part for part in cursor.parts[begun:] if part[0] < at]
    if not cursor.parts[begun:] or cursor.parts[begun][0] > here:
        cursor.parts.insert(begun, (here, "loose_text"))
    return [region for region in regions if region.start < at and region.name in _READERS]


def _banner_line(cursor: Cursor, telegram: Telegram, here: int, banner: Banner | None) -> int:
    """Read the classification line at `here` and any text after it on the same line. Return the offset of the next
    line.
    """
    start = here
    while start < cursor.size and cursor.fold[start] in " \n":
        start += 1
    if start >= cursor.size:
        return here
    end = cursor.line_end(start)
    if banner is None:
        why = unread_banner(cursor, start, end)
        if why is None:
            return here
        cursor.begin(here, "banner")
        last = cursor.trim(start, end)[1]
        telegram.banner = Unread(cursor.span(start, last), why, cursor.text[start:last])
        telegram.misspelled_level = misspelled_level(cursor, start, last)
        from ..fields.header_lines import is_broken_level  # 0.3 ms: few lines cannot be read

        if is_broken_level(cursor, start, last):
            telegram.banner = Unread(cursor.span(start, start), "the classification line is broken over two lines")
        return min(end + 1, cursor.size)
    cursor.begin(here, "banner")
    cursor.lowered = banner.level_text is not None and not banner.level_text.text.isupper()
    words = banner if banner.serial is None and banner.post is None else banner.level_text
    if words is not None:
        banner.marking = Lazy(_marking, cursor, start, start + len(words.text))
    telegram.banner = banner
    telegram.banners = (banner,)
    stop = start + len(banner.text)
    end = cursor.line_end(stop)
    rest, last = cursor.trim(stop, end)
    if rest < last:
        telegram.captions += tuple(read_captions(cursor, rest, last))
    return min(end + 1, cursor.size)


def _marking(_: Banner, cursor: Cursor, start: int, end: int) -> Marking | None:
    marking = finder.banner(cursor.view, start, end, cursor.words)
    return None if isinstance(marking, Unread) else marking


def _joined_captions(cursor: Cursor, region: Region) -> tuple[int, int]:
    """Collect the captions that a copy has joined to the first and last lines of a pass line. Return the start and end
    of the remaining text.
    """
    first = cursor.trim(region.start, min(cursor.line_end(region.start), region.end))
    last = cursor.trim(max(cursor.line_start(region.end), region.start), region.end)
    captions, start, stop = joined_captions(cursor, *first)
    if first == last:
        end = stop
    else:
        more, _, end = joined_captions(cursor, *last)
        captions += more
    cursor.collect("captions", captions)
    return start, end


def _captions(cursor: Cursor, region: Region) -> None:
    here = region.start
    captions = []
    while here < region.end:
        stop = min(cursor.line_end(here), region.end)
        start, end = cursor.trim(here, stop)
        if start < end:
            captions += read_captions(cursor, start, end) or _other_caption(cursor, start, end)
        here = stop + 1
    cursor.collect("captions", captions)


def _other_caption(cursor: Cursor, start: int, end: int) -> list[Caption]:
    """Return the captions on a line that does not match the table: those for the controls after a repeated level, or
    the line itself as an unknown caption.
    """
    level = read_banner(cursor, start, end)
    if level is not None and level.serial is None:
        return captions_of(cursor, start, end, level.controls)
    lone = unknown_caption(cursor, start, end)
    return [lone] if lone is not None else []


def authority_in_text(cursor: Cursor, telegram: Telegram, low: int, high: int) -> None:
    """Read the authority sentence from the text, where some telegrams put it. A sentence in or after the first numbered
    paragraph is marked as numbered.
    """
    if not cursor.has_opener(low, high):
        return
    starts = (paragraph.span.start for paragraph in telegram.paragraphs if paragraph.kind == "numbered")
    first = next(starts, None)
    read: dict[int, int] = {}  # end of a block -> how many times the block was read
    for form in cursor.grammar.authority_openers:
        at = cursor.fold.find(form, low, high)
        while at >= 0:
            before = cursor.fold[at - 1] if at else "\n"
            if not before.isalpha() and _opens_sentence(cursor, low, at):
                end = cursor.fold.find("\n", min(at + 240, high))
                stop = _sentence_stop(cursor, at, min(end if end >= 0 else high, high))
                read[stop] = read.get(stop, 0) + 1
                if read[stop] > _MAX_READINGS:
                    at = cursor.fold.find(form, stop, high)
                    continue
                numbered = first is not None and first <= cursor.span(at, stop).start
                read_authority(cursor, telegram, Region("authority", at, at, stop), numbered)
                if isinstance(telegram.authority, Authority) and telegram.authority.by is not None:
                    return
                telegram.authority = None
            at = cursor.fold.find(form, at + len(form), high)


def _opens_sentence(cursor: Cursor, low: int, at: int) -> bool:
    before = at - 1
    while before >= low and cursor.fold[before] in " \n":
        before -= 1
    return before < low or cursor.fold[before] in ".):;-"


def _sentence_stop(cursor: Cursor, at: int, high: int) -> int:
    """Return the offset of the end of the paragraph that contains `at`, but not more than `high`. The paragraph ends at
    an empty line or before a number with a portion mark.
    """
    here = cursor.line_end(at)
    while here < high:
        if cursor.blank_line(here + 1) or _MARKED_NUMBER.match(cursor.fold, here + 1) is not None:
            return here
        here = cursor.line_end(here + 1)
    return high
