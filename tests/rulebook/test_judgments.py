"""Whole rules on several telegrams: every finding with all it says, the counts, the reckoning; forged or not."""

from __future__ import annotations

from checker.rulebook.forge import forge
from kept import WRITING, cases, rewrite
from test_readings import read
from test_reckonings import DOCUMENTS, MANY, WORDS, at, steps

from checker import engine
from checker.model import Sign, Telegram
from checker.record import copied
from checker.results import Finding
from checker.rulebook import Rule, Rulebook
from checker.text import Source

TEXT = "\n".join(f"LINE {number:02} {chr(65 + number) * 3}" for number in range(12)) + "\n"
SOURCE = Source("trial.txt", TEXT)
HURT = copied(MANY, signs=(Sign(at(0), 2), Sign(at(100), 2)))
ALL = DOCUMENTS | {"hurt": HURT}


def book_of(given: str) -> Rulebook:
    rules, items = read(given)
    assert [] == items, "\n".join(map(str, items))
    return Rulebook([Rule(data) for data in rules], WORDS, frozenset(str(data["id"]) for data in rules))


def told(given: str) -> str:
    """What comes of the rules on each telegram: the verdicts counted, the findings, the reckoning of the first rule."""
    book = book_of(given)
    lines = []
    for name, document in ALL.items():
        findings, counts = run(book, document, quick=False)
        assert (findings, counts) == run(book, document, quick=True)
        lines += [f"{name}: {counts}", *map(shown, findings)]
    return "\n".join(lines + reckoned(book, MANY))


def run(book: Rulebook, document: Telegram, quick: bool) -> tuple[list[Finding], str]:
    tally = engine.Tally()
    plan = book.plan(document.profile, document.date)
    plan.met, plan.forged = 0, forge(plan.root, plan.tools) if quick else None
    if plan.forged is not None:  # the engine would go the other way where it raises
        plan.forged.judged((document,), [0] * len(plan.forged.slots), lambda told: None, lambda branch: None)
    found = list(engine.judge(document, SOURCE, book, "trial.txt", "7", tally).findings)
    assert [] == tally.crashes
    counts = [
        f"{rule} applied {count.applied}, failed {count.failed}, unknown {count.unknown}, passed {count.passed}"
        for rule, count in sorted(tally.counts.items())
        if count.applied
    ]
    return found, "; ".join(counts) or "nothing"


def shown(found: Finding) -> str:
    """A finding, with everything it says."""
    lines = [
        f"  {found.path}:{found.start.line}:{found.start.column}-{found.end.line}:{found.end.column}: {found.severity} "
        f"{found.rule} {found.name}: {found.message}",
        f"    at {found.at!r}, cable {found.cable}, quote {found.quote!r}, cite {', '.join(found.cite)}, help {found.help!r}",
        f"    unknown {found.unknown}, fingerprint {found.fingerprint}, lines {[number for number, _ in found.lines]}",
    ]
    if found.suggestion is not None:
        lines.append(f"    suggests {found.suggestion}")
    return "\n".join(lines)


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
