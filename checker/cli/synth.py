"""`cablecheck synth`: generate a synthetic corpus of any size, with known defects, for testing cablecheck."""

from __future__ import annotations

import argparse
import os

from ..errors import ConfigError, count
from ..reporters.escaping import visible
from . import options as cli_options
from . import output


def arguments() -> argparse.ArgumentParser:
    """Return the command's argument parser."""
    parser = cli_options.parser(
        "synth",
        "Generate a synthetic corpus and, next to it, a file that lists the planted defects.",
        "synth --count 2000 --out corpus.csv",
    )
    parser.add_argument("--count", type=int, default=1000, metavar="N", help="number of telegrams (default: 1000)")
    parser.add_argument(
        "--seed",
        type=int,
        default=1,
        metavar="S",
        help="random seed; the same seed produces identical files (default: 1)",
    )
    parser.add_argument(
        "--defects", type=float, default=0.1, metavar="RATE", help="share of telegrams with a defect (default: 0.1)"
    )
    parser.add_argument("--templates", metavar="DIR", help="read word lists, templates, and defects from this folder")
    parser.add_argument("--out", required=True, metavar="FILE", help="a .jsonl, .csv, or .zip file, or a folder")
    return parser


def main(given: list[str]) -> int:
    """Write the corpus and, next to it, a file that lists the planted defects. Return the exit code."""
    args = arguments().parse_args(given)
    if os.path.isfile(args.out):
        raise ConfigError(f"{args.out} already exists; choose another --out")
    from .. import synth  # needs yaml: 30 ms that only this command pays

    done = synth.write(args.count, args.seed, args.defects, args.out, args.templates)
    print(f"{visible(done.path)}: {count(done.documents, 'telegram')}")
    print(f"{visible(done.truth)}: {count(done.planted, 'planted defect')}")
    return output.OK
