"""Whether a copy was hurt on its way: signs that no writer leaves and that noisy lines and scanners do.

One sign may be anything. Where several meet, a missing or strange marking says more about the copy than about its
writer, and the engine gives no verdict above info (`engine.py`). Counted only when a rule has failed.
"""

from __future__ import annotations

from ..document import Telegram
from .patterns import Pattern

# A digit or an open bracket between letters of one word, a letter between digits of one number (not an X: 12X15).
_INSIDE = Pattern(r"[A-Z]{2}[0-9][A-Z]|[A-Z][0-9][A-Z]{2}|[0-9]{2}[A-WYZ][0-9]{2}|[A-Z]{2}\([A-Z]{2}(?![A-Z]{0,20}\))")
_TEXT_OF_ONE = 4000  # code points: a longer text needs more than one sign
_FIRST = ("banner", "eo", "tags", "subject", "references", "authority", "paragraph")


def damaged(telegram: Telegram, fold: str, parts: tuple[tuple[int, str], ...]) -> bool:
    """Whether the signs weigh enough for the length of the text. A sign inside a word weighs two, as does an
    expected line that is missing where a line nobody can read stands; a field that cannot be read weighs one."""
    weight = sum(2 for _ in _INSIDE.finditer(fold)) + len(telegram.unread)
    if _has_gap(telegram, parts):
        weight += 2
    return weight >= 2 + 2 * (len(fold) // _TEXT_OF_ONE)


def _has_gap(telegram: Telegram, parts: tuple[tuple[int, str], ...]) -> bool:
    """Whether a line of the frame is missing and a line nobody can read stands above the text."""
    frame = (telegram.dtg, telegram.sender, telegram.banner, telegram.to or None)
    if all(node is not None for node in frame):
        return False
    kinds = [kind for _, kind in parts]
    first = next((index for index, kind in enumerate(kinds) if kind in _FIRST and kind != "banner"), len(kinds))
    return any(kind in ("loose_text", "unread") for kind in kinds[:first])
