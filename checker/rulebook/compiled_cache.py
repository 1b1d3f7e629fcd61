"""Cache loaded rules and vocabulary, so that a warm start does not parse YAML.

The user's cache folder contains one JSON file for each set of rule folders. The file is used only if the size and time
(or the content) of every rule, vocabulary, and telegram file is unchanged, and cablecheck and Python have not changed.
The first line describes the other lines and contains their checksums. The second and the third, which contain what is
needed to select rules and evaluate guards, are always parsed. Each entry of a table has its own line, and each rule has
two, the second for the words of a finding; a line is parsed on first use. The last line, which takes up three-quarters
of the file, is also read on first use; it contains the data that evaluation does not need. A cache that cannot be read
is replaced.

Cached rules contain only data: operators, tables, and checks are looked up by name, and a path can access only fields
of the document model (`field_types.getter`).
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from datetime import date
from functools import cache
from zlib import crc32

from .. import resources
from ..checks import CHECKS
from ..model import MODEL_VERSION
from ..resources import VERSION, read_regular_file
from ..vocabulary import Entry, Table, Vocabulary
from .field_types import field_names
from .ir import Any, Data, Expression
from .rule import Rule, Rulebook

try:
    from _json import encode_basestring, make_scanner
except ImportError:  # not CPython
    from json import JSONDecoder
    from json.encoder import encode_basestring

    _scan = JSONDecoder().scan_once  # type: ignore[attr-defined]
else:

    class _Decoding:
        """The defaults of `json.loads`. Importing `json` compiles six regular expressions (1 ms)."""

        strict = True
        object_hook = object_pairs_hook = None
        parse_float = parse_constant = float
        parse_int = int

    _scan = make_scanner(_Decoding)  # type: ignore[arg-type]

LAYOUT = 9
MAX_BYTES = 4 << 20  # for one file in a pack
HEAD = ("aliases", "changed", "check", "era", "id", "name", "pack", "profile", "severity", "severity_before",
        "status", "tags", "when")  # fmt: skip
WORDS = frozenset({"cite", "help", "message"})  # only a finding needs them
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
    """Return the path, size, modification time, and inode of each file that the loader reads. A folder that cannot be
    read is listed with the size -1.
    """
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
    """Return a SHA-256 digest of the files' names and contents."""
    from hashlib import sha256  # loads OpenSSL (3 ms); a warm start needs no digest

    total = sha256()
    for path, *_ in found:
        total.update(os.path.basename(path).encode("utf-8", "surrogateescape") + b"\0")
        try:
            total.update(sha256(read_regular_file(path, MAX_BYTES)).digest())
        except OSError:
            total.update(b"-")
    return total.hexdigest()


def read(path: str, found: Stats, load: Callable[[], list[Data]]) -> Rulebook | None:
    """Return the cached rules, or None if files have changed or the cache cannot be read.

    `load` returns the rules from the rule files; it is called if the cache changes before it has been read completely.
    """
    try:
        first, lines = _opened(path)
        if first["layout"] != LAYOUT:
            return None
        if first["stats"] != found:
            if [row[0] for row in first["stats"]] != [row[0] for row in found] or first["digest"] != digest(found):
                return None
            first["stats"] = found
            _write(path, [_line(first), *lines, _last_line(path, first)])
        texts = cache(lambda: _details(path, first, load))
        return _rulebook(first["digest"], lines, texts)
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return None


def _rulebook(digest: str, lines: list[memoryview], texts: Callable[[], Data]) -> Rulebook | None:
    """Return the rulebook in a cache file, given the lines after the first. Return None if a guard uses a field that
    the model lacks, or a rule needs a check that is not installed.
    """
    data, conditions = _parsed(lines[0]), _parsed(lines[1])
    heads, names = data["heads"], data["tables"]
    if not field_names().issuperset(_names(lines[1])) or not {"", *CHECKS}.issuperset(data["checks"]):
        return None
    for head in heads:
        if "when" in head:
            head["when"] = _with_conditions(head["when"], conditions)
    words = Vocabulary(CachedTable(name, line) for name, line in zip(names, lines[2:], strict=False))
    rules = [CachedRule(head, line, texts) for head, line in zip(heads, lines[2 + len(names) :], strict=True)]
    return Rulebook(rules, words, packs=tuple(data["packs"]), digest=digest)


def _with_conditions(guard: int | list[int], conditions: list[Expression]) -> Expression:
    """Return a guard, given its condition, or the conditions that it combines with "and", as positions in the list of
    all guards' conditions. Guards share most of their conditions.
    """
    return conditions[guard] if isinstance(guard, int) else ["and", [conditions[part] for part in guard]]


def _names(conditions: memoryview) -> set[str]:
    """Return the names of all fields used in conditions, given the conditions as JSON."""
    paths = set(re.findall(rb'\[\d+,"([A-Za-z0-9_",]+)"\]', conditions))  # much faster than walking the conditions
    return {name for path in paths for name in path.decode().split('","')}


def _details(path: str, first: Data, load: Callable[[], list[Data]]) -> Data:
    """Return the data that evaluation does not need, by rule id."""
    try:
        details: Data = _parsed(_last_line(path, first))
    except (OSError, ValueError):
        return {rule["id"]: rule for rule in load()}
    return details


def _last_line(path: str, first: Data) -> bytes:
    """Return the last line of a cache file. Raises `OSError` if it cannot be read, and `ValueError` if its checksum is
    wrong.
    """
    with resources.open_cache(path) as file:
        file.readline()
        file.seek(sum(first["sizes"]), os.SEEK_CUR)
        line = file.read()
    if first["last"] != crc32(line):
        raise ValueError("the last line is not the line that was written")
    return line


class CachedRule(Rule):
    """A rule in the cache. Only its head has been parsed; the rest is parsed on first use."""

    __slots__ = ("_data", "_line", "_tests", "_texts")

    def __init__(self, head: Data, line: memoryview, texts: Callable[[], Data]) -> None:
        super().__init__(head)
        self._line = line
        self._texts = texts
        self._data: Data | None = None
        self._tests: Data | None = None

    @property
    def data(self) -> Data:
        """Return the data needed for evaluation."""
        if self._data is None:
            self._data = self.tests | _parsed(bytes(self._line).split(b"\n")[1])
        return self._data

    @property
    def tests(self) -> Data:
        """Return the part of `data` that decides whether a document passes, without the words of a finding."""
        if self._tests is None:
            self._tests = self.head | _parsed(bytes(self._line).split(b"\n")[0])
        return self._tests

    @property
    def details(self) -> Data:
        """Return all of the rule's data, including data that evaluation does not need."""
        more: Data = self._texts().get(self.id, {})
        return self.data | more


_MOST_LOOKUPS = 20  # entries that are parsed one by one, and words that are not found, before a table is parsed


def _opened(path: str) -> tuple[Data, list[memoryview]]:
    """Return the parsed first line of a cache file, and the other lines except the last.

    Raises `ValueError` if the checksum is wrong.
    """
    with resources.open_cache(path) as file:
        first: Data = _parsed(file.readline())
        data = memoryview(file.read(sum(first["sizes"])))
    if first["sum"] != crc32(data):
        raise ValueError("the lines are not those that were written")
    lines, start = [], 0
    for size in first["sizes"]:
        lines.append(data[start : start + size])
        start += size
    return first, lines


def _parsed(line: bytes | memoryview) -> Any:
    """Return the value of a line of JSON. Raises `ValueError` if it is not one value."""
    text = str(line, "utf-8").strip()
    try:
        value, end = _scan(text, 0)
    except StopIteration:
        end = -1
    if end != len(text):
        raise ValueError("not JSON")
    return value


def write(path: str, wanted: str, found: Stats, words: Vocabulary, rules: list[Data], packs: list[Data]) -> None:
    """Write a cache file, or do nothing if writing fails. `wanted` is the digest of the files that were read."""
    heads = [{name: rule[name] for name in HEAD if name in rule} for rule in rules]
    conditions: dict[str, int] = {}  # the position of each, by its JSON
    for head in heads:
        if "when" in head:
            head["when"] = _without_conditions(head["when"], conditions)
    second = {
        "packs": packs,
        "tables": list(words.tables),
        "checks": sorted({head.get("check", "") for head in heads}),
        "heads": heads,
    }
    data = [{name: value for name, value in rule.items() if name not in DETAILS and name not in HEAD} for rule in rules]
    details = {rule["id"]: {name: rule[name] for name in DETAILS if name in rule} for rule in rules}
    try:
        shared = [_parsed(condition.encode()) for condition in conditions]
        lines = [_line(second), _line(shared), *map(_table_lines, words.tables.values()), *map(_rule_lines, data)]
        last = _line(details)
        sums = {"sizes": list(map(len, lines)), "sum": crc32(b"".join(lines)), "last": crc32(last)}
        _write(path, [_line({"layout": LAYOUT, "stats": found, "digest": wanted} | sums), *lines, last])
    except UnicodeEncodeError:  # the name of a folder is not UTF-8
        return


def _without_conditions(guard: Expression, conditions: dict[str, int]) -> int | list[int]:
    """Return a guard as `_with_conditions` takes it, and add its conditions to `conditions`."""
    if guard[0] == "and":
        return [conditions.setdefault(_json(part), len(conditions)) for part in guard[1]]
    return conditions.setdefault(_json(guard), len(conditions))


def _write(path: str, lines: list[bytes | memoryview]) -> None:
    try:
        resources.write_cache(path, b"".join(lines))
    except OSError:
        return


def _line(value: Any) -> bytes:
    return _json(value).encode() + b"\n"


def _json(value: Any) -> str:
    import json  # only to write a cache

    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _table_lines(table: Table) -> bytes:
    """Return a table as JSON, with each entry on a line of its own."""
    entries = b",".join(b"\n" + _line(_entry_code(entry)).rstrip() for entry in table.entries)
    return _line([table.title, table.complete]).rstrip(b"]\n") + b",[" + entries + b"\n]]\n"


def _rule_lines(data: Data) -> bytes:
    """Return a rule's data as JSON in two lines, the second of which contains the words of a finding."""
    return b"".join(_line({name: data[name] for name in data if (name in WORDS) == words}) for words in (False, True))


def _entry_code(entry: Entry) -> Expression:
    days = [None if day is None else day.isoformat() for day in (entry.since, entry.until)]
    code = [entry.code, entry.title, entry.forms, entry.source, entry.facts]
    return code if (entry.rank, *days) == (None, None, None) else [*code, entry.rank, *days]  # most have none


class CachedTable(Table):
    """A table in the cache, parsed on first use. The first few lookups parse only the entry that they find: the TAGS
    tables contain 1,200 entries, of which a telegram needs four.
    """

    __slots__ = ("_line", "_lookups")

    def __init__(self, name: str, line: memoryview) -> None:
        self.name = name
        self._line = line
        self._lookups = 0

    def __getattr__(self, name: str) -> Any:
        if name not in Table.__slots__:
            raise AttributeError(name)
        title, complete, entries = _parsed(self._line)
        super().__init__(self.name, title, complete, list(map(_entry, entries)))
        self._lookups = _MOST_LOOKUPS
        return getattr(self, name)

    def find(self, form: str) -> Entry | None:
        """Return the entry with this spelling or code, or None. The search is case-sensitive, so fold the argument
        first.
        """
        return self._find_alone(form) if self._lookups < _MOST_LOOKUPS else super().find(form)

    def with_fact(self, name: str) -> tuple[Entry, ...]:
        """Return the entries that have a value for this fact. Unless the table has been parsed, parse only the entries
        in which the name occurs.
        """
        if self._lookups >= _MOST_LOOKUPS:
            return super().with_fact(name)
        sign = f"{encode_basestring(name)}:".encode()
        lines = bytes(self._line).split(b"\n")[1:]
        found = [_entry(_parsed(line.rstrip(b","))) for line in lines if sign in line]
        return tuple(entry for entry in found if entry.fact(name))

    def _find_alone(self, form: str) -> Entry | None:
        """Return the result of `find`, and parse only the entries in which the form occurs."""
        line = bytes(self._line)
        quoted = encode_basestring(form).encode("utf-8", "surrogatepass")
        place = line.find(quoted, line.index(b"\n"))
        with_code: Entry | None = None
        while place >= 0:
            self._lookups += 1
            start, end = line.rindex(b"\n", 0, place), line.index(b"\n", place)
            entry = _entry(_parsed(line[start:end].rstrip(b",")))
            if form in entry.spellings():
                return entry
            if with_code is None and form == entry.code:
                with_code = entry
            place = line.find(quoted, end)
        self._lookups += 1
        return with_code


def _entry(code: Expression) -> Entry:
    name, title, forms, source, facts, *rest = code
    rank, since, until = rest or (None, None, None)
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
