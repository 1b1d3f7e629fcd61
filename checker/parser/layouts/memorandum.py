"""Read marked documents other than telegrams: memoranda, letters, and e-mails with banner lines and an authority
block.
"""

from __future__ import annotations

from collections.abc import Callable

from ...model import Banner, DateField, Marking, Notice, Party, Telegram
from ...text import Pattern
from ...values import Date
from ..cursor import Cursor
from ..fields.authority import read_authority
from ..fields.banner import joined_banner, misspelled_level
from ..fields.blocks import Region
from ..fields.dates import find_dates
from ..fields.labelled import read_subject
from ..fields.openings import OpeningFinder
from ..fields.paragraphs import ParagraphBuilder, inherit_levels
from ..markings import finder

_FIELD = Pattern(r" {0,3}([A-Z][A-Z./ ]{0,30}?) ?:")
_FIELDS = ("authority", "classification", "date", "reference", "sender", "subject", "to")
_FIRST_WORDS = Pattern(r"(1[.)] )|(?:\d{1,3}[.)] {0,3})?(?=\()")
_COLUMN = Pattern(r" {4,}(?=\S)")
_LONGEST_DATE = 30  # code points of a date alone on its line
_TOP = 14  # lines at the top, one of which may be a date alone
_FOUNDED = 1789  # the year in which the Department was established: no document is older


class MemorandumReader:
    """Reads a marked document line by line. Any line that is not a banner, field, authority line, notice, or date is
    text.
    """

    __slots__ = ("banners", "cursor", "phrases", "telegram", "text_spans")

    def __init__(self, cursor: Cursor, telegram: Telegram) -> None:
        self.cursor = cursor
        self.telegram = telegram
        self.phrases = [phrase for phrase in cursor.grammar.notice_forms[1] if phrase in cursor.fold]  # usually none
        self.banners: list[Banner] = []
        self.text_spans: list[tuple[int, int]] = []  # spans of text between the other parts

    def read(self) -> None:
        """Read the banner lines, fields, authority block, notices, and text into the telegram."""
        cursor, telegram = self.cursor, self.telegram
        here = 0
        text = -1
        number = 0
        while here < cursor.size:
            end = cursor.line_end(here)
            start, last = cursor.trim(here, end)
            kind = self._line(here, start, last, number) if start < last else None
            if kind is not None:
                if text >= 0:
                    self.text_spans.append((text, here))
                text = -1
                end = self._read_rest(kind, start, end)
            elif text < 0 and start < last:
                text = here
            number += start < last
            here = end + 1
        if text >= 0:
            self.text_spans.append((text, cursor.size))
        telegram.banners = tuple(self.banners)
        if self.banners:
            telegram.banner = self.banners[0]
        self._paragraphs()

    def _line(self, here: int, start: int, last: int, number: int) -> str | None:
        """Return the kind of a line: `banner`, the code of a field, `notice`, `date`, or `None` for text. Banners,
        notices, and dates are read immediately.
        """
        cursor = self.cursor
        if last - start <= finder.LONGEST_BANNER and self._banner(here, start, last):
            return "banner"
        if number == 0 and self._joined(here, start, last):
            return "banner"
        field = self._field(start, last)
        if field == "classification":
            value = self.cursor.trim(cursor.fold.find(":", start) + 1, last)
            return "banner" if value[0] < value[1] and self._banner(here, *value) else None
        if field is not None:
            cursor.begin(here, field)
            return field
        notice = self._notice(here, start, last)
        if notice:
            return "notice"
        if number < _TOP and self.telegram.date is None and self._date_at_top(start, last):
            cursor.begin(here, "date")
            return "date"
        return None

    def _date_at_top(self, start: int, last: int) -> bool:
        """Read a date that is alone in the left column of a line or follows a date label in another column. Return
        whether a date was found.
        """
        cursor = self.cursor
        column = _COLUMN.search(cursor.fold, start, last)
        end = column.start() if column is not None else last
        if end - start < _LONGEST_DATE and self._date(start, end, alone=True):
            return True
        if column is None:
            return False
        labels = (f"{form}:" for form in cursor.grammar.label("date", "field"))
        label = next((label for label in labels if cursor.fold.startswith(label, column.end())), None)
        return label is not None and self._date(column.end() + len(label), last, alone=False)

    def _read_rest(self, kind: str, start: int, end: int) -> int:
        """Read the rest of the part that begins on a line. Return the end of the part's last line."""
        if kind == "notice":
            return self._lines_below(
                end, lambda low, high: self._field(low, high) is not None or self._stops(low, high)
            )
        if kind == "banner" or (kind == "date" and self._field(start, end) is None):
            return end
        if kind == "authority":
            return self._authority(start, end)
        if kind == "subject":
            end = self._lines_below(
                end, lambda low, high: self._field(low, high) is not None or self._opens_text(low, high)
            )
        self._value(kind, start, self.cursor.trim(start, end)[1])
        return end

    def _lines_below(self, end: int, stops: Callable[[int, int], bool]) -> int:
        """Return the end of a part's last line. The part ends before a blank line or a line for which `stops` returns
        true.
        """
        cursor = self.cursor
        while end + 1 < cursor.size and not cursor.blank_line(end + 1):
            if stops(*cursor.trim(end + 1, cursor.line_end(end + 1))):
                break
            end = cursor.line_end(end + 1)
        return end

    def _authority(self, start: int, end: int) -> int:
        """Read the authority block that begins on a line, including any notices within it. Return the block's end."""
        cursor = self.cursor
        end = self._authority_end(end)
        here = start
        while here < end:
            self._notice(here, *cursor.trim(here, cursor.line_end(here)), inside=True)
            here = cursor.line_end(here) + 1
        read_authority(cursor, self.telegram, Region("authority", start, start, cursor.trim(start, end)[1]))
        return end

    def _value(self, kind: str, start: int, last: int) -> None:
        """Read the value after a label and its colon."""
        cursor = self.cursor
        colon = cursor.fold.find(":", start) + 1
        if kind == "subject":
            read_subject(cursor, self.telegram, Region("subject", start, colon, max(last, colon)))
        elif kind == "date":
            self._date(colon, max(last, colon), alone=False)
        elif kind == "sender" and last > colon and self.telegram.sender is None:
            low, high = cursor.trim(colon, last)
            self.telegram.sender = Party(cursor.span(low, high), cursor.text[low:high], cursor.joined(low, high))

    def _banner(self, here: int, start: int, last: int) -> bool:
        cursor = self.cursor
        found = finder.banner(cursor.view, start, last, cursor.words)
        if found is None:
            return False
        banner = Banner(found.span, found.text, found.level if isinstance(found, Marking) else found)
        if isinstance(found, Marking):
            banner.marking, banner.controls = found, found.controls
            level = found.level_token
            banner.level_text = cursor.word(start, last) if level is None else None
            if level is not None:
                at = cursor.text.find(level.text, start, last)
                banner.level_text = cursor.word(at, at + len(level.text)) if at >= 0 else None
        elif self.telegram.misspelled_level is None:
            self.telegram.misspelled_level = misspelled_level(cursor, start, last)
        cursor.begin(here, "banner")
        self.banners.append(banner)
        return True

    def _joined(self, here: int, start: int, last: int) -> bool:
        banner = joined_banner(self.cursor.view, start, last, self.cursor.words)
        if banner is not None:
            self.cursor.begin(here, "banner")
            self.banners.append(banner)
        return banner is not None

    def _field(self, start: int, last: int) -> str | None:
        match = _FIELD.match(self.cursor.fold, start, last)
        code = self.cursor.grammar.fields.get(match.group(1)) if match is not None else None
        if match is None and self._begins_stamp(start, last):
            code = "authority"
        return code if code in _FIELDS else None

    def _begins_stamp(self, start: int, last: int) -> bool:
        """Return whether a line in capitals is the first line of a stamp in which the classifier's name is not preceded
        by a colon.
        """
        text = self.cursor.text[start:last]
        forms = self.cursor.grammar.label("classified-by", "block")
        return text.isupper() and any(text.startswith(form + " ") for form in forms)

    def _authority_end(self, end: int) -> int:
        """Return the end of the authority block. The block continues over nonblank lines, and over a blank line if
        another authority label follows.
        """
        cursor = self.cursor
        while end + 1 < cursor.size:
            below = cursor.line_end(end + 1)
            start, last = cursor.trim(end + 1, below)
            if start == last:
                after = cursor.trim(below, cursor.size)[0]
                if after >= cursor.size or self._field(after, cursor.line_end(after)) != "authority":
                    return end
                below = after - 1
            elif self._stops(start, last):
                return end
            end = below
        return end

    def _stops(self, start: int, last: int) -> bool:
        cursor = self.cursor
        field = self._field(start, last)
        if field is not None:
            return field != "authority"
        return (
            self._opens_text(start, last)
            or cursor.fold[start] == "("
            or finder.banner(cursor.view, start, last, cursor.words) is not None
        )

    def _opens_text(self, start: int, last: int) -> bool:
        """Return whether the text begins on this line, with the number 1 or a portion mark."""
        cursor = self.cursor
        found = _FIRST_WORDS.match(cursor.fold, start, last)
        if found is None or found.group(1):
            return found is not None
        return isinstance(finder.portion(cursor.view, found.end(), last, cursor.words), Marking)

    def _date(self, start: int, last: int, alone: bool) -> bool:
        cursor = self.cursor
        found = next(find_dates(cursor.flat(start, last), cursor.grammar.months), None)
        if found is None or (alone and (found.end - found.start < (last - start) - 2 or found.date is None)):
            return False
        if found.date is not None and (not self._is_possible(found.date) or (alone and found.date.precision == "year")):
            return False
        if self.telegram.date is None and found.date is not None:
            self.telegram.date = found.date
            cursor.day = found.date
        return True

    def _is_possible(self, day: Date) -> bool:
        """Return whether a document can have this date. The date of a copy's release, or a later one, is that of a
        stamp.
        """
        record = self.telegram.source_record
        released = record.released.date if record is not None and isinstance(record.released, DateField) else None
        return day.first.year >= _FOUNDED and (not isinstance(released, Date) or day.first < released.last)

    def _notice(self, here: int, start: int, last: int, inside: bool = False) -> bool:
        """Collect the notices on a line. Return whether one of them fills the line."""
        cursor = self.cursor
        line = cursor.fold[start:last]
        if not line.startswith(cursor.grammar.notice_forms[0]) and not any(phrase in line for phrase in self.phrases):
            return False
        for entry in cursor.words["notices"]:
            alone = not inside and any(
                line == form or line.startswith(form + ":") for form in entry.forms.get("line", ())
            )
            if alone or any(phrase in line for phrase in entry.forms.get("phrase", ())):
                cursor.collect("notices", (Notice(cursor.span(start, last), cursor.text[start:last], entry.code),))
                if alone:
                    cursor.begin(here, "notice")
                    return True
        return False

    # ---- text ------------------------------------------------------------------------------------------------

    def _paragraphs(self) -> None:
        cursor = self.cursor
        begun = cursor.parts
        cursor.parts = []
        paragraphs = []
        headings = []
        outer = 0
        for low, high in self.text_spans:
            for start, stop in _blocks(cursor, low, high):
                openings = OpeningFinder(cursor, start, stop, outer)
                found = openings.find()
                builder = ParagraphBuilder(cursor, start, stop, items=openings.items)
                builder.build(found)
                outer = openings.outer
                paragraphs += builder.paragraphs
                headings += builder.headings
        cursor.parts = sorted(begun + cursor.parts)
        marked = [index for index, item in enumerate(paragraphs) if item.mark is not None]
        if marked:  # everything before the first mark is the letterhead
            first = marked[0]
            paragraphs = [item for item in paragraphs[:first] if item.kind != "unnumbered"] + paragraphs[first:]
        inherit_levels(paragraphs)
        self.telegram.paragraphs = tuple(paragraphs)
        self.telegram.headings = tuple(headings)


def _blocks(cursor: Cursor, low: int, high: int) -> list[tuple[int, int]]:
    """Return the spans between blank lines. Each span consists of whole lines."""
    found = []
    here = low
    start = -1
    while here < high:
        end = min(cursor.line_end(here) + 1, high)
        if not cursor.fold[here:end].strip():
            if start >= 0:
                found.append((start, here))
            start = -1
        elif start < 0:
            start = here
        here = end
    if start >= 0:
        found.append((start, high))
    return found


def read_memorandum(cursor: Cursor, telegram: Telegram) -> None:
    """Read a marked document into the telegram, and determine its profile."""
    telegram.layout = "document"
    MemorandumReader(cursor, telegram).read()
    telegram.profile = _profile(cursor, telegram)


def _profile(cursor: Cursor, telegram: Telegram) -> str:
    """Return the profile of the vocabulary's marking scheme if there is one. Otherwise, return the first profile in the
    table whose identifying word or marking system occurs in a banner, or the default profile if none matches.
    """
    if cursor.words.scheme is not None:
        return cursor.words.scheme.code
    default = telegram.profile
    for entry in cursor.words["profiles"].entries:
        system, sign = entry.fact("system"), entry.fact("sign")
        for banner in telegram.banners:
            if system and banner.marking is not None and banner.marking.system == system:
                return entry.code
            if sign and sign in banner.text:
                return entry.code
        if entry.fact("default"):
            default = entry.code
    return default
