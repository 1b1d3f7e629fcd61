"""Text released under FOIA: the stamps at the top and bottom of each page are cut, and their values become facts.

The level in the stamp is that of the released page, never that of the cable, so the parser must not see it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..model import Fact
from ..text import Exchange, View
from .metadata import fact
from .registry import ReaderSettings, Reading, limit_edits

_STAMP = re.compile(
    r"\n[^\n]{0,80}?U\.? ?S\.? Department of State[ \t]{1,8}Case No\.?[ \t]{0,8}(?P<foia_case>[A-Z]{1,2}-\d{4}-\d{3,6})"
    r"[ \t]{1,20}Doc No\.?[ \t]{0,8}(?P<doc_id>[A-Z]\d{6,9})"
    r"[ \t]{1,20}Date:[ \t]{0,8}(?P<released>\d\d/\d\d/\d{4})[^\n]*"
)
_RELEASE = re.compile(
    r"\n[ \t\f]*(?P<foia_release>(?:RELEASED?[ \t]+IN[ \t]+(?:FULL|PART)|DENIED[ \t]+IN[ \t]+FULL)"
    r"(?:[ \t,]*(?:B\d|1\.[45]\([A-Za-z]\)|NR|\([A-Za-z]\)|CIA|AND))*)[^\n]*"
)
_CODES = re.compile(r"\n[ \t]*(?:(?:B\d(?:\([A-Z]\))?|1\.[45]\([A-Z]\)|NR)[ \t,]*)+\r?(?=\n)")
_MARGIN = re.compile(r"[ \t]{4,40}+(?:(?:B\d(?:\([A-Z]\))?|1\.[45]\([A-Z]\)|NR)[ \t,]{0,4}){1,6}\r?(?=\n)")
_RECLASS = re.compile(  # wrapped anywhere, so any blank may be a line end
    r"\n[^\n]{0,40}?(?P<foia_reclassified>Classified\s{1,9}by\s{1,9}DAS[^:]{1,80}Class:[^:]{1,80}Reason:[^:]{1,120}"
    r"Declassify\s{1,9}on:(?:\s{0,9}\d{1,2}/\d{1,2}/\d{4})?[^\n]*)"
)
_AUTHORITY = re.compile(r"\n[ \t]*REVIEW AUTHORITY:[^\n]*")
_PASSES = ((_STAMP, _RELEASE, _AUTHORITY, _CODES, _MARGIN), (_RECLASS,))  # the last may itself be cut by the others


def recognizes(text: str) -> bool:
    """Return whether the text has a case stamp."""
    return _STAMP.search("\n" + text[:8192]) is not None or _STAMP.search(text) is not None


def unwrap(reading: Reading, settings: ReaderSettings) -> Iterator[Reading]:
    """Yield the text without its stamps, with the first value of each kind as a fact."""
    view = reading.view
    facts: dict[str, Fact] = {}
    for patterns in _PASSES:
        view = _without(view, patterns, facts)
    yield reading.inner(view, tuple(facts.values()))


def _without(view: View, patterns: tuple[re.Pattern[str], ...], facts: dict[str, Fact]) -> View:
    """Return the view without the matches of the patterns, and add the first value of each kind to `facts`."""
    text = "\n" + view.text  # so that a stamp on the first line follows a line end, as all others do
    cuts: list[tuple[int, int]] = []
    for pattern in patterns:
        for found in pattern.finditer(text):
            cuts.append(
                (max(found.start() - 1, 0), found.end() - 1)
            )  # with its line end, so that no blank line is left
            for name, value in found.groupdict().items():
                if value and name not in facts:
                    _add_fact(facts, view, name, found.start(name) - 1, found.end(name) - 1)
    return view.exchange(limit_edits(_merged(cuts))) if cuts else view


def _add_fact(facts: dict[str, Fact], view: View, name: str, low: int, high: int) -> None:
    found = fact(view, name, low, high)
    if found is not None:
        facts[name] = found


def _merged(cuts: list[tuple[int, int]]) -> Iterator[Exchange]:
    """Yield the cuts in order, with overlapping ones merged."""
    low = high = -1
    for start, end in sorted(cuts):
        if start > high:
            if high > low:
                yield Exchange(low, high)
            low, high = start, end
        else:
            high = max(high, end)
    if high > low:
        yield Exchange(low, high)
