"""`cablecheck query`: run one read-only SQL query on the tables of an audit."""

from __future__ import annotations

import argparse
import json
import sys

from ..reporters.escaping import csv_cell, visible
from . import options as cli_options
from . import output


def arguments() -> argparse.ArgumentParser:
    """Return the command's argument parser."""
    parser = cli_options.parser(
        "query",
        "Run one read-only SQL query on an audit's tables.",
        "query audit --tables",
        'query audit "select rule, count(*) from findings group by rule"',
    )
    parser.add_argument("out", metavar="DIR", help="the folder of the audit")
    parser.add_argument("sql", metavar="SQL", nargs="?", default="", help="one SELECT statement")
    parser.add_argument("--format", choices=("table", "csv", "jsonl"), default="table", help="output format")
    parser.add_argument(
        "--timeout", type=float, default=300.0, metavar="S", help="time limit in seconds (default: 300)"
    )
    parser.add_argument("--tables", action="store_true", help="list the tables with the meaning of their columns")
    return parser


def main(given: list[str]) -> int:
    """Print the result of one SELECT statement or, without one or with `--tables`, the tables and their columns. Return
    the exit code.
    """
    args = arguments().parse_args(given)
    if args.tables or not args.sql:
        return _tables()
    from .. import audit  # the database costs 160 ms

    answer = audit.query(args.out, args.sql, args.timeout)
    for line in _lines(args.format, answer.columns, answer.rows):
        print(line)
    return output.OK


def _lines(form: str, heads, rows):  # type: ignore[no-untyped-def]
    if form == "jsonl":
        for row in rows:
            yield json.dumps(dict(zip(heads, row, strict=True)), ensure_ascii=False, default=str)
    elif form == "csv":
        import csv
        import io

        for row in [heads, *rows]:
            line = io.StringIO()
            csv.writer(line, lineterminator="").writerow(csv_cell(_word(cell)) for cell in row)
            yield line.getvalue()
    else:
        from ..reporters.terminal import grid  # only for a table

        cells = [[visible(_word(cell)) for cell in row] for row in rows]
        yield from grid(cells, heads, cli_options.display_width(sys.stdout)) if cells else ("no rows",)


def _word(cell: object) -> str:
    return "" if cell is None else " ".join(map(str, cell)) if isinstance(cell, list) else str(cell)


def _tables() -> int:
    from ..audit.tables import TABLES  # light, but only for this answer
    from ..reporters.terminal import wrap

    screen = cli_options.display_width(sys.stdout)
    width = max(20, screen - 29) if screen else 0
    for table, columns in TABLES.items():
        print(table)
        for column in columns:
            first, *rest = wrap(column.holds, width)
            print(f"  {column.name:<15} {column.type:<10} {first}", *(f"{'':29}{line}" for line in rest), sep="\n")
    return output.OK
