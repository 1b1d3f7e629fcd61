"""The exit codes by name. 2 outranks 1: findings of a run that cannot be trusted are still written."""

from __future__ import annotations

from ..ledger import CLEAN, FOUND, Outcome

OK = 0  # everything accounted for, nothing at or above the fail level
FINDINGS = 1  # at least one finding at or above the fail level
UNTRUSTED = 2  # wrong rules, settings or words; unreadable or failed documents; nothing matched
BUG = 3  # an error in the tool itself
INTERRUPTED = 130


def of(outcome: Outcome, exit_zero: bool = False) -> int:
    """The exit code of a run. `exit_zero` lowers a 1, never a 2."""
    if outcome.summary.verdict == CLEAN:
        return OK
    if outcome.summary.verdict == FOUND:
        return OK if exit_zero else FINDINGS
    return UNTRUSTED
