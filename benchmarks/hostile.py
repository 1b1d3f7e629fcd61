"""Hostile inputs: the time at n and at 2n. Linear means a ratio near 2; the bar is 2.3.

python -m benchmarks.hostile
"""

from __future__ import annotations

import gc
import statistics
import sys
import time
from collections.abc import Callable

from benchmarks.fuzz import one
from checker import rulebook

HEAD = "P 141530Z MAR 08\nFM AMEMBASSY STRELSAU\nTO SECSTATE WASHDC\n\nC O N F I D E N T I A L STRELSAU 000123\n\n"

SHAPES: dict[str, Callable[[int], str]] = {
    "one long line": lambda n: "A" * n,
    "blanks": lambda n: HEAD + " " * n,
    "blank lines": lambda n: HEAD + " \n" * (n // 2),
    "open brackets": lambda n: HEAD + "(" * n,
    "marks": lambda n: HEAD + "1. (" * (n // 4),
    "paragraph heads": lambda n: HEAD + "1. (C) A\n" * (n // 9),
    "slashes in a mark": lambda n: HEAD + "1. (S" + "/NF" * (n // 3) + ") A\n",
    "release list": lambda n: HEAD + "1. (S//REL TO USA" + ", GBR" * (n // 5) + ") A\n",
    "tags": lambda n: HEAD + "TAGS: " + "PREL " * (n // 5),
    "open person tags": lambda n: HEAD + "TAGS: " + "OVIP (DOE, " * (n // 11),
    "subject lines": lambda n: HEAD + "SUBJECT: " + "A B C\n" * (n // 6),
    "references": lambda n: HEAD + "REF: " + "A. STATE 1\n     " * (n // 16),
    "reasons": lambda n: HEAD + "Classified By: Jane Doe for reasons " + "1.4 (b) and (d) " * (n // 16),
    "classified by": lambda n: HEAD + "Classified By: " * (n // 15),
    "e.o. lines": lambda n: HEAD + "E.O. 12958: DECL: 03/12/2018\n" * (n // 29),
    "banners": lambda n: HEAD + "C O N F I D E N T I A L STRELSAU 000123\n" * (n // 40),
    "spaced letters": lambda n: HEAD + "C O N " * (n // 6),
    "page lines": lambda n: HEAD + "STRELSAU 00000123  002 OF 004\n" * (n // 30),
    "captions": lambda n: HEAD + "SIPDIS\n" * (n // 7),
    "addressees": lambda n: "P 141530Z MAR 08\nFM A\nTO " + "RUEHC/SECSTATE WASHDC PRIORITY 1\n" * (n // 33),
    "dashes": lambda n: HEAD + "-" * n,
    "heading dashes": lambda n: HEAD + "A\n-----\n" * (n // 8),
    "tags of html": lambda n: "<table class='cable'><code><pre>" + "<a>" * (n // 3),
    "ampersands": lambda n: "<table class='cable'><code><pre>" + "&amp;" * (n // 5),
    "backslashes": lambda n: '"1","3/14/2008 15:30","08STRELSAU123","A","B","","' + "\\\\" * (n // 2) + '"',
    "quotes": lambda n: '{"body": "' + '\\"' * (n // 2) + '"}',
    "stamps": lambda n: HEAD + "Declassified/Released US Department of State EO Systematic Review " * (n // 66),
    "returns": lambda n: HEAD + "\r" * n,
}


def spent(data: bytes, book: rulebook.Rulebook) -> float:
    gc.collect()
    start = time.process_time()
    one(data, book)
    return time.process_time() - start


def main() -> int:
    book = rulebook.load()
    worst = 0.0
    print(f"{'shape':20} {'ms at n':>9} {'ms at 2n':>9} {'ratio':>6}")
    for name, shape in SHAPES.items():
        size = 100_000
        while spent(shape(size).encode(), book) < 0.02 and size < 3_000_000:
            size *= 2
        pairs = [(spent(shape(size).encode(), book), spent(shape(2 * size).encode(), book)) for _ in range(5)]
        small, large = (statistics.median(side) for side in zip(*pairs, strict=True))
        ratio = large / small
        worst = max(worst, ratio)
        print(f"{name:20} {small * 1000:9.1f} {large * 1000:9.1f} {ratio:6.2f}{'  <- over 2.3' if ratio > 2.3 else ''}")
    print(f"worst ratio {worst:.2f} (bar 2.3)")
    return 1 if worst > 2.3 else 0


if __name__ == "__main__":
    sys.exit(main())
