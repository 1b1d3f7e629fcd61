"""The exit codes by name. 2 outranks 1: findings of a run that cannot be trusted are still written."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable

from .. import linter
from ..errors import ConfigError, did_you_mean
from ..reporters import REPORTERS, Look, render
from ..reporters.escaping import visible
from ..results import CLEAN, FOUND, Outcome
from .options import terminal_width, wants_colour

OK = 0  # everything accounted for, nothing at or above the fail level
FINDINGS = 1  # at least one finding at or above the fail level
UNTRUSTED = 2  # wrong rules, settings or words; unreadable or failed documents; nothing matched
BUG = 3  # an error in the tool itself
INTERRUPTED = 130


def of(outcome: Outcome, exit_zero: bool = False) -> int:
    """The exit code of a run. `exit_zero` lowers a 1, never a 2."""
    if outcome.summary.verdict == CLEAN:
        return OK
    if outcome.summary.verdict == FOUND:
        return OK if exit_zero else FINDINGS
    return UNTRUSTED


# ---- Reports to the screen and to files: files are written whole or not at all.
PEOPLE = ("table", "concise", "full")  # these tell failures and the account themselves


def formats_of(format_name: str, outputs: list[str]) -> list[tuple[str, str]]:
    """The further outputs as (format, file). Raises `ConfigError` for a name that is no format."""
    pairs = []
    for text in outputs:
        name, sign, file = text.partition("=")
        if not sign or not file:
            raise ConfigError(f"--output: {text!r} is not of the form FORMAT=FILE")
        pairs.append((name, file))
    for name in [format_name, *(name for name, _ in pairs)]:
        if name not in REPORTERS:
            raise ConfigError(
                f"unknown format {name!r}{did_you_mean(name, REPORTERS) or '; there is ' + ', '.join(REPORTERS)}"
            )
    return pairs


def deliver(outcome: Outcome, format_name: str, out: str, outputs: list[tuple[str, str]], colour: str) -> None:
    """Write every output; tell on stderr what a machine's format would hide from a person."""
    for name, file in outputs:
        write_file(file, render(name, outcome))
    if out:
        write_file(out, render(format_name, outcome))
    else:
        look = Look(terminal_width(sys.stdout), wants_colour(sys.stdout, colour))
        for piece in render(format_name, outcome, look):
            sys.stdout.write(piece)
        sys.stdout.flush()
    if out or format_name not in PEOPLE:
        _tell(outcome)


def _tell(outcome: Outcome) -> None:
    """Failures and trouble on stderr, and on a terminal the account."""
    from ..reporters.terminal import account, tally  # only beside a machine's format

    for judged in outcome.with_state("failed"):
        sys.stderr.write(f"failed  {visible(judged.path)}: {visible(judged.why)}\n")
    for words in outcome.troubles:
        sys.stderr.write(f"trouble  {visible(words)}\n")
    if terminal_width(sys.stderr):
        sys.stderr.write(f"{tally(outcome.summary)}\n{account(outcome.summary)}\n")


def put(pieces: Iterable[str], out: str) -> None:
    """Write to the file `out`, or to the screen where it is ""."""
    if out:
        write_file(out, pieces)
    else:
        sys.stdout.writelines(pieces)


def tell_unread(documents: Iterable[linter.Parsed]) -> int:
    """Name on stderr the documents that came to no telegram; gives the exit code of a command that shows telegrams."""
    code = OK
    for each in documents:
        if each.telegram is None:
            sys.stderr.write(f"{visible(each.path)}: {visible(each.why)}\n")
            code = UNTRUSTED if each.why.startswith("failed") else code
    return code


def write_file(path: str, pieces: Iterable[str]) -> None:
    """Write a file under another name and rename it when it is complete."""
    part = f"{path}.{os.getpid()}.part"
    if os.path.exists(path) and not os.path.isfile(path):  # /dev/null, a pipe: cannot be renamed over
        part = path
    try:
        with open(part, "w", encoding="utf-8", errors="backslashreplace", newline="") as file:
            for piece in pieces:
                file.write(piece)
        if part != path:
            os.replace(part, path)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written: {error.strerror or error}") from error
    finally:
        if part != path and os.path.exists(part):
            os.unlink(part)
