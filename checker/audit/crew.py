"""How an audit bears the death of its workers: the batch is done again, without a document that was fatal before.

A first death may have come from outside. A document that is fatal twice is skipped and named in the ledger, and
nothing else of its batch is lost.
"""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from ..checking import Order
from ..record import copied
from ..workers import Limits, Lost, Step, spread
from .batch import Done, Task, bench

DEATHS = 2  # how often the same document may end a worker before it is skipped


def work(tasks: Sequence[Task], order: Order, jobs: int, limits: Limits) -> Iterator[Done]:
    """Each task's outcome, as they come. `limits` hold for each document; leaving early ends all workers."""
    deaths: Counter[tuple[int, int]] = Counter()

    def again(task: Task, lost: Lost) -> Task | None:
        """The task once more; none where it is fatal to read on even past the document."""
        if lost.step in dict(task.skip):
            return None
        deaths[task.number, lost.step] += 1
        if deaths[task.number, lost.step] < DEATHS:
            return task
        return copied(task, skip=(*task.skip, (lost.step, lost.why)))

    for index, done in spread(tasks, _prepare, (order,), jobs, limits, again=again):
        yield Done(tasks[index].number, trouble=_fatal(tasks[index], done)) if isinstance(done, Lost) else done


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


def _fatal(task: Task, lost: Lost) -> str:
    return f"document {lost.step} of batch {task.number} of {task.batch.paths[0]} cannot be passed over: it {lost.why}"
