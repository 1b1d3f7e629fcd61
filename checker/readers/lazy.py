"""A view that works out its pieces only when a place is asked for: a document without findings pays nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ..text import Exchange, Source, View

GLUE = "\n\n"
Escapes = Callable[[str, int, int], Iterable[Exchange]]


class LazyView(View):
    """A view of some stretches of a source, a blank line between them, whose text is known at once.

    `parts` are the stretches in the order they are read (which need not be that of the source); `escapes` gives the
    exchanges of one stretch, in offsets of the source, when a place is first asked for.
    """

    __slots__ = ("_escapes", "_parts")

    def __init__(self, source: Source, text: str, parts: list[tuple[int, int]], escapes: Escapes) -> None:
        self.source = source
        self.text = text
        self._parts = parts
        self._escapes = escapes

    def __getattr__(self, name: str) -> object:
        if name not in ("_kept", "_lows", "_sources", "_stops"):
            raise AttributeError(name)
        self._lows, self._sources, self._stops, self._kept = [], [], [], []
        length = edge = 0
        for number, (low, high) in enumerate(self._parts):
            if number:
                self._add([length], [edge], [max(edge, low)], [False])
                length += len(GLUE)
            changes = self._escapes(self.source.text, low, high)
            part = View.part(self.source, low, high).exchange(
                Exchange(change.start - low, change.end - low, change.text) for change in changes
            )
            self._add([length + place for place in part._lows], part._sources, part._stops, part._kept)
            length += len(part)
            edge = high
        found: object = object.__getattribute__(self, name)
        return found

    def _add(self, lows: list[int], sources: list[int], stops: list[int], kept: list[bool]) -> None:
        self._lows += lows
        self._sources += sources
        self._stops += stops
        self._kept += kept
