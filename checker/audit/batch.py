"""One batch of an audit, in a local process or on a cluster: read, parse, judge, write rows.

A batch is done if its marker exists. The marker is renamed last, so an interrupted batch leaves no result.
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
from ..readers.partitions import Batch, BatchMeter, read_batch
from ..record import Record
from ..reporters.escaping import json_text
from ..results import CHECKED, EXCLUDED, FAILED
from ..rulebook import Rulebook
from . import filters, tables
from .tables import BATCH, STREAMED

CHUNK_ROWS = 256  # rows that are encoded together
Step = Callable[[int], None]  # called with the place of each document before it is touched


class BatchTask(Record):
    """One batch to do, as plain values that can be sent to a worker.

    `skip` are positions of documents that killed or hung a worker, each with the reason; `only` limits the batch to
    some positions (a sample), None means all. `out` is the folder of the parts.
    """

    number: int
    batch: Batch
    out: str
    skip: tuple[tuple[int, str], ...] = ()
    only: tuple[int, ...] | None = None
    where: tuple[filters.Term, ...] = ()


class BatchResult(Record):
    """The result of a batch. `tally` has for each rule the documents it applied to, failed on, and could not judge.

    `newlines` are the line feeds in a range of `part_of`, a remote file, whose lines were not counted before.
    """

    number: int
    checked: int = 0
    excluded: int = 0
    failed: int = 0
    findings: tuple[tuple[str, int], ...] = ()
    tally: tuple[tuple[str, tuple[int, int, int]], ...] = ()
    newlines: int = 0
    part_of: str = ""
    error: str = ""  # the disk is full, the folder is gone: the run must stop

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

    def work(self, task: BatchTask, step: Step) -> BatchResult:
        """Do one batch. Never raises because of a document; a full disk is reported in `error`."""
        try:
            return self._work(task, step)
        except OSError as error:
            return BatchResult(task.number, error=f"{error.filename or task.out}: {error.strerror or error}")

    def _work(self, task: BatchTask, step: Step) -> BatchResult:
        tally = engine.Tally()
        counts = {CHECKED: 0, EXCLUDED: 0, FAILED: 0}
        levels: dict[str, int] = {}
        with Parts(task) as parts:
            meter = BatchMeter()
            for position, item in self._documents(task, step, meter):
                number = task.number * BATCH + position
                state, why, path, cable = self._document(number, item, task, tally, parts, levels)
                counts[state] += 1
                parts.add_row("ledger", {"document": number, "path": path, "cable": cable, "state": state, "why": why})
            if meter.error:
                raise OSError(errno.EIO, "cannot be read to its end", meter.error)
            done = BatchResult(
                task.number,
                counts[CHECKED],
                counts[EXCLUDED],
                counts[FAILED],
                tuple(sorted(levels.items())),
                tuple(sorted((rule, (c.applied, c.failed, c.unknown)) for rule, c in tally.counts.items())),
                meter.newlines,
                "" if task.batch.first_line else task.batch.paths[0],
            )
            parts.finish(done)
        return done

    def _documents(
        self, task: BatchTask, step: Step, meter: BatchMeter
    ) -> Iterator[tuple[int, readers.Reading | readers.Unreadable]]:
        """Yield the documents with their positions from 1; skipped ones as unreadable, with the reason."""
        skip = dict(task.skip)
        only = frozenset(task.only) if task.only is not None else None
        stream = read_batch(task.batch, self.linter.rulebook.vocabulary, meter)
        position = 0
        while True:
            position += 1
            step(position)
            item = following(stream)
            if item is None:
                return
            if only is None or position in only:
                yield position, readers.Unreadable(item.path, item.cable, skip[position]) if position in skip else item

    def _document(
        self,
        number: int,
        item: readers.Reading | readers.Unreadable,
        task: BatchTask,
        tally: engine.Tally,
        parts: Parts,
        levels: dict[str, int],
    ) -> tuple[str, str, str, str]:
        """Add the rows of a document; return its state, the reason, its path and its name."""
        linter = self.linter
        names = item.path, linter.name(item.cable)
        if isinstance(item, readers.Unreadable):
            return EXCLUDED if item.excluded else FAILED, linter.reason(item.why), *names
        if task.where and not filters.holds(task.where, item):
            return EXCLUDED, "does not meet the conditions of this audit", *names
        telegram, why = linter.judgeable(item)
        if telegram is None:
            other_file = why == NOT_A_TELEGRAM and task.batch.walked and not item.cable  # folders have others, too
            return EXCLUDED if other_file else FAILED, why, *names
        name = linter.name(item.cable or telegram.mrn or "")
        before = len(tally.crashes)
        silent = linter.ignored_rules(item.path)
        judgment = engine.judge(telegram, item.view.source, linter.rulebook, item.path, name, tally)
        parts.add_rows(
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
                parts.add_row("findings", tables.finding(number, one, severity, linter.messages.get(one.rule)))
        portions = tables.Portions(number, telegram)
        row = tables.cable(number, name, item, telegram, portions, self.options.redact)
        parts.add_row("cables", linter.shown_row(row))
        parts.add_rows("portions", [linter.shown_row(row) for row in portions.rows])
        crashes = broken(tally.crashes[before:])
        return FAILED if crashes else CHECKED, crashes, item.path, name


class Parts:
    """The part files of one batch: written under temporary names, renamed when the batch is complete."""

    def __init__(self, task: BatchTask) -> None:
        self.task = task
        self.encode = _encoder()
        self.rows: dict[str, list[tables.Row]] = {name: [] for name in STREAMED}
        self.files = {name: open(self._temporary(name), "wb", buffering=1 << 16) for name in STREAMED}  # noqa: SIM115

    def __enter__(self) -> Parts:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        for name, file in self.files.items():
            try:
                file.close()
            except OSError:
                if kind is None:
                    raise
            if kind is not None and os.path.exists(self._temporary(name)):
                os.unlink(self._temporary(name))

    def add_row(self, table: str, row: tables.Row) -> None:
        """Add a row to a table."""
        rows = self.rows[table]
        rows.append(row)
        if len(rows) >= CHUNK_ROWS:
            self._write(table)

    def add_rows(self, table: str, rows: list[tables.Row]) -> None:
        """Add rows to a table."""
        self.rows[table] += rows
        if len(self.rows[table]) >= CHUNK_ROWS:
            self._write(table)

    def _write(self, table: str) -> None:
        self.files[table].write(self.encode(self.rows[table]))
        self.rows[table].clear()

    def finish(self, done: BatchResult) -> None:
        """Write all rows, rename the files, and then write the marker."""
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
    """Return the path of the rows of a table of a batch."""
    return os.path.join(out, f"{number:06d}.{table}.jsonl")


def marker_path(out: str, number: int) -> str:
    """Return the path of the marker of a completed batch."""
    return os.path.join(out, f"{number:06d}.done.json")


def read_marker(path: str) -> BatchResult:
    """Read the result of a batch from its marker."""
    with open(path, encoding="utf-8") as file:
        data = json.load(file)
    data["findings"] = tuple((name, count) for name, count in data["findings"])
    data["tally"] = tuple((rule, tuple(counts)) for rule, counts in data["tally"])
    return BatchResult(**data)


def _encoder() -> Callable[[list[tables.Row]], bytes]:
    """Return a function from rows to lines: with msgspec if installed, for speed; the bytes are the same."""
    try:
        from msgspec.json import Encoder  # the extra `audit`

        encode_lines: Callable[[list[tables.Row]], bytes] = Encoder().encode_lines
    except ImportError:
        plain = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))

        encode_lines = lambda rows: "".join(plain.encode(row) + "\n" for row in rows).encode("utf-8")  # noqa: E731

    def encode(rows: list[tables.Row]) -> bytes:
        try:
            return encode_lines(rows)
        except UnicodeEncodeError:  # a lone surrogate: damaged text, or a file name that is not UTF-8
            return encode_lines([{name: _replace_surrogates(value) for name, value in row.items()} for row in rows])

    return encode


def _replace_surrogates(value: object) -> object:
    if isinstance(value, (tuple, list)):
        return [_replace_surrogates(one) for one in value]
    return json_text(value) if isinstance(value, str) else value
