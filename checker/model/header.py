"""Records for the lines above the classification line, and the records that every other part is made of.

The order of the header lines is that of ACP 121/127: format lines 1 to 10.
"""

from __future__ import annotations

from datetime import date

from ..record import Record
from ..text import Span
from ..values import Date, Level


class Node(Record):
    """A part of the telegram, with its place in the source."""

    span: Span


class Unread(Node):
    """What the parser saw and could not read. `why` says what would have been readable."""

    why: str
    text: str = ""

    @property
    def lost(self) -> bool:
        """Whether the copy does not even hold the stretch where this part would stand."""
        return self.span.start == self.span.end


class Word(Node):
    """A word or a short stretch of text."""

    text: str


class Fact(Node):
    """A value the wrapper states about the document (a table row of a web page, a CSV column)."""

    name: str
    text: str


class DateField(Node):
    """A date in the text, or what stands where a date should."""

    text: str
    date: Date | Unread | None = None


class SourceRecord(Node):
    """What the wrapper says about the document: second-hand, never part of the cable.

    `level` and `controls` are the level when sent; `current_level` is the present one in an archive's record. `post` is
    the post of the reference id, in the spelling of the classification line where that only differs by blanks, by a
    cut to six letters or by the kind of mission.
    """

    reference_id: Word | None = None
    created: DateField | None = None
    released: DateField | None = None
    level: Level | Unread | None = None
    level_text: Word | None = None
    controls: tuple[str, ...] = ()
    origin: Word | None = None
    subject: Word | None = None
    sender: Word | None = None
    handling: Word | None = None
    eo: Word | None = None
    tags: Word | None = None
    current_level: Level | None = None
    year: int | None = None
    post: str | None = None
    serial: int | None = None
    facts: tuple[Fact, ...] = ()


class Transmission(Node):
    """Format line 1: start of transmission and channel number."""

    text: str


class Routing(Node):
    """Format line 2: doubled precedence and the routing indicators called."""

    precedence: str
    rank: int | None
    indicators: tuple[Word, ...] = ()


class Station(Node):
    """Format line 3 (DE): sending station, serial number modulo 10,000, section, day of the year, time of filing."""

    indicator: str
    serial: int | None = None
    section: int | None = None
    day_of_year: int | None = None
    time: str | None = None


class Security(Node):
    """Format line 4: security warning. `signal` is the operating signal, `group` its five letters.

    `level` is the level of the group's letter when all five are the same and known, else `None`.
    """

    signal: str
    group: str
    suffix: str | None = None
    level: Level | None = None
    uniform: bool = True


class Precedence(Node):
    """A precedence prosign with its rank from the table `precedence` (`None`: not a known prosign)."""

    text: str
    rank: int | None = None


class Dtg(Node):
    """Format line 5: precedence and date-time group.

    `date` is `Unread` when the digits make no real date. `time` is HHMM, `zone` the zone letter, `year` four digits.
    """

    text: str
    date: Date | Unread
    time: str | None
    zone: str
    action: Precedence | None = None
    info: Precedence | None = None
    signals: tuple[Word, ...] = ()
    repaired: bool = False

    @property
    def day_of_year(self) -> int | None:
        """1 to 366, or `None` when the date cannot be read."""
        return day_of_year(self.date.first) if isinstance(self.date, Date) else None


class Party(Node):
    """An originator or addressee: routing indicator, name, precedence word, serial for that addressee.

    `post` is the name without the kind of mission before it (table `posts`), for comparison with the banner.
    """

    text: str
    name: str
    indicator: str | None = None
    precedence: str | None = None
    rank: int | None = None
    number: int | None = None
    post: str | None = None


def day_of_year(day: date) -> int:
    return day.toordinal() - date(day.year, 1, 1).toordinal() + 1


def seen_before(seen: set[object], key: object) -> bool:
    known = key in seen
    seen.add(key)
    return known
