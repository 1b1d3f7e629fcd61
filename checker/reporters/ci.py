"""Write results in formats for CI systems: `github`, `gitlab`, `junit`, and `markdown`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from xml.etree import ElementTree

from ..results import SEVERITIES, DocumentResult, Finding, Outcome
from . import Display
from .escaping import COMMAND, dumps, github_message, github_property, json_text, markdown_cell, visible, xml_text
from .terminal import (
    account,
    configuration,
    file_of,
    footer,
    location,
    place,
    reason,
    statistics_rows,
    tally,
    undetermined,
    verdict,
)

# ---- github ----------------------------------------------------------------------------------------------------------

MAX_ANNOTATIONS = 10  # per severity: GitHub shows ten errors, ten warnings and ten notices for each step
_COMMANDS = {"error": "error", "warning": "warning", "info": "notice"}


def github(outcome: Outcome, display: Display) -> Iterator[str]:
    """Yield at most ten annotations for each severity, for failed documents, and for undetermined verdicts, then the
    totals. On a terminal, the footer of the text formats follows.
    """
    more = 0
    for severity in SEVERITIES:
        chosen = [one for one in outcome.findings if one.severity == severity]
        more += max(0, len(chosen) - MAX_ANNOTATIONS)
        for one in chosen[:MAX_ANNOTATIONS]:
            place = f"file={github_property(one.path)},line={one.start.line},col={one.start.column}"
            place += f",endLine={one.end.line},endColumn={one.end.column}"
            title = github_property(f"{one.rule} {one.name}")
            yield f"::{_COMMANDS[severity]} {place},title={title}::{github_message(one.message)}\n"
    failed = outcome.with_state("failed")
    for result in failed[:MAX_ANNOTATIONS]:
        place = github_property(result.path)
        yield f"::error file={place},title=not checked::{github_message(result.why)}\n"
    more += max(0, len(failed) - MAX_ANNOTATIONS)
    verdicts = undetermined(outcome)
    for first, rules in verdicts[:MAX_ANNOTATIONS]:
        place = f"file={github_property(first.path)},line={first.start.line},col={first.start.column}"
        yield f"::notice {place},title=undetermined::{github_message(f'{rules}: {reason(first)}')}\n"
    more += max(0, len(verdicts) - MAX_ANNOTATIONS)
    if more:
        yield f"::notice title=cablecheck::{more} more not shown as annotations; other formats include all of them\n"
    for text in (configuration(outcome), f"{tally(outcome.summary)}; {account(outcome.summary)}"):
        yield f"::notice title=cablecheck::{github_message(text)}\n" if text else ""
    if display.terminal:
        yield from footer(outcome, display, display.width)


# ---- gitlab ----------------------------------------------------------------------------------------------------------

_SEVERITIES = {"error": "critical", "warning": "major", "info": "info"}


def gitlab(outcome: Outcome, display: Display) -> Iterator[str]:
    """Yield a JSON array with an issue for each finding, undetermined verdict, and failed document (severity
    "blocker"), and an issue that describes the configuration if its settings excluded anything.
    """
    rows: list[dict[str, object]] = []
    seen: dict[str, int] = {}
    for one in outcome.findings:
        number = seen[one.fingerprint] = seen.get(one.fingerprint, 0) + 1
        fingerprint = one.fingerprint if number == 1 else f"{one.fingerprint}-{number}"
        row = _issue(f"{one.rule}: {visible(one.message)}", one.name, _SEVERITIES[one.severity], fingerprint)
        rows.append(row | _lines(one.path, one.start.line, one.end.line))
    for first, rules in undetermined(outcome):
        fingerprint = _digest(f"{first.path}\0{first.cable}\0{first.start.line}\0{rules}\0{first.why}")
        row = _issue(f"undetermined: {rules}: {reason(first)}", "undetermined", "info", fingerprint)
        rows.append(row | _lines(first.path, first.start.line))
    for result in outcome.with_state("failed"):
        fingerprint = _digest(f"{result.path}\0{result.cable}\0{result.why}")
        row = _issue(f"not checked: {visible(result.why)}", "not-checked", "blocker", fingerprint)
        rows.append(row | {"categories": ["Bug Risk"]} | _lines(result.path, 1))
    if outcome.restrictions:
        text = configuration(outcome)
        rows.append(_issue(text, "configuration", "info", _digest(text)) | _lines(outcome.config_file or ".", 1))
    yield "[" + ",".join("\n  " + dumps(row) for row in rows) + ("\n]\n" if rows else "]\n")


def _issue(description: str, name: str, severity: str, fingerprint: str) -> dict[str, object]:
    return {
        "description": description,
        "check_name": name,
        "fingerprint": fingerprint,
        "severity": severity,
        "categories": ["Compliance"],
    }


def _lines(path: str, begin: int, end: int = 0) -> dict[str, object]:
    lines = {"begin": begin, "end": end} if end else {"begin": begin}
    return {"location": {"path": json_text(path), "lines": lines}}


def _digest(text: str) -> str:
    from hashlib import sha256

    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


# ---- junit -----------------------------------------------------------------------------------------------------------


def junit(outcome: Outcome, display: Display) -> Iterator[str]:
    """Yield a JUnit report with one test case per document. A test case fails if its document has findings at or above
    the fail level; if the document could not be checked, the test case is an error.

    All other findings and the undetermined verdicts are listed in `system-out`.
    """
    gate = SEVERITIES[: SEVERITIES.index(outcome.fail_level) + 1] if outcome.fail_level in SEVERITIES else ()
    suite = ElementTree.Element("testsuite", name="cablecheck", tests=str(len(outcome.results)))
    failures = 0
    for result, found in outcome.by_document():
        failures += any(one.severity in gate for one in found)
        _case(suite, result, found, gate)
    summary = outcome.summary
    suite.set("failures", str(failures))
    suite.set("errors", str(summary.failed))
    suite.set("skipped", str(summary.excluded))
    ElementTree.SubElement(suite, "system-out").text = xml_text(
        "\n".join(filter(None, (configuration(outcome), tally(summary), account(summary))))
    )
    suites = ElementTree.Element("testsuites")
    suites.append(suite)
    ElementTree.indent(suites)
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield re.sub(COMMAND, "#&#35;", ElementTree.tostring(suites, encoding="unicode"), flags=re.I) + "\n"


def _case(suite: ElementTree.Element, result: DocumentResult, found: list[Finding], gate: tuple[str, ...]) -> None:
    name = visible(result.cable or result.path)
    case = ElementTree.SubElement(suite, "testcase", name=name, classname=visible(result.path), time="0")
    if result.state == "failed":
        ElementTree.SubElement(case, "error", message=visible(result.why), type="not-checked")
    elif result.state == "excluded":
        ElementTree.SubElement(case, "skipped", message=visible(result.why))
    counted = [one for one in found if one.severity in gate]
    if counted and result.state != "failed":
        head = ElementTree.SubElement(case, "failure", message=_summary(counted[0]), type=counted[0].rule)
        head.text = "\n".join(_line(one) for one in counted)
    rest = [one for one in found if one.severity not in gate or result.state == "failed"]
    lines = [_line(one) for one in rest]
    lines += [xml_text(f"{place(one)}: undetermined {one.rule}: {reason(one)}") for one in result.undetermined]
    if lines:
        ElementTree.SubElement(case, "system-out").text = "\n".join(lines)


def _summary(one: Finding) -> str:
    return xml_text(f"{one.rule} {visible(one.message)}")


def _line(one: Finding) -> str:
    return xml_text(
        f"{visible(one.path)}:{one.start.line}:{one.start.column}: {one.severity} {one.rule} {visible(one.message)}"
    )


# ---- markdown --------------------------------------------------------------------------------------------------------

_HEADS = ("path", "line:col", "severity", "rule", "message")


def markdown(outcome: Outcome, display: Display) -> Iterator[str]:
    """Yield the totals; tables of the findings, undetermined verdicts, failed documents, and excluded documents; a list
    of notes; and, if statistics were requested, the rules' verdict counts.
    """
    yield "# cablecheck\n\n"
    yield f"{tally(outcome.summary)}. {account(outcome.summary)}. Verdict: {verdict(outcome)}.\n"
    if text := configuration(outcome):
        yield f"\n{markdown_cell(text)}\n"
    rows = [
        (file_of(one), location(one), one.severity, f"{one.rule} {one.name}", one.message) for one in outcome.findings
    ]
    yield from _table(_HEADS, rows)
    verdicts = [(file_of(one), location(one), rules, reason(one)) for one, rules in undetermined(outcome)]
    if verdicts:
        yield "\n## Undetermined\n"
        yield from _table(("path", "line:col", "rules", "why"), verdicts)
    for state in ("failed", "excluded"):
        documents = [(one.path, one.cable, one.why) for one in outcome.with_state(state)]
        if documents:
            yield f"\n## {state.capitalize()}\n"
            yield from _table(("path", "cable", "why"), documents)
    notes = [*outcome.errors, *outcome.notices]
    if notes:
        yield "\n## Notes\n\n"
        yield from (f"- {markdown_cell(line)}\n" for line in notes)
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
