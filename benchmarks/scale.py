"""Measure what the audit of a large corpus costs: seconds, processor time per document, and memory of each process.

    python -m benchmarks.scale [COUNT...] [--layout LAYOUT] [--workers SPEC...]

For each COUNT (default: 50000 100000 200000), a corpus is written in the layout: `records` (records of 1973 to 1979
with their attributes), `telegrams` (those of `cablecheck synth`), or a layout of `benchmarks.shaped` (documents shaped
like real copies). It is audited once for each SPEC, in new processes: a number of local workers, or `dask:N` for a Dask
cluster of N worker processes on this machine (default: 2).

Memory is the peak that the kernel counts (`ru_maxrss`): that of the process that supervises the workers and writes
tables and reports, and that of the largest worker. The limit is 250 MB for each, whatever the size of the corpus. All
runs on one corpus must write the same tables, to the byte.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import shaped
from benchmarks.planting import ROOT
from checker import synth

BAR = 250.0  # MB
ONE = """
import hashlib, json, pathlib, resource, sys, time
from checker import audit
from checker.config import Options
if __name__ == "__main__":
    corpus, out, workers = sys.argv[1:]
    cluster, _, number = workers.rpartition(":")
    start = time.perf_counter()
    last = 0.0
    def show(progress):
        global last
        last = time.perf_counter() - start
    options = Options(jobs=int(number), scheduler="local" if cluster else "")
    result = audit.run([corpus], out, options, show)
    seconds = time.perf_counter() - start
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    tables = hashlib.sha256()
    for path in sorted(pathlib.Path(out).glob("*.parquet")):
        tables.update(path.name.encode() + path.read_bytes())
    print(json.dumps({
        "documents": sum(result.summary["account"].values()), "findings": sum(result.summary["severities"].values()),
        "seconds": seconds, "batches": last, "processor": children.ru_utime + children.ru_stime,
        "main s": own.ru_utime + own.ru_stime,
        "main": own.ru_maxrss / 1024, "worker": children.ru_maxrss / 1024, "tables": tables.hexdigest()[:12],
    }))
"""
COLUMNS = (
    ("documents", 10, ",.0f"),
    ("findings", 9, ",.0f"),
    ("workers", 8, ""),
    ("seconds", 8, ",.0f"),
    ("batches", 8, ",.0f"),
    ("ms each", 8, ".2f"),  # processor time of the workers per document
    ("main s", 7, ",.0f"),  # processor time of the supervising process
    ("main MB", 8, ".0f"),
    ("worker MB", 9, ".0f"),
    ("tables", 13, ""),
)


def write(layout: str, count: int, folder: Path) -> Path:
    """Write a corpus of `count` documents below `folder`; return the file or folder to audit."""
    if layout != "telegrams":
        return shaped.write(layout, count, 1, folder)
    path = folder / f"{count}.jsonl"
    synth.write(count, 1, 0.05, str(path))
    return path


def measure(corpus: Path, workers: str, folder: Path) -> dict[str, object]:
    """Audit a corpus in a new process. Return the measured values."""
    script = folder / "one.py"
    script.write_text(ONE, encoding="utf-8")
    with tempfile.TemporaryDirectory(dir=folder) as out:
        command = [sys.executable, str(script), str(corpus), os.path.join(out, "audit"), workers]
        done = subprocess.run(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True, stdout=subprocess.PIPE)
    found: dict[str, object] = json.loads(done.stdout)
    found["workers"] = workers
    found["ms each"] = 1000 * float(str(found["processor"])) / int(str(found["documents"]))
    found["main MB"], found["worker MB"] = found["main"], found["worker"]
    return found


def run(layout: str, count: int, specs: list[str], folder: Path) -> bool:
    """Measure one corpus with all workers and print the results. Return whether all runs hold."""
    corpus = write(layout, count, folder)
    size = sum(path.stat().st_size for path in corpus.rglob("*")) if corpus.is_dir() else corpus.stat().st_size
    print(f"{layout}: {count:,} documents, {size / 1e6:,.0f} MB")
    print("".join(f"{name:>{width}}" for name, width, _ in COLUMNS), flush=True)
    runs = []
    for workers in specs:
        runs.append(measure(corpus, workers, folder))
        print("".join(f"{format(runs[-1][name], form):>{width}}" for name, width, form in COLUMNS), flush=True)
    first = runs[0]
    for other in runs[1:]:
        ratio = float(str(first["seconds"])) / float(str(other["seconds"]))
        print(f"{other['workers']}: {ratio:.2f} times as fast as {first['workers']}")
    worst = max(float(str(one[name])) for one in runs for name in ("main", "worker"))
    same = len({one["tables"] for one in runs}) == 1
    print(f"largest process {worst:.0f} MB, limit {BAR:.0f} MB: {'met' if worst <= BAR else 'EXCEEDED'}")
    print(f"tables: {'the same' if same else 'DIFFERENT'}\n", flush=True)
    return same and worst <= BAR


def main(argv: list[str] | None = None) -> int:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("counts", nargs="*", type=int, metavar="COUNT", default=[50_000, 100_000, 200_000])
    words.add_argument("--layout", default="records", choices=("telegrams", *shaped.LAYOUTS))
    words.add_argument("--workers", nargs="+", default=["2"], metavar="SPEC")
    options = words.parse_args(argv)
    met = True
    for count in options.counts:
        with tempfile.TemporaryDirectory() as folder:
            met = run(options.layout, count, options.workers, Path(folder)) and met
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
