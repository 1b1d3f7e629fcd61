"""`cablecheck lint`: check the markings of telegrams."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable

from .. import linter, readers
from ..config import Options, show
from ..errors import CablecheckError, ConfigError
from ..reporters import REPORTERS, needs
from ..reporters.escaping import visible
from ..results import Outcome
from . import options as cli_options
from . import output

POLL_SECONDS = 0.5  # between two checks for changed files with --watch
_MANY = 50  # minimum number of files for a progress bar


def main(given: list[str]) -> int:
    """Run `lint`: check the paths, write the reports, and return the exit code."""
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
    if args.diff_base and (args.fix or args.diff):
        raise ConfigError(f"--diff-base and {'--fix' if args.fix else '--diff'} are mutually exclusive")
    options.diff_base = args.diff_base
    if args.show_files:
        return _show_files(paths, options)
    formats = [args.format, *(name for name, _ in outputs)]
    options.with_text = needs(formats, "text")
    options.with_details = needs(formats, "details")
    options.with_diff = ("all" if args.unsafe_fixes else "safe") if args.diff else ""
    cli_options.read_hiding(args, options)
    if args.watch:
        return _watch(lambda: _run(args, paths, options, outputs), paths, options, args)
    return _run(args, paths, options, outputs)


def _run(args: argparse.Namespace, paths: list[str], options: Options, outputs: list[tuple[str, str]]) -> int:
    outcome = _lint(paths, options)
    if args.diff:
        for result in outcome.results:
            sys.stdout.write(result.diff)
        sys.stderr.writelines(
            f"{notice}\n" for notice in outcome.notices if "--unsafe-fixes" in notice or "to fix:" in notice
        )
    else:
        output.deliver(outcome, args.format, args.out, outputs, args.color)
    return output.of(outcome, options.exit_zero)


def _lint(paths: list[str], options: Options) -> Outcome:
    """Lint the paths, with progress on a terminal. If interrupted, raises `KeyboardInterrupt` with a message about how
    to continue.
    """
    bar = output.ProgressBar()
    done = ""

    def show(number: int, files: int) -> None:
        nonlocal done
        done = f"{number:,} of {files:,} files"
        if files >= _MANY:
            bar.show(number / files, done, number)

    try:
        return linter.lint(paths, options, show)
    except KeyboardInterrupt:
        advice = f"{done} were checked; with --cache, the next run takes the results of unchanged files from the cache"
        raise KeyboardInterrupt(*([advice] if done else [])) from None
    finally:
        bar.clear()


def _fix_mode(args: argparse.Namespace, options: Options) -> str:
    """Return which suggestions to apply: "safe", "all", or "" for none. Raises `ConfigError` for options that
    contradict each other.
    """
    if not args.fix:
        if args.unsafe_fixes and not args.diff:
            raise ConfigError("--unsafe-fixes needs --fix or --diff")
        return ""
    if args.diff or options.redact:
        raise ConfigError(f"--fix and {'--diff' if args.diff else '--redact'} are mutually exclusive")
    if options.stdin is not None:
        raise ConfigError("--fix changes files; standard input cannot be fixed")
    return "all" if args.unsafe_fixes else "safe"


def _watch(run: Callable[[], int], paths: list[str], options: Options, args: argparse.Namespace) -> int:
    """Call `run` now and after each change to a file, until interrupted; return the exit code 0. Raises `ConfigError`
    with `--fix` or standard input.
    """
    if args.fix or options.stdin is not None:
        raise ConfigError(f"--watch cannot be combined with {'--fix' if args.fix else 'standard input'}")
    seen: dict[str, tuple[int, int]] = {}
    first = True
    try:
        while True:
            now = _state(paths, options)
            if first or now != seen:
                first, seen = False, now
                sys.stdout.write("\x1b[2J\x1b[H" if cli_options.terminal_width(sys.stdout) else "")
                try:
                    run()
                except CablecheckError as error:  # a file that is being edited may be wrong for a while
                    sys.stderr.write(f"cablecheck: {visible(str(error))}\n")
                sys.stderr.write("watching for changes; press Ctrl+C to stop\n")
                sys.stdout.flush()
            time.sleep(POLL_SECONDS)
    except KeyboardInterrupt:
        return output.OK


def _state(paths: list[str], options: Options) -> dict[str, tuple[int, int]]:
    """Return the modification time and size, by path, of each checked file, each rule pack file, and the baseline,
    suppressions, and decisions files.
    """
    try:
        files = linter.files_of(paths, options)[0]
    except CablecheckError:
        files = []
    files += [options.baseline, options.suppressions, options.decisions]
    files += [entry.path for folder in options.rules for entry in readers.find([folder])]
    found = {}
    for path in files:
        try:
            about = os.stat(path)
        except OSError:
            continue
        found[path] = about.st_mtime_ns, about.st_size
    return found


def arguments() -> argparse.ArgumentParser:
    """Return the command's argument parser."""
    parser = cli_options.parser(
        "lint",
        "Check the form of the markings of telegrams.",
        "lint cables",
        "lint --fix cables",
        "lint --select POR,CLS --fail-level warning cables",
        "lint --output sarif=report.sarif cables",
        "lint --files-from list.txt",
    )
    cli_options.input_options(parser)
    cli_options.rule_options(parser)
    group = parser.add_argument_group("output")
    group.add_argument(
        "--format", choices=REPORTERS, default="table", metavar="FORMAT", help=f"one of {', '.join(REPORTERS)}"
    )
    group.add_argument("--out", default="", metavar="FILE", help="write the report to this file")
    group.add_argument("--output", action="append", metavar="FORMAT=FILE", help="write another report (repeatable)")
    group.add_argument(
        "--diff-base", default="", metavar="REVISION", help="show only findings on lines changed since REVISION"
    )
    group.add_argument(
        "--color", choices=("auto", "always", "never"), default="auto", help="auto (the default) means on a terminal"
    )
    group.add_argument(
        "--diff", action="store_true", help="show the changes that --fix would make, without making them"
    )
    group.add_argument("--fix", action="store_true", help="apply safe suggestions to the files and list each change")
    group.add_argument(
        "--unsafe-fixes", action="store_true", help="with --fix or --diff, include suggestions that are not safe"
    )
    group.add_argument("--watch", action="store_true", help="check again after each change to a file")
    group.add_argument("--show-settings", action="store_true", help="show the settings and their origin")
    group.add_argument("--show-files", action="store_true", help="list the files that would be checked")
    _flag(group, "statistics")
    group = parser.add_argument_group("verdict")
    level = f"{cli_options.describe('fail-level')}: error (the default), warning, info, or none"
    group.add_argument("--fail-level", metavar="LEVEL", help=level)
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
    files, entries = linter.files_of(paths, options)
    for path in files:
        print(visible(path))
    for entry in entries:
        sys.stderr.write(f"{entry.state}  {visible(entry.path)}: {visible(entry.why)}\n")
    return output.OK if files else output.INCOMPLETE
