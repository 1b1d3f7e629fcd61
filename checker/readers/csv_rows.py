"""CSV rows under a row of column names: quoted fields hold whole texts, a quote inside is doubled (RFC 4180).

The names say what holds what, as the keys of a JSON object do. Own splitter, for every field must know its place in the
file and a corpus must be readable in shares. A row ends at the first line end behind an even number of quotes.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from functools import partial

from ..errors import InputError
from ..record import Record
from ..text import Source
from .escaped_view import Quoting
from .json_rows import BODY_KEYS, FACT_KEYS, Keys, Values
from .registry import MEGABYTE, Reading, Settings, Unreadable
from .rows import readings
from .streams import Stream

SEPARATORS = (",", ";", "\t", "|")
_QUOTE = '"'
_QUOTING = Quoting(r'""')
_NAME = re.compile(r"[A-Za-z_][\w .#/()-]{0,60}")
_WORD = re.compile(r"[A-Za-z_]\w{0,60}")
_LONGEST_HEAD = 4096  # letters of a row of names
_FEWEST = 3  # columns with names nobody knows that make a table all the same
_KNOWN = frozenset((*BODY_KEYS, *(key for keys in FACT_KEYS.values() for key in keys)))


class Head(Record):
    """The row of names: the columns, folded as keys are written, and what stands between them."""

    names: tuple[str, ...]
    separator: str


def recognises(head: bytes, code: str = "") -> bool:
    """Whether the first line names columns: one that holds the text, or several that no line of a telegram would."""
    found = _head(head)
    if found is None:
        return False
    names = found.names
    if set(names) & set(BODY_KEYS) or len(set(names) & _KNOWN) >= _FEWEST:
        return True
    lines = head.split(b"\n", 2)
    second = lines[1].decode("latin-1") if len(lines) > 1 else ""
    words = all(_WORD.fullmatch(name) for name in names) and not lines[0].isupper()
    return words and len(names) >= _FEWEST and (second.count(found.separator) >= len(names) - 1 or _QUOTE in second)


def _head(head: bytes) -> Head | None:
    """The row of names a file begins with; `None` if its first line is none."""
    line = head.removeprefix(b"\xef\xbb\xbf").split(b"\n", 1)[0].rstrip(b"\r")
    if len(line) > _LONGEST_HEAD:
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
    return Head(tuple("_".join(name.lower().split()) for name in names), separator)


def rows(stream: Stream, settings: Settings, code: str) -> Iterator[Reading | Unreadable]:
    """The rows of a file, or of a stretch of it that does not begin with its first line, one at a time."""
    begins = stream.first_line == 1
    head = _head(stream.head) if begins else Head(settings.columns, settings.separator or SEPARATORS[0])
    if head is None:
        raise InputError("has no row of column names")
    keys = Keys(settings)
    if not keys.has_text(head.names):
        raise InputError(
            f"is a table with the columns {', '.join(head.names)}, and none is known to hold the text of a telegram: "
            "name it in the settings (fields.body)"
        )
    found = (
        row for number, row in enumerate(records(stream, settings.limit)) if number or not begins or row[1] is None
    )
    yield from readings(stream, settings.limit, found, partial(_row, stream, keys, head))


def records(stream: Stream, limit: int) -> Iterator[tuple[int, bytes | None]]:
    """Line number and bytes of each row, without its line end; `None` for a row larger than `limit`."""
    held: list[bytes] = []
    size = quotes = 0
    line = here = stream.first_line
    for piece, _ in stream.split(b"\n", limit):
        here += 1
        if piece is None:  # its quotes are not known: the next line is taken for the next row
            yield line, None
            held, size, quotes, line = [], 0, 0, here
            continue
        size += len(piece) + 1
        quotes += piece.count(b'"')
        if size <= limit:
            held.append(piece)
        else:
            held = []
        if quotes % 2 == 0:
            yield line, b"\n".join(held) if size <= limit else None
            held, size, quotes, line = [], 0, 0, here
    if size:
        yield line, b"\n".join(held) if size <= limit else None


def _row(stream: Stream, keys: Keys, head: Head, source: Source, name: str) -> Reading | Unreadable:
    text = source.text
    fields = split_fields(text.rstrip("\r"), head.separator)
    if len(fields) != len(head.names):
        raise InputError(f"the row has {len(fields)} columns where {len(head.names)} are named")
    values: Values = {}
    for column, (low, high) in zip(head.names, fields, strict=True):
        values[column] = (text[low:high].replace('""', _QUOTE), low, high)
    return keys.made(stream, source, values, name, _QUOTING, _QUOTE)


def split_fields(text: str, separator: str) -> list[tuple[int, int]]:
    """Start and end of the content of each field of a row. Raises `InputError` for a quote in the wrong place."""
    fields = []
    here = 0
    while True:
        start = here
        while text.startswith(" ", start):
            start += 1
        if not text.startswith(_QUOTE, start):
            end = text.find(separator, here)
            fields.append((here, end if end >= 0 else len(text)))
            if end < 0:
                return fields
            here = end + 1
            continue
        end = text.find(_QUOTE, start + 1)
        while end >= 0 and text.startswith('""', end):
            end = text.find(_QUOTE, end + 2)
        if end < 0:
            raise InputError(f"the quote at character {start + 1} of the row is never closed")
        fields.append((start + 1, end))
        here = end + 1
        while text.startswith(" ", here):
            here += 1
        if here >= len(text):
            return fields
        if not text.startswith(separator, here):
            raise InputError(f"something stands between a closing quote and the next column at character {here + 1}")
        here += 1


def shares(file: io.RawIOBase, size: int, target: int) -> Iterator[tuple[int, int]]:
    """Where shares of about `target` bytes begin in a file, and on which line: always with a row. Reads the file once,
    for only the quotes before a line tell whether it begins a row."""
    yield 0, 1
    wanted, at, line = target, 0, 1
    odd = False
    while wanted < size:
        block = file.read(MEGABYTE)
        if not block:
            return
        low = 0
        while wanted < at + len(block):
            place = max(low, wanted - at)
            odd ^= block.count(b'"', low, place) % 2 == 1
            line += block.count(b"\n", low, place)
            low = place
            end = block.find(b"\n", low)
            while end >= 0:
                odd ^= block.count(b'"', low, end) % 2 == 1
                line += 1
                low = end + 1
                if not odd:
                    break
                end = block.find(b"\n", low)
            if end < 0:
                break
            if at + low < size:
                yield at + low, line
            wanted = max(wanted + target, at + low + 1)
        odd ^= block.count(b'"', low) % 2 == 1
        line += block.count(b"\n", low)
        at += len(block)


def settings_of(head: bytes) -> dict[str, object]:
    """What a share that does not begin with the row of names has to be told."""
    found = _head(head)
    return {} if found is None else {"columns": found.names, "separator": found.separator}
