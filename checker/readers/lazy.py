"""A view of quoted fields whose pieces are worked out when a place is first asked for, all at once."""

from __future__ import annotations

import re

from ..text import Source, View

GLUE = "\n\n"


class Quoting:
    """How a format escapes letters in a field.

    `pattern` finds an escape; `letters` gives what one stands for. `long` is a sign without which every escape is two
    letters that stand for one, so that the places follow from the starts alone.
    """

    __slots__ = ("long", "pattern")

    def __init__(self, pattern: str, long: str = "") -> None:
        self.pattern = re.compile(pattern, re.DOTALL)
        self.long = long

    def letters(self, escape: str) -> str:
        """What an escape stands for."""
        return escape[-1]

    def plain(self, raw: str) -> str:
        """A field without its escapes."""
        return self.pattern.sub(lambda found: self.letters(found[0]), raw)


class LazyView(View):
    """A view of some stretches of a source, a blank line between them, whose text is known at once.

    `parts` are the stretches in the order they are read, which need not be that of the source.
    """

    __slots__ = ("_parts", "_quoting")

    def __init__(self, source: Source, text: str, parts: list[tuple[int, int]], quoting: Quoting) -> None:
        self.source = source
        self.text = text
        self._parts = parts
        self._quoting = quoting

    def __getattr__(self, name: str) -> object:
        if name not in ("_kept", "_lows", "_sources", "_stops"):
            raise AttributeError(name)
        self._lows, self._sources, self._stops, self._kept = [], [], [], []
        length = edge = 0
        for number, (low, high) in enumerate(self._parts):
            if number:
                self._add([length], [edge], [max(edge, low)], [False])
                length += len(GLUE)
            text = self.source.text
            if self._quoting.long and text.find(self._quoting.long, low, high) >= 0:
                length = self._pieces_of(low, high, length)
            else:
                length = self._pairs_of(low, high, length)
            edge = high
        found: object = object.__getattribute__(self, name)
        return found

    def _pairs_of(self, low: int, high: int, length: int) -> int:
        """The pieces of a stretch whose escapes are two letters for one. Gives the length of the view so far."""
        starts = [found.start() for found in self._quoting.pattern.finditer(self.source.text, low, high)]
        size = 2 * len(starts) + 1
        lows = [length] * size
        lows[1::2] = [length + start - low - index for index, start in enumerate(starts)]
        lows[2::2] = [place + 1 for place in lows[1::2]]
        sources = [low] * size
        stops = [high] * size
        sources[1::2] = starts
        stops[0:-1:2] = starts
        sources[2::2] = stops[1::2] = [start + 2 for start in starts]
        self._add(lows, sources, stops, ([True, False] * size)[:size])
        return length + high - low - len(starts)

    def _pieces_of(self, low: int, high: int, length: int) -> int:
        """The same for escapes of any length."""
        here = low
        for found in self._quoting.pattern.finditer(self.source.text, low, high):
            start, end = found.span()
            after = length + start - here
            self._add([length, after], [here, start], [start, end], [True, False])
            length = after + len(self._quoting.letters(found[0]))
            here = end
        self._add([length], [here], [high], [True])
        return length + high - here

    def _add(self, lows: list[int], sources: list[int], stops: list[int], kept: list[bool]) -> None:
        self._lows += lows
        self._sources += sources
        self._stops += stops
        self._kept += kept
