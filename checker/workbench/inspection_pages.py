"""Build the self-inspection report as a page to print and sign, as Markdown, and as CSV.

The report covers either documents drawn for it or a reviewed sample of telegrams.
"""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from ..audit import self_inspection
from ..audit.samples import DOCUMENTS, Sample, wilson
from ..audit.self_inspection import DEFAULT_SIZE, FIELDS, SelfInspection
from ..decisions import MISSED
from ..errors import ConfigError, InputError
from .application import Workbench, folder_name, of
from .lists import attached

LARGEST = 10_000


def inspection(request: Request) -> Response:
    """Return the self-inspection page, or a message if the report cannot be made."""
    workbench = of(request)
    workbench.refresh()
    sample = _sample(workbench, request)
    size, seed = _arguments(request)
    try:
        found = _report(workbench, request)
    except InputError as error:
        return workbench.page(request, "message.html", title="Self-inspection", sentences=[f"{error}."], link="")
    number = len(found.documents)
    shares = [
        (words, value, *(f"{100 * edge:.1f}" for edge in (value / number, *wilson(value, number))))
        for words, value in (
            ("confirmed by a reviewer", found.confirmed),
            ("confirmed or not reviewed yet", found.open),
        )
    ]
    return workbench.page(
        request,
        "inspection.html",
        found=found,
        number=number,
        shares=shares,
        size=size,
        seed=seed,
        fields=FIELDS,
        sample=sample.name if sample else "",
        samples=[name for name, one in workbench.samples.items() if one.kind == DOCUMENTS],
        link=f"/inspection/{sample.name}{{}}"
        if sample
        else f"/inspection{{}}?{urlencode({'size': size, 'seed': seed})}",
        folder=folder_name(workbench.options.out),
        missed=MISSED,
    )


def inspection_markdown(request: Request) -> Response:
    """Return the self-inspection report as Markdown."""
    workbench = of(request)
    return attached(request, self_inspection.markdown(_report(workbench, request), folder_name(workbench.options.out)))


def inspection_csv(request: Request) -> Response:
    """Return the self-inspection report's figures as CSV."""
    return attached(request, [self_inspection.table(_report(of(request), request))])


def _report(workbench: Workbench, request: Request) -> SelfInspection:
    """Return the self-inspection report. In a redacted view, it contains no examples, because examples identify and
    quote telegrams.
    """
    size, seed = _arguments(request)
    found = self_inspection.inspect(workbench.options.out, workbench.log, size, seed, _sample(workbench, request))
    if workbench.redact:
        found.examples = ()
    return found


def _sample(workbench: Workbench, request: Request) -> Sample | None:
    """Return the sample of telegrams named in the URL, or `None` if the URL contains no sample name.

    Raises `HTTPException` (404) if the audit contains no such sample.
    """
    name = request.path_params.get("name")
    if name is None:
        return None
    sample = workbench.samples.get(name)
    if sample is None or sample.kind != DOCUMENTS:
        raise HTTPException(404)
    return sample


def _arguments(request: Request) -> tuple[int, int]:
    """Return the sample's size and seed from the query string. Raises `ConfigError` if one of them is invalid."""
    given = []
    for name, default, low, high in (("size", DEFAULT_SIZE, 1, LARGEST), ("seed", 1, 0, 999_999_999)):
        text = request.query_params.get(name, str(default))
        if not (text.isascii() and text.isdigit() and len(text) < 12 and low <= int(text) <= high):
            raise ConfigError(f"{name}: “{text[:20]}” is not a whole number from {low} to {high:,}")
        given.append(int(text))
    return given[0], given[1]
