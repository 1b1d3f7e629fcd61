"""Why a condition failed: the selector to blame, where it stands, and the whole reckoning for `explain`."""

from __future__ import annotations

import itertools

from ..model import Unread
from ..record import Record
from .compiler import Test, Tools, compile_condition, prepare, sort_key
from .field_types import Env, Path, getter, words_of
from .ir import Code, Free

Trail = tuple[str, ...]


class Cause(Record):
    """The selector that decided: its path and the environment (with the structural place of each part of it)."""

    path: Path
    env: Env
    trail: Trail


class Step(Record):
    """One condition as it was judged: in words, with its answer and the values it saw."""

    words: str
    answer: bool | None
    values: tuple[tuple[str, str], ...] = ()
    steps: tuple[Step, ...] = ()


class Clause:
    """A compiled condition that still knows its parts: made for a rule only when it first fails."""

    __slots__ = ("code", "parts", "test", "tools")

    def __init__(self, code: Code, tools: Tools) -> None:
        self.code = code
        self.tools = tools
        self.test: Test = compile_condition(code, tools)
        self.parts = [Clause(part, tools) for part in inner(code)]


def inner(code: Code) -> list[Code]:
    """The conditions inside a condition."""
    shape = code[0]
    if shape in ("and", "or"):
        return list(code[1])
    if shape in ("any", "all", "none", "pairs"):
        return [code[2]]
    if shape == "implies":
        return [code[1], code[2]]
    if shape == "times":
        return [code[4]]
    return [code[1]] if shape == "not" else []


def elements(path: Path, env: Env, trail: Trail, tools: Tools) -> list[tuple[object, str]]:
    """The elements of a list with the structural place of each."""
    items = getter(path, tools.getters)(env)
    if items is None or items.__class__ is Unread:
        return []
    start = trail[int(path[0])]
    at = ".".join([*([start] if start else []), *map(str, path[1:])])
    return [(item, f"{at}[{index}]") for index, item in enumerate(items)]


def blame(clause: Clause, env: Env, trail: Trail) -> Cause:
    """The selector that made the clause answer as it did."""
    code = clause.code
    shape = code[0]
    answer = clause.test(env)
    if shape in ("and", "or"):
        return blame(next(part for part in clause.parts if part.test(env) is answer), env, trail)
    if shape == "not":
        return blame(clause.parts[0], env, trail)
    if shape == "implies":
        return blame(clause.parts[1], env, trail)
    if shape in ("any", "all", "none"):
        return _blame_list(clause, answer, env, trail)
    if shape == "pairs":
        return _blame_pair(clause, answer, env, trail)
    if shape in ("unique", "sorted_by"):
        return _blame_order(clause, env, trail)
    return Cause(code[1], env, trail)


def _blame_list(clause: Clause, answer: bool | None, env: Env, trail: Trail) -> Cause:
    code, part = clause.code, clause.parts[0]
    wanted = {"any": answer, "all": answer, "none": None if answer is None else not answer}[code[0]]
    if code[0] != "any" or answer is not False:
        for item, at in elements(code[1], env, trail, clause.tools):
            if part.test((*env, item)) is wanted:
                inside = (*env, item), (*trail, at)
                if code[0] == "none":
                    return Cause([len(env)], *inside)
                found = blame(part, *inside)
                return found if found.path[0] != 0 else Cause([len(env)], *inside)
    return Cause(code[1], env, trail)


def _blame_pair(clause: Clause, answer: bool | None, env: Env, trail: Trail) -> Cause:
    items = elements(clause.code[1], env, trail, clause.tools)
    for (one, before), (two, at) in itertools.pairwise(items):
        if clause.parts[0].test((*env, one, two)) is answer:
            return Cause([len(env) + 1], (*env, one, two), (*trail, before, at))
    return Cause(clause.code[1], env, trail)


def _blame_order(clause: Clause, env: Env, trail: Trail) -> Cause:
    """The first element that stands for a second time, or out of order."""
    code = clause.code
    get = getter(code[2], clause.tools.getters)
    seen: list[Free] = []
    for item, at in elements(code[1], env, trail, clause.tools):
        value = sort_key(get((*env, item)))
        if value is not None:
            if (value in seen) if code[0] == "unique" else (seen and value < seen[-1]):
                return Cause([len(env)], (*env, item), (*trail, at))
            seen.append(value)
    return Cause(code[1], env, trail)


# ---- what is missing -------------------------------------------------------------------------------------------------


def missing(clause: Clause, env: Env) -> tuple[tuple[int, str], ...]:
    """Return the dotted fields whose absence made a false clause false; nothing if something present is wrong.

    An absence is a condition on a field that has no value, or a quantifier that found no element. Of alternatives any
    one would have been enough, so each that is missing counts.
    """
    code = clause.code
    shape = code[0]
    if shape == "or":
        return tuple(dict.fromkeys(field for part in clause.parts for field in missing(part, env)))
    if shape == "and":
        return missing(next(part for part in clause.parts if part.test(env) is False), env)
    if shape == "implies":
        return missing(clause.parts[1], env)
    if shape == "not":
        inner_code = clause.parts[0].code
        return (_named(inner_code[1]),) if inner_code[0] == "state" and inner_code[2] == "absent" else ()
    if shape == "all":
        for item, _ in elements(code[1], env, ("",) * len(env), clause.tools):
            if clause.parts[0].test((*env, item)) is False:
                return missing(clause.parts[0], (*env, item))
        return ()
    if shape == "any":
        return (_named(code[1]),)
    if shape == "times":
        found = elements(code[1], env, ("",) * len(env), clause.tools)
        enough = sum(clause.parts[0].test((*env, item)) is True for item, _ in found) >= code[3]
        return () if enough else (_named(code[1]),)
    if shape not in ("state", "ask", "count"):
        return ()
    value = getter(code[1], clause.tools.getters)(env)
    wanted = shape != "state" or code[2] in ("present", "readable")
    empty = value is None or (value == () and (shape != "ask" or code[3] in ("non_empty", "empty")))
    return (_named(code[1]),) if wanted and empty else ()


def _named(path: Path) -> tuple[int, str]:
    return int(path[0]), path_words(path)


# ---- the reckoning -------------------------------------------------------------------------------------------


def reckon(clause: Clause, env: Env) -> Step:
    """Every part of a condition with its answer and the values it saw."""
    code, tools = clause.code, clause.tools
    shape = code[0]
    values: list[tuple[str, str]] = []
    steps: tuple[Step, ...] = ()
    if shape in ("and", "or", "not", "implies"):
        steps = tuple(reckon(part, env) for part in clause.parts)
    elif shape in ("any", "all", "none", "times"):
        steps = tuple(
            reckon(clause.parts[0], (*env, item))
            for item, _ in elements(code[1], env, ("",) * len(env), tools)[:20]
        )  # fmt: skip
    else:
        values.append((path_words(code[1]), _shown(getter(code[1], tools.getters)(env))))
    if shape in ("ask", "count"):
        argument = code[4] if shape == "ask" else code[3]
        argument = argument[2] if argument[0] == "on" else argument  # of a table on a day, the day
        _, fetch = prepare(argument, tools)
        if fetch is not None:
            values.append((argument_words(argument), _shown(fetch(env))))
    return Step(condition_words(code), clause.test(env), tuple(values), steps)


def _shown(value: object) -> str:
    if value is None:
        return "absent"
    if isinstance(value, Unread):
        return "not in this copy" if value.lost else f'unreadable: "{words_of(value)}"'
    if isinstance(value, tuple | frozenset):
        return ", ".join(sorted(map(words_of, value))) if isinstance(value, frozenset) else words_of(value)
    return words_of(value)


def path_words(path: Path) -> str:
    """A resolved path as rule authors write it."""
    return ".".join(map(str, path[1:])) or "value"


def argument_words(code: Code) -> str:
    """An argument in words."""
    shape = code[0]
    if shape == "lit":
        return ", ".join(map(str, code[2])) if isinstance(code[2], list) else str(code[2])
    if shape == "field":
        step = f" {'+' if code[3] > 0 else '-'} {abs(code[3])}" if code[3] else ""
        return path_words(code[1]) + step + (f" modulo {code[4]}" if code[4] else "")
    if shape == "shift":
        days = f" and {code[3]} days" if code[3] else ""
        return f"{argument_words(code[2])} years{days} after {argument_words(code[1])}"
    if shape == "window":
        return f"{argument_words(code[1])} to {argument_words(code[2])}"
    if shape == "on":
        return f"{code[1]} on {argument_words(code[2])}"
    if shape == "fact":
        return f"{code[1]}: {code[2]} {' or '.join(code[3])}"
    return f"table {code[1]}"


def condition_words(code: Code) -> str:
    """A condition in words, on one line."""
    shape = code[0]
    if shape in ("and", "or"):
        parts = [condition_words(part) for part in code[1]]
        return parts[0] if len(parts) == 1 else "(" + f" {shape} ".join(parts) + ")"
    if shape == "not":
        return f"not {condition_words(code[1])}"
    if shape == "implies":
        return f"if {condition_words(code[1])} then {condition_words(code[2])}"
    path = path_words(code[1])
    if shape == "state":
        return f"{path} {code[2]}"
    if shape == "ask":
        return f"{path} {code[3]} {argument_words(code[4])}"
    if shape == "count":
        return f"count of {path} {code[2]} {argument_words(code[3])}"
    if shape == "times":
        return f"{code[2]} {code[3]} of {path}: {condition_words(code[4])}"
    if shape == "pairs":
        return f"every two neighbours of {path}: {condition_words(code[2])}"
    if shape in ("unique", "sorted_by"):
        return f"{path} {shape} {path_words(code[2])}"
    return f"{shape} of {path}: {condition_words(code[2])}"
