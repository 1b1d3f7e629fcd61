"""Operators for text, and the only place that compiles the patterns of rule files.

Patterns run in linear time: with google-re2 if it is installed, else with `re`. regex_subset accepts only patterns that
both engines read alike and that `re` matches in linear time, whichever engine is used.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from ..record import Record
from ..values import Date
from ..vocabulary import Table
from .date_comparison import negate
from .scalars import Operator, equality


class CompiledPattern(Record):
    """A compiled pattern; `full(text)` returns a match of the whole text, or None."""

    text: str
    full: Callable[[str], object]


def compile_pattern(text: str, engine: str = "") -> CompiledPattern:
    """Compile a pattern that regex_subset accepts. `engine` is "re", "re2" or "" (re2 if it is installed)."""
    if engine != "re":
        try:
            import re2  # optional; 4 ms, and only if a rule has a pattern
        except ImportError:
            if engine:
                raise
        else:
            options = re2.Options()
            options.log_errors = False
            return CompiledPattern(text, re2.compile(text, options).fullmatch)
    return CompiledPattern(text, re.compile(text, re.ASCII).fullmatch)


def matches(value: str, pattern: CompiledPattern) -> bool:
    return pattern.full(value) is not None


def not_matches(value: str, pattern: CompiledPattern) -> bool:
    return pattern.full(value) is None


def starts_with(value: str, parts: tuple[str, ...]) -> bool:
    return value.startswith(parts)


def ends_with(value: str, parts: tuple[str, ...]) -> bool:
    return value.endswith(parts)


def contains(value: str, parts: tuple[str, ...]) -> bool:
    return any(part in value for part in parts)


def lacks(value: str, parts: tuple[str, ...]) -> bool:
    return not contains(value, parts)


def in_table(value: str, table: Table) -> bool:
    return table.find(value) is not None


def not_in_table(value: str, table: Table) -> bool:
    return table.find(value) is None


def in_use(value: str, asked: tuple[Table, Date]) -> bool | None:
    entry = asked[0].find(value)
    if entry is None:
        return False
    first, last = entry.in_use(asked[1].first), entry.in_use(asked[1].last)
    return first if first == last else None


def not_in_use(value: str, asked: tuple[Table, Date]) -> bool | None:
    return False if asked[0].find(value) is None else negate(in_use(value, asked))


def has_fact(value: str, asked: tuple[Table, str, frozenset[str]]) -> bool:
    entry = asked[0].find(value)
    return entry is not None and not asked[2].isdisjoint(entry.facts.get(asked[1], ()))


def lacks_fact(value: str, asked: tuple[Table, str, frozenset[str]]) -> bool:
    return not has_fact(value, asked)


def length(value: str, bounds: tuple[int, int]) -> bool:
    return bounds[0] <= len(value) <= bounds[1]


TEXT = (
    *equality("text"),
    Operator("matches", "pattern", matches, "matches the pattern as a whole", opposite="not_matches"),
    Operator("not_matches", "pattern", not_matches, "does not match as a whole; true when absent", absent=True,
             opposite="matches"),
    Operator("starts_with", "parts", starts_with, "begins with the string, or with one of the list"),
    Operator("ends_with", "parts", ends_with, "ends with the string, or with one of the list"),
    Operator("contains", "parts", contains, "contains the string, or one of the list", opposite="lacks"),
    Operator("lacks", "parts", lacks, "contains neither the string nor one of the list; true when absent", absent=True,
             opposite="contains"),
    Operator("in_table", "table", in_table, "is a code or a spelling of the table", opposite="not_in_table"),
    Operator("not_in_table", "table", not_in_table, "is not in the table; true when absent", absent=True,
             opposite="in_table"),
    Operator("in_use", "table_on", in_use, "is in the table and was in use: {table: name, on: {field: date}}",
             opposite="not_in_use"),
    Operator("not_in_use", "table_on", not_in_use, "is in the table, but was not in use on the day",
             opposite="in_use"),
    Operator("has_fact", "fact", has_fact, "has an entry with the fact: {table: name, fact: name, is: value or list}",
             opposite="lacks_fact"),
    Operator("lacks_fact", "fact", lacks_fact, "has no entry with the fact; true when absent", absent=True,
             opposite="has_fact"),
    Operator("length", "length", length, "has a length in code points: {min: N, max: N}"),
)  # fmt: skip
