"""Options that several commands share, and the parser that reads them without the price of a terminal's width."""

from __future__ import annotations

import argparse
import os
import sys

from ..config import SETTINGS, Settings, settle
from ..errors import ConfigError, did_you_mean
from ..resources import VERSION

argparse._ = str  # type: ignore[attr-defined] # our words in every locale; looking for translations costs 4 ms


class _Help(argparse.HelpFormatter):
    """Help as wide as the terminal; argparse asks for the width with `shutil`, which costs 5 ms at every start."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=32, width=max(60, (terminal_width(sys.stdout) or 100) - 2))


class _Parser(argparse.ArgumentParser):
    """A parser whose complaint is ours: one line, with the nearest option; paths may stand between options."""

    def parse_args(self, args=None, namespace=None):  # type: ignore[no-untyped-def]
        found, rest = self.parse_known_args(args, namespace)
        if not rest:
            return found
        if any(word.startswith("-") for word in rest):
            self.error(f"unrecognized arguments: {' '.join(rest)}")
        return self.parse_intermixed_args(args, namespace)  # dearer, and only where paths stand between options

    def error(self, message: str):  # type: ignore[no-untyped-def]
        near = ""
        if "unrecognized arguments: -" in message:
            word = message.partition("unrecognized arguments: ")[2].split()[0].partition("=")[0]
            near = did_you_mean(word, self._option_string_actions)
        raise ConfigError(f"{message}{near}\n{self.prog} --help tells the options")


def parser(command: str, what: str) -> argparse.ArgumentParser:
    """A parser for one command, whose words may not be abbreviated."""
    return _Parser(f"cablecheck {command}", description=what, formatter_class=_Help, allow_abbrev=False)


def out_option(arguments: argparse.ArgumentParser) -> None:
    """Where a command writes that shows one thing."""
    arguments.add_argument("--out", default="", metavar="FILE", help="write to a file")


def rule_options(arguments: argparse.ArgumentParser) -> None:
    """Which rules run, and by which configuration."""
    group = arguments.add_argument_group("rules")
    for name in ("select", "ignore", "extend-select"):
        _add(group, name, "RULES", "several with commas; may be given again")
    group.add_argument(
        "--per-file-ignores", action="append", metavar="GLOB=RULES", help=SETTINGS["per-file-ignores"][2]
    )
    group.add_argument("--severity", action="append", metavar="RULE=LEVEL", help=SETTINGS["severity"][2])
    group.add_argument("--rules", action="append", metavar="DIR", help=SETTINGS["rules"][2])
    for name, metavar in (("profile", "NAME"), ("as-of", "DATE"), ("reader", "NAME")):
        group.add_argument(f"--{name}", metavar=metavar, help=SETTINGS[name][2])
    group = arguments.add_argument_group("configuration")
    group.add_argument("--config", metavar="FILE", default="", help="take this configuration file")
    group.add_argument("--isolated", action="store_true", help="take no configuration file")
    group.add_argument("--redact", action="store_true", default=None, help=SETTINGS["redact"][2])


def input_options(arguments: argparse.ArgumentParser) -> None:
    """Which files."""
    group = arguments.add_argument_group("input")
    group.add_argument("paths", nargs="*", metavar="PATH", help="files, folders and globs; - is standard input")
    group.add_argument("--stdin-filename", metavar="NAME", default="", help="what to call standard input")
    group.add_argument("--files-from", metavar="FILE", help="read paths from a file, one a line; - is standard input")
    group.add_argument("-0", dest="nul", action="store_true", help="paths in --files-from end with NUL, not newline")
    _add(group, "exclude", "GLOB", "may be given again")


def _add(group: argparse._ArgumentGroup, name: str, metavar: str, more: str) -> None:
    group.add_argument(f"--{name}", action="append", metavar=metavar, help=f"{SETTINGS[name][2]} ({more})")


def settled(args: argparse.Namespace) -> Settings:
    """The settings of a command: built in, from the configuration file, from its words."""
    words: dict[str, object] = {}
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
        words[name] = value
    return settle(words, args.config, args.isolated, VERSION)


def _pairs(name: str, given: list[str], many: bool) -> dict[str, object]:
    found: dict[str, object] = {}
    for text in given:
        key, sign, value = text.rpartition("=")
        if not sign or not key or not value:
            raise ConfigError(f"--{name}: {text!r} is not of the form LEFT=RIGHT")
        found[key] = value.split(",") if many else value
    return found


def paths_of(args: argparse.Namespace) -> tuple[list[str], bytes | None]:
    """The paths a command was given, and the bytes of standard input where it is one of them."""
    paths = list(args.paths)
    if args.files_from:
        raw = _bytes_of(args.files_from)
        sign = b"\0" if args.nul else b"\n"
        paths += [os.fsdecode(path.rstrip(b"\r") if not args.nul else path) for path in raw.split(sign) if path.strip()]
        if "-" in paths and args.files_from == "-":
            raise ConfigError("standard input cannot be both the list of files and a document")
    elif not paths and args.stdin_filename:
        paths = ["-"]
    if not paths:
        raise ConfigError("no path was given" if not args.files_from else "no file to check: the list is empty")
    return paths, _bytes_of("-") if "-" in paths else None


def _bytes_of(path: str) -> bytes:
    if path == "-":
        return sys.stdin.buffer.read()
    with open(path, "rb") as file:
        return file.read()


def terminal_width(stream: object) -> int:
    """The columns of a terminal, 0 where the stream is none."""
    try:
        if not stream.isatty():  # type: ignore[attr-defined]
            return 0
        columns = os.environ.get("COLUMNS", "")
        return int(columns) if columns.isdigit() and columns != "0" else os.get_terminal_size(stream.fileno()).columns  # type: ignore[attr-defined]
    except (OSError, ValueError, AttributeError):
        return 0


def wants_colour(stream: object, asked: str) -> bool:
    """Whether to paint: asked for, or on a terminal that does not say no."""
    if asked != "auto":
        return asked == "always"
    return bool(terminal_width(stream)) and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
