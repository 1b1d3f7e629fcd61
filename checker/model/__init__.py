"""Define the document model that rules use: parts with source spans, and values derived from those parts.

The `header` module defines the lines above the classification line; `markings`, banners and portion marks; `body`,
everything below the classification line, and an archive's record of the telegram; and `telegram`, the telegram as a
whole. Rules may use every annotated field and property of these classes; `rulebook/field_types.py` reads them by
reflection and skips names that begin with an underscore. The parser fills in the records.

A part has one of three states: `None` means that it is absent, although the copy contains the place where it would
appear; a node means that it is present; `Unread` means that it is present but unreadable. An `Unread` with an empty
span means *lost*: the copy does not contain the place where the part would appear (for example, because the header is
cut off or the text cannot be retrieved). The docstrings of derived fields are shown to rule authors, so they use
"absent" for `None` and "unreadable" for `Unread`.
"""

from __future__ import annotations

from .body import (
    ArchiveRecord,
    Attribute,
    Authority,
    Damage,
    Declass,
    Deletion,
    Downgrade,
    EoLine,
    Heading,
    Instruction,
    Letter,
    Notice,
    PageLine,
    Paragraph,
    Part,
    Reasons,
    Reference,
    ReviewStep,
    Signature,
    Stamp,
    Subject,
    Tag,
    TagsLine,
)
from .header import (
    DateField,
    Dtg,
    Fact,
    Facts,
    Node,
    Party,
    Place,
    Precedence,
    Readdressal,
    Routing,
    Security,
    SourceRecord,
    Station,
    Transmission,
    Unread,
    Word,
)
from .markings import Banner, Caption, Marking, Misspelling, Rollup, Token
from .telegram import HEADER, MODEL_VERSION, Telegram

__all__ = [
    "HEADER",
    "MODEL_VERSION",
    "ArchiveRecord",
    "Attribute",
    "Authority",
    "Banner",
    "Caption",
    "Damage",
    "DateField",
    "Declass",
    "Deletion",
    "Downgrade",
    "Dtg",
    "EoLine",
    "Fact",
    "Facts",
    "Heading",
    "Instruction",
    "Letter",
    "Marking",
    "Misspelling",
    "Node",
    "Notice",
    "PageLine",
    "Paragraph",
    "Part",
    "Party",
    "Place",
    "Precedence",
    "Readdressal",
    "Reasons",
    "Reference",
    "ReviewStep",
    "Rollup",
    "Routing",
    "Security",
    "Signature",
    "SourceRecord",
    "Stamp",
    "Station",
    "Subject",
    "Tag",
    "TagsLine",
    "Telegram",
    "Token",
    "Transmission",
    "Unread",
    "Word",
]
