"""The telegram as rules see it: parts with spans, and the meaning derived from them, written once.

The fields a rule may name are the annotated fields and properties of these classes, read by reflection
(`rulebook/model.py`); a field whose name begins with an underscore is private. The parser fills the records in;
nobody changes them afterwards.

Three states of a part: `None` is absent (the text was there to hold it and does not), a node is present, and
`Unread` is present but unreadable. `Unread` with an empty span means *lost*: the copy does not hold the
stretch where the part would stand (header cut off, text unretrievable), so nothing can be said about it.
"""

from __future__ import annotations

from .body import (
    Authority,
    Damage,
    Declass,
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
    Node,
    Party,
    Precedence,
    Routing,
    Security,
    SourceRecord,
    Station,
    Transmission,
    Unread,
    Word,
)
from .markings import Banner, Caption, Marking, Rollup, Token
from .telegram import HEADER, MODEL_VERSION, Telegram

__all__ = [
    "HEADER",
    "MODEL_VERSION",
    "Authority",
    "Banner",
    "Caption",
    "Damage",
    "DateField",
    "Declass",
    "Downgrade",
    "Dtg",
    "EoLine",
    "Fact",
    "Heading",
    "Instruction",
    "Letter",
    "Marking",
    "Node",
    "Notice",
    "PageLine",
    "Paragraph",
    "Part",
    "Party",
    "Precedence",
    "Reasons",
    "Reference",
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
