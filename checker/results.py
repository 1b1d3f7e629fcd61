"""Define the results of a run: findings, undetermined verdicts, documents, and totals with a verdict."""

from __future__ import annotations

from collections.abc import Iterator

from .record import Record, lazy_fields
from .text import Position, Span

SEVERITIES = ("error", "warning", "info")  # most serious first


class Suggestion(Record):
    """A replacement for the text at a span. `safe` means that the change is purely typographic.

    `start` and `end` are the positions of the span, set by the linter.
    """

    span: Span
    text: str
    why: str = ""
    safe: bool = False
    start: Position | None = None
    end: Position | None = None


class RelatedPlace(Record):
    """Another position that was compared for a finding, with its field's path in the document model (`at`) and its
    source text.
    """

    span: Span
    start: Position
    end: Position
    at: str
    quote: str = ""


class Finding(Record):
    """A violation of one rule at one position of one document.

    `path` is the file as given by the user; `cable` identifies the document in it (message reference number, number in
    the container, or ""). Lines and columns are 1-based, and columns count code points; `end` is exclusive. `quote` is
    the source text at the span, and `at` is the path of the field in the document model ("paragraphs[2].mark").
    `related` are the other positions that the rule compares. `member` is the name of the file in an archive to which
    the positions refer, or "".
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
    related: tuple[RelatedPlace, ...] = ()
    member: str = ""

    @property
    def elsewhere(self) -> str:
        """Return where the suggestion changes the text, such as "line 4, column 1: ", or an empty string if it changes
        text at the finding or there is no suggestion.
        """
        change = self.suggestion
        if change is None or change.start is None:
            return ""
        if change.span.start <= self.span.end and self.span.start <= change.span.end:
            return ""
        return f"line {change.start.line}, column {change.start.column}: "

    def order(self) -> tuple[object, ...]:
        """Return the sort key for reading order. It is the same in every run."""
        return (
            self.path,
            self.member,
            self.span.start,
            self.span.end,
            SEVERITIES.index(self.severity),
            self.rule,
            self.message,
            self.cable,
        )


class Undetermined(Record):
    """An undetermined verdict, with its position and the reason.

    `kind` is "copy" (the part is missing from or damaged in this copy), "label" (the label of the part is present, but
    the part was not read), "withheld" (a reviewer withheld, or an editor omitted, the relevant words), "unreadable" (a
    value cannot be read), "date" (the date does not determine whether the rule applies), or "scheme" (the marking
    belongs to no loaded scheme, so no rule checks the document). `quote` is text of the document, separate from `why`
    so that it can be redacted; `why` is a predicate whose subject is the quote, or a whole sentence if there is none.
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
    member: str = ""

    def reason(self) -> str:
        """Return the reason as a sentence, such as `"(SE)" looks like (S)`."""
        return f'"{self.quote}" {self.why}' if self.quote else self.why

    def order(self) -> tuple[object, ...]:
        """Return the sort key for reading order, which is the same in every run."""
        return self.path, self.member, self.span.start, self.why, self.rule, self.cable


class CheckResult(Record):
    """The result of `checker.check`: the findings and the undetermined verdicts, in reading order."""

    findings: tuple[Finding, ...]
    undetermined: tuple[Undetermined, ...] = ()


# ---- The account: documents = checked + excluded + failed ------------------------------------------------------------
CHECKED = "checked"
EXCLUDED = "excluded"
FAILED = "failed"

CLEAN = "clean"  # every document checked or excluded, no finding at or above the fail level
UNJUDGED = "undetermined"  # as clean, but the marking of a document belongs to no loaded scheme
FOUND = "findings"  # at least one finding at or above the fail level
EMPTY = "empty"  # nothing to check, and nothing went wrong
UNTRUSTED = "untrusted"  # a document could not be checked, or a setting is wrong


class Excerpt(Record):
    """A document's text for reports that mark findings in it. `start` is the offset of `text` in the source.

    `words` are the markings that a vocabulary table explains, as (start, end, meaning) with offsets in the source.
    """

    text: str
    start: int
    line: int
    title: str = ""
    words: tuple[tuple[int, int, str], ...] = ()


class DocumentResult(Record):
    """The result for one document, or for a path that contains no document.

    `state` is checked, excluded, or failed; for an excluded or failed document, `why` is the reason. A document on
    which a rule crashed is failed, but has the findings from the other rules. `tally` contains (passed, failed,
    undetermined) for each rule that applied. `diff` shows the suggested changes if they were requested.
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


DECIDED = ("false_alarm", "accepted")  # decisions of a review
HIDDEN_BY = ("baseline", "suppression", *DECIDED)


class Suppressed(Record):
    """A finding that is not shown. `by` is one of `HIDDEN_BY`, and `reason` is the recorded reason."""

    finding: Finding
    by: str
    reason: str = ""


class Filtered(Record):
    """Findings to show and findings to hide, with notices and errors about entries that no longer match."""

    shown: tuple[Finding, ...]
    hidden: tuple[Suppressed, ...]
    notices: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()


class RuleNote(Record):
    """A rule's metadata in a report. `was` is its original severity if a setting changed it."""

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
    """A setting that excluded rules, documents, or findings: its name, the number excluded, and a phrase that describes
    the effect.
    """

    setting: str
    count: int
    effect: str


class Summary(Record):
    """The totals of a run. `unknown` counts undetermined verdicts, and `parser_gaps` counts those of the kind "label".

    `handed_in` counts all results, and `rules` the rules that ran. `suppressed`, `baseline`, `false_alarms`, and
    `accepted` count hidden findings.
    """

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
    false_alarms: int
    accepted: int
    rules: int
    verdict: str


class Outcome(Record):
    """A finished run, for reporters. `findings` are the findings to show, in reading order.

    `notices` are messages about the run (stale baseline entries, unused suppressions, changed severities); `errors` are
    messages about what makes the run incomplete. `compared` is true if a baseline was given. `config_file` is the
    configuration file, and `restrictions` lists what its settings and the command line excluded. `rule_url` is the URL
    of the page about a rule, with `{rule}` in place of its id.
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
        """Yield each document's result together with its shown findings."""
        shown = {id(finding) for finding in self.findings}
        for result in self.results:
            yield result, [finding for finding in result.findings if id(finding) in shown]

    def undetermined(self) -> list[Undetermined]:
        """Return the undetermined verdicts, in reading order."""
        return [one for result in self.results for one in result.undetermined]

    def with_state(self, state: str) -> list[DocumentResult]:
        """Return the documents that have a given state."""
        return [result for result in self.results if result.state == state]


lazy_fields(Outcome, "rules")  # few formats show the rules without findings


def summarize(
    results: tuple[DocumentResult, ...],
    findings: tuple[Finding, ...],
    hidden: tuple[Suppressed, ...],
    rules: int,
    fail_level: str,
    allow_failed: int,
    errors: tuple[str, ...],
) -> Summary:
    """Return the totals and the verdict of a run. `allow_failed` is the number of failed documents that the user
    accepts.
    """
    states = [item.state for item in results]
    levels = [finding.severity for finding in findings]
    hiders = [item.by for item in hidden]
    gate = SEVERITIES[: SEVERITIES.index(fail_level) + 1] if fail_level in SEVERITIES else ()
    failed = states.count(FAILED)
    verdict = CLEAN
    if any(level in gate for level in levels):
        verdict = FOUND
    if verdict == CLEAN and CHECKED not in states:
        verdict = EMPTY
    if verdict == CLEAN and any(one.kind == "scheme" for item in results for one in item.undetermined):
        verdict = UNJUDGED
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
        suppressed=hiders.count("suppression"),
        baseline=hiders.count("baseline"),
        false_alarms=hiders.count("false_alarm"),
        accepted=hiders.count("accepted"),
        rules=rules,
        verdict=verdict,
    )
