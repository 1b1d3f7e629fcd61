"""Bytes to documents. One file per wrapper; the table `READERS` says who recognises what.

    read(path, ...) -> Iterator[Reading | Unreadable]
    find(paths) -> Iterator[Found]
    batches(path, target_bytes) -> list[Batch];  read_batch(batch) -> Iterator[Reading | Unreadable]

A `Reading` is one document: its view of the source with the wrapper stripped, and the facts the wrapper states.
"""

from __future__ import annotations

from .opening import read
from .paths import Found, find
from .reading import Reading, Settings, Unreadable
from .shards import Batch, batches, read_batch
from .table import READERS, Reader

__all__ = [
    "READERS",
    "Batch",
    "Found",
    "Reader",
    "Reading",
    "Settings",
    "Unreadable",
    "batches",
    "find",
    "read",
    "read_batch",
]
