"""Markdown tables, for a comment on a merge request or a page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..ledger import Outcome
from . import Look
from .escape import markdown_cell
from .wording import account, place, statistics_rows, tally, undetermined, verdict, why

_HEADS = ("path", "line:col", "severity", "rule", "message")


def report(outcome: Outcome, look: Look) -> Iterator[str]:
    """The findings as a table, then failed and excluded documents, notices and the account."""
    yield "# cablecheck\n\n"
    yield f"{tally(outcome.summary)}. {account(outcome.summary)}. Verdict: {verdict(outcome)}.\n"
    rows = [(one.path, place(one), one.severity, f"{one.rule} {one.name}", one.message) for one in outcome.findings]
    yield from _table(_HEADS, rows)
    verdicts = [(one.path, place(one), rules, why(one)) for one, rules in undetermined(outcome)]
    if verdicts:
        yield "\n## Undetermined\n"
        yield from _table(("path", "line:col", "rules", "why"), verdicts)
    for state in ("failed", "excluded"):
        documents = [(one.path, one.cable, one.why) for one in outcome.with_state(state)]
        if documents:
            yield f"\n## {state.capitalize()}\n"
            yield from _table(("path", "cable", "why"), documents)
    words = [*outcome.troubles, *outcome.notices]
    if words:
        yield "\n## Notes\n\n"
        yield from (f"- {markdown_cell(line)}\n" for line in words)
    if outcome.statistics:
        yield "\n## Rules\n"
        heads = ("rule", "findings", "passed", "failed", "undetermined", "not applicable")
        yield from _table(heads, [tuple(map(str, row)) for row in statistics_rows(outcome)])


def _table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    if not rows:
        return
    yield "\n| " + " | ".join(heads) + " |\n"
    yield "|" + " --- |" * len(heads) + "\n"
    for row in rows:
        yield "| " + " | ".join(markdown_cell(cell) for cell in row) + " |\n"
