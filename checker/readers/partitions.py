"""A corpus in batches: byte ranges of row files, members of an archive, files of a folder, for workers to share."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator, Mapping
from itertools import pairwise

from ..errors import InputError
from ..record import Record
from ..vocabulary import Vocabulary
from . import object_storage
from .opener import from_stream, kind_of, named, read
from .paths import Found, find, is_url, reason, refusal
from .registry import MEGABYTE, Reader, Reading, Settings, Unreadable
from .streams import HEAD, Stream

_ROW = re.compile(rb'\n(?="\d{1,12}",")')
_LINE = re.compile(rb"\n")
_BORDERS = {"csv": _ROW, "jsonl": _LINE}


class Batch(Record):
    """A share of a corpus that one worker reads: files, members of one archive, or a byte range of one file.

    `members` are numbers. `start` and `end` are bytes and fall between rows, `first_line` is the line on which the
    range begins, `kind` the reader of a range; `size` is the bytes to read. `excluded` are paths left out on the way.

    Of remote files nothing is read to plan: their range begins and ends with the first row that begins at or after
    `start` and `end`, which the worker finds; `first_line` is 0, not known. `files` are name, size and version of them.

    `walked` says that nobody named these files: they lie in a folder that was named.
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
    files: tuple[tuple[str, int, str], ...] = ()
    walked: bool = False


class Meter(Record):
    """What reading a batch came to: line feeds in its range, and why a remote file could not be read on."""

    feeds: int = 0
    trouble: str = ""


def batches(
    path: str, target_bytes: int, *, reader: str | None = None, settings: Mapping[str, object] | None = None
) -> list[Batch]:
    """The batches of a file, folder or pattern, each of about `target_bytes`, in the order of the corpus.

    Raises `ConfigError` for an unknown reader or setting. What cannot be opened stays in a batch, so that
    `read_batch` tells it as `Unreadable`.
    """
    forced = named(reader)
    Settings.of(settings)
    target = max(1, target_bytes)
    if is_url(path):
        made = _remote(path, target, forced)
        for batch in made:
            batch.reader, batch.settings = reader, settings
        return made
    made = []
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
        batch.reader, batch.walked = reader, os.path.isdir(path)
        batch.settings = {**(settings or {}), **(batch.settings or {})} or None
    if excluded:
        made = made or [Batch(())]
        made[0].excluded = tuple(excluded)
    return made


def _remote(url: str, target: int, forced: Reader | None) -> list[Batch]:
    """The batches of what is behind a URL: of each file no more is read than its head, or an archive's directory."""
    made: list[Batch] = []
    group: list[object_storage.Diagnostic] = []
    for item in (*object_storage.listing(url), None):
        shares = _remote_shares(item, target, forced) if item is not None and item.size > target else []
        if group and (item is None or shares or sum(one.size for one in group) + item.size > target):
            files = tuple((one.url, one.size, one.version) for one in group)
            made.append(Batch(tuple(one.url for one in group), size=sum(one.size for one in group), files=files))
            group = []
        made += shares
        if item is not None and not shares:
            group.append(item)
    return made


def _remote_shares(item: object_storage.Diagnostic, target: int, forced: Reader | None) -> list[Batch]:
    """The ranges or member lists of one remote file; nothing if it is read in one go."""
    with object_storage.Ranged(item.url, item.size) as file:
        try:
            kind = kind_of(Stream(item.url, "", file.read), forced)
        except OSError as error:
            raise InputError(f"{item.url}: {error.strerror}") from error
        if kind == "zip":
            made = _member_lists(item.url, target)
        elif kind in _BORDERS:
            places = [*range(0, item.size, target), item.size]
            made = [Batch((item.url,), (), kind, one, two, 0, two - one) for one, two in pairwise(places)]
        else:
            made = []
    for batch in made:
        batch.files = ((item.url, item.size, item.version),)
    return made


def read_batch(
    batch: Batch, words: Vocabulary | None = None, meter: Meter | None = None
) -> Iterator[Reading | Unreadable]:
    """The documents of a batch, streaming. `meter` is told what cannot be known before the batch was read.

    A local file that cannot be read is told as `Unreadable`; a store that fails in the middle may answer tomorrow, so
    the batch ends there and the meter says why.
    """
    meter = meter or Meter()
    if batch.files:
        try:
            yield from _read_remote(batch, words, meter)
        except OSError as error:
            meter.trouble = f"{batch.paths[0]}: {error.strerror or error}"
    elif batch.end is not None:
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
            if kind == "csv-head":
                return _quoted_ranges(path, size, target)
            return list(_ranges(path, size, target, kind)) if kind in _BORDERS else []
    except (OSError, InputError):
        return []  # reading it will tell why


def _ranges(path: str, size: int, target: int, kind: str) -> Iterator[Batch]:
    """Byte ranges that begin where a row begins, found by looking only at the borders; lines are counted on the way.

    Range k runs from the first row that begins at or after k targets: as the worker finds it in a remote file.
    """
    start, line = 0, 1
    with open(path, "rb", buffering=0) as file:
        for nominal in range(target, size + target, target):
            end = max(start, _border(file, nominal, size, kind))
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


def _quoted_ranges(path: str, size: int, target: int) -> list[Batch]:
    """Byte ranges of a CSV file with a row of names: what they are is told to all ranges but the first."""
    from .csv_rows import settings_of, shares  # few corpora have such a row

    with open(path, "rb", buffering=0) as file:
        told = settings_of(file.read(HEAD))
        file.seek(0)
        begins = list(shares(file, size, target))
    made = []
    for (start, line), (end, _) in pairwise([*begins, (size, 0)]):
        made.append(Batch((path,), (), "csv-head", start, end, line, end - start, settings=told if start else None))
    return made


def _border(file: io.RawIOBase, at: int, size: int, kind: str) -> int:
    """The first start of a row at or after a place."""
    border = _BORDERS[kind]
    keep = 32  # a border may be cut by the end of a block
    while 0 < at < size:
        file.seek(at - 1)
        block = file.read(HEAD) or b""
        found = border.search(block)
        if found is not None:
            return at - 1 + found.end()
        if at - 1 + len(block) >= size or not block:
            return size
        at += max(1, len(block) - keep)
    return min(at, size)


def _member_lists(path: str, target: int) -> list[Batch]:
    from .archives import listing  # zipfile costs 15 ms, and only an archive needs it

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


def _read_remote(batch: Batch, words: Vocabulary | None, meter: Meter) -> Iterator[Reading | Unreadable]:
    """The documents of remote files. Raises `OSError` where the store fails."""
    settings = Settings.of(batch.settings, words)
    if batch.members:
        settings.only = frozenset(batch.members)
    forced = named(batch.kind or batch.reader)
    for url, size, _ in batch.files:
        with object_storage.Ranged(url, size) as file:
            if batch.end is None:
                file.expect(0, 0 if batch.members else size)
                yield from from_stream(Stream(url, "", file.read, on_disk=True), settings, forced)
            else:
                yield from _read_remote_range(batch, file, settings, forced, meter)


def _read_remote_range(
    batch: Batch, file: object_storage.Ranged, settings: Settings, forced: Reader | None, meter: Meter
) -> Iterator[Reading | Unreadable]:
    """The rows that begin in the range: a little is read beyond it, to the end of its last row."""
    end = _border(file, batch.end or 0, file.size, batch.kind)
    file.expect(max(0, batch.start - 1), end)
    start = _border(file, batch.start, file.size, batch.kind)
    file.seek(start)

    def take(size: int) -> bytes:
        block = file.read(size)
        meter.feeds += block.count(b"\n")
        return block

    if start < end:  # a row longer than a batch leaves batches without a row
        yield from from_stream(Stream(file.url, "", take, end - start, batch.first_line or 1), settings, forced)


def _read_range(batch: Batch, words: Vocabulary | None) -> Iterator[Reading | Unreadable]:
    path = batch.paths[0]
    size = (batch.end or 0) - batch.start
    if not size:  # as above
        return
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
