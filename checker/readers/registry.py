"""Define the types and settings that all readers share, and list the readers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import islice
from types import ModuleType

from ..errors import ConfigError, InputError
from ..model import Fact, Facts
from ..record import Record
from ..text import Exchange, View
from ..vocabulary import Vocabulary

MEGABYTE = 1 << 20
MAX_NESTING = 4  # wrappers inside one another
MAX_EDITS = 500_000  # an edit of a view costs some 300 bytes; the longest telegram has a few thousand lines


class Reading(Record):
    """One document as a reader returns it.

    `path` is the file as the user named it, and `cable` is the document's name in that file ("" if it is the only one).
    `reader` contains the codes of the readers that unwrapped it, outermost first ("zip+html+labelled"; "plain" if there
    was no wrapper). `notes` describe how it had to be read, such as with a fallback encoding. `member` is the archive
    member that contains it. `start` and `size` are the byte range of its row in the file or the unpacked member, or
    `None` if it is not a row.
    """

    path: str
    cable: str
    view: View
    facts: tuple[Fact, ...] | Facts = ()
    reader: str = "plain"
    notes: tuple[str, ...] = ()
    member: str = ""
    start: int | None = None
    size: int | None = None

    def inner(self, view: View, facts: tuple[Fact, ...] = (), cable: str = "", notes: tuple[str, ...] = ()) -> Reading:
        """Return the document found inside one of this reading's wrappers.

        Its name is appended to this reading's name, and this reading's facts take precedence over `facts`.
        """
        known = {fact.name for fact in self.facts} if facts else ()
        added = [fact for fact in facts if fact.name not in known]
        return Reading(
            self.path,
            join_names(self.cable, cable),
            view,
            (*self.facts, *added) if added else self.facts,
            self.reader,
            self.notes + notes,
            self.member,
            self.start,
            self.size,
        )


class Unreadable(Record):
    """A document whose text cannot be checked, with the reason.

    It counts as failed or, if `excluded` is true, as excluded (for example, a hidden member of an archive). `member`,
    `start`, and `size` are as in `Reading`.
    """

    path: str
    cable: str
    why: str
    excluded: bool = False
    member: str = ""
    start: int | None = None
    size: int | None = None


class ReaderSettings(Record):
    """The reading options that a user can configure. Sizes are in bytes.

    `limit` is the maximum size of one document, `ratio` is the maximum expansion of a compressed file that expands
    beyond `limit`, and `members` is the maximum number of members in an archive. `body` and `header` list the JSON keys
    or CSV columns for those parts of a document, and `facts` maps the name of a fact to such keys; the first key that
    is present is used. For a range of a CSV file that does not begin with the header row, `columns` are the column
    names in file order, and `separator` is the character between columns.
    """

    limit: int = 64 * MEGABYTE
    ratio: int = 200
    members: int = 1_000_000
    body: tuple[str, ...] = ()
    header: tuple[str, ...] = ()
    facts: Mapping[str, tuple[str, ...]] | None = None
    columns: tuple[str, ...] = ()
    separator: str = ""
    vocabulary: Vocabulary | None = None
    only: frozenset[int] | None = None  # numbers of the members of the outermost archive that a batch reads

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, object] | None, vocabulary: Vocabulary | None = None) -> ReaderSettings:
        """Build settings from a plain mapping. Raises `ConfigError` for an unknown key or a value of the wrong type."""
        settings = cls(vocabulary=vocabulary)
        for key, value in (mapping or {}).items():
            if key in ("limit", "ratio", "members"):
                if not isinstance(value, int) or isinstance(value, bool) or value < 1:
                    raise ConfigError(f"reader setting '{key}' must be a positive integer, not {value!r}")
                setattr(settings, key, value)
            elif key in ("body", "header", "columns"):
                setattr(settings, key, _names(key, value))
            elif key == "separator" and isinstance(value, str) and len(value) == 1:
                settings.separator = value
            elif key == "facts" and isinstance(value, Mapping):
                settings.facts = {str(name): _names(f"facts.{name}", keys) for name, keys in value.items()}
            else:
                known = "body, columns, facts, header, limit, members, ratio, separator"
                raise ConfigError(f"unknown or malformed reader setting '{key}'; known settings: {known}")
        return settings


def _names(key: str, value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if isinstance(value, list | tuple) and all(isinstance(name, str) for name in value):
        return tuple(value)
    raise ConfigError(f"reader setting '{key}' must be a name or a list of names, not {value!r}")


# ---- Helpers --------------------------------------------------------------------------------------------------------


def limit_edits(edits: Iterable[Exchange]) -> Iterator[Exchange]:
    """Yield the edits unchanged. Raises `InputError` after `MAX_EDITS` of them."""
    rest = iter(edits)
    yield from islice(rest, MAX_EDITS)
    if next(rest, None) is not None:
        raise too_many_edits()


def too_many_edits() -> InputError:
    """Return the error for a document that needs more than `MAX_EDITS` edits."""
    return InputError(f"needs more than {MAX_EDITS} edits to unwrap; not a telegram")


def join_names(outer: str, inner: str) -> str:
    """Join a document's name to its container's name, as in `OUTER:INNER`. Either name may be ""."""
    return f"{outer}:{inner}" if outer and inner else outer or inner


def format_size(size: int) -> str:
    """Return a size in bytes as text for a message, such as `64 MB`."""
    return f"{size / MEGABYTE:g} MB" if size >= MEGABYTE else f"{size} bytes"


# ---- The register of readers, in the order of their codes -----------------------------------------------------------
PACKED, ROWS, TEXT = "archives", "rows", "text"


class Reader(Record):
    """A reader, with the conditions under which it is tried.

    `stage` determines what its module defines. PACKED: `members(stream, settings, code)`, which yields the streams in a
    stream. ROWS: `rows(stream, settings, code)`, which yields the readings in a stream. TEXT: `unwrap(reading,
    settings)`, which yields the readings inside a wrapper. Readers of rows and text also define `recognizes`, which is
    called only if one of the `markers` occurs in the text (or at the beginning of the bytes). Readers are tried in the
    order of `rank`.
    """

    code: str
    stage: str
    rank: int
    module: str
    title: str
    markers: tuple[str, ...]

    def load(self) -> ModuleType:
        """Return the reader's module, imported on first use because most documents need none."""
        return _module(self.module)


@cache
def _module(name: str) -> ModuleType:
    from importlib import import_module  # 0.2 ms, and not for text files

    return import_module(f"{__package__}.{name}")


READERS = (
    Reader("csv", ROWS, 20, "csv_dump", "CSV rows of 8 columns, header and body last", ('","',)),
    Reader("csv-head", ROWS, 21, "csv_rows", "CSV rows under a row of column names", (",", ";", "\t", "|")),
    Reader("csv-text", TEXT, 70, "csv_dump", "such a row inside a page", ('","',)),
    Reader("docx", ROWS, 9, "office", "a Word document", ("PK\x03\x04",)),
    Reader("foia", TEXT, 80, "foia", "text released under FOIA with case stamps", ("Doc No",)),
    Reader("frus", TEXT, 10, "frus", "FRUS volumes and documents in TEI XML", ("http://www.tei-c.org/ns/1.0",)),
    Reader("gzip", PACKED, 11, "archives", "a gzip file", ("\x1f\x8b",)),
    Reader("html", TEXT, 30, "html", "web pages, the publisher's cable pages first", ("</", "<pre", "<br")),
    Reader("json", ROWS, 19, "json_rows", "a JSON object or an array of objects", ("{", "[")),
    Reader("jsonl", ROWS, 18, "json_rows", "one JSON object per line", ("{",)),
    Reader("labelled", TEXT, 60, "labelled_dump", "dumps with id:, refid: and header: lines", ("refid:",)),
    Reader("mail", TEXT, 40, "mail", "e-mail and mailboxes", ("Message-I", "MIME-V", "Received:", "From ")),
    Reader("pasted", TEXT, 90, "pasted", "text copied from a web page", ("Reference",)),
    Reader("pdf", ROWS, 13, "pdf", "the text layer of a PDF file", ("%PDF-",)),
    Reader("plusd", TEXT, 50, "plusd", "archive text with its attributes", ("Message Attributes", "BEGIN PGP")),
    Reader("zip", PACKED, 10, "archives", "a zip archive", ("PK\x03\x04", "PK\x05\x06")),
    Reader("zstd", PACKED, 12, "archives", "a Zstandard file", ("\x28\xb5\x2f\xfd",)),
)
CODES = tuple(sorted([reader.code for reader in READERS] + ["plain"]))


def readers_of_stages(*stages: str) -> tuple[Reader, ...]:
    """Return the readers whose stage is in `stages`, in the order in which they are tried."""
    return tuple(sorted((reader for reader in READERS if reader.stage in stages), key=lambda reader: reader.rank))
