"""Reduce the tree of guard conditions for telegrams that are alike.

Most conditions ask only whether a part is present, or compare a code, such as a layout, with constants. Two telegrams
have the same *signature* if they agree in all these respects; such conditions then have the same answer for both. A
reduced tree contains only the conditions and rules that the signature does not decide. This module is imported only in
runs with many documents.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from operator import attrgetter

from ..model import Telegram, Unread
from ..model.telegram import LAZY
from .compiler import CompileContext, Predicate
from .evaluation import NOT_APPLICABLE, Answer, CompiledRule, GuardBranch, GuardLeaf, Job
from .field_types import DERIVED_FROM, Env, Path, is_stored
from .ir import Any, Expression
from .tracing import inner

Names = tuple[str, ...]  # a path that begins at the telegram
Codes = dict[Names, frozenset[object] | None]  # the constants that matter for a field (None: all values)
_ALSO_READ = ("archive", "instruction", "level")  # not stored, but read by rules on almost every telegram
_COMPOUND = ("and", "or", "not", "implies")
_COMPARISONS = ("is", "is_not", "in", "not_in")  # operators on text for which only the constants matter
_MOST_COMBINATIONS = 2000  # of values, in all stages together
_FEWEST_TELEGRAMS = 3  # with the same values, before more fields are read, or a tree is reduced


class ReducedBranch(GuardBranch):
    """A branch without the conditions and rules that a signature decides.

    `applied` contains the ids of the rules that pass, `settled` the other rules whose answer is known, and
    `undetermined` the rules after a condition that is undetermined. `all_jobs` still returns all rules of the branch.
    """

    __slots__ = ("applied", "settled", "undetermined")

    def __init__(self, whole: GuardBranch) -> None:
        super().__init__(whole._guarded, whole._context)
        self.branches = []
        self.leaves = []
        self.applied: list[str] = []
        self.settled: list[tuple[Job, Answer]] = []
        self.undetermined: list[Job] = []


class _Stage:
    """A step in reading a signature: the parts whose fields are read next, and the stages that follow.

    `readers` are pairs of the part's position among the values read before, and a function that reads its fields.
    `names` are the paths of the fields, and `coded` the positions of those whose values belong to the signature, each
    with the constants that matter (None: all values). `following` contains the next stage for each combination of
    values, or the number of telegrams that have had it.
    """

    __slots__ = ("branch", "coded", "following", "names", "readers")

    def __init__(self, names: list[Names], values: list[Any], fields: dict[Names, list[str]], codes: Codes) -> None:
        self.readers: list[tuple[int, Callable[[Any], Any]]] = []
        self.names: list[Names] = []
        for place, (path, value) in enumerate(zip(names, values, strict=True)):
            if path in fields and value is not None:
                self.readers.append((place, attrgetter(*fields[path])))
                self.names += [(*path, field) for field in fields[path]]
        self.coded = [(place, codes[path]) for place, path in enumerate(self.names) if path in codes]
        self.following: dict[object, Any] = {}
        self.branch: GuardBranch | None = None


class Reducer:
    """The reduced trees for one evaluation plan, by signature."""

    __slots__ = (
        "_codes", "_combinations", "_compiled", "_conditions", "_fields", "_first", "_known", "_needs", "_root",
    )  # fmt: skip

    def __init__(self, root: GuardBranch, context: CompileContext) -> None:
        self._root = root
        self._conditions = context.conditions
        self._needs: dict[Predicate, list[Names]] = {}
        found: dict[Names, set[object] | None] = {}
        rules = [rule for _, rule in root.all_jobs()]
        self._compiled = {rule for rule in rules if rule.compiled}  # the guards of the others have not been true so far
        for rule in rules:
            conditions = [rule.when]
            if rule in self._compiled:
                element = ["state", rule.each, "present"] if rule.each is not None else None
                conditions.append(element or rule.data.get("require"))
            for condition in conditions:
                for path, constants in _fields_read(condition) if isinstance(condition, list) else ():
                    _add(found, path, constants)
        self._codes = {
            path: None if words is None else frozenset(words) for path, words in found.items() if words != set()
        }
        self._known = frozenset(found)
        self._fields: dict[Names, list[str]] = {}
        for *parent, name in found:
            self._fields.setdefault(tuple(parent), []).append(name)
        for names in self._fields.values():
            names += names if len(names) == 1 else []  # an `attrgetter` with one name returns no tuple
        self._first = _Stage([()], [root], self._fields, self._codes)
        self._combinations = 0

    def branch(self, telegram: Telegram) -> GuardBranch:
        """Return the tree to evaluate for a telegram: a reduced one, or the whole one if a part is unreadable, or if
        few telegrams with the same signature have occurred.
        """
        stage = self._first
        values: list[Any] = [telegram]
        while stage.readers:
            found: list[Any] = []
            for place, read in stage.readers:
                found += read(values[place])
            kinds = tuple(map(type, found))
            if Unread in kinds:
                return self._root
            codes = [found[at] if words is None or found[at] in words else None for at, words in stage.coded]
            key = (kinds, tuple(map(bool, found)), tuple(codes))
            following = stage.following.get(key, 0)
            next_stage = self._new_stage(stage, key, found, following + 1) if following.__class__ is int else following
            if next_stage is None:
                return self._root
            values, stage = found, next_stage
        if stage.branch is None:
            stage.branch = self._reduced(self._root, ReducedBranch(self._root), (telegram,), self._empty(telegram))
        return stage.branch

    def _new_stage(self, stage: _Stage, key: object, values: list[Any], telegrams: int) -> _Stage | None:
        """Return the stage that follows another after these values, or None if few telegrams have had them."""
        if telegrams == 1:
            self._combinations += 1
        if self._combinations > _MOST_COMBINATIONS:
            self._first.following.clear()
            self._combinations = 0
        if telegrams < _FEWEST_TELEGRAMS:
            stage.following[key] = telegrams
            return None
        made = stage.following[key] = _Stage(stage.names, values, self._fields, self._codes)
        return made

    # ---- Reducing ----------------------------------------------------------------------------------------------------

    def _reduced(self, branch: GuardBranch, into: ReducedBranch, env: Env, empty: dict[Names, bool]) -> ReducedBranch:
        """Add what remains of a branch for telegrams with the signature of this one to `into`, and return `into`.

        `empty` contains the paths in the signature, each with whether its value is absent or empty.
        """
        for leaf in branch.leaves:
            self._reduce_leaf(leaf, into, env, empty)
        for test, below in branch.branches:
            if not self._is_settled(test, empty):
                into.branches.append((test, self._reduced(below, ReducedBranch(below), env, empty)))
                continue
            holds = test(env)
            if holds:
                self._reduced(below, into, env, empty)
            elif holds is None:
                into.undetermined += below.all_jobs()
        return into

    def _reduce_leaf(self, leaf: GuardLeaf, into: ReducedBranch, env: Env, empty: dict[Names, bool]) -> None:
        tests: list[Predicate] = []
        for test in leaf.tests:
            if not self._is_settled(test, empty):
                tests.append(test)
                continue
            holds = test(env)
            if not holds:
                if holds is None:
                    into.undetermined.append(leaf.job)
                return
        if tests or not self._is_answered(leaf.job[1], empty):
            into.leaves.append(leaf if len(tests) == len(leaf.tests) else GuardLeaf(tests, leaf.job))
            return
        answer = leaf.answer(env)
        if answer is True:
            into.applied.append(leaf.rule)
        elif answer is not NOT_APPLICABLE:
            into.settled.append((leaf.job, answer))

    def _is_answered(self, rule: CompiledRule, empty: dict[Names, bool]) -> bool:
        """Return whether a rule whose guard is true has the same answer for all telegrams with a signature: it has no
        element to evaluate, or its requirement is settled.
        """
        if rule not in self._compiled or rule.check is not None:
            return False
        if rule.each is not None:
            return empty.get(_in_signature(rule.each), False)
        condition = rule.data.get("require")
        return not isinstance(condition, list) or self._is_settled(rule.require, empty, condition)

    def _is_settled(self, test: Predicate, empty: dict[Names, bool], condition: Expression | None = None) -> bool:
        """Return whether a condition has the same answer for all telegrams with a signature. The condition of a guard
        need not be given.
        """
        if test not in self._needs:
            self._needs[test] = list(_paths_to_be_empty(condition or self._conditions[test], self._known))
        return all(empty.get(path, False) for path in self._needs[test])

    def _empty(self, telegram: Telegram) -> dict[Names, bool]:
        """Return the paths in the signature, each with whether its value is absent or empty."""
        values: dict[Names, Any] = {(): telegram}
        for path in sorted(self._fields, key=len):
            part = values[path]
            values |= {(*path, name): None if part is None else getattr(part, name) for name in self._fields[path]}
        return {path: value is None or value == () for path, value in values.items()}


def _is_coded(condition: Expression) -> bool:
    """Return whether a condition depends only on what a signature contains: whether a value is present, a flag, a
    level, or which of some constants a text is equal to.
    """
    if condition[0] != "ask" or condition[4][0] != "lit":
        return bool(condition[0] == "state")
    return condition[2] in ("flag", "level") or (condition[2] == "text" and condition[3] in _COMPARISONS)


def _in_signature(path: Path) -> Names:
    """Return the path that a signature contains for a path, or () if there is none. A derived field stands for the list
    from which it is derived.
    """
    depth, *names = path[0], *map(str, path[1:])
    if depth != 0 or not names:
        return ()
    if names[0] in DERIVED_FROM:
        return (DERIVED_FROM[names[0]],)
    stored = names[0] not in LAZY and is_stored(0, names[:1])
    return tuple(names) if stored or names[0] in _ALSO_READ else ()


def _fields_read(condition: Expression) -> Iterator[tuple[Names, list[object] | None]]:
    """Yield the paths that a signature must contain to decide a condition, each with the constants with which its value
    is compared (None: the value itself belongs to the signature).
    """
    if condition[0] in _COMPOUND:
        for part in inner(condition):
            yield from _fields_read(part)
        return
    path = _in_signature(condition[1])
    constants: list[object] = []
    if path and _is_coded(condition):
        if condition[2] == "level":
            yield (*path, "code"), None
            yield (*path, "rank"), None
        elif condition[2] == "text":
            argument = condition[4][2]
            constants = argument if isinstance(argument, list) else [argument]
    if path:
        yield path, constants


def _paths_to_be_empty(condition: Expression, known: frozenset[Names]) -> Iterator[Names]:
    """Yield the paths whose values must be absent or empty so that a signature that contains the paths in `known`
    decides a condition; () if it never does.
    """
    if condition[0] in _COMPOUND:
        for part in inner(condition):
            yield from _paths_to_be_empty(part, known)
        return
    path = _in_signature(condition[1])
    if path not in known:
        yield ()
    elif path != tuple(condition[1][1:]) or not _is_coded(condition):
        compares = condition[0] in ("ask", "count") and condition[-1][0] != "lit"
        yield () if compares else path


def _add(found: dict[Names, set[object] | None], path: Names, constants: list[object] | None) -> None:
    for length in range(1, len(path)):
        found.setdefault(path[:length], set())
    known = found.setdefault(path, set())
    if constants is None or known is None:
        found[path] = None
    else:
        known.update(constants)
