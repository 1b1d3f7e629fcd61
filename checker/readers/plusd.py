"""Read archive texts from 1973-79, in which the telegram is between the lines `Message Text` and `Message Attributes`.

The attributes below the second line become facts. Web copies lack the first line, and some begin with PGP public keys.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..model import Fact
from ..text import View
from ..vocabulary import Vocabulary
from .registry import ReaderSettings, Reading

_TEXT = re.compile(r"(?:\A|\n)[ \t]*Message Text[ \t]*(?=\r?\n)")
_END = re.compile(r"\n[ \t]*Message Attributes[ \t]*(?=\r?\n|\Z)")
_KEYS_BEGIN = "-----BEGIN PGP PUBLIC KEY BLOCK-----"
_KEYS_END = "-----END PGP PUBLIC KEY BLOCK-----"
_ATTRIBUTE = re.compile(r"\n[ \t]*([A-Z][A-Za-z ]{1,40}+):[ \t]*")
_ABSENT = ("n/a",)
_CACHE = "attributes of archive records"  # in `Vocabulary.made`
_OTHER = "plusd_"  # before the name of an attribute that the table does not list


def recognizes(text: str) -> bool:
    """Return whether the text contains the line above the attributes, or a PGP public key near its beginning."""
    return _END.search(text) is not None or text[:8192].find(_KEYS_BEGIN) >= 0


def unwrap(reading: Reading, settings: ReaderSettings) -> Iterator[Reading]:
    """Yield the telegrams in the text. If there are several records, each telegram is named by its number."""
    view = reading.view
    text = view.text
    known = _attributes(settings.vocabulary)
    ends = [found.span() for found in _END.finditer(text)] or [(len(text), len(text))]
    start = 0
    for number, (end, attributes) in enumerate(ends, 1):
        following = ends[number][0] if number < len(ends) else len(text)
        low, high = _body(text, start, end)
        facts, start = _facts(view, known, attributes, following, number < len(ends))
        yield reading.inner(view.slice(low, high), facts, str(number) if len(ends) > 1 else "")


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


def _attributes(vocabulary: Vocabulary | None) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Return, for each label, the name of its fact and the values that mean that the attribute is absent. Without a
    vocabulary, return an empty mapping.
    """
    if vocabulary is None or "archive_attributes" not in vocabulary:
        return {}
    known: object = vocabulary.made.get(_CACHE)
    if not isinstance(known, dict):
        entries = vocabulary["archive_attributes"].entries
        known = vocabulary.made[_CACHE] = {
            label: (entry.fact("fact"), entry.facts.get("absent", _ABSENT))
            for entry in entries
            for label in entry.spellings("line")
        }
    return known


def _facts(
    view: View, known: dict[str, tuple[str, tuple[str, ...]]], start: int, end: int, more: bool
) -> tuple[tuple[Fact, ...], int]:
    """Return the facts from one attribute block, and the offset of the next record.

    A value continues over lines that do not begin with a known label. A blank value, or one that means "not available",
    yields no fact. If an attribute is repeated, the first value is used.
    """
    text, span = view.text, view.spans()
    if not known:
        labels = _ATTRIBUTE.findall(text, start, end)
        known = {label: (_OTHER + label.lower().replace(" ", "_"), _ABSENT) for label in labels}
    hits = _ATTRIBUTE.finditer(text, start, end)
    marks = [(hit.start(), hit.end(), entry) for hit in hits if (entry := known.get(hit[1])) is not None]
    if more:
        end = _next_record(text, marks[-1][1] if marks else start, end)
        marks = [mark for mark in marks if mark[0] < end]
    stops = [mark[0] for mark in marks[1:]]
    facts: dict[str, Fact] = {}
    for (_, low, (name, absent)), stop in zip(marks, [*stops, end], strict=False):
        whole = text[low:stop]
        value = whole.strip()
        if value and value not in absent and name not in facts:
            if len(value) < len(whole):
                low += len(whole) - len(whole.lstrip())
            facts[name] = Fact(span(low, low + len(value)), name, " ".join(value.split()))
    return tuple(facts.values()), end


def _next_record(text: str, start: int, end: int) -> int:
    """Return the offset of the next record: at its `Message Text` line, otherwise after the first blank line, or `end`
    if there is neither.
    """
    head = _TEXT.search(text, start, end)
    if head is not None:
        return head.start()
    blank = re.compile(r"\n[ \t]*\r?\n").search(text, start, end)
    return blank.end() if blank else end
