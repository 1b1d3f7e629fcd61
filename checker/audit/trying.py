"""What `rules check` and `rules test` do with files of corpus rules."""

from __future__ import annotations

import os
from collections.abc import Sequence

from ..rulebook.troubles import Item
from ..shipped import data_dir
from . import corpus
from .mutants import SECONDS, mutate
from .store import Asked

FOLDER = "corpus"  # files of corpus rules stand in a folder of this name


def check(paths: Sequence[str]) -> list[Item]:
    """All that is wrong with files of corpus rules."""
    return [item for path in paths for item in corpus.read(path)[1]]


def test(paths: Sequence[str], mutants: bool) -> tuple[list[str], bool]:
    """Judge every example, and every mutant if asked: the lines to show, and whether all held. Raises `RuleTrouble`."""
    rules = [rule for path in paths or [os.path.join(data_dir("rules"), FOLDER)] for rule in corpus.load(path)]
    lines: list[str] = []
    good = examples = killed = excused = made = 0
    asked = Asked(seconds=SECONDS)
    try:
        for rule in rules:
            for example in rule.examples:
                said = corpus.judge(rule, example, asked)
                examples += 1
                good += not said
                if said:
                    lines.append(f"{example.place}: {rule.id} {example.kind}: {said}")
            tried = mutate(rule, asked) if mutants and good == examples else []
            made += len(tried)
            killed += sum(one.killed for one in tried)
            excused += sum(one.excused for one in tried)
            lines += [f"{rule.place}: {rule.id} survives: {m.name}" for m in tried if not m.killed and not m.excused]
            alive = {one.name for one in tried if not one.killed}
            stale = [(name, place) for name, place in rule.equivalent if mutants and name not in alive]
            lines += [f"{place}: error[R032]: {rule.id}: {name}" for name, place in stale]
    finally:
        asked.close()
    held = not lines
    lines.append(f"{len(rules)} corpus rules, {good} of {examples} examples as they say")
    if mutants:
        lines.append(f"{killed} of {made} mutants killed, {excused} excused, {made - killed - excused} alive")
    return lines, held
