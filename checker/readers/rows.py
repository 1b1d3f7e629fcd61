"""Read row-based files one row at a time, including the text in quoted or escaped fields.

Each row is a separate source, and a row that cannot be read does not affect the others.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate, islice

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
        self.pattern = re.compile(f"({pattern})", re.DOTALL)

    def character(self, escape: str) -> str:
        """Return the character that an escape represents."""
        return escape[-1]

    def view(self, source: Source, text: str, low: int, high: int) -> View | None:
        """Return the view of a field of the source if it can be made without its list of escapes, otherwise `None`."""
        return None

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
    fields = [quoting.widths(source.text[low:high]) for low, high in parts]
    count = sum(map(len, fields)) + len(fields)
    lows, sources, stops = offsets(count), offsets(count), offsets(count)
    edge = length = 0
    forward = True
    for (low, high), widths in zip(parts, fields, strict=True):
        if lows:
            forward = forward and edge <= low
            lows.append(length)
            sources.append(edge)
            stops.append(max(edge, low))
            length += len(GLUE)
        number = len(widths)
        sources.extend(islice(accumulate(widths, initial=low), number))
        stops.extend(accumulate(islice(widths, 1, None), initial=low + widths[0]))
        widths[1::2] = [1] * (number // 2)  # an escape is one character
        lows.extend(islice(accumulate(widths, initial=length), number))
        length += sum(widths)
        edge = high
    kept = bytearray((True, False)) * (len(lows) // 2) + b"\1"
    return View(source, text, lows, sources, stops, kept, forward)
