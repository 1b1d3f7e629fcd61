"""Build the pages about findings: the list with facets, the telegram next to it, and permalinks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from ..decisions import NOTE_REQUIRED, REASONS, TITLES
from .application import Workbench, of
from .criteria import FACETS, SORTS, UNREVIEWED, Criteria, parse
from .guard import Session
from .lists import Listing, json_answer
from .queries import PAGE, SHOWN, FacetCount, Row, severity_order

DEFAULT = "severity=error&severity=warning&decision=none"
COLUMNS = (
    "document", "path", "cable", "mrn", "date", "post", "level", "rule", "severity", "undetermined", "message",
    "line", "column", "end_line", "end_column", "at", "quote", "fingerprint", "decision", "reviewer",
)  # fmt: skip
_CHUNK = 5000  # rows of an export that are read at a time
_NO_VALUE = "(none)"


def findings(request: Request) -> Response:
    """Return the page that lists findings with facets and the telegram of the selected finding.

    A URL without a query string is redirected to the default filters.
    """
    workbench = of(request)
    if not request.url.query:
        return RedirectResponse(f"/findings?{DEFAULT}", 303)
    workbench.refresh()
    criteria, notices = read_criteria(workbench, request, ("item",))
    tables = workbench.tables
    total = tables.count(criteria)
    last = max(1, -(-total // PAGE))
    criteria.page = min(criteria.page, last)
    rows = tables.page(criteria)
    for row in rows:
        row["name"] = workbench.name(row)
        if workbench.hidden_from(_reviewer(request), row["fingerprint"], criteria):
            row["decision"] = UNREVIEWED
    asked = request.query_params.get("item")
    item = _asked_item(workbench, asked, notices) or (tables.item(rows[0]["id"]) if rows else None)
    reviewed, whole = tables.progress(criteria)
    return workbench.page(
        request,
        "findings.html",
        criteria=criteria,
        notices=notices,
        rows=rows,
        total=total,
        last=last,
        reviewed=reviewed,
        whole=whole,
        sorts=SORTS,
        groups=facet_groups(workbench, criteria),
        opened=asked is not None,
        pane=pane(workbench, item, criteria, _reviewer(request)) if item else None,
        **decision_words(),
    )


def _reviewer(request: Request) -> str:
    session: Session = request.scope["cablecheck.session"]
    return session.reviewer


def _asked_item(workbench: Workbench, asked: str | None, notices: list[str]) -> Row | None:
    if asked is None:
        return None
    found = workbench.tables.item(int(asked)) if asked.isascii() and asked.isdigit() and len(asked) < 16 else None
    if found is None:
        notices.append(f"There is no finding number “{asked[:40]}” in this audit.")
    return found


def pane_part(request: Request) -> Response:
    """Return one finding's pane, which the script inserts next to the list, or a JSON error with status 404."""
    workbench = of(request)
    criteria, notices = read_criteria(workbench, request, ("item",))
    item = _asked_item(workbench, request.query_params.get("item"), notices)
    if item is None:
        return json_answer({"error": "There is no such finding in this audit."}, 404)
    return workbench.page(
        request,
        "pane.html",
        criteria=criteria,
        pane=pane(workbench, item, criteria, _reviewer(request)),
        **decision_words(),
    )


def permalink(request: Request) -> Response:
    """Return the page for the finding with a given fingerprint: its telegram, with the finding selected."""
    workbench = of(request)
    fingerprint = request.path_params["fingerprint"]
    found = workbench.tables.with_fingerprint(fingerprint)
    if not found:
        last = workbench.log.latest.get(fingerprint)
        more = f" Last decision: {TITLES[last.decision]}, {last.at[:10]}." if last else ""
        return workbench.not_found(request, f"Not found in this audit.{more}")
    criteria = Criteria({})
    return workbench.page(
        request,
        "finding.html",
        criteria=criteria,
        pane=pane(workbench, found[0], criteria, _reviewer(request)),
        **decision_words(),
    )


def decision_words() -> dict[str, Any]:
    """Return the content of the decision bar: reasons, the decisions that need a note, and keyboard shortcuts."""
    return {"reasons": REASONS, "noted": NOTE_REQUIRED, "keys": KEYS}


KEYS = (
    ("j k ↓ ↑", "next, previous finding"),
    ("n p", "next, previous telegram"),
    ("Enter", "go from the list to the text"),
    ("Space", "scroll the text"),
    ("/", "search"),
    ("f", "filters"),
    ("1", "Confirm"),
    ("2, then 1-4", "False alarm, with its reason"),
    ("3, then 1-4", "Accept, with its reason"),
    ("0", "Unsure"),
    ("r", "write a note"),
    ("z", "undo the last decision"),
    ("x", "select the finding, to decide several at once"),
    ("a", "decide all findings in the list at once"),
    ("m", "report a missed finding in the telegram"),
    ("d", "in a sample of telegrams: mark this one as reviewed"),
    ("c", "copy the permalink"),
    ("?", "show these keys"),
    ("Esc", "leave a field, or close a dialog"),
)


def read_criteria(workbench: Workbench, request: Request, extra: Sequence[str] = ()) -> tuple[Criteria, list[str]]:
    """Return the criteria in a request, and a notice for each error in them. `extra` are other names that the page
    accepts.
    """
    criteria = parse(request.query_params.multi_items(), extra)
    return criteria, [*criteria.notices, *workbench.tables.unknown_values(criteria)]


def label(workbench: Workbench, name: str, value: str) -> str:
    """Return the display text for a facet value."""
    return workbench.titles.get(name, {}).get(value) or value or _NO_VALUE


def facet_groups(
    workbench: Workbench, criteria: Criteria, facets: Mapping[str, list[FacetCount]] | None = None
) -> list[dict[str, object]]:
    """Return the facets for a page: their titles, their first values with counts, and how many values there are if not
    all are shown.
    """
    groups: list[dict[str, object]] = []
    for name, counts in (facets or workbench.tables.facets(criteria)).items():
        if name == "reviewer":
            counts = [one for one in counts if one.value]
        if len(counts) == 1 and not (counts[0].wanted or counts[0].excluded) and name not in ("severity", "rule"):
            continue
        if name == "severity":
            counts = severity_order(counts)
        shown = _decades(counts, criteria) if name == "year" else counts[:SHOWN]
        words = [
            {"value": one.value, "count": one.count, "wanted": one.wanted, "excluded": one.excluded,
             "label": _range_label(one.value) if name == "year" else label(workbench, name, one.value)}
            for one in shown
        ]  # fmt: skip
        more = len(counts) if len(counts) > SHOWN or name == "year" else 0
        groups.append(
            {"name": name, "title": FACETS[name].title, "values": words, "more": more, "ranges": name == "year"}
        )
    return groups


def _decades(counts: Sequence[FacetCount], criteria: Criteria) -> list[FacetCount]:
    """Return the counts by decade instead of by year. Selected and excluded values come first, each as it was chosen (a
    year or a range).
    """
    choice = criteria.choices.get("year")
    wanted, excluded = (choice.wanted, choice.excluded) if choice else ((), ())
    sums: dict[str, int] = {}
    for one in counts:
        decade = f"{one.value[:3]}0..{one.value[:3]}9" if len(one.value) == 4 else one.value
        sums[decade] = sums.get(decade, 0) + one.count
    single = {one.value: one.count for one in counts}
    chosen = [FacetCount(value, single.get(value, sums.get(value, 0)), True) for value in wanted]
    chosen += [FacetCount(value, single.get(value, sums.get(value, 0)), False, True) for value in excluded]
    taken = {*wanted, *excluded}
    return chosen + [FacetCount(value, count) for value, count in sorted(sums.items()) if value not in taken]


def _range_label(value: str) -> str:
    low, dots, high = value.partition("..")
    if not dots:
        return value or _NO_VALUE
    return f"{low or '…'}–{high or '…'}"


# ---- One finding -----------------------------------------------------------------------------------------------------


def pane(workbench: Workbench, item: Row, criteria: Criteria, reviewer: str) -> dict[str, object]:
    """Return the contents of a finding's pane: its rule, its history, and the telegram's text and other findings."""
    tables = workbench.tables
    hidden = workbench.hidden_from(reviewer, item["fingerprint"], criteria)
    if hidden:
        item["decision"] = UNREVIEWED
    items = tables.items_of(item["document"])
    for each in items:
        if each["id"] == item["id"]:
            each["related"] = tables.related(item)
    telegram = tables.telegram(item["document"]) or {**item, "subject": None, "refs": [], "expected_on": None}
    rule = tables.rule(item["rule"]) or {"rule": item["rule"], "summary": "", "cite": [], "titles": [], "help": ""}
    copies = tables.with_fingerprint(item["fingerprint"]) if item["fingerprint"] else []
    return {
        "item": item,
        "name": workbench.name({**item, **telegram}),
        "telegram": telegram,
        "facts": _facts(telegram),
        "references": len(telegram["refs"] or ()),
        "permalink": f"/findings/{item['fingerprint']}" if item["fingerprint"] else "",
        "copies": copies[:20],
        "rule": rule,
        "history": workbench.history(item) if item["fingerprint"] and not hidden else (),
        "others": [other for other in items if other["id"] != item["id"] and not other["undetermined"]][:200],
        "open": [other for other in items if other["id"] != item["id"] and other["undetermined"]][:200],
        "text": workbench.text(item["document"], items, item["id"]),
    }


def _facts(telegram: Mapping[str, Any]) -> list[str]:
    facts = [str(telegram["date"] or telegram["year"] or "undated"), telegram["post"]]
    if telegram["expected_on"]:
        facts.append(f"due {telegram['expected_on']} ({telegram['declass_basis']})")
    return [fact for fact in facts if fact]


# ---- Lists as data ---------------------------------------------------------------------------------------------------


def findings_list(request: Request, whole: bool) -> Listing:
    """Return one page of findings with all facet counts or, if `whole` is true, all that match the criteria."""
    workbench = of(request)
    criteria, notices = read_criteria(workbench, request)
    tables = workbench.tables
    if whole:
        return Listing("findings", COLUMNS, _all(workbench, criteria))
    counts = {
        name: [{"value": one.value, "count": one.count} for one in values]
        for name, values in tables.facets(criteria).items()
    }
    about = {"total": tables.count(criteria), "page": criteria.page, "notices": notices, "facets": counts}
    return Listing("findings", COLUMNS, tables.page(criteria), about)


def _all(workbench: Workbench, criteria: Criteria) -> Iterator[Row]:
    criteria.page = 1
    while rows := workbench.tables.page(criteria, _CHUNK):
        yield from rows
        criteria.page += 1
