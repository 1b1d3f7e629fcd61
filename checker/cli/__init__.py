"""Run the command line: take arguments and return an exit code. No other package prints to the terminal.

`COMMANDS` lists the commands. Each is a module of this package with `arguments`, which returns an argument parser, and
`main(given) -> int`. Only the module of the given command is imported.
"""

from __future__ import annotations

import gc
import os
import sys

from ..errors import CablecheckError, RuleError, SettingsError, did_you_mean
from ..resources import VERSION
from . import output
from .options import described, display_width, examples_text

COMMANDS = {
    "lint": "check the markings of telegrams",
    "audit": "check a whole corpus, and write tables and reports",
    "parse": "show a telegram as the rules see it",
    "declass": "show the declassification date of each telegram and its basis",
    "compare": "show how two released copies of a telegram differ",
    "releases": "compare the copies of each message number in an audited corpus",
    "explain": "explain a rule, a marking, a field, or a rule's verdict on a telegram",
    "rules": "list, check, test, and write rules",
    "baseline": "record known findings, so that only new ones are reported",
    "view": "review a finished audit in the browser",
    "decisions": "export, import, merge, and count the decisions of a review",
    "references": "export the references between the telegrams of an audit",
    "export": "write the tables of an audit to one SQLite file, for Datasette",
    "query": "run one read-only SQL query on an audit's tables",
    "synth": "generate a synthetic corpus with known defects",
    "lsp": "run the language server, which shows findings in an editor",
}

GROUPS = {
    "check telegrams": ("lint", "baseline", "audit"),
    "examine telegrams": ("parse", "declass", "explain", "compare"),
    "work with an audit": ("view", "decisions", "releases", "references", "query", "export"),
    "write rules, and more": ("rules", "synth", "lsp"),
}
EXAMPLES = ("lint cables", "explain CLS-004", "audit cables --out audit", "view audit")


def entry() -> None:
    """Run the `cablecheck` command and exit."""
    code = main(sys.argv[1:])
    if "threading" in sys.modules:  # a library may have work to finish
        sys.exit(code)
    try:
        sys.stdout.flush()
    except (AttributeError, OSError):  # closed by the caller, or by the reader of our output
        code = code or output.INCOMPLETE
    os._exit(code)  # nothing is left to close, and freeing every object takes 2 ms


def main(given: list[str]) -> int:
    """Run one command and return its exit code.

    Errors are printed to stderr. An internal error is reported on one line, with its location and an id.
    """
    if sys.stdout is None or sys.stderr is None:  # closed by the caller; the next file opened would take its place
        return _print_error("cablecheck: standard output or standard error is closed", output.INCOMPLETE)
    gc.set_threshold(50_000, 20, 20)  # loading creates many objects that are kept; saves 5 ms
    gc.enable()
    try:
        _configure_streams()
        code = _dispatch(given)
        sys.stdout.flush()
        return code
    except RuleError as error:  # locations first, as editors expect them
        number = len(error.diagnostics)
        total = "1 error" if number == 1 else f"{number} errors"
        return _print_error(f"{error}\ncablecheck: {total} in rule files; nothing was checked", output.INCOMPLETE)
    except SettingsError as error:
        total = "1 error" if len(error.lines) == 1 else f"{len(error.lines)} errors"
        return _print_error(
            f"{error}\ncablecheck: {total} in the configuration; nothing was checked", output.INCOMPLETE
        )
    except CablecheckError as error:
        return _print_error(f"cablecheck: {error}", output.INCOMPLETE)
    except KeyboardInterrupt as stopped:  # a command may add how to continue
        more = f": {stopped}" if stopped.args else ""
        return _print_error(f"cablecheck: interrupted{more}", output.INTERRUPTED)
    except BrokenPipeError:  # the program that read our output has ended
        _redirect_to_null(sys.stdout)
        return output.INCOMPLETE
    except OSError as error:
        name = f"{error.filename}: " if error.filename else ""
        return _print_error(f"cablecheck: {name}{error.strerror or error}", output.INCOMPLETE)
    except SystemExit as end:  # argparse, after it has printed help or an error
        return end.code if isinstance(end.code, int) else output.INCOMPLETE
    except Exception as error:
        return _print_error(_bug_report(error), output.BUG)


def _configure_streams() -> None:
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # the same bytes in every locale
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")


def _dispatch(given: list[str]) -> int:
    name = given[0] if given else "--help"
    if name in ("-h", "--help", "help"):
        print(_usage())
        return output.OK if given else output.INCOMPLETE
    if name in ("-V", "--version"):
        print(f"cablecheck {VERSION}")
        return output.OK
    if name not in COMMANDS:
        near = did_you_mean(name, COMMANDS)
        raise CablecheckError(f"unknown command {name!r}{near}\ncablecheck --help lists the commands")
    command = __import__(name, globals(), fromlist=["main"], level=1)  # only the module of the given command is loaded
    code: int = command.main(given[1:])
    return code


def _usage() -> str:
    """Return the help text: the commands by purpose, examples, and exit codes, no wider than the terminal or
    `COLUMNS`.
    """
    from textwrap import fill  # only for help and errors

    width = max(20, (display_width(sys.stdout) or 100) - 1)
    lines = ["usage: cablecheck COMMAND ..."]
    for title, names in GROUPS.items():
        lines += ["", f"{title}:", *described({name: COMMANDS[name] for name in names}, 11)]
    lines += [examples_text(EXAMPLES)]
    lines.append(fill("cablecheck COMMAND --help shows the options of a command; --version shows the version.", width))
    lines.append(
        fill("cablecheck explain NAME explains a marking, rule, or field; docs/glossary.md explains terms.", width)
    )
    lines.append(fill("exit codes: 0 clean, 1 findings, 2 incomplete, 3 internal error, 130 interrupted", width))
    return "\n".join(lines)


def _print_error(text: str, code: int) -> int:
    """Print an error to stderr, unless stderr is closed, and return `code`."""
    from ..reporters.escaping import visible  # both only when something is wrong
    from ..reporters.terminal import folded

    shown = "\n".join(map(visible, text.split("\n")))
    lines = "".join(f"{line}\n" for line in folded(shown, display_width(sys.stderr)))
    for stream, last in ((sys.stdout, ""), (sys.stderr, lines)):
        try:
            if stream is not None:
                stream.write(last)
                stream.flush()
        except (OSError, ValueError):
            _redirect_to_null(stream)
    return code


def _redirect_to_null(stream: object) -> None:
    """Send the remaining buffer of a stream to the null device, so that the interpreter reports no error at exit."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())  # type: ignore[attr-defined]
    except (OSError, ValueError, AttributeError):
        return


def _bug_report(error: Exception) -> str:
    """Return a one-line report of an internal error: the exception's type, its location in our own code, and an id, but
    no document text.
    """
    import hashlib  # only when something is wrong

    place, trace = "", error.__traceback__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename.replace(os.sep, "/")
        if "/checker/" in file:
            place = f"{file.rpartition('/checker/')[2]}:{trace.tb_lineno}"
        trace = trace.tb_next
    mark = hashlib.sha256(f"{type(error).__name__} {place} {VERSION}".encode()).hexdigest()[:8]
    return (
        f"cablecheck: internal error {mark}: {type(error).__name__} at {place}; this is a bug in cablecheck {VERSION},"
        " not in your documents. The results of this run are incomplete."
    )
