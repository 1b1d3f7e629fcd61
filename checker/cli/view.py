"""`cablecheck view`: review a finished audit in the browser."""

from __future__ import annotations

import argparse
import sys

from ..config import settle
from ..errors import ConfigError, MissingExtra
from ..resources import VERSION
from . import options as cli_options
from . import output


def arguments() -> argparse.ArgumentParser:
    """Return the command's argument parser."""
    parser = cli_options.parser("view", "Review a finished audit in the browser, on this machine only.", "view audit")
    parser.add_argument("out", metavar="DIR", help="the folder of the audit")
    parser.add_argument(
        "--corpus", metavar="PATH", default="", help="the current location of the audited files, if they moved"
    )
    parser.add_argument(
        "--decisions", metavar="FILE", default="", help="decisions log (default: decisions.jsonl in DIR)"
    )
    parser.add_argument("--reviewer", metavar="NAME", default="", help="name under which decisions are recorded")
    parser.add_argument("--compare", metavar="DIR", default="", help="an earlier audit to compare with")
    parser.add_argument("--as-of", metavar="DATE", default="", help="show what is due as of this date (YYYY-MM-DD)")
    parser.add_argument(
        "--port", type=int, default=None, metavar="N", help="port on 127.0.0.1; 0 means any free port (default: 8437)"
    )
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser")
    parser.add_argument(
        "--read-only", action="store_true", help="refuse decisions, so that you can show the audit to others"
    )
    parser.add_argument("--redact", action="store_true", help="show no text of the documents")
    parser.add_argument("--config", metavar="FILE", default="", help="use this configuration file")
    parser.add_argument("--isolated", action="store_true", help="ignore configuration files")
    parser.add_argument("--quiet", action="store_true", help="do not log each request on stderr")
    return parser


def main(given: list[str]) -> int:
    """Serve the review application until Ctrl-C is pressed; return the exit code."""
    args = arguments().parse_args(given)
    port = args.port
    if port is not None and port != 0 and not 1024 <= port <= 65535:
        raise ConfigError("--port: expected a number from 1024 to 65535, or 0 for any free port")
    if args.as_of:
        _check_day(args.as_of)
    configured = settle({}, args.config, args.isolated, VERSION)
    try:
        from .. import workbench  # 300 ms, and only for this command
    except ImportError as error:
        raise MissingExtra("cablecheck view", "view") from error

    options = workbench.ViewOptions(
        args.out,
        args.corpus,
        args.decisions or configured.decisions,
        args.reviewer,
        args.compare,
        args.read_only,
        args.redact,
        args.as_of,
    )

    def log(line: str) -> None:
        if not args.quiet or line.startswith("error"):
            sys.stderr.write(f"{line}\n")

    def started(address: str, first: bool) -> None:
        if not first:
            print(f"To sign in with another browser: {address}", flush=True)
            return
        print(f"{args.out} is open at {address}\nPress Ctrl-C to stop.", flush=True)
        if not args.no_browser:
            import webbrowser

            webbrowser.open(address)

    workbench.serve(options, workbench.PORT if port is None else port, log, started)
    return output.OK


def _check_day(text: str) -> None:
    from datetime import date

    try:
        date.fromisoformat(text)
    except ValueError as error:
        raise ConfigError(f"--as-of: {text!r} is not a date such as 2026-11-30") from error
