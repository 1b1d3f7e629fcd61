"""`cablecheck releases`: show how the copies of each message number in an audited corpus differ."""

from __future__ import annotations

import argparse
from itertools import pairwise

from .. import audit, linter
from ..config import Options
from ..reporters import release_comparison
from ..reporters.release_comparison import Copy, CopyComparison
from . import options as cli_options
from . import output

_SQL = """select mrn, path from cables where mrn is not null and mrn in
    (select mrn from cables where coalesce(section, 1) = 1 group by mrn having count(*) > 1)
    and coalesce(section, 1) = 1 order by mrn, release_date nulls last, document"""


def arguments() -> argparse.ArgumentParser:
    """Return the parser of the command."""
    parser = cli_options.parser("releases", "Compare the copies of each message number in an audited corpus.")
    parser.add_argument("audit", metavar="DIR", help="the folder of the audit")
    cli_options.rule_options(parser)
    parser.add_argument(
        "--format", choices=release_comparison.FORMS, default="text", help="output format; html shows both side by side"
    )
    cli_options.out_option(parser)
    return parser


def main(given: list[str]) -> int:
    """Print the differences of the copies, each with the next later one; return the exit code."""
    args = arguments().parse_args(given)
    options = cli_options.read(args)
    numbers: dict[str, list[str]] = {}
    for mrn, path in audit.query(args.audit, _SQL).rows:
        numbers.setdefault(str(mrn), []).append(str(path))
    unread: list[tuple[str, str]] = []
    found = [each for mrn, paths in numbers.items() for each in _compared(mrn, paths, options, unread)]
    output.put(list(release_comparison.render(args.format, found, options.redact)), args.out)
    return output.print_unread(unread)


def _compared(mrn: str, paths: list[str], options: Options, unread: list[tuple[str, str]]) -> list[CopyComparison]:
    """Return the comparisons of the copies of one number; add what cannot be read any more to `unread`."""
    copies = []
    for path in dict.fromkeys(paths):
        read = list(linter.parse([path], options))
        unread += [(each.path, each.why) for each in read if each.telegram is None]
        copies += [Copy(each.path, each.cable, each.telegram) for each in read if each.telegram is not None]
    same = [copy for copy in copies if copy.telegram.mrn == mrn]
    return [release_comparison.compare(one, two) for one, two in pairwise(same)]
