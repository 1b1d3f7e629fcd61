"""What an audit costs, as ratios to a floor pass of the same run: read, decode and one combined scan (the header's
lines, the labels and the portion marks in one pattern: what any tool has to find).

    python benchmarks/audit.py [COUNT]

Two corpora are measured: telegrams as long as real ones (11 numbered paragraphs, about 5 KB; the bar is set on these),
and short ones. Floor and steps are measured in turns, in seconds of CPU, after a
warm-up, and their medians compared.

The bars: all rules on, one process, at most 8 times the floor (aim 4); two workers at least 1.7 times one; fixed costs
at most 1 s; memory of a process at most 200 MB. Absolute times depend on the machine; the ratios are what counts.
"""

from __future__ import annotations

import gc
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

from benchmarks.parse import SCAN
from checker import audit, engine, readers, rulebook, synth
from checker.audit import batch
from checker.config import Options
from checker.parser import parse

PARAGRAPH = re.compile(r"(?ms)^([0-9]{1,2})(\. .+?)(?=\n\s*\n)")
MARK = re.compile(r"\A\. (?:\([^)]*\) )?")
PARAGRAPHS = 11  # numbered paragraphs of a telegram: the mean of real ones
ROUNDS = 5


def floor(path: str) -> int:
    """Read, decode, one scan: what any tool must do."""
    found = 0
    with open(path, encoding="utf-8") as file:
        for line in file:
            found += len(SCAN.findall(json.loads(line)["body"]))
    return found


def lengthened(body: str) -> str:
    """A telegram with so many paragraphs: its own again, numbered on."""
    found = list(PARAGRAPH.finditer(body))
    if not found:
        return body
    last = found[-1].end()
    texts = [each[2] for each in found]
    more = ""
    for number in range(int(found[-1][1]) + 1, PARAGRAPHS + 1):
        place = number % len(texts)
        more += f"\n\n{number}{texts[place]}\n{MARK.sub('', texts[place - 1])}"
    return body[:last] + more + body[last:]


def lengthen(path: str, longer: str) -> None:
    """The corpus again, of telegrams as long as real ones."""
    with open(path, encoding="utf-8") as file, open(longer, "w", encoding="utf-8") as out:
        for line in file:
            row = json.loads(line)
            out.write(json.dumps(row | {"body": lengthened(row["body"])}, ensure_ascii=False) + "\n")


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
            for _ in engine.judge(telegram, item.view.source, book, "", "", tally).findings:
                pass


def rows(path: str, place: batch.BatchWorker) -> None:
    with tempfile.TemporaryDirectory() as out:
        tasks = [batch.BatchTask(number, share, out) for number, share in enumerate(readers.batches(path, 4 << 20))]
        for task in tasks:
            place.work(task, lambda document: None)


def whole(path: str, jobs: int) -> None:
    with tempfile.TemporaryDirectory() as out:
        audit.run([path], os.path.join(out, "out"), Options(jobs=jobs, batch_size=1 << 20))


def seconds(work: Callable[[], object], clock: Callable[[], float] = time.process_time) -> float:
    """What one round takes."""
    start = clock()
    work()
    return clock() - start


def tidy() -> None:
    """What a worker does after each batch (`checker/audit/executors.py`)."""
    gc.collect()
    gc.freeze()


def compare(path: str, count: int, book: rulebook.Rulebook) -> None:
    """The steps of an audit beside the floor."""
    place = batch.BatchWorker(Options())
    steps: dict[str, Callable[[], object]] = {
        "floor pass": lambda: floor(path),
        "read": lambda: read(path),
        "read, parse": lambda: parsed(path, book),
        "read, parse, judge": lambda: judged(path, book),
        "read, parse, judge, write rows": lambda: rows(path, place),
    }
    taken: dict[str, list[float]] = {name: [] for name in steps}
    gc.disable()  # as a worker does, which tidies up after each batch instead
    for turn in range(ROUNDS + 2):
        for name, work in steps.items():
            tidy()
            spent = seconds(lambda: (work(), tidy()))  # noqa: B023
            if turn > 1:  # the first two make ready what a large run makes once
                taken[name].append(spent)
    gc.enable()
    base = statistics.median(taken["floor pass"])
    print(f"{count:,} telegrams, {len(book.rules)} rules, {os.path.getsize(path) / count:,.0f} bytes a telegram")
    for name, times in taken.items():
        middle = statistics.median(times)
        print(f"{name:<34}{1e6 * middle / count:8.1f} us a telegram {middle / base:5.1f} x")


def main() -> None:
    wall = time.perf_counter
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    book = rulebook.load()
    with tempfile.TemporaryDirectory() as folder:
        short, path, few = (os.path.join(folder, name) for name in ("short.jsonl", "long.jsonl", "few.jsonl"))
        synth.write(count, 1, 0.1, short)
        lengthen(short, path)
        synth.write(2, 1, 0, few)
        compare(path, count, book)
        compare(short, count, book)
        fixed = statistics.median(seconds(lambda: whole(few, 1), wall) for _ in range(ROUNDS))
        alone, pairs = [], []
        for _ in range(ROUNDS):
            alone.append(seconds(lambda: whole(path, 1), wall) - fixed)
            before = time.process_time()
            pairs.append(max(seconds(lambda: whole(path, 2), wall) - fixed, 1e-9))
            parent = time.process_time() - before
        gain = statistics.median(one / two for one, two in zip(alone, pairs, strict=True))
        print(f"{'fixed costs of an audit':<34}{fixed:8.2f} s")
        print(f"{'two workers against one':<34}{gain:8.2f} x (on an idle machine)")
        print(f"{'CPU of the parent of two workers':<34}{parent:8.2f} s")
        most = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        print(f"{'largest process':<34}{most / 1024:8.0f} MB")


if __name__ == "__main__":
    main()
