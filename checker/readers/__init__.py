"""Read bytes into documents. Each module reads one kind of wrapper (file format); `registry.READERS` lists the readers.

    read(path, ...) -> Iterator[Reading | Unreadable]
    read_document(path, ...) -> Reading | Unreadable
    find(paths) -> Iterator[FoundPath]
    batches(path, target_bytes) -> list[Batch];  read_batch(batch) -> Iterator[Reading | Unreadable]

A `Reading` is one document: a view of its text without the wrapper, and the facts found in the wrapper.
"""

from __future__ import annotations

from .opener import read, read_document
from .paths import FoundPath, find
from .registry import READERS, Reader, ReaderSettings, Reading, Unreadable

__all__ = [
    "READERS",
    "FoundPath",
    "Reader",
    "ReaderSettings",
    "Reading",
    "Unreadable",
    "find",
    "read",
    "read_document",
]


def __getattr__(name: str) -> object:
    """Return a name from `partitions`, which is imported on first use because only audits need it. Raises
    `AttributeError` for any other name.
    """
    if name not in ("Batch", "BatchMeter", "batches", "read_batch"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from . import partitions  # 1 ms, and only for audits

    return getattr(partitions, name)
