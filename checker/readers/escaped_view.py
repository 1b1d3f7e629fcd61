"""A view of quoted fields whose pieces are worked out when a place is first asked for, all at once."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from functools import partial

from ..record import Record
from ..text import Exchange, LazySpan, Source, Span, View

GLUE = "\n\n"


class Quoting:
    """How a format escapes letters in a field: `pattern` finds an escape, which always stands for one letter."""

    __slots__ = ("pattern",)

    def __init__(self, pattern: str) -> None:
        self.pattern = re.compile(pattern, re.DOTALL)

    def letter(self, escape: str) -> str:
        """What an escape stands for."""
        return escape[-1]

    def marks(self, text: str, low: int, high: int) -> tuple[list[int], list[int] | None]:
        """Which letters of the field are escapes (counted in the field without escapes), and where each escape ends.

        The ends are `None` where every escape is two letters long, for then they follow from the marks.
        """
        marks: list[int] = []
        ends: list[int] = []
        shift = low
        for found in self.pattern.finditer(text, low, high):
            start, end = found.span()
            marks.append(start - shift)
            ends.append(end)
            shift += end - start - 1
        return marks, ends

    def plain(self, raw: str) -> str:
        """A field without its escapes."""
        return self.pattern.sub(lambda found: self.letter(found[0]), raw)


class Field(Record):
    """A stretch of a view that is one field: `first` to `last` in the view, `low` to `high` in the source."""

    first: int
    last: int
    low: int
    high: int
    marks: list[int]
    ends: list[int] | None

    def place(self, offset: int) -> int:
        """The source's offset of a border between letters of the view."""
        before = bisect_left(self.marks, offset - self.first)
        if self.ends is None:
            return self.low + offset - self.first + before
        if before == 0:
            return self.low + offset - self.first
        return self.ends[before - 1] + offset - self.first - self.marks[before - 1] - 1


class ChangedView(View):
    """A lazy view with exchanges made, whose text is known at once and whose pieces when somebody asks.

    A span needs no pieces: its edges lie in a stretch of the view before, or in what an exchange put there.
    """

    __slots__ = ("_before", "_changes", "_edges", "_stretches")

    def __init__(self, before: LazyView, text: str, changes: list[Exchange]) -> None:
        self.source = before.source
        self.text = text
        self._before = before
        self._changes = changes
        self._edges: list[int] | None = None  # where each stretch begins
        self._stretches: list[int | Exchange] = []  # where it began in the view before, or what put it there

    def span(self, start: int, end: int) -> Span:
        """The span of the source that the view's code points `start` to `end` come from."""
        return LazySpan(self, start, end)

    def spans(self) -> Callable[[int, int], Span]:
        """`span`, as quick as can be."""
        return partial(LazySpan, self)

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Where the source's stretch for the view's code points `start` to `end` begins and ends."""
        low = self._border(start, False) if start < len(self.text) else self._border(len(self.text), True)
        return low, low if end <= start else max(low, self._border(end, True))

    def _border(self, offset: int, ends: bool) -> int:
        """Where a letter begins, or where the one before it `ends`."""
        edges = self._measured() if self._edges is None else self._edges
        number = bisect_right(edges, offset - ends) - 1
        stretch = self._stretches[number]
        if isinstance(stretch, Exchange):
            return self._exchanged(stretch)[ends]
        return self._before._border(offset - edges[number] + stretch, ends)

    def _exchanged(self, change: Exchange) -> tuple[int, int]:
        """Where that stood in whose place an exchange put something; an insertion into an escape belongs to it."""
        start, end = change.start, change.end
        if start == end and 0 < start < len(self._before.text):
            before, after = self._before._border(start, True), self._before._border(start, False)
            if before > after:
                return after, before
        return self._before.place(start, end)

    def _measured(self) -> list[int]:
        edges: list[int] = []
        length = here = 0
        for change in self._changes:
            if change.start > here:
                edges.append(length)
                self._stretches.append(here)
                length += change.start - here
            if change.text:
                edges.append(length)
                self._stretches.append(change)
                length += len(change.text)
            here = change.end
        if here < len(self._before.text) or not edges:
            edges.append(length)
            self._stretches.append(here if here < len(self._before.text) else 0)
        self._edges = edges
        return edges

    def __getattr__(self, name: str) -> object:
        if name not in ("_kept", "_lows", "_sources", "_stops"):
            raise AttributeError(name)
        made = self._before.exchanged(self._changes)
        self._lows, self._sources, self._stops, self._kept = made._lows, made._sources, made._stops, made._kept
        found: object = object.__getattribute__(self, name)
        return found

    def forward(self) -> bool:
        """Whether this view never goes back: exchanges keep the order of what they are made in."""
        return self._before.forward()


class LazyView(View):
    """A view of some stretches of a source, a blank line between them, whose text is known at once.

    `parts` are the stretches in the order they are read, which need not be that of the source. A span needs only the
    marks of the escapes; the pieces are made when the view is exchanged or sliced.
    """

    __slots__ = ("_fields", "_parts", "_quoting")

    def __init__(self, source: Source, text: str, parts: list[tuple[int, int]], quoting: Quoting) -> None:
        self.source = source
        self.text = text
        self._parts = parts
        self._quoting = quoting
        self._fields: list[Field] | None = None

    def span(self, start: int, end: int) -> Span:
        """The span of the source that the view's code points `start` to `end` come from."""
        return LazySpan(self, start, end)

    def spans(self) -> Callable[[int, int], Span]:
        """`span`, as quick as can be."""
        return partial(LazySpan, self)

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Where the source's stretch for the view's code points `start` to `end` begins and ends."""
        low = self._border(start, False)
        return low, low if end <= start else max(low, self._border(end, True))

    def runs(self) -> list[Span]:
        """The stretches of the source this view walks through: one, unless a field stands before an earlier one."""
        runs: list[Span] = []
        for low, high in self._parts:
            if runs and runs[-1].end <= low:
                runs[-1] = Span(runs[-1].start, high)
            else:
                runs.append(Span(low, high))
        return runs

    def forward(self) -> bool:
        """Whether this view never goes back to an earlier place of the source."""
        parts = self._parts
        return len(parts) == 1 or all(parts[n - 1][1] <= parts[n][0] for n in range(1, len(parts)))

    def _border(self, offset: int, ends: bool) -> int:
        """Where a letter begins, or where the one before it `ends`; the blank line stands for what parts the fields."""
        edge = 0
        fields = self._measured() if self._fields is None else self._fields
        for number, field in enumerate(fields):
            if offset < field.first or (ends and number and offset == field.first):
                return max(edge, field.low) if ends else edge
            if offset <= field.last:
                return field.place(offset)
            edge = field.high
        return edge

    def _measured(self) -> list[Field]:
        fields = []
        length = 0
        for low, high in self._parts:
            marks, ends = self._quoting.marks(self.source.text, low, high)
            last = length + high - low - len(marks) if ends is None else -1
            if ends is not None:
                last = length + (marks[-1] + 1 + high - ends[-1] if ends else high - low)
            fields.append(Field(length, last, low, high, marks, ends))
            length = last + len(GLUE)
        self._fields = fields
        return fields

    def exchange(self, exchanges: Iterable[Exchange]) -> View:
        """A new view with each exchange made; what pieces it has is worked out when a place is asked for."""
        changes = list(exchanges)
        words: list[str] = []
        here = 0
        for change in changes:
            if change.start < here or change.end < change.start or change.end > len(self.text):
                raise ValueError(f"exchange {change.start}-{change.end} overlaps or is out of order")
            words += (self.text[here : change.start], change.text)
            here = change.end
        words.append(self.text[here:])
        return ChangedView(self, "".join(words), changes)

    def exchanged(self, changes: list[Exchange]) -> View:
        """The same at once."""
        return super().exchange(changes)

    def __getattr__(self, name: str) -> object:
        if name not in ("_kept", "_lows", "_sources", "_stops"):
            raise AttributeError(name)
        self._lows, self._sources, self._stops, self._kept = [], [], [], []
        edge = 0
        for number, field in enumerate(self._measured()):
            if number:
                self._add([field.first - len(GLUE)], [edge], [max(edge, field.low)], [False])
            self._add_field(field)
            edge = field.high
        found: object = object.__getattribute__(self, name)
        return found

    def _add_field(self, field: Field) -> None:
        """The pieces of a field: kept and exchanged ones take turns."""
        marks = [field.first + mark for mark in field.marks]
        starts = [field.place(mark) for mark in marks]
        size = 2 * len(marks) + 1
        lows, sources, stops = [field.first] * size, [field.low] * size, [field.high] * size
        lows[1::2] = marks
        lows[2::2] = [mark + 1 for mark in marks]
        sources[1::2] = stops[0:-1:2] = starts
        sources[2::2] = stops[1::2] = [start + 2 for start in starts] if field.ends is None else field.ends
        self._add(lows, sources, stops, ([True, False] * (len(marks) + 1))[:size])

    def _add(self, lows: list[int], sources: list[int], stops: list[int], kept: list[bool]) -> None:
        self._lows += lows
        self._sources += sources
        self._stops += stops
        self._kept += kept
