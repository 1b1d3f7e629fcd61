"""The workbench: a local web application over a finished audit.

    serve(options, port, log, started)          checker.cli.view calls it

`guard` decides who may ask, `server` routes, `application` holds what all pages share, `criteria` and `queries` filter
and count, `text_pane` reads telegrams again, `finding_pages` and `report_pages` are the screens, `actions` writes.
"""

from __future__ import annotations

from .application import ViewOptions
from .server import PORT, serve

__all__ = ["PORT", "ViewOptions", "serve"]
