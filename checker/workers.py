"""Work given to processes whose death or silence is survived and told: the supervisor knows who works on what.

Each worker holds one item at a time, so that the item that kills or hangs is known by name and nothing else is lost.
No stock pool does this: `multiprocessing.Pool` waits for ever when a worker is killed, and
`ProcessPoolExecutor` forgets which item did it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from .record import Record


class Lost(Record):
    """An item that gave no result, and why."""

    why: str


class _Worker:
    """One process, the pipe to it, and the index of the item it holds (-1: none)."""

    __slots__ = ("deadline", "item", "pipe", "process")

    def __init__(self, context: object, prepare: Callable[..., object], about: tuple[object, ...]) -> None:
        self.pipe, theirs = context.Pipe()  # type: ignore[attr-defined]
        self.process = context.Process(target=_serve, args=(theirs, prepare, about), daemon=True)  # type: ignore[attr-defined]
        self.process.start()
        theirs.close()
        self.item = -1
        self.deadline: float | None = None

    def end(self) -> None:
        """Stop the process, whatever it is doing."""
        self.process.kill()
        self.process.join()
        self.pipe.close()


def _serve(pipe, prepare, about) -> None:  # type: ignore[no-untyped-def]
    """The life of a worker: `prepare(*about)` gives the function that every item is put through."""
    import signal  # 1 ms, and only in a worker

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when to stop
    work = prepare(*about)
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
    queue = iter(range(len(items)))
    try:
        for worker in crew:
            _hand(worker, queue, items, timeout)
        while any(worker.item >= 0 for worker in crew):
            for place, worker in _ready(crew):
                index, result = worker.item, _collect(worker)
                if isinstance(result, Lost):
                    worker.end()
                    worker = crew[place] = _Worker(context, prepare, about)
                yield index, result
                _hand(worker, queue, items, timeout)
    finally:
        for worker in crew:
            worker.end()


def _hand(worker: _Worker, queue: Iterator[int], items: Sequence[object], timeout: float | None) -> None:
    """Give a worker the next item, if there is one."""
    import time

    worker.item = next(queue, -1)
    worker.deadline = time.monotonic() + timeout if timeout is not None else None
    if worker.item >= 0:
        try:
            worker.pipe.send(items[worker.item])
        except OSError:  # it died while idle: `_collect` will find the pipe at its end and say so
            return


def _ready(crew: list[_Worker]) -> list[tuple[int, _Worker]]:
    """The workers that have answered, died or run out of time; waits until there is one."""
    import time
    from multiprocessing.connection import wait

    while True:
        busy = [(place, worker) for place, worker in enumerate(crew) if worker.item >= 0]
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
