"""Map the text of an escaped field to its positions in the source without a list of its escapes.

Most documents need only a few positions. They are found by counting the escapes before them, which takes less time than
finding all escapes.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from itertools import accumulate, chain, islice

from ..text import Exchange, Source, Span, View, offsets

_FEW_COUNTS = 4  # times the length of the text: up to there, counting is faster than listing the segments
_FEW_EDITS = 1000
_SEGMENTS = ("_lows", "_sources", "_stops", "_kept")  # slots of `View`


class LateView(View):
    """A view whose segments are listed on first use. It never returns to an earlier position in the source."""

    __slots__ = ()

    def __init__(self, source: Source, text: str) -> None:
        self.source = source
        self.text = text
        self._plain = False
        self._reach = []
        self._forward = True

    def __getattr__(self, name: str) -> object:
        """Fill the slots of the segments, which are empty until first use."""
        if name not in _SEGMENTS:
            raise AttributeError(name)
        view = self._listed()
        for slot in _SEGMENTS:
            setattr(self, slot, getattr(view, slot))
        return getattr(self, name)

    def _listed(self) -> View:
        """Return the same view with its segments."""
        raise NotImplementedError

    def adds_line_feed(self, offset: int) -> bool:
        """Return `False`, because all line feeds of an escaped field are in the source."""
        return False

    def runs(self) -> list[Span]:
        """Return the only span of the source that this view covers."""
        return [Span(self._begin(0), self._finish(len(self.text)))]


class EscapedView(LateView):
    """A view of a text in which line feeds and, if `quoted`, quotation marks are written in the source with two code
    points, and all others with one. The text begins at offset `low` of the source.
    """

    __slots__ = ("_counted", "_known", "_low", "_quoted")

    def __init__(self, source: Source, text: str, low: int, quoted: bool) -> None:
        super().__init__(source, text)
        self._low = low
        self._quoted = quoted
        self._known = 0, low  # the last offset that was looked up, and its offset in the source
        self._counted = 0  # code points searched for escaped characters

    def _listed(self) -> View:
        places = [found.start() for found in re.finditer('[\n"]' if self._quoted else "\n", self.text)]
        count = 2 * len(places) + 1
        lows, sources, stops = offsets(count), offsets(count), offsets(count)
        low, source = 0, self._low
        for place in places:
            lows.extend((low, place))
            sources.extend((source, source + place - low))
            source += place - low + 2
            stops.extend((source - 2, source))
            low = place + 1
        lows.append(low)
        sources.append(source)
        stops.append(source + len(self.text) - low)
        kept = bytearray((True, False)) * len(places) + b"\1"
        return View(self.source, self.text, lows, sources, stops, kept, True)

    def _begin(self, offset: int) -> int:
        if not offset:
            return self._low
        text = self.text
        if self._counted > _FEW_COUNTS * len(text):
            return super()._begin(offset)
        offset = min(offset, len(text))
        known, place = self._known
        low, high = (known, offset) if known <= offset else (offset, known)
        distance = high - low + text.count("\n", low, high)
        if self._quoted:
            distance += text.count('"', low, high)
        place += distance if known <= offset else -distance
        self._known = offset, place
        self._counted += high - low
        return place

    def _finish(self, offset: int) -> int:
        return self._begin(offset)

    def slice(self, start: int, end: int) -> View:
        """Return a view of this view's code points `start` to `end`."""
        if start >= end:
            return super().slice(start, end)
        return EscapedView(self.source, self.text[start:end], self._begin(start), self._quoted)

    def exchange(self, exchanges: Iterable[Exchange]) -> View:
        """Return a view with the replacements applied, as `View.exchange` does."""
        given = iter(exchanges)
        edits = list(islice(given, _FEW_EDITS))
        if len(edits) == _FEW_EDITS:
            return super().exchange(chain(edits, given))
        parts, here = [], 0
        for low, high, text in (*edits, (len(self.text), len(self.text), "")):
            if text or low < here or high < low:
                return super().exchange(edits)
            if here < low:
                parts.append((here, low))
            here = high
        return CutView(self, parts) if parts else super().exchange(edits)


class CutView(LateView):
    """A view of some parts of another view, given by their (start, end) pairs in ascending order."""

    __slots__ = ("_ends", "_parts", "_whole")

    def __init__(self, whole: EscapedView, parts: list[tuple[int, int]]) -> None:
        super().__init__(whole.source, "".join([whole.text[low:high] for low, high in parts]))
        self._whole = whole
        self._parts = parts
        self._ends = list(accumulate([high - low for low, high in parts]))  # where the parts end in this view

    def _listed(self) -> View:
        bounds = [0, *chain.from_iterable(self._parts), len(self._whole)]
        return View.exchange(
            self._whole, [(low, high, "") for low, high in zip(bounds[::2], bounds[1::2], strict=True)]
        )

    def _begin(self, offset: int) -> int:
        number = bisect_right(self._ends, offset)
        if number == len(self._ends):
            return self._whole._finish(self._parts[-1][1])
        return self._whole._begin(self._parts[number][1] - self._ends[number] + offset)

    def _finish(self, offset: int) -> int:
        number = bisect_left(self._ends, offset)
        return self._whole._finish(self._parts[number][1] - self._ends[number] + offset)


def escaped_view(source: Source, text: str, low: int, high: int) -> View | None:
    """Return a view of an unescaped field, or `None` if it has escapes other than those of line feeds and quotation
    marks, which take two code points.

    Inside a field, a quotation mark is always escaped. If the field is longer than its text by one code point for each
    of these characters, it has no other escapes.
    """
    longer = high - low - len(text)
    quoted = '"' in text
    escapes = text.count("\n") + (text.count('"') if quoted else 0)
    if longer and longer == escapes and source.text.find("\n", low, high) < 0:
        return EscapedView(source, text, low, quoted)
    return None
