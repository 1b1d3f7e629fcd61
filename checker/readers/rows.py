"""Read row-based files one row at a time, including the text in quoted or escaped fields.

Each row is a separate source, and a row that cannot be read does not affect the others.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from ..errors import InputError
from ..text import Source, View, offsets
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
        self.pattern = re.compile(pattern, re.DOTALL)

    def character(self, escape: str) -> str:
        """Return the character that an escape represents."""
        return escape[-1]

    def plain(self, raw: str) -> str:
        """Return a field's text with its escapes resolved."""
        return self.pattern.sub(lambda found: self.character(found[0]), raw)


def field_view(source: Source, text: str, parts: list[tuple[int, int]], quoting: Quoting) -> View:
    """Return a view of some of a source's fields, with a blank line between them.

    `text` is the unescaped text of the fields, joined with `GLUE`. `parts` are the fields' (start, end) pairs in
    reading order, which may differ from their order in the source.
    """
    lows, starts, stops = (offsets(len(text)) for _ in range(3))
    verbatim = bytearray()
    length = edge = 0
    forward = True
    for number, (here, high) in enumerate(parts):
        if number:
            forward = forward and edge <= here
            lows.append(length)
            starts.append(edge)
            stops.append(max(edge, here))
            verbatim.append(False)
            length += len(GLUE)
        for found in quoting.pattern.finditer(source.text, here, high):
            start, stop = found.span()
            if start > here:
                lows.append(length)
                starts.append(here)
                stops.append(start)
                verbatim.append(True)
                length += start - here
            lows.append(length)
            starts.append(start)
            stops.append(stop)
            verbatim.append(False)
            length += 1  # an escape is one character
            here = stop
        lows.append(length)
        starts.append(here)
        stops.append(high)
        verbatim.append(True)
        length += high - here
        edge = high
    return View(source, text, lows, starts, stops, verbatim, forward)
