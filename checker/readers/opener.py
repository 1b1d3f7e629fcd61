"""Turn a path into documents: bytes are unpacked, decoded, and unwrapped until no reader recognizes the text.

`read` opens a file, `read_stream` reads bytes, `unwrap` reads text, and `split` separates the telegrams in a text at
the start-of-message and end-of-message signals of ACP 127.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from itertools import islice

from ..errors import ConfigError, InputError
from ..text import Pattern, Source, View
from ..vocabulary import Vocabulary
from .paths import describe, refusal
from .registry import (
    CODES,
    MAX_NESTING,
    PACKED,
    READERS,
    ROWS,
    TEXT,
    Reader,
    ReaderSettings,
    Reading,
    Unreadable,
    limit_edits,
    readers_of_stages,
)
from .streams import HEAD, Stream, decode

_BY_CODE = {reader.code: reader for reader in READERS}
_BYTES = readers_of_stages(PACKED, ROWS)
_ROW_CODES = frozenset(reader.code for reader in _BYTES if reader.stage == ROWS and reader.code not in ("docx", "pdf"))
_TEXT_MARKERS = tuple(
    (marker, re.sub("[A-Z]+", "", marker)[:1] or marker[0], reader)  # with its first character that is not a capital
    for reader in readers_of_stages(TEXT)
    for marker in reader.markers
)
_ROW_MARKERS = (  # of wrappers that occur inside rows
    ("<", "<", _BY_CODE["html"]),
    *(each for each in _TEXT_MARKERS if each[2].code in ("foia", "labelled", "pasted", "plusd")),
)
_ATTRIBUTES_LINE = "\nMessage Attributes\n"
_LONGEST_SIGNATURE = 8  # bytes at the beginning of packed data that identify its format
_ROW_HEAD = 1000  # code points of a row in which its wrapper must be recognizable: rows come in millions
_PLAIN = Reader("plain", TEXT, 0, "opener", "the text as it is", ())
_XML = "<?xml"
_LINE_END = Pattern(r"\r\n?")  # a view has LF at the end of each line; the source keeps its own line ends


def read(
    path: str,
    *,
    reader: str | None = None,
    settings: Mapping[str, object] | None = None,
    data: bytes | None = None,
    vocabulary: Vocabulary | None = None,
) -> Iterator[Reading | Unreadable]:
    """Return an iterator over the documents in a file. With `data` (standard input or unsaved text), `path` is only a
    name.

    `reader` is a code of `READERS` or "plain"; with `None`, the format is detected. Raises `ConfigError` immediately
    for an unknown reader or setting; any problem with the file itself is yielded as `Unreadable`.
    """
    return _read(path, ReaderSettings.from_mapping(settings, vocabulary), find_reader(reader), data)


def find_reader(code: str | None) -> Reader | None:
    """Return the reader with the given code, or `None` if `code` is `None`. Raises `ConfigError` for an unknown
    code.
    """
    if code is None or code in _BY_CODE:
        return _BY_CODE[code] if code else None
    if code == _PLAIN.code:
        return _PLAIN
    raise ConfigError(f"unknown reader '{code}'; known readers: {', '.join(CODES)}")


def _read(
    path: str, settings: ReaderSettings, forced: Reader | None, data: bytes | None
) -> Iterator[Reading | Unreadable]:
    if data is not None:
        yield from read_stream(Stream(path, "", io.BytesIO(data).read), settings, forced)
        return
    why = refusal(path)
    if why:
        yield Unreadable(path, "", why)
        return
    try:
        with open(path, "rb", buffering=0) as file:
            yield from read_stream(Stream(path, "", file.read, on_disk=True), settings, forced)
    except OSError as error:
        yield Unreadable(path, "", describe(error))


def read_document(
    path: str,
    *,
    member: str = "",
    start: int | None = None,
    size: int | None = None,
    line: int = 1,
    item: int = 1,
    reader: str | None = None,
    settings: Mapping[str, object] | None = None,
    vocabulary: Vocabulary | None = None,
) -> Reading | Unreadable:
    """Reread one document of a file in the same way as `read`. Return it, or `Unreadable` if the file no longer
    contains it.

    `member`, `start`, and `size` are the document's attributes in `Reading`, `line` is the line on which it begins, and
    `item` is its 1-based number among the documents with the same `member` and `start`. Only the row or the archive
    member that contains the document is read; any other file is read from its beginning.
    """
    options, forced = ReaderSettings.from_mapping(settings, vocabulary), find_reader(reader)
    why = refusal(path)
    if why:
        return Unreadable(path, "", why)
    try:
        with open(path, "rb", buffering=0) as file:
            stream = Stream(path, "", file.read, on_disk=True)
            packed = _reader_for(stream, forced)
            if packed is not None and packed.stage == ROWS and start is not None and size is not None:
                if packed.code == "csv-head":
                    options = ReaderSettings.from_mapping(
                        {**(settings or {}), **packed.load().range_settings(stream.head)}, vocabulary
                    )
                file.seek(start)
                line = max(line, 2) if start else line  # the first line has the column names, if there are any
                stream = Stream(path, "", file.read, size, line, offset=start)
                forced = packed
            elif packed is not None and packed.code == "zip" and member:
                options.only = packed.load().numbers_of(path, member)
            found = (
                each for each in read_stream(stream, options, forced) if (each.member, each.start) == (member, start)
            )
            return next(islice(found, item - 1, None), None) or Unreadable(path, "", "no longer contains this document")
    except OSError as error:
        return Unreadable(path, "", describe(error))


# ---- Bytes ----------------------------------------------------------------------------------------------------------


def read_stream(
    stream: Stream, settings: ReaderSettings, forced: Reader | None = None, codes: tuple[str, ...] = ()
) -> Iterator[Reading | Unreadable]:
    """Yield the documents in a stream. `codes` are the codes of the readers that have already unpacked it."""
    if not stream.head:
        yield Unreadable(stream.path, stream.cable, "is empty", member=stream.cable)
        return
    try:
        reader = _reader_for(stream, forced)
        if reader is None or reader.stage == ROWS:
            inside = (
                _read_rows(stream, settings, reader, codes) if reader else _read_text(stream, settings, forced, codes)
            )
            for item in inside:
                item.member = stream.cable
                yield item
        elif len(codes) >= MAX_NESTING:
            yield Unreadable(stream.path, stream.cable, f"is packed more than {MAX_NESTING} times over")
        else:
            for member in reader.load().members(stream, settings, reader.code):
                if isinstance(member, Unreadable):
                    member.member = member.cable
                    yield member
                else:
                    still_forced = None if reader is forced else forced
                    yield from read_stream(member, settings, still_forced, (*codes, reader.code))
    except InputError as error:
        yield Unreadable(stream.path, stream.cable, str(error), member=stream.cable)


def detect_reader(stream: Stream, forced: Reader | None = None) -> str:
    """Return the code of the reader for a stream's bytes, or "" if they are plain text."""
    reader = _reader_for(stream, forced)
    return "" if reader is None else reader.code


def _reader_for(stream: Stream, forced: Reader | None) -> Reader | None:
    """Return the first reader in order of rank that applies to a stream's bytes, or `None` for text.

    A reader for packed data applies if its marker is at the beginning, unless the plain reader is forced. A row reader
    applies if it is forced, or if no reader is forced and it recognizes the stream.
    """
    head = stream.head[:HEAD]
    beginning = head[:_LONGEST_SIGNATURE].decode("latin-1")
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    for reader in _BYTES:
        if reader.stage == PACKED and forced is not _PLAIN:
            if beginning.startswith(reader.markers):
                return reader
        elif reader is forced or (
            forced is None and _may_recognize(reader, start) and reader.load().recognizes(stream.head, reader.code)
        ):
            return reader
    return None


def _may_recognize(reader: Reader, start: bytes) -> bool:
    """Return whether a file for this row reader could begin with these bytes. The check avoids importing the modules of
    readers that do not apply.
    """
    if reader.code == "csv-head":
        start = start[: start.find(b"\n") + 1]
    elif start[:1] not in (b"{", b"[", b'"', b"%", b"P"):
        return False
    return any(marker.encode("latin-1") in start for marker in reader.markers)


def _read_rows(
    stream: Stream, settings: ReaderSettings, reader: Reader, codes: tuple[str, ...]
) -> Iterator[Reading | Unreadable]:
    codes = (*codes, reader.code)
    name = "+".join(codes)
    for row in reader.load().rows(stream, settings, reader.code):
        if isinstance(row, Unreadable):
            yield row
            continue
        found = None if "\r" in row.view.text else _recognize(row.view.text, codes)
        if row.facts and found is None and "\r" not in row.view.text:
            row.reader = name  # what `unwrap` would return, but faster: a corpus has millions of rows
            yield row
        else:
            for item in unwrap(row, settings, found, codes):
                item.start, item.size = row.start, row.size
                yield item


def _read_text(
    stream: Stream, settings: ReaderSettings, forced: Reader | None, codes: tuple[str, ...]
) -> Iterator[Reading | Unreadable]:
    text, notes = decode(stream.whole(settings.limit))
    if not text or text.isspace():
        yield Unreadable(stream.path, stream.cable, "contains no text")
        return
    source = Source(stream.path, text, stream.first_line)
    yield from unwrap(Reading(stream.path, stream.cable, View.whole(source), notes=notes), settings, forced, codes)


# ---- Text -----------------------------------------------------------------------------------------------------------


def unwrap(
    reading: Reading,
    settings: ReaderSettings,
    forced: Reader | None = None,
    codes: tuple[str, ...] = (),
    depth: int = MAX_NESTING,
) -> Iterator[Reading | Unreadable]:
    """Yield the documents in a text after removing at most `depth` wrappers, each kind at most once. Line ends become
    LF.
    """
    if "\r" in reading.view.text:
        line_ends = ((*found.span(), "\n") for found in _LINE_END.finditer(reading.view.text))
        reading.view = reading.view.exchange(limit_edits(line_ends))
    reader = forced or (_recognize(reading.view.text, codes) if depth else None)
    if reader is None or reader is _PLAIN or reader.stage != TEXT:
        yield from _unwrapped(reading, forced, codes)
        return
    for inner in reader.load().unwrap(reading, settings):
        if isinstance(inner, Unreadable):
            yield inner
        else:
            yield from unwrap(inner, settings, None, (*codes, reader.code), depth - 1)


_RECORDS = ("locator", "foia_release")  # facts of a record that is a document even if its text is elsewhere or withheld


def _unwrapped(reading: Reading, forced: Reader | None, codes: tuple[str, ...]) -> Iterator[Reading | Unreadable]:
    """Yield the telegrams in a text without a wrapper (usually only one), or `Unreadable` for a blank text or unknown
    XML.
    """
    text = reading.view.text
    if (not text or text.isspace()) and all(fact.name not in _RECORDS for fact in reading.facts):
        yield Unreadable(reading.path, reading.cable, f"contains no text inside its wrapper ({'+'.join(codes)})")
    elif forced is None and not codes and text.startswith(_XML):
        yield Unreadable(reading.path, reading.cable, "is XML of an unknown kind; save its telegrams as text")
    else:
        reading.reader = "+".join(codes) or _PLAIN.code
        if reading.facts or ("CZC" not in text and "\nNNNN" not in text):
            yield reading
        else:
            yield from split(reading)


def _recognize(text: str, codes: tuple[str, ...]) -> Reader | None:
    markers = _TEXT_MARKERS
    head = text
    if codes and codes[-1] in _ROW_CODES:
        markers = _ROW_MARKERS
        head = text[:_ROW_HEAD]
        if _ATTRIBUTES_LINE in text:
            return _BY_CODE["plusd"]
    for marker, rare, reader in markers:
        if rare not in head:  # faster than the search for a marker: most texts have no "<" and no small letters
            continue
        if reader.code not in codes and marker in head and reader.load().recognizes(text):
            return reader
    return None


# ---- Several telegrams in one text ----------------------------------------------------------------------------------
_START = Pattern(r"\nV?ZCZC[A-Z0-9 ]")  # start of message (ACP 127, format line 1)
_END = Pattern(r"\nN{4}(?![a-z])[^\n]*+\n")  # end of message (ACP 127, format line 16)
_STATION = Pattern(r"\nDE (R?[A-Z]{3,8}) ?#(\d{4})", 0)  # format line 3: station and serial number
_SENDER = Pattern(r"\nFM [A-Z]")  # format line 6
_ANNOUNCEMENT = Pattern(
    r"(?:\b(?:BEGIN|QTE|QUOTE|FOLLOWS)\b[^\n]*|:)\s*\Z", 0
)  # the line above announces a quoted message
_ANNOUNCEMENT_REACH = 200  # code points in which that line is searched
_HEADER_REACH = 3000  # code points in which a header block must begin


def split(reading: Reading) -> Iterator[Reading]:
    """Yield the telegrams in a text, named "1", "2", …. A text with only one telegram is returned unchanged.

    Sections and repeats of one telegram (same station, same serial number) stay together, and a message introduced as a
    quotation by the line above it stays in the telegram that quotes it.
    """
    text = reading.view.text
    bounds = list(_bounds(text))
    if len(bounds) < 2:
        yield reading
        return
    for number, (start, end) in enumerate(bounds, 1):
        yield reading.inner(reading.view.slice(start, end), cable=str(number))


def _bounds(text: str) -> Iterator[tuple[int, int]]:
    """Yield the start and end of each telegram. Together, the telegrams cover the text."""
    start = 0
    cuts = _cuts(text)
    station = _station(text, 0) if cuts else None
    for cut in cuts:
        following = _station(text, cut)
        if following is not None and following == station:
            continue
        quoted = _ANNOUNCEMENT.search(text[max(start, cut - _ANNOUNCEMENT_REACH) : cut].upper()) is not None
        if not quoted and text[start:cut].strip():
            yield start, cut
            start, station = cut, following
    yield start, len(text)


def _cuts(text: str) -> list[int]:
    """Return the offsets at which a telegram may begin: at a start signal, or after an end signal that is followed by a
    header block.
    """
    cuts = {found.start() + 1 for found in _START.finditer(text)} if "CZC" in text else set()
    for found in _END.finditer(text):
        if _SENDER.search(text, found.end() - 1, found.end() + _HEADER_REACH):
            cuts.add(_next_start(text, found.end()))
    return sorted(cuts)


def _next_start(text: str, at: int) -> int:
    """Return the offset of the start signal that follows `at` after nothing but whitespace, or `at` if there is none.
    An end signal before `at` and this start signal count as one boundary.
    """
    here = at
    while here < len(text) and text[here] in " \r\n\f\t":
        here += 1
    return here if _START.match("\n" + text[here : here + 8]) else at


def _station(text: str, start: int) -> tuple[str | None, ...] | None:
    found = _STATION.search(text, start, start + _HEADER_REACH)
    return found.groups() if found else None
