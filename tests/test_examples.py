"""Every example of every shipped rule; the id of a test is the place of the example in its chapter."""

from __future__ import annotations

import pytest

from checker import rulebook
from checker.rulebook import examples

BOOK = rulebook.load(cache=False)
CASES = [
    pytest.param(rule, example, id=f"{rule.id}-{example['kind']}-{rule.place[0]}:{example['line']}:{example['column']}")
    for rule in BOOK.rules
    for example in rule.examples
]


@pytest.mark.parametrize(("rule", "example"), CASES)
def test_example(rule: rulebook.Rule, example: dict[str, object]) -> None:
    assert "" == examples.verdict(rule, rule.program(BOOK.tools), example, BOOK)


def test_every_rule_that_runs_has_examples() -> None:
    assert [] == [rule.id for rule in BOOK.rules if BOOK.runs(rule) and not rule.examples]
