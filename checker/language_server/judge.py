"""Check open files in a worker process, so that the server stays responsive while a large file is read.

Only the latest text of a file is checked. If the text changes during a run, the run is dropped, and its worker is
stopped if it has run longer than a new worker takes to start. A worker that exceeds the limits is also stopped, and a
diagnostic in the file reports it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from .. import linter
from ..config import Options
from ..document_linter import DocumentLinter
from ..errors import CablecheckError
from ..process_pool import Limits, Step, Worker
from ..readers import Reading
from ..record import Record
from ..results import Finding
from ..rulebook.diagnostics import Diagnostic
from ..rulebook.loader import check_text
from .symbols import Symbol, symbols_of

SETTLE = 0.15  # seconds without an edit before a text is judged
TICK = 0.05  # seconds between two looks at a running worker
RESTART = 1.0  # seconds after which a run whose text has changed is stopped, not awaited
LIMITS = Limits(seconds=60, memory=2 << 30)


class Job(Record):
    """One version of a file's text, queued to be checked."""

    uri: str
    path: str
    version: int
    text: str
    is_rule_file: bool = False


class Judged(Record):
    """The result of checking a text: findings and symbols, the diagnostics for a rule file, or an error."""

    findings: tuple[Finding, ...] = ()
    symbols: tuple[Symbol, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    error: str = ""


class Judge:
    """A queue of files, and a thread that passes them to the worker. `deliver` is called in this thread."""

    def __init__(self, options: Options, deliver: Callable[[Job, Judged], None]) -> None:
        self._options = options
        self._deliver = deliver
        self._changed = threading.Condition()
        self._waiting: dict[str, tuple[float, Job]] = {}
        self._stale = False  # whether the text that is being judged has changed
        self._running = ""
        self._closed = False
        self._worker: Worker | None = None
        self._thread: threading.Thread | None = None

    def submit(self, job: Job, settle: float = 0) -> None:
        """Queue a text, to be checked once it has not changed for `settle` seconds.

        An earlier text of the same file is dropped.
        """
        with self._changed:
            self._waiting[job.uri] = (time.monotonic() + settle, job)
            self._stale = self._stale or self._running == job.uri
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, daemon=True)
                self._thread.start()
            self._changed.notify()

    def forget(self, uri: str) -> None:
        """Remove a closed file from the queue."""
        with self._changed:
            self._waiting.pop(uri, None)
            self._stale = self._stale or self._running == uri

    def close(self) -> None:
        """Stop the worker."""
        with self._changed:
            self._closed = self._stale = True
            self._changed.notify()
        if self._worker is not None:
            self._worker.end()

    def _run(self) -> None:
        while (job := self._next()) is not None:
            judged = self._judge(job)
            with self._changed:
                fresh = not self._stale
                self._running = ""
            if judged is not None and fresh:
                self._deliver(job, judged)

    def _next(self) -> Job | None:
        """Wait for a text that has not changed for a while, and remove it from the queue. Return `None` when the server
        closes.
        """
        with self._changed:
            while not self._closed:
                ready, uri = min(((ready, uri) for uri, (ready, _) in self._waiting.items()), default=(0.0, ""))
                pause = ready - time.monotonic()
                if uri and pause <= 0:
                    self._running, self._stale = uri, False
                    return self._waiting.pop(uri)[1]
                self._changed.wait(pause if uri else None)
        return None

    def _judge(self, job: Job) -> Judged | None:
        """Return the worker's result, or None if the text has changed in the meantime."""
        worker = self._worker = self._worker or Worker(prepare, (self._options,))
        worker.send(0, job)
        start = time.monotonic()
        try:
            while not worker.pipe.poll(TICK):
                why = worker.exceeded(LIMITS)
                if why or (self._stale and time.monotonic() - start > RESTART):
                    self._end_worker()
                    return Judged(error=f"not checked: {why}") if why else None
            judged: Judged = worker.pipe.recv()
        except (EOFError, OSError):
            why = worker.exit_reason()
            self._end_worker()
            return Judged(error=f"not checked: {why}")
        worker.finish_item()
        return judged

    def _end_worker(self) -> None:
        if self._worker is not None:
            self._worker.end()
        self._worker = None


# ---- In the worker ---------------------------------------------------------------------------------------------------


def prepare(options: Options) -> Callable[[Job, Step], Judged]:
    """Return the function that checks a text. It loads the rulebook when it receives the first telegram."""
    linters: list[DocumentLinter] = []

    def judge(job: Job, step: Step) -> Judged:
        try:
            if job.is_rule_file:
                return Judged(diagnostics=tuple(check_text(job.path, job.text)))
            if not linters:
                book = linter.load(options)
                resolved = linter.resolve(options, book)
                linters.append(DocumentLinter(resolved, book.select(resolved.selected)))
            return judge_telegrams(linters[0], job.path, job.text)
        except CablecheckError as error:
            return Judged(error=str(error))

    return judge


def judge_telegrams(checker: DocumentLinter, path: str, text: str) -> Judged:
    """Return the findings and symbols for the telegrams in a text.

    A text without telegrams yields empty lists, not an error.
    """
    findings: list[Finding] = []
    symbols: list[Symbol] = []
    errors = []
    for item in checker.documents(path, text.encode("utf-8", "surrogatepass")):
        result, telegram = checker.check_with_telegram(item)
        findings += result.findings
        if telegram is not None and isinstance(item, Reading):
            symbols += symbols_of(telegram, item.view.source)
        elif result.state == "failed" and not result.why.startswith(linter.NO_TELEGRAM):
            errors.append(result.why)
    return Judged(tuple(findings), tuple(symbols), (), "; ".join(errors))
