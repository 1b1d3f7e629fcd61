"""Determine which fields rules may use, and find the value, location, and text at a path.

The first part derives types from the annotations of the document model; the second reads the values at paths. This
module does not import YAML, because a run with a warm cache does not need it (20 ms).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from operator import attrgetter

from .. import model
from ..model import Node, Telegram, Unread
from ..record import Record
from ..text import Span
from ..values import Date, Level
from .ir import Any

SCALARS = {"str": "text", "int": "count", "bool": "flag", "Level": "level", "Date": "date"}


class FieldType(Record):
    """The type of a field: text, count, flag, level, date, node, list, or set.

    `node` is the class of a node or of a list's elements; `item` is the element type of a list or set. `derived` is
    true for a property, and `title` is its docstring. `unread` is true if the field can be `Unread`, and `optional` if
    it can be None.
    """

    name: str
    node: str = ""
    item: str = ""
    derived: bool = False
    unread: bool = False
    title: str = ""
    optional: bool = False

    def __str__(self) -> str:
        if self.name == "node":
            return self.node
        return f"list of {self.node or self.item}" if self.name == "list" else self.name


def element_of(kind: FieldType) -> FieldType:
    """Return the element type of a list or set."""
    return FieldType("node", self_node) if (self_node := kind.node) else FieldType(kind.item or "text")


@cache
def nodes() -> dict[str, type]:
    """Return the model's classes by name."""
    return {
        name: kind
        for name, kind in vars(model).items()
        if isinstance(kind, type) and issubclass(kind, model.Node) and kind is not model.Unread
    }


@cache
def fields(node: str) -> dict[str, FieldType]:
    """Return the field types of a class in the model, or of "Level" or "Date", by field name."""
    if node == "Level":
        return {name: _kind(Level.__annotations__[name]) or FieldType("text") for name in Level.__fields__}
    if node == "Date":
        return {"precision": FieldType("text"), "written": FieldType("text")}
    found: dict[str, FieldType] = {}
    kind = nodes()[node]
    for part in reversed(kind.__mro__):
        for name, words in vars(part).get("__annotations__", {}).items():
            field = None if name.startswith("_") else _kind(words)
            if field is not None:
                found[name] = field
        for name, value in vars(part).items():
            if isinstance(value, property) and value.fget is not None and not name.startswith("_"):
                field = _kind(value.fget.__annotations__.get("return", ""))
                if field is not None:
                    title = " ".join((value.fget.__doc__ or "").split()).removeprefix("Return ")
                    found[name] = FieldType(
                        field.name,
                        field.node,
                        field.item,
                        True,
                        field.unread,
                        title[:1].upper() + title[1:],
                        field.optional,
                    )
    return found


def _kind(words: str) -> FieldType | None:
    parts = [part.strip() for part in str(words).split("|")]
    unread, optional = "Unread" in parts, "None" in parts
    kinds = [part for part in parts if part not in ("None", "Unread")]
    if len(kinds) != 1:
        return None
    word = kinds[0]
    if word in SCALARS:
        return FieldType(SCALARS[word], unread=unread, optional=optional)
    if word.startswith("tuple[") and word.endswith(", ...]"):
        inner = word[6:-6]
        if inner == "str":
            return FieldType("set", item="text", unread=unread, optional=optional)
        if inner in SCALARS:
            return FieldType("list", item=SCALARS[inner], unread=unread, optional=optional)
        return FieldType("list", inner, unread=unread, optional=optional) if inner in nodes() else None
    return FieldType("node", word, unread=unread, optional=optional) if word in nodes() else None


def all_paths(depth: int = 3, node: str = "Telegram", before: str = "") -> list[tuple[str, FieldType]]:
    """Return every selector that starts at a class and has at most `depth` names, with its type. Does not descend into
    lists.
    """
    found: list[tuple[str, FieldType]] = []
    for name, kind in fields(node).items():
        found.append((before + name, kind))
        if depth > 1 and kind.name == "node" and kind.node in nodes():
            found += all_paths(depth - 1, kind.node, f"{before}{name}.")
    return found


# ---- Paths to values, locations and texts ----------------------------------------------------------------------------
Path = list[int | str]
Env = tuple[object, ...]
Getter = Callable[[Env], Any]
Getters = dict[tuple[int | str, ...], Getter]

DERIVED_FROM = {
    "caption_codes": "captions", "captions_out_of_order": "captions", "channels": "captions",
    "deletion_codes": "deletions", "entire_text": "paragraphs", "highest_portion": "paragraphs",
    "last_page": "page_lines", "marked": "paragraphs", "misnumbered": "paragraphs",
    "misnumbered_references": "references", "numbered": "paragraphs", "portion_controls": "paragraphs",
    "portions": "paragraphs", "release_codes": "stamps", "release_level": "stamps", "release_sections": "stamps",
    "release_stamp": "stamps", "repeated_captions": "captions", "review_history": "stamps",
    "transmission_lag": "station", "unknown_release_codes": "stamps",
}  # fmt: skip
"""Derived fields of a telegram that are absent or empty if one list is empty or one part is absent, each with that list
or part."""

RECURRING = {"tags": ("text", "kind", "known", "suggestion", "person")}
"""Lists whose elements recur in many telegrams, each with the fields that determine what conditions say about an
element."""

LOST = Unread(Span(0, 0), "part of an unreadable field")
MAX_VALUE = 80  # code points of one value in a message


@cache
def field_names() -> frozenset[str]:
    """Return the names of all fields and derived fields of the model."""
    found: set[str] = set()
    for part in {part for owner in (*nodes().values(), Level, Date) for part in owner.__mro__}:
        found.update(getattr(part, "__fields__", ()))
        found.update([name for name, value in vars(part).items() if value.__class__ is property])
    return frozenset([name for name in found if name[0] != "_"])


def getter(path: Path, known: Getters) -> Getter:
    """Return a function that reads the value at a path. `known` caches getters by path so that they can be shared.

    Raises `ValueError` for a name that is not a field of the model, so that a tampered cache cannot be used to read any
    other attribute.
    """
    key = tuple(path)
    if key not in known:
        depth, names = int(path[0]), [str(name) for name in path[1:]]
        if not field_names().issuperset(names):
            raise ValueError(f"no such field: {'.'.join(names)}")
        known[key] = _make(depth, names, known)
    return known[key]


def _make(depth: int, names: list[str], known: Getters) -> Getter:
    if not names:
        return lambda env: env[depth]
    last = attrgetter(names[-1])
    if len(names) == 1:
        return (lambda env: last(env[depth])) if is_stored(depth, names) else _remembered(last)
    if is_in_part(depth, names):
        return _of_part(depth, names[0], last)
    parent = getter([depth, *names[:-1]], known)

    def get(env: Env) -> object:
        value = parent(env)
        if value is None:
            return None
        return LOST if value.__class__ is Unread else last(value)

    return get


def is_stored(depth: int, names: list[str]) -> bool:
    """Return whether a path consists of a single field that is not a derived field of the telegram. The value of such a
    field need not be cached.
    """
    return len(names) == 1 and not (depth == 0 and isinstance(getattr(Telegram, names[0], None), property))


def is_in_part(depth: int, names: list[str]) -> bool:
    """Return whether a path consists of a stored field of the telegram or an element, and a field of its value."""
    return len(names) == 2 and is_stored(depth, names[:1])


def _of_part(depth: int, part: str, last: Callable[[object], object]) -> Getter:
    """Return a function that reads a field of a stored part without calling another getter. Most paths are of this
    kind.
    """

    def get(env: Env) -> object:
        value = getattr(env[depth], part)
        if value is None:
            return None
        return LOST if value.__class__ is Unread else last(value)

    return get


def _remembered(derive: Callable[[object], object]) -> Getter:
    """Return a getter that computes a derived value once per telegram."""
    last: tuple[object, object] = (None, None)

    def get(env: Env) -> object:
        nonlocal last
        telegram, value = last
        if telegram is not env[0]:
            value = derive(env[0])
            last = (env[0], value)
        return value

    return get


def identities(name: str, known: Getters) -> Getter:
    """Return a getter for the values of the `RECURRING` fields of each element in a list of the telegram."""
    key = (0, name, "identities")
    if key not in known:
        read = attrgetter(*RECURRING[name])
        known[key] = _remembered(lambda telegram: [read(item) for item in getattr(telegram, name)])
    return known[key]


def value_text(value: object, limit: int = MAX_VALUE, separator: str = ", ") -> str:
    """Return a value as it appears in messages: on one line and truncated to `limit` code points. `separator` is put
    between the elements of a list.
    """
    if value is None:
        return "nothing"
    if isinstance(value, Unread):
        text = value.text or "something unreadable"
    elif isinstance(value, Node):
        text = next((str(found) for name in ("label", "text", "name") if (found := getattr(value, name, None))), "")
    elif isinstance(value, tuple):
        text = separator.join(value_text(part) for part in value) or "nothing"
    elif isinstance(value, bool):
        text = "yes" if value else "no"
    else:
        text = str(value)
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 1] + "…"


def location_of(path: Path, env: Env, trail: tuple[str, ...]) -> tuple[Span | None, str]:
    """Return the span of the value at a path, or of the nearest ancestor that is present, and the path in the document
    model up to the first missing value.

    For a scalar field such as `level`, the span of the `level_text` field is used if there is one. The span is None if
    only the telegram is present.
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


def value_without_position(point: Path, each: Path | None) -> tuple[str, str]:
    """Return a field's name and type if `point` refers to a value that has no position in the text, otherwise ("", "").

    `each` is the path of the elements that the rule tests, or None.
    """
    steps = [*(each or [])[1:], *point[1:]] if point[0] == 1 else point[1:]
    owner, kind, own = "Telegram", None, ""
    for name in map(str, steps):
        kind = fields(owner).get(name)
        if kind is None:
            return "", ""
        own, owner = owner, kind.node
    positioned = kind is None or len(point) == 1 or bool(kind.node) or f"{steps[-1]}_text" in fields(own)
    return ("", "") if positioned else (".".join(map(str, point[1:])), str(kind))


def unread_on(path: Path, env: Env) -> Unread | None:
    """Return the first unreadable part on a path, or None if there is none."""
    value: Any = env[int(path[0])]
    for name in path[1:]:
        if isinstance(value, Unread):
            return value
        value = getattr(value, str(name), None)
    return value if isinstance(value, Unread) else None


def _span(value: object) -> Span | None:
    if isinstance(value, Telegram) or not isinstance(value, Node):
        return _span(value[0]) if isinstance(value, tuple) and value else None
    return value.span if value.span.end > value.span.start else None


def comparable(value: object) -> object:
    """Return the value that is used to compare elements for equality: a level's code, or the value itself."""
    return value.code if isinstance(value, Level) else value


def sort_key(value: Any) -> Any:
    """Return the key by which a value is sorted, or None if the value is absent or unreadable."""
    if value is None or value.__class__ is Unread:
        return None
    return getattr(value, "rank", getattr(value, "first", value))
