"""Read the teletype header: format lines 1 to 10 of ACP 127, in any order, up to the classification line.

`HeaderReader` determines which format line each line is and reads it; `find_hidden` looks for format lines that a copy
has joined to other lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from ...model import (
    Banner,
    Dtg,
    Fact,
    Party,
    Readdressal,
    Routing,
    Security,
    Station,
    Telegram,
    Transmission,
    Unread,
    Word,
)
from ...record import Lazy
from ...text import Pattern, Span
from ..cursor import Cursor
from ..lookup import Grammar
from .banner import read_banner, unread_banner
from .blocks import label_of
from .captions import LONGEST_ADDRESS, is_address_stop
from .dates import read_dtg

_STATION = Pattern(  # 1 indicator, 2 serial, 3 its letter, 4 section, 5 day of the year and 6 time, 7 day and 8 time
    r"[A-Z]+ +([A-Z]{3,8})(?: +#? ?(\d{3,5})([A-Z])?)?(?:/(\d{1,2}))?"
    r"(?: +(?:(\d{3})(\d{4})|(\d{1,2})/(\d{4})))?"
)
_SECURITY = Pattern(r"([A-Z]{3}) +([A-Z]{2,7})(?:/([A-Z]{1,7}))?")
_INDICATOR = Pattern(r"R[A-Z]{3,7}(?![A-Z])")
_CALLED = Pattern(r"(?<=[ \n])[A-Z0-9]{4,12}(?![A-Z0-9])")  # a routing indicator, or whatever is in its place
_SENT_TO = Pattern(r"(?:R[A-Z]{2,7}|Z[A-Z]{2})/")
_ADDRESS = Pattern(r"(?:(R[A-Z]{2,7})/|([A-Z]{3})/)?")
_AHEAD = 3  # lines below an unreadable line within which the header must continue
_NEAR = 60  # lines
_LONGEST_NUMBER = 7  # digits
_LONGEST_CACHED = 200  # code points of an address that is cached
_OFFICE = Pattern(r"[A-Z]{1,5}(?:/[A-Z]{1,5})?-\d{2}")
_DASHES = "------"
_TOTAL = Pattern(r"/ ?(\d{3}) ?[A-Z]{1,2}(?= |$)")


class HeaderReader:
    """Reads the header lines at the top of the text into a telegram, up to the classification line."""

    __slots__ = (
        "banner",
        "cursor",
        "drafted",
        "exempt",
        "gap",
        "group",
        "info",
        "match",
        "names",
        "offices",
        "telegram",
        "to",
        "unread",
    )

    def __init__(self, cursor: Cursor, telegram: Telegram) -> None:
        self.cursor = cursor
        self.telegram = telegram
        self.to: list[Party] = []
        self.info: list[Party] = []
        self.exempt: list[Party] = []
        self.offices: list[tuple[int, int]] = []  # the distribution lines
        self.banner: Banner | None = None  # the classification line, once it is reached
        self.group: Dtg | None = None  # the date-time group of the current line
        self.match: re.Match[str] | None = None  # the match of the current station line
        self.drafted = 0  # where the last entry of the drafting block begins
        self.gap = False  # whether an empty line precedes the current line
        self.unread = False  # whether a line between header lines could not be read
        self.names = cursor.grammar.header_lines

    def read(self) -> int:
        """Read the header lines. Return the offset of the first line that is not part of the header, usually the
        classification line. If there is no such line, return the offset at which the last header line ends.
        """
        cursor = self.cursor
        fold = cursor.fold
        here = self._seek()
        last = 0
        block: str | None = None
        while here < cursor.size:
            end = fold.find("\n", here)
            start = cursor.after_blanks(here) if fold[here] == " " else here
            if start < end:
                kind = self._kind(start, end, block)
                if kind is None and self._goes_on(start, end):
                    cursor.begin(here, "unread")
                    self.unread = True
                    block, here = None, end + 1
                    continue
                if kind is None and block == "sender" and not self.gap and self._is_strange(start, end):
                    cursor.begin(here, "unread")  # where the addressees should begin
                if kind == "banner" or kind is None:
                    break
                if kind != block or kind in ("sender", "dtg"):
                    cursor.begin(here, kind)
                block = self._read(kind, start, end, block)
                self.gap = False
                last = end + 1
            else:
                self.gap = True
                block = None if block in ("routing", "sender", "drafting") else block
            here = end + 1
        self.telegram.to = tuple(self.to)
        self.telegram.info = tuple(self.info)
        self.telegram.exempt = tuple(self.exempt)
        self.telegram.offices = Lazy(_offices, cursor, self.offices) if self.offices else ()
        if self.unread:
            self._lose()
        return here if here < cursor.size else last

    def _lose(self) -> None:
        """Mark the date-time group and the originator as lost if they were not found, because either may be on an
        unreadable header line.
        """
        place = self.telegram.span.start
        why = "it may be in a header line that cannot be read"
        if self.telegram.dtg is None:
            self.telegram.dtg = Unread(Span(place, place), why)
        if self.telegram.sender is None:
            self.telegram.sender = Unread(Span(place, place), why)

    def _goes_on(self, start: int, end: int) -> bool:
        """Return whether an unreadable line is within the header. It is if the next header line follows within a few
        lines, is a date-time group, originator, or addressee, and is the first of its kind.
        """
        cursor, telegram = self.cursor, self.telegram
        if self.unread and telegram.dtg is not None and telegram.sender is not None:
            return False
        if not self._is_strange(start, end):
            return False
        here = end + 1
        for _ in range(_AHEAD):
            if here >= cursor.size:
                return False
            stop = cursor.fold.find("\n", here)
            low, high = cursor.trim(here, stop)
            kind = self._kind(low, high, None) if low < high else None
            if kind is not None and kind != "counter":
                known = {"dtg": telegram.dtg, "sender": telegram.sender, "to": self.to or None}
                return kind in known and known[kind] is None
            here = stop + 1
        return False

    def _is_strange(self, start: int, end: int) -> bool:
        """Return whether a line is unrecognized, meaning that it is not a label, caption, or prose and does not
        resemble a classification line.
        """
        if label_of(self.cursor, start) is not None or is_address_stop(self.cursor, start, end):
            return False
        return unread_banner(self.cursor, start, end) is None

    def _seek(self) -> int:
        """Return the offset of the first header line, or 0 if there is none near the top."""
        fold = self.cursor.fold
        here = 0
        counter = -1  # the counter line of a page may be the first line of the header
        for _ in range(_NEAR):
            if here >= self.cursor.size:
                break
            end = fold.find("\n", here)
            start = self.cursor.after_blanks(here)
            last = end if fold[end - 1] != " " else self.cursor.trim(start, end)[1]
            kind = self._kind(start, last, None) if start < last else "blank"
            if kind == "counter":
                counter = here if counter < 0 else counter
            elif kind is None:
                counter = -1
            elif kind != "blank":
                here = counter if counter >= 0 else here
                if here and self.cursor.fold[:here].strip():
                    self.cursor.begin(0, "loose_text")
                return here
            if start < last and label_of(self.cursor, start) is not None:
                break
            here = end + 1
        return 0

    def _kind(self, start: int, end: int, block: str | None) -> str | None:
        """Return the name of the header block to which the line belongs, "banner" for a classification line, or `None`.
        Also store the banner, date-time group, or station match that was read from the line.
        """
        cursor = self.cursor
        fold = cursor.fold
        stop = fold.find(" ", start, end)
        first = fold[start : stop if stop >= 0 else end]
        kind = self.names.get(first)
        if kind is not None:
            if kind != "sender" and kind != "security":
                kind = self._settle(kind, first, start, end)
            if kind is not None:
                return kind
        elif (
            block in ("to", "info", "exempt")
            and "/" in first
            and end - start <= LONGEST_ADDRESS
            and _SENT_TO.match(fold, start)
        ):
            return block  # another address, as most header lines are
        if first.startswith(cursor.grammar.starts):
            return "transmission"
        if block == "offices" and _OFFICE.match(fold, start):
            return block  # more offices
        self.banner = read_banner(cursor, start, end) if fold[start] in cursor.grammar.level_prefixes else None
        if self.banner is not None:
            return "service" if self._is_service(start, end) else "banner"
        self.group = read_dtg(cursor, start, end)
        if self.group is not None:
            return "dtg"
        return self._continued(start, end, block)

    def _is_service(self, start: int, end: int) -> bool:
        """Return whether a line with a level begins a service message, which is followed by a repeated header."""
        cursor = self.cursor
        words = cursor.fold[start:end].split()
        if len(words) < 2 or words[1] not in cursor.grammar.page_word("service", "word"):
            return False
        stop = cursor.fold.find("\n", end + 1)
        low, high = cursor.trim(end + 1, stop) if stop >= 0 else (end, end)
        first = cursor.fold[low:high].split(" ", 1)[0]
        return self.names.get(first) in ("routing", "station") or read_dtg(cursor, low, high) is not None

    def _settle(self, kind: str, first: str, start: int, end: int) -> str | None:
        """Return the block to which a line belongs if its first word can begin several blocks, or `None` if the line
        does not fit any of them.
        """
        fold = self.cursor.fold
        rest = self.cursor.after_blanks(start + len(first))
        if kind in ("to", "info", "offices") and "-" in fold[rest:end] and _OFFICE.match(fold, rest):
            return "offices"
        if kind == "routing":
            return "routing" if rest == end or _INDICATOR.match(fold, rest) else None
        if kind == "station":
            self.match = _STATION.match(fold, start, end)
            return "station" if self.match else None
        if kind == "offices":
            return None
        if kind == "drafting":
            return "drafting" if self._drafting_label(start) is not None else None
        if kind in ("break", "accounting", "pilot"):
            return self._settle_signal(kind, rest, end)
        return kind

    def _settle_signal(self, kind: str, rest: int, end: int) -> str | None:
        """Return the block of a line that begins with a break, an accounting symbol, or a pilot's signal, or `None` if
        it is not a header line.
        """
        alone = rest == end
        if kind == "pilot":
            return kind if alone or _INDICATOR.match(self.cursor.fold, rest) else None
        known = self.telegram.dtg is not None or self.telegram.station is not None
        return kind if alone and known else None

    def _drafting_label(self, start: int) -> tuple[str, str] | None:
        """Return the spelling and code of the drafting block label at the beginning of a line, or `None`."""
        fold = self.cursor.fold
        for form, code in self.cursor.grammar.drafting_labels.get(fold[start], ()):
            if fold.startswith(form, start) and not fold[start + len(form)].isalpha():
                return form, code
        return None

    def _continued(self, start: int, end: int, block: str | None) -> str | None:
        """Return the name of the open block if the line continues it, or "counter" for a line of message counters.
        Return `None` for any other line.
        """
        fold = self.cursor.fold
        if fold.startswith(_DASHES, start):
            return "counter"
        if block == "routing":
            return "routing" if _INDICATOR.match(fold, start) else None
        if block == "offices" or block == "counter":
            if _OFFICE.match(fold, start) or _TOTAL.match(fold, start):
                return "offices"
            return "counter" if fold[start].isdigit() else None
        if block == "drafting":
            return "drafting"
        if block in ("to", "info", "exempt", "sender"):
            return block if self._is_address(start, end, block) else None
        return "counter" if end - start <= 5 and fold[start].isdigit() and block is None else None

    def _is_address(self, start: int, end: int, block: str) -> bool:
        """Return whether a line continues the addresses above it. After an empty line, the line must also look like an
        address.
        """
        if block == "sender" or is_address_stop(self.cursor, start, end):
            return False
        if unread_banner(self.cursor, start, end) is not None:
            return False
        fold = self.cursor.fold
        named = fold.startswith(self.cursor.grammar.mission_prefixes, start) or _SENT_TO.match(fold, start) is not None
        return named or not self.gap

    def _read(self, kind: str, start: int, end: int, block: str | None) -> str:
        cursor, telegram = self.cursor, self.telegram
        if cursor.fold[end - 1] == " ":
            end = cursor.trim(start, end)[1]
        if kind == "transmission":
            telegram.transmission = Transmission(cursor.span(start, end), cursor.text[start:end])
        elif kind == "routing":
            self._routing(start, end, block)
        elif kind == "station":
            telegram.station = _station(cursor, start, end, self.match)
        elif kind == "security":
            telegram.security = _security(cursor, start, end)
        elif kind == "dtg":
            self._group()
        elif kind == "offices":
            self.offices.append((start, end))
            line = cursor.fold[start:end]
            total = _TOTAL.search(line) if "/" in line else None
            if total is not None:
                telegram.copies = int(total.group(1))
        elif kind in ("sender", "to", "info", "exempt"):
            self._party(kind, start, end, block)
        else:
            self._read_other(kind, start, end)
        return kind

    def _drafting(self, start: int, end: int) -> None:
        """Add a line to the drafting block. A line without a label continues the line above it."""
        cursor, telegram = self.cursor, self.telegram
        label = self._drafting_label(start)
        if label is not None:
            low = start + len(label[0])
            while low < end and cursor.fold[low] in " :=-":
                low += 1
            telegram.drafting += (Fact(cursor.span(start, end), label[1], cursor.text[low:end]),)
            self.drafted = start
        elif telegram.drafting:
            last = telegram.drafting[-1]
            last.span = cursor.span(self.drafted, end)
            last.text = f"{last.text} {cursor.text[start:end]}".strip()

    def _group(self) -> None:
        """Store the date-time group of the current line. If a complete header precedes it, that header belongs to a
        readdressal.
        """
        telegram = self.telegram
        if telegram.dtg is not None and telegram.sender is not None and self.to:
            self._readdress()
        if telegram.dtg is None:
            telegram.dtg = self.group

    def _read_other(self, kind: str, start: int, end: int) -> None:
        """Read a pilot's signal, an accounting symbol, a service message, or a line of the drafting block. Ignore other
        kinds of lines.
        """
        if kind == "drafting":
            self._drafting(start, end)
        elif kind == "pilot":
            self.telegram.pilots += (self.cursor.word(start, end),)
        elif kind == "accounting":
            self.telegram.accounting = self.cursor.word(start, end)
        elif kind == "service":
            self.telegram.service = self.cursor.word(start, end)

    def _readdress(self) -> None:
        """Store the header read so far as a readdressal, unless the current date-time group only repeats the
        first one.
        """
        telegram = self.telegram
        first, group = telegram.dtg, self.group
        if not isinstance(first, Dtg) or group is None or (first.date, first.time) == (group.date, group.time):
            return
        sender = telegram.sender if isinstance(telegram.sender, Party) else None
        telegram.readdressal = Readdressal(first.span, first, sender, tuple(self.to), tuple(self.info))
        telegram.dtg = telegram.sender = None
        self.to, self.info, self.exempt = [], [], []

    def _routing(self, start: int, end: int, block: str | None) -> None:
        cursor = self.cursor
        called = tuple(cursor.word(*hit.span()) for hit in _CALLED.finditer(cursor.fold, start, end))
        routing = self.telegram.routing
        if block == "routing" and isinstance(routing, Routing):
            routing.indicators += called
            routing.span = Span(routing.span.start, cursor.span(start, end).end)
            return
        letters = cursor.fold[start:end].split(" ", 1)[0]
        entry = cursor.grammar.doubled.get(letters)
        rank = entry.rank if entry is not None else None
        self.telegram.routing = Routing(cursor.span(start, end), letters, rank, called)

    def _party(self, kind: str, start: int, end: int, block: str | None) -> None:
        cursor = self.cursor
        if kind == "sender" or block != kind or self._is_label(start, kind):
            at = cursor.fold.find(" ", start, end)
            if at < 0:
                return
            start = at
            while start < end and cursor.fold[start] == " ":
                start += 1
        if start == end:
            return
        if kind == "sender":
            self.telegram.sender = self.telegram.sender or read_party(cursor, start, end)
            return
        parties = {"to": self.to, "info": self.info, "exempt": self.exempt}[kind]
        for form in cursor.grammar.label("exempt", "line"):
            at = cursor.fold.find(f" {form} ", start, end)
            if at >= 0:  # on the same line as the collective address
                self.exempt += _parties(cursor, at + len(form) + 2, end)
                end = start + len(cursor.fold[start:at].rstrip(" ,"))
        parties.append(read_party(cursor, start, end))

    def _is_label(self, start: int, kind: str) -> bool:
        word = self.cursor.fold[start : start + 6].split(" ", 1)[0]
        return self.names.get(word) == kind


def _offices(_: Telegram, cursor: Cursor, lines: list[tuple[int, int]]) -> tuple[Word, ...]:
    """Return the offices on the distribution lines, each with its number of copies."""
    return tuple([cursor.word(*hit.span()) for line in lines for hit in _OFFICE.finditer(cursor.fold, *line)])


def _station(cursor: Cursor, start: int, end: int, match: re.Match[str] | None) -> Station | Unread:
    if match is None:
        return Unread.expected(cursor.span(start, end), "a station line", cursor.text[start:end])
    indicator, serial, letter, section, day, time, day_of_month, filed = match.groups()
    return Station(
        cursor.span(start, end),
        indicator,
        int(serial) if serial else None,
        int(section) if section else None,
        int(day) if day else None,
        time or filed,
        letter,
        int(day_of_month) if day_of_month else None,
    )


def _security(cursor: Cursor, start: int, end: int) -> Security | Unread:
    match = _SECURITY.match(cursor.fold, start, end)
    if match is None:
        return Unread.expected(
            cursor.span(start, end), "an operating signal and a group of five letters", cursor.text[start:end]
        )
    signal, group, suffix = match.groups()
    uniform = len(set(group)) == 1
    level = cursor.grammar.group_levels.get(group[0]) if uniform else None
    return Security(cursor.span(start, end), signal, group, suffix, level, uniform)


def read_party(cursor: Cursor, start: int, end: int) -> Party:
    """Return the address in a span: routing indicator, name, precedence word, and the addressee's own serial number."""
    words = cursor.fold[start:end].split()
    number = None
    if len(words) > 1 and words[-1].isascii() and words[-1].isdigit() and len(words[-1]) <= _LONGEST_NUMBER:
        if len(words) > 2 or not _is_indicator(cursor.grammar, words[0]):
            number = int(words.pop())
    address = " ".join(words)
    read = _address if len(address) <= _LONGEST_CACHED else _address.__wrapped__  # a line can be as long as the text
    name, indicator, precedence, rank, post, signal = read(cursor.grammar, address)
    text = cursor.text[start:end]
    return Party(cursor.span(start, end), text, name, indicator, precedence, rank, number, post, signal)


def _is_indicator(grammar: Grammar, word: str) -> bool:
    """Return whether a word is only a routing indicator or an operating signal, so that a number after it is a name."""
    match = _ADDRESS.fullmatch(word) if word.endswith("/") else None
    return match is not None and (match[1] is not None or match[2] in grammar.address_signals)


@lru_cache(maxsize=4096)
def _address(grammar: Grammar, text: str) -> tuple[str, str | None, str | None, int | None, str, str | None]:
    """Return the name, routing indicator, precedence word and its rank, post, and operating signal of an address
    without its number. Results are cached, because most addresses recur.
    """
    match = _ADDRESS.match(text)
    indicator, signal = match.groups() if match is not None else (None, None)
    if signal is not None and signal not in grammar.address_signals:
        match = signal = None
    words = text[match.end() if match is not None else 0 :].split()
    precedence = rank = None
    for count in (2, 1) if words and words[-1] in grammar.precedence_ends else ():
        entry = grammar.precedence_words.get(" ".join(words[-count:])) if len(words) > count else None
        if entry is not None:
            precedence, rank = " ".join(words[-count:]), entry.rank
            del words[-count:]
            break
    name = " ".join(words)
    return name, indicator, precedence, rank, post_of(grammar, name), signal


def _parties(cursor: Cursor, start: int, end: int) -> Iterator[Party]:
    """Yield the addresses in a span, which are separated by commas."""
    while start < end:
        comma = cursor.fold.find(",", start, end)
        stop = comma if comma >= 0 else end
        low, high = cursor.trim(start, stop)
        if low < high:
            yield read_party(cursor, low, high)
        start = stop + 1


def post_of(grammar: Grammar, name: str) -> str:
    """Return a mission's post name as used on classification lines, given its name in an address."""
    known = grammar.mission_names.get(name)
    if known is not None:
        return known
    for prefix in grammar.mission_kinds.get(name.split(" ", 1)[0], ()):
        if name.startswith(prefix):
            return name[len(prefix) :]
    city, comma, kind = name.partition(", ")  # the labeled form writes the city first
    return city if comma and kind + " " in grammar.mission_prefixes else name


# ---- Header lines that a copy has joined or broken -------------------------------------------------------------------
_GROUP = Pattern(r"[ \n]\d{6} ?[A-Z] [A-Z]{3} ?\d{2}")  # a date-time group anywhere on its line
_HEAD = 3000  # code points; anything further down belongs to the text


def find_hidden(cursor: Cursor, telegram: Telegram) -> None:
    """Mark the date-time group and the originator as lost if they appear within another header line."""
    if telegram.dtg is not None and telegram.sender is not None:
        return
    head = cursor.fold[: min(_end(cursor), _HEAD)]
    if telegram.dtg is None and _GROUP.search(head) is not None:
        telegram.dtg = _lost(telegram, "the date-time group is within another line")
    if telegram.sender is None and any(f" {word} " in head for word in _openers(cursor, "sender")):
        telegram.sender = _lost(telegram, "the originator is within another line")


def is_broken_level(cursor: Cursor, start: int, end: int) -> bool:
    """Return whether the letters on a line and the next line together begin with a level name."""
    first = cursor.fold[start:end].replace(" ", "")
    second = cursor.fold[end + 1 : end + 60].split("\n", 1)[0].replace(" ", "")
    both = first + second
    return bool(second) and any(len(first) < len(name) and both.startswith(name) for name, _ in cursor.grammar.levels)


def _openers(cursor: Cursor, kind: str) -> list[str]:
    return [word for word, opened in cursor.grammar.header_lines.items() if opened == kind]


def _end(cursor: Cursor) -> int:
    """Return the offset at which the header ends: that of the first classification line, field, or paragraph, or the
    size of the text if there is none.
    """
    kinds = ("banner", "eo", "tags", "subject", "authority", "paragraph")
    return next((start for start, kind in cursor.parts if kind in kinds), cursor.size)


def _lost(telegram: Telegram, why: str) -> Unread:
    place = telegram.banner.span.start if isinstance(telegram.banner, Banner) else telegram.span.start
    return Unread(Span(place, place), why)
