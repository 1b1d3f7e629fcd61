"""Test worker processes: whatever happens to a worker, each item yields its result or a failure exactly once."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from checker import process_pool
from checker.errors import CablecheckError
from checker.process_pool import Limits, Step, TaskFailure, spread

NO_LIMITS = Limits()
Work = Callable[[object, Step], object]


def echo() -> Work:
    return lambda item, step: (item, os.getpid())


def stepping() -> Work:
    """Return a work function whose items list how long each of their steps takes, in seconds."""

    def work(item: object, step: Step) -> object:
        for number, seconds in enumerate(item, start=1):  # type: ignore[call-overload, var-annotated]
            step(number)
            time.sleep(seconds)
        return "done"

    return work


def dying() -> Work:
    def work(item: object, step: Step) -> object:
        step(7)
        if item == "dies":
            os.kill(os.getpid(), signal.SIGKILL)
        return item

    return work


def faulty(kind: str) -> Work:
    """Return a work function in which the item 3 kills the worker, ends it, hangs, or raises, depending on `kind`."""

    def work(item: object, step: Step) -> object:
        if item == 3 and kind == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        elif item == 3 and kind == "exit":
            os._exit(7)
        elif item == 3 and kind == "hang":
            time.sleep(600)
        elif item == 3:
            raise RuntimeError("broken")
        return item

    return work


def growing() -> Work:
    def work(item: object, step: Step) -> object:
        hoard = [bytearray(8 << 20) for _ in range(50 if item == "grows" else 0)]
        time.sleep(60 if hoard else 0)
        return item

    return work


def unheard() -> Work:
    """Return a work function with one result that cannot be pickled."""
    return lambda item, step: (lambda: item) if item == 2 else item


def unwilling(mark: str, deaths: int) -> Work:
    """Return a work function, except in the first `deaths` workers, which end before they are ready. Each adds a letter
    to the file `mark`.
    """
    with open(mark, "a+", encoding="utf-8") as file:
        file.write("x")
        if file.tell() <= deaths:
            os._exit(3)
    return echo()


def shielded() -> Work:
    """Return a work function that returns whether SIGINT was already blocked when the process started."""
    return lambda item, step: signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, [])


def test_every_item_has_its_result_and_the_processes_end() -> None:
    found = {index: result[0] for index, result in spread(list("abcdefg"), echo, (), 2, NO_LIMITS, 3)}
    assert dict(enumerate("abcdefg")) == found
    assert [] == multiprocessing.active_children()
    assert [] == list(spread([], echo, (), 2, NO_LIMITS))


def test_no_worker_is_handed_a_second_item_before_each_has_one() -> None:
    assert 3 == len({result[1] for _, result in spread([1, 2, 3], echo, (), 3, NO_LIMITS, 4)})
    assert 1 == len({result[1] for _, result in spread([1, 2, 3], echo, (), 1, NO_LIMITS, 4)})


def test_leaving_early_ends_all_workers() -> None:
    crew = spread([[0.0], [600.0]], stepping, (), 2, NO_LIMITS)
    assert (0, "done") == next(crew)
    crew.close()  # type: ignore[attr-defined]
    assert [] == multiprocessing.active_children()


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ("kill", "ended its worker with signal 9"),
        ("exit", "ended its worker with exit code 7"),
        ("hang", "took longer than 3 s; its worker was stopped"),
        ("exception", "ended its worker with exit code 1"),
    ],
)
def test_a_lost_worker_loses_its_item_alone(kind: str, why: str) -> None:
    limits = Limits(3 if kind == "hang" else 0)
    found = dict(spread(list(range(8)), faulty, (kind,), 2, limits, 4))
    assert TaskFailure(why, 1) == found.pop(3)
    assert {number: number for number in range(8) if number != 3} == found


def test_the_time_limit_is_for_one_step() -> None:
    items = [[0.5, 0.5, 0.5, 0.5, 0.5], [0.1, 600.0, 0.1], [0.1]]
    lost = TaskFailure("took longer than 2 s; its worker was stopped", 2)
    assert {0: "done", 1: lost, 2: "done"} == dict(spread(items, stepping, (), 1, Limits(2), 3))


def test_the_memory_limit_is_for_a_worker() -> None:
    lost = TaskFailure("used more than 200 MB of memory; its worker was stopped", 1)
    found = dict(spread(["fits", "grows", "fits"], growing, (), 1, Limits(0, 200 << 20), 2))
    assert {0: "fits", 1: lost, 2: "fits"} == found


def test_the_caller_may_have_something_else_done_in_place_of_what_is_lost() -> None:
    asked: list[tuple[str, TaskFailure]] = []

    def again(item: str, lost: TaskFailure) -> str | None:
        asked.append((item, lost))
        return None if len(asked) > 2 else ["dies", "is well"][len(asked) - 1]

    lost = TaskFailure("ended its worker with signal 9", 7)
    found = list(spread(["dies", "dies"], dying, (), 1, NO_LIMITS, 2, again))
    assert [(0, "is well"), (1, lost)] == found
    assert [("dies", lost)] * 3 == asked


def test_a_result_that_cannot_travel_loses_its_item_alone() -> None:
    found = dict(spread([1, 2, 3], unheard, (), 1, NO_LIMITS, 3))
    assert {0: 1, 1: TaskFailure("ended its worker with exit code 1", 1), 2: 3} == found


def test_a_death_before_the_work_begins_costs_no_item(tmp_path: Path) -> None:
    mark = str(tmp_path / "mark")
    found = {index: result[0] for index, result in spread([1, 2, 3], unwilling, (mark, 2), 1, NO_LIMITS, 2)}
    assert {0: 1, 1: 2, 2: 3} == found
    assert 3 == os.path.getsize(mark)


def test_workers_that_never_begin_are_told_and_not_tried_for_ever(tmp_path: Path) -> None:
    mark = str(tmp_path / "mark")
    told = "worker processes cannot start; last error: ended its worker with exit code 3"
    with pytest.raises(CablecheckError, match=told):
        list(spread([1, 2, 3], unwilling, (mark, 99), 1, NO_LIMITS))
    assert process_pool.MAX_FAILED_STARTS == os.path.getsize(mark)
    assert [] == multiprocessing.active_children()


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="no signal masks here")
def test_no_interruption_reaches_a_worker() -> None:
    assert [(0, True)] == list(spread([1], shielded, (), 1, NO_LIMITS))
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, [])
