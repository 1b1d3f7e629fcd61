"""Audit a whole corpus with worker processes, keep the results as tables, and write reports.

run(paths, out, options, progress) -> Result           merge(shards, out, options) -> Result
query(out, sql) -> Answer                              diff(before, after) -> Difference
"""

from __future__ import annotations

from .compare import Difference, diff, merge
from .database import Answer, Query
from .pipeline import Progress, Result, run

__all__ = [
    "Answer",
    "Difference",
    "Progress",
    "Result",
    "diff",
    "merge",
    "query",
    "run",
]


def query(out: str, sql: str, seconds: float = 300.0) -> Answer:
    """The answer to one SELECT over the tables of an audit, which is read only. Raises `ConfigError`."""
    asked = Query(out, seconds)
    try:
        return asked.ask(sql)
    finally:
        asked.close()
