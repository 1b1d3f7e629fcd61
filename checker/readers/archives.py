"""Read archives and compressed files (zip, gzip, Zstandard) member by member within limits, without unpacking to disk.

Every member of an archive is read, excluded (hidden files and macOS resource forks), or reported as failed. Reading
stops with an error if a file expands beyond `limit` and beyond `ratio` times its compressed size (a decompression
bomb).
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack

from ..errors import InputError
from .paths import is_url
from .registry import ReaderSettings, Unreadable, join_names
from .streams import Stream

try:
    from lzma import LZMAError
except ImportError:  # a Python built without it, whose zipfile raises NotImplementedError instead
    LZMAError = zlib.error  # type: ignore[assignment, misc]

DAMAGE_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    LZMAError,
    struct.error,
    NotImplementedError,
    EOFError,
    ValueError,
    RuntimeError,
    OSError,
)
_OFFICE = ("[Content_Types].xml", "content.xml")  # members of Office and OpenDocument files
Decompress = Callable[[Iterator[bytes]], Iterator[tuple[int, bytes]]]
"""Takes compressed chunks, and yields pairs: the number of bytes read since the last pair, and decompressed bytes."""


def members(stream: Stream, settings: ReaderSettings, code: str) -> Iterator[Stream | Unreadable]:
    """Yield a stream for each readable member of an archive, and an `Unreadable` for every other member. A compressed
    file has one member.
    """
    if code == "zip":
        yield from _zip_members(stream, settings)
        return
    decompress = _gzip if code == "gzip" else _zstd()
    if decompress is None:
        why = "is a Zstandard file, which needs an extra: pip install 'cablecheck[zstd]'"
        yield Unreadable(stream.path, stream.cable, why)
        return
    data = DecompressedData(stream, decompress, ExpansionLimit(settings))
    yield Stream(stream.path, stream.cable, data.read)


# ---- Compressed files -----------------------------------------------------------------------------------------------


class ExpansionLimit:
    """Counts the bytes that decompression reads and produces, to detect decompression bombs."""

    __slots__ = ("_limit", "_packed", "_ratio", "_unpacked")

    def __init__(self, settings: ReaderSettings, packed: int = 0) -> None:
        self._limit = settings.limit
        self._ratio = settings.ratio
        self._packed = packed
        self._unpacked = 0

    def count(self, packed: int, unpacked: int) -> None:
        """Add to the counts of bytes read and produced.

        Raises `InputError` if the bytes produced exceed both the size limit and the permitted multiple of the bytes
        read.
        """
        self._packed += packed
        self._unpacked += unpacked
        if self._unpacked > max(self._limit, self._packed * self._ratio):
            raise InputError(
                f"expands to more than {self._ratio} times its compressed size (possible decompression bomb)"
            )


class DecompressedData:
    """A stream's decompressed bytes; at most a few megabytes are kept in memory."""

    __slots__ = ("_chunks", "_limit", "_ready")

    def __init__(self, stream: Stream, decompress: Decompress, limit: ExpansionLimit) -> None:
        self._chunks = decompress(stream.chunks())
        self._limit = limit
        self._ready = b""

    def read(self, size: int) -> bytes:
        """Return at least 1 and at most `size` bytes, or b"" at the end. Raises `InputError` for damaged data or a
        decompression bomb.
        """
        while not self._ready:
            chunk = next(self._chunks, None)
            if chunk is None:
                return b""
            self._limit.count(chunk[0], len(chunk[1]))
            self._ready = chunk[1]
        data, self._ready = self._ready[:size], self._ready[size:]
        return data


def _gzip(chunks: Iterator[bytes]) -> Iterator[tuple[int, bytes]]:
    decompressor = zlib.decompressobj(wbits=31)
    incomplete = False
    for chunk in chunks:
        consumed = len(chunk)
        while chunk:
            try:
                data = decompressor.decompress(chunk, 1 << 20)
            except zlib.error as error:
                raise InputError(f"is a damaged gzip file: {error}") from None
            chunk = decompressor.unconsumed_tail
            incomplete = not decompressor.eof
            yield consumed, data
            consumed = 0
            if decompressor.eof:  # the next member of the file, or padding after the last one
                chunk = decompressor.unused_data.lstrip(b"\0")
                decompressor = zlib.decompressobj(wbits=31)
    if incomplete:
        raise InputError("is a damaged gzip file: it is truncated")


def _zstd() -> Decompress | None:
    """Return the function that decompresses Zstandard data, or `None` if the `zstd` extra is not installed."""
    try:
        from compression import zstd  # Python 3.14
    except ImportError:
        try:
            from backports import zstd  # the extra `zstd`
        except ImportError:
            return None

    def decompress(chunks: Iterator[bytes]) -> Iterator[tuple[int, bytes]]:
        decompressor = zstd.ZstdDecompressor()
        incomplete = False
        for chunk in chunks:
            consumed = len(chunk)
            while chunk or not (decompressor.needs_input or decompressor.eof):
                try:
                    data = decompressor.decompress(chunk, 1 << 20)
                except zstd.ZstdError as error:
                    raise InputError(f"is a damaged Zstandard file: {error}") from None
                incomplete = not decompressor.eof
                yield consumed, data
                consumed = 0
                chunk = b""
                if decompressor.eof:
                    chunk = decompressor.unused_data
                    decompressor = zstd.ZstdDecompressor()
                    if not chunk:
                        break
        if incomplete:
            raise InputError("is a damaged Zstandard file: it is truncated")

    return decompress


# ---- Zip archives ---------------------------------------------------------------------------------------------------


def _zip_members(stream: Stream, settings: ReaderSettings) -> Iterator[Stream | Unreadable]:
    with ExitStack() as stack:
        if stream.on_disk:
            file: io.BufferedIOBase = stack.enter_context(_open(stream.path))
        else:
            file = io.BytesIO(stream.whole(settings.limit))
        size = file.seek(0, io.SEEK_END)
        try:
            archive = stack.enter_context(zipfile.ZipFile(file))
            entries = _entries(archive)
        except DAMAGE_ERRORS as error:
            raise InputError(f"is a damaged zip archive: {error}") from None
        if any(entry.filename in _OFFICE for entry in entries):
            raise InputError("is an Office document; export it as plain text")
        if len(entries) > settings.members:
            raise InputError(f"contains {len(entries)} members (limit: {settings.members})")
        limit = ExpansionLimit(settings, size)
        selected = settings.only if stream.on_disk else None
        for number, entry in enumerate(entries):
            if selected is None or number in selected:
                yield _member(stream, archive, entry, limit)


def _entries(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """Return an archive's entries, except folders without data."""
    return [entry for entry in archive.infolist() if not entry.is_dir() or entry.file_size]


def list_members(path: str) -> list[tuple[int, int]]:
    """Return the index and compressed size of each member of an archive.

    Raises `InputError` if the members cannot be listed.
    """
    try:
        with _open(path) as file, zipfile.ZipFile(file) as archive:
            return [(number, entry.compress_size) for number, entry in enumerate(_entries(archive))]
    except DAMAGE_ERRORS as error:
        raise InputError(f"is a damaged zip archive: {error}") from None


def numbers_of(path: str, member: str) -> frozenset[int]:
    """Return the indexes of the archive members whose name is `member` or precedes a colon in it, as in `NAME:ROW`."""
    with _open(path) as file, zipfile.ZipFile(file) as archive:
        names = enumerate(entry.filename for entry in _entries(archive))
        return frozenset(number for number, name in names if member == name or member.startswith(f"{name}:"))


def _open(path: str) -> io.BufferedIOBase:
    """Open a local file or a URL for random access."""
    if not is_url(path):
        return open(path, "rb")
    from . import object_storage  # the extra `remote`, only to audit a URL

    return io.BufferedReader(object_storage.RangedFile(path), 1 << 20)


def _member(
    stream: Stream, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limit: ExpansionLimit
) -> Stream | Unreadable:
    name = join_names(stream.cable, entry.filename)
    refused = _refusal(entry)
    if refused is not None:
        return Unreadable(stream.path, name, *refused)
    try:
        opened = archive.open(entry)
    except DAMAGE_ERRORS as error:
        return Unreadable(stream.path, name, f"is a damaged member: {error}")

    def read(size: int) -> bytes:
        try:
            data = opened.read(size)
        except DAMAGE_ERRORS as error:
            raise InputError(f"is a damaged member: {error}") from None
        limit.count(0, len(data))
        return data

    try:
        return Stream(stream.path, name, read)
    except InputError as error:
        return Unreadable(stream.path, name, str(error))


def _refusal(entry: zipfile.ZipInfo) -> tuple[str, bool] | None:
    """Return why a member is not read, and whether it counts as excluded rather than failed. Return `None` for a member
    that can be read.
    """
    parts = entry.filename.replace("\\", "/").split("/")
    if ".." in parts or parts[0] == "" or parts[0].endswith(":"):
        return "has an unsafe name: it points outside the archive", False
    if parts[0] == "__MACOSX":
        return "a resource fork of macOS", True
    if any(part.startswith(".") and part != "." for part in parts):
        return "hidden", True
    if entry.is_dir():
        return "is a folder with content", False
    return ("is encrypted", False) if entry.flag_bits & 1 else None
