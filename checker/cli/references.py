"""`cablecheck references`: export the references between the telegrams of a finished audit."""

from __future__ import annotations

import argparse
import sys

from . import options as cli_options
from . import output


def arguments() -> argparse.ArgumentParser:
    """Return the command's argument parser."""
    parser = cli_options.parser(
        "references",
        "Export the references between the telegrams of a finished audit.",
        "references audit",
        "references audit --format graphml --out references.graphml",
    )
    parser.add_argument("audit", metavar="DIR", help="the folder of the audit")
    parser.add_argument("--format", choices=("csv", "graphml"), default="csv", help="output format (default: csv)")
    parser.add_argument(
        "--gaps", action="store_true", help="list the message numbers that are cited but not in the corpus, as CSV"
    )
    parser.add_argument("--out", metavar="FILE", help="write to this file, not to standard output")
    return parser


def main(given: list[str]) -> int:
    """Write the references between telegrams or, with `--gaps`, the cited message numbers that are missing from the
    corpus. Return the exit code.
    """
    args = arguments().parse_args(given)
    from ..audit import edges  # the database costs 160 ms

    lines = edges.export(args.audit, args.format, args.gaps)
    if args.out is None:
        sys.stdout.writelines(lines)
        return output.OK
    with open(args.out, "w", encoding="utf-8", newline="") as file:
        file.writelines(lines)
    return output.OK
