"""Read a telegram copied from a web page, together with text from the page around it.

The row below `Reference ID Created Released Classification Origin` (on one line, one word per line, or separated by
tabs) becomes facts. The telegram begins after that row and ends with its signer or before the first line of site
navigation text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..model import Fact
from ..text import View
from .metadata import fact, level_length
from .registry import ReaderSettings, Reading, limit_edits

_HEAD = re.compile(r"Reference[ \xa0]ID[\s|]+(?:Created[\s|]+Released|Date)[\s|]+Classification[\s|]+Origin(?=[\s|])")
_DATE = r"\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d)?)?"
_ROW = re.compile(
    rf"[\s|]*+(?P<reference_id>[^\s|]+)[\s|]++(?P<created>{_DATE})[\s|]++"
    rf"(?:(?P<released>{_DATE})[\s|]++)?"
)
# Site chrome below the telegram, on blogs and on the publisher's pages: whole lines, and beginnings of lines.
_CHROME_LINES = frozenset(
    """Wikileaks|WikiLeaks|Advertisements|Advertisement|Leave a Reply|Leave a comment|Comments|Share this:|Like this:
Like Loading...|Loading...|Related|Reply|Post navigation|See more|Search|Archives|Categories|Recent Posts
Recent Comments|Blogroll|Meta""".replace("\n", "|").split("|")
)
_CHROME_STARTS = tuple(
    """Post a comment or leave a trackback|Fill in your details below|You are commenting using your
This entry was posted|Posted in |Posted by |Filed under|Tagged |Bookmark the permalink|Trackback URL|Connecting to %s
%d bloggers like this|Notify me of|Enter your comment here|Click to share|Follow this blog|Courage is contagious
Help us extend|Back to top|Powered by """.replace("\n", "|").split("|")
)
_NUMBERED = re.compile(r"\n[¶\xb6\ufffd]? ?\d{1,3}[.)]")
_SIGNER = re.compile(r"\n(?P<name>[A-Z][\w'’.-]*+(?: [A-Z][\w'’.-]*+){0,2}) *\r?\n(?=[ \t]*(?:\r?\n|\Z))")
_MARKED = re.compile(r"\n *\([A-Z][A-Z/ ,]{0,20}\) ")
_LONE_PILCROW = re.compile(r"\n[¶\ufffd] *\r?(?=\n)")
_ORIGIN_REACH = 400


def recognizes(text: str) -> bool:
    """Return whether the text contains the header row and a row below it."""
    head = _HEAD.search(text)
    return head is not None and _ROW.match(text, head.end()) is not None


def unwrap(reading: Reading, settings: ReaderSettings) -> Iterator[Reading]:
    """Yield the telegram below the header row, with the row's values as facts. Pilcrows alone on a line are removed.
    Without a header row, yield `reading` itself.
    """
    view = reading.view
    head = _HEAD.search(view.text)
    row = _ROW.match(view.text, head.end()) if head else None
    if head is None or row is None:
        yield reading
        return
    facts, start = _facts(view, head, row, settings)
    end = _end(view.text, start)
    inside = view.slice(start, end)
    lone = [(found.start(), found.end(), "") for found in _LONE_PILCROW.finditer(inside.text)]
    yield reading.inner(inside.exchange(limit_edits(lone)) if lone else inside, facts)


def _facts(
    view: View, head: re.Match[str], row: re.Match[str], settings: ReaderSettings
) -> tuple[tuple[Fact, ...], int]:
    """Return the facts from the row below the header, and the offset of the text that follows it."""
    text = view.text
    facts = [fact(view, name, *row.span(name)) for name in ("reference_id", "created", "released") if row[name]]
    end = _line_end(text, row.end())
    rest = text[row.end() : end]
    level = _cell(rest) or level_length(rest, settings.vocabulary) or len(rest.rstrip())
    facts.append(fact(view, "classification", row.end(), row.end() + level))
    low = row.end() + level
    if not rest[level:].strip(" \t\r|") and "\n" in head[0]:  # one word per line: the origin has its own line
        low = end
        while low < len(text) and text[low] in " \t\r\n|" and low - end < _ORIGIN_REACH:
            low += 1
        end = _line_end(text, low)
    while low < end and text[low] in " \t|":
        low += 1
    facts.append(fact(view, "origin", low, end))
    while end < len(text) and text[end] in " \t\r\n|\xa0":
        end += 1
    return tuple(found for found in facts if found is not None), end


def _cell(row: str) -> int:
    """Return the offset at which the row's first cell ends if tabs or vertical bars separate the cells, or 0 if they do
    not.
    """
    ends = [offset for offset in (row.find("\t"), row.find("|")) if offset > 0]
    return min(ends) if ends else 0


def _line_end(text: str, start: int) -> int:
    end = text.find("\n", start)
    return len(text) if end < 0 else end


def _end(text: str, start: int) -> int:
    """Return the offset at which the telegram ends: after the signer's name or, if there is none, before the site
    navigation text.
    """
    end = _site_chrome(text, start)
    last = start
    for found in _NUMBERED.finditer(text, start, end):
        last = found.end()
    signer = _SIGNER.search(text, last, end) if last > start else None
    while signer is not None:
        if signer["name"] not in _CHROME_LINES and not _MARKED.search(text, signer.end(), end):
            end = signer.end("name")
            break
        signer = _SIGNER.search(text, signer.end("name"), end)
    return start + len(text[start:end].rstrip())


def _site_chrome(text: str, start: int) -> int:
    """Return the offset of the first line of site navigation text (such as "Leave a comment"), or the end of
    the text.
    """
    here = start
    while here < len(text):
        end = _line_end(text, here)
        line = text[here:end].strip()
        if line in _CHROME_LINES or line.startswith(_CHROME_STARTS):
            return here
        here = end + 1
    return len(text)
