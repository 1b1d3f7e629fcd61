"""Write the `decisions` and `suppressed` tables, which record why findings of an audit are hidden.

Each report rebuilds these tables; the `findings` table is never changed. The same code hides findings for `lint` and
for an audit.
"""

from __future__ import annotations

import json
import os
from contextlib import closing

from .. import baseline, decisions
from ..config import Options
from ..record import Record
from ..results import Finding
from ..text import Source, Span
from .database import RANKED, connect, interruptible, literal, make_tables, table_path
from .tables import Row

_START = Source("", "").position(0)
_NOWHERE = Span(0, 0), _START, _START  # a finding's fingerprint, rule, and path alone decide whether it is hidden


class Hidden(Record):
    """A summary of an audit's hidden findings: their number by cause (one of `HIDDEN_BY`), the decisions log, notices,
    and the errors that make the audit incomplete.
    """

    counts: dict[str, int]
    log: decisions.DecisionLog
    notices: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()


def files_of(out: str, options: Options) -> baseline.HidingFiles:
    """Return the suppressions, decisions, and baseline files that apply to an audit, each "" if it is not used."""
    log = options.decisions or os.path.join(out, decisions.LOG)
    return baseline.HidingFiles(
        options.suppressions if options.use_suppressions else "",
        log if options.use_decisions and (options.decisions or os.path.exists(log)) else "",
        options.baseline if options.use_baseline else "",
    )


def write(out: str, options: Options, today: str) -> Hidden:
    """Write the `decisions` and `suppressed` tables, and return a summary of the hidden findings.

    Raises `ConfigError` if the suppressions, decisions, or baseline file is damaged.
    """
    entries = files_of(out, options).entries()
    wanted = entries.fingerprints() | {one.finding for one in entries.decided}
    findings, places = _findings(out, wanted)
    checked = _checked(out) if wanted and not options.sample and not options.where else frozenset()
    found = entries.hide(findings, checked, frozenset(options.mandatory_ids), today)
    rows: list[Row] = [
        {**places[id(one.finding)], "rule": one.finding.rule, "hidden_by": one.by, "reason": one.reason}
        for one in found.hidden
    ]
    rows.sort(key=lambda row: (row["document"], row["fingerprint"], row["nth"]))
    here = {finding.fingerprint for finding in findings}
    hiding = decisions.hiding(entries.decided, frozenset(options.mandatory_ids), today)
    decided = [_row(one, one.finding in here, one.finding in hiding) for one in entries.decided]
    _write(out, {"suppressed": rows, "decisions": decided})
    counts: dict[str, int] = {}
    for each in found.hidden:
        counts[each.by] = counts.get(each.by, 0) + 1
    return Hidden(counts, entries.log, found.notices, found.errors)


def _row(one: decisions.ReviewDecision, found: bool, hides: bool) -> Row:
    names = ("finding", "rule", "decision", "reason", "note", "at", "how", "cable", "path")
    return {name: getattr(one, name) for name in names} | {
        "reviewer": one.by,
        "expires": one.expires or None,
        "found": found,
        "hides": hides,
    }


def _findings(out: str, wanted: frozenset[str]) -> tuple[tuple[Finding, ...], dict[int, Row]]:
    """Return the findings with these fingerprints in document order. Also return, by each finding's `id()`, the columns
    that identify it: `document`, `fingerprint`, and `nth`.
    """
    if not wanted:
        return (), {}
    with closing(connect()) as con, interruptible():
        rows = con.execute(
            f"with ranked as (select *, {RANKED} as nth from read_parquet({literal(table_path(out, 'findings'))})) "
            "select document, fingerprint, nth, path, cable, rule, severity from ranked "
            "semi join (select unnest(?) as fingerprint) using (fingerprint) "
            'order by document, line, "column", rule, nth',
            [sorted(wanted)],
        ).fetchall()
    findings: list[Finding] = []
    places: dict[int, Row] = {}
    for document, fingerprint, nth, path, cable, rule, severity in rows:
        one = Finding(path, cable, rule, "", severity, "", *_NOWHERE, "", "", (), fingerprint=fingerprint)
        findings.append(one)
        places[id(one)] = {"document": document, "fingerprint": fingerprint, "nth": nth}
    return tuple(findings), places


def _checked(out: str) -> frozenset[str]:
    """Return the plain paths of the files in which at least one document was checked and none failed."""
    with closing(connect()) as con, interruptible():
        rows = con.execute(
            f"select path from read_parquet({literal(table_path(out, 'ledger'))}) group by path "
            "having bool_or(state = 'checked') and not bool_or(state = 'failed')"
        ).fetchall()
    return frozenset(baseline.plain_path(path) for (path,) in rows)


def _write(out: str, tables: dict[str, list[Row]]) -> None:
    parts = {table: [os.path.join(out, f"{table}.{os.getpid()}.tmp")] for table in tables}
    try:
        for table, (part,) in parts.items():
            with open(part, "w", encoding="utf-8", errors="backslashreplace") as file:
                file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in tables[table])
        make_tables(out, parts)
    finally:
        for (part,) in parts.values():
            if os.path.exists(part):
                os.unlink(part)
