"""Build the pages of the tools: one SELECT over the tables, and the comparison with another audit."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from ..audit.database import Query
from ..audit.tables import TABLES
from ..errors import ConfigError
from .application import Workbench, json_answer, of
from .finding_pages import csv_stream
from .queries import MEMORY, SECONDS

_EXAMPLE = "select rule, count(*) as findings\nfrom findings\ngroup by rule\norder by findings desc"
MOST_ROWS = 1000
LONGEST_QUERY = 20_000
NO_QUERY = "Queries are off: this view is redacted, but the tables of the audit are not."


def query(request: Request) -> Response:
    """Return the query page with the result of the SELECT in the address."""
    workbench = of(request)
    sql = request.query_params.get("sql", "")
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[object, ...], ...] = ()
    error = ""
    if workbench.options.redact and not workbench.description.get("redacted"):
        error = NO_QUERY
    elif sql.strip():
        try:
            columns, rows = _run(workbench, sql)
        except ConfigError as problem:
            error = str(problem)
    return workbench.page(
        request,
        "query.html",
        400 if error and sql else 200,
        sql=sql or _EXAMPLE,
        asked=bool(sql.strip()),
        columns=columns,
        rows=rows[:MOST_ROWS],
        total=len(rows),
        error=error,
        link=urlencode({"sql": sql}),
        tables=TABLES,
        present=workbench.tables.present,
    )


def query_json(request: Request) -> Response:
    """Return the result of the SELECT in the address as JSON."""
    columns, rows = _answer(request)
    return json_answer({"columns": list(columns), "rows": [list(row) for row in rows]})


def query_csv(request: Request) -> Response:
    """Return the result of the SELECT in the address as CSV."""
    columns, rows = _answer(request)
    names = [str(place) for place in range(len(columns))]  # columns may have equal names
    records = (dict(zip(names, row, strict=True)) for row in rows)
    return csv_stream(names, records, "query.csv", columns)


def _answer(request: Request) -> tuple[tuple[str, ...], tuple[tuple[object, ...], ...]]:
    workbench = of(request)
    if workbench.options.redact and not workbench.description.get("redacted"):
        raise ConfigError(NO_QUERY)
    return _run(workbench, request.query_params.get("sql", ""))


def _run(workbench: Workbench, sql: str) -> tuple[tuple[str, ...], tuple[tuple[object, ...], ...]]:
    """Run one SELECT on its own connection. Raises `ConfigError`."""
    if len(sql) > LONGEST_QUERY:
        raise ConfigError(f"the query is longer than {LONGEST_QUERY:,} characters")
    tables = Query(workbench.options.out, SECONDS, MEMORY)
    try:
        answer = tables.run(sql)
    finally:
        tables.close()
    return answer.columns, answer.rows


# ---- Comparison ------------------------------------------------------------------------------------------------------

KINDS = {
    "new": "only in this audit",
    "gone": "only in the other audit",
    "moved": "in both, but at another place or with another severity",
    "same": "in both",
}


def compare(request: Request) -> Response:
    """Return how this audit differs from the other one by rule, and the findings of one kind."""
    workbench = of(request)
    comparison = workbench.comparison
    if comparison is None:
        sentence = "Start with --compare DIR to compare this audit with another one."
        return workbench.page(request, "message.html", title="Compare", sentences=[sentence], link="")
    kind = request.query_params.get("kind", "")
    rule = request.query_params.get("rule", "")
    rows = comparison.rows(kind, rule) if kind in KINDS else []
    for row in rows:
        row["decision"] = workbench.decision_of(row["fingerprint"])
    return workbench.page(
        request,
        "compare.html",
        other=workbench.options.compare,
        kinds=KINDS,
        counts=comparison.counts(),
        kind=kind if kind in KINDS else "",
        rule=rule,
        rows=rows,
    )
