"""`cablecheck declass`: tell when and why each telegram is or was due for declassification."""

from __future__ import annotations

import sys

from .. import linter
from ..errors import ConfigError
from ..reporters import declassification
from . import options, output

_NOTE = (
    "A date that has passed is not declassification: a document stays as marked until someone with authority acts.\n"
)


def main(given: list[str]) -> int:
    """One row for each telegram: the instruction, the date it gives, the status on the day, and why."""
    arguments = options.parser("declass", "Tell when and why each telegram is or was due for declassification.")
    options.input_options(arguments)
    options.rule_options(arguments)
    arguments.add_argument(
        "--format", choices=declassification.FORMS, default="table", help="the form: ics is a calendar"
    )
    arguments.add_argument("--by-year", action="store_true", help="count the documents each year brings instead")
    options.out_option(arguments)
    args = arguments.parse_args(given)
    settings = options.settled(args)
    if settings.flag("redact"):
        raise ConfigError("declass shows the documents' words; it cannot be redacted")
    if args.by_year and args.format == "ics":
        raise ConfigError("--by-year counts: a calendar (--format ics) has entries for documents")
    paths, data = options.paths_of(args)
    meanings = linter.meanings(settings, "declass_status")
    documents = list(linter.parse(paths, settings, linter.Wish(data=data, name=args.stdin_filename)))
    rows = [
        declassification.row(each.path, each.cable, each.telegram, meanings)
        for each in documents
        if each.telegram is not None
    ]
    shown = declassification.by_year(rows) if args.by_year else rows
    output.put(list(declassification.render(args.format, shown, settings.text("as-of"))), args.out)
    if args.format == "table":
        sys.stderr.write(_NOTE)
    return output.tell_unread(documents)
