"""Bytes on their way in: a file, a stretch of a file or a member of an archive, read in bounded pieces."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ..trouble import InputTrouble
from .reading import MEGABYTE, size_words

HEAD = 64 * 1024
_CHUNK = MEGABYTE


class Stream:
    """A named run of bytes with its first 64 KB at hand. `take(n)` gives up to n bytes, none at the end; at most
    `size` bytes are read.

    `first_line` is the line of the file on which the stream begins; `on_disk` says that it is the whole file at `path`.
    Reading may raise `InputTrouble` or `OSError`.
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
        """All bytes. Raises `InputTrouble` if there are more than `limit`."""
        if len(self.head) < HEAD and len(self.head) <= limit:
            return self.head
        parts = []
        length = 0
        for chunk in self.chunks():
            length += len(chunk)
            if length > limit:
                raise InputTrouble(f"is larger than the limit of {size_words(limit)} for one document")
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
