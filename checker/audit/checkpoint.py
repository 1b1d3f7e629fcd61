"""Record the plan of an audit before the audit begins, so that an interrupted audit can be resumed, and a resumed run
with a different plan is rejected.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from hashlib import blake2b, sha256
from typing import Any

from ..config import SETTINGS, Options
from ..errors import ConfigError, InputError
from ..readers.partitions import Batch, BatchMeter, batches, read_batch
from ..record import Record
from ..resources import VERSION
from .batch import BatchTask
from .database import no_audit
from .filters import Term
from .parts import BatchResult, marker_path, read_result, write_file

PLAN = "plan.json"
DESCRIPTION = "audit.json"
FORMAT = 1  # of the tables and of `audit.json`; increased when older versions would misread them
_NOT_RECORDED = frozenset(("jobs", "timeout", "cache", "include", "required_version", "extend"))  # without effect
_WORDS = {"tool": "version", "times": "modification times", "choice": "choice of documents", "batch": "batch size"}


class AuditPlan(Record):
    """The ordered tasks of an audit, the number of batches in the whole corpus, and the values that identify the
    audit.
    """

    tasks: tuple[BatchTask, ...]
    batches: int
    identity: dict[str, str]
    excluded: tuple[tuple[str, str], ...] = ()  # path and reason, before any reading


def make_plan(corpus: Sequence[str], out: str, options: Options, digest: str) -> AuditPlan:
    """Return the plan for a corpus. Raises `InputError` if the paths contain no document."""
    where = tuple(term for term in options.where if isinstance(term, Term))
    batch_list: list[Batch] = []
    for path in corpus:
        batch_list += batches(
            path, options.batch_size, reader=options.reader or None, settings=options.fields or None, skip=out
        )
    excluded = tuple((found.path, found.why) for batch in batch_list for found in batch.excluded)
    if not any(batch.paths for batch in batch_list):
        raise InputError("no document to audit: the paths contain none")
    only = _sample(batch_list, options) if options.sample else None
    parts = parts_folder(out)
    wanted = [(number, batch) for number, batch in enumerate(batch_list) if only is None or only[number]]
    first = {path: number for number, batch in reversed(wanted) for path in batch.paths}
    tasks = [
        BatchTask(
            number, batch, parts, (), only[number] if only is not None else None, where, _files(batch, number, first)
        )
        for number, batch in wanted
        if number % options.shards == options.shard - 1
    ]
    sizes, times = _corpus_hashes(batch_list)
    conditions = [f"{term.name}{term.sign}{term.value}" for term in where]
    identity = {
        "tool": VERSION,
        "rules": digest,
        "settings": _hash(options.result_key()),
        "corpus": sizes,
        "times": times,
        "choice": f"sample {options.sample} seed {options.seed} where {conditions}",
        "batch": str(options.batch_size),
    }
    return AuditPlan(tuple(tasks), len(batch_list), identity, excluded)


def _files(batch: Batch, number: int, first: dict[str, int]) -> tuple[str, ...]:
    """Return the files in a batch that no earlier batch of the audit reads."""
    return tuple(path for path in batch.paths if first[path] == number)


def _corpus_hashes(batch_list: list[Batch]) -> tuple[str, str]:
    """Return two hashes that identify a corpus: one over the names and sizes of its files, and one over their
    modification times (for remote files, their versions).
    """
    remote = sorted({file for batch in batch_list for file in batch.files})
    sizes = [f"{url} {size}" for url, size, _ in remote]
    times = [f"{url} {version}" for url, _, version in remote]
    for path in sorted({path for batch in batch_list if not batch.files for path in batch.paths}):
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


def _sample(batch_list: list[Batch], options: Options) -> list[tuple[int, ...]]:
    """Return, for each batch, the positions of the sampled documents: those with the smallest hashes of seed, batch,
    and position.
    """
    import heapq

    newlines: dict[str, int] = {}

    def ranks() -> Iterator[tuple[int, int, int]]:
        for number, batch in enumerate(batch_list):
            meter = BatchMeter()
            for position, _ in enumerate(read_batch(batch, meter=meter), 1):
                key = f"{options.seed}|{number}|{position}".encode()
                yield int.from_bytes(blake2b(key, digest_size=8).digest(), "big"), number, position
            if meter.error:
                raise InputError(f"cannot be read to its end: {meter.error}")
            if not batch.first_line:  # a range of a remote file, whose lines are known now
                path = batch.paths[0]
                batch.first_line = newlines.get(path, 0) + 1
                newlines[path] = newlines.get(path, 0) + meter.newlines

    drawn: list[list[int]] = [[] for _ in batch_list]
    for _, number, position in heapq.nsmallest(options.sample, ranks()):
        drawn[number].append(position)
    return [tuple(sorted(positions)) for positions in drawn]


def parts_folder(out: str) -> str:
    """Return the path of the folder that contains an audit's part files."""
    return os.path.join(out, "parts")


def open_checkpoint(plan: AuditPlan, out: str, options: Options) -> tuple[list[BatchResult], tuple[str, ...]]:
    """Record the plan or, if the audit is resumed, compare it with the recorded plan. Return the results of the
    finished batches, and notices.

    A batch with a damaged marker or part does not count as finished, and a notice names the file. Raises `ConfigError`
    and changes nothing if `out` contains an audit that must not be resumed.
    """
    if os.path.exists(os.path.join(out, PLAN)):
        if not options.resume:
            raise ConfigError(f"{out} already contains an audit; use --resume or choose another --out")
        _compare(plan, out, options)
        os.makedirs(parts_folder(out), exist_ok=True)
    else:
        os.makedirs(parts_folder(out), exist_ok=True)
        write_plan(out, _description(plan, options))
    _sweep(parts_folder(out))
    marked = [task for task in plan.tasks if os.path.exists(marker_path(task.out, task.number))]
    results = {task.number: read_result(task.out, task.number) for task in marked}
    notices = tuple(
        f"{damaged} is missing or damaged; batch {number} will be run again"
        for number, damaged in results.items()
        if isinstance(damaged, str)
    )
    return [result for result in results.values() if isinstance(result, BatchResult)], notices


def is_finished(plan: AuditPlan, out: str, options: Options) -> bool:
    """Return whether this audit is already finished in the folder `out`, that is, whether its part files have been
    removed.

    Raises `ConfigError` if the folder contains a different finished audit.
    """
    if not os.path.exists(os.path.join(out, PLAN)) or os.path.exists(parts_folder(out)):
        return False
    _compare(plan, out, options)
    return True


def _description(plan: AuditPlan, options: Options) -> dict[str, str]:
    return {**plan.identity, "batches": str(plan.batches), "shard": f"{options.shard}/{options.shards}"}


def _compare(plan: AuditPlan, out: str, options: Options) -> None:
    """Raise `ConfigError` if the plan recorded in `out` differs from this one."""
    before, description = read_plan(out), _description(plan, options)
    changed = sorted(name for name in description if before.get(name) != description[name])
    if changed:
        more = "".join(f"; {words}" for words in _changed_options(out, options))
        words = ", ".join(_WORDS.get(name, name) for name in changed)
        raise ConfigError(
            f"{out}: cannot resume: {words} changed since the original run{more}; to start anew, choose another --out"
        )


def _changed_options(out: str, options: Options) -> Iterator[str]:
    """Yield a phrase for each option that differs from the value recorded in `audit.json`, if that file can be read."""
    try:
        recorded = read_description(out).get("options")
    except InputError:
        return
    for name, value in json.loads(json.dumps(_recorded(options))).items():
        if isinstance(recorded, dict) and name in recorded and recorded[name] != value:
            yield f"{name.replace('_', '-')} was {json.dumps(recorded[name])}"


def write_plan(out: str, description: dict[str, str]) -> None:
    """Write the plan of an audit to its folder."""
    write_file(os.path.join(out, PLAN), json.dumps(description, indent=1, sort_keys=True).encode())


def read_plan(out: str) -> dict[str, str]:
    """Return the plan recorded in the folder of an audit. Raises `InputError` if it is missing or damaged."""
    try:
        with open(os.path.join(out, PLAN), encoding="utf-8") as file:
            found = json.load(file)
        if not isinstance(found, dict):
            raise ValueError(f"{PLAN} is damaged")
        return found
    except OSError as error:
        raise InputError(f"{out} contains no audit: {PLAN}: {error.strerror or error}") from error
    except ValueError as error:
        raise InputError(f"{out} contains no audit: {error}") from error


def describe(paths: Sequence[str], out: str, options: Options, digest: str) -> None:
    """Record the audit in `audit.json`: the paths as given, the folder they are relative to, the rules' digest, and the
    options.
    """
    content = {
        "format": FORMAT,
        "tool": VERSION,
        "rules": digest,
        "corpus": list(paths),
        "folder": os.getcwd(),
        "reader": options.reader,
        "fields": dict(options.fields),
        "redacted": options.redact,
        "options": _recorded(options),
    }
    write_file(os.path.join(out, DESCRIPTION), (json.dumps(content, indent=1, sort_keys=True) + "\n").encode())


def _recorded(options: Options) -> dict[str, Any]:
    """Return the options that influence the results, in the form in which `audit.json` stores them."""
    names = [name.replace("-", "_") for name in SETTINGS]
    chosen = {name: getattr(options, name) for name in names if name not in _NOT_RECORDED}
    where = [f"{term.name}{term.sign}{term.value}" for term in options.where if isinstance(term, Term)]
    return chosen | {
        "corpus_rules": options.corpus_rules,
        "sample": options.sample,
        "seed": options.seed,
        "where": where,
    }


def read_description(out: str) -> dict[str, Any]:
    """Return the contents of `audit.json`.

    Raises `InputError` if the file is missing, is damaged, or has a different format.
    """
    path = os.path.join(out, DESCRIPTION)
    try:
        with open(path, encoding="utf-8") as file:
            found = json.load(file)
    except OSError as error:
        raise no_audit(out) from error
    except ValueError as error:
        raise InputError(f"{path}: damaged: {error}") from error
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise InputError(f"{path}: not of format {FORMAT}, which this version reads; run the audit again")
    return found


def _sweep(folder: str) -> None:
    """Remove the unfinished files that an interrupted run left behind."""
    for name in os.listdir(folder):
        if name.endswith(".tmp"):
            os.unlink(os.path.join(folder, name))


def pending_tasks(plan: AuditPlan, done: Sequence[BatchResult]) -> list[BatchTask]:
    """Return the tasks whose batches are not in `done`."""
    finished = {each.number for each in done}
    return [task for task in plan.tasks if task.number not in finished]
