"""What may be asked of a text, and the only place where a pattern of a rule file is compiled.

Patterns run in linear time: with google-re2 if it is installed, else with the standard library's engine. So that
both give the same answers, and the second cannot be made to hang, `patterns.py` admits only a proven subset of
RE2's language, at load, whichever engine will run it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from ..record import Record
from ..values import Date
from ..vocabulary import Entry, Table
from .scalars import equality
from .signature import Operator


class CompiledPattern(Record):
    """A compiled pattern; `full(text)` tells whether it matches the whole text."""

    words: str
    full: Callable[[str], object]


def compile_pattern(words: str, engine: str = "") -> CompiledPattern:
    """Compile a pattern that `patterns.refuse` let pass. `engine` is "re", "re2" or "" (re2 if installed)."""
    if engine != "re":
        try:
            import re2  # an optional package; 4 ms, and only when a rule has a pattern
        except ImportError:
            if engine:
                raise
        else:
            options = re2.Options()
            options.log_errors = False
            return CompiledPattern(words, re2.compile(words, options).fullmatch)
    return CompiledPattern(words, re.compile(words, re.ASCII).fullmatch)


def matches(value: str, pattern: CompiledPattern) -> bool:
    """The whole text has the form of the pattern."""
    return pattern.full(value) is not None


def not_matches(value: str, pattern: CompiledPattern) -> bool:
    """The whole text has not the form of the pattern."""
    return pattern.full(value) is None


def starts_with(value: str, parts: tuple[str, ...]) -> bool:
    """Begins with one of the texts."""
    return value.startswith(parts)


def ends_with(value: str, parts: tuple[str, ...]) -> bool:
    """Ends with one of the texts."""
    return value.endswith(parts)


def contains(value: str, parts: tuple[str, ...]) -> bool:
    """Holds one of the texts."""
    return any(part in value for part in parts)


def lacks(value: str, parts: tuple[str, ...]) -> bool:
    """Holds none of the texts."""
    return not contains(value, parts)


def in_table(value: str, table: Table) -> bool:
    """A code or a spelling of the table."""
    return table.find(value) is not None


def not_in_table(value: str, table: Table) -> bool:
    """Neither a code nor a spelling of the table."""
    return table.find(value) is None


def in_use(value: str, asked: tuple[Table, Date]) -> bool | None:
    """A word of the table that was in use on that day; unknown where the day is not known well enough."""
    entry = asked[0].find(value)
    if entry is None:
        return False
    first, last = _in_use(entry, asked[1].first), _in_use(entry, asked[1].last)
    return first if first == last else None


def not_in_use(value: str, asked: tuple[Table, Date]) -> bool | None:
    """A word of the table that was not in use on that day. A word outside the table is another rule's matter."""
    return False if asked[0].find(value) is None else _not(in_use(value, asked))


def _not(answer: bool | None) -> bool | None:
    return None if answer is None else not answer


def _in_use(entry: Entry, day: date) -> bool:
    return entry.in_use(day)


def has_fact(value: str, asked: tuple[Table, str, frozenset[str]]) -> bool:
    """The table's entry for this word has one of the values of a fact."""
    entry = asked[0].find(value)
    return entry is not None and not asked[2].isdisjoint(entry.facts.get(asked[1], ()))


def lacks_fact(value: str, asked: tuple[Table, str, frozenset[str]]) -> bool:
    """The table's entry for this word has none of the values of a fact, or there is no such entry."""
    return not has_fact(value, asked)


def length(value: str, bounds: tuple[int, int]) -> bool:
    """The number of its letters (code points) lies between the bounds, both included."""
    return bounds[0] <= len(value) <= bounds[1]


TEXT = (
    *equality("text"),
    Operator("matches", "pattern", matches, "the whole text has this form (a linear pattern)", opposite="not_matches"),
    Operator("not_matches", "pattern", not_matches, "the whole text has not this form; true when absent", absent=True,
             opposite="matches"),
    Operator("starts_with", "parts", starts_with, "begins with the text, or one of the list"),
    Operator("ends_with", "parts", ends_with, "ends with the text, or one of the list"),
    Operator("contains", "parts", contains, "holds the text, or one of the list", opposite="lacks"),
    Operator("lacks", "parts", lacks, "does not hold the text, nor one of the list; true when absent", absent=True,
             opposite="contains"),
    Operator("in_table", "table", in_table, "is a code or a spelling of the table", opposite="not_in_table"),
    Operator("not_in_table", "table", not_in_table, "is not in the table; true when absent", absent=True,
             opposite="in_table"),
    Operator("in_use", "table_on", in_use, "is a word of the table in use on the day: {table: name, on: {field: date}}",
             opposite="not_in_use"),
    Operator("not_in_use", "table_on", not_in_use, "is a word of the table, but not in use on the day",
             opposite="in_use"),
    Operator("has_fact", "fact", has_fact, "its entry has the fact: {table: name, fact: name, is: value or list}",
             opposite="lacks_fact"),
    Operator("lacks_fact", "fact", lacks_fact, "its entry has not the fact; true when absent", absent=True,
             opposite="has_fact"),
    Operator("length", "length", length, "has so many letters: {min: N, max: N}"),
)  # fmt: skip
