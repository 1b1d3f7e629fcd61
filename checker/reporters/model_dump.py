"""Write a parsed telegram as an indented tree or as JSON, with all fields and the positions of its parts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ..model import MODEL_VERSION, Node, Telegram, Unread
from ..record import Record
from ..text import Source, Span
from .escaping import json_text, visible


def tree(telegram: Telegram, source: Source) -> Iterator[str]:
    """Yield the telegram as indented lines, one per field: its name, its value, and the position of a part
    (`line:column-line:column`). Lines that begin with `=` show derived values, after the fields.
    """
    yield from _node("telegram", telegram, source, 0)


def _node(name: str, node: Record, source: Source, depth: int) -> Iterator[str]:
    pad = "  " * depth
    place = f"  @{_place(node.span, source)}" if isinstance(node, Node) else ""
    kind = type(node).__name__.lower()
    if isinstance(node, Unread):
        state = "lost" if node.lost else "unread"
        yield f"{pad}{name}: {state} {_value(node.text)} ({visible(node.why)}){place}\n"
        return
    yield f"{pad}{name}: {kind}{place}\n"
    for field in node.__fields__:
        if field != "span":
            yield from _field(field, getattr(node, field), source, depth + 1)
    for field in derived(node):
        yield from _field(f"= {field}", getattr(node, field), source, depth + 1)


def _field(name: str, value: object, source: Source, depth: int) -> Iterator[str]:
    pad = "  " * depth
    if isinstance(value, Node):
        yield from _node(name, value, source, depth)
    elif isinstance(value, tuple) and value and any(isinstance(item, Node) for item in value):
        if name.startswith("= "):
            yield f"{pad}{name}: {len(value)}\n"
            return
        yield f"{pad}{name}: {len(value)}\n"
        for number, item in enumerate(value):
            yield from _field(f"[{number}]", item, source, depth + 1)
    else:
        yield f"{pad}{name}: {_value(value)}\n"


def derived(node: Record) -> list[str]:
    """Return the names of a node's derived values (its properties), in alphabetical order."""
    kinds = type(node).__mro__
    return sorted({name for kind in kinds for name, item in vars(kind).items() if isinstance(item, property)})


def _place(span: Span, source: Source) -> str:
    start, end = source.position(span.start), source.position(span.end)
    return f"{start.line}:{start.column}-{end.line}:{end.column}"


def _value(value: object) -> str:
    if isinstance(value, str):
        return '"' + visible(value).replace('"', '\\"') + '"'
    if value is None:
        return "absent"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return "(" + ", ".join(_value(item) for item in value) + ")"
    return visible(str(value))


def as_object(telegram: Telegram, source: Source) -> dict[str, object]:
    """Return the telegram as a JSON object in which each part has `kind`, `place`, its fields, and `derived`."""
    return {"model_version": MODEL_VERSION, "telegram": _object(telegram, source)}


def _object(value: object, source: Source) -> object:
    if isinstance(value, Node):
        start, end = source.position(value.span.start), source.position(value.span.end)
        found: dict[str, object] = {
            "kind": type(value).__name__.lower(),
            "place": {
                "line": start.line, "column": start.column, "end_line": end.line, "end_column": end.column,
                "start": value.span.start, "end": value.span.end,
            },
        }  # fmt: skip
        for field in value.__fields__:
            if field != "span":
                found[field] = _object(getattr(value, field), source)
        names = derived(value)
        if names:
            found["derived"] = {name: _brief(getattr(value, name), source) for name in names}
        return found
    if isinstance(value, Span):
        return {"start": value.start, "end": value.end}
    if isinstance(value, Record):
        return {field: _object(getattr(value, field), source) for field in value.__fields__}
    if isinstance(value, (tuple, list)):
        return [_object(item, source) for item in value]
    if isinstance(value, dict):
        return {str(key): _object(item, source) for key, item in value.items()}
    if isinstance(value, date):
        return value.isoformat()
    return json_text(value) if isinstance(value, str) else value


def _brief(value: object, source: Source) -> object:
    """Return a derived value as a JSON value. A part of the telegram is represented only by its kind and position,
    because the object contains it elsewhere.
    """
    if isinstance(value, Node):
        return {"kind": type(value).__name__.lower(), "place": _place(value.span, source)}
    if isinstance(value, tuple):
        return [_brief(item, source) for item in value]
    return _object(value, source)
