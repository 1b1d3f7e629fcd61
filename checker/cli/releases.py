"""`cablecheck releases`: show the differences between copies with the same message number in an audited corpus."""

from __future__ import annotations

import argparse
from itertools import pairwise

from .. import audit, linter
from ..config import Options
from ..reporters import release_comparison
from ..reporters.escaping import visible
from ..reporters.release_comparison import Copy, CopyComparison
from . import options as cli_options
from . import output
from .compare import report_options

_SQL = """select mrn, path from cables where mrn is not null and mrn in
    (select mrn from cables where coalesce(section, 1) = 1 group by mrn having count(*) > 1)
    and coalesce(section, 1) = 1 order by mrn, release_date nulls last, document"""


def arguments() -> argparse.ArgumentParser:
    """Return the command's argument parser."""
    parser = cli_options.parser(
        "releases", "Compare the copies of each message number in an audited corpus.", "releases audit"
    )
    parser.add_argument("audit", metavar="DIR", help="the folder of the audit")
    report_options(parser)
    return parser


def main(given: list[str]) -> int:
    """Compare the released copies of each message number in order of release, and print the differences between each
    copy and the next. Return the exit code.
    """
    args = arguments().parse_args(given)
    options = cli_options.read(args)
    numbers: dict[str, list[str]] = {}
    for mrn, path in audit.query(args.audit, _SQL).rows:
        numbers.setdefault(str(mrn), []).append(str(path))
    unread: list[tuple[str, str]] = []
    found = _compared(numbers, options, unread)
    lines = list(release_comparison.render(args.format, found, options.redact))
    if not numbers and args.format == "text":
        lines = [f"{visible(args.audit)}: no message number has more than one copy\n"]
    output.put(lines, args.out)
    return output.print_unread(unread)


def _compared(numbers: dict[str, list[str]], options: Options, unread: list[tuple[str, str]]) -> list[CopyComparison]:
    """Compare each copy of a message number with the next one, and return the comparisons. `numbers` maps each message
    number to the paths of its copies. Files that can no longer be read are added to `unread` as (path, reason).
    """
    paths = list(dict.fromkeys(path for named in numbers.values() for path in named))
    copies: dict[str, list[Copy]] = {mrn: [] for mrn in numbers}
    for each in linter.parse(paths, options) if paths else ():
        if each.telegram is None:
            unread.append((each.path, each.why))
        elif each.telegram.mrn in copies:
            copies[each.telegram.mrn].append(Copy(each.path, each.cable, each.telegram))
    found = []
    for mrn, named in numbers.items():
        order = {path: at for at, path in reversed(list(enumerate(named)))}
        same = sorted((one for one in copies[mrn] if one.path in order), key=lambda one: order[one.path])
        found += [release_comparison.compare(one, two) for one, two in pairwise(same)]
    return found
