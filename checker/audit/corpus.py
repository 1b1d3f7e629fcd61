"""Rules over a whole corpus: SQL over the tables of an audit, under the strictness of every other rule.

A rule's statement may read the tables and nothing else; it is bound against empty tables when the rules are loaded, so
that a misspelt column is an error with its place and never a rule that finds nothing.
"""

from __future__ import annotations

import os
import string
from collections.abc import Iterator
from hashlib import sha256

from ..findings import SEVERITIES
from ..record import Record
from ..rulebook.places import Map, RuleFile, Seq, Text, Tree, like, plain
from ..rulebook.troubles import Item, Place
from ..rulebook.words import load_vocabulary
from ..shipped import data_dir
from ..trouble import ConfigTrouble, RuleTrouble
from ..vocabulary import Vocabulary
from .rows import Row
from .store import Asked
from .tables import TABLES

NEEDED = ("id", "name", "summary", "cite", "severity", "status", "sql", "message", "examples")
FREE = ("because", "help")
STATES = ("draft", "provisional", "stable")


class Example(Record):
    """Small tables, the documents a rule must find in them, and the messages where they are given."""

    kind: str
    tables: dict[str, list[dict[str, object]]]
    finds: tuple[int, ...]
    messages: tuple[str, ...]
    place: Place


class CorpusRule(Record):
    """One rule: its statement gives a row for each finding, with `document` and the values the message names."""

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


def load(folder: str | None = None, words: Vocabulary | None = None) -> list[CorpusRule]:
    """The rules of `folder` (default: the shipped `rules/corpus`). Raises `RuleTrouble` with all that is wrong."""
    folder = folder or os.path.join(data_dir("rules"), "corpus")
    sources = (words or load_vocabulary(os.path.join(data_dir("rules"), "vocabulary")))["sources"]
    items: list[Item] = []
    rules: list[CorpusRule] = []
    asked = Asked()
    try:
        for name in sorted(name for name in os.listdir(folder) if name.endswith(".yaml")):
            file = RuleFile.open(os.path.join(folder, name), f"rules/corpus/{name}", items)
            if file is not None and isinstance(file.tree, Map):
                rules += _chapter(file, sources.codes(), asked)
    finally:
        asked.close()
    seen: dict[str, CorpusRule] = {}
    for rule in rules:
        for word in (rule.id, rule.name):
            if word in seen:
                items.append(Item("R022", f"{word} is taken by {seen[word].id}", rule.place, rule=rule.id))
            seen[word] = rule
    if items:
        raise RuleTrouble(list(items))
    return sorted(rules, key=lambda rule: rule.id)


def _chapter(file: RuleFile, sources: tuple[str, ...], asked: Asked) -> list[CorpusRule]:
    tree = file.tree
    assert isinstance(tree, Map)
    for key, _ in tree.items():
        if key.value not in ("format", "chapter", "rules"):
            file.trouble(
                "R010", key, f'key "{key.value}" is not known here', like(key.value, ("format", "chapter", "rules"))
            )
    rules = tree.get("rules")
    if not isinstance(rules, Seq):
        file.trouble("R033", tree, "the chapter has no list of rules")
        return []
    return [rule for node in rules.items if (rule := _rule(file, node, sources, asked)) is not None]


def _rule(file: RuleFile, node: Tree, sources: tuple[str, ...], asked: Asked) -> CorpusRule | None:
    if not isinstance(node, Map):
        file.trouble("R009", node, "a rule is a mapping")
        return None
    before = len(file.items)
    name = node.text("id")
    for key, _ in node.items():
        if key.value not in NEEDED + FREE:
            file.trouble("R010", key, f'key "{key.value}" is not known here', like(key.value, NEEDED + FREE), name)
    misspelt = "".join(like(key.value, NEEDED) for key, _ in node.items() if key.value not in NEEDED + FREE)
    for needed in NEEDED:
        if node.get(needed) is None and f'"{needed}"' not in misspelt:  # one cause, one message
            file.trouble("R033", node, f'key "{needed}" is missing', rule=name)
    if len(file.items) > before:
        return None
    for word, allowed in (("severity", SEVERITIES), ("status", STATES)):
        if node.text(word) not in allowed:
            file.trouble("R009", node.get(word) or node, f"{word} is one of {', '.join(allowed)}", rule=name)
    cite = _cite(file, node, sources, name)
    _bind(file, node, asked, name)
    examples = tuple(_examples(file, node, name))
    if len(file.items) > before:
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
    )


def _cite(file: RuleFile, node: Map, sources: tuple[str, ...], rule: str) -> tuple[str, ...]:
    found = []
    entries = node.get("cite")
    for entry in entries.items if isinstance(entries, Seq) else []:
        source = entry.text("source") if isinstance(entry, Map) else ""
        if not isinstance(entry, Map) or source not in sources:
            file.trouble("R019", entry, f'no source is called "{source}"', like(source, sources), rule)
            continue
        clause = entry.text("clause")
        found.append(f"{source}, {clause}" if clause else source)
    if not isinstance(entries, Seq) or not entries.items:
        file.trouble("R033", node.get("cite") or node, "a rule names at least one source", rule=rule)
    return tuple(found)


def _bind(file: RuleFile, node: Map, asked: Asked, rule: str) -> None:
    """The statement must be one SELECT over the tables that gives `document` and all that the message names."""
    sql = node.get("sql")
    assert sql is not None
    try:
        columns = asked.ask(node.text("sql")).columns
    except ConfigTrouble as wrong:
        file.trouble("R036", sql, " ".join(str(wrong).split())[:300], rule=rule)
        return
    if "document" not in columns:
        file.trouble("R033", sql, "the statement gives no column `document`", rule=rule)
    for _, field, _, _ in string.Formatter().parse(node.text("message")):
        if field is not None and field not in columns:
            message = node.get("message") or node
            file.trouble("R021", message, f"the statement gives no column `{field}`", like(field, columns), rule)


def _examples(file: RuleFile, node: Map, rule: str) -> Iterator[Example]:
    examples = node.get("examples")
    kinds = ("valid", "invalid")
    if not isinstance(examples, Map):
        file.trouble("R024", node, "a rule has valid and invalid examples", rule=rule)
        return
    for kind in kinds:
        listed = examples.get(kind)
        if not isinstance(listed, Seq) or not listed.items:
            file.trouble("R024", examples, f"there is no {kind} example", rule=rule)
            continue
        for entry in listed.items:
            if isinstance(entry, Map):
                yield from _example(file, entry, kind, rule)


def _example(file: RuleFile, entry: Map, kind: str, rule: str) -> Iterator[Example]:
    tables: dict[str, list[dict[str, object]]] = {}
    before = len(file.items)
    for key, value in entry.items():
        if key.value in ("note", "finds", "messages"):
            continue
        if key.value not in TABLES:
            file.trouble("R010", key, f"no table is called {key.value}", like(key.value, TABLES), rule)
            continue
        columns = {column.name for column in TABLES[key.value]}
        rows = plain(value)
        for row in value.items if isinstance(value, Seq) else []:
            for cell, _ in row.items() if isinstance(row, Map) else ():
                if cell.value not in columns | {"times"}:
                    file.trouble("R010", cell, f"no column is called {cell.value}", like(cell.value, columns), rule)
        tables[key.value] = [one for row in rows for one in _repeated(dict(row))] if isinstance(rows, list) else []
    finds = entry.get("finds")
    numbers = tuple(int(item.value) for item in finds.items if isinstance(item, Text)) if isinstance(finds, Seq) else ()
    if (kind == "invalid") != bool(numbers):
        file.trouble(
            "R023", entry, "an invalid example says which documents it `finds`, a valid one finds none", rule=rule
        )
    listed = entry.get("messages")
    messages = tuple(str(plain(item)) for item in listed.items) if isinstance(listed, Seq) else ()
    if len(file.items) == before:
        yield Example(kind, tables, numbers, messages, Place(file.shown, entry.line, entry.column))


def _repeated(row: dict[str, object]) -> Iterator[dict[str, object]]:
    """The row, or with `times: N` the row N times with `document` and `serial` counted on (`{serial}` in `mrn` too)."""
    times = int(str(row.pop("times", "1")))
    for step in range(times):
        made = dict(row)
        for name in ("document", "serial"):
            if name in made:
                made[name] = int(str(made[name])) + step
        if isinstance(made.get("mrn"), str):
            made["mrn"] = str(made["mrn"]).replace("{serial}", str(made.get("serial", "")))
        yield made


def judge(rule: CorpusRule, example: Example, asked: Asked) -> str:
    """What is wrong with an example, or ""."""
    asked.empty()
    for table, rows in example.tables.items():
        asked.fill(table, rows)
    found = sorted(_hits(rule, asked), key=lambda hit: hit[0])
    documents = tuple(document for document, _ in found)
    if documents != tuple(sorted(example.finds)):
        return f"expected findings on {sorted(example.finds)}, found {list(documents)}"
    messages = tuple(message for _, message in found)
    if example.messages and messages != example.messages:
        return f"expected {list(example.messages)}, found {list(messages)}"
    return ""


def _hits(rule: CorpusRule, asked: Asked) -> Iterator[tuple[int, str]]:
    answer = asked.ask(rule.sql)
    place = answer.columns.index("document")
    for row in answer.rows:
        document = row[place]
        if isinstance(document, int):
            yield document, rule.message.format_map(dict(zip(answer.columns, row, strict=True)))


def findings(rule: CorpusRule, asked: Asked, redact: bool) -> list[Row]:
    """The findings of a rule on the tables of an audit, as rows, in the order of the documents."""
    hits = sorted(set(_hits(rule, asked)))
    if not hits:
        return []
    wanted = ", ".join(str(document) for document in sorted({document for document, _ in hits}))
    answer = asked.ask(f"select document, path, cable, line from cables where document in ({wanted})")
    known = {row[0]: row for row in answer.rows}
    found: list[Row] = []
    for document, message in hits:
        _, path, cable, line = known.get(document, (document, "", "", 1))
        key = f"{rule.id}|{cable or path}|{message}"
        found.append(
            {
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
                "fingerprint": sha256(key.encode("utf-8", "replace")).hexdigest()[:20],
                "unknown": False,
            }
        )
    return found
