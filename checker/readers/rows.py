"""Read row files: rows one by one, and the text of quoted or escaped fields.

Each row is a source of its own, and a row that cannot be read does not affect the others.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from ..errors import InputError
from ..text import Source, View
from .registry import Reading, Unreadable, format_size, join_names
from .streams import Stream, decode_row

GLUE = "\n\n"


def read_rows(
    stream: Stream,
    limit: int,
    rows: Iterable[tuple[int, int, int, bytes | None]],
    build: Callable[[Source, str], Reading | Unreadable],
) -> Iterator[Reading | Unreadable]:
    """Yield the document of each row that is not blank.

    `rows` are line, offset in bytes, size and bytes, the last `None` for a row larger than `limit`. `build` takes the
    row's source and name, and raises `InputError` if the row has no document.
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
    """How a format escapes characters in a field: `pattern` matches an escape, always of one character."""

    __slots__ = ("pattern",)

    def __init__(self, pattern: str) -> None:
        self.pattern = re.compile(pattern, re.DOTALL)

    def character(self, escape: str) -> str:
        """Return the character of an escape."""
        return escape[-1]

    def plain(self, raw: str) -> str:
        """Return a field with its escapes replaced."""
        return self.pattern.sub(lambda found: self.character(found[0]), raw)


def field_view(source: Source, text: str, parts: list[tuple[int, int]], quoting: Quoting) -> View:
    """Return the view of some fields of a source with a blank line between them.

    `text` is their unescaped text, joined with `GLUE`. `parts` are (start, end) in the order in which they are read,
    which need not be that of the source.
    """
    segments: list[tuple[int, int, int, bool]] = []  # offset in the view, start and end in the source, verbatim
    length = edge = 0
    for number, (here, high) in enumerate(parts):
        if number:
            segments.append((length, edge, max(edge, here), False))
            length += len(GLUE)
        for found in quoting.pattern.finditer(source.text, here, high):
            start, end = found.span()
            if start > here:
                segments.append((length, here, start, True))
                length += start - here
            segments.append((length, start, end, False))
            length += 1
            here = end
        segments.append((length, here, high, True))
        length += high - here
        edge = high
    lows, sources, stops, verbatim = map(list, zip(*segments, strict=True))
    return View(source, text, lows, sources, stops, verbatim)
