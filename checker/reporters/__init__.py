"""A finished run told in words: one file per output format, one table, and the door they all go through.

    render(name, outcome, look) -> Iterator[str]

Each format is a function `report(outcome, look)` that yields pieces of text. What comes from a document is escaped
for the format by `escape.py`; nothing a document says can end a line, a cell, a tag or a terminal command.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..ledger import Outcome
from ..record import Record
from ..trouble import ConfigTrouble, did_you_mean

# name -> (module, what it is for, whether it needs the documents' text)
REPORTERS: dict[str, tuple[str, str, bool]] = {
    "concise": ("concise", "one finding a line: path:line:column: severity RULE message", False),
    "csv": ("comma", "one finding a row, for spreadsheets", False),
    "full": ("full", "the quoted line with the place underlined, citation and help", False),
    "github": ("github", "annotations for GitHub Actions", False),
    "gitlab": ("gitlab", "a GitLab code quality report", False),
    "html": ("page", "one self-contained page with the findings drawn in the text", True),
    "json": ("objects", "one object with summary, findings, failed and excluded documents", False),
    "jsonl": ("lines", "one JSON object a line: findings, documents, and the summary last", False),
    "junit": ("junit", "a JUnit report, one test case for each document", False),
    "markdown": ("markdown", "tables for a comment or a page", False),
    "sarif": ("sarif", "SARIF 2.1.0 for code scanning", False),
    "table": ("table", "a table for people, with the account last", False),
}


class Look(Record):
    """How the output will be seen: `width` in columns (0: not on a terminal), and whether colour is wanted."""

    width: int = 0
    colour: bool = False


def render(name: str, outcome: Outcome, look: Look | None = None) -> Iterator[str]:
    """The pieces of the report in the format `name`. Raises `ConfigTrouble` for a name that is no format."""
    import importlib  # only the one format asked for is loaded

    if name not in REPORTERS:
        hint = did_you_mean(name, REPORTERS) or "; there is " + ", ".join(REPORTERS)
        raise ConfigTrouble(f"unknown format {name!r}{hint}")
    module = importlib.import_module(f".{REPORTERS[name][0]}", __name__)
    found: Iterator[str] = module.report(outcome, look or Look())
    return found


def needs_text(names: list[str]) -> bool:
    """Whether one of these formats draws findings into the text."""
    return any(name in REPORTERS and REPORTERS[name][2] for name in names)
