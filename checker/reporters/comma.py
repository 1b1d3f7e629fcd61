"""CSV for spreadsheets: one finding a row, no cell is a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from ..ledger import Outcome
from . import Look
from .escape import csv_cell
from .objects import finding_of, undetermined_of
from .wording import why

COLUMNS = (
    "path", "cable", "line", "column", "end_line", "end_column", "severity", "rule", "name", "message", "cite",
    "fingerprint",
)  # fmt: skip


def report(outcome: Outcome, look: Look) -> Iterator[str]:
    """A head row and a row for each finding and undetermined verdict (RFC 4180: CR LF line ends, quotes doubled)."""
    yield from rows([COLUMNS])
    for one in outcome.findings:
        row = finding_of(one) | {"cite": "; ".join(one.cite)}
        yield from rows([[csv_cell(str(row[name])) for name in COLUMNS]])
    for verdict in outcome.undetermined():
        row = undetermined_of(verdict) | {"severity": "undetermined", "message": why(verdict)}
        yield from rows([[csv_cell(str(row.get(name, ""))) for name in COLUMNS]])


def rows(cells: list[object]) -> Iterator[str]:
    """Rows as CSV text."""
    sheet = io.StringIO()
    csv.writer(sheet).writerows(cells)  # type: ignore[arg-type]
    yield sheet.getvalue()
