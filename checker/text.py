"""Text that remembers where it came from: the only module that turns offsets into places.

A `Source` is the decoded text of one document. A `View` is text derived from it by exchanges (a tag gone,
`&` for `&amp;`, a page line cut out, a line break become a blank) or by slicing; views stack to any depth and
every view leads straight back to the source. Offsets count code points; spans are half open.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from .record import Record


class Span(Record):
    """A stretch of the source: `start` to `end`, code points from 0, half open."""

    start: int
    end: int

    def __len__(self) -> int:
        return self.end - self.start

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Span):
            return NotImplemented
        return self.start == other.start and self.end == other.end

    def __hash__(self) -> int:
        return hash((self.start, self.end))

    def __repr__(self) -> str:
        return f"Span(start={self.start}, end={self.end})"

    def covers(self, other: Span) -> bool:
        """Whether `other` lies inside this span."""
        return self.start <= other.start and other.end <= self.end


class LazySpan(Span):
    """A span whose place in the source is worked out when somebody asks for it: of a hundred spans few are ever told.

    `low` and `high` are offsets of a view that is no plain stretch of its source.
    """

    __slots__ = ("_high", "_low", "_view")

    def __init__(self, view: View, low: int, high: int) -> None:
        self._view: View | None = view
        self._low = low
        self._high = high

    def _find(self) -> None:
        assert self._view is not None
        self._low, self._high = self._view.place(self._low, self._high)
        self._view = None

    @property  # type: ignore[misc]
    def start(self) -> int:  # type: ignore[override]
        """Where it begins."""
        if self._view is not None:
            self._find()
        return self._low

    @property  # type: ignore[misc]
    def end(self) -> int:  # type: ignore[override]
        """Where it ends."""
        if self._view is not None:
            self._find()
        return self._high

    def __reduce__(self) -> tuple[object, ...]:
        return Span, (self.start, self.end)


def ascending(spans: Iterable[Span]) -> bool:
    """Whether these spans are seen to begin one behind the other, but for empty ones, without working out a place.

    False where that is not so, and where only their places would tell.
    """
    view: View | None = None
    last = -1
    for span in spans:
        if span.__class__ is not LazySpan or span._view is None:
            if span.start == span.end:  # it is nowhere
                continue
            return False
        if span._view is not view:
            if view is not None or not span._view.forward():
                return False
            view = span._view
        if span._low < last:
            return False
        last = span._low
    return True


class Position(Record):
    """A place as people and editors count it: line and column from 1, column in code points."""

    line: int
    column: int


class Source:
    """The decoded text of one document, and where it begins in the file that holds it.

    `first_line` and `first_column` say where `text` starts in its container (a row of a CSV file, a member
    of a mailbox), so that positions are those an editor shows for the file on disk.
    """

    __slots__ = ("_shown", "_starts", "first_column", "first_line", "name", "text")

    def __init__(self, name: str, text: str, first_line: int = 1, first_column: int = 1) -> None:
        self.name = name
        self.text = text
        self.first_line = first_line
        self.first_column = first_column
        self._starts: list[int] | None = None
        self._shown: dict[int, str] = {}  # lines told before: ten thousand findings on one long line share its copy

    def _line_starts(self) -> list[int]:
        if self._starts is None:
            text = self.text
            starts = [0]
            if "\r" in text:
                length = len(text)
                for index, letter in enumerate(text):
                    if letter == "\n" or (letter == "\r" and not (index + 1 < length and text[index + 1] == "\n")):
                        starts.append(index + 1)
            else:
                index = text.find("\n")
                while index >= 0:
                    starts.append(index + 1)
                    index = text.find("\n", index + 1)
            self._starts = starts
        return self._starts

    def position(self, offset: int) -> Position:
        """The line and column of a code point. A line ends at LF, CR LF or a lone CR, and at nothing else."""
        starts = self._line_starts()
        line = bisect_right(starts, min(max(offset, 0), len(self.text))) - 1
        column = offset - starts[line] + (self.first_column if line == 0 else 1)
        return Position(line + self.first_line, column)

    def quote(self, span: Span) -> str:
        """The source's own words at `span`."""
        return self.text[span.start : span.end]

    def lines(self, span: Span) -> list[tuple[int, str]]:
        """The whole lines that `span` touches: (line number, text without its line end)."""
        starts = self._line_starts()
        first = bisect_right(starts, span.start) - 1
        last = bisect_right(starts, max(span.start, span.end - 1)) - 1
        found = []
        for line in range(first, last + 1):
            words = self._shown.get(line)
            if words is None:
                end = starts[line + 1] if line + 1 < len(starts) else len(self.text)
                words = self._shown[line] = self.text[starts[line] : end].rstrip("\r\n")
            found.append((line + self.first_line, words))
        return found


class Exchange(Record):
    """Put `text` where the view has `start` to `end` (code points of that view). An empty text is a cut."""

    start: int
    end: int
    text: str = ""


class View:
    """Text derived from a source. `view.text` is what is read; `view.span(a, b)` leads back to the source.

    Inside, a view is a list of pieces. A *kept* piece stands in the source letter for letter; an
    *exchanged* piece replaces a stretch of the source as a whole.
    """

    __slots__ = ("_kept", "_lows", "_sources", "_stops", "source", "text")

    def __init__(
        self,
        source: Source,
        text: str,
        lows: list[int],
        sources: list[int],
        stops: list[int],
        kept: list[bool],
    ) -> None:
        self.source = source
        self.text = text
        self._lows = lows  # where each piece begins in this view
        self._sources = sources  # where it begins in the source
        self._stops = stops  # where it ends in the source
        self._kept = kept

    @classmethod
    def whole(cls, source: Source) -> View:
        """The source as it stands."""
        return cls(source, source.text, [0], [0], [len(source.text)], [True])

    @classmethod
    def part(cls, source: Source, start: int, end: int) -> View:
        """The stretch `start` to `end` of the source as it stands."""
        return cls(source, source.text[start:end], [0], [start], [end], [True])

    def __len__(self) -> int:
        return len(self.text)

    def span(self, start: int, end: int) -> Span:
        """The span of the source that the view's code points `start` to `end` come from."""
        lows = self._lows
        if len(lows) == 1 and self._kept[0]:
            base = self._sources[0]
            return Span(base + start, base + end)
        return LazySpan(self, start, end)

    def spans(self) -> Callable[[int, int], Span]:
        """`span`, made as quick as this view allows, for who asks a hundred times."""
        if len(self._lows) == 1 and self._kept[0]:
            return Span if self._sources[0] == 0 else self.span
        return partial(LazySpan, self)

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Where the source's stretch for the view's code points `start` to `end` begins and ends."""
        first = self._begin(start)
        return first, first if end <= start else max(first, self._finish(end))

    def _begin(self, offset: int) -> int:
        if offset >= len(self.text):
            return self._stops[-1] if self._stops else 0
        piece = bisect_right(self._lows, offset) - 1
        return self._sources[piece] + (offset - self._lows[piece] if self._kept[piece] else 0)

    def _finish(self, offset: int) -> int:
        piece = bisect_right(self._lows, offset - 1) - 1
        if self._kept[piece]:
            return self._sources[piece] + offset - self._lows[piece]
        return self._stops[piece]

    def exchange(self, exchanges: Iterable[Exchange]) -> View:
        """A new view with each exchange made. They are in order and do not overlap, else `ValueError`."""
        if len(self._lows) == 1 and self._kept[0]:
            return self._exchange_plain(exchanges)
        text: list[str] = []
        pieces: list[tuple[str, int, int, bool]] = []
        here = 0
        for change in exchanges:
            if change.start < here or change.end < change.start or change.end > len(self.text):
                raise ValueError(f"exchange {change.start}-{change.end} overlaps or is out of order")
            pieces.extend(self._pieces(here, change.start))
            if change.text:
                place = self._place(change.start, change.end)
                pieces.append((change.text, place.start, place.end, False))
            here = change.end
        pieces.extend(self._pieces(here, len(self.text)))
        lows: list[int] = []
        length = 0
        for words, _, _, _ in pieces:
            lows.append(length)
            text.append(words)
            length += len(words)
        if not pieces:
            edge = self.place(0, 0)[0]
            return View(self.source, "", [0], [edge], [edge], [True])
        return View(
            self.source, "".join(text), lows, [p[1] for p in pieces], [p[2] for p in pieces], [p[3] for p in pieces]
        )

    def _place(self, start: int, end: int) -> Span:
        """The span of what an exchange replaces; an insertion into an exchanged piece belongs to that piece."""
        if start == end and 0 < start < len(self.text):
            before, after = self._finish(start), self._begin(start)
            if before > after:
                return Span(after, before)
        return Span(*self.place(start, end))

    def _exchange_plain(self, exchanges: Iterable[Exchange]) -> View:
        """The same for a stretch of the source as it stands: the usual case, at a third of the time."""
        old = self.text
        size = len(old)
        base = self._sources[0]
        words: list[str] = []
        lows: list[int] = []
        sources: list[int] = []
        stops: list[int] = []
        kept: list[bool] = []
        here = length = 0
        for change in exchanges:
            start, end, text = change.start, change.end, change.text
            if start < here or end < start or end > size:
                raise ValueError(f"exchange {start}-{end} overlaps or is out of order")
            if start > here:
                words.append(old[here:start])
                lows.append(length)
                sources.append(base + here)
                stops.append(base + start)
                kept.append(True)
                length += start - here
            if text:
                words.append(text)
                lows.append(length)
                sources.append(base + start)
                stops.append(base + end)
                kept.append(False)
                length += len(text)
            here = end
        if here < size or not words:
            edge = here if here < size else 0
            words.append(old[here:])
            lows.append(length)
            sources.append(base + edge)
            stops.append(base + (size if here < size else 0))
            kept.append(True)
        return View(self.source, "".join(words), lows, sources, stops, kept)

    def _pieces(self, start: int, end: int) -> Iterator[tuple[str, int, int, bool]]:
        """The pieces of this view between two of its offsets, cut to fit."""
        if start >= end:
            return
        piece = bisect_right(self._lows, start) - 1
        while start < end:
            low = self._lows[piece]
            high = self._lows[piece + 1] if piece + 1 < len(self._lows) else len(self.text)
            stop = min(high, end)
            if self._kept[piece]:
                begin = self._sources[piece] + start - low
                yield self.text[start:stop], begin, begin + stop - start, True
            else:
                yield self.text[start:stop], self._sources[piece], self._stops[piece], False
            start = stop
            piece += 1

    def slice(self, start: int, end: int) -> View:
        """The view of this view's code points `start` to `end`."""
        if len(self._lows) == 1 and self._kept[0]:
            return View.part(self.source, self._sources[0] + start, self._sources[0] + end)
        return self.exchange([Exchange(0, start), Exchange(end, len(self.text))])

    def runs(self) -> list[Span]:
        """The stretches of the source this view walks through: one, unless it goes back to an earlier place."""
        sources, stops = self._sources, self._stops
        first, runs = 0, []
        for piece in range(1, len(sources)):
            if sources[piece] < sources[piece - 1]:
                runs.append(Span(sources[first], stops[piece - 1]))
                first = piece
        runs.append(Span(sources[first], stops[-1]))
        return runs

    def forward(self) -> bool:
        """Whether this view never goes back to an earlier place of the source."""
        return len(self.runs()) == 1

    def kept(self) -> Iterator[Span]:
        """The stretches of the source that stand in this view, in order (for the tiling property)."""
        low_edge = edge = 0
        for piece, low in enumerate(self._lows):
            high = self._lows[piece + 1] if piece + 1 < len(self._lows) else len(self.text)
            start, stop = self._sources[piece], self._stops[piece]
            if start < edge and stop > low_edge:  # a later exchange fell inside an exchanged piece: told already
                start = max(start, edge)
            if high > low and stop > start:
                yield Span(start, stop)
                low_edge, edge = start, stop
