"""Evaluate rules on a telegram: findings in reading order, undetermined verdicts, and counts for each rule.

A rule that raises an exception is recorded as a crash; the other rules still run. Failures that a damaged copy may
explain become undetermined. This module also isolates documents from each other (`attempt`) and traces rules for
`explain`.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cache

from .errors import CablecheckError
from .model import Damage, Deletion, Telegram
from .record import Record, pending
from .results import Finding, RelatedPlace, Suggestion, Undetermined
from .rulebook.evaluation import (
    NO_EVIDENCE,
    NOT_APPLICABLE,
    PASS,
    UNDETERMINED,
    Answer,
    Issue,
    RuleOutcome,
    outcome_of,
)
from .rulebook.field_types import Env
from .rulebook.ir import Any
from .rulebook.plan import EvaluationPlan, GuardBranch, GuardLeaf, Job
from .rulebook.rule import Rule, Rulebook
from .text import Pattern, Position, Source, Span

MAX_LINES = 5  # source lines in a finding
_MOST_UNCOUNTED = 10_000  # rule ids, about 200 documents; `Counter` counts many ids at once
_NO_DIGITS = {ord(digit): None for digit in "0123456789"}
_CONTROL_CHARACTERS = Pattern("[\x00-\x08\x0e-\x1f\x7f]")  # with U+FFFD, compiling takes 0.3 ms
TEXT_FIELDS = frozenset(
    ("all_marked", "headings", "highest_portion", "markable", "marked", "markings", "numbered", "paragraphs",
     "portion_controls", "portion_marks", "portions", "rollup", "signature", "tokens")
)  # fmt: skip
"""The fields of a telegram from paragraph 1 on; the others are above it."""
LABELED_FIELDS = frozenset(("authority", "declass", "eo", "instruction", "references", "subject", "tags", "tags_line"))
"""The fields of a telegram between its captions and paragraph 1."""
BLOCK_FIELDS = frozenset(("authority", "declass", "eo", "instruction"))
"""The fields of a document that come after its paragraphs, in the classification authority block."""


class Crash(Record):
    """A rule that raised an exception on a document. `trace` is a short id that is the same for equal errors."""

    rule: str
    path: str
    cable: str
    trace: str
    error: str


class Count:
    """One rule's counts: the documents to which it applied, those on which it failed, and those on which it is
    undetermined.
    """

    __slots__ = ("applied", "failed", "unknown")

    def __init__(self) -> None:
        self.applied = 0
        self.failed = 0
        self.unknown = 0

    @property
    def passed(self) -> int:
        """Return the number of documents that passed."""
        return self.applied - self.failed - self.unknown


class Tally:
    """Each rule's verdict counts in a run, the crashes, and the number of documents."""

    def __init__(self) -> None:
        self.documents = 0
        self.crashes: list[Crash] = []
        self._applied: list[str] = []  # rule ids that are not yet in `_counts`
        self._counts: defaultdict[str, Count] = defaultdict(Count)

    @property
    def counts(self) -> defaultdict[str, Count]:
        """Return the count records by rule id."""
        self._count_applied()
        return self._counts

    def _count_applied(self) -> None:
        for rule, number in Counter(self._applied).items():
            self._counts[rule].applied += number
        self._applied.clear()

    def of(self, rule: str) -> Count:
        """Return the count record for a rule."""
        return self.counts[rule]

    def count(self, applied: Iterable[str], failed: Iterable[str] = (), unknown: Iterable[str] = ()) -> None:
        """Add one document to the counts of the rules with these ids."""
        self._applied += applied
        if len(self._applied) > _MOST_UNCOUNTED:
            self._count_applied()
        for rule in failed:
            self._counts[rule].failed += 1
        for rule in unknown:
            self._counts[rule].unknown += 1

    @property
    def unknown(self) -> int:
        """Return the total number of undetermined verdicts for all rules."""
        return sum(count.unknown for count in self.counts.values())

    def add(self, other: Tally) -> None:
        """Add the counts from another process."""
        self.documents += other.documents
        self.crashes += other.crashes
        for rule, count in other.counts.items():
            mine = self._counts[rule]
            mine.applied += count.applied
            mine.failed += count.failed
            mine.unknown += count.unknown


class Judgment(Record):
    """The findings in one document, in reading order, and its undetermined verdicts."""

    findings: list[Finding]
    undetermined: list[Undetermined]


def judge(
    telegram: Telegram,
    source: Source,
    rulebook: Rulebook,
    path: str = "",
    cable: str = "",
    tally: Tally | None = None,
    lines: bool = True,
) -> Judgment:
    """Return the findings and undetermined verdicts from all rules that may apply to a telegram. Verdict counts and
    crashes are added to `tally`.

    If `lines` is false, findings do not contain the source lines that they touch, because finding these lines takes
    time in a long file.
    """
    tally = Tally() if tally is None else tally
    tally.documents += 1
    plan = rulebook.plan(telegram.profile, telegram.date)
    failed: list[tuple[Rule, Issue]] = []
    unknown: list[tuple[Rule, Issue, str]] = []
    for rule in plan.undecided:
        tally.count([rule.id])
        unknown.append((rule, _NO_DATE, "date"))
    for rule, issues in _not_passed(plan, telegram, path, cable, tally):
        unknown += [(rule, issue, _kind(issue, telegram, rulebook)) for issue in issues if issue.unknown]
        for issue in [issue for issue in issues if not issue.unknown]:
            excuse = _excuse(issue, telegram, source)
            if excuse is None:
                failed.append((rule, issue))
            else:
                unknown.append((rule, *excuse))
    judgment = Judgment([], [])
    if unknown:
        judgment.undetermined = _undetermined(unknown, telegram, source, path, cable)
    if failed:
        judgment.findings = _findings(failed, telegram, source, path, cable, lines)
    if failed or unknown:
        _count(failed, unknown, tally)
    return judgment


_NO_DATE = Issue(None, "", "the document date is too imprecise to determine which rules apply", True)


def _kind(issue: Issue, telegram: Telegram, rulebook: Rulebook) -> str:
    if rulebook.vocabulary.is_unrecognized(telegram.profile):
        return "scheme"
    if issue.span is not None and _deletion_in(issue.span, telegram) is not None:
        return "withheld"
    return "unreadable" if issue.quote else "copy"


def _deletion_in(span: Span, telegram: Telegram) -> Deletion | None:
    """Return a deletion that overlaps a span, or None."""
    for deletion in telegram.deletions:
        if deletion.span.start < span.end and span.start < deletion.span.end:
            return deletion
    return None


def _count(failed: list[tuple[Rule, Issue]], unknown: list[tuple[Rule, Issue, str]], tally: Tally) -> None:
    """Count a rule once per document: as failed if it failed at any position, otherwise as undetermined."""
    broken = {rule.id for rule, _ in failed}
    tally.count((), broken, {each[0].id for each in unknown} - broken)


def _excuse(issue: Issue, telegram: Telegram, source: Source) -> tuple[Issue, str] | None:
    """Return the issue as undetermined, with its kind, if the copy's condition may explain the failure, otherwise None.

    Damage explains that a part is missing, never that a present part is wrong. If the label of a part is present above
    paragraph 1, the part is not missing, but could not be read. A part that is present is doubtful only if its own
    characters are unreadable, if it touches the point at which the copy is cut off, or if it is in text that may belong
    to another telegram.
    """
    if not issue.missing:
        garbled = _garbled(issue, telegram, source)
        return None if garbled is None else (Issue(issue.span, issue.at, garbled[0], True), garbled[1])
    for damage in telegram.damage:
        if _explains(damage, issue, telegram):
            kind = "withheld" if damage.kind == "deletion" else "copy"
            return Issue(issue.span, issue.at, damage.why, True), kind
    if issue.within is None:
        for label in telegram.labels:
            if _announces(label.name, issue.missing, telegram):
                why = "is present as a label, but its value could not be read"
                return Issue(label.span, label.name, why, True, quote=" ".join(label.text.split())), "label"
    return None


def _announces(label: str, missing: tuple[str, ...], telegram: Telegram) -> bool:
    """Return whether a label announces a missing field, or the missing part that contains the field.

    `missing` can contain a list that was read if none of its elements meets the requirement; such a list is not
    missing.
    """
    part, _, inside = label.partition(".")
    value = getattr(telegram, part)
    if label in missing:
        return not value or bool(inside)
    return not inside and value is None and any(field.startswith(f"{part}.") for field in missing)


def _explains(damage: Damage, issue: Issue, telegram: Telegram) -> bool:
    """Return whether damage to the copy covers the position where a missing part would be."""
    if issue.within is not None:
        place = damage.span
        return issue.within.start <= place.end and place.start <= issue.within.end and damage.kind != "extract"
    below = TEXT_FIELDS | BLOCK_FIELDS if telegram.layout == "document" else TEXT_FIELDS
    parts = {field.partition(".")[0] for field in issue.missing}
    if damage.covers == "fields":
        return parts <= LABELED_FIELDS and not any(getattr(telegram, part) for part in parts)
    if damage.covers == "banner":
        return parts == {"banner"}
    return damage.covers in ("all", "text" if parts <= below else "head")


def _garbled(issue: Issue, telegram: Telegram, source: Source) -> tuple[str, str] | None:
    """Return why a part that is present is doubtful, with the kind of the undetermined verdict, or `None` if it is not
    doubtful.
    """
    span = issue.span
    if span is None or span.end == span.start:
        return None
    deletion = _deletion_in(span, telegram)
    if deletion is not None:
        return deletion.notice(), "withheld"
    replaced = source.text.find("\ufffd", span.start, span.end) >= 0
    if replaced or _CONTROL_CHARACTERS.search(source.text, span.start, span.end) is not None:
        return "this position has unreadable characters", "copy"
    if telegram.paragraphs and span.end < telegram.paragraphs[0].span.start and pending(telegram, "damage"):
        return None  # the parser finds damage of these two kinds only in the text or at its end
    for damage in telegram.damage:
        if damage.kind == "other_text" and damage.span.start <= span.start < damage.span.end:
            return damage.why, "copy"
        if damage.kind == "cut" and span.end >= damage.span.start:
            return "this copy is cut off here", "copy"
    return None


def _not_passed(
    plan: EvaluationPlan, telegram: Telegram, path: str, cable: str, tally: Tally
) -> Iterator[tuple[Rule, list[Issue]]]:
    """Yield each rule that failed or is undetermined, with its issues."""
    env = (telegram,)
    evaluation = _Evaluation()
    if plan.used:
        _, error = call_safely(evaluation.quickly, plan.root, env)
        if error is not None:
            evaluation = _Evaluation()
            evaluation.carefully(plan.root, env)
    for job in evaluation.undetermined if plan.used else plan.jobs:
        evaluation.alone(job, env)
    plan.used = True
    tally.count(evaluation.applied)
    for (rule, compiled), outcome in evaluation.broken:
        issues, error = call_safely(compiled.issues, outcome, env)
        if error is None:
            yield rule, issues
        else:
            evaluation.crashes.append((rule, error))
    if evaluation.crashes:
        evaluation.crashes.sort(key=lambda crash: crash[0].id)
        tally.crashes += [_crash(rule, path, cable, error) for rule, error in evaluation.crashes]


class _Evaluation:
    """One pass over the rules in a plan: the rules that applied, those that did not pass, and crashes."""

    __slots__ = ("applied", "broken", "crashes", "undetermined")

    def __init__(self) -> None:
        self.applied: list[str] = []  # the ids of the rules
        self.broken: list[tuple[Job, RuleOutcome]] = []
        self.undetermined: list[Job] = []  # rules after a condition that is undetermined
        self.crashes: list[tuple[Rule, Exception]] = []

    def quickly(self, branch: GuardBranch, env: Env) -> None:
        """Evaluate all rules in a branch. An exception from a rule is not caught."""
        others: list[tuple[Job, Answer]] = []
        applied = self.applied
        for leaf in self.reached(branch, env):
            answer = leaf.answer(env)
            if answer is True:
                applied.append(leaf.rule)
            elif answer is not NOT_APPLICABLE:
                others.append((leaf.job, answer))
        self.record(others, env)

    def reached(self, branch: GuardBranch, env: Env) -> list[GuardLeaf]:
        """Return the rules in a branch whose guards are true."""
        found: list[GuardLeaf] = []
        branches = [branch]
        for branch in branches:
            found += branch.certain
            for test, leaf in branch.leaves:
                holds = test(env)
                if holds:
                    found.append(leaf)
                elif holds is None:
                    self.undetermined.append(leaf.job)
            for test, inner in branch.branches:
                holds = test(env)
                if holds:
                    branches.append(inner)
                elif holds is None:
                    self.undetermined += inner.all_jobs()
        return found

    def carefully(self, branch: GuardBranch, env: Env) -> None:
        """Evaluate rules one by one, so that each exception is attributed to its rule."""
        for leaf in branch.certain:
            self.one(leaf.job, env)
        for test, leaf in branch.leaves:
            answer, _ = call_safely(test, env)  # if it raises, the guard of the rule is evaluated separately
            if answer:
                self.one(leaf.job, env)
            elif answer is None:
                self.undetermined.append(leaf.job)
        for test, inner in branch.branches:
            answer, _ = call_safely(test, env)
            if answer:
                self.carefully(inner, env)
            elif answer is None:
                self.undetermined += inner.all_jobs()

    def alone(self, job: Job, env: Env) -> None:
        """Evaluate one rule with its whole guard, because a guard condition that it shares with other rules was
        undetermined. The rule does not apply if another condition of its guard is false.
        """
        applies, error = call_safely(job[1].applies, env)
        if error is not None:
            self.crashes.append((job[0], error))
        elif applies:
            self.one(job, env)
        elif applies is None:
            self.applied.append(job[0].id)
            self.broken.append((job, UNDETERMINED))

    def one(self, job: Job, env: Env) -> None:
        """Evaluate one rule. If it raises an exception, record the exception."""
        outcome, error = call_safely(lambda: job[1].judge(env))  # compiling can raise, too
        if error is not None:
            self.crashes.append((job[0], error))
        else:
            self.record([(job, outcome)], env)

    def record(self, answers: Iterable[tuple[Job, Answer]], env: Env) -> None:
        """Record the results of rules, except those that do not apply."""
        for job, answer in answers:
            if answer is not NOT_APPLICABLE:
                self.applied.append(job[0].id)
                outcome = outcome_of(answer, env)
                if outcome is not PASS:
                    self.broken.append((job, outcome))


def call_safely(work: Callable[..., Any], *arguments: object) -> tuple[Any, Exception | None]:
    """Call `work` and return (result, None), or (None, exception), so that one rule or document cannot stop the
    rest.
    """
    try:
        return work(*arguments), None
    except Exception as error:  # the only place that catches everything; the caller reports it
        return None, error


def _crash(rule: Rule, path: str, cable: str, error: Exception) -> Crash:
    trace, _ = _trace_id(error, f"{rule.id}|")
    return Crash(rule.id, path, cable, trace, type(error).__name__)


def _trace_id(error: Exception, owner: str = "") -> tuple[str, str]:
    """Return a short id, stable for the same error and owner, and the location of the line that raised it, as
    `file:line`.
    """
    from hashlib import sha256  # both only when something has raised
    from traceback import extract_tb

    frames = extract_tb(error.__traceback__)
    where = ";".join(f"{frame.name}:{frame.lineno}" for frame in frames[-4:])
    file = frames[-1].filename.replace("\\", "/").rpartition("/checker/")[2].rpartition("/lib/")[2]
    location = f"{file}:{frames[-1].lineno}"
    return sha256(f"{owner}{type(error).__name__}|{where}".encode()).hexdigest()[:8], location


def _findings(
    failed: list[tuple[Rule, Issue]], telegram: Telegram, source: Source, path: str, cable: str, lines: bool
) -> list[Finding]:
    made = [_finding(rule, issue, telegram, source, path, cable, lines) for rule, issue in failed]
    made.sort(key=Finding.order)
    identity = telegram.mrn or path
    seen: dict[str, int] = {}
    for finding in made:
        place = finding.at.translate(_NO_DIGITS)
        key = "|".join((finding.rule, identity, place, " ".join(finding.quote.split())))
        seen[key] = seen.get(key, 0) + 1
        finding.fingerprint = sha256()(f"{key}|{seen[key]}".encode("utf-8", "replace")).hexdigest()[:20]
    return made


@cache
def sha256() -> Callable[[bytes], Any]:
    """Return the SHA-256 function. If possible, `hashlib` is not imported, because it loads OpenSSL (3 ms); the
    `random` module uses the same method.
    """
    try:
        return __import__("_sha2" if sys.version_info >= (3, 12) else "_sha256").sha256  # type: ignore[no-any-return]
    except (ImportError, AttributeError):
        from hashlib import sha256

        return sha256


def _finding(
    rule: Rule, issue: Issue, telegram: Telegram, source: Source, path: str, cable: str, lines: bool
) -> Finding:
    span = issue.span if issue.span is not None else first_line(telegram, source)
    suggestion = None
    if issue.replace is not None:
        safe = bool(rule.data["suggest"]["safe"])
        suggestion = Suggestion(issue.replace, issue.text, rule.help, safe)
    return Finding(
        path,
        cable,
        rule.id,
        rule.name,
        rule.severity_on(telegram.date),
        issue.message,
        span,
        source.position(span.start),
        source.position(span.end),
        source.quote(span),
        issue.at,
        rule.cite,
        rule.help,
        tuple(source.lines(span)[:MAX_LINES]) if lines else (),
        suggestion,
        related=tuple(_related(*place, source) for place in issue.related),
    )


def _related(span: Span, at: str, source: Source) -> RelatedPlace:
    return RelatedPlace(span, source.position(span.start), source.position(span.end), at, source.quote(span))


def _undetermined(
    unknown: list[tuple[Rule, Issue, str]], telegram: Telegram, source: Source, path: str, cable: str
) -> list[Undetermined]:
    """Return the undetermined verdicts without duplicates; two verdicts are duplicates if rule, position, and reason
    are equal.
    """
    nowhere = first_line(telegram, source) if any(issue.span is None for _, issue, _ in unknown) else Span(0, 0)
    found: dict[object, Undetermined] = {}
    places: dict[int, Position] = {}  # many verdicts concern the same lost part
    for rule, issue, kind in unknown:
        span = issue.span if issue.span is not None else nowhere
        start = span.start
        place = places.get(start) or places.setdefault(start, source.position(start))
        one = Undetermined(
            path, cable, rule.id, rule.name, kind, issue.message, span, place, issue.at, issue.quote
        )  # fmt: skip
        found.setdefault((rule.id, start, issue.message, issue.quote), one)
    return sorted(found.values(), key=Undetermined.order)


def first_line(telegram: Telegram, source: Source) -> Span:
    """Return the span of the telegram's first nonblank line, used for findings without a position."""
    text = source.text
    whole = next((part.span for part in telegram.parts if part.kind != "blank"), telegram.span)
    start, end = whole.start, whole.end
    while start < end and text[start].isspace():
        start += 1
    stops = [place for letter in "\r\n" if (place := text.find(letter, start, end)) >= 0]
    return Span(start, min(stops, default=end))


def attempt(work: Callable[[], object]) -> tuple[object, str]:
    """Call `work` and return (result, ""), or (None, trace id and location) if it raises.

    A `CablecheckError` is raised again, because the user must fix it and it concerns more than one document.
    """
    answer, error = call_safely(work)
    if error is None:
        return answer, ""
    if isinstance(error, CablecheckError):
        raise error
    trace, location = _trace_id(error)
    return None, f"{trace} ({type(error).__name__} at {location})"


class Trace(Record):
    """The evaluation of one rule on one telegram: verdict, reason, and each condition with the values compared."""

    rule: str
    verdict: str
    why: str
    parts: tuple[tuple[str, Any], ...] = ()
    findings: tuple[Finding, ...] = ()


def trace(telegram: Telegram, source: Source, rule: Rule, rulebook: Rulebook) -> Trace:
    """Return the evaluation of one rule on one telegram: the verdict, the reason for it, and the conditions with the
    values that they compared.
    """
    if not rulebook.covers(rule, telegram.profile):
        return Trace(rule.id, "not applicable", f"profile {telegram.profile} is not {', '.join(rule.profile)}")
    alone = rulebook.select([rule.id])
    plan = alone.plan(telegram.profile, telegram.date)
    if plan.undecided:
        return Trace(rule.id, "undetermined", f"the date is not precise enough for the era {rule.era_text}")
    if not plan.jobs:
        return Trace(rule.id, "not applicable", f"the date {telegram.date} is outside the rule's era ({rule.era_text})")
    compiled = rule.compiled(alone.context_of(telegram.profile))
    parts = tuple(compiled.trace((telegram,)))
    judgment = judge(telegram, source, alone)
    findings, undetermined = tuple(judgment.findings), judgment.undetermined
    applies = compiled.applies((telegram,))
    if applies is False:
        return Trace(rule.id, "not applicable", "the guard is false", parts[:1])
    if findings:
        return Trace(rule.id, "fail", "", parts, findings)
    if undetermined:
        first = undetermined[0]
        why = _absent(parts) if first.why == NO_EVIDENCE and _absent(parts) else first.reason()
        return Trace(rule.id, "undetermined", why, parts[:1] if applies is None else parts)
    if compiled.judge((telegram,)) is NOT_APPLICABLE:
        return Trace(rule.id, "not applicable", "no element to evaluate", parts)
    return Trace(rule.id, "pass", "", parts)


def _absent(parts: Iterable[tuple[str, Any]]) -> str:
    """Return "FIELD is absent" for the first absent field that left a condition undetermined, or "" if there is
    none.
    """
    from .rulebook.tracing import absent_field  # loaded only by `explain`

    field = next(filter(None, (absent_field(step) for _, step in parts)), "")
    return f"{field} is absent" if field else ""
