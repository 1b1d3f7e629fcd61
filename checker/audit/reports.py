"""The reports of an audit: text, Markdown, one HTML page, and the numbers as JSON, all from the same figures."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Sequence

from ..reporters.escaping import html_text, markdown_cell, visible
from ..reporters.html import STYLE
from ..reporters.terminal import count
from ..resources import VERSION
from . import svg_charts
from .database import Query
from .statistics import Figures, account, figures, quotes, severities, summary

SUMMARY = "summary.json"
MOST_SHOWN = 25  # rows of a table that is not collapsed on the page
Table = tuple[str, str, Sequence[str], list[list[object]]]  # title, note, heads, rows


def write(out: str, each: int, redact: bool, as_of: str) -> dict[str, object]:
    """Write `report.txt`, `report.md`, `report.html` and `summary.json` into `out`; return the summary."""
    query = Query(out)
    try:
        found = figures(query)
        sampled = quotes(query, each)
    finally:
        query.close()
    counts = summary(found, as_of)
    _file(out, SUMMARY, [json.dumps(counts, ensure_ascii=False, indent=1, default=str), "\n"])
    tables = list(_tables(found))
    _file(out, "report.txt", _plain(found, tables, sampled, redact))
    _file(out, "report.md", _markdown(found, tables, sampled, redact))
    _file(out, "report.html", _html(found, tables, sampled, redact))
    return counts


def _file(out: str, name: str, pieces: Iterable[str]) -> None:
    path = os.path.join(out, name)
    temporary = f"{path}.{os.getpid()}.tmp"
    with open(temporary, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
        for piece in pieces:
            file.write(piece)
    os.replace(temporary, path)


def _count(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


def _share(part: object, whole: object) -> str:
    return f"{100 * svg_charts.number(part) / svg_charts.number(whole):.1f} %" if svg_charts.number(whole) else "-"


def _tables(found: Figures) -> Iterator[Table]:
    """Yield every table of the reports: title, note, column names, rows."""
    rules = [row for row in found["rules"] if row[7] or row[6]]
    heads = ("rule", "name", "severity", "status", "applied", "failed", "share", "unknown", "findings")
    rows = [[r[0], r[1], r[2], r[3], r[4], r[5], _share(r[5], r[4]), r[6], r[7]] for r in rules]
    yield "Findings by rule", "Documents to which each rule applied, and on how many it failed.", heads, rows
    rows = [list(row) for row in found["eras"]]
    yield (
        "Findings by era",
        "By the order in force on the telegram's date: errors red, warnings amber, infos blue.",
        ("era", "telegrams", "error", "warning", "info"),
        rows,
    )
    rows = [
        [p[0], p[1], p[2], _share(p[2], p[1]), p[3]] for p in found["posts"] if svg_charts.number(p[1]) >= _floor(found)
    ][:25]
    note = f"Telegrams with an error or a warning; posts with at least {_floor(found)} telegrams."
    yield "Posts", note, ("post", "telegrams", "with findings", "share", "findings"), rows
    rows = [[row[0], row[2]] for row in found["levels"]]
    yield "Levels", "The overall level, from the classification line.", ("level", "telegrams"), rows
    rows = [[row[0], row[2], row[4]] for row in found["flow"]]
    yield (
        "From portions to banner",
        "The highest portion and the banner: blue the same, amber banner above, red below, grey unknown.",
        ("portions", "banner", "telegrams"),
        rows,
    )
    rows = [[str(row[0]), *row[1:]] for row in found["schedule"]]  # a year has no comma
    yield (
        "Declassification schedule",
        "When classified telegrams are or were due, and on what basis.",
        ("year", "by", "telegrams"),
        rows,
    )
    rows = [[str(row[0]), *row[1:]] for row in found["automatic"]]
    yield "Automatic declassification", "31 December of the 25th year, where it applies.", ("year", "telegrams"), rows
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
        "Field coverage",
        "The share of documents in which each field was read, if its place is in the copy. A low share means that "
        "the reader fails. Fields that no document has are left out.",
        ("year", "layout", "field", "documents", "read", "missed", "share"),
        _coverage_rows(found),
    )
    yield (
        "References",
        "Telegrams referred to: how many references name a message number, and how many of those are in the corpus.",
        ("kind", "references", "resolved", "share", "in the corpus"),
        [[r[0], r[1], r[2], _share(r[2], r[1]), r[3]] for r in found["references"]],
    )
    yield (
        "Records without text",
        "Archive records whose text is lost: checked, and every rule on the text undetermined.",
        ("reason", "telegrams"),
        [list(r) for r in found["lost"]],
    )
    yield (
        "Rules that never applied",
        "Rules that applied to no document of this corpus.",
        ("rule", "name"),
        [list(r) for r in found["idle"]],
    )


def _coverage_rows(found: Figures) -> list[list[object]]:
    """Return the rows of the table on field coverage: read and missed of the documents that have the field."""
    rows: list[list[object]] = []
    for year, layout, field, documents, read, missed, _, _, characters, recognized in found["coverage"]:
        shown = "unknown" if year is None else str(year)
        if field == "text":
            rows.append([shown, layout, "characters", documents, recognized, "-", _share(recognized, characters)])
        elif read or missed:
            there = svg_charts.number(read) + svg_charts.number(missed)
            rows.append([shown, layout, field, documents, read, missed, _share(read, there)])
    return rows


def _floor(found: Figures) -> int:
    """Return how many telegrams a post needs to be ranked."""
    telegrams = sum(svg_charts.number(row[1]) for row in found["posts"])
    return 20 if telegrams >= 2000 else 5 if telegrams >= 100 else 1


def _lines(found: Figures) -> list[str]:
    counts, levels = account(found), severities(found)
    return [
        f"{count(sum(counts.values()), 'document')}: {counts['checked']:,} checked, {counts['excluded']:,} excluded, "
        f"{counts['failed']:,} failed",
        ", ".join(count(number, level) for level, number in levels.items()),
    ]


def _plain(found: Figures, tables: list[Table], sampled: Sequence[Sequence[object]], redact: bool) -> Iterator[str]:
    from tabulate import tabulate  # 15 ms, and only for reports

    yield f"Audit of markings (cablecheck {VERSION})\n\n" + "\n".join(_lines(found)) + "\n"
    for title, note, heads, rows in tables:
        yield f"\n{title}\n{'-' * len(title)}\n{note}\n\n"
        shown = [[visible(_count(cell)) for cell in row] for row in rows]
        yield (
            tabulate(shown, heads, "simple", disable_numparse=True, colalign=_align(rows, heads)) if rows else "none"
        ) + "\n"
    yield "\nSampled findings\n----------------\n"
    for rule, severity, path, cable, line, column, message, quote in sampled:
        place = f"{visible(str(path))}:{line}:{column} {visible(str(cable))}"
        yield f"{rule} {severity}  {place}\n    {visible(str(message))}\n"
        if quote and not redact:
            yield f"    > {visible(str(quote)[:160])}\n"


def _align(rows: list[list[object]], heads: Sequence[str]) -> tuple[str, ...]:
    return tuple(
        "right" if rows and (isinstance(rows[0][place], int) or heads[place] == "share") else "left"
        for place in range(len(heads))
    )


def _markdown(found: Figures, tables: list[Table], sampled: Sequence[Sequence[object]], redact: bool) -> Iterator[str]:
    from tabulate import tabulate  # as above

    yield (
        "# Audit of markings\n\n"
        + "\n".join(f"- {line}" for line in _lines(found))
        + f"\n- made by cablecheck {VERSION}\n"
    )
    for title, note, heads, rows in tables:
        yield f"\n## {title}\n\n{note}\n\n"
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
            "" if redact else markdown_cell(str(quote)[:160]),
        ]
        for rule, severity, path, cable, line, column, message, quote in sampled
    ]
    yield (tabulate(shown, heads, "github", disable_numparse=True) if shown else "none") + "\n"


def _html(found: Figures, tables: list[Table], sampled: Sequence[Sequence[object]], redact: bool) -> Iterator[str]:
    counts, levels = account(found), severities(found)
    yield (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>Audit of markings</title><style>{STYLE}{svg_charts.STYLE}{_LOOK}</style>"
        f"<header><h1>Audit of markings</h1><p>{html_text(_lines(found)[0])} · cablecheck {VERSION}</p></header><main>"
    )
    yield '<dl class="tiles">'
    for name, value in (*counts.items(), *levels.items()):
        yield f'<div class="tile {name}"><dt>{name}</dt><dd>{value:,}</dd></div>'
    yield "</dl>"
    drawn = dict(_drawings(found))
    for title, note, heads, rows in tables:
        yield f'<section><h2>{html_text(title)}</h2><p class="note">{html_text(note)}</p>{drawn.get(title, "")}'
        yield _html_table(heads, rows, folded=title in drawn or len(rows) > MOST_SHOWN)
        if title == "Findings by rule":
            yield '<h2>Rule and year</h2><p class="note">The share of each year\'s telegrams with a finding.</p>'
            yield drawn["heat"]
        yield "</section>"
    yield '<section><h2>Sampled findings</h2><p class="note">Some findings of each rule, spread over the corpus.</p>'
    yield _html_table(
        ("rule", "severity", "place", "cable", "message", "words"),
        [
            [rule, severity, f"{path}:{line}:{column}", cable, message, "" if redact else str(quote)[:160]]
            for rule, severity, path, cable, line, column, message, quote in sampled
        ],
    )
    yield "</section></main></html>\n"


def _drawings(found: Figures) -> Iterator[tuple[str, str]]:
    rules = [row for row in found["rules"] if row[7]][:30]
    rows = [(f"{row[0]} {row[1]}", [(str(row[2]), svg_charts.number(row[7]))]) for row in rules]
    yield "Findings by rule", svg_charts.bars(rows, "Findings by rule", 330)
    yield "heat", svg_charts.heat(found["heat"], found["years"], "Share of telegrams with a finding, by rule and year")
    eras = [
        (
            f"{row[0]} ({svg_charts.number(row[1]):,})",
            [(kind, svg_charts.number(row[2 + place])) for place, kind in enumerate(svg_charts.SERIES)],
        )
        for row in found["eras"]
    ]
    yield "Findings by era", svg_charts.bars(eras, "Findings by era", 200)
    posts = [row for row in found["posts"] if svg_charts.number(row[1]) >= _floor(found)][:20]
    shares = [
        (str(row[0]), [("share", round(100 * svg_charts.number(row[2]) / svg_charts.number(row[1])))]) for row in posts
    ]
    yield "Posts", svg_charts.bars(shares, "Share of telegrams with findings, by post", 200, "%")
    yield "From portions to banner", svg_charts.flow(found["flow"], "From portions to banner")
    kinds = sorted({str(row[1]) for row in found["schedule"]})
    yield "Declassification schedule", svg_charts.columns(_years(found["schedule"]), kinds, "Declassification by year")
    automatic = [(svg_charts.number(row[0]), "automatic", svg_charts.number(row[1])) for row in found["automatic"]]
    yield (
        "Automatic declassification",
        svg_charts.columns(automatic, ["automatic"], "Automatic declassification by year"),
    )


def _years(rows: Sequence[Sequence[object]]) -> list[tuple[int, str, int]]:
    return [(svg_charts.number(row[0]), str(row[1]), svg_charts.number(row[2])) for row in rows]


def _html_table(heads: Sequence[str], rows: list[list[object]], folded: bool = False) -> str:
    if not rows:
        return "<p>none</p>"
    number = [isinstance(cell, int) or name == "share" for name, cell in zip(heads, rows[0], strict=True)]
    kinds = [' class="n"' if right else "" for right in number]
    head = "".join(f"<th{kind}>{html_text(name)}</th>" for name, kind in zip(heads, kinds, strict=True))
    body = "".join(
        "<tr>" + "".join(_cell(name, cell) for name, cell in zip(heads, row, strict=True)) + "</tr>" for row in rows
    )
    table = f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
    return f"<details><summary>the numbers</summary>{table}</details>" if folded else table


def _cell(name: str, value: object) -> str:
    if isinstance(value, int) or name == "share":
        return f'<td class="n">{_count(value)}</td>'
    if name == "severity":
        return f'<td><span class="badge {html_text(str(value))}">{html_text(str(value))}</span></td>'
    return f"<td>{html_text(str(value))}</td>"


_LOOK = """
main{padding-bottom:40px}section{padding-top:2px}.note{color:var(--soft);margin:.1em 0 .6em}
.wide{overflow-x:auto}table{border-collapse:collapse;min-width:50%;font-size:.87rem;margin:8px 0}
th{text-align:left;color:var(--soft);font-weight:600}th,td{padding:3px 10px 3px 0;border-bottom:1px solid var(--line);
vertical-align:top;overflow-wrap:anywhere}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
details>summary{color:var(--soft);padding:4px 0}
@media print{body{background:#fff}section{break-inside:avoid}}
"""
