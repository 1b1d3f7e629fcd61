"""The supervisor of an audit: it owns its workers, knows which document each is at, and survives their death.

A worker tells the place of every document before it touches it, in memory it shares with the parent; so the parent
sees a document that hangs, a worker that grows, and which document killed one. After a first death the batch is done
again: the death may have come from outside. A document that is fatal twice is skipped and named in the ledger, and the
batch is done again without it. Nothing else of the batch is lost.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from typing import Any

from ..checking import Order
from ..record import Record
from .batch import Done, Task, bench

TICK = 0.25  # seconds between two looks at time and memory
DEATHS = 2  # how often the same document may end a worker before it is skipped
HOPELESS = 5  # deaths in a row without any document begun: the workers cannot even start


class Limits(Record):
    """What a worker may take: seconds for one document, bytes of memory. 0 is no limit."""

    seconds: float = 60.0
    memory: int = 0


class Worker:
    """One process, the pipe to it, the task it holds and the document it is at."""

    def __init__(self, context: Any, order: Order) -> None:
        self.at = context.Value("q", 0, lock=False)
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs, order, self.at), daemon=True)
        self.process.start()
        theirs.close()
        self.task: Task | None = None
        self.seen = 0
        self.since = time.monotonic()

    def give(self, task: Task) -> None:
        """Hand over a task; a worker that is dead already will be found so."""
        self.task, self.at.value, self.seen, self.since = task, 0, 0, time.monotonic()
        try:
            self.pipe.send(task)
        except OSError:
            return

    def fault(self, limits: Limits, now: float) -> str:
        """Why the worker must be stopped, or ""."""
        place = self.at.value
        if place != self.seen:
            self.seen, self.since = place, now
        elif limits.seconds and place and now - self.since > limits.seconds:
            return f"took longer than {limits.seconds:g} s; its worker was stopped"
        if limits.memory and _resident(self.process.pid or 0) > limits.memory:
            return f"made its worker grow beyond {limits.memory >> 20} MB; it was stopped"
        return ""

    def end(self) -> None:
        """Stop the process, whatever it is doing."""
        self.process.kill()
        self.process.join()
        self.pipe.close()


def _serve(pipe: Connection, order: Order, at: Any) -> None:
    """The life of a worker."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when to stop
    place = bench(order)
    gc.freeze()  # rules and words live as long as the process
    gc.disable()  # telegrams are not circular; what little is goes after each batch (measured: 4 % of the time)

    def step(document: int) -> None:
        at.value = document

    while True:
        try:
            task = pipe.recv()
        except (EOFError, OSError):
            return
        done = place.work(task, step)
        at.value = 0
        gc.collect()
        try:
            pipe.send(done)
        except OSError:
            return


class Crew:
    """Some workers and the tasks they have yet to do."""

    def __init__(self, order: Order, jobs: int, limits: Limits) -> None:
        self.order = order
        self.limits = limits
        self.jobs = jobs
        self.context = multiprocessing.get_context("spawn")
        self.deaths: dict[tuple[int, int], int] = {}
        self.barren = 0

    def work(self, tasks: Sequence[Task]) -> Iterator[Done]:
        """Each task's outcome, as they come. Leaving early ends all workers."""
        queue = deque(tasks)
        crew = [Worker(self.context, self.order) for _ in range(max(1, min(self.jobs, len(queue))))]
        try:
            for worker in crew:
                worker.give(queue.popleft())
            while any(worker.task is not None for worker in crew):
                for place, worker in enumerate(crew):
                    done, why = self._look(worker)
                    if why:
                        worker.end()
                        queue.appendleft(self._again(worker, why))
                        worker = crew[place] = Worker(self.context, self.order)
                    elif done is None:
                        continue
                    else:
                        self.barren = 0
                        worker.task = None
                        yield done
                    if queue:
                        worker.give(queue.popleft())
                wait([worker.pipe for worker in crew if worker.task is not None], timeout=TICK)
        finally:
            for worker in crew:
                worker.end()

    def _look(self, worker: Worker) -> tuple[Done | None, str]:
        """What came of a worker: an outcome, the reason why it is lost, or neither yet."""
        if worker.task is None:
            return None, ""
        if worker.pipe.poll():
            try:
                return worker.pipe.recv(), ""
            except (EOFError, OSError):
                worker.process.join(5)
                code = worker.process.exitcode
                how = f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"
                return None, f"ended its worker with {how}"
        return None, worker.fault(self.limits, time.monotonic())

    def _again(self, worker: Worker, why: str) -> Task:
        """The task once more; without the document that was fatal, if it was so before."""
        task, place = worker.task, worker.at.value
        assert task is not None
        self.barren = 0 if place else self.barren + 1
        if self.barren >= HOPELESS or any(place == skipped for skipped, _ in task.skip):
            raise RuntimeError(f"the workers cannot go on: the last one {why}")
        key = (task.number, place)
        self.deaths[key] = self.deaths.get(key, 0) + 1
        if place and self.deaths[key] >= DEATHS:
            return Task(task.number, task.batch, task.out, (*task.skip, (place, why)), task.only, task.where)
        return task


def serial(order: Order) -> Callable[[Sequence[Task]], Iterator[Done]]:
    """The same work in this process, for measurements."""
    place = bench(order)

    def work(tasks: Sequence[Task]) -> Iterator[Done]:
        for task in tasks:
            yield place.work(task, lambda document: None)

    return work


def _resident(process: int) -> int:
    """Bytes of memory a process holds; 0 where the system does not tell."""
    try:
        with open(f"/proc/{process}/statm", "rb") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0
