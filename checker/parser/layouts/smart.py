"""Read the labeled form of SMART messages (from 2010). Each field begins with a label and a colon, and its value may
continue on the indented lines below it.
"""

from __future__ import annotations

from collections.abc import Callable

from ...model import Banner, EoLine, Party, Signature, TagsLine, Telegram, Unread
from ...text import Pattern
from ..cursor import Cursor
from ..fields.authority import read_authority
from ..fields.banner import read_banner
from ..fields.blocks import Region
from ..fields.captions import read_captions, unknown_caption
from ..fields.dates import find_dates, read_dtg
from ..fields.declass_instruction import read_value
from ..fields.header_lines import read_party
from ..fields.labelled import place_order, read_references, read_subject, read_tags
from ..fields.paragraphs import read_text
from ..markings import finder

_FIELD = Pattern(r" {0,12}([A-Z][A-Z./! ]{0,30}?) ?:")
_NUMBER = Pattern(r"(\d{2}|\d{4}) +([A-Z][A-Z .'-]{1,30}?) +(\d{1,7})(?!\d)")
_ORDER = Pattern(r"\d{5}")
_DTG_START = Pattern(r"(?:[A-Z] )?\d{6} ?[A-Z] ")
_NUMBERED = Pattern(r"\d{1,3}[.)] ")


class SmartFormReader:
    """Reads the fields of a SMART message form into a telegram."""

    __slots__ = ("cursor", "telegram")

    def __init__(self, cursor: Cursor, telegram: Telegram) -> None:
        self.cursor = cursor
        self.telegram = telegram

    def read(self) -> None:
        """Read the banner, fields, text, signature, and bottom banner into the telegram."""
        cursor, telegram = self.cursor, self.telegram
        fields = self._fields()
        here = self._banner_lines(0, fields[0][1] if fields else cursor.size)
        low, high = self._text(fields, here)
        for code, start, body, end in fields:
            if start >= high and code not in ("signature", "info"):
                cursor.begin(cursor.line_start(start), "field")
                continue
            read = _FIELDS.get(code)
            cursor.begin(cursor.line_start(start), code if read is not None else "field")
            if read is not None:
                read(self, Region(code, start, body, end))
        self._bottom(max((end for _, _, _, end in fields), default=high), high)
        before = cursor.parts
        cursor.parts = []
        read_text(cursor, telegram, low, high)
        cursor.parts = sorted(before + cursor.parts)

    def _fields(self) -> list[tuple[str, int, int, int]]:
        """Return (code, label start, value start, value end) for each field, in text order."""
        cursor = self.cursor
        known = cursor.grammar.fields
        found: list[tuple[str, int, int, int]] = []
        here = 0
        open_field = False
        while here < cursor.size:
            end = cursor.line_end(here)
            match = _FIELD.match(cursor.fold, here, end)
            code = known.get(match.group(1)) if match is not None else None
            stripped, last = cursor.trim(here, end)
            if code is not None and match is not None:
                found.append((code, stripped, match.end(), last if last >= match.end() else match.end()))
                open_field = True
            elif stripped < last and open_field and self._goes_on(found[-1], here, stripped, last):
                found[-1] = (*found[-1][:3], last)
            elif stripped == last:  # a value may follow its label after an empty line
                open_field = open_field and found[-1][2] >= found[-1][3]
            elif cursor.fold[here] != " ":
                open_field = False
            here = end + 1
        return found

    def _goes_on(self, field: tuple[str, int, int, int], here: int, start: int, last: int) -> bool:
        """Return whether a line continues a field's value. It must be indented, but not much further than the value,
        and must not be a level printed in mid-page.
        """
        fold = self.cursor.fold
        if fold[here] != " " or fold[start:last] in self.cursor.grammar.level_names:
            return False
        value = self.cursor.trim(field[2], field[3])[0]
        column = value - self.cursor.line_start(field[1])
        return field[2] >= field[3] or start - here <= column + 3

    def _banner_lines(self, low: int, high: int) -> int:
        """Read the centered lines at the top: the level and the controls below it. Return the offset at which these
        lines end.
        """
        cursor, telegram = self.cursor, self.telegram
        here = low
        while here < high:
            end = min(cursor.line_end(here), high)
            start, last = cursor.trim(here, end)
            banner = read_banner(cursor, start, last) if start < last else None
            if banner is not None and not isinstance(telegram.banner, Banner):
                cursor.begin(here, "banner")
                marking = finder.banner(cursor.view, start, last, cursor.words)
                banner.marking = None if isinstance(marking, Unread) else marking
                telegram.banner, telegram.banners = banner, (banner,)
            elif start < last and isinstance(telegram.banner, Banner):
                telegram.banner.controls += self._controls(start, last)
            here = end + 1
        return here

    def _text(self, fields: list[tuple[str, int, int, int]], here: int) -> tuple[int, int]:
        """Return the offsets at which the text begins (after the subject and authority fields) and ends (before the
        signature).
        """
        low = max(here, 0)
        high = self.cursor.size
        tail = ("signature", "drafting", "dissemination", "info")
        for code, start, _, end in fields:
            if code in tail and (low > here or code != "info") and start > low:
                high = min(high, self.cursor.line_start(start))
            elif start < high:
                low = max(low, min(self.cursor.line_end(end) + 1, self.cursor.size))
        if high == self.cursor.size:
            high = self._bottom_banner(low)
        return low, max(low, high)

    def _bottom_banner(self, low: int) -> int:
        """Return the offset at which the centered lines at the bottom begin, or the size of the text if there
        are none.
        """
        cursor = self.cursor
        high = cursor.size
        for _ in range(4):
            _, last = cursor.trim(low, high)
            if last <= low:
                return high
            start = cursor.line_start(last - 1)
            words = cursor.fold[start:last].strip(" ")
            if words not in cursor.grammar.level_names and words not in cursor.grammar.page_controls:
                return high
            high = start
        return high

    def _bottom(self, low: int, high: int) -> None:
        cursor = self.cursor
        here = max(low, high)
        repeated: Banner | None = None
        while here < cursor.size:
            end = cursor.line_end(here)
            start, last = cursor.trim(here, end)
            banner = read_banner(cursor, start, last) if start < last and repeated is None else None
            if banner is not None:
                cursor.begin(here, "banner")
                cursor.collect("banners", (banner,))
                repeated = banner
            elif repeated is not None and start < last:
                repeated.controls += self._controls(start, last)
            here = end + 1

    def _controls(self, start: int, last: int) -> tuple[str, ...]:
        """Return the codes of the controls on a line below the level."""
        entries = [self.cursor.words["captions"].get(c.code or "") for c in read_captions(self.cursor, start, last)]
        return tuple(entry.fact("control") for entry in entries if entry is not None and entry.fact("control"))

    # ---- fields ----------------------------------------------------------------------------------------------

    def number(self, region: Region) -> None:
        """Read the message reference number, including its year, post, and serial number."""
        telegram = self.telegram
        start, end = self.cursor.trim(region.body, region.end)
        telegram.mrn_field = self.cursor.word(start, end)
        match = _NUMBER.match(self.cursor.fold, start, end)
        if match is not None:
            year = int(match.group(1))
            telegram.mrn_year = year if year > 99 else 2000 + year
            telegram.mrn_post = match.group(2).strip()
            telegram.mrn_serial = int(match.group(3))

    def dtg(self, region: Region) -> None:
        """Read the date-time group, which follows the date in words, into the telegram. Set the cursor's day to the
        first date in the field unless the day is already known.
        """
        cursor = self.cursor
        start = _DTG_START.search(cursor.fold, region.body, region.end)
        if start is not None:
            self.telegram.dtg = read_dtg(cursor, start.start(), region.end)
        if self.telegram.dtg is None:
            low, high = cursor.trim(region.body, region.end)
            self.telegram.dtg = Unread.expected(cursor.span(low, high), "a date-time group", cursor.text[low:high])
        if not cursor.day:
            found = next(find_dates(cursor.flat(region.body, region.end), cursor.grammar.months), None)
            cursor.day = found.date if found is not None else None

    def sender(self, region: Region) -> None:
        """Read the originator into the telegram."""
        start, end = self.cursor.trim(region.body, region.end)
        if start < end:
            self.telegram.sender = read_party(self.cursor, start, end)

    def to(self, region: Region) -> None:
        """Read the action addressees, which are separated by semicolons, into the telegram."""
        self.telegram.to += self._parties(region)

    def info(self, region: Region) -> None:
        """Read the information addressees, which are separated by semicolons, into the telegram."""
        self.telegram.info += self._parties(region)

    def _parties(self, region: Region) -> tuple[Party, ...]:
        found = []
        start = region.body
        while start < region.end:
            stop = self.cursor.fold.find(";", start, region.end)
            stop = stop if stop >= 0 else region.end
            low, high = self.cursor.trim(start, stop)
            if low < high:
                found.append(read_party(self.cursor, low, high))
            start = stop + 1
        return tuple(found)

    def eo(self, region: Region) -> None:
        """Read the order's number and any instruction that follows it."""
        cursor = self.cursor
        match = _ORDER.search(cursor.fold, region.body, region.end)
        if match is None:
            low, high = cursor.trim(region.start, region.end)
            if cursor.blank_line(region.body):  # the label was scanned separately from its value
                low = high
            self.telegram.eo = Unread.expected(
                cursor.span(low, high), "the number of an executive order", cursor.text[low:high]
            )
            return
        line = EoLine(cursor.span(region.start, region.end), cursor.joined(region.start, region.end), match.group())
        line.number = cursor.word(*match.span())
        place_order(cursor, line)
        if match.end() < region.end:
            line.instruction, line.downgrade = read_value(cursor, match.end(), region.end)
        self.telegram.eo = line
        self.cursor.collect("eo_lines", (line,))

    def tags(self, region: Region) -> None:
        """Read the TAGS into the telegram."""
        read_tags(self.cursor, self.telegram, region)
        if not isinstance(self.telegram.tags_line, TagsLine):
            self.telegram.tags_line = None

    def captions(self, region: Region) -> None:
        """Collect the captions, which are separated by commas."""
        cursor = self.cursor
        start = region.body
        while start < region.end:
            stop = cursor.fold.find(",", start, region.end)
            stop = stop if stop >= 0 else region.end
            low, high = cursor.trim(start, stop)
            if low < high:
                lone = unknown_caption(cursor, low, high)
                cursor.collect("captions", read_captions(cursor, low, high) or ([lone] if lone is not None else []))
            start = stop + 1

    def passing(self, region: Region) -> None:
        """Collect the pass line."""
        self.cursor.collect("passing", (self.cursor.word(*self.cursor.trim(region.body, region.end)),))

    def subject(self, region: Region) -> None:
        """Read the subject into the telegram."""
        read_subject(self.cursor, self.telegram, region)

    def references(self, region: Region) -> None:
        """Collect the references."""
        read_references(self.cursor, self.telegram, region)

    def authority(self, region: Region) -> None:
        """Read one field of the authority block."""
        read_authority(self.cursor, self.telegram, region)
        node = self.telegram.authority
        if node is not None and not isinstance(node, Unread):
            node.form = "lines"

    def offices(self, region: Region) -> None:
        """Collect the offices in the distribution field as a single text."""
        start, end = self.cursor.trim(region.body, region.end)
        self.cursor.collect("offices", (self.cursor.word(start, end),))

    def signature(self, region: Region) -> None:
        """Read the signer's name into the telegram."""
        start, end = self.cursor.trim(region.body, region.end)
        if start < end:
            self.telegram.signature = Signature(self.cursor.span(start, end), self.cursor.joined(start, end))


_FIELDS: dict[str, Callable[[SmartFormReader, Region], None]] = {
    "authority": SmartFormReader.authority,
    "captions": SmartFormReader.captions,
    "dtg": SmartFormReader.dtg,
    "eo": SmartFormReader.eo,
    "info": SmartFormReader.info,
    "number": SmartFormReader.number,
    "offices": SmartFormReader.offices,
    "passing": SmartFormReader.passing,
    "reference": SmartFormReader.references,
    "sender": SmartFormReader.sender,
    "signature": SmartFormReader.signature,
    "subject": SmartFormReader.subject,
    "tags": SmartFormReader.tags,
    "to": SmartFormReader.to,
}


def read_smart_form(cursor: Cursor, telegram: Telegram) -> None:
    """Read a SMART message form into a telegram."""
    telegram.layout = "smart"
    SmartFormReader(cursor, telegram).read()
