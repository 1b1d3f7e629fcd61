"""`cablecheck lsp`: the language server, over standard input and output."""

from __future__ import annotations

from .. import language_server
from . import options, output


def main(given: list[str]) -> int:
    """Serve until the editor hangs up."""
    arguments = options.parser("lsp", "Serve an editor over standard input and output (needs the extra [lsp]).")
    options.rule_options(arguments)
    language_server.serve(options.settled(arguments.parse_args(given)))
    return output.OK
