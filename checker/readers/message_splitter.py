"""Split a text with several telegrams at the start-of-message and end-of-message signals of ACP 127."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .registry import Reading

_START = re.compile(r"\nV?ZCZC[A-Z0-9 ]")  # start of message (ACP 127, format line 1)
_END = re.compile(r"\nN{4}(?![a-z])[^\n]*+\n")  # end of message (ACP 127, format line 16)
_STATION = re.compile(r"\nDE (R?[A-Z]{3,8}) ?#(\d{4})")  # format line 3: station and serial number
_SENDER = re.compile(r"\nFM [A-Z]")  # format line 6
_ANNOUNCEMENT = re.compile(
    r"(?:\b(?:BEGIN|QTE|QUOTE|FOLLOWS)\b[^\n]*|:)\s*\Z"
)  # the line above announces a quoted message
_ANNOUNCEMENT_REACH = 200  # code points in which that line is searched
_HEADER_REACH = 3000  # code points in which a header block must begin


def split(reading: Reading) -> Iterator[Reading]:
    """Yield the telegrams of a text, named "1", "2", …; a text with one telegram is returned unchanged.

    Sections and repeats of one telegram (same station, same serial number) stay together, and a message announced by
    the line above stays in the telegram that quotes it.
    """
    text = reading.view.text
    bounds = list(_bounds(text))
    if len(bounds) < 2:
        yield reading
        return
    for number, (start, end) in enumerate(bounds, 1):
        yield reading.inner(reading.view.slice(start, end), cable=str(number))


def _bounds(text: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of each telegram; together they cover the text."""
    start = 0
    station = _station(text, 0)
    for cut in _cuts(text):
        following = _station(text, cut)
        if following is not None and following == station:
            continue
        quoted = _ANNOUNCEMENT.search(text[max(start, cut - _ANNOUNCEMENT_REACH) : cut].upper()) is not None
        if not quoted and text[start:cut].strip():
            yield start, cut
            start, station = cut, following
    yield start, len(text)


def _cuts(text: str) -> list[int]:
    """Return where a telegram may begin: at a start signal, and after an end signal that a header block follows."""
    cuts = {found.start() + 1 for found in _START.finditer(text)}
    for found in _END.finditer(text):
        if _SENDER.search(text, found.end() - 1, found.end() + _HEADER_REACH):
            cuts.add(_next_start(text, found.end()))
    return sorted(cuts)


def _next_start(text: str, at: int) -> int:
    """Return the offset of a start signal after an end signal and blanks, which are one boundary; else `at`."""
    here = at
    while here < len(text) and text[here] in " \r\n\f\t":
        here += 1
    return here if _START.match("\n" + text[here : here + 8]) else at


def _station(text: str, start: int) -> tuple[str | None, ...] | None:
    found = _STATION.search(text, start, start + _HEADER_REACH)
    return found.groups() if found else None
