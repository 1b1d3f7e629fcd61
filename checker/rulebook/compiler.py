"""Compile conditions to closures that take an environment and return True, False, or None (undetermined).

The first part prepares arguments: constants are prepared once, and fields are read for each document. The second part
compiles conditions.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

from ..model import Unread
from ..model.telegram import LAZY
from ..operators import OPERATORS, CompiledPattern, Operator, compile_pattern, words_of
from ..values import Date, Level
from ..vocabulary import Vocabulary
from .field_types import DERIVED_FROM, Env, Getters, Path, comparable, getter, is_in_part, is_stored, sort_key
from .ir import Any, Expression

Fetch = Callable[[Env], object]
_SHORT = 1000  # code points of a value that `re` matches in linear time, too; loading RE2 takes 3 ms


class CompileContext:
    """The vocabulary, getters, and guards that all rules share."""

    __slots__ = ("_compiled", "getters", "guards", "vocabulary")

    def __init__(self, words: Vocabulary) -> None:
        self.vocabulary = words
        self.getters: Getters = {}
        self.guards: dict[str, Predicate] = {}
        self._compiled: dict[int, tuple[Predicate, Expression]] = {}  # by the expression's identity

    def compiled(self, condition: Expression) -> Predicate:
        """Return a compiled condition of a guard. The same list is compiled once: guards from the cache share them."""
        found = self._compiled.get(id(condition))
        if found is None:  # the entry keeps the list alive, so that its identity remains its own
            found = self._compiled[id(condition)] = compile_condition(condition, self), condition
        return found[0]


def prepare(expr: Expression, context: CompileContext) -> tuple[Any, Fetch | None]:
    """Prepare an operator's argument. Return (constant, None), or (None, function) if the argument depends on the
    document.

    The function takes the environment. If it returns None or `Unread`, the argument is undetermined.
    """
    op = expr[0]
    if op == "lit":
        return _constant(expr[1], expr[2], context), None
    if op == "field":
        return None, _field(expr, context)
    if op == "table":
        return context.vocabulary[expr[1]], None
    if op == "order":
        return context.vocabulary[expr[1]].codes(), None
    if op == "fact":
        return (context.vocabulary[expr[1]], expr[2], frozenset(expr[3])), None
    if op == "on":
        table = context.vocabulary[expr[1]]
        return _map(prepare(expr[2], context), lambda day: (table, day))
    if op == "shift":
        return _shift(expr, context)
    if op == "window":
        return _window(prepare(expr[1], context), prepare(expr[2], context))
    raise ValueError(f"unknown operation {op}")


def _constant(kind: str, value: Any, context: CompileContext) -> object:
    if kind == "level":
        return _level(str(value), context)
    if kind == "levels":
        return frozenset(_level(str(expr), context) for expr in value)
    if kind == "date":
        return Date.of(str(value))
    if kind == "pattern":
        return _pattern(str(value))
    if kind in ("texts", "counts", "set"):
        return frozenset(value)
    if kind == "words":
        return tuple(map(words_of, value))
    if kind in ("parts", "codes", "between"):
        return tuple(value)
    return value


def _pattern(text: str) -> CompiledPattern:
    """Return a pattern that is checked and compiled only when it is first matched against a value."""
    compiled: dict[str, CompiledPattern] = {}

    def full(value: str) -> object:
        engine = "re" if len(value) <= _SHORT else ""
        if engine not in compiled:
            from .regex_subset import refuse  # 0.6 ms with the check

            refusal = refuse(text)
            if refusal is not None:
                raise ValueError(refusal[1])
            compiled[engine] = compile_pattern(text, engine)
        return compiled[engine].full(value)

    return CompiledPattern(text, full)


def _level(expr: str, context: CompileContext) -> Level:
    level = context.vocabulary.level(expr)
    if level is None:
        raise ValueError(f"no level {expr}")
    return level


def _field(expr: Expression, context: CompileContext) -> Fetch:
    get = getter(expr[1], context.getters)
    kind, plus, modulo = expr[2], expr[3], expr[4]
    if kind == "set":
        return lambda env: _known(get(env), frozenset)
    if plus or modulo:

        def shifted(value: Any) -> object:
            moved = value + plus
            return moved % modulo if modulo else moved

        return lambda env: _known(get(env), shifted)
    return get


def _known(value: object, then: Callable[..., object]) -> object:
    return value if value is None or value.__class__ is Unread else then(value)


def _map(given: tuple[object, Fetch | None], then: Callable[..., object]) -> tuple[object, Fetch | None]:
    constant, fetch = given
    if fetch is None:
        return then(constant), None

    def mapped(env: Env) -> object:
        value = fetch(env)
        return value if value is None or value.__class__ is Unread else then(value)

    return None, mapped


def _shift(expr: Expression, context: CompileContext) -> tuple[object, Fetch | None]:
    """Prepare a date that is moved by a number of years, possibly read from a field, and a number of days. Return the
    same kind of pair as `prepare`.
    """
    base = prepare(expr[1], context)
    years, fetch_years = prepare(expr[2], context)
    days = expr[3]

    def move(day: Date, count: int) -> Date:
        moved = day.plus_years(count) if count else day
        return moved.plus_days(days) if days else moved

    if years == 0:
        return _map(base, lambda day: day.plus_days(days)) if days else base
    if fetch_years is None:
        return _map(base, lambda day: move(day, years))
    constant, fetch = base

    def moved(env: Env) -> object:
        day = constant if fetch is None else fetch(env)
        return _known(day, lambda known: _known(fetch_years(env), lambda count: move(known, count)))

    return None, moved


def _window(low: tuple[object, Fetch | None], high: tuple[object, Fetch | None]) -> tuple[object, Fetch | None]:
    if low[1] is None and high[1] is None:
        return (low[0], high[0]), None

    def both(env: Env) -> object:
        start = low[0] if low[1] is None else low[1](env)
        if start is None or start.__class__ is Unread:
            return start
        end = high[0] if high[1] is None else high[1](env)
        return end if end is None or end.__class__ is Unread else (start, end)

    return None, both


# ---- Conditions ------------------------------------------------------------------------------------------------------
Predicate = Callable[[Env], bool | None]


def compile_condition(expr: Expression, context: CompileContext) -> Predicate:
    """Return a function that evaluates a condition. Raises `ValueError` or `KeyError` for expressions that
    condition_parser does not produce.
    """
    return MAKERS[expr[0]](expr, context)


def _and(expr: Expression, context: CompileContext) -> Predicate:
    return all_of([compile_condition(part, context) for part in expr[1]])


def all_of(tests: list[Predicate]) -> Predicate:
    """Return a condition that is true if all tests are true, false if any test is false, and otherwise undetermined."""
    if len(tests) == 1:
        return tests[0]

    def every(env: Env) -> bool | None:
        answer: bool | None = True
        for test in tests:
            one = test(env)
            if one is False:
                return False
            if one is None:
                answer = None
        return answer

    return every


def _or(expr: Expression, context: CompileContext) -> Predicate:
    tests = [compile_condition(part, context) for part in expr[1]]

    def some(env: Env) -> bool | None:
        answer: bool | None = False
        for test in tests:
            one = test(env)
            if one:
                return True
            if one is None:
                answer = None
        return answer

    return some


def _not(expr: Expression, context: CompileContext) -> Predicate:
    test = compile_condition(expr[1], context)

    def negated(env: Env) -> bool | None:
        answer = test(env)
        return None if answer is None else not answer

    return negated


def _implies(expr: Expression, context: CompileContext) -> Predicate:
    condition = compile_condition(expr[1], context)
    then = compile_condition(expr[2], context)

    def implied(env: Env) -> bool | None:
        given = condition(env)
        if given is False:
            return True
        answer = then(env)
        if given:
            return answer
        return True if answer else None

    return implied


def _state(expr: Expression, context: CompileContext) -> Predicate:
    get = getter(expr[1], context.getters)
    depth, names = int(expr[1][0]), list(map(str, expr[1][1:]))
    if is_stored(depth, names):
        return _stored_state(depth, names[0], expr[2]) or STATES[expr[2]](get)
    if expr[2] == "present" and is_in_part(depth, names):
        return _part_present(depth, names[0], names[1])
    return STATES[expr[2]](get)


def _stored_state(depth: int, name: str, state: str) -> Predicate | None:
    """Compile `present` or `readable` for one stored field; return None for another state. The result reads the
    attribute directly, because calling a getter would take twice as long.
    """

    def present(env: Env) -> bool | None:
        value = getattr(env[depth], name)
        if value.__class__ is Unread:
            return None if value.lost else True
        return value is not None and (value.__class__ is not tuple or len(value) > 0)

    def readable(env: Env) -> bool | None:
        value = getattr(env[depth], name)
        if value.__class__ is Unread:
            return None if value.lost else False
        return value is not None

    return {"present": present, "readable": readable}.get(state)


def _part_present(depth: int, part: str, name: str) -> Predicate:
    """Compile `present` for one field of a stored part. Like `_stored_state`, the result does not call a getter."""

    def present(env: Env) -> bool | None:
        value = getattr(env[depth], part)
        if value is None:
            return False
        if value.__class__ is Unread:
            return None
        value = getattr(value, name)
        if value.__class__ is Unread:
            return None if value.lost else True
        return value is not None and (value.__class__ is not tuple or len(value) > 0)

    return present


def _present(get: Callable[[Env], object]) -> Predicate:
    def present(env: Env) -> bool | None:
        value = get(env)
        if value.__class__ is Unread:
            return None if value.lost else True
        return value is not None and (value.__class__ is not tuple or len(value) > 0)

    return present


def _absent(get: Callable[[Env], object]) -> Predicate:
    def absent(env: Env) -> bool | None:
        value = get(env)
        if value.__class__ is Unread:
            return None if value.lost else False
        return value is None or (value.__class__ is tuple and not value)

    return absent


def _readable(get: Callable[[Env], object]) -> Predicate:
    def readable(env: Env) -> bool | None:
        value = get(env)
        if value.__class__ is Unread:
            return None if value.lost else False
        return value is not None

    return readable


def _unreadable(get: Callable[[Env], object]) -> Predicate:
    def unreadable(env: Env) -> bool | None:
        value = get(env)
        if value.__class__ is Unread:
            return None if value.lost else True
        return False

    return unreadable


def _ask(expr: Expression, context: CompileContext) -> Predicate:
    operator = OPERATORS[expr[2]][expr[3]]
    bound, fetch = prepare(expr[4], context)
    if fetch is None:
        return _ask_constant(expr[1], operator, bound, context)
    get = getter(expr[1], context.getters)
    test, absent = operator.test, operator.absent

    def compare(env: Env) -> bool | None:
        value = get(env)
        if value is None:
            return absent
        if value.__class__ is Unread:
            return None
        other = fetch(env)
        if other is None or other.__class__ is Unread:
            return None
        return test(value, other)

    return compare


def _ask_constant(path: Path, operator: Operator, bound: object, context: CompileContext) -> Predicate:
    get = getter(path, context.getters)  # validates the names
    depth, names = int(path[0]), list(map(str, path[1:]))
    if is_stored(depth, names):
        return _stored_ask(depth, names[0], operator, bound)
    if is_in_part(depth, names):
        return _part_ask(depth, names[0], names[1], operator, bound)
    test, absent = operator.test, operator.absent

    def ask(env: Env) -> bool | None:
        value = get(env)
        if value is None:
            return absent
        if value.__class__ is Unread:
            return None
        return test(value, bound)

    return ask


def _stored_ask(depth: int, name: str, operator: Operator, bound: object) -> Predicate:
    """Compile the comparison of one stored field with a constant. Like `_stored_state`, the result does not call a
    getter.
    """
    test, absent = operator.test, operator.absent

    def ask(env: Env) -> bool | None:
        value = getattr(env[depth], name)
        if value is None:
            return absent
        if value.__class__ is Unread:
            return None
        return test(value, bound)

    return ask


def _part_ask(depth: int, part: str, name: str, operator: Operator, bound: object) -> Predicate:
    """Compile the comparison of one field of a stored part with a constant, without a getter."""
    test, absent = operator.test, operator.absent

    def ask(env: Env) -> bool | None:
        value = getattr(env[depth], part)
        if value is not None and value.__class__ is not Unread:
            value = getattr(value, name)
        if value is None:
            return absent
        if value.__class__ is Unread:
            return None
        return test(value, bound)

    return ask


def _each(expr: Expression, context: CompileContext) -> Predicate:
    get = getter(expr[1], context.getters)
    test = compile_condition(expr[2], context)
    stop = expr[0] != "all"
    stopped: bool = expr[0] == "any"
    at_end: bool = not stopped

    def quantified(env: Env) -> bool | None:
        items = get(env)
        if items.__class__ is Unread:
            return None
        answer: bool | None = at_end
        for item in items or ():
            one = test(env + (item,))  # noqa: RUF005 -- unpacking takes three times as long
            if one is stop:
                return stopped
            if one is None:
                answer = None
        return answer

    return quantified


def _times(expr: Expression, context: CompileContext) -> Predicate:
    get = getter(expr[1], context.getters)
    word: str = expr[2]
    wanted: int = expr[3]
    test = compile_condition(expr[4], context)

    def counted(env: Env) -> bool | None:
        items = get(env)
        if items.__class__ is Unread:
            return None
        answers = [test((*env, item)) for item in items or ()]
        low = answers.count(True)
        high = low + answers.count(None)
        if word == "at_least":
            return True if low >= wanted else (None if high >= wanted else False)
        if word == "at_most":
            return True if high <= wanted else (None if low <= wanted else False)
        if low == high:
            return low == wanted
        return None if low <= wanted <= high else False

    return counted


def _count(expr: Expression, context: CompileContext) -> Predicate:
    operator = OPERATORS["count"][expr[2]]
    get = getter(expr[1], context.getters)
    bound, fetch = prepare(expr[3], context)

    def counted(env: Env) -> bool | None:
        items = get(env)
        if items.__class__ is Unread:
            return None
        other = bound if fetch is None else fetch(env)
        if other is None or other.__class__ is Unread:
            return None
        return operator.test(len(items or ()), other)

    return counted


def _unique(expr: Expression, context: CompileContext) -> Predicate:
    get = getter(expr[1], context.getters)
    inner = getter(expr[2], context.getters)

    def unique(env: Env) -> bool | None:
        items = get(env)
        if items.__class__ is Unread:
            return None
        values = [comparable(inner((*env, item))) for item in items or ()]
        known = [value for value in values if value is not None and value.__class__ is not Unread]
        if len(set(known)) < len(known):
            return False
        return None if any(value.__class__ is Unread for value in values) else True

    return unique


def _sorted(expr: Expression, context: CompileContext) -> Predicate:
    """Compile `sorted_by`. Elements without a value may be in any position."""
    get = getter(expr[1], context.getters)
    inner = getter(expr[2], context.getters)

    def ordered(env: Env) -> bool | None:
        items = get(env)
        if items.__class__ is Unread:
            return None
        values = [sort_key(inner((*env, item))) for item in items or ()]
        known = [value for value in values if value is not None]
        return all(one <= two for one, two in itertools.pairwise(known))

    return ordered


def _pairs(expr: Expression, context: CompileContext) -> Predicate:
    """Compile `pairs`. The environment for the inner condition ends with the previous and current elements."""
    get = getter(expr[1], context.getters)
    test = compile_condition(expr[2], context)

    def paired(env: Env) -> bool | None:
        items = get(env)
        if items.__class__ is Unread:
            return None
        answer: bool | None = True
        known: tuple[object, ...] = items or ()
        for one, two in itertools.pairwise(known):
            verdict = test((*env, one, two))
            if verdict is False:
                return False
            if verdict is None:
                answer = None
        return answer

    return paired


STATES = {"present": _present, "absent": _absent, "readable": _readable, "unreadable": _unreadable}
MAKERS: dict[str, Callable[[Expression, CompileContext], Predicate]] = {
    "all": _each,
    "and": _and,
    "any": _each,
    "ask": _ask,
    "count": _count,
    "implies": _implies,
    "none": _each,
    "not": _not,
    "or": _or,
    "pairs": _pairs,
    "sorted_by": _sorted,
    "state": _state,
    "times": _times,
    "unique": _unique,
}


# ---- Parts that a condition needs ------------------------------------------------------------------------------------
def needed_parts(expr: Expression) -> set[str]:
    """Return the fields of the telegram that must be present for a condition to be true. A derived field stands for the
    list from which it is derived, so that it is not derived from an empty list.
    """
    op = expr[0]
    if op in ("and", "or"):
        parts = [needed_parts(part) for part in expr[1]]
        return set.union(*parts) if op == "and" else set.intersection(*parts)
    path = expr[1]
    if op == "ask":
        false = not OPERATORS[expr[2]][expr[3]].absent and (
            expr[2] != "set" or len(path) > 2 or _is_false_of_none(expr)
        )
    else:
        false = op == "any" or (op == "state" and expr[2] != "absent")
    if not false or path[0] != 0 or len(path) == 1 or path[1] in LAZY:
        return set()
    return {DERIVED_FROM.get(str(path[1]), str(path[1]))}


def _is_false_of_none(expr: Expression) -> bool:
    """Return whether a comparison of a set with a constant is false if the set is empty."""
    operation, kind, *values = expr[4]
    if operation != "lit":
        return False
    argument = frozenset(values[0]) if kind == "set" else values[0]
    return kind in ("set", "flag") and OPERATORS["set"][expr[3]].test((), argument) is False
