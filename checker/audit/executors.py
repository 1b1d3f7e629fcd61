"""Run the batches of an audit: in local worker processes, or on a Dask cluster.

If a worker dies, its batch is repeated, since the first death may have had an outside cause. A document on which a
worker has died twice is skipped and recorded as failed; the rest of its batch is not affected.
"""

from __future__ import annotations

import gc
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

from ..config import Options
from ..errors import MissingExtra
from ..process_pool import Limits, Step, TaskFailure, safe_path, spread
from ..record import copied
from .batch import BatchTask, BatchWorker
from .parts import BatchResult

MAX_NEW = 20_000  # objects, a few megabytes, that may accumulate before the garbage collector runs
MAX_FAILURES = 2  # of workers on the same document before it is skipped


def run_local(tasks: Sequence[BatchTask], options: Options, jobs: int | None = None) -> Iterator[BatchResult]:
    """Yield each task's result as it completes, from `jobs` processes (default: `options.jobs`).

    The time and memory limits apply to each document. Closing the generator early ends all workers.
    """
    limits = Limits(options.document_seconds, options.worker_memory)
    jobs = jobs or options.jobs or os.cpu_count() or 1
    failures: Counter[tuple[int, int]] = Counter()

    def retry(task: BatchTask, failure: TaskFailure) -> BatchTask | None:
        """Return the task to run in place of a failed one, or `None` if a worker died on a document that was already
        being skipped.
        """
        if failure.step in dict(task.skip):
            return None
        failures[task.number, failure.step] += 1
        if failures[task.number, failure.step] < MAX_FAILURES:
            return task
        return copied(task, skip=(*task.skip, (failure.step, failure.why)))

    for index, result in spread(tasks, _prepare, (options,), jobs, limits, retry=retry):
        yield (
            BatchResult(tasks[index].number, error=_error(tasks[index], result))
            if isinstance(result, TaskFailure)
            else result
        )


def _prepare(options: Options) -> Callable[[BatchTask, Step], BatchResult]:
    worker = BatchWorker(options)
    gc.freeze()  # rules and vocabulary live as long as the process
    gc.disable()  # telegrams have no cycles; the few others are collected between batches (saves 4% of the time)

    def work(task: BatchTask, step: Step) -> BatchResult:
        result = worker.work(task, step)
        if gc.get_count()[0] > MAX_NEW:
            gc.collect()
            gc.freeze()  # caches filled meanwhile live on, too: traversing them would cost 20 ms a batch
        return result

    return work


def _error(task: BatchTask, failure: TaskFailure) -> str:
    return (
        f"document {failure.step} of batch {task.number} of {task.batch.paths[0]} cannot be skipped: it {failure.why}"
    )


# ---- A Dask cluster (the extra `cluster`): all workers must see the folder of the parts ------------------------------
_workers: dict[str, BatchWorker] = {}  # the workers in this process, by result key, so that rules are compiled once


def _do(options: Options, task: BatchTask) -> BatchResult:
    key = options.result_key()
    if key not in _workers:
        _workers[key] = BatchWorker(options)
        gc.freeze()
    gc.disable()  # as in `_prepare`, but only for the batch: the process belongs to the cluster
    try:
        return _workers[key].work(task, lambda document: None)
    finally:
        gc.enable()


def run_cluster(tasks: Sequence[BatchTask], options: Options) -> Iterator[BatchResult]:
    """Yield each task's result as it completes on the Dask cluster given in `options`. Tasks that fail there are
    repeated in a local process.

    Raises `MissingExtra` if Dask is not installed.
    """
    try:
        import dask  # seconds, and only for clusters
        import distributed
    except ImportError as error:
        raise MissingExtra("an audit on a cluster", "cluster") from error
    failed: list[BatchTask] = []
    # Workers may be started or restarted at any time. Dask's profiler takes a tenth of the time of the workers that are
    # started here.
    with safe_path(), dask.config.set({"distributed.worker.profile.enabled": False}):
        yield from _run_on_dask(distributed, tasks, options, failed)
    if failed:
        yield from run_local(failed, options, 1)


def _run_on_dask(
    distributed: Any, tasks: Sequence[BatchTask], options: Options, failed: list[BatchTask]
) -> Iterator[BatchResult]:
    """Yield each task's result as it completes; add tasks that failed on the cluster to `failed`."""
    cluster: Any = None
    at_once = len(tasks)
    if options.scheduler == "local":
        at_once = os.cpu_count() or 1  # more would displace each other's data from the processors' caches
        cluster = distributed.LocalCluster(  # no port is open to other machines
            n_workers=options.jobs or os.cpu_count() or 1,
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address=None,
        )
    client = distributed.Client(cluster if cluster is not None else options.scheduler)
    submitted: dict[Any, BatchTask] = {}

    def submit(task: BatchTask) -> Any:
        future = client.submit(_do, options, task, pure=False, retries=1)
        submitted[future] = task
        return future

    try:
        waiting = iter(tasks)
        completed = distributed.as_completed([submit(task) for task in islice(waiting, at_once)])
        for future in completed:
            for following in islice(waiting, 1):
                completed.add(submit(following))
            task = submitted.pop(future)
            if future.status == "finished":
                yield future.result()
            else:
                failed.append(task)
            future.release()
    finally:
        client.close()
        if cluster is not None:
            cluster.close()
