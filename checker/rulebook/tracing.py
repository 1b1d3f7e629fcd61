"""Determine why a condition failed: the selector that caused the failure, the absent fields, and a trace for `explain`.

This module is imported only if a rule has failed or is undetermined, or is to be explained or tested. The last part
renders conditions as text.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable

from ..model import Telegram, Unread
from ..record import Record
from ..text import Span
from .compiler import CompileContext, Predicate, compile_condition, prepare
from .field_types import LOST, Env, Path, getter, location_of, sort_key, value_text
from .ir import UNBOUNDED, Any, Expression

Trail = tuple[str, ...]
Names = tuple[str, ...]


class Cause(Record):
    """The selector that determined a verdict: its path, and the environment in which to resolve the path. `trail`
    contains the document-model path of each value in that environment.
    """

    path: Path
    env: Env
    trail: Trail


class Step(Record):
    """An evaluated condition: its text, its result (None means undetermined), the name and text of each compared value,
    and the steps for its parts.
    """

    words: str
    answer: bool | None
    values: tuple[tuple[str, str], ...] = ()
    steps: tuple[Step, ...] = ()


class ConditionNode:
    """A condition in compiled form (`test`), with a node for each condition directly inside it (`parts`)."""

    __slots__ = ("context", "expr", "parts", "test")

    def __init__(self, expr: Expression, context: CompileContext) -> None:
        self.expr = expr
        self.context = context
        self.test: Predicate = compile_condition(expr, context)
        self.parts = [ConditionNode(part, context) for part in inner(expr)]


def inner(expr: Expression) -> list[Expression]:
    """Return the conditions directly inside a condition."""
    op = expr[0]
    if op in ("and", "or"):
        return list(expr[1])
    if op in ("any", "all", "none", "pairs"):
        return [expr[2]]
    if op == "implies":
        return [expr[1], expr[2]]
    if op == "times":
        return [expr[4]]
    return [expr[1]] if op == "not" else []


def elements(path: Path, env: Env, trail: Trail, context: CompileContext) -> list[tuple[object, str]]:
    """Return the elements of the list at a path, each with its own path in the document model (`paragraphs[2]`). Return
    an empty list if the list is absent or unreadable.
    """
    items = getter(path, context.getters)(env)
    if items is None or items.__class__ is Unread:
        return []
    start = trail[int(path[0])]
    at = ".".join([*([start] if start else []), *map(str, path[1:])])
    return [(item, f"{at}[{index}]") for index, item in enumerate(items)]


def cause_of(node: ConditionNode, env: Env, trail: Trail) -> Cause:
    """Return the selector that made a condition true, false, or undetermined, with its environment."""
    expr = node.expr
    op = expr[0]
    answer = node.test(env)
    if op in ("and", "or"):
        return cause_of(next(part for part in node.parts if part.test(env) is answer), env, trail)
    if op == "not":
        return cause_of(node.parts[0], env, trail)
    if op == "implies":
        return cause_of(node.parts[1], env, trail)
    if op in ("any", "all", "none"):
        return _cause_in_list(node, answer, env, trail)
    if op == "pairs":
        return _cause_in_pair(node, answer, env, trail)
    if op in ("unique", "sorted_by"):
        return _cause_in_order(node, env, trail)
    return Cause(expr[1], env, trail)


def _cause_in_list(node: ConditionNode, answer: bool | None, env: Env, trail: Trail) -> Cause:
    expr, part = node.expr, node.parts[0]
    wanted = {"any": answer, "all": answer, "none": None if answer is None else not answer}[expr[0]]
    if expr[0] != "any" or answer is not False:
        for item, at in elements(expr[1], env, trail, node.context):
            if part.test((*env, item)) is wanted:
                inside = (*env, item), (*trail, at)
                if expr[0] == "none":
                    return Cause([len(env)], *inside)
                found = cause_of(part, *inside)
                return found if found.path[0] != 0 else Cause([len(env)], *inside)
    return Cause(expr[1], env, trail)


def _cause_in_pair(node: ConditionNode, answer: bool | None, env: Env, trail: Trail) -> Cause:
    items = elements(node.expr[1], env, trail, node.context)
    for (one, before), (two, at) in itertools.pairwise(items):
        if node.parts[0].test((*env, one, two)) is answer:
            return Cause([len(env) + 1], (*env, one, two), (*trail, before, at))
    return Cause(node.expr[1], env, trail)


def _cause_in_order(node: ConditionNode, env: Env, trail: Trail) -> Cause:
    """Return the first element that is repeated or out of order as the cause, or the list itself if there is none."""
    expr = node.expr
    get = getter(expr[2], node.context.getters)
    seen: list[Any] = []
    for item, at in elements(expr[1], env, trail, node.context):
        value = sort_key(get((*env, item)))
        if value is not None:
            if (value in seen) if expr[0] == "unique" else (seen and value < seen[-1]):
                return Cause([len(env)], (*env, item), (*trail, at))
            seen.append(value)
    return Cause(expr[1], env, trail)


# ---- Related positions ---------------------------------------------------------------------------------------------

MAX_RELATED = 4
_READ_FROM = {
    "level": "banner", "caption_codes": "captions", "date": "dtg", "tags": "tags_line", "instruction": "eo",
}  # fmt: skip
"""The parts of a telegram from which derived fields without a position are read."""

Place = tuple[Span, str]


def related(
    compared: Iterable[Path], found: Iterable[Place], env: Env, trail: Trail, own: Span | None
) -> tuple[Place, ...]:
    """Return at most four positions without duplicates: first those of the fields that a message shows (`compared`),
    then those in `found`.

    Positions that overlap the finding's own position (`own`) are omitted.
    """
    places = [_place_of(path, env, trail) for path in compared]
    chosen: dict[Span, str] = {}
    for span, at in (*places, *found):
        apart = span is not None and (own is None or span.end <= own.start or own.end <= span.start)
        if span is not None and apart and span.end > span.start:
            chosen.setdefault(span, at)
    return tuple(chosen.items())[:MAX_RELATED]


def _place_of(path: Path, env: Env, trail: Trail) -> tuple[Span | None, str]:
    found = location_of(path, env, trail)
    if found[0] is None and isinstance(env[int(path[0])], Telegram) and len(path) > 1 and path[1] in _READ_FROM:
        return location_of([path[0], _READ_FROM[str(path[1])]], env, trail)
    return found


def witnesses(conditions: Iterable[ConditionNode], env: Env) -> tuple[Place, ...]:
    """Return, for each of the given `any` conditions, the position of the first element that meets it, such as a
    paragraph marked (NF). The conditions must be true; elements without a position are omitted.
    """
    places = []
    for node in conditions:
        cause = cause_of(node, env, ("",))
        span, at = location_of(cause.path, cause.env, cause.trail)
        places += [(span, at)] if span is not None else []
    return tuple(places)


# ---- Absences --------------------------------------------------------------------------------------------------------


def missing(node: ConditionNode, env: Env) -> tuple[tuple[int, str], ...]:
    """Return the fields whose absence made a condition false, as (depth in the environment, dotted name). Return an
    empty tuple if a part is present but wrong.

    A field counts as absent if it has no value, or if a quantifier found no suitable element in it. If any one of
    several alternatives would have been enough, each missing one is returned.
    """
    expr, op = node.expr, node.expr[0]
    if op == "or":
        return tuple(dict.fromkeys(field for part in node.parts for field in missing(part, env)))
    if op == "and":
        return missing(next(part for part in node.parts if part.test(env) is False), env)
    if op == "implies":
        return missing(node.parts[1], env)
    if op == "not":
        inner_expr = node.parts[0].expr
        return (_named(inner_expr[1]),) if inner_expr[0] == "state" and inner_expr[2] == "absent" else ()
    if op in ("any", "all", "times"):
        return _missing_in_list(node, env)
    return (_named(expr[1]),) if op in ("state", "ask", "count") and _is_absence(node, env) else ()


def _missing_in_list(node: ConditionNode, env: Env) -> tuple[tuple[int, str], ...]:
    expr, op = node.expr, node.expr[0]
    if op == "any":
        return (_named(expr[1]),)
    items = [(*env, item) for item, _ in elements(expr[1], env, ("",) * len(env), node.context)]
    if op == "all":
        failed = next((inside for inside in items if node.parts[0].test(inside) is False), None)
        return () if failed is None else missing(node.parts[0], failed)
    enough = sum(node.parts[0].test(inside) is True for inside in items) >= expr[3]
    return () if enough else (_named(expr[1]),)


def _is_absence(node: ConditionNode, env: Env) -> bool:
    expr, op = node.expr, node.expr[0]
    value = getter(expr[1], node.context.getters)(env)
    if op == "state" and expr[2] not in ("present", "readable"):
        return False
    return value is None or (value == () and (op != "ask" or expr[3] in ("non_empty", "empty")))


def _named(path: Path) -> tuple[int, str]:
    return int(path[0]), path_text(path)


# ---- Traces and text -------------------------------------------------------------------------------------------------


TELEGRAM = ("telegram",)
ELEMENT = (*TELEGRAM, "element")
"""The names of the values in an environment, outside and inside `each`, as in `field_paths.Frames`."""


def trace_condition(node: ConditionNode, env: Env, names: Names = TELEGRAM) -> Step:
    """Return a condition as evaluated, with the values that each part compared. Only the first 20 elements of a list
    are traced. `names` contains the names of the values in the environment.
    """
    expr, context = node.expr, node.context
    op = expr[0]
    values: list[tuple[str, str]] = []
    steps: tuple[Step, ...] = ()
    if op in ("and", "or", "not", "implies"):
        steps = tuple(trace_condition(part, env, names) for part in node.parts)
    elif op in ("any", "all", "none", "times"):
        steps = tuple(
            trace_condition(node.parts[0], (*env, item), _inside(names))
            for item, _ in elements(expr[1], env, ("",) * len(env), context)[:20]
        )  # fmt: skip
    else:
        values.append((path_in_words(expr[1], names), _shown(getter(expr[1], context.getters)(env))))
    if op in ("ask", "count"):
        argument = expr[4] if op == "ask" else expr[3]
        argument = argument[2] if argument[0] == "on" else argument  # for a table on a day, show the day
        _, fetch = prepare(argument, context)
        if fetch is not None:
            values.append((argument_in_words(argument, names), _shown(fetch(env))))
    return Step(condition_in_words(expr, names), node.test(env), tuple(values), steps)


def absent_field(step: Step) -> str:
    """Return the name of the first absent field that made a step undetermined, or "" if there is none."""
    if step.answer is not None:
        return ""
    own = (name for name, value in step.values if value == ABSENT)
    return next(own, "") or next(filter(None, map(absent_field, step.steps)), "")


ABSENT = "absent"


def _shown(value: object) -> str:
    if value is None:
        return ABSENT
    if value is LOST:
        return "not available"
    if isinstance(value, Unread):
        return "not in this copy" if value.lost else f'unreadable: "{value_text(value)}"'
    if isinstance(value, tuple | frozenset):
        return ", ".join(sorted(map(value_text, value))) if isinstance(value, frozenset) else value_text(value)
    return value_text(value)


def path_text(path: Path) -> str:
    """Return a path as written in rules, such as `banner.level`, or `value` for an element itself."""
    return ".".join(map(str, path[1:])) or "value"


def path_in_words(path: Path, names: Names) -> str:
    """Return a path as written in rules. If the field does not belong to the innermost value, the path begins with the
    name of the value that contains it, as in `telegram.date`.
    """
    depth = int(path[0])
    owner = names[depth] if depth < len(names) - 1 else ""
    return (f"{owner}." if owner else "") + path_text(path)


def argument_text(expr: Expression) -> str:
    """Return an argument as it appears in a mutant's name, and therefore under `equivalent` in rule files."""
    op = expr[0]
    if op == "lit":
        return ", ".join(map(str, expr[2])) if isinstance(expr[2], list) else str(expr[2])
    if op == "field":
        step = f" {'+' if expr[3] > 0 else '-'} {abs(expr[3])}" if expr[3] else ""
        return path_text(expr[1]) + step + (f" modulo {expr[4]}" if expr[4] else "")
    if op == "shift":
        days = f" and {expr[3]} days" if expr[3] else ""
        return f"{argument_text(expr[2])} years{days} after {argument_text(expr[1])}"
    if op == "window":
        return f"{argument_text(expr[1])} to {argument_text(expr[2])}"
    if op == "on":
        return f"{expr[1]} on {argument_text(expr[2])}"
    if op == "fact":
        return f"{expr[1]}: {expr[2]} {' or '.join(expr[3])}"
    return f"table {expr[1]}"


def argument_in_words(expr: Expression, names: Names) -> str:
    """Return an argument in readable English. `names` contains the names of the values in the environment."""
    op = expr[0]
    if op == "lit":
        return _literal_in_words(expr[1], expr[2])
    if op == "field":
        return path_in_words(expr[1], names) + argument_text(expr).removeprefix(path_text(expr[1]))
    if op == "shift":
        return _period_in_words(argument_in_words(expr[2], names), expr[3], argument_in_words(expr[1], names))
    if op == "window":
        return f"{argument_in_words(expr[1], names)} to {argument_in_words(expr[2], names)}"
    if op == "on":
        return f"{expr[1]} on {argument_in_words(expr[2], names)}"
    return argument_text(expr)


def _literal_in_words(kind: str, value: Any) -> str:
    if kind == "between":
        least, most = value
        if least == most:
            return str(least)
        return f"{least} to {most}" if most < UNBOUNDED else f"{least} or more"
    if isinstance(value, bool):
        return str(value).lower()
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _period_in_words(years: str, days: int, start: str) -> str:
    """Return a period after a date in readable English: `10 years and 1 day after date`."""
    period = f"{years} year{'s' * (years != '1')}" if years != "0" else ""
    day = f"{abs(days)} day{'s' * (abs(days) != 1)}" if days else ""
    if not period:
        return f"{day} {'before' if days < 0 else 'after'} {start}" if day else start
    return f"{period}{(' minus ' if days < 0 else ' and ') * bool(day)}{day} after {start}"


def condition_text(expr: Expression) -> str:
    """Return a condition as it appears in a mutant's name, on one line."""
    return _condition(expr, None)


def condition_in_words(expr: Expression, names: Names = TELEGRAM) -> str:
    """Return a condition in readable English, on one line. `names` contains the names of the values in the
    environment.
    """
    return _condition(expr, names)


def _comparison_in_words(operator: str, argument: str) -> str:
    """Return an operator and its argument in readable English, such as `between 1 and 9` or `in table groups`."""
    if operator == "between":
        return f"between {argument.replace(' to ', ' and ')}"
    if operator == "empty":
        return "is empty" if argument == "true" else "is not empty"
    return f"{operator.removesuffix('_table') if argument.startswith('table ') else operator} {argument}"


def _inside(names: Names, pair: bool = False) -> Names:
    """Return the names of the values in the environment of a condition inside a list. If `pair` is true, the condition
    is about two neighboring elements.
    """
    if pair:
        return (*names, "previous", "")
    return (*names, "element" if names == TELEGRAM else "")


def _condition(expr: Expression, names: Names | None) -> str:
    """Return a condition on one line: in the form used in mutants' names if `names` is None, otherwise in readable
    English.
    """
    op = expr[0]
    if op in ("and", "or"):
        parts = [_condition(part, names) for part in expr[1]]
        return parts[0] if len(parts) == 1 else "(" + f" {op} ".join(parts) + ")"
    if op == "not":
        return f"not {_condition(expr[1], names)}"
    if op == "implies":
        return f"if {_condition(expr[1], names)} then {_condition(expr[2], names)}"
    path = path_text(expr[1]) if names is None else path_in_words(expr[1], names)
    within = None if names is None else _inside(names, op == "pairs")
    if op == "state":
        return f"{path} {expr[2]}"
    if op in ("ask", "count"):
        start, operator, argument = (path, *expr[3:5]) if op == "ask" else (f"count of {path}", *expr[2:4])
        if names is None:
            return f"{start} {operator} {argument_text(argument)}"
        return f"{start} {_comparison_in_words(operator, argument_in_words(argument, names))}"
    if op == "times":
        return f"{expr[2]} {expr[3]} of {path}: {_condition(expr[4], within)}"
    if op == "pairs":
        return f"each pair of neighbors in {path}: {_condition(expr[2], within)}"
    if op in ("unique", "sorted_by"):
        return f"{path} {op} {path_text(expr[2])}"
    return f"{op} of {path}: {_condition(expr[2], within)}"
