"""The register of readers: one line each, in the order of their codes."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from ..record import Record

PACKED, ROWS, TEXT = "packed", "rows", "text"


class Reader(Record):
    """One reader. `stage` says what it is given and gives.

    packed: `members(stream, settings)`, a stream to streams; rows: `rows(stream, settings)`, a stream to readings;
    text: `unwrap(reading, settings)`, a reading to readings without their wrapper. `signs` are words of which one must
    stand in the text (or in the head of the bytes) before the module is imported and its `recognises` asked; `rank` is
    the order of asking.
    """

    code: str
    stage: str
    rank: int
    module: str
    title: str
    signs: tuple[str, ...]

    def load(self) -> ModuleType:
        """The reader's module: imported when it is first needed, since most documents need none."""
        return import_module(f"{__package__}.{self.module}")


READERS = (
    Reader("csv", ROWS, 20, "csvrows", "CSV rows of 8 columns, header and body last", ('","',)),
    Reader("csv-head", ROWS, 21, "csvhead", "CSV rows under a row of column names", (",", ";", "\t", "|")),
    Reader("csv-text", TEXT, 70, "csvrows", "such a row inside a page", ('","',)),
    Reader("foia", TEXT, 80, "foia", "reading-room text with case stamps", ("Doc No",)),
    Reader("frus", TEXT, 10, "frus", "FRUS volumes and documents in TEI XML", ("http://www.tei-c.org/ns/1.0",)),
    Reader("gzip", PACKED, 11, "packed", "a gzip file", ("\x1f\x8b",)),
    Reader("html", TEXT, 30, "page", "web pages, the publisher's cable pages first", ("<pre", "</", "<br")),
    Reader("json", ROWS, 19, "jsonrows", "a JSON object or an array of objects", ("{", "[")),
    Reader("jsonl", ROWS, 18, "jsonrows", "a JSON object a line", ("{",)),
    Reader("labelled", TEXT, 60, "labelled", "dumps with id:, refid: and header: lines", ("refid:",)),
    Reader("mail", TEXT, 40, "mail", "e-mail and mailboxes", ("Message-I", "MIME-V", "Received:", "From ")),
    Reader("pasted", TEXT, 90, "pasted", "text copied from a web page", ("Reference",)),
    Reader("pdf", ROWS, 13, "pdf", "the text layer of a PDF file", ("%PDF-",)),
    Reader("plusd", TEXT, 50, "plusd", "archive text with its attributes", ("Message Attributes", "BEGIN PGP")),
    Reader("zip", PACKED, 10, "packed", "a zip archive", ("PK\x03\x04", "PK\x05\x06")),
    Reader("zstd", PACKED, 12, "packed", "a Zstandard file", ("\x28\xb5\x2f\xfd",)),
)
CODES = tuple(sorted([reader.code for reader in READERS] + ["plain"]))


def of_stages(*stages: str) -> tuple[Reader, ...]:
    """The readers of these stages in the order of asking."""
    return tuple(sorted((reader for reader in READERS if reader.stage in stages), key=lambda reader: reader.rank))
