"""The checked rules and words, kept between runs, so that a warm start reads no YAML.

One JSON file in the user's cache folder per set of folders. It is taken only if every file of rules, words and
telegrams has the size and time it had (or, where a time has changed, the same bytes), and tool and Python are the
same. A cache that cannot be read is made anew; one that cannot be written is done without. The first line tells what
the rest was made of, with a sum over the rest; the second is opened at once; each table and each rule has a line of its
own, opened when somebody asks for it; what only people read of a rule is in a second file beside the first.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import ItemsView, Iterator, KeysView, ValuesView
from datetime import date
from zlib import crc32

from ..model import MODEL_VERSION
from ..resources import VERSION
from ..vocabulary import Entry, Table, Vocabulary
from .ir import Any, Data, Expression

LAYOUT = 4
HEAD = ("aliases", "changed", "check", "era", "id", "name", "pack", "profile", "severity", "status", "tags", "when")
DETAILS = frozenset({"because", "chapter", "equivalent", "examples", "place", "reason", "since", "source", "summary"})
Stats = list[list[Any]]


def cache_path(folders: list[str]) -> str:
    """The path of the cache file for these folders; "" where there is no home to keep one in."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    if not os.path.isabs(base):
        home = os.path.expanduser("~")
        if not os.path.isabs(home):
            return ""
        base = os.path.join(home, ".cache")
    names = "\0".join([VERSION, sys.version, str(LAYOUT), str(MODEL_VERSION), *map(os.path.abspath, folders)])
    data = names.encode("utf-8", "surrogateescape")
    key = f"{crc32(data):08x}{crc32(data[::-1]):08x}"  # a name, no proof: the file itself says what it is of
    return os.path.join(base, "cablecheck", f"rules-{key}.json")


def stats(folders: list[str]) -> Stats:
    """Path, size, time and file number of everything a load reads."""
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
    """SHA-256 over names and bytes of the files."""
    from hashlib import sha256  # it loads OpenSSL, 3 ms, and a warm start needs no digest

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
        size = 1 + len(data["tables"])
        data["tables"] = dict(zip(data["tables"], lines[1:], strict=False))
        data["rules"] = [CachedRule(head, line) for head, line in zip(data["heads"], lines[size:], strict=True)]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return data


def _opened(path: str) -> tuple[Data, list[str]]:
    """The first line of a kept file, read, and the lines behind it. Raises `ValueError` where these have changed."""
    with open(path, "rb") as file:
        first, _, rest = file.read().partition(b"\n")
    data: Data = json.loads(first)
    if data["sum"] != crc32(rest):
        raise ValueError("the lines are not those that were written")
    return data, rest.decode().split("\n")


def _summed(first: Data, rest: list[str]) -> list[str]:
    """The lines of a file to keep, the sum of the rest in the first."""
    return [_dump(first | {"sum": crc32("\n".join(rest).encode("utf-8", "replace"))}), *rest]


def write(path: str, lines: list[str]) -> None:
    """Write the cache beside its place and move it there; a folder that refuses is no trouble."""
    beside = f"{path}.{os.getpid()}"
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        with open(beside, "w", encoding="utf-8", newline="\n") as file:
            file.write("\n".join(lines))
        os.replace(beside, path)
    except (OSError, UnicodeEncodeError):
        try:
            os.unlink(beside)
        except OSError:
            return


class CachedRule:
    """A rule out of the cache: its head at once, all of its data when called."""

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
    """Words and rules as the lines of the cache. `wanted` is the digest of the files they were read from."""
    first = {"layout": LAYOUT, "stats": found, "digest": wanted}
    second = {
        "packs": packs,
        "tables": list(words.tables),
        "heads": [{name: rule[name] for name in HEAD if name in rule} for rule in rules],
    }
    kept = [{name: value for name, value in rule.items() if name not in DETAILS and name not in HEAD} for rule in rules]
    tables = map(_table_code, words.tables.values())
    return _summed(first, [_dump(second), *map(_dump, tables), *map(_dump, kept)])


def details_path(path: str) -> str:
    """Where the details to a cache file are."""
    return path.removesuffix(".json") + "-details.json"


def serialize_details(wanted: str, rules: list[Data]) -> list[str]:
    """What only people read, rule by rule."""
    details = {rule["id"]: {name: rule[name] for name in DETAILS if name in rule} for rule in rules}
    return _summed({"digest": wanted}, [_dump(details)])


class DetailsCache:
    """What only people read of the rules of some folders: from the cache, else from the rule files themselves."""

    def __init__(self, path: str, wanted: str, folders: list[str]) -> None:
        self.path = path
        self.wanted = wanted
        self.folders = folders
        self._found: dict[str, Data] | None = None

    def of(self, rule: str) -> Data:
        """The details of one rule."""
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
        from . import loader  # the second file is gone: rare

        return {rule["id"]: rule for rule in loader.read_folders(self.folders)[1]}


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _table_code(table: Table) -> Expression:
    return [table.name, table.title, table.complete, [_entry_code(entry) for entry in table.entries]]


def _entry_code(entry: Entry) -> Expression:
    days = [None if day is None else day.isoformat() for day in (entry.since, entry.until)]
    return [entry.code, entry.title, entry.forms, entry.rank, *days, entry.source, entry.facts]


def table_of(words: str) -> Table:
    """A table out of the cache."""
    name, title, complete, entries = json.loads(words)
    return Table(name, title, complete, [_entry(code) for code in entries])


def _entry(code: Expression) -> Entry:
    name, title, forms, rank, since, until, source, facts = code
    for kind in forms:  # in place: a warm start makes 800 entries
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
    """Tables that are opened when they are first asked for."""

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
        """The table, or the default."""
        return self[name] if name in self.packed else default

    def _open(self) -> None:
        for name in self.packed:
            _ = self[name]

    def keys(self) -> KeysView[str]:  # type: ignore[override]
        """All names."""
        self._open()
        return super().keys()

    def values(self) -> ValuesView[Table]:  # type: ignore[override]
        """All tables, opened."""
        self._open()
        return super().values()

    def items(self) -> ItemsView[str, Table]:  # type: ignore[override]
        """All names and tables, opened."""
        self._open()
        return super().items()


def vocabulary_of(data: Data) -> Vocabulary:
    """The words of a cache."""
    words = Vocabulary(())
    words.tables = LazyTables(data["tables"])
    return words
