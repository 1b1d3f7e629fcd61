"""Test whole rules on several telegrams: all findings and undetermined verdicts in full, the counts, and the traces."""

from __future__ import annotations

import pytest
from kept import WRITING, cases, rewrite
from test_readings import read
from test_reckonings import DOCUMENTS, MANY, WORDS, at, steps

from checker import engine
from checker.model import Damage, Telegram
from checker.record import copied
from checker.results import Finding, Undetermined
from checker.rulebook import Rule, Rulebook
from checker.text import Source

TEXT = "\n".join(f"LINE {number:02} {chr(65 + number) * 3}" for number in range(12)) + "\n"
SOURCE = Source("trial.txt", TEXT)
HURT = copied(MANY, damage=(Damage(at(0), "extract", "all", "this copy is a partial extract"),))
ALL = DOCUMENTS | {"hurt": HURT}


def book_of(given: str) -> Rulebook:
    rules, items = read(given)
    assert [] == items, "\n".join(map(str, items))
    return Rulebook([Rule(data) for data in rules], WORDS, frozenset(str(data["id"]) for data in rules))


def told(given: str) -> str:
    """Return the results of the rules on each telegram: the counts, the findings, the undetermined verdicts, and the
    trace of the first rule.
    """
    book = book_of(given)
    lines = []
    for name, document in ALL.items():
        judgment, counts = run(book, document)
        assert (judgment, counts) == run(book, document)  # the second telegram takes another way
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(engine._Evaluation, "quickly", broken)
            assert (judgment, counts) == run(book, document)
        lines += [f"{name}: {counts}", *map(shown, judgment.findings), *map(undetermined, judgment.undetermined)]
    return "\n".join(lines + reckoned(book, MANY))


def broken(*given: object) -> None:
    """Raise, so that the engine judges rule by rule."""
    raise ZeroDivisionError


def run(book: Rulebook, document: Telegram) -> tuple[engine.Judgment, str]:
    tally = engine.Tally()
    judgment = engine.judge(document, SOURCE, book, "trial.txt", "7", tally)
    assert [] == tally.crashes
    counts = [
        f"{rule} applied {count.applied}, failed {count.failed}, unknown {count.unknown}, passed {count.passed}"
        for rule, count in sorted(tally.counts.items())
        if count.applied
    ]
    return judgment, "; ".join(counts) or "nothing"


def shown(found: Finding) -> str:
    """Return a finding with all its fields."""
    lines = [
        f"  {found.path}:{found.start.line}:{found.start.column}-{found.end.line}:{found.end.column}: {found.severity} "
        f"{found.rule} {found.name}: {found.message}",
        f"    at {found.at!r}, cable {found.cable}, quote {found.quote!r}, cite {', '.join(found.cite)}, help {found.help!r}",
        f"    fingerprint {found.fingerprint}, lines {[number for number, _ in found.lines]}",
    ]
    if found.suggestion is not None:
        lines.append(f"    suggests {found.suggestion}")
    return "\n".join(lines)


def undetermined(found: Undetermined) -> str:
    """Return an undetermined verdict with all its fields."""
    return (
        f"  {found.path}:{found.start.line}:{found.start.column}: undetermined ({found.kind}) {found.rule} {found.name}: "
        f"{found.why}\n    at {found.at!r}, cable {found.cable}, quote {found.quote!r}"
    )


def reckoned(book: Rulebook, document: Telegram) -> list[str]:
    trace = engine.trace(document, SOURCE, book.rules[0], book)
    lines = [f"trace: {trace.rule} {trace.verdict}; {trace.why}; {len(trace.findings)} findings"]
    for name, step in trace.parts:
        lines += [f"  {name}", *steps(step, 2)]  # type: ignore[arg-type]
    return lines


if WRITING:
    rewrite("rulebook/cases/judgments.txt", told)


@cases("rulebook/cases/judgments.txt")
def test_a_rule_is_judged(name: str, given: str, wanted: str) -> None:
    assert wanted == told(given)
