"""Whether a copy was hurt on its way: signs that no writer leaves and that noisy lines and scanners do.

One sign may be anything. Where others stand beside the place of a finding, a missing or strange marking says more
about the copy than about its writer, and the engine gives no verdict above info (`engine.py`). Sought only when a rule
failed.
"""

from __future__ import annotations

from collections.abc import Callable

from ..document import Sign, Telegram
from ..text import Span
from .patterns import Pattern

# A digit or an open bracket between letters of one word, a letter between digits of one number (not an X: 12X15).
_INSIDE = Pattern(r"[A-Z]{2}[0-9][A-Z]|[A-Z][0-9][A-Z]{2}|[0-9]{2}[A-WYZ][0-9]{2}|[A-Z]{2}\([A-Z]{2}(?![A-Z]{0,20}\))")
_TELETYPE = ("acp127", "central-file")
_TEXT = ("eo", "tags", "subject", "references", "authority", "paragraph")
_STRANGE = ("loose_text", "unread")


def signs(
    telegram: Telegram, fold: str, span: Callable[[int, int], Span], parts: tuple[tuple[int, str], ...]
) -> tuple[Sign, ...]:
    """The signs of damage. One inside a word weighs two, as does a line nobody can read where one of the frame is
    missing; a field that cannot be read weighs one, for it may be the writer's own slip."""
    found = [Sign(span(match.start(), match.end()), 2) for match in _INSIDE.finditer(fold)]
    found += [Sign(node.span, 1) for node in telegram.unread]
    gap = _gap(telegram, parts)
    if gap is not None:
        found.append(Sign(span(gap, min(fold.find("\n", gap) + 1, len(fold) - 1)), 2))
    return tuple(found)


def _gap(telegram: Telegram, parts: tuple[tuple[int, str], ...]) -> int | None:
    """The first line above the text that nobody can read, where a line of the frame is missing."""
    frame = (telegram.dtg, telegram.sender, telegram.banner, telegram.to or None)
    if telegram.layout not in _TELETYPE or all(node is not None for node in frame):
        return None
    for start, kind in parts:
        if kind in _TEXT:
            return None
        if kind in _STRANGE:
            return start
    return None
