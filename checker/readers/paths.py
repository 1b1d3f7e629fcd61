"""Find the files to read, given paths, folders, patterns, and links, and report which are left out and why."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator

from ..record import Record

_WILDCARDS = frozenset("*?[")


class FoundPath(Record):
    """One path as shown in reports. `status` is "file" (to be read), "excluded", or "failed"; `why` is the reason if it
    is "excluded" or "failed".
    """

    path: str
    status: str = "file"
    why: str = ""


def find(paths: Iterable[str], *, follow_links: bool = False, hidden: bool = False) -> Iterator[FoundPath]:
    """Yield the files found at `paths`, without duplicates, and the paths that are left out. Folders are searched
    depth-first in name order, and patterns are expanded.

    A link in `paths` is followed; a link inside a folder is followed only with `follow_links`. Without `hidden`, hidden
    files in a folder are "excluded". A pattern that matches nothing, a folder without files, and a path that is neither
    a file nor a folder are "failed". "-" (standard input) is passed through.
    """
    seen: set[str] = set()
    for path in paths:
        for found in _expand(path, follow_links, hidden):
            if found.path not in seen:
                seen.add(found.path)
                yield found


def _expand(path: str, follow_links: bool, hidden: bool) -> Iterator[FoundPath]:
    if path == "-":
        yield FoundPath(path)
        return
    why = refusal(path)
    if why == "is a directory":
        empty = True
        for found in _walk(path, follow_links, hidden, ()):
            empty = False
            yield found
        if empty:
            yield FoundPath(path, "failed", "contains no file to check")
    elif why == "does not exist" and not _WILDCARDS.isdisjoint(path):
        import glob  # 2 ms with fnmatch, and only for a pattern the shell did not expand

        matches = sorted(glob.glob(path, recursive=True))
        if not matches:
            yield FoundPath(path, "failed", "the pattern matches no file")
        for match in matches:
            yield from _expand(match, follow_links, hidden)
    else:
        yield FoundPath(path, "failed", why) if why else FoundPath(path)


_PACK = "pack.yaml"  # in a folder of rule files, whose examples look like telegrams
_AUDIT = {"audit.json", "plan.json"}  # in the folder of an audit, whose reports quote telegrams
# Only the files of an audit are left out, because `--out` may be the folder of the corpus. The folder of the running
# audit is passed over in `partitions`, without a word: it is new or incomplete, and a resumed audit must find the same.
_OF_AUDIT = (
    r"(?:audit|plan|summary)\.json|(?:report|self-inspection)\.(?:html|md|txt|csv)|decisions\.jsonl|parts|samples|"
    r"\w+\.parquet"
)


def _kind_of_folder(names: set[str]) -> tuple[str, str]:
    """Return a pattern of the names in a folder that are not documents, and what they are."""
    if _PACK in names:
        return r".*\.yaml", "a file of a rule pack"
    return (_OF_AUDIT, "a file of an audit") if names >= _AUDIT else ("", "")


def _walk(folder: str, follow_links: bool, hidden: bool, parents: tuple[tuple[int, int], ...]) -> Iterator[FoundPath]:
    try:
        status = os.stat(folder)
        with os.scandir(folder) as entries:
            names = sorted((entry.name, entry.is_symlink()) for entry in entries)
    except OSError as error:
        yield FoundPath(folder, "failed", describe(error))
        return
    identity = (status.st_dev, status.st_ino)
    if identity in parents:
        yield FoundPath(folder, "excluded", "a link back to a folder above it")
        return
    pattern, what = _kind_of_folder({name for name, _ in names})
    for name, is_link in names:
        path = os.path.join(folder, name)
        if name.startswith(".") and not hidden:
            yield FoundPath(path, "excluded", "hidden")
        elif pattern and re.fullmatch(pattern, name):
            yield FoundPath(path, "excluded", what)
        elif is_link and not follow_links:
            yield FoundPath(path, "excluded", "a symbolic link, not followed")
        else:
            why = refusal(path)
            if why == "is a directory":
                yield from _walk(path, follow_links, hidden, (*parents, identity))
            else:
                yield FoundPath(path, "failed", why) if why else FoundPath(path)


def refusal(path: str) -> str:
    """Return why `path` cannot be read as a file, or "" for a regular file. The file is not opened."""
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError) as error:
        return "is a URL, which only `audit` reads" if is_url(path) else describe(error)
    if stat.S_ISREG(mode):
        return ""
    if stat.S_ISDIR(mode):
        return "is a directory"
    kinds = ((stat.S_ISFIFO, "a named pipe"), (stat.S_ISSOCK, "a socket"))
    kind = next((name for test, name in kinds if test(mode)), "a device")
    return f"is {kind}, not a file"


def is_url(path: str) -> bool:
    """Return whether a path has the form of a URL."""
    return "://" in path and re.match(r"[A-Za-z][A-Za-z0-9+.\-]*://", path) is not None


def describe(error: Exception) -> str:
    """Return the text that reports show for an `OSError` (or for the `ValueError` that a NUL in a path causes)."""
    if isinstance(error, FileNotFoundError):
        return "does not exist"
    if isinstance(error, OSError) and error.strerror:
        return f"cannot be read: {error.strerror}"
    return "cannot be read: its name contains a NUL"
