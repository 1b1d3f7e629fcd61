"""A telegram with teletype lines: header, classification line, fields, text, signature."""

from __future__ import annotations

from ..document import Authority, Banner, Dtg, Telegram, Unread
from ..values import Date
from . import markings
from .authority import read_authority
from .banner import read_banner, unread_banner
from .blocks import Region, opens_text, walk
from .captions import read_captions, unknown_caption
from .eo import read_eo
from .header import Header
from .paragraphs import read_sections
from .references import read_references
from .sheet import Sheet
from .signature import read_end
from .signs import opens_authority
from .subject import read_subject
from .tags import read_tags

_NEAR = 40  # lines
_READERS = {
    "eo": read_eo,
    "tags": read_tags,
    "subject": read_subject,
    "references": read_references,
    "authority": read_authority,
}


def read_telegram(sheet: Sheet, telegram: Telegram) -> None:
    """Read a whole telegram from its first line on."""
    header = Header(sheet, telegram)
    here = header.read()
    if isinstance(telegram.dtg, Dtg) and isinstance(telegram.dtg.date, Date):
        sheet.day = telegram.dtg.date
    banner = header.banner
    if banner is None and (telegram.dtg is not None or telegram.sender is not None):
        here, banner = _banner_below(sheet, here)
    here = _banner_line(sheet, telegram, here, banner)
    regions, low = walk(sheet, here)
    for region in regions:
        read = _READERS.get(region.name)
        if read is not None:
            read(sheet, telegram, region)
        elif region.name == "captions":
            _captions(sheet, telegram, region)
        elif region.name == "passing":
            sheet.gather("passing", (sheet.word(region.start, region.end),))
        elif region.name == "banner":
            again = read_banner(sheet, region.start, sheet.line_end(region.start))
            sheet.gather("banners", (again,) if again is not None else ())
    begun = sheet.parts
    sheet.parts = []
    high = read_end(sheet, telegram, low, sheet.size)
    read_sections(sheet, telegram, _sections(sheet, telegram, low, high))
    sheet.parts = begun + sorted(sheet.parts)
    if telegram.authority is None:
        authority_in_text(sheet, telegram, low, high)


def _sections(sheet: Sheet, telegram: Telegram, low: int, high: int) -> list[tuple[int, int]]:
    """The stretches of text between repeated classification lines: later sections, or a telegram quoted in this one."""
    signs = [sign for core, group in sheet.grammar.banner_signs if sheet.has(core, low, high) for sign in group]
    if not signs:
        return [(low, high)]
    found = []
    at = low
    coming: dict[str, tuple[int, Banner] | None] = {}
    while True:
        again = _next_banner(sheet, at, high, signs, coming)
        if again is None:
            found.append((low, high))
            return found
        start, banner = again
        sheet.gather("banners", (banner,))
        found.append((low, start))
        low = at = min(max(walk(sheet, start)[1], start + 1), high)


def _next_banner(
    sheet: Sheet, low: int, high: int, signs: list[str], coming: dict[str, tuple[int, Banner] | None]
) -> tuple[int, Banner] | None:
    """The next classification line with a number at the start of a line, and the offset of that line.

    `coming` remembers the next one of each sign, so that a sign which comes late is not sought again and again.
    """
    best: tuple[int, Banner] | None = None
    for sign in signs:
        if sign not in coming:
            coming[sign] = _banner_with(sign, sheet, low, high)
        found = coming[sign]
        if found is not None and found[0] <= low:
            found = coming[sign] = _banner_with(sign, sheet, low, high)
        if found is not None and (best is None or found[0] < best[0]):
            best = found
    return best


def _banner_with(sign: str, sheet: Sheet, low: int, high: int) -> tuple[int, Banner] | None:
    at = sheet.fold.find(sign, low, high)
    while at >= 0:
        line = sheet.line_start(at)
        if line > low and not sheet.fold[line:at].strip(" "):
            banner = read_banner(sheet, at, sheet.line_end(at))
            if banner is not None and banner.serial is not None and len(banner.text) < 90:
                return line, banner
        at = sheet.fold.find(sign, at + len(sign), high)
    return None


def _banner_below(sheet: Sheet, here: int) -> tuple[int, Banner | None]:
    """The classification line with a number some lines below, where a publisher's lines or a second header stand before
    it, and where its line begins; `here` itself where the text begins first."""
    at = here
    for _ in range(_NEAR):
        if at >= sheet.size:
            break
        end = sheet.line_end(at)
        start, last = sheet.trim(at, end)
        if start < last:
            banner = read_banner(sheet, start, last)
            if banner is not None and banner.serial is not None:
                if at > here:
                    sheet.begin(here, "loose_text")
                return at, banner
            if opens_text(sheet, start, last):
                break
        at = end + 1
    return here, None


def _banner_line(sheet: Sheet, telegram: Telegram, here: int, banner: Banner | None) -> int:
    """Take up the classification line at `here`, with what stands behind it; return where the next line begins."""
    start = here
    while start < sheet.size and sheet.fold[start] in " \n":
        start += 1
    if start >= sheet.size:
        return here
    end = sheet.line_end(start)
    if banner is None:
        why = unread_banner(sheet, start, end)
        if why is None:
            return here
        sheet.begin(here, "banner")
        last = sheet.trim(start, end)[1]
        telegram.banner = Unread(sheet.span(start, last), why, sheet.text[start:last])
        from .hidden import is_broken_level  # 0.3 ms: rarely a line nobody can read

        if is_broken_level(sheet, start, last):
            telegram.banner = Unread(sheet.span(start, start), "the classification line: it is broken over two lines")
        return min(end + 1, sheet.size)
    sheet.begin(here, "banner")
    sheet.lowered = banner.level_text is not None and not banner.level_text.text.isupper()
    words = banner if banner.serial is None and banner.post is None else banner.level_text
    marking = markings.banner(sheet.view, start, start + len(words.text), sheet.words) if words is not None else None
    banner.marking = None if isinstance(marking, Unread) else marking
    telegram.banner = banner
    telegram.banners = (banner,)
    stop = start + len(banner.text)
    end = sheet.line_end(stop)
    rest, last = sheet.trim(stop, end)
    if rest < last:
        telegram.captions += tuple(read_captions(sheet, rest, last))
    return min(end + 1, sheet.size)


def _captions(sheet: Sheet, telegram: Telegram, region: Region) -> None:
    here = region.start
    captions = []
    while here < region.end:
        stop = min(sheet.line_end(here), region.end)
        start, end = sheet.trim(here, stop)
        if start < end:
            found = read_captions(sheet, start, end)
            if not found:
                lone = unknown_caption(sheet, start, end)
                found = [lone] if lone is not None else []
            captions += found
        here = stop + 1
    sheet.gather("captions", captions)


def authority_in_text(sheet: Sheet, telegram: Telegram, low: int, high: int) -> None:
    """Look for the authority sentence inside the paragraphs, where some telegrams have it."""
    if not opens_authority(sheet, low, high):
        return
    for form in sheet.grammar.authority_openers:
        at = sheet.fold.find(form, low, high)
        while at >= 0:
            before = sheet.fold[at - 1] if at else "\n"
            if not before.isalpha() and _opens_sentence(sheet, low, at):
                end = sheet.fold.find("\n", min(at + 240, high))
                stop = _sentence_stop(sheet, at, min(end if end >= 0 else high, high))
                read_authority(sheet, telegram, Region("authority", at, at, stop), numbered=True)
                if isinstance(telegram.authority, Authority) and telegram.authority.by is not None:
                    return
                telegram.authority = None
            at = sheet.fold.find(form, at + len(form), high)


def _opens_sentence(sheet: Sheet, low: int, at: int) -> bool:
    before = at - 1
    while before >= low and sheet.fold[before] in " \n":
        before -= 1
    return before < low or sheet.fold[before] in ".):;-"


def _sentence_stop(sheet: Sheet, at: int, high: int) -> int:
    """The end of the paragraph, at most."""
    here = sheet.line_end(at)
    while here < high:
        if sheet.blank_line(here + 1):
            return here
        here = sheet.line_end(here + 1)
    return high
