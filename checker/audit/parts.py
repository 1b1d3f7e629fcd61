"""Write the part files of a batch, and the marker that shows that they are complete.

A batch is done if its marker matches its parts. The marker contains the size, the number of rows, and the checksum of
each part, and a digest of itself. The parts are flushed to disk before the marker, and the marker before it is renamed:
if a run is interrupted or a file is damaged later, the batch does not count as done.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from hashlib import blake2b
from typing import Any
from zlib import crc32

from ..record import Record
from ..reporters.escaping import json_text
from .tables import STREAMED, Row

CHUNK_ROWS = 256  # rows that are encoded together


class BatchResult(Record):
    """The result of a batch.

    `tally` counts, for each rule, the documents to which it applied, those on which it failed, and those on which it is
    undetermined.

    `newlines` is the number of line feeds in a range of the remote file `part_of`, whose lines had not been counted.
    """

    number: int
    checked: int = 0
    excluded: int = 0
    failed: int = 0
    findings: tuple[tuple[str, int], ...] = ()
    tally: tuple[tuple[str, tuple[int, int, int]], ...] = ()
    newlines: int = 0
    part_of: str = ""
    error: str = ""  # such as a full disk or a missing folder: the run must stop

    @property
    def documents(self) -> int:
        """Return the number of documents in the batch, regardless of outcome."""
        return self.checked + self.excluded + self.failed


# ---- Writing --------------------------------------------------------------------------------------------------------


class _Part:
    """A part file that still has its temporary name, with its size, number of rows, and checksum so far."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.temporary = f"{path}.{os.getpid()}.tmp"
        self.file = open(self.temporary, "wb", buffering=1 << 16)  # noqa: SIM115
        self.pending: list[Row] = []
        self.size = self.rows = self.checksum = 0

    def write(self, encode: Callable[[list[Row]], bytes]) -> None:
        """Encode the buffered rows, and write them."""
        data = encode(self.pending)
        self.file.write(data)
        self.checksum = crc32(data, self.checksum)
        self.size += len(data)
        self.rows += len(self.pending)
        self.pending.clear()

    def close(self) -> None:
        """Flush the file to disk and close it."""
        self.file.flush()
        os.fsync(self.file.fileno())
        self.file.close()


class PartWriter:
    """Writes the parts of one batch under temporary names, and renames them when the batch is complete."""

    def __init__(self, out: str, number: int) -> None:
        self.out = out
        self.number = number
        self.encode = _encoder()
        self.parts = {name: _Part(part_path(out, number, name)) for name in STREAMED}

    def __enter__(self) -> PartWriter:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        for part in self.parts.values():
            try:
                part.file.close()
            except OSError:
                if kind is None:
                    raise
            if kind is not None and os.path.exists(part.temporary):
                os.unlink(part.temporary)

    def add_row(self, table: str, row: Row) -> None:
        """Add a row to a table."""
        self.add_rows(table, [row])

    def add_rows(self, table: str, rows: list[Row]) -> None:
        """Add rows to a table."""
        part = self.parts[table]
        part.pending += rows
        if len(part.pending) >= CHUNK_ROWS:
            part.write(self.encode)

    def finish(self, result: BatchResult) -> None:
        """Write all rows and rename the files, then write and rename the marker, which contains `result`."""
        for part in self.parts.values():
            part.write(self.encode)
            part.close()
        for part in self.parts.values():
            os.replace(part.temporary, part.path)
        parts = {name: [part.size, part.rows, part.checksum] for name, part in self.parts.items()}
        values = {field: getattr(result, field) for field in result.__fields__}
        write_file(marker_path(self.out, self.number), _marker({"result": values, "parts": parts}))


def write_file(path: str, data: bytes) -> None:
    """Replace a file so that after a crash it has either its old or its new content."""
    temporary = f"{path}.{os.getpid()}.tmp"
    with open(temporary, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
    if hasattr(os, "O_DIRECTORY"):  # Windows cannot open folders
        folder = os.open(os.path.dirname(path) or ".", os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _encoder() -> Callable[[list[Row]], bytes]:
    """Return a function that encodes rows as JSON lines. It uses msgspec if it is installed; the bytes are the same
    without it.
    """
    try:
        from msgspec.json import Encoder  # the extra `audit`

        encode_lines: Callable[[list[Row]], bytes] = Encoder().encode_lines
    except ImportError:
        plain = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))

        encode_lines = lambda rows: "".join(plain.encode(row) + "\n" for row in rows).encode("utf-8")  # noqa: E731

    def encode(rows: list[Row]) -> bytes:
        try:
            return encode_lines(rows)
        except UnicodeEncodeError:  # a lone surrogate: damaged text, or a file name that is not UTF-8
            return encode_lines([{name: _replace_surrogates(value) for name, value in row.items()} for row in rows])

    return encode


def _replace_surrogates(value: object) -> object:
    if isinstance(value, (tuple, list)):
        return [_replace_surrogates(one) for one in value]
    return json_text(value) if isinstance(value, str) else value


# ---- Reading --------------------------------------------------------------------------------------------------------


def part_path(out: str, number: int, table: str) -> str:
    """Return the path of the part file for one table of a batch."""
    return os.path.join(out, f"{number:06d}.{table}.jsonl")


def marker_path(out: str, number: int) -> str:
    """Return the path of the marker that shows that a batch is complete."""
    return os.path.join(out, f"{number:06d}.done.json")


def read_result(out: str, number: int) -> BatchResult | str:
    """Return the result of a batch or, if its marker or a part is missing or damaged, the path of that file."""
    marker = marker_path(out, number)
    try:
        with open(marker, "rb") as file:
            data = file.read()
        content = json.loads(data)
        del content["digest"]
        if _marker(content) != data or content["result"]["number"] != number:
            return marker
    except (OSError, ValueError, TypeError, KeyError):
        return marker
    for table in STREAMED:
        path = part_path(out, number, table)
        if content["parts"].get(table) != _measure(path):
            return path
    values = content["result"]
    values["findings"] = tuple((name, count) for name, count in values["findings"])
    values["tally"] = tuple((rule, tuple(counts)) for rule, counts in values["tally"])
    return BatchResult(**values)


def _marker(content: dict[str, Any]) -> bytes:
    """Return the bytes of a marker file: JSON that contains a digest of its other contents."""
    digest = blake2b(json.dumps(content, sort_keys=True).encode(), digest_size=16).hexdigest()
    return json.dumps({**content, "digest": digest}, sort_keys=True).encode()


def _measure(path: str) -> list[int] | None:
    """Return the size, number of rows, and checksum of a part file, or `None` if it cannot be read."""
    size = rows = checksum = 0
    try:
        with open(path, "rb") as file:
            while block := file.read(1 << 20):
                size += len(block)
                rows += block.count(b"\n")
                checksum = crc32(block, checksum)
    except OSError:
        return None
    return [size, rows, checksum]
