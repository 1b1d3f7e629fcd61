"""Generate mutants of a rule, which `rules test --mutate` uses to verify that the rule's examples detect each change.

A mutant replaces one operator; moves one bound by one step; changes one quantifier, level, or connective; moves one
edge of the era or of `severity_before`; or drops the guard, `where`, the requirement, or one condition in them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from ..operators import OPERATORS
from ..record import Record
from ..vocabulary import Vocabulary
from .ir import Any, Data, Expression
from .tracing import argument_text, condition_text, path_text

STATES = {"present": "absent", "absent": "present", "readable": "unreadable", "unreadable": "readable"}
QUANTIFIERS = {"any": ("all",), "all": ("any",), "none": ("any",)}
TIMES = ("at_least", "at_most", "exactly")


class Mutant(Record):
    """One change to a rule. `killed` is true if an example detects the change; `excused` is true if the rule lists it
    as equivalent. For a mutant that survives, `advice` describes an example that would detect it.
    """

    rule: str
    name: str
    killed: bool
    excused: bool = False
    advice: str = ""


def changes(details: Data, words: Vocabulary) -> Iterator[tuple[str, Data]]:
    """Yield (name, data) for each mutant. The data is the rule's data with one change."""
    plain = {name: value for name, value in details.items() if name not in ("examples", "source")}
    for part in ("when", "where", "require"):
        if isinstance(plain.get(part), list):
            for name, expr in mutants_of(plain[part], words):
                yield f"{part}: {name}", plain | {part: expr}
    for part in ("when", "where"):
        if plain.get(part):
            yield f"{part} dropped", {name: value for name, value in plain.items() if name != part}
    if plain.get("require"):
        yield "require dropped", {name: value for name, value in plain.items() if name != "require"}
    yield from _dates(plain)


def _dates(plain: Data) -> Iterator[tuple[str, Data]]:
    """Yield the mutants in which an edge of the era or a day in `severity_before` is moved by one day."""
    era, steps = list(plain.get("era") or ()), list(plain.get("severity_before") or ())
    for side, edge in enumerate(era):
        for moved in _neighbors(edge) if edge else ():
            changed = [*era[:side], moved, *era[side + 1 :]]
            yield f"era {('from', 'before')[side]} {edge} → {moved}", plain | {"era": changed}
    for place, (day, severity) in enumerate(steps):
        for moved in _neighbors(day):
            changed = [*steps[:place], [moved, severity], *steps[place + 1 :]]
            yield f"{severity} before {day} → {moved}", plain | {"severity_before": changed}


def _neighbors(day: str) -> Iterator[str]:
    for step in (-1, 1):
        yield (date.fromisoformat(day) + timedelta(days=step)).isoformat()


_EDGE = re.compile(r"(era from|era before|\w+ before) (\S+) → (\S+)")


_BOUND = re.compile(r"(.+) (at_least|at_most|above|below) (?:→ \S+ \((\S+)\)|(\S+) → (\S+))")
_WIDER = re.compile(r"(.+) (?:is → at_least|at_least → is) \((\S+)\)")
_BETWEEN = re.compile(r"(.+) between (\d+), (\d+) → (\d+), (\d+)")
_COPY = "copy an `invalid` example to `not_applicable`, and change it"


def advice_for(name: str, details: Data) -> str:
    """Return advice for the rule's author: which example to add to kill the mutant with this name."""
    edge = _EDGE.fullmatch(name)
    if edge is not None:
        return _edge_advice(edge[1], edge[2], edge[3])
    part, _, change = name.partition(" " if name.endswith(" dropped") else ": ")
    if change == "dropped" and part == "require":
        return "add an `invalid` example"
    if change == "dropped":
        return f"{_COPY} so that `{part}` is false"
    if part == "require":
        return _requirement_advice(change, details.get(part) or ["", []])
    expr = details.get(part) or ["", []]
    if expr[0] == "and":
        for each in map(condition_text, expr[1]):
            if change == f"dropped: {each}":
                return f"{_COPY} so that only `{each}` is false"
    return f"add an example for which this change makes `{part}` true instead of false, or false instead of true"


def _requirement_advice(change: str, expr: Expression) -> str:
    """Return advice to add an example that detects a change to the requirement. The advice states the value or
    condition that must determine the example's verdict.
    """
    bound, between, wider = _BOUND.fullmatch(change), _BETWEEN.fullmatch(change), _WIDER.fullmatch(change)
    if wider is not None:
        return f"add a `valid` or `invalid` example in which `{wider[1]}` is higher than {wider[2]}"
    if between is not None:
        low, high, *moved = map(int, between.groups()[1:])
        value = min(low, moved[0]) if low != moved[0] else max(high, moved[1])
        return f"add a `valid` or `invalid` example in which `{between[1]}` is {value}"
    if bound is not None:
        values = [bound[3]] if bound[3] else [bound[4], bound[5]]
        if len(values) == 2 and bound[4].isdigit() and bound[5].isdigit():
            inner = max if bound[2] in ("at_most", "above") else min
            values = [str(inner(map(int, values)))]
        return f"add a `valid` or `invalid` example in which `{bound[1]}` is {' or '.join(values)}"
    for each in map(condition_text, expr[1] if expr[0] in ("and", "or") else ()):
        if change == f"dropped: {each}":
            kind, answer = ("valid", "true") if expr[0] == "or" else ("invalid", "false")
            return f"add an example to `{kind}` in which only `{each}` is {answer}"
    return "add a `valid` or `invalid` example at the boundary, where this change alters the verdict"


def _edge_advice(what: str, day: str, moved: str) -> str:
    """Return advice to add an example that detects a change of date from `day` to `moved`. `what` is the date's role:
    "era from", "era before", or, for a day in `severity_before`, "SEVERITY before".
    """
    earlier = min(day, moved)
    if not what.startswith("era"):
        return f"add a copy of an `invalid` example, dated {earlier}, with its `severity`"
    if (moved < day) == (what == "era from"):
        return f"{_COPY} so that its date is {earlier}"
    return f"add a copy of a `valid` or `invalid` example, dated {earlier}"


def mutants_of(expr: Expression, words: Vocabulary) -> Iterator[tuple[str, Expression]]:
    """Yield each mutant of a condition with a name that describes the change."""
    op = expr[0]
    if op in ("and", "or"):
        yield from _connective(expr, words)
    elif op == "not":
        yield f"not dropped before {condition_text(expr[1])}", expr[1]
        for name, inner in mutants_of(expr[1], words):
            yield name, ["not", inner]
    elif op == "implies":
        yield f"{condition_text(expr)} reversed", ["implies", expr[2], expr[1]]
        yield f"if dropped: {condition_text(expr[2])}", expr[2]
        for place in (1, 2):
            for name, inner in mutants_of(expr[place], words):
                yield name, [*expr[:place], inner, *expr[place + 1 :]]
    elif op == "state":
        other = STATES[expr[2]]
        yield f"{path_text(expr[1])} {expr[2]} → {other}", ["state", expr[1], other]
    elif op == "ask":
        yield from _operator(expr, words)
    else:
        yield from _list(expr, words)


def _connective(expr: Expression, words: Vocabulary) -> Iterator[tuple[str, Expression]]:
    op, parts = expr[0], expr[1]
    other = "or" if op == "and" else "and"
    yield f"{op} → {other} in {condition_text(expr)}", [other, parts]
    for place, part in enumerate(parts):
        rest = [*parts[:place], *parts[place + 1 :]]
        yield f"dropped: {condition_text(part)}", [op, rest] if rest else part
        for name, inner in mutants_of(part, words):
            yield name, [op, [*parts[:place], inner, *parts[place + 1 :]]]


def _operator(expr: Expression, words: Vocabulary) -> Iterator[tuple[str, Expression]]:
    _, path, kind, name, argument = expr
    operator = OPERATORS[kind][name]
    start = f"{path_text(path)} {name}"
    wider = _wider(name, argument, words) if kind == "level" else ""
    for other in dict.fromkeys((operator.opposite, operator.near, wider)):
        if other and other in OPERATORS[kind] and OPERATORS[kind][other].argument == operator.argument:
            if _alike(name, other, argument):
                continue
            yield f"{start} → {other} ({argument_text(argument)})", ["ask", path, kind, other, argument]
    for change, moved in arguments_of(argument, words):
        yield f"{start} {change}", ["ask", path, kind, name, moved]


def _wider(name: str, argument: Expression, words: Vocabulary) -> str:
    """Return "at_least" for "is", and "is" for "at_least", if the argument is a constant level below the highest.
    Otherwise, return "".
    """
    if argument[0] != "lit" or argument[2] == max(words["levels"], key=lambda entry: entry.rank or 0).code:
        return ""
    return {"is": "at_least", "at_least": "is"}.get(name, "")


def _alike(one: str, two: str, argument: Expression) -> bool:
    """Return whether two operators mean the same with this argument, as `includes` and `includes_any` do with a single
    code.
    """
    single = argument[0] == "lit" and isinstance(argument[2], list) and len(argument[2]) == 1
    return single and {one, two} == {"includes", "includes_any"}


def arguments_of(expr: Expression, words: Vocabulary) -> Iterator[tuple[str, Expression]]:
    """Yield variants of an argument as (description of the change, argument). In each, a bound or date is moved by one
    step in either direction, or one entry is removed from a list.
    """
    op = expr[0]
    if op == "lit":
        for moved in _moved_constant(expr[1], expr[2], words):
            yield _change(expr, ["lit", expr[1], moved])
    elif op == "field":
        for place in (3, 4):
            if expr[place]:
                yield from (_change(expr, _stepped(expr, place, step)) for step in (-1, 1))
    elif op == "shift":
        yield from _moved_shift(expr, words)
    elif op == "window":
        for place, name in ((1, "from"), (2, "to")):
            for change, moved in arguments_of(expr[place], words):
                yield f"{name} {change}", [*expr[:place], moved, *expr[place + 1 :]]


def _moved_shift(expr: Expression, words: Vocabulary) -> Iterator[tuple[str, Expression]]:
    if expr[3]:
        yield from (_change(expr, _stepped(expr, 3, step)) for step in (-1, 1))
    if expr[2][0] == "lit" and expr[2][2]:
        for change, moved in arguments_of(expr[2], words):
            yield f"years {change}", [*expr[:2], moved, *expr[3:]]


def _change(before: Expression, after: Expression) -> tuple[str, Expression]:
    return f"{argument_text(before)} → {argument_text(after)}", after


def _stepped(expr: Expression, place: int, step: int) -> Expression:
    return [*expr[:place], expr[place] + step, *expr[place + 1 :]]


def _moved_constant(kind: str, value: Any, words: Vocabulary) -> Iterator[Any]:
    if kind == "count":
        yield from (value - 1, value + 1)
    elif kind == "flag":
        yield not value
    elif kind == "date":
        for step in (-1, 1):
            yield (date.fromisoformat(value) + timedelta(days=step)).isoformat()
    elif kind == "level":
        yield from _moved_level(value, words)
    elif kind == "between":
        yield from _moved_bounds(value)
    elif kind in ("texts", "counts", "levels", "set", "parts", "words") and len(value) > 1:
        for place in range(len(value)):
            yield [*value[:place], *value[place + 1 :]]


def _moved_level(code: str, words: Vocabulary) -> Iterator[str]:
    ranked = sorted(words["levels"], key=lambda entry: entry.rank or 0)
    ranks = [entry.rank or 0 for entry in ranked]
    here = ranks.index(words["levels"].get(code).rank or 0)  # type: ignore[union-attr]
    for place in (here - 1, here + ranks.count(ranks[here])):
        if 0 <= place < len(ranked):
            yield ranked[place].code


def _moved_bounds(bounds: list[int]) -> Iterator[list[int]]:
    for place in (0, 1) if bounds[0] else (1,):  # a lower bound of 0 means that none was given
        for step in (-1, 1):
            moved = _stepped(bounds, place, step)
            if moved[1] < 1 << 29 or place == 0:
                yield moved


def _list(expr: Expression, words: Vocabulary) -> Iterator[tuple[str, Expression]]:
    op, start = expr[0], path_text(expr[1])
    if op in QUANTIFIERS:
        for other in QUANTIFIERS[op]:
            yield f"{op} → {other} of {start}", [other, *expr[1:]]
        for name, inner in mutants_of(expr[2], words):
            yield f"{op} of {start}: {name}", [*expr[:2], inner]
    elif op == "times":
        yield from _times(expr, words)
    elif op == "count":
        for name, moved in _operator(["ask", expr[1], "count", expr[2], expr[3]], words):
            yield f"count of {name}", ["count", expr[1], moved[3], moved[4]]
    elif op == "pairs":
        for name, inner in mutants_of(expr[2], words):
            yield f"neighbors in {start}: {name}", [*expr[:2], inner]


def _times(expr: Expression, words: Vocabulary) -> Iterator[tuple[str, Expression]]:
    _, path, name, number, condition = expr
    start = path_text(path)
    for other in TIMES:
        if other != name:
            yield f"{name} → {other} of {start}", [*expr[:2], other, *expr[3:]]
    for step in (-1, 1):
        if number + step >= 0:
            yield f"{name} {number} → {number + step} of {start}", _stepped(expr, 3, step)
    for change, inner in mutants_of(condition, words):
        yield f"{name} of {start}: {change}", [*expr[:4], inner]
