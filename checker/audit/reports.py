"""Write the reports of an audit: text, Markdown, one HTML page, and the numbers as JSON, all from the same figures."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from .. import rulebook
from ..config import Options
from ..decisions import DecisionLog
from ..errors import count
from ..reporters.escaping import markdown_cell, visible
from ..reporters.terminal import account, tally
from ..resources import VERSION
from ..results import SEVERITIES
from . import samples
from .database import Query
from .report_page import COVERAGE, ReportContent, Table, page, post_floor
from .statistics import Figures, figures, number, one_line, quotes, rule_severities, share, summary, totals

SUMMARY = "summary.json"
TITLE = "Audit of markings"
MORE = (COVERAGE, "References", "Records without text")  # tables that the page shows unchanged


def write(out: str, options: Options, description: Mapping[str, Any], log: DecisionLog) -> dict[str, object]:
    """Write `report.txt`, `report.md`, `report.html`, and `summary.json` to `out`, and return the summary.

    `description` is the content of `audit.json`. `log` contains the decisions from which rules' precision is estimated.
    """
    query = Query(out)
    try:
        found = figures(query)
        sampled = quotes(query, options.quotes)
    finally:
        query.close()
    counts = summary(found, options.as_of)
    _file(out, SUMMARY, [json.dumps(counts, ensure_ascii=False, indent=1, default=str), "\n"])
    title = options.title or TITLE
    tables = list(_tables(found))
    _file(out, "report.txt", _plain(title, found, tables, sampled, options.redact))
    _file(out, "report.md", _markdown(title, found, tables, sampled, options.redact))
    content = ReportContent(
        found,
        sampled,
        title,
        tuple(description["corpus"]),
        str(description["rules"]),
        options.redact,
        options.as_of,
        _titles(options.rule_cache),
        _precision(out, log),
        tuple(table for table in tables if table[0] in MORE),
    )
    _file(out, "report.html", page(content))
    return counts


def _titles(cache: bool) -> dict[str, str]:
    """Return the display texts for level and order codes."""
    vocabulary = rulebook.load(cache=cache).vocabulary
    return {entry.code: entry.title for table in ("levels", "eras") for entry in vocabulary[table]}


def _precision(out: str, log: DecisionLog) -> dict[str, samples.Precision]:
    """Return each rule's precision, based on the sample that contains the most judged findings of that rule."""
    found: dict[str, samples.Precision] = {}
    for name in samples.names(out):
        sample = samples.load(out, name)
        if sample.kind == samples.FINDINGS:
            for rule, one in samples.precision(sample, log.latest).items():
                if one.judged > (found[rule].judged if rule in found else 0):
                    found[rule] = one
    return found


def _file(out: str, name: str, pieces: Iterable[str]) -> None:
    path = os.path.join(out, name)
    temporary = f"{path}.{os.getpid()}.tmp"
    with open(temporary, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
        for piece in pieces:
            file.write(piece)
    os.replace(temporary, path)


def _count(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


def _tables(found: Figures) -> Iterator[Table]:
    """Yield each table in the reports: title, note, column names, and rows."""
    rules = [row for row in found["rules"] if row[7] or row[6]]
    heads = ("rule", "name", "status", "applied", "failed", "share", "undetermined", *SEVERITIES)
    own = rule_severities(found)
    rows = [
        [
            r[0],
            r[1],
            r[3],
            r[4],
            r[5],
            share(r[5], r[4]),
            r[6],
            *(own.get(str(r[0]), {}).get(s, 0) for s in SEVERITIES),
        ]
        for r in rules
    ]
    note = "How many documents each rule applied to, how many of them failed, and its findings by severity."
    yield "Findings by rule", note, heads, rows
    rows = [list(row[:5]) for row in found["eras"]]
    yield (
        "Findings by era",
        "Findings by the order in force on the telegram's date.",
        ("era", "telegrams", "error", "warning", "info"),
        rows,
    )
    floor = post_floor(found)
    rows = [[p[0], p[1], p[2], share(p[2], p[1]), p[3]] for p in found["posts"] if number(p[1]) >= floor][:25]
    note = f"Telegrams with an error or a warning, at posts with at least {count(floor, 'telegram')}."
    yield "Posts", note, ("post", "telegrams", "with findings", "share", "findings"), rows
    rows = [[row[0], row[2]] for row in found["levels"]]
    yield "Levels", "The overall level on the classification line.", ("level", "telegrams"), rows
    rows = [[row[0], row[2], row[4]] for row in found["flow"]]
    yield (
        "From portions to banner",
        "The highest portion mark, compared with the overall level.",
        ("portions", "banner", "telegrams"),
        rows,
    )
    rows = [[str(row[0]), *row[1:]] for row in found["schedule"]]  # as text, so that the year gets no comma
    yield (
        "Declassification schedule",
        "When classified telegrams are or were due for declassification, and on what basis.",
        ("year", "by", "telegrams"),
        rows,
    )
    rows = [[str(row[0]), *row[1:]] for row in found["automatic"]]
    note = "The years in which telegrams are or were due for automatic declassification."
    yield "Automatic declassification", note, ("year", "telegrams"), rows
    yield (
        "Kinds of documents",
        "How each document was read.",
        ("reader", "layout", "profile", "documents"),
        [list(r) for r in found["readers"]],
    )
    yield (
        "Not checked",
        "Why documents were excluded or failed.",
        ("reason", "documents"),
        [list(r) for r in found["whys"]],
    )
    yield (
        COVERAGE,
        f"{_recognized(found)} The table lists fields that could not be read although their label or a part of them "
        "is in the text.",
        ("year", "layout", "field", "documents", "read", "missed", "share"),
        _coverage_rows(found),
    )
    yield (
        "References",
        "References by kind: how many name a message number, and how many of those numbers are in the corpus.",
        ("kind", "references", "resolved", "share", "in the corpus"),
        [[r[0], r[1], r[2], share(r[2], r[1]), r[3]] for r in found["references"]],
    )
    yield (
        "Records without text",
        "Archive records whose text is lost. They are checked, but rules about the text are undetermined.",
        ("reason", "telegrams"),
        [list(r) for r in found["lost"]],
    )
    yield (
        "Rules that never applied",
        "Rules that applied to no document in this corpus.",
        ("rule", "name"),
        [list(r) for r in found["idle"]],
    )


def _coverage_rows(found: Figures) -> list[list[object]]:
    """Return the rows of the field coverage table. Each row is for a field that was missed in a document of one year
    and layout.
    """
    return [
        ["unknown" if year is None else str(year), layout, field, documents, read, missed,
         share(read, number(read) + number(missed))]
        for year, layout, field, documents, read, missed, *_ in found["coverage"]
        if missed and field != "text"
    ]  # fmt: skip


def _recognized(found: Figures) -> str:
    """Return one sentence that states how much of the text of all documents belongs to a recognized part."""
    text = [row for row in found["coverage"] if row[2] == "text"]
    part, whole = (sum(number(row[place]) for row in text) for place in (9, 8))
    return f"{share(part, whole)} of {whole:,} characters belong to a recognized part."


def _lines(found: Figures) -> list[str]:
    sums = totals(summary(found, ""))
    return [tally(sums), f"{account(sums)}; {count(sums.rules, 'rule')}"]


def _plain(
    title: str, found: Figures, tables: list[Table], sampled: Sequence[Sequence[object]], redact: bool
) -> Iterator[str]:
    from tabulate import tabulate  # 15 ms, and only for reports

    yield f"{visible(title)} (cablecheck {VERSION})\n\n" + "\n".join(_lines(found)) + "\n"
    for heading, note, heads, rows in tables:
        yield f"\n{heading}\n{'-' * len(heading)}\n{note}\n\n"
        shown = [[visible(_count(cell)) for cell in row] for row in rows]
        yield (
            tabulate(shown, heads, "simple", disable_numparse=True, colalign=_align(rows, heads)) if rows else "none"
        ) + "\n"
    yield "\nSampled findings\n----------------\n"
    for rule, severity, path, cable, line, column, message, quote in sampled:
        place = f"{visible(str(path))}:{line}:{column} {visible(str(cable))}"
        yield f"{rule} {severity}  {place}\n    {visible(str(message))}\n"
        if quote and not redact:
            yield f"    > {visible(one_line(quote))}\n"


def _align(rows: list[list[object]], heads: Sequence[str]) -> tuple[str, ...]:
    return tuple(
        "right" if rows and (isinstance(rows[0][place], int) or heads[place] == "share") else "left"
        for place in range(len(heads))
    )


def _markdown(
    title: str, found: Figures, tables: list[Table], sampled: Sequence[Sequence[object]], redact: bool
) -> Iterator[str]:
    from tabulate import tabulate  # as above

    yield (
        f"# {markdown_cell(title)}\n\n"
        + "\n".join(f"- {line}" for line in _lines(found))
        + f"\n- made by cablecheck {VERSION}\n"
    )
    for heading, note, heads, rows in tables:
        yield f"\n## {heading}\n\n{note}\n\n"
        shown = [[markdown_cell(_count(cell)) for cell in row] for row in rows]
        yield (
            tabulate(shown, heads, "github", disable_numparse=True, colalign=_align(rows, heads)) if rows else "none"
        ) + "\n"
    yield "\n## Sampled findings\n\n"
    heads = ("rule", "severity", "place", "cable", "message", "words")
    shown = [
        [
            str(rule),
            str(severity),
            markdown_cell(f"{path}:{line}:{column}"),
            markdown_cell(str(cable)),
            markdown_cell(str(message)),
            "" if redact else markdown_cell(one_line(quote)),
        ]
        for rule, severity, path, cable, line, column, message, quote in sampled
    ]
    yield (tabulate(shown, heads, "github", disable_numparse=True) if shown else "none") + "\n"
