"""Generate the reference for the fields that rules can use, for `explain model`, `explain FIELD`, and docs/fields.md.

Types come from the document model's annotations; meanings from its docstrings and the `fields` table; and operators
from the `operators` module.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..operators import OPERATORS
from .condition_parser import CONNECTIVES, QUANTIFIERS, STATES
from .field_types import FieldType, element_of, fields, nodes
from .vocabulary_loader import described
from .yaml_loader import flow_yaml

_HEAD = """# Fields

This page lists the fields that rule conditions can use, grouped by part of the telegram. The page is generated from the
document model. `cablecheck explain FIELD` shows the same information in a terminal, and `cablecheck parse` shows the
values in a telegram. To name a part's field, use a dot, as in `authority.name`.
"""
_EXAMPLES = {
    "text": "present", "count": "{at_least: 2}", "flag": "true", "level": "{at_least: SECRET}",
    "date": "{before: 1995-10-14}", "set": "present", "list": "{non_empty: true}", "node": "present",
}  # fmt: skip
_WITH_VALUE = {"text": "{is: %s}", "set": "{includes: %s}"}


def model_lines() -> Iterator[str]:
    """Yield the lines that `explain model` shows: the classes of the model with their fields, one field per line."""
    yield "Fields that rule conditions can use, grouped by part of the telegram."
    yield "To name a part's field, use a dot, as in authority.name."
    yield "Use a quantifier or `each` for the elements of a list."
    for node in _ordered():
        yield ""
        yield f"{node}: {_first_sentence(nodes()[node].__doc__)}"
        width = max((len(name) for name in fields(node)), default=0)
        for name, kind in fields(node).items():
            yield f"  {name:<{width}}  {type_text(kind)}"
    yield ""
    yield "`cablecheck explain FIELD` shows the meaning of a field, its operators, and an example."


def field_lines(name: str) -> list[str]:
    """Return the text that `explain` shows for a field (given by path or name) or a part of the model, or [] for any
    other name. A path may begin with `telegram`, or with a part in lower case, as in `caption.code`.
    """
    first, dot, rest = name.partition(".")
    part = next((node for node in _ordered() if node.lower() == first.lower()), "")
    if part and not dot and not _owners(name):
        return _part_lines(part)
    if part and dot and not _owners(name):
        name = rest if part == "Telegram" else f"{part}.{rest}"
    found = _owners(name)
    if not found:
        return []
    (owner, kind), *others = found
    lines = [f"{name} of {owner}: {type_text(kind)}", f"  Meaning: {meaning_of(owner, name.rpartition('.')[2], kind)}"]
    lines += [f"  States: {', '.join(states(kind))}"]
    lines += [f"  {title}: {', '.join(names)}" for title, names in [_operators(kind)] if names]
    if kind.name in ("node", "list") and kind.node in nodes():
        lines += [f"  Its fields: {', '.join(sorted(fields(kind.node)))}"]
    lines += [f"  Example: {_example_at(name, owner, kind)}"]
    lines += (
        ["", f"Other parts with a field of that name (`cablecheck explain {others[0][0]}.{name}`):"] if others else []
    )
    return lines + [f"  {node}.{name}: {meaning_of(node, name, other)}" for node, other in others]


def _part_lines(part: str) -> list[str]:
    """Return the lines that `explain` shows for a part of the model: its meaning, the fields whose values are such
    parts, and its own fields.
    """
    lines = [f"{part}: {_first_sentence(nodes()[part].__doc__)}"]
    places = [f"{node}.{name}" for node in _ordered() for name, kind in fields(node).items() if kind.node == part]
    lines += [f"  Found in: {', '.join(places).replace('Telegram.', '')}"] if places else []
    width = max(map(len, fields(part)))
    lines += ["  Its fields:", *(f"    {name:<{width}}  {type_text(kind)}" for name, kind in fields(part).items())]
    return lines


def _example_at(path: str, owner: str, kind: FieldType) -> str:
    """Return an example condition on the field at a path. List elements are reached with `any`."""
    *before, last = path.split(".")
    condition = example_of(owner, last, kind)
    if before and before[0] in nodes():
        return condition
    node, joined, lists = "Telegram", "", []
    for part in before:
        joined = f"{joined}.{part}" if joined else part
        kind = fields(node)[part]
        node = kind.node
        if kind.name == "list":
            lists.append(joined)
            joined = ""
    inner = f"{{{joined}.{condition[1:]}" if joined else condition
    for name in reversed(lists):
        inner = f"{{{name}: {{any: {inner}}}}}"
    return inner


def words() -> Iterator[str]:
    """Yield the words of the rule language that `explain` recognizes, including the names of operators, quantifiers,
    states, and connectives.
    """
    for operators in OPERATORS.values():
        yield from operators
    yield from (*QUANTIFIERS, *STATES, *CONNECTIVES, *described("words").codes())


def word_lines(name: str) -> list[str]:
    """Return the text that `explain` shows for a word in the rule language or in the `words` table, or [] for any other
    word.
    """
    lines = []
    for kind, table in OPERATORS.items():
        if name in table:
            lines.append(f"{name}, an operator for a {kind}: true if the value {table[name].says}")
            lines.append(f"  Example: {operator_example(kind, name)}")
    for title, words in (("a quantifier", QUANTIFIERS), ("a state", STATES), ("a connective", CONNECTIVES)):
        if name in words:
            lines.append(f"{name}, {title}: {words[name]}")
    entry = described("words").get(name)
    if entry is not None:
        lines.append(f"{name}: {entry.title}")
        lines += [f"  Example: {example}" for example in entry.facts.get("example", ())]
    return lines


def operator_example(kind: str, name: str) -> str:
    """Return an example condition that uses an operator on a field of the given type, from the `operators` table, or ""
    if there is none.
    """
    entry = described("operators").get(f"{kind}.{OPERATORS[kind][name].argument}")
    return entry.fact("example").replace("OPERATOR", name) if entry is not None else ""


def page() -> str:
    """Return the text of docs/fields.md."""
    parts = [_HEAD]
    for node in _ordered():
        rows = []
        for name, kind in fields(node).items():
            meaning, example = _cell(meaning_of(node, name, kind)), example_of(node, name, kind)
            rows.append(f"| `{name}` | {type_text(kind)} | {meaning} | `{example}` |")
        about = _first_sentence(nodes()[node].__doc__)
        parts.append(
            f"\n## {node}\n\n{about}\n\n| field | type | meaning | example |\n|---|---|---|---|\n"
            + "\n".join(rows)
            + "\n"
        )
    for title, words in (
        ("Every field has these states", STATES),
        ("A list has these quantifiers", QUANTIFIERS),
        ("Conditions are combined with these connectives", CONNECTIVES),
    ):
        rows = [f"| `{name}` | {_cell(says)} |" for name, says in words.items()]
        head = "\n## Operators\n" if words is STATES else ""
        parts.append(f"{head}\n{title}:\n\n| word | meaning |\n|---|---|\n" + "\n".join(rows) + "\n")
    for kind_name, operators in OPERATORS.items():
        rows = [f"| `{one.name}` | {_cell(one.says)} |" for one in operators.values()]
        parts.append(
            f"\n### {kind_name.capitalize()}\n\n| operator | true if the value |\n|---|---|\n" + "\n".join(rows) + "\n"
        )
    return "".join(parts)


def type_text(kind: FieldType) -> str:
    """Return a field's type in readable English, including the special states that its value can have."""
    more = [word for word, given in (("derived", kind.derived), ("may be unreadable", kind.unread)) if given]
    return f"{kind} ({', '.join(more)})" if more else str(kind)


def meaning_of(owner: str, name: str, kind: FieldType) -> str:
    """Return a field's meaning: for a derived field, its docstring; otherwise, the entry in the `fields` table or the
    first sentence of the docstring of its value's class. Return "" if there is none.
    """
    if kind.title:
        text = kind.title.removeprefix("Return ")
        return text[:1].upper() + text[1:]
    entry = described().get(f"{owner}.{name}")
    if entry is not None:
        return entry.title
    return _first_sentence(nodes()[kind.node].__doc__) if kind.node in nodes() else ""


def example_of(owner: str, name: str, kind: FieldType) -> str:
    """Return an example condition on a field as it would be typed in a rule."""
    entry = described().get(f"{owner}.{name}")
    value = entry.fact("example") if entry is not None else ""
    if value.startswith("{"):
        return f"{{{name}: {value}}}"
    if value and kind.name in _WITH_VALUE:
        return f"{{{name}: {_WITH_VALUE[kind.name] % flow_yaml(value)}}}"
    return f"{{{name}: {_EXAMPLES[kind.name]}}}"


def states(kind: FieldType) -> tuple[str, ...]:
    """Return the states that a condition can test on a field. For a flag, these include true and false."""
    return (*STATES, "true", "false") if kind.name == "flag" else tuple(STATES)


def _operators(kind: FieldType) -> tuple[str, tuple[str, ...]]:
    if kind.name == "list":
        return f"Quantifiers over {element_of(kind)}", tuple(QUANTIFIERS)
    return "Operators", tuple(OPERATORS.get(kind.name, ()))


def _owners(name: str) -> list[tuple[str, FieldType]]:
    """Return (class, type) for each field with this name in any class. A name with dots is treated as a path from the
    telegram or from the class with which it begins, and yields at most one field.
    """
    *before, last = name.split(".")
    if not before:
        return [(node, fields(node)[last]) for node in _ordered() if last in fields(node)]
    owner = before.pop(0) if before[0] in nodes() else "Telegram"
    for part in before:
        kind = fields(owner).get(part)
        if kind is None or kind.node not in nodes():
            return []
        owner = kind.node
    return [(owner, fields(owner)[last])] if last in fields(owner) else []


def _ordered() -> list[str]:
    """Return the model's classes, with the telegram first."""
    return sorted((name for name in nodes() if fields(name)), key=lambda name: (name != "Telegram", name))


def _first_sentence(text: str | None) -> str:
    return re.split(r"(?<=\.) (?=[A-Z`])", " ".join((text or "").split()))[0]


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
