"""JSON Lines: one object a line, each with its `type`, the summary last."""

from __future__ import annotations

import json
from collections.abc import Iterator

from ..ledger import Outcome
from . import Look
from .objects import SCHEMA_VERSION, document_of, finding_of, summary_of, tool, undetermined_of


def report(outcome: Outcome, look: Look) -> Iterator[str]:
    """Findings, undetermined verdicts, then failed and excluded documents, then the summary."""
    for one in outcome.findings:
        yield json.dumps({"type": "finding", **finding_of(one)}) + "\n"
    for verdict in outcome.undetermined():
        yield json.dumps({"type": "undetermined", **undetermined_of(verdict)}) + "\n"
    for state in ("failed", "excluded"):
        for judged in outcome.with_state(state):
            yield json.dumps({"type": state, **document_of(judged)}) + "\n"
    last = {"type": "summary", "schema_version": SCHEMA_VERSION, "tool": tool(outcome), **summary_of(outcome)}
    yield json.dumps(last) + "\n"
