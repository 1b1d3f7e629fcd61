r"""Read rows of `cables.csv`: eight quoted columns, some with complete texts. Quotes are escaped as `\"` or doubled.

This module uses its own splitter instead of `csv` because it records each field's position, handles truncated rows, and
takes one-fifth of the time. A row begins on a line that starts with `"<digits>","`; inside a field, a quote is always
escaped, so no text can contain such a line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from ..errors import InputError
from ..model import Fact
from ..text import Exchange, Source, Span, View
from .registry import (
    MAX_EDITS,
    ReaderSettings,
    Reading,
    Unreadable,
    join_names,
    limit_edits,
    too_many_edits,
)
from .rows import GLUE, Quoting, field_view, read_rows
from .streams import Stream

COLUMNS = ("doc_id", "created", "reference_id", "origin", "classification", "references", "header", "body")
ROW_SEPARATOR = b'\n"'
_AFTER_SEPARATOR = re.compile(rb'\d{1,12}","')  # what follows the separator if a row begins there
_FIRST_ROW = re.compile(r'\s{0,8}"\d{1,12}","\d{1,2}/\d{1,2}/\d{4} \d{1,2}:\d\d","')
_QUOTING = Quoting(r"\\[\"\\]|\"\"")
_BODY, _HEADER = "body", "header"


def recognizes(head: bytes | str, code: str = "") -> bool:
    """Return whether the first row begins like a row of `cables.csv`: a number, a date and time, and another column."""
    if isinstance(head, bytes):
        head = head.removeprefix(b"\xef\xbb\xbf")[:100].decode("latin-1")
    return _FIRST_ROW.match(head) is not None


def rows(stream: Stream, settings: ReaderSettings, code: str) -> Iterator[Reading | Unreadable]:
    """Yield a document or an `Unreadable` for each row of a file. Line numbers in a document count from the beginning
    of the file.
    """
    build = partial(_row, stream, settings.columns or COLUMNS)
    yield from read_rows(stream, settings.limit, records(stream, settings.limit), build)


def records(stream: Stream, limit: int) -> Iterator[tuple[int, int, int, bytes | None]]:
    """Yield the line, offset, size, and bytes of each row. The bytes are `None` for a row larger than `limit`."""
    held: list[bytes] = []
    size = 0
    row_line = line = stream.first_line
    start = end = stream.offset
    for part, newlines, length in stream.split(ROW_SEPARATOR, limit):
        if line == stream.first_line:
            data = part
        elif part is None or _AFTER_SEPARATOR.match(part) is not None:
            yield row_line, start, end - start, b"".join(held) if size <= limit else None
            held, size, row_line = [], 0, line
            start = end + 1  # the separator is the line end and the quote that opens the row
            data = b'"' + part if part is not None else None
        else:
            data = ROW_SEPARATOR + part
        size += limit + 1 if data is None else len(data)
        if data is not None and size <= limit:
            held.append(data)
        else:
            held = []
        end += length + (len(ROW_SEPARATOR) if line > stream.first_line else 0)
        line += newlines + 1
    if size:
        yield row_line, start, end - start, b"".join(held) if size <= limit else None


def _row(stream: Stream, columns: tuple[str, ...], source: Source, name: str) -> Reading:
    text = source.text
    fields = split_fields(text)
    if len(fields) != len(columns):
        raise InputError(f"the row has {len(fields)} columns (expected {len(columns)})")
    facts, parts = _parts(text, columns, fields)
    if not parts:
        raise InputError("the row contains no text")
    if len(text) > MAX_EDITS and text.count('"') + text.count("\\") > MAX_EDITS:
        raise too_many_edits()
    cable = next((fact.text for fact in facts if fact.name == "reference_id"), "")
    view = field_view(source, GLUE.join(_unescape(text[low:high]) for low, high in parts), parts, _QUOTING)
    return Reading(stream.path, join_names(stream.cable, cable or name), view, facts)


def _parts(
    text: str, columns: tuple[str, ...], fields: list[tuple[int, int]]
) -> tuple[tuple[Fact, ...], list[tuple[int, int]]]:
    """Return the facts from the short columns, and the ranges of the header and body columns that are not blank."""
    facts = []
    ranges: dict[str, tuple[int, int]] = {}
    for name, (low, high) in zip(columns, fields, strict=True):
        if name in (_BODY, _HEADER):
            ranges[name] = (low, high)
        elif low < high:
            facts.append(Fact(Span(low, high), name, _unescape(text[low:high])))
    found = [ranges[name] for name in (_HEADER, _BODY) if name in ranges]
    return tuple(facts), [(low, high) for low, high in found if text[low:high].strip()]


def split_fields(text: str) -> list[tuple[int, int]]:
    """Return the start and end of each quoted field's content. A truncated last field ends with the row."""
    fields = []
    start = text.find('"') + 1
    while start > 0:
        end = _field_end(text, start)
        fields.append((start, end))
        start = end + 3 if text.startswith('","', end) else 0
    return fields


def _field_end(text: str, start: int) -> int:
    """Return the offset of a field's closing quote: the first quote that is neither escaped with a backslash nor
    doubled. If there is none, return the end of the row without its line breaks.
    """
    offset = text.find('"', start)
    while offset >= 0:
        slashes = offset - 1
        while slashes >= start and text[slashes] == "\\":
            slashes -= 1
        if (offset - 1 - slashes) % 2 == 0:
            if text.startswith('""', offset) and not text.startswith('"",', offset):
                offset = text.find('"', offset + 2)
                continue
            return offset
        offset = text.find('"', offset + 1)
    return len(text.rstrip("\r\n"))


def _unescape(raw: str) -> str:
    if '""' in raw or "\\\\" in raw:
        return _QUOTING.plain(raw)
    return raw.replace('\\"', '"')


def unwrap(reading: Reading, settings: ReaderSettings) -> Iterator[Reading | Unreadable]:
    """Yield the telegram from a CSV row that was found inside another wrapper, such as a web page. The short columns
    become facts. Yield `Unreadable` if the number of columns is wrong.
    """
    view: View = reading.view
    fields = split_fields(view.text)
    columns = settings.columns or COLUMNS
    if len(fields) != len(columns):
        why = f"the row has {len(fields)} columns (expected {len(columns)})"
        yield Unreadable(reading.path, reading.cable, why)
        return
    facts, parts = _parts(view.text, columns, fields)
    moved = tuple(Fact(view.span(fact.span.start, fact.span.end), fact.name, fact.text) for fact in facts)
    yield reading.inner(view.exchange(limit_edits(_edits(view.text, parts))), moved)


def _edits(text: str, parts: list[tuple[int, int]]) -> Iterator[Exchange]:
    """Yield the edits that reduce a row to the ranges in `parts`, unescaped and separated by blank lines."""
    start = 0
    for number, (low, high) in enumerate(parts):
        yield start, low, GLUE if number else ""
        for found in _QUOTING.pattern.finditer(text, low, high):
            yield found.start(), found.end(), _QUOTING.character(found[0])
        start = high
    yield start, len(text), ""
