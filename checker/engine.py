"""Rules against a telegram: findings in reading order, a tally of verdicts, and no rule that takes others down."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from .errors import CablecheckError
from .model import Damage, Telegram
from .record import Record
from .results import Finding, Suggestion, Undetermined
from .rulebook.evaluation import NOT_APPLICABLE, PASS, UNDETERMINED, Branch, Hit, Job, Outcome, Plan
from .rulebook.field_types import Env
from .rulebook.ir import Free
from .rulebook.rule import Rule, Rulebook
from .text import Source, Span

MOST_LINES = 5  # lines of the source that a finding carries
_NO_DIGITS = {ord(digit): None for digit in "0123456789"}
_UNREADABLE = re.compile("[\x00-\x08\x0e-\x1f\x7f\ufffd]")
TEXT_FIELDS = frozenset(
    ("all_marked", "headings", "highest_portion", "markable", "marked", "markings", "numbered", "paragraphs",
     "portion_controls", "portion_marks", "portions", "rollup", "signature", "tokens")
)  # fmt: skip
"""The fields of a telegram that come from paragraph 1 on; the others come above it."""
BLOCK_FIELDS = frozenset(("authority", "declass", "eo", "instruction"))
"""The fields of a document that come after its paragraphs, in the classification authority block."""


class Crash(Record):
    """A rule that raised on a document. `trace` is short and the same for the same fault."""

    rule: str
    path: str
    cable: str
    trace: str
    error: str


class Count:
    """How often a rule applied, failed, and could not be judged, in documents. The rest passed."""

    __slots__ = ("applied", "failed", "unknown")

    def __init__(self) -> None:
        self.applied = 0
        self.failed = 0
        self.unknown = 0

    @property
    def passed(self) -> int:
        """The documents that the rule applied to and that held to it."""
        return self.applied - self.failed - self.unknown


class Tally:
    """Verdicts of each rule over a run, and the crashes. `documents` counts the documents judged."""

    def __init__(self) -> None:
        self.documents = 0
        self.crashes: list[Crash] = []
        self.counts: dict[str, Count] = {}

    def of(self, rule: str) -> Count:
        """Return the counts of a rule, for adding to them."""
        if rule not in self.counts:
            self.counts[rule] = Count()
        return self.counts[rule]

    @property
    def unknown(self) -> int:
        """The number of undetermined verdicts, over all rules."""
        return sum(count.unknown for count in self.counts.values())

    def add(self, other: Tally) -> None:
        """Add what another process counted."""
        self.documents += other.documents
        self.crashes += other.crashes
        for rule, count in other.counts.items():
            mine = self.of(rule)
            mine.applied += count.applied
            mine.failed += count.failed
            mine.unknown += count.unknown


class Judgment(Record):
    """What the rules say about one document: findings in reading order, and the verdicts that cannot be given."""

    findings: list[Finding]
    undetermined: list[Undetermined]


def judge(
    telegram: Telegram, source: Source, book: Rulebook, path: str = "", cable: str = "", tally: Tally | None = None
) -> Judgment:
    """Evaluate all rules that may apply to a telegram. `tally` counts verdicts and collects crashes."""
    tally = Tally() if tally is None else tally
    tally.documents += 1
    plan = book.plan(telegram.profile, telegram.date)
    failed: list[tuple[Rule, Hit]] = []
    unknown: list[tuple[Rule, Hit, str]] = []
    for rule in plan.undecided:
        tally.of(rule.id).applied += 1
        unknown.append((rule, _NO_DATE, "date"))
    for rule, hits in _not_passed(plan, telegram, path, cable, tally):
        unknown += [(rule, hit, _kind(hit)) for hit in hits if hit.unknown]
        for hit in [hit for hit in hits if not hit.unknown]:
            excuse = _excuse(hit, telegram, source)
            if excuse is None:
                failed.append((rule, hit))
            else:
                unknown.append((rule, *excuse))
    judgment = Judgment([], [])
    if unknown:
        judgment.undetermined = _undetermined(unknown, telegram, source, path, cable)
    if failed:
        judgment.findings = _findings(failed, telegram, source, path, cable)
    _count(failed, unknown, tally)
    return judgment


_NO_DATE = Hit(None, "", "the date of the document does not decide whether the rule applies", True)


def _kind(hit: Hit) -> str:
    return "unreadable" if hit.quote else "copy"


def _count(failed: list[tuple[Rule, Hit]], unknown: list[tuple[Rule, Hit, str]], tally: Tally) -> None:
    """Count a rule once for each document: as failed if any place failed, else as undetermined."""
    broken = {rule.id for rule, _ in failed}
    for rule in broken:
        tally.of(rule).failed += 1
    for rule in {each[0].id for each in unknown} - broken:
        tally.of(rule).unknown += 1


def _excuse(hit: Hit, telegram: Telegram, source: Source) -> tuple[Hit, str] | None:
    """Return the hit as undetermined, with its kind, if the state of the copy may explain the failure.

    Damage explains that a part is missing, never that a present part is wrong. A part whose label is present above
    paragraph 1 is not missing: it was not read. A present part is doubtful only if its own characters are unreadable
    or if it touches the place where the copy is cut off.
    """
    if not hit.missing:
        why = _garbled(hit, telegram, source)
        return None if why is None else (Hit(hit.span, hit.at, why, True), "copy")
    for damage in telegram.damage:
        if _explains(damage, hit, telegram):
            return Hit(hit.span, hit.at, damage.why, True), "copy"
    if hit.within is None:
        for label in telegram.labels:
            if _announces(label.name, hit.missing, telegram):
                why = "the label is present, but the part could not be read"
                return Hit(label.span, label.name, why, True, quote=" ".join(label.text.split())), "label"
    return None


def _announces(label: str, missing: tuple[str, ...], telegram: Telegram) -> bool:
    """Whether a label announces a missing field, or the missing part that the field belongs to."""
    if label in missing:
        return True
    part, _, inside = label.partition(".")
    return not inside and getattr(telegram, part) is None and any(field.startswith(f"{part}.") for field in missing)


def _explains(damage: Damage, hit: Hit, telegram: Telegram) -> bool:
    """Whether the damage covers the place where a missing part would be."""
    if hit.within is not None:
        place = damage.span
        return hit.within.start <= place.end and place.start <= hit.within.end and damage.kind != "extract"
    below = TEXT_FIELDS | BLOCK_FIELDS if telegram.layout == "document" else TEXT_FIELDS
    in_text = all(field.partition(".")[0] in below for field in hit.missing)
    return damage.covers in ("all", "text" if in_text else "head")


def _garbled(hit: Hit, telegram: Telegram, source: Source) -> str | None:
    """Return why a present part is doubtful, or None."""
    span = hit.span
    if span is None or span.end == span.start:
        return None
    if _UNREADABLE.search(source.text, span.start, span.end) is not None:
        return "this place has characters that cannot be read"
    for damage in telegram.damage:
        if damage.kind == "cut" and span.end >= damage.span.start:
            return "this copy is cut off here"
    return None


def _not_passed(
    plan: Plan, telegram: Telegram, path: str, cable: str, tally: Tally
) -> Iterator[tuple[Rule, list[Hit]]]:
    """Yield the rules that neither passed nor were inapplicable, with their hits."""
    env = (telegram,)
    walk = _Walk()
    _, fault = tried(walk.quickly, plan.root, env)
    if fault is not None:
        walk = _Walk()
        walk.carefully(plan.root, env)
    for branch in walk.unsure:
        walk.alone(branch, env)
    for rule, _ in walk.applied:
        tally.of(rule.id).applied += 1
    for (rule, program), outcome in walk.broken:
        hits, fault = tried(program.hits, outcome, env)
        if fault is None:
            yield rule, hits
        else:
            walk.faults.append((rule, fault))
    tally.crashes.extend(_crash(rule, path, cable, error) for rule, error in walk.faults)


class _Walk:
    """One pass over the rules of a plan: those that applied, those that did not pass, and faults."""

    __slots__ = ("applied", "broken", "faults", "unsure")

    def __init__(self) -> None:
        self.applied: list[Job] = []
        self.broken: list[tuple[Job, Outcome]] = []
        self.unsure: list[Branch] = []
        self.faults: list[tuple[Rule, Exception]] = []

    def quickly(self, branch: Branch, env: Env) -> None:
        """Judge all rules of a branch; raises whatever a rule raises."""
        applied, broken = self.applied, self.broken
        for job in branch.jobs:
            outcome = job[1].judge(env)
            if outcome is not NOT_APPLICABLE:
                applied.append(job)
                if outcome is not PASS:
                    broken.append((job, outcome))
        for test, inner in branch.branches:
            answer = test(env)
            if answer:
                self.quickly(inner, env)
            elif answer is None:
                self.unsure.append(inner)

    def carefully(self, branch: Branch, env: Env) -> None:
        """Judge rule by rule, so that each fault is attributed to its rule."""
        for job in branch.jobs:
            self.one(job, env)
        for test, inner in branch.branches:
            answer, _ = tried(test, env)  # if it raises, each rule's guard is asked by itself
            if answer:
                self.carefully(inner, env)
            elif answer is None:
                self.unsure.append(inner)

    def alone(self, branch: Branch, env: Env) -> None:
        """Judge rules whose shared condition is undetermined: their other conditions may still decide."""
        for job in branch.everything():
            applies, fault = tried(job[1].applies, env)
            if fault is not None:
                self.faults.append((job[0], fault))
            elif applies:
                self.one(job, env)
            elif applies is None:
                self.applied.append(job)
                self.broken.append((job, UNDETERMINED))

    def one(self, job: Job, env: Env) -> None:
        """Judge one rule and keep its fault, if it has one."""
        outcome, fault = tried(job[1].judge, env)
        if fault is not None:
            self.faults.append((job[0], fault))
        elif outcome is not NOT_APPLICABLE:
            self.applied.append(job)
            if outcome is not PASS:
                self.broken.append((job, outcome))


def tried(work: Callable[..., Free], *given: object) -> tuple[Free, Exception | None]:
    """The answer and `None`, or `None` and what `work` raised: one rule or document must not end the rest."""
    try:
        return work(*given), None
    except Exception as error:  # the only place that catches everything; who asks tells whose fault it is
        return None, error


def _crash(rule: Rule, path: str, cable: str, error: Exception) -> Crash:
    from hashlib import sha256  # both only when a rule has raised
    from traceback import extract_tb

    frames = extract_tb(error.__traceback__)
    where = ";".join(f"{frame.name}:{frame.lineno}" for frame in frames[-4:])
    trace = sha256(f"{rule.id}|{type(error).__name__}|{where}".encode()).hexdigest()[:8]
    return Crash(rule.id, path, cable, trace, type(error).__name__)


def _findings(
    failed: list[tuple[Rule, Hit]], telegram: Telegram, source: Source, path: str, cable: str
) -> list[Finding]:
    from hashlib import sha256  # it loads OpenSSL, 3 ms, and a clean document needs none

    made = [_finding(rule, hit, telegram, source, path, cable) for rule, hit in failed]
    made.sort(key=Finding.order)
    identity = telegram.mrn or path
    seen: dict[str, int] = {}
    for finding in made:
        place = finding.at.translate(_NO_DIGITS)
        key = "|".join((finding.rule, identity, place, " ".join(finding.quote.split())))
        seen[key] = seen.get(key, 0) + 1
        finding.fingerprint = sha256(f"{key}|{seen[key]}".encode("utf-8", "replace")).hexdigest()[:20]
    return made


def _finding(rule: Rule, hit: Hit, telegram: Telegram, source: Source, path: str, cable: str) -> Finding:
    span = hit.span if hit.span is not None else first_line(telegram, source)
    suggestion = None
    if hit.replace is not None:
        safe = bool(rule.data["suggest"]["safe"])
        suggestion = Suggestion(hit.replace, hit.text, rule.help, safe)
    return Finding(
        path,
        cable,
        rule.id,
        rule.name,
        rule.severity,
        hit.message,
        span,
        source.position(span.start),
        source.position(span.end),
        source.quote(span),
        hit.at,
        rule.cite,
        rule.help,
        tuple(source.lines(span)[:MOST_LINES]),
        suggestion,
    )


def _undetermined(
    unknown: list[tuple[Rule, Hit, str]], telegram: Telegram, source: Source, path: str, cable: str
) -> list[Undetermined]:
    """Return the verdicts that cannot be given, each rule, place and reason once."""
    nowhere = first_line(telegram, source) if any(hit.span is None for _, hit, _ in unknown) else Span(0, 0)
    found: dict[object, Undetermined] = {}
    for rule, hit, kind in unknown:
        span = hit.span if hit.span is not None else nowhere
        one = Undetermined(
            path, cable, rule.id, rule.name, kind, hit.message, span, source.position(span.start), hit.at, hit.quote
        )
        found.setdefault((one.rule, span.start, one.why, one.quote), one)
    return sorted(found.values(), key=Undetermined.order)


def first_line(telegram: Telegram, source: Source) -> Span:
    """The first line of the telegram that holds anything: where a finding points that has no place of its own."""
    text = source.text
    whole = next((part.span for part in telegram.parts if part.kind != "blank"), telegram.span)
    start, end = whole.start, whole.end
    while start < end and text[start].isspace():
        start += 1
    stops = [place for letter in "\r\n" if (place := text.find(letter, start, end)) >= 0]
    return Span(start, min(stops, default=end))


def attempt(work: Callable[[], object]) -> tuple[object, str]:
    """The answer of `work` and "", or `None` and a short trace id where it broke: one document must not end a run.

    `CablecheckError` goes through: it is the user's to mend and tells of more than one document.
    """
    answer, error = tried(work)
    if error is None:
        return answer, ""
    if isinstance(error, CablecheckError):
        raise error
    from hashlib import sha256
    from traceback import extract_tb

    frames = extract_tb(error.__traceback__)
    where = ";".join(f"{frame.name}:{frame.lineno}" for frame in frames[-4:])
    mark = sha256(f"{type(error).__name__}|{where}".encode()).hexdigest()[:8]
    file = frames[-1].filename.replace("\\", "/").rpartition("/checker/")[2].rpartition("/lib/")[2]
    return None, f"{mark} ({type(error).__name__} at {file}:{frames[-1].lineno})"


class Trace(Record):
    """How a rule was judged on one telegram, for people: each part with its answer and the values it saw."""

    rule: str
    verdict: str
    why: str
    parts: tuple[tuple[str, object], ...] = ()
    findings: tuple[Finding, ...] = ()


def trace(telegram: Telegram, source: Source, rule: Rule, book: Rulebook) -> Trace:
    """The reckoning of one rule on one telegram: profile, era, guard, fields, operators, values, verdict."""
    if not (telegram.profile in rule.profile or "ALL" in rule.profile):
        return Trace(rule.id, "not applicable", f"profile {telegram.profile} is not {', '.join(rule.profile)}")
    alone = book.select([rule.id])
    plan = alone.plan(telegram.profile, telegram.date)
    era = " to before ".join(edge or "…" for edge in rule.era or ())
    if plan.undecided:
        return Trace(rule.id, "undetermined", f"the date is not known well enough for the era {era}")
    if not plan.root.everything():
        return Trace(rule.id, "not applicable", f"the date {telegram.date} is outside the era {era}")
    program = rule.program(alone.tools)
    parts = tuple(program.reckoning((telegram,)))
    judgment = judge(telegram, source, alone)
    findings, undetermined = tuple(judgment.findings), judgment.undetermined
    applies = program.applies((telegram,))
    if applies is False:
        return Trace(rule.id, "not applicable", "the guard is false", parts[:1])
    if findings:
        return Trace(rule.id, "fail", "", parts, findings)
    if undetermined:
        first = undetermined[0]
        why = f'"{first.quote}": {first.why}' if first.quote else first.why
        return Trace(rule.id, "undetermined", why, parts[:1] if applies is None else parts)
    if program.judge((telegram,)) is NOT_APPLICABLE:
        return Trace(rule.id, "not applicable", "there is nothing to judge", parts)
    return Trace(rule.id, "pass", "", parts)
