"""cablecheck: the form of classification and declassification markings on State Department telegrams.

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
    """The findings of one text, in reading order, positions in code points from 1.

    `name` is what the findings call the text. `settings` are settings by name as a configuration file has them
    (`{"select": ["POR"], "as-of": "2026-11-23"}`); no configuration file is read. Raises `checker.errors.Trouble` for
    settings that do not hold and for a text that cannot be checked.
    """
    from . import config, linter  # the package must cost nothing to import

    return linter.check_text(text, name, config.settle(dict(settings or {}), isolated=True))
