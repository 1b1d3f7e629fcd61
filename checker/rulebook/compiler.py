"""The arguments of operators at work: constants made once, other fields fetched for each document."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from ..model import Unread
from ..operators import OPERATORS
from ..operators.texts import compile_pattern
from ..record import BoundedCache
from ..values import Date, Level
from ..vocabulary import Vocabulary
from .field_types import Env, Getter, code_of, getter
from .ir import Code, Free

Fetch = Callable[[Env], object]
MOST_KEPT = 1000  # days a shift remembers


class Tools:
    """What compiling a rule needs: the words, and the getters all rules share."""

    __slots__ = ("getters", "guards", "words")

    def __init__(self, words: Vocabulary) -> None:
        self.words = words
        self.getters: dict[str, Getter] = {}
        self.guards: dict[str, Callable[[Env], bool | None]] = {}


def prepare(code: Code, tools: Tools) -> tuple[Free, Fetch | None]:
    """(constant, None), or (None, function of the environment) whose `None` or `Unread` means: unknown."""
    shape = code[0]
    if shape == "lit":
        return _constant(code[1], code[2], tools), None
    if shape == "field":
        return None, _field(code, tools)
    if shape == "table":
        return tools.words[code[1]], None
    if shape == "order":
        return tools.words[code[1]].codes(), None
    if shape == "fact":
        return (tools.words[code[1]], code[2], frozenset(code[3])), None
    if shape == "on":
        table = tools.words[code[1]]
        return _map(prepare(code[2], tools), lambda day: (table, day))
    if shape == "shift":
        return _shift(code, tools)
    if shape == "window":
        return _window(prepare(code[1], tools), prepare(code[2], tools))
    raise ValueError(f"no argument of the shape {shape}")


def _constant(kind: str, value: Free, tools: Tools) -> object:
    if kind == "level":
        return _level(str(value), tools)
    if kind == "levels":
        return frozenset(_level(str(code), tools) for code in value)
    if kind == "date":
        return Date.of(str(value))
    if kind == "pattern":
        return compile_pattern(str(value))
    if kind in ("texts", "counts", "set"):
        return frozenset(value)
    if kind in ("parts", "codes", "between"):
        return tuple(value)
    return value


def _level(code: str, tools: Tools) -> Level:
    level = tools.words.level(code)
    if level is None:
        raise ValueError(f"no level {code}")
    return level


def _field(code: Code, tools: Tools) -> Fetch:
    """`["field", path, kind, plus, modulo]`."""
    get = getter(code[1], tools.getters)
    kind, plus, modulo = code[2], code[3], code[4]
    if kind == "set":
        return lambda env: _known(get(env), frozenset)
    if plus or modulo:

        def shifted(value: Free) -> object:
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
    return None, lambda env: _known(fetch(env), then)


def _shift(code: Code, tools: Tools) -> tuple[object, Fetch | None]:
    """`["shift", base, years, days]`: a date some years and days after the base; the years may be a field."""
    base = prepare(code[1], tools)
    years, fetch_years = prepare(code[2], tools)
    days = code[3]

    kept: dict[Free, Date] = BoundedCache(MOST_KEPT)  # the days of a corpus come again and again

    def move(day: Date, count: int) -> Date:
        key = (day.first, day.last, day.precision, day.written, count)
        found = kept.get(key)
        if found is None:
            moved = day.plus_years(count) if count else day
            found = kept[key] = moved.plus_days(days) if days else moved
        return found

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
        first = low[0] if low[1] is None else low[1](env)
        return _known(
            first, lambda start: _known(high[0] if high[1] is None else high[1](env), lambda end: (start, end))
        )

    return None, both


# ---- Conditions to closures: three-valued, no parsing and no looking-up left for the time a document is j
Test = Callable[[Env], bool | None]


def compile_condition(code: Code, tools: Tools) -> Test:
    """The closure of a condition. Raises `ValueError` or `KeyError` only for code that no check let pass."""
    return MAKERS[code[0]](code, tools)


def _and(code: Code, tools: Tools) -> Test:
    tests = [compile_condition(part, tools) for part in code[1]]
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


def _or(code: Code, tools: Tools) -> Test:
    tests = [compile_condition(part, tools) for part in code[1]]

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


def _not(code: Code, tools: Tools) -> Test:
    test = compile_condition(code[1], tools)

    def negated(env: Env) -> bool | None:
        answer = test(env)
        return None if answer is None else not answer

    return negated


def _implies(code: Code, tools: Tools) -> Test:
    condition = compile_condition(code[1], tools)
    then = compile_condition(code[2], tools)

    def implied(env: Env) -> bool | None:
        given = condition(env)
        if given is False:
            return True
        answer = then(env)
        if given:
            return answer
        return True if answer else None

    return implied


def _state(code: Code, tools: Tools) -> Test:
    return STATES[code[2]](getter(code[1], tools.getters))


def _present(get: Callable[[Env], object]) -> Test:
    def present(env: Env) -> bool | None:
        value = get(env)
        if value.__class__ is Unread:
            return None if value.lost else True
        return value is not None and value != ()

    return present


def _absent(get: Callable[[Env], object]) -> Test:
    def absent(env: Env) -> bool | None:
        value = get(env)
        if value.__class__ is Unread:
            return None if value.lost else False
        return value is None or value == ()

    return absent


def _readable(get: Callable[[Env], object]) -> Test:
    def readable(env: Env) -> bool | None:
        value = get(env)
        if value.__class__ is Unread:
            return None if value.lost else False
        return value is not None

    return readable


def _unreadable(get: Callable[[Env], object]) -> Test:
    def unreadable(env: Env) -> bool | None:
        value = get(env)
        if value.__class__ is Unread:
            return None if value.lost else True
        return False

    return unreadable


def _ask(code: Code, tools: Tools) -> Test:
    """`["ask", path, kind, operator, argument]`."""
    operator = OPERATORS[code[2]][code[3]]
    get = getter(code[1], tools.getters)
    test, absent = operator.test, operator.absent
    bound, fetch = prepare(code[4], tools)
    if fetch is None:

        def ask(env: Env) -> bool | None:
            value = get(env)
            if value is None:
                return absent
            if value.__class__ is Unread:
                return None
            return test(value, bound)

        return ask

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


def _each(code: Code, tools: Tools) -> Test:
    """`[any|all|none, path, condition]`."""
    get = getter(code[1], tools.getters)
    test = compile_condition(code[2], tools)
    stop = code[0] != "all"
    stopped: bool = code[0] == "any"
    at_end: bool = not stopped

    def quantified(env: Env) -> bool | None:
        items = get(env)
        if items.__class__ is Unread:
            return None
        answer: bool | None = at_end
        for item in items or ():
            one = test((*env, item))
            if one is stop:
                return stopped
            if one is None:
                answer = None
        return answer

    return quantified


def _times(code: Code, tools: Tools) -> Test:
    """`["times", path, exactly|at_least|at_most, count, condition]`."""
    get = getter(code[1], tools.getters)
    word: str = code[2]
    wanted: int = code[3]
    test = compile_condition(code[4], tools)

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


def _count(code: Code, tools: Tools) -> Test:
    """`["count", path, operator, argument]`: how many elements there are."""
    operator = OPERATORS["count"][code[2]]
    get = getter(code[1], tools.getters)
    bound, fetch = prepare(code[3], tools)

    def counted(env: Env) -> bool | None:
        items = get(env)
        if items.__class__ is Unread:
            return None
        other = bound if fetch is None else fetch(env)
        if other is None or other.__class__ is Unread:
            return None
        return operator.test(len(items or ()), other)

    return counted


def _unique(code: Code, tools: Tools) -> Test:
    """`["unique", path, path of what is compared, with the element last in the environment]`."""
    get = getter(code[1], tools.getters)
    inner = getter(code[2], tools.getters)

    def unique(env: Env) -> bool | None:
        items = get(env)
        if items.__class__ is Unread:
            return None
        values = [code_of(inner((*env, item))) for item in items or ()]
        known = [value for value in values if value is not None and value.__class__ is not Unread]
        if len(set(known)) < len(known):
            return False
        return None if any(value.__class__ is Unread for value in values) else True

    return unique


def _sorted(code: Code, tools: Tools) -> Test:
    """`["sorted_by", path, path of what is compared]`; absent values stand anywhere."""
    get = getter(code[1], tools.getters)
    inner = getter(code[2], tools.getters)

    def ordered(env: Env) -> bool | None:
        items = get(env)
        if items.__class__ is Unread:
            return None
        values = [sort_key(inner((*env, item))) for item in items or ()]
        known = [value for value in values if value is not None]
        return all(one <= two for one, two in itertools.pairwise(known))

    return ordered


def sort_key(value: Free) -> Free:
    """What a value is ordered by; `None` for what has no place in the order."""
    if value is None or value.__class__ is Unread:
        return None
    return getattr(value, "rank", getattr(value, "first", value))


def _pairs(code: Code, tools: Tools) -> Test:
    """`["pairs", path, condition]`: the environment of the condition ends with the element before and the element."""
    get = getter(code[1], tools.getters)
    test = compile_condition(code[2], tools)

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
MAKERS: dict[str, Callable[[Code, Tools], Test]] = {
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
