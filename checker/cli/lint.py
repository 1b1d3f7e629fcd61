"""`cablecheck lint`: check the markings of telegrams."""

from __future__ import annotations

import argparse
import sys

from .. import linter
from ..config import Options, show
from ..errors import ConfigError
from ..reporters import REPORTERS, needs
from . import options as cli_options
from . import output

_MANY = 50  # number of files from which a terminal shows progress


def main(given: list[str]) -> int:
    """Check the paths and write the reports."""
    args = arguments().parse_args(given)
    options = cli_options.read(args)
    outputs = output.formats_of(args.format, args.output or [])
    if args.show_settings:
        print("\n".join(show(options)))
        return output.OK
    if args.diff and options.redact:
        raise ConfigError("--diff and --redact are mutually exclusive")
    paths = cli_options.read_paths(args, options, default=".")
    options.fix = _fix_mode(args, options)
    if args.show_files:
        return _show_files(paths, options)
    formats = [args.format, *(name for name, _ in outputs)]
    options.with_text = needs(formats, "text")
    options.with_details = needs(formats, "details")
    options.with_diff = args.diff
    cli_options.read_hiding(args, options)
    outcome = linter.lint(paths, options, _progress if cli_options.terminal_width(sys.stderr) else None)
    if args.diff:
        for result in outcome.results:
            sys.stdout.write(result.diff)
    else:
        output.deliver(outcome, args.format, args.out, outputs, args.color)
    return output.of(outcome, options.exit_zero)


def _fix_mode(args: argparse.Namespace, options: Options) -> str:
    """Return which suggestions to apply. Raises `ConfigError` for options that contradict each other."""
    if not args.fix:
        if args.unsafe_fixes:
            raise ConfigError("--unsafe-fixes needs --fix")
        return ""
    if args.diff or options.redact:
        raise ConfigError(f"--fix and {'--diff' if args.diff else '--redact'} are mutually exclusive")
    if options.stdin is not None:
        raise ConfigError("--fix changes files; standard input cannot be fixed")
    return "all" if args.unsafe_fixes else "safe"


def arguments() -> argparse.ArgumentParser:
    """Return the parser of the command."""
    parser = cli_options.parser("lint", "Check the form of the markings of telegrams.")
    cli_options.input_options(parser)
    cli_options.rule_options(parser)
    group = parser.add_argument_group("output")
    group.add_argument(
        "--format", choices=REPORTERS, default="table", metavar="FORMAT", help=f"one of {', '.join(REPORTERS)}"
    )
    group.add_argument("--out", default="", metavar="FILE", help="write the report to a file")
    group.add_argument("--output", action="append", metavar="FORMAT=FILE", help="additional report (repeatable)")
    group.add_argument("--color", choices=("auto", "always", "never"), default="auto", help="color on a terminal")
    group.add_argument("--diff", action="store_true", help="show only what the suggestions would change")
    group.add_argument("--fix", action="store_true", help="apply safe suggestions to the files, and log each change")
    group.add_argument("--unsafe-fixes", action="store_true", help="with --fix: apply all suggestions")
    group.add_argument("--show-settings", action="store_true", help="show the settings and their origin")
    group.add_argument("--show-files", action="store_true", help="list the files that would be checked")
    _flag(group, "statistics")
    group = parser.add_argument_group("verdict")
    group.add_argument("--fail-level", metavar="LEVEL", help=cli_options.describe("fail-level"))
    group.add_argument("--allow-failed", type=int, metavar="N", help=cli_options.describe("allow-failed"))
    _flag(group, "exit-zero")
    cli_options.hiding_options(group)
    group = parser.add_argument_group("work")
    group.add_argument("--jobs", type=int, metavar="N", help=cli_options.describe("jobs"))
    group.add_argument("--timeout", type=int, metavar="SECONDS", help=cli_options.describe("timeout"))
    _flag(group, "cache")
    group.add_argument(
        "--no-cache", dest="cache", action="store_false", default=None, help="do not read or write the result cache"
    )
    return parser


def _flag(group: argparse._ArgumentGroup, name: str) -> None:
    group.add_argument(f"--{name}", action="store_true", default=None, help=cli_options.describe(name))


def _show_files(paths: list[str], options: Options) -> int:
    from ..reporters.escaping import visible

    files, entries = linter.files_of(paths, options)
    for path in files:
        print(visible(path))
    for entry in entries:
        sys.stderr.write(f"{entry.state}  {visible(entry.path)}: {visible(entry.why)}\n")
    return output.OK if files else output.INCOMPLETE


def _progress(done: int, of: int) -> None:
    if of >= _MANY:
        sys.stderr.write(f"\r{done:,} of {of:,} files" if done < of else "\r\x1b[K")
        sys.stderr.flush()
