"""Work given to processes whose death or silence is survived and told: the supervisor knows who works on what.

Each worker is handed a few items ahead and answers them in order, so that the item that kills or hangs is known by
name; those behind it are handed out again and nothing else is lost. No stock pool does this: `multiprocessing.Pool`
waits for ever when a worker is killed, and `ProcessPoolExecutor` forgets which item did it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence

from .record import Record

AHEAD = 4  # items a worker is handed before it has answered: it never waits for us
START = 120.0  # seconds a worker may take to get ready, where there is a time limit at all
_READY = "ready"


class Lost(Record):
    """An item that gave no result, and why."""

    why: str


class _Worker:
    """One process, the pipe to it, and the indices of the items it holds, in order: it works on the first."""

    __slots__ = ("deadline", "held", "pipe", "process", "ready")

    def __init__(self, context: object, prepare: Callable[..., object], about: tuple[object, ...]) -> None:
        self.pipe, theirs = context.Pipe()  # type: ignore[attr-defined]
        self.process = context.Process(target=_serve, args=(theirs, prepare, about), daemon=True)  # type: ignore[attr-defined]
        self.process.start()
        theirs.close()
        self.held: list[int] = []
        self.ready = False
        self.deadline: float | None = None

    def restart(self, timeout: float | None) -> None:
        """The time limit of the first item begins, or that of getting ready."""
        import time

        limit = timeout if self.ready or timeout is None else max(timeout, START)
        self.deadline = None if limit is None else time.monotonic() + limit

    def end(self) -> None:
        """Stop the process, whatever it is doing."""
        self.process.kill()
        self.process.join()
        self.pipe.close()


def _serve(pipe, prepare, about) -> None:  # type: ignore[no-untyped-def]
    """The life of a worker: `prepare(*about)` gives the function that every item is put through."""
    import signal  # 1 ms, and only in a worker

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when to stop
    sys.stderr = open(os.devnull, "w")  # noqa: SIM115 -- for life; the parent tells faults, without a document's words
    work = prepare(*about)
    pipe.send(_READY)
    while True:
        try:
            item = pipe.recv()
        except EOFError:
            return
        pipe.send(work(item))


def spread(
    items: Sequence[object],
    prepare: Callable[..., Callable[[object], object]],
    about: tuple[object, ...],
    jobs: int,
    timeout: float | None = None,
) -> Iterator[tuple[int, object]]:
    """Put each item through `prepare(*about)` in `jobs` processes; yields (index, result or `Lost`) as they come.

    `timeout` is in seconds for one item; a worker that takes longer is killed. `prepare`, `about`, items and results
    must be picklable. Leaving the generator early ends all workers.
    """
    import multiprocessing  # 25 ms, and only with more than one job

    context = multiprocessing.get_context("spawn")
    crew = [_Worker(context, prepare, about) for _ in range(max(1, min(jobs, len(items))))]
    queue = list(range(len(items) - 1, -1, -1))  # the next one stands last
    try:
        for worker in crew:
            _hand(worker, queue, items, timeout)
        while any(worker.held for worker in crew):
            for place, worker in _ready(crew):
                result = _collect(worker)
                if result == _READY and not worker.ready:
                    worker.ready = True
                    worker.restart(timeout)
                    continue
                index = worker.held.pop(0)
                if isinstance(result, Lost):
                    queue += reversed(worker.held)
                    worker.end()
                    worker = crew[place] = _Worker(context, prepare, about)
                yield index, result
                _hand(worker, queue, items, timeout)
    finally:
        for worker in crew:
            worker.end()


def _hand(worker: _Worker, queue: list[int], items: Sequence[object], timeout: float | None) -> None:
    """Give a worker items until it holds `AHEAD`; the time limit of the first one begins."""
    while queue and len(worker.held) < AHEAD:
        worker.held.append(queue.pop())
        try:
            worker.pipe.send(items[worker.held[-1]])
        except OSError:  # it died: `_collect` will find the pipe at its end and say so
            break
    worker.restart(timeout)


def _ready(crew: list[_Worker]) -> list[tuple[int, _Worker]]:
    """The workers that have answered, died or run out of time; waits until there is one."""
    import time
    from multiprocessing.connection import wait

    while True:
        busy = [(place, worker) for place, worker in enumerate(crew) if worker.held]
        limits = [worker.deadline for _, worker in busy if worker.deadline is not None]
        pause = max(0.0, min(limits) - time.monotonic()) if limits else None
        answered = wait([worker.pipe for _, worker in busy], timeout=pause)
        now = time.monotonic()
        found = [
            (place, worker)
            for place, worker in busy
            if worker.pipe in answered or (worker.deadline is not None and worker.deadline <= now)
        ]
        if found:
            return found


def _collect(worker: _Worker) -> object:
    """The worker's answer, or `Lost` where it died or did not answer in time."""
    if not worker.pipe.poll():
        return Lost("took longer than the time limit; its worker was stopped")
    try:
        return worker.pipe.recv()
    except (EOFError, OSError):
        worker.process.join(5)
        code = worker.process.exitcode
        how = f"was killed by signal {-code}" if code and code < 0 else f"ended with code {code}"
        return Lost(f"its worker {how}")
