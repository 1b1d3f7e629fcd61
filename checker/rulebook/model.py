"""The fields a rule may name, read off the annotations of the document model: there is no second list."""

from __future__ import annotations

from functools import cache

from .. import document
from ..record import Record
from ..values import Level

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
        for name, kind in vars(document).items()
        if isinstance(kind, type) and issubclass(kind, document.Node) and kind is not document.Unread
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
