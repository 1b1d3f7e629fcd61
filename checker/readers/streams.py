"""Decode bytes, trying the encodings in a fixed order, and read streams of bytes in bounded chunks.

A byte order mark determines the encoding. Otherwise, UTF-8 is tried, then Windows-1252 (if every byte is defined in it
and one of the bytes 80-9F occurs), then ISO-8859-1, in which every byte is a character. A note reports the use of the
last two. NULs, form feeds, and CR LF are kept; a byte order mark is not part of the text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ..errors import InputError
from .registry import MEGABYTE, format_size

_SAMPLE = 8192
_BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", "utf-8", "UTF-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le", "UTF-32"),
    (b"\x00\x00\xfe\xff", "utf-32-be", "UTF-32"),
    (b"\xff\xfe", "utf-16-le", "UTF-16"),
    (b"\xfe\xff", "utf-16-be", "UTF-16"),
)
# all control bytes except backspace, tab, line ends, form feed, Ctrl-Z and escape, which occur in old text files
_CONTROLS = bytes(byte for byte in range(32) if byte not in b"\b\t\n\v\f\r\x1a\x1b") + b"\x7f"
_UPPER = bytes(range(0x80, 0xA0))
_UNDEFINED = b"\x81\x8d\x8f\x90\x9d"  # in Windows-1252
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_ENCRYPTED = ("\0".join("EncryptedPackage") + "\0").encode()  # UTF-16: the stream of an encrypted Office document
_SIGNATURES = (
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"II*\0", "a TIFF image"),
    (b"MM\0*", "a TIFF image"),
    (b"\x7fELF", "a program"),
    (_OLD_OFFICE, "an old Office document; export it as plain text"),
    (b"7z\xbc\xaf", "a 7z archive; unpack it first"),
    (b"Rar!", "a RAR archive; unpack it first"),
    (b"BZh", "a bzip2 file; unpack it first"),
    (b"\xfd7zXZ", "an xz file; unpack it first"),
)


def decode(data: bytes) -> tuple[str, tuple[str, ...]]:
    """Return the text of `data`, and notes on how it was decoded. Raises `InputError` for data that is not text."""
    for mark, codec, name in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            try:
                return data[len(mark) :].decode(codec), ()
            except UnicodeDecodeError as error:
                offset = error.start + len(mark)
                raise InputError(f"has a {name} byte order mark but is not {name} at byte {offset}") from None
    refuse_binary(data)
    try:
        return data.decode("utf-8"), ()
    except UnicodeDecodeError as error:
        reason = f"not UTF-8 at byte {error.start}"
    if len(data) != len(data.translate(None, _UPPER)) and len(data) == len(data.translate(None, _UNDEFINED)):
        return data.decode("cp1252"), (f"{reason}: read as Windows-1252",)
    return data.decode("iso-8859-1"), (f"{reason}: read as ISO-8859-1",)


def decode_row(data: bytes) -> tuple[str, tuple[str, ...]]:
    """Decode one row of a file as `decode` does. Only the first row can have a byte order mark, and only for UTF-8."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return decode(data)
    return text.removeprefix("\ufeff"), ()


def refuse_binary(data: bytes) -> None:
    """Raise `InputError` if `data` begins with a known signature, or if more than one-twentieth of its first 8 KB are
    control bytes.
    """
    if data.startswith(_OLD_OFFICE) and _ENCRYPTED in data:
        raise InputError("is an Office document with a password; remove the password first")
    for signature, kind in _SIGNATURES:
        if data.startswith(signature):
            raise InputError(f"is not text but {kind}")
    sample = data[:_SAMPLE]
    if not any(map(sample.__contains__, _CONTROLS)):  # the usual case: faster than `translate`
        return
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    if controls * 20 > len(sample):  # in packed or encrypted data, one-tenth are
        if sample.count(0) * 3 > len(sample):
            raise InputError("is not text: a third of its bytes are NUL (UTF-16 without a byte order mark?)")
        raise InputError("is not text but a binary file")


# ---- Streams of bytes -----------------------------------------------------------------------------------------------
HEAD = 64 * 1024
_CHUNK = MEGABYTE


class Stream:
    """A named sequence of bytes (a file, a range of a file, or an archive member) whose first 64 KB are in `head`.

    `read(n)` returns up to n bytes, or none at the end; at most `size` bytes are read in total. `first_line` and
    `offset` are the line and the byte offset in the file at which the stream begins; `on_disk` means that it is the
    whole file at `path`. Reading may raise `InputError` or `OSError`.
    """

    __slots__ = ("_left", "_read", "cable", "first_line", "head", "offset", "on_disk", "path")

    def __init__(
        self,
        path: str,
        cable: str,
        read: Callable[[int], bytes],
        size: int | None = None,
        first_line: int = 1,
        on_disk: bool = False,
        offset: int = 0,
    ) -> None:
        self.path = path
        self.offset = offset
        self.cable = cable
        self.first_line = first_line
        self.on_disk = on_disk
        self._read = read
        self._left = size
        self.head = self._read_fully(HEAD)

    def _read_fully(self, wanted: int) -> bytes:
        """Return exactly `wanted` bytes, or all that remain if there are fewer."""
        if self._left is not None:
            wanted = min(wanted, self._left)
        data = self._read(wanted) if wanted else b""
        parts = [data]
        length = len(data)
        while data and length < wanted:
            data = self._read(wanted - length)
            parts.append(data)
            length += len(data)
        if self._left is not None:
            self._left -= length
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def chunks(self) -> Iterator[bytes]:
        """Yield all bytes in chunks of at most a megabyte. The stream can be read only once."""
        chunk = self.head
        while chunk:
            yield chunk
            chunk = self._read_fully(_CHUNK)

    def whole(self, limit: int) -> bytes:
        """Return all bytes. Raises `InputError` if there are more than `limit`."""
        if len(self.head) < HEAD and len(self.head) <= limit:
            return self.head
        parts = []
        length = 0
        for chunk in self.chunks():
            length += len(chunk)
            if length > limit:
                raise InputError(f"is larger than the limit of {format_size(limit)} for one document")
            parts.append(chunk)
        return b"".join(parts)

    def split(self, separator: bytes, limit: int) -> Iterator[tuple[bytes | None, int, int]]:
        """Yield the parts between separators (which begin with LF), each with its number of LFs and its size.

        A part larger than `limit` is yielded as `None`; memory never contains more than `limit` and one chunk.
        """
        held: list[bytes] = []  # of a part that spans chunks, joined once so that time stays linear
        size = newlines = 0
        tail = b""
        empty_end = False  # whether the data ends with a separator longer than LF, so that the last part is empty
        for chunk in self.chunks():
            data = tail + chunk
            tail = b""
            if len(separator) > 1 and data.endswith(separator[:1]):
                data, tail = data[:-1], separator[:1]
            parts = data.split(separator)
            rest = parts.pop()
            empty_end = len(separator) > 1 and not rest and (bool(parts) or empty_end)
            for part in parts:
                if size:
                    held.append(part)
                    size += len(part)
                    yield b"".join(held) if size <= limit else None, newlines + part.count(b"\n"), size
                    held, size, newlines = [], 0, 0
                else:
                    inside = part.count(b"\n") if len(separator) > 1 else 0
                    yield part if len(part) <= limit else None, inside, len(part)
            size += len(rest)
            newlines += rest.count(b"\n")
            held = [*held, rest] if size <= limit else []
        if size or tail or empty_end:
            size += len(tail)
            yield b"".join([*held, tail]) if size <= limit else None, newlines + len(tail), size
