"""Count field coverage: how often each field was read, by year and layout, and how much of the text was recognized.

Low coverage reveals that a reader fails on a kind of document, before anyone relies on the findings. A field counts as
missed if the text contains its label, or a part of it, but the field was not read. A field that this copy cannot
contain is lost, not missed.
"""

from __future__ import annotations

from operator import attrgetter

from ..model import Telegram, Unread
from ..parser import is_labeled, recognized

FIELDS = {
    "dtg": "dtg", "sender": "sender", "to": "to", "level": "level", "number": "mrn", "eo": "eo", "tags": "tags_line",
    "subject": "subject", "references": "references", "authority": "authority", "paragraphs": "paragraphs",
    "signature": "signature",
}  # fmt: skip
"""The fields that are counted, each with its path in the model."""

TEXT = "text"  # the row that counts characters
_LABELS = {"eo": "eo", "tags": "tags_line", "subject": "subject", "references": "references", "authority": "authority"}
_VALUES = attrgetter(*FIELDS.values())
_NO_YEAR = 0
_UNUSED = {"central-file": "authority"}  # telegrams of a layout never contain this field; not searching saves 2 %
_WITHOUT_TEXT = "extract"  # the layout of a copy that does not contain its text

Counts = list[int]  # documents, read, missed, lost, absent, characters, recognized


class Coverage:
    """Field coverage counts for one batch."""

    __slots__ = ("counts",)

    def __init__(self) -> None:
        self.counts: dict[tuple[int, str], dict[str, Counts]] = {}

    def add(self, telegram: Telegram) -> None:
        """Add one telegram to the counts."""
        layout = telegram.layout
        found = self._counts(telegram.date.first.year if telegram.date is not None else _NO_YEAR, layout)
        for name, value in zip(FIELDS, _VALUES(telegram), strict=True):
            place = 1
            if value.__class__ is Unread:
                place = 3 if value.lost else 2
            elif not value:
                label = _LABELS.get(name, "")
                labeled = label not in ("", _UNUSED.get(layout)) and is_labeled(telegram, label)
                place = 2 if labeled else 3 if layout == _WITHOUT_TEXT else 4
            counts = found[name]
            counts[0] += 1
            counts[place] += 1
        counts = found[TEXT]
        counts[0] += 1
        size, known = recognized(telegram)
        counts[5] += size
        counts[6] += known

    def _counts(self, year: int, layout: str) -> dict[str, Counts]:
        if (year, layout) not in self.counts:
            self.counts[year, layout] = {field: [0] * 7 for field in (*FIELDS, TEXT)}
        return self.counts[year, layout]

    def rows(self) -> list[dict[str, object]]:
        """Return the rows of the `coverage` table for this batch."""
        names = ("documents", "read", "missed", "lost", "absent", "characters", "recognized")
        return [
            {"year": year or None, "layout": layout, "field": field, **dict(zip(names, counts, strict=True))}
            for (year, layout), fields in sorted(self.counts.items())
            for field, counts in sorted(fields.items())
        ]
