"""`cablecheck export`: write the tables of an audit as one SQLite file, for Datasette and other tools."""

from __future__ import annotations

import argparse

from ..errors import count
from ..reporters.escaping import visible
from . import options as cli_options
from . import output


def arguments() -> argparse.ArgumentParser:
    """Return the command's argument parser."""
    parser = cli_options.parser(
        "export",
        "Write the tables of an audit to one SQLite file, and a datasette.yaml next to it.",
        "export audit --sqlite audit.db",
    )
    parser.add_argument("out", metavar="DIR", help="the folder of the audit")
    parser.add_argument("--sqlite", required=True, metavar="FILE", help="the file to write; it must not exist")
    return parser


def main(given: list[str]) -> int:
    """Write the SQLite file, print its tables with their numbers of rows, and return the exit code."""
    args = arguments().parse_args(given)
    from ..audit import sqlite_export  # the database costs 160 ms

    counts = sqlite_export.to_sqlite(args.out, args.sqlite)
    rows = ", ".join(f"{table} {number:,}" for table, number in counts.items() if number)
    output.say(f"{visible(args.sqlite)}: {count(len(counts), 'table')}; rows: {rows}")
    output.say(f"datasette {visible(args.sqlite)} --metadata datasette.yaml shows them in the browser")
    return output.OK
