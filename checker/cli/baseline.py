"""`cablecheck baseline`: record known findings, so that only new ones count."""

from __future__ import annotations

import os
import sys

from .. import baseline, linter
from ..errors import ConfigError
from ..reporters.escaping import visible
from ..reporters.terminal import count
from ..resources import VERSION
from ..results import Outcome
from . import options, output

DEFAULT = "cablecheck-baseline.json"


def main(given: list[str]) -> int:
    """`create` writes the file anew, `check` lists what no longer occurs, `prune` takes that out."""
    arguments = options.parser("baseline", "Record known findings, so that only new ones count.")
    arguments.add_argument("action", choices=("create", "check", "prune"), help="what to do with the baseline")
    options.input_options(arguments)
    options.rule_options(arguments)
    arguments.add_argument("--baseline", metavar="FILE", help=f"the baseline file (default: {DEFAULT})")
    arguments.add_argument("--force", action="store_true", help="let create replace a baseline")
    arguments.add_argument("--jobs", type=int, metavar="N", help="how many processes check documents")
    args = arguments.parse_args(given)
    settings = options.settled(args)
    file = settings.text("baseline") or DEFAULT
    paths, data = options.paths_of(args)
    outcome = linter.lint(paths, settings, linter.Wish(data=data, name=args.stdin_filename, known=False))
    for judged in outcome.with_state("failed"):
        sys.stderr.write(f"failed  {visible(judged.path)}: {visible(judged.why)}\n")
    if args.action == "create":
        return _create(file, args.force, outcome)
    return _check(file, args.action == "prune", outcome)


def _create(file: str, force: bool, outcome: Outcome) -> int:
    if os.path.exists(file) and not force:
        raise ConfigError(f"{file} exists; a baseline never grows by itself: give --force to make it anew")
    if outcome.summary.verdict == "untrusted":
        raise ConfigError("no baseline was written: not every document could be checked")
    entries = baseline.collect(outcome.findings)
    output.write_file(file, [baseline.written(entries, VERSION)])
    found, checked = count(len(outcome.findings), "finding"), count(outcome.summary.checked, "document")
    print(f"{visible(file)}: {found} of {checked}")
    return output.OK


def _check(file: str, prune: bool, outcome: Outcome) -> int:
    entries = baseline.load(file)
    stale = baseline.stale_entries(entries, outcome.findings, linter.checked_paths(outcome.judged))
    for entry in stale:
        print(f"stale  {visible(entry.path)}: {entry.rule} ({entry.fingerprint}) {entry.count}x")
    if prune and stale:
        output.write_file(file, [baseline.written(baseline.pruned(entries, stale), VERSION)])
    kept = sum(entry.count for entry in entries) - sum(entry.count for entry in stale)
    gone = sum(entry.count for entry in stale)
    print(f"{visible(file)}: {kept:,} known, {gone:,} stale{' and removed' if prune and stale else ''}")
    if outcome.summary.failed:
        return output.UNTRUSTED
    return output.FINDINGS if stale and not prune else output.OK
