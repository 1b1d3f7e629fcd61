"""The labelled message form of 2010 and later: a field on each label, its value indented under itself."""

from __future__ import annotations

from collections.abc import Callable

from ..document import Banner, EoLine, Party, Signature, TagsLine, Telegram, Unread
from . import markings
from .authority import read_authority
from .banner import read_banner
from .blocks import Region
from .captions import read_captions, unknown_caption
from .dates import find_dates, read_dtg
from .eo import place_order
from .header import read_party
from .instructions import read_value
from .paragraphs import read_text
from .patterns import Pattern
from .references import read_references
from .sheet import Sheet
from .subject import read_subject
from .tags import read_tags

_FIELD = Pattern(r" {0,12}([A-Z][A-Z./! ]{0,30}?) ?:")
_NUMBER = Pattern(r"(\d{2}|\d{4}) +([A-Z][A-Z .'-]{1,30}?) +(\d{1,7})(?!\d)")
_ORDER = Pattern(r"\d{5}")
_DTG_START = Pattern(r"(?:[A-Z] )?\d{6} ?[A-Z] ")
_NUMBERED = Pattern(r"\d{1,3}[.)] ")


class Form:
    """Reads the fields of a form into a telegram."""

    __slots__ = ("sheet", "telegram")

    def __init__(self, sheet: Sheet, telegram: Telegram) -> None:
        self.sheet = sheet
        self.telegram = telegram

    def read(self) -> None:
        """Banner, fields, text, signature, banner again."""
        sheet, telegram = self.sheet, self.telegram
        fields = self._fields()
        here = self._banner_lines(0, fields[0][1] if fields else sheet.size)
        low, high = self._text(fields, here)
        for code, start, body, end in fields:
            if start >= high and code not in ("signature", "info"):
                sheet.begin(sheet.line_start(start), "field")
                continue
            read = _FIELDS.get(code)
            sheet.begin(sheet.line_start(start), code if read is not None else "field")
            if read is not None:
                read(self, Region(code, start, body, end))
        self._bottom(max((end for _, _, _, end in fields), default=high), high)
        before = sheet.parts
        sheet.parts = []
        read_text(sheet, telegram, low, high)
        sheet.parts = sorted(before + sheet.parts)

    def _fields(self) -> list[tuple[str, int, int, int]]:
        """(code, label begins, value begins, value ends) of each field, in order."""
        sheet = self.sheet
        known = sheet.grammar.fields
        found: list[tuple[str, int, int, int]] = []
        here = 0
        open_field = False
        while here < sheet.size:
            end = sheet.line_end(here)
            match = _FIELD.match(sheet.fold, here, end)
            code = known.get(match.group(1)) if match is not None else None
            stripped, last = sheet.trim(here, end)
            if code is not None and match is not None:
                found.append((code, stripped, match.end(), last if last >= match.end() else match.end()))
                open_field = True
            elif stripped < last and open_field and self._goes_on(found[-1], here, stripped, last):
                found[-1] = (*found[-1][:3], last)
            elif stripped == last or sheet.fold[here] != " ":
                open_field = False
            here = end + 1
        return found

    def _goes_on(self, field: tuple[str, int, int, int], here: int, start: int, last: int) -> bool:
        """Whether an indented line goes on with a field's value: it stands under it and is no level in mid-page."""
        fold = self.sheet.fold
        if fold[here] != " " or fold[start:last] in self.sheet.grammar.level_names:
            return False
        value = self.sheet.trim(field[2], field[3])[0]
        column = value - self.sheet.line_start(field[1])
        return field[2] >= field[3] or start - here <= column + 3

    def _banner_lines(self, low: int, high: int) -> int:
        """The centred lines at the top: the level, and below it the control."""
        sheet, telegram = self.sheet, self.telegram
        here = low
        while here < high:
            end = min(sheet.line_end(here), high)
            start, last = sheet.trim(here, end)
            banner = read_banner(sheet, start, last) if start < last else None
            if banner is not None and not isinstance(telegram.banner, Banner):
                sheet.begin(here, "banner")
                marking = markings.banner(sheet.view, start, last, sheet.words)
                banner.marking = None if isinstance(marking, Unread) else marking
                telegram.banner, telegram.banners = banner, (banner,)
            elif start < last and isinstance(telegram.banner, Banner):
                telegram.banner.controls += self._controls(start, last)
            here = end + 1
        return here

    def _text(self, fields: list[tuple[str, int, int, int]], here: int) -> tuple[int, int]:
        """Where the text is: after the subject and authority fields, before the signature."""
        low = max(here, 0)
        high = self.sheet.size
        tail = ("signature", "drafting", "dissemination", "info")
        for code, start, _, end in fields:
            if code in tail and (low > here or code != "info") and start > low:
                high = min(high, self.sheet.line_start(start))
            elif start < high:
                low = max(low, min(self.sheet.line_end(end) + 1, self.sheet.size))
        if high == self.sheet.size:
            high = self._bottom_banner(low)
        return low, max(low, high)

    def _bottom_banner(self, low: int) -> int:
        """Where the centred lines at the bottom begin."""
        sheet = self.sheet
        high = sheet.size
        for _ in range(4):
            _, last = sheet.trim(low, high)
            if last <= low:
                return high
            start = sheet.line_start(last - 1)
            words = sheet.fold[start:last].strip(" ")
            if words not in sheet.grammar.level_names and words not in sheet.grammar.page_controls:
                return high
            high = start
        return high

    def _bottom(self, low: int, high: int) -> None:
        sheet = self.sheet
        here = max(low, high)
        again: Banner | None = None
        while here < sheet.size:
            end = sheet.line_end(here)
            start, last = sheet.trim(here, end)
            banner = read_banner(sheet, start, last) if start < last and again is None else None
            if banner is not None:
                sheet.begin(here, "banner")
                sheet.gather("banners", (banner,))
                again = banner
            elif again is not None and start < last:
                again.controls += self._controls(start, last)
            here = end + 1

    def _controls(self, start: int, last: int) -> tuple[str, ...]:
        """The codes of the controls on a line below the level."""
        entries = [self.sheet.words["captions"].get(c.code or "") for c in read_captions(self.sheet, start, last)]
        return tuple(entry.fact("control") for entry in entries if entry is not None and entry.fact("control"))

    # ---- fields ----------------------------------------------------------------------------------------------

    def number(self, region: Region) -> None:
        """The message reference number."""
        telegram = self.telegram
        start, end = self.sheet.trim(region.body, region.end)
        telegram.mrn_field = self.sheet.word(start, end)
        match = _NUMBER.match(self.sheet.fold, start, end)
        if match is not None:
            year = int(match.group(1))
            telegram.mrn_year = year if year > 99 else 2000 + year
            telegram.mrn_post = match.group(2).strip()
            telegram.mrn_serial = int(match.group(3))

    def dtg(self, region: Region) -> None:
        """The date in words and the date-time group behind it."""
        sheet = self.sheet
        start = _DTG_START.search(sheet.fold, region.body, region.end)
        if start is not None:
            self.telegram.dtg = read_dtg(sheet, start.start(), region.end)
        if self.telegram.dtg is None:
            low, high = sheet.trim(region.body, region.end)
            self.telegram.dtg = Unread(sheet.span(low, high), "a date-time group", sheet.text[low:high])
        if not sheet.day:
            found = next(find_dates(sheet.flat(region.body, region.end), sheet.grammar.months), None)
            sheet.day = found.date if found is not None else None

    def sender(self, region: Region) -> None:
        """The originator."""
        start, end = self.sheet.trim(region.body, region.end)
        if start < end:
            self.telegram.sender = read_party(self.sheet, start, end)

    def to(self, region: Region) -> None:
        """The action addressees, separated by semicolons."""
        self.telegram.to += self._parties(region)

    def info(self, region: Region) -> None:
        """The information addressees."""
        self.telegram.info += self._parties(region)

    def _parties(self, region: Region) -> tuple[Party, ...]:
        found = []
        start = region.body
        while start < region.end:
            stop = self.sheet.fold.find(";", start, region.end)
            stop = stop if stop >= 0 else region.end
            low, high = self.sheet.trim(start, stop)
            if low < high:
                found.append(read_party(self.sheet, low, high))
            start = stop + 1
        return tuple(found)

    def eo(self, region: Region) -> None:
        """The order's number, perhaps with an instruction behind it."""
        sheet = self.sheet
        match = _ORDER.search(sheet.fold, region.body, region.end)
        if match is None:
            low, high = sheet.trim(region.start, region.end)
            if sheet.blank_line(region.body):  # scanned apart from its value
                low = high
            self.telegram.eo = Unread(sheet.span(low, high), "the number of an executive order", sheet.text[low:high])
            return
        line = EoLine(sheet.span(region.start, region.end), sheet.joined(region.start, region.end), match.group())
        line.number = sheet.word(*match.span())
        place_order(sheet, line)
        if match.end() < region.end:
            line.instruction, line.downgrade = read_value(sheet, match.end(), region.end)
        self.telegram.eo = line
        self.sheet.gather("eo_lines", (line,))

    def tags(self, region: Region) -> None:
        """The TAGS field."""
        read_tags(self.sheet, self.telegram, region)
        if not isinstance(self.telegram.tags_line, TagsLine):
            self.telegram.tags_line = None

    def captions(self, region: Region) -> None:
        """The captions, separated by commas."""
        sheet = self.sheet
        start = region.body
        while start < region.end:
            stop = sheet.fold.find(",", start, region.end)
            stop = stop if stop >= 0 else region.end
            low, high = sheet.trim(start, stop)
            if low < high:
                lone = unknown_caption(sheet, low, high)
                sheet.gather("captions", read_captions(sheet, low, high) or ([lone] if lone is not None else []))
            start = stop + 1

    def passing(self, region: Region) -> None:
        """The pass line."""
        self.sheet.gather("passing", (self.sheet.word(*self.sheet.trim(region.body, region.end)),))

    def subject(self, region: Region) -> None:
        """The subject."""
        read_subject(self.sheet, self.telegram, region)

    def references(self, region: Region) -> None:
        """The references."""
        read_references(self.sheet, self.telegram, region)

    def authority(self, region: Region) -> None:
        """A line of the authority block."""
        read_authority(self.sheet, self.telegram, region)
        node = self.telegram.authority
        if node is not None and not isinstance(node, Unread):
            node.form = "lines"

    def offices(self, region: Region) -> None:
        """The offices of the distribution."""
        start, end = self.sheet.trim(region.body, region.end)
        self.sheet.gather("offices", (self.sheet.word(start, end),))

    def signature(self, region: Region) -> None:
        """The signer."""
        start, end = self.sheet.trim(region.body, region.end)
        if start < end:
            self.telegram.signature = Signature(self.sheet.span(start, end), self.sheet.joined(start, end))


_FIELDS: dict[str, Callable[[Form, Region], None]] = {
    "authority": Form.authority,
    "captions": Form.captions,
    "dtg": Form.dtg,
    "eo": Form.eo,
    "info": Form.info,
    "number": Form.number,
    "offices": Form.offices,
    "passing": Form.passing,
    "reference": Form.references,
    "sender": Form.sender,
    "signature": Form.signature,
    "subject": Form.subject,
    "tags": Form.tags,
    "to": Form.to,
}


def read_smart(sheet: Sheet, telegram: Telegram) -> None:
    """Read a labelled form."""
    telegram.layout = "smart"
    Form(sheet, telegram).read()
