"""SARIF 2.1.0 for code scanning, within GitHub's limits; a notification reports what was left out."""

from __future__ import annotations

from collections.abc import Iterator

from ..results import UNTRUSTED, DocumentResult, Finding, Outcome, RuleNote, Undetermined
from . import Display
from .escaping import dumps, json_text, uri, visible
from .json import configuration_of
from .terminal import configuration, reason

MAX_RESULTS = 25_000  # accepted by GitHub in one run
MAX_SHOWN = 5_000  # shown by GitHub
MAX_BYTES = 10_000_000  # accepted by GitHub, gzipped
_LEVELS = {"error": "error", "warning": "warning", "info": "note"}
_ORDER = {"error": 0, "warning": 1, "info": 2}
SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def report(outcome: Outcome, display: Display) -> Iterator[str]:
    """Yield one log with one run, with the most serious results if there are too many."""
    limit = MAX_RESULTS
    text = dumps(log(outcome, limit))
    while len(text) > MAX_BYTES and _compressed_size(text) > MAX_BYTES and limit > 1:
        limit //= 2
        text = dumps(log(outcome, limit))
    yield text + "\n"


def _compressed_size(text: str) -> int:
    import zlib

    return len(zlib.compress(text.encode(), 6))


def log(outcome: Outcome, limit: int) -> dict[str, object]:
    """Return the log as plain dicts, with at most `limit` results."""
    rules = list(outcome.rules.values())
    index = {note.id: number for number, note in enumerate(rules)}
    shown = [(one, None) for one in outcome.findings]
    hidden = [(item.finding, item) for item in outcome.hidden]
    chosen = sorted([*shown, *hidden], key=lambda pair: (pair[1] is not None, _ORDER[pair[0].severity]))[:limit]
    chosen_ids = {id(pair[0]) for pair in chosen}
    results = []
    for one, item in [*shown, *hidden]:
        if id(one) in chosen_ids:
            results.append(_result(outcome, one, index, item.by if item else "", item.reason if item else ""))
    verdicts = outcome.undetermined()
    results += [_open(one, index) for one in verdicts[: limit - len(results)]]
    run = {
        "tool": {"driver": {
            "name": "cablecheck", "version": outcome.version, "semanticVersion": outcome.version,
            "rules": [_rule(note) for note in rules],
        }},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(outcome, len(shown) + len(hidden) + len(verdicts) - len(results))],
        "results": results,
        "properties": {"summary": {name: getattr(outcome.summary, name) for name in outcome.summary.__fields__},
                       "configuration": configuration_of(outcome)},
    }  # fmt: skip
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(note: RuleNote) -> dict[str, object]:
    cite = "; ".join(note.cite)
    text = " ".join(part for part in (note.help, f"Source: {cite}." if cite else "") if part) or note.summary
    return {
        "id": note.id,
        "name": note.name,
        "shortDescription": {"text": note.summary or note.name},
        "help": {"text": text},
        "defaultConfiguration": {"level": _LEVELS.get(note.was or note.severity, "none")},
        "properties": {"tags": list(note.tags), "cite": list(note.cite), "status": note.status},
    }


def _result(outcome: Outcome, one: Finding, index: dict[str, int], by: str, reason: str) -> dict[str, object]:
    found: dict[str, object] = {
        "ruleId": one.rule,
        "level": _LEVELS[one.severity],
        "message": {"text": visible(one.message) or one.name},
        "locations": [_location(one)],
        "partialFingerprints": {"cablecheck/v1": one.fingerprint},
    }
    if one.rule in index:
        found["ruleIndex"] = index[one.rule]
    if outcome.compared:
        found["baselineState"] = "unchanged" if by == "baseline" else "new"
    if by == "suppression":
        found["suppressions"] = [{"kind": "external", "status": "accepted", "justification": json_text(reason)}]
    fix = None if outcome.redacted else _fix(one)
    if fix:
        found["fixes"] = [fix]
    return found


def _open(one: Undetermined, index: dict[str, int]) -> dict[str, object]:
    """Return the result of kind `open` for a verdict that could not be given."""
    place: dict[str, object] = {
        "physicalLocation": {
            "artifactLocation": {"uri": uri(one.path)},
            "region": {"startLine": one.start.line, "startColumn": one.start.column},
        }
    }
    if one.cable:
        place["logicalLocations"] = [{"fullyQualifiedName": json_text(one.cable), "kind": "document"}]
    found: dict[str, object] = {
        "ruleId": one.rule,
        "kind": "open",
        "level": "none",
        "message": {"text": f"undetermined: {reason(one)}"},
        "locations": [place],
    }
    if one.rule in index:
        found["ruleIndex"] = index[one.rule]
    return found


def _location(one: Finding) -> dict[str, object]:
    place: dict[str, object] = {
        "physicalLocation": {
            "artifactLocation": {"uri": uri(one.path)},
            "region": {
                "startLine": one.start.line, "startColumn": one.start.column,
                "endLine": one.end.line, "endColumn": one.end.column,
            },
        }
    }  # fmt: skip
    if one.cable:
        place["logicalLocations"] = [{"fullyQualifiedName": json_text(one.cable), "kind": "document"}]
    return place


def _fix(one: Finding) -> dict[str, object] | None:
    change = one.suggestion
    if change is None or change.start is None or change.end is None:
        return None
    region = {
        "startLine": change.start.line, "startColumn": change.start.column,
        "endLine": change.end.line, "endColumn": change.end.column,
    }  # fmt: skip
    return {
        "description": {"text": json_text(change.why) or "Apply the suggestion."},
        "artifactChanges": [
            {
                "artifactLocation": {"uri": uri(one.path)},
                "replacements": [{"deletedRegion": region, "insertedContent": {"text": json_text(change.text)}}],
            }
        ],
    }


def _invocation(outcome: Outcome, dropped: int) -> dict[str, object]:
    notes = [_notification("error", f"not checked: {result.why}", result) for result in outcome.with_state("failed")]
    notes += [_notification("note", f"excluded: {result.why}", result) for result in outcome.with_state("excluded")]
    notes += [_notification("error", error) for error in outcome.errors]
    notes += [_notification("note", notice) for notice in outcome.notices]
    if text := configuration(outcome):
        notes.insert(0, _notification("note", text))
    if dropped:
        text = f"{dropped:,} less serious results were left out: code scanning accepts {MAX_RESULTS:,} results"
        notes.insert(0, _notification("warning", f"{text} and {MAX_BYTES:,} bytes per run; other formats include all"))
    elif len(outcome.findings) > MAX_SHOWN:
        notes.insert(0, _notification("note", f"code scanning shows only {MAX_SHOWN:,} results of a run"))
    return {
        "executionSuccessful": outcome.summary.verdict != UNTRUSTED,
        "toolExecutionNotifications": notes[:MAX_RESULTS],
    }


def _notification(level: str, text: str, result: DocumentResult | None = None) -> dict[str, object]:
    found: dict[str, object] = {"level": level, "message": {"text": visible(text)}}
    if result is not None:
        found["locations"] = [{"physicalLocation": {"artifactLocation": {"uri": uri(result.path)}}}]
    return found
