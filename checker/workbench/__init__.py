"""Serve the workbench: a local web application for reviewing a finished audit.

    serve(options, port, log, started)          called by checker.cli.view

`guard` decides which requests are allowed, `server` routes them, `application` contains what all pages share,
`criteria` and `queries` filter and count, `text_pane` rereads telegrams, the `*_pages` modules build pages, and
`actions` stores what a reviewer enters.
"""

from __future__ import annotations

from .application import ViewOptions
from .server import PORT, serve

__all__ = ["PORT", "ViewOptions", "serve"]
