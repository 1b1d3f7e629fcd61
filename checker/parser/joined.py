"""The first line of a document that joins another word to a level, or gives a level the United States do not have.

`SECRET SENSITIVE` and `AGENCY CONFIDENTIAL` are no markings (32 CFR 2001.23(a)), but a reader takes them for one;
so the level is read, and the joined words become a token that no table knows. Only the first line is taken so: further
down, capitals are headings.
"""

from __future__ import annotations

from ..document import Banner, Marking, Token, Unread, Word
from ..text import View
from ..vocabulary import Vocabulary
from . import markings

_LONGEST = 60  # code points of such a line
_MOST = 2  # words joined to the level


def joined(view: View, start: int, end: int, words: Vocabulary) -> Banner | None:
    """The banner that `view.text[start:end]` is meant to be, blanks aside; `None` if these words are another thing."""
    line = view.text[start:end]
    if len(line) > _LONGEST or line.upper() != line or "//" in line:
        return None
    span = view.span(start, end)
    if any(line in entry.spellings("banner") for entry in words["nato"] if entry.fact("kind") == "restricted"):
        return Banner(span, line, Unread(span, "a level of the United States", line))
    for entry in words["levels"]:
        form = entry.title
        at = 0 if line.startswith(form + " ") else len(line) - len(form) if line.endswith(" " + form) else -1
        if at >= 0 and entry.fact("classified") == "yes":
            low, high = (len(form), len(line)) if at == 0 else (0, at)
            if _free_words(line[low:high]):
                return _banner(view, start, line, (at, at + len(form)), (low, high), words)
    return None


def _free_words(text: str) -> bool:
    found = [word.strip("()[],.") for word in text.split() if word != "-"]
    return 0 < len(found) <= _MOST and all(word.isalpha() and len(word) > 1 for word in found)


def _banner(
    view: View, start: int, line: str, level: tuple[int, int], rest: tuple[int, int], words: Vocabulary
) -> Banner | None:
    read = markings.banner(view, start + level[0], start + level[1], words)
    if not isinstance(read, Marking):
        return None
    low = rest[0] + len(line[slice(*rest)]) - len(line[slice(*rest)].lstrip(" -"))
    high = low + len(line[low : rest[1]].rstrip(" -"))
    other = Token(view.span(start + low, start + high), line[low:high], None, "unknown", before=" ", role="banner")
    tokens = (*read.tokens, other) if low else (other, *read.tokens)
    read.span, read.text, read.tokens = view.span(start, start + len(line)), line, tokens
    place = Word(view.span(start + level[0], start + level[1]), line[slice(*level)])
    return Banner(read.span, line, read.level, marking=read, level_text=place)
