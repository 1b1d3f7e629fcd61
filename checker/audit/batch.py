"""The work on one batch, the same on a laptop and on a cluster: read, parse, judge, write the rows, rename.

A batch is done when its marker exists, and the marker is the last thing that gets its name: whatever kills the
process before leaves nothing that another run would take for a result.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable, Iterator

from .. import engine, readers
from .. import rulebook as rulebook_package
from ..config import Options
from ..document_linter import DocumentLinter, broken, following, unescaped
from ..parser.layouts.detect import NOT_A_TELEGRAM
from ..readers.partitions import Batch, Meter, read_batch
from ..record import Record
from ..reporters.escaping import json_text
from ..results import CHECKED, EXCLUDED, FAILED
from ..rulebook import Rulebook
from . import filters, tables
from .tables import BATCH, STREAMED

MANY = 256  # rows that are made into lines at once
Step = Callable[[int], None]  # called with the place of each document before it is touched


class Task(Record):
    """One batch to do: plain values that travel to a worker.

    `skip` are the places of documents that killed or hung a worker, each with the reason; `only` limits the batch to
    these places (a sample); None is all. `out` is the folder of the parts.
    """

    number: int
    batch: Batch
    out: str
    skip: tuple[tuple[int, str], ...] = ()
    only: tuple[int, ...] | None = None
    where: tuple[filters.Term, ...] = ()


class Done(Record):
    """What a batch came to. `tally` has, for each rule, documents it applied to, failed on, could not judge.

    `feeds` are the line feeds in a range of `part_of`, a remote file whose lines nobody has counted before.
    """

    number: int
    checked: int = 0
    excluded: int = 0
    failed: int = 0
    findings: tuple[tuple[str, int], ...] = ()
    tally: tuple[tuple[str, tuple[int, int, int]], ...] = ()
    feeds: int = 0
    part_of: str = ""
    trouble: str = ""  # the disk is full, the folder is gone: the run must stop

    @property
    def documents(self) -> int:
        """All documents of the batch, whatever became of them."""
        return self.checked + self.excluded + self.failed


def load_rulebook(options: Options) -> Rulebook:
    """Return the rules an audit runs: those selected, or all."""
    rulebook = rulebook_package.load(options.pack_folders(), checks=options.checks)
    return rulebook.select(options.selected) if options.selected else rulebook


class BatchWorker:
    """Audits batches in one worker process: as `DocumentLinter` does, with table rows in place of results."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.linter = DocumentLinter(options, load_rulebook(options))

    def work(self, task: Task, step: Step) -> Done:
        """Do one batch. Never raises for what a document holds; a full disk is told in `Done.trouble`."""
        try:
            return self._work(task, step)
        except OSError as wrong:
            return Done(task.number, trouble=f"{wrong.filename or task.out}: {wrong.strerror or wrong}")

    def _work(self, task: Task, step: Step) -> Done:
        tally = engine.Tally()
        counts = {CHECKED: 0, EXCLUDED: 0, FAILED: 0}
        levels: dict[str, int] = {}
        with Parts(task) as parts:
            meter = Meter()
            for place, item in self._documents(task, step, meter):
                number = task.number * BATCH + place
                state, why, path, cable = self._document(number, item, task, tally, parts, levels)
                counts[state] += 1
                parts.put("ledger", {"document": number, "path": path, "cable": cable, "state": state, "why": why})
            if meter.trouble:
                raise OSError(errno.EIO, "cannot be read on", meter.trouble)
            done = Done(
                task.number,
                counts[CHECKED],
                counts[EXCLUDED],
                counts[FAILED],
                tuple(sorted(levels.items())),
                tuple(sorted((rule, (c.applied, c.failed, c.unknown)) for rule, c in tally.counts.items())),
                meter.feeds,
                "" if task.batch.first_line else task.batch.paths[0],
            )
            parts.finish(done)
        return done

    def _documents(
        self, task: Task, step: Step, meter: Meter
    ) -> Iterator[tuple[int, readers.Reading | readers.Unreadable]]:
        """The batch's documents with their places from 1; those to skip come as unreadable, with the reason."""
        skip = dict(task.skip)
        only = frozenset(task.only) if task.only is not None else None
        stream = read_batch(task.batch, self.linter.rulebook.vocabulary, meter)
        place = 0
        while True:
            place += 1
            step(place)
            item = following(stream)
            if item is None:
                return
            if only is None or place in only:
                yield place, readers.Unreadable(item.path, item.cable, skip[place]) if place in skip else item

    def _document(
        self,
        number: int,
        item: readers.Reading | readers.Unreadable,
        task: Task,
        tally: engine.Tally,
        parts: Parts,
        levels: dict[str, int],
    ) -> tuple[str, str, str, str]:
        """Puts the document's rows; returns its state, the reason, its path and its name."""
        linter = self.linter
        known = item.path, linter.name(item.cable)
        if isinstance(item, readers.Unreadable):
            return FAILED, linter.reason(item.why), *known
        if task.where and not filters.holds(task.where, item):
            return EXCLUDED, "does not meet the conditions of this audit", *known
        telegram, why = linter.judgeable(item)
        if telegram is None:
            stranger = why == NOT_A_TELEGRAM and task.batch.walked and not item.cable  # a folder may hold other things
            return EXCLUDED if stranger else FAILED, why, *known
        name = linter.name(item.cable or telegram.mrn or "")
        before = len(tally.crashes)
        silent = linter.ignored_rules(item.path)
        judgment = engine.judge(telegram, item.view.source, linter.rulebook, item.path, name, tally)
        parts.add(
            "undetermined",
            [
                tables.undetermined(number, linter.shown(one, item))
                for one in judgment.undetermined
                if one.rule not in silent
            ],
        )
        for one in judgment.findings:
            if one.rule not in silent:
                severity = linter.severities.get(one.rule, one.severity)
                levels[severity] = levels.get(severity, 0) + 1
                one.quote = unescaped(one.quote, item)
                parts.put("findings", tables.finding(number, one, severity, linter.messages.get(one.rule)))
        portions = tables.Portions(number, telegram)
        row = tables.cable(number, name, item, telegram, portions, self.options.redact)
        parts.put("cables", linter.shown_row(row))
        parts.add("portions", [linter.shown_row(row) for row in portions.rows])
        told = broken(tally.crashes[before:])
        return FAILED if told else CHECKED, told, item.path, name


class Parts:
    """The part files of one batch: written under temporary names, renamed when the batch is complete."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.encode = _encoder()
        self.waiting: dict[str, list[tables.Row]] = {name: [] for name in STREAMED}
        self.files = {name: open(self._temporary(name), "wb", buffering=1 << 16) for name in STREAMED}  # noqa: SIM115

    def __enter__(self) -> Parts:
        return self

    def __exit__(self, kind: object, wrong: object, trace: object) -> None:
        for name, file in self.files.items():
            try:
                file.close()
            except OSError:
                if kind is None:
                    raise
            if kind is not None and os.path.exists(self._temporary(name)):
                os.unlink(self._temporary(name))

    def put(self, table: str, row: tables.Row) -> None:
        """One row more."""
        waiting = self.waiting[table]
        waiting.append(row)
        if len(waiting) >= MANY:
            self._write(table)

    def add(self, table: str, more: list[tables.Row]) -> None:
        """Some rows more."""
        self.waiting[table] += more
        if len(self.waiting[table]) >= MANY:
            self._write(table)

    def _write(self, table: str) -> None:
        self.files[table].write(self.encode(self.waiting[table]))
        self.waiting[table].clear()

    def finish(self, done: Done) -> None:
        """All rows are on the disk under their names, and then the marker."""
        for table, part in self.files.items():
            self._write(table)
            part.flush()
            part.close()
        for name in STREAMED:
            os.replace(self._temporary(name), part_path(self.task.out, self.task.number, name))
        marker = marker_path(self.task.out, self.task.number)
        temporary = f"{marker}.{os.getpid()}.tmp"
        with open(temporary, "w", encoding="utf-8") as file:
            json.dump({field: getattr(done, field) for field in done.__fields__}, file)
        os.replace(temporary, marker)

    def _temporary(self, name: str) -> str:
        return f"{part_path(self.task.out, self.task.number, name)}.{os.getpid()}.tmp"


def part_path(out: str, number: int, table: str) -> str:
    """Where the rows of a table of a batch stand."""
    return os.path.join(out, f"{number:06d}.{table}.jsonl")


def marker_path(out: str, number: int) -> str:
    """The file that says the batch is complete."""
    return os.path.join(out, f"{number:06d}.done.json")


def read_marker(path: str) -> Done:
    """What the batch came to, as its marker tells."""
    with open(path, encoding="utf-8") as file:
        data = json.load(file)
    data["findings"] = tuple((name, count) for name, count in data["findings"])
    data["tally"] = tuple((rule, tuple(counts)) for rule, counts in data["tally"])
    return Done(**data)


def _encoder() -> Callable[[list[tables.Row]], bytes]:
    """A function from rows to their lines; msgspec where it is installed, for speed, the same bytes without."""
    try:
        from msgspec.json import Encoder  # the extra `audit`

        quick: Callable[[list[tables.Row]], bytes] = Encoder().encode_lines
    except ImportError:
        plain = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))

        quick = lambda more: "".join(plain.encode(row) + "\n" for row in more).encode("utf-8")  # noqa: E731

    def encode(more: list[tables.Row]) -> bytes:
        try:
            return quick(more)
        except UnicodeEncodeError:  # a lone surrogate: damaged text, or a file name that is not UTF-8
            return quick([{name: _legible(value) for name, value in row.items()} for row in more])

    return encode


def _legible(value: object) -> object:
    if isinstance(value, (tuple, list)):
        return [_legible(one) for one in value]
    return json_text(value) if isinstance(value, str) else value
