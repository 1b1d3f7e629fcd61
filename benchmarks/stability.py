"""Compare the findings on a frozen sample of synthetic cables with the accepted ones, to show what a change affects.

    python -m benchmarks.stability            compare, print the diff, exit with 1 if there is one
    python -m benchmarks.stability --accept   accept the current findings
    python -m benchmarks.stability --renew    generate the sample again (when the telegrams of `synth` change)

The sample, `benchmarks/sample/cables.jsonl`, contains 300 telegrams, half of them with a planted defect. The accepted
findings are next to it, one per line: cable, position, severity, rule, message. They may change; include the diff in
your commit.
"""

from __future__ import annotations

import argparse
import difflib
import json
import sys
from collections.abc import Iterator

from benchmarks.planting import ROOT
from checker import engine, parser, readers, rulebook
from checker.readers import Unreadable

FOLDER = ROOT / "benchmarks" / "sample"
SAMPLE, FINDINGS = FOLDER / "cables.jsonl", FOLDER / "findings.txt"


def renew(count: int = 300, seed: int = 20) -> None:
    """Generate the sample again from `count` telegrams, half of them with a defect, and write it."""
    from checker.synth import make

    FOLDER.mkdir(exist_ok=True)
    with open(SAMPLE, "w", encoding="utf-8", newline="\n") as file:
        for made in make(count, seed, 0.5):
            row = {"_id": made.cable, "origin": made.origin, "classification": made.source_record, "body": made.text}
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def findings() -> Iterator[str]:
    """Yield one line for each current finding, in the order of the sample."""
    book = rulebook.load()
    for reading in readers.read(str(SAMPLE)):
        if isinstance(reading, Unreadable):
            yield f"{reading.cable}: {reading.why}"
            continue
        telegram = parser.parse(reading.view, book.vocabulary, reading.facts)
        for found in engine.judge(telegram, reading.view.source, book, SAMPLE.name, reading.cable).findings:
            place = f"{found.start.line}:{found.start.column}"
            yield f"{found.cable} {place} {found.severity} {found.rule} {found.message}"


def difference() -> list[str]:
    """Return the lines of a unified diff between the accepted findings and the current ones."""
    known = FINDINGS.read_text(encoding="utf-8").splitlines()
    return list(difflib.unified_diff(known, list(findings()), "accepted", "now", n=0, lineterm=""))


def main(argv: list[str] | None = None) -> int:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--accept", action="store_true")
    words.add_argument("--renew", action="store_true")
    options = words.parse_args(argv)
    if options.renew:
        renew()
    if options.accept or options.renew:
        FINDINGS.write_text("".join(f"{line}\n" for line in findings()), encoding="utf-8")
        return 0
    lines = difference()
    print("\n".join(lines) if lines else "no finding has changed")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
