"""What an audit costs, as ratios to a floor pass of the same run: read, decode and one combined scan.

    python benchmarks/audit.py [COUNT]

The bars: all rules on, one process, at most 8 times the floor (aim 4); two workers at least 1.7 times one; fixed costs
at most 1 s; memory of a process at most 200 MB. Absolute times depend on the machine; the ratios are what counts.
"""

from __future__ import annotations

import json
import os
import re
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from checker import audit, engine, readers, rulebook, synth
from checker.audit import batch, crew
from checker.checking import Order
from checker.parser import parse

SCAN = re.compile(r"\n(?:E\.O\.|TAGS|SUBJ|REF|[0-9]{1,3}\.)")
ROUNDS = 3


def floor(path: str) -> int:
    """Read, decode, one scan: what any tool must do."""
    found = 0
    with open(path, encoding="utf-8") as file:
        for line in file:
            found += len(SCAN.findall(json.loads(line)["body"]))
    return found


def read(path: str) -> None:
    for share in readers.batches(path, 4 << 20):
        for _ in readers.read_batch(share):
            pass


def parsed(path: str, book: rulebook.Rulebook) -> None:
    for share in readers.batches(path, 4 << 20):
        for item in readers.read_batch(share):
            parse(item.view, book.vocabulary, item.facts)


def judged(path: str, book: rulebook.Rulebook) -> None:
    tally = engine.Tally()
    for share in readers.batches(path, 4 << 20):
        for item in readers.read_batch(share):
            telegram = parse(item.view, book.vocabulary, item.facts)
            for _ in engine.run(telegram, item.view.source, book, "", "", tally):
                pass


def rows(path: str, order: Order) -> None:
    with tempfile.TemporaryDirectory() as out:
        tasks = [batch.Task(number, share, out) for number, share in enumerate(readers.batches(path, 4 << 20))]
        for _ in crew.serial(order)(tasks):
            pass


def whole(path: str, jobs: int) -> None:
    with tempfile.TemporaryDirectory() as out:
        audit.run([path], os.path.join(out, "out"), Order(), audit.Options(jobs=jobs, size=1 << 20))


def seconds(work: Callable[[], object], rounds: int = ROUNDS, clock: Callable[[], float] = time.process_time) -> float:
    """The median of some rounds."""
    taken = []
    for _ in range(rounds):
        start = clock()
        work()
        taken.append(clock() - start)
    return statistics.median(taken)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 4000
    book = rulebook.load()
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "cables.jsonl")
        synth.write(count, 1, 0.1, path)
        few = os.path.join(folder, "few.jsonl")
        synth.write(2, 1, 0, few)
        base = seconds(lambda: floor(path))
        print(f"{count:,} telegrams, {len(book.rules)} rules, {os.path.getsize(path) / count:,.0f} bytes a telegram")
        print(f"{'floor pass':<34}{1e6 * base / count:8.1f} us a telegram   1.0 x")
        steps: list[tuple[str, Callable[[], object]]] = [
            ("read", lambda: read(path)),
            ("read, parse", lambda: parsed(path, book)),
            ("read, parse, judge", lambda: judged(path, book)),
            ("read, parse, judge, write rows", lambda: rows(path, Order())),
        ]
        for name, work in steps:
            taken = seconds(work)
            print(f"{name:<34}{1e6 * taken / count:8.1f} us a telegram {taken / base:5.1f} x")
        wall = time.perf_counter
        fixed = seconds(lambda: whole(few, 1), 3, wall)
        one, two = (seconds(lambda jobs=jobs: whole(path, jobs), 1, wall) for jobs in (1, 2))
        print(f"{'fixed costs of an audit':<34}{fixed:8.2f} s")
        print(f"{'two workers against one':<34}{(one - fixed) / max(two - fixed, 1e-9):8.2f} x (on an idle machine)")
        most = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        print(f"{'largest process':<34}{most / 1024:8.0f} MB")


if __name__ == "__main__":
    main()
