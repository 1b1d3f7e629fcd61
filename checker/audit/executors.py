"""How an audit bears the death of its workers: the batch is done again, without a document that was fatal before.

A first death may have come from outside. A document that is fatal twice is skipped and named in the ledger, and
nothing else of its batch is lost.
"""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ..document_linter import Order
from ..errors import MissingExtra
from ..process_pool import Limits, Step, TaskFailure, spread
from ..record import copied
from .batch import Bench, Done, Task, bench

DEATHS = 2  # how often the same document may end a worker before it is skipped


def run_local(tasks: Sequence[Task], order: Order, jobs: int, limits: Limits) -> Iterator[Done]:
    """Each task's outcome, as they come. `limits` hold for each document; leaving early ends all workers."""
    deaths: Counter[tuple[int, int]] = Counter()

    def again(task: Task, lost: TaskFailure) -> Task | None:
        """The task once more; none where it is fatal to read on even past the document."""
        if lost.step in dict(task.skip):
            return None
        deaths[task.number, lost.step] += 1
        if deaths[task.number, lost.step] < DEATHS:
            return task
        return copied(task, skip=(*task.skip, (lost.step, lost.why)))

    for index, done in spread(tasks, _prepare, (order,), jobs, limits, again=again):
        yield Done(tasks[index].number, trouble=_fatal(tasks[index], done)) if isinstance(done, TaskFailure) else done


def _prepare(order: Order) -> Callable[[Task, Step], Done]:
    place = bench(order)
    gc.freeze()  # rules and words live as long as the process
    gc.disable()  # telegrams are not circular; what little is goes after each batch (measured: 4 % of the time)

    def do(task: Task, step: Step) -> Done:
        done = place.work(task, step)
        gc.collect()
        gc.freeze()  # plans made meanwhile live on, too: looking through them again would cost 20 ms a batch
        return done

    return do


def _fatal(task: Task, lost: TaskFailure) -> str:
    return f"document {lost.step} of batch {task.number} of {task.batch.paths[0]} cannot be passed over: it {lost.why}"


# ---- The same batches on a Dask cluster: the extra `cluster`. The folder of the parts must be one that al
_benches: dict[str, Bench] = {}  # of this worker process: the rules of each order, compiled once


def _do(order: Order, task: Task) -> Done:
    key = repr([(name, getattr(order, name)) for name in order.__fields__])
    if key not in _benches:
        _benches[key] = bench(order)
    return _benches[key].work(task, lambda document: None)


def run_cluster(tasks: Sequence[Task], order: Order, scheduler: str, jobs: int, limits: Limits) -> Iterator[Done]:
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
        yield from run_local(fatal, order, 1, limits)
