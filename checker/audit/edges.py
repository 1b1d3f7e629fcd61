"""Export the references between telegrams as CSV or GraphML, or list the telegrams that are cited but missing."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator

from ..reporters.escaping import csv_cell, html_text
from .database import Query, no_audit, table_path

EDGES = """
    select from_mrn, to_mrn, min(kind) as kind, count(*) as times, bool_or(c.mrn is not null) as held
    from "references" r left join (select distinct mrn from cables) c on c.mrn = r.to_mrn
    where resolved and from_mrn is not null group by from_mrn, to_mrn order by from_mrn, to_mrn"""
GAPS = """
    select to_mrn, count(distinct document) as documents, min(from_mrn) as first_from
    from "references" where resolved and to_mrn not in (select mrn from cables where mrn is not null)
    group by to_mrn order by documents desc, to_mrn"""
_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<key id="held" for="node" attr.name="held" attr.type="boolean"/>
<key id="kind" for="edge" attr.name="kind" attr.type="string"/>
<key id="times" for="edge" attr.name="times" attr.type="int"/>
<graph id="references" edgedefault="directed">
"""


def export(out: str, form: str, gaps: bool = False) -> Iterator[str]:
    """Yield the lines of the export for the audit in the folder `out`. `form` is `graphml` or `csv`.

    With `gaps`, the lines are always CSV, and list the cited message numbers that no document in the audit has. Raises
    `InputError` if the audit is not finished.
    """
    if not os.path.exists(table_path(out, "references")):
        raise no_audit(out)
    query = Query(out)
    try:
        found = query.run(GAPS if gaps else EDGES)
        yield from _graphml(found.rows) if form == "graphml" and not gaps else _csv(found.columns, found.rows)
    finally:
        query.close()


def _csv(columns: tuple[str, ...], rows: tuple[tuple[object, ...], ...]) -> Iterator[str]:
    for row in (columns, *rows):
        line = io.StringIO()
        csv.writer(line, lineterminator="\n").writerow(csv_cell("" if cell is None else str(cell)) for cell in row)
        yield line.getvalue()


def _graphml(rows: tuple[tuple[object, ...], ...]) -> Iterator[str]:
    yield _HEAD
    held = {str(row[0]): True for row in rows}
    for row in rows:
        held[str(row[1])] = held.get(str(row[1]), False) or bool(row[4])
    for name in sorted(held):
        state = "true" if held[name] else "false"
        yield f'<node id="{html_text(name)}"><data key="held">{state}</data></node>\n'
    for source, target, kind, times, _ in rows:
        data = f'<data key="kind">{html_text(str(kind))}</data><data key="times">{times}</data>'
        yield f'<edge source="{html_text(str(source))}" target="{html_text(str(target))}">{data}</edge>\n'
    yield "</graph>\n</graphml>\n"
