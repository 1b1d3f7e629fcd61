"""Every trap of `docs/traps.md` that names a rule has an example there, and every trap an example names is described."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).parent.parent
ROW = re.compile(r"\| ([FA]\d+) \| .* \| (.*) \|")
RULE = re.compile(r"[A-Z]{3}-\d{3}")


def held() -> dict[str, set[str]]:
    """The traps that the examples of the rules name: trap to rules."""
    found: dict[str, set[str]] = {}
    for path in (ROOT / "rules").glob("*.yaml"):
        for rule in yaml.load(path.read_text("utf-8"), yaml.CSafeLoader).get("rules", ()):
            for example in (one for kind in rule.get("examples", {}).values() for one in kind):
                for trap in re.findall(r"\btrap ([FA]\d+)\b", example.get("note", "")):
                    found.setdefault(trap, set()).add(rule["id"])
    return found


def test_the_traps_are_where_the_page_says() -> None:
    rows = [
        match.groups()
        for match in map(ROW.match, (ROOT / "docs" / "traps.md").read_text("utf-8").splitlines())
        if match
    ]
    told = {trap: set(RULE.findall(where)) for trap, where in rows}
    assert len(told) == len(rows) >= 55
    assert {trap: rules for trap, rules in told.items() if rules} == held()
