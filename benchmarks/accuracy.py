"""Measure recall and precision by construction: plant a defect, and check that its rule fires there and no other does.

    python -m benchmarks.accuracy [--compliant 5000] [--each 12] [--seed 1] [--write]

There are three measurements. *Compliant*: synthetic telegrams without a defect; any finding above info is a false
positive. *Declared*: the defects in `rules/synth/defects.yaml`, in every era and layout that they fit. *Examples*: the
changes from each rule's own invalid examples. Declared defects and examples are tested in every wrapper that can
contain such a document and states no more about it than the example does. If the text was compliant before the change,
a finding from another rule counts as a false positive, unless `benchmarks/companions.yaml` says why the same change
violates that rule, too. Short texts are exempt, because they lack many parts by design.

The same seed and the same rules produce the same figures; `--write` writes them to `reports/accuracy.md`.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from benchmarks.planting import ROOT, Plant, compliant, from_examples, from_synth
from benchmarks.wrapping import TELEGRAMS_ONLY, WRAPPERS, Wrapped
from checker import engine, parser, readers, rulebook
from checker.model import Fact
from checker.readers import Unreadable
from checker.record import copied
from checker.results import Finding
from checker.text import Source, Span, View
from checker.values import Date

COLUMNS = ("rule", "severity", "from", "planted", "found there", "elsewhere", "missed", "others", "false positives")


class Row:
    """The counts for one rule."""

    def __init__(self) -> None:
        self.planted = self.there = self.elsewhere = self.missed = self.others = self.false = 0
        self.origins: Counter[str] = Counter()


class Bench:
    """The rulebook, the list of companions, and the counts so far."""

    def __init__(self) -> None:
        self.book = rulebook.load()
        every = [rule for rule in self.book.rules if rule.status != "deprecated"]
        self.rules = {rule.id: rule for rule in every}
        self.named = self.book.select([rule.id for rule in every])
        self.companions = _companions()
        self.used: set[tuple[str, str]] = set()
        self.rows: dict[str, Row] = {}
        self.strange: Counter[tuple[str, str]] = Counter()
        self.misses: Counter[tuple[str, str, str, str]] = Counter()

    def findings(self, data: str, plant: Plant | None = None) -> list[Finding]:
        """Return all findings in the text of a file. A draft rule runs only if it is the rule that the planted defect
        violates.
        """
        found: list[Finding] = []
        draft = plant is not None and self.rules[plant.rule].status == "draft"
        book = self.book.select([plant.rule]) if draft and plant is not None else self.book
        for reading in readers.read("invented.txt", data=data.encode()):
            if isinstance(reading, Unreadable):
                continue
            facts = tuple(reading.facts)
            day = None
            if plant is not None:
                facts = (*facts, *(Fact(Span(0, 0), name, value) for name, value in plant.facts))
                day = Date.of(plant.as_of) if plant.as_of else None
            telegram = parser.parse(reading.view, book.vocabulary, facts, day)
            if plant is not None and plant.profile and plant.profile != telegram.profile:
                telegram = copied(telegram, profile=plant.profile)
            found += engine.judge(telegram, reading.view.source, book, "invented.txt", reading.cable).findings
        return found

    def judge(self, plant: Plant, wrapper: str) -> None:
        """Check one planted defect in one wrapper, and add the result to the counts."""
        row = self.rows.setdefault(plant.rule, Row())
        row.planted += 1
        row.origins[plant.origin] += 1
        wrapped = WRAPPERS[wrapper](plant.text, self.about(plant.text)[1] or self.about(plant.sound)[1])
        found = self.findings(wrapped.text, plant)
        mine = [finding for finding in found if finding.rule == plant.rule]
        if not mine:
            row.missed += 1
            self.misses[plant.rule, plant.origin, wrapper, "missed"] += 1
        elif _points(mine, plant, wrapped):
            row.there += 1
        else:
            row.elsewhere += 1
            self.misses[plant.rule, plant.origin, wrapper, "elsewhere"] += 1
        if plant.sound:
            self._others(plant, row, found)

    def about(self, text: str) -> tuple[bool, date | None]:
        """Return whether a text is a telegram, and its date, or `None` if the date is unknown."""
        telegram = parser.parse(View.whole(Source("invented.txt", text)), self.book.vocabulary)
        return telegram.layout != "document", telegram.date.first if telegram.date is not None else None

    def unused(self) -> list[tuple[str, str]]:
        """Return the listed companions that never fired, as (rule of the defect, other rule)."""
        every = {(rule, other) for rule, others in self.companions.items() for other in others}
        return sorted(every - self.used)

    def wrappers(self, plant: Plant) -> Iterable[str]:
        """Yield the names of the wrappers in which to test this defect."""
        is_telegram = self.about(plant.text)[0]
        for name in WRAPPERS:
            if plant.facts and name not in ("plain", "returns"):
                continue
            if is_telegram or name not in TELEGRAMS_ONLY:
                yield name

    def _others(self, plant: Plant, row: Row, found: list[Finding]) -> None:
        others = {finding.rule for finding in found if finding.severity != "info"} - {plant.rule}
        row.others += bool(others)
        strange = []
        for other in others:
            if other in self.companions.get(plant.rule, {}):
                self.used.add((plant.rule, other))
            else:
                strange.append(other)
                self.strange[plant.rule, other] += 1
        row.false += bool(strange)


def _companions() -> dict[str, dict[str, str]]:
    path = ROOT / "benchmarks" / "companions.yaml"
    data: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {rule: {other: why for why in pairs for other in pairs[why]} for rule, pairs in data.items()}


def _points(mine: list[Finding], plant: Plant, wrapped: Wrapped) -> bool:
    """Return whether each expected span overlaps at least one finding."""
    source = Source("invented.txt", wrapped.text)
    for low, high in plant.places:
        start, end = source.position(wrapped.place(low)), source.position(wrapped.place(high))
        first, last = (start.line, start.column), (end.line, end.column)
        if not any(
            (finding.start.line, finding.start.column) <= last and (finding.end.line, finding.end.column) >= first
            for finding in mine
        ):
            return False
    return True


def alarms(bench: Bench, count: int, seed: int) -> Counter[tuple[str, str]]:
    """Return the number of findings above info in compliant telegrams, by (rule, template)."""
    found: Counter[tuple[str, str]] = Counter()
    for made in compliant(count, seed):
        for finding in bench.findings(made.text):
            if finding.severity != "info":
                found[finding.rule, made.template] += 1
    return found


def report(bench: Bench, false: Counter[tuple[str, str]], options: argparse.Namespace) -> Iterable[str]:
    """Yield the lines of the report, as Markdown."""
    rows = bench.rows.values()
    planted, there = sum(row.planted for row in rows), sum(row.there for row in rows)
    strange = sum(row.false for row in rows)
    worst = min((row.there / row.planted for row in rows), default=0.0)
    yield "# Accuracy by construction\n"
    command = f"--compliant {options.compliant} --each {options.each} --seed {options.seed} --write"
    yield f"Generated by `python -m benchmarks.accuracy {command}`."
    yield "`docs/accuracy.md` explains what these figures show and do not show.\n"
    yield f"- compliant telegrams: {options.compliant}; findings above info: {sum(false.values())}"
    yield f"- planted defects: {planted}, of {len(bench.rows)} rules, in {len(WRAPPERS)} wrappers"
    yield f"- found at the planted position: {there} ({100 * there / planted:.2f}%); worst rule: {100 * worst:.2f}%"
    yield f"- planted defects on which an unexplained rule above info fired: {strange}"
    bare = sorted(set(bench.rules) - set(bench.rows))
    yield f"- rules without a planted defect (none declared, no example based on a complete telegram): {len(bare)}\n"
    if bare:
        yield f"Rules without a planted defect: {', '.join(bare)}.\n"
    yield "| " + " | ".join(COLUMNS) + " |"
    yield "|" + "---|" * 3 + "---:|" * 6
    for rule, row in sorted(bench.rows.items()):
        cells = (rule, bench.rules[rule].severity, ", ".join(sorted(row.origins)), row.planted, row.there)
        numbers = (row.elsewhere, row.missed, row.others, row.false)
        yield "| " + " | ".join(str(cell) for cell in (*cells, *numbers)) + " |"
    for title, lines in (
        ("Missed, or found elsewhere", [f"{a} in {b}, {c}: {d} ({n})" for (a, b, c, d), n in bench.misses.items()]),
        ("Other rules that fired without an explanation", [f"{a}: {b} ({n})" for (a, b), n in bench.strange.items()]),
        ("Companions that never fired", [f"{a}: {b}" for a, b in bench.unused()]),
        ("False positives on compliant telegrams", [f"{a} in {b}: {n}" for (a, b), n in false.items()]),
    ):
        yield f"\n## {title}\n"
        yield from (f"- {line}" for line in sorted(lines)) if lines else ("None.",)


def main(argv: list[str] | None = None) -> int:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--compliant", type=int, default=5000)
    words.add_argument(
        "--each", type=int, default=12, help="number of telegrams for each declared defect in each layout"
    )
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--write", action="store_true", help="write reports/accuracy.md")
    options = words.parse_args(argv)
    bench = Bench()
    for plant in (*from_synth(options.each, options.seed), *from_examples()):
        for wrapper in bench.wrappers(plant):
            if plant.rule in bench.rules:
                bench.judge(plant, wrapper)
    false = alarms(bench, options.compliant, options.seed)
    text = "\n".join(report(bench, false, options)) + "\n"
    if options.write:
        Path(ROOT / "reports").mkdir(exist_ok=True)
        (ROOT / "reports" / "accuracy.md").write_text(text, encoding="utf-8")
    print(text)
    return 1 if bench.misses or bench.strange or false else 0


if __name__ == "__main__":
    sys.exit(main())
