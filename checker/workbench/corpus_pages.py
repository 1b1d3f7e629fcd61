"""Build the pages about the corpus: the overview, telegrams, references, rules, facet values, and due telegrams."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from ..audit.database import quoted
from ..errors import ConfigError
from ..reporters import declassification
from .application import Workbench, folder_name, of
from .criteria import FACETS, Criteria
from .finding_pages import decision_words, facet_groups, label, read_criteria
from .lists import Listing, attached
from .queries import PAGE, SHOWN, FacetCount, Row
from .sample_pages import progress

_TELEGRAM_FACETS = ("level", "post", "year", "era", "tag", "layout", "reader")
DOCUMENT_COLUMNS = (
    "document", "path", "cable", "mrn", "date", "post", "level", "era", "subject", "error", "warning", "info",
    "undetermined",
)  # fmt: skip
DUE_SENTENCE = (
    "A document is not declassified merely because its date has passed: "
    "it keeps its markings until someone with authority acts."
)


def overview(request: Request) -> Response:
    """Return the overview page: the corpus, its documents, findings by severity and rule, samples, and the number of
    telegrams due for declassification this year.
    """
    workbench = of(request)
    tables = workbench.tables
    account = {row["state"]: row["n"] for row in tables.rows("select state, count(*) as n from ledger group by all")}
    severities = tables.rows(
        "select severity, count(*) as total, count(*) filter (decision <> 'none') as decided from item "
        "where undetermined = '' group by severity order by array_position(['error', 'warning', 'info'], severity)"
    )
    about = tables.rows(
        "select min(date) as first, max(date) as last, count(distinct nullif(post, '')) as posts, "
        "count(*) as telegrams, count(*) filter (date is null) as undated from telegram"
    )[0]
    rules = tables.rows(
        "select rule, severity, count(*) as total, count(*) filter (decision = 'none') as open from item "
        "where undetermined = '' and severity <> 'info' group by all order by total desc, rule limit 10"
    )
    reasons = tables.rows(
        "select state, why, count(*) as n from ledger where state <> 'checked' group by all order by n desc limit 10"
    )
    year = workbench.today[:4]
    due = tables.value(
        "select count(*) from telegram where classified and year(expected_on) = cast(? as integer)", [year]
    )
    return workbench.page(
        request,
        "overview.html",
        folder=folder_name(workbench.options.out),
        corpus=workbench.description.get("corpus") or (),
        account={state: account.get(state, 0) for state in ("checked", "excluded", "failed")},
        severities=severities,
        about=about,
        rules=[{**row, "summary": (tables.rule(row["rule"]) or {}).get("name", "")} for row in rules],
        reasons=reasons,
        undetermined=tables.value("select count(*) from item where undetermined <> ''"),
        due={"year": year, "count": due},
        samples=progress(workbench),
        precision=workbench.precision(),
    )


# ---- Telegrams -------------------------------------------------------------------------------------------------------


def documents(request: Request) -> Response:
    """Return the page that lists telegrams with the number of findings in each."""
    workbench = of(request)
    criteria, notices = read_criteria(workbench, request)
    where, values = telegram_condition(workbench, criteria)
    total = workbench.tables.value(f"select count(*) from telegram where {where}", values)
    last = max(1, -(-total // PAGE))
    criteria.page = min(criteria.page, last)
    return workbench.page(
        request,
        "documents.html",
        criteria=criteria,
        notices=notices,
        rows=_documents(workbench, criteria, PAGE),
        total=total,
        last=last,
        groups=_telegram_groups(workbench, criteria),
    )


def documents_list(request: Request, whole: bool) -> Listing:
    """Return one page of telegrams or, if `whole` is true, all that match the criteria."""
    workbench = of(request)
    criteria, notices = read_criteria(workbench, request)
    if whole:
        return Listing("documents", DOCUMENT_COLUMNS, _all(workbench, criteria))
    where, values = telegram_condition(workbench, criteria)
    total = workbench.tables.value(f"select count(*) from telegram where {where}", values)
    about = {"total": total, "page": criteria.page, "notices": notices}
    return Listing("documents", DOCUMENT_COLUMNS, _documents(workbench, criteria, PAGE), about)


def _all(workbench: Workbench, criteria: Criteria) -> Iterator[Row]:
    criteria.page = 1
    while found := _documents(workbench, criteria, 5000):
        yield from found
        criteria.page += 1


def _documents(workbench: Workbench, criteria: Criteria, size: int) -> list[Row]:
    where, values = telegram_condition(workbench, criteria)
    orders = {"date": "date nulls last, document", "newest": "date desc nulls last, document"}
    order = orders.get(criteria.sort, "document")
    kinds = ", ".join(
        f"count(i.id) filter (i.undetermined = '' and i.severity = '{kind}') as {kind}"
        for kind in ("error", "warning", "info")
    )
    sql = (
        f"with chosen as (select * from telegram where {where} order by {order} limit ? offset ?) "
        f"select c.*, n.* exclude (document) from chosen c join (select c.document, {kinds}, "
        "count(i.id) filter (i.undetermined <> '') as undetermined from chosen c left join "
        "(select * from item where document in (select document from chosen)) i using (document) group by all) n "
        f"using (document) order by {order}"
    )
    rows = workbench.tables.rows(sql, [*values, size, size * (criteria.page - 1)])
    for row in rows:
        row["name"] = workbench.name(row)
    return rows


def telegram_condition(workbench: Workbench, criteria: Criteria) -> tuple[str, list[object]]:
    """Return the criteria as a SQL condition on the `telegram` table, and its parameters. Filters on findings select
    the telegrams that have such findings.
    """
    own = {name: choice for name, choice in criteria.choices.items() if name in _TELEGRAM_FACETS}
    asked = {name: choice for name, choice in criteria.choices.items() if name not in _TELEGRAM_FACETS}
    where, values = workbench.tables.condition(Criteria(own), telegrams=True)
    if asked:
        inner, more = workbench.tables.condition(Criteria(asked))
        where += f" and document in (select document from item where {inner})"
        values += more
    if criteria.q:
        where += (
            " and (" + " or ".join(f"contains(lower({name}), lower(?))" for name in ("cable", "mrn", "subject")) + ")"
        )
        values += [criteria.q] * 3
    return where, values


def _telegram_groups(workbench: Workbench, criteria: Criteria) -> list[dict[str, object]]:
    """Return the facets for the list of telegrams."""
    counts = {}
    for name in _TELEGRAM_FACETS:
        where, values = telegram_condition(workbench, criteria.without(name) if name in criteria.choices else criteria)
        source = "telegram join tagged using (document)" if name == "tag" else "telegram"
        column = "coalesce(cast(year as varchar), '')" if name == "year" else name
        sql = f"select {column} as value, count(*) as n from {source} where {where} group by all"
        counts[name] = [(row["value"], row["n"]) for row in workbench.tables.rows(sql, values)]
    return facet_groups(workbench, criteria, workbench.tables.marked(counts, criteria))


def telegram(request: Request) -> Response:
    """Return the page for one telegram with all its findings, portions, and dates."""
    workbench = of(request)
    number = request.path_params["number"]
    tables = workbench.tables
    found = tables.telegram(number)
    ledger = tables.rows("select * from ledger where document = ?", [number])
    if found is None and not ledger:
        return workbench.not_found(request, f"There is no document number {number} in this audit.")
    if found is None:
        row = ledger[0]
        sentence = f"{row['path']} {row['cable']} is not in the table of telegrams: {row['state']}, {row['why']}."
        return workbench.page(request, "message.html", title=f"Document {number}", sentences=[sentence], link="")
    items = tables.items_of(number)
    portions = (
        [] if workbench.redact else tables.rows("select * from portions where document = ? order by place", [number])
    )
    release = tables.rows(
        "select released, release_date, release_level, release_codes from cables where document = ?", [number]
    )
    return workbench.page(
        request,
        "telegram.html",
        release=release[0] if release else {},
        deletions=_of_document(workbench, "deletions", number),
        sample=asked if (asked := request.query_params.get("sample", "")) in workbench.samples else "",
        telegram=found,
        name=workbench.name(found),
        findings=[item for item in items if not item["undetermined"]],
        undetermined=[item for item in items if item["undetermined"]],
        portions=portions[:500],
        text=workbench.text(number, items, 0),
        titles=workbench.titles,
        **decision_words(),
    )


def _of_document(workbench: Workbench, table: str, number: int) -> list[Row]:
    """Return up to 500 of a document's rows in a table, or an empty list if this audit does not contain the table or
    the view is redacted.
    """
    if table not in workbench.tables.present or workbench.redact:
        return []
    return workbench.tables.rows(f"select * from {quoted(table)} where document = ? limit {_MOST_EDGES}", [number])


def cable(request: Request) -> Response:
    """Redirect to the telegram with the given message reference number or name, or to a list if several telegrams
    match.
    """
    workbench = of(request)
    mrn = request.path_params["mrn"]
    found = workbench.tables.rows(
        "select document from telegram where mrn = ? or cable = ? order by document", [mrn, mrn]
    )
    if len(found) == 1:
        return RedirectResponse(f"/documents/{found[0]['document']}", 303)
    if not found:
        return workbench.not_found(request, f"No telegram in this audit has the number “{mrn}”.")
    query = Criteria({}, q=mrn).query()
    return RedirectResponse(f"/documents?{query}", 303)


# ---- References ------------------------------------------------------------------------------------------------------

_STEPS = 2
_MOST_EDGES = 500


def references(request: Request) -> Response:
    """Return the page that lists the telegrams that a telegram cites and those that cite it."""
    workbench = of(request)
    found = workbench.tables.telegram(request.path_params["number"])
    if found is None:
        return workbench.not_found(request, "There is no such telegram in this audit.")
    steps = 2 if request.query_params.get("steps") == "2" else 1
    cites, cited_by = _edges(workbench, found, steps)
    return workbench.page(
        request,
        "references.html",
        telegram=found,
        name=workbench.name(found),
        cites=cites,
        cited_by=cited_by,
        steps=steps,
        words=[row for row in _of_document(workbench, "references", found["document"]) if not row["resolved"]],
    )


def references_list(request: Request, whole: bool) -> Listing:
    """Return the references from and to a telegram, including those one step further away."""
    workbench = of(request)
    found = workbench.tables.telegram(request.path_params["number"])
    if found is None:
        raise HTTPException(404)
    cites, cited_by = _edges(workbench, found, _STEPS)
    return Listing("references", ("source", "target", "in_corpus", "step"), [*cites, *cited_by])


def _edges(workbench: Workbench, found: Mapping[str, Any], steps: int) -> tuple[list[Row], list[Row]]:
    """Return up to 500 references from a telegram, and up to 500 to it. With two steps, the references of its neighbors
    are included.
    """
    cites = _cited(workbench, [found], 1)
    cited_by = _citing(workbench, [found], 1)
    if steps == _STEPS:
        known = {found["mrn"]}
        cites += [
            edge
            for edge in _cited(workbench, [row for row in cites if row["document"]], 2)
            if edge["target"] not in known
        ]
        cited_by += [edge for edge in _citing(workbench, cited_by, 2) if edge["source"] not in known]
    return cites[:_MOST_EDGES], cited_by[:_MOST_EDGES]


def _cited(workbench: Workbench, rows: Sequence[Mapping[str, Any]], step: int) -> list[Row]:
    numbers = [row["document"] for row in rows]
    if not numbers:
        return []
    sql = """
        with edges as (
            select distinct coalesce(t.mrn, t.cable) as source, unnest(t.refs) as target from telegram t
            where t.document in (select unnest(?)))
        select e.source, e.target, t.document, t.mrn, t.cable, t.date, t.level, t.subject,
            t.document is not null as in_corpus, ? as step
        from edges e left join (
            select *, row_number() over (partition by mrn order by document) as nth from telegram
        ) t on t.mrn = e.target and t.nth = 1
        order by t.date nulls last, e.target"""
    return workbench.tables.rows(sql, [numbers, step])


def _citing(workbench: Workbench, rows: Sequence[Mapping[str, Any]], step: int) -> list[Row]:
    names = [row["mrn"] for row in rows if row["mrn"]]
    if not names:
        return []
    sql = """
        with edges as (select document, unnest(refs) as target from telegram)
        select distinct coalesce(t.mrn, t.cable) as source, e.target, t.document, t.mrn, t.cable, t.date, t.level,
            t.subject, true as in_corpus, ? as step
        from edges e join telegram t using (document)
        where e.target in (select unnest(?))
        order by t.date nulls last, source"""
    return workbench.tables.rows(sql, [step, names])


# ---- Rules -----------------------------------------------------------------------------------------------------------

RULE_COLUMNS = (
    "rule", "name", "severity", "status", "applied", "failed", "unknown", "open", "confirmed", "accepted",
    "false_alarm", "unsure",
)  # fmt: skip
_RULES = """
select r.*, coalesce(n.open, 0) as open, coalesce(n.confirmed, 0) as confirmed, coalesce(n.accepted, 0) as accepted,
    coalesce(n.false_alarm, 0) as false_alarm, coalesce(n.unsure, 0) as unsure, coalesce(n.total, 0) as total
from rules r left join (
    select rule, count(*) as total, count(*) filter (decision = 'none') as open,
        count(*) filter (decision = 'confirmed') as confirmed, count(*) filter (decision = 'accepted') as accepted,
        count(*) filter (decision = 'false_alarm') as false_alarm, count(*) filter (decision = 'unsure') as unsure
    from item where undetermined = '' group by all
) n using (rule)
"""


def rules(request: Request) -> Response:
    """Return the page that lists the rules with their results in this audit. Rules without results are included only on
    request.
    """
    workbench = of(request)
    every = request.query_params.get("all") == "1"
    rows = workbench.tables.rows(
        f"{_RULES} {'' if every else 'where total > 0 or unknown > 0'} order by total desc, rule"
    )
    idle = workbench.tables.value("select count(*) from rules") - len(rows)
    return workbench.page(request, "rules.html", rows=rows, every=every, idle=idle, precision=workbench.precision())


def rules_list(request: Request, whole: bool) -> Listing:
    """Return all rules and their results for download as JSON or CSV."""
    return Listing("rules", RULE_COLUMNS, of(request).tables.rows(f"{_RULES} order by rule"))


def rule(request: Request) -> Response:
    """Return the page for one rule: requirement, sources, counts, and its findings by year and post."""
    workbench = of(request)
    found = workbench.tables.rows(f"{_RULES} where r.rule = ?", [request.path_params["rule"]])
    if not found:
        return workbench.not_found(request, "There is no such rule in this audit.")
    one = found[0]
    base = "from item where undetermined = '' and rule = ?"
    years = workbench.tables.rows(
        f"select year, count(*) as n {base} and year is not null group by all order by all", [one["rule"]]
    )
    posts = workbench.tables.rows(
        f"select post, count(*) as n {base} and post <> '' group by all order by n desc, post limit 20", [one["rule"]]
    )
    return workbench.page(
        request,
        "rule.html",
        rule=one,
        sources=workbench.sources(one),
        years=years,
        posts=posts,
        precision=workbench.precision().get(one["rule"]),
    )


# ---- What falls due --------------------------------------------------------------------------------------------------

_DUE = "classified and expected_on is not null"


def due(request: Request) -> Response:
    """Return the page that counts due telegrams by year and post, and lists the overdue ones or those due in
    one year.
    """
    workbench = of(request)
    as_of, year = _due_arguments(workbench, request)
    tables = workbench.tables
    years = tables.rows(
        f"select year(expected_on) as year, declass_basis as basis, count(*) as n from telegram where {_DUE} "
        "group by all order by all"
    )
    posts = tables.rows(
        f"select post, count(*) as n, count(*) filter (expected_on < cast(? as date)) as overdue from telegram "
        f"where {_DUE} group by all order by overdue desc, post limit 20",
        [as_of],
    )
    totals = tables.rows(
        f"select count(*) filter ({_DUE} and expected_on < cast(? as date)) as overdue, "
        f"count(*) filter ({_DUE} and year(expected_on) = year(cast(? as date))) as this_year, "
        f"count(*) filter ({_DUE}) as dated, count(*) filter (classified and expected_on is null) as undated, "
        "count(*) filter (classified and declass_basis = 'exemption') as exempt from telegram",
        [as_of, as_of],
    )[0]
    return workbench.page(
        request,
        "due.html",
        as_of=as_of,
        year=year,
        years=_by_year(years),
        bases=sorted({row["basis"] or "none" for row in years}),
        posts=posts,
        totals=totals,
        rows=_due_rows(workbench, as_of, year, 500),
        sentence=DUE_SENTENCE,
    )


def _by_year(rows: Sequence[Row]) -> dict[int, dict[str, int]]:
    found: dict[int, dict[str, int]] = {}
    for row in rows:
        found.setdefault(row["year"], {})[row["basis"] or "none"] = row["n"]
    return found


def _due_arguments(workbench: Workbench, request: Request) -> tuple[str, str]:
    as_of = request.query_params.get("as-of") or workbench.today
    try:
        from datetime import date

        as_of = date.fromisoformat(as_of).isoformat()
    except ValueError:
        raise ConfigError(f"as-of: “{as_of[:40]}” is not a date such as 2026-11-30") from None
    year = request.query_params.get("year", "overdue")
    if year != "overdue" and not (year.isascii() and year.isdigit() and len(year) == 4):
        raise ConfigError(f"year: “{year[:40]}” is neither a year nor “overdue”")
    return as_of, year


def _due_rows(workbench: Workbench, as_of: str, year: str, limit: int) -> list[Row]:
    """Return up to `limit` telegrams that are due in a given year or, if `year` is "overdue", before `as_of`."""
    test = "expected_on < cast(? as date)" if year == "overdue" else "year(expected_on) = cast(? as integer)"
    sql = (
        "select document, path, cable, mrn, date, post, level, subject, instruction, expected_on, declass_basis, "
        "automatic_on "
        f"from telegram where {_DUE} and {test} order by expected_on, document limit ?"
    )
    rows = workbench.tables.rows(sql, [as_of if year == "overdue" else year, limit])
    for row in rows:
        row["name"] = workbench.name(row)
    return rows


DUE_COLUMNS = (
    "document", "path", "name", "date", "post", "level", "subject", "instruction", "expected_on", "declass_basis",
    "automatic_on",
)  # fmt: skip


def due_list(request: Request, whole: bool) -> Listing:
    """Return the telegrams due in one year, or the overdue ones. Without `whole`, return at most 500."""
    workbench = of(request)
    as_of, year = _due_arguments(workbench, request)
    rows = _due_rows(workbench, as_of, year, 10**9 if whole else 500)
    return Listing("documents", DUE_COLUMNS, rows, {"as_of": as_of, "year": year, "sentence": DUE_SENTENCE})


def due_calendar(request: Request) -> Response:
    """Return the telegrams due in one year, or the overdue ones, as a calendar file like the one that `cablecheck
    declass` writes.
    """
    workbench = of(request)
    as_of, year = _due_arguments(workbench, request)
    rows = [
        {
            "path": str(row["path"]),
            "cable": str(row["name"]),
            "level": label(workbench, "level", row["level"]),
            "expected": str(row["expected_on"] or ""),
            "automatic": str(row["automatic_on"] or ""),
            "instruction": str(row["instruction"] or ""),
            "why": "",
            "means": DUE_SENTENCE.rstrip("."),
        }
        for row in _due_rows(workbench, as_of, year, 10**9)
    ]
    return attached(request, declassification.calendar(rows, as_of))


# ---- All values of a facet -------------------------------------------------------------------------------------------


def values(request: Request) -> Response:
    """Return the page that lists all values of one facet with their counts. The list can be searched, and sorted by
    count or name.
    """
    workbench = of(request)
    name = request.path_params["name"]
    if name not in FACETS:
        return workbench.not_found(request, "There is no such filter.")
    criteria, notices = read_criteria(workbench, request, ("find", "by"))
    find = request.query_params.get("find", "")[:100]
    by = "name" if request.query_params.get("by") == "name" else "count"
    counts, shown = _values(workbench, criteria, name, find, by)
    return workbench.page(
        request,
        "values.html",
        criteria=criteria,
        notices=notices,
        name=name,
        title=FACETS[name].title,
        find=find,
        by=by,
        shown=shown[: SHOWN * 250],
        total=len(counts),
        found=len(shown),
    )


def _values(
    workbench: Workbench, criteria: Criteria, name: str, find: str, by: str
) -> tuple[list[FacetCount], list[tuple[FacetCount, str]]]:
    """Return all counts for a facet, and the sorted values that match the search, each with its label."""
    counts = workbench.tables.facets(criteria, (name,))[name]
    shown = [(one, label(workbench, name, one.value)) for one in counts]
    shown = [pair for pair in shown if find.lower() in pair[1].lower()]
    return counts, sorted(shown, key=lambda pair: pair[1]) if by == "name" else shown


def values_list(request: Request, whole: bool) -> Listing:
    """Return all values of one facet and their counts for download as JSON or CSV."""
    workbench = of(request)
    name = request.path_params["name"]
    if name not in FACETS:
        raise HTTPException(404)
    criteria, notices = read_criteria(workbench, request, ("find", "by"))
    given = request.query_params
    _, shown = _values(workbench, criteria, name, given.get("find", "")[:100], given.get("by", ""))
    rows = [{"value": one.value, "label": words, "count": one.count} for one, words in shown]
    return Listing("values", ("value", "label", "count"), rows, {"filter": name, "notices": notices})
