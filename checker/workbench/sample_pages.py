"""Samples: draw one, work through it, and its result."""

from __future__ import annotations

from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from ..errors import InputError
from .application import Workbench, json_answer, of
from .criteria import parse
from .finding_pages import DEFAULT, csv_stream
from .review_samples import LARGEST, SIZE, Precision, overall, precision

COLUMNS = ("rule", "right", "wrong", "unsure", "waiting", "total", "words")


def samples(request: Request) -> Response:
    """Return the samples of this audit, and the form that draws one."""
    workbench = of(request)
    workbench.refresh()
    query = request.query_params.get("from", DEFAULT.replace("&decision=none", ""))
    criteria = parse(parse_qsl(query[:20_000], keep_blank_values=True), ("item",))
    return workbench.page(
        request,
        "samples.html",
        rows=[_row(workbench, name) for name in workbench.samples],
        notices=[*workbench.sample_notices, *criteria.notices, *workbench.tables.unknown_values(criteria)],
        query=criteria.query(),
        total=workbench.tables.count(criteria),
        size=SIZE,
        largest=LARGEST,
    )


def _row(workbench: Workbench, name: str) -> dict[str, object]:
    sample = workbench.samples[name]
    found = precision(sample, workbench.log)
    waiting = sum(one.waiting for one in found)
    return {"name": name, "size": len(sample.members), "done": len(sample.members) - waiting, "share": overall(found)}


def progress(workbench: Workbench) -> list[dict[str, object]]:
    """Return the samples with how far they are, for the overview."""
    return [_row(workbench, name) for name in workbench.samples]


def sample(request: Request) -> Response:
    """Return one sample with its result."""
    workbench = of(request)
    workbench.refresh()
    one = workbench.samples.get(request.path_params["name"])
    if one is None:
        return workbench.not_found(request, "There is no such sample in this audit.")
    found = precision(one, workbench.log)
    share = overall(found)
    return workbench.page(
        request,
        "sample.html",
        sample=one,
        rows=found,
        share=share,
        waiting=sum(row.waiting for row in found),
        changed=bool(one.rules) and one.rules != workbench.description.get("rules"),
    )


def sample_json(request: Request) -> Response:
    """Return the result of a sample as JSON."""
    found = _results(request)
    rows = [{name: getattr(one, name) for name in COLUMNS} for one in found]
    return json_answer({"rules": rows, "overall": overall(found)})


def sample_csv(request: Request) -> Response:
    """Return the result of a sample as CSV."""
    rows = ({name: getattr(one, name) for name in COLUMNS} for one in _results(request))
    return csv_stream(COLUMNS, iter(rows), "sample.csv")


def _results(request: Request) -> list[Precision]:
    workbench = of(request)
    one = workbench.samples.get(request.path_params["name"])
    if one is None:
        raise InputError("There is no such sample in this audit.")
    return precision(one, workbench.log)
