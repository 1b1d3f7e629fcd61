"""Build the tool pages: SQL queries, field coverage, and the comparison with another audit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from ..audit.database import Query
from ..audit.tables import TABLES
from ..errors import ConfigError
from .application import Workbench, of
from .comparison import Comparison
from .lists import Listing
from .queries import MEMORY, SECONDS, Row

_EXAMPLE = "select rule, count(*) as findings\nfrom findings\ngroup by rule\norder by findings desc"
MOST_ROWS = 1000
LONGEST_QUERY = 20_000
NO_QUERY = "Queries are disabled: this view is redacted, but the audit's tables are not."


def query(request: Request) -> Response:
    """Return the query page with the result of the SELECT statement in the URL."""
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
        sql=sql.replace("\r\n", "\n") or _EXAMPLE,
        asked=bool(sql.strip()),
        columns=columns,
        rows=rows[:MOST_ROWS],
        total=len(rows),
        error=error,
        link=urlencode({"sql": sql}),
        tables=TABLES,
        present=workbench.tables.present,
    )


def query_list(request: Request, whole: bool) -> Listing:
    """Return the result of the SELECT statement in the URL, for download as JSON or CSV."""
    workbench = of(request)
    if workbench.options.redact and not workbench.description.get("redacted"):
        raise ConfigError(NO_QUERY)
    columns, rows = _run(workbench, request.query_params.get("sql", ""))
    return Listing("rows", columns, rows, {"columns": list(columns)})


def _run(workbench: Workbench, sql: str) -> tuple[tuple[str, ...], tuple[tuple[object, ...], ...]]:
    """Run one SELECT on a separate connection, and return its columns and rows. Raises `ConfigError` if it is not
    allowed or exceeds its limits.
    """
    if len(sql) > LONGEST_QUERY:
        raise ConfigError(f"the query is longer than {LONGEST_QUERY:,} characters")
    tables = Query(workbench.options.out, SECONDS, MEMORY)
    try:
        answer = tables.run(sql)
    finally:
        tables.close()
    return answer.columns, answer.rows


# ---- Field coverage --------------------------------------------------------------------------------------------------

_COVERED = ("field", "year", "layout")
COVERAGE_COLUMNS = tuple(column.name for column in TABLES["coverage"])


def coverage(request: Request) -> Response:
    """Return the page that shows how often each field was read and, for one field, also by year and layout."""
    workbench = of(request)
    chosen, notices = _coverage_chosen(workbench, request)
    rows = _coverage(workbench, chosen)
    text = [row for row in rows if row["field"] == "text"]
    rows = [row for row in rows if row["field"] != "text"]
    return workbench.page(
        request,
        "coverage.html",
        notices=notices,
        field=chosen["field"],
        year=chosen["year"],
        layout=chosen["layout"],
        fields=_covered(workbench, "field"),
        years=_covered(workbench, "year"),
        layouts=_covered(workbench, "layout"),
        titles=workbench.titles,
        link=urlencode({name: value for name, value in chosen.items() if value}),
        text=_sums(text, "field")[0] if text else None,
        by_field=_sums(rows, "field"),
        by_year=_sums(rows, "year"),
        by_layout=_sums(rows, "layout"),
    )


def _covered(workbench: Workbench, name: str) -> list[str]:
    """Return the values in one column of the `coverage` table, except those in the `text` row, which is not a field."""
    if "coverage" not in workbench.tables.present:
        return []
    sql = f"select distinct cast({name} as varchar) as value from coverage where field <> 'text' order by value"
    return [row["value"] for row in workbench.tables.rows(sql) if row["value"]]


def _coverage_chosen(workbench: Workbench, request: Request) -> tuple[dict[str, str], list[str]]:
    """Return the coverage filters in a request, and a notice for each unknown name or value."""
    chosen = {name: request.query_params.get(name, "")[:100] for name in _COVERED}
    unknown = [name for name in request.query_params if name not in _COVERED]
    notices = [f"There is no filter “{name[:40]}”; known filters: {', '.join(_COVERED)}." for name in unknown]
    if "coverage" not in workbench.tables.present:
        return chosen, ["This audit has no field coverage table. Run the audit again to create it."]
    notices += [
        f"Nothing in this audit has {name} “{value}”."
        for name, value in chosen.items()
        if value and value not in _covered(workbench, name)
    ]
    return chosen, notices


def _coverage(workbench: Workbench, chosen: Mapping[str, str]) -> list[Row]:
    """Return the rows of the `coverage` table that match the filters, or an empty list if this audit does not contain
    the table.
    """
    if "coverage" not in workbench.tables.present:
        return []
    given = {name: value for name, value in chosen.items() if value}
    where = " and ".join(["true", *(f"cast({name} as varchar) = ?" for name in given)])
    sql = f"select * from coverage where {where} order by year nulls last, layout, field"
    return workbench.tables.rows(sql, list(given.values()))


def _sums(rows: Sequence[Row], name: str) -> list[Row]:
    """Return the sums of the counts for each value in the column called `name`."""
    found: dict[object, Row] = {}
    for row in rows:
        sums = found.setdefault(row[name], {"name": row[name]} | dict.fromkeys(_COUNTS, 0))
        for count in _COUNTS:
            sums[count] += row[count] or 0
    return list(found.values())


_COUNTS = tuple(name for name in COVERAGE_COLUMNS if name not in _COVERED)


def coverage_list(request: Request, whole: bool) -> Listing:
    """Return the rows of the `coverage` table that match the filters, for download as JSON or CSV."""
    workbench = of(request)
    chosen, notices = _coverage_chosen(workbench, request)
    return Listing("coverage", COVERAGE_COLUMNS, _coverage(workbench, chosen), {"notices": notices})


# ---- Comparison ------------------------------------------------------------------------------------------------------

COMPARED = ("kind", "rule", "severity", "path", "cable", "line", "message", "fingerprint", "decision")
KINDS = {
    "new": "only in this audit",
    "gone": "only in the other audit",
    "moved": "in both, but at a different position or with a different severity",
    "same": "in both",
}


def compare(request: Request) -> Response:
    """Return the page that compares this audit with another: numbers of differences, and the findings of one kind."""
    workbench = of(request)
    comparison = workbench.comparison
    if comparison is None:
        sentence = "Start with --compare DIR to compare this audit with another one."
        return workbench.page(request, "message.html", title="Compare", sentences=[sentence], link="")
    kind, rule, rows = _compared(workbench, comparison, request)
    return workbench.page(
        request,
        "compare.html",
        other=workbench.options.compare,
        kinds=KINDS,
        counts=comparison.counts(),
        kind=kind,
        rule=rule,
        rows=rows,
    )


def _compared(workbench: Workbench, comparison: Comparison, request: Request) -> tuple[str, str, list[Row]]:
    """Return the kind and rule given in a request, and the matching findings. For an unknown kind, return "" as the
    kind and no findings.
    """
    kind, rule = request.query_params.get("kind", ""), request.query_params.get("rule", "")
    rows = comparison.rows(kind, rule) if kind in KINDS else []
    for row in rows:
        row["decision"] = workbench.decision_of(row["fingerprint"])
    return kind if kind in KINDS else "", rule, rows


def compare_list(request: Request, whole: bool) -> Listing:
    """Return the findings of the kind given in the URL or, without a kind, the counts by rule, for download."""
    workbench = of(request)
    comparison = workbench.comparison
    if comparison is None:
        raise HTTPException(404)
    kind, rule, rows = _compared(workbench, comparison, request)
    about = {"other": workbench.options.compare, "kind": kind, "rule": rule}
    if kind:
        return Listing("findings", COMPARED, rows, about)
    return Listing("rules", ("rule", *KINDS), comparison.counts(), about)
