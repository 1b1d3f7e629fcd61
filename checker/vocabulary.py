"""The shape of the word tables. The words themselves are in `rules/vocabulary/*.yaml`, each with its source.

A table has entries; an entry has a code, a title, forms (the spellings it takes, by kind), a rank, the days from
which and until which it was in use, and its source. A table says whether its list is complete: only then may a
rule call a word that is not in it wrong.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from .record import Record
from .values import Level


class Entry(Record):
    """One word of a table.

    `forms` maps a kind ("banner", "portion", "spaced", "line" …) to its spellings, the preferred one first.
    `since` and `until` are inclusive days, `None` for open. `facts` holds what only this table knows: every
    value is a tuple of strings.
    """

    code: str
    title: str
    forms: dict[str, tuple[str, ...]]
    rank: int | None = None
    since: date | None = None
    until: date | None = None
    source: str = ""
    facts: dict[str, tuple[str, ...]] = {}  # noqa: RUF012

    def in_use(self, day: date) -> bool:
        """Whether the word was in use on that day."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)

    def fact(self, name: str) -> str:
        """The one value of a fact, or an empty string."""
        values = self.facts.get(name, ())
        return values[0] if values else ""

    def spellings(self, *kinds: str) -> tuple[str, ...]:
        """The spellings of the kinds named (of every kind if none is), without repeats, in order."""
        found: dict[str, None] = {}
        for kind, forms in self.forms.items():
            if not kinds or kind in kinds:
                found.update(dict.fromkeys(forms))
        return tuple(found)


class Table:
    """One table of words: found by code or by any spelling."""

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
        """The entry with that code."""
        return self._by_code.get(code)

    def find(self, form: str) -> Entry | None:
        """The entry with that spelling, or with that code. Exact letters: fold case before asking."""
        if self._by_form is None:
            forms: dict[str, Entry] = {}
            for entry in self.entries:
                for spelling in entry.spellings():
                    forms.setdefault(spelling, entry)
            for entry in self.entries:
                forms.setdefault(entry.code, entry)
            self._by_form = forms
        return self._by_form.get(form)

    def codes(self) -> tuple[str, ...]:
        """All codes, in the order of the file."""
        return tuple(self._by_code)

    def nearest(self, word: str) -> str | None:
        """The spelling or code most like `word`, for "did you mean"; `None` if nothing is near."""
        from difflib import get_close_matches  # 6 ms, and only when something is wrong

        self.find("")
        found = get_close_matches(word, list(self._by_form or ()), n=1, cutoff=0.74)
        return found[0] if found else None


class Vocabulary:
    """All tables, by name. Handed to the parser and to the operators; Python itself holds no word.

    `made` keeps what a reader of the tables built from them (patterns, an index of spellings), by the builder's
    name, so that it lives as long as the tables do and is built once.
    """

    __slots__ = ("_levels", "made", "tables")

    def __init__(self, tables: Iterable[Table]) -> None:
        self.tables = {table.name: table for table in tables}
        self.made: dict[str, object] = {}
        self._levels: dict[str, Level] | None = None

    def __getitem__(self, name: str) -> Table:
        return self.tables[name]

    def __contains__(self, name: str) -> bool:
        return name in self.tables

    def level(self, code: str) -> Level | None:
        """The level with that code of the table `levels`."""
        if self._levels is None:
            self._levels = {
                entry.code: Level(entry.code, entry.title, entry.rank or 0, entry.fact("classified") == "yes")
                for entry in self.tables["levels"].entries
            }
        return self._levels.get(code)

    def era(self, day: date) -> Entry | None:
        """The entry of the table `eras` in force on that day."""
        for entry in self.tables["eras"].entries:
            if entry.in_use(day):
                return entry
        return None
