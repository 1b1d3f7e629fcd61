"""Check open files in a worker process, so that the server stays responsive while a large file is checked.

Only the latest text of a file is checked. If the text changes during a check, the result is discarded, and the worker
is stopped if the check has taken longer than a new worker takes to start. A worker that exceeds the limits is also
stopped, and a diagnostic in the file reports it.
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

SETTLE = 0.15  # seconds without an edit before a text is checked
TICK = 0.05  # seconds between two polls of a running worker
RESTART = 1.0  # seconds after which a check is stopped, rather than awaited, if its text has changed
LIMITS = Limits(seconds=60, memory=2 << 30)


class Job(Record):
    """One version of a file's text, queued to be checked."""

    uri: str
    path: str
    version: int
    text: str
    is_rule_file: bool = False


class Judged(Record):
    """The result of checking a text: the findings and outline of telegrams, the diagnostics of a rule file, or an
    error.
    """

    findings: tuple[Finding, ...] = ()
    symbols: tuple[Symbol, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    error: str = ""


class Judge:
    """A queue of texts, and a thread that passes them to the worker process and calls `deliver` with each result."""

    def __init__(self, options: Options, deliver: Callable[[Job, Judged], None]) -> None:
        self._options = options
        self._deliver = deliver
        self._changed = threading.Condition()
        self._waiting: dict[str, tuple[float, Job]] = {}
        self._stale = False  # whether the text that is being checked has changed
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
        """Remove a closed file from the queue, and discard the result if it is being checked."""
        with self._changed:
            self._waiting.pop(uri, None)
            self._stale = self._stale or self._running == uri

    def close(self) -> None:
        """Stop the thread and the worker process."""
        with self._changed:
            self._closed = self._stale = True
            self._changed.notify()
        worker = self._worker
        if worker is not None:
            worker.process.kill()  # the thread may be waiting for its result, and ends the worker then
        if self._thread is not None:
            self._thread.join()
        self._end_worker()

    def _run(self) -> None:
        while (job := self._next()) is not None:
            judged = self._judge(job)
            with self._changed:
                fresh = not self._stale
                self._running = ""
            if judged is not None and fresh:
                self._deliver(job, judged)

    def _next(self) -> Job | None:
        """Wait until a text in the queue has settled, and remove it from the queue. Return it, or None if the judge is
        closed.
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
        """Return the worker's result, or None if the check was stopped because the text had changed."""
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
    """Return the function with which the worker checks a text. It loads the rulebook for the first text that is not a
    rule file.
    """
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
    """Return the findings and outline of the telegrams in a text, and the reasons if any could not be checked.

    A text without telegrams is not an error: its result is empty.
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
