"""Selectors at work: from a resolved path to the value, to its place and to its words.

A resolved path is `[depth, name, …]`: `depth` picks from the environment (the telegram first, then the element of
`each`, then the elements of quantifiers), the names lead on from there. `None` is absent, an `Unread` is unreadable;
what lies behind an `Unread` is `LOST`: nothing can be said about it.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter

from ..document import Node, Telegram, Unread
from ..text import Span
from ..values import Level
from .codes import Free

Path = list[int | str]
Env = tuple[object, ...]
Getter = Callable[[Env], Free]

LOST = Unread(Span(0, 0), "behind an unreadable part")
LONGEST = 80  # letters of one value in a message


def getter(path: Path, known: dict[str, Getter]) -> Getter:
    """The function that gives a path's value. `known` shares getters, and remembers derived values per telegram."""
    key = ".".join(map(str, path))
    if key not in known:
        depth, names = int(path[0]), [str(name) for name in path[1:]]
        known[key] = _make(depth, names, known)
    return known[key]


def _make(depth: int, names: list[str], known: dict[str, Getter]) -> Getter:
    if not names:
        return lambda env: env[depth]
    last = attrgetter(names[-1])
    if len(names) == 1:
        if depth == 0 and isinstance(getattr(Telegram, names[0], None), property):
            return _remembered(last)
        return lambda env: last(env[depth])
    parent = getter([depth, *names[:-1]], known)

    def get(env: Env) -> object:
        value = parent(env)
        if value is None:
            return None
        return LOST if value.__class__ is Unread else last(value)

    return get


def _remembered(derive: Callable[[object], object]) -> Getter:
    """A derived value, computed once for each telegram, however many rules ask for it."""
    kept: tuple[object, object] = (None, None)

    def get(env: Env) -> object:
        nonlocal kept
        telegram, value = kept
        if telegram is not env[0]:
            value = derive(env[0])
            kept = (env[0], value)
        return value

    return get


def words_of(value: object) -> str:
    """A value as a message shows it: one line, at most 80 letters."""
    if value is None:
        return "nothing"
    if isinstance(value, Unread):
        text = value.text or "something unreadable"
    elif isinstance(value, Node):
        text = next((str(found) for name in ("label", "text", "name") if (found := getattr(value, name, None))), "")
    elif isinstance(value, tuple):
        text = ", ".join(words_of(part) for part in value) or "nothing"
    elif isinstance(value, bool):
        text = "yes" if value else "no"
    else:
        text = str(value)
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def place_of(path: Path, env: Env, trail: tuple[str, ...]) -> tuple[Span | None, str]:
    """The span a path's value has in the source, or its nearest present parent's, and its structural place.

    A scalar points at the `…_text` word beside it if there is one. The span is `None` when nothing but the telegram
    itself is there to point at.
    """
    at = trail[int(path[0])]
    value = env[int(path[0])]
    found = _span(value)
    for name in path[1:]:
        parent = value
        if not isinstance(parent, Node) or isinstance(parent, Unread):
            break
        at = f"{at}.{name}" if at else str(name)
        value = getattr(parent, str(name), None)
        found = _span(value) or _span(getattr(parent, f"{name}_text", None)) or found
    return found, at


def unread_on(path: Path, env: Env) -> Unread | None:
    """The unreadable part that a path meets on its way, if it meets one."""
    value: Free = env[int(path[0])]
    for name in path[1:]:
        if isinstance(value, Unread):
            return value
        value = getattr(value, str(name), None)
    return value if isinstance(value, Unread) else None


def _span(value: object) -> Span | None:
    if isinstance(value, Telegram) or not isinstance(value, Node):
        return _span(value[0]) if isinstance(value, tuple) and value else None
    return value.span if value.span.end > value.span.start else None


def code_of(value: object) -> object:
    """What stands for a value where values are compared for being twice the same."""
    return value.code if isinstance(value, Level) else value
