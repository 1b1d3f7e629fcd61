"""`cablecheck lsp`: the language server, over standard input and output."""

from __future__ import annotations

from .. import editor
from . import exits, words


def main(given: list[str]) -> int:
    """Serve until the editor hangs up."""
    options = words.parser("lsp", "Serve an editor over standard input and output (needs the extra [lsp]).")
    words.rule_options(options)
    editor.serve(words.settled(options.parse_args(given)))
    return exits.OK
