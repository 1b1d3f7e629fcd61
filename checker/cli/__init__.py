"""The command line: words in, exit code out. One file per command; the only floor that prints.

`COMMANDS` names the commands; each is a module of this package with `main(words) -> int`. Only the module of the
command that was asked for is imported.
"""

from __future__ import annotations

import gc
import os
import sys

from ..errors import CablecheckError, RuleError, did_you_mean
from ..resources import VERSION
from . import output

COMMANDS = {
    "lint": "check the markings of telegrams",
    "audit": "check a whole corpus, resumable, with reports and tables",
    "parse": "show a telegram as the rules see it",
    "declass": "tell when and why each telegram is or was due for declassification",
    "explain": "explain a rule, an error code, or a rule's verdict on a telegram",
    "rules": "list, check, test and begin rules",
    "baseline": "record known findings, so that only new ones count",
    "query": "ask the tables of an audit",
    "synth": "make an invented corpus with known defects",
    "lsp": "serve an editor: findings while a telegram or a rule file is being written",
}


def entry() -> None:
    """The command `cablecheck`."""
    code = main(sys.argv[1:])
    if "duckdb" not in sys.modules:  # which complains aloud of what it cannot find at the end
        gc.freeze()  # nothing is left to be found: the interpreter's last look for garbage would cost 4 ms
    sys.exit(code)


def main(words: list[str]) -> int:
    """Run one command; never raises. Trouble is told in a line, a bug in a line with a trace id."""
    gc.set_threshold(50_000, 20, 20)  # loading makes many objects that stay: looking for garbage meanwhile costs 5 ms
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # the same bytes in every locale
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")
    try:
        code = _dispatch(words)
        sys.stdout.flush()
        return code
    except RuleError as trouble:  # places first, as editors like them
        number = len(trouble.items)
        end = "1 trouble" if number == 1 else f"{number} troubles"
        return _say(f"{trouble}\ncablecheck: {end} in rule files; nothing was done", output.UNTRUSTED)
    except CablecheckError as trouble:
        return _say(f"cablecheck: {trouble}", output.UNTRUSTED)
    except KeyboardInterrupt:
        return _say("cablecheck: interrupted", output.INTERRUPTED)
    except BrokenPipeError:
        return _hang_up()
    except OSError as error:
        name = f"{error.filename}: " if error.filename else ""
        return _say(f"cablecheck: {name}{error.strerror or error}", output.UNTRUSTED)
    except SystemExit as end:  # argparse, after it has told what is wrong
        return end.code if isinstance(end.code, int) else output.UNTRUSTED
    except Exception as error:
        return _say(_bug(error), output.BUG)


def _dispatch(words: list[str]) -> int:
    name = words[0] if words else "--help"
    if name in ("-h", "--help", "help"):
        print(_usage())
        return output.OK if words else output.UNTRUSTED
    if name in ("-V", "--version"):
        print(f"cablecheck {VERSION}")
        return output.OK
    if name not in COMMANDS:
        raise CablecheckError(f"unknown command {name!r}{did_you_mean(name, COMMANDS)}\n{_usage()}")
    import importlib  # only the one command asked for is loaded

    command = importlib.import_module(f".{name}", __name__)
    code: int = command.main(words[1:])
    return code


def _usage() -> str:
    lines = ["usage: cablecheck COMMAND ...", "", "commands:"]
    lines += [f"  {name:<10} {what}" for name, what in COMMANDS.items()]
    lines += ["", "cablecheck COMMAND --help tells the options of a command; --version the version."]
    lines += ["exit codes: 0 clean, 1 findings, 2 not to be trusted, 3 a bug, 130 interrupted"]
    return "\n".join(lines)


def _say(words: str, code: int) -> int:
    """Tell something on stderr, which may itself be closed."""
    from ..reporters.escaping import visible  # only when something is wrong

    try:
        sys.stdout.flush()
    except OSError:
        _silence(sys.stdout)
    try:
        sys.stderr.write("".join(visible(line) + "\n" for line in words.split("\n")))
        sys.stderr.flush()
    except OSError:
        _silence(sys.stderr)
    return code


def _hang_up() -> int:
    """The reader of our output has gone: say nothing more, and do not claim success."""
    _silence(sys.stdout)
    return output.UNTRUSTED


def _silence(stream: object) -> None:
    """Send what a stream still holds to nowhere, so that the interpreter does not complain at its end."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())  # type: ignore[attr-defined]
    except (OSError, ValueError, AttributeError):
        return


def _bug(error: Exception) -> str:
    """One line about a bug: kind and place in our own code, no word of a document, and an id to tell it by."""
    import hashlib  # only when something is wrong

    place, trace = "", error.__traceback__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename.replace(os.sep, "/")
        if "/checker/" in file:
            place = f"{file.rpartition('/checker/')[2]}:{trace.tb_lineno}"
        trace = trace.tb_next
    mark = hashlib.sha256(f"{type(error).__name__} {place} {VERSION}".encode()).hexdigest()[:8]
    return (
        f"cablecheck: internal error {mark}: {type(error).__name__} at {place}; this is a bug of cablecheck {VERSION},"
        " not of your documents. Nothing of this run is to be trusted."
    )
