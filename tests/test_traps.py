"""Test that every trap in `docs/traps.md` is covered by an example of the rule that it names, or by a group in
`telegrams/forms`.
"""

from __future__ import annotations

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).parent.parent
ROW = re.compile(r"\| ([FA]\d+) \| .* \| (.*) \|")
RULE = re.compile(r"[A-Z]{3}-\d{3}")


def held() -> dict[str, set[str]]:
    """Return, for each trap that an example names, the ids of the rules with such examples."""
    found: dict[str, set[str]] = {}
    for path in (ROOT / "rules").glob("*.yaml"):
        for rule in yaml.load(path.read_text("utf-8"), yaml.CSafeLoader).get("rules", ()):
            for example in (one for kind in rule.get("examples", {}).values() for one in kind):
                for trap in re.findall(r"\btrap ([FA]\d+)\b", example.get("note", "")):
                    found.setdefault(trap, set()).add(rule["id"])
    return found


def formed() -> set[str]:
    """Return the traps that the groups of forms name."""
    groups = (
        group
        for path in (ROOT / "tests" / "telegrams" / "forms").glob("*.yaml")
        for group in yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)
    )
    return {trap for group in groups for trap in group.get("traps", ())}


def test_the_traps_are_where_the_page_says() -> None:
    rows = [
        match.groups()
        for match in map(ROW.match, (ROOT / "docs" / "traps.md").read_text("utf-8").splitlines())
        if match
    ]
    told = {trap: set(RULE.findall(where)) for trap, where in rows}
    assert len(told) == len(rows) >= 55
    assert {trap: rules for trap, rules in told.items() if rules} == held()
    assert formed() <= set(told)
    assert {trap for trap, rules in told.items() if not rules} - formed() == {"A35"}  # the page says why
