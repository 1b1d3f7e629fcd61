"""Provide the version, the shipped data folders, safe reading of small files that others may have provided, and the
user's cache folder.

A tampered cache could hide findings. Therefore, a cache folder or file is ignored unless only the user can write to it.
A folder below the working folder or the checked paths is also ignored, because whoever provides the documents could
provide the cache.
"""

from __future__ import annotations

import errno
import io
import os
import stat
from collections.abc import Callable, Iterable

VERSION = "0.2.0"  # a constant, because asking importlib.metadata costs 43 ms; a test compares it with pyproject.toml

_HERE = os.path.dirname(os.path.abspath(__file__))


def data_dir(name: str) -> str:
    """Return the absolute path of the shipped folder `name` ("packs", "rules", or "schemas")."""
    packed = os.path.join(_HERE, "_data", name)
    return packed if os.path.isdir(packed) else os.path.join(os.path.dirname(_HERE), name)


def read_regular_file(path: str, limit: int) -> bytes:
    """Return the contents of a regular file that has at most `limit` bytes.

    Raises `OSError` for any other file; opening a named pipe would wait for a writer, and a device may never end. A
    file that is too large has the error number `EFBIG`.
    """
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with open(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "not a regular file")
        data = file.read(limit + 1)
    if len(data) > limit:
        raise OSError(errno.EFBIG, f"larger than {limit} bytes")
    return data


# ---- The cache folder ------------------------------------------------------------------------------------------------
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


def cache_dir() -> str:
    """Return the path of the cache folder, `$XDG_CACHE_HOME/cablecheck` or `~/.cache/cablecheck`, or "" if there is no
    home folder.
    """
    base = os.environ.get("XDG_CACHE_HOME", "")
    if not os.path.isabs(base):
        base = _default_base()
    return os.path.join(base, "cablecheck") if base else ""


def _default_base() -> str:
    home = os.path.expanduser("~")
    return os.path.join(home, ".cache") if os.path.isabs(home) else ""


def reason_to_ignore_cache(folder: str, inputs: Iterable[str] = ()) -> str:
    """Return why a cache folder is ignored, or "" if it can be used or does not exist yet."""
    if not folder:
        return ""
    real = os.path.realpath(folder)
    for place in (os.getcwd(), *inputs):
        if _is_below(real, os.path.realpath(place)) and not _holds_home(place, folder):
            return f"the cache folder {folder} is ignored: it is below {place}"
    for owned, problem_of in ((folder, _problem), (os.path.dirname(folder), _problem_of_parent)):
        if problem := _problem_at(owned, problem_of):
            return f"the cache folder {folder} is ignored: {owned} {problem}"
    return ""


def is_cache_usable(folder: str) -> bool:
    """Return whether files in a cache folder can be read and written."""
    return bool(folder) and not reason_to_ignore_cache(folder)


def read_cache(file: str) -> bytes:
    """Return the contents of a cache file. Raises `OSError` if it cannot be read or if another user could write to
    it.
    """
    with open_cache(file) as opened:
        return opened.read()


def open_cache(file: str) -> io.BufferedReader:
    """Open a cache file for reading. Raises `OSError` under the same conditions as `read_cache`."""
    handle = os.open(file, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
    about = os.fstat(handle)
    if not stat.S_ISREG(about.st_mode) or (hasattr(os, "geteuid") and _problem(about)):
        os.close(handle)
        raise PermissionError(f"{file} is not a private file of the user")
    return os.fdopen(handle, "rb")


def write_cache(file: str, data: bytes) -> None:
    """Write a cache file atomically so that only the user can read it. Raises `OSError` if it cannot be written."""
    os.makedirs(os.path.dirname(file), mode=0o700, exist_ok=True)
    temporary = f"{file}.{os.getpid()}"
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0)
                     | getattr(os, "O_BINARY", 0), 0o600)  # fmt: skip
    try:
        with open(handle, "wb") as opened:
            opened.write(data)
        os.replace(temporary, file)
    except OSError:
        os.unlink(temporary)
        raise


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _holds_home(place: str, folder: str) -> bool:
    """Return whether the cache is in its default location, and `place` contains the home folder. If so, the cache
    belongs to the user and not to a provider of documents.
    """
    default = _default_base()
    return bool(default) and os.path.dirname(folder) == default and _is_below(
        os.path.realpath(os.path.expanduser("~")), os.path.realpath(place)
    )  # fmt: skip


def _problem_at(path: str, problem_of: Callable[[os.stat_result], str]) -> str:
    try:
        about = os.stat(path)
    except FileNotFoundError:
        return ""  # it will be created
    except OSError:
        return "cannot be read"
    return problem_of(about) if hasattr(os, "geteuid") else ""  # on Windows, the user profile controls access


def _problem(about: os.stat_result) -> str:
    if about.st_uid != os.geteuid():
        return "belongs to another user"
    return "can be written by other users" if about.st_mode & _OTHERS_WRITE else ""


def _problem_of_parent(about: os.stat_result) -> str:
    """Return why a folder above the cache makes the cache unsafe, or "" if it does not.

    A parent may belong to root, may be writable by a group, and may be writable by all if the sticky bit protects its
    entries.
    """
    if about.st_uid not in (os.geteuid(), 0):
        return "belongs to another user"
    exposed = about.st_mode & stat.S_IWOTH and not about.st_mode & stat.S_ISVTX
    return "can be written by other users" if exposed else ""
