"""Archives and compressed files (zip, gzip, Zstandard), read member by member within limits, never unpacked to disk.

A file that swells beyond `ratio` times its size (and beyond `limit`) is taken for a bomb: reading stops there.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack

from ..errors import InputError
from .paths import is_url
from .registry import ReaderSettings, Unreadable, join_names
from .streams import Stream

_HIDDEN = ("__MACOSX", ".")
_DAMAGED = (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, ValueError, RuntimeError, OSError)
_OFFICE = ("[Content_Types].xml", "content.xml")  # what Office and OpenDocument files hold


def members(stream: Stream, settings: ReaderSettings, code: str) -> Iterator[Stream | Unreadable]:
    """The runs of bytes inside a packed stream."""
    if code == "zip":
        yield from _zip(stream, settings)
        return
    unpack = _gzip() if code == "gzip" else _zstd()
    if unpack is None:
        why = "is a Zstandard file, which needs an optional package: pip install 'cablecheck[zstd]'"
        yield Unreadable(stream.path, stream.cable, why)
        return
    allowance = Allowance(settings)
    yield Stream(stream.path, stream.cable, Unpacked(stream, unpack, allowance).read)


class Allowance:
    """How much may still come out of a packed file."""

    __slots__ = ("_grown", "_limit", "_packed", "_ratio")

    def __init__(self, settings: ReaderSettings, packed: int = 0) -> None:
        self._limit = settings.limit
        self._ratio = settings.ratio
        self._packed = packed
        self._grown = 0

    def enter(self, packed: int, unpacked: int) -> None:
        """Book bytes in and out. Raises `InputError` when the file swells like a bomb."""
        self._packed += packed
        self._grown += unpacked
        if self._grown > max(self._limit, self._packed * self._ratio):
            raise InputError(f"swells to more than {self._ratio} times its size: taken for a decompression bomb")


class Unpacked:
    """The bytes that come out of a compressed stream, at most a few megabytes of them held at a time."""

    __slots__ = ("_allowance", "_chunks", "_ready", "_unpack")

    def __init__(
        self, stream: Stream, unpack: Callable[[Iterator[bytes]], Iterator[tuple[int, bytes]]], allowance: Allowance
    ) -> None:
        self._chunks = unpack(stream.chunks())
        self._allowance = allowance
        self._ready = b""

    def read(self, size: int) -> bytes:
        """At most `size` bytes. Raises `InputError` for damaged data and for a bomb."""
        while not self._ready:
            step = next(self._chunks, None)
            if step is None:
                return b""
            self._allowance.enter(step[0], len(step[1]))
            self._ready = step[1]
        got, self._ready = self._ready[:size], self._ready[size:]
        return got


def _gzip() -> Callable[[Iterator[bytes]], Iterator[tuple[int, bytes]]]:
    def unpack(chunks: Iterator[bytes]) -> Iterator[tuple[int, bytes]]:
        worker = zlib.decompressobj(wbits=31)
        waiting = False
        for chunk in chunks:
            taken = len(chunk)
            while chunk:
                try:
                    out = worker.decompress(chunk, 1 << 20)
                except zlib.error as error:
                    raise InputError(f"is a damaged gzip file: {error}") from None
                chunk = worker.unconsumed_tail
                waiting = not worker.eof
                yield taken, out
                taken = 0
                if worker.eof:  # the next member of the file, or padding after the last one
                    chunk = worker.unused_data.lstrip(b"\0")
                    worker = zlib.decompressobj(wbits=31)
        if waiting:
            raise InputError("is a damaged gzip file: it is cut short")

    return unpack


def _zstd() -> Callable[[Iterator[bytes]], Iterator[tuple[int, bytes]]] | None:
    try:
        from compression import zstd  # Python 3.14 brings it along
    except ImportError:
        try:
            from backports import zstd  # optional package
        except ImportError:
            return None

    def unpack(chunks: Iterator[bytes]) -> Iterator[tuple[int, bytes]]:
        worker = zstd.ZstdDecompressor()
        waiting = False
        for chunk in chunks:
            taken = len(chunk)
            while chunk or not (worker.needs_input or worker.eof):
                try:
                    out = worker.decompress(chunk, 1 << 20)
                except zstd.ZstdError as error:
                    raise InputError(f"is a damaged Zstandard file: {error}") from None
                waiting = not worker.eof
                yield taken, out
                taken = 0
                chunk = b""
                if worker.eof:
                    chunk = worker.unused_data
                    worker = zstd.ZstdDecompressor()
                    if not chunk:
                        break
        if waiting:
            raise InputError("is a damaged Zstandard file: it is cut short")

    return unpack


def _zip(stream: Stream, settings: ReaderSettings) -> Iterator[Stream | Unreadable]:
    with ExitStack() as stack:
        if stream.on_disk:
            file: io.BufferedIOBase = stack.enter_context(_opened(stream.path))
        else:
            file = io.BytesIO(stream.whole(settings.limit))
        size = file.seek(0, io.SEEK_END)
        try:
            archive = stack.enter_context(zipfile.ZipFile(file))
            entries = _entries(archive)
        except _DAMAGED as error:
            raise InputError(f"is a damaged zip archive: {error}") from None
        if any(entry.filename in _OFFICE for entry in entries):
            raise InputError("is a document of an office program; save it as text")
        if len(entries) > settings.members:
            raise InputError(f"holds {len(entries)} members, more than the {settings.members} allowed")
        allowance = Allowance(settings, size)
        wanted = settings.only if stream.on_disk else None
        for number, entry in enumerate(entries):
            if wanted is None or number in wanted:
                yield _member(stream, archive, entry, allowance)


def _entries(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The members that are documents: no folders, no hidden files, no resource forks."""
    return [
        entry
        for entry in archive.infolist()
        if not entry.is_dir() and not any(part.startswith(_HIDDEN) for part in entry.filename.split("/"))
    ]


def list_members(path: str) -> list[tuple[int, int]]:
    """Number and packed size of each member of an archive. Raises `InputError` if it cannot be listed."""
    try:
        with _opened(path) as file, zipfile.ZipFile(file) as archive:
            return [(number, entry.compress_size) for number, entry in enumerate(_entries(archive))]
    except _DAMAGED as error:
        raise InputError(f"is a damaged zip archive: {error}") from None


def _opened(path: str) -> io.BufferedIOBase:
    """A file that can be read at any place, here or behind a URL."""
    if not is_url(path):
        return open(path, "rb")
    from . import object_storage  # the extra `remote`, only for an audit of a URL

    return io.BufferedReader(object_storage.RangedFile(path), 1 << 20)


def _member(
    stream: Stream, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, allowance: Allowance
) -> Stream | Unreadable:
    name = join_names(stream.cable, entry.filename)
    if entry.flag_bits & 1:
        return Unreadable(stream.path, name, "is encrypted")
    try:
        opened = archive.open(entry)
    except _DAMAGED as error:
        return Unreadable(stream.path, name, f"is a damaged member: {error}")

    def take(size: int) -> bytes:
        try:
            got = opened.read(size)
        except _DAMAGED as error:
            raise InputError(f"is a damaged member: {error}") from None
        allowance.enter(0, len(got))
        return got

    try:
        return Stream(stream.path, name, take)
    except InputError as error:
        return Unreadable(stream.path, name, str(error))
