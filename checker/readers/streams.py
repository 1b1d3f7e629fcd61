"""Bytes to text in one stated order, so that the same bytes are the same letters on every machine.

The order: a byte order mark decides; else UTF-8, strictly; else Windows-1252 when every byte is defined there and one
of the bytes 80-9F occurs; else ISO-8859-1, in which every byte is a letter. The last two leave a note. NULs, form feeds
and CR LF stay as they are; a byte order mark is no part of the text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ..errors import InputError
from .registry import MEGABYTE, size_words

_SAMPLE = 8192
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8", "UTF-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le", "UTF-32"),
    (b"\x00\x00\xfe\xff", "utf-32-be", "UTF-32"),
    (b"\xff\xfe", "utf-16-le", "UTF-16"),
    (b"\xfe\xff", "utf-16-be", "UTF-16"),
)
# all control bytes but backspace, tab, line ends, form feed, Ctrl-Z and escape, which old text files do hold
_CONTROLS = bytes(byte for byte in range(32) if byte not in b"\b\t\n\v\f\r\x1a\x1b") + b"\x7f"
_UPPER = bytes(range(0x80, 0xA0))
_UNDEFINED = b"\x81\x8d\x8f\x90\x9d"  # in Windows-1252
_SIGNS = (
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"II*\0", "a TIFF image"),
    (b"MM\0*", "a TIFF image"),
    (b"\x7fELF", "a program"),
    (b"\xd0\xcf\x11\xe0", "an old Office document; save it as text"),
    (b"7z\xbc\xaf", "a 7z archive; unpack it first"),
    (b"Rar!", "a RAR archive; unpack it first"),
    (b"BZh", "a bzip2 file; unpack it first"),
    (b"\xfd7zXZ", "an xz file; unpack it first"),
)


def decode(data: bytes) -> tuple[str, tuple[str, ...]]:
    """The text of `data` and notes on how it was read. Raises `InputError` for what is no text at all."""
    for mark, codec, name in _MARKS:
        if data.startswith(mark):
            try:
                return data[len(mark) :].decode(codec), ()
            except UnicodeDecodeError as error:
                place = error.start + len(mark)
                raise InputError(f"has a {name} byte order mark but is not {name} at byte {place}") from None
    refuse_binary(data)
    try:
        return data.decode("utf-8"), ()
    except UnicodeDecodeError as error:
        where = f"not UTF-8 at byte {error.start}"
    if len(data) != len(data.translate(None, _UPPER)) and len(data) == len(data.translate(None, _UNDEFINED)):
        return data.decode("cp1252"), (f"{where}: read as Windows-1252",)
    return data.decode("iso-8859-1"), (f"{where}: read as ISO-8859-1",)


def decode_row(data: bytes) -> tuple[str, tuple[str, ...]]:
    """The same for one row of a file, where only the first can have a byte order mark, and it is UTF-8."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return decode(data)
    return text.removeprefix("\ufeff"), ()


def refuse_binary(data: bytes) -> None:
    """Raises `InputError` if a twentieth of the first 8 KB are control bytes, or a known sign stands there."""
    for sign, what in _SIGNS:
        if data.startswith(sign):
            raise InputError(f"is not text but {what}")
    sample = data[:_SAMPLE]
    strange = len(sample) - len(sample.translate(None, _CONTROLS))
    if strange * 20 > len(sample):  # in packed or encrypted data a tenth are
        if sample.count(0) * 3 > len(sample):
            raise InputError("is not text: a third of it are NUL bytes (UTF-16 without a byte order mark?)")
        raise InputError("is not text but a binary file")


# ---- Bytes on their way in: a file, a stretch of a file or a member of an archive, read in bounded pieces
HEAD = 64 * 1024
_CHUNK = MEGABYTE


class Stream:
    """A named run of bytes with its first 64 KB at hand. `take(n)` gives up to n bytes, none at the end; at most
    `size` bytes are read.

    `first_line` is the line of the file on which the stream begins; `on_disk` says that it is the whole file at `path`.
    Reading may raise `InputError` or `OSError`.
    """

    __slots__ = ("_left", "_read", "cable", "first_line", "head", "on_disk", "path")

    def __init__(
        self,
        path: str,
        cable: str,
        take: Callable[[int], bytes],
        size: int | None = None,
        first_line: int = 1,
        on_disk: bool = False,
    ) -> None:
        self.path = path
        self.cable = cable
        self.first_line = first_line
        self.on_disk = on_disk
        self._read = take
        self._left = size
        self.head = self._take(HEAD)

    def _take(self, wanted: int) -> bytes:
        """Exactly `wanted` bytes, or all that is left."""
        if self._left is not None:
            wanted = min(wanted, self._left)
        got = self._read(wanted) if wanted else b""
        parts = [got]
        length = len(got)
        while got and length < wanted:
            got = self._read(wanted - length)
            parts.append(got)
            length += len(got)
        if self._left is not None:
            self._left -= length
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def chunks(self) -> Iterator[bytes]:
        """All bytes, once, in pieces of at most a megabyte."""
        chunk = self.head
        while chunk:
            yield chunk
            chunk = self._take(_CHUNK)

    def whole(self, limit: int) -> bytes:
        """All bytes. Raises `InputError` if there are more than `limit`."""
        if len(self.head) < HEAD and len(self.head) <= limit:
            return self.head
        parts = []
        length = 0
        for chunk in self.chunks():
            length += len(chunk)
            if length > limit:
                raise InputError(f"is larger than the limit of {size_words(limit)} for one document")
            parts.append(chunk)
        return b"".join(parts)

    def split(self, cut: bytes, limit: int) -> Iterator[tuple[bytes | None, int]]:
        """The pieces between the `cut`s (which begin with LF), and how many LF each holds.

        A piece larger than `limit` comes as `None`; no more than `limit` and a chunk is ever held.
        """
        held: list[bytes] = []  # of a piece that runs over several chunks, joined once, so that time stays linear
        size = feeds = 0
        edge = b""
        for chunk in self.chunks():
            data = edge + chunk
            edge = b""
            if len(cut) > 1 and data.endswith(cut[:1]):
                data, edge = data[:-1], cut[:1]
            parts = data.split(cut)
            rest = parts.pop()
            for part in parts:
                if size:
                    held.append(part)
                    size += len(part)
                    yield b"".join(held) if size <= limit else None, feeds + part.count(b"\n")
                    held, size, feeds = [], 0, 0
                else:
                    yield part if len(part) <= limit else None, part.count(b"\n") if len(cut) > 1 else 0
            size += len(rest)
            feeds += rest.count(b"\n")
            held = _add(held, rest, size <= limit)
        if size or edge:
            yield b"".join([*held, edge]) if size <= limit else None, feeds + len(edge)


def _add(held: list[bytes], part: bytes, fits: bool) -> list[bytes]:
    """`held` with one more part, or nothing when the whole no longer fits."""
    if not fits:
        return []
    held.append(part)
    return held
