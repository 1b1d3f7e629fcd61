"""Define the keys in rule, vocabulary, and pack files. The published JSON Schemas and the validation are based on them.

`check_schema` reports each violation at its position in the YAML file, with an example of a valid value.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from ..record import Record
from ..results import SEVERITIES
from .ir import Any, Data
from .yaml_loader import DATE_HELP, RuleFile, YamlList, YamlMap, YamlNode, YamlText, flow_yaml, suggest

JsonSchema = dict[str, object]

STATUSES = ("draft", "provisional", "stable", "deprecated")
EVERY_PROFILE = "ALL"  # every U.S. profile: those without levels of their own
PROFILE: JsonSchema = {"type": "string", "pattern": r"^[A-Z][A-Z0-9-]*$"}  # a code in the `profiles` table
DRAFT = "https://json-schema.org/draft/2020-12/schema"

TEXT: JsonSchema = {"type": ["string", "number"]}
DAY: JsonSchema = {"type": "string", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
FLAG: JsonSchema = {"type": "boolean"}
TEXTS: JsonSchema = {"type": "array", "items": TEXT, "minItems": 1}
CONDITION: JsonSchema = {"$ref": "#/$defs/condition"}
FREE: JsonSchema = {"^x-": True}


class Key(Record):
    """One key: its name, JSON Schema, meaning, and example, and whether it is required.

    The first sentence of the meaning is a noun phrase, or begins with "Whether", because errors put "Write" before it.
    """

    name: str
    shape: JsonSchema
    says: str
    example: object
    required: bool = False


RULE = (
    Key("id", {"type": "string", "title": "rule id", "pattern": r"^[A-Z][A-Z0-9]*(-[A-Z0-9]+)*-[0-9]{2,}$"},
        "The identity of the rule. It is never reused or renumbered.", "POR-001", True),
    Key("name", {"type": "string", "title": "rule name", "pattern": r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"},
        "A descriptive name of lowercase words joined by hyphens.",
        "unmarked-paragraph", True),
    Key("aliases", TEXTS, "Former ids and names of this rule. They keep working.", ["OLD-001"]),
    Key("summary", {**TEXT, "minLength": 10}, "The requirement in one sentence.",
        "Every paragraph of a classified telegram must begin with a portion mark.", True),
    Key("because", TEXT, "The reason for the rule, as a full sentence.",
        "A paragraph that is quoted elsewhere must carry its own marking."),
    Key("cite", {"type": "array", "items": {"$ref": "#/$defs/citation"}, "minItems": 1},
        "The clauses on which the rule is based.", [{"source": "IC-REG-2016", "clause": "p. 25"}], True),
    Key("severity", {"enum": list(SEVERITIES)}, "The severity of findings.", "warning"),
    Key("severity_before", {"type": "object", "propertyNames": DAY, "minProperties": 1,
                            "additionalProperties": {"enum": list(SEVERITIES)}},
        "The severity of findings on documents dated before a day.", {"2005-01-01": "warning"}),
    Key("status", {"enum": list(STATUSES)},
        "The stage of the life cycle. Draft and deprecated rules run only if they are selected by name.", "stable"),
    Key("profile", {"type": "array", "items": PROFILE, "minItems": 1},
        "The profiles to which the rule applies. The default is ALL, which means every U.S. profile.", ["MY-SCHEME"]),
    Key("era", {"type": "object", "properties": {
            "from": {**DAY, "description": "The first day of the era."},
            "before": {**DAY, "description": "The first day after the era."}},
        "additionalProperties": False, "minProperties": 1},
        "The document dates to which the rule applies.", {"from": "1995-10-14", "before": "2003-09-22"}),
    Key("tags", TEXTS, "Tags by which rules can be selected.", ["dates"]),
    Key("when", CONDITION, "The guard. If it is false, the rule does not apply; if it is undetermined, so is the "
        "verdict.", {"level": {"at_least": "C"}}),
    Key("each", TEXT, "The list whose elements are tested one by one, or the part to test.", "paragraphs"),
    Key("where", CONDITION, "A condition that selects elements of `each`.", {"depth": {"is": 1}}),
    Key("point", TEXT, "The field that findings point to, if not the element or the failed selector.", "place"),
    Key("require", CONDITION, "The condition that must be true. If it is false, the rule fails.", {"mark": "present"}),
    Key("once", FLAG, "Whether to report at most one finding for each document, at the first position.", True),
    Key("message", {**TEXT, "minLength": 3}, "The message of a finding. Names in braces are replaced by values: a "
        "field such as {subject}, the size of a list such as {paragraphs.count}, or {value}, {element}, or {count}.",
        "{name} has no portion mark", True),
    Key("help", TEXT, "Instructions for correcting a finding, in the imperative.",
        "Put the portion mark before the first word."),
    Key("suggest", {"type": "object", "properties": {
            "replace": {**TEXT, "description": "The field whose text is replaced."},
            "with": {**TEXT, "description": "The new text."},
            "safe": {**FLAG, "description": "Whether the change is purely typographic."}},
        "required": ["replace", "with"], "additionalProperties": False},
        "A replacement for the text of a field.", {"replace": "element", "with": "{suggestion}", "safe": False}),
    Key("check", TEXT, "The name of a check written in Python, in place of `require`, if no condition can express the "
        "requirement.",
        "check-name"),
    Key("with", {"type": "object"}, "The arguments of the check.", {"days": 3}),
    Key("examples", {"type": "object", "properties": {
            kind: {"type": "array", "items": {"$ref": "#/$defs/example"}, "minItems": 1,
                   "description": f"Documents {says}."}
            for kind, says in (("valid", "that pass"), ("invalid", "that fail, with each position marked"),
                               ("not_applicable", "to which the rule does not apply"),
                               ("unknown", "with an undetermined verdict, because evidence is missing or unreadable"))},
        "additionalProperties": False},
        "The tests of the rule, which are also its documentation.",
        {"valid": [{"base": "confidential-2007"}]}),
    Key("equivalent", {"type": "array", "items": {"type": "object", "properties": {
            "mutant": {**TEXT, "description": "The mutant as `rules test --mutate` names it."},
            "because": {**TEXT, "description": "The reason why the mutant is equivalent to the rule."}},
        "required": ["mutant", "because"], "additionalProperties": False}, "minItems": 1},
        "Mutants that no example can kill because they are equivalent.",
        [{"mutant": "count at_least 1 → 2", "because": "there is never more than one"}]),
    Key("replaced_by", TEXT, "The rule that replaces a deprecated one.", "POR-002"),
    Key("since", TEXT, "The version in which a rule was deprecated.", "0.2.0"),
    Key("reason", TEXT, "The reason why a rule was deprecated.", "POR-002 covers every profile."),
)  # fmt: skip

EXAMPLE = (
    Key("text", TEXT, "A complete small document. ⟦ and ⟧ mark where findings are expected.", "1. ⟦X⟧"),
    Key("base", TEXT, "The name of a telegram in the folder `telegrams`.", "confidential-2007"),
    Key("swap", {"type": "object", "additionalProperties": TEXT},
        "Texts that occur exactly once in the base, each with its replacement.", {"2. (C)": "⟦2.⟧"}),
    Key("message", TEXT, "The exact message of the finding.", "paragraph 2 has no portion mark"),
    Key("messages", TEXTS, "The exact messages of several findings, in order.", ["one", "two"]),
    Key("as_of", DAY, "The date of the run.", "2026-11-23"),
    Key("facts", {"type": "object", "additionalProperties": TEXT},
        "Metadata from the wrapper of the document.", {"classification": "level word"}),
    Key("profile", PROFILE, "The profile to use.", "MY-SCHEME"),
    Key("severity", {"enum": list(SEVERITIES)},
        "The severity of the findings, if it differs from the rule's `severity`.", "info"),
    Key("note", TEXT, "The purpose of the example.", "a page line precedes the mark"),
    Key("anywhere", FLAG, "Whether the finding has no position that could be marked.", True),
)  # fmt: skip

CITATION = (
    Key("source", TEXT, "The id of a source in the table of sources.", "IC-REG-2016", True),
    Key("clause", TEXT, "The section or page.", "p. 25"),
)

FILE = (
    Key("format", {"const": 1}, "The version of this language.", 1, True),
    Key("chapter", TEXT, "The title of the chapter.", "Portion marks", True),
    Key("pack", TEXT, "The pack the chapter belongs to.", "cablecheck"),
    Key("defaults", {"$ref": "#/$defs/defaults"}, "Defaults for the rules of the file.",
        {"severity": "warning", "profile": ["MY-SCHEME"]}),
    Key("rules", {"type": "array", "items": {"$ref": "#/$defs/rule"}, "minItems": 1},
        "The rules. Each begins with a dash.", [{"id": "POR-001", "name": "unmarked-paragraph"}], True),
)  # fmt: skip

ENTRY = (
    Key("code", TEXT, "The code that rules use. It is unique in its table.", "S", True),
    Key("title", TEXT, "The full form.", "Routine"),
    Key("rank", {"type": "integer"}, "The rank of the entry in an order.", 2),
    Key("forms", {"type": "object", "additionalProperties": {"type": ["array", "string", "number"], "items": TEXT}},
        "Spellings by kind, the preferred one first.", {"line": ["ROUTINE-LIKE"], "letter": ["R"]}),
    Key("since", DAY, "The first day of use.", "1953-12-15"),
    Key("until", DAY, "The last day of use.", "1995-09-30"),
    Key("source", TEXT, "The source of this entry, if it differs from that of the table.", "IC-REG-2016"),
    Key("facts", {"type": "object", "additionalProperties": {
        "type": ["array", "string", "number", "boolean"], "items": {"type": ["string", "number", "boolean"]}}},
        "Further properties of the entry.", {"classified": "yes"}),
)  # fmt: skip

TABLE = (
    Key("format", {"const": 1}, "The version of this format.", 1, True),
    Key("table", {"type": "string", "pattern": "^[a-z][a-z0-9_]*$"}, "The name of the file, with _ instead of -.",
        "levels", True),
    Key("title", TEXT, "The title of the table.", "Classification levels", True),
    Key("complete", FLAG, "Whether the list is complete. Only then can a rule report a word that is not in it.", True),
    Key("source", {"type": "array", "items": TEXT, "minItems": 1}, "The ids of sources in the table of sources.",
        ["IC-REG-2016"], True),
    Key("note", TEXT, "A note for readers.", "Captions with the handling that each requires."),
    Key("entries", {"type": "array", "items": {"$ref": "#/$defs/entry"}}, "The entries.", [], True),
)  # fmt: skip

PACK = (
    Key("format", {"const": 1}, "The version of this format.", 1, True),
    Key("name", {"type": "string", "pattern": "^[a-z][a-z0-9-]*$"}, "The name of the pack.", "my-rules", True),
    Key("version", {"type": "string"}, "The version of the pack.", "1.0.0", True),
    Key("title", TEXT, "A short description.", "Rules of the registry"),
    Key("model", {"type": "integer"}, "The version of the document model that the pack uses.", 1, True),
    Key("cablecheck", {"type": "string"}, "The versions of cablecheck with which the pack works.", ">=0.1,<1", True),
    Key("licence", TEXT, "The license of the rules.", "CC0-1.0"),
    Key("sources", TEXTS, "The sources of the rules.", ["the registry's own manual"]),
    Key("files", TEXTS, "The rule files, if the pack does not use all those in the folder.", ["dates.yaml"]),
)  # fmt: skip


def record(keys: tuple[Key, ...], says: str, required: bool = True) -> JsonSchema:
    """Return the JSON Schema for a mapping with these keys. `says` is the description. If `required` is false, no key
    is required.
    """
    shape: JsonSchema = {
        "type": "object",
        "description": says,
        "properties": {key.name: {**key.shape, "description": key.says, "examples": [key.example]} for key in keys},
        "patternProperties": FREE,
        "additionalProperties": False,
    }
    needed = [key.name for key in keys if key.required]
    if required and needed:
        shape["required"] = needed
    return shape


def rules_schema() -> JsonSchema:
    """Return the JSON Schema for a rule file. It does not cover the fields and operators in conditions, which the
    loader parses.
    """
    defaults = tuple(key for key in RULE if key.name in ("severity", "status", "profile", "era", "tags"))
    return {
        "$schema": DRAFT,
        "title": "A chapter of cablecheck rules",
        **record(FILE, "A chapter of related rules."),
        "$defs": {
            "citation": record(CITATION, "A clause of a source."),
            "condition": {
                "type": "object",
                "description": "Selectors of the document model, each with a state or operators. All must be true.",
                "minProperties": 1,
                "examples": [{"level": {"at_least": "C"}}],
            },
            "defaults": record(defaults, "Defaults of the file.", required=False),
            "example": record(EXAMPLE, "A document and the expected verdict."),
            "rule": record(RULE, "One rule."),
        },
    }


def vocabulary_schema() -> JsonSchema:
    """Return the JSON Schema for a vocabulary file."""
    return {
        "$schema": DRAFT,
        "title": "A cablecheck vocabulary table",
        **record(TABLE, "A vocabulary table."),
        "$defs": {"entry": record(ENTRY, "One entry.")},
    }


def pack_schema() -> JsonSchema:
    """Return the JSON Schema for `pack.yaml`."""
    return {"$schema": DRAFT, "title": "A pack of cablecheck rules", **record(PACK, "The metadata of a pack.")}


SCHEMAS = {"pack": pack_schema, "rules": rules_schema, "vocabulary": vocabulary_schema}


def schema(name: str = "rules") -> JsonSchema:
    """Return the JSON Schema for rule files ("rules"), vocabulary files ("vocabulary"), or pack files ("pack")."""
    return SCHEMAS[name]()


# ---- Validation ------------------------------------------------------------------------------------------------------
NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")


def check_schema(name: str, file: RuleFile, made: Callable[[], JsonSchema] | None = None) -> list[tuple[object, ...]]:
    """Validate a file, add its errors, and return the paths of invalid nodes, which the caller must skip.

    `made` builds the schema if `name` is not in `SCHEMAS`.
    """
    if file.tree is None:
        return []
    wrong = []
    errors = _validator(name, made).iter_errors(_typed(file.tree))
    for error in sorted(errors, key=lambda error: list(map(str, error.path))):
        path = tuple(error.absolute_path)
        wrong.append(path)
        _report(file, error, _node(file.tree, path))
    return wrong


@cache
def _validator(name: str, made: Callable[[], JsonSchema] | None) -> Any:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(made() if made is not None else schema(name))


def _typed(node: YamlNode) -> object:
    """Return the tree with types as an editor would assign them: unquoted integers and booleans become typed values,
    and everything else is text.
    """
    if isinstance(node, YamlText):
        if node.plain and node.value in ("true", "false"):
            return node.value == "true"
        return int(node.value) if node.plain and NUMBER.fullmatch(node.value) else node.value
    if isinstance(node, YamlList):
        return [_typed(item) for item in node.items]
    return {name: _typed(value) for name, (_, value) in node.pairs.items()}


def _node(tree: YamlNode, path: tuple[object, ...]) -> YamlNode:
    for step in path:
        if isinstance(tree, YamlList) and isinstance(step, int):
            tree = tree.items[step]
        elif isinstance(tree, YamlMap):
            tree = tree.pairs[str(step)][1]
    return tree


def rule_name(file: RuleFile, path: tuple[object, ...]) -> str:
    """Return the id of the rule that contains the node at a path, or an empty string."""
    if len(path) >= 2 and path[0] == "rules" and file.tree is not None:
        rule = _node(file.tree, path[:2])
        return rule.text("id") if isinstance(rule, YamlMap) else ""
    return ""


def _report(file: RuleFile, error: Any, node: YamlNode) -> None:
    kind: str = error.validator
    schema_of_node: Data = error.schema
    rule = rule_name(file, tuple(error.absolute_path))
    if isinstance(node, YamlMap) and isinstance(error.instance, str):
        node = node.pairs[error.instance][0]  # the name of a key is wrong, not its value
    if kind == "additionalProperties" and isinstance(node, YamlMap):
        known = sorted(schema_of_node["properties"])
        for key, _ in node.items():
            if key.value not in known:
                split = "" if suggest(key.value, known) else _split(node, key.value)
                help = f"{split or suggest(key.value, known)}\nAllowed keys: {', '.join(known)}".strip()
                file.error("R010", key, f'unknown key "{key.value}"', help, rule)
    elif kind == "required" and isinstance(node, YamlMap):
        missing = [name for name in schema_of_node["required"] if name not in node.pairs]
        unknown = [key.value for key, _ in node.items() if key.value not in schema_of_node["properties"]]
        name = next((n for n in missing if f"'{n}'" in error.message), missing[0])
        if not suggest(name, unknown):  # else it is reported as an unknown key
            key_schema = schema_of_node["properties"][name]
            file.error("R033", node, f'the key "{name}" is missing', _advice(key_schema, "Add", f"{name}: "), rule)
    else:
        code, message, help = _violation(kind, schema_of_node, node)
        file.error(code, node, message, help, rule)


def _split(node: YamlMap, name: str) -> str:
    """Return advice for unquoted text that is split by a comma, as in `{source: memory, clause: manual, 3}`."""
    names = list(node.pairs)
    value = node.pairs[name][1]
    before = node.pairs[names[names.index(name) - 1]] if names.index(name) else None
    if before is None or not isinstance(value, YamlText) or not isinstance(before[1], YamlText):
        return ""
    key, text = before[0].value, before[1].value
    if value.value or value.line != before[1].line or not before[1].plain:
        return ""
    return f'A comma ends a value in {{ }}; to include it, write {key}: "{text}, {name}". '


def _advice(key_schema: Data, verb: str = "Write", before: str = "") -> str:
    """Return advice on what to write for a key: `verb`, the key's meaning, and the schema's example preceded by
    `before`.
    """
    if key_schema.get("pattern") == DAY["pattern"]:
        return DATE_HELP
    first, _, rest = str(key_schema.get("description", "")).removesuffix(".").partition(". ")
    meaning = first[:1].lower() + first[1:]
    if meaning.startswith("whether "):
        verb = f"{verb} `{before}true` or `{before}false`, depending on"
    examples = key_schema.get("examples") or ([key_schema["const"]] if "const" in key_schema else [])
    example = (
        f", for example `{before}{flow_yaml(examples[0])}`" if examples and key_schema.get("type") != "boolean" else ""
    )
    return " ".join(filter(None, (f"{verb} {meaning}{example}." if meaning or example else "", rest and f"{rest}.")))


TYPES = {"array": "a list", "object": "a mapping", "string": "a string", "integer": "an integer",
         "boolean": "true or false", "number": "a number"}  # fmt: skip


def _violation(kind: str, node_schema: Data, node: YamlNode) -> tuple[str, str, str]:
    """Return the code, message, and help for a node that violates its schema."""
    value = " ".join(node.value.split()) if isinstance(node, YamlText) else ""
    shown = f'"{value}"' if isinstance(node, YamlText) else "a list" if isinstance(node, YamlList) else "a mapping"
    help = _advice(node_schema)
    if kind == "enum":
        words = list(map(str, node_schema["enum"]))
        return "R009", f"{shown} is not one of {', '.join(words)}", suggest(value, words).strip() or help
    if kind == "const":
        return "R009", f"expected {node_schema['const']}, not {shown}", help
    if kind == "pattern" and node_schema["pattern"] == DAY["pattern"]:
        return "R034", f"{shown} is not a valid date", DATE_HELP
    if kind == "pattern":
        return "R009", f"invalid {node_schema.get('title', 'value')} {shown}", help
    if kind == "type":
        wanted = node_schema["type"]
        names = [wanted] if isinstance(wanted, str) else list(wanted)
        text = "a date" if node_schema.get("pattern") == DAY["pattern"] else "a string"
        expected = text if "string" in names and "array" not in names else " or ".join(TYPES[n] for n in names)
        return "R009", f"expected {expected}, not {shown}", help
    if kind == "minLength":
        return "R009", f"{shown} is too short; expected at least {node_schema['minLength']} characters", help
    if kind in ("minItems", "minProperties"):
        return "R009", f"the {shown.removeprefix('a ')} is empty", help
    return "R009", f"{shown} is not allowed here", help
