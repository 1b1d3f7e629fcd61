"""`cablecheck declass`: tell when and why each telegram is or was due for declassification."""

from __future__ import annotations

import sys

from .. import run
from ..reporters import release
from ..trouble import ConfigTrouble
from . import printing, words

_NOTE = (
    "A date that has passed is not declassification: a document stays as marked until someone with authority acts.\n"
)


def main(given: list[str]) -> int:
    """One row for each telegram: the instruction, the date it gives, the status on the day, and why."""
    options = words.parser("declass", "Tell when and why each telegram is or was due for declassification.")
    words.input_options(options)
    words.rule_options(options)
    options.add_argument("--format", choices=release.FORMS, default="table", help="the form: ics is a calendar")
    options.add_argument("--by-year", action="store_true", help="count the documents each year brings instead")
    words.out_option(options)
    args = options.parse_args(given)
    settings = words.settled(args)
    if settings.flag("redact"):
        raise ConfigTrouble("declass shows the documents' words; it cannot be redacted")
    if args.by_year and args.format == "ics":
        raise ConfigTrouble("--by-year counts: a calendar (--format ics) has entries for documents")
    paths, data = words.paths_of(args)
    meanings = run.meanings(settings, "declass_status")
    documents = list(run.parse(paths, settings, run.Wish(data=data, name=args.stdin_filename)))
    rows = [
        release.row(each.path, each.cable, each.telegram, meanings) for each in documents if each.telegram is not None
    ]
    shown = release.by_year(rows) if args.by_year else rows
    printing.put(list(release.told(args.format, shown, settings.text("as-of"))), args.out)
    if args.format == "table":
        sys.stderr.write(_NOTE)
    return printing.tell_unread(documents)
