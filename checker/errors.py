"""The exceptions a user may see. Each carries words that say what is wrong and what would be right.

Trouble
├── RuleTrouble       one or many wrong places in rule or vocabulary files: `.items`, each with its place
├── ConfigTrouble     a setting or a word of the command line
├── InputTrouble      a path that could not be read, a pattern that matched nothing
└── MissingExtra      a feature whose optional package is not installed: says which `pip install` brings it
"""

from __future__ import annotations

from collections.abc import Iterable


class CablecheckError(Exception):
    """Something the user can mend. The command line prints it without a traceback and exits with 2."""


class RuleError(CablecheckError):
    """Wrong rule or vocabulary files: all troubles of one load at once (`rulebook.places.Item`s)."""

    def __init__(self, items: list[object]) -> None:
        super().__init__("\n".join(str(item) for item in items))
        self.items = items


class ConfigError(CablecheckError):
    """A wrong setting, option or configuration file."""


class InputError(CablecheckError):
    """A path that cannot be read or a pattern that matches nothing."""


class MissingExtra(CablecheckError):
    """A feature that needs an optional package which is not installed."""

    def __init__(self, feature: str, extra: str) -> None:
        super().__init__(f"{feature} needs an optional package: pip install 'cablecheck[{extra}]'")
        self.extra = extra


def did_you_mean(word: str, words: Iterable[str]) -> str:
    """`; did you mean 'x'?` with the nearest of the words, or an empty text when none is near."""
    from difflib import get_close_matches  # 6 ms, and only when something is wrong

    near = get_close_matches(word, list(words), n=1, cutoff=0.6)
    return f"; did you mean {near[0]!r}?" if near else ""
