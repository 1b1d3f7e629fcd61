"""Audit a whole corpus with worker processes, store the results as tables, and write reports.

run(paths, out, options, progress) -> AuditResult           merge(shards, out, options) -> AuditResult
report(out, options) -> AuditResult                         read_description(out) -> dict
totals(counts) -> Summary
query(out, sql) -> Answer                                   diff(before, after) -> Difference
"""

from __future__ import annotations

from .checkpoint import read_description
from .compare import Difference, diff, merge
from .database import Answer, Query
from .pipeline import AuditResult, Progress, report, run
from .statistics import totals

__all__ = [
    "Answer",
    "AuditResult",
    "Difference",
    "Progress",
    "diff",
    "merge",
    "query",
    "read_description",
    "report",
    "run",
    "totals",
]


def query(out: str, sql: str, seconds: float = 300.0) -> Answer:
    """Run one read-only SELECT on the tables of an audit.

    Raises `ConfigError` for any other statement, and if the query takes longer than `seconds` or needs too much memory.
    """
    tables = Query(out, seconds)
    try:
        return tables.run(sql)
    finally:
        tables.close()
