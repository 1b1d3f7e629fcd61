"""Annotations for GitHub Actions: a bounded number, and a word about the rest."""

from __future__ import annotations

from collections.abc import Iterator

from ..findings import SEVERITIES
from ..ledger import Outcome
from . import Look
from .escape import github_message, github_property
from .wording import account, closing, tally, undetermined, why

MOST = 10  # of each severity: GitHub shows ten errors, ten warnings and ten notices of a step
_COMMANDS = {"error": "error", "warning": "warning", "info": "notice"}


def report(outcome: Outcome, look: Look) -> Iterator[str]:
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
