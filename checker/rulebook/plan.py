"""Which rules a telegram meets, in an order that asks no question twice.

Guards are taken apart into the conditions that must all hold. Rules that share one stand behind it on the same branch:
where its answer is no, none of them is looked at.
"""

from __future__ import annotations

from collections.abc import Sequence

from .codes import Code, Free
from .compile import Test, compile_condition
from .values import Tools
from .verdict import Program

Job = tuple[Free, Program]  # a rule, and the rule made ready


class Branch:
    """Jobs whose conditions have all been asked, and further branches, each behind one condition."""

    __slots__ = ("branches", "codes", "jobs")

    def __init__(self) -> None:
        self.jobs: list[Job] = []
        self.branches: list[tuple[Test, Branch]] = []
        self.codes: list[Code] = []  # the condition before each branch, as plain lists

    def everything(self) -> list[Job]:
        """All jobs of this branch and of those behind it."""
        found = list(self.jobs)
        for _, branch in self.branches:
            found += branch.everything()
        return found


class Plan:
    """What a telegram of one profile and one stretch of days meets: jobs to do, rules that cannot be decided."""

    __slots__ = ("root", "tools", "undecided")

    def __init__(self, jobs: Sequence[Job], undecided: list[Free], tools: Tools) -> None:
        self.root = grow([(conjuncts(job[1].when), job) for job in jobs], tools)
        self.undecided = undecided
        self.tools = tools


def conjuncts(code: Code | None) -> dict[str, Code]:
    """The conditions that must all hold for a guard to hold."""
    if code is None:
        return {}
    if code[0] != "and":
        return {repr(code): code}
    found: dict[str, Code] = {}
    for part in code[1]:
        found.update(conjuncts(part))
    return found


def grow(guarded: list[tuple[dict[str, Code], Job]], tools: Tools) -> Branch:
    """The branches for some jobs, each with the conditions that are still to be asked."""
    branch = Branch()
    counts: dict[str, int] = {}
    for codes, job in guarded:
        if not codes:
            branch.jobs.append(job)
        for key in codes:
            counts[key] = counts.get(key, 0) + 1
    rest = [each for each in guarded if each[0]]
    for key in sorted(counts, key=lambda each: (-counts[each], each)):
        mine = [each for each in rest if key in each[0]]
        if mine:
            rest = [each for each in rest if key not in each[0]]
            inner = [({name: code for name, code in codes.items() if name != key}, job) for codes, job in mine]
            branch.codes.append(mine[0][0][key])
            branch.branches.append((shared(key, mine[0][0][key], tools), grow(inner, tools)))
    return branch


def shared(key: str, code: Code, tools: Tools) -> Test:
    """A condition on the whole telegram, compiled once for all rules that ask it."""
    if key not in tools.guards:
        tools.guards[key] = compile_condition(code, tools)
    return tools.guards[key]
