"""A cache of loaded rules and vocabulary, so that a warm start reads no YAML.

There is one JSON file for each set of folders in the user's cache folder. It is used only if every rule, vocabulary and
telegram file has the recorded size and time (or the recorded content) and if cablecheck and Python have not changed.
The first line describes the rest, with a checksum; the second is parsed at once; each table and each rule has its own
line, parsed on first use. A second file has what evaluation does not need. A cache that cannot be read is replaced.

Cached rules hold only data: operators, tables and checks are looked up by name, and a path can read nothing but fields
of the document model (`field_types.getter`).
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import ItemsView, Iterator, KeysView, ValuesView
from datetime import date
from zlib import crc32

from .. import cache_folder
from ..model import MODEL_VERSION
from ..resources import VERSION
from ..vocabulary import Entry, Table, Vocabulary
from .field_types import field_names
from .ir import Any, Data, Expression

LAYOUT = 4
HEAD = ("aliases", "changed", "check", "era", "id", "name", "pack", "profile", "severity", "status", "tags", "when")
DETAILS = frozenset({"because", "chapter", "equivalent", "examples", "place", "reason", "since", "source", "summary"})
Stats = list[list[Any]]


def cache_path(folders: list[str]) -> str:
    """Return the path of the cache file for these folders, or "" if the cache folder cannot be used."""
    folder = cache_folder.path()
    if not cache_folder.usable(folder):
        return ""
    names = "\0".join([VERSION, sys.version, str(LAYOUT), str(MODEL_VERSION), *map(os.path.abspath, folders)])
    data = names.encode("utf-8", "surrogateescape")
    key = f"{crc32(data):08x}{crc32(data[::-1]):08x}"
    return os.path.join(folder, f"rules-{key}.json")


def stats(folders: list[str]) -> Stats:
    """Return path, size, modification time and inode of each file that a load reads."""
    found: Stats = []
    for folder in folders:
        for home, ends in ((folder, ".yaml"), (f"{folder}/vocabulary", ".yaml"), (f"{folder}/telegrams", ".txt")):
            try:
                with os.scandir(home) as entries:
                    for entry in sorted(entries, key=lambda each: each.name):
                        if entry.name.endswith(ends):
                            about = entry.stat()
                            found.append([entry.path, about.st_size, about.st_mtime_ns, about.st_ino])
            except OSError:
                found.append([home, -1, 0, 0])
    return found


def digest(found: Stats) -> str:
    """Return a SHA-256 digest of the names and contents of the files."""
    from hashlib import sha256  # loads OpenSSL (3 ms); a warm start needs no digest

    total = sha256()
    for path, *_ in found:
        total.update(os.path.basename(path).encode("utf-8", "surrogateescape") + b"\0")
        try:
            with open(path, "rb") as file:
                total.update(sha256(file.read()).digest())
        except OSError:
            total.update(b"-")
    return total.hexdigest()


def read(path: str, found: Stats) -> Data | None:
    """What the cache holds, if it still tells the truth: its first lines, the tables' lines, and rules as
    `CachedRule`.
    """
    try:
        data, lines = _opened(path)
        if data["layout"] != LAYOUT:
            return None
        if data["stats"] != found:
            if [row[0] for row in data["stats"]] != [row[0] for row in found] or data["digest"] != digest(found):
                return None
            data["stats"] = found
            write(path, [_dump(data), *lines])
        data |= json.loads(lines[0])
        if not all(_names_fields(head.get("when")) for head in data["heads"]):
            return None
        size = 1 + len(data["tables"])
        data["tables"] = dict(zip(data["tables"], lines[1:], strict=False))
        data["rules"] = [CachedRule(head, line) for head, line in zip(data["heads"], lines[size:], strict=True)]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return data


def _names_fields(expr: Any) -> bool:
    """Return whether the paths in a guard name only fields of the model. Guards are compiled before any document."""
    if not isinstance(expr, list) or not expr:
        return True
    if isinstance(expr[0], int) and not isinstance(expr[0], bool):
        return all(name in field_names() for name in expr[1:] if isinstance(name, str))
    return all(map(_names_fields, expr))


def _opened(path: str) -> tuple[Data, list[str]]:
    """Return the first line, parsed, and the other lines. Raises `ValueError` if the checksum is wrong."""
    first, _, rest = cache_folder.read(path).partition(b"\n")
    data: Data = json.loads(first)
    if data["sum"] != crc32(rest):
        raise ValueError("the lines are not those that were written")
    return data, rest.decode().split("\n")


def _summed(first: Data, rest: list[str]) -> list[str]:
    """Return the lines of a file, with a checksum of the rest in the first line."""
    return [_dump(first | {"sum": crc32("\n".join(rest).encode("utf-8", "replace"))}), *rest]


def write(path: str, lines: list[str]) -> None:
    """Write a cache file; do nothing if that is not possible."""
    try:
        cache_folder.write(path, "\n".join(lines).encode())
    except (OSError, UnicodeEncodeError):
        return


class CachedRule:
    """A rule in the cache: `head` at once, all data that evaluation needs when called."""

    __slots__ = ("_full", "_line", "head")

    def __init__(self, head: Data, line: str) -> None:
        self.head = head
        self._line = line
        self._full: Data | None = None

    def __call__(self) -> Data:
        if self._full is None:
            self._full = self.head | json.loads(self._line)
        return self._full


def serialize(wanted: str, found: Stats, words: Vocabulary, rules: list[Data], packs: list[Data]) -> list[str]:
    """Return the lines of the cache. `wanted` is the digest of the files that were read."""
    first = {"layout": LAYOUT, "stats": found, "digest": wanted}
    second = {
        "packs": packs,
        "tables": list(words.tables),
        "heads": [{name: rule[name] for name in HEAD if name in rule} for rule in rules],
    }
    data = [{name: value for name, value in rule.items() if name not in DETAILS and name not in HEAD} for rule in rules]
    tables = map(_table_code, words.tables.values())
    return _summed(first, [_dump(second), *map(_dump, tables), *map(_dump, data)])


def details_path(path: str) -> str:
    """Return the path of the file with the details."""
    return path.removesuffix(".json") + "-details.json"


def serialize_details(wanted: str, rules: list[Data]) -> list[str]:
    """Return the lines of the file with the details."""
    details = {rule["id"]: {name: rule[name] for name in DETAILS if name in rule} for rule in rules}
    return _summed({"digest": wanted}, [_dump(details)])


class DetailsCache:
    """The details of rules, which evaluation does not need: from the cache, else from the rule files."""

    def __init__(self, path: str, wanted: str, folders: list[str]) -> None:
        self.path = path
        self.wanted = wanted
        self.folders = folders
        self._found: dict[str, Data] | None = None

    def of(self, rule: str) -> Data:
        """Return the details of one rule."""
        if self._found is None:
            self._found = self._read()
        return self._found.get(rule, {})

    def _read(self) -> dict[str, Data]:
        try:
            about, lines = _opened(details_path(self.path))
            if about["digest"] == self.wanted:
                found: dict[str, Data] = json.loads(lines[0])
                return found
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            pass
        from . import loader  # rare: the file is missing

        return {rule["id"]: rule for rule in loader.read_folders(self.folders)[1]}


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _table_code(table: Table) -> Expression:
    return [table.name, table.title, table.complete, [_entry_code(entry) for entry in table.entries]]


def _entry_code(entry: Entry) -> Expression:
    days = [None if day is None else day.isoformat() for day in (entry.since, entry.until)]
    return [entry.code, entry.title, entry.forms, entry.rank, *days, entry.source, entry.facts]


def table_of(words: str) -> Table:
    """Parse a table from its line."""
    name, title, complete, entries = json.loads(words)
    return Table(name, title, complete, [_entry(code) for code in entries])


def _entry(code: Expression) -> Entry:
    name, title, forms, rank, since, until, source, facts = code
    for kind in forms:  # in place, because a warm start builds 800 entries
        forms[kind] = tuple(forms[kind])
    for fact in facts:
        facts[fact] = tuple(facts[fact])
    return Entry(
        name,
        title,
        forms,
        rank,
        date.fromisoformat(since) if since else None,
        date.fromisoformat(until) if until else None,
        source,
        facts,
    )


class LazyTables(dict[str, Table]):
    """Tables by name, parsed on first use."""

    def __init__(self, packed: dict[str, str]) -> None:
        super().__init__()
        self.packed = packed

    def __missing__(self, name: str) -> Table:
        table = self[name] = table_of(self.packed[name])
        return table

    def __contains__(self, name: object) -> bool:
        return name in self.packed

    def __iter__(self) -> Iterator[str]:
        return iter(self.packed)

    def __len__(self) -> int:
        return len(self.packed)

    def get(self, name: str, default: Any = None) -> Any:
        """Return a table, or the default."""
        return self[name] if name in self.packed else default

    def _open(self) -> None:
        for name in self.packed:
            _ = self[name]

    def keys(self) -> KeysView[str]:  # type: ignore[override]
        """Return all names."""
        self._open()
        return super().keys()

    def values(self) -> ValuesView[Table]:  # type: ignore[override]
        """Return all tables, parsed."""
        self._open()
        return super().values()

    def items(self) -> ItemsView[str, Table]:  # type: ignore[override]
        """Return all names and tables, parsed."""
        self._open()
        return super().items()


def vocabulary_of(data: Data) -> Vocabulary:
    """Return the vocabulary in the cache."""
    words = Vocabulary(())
    words.tables = LazyTables(data["tables"])
    return words
