"""Annotations for GitHub Actions: a bounded number, and a word about the rest."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from xml.etree import ElementTree

from ..results import SEVERITIES, DocumentResult, Finding, Outcome
from . import Look
from .escaping import github_message, github_property, markdown_cell, visible, whole, xml_text
from .terminal import account, closing, place, statistics_rows, tally, undetermined, verdict, why

MOST = 10  # of each severity: GitHub shows ten errors, ten warnings and ten notices of a step
_COMMANDS = {"error": "error", "warning": "warning", "info": "notice"}


def github(outcome: Outcome, look: Look) -> Iterator[str]:
    """At most ten annotations of each severity, then how many more there are, failures, and the account."""
    more = 0
    for severity in SEVERITIES:
        chosen = [one for one in outcome.findings if one.severity == severity]
        more += max(0, len(chosen) - MOST)
        for one in chosen[:MOST]:
            place = f"file={github_property(one.path)},line={one.start.line},col={one.start.column}"
            place += f",endLine={one.end.line},endColumn={one.end.column}"
            title = github_property(f"{one.rule} {one.name}")
            yield f"::{_COMMANDS[severity]} {place},title={title}::{github_message(one.message)}\n"
    failed = outcome.with_state("failed")
    for judged in failed[:MOST]:
        place = github_property(judged.path)
        yield f"::error file={place},title=not checked::{github_message(judged.why)}\n"
    more += max(0, len(failed) - MOST)
    verdicts = undetermined(outcome)
    for first, rules in verdicts[:MOST]:
        place = f"file={github_property(first.path)},line={first.start.line},col={first.start.column}"
        yield f"::notice {place},title=undetermined::{github_message(f'{rules}: {why(first)}')}\n"
    more += max(0, len(verdicts) - MOST)
    if more:
        yield f"::notice title=cablecheck::{more} more not shown as annotations; the other outputs hold all of them\n"
    yield f"::notice title=cablecheck::{github_message(tally(outcome.summary) + '; ' + account(outcome.summary))}\n"
    if look.width:
        yield from closing(outcome, look.colour)


# ---- A GitLab code quality report.
_SEVERITIES = {"error": "critical", "warning": "major", "info": "info"}


def gitlab(outcome: Outcome, look: Look) -> Iterator[str]:
    """An array of issues; what could not be checked is an issue of severity blocker."""
    rows: list[dict[str, object]] = []
    seen: dict[str, int] = {}
    for one in outcome.findings:
        number = seen[one.fingerprint] = seen.get(one.fingerprint, 0) + 1
        rows.append(
            {
                "description": f"{one.rule}: {visible(one.message)}",
                "check_name": one.name,
                "fingerprint": one.fingerprint if number == 1 else f"{one.fingerprint}-{number}",
                "severity": _SEVERITIES[one.severity],
                "categories": ["Compliance"],
                "location": {"path": whole(one.path), "lines": {"begin": one.start.line, "end": one.end.line}},
            }
        )
    for first, rules in undetermined(outcome):
        rows.append(
            {
                "description": f"undetermined: {rules}: {why(first)}",
                "check_name": "undetermined",
                "fingerprint": _print_of(f"{first.path}\0{first.cable}\0{first.start.line}\0{rules}\0{first.why}"),
                "severity": "info",
                "categories": ["Compliance"],
                "location": {"path": whole(first.path), "lines": {"begin": first.start.line}},
            }
        )
    for judged in outcome.with_state("failed"):
        rows.append(
            {
                "description": f"not checked: {visible(judged.why)}",
                "check_name": "not-checked",
                "fingerprint": _print_of(f"{judged.path}\0{judged.cable}\0{judged.why}"),
                "severity": "blocker",
                "categories": ["Bug Risk"],
                "location": {"path": whole(judged.path), "lines": {"begin": 1}},
            }
        )
    yield "[" + ",".join("\n  " + json.dumps(row) for row in rows) + ("\n]\n" if rows else "]\n")


def _print_of(text: str) -> str:
    from hashlib import sha256

    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


# ---- A JUnit report: one test case for each document, a failure for each finding that counts.
def junit(outcome: Outcome, look: Look) -> Iterator[str]:
    """Findings at or above the fail level are failures, others stand in `system-out`; failed documents are errors."""
    gate = SEVERITIES[: SEVERITIES.index(outcome.fail_level) + 1] if outcome.fail_level in SEVERITIES else ()
    suite = ElementTree.Element("testsuite", name="cablecheck", tests=str(len(outcome.judged)))
    failures = 0
    for judged, found in outcome.by_document():
        failures += any(one.severity in gate for one in found)
        _case(suite, judged, found, gate)
    summary = outcome.summary
    suite.set("failures", str(failures))
    suite.set("errors", str(summary.failed))
    suite.set("skipped", str(summary.excluded))
    ElementTree.SubElement(suite, "system-out").text = xml_text(f"{tally(summary)}\n{account(summary)}")
    suites = ElementTree.Element("testsuites")
    suites.append(suite)
    ElementTree.indent(suites)
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield ElementTree.tostring(suites, encoding="unicode") + "\n"


def _case(suite: ElementTree.Element, judged: DocumentResult, found: list[Finding], gate: tuple[str, ...]) -> None:
    name = visible(judged.cable or judged.path)
    case = ElementTree.SubElement(suite, "testcase", name=name, classname=visible(judged.path), time="0")
    if judged.state == "failed":
        ElementTree.SubElement(case, "error", message=visible(judged.why), type="not-checked")
    elif judged.state == "excluded":
        ElementTree.SubElement(case, "skipped", message=visible(judged.why))
    counted = [one for one in found if one.severity in gate]
    if counted and judged.state != "failed":
        head = ElementTree.SubElement(case, "failure", message=_words(counted[0]), type=counted[0].rule)
        head.text = "\n".join(_line(one) for one in counted)
    rest = [one for one in found if one.severity not in gate or judged.state == "failed"]
    lines = [_line(one) for one in rest]
    lines += [
        xml_text(f"{visible(one.path)}:{place(one)}: undetermined {one.rule}: {why(one)}")
        for one in judged.undetermined
    ]
    if lines:
        ElementTree.SubElement(case, "system-out").text = "\n".join(lines)


def _words(one: Finding) -> str:
    return xml_text(f"{one.rule} {visible(one.message)}")


def _line(one: Finding) -> str:
    return xml_text(
        f"{visible(one.path)}:{one.start.line}:{one.start.column}: {one.severity} {one.rule} {visible(one.message)}"
    )


# ---- Markdown tables, for a comment on a merge request or a page.
_HEADS = ("path", "line:col", "severity", "rule", "message")


def markdown(outcome: Outcome, look: Look) -> Iterator[str]:
    """The findings as a table, then failed and excluded documents, notices and the account."""
    yield "# cablecheck\n\n"
    yield f"{tally(outcome.summary)}. {account(outcome.summary)}. Verdict: {verdict(outcome)}.\n"
    rows = [(one.path, place(one), one.severity, f"{one.rule} {one.name}", one.message) for one in outcome.findings]
    yield from _table(_HEADS, rows)
    verdicts = [(one.path, place(one), rules, why(one)) for one, rules in undetermined(outcome)]
    if verdicts:
        yield "\n## Undetermined\n"
        yield from _table(("path", "line:col", "rules", "why"), verdicts)
    for state in ("failed", "excluded"):
        documents = [(one.path, one.cable, one.why) for one in outcome.with_state(state)]
        if documents:
            yield f"\n## {state.capitalize()}\n"
            yield from _table(("path", "cable", "why"), documents)
    words = [*outcome.troubles, *outcome.notices]
    if words:
        yield "\n## Notes\n\n"
        yield from (f"- {markdown_cell(line)}\n" for line in words)
    if outcome.statistics:
        yield "\n## Rules\n"
        heads = ("rule", "findings", "passed", "failed", "undetermined", "not applicable")
        yield from _table(heads, [tuple(map(str, row)) for row in statistics_rows(outcome)])


def _table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    if not rows:
        return
    yield "\n| " + " | ".join(heads) + " |\n"
    yield "|" + " --- |" * len(heads) + "\n"
    for row in rows:
        yield "| " + " | ".join(markdown_cell(cell) for cell in row) + " |\n"
