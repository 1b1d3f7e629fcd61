"""Load and evaluate corpus rules.

A corpus rule is a SQL query on the tables of an audit, and is validated as strictly as any other rule. The keys of a
corpus rule file are defined in this module, and the published schema is generated from them.
"""

from __future__ import annotations

import os
import string
from collections.abc import Iterator, Mapping
from hashlib import sha256
from itertools import groupby
from operator import itemgetter

from .. import rulebook
from ..errors import ConfigError, RuleError
from ..record import Record, copied
from ..redaction import name_digest
from ..resources import data_dir
from ..results import SEVERITIES
from ..rulebook.diagnostics import Diagnostic, Place
from ..rulebook.schema import CITATION, DAY, DRAFT, RULE, TEXT, TEXTS, JsonSchema, Key, check_schema, record
from ..rulebook.yaml_loader import RuleFile, YamlList, YamlMap, YamlText, plain, suggest
from ..vocabulary import Vocabulary
from .database import Query
from .tables import REVIEW, TABLES, Row

DOCUMENT = "document"  # the column that every statement must return
STATES = ("draft", "provisional", "stable")
_SHARED = {key.name: key for key in RULE}
_CELLS: dict[str, JsonSchema] = {
    "BIGINT": {"type": "integer"},
    "BOOLEAN": {"type": "boolean"},
    "DATE": DAY,
    "VARCHAR": TEXT,
    "VARCHAR[]": {"type": "array", "items": TEXT},
    "BIGINT[]": {"type": "array", "items": {"type": "integer"}},
}
_SAMPLES: dict[str, object] = {
    "BIGINT": 1,
    "BOOLEAN": True,
    "DATE": "2007-03-14",
    "VARCHAR": "07STRELSAU12",
    "VARCHAR[]": ["07STRELSAU12"],
    "BIGINT[]": [1, 2],
}

FILE = (
    Key("format", {"const": 1}, "The version of this language.", 1, True),
    Key("chapter", TEXT, "The title of the chapter.", "Across the corpus", True),
    Key(
        "rules",
        {"type": "array", "items": {"$ref": "#/$defs/rule"}, "minItems": 1},
        "The rules.",
        [],
        True,
    ),
)

CORPUS_RULE = (
    _SHARED["id"],
    _SHARED["name"],
    _SHARED["summary"],
    _SHARED["because"],
    _SHARED["cite"],
    Key("severity", {"enum": list(SEVERITIES)}, "The severity of a finding.", "info", True),
    Key("status", {"enum": list(STATES)}, "The stage of the life cycle.", "provisional", True),
    Key(
        "sql",
        {**TEXT, "minLength": 10},
        "One SELECT over the tables of an audit: each row is a finding on `document`.",
        "select document, mrn from cables where section > sections",
        True,
    ),
    Key(
        "message",
        {**TEXT, "minLength": 3},
        "The message of a finding; names in braces are replaced by columns of the statement.",
        "{mrn} has more sections than it says",
        True,
    ),
    Key(
        "key",
        {**TEXTS, "minItems": 1},
        "The columns of the statement that tell its findings apart; a decision about a finding stays with it while "
        "they are equal. Default: `document`.",
        ["document", "ref"],
    ),
    _SHARED["help"],
    Key(
        "examples",
        {
            "type": "object",
            "properties": {
                kind: {
                    "type": "array",
                    "items": {"$ref": f"#/$defs/{kind}"},
                    "minItems": 1,
                    "description": f"Small tables in which the rule finds {what}.",
                }
                for kind, what in (("valid", "nothing"), ("invalid", "something"))
            },
            "required": ["valid", "invalid"],
            "additionalProperties": False,
        },
        "The tests of the rule, which also document it.",
        {"valid": [{"cables": [{"document": 1}]}]},
        True,
    ),
    _SHARED["equivalent"],
)

NOTE = Key("note", TEXT, "The purpose of the example.", "a small corpus proves nothing")
FINDS = (
    Key(
        "finds",
        {"type": "array", "items": {"type": "integer"}, "minItems": 1},
        "The numbers of the documents with a finding; twice for two findings.",
        [2],
        True,
    ),
    Key("messages", TEXTS, "The exact messages, in the order of the documents.", ["07STRELSAU12 is C here"]),
)


def corpus_schema() -> JsonSchema:
    """Return the JSON schema of a chapter of corpus rules."""
    tables = tuple(
        Key(
            table,
            {"type": "array", "items": {"$ref": f"#/$defs/{table}-row"}},
            f"Rows of the table `{table}`; columns not given are null.",
            [],
        )
        for table in TABLES
        if table not in REVIEW
    )
    return {
        "$schema": DRAFT,
        "title": "A chapter of rules over a whole corpus for cablecheck",
        **record(FILE, "One chapter: rules over the tables of an audit."),
        "$defs": {
            "citation": record(CITATION, "A clause of a source."),
            "rule": record(CORPUS_RULE, "One rule, whose requirement is a SQL statement."),
            "valid": record((NOTE, *tables), "Tables in which the rule finds nothing."),
            "invalid": record((NOTE, *FINDS, *tables), "Tables in which the rule finds something."),
            **{f"{table}-row": _row(table) for table in TABLES if table not in REVIEW},
        },
    }


def _row(table: str) -> JsonSchema:
    columns = tuple(
        Key(column.name, _CELLS[column.type], column.holds, _SAMPLES[column.type]) for column in TABLES[table]
    )
    times = Key(
        "times",
        {"type": "integer", "minimum": 1, "maximum": 1000},
        "The number of rows to generate, with `document` and `serial` counted up; {serial} in `mrn` is replaced.",
        50,
    )
    return record((*columns, times), f"A row of the table `{table}`.")


# ---- Loading ---------------------------------------------------------------------------------------------------------
class Example(Record):
    """Small tables for testing a rule, the documents that it must report, and optionally the expected messages."""

    kind: str
    tables: dict[str, list[dict[str, object]]]
    finds: tuple[int, ...]
    messages: tuple[str, ...]
    place: Place


class CorpusRule(Record):
    """One rule: its statement returns a row for each finding, with `document` and the values for the message."""

    id: str
    name: str
    summary: str
    severity: str
    status: str
    cite: tuple[str, ...]
    sql: str
    message: str
    help: str
    because: str
    examples: tuple[Example, ...]
    place: Place
    key: tuple[str, ...] = (DOCUMENT,)
    equivalent: tuple[tuple[str, Place], ...] = ()

    def with_sql(self, sql: str) -> CorpusRule:
        """Return a copy of the rule with a different statement."""
        return copied(self, sql=sql)


def load(folder: str | None = None, words: Vocabulary | None = None) -> list[CorpusRule]:
    """Load the rules in the folder or file `folder` (default: the shipped `rules/corpus`). `words` is the vocabulary.
    Raises `RuleError` with all diagnostics.
    """
    rules, items = read(folder or os.path.join(data_dir("rules"), "corpus"), words)
    if items:
        raise RuleError(list(items))
    return rules


def shipped(words: Vocabulary) -> list[CorpusRule]:
    """Load the shipped rules for an audit. Their schema and statements are not checked, because that takes 0.1 s and
    the tests already do it.

    Raises `RuleError` if a file cannot be read.
    """
    items: list[Diagnostic] = []
    rules = _read(os.path.join(data_dir("rules"), "corpus"), words, items, None)
    if items:
        raise RuleError(list(items))
    return rules


def read(path: str, words: Vocabulary | None = None) -> tuple[list[CorpusRule], list[Diagnostic]]:
    """Return the rules in a file or folder, and all diagnostics. An id or a name that is used twice is an error."""
    items: list[Diagnostic] = []
    query = Query()
    try:
        rules = _read(path, words or rulebook.load().vocabulary, items, query)
    finally:
        query.close()
    seen: dict[str, CorpusRule] = {}
    for rule in rules:
        for word in (rule.id, rule.name):
            if word in seen:
                items.append(Diagnostic("R022", f"{word} is already used by {seen[word].id}", rule.place, rule=rule.id))
            seen[word] = rule
    return rules, items


def _read(path: str, words: Vocabulary, items: list[Diagnostic], query: Query | None) -> list[CorpusRule]:
    """Return the rules in a file or folder, sorted by id, and add errors to `items`. Without `query`, schemas and
    statements are not checked.
    """
    rules: list[CorpusRule] = []
    for one in _files(path):
        file = RuleFile.open(one, os.path.join("rules", "corpus", os.path.basename(one)), items)
        if file is not None and isinstance(file.tree, YamlMap):
            rules += _chapter(file, words["sources"].codes(), query)
    return sorted(rules, key=lambda rule: rule.id)


def _files(path: str) -> list[str]:
    if not os.path.isdir(path):
        return [path]
    return [os.path.join(path, name) for name in sorted(os.listdir(path)) if name.endswith(".yaml")]


def _chapter(file: RuleFile, sources: tuple[str, ...], query: Query | None) -> list[CorpusRule]:
    error = {path[:2] for path in check_schema("corpus", file, corpus_schema)} if query is not None else ()
    tree = file.tree
    rules = tree.get("rules") if isinstance(tree, YamlMap) else None
    made = []
    for place, node in enumerate(rules.items if isinstance(rules, YamlList) else ()):
        if isinstance(node, YamlMap) and ("rules", place) not in error:  # schema errors are already reported
            made.append(_rule(file, node, sources, query))
    return [rule for rule in made if rule is not None]


def _rule(file: RuleFile, node: YamlMap, sources: tuple[str, ...], query: Query | None) -> CorpusRule | None:
    before = len(file.diagnostics)
    name = node.text("id")
    cite = _cite(file, node, sources, name)
    if query is not None:
        _bind(file, node, query, name)
    examples = tuple(_examples(file, node))
    if len(file.diagnostics) > before:
        return None
    return CorpusRule(
        name,
        node.text("name"),
        node.text("summary"),
        node.text("severity"),
        node.text("status"),
        cite,
        node.text("sql"),
        node.text("message"),
        node.text("help"),
        node.text("because"),
        examples,
        Place(file.shown, node.line, node.column),
        _key(node),
        tuple(_equivalent(file, node)),
    )


def _key(node: YamlMap) -> tuple[str, ...]:
    listed = node.get("key")
    names = listed.items if isinstance(listed, YamlList) else ()
    return tuple(item.value for item in names if isinstance(item, YamlText)) or (DOCUMENT,)


def _equivalent(file: RuleFile, node: YamlMap) -> Iterator[tuple[str, Place]]:
    entries = node.get("equivalent")
    for entry in entries.items if isinstance(entries, YamlList) else ():
        if isinstance(entry, YamlMap):
            yield entry.text("mutant"), Place(file.shown, entry.line, entry.column)


def _cite(file: RuleFile, node: YamlMap, sources: tuple[str, ...], rule: str) -> tuple[str, ...]:
    found = []
    entries = node.get("cite")
    for entry in entries.items if isinstance(entries, YamlList) else []:
        source = entry.text("source") if isinstance(entry, YamlMap) else ""
        if not isinstance(entry, YamlMap) or source not in sources:
            file.error("R019", entry, f'no source is called "{source}"', suggest(source, sources), rule)
            continue
        clause = entry.text("clause")
        found.append(f"{source}, {clause}" if clause else source)
    return tuple(found)


def _bind(file: RuleFile, node: YamlMap, query: Query, rule: str) -> None:
    """Check that a rule's statement is one SELECT over the tables, and that it returns `document` and every field in
    the message.
    """
    sql = node.get("sql")
    assert sql is not None
    try:
        columns = query.run(node.text("sql")).columns
    except ConfigError as error:
        file.error("R036", sql, " ".join(str(error).split())[:300], rule=rule)
        return
    if "document" not in columns:
        file.error("R033", sql, "the statement has no column `document`", rule=rule)
    fields = [field for _, field, _, _ in string.Formatter().parse(node.text("message")) if field is not None]
    for name, wanted in (("message", fields), ("key", _key(node))):
        for field in wanted:
            if field not in columns and field != DOCUMENT:
                value = node.get(name) or node
                file.error("R021", value, f"the statement has no column `{field}`", suggest(field, columns), rule)


def _examples(file: RuleFile, node: YamlMap) -> Iterator[Example]:
    examples = node.get("examples")
    for kind in ("valid", "invalid"):
        listed = examples.get(kind) if isinstance(examples, YamlMap) else None
        for entry in listed.items if isinstance(listed, YamlList) else ():
            if isinstance(entry, YamlMap):
                yield _example(file, entry, kind)


def _example(file: RuleFile, entry: YamlMap, kind: str) -> Example:
    tables: dict[str, list[dict[str, object]]] = {}
    for key, value in entry.items():
        rows = plain(value)
        if key.value in TABLES and isinstance(rows, list):
            tables[key.value] = [one for row in rows for one in _repeated(dict(row))]
    finds, listed = entry.get("finds"), entry.get("messages")
    numbers = (
        tuple(int(item.value) for item in finds.items if isinstance(item, YamlText))
        if isinstance(finds, YamlList)
        else ()
    )
    messages = tuple(str(plain(item)) for item in listed.items) if isinstance(listed, YamlList) else ()
    return Example(kind, tables, numbers, messages, Place(file.shown, entry.line, entry.column))


def _repeated(row: dict[str, object]) -> Iterator[dict[str, object]]:
    """Yield a row of an example. With `times: N`, yield N copies, incrementing `document` and `serial` in each copy and
    filling in `{serial}` in `mrn`.
    """
    times = int(str(row.pop("times", "1")))
    for step in range(times):
        made = dict(row)
        for name in ("document", "serial"):
            if name in made:
                made[name] = int(str(made[name])) + step
        if isinstance(made.get("mrn"), str):
            made["mrn"] = str(made["mrn"]).replace("{serial}", str(made.get("serial", "")))
        yield made


def judge(rule: CorpusRule, example: Example, query: Query) -> str:
    """Return why an example fails, or "" if it passes."""
    fill(example, query)
    return compare(rule, example, query)


def fill(example: Example, query: Query) -> None:
    """Replace the contents of the in-memory tables with the rows of an example."""
    query.empty()
    for table, rows in example.tables.items():
        query.fill(table, rows)


def compare(rule: CorpusRule, example: Example, query: Query) -> str:
    """Return why an example fails, or "" if it passes. The tables must already contain the example's rows."""
    found = sorted(_hits(rule, query), key=lambda hit: hit[0])
    documents = tuple(document for document, _, _ in found)
    if documents != tuple(sorted(example.finds)):
        return f"expected findings on {sorted(example.finds)}, found {list(documents)}"
    messages = tuple(message for _, message, _ in found)
    if example.messages and messages != example.messages:
        return f"expected {list(example.messages)}, found {list(messages)}"
    return ""


def _hits(rule: CorpusRule, query: Query) -> Iterator[tuple[int, str, tuple[str, ...]]]:
    """Yield the document, the message, and the other key values for each row that the statement returns."""
    answer = query.run(rule.sql)
    for row in answer.rows:
        hit = _hit(rule, dict(zip(answer.columns, row, strict=True)))
        if hit is not None:
            yield hit


def _hit(rule: CorpusRule, values: Mapping[str, object]) -> tuple[int, str, tuple[str, ...]] | None:
    document = values[DOCUMENT]
    if not isinstance(document, int):
        return None
    key = tuple(_unredacted(values[name]) for name in rule.key if name != DOCUMENT)
    return document, rule.message.format_map(values), key


def _unredacted(value: object) -> str:
    """Return part of a finding's key as text that is the same with and without redaction: strings are replaced with
    digests, just as redaction replaces message numbers.
    """
    return name_digest(value) if isinstance(value, str) else str(value)


def findings(rule: CorpusRule, query: Query, redact: bool) -> Iterator[Row]:
    """Yield a corpus rule's findings for an audit as table rows, in document order. Only the findings of one document
    are in memory at a time.
    """
    for (document, *place), group in groupby(_located(rule, query), key=itemgetter(0)):
        path, cable, line, mrn = place
        identity = name_digest(str(mrn)) if mrn else f"{path} {name_digest(str(cable))}"
        seen: dict[tuple[str, ...], int] = {}
        for _, message, values in sorted({hit for _, hit in group}):
            seen[values] = seen.get(values, 0) + 1
            parts = (rule.id, identity if DOCUMENT in rule.key else "", *values, str(seen[values]))
            yield {
                "document": document,
                "path": path,
                "cable": cable,
                "rule": rule.id,
                "name": rule.name,
                "severity": rule.severity,
                "message": rule.summary if redact else message,
                "line": line,
                "column": 1,
                "end_line": line,
                "end_column": 1,
                "quote": "",
                "at": "corpus",
                "fingerprint": sha256("|".join(parts).encode("utf-8", "replace")).hexdigest()[:20],
                "unknown": False,
            }


_Place = tuple[int, str, str, int, str | None]  # document, path, cable, line, mrn


def _located(rule: CorpusRule, query: Query) -> Iterator[tuple[_Place, tuple[int, str, tuple[str, ...]]]]:
    """Yield, for each row that the statement returns, the document's location and the hit, in document order."""
    ordered = (
        f"with found as ({rule.sql.rstrip().rstrip(';')}\n) "
        "select found.*, c.document, c.path, c.cable, c.line, c.mrn from found "
        "left join cables c on c.document = found.document order by found.document"
    )
    for answer in query.stream(ordered):
        for row in answer.rows:
            values, (known, *place) = row[:-5], row[-5:]
            hit = _hit(rule, dict(zip(answer.columns[:-5], values, strict=True)))
            if hit is not None:
                yield (hit[0], *(place if known is not None else ("", "", 1, None))), hit
