"""Determine exit codes, show progress, and write reports to the screen and to files."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable

from ..errors import ConfigError, did_you_mean
from ..reporters import REPORTERS, Display, render
from ..reporters.escaping import visible
from ..results import CLEAN, EMPTY, FOUND, UNJUDGED, Outcome
from .options import display_width, terminal_width, wants_color

OK = 0  # every document accounted for and no finding at or above the fail level, or the list of files was empty
FINDINGS = 1  # at least one finding at or above the fail level
INCOMPLETE = 2  # errors in rules, configuration or arguments; unreadable or failed documents; nothing matched
BUG = 3  # an error in the tool itself
INTERRUPTED = 130

SECONDS = 0.1  # minimum time between two updates of the progress bar
BAR = 20  # width of the bar in characters


def of(outcome: Outcome, exit_zero: bool = False) -> int:
    """Return the exit code for a run. `exit_zero` turns 1 into 0, but not 2, because an incomplete run is not a
    success.
    """
    if outcome.summary.verdict in (CLEAN, EMPTY, UNJUDGED):
        return OK
    if outcome.summary.verdict == FOUND:
        return OK if exit_zero else FINDINGS
    return INCOMPLETE


class ProgressBar:
    """One line on the terminal: a bar, the percentage done, the totals, the rate, and the time left.

    It is written to stderr at most ten times a second, and only if stderr is a terminal.
    """

    def __init__(self) -> None:
        self._width = terminal_width(sys.stderr)
        self._start = time.monotonic()
        self._last = 0.0

    def show(self, share: float, totals: str, done: int) -> None:
        """Draw the bar for a share of the work (0 to 1), with the text `totals`. `done` is the number of files or
        documents finished so far, from which the rate is computed.
        """
        now = time.monotonic()
        if not self._width or now - self._last < SECONDS:
            return
        self._last, seconds = now, max(now - self._start, 0.001)
        filled = int(share * BAR)
        line = f"[{'#' * filled}{'-' * (BAR - filled)}] {int(100 * share):3d}%  {totals}"
        if share:
            left = int(seconds / share - seconds)
            line += f"  {done / seconds:,.0f}/s  {left // 60}:{left % 60:02d} left"
        sys.stderr.write(f"\r\x1b[K{line[: self._width - 1]}")
        sys.stderr.flush()

    def clear(self) -> None:
        """Erase the bar before other output."""
        if self._width and self._last:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


PEOPLE = ("table", "concise", "full")  # these formats show failures and totals themselves


def formats_of(format_name: str, outputs: list[str]) -> list[tuple[str, str]]:
    """Return the values of `--output` as (format, file) pairs. Raises `ConfigError` if one of them is malformed, or if
    it or `format_name` is not a known format.
    """
    pairs = []
    for text in outputs:
        name, sign, file = text.partition("=")
        if not sign or not file:
            raise ConfigError(f"--output: expected FORMAT=FILE, not {text!r}")
        pairs.append((name, file))
    for name in [format_name, *(name for name, _ in pairs)]:
        if name not in REPORTERS:
            raise ConfigError(
                f"unknown format {name!r}{did_you_mean(name, REPORTERS) or '; expected one of ' + ', '.join(REPORTERS)}"
            )
    return pairs


def deliver(outcome: Outcome, format_name: str, out: str, outputs: list[tuple[str, str]], color: str) -> None:
    """Write all requested reports. If the main report goes to a file or is not in a format for people, also print
    failures to stderr, with the totals if stderr is a terminal.
    """
    for name, file in outputs:
        write_file(file, render(name, outcome))
    if out:
        write_file(out, render(format_name, outcome))
    else:
        display = Display(display_width(sys.stdout), bool(terminal_width(sys.stdout)), wants_color(sys.stdout, color))
        for part in render(format_name, outcome, display):
            sys.stdout.write(part)
        sys.stdout.flush()
    if out or format_name not in PEOPLE:
        _print_failures(outcome)


def _print_failures(outcome: Outcome) -> None:
    """Print failed documents and errors to stderr, with the totals if stderr is a terminal."""
    from ..reporters.terminal import account, configuration, tally  # only with a machine format

    for result in outcome.with_state("failed"):
        sys.stderr.write(f"failed  {visible(result.path)}: {visible(result.why)}\n")
    for error in outcome.errors:
        sys.stderr.write(f"error  {visible(error)}\n")
    if terminal_width(sys.stderr):
        lines = (configuration(outcome), tally(outcome.summary), account(outcome.summary))
        sys.stderr.writelines(f"{line}\n" for line in lines if line)


def put(parts: Iterable[str], out: str, for_people: bool = False) -> None:
    """Write text to the file `out` or, if it is "", to standard output; there, text for people is wrapped."""
    if out:
        write_file(out, parts)
    elif for_people:
        if text := "".join(parts):
            say(text.removesuffix("\n"))
    else:
        sys.stdout.writelines(parts)


def say(text: str, to_stderr: bool = False) -> None:
    """Print text for people to standard output or standard error, wrapped to the width of the terminal or `COLUMNS`."""
    from ..reporters.terminal import folded  # not needed by a lint

    stream = sys.stderr if to_stderr else sys.stdout
    stream.writelines(f"{line}\n" for line in folded(text, display_width(stream)))


def print_unread(unread: Iterable[tuple[str, str]], nothing_read: bool = False) -> int:
    """Print the path of each document that was not read, with the reason, to stderr.

    Return the exit code: 2 if any of them failed or if `nothing_read`, otherwise 0 (some files were excluded).
    """
    code = OK
    for path, why in unread:
        say(f"{visible(path)}: {visible(why)}", to_stderr=True)
        code = INCOMPLETE if why.startswith("failed") else code
    if nothing_read and code == OK:
        say("no document was read: every file is excluded", to_stderr=True)
        code = INCOMPLETE
    return code


def write_file(path: str, parts: Iterable[str]) -> None:
    """Write a file under a temporary name, and rename it once it is complete. A device or pipe is written directly.
    Raises `ConfigError` if the file cannot be written.
    """
    temporary = f"{path}.{os.getpid()}.part"
    if os.path.exists(path) and not os.path.isfile(path):  # /dev/null, a pipe: cannot be renamed over
        temporary = path
    try:
        with open(temporary, "w", encoding="utf-8", errors="backslashreplace", newline="") as file:
            for part in parts:
                file.write(part)
        if temporary != path:
            os.replace(temporary, path)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written: {error.strerror or error}") from error
    finally:
        if temporary != path and os.path.exists(temporary):
            os.unlink(temporary)
