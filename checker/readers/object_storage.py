"""Read files in object storage and on the web by ranged requests; used only to audit a URL. Requires the `remote`
extra.

No other module opens a connection. Credentials come from the environment, as for the stores' own tools. A URL that
contains a password or a signature is rejected, because reports include file names.
"""

from __future__ import annotations

import errno
import io
import os
from functools import lru_cache
from typing import Any

from ..errors import ConfigError, InputError, MissingExtra
from ..record import Record

BLOCK = 4 << 20  # bytes per request, if it is known that they will be read
_BUILT_IN = ("file", "local", "memory")  # built into fsspec; obstore handles network stores
_WILDCARDS = frozenset("*[")


class RemoteFile(Record):
    """One remote file: its URL, its size in bytes, and a version (an ETag or a time) that changes with its content."""

    url: str
    size: int
    version: str


class Store:
    """An object store: the file system for its URL scheme, and the exceptions that the file system raises."""

    def __init__(self, scheme: str) -> None:
        try:
            import fsspec  # 30 ms, and only for URLs
        except ImportError as error:
            raise MissingExtra("a corpus at a URL", "remote") from error
        self.errors: tuple[type[Exception], ...] = (OSError, ValueError)
        self.system: Any = _obstore_system(scheme, self) if scheme not in _BUILT_IN else None
        if self.system is None:
            try:
                self.system = fsspec.filesystem(scheme)
            except (ValueError, ImportError) as error:
                raise ConfigError(f"unknown store {scheme}://: {error}") from error


def _obstore_system(scheme: str, store: Store) -> Any:
    """Return the obstore file system for a scheme, or `None` if obstore does not support the scheme. Raises
    `MissingExtra` if obstore is not installed.
    """
    try:
        import obstore.exceptions
        from obstore.fsspec import SUPPORTED_PROTOCOLS, FsspecStore
    except ImportError as error:
        raise MissingExtra("a corpus at a URL", "remote") from error
    if scheme not in SUPPORTED_PROTOCOLS:
        return None
    store.errors = (*store.errors, obstore.exceptions.BaseError)
    system: Any = FsspecStore
    if scheme == "http":
        return system(scheme, client_options={"allow_http": True})  # the user asked for http
    return system(scheme)


@lru_cache(maxsize=16)
def _store(scheme: str) -> Store:
    return Store(scheme)


def find_store(url: str) -> Store:
    """Return the store for a URL.

    Raises `MissingExtra` if the `remote` extra is not installed, and `ConfigError` for an unknown scheme or for a URL
    with a query, a user name, or a password.
    """
    from urllib.parse import urlsplit  # 4 ms, and only for URLs

    parts = urlsplit(url)
    if parts.query or parts.username or parts.password:
        raise ConfigError("URLs with a query or a password are not accepted; set credentials in the environment")
    return _store(parts.scheme.lower())


def list_files(url: str) -> list[RemoteFile]:
    """Return the files at a URL (a file, a pattern, or a folder URL that ends with a slash), sorted by name, without
    hidden files.

    Raises `InputError` if there are no files, or if the store reports an error. The exceptions of `find_store` also
    apply.
    """
    store = find_store(url)
    scheme = url.partition("://")[0]
    try:
        if _WILDCARDS.isdisjoint(url) and not url.endswith("/"):
            return [_item(url, store.system.info(url))]
        find = store.system.glob if not _WILDCARDS.isdisjoint(url) else store.system.find
        found = find(url, detail=True)
    except store.errors as error:
        raise InputError(f"{url}: {_first_line(error)}") from error
    items = [
        _item(f"{scheme}://{name.partition('://')[2] or name}", info)
        for name, info in sorted(found.items())
        if info["type"] == "file" and not os.path.basename(name).startswith(".")
    ]
    if not items:
        raise InputError(f"{url} contains no file")
    return items


def _item(url: str, info: dict[str, Any]) -> RemoteFile:
    if info["type"] != "file" or info["size"] is None:
        raise InputError(f"{url} is not a file of known size; the URL of a folder must end with a slash")
    versions = (info.get(name) for name in ("e_tag", "ETag", "version", "mtime", "last_modified", "LastModified"))
    return RemoteFile(url, int(info["size"]), next((str(version) for version in versions if version), ""))


class RangedFile(io.RawIOBase):
    """A remote file, read by ranged requests.

    Each request fetches the requested bytes, or up to `BLOCK` bytes if the range announced with `expect` extends that
    far. Raises `OSError` if the store still fails after its retries or returns too few bytes.
    """

    def __init__(self, url: str, size: int | None = None) -> None:
        super().__init__()
        self.url = url
        self.store = find_store(url)
        self.size = list_files(url)[0].size if size is None else size
        self.offset = 0
        self.expected = (0, 0)
        self.buffer_start = 0
        self.buffer = b""

    def expect(self, start: int, end: int) -> None:
        """Announce that the bytes from `start` up to, but not including, `end` are about to be read."""
        self.expected = (start, end)

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` bytes, or as many as remain if `size` is negative. The result is empty only if `size` is
        0 or the file has ended.
        """
        if size < 0:
            size = self.size - self.offset
        size = min(size, self.size - self.offset)
        if size <= 0:
            return b""
        offset = self.offset - self.buffer_start
        if not 0 <= offset < len(self.buffer):
            self._fetch(size)
            offset = 0
        data = self.buffer[offset : offset + size]
        self.offset += len(data)
        return data

    def _fetch(self, size: int) -> None:
        start, end = self.expected
        stop = self.offset + size
        if start <= self.offset < end:
            stop = max(stop, min(self.offset + BLOCK, end))
        stop = min(stop, self.size)
        try:
            data = self.store.system.cat_file(self.url, start=self.offset, end=stop)
        except self.store.errors as error:
            raise OSError(errno.EIO, _first_line(error), self.url) from error
        if len(data) != stop - self.offset:
            raise OSError(errno.EIO, f"requested {stop - self.offset} bytes, received {len(data)}", self.url)
        self.buffer_start, self.buffer = self.offset, data

    def readinto(self, target: Any) -> int:
        """Fill a buffer from the file, and return the number of bytes read. `io.BufferedReader` calls this method."""
        data = self.read(len(target))
        target[: len(data)] = data
        return len(data)

    def readable(self) -> bool:
        """Return True: the file can be read."""
        return True

    def seekable(self) -> bool:
        """Return True. The next read after a `seek` requests a different range."""
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Set and return the offset of the next read. It is relative to the start, the current offset, or the end of
        the file.
        """
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self.offset, os.SEEK_END: self.size}[whence]
        self.offset = max(0, start + offset)
        return self.offset

    def tell(self) -> int:
        """Return the offset of the next read."""
        return self.offset


def _first_line(error: Exception) -> str:
    """Return "does not exist" for a missing file, or the first line of a store's error message, whose other lines are a
    traceback.
    """
    if isinstance(error, FileNotFoundError):
        return "does not exist"
    return str(error).strip().split("\n")[0][:300] or type(error).__name__
