"""One row for each cable with the fields people sort and count by."""

from __future__ import annotations

from ..document import Telegram, Unread
from ..record import Record

COLUMNS = (
    "path", "cable", "reader", "layout", "profile", "era", "date", "mrn", "level", "whole", "dtg", "sender", "to",
    "info", "captions", "tags", "subject", "references", "authority", "reasons", "declassify", "paragraphs",
    "marked", "unread",
)  # fmt: skip


def row(path: str, cable: str, reader: str, telegram: Telegram) -> dict[str, str]:
    """The fields of one cable as text: "" is absent, `?` unreadable or lost."""
    authority = telegram.authority
    found: dict[str, object] = {
        "path": path,
        "cable": cable,
        "reader": reader,
        "references": [each.text for each in telegram.references if hasattr(each, "text")],
        "captions": telegram.caption_codes,
        "tags": telegram.tags,
        "authority": getattr(authority, "name", authority),
        "reasons": getattr(authority, "reasons", None),
        "declassify": telegram.instruction,
        "paragraphs": len(telegram.paragraphs),
        "marked": len(telegram.marked),
        "unread": len(telegram.unread),
    }
    for name in COLUMNS:
        if name not in found:
            found[name] = getattr(telegram, name)
    return {name: flat(found[name]) for name in COLUMNS}


def flat(value: object) -> str:
    """A value of the model in one cell."""
    if value is None:
        return ""
    if isinstance(value, Unread):
        return "?"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (tuple, list)):
        return "; ".join(flat(item) for item in value)
    if isinstance(value, Record):
        for name in ("text", "code", "name"):
            if getattr(value, name, None) is not None and "__str__" not in vars(type(value)):
                return flat(getattr(value, name))
    return " ".join(str(value).split())
