"""The keys of files of corpus rules, each with its shape and meaning: the source of the published schema."""

from __future__ import annotations

from ..findings import SEVERITIES
from ..rulebook.shape import CITATION, DAY, DRAFT, RULE, TEXT, TEXTS, Key, Shape, record
from .tables import TABLES

STATES = ("draft", "provisional", "stable")
_SHARED = {key.name: key for key in RULE}
_CELLS: dict[str, Shape] = {
    "BIGINT": {"type": "integer"},
    "BOOLEAN": {"type": "boolean"},
    "DATE": DAY,
    "VARCHAR": TEXT,
    "VARCHAR[]": {"type": "array", "items": TEXT},
}
_SAMPLES: dict[str, object] = {
    "BIGINT": 1,
    "BOOLEAN": True,
    "DATE": "2007-03-14",
    "VARCHAR": "07STRELSAU12",
    "VARCHAR[]": ["07STRELSAU12"],
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
    Key("severity", {"enum": list(SEVERITIES)}, "How bad a finding is.", "info", True),
    Key("status", {"enum": list(STATES)}, "The stage of life.", "provisional", True),
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
        "What a finding says; columns of the statement are filled in.",
        "{mrn} has more sections than it says",
        True,
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
        "The tests of the rule, which are its documentation too.",
        {"valid": [{"cables": [{"document": 1}]}]},
        True,
    ),
    _SHARED["equivalent"],
)

NOTE = Key("note", TEXT, "What the example is there for.", "a small corpus proves nothing")
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


def corpus_schema() -> Shape:
    """The schema of a chapter of corpus rules."""
    tables = tuple(
        Key(
            table,
            {"type": "array", "items": {"$ref": f"#/$defs/{table}-row"}},
            f"Rows of the table `{table}`; columns not given are null.",
            [],
        )
        for table in TABLES
    )
    return {
        "$schema": DRAFT,
        "title": "A chapter of rules over a whole corpus for cablecheck",
        **record(FILE, "One chapter: rules over the tables of an audit."),
        "$defs": {
            "citation": record(CITATION, "A clause of a source."),
            "rule": record(CORPUS_RULE, "One rule: what it asks is SQL."),
            "valid": record((NOTE, *tables), "Tables in which the rule finds nothing."),
            "invalid": record((NOTE, *FINDS, *tables), "Tables in which the rule finds something."),
            **{f"{table}-row": _row(table) for table in TABLES},
        },
    }


def _row(table: str) -> Shape:
    columns = tuple(
        Key(column.name, _CELLS[column.type], column.holds, _SAMPLES[column.type]) for column in TABLES[table]
    )
    times = Key(
        "times",
        {"type": "integer", "minimum": 1, "maximum": 1000},
        "That many rows, with `document` and `serial` counted on; {serial} in `mrn` is filled in.",
        50,
    )
    return record((*columns, times), f"A row of the table `{table}`.")
