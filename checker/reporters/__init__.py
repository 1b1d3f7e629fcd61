"""A finished run told in words: one file per output format, one table, and the door they all go through.

    render(name, outcome, look) -> Iterator[str]

Each format is a function `report(outcome, look)` that yields pieces of text. What comes from a document is escaped
for the format by `escape.py`; nothing a document says can end a line, a cell, a tag or a terminal command.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..errors import ConfigError, did_you_mean
from ..record import Record
from ..results import Outcome

# name -> (module, function, what it is for, what it needs besides findings: "text" of documents, "details" of rules)
REPORTERS: dict[str, tuple[str, str, str, str]] = {
    "concise": ("terminal", "concise", "one finding a line: path:line:column: severity RULE message", ""),
    "csv": ("csv", "report", "one finding a row, for spreadsheets", ""),
    "full": ("terminal", "full", "the quoted line with the place underlined, citation and help", ""),
    "github": ("ci", "github", "annotations for GitHub Actions", ""),
    "gitlab": ("ci", "gitlab", "a GitLab code quality report", ""),
    "html": ("html", "report", "one self-contained page with the findings drawn in the text", "text"),
    "json": ("json", "json_report", "one object with summary, findings, failed and excluded documents", ""),
    "jsonl": ("json", "jsonl_report", "one JSON object a line: findings, documents, and the summary last", ""),
    "junit": ("ci", "junit", "a JUnit report, one test case for each document", ""),
    "markdown": ("ci", "markdown", "tables for a comment or a page", ""),
    "sarif": ("sarif", "report", "SARIF 2.1.0 for code scanning", "details"),
    "table": ("terminal", "table", "a table for people, with the totals last", ""),
}


class Look(Record):
    """How the output will be seen: `width` in columns (0: not on a terminal), and whether colour is wanted."""

    width: int = 0
    colour: bool = False


def render(name: str, outcome: Outcome, look: Look | None = None) -> Iterator[str]:
    """The pieces of the report in the format `name`. Raises `ConfigError` for a name that is no format."""
    import importlib  # only the one format asked for is loaded

    if name not in REPORTERS:
        hint = did_you_mean(name, REPORTERS) or "; there is " + ", ".join(REPORTERS)
        raise ConfigError(f"unknown format {name!r}{hint}")
    module, function, *_ = REPORTERS[name]
    found: Iterator[str] = getattr(importlib.import_module(f".{module}", __name__), function)(outcome, look or Look())
    return found


def needs(names: list[str], what: str) -> bool:
    """Whether one of these formats needs "text" or "details"."""
    return any(name in REPORTERS and REPORTERS[name][3] == what for name in names)
