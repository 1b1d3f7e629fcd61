"""Measure whether memory grows with the corpus: audit corpora of growing size in new processes, and record the peaks.

    python benchmarks/memory.py [COUNT...]        (default: 50000 100000 200000)

The limit: no process of an audit uses more than 200 MB, whatever the size of the corpus. The peaks are those counted by
the kernel (`ru_maxrss`): of the process that supervises the workers and writes tables and reports, and of the largest
worker.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from checker import synth

ROOT = sys.path[0]
BAR = 200.0  # MB
ONE = """
import json, resource, sys, time
from checker import audit
from checker.config import Options
if __name__ == "__main__":
    start = time.perf_counter()
    last = [0.0]
    def tell(progress):
        last[0] = progress.seconds
    result = audit.run([sys.argv[1]], sys.argv[2], Options(jobs=2), tell)
    peaks = [resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    seconds = time.perf_counter() - start
    print(json.dumps([*peaks, seconds, seconds - last[0], sum(result.summary["account"].values())]))
"""


def measure(count: int, folder: str) -> tuple[float, float, float, float]:
    """Return the peaks of the supervising process and of the largest worker in MB, the total seconds, and the seconds
    spent outside the batches.
    """
    corpus = os.path.join(folder, f"{count}.jsonl")
    synth.write(count, 1, 0.05, corpus)
    script = os.path.join(folder, "one.py")
    with open(script, "w", encoding="utf-8") as file:
        file.write(ONE)
    command = [sys.executable, script, corpus, os.path.join(folder, str(count))]
    told = subprocess.run(command, env={**os.environ, "PYTHONPATH": ROOT}, check=True, stdout=subprocess.PIPE).stdout
    parent, worker, seconds, rest, documents = json.loads(told)
    assert documents >= count
    os.unlink(corpus)
    return parent, worker, seconds, rest


def main() -> int:
    counts = [int(word) for word in sys.argv[1:]] or [50_000, 100_000, 200_000]
    print(
        f"{'telegrams':>10}  {'parent MB':>9}  {'worker MB':>9}  {'seconds':>8}  {'thereof plan, tables, reports':>29}"
    )
    worst = 0.0
    for count in counts:
        with tempfile.TemporaryDirectory() as folder:
            parent, worker, seconds, rest = measure(count, folder)
        print(f"{count:>10,}  {parent:9.0f}  {worker:9.0f}  {seconds:8.0f}  {rest:29.0f}", flush=True)
        worst = max(worst, parent, worker)
    print(f"largest process {worst:.0f} MB; limit {BAR:.0f} MB: {'met' if worst <= BAR else 'EXCEEDED'}")
    return int(worst > BAR)


if __name__ == "__main__":
    sys.exit(main())
