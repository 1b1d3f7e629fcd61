"""`cablecheck lsp`: run the language server over standard input and output."""

from __future__ import annotations

import argparse

from .. import language_server
from . import options as cli_options
from . import output


def arguments() -> argparse.ArgumentParser:
    """Return the command's argument parser."""
    parser = cli_options.parser(
        "lsp",
        "Run the language server over standard input and output. It needs the extra `lsp`.",
        "lsp",
        "lsp --config cablecheck.toml",
    )
    cli_options.rule_options(parser)
    return parser


def main(given: list[str]) -> int:
    """Serve the editor until it closes the connection. Return the exit code."""
    language_server.serve(cli_options.read(arguments().parse_args(given)))
    return output.OK
