"""Render outcomes in output formats: one generator function per format, registered in `REPORTERS`.

    render(name, outcome, display) -> Iterator[str]

Each function takes an outcome and a `Display` and yields text. `escaping.py` escapes document text for each format, so
that nothing in a document can end a line, a cell, or a tag, or send a command to the terminal.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..errors import ConfigError, did_you_mean
from ..record import Record
from ..results import Outcome

# name -> (module, function, purpose, what it needs besides findings: "text" of documents, "details" of rules)
REPORTERS: dict[str, tuple[str, str, str, str]] = {
    "concise": ("terminal", "concise", "one finding per line: path:line:column: severity RULE message", ""),
    "csv": ("csv", "report", "one finding per row, for spreadsheets", ""),
    "full": ("terminal", "full", "the quoted line with the position underlined, the citation and the help text", ""),
    "github": ("ci", "github", "annotations for GitHub Actions", ""),
    "gitlab": ("ci", "gitlab", "a GitLab code quality report", ""),
    "html": ("html", "report", "one self-contained page with the findings highlighted in the text", "text"),
    "json": ("json", "json_report", "one object with summary, findings, failed and excluded documents", ""),
    "jsonl": ("json", "jsonl_report", "one JSON object per line: findings, documents, and the summary last", ""),
    "junit": ("ci", "junit", "a JUnit report with one test case per document", ""),
    "markdown": ("ci", "markdown", "tables for a comment or a page", ""),
    "sarif": ("sarif", "report", "SARIF 2.1.0 for code scanning", "details"),
    "table": ("terminal", "table", "a table for people, with the totals last", ""),
}


class Display(Record):
    """An output device: its `width` in columns (0: unlimited), whether it is a terminal, and whether to use color."""

    width: int = 0
    terminal: bool = False
    color: bool = False


def render(name: str, outcome: Outcome, display: Display | None = None) -> Iterator[str]:
    """Return an iterator over the parts of a report in the format `name`. Raises `ConfigError` if it is unknown."""
    if name not in REPORTERS:
        hint = did_you_mean(name, REPORTERS) or "; expected one of " + ", ".join(REPORTERS)
        raise ConfigError(f"unknown format {name!r}{hint}")
    module, function, *_ = REPORTERS[name]
    reporter = getattr(__import__(module, globals(), fromlist=[function], level=1), function)  # only this one is loaded
    parts: Iterator[str] = reporter(outcome, display or Display())
    return parts


def needs(names: list[str], what: str) -> bool:
    """Return whether any of the named formats needs `what`: "text" (of the documents) or "details" (of the rules)."""
    return any(name in REPORTERS and REPORTERS[name][3] == what for name in names)
