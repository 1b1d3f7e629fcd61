"""Divide a corpus into batches for the workers: byte ranges of row files, members of archives, and groups of files.

The first two sections create batches for local and for remote files; the last section reads a batch.
"""

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
from .object_storage import RangedFile, RemoteFile
from .opener import detect_reader, find_reader, read, read_stream
from .paths import FoundPath, describe, find, is_url, refusal
from .registry import MEGABYTE, Reader, ReaderSettings, Reading, Unreadable
from .streams import HEAD, Stream

_ROW_STARTS = {"csv": re.compile(rb'\n(?="\d{1,12}",")'), "jsonl": re.compile(rb"\n")}


class Batch(Record):
    """The part of a corpus that one worker reads: files, members of one archive, or a byte range of one file.

    `members` are indexes in the archive. `start` and `end` are byte offsets between rows, `first_line` is the line on
    which the range begins, and `kind` is the code of the range's reader. `size` is the number of bytes to read.
    `excluded` are the paths that were left out. `walked` means that the user did not name the files
    but a folder or a pattern.

    `files` are the names, sizes, and versions of remote files. These are not searched for rows when batches are made:
    the worker begins with the first row at or after `start` and ends before the first row at or after `end`, and
    `first_line` is 0 (unknown).
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
    excluded: tuple[FoundPath, ...] = ()
    files: tuple[tuple[str, int, str], ...] = ()
    walked: bool = False


class BatchMeter(Record):
    """Values known only after a batch is read: the number of line feeds in a remote range, and why a remote file could
    not be read to its end ("" if it was).
    """

    newlines: int = 0
    error: str = ""


def batches(
    path: str,
    target_bytes: int,
    *,
    reader: str | None = None,
    settings: Mapping[str, object] | None = None,
    skip: str = "",
) -> list[Batch]:
    """Return batches of about `target_bytes` for a file, folder, pattern, or URL, in corpus order. A folder `skip`
    inside the folder `path` is passed over.

    Raises `ConfigError` for an unknown reader or setting, and `InputError` for a URL that cannot be read. A local file
    that cannot be opened stays in a batch; `read_batch` reports it as `Unreadable`.
    """
    forced = find_reader(reader)
    ReaderSettings.from_mapping(settings)
    target = max(1, target_bytes)
    made = _remote_batches(path, target, forced) if is_url(path) else _local_batches(path, target, reader, skip)
    for batch in made:
        batch.reader, batch.walked = reader, path not in batch.paths
        batch.settings = {**(settings or {}), **(batch.settings or {})} or None
    return made


# ---- Local files ----------------------------------------------------------------------------------------------------


def _local_batches(path: str, target: int, reader: str | None, skip: str) -> list[Batch]:
    made: list[Batch] = []
    group: list[str] = []
    excluded: list[FoundPath] = []
    size = 0
    passed = os.path.join(os.path.abspath(skip), "") if skip else ""
    own = os.path.join(os.path.abspath(path), "")
    inside = passed != own and passed.startswith(own)
    for found in find([path]):
        if inside and os.path.abspath(found.path).startswith(passed):
            continue
        if found.status == "excluded":
            excluded.append(found)
            continue
        length = _size(found.path)
        parts = _split_file(found.path, length, target, reader)
        if group and (parts or size + length > target):
            made.append(Batch(tuple(group), size=size))
            group, size = [], 0
        if parts:
            made += parts
        else:
            group.append(found.path)
            size += length
    if group:
        made.append(Batch(tuple(group), size=size))
    if excluded:
        made = made or [Batch(())]
        made[0].excluded = tuple(excluded)
    return made


def _size(path: str) -> int:
    try:
        return os.path.getsize(path)
    except (OSError, ValueError):
        return 0


def _split_file(path: str, size: int, target: int, reader: str | None) -> list[Batch]:
    """Return batches for one file's ranges or members, or an empty list if the file is to be read as a whole."""
    if size <= target or refusal(path):
        return []
    try:
        with open(path, "rb", buffering=0) as file:
            kind = detect_reader(Stream(path, "", file.read, on_disk=True), find_reader(reader))
            if kind == "zip":
                return _member_lists(path, target)
            if kind == "csv-head":
                return _quoted_ranges(path, size, target)
            return list(_ranges(path, size, target, kind)) if kind in _ROW_STARTS else []
    except (OSError, InputError):
        return []  # reading the file will report the reason


def _ranges(path: str, size: int, target: int, kind: str) -> Iterator[Batch]:
    """Yield a batch for each byte range of a file, each beginning with a row. The file is read once to count its lines.

    Range k (0-based) begins with the first row at or after byte k * `target`, as it does when a worker reads a remote
    file.
    """
    start, line = 0, 1
    with open(path, "rb", buffering=0) as file:
        for nominal in range(target, size + target, target):
            end = max(start, _next_row(file, nominal, size, kind))
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


def _next_row(file: io.RawIOBase, at: int, size: int, kind: str) -> int:
    """Return the offset of the first row that begins at or after the offset `at`, or `size` if there is none."""
    row_start = _ROW_STARTS[kind]
    overlap = 32  # the beginning of a row may be cut by the end of a block
    while 0 < at < size:
        file.seek(at - 1)
        block = file.read(HEAD) or b""
        found = row_start.search(block)
        if found is not None:
            return at - 1 + found.end()
        if at - 1 + len(block) >= size or not block:
            return size
        at += max(1, len(block) - overlap)
    return min(at, size)


def _quoted_ranges(path: str, size: int, target: int) -> list[Batch]:
    """Return batches for the byte ranges of a CSV file with a header row. The settings of all but the first contain the
    column names.
    """
    from .csv_rows import range_settings, split_ranges  # few corpora contain files with a header row

    with open(path, "rb", buffering=0) as file:
        header = range_settings(file.read(HEAD))
        file.seek(0)
        starts = list(split_ranges(file, size, target))
    return [
        Batch((path,), (), "csv-head", start, end, line, end - start, settings=header if start else None)
        for (start, line), (end, _) in pairwise([*starts, (size, 0)])
    ]


def _member_lists(path: str, target: int) -> list[Batch]:
    from .archives import list_members  # zipfile costs 15 ms, and only an archive needs it

    made: list[Batch] = []
    group: list[int] = []
    size = 0
    for number, length in list_members(path):
        if group and size + length > target:
            made.append(Batch((path,), tuple(group), size=size))
            group, size = [], 0
        group.append(number)
        size += length
    if group:
        made.append(Batch((path,), tuple(group), size=size))
    return made


# ---- Remote files ---------------------------------------------------------------------------------------------------


def _remote_batches(url: str, target: int, forced: Reader | None) -> list[Batch]:
    """Return the batches for a URL. Only the head of each large file, and the directory of an archive, are read."""
    made: list[Batch] = []
    group: list[RemoteFile] = []
    for file in object_storage.list_files(url):
        parts = _split_remote_file(file, target, forced) if file.size > target else []
        if group and (parts or sum(each.size for each in group) + file.size > target):
            made.append(_remote_group(group))
            group = []
        made += parts
        if not parts:
            group.append(file)
    if group:
        made.append(_remote_group(group))
    return made


def _remote_group(group: list[RemoteFile]) -> Batch:
    files = tuple((each.url, each.size, each.version) for each in group)
    return Batch(tuple(each.url for each in group), size=sum(each.size for each in group), files=files)


def _split_remote_file(remote: RemoteFile, target: int, forced: Reader | None) -> list[Batch]:
    """Return batches for one remote file's ranges or members, or an empty list if the file is to be read as a whole.

    Raises `InputError` if the file cannot be read.
    """
    made: list[Batch] = []
    with RangedFile(remote.url, remote.size) as file:
        try:
            kind = detect_reader(Stream(remote.url, "", file.read), forced)
        except OSError as error:
            raise InputError(f"{remote.url}: {error.strerror}") from error
        if kind == "zip":
            made = _member_lists(remote.url, target)
        elif kind in _ROW_STARTS:
            offsets = pairwise([*range(0, remote.size, target), remote.size])
            made = [Batch((remote.url,), (), kind, start, end, 0, end - start) for start, end in offsets]
    for batch in made:
        batch.files = ((remote.url, remote.size, remote.version),)
    return made


# ---- Reading a batch ------------------------------------------------------------------------------------------------


def read_batch(
    batch: Batch, vocabulary: Vocabulary | None = None, meter: BatchMeter | None = None
) -> Iterator[Reading | Unreadable]:
    """Yield the documents in a batch. `meter` receives the values that are known only after the batch has been read.

    A local file that cannot be read is yielded as `Unreadable`. If a store fails, it may work again later, so the batch
    ends there and `meter.error` is set to the reason.
    """
    meter = meter or BatchMeter()
    if batch.files:
        try:
            yield from _read_remote(batch, vocabulary, meter)
        except OSError as error:
            meter.error = f"{batch.paths[0]}: {error.strerror or error}"
    elif batch.end is not None or batch.members:
        yield from _read_part(batch, vocabulary)
    else:
        for path in batch.paths:
            yield from read(path, reader=batch.reader, settings=batch.settings, vocabulary=vocabulary)


def _read_part(batch: Batch, vocabulary: Vocabulary | None) -> Iterator[Reading | Unreadable]:
    """Yield the documents in a byte range of a local file, or in some of an archive's members."""
    path = batch.paths[0]
    settings = ReaderSettings.from_mapping(batch.settings, vocabulary)
    try:
        with open(path, "rb", buffering=0) as file:
            if batch.members:
                settings.only = frozenset(batch.members)
                stream = Stream(path, "", file.read, on_disk=True)
                yield from read_stream(stream, settings, find_reader(batch.reader))
            elif batch.end != batch.start:  # a row longer than a batch leaves batches without a row
                file.seek(batch.start)
                stream = Stream(
                    path, "", file.read, (batch.end or 0) - batch.start, batch.first_line, offset=batch.start
                )
                yield from read_stream(stream, settings, find_reader(batch.kind))
    except OSError as error:
        yield Unreadable(path, "", describe(error))


def _read_remote(batch: Batch, vocabulary: Vocabulary | None, meter: BatchMeter) -> Iterator[Reading | Unreadable]:
    """Yield the documents in remote files. Raises `OSError` if the store fails."""
    settings = ReaderSettings.from_mapping(batch.settings, vocabulary)
    if batch.members:
        settings.only = frozenset(batch.members)
    forced = find_reader(batch.kind or batch.reader)
    for url, size, _ in batch.files:
        with RangedFile(url, size) as file:
            if batch.end is None:
                file.expect(0, 0 if batch.members else size)
                yield from read_stream(Stream(url, "", file.read, on_disk=True), settings, forced)
            else:
                yield from _read_remote_range(batch, file, settings, forced, meter)


def _read_remote_range(
    batch: Batch, file: RangedFile, settings: ReaderSettings, forced: Reader | None, meter: BatchMeter
) -> Iterator[Reading | Unreadable]:
    """Yield the documents in the rows that begin in the range. Reading continues past the range to the end of its last
    row.
    """
    end = _next_row(file, batch.end or 0, file.size, batch.kind)
    file.expect(max(0, batch.start - 1), end)
    start = _next_row(file, batch.start, file.size, batch.kind)
    file.seek(start)

    def read_counted(size: int) -> bytes:
        block = file.read(size)
        meter.newlines += block.count(b"\n")
        return block

    if start < end:  # a row longer than a batch leaves batches without a row
        yield from read_stream(
            Stream(file.url, "", read_counted, end - start, batch.first_line or 1, offset=start), settings, forced
        )
