"""The arguments of operators at work: constants made once, other fields fetched for each document."""

from __future__ import annotations

from collections.abc import Callable

from ..document import Unread
from ..kept import Kept
from ..operators.texts import compile_pattern
from ..values import Date, Level
from ..vocabulary import Vocabulary
from .codes import Code, Free
from .paths import Env, Getter, getter

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

    kept: dict[Free, Date] = Kept(MOST_KEPT)  # the days of a corpus come again and again

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
