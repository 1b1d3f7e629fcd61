"""What every reader hands over, and the settings every reader obeys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from types import ModuleType

from ..errors import ConfigError, InputError
from ..model import Fact
from ..record import Record
from ..text import Exchange, View
from ..vocabulary import Vocabulary

MEGABYTE = 1 << 20
ROUNDS = 4  # how many wrappers may be nested in one another
MOST_CHANGES = 500_000  # a view costs some 300 bytes an exchange; the longest telegram has a few thousand lines


class Reading(Record):
    """One document as a reader hands it over.

    `path` is the file as the user named it, `cable` the document's name in it ("" when it is alone), `reader` the
    codes of the readers that unwrapped it, outermost first ("zip+html+labelled"; "plain" when there was no wrapper),
    `notes` what had to be done to read it (for instance a fallback encoding).
    """

    path: str
    cable: str
    view: View
    facts: tuple[Fact, ...] = ()
    reader: str = "plain"
    notes: tuple[str, ...] = ()

    def inner(self, view: View, facts: tuple[Fact, ...] = (), cable: str = "", notes: tuple[str, ...] = ()) -> Reading:
        """What is left when one wrapper is gone: names are joined, and the outer wrapper's facts win."""
        stated = {fact.name for fact in self.facts}
        added = tuple(fact for fact in facts if fact.name not in stated)
        return Reading(
            self.path, join_names(self.cable, cable), view, self.facts + added, self.reader, self.notes + notes
        )


class Unreadable(Record):
    """A document that could not be read, and why: it is *failed* in the ledger, never skipped."""

    path: str
    cable: str
    why: str


class Settings(Record):
    """What a user may choose about reading. Sizes in bytes.

    `limit` bounds one document, `ratio` how far a compressed file may swell beyond `limit`, `members` how many
    documents an archive may hold. `body`, `header` and `facts` say which JSON keys hold what (`facts` maps a fact's
    name to keys, the first one present wins); `columns` names the columns of a CSV file in order, `separator` is what
    stands between them in a stretch of one that does not begin with its row of names.
    """

    limit: int = 64 * MEGABYTE
    ratio: int = 200
    members: int = 1_000_000
    body: tuple[str, ...] = ()
    header: tuple[str, ...] = ()
    facts: Mapping[str, tuple[str, ...]] | None = None
    columns: tuple[str, ...] = ()
    separator: str = ""
    words: Vocabulary | None = None
    only: frozenset[int] | None = None  # the members of the outermost archive that a batch asks for, by number

    @classmethod
    def of(cls, given: Mapping[str, object] | None, words: Vocabulary | None = None) -> Settings:
        """The settings of a plain mapping. Raises `ConfigError` for an unknown key or a value of the wrong kind."""
        made = cls(words=words)
        for key, value in (given or {}).items():
            if key in ("limit", "ratio", "members"):
                if not isinstance(value, int) or isinstance(value, bool) or value < 1:
                    raise ConfigError(f"reader setting '{key}' must be a whole number above 0, not {value!r}")
                setattr(made, key, value)
            elif key in ("body", "header", "columns"):
                setattr(made, key, _names(key, value))
            elif key == "separator" and isinstance(value, str) and len(value) == 1:
                made.separator = value
            elif key == "facts" and isinstance(value, Mapping):
                made.facts = {str(name): _names(f"facts.{name}", keys) for name, keys in value.items()}
            else:
                known = "body, columns, facts, header, limit, members, ratio, separator"
                raise ConfigError(f"unknown or malformed reader setting '{key}'; known are {known}")
        return made


def _names(key: str, value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if isinstance(value, list | tuple) and all(isinstance(name, str) for name in value):
        return tuple(value)
    raise ConfigError(f"reader setting '{key}' must be a name or a list of names, not {value!r}")


def bounded(changes: Iterable[Exchange]) -> Iterator[Exchange]:
    """The exchanges as they come. Raises `InputError` when there are more than any document needs."""
    for number, change in enumerate(changes):
        if number > MOST_CHANGES:
            raise too_many()
        yield change


def too_many() -> InputError:
    """The trouble of a document that would need more changes than memory should bear."""
    return InputError(f"needs more than {MOST_CHANGES} changes to be read: it is no telegram")


def join_names(outer: str, inner: str) -> str:
    """The name of a document inside a named document."""
    return f"{outer}:{inner}" if outer and inner else outer or inner


def size_words(size: int) -> str:
    """A size in bytes as people write it, for messages."""
    return f"{size / MEGABYTE:g} MB" if size >= MEGABYTE else f"{size} bytes"


# ---- The register of readers: one line each, in the order of their codes.
PACKED, ROWS, TEXT = "archives", "rows", "text"


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
    Reader("csv", ROWS, 20, "csv_dump", "CSV rows of 8 columns, header and body last", ('","',)),
    Reader("csv-head", ROWS, 21, "csv_rows", "CSV rows under a row of column names", (",", ";", "\t", "|")),
    Reader("csv-text", TEXT, 70, "csv_dump", "such a row inside a page", ('","',)),
    Reader("foia", TEXT, 80, "foia", "reading-room text with case stamps", ("Doc No",)),
    Reader("frus", TEXT, 10, "frus", "FRUS volumes and documents in TEI XML", ("http://www.tei-c.org/ns/1.0",)),
    Reader("gzip", PACKED, 11, "archives", "a gzip file", ("\x1f\x8b",)),
    Reader("html", TEXT, 30, "html", "web pages, the publisher's cable pages first", ("<pre", "</", "<br")),
    Reader("json", ROWS, 19, "json_rows", "a JSON object or an array of objects", ("{", "[")),
    Reader("jsonl", ROWS, 18, "json_rows", "a JSON object a line", ("{",)),
    Reader("labelled", TEXT, 60, "labelled_dump", "dumps with id:, refid: and header: lines", ("refid:",)),
    Reader("mail", TEXT, 40, "mail", "e-mail and mailboxes", ("Message-I", "MIME-V", "Received:", "From ")),
    Reader("pasted", TEXT, 90, "pasted", "text copied from a web page", ("Reference",)),
    Reader("pdf", ROWS, 13, "pdf", "the text layer of a PDF file", ("%PDF-",)),
    Reader("plusd", TEXT, 50, "plusd", "archive text with its attributes", ("Message Attributes", "BEGIN PGP")),
    Reader("zip", PACKED, 10, "archives", "a zip archive", ("PK\x03\x04", "PK\x05\x06")),
    Reader("zstd", PACKED, 12, "archives", "a Zstandard file", ("\x28\xb5\x2f\xfd",)),
)
CODES = tuple(sorted([reader.code for reader in READERS] + ["plain"]))


def of_stages(*stages: str) -> tuple[Reader, ...]:
    """The readers of these stages in the order of asking."""
    return tuple(sorted((reader for reader in READERS if reader.stage in stages), key=lambda reader: reader.rank))
