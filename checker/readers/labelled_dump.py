"""Read labeled dumps: `id:`, `date:`, `refid:` … lines, a `header:` block, the text, and a line that ends the cable."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..model import Fact
from .metadata import fact
from .registry import ReaderSettings, Reading

_START = re.compile(r"(?:\A|\n)[ \t]*id:[ \t]*\d+[ \t]*\r?\n")
_LABEL = re.compile(r"[ \t]*(id|date|refid|origin|classification|destination):[ \t]*+([^\r\n]*+)\r?\n")
_NAMES = {"id": "doc_id", "date": "created", "refid": "reference_id", "destination": "references"}
_HEADER = re.compile(r"[ \t]*header:[ \t]*\r?\n?")
_HEADER_ENDS = re.compile(r"\n-*+ *header ends *-*+[ \t]*\r?(?=\n|\Z)")
_CABLE_ENDS = re.compile(r"\n=*+ ?CABLE ENDS[^\n]*")


def recognizes(text: str) -> bool:
    """Return whether the text begins with a labeled dump. A dump further down does not count, because it repeats the
    telegram above it.
    """
    found = _START.match(text.lstrip())
    return found is not None and "refid:" in text and "header:" in text


def unwrap(reading: Reading, settings: ReaderSettings) -> Iterator[Reading]:
    """Yield the telegrams in the dump, named by their `refid` if there are several."""
    text = reading.view.text
    starts = [found.start() for found in _START.finditer(text) if "refid:" in text[found.end() : found.end() + 400]]
    for number, start in enumerate(starts):
        end = starts[number + 1] if number + 1 < len(starts) else len(text)
        yield _dump(reading, start, end, len(starts) > 1)


def _dump(reading: Reading, start: int, end: int, several: bool) -> Reading:
    view = reading.view
    text = view.text
    facts: list[Fact | None] = []
    while start < end and text[start] in "\r\n":
        start += 1
    label = _LABEL.match(text, start, end)
    while label is not None:
        facts.append(fact(view, _NAMES.get(label[1], label[1]), *label.span(2)))
        start = label.end()
        label = _LABEL.match(text, start, end)
    header = _HEADER.match(text, start, end)
    start = header.end() if header else start
    cable_ends = _CABLE_ENDS.search(text, start, end)
    end = cable_ends.start() if cable_ends else end
    edits = [(0, start, "")]
    header_ends = _HEADER_ENDS.search(text, start, end)
    if header_ends is not None:
        edits.append((header_ends.start(), header_ends.end(), "\n"))
    stated = tuple(found for found in facts if found is not None)
    name = next((found.text for found in stated if found.name == "reference_id"), "") if several else ""
    return reading.inner(view.exchange([*edits, (end, len(text), "")]), stated, name)
