"""Whether a text holds anything of a telegram or a marked document at all: else it was not checked, only read."""

from __future__ import annotations

from ..document import Telegram, Unread

NOTHING = "nothing of a telegram was recognised in it: no header line, classification line, field or mark"
_SINGLE = (
    "dtg", "sender", "station", "routing", "security", "transmission", "banner", "eo", "tags_line", "subject",
    "authority",
)  # fmt: skip
_MANY = ("to", "info", "references", "captions", "passing", "notices", "page_lines", "stamps", "attributes", "offices")


def is_blank(telegram: Telegram) -> bool:
    """Whether nothing was recognised that a rule could judge: a shopping list is no clean telegram."""
    for field in _SINGLE:
        node = getattr(telegram, field)
        if node is not None and not (isinstance(node, Unread) and node.lost):
            return False
    if any(getattr(telegram, field) for field in _MANY):
        return False
    outside = telegram.outside
    if outside is not None and (outside.level_text is not None or telegram.layout == "extract"):
        return False  # an edition states the level beside the text, an archive holds no more than a note in its place
    return not any(item.mark is not None or item.cut or item.kind == "numbered" for item in telegram.paragraphs)
