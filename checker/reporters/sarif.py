"""Write SARIF 2.1.0 for code scanning, within GitHub's limits. A notification reports how many results were
omitted.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..results import (
    UNTRUSTED,
    DocumentResult,
    Finding,
    Outcome,
    RelatedPlace,
    RuleNote,
    Suppressed,
    Undetermined,
)
from . import Display
from .escaping import dumps, json_text, markdown_cell, uri, visible
from .json import configuration_of
from .terminal import configuration, reason, related_text

MAX_RESULTS = 25_000  # accepted by GitHub in one run
MAX_SHOWN = 5_000  # shown by GitHub
MAX_BYTES = 10_000_000  # accepted by GitHub, gzipped
_LEVELS = {"error": "error", "warning": "warning", "info": "note"}
_ORDER = {"error": 0, "warning": 1, "info": 2}
SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def report(outcome: Outcome, display: Display) -> Iterator[str]:
    """Yield a SARIF log with one run. If there are too many results, the hidden and the least serious ones are
    omitted first.
    """
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
    """Return a SARIF log with at most `limit` results as a JSON object."""
    rules = list(outcome.rules.values())
    index = {note.id: number for number, note in enumerate(rules)}
    pairs: list[tuple[Finding, Suppressed | None]] = [(one, None) for one in outcome.findings]
    pairs += [(item.finding, item) for item in outcome.hidden]
    chosen = sorted(pairs, key=lambda pair: (pair[1] is not None, _ORDER[pair[0].severity]))[:limit]
    chosen_ids = {id(pair[0]) for pair in chosen}
    line_hashes = _LineHashes()
    results = [_result(outcome, one, index, item, line_hashes) for one, item in pairs if id(one) in chosen_ids]
    verdicts = outcome.undetermined()
    results += [_open(one, index) for one in verdicts[: limit - len(results)]]
    run = {
        "tool": {"driver": {
            "name": "cablecheck", "version": outcome.version, "semanticVersion": outcome.version,
            "rules": [_rule(note, outcome.rule_url) for note in rules],
        }},
        "automationDetails": {"id": "cablecheck/lint/"},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(outcome, len(pairs) + len(verdicts) - len(results))],
        "results": results,
        "properties": {"summary": {name: getattr(outcome.summary, name) for name in outcome.summary.__fields__},
                       "configuration": configuration_of(outcome)},
    }  # fmt: skip
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(note: RuleNote, url: str) -> dict[str, object]:
    summary = note.summary or note.name
    cite = "; ".join(note.cite)
    parts = [part for part in (note.help, f"Source: {cite}." if cite else "") if part]
    markdown = [f"**Requirement:** {markdown_cell(summary)}"]
    markdown += [f"**What to do:** {markdown_cell(note.help)}"] if note.help else []
    markdown += ["**Sources:**\n\n" + "\n".join(f"- {markdown_cell(each)}" for each in note.cite)] if note.cite else []
    markdown += [f"[{note.id} {note.name}]({url.replace('{rule}', note.id)})"] if url else []
    found: dict[str, object] = {
        "id": note.id,
        "name": note.name,
        "shortDescription": {"text": summary},
        "fullDescription": {"text": f"{summary} Source: {cite}." if cite else summary},
        "help": {"text": " ".join(parts) or summary, "markdown": "\n\n".join(markdown)},
        "defaultConfiguration": {"level": _LEVELS.get(note.was or note.severity, "none")},
        "properties": {
            "tags": sorted({"markings", *note.tags}),
            "cite": list(note.cite),
            "status": note.status,
            "problem.severity": {"info": "recommendation"}.get(note.severity, note.severity),
        },
    }
    if url:
        found["helpUri"] = url.replace("{rule}", note.id)
    return found


def _result(
    outcome: Outcome, one: Finding, index: dict[str, int], hidden: Suppressed | None, line_hashes: _LineHashes
) -> dict[str, object]:
    line_hash = line_hashes.of(one)
    found: dict[str, object] = {
        "ruleId": one.rule,
        "level": _LEVELS[one.severity],
        "message": {"text": visible(one.message) or one.name},
        "locations": [_location(one)],
        "partialFingerprints": {"cablecheck/v1": one.fingerprint, "primaryLocationLineHash": line_hash},
    }
    if one.rule in index:
        found["ruleIndex"] = index[one.rule]
    if one.related:
        found["relatedLocations"] = [_related(one.path, number, place) for number, place in enumerate(one.related)]
    if outcome.compared:
        found["baselineState"] = "unchanged" if hidden and hidden.by == "baseline" else "new"
    if hidden:
        reason = "recorded in the baseline" if hidden.by == "baseline" else json_text(hidden.reason)
        found["suppressions"] = [{"kind": "external", "status": "accepted", "justification": reason}]
    fix = None if outcome.redacted else _fix(one)
    if fix:
        found["fixes"] = [fix]
    return found


def _related(path: str, number: int, place: RelatedPlace) -> dict[str, object]:
    """Return a SARIF related location for a position with which a finding was compared. Code scanning shows it as a
    link.
    """
    return {
        "id": number,
        "physicalLocation": {
            "artifactLocation": {"uri": uri(path)},
            "region": {
                "startLine": place.start.line, "startColumn": place.start.column,
                "endLine": place.end.line, "endColumn": place.end.column,
            },
        },
        "message": {"text": related_text(place)},
    }  # fmt: skip


class _LineHashes:
    """The hashes of the lines on which findings start, each followed by `:n` for the n-th such line with the same text
    in a file.

    Code scanning uses them to recognize a result when lines move. The text of a redacted finding is not available, so
    its fingerprint is hashed instead.
    """

    __slots__ = ("_lines",)

    def __init__(self) -> None:
        self._lines: dict[tuple[str, str], dict[int, int]] = {}

    def of(self, one: Finding) -> str:
        """Return `hash:n` for the line on which a finding starts. The hash ignores spaces."""
        from hashlib import sha256  # only for formats that need it

        text = "".join(one.lines[0][1].split()) if one.lines else one.fingerprint
        value = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
        numbers = self._lines.setdefault((one.path, value), {})
        return f"{value}:{numbers.setdefault(one.start.line, len(numbers) + 1)}"


def _open(one: Undetermined, index: dict[str, int]) -> dict[str, object]:
    """Return an undetermined verdict as a SARIF result of kind `open`."""
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
        text = f"{dropped:,} less serious results were omitted: code scanning accepts {MAX_RESULTS:,} results"
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
