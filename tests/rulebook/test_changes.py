"""Test every mutant of a rule with the change that it makes, and how the rule is explained to users."""

from __future__ import annotations

import pytest
from kept import WRITING, cases, rewrite
from test_readings import WORDS, read

from checker.rulebook import Rule, Rulebook, authoring
from checker.rulebook import examples as judging
from checker.rulebook.examples import run_examples, run_mutants, stale_equivalents
from checker.rulebook.ir import Data
from checker.rulebook.mutation import changes


def mutants(given: str) -> str:
    """Return one line for each mutant: its name, and the parts of the rule that it changes or drops."""
    rule = rule_of(given)
    return "\n".join(f"{name}: {difference(rule, data)}" for name, data in changes(rule, WORDS))


def difference(rule: Data, data: Data) -> str:
    parts = [f"{key} {value}" for key, value in data.items() if rule.get(key) != value]
    parts += [f"no {key}" for key in rule if key not in data and key not in ("examples", "source")]
    return "; ".join(parts)


def rule_of(given: str) -> Data:
    rules, items = read(given)
    assert [] == items, "\n".join(map(str, items))
    return rules[0]


def tried(given: str) -> str:
    """Return the result for each example of a rule, as it is reported to users."""
    book = Rulebook([Rule(rule_of(given))], WORDS)
    (rule,) = book.rules
    return "\n".join(
        f"{result.place} {result.rule} {result.kind} {result.ok}: {result.message}"
        for result in run_examples(rule, book)
    )


def noticed(given: str) -> str:
    """Return which mutants of a rule its examples detect, which are excused, and which excuses are stale."""
    book = Rulebook([Rule(rule_of(given))], WORDS)
    (rule,) = book.rules
    made = run_mutants(rule, book)
    lines = [f"{each.name}: {'noticed' if each.killed else 'excused' if each.excused else 'alive'}" for each in made]
    return (
        "\n".join(
            [*lines, *(f"stale: {name} at {line}:{column}" for name, line, column in stale_equivalents(rule, made))]
        )
        or "none"
    )


def explained(given: str) -> str:
    return authoring.explain(Rule(rule_of(given)))


if WRITING:
    rewrite("rulebook/cases/mutants.txt", mutants)
    rewrite("rulebook/cases/explained.txt", explained)
    rewrite("rulebook/cases/examples.txt", tried)
    rewrite("rulebook/cases/noticed.txt", noticed)


@cases("rulebook/cases/mutants.txt")
def test_the_mutants_of_a_rule(name: str, given: str, wanted: str) -> None:
    assert wanted == mutants(given)


@cases("rulebook/cases/explained.txt")
def test_a_rule_explained(name: str, given: str, wanted: str) -> None:
    assert wanted == explained(given).strip("\n")


@cases("rulebook/cases/examples.txt")
def test_the_examples_of_a_rule(name: str, given: str, wanted: str) -> None:
    assert wanted == tried(given)


def test_a_changed_rule_says_so() -> None:
    assert "\nSeverity: warning (info to warning by me)   Status: draft\n" in authoring.explain(
        Rule(rule_of("") | {"changed": "info to warning by me"})
    )


@cases("rulebook/cases/noticed.txt")
def test_the_mutants_that_examples_notice(name: str, given: str, wanted: str) -> None:
    assert wanted == noticed(given)


def test_no_more_than_some_hundred_mutants_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    given = "require: {mrn: {in: [A, B, C, D], is: A}}\nexamples: {valid: [{text: X}]}"
    every = noticed(given).split("\n")
    assert len(every) > 8 and len(every) == len(set(every))
    monkeypatch.setattr(judging, "MAX_MUTANTS", 3)
    assert every[:3] == noticed(given).split("\n")


@pytest.mark.parametrize("fault", [TypeError, ValueError, AttributeError, OverflowError, IndexError])
def test_a_mutant_that_cannot_run_is_noticed(fault: type[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*given: object) -> str:
        raise fault

    monkeypatch.setattr(judging, "verdict", broken)
    lines = noticed("require: {subject: present}\nexamples: {valid: [{text: X}]}").split("\n")
    assert ["require: subject present → absent: noticed", "require dropped: noticed"] == lines
