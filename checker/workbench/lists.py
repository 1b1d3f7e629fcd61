"""Provide the workbench's lists as JSON and as CSV that is safe for spreadsheets, and send other downloads."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from ..record import Record
from ..reporters.csv import rows as csv_rows
from ..reporters.escaping import csv_cell

_TYPES = {"csv": "text/csv", "md": "text/markdown", "ics": "text/calendar", "jsonl": "application/jsonl"}
_UNSAFE = re.compile(r"[^\w.-]+", re.ASCII)
Page = Callable[[Request], Response]


class Listing(Record):
    """A list for download as JSON or CSV. In JSON, the rows are under the key `name`, beside the items of `about`; in
    CSV, only the `columns` of the rows appear.

    A row is a mapping that contains the columns, or a sequence of values in their order.
    """

    name: str
    columns: Sequence[str]
    rows: Iterable[Mapping[str, Any] | Sequence[object]]
    about: Mapping[str, object] = {}


Read = Callable[[Request, bool], Listing]
"""A function that reads a list for a request; `True` asks for the whole list, `False` for what one page shows."""


def routes(path: str, read: Read) -> tuple[tuple[str, Page], tuple[str, Page]]:
    """Return the paths and functions for a list's two downloads, at `path` plus `.json` and at `path` plus `.csv`."""

    def as_json(request: Request) -> Response:
        found = read(request, False)
        rows = [row if _plain(row) else {name: row[name] for name in found.columns} for row in found.rows]  # type: ignore[call-overload]
        return json_answer({**found.about, found.name: rows})

    def as_csv(request: Request) -> Response:
        return attached(request, _lines(read(request, True)))

    return (f"{path}.json", as_json), (f"{path}.csv", as_csv)


def _plain(row: Mapping[str, Any] | Sequence[object]) -> bool:
    return not isinstance(row, Mapping)


def _lines(found: Listing) -> Iterator[str]:
    yield from csv_rows([[csv_cell(name) for name in found.columns]])
    for row in found.rows:
        cells = [row[name] for name in found.columns] if isinstance(row, Mapping) else row
        yield from csv_rows([[csv_cell(_cell(cell)) for cell in cells]])


def _cell(value: object) -> str:
    return "" if value is None else " ".join(map(str, value)) if isinstance(value, list) else str(value)


def attached(request: Request, body: Iterable[str] | bytes) -> Response:
    """Return a response that the browser saves as a file. Its name and type come from the request's path."""
    name = _UNSAFE.sub("_", request.url.path.strip("/").replace("/", "-"))
    kind = _TYPES[name.rpartition(".")[2]]
    heads = {"content-disposition": f'attachment; filename="{name}"'}
    chunks = [body] if isinstance(body, bytes) else (text.encode("utf-8", "backslashreplace") for text in body)
    return StreamingResponse(chunks, media_type=f"{kind}; charset=utf-8", headers=heads)


def json_answer(value: object, status: int = 200) -> Response:
    """Return a value as a JSON response. Values that JSON does not support, such as dates, are converted to text."""
    return Response(json.dumps(value, default=str), status, media_type="application/json")
