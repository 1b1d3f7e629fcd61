"""Run work in worker processes, and handle crashes, time-outs, and memory limits.

Each worker receives a few items in advance, returns their results in order, and records its current step in memory
shared with the supervisor. If an item kills a worker, hangs it, or exhausts its memory, the item and its step are
known; the items queued after it are assigned again, and nothing else is lost. The standard pools do not suffice:
`multiprocessing.Pool` waits forever after a worker is killed, and `ProcessPoolExecutor` does not report which item was
at fault.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from typing import Any, Generic, TypeVar

from .errors import CablecheckError
from .record import Record

TICK = 0.25  # seconds between two checks of the limits, if there are any
START_SECONDS = 120.0  # for a worker to get ready, if there is a time limit at all
MAX_FAILED_STARTS = 5  # workers lost in a row before any of them began an item
STARTING, IDLE, FIRST_STEP = -1, 0, 1  # values of a worker's step before it is ready, between items, in an item
_SAFE_PATH = "PYTHONSAFEPATH"

Item = TypeVar("Item")
Result = TypeVar("Result")
Step = Callable[[int], None]
"""Called by the work with the number, from 1, of the step about to be taken, such as one document of many."""


class Limits(Record):
    """The limits of a worker: seconds for one step, and bytes of memory. 0 means no limit."""

    seconds: float = 0
    memory: int = 0


class TaskFailure(Record):
    """The reason why a worker died on an item, and the step that the item had reached."""

    why: str
    step: int


def spread(
    items: Sequence[Item],
    prepare: Callable[..., Callable[[Item, Step], Result]],
    arguments: tuple[object, ...],
    jobs: int,
    limits: Limits,
    ahead: int = 1,
    retry: Callable[[Item, TaskFailure], Item | None] = lambda item, failure: None,
) -> Iterator[tuple[int, Result | TaskFailure]]:
    """Run `prepare(*arguments)(item, step)` for each item in `jobs` processes. Yield (index, result), or (index,
    failure), in order of completion.

    A worker that exceeds a limit is killed. `retry` returns the item to run in place of an item that ended its worker,
    or `None` to give it up, in which case its failure is yielded. `ahead` items are sent to a worker in advance, so
    that small ones need not wait for the supervisor. `prepare`, `arguments`, items, and results must be picklable.
    Closing the generator early ends all workers. Raises `CablecheckError` if one worker after another dies before it
    has begun an item.
    """
    return ProcessPool(items, lambda: Worker(prepare, arguments), max(1, jobs), limits, ahead, retry).run()


class ProcessPool(Generic[Item, Result]):
    """The workers and the queue of items. Workers are started when items are waiting for them."""

    def __init__(
        self,
        items: Sequence[Item],
        start_worker: Callable[[], Worker],
        jobs: int,
        limits: Limits,
        ahead: int,
        retry: Callable[[Item, TaskFailure], Item | None],
    ) -> None:
        self.items = list(items)
        self.queue = deque(range(len(items)))
        self.workers: list[Worker] = []
        self.start_worker, self.jobs, self.limits, self.ahead, self.retry = start_worker, jobs, limits, ahead, retry
        self.failed_starts = 0

    def run(self) -> Iterator[tuple[int, Result | TaskFailure]]:
        """Yield (index, result or failure). All workers receive new items before the caller gets each result."""
        pause = TICK if self.limits.seconds or self.limits.memory else None
        try:
            self._assign()
            while busy := [worker for worker in self.workers if worker.assigned]:
                answered = set(wait([worker.pipe for worker in busy], timeout=pause))
                outcomes = [each for worker in busy for each in self._outcome(worker, worker.pipe in answered)]
                self._assign()
                yield from outcomes
        finally:
            for worker in self.workers:
                worker.end()

    def _assign(self) -> None:
        """Send items to the worker that has the fewest until each has enough. Start another worker if all are busy."""
        while self.queue:
            worker = min(self.workers, key=lambda each: len(each.assigned), default=None)
            if worker is None or (worker.assigned and len(self.workers) < self.jobs):
                worker = self.start_worker()
                self.workers.append(worker)
            elif len(worker.assigned) >= self.ahead:
                return
            index = self.queue.popleft()
            worker.send(index, self.items[index])

    def _outcome(self, worker: Worker, answered: bool) -> Iterator[tuple[int, Result | TaskFailure]]:
        """Yield the result or failure of a worker's current item, if there is one yet."""
        if not answered:
            why = worker.exceeded(self.limits)
        else:
            try:
                result: Result = worker.pipe.recv()
            except (EOFError, OSError):
                why = worker.exit_reason()
            else:
                self.failed_starts = 0
                yield worker.finish_item(), result
                return
        if why:
            yield from self._drop(worker, why)

    def _drop(self, worker: Worker, why: str) -> Iterator[tuple[int, TaskFailure]]:
        """End a worker and queue its items again. If `retry` gives up the current item, do not queue it, but yield its
        failure.
        """
        worker.end()
        self.workers.remove(worker)
        failure = TaskFailure(why, worker.step.value)
        self.failed_starts = 0 if failure.step >= FIRST_STEP else self.failed_starts + 1
        if self.failed_starts >= MAX_FAILED_STARTS:
            raise CablecheckError(f"worker processes cannot start; last error: {why}")
        if failure.step >= FIRST_STEP:
            index = worker.assigned[0]
            replacement = self.retry(self.items[index], failure)
            if replacement is None:
                yield worker.assigned.popleft(), failure
            else:
                self.items[index] = replacement
        self.queue.extendleft(reversed(worker.assigned))


class Worker:
    """One process, the pipe to it, its current step, and the indices of its items, starting with the current one."""

    def __init__(self, prepare: Callable[..., object], arguments: tuple[object, ...]) -> None:
        context = multiprocessing.get_context("spawn")
        self.step: Any = context.Value("q", STARTING, lock=False)
        self.pipe, child_pipe = context.Pipe()
        self.process = context.Process(
            target=_run_worker, args=(child_pipe, self.step, prepare, arguments), daemon=True
        )
        _start(self.process)
        child_pipe.close()
        self.assigned: deque[int] = deque()
        self.last_step, self.since = STARTING, time.monotonic()

    def send(self, index: int, item: object) -> None:
        """Send one more item. A dead worker is noticed later, in `wait`."""
        if not self.assigned:
            self.since = time.monotonic()
        self.assigned.append(index)
        try:
            self.pipe.send(item)
        except OSError:  # `wait` will find the closed pipe
            return

    def finish_item(self) -> int:
        """Return the index of the item that is done, and start the timer for the next one."""
        self.since = time.monotonic()
        return self.assigned.popleft()

    def exceeded(self, limits: Limits) -> str:
        """Return how the worker exceeds a limit, or "" if it exceeds none."""
        step, now = self.step.value, time.monotonic()
        if step != self.last_step:
            self.last_step, self.since = step, now
        seconds = max(limits.seconds, START_SECONDS) if step == STARTING else limits.seconds
        if limits.seconds and now - self.since > seconds:
            return f"took longer than {seconds:g} s; its worker was stopped"
        if limits.memory and _resident(self.process.pid or 0) > limits.memory:
            return f"used more than {limits.memory >> 20} MB of memory; its worker was stopped"
        return ""

    def exit_reason(self) -> str:
        """Return how a worker process ended, after its pipe was found closed."""
        self.process.join(5)
        code = self.process.exitcode
        return f"ended its worker with {f'signal {-code}' if code is not None and code < 0 else f'exit code {code}'}"

    def end(self) -> None:
        """Kill the process, whatever it is doing."""
        self.process.kill()
        self.process.join()
        self.pipe.close()


@contextmanager
def safe_path() -> Iterator[None]:
    """Keep the working folder off the import path of processes started in this context.

    The spawn method runs `python -c`, which would import modules from that folder, for example `signal.py`, before our
    code.
    """
    before = os.environ.get(_SAFE_PATH)
    os.environ[_SAFE_PATH] = "1"
    try:
        yield
    finally:
        if before is None:
            os.environ.pop(_SAFE_PATH, None)
        else:
            os.environ[_SAFE_PATH] = before


def _start(process: Any) -> None:
    """Start a process with a safe import path, and with SIGINT blocked from its first instruction on.

    The parent decides when to stop.
    """
    with safe_path():
        if not hasattr(signal, "pthread_sigmask"):  # Windows
            process.start()
            return
        resource_tracker.ensure_running()  # if `start` started it, it would unblock SIGINT
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _run_worker(
    pipe: Connection, step: Any, prepare: Callable[..., Callable[[object, Step], object]], arguments: tuple[object, ...]
) -> None:
    """Run a worker process: call the function that `prepare(*arguments)` returns with each item."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.stderr = open(os.devnull, "w")  # noqa: SIM115 -- the parent reports errors, without a document's text

    def note(number: int) -> None:
        step.value = number

    work = prepare(*arguments)
    while True:
        note(IDLE)
        try:
            item = pipe.recv()
        except (EOFError, OSError):  # the parent has ended
            return
        note(FIRST_STEP)
        result = work(item, note)
        try:
            pipe.send(result)
        except OSError:
            return


def _resident(process: int) -> int:
    """Return the resident memory of a process in bytes, or 0 on systems without /proc."""
    try:
        with open(f"/proc/{process}/statm", "rb") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0
