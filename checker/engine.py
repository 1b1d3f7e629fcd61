"""Rules against a telegram: findings in reading order, a tally of verdicts, and no rule that takes others down."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from .document import Telegram
from .findings import Finding, Suggestion
from .record import Record
from .rulebook.codes import Free
from .rulebook.paths import Env
from .rulebook.plan import Branch, Job, Plan
from .rulebook.shelf import Rule, Rulebook
from .rulebook.verdict import HOLDS, IDLE, LONGEST_MESSAGE, UNSURE, Hit
from .text import Source, Span
from .trouble import Trouble

MOST_LINES = 5  # lines of the source that a finding carries
_NO_DIGITS = {ord(digit): None for digit in "0123456789"}
FORGE_AFTER = 150  # telegrams: from then on it pays to forge a plan into one function (15 ms)


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
    """What became of each rule over a run: documents it met, applied to, failed on; and the crashes.

    A forged plan counts rules that apply together in one number; the numbers are shared out when somebody asks.
    """

    def __init__(self) -> None:
        self.documents = 0
        self.crashes: list[Crash] = []
        self._counts: dict[str, Count] = {}
        self._open: dict[Plan, list[int]] = {}

    @property
    def counts(self) -> dict[str, Count]:
        """The counts by rule."""
        for plan, numbers in self._open.items():
            for number, jobs in zip(numbers, plan.forged.slots, strict=True):
                for rule, _ in jobs if number else ():
                    self.of(rule.id).applied += number
        self._open.clear()
        return self._counts

    def numbers(self, plan: Plan) -> list[int]:
        """Where a forged plan counts."""
        found = self._open.get(plan)
        if found is None:
            found = self._open[plan] = [0] * len(plan.forged.slots)
        return found

    def of(self, rule: str) -> Count:
        """The counts of a rule, for adding to them."""
        if rule not in self._counts:
            self._counts[rule] = Count()
        return self._counts[rule]

    @property
    def unknown(self) -> int:
        """The verdicts that could not be given, over all rules."""
        return sum(count.unknown for count in self.counts.values())

    def add(self, other: Tally) -> None:
        """Take in what another process counted."""
        self.documents += other.documents
        self.crashes += other.crashes
        for rule, count in other.counts.items():
            mine = self.of(rule)
            mine.applied += count.applied
            mine.failed += count.failed
            mine.unknown += count.unknown


def run(
    telegram: Telegram, source: Source, book: Rulebook, path: str = "", cable: str = "", tally: Tally | None = None
) -> Iterator[Finding]:
    """The findings of all rules that apply, in reading order. `tally` counts verdicts and keeps crashes."""
    tally = Tally() if tally is None else tally
    tally.documents += 1
    plan = book.plan(telegram.profile, telegram.date)
    for rule in plan.undecided:
        count = tally.of(rule.id)
        count.applied += 1
        count.unknown += 1
    broken = _judge(plan, telegram, book, path, cable, tally)
    if broken:
        yield from _findings(broken, telegram, source, path, cable)


def _judge(
    plan: Plan, telegram: Telegram, book: Rulebook, path: str, cable: str, tally: Tally
) -> list[tuple[Rule, Hit]]:
    found: list[tuple[Rule, Hit]] = []
    sound: Sound | None = None
    for rule, hits in _broken(plan, telegram, path, cable, tally):
        if hits and rule.severity != "info":
            sound = sound or Sound(telegram, book)
            hits = sound.weighed(rule, hits)
        if any(not hit.unknown for hit in hits):
            tally.of(rule.id).failed += 1
        else:
            tally.of(rule.id).unknown += 1
        found.extend((rule, hit) for hit in hits)
    return found


class Sound:
    """What remains of failures when the copy is not taken to be sound: asked once a rule above info has failed."""

    __slots__ = ("_again", "_telegram")

    def __init__(self, telegram: Telegram, book: Rulebook) -> None:
        self._telegram = telegram
        self._again: dict[str, list[Hit]] | None = None
        mended = telegram.mended()
        if mended is not None:
            again = _broken(book.plan(mended.profile, mended.date), mended, "", "", Tally())
            self._again = {rule.id: hits for rule, hits in again}

    def weighed(self, rule: Rule, hits: list[Hit]) -> list[Hit]:
        """The hits: told as unknown where one strange letter may have made them, none where the copy is hurt beside
        them so that it does not say what the writer did."""
        if self._again is not None:
            still = self._again.get(rule.id, ())
            hits = [
                hit if hit.unknown or any(_one_place(hit, other) for other in still) else _doubt(hit) for hit in hits
            ]
        told = [hit for hit in hits if not hit.unknown]
        if told and self._telegram.signs and self._telegram.hurt_beside(_places(told)):
            return [hit for hit in hits if hit.unknown]
        return hits


def _one_place(hit: Hit, other: Hit) -> bool:
    if other.unknown:
        return False
    if hit.span is None or other.span is None:
        return hit.span is other.span
    return hit.span.start <= other.span.end and other.span.start <= hit.span.end


def _doubt(hit: Hit) -> Hit:
    message = f"cannot be judged, the copy looks hurt here: {hit.message}"
    return Hit(hit.span, hit.at, message[:LONGEST_MESSAGE], True)


def _broken(plan: Plan, telegram: Telegram, path: str, cable: str, tally: Tally) -> Iterator[tuple[Rule, list[Hit]]]:
    """The rules that did not simply hold, with their hits; none where a rule says nothing of what it cannot judge."""
    env = (telegram,)
    applied: list[Job] = []
    broken: list[tuple[Job, Free]] = []
    unsure: list[Branch] = []
    faults: list[tuple[Rule, Exception]] = []
    if not _quickly(plan, env, tally, broken, unsure):
        _carefully(plan.root, env, applied, broken, unsure, faults)
    for branch in unsure:
        _alone(branch, env, applied, broken, faults)
    for rule, _ in applied:
        tally.of(rule.id).applied += 1
    for (rule, program), answer in broken:
        if answer is None and program.silent:
            yield rule, []
            continue
        hits, fault = tried(program.told, answer, env)
        if fault is None:
            yield rule, hits
        else:
            faults.append((rule, fault))
    tally.crashes.extend(_crash(rule, path, cable, error) for rule, error in faults)


def _places(hits: list[Hit]) -> list[Span]:
    return [hit.span for hit in hits if hit.span is not None]


def _quickly(plan: Plan, env: Env, tally: Tally, broken: list[tuple[Job, Free]], unsure: list[Branch]) -> bool:
    """One call for the whole plan, once it has met enough telegrams. False where that does not go."""
    plan.met += 1
    if plan.met == FORGE_AFTER:
        from .rulebook.forge import forge  # long runs only

        plan.forged, _ = tried(forge, plan.root, plan.tools)  # the closures do what is too large for one piece
    if plan.forged is None:
        return False
    counts = tally.numbers(plan)
    before = counts[:]
    _, fault = tried(plan.forged.judged, env, counts, broken.append, unsure.append)
    if fault is not None:  # the careful way tells which rule raises
        counts[:] = before
        broken.clear()
        unsure.clear()
    return fault is None


def _carefully(
    branch: Branch,
    env: Env,
    applied: list[Job],
    broken: list[tuple[Job, Free]],
    unsure: list[Branch],
    faults: list[tuple[Rule, Exception]],
) -> None:
    """Rule by rule, so that a fault is known by its rule."""
    for job in branch.jobs:
        _one(job, env, applied, broken, faults)
    for test, inner in branch.branches:
        answer, _ = tried(test, env)  # where it raises, each rule's guard is asked by itself
        if answer:
            _carefully(inner, env, applied, broken, unsure, faults)
        elif answer is None:
            unsure.append(inner)


def _one(
    job: Job,
    env: Env,
    applied: list[Job],
    broken: list[tuple[Job, Free]],
    faults: list[tuple[Rule, Exception]],
) -> None:
    outcome, fault = tried(job[1].judge, env)
    if fault is not None:
        faults.append((job[0], fault))
    elif outcome is not IDLE:
        applied.append(job)
        if outcome is not HOLDS:
            broken.append((job, outcome))


def _alone(
    branch: Branch,
    env: Env,
    applied: list[Job],
    broken: list[tuple[Job, Free]],
    faults: list[tuple[Rule, Exception]],
) -> None:
    """A shared condition is unknown: whether a whole guard is depends on the rule's other conditions."""
    for job in branch.everything():
        applies, fault = tried(job[1].applies, env)
        if fault is not None:
            faults.append((job[0], fault))
        elif applies:
            _one(job, env, applied, broken, faults)
        elif applies is None:
            applied.append(job)
            broken.append((job, UNSURE))


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
    broken: list[tuple[Rule, Hit]], telegram: Telegram, source: Source, path: str, cable: str
) -> Iterator[Finding]:
    from hashlib import sha256  # it loads OpenSSL, 3 ms, and a clean document needs none

    made = [_finding(rule, hit, telegram, source, path, cable) for rule, hit in broken]
    made.sort(key=Finding.order)
    identity = telegram.mrn or path
    seen: dict[str, int] = {}
    for finding in made:
        place = finding.at.translate(_NO_DIGITS)
        key = "|".join((finding.rule, identity, place, " ".join(finding.quote.split())))
        seen[key] = seen.get(key, 0) + 1
        finding.fingerprint = sha256(f"{key}|{seen[key]}".encode("utf-8", "replace")).hexdigest()[:20]
        yield finding


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
        "info" if hit.unknown else rule.severity,
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
        "",
        hit.unknown,
    )


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

    `Trouble` goes through: it is the user's to mend and tells of more than one document.
    """
    answer, error = tried(work)
    if error is None:
        return answer, ""
    if isinstance(error, Trouble):
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
        return Trace(rule.id, "unknown", f"the date is not known well enough for the era {era}")
    if not plan.root.everything():
        return Trace(rule.id, "not applicable", f"the date {telegram.date} is outside the era {era}")
    program = rule.program(alone.tools)
    parts = program.reckoning((telegram,))
    applies = program.applies((telegram,))
    if applies is not True:
        no = applies is False
        why = f"the guard is {'false' if no else 'unknown'}"
        return Trace(rule.id, "not applicable" if no else "unknown", why, tuple(parts[:1]))
    outcome = program.judge((telegram,))
    findings = tuple(run(telegram, source, alone))
    if outcome is IDLE:
        return Trace(rule.id, "not applicable", "there is nothing to judge", tuple(parts))
    verdict = "pass" if outcome is HOLDS else "fail" if outcome.failed or outcome.hits else "unknown"
    return Trace(rule.id, verdict, "", tuple(parts), findings)
