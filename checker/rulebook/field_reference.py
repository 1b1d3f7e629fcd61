"""The reference of the fields that rules can name: for `explain model`, `explain FIELD` and the page docs/fields.md.

Types come from the annotations of the document model, meanings from its docstrings, operators from `operators`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..operators import OPERATORS
from .condition_parser import QUANTIFIERS, STATES
from .field_types import FieldType, element_of, fields, nodes

_HEAD = """# Fields

The fields that the conditions of a rule can name, by the part of the telegram they belong to. This page is made from
the document model. `cablecheck explain FIELD` shows the same in a terminal, and `cablecheck parse` the values of a
telegram. A field of a part is written with dots: `authority.name`.
"""
_EXAMPLES = {
    "text": "{%s: {is: …}}", "count": "{%s: {at_least: 2}}", "flag": "{%s: true}", "level": "{%s: {at_least: S}}",
    "date": "{%s: {before: 1995-10-14}}", "set": "{%s: {includes: …}}", "list": "{%s: {non_empty: true}}",
    "node": "{%s: present}",
}  # fmt: skip


def model_lines() -> Iterator[str]:
    """Yield the classes of the model with their fields, one field a line."""
    yield "Fields that rules can name, by the part of the telegram they belong to. A field of a part is written"
    yield "with dots: authority.name. The elements of a list are reached with a quantifier, or with `each`."
    for node in _ordered():
        yield ""
        yield f"{node}: {_first_sentence(nodes()[node].__doc__)}"
        width = max((len(name) for name in fields(node)), default=0)
        for name, kind in fields(node).items():
            yield f"  {name:<{width}}  {type_text(kind)}"
    yield ""
    yield "`cablecheck explain FIELD` shows the meaning of a field, its operators, and an example."


def field_lines(name: str) -> list[str]:
    """Return what `explain` shows about a field, named by a path or by itself; [] if there is none."""
    found = _owners(name)
    if not found:
        return []
    lines: list[str] = []
    for owner, kind in found:
        short = name.rpartition(".")[2]
        lines += ["" for _ in lines[:1]] + [f"{name} of {owner}: {type_text(kind)}"]
        meaning = meaning_of(owner, short, kind)
        lines += [f"  Meaning: {meaning}"] if meaning else []
        lines += [f"  States: {', '.join(states(kind))}"]
        lines += [f"  {title}: {', '.join(names)}" for title, names in [_operators(kind)] if names]
        if kind.name in ("node", "list") and kind.node in nodes():
            lines += [f"  Its fields: {', '.join(sorted(fields(kind.node)))}"]
        lines += [f"  Example: {example_of(name, kind)}"]
    return lines


def page() -> str:
    """Return the page docs/fields.md."""
    parts = [_HEAD]
    for node in _ordered():
        rows = [
            f"| `{name}` | {type_text(kind)} | {_cell(meaning_of(node, name, kind))} | `{example_of(name, kind)}` |"
            for name, kind in fields(node).items()
        ]
        about = _first_sentence(nodes()[node].__doc__)
        parts.append(
            f"\n## {node}\n\n{about}\n\n| field | type | meaning | example |\n|---|---|---|---|\n"
            + "\n".join(rows)
            + "\n"
        )
    words = [", ".join(f"`{name}`" for name in names) for names in (STATES, QUANTIFIERS)]
    parts.append(f"\n## Operators\n\nEvery field has the states {words[0]}. A list has the quantifiers {words[1]}.\n")
    for kind_name, operators in OPERATORS.items():
        rows = [f"| `{one.name}` | {_cell(one.says)} |" for one in operators.values()]
        parts.append(
            f"\n### {kind_name.capitalize()}\n\n| operator | true if the value |\n|---|---|\n" + "\n".join(rows) + "\n"
        )
    return "".join(parts)


def type_text(kind: FieldType) -> str:
    """Return the type of a field in words, with what is special about its values."""
    more = [word for word, given in (("derived", kind.derived), ("may be unreadable", kind.unread)) if given]
    return f"{kind} ({', '.join(more)})" if more else str(kind)


def meaning_of(owner: str, name: str, kind: FieldType) -> str:
    """Return the meaning of a field: the docstring of a derived one, or the sentence of its class that names it."""
    if kind.title:
        text = kind.title.removeprefix("Return ")
        return text[:1].upper() + text[1:]
    for part in nodes()[owner].__mro__ if owner in nodes() else ():
        for sentence in re.split(r"(?<=[.;]) (?=[A-Z`])", " ".join((part.__doc__ or "").split())):
            if f"`{name}`" in sentence:
                return sentence
    return _first_sentence(nodes()[kind.node].__doc__) if kind.node in nodes() else ""


def example_of(name: str, kind: FieldType) -> str:
    """Return a condition on the field as it is typed in a rule."""
    return _EXAMPLES[kind.name] % name


def states(kind: FieldType) -> tuple[str, ...]:
    """Return the states that can be asked of a field, and true and false for a flag."""
    return (*STATES, "true", "false") if kind.name == "flag" else STATES


def _operators(kind: FieldType) -> tuple[str, tuple[str, ...]]:
    if kind.name == "list":
        return f"Quantifiers over {element_of(kind)}", QUANTIFIERS
    return "Operators", tuple(OPERATORS.get(kind.name, ()))


def _owners(name: str) -> list[tuple[str, FieldType]]:
    """Return (class, type) of a field: by its path from the telegram, else in every class that has one of this name."""
    owner, kinds = "Telegram", fields("Telegram")
    *before, last = name.split(".")
    for part in before:
        kind = kinds.get(part)
        if kind is None or kind.node not in nodes():
            return []
        owner, kinds = kind.node, fields(kind.node)
    if last in kinds:
        return [(owner, kinds[last])]
    return [] if before else [(node, fields(node)[last]) for node in _ordered() if last in fields(node)]


def _ordered() -> list[str]:
    """Return the classes of the model, the telegram first."""
    return sorted((name for name in nodes() if fields(name)), key=lambda name: (name != "Telegram", name))


def _first_sentence(text: str | None) -> str:
    return re.split(r"(?<=\.) (?=[A-Z`])", " ".join((text or "").split()))[0]


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
