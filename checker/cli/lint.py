"""`cablecheck lint`: check the markings of telegrams."""

from __future__ import annotations

import argparse
import sys

from .. import linter
from ..config import SETTINGS, Settings, show
from ..errors import ConfigError
from ..reporters import REPORTERS, needs
from . import options, output

_MANY = 50  # files from which a terminal is told how far we are


def main(given: list[str]) -> int:
    """Check the paths and deliver the reports."""
    args = _options().parse_args(given)
    settings = options.settled(args)
    outputs = output.formats_of(args.format, args.output or [])
    if args.show_settings:
        print("\n".join(show(settings)))
        return output.OK
    if args.diff and settings.flag("redact"):
        raise ConfigError("--diff shows the documents' words, --redact keeps them back: give one of the two")
    paths, data = options.paths_of(args)
    if args.show_files:
        return _show_files(paths, settings)
    formats = [args.format, *(name for name, _ in outputs)]
    wish = linter.Wish(
        data=data,
        name=args.stdin_filename,
        text=needs(formats, "text"),
        details=needs(formats, "details"),
        diff=args.diff,
        accepted=not args.no_suppressions,
        known=not args.no_baseline,
        tell=_progress if options.terminal_width(sys.stderr) else None,
    )
    outcome = linter.lint(paths, settings, wish)
    if args.diff:
        for judged in outcome.judged:
            sys.stdout.write(judged.diff)
    else:
        output.deliver(outcome, args.format, args.out, outputs, args.color)
    return output.of(outcome, settings.flag("exit-zero"))


def _options() -> argparse.ArgumentParser:
    arguments = options.parser("lint", "Check the form of the markings of telegrams.")
    options.input_options(arguments)
    options.rule_options(arguments)
    group = arguments.add_argument_group("output")
    group.add_argument("--format", default="table", metavar="FORMAT", help=f"one of {', '.join(REPORTERS)}")
    group.add_argument("--out", default="", metavar="FILE", help="write the report to a file, not to the screen")
    group.add_argument("--output", action="append", metavar="FORMAT=FILE", help="a further report; may be given again")
    group.add_argument("--color", choices=("auto", "always", "never"), default="auto", help="colour on a terminal")
    group.add_argument("--diff", action="store_true", help="show what the suggestions would change, nothing else")
    group.add_argument("--show-settings", action="store_true", help="show the settings, and where each comes from")
    group.add_argument("--show-files", action="store_true", help="show the files that would be checked")
    _flag(group, "statistics")
    group = arguments.add_argument_group("verdict")
    group.add_argument("--fail-level", metavar="LEVEL", help=SETTINGS["fail-level"][2])
    group.add_argument("--allow-failed", type=int, metavar="N", help=SETTINGS["allow-failed"][2])
    _flag(group, "exit-zero")
    group.add_argument("--baseline", metavar="FILE", help=SETTINGS["baseline"][2])
    group.add_argument("--no-baseline", action="store_true", help="show the known findings, too")
    group.add_argument("--suppressions", metavar="FILE", help=SETTINGS["suppressions"][2])
    group.add_argument("--no-suppressions", action="store_true", help="for auditors: show the accepted findings, too")
    group = arguments.add_argument_group("work")
    group.add_argument("--jobs", type=int, metavar="N", help=SETTINGS["jobs"][2])
    group.add_argument("--timeout", type=int, metavar="SECONDS", help=SETTINGS["timeout"][2])
    _flag(group, "cache")
    group.add_argument("--no-cache", dest="cache", action="store_false", default=None, help="keep and take no results")
    return arguments


def _flag(group: argparse._ArgumentGroup, name: str) -> None:
    group.add_argument(f"--{name}", action="store_true", default=None, help=SETTINGS[name][2])


def _show_files(paths: list[str], settings: Settings) -> int:
    from ..reporters.escaping import visible

    files, entries = linter.files_of(paths, settings)
    for path in files:
        print(visible(path))
    for entry in entries:
        sys.stderr.write(f"{entry.state}  {visible(entry.path)}: {visible(entry.why)}\n")
    return output.OK if files else output.UNTRUSTED


def _progress(done: int, of: int) -> None:
    if of >= _MANY:
        sys.stderr.write(f"\r{done:,} of {of:,} files" if done < of else "\r\x1b[K")
        sys.stderr.flush()
