"""A GitLab code quality report."""

from __future__ import annotations

import json
from collections.abc import Iterator

from ..ledger import Outcome
from . import Look
from .escape import visible, whole
from .wording import undetermined, why

_SEVERITIES = {"error": "critical", "warning": "major", "info": "info"}


def report(outcome: Outcome, look: Look) -> Iterator[str]:
    """An array of issues; what could not be checked is an issue of severity blocker."""
    rows: list[dict[str, object]] = []
    seen: dict[str, int] = {}
    for one in outcome.findings:
        number = seen[one.fingerprint] = seen.get(one.fingerprint, 0) + 1
        rows.append(
            {
                "description": f"{one.rule}: {visible(one.message)}",
                "check_name": one.name,
                "fingerprint": one.fingerprint if number == 1 else f"{one.fingerprint}-{number}",
                "severity": _SEVERITIES[one.severity],
                "categories": ["Compliance"],
                "location": {"path": whole(one.path), "lines": {"begin": one.start.line, "end": one.end.line}},
            }
        )
    for first, rules in undetermined(outcome):
        rows.append(
            {
                "description": f"undetermined: {rules}: {why(first)}",
                "check_name": "undetermined",
                "fingerprint": _print_of(f"{first.path}\0{first.cable}\0{first.start.line}\0{rules}\0{first.why}"),
                "severity": "info",
                "categories": ["Compliance"],
                "location": {"path": whole(first.path), "lines": {"begin": first.start.line}},
            }
        )
    for judged in outcome.with_state("failed"):
        rows.append(
            {
                "description": f"not checked: {visible(judged.why)}",
                "check_name": "not-checked",
                "fingerprint": _print_of(f"{judged.path}\0{judged.cable}\0{judged.why}"),
                "severity": "blocker",
                "categories": ["Bug Risk"],
                "location": {"path": whole(judged.path), "lines": {"begin": 1}},
            }
        )
    yield "[" + ",".join("\n  " + json.dumps(row) for row in rows) + ("\n]\n" if rows else "]\n")


def _print_of(text: str) -> str:
    from hashlib import sha256

    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
