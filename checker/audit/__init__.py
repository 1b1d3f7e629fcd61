"""A whole corpus: audited by a supervisor of workers, kept as tables, told in reports.

run(paths, out, order, options, tell) -> Result        merge(shards, out, order, options) -> Result
query(out, sql) -> Answer                              diff(before, after) -> Difference
"""

from __future__ import annotations

from ..process_pool import Limits
from .checkpoint import Choice
from .compare import Difference, diff, merge
from .database import Answer, Query
from .pipeline import Options, Progress, Result, run

__all__ = [
    "Answer",
    "Choice",
    "Difference",
    "Limits",
    "Options",
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
