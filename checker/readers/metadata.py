"""Create facts from values in a wrapper, and find where a level ends in such a value."""

from __future__ import annotations

import re

from ..model import Fact
from ..text import View
from ..vocabulary import Vocabulary

_CAPITALS = re.compile(r"[A-Z][A-Z/&]*+(?: [A-Z][A-Z/&]+)*+(?= |$)")
_MAX_WORDS = 6  # words of the longest level with its control


def fact(view: View, name: str, start: int, end: int) -> Fact | None:
    """Return a fact called `name`, whose value is `view`'s text from `start` to `end` without surrounding whitespace.
    Return `None` if there is only whitespace.
    """
    value = view.text[start:end]
    text = value.strip()
    if not text:
        return None
    low = start + len(value) - len(value.lstrip())
    return Fact(view.span(low, low + len(text)), name, " ".join(text.split()))


def level_length(text: str, vocabulary: Vocabulary | None) -> int:
    """Return the length, in code points, of the level and its controls at the beginning of `text`, or 0 if there is
    none.

    The level (before `//` in `LEVEL//CONTROL`) is the longest spelling in the vocabulary. Without a vocabulary or a
    match, it consists of the leading words in capitals.
    """
    if vocabulary is not None and "levels" in vocabulary:
        for length in _ends(text.partition("//")[0]):
            if vocabulary["levels"].find(text[:length].upper()) is not None:
                return length + _controls(text[length:], vocabulary)
    found = _CAPITALS.match(text)
    return found.end() if found else 0


def _controls(text: str, vocabulary: Vocabulary) -> int:
    """Return the length, in code points, of a `//CONTROL` at the beginning of `text`, or 0 if `text` does not begin
    with `//`.

    The control is the longest term in the vocabulary or, if none matches, the leading words in capitals.
    """
    if not text.startswith("//"):
        return 0
    for length in _ends(text[2:]):
        form = text[2 : 2 + length].upper()
        if any(table.find(form) is not None for table in vocabulary.tables.values()):
            return 2 + length
    found = _CAPITALS.match(text, 2)
    return found.end() if found else 2


def _ends(text: str) -> list[int]:
    """Return the end offsets of the first words in `text` (at most six), longest first."""
    ends = []
    here = 0
    for word in text.split(" ", _MAX_WORDS)[:_MAX_WORDS]:
        here += len(word)
        ends.append(here)
        here += 1
    return ends[::-1]
