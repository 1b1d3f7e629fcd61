"""Files of rows: each row is a source of its own, and a row that cannot be read does not affect the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from ..errors import InputError
from ..text import Source
from .registry import Reading, Unreadable, format_size, join_names
from .streams import Stream, decode_row


def read_rows(
    stream: Stream,
    limit: int,
    rows: Iterable[tuple[int, bytes | None]],
    build: Callable[[Source, str], Reading | Unreadable],
) -> Iterator[Reading | Unreadable]:
    """Yield the document of each row that is not blank.

    `rows` are line numbers with bytes, or with `None` for a row larger than `limit`. `build` takes the row's source
    and name, and raises `InputError` if the row has no document.
    """
    for line, row in rows:
        if row is not None and (not row or row.isspace()):
            continue
        name = f"line {line}"
        try:
            if row is None:
                raise InputError(f"the row is larger than the limit of {format_size(limit)}")
            text, notes = decode_row(row)
            reading = build(Source(stream.path, text, line), name)
        except InputError as error:
            yield Unreadable(stream.path, join_names(stream.cable, name), str(error))
            continue
        if notes and isinstance(reading, Reading):
            reading.notes = notes
        yield reading
