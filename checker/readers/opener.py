"""From a path to its documents: bytes are unpacked, decoded and unwrapped until no reader recognizes the text.

`read` opens a file, `read_stream` reads bytes, `unwrap` reads text.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping

from ..errors import ConfigError, InputError
from ..text import Exchange, Source, View
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
_ROW_CODES = frozenset(reader.code for reader in _BYTES if reader.stage == ROWS and reader.code != "pdf")
_TEXT_MARKERS = tuple((marker, reader) for reader in readers_of_stages(TEXT) for marker in reader.markers)
_ROW_MARKERS = (  # of wrappers that occur inside rows
    ("<", _BY_CODE["html"]),
    *(pair for pair in _TEXT_MARKERS if pair[1].code in ("foia", "labelled", "pasted", "plusd")),
)
_ATTRIBUTES_LINE = "\nMessage Attributes\n"
_ROW_HEAD = 1000  # code points of a row in which its wrapper must be recognizable: rows come in millions
_PLAIN = Reader("plain", TEXT, 0, "message_splitter", "the text as it is", ())
_XML = "<?xml"
_LINE_END = re.compile(r"\r\n?")  # a view has LF at the end of each line; the source keeps its own line ends


def read(
    path: str,
    *,
    reader: str | None = None,
    settings: Mapping[str, object] | None = None,
    data: bytes | None = None,
    vocabulary: Vocabulary | None = None,
) -> Iterator[Reading | Unreadable]:
    """Return the documents of a file. With `data` (standard input, unsaved text), `path` is only a name.

    `reader` is a code of `READERS` or "plain"; with `None` the format is detected. Raises `ConfigError` at once for an
    unknown reader or setting; whatever is wrong with the file itself comes as `Unreadable`.
    """
    return _read(path, ReaderSettings.from_mapping(settings, vocabulary), find_reader(reader), data)


def find_reader(code: str | None) -> Reader | None:
    """Return the reader with a code. Raises `ConfigError` for an unknown code."""
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


# ---- Bytes ----------------------------------------------------------------------------------------------------------


def read_stream(
    stream: Stream, settings: ReaderSettings, forced: Reader | None = None, codes: tuple[str, ...] = ()
) -> Iterator[Reading | Unreadable]:
    """Yield the documents of a stream. `codes` are the readers that have unpacked it so far."""
    if not stream.head:
        yield Unreadable(stream.path, stream.cable, "is empty")
        return
    try:
        reader = _reader_for(stream, forced)
        if reader is None:
            yield from _read_text(stream, settings, forced, codes)
        elif reader.stage == ROWS:
            yield from _read_rows(stream, settings, reader, codes)
        elif len(codes) >= MAX_NESTING:
            yield Unreadable(stream.path, stream.cable, f"is packed more than {MAX_NESTING} times over")
        else:
            for member in reader.load().members(stream, settings, reader.code):
                if isinstance(member, Unreadable):
                    yield member
                else:
                    inside = None if reader is forced else forced
                    yield from read_stream(member, settings, inside, (*codes, reader.code))
    except InputError as error:
        yield Unreadable(stream.path, stream.cable, str(error))


def detect_reader(stream: Stream, forced: Reader | None = None) -> str:
    """Return the code of the reader for a stream's bytes, or "" if they are text."""
    reader = _reader_for(stream, forced)
    return "" if reader is None else reader.code


def _reader_for(stream: Stream, forced: Reader | None) -> Reader | None:
    """Return the reader of packed data, if it is packed; else the forced reader; else the first that recognizes it."""
    text = stream.head[:HEAD].decode("latin-1")
    for reader in _BYTES:
        if reader.stage == PACKED and forced is not _PLAIN:
            if text.startswith(reader.markers):
                return reader
        elif reader is forced or (
            forced is None and _may_recognize(reader, text) and reader.load().recognizes(stream.head, reader.code)
        ):
            return reader
    return None


def _may_recognize(reader: Reader, text: str) -> bool:
    """Return whether rows of this kind can begin like this: checked before the reader's module is imported."""
    start = text.lstrip("\xef\xbb\xbf \t\r\n")
    if reader.code == "csv-head":
        line = start[: start.find("\n") + 1]
        return any(marker in line for marker in reader.markers)
    return start[:1] in ("{", "[", '"', "%") and any(marker in text for marker in reader.markers)


def _read_rows(
    stream: Stream, settings: ReaderSettings, reader: Reader, codes: tuple[str, ...]
) -> Iterator[Reading | Unreadable]:
    codes = (*codes, reader.code)
    name = "+".join(codes)
    for row in reader.load().rows(stream, settings, reader.code):
        if isinstance(row, Unreadable):
            yield row
        elif row.facts and "\r" not in row.view.text and _recognize(row.view.text, codes) is None:
            row.reader = name  # what `unwrap` would return, but faster: a corpus has millions of rows
            yield row
        else:
            yield from unwrap(row, settings, None, codes)


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
    """Yield the documents in a text: at most `depth` wrappers are removed, none twice."""
    if "\r" in reading.view.text:
        line_ends = (Exchange(*found.span(), "\n") for found in _LINE_END.finditer(reading.view.text))
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


def _unwrapped(reading: Reading, forced: Reader | None, codes: tuple[str, ...]) -> Iterator[Reading | Unreadable]:
    """Yield the telegrams of a text without a wrapper; usually it is one."""
    text = reading.view.text
    if not text or text.isspace():
        yield Unreadable(reading.path, reading.cable, f"contains no text inside its wrapper ({'+'.join(codes)})")
    elif forced is None and not codes and text.startswith(_XML):
        yield Unreadable(reading.path, reading.cable, "is XML of an unknown kind; save its telegrams as text")
    else:
        reading.reader = "+".join(codes) or _PLAIN.code
        if reading.facts or ("CZC" not in text and "\nNNNN" not in text):
            yield reading
        else:
            from .message_splitter import split  # 0.5 ms: few texts have transmission signals of several telegrams

            yield from split(reading)


def _recognize(text: str, codes: tuple[str, ...]) -> Reader | None:
    markers = _TEXT_MARKERS
    head = text
    if codes and codes[-1] in _ROW_CODES:
        markers = _ROW_MARKERS
        head = text[:_ROW_HEAD]
        if _ATTRIBUTES_LINE in text:
            return _BY_CODE["plusd"]
    for marker, reader in markers:
        if marker in head and reader.code not in codes and reader.load().recognizes(text):
            return reader
    return None
