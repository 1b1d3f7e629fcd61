"""The same batches on a Dask cluster: the extra `cluster`. The folder of the parts must be one that all machines share.

Dask starts a lost worker anew and gives its task to another. A batch that ends several workers comes back to the
supervisor on this machine, which finds the document that does it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ..checking import Order
from ..trouble import MissingExtra
from ..workers import Limits
from . import crew
from .batch import Bench, Done, Task, bench

_benches: dict[str, Bench] = {}  # of this worker process: the rules of each order, compiled once


def _do(order: Order, task: Task) -> Done:
    key = repr([(name, getattr(order, name)) for name in order.__fields__])
    if key not in _benches:
        _benches[key] = bench(order)
    return _benches[key].work(task, lambda document: None)


def work(tasks: Sequence[Task], order: Order, scheduler: str, jobs: int, limits: Limits) -> Iterator[Done]:
    """Each task's outcome as they come. `scheduler` is an address, or "local" for a cluster on this machine."""
    try:
        import distributed  # seconds, and only for clusters
    except ImportError as wrong:
        raise MissingExtra("an audit on a cluster", "cluster") from wrong
    dask: Any = distributed
    cluster: Any = None
    if scheduler == "local":
        cluster = dask.LocalCluster(  # nothing listens beyond this machine
            n_workers=max(1, jobs), threads_per_worker=1, host="127.0.0.1", dashboard_address=None
        )
    client = dask.Client(cluster if cluster is not None else scheduler)
    fatal: list[Task] = []
    try:
        asked = {client.submit(_do, order, task, pure=False, retries=1): task for task in tasks}
        for future in dask.as_completed(list(asked)):
            if future.status == "finished":
                yield future.result()
            else:
                fatal.append(asked[future])
            future.release()
    finally:
        client.close()
        if cluster is not None:
            cluster.close()
    if fatal:
        yield from crew.work(fatal, order, 1, limits)
