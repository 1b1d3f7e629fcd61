"""Bytes to documents. One file per wrapper; the table `READERS` says who recognises what.

    read(path, ...) -> Iterator[Reading | Unreadable]

A `Reading` is one document: its view of the source with the wrapper stripped, and the facts the wrapper states.
"""

from __future__ import annotations

from ..document import Fact
from ..record import Record
from ..text import View


class Reading(Record):
    """One document as a reader hands it over.

    `path` is the file as the user named it, `cable` the document's name in it ("" when it is alone), `reader` the
    code of the reader, `notes` what the reader had to do to read it (for instance a fallback encoding).
    """

    path: str
    cable: str
    view: View
    facts: tuple[Fact, ...] = ()
    reader: str = "plain"
    notes: tuple[str, ...] = ()


class Unreadable(Record):
    """A document that could not be read, and why: it is *failed* in the ledger, never skipped."""

    path: str
    cable: str
    why: str
