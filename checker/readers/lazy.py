"""A view that works out its pieces only when a place is asked for: a document without findings pays nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ..text import Exchange, Source, View

Places = Callable[[View], Iterable[Exchange]]


class LazyView(View):
    """A view whose text is known at once and whose exchanges are worked out by `places` at the first need.

    `places` is given the whole source as a view and gives the exchanges that make `text` of it.
    """

    __slots__ = ("_places",)

    def __init__(self, source: Source, text: str, places: Places) -> None:
        self.source = source
        self.text = text
        self._places = places

    def __getattr__(self, name: str) -> object:
        if name not in ("_kept", "_lows", "_sources", "_stops"):
            raise AttributeError(name)
        whole = View.whole(self.source)
        made = whole.exchange(self._places(whole))
        if made.text != self.text:
            raise ValueError("the exchanges do not make the text of the view")  # a bug of the reader, not of the input
        self._lows, self._sources, self._stops, self._kept = made._lows, made._sources, made._stops, made._kept
        found: object = object.__getattribute__(self, name)
        return found
