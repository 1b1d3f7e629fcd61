"""Define the records for an archive's data about an electronic telegram from 1973-79, with parsed values."""

from __future__ import annotations

from ..record import lazy_fields
from ..values import Date, Level
from .body import Reference
from .header import Node, Unread, Word
from .markings import Caption


class Attribute(Node):
    """One attribute of an archive record.

    `name` is a code from the `archive_attributes` table, and `kind` is the type of the value: day, count, list, level,
    code, or words. The parsed value of a day is in `date`, of a count in `number`, and of a list in `items`.
    """

    name: str
    text: str
    kind: str
    date: Date | Unread | None = None
    number: int | None = None
    items: tuple[str, ...] = ()


class ReviewStep(Node):
    """One step in the review history: the action as written and its date."""

    action: str
    date: Date | None = None


class ArchiveRecord(Node):
    """An archive's data about the telegram as sent and about its later review.

    `captions` were on the telegram when it was sent; `earlier_captions` and `earlier_level` applied until another
    telegram changed them. `order_code` is the instruction in the form used on E.O. lines (`GDS`, `XGDS-1`). `lost` is
    the reason why the archive has no text, as a code from the `lost_texts` table; `film` is the microfilm that may
    contain the text. `pages` is the archive's page count.
    """

    attributes: tuple[Attribute, ...] = ()
    captions: tuple[Caption, ...] = ()
    earlier_captions: tuple[Caption, ...] = ()
    level: Level | None = None
    current_level: Level | None = None
    earlier_level: Level | None = None
    order_code: Word | None = None
    tags: tuple[Word, ...] = ()
    references: tuple[Reference, ...] = ()
    review: tuple[ReviewStep, ...] = ()
    reviewer: Word | None = None
    released: Date | None = None
    pages: int | None = None
    lost: Word | None = None
    film: Word | None = None

    @property
    def caption_codes(self) -> tuple[str, ...]:
        """Return the codes of the captions that were on the telegram when it was sent, and of those that applied before
        another telegram changed them.
        """
        return tuple([one.code for one in self.captions + self.earlier_captions if one.code is not None])

    @property
    def order(self) -> str | None:
        """Return the declassification instruction in the form used on E.O. lines."""
        return self.order_code.text if self.order_code is not None else None

    @property
    def last_step(self) -> str | None:
        """Return the action of the last step in the review history."""
        return self.review[-1].action if self.review else None


lazy_fields(ArchiveRecord, "span", "attributes")  # no rule reads them
lazy_fields(ReviewStep, "date")  # rules read only the action
