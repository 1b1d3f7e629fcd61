"""The self-inspection report as a page to print and sign, as Markdown, and as CSV."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from ..audit import self_inspection
from ..audit.samples import wilson
from ..audit.self_inspection import DEFAULT_SIZE, FIELDS, SelfInspection
from ..errors import ConfigError, InputError
from .application import Workbench, folder_name, of

LARGEST = 10_000


def inspection(request: Request) -> Response:
    """Return the report for a sample of classified telegrams."""
    workbench = of(request)
    workbench.refresh()
    size, seed = _arguments(request)
    try:
        found = _report(workbench, size, seed)
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
        fields=FIELDS,
        link=urlencode({"size": size, "seed": seed}),
        folder=folder_name(workbench.options.out),
    )


def inspection_markdown(request: Request) -> Response:
    """Return the report as Markdown."""
    workbench = of(request)
    found = _report(workbench, *_arguments(request))
    text = "".join(self_inspection.markdown(found, folder_name(workbench.options.out)))
    heads = {"content-disposition": 'attachment; filename="self-inspection.md"'}
    return Response(text.encode("utf-8", "backslashreplace"), media_type="text/markdown; charset=utf-8", headers=heads)


def inspection_csv(request: Request) -> Response:
    """Return the figures as CSV."""
    found = _report(of(request), *_arguments(request))
    heads = {"content-disposition": 'attachment; filename="self-inspection.csv"'}
    return Response(self_inspection.table(found), media_type="text/csv; charset=utf-8", headers=heads)


def _report(workbench: Workbench, size: int, seed: int) -> SelfInspection:
    """Return the figures; a redacted view has no examples, because they name telegrams and quote them."""
    found = self_inspection.inspect(workbench.options.out, workbench.log, size, seed)
    if workbench.redact:
        found.examples = ()
    return found


def _arguments(request: Request) -> tuple[int, int]:
    """Return size and seed of the sample. Raises `ConfigError`."""
    given = []
    for name, default, low, high in (("size", DEFAULT_SIZE, 1, LARGEST), ("seed", 1, 0, 999_999_999)):
        text = request.query_params.get(name, str(default))
        if not (text.isascii() and text.isdigit() and len(text) < 12 and low <= int(text) <= high):
            raise ConfigError(f"{name}: “{text[:20]}” is not a whole number from {low} to {high:,}")
        given.append(int(text))
    return given[0], given[1]
