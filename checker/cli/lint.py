"""`cablecheck lint`: check the markings of telegrams."""

from __future__ import annotations

import argparse
import sys

from .. import run
from ..reporters import REPORTERS, needs
from ..settings import SETTINGS, Settings, show
from ..trouble import ConfigTrouble
from . import exits, printing, words

_MANY = 50  # files from which a terminal is told how far we are


def main(given: list[str]) -> int:
    """Check the paths and deliver the reports."""
    args = _options().parse_args(given)
    settings = words.settled(args)
    outputs = printing.formats_of(args.format, args.output or [])
    if args.show_settings:
        print("\n".join(show(settings)))
        return exits.OK
    if args.diff and settings.flag("redact"):
        raise ConfigTrouble("--diff shows the documents' words, --redact keeps them back: give one of the two")
    paths, data = words.paths_of(args)
    if args.show_files:
        return _show_files(paths, settings)
    formats = [args.format, *(name for name, _ in outputs)]
    wish = run.Wish(
        data=data,
        name=args.stdin_filename,
        text=needs(formats, "text"),
        details=needs(formats, "details"),
        diff=args.diff,
        accepted=not args.no_suppressions,
        known=not args.no_baseline,
        tell=_progress if words.terminal_width(sys.stderr) else None,
    )
    outcome = run.lint(paths, settings, wish)
    if args.diff:
        for judged in outcome.judged:
            sys.stdout.write(judged.diff)
    else:
        printing.deliver(outcome, args.format, args.out, outputs, args.color)
    return exits.of(outcome, settings.flag("exit-zero"))


def _options() -> argparse.ArgumentParser:
    options = words.parser("lint", "Check the form of the markings of telegrams.")
    words.input_options(options)
    words.rule_options(options)
    group = options.add_argument_group("output")
    group.add_argument("--format", default="table", metavar="FORMAT", help=f"one of {', '.join(REPORTERS)}")
    group.add_argument("--out", default="", metavar="FILE", help="write the report to a file, not to the screen")
    group.add_argument("--output", action="append", metavar="FORMAT=FILE", help="a further report; may be given again")
    group.add_argument("--color", choices=("auto", "always", "never"), default="auto", help="colour on a terminal")
    group.add_argument("--diff", action="store_true", help="show what the suggestions would change, nothing else")
    group.add_argument("--show-settings", action="store_true", help="show the settings, and where each comes from")
    group.add_argument("--show-files", action="store_true", help="show the files that would be checked")
    _flag(group, "statistics")
    group = options.add_argument_group("verdict")
    group.add_argument("--fail-level", metavar="LEVEL", help=SETTINGS["fail-level"][2])
    group.add_argument("--allow-failed", type=int, metavar="N", help=SETTINGS["allow-failed"][2])
    _flag(group, "exit-zero")
    group.add_argument("--baseline", metavar="FILE", help=SETTINGS["baseline"][2])
    group.add_argument("--no-baseline", action="store_true", help="show the known findings, too")
    group.add_argument("--suppressions", metavar="FILE", help=SETTINGS["suppressions"][2])
    group.add_argument("--no-suppressions", action="store_true", help="for auditors: show the accepted findings, too")
    group = options.add_argument_group("work")
    group.add_argument("--jobs", type=int, metavar="N", help=SETTINGS["jobs"][2])
    group.add_argument("--timeout", type=int, metavar="SECONDS", help=SETTINGS["timeout"][2])
    _flag(group, "cache")
    group.add_argument("--no-cache", dest="cache", action="store_false", default=None, help="keep and take no results")
    return options


def _flag(group: argparse._ArgumentGroup, name: str) -> None:
    group.add_argument(f"--{name}", action="store_true", default=None, help=SETTINGS[name][2])


def _show_files(paths: list[str], settings: Settings) -> int:
    from ..reporters.escape import visible

    files, entries = run.files_of(paths, settings)
    for path in files:
        print(visible(path))
    for entry in entries:
        sys.stderr.write(f"{entry.state}  {visible(entry.path)}: {visible(entry.why)}\n")
    return exits.OK if files else exits.UNTRUSTED


def _progress(done: int, of: int) -> None:
    if of >= _MANY:
        sys.stderr.write(f"\r{done:,} of {of:,} files" if done < of else "\r\x1b[K")
        sys.stderr.flush()
