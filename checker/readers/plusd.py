"""Text of the archives of 1973-79: the telegram is between `Message Text` and `Message Attributes`.

The attributes below it become facts. Web copies lack the first line, and some begin with a block of keys.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..model import Fact
from ..text import View
from .metadata import fact
from .registry import ReaderSettings, Reading

_TEXT = re.compile(r"(?:\A|\n)[ \t]*Message Text[ \t]*(?=\r?\n)")
_END = re.compile(r"\n[ \t]*Message Attributes[ \t]*(?=\r?\n|\Z)")
_KEYS_BEGIN = "-----BEGIN PGP PUBLIC KEY BLOCK-----"
_KEYS_END = "-----END PGP PUBLIC KEY BLOCK-----"
# The attributes of an archive record, with the fact a rule may compare; the others keep their own name.
_ATTRIBUTES = dict(
    line.partition("=")[::2]
    for line in """Automatic Decaptioning=|Capture Date=|Channel Indicators=|Concepts=|Control Number=|Copy=
Current Classification=current_classification|Current Handling Restrictions=|Decaption Date=|Decaption Note=
Disposition Action=|Disposition Approved on Date=|Disposition Authority=|Disposition Case Number=
Disposition Comment=|Disposition Date=|Disposition Event=|Disposition History=|Disposition Reason=
Disposition Remarks=|Document Number=reference_id|Document Source=|Document Unique ID=doc_id|Draft Date=date
Drafter=|Enclosure=|Errors=|Executive Order=eo|Expiration=|Film Number=|Format=|From=from|Handling Restrictions=
ISecure=|Image Path=|Legacy Key=|Line Count=|Litigation Code Aides=|Litigation Codes=|Litigation History=|Locator=
Margin Text=|Markings=markings|Message ID=|Office=|Original Classification=original_classification
Original Handling Restrictions=handling|Original Previous Classification=|Original Previous Handling Restrictions=
Page Count=|Previous Channel Indicators=|Previous Classification=|Previous Handling Restrictions=|Reference=references
Retention=|Review Action=|Review Content Flags=|Review Date=|Review Event=|Review Exemptions=|Review Authority=
Review Markings=|Review Media Identifier=|Review Referrals=|Review Release Date=|Review Release Event=
Review Transfer Date=|Review Withdrawn Fields=|SAS ID=|Secure=|Sent Date=date|Status=|Subject=subject
TAGS=tags|To=to|Type=|Vault ID=""".replace("\n", "|").split("|")
)
_ATTRIBUTE = re.compile(r"\n[ \t]*([A-Z][A-Za-z ]{1,40}+):[ \t]*")
_ABSENT = ("", "n/a")


def recognizes(text: str) -> bool:
    """Return whether the text has the line above the attributes, or the key block."""
    return _END.search(text) is not None or text[:8192].find(_KEYS_BEGIN) >= 0


def unwrap(reading: Reading, settings: ReaderSettings) -> Iterator[Reading]:
    """Yield the telegrams of the text; several records in one text are named by their number."""
    view = reading.view
    text = view.text
    ends = [found.span() for found in _END.finditer(text)] or [(len(text), len(text))]
    start = 0
    for number, (end, attributes) in enumerate(ends, 1):
        following = ends[number][0] if number < len(ends) else len(text)
        low, high = _body(text, start, end)
        facts, start = _facts(view, attributes, following, number < len(ends))
        yield reading.inner(view.slice(low, high), facts, str(number) if len(ends) > 1 else "")


def _body(text: str, start: int, end: int) -> tuple[int, int]:
    """Return start and end of the telegram above an attribute block."""
    keys = text.find(_KEYS_BEGIN, start, end)
    if keys >= 0:
        stop = text.find(_KEYS_END, keys, end)
        start = stop + len(_KEYS_END) if stop >= 0 else start
    head = _TEXT.search(text, max(start - 1, 0), end)
    start = head.end() if head else start
    while start < end and text[start] in "\r\n":
        start += 1
    return start, max(start, end)


def _facts(view: View, start: int, end: int, more: bool) -> tuple[tuple[Fact, ...], int]:
    """Return the facts of one attribute block, and where the next record begins."""
    text = view.text
    marks = [found for found in _ATTRIBUTE.finditer(text, start, end) if found[1] in _ATTRIBUTES]
    next_record = _next_record(text, marks[-1].end() if marks else start, end) if more else end
    facts: list[Fact] = []
    for number, mark in enumerate(marks):
        if mark.start() >= next_record:
            break
        stop = min(marks[number + 1].start() if number + 1 < len(marks) else next_record, next_record)
        name = _ATTRIBUTES[mark[1]] or "plusd_" + mark[1].lower().replace(" ", "_")
        found = fact(view, name, mark.end(), stop)
        if found is not None and found.text.lower() not in _ABSENT and all(name != one.name for one in facts):
            facts.append(found)
    return tuple(facts), next_record


def _next_record(text: str, start: int, end: int) -> int:
    """Return where the next record begins: at its `Message Text` line, or after the first blank line."""
    head = _TEXT.search(text, start, end)
    if head is not None:
        return head.start()
    blank = re.compile(r"\n[ \t]*\r?\n").search(text, start, end)
    return blank.end() if blank else end
