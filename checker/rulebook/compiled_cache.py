"""Cache loaded rules and vocabulary, so that a warm start reads no YAML.

The user's cache folder has one JSON file for each set of folders. The file is used only if every rule, vocabulary, and
telegram file has the recorded size and time (or the recorded content) and if cablecheck and Python have not changed.
The first line describes the rest, with a checksum; the second is parsed at once; each table and each rule has its own
line, parsed on first use; and the last line has what evaluation does not need. A cache that cannot be read is replaced.

Cached rules contain only data: operators, tables, and checks are looked up by name, and a path can read only fields of
the document model (`field_types.getter`).
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from datetime import date
from zlib import crc32

from .. import resources
from ..checks import CHECKS
from ..model import MODEL_VERSION
from ..resources import VERSION, read_regular_file
from ..vocabulary import Entry, Table, Vocabulary
from .field_types import field_names
from .ir import Any, Data, Expression
from .rule import Rule, Rulebook

LAYOUT = 5
MAX_BYTES = 4 << 20  # of a file of a pack
HEAD = ("aliases", "changed", "check", "era", "id", "name", "pack", "profile", "severity", "severity_before",
        "status", "tags", "when")  # fmt: skip
DETAILS = frozenset({"because", "chapter", "equivalent", "examples", "place", "reason", "since", "source", "summary"})
Stats = list[list[Any]]


def cache_path(folders: list[str]) -> str:
    """Return the path of the cache file for these folders, or "" if the cache folder cannot be used."""
    folder = resources.cache_dir()
    if not resources.is_cache_usable(folder):
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
            total.update(sha256(read_regular_file(path, MAX_BYTES)).digest())
        except OSError:
            total.update(b"-")
    return total.hexdigest()


def read(path: str, found: Stats) -> Rulebook | None:
    """Return the rules in the cache, or None if the files have changed or the cache cannot be read."""
    try:
        first, lines = _opened(path)
        if first["layout"] != LAYOUT:
            return None
        if first["stats"] != found:
            if [row[0] for row in first["stats"]] != [row[0] for row in found] or first["digest"] != digest(found):
                return None
            _write(path, [_line(first | {"stats": found}), *lines])
        return _rulebook(first["digest"], lines)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def _rulebook(digest: str, lines: list[bytes]) -> Rulebook | None:
    """Return the rules of the lines after the first; None if a rule needs a check that is not installed."""
    data = json.loads(lines[0])
    heads, names = data["heads"], data["tables"]
    if not all(_names_fields(head.get("when")) and head.get("check", "") in ("", *CHECKS) for head in heads):
        return None
    words = Vocabulary(CachedTable(name, line) for name, line in zip(names, lines[1:], strict=False))
    *rest, last = lines[1 + len(names) :]
    texts = Deferred(lambda: json.loads(last))
    rules = [_rule(head, line, texts) for head, line in zip(heads, rest, strict=True)]
    return Rulebook(rules, words, packs=tuple(data["packs"]), digest=digest)


def _rule(head: Data, line: bytes, texts: Callable[[], Data]) -> Rule:
    data = Deferred(lambda: head | json.loads(line))
    return Rule(head, Deferred(lambda: data() | texts()[head["id"]]), data)


class Deferred:
    """Data that is created on first use."""

    __slots__ = ("_data", "_make")

    def __init__(self, make: Callable[[], Data]) -> None:
        self._make = make
        self._data: Data | None = None

    def __call__(self) -> Data:
        if self._data is None:
            self._data = self._make()
        return self._data


def _names_fields(expr: Any) -> bool:
    """Return whether the paths in a guard name only fields of the model. Guards are compiled before any document."""
    if not isinstance(expr, list) or not expr:
        return True
    if isinstance(expr[0], int) and not isinstance(expr[0], bool):
        return all(name in field_names() for name in expr[1:] if isinstance(name, str))
    return all(map(_names_fields, expr))


def _opened(path: str) -> tuple[Data, list[bytes]]:
    """Return the first line, parsed, and the other lines. Raises `ValueError` if the checksum is wrong."""
    first, _, rest = resources.read_cache(path).partition(b"\n")
    data: Data = json.loads(first)
    if data["sum"] != crc32(rest):
        raise ValueError("the lines are not those that were written")
    return data, rest.split(b"\n")


def write(path: str, wanted: str, found: Stats, words: Vocabulary, rules: list[Data], packs: list[Data]) -> None:
    """Write a cache file; do nothing if that is not possible. `wanted` is the digest of the files that were read."""
    second = {
        "packs": packs,
        "tables": list(words.tables),
        "heads": [{name: rule[name] for name in HEAD if name in rule} for rule in rules],
    }
    data = [{name: value for name, value in rule.items() if name not in DETAILS and name not in HEAD} for rule in rules]
    details = {rule["id"]: {name: rule[name] for name in DETAILS if name in rule} for rule in rules}
    try:
        rest = list(map(_line, (second, *map(_table_code, words.tables.values()), *data, details)))
        first = {"layout": LAYOUT, "stats": found, "digest": wanted, "sum": crc32(b"\n".join(rest))}
        _write(path, [_line(first), *rest])
    except UnicodeEncodeError:  # the name of a folder is not UTF-8
        return


def _write(path: str, lines: list[bytes]) -> None:
    try:
        resources.write_cache(path, b"\n".join(lines))
    except OSError:
        return


def _line(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _table_code(table: Table) -> Expression:
    return [table.title, table.complete, [_entry_code(entry) for entry in table.entries]]


def _entry_code(entry: Entry) -> Expression:
    days = [None if day is None else day.isoformat() for day in (entry.since, entry.until)]
    return [entry.code, entry.title, entry.forms, entry.rank, *days, entry.source, entry.facts]


class CachedTable(Table):
    """A table in the cache, parsed on first use."""

    __slots__ = ("_line",)

    def __init__(self, name: str, line: bytes) -> None:
        self.name = name
        self._line = line

    def __getattr__(self, name: str) -> Any:
        if name not in Table.__slots__:
            raise AttributeError(name)
        title, complete, entries = json.loads(self._line)
        super().__init__(self.name, title, complete, [_entry(code) for code in entries])
        return getattr(self, name)


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
