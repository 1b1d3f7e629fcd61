"""Read printed forms of telegrams: viewer printouts from about 2001, and the telegram form of the 1950s and 1960s.

A military message is not read; only its layout is recorded, because it has its own format and rules.
"""

from __future__ import annotations

from ...model import Banner, Party, Telegram
from ...text import Pattern
from ...values import Date
from ..cursor import Cursor
from ..fields.blocks import Region
from ..fields.dates import find_dates
from ..fields.header_lines import read_party
from ..fields.labelled import read_references
from ..fields.paragraphs import read_text
from .acp127 import authority_in_text
from .smart import SmartFormReader

_NUMBER = Pattern(r"\(([A-Z][A-Z .'-]{1,30}?) (\d{3,7})(?: - [A-Z]+)?\)")
_SERIAL = Pattern(r" *(\d{1,6})(?:, *([A-Z]{3,9} \d{1,2}))?")
_LABEL = Pattern(r" *([A-Z][A-Z']{1,12})\.? ?: *")
_RULE = Pattern(r"\s*_{4,}\s*")
_LEVEL_LINES = 12  # lines at the top of a form, one of which is the level


class ViewerReader(SmartFormReader):
    """Reads the printout of a telegram viewer: a heading with level and date, followed by labels in a column."""

    __slots__ = ("head_end",)

    def read(self) -> None:
        """Read the heading, the fields, the message number in parentheses after the originator's name, and the
        authority sentence in the text.
        """
        cursor, telegram = self.cursor, self.telegram
        start = cursor.trim(0, cursor.size)[0]
        self.head_end = cursor.line_end(start)
        level = _level_at(cursor, start, self.head_end)
        if level is not None:
            telegram.banner, telegram.banners = level, (level,)
        telegram.date = _date_in(cursor, start, self.head_end)
        cursor.day = telegram.date
        super().read()
        sender = telegram.sender
        match = _NUMBER.search(sender.text.upper()) if isinstance(sender, Party) else None
        if match is not None:
            telegram.mrn_post, telegram.mrn_serial = match.group(1).strip(), int(match.group(2))
            telegram.mrn_year = telegram.date.first.year if telegram.date is not None else None
        if telegram.authority is None and telegram.paragraphs:
            low = max((region_end for _, _, _, region_end in self._fields()), default=0)
            rule = _RULE.match(cursor.fold, low)
            low = rule.end() if rule is not None else low
            authority_in_text(cursor, telegram, low, cursor.size)

    def _banner_lines(self, low: int, high: int) -> int:
        """Record the heading, which `read` has already read, as a part. Return the offset at which it ends."""
        self.cursor.begin(low, "banner")
        return min(self.head_end + 1, high)


def read_viewer_print(cursor: Cursor, telegram: Telegram) -> None:
    """Read the printout of a telegram viewer into a telegram."""
    telegram.layout = "viewer"
    ViewerReader(cursor, telegram).read()


def read_incoming_form(cursor: Cursor, telegram: Telegram) -> None:
    """Read the form for incoming or outgoing telegrams into `telegram`: control number, originator, number, day, and
    references.
    """
    telegram.layout = "incoming"
    day: Date | None = None
    number = ""
    low = here = 0
    line = 0
    while here < cursor.size:
        end = cursor.line_end(here)
        start, last = cursor.trim(here, end)
        if start < last:
            line += 1
            known = cursor.fold[start:last] in cursor.grammar.level_names
            if known and telegram.banner is None and line <= _LEVEL_LINES:
                telegram.banner = _level_at(cursor, start, last)
                cursor.begin(here, "banner")
                low = end + 1
            for label, body in _labels(cursor, here, end):
                low = end + 1
                if label == "received":
                    day = _date_in(cursor, body, min(body + 40, last))
                elif label == "number":
                    number = cursor.fold[body:last]
                else:
                    _field(cursor, telegram, label, here, body, last)
        here = end + 1
    if isinstance(telegram.banner, Banner):
        telegram.banners = (telegram.banner,)
    _number_and_day(cursor, telegram, number, day)
    read_text(cursor, telegram, min(low, cursor.size), _text_end(cursor, low))


def _labels(cursor: Cursor, here: int, end: int) -> list[tuple[str, int]]:
    """Return (label code, offset at which its value begins) for each label on a line, which may have two columns."""
    known = {form: entry.code for entry in cursor.words["labels"] for form in entry.forms.get("printed", ())}
    found = []
    for start in (here, *(match.end() for match in _COLUMN.finditer(cursor.fold, here, end))):
        match = _LABEL.match(cursor.fold, start, end)
        if match is not None and match.group(1) in known:
            found.append((known[match.group(1)], match.end()))
    return list(dict.fromkeys(found))


_COLUMN = Pattern(r" {3,}(?=\S)")


def _field(cursor: Cursor, telegram: Telegram, label: str, here: int, body: int, last: int) -> None:
    if body >= last:
        return
    if label == "sender":
        cursor.begin(here, "sender")
        telegram.sender = read_party(cursor, body, last)
        telegram.mrn_post = " ".join(cursor.fold[body:last].split())
    elif label == "to":
        cursor.begin(here, "to")
        telegram.to += (read_party(cursor, body, last),)
    elif label == "reference":
        cursor.begin(here, "references")
        read_references(cursor, telegram, Region("references", here, body, last))


def _number_and_day(cursor: Cursor, telegram: Telegram, number: str, day: Date | None) -> None:
    """Set the serial number and date. The date is the day stated after the number, in the year in which the telegram
    was received. If no day is stated, the date is the day on which the telegram was received.
    """
    match = _SERIAL.match(number)
    telegram.date = day
    if match is not None:
        telegram.mrn_serial = int(match.group(1))
        if match.group(2) and day is not None:
            words = f"{match.group(2)}, {day.first.year}"
            found = next((one.date for one in find_dates(words, cursor.grammar.months) if one.date is not None), None)
            telegram.date = found or day
    if telegram.date is not None:
        telegram.mrn_year = telegram.date.first.year
        cursor.day = telegram.date


def _text_end(cursor: Cursor, low: int) -> int:
    """Return the offset of the repeated level below the text, or the size of the text if the level is not repeated."""
    end = cursor.size
    start, last = cursor.trim(low, end)
    if start >= last:
        return end
    line = cursor.line_start(last - 1)
    return line if cursor.fold[line:last].strip() in cursor.grammar.level_names and line > low else end


def _level_at(cursor: Cursor, start: int, end: int) -> Banner | None:
    """Return the level at the beginning of a line as a banner, or `None`."""
    names = sorted(cursor.grammar.level_names.items(), key=lambda item: -len(item[0]))
    for name, level in names:
        after = start + len(name)
        if len(name) > 2 and after <= end and cursor.fold.startswith(name, start) and cursor.fold[after] in " \n":
            word = cursor.word(start, after)
            return Banner(word.span, word.text, level, level_text=word)
    return None


def _date_in(cursor: Cursor, start: int, end: int) -> Date | None:
    found = find_dates(cursor.flat(start, end), cursor.grammar.months)
    return next((one.date for one in found if one.date is not None), None)
