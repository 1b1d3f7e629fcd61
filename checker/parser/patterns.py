"""Patterns that are compiled when first used: one telegram needs a third of them, and each costs start-up time."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator


class Pattern:
    """A regular expression with the four questions the parser asks; its digits and letters are ASCII by default."""

    __slots__ = ("_flags", "_text", "finditer", "fullmatch", "match", "search")

    finditer: Callable[..., Iterator[re.Match[str]]]
    fullmatch: Callable[..., re.Match[str] | None]
    match: Callable[..., re.Match[str] | None]
    search: Callable[..., re.Match[str] | None]

    def __init__(self, text: str, flags: int = re.A) -> None:
        self._text = text
        self._flags = flags

    def __getattr__(self, name: str) -> object:
        """Called once, for the first question: the slots are empty until then."""
        if name not in ("finditer", "fullmatch", "match", "search"):
            raise AttributeError(name)
        found = re.compile(self._text, self._flags)
        self.finditer, self.fullmatch = found.finditer, found.fullmatch
        self.match, self.search = found.match, found.search
        return getattr(found, name)
