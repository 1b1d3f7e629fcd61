"""`cablecheck declass`: show the declassification date of each telegram and its basis."""

from __future__ import annotations

import argparse
import sys

from .. import linter
from ..errors import ConfigError
from ..reporters import declassification
from . import options as cli_options
from . import output

_NOTE = (
    "A document is not declassified merely because its date has passed: "
    "it keeps its markings until someone with authority acts."
)


def arguments() -> argparse.ArgumentParser:
    """Return the command's argument parser."""
    parser = cli_options.parser(
        "declass",
        "Show the declassification date of each telegram and its basis.",
        "declass cables",
        "declass --by-year cables",
    )
    cli_options.input_options(parser)
    cli_options.rule_options(parser, can_redact=False)
    parser.add_argument(
        "--format", choices=declassification.FORMS, default="table", help="output format; ics is a calendar"
    )
    parser.add_argument("--by-year", action="store_true", help="count documents by the year in which they are due")
    cli_options.out_option(parser)
    return parser


def main(given: list[str]) -> int:
    """Print a row for each telegram (instruction, date, status on the reference day, and basis) or, with `--by-year`, a
    row for each year. Return the exit code.
    """
    args = arguments().parse_args(given)
    options = cli_options.read(args)
    cli_options.refuse_redaction(options, "declass")
    if args.by_year and args.format == "ics":
        raise ConfigError("--by-year cannot be combined with --format ics: a calendar has one entry for each document")
    paths = cli_options.read_paths(args, options)
    statuses = linter.load(options).vocabulary["declass_status"]
    meanings = {entry.code: entry.title for entry in statuses}
    documents = list(linter.parse_telegrams(paths, options))
    rows = [
        declassification.row(each.path, each.cable, each.telegram, meanings)
        for each in documents
        if each.telegram is not None
    ]
    shown = declassification.by_year(rows) if args.by_year else rows
    width = 0 if args.out else cli_options.display_width(sys.stdout)
    output.put(list(declassification.render(args.format, shown, options.as_of, width)), args.out)
    if args.format == "table" and rows:
        output.say(_NOTE if shown else "no telegram has a declassification date", to_stderr=True)
    unread = [(each.path, each.why) for each in documents if each.telegram is None]
    return output.print_unread(unread, not rows and not options.listed)
