"""Define the records for the lines above the classification line, and the base records for all parts.

The records are in the order of format lines 1 to 10 of ACP 121/127.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, KeysView
from datetime import date
from itertools import chain

from ..record import Record, lazy_fields
from ..text import Span
from ..values import Date, Level


class Node(Record):
    """A part of the telegram with its span in the source."""

    span: Span


class Unread(Node):
    """A part that is present but unreadable, or *lost* because this copy does not contain the place where it would
    appear. `why` is the reason: a predicate whose subject is `text`, such as "looks like (S)", or a whole sentence if
    there is no text.
    """

    why: str
    text: str = ""

    @classmethod
    def expected(cls, span: Span, content: str, text: str = "") -> Unread:
        """Return an unread part in whose place `content`, such as "a valid date", is expected."""
        return cls(span, f"cannot be read as {content}" if text else f"no text where {content} is expected", text)

    @property
    def lost(self) -> bool:
        """Return whether this copy does not even contain the place where the part would appear."""
        return self.span.start == self.span.end


class Word(Node):
    """A word or a short span of text."""

    text: str


class Fact(Node):
    """A value stated by the wrapper around the document, such as a table row on a web page or a CSV column."""

    name: str
    text: str


Place = tuple[str, int, int, str]
"""A fact in a text: its name, the offset of its value in the line on which it begins, the length of the value, and the
value with single spaces."""


class Facts:
    """The facts that a wrapper states, in order. Facts with places are made on first use, because most are never read.

    `given` are facts, and `places` maps the name of each further fact to the offset of its line and to its place.
    `span` returns the span in the source for a start and end.
    """

    __slots__ = ("_made", "_places", "_span", "given")

    def __init__(
        self,
        given: tuple[Fact, ...],
        places: dict[str, tuple[int, Place]] | None = None,
        span: Callable[[int, int], Span] = Span,
    ) -> None:
        self.given = given
        self._made = {fact.name: fact for fact in reversed(given)}  # of several facts with a name, the first
        self._places = places or {}
        self._span = span

    def get(self, name: str) -> Fact | None:
        """Return the first fact with a name, or `None` if there is none."""
        fact = self._made.get(name)
        if fact is None and name in self._places:
            line, (_, at, size, text) = self._places[name]
            fact = self._made[name] = Fact(self._span(line + at, line + at + size), name, text)
        return fact

    def has_any(self, names: KeysView[str]) -> bool:
        """Return whether there is a fact with one of the names, without making it."""
        return not names.isdisjoint(self._places.keys()) or not names.isdisjoint(self._made.keys())

    def names(self) -> Iterator[str]:
        """Yield the names of the facts; a name that several facts have may be repeated."""
        return chain(self._places, self._made)

    def __iter__(self) -> Iterator[Fact]:
        yield from self.given
        for name in self._places:
            fact = self.get(name)
            if fact is not None:
                yield fact

    def __len__(self) -> int:
        return len(self.given) + len(self._places)


class DateField(Node):
    """A date in the text, or the words that appear in place of a date."""

    text: str
    date: Date | Unread | None = None


class SourceRecord(Node):
    """The wrapper's information about the document. It is secondhand and never part of the telegram.

    `level` and `controls` applied when the telegram was sent; `current_level` is the level in the archive today.
    `released` is the publication date; `review` is the declassification review that preceded the release. `post` is the
    post in the reference id. It is spelled as on the classification line if the two names differ only in spaces,
    truncation to six letters, or the type of mission.
    """

    reference_id: Word | None = None
    created: DateField | None = None
    released: DateField | None = None
    review: DateField | None = None
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


lazy_fields(SourceRecord, "span", "facts")  # only a finding about the whole record needs them
lazy_fields(SourceRecord, "origin", "sender", "handling", "eo", "tags", "level_text")  # few rules read them


class Transmission(Node):
    """Format line 1: start of transmission and channel number."""

    text: str


class Routing(Node):
    """Format line 2: the repeated precedence prosign and the routing indicators of the called stations."""

    precedence: str
    rank: int | None
    indicators: tuple[Word, ...] = ()


class Station(Node):
    """Format line 3 (DE): sending station, serial number modulo 10,000, section, day of the year, and filing time.

    `letter` follows the serial number in later transmissions; `day` is the day of the month in the form `10/1156Z`.
    """

    indicator: str
    serial: int | None = None
    section: int | None = None
    day_of_year: int | None = None
    time: str | None = None
    letter: str | None = None
    day: int | None = None


class Security(Node):
    """Format line 4: the security warning. `signal` is the operating signal, and `group` is the group of five letters.

    `level` is the level that the letter represents if all five letters are the same known letter, otherwise `None`.
    """

    signal: str
    group: str
    suffix: str | None = None
    level: Level | None = None
    uniform: bool = True


class Precedence(Node):
    """A precedence prosign and its rank in the `precedence` table (`None` for an unknown prosign)."""

    text: str
    rank: int | None = None


class Dtg(Node):
    """Format line 5: precedence and date-time group.

    `date` is `Unread` if the digits do not form a valid date. `time` is in the form HHMM, and `zone` is the zone letter
    if there is one.
    """

    text: str
    date: Date | Unread
    time: str | None
    zone: str | None
    action: Precedence | None = None
    info: Precedence | None = None
    signals: tuple[Word, ...] = ()
    repaired: bool = False

    @property
    def day_of_year(self) -> int | None:
        """Return the day of the year, 1 to 366 (absent if the date cannot be read)."""
        return day_of_year(self.date.first) if isinstance(self.date, Date) else None


class Party(Node):
    """An originator or addressee: routing indicator, name, precedence word, and the serial number for that addressee.

    `signal` is an operating signal before the name, such as ZEN for delivery by other means. `post` is the name without
    the mission type that precedes it (see the `posts` table), for comparison with the classification line.
    """

    text: str
    name: str
    indicator: str | None = None
    precedence: str | None = None
    rank: int | None = None
    number: int | None = None
    post: str | None = None
    signal: str | None = None


class Readdressal(Node):
    """The heading with which a telegram was forwarded to further addressees. It precedes the original heading."""

    dtg: Dtg
    sender: Party | None = None
    to: tuple[Party, ...] = ()
    info: tuple[Party, ...] = ()


def day_of_year(day: date) -> int:
    return day.toordinal() - date(day.year, 1, 1).toordinal() + 1


def days_between(written: date, numbered: int) -> int:
    """Return the number of days from a date to the nearest date that is day `numbered` of its year. The result is
    negative if that date is earlier.
    """
    lag = numbered - day_of_year(written)
    if -180 <= lag <= 180:
        return lag
    year = day_of_year(date(written.year, 12, 31))
    return lag + year if lag < 0 else lag - year


def same_post(one: str, other: str) -> bool:
    """Return whether two names denote the same post according to the rules described in
    `Telegram.sender_matches_post`.
    """
    if one == other:
        return True
    letters, others = ("".join(filter(str.isalnum, name)) for name in (one, other))
    if letters == others or (min(len(letters), len(others)) > 3 and (letters in others or others in letters)):
        return True
    words, other_words = set(one.split()), set(other.split())
    return words <= other_words or other_words <= words


def seen_before(seen: set[object], key: object) -> bool:
    known = key in seen
    seen.add(key)
    return known
