"""A JUnit report: one test case for each document, a failure for each finding that counts."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree

from ..findings import SEVERITIES, Finding
from ..ledger import Judged, Outcome
from . import Look
from .escape import visible, xml_text
from .wording import account, place, tally, why


def report(outcome: Outcome, look: Look) -> Iterator[str]:
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


def _case(suite: ElementTree.Element, judged: Judged, found: list[Finding], gate: tuple[str, ...]) -> None:
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
