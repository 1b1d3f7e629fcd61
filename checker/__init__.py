"""Check classification and declassification markings on State Department telegrams.

    from checker import check

    result = check(open("07STRELSAU123.txt").read())
    for finding in result.findings:
        print(finding.start.line, finding.start.column, finding.severity, finding.rule, finding.message)

The names in `__all__` are public; everything else may change.
"""

from __future__ import annotations

from collections.abc import Mapping

from .model import Telegram
from .resources import VERSION as __version__
from .results import CheckResult, Finding, RuleNote, Undetermined

__all__ = [
    "CheckResult",
    "Finding",
    "RuleNote",
    "Telegram",
    "Undetermined",
    "__version__",
    "check",
    "load_rules",
    "parse",
]

Settings = Mapping[str, object]


def check(text: str, *, name: str = "text", settings: Settings | None = None) -> CheckResult:
    """Return the findings and undetermined verdicts for one text. Lines and columns are 1-based, and columns count code
    points.

    `name` is used as the path in the findings. `settings` are the same as in a configuration file (`{"select": ["POR"],
    "as-of": "2026-11-23"}`); no configuration file is read. Raises `checker.errors.CablecheckError` for invalid
    settings and for a text that cannot be checked.
    """
    from . import config, linter  # importing the package must stay fast

    return linter.check_text(text, name, config.settle(dict(settings or {}), isolated=True))


def parse(text: str, *, name: str = "text", settings: Settings | None = None) -> list[Telegram]:
    """Return the telegrams in a text as the rules see them. `name` and `settings` have the same meaning as in `check`.

    Raises `checker.errors.CablecheckError` for invalid settings and for a text that cannot be read.
    """
    from . import config, linter  # as above

    return linter.parse_text(text, name, config.settle(dict(settings or {}), isolated=True))


def load_rules(settings: Settings | None = None) -> list[RuleNote]:
    """Return the rules that `check` would run with these settings: id, severity, requirement, citations, and help.

    Raises `checker.errors.CablecheckError` for invalid settings and for errors in rule packs.
    """
    from . import config, linter  # as above

    return linter.rule_notes(config.settle(dict(settings or {}), isolated=True))
