"""Write the report as one JSON object (`schemas/report.schema.json`) or as one JSON object per line
(`schemas/report-line.schema.json`).
"""

from __future__ import annotations

from collections.abc import Iterator

from ..results import DocumentResult, Finding, Outcome, RelatedPlace, Suggestion, Suppressed, Undetermined
from . import Display
from .escaping import dumps, json_text
from .terminal import statistics_rows

SCHEMA_VERSION = 1


def json_report(outcome: Outcome, display: Display) -> Iterator[str]:
    """Yield the outcome as one JSON object, with one finding per line so that a diff of two reports is readable."""
    head: dict[str, object] = {"schema_version": SCHEMA_VERSION, "tool": tool(outcome), "summary": summary_of(outcome)}
    head["configuration"] = configuration_of(outcome)
    yield dumps(head)[:-1]
    for key, rows in (
        ("findings", [finding_of(one) for one in outcome.findings]),
        ("undetermined", [undetermined_of(one) for one in outcome.undetermined()]),
        ("failed", [document_of(one) for one in outcome.with_state("failed")]),
        ("excluded", [document_of(one) for one in outcome.with_state("excluded")]),
        ("hidden", [hidden_of(one) for one in outcome.hidden]),
        ("rules", rules_of(outcome)),
        ("notices", [json_text(notice) for notice in outcome.notices]),
        ("errors", [json_text(error) for error in outcome.errors]),
    ):
        yield f', "{key}": ['
        yield ",".join("\n  " + dumps(row) for row in rows)
        yield "\n]" if rows else "]"
    yield "}\n"


def tool(outcome: Outcome) -> dict[str, str]:
    """Return a JSON object with the tool's name and version."""
    return {"name": "cablecheck", "version": outcome.version}


def summary_of(outcome: Outcome) -> dict[str, object]:
    """Return a JSON object with the run's totals, its fail level, and whether it is redacted."""
    summary = outcome.summary
    found: dict[str, object] = {field: getattr(summary, field) for field in summary.__fields__}
    found["fail_level"] = outcome.fail_level
    found["redacted"] = outcome.redacted
    return found


def configuration_of(outcome: Outcome) -> dict[str, object]:
    """Return a JSON object with the path of the configuration file and what each setting excluded from the run."""
    rows = outcome.restrictions
    restrictions = [{"setting": one.setting, "count": one.count, "effect": json_text(one.effect)} for one in rows]
    return {"file": json_text(outcome.config_file), "restrictions": restrictions}


def finding_of(one: Finding) -> dict[str, object]:
    """Return a finding as a JSON object."""
    return {
        "path": json_text(one.path),
        "cable": json_text(one.cable),
        "line": one.start.line,
        "column": one.start.column,
        "end_line": one.end.line,
        "end_column": one.end.column,
        "severity": one.severity,
        "rule": one.rule,
        "name": one.name,
        "message": json_text(one.message),
        "cite": [json_text(cite) for cite in one.cite],
        "fingerprint": one.fingerprint,
        "suggestion": None if one.suggestion is None else suggestion_of(one.suggestion),
        "help": json_text(one.help),
        "quote": json_text(one.quote),
        "at": one.at,
        "related": [related_of(place) for place in one.related],
        "unknown": False,
    }


def related_of(place: RelatedPlace) -> dict[str, object]:
    """Return a JSON object for a position with which a finding was compared."""
    return {
        "line": place.start.line,
        "column": place.start.column,
        "end_line": place.end.line,
        "end_column": place.end.column,
        "at": place.at,
        "quote": json_text(place.quote),
    }


def hidden_of(one: Suppressed) -> dict[str, object]:
    """Return a hidden finding as a JSON object, with what hides it (such as "baseline") and the recorded reason."""
    return {**finding_of(one.finding), "by": one.by, "reason": json_text(one.reason)}


def undetermined_of(one: Undetermined) -> dict[str, object]:
    """Return an undetermined verdict as a JSON object."""
    return {
        "path": json_text(one.path),
        "cable": json_text(one.cable),
        "line": one.start.line,
        "column": one.start.column,
        "rule": one.rule,
        "name": one.name,
        "kind": one.kind,
        "why": json_text(one.why),
        "quote": json_text(one.quote),
        "at": one.at,
    }


def suggestion_of(one: Suggestion) -> dict[str, object]:
    """Return a suggestion as a JSON object, with its position if the run has computed it."""
    found: dict[str, object] = {"text": json_text(one.text), "why": json_text(one.why), "safe": one.safe}
    if one.start is not None and one.end is not None:
        found["line"], found["column"] = one.start.line, one.start.column
        found["end_line"], found["end_column"] = one.end.line, one.end.column
    return found


def document_of(one: DocumentResult) -> dict[str, object]:
    """Return a failed or excluded document as a JSON object."""
    return {"path": json_text(one.path), "cable": json_text(one.cable), "why": json_text(one.why)}


def rules_of(outcome: Outcome) -> list[dict[str, object]]:
    """Return, as JSON objects, the rules that ran. Verdict counts are included if statistics were requested."""
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


# ---- jsonl -----------------------------------------------------------------------------------------------------------


def jsonl_report(outcome: Outcome, display: Display) -> Iterator[str]:
    """Yield one JSON object per line for each finding, undetermined verdict, failed document, and excluded document,
    and one for the summary. The `type` of each object identifies its kind.
    """
    for one in outcome.findings:
        yield dumps({"type": "finding", **finding_of(one)}) + "\n"
    for verdict in outcome.undetermined():
        yield dumps({"type": "undetermined", **undetermined_of(verdict)}) + "\n"
    for state in ("failed", "excluded"):
        for result in outcome.with_state(state):
            yield dumps({"type": state, **document_of(result)}) + "\n"
    last: dict[str, object] = {
        "type": "summary",
        "schema_version": SCHEMA_VERSION,
        "tool": tool(outcome),
        **summary_of(outcome),
    }
    last["configuration"] = configuration_of(outcome)
    yield dumps(last) + "\n"
