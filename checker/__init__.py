"""cablecheck: checks classification and declassification markings on State Department telegrams.

    from checker import check

    for finding in check(open("07STRELSAU123.txt").read()):
        print(finding.start.line, finding.start.column, finding.severity, finding.rule, finding.message)

`check`, `Finding` and `__version__` are public; everything else may change.
"""

from __future__ import annotations

from collections.abc import Mapping

from .resources import VERSION as __version__
from .results import Finding

__all__ = ["Finding", "__version__", "check"]


def check(text: str, *, name: str = "text", settings: Mapping[str, object] | None = None) -> list[Finding]:
    """Return the findings of one text in reading order; positions are in code points, counted from 1.

    `name` is the path that the findings show. `settings` are settings as in a configuration file
    (`{"select": ["POR"], "as-of": "2026-11-23"}`); no configuration file is read. Raises
    `checker.errors.CablecheckError` for invalid settings and for a text that cannot be checked.
    """
    from . import config, linter  # importing the package must stay fast

    return linter.check_text(text, name, config.settle(dict(settings or {}), isolated=True))
