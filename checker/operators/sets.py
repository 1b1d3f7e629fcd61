"""Operators for sets of codes, for example the controls of a marking."""

from __future__ import annotations

from collections.abc import Iterable

from .scalars import Operator


def includes(value: Iterable[str], asked: frozenset[str]) -> bool:
    return asked.issubset(value)


def includes_any(value: Iterable[str], asked: frozenset[str]) -> bool:
    return not asked.isdisjoint(value)


def excludes(value: Iterable[str], asked: frozenset[str]) -> bool:
    return asked.isdisjoint(value)


def subset_of(value: Iterable[str], asked: frozenset[str]) -> bool:
    return asked.issuperset(value)


def equals(value: Iterable[str], asked: frozenset[str]) -> bool:
    return asked == frozenset(value)


def not_equals(value: Iterable[str], asked: frozenset[str]) -> bool:
    return asked != frozenset(value)


def ordered_as(value: Iterable[str], order: tuple[str, ...]) -> bool:
    places = [order.index(code) for code in value if code in order]
    return places == sorted(places)


def empty(value: tuple[str, ...], asked: bool) -> bool:
    return (not value) is asked


SET = (
    Operator("includes", "set", includes, "has the code, or all codes of the list", opposite="excludes",
             near="includes_any"),
    Operator("includes_any", "set", includes_any, "has a code of the list", opposite="excludes", near="includes"),
    Operator("excludes", "set", excludes, "has no code of the list; true when absent", absent=True,
             opposite="includes_any"),
    Operator("disjoint_from", "set", excludes, "has no code of the list; true when absent", absent=True,
             opposite="includes_any"),
    Operator("subset_of", "set", subset_of, "has only codes of the list", near="equals"),
    Operator("superset_of", "set", includes, "has all codes of the list", opposite="excludes", near="equals"),
    Operator("equals", "set", equals, "has exactly these codes, in any order", opposite="not_equals", near="subset_of"),
    Operator("not_equals", "set", not_equals, "does not have exactly these codes; true when absent", absent=True,
             opposite="equals"),
    Operator("ordered_as", "order", ordered_as, "has its codes in the order of the list or of {table: name}"),
    Operator("empty", "flag", empty, "has no code (true), or has one (false)"),
)  # fmt: skip
