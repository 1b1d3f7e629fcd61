"""Define vocabulary tables and their entries. The data is in `rules/vocabulary/*.yaml`, and each entry cites its
source.

A table states whether it is complete. A rule can report a word as missing from a table only if the table is complete.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable, MutableMapping
from datetime import date

from .record import Record
from .values import Level


class Entry(Record):
    """An entry in a table.

    `forms` maps a kind ("banner", "portion", "spaced", "line" …) to spellings, the preferred one first. `since` and
    `until` are the first and last day of use, or None if there is no such limit. `facts` holds properties that only
    this table has.
    """

    code: str
    title: str
    forms: dict[str, tuple[str, ...]]
    rank: int | None
    since: date | None
    until: date | None
    source: str
    facts: dict[str, tuple[str, ...]]

    def __init__(  # written out, because every run creates hundreds, and compiling it takes 0.1 ms
        self,
        code: str,
        title: str,
        forms: dict[str, tuple[str, ...]],
        rank: int | None = None,
        since: date | None = None,
        until: date | None = None,
        source: str = "",
        facts: dict[str, tuple[str, ...]] | None = None,
    ) -> None:
        self.code = code
        self.title = title
        self.forms = forms
        self.rank = rank
        self.since = since
        self.until = until
        self.source = source
        self.facts = {} if facts is None else facts

    def in_use(self, day: date) -> bool:
        """Return whether the entry was in use on a given day."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)

    def fact(self, name: str) -> str:
        """Return a fact's first value, or an empty string."""
        values = self.facts.get(name, ())
        return values[0] if values else ""

    def spellings(self, *kinds: str) -> tuple[str, ...]:
        """Return the spellings of the given kinds (default: all kinds) in table order, without duplicates."""
        found: dict[str, None] = {}
        for kind, forms in self.forms.items():
            if not kinds or kind in kinds:
                found.update(dict.fromkeys(forms))
        return tuple(found)


class Table:
    """A table of entries that can be found by code or spelling."""

    __slots__ = ("_by_code", "_by_form", "complete", "entries", "name", "title")

    def __init__(self, name: str, title: str, complete: bool, entries: Iterable[Entry]) -> None:
        self.name = name
        self.title = title
        self.complete = complete
        self.entries = tuple(entries)
        self._by_code = {entry.code: entry for entry in self.entries}
        self._by_form: dict[str, Entry] | None = None

    def __contains__(self, code: str) -> bool:
        return code in self._by_code

    def __iter__(self):  # type: ignore[no-untyped-def]
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def get(self, code: str) -> Entry | None:
        """Return the entry with this code, or None if there is none."""
        return self._by_code.get(code)

    def find(self, form: str) -> Entry | None:
        """Return the entry with this spelling or code, or None. Case matters, so fold the argument first."""
        if self._by_form is None:
            forms: dict[str, Entry] = {}
            for entry in self.entries:
                for spelling in entry.spellings():
                    forms.setdefault(spelling, entry)
            for entry in self.entries:
                forms.setdefault(entry.code, entry)
            self._by_form = forms
        return self._by_form.get(form)

    def with_fact(self, name: str) -> tuple[Entry, ...]:
        """Return the entries that have a value for this fact, in file order."""
        return tuple(entry for entry in self.entries if entry.fact(name))

    def codes(self) -> tuple[str, ...]:
        """Return all codes in file order."""
        return tuple(self._by_code)

    def nearest(self, word: str) -> str | None:
        """Return the spelling or code most similar to `word`, for "did you mean" messages, or None if none is
        similar.
        """
        from difflib import get_close_matches  # 6 ms, and only when something is wrong

        self.find("")
        found = get_close_matches(word, list(self._by_form or ()), n=1, cutoff=0.74)
        return found[0] if found else None


class Vocabulary:
    """All tables by name. They contain every domain term that the parser and the operators use.

    `made` caches the patterns and indexes that the parser builds from the tables, keyed by the builder's name, for the
    lifetime of the tables. `scheme` is the entry for the profile whose own levels replace the `levels` table, or None.
    """

    __slots__ = ("_base", "_levels", "made", "scheme", "tables")

    def __init__(self, tables: Iterable[Table]) -> None:
        self.tables: MutableMapping[str, Table] = {table.name: table for table in tables}
        self.made: dict[str, object] = {}
        self.scheme: Entry | None = None
        self._base = self
        self._levels: dict[str, Level] | None = None

    def __getitem__(self, name: str) -> Table:
        return self.tables[name]

    def __contains__(self, name: str) -> bool:
        return name in self.tables

    def find(self, word: str) -> list[tuple[Table, Entry]]:
        """Return the entries for which the word is a spelling or code, grouped by table. Case matters, so fold it
        first.
        """
        found = ((table, table.find(word)) for table in self.tables.values())
        return [(table, entry) for table, entry in found if entry is not None]

    @property
    def schemes(self) -> tuple[Entry, ...]:
        """Return the profiles that have their own levels, in table order."""
        return tuple(entry for entry in self.tables["profiles"] if entry.fact("levels"))

    def of_profile(self, code: str) -> Vocabulary:
        """Return the vocabulary for documents with a given profile. If the profile has its own table of levels, those
        levels are used.
        """
        base = self._base
        entry = base.tables["profiles"].get(code) if "profiles" in base.tables else None
        if entry is None or not entry.fact("levels"):
            return base
        key = f"profile {code}"
        found = base.made.get(key)
        if not isinstance(found, Vocabulary):
            found = base.made[key] = Vocabulary(())
            found.tables = ChainMap({"levels": base.tables[entry.fact("levels")]}, base.tables)
            found.scheme, found._base = entry, base
        return found

    def is_unrecognized(self, profile: str) -> bool:
        """Return whether a profile is the one for documents whose marking belongs to no loaded scheme."""
        table = self.tables.get("profiles")
        entry = table.get(profile) if table is not None else None
        return entry is not None and bool(entry.fact("unrecognized"))

    def level(self, code: str) -> Level | None:
        """Return the level with this code in the `levels` table, or None."""
        if self._levels is None:
            self._levels = {
                entry.code: Level(
                    entry.code, entry.title or entry.code, entry.rank or 0, entry.fact("classified") == "yes"
                )
                for entry in self.tables["levels"].entries
            }
        return self._levels.get(code)

    def era(self, day: date) -> Entry | None:
        """Return the entry in the `eras` table that was in force on a day, or None if there is none."""
        for entry in self.tables["eras"].entries:
            if entry.in_use(day):
                return entry
        return None
