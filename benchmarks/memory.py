"""Whether memory grows with the corpus: audits of growing corpora, each in processes of its own, and their peaks.

    python benchmarks/memory.py [COUNT...]        (default: 50000 100000 200000)

The bar: no process of an audit ever holds more than 200 MB, whatever the corpus. The peak is what the kernel counted
(`ru_maxrss`): of the process that supervises, writes the tables and the reports, and of the largest worker.
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
from checker.document_linter import Order
if __name__ == "__main__":
    start = time.perf_counter()
    last = [0.0]
    def tell(progress):
        last[0] = progress.seconds
    result = audit.run([sys.argv[1]], sys.argv[2], Order(), audit.Options(jobs=2), tell)
    peaks = [resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    seconds = time.perf_counter() - start
    print(json.dumps([*peaks, seconds, seconds - last[0], sum(result.summary["account"].values())]))
"""


def measure(count: int, folder: str) -> tuple[float, float, float, float]:
    """Peaks in MB of the parent and of the largest worker, seconds in all, and seconds of plan, tables and reports."""
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
    print(f"{'telegrams':>10}  {'parent MB':>9}  {'worker MB':>9}  {'seconds':>8}  {'of it plan, tables, reports':>27}")
    worst = 0.0
    for count in counts:
        with tempfile.TemporaryDirectory() as folder:
            parent, worker, seconds, rest = measure(count, folder)
        print(f"{count:>10,}  {parent:9.0f}  {worker:9.0f}  {seconds:8.0f}  {rest:27.0f}", flush=True)
        worst = max(worst, parent, worker)
    print(f"largest process {worst:.0f} MB; bar {BAR:.0f} MB: {'holds' if worst <= BAR else 'BROKEN'}")
    return int(worst > BAR)


if __name__ == "__main__":
    sys.exit(main())
