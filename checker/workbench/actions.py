"""Store a reviewer's input: decisions, undo, missed findings, samples, and imports.

The guard has already checked each request. A request is a JSON object; each action accepts only the keys declared for
it. Responses are JSON objects. If an action fails, nothing is written, and the response contains one sentence under the
`error` key.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from ..audit.samples import FINDINGS
from ..decisions import REASONS, WITHDRAWN, ReviewDecision
from ..decisions import parse as parse_event
from ..errors import CablecheckError, InputError
from .application import Workbench, of
from .criteria import DECISIONS, UNREVIEWED, Criteria, parse
from .guard import Session
from .lists import json_answer
from .queries import Row

MOST_AT_ONCE = 100_000
LONGEST_NOTE = 2000
LONGEST_NAME = 100
_FINGERPRINT = re.compile(r"[0-9a-f]{8,64}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
Action = Callable[[Workbench, Session, dict[str, Any]], dict[str, object]]


def action(**keys: type) -> Callable[[Action], Callable[[Request], Response]]:
    """Return a decorator for an action. `keys` maps each key that it accepts to the type of its value; all keys are
    optional.
    """

    def decorate(work: Action) -> Callable[[Request], Response]:
        @wraps(work)
        def answer(request: Request) -> Response:
            given = request.scope["cablecheck.json"]
            try:
                return json_answer(work(of(request), request.scope["cablecheck.session"], _object(given, keys)))
            except CablecheckError as error:
                return json_answer({"error": str(error)}, 400)

        return answer

    return decorate


def _object(given: object, keys: Mapping[str, type]) -> dict[str, Any]:
    """Return the JSON object in a request, with the empty value of its type for each key that is missing or null.

    Raises `InputError` for any other value, an unknown key, or a wrong type.
    """
    if not isinstance(given, dict):
        raise InputError("The request is not a JSON object.")
    for name, value in given.items():
        if name not in keys:
            raise InputError(f"The request has an unknown key: {str(name)[:40]}.")
        if value is not None and (not isinstance(value, keys[name]) or (isinstance(value, bool) and keys[name] is int)):
            raise InputError(f"{name} has the wrong type.")
    return {name: given[name] if given.get(name) is not None else kind() for name, kind in keys.items()}


def _text(name: str, text: str, longest: int, lines: bool = False) -> str:
    """Return a reviewer's text without surrounding whitespace. `lines` permits line breaks and tabs.

    Raises `InputError` if the text is too long or contains control characters.
    """
    text = text.strip().replace("\r\n", "\n")
    if len(text) > longest:
        raise InputError(f"The {name} is longer than {longest} characters.")
    if _CONTROL.search(text.replace("\n", "").replace("\t", "") if lines else text):
        raise InputError(f"The {name} contains control characters.")
    return text


def _reviewer(workbench: Workbench, session: Session, given: str) -> str:
    """Return the reviewer's name for new events, and store it in the session. Raises `InputError` if no name is
    known.
    """
    name = workbench.options.reviewer or _text("name", given, LONGEST_NAME) or session.reviewer
    if not name:
        raise InputError("Enter your name first: every decision needs one.")
    workbench.sign(session, name)
    return name


def _criteria(query: str) -> Criteria:
    return parse(parse_qsl(query[:20_000], keep_blank_values=True), ("item",))


# ---- Decisions -------------------------------------------------------------------------------------------------------


@action(
    findings=list, decision=str, reason=str, note=str, expires=str, by=str, query=str, confirmed=int, everything=bool,
)  # fmt: skip
def decide(workbench: Workbench, session: Session, given: dict[str, Any]) -> dict[str, object]:
    """Record one decision about one or more findings, and return their number and the list's review progress.

    Raises `InputError` if the number of findings differs from the number that the reviewer confirmed.
    """
    decision, reason = given["decision"], given["reason"]
    note = _text("note", given["note"], LONGEST_NOTE, lines=True)
    _check(decision, reason)
    criteria = _criteria(given["query"])
    count, rows = _rows(workbench, criteria, given)
    if count != given["confirmed"]:
        raise InputError(f"{count:,} findings would be decided, but you confirmed {given['confirmed']:,}.")
    by = _reviewer(workbench, session, given["by"])
    how = "bulk" if given["everything"] or len(rows) > 1 else _how(workbench, criteria, rows)
    form = ReviewDecision("", "", decision, by, reason, note, given["expires"], how)
    workbench.decide(rows, form)
    return {"saved": count, "by": by, **_progress(workbench, criteria)}


def _progress(workbench: Workbench, criteria: Criteria) -> dict[str, object]:
    """Return a list's review progress: how many findings are reviewed, how many there are in total, and how many match
    all of the list's filters now.
    """
    reviewed, whole = workbench.tables.progress(criteria)
    return {"reviewed": reviewed, "whole": whole, "total": workbench.tables.count(criteria)}


def _check(decision: str, reason: str) -> None:
    """Raise `InputError` if the page does not offer this decision or this reason; `DecisionLog` checks the rest."""
    if decision != WITHDRAWN and (decision not in DECISIONS or decision == UNREVIEWED):
        raise InputError(f"There is no decision “{decision[:40]}”.")
    if decision in REASONS and reason not in REASONS[decision]:
        raise InputError(f"{DECISIONS[decision]} needs a reason: {', '.join(REASONS[decision])}.")


def _rows(workbench: Workbench, criteria: Criteria, given: Mapping[str, Any]) -> tuple[int, list[Row]]:
    """Return the number of findings to decide, and one finding for each fingerprint. The findings are those listed in
    the request or, if `everything` is set, all that match the filters.

    Raises `InputError` for filters with errors, more than `MOST_AT_ONCE` findings, or a fingerprint that is not in the
    audit.
    """
    if given["everything"]:
        if criteria.notices:  # a decision needs valid filters; a page shows a notice instead
            raise InputError(criteria.notices[0])
        rows = workbench.tables.named(criteria, MOST_AT_ONCE + 1)
        if len(rows) > MOST_AT_ONCE:
            raise InputError(f"More than {MOST_AT_ONCE:,} findings cannot be decided at once.")
        return workbench.tables.count(criteria), rows
    names = list(dict.fromkeys(given["findings"]))
    if not names or not all(isinstance(name, str) and _FINGERPRINT.fullmatch(name) for name in names):
        raise InputError("findings must be a list of fingerprints.")
    rows = workbench.tables.with_fingerprints(names)
    missing = set(names) - {row["fingerprint"] for row in rows}
    if missing:
        raise InputError(f"{sorted(missing)[0]} is not in this audit.")
    return len(rows), rows


def _how(workbench: Workbench, criteria: Criteria, rows: list[Row]) -> str:
    """Return how a decision was made: `sample:NAME` if the list is filtered by one sample that contains the finding,
    otherwise `review`.
    """
    choice = criteria.choices.get("sample")
    if choice and len(choice.wanted) == 1 and workbench.in_sample(choice.wanted[0], rows[0]["fingerprint"]):
        return f"sample:{choice.wanted[0]}"
    return "review"


@action(query=str, by=str)
def undo(workbench: Workbench, session: Session, given: dict[str, Any]) -> dict[str, object]:
    """Undo the reviewer's last decision and all others made with it. Return the findings' current decisions and the
    list's review progress.
    """
    by = _reviewer(workbench, session, given["by"])
    findings = workbench.undo(by)
    latest = {fingerprint: workbench.decision_of(fingerprint) for fingerprint in findings}
    return {"findings": findings, "latest": latest, **_progress(workbench, _criteria(given["query"]))}


@action(name=str, kind=str, query=str, size=str, seed=str, blind=str)
def draw(workbench: Workbench, session: Session, given: dict[str, Any]) -> dict[str, object]:
    """Draw a sample and write it to the audit's folder. Return the URL of its page."""
    name = given["name"]
    size, seed = _number("size", given["size"], 1, 5000), _number("seed", given["seed"], 0, 999_999_999)
    criteria = _criteria(given["query"])
    workbench.draw(name, given["kind"] or FINDINGS, criteria.query(), criteria, size, seed, bool(given["blind"]))
    return {"next": f"/samples/{name}"}


def _number(name: str, text: str, low: int, high: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 12 and low <= int(text) <= high):
        raise InputError(f"{name} must be a whole number from {low} to {high:,}.")
    return int(text)


@action(sample=str, document=str, by=str)
def reviewed(workbench: Workbench, session: Session, given: dict[str, Any]) -> dict[str, object]:
    """Record that a reviewer has read a sampled telegram completely. Return the URL of the next telegram to read, or of
    the sample if all have been read.
    """
    number = _number("document", given["document"], 0, 10**11)
    telegram = workbench.tables.telegram(number)
    sample = workbench.samples.get(given["sample"])
    if telegram is None or sample is None or (str(number) not in {key for _, key in sample.members}):
        raise InputError("This telegram is not in the sample.")
    workbench.reviewed(telegram, sample.name, _reviewer(workbench, session, given["by"]))
    waiting = [row["document"] for row in workbench.telegrams_of(sample) if not row["reviewed"]]
    return {"next": f"/documents/{waiting[0]}?sample={sample.name}" if waiting else f"/samples/{sample.name}"}


@action(name=str, text=str)
def import_decisions(workbench: Workbench, session: Session, given: dict[str, Any]) -> dict[str, object]:
    """Add the events from another decisions file, and return how many were added. Events that the log already contains
    are skipped.
    """
    events = []
    for number, line in enumerate(given["text"].encode("utf-8", "surrogatepass").split(b"\n"), 1):
        if line.strip():
            events.append(parse_event(line, f"{_text('file name', given['name'], 200) or 'file'}:{number}"))
    added = workbench.add(events)
    return {"words": f"{added} of {len(events)} decisions were added.", "next": "/decisions"}


@action(document=int, line=int, rule=str, note=str, by=str)
def missed(workbench: Workbench, session: Session, given: dict[str, Any]) -> dict[str, object]:
    """Record that a telegram contains a discrepancy that no rule found."""
    telegram = workbench.tables.telegram(given["document"])
    if telegram is None:
        raise InputError("There is no such telegram in this audit.")
    rule = _text("rule", given["rule"], LONGEST_NAME)
    if not rule:
        raise InputError("A missed finding needs a rule, or a kind of discrepancy.")
    note = _text("note", given["note"], LONGEST_NOTE, lines=True)
    by = _reviewer(workbench, session, given["by"])
    workbench.miss(telegram, max(0, given["line"]), rule, note, by)
    return {"words": "Saved: missed finding."}
