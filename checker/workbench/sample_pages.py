"""Build the pages about samples: draw a sample, work through it, and see its result."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from ..audit.samples import DEFAULT_SIZE, DOCUMENTS, Precision, Sample, missed_share, overall, precision
from ..errors import InputError
from .application import Workbench, of
from .criteria import parse
from .finding_pages import DEFAULT
from .lists import Listing

COLUMNS = ("rule", "right", "wrong", "unsure", "undecided", "population", "words")
TELEGRAM_COLUMNS = ("document", "name", "date", "post", "level", "reviewed", "missed")


def samples(request: Request) -> Response:
    """Return the page that lists this audit's samples, with the form for drawing one."""
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
        size=DEFAULT_SIZE,
    )


def _row(workbench: Workbench, name: str) -> dict[str, object]:
    sample = workbench.samples[name]
    if sample.kind == DOCUMENTS:
        rows = workbench.telegrams_of(sample)
        done = sum(row["reviewed"] for row in rows)
        return {"name": name, "kind": sample.kind, "size": len(rows), "done": done, "share": ""}
    found = precision(sample, workbench.log.latest)
    done = len(sample.members) - sum(one.undecided for one in found.values())
    return {"name": name, "kind": sample.kind, "size": len(sample.members), "done": done, "share": _overall(found)}


def _overall(found: Mapping[str, Precision]) -> str:
    """Return the precision over all rules and its interval as text, or "" if too few findings were judged."""
    share = overall(found)
    return f"{100 * share[0]:.0f}% ({100 * share[1]:.0f}-{100 * share[2]:.0f}%)" if share else ""


def progress(workbench: Workbench) -> list[dict[str, object]]:
    """Return all samples with their review progress."""
    return [_row(workbench, name) for name in workbench.samples]


def sample(request: Request) -> Response:
    """Return the page for one sample with its result."""
    workbench = of(request)
    workbench.refresh()
    one = workbench.samples.get(request.path_params["name"])
    if one is None:
        return workbench.not_found(request, "There is no such sample in this audit.")
    if one.kind == DOCUMENTS:
        return _telegrams(request, workbench, one)
    found = precision(one, workbench.log.latest)
    latest = (workbench.log.latest.get(key) for _, key in one.members)
    elsewhere = sum(event is not None and event.how != one.how for event in latest)
    return workbench.page(
        request,
        "sample.html",
        sample=one,
        rows=found,
        share=_overall(found),
        waiting=sum(row.undecided for row in found.values()) - elsewhere,
        elsewhere=elsewhere,
        changed=bool(one.rules) and one.rules != workbench.description.get("rules"),
    )


def _telegrams(request: Request, workbench: Workbench, sample: Sample) -> Response:
    """Return the page for a sample of telegrams, with the share of reviewed telegrams in which a reviewer found
    something that no rule had reported.
    """
    rows = workbench.telegrams_of(sample)
    reviewed = [str(row["document"]) for row in rows if row["reviewed"]]
    words = ""
    if reviewed:
        missed = [str(row["document"]) for row in rows if row["missed"]]
        hit, seen, (low, high) = missed_share(sample, missed, reviewed)
        words = f"{hit} of {seen} ({100 * low:.1f}-{100 * high:.1f}%)"
    waiting = [row for row in rows if not row["reviewed"]]
    return workbench.page(
        request, "sample_telegrams.html", sample=sample, rows=rows, words=words, waiting=waiting, done=len(reviewed)
    )


def samples_list(request: Request, whole: bool) -> Listing:
    """Return this audit's samples and their review progress for download as JSON or CSV."""
    workbench = of(request)
    workbench.refresh()
    return Listing("samples", ("name", "kind", "size", "done", "share"), progress(workbench))


def sample_list(request: Request, whole: bool) -> Listing:
    """Return a sample's results, by rule or by telegram depending on its kind, for download as JSON or CSV. Raises
    `InputError` for an unknown sample.
    """
    workbench = of(request)
    one = workbench.samples.get(request.path_params["name"])
    if one is None:
        raise InputError("There is no such sample in this audit.")
    about = {"sample": one.name, "seed": one.seed}
    if one.kind == DOCUMENTS:
        return Listing("telegrams", TELEGRAM_COLUMNS, workbench.telegrams_of(one), about)
    found = precision(one, workbench.log.latest)
    rows = [
        {"rule": rule, "words": each.words(), **{name: getattr(each, name) for name in COLUMNS[1:-1]}}
        for rule, each in found.items()
    ]
    return Listing("rules", COLUMNS, rows, {**about, "overall": overall(found)})
