"""`cablecheck baseline`: record known findings, so that only new ones count."""

from __future__ import annotations

import os
import sys

from .. import baseline, run
from ..ledger import Outcome
from ..reporters.escape import visible
from ..reporters.wording import count
from ..shipped import VERSION
from ..trouble import ConfigTrouble
from . import exits, printing, words

DEFAULT = "cablecheck-baseline.json"


def main(given: list[str]) -> int:
    """`create` writes the file anew, `check` lists what no longer occurs, `prune` takes that out."""
    options = words.parser("baseline", "Record known findings, so that only new ones count.")
    options.add_argument("action", choices=("create", "check", "prune"), help="what to do with the baseline")
    words.input_options(options)
    words.rule_options(options)
    options.add_argument("--baseline", metavar="FILE", help=f"the baseline file (default: {DEFAULT})")
    options.add_argument("--force", action="store_true", help="let create replace a baseline")
    options.add_argument("--jobs", type=int, metavar="N", help="how many processes check documents")
    args = options.parse_args(given)
    settings = words.settled(args)
    file = settings.text("baseline") or DEFAULT
    paths, data = words.paths_of(args)
    outcome = run.lint(paths, settings, run.Wish(data=data, name=args.stdin_filename, known=False))
    for judged in outcome.with_state("failed"):
        sys.stderr.write(f"failed  {visible(judged.path)}: {visible(judged.why)}\n")
    if args.action == "create":
        return _create(file, args.force, outcome)
    return _check(file, args.action == "prune", outcome)


def _create(file: str, force: bool, outcome: Outcome) -> int:
    if os.path.exists(file) and not force:
        raise ConfigTrouble(f"{file} exists; a baseline never grows by itself: give --force to make it anew")
    if outcome.summary.verdict == "untrusted":
        raise ConfigTrouble("no baseline was written: not every document could be checked")
    entries = baseline.collect(outcome.findings)
    printing.write_file(file, [baseline.written(entries, VERSION)])
    found, checked = count(len(outcome.findings), "finding"), count(outcome.summary.checked, "document")
    print(f"{visible(file)}: {found} of {checked}")
    return exits.OK


def _check(file: str, prune: bool, outcome: Outcome) -> int:
    entries = baseline.load(file)
    stale = baseline.stale_entries(entries, outcome.findings, run.checked_paths(outcome.judged))
    for entry in stale:
        print(f"stale  {visible(entry.path)}: {entry.rule} ({entry.fingerprint}) {entry.count}x")
    if prune and stale:
        printing.write_file(file, [baseline.written(baseline.pruned(entries, stale), VERSION)])
    kept = sum(entry.count for entry in entries) - sum(entry.count for entry in stale)
    gone = sum(entry.count for entry in stale)
    print(f"{visible(file)}: {kept:,} known, {gone:,} stale{' and removed' if prune and stale else ''}")
    if outcome.summary.failed:
        return exits.UNTRUSTED
    return exits.FINDINGS if stale and not prune else exits.OK
