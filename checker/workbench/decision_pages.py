"""Show the decisions log as a page, as CSV, as JSON, and as the file itself."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from ..decisions import MISSED, TITLES, ReviewDecision, agreement, dump
from ..errors import ConfigError
from .application import Workbench, of
from .lists import Listing, attached

PAGE = 100
COLUMNS = (
    "at", "by", "decision", "reason", "note", "expires", "rule", "finding", "cable", "path", "line", "kind", "how",
    "undone", "id",
)  # fmt: skip
_FILTERS = ("decision", "by", "rule")
_TITLES = {**TITLES, MISSED: "Missed finding"}


def decisions(request: Request) -> Response:
    """Return the page that shows the decisions log, latest first."""
    workbench = of(request)
    workbench.refresh()
    chosen, notices = _chosen(request)
    rows = _rows(workbench, chosen)
    last = max(1, -(-len(rows) // PAGE))
    page = request.query_params.get("page", "1")
    number = min(int(page), last) if page.isascii() and page.isdigit() and 0 < int(page) else 1
    judged, same, kappa = agreement(workbench.log.in_force())
    subject = "1 finding was" if judged == 1 else f"{judged:,} findings were"
    words = f"{subject} judged by two reviewers, who agree on {same:,}" if judged else ""
    return workbench.page(
        request,
        "decisions.html",
        rows=rows[(number - 1) * PAGE : number * PAGE],
        total=len(rows),
        number=number,
        last=last,
        titles=_TITLES,
        chosen=chosen,
        reviewers=sorted({event.by for event in workbench.log.events}),
        notices=[*notices, *workbench.log.notices],
        path=workbench.log.path,
        link=urlencode({name: value for name, value in chosen.items() if value}),
        agreement=words + (f" (Cohen's kappa {kappa:.2f})." if kappa is not None else "." if words else ""),
    )


def decisions_list(request: Request, whole: bool) -> Listing:
    """Return the decisions that match the filters in a request, latest first, for download as JSON or CSV."""
    workbench = of(request)
    chosen, notices = _chosen(request)
    return Listing("decisions", COLUMNS, _rows(workbench, chosen), {"notices": notices})


def decisions_file(request: Request) -> Response:
    """Return the decisions log as a file that another reviewer can import. Raises `ConfigError` in a redacted view."""
    workbench = of(request)
    if workbench.redact:
        raise ConfigError(f"A redacted view does not show numbers and notes; the file is {workbench.log.path}.")
    return attached(request, b"".join(dump(event) for event in workbench.log.events))


def _chosen(request: Request) -> tuple[dict[str, str], list[str]]:
    """Return the log filters in a request, and a notice for each unknown filter and for an unknown decision."""
    notices = [
        f"There is no filter “{name[:40]}”; known filters: {', '.join(_FILTERS)}."
        for name in request.query_params
        if name not in (*_FILTERS, "page")
    ]
    chosen = {name: request.query_params.get(name, "") for name in _FILTERS}
    if chosen["decision"] and chosen["decision"] not in _TITLES:
        notices.append(f"There is no decision “{chosen['decision'][:40]}”.")
    return chosen, notices


def _rows(workbench: Workbench, chosen: Mapping[str, str]) -> list[dict[str, object]]:
    gone = {event.undoes for event in workbench.log.events}
    return [
        _row(workbench, event, event.id in gone)
        for event in reversed(workbench.log.events)
        if not event.undoes and all(not value or getattr(event, name) == value for name, value in chosen.items())
    ]


def _row(workbench: Workbench, event: ReviewDecision, undone: bool) -> dict[str, object]:
    found: dict[str, object] = {name: getattr(event, name) for name in COLUMNS if name != "undone"}
    if workbench.redact:  # the log may come from a view that was not redacted
        found |= {"cable": ""} | ({"note": ""} if workbench.hides_notes else {})
    about = "" if event.decision == MISSED or event.kind else event.finding
    return {**found, "title": _TITLES[event.decision], "undone": undone, "link": about}
