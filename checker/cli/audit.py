"""`cablecheck audit`: a whole corpus, resumable; `audit diff` and `audit merge` on finished ones."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from .. import linter
from ..config import Settings
from ..errors import ConfigError
from ..reporters.escaping import visible
from . import options, output


def main(given: list[str]) -> int:
    """`audit CORPUS... --out DIR`, `audit diff A B`, `audit merge SHARD... --out DIR`."""
    if given[:1] == ["diff"]:
        return _diff(given[1:])
    merging = given[:1] == ["merge"]
    arguments = options.parser(
        "audit merge" if merging else "audit",
        "Put the shards of an audit together." if merging else "Audit a corpus: tables, reports, corpus rules.",
    )
    options.input_options(arguments)
    options.rule_options(arguments)
    _audit_options(arguments)
    args = arguments.parse_args(given[1:] if merging else given)
    settings = options.settled(args)
    paths, data = options.paths_of(args)
    if data is not None:
        raise ConfigError("an audit reads files, not standard input")
    from .. import audit  # the data base costs 160 ms, and only audits need it

    order = linter.order_of(settings, linter.load(settings), linter.Wish())
    wish = _options(args, settings)
    result = (
        audit.merge(paths, args.out, order, wish) if merging else audit.run(paths, args.out, order, wish, _teller(args))
    )
    _told(args.out, result)
    return output.OK if settings.flag("exit-zero") and result.code == output.FINDINGS else result.code


def _audit_options(arguments: argparse.ArgumentParser) -> None:
    group = arguments.add_argument_group("audit")
    group.add_argument("--out", required=True, metavar="DIR", help="where tables and reports go")
    group.add_argument("--resume", action="store_true", help="go on with an audit that was interrupted")
    group.add_argument(
        "--jobs", dest="processes", type=int, default=0, metavar="N", help="processes; 0 is one for each processor"
    )
    group.add_argument("--sample", type=int, default=0, metavar="N", help="audit N documents drawn at random")
    group.add_argument("--seed", type=int, default=1, metavar="S", help="by which they are drawn (default: 1)")
    group.add_argument(
        "--where", action="append", default=[], metavar="TERM", help="such as year>=2005 or origin~Zenda"
    )
    group.add_argument("--shard", default="1/1", metavar="I/N", help="do part I of N, for `audit merge`")
    group.add_argument(
        "--timeout",
        dest="seconds",
        type=float,
        default=60.0,
        metavar="S",
        help="seconds for one document; 0 is no limit",
    )
    group.add_argument("--memory", type=int, default=1024, metavar="MB", help="of one worker; 0 is no limit")
    group.add_argument("--batch", type=float, default=4.0, metavar="MB", help="size of a batch (default: 4)")
    group.add_argument("--quotes", type=int, default=5, metavar="N", help="findings quoted for each rule (default: 5)")
    group.add_argument("--no-corpus-rules", action="store_true", help="ask no rule of the whole corpus")
    group.add_argument("--keep-parts", action="store_true", help="keep the parts the tables are made from")
    group.add_argument("--scheduler", metavar="ADDRESS", default="", help="work on this Dask cluster")
    group.add_argument("--cluster", choices=("local",), default="", help="start a Dask cluster on this machine")
    group.add_argument("--quiet", action="store_true", help="no progress on stderr")


def _options(args: argparse.Namespace, settings: Settings):  # type: ignore[no-untyped-def]
    from .. import audit
    from ..audit import filters  # with the rest of the audit

    part, sign, of = args.shard.partition("/")
    if not (sign and part.isdigit() and of.isdigit() and 1 <= int(part) <= int(of)):
        raise ConfigError(f"--shard: {args.shard!r} is not of the form I/N with I from 1 to N")
    if args.processes < 0 or args.sample < 0 or args.seconds < 0 or args.memory < 0 or args.batch <= 0:
        raise ConfigError("--jobs, --sample, --timeout, --memory and --batch are not negative")
    return audit.Options(
        jobs=args.processes,
        size=int(args.batch * (1 << 20)),
        limits=audit.Limits(args.seconds, args.memory << 20),
        choice=audit.Choice(args.sample, args.seed, filters.terms(args.where), int(part), int(of)),
        resume=args.resume,
        keep_parts=args.keep_parts,
        corpus_rules=not args.no_corpus_rules,
        quotes=args.quotes,
        fail_level=settings.text("fail-level"),
        allow_failed=settings.number("allow-failed"),
        scheduler=args.scheduler or args.cluster,
    )


def _teller(args: argparse.Namespace) -> Callable[[object], None] | None:
    """Progress: one line that is written over on a terminal, a line now and then in a log."""
    import time

    if args.quiet:
        return None
    terminal = options.terminal_width(sys.stderr)
    last = [0.0]

    def tell(progress: object) -> None:
        now = time.monotonic()
        ended = progress.batches == progress.total  # type: ignore[attr-defined]
        if now - last[0] >= (0.2 if terminal else 10.0) or ended:
            last[0] = now
            line = progress.line()  # type: ignore[attr-defined]
            sys.stderr.write(f"\r{line:<78}" + ("\n" if ended else "") if terminal else f"{line}\n")
            sys.stderr.flush()

    return tell


def _told(out: str, result) -> None:  # type: ignore[no-untyped-def]
    account = result.summary.get("account")
    if not isinstance(account, dict):
        print(f"{visible(out)}: shard {result.summary['shard']}, {result.summary['documents']:,} documents")
        return
    severities = result.summary["severities"]
    numbers = " + ".join(f"{count:,} {state}" for state, count in account.items())
    print(f"{numbers} = {sum(account.values()):,} handed in")
    print(", ".join(f"{count:,} {level}" for level, count in severities.items()) + f"; see {visible(out)}/report.html")


def _diff(given: list[str]) -> int:
    arguments = options.parser("audit diff", "Compare two audits: which findings are new, gone, moved.")
    arguments.add_argument("before", metavar="A", help="the folder of the earlier audit")
    arguments.add_argument("after", metavar="B", help="the folder of the later one")
    arguments.add_argument(
        "--quotes", type=int, default=3, metavar="N", help="findings shown for each rule (default: 3)"
    )
    args = arguments.parse_args(given)
    from tabulate import tabulate

    from .. import audit  # as above

    found = audit.diff(args.before, args.after, args.quotes)
    rows = [row for row in found.rules if row[1] or row[2] or row[3]]
    print(
        tabulate(rows, ("rule", "new", "gone", "moved", "same"), "simple", disable_numparse=True)
        if rows
        else "the same"
    )
    for what, rule, place, message in found.samples:
        print(f"{what:<5} {rule}  {visible(place)}\n      {visible(message)}")
    return output.OK if found.same else output.FINDINGS
