"""SARIF 2.1.0 for code scanning, within GitHub's limits, and saying so where they were met."""

from __future__ import annotations

import json
from collections.abc import Iterator

from ..results import UNTRUSTED, DocumentResult, Finding, Outcome, RuleNote, Undetermined
from . import Look
from .escaping import uri, visible, whole
from .terminal import why

MOST_RESULTS = 25_000  # GitHub takes no more in one run
SHOWN_RESULTS = 5_000  # and shows this many of them
MOST_BYTES = 10_000_000  # gzipped
_LEVELS = {"error": "error", "warning": "warning", "info": "note"}
_ORDER = {"error": 0, "warning": 1, "info": 2}
SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def report(outcome: Outcome, look: Look) -> Iterator[str]:
    """One log with one run. Where there are too many results the most serious are kept, and a notification says so."""
    room = MOST_RESULTS
    text = json.dumps(log(outcome, room))
    while len(text) > MOST_BYTES and _packed(text) > MOST_BYTES and room > 1:
        room //= 2
        text = json.dumps(log(outcome, room))
    yield text + "\n"


def _packed(text: str) -> int:
    import zlib

    return len(zlib.compress(text.encode(), 6))


def log(outcome: Outcome, room: int) -> dict[str, object]:
    """The log as plain dicts, with at most `room` results."""
    rules = list(outcome.rules.values())
    index = {note.id: number for number, note in enumerate(rules)}
    shown = [(one, None) for one in outcome.findings]
    hidden = [(item.finding, item) for item in outcome.hidden]
    chosen = sorted([*shown, *hidden], key=lambda pair: (pair[1] is not None, _ORDER[pair[0].severity]))[:room]
    kept = {id(pair[0]) for pair in chosen}
    results = []
    for one, item in [*shown, *hidden]:
        if id(one) in kept:
            results.append(_result(outcome, one, index, item.by if item else "", item.reason if item else ""))
    verdicts = outcome.undetermined()
    results += [_open(one, index) for one in verdicts[: room - len(results)]]
    run = {
        "tool": {"driver": {
            "name": "cablecheck", "version": outcome.version, "semanticVersion": outcome.version,
            "rules": [_rule(note) for note in rules],
        }},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(outcome, len(shown) + len(hidden) + len(verdicts) - len(results))],
        "results": results,
        "properties": {"summary": {name: getattr(outcome.summary, name) for name in outcome.summary.__fields__}},
    }  # fmt: skip
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(note: RuleNote) -> dict[str, object]:
    cite = "; ".join(note.cite)
    text = " ".join(part for part in (note.help, f"Source: {cite}." if cite else "") if part) or note.summary
    found: dict[str, object] = {
        "id": note.id,
        "name": note.name,
        "shortDescription": {"text": note.summary or note.name},
        "help": {"text": text},
        "defaultConfiguration": {"level": _LEVELS.get(note.was or note.severity, "none")},
        "properties": {"tags": list(note.tags), "cite": list(note.cite), "status": note.status},
    }
    return found


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
        found["suppressions"] = [{"kind": "external", "status": "accepted", "justification": whole(reason)}]
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
        place["logicalLocations"] = [{"fullyQualifiedName": whole(one.cable), "kind": "document"}]
    found: dict[str, object] = {
        "ruleId": one.rule,
        "kind": "open",
        "level": "none",
        "message": {"text": f"undetermined: {why(one)}"},
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
        place["logicalLocations"] = [{"fullyQualifiedName": whole(one.cable), "kind": "document"}]
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
        "description": {"text": whole(change.why) or "replace by the suggestion"},
        "artifactChanges": [
            {
                "artifactLocation": {"uri": uri(one.path)},
                "replacements": [{"deletedRegion": region, "insertedContent": {"text": whole(change.text)}}],
            }
        ],
    }


def _invocation(outcome: Outcome, dropped: int) -> dict[str, object]:
    notes = [_notification("error", f"not checked: {judged.why}", judged) for judged in outcome.with_state("failed")]
    notes += [_notification("note", f"excluded: {judged.why}", judged) for judged in outcome.with_state("excluded")]
    notes += [_notification("error", words) for words in outcome.troubles]
    notes += [_notification("note", words) for words in outcome.notices]
    if dropped:
        words = f"{dropped:,} less serious results are not in this file: code scanning takes {MOST_RESULTS:,} results"
        notes.insert(0, _notification("warning", f"{words} and {MOST_BYTES:,} bytes a run; other formats hold all"))
    elif len(outcome.findings) > SHOWN_RESULTS:
        notes.insert(0, _notification("note", f"code scanning shows only {SHOWN_RESULTS:,} results of a run"))
    return {
        "executionSuccessful": outcome.summary.verdict != UNTRUSTED,
        "toolExecutionNotifications": notes[:MOST_RESULTS],
    }


def _notification(level: str, words: str, judged: DocumentResult | None = None) -> dict[str, object]:
    found: dict[str, object] = {"level": level, "message": {"text": visible(words)}}
    if judged is not None:
        found["locations"] = [{"physicalLocation": {"artifactLocation": {"uri": uri(judged.path)}}}]
    return found
