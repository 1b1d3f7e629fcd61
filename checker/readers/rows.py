"""Files of rows, whatever a row looks like: each is a source of its own, and one that cannot be read harms no other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from ..errors import InputError
from ..text import Source
from .registry import Reading, Unreadable, join_names, size_words
from .streams import Stream, decode_row


def readings(
    stream: Stream,
    limit: int,
    rows: Iterable[tuple[int, bytes | None]],
    made: Callable[[Source, str], Reading | Unreadable],
) -> Iterator[Reading | Unreadable]:
    """The document of each row that is not blank. `rows` are line numbers and bytes, `None` where they are more than
    `limit`; `made` is given the row's source and name, and raises `InputError` where it holds no document."""
    for line, row in rows:
        if row is not None and (not row or row.isspace()):
            continue
        name = f"line {line}"
        try:
            if row is None:
                raise InputError(f"the row is larger than the limit of {size_words(limit)}")
            text, notes = decode_row(row)
            reading = made(Source(stream.path, text, line), name)
        except InputError as trouble:
            yield Unreadable(stream.path, join_names(stream.cable, name), str(trouble))
            continue
        if notes and isinstance(reading, Reading):
            reading.notes = notes
        yield reading
