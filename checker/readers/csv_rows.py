"""Read CSV files that have a header row. Quoted fields contain complete texts, with quotes doubled (RFC 4180).

Columns are mapped to facts in the same way as the keys of a JSON object. The module uses its own splitter because it
needs each field's position in the file and must be able to read a corpus in byte ranges. A row ends at the first line
break that follows an even number of quotes.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from functools import partial

from ..errors import InputError
from ..record import Record
from ..text import Source
from .json_rows import BODY_KEYS, FACT_KEYS, Keys, Values
from .registry import MEGABYTE, ReaderSettings, Reading, Unreadable
from .rows import Quoting, read_rows
from .streams import Stream

SEPARATORS = (",", ";", "\t", "|")
_QUOTE = '"'
_QUOTING = Quoting(r'""')
_NAME = re.compile(r"[A-Za-z_][\w .#/()-]{0,60}")
_WORD = re.compile(r"[A-Za-z_]\w{0,60}")
_MAX_HEADER = 4096  # characters of a header row
_MIN_COLUMNS = 3  # of a table whose column names are all unknown
_KNOWN_NAMES = frozenset((*BODY_KEYS, *(key for keys in FACT_KEYS.values() for key in keys)))


class HeaderRow(Record):
    """Column names, written like JSON keys (in lower case, with underscores for spaces), and the column separator."""

    names: tuple[str, ...]
    separator: str


def recognizes(head: bytes, code: str = "") -> bool:
    """Return whether the first line is a header row.

    A header row names a column for a telegram's text, contains at least three known column names, or consists of at
    least three words that are not all in capitals, above a line that looks like a row.
    """
    header = _header_row(head)
    if header is None:
        return False
    names = header.names
    if set(names) & set(BODY_KEYS) or len(set(names) & _KNOWN_NAMES) >= _MIN_COLUMNS:
        return True
    lines = head.split(b"\n", 2)
    second = lines[1].decode("latin-1") if len(lines) > 1 else ""
    words = all(_WORD.fullmatch(name) for name in names) and not lines[0].isupper()
    separators = len(names) - 1
    return words and len(names) >= _MIN_COLUMNS and (second.count(header.separator) >= separators or _QUOTE in second)


def _header_row(head: bytes) -> HeaderRow | None:
    """Return the header row at the beginning of a file, or `None` if its first line is not a header row."""
    line = head.removeprefix(b"\xef\xbb\xbf").split(b"\n", 1)[0].rstrip(b"\r")
    if len(line) > _MAX_HEADER:
        return None
    text = line.decode("utf-8", "replace")
    separator = max(SEPARATORS, key=text.count)
    try:
        fields = split_fields(text, separator)
    except InputError:
        return None
    names = [text[low:high].strip() for low, high in fields]
    if len(names) < 2 or len(set(names)) < len(names) or not all(_NAME.fullmatch(name) for name in names):
        return None
    return HeaderRow(tuple("_".join(name.lower().split()) for name in names), separator)


def rows(stream: Stream, settings: ReaderSettings, code: str) -> Iterator[Reading | Unreadable]:
    """Yield a document or an `Unreadable` for each row below the header row, or for each row of a later range of the
    file.

    Raises `InputError` if the file has no header row, or if no column is known to contain a telegram's text.
    """
    has_header = stream.first_line == 1
    header = (
        _header_row(stream.head) if has_header else HeaderRow(settings.columns, settings.separator or SEPARATORS[0])
    )
    if header is None:
        raise InputError("has no row of column names")
    keys = Keys(settings)
    if not keys.has_text(header.names):
        raise InputError(
            f"is a table with the columns {', '.join(header.names)}, none of which is known to hold a telegram's text; "
            "name it in the settings (fields.body)"
        )
    found = (
        row for number, row in enumerate(records(stream, settings.limit)) if number or not has_header or row[3] is None
    )
    yield from read_rows(stream, settings.limit, found, partial(_row, stream, keys, header))


def records(stream: Stream, limit: int) -> Iterator[tuple[int, int, int, bytes | None]]:
    """Yield each row's line number, offset, size, and bytes (without the line break). The bytes are `None` for a row
    larger than `limit`.
    """
    held: list[bytes] = []
    size = quotes = 0
    row_line = line = stream.first_line
    start = stream.offset
    for part, _, length in stream.split(b"\n", limit):
        line += 1
        size += length + 1
        if part is None:  # its number of quotes is not known: assume that the next line begins the next row
            yield row_line, start, size - 1, None
            start += size
            held, size, quotes, row_line = [], 0, 0, line
            continue
        quotes += part.count(b'"')
        if size <= limit:
            held.append(part)
        else:
            held = []
        if quotes % 2 == 0:
            yield row_line, start, size - 1, b"\n".join(held) if size <= limit else None
            start += size
            held, size, quotes, row_line = [], 0, 0, line
    if size:
        yield row_line, start, size - 1, b"\n".join(held) if size <= limit else None


def _row(stream: Stream, keys: Keys, header: HeaderRow, source: Source, name: str) -> Reading | Unreadable:
    text = source.text
    fields = split_fields(text.rstrip("\r"), header.separator)
    if len(fields) != len(header.names):
        raise InputError(f"the row has {len(fields)} columns (expected {len(header.names)})")
    values: Values = {}
    for column, (low, high) in zip(header.names, fields, strict=True):
        values[column] = (text[low:high].replace('""', _QUOTE), low, high)
    return keys.build(stream, source, values, name, _QUOTING, _QUOTE)


def split_fields(text: str, separator: str) -> list[tuple[int, int]]:
    """Return the start and end of each field's content in a row. Raises `InputError` for a misplaced quote."""
    fields = []
    start = 0
    while True:
        quote = start
        while text.startswith(" ", quote):
            quote += 1
        if not text.startswith(_QUOTE, quote):
            end = text.find(separator, start)
            fields.append((start, end if end >= 0 else len(text)))
            if end < 0:
                return fields
            start = end + 1
            continue
        end = _closing_quote(text, quote)
        fields.append((quote + 1, end))
        start = end + 1
        while text.startswith(" ", start):
            start += 1
        if start >= len(text):
            return fields
        if not text.startswith(separator, start):
            raise InputError(f"unexpected text after the closing quote at character {start + 1}")
        start += 1


def _closing_quote(text: str, quote: int) -> int:
    end = text.find(_QUOTE, quote + 1)
    while end >= 0 and text.startswith('""', end):
        end = text.find(_QUOTE, end + 2)
    if end < 0:
        raise InputError(f"the quote at character {quote + 1} of the row is never closed")
    return end


# ---- Ranges of a file -----------------------------------------------------------------------------------------------


def split_ranges(file: io.RawIOBase, size: int, target: int) -> Iterator[tuple[int, int]]:
    """Yield the start offset and first line number of each range of about `target` bytes. Each range begins with a row.

    The whole file is read, because a line break ends a row only if an even number of quotes precedes it.
    """
    yield 0, 1
    nominal, block_start, line = target, 0, 1
    inside_quotes = False
    while nominal < size:
        block = file.read(MEGABYTE)
        if not block:
            return
        low = 0
        while nominal < block_start + len(block):
            place = max(low, nominal - block_start)
            inside_quotes ^= block.count(b'"', low, place) % 2 == 1
            line += block.count(b"\n", low, place)
            low = place
            end = block.find(b"\n", low)
            while end >= 0:
                inside_quotes ^= block.count(b'"', low, end) % 2 == 1
                line += 1
                low = end + 1
                if not inside_quotes:
                    break
                end = block.find(b"\n", low)
            if end < 0:
                break
            if block_start + low < size:
                yield block_start + low, line
            nominal = max(nominal + target, block_start + low + 1)
        inside_quotes ^= block.count(b'"', low) % 2 == 1
        line += block.count(b"\n", low)
        block_start += len(block)


def range_settings(head: bytes) -> dict[str, object]:
    """Return the settings for reading a range that does not begin with the header row, or an empty dictionary if `head`
    has no header row.
    """
    header = _header_row(head)
    return {} if header is None else {"columns": header.names, "separator": header.separator}
