"""Conditions as rule files write them: every selector resolved, every operator bound to its type, all troubles told."""

from __future__ import annotations

from ..operators import OPERATORS
from .arguments import read_argument, tolerance
from .codes import Code
from .fields import Frames, Scope
from .model import Kind
from .places import Map, Seq, Text, Tree, like

STATES = ("absent", "present", "readable", "unreadable")
CONNECTIVES = ("and", "implies", "not", "or")
QUANTIFIERS = (
    "all", "any", "at_least", "at_most", "count", "every_pair_next_to_each_other", "exactly", "non_empty", "none",
    "sorted_by", "unique",
)  # fmt: skip


def read_condition(node: Tree, frames: Frames, scope: Scope) -> Code | None:
    """The code of a condition (a mapping whose keys all must hold), or `None` with troubles added."""
    if not isinstance(node, Map):
        return scope.refuse("R036", node, "a condition is a mapping", "write {field: {operator: argument}}")
    if not node.pairs:
        return scope.refuse("R036", node, "an empty condition says nothing")
    parts = [_entry(key, value, frames, scope) for key, value in node.items()]
    found = [part for part in parts if part is not None]
    if len(found) < len(parts):
        return None
    return found[0] if len(found) == 1 else ["and", found]


def _entry(key: Text, value: Tree, frames: Frames, scope: Scope) -> Code | None:
    if key.value in CONNECTIVES:
        return _connective(key, value, frames, scope)
    found = frames.find(key, scope)
    if found is None:
        return None
    path, kind = found
    if isinstance(value, Text):
        return _word(path, kind, value, scope)
    if not isinstance(value, Map) or not value.pairs:
        return scope.refuse(
            "R036", value, f"say what holds of {key.value}", f"write {{operator: argument}}, or {_STATES}"
        )
    parts = [_ask(path, kind, word, argument, frames, scope) for word, argument in value.items()]
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    return known[0] if len(known) == 1 else ["and", known]


_STATES = ", ".join(STATES)


def _connective(key: Text, value: Tree, frames: Frames, scope: Scope) -> Code | None:
    if key.value == "not":
        inner = read_condition(value, frames, scope)
        return None if inner is None else ["not", inner]
    if key.value == "implies":
        if not isinstance(value, Map) or set(value.pairs) != {"if", "then"}:
            return scope.refuse("R036", value, "`implies` has an `if` and a `then`", "write {if: …, then: …}")
        both = [read_condition(value.pairs[word][1], frames, scope) for word in ("if", "then")]
        return None if None in both else ["implies", *both]
    if not isinstance(value, Seq) or not value.items:
        return scope.refuse("R036", value, f"`{key.value}` has a list of conditions", "write [{…}, {…}]")
    parts = [read_condition(item, frames, scope) for item in value.items]
    return None if None in parts else [key.value, parts]


def _word(path: list[int | str], kind: Kind, value: Text, scope: Scope) -> Code | None:
    if value.value in STATES:
        return ["state", path, value.value]
    if kind.name == "flag" and value.value in ("true", "false"):
        return ["ask", path, "flag", "is", ["lit", "flag", value.value == "true"]]
    operators = OPERATORS.get(kind.name)
    example = "{any: …}" if operators is None else "{is: …}" if "is" in operators else f"{{{next(iter(operators))}: …}}"
    return scope.refuse(
        "R012", value, f'"{value.value}" is none of {_STATES}',
        f"{like(value.value, STATES)}To compare a {kind}, write {example}",
    )  # fmt: skip


def _ask(path: list[int | str], kind: Kind, word: Text, node: Tree, frames: Frames, scope: Scope) -> Code | None:
    if kind.name in ("list", "set") and (word.value in QUANTIFIERS or kind.name == "list"):
        return _quantifier(path, kind, word, node, frames, scope)
    if kind.name == "node" and frames.has_text(kind):
        path, kind = [*path, "text"], Kind("text")
    operators = OPERATORS.get(kind.name)
    if operators is None:
        return scope.refuse(
            "R013", word, f'no operator "{word.value}" for a {kind}', f"it can be {_STATES}; or name one of its fields"
        )
    operator = operators.get(word.value)
    if operator is None:
        return _unknown(kind, word, scope)
    code = read_argument(operator.argument, node, frames, scope)
    if code is None:
        return None
    if (
        kind.name == "level"
        and operator.name in _EDGES
        and code[0] == "lit"
        and not _on_scale(operator.name, code, node, scope)
    ):
        return None
    if kind.name == "date" and tolerance(node):
        return _tolerant(path, operator.name, code, tolerance(node), word, scope)
    return ["ask", path, kind.name, operator.name, code]


_EDGES = {"at_least": 0, "below": 0, "at_most": -1, "above": -1}


def _on_scale(name: str, code: Code, node: Tree, scope: Scope) -> bool:
    """Whether the comparison can go both ways: nothing is below the lowest level or above the highest."""
    ranks = sorted({entry.rank or 0 for entry in scope.words["levels"]})
    entry = scope.words["levels"].get(code[2])
    if entry is None or (entry.rank or 0) != ranks[_EDGES[name]]:
        return True
    scope.refuse("R038", node, f"{name} {entry.title} is always the same", "nothing lies beyond the end of the scale")
    return False


def _tolerant(path: list[int | str], name: str, code: Code, days: int, word: Text, scope: Scope) -> Code | None:
    none: Code = ["lit", "count", 0]
    later, earlier = ["shift", code, none, days], ["shift", code, none, -days]
    if name in ("exactly", "same_day", "is", "same_as"):
        return ["ask", path, "date", "within", ["window", earlier, later]]
    if name in ("on_or_before", "at_most", "before"):
        return ["ask", path, "date", name, later]
    if name in ("on_or_after", "at_least", "after"):
        return ["ask", path, "date", name, earlier]
    return scope.refuse("R015", word, f"{name} knows no tolerance")


def _unknown(kind: Kind, word: Text, scope: Scope) -> None:
    operators = OPERATORS[kind.name]
    owners = [name for name, others in OPERATORS.items() if word.value in others]
    allows = f"A {kind} allows: {', '.join(sorted(operators))}"
    if owners or word.value in QUANTIFIERS:
        whose = f"a {' or a '.join(owners)}" if owners else "a list"
        scope.refuse("R013", word, f'operator "{word.value}" is for {whose}, not for a {kind}', allows)
    else:
        scope.refuse(
            "R012", word, f'unknown operator "{word.value}" for a {kind}', like(word.value, operators) + allows
        )


# ---- lists ------------------------------------------------------------------------------------------------


def _quantifier(path: list[int | str], kind: Kind, word: Text, node: Tree, frames: Frames, scope: Scope) -> Code | None:
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
        if isinstance(node, Text) and node.value in ("true", "false"):
            return ["state", path, "present" if node.value == "true" else "absent"]
        return scope.refuse("R015", node, "`non_empty` is true or false")
    if name in ("unique", "sorted_by"):
        return _by(path, kind, name, node, frames, scope)
    return scope.refuse(
        "R014", word, f'"{name}" is asked of a {kind}, which needs a quantifier',
        f"{like(name, QUANTIFIERS)}A list allows: {', '.join(QUANTIFIERS)}",
    )  # fmt: skip


def _times(path: list[int | str], kind: Kind, word: Text, node: Tree, frames: Frames, scope: Scope) -> Code | None:
    shape = f"write {{{word.value}: {{times: 2, of: {{…}}}}}}"
    if not isinstance(node, Map) or not scope.keys(node, {"times", "of"}, "R010"):
        return (
            scope.refuse("R015", node, f"`{word.value}` has `times` and `of`", shape)
            if not isinstance(node, Map)
            else None
        )
    if set(node.pairs) != {"times", "of"}:
        return scope.refuse("R033", node, f"`{word.value}` has `times` and `of`", shape)
    number = read_argument("count", node.pairs["times"][1], frames, scope)
    inner = read_condition(node.pairs["of"][1], frames.inside(kind), scope)
    if number is None or inner is None:
        return None
    if number[0] != "lit":
        return scope.refuse("R015", node.pairs["times"][1], "`times` is a number")
    return ["times", path, word.value, number[2], inner]


def _count(path: list[int | str], node: Tree, frames: Frames, scope: Scope) -> Code | None:
    operators = OPERATORS["count"]
    if not isinstance(node, Map) or not node.pairs:
        return scope.refuse("R015", node, "say what holds of the count", "write {count: {at_least: 2}}")
    parts: list[Code] = []
    for key, value in node.items():
        operator = operators.get(key.value)
        if operator is None:
            return _unknown(Kind("count"), key, scope)
        code = read_argument(operator.argument, value, frames, scope)
        if code is None:
            return None
        parts.append(["count", path, key.value, code])
    return parts[0] if len(parts) == 1 else ["and", parts]


def _by(path: list[int | str], kind: Kind, name: str, node: Tree, frames: Frames, scope: Scope) -> Code | None:
    if not isinstance(node, Text):
        return scope.refuse("R015", node, f"`{name}` names a field of the elements")
    inside = frames.inside(kind)
    if name == "unique" and node.value == "true":
        return ["unique", path, [len(frames.kinds)]]
    found = inside.find(node, scope)
    return None if found is None else [name, path, found[0]]
