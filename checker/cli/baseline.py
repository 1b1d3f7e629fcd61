"""`cablecheck baseline`: record known findings, so that only new ones are reported."""

from __future__ import annotations

import argparse
import os
import sys

from .. import baseline, linter
from ..errors import ConfigError, count
from ..reporters.escaping import visible
from ..resources import VERSION
from ..results import Outcome
from . import options as cli_options
from . import output

DEFAULT = "cablecheck-baseline.json"


def arguments() -> argparse.ArgumentParser:
    """Return the command's argument parser."""
    parser = cli_options.parser(
        "baseline",
        "Record known findings, so that only new ones are reported.",
        "baseline create cables",
        "baseline check cables",
        "baseline prune cables",
    )
    parser.add_argument(
        "action",
        choices=("create", "check", "prune"),
        help="create a baseline, check it for entries that no longer occur, or prune those entries",
    )
    cli_options.input_options(parser)
    cli_options.rule_options(parser)
    parser.add_argument("--baseline", metavar="FILE", help=f"the baseline file (default: {DEFAULT})")
    parser.add_argument("--force", action="store_true", help="with create, replace an existing baseline")
    parser.add_argument("--jobs", type=int, metavar="N", help="number of worker processes")
    return parser


def main(given: list[str]) -> int:
    """Write the baseline (`create`), list entries that no longer occur (`check`), or remove them (`prune`). Return the
    exit code.
    """
    args = arguments().parse_args(given)
    options = cli_options.read(args)
    file = options.baseline or DEFAULT
    paths = cli_options.read_paths(args, options)
    options.use_baseline = False
    outcome = linter.lint(paths, options)
    for result in outcome.with_state("failed"):
        sys.stderr.write(f"failed  {visible(result.path)}: {visible(result.why)}\n")
    if args.action == "create":
        return _create(file, args.force, outcome)
    return _check(file, args.action == "prune", outcome)


def _create(file: str, force: bool, outcome: Outcome) -> int:
    if os.path.exists(file) and not force:
        raise ConfigError(f"{file} already exists; use --force to replace it")
    if outcome.summary.verdict == "untrusted":
        raise ConfigError("no baseline written: some documents could not be checked")
    entries = baseline.collect(outcome.findings)
    output.write_file(file, [baseline.dump(entries, VERSION)])
    found, checked = count(len(outcome.findings), "finding"), count(outcome.summary.checked, "document")
    print(f"{visible(file)}: {found} of {checked}")
    return output.OK


def _check(file: str, prune: bool, outcome: Outcome) -> int:
    entries = baseline.load(file)
    stale = baseline.stale_entries(entries, outcome.findings, linter.checked_paths(outcome.results))
    for entry in stale:
        print(f"stale  {visible(entry.path)}: {entry.rule} ({entry.fingerprint}) {entry.count}x")
    if prune and stale:
        output.write_file(file, [baseline.dump(baseline.pruned(entries, stale), VERSION)])
    known = sum(entry.count for entry in entries) - sum(entry.count for entry in stale)
    number = sum(entry.count for entry in stale)
    print(f"{visible(file)}: {known:,} known, {number:,} stale{' and removed' if prune and stale else ''}")
    if outcome.summary.failed:
        return output.INCOMPLETE
    return output.FINDINGS if stale and not prune else output.OK
