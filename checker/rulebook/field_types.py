"""The fields a rule may name, read off the annotations of the document model: there is no second list."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from operator import attrgetter

from .. import model
from ..model import Node, Telegram, Unread
from ..record import Record
from ..text import Span
from ..values import Level
from ..vocabulary import Vocabulary
from .ir import Free
from .yaml_loader import Map, RuleFile, Text, Tree, like

SCALARS = {"str": "text", "int": "count", "bool": "flag", "Level": "level", "Date": "date"}


class Kind(Record):
    """The type of a field: text, count, flag, level, date, node, list or set.

    `node` is the class of a node, or of a list's elements; `item` the type of a list's or set's elements.
    `derived` tells a property from a stored field, `unread` whether it may hold an `Unread`, `optional` a `None`.
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


def element_of(kind: Kind) -> Kind:
    """The type of one element of a list or set."""
    return Kind("node", self_node) if (self_node := kind.node) else Kind(kind.item or "text")


@cache
def nodes() -> dict[str, type]:
    """The classes of the model, by name."""
    return {
        name: kind
        for name, kind in vars(model).items()
        if isinstance(kind, type) and issubclass(kind, model.Node) and kind is not model.Unread
    }


@cache
def fields(node: str) -> dict[str, Kind]:
    """The fields of a class of the model, or of a level or a date, by name."""
    if node == "Level":
        return {name: _kind(Level.__annotations__[name]) or Kind("text") for name in Level.__fields__}
    if node == "Date":
        return {"precision": Kind("text"), "written": Kind("text")}
    found: dict[str, Kind] = {}
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
                    title = " ".join((value.fget.__doc__ or "").split())
                    found[name] = Kind(field.name, field.node, field.item, True, field.unread, title, field.optional)
    return found


def _kind(words: str) -> Kind | None:
    parts = [part.strip() for part in str(words).split("|")]
    unread, optional = "Unread" in parts, "None" in parts
    kinds = [part for part in parts if part not in ("None", "Unread")]
    if len(kinds) != 1:
        return None
    word = kinds[0]
    if word in SCALARS:
        return Kind(SCALARS[word], unread=unread, optional=optional)
    if word.startswith("tuple[") and word.endswith(", ...]"):
        inner = word[6:-6]
        if inner == "str":
            return Kind("set", item="text", unread=unread, optional=optional)
        if inner in SCALARS:
            return Kind("list", item=SCALARS[inner], unread=unread, optional=optional)
        return Kind("list", inner, unread=unread, optional=optional) if inner in nodes() else None
    return Kind("node", word, unread=unread, optional=optional) if word in nodes() else None


# ---- Selectors at work: from a resolved path to the value, to its place and to its words. A resolved path
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


# ---- Finding the field a selector names, and telling the author where it went wrong.
ROOT = Kind("node", "Telegram")


class Scope:
    """What reading a rule needs: its file for the troubles, the words, the name of the rule."""

    def __init__(self, file: RuleFile, words: Vocabulary, rule: str = "") -> None:
        self.file = file
        self.words = words
        self.rule = rule

    def refuse(self, code: str, node: Tree, message: str, help: str = "") -> None:
        """Add a trouble; always `None`, so that a reader can return it."""
        self.file.trouble(code, node, message, help.strip(), self.rule)

    def keys(self, node: Map, allowed: set[str], code: str = "R010") -> bool:
        """Whether all keys of a mapping are known; each that is not becomes a trouble."""
        fine = True
        for key, _ in node.items():
            if key.value not in allowed:
                fine = False
                self.refuse(
                    code, key, f'unknown key "{key.value}"',
                    f"{like(key.value, allowed)}Allowed here: {', '.join(sorted(allowed))}",
                )  # fmt: skip
        return fine

    def table(self, node: Text) -> bool:
        """Whether the vocabulary has a table of that name."""
        if node.value in self.words:
            return True
        names = sorted(self.words.tables)
        self.refuse("R016", node, f'no vocabulary table "{node.value}"', like(node.value, names))
        return False

    def level(self, node: Text) -> str | None:
        """The code of a level given by code or title."""
        table = self.words["levels"]
        entry = (
            table.get(node.value) or next((e for e in table if e.title == node.value), None) or table.find(node.value)
        )
        if entry is not None:
            return entry.code
        titles = [entry.title for entry in table]
        return self.refuse(
            "R017", node, f'no level "{node.value}"', f"{like(node.value, titles)}Levels: {', '.join(titles)}"
        )


class Frames:
    """What a selector may name at some place of a rule: the elements inside out, then the telegram."""

    def __init__(self, kinds: tuple[Kind, ...] = (ROOT,), names: tuple[str, ...] = ("telegram",)) -> None:
        self.kinds = kinds
        self.names = names

    def inside(self, kind: Kind) -> Frames:
        """The frames for conditions on the elements of a list (or on the node) of that type."""
        inner = element_of(kind) if kind.name in ("list", "set") else kind
        name = "element" if len(self.kinds) == 1 else ""
        return Frames((*self.kinds, inner), (*self.names, name))

    def pair(self, kind: Kind) -> Frames:
        """The frames for conditions on two neighbours: `previous`, and the element itself."""
        inner = element_of(kind)
        return Frames((*self.kinds, inner, inner), (*self.names, "previous", ""))

    def has_text(self, kind: Kind) -> bool:
        """Whether a node stands for its own text."""
        return kind.name == "node" and "text" in fields(kind.node)

    def find(self, name: Text, scope: Scope) -> tuple[Path, Kind] | None:
        """The resolved path of a selector and the type at its end, or `None` with a trouble added."""
        parts = name.value.split(".")
        depth, rest = self._start(parts)
        if depth is None:
            known = sorted({field for kind in self.kinds for field in _fields(kind)})
            return scope.refuse(
                "R011", name, f'no field "{parts[0]}" in {" or ".join(str(k) for k in reversed(self.kinds))}',
                f"{like(parts[0], known)}See `cablecheck explain model` for all fields" if not like(parts[0], known)
                else like(parts[0], known),
            )  # fmt: skip
        kind = self.kinds[depth]
        path: Path = [depth]
        for part in rest:
            known_here = _fields(kind)
            if part not in known_here:
                if kind.name in ("list", "set"):
                    return scope.refuse(
                        "R014", name, f'"{part}" is asked of a {kind}, which needs a quantifier',
                        f"write {'.'.join(map(str, path[1:]))}: {{any: {{{part}: …}}}} (or all, none …)",
                    )  # fmt: skip
                return scope.refuse(
                    "R011", name, f'no field "{part}" in {kind}', like(part, known_here) or _list(known_here)
                )
            kind = known_here[part]
            path.append(part)
        return path, kind

    def _start(self, parts: list[str]) -> tuple[int | None, list[str]]:
        if parts[0] in self.names and parts[0]:
            return self.names.index(parts[0]), parts[1:]
        if parts[0] == "value" and len(self.kinds) > 1 and "value" not in _fields(self.kinds[-1]):
            return len(self.kinds) - 1, parts[1:]
        for depth in range(len(self.kinds) - 1, -1, -1):
            if parts[0] in _fields(self.kinds[depth]):
                return depth, parts
        return None, parts


def _fields(kind: Kind) -> dict[str, Kind]:
    if kind.name == "node":
        return fields(kind.node)
    if kind.name in ("level", "date"):
        return fields(kind.name.capitalize())
    return {}


def _list(known: dict[str, Kind]) -> str:
    return f"it has: {', '.join(sorted(known))}" if known else "it has no fields"


def all_paths(depth: int = 3, node: str = "Telegram", before: str = "") -> list[tuple[str, Kind]]:
    """Every selector of the model down to a depth, with its type (for the schema and for `explain model`)."""
    found: list[tuple[str, Kind]] = []
    for name, kind in fields(node).items():
        found.append((before + name, kind))
        if depth > 1 and kind.name == "node" and kind.node in nodes():
            found += all_paths(depth - 1, kind.node, f"{before}{name}.")
    return found
