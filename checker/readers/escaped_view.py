"""Views of quoted or escaped fields whose positions in the source are computed on first use."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from functools import partial

from ..record import Record
from ..text import Exchange, LazySpan, Source, Span, View

GLUE = "\n\n"


class Quoting:
    """How a format escapes characters in a field: `pattern` matches an escape, always of one character."""

    __slots__ = ("pattern",)

    def __init__(self, pattern: str) -> None:
        self.pattern = re.compile(pattern, re.DOTALL)

    def character(self, escape: str) -> str:
        """Return the character of an escape."""
        return escape[-1]

    def marks(self, text: str, low: int, high: int) -> tuple[list[int], list[int] | None]:
        """Return the offsets of the escapes of a field, counted in the unescaped field, and where each escape ends.

        The ends are `None` if every escape is two characters long, because they follow from the offsets then.
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
        """Return a field with its escapes replaced."""
        return self.pattern.sub(lambda found: self.character(found[0]), raw)


class Field(Record):
    """One field of a view: `first` to `last` in the view, `low` to `high` in the source."""

    first: int
    last: int
    low: int
    high: int
    marks: list[int]
    ends: list[int] | None

    def place(self, offset: int) -> int:
        """Return the offset in the source of an offset in the view."""
        before = bisect_left(self.marks, offset - self.first)
        if self.ends is None:
            return self.low + offset - self.first + before
        if before == 0:
            return self.low + offset - self.first
        return self.ends[before - 1] + offset - self.first - self.marks[before - 1] - 1


class ChangedView(View):
    """A lazy view after edits: its text is computed at once, its pieces on first use.

    A span needs no pieces: its ends lie in a segment of the view before, or in the text of an edit.
    """

    __slots__ = ("_before", "_changes", "_edges", "_segments")

    def __init__(self, before: LazyView, text: str, changes: list[Exchange]) -> None:
        self.source = before.source
        self.text = text
        self._before = before
        self._changes = changes
        self._edges: list[int] | None = None  # where each segment begins
        self._segments: list[int | Exchange] = []  # where it began in the view before, or the edit that inserted it

    def span(self, start: int, end: int) -> Span:
        """Return the span of the source that the view's code points `start` to `end` come from."""
        return LazySpan(self, start, end)

    def spans(self) -> Callable[[int, int], Span]:
        """Return a function like `span` that computes nothing yet."""
        return partial(LazySpan, self)

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Return start and end of the source text for the view's code points `start` to `end`."""
        low = self._border(start, False) if start < len(self.text) else self._border(len(self.text), True)
        return low, low if end <= start else max(low, self._border(end, True))

    def _border(self, offset: int, ends: bool) -> int:
        """Return where a character begins in the source, or with `ends` where the one before it ends."""
        edges = self._layout() if self._edges is None else self._edges
        number = bisect_right(edges, offset - ends) - 1
        segment = self._segments[number]
        if isinstance(segment, Exchange):
            return self._replaced(segment)[ends]
        return self._before._border(offset - edges[number] + segment, ends)

    def _replaced(self, change: Exchange) -> tuple[int, int]:
        """Return start and end of the source text an edit replaced; one inserted into an escape belongs to it."""
        start, end = change.start, change.end
        if start == end and 0 < start < len(self._before.text):
            before, after = self._before._border(start, True), self._before._border(start, False)
            if before > after:
                return after, before
        return self._before.place(start, end)

    def _layout(self) -> list[int]:
        edges: list[int] = []
        length = here = 0
        for change in self._changes:
            if change.start > here:
                edges.append(length)
                self._segments.append(here)
                length += change.start - here
            if change.text:
                edges.append(length)
                self._segments.append(change)
                length += len(change.text)
            here = change.end
        if here < len(self._before.text) or not edges:
            edges.append(length)
            self._segments.append(here if here < len(self._before.text) else 0)
        self._edges = edges
        return edges

    def __getattr__(self, name: str) -> object:
        if name not in ("_kept", "_lows", "_sources", "_stops"):
            raise AttributeError(name)
        made = self._before.exchange_now(self._changes)
        self._lows, self._sources, self._stops, self._kept = made._lows, made._sources, made._stops, made._kept
        found: object = object.__getattribute__(self, name)
        return found

    def forward(self) -> bool:
        """Return whether this view is in source order: edits keep the order of the view they are made in."""
        return self._before.forward()


class LazyView(View):
    """A view of some parts of a source with a blank line between them; its text is given.

    `parts` are (start, end) in the order in which they are read, which need not be that of the source. A span needs
    only the offsets of the escapes; the pieces are made when the view is sliced.
    """

    __slots__ = ("_fields", "_parts", "_quoting")

    def __init__(self, source: Source, text: str, parts: list[tuple[int, int]], quoting: Quoting) -> None:
        self.source = source
        self.text = text
        self._parts = parts
        self._quoting = quoting
        self._fields: list[Field] | None = None

    def span(self, start: int, end: int) -> Span:
        """Return the span of the source that the view's code points `start` to `end` come from."""
        return LazySpan(self, start, end)

    def spans(self) -> Callable[[int, int], Span]:
        """Return a function like `span` that computes nothing yet."""
        return partial(LazySpan, self)

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Return start and end of the source text for the view's code points `start` to `end`."""
        low = self._border(start, False)
        return low, low if end <= start else max(low, self._border(end, True))

    def runs(self) -> list[Span]:
        """Return the spans of the source in the order of this view: one, unless a field precedes an earlier one."""
        runs: list[Span] = []
        for low, high in self._parts:
            if runs and runs[-1].end <= low:
                runs[-1] = Span(runs[-1].start, high)
            else:
                runs.append(Span(low, high))
        return runs

    def forward(self) -> bool:
        """Return whether this view is in source order."""
        parts = self._parts
        return len(parts) == 1 or all(parts[n - 1][1] <= parts[n][0] for n in range(1, len(parts)))

    def _border(self, offset: int, ends: bool) -> int:
        """Return where a character begins, or with `ends` where the one before it ends."""
        edge = 0
        fields = self._layout() if self._fields is None else self._fields
        for number, field in enumerate(fields):
            if offset < field.first or (ends and number and offset == field.first):
                return max(edge, field.low) if ends else edge
            if offset <= field.last:
                return field.place(offset)
            edge = field.high
        return edge

    def _layout(self) -> list[Field]:
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
        """Return a new view with each edit made; its pieces are computed on first use."""
        changes = list(exchanges)
        parts: list[str] = []
        here = 0
        for change in changes:
            if change.start < here or change.end < change.start or change.end > len(self.text):
                raise ValueError(f"exchange {change.start}-{change.end} overlaps or is out of order")
            parts += (self.text[here : change.start], change.text)
            here = change.end
        parts.append(self.text[here:])
        return ChangedView(self, "".join(parts), changes)

    def exchange_now(self, changes: list[Exchange]) -> View:
        """Return a new view with each edit made and its pieces computed."""
        return super().exchange(changes)

    def __getattr__(self, name: str) -> object:
        if name not in ("_kept", "_lows", "_sources", "_stops"):
            raise AttributeError(name)
        self._lows, self._sources, self._stops, self._kept = [], [], [], []
        edge = 0
        for number, field in enumerate(self._layout()):
            if number:
                self._add([field.first - len(GLUE)], [edge], [max(edge, field.low)], [False])
            self._add_field(field)
            edge = field.high
        found: object = object.__getattribute__(self, name)
        return found

    def _add_field(self, field: Field) -> None:
        """Add the pieces of a field: unchanged ones and escapes alternate."""
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
