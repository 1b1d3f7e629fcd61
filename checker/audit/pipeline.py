"""Run an audit: make a plan, run the batches, write tables, run corpus rules, and write reports.

Any step can be interrupted and resumed.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from typing import BinaryIO

from .. import baseline
from ..config import Options
from ..errors import InputError
from ..record import Record
from ..rulebook import Rule, Rulebook
from . import checkpoint, corpus_rules, database, hidden, reports, self_inspection
from .batch import BatchTask, load_rulebook
from .checkpoint import AuditPlan, read_description
from .parts import BatchResult, part_path, read_result
from .tables import BATCH, STREAMED

CLEAN, FOUND, INCOMPLETE = 0, 1, 2  # the exit codes of the command line


EXCLUDED = "excluded.ledger.jsonl"
"""The part file with the files that are excluded without being read. Every shard has all of them."""


class Progress(Record):
    """The progress of an audit: documents and batches done in this run, and the total number of batches in this run."""

    documents: int
    batches: int
    total: int


class AuditResult(Record):
    """The exit code of an audit, the figures from `summary.json`, and notices for the user."""

    code: int
    summary: dict[str, object]
    notices: tuple[str, ...] = ()


def run(
    paths: Sequence[str], out: str, options: Options, progress: Callable[[Progress], None] | None = None
) -> AuditResult:
    """Audit the documents in `paths`, and write the results to the folder `out`. `progress` is called at the start
    and after each batch.

    The same corpus, rules, and options produce the same bytes in every file of `out`, however often the run was
    interrupted, and for any number of jobs. Raises `CablecheckError` if the audit cannot be run at all.
    """
    database.engine()  # if the package is missing, fail now rather than after an hour
    rulebook = load_rulebook(options)
    rules = corpus_rules.shipped(rulebook.vocabulary) if options.corpus_rules else []
    plan = checkpoint.make_plan(paths, out, options, _digest(rulebook, rules))
    if options.resume and checkpoint.is_finished(plan, out, options):
        return _finished_result(out, options)
    done, notices = checkpoint.open_checkpoint(plan, out, options)
    checkpoint.describe(paths, out, options, plan.identity["rules"])
    documents = 0
    tasks = checkpoint.pending_tasks(plan, done)
    if progress is not None and tasks:
        progress(Progress(0, 0, len(tasks)))
    for count, result in enumerate(_work(tasks, options), 1):
        if result.error:
            raise InputError(f"the audit stopped, and can be resumed: {result.error}")
        done.append(result)
        documents += result.documents
        if progress is not None:
            progress(Progress(documents, count, len(tasks)))
    if options.shards > 1:
        _write_rows(os.path.join(checkpoint.parts_folder(out), EXCLUDED), _excluded(plan))
        return AuditResult(
            CLEAN,
            {"shard": f"{options.shard}/{options.shards}", "documents": sum(d.documents for d in done)},
            notices,
        )
    finished = finish(out, plan, done, rulebook, rules, options)
    finished.notices = notices + finished.notices
    return finished


def _finished_result(out: str, options: Options) -> AuditResult:
    """Return the recorded result of an audit that is already finished."""
    with open(os.path.join(out, reports.SUMMARY), encoding="utf-8") as file:
        summary = json.load(file)
    return AuditResult(_code(summary, options), summary)


def _digest(rulebook: Rulebook, rules: Sequence[corpus_rules.CorpusRule]) -> str:
    from hashlib import sha256

    result = [f"{rule.id}|{rule.sql}|{rule.message}|{rule.severity}" for rule in rules]
    return sha256("\n".join([rulebook.digest, *result]).encode()).hexdigest()[:32]


def _work(tasks: Sequence[BatchTask], options: Options) -> Iterator[BatchResult]:
    if not tasks:
        return iter(())
    from . import executors  # 25 ms with multiprocessing; a resumed audit may have nothing to do

    return executors.run_cluster(tasks, options) if options.scheduler else executors.run_local(tasks, options)


def _verify(parts: str, done: Sequence[BatchResult]) -> None:
    """Check each batch's part files against its marker before making tables. Raises `InputError` if they differ."""
    for result in done:
        damaged = read_result(parts, result.number)
        if isinstance(damaged, str):
            raise InputError(f"{damaged} is missing or damaged: resume the audit to run its batch again")


def finish(
    out: str,
    plan: AuditPlan,
    done: Sequence[BatchResult],
    rulebook: Rulebook,
    rules: Sequence[corpus_rules.CorpusRule],
    options: Options,
) -> AuditResult:
    """Make tables from the part files, run the corpus rules, and write the reports. Then delete the part files, unless
    they are to be kept.
    """
    done = sorted(done, key=lambda result: result.number)
    parts = checkpoint.parts_folder(out)
    _verify(parts, done)
    excluded = os.path.join(parts, EXCLUDED)
    _write_rows(excluded, _excluded(plan))
    files = {table: [part_path(parts, result.number, table) for result in done] for table in STREAMED}
    files["ledger"].append(excluded)
    shifts = _shifts(done, plan.batches)
    database.make_tables(out, files, shifts)
    counts = _corpus_findings(out, parts, rules, options)
    parts_of_tables = {"rules": [_rules_part(parts, done, rulebook, rules, options, counts)]}
    if any(counts.values()):
        parts_of_tables["findings"] = [*files["findings"], os.path.join(parts, "corpus.findings.jsonl")]
    database.make_tables(out, parts_of_tables, shifts)
    finished = report(out, options)
    if not options.keep_parts:
        shutil.rmtree(parts)
    return finished


def report(out: str, options: Options) -> AuditResult:
    """Rebuild the reports from the tables. Decisions change which findings are reported, never which were found.

    Raises `InputError` if `out` contains no finished audit.
    """
    description = read_description(out)
    if not os.path.exists(database.table_path(out, "rules")):
        raise InputError(f"{out}: the audit is not finished, there is no table of findings yet; use audit --resume")
    found = hidden.write(out, options, baseline.today())
    summary = reports.write(out, options, description, found.log)
    if options.inspected:
        self_inspection.write(out, found.log, options.inspected, options.seed, options.title or reports.TITLE)
    code = INCOMPLETE if found.errors else _code(summary, options)
    return AuditResult(code, summary, (*found.errors, *found.notices))


def _shifts(done: Sequence[BatchResult], batches: int) -> list[int]:
    """Return, for each batch, the number of lines before it in its file, or 0 unless it is a range of a remote file."""
    shifts = [0] * batches
    before: dict[str, int] = {}
    for result in done:
        if result.part_of:
            shifts[result.number] = before.get(result.part_of, 0)
            before[result.part_of] = shifts[result.number] + result.newlines
    return shifts


def _excluded(plan: AuditPlan) -> list[dict[str, object]]:
    return [
        {"document": plan.batches * BATCH + count, "path": path, "cable": "", "state": "excluded", "why": why}
        for count, (path, why) in enumerate(plan.excluded, 1)
    ]


def _rules_part(
    parts: str,
    done: Sequence[BatchResult],
    rulebook: Rulebook,
    rules: Sequence[corpus_rules.CorpusRule],
    options: Options,
    counts: dict[str, int],
) -> str:
    """Write a part file for the `rules` table, with each rule's counts in this audit, and return its path."""
    tally: dict[str, list[int]] = {}
    for result in done:
        for parts_of_tables, numbers in result.tally:
            sums = tally.setdefault(parts_of_tables, [0, 0, 0])
            for count, number in enumerate(numbers):
                sums[count] += number
    severities = dict(options.severities)
    titles = {entry.code: entry.title for entry in rulebook.vocabulary["sources"]}
    rows: list[dict[str, object]] = []
    for rule in (rule for rule in rulebook.rules if rulebook.runs(rule)):
        applied, failed, unknown = tally.get(rule.id, [0, 0, 0])
        rows.append(_rule_row(rule, titles, options, severities.get(rule.id, rule.severity), False))
        rows[-1].update(applied=applied, failed=failed, unknown=unknown)
    documents = sum(result.checked for result in done)
    for each in rules:
        rows.append(_rule_row(each, titles, options, each.severity, True))
        rows[-1].update(applied=documents, failed=counts.get(each.id, 0), unknown=0)
    path = os.path.join(parts, "all.rules.jsonl")
    _write_rows(path, rows)
    return path


def _rule_row(
    rule: Rule | corpus_rules.CorpusRule, titles: dict[str, str], options: Options, severity: str, corpus: bool
) -> dict[str, object]:
    sources = [re.split("[ ,]", cite, maxsplit=1)[0] for cite in rule.cite]
    return {
        "rule": rule.id,
        "name": rule.name,
        "severity": severity,
        "status": rule.status,
        "summary": rule.summary,
        "cite": list(rule.cite),
        "titles": [titles.get(source, "") for source in sources],
        "because": rule.because,
        "help": rule.help,
        "url": options.rule_url.replace("{rule}", rule.id) or None,
        "corpus": corpus,
    }


def _corpus_findings(
    out: str, parts: str, rules: Sequence[corpus_rules.CorpusRule], options: Options
) -> dict[str, int]:
    """Run the corpus rules, write their findings to a part file, and return the number of documents that each rule
    reports.

    If a rule runs out of memory, it is run again with a higher limit.
    """
    if not rules:
        return {}
    query = database.Query(out)
    counts: dict[str, int] = {}
    try:
        with open(os.path.join(parts, "corpus.findings.jsonl"), "wb") as file:
            for rule in rules:
                start = file.tell()
                try:
                    counts[rule.id] = _write_found(file, corpus_rules.findings(rule, query, options.redact))
                except database.OutOfMemory:
                    counts[rule.id] = _with_more_memory(out, file, start, rule, options.redact)
    finally:
        query.close()
    return counts


def _with_more_memory(out: str, file: BinaryIO, start: int, rule: corpus_rules.CorpusRule, redact: bool) -> int:
    """Run a rule again that ran out of memory, and replace what it wrote after `start`. Return the number of documents.

    Raises `OutOfMemory` if the largest limit is also too small.
    """
    for memory in database.MORE_MEMORY:
        file.seek(start)
        file.truncate()
        with closing(database.Query(out, memory=memory)) as query, suppress(database.OutOfMemory):
            return _write_found(file, corpus_rules.findings(rule, query, redact))
    raise database.OutOfMemory(f"corpus rule {rule.id} needs more than {memory} of memory; use --no-corpus-rules")


def _write_found(file: BinaryIO, rows: Iterable[dict[str, object]]) -> int:
    """Write findings to a file as JSON lines, in document order. Return the number of documents that have findings."""
    count, last = 0, None
    for row in rows:
        file.write(_line(row))
        count += row["document"] != last
        last = row["document"]
    return count


def _line(row: dict[str, object]) -> bytes:
    return (json.dumps(row, ensure_ascii=False) + "\n").encode("utf-8", "backslashreplace")


def _write_rows(path: str, rows: Sequence[dict[str, object]]) -> None:
    with open(path, "wb") as file:
        file.writelines(map(_line, rows))


def _code(summary: dict[str, object], options: Options) -> int:
    """Return the exit code of an audit: 2 if it is incomplete, 1 if it has findings at or above the fail level,
    otherwise 0.
    """
    account = summary["account"]
    severities = summary["severities"]
    assert isinstance(account, dict) and isinstance(severities, dict)
    total = sum(account.values())
    if account["failed"] > options.allow_failed or not total or account["checked"] == 0:
        return INCOMPLETE
    levels = {"error": ("error",), "warning": ("error", "warning"), "info": ("error", "warning", "info")}
    return FOUND if any(severities.get(level) for level in levels.get(options.fail_level, ())) else CLEAN
