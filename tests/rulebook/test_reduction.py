"""Test reduced trees of guard conditions: the results are the same as with the whole tree, for all telegrams alike."""

from __future__ import annotations

import random

import pytest
from test_judgments import ALL
from test_plans import PLANS, book_of, judged

from checker import engine
from checker.model import Telegram, Unread
from checker.model.telegram import LAZY
from checker.record import copied
from checker.rulebook import reduction
from checker.rulebook.ir import Data

FIELDS = [field for field in Telegram.__fields__ if field not in LAZY and field not in ("span", "date")]
PRESENT = ["state", [0, "subject"], "present"]
LAYOUT = ["ask", [0, "layout"], "text", "is", ["lit", "text", "acp127"]]
SECTION = ["count", [0, "paragraphs"], "at_least", ["lit", "count", 2]]


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reduce trees for the first telegram, not only after many."""
    monkeypatch.setattr(engine, "_FEWEST_TELEGRAMS", 1)
    monkeypatch.setattr(reduction, "_FEWEST_TELEGRAMS", 1)


def mixed(number: int) -> list[Telegram]:
    """Return copies of the telegrams in which a few fields come from another one; many share a signature."""
    choose = random.Random(number)
    documents = list(ALL.values())
    made = [
        copied(one, **{field: getattr(choose.choice(documents), field) for field in choose.sample(FIELDS, 3)})
        for one in documents
        for _ in range(2)
    ]
    return documents + made


@pytest.mark.parametrize("rules", PLANS[::2])
def test_a_reduced_tree_gives_the_same_results_as_the_whole_tree(
    rules: list[Data], monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = mixed(len(rules))
    monkeypatch.setattr(engine, "_FEWEST_TELEGRAMS", 10**6)
    book, new = book_of(rules), book_of(rules)
    whole = [judged(book, document) for document in documents]
    monkeypatch.setattr(engine, "_FEWEST_TELEGRAMS", 1)
    monkeypatch.setattr(reduction, "_FEWEST_TELEGRAMS", 1)
    assert whole == [judged(book, document) for document in documents]
    assert whole == [judged(new, document) for document in documents]  # its rules are compiled after the reducer


def reduced(rules: list[Data], document: Telegram) -> engine.GuardBranch:
    book = book_of(rules)
    judged(book, document)  # compiles the rules
    plan = book.plan(document.profile, document.date)
    return reduction.Reducer(plan.root, plan.context).branch(document)


@pytest.mark.usefixtures("at_once")
def test_what_a_signature_decides_is_not_evaluated_again() -> None:
    rules: list[Data] = [
        {"when": PRESENT, "require": LAYOUT},
        {"when": ["and", [PRESENT, SECTION]], "require": LAYOUT},
        {"when": ["not", PRESENT], "require": SECTION},
    ]
    document = ALL["many"]
    branch = reduced(rules, copied(document, layout="acp127"))
    assert ["TRY-000"] == branch.applied
    assert ([], ["TRY-001"], []) == (branch.settled, [leaf.rule for leaf in branch.leaves], branch.branches)
    branch = reduced(rules, copied(document, layout="smart"))
    assert [("TRY-000", False)] == [(job[0].id, answer) for job, answer in branch.settled]
    assert [] == reduced(rules, copied(document, subject=None)).applied


@pytest.mark.usefixtures("at_once")
def test_a_telegram_with_an_unreadable_part_is_judged_with_the_whole_tree() -> None:
    document = copied(ALL["many"], subject=Unread(ALL["many"].span, "noise"))
    assert not isinstance(reduced([{"when": PRESENT, "require": LAYOUT}], document), reduction.ReducedBranch)


def test_few_telegrams_are_judged_with_the_whole_tree() -> None:
    book = book_of([{"when": PRESENT, "require": LAYOUT}])
    document = ALL["many"]
    plan = book.plan(document.profile, document.date)
    for _ in range(engine._FEWEST_TELEGRAMS - 1):
        judged(book, document)
    assert plan.reducer is None
    for _ in range(20):
        judged(book, document)
    assert isinstance(plan.reducer.branch(document), reduction.ReducedBranch)


@pytest.mark.usefixtures("at_once")
def test_the_number_of_signatures_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reduction, "_MOST_COMBINATIONS", 4)
    book = book_of([{"when": PRESENT, "require": LAYOUT}])
    for document in mixed(0):
        judged(book, document)
        judged(book, document)  # the first telegram of a plan is judged rule by rule
        reducer = book.plan(document.profile, document.date).reducer
        assert signatures(reducer._first) <= 4


def signatures(stage: reduction._Stage) -> int:
    return sum(1 + (0 if isinstance(each, int) else signatures(each)) for each in stage.following.values())
