"""`cablecheck audit`: audit a whole corpus, resume an audit, or compare, merge, or report on finished audits."""

from __future__ import annotations

import argparse
import os
import sys

from .. import linter
from ..config import Options
from ..errors import ConfigError, count
from ..record import copied
from ..reporters.escaping import visible
from ..reporters.terminal import account, tally, verdict_of
from ..resources import cache_dir, reason_to_ignore_cache
from ..results import CLEAN, FOUND, UNJUDGED, UNTRUSTED
from . import options as cli_options
from . import output

WHAT = {
    "audit": "Check a whole corpus, and write tables and reports. `audit diff`, `audit merge`, and `audit report` have"
    " their own help.",
    "audit diff": "Show the findings that are new, gone, or moved between two audits.",
    "audit report": "Rebuild the reports of a finished audit with the current decisions, suppressions, and baseline.",
    "audit merge": "Merge the shards of an audit.",
}
EXAMPLES = {
    "audit": (
        "audit cables --out audit",
        "audit cables --out audit --resume",
        "audit cables --out sample --sample 500 --where 'year>=2005'",
        "audit cables --out shard-1 --shard 1/4",
    ),
    "audit diff": ("audit diff audit-2026 audit-2027",),
    "audit report": ("audit report audit --title Strelsau",),
    "audit merge": ("audit merge shard-1 shard-2 --out audit",),
}

MAX_FAILED = 10  # failed documents listed on the screen


_NOT_FOR_MERGE = (
    "skip_other_files", "exclude", "resume", "processes", "sample", "seed", "where", "shard", "seconds", "memory",
    "batch", "scheduler", "cluster", "quiet",
)  # fmt: skip
"""Options that `audit merge` accepts but does not need, so that its help omits them."""


def arguments(command: str = "audit") -> argparse.ArgumentParser:
    """Return the argument parser for `audit`, `audit diff`, `audit report`, or `audit merge`."""
    parser = cli_options.parser(command, WHAT[command], *EXAMPLES[command])
    if command == "audit diff":
        parser.add_argument("before", metavar="A", help="the folder of the earlier audit")
        parser.add_argument("after", metavar="B", help="the folder of the later audit")
        parser.add_argument(
            "--quotes", type=int, default=3, metavar="N", help="findings shown for each rule (default: 3)"
        )
        return parser
    if command == "audit report":
        parser.add_argument("out", metavar="DIR", help="the folder of the audit")
        cli_options.configuration_options(parser)
    else:
        merging = command == "audit merge"
        cli_options.input_options(parser, "the folders of the shards" if merging else "files, folders, globs, and URLs")
        cli_options.rule_options(parser)
        _audit_options(parser)
        if merging:
            for action in parser._actions:
                action.help = argparse.SUPPRESS if action.dest in _NOT_FOR_MERGE else action.help
    _report_options(parser)
    return parser


def main(given: list[str]) -> int:
    """Run `audit PATH... --out DIR`, `audit diff A B`, `audit report DIR`, or `audit merge SHARD... --out DIR`, and
    return the exit code.
    """
    if given[:1] == ["diff"]:
        return _diff(given[1:])
    if given[:1] == ["report"]:
        return _report(given[1:])
    merging = given[:1] == ["merge"]
    args = arguments("audit merge").parse_args(given[1:]) if merging else arguments().parse_args(given)
    options = cli_options.read(args)
    paths = cli_options.read_paths(args, options)
    if options.stdin is not None:
        raise ConfigError("audit reads files, not standard input")
    from .. import audit  # the database costs 160 ms, and only audits need it

    _read_audit_options(args, options)
    ignored_cache = reason_to_ignore_cache(cache_dir(), paths)
    options = copied(options, rule_cache=not ignored_cache)
    options = linter.resolve(options, linter.load(options))
    result = audit.merge(paths, args.out, options) if merging else _run(paths, args, options)
    if ignored_cache:
        result.notices += (ignored_cache,)
    _print_result(args.out, result, options.fail_level)
    return output.OK if options.exit_zero and result.code == output.FINDINGS else result.code


def _run(paths: list[str], args: argparse.Namespace, options: Options):  # type: ignore[no-untyped-def]
    """Run the audit, with progress on a terminal. If interrupted, raises `KeyboardInterrupt` with a message about how
    to resume.
    """
    from .. import audit  # as above

    bar = output.ProgressBar()

    def show(progress) -> None:  # type: ignore[no-untyped-def]
        units = f"{count(progress.documents, 'document')}, {progress.batches:,} of {progress.total:,} batches"
        bar.show(progress.batches / progress.total, units, progress.documents)

    try:
        return audit.run(paths, args.out, options, None if args.quiet else show)
    except KeyboardInterrupt:
        folder = visible(args.out)
        raise KeyboardInterrupt(f"finished batches are kept in {folder}; run the same command with --resume") from None
    finally:
        bar.clear()


def _audit_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("audit")
    group.add_argument("--out", required=True, metavar="DIR", help="folder for the tables and reports")
    group.add_argument("--resume", action="store_true", help="resume an interrupted audit")
    group.add_argument(
        "--jobs",
        dest="processes",
        type=int,
        default=0,
        metavar="N",
        help="number of worker processes; 0 (the default) means one for each processor",
    )
    group.add_argument("--sample", type=int, default=0, metavar="N", help="audit only N documents drawn at random")
    group.add_argument("--seed", type=int, default=1, metavar="S", help="random seed for samples (default: 1)")
    group.add_argument(
        "--where",
        action="append",
        default=[],
        metavar="TERM",
        help="audit only documents that match, such as 'year>=2005' or origin~Zenda (repeatable)",
    )
    group.add_argument(
        "--shard", default="1/1", metavar="I/N", help="audit only part I of N; `audit merge` combines the parts"
    )
    group.add_argument(
        "--timeout",
        dest="seconds",
        type=float,
        default=60.0,
        metavar="S",
        help="time limit for one document in seconds (default: 60); 0 means no limit",
    )
    group.add_argument(
        "--memory",
        type=int,
        default=1024,
        metavar="MB",
        help="memory limit of a worker in megabytes (default: 1024); 0 means no limit",
    )
    group.add_argument(
        "--batch", type=float, default=4.0, metavar="MB", help="size of a batch in megabytes (default: 4)"
    )
    group.add_argument("--no-corpus-rules", action="store_true", help="skip the rules about the whole corpus")
    group.add_argument(
        "--keep-parts", action="store_true", help="keep the part files from which the tables are written"
    )
    group.add_argument(
        "--scheduler", metavar="ADDRESS", default="", help="use the Dask cluster with this scheduler address"
    )
    group.add_argument("--cluster", choices=("local",), default="", help="start a Dask cluster on this machine")
    group.add_argument("--quiet", action="store_true", help="do not show progress on the terminal")


def _report_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("reports")
    group.add_argument("--quotes", type=int, default=5, metavar="N", help="findings quoted for each rule (default: 5)")
    group.add_argument(
        "--self-inspection",
        type=int,
        nargs="?",
        const=100,
        default=0,
        metavar="N",
        help="also report the discrepancies in a sample of N classified documents (default: 100), for the"
        " self-inspection under 32 CFR 2001.60",
    )
    group.add_argument("--title", default="", help="the title of the reports")
    cli_options.hiding_options(group)


def _read_report_options(args: argparse.Namespace, options: Options) -> None:
    """Copy the arguments that affect only reports into `options`. Raises `ConfigError` for negative numbers."""
    options.quotes, options.title, options.inspected = args.quotes, args.title, args.self_inspection
    if args.quotes < 0 or args.self_inspection < 0:
        raise ConfigError("--quotes and --self-inspection must not be negative")
    cli_options.read_hiding(args, options)


def _report(given: list[str]) -> int:
    args = arguments("audit report").parse_args(given)
    options = cli_options.read(args)
    from .. import audit  # as above

    described = audit.read_description(args.out)
    recorded = described["options"]
    options.redact = bool(described["redacted"])
    options.as_of = options.as_of or str(recorded.get("as_of", ""))
    options.mandatory = (*options.mandatory, *recorded.get("mandatory", ()))
    for name in ("decisions", "baseline", "suppressions"):  # the paths are relative to the folder of the audit run
        if not getattr(options, name) and recorded.get(name):
            setattr(options, name, os.path.join(str(described["folder"]), str(recorded[name])))
    options.sample = int(recorded.get("sample", 0))
    options.where = tuple(recorded.get("where", ()))
    options.seed = int(recorded.get("seed", 1))
    _read_report_options(args, options)
    result = audit.report(args.out, linter.resolve(options, linter.load(options)))
    _print_result(args.out, result, options.fail_level)
    return output.OK if options.exit_zero and result.code == output.FINDINGS else result.code


def _read_audit_options(args: argparse.Namespace, options: Options) -> None:
    """Copy the arguments that affect only audits into `options`. Raises `ConfigError` for invalid ones."""
    from ..audit import filters  # with the rest of the audit

    part, sign, of = args.shard.partition("/")
    if not (sign and part.isdigit() and of.isdigit() and 1 <= int(part) <= int(of)):
        raise ConfigError(f"--shard: expected I/N with I from 1 to N, not {args.shard!r}")
    if args.processes < 0 or args.sample < 0 or args.seconds < 0 or args.memory < 0 or args.batch <= 0:
        raise ConfigError("--jobs, --sample, --timeout, --memory and --batch must not be negative")
    options.jobs = args.processes
    options.batch_size = int(args.batch * (1 << 20))
    options.document_seconds = args.seconds
    options.worker_memory = args.memory << 20
    options.sample, options.seed = args.sample, args.seed
    options.where = filters.terms(args.where)
    options.shard, options.shards = int(part), int(of)
    options.resume, options.keep_parts = args.resume, args.keep_parts
    options.corpus_rules = not args.no_corpus_rules
    _read_report_options(args, options)
    options.scheduler = args.scheduler or args.cluster


def _print_result(out: str, result, fail_level: str) -> None:  # type: ignore[no-untyped-def]
    from ..audit import totals  # as above

    for notice in result.notices:
        output.say(f"cablecheck: {visible(notice)}", to_stderr=True)
    if "account" not in result.summary:
        print(f"{visible(out)}: shard {result.summary['shard']}, {count(result.summary['documents'], 'document')}")
        return
    documents = result.summary["account"]
    if documents["failed"]:
        _print_failed(out, documents["failed"])
    if documents["excluded"] and not documents["checked"]:
        _print_excluded(out)
    unjudged = result.summary.get("unrecognized", 0)
    verdicts = {output.OK: UNJUDGED if unjudged else CLEAN, output.FINDINGS: FOUND}
    sums = totals(result.summary, verdicts.get(result.code, UNTRUSTED))
    output.say(tally(sums))
    output.say(f"{account(sums)}; {count(sums.rules, 'rule')}; {verdict_of(sums, fail_level, unjudged)}")
    output.say(f"see {visible(out)}/report.html, or review the findings with: cablecheck view {visible(out)}")


def _print_failed(out: str, total: int) -> None:
    """Print the first failed documents, each with its reason, and how to list the others."""
    from .. import audit  # as above

    sql = "select path, why from ledger where state = 'failed' order by document"
    for path, why in audit.query(out, f"{sql} limit {MAX_FAILED}").rows:
        output.say(f"failed  {visible(str(path))}: {visible(str(why))}")
    if total > MAX_FAILED:
        output.say(f'and {total - MAX_FAILED:,} more: cablecheck query {visible(out)} "{sql}"')


def _print_excluded(out: str) -> None:
    """Print the most frequent reasons why documents were excluded."""
    from .. import audit  # as above

    sql = "select why, count(*) from ledger where state = 'excluded' group by why order by 2 desc, why limit 3"
    for why, number in audit.query(out, sql).rows:
        output.say(f"excluded  {count(int(str(number)), 'document')}: {visible(str(why))}")


def _diff(given: list[str]) -> int:
    args = arguments("audit diff").parse_args(given)
    from .. import audit  # as above
    from ..reporters.terminal import grid

    found = audit.diff(args.before, args.after, args.quotes)
    width = cli_options.display_width(sys.stdout)
    for line in grid(found.changed, ("rule", "new", "gone", "moved", "unchanged"), width) if found.changed else ():
        print(line)
    if not found.changed:
        print("no differences")
    if found.coverage:
        heads = ("year", "layout", "field", "read before %", "after %", "documents")
        print("\nfields read in a smaller share of documents")
        print("\n".join(grid(found.coverage, heads, width)))
    if found.samples:
        print()
    for what, rule, place, message in found.samples:
        output.say(f"{what:<5} {rule}  {visible(place)}\n      {visible(message)}")
    if found.changed:
        new, gone, moved, same = map(sum, zip(*(row[1:] for row in found.rules), strict=True))
        print(f"\n{new:,} new, {gone:,} gone, {moved:,} moved, {same:,} unchanged")
    return output.OK if found.same else output.FINDINGS
