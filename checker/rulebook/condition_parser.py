"""Parse conditions from YAML mappings into expressions (`ir`), resolving every field name and checking every operator.

Conditions on single values come first, followed by conditions on lists. Each function returns an expression, or None
after adding an error to the scope.
"""

from __future__ import annotations

from ..operators import OPERATORS
from ..vocabulary import Table
from .argument_parser import read_argument, tolerance
from .field_paths import Frames, Scope
from .field_types import FieldType, element_of, fields
from .ir import Expression
from .vocabulary_loader import described
from .yaml_loader import YamlList, YamlMap, YamlNode, YamlText, flow_yaml, plain, suggest


def flow(node: YamlNode) -> str:
    """Return a node as one line of YAML, as it would be typed in a rule."""
    return flow_yaml(plain(node))


STATES = {
    "absent": "The document does not have the field.",
    "present": "The document has the field, whether it is readable or not.",
    "readable": "The document has the field, and it can be read.",
    "unreadable": "The document has the field, but it cannot be read.",
}
CONNECTIVES = {
    "and": "All of these conditions must hold.",
    "implies": "If the first condition holds, the second must hold.",
    "not": "This condition must not hold.",
    "or": "At least one of these conditions must hold.",
}
QUANTIFIERS = {
    "all": "The condition holds for every element; true of an empty list.",
    "any": "The condition holds for at least one element.",
    "at_least": "The condition holds for at least this many elements: {times: 2, of: {…}}.",
    "at_most": "The condition holds for at most this many elements: {times: 2, of: {…}}.",
    "count": "The number of elements satisfies these operators: {at_least: 2}.",
    "every_pair_next_to_each_other": "The condition holds for every two neighbors; previous.x is a field of the first.",
    "exactly": "The condition holds for exactly this many elements: {times: 1, of: {…}}.",
    "non_empty": "There is at least one element (true), or none (false).",
    "none": "The condition holds for no element.",
    "sorted_by": "The elements are in the order of this field.",
    "unique": "No two elements have the same value of this field, or are the same (true).",
}


def read_condition(node: YamlNode, frames: Frames, scope: Scope) -> Expression | None:
    """Parse a condition: a mapping whose entries must all be true. Return an expression, or None after adding an
    error.
    """
    if not isinstance(node, YamlMap):
        return scope.error("R036", node, "expected a condition", "Write {field: {operator: argument}}")
    if not node.pairs:
        return scope.error("R036", node, "empty condition", "Write {field: {operator: argument}}")
    parts = [_entry(key, value, frames, scope) for key, value in node.items()]
    found = [part for part in parts if part is not None]
    if len(found) < len(parts):
        return None
    return found[0] if len(found) == 1 else ["and", found]


def _entry(key: YamlText, value: YamlNode, frames: Frames, scope: Scope) -> Expression | None:
    if key.value in CONNECTIVES:
        return _connective(key, value, frames, scope)
    found = frames.find(key, scope)
    if found is None:
        return None
    path, kind = found
    if isinstance(value, YamlText):
        return _word(path, kind, value, scope)
    if not isinstance(value, YamlMap) or not value.pairs:
        return scope.error("R036", value, f"no condition on {key.value}", f"Write {{operator: argument}}, or {_STATES}")
    parts = [_ask(path, kind, word, argument, frames, scope) for word, argument in value.items()]
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    return known[0] if len(known) == 1 else ["and", known]


_STATES = ", ".join(STATES)


def _connective(key: YamlText, value: YamlNode, frames: Frames, scope: Scope) -> Expression | None:
    if key.value == "not":
        inner = read_condition(value, frames, scope)
        return None if inner is None else ["not", inner]
    if key.value == "implies":
        if not isinstance(value, YamlMap) or set(value.pairs) != {"if", "then"}:
            return scope.error("R036", value, "`implies` needs `if` and `then`", "Write {if: …, then: …}")
        both = [read_condition(value.pairs[word][1], frames, scope) for word in ("if", "then")]
        return None if None in both else ["implies", *both]
    if not isinstance(value, YamlList) or not value.items:
        typed = value.items() if isinstance(value, YamlMap) else ()
        form = ", ".join(f"{{{name.value}: {flow(inner)}}}" for name, inner in typed) or "{…}, {…}"
        return scope.error("R036", value, f"`{key.value}` needs a list of conditions", f"Write {key.value}: [{form}]")
    parts = [read_condition(item, frames, scope) for item in value.items]
    return None if None in parts else [key.value, parts]


def _word(path: list[int | str], kind: FieldType, value: YamlText, scope: Scope) -> Expression | None:
    if value.value in STATES:
        return ["state", path, value.value]
    if kind.name == "flag" and value.value in ("true", "false"):
        return ["ask", path, "flag", "is", ["lit", "flag", value.value == "true"]]
    operators = OPERATORS.get(kind.name)
    words = [*STATES, *(("true", "false") if kind.name == "flag" else ())]
    first, _, rest = value.value.partition(" ")
    if operators is not None and first in operators and rest:
        example = f"{{{first}: {rest}}}"
    elif operators is None:
        example = "{any: …}"
    else:
        example = f"{{is: {flow(value)}}}" if "is" in operators else f"{{{next(iter(operators))}: {flow(value)}}}"
    near = suggest(value.value, words)
    return scope.error(
        "R012", value, f'"{value.value}" is not one of {", ".join(words)}',
        near if near or kind.name == "flag" else f"To compare a {kind}, write {example}",
    )  # fmt: skip


def _ask(
    path: list[int | str], kind: FieldType, word: YamlText, node: YamlNode, frames: Frames, scope: Scope
) -> Expression | None:
    if kind.name in ("list", "set") and (word.value in QUANTIFIERS or kind.name == "list"):
        return _quantifier(path, kind, word, node, frames, scope)
    if kind.name == "node" and frames.has_text(kind):
        path, kind = [*path, "text"], FieldType("text")
    operators = OPERATORS.get(kind.name)
    if operators is None:
        return scope.error(
            "R013", word, f'no operator "{word.value}" for a {kind}', f"Write {_STATES}, or name one of its fields"
        )
    operator = operators.get(word.value)
    if operator is None and word.value in STATES:
        name = ".".join(map(str, path[1:]))
        return scope.error(
            "R012", word, f'"{word.value}" is a state, not an operator', f"Write {{{name}: {word.value}}}"
        )
    if operator is None:
        return _unknown(kind, word, scope)
    expr = read_argument(operator.argument, node, frames, scope)
    if expr is None:
        return None
    if (
        kind.name == "level"
        and operator.name in _EDGES
        and expr[0] == "lit"
        and not _on_scale(operator.name, expr, node, scope)
    ):
        return None
    if kind.name in ("set", "text") and not _known_codes(frames.owned(path), expr, node, scope):
        return None
    if kind.name == "date" and tolerance(node):
        return _tolerant(path, operator.name, expr, tolerance(node), word, scope)
    return ["ask", path, kind.name, operator.name, expr]


def _known_codes(field: str, expr: Expression, node: YamlNode, scope: Scope) -> bool:
    """Return whether all constants that are compared with a code field are acceptable. Add an error for each one that
    is not a code in any table, or is only a spelling of one of the field's codes.
    """
    if expr[0] != "lit" or expr[1] not in ("codes", "set", "text", "texts"):
        return True
    items = node.items if isinstance(node, YamlList) else [node]
    doubtful = [item for item in items if isinstance(item, YamlText) and _is_doubtful(item.value, scope)]
    entry = described("coded_fields").get(field) if doubtful else None
    if entry is None:
        return True
    tables = [scope.vocabulary[name] for name in entry.facts["tables"] if name in scope.vocabulary]
    known = [_is_code(item, tables, scope) for item in doubtful]
    return all(known)


def _is_code(item: YamlText, tables: list[Table], scope: Scope) -> bool:
    """Return whether a word is a code in one of a field's tables, or a code in another table that is not also a
    spelling of one of the field's codes. Otherwise, add an error.
    """
    word = item.value
    if any(word in table for table in tables):
        return True
    spelled = next((found.code for table in tables if (found := table.find(word) or table.find(word.upper()))), "")
    if not spelled and not _is_unknown(word, scope):
        return True
    near = (
        f'Did you mean "{spelled}"?' if spelled else suggest(word, [code for table in tables for code in table.codes()])
    )
    names = ", ".join(table.name for table in tables)
    scope.error(
        "R039", item, f'"{word}" is not a code that this field can have',
        near or f"Use a code from {names}, or from your own table in vocabulary/ beside the rules",
    )  # fmt: skip
    return False


def _is_unknown(word: str, scope: Scope) -> bool:
    return not any(word in table for table in scope.vocabulary.tables.values())


def _is_doubtful(word: str, scope: Scope) -> bool:
    """Return whether a word is not a code in any table, or is a spelling of a different code.

    Spellings are not doubtful in a scheme with its own levels, because its tables may use them as codes.
    """
    if _is_unknown(word, scope):
        return True
    return scope.vocabulary.scheme is None and any(entry.code != word for _, entry in scope.vocabulary.find(word))


_EDGES = {"at_least": 0, "below": 0, "at_most": -1, "above": -1}


def _on_scale(name: str, expr: Expression, node: YamlNode, scope: Scope) -> bool:
    """Return whether a comparison with a level can be either true or false. Add an error if the result is always the
    same.
    """
    ranks = sorted({entry.rank or 0 for entry in scope.vocabulary["levels"]})
    entry = scope.vocabulary["levels"].get(expr[2])
    if entry is None or (entry.rank or 0) != ranks[_EDGES[name]]:
        return True
    scope.error(
        "R038",
        node,
        f"`{name}: {entry.title}` is always true or always false",
        "Choose a level that is not the lowest or highest of the scale",
    )
    return False


def _tolerant(
    path: list[int | str], name: str, expr: Expression, days: int, word: YamlText, scope: Scope
) -> Expression | None:
    none: Expression = ["lit", "count", 0]
    later, earlier = ["shift", expr, none, days], ["shift", expr, none, -days]
    if name in ("exactly", "same_day", "is", "same_as"):
        return ["ask", path, "date", "within", ["window", earlier, later]]
    if name in ("on_or_before", "at_most", "before"):
        return ["ask", path, "date", name, later]
    if name in ("on_or_after", "at_least", "after"):
        return ["ask", path, "date", name, earlier]
    return scope.error("R015", word, f"`{name}` does not take tolerance_days")


def _choice(names: list[str]) -> str:
    """Return the names as a list of alternatives: `count`, `count or date`, or `count, date, or level`."""
    if len(names) < 3:
        return " or ".join(names)
    return f"{', '.join(names[:-1])}, or {names[-1]}"


def _unknown(kind: FieldType, word: YamlText, scope: Scope) -> None:
    operators = OPERATORS[kind.name]
    owners = [name for name, others in OPERATORS.items() if word.value in others]
    allows = f"Operators for a {kind} value: {', '.join(sorted(operators))}"
    if owners or word.value in QUANTIFIERS:
        owner = f"a {_choice(owners)}" if owners else "a list"
        scope.error("R013", word, f'operator "{word.value}" is for {owner}, not for a {kind} value', allows)
    else:
        scope.error(
            "R012", word, f'unknown operator "{word.value}" for a {kind} value',
            "\n".join(filter(None, (suggest(word.value, operators), allows))),
        )  # fmt: skip


# ---- Lists -----------------------------------------------------------------------------------------------------------


def _quantifier(
    path: list[int | str], kind: FieldType, word: YamlText, node: YamlNode, frames: Frames, scope: Scope
) -> Expression | None:
    name = word.value
    if name in ("any", "all", "none"):
        inner = read_condition(node, frames.inside(kind), scope)
        return None if inner is None else [name, path, inner]
    if name == "every_pair_next_to_each_other":
        inner = read_condition(node, frames.pair(kind), scope)
        return None if inner is None else ["pairs", path, inner]
    if name in ("exactly", "at_least", "at_most"):
        return _times(path, kind, word, node, frames, scope)
    if name == "count":
        return _count(path, node, frames, scope)
    if name == "non_empty":
        if isinstance(node, YamlText) and node.value in ("true", "false"):
            return ["state", path, "present" if node.value == "true" else "absent"]
        return scope.error("R015", node, "`non_empty` must be true or false")
    if name in ("unique", "sorted_by"):
        return _by(path, kind, name, node, frames, scope)
    return scope.error(
        "R014", word, f'"{name}" cannot be applied to the list "{".".join(map(str, path[1:]))}" without a quantifier',
        "\n".join(filter(None, (
            _element_pattern(path, kind, word, node) or suggest(name, QUANTIFIERS),
            f"Operators for lists: {', '.join(QUANTIFIERS)}",
        ))),
    )  # fmt: skip


def _element_pattern(path: list[int | str], kind: FieldType, word: YamlText, node: YamlNode) -> str:
    """Return advice for an element operator, such as `contains`, that is applied to a list: the condition to write
    instead. Return "" if there is no suggestion.
    """
    inner = element_of(kind)
    known = fields(inner.node) if inner.node else {}
    field = next((name for name in ("code", "text", "name", "label") if name in known), "")
    if not field or word.value not in {name for names in OPERATORS.values() for name in names}:
        return ""
    value = node.value if isinstance(node, YamlText) else "…"
    lists = ".".join(map(str, path[1:]))
    return f"Write {{{lists}: {{any: {{{field}: {{is: {value}}}}}}}}}\nFields of {inner}: {', '.join(sorted(known))}"


def _times(
    path: list[int | str], kind: FieldType, word: YamlText, node: YamlNode, frames: Frames, scope: Scope
) -> Expression | None:
    form = f"Write {{{word.value}: {{times: 2, of: {{…}}}}}}"
    if isinstance(node, YamlText) and node.value.isdecimal():
        operator = "is" if word.value == "exactly" else word.value
        chosen = f"{{{word.value}: {{times: {node.value}, of: {{…}}}}}}"
        form = f"Write {{count: {{{operator}: {node.value}}}}}, or, for elements that meet a condition, {chosen}"
    if not isinstance(node, YamlMap) or not scope.keys(node, {"times", "of"}, "R010"):
        return (
            scope.error("R015", node, f"`{word.value}` needs `times` and `of`", form)
            if not isinstance(node, YamlMap)
            else None
        )
    if set(node.pairs) != {"times", "of"}:
        return scope.error("R033", node, f"`{word.value}` needs `times` and `of`", form)
    number = read_argument("count", node.pairs["times"][1], frames, scope)
    inner = read_condition(node.pairs["of"][1], frames.inside(kind), scope)
    if number is None or inner is None:
        return None
    if number[0] != "lit":
        return scope.error("R015", node.pairs["times"][1], "`times` must be a number")
    return ["times", path, word.value, number[2], inner]


def _count(path: list[int | str], node: YamlNode, frames: Frames, scope: Scope) -> Expression | None:
    operators = OPERATORS["count"]
    if not isinstance(node, YamlMap) or not node.pairs:
        number = flow(node) if isinstance(node, YamlText) and node.value else "2"
        return scope.error("R015", node, "no condition on the count", f"Write {{count: {{is: {number}}}}}")
    parts: list[Expression] = []
    for key, value in node.items():
        operator = operators.get(key.value)
        if operator is None:
            return _unknown(FieldType("count"), key, scope)
        expr = read_argument(operator.argument, value, frames, scope)
        if expr is None:
            return None
        parts.append(["count", path, key.value, expr])
    return parts[0] if len(parts) == 1 else ["and", parts]


def _by(
    path: list[int | str], kind: FieldType, name: str, node: YamlNode, frames: Frames, scope: Scope
) -> Expression | None:
    if not isinstance(node, YamlText):
        return scope.error("R015", node, f"`{name}` must name a field of the elements", f"Write {{{name}: name}}")
    inside = frames.inside(kind)
    if name == "unique" and node.value == "true":
        return ["unique", path, [len(frames.kinds)]]
    found = inside.find(node, scope)
    return None if found is None else [name, path, found[0]]
