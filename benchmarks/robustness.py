"""Damage at rising rates on compliant telegrams: findings must turn to *unknown*, not to false errors.

    python -m benchmarks.robustness [--count 1000] [--seed 1] [--write] [--tell DAMAGE RATE]

Each telegram is compliant before the damage, so each finding of severity error is a false one: the sender wrote the
marking right, the line changed it. `--tell` prints which rules spoke at one damage and rate, with an example. The same
seed and the same rules give the same figures; `--write` puts them into `reports/robustness.md`.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterable
from random import Random

from benchmarks.mutator import DAMAGES
from benchmarks.planting import ROOT, compliant
from checker import engine, parser, rulebook
from checker.findings import Finding
from checker.text import Source, View

RATES = (0.0, 0.001, 0.003, 0.01, 0.03, 0.1)
BAR = 1.0  # false errors per 1,000 telegrams at 1 % line noise


class Figure:
    """What one damage at one rate did to all telegrams."""

    def __init__(self) -> None:
        self.telegrams = self.errors = self.hit = self.warnings = self.applied = self.unknown = 0
        self.rules: Counter[str] = Counter()
        self.examples: dict[str, tuple[Finding, str]] = {}


def measure(texts: list[str], damage: str, rate: float, seed: int, book: rulebook.Rulebook) -> Figure:
    """One point of the curve."""
    figure = Figure()
    tally = engine.Tally()
    for number, text in enumerate(texts):
        hurt = DAMAGES[damage](Random(f"{seed}-{damage}-{rate}-{number}"), text, rate)
        source = Source("invented.txt", hurt)
        telegram = parser.parse(View.whole(source), book.vocabulary)
        found = list(engine.run(telegram, source, book, "invented.txt", "", tally))
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


def report(figures: dict[tuple[str, float], Figure], options: argparse.Namespace) -> Iterable[str]:
    """The page, as Markdown."""
    noise = figures["line-noise", 0.01]
    yield "# Robustness under damage\n"
    yield f"Made by `python -m benchmarks.robustness --count {options.count} --seed {options.seed} --write`."
    yield "What these figures show and do not show: `docs/accuracy.md`.\n"
    yield f"False errors per 1,000 telegrams at 1 % line noise: {_per_thousand(noise):.1f} (bar: below {BAR:.0f}).\n"
    yield "A false error is a finding of severity error on a telegram that was compliant before the damage.\n"
    heads = [f"{rate * 100:g} %" for rate in RATES]
    for title, value in (
        ("False errors per 1,000 telegrams", lambda f: f"{_per_thousand(f):.1f}"),
        ("Warnings per 1,000 telegrams", lambda f: f"{1000 * f.warnings / f.telegrams:.0f}"),
        ("Verdicts that were unknown, of those that applied", lambda f: f"{100 * f.unknown / f.applied:.2f} %"),
    ):
        yield f"## {title}\n"
        yield "| damage | " + " | ".join(heads) + " |"
        yield "|---|" + "---:|" * len(RATES)
        for damage in DAMAGES:
            yield f"| {damage} | " + " | ".join(value(figures[damage, rate]) for rate in RATES) + " |"
        yield ""
    yield "## The curve\n\n```text"
    yield from _curve(figures)
    yield "```"


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
    text = "\n".join(report(figures, options)) + "\n"
    if options.write:
        (ROOT / "reports" / "robustness.md").write_text(text, encoding="utf-8")
    print(text)
    return 1 if _per_thousand(figures["line-noise", 0.01]) >= BAR else 0


if __name__ == "__main__":
    sys.exit(main())
