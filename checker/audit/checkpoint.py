"""What an audit is about to do, written down before it begins: so that it can go on where it stopped, or refuse to."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from hashlib import blake2b, sha256

from ..document_linter import Order
from ..errors import ConfigError, InputError
from ..readers.partitions import Batch, Meter, batches, read_batch
from ..record import Record
from ..resources import VERSION
from . import filters
from .batch import Done, Task, marker_path, read_marker

PLAN = "plan.json"


class Choice(Record):
    """Which part of the corpus: `sample` documents drawn by `seed` (0: all), conditions, shard `shard` of `shards`."""

    sample: int = 0
    seed: int = 1
    where: tuple[filters.Term, ...] = ()
    shard: int = 1
    shards: int = 1


class Plan(Record):
    """The tasks of an audit in their order, how many batches the whole corpus has, and what tells this audit apart."""

    tasks: tuple[Task, ...]
    batches: int
    identity: dict[str, str]
    excluded: tuple[tuple[str, str], ...] = ()  # path and reason, before any reading


def draw(corpus: Sequence[str], out: str, order: Order, digest: str, choice: Choice, size: int) -> Plan:
    """The plan for a corpus. `size` is the bytes a batch aims at. Raises `InputError` where nothing is found."""
    shares: list[Batch] = []
    for path in corpus:
        shares += batches(path, size, reader=order.reader or None, settings=order.fields or None)
    excluded = tuple((found.path, found.why) for batch in shares for found in batch.excluded)
    if not any(batch.paths for batch in shares):
        raise InputError("no document to audit: the paths hold none")
    only = _sample(shares, choice) if choice.sample else None
    parts = parts_folder(out)
    tasks = [
        Task(number, batch, parts, (), only[number] if only is not None else None, choice.where)
        for number, batch in enumerate(shares)
        if number % choice.shards == choice.shard - 1 and (only is None or only[number])
    ]
    sizes, times = _stamps(shares)
    conditions = [f"{term.name}{term.sign}{term.value}" for term in choice.where]
    identity = {
        "tool": VERSION,
        "rules": digest,
        "settings": _hash(repr([(name, getattr(order, name)) for name in order.__fields__])),
        "corpus": sizes,
        "times": times,
        "choice": f"sample {choice.sample} seed {choice.seed} where {conditions}",
        "batch": str(size),
    }
    return Plan(tuple(tasks), len(shares), identity, excluded)


def _stamps(shares: list[Batch]) -> tuple[str, str]:
    """What tells this corpus from another: names and sizes of its files, and the times they were changed."""
    remote = sorted({file for batch in shares for file in batch.files})
    sizes = [f"{url} {size}" for url, size, _ in remote]
    times = [f"{url} {version}" for url, _, version in remote]
    for path in sorted({path for batch in shares if not batch.files for path in batch.paths}):
        try:
            status = os.stat(path)
        except OSError:
            sizes.append(f"{path} cannot be read")
            continue
        sizes.append(f"{path} {status.st_size}")
        times.append(f"{path} {status.st_mtime_ns}")
    return _hash("\n".join(sizes)), _hash("\n".join(times))


def _hash(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:32]


def _sample(shares: list[Batch], choice: Choice) -> list[tuple[int, ...]]:
    """For each batch the places of the documents drawn: the `sample` smallest hashes of (seed, batch, place)."""
    import heapq

    feeds: dict[str, int] = {}

    def ranks() -> Iterator[tuple[int, int, int]]:
        for number, batch in enumerate(shares):
            meter = Meter()
            for place, _ in enumerate(read_batch(batch, meter=meter), 1):
                key = f"{choice.seed}|{number}|{place}".encode()
                yield int.from_bytes(blake2b(key, digest_size=8).digest(), "big"), number, place
            if meter.trouble:
                raise InputError(f"cannot be read on: {meter.trouble}")
            if not batch.first_line:  # a range of a remote file: now its lines are known
                path = batch.paths[0]
                batch.first_line = feeds.get(path, 0) + 1
                feeds[path] = feeds.get(path, 0) + meter.feeds

    drawn: list[list[int]] = [[] for _ in shares]
    for _, number, place in heapq.nsmallest(choice.sample, ranks()):
        drawn[number].append(place)
    return [tuple(sorted(places)) for places in drawn]


def parts_folder(out: str) -> str:
    """Where the parts of an audit stand."""
    return os.path.join(out, "parts")


def open_journal(plan: Plan, out: str, choice: Choice, resume: bool) -> list[Done]:
    """Writes the plan down, or compares it with the one that is there; returns the batches already done."""
    os.makedirs(parts_folder(out), exist_ok=True)
    path = os.path.join(out, PLAN)
    if os.path.exists(path):
        if not resume:
            raise ConfigError(f"{out} holds an audit already: give --resume to go on with it, or another --out")
        _compare(plan, out, choice)
    else:
        write_plan(out, _said(plan, choice))
    _sweep(parts_folder(out))
    return [read_marker(marker_path(task.out, task.number)) for task in plan.tasks if _is_done(task)]


def is_finished(plan: Plan, out: str, choice: Choice) -> bool:
    """Whether this audit was finished before: its reports stand and its parts, removed last, are gone."""
    if not os.path.exists(os.path.join(out, PLAN)) or os.path.exists(parts_folder(out)):
        return False
    _compare(plan, out, choice)
    return True


def _said(plan: Plan, choice: Choice) -> dict[str, str]:
    return {**plan.identity, "batches": str(plan.batches), "shard": f"{choice.shard}/{choice.shards}"}


def _compare(plan: Plan, out: str, choice: Choice) -> None:
    """Raises `ConfigError` where the audit in `out` is another one."""
    before, said = read_plan(out), _said(plan, choice)
    changed = sorted(name for name in said if before.get(name) != said[name])
    if changed:
        raise ConfigError(f"{out} cannot be resumed: it was begun with other {', '.join(changed)}")


def write_plan(out: str, said: dict[str, str]) -> None:
    """Write down what an audit is."""
    temporary = os.path.join(out, f"{PLAN}.{os.getpid()}.tmp")
    with open(temporary, "w", encoding="utf-8") as file:
        json.dump(said, file, indent=1, sort_keys=True)
    os.replace(temporary, os.path.join(out, PLAN))


def read_plan(out: str) -> dict[str, str]:
    """What is written down about an audit. Raises `InputError` where there is none."""
    try:
        with open(os.path.join(out, PLAN), encoding="utf-8") as file:
            found: dict[str, str] = json.load(file)
            return found
    except (OSError, ValueError) as wrong:
        raise InputError(f"{out} holds no audit: {wrong}") from wrong


def _is_done(task: Task) -> bool:
    return os.path.exists(marker_path(task.out, task.number))


def _sweep(folder: str) -> None:
    """Remove what a killed run left half written."""
    for name in os.listdir(folder):
        if name.endswith(".tmp"):
            os.unlink(os.path.join(folder, name))


def left(plan: Plan, done: Sequence[Done]) -> list[Task]:
    """The tasks that are still to do."""
    finished = {each.number for each in done}
    return [task for task in plan.tasks if task.number not in finished]
