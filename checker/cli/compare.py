"""`cablecheck compare`: show how two copies of one telegram differ."""

from __future__ import annotations

import argparse

from .. import linter
from ..config import Options
from ..errors import InputError
from ..reporters import release_comparison
from . import options as cli_options
from . import output


def arguments() -> argparse.ArgumentParser:
    """Return the command's argument parser."""
    parser = cli_options.parser(
        "compare",
        "Show how two released copies of a telegram differ, and what only one of them withholds.",
        "compare release-2009.txt release-2014.txt",
    )
    parser.add_argument("left", metavar="A", help="the first copy")
    parser.add_argument("right", metavar="B", help="the second copy")
    report_options(parser)
    return parser


def report_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that `compare` and `releases` share: rules, format, and output file."""
    cli_options.rule_options(parser)
    parser.add_argument(
        "--format",
        choices=release_comparison.FORMS,
        default="text",
        help="output format; html shows the copies side by side",
    )
    cli_options.out_option(parser)


def main(given: list[str]) -> int:
    """Print the differences between two copies; return the exit code."""
    args = arguments().parse_args(given)
    options = cli_options.read(args)
    left, right = (only_copy(path, options) for path in (args.left, args.right))
    found = release_comparison.compare(left, right)
    if left.telegram.mrn and right.telegram.mrn and left.telegram.mrn != right.telegram.mrn:
        output.say("cablecheck: the two files have different message numbers", to_stderr=True)
    output.put(list(release_comparison.render(args.format, [found], options.redact)), args.out)
    return output.OK


def only_copy(path: str, options: Options) -> release_comparison.Copy:
    """Return the only telegram in a file. Raises `InputError` if the file does not contain exactly one telegram."""
    found = list(linter.parse([path], options))
    if len(found) != 1:
        raise InputError(f"{path}: holds {len(found)} documents; compare needs files that contain one telegram each")
    if found[0].telegram is None:
        raise InputError(f"{path}: {found[0].why}")
    return release_comparison.Copy(found[0].path, found[0].cable, found[0].telegram)
