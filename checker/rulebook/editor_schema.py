"""Build the JSON Schema for rule files in editors. It includes each field, its type, and the operators for that type.

The loader validates with the smaller schema in `schema.py`, because its own condition parser yields better messages.
With the schema built here, an editor reports a misspelled field or operator while the author types. Which fields exist
depends on the position of a condition: `cond_Telegram` defines conditions on the telegram, and `cond_Paragraph` defines
conditions on an element of a list of paragraphs.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable
from functools import cache

from ..operators import OPERATORS
from ..resources import data_dir
from ..vocabulary import Vocabulary
from .condition_parser import CONNECTIVES, QUANTIFIERS, STATES
from .field_reference import meaning_of
from .field_types import FieldType, element_of, fields, nodes
from .loader import base_telegrams
from .schema import CITATION, EXAMPLE, FREE, JsonSchema, rules_schema
from .vocabulary_loader import load_vocabulary

ROOT = "Telegram"
NOT_A_FIELD = "No field of that name here. `cablecheck explain model` lists all fields."
SCALARS = ("text", "count", "flag", "level", "date")
VALUES = {"level": "Level", "date": "Date"}  # types of values that have fields of their own
_FIELD: JsonSchema = {"$ref": "#/$defs/any_field"}


def rules_editor_schema() -> JsonSchema:
    """Return the JSON Schema for rule files that editors use."""
    found = rules_schema()
    words = load_vocabulary(os.path.join(data_dir("rules"), "vocabulary"))
    definitions: dict[str, JsonSchema] = found["$defs"]  # type: ignore[assignment]
    _complete(definitions["citation"], CITATION[0].name, words["sources"].codes())
    _complete(definitions["example"], EXAMPLE[1].name, base_telegrams())
    rule: dict[str, JsonSchema] = definitions["rule"]["properties"]  # type: ignore[assignment]
    for name in ("where", "require"):
        rule[name] = {"type": "object", "minProperties": 1, "description": rule[name]["description"]}
    rule["when"] = {"$ref": _condition(ROOT), "description": rule["when"]["description"]}
    elements = _elements()
    reached = sorted(path for paths in elements.values() for path in paths)
    rule["each"] = {
        "$ref": f"#/$defs/names_{ROOT}",
        "type": "string",
        "description": rule["each"]["description"],
        "examples": reached,
    }
    rule["point"] = {**_FIELD, "description": rule["point"]["description"]}
    definitions["rule"]["allOf"] = [
        {"if": {"not": {"required": ["each"]}}, "then": _inside(ROOT)},
        *(
            {"if": {"properties": {"each": {"enum": paths}}, "required": ["each"]}, "then": _inside(name)}
            for name, paths in elements.items()
        ),
    ]
    del definitions["condition"]
    every = {**definitions, **_arguments(words), **_conditions()}
    used = set(re.findall(r"#/\$defs/(\w+)", json.dumps([found, every])))
    return {**found, "$defs": {name: shape for name, shape in every.items() if name in used}}


def _complete(record: JsonSchema, name: str, values: Iterable[str]) -> None:
    """Add values that editors offer as completions for the `name` key. Other values remain valid, because packs have
    their own tables, sources, and telegrams.
    """
    properties: dict[str, JsonSchema] = record["properties"]  # type: ignore[assignment]
    properties[name] = {**properties[name], "examples": list(values)}


def _condition(name: str) -> str:
    return f"#/$defs/cond_{name}"


def _inside(name: str) -> JsonSchema:
    return {"properties": {key: {"$ref": _condition(name)} for key in ("where", "require")}}


# ---- Fields ----------------------------------------------------------------------------------------------------------


@cache
def _paths(node: str) -> dict[str, tuple[str, str, FieldType]]:
    """Return a mapping from each selector that starts at a class to (class that defines the last field, field name,
    type).
    """
    found: dict[str, tuple[str, str, FieldType]] = {}
    for name, kind in fields(node).items():
        found[name] = (node, name, kind)
        inner = kind.node if kind.name == "node" else VALUES.get(kind.name, "")
        for path, what in _paths(inner).items() if inner else ():
            found[f"{name}.{path}"] = what
    return found


def _element_name(kind: FieldType) -> str:
    """Return the name of the element type of a list, a set, or a part (NAME in `cond_NAME`)."""
    inner = element_of(kind) if kind.name in ("list", "set") else kind
    return inner.node or inner.name


def _elements() -> dict[str, list[str]]:
    """Return the paths that `each` can take, grouped by element type."""
    found: dict[str, list[str]] = {}
    for path, (_, _, kind) in _paths(ROOT).items():
        if kind.name in ("list", "set", "node"):
            found.setdefault(_element_name(kind), []).append(path)
    return dict(sorted(found.items()))


def _owners() -> dict[str, set[str]]:
    """Return, for each element type, the classes whose lists contain such elements, directly or in nested lists. The
    telegram is not included.
    """
    found: dict[str, set[str]] = {}
    for node in nodes():
        for _, _, kind in _paths(node).values():
            if kind.name in ("list", "set") and node != ROOT:
                found.setdefault(_element_name(kind), set()).add(node)
    for names in found.values():
        for outer in list(names):
            names |= found.get(outer, set())
    return found


def _conditions() -> dict[str, JsonSchema]:
    """Return the schema definitions: conditions and fields for each class, and conditions on a field for each type."""
    found: dict[str, JsonSchema] = {}
    owners = _owners()
    named = [name for name in (*nodes(), *VALUES.values()) if fields(name)]
    clashes = {
        part
        for node in named
        for part in fields(node).keys() & fields(ROOT).keys()
        if _kind_name(fields(node)[part]) != _kind_name(fields(ROOT)[part])
    }
    for node in named:
        found[f"names_{node}"] = _names(_paths(node))
        if node != ROOT:
            found[f"fields_{node}"] = {"properties": _properties(_paths(node))}
    kinds = {kind for node in named for _, _, kind in _paths(node).values()}
    for title, is_shared in (("shared", True), (ROOT, False)):
        chosen = {path: what for path, what in _paths(ROOT).items() if (path.split(".")[0] in clashes) != is_shared}
        found[f"fields_{title}"] = {"properties": _properties(chosen)}
    for name in sorted(
        {
            *(name for name in nodes() if fields(name)),
            *(_element_name(kind) for kind in kinds if kind.name in ("list", "set")),
        }
    ):
        found[f"cond_{name}"] = _of_element(name, owners.get(name, set()))
    for kind in kinds:
        found.setdefault(_kind_name(kind), _asked(kind))
    found |= _anywhere(named)
    return dict(sorted(found.items()))


def _properties(paths: dict[str, tuple[str, str, FieldType]]) -> dict[str, JsonSchema]:
    return {
        path: {"description": _described(node, name, kind), "$ref": f"#/$defs/{_kind_name(kind)}"}
        for path, (node, name, kind) in paths.items()
    }


def _described(node: str, name: str, kind: FieldType) -> str:
    return f"{meaning_of(node, name, kind)} ({kind})".strip()


def _of_element(name: str, owners: set[str]) -> JsonSchema:
    """Return the schema for a condition on an element of the type `name`. The condition may use fields of the element,
    of the classes in `owners`, and of the telegram.
    """
    own = [name] if name in nodes() else [VALUES[name]] if name in VALUES else []
    names = list(dict.fromkeys([*own, *sorted(owners), ROOT]))
    properties: dict[str, JsonSchema] = {}
    if name not in nodes():
        properties = {"value": {"description": "The element itself.", "$ref": f"#/$defs/is_{name}"}}
    for word, says in CONNECTIVES.items():
        if word == "implies":
            both = {part: {"$ref": _condition(name)} for part in ("if", "then")}
            shape: JsonSchema = {
                "type": "object", "properties": both, "required": ["if", "then"], "additionalProperties": False
            }  # fmt: skip
        elif word == "not":
            shape = {"$ref": _condition(name)}
        else:
            shape = {"type": "array", "items": {"$ref": _condition(name)}, "minItems": 1}
        properties[word] = {"description": says, **shape}
    first = [*(f"fields_{node}" for node in own), "fields_shared"]
    return {
        "type": "object",
        "minProperties": 1,
        "allOf": [{"$ref": f"#/$defs/{each}"} for each in first],
        "properties": properties,
        "propertyNames": {
            "anyOf": [{"$ref": f"#/$defs/names_{each}"} for each in names] + [{"$ref": "#/$defs/names_general"}]
        },
    }


def _names(words: Iterable[str]) -> JsonSchema:
    return {"pattern": f"^(?:{'|'.join(map(re.escape, words))})$", "patternErrorMessage": NOT_A_FIELD}


def _anywhere(named: list[str]) -> dict[str, JsonSchema]:
    """Return two definitions that all classes share: the names that every condition allows, and a string that is the
    name of any field.
    """
    every = dict.fromkeys(path for node in [ROOT, *named] for path in _paths(node))
    general = [*CONNECTIVES, "value", "x-.*", r"(?:telegram|element|previous|value)\.[a-z_.]+"]
    names = "|".join(map(re.escape, every))
    return {
        "names_general": {"pattern": f"^(?:{'|'.join(general)})$", "patternErrorMessage": NOT_A_FIELD},
        "any_field": {
            "type": "string",
            "pattern": rf"^(?:(?:(?:telegram|element|previous|value)\.)?(?:{names})|element|value)$",
            "patternErrorMessage": NOT_A_FIELD,
            "examples": [path for path in _paths(ROOT) if path.count(".") < 2],
        },
    }


# ---- Conditions on a field -------------------------------------------------------------------------------------------


def _kind_name(kind: FieldType) -> str:
    if kind.name == "node":
        return "is_words" if "text" in fields(kind.node) else "is_part"
    return f"list_{_element_name(kind)}" if kind.name == "list" else f"is_{kind.name}"


def _asked(kind: FieldType) -> JsonSchema:
    """Return the schema for a condition on a field of the given type: a state, or operators with arguments."""
    name = kind.name
    if name == "node":
        name = "text" if "text" in fields(kind.node) else ""
    operators: dict[str, JsonSchema] = {
        each.name: {"description": f"Holds if the value {each.says}.", "$ref": f"#/$defs/arg_{each.argument}"}
        for each in OPERATORS.get(name, {}).values()
    }
    if name in ("list", "set"):
        operators = {**_quantified(_element_name(kind)), **operators}
    words = [*STATES, *(["true", "false"] if name == "flag" else [])]
    return {
        "type": ["string", "object", *(["boolean"] if name == "flag" else [])],
        "pattern": f"^(?:{'|'.join(words)})$",
        "patternErrorMessage": f"Write one of {', '.join(words)}, or a mapping from an operator to its argument.",
        "examples": words,
        "properties": operators,
        "patternProperties": FREE,
        "additionalProperties": False,
        "minProperties": 1,
    }


def _quantified(element: str) -> dict[str, JsonSchema]:
    inner: JsonSchema = {"$ref": _condition(element)}
    times: JsonSchema = {
        "type": "object",
        "properties": {"times": {"type": "integer"}, "of": inner},
        "required": ["times", "of"],
        "additionalProperties": False,
    }
    shapes: dict[str, JsonSchema] = {
        "all": inner, "any": inner, "none": inner, "every_pair_next_to_each_other": inner,
        "at_least": times, "at_most": times, "exactly": times, "count": {"$ref": "#/$defs/is_number"},
        "non_empty": {"type": "boolean"}, "sorted_by": _FIELD,
        "unique": {"type": ["string", "boolean"], "if": {"type": "string"}, "then": _FIELD, "examples": [True]},
    }  # fmt: skip
    return {name: {"description": says, **shapes[name]} for name, says in QUANTIFIERS.items()}


def _arguments(words: Vocabulary) -> dict[str, JsonSchema]:
    """Return the definitions of the operators' arguments, by kind."""
    text = ["string", "number", "boolean"]
    levels = [form for entry in words["levels"] for form in (entry.title, entry.code)]
    tables = sorted(words.tables)
    table: JsonSchema = {"type": "string", "examples": tables, "description": "The name of a vocabulary table."}
    date: JsonSchema = {"$ref": "#/$defs/arg_date"}
    count: JsonSchema = {"type": "integer"}

    def record(properties: dict[str, JsonSchema], *needed: str) -> JsonSchema:
        return {"type": "object", "properties": properties, "required": list(needed), "additionalProperties": False}

    def either(types: list[str], properties: dict[str, JsonSchema], **more: object) -> JsonSchema:
        shape = {"properties": properties, "additionalProperties": False} if properties else {}
        return {"type": [*types, *(["object"] if properties else [])], **shape, **more}

    field: dict[str, JsonSchema] = {"field": _FIELD}
    many: JsonSchema = {"type": "array", "items": {"type": text}, "minItems": 1}
    found: dict[str, JsonSchema] = {
        "text": either(text, field),
        "texts": many,
        "pattern": {"type": text},
        "parts": {"type": [*text, "array"], "items": {"type": text}},
        "words": {"type": [*text, "array"], "items": {"type": text}},
        "count": either(["integer"], {**field, "plus": count, "modulo": count}),
        "counts": {"type": "array", "items": count, "minItems": 1},
        "between": {"type": "array", "items": count, "minItems": 2, "maxItems": 2},
        "length": {**record({"min": count, "max": count}), "minProperties": 1},
        "flag": {"type": "boolean"},
        "level": either(["string"], field, examples=levels),
        "levels": {"type": "array", "items": {"type": "string", "examples": levels}, "minItems": 1},
        "set": either([*text, "array"], field, items={"type": text}),
        "order": either([*text, "array"], {"table": table}, items={"type": text}),
        "table": table,
        "table_on": record({"table": table, "on": date}, "table", "on"),
        "fact": record({"table": table, "fact": {"type": "string"}, "is": {"type": [*text, "array"]}},
                       "table", "fact", "is"),
        "date": {
            **either(["string"], {**field, "years": {"$ref": "#/$defs/arg_count"}, "days": count, "after": date,
                                  "before": date, "tolerance_days": count}),
            "examples": ["1995-10-14"],
        },
        "window": {**record({"days": count, "of": date, "not_before_days": count, "not_after_days": count,
                             "from": date, "to": date}), "minProperties": 2},
    }  # fmt: skip
    for name in (*SCALARS, "set"):
        found[f"{name}_field"] = record(field, "field")
    number = {name: {"description": f"Holds if the number {each.says}.", "$ref": f"#/$defs/arg_{each.argument}"}
              for name, each in OPERATORS["count"].items()}  # fmt: skip
    return {f"arg_{name}": shape for name, shape in found.items()} | {
        "is_number": {"type": "object", "properties": number, "additionalProperties": False, "minProperties": 1}
    }
