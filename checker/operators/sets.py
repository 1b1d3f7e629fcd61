"""What may be asked of a set of codes, for instance the controls of a marking."""

from __future__ import annotations

from collections.abc import Iterable

from .signature import Operator


def includes(value: Iterable[str], asked: frozenset[str]) -> bool:
    """Holds every one of the codes."""
    return asked.issubset(value)


def includes_any(value: Iterable[str], asked: frozenset[str]) -> bool:
    """Holds at least one of the codes."""
    return not asked.isdisjoint(value)


def excludes(value: Iterable[str], asked: frozenset[str]) -> bool:
    """Holds none of the codes."""
    return asked.isdisjoint(value)


def subset_of(value: Iterable[str], asked: frozenset[str]) -> bool:
    """Holds nothing but the codes."""
    return asked.issuperset(value)


def equals(value: Iterable[str], asked: frozenset[str]) -> bool:
    """Holds exactly the codes, in any order."""
    return asked == frozenset(value)


def not_equals(value: Iterable[str], asked: frozenset[str]) -> bool:
    """Does not hold exactly the codes."""
    return asked != frozenset(value)


def ordered_as(value: Iterable[str], order: tuple[str, ...]) -> bool:
    """The codes that the order knows stand in that order; others may stand anywhere."""
    places = [order.index(code) for code in value if code in order]
    return places == sorted(places)


def empty(value: tuple[str, ...], asked: bool) -> bool:
    """Whether the set is empty."""
    return (not value) is asked


SET = (
    Operator("includes", "set", includes, "holds the code, or all of the list", opposite="excludes",
             near="includes_any"),
    Operator("includes_any", "set", includes_any, "holds one of the list", opposite="excludes", near="includes"),
    Operator("excludes", "set", excludes, "holds none of the list; true when absent", absent=True,
             opposite="includes_any"),
    Operator("disjoint_from", "set", excludes, "has no code in common; true when absent", absent=True,
             opposite="includes_any"),
    Operator("subset_of", "set", subset_of, "holds nothing else than the list", near="equals"),
    Operator("superset_of", "set", includes, "holds at least all of the list", opposite="excludes", near="equals"),
    Operator("equals", "set", equals, "holds exactly the list, in any order", opposite="not_equals", near="subset_of"),
    Operator("not_equals", "set", not_equals, "does not hold exactly the list; true when absent", absent=True,
             opposite="equals"),
    Operator("ordered_as", "order", ordered_as, "its codes stand in the order of the list or of {table: name}"),
    Operator("empty", "flag", empty, "has no code, or (false) has one"),
)  # fmt: skip
