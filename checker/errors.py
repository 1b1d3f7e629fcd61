"""Define the exceptions that a user may see. The message states what is wrong and what is expected.

CablecheckError
├── RuleError       errors in rule or vocabulary files
├── ConfigError     a wrong setting, option, or configuration file
│   └── SettingsError   all errors in the configuration files of a run
├── InputError      a path that cannot be read, or a pattern that matches nothing
└── MissingExtra    a feature whose optional package is not installed
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence


class CablecheckError(Exception):
    """An error that the user can fix. The command line prints it without a traceback and exits with code 2."""


class RuleError(CablecheckError):
    """All errors found in one load of rule and vocabulary files, as `rulebook.diagnostics.Diagnostic` records."""

    def __init__(self, diagnostics: Sequence[object]) -> None:
        super().__init__("\n".join(map(str, diagnostics)))
        self.diagnostics = list(diagnostics)


class ConfigError(CablecheckError):
    """A wrong setting, option, or configuration file."""


class SettingsError(ConfigError):
    """All errors in a run's configuration files, as lines that begin with their location."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


class InputError(CablecheckError):
    """A path that cannot be read, or a pattern that matches nothing."""


class MissingExtra(CablecheckError):
    """A feature whose optional package is not installed."""

    def __init__(self, feature: str, extra: str) -> None:
        super().__init__(f"{feature} needs an extra: pip install 'cablecheck[{extra}]'")
        self.extra = extra


def did_you_mean(word: str, words: Iterable[str], cutoff: float = 0.6) -> str:
    """Return `; did you mean 'x'?` with the most similar word in `words`, or an empty string if none is similar.

    A word that differs only in case is the most similar one.
    """
    from difflib import get_close_matches  # 6 ms, and only when something is wrong

    known = list(words)
    close = [one for one in known if one.casefold() == word.casefold()]
    close = close or get_close_matches(word, known, n=1, cutoff=cutoff)
    return f"; did you mean {close[0]!r}?" if close else ""


def count(number: int, noun: str) -> str:
    """Return a number with its noun, such as `1 error` or `2 errors`; `info` has no plural."""
    return f"{number:,} {noun}" if number == 1 or noun == "info" else f"{number:,} {noun}s"
