"""Serve the workbench: a local web application over a finished audit.

    serve(options, port, log, started)          checker.cli.view calls it

`guard` decides which requests are allowed, `server` routes them, `application` has what all pages share, `criteria` and
`queries` filter and count, `text_pane` reads telegrams again, the modules `*_pages` build pages, and `actions` writes.
"""

from __future__ import annotations

from .application import ViewOptions
from .server import PORT, serve

__all__ = ["PORT", "ViewOptions", "serve"]
