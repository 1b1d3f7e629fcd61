"""Run all benchmarks one after the other and collect the results on one page.

    python -m benchmarks.all [--write]

Each benchmark reports ratios to a floor measured in the same run, and medians of at least five rounds of processor
time, so that results from different machines and from busy machines can be compared. `--write` writes the page to
`reports/benchmarks.md`.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time

from benchmarks.fuzz import one
from benchmarks.planting import ROOT
from checker import rulebook

MODULES = {
    "startup": "Start: `lint` of one telegram in a fresh process, against the bare interpreter",
    "stages": "Reading, parsing, checking and writing rows, against a floor of the same run",
    "hostile": "Hostile inputs: time at n and at 2n",
    "workbench": "The workbench on an audit of 250,000 documents, multiplied from one of 2,000",
}
BAR = 2.3


def scaling() -> tuple[float, float]:
    """Return the processor seconds for a telegram of about 100 KB and for one twice as long, each the median of seven
    runs.
    """
    book = rulebook.load()
    head = (ROOT / "rules" / "telegrams" / "confidential-2007.txt").read_text(encoding="utf-8")
    lines = "".join(f"{number}. (C) The King will open the new bridge at noon.\n\n" for number in range(4, 1900))
    small, large = (head + lines).encode(), (head + lines + lines).encode()
    one(small, book)
    pairs = [(_spent(small, book), _spent(large, book)) for _ in range(7)]
    return statistics.median(pair[0] for pair in pairs), statistics.median(pair[1] for pair in pairs)


def _spent(data: bytes, book: rulebook.Rulebook) -> float:
    start = time.process_time()
    one(data, book)
    return time.process_time() - start


def main(argv: list[str] | None = None) -> int:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--write", action="store_true", help="write reports/benchmarks.md")
    options = words.parse_args(argv)
    page = ["# Benchmarks", "", "Made by `python -m benchmarks.all --write`; explained in `docs/benchmarks.md`."]
    short, long = scaling()
    page += ["", "## Scaling: a telegram of twice the length", "", "```text"]
    page += [f"{short * 1000:.1f} ms, {long * 1000:.1f} ms, ratio {long / short:.2f} (bar {BAR})", "```"]
    broken = long / short > BAR
    for name, title in MODULES.items():
        print(f"{name} …", file=sys.stderr)
        command = [sys.executable, "-m", f"benchmarks.{name}"]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
        told = done.stdout.strip() or f"did not run: {done.stderr.strip().splitlines()[-1:]}"
        broken = broken or done.returncode != 0
        page += ["", f"## {title}", "", f"`python -m benchmarks.{name}`", "", "```text", told, "```"]
    text = "\n".join(page) + "\n"
    if options.write:
        (ROOT / "reports" / "benchmarks.md").write_text(text, encoding="utf-8")
    print(text)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
