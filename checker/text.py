"""Map text to its positions in the source, and compile search patterns. No other module converts offsets to lines and
columns.

A `Source` is the decoded text of one document. A `View` is text derived from it by replacements (a tag removed, `&` for
`&amp;`, a page line cut out, a space for a line break) or by slicing. Views can be derived from views; each maps
directly to the source. Offsets count code points; spans are half-open.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, MutableSequence
from functools import partial
from itertools import accumulate, chain, compress, cycle, islice
from operator import itemgetter, le

from .record import Record


class Pattern:
    """A regular expression compiled on first use, with ASCII digits and letters by default.

    A telegram needs only about one-third of the patterns, and compiling a pattern takes start-up time.
    """

    __slots__ = ("_flags", "_text", "findall", "finditer", "fullmatch", "match", "search", "sub")

    findall: Callable[..., list[str]]
    finditer: Callable[..., Iterator[re.Match[str]]]
    fullmatch: Callable[..., re.Match[str] | None]
    match: Callable[..., re.Match[str] | None]
    search: Callable[..., re.Match[str] | None]
    sub: Callable[..., str]

    def __init__(self, text: str, flags: int = re.A) -> None:
        self._text = text
        self._flags = flags

    def __getattr__(self, name: str) -> object:
        """Compile the pattern and fill the slots, which are empty until first use."""
        if name not in ("findall", "finditer", "fullmatch", "match", "search", "sub"):
            raise AttributeError(name)
        found = re.compile(self._text, self._flags)
        self.findall, self.finditer, self.fullmatch = found.findall, found.finditer, found.fullmatch
        self.match, self.search, self.sub = found.match, found.search, found.sub
        return getattr(found, name)


class Span(Record):
    """A span in the source: code points from `start` up to, but not including, `end`."""

    start: int
    end: int

    def __init__(self, start: int, end: int) -> None:  # written out, because every run creates hundreds
        self.start = start
        self.end = end

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
        """Return whether `other` is inside this span."""
        return self.start <= other.start and other.end <= self.end


class LazySpan(Span):
    """A span that is computed on first use, because few spans are ever reported.

    `low` and `high` are offsets in a view that is not a contiguous part of its source.
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
        """Return the offset of the first code point."""
        if self._view is not None:
            self._find()
        return self._low

    @property  # type: ignore[misc]
    def end(self) -> int:  # type: ignore[override]
        """Return the offset after the last code point."""
        if self._view is not None:
            self._find()
        return self._high

    def __reduce__(self) -> tuple[object, ...]:
        return Span, (self.start, self.end)


def ascending(spans: Iterable[Span]) -> bool:
    """Return True if the nonempty spans are in ascending order, as far as this can be determined without computing
    their positions.

    False means that they are not in ascending order, or that their positions would have to be computed to decide.
    """
    view: View | None = None
    last = -1
    for span in spans:
        if span.__class__ is not LazySpan or span._view is None:
            if span.start == span.end:  # an empty span has no position
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


def covering(spans: Iterable[Span]) -> Span:
    """Return the smallest span that covers all given spans. If they are parts of one view in ascending order, only the
    first and the last are computed.
    """
    known: list[Span] = []
    parts: dict[View, list[LazySpan]] = {}
    for span in spans:
        if span.__class__ is LazySpan and span._view is not None:
            group = parts.get(span._view)
            if group is None:
                group = parts[span._view] = []
            group.append(span)
        else:
            known.append(span)
    for view, group in parts.items():
        if view.forward():
            known.append(LazySpan(view, min([span._low for span in group]), max([span._high for span in group])))
        else:
            known += group
    return Span(min([span.start for span in known]), max([span.end for span in known]))


class Position(Record):
    """A position as editors show it: 1-based line and column, with the column in code points."""

    line: int
    column: int


_FEW_COUNTS = 4  # times the length of the text: up to there, counting is faster than finding the starts of all lines


class Source:
    """The decoded text of one document.

    `first_line` and `first_column` are the position of `text` in the file that contains it (a row of a CSV file, a
    message in a mailbox), so that positions are those that an editor shows for the file.
    """

    __slots__ = ("_counted", "_known", "_shown", "_starts", "first_column", "first_line", "name", "text")

    def __init__(self, name: str, text: str, first_line: int = 1, first_column: int = 1) -> None:
        self.name = name
        self.text = text
        self.first_line = first_line
        self.first_column = first_column
        self._starts: MutableSequence[int] | None = None
        self._counted = 0  # code points searched for line ends while the starts of all lines are not known
        self._known = 0, 0  # the offset up to which lines were last counted, and its line, counted from 0
        self._shown: dict[int, str] = {}  # text of lines, shared by all findings on a line

    def _line_starts(self) -> MutableSequence[int]:
        if self._starts is None:
            text = self.text
            starts = _integers((0,))
            if "\r" in text:
                starts.extend(match.end() for match in re.finditer(r"\n|\r(?!\n)", text))
            else:
                sizes = accumulate(map(len, text.split("\n")))
                starts.extend([size + number for number, size in enumerate(sizes, 1)])
                del starts[-1]  # the last line has no end
            self._starts = starts
        return self._starts

    def position(self, offset: int) -> Position:
        """Return the line and column of an offset. Only LF, CR LF, and a lone CR end a line."""
        at = min(max(offset, 0), len(self.text))
        row = self._row(at)
        if self._starts is None:
            start = self.text.rfind("\n", 0, at) + 1
            self._counted += at - start
        else:
            start = self._starts[row]
        return Position(row + self.first_line, offset - start + (self.first_column if row == 0 else 1))

    def line(self, offset: int) -> int:
        """Return the line of an offset, as `position` does."""
        return self._row(min(max(offset, 0), len(self.text))) + self.first_line

    def _row(self, at: int) -> int:
        """Return the 0-based line of an offset that is inside the text."""
        if self._starts is None and self._counted <= _FEW_COUNTS * len(self.text) and "\r" not in self.text:
            return self._count(at)
        return bisect_right(self._line_starts(), at) - 1

    def _count(self, at: int) -> int:
        """Return the 0-based line of an offset. The search starts at the last result, because most positions are close
        together.
        """
        known, line = self._known
        line += self.text.count("\n", known, at) if at >= known else -self.text.count("\n", at, known)
        self._counted += abs(at - known)
        self._known = at, line
        return line

    def offset(self, line: int, column: int) -> int:
        """Return the offset at a position (the inverse of `position`). For a position before the text, return 0, and
        for one past it, the end of the text.
        """
        starts = self._line_starts()
        row = line - self.first_line
        if row < 0 or row >= len(starts):
            return 0 if row < 0 else len(self.text)
        return min(max(0, starts[row] + column - (self.first_column if row == 0 else 1)), len(self.text))

    def quote(self, span: Span) -> str:
        """Return the text at a span."""
        return self.text[span.start : span.end]

    def lines(self, span: Span) -> list[tuple[int, str]]:
        """Return the complete lines that a span touches, as (line number, text without line end)."""
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


Exchange = tuple[int, int, str]
"""A replacement of the code points `start` to `end` in a view with `text`, which may be empty: (start, end, text)."""


_EDGES = itemgetter(0, 1)  # the start and end of an exchange
_SHORT = 1 << 14  # segments of a view whose offsets are in lists, which are faster than arrays and far larger
_AT_ONCE = 4096  # of many replacements: those that are applied together
_MISPLACED = "an exchange overlaps another one, is out of order, or is outside the text"


def _integers(given: Iterable[int]) -> MutableSequence[int]:
    from array import array  # 0.2 ms, and a short text without findings needs none

    return array("q", given)


def offsets(count: int) -> MutableSequence[int]:
    """Return an empty sequence for the offsets of up to `count` segments of a view: the form that takes the least time,
    or the least memory if there are many.
    """
    return [] if count <= _SHORT else _integers(())


class View:
    """Text derived from a source; `view.span(a, b)` maps a part of `view.text` to the source.

    A view is a list of segments. A *verbatim* segment is the text of the source; any other segment replaces a whole
    span of the source.
    """

    __slots__ = ("_forward", "_kept", "_lows", "_plain", "_reach", "_sources", "_stops", "source", "text")

    def __init__(
        self,
        source: Source,
        text: str,
        lows: MutableSequence[int],
        sources: MutableSequence[int],
        stops: MutableSequence[int],
        verbatim: MutableSequence[int],
        forward: bool | None = None,
    ) -> None:
        self.source = source
        self.text = text
        self._lows = lows  # where each segment begins in this view
        self._sources = sources  # where it begins in the source
        self._stops = stops  # where it ends in the source
        self._kept = verbatim
        self._plain = len(lows) == 1 and verbatim[0] == 1  # one part of the source without changes: the usual case
        self._reach: list[tuple[int, list[int]]] = []  # for `locate`
        self._forward = forward  # `None` until it is known

    @classmethod
    def whole(cls, source: Source) -> View:
        """Return a view of the whole source."""
        return cls(source, source.text, [0], [0], [len(source.text)], [1])

    @classmethod
    def part(cls, source: Source, start: int, end: int) -> View:
        """Return a view of the source's code points `start` to `end`."""
        return cls(source, source.text[start:end], [0], [start], [end], [1])

    def __len__(self) -> int:
        return len(self.text)

    def span(self, start: int, end: int) -> Span:
        """Return the source span from which this view's code points `start` to `end` are derived."""
        if self._plain:
            base = self._sources[0]
            return Span(base + start, base + end)
        return LazySpan(self, start, end)

    def spans(self) -> Callable[[int, int], Span]:
        """Return a function that is equivalent to `span` and faster, for callers that need many spans."""
        if self._plain:
            return Span if self._sources[0] == 0 else self.span
        return partial(LazySpan, self)

    def starts(self, offsets: Iterable[int]) -> list[int]:
        """Return the source offset for each of the given view offsets, which must be inside this view. In a replaced
        segment, this is the start of the replaced text.
        """
        lows, sources, kept = self._lows, self._sources, self._kept
        found = [(bisect_right(lows, offset) - 1, offset) for offset in offsets]
        return [sources[at] + (offset - lows[at] if kept[at] else 0) for at, offset in found]

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Return the start and end of the source span for this view's code points `start` to `end`."""
        first = self._begin(start)
        return first, first if end <= start else max(first, self._finish(end))

    def _begin(self, offset: int) -> int:
        if offset >= len(self.text):
            return self._stops[-1] if self._stops else 0
        segment = bisect_right(self._lows, offset) - 1
        return self._sources[segment] + (offset - self._lows[segment] if self._kept[segment] else 0)

    def _finish(self, offset: int) -> int:
        segment = bisect_right(self._lows, offset - 1) - 1
        if self._kept[segment]:
            return self._sources[segment] + offset - self._lows[segment]
        return self._stops[segment]

    def adds_line_feed(self, offset: int) -> bool:
        """Return whether the line feed at an offset is not in the source: it was inserted, or it replaces a blank."""
        low, high = self.place(offset, offset + 1)
        return not self.source.text[low:high].strip(" ")

    def locate(self, span: Span) -> list[tuple[int, int]]:
        """Return the parts of this view that are derived from a source span, as (start, end) pairs. This is the inverse
        of `span`.

        A replaced segment counts as a whole, and text that was cut out has no part. An empty span has at most one empty
        part.
        """
        start, end = span.start, span.end
        found: list[tuple[int, int]] = []
        for first, reach in self._runs_with_reach():
            segment = first + (bisect_right(reach, start) if start < end else bisect_left(reach, start))
            while segment < first + len(reach) and self._sources[segment] < max(end, start + 1):
                low, high = self._located(segment, start, end)
                if found and found[-1][1] == low:
                    found[-1] = found[-1][0], high
                elif low <= high:
                    found.append((low, high))
                if start == end:
                    return found
                segment += 1
        return found

    def _located(self, segment: int, start: int, end: int) -> tuple[int, int]:
        """Return the part of a segment that is derived from a source span, or (0, -1) if there is none."""
        low, source, stop = self._lows[segment], self._sources[segment], self._stops[segment]
        high = self._lows[segment + 1] if segment + 1 < len(self._lows) else len(self.text)
        if start == end:
            low += start - source if self._kept[segment] else 0
            return (low, low) if source <= start <= stop else (0, -1)
        if stop <= start or (source == stop and not start < source < end):
            return 0, -1
        if self._kept[segment]:
            return low + max(0, start - source), low + min(stop, end) - source
        return low, high

    def _runs_with_reach(self) -> list[tuple[int, list[int]]]:
        """Return, for each run of segments in source order, its first segment and how far each segment reaches in the
        source.
        """
        if not self._reach:
            before = -1
            for segment, (source, stop) in enumerate(zip(self._sources, self._stops, strict=True)):
                if segment == 0 or source < before:
                    self._reach.append((segment, []))
                reach = self._reach[-1][1]
                reach.append(max(stop, reach[-1] if reach else stop))
                before = source
        return self._reach

    def exchange(self, exchanges: Iterable[Exchange]) -> View:
        """Return a view with the replacements applied. Raises `ValueError` if they overlap or are not in ascending
        order.
        """
        if self._plain:
            return self._joined(self._portions(exchanges))
        size = len(self.text)
        made = View(self.source, "", offsets(size), offsets(size), offsets(size), bytearray())
        pieces: list[str] = []
        here = length = 0
        for start, end, text in exchanges:
            if start < here or end < start or end > size:
                raise ValueError(_MISPLACED)
            if start > here:
                pieces.append(self.text[here:start])
                self._copy(here, start, made, length)
                length += start - here
            if text:
                pieces.append(text)
                made._add(length, *self._place(start, end), False)
                length += len(text)
            here = end
        if here < size:
            pieces.append(self.text[here:])
            self._copy(here, size, made, length)
        if not pieces:
            edge = self.place(0, 0)[0]
            made._add(0, edge, edge, True)
        forward = self._forward or None  # replacements in order keep a view that never returns as it is
        return View(self.source, "".join(pieces), made._lows, made._sources, made._stops, made._kept, forward)

    def _portions(self, exchanges: Iterable[Exchange]) -> Iterator[tuple[list[int], list[str]]]:
        """Yield the arguments of `alternated` for some thousands of replacements at a time, which takes less memory
        than all at once.
        """
        text, size, here = self.text, len(self.text), 0
        given = chain(exchanges, ((size, size, ""),))
        while edits := list(islice(given, _AT_ONCE)):
            bounds = [here, *chain.from_iterable(map(_EDGES, edits))]
            here = bounds[-1]
            if bounds != sorted(bounds) or here > size:
                raise ValueError(_MISPLACED)
            pieces = [""] * (2 * len(edits))
            pieces[::2] = [text[low:high] for low, high in zip(bounds[::2], bounds[1::2], strict=False)]
            pieces[1::2] = [piece for _, _, piece in edits]
            yield bounds, pieces

    def alternated(self, bounds: list[int], pieces: list[str]) -> View:
        """Return a view of the parts of this view that begin and end at successive `bounds`. In `pieces`, every other
        part is replaced, beginning with the second; the last part is not replaced.
        """
        if self._plain:
            return self._joined(((bounds, pieces),))
        edits = zip(bounds[1::2], bounds[2::2], pieces[1::2], strict=False)
        return self.exchange(((0, bounds[0], ""), *edits, (bounds[-1], len(self.text), "")))

    def _joined(self, portions: Iterable[tuple[list[int], list[str]]]) -> View:
        """Apply replacements to a contiguous part of the source, whose offsets differ from the source's by a constant.
        Each portion consists of `bounds` and `pieces`, as in `alternated`.
        """
        base, length = self._sources[0], 0
        lows, sources, stops, kept = offsets(0), offsets(0), offsets(0), bytearray()
        joined: list[str] = []
        for bounds, pieces in portions:
            if len(joined) == 1:
                lows, sources, stops = map(_integers, (lows, sources, stops))
            if base:
                bounds = [base + bound for bound in bounds]
            lows.extend(compress(accumulate(map(len, pieces), initial=length), pieces))
            sources.extend(compress(bounds, pieces))
            stops.extend(compress(bounds[1:], pieces))
            kept.extend(compress(cycle((1, 0)), pieces))
            joined.append("".join(pieces))
            length += len(joined[-1])
        if not kept:
            return View(self.source, "", [0], [base], [base], [1])
        return View(self.source, "".join(joined), lows, sources, stops, kept, True)

    def _add(self, low: int, source: int, stop: int, verbatim: bool) -> None:
        self._lows.append(low)
        self._sources.append(source)
        self._stops.append(stop)
        self._kept.append(verbatim)

    def _copy(self, start: int, end: int, made: View, length: int) -> None:
        """Append this view's segments between two offsets to a view that has `length` code points so far."""
        first, last = bisect_right(self._lows, start) - 1, bisect_left(self._lows, end)
        at, shift = len(made._lows), length - start
        made._lows.extend([low + shift for low in self._lows[first:last]])
        made._sources.extend(self._sources[first:last])
        made._stops.extend(self._stops[first:last])
        made._kept.extend(self._kept[first:last])
        made._lows[at] = length
        if self._kept[first]:
            made._sources[at] += start - self._lows[first]
        if self._kept[last - 1]:
            made._stops[-1] = self._sources[last - 1] + end - self._lows[last - 1]

    def _place(self, start: int, end: int) -> tuple[int, int]:
        """Return the source span for a replacement. An insertion into a replaced segment covers that whole segment."""
        if start == end and 0 < start < len(self.text):
            before, after = self._finish(start), self._begin(start)
            if before > after:
                return after, before
        return self.place(start, end)

    def slice(self, start: int, end: int) -> View:
        """Return a view of this view's code points `start` to `end`."""
        if self._plain:
            return View.part(self.source, self._sources[0] + start, self._sources[0] + end)
        return self.exchange([(0, start, ""), (end, len(self.text), "")])

    def runs(self) -> list[Span]:
        """Return the spans of the source that this view covers: only one unless the view returns to an earlier position
        in the source.
        """
        sources, stops = self._sources, self._stops
        if self.forward():
            return [Span(sources[0], stops[-1])]
        first, runs = 0, []
        for segment in range(1, len(sources)):
            if sources[segment] < sources[segment - 1]:
                runs.append(Span(sources[first], stops[segment - 1]))
                first = segment
        runs.append(Span(sources[first], stops[-1]))
        return runs

    def forward(self) -> bool:
        """Return whether this view never returns to an earlier position in the source."""
        if self._forward is None:
            self._forward = all(map(le, self._sources, self._sources[1:]))
        return self._forward

    def source_spans(self) -> Iterator[Span]:
        """Yield the source spans that this view contains, in the order of the view's text."""
        low_edge = edge = 0
        for segment, low in enumerate(self._lows):
            high = self._lows[segment + 1] if segment + 1 < len(self._lows) else len(self.text)
            start, stop = self._sources[segment], self._stops[segment]
            if start < edge and stop > low_edge:  # a later replacement inside a replaced segment
                start = max(start, edge)
            if high > low and stop > start:
                yield Span(start, stop)
                low_edge, edge = start, stop
