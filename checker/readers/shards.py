"""A corpus in batches: byte ranges of row files, members of an archive, files of a folder, for workers to share."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping

from ..record import Record
from ..trouble import InputTrouble
from ..vocabulary import Vocabulary
from .opening import from_stream, kind_of, named, read
from .paths import Found, find, reason, refusal
from .reading import MEGABYTE, Reading, Settings, Unreadable
from .streams import Stream

_ROW = re.compile(rb'\n(?="\d{1,12}",")')
_LINE = re.compile(rb"\n")
_BORDERS = {"csv": _ROW, "jsonl": _LINE}


class Batch(Record):
    """A share of a corpus that one worker reads: files, members of one archive, or a byte range of one file.

    `members` are numbers. `start` and `end` are bytes and fall between rows, `first_line` is the line on which the
    range begins, `kind` the reader of a range; `size` is the bytes to read. `excluded` are paths left out on the way.
    """

    paths: tuple[str, ...]
    members: tuple[int, ...] = ()
    kind: str = ""
    start: int = 0
    end: int | None = None
    first_line: int = 1
    size: int = 0
    reader: str | None = None
    settings: Mapping[str, object] | None = None
    excluded: tuple[Found, ...] = ()


def batches(
    path: str, target_bytes: int, *, reader: str | None = None, settings: Mapping[str, object] | None = None
) -> list[Batch]:
    """The batches of a file, folder or pattern, each of about `target_bytes`, in the order of the corpus.

    Raises `ConfigTrouble` for an unknown reader or setting. What cannot be opened stays in a batch, so that
    `read_batch` tells it as `Unreadable`.
    """
    named(reader)
    Settings.of(settings)
    target = max(1, target_bytes)
    made: list[Batch] = []
    group: list[str] = []
    excluded: list[Found] = []
    size = 0
    for found in find([path]):
        if found.status == "excluded":
            excluded.append(found)
            continue
        length = _size(found.path)
        shares = _shares(found.path, length, target, reader)
        if shares or size + length > target:
            if group:
                made.append(Batch(tuple(group), size=size))
                group, size = [], 0
        if shares:
            made += shares
        else:
            group.append(found.path)
            size += length
    if group:
        made.append(Batch(tuple(group), size=size))
    for batch in made:
        batch.reader, batch.settings = reader, settings
    if excluded:
        made = made or [Batch(())]
        made[0].excluded = tuple(excluded)
    return made


def read_batch(batch: Batch, words: Vocabulary | None = None) -> Iterator[Reading | Unreadable]:
    """The documents of a batch, streaming."""
    if batch.end is not None:
        yield from _read_range(batch, words)
    elif batch.members:
        yield from _read_members(batch, words)
    else:
        for path in batch.paths:
            yield from read(path, reader=batch.reader, settings=batch.settings, words=words)


def _size(path: str) -> int:
    try:
        return os.path.getsize(path)
    except (OSError, ValueError):
        return 0


def _shares(path: str, size: int, target: int, reader: str | None) -> list[Batch]:
    """The ranges or member lists of one file; nothing if it is read in one go."""
    if size <= target or refusal(path):
        return []
    try:
        with open(path, "rb", buffering=0) as file:
            kind = kind_of(Stream(path, "", file.read, on_disk=True), named(reader))
            if kind == "zip":
                return _member_lists(path, target)
            return list(_ranges(path, size, target, kind)) if kind in _BORDERS else []
    except (OSError, InputTrouble):
        return []  # reading it will tell why


def _ranges(path: str, size: int, target: int, kind: str) -> Iterator[Batch]:
    """Byte ranges that begin where a row begins, found by looking only at the borders; lines are counted on the way."""
    border = _BORDERS[kind]
    start, line = 0, 1
    with open(path, "rb", buffering=0) as file:
        while start < size:
            end = _border(file.fileno(), start + target, size, border)
            yield Batch((path,), (), kind, start, end, line, end - start)
            file.seek(start)
            left = end - start
            while left > 0:
                block = file.read(min(MEGABYTE, left))
                if not block:
                    return
                line += block.count(b"\n")
                left -= len(block)
            start = end


def _border(file: int, at: int, size: int, border: re.Pattern[bytes]) -> int:
    """The first start of a row at or after a place."""
    keep = 32  # a border may be cut by the end of a block
    while at < size:
        os.lseek(file, at - 1, os.SEEK_SET)
        block = os.read(file, MEGABYTE)
        found = border.search(block)
        if found is not None:
            return at - 1 + found.end()
        if len(block) <= keep:
            return size
        at += len(block) - keep
    return size


def _member_lists(path: str, target: int) -> list[Batch]:
    from .packed import listing  # zipfile costs 15 ms, and only an archive needs it

    made: list[Batch] = []
    group: list[int] = []
    size = 0
    for number, length in listing(path):
        if group and size + length > target:
            made.append(Batch((path,), tuple(group), size=size))
            group, size = [], 0
        group.append(number)
        size += length
    if group:
        made.append(Batch((path,), tuple(group), size=size))
    return made


def _read_range(batch: Batch, words: Vocabulary | None) -> Iterator[Reading | Unreadable]:
    path = batch.paths[0]
    size = (batch.end or 0) - batch.start
    try:
        with open(path, "rb", buffering=0) as file:
            file.seek(batch.start)
            stream = Stream(path, "", file.read, size, batch.first_line)
            yield from from_stream(stream, Settings.of(batch.settings, words), named(batch.kind))
    except OSError as error:
        yield Unreadable(path, "", reason(error))


def _read_members(batch: Batch, words: Vocabulary | None) -> Iterator[Reading | Unreadable]:
    path = batch.paths[0]
    settings = Settings.of(batch.settings, words)
    try:
        with open(path, "rb", buffering=0) as file:
            stream = Stream(path, "", file.read, on_disk=True)
            settings.only = frozenset(batch.members)
            yield from from_stream(stream, settings, named(batch.reader))
    except OSError as error:
        yield Unreadable(path, "", reason(error))
