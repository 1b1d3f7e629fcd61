"""`cablecheck lsp`: the language server, over standard input and output."""

from __future__ import annotations

from .. import language_server
from . import options as cli_options
from . import output


def main(given: list[str]) -> int:
    """Serve until the editor hangs up."""
    arguments = cli_options.parser("lsp", "Serve an editor over standard input and output (needs the extra [lsp]).")
    cli_options.rule_options(arguments)
    language_server.serve(cli_options.read(arguments.parse_args(given)))
    return output.OK
