"""Values that wrappers state, turned into facts; and the one place that tells a level from what follows it."""

from __future__ import annotations

import re

from ..model import Fact
from ..text import View
from ..vocabulary import Vocabulary

_CAPITALS = re.compile(r"[A-Z][A-Z/&]*+(?: [A-Z][A-Z/&]+)*+(?= |$)")
_LONGEST = 6  # words in the longest level with its control


def fact(view: View, name: str, start: int, end: int) -> Fact | None:
    """The fact `name` whose value stands at `start` to `end` of `view`, blanks around it left out."""
    words = view.text[start:end]
    text = words.strip()
    if not text:
        return None
    low = start + len(words) - len(words.lstrip())
    return Fact(view.span(low, low + len(text)), name, " ".join(text.split()))


def level_length(text: str, words: Vocabulary | None) -> int:
    """How many code points of `text` are a level with its controls (`LEVEL//CONTROL`); the rest is something else.

    With word tables the longest known spelling counts; without them, or where they know none, the leading words
    written in capitals.
    """
    if words is not None and "levels" in words:
        for length in _ends(text.partition("//")[0]):
            if words["levels"].find(text[:length].upper()) is not None:
                return length + _controls(text[length:], words)
    found = _CAPITALS.match(text)
    return found.end() if found else 0


def _controls(text: str, words: Vocabulary) -> int:
    """How many code points at the head of `text` are `//CONTROL`."""
    if not text.startswith("//"):
        return 0
    for length in _ends(text[2:]):
        form = text[2 : 2 + length].upper()
        if any(table.find(form) is not None for table in words.tables.values()):
            return 2 + length
    found = _CAPITALS.match(text, 2)
    return found.end() if found else 2


def _ends(text: str) -> list[int]:
    """The ends of the first words of `text`, longest first."""
    ends = []
    here = 0
    for word in text.split(" ", _LONGEST)[:_LONGEST]:
        here += len(word)
        ends.append(here)
        here += 1
    return ends[::-1]
