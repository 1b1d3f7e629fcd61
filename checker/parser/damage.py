"""Whether a copy was hurt on its way: signs that no writer leaves and that noisy lines and scanners do.

One sign may be anything. Where others stand beside the place of a finding, a missing or strange marking says more
about the copy than about its writer, and the engine gives no verdict above info (`engine.py`). Sought only when a rule
failed.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from ..document import Sign, Telegram
from ..text import Span
from ..vocabulary import Vocabulary
from .patterns import Pattern

# A digit or an open bracket inside a word, long enough on both sides not to be the name of an aircraft or a unit;
# a letter inside a number that has more digits than a time of day or a date.
_INSIDE = Pattern(r"[A-Z]{3}[0-9][A-Z]{2}|[0-9]{3}[A-WYZ][0-9]{3}|[A-Z]{2}\([A-Z]{2}(?![A-Z]{0,20}\))")
# One digit at an end of a word or behind its first letter; a closing bracket with nothing before it.
_AT_END = Pattern(r"(?<![A-Z0-9])(?:[0-9][A-Z]{4,}|[A-Z][0-9][A-Z]{4,}|[A-Z]{4,}[0-9])(?![A-Z0-9])|(?<= )\)[A-Z]")
_LONG = Pattern(r"[^ \n]{7,24}")  # a word, with what may stand before and behind it
_SHORTEST = 7  # letters: shorter words have too many neighbours
_ENDS = ".,;:()\"'"
_ANY = "?"
_TELETYPE = ("acp127", "central-file")
_TEXT = ("eo", "tags", "subject", "references", "authority", "paragraph")
_STRANGE = ("loose_text", "unread")


def signs(
    telegram: Telegram,
    fold: str,
    span: Callable[[int, int], Span],
    parts: tuple[tuple[int, str], ...],
    words: Vocabulary,
) -> tuple[Sign, ...]:
    """The signs of damage. One inside a word weighs two, as does a line nobody can read where one of the frame is
    missing; a sign at the end of a word weighs one, as do a common word with one wrong letter and a field that cannot
    be read: they may be the writer's own."""
    found = [Sign(span(match.start(), match.end()), 2) for match in _INSIDE.finditer(fold)]
    found += [Sign(span(match.start(), match.end()), 1) for match in _AT_END.finditer(fold)]
    found += [Sign(node.span, 1) for node in telegram.unread]
    found += [Sign(span(low, high), weight) for low, high, weight in _misspelt(fold, words)]
    gap = _gap(telegram, parts)
    if gap is not None:
        found.append(Sign(span(gap, min(fold.find("\n", gap) + 1, len(fold) - 1)), 2))
    return tuple(found)


def _misspelt(fold: str, words: Vocabulary) -> list[tuple[int, int, int]]:
    """Words that stand once and have one strange letter in place of one of a common word's: a name or a foreign word
    comes again. Where the strange letter is no letter at all, it weighs two: people mistype letters."""
    near, known = _neighbours(words)
    seen: dict[str, tuple[int, int]] = {}
    again = set()
    for match in _LONG.finditer(fold):
        word = match.group().strip(_ENDS)
        if len(word) < _SHORTEST or word in known:
            continue
        if word in seen:
            again.add(word)
        elif any(word[:place] + _ANY + word[place + 1 :] in near for place in range(len(word))):
            seen[word] = match.span()
    return [(*place, 1 if word.isalpha() else 2) for word, place in seen.items() if word not in again]


@lru_cache(maxsize=2)
def _neighbours(words: Vocabulary) -> tuple[frozenset[str], frozenset[str]]:
    """The common words with each letter in turn left open, and the words themselves with the levels' names."""
    common = {form for entry in words["common_words"] for form in entry.forms.get("word", ())}
    common |= {form for entry in words["levels"] for form in entry.spellings("banner") if form.isalpha()}
    sound = {form for entry in words["common_words"] for form in entry.forms.get("neighbour", ())}
    long = [word for word in common if len(word) >= _SHORTEST]
    near = {word[:place] + _ANY + word[place + 1 :] for word in long for place in range(len(word))}
    return frozenset(near), frozenset(common | sound)


def _gap(telegram: Telegram, parts: tuple[tuple[int, str], ...]) -> int | None:
    """The first line above the text that nobody can read, where a line of the frame is missing."""
    frame = (telegram.dtg, telegram.sender, telegram.banner, telegram.to or None)
    if telegram.layout not in _TELETYPE or all(node is not None for node in frame):
        return None
    for start, kind in parts:
        if kind in _TEXT:
            return None
        if kind in _STRANGE or (kind == "captions" and telegram.banner is None and not telegram.caption_codes):
            return start
    return None
