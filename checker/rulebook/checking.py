"""jsonschema on rule files: each trouble at its place in the YAML, one cause one message."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from .codes import Data, Free
from .places import Map, RuleFile, Seq, Text, Tree, like
from .shape import PROFILES, Shape, schema

NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")


def check_shape(name: str, file: RuleFile, made: Callable[[], Shape] | None = None) -> list[tuple[object, ...]]:
    """Check a file against one of our schemas. The paths of the wrong places, for readers to keep away from.

    `made` gives the schema where it belongs to a package above this one.
    """
    if file.tree is None:
        return []
    wrong = []
    errors = _validator(name, made).iter_errors(_typed(file.tree))
    for error in sorted(errors, key=lambda error: list(map(str, error.path))):
        path = tuple(error.absolute_path)
        wrong.append(path)
        _tell(file, error, _node(file.tree, path))
    return wrong


@cache
def _validator(name: str, made: Callable[[], Shape] | None) -> Free:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(made() if made is not None else schema(name))


def _typed(node: Tree) -> object:
    """The tree with the types an editor sees: plain whole numbers, true and false; everything else is text."""
    if isinstance(node, Text):
        if node.plain and node.value in ("true", "false"):
            return node.value == "true"
        return int(node.value) if node.plain and NUMBER.fullmatch(node.value) else node.value
    if isinstance(node, Seq):
        return [_typed(item) for item in node.items]
    return {name: _typed(value) for name, (_, value) in node.pairs.items()}


def _node(tree: Tree, path: tuple[object, ...]) -> Tree:
    for step in path:
        if isinstance(tree, Seq) and isinstance(step, int):
            tree = tree.items[step]
        elif isinstance(tree, Map):
            tree = tree.pairs[str(step)][1]
    return tree


def rule_name(file: RuleFile, path: tuple[object, ...]) -> str:
    """The id of the rule a path leads into."""
    if len(path) >= 2 and path[0] == "rules" and file.tree is not None:
        rule = _node(file.tree, path[:2])
        return rule.text("id") if isinstance(rule, Map) else ""
    return ""


def _tell(file: RuleFile, error: Free, node: Tree) -> None:
    kind: str = error.validator
    shape: Data = error.schema
    rule = rule_name(file, tuple(error.absolute_path))
    if kind == "additionalProperties" and isinstance(node, Map):
        known = sorted(shape["properties"])
        for key, _ in node.items():
            if key.value not in known:
                file.trouble("R010", key, f'unknown key "{key.value}"',
                             f"{like(key.value, known)}Allowed here: {', '.join(known)}", rule)  # fmt: skip
    elif kind == "required" and isinstance(node, Map):
        missing = [name for name in shape["required"] if name not in node.pairs]
        unknown = [key.value for key, _ in node.items() if key.value not in shape["properties"]]
        name = next((n for n in missing if f"'{n}'" in error.message), missing[0])
        if like(name, unknown):
            return  # the misspelt key is told already
        file.trouble("R033", node, f'the key "{name}" is missing', _says(shape, name), rule)
    else:
        code, message, help = _wrong(kind, shape, node)
        file.trouble(code, node, message, help, rule)


def _says(shape: Data, name: str) -> str:
    key = shape["properties"][name]
    return f"{key.get('description', '')} For example: {key['examples'][0]}" if "examples" in key else ""


def _wrong(kind: str, shape: Data, node: Tree) -> tuple[str, str, str]:
    one_line = " ".join(node.value.split()) if isinstance(node, Text) else ""
    shown = f'"{one_line}"' if isinstance(node, Text) else "a list" if isinstance(node, Seq) else "a mapping"
    meaning = str(shape.get("description", ""))
    if kind == "enum":
        words = list(map(str, shape["enum"]))
        code = "R018" if set(words) <= set(PROFILES) else "R009"
        value = node.value if isinstance(node, Text) else ""
        return code, f"{shown} is none of {', '.join(words)}", like(value, words).strip() or meaning
    if kind == "const":
        return "R009", f"{shown} is not {shape['const']}", meaning
    if kind == "pattern":
        if shape["pattern"] == r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$":
            return "R034", f"{shown} is not a date", "dates are written 1995-10-14"
        examples = shape.get("examples")
        return "R009", f"{shown} has not the form it needs", f"for example {examples[0]}" if examples else meaning
    if kind == "type":
        wanted = shape["type"]
        names = [wanted] if isinstance(wanted, str) else list(wanted)
        names_of = {"array": "a list", "object": "a mapping", "string": "a text", "integer": "a whole number",
                 "boolean": "true or false", "number": "a number"}  # fmt: skip
        belongs = "a text" if "string" in names and "array" not in names else " or ".join(names_of[n] for n in names)
        return "R009", f"{shown} stands where {belongs} belongs", meaning
    if kind in ("minItems", "minProperties", "minLength"):
        return "R009", f"{shown} is too short or empty", meaning
    return "R009", f"{shown} does not fit here", meaning
