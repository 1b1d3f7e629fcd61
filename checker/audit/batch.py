"""Run one batch of an audit, locally or on a cluster: read and parse its documents, check them, and write table rows.

The rows go to part files, and a marker written after them shows that the batch is done (see `parts`).
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from hashlib import sha256

from .. import engine, readers
from .. import rulebook as rulebook_package
from ..config import Options
from ..document_linter import DocumentLinter, broken, following, state_of_other, unescaped
from ..parser.layouts.detect import NOT_A_TELEGRAM
from ..process_pool import FIRST_STEP, Step
from ..readers.partitions import Batch, BatchMeter, read_batch
from ..readers.registry import MEGABYTE
from ..record import Record
from ..results import CHECKED, EXCLUDED, FAILED
from ..rulebook import Rulebook
from . import filters, tables
from .coverage import Coverage
from .parts import BatchResult, PartWriter
from .tables import BATCH


class BatchTask(Record):
    """The description of one batch, as plain values that can be sent to a worker.

    `skip` maps the position of each document that killed or hung a worker to the reason; `only` limits the batch to
    some positions (a sample), and None means all. `out` is the folder for the part files. `files` are the files whose
    size and digest this batch records; if several batches read a file, only one of them lists it.
    """

    number: int
    batch: Batch
    out: str
    skip: tuple[tuple[int, str], ...] = ()
    only: tuple[int, ...] | None = None
    where: tuple[filters.Term, ...] = ()
    files: tuple[str, ...] = ()


def load_rulebook(options: Options) -> Rulebook:
    """Return the rules for an audit: the selected ones, or all rules if none are selected."""
    rulebook = rulebook_package.load(options.pack_folders(), checks=options.checks, cache=options.rule_cache)
    return rulebook.select(options.selected) if options.selected else rulebook


class BatchWorker:
    """Audits batches in one worker process. It checks documents as `DocumentLinter` does, but writes table rows."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.linter = DocumentLinter(options, load_rulebook(options))

    def work(self, task: BatchTask, step: Step) -> BatchResult:
        """Run one batch and return its result. An operating system error, such as a full disk, is reported in the
        result's `error`.

        No document causes an exception.
        """
        try:
            return self._work(task, step)
        except OSError as error:
            return BatchResult(task.number, error=f"{error.filename or task.out}: {error.strerror or error}")

    def _work(self, task: BatchTask, step: Step) -> BatchResult:
        tally = engine.Tally()
        counts = {CHECKED: 0, EXCLUDED: 0, FAILED: 0}
        levels: dict[str, int] = {}
        coverage = Coverage()
        with PartWriter(task.out, task.number) as parts:
            parts.add_rows("files", [_file(path, task.batch, step) for path in task.files])
            meter = BatchMeter()
            for position, count, item in self._documents(task, step, meter):
                number = task.number * BATCH + position
                place = tables.place(item, count, self.options.redact)
                state, why, cable = self._document(number, item, place, task, tally, parts, levels, coverage)
                counts[state] += 1
                parts.add_row("ledger", {"document": number, "cable": cable, "state": state, "why": why, **place})
            if meter.error:
                raise OSError(errno.EIO, "cannot be read to its end", meter.error)
            parts.add_rows("coverage", coverage.rows())
            result = BatchResult(
                task.number,
                counts[CHECKED],
                counts[EXCLUDED],
                counts[FAILED],
                tuple(sorted(levels.items())),
                tuple(sorted((rule, (c.applied, c.failed, c.unknown)) for rule, c in tally.counts.items())),
                meter.newlines,
                "" if task.batch.first_line else task.batch.paths[0],
            )
            parts.finish(result)
        return result

    def _documents(
        self, task: BatchTask, step: Step, meter: BatchMeter
    ) -> Iterator[tuple[int, int, readers.Reading | readers.Unreadable]]:
        """Yield each document with its position in the batch and its number within its row, member, or file, both
        1-based.

        A document in `task.skip` is yielded as `Unreadable`, with the reason.
        """
        skip = dict(task.skip)
        only = frozenset(task.only) if task.only is not None else None
        stream = read_batch(task.batch, self.linter.rulebook.vocabulary, meter)
        position = count = 0
        last: object = None
        while True:
            position += 1
            step(position)
            item = following(stream)
            if item is None:
                return
            place = item.path, item.member, item.start
            count, last = count + 1 if place == last else 1, place
            if position in skip:
                item = readers.Unreadable(item.path, item.cable, skip[position], False, *place[1:], item.size)
            if only is None or position in only:
                yield position, count, item

    def _document(
        self,
        number: int,
        item: readers.Reading | readers.Unreadable,
        place: tables.Row,
        task: BatchTask,
        tally: engine.Tally,
        parts: PartWriter,
        levels: dict[str, int],
        coverage: Coverage,
    ) -> tuple[str, str, str]:
        """Add the table rows for a document. Return its state, the reason if it was not checked, and its name."""
        linter = self.linter
        name = linter.name(item.cable)
        if isinstance(item, readers.Unreadable):
            return EXCLUDED if item.excluded else FAILED, linter.reason(item.why), name
        if why := filters.reason_to_exclude(task.where, item):
            return EXCLUDED, why, name
        telegram, why = linter.judgeable(item)
        if telegram is None:
            state = state_of_other(item.cable, not task.batch.walked) if why == NOT_A_TELEGRAM else FAILED
            return state, why, name
        name = linter.name(item.cable or telegram.mrn or "")
        before = len(tally.crashes)
        silent = linter.ignored_rules(item.path)
        judgment = engine.judge(telegram, item.view.source, linter.rulebook, item.path, name, tally, lines=False)
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
        redact = self.options.redact
        references = tables.references(number, telegram, item.view.source, linter.rulebook.vocabulary, redact)
        parts.add_rows("references", linter.shown_rows(references))
        coverage.add(telegram)
        row = tables.cable(number, name, item, telegram, portions, references, redact)
        parts.add_row("cables", linter.shown_row(row) | place)
        parts.add_rows("portions", linter.shown_rows(portions.rows))
        rows = tables.deletions(number, item, telegram, self.options.redact)
        parts.add_rows("deletions", linter.shown_rows(rows))
        crashes = broken(tally.crashes[before:])
        return FAILED if crashes else CHECKED, crashes, name


def _file(path: str, batch: Batch, step: Step) -> tables.Row:
    """Return the row of the `files` table for one file. The digest of a remote file is not computed.

    Computing a digest may take longer than the time limit for a document, so each block counts as a step.
    """
    remote = {url: size for url, size, _ in batch.files}
    if path in remote:
        return {"path": path, "size": remote[path], "sha256": None}
    digest, size = sha256(), 0
    try:
        with open(path, "rb", buffering=0) as file:
            while block := file.read(MEGABYTE):
                digest.update(block)
                size += len(block)
                step(FIRST_STEP + size // MEGABYTE % 2)
    except (OSError, ValueError):
        return {"path": path, "size": None, "sha256": None}
    return {"path": path, "size": size, "sha256": digest.hexdigest()}
