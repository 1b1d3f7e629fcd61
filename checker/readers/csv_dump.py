"""Rows of `cables.csv`: eight quoted columns, fields that hold whole texts, quotes escaped as `\\"` or doubled.

Own splitter instead of `csv`: it keeps the place of every field, copes with torn rows, and costs a fifth of the time.
A row begins on a line `"<digits>","`; inside a field a quote is always escaped, so no text can look like that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from ..errors import InputError
from ..model import Fact
from ..text import Exchange, Source, Span, View
from .escaped_view import GLUE, LazyView, Quoting
from .registry import MOST_CHANGES, Reading, Settings, Unreadable, bounded, join_names, too_many
from .rows import readings
from .streams import Stream

COLUMNS = ("doc_id", "created", "reference_id", "origin", "classification", "references", "header", "body")
CUT = b'\n"'
_PIECE = re.compile(rb'\d{1,12}","')  # what follows CUT where a row begins
_FIRST = re.compile(rb'\s{0,8}"\d{1,12}","\d{1,2}/\d{1,2}/\d{4} \d{1,2}:\d\d","')
_FIRST_TEXT = re.compile(r'\s{0,8}"\d{1,12}","\d{1,2}/\d{1,2}/\d{4} \d{1,2}:\d\d","')
_QUOTING = Quoting(r"\\[\"\\]|\"\"")
_BODY, _HEADER = "body", "header"


def recognises(head: bytes | str, code: str = "") -> bool:
    """Whether the first row begins as a row of that file does: number, date and time, the next column."""
    if isinstance(head, str):
        return _FIRST_TEXT.match(head) is not None
    return _FIRST.match(head.removeprefix(b"\xef\xbb\xbf")) is not None


def rows(stream: Stream, settings: Settings, code: str) -> Iterator[Reading | Unreadable]:
    """The rows of a file, one at a time; each row is a source of its own that knows its line in the file."""
    made = partial(_row, stream, settings.columns or COLUMNS)
    yield from readings(stream, settings.limit, records(stream, settings.limit), made)


def records(stream: Stream, limit: int) -> Iterator[tuple[int, bytes | None]]:
    """Line number and bytes of each row; `None` for a row larger than `limit`."""
    held: list[bytes] = []
    size = 0
    line = here = stream.first_line
    for piece, feeds in stream.split(CUT, limit):
        if here == stream.first_line:
            words = piece
        elif piece is None or _PIECE.match(piece) is not None:
            yield line, b"".join(held) if size <= limit else None
            held, size, line = [], 0, here
            words = b'"' + piece if piece is not None else None
        else:
            words = CUT + piece
        size += limit + 1 if words is None else len(words)
        if words is not None and size <= limit:
            held.append(words)
        else:
            held = []
        here += feeds + 1
    if size:
        yield line, b"".join(held) if size <= limit else None


def _row(stream: Stream, columns: tuple[str, ...], source: Source, name: str) -> Reading:
    text = source.text
    fields = split_fields(text)
    if len(fields) != len(columns):
        raise InputError(f"the row has {len(fields)} columns where {len(columns)} are expected")
    facts, parts = _parts(text, columns, fields)
    if not parts:
        raise InputError("the row holds no text")
    if len(text) > MOST_CHANGES and text.count('"') + text.count("\\") > MOST_CHANGES:
        raise too_many()
    cable = next((fact.text for fact in facts if fact.name == "reference_id"), "")
    view = LazyView(source, GLUE.join(_plain(text[low:high]) for low, high in parts), parts, _QUOTING)
    return Reading(stream.path, join_names(stream.cable, cable or name), view, facts)


def _parts(
    text: str, columns: tuple[str, ...], fields: list[tuple[int, int]]
) -> tuple[tuple[Fact, ...], list[tuple[int, int]]]:
    """The facts of the short columns, and the places of header and body."""
    facts = []
    places: dict[str, tuple[int, int]] = {}
    for name, (low, high) in zip(columns, fields, strict=True):
        if name in (_BODY, _HEADER):
            places[name] = (low, high)
        elif low < high:
            facts.append(Fact(Span(low, high), name, _plain(text[low:high])))
    found = [places[name] for name in (_HEADER, _BODY) if name in places]
    return tuple(facts), [place for place in found if text[place[0] : place[1]].strip()]


def split_fields(text: str) -> list[tuple[int, int]]:
    """Start and end of the content of each quoted field of a row; a torn last field ends with the row."""
    fields = []
    here = text.find('"') + 1
    while here > 0:
        end = _field_end(text, here)
        fields.append((here, end))
        here = end + 3 if text.startswith('","', end) else 0
    return fields


def _field_end(text: str, start: int) -> int:
    """The quote that closes a field: not escaped, and the field's separator or the row's end after it."""
    place = text.find('"', start)
    while place >= 0:
        slashes = place - 1
        while slashes >= start and text[slashes] == "\\":
            slashes -= 1
        if (place - 1 - slashes) % 2 == 0:
            if text.startswith('""', place) and not text.startswith('"",', place):
                place = text.find('"', place + 2)
                continue
            return place
        place = text.find('"', place + 1)
    return len(text.rstrip("\r\n"))


def _plain(raw: str) -> str:
    if '""' in raw or "\\\\" in raw:
        return _QUOTING.plain(raw)
    return raw.replace('\\"', '"')


def unwrap(reading: Reading, settings: Settings) -> Iterator[Reading | Unreadable]:
    """A row that stands in a page: the same columns, in the text of a view."""
    view: View = reading.view
    fields = split_fields(view.text)
    columns = settings.columns or COLUMNS
    if len(fields) != len(columns):
        why = f"the row has {len(fields)} columns where {len(columns)} are expected"
        yield Unreadable(reading.path, reading.cable, why)
        return
    facts, parts = _parts(view.text, columns, fields)
    moved = tuple(Fact(view.span(fact.span.start, fact.span.end), fact.name, fact.text) for fact in facts)
    yield reading.inner(view.exchange(bounded(_inside(view.text, parts))), moved)


def _inside(text: str, parts: list[tuple[int, int]]) -> Iterator[Exchange]:
    """The exchanges that leave the parts, unescaped, with a blank line between them."""
    here = 0
    for number, (low, high) in enumerate(parts):
        yield Exchange(here, low, GLUE if number else "")
        for found in _QUOTING.pattern.finditer(text, low, high):
            yield Exchange(found.start(), found.end(), _QUOTING.letter(found[0]))
        here = high
    yield Exchange(here, len(text))
