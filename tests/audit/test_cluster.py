"""Test that an audit on a Dask cluster yields the same bytes, even if a worker is killed."""

from __future__ import annotations

import hashlib
import os
import signal
from importlib.util import find_spec

import pytest

from checker import audit

pytestmark = pytest.mark.skipif(find_spec("distributed") is None, reason="distributed is not installed")

NAMES = ["report.html", "report.txt", "summary.json", "cables.parquet", "findings.parquet", "ledger.parquet"]


def digests(out):
    return {name: hashlib.sha256((out / name).read_bytes()).hexdigest() for name in NAMES}


@pytest.mark.slow
def test_a_cluster_whose_worker_is_killed_gives_the_same_bytes(corpus, options, finished, tmp_path):
    killed = []

    def kill(progress):
        if progress.batches == 1:
            for folder in os.listdir("/proc"):
                if folder.isdigit() and _is_worker(int(folder)):
                    os.kill(int(folder), signal.SIGKILL)
                    killed.append(int(folder))
                    return

    audit.run([str(corpus)], str(tmp_path / "out"), options(scheduler="local"), kill)
    assert killed
    assert digests(finished) == digests(tmp_path / "out")


def _is_worker(process: int) -> bool:
    """Return whether a process is a child of this one and a worker of the cluster."""
    try:
        with open(f"/proc/{process}/status", encoding="utf-8") as file:
            status = dict(line.split(":\t", 1) for line in file.read().splitlines() if ":\t" in line)
        with open(f"/proc/{process}/cmdline", "rb") as file:
            command = file.read()
    except OSError:
        return False
    ours = status.get("PPid", "").strip() == str(os.getpid())
    return ours and (b"spawn_main" in command or b"dask worker" in command)  # the latter if setproctitle is installed
