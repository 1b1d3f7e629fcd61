"""Keep the decisions log, which records reviewers' decisions about findings as one JSON line per event. Lines are never
rewritten.

`DecisionLog(path)` reads and checks the file. `append` adds a decision, and `undo` retracts the last one; both are on
disk when they return. `latest`, `history`, and `missed` return the state that results from the events. Lines contain
fingerprints, rules, names, and the reviewer's note, but no document text.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from io import BufferedRandom

from .errors import ConfigError, did_you_mean
from .record import Record, copied

try:
    import fcntl
except ImportError:  # Windows: two writers at once may interleave their lines
    fcntl = None  # type: ignore[assignment]

LOG = "decisions.jsonl"  # in the folder of an audit, unless the options name another file
FORMAT = 1
CONFIRMED, FALSE_ALARM, ACCEPTED, UNSURE, WITHDRAWN = "confirmed", "false_alarm", "accepted", "unsure", "withdrawn"
MISSED = "missed"
TITLES = {
    CONFIRMED: "Confirmed",
    FALSE_ALARM: "False alarm",
    ACCEPTED: "Accepted",
    UNSURE: "Unsure",
    WITHDRAWN: "Withdrawn",
}
REASONS: Mapping[str, Mapping[str, str]] = {
    FALSE_ALARM: {
        "misread": "the text was read wrongly",
        "not-applicable": "the rule does not apply to this document",
        "rule-wrong": "the rule is wrong",
        "damaged-copy": "the copy is damaged",
    },
    ACCEPTED: {
        "practice-of-the-time": "the marking was the practice at the time",
        "record-copy": "a record copy is not re-marked",
        "waiver": "a waiver covers it",
        "other": "another reason, given in the note",
    },
}
NOTE_REQUIRED = frozenset(("other", "waiver", "rule-wrong"))
HIDES = frozenset((FALSE_ALARM, ACCEPTED))  # decisions that hide a finding in later runs
MAX_BYTES = 256_000_000
MAX_LINE = 64_000
MAX_NOTE = 4_000
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_ID = re.compile(r"[0-9a-f]{16,64}")


class ReviewDecision(Record):
    """One event: a decision about the finding with this fingerprint, or a missed finding (`decision` is "missed").

    `at` is in UTC; `expires` is the last day of an acceptance (ISO) or "". `how` is "review", "bulk", or "sample:NAME".
    `rules` and `text` are the digests of the rules and of the file at the time of the decision. `group` is shared by
    the events of one action; `undoes` is the id of an event that this one retracts. `line`, `column`, and `kind` are
    used only for missed findings.
    """

    finding: str
    rule: str
    decision: str
    by: str
    reason: str = ""
    note: str = ""
    expires: str = ""
    how: str = "review"
    cable: str = ""
    path: str = ""
    rules: str = ""
    text: str = ""
    group: str = ""
    undoes: str = ""
    line: int = 0
    column: int = 0
    kind: str = ""
    at: str = ""
    id: str = ""

    def hides(self, today: str) -> bool:
        """Return whether the decision hides its finding on a given day (ISO)."""
        return self.decision in HIDES and not (self.expires and self.expires < today)

    def words(self) -> str:
        """Return the decision, its reason, and its note as text for readers."""
        reason = REASONS.get(self.decision, {}).get(self.reason, self.reason)
        return ". ".join(filter(None, [": ".join(filter(None, [TITLES.get(self.decision, ""), reason])), self.note]))


_OPTIONAL = tuple(
    field for field in ReviewDecision.__fields__ if field not in ("finding", "rule", "decision", "by", "at", "id")
)


class DecisionLog:
    """The decisions in a file, which need not exist yet; the path "" means an empty log.

    Raises `ConfigError` with the line number if the file is damaged. A last line without a line end was cut off by a
    crash: it is left out and reported in `notices`, and the next `append` moves it to `PATH.torn`.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.notices: tuple[str, ...] = ()
        self.events: list[ReviewDecision] = []
        self.latest: dict[str, ReviewDecision] = {}
        self._size = self._lines = 0
        self._reload()

    # ---- Reading

    def history(self, finding: str) -> list[ReviewDecision]:
        """Return all events for a finding, oldest first, including retracted ones."""
        return [event for event in self.events if event.finding == finding]

    def missed(self) -> list[ReviewDecision]:
        """Return the missed findings that reviewers reported and did not retract."""
        gone = {event.undoes for event in self.events}
        return [event for event in self.events if event.decision == MISSED and event.id not in gone]

    def in_force(self) -> list[ReviewDecision]:
        """Return all decisions that were not retracted, from all reviewers, oldest first."""
        gone = {event.undoes for event in self.events}
        return [
            event for event in self.events if event.decision in TITLES and event.id not in gone and not event.undoes
        ]

    def refresh(self) -> bool:
        """Read events that other programs have added. Return whether there were any."""
        if _size(self.path) == self._size:
            return False
        self._reload()
        return True

    def _reload(self) -> None:
        if not os.path.exists(self.path):
            return
        if _size(self.path) > MAX_BYTES:
            raise ConfigError(f"{self.path}: larger than {MAX_BYTES:,} bytes")
        try:
            with open(self.path, "rb") as file:
                data = file.read()
        except OSError as error:
            raise ConfigError(f"{self.path}: {error.strerror or error}") from error
        whole, sign, torn = data.rpartition(b"\n")
        self.events, known = [], set()
        lines = whole.split(b"\n") if sign else []
        for number, line in enumerate(lines, 1):
            event = parse(line, f"{self.path}:{number}")
            if event.id not in known:  # the file may consist of two copies put together
                known.add(event.id)
                self.events.append(event)
        self.notices = (f"{self.path}: line {len(lines) + 1} is cut off and was left out",) if torn else ()
        self.events.sort(key=lambda event: event.at)
        self._size = len(data)
        self._replay()

    def _replay(self) -> None:
        gone = {event.undoes for event in self.events}
        self.latest = {}
        for event in self.events:
            if event.decision in TITLES and event.id not in gone and not event.undoes:
                self.latest[event.finding] = event
        self.latest = {finding: event for finding, event in self.latest.items() if event.decision != WITHDRAWN}

    # ---- Writing

    def append(self, *decisions: ReviewDecision) -> list[ReviewDecision]:
        """Check decisions and write them as one group. Return them with their times, ids, and group.

        Raises `ConfigError` and writes nothing if one of them is incomplete.
        """
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        group = os.urandom(8).hex()
        made = [copied(one, at=one.at or now, id=os.urandom(8).hex(), group=one.group or group) for one in decisions]
        for one in made:
            wrong = problem(one)
            if wrong:
                raise ConfigError(wrong)
        if not made:
            return []
        with self._locked() as file:
            file.write(b"".join(dump(one) for one in made))
            file.flush()
            os.fsync(file.fileno())
            self._size = file.tell()
        self.events += made
        if any(one.undoes or one.decision == WITHDRAWN for one in made):
            self._replay()
        else:
            self.latest |= {one.finding: one for one in made if one.decision in TITLES}
        return made

    def undo(self, by: str) -> list[ReviewDecision]:
        """Retract a reviewer's last group of decisions. Return the retracted events, or an empty list if there is
        nothing to retract.
        """
        self.refresh()
        gone = {event.undoes for event in self.events}
        mine = [event for event in self.events if event.by == by and not event.undoes and event.id not in gone]
        if not mine:
            return []
        last = [event for event in mine if event.group == mine[-1].group] if mine[-1].group else [mine[-1]]
        self.append(
            *(
                copied(event, decision=WITHDRAWN, undoes=event.id, at="", group="", note="", reason="", expires="")
                for event in last
            )
        )
        return last

    def adopt(self, events: Iterable[ReviewDecision]) -> int:
        """Add events from other files unchanged, unless they are already present. Return how many were new."""
        self.refresh()
        known = {event.id for event in self.events}
        new = list({event.id: event for event in events if event.id not in known}.values())
        if new:
            with self._locked() as file:
                file.write(b"".join(dump(one) for one in new))
                file.flush()
                os.fsync(file.fileno())
            self._reload()
        return len(new)

    @contextmanager
    def _locked(self) -> Iterator[BufferedRandom]:
        """Lock the file and open it for appending, after reading events added by other programs and moving a truncated
        last line to `PATH.torn`.
        """
        try:
            handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        except OSError as error:
            raise ConfigError(f"{self.path}: cannot be written: {error.strerror or error}") from error
        with os.fdopen(handle, "r+b") as file:
            if fcntl is not None:
                fcntl.flock(file, fcntl.LOCK_EX)
            if os.fstat(handle).st_size != self._size or self.notices:
                self._reload()
                self._set_aside(file)
            file.seek(0, os.SEEK_END)
            yield file

    def _set_aside(self, file: BufferedRandom) -> None:
        """Move a truncated last line to `PATH.torn`."""
        if not self.notices:
            return
        file.seek(0)
        data = file.read()
        whole = data.rfind(b"\n") + 1
        with open(f"{self.path}.torn", "ab") as torn:
            torn.write(data[whole:] + b"\n")
            torn.flush()
            os.fsync(torn.fileno())
        file.truncate(whole)
        self.notices = ()


def _size(path: str) -> int:
    try:
        return os.path.getsize(path)
    except OSError:
        return 0


# ---- Lines -----------------------------------------------------------------------------------------------------------


def dump(one: ReviewDecision) -> bytes:
    """Return an event as a JSON line without empty fields."""
    fields: dict[str, object] = {"v": FORMAT, "id": one.id, "at": one.at, "by": one.by, "finding": one.finding}
    fields |= {"rule": one.rule, "decision": one.decision}
    fields |= {name: getattr(one, name) for name in _OPTIONAL if getattr(one, name)}
    return json.dumps(fields, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"


def parse(line: bytes, place: str) -> ReviewDecision:
    """Return the event in a line. Raises `ConfigError` with the location if the line is damaged."""
    try:
        if len(line) > MAX_LINE:
            raise ValueError("longer than a decision can be")
        fields = json.loads(line)
        if not isinstance(fields, dict):
            raise ValueError("not a JSON object")
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{place}: damaged: {error}") from error
    if fields.pop("v", None) != FORMAT:
        raise ConfigError(f"{place}: not a decision of format {FORMAT}")
    for name, value in fields.items():
        if name not in ReviewDecision.__fields__:
            raise ConfigError(f"{place}: unknown field {name!r}{did_you_mean(name, ReviewDecision.__fields__)}")
        if type(value) is not (int if name in ("line", "column") else str):
            raise ConfigError(f"{place}: {name}: unexpected value {value!r}")
    missing = [name for name in ("id", "at", "by", "finding", "rule", "decision") if name not in fields]
    if missing:
        raise ConfigError(f"{place}: {', '.join(missing)} missing")
    event = ReviewDecision(**fields)
    wrong = problem(event)
    if wrong:
        raise ConfigError(f"{place}: {wrong}")
    return event


def problem(one: ReviewDecision, complete: bool = True) -> str:
    """Return what is wrong with an event, or "". If `complete` is false, the event may lack an id and a time."""
    checks = (
        (complete and not _ID.fullmatch(one.id), "id: expected 16 to 64 hexadecimal digits"),
        (
            bool(one.at or complete) and not _TIME.fullmatch(one.at),
            f"at: {one.at!r} is not a time such as 2026-11-30T09:14:03Z",
        ),
        (not one.by.strip(), "by: a decision needs the name of the reviewer"),
        (
            one.decision not in (*TITLES, MISSED),
            f"decision: {one.decision!r} is not one of {', '.join((*TITLES, MISSED))}",
        ),
        (
            one.decision in TITLES and not (one.finding or one.undoes),
            "finding: a decision needs the fingerprint of a finding",
        ),
        (one.decision == MISSED and not (one.rule or one.kind), "a missed finding needs a rule or a kind"),
        (len(one.note) > MAX_NOTE, f"note: longer than {MAX_NOTE:,} characters"),
        (one.reason in NOTE_REQUIRED and not one.note.strip(), f"note: the reason {one.reason} needs a note"),
        (bool(one.expires) and one.decision != ACCEPTED, "expires: only an acceptance can expire"),
        (bool(one.expires) and not _is_day(one.expires), f"expires: {one.expires!r} is not a date such as 2027-01-31"),
    )
    return next((words for wrong, words in checks if wrong), "") or _reason_problem(one)


def _reason_problem(one: ReviewDecision) -> str:
    allowed = REASONS.get(one.decision, {})
    if one.reason in allowed or (not allowed and not one.reason):
        return ""
    if not allowed:
        return f"reason: {TITLES.get(one.decision, one.decision)} takes no reason"
    return f"reason: {TITLES[one.decision]} needs one of {', '.join(allowed)}, not {one.reason!r}"


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def document_key(path: object, cable: object, line: object) -> str:
    """Return the key that identifies a decision about a whole document, in place of a finding's fingerprint."""
    from hashlib import sha256  # loads OpenSSL, 3 ms, and a lint makes no such key

    return sha256(f"{path}\n{cable}\n{line}".encode("utf-8", "surrogatepass")).hexdigest()[:20]


# ---- Several files ---------------------------------------------------------------------------------------------------


def merge(paths: Sequence[str]) -> list[ReviewDecision]:
    """Return the events from several files in chronological order, without duplicates.

    Raises `ConfigError` for a missing or damaged file.
    """
    events: dict[str, ReviewDecision] = {}
    for path in paths:
        if not os.path.exists(path):
            raise ConfigError(f"{path}: no such file")
        for event in DecisionLog(path).events:
            known = events.setdefault(event.id, event)
            if known != event:
                raise ConfigError(f"{path}: event {event.id} differs from the one with this id in another file")
    return sorted(events.values(), key=lambda event: event.at)


def hiding(latest: Iterable[ReviewDecision], mandatory: frozenset[str], today: str) -> dict[str, ReviewDecision]:
    """Return the decisions that hide findings, by fingerprint. Decisions about mandatory rules hide nothing."""
    return {one.finding: one for one in latest if one.hides(today) and one.rule not in mandatory}


def agreement(events: Iterable[ReviewDecision]) -> tuple[int, int, float | None]:
    """Return how many findings two reviewers decided, on how many they agree, and Cohen's kappa.

    For each finding with several reviewers, the last decisions of the first two, in alphabetical order, are compared.
    Kappa is `None` if fewer than two findings were decided twice, or if chance alone would produce full agreement.
    """
    judged: dict[str, dict[str, str]] = {}
    for event in events:
        judged.setdefault(event.finding, {})[event.by] = event.decision
    pairs = [tuple(by[name] for name in sorted(by)[:2]) for by in judged.values() if len(by) > 1]
    if not pairs:
        return 0, 0, None
    same = sum(one == other for one, other in pairs)
    kinds = {kind for pair in pairs for kind in pair}
    total = len(pairs)
    chance = (
        sum(sum(one == kind for one, _ in pairs) * sum(other == kind for _, other in pairs) for kind in kinds)
        / total**2
    )
    return total, same, None if chance == 1 or total < 2 else (same / total - chance) / (1 - chance)
