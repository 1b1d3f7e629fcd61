"""Mutants of corpus rules: each changes one word of the statement, and an example must notice.

A mutant turns one comparison, moves one bound by one step, changes one connective, one quantifier, one aggregate or
one join. A mutant that is no longer SQL is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..rulebook.mutants import Mutant
from ..trouble import ConfigTrouble
from .corpus import CorpusRule, Example, compare, fill
from .store import Asked

_TOKEN = re.compile(r"'[^']*'|[A-Za-z_][A-Za-z_0-9]*|[0-9]+(?:\.[0-9]+)?|<>|<=|>=|[<>=]|[^\sA-Za-z_0-9]")
_SWAPS = {
    "=": ("<>",),
    "<>": ("=",),
    "<": ("<=", ">"),
    "<=": ("<",),
    ">": (">=", "<"),
    ">=": (">",),
    "and": ("or",),
    "or": ("and",),
    "not": ("",),
    "min": ("max",),
    "max": ("min",),
    "anti": ("semi",),
    "semi": ("anti",),
    "distinct": ("",),
    "union": ("intersect",),
}
SECONDS = 10.0


def changes(sql: str) -> Iterator[tuple[str, str]]:
    """Each mutant as its name and its statement. The name shows the change between the words around it."""
    tokens = list(_TOKEN.finditer(sql))
    names: dict[str, int] = {}
    for place, token in enumerate(tokens):
        for word in _changed(tokens, place):
            before = " ".join(one[0] for one in tokens[max(0, place - 3) : place])
            after = " ".join(one[0] for one in tokens[place + 1 : place + 4])
            name = f"{before} [{token[0]} → {word or 'nothing'}] {after}".strip()
            names[name] = names.get(name, 0) + 1
            if names[name] > 1:
                name = f"{name} ({names[name]})"
            yield name, f"{sql[: token.start()]}{word}{sql[token.end() :]}"


def _changed(tokens: list[re.Match[str]], place: int) -> Iterator[str]:
    word = tokens[place][0]
    before = tokens[place - 1][0].lower() if place else ""
    after = tokens[place + 1][0].lower() if place + 1 < len(tokens) else ""
    if word[0].isdigit() and before == "select":
        return  # of `exists (select 1 …)`
    if word[0].isdigit():
        if "." in word:
            digits = len(word.partition(".")[2])
            yield from (f"{float(word) + step * 10**-digits:.{digits}f}" for step in (-1, 1))
        else:
            yield from (str(int(word) + step) for step in (-1, 1))
        return
    if word.lower() == "and" and any(one[0].lower() == "between" for one in tokens[max(0, place - 3) : place]):
        return  # of `between a and b`
    if word.lower() == "distinct" and before in ("is", "not"):
        return  # of `is not distinct from`, where `not` has its own mutant
    if word.lower() in ("min", "max") and after != "(":
        return
    if word.lower() == "is" and after == "null":
        yield "is not"
    yield from _SWAPS.get(word.lower(), ())


def mutate(rule: CorpusRule, asked: Asked) -> list[Mutant]:
    """Every mutant of a rule, with what became of it. `asked` holds tables in memory."""
    alive: list[tuple[str, CorpusRule]] = []
    dead: list[str] = []
    for name, sql in changes(rule.sql):
        try:
            asked.ask(sql)
        except ConfigTrouble:
            continue  # no SQL, or of another type: nothing that somebody could have written
        alive.append((name, rule.saying(sql)))
    for example in rule.examples:
        fill(example, asked)
        noticed = {name for name, changed in alive if _noticed(changed, example, asked)}
        dead += sorted(noticed)
        alive = [(name, changed) for name, changed in alive if name not in noticed]
    excused = {name for name, _ in rule.equivalent}
    return [Mutant(rule.id, name, True) for name in dead] + [
        Mutant(rule.id, name, False, name in excused) for name, _ in alive
    ]


def _noticed(rule: CorpusRule, example: Example, asked: Asked) -> bool:
    try:
        return bool(compare(rule, example, asked))
    except ConfigTrouble:
        return True  # it stops on these tables
