"""What a run finds, in which order it is told, and how a finding is recognised again."""

from __future__ import annotations

from collections.abc import Iterator

from .record import Record
from .text import Position, Span

SEVERITIES = ("error", "warning", "info")  # most serious first


class Suggestion(Record):
    """A replacement for the words at a span. `safe` only where it is purely typographic.

    `start` and `end` are the span as people count it, once the run has placed it.
    """

    span: Span
    text: str
    why: str = ""
    safe: bool = False
    start: Position | None = None
    end: Position | None = None


class Finding(Record):
    """One broken rule at one place of one cable.

    `path` is the file as the user named it, `cable` the document's identity inside it (message reference
    number, or a number in the container, or ""). Positions count from 1 in code points; `end` is exclusive.
    `quote` is the source's own text at the place, `at` the structural place ("paragraphs[2].mark").
    """

    path: str
    cable: str
    rule: str
    name: str
    severity: str
    message: str
    span: Span
    start: Position
    end: Position
    quote: str
    at: str
    cite: tuple[str, ...]
    help: str = ""
    lines: tuple[tuple[int, str], ...] = ()
    suggestion: Suggestion | None = None
    fingerprint: str = ""

    def order(self) -> tuple[object, ...]:
        """The key that puts findings in reading order, the same on every run."""
        return (
            self.path,
            self.span.start,
            self.span.end,
            SEVERITIES.index(self.severity),
            self.rule,
            self.message,
            self.cable,
        )


class Undetermined(Record):
    """One rule whose verdict on one document cannot be given, with the place and the reason.

    `kind` is copy (this copy lacks or garbles the part), label (the part's label is there and was not read),
    unreadable (a value cannot be read) or date (the date does not decide whether the rule applies). `quote` is the
    document's own text, apart from `why`, so that it can be left out.
    """

    path: str
    cable: str
    rule: str
    name: str
    kind: str
    why: str
    span: Span
    start: Position
    at: str = ""
    quote: str = ""

    def order(self) -> tuple[object, ...]:
        """Return the key that puts verdicts in reading order, the same on every run."""
        return self.path, self.span.start, self.why, self.rule, self.cable


# ---- The account of a run: checked + excluded + failed = handed in, and what the reporters tell from it.
CHECKED = "checked"
EXCLUDED = "excluded"
FAILED = "failed"

CLEAN = "clean"  # everything accounted for, nothing at or above the fail level
FOUND = "findings"  # at least one finding at or above the fail level
EMPTY = "empty"  # nothing to check, and nothing went wrong
UNTRUSTED = "untrusted"  # something was not checked, or a setting does not hold: do not rely on this run


class Excerpt(Record):
    """A document's text for the outputs that draw findings into it: `start` is the offset of `text` in the source."""

    text: str
    start: int
    line: int
    title: str = ""


class DocumentResult(Record):
    """One document, or one path that gave none, as the ledger knows it.

    `state` is checked, excluded or failed; `why` the reason of the latter two. A document on which a rule crashed is
    failed and still carries the findings of all other rules. `tally` counts, for each rule that met the document,
    (passed, failed, unknown). `diff` is what the suggestions would change, where that was asked for.
    """

    path: str
    cable: str
    state: str
    why: str = ""
    findings: tuple[Finding, ...] = ()
    tally: tuple[tuple[str, tuple[int, int, int]], ...] = ()
    excerpt: Excerpt | None = None
    diff: str = ""
    notes: tuple[str, ...] = ()
    crashes: tuple[tuple[str, str], ...] = ()  # (rule id, trace id)
    undetermined: tuple[Undetermined, ...] = ()


class Suppressed(Record):
    """A finding that is not shown: `by` is "baseline" or "suppression", `reason` what the record says."""

    finding: Finding
    by: str
    reason: str = ""


class RuleNote(Record):
    """What a report tells about a rule. `was` is the severity it ships with, where a setting changed it."""

    id: str
    name: str
    severity: str
    status: str
    summary: str
    cite: tuple[str, ...]
    help: str = ""
    tags: tuple[str, ...] = ()
    was: str = ""


class Restriction(Record):
    """A setting that took away rules, documents or findings: its name, how many, and the effect as a phrase."""

    setting: str
    count: int
    effect: str


class Summary(Record):
    """The account in numbers. `unknown` counts undetermined verdicts, `parser_gaps` parts whose label was not read."""

    handed_in: int
    checked: int
    excluded: int
    failed: int
    findings: int
    error: int
    warning: int
    info: int
    unknown: int
    parser_gaps: int
    suppressed: int
    baseline: int
    rules: int
    verdict: str


class Outcome(Record):
    """A finished run, as reporters see it. `findings` are those shown, in reading order.

    `notices` are words about the run itself (stale baseline entries, unused suppressions, changed severities);
    `errors` are those that make it untrustworthy. `compared` tells whether a baseline was given. `config_file` is the
    configuration file, `restrictions` what its settings and the command line took away. `rule_url`
    is the URL of the page about a rule, with `{rule}` for its id.
    """

    results: tuple[DocumentResult, ...]
    findings: tuple[Finding, ...]
    hidden: tuple[Suppressed, ...]
    rules: dict[str, RuleNote]
    summary: Summary
    version: str
    notices: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    fail_level: str = "error"
    statistics: bool = False
    compared: bool = False
    redacted: bool = False
    config_file: str = ""
    restrictions: tuple[Restriction, ...] = ()
    rule_url: str = ""

    def by_document(self) -> Iterator[tuple[DocumentResult, list[Finding]]]:
        """Each document with those of its findings that are shown."""
        shown = {id(finding) for finding in self.findings}
        for result in self.results:
            yield result, [finding for finding in result.findings if id(finding) in shown]

    def undetermined(self) -> list[Undetermined]:
        """Return the verdicts that could not be given, in reading order."""
        return [one for result in self.results for one in result.undetermined]

    def with_state(self, state: str) -> list[DocumentResult]:
        """The documents of one state, in order."""
        return [result for result in self.results if result.state == state]


def summarize(
    results: tuple[DocumentResult, ...],
    findings: tuple[Finding, ...],
    hidden: tuple[Suppressed, ...],
    rules: int,
    fail_level: str,
    allow_failed: int,
    errors: tuple[str, ...],
) -> Summary:
    """The account of a run. `allow_failed` is the number of failed documents the user puts up with."""
    states = [item.state for item in results]
    levels = [finding.severity for finding in findings]
    gate = SEVERITIES[: SEVERITIES.index(fail_level) + 1] if fail_level in SEVERITIES else ()
    failed = states.count(FAILED)
    verdict = CLEAN
    if any(level in gate for level in levels):
        verdict = FOUND
    if verdict == CLEAN and CHECKED not in states:
        verdict = EMPTY
    if failed > allow_failed or errors:
        verdict = UNTRUSTED
    return Summary(
        handed_in=len(results),
        checked=states.count(CHECKED),
        excluded=states.count(EXCLUDED),
        failed=failed,
        findings=len(findings),
        error=levels.count("error"),
        warning=levels.count("warning"),
        info=levels.count("info"),
        unknown=len({(item.path, item.cable, one.rule) for item in results for one in item.undetermined}),
        parser_gaps=sum(one.kind == "label" for item in results for one in item.undetermined),
        suppressed=sum(1 for item in hidden if item.by == "suppression"),
        baseline=sum(1 for item in hidden if item.by == "baseline"),
        rules=rules,
        verdict=verdict,
    )
