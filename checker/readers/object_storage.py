"""Files in object storage and on the web, read in ranges: the extra `remote`. Only an audit of a URL comes here.

Nothing else of the tool opens a connection. Credentials come from the environment, as the stores' own tools take them;
a URL that holds a password or a signature is refused, for names of files stand in every report.
"""

from __future__ import annotations

import errno
import io
import os
from functools import lru_cache
from typing import Any

from ..errors import ConfigError, InputError, MissingExtra
from ..record import Record

BLOCK = 4 << 20  # bytes one request asks for where it is known that they will be read
_BUILT_IN = ("file", "local", "memory")  # fsspec brings these along; obstore is there for the network
_WILD = frozenset("*[")


class Diagnostic(Record):
    """One remote file: its URL, its size in bytes, and what tells that it was changed (an ETag or a time)."""

    url: str
    size: int
    version: str


class Store:
    """The file system behind a scheme, and the exceptions it raises."""

    def __init__(self, scheme: str) -> None:
        try:
            import fsspec  # 30 ms, and only for URLs
        except ImportError as wrong:
            raise MissingExtra("a corpus behind a URL", "remote") from wrong
        self.errors: tuple[type[Exception], ...] = (OSError, ValueError)
        self.system: Any = _networked(scheme, self) if scheme not in _BUILT_IN else None
        if self.system is None:
            try:
                self.system = fsspec.filesystem(scheme)
            except (ValueError, ImportError) as wrong:
                raise ConfigError(f"no store is known for {scheme}://: {wrong}") from wrong


def _networked(scheme: str, store: Store) -> Any:
    """The file system of obstore for the scheme; `None` for a scheme that it does not know."""
    try:
        import obstore.exceptions
        from obstore.fsspec import SUPPORTED_PROTOCOLS, FsspecStore
    except ImportError as wrong:
        raise MissingExtra("a corpus behind a URL", "remote") from wrong
    if scheme not in SUPPORTED_PROTOCOLS:
        return None
    store.errors = (*store.errors, obstore.exceptions.BaseError)
    made: Any = FsspecStore
    if scheme == "http":
        return made(scheme, client_options={"allow_http": True})  # whoever writes http:// means it
    return made(scheme)


@lru_cache(maxsize=16)
def _store(scheme: str) -> Store:
    return Store(scheme)


def store_of(url: str) -> Store:
    """The store of a URL. Raises `MissingExtra` and `ConfigError`, the latter for a URL that holds a secret."""
    from urllib.parse import urlsplit  # 4 ms, and only for URLs

    parts = urlsplit(url)
    if parts.query or parts.username or parts.password:
        raise ConfigError("a URL with a query or a password is not taken: give credentials in the environment")
    return _store(parts.scheme.lower())


def listing(url: str) -> list[Diagnostic]:
    """The files behind a URL in the order of their names: one file, a pattern, or a folder (it ends with a slash).

    Raises `InputError` where there is none or the store does not answer.
    """
    store = store_of(url)
    scheme = url.partition("://")[0]
    try:
        if _WILD.isdisjoint(url) and not url.endswith("/"):
            return [_item(url, store.system.info(url))]
        find = store.system.glob if not _WILD.isdisjoint(url) else store.system.find
        found = find(url, detail=True)
    except store.errors as wrong:
        raise InputError(f"{url}: {_words(wrong)}") from wrong
    items = [
        _item(f"{scheme}://{name.partition('://')[2] or name}", about)
        for name, about in sorted(found.items())
        if about["type"] == "file" and not os.path.basename(name).startswith(".")
    ]
    if not items:
        raise InputError(f"{url} holds no file")
    return items


def _item(url: str, about: dict[str, Any]) -> Diagnostic:
    if about["type"] != "file" or about["size"] is None:
        raise InputError(f"{url} is no file of a known size; a folder's URL ends with a slash")
    marks = (about.get(name) for name in ("e_tag", "ETag", "version", "mtime", "last_modified", "LastModified"))
    return Diagnostic(url, int(about["size"]), next((str(mark) for mark in marks if mark), ""))


class Ranged(io.RawIOBase):
    """A remote file that is read by ranged requests. `size` is asked of the store where it is not given.

    A read asks for what is wanted, and for up to `BLOCK` bytes where `expect` said that they will be read.
    Raises `OSError` where the store fails, which has tried several times by then.
    """

    def __init__(self, url: str, size: int | None = None) -> None:
        super().__init__()
        self.url = url
        self.store = store_of(url)
        self.size = listing(url)[0].size if size is None else size
        self.place = 0
        self.wanted = (0, 0)
        self.at = 0
        self.held = b""

    def expect(self, start: int, end: int) -> None:
        """These bytes will be read, from first to last."""
        self.wanted = (start, end)

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes, at least one before the end."""
        if size < 0:
            size = self.size - self.place
        size = min(size, self.size - self.place)
        if size <= 0:
            return b""
        offset = self.place - self.at
        if not 0 <= offset < len(self.held):
            self._fetch(size)
            offset = 0
        got = self.held[offset : offset + size]
        self.place += len(got)
        return got

    def _fetch(self, size: int) -> None:
        start, end = self.wanted
        stop = self.place + size
        if start <= self.place < end:
            stop = max(stop, min(self.place + BLOCK, end))
        stop = min(stop, self.size)
        try:
            held = self.store.system.cat_file(self.url, start=self.place, end=stop)
        except self.store.errors as wrong:
            raise OSError(errno.EIO, _words(wrong), self.url) from wrong
        if len(held) != stop - self.place:
            raise OSError(errno.EIO, f"{stop - self.place} bytes were asked for and {len(held)} came", self.url)
        self.at, self.held = self.place, held

    def readinto(self, target: Any) -> int:
        """For `io.BufferedReader`."""
        got = self.read(len(target))
        target[: len(got)] = got
        return len(got)

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is: the next read asks for another range."""
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """The place of the next read."""
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self.place, os.SEEK_END: self.size}[whence]
        self.place = max(0, start + offset)
        return self.place

    def tell(self) -> int:
        """The place of the next read."""
        return self.place


def _words(wrong: Exception) -> str:
    """The first line of what a store says; the rest is for its makers."""
    if isinstance(wrong, FileNotFoundError):
        return "does not exist"
    return str(wrong).strip().split("\n")[0][:300] or type(wrong).__name__
