"""Damage at rising rates: findings must turn to *unknown*, not to false errors, and not to silence either.

    python -m benchmarks.robustness [--count 1000] [--each 4] [--seed 1] [--write] [--tell DAMAGE RATE]

Two measurements. *Compliant* telegrams: none breaks a rule before the damage, so each finding of severity error is a
false one: the sender wrote the marking right, the line changed it. *Planted* defects (those declared for the generator
whose rule is an error or a warning): each telegram breaks one rule before the damage; the rule still tells of it, says
that it cannot be judged, or is silent. `--tell` prints which rules spoke at one damage and rate on compliant telegrams,
with an example. The same seed and the same rules give the same figures; `--write` puts them into
`reports/robustness.md`.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from random import Random

from benchmarks.mutator import DAMAGES
from benchmarks.planting import ROOT, Plant, compliant, from_synth
from checker import engine, parser, rulebook
from checker.findings import Finding
from checker.text import Source, View

RATES = (0.0, 0.001, 0.003, 0.01, 0.03, 0.1)
BAR = 1.0  # false errors per 1,000 telegrams at 1 % line noise
FOUND, UNKNOWN, LOST = "found", "unknown", "lost"


class Figure:
    """What one damage at one rate did to all telegrams."""

    def __init__(self) -> None:
        self.telegrams = self.errors = self.hit = self.warnings = self.applied = self.unknown = 0
        self.rules: Counter[str] = Counter()
        self.examples: dict[str, tuple[Finding, str]] = {}
        self.planted: Counter[str] = Counter()

    def share(self, what: str) -> float:
        """The share of planted defects that came out so, in percent."""
        return 100 * self.planted[what] / max(self.planted.total(), 1)


def measure(texts: list[str], damage: str, rate: float, seed: int, book: rulebook.Rulebook) -> Figure:
    """One point of the curve on compliant telegrams."""
    figure = Figure()
    tally = engine.Tally()
    for number, text in enumerate(texts):
        hurt = DAMAGES[damage](Random(f"{seed}-{damage}-{rate}-{number}"), text, rate)
        found = _findings(hurt, book, tally)
        errors = [finding for finding in found if finding.severity == "error"]
        figure.telegrams += 1
        figure.errors += len(errors)
        figure.hit += bool(errors)
        figure.warnings += sum(finding.severity == "warning" for finding in found)
        for finding in errors:
            figure.rules[finding.rule] += 1
            figure.examples.setdefault(finding.rule, (finding, hurt))
    figure.applied = sum(count.applied for count in tally.counts.values())
    figure.unknown = sum(count.unknown for count in tally.counts.values())
    return figure


def recall(plants: list[Plant], damage: str, rate: float, seed: int, book: rulebook.Rulebook) -> Counter[str]:
    """What became of planted defects: found above info, told or counted as unknown, or lost."""
    outcome: Counter[str] = Counter()
    for number, plant in enumerate(plants):
        hurt = DAMAGES[damage](Random(f"{seed}-{damage}-{rate}-{number}-planted"), plant.text, rate)
        tally = engine.Tally()
        found = [finding for finding in _findings(hurt, book, tally) if finding.rule == plant.rule]
        if any(finding.severity != "info" for finding in found):
            outcome[FOUND] += 1
        else:
            outcome[UNKNOWN if plant.rule in tally.counts and tally.counts[plant.rule].unknown else LOST] += 1
    return outcome


def _findings(text: str, book: rulebook.Rulebook, tally: engine.Tally) -> list[Finding]:
    source = Source("invented.txt", text)
    telegram = parser.parse(View.whole(source), book.vocabulary)
    return list(engine.run(telegram, source, book, "invented.txt", "", tally))


def planted(each: int, seed: int, book: rulebook.Rulebook) -> list[Plant]:
    """The declared defects of rules above info."""
    above = {rule.id for rule in book.rules if rule.severity != "info"}
    return [plant for plant in from_synth(each, seed) if plant.rule in above]


def report(figures: dict[tuple[str, float], Figure], plants: list[Plant], options: argparse.Namespace) -> Iterable[str]:
    """The page, as Markdown."""
    noise = figures["line-noise", 0.01]
    command = f"--count {options.count} --each {options.each} --seed {options.seed} --write"
    yield "# Robustness under damage\n"
    yield f"Made by `python -m benchmarks.robustness {command}`."
    yield "What these figures show and do not show: `docs/accuracy.md`.\n"
    yield f"False errors per 1,000 telegrams at 1 % line noise: {_per_thousand(noise):.1f} (bar: below {BAR:.0f}).\n"
    yield "A false error is a finding of severity error on a telegram that was compliant before the damage.\n"
    for title, value in (
        ("False errors per 1,000 telegrams", lambda f: f"{_per_thousand(f):.1f}"),
        ("Warnings per 1,000 telegrams", lambda f: f"{1000 * f.warnings / f.telegrams:.0f}"),
        ("Verdicts that were unknown, of those that applied", lambda f: f"{100 * f.unknown / f.applied:.2f} %"),
    ):
        yield from _table(title, value, figures)
    yield "## What becomes of planted defects\n"
    rules = len({plant.rule for plant in plants})
    yield f"{len(plants)} telegrams, each with one defect, of {rules} rules; damaged in the same way. Whoever is silent"
    yield "about everything makes no false error: these tables show the price.\n"
    for title, what in (("Found", FOUND), ("Counted or told as unknown", UNKNOWN), ("Lost", LOST)):
        yield from _table(title, lambda f, what=what: f"{f.share(what):.1f} %", figures, "###")
    yield "## The curve\n\n```text"
    yield from _curve(figures)
    yield "```"


def _table(
    title: str, value: Callable[[Figure], str], figures: dict[tuple[str, float], Figure], mark: str = "##"
) -> Iterable[str]:
    yield f"{mark} {title}\n"
    yield "| damage | " + " | ".join(f"{rate * 100:g} %" for rate in RATES) + " |"
    yield "|---|" + "---:|" * len(RATES)
    for damage in DAMAGES:
        yield f"| {damage} | " + " | ".join(value(figures[damage, rate]) for rate in RATES) + " |"
    yield ""


def _per_thousand(figure: Figure) -> float:
    return 1000 * figure.errors / figure.telegrams


def _curve(figures: dict[tuple[str, float], Figure]) -> Iterable[str]:
    """False errors per 1,000 telegrams as bars, one block for each damage."""
    top = max(_per_thousand(figure) for figure in figures.values()) or 1.0
    for damage in DAMAGES:
        yield damage
        for rate in RATES:
            value = _per_thousand(figures[damage, rate])
            yield f"  {rate * 100:>4g} %  {'#' * round(60 * value / top)} {value:.1f}"


def main(argv: list[str] | None = None) -> int:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--count", type=int, default=1000)
    words.add_argument("--each", type=int, default=4, help="plants of each declared defect, in each layout")
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--write", action="store_true", help="write reports/robustness.md")
    words.add_argument("--tell", nargs=2, metavar=("DAMAGE", "RATE"))
    options = words.parse_args(argv)
    book = rulebook.load()
    texts = [made.text for made in compliant(options.count, options.seed)]
    if options.tell:
        figure = measure(texts, options.tell[0], float(options.tell[1]), options.seed, book)
        for rule, number in figure.rules.most_common():
            finding, _ = figure.examples[rule]
            print(f"{number:5} {rule} {finding.message} | {finding.quote[:70]!r}")
        print(f"{figure.errors} errors on {figure.hit} of {figure.telegrams} telegrams, {figure.warnings} warnings")
        return 0
    figures = {(d, rate): measure(texts, d, rate, options.seed, book) for d in DAMAGES for rate in RATES}
    plants = planted(options.each, options.seed, book)
    for (damage, rate), figure in figures.items():
        figure.planted = recall(plants, damage, rate, options.seed, book)
    text = "\n".join(report(figures, plants, options)) + "\n"
    if options.write:
        (ROOT / "reports" / "robustness.md").write_text(text, encoding="utf-8")
    print(text)
    return 1 if _per_thousand(figures["line-noise", 0.01]) >= BAR else 0


if __name__ == "__main__":
    sys.exit(main())
