"""Test every example of every shipped rule, and properties of all examples together."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker import rulebook
from checker.rulebook import authoring, examples
from checker.rulebook.evaluation import Issue

ROOT = Path(__file__).parents[1]
BOOK = rulebook.load()


@pytest.mark.parametrize("rule", BOOK.rules, ids=lambda rule: rule.id)
def test_the_examples_of_a_rule(rule: rulebook.Rule) -> None:
    assert [] == [f"{each.place}: {each.message}" for each in examples.run_examples(rule, BOOK) if not each.ok]


def test_every_rule_that_runs_has_examples() -> None:
    assert [] == [rule.id for rule in BOOK.rules if BOOK.runs(rule) and not rule.examples]


def test_what_is_known_from_memory_alone_is_no_error_and_not_stable() -> None:
    alone = [rule for rule in BOOK.rules if all(words.split()[0] == "memory" for words in rule.cite)]
    assert len(alone) > 5
    assert [] == [rule.id for rule in alone if rule.severity == "error" or rule.status == "stable"]


def test_a_safe_suggestion_writes_the_same_code_in_its_right_spelling() -> None:
    """Test that only two rules have safe suggestions: they spell a control out, or write a mark in capitals and without
    spaces. A suggestion that changes the meaning of a marking is never safe.
    """
    safe = [rule.id for rule in BOOK.rules if (rule.data.get("suggest") or {}).get("safe")]
    assert ["CAV-059", "POR-013"] == safe


@pytest.mark.slow
@pytest.mark.parametrize("paths", [[], ["packs/nato"], ["packs/uk-gsc"], ["examples/packs/rivers"]])
def test_a_valid_example_of_one_rule_is_invalid_under_no_error_rule(paths: list[str]) -> None:
    """Test that no rule reports an error in a valid example of another rule, because people copy examples."""
    book = authoring.rulebook_of([str(ROOT / path) for path in paths])
    errors = [rule for rule in book.rules if rule.severity == "error" and book.runs(rule)]
    valid = [(rule, example) for rule in book.rules for example in rule.examples if example["kind"] == "valid"]
    assert errors
    assert valid
    assert [] == [
        f"{rule.place[0]}:{example['line']}: {rule.id} valid, but {other.id} reports: {issues[0].message}"
        for rule, example in valid
        for other in errors
        for outcome, issues in [_verdict(other, example, book)]
        if outcome == "fail" and other.severity_on(examples.telegram_of(example, book).date) == "error"
    ]


def _verdict(rule: rulebook.Rule, example: dict[str, object], book: rulebook.Rulebook) -> tuple[str, list[Issue]]:
    telegram = examples.telegram_of(example, book)
    if not book.covers(rule, telegram.profile):
        return "not_applicable", []
    return examples.verdict(rule, rule.compiled(book.context_of(rule.profile[0])), telegram)


@pytest.mark.parametrize("rule_id", ["CAV-029", "CAV-034", "CAV-037", "CAV-066"])
def test_a_rule_on_roll_up_suggests_the_finished_banner_line(rule_id: str) -> None:
    text = (
        "SECRET//REL TO USA, AUS\n\nDate: 12 September 2012\n\n(S//SI//OC/NF) The Duke writes.\n\n"
        "(S//FGI DEU//NF) The Count hunts.\n\nSECRET//REL TO USA, AUS\n"
    )
    rule = next(rule for rule in BOOK.rules if rule.id == rule_id)
    outcome, issues = _verdict(rule, {"text": text}, BOOK)
    assert outcome == "fail"
    assert ["SECRET//SI//FGI DEU//ORCON/NOFORN"] == [issue.text for issue in issues]
    assert not rule.data["suggest"]["safe"]
