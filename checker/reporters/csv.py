"""Write two kinds of CSV: the main fields of each cable (for `parse --fields`), and the report with one finding per
row.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from ..model import Telegram, Unread
from ..record import Record
from ..results import Outcome
from . import Display
from .escaping import csv_cell
from .json import finding_of, undetermined_of
from .terminal import configuration, reason

CABLE_COLUMNS = (
    "path", "cable", "reader", "layout", "profile", "era", "date", "mrn", "level", "whole", "dtg", "sender", "to",
    "info", "captions", "tags", "subject", "references", "authority", "reasons", "declassify", "paragraphs",
    "marked", "unread",
)  # fmt: skip


def row(path: str, cable: str, reader: str, telegram: Telegram) -> dict[str, str]:
    """Return a cable's main fields as text, keyed by the names in `CABLE_COLUMNS`. "" means absent, and `?` means
    unreadable or lost.
    """
    authority = telegram.authority
    found: dict[str, object] = {
        "path": path,
        "cable": cable,
        "reader": reader,
        "references": [each.text for each in telegram.references if hasattr(each, "text")],
        "captions": telegram.caption_codes,
        "tags": telegram.tags,
        "authority": getattr(authority, "name", authority),
        "reasons": getattr(authority, "reasons", None),
        "declassify": telegram.instruction,
        "paragraphs": len(telegram.paragraphs),
        "marked": len(telegram.marked),
        "unread": len(telegram.unread),
    }
    for name in CABLE_COLUMNS:
        if name not in found:
            found[name] = getattr(telegram, name)
    return {name: flat(found[name]) for name in CABLE_COLUMNS}


def flat(value: object) -> str:
    """Return a value of the document model as text for one cell: "" for None, `?` for an unread part, and the items of
    a list separated by semicolons.
    """
    if value is None:
        return ""
    if isinstance(value, Unread):
        return "?"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (tuple, list)):
        return "; ".join(flat(item) for item in value)
    if isinstance(value, Record):
        for name in ("text", "code", "name"):
            if getattr(value, name, None) is not None and "__str__" not in vars(type(value)):
                return flat(getattr(value, name))
    return " ".join(str(value).split())


# ---- report ----------------------------------------------------------------------------------------------------------

FINDING_COLUMNS = (
    "path", "cable", "line", "column", "end_line", "end_column", "severity", "rule", "name", "message", "cite",
    "fingerprint",
)  # fmt: skip


def report(outcome: Outcome, display: Display) -> Iterator[str]:
    """Yield CSV (RFC 4180): a header row, a row for each finding and each undetermined verdict, and a row that
    describes the configuration if its settings excluded anything.
    """
    yield from rows([FINDING_COLUMNS])
    for one in outcome.findings:
        row = finding_of(one) | {"cite": "; ".join(one.cite)}
        yield from rows([[csv_cell(str(row[name])) for name in FINDING_COLUMNS]])
    for verdict in outcome.undetermined():
        row = undetermined_of(verdict) | {"severity": "undetermined", "message": reason(verdict)}
        yield from rows([[csv_cell(str(row.get(name, ""))) for name in FINDING_COLUMNS]])
    if outcome.restrictions:
        row = {"path": outcome.config_file, "severity": "note", "message": configuration(outcome)}
        yield from rows([[csv_cell(str(row.get(name, ""))) for name in FINDING_COLUMNS]])


def rows(cells: list[object]) -> Iterator[str]:
    """Yield the given rows of cells as CSV text."""
    text = io.StringIO()
    csv.writer(text).writerows(cells)  # type: ignore[arg-type]
    yield text.getvalue()
