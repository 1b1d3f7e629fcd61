"""Which kind of text this is, by a few plain searches, before any module of a rarer layout is loaded."""

from __future__ import annotations

from ...model import Telegram, Unread
from ..cursor import Cursor

_HEAD_OF_PAGE = 2000  # code points: a page that was released bears its stamp at the top


def is_smart(cursor: Cursor) -> bool:
    """Whether the fields for number and date-time group stand within ten lines of each other."""
    for form in cursor.grammar.label("number", "field"):
        at = cursor.fold.find(form + ":")
        if at >= 0 and not cursor.fold[cursor.line_start(at) : at].strip(" "):
            window = cursor.fold[max(0, at - 800) : at + 800]
            others = cursor.grammar.label("dtg", "field")
            return any(f"\n{other}:" in window or f" {other}:" in window for other in others)
    return False


def opens_authority(cursor: Cursor, low: int, high: int) -> bool:
    """Whether a label that opens an authority block stands there."""
    for start, forms in cursor.grammar.opener_starts.items():
        for at in cursor.stems(start):
            if at >= low and cursor.fold.startswith(forms, at, high):
                return True
    return False


def has_pages(cursor: Cursor) -> bool:
    """Whether any sign of page lines, stamps or an archive's frame stands in the text: a few plain searches."""
    grammar = cursor.grammar
    for sign in grammar.page_signs:
        if cursor.has(sign, 0, cursor.size):
            return True
    for start in grammar.head_starts:
        if cursor.has(start, 0, _HEAD_OF_PAGE):
            head = cursor.fold[:_HEAD_OF_PAGE]
            return any(sign in head for sign in grammar.head_signs)
    return False


# ---- Whether a text holds anything of a telegram or a marked document at all: else it was not checked, on
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
    source_record = telegram.source_record
    if source_record is not None and (source_record.level_text is not None or telegram.layout == "extract"):
        return False  # an edition states the level beside the text, an archive holds no more than a note in its place
    return not any(item.mark is not None or item.cut or item.kind == "numbered" for item in telegram.paragraphs)
