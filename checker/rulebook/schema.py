"""The keys of rule files, each with its shape, its meaning and an example: the source of the published schemas."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from ..operators import OPERATORS
from ..record import Record
from ..results import SEVERITIES
from .condition_parser import CONNECTIVES, QUANTIFIERS, STATES
from .field_types import all_paths
from .ir import Data, Free
from .yaml_loader import Map, RuleFile, Seq, Text, Tree, like

Shape = dict[str, object]

STATUSES = ("draft", "provisional", "stable", "deprecated")
BOOKS = "CABLE GEN IC CUI ALL"  # the rule books a telegram may fall under (`Telegram.profile`), and all of them
PROFILES = tuple(BOOKS.split())
DRAFT = "https://json-schema.org/draft/2020-12/schema"

TEXT: Shape = {"type": ["string", "number"]}
DAY: Shape = {"type": "string", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
FLAG: Shape = {"type": "boolean"}
TEXTS: Shape = {"type": "array", "items": TEXT, "minItems": 1}
CONDITION: Shape = {"$ref": "#/$defs/condition"}
FREE: Shape = {"^x-": True}


class Key(Record):
    """One key: its name, its JSON Schema, what it means, an example, and whether it must be there."""

    name: str
    shape: Shape
    says: str
    example: object
    required: bool = False


RULE = (
    Key("id", {"type": "string", "pattern": r"^[A-Z][A-Z0-9]*(-[A-Z0-9]+)*-[0-9]{2,}$"},
        "The identity of the rule: never reused, never renumbered, says nothing about severity.", "POR-001", True),
    Key("name", {"type": "string", "pattern": r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"},
        "The name in words, with hyphens; it reads after `allow`.", "unmarked-paragraph", True),
    Key("aliases", TEXTS, "Former ids of this rule; they keep working.", ["OLD-001"]),
    Key("summary", {**TEXT, "minLength": 10}, "One sentence that says what holds.",
        "Every paragraph of a classified telegram begins with a portion mark.", True),
    Key("because", TEXT, "Why the rule is there.", "A paragraph lifted out must carry its own protection."),
    Key("cite", {"type": "array", "items": {"$ref": "#/$defs/citation"}, "minItems": 1},
        "The clauses the rule comes from.", [{"source": "IC-REG-2016", "clause": "p. 25"}], True),
    Key("severity", {"enum": list(SEVERITIES)}, "How bad a finding is.", "warning"),
    Key("status", {"enum": list(STATUSES)},
        "The stage of life; a draft and a deprecated rule run only when they are named.", "stable"),
    Key("profile", {"type": "array", "items": {"enum": list(PROFILES)}, "minItems": 1},
        "The rule books the rule belongs to; ALL by default.", [PROFILES[0]]),
    Key("era", {"type": "object", "properties": {
            "from": {**DAY, "description": "The first day."},
            "before": {**DAY, "description": "The first day on which the rule no longer holds."}},
        "additionalProperties": False, "minProperties": 1},
        "The days of the document's date on which the rule holds.", {"from": "1995-10-14", "before": "2003-09-22"}),
    Key("tags", TEXTS, "Words by which rules are chosen.", ["dates"]),
    Key("when", CONDITION, "The guard: where it is false the rule does not apply, where it is unknown neither pass "
        "nor fail is told.", {"level": {"at_least": "C"}}),
    Key("each", TEXT, "The list whose elements are judged one by one, or the part that is judged.", "paragraphs"),
    Key("where", CONDITION, "Which of the elements of `each` are judged.", {"depth": {"is": 1}}),
    Key("point", TEXT, "Where findings point, if not at the element or at the selector that failed.", "place"),
    Key("require", CONDITION, "What must hold. If it is false, the rule fails.", {"mark": "present"}),
    Key("once", FLAG, "At most one finding per document, at the first place.", True),
    Key("message", {**TEXT, "minLength": 3}, "What a finding says; {field}, {value}, {element} and {count} are filled "
        "in.", "paragraph {label} has no portion mark", True),
    Key("help", TEXT, "What to do about it.", "Put the portion mark before the first word."),
    Key("suggest", {"type": "object", "properties": {
            "replace": {**TEXT, "description": "The field whose words would be replaced."},
            "with": {**TEXT, "description": "The words to put there."},
            "safe": {**FLAG, "description": "Whether the change is purely typographic."}},
        "required": ["replace", "with"], "additionalProperties": False},
        "A replacement for the words of a field.", {"replace": "element", "with": "{suggestion}", "safe": False}),
    Key("check", TEXT, "A check in Python, where no condition can say it; instead of `require`.", "check-name"),
    Key("with", {"type": "object"}, "What the check is asked.", {"days": 3}),
    Key("examples", {"type": "object", "properties": {
            kind: {"type": "array", "items": {"$ref": "#/$defs/example"}, "minItems": 1,
                   "description": f"Documents {says}."}
            for kind, says in (("valid", "that hold to the rule"), ("invalid", "that break it, each place drawn"),
                               ("not_applicable", "the rule has nothing to say about"),
                               ("unknown", "it cannot judge, because evidence is missing or unreadable"))},
        "additionalProperties": False},
        "The tests of the rule, which are its documentation too.",
        {"valid": [{"base": "confidential-2007"}]}),
    Key("equivalent", {"type": "array", "items": {"type": "object", "properties": {
            "mutant": {**TEXT, "description": "The mutant as `rules test --mutate` names it."},
            "because": {**TEXT, "description": "Why it cannot be told from the rule."}},
        "required": ["mutant", "because"], "additionalProperties": False}, "minItems": 1},
        "Mutants that no example can kill, because they mean the same.",
        [{"mutant": "count at_least 1 → 2", "because": "there is never more than one"}]),
    Key("replaced_by", TEXT, "The rule that took the place of a deprecated one.", "POR-002"),
    Key("since", TEXT, "The version in which a rule was deprecated.", "0.2.0"),
    Key("reason", TEXT, "Why a rule was deprecated.", "POR-002 says it for every profile."),
)  # fmt: skip

EXAMPLE = (
    Key("text", TEXT, "A whole small document; ⟦ and ⟧ draw the places where findings are expected.", "1. ⟦X⟧"),
    Key("base", TEXT, "A named telegram of the folder `telegrams`.", "confidential-2007"),
    Key("swap", {"type": "object", "additionalProperties": TEXT},
        "Words of the base, each found exactly once, and what stands there instead.", {"2. (C)": "⟦2.⟧"}),
    Key("message", TEXT, "The exact message of the finding.", "paragraph 2. has no portion mark"),
    Key("messages", TEXTS, "The exact messages of several findings, in order.", ["one", "two"]),
    Key("as_of", DAY, "The day the run judges by.", "2026-11-23"),
    Key("facts", {"type": "object", "additionalProperties": TEXT},
        "What the wrapper says about the document.", {"classification": "level word"}),
    Key("profile", {"enum": [name for name in PROFILES if name != "ALL"]}, "The rule book to judge by.", PROFILES[2]),
    Key("note", TEXT, "What the example is there for.", "a page line stands before the mark"),
    Key("anywhere", FLAG, "The finding has no place of its own that could be drawn.", True),
)  # fmt: skip

CITATION = (
    Key("source", TEXT, "An id of the table of sources.", "IC-REG-2016", True),
    Key("clause", TEXT, "Where in it.", "p. 25"),
)

FILE = (
    Key("format", {"const": 1}, "The version of this language.", 1, True),
    Key("chapter", TEXT, "The title of the chapter.", "Portion marks", True),
    Key("pack", TEXT, "The pack the chapter belongs to.", "cablecheck"),
    Key("defaults", {"$ref": "#/$defs/defaults"}, "What holds for each rule of the file that does not say otherwise.",
        {"severity": "warning", "profile": [PROFILES[0]]}),
    Key("rules", {"type": "array", "items": {"$ref": "#/$defs/rule"}, "minItems": 1}, "The rules.", [], True),
)  # fmt: skip

ENTRY = (
    Key("code", TEXT, "What the word is called here and in rules: once in each table.", "S", True),
    Key("title", TEXT, "The word in full.", "Routine"),
    Key("rank", {"type": "integer"}, "Its place in an order.", 2),
    Key("forms", {"type": "object", "additionalProperties": {"type": ["array", "string", "number"], "items": TEXT}},
        "Its spellings by kind, the preferred one first.", {"line": ["ROUTINE-LIKE"], "letter": ["R"]}),
    Key("since", DAY, "The first day of use.", "1953-12-15"),
    Key("until", DAY, "The last day of use.", "1995-09-30"),
    Key("source", TEXT, "The source of this word, if it is not that of the table.", "IC-REG-2016"),
    Key("facts", {"type": "object", "additionalProperties": {
        "type": ["array", "string", "number", "boolean"], "items": {"type": ["string", "number", "boolean"]}}},
        "What only this table knows.", {"classified": "yes"}),
)  # fmt: skip

TABLE = (
    Key("format", {"const": 1}, "The version of this format.", 1, True),
    Key("table", {"type": "string", "pattern": "^[a-z][a-z0-9_]*$"}, "The name: the file's, with _ for -.", "levels",
        True),
    Key("title", TEXT, "What the table holds.", "Classification levels", True),
    Key("complete", FLAG, "Whether the list is closed: only then may a word outside it be called wrong.", True),
    Key("source", {"type": "array", "items": TEXT, "minItems": 1}, "Ids of the table of sources.", ["IC-REG-2016"],
        True),
    Key("note", TEXT, "What a reader should know about it.", "Words of the field, and what they do."),
    Key("entries", {"type": "array", "items": {"$ref": "#/$defs/entry"}}, "The words.", [], True),
)  # fmt: skip

PACK = (
    Key("format", {"const": 1}, "The version of this format.", 1, True),
    Key("name", {"type": "string", "pattern": "^[a-z][a-z0-9-]*$"}, "The name of the pack.", "my-rules", True),
    Key("version", {"type": "string"}, "The version of the pack.", "1.0.0", True),
    Key("title", TEXT, "The pack in a few words.", "House rules of the registry"),
    Key("model", {"type": "integer"}, "The version of the document model it was written for.", 1, True),
    Key("cablecheck", {"type": "string"}, "The versions of the tool it works with.", ">=0.1,<1", True),
    Key("licence", TEXT, "The licence of the rules.", "CC0-1.0"),
    Key("sources", TEXTS, "Where its knowledge comes from.", ["the registry's own manual"]),
    Key("files", TEXTS, "The rule files, if not all of the folder; below the folder only.", ["dates.yaml"]),
)  # fmt: skip


def record(keys: tuple[Key, ...], says: str, required: bool = True) -> Shape:
    """The JSON Schema of a mapping with these keys."""
    shape: Shape = {
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


def rules_schema() -> Shape:
    """The schema of a chapter of rules."""
    defaults = tuple(key for key in RULE if key.name in ("severity", "status", "profile", "era", "tags"))
    return {
        "$schema": DRAFT,
        "title": "A chapter of cablecheck rules",
        **record(FILE, "One chapter: rules that belong together."),
        "$defs": {
            "citation": record(CITATION, "A clause of a source."),
            "condition": _condition(),
            "defaults": record(defaults, "Defaults of the file.", required=False),
            "example": record(EXAMPLE, "A document and what the rule says of it."),
            "rule": record(RULE, "One rule."),
        },
    }


def _condition() -> Shape:
    """Conditions: connectives and the selectors of the model; an element's own fields may stand there too."""
    properties: Shape = {
        "and": {"type": "array", "items": CONDITION, "minItems": 1, "description": "All of these hold."},
        "or": {"type": "array", "items": CONDITION, "minItems": 1, "description": "At least one of these holds."},
        "not": {**CONDITION, "description": "This does not hold."},
        "implies": {
            "type": "object",
            "properties": {"if": CONDITION, "then": CONDITION},
            "required": ["if", "then"],
            "additionalProperties": False,
            "description": "Where the one holds, the other does.",
        },
    }
    for path, kind in all_paths(2):
        words = [*STATES, *(["true", "false"] if kind.name == "flag" else [])]
        allowed = QUANTIFIERS if kind.name == "list" else tuple(OPERATORS.get(kind.name, {}))
        title = f" {kind.title}" if kind.title else ""
        properties[path] = {
            "description": f"A {kind}.{title} States: {', '.join(words)}."
            + (f" Operators: {', '.join(allowed)}." if allowed else "")
        }
    return {
        "type": "object",
        "description": "Selectors of the document model, each with a state or with operators; all must hold.",
        "properties": properties,
        "minProperties": 1,
    }


def vocabulary_schema() -> Shape:
    """The schema of a table of words."""
    return {
        "$schema": DRAFT,
        "title": "A table of words for cablecheck",
        **record(TABLE, "One table of words."),
        "$defs": {"entry": record(ENTRY, "One word.")},
    }


def pack_schema() -> Shape:
    """The schema of `pack.yaml`."""
    return {"$schema": DRAFT, "title": "A pack of cablecheck rules", **record(PACK, "What a pack is and needs.")}


SCHEMAS = {"pack": pack_schema, "rules": rules_schema, "vocabulary": vocabulary_schema}


def schema(name: str = "rules") -> Shape:
    """The schema of rule files ("rules"), word tables ("vocabulary") or pack files ("pack")."""
    return SCHEMAS[name]()


assert set(CONNECTIVES) == {"and", "implies", "not", "or"}


# ---- jsonschema on rule files: each trouble at its place in the YAML, one cause one message.
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
