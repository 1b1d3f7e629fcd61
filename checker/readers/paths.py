"""Paths a user names to the files they mean: folders, patterns, links, and what is left out and why."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator

from ..record import Record

_WILD = frozenset("*?[")


class Found(Record):
    """One path as it will be shown. `status` is "file" (read it), "excluded" or "failed", these two with `why`."""

    path: str
    status: str = "file"
    why: str = ""


def find(paths: Iterable[str], *, follow_links: bool = False, hidden: bool = False) -> Iterator[Found]:
    """The files behind `paths`, each path once: folders in the order of their names, depth first; patterns expanded.

    A link the user names is followed; a link met in a folder is not, unless `follow_links`. A pattern that matches
    nothing, a folder that holds no file and a path that is neither are "failed". "-" (standard input) goes through.
    """
    seen: set[str] = set()
    for given in paths:
        for found in _one(given, follow_links, hidden):
            if found.path not in seen:
                seen.add(found.path)
                yield found


def _one(given: str, follow_links: bool, hidden: bool) -> Iterator[Found]:
    if given == "-":
        yield Found(given)
        return
    why = refusal(given)
    if why == "is a directory":
        empty = True
        for found in _walk(given, follow_links, hidden, ()):
            empty = False
            yield found
        if empty:
            yield Found(given, "failed", "holds no file to check")
    elif why == "does not exist" and not _WILD.isdisjoint(given):
        import glob  # 2 ms with fnmatch, and only for a pattern the shell did not expand

        matches = sorted(glob.glob(given, recursive=True))
        if not matches:
            yield Found(given, "failed", "the pattern matches no file")
        for match in matches:
            yield from _one(match, follow_links, hidden)
    else:
        yield Found(given, "failed", why) if why else Found(given)


def _walk(folder: str, follow_links: bool, hidden: bool, above: tuple[tuple[int, int], ...]) -> Iterator[Found]:
    try:
        here = os.stat(folder)
        with os.scandir(folder) as entries:
            names = sorted((entry.name, entry.is_symlink()) for entry in entries)
    except OSError as error:
        yield Found(folder, "failed", reason(error))
        return
    mark = (here.st_dev, here.st_ino)
    if mark in above:
        yield Found(folder, "excluded", "a link back to a folder above it")
        return
    for name, is_link in names:
        path = os.path.join(folder, name)
        if name.startswith(".") and not hidden:
            yield Found(path, "excluded", "hidden")
        elif is_link and not follow_links:
            yield Found(path, "excluded", "a symbolic link, not followed")
        else:
            why = refusal(path)
            if why == "is a directory":
                yield from _walk(path, follow_links, hidden, (*above, mark))
            else:
                yield Found(path, "failed", why) if why else Found(path)


def refusal(path: str) -> str:
    """Why `path` will not be opened; "" for a regular file. Nothing is opened to find out."""
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError) as error:
        return "is a URL: only an audit opens those" if is_url(path) else reason(error)
    if stat.S_ISREG(mode):
        return ""
    if stat.S_ISDIR(mode):
        return "is a directory"
    kinds = ((stat.S_ISFIFO, "a named pipe"), (stat.S_ISSOCK, "a socket"))
    kind = next((words for test, words in kinds if test(mode)), "a device")
    return f"is {kind}, not a file"


def is_url(path: str) -> bool:
    """Whether a path is written as a URL, which names no file of this machine."""
    return "://" in path and re.match(r"[A-Za-z][A-Za-z0-9+.\-]*://", path) is not None


def reason(error: Exception) -> str:
    """What an `OSError` (or the `ValueError` of a NUL in a path) says, in the words of a report."""
    if isinstance(error, FileNotFoundError):
        return "does not exist"
    if isinstance(error, OSError) and error.strerror:
        return f"cannot be read: {error.strerror}"
    return "cannot be read: its name holds a NUL"
