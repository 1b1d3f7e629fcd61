"""Define the command-line options that several commands share, and the parser that reads them."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Iterable, Mapping

from ..config import SETTINGS, Options, settle
from ..errors import ConfigError, did_you_mean
from ..resources import VERSION

argparse._ = str  # type: ignore[attr-defined] # no translations; looking them up would cost 4 ms


_HIDING = {
    "suppressions": "suppressed findings",
    "decisions": "findings with a review decision",
    "baseline": "findings in the baseline",
}


class _Help(argparse.HelpFormatter):
    """A formatter whose help text is no wider than the terminal or `COLUMNS`. The default formatter imports `shutil` to
    find the width, which takes 5 ms.
    """

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=32, width=max(20, (display_width(sys.stdout) or 100) - 1))

    def add_usage(self, usage, actions, groups, prefix=None):  # type: ignore[no-untyped-def]
        if prefix is None:  # not for the names of subcommands
            self._prog = f"{self._prog} [OPTIONS]"
        needed = [each for each in actions if each.required or not each.option_strings]
        super().add_usage(usage, needed, [], prefix)


_BAD_CHOICE = r"argument (\S+): invalid choice: ('.*') \(choose from (.*)\)"
_BAD_NUMBER = r"argument (\S+): invalid (int|float) value: ('.*')"


class _Parser(argparse.ArgumentParser):
    """An argument parser that raises `ConfigError` instead of exiting, suggests the closest option for an unknown one,
    and allows paths between options.
    """

    def __init__(self, *given, **named) -> None:  # type: ignore[no-untyped-def]
        super().__init__(*given, **{"formatter_class": _Help, **named})
        self.examples: tuple[str, ...] = ()

    def format_help(self) -> str:
        return super().format_help() + examples_text(self.examples)

    def parse_args(self, args=None, namespace=None):  # type: ignore[no-untyped-def]
        found, rest = self.parse_known_args(args, namespace)
        if not rest:
            return found
        if any(word.startswith("-") for word in rest):
            self.error(f"unrecognized arguments: {' '.join(rest)}")
        return self.parse_intermixed_args(args, namespace)  # slower, and only needed if paths come between options

    def error(self, message: str):  # type: ignore[no-untyped-def]
        if message.startswith("unrecognized arguments: -"):
            word = message.split()[2].partition("=")[0]
            message = f"unknown option {word!r}{did_you_mean(word, self._option_string_actions, cutoff=0.7)}"
        if match := re.fullmatch(_BAD_CHOICE, message):
            message = f"{match[1]}: expected one of {match[3].replace(chr(39), '')}, not {match[2]}"
        elif match := re.fullmatch(_BAD_NUMBER, message):
            message = f"{match[1]}: expected a {'whole ' * (match[2] == 'int')}number, not {match[3]}"
        raise ConfigError(f"{message}\n{self.prog} --help lists the options")


def parser(command: str, what: str, *examples: str) -> argparse.ArgumentParser:
    """Return an argument parser for one command. `what` is the command's description, and the help text ends with
    `examples`. Options cannot be abbreviated.
    """
    made = _Parser(f"cablecheck {command}", description=what, allow_abbrev=False)
    made.examples = examples
    return made


def described(names: Mapping[str, str], column: int) -> list[str]:
    """Return the names, padded to `column` characters, with their descriptions wrapped to the width of the terminal or
    `COLUMNS`.
    """
    from textwrap import fill  # only for help

    width = max(20, (display_width(sys.stdout) or 100) - 1)
    margin = " " * (column + 3)
    return [
        fill(what, width, initial_indent=f"  {name:<{column}} ", subsequent_indent=margin)
        for name, what in names.items()
    ]


def examples_text(examples: Iterable[str]) -> str:
    """Return the examples section of a help text, no wider than the terminal or `COLUMNS`, or "" if there are no
    examples.
    """
    from textwrap import fill  # only for help

    width = max(20, (display_width(sys.stdout) or 100) - 1)
    lines = [
        fill(f"cablecheck {each}", width, initial_indent="  ", subsequent_indent="      ", break_on_hyphens=False)
        for each in examples
    ]
    return "\n".join(["", "examples:", *lines, ""]) if lines else ""


def out_option(arguments: argparse.ArgumentParser) -> None:
    """Add the `--out` option."""
    arguments.add_argument("--out", default="", metavar="FILE", help="write to this file, not to standard output")


_RULES = {"select": "RULES", "ignore": "RULES", "extend-select": "RULES", "per-file-ignores": "GLOB=RULES",
          "severity": "RULE=LEVEL", "rules": "PACK", "profile": "NAME", "as-of": "DATE", "reader": "NAME"}  # fmt: skip
_SINGLE = ("profile", "as-of", "reader")


def rule_options(arguments: argparse.ArgumentParser, *names: str, can_redact: bool = True) -> None:
    """Add the options for the rule settings in `names` (default: all of them), and the configuration file options.

    `--redact` is added if `names` includes it or is empty. `can_redact` is false for commands that reject it.
    """
    group = arguments.add_argument_group("rules")
    for name in _RULES if not names else (name for name in names if name != "redact"):
        if name in ("select", "ignore", "extend-select"):
            _add(group, name, _RULES[name], "comma-separated; repeatable")
        else:
            action = "store" if name in _SINGLE else "append"
            group.add_argument(f"--{name}", action=action, metavar=_RULES[name], help=describe(name))
    configuration = configuration_options(arguments)
    if not names or "redact" in names:
        refused = "not supported: this command prints document text"
        what = describe("redact") if can_redact else refused
        configuration.add_argument("--redact", action="store_true", default=None, help=what)


def configuration_options(arguments: argparse.ArgumentParser) -> argparse._ArgumentGroup:
    """Add the options that select or ignore the configuration file, and return their argument group."""
    group = arguments.add_argument_group("configuration")
    group.add_argument("--config", metavar="FILE", default="", help="use this configuration file")
    group.add_argument("--isolated", action="store_true", help="ignore configuration files")
    return group


def hiding_options(group: argparse._ArgumentGroup) -> None:
    """Add two options for each of the three files that hide findings: one for its path, and one to ignore it."""
    for name, what in _HIDING.items():
        group.add_argument(f"--{name}", metavar="FILE", help=describe(name))
        group.add_argument(f"--no-{name}", action="store_true", help=f"also show {what}")


def read_hiding(args: argparse.Namespace, options: Options) -> None:
    """Set in `options` which of the three files that hide findings are used: all except those turned off by an option
    such as `--no-suppressions`.
    """
    for name in _HIDING:
        setattr(options, f"use_{name}", not getattr(args, f"no_{name}"))


_STDIN = "; - is standard input"


def input_options(arguments: argparse.ArgumentParser, paths: str = f"files, folders, and globs{_STDIN}") -> None:
    """Add the path arguments and the file-selection options. `paths` is the help text for the paths; unless it mentions
    standard input, `--stdin-filename` is not listed in the help.
    """
    group = arguments.add_argument_group("input")
    group.add_argument("paths", nargs="*", default=[], metavar="PATH", help=paths)
    what = "file name to show for standard input" if paths.endswith(_STDIN) else argparse.SUPPRESS
    group.add_argument("--stdin-filename", metavar="NAME", default="", help=what)
    group.add_argument(
        "--skip-other-files",
        action="store_true",
        help="exclude files named here that are not telegrams",
    )
    group.add_argument("--files-from", metavar="FILE", help="read paths from a file, one per line; - is standard input")
    group.add_argument("-0", dest="nul", action="store_true", help="paths in --files-from end with NUL, not newline")
    _add(group, "exclude", "GLOB", "repeatable")


def _add(group: argparse._ArgumentGroup, name: str, metavar: str, more: str) -> None:
    group.add_argument(f"--{name}", action="append", metavar=metavar, help=f"{describe(name)} ({more})")


def describe(name: str) -> str:
    """Return the help text for the option that corresponds to a setting: its description, without an initial capital or
    a final period.
    """
    text = SETTINGS[name][2]
    return text[0].lower() + text[1:].removesuffix(".")


def read(args: argparse.Namespace) -> Options:
    """Return the merged options for a command, from the defaults, the configuration file, and the command line."""
    given: dict[str, object] = {}
    for name, (kind, _, _) in SETTINGS.items():
        value = getattr(args, name.replace("-", "_"), None)
        if value is None:
            continue
        if kind == "texts":
            value = tuple(part for text in value for part in text.split(",") if part)
        elif kind == "paths":
            value = tuple(value)
        elif kind in ("map", "lists"):
            value = _pairs(name, value, kind == "lists")
        given[name] = value
    return settle(given, args.config, args.isolated, VERSION)


def _pairs(name: str, given: list[str], many: bool) -> dict[str, object]:
    found: dict[str, object] = {}
    for text in given:
        key, sign, value = text.rpartition("=")
        if not sign or not key or not value:
            raise ConfigError(f"--{name}: expected {_RULES[name]}, not {text!r}")
        found[key] = value.split(",") if many else value
    return found


def read_paths(args: argparse.Namespace, options: Options, default: str = "") -> list[str]:
    """Return the paths for a command: the given paths, otherwise the `include` setting, otherwise `default`.

    If standard input is among the paths, it is read into `options`. Raises `ConfigError` if there is no path, or if
    standard input would be both the list of files and a document.
    """
    paths = list(args.paths)
    if args.files_from:
        raw = _bytes_of(args.files_from)
        sign = b"\0" if args.nul else b"\n"
        paths += [os.fsdecode(path.rstrip(b"\r") if not args.nul else path) for path in raw.split(sign) if path.strip()]
        if "-" in paths and args.files_from == "-":
            raise ConfigError("standard input cannot be both the list of files and a document")
    elif not paths and args.stdin_filename:
        paths = ["-"]
    options.listed = bool(args.files_from) or args.skip_other_files
    if not paths and not options.listed:
        paths = list(options.include)
        if not paths and not default:
            raise ConfigError("no path was given")
        paths = paths or [default]
    options.stdin = _bytes_of("-") if "-" in paths else None
    options.stdin_name = args.stdin_filename
    return paths


def refuse_redaction(options: Options, command: str) -> None:
    """Raise `ConfigError` if redaction is requested for a command that prints document text."""
    if options.redact:
        raise ConfigError(f"{command} prints document text; --redact is not supported")


def _bytes_of(path: str) -> bytes:
    if path == "-":
        return sys.stdin.buffer.read()
    with open(path, "rb") as file:
        return file.read()


def terminal_width(stream: object) -> int:
    """Return the number of columns of a terminal (`COLUMNS` if it is set), or 0 if the stream is not a terminal."""
    try:
        if not stream.isatty():  # type: ignore[attr-defined]
            return 0
        columns = os.environ.get("COLUMNS", "")
        return int(columns) if columns.isdigit() and columns != "0" else os.get_terminal_size(stream.fileno()).columns  # type: ignore[attr-defined]
    except (OSError, ValueError, AttributeError):
        return 0


def display_width(stream: object) -> int:
    """Return the number of columns to use: `COLUMNS` if it is set, even for a pipe; otherwise the terminal's width, or
    0 (unlimited) if the stream is not a terminal.
    """
    columns = os.environ.get("COLUMNS", "")
    return int(columns) if columns.isdecimal() and int(columns) else terminal_width(stream)


def wants_color(stream: object, asked: str) -> bool:
    """Return whether to use color. `asked` is "always", "never", or "auto", which means on a terminal unless NO_COLOR
    is set or TERM is "dumb".
    """
    if asked != "auto":
        return asked == "always"
    return bool(terminal_width(stream)) and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
