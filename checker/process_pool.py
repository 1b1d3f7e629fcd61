"""Work given to processes whose death, silence or greed is survived and told: the supervisor knows who is at what.

Each worker is handed a few items ahead and answers them in order, and it notes the step it is at in memory that it
shares with the supervisor; so the item, and the step of it, that kills a worker, hangs it or makes it grow is known by
name. Those behind it are handed out again and nothing else is lost. No stock pool does this: `multiprocessing.Pool`
waits for ever when a worker is killed, and `ProcessPoolExecutor` forgets which item did it.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from typing import Any, Generic, TypeVar

from .errors import CablecheckError
from .record import Record

TICK = 0.25  # seconds between two looks at time and memory, where there is a limit at all
START = 120.0  # seconds a worker may take to get ready, where there is a time limit at all
HOPELESS = 5  # deaths in a row without any item begun: the workers cannot even start
UNREADY, NOT_APPLICABLE, BEGUN = (
    -1,
    0,
    1,
)  # steps: before a worker is ready, between two items, and the first one of an item

Item = TypeVar("Item")
Result = TypeVar("Result")
Step = Callable[[int], None]
"""Called by the work with the number, from 1, of the step it is about to take: one document of many, say."""


class Limits(Record):
    """What a worker may take: seconds for one step, bytes of memory. 0 is no limit."""

    seconds: float = 0
    memory: int = 0


class TaskFailure(Record):
    """What an item came to that cost a worker its life: why, and the step that it was at."""

    why: str
    step: int


def spread(
    items: Sequence[Item],
    prepare: Callable[..., Callable[[Item, Step], Result]],
    about: tuple[object, ...],
    jobs: int,
    limits: Limits,
    ahead: int = 1,
    again: Callable[[Item, TaskFailure], Item | None] = lambda item, lost: None,
) -> Iterator[tuple[int, Result | TaskFailure]]:
    """Put each item through `prepare(*about)` in `jobs` processes; yield (index, result or failure) as they come.

    A worker that breaks a limit is killed. `again` is asked what to do in place of an item that cost a worker its life;
    `None` gives it up. `ahead` items are handed to a worker before it has answered, so that small ones need not wait
    for the supervisor. `prepare`, `about`, items and results must be picklable. Leaving the generator early ends all
    workers. Raises `CablecheckError` when worker after worker dies before it has begun with anything.
    """
    return ProcessPool(items, lambda: _Worker(prepare, about), max(1, jobs), limits, ahead, again).run()


class ProcessPool(Generic[Item, Result]):
    """The workers and what is still to be done. Workers are started when there are items for them."""

    def __init__(
        self,
        items: Sequence[Item],
        hire: Callable[[], _Worker],
        jobs: int,
        limits: Limits,
        ahead: int,
        again: Callable[[Item, TaskFailure], Item | None],
    ) -> None:
        self.items = list(items)
        self.queue = deque(range(len(items)))
        self.workers: list[_Worker] = []
        self.hire, self.jobs, self.limits, self.ahead, self.again = hire, jobs, limits, ahead, again
        self.barren = 0

    def run(self) -> Iterator[tuple[int, Result | TaskFailure]]:
        """The outcomes. All workers are handed new items before the caller is given any."""
        pause = TICK if self.limits.seconds or self.limits.memory else None
        try:
            self._hand_out()
            while busy := [worker for worker in self.workers if worker.held]:
                answered = set(wait([worker.pipe for worker in busy], timeout=pause))
                outcomes = [each for worker in busy for each in self._outcome(worker, worker.pipe in answered)]
                self._hand_out()
                yield from outcomes
        finally:
            for worker in self.workers:
                worker.end()

    def _hand_out(self) -> None:
        """Items to whoever has the fewest, until each worker has enough; an idle hand comes before a new one."""
        while self.queue:
            worker = min(self.workers, key=lambda each: len(each.held), default=None)
            if worker is None or (worker.held and len(self.workers) < self.jobs):
                worker = self.hire()
                self.workers.append(worker)
            elif len(worker.held) >= self.ahead:
                return
            index = self.queue.popleft()
            worker.hand(index, self.items[index])

    def _outcome(self, worker: _Worker, answered: bool) -> Iterator[tuple[int, Result | TaskFailure]]:
        """What came of the item a worker is at: one outcome, or nothing yet."""
        if not answered:
            why = worker.fault(self.limits)
        else:
            try:
                result: Result = worker.pipe.recv()
            except (EOFError, OSError):
                why = worker.fate()
            else:
                self.barren = 0
                yield worker.answered(), result
                return
        if why:
            yield from self._bury(worker, why)

    def _bury(self, worker: _Worker, why: str) -> Iterator[tuple[int, TaskFailure]]:
        """A worker is lost: its items are to be done again, except the one that it died of if nobody wants that."""
        worker.end()
        self.workers.remove(worker)
        lost = TaskFailure(why, worker.step.value)
        self.barren = 0 if lost.step >= BEGUN else self.barren + 1
        if self.barren >= HOPELESS:
            raise CablecheckError(f"no worker process gets as far as its work; the last attempt {why}")
        if lost.step >= BEGUN:
            index = worker.held[0]
            instead = self.again(self.items[index], lost)
            if instead is None:
                yield worker.held.popleft(), lost
            else:
                self.items[index] = instead
        self.queue.extendleft(reversed(worker.held))


class _Worker:
    """One process, the pipe to it, the step it is at, and the indices of the items it holds: it works on the first."""

    def __init__(self, prepare: Callable[..., object], about: tuple[object, ...]) -> None:
        context = multiprocessing.get_context("spawn")
        self.step: Any = context.Value("q", UNREADY, lock=False)
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs, self.step, prepare, about), daemon=True)
        _start(self.process)
        theirs.close()
        self.held: deque[int] = deque()
        self.seen, self.since = UNREADY, time.monotonic()

    def hand(self, index: int, item: object) -> None:
        """One item more; a worker that is dead already will be found so."""
        if not self.held:
            self.since = time.monotonic()
        self.held.append(index)
        try:
            self.pipe.send(item)
        except OSError:  # `wait` will find the pipe at its end
            return

    def answered(self) -> int:
        """The index of the item that is done; the time of the next one begins."""
        self.since = time.monotonic()
        return self.held.popleft()

    def fault(self, limits: Limits) -> str:
        """Why the worker must be stopped, or ""."""
        step, now = self.step.value, time.monotonic()
        if step != self.seen:
            self.seen, self.since = step, now
        seconds = max(limits.seconds, START) if step == UNREADY else limits.seconds
        if limits.seconds and now - self.since > seconds:
            return f"took longer than {seconds:g} s; its worker was stopped"
        if limits.memory and _resident(self.process.pid or 0) > limits.memory:
            return f"made its worker grow beyond {limits.memory >> 20} MB; it was stopped"
        return ""

    def fate(self) -> str:
        """How a worker has ended whose pipe is at its end."""
        self.process.join(5)
        code = self.process.exitcode
        return f"ended its worker with {f'signal {-code}' if code is not None and code < 0 else f'exit code {code}'}"

    def end(self) -> None:
        """Stop the process, whatever it is doing."""
        self.process.kill()
        self.process.join()
        self.pipe.close()


def _start(process: Any) -> None:
    """Start a process that no interruption reaches, not even while it comes up: the parent decides when to stop."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        process.start()
        return
    resource_tracker.ensure_running()  # it would lift our block if it were started on the way
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        process.start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _serve(
    pipe: Connection, step: Any, prepare: Callable[..., Callable[[object, Step], object]], about: tuple[object, ...]
) -> None:
    """The life of a worker: `prepare(*about)` gives the function that every item is put through."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.stderr = open(os.devnull, "w")  # noqa: SIM115 -- for life; the parent tells faults, without a document's words

    def note(number: int) -> None:
        step.value = number

    work = prepare(*about)
    while True:
        note(NOT_APPLICABLE)
        try:
            item = pipe.recv()
        except (EOFError, OSError):  # the parent is gone
            return
        note(BEGUN)
        result = work(item, note)
        try:
            pipe.send(result)
        except OSError:
            return


def _resident(process: int) -> int:
    """Bytes of memory a process holds; 0 where the system does not tell."""
    try:
        with open(f"/proc/{process}/statm", "rb") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0
