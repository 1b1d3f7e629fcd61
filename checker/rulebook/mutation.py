"""Mutants of a rule: each says something slightly different, and an example must notice.

A mutant flips one operator, moves one bound by one step, changes one quantifier, level, connective or edge of the
era, or drops the guard, the filter or the requirement.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from datetime import date, timedelta

from ..operators import OPERATORS
from ..record import Record
from ..vocabulary import Vocabulary
from .explain import argument_words, condition_words, path_words
from .ir import Code, Data, Free

STATES = {"present": "absent", "absent": "present", "readable": "unreadable", "unreadable": "readable"}
QUANTIFIERS = {"any": ("all",), "all": ("any",), "none": ("any",)}
TIMES = ("at_least", "at_most", "exactly")


class Mutant(Record):
    """One change to a rule. `killed`: an example noticed; `excused`: the rule says why none can; else it survives."""

    rule: str
    name: str
    killed: bool
    excused: bool = False


def changes(details: Data, words: Vocabulary) -> Iterator[tuple[str, Data]]:
    """Each mutant as its name and the data of the rule with that one change."""
    plain = {name: value for name, value in details.items() if name not in ("examples", "source")}
    for part in ("when", "where", "require"):
        if isinstance(plain.get(part), list):
            for name, code in mutants_of(plain[part], words):
                yield f"{part}: {name}", plain | {part: code}
    for part in ("when", "where"):
        if plain.get(part):
            yield f"{part} dropped", {name: value for name, value in plain.items() if name != part}
    if plain.get("require"):
        yield "require dropped", {name: value for name, value in plain.items() if name != "require"}
    for side, edge in enumerate(plain.get("era") or ()):
        if edge:
            for step in (-1, 1):
                moved = (date.fromisoformat(edge) + timedelta(days=step)).isoformat()
                era = list(plain["era"])
                era[side] = moved
                yield f"era {('from', 'before')[side]} {edge} → {moved}", plain | {"era": era}


def mutants_of(code: Code, words: Vocabulary) -> Iterator[tuple[str, Code]]:
    """The mutants of one condition, each with a name that says what changed."""
    shape = code[0]
    if shape in ("and", "or"):
        yield from _connective(code, words)
    elif shape == "not":
        yield f"not dropped before {condition_words(code[1])}", code[1]
        for name, inner in mutants_of(code[1], words):
            yield name, ["not", inner]
    elif shape == "implies":
        yield f"{condition_words(code)} turned round", ["implies", code[2], code[1]]
        yield f"if dropped: {condition_words(code[2])}", code[2]
        for place in (1, 2):
            for name, inner in mutants_of(code[place], words):
                yield name, [*code[:place], inner, *code[place + 1 :]]
    elif shape == "state":
        other = STATES[code[2]]
        yield f"{path_words(code[1])} {code[2]} → {other}", ["state", code[1], other]
    elif shape == "ask":
        yield from _operator(code, words)
    else:
        yield from _list(code, words)


def _connective(code: Code, words: Vocabulary) -> Iterator[tuple[str, Code]]:
    shape, parts = code[0], code[1]
    other = "or" if shape == "and" else "and"
    yield f"{shape} → {other} in {condition_words(code)}", [other, parts]
    for place, part in enumerate(parts):
        rest = [*parts[:place], *parts[place + 1 :]]
        yield f"dropped: {condition_words(part)}", [shape, rest] if rest else part
        for name, inner in mutants_of(part, words):
            yield name, [shape, [*parts[:place], inner, *parts[place + 1 :]]]


def _operator(code: Code, words: Vocabulary) -> Iterator[tuple[str, Code]]:
    _, path, kind, name, argument = code
    operator = OPERATORS[kind][name]
    start = f"{path_words(path)} {name}"
    for other in dict.fromkeys((operator.opposite, operator.near)):
        if other and other in OPERATORS[kind] and OPERATORS[kind][other].argument == operator.argument:
            if _alike(name, other, argument):
                continue
            yield f"{start} → {other} ({argument_words(argument)})", ["ask", path, kind, other, argument]
    for said, moved in arguments_of(argument, words):
        yield f"{start} {said}", ["ask", path, kind, name, moved]


def _alike(one: str, two: str, argument: Code) -> bool:
    """Whether two operators mean the same with this argument: all and any of a single code."""
    single = argument[0] == "lit" and isinstance(argument[2], list) and len(argument[2]) == 1
    return single and {one, two} == {"includes", "includes_any"}


def arguments_of(code: Code, words: Vocabulary) -> Iterator[tuple[str, Code]]:
    """The argument moved by one step each way: counts, days, years, levels, bounds, lists, flags."""
    shape = code[0]
    if shape == "lit":
        for value in _moved(code[1], code[2], words):
            moved = ["lit", code[1], value]
            yield f"{argument_words(code)} → {argument_words(moved)}", moved
    elif shape == "field" and (code[3] or code[4]):
        for place in (3, 4):
            if code[place]:
                for step in (-1, 1):
                    moved = copy.copy(code)
                    moved[place] += step
                    yield f"{argument_words(code)} → {argument_words(moved)}", moved
    elif shape == "shift":
        for step in (-1, 1):
            if code[3]:
                moved = [*code[:3], code[3] + step]
                yield f"{argument_words(code)} → {argument_words(moved)}", moved
        for inner in (2,) if code[2][0] == "lit" and code[2][2] else ():
            for said, other in arguments_of(code[inner], words):
                yield f"years {said}", [*code[:inner], other, *code[inner + 1 :]]
    elif shape == "window":
        for place in (1, 2):
            for said, other in arguments_of(code[place], words):
                yield f"{('from', 'to')[place - 1]} {said}", [*code[:place], other, *code[place + 1 :]]


def _moved(kind: str, value: Free, words: Vocabulary) -> Iterator[Free]:
    if kind == "count":
        yield from (value - 1, value + 1)
    elif kind == "flag":
        yield not value
    elif kind == "date":
        for step in (-1, 1):
            yield (date.fromisoformat(value) + timedelta(days=step)).isoformat()
    elif kind == "level":
        ranked = sorted(words["levels"], key=lambda entry: entry.rank or 0)
        ranks = [entry.rank or 0 for entry in ranked]
        here = ranks.index(words["levels"].get(value).rank or 0)  # type: ignore[union-attr]
        for place in (here - 1, here + ranks.count(ranks[here])):
            if 0 <= place < len(ranked):
                yield ranked[place].code
    elif kind == "between":
        for place in (0, 1) if value[0] else (1,):  # no lower bound was given
            for step in (-1, 1):
                moved = list(value)
                moved[place] += step
                if moved[1] < 1 << 29 or place == 0:
                    yield moved
    elif kind in ("texts", "counts", "levels", "set", "parts") and len(value) > 1:
        for place in range(len(value)):
            yield [*value[:place], *value[place + 1 :]]


def _list(code: Code, words: Vocabulary) -> Iterator[tuple[str, Code]]:
    shape, path = code[0], code[1]
    start = path_words(path)
    if shape in QUANTIFIERS:
        for other in QUANTIFIERS[shape]:
            yield f"{shape} → {other} of {start}", [other, path, code[2]]
        for name, inner in mutants_of(code[2], words):
            yield f"{shape} of {start}: {name}", [shape, path, inner]
    elif shape == "times":
        for other in [word for word in TIMES if word != code[2]]:
            yield f"{code[2]} → {other} of {start}", ["times", path, other, code[3], code[4]]
        for step in (-1, 1):
            if code[3] + step >= 0:
                yield f"{code[2]} {code[3]} → {code[3] + step} of {start}", [*code[:3], code[3] + step, code[4]]
        for name, inner in mutants_of(code[4], words):
            yield f"{code[2]} of {start}: {name}", [*code[:4], inner]
    elif shape == "count":
        for name, moved in _operator(["ask", path, "count", code[2], code[3]], words):
            yield f"count of {name}", ["count", path, moved[3], moved[4]]
    elif shape == "pairs":
        for name, inner in mutants_of(code[2], words):
            yield f"neighbours of {start}: {name}", [shape, path, inner]
