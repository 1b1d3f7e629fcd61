"""Read bytes into documents. There is one module per wrapper; `registry.READERS` lists them.

    read(path, ...) -> Iterator[Reading | Unreadable]
    read_document(path, ...) -> Reading | Unreadable
    find(paths) -> Iterator[FoundPath]
    batches(path, target_bytes) -> list[Batch];  read_batch(batch) -> Iterator[Reading | Unreadable]

A `Reading` is one document: a view of its text without the wrapper, and the facts in the wrapper.
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
    """Import what only an audit needs on first use: `Batch`, `BatchMeter`, `batches`, `read_batch`."""
    if name not in ("Batch", "BatchMeter", "batches", "read_batch"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from . import partitions  # 1 ms, and only for audits

    return getattr(partitions, name)
