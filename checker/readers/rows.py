"""Read row-based files one row at a time, including the text in quoted or escaped fields.

Each row is a separate source, and a row that cannot be read does not affect the others.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate

from ..errors import InputError
from ..text import Source, View, packed
from .registry import Reading, Unreadable, format_size, join_names
from .streams import Stream, decode_row

GLUE = "\n\n"


def read_rows(
    stream: Stream,
    limit: int,
    rows: Iterable[tuple[int, int, int, bytes | None]],
    build: Callable[[Source, str], Reading | Unreadable],
) -> Iterator[Reading | Unreadable]:
    """Yield a document, or an `Unreadable`, for each row that is not blank.

    Each item of `rows` consists of the row's line number, offset in bytes, size, and bytes; the bytes are `None` for a
    row larger than `limit`. `build` takes the row's source and name, and raises `InputError` if the row contains no
    document.
    """
    for line, start, size, row in rows:
        if row is not None and (not row or row.isspace()):
            continue
        name = f"line {line}"
        try:
            if row is None:
                raise InputError(f"the row is larger than the limit of {format_size(limit)}")
            text, notes = decode_row(row)
            reading = build(Source(stream.path, text, line), name)
        except InputError as error:
            reading, notes = Unreadable(stream.path, join_names(stream.cable, name), str(error)), ()
        if notes and isinstance(reading, Reading):
            reading.notes = notes
        reading.start, reading.size = start, size
        yield reading


class Quoting:
    """A format's method of escaping characters in fields. `pattern` matches one escaped character."""

    __slots__ = ("pattern",)

    def __init__(self, pattern: str) -> None:
        self.pattern = re.compile(f"({pattern})", re.DOTALL)

    def character(self, escape: str) -> str:
        """Return the character that an escape represents."""
        return escape[-1]

    def widths(self, raw: str) -> list[int]:
        """Return the lengths of the parts of a field: text, escape, text, …, text."""
        return list(map(len, self.pattern.split(raw)))

    def plain(self, raw: str) -> str:
        """Return a field's text with its escapes resolved."""
        return self.pattern.sub(lambda found: self.character(found[0]), raw)


def field_view(source: Source, text: str, parts: list[tuple[int, int]], quoting: Quoting) -> View:
    """Return a view of some of a source's fields, with a blank line between them.

    `text` is the unescaped text of the fields, joined with `GLUE`. `parts` are the fields' (start, end) pairs in
    reading order, which may differ from their order in the source.
    """
    sources: list[int] = []
    stops: list[int] = []
    widths: list[int] = []
    edge = 0
    forward = True
    for low, high in parts:
        if widths:
            forward = forward and edge <= low
            sources.append(edge)
            stops.append(max(edge, low))
            widths.append(len(GLUE))
        sizes = quoting.widths(source.text[low:high])
        bounds = list(accumulate(sizes, initial=low))
        sources += bounds[:-1]
        stops += bounds[1:]
        sizes[1::2] = [1] * (len(sizes) // 2)  # an escape is one character
        widths += sizes
        edge = high
    lows = list(accumulate(widths, initial=0))
    del lows[-1]  # the last segment ends there
    kept = bytearray((True, False)) * (len(lows) // 2) + b"\1"
    return View(source, text, packed(lows), packed(sources), packed(stops), kept, forward)
