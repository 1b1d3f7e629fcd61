"""The JSON report: one object, described by `schemas/report.schema.json`."""

from __future__ import annotations

import json
from collections.abc import Iterator

from ..results import DocumentResult, Finding, Outcome, Suggestion, Undetermined
from . import Look
from .escaping import whole

SCHEMA_VERSION = 1


def json_report(outcome: Outcome, look: Look) -> Iterator[str]:
    """The whole outcome as one JSON object; one finding a line, so that a diff of two reports can be read."""
    head = {"schema_version": SCHEMA_VERSION, "tool": tool(outcome), "summary": summary_of(outcome)}
    yield json.dumps(head)[:-1]
    for key, rows in (
        ("findings", [finding_of(one) for one in outcome.findings]),
        ("undetermined", [undetermined_of(one) for one in outcome.undetermined()]),
        ("failed", [document_of(one) for one in outcome.with_state("failed")]),
        ("excluded", [document_of(one) for one in outcome.with_state("excluded")]),
        ("hidden", [{**finding_of(one.finding), "by": one.by, "reason": whole(one.reason)} for one in outcome.hidden]),
        ("rules", rules_of(outcome)),
        ("notices", [whole(words) for words in outcome.notices]),
        ("troubles", [whole(words) for words in outcome.troubles]),
    ):
        yield f', "{key}": ['
        yield ",".join("\n  " + json.dumps(row) for row in rows)
        yield "\n]" if rows else "]"
    yield "}\n"


def tool(outcome: Outcome) -> dict[str, str]:
    """Who wrote the report."""
    return {"name": "cablecheck", "version": outcome.version}


def summary_of(outcome: Outcome) -> dict[str, object]:
    """The ledger in numbers."""
    summary = outcome.summary
    found: dict[str, object] = {field: getattr(summary, field) for field in summary.__fields__}
    found["fail_level"] = outcome.fail_level
    found["redacted"] = outcome.redacted
    return found


def finding_of(one: Finding) -> dict[str, object]:
    """One finding, flat."""
    return {
        "path": whole(one.path),
        "cable": whole(one.cable),
        "line": one.start.line,
        "column": one.start.column,
        "end_line": one.end.line,
        "end_column": one.end.column,
        "severity": one.severity,
        "rule": one.rule,
        "name": one.name,
        "message": whole(one.message),
        "cite": [whole(words) for words in one.cite],
        "fingerprint": one.fingerprint,
        "suggestion": None if one.suggestion is None else suggestion_of(one.suggestion),
        "help": whole(one.help),
        "quote": whole(one.quote),
        "at": one.at,
        "unknown": False,
    }


def undetermined_of(one: Undetermined) -> dict[str, object]:
    """Return a verdict that could not be given, as a flat object."""
    return {
        "path": whole(one.path),
        "cable": whole(one.cable),
        "line": one.start.line,
        "column": one.start.column,
        "rule": one.rule,
        "name": one.name,
        "kind": one.kind,
        "why": whole(one.why),
        "quote": whole(one.quote),
        "at": one.at,
    }


def suggestion_of(one: Suggestion) -> dict[str, object]:
    """A replacement, with its place where the run knows it."""
    found: dict[str, object] = {"text": whole(one.text), "why": whole(one.why), "safe": one.safe}
    if one.start is not None and one.end is not None:
        found["line"], found["column"] = one.start.line, one.start.column
        found["end_line"], found["end_column"] = one.end.line, one.end.column
    return found


def document_of(one: DocumentResult) -> dict[str, object]:
    """A document that failed or was excluded."""
    return {"path": whole(one.path), "cable": whole(one.cable), "why": whole(one.why)}


def rules_of(outcome: Outcome) -> list[dict[str, object]]:
    """The rules that ran; with statistics, how each fared."""
    from .terminal import statistics_rows

    counts = {row[0]: row for row in statistics_rows(outcome)} if outcome.statistics else {}
    rows = []
    for note in outcome.rules.values():
        row: dict[str, object] = {"id": note.id, "name": note.name, "severity": note.severity, "status": note.status}
        if note.was:
            row["shipped_severity"] = note.was
        if note.id in counts:
            names = ("findings", "passed", "failed", "unknown", "not_applicable")
            row.update(zip(names, counts[note.id][1:], strict=True))
        rows.append(row)
    return rows


# ---- JSON Lines: one object a line, each with its `type`, the summary last.
def jsonl_report(outcome: Outcome, look: Look) -> Iterator[str]:
    """Findings, undetermined verdicts, then failed and excluded documents, then the summary."""
    for one in outcome.findings:
        yield json.dumps({"type": "finding", **finding_of(one)}) + "\n"
    for verdict in outcome.undetermined():
        yield json.dumps({"type": "undetermined", **undetermined_of(verdict)}) + "\n"
    for state in ("failed", "excluded"):
        for judged in outcome.with_state(state):
            yield json.dumps({"type": state, **document_of(judged)}) + "\n"
    last = {"type": "summary", "schema_version": SCHEMA_VERSION, "tool": tool(outcome), **summary_of(outcome)}
    yield json.dumps(last) + "\n"
