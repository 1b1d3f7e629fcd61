"""An audit from beginning to end: plan, work, tables, corpus rules, reports. Each step can be interrupted."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence

from .. import rulebook
from ..document_linter import Order
from ..errors import InputError
from ..process_pool import Limits
from ..record import Record
from ..rulebook import Rulebook
from . import checkpoint, corpus_rules, database, reports
from .batch import Done, Task, part_path
from .checkpoint import Choice, Plan
from .tables import BATCH, STREAMED

CLEAN, FOUND, UNTRUSTED = 0, 1, 2  # as the exit codes of the command line
MEGABYTE = 1 << 20


class Options(Record):
    """How an audit is run. `jobs` processes; `size` bytes a batch aims at; `quotes` findings sampled for each rule.

    `scheduler` is the address of a Dask scheduler or "local"; `shard_only` stops before the tables, for `merge`.
    """

    jobs: int = 1
    size: int = 4 * MEGABYTE
    limits: Limits = Limits(60.0)
    choice: Choice = Choice()
    resume: bool = False
    keep_parts: bool = False
    corpus_rules: bool = True
    quotes: int = 5
    fail_level: str = "error"
    allow_failed: int = 0
    scheduler: str = ""


class Progress(Record):
    """Where the work stands: documents done, batches done and to do, seconds so far."""

    documents: int
    batches: int
    total: int
    seconds: float

    def line(self) -> str:
        """One line for a person: share, rate, time to go."""
        rate = self.documents / self.seconds if self.seconds else 0.0
        left = self.seconds / self.batches * (self.total - self.batches) if self.batches else 0.0
        share = 100 * self.batches // max(1, self.total)
        return (
            f"{share:3d} %  {self.documents:,} documents  {rate:,.0f}/s  {int(left) // 60}:{int(left) % 60:02d} to go"
        )


class Result(Record):
    """What came of an audit: the exit code and the numbers of `summary.json`."""

    code: int
    summary: dict[str, object]


def run(
    paths: Sequence[str],
    out: str,
    order: Order,
    options: Options | None = None,
    tell: Callable[[Progress], None] | None = None,
) -> Result:
    """Audit the documents of `paths` into the folder `out`. Raises `CablecheckError` where it cannot be done at all.

    Equal corpus, rules and settings give equal bytes in every file of `out`, however often the run was interrupted,
    and for any number of jobs.
    """
    options = options or Options()
    database.engine()  # better now than after an hour
    book = rulebook.load(order.folders or None, checks=order.checks)
    chosen = book.select(order.rules) if order.rules else book
    rules = corpus_rules.load(words=book.vocabulary) if options.corpus_rules else []
    plan = checkpoint.draw(paths, out, order, _digest(chosen, rules), options.choice, options.size)
    if options.resume and checkpoint.is_finished(plan, out, options.choice):
        return _told_again(out, options)
    done = checkpoint.open_journal(plan, out, options.choice, options.resume)
    started = time.monotonic()
    documents = 0
    tasks = checkpoint.left(plan, done)
    for place, each in enumerate(_work(tasks, order, options), 1):
        if each.trouble:
            raise InputError(f"the audit stopped, and can be resumed: {each.trouble}")
        done.append(each)
        documents += each.documents
        if tell is not None:
            tell(Progress(documents, place, len(tasks), time.monotonic() - started))
    if options.choice.shards > 1:
        return Result(
            CLEAN,
            {"shard": f"{options.choice.shard}/{options.choice.shards}", "documents": sum(d.documents for d in done)},
        )
    return finish(out, plan, done, chosen, rules, order, options)


def _told_again(out: str, options: Options) -> Result:
    """The result of an audit that was finished before."""
    with open(os.path.join(out, reports.SUMMARY), encoding="utf-8") as file:
        summary = json.load(file)
    return Result(_code(summary, options), summary)


def _digest(book: Rulebook, rules: Sequence[corpus_rules.CorpusRule]) -> str:
    from hashlib import sha256

    each = [f"{rule.id}|{rule.sql}|{rule.message}|{rule.severity}" for rule in rules]
    return sha256("\n".join([book.digest, *each]).encode()).hexdigest()[:32]


def _work(tasks: Sequence[Task], order: Order, options: Options) -> Iterator[Done]:
    if not tasks:
        return iter(())
    jobs = options.jobs or os.cpu_count() or 1
    if options.scheduler:
        from . import executors  # the extra `cluster`

        return executors.run_cluster(tasks, order, options.scheduler, jobs, options.limits)
    return executors.run_local(tasks, order, jobs, options.limits)


def finish(
    out: str,
    plan: Plan,
    done: Sequence[Done],
    book: Rulebook,
    rules: Sequence[corpus_rules.CorpusRule],
    order: Order,
    options: Options,
) -> Result:
    """Parts to tables, corpus rules, reports."""
    done = sorted(done, key=lambda each: each.number)
    parts = checkpoint.parts_folder(out)
    excluded = os.path.join(parts, "excluded.ledger.jsonl")
    _write_rows(excluded, _excluded(plan))
    files = {table: [part_path(parts, each.number, table) for each in done] for table in STREAMED}
    files["ledger"].append(excluded)
    shifts = _shifts(done, plan.batches)
    database.make_tables(out, files, shifts)
    counts = _corpus_findings(out, parts, rules, order)
    told = {"rules": [_rules_part(parts, done, book, rules, order, counts)]}
    if any(counts.values()):
        told["findings"] = [*files["findings"], os.path.join(parts, "corpus.findings.jsonl")]
    database.make_tables(out, told, shifts)
    summary = reports.write(out, options.quotes, order.redact, order.as_of)
    if not options.keep_parts:
        shutil.rmtree(parts)
    return Result(_code(summary, options), summary)


def _shifts(done: Sequence[Done], batches: int) -> list[int]:
    """For each batch the lines of its file before it, where its worker could not know them: ranges of remote files."""
    shifts = [0] * batches
    before: dict[str, int] = {}
    for each in done:
        if each.part_of:
            shifts[each.number] = before.get(each.part_of, 0)
            before[each.part_of] = shifts[each.number] + each.feeds
    return shifts


def _excluded(plan: Plan) -> list[dict[str, object]]:
    return [
        {"document": plan.batches * BATCH + place, "path": path, "cable": "", "state": "excluded", "why": why}
        for place, (path, why) in enumerate(plan.excluded, 1)
    ]


def _rules_part(
    parts: str,
    done: Sequence[Done],
    book: Rulebook,
    rules: Sequence[corpus_rules.CorpusRule],
    order: Order,
    counts: dict[str, int],
) -> str:
    """Writes the rows of the table `rules`: what became of each rule in this audit; gives the path."""
    tally: dict[str, list[int]] = {}
    for each in done:
        for told, numbers in each.tally:
            mine = tally.setdefault(told, [0, 0, 0])
            for place, number in enumerate(numbers):
                mine[place] += number
    severities = dict(order.severities)
    rows: list[dict[str, object]] = []
    for rule in (rule for rule in book.rules if book.runs(rule)):
        applied, failed, unknown = tally.get(rule.id, [0, 0, 0])
        severity = severities.get(rule.id, rule.severity)
        rows.append(_rule_row(rule.id, rule.name, severity, rule.status, rule.summary, rule.cite, False))
        rows[-1].update(applied=applied, failed=failed, unknown=unknown)
    documents = sum(each.checked for each in done)
    for law in rules:
        rows.append(_rule_row(law.id, law.name, law.severity, law.status, law.summary, law.cite, True))
        rows[-1].update(applied=documents, failed=counts.get(law.id, 0), unknown=0)
    path = os.path.join(parts, "all.rules.jsonl")
    _write_rows(path, rows)
    return path


def _rule_row(
    rule: str, name: str, severity: str, status: str, summary: str, cite: Sequence[str], whole: bool
) -> dict[str, object]:
    return {
        "rule": rule,
        "name": name,
        "severity": severity,
        "status": status,
        "summary": summary,
        "cite": list(cite),
        "corpus": whole,
    }


def _corpus_findings(out: str, parts: str, rules: Sequence[corpus_rules.CorpusRule], order: Order) -> dict[str, int]:
    """Asks the corpus rules and writes their findings as one part; gives the documents found by each rule."""
    if not rules:
        return {}
    asked = database.Query(out)
    rows: list[dict[str, object]] = []
    counts: dict[str, int] = {}
    try:
        for rule in rules:
            found = corpus_rules.findings(rule, asked, order.redact)
            counts[rule.id] = len({row["document"] for row in found})
            rows += found
    finally:
        asked.close()
    _write_rows(os.path.join(parts, "corpus.findings.jsonl"), rows)
    return counts


def _write_rows(path: str, rows: Sequence[dict[str, object]]) -> None:
    with open(path, "w", encoding="utf-8", errors="backslashreplace") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def _code(summary: dict[str, object], options: Options) -> int:
    """0 clean, 1 findings, 2 not to be trusted."""
    account = summary["account"]
    severities = summary["severities"]
    assert isinstance(account, dict) and isinstance(severities, dict)
    handed_in = sum(account.values())
    if account["failed"] > options.allow_failed or not handed_in or account["checked"] == 0:
        return UNTRUSTED
    gate = {"error": ("error",), "warning": ("error", "warning"), "info": ("error", "warning", "info")}
    return FOUND if any(severities.get(level) for level in gate.get(options.fail_level, ())) else CLEAN
