"""Read archive texts from 1973-79, in which the telegram is between the lines `Message Text` and `Message Attributes`.

The attributes below the second line become facts. Web copies lack the first line, and some begin with PGP public keys.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..model import Facts, Place
from ..record import BoundedCache
from ..vocabulary import Vocabulary
from .registry import ReaderSettings, Reading

_TEXT = re.compile(r"(?:\A|\n)[ \t]*Message Text[ \t]*(?=\r?\n)")
_END_WORDS = "Message Attributes"
_END = re.compile(rf"\n[ \t]*{_END_WORDS}[ \t]*(?=\r?\n|\Z)")
_KEYS_BEGIN = "-----BEGIN PGP PUBLIC KEY BLOCK-----"
_KEYS_END = "-----END PGP PUBLIC KEY BLOCK-----"
_ATTRIBUTE = re.compile(r"\n[ \t]*([A-Z][A-Za-z ]{1,40}+):[ \t]*")
_BLANK_LINE = re.compile(r"\n[ \t]*\r?\n")
_ABSENT = ("n/a",)
_CACHE = "attributes of archive records"  # in `Vocabulary.made`
_MAX_LINES = 4096  # parsed lines kept
_LONGEST_LINE = 200  # code points of a line that is kept
_OTHER = "plusd_"  # before the name of an attribute that the table does not list


def recognizes(text: str) -> bool:
    """Return whether the text contains the line above the attributes, or a PGP public key near its beginning."""
    return _END.search(text) is not None or text[:8192].find(_KEYS_BEGIN) >= 0


def unwrap(reading: Reading, settings: ReaderSettings) -> Iterator[Reading]:
    """Yield the telegrams in the text. If there are several records, each telegram is named by its number."""
    view = reading.view
    text = view.text
    known = _attributes(settings.vocabulary)
    first = text.rfind("\n", 0, max(text.find(_END_WORDS), 0))  # the lines before it need no look
    ends = [found.span() for found in _END.finditer(text, max(first, 0))] or [(len(text), len(text))]
    start = 0
    for number, (end, attributes) in enumerate(ends, 1):
        following = ends[number][0] if number < len(ends) else len(text)
        low, high = _body(text, start, end)
        places, start = _places(text, known, attributes, following, number < len(ends))
        inner = reading.inner(view.slice(low, high), cable=str(number) if len(ends) > 1 else "")
        for fact in reading.facts:  # these take precedence
            places.pop(fact.name, None)
        inner.facts = Facts(tuple(reading.facts), places, view.spans())
        yield inner


def _body(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the start and end of the telegram above an attribute block."""
    keys = text.find(_KEYS_BEGIN, start, end)
    if keys >= 0:
        stop = text.find(_KEYS_END, keys, end)
        start = stop + len(_KEYS_END) if stop >= 0 else start
    head = _TEXT.search(text, max(start - 1, 0), end)
    start = head.end() if head else start
    while start < end and text[start] in "\r\n":
        start += 1
    return start, max(start, end)


class AttributeLines(BoundedCache):
    """The first lines of attributes, parsed. A line without a value, or with one that means "not available", is mapped
    to `False`, and a line that does not begin with a known label to `None`.

    Lines are parsed on first use. The results are kept, because most lines occur in many records.
    """

    __slots__ = ("labels",)

    def __init__(self, labels: dict[str, tuple[str, tuple[str, ...]]]) -> None:
        super().__init__(_MAX_LINES)
        self.labels = labels

    def __missing__(self, line: str) -> Place | bool | None:
        label, colon, _ = line.partition(":")
        parsed = None
        if colon and label.lstrip(" \t") in self.labels:
            parsed = self.parse(line) or False
        if len(line) <= _LONGEST_LINE:
            self[line] = parsed
        return parsed

    def parse(self, text: str) -> Place | None:
        """Return the attribute in a text that begins with a known label, or `None` if it has no value."""
        label, _, rest = text.partition(":")
        name, absent = self.labels[label.lstrip(" \t")]
        value = rest.strip()
        if not value or value in absent:
            return None
        return name, len(text) - len(rest.lstrip()), len(value), " ".join(value.split())


def _attributes(vocabulary: Vocabulary | None) -> AttributeLines | None:
    """Return the lines with labels in the vocabulary, or `None` without a vocabulary."""
    if vocabulary is None or "archive_attributes" not in vocabulary:
        return None
    known: object = vocabulary.made.get(_CACHE)
    if not isinstance(known, AttributeLines):
        known = vocabulary.made[_CACHE] = AttributeLines(
            {
                label: (entry.fact("fact"), entry.facts.get("absent", _ABSENT))
                for entry in vocabulary["archive_attributes"].entries
                for label in entry.spellings("line")
            }
        )
    return known


Places = dict[str, tuple[int, Place]]  # of each attribute by its name


def _places(text: str, known: AttributeLines | None, start: int, end: int, more: bool) -> tuple[Places, int]:
    """Return the values in one attribute block, and the offset of the next record.

    A value continues over lines that do not begin with a known label. A blank value, or one that means "not available",
    yields no fact. If an attribute is repeated, the first value is used.
    """
    if known is None:
        labels = _ATTRIBUTE.findall(text, start, end)
        known = AttributeLines({label: (_OTHER + label.lower().replace(" ", "_"), _ABSENT) for label in labels})
    if more:
        end = _next_record(text, known, start, end)
    places: Places = {}
    here, low = -1, start  # where the latest attribute and the current line begin
    continued = False  # whether the latest attribute has more lines
    lines = text[start:end].split("\n")
    for line, parsed in zip(lines, map(known.__getitem__, lines), strict=True):
        if parsed is None:
            continued = continued or (here >= 0 and line != "" and not line.isspace())
        else:
            if continued:
                _continue(places, known, text, here, low - 1)
                continued = False
            here = low
            if parsed and parsed[0] not in places:
                places[parsed[0]] = low, parsed
        low += len(line) + 1
    if continued:
        _continue(places, known, text, here, end)
    return places, end


def _continue(places: Places, known: AttributeLines, text: str, start: int, end: int) -> None:
    """Set the value of the attribute that begins at `start` and continues over several lines up to `end`."""
    parsed = known.parse(text[start:end])
    if parsed is not None and places.get(parsed[0], (start,))[0] == start:  # otherwise the attribute is repeated
        places[parsed[0]] = start, parsed


def _next_record(text: str, known: AttributeLines, start: int, end: int) -> int:
    """Return the offset at which the record ends whose attributes begin at `start`: at the next `Message Text` line,
    otherwise after the first blank line below its last attribute, or `end` if there is neither.

    A repeated label, such as `TAGS:`, is a line of the next telegram.
    """
    head = _TEXT.search(text, start, end)
    if head is not None:
        return head.start()
    seen: set[str] = set()
    for found in _ATTRIBUTE.finditer(text, start, end):
        label = found.group(1)
        if label in seen:
            break
        if label in known.labels:
            seen.add(label)
            start = found.start()
    blank = _BLANK_LINE.search(text, start + 1, end)
    return blank.end() if blank else end
