"""Check corpus rules (`rules check`), test them (`rules test`), and make the mutants that their examples must kill."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence

from ..errors import ConfigError, count
from ..resources import data_dir
from ..rulebook.diagnostics import Diagnostic
from ..rulebook.mutation import Mutant
from . import corpus_rules
from .corpus_rules import CorpusRule, Example, compare, fill
from .database import Query

FOLDER = "corpus"  # the folder that contains the files of corpus rules


def check(paths: Sequence[str]) -> list[Diagnostic]:
    """Return the diagnostics for files or folders of corpus rules."""
    return [item for path in paths for item in corpus_rules.read(path)[1]]


def test(paths: Sequence[str], mutants: bool) -> tuple[list[str], bool]:
    """Test every example of the corpus rules in `paths` (default: the shipped ones).

    With `mutants`, also test each rule's mutants, unless an example has failed. Return the lines to print, and whether
    everything passed. Raises `RuleError` if the rules cannot be loaded.
    """
    rules = [rule for path in paths or [os.path.join(data_dir("rules"), FOLDER)] for rule in corpus_rules.load(path)]
    lines: list[str] = []
    good = examples = killed = excused = made = 0
    query = Query(seconds=SECONDS)
    try:
        for rule in rules:
            for example in rule.examples:
                said = corpus_rules.judge(rule, example, query)
                examples += 1
                good += not said
                if said:
                    lines.append(f"{example.place}: {rule.id} {example.kind}: {said}")
            if mutants:
                tried = mutate(rule, query) if good == examples else []
                made += len(tried)
                killed += sum(one.killed for one in tried)
                excused += sum(one.excused for one in tried)
                lines += _survivors(rule, tried)
    finally:
        query.close()
    held = not lines
    lines.append(f"{count(len(rules), 'corpus rule')}, {good} of {examples} examples passed")
    if mutants:
        lines.append(f"{killed} of {made} mutants killed, {excused} equivalent, {made - killed - excused} survived")
    return lines, held


def _survivors(rule: CorpusRule, tried: Sequence[Mutant]) -> list[str]:
    """Return a line for each surviving mutant, and for each mutant that is listed as equivalent but was killed."""
    lines = [f"{rule.place}: {rule.id} survives: {m.name}" for m in tried if not m.killed and not m.excused]
    alive = {one.name for one in tried if not one.killed}
    stale = [(name, place) for name, place in rule.equivalent if name not in alive]
    return lines + [f"{place}: error[R032]: {rule.id}: {name}" for name, place in stale]


# ---- Mutants: each changes one token of the statement ----------------------------------------------------------------
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
    """Yield the name and statement of each mutant. The name shows the changed token between its neighbors."""
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
        return  # the number in `exists (select 1 …)`
    if word[0].isdigit():
        if "." in word:
            digits = len(word.partition(".")[2])
            yield from (f"{float(word) + step * 10**-digits:.{digits}f}" for step in (-1, 1))
        else:
            yield from (str(int(word) + step) for step in (-1, 1))
        return
    if word.lower() == "and" and any(one[0].lower() == "between" for one in tokens[max(0, place - 3) : place]):
        return  # the `and` in `between a and b`
    if word.lower() == "distinct" and before in ("is", "not"):
        return  # the word in `is not distinct from`, where `not` has its own mutant
    if word.lower() in ("min", "max") and after != "(":
        return
    if word.lower() == "is" and after == "null":
        yield "is not"
    yield from _SWAPS.get(word.lower(), ())


def mutate(rule: CorpusRule, query: Query) -> list[Mutant]:
    """Return all mutants of a rule that are valid SQL, each with its outcome. `query` is connected to in-memory
    tables.
    """
    alive: list[tuple[str, CorpusRule]] = []
    dead: list[str] = []
    for name, sql in changes(rule.sql):
        try:
            query.run(sql)
        except ConfigError:
            continue  # not valid SQL, so not a mistake that could go unnoticed
        alive.append((name, rule.with_sql(sql)))
    for example in rule.examples:
        fill(example, query)
        noticed = {name for name, changed in alive if _noticed(changed, example, query)}
        dead += sorted(noticed)
        alive = [(name, changed) for name, changed in alive if name not in noticed]
    excused = {name for name, _ in rule.equivalent}
    return [Mutant(rule.id, name, True) for name in dead] + [
        Mutant(rule.id, name, False, name in excused) for name, _ in alive
    ]


def _noticed(rule: CorpusRule, example: Example, query: Query) -> bool:
    try:
        return bool(compare(rule, example, query))
    except ConfigError:
        return True  # the statement fails on these tables
