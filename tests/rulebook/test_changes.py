"""Every mutant of a rule by name with what it changes, and the rule as it is explained to people."""

from __future__ import annotations

from kept import WRITING, cases, rewrite
from test_readings import WORDS, read

from checker.rulebook import Rule, Rulebook, explain
from checker.rulebook.codes import Data
from checker.rulebook.examples import judge
from checker.rulebook.mutants import changes


def mutants(given: str) -> str:
    """One line for each mutant: its name, and the parts of the rule that it changes or drops."""
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
    """What came of each example of the rule, as people are told."""
    book = Rulebook([Rule(rule_of(given))], WORDS)
    (rule,) = book.rules
    return "\n".join(
        f"{result.place} {result.rule} {result.kind} {result.ok}: {result.said}" for result in judge(rule, book)
    )


def explained(given: str) -> str:
    return explain(Rule(rule_of(given)))


if WRITING:
    rewrite("rulebook/cases/mutants.txt", mutants)
    rewrite("rulebook/cases/explained.txt", explained)
    rewrite("rulebook/cases/examples.txt", tried)


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
    assert "\nSeverity: warning (info to warning by me)   Status: draft\n" in explain(
        Rule(rule_of("") | {"changed": "info to warning by me"})
    )
