"""Choose the rules that may apply to a telegram.

`EvaluationPlan` arranges the rules for one profile and one date range so that a condition shared by several guards is
evaluated once for each telegram.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, reduce

from .compiler import CompileContext, Predicate, needed_parts
from .evaluation import Answer, CompiledRule, conjuncts
from .field_types import Env, Path, is_stored
from .ir import Any, Data, Expression

Job = tuple[Any, CompiledRule]  # a rule, and the same rule compiled
Conditions = dict[str, Expression]  # conditions on the telegram, keyed by their `repr`
Guarded = tuple[Conditions, Conditions | None, Job]
"""A rule with the conditions of its guard that are still to be evaluated, and with other conditions without which it
does not apply. These are None if nothing remains of the guard, and the rule's list has not been considered."""


class GuardLeaf:
    """A rule in the tree of guard conditions.

    `answer` is `CompiledRule.answer`; the rule is compiled when `answer` is first called.
    """

    __slots__ = ("answer", "job", "rule")

    def __init__(self, job: Job) -> None:
        self.job = job
        self.rule: str = job[0].id
        self.answer: Callable[[Env], Answer] = self._first

    def _first(self, env: Env) -> Answer:
        self.answer = self.job[1].answer
        return self.answer(env)


class GuardBranch:
    """A node in the tree of guard conditions, reached if all conditions above it are true.

    `branches` are (condition, node) pairs for conditions that several rules share, starting with the most common one.
    `leaves` are the remaining rules, each after the condition that remains of its guard; `certain` are those of whose
    guards nothing remains. All are built on first use from `guarded`.
    """

    __slots__ = ("_context", "_guarded", "branches", "certain", "leaves")

    def __init__(self, guarded: list[Guarded], context: CompileContext) -> None:
        self._guarded = guarded
        self._context = context

    def __getattr__(self, name: str) -> Any:
        if name not in ("branches", "certain", "leaves"):
            raise AttributeError(name)
        self._build()
        return object.__getattribute__(self, name)

    def _build(self) -> None:
        self.branches: list[tuple[Predicate, GuardBranch]] = []
        rest = [
            (guard, _elements_needed(job[0].tests) if needed is None else needed, job)
            for guard, needed, job in self._guarded
        ]
        having: dict[str, list[int]] = {}  # the positions in `rest` of the rules with each condition
        for at, (guard, needed, _) in enumerate(rest):
            for key in {**guard, **needed}:
                having.setdefault(key, []).append(at)
        shared = (key for key, places in having.items() if len(places) > 1)
        placed: set[int] = set()
        for key in sorted(shared, key=lambda each: (-len(having[each]), each)):
            chosen = [rest[at] for at in having[key] if at not in placed]
            if len(chosen) > 1:
                placed.update(having[key])
                guard, needed, _ = chosen[0]
                test = shared_guard(key, guard[key] if key in guard else needed[key], self._context)
                self.branches.append((test, GuardBranch([_after(key, *each) for each in chosen], self._context)))
        left = [(guard, GuardLeaf(job)) for at, (guard, _, job) in enumerate(rest) if at not in placed]
        self.certain = [leaf for guard, leaf in left if not guard]
        self.leaves: list[tuple[Predicate, GuardLeaf]] = [
            (reduce(_in_turn, [shared_guard(*item, self._context) for item in reversed(guard.items())]), leaf)
            for guard, leaf in left
            if guard
        ]

    def all_jobs(self) -> list[Job]:
        """Return the rules in this branch and in all branches below it."""
        found = [leaf.job for leaf in (*self.certain, *[leaf for _, leaf in self.leaves])]
        for _, branch in self.branches:
            found += branch.all_jobs()
        return found


def _in_turn(later: Predicate, first: Predicate) -> Predicate:
    """Return a condition that is true if both are, and false or undetermined as soon as one is."""
    return lambda env: first(env) and later(env)


def _after(key: str, guard: Conditions, needed: Conditions, job: Job) -> Guarded:
    """Return a rule with the conditions that remain after the one with this key is true."""
    if key in guard and len(guard) == 1:
        return {}, None, job
    return _without(key, guard), _without(key, needed), job


def _without(key: str, conditions: Conditions) -> Conditions:
    if key not in conditions:
        return conditions
    left = conditions.copy()
    del left[key]
    return left


class EvaluationPlan:
    """The rules for telegrams with one profile and one date range. `undecided` contains the rules for which the date is
    too imprecise to determine whether it is in their era.

    The tree of guard conditions is built when `root` is first read. For a single telegram, building it takes longer
    than evaluating the guards of all `jobs` one by one; `used` is false until the plan has been used for one.
    """

    __slots__ = ("_context", "_root", "jobs", "undecided", "used")

    def __init__(self, jobs: list[Job], undecided: list[Any], context: CompileContext) -> None:
        self._context = context
        self._root: GuardBranch | None = None
        self.jobs = jobs
        self.undecided = undecided
        self.used = False

    @property
    def root(self) -> GuardBranch:
        """Return the tree of guard conditions."""
        if self._root is None:
            known: dict[int, tuple[str, set[str]]] = {}
            guarded = [(*_guard_and_parts(conjuncts(job[1].when), known), job) for job in self.jobs]
            self._root = GuardBranch(guarded, self._context)
        return self._root


def _guard_and_parts(
    conditions: list[Expression], known: dict[int, tuple[str, set[str]]]
) -> tuple[Conditions, Conditions | None]:
    """Return a guard's conditions, and for each part of the telegram that they need, the condition that the part is
    present. The latter are None if there is no guard.

    Most telegrams lack some parts; a single test then decides all rules about a missing part. `known` maps the identity
    of a condition to its key and the parts that it needs: guards from the cache share their conditions.
    """
    found: Conditions = {}
    parts: set[str] = set()
    for condition in conditions:
        key, needed = known.get(id(condition)) or known.setdefault(id(condition), _about(condition))
        found[key] = condition
        parts |= needed
    return found, dict(map(_presence, sorted(parts))) if found else None


@cache
def _presence(part: str) -> tuple[str, Expression]:
    """Return the condition that a part of the telegram is present, after its key."""
    condition: Expression = ["state", [0, part], "present"]
    return repr(condition), condition


def _about(condition: Expression) -> tuple[str, set[str]]:
    return repr(condition), needed_parts(condition)


def _elements_needed(data: Data) -> Conditions:
    """Return the conditions without which a rule whose guard is true has no element to judge: that its list has
    elements, and that some element meets each condition of `where`. Return no conditions for a list that is derived.

    They must not be evaluated before the guard, because a rule with an undetermined guard is undetermined even if there
    are no elements.
    """
    each: Path = data.get("each") or [0]
    if not data.get("listed") or not is_stored(0, list(map(str, each[1:]))):
        return {}
    return _keyed([["state", each, "present"], *(["any", each, part] for part in conjuncts(data.get("where")))])


def _keyed(conditions: list[Expression]) -> Conditions:
    return {repr(condition): condition for condition in conditions}


def shared_guard(key: str, condition: Expression, context: CompileContext) -> Predicate:
    """Return a compiled condition on the telegram. It is compiled once for all rules that share it; `key` identifies
    the condition.
    """
    if key not in context.guards:
        context.guards[key] = context.compiled(condition)
    return context.guards[key]
