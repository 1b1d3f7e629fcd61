"""Provide hover and completion in rule files: rules, fields of the document model, operators, sources, and keys."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from ..operators import OPERATORS
from ..results import SEVERITIES
from ..rulebook import Rulebook
from ..rulebook.authoring import explain
from ..rulebook.condition_parser import CONNECTIVES, QUANTIFIERS, STATES
from ..rulebook.field_reference import meaning_of
from ..rulebook.field_types import FieldType, all_paths, element_of, fields, nodes
from ..rulebook.loader import base_telegrams
from ..rulebook.schema import CITATION, EXAMPLE, RULE

_WORD = re.compile(r"[A-Za-z][\w.-]*")
_KEY = re.compile(r"[A-Za-z][\w.-]*(?=\s*:)")
_RULE_FILE = re.compile(r"^(?:chapter|rules|table|entries|cablecheck|model)\s*:", re.MULTILINE)
_HEAD = re.compile(r"^(?:format|name)\s*:", re.MULTILINE)
CONDITIONS = ("when", "where", "require", "and", "or", "not", "implies", "if", "then")
KEYS = {key.name: key.says for key in RULE}
INNER_KEYS = {
    "cite": {key.name: key.says for key in CITATION},
    "examples": {key.name: key.says for key in EXAMPLE},
}
WORDS = {**QUANTIFIERS, **STATES, **CONNECTIVES}
TABLE_KEYS = ("table", "in_table", "not_in_table")


def is_rule_file(path: str, text: str) -> bool:
    """Return whether a file is a YAML file with a chapter of rules, a vocabulary table, or a pack description."""
    return path.endswith((".yaml", ".yml")) and bool(_HEAD.search(text)) and bool(_RULE_FILE.search(text))


def hover(book: Rulebook, lines: Sequence[str], row: int, column: int) -> tuple[str, int, int]:
    """Return the meaning of the word at a position, and the columns at which the word begins and ends (exclusive).

    If the position is not on a word, or its meaning is unknown, the meaning is "".
    """
    for word in _WORD.finditer(lines[row]):
        if word.start() <= column < word.end():
            keys = enclosing_keys(lines, row, word.start())
            return _meaning(book, word[0], keys, _element(lines, row)), word.start(), word.end()
    return "", 0, 0


def _meaning(book: Rulebook, word: str, keys: list[str], element: str) -> str:
    rule, source = book.find(word), book.vocabulary["sources"].get(word)
    if rule is not None:
        return explain(rule)
    if source is not None:
        return f"{word}: {source.title}"
    if keys[-1:] == ["base"] and word in base_telegrams():
        return base_telegrams()[word]
    for owner, says in INNER_KEYS.items():
        if owner in keys and word in says:
            return f"{word}: {says[word]}"
    if not any(key in CONDITIONS for key in keys) and keys[-1:] not in (["each"], ["point"]):
        return f"{word}: {KEYS[word]}" if word in KEYS else ""
    kind = _kind_at([*keys, word], element)
    before = _kind_at(keys, element)
    operator = OPERATORS.get(before.name, {}).get(word) if before is not None else None
    if operator is not None:
        return f"{word}: {operator.says}"
    if word in WORDS:
        return f"{word}: {WORDS[word]}"
    return _field_text(word, kind, element) if kind is not None else ""


def _field_text(path: str, kind: FieldType, element: str) -> str:
    operators = tuple(QUANTIFIERS) if kind.name == "list" else tuple(OPERATORS.get(kind.name, {}))
    meaning = next((text for node in (element, "Telegram") if node and (text := _described(node, path))), "")
    lines = [f"{path}: a {kind}", meaning, f"Operators: {', '.join(operators)}" if operators else ""]
    return "\n".join(line for line in lines if line)


@cache
def _described(node: str, path: str) -> str:
    """Return the meaning of the field at `path` in a class, or "" if the class has no such field."""
    *before, last = path.split(".")
    for name in before:
        kind = _field(node, name)
        node = kind.node if kind is not None else ""
    kind = _field(node, last) if node in nodes() else None
    return meaning_of(node, last, kind) if kind is not None else ""


def completions(book: Rulebook, lines: Sequence[str], row: int, column: int) -> Iterator[tuple[str, str, str]]:
    """Yield the words that can be completed at a position, each with its meaning and its kind (such as "field",
    "operator", "source", or "key").
    """
    keys = enclosing_keys(lines, row, column)
    last = keys[-1] if keys else ""
    if last == "source":
        yield from ((entry.code, entry.title, "source") for entry in book.vocabulary["sources"])
    elif last == "severity":
        yield from ((word, "", "severity") for word in SEVERITIES)
    elif last == "base":
        yield from ((word, "", "telegram") for word in base_telegrams())
    elif last in TABLE_KEYS:
        yield from ((table.name, table.title, "table") for table in book.vocabulary.tables.values())
    elif last == "replaced_by":
        yield from ((rule.id, rule.summary, "rule") for rule in book.rules)
    elif last in ("each", "point") or any(key in CONDITIONS for key in keys):
        yield from _conditions(keys, _element(lines, row))
    else:
        inner = next((says for owner, says in INNER_KEYS.items() if owner in keys), KEYS)
        yield from ((name, says, "key") for name, says in inner.items())


def _conditions(keys: list[str], element: str) -> Iterator[tuple[str, str, str]]:
    """Yield the operators for the field in the enclosing keys, or the fields if the keys contain no field yet."""
    kind = _kind_at(keys, element) if keys[-1] not in CONDITIONS else None
    if kind is None or (kind.name == "list" and keys[-1] in QUANTIFIERS):
        inner = element_of(kind).node if kind is not None else element
        for node in dict.fromkeys(name for name in (inner, "Telegram") if name in nodes()):
            yield from ((path, f"a {each}. {_described(node, path)}", "field") for path, each in all_paths(2, node))
        return
    if kind.name in ("list", "set"):
        yield from ((word, says, "operator") for word, says in QUANTIFIERS.items())
    yield from ((name, each.says, "operator") for name, each in OPERATORS.get(kind.name, {}).items())
    yield from ((word, says, "state") for word, says in STATES.items())


def _element(lines: Sequence[str], row: int) -> str:
    """Return the class of the elements that the rule at a row tests one by one (`each`), or "" if it has no `each`."""
    first = next((at for at in range(row, -1, -1) if re.match(r"\s*- *(?:id|\{)", lines[at])), 0)
    for line in lines[first : row + 40]:
        found = re.match(r"\s*each: *([\w.]+)", line)
        if found is not None:
            kind = _kind_at([found[1]], "")
            return element_of(kind).node if kind is not None and kind.name == "list" else ""
    return ""


@cache
def _field(node: str, path: str) -> FieldType | None:
    """Return the type of the field at `path` in a class, or None if the class has no such field."""
    kind: FieldType | None = None
    for name in path.split("."):
        known = fields(node) if node in (*nodes(), "Level", "Date") else {}
        kind = known.get(name)
        if kind is None:
            return None
        node = kind.node or {"level": "Level", "date": "Date"}.get(kind.name, "")
    return kind


def _kind_at(keys: Sequence[str], element: str) -> FieldType | None:
    """Return the type of the innermost field in `keys`, or None if they contain no field. A key inside a list is a
    field of the list's elements.
    """
    owners = [element, "Telegram"]
    kind = None
    for key in keys:
        found = next((each for owner in owners if owner and (each := _field(owner, key)) is not None), None)
        if found is not None and key not in (*QUANTIFIERS, *CONDITIONS):
            kind = found
            owners = [element_of(kind).node, *owners] if kind.name == "list" else owners
    return kind


def enclosing_keys(lines: Sequence[str], row: int, column: int) -> list[str]:
    """Return the keys that enclose a position, outermost first. They are determined from the indentation of the lines
    above and from the braces on the position's own line.
    """
    before = lines[row][:column]
    keys = _open_keys(before)
    depth = len(before) - len(before.lstrip(" -")) if before.strip(" -") else len(before)
    for line in reversed(lines[:row]):
        indent = len(line) - len(line.lstrip(" -"))
        if line.strip() and indent < depth:
            found = _KEY.match(line, indent)
            if found is not None:
                keys.insert(0, found[0])
                depth = indent
            if not indent:
                break
    return keys


def _open_keys(text: str) -> list[str]:
    """Return a line's keys whose values are still open, such as both keys in `require: {subject: {`."""
    keys: list[str] = []
    depths: list[int] = []
    depth = 0
    for sign in re.finditer(r"[A-Za-z][\w.-]*(?=\s*:(?:\s|$))|[{}\[\],]", text):
        word = sign[0]
        if word in "{[":
            depth += 1
        elif word in "}],":
            depth -= word != ","
            while depths and depths[-1] >= depth + (word != ","):
                depths.pop()
                keys.pop()
        else:
            keys.append(word)
            depths.append(depth)
    return keys
