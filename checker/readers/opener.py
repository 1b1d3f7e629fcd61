"""A path to its documents: bytes are unpacked, decoded and unwrapped until no reader knows the text any more."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping

from ..errors import ConfigError, InputError
from ..text import Exchange, Source, View
from ..vocabulary import Vocabulary
from .paths import reason, refusal
from .registry import (
    CODES,
    PACKED,
    READERS,
    ROUNDS,
    ROWS,
    TEXT,
    Reader,
    Reading,
    Settings,
    Unreadable,
    bounded,
    of_stages,
)
from .streams import HEAD, Stream, decode

_BY_CODE = {reader.code: reader for reader in READERS}
_BYTES = of_stages(PACKED, ROWS)
_TEXTS = of_stages(TEXT)
_ROW_CODES = frozenset(reader.code for reader in _BYTES if reader.stage == ROWS and reader.code != "pdf")
_TEXT_SIGNS = tuple((sign, reader) for reader in _TEXTS for sign in reader.signs)
_ROW_SIGNS = (  # what rows may hold
    ("<", _BY_CODE["html"]),
    *(pair for pair in _TEXT_SIGNS if pair[1].code in ("foia", "labelled", "pasted", "plusd")),
)
_ROW_FOOT = "\nMessage Attributes\n"
_ROW_HEAD = 1000  # code points of a row in which its wrapper must show itself: a corpus pays for every letter searched
_PLAIN = Reader("plain", TEXT, 0, "several", "the text as it stands", ())
_XML = "<?xml"
_LINE_END = re.compile(r"\r\n?")  # whatever ended a line ends it with LF in a view; the source keeps its own


def read(
    path: str,
    *,
    reader: str | None = None,
    settings: Mapping[str, object] | None = None,
    data: bytes | None = None,
    words: Vocabulary | None = None,
) -> Iterator[Reading | Unreadable]:
    """The documents of a file. `data` is given for standard input and unsaved text; the path is then only a name.

    `reader` is a code of `READERS` or "plain", `None` recognises. Raises `ConfigError` at once for an unknown
    reader or setting; whatever is wrong with the file itself is told as `Unreadable`.
    """
    chosen = Settings.of(settings, words)
    forced = named(reader)
    return _read(path, chosen, forced, data)


def named(reader: str | None) -> Reader | None:
    """The reader with that code. Raises `ConfigError` for a code nobody has."""
    if reader is None or reader in _BY_CODE:
        return _BY_CODE[reader] if reader else None
    if reader == _PLAIN.code:
        return _PLAIN
    raise ConfigError(f"unknown reader '{reader}'; known are {', '.join(CODES)}")


def _read(path: str, settings: Settings, forced: Reader | None, data: bytes | None) -> Iterator[Reading | Unreadable]:
    if data is not None:
        yield from from_stream(Stream(path, "", io.BytesIO(data).read), settings, forced)
        return
    why = refusal(path)
    if why:
        yield Unreadable(path, "", why)
        return
    try:
        with open(path, "rb", buffering=0) as file:
            yield from from_stream(Stream(path, "", file.read, on_disk=True), settings, forced)
    except OSError as error:
        yield Unreadable(path, "", reason(error))


def from_stream(
    stream: Stream, settings: Settings, forced: Reader | None = None, codes: tuple[str, ...] = ()
) -> Iterator[Reading | Unreadable]:
    """The documents of a run of bytes. `codes` are the readers that unpacked it so far."""
    if not stream.head:
        yield Unreadable(stream.path, stream.cable, "is empty")
        return
    try:
        reader = _for_bytes(stream, forced)
        if reader is None:
            yield from _from_text(stream, settings, forced, codes)
        elif reader.stage == ROWS:
            yield from _from_rows(stream, settings, reader, codes)
        elif len(codes) >= ROUNDS:
            yield Unreadable(stream.path, stream.cable, f"is packed more than {ROUNDS} times over")
        else:
            for member in reader.load().members(stream, settings, reader.code):
                if isinstance(member, Unreadable):
                    yield member
                else:
                    inside = None if reader is forced else forced
                    yield from from_stream(member, settings, inside, (*codes, reader.code))
    except InputError as trouble:
        yield Unreadable(stream.path, stream.cable, str(trouble))


def _for_bytes(stream: Stream, forced: Reader | None) -> Reader | None:
    """Who reads these bytes: a packer whoever is asked for, else the reader asked for, else who recognises them."""
    head = stream.head
    letters = head[:HEAD].decode("latin-1")
    for reader in _BYTES:
        if reader.stage == PACKED and forced is not _PLAIN:
            if letters.startswith(reader.signs):
                return reader
        elif reader is forced or (forced is None and _is_of(reader, head, letters)):
            return reader
    return None


def _is_of(reader: Reader, head: bytes, letters: str) -> bool:
    """Whether a reader of rows recognises a file by its head, which is given as bytes and as letters."""
    return _may_hold(reader, letters) and reader.load().recognises(head, reader.code)


def _may_hold(reader: Reader, letters: str) -> bool:
    """Whether rows of that kind can begin like this: a look at the first letter or line, before a module is loaded."""
    begin = letters.lstrip("\xef\xbb\xbf \t\r\n")
    if reader.code == "csv-head":
        line = begin[: begin.find("\n") + 1]
        return any(sign in line for sign in reader.signs)
    return begin[:1] in ("{", "[", '"', "%") and any(sign in letters for sign in reader.signs)


def kind_of(stream: Stream, forced: Reader | None = None) -> str:
    """The code of the reader that will take a stream's bytes; "" if they are text."""
    reader = _for_bytes(stream, forced)
    return "" if reader is None else reader.code


def _from_rows(
    stream: Stream, settings: Settings, reader: Reader, codes: tuple[str, ...]
) -> Iterator[Reading | Unreadable]:
    codes = (*codes, reader.code)
    name = "+".join(codes)
    for row in reader.load().rows(stream, settings, reader.code):
        if isinstance(row, Unreadable):
            yield row
        elif row.facts and "\r" not in row.view.text and _recognise(row.view.text, codes) is None:
            row.reader = name  # what `unwrap` would do, without its price: a corpus has millions of rows
            yield row
        else:
            yield from unwrap(row, settings, None, codes)


def _from_text(
    stream: Stream, settings: Settings, forced: Reader | None, codes: tuple[str, ...]
) -> Iterator[Reading | Unreadable]:
    text, notes = decode(stream.whole(settings.limit))
    if not text or text.isspace():
        yield Unreadable(stream.path, stream.cable, "holds no text")
        return
    source = Source(stream.path, text, stream.first_line)
    yield from unwrap(Reading(stream.path, stream.cable, View.whole(source), notes=notes), settings, forced, codes)


def unwrap(
    reading: Reading,
    settings: Settings,
    forced: Reader | None = None,
    codes: tuple[str, ...] = (),
    rounds: int = ROUNDS,
) -> Iterator[Reading | Unreadable]:
    """The documents in a text: wrapper after wrapper is stripped, at most four, none twice."""
    if "\r" in reading.view.text:
        ends = (Exchange(*found.span(), "\n") for found in _LINE_END.finditer(reading.view.text))
        reading.view = reading.view.exchange(bounded(ends))
    reader = forced or (_recognise(reading.view.text, codes) if rounds else None)
    if reader is None or reader is _PLAIN or reader.stage != TEXT:
        if not reading.view.text or reading.view.text.isspace():
            yield Unreadable(reading.path, reading.cable, f"holds no text inside its wrapper ({'+'.join(codes)})")
            return
        if forced is None and not codes and reading.view.text.startswith(_XML):
            yield Unreadable(
                reading.path, reading.cable, "is XML of a kind no reader knows: save its telegrams as text"
            )
            return
        reading.reader = "+".join(codes) or _PLAIN.code
        text = reading.view.text
        if reading.facts or ("CZC" not in text and "\nNNNN" not in text):
            yield reading
        else:
            from .message_splitter import split  # 0.5 ms: few texts hold signs of several telegrams

            yield from split(reading)
        return
    for inner in reader.load().unwrap(reading, settings):
        if isinstance(inner, Unreadable):
            yield inner
        else:
            yield from unwrap(inner, settings, None, (*codes, reader.code), rounds - 1)


def _recognise(text: str, codes: tuple[str, ...]) -> Reader | None:
    signs = _TEXT_SIGNS
    head = text
    if codes and codes[-1] in _ROW_CODES:
        signs = _ROW_SIGNS
        head = text[:_ROW_HEAD]
        if _ROW_FOOT in text:
            return _BY_CODE["plusd"]
    for sign, reader in signs:
        if sign in head and reader.code not in codes and reader.load().recognises(text):
            return reader
    return None
