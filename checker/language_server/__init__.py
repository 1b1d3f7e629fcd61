"""Serve editors: findings, hover, completion, outline, and quick fixes in telegrams and rule files.

The server uses the Language Server Protocol over standard input and output, and opens no network connection. Texts are
checked in a worker process (`judge`), so that the server stays responsive while a large file is checked.
"""

from __future__ import annotations

import os
from typing import Any

from ..config import Options
from ..errors import MissingExtra
from ..resources import VERSION


def serve(options: Options) -> None:
    """Run the server until the editor closes the connection. Raises `MissingExtra` if pygls is not installed."""
    # pygls closes its streams, so it gets copies of standard input and output
    server(options).start_io(os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb"))


def server(options: Options) -> Any:
    """Return a server that checks documents with `options`. Raises `MissingExtra` if pygls is not installed."""
    try:
        import lsprotocol  # 450 ms with pygls, and only for this command
        import pygls
    except ImportError as error:
        raise MissingExtra("the language server", "lsp") from error
    from .protocol import EditorSession

    assert lsprotocol and pygls
    return EditorSession(options, VERSION).server
