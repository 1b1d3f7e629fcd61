"""Bytes to documents. One file per wrapper; the table `READERS` says who recognises what.

    read(path, ...) -> Iterator[Reading | Unreadable]
    find(paths) -> Iterator[Found]
    batches(path, target_bytes) -> list[Batch];  read_batch(batch) -> Iterator[Reading | Unreadable]

A `Reading` is one document: its view of the source with the wrapper stripped, and the facts the wrapper states.
"""

from __future__ import annotations

from .opener import read
from .paths import Found, find
from .registry import READERS, Reader, Reading, Settings, Unreadable

__all__ = [
    "READERS",
    "Found",
    "Reader",
    "Reading",
    "Settings",
    "Unreadable",
    "find",
    "read",
]


def __getattr__(name: str) -> object:
    """What only an audit needs, loaded when it is asked for: `Batch`, `Meter`, `batches`, `read_batch`."""
    if name not in ("Batch", "Meter", "batches", "read_batch"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from . import partitions  # 1 ms, and only for audits

    return getattr(partitions, name)
