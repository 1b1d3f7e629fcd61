"""Tags and entities of HTML and XML with their exact places: a tokenizer that takes anything and stays linear.

Why not `html.parser` or selectolax: the first knows line numbers instead of offsets and rewrites entities over tag
borders, the second knows no places at all; this one gives the exchanges a view needs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from html import unescape

from ..record import Record
from ..text import Exchange
from .reading import MOST_CHANGES, too_many

_OPEN = re.compile(r"<(?:!--|!\[CDATA\[|[!?]|/?[A-Za-z][^\s<>/]*+)")
_QUOTED_REST = re.compile(r"""(?:[^<>"']++|"[^"<]*+"|'[^'<]*+')*+>""")
_REST = re.compile(r"[^<>]*+>")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});?")
_XML = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'"}
_BLANKS = re.compile(r"\s+")
RAW = frozenset(("script", "style", "noscript", "template"))


class Tag(Record):
    """A tag, comment or declaration: `name` in lower case, "/name" for an end tag, "!" for what is neither.

    `attributes` is the raw text between name and ">"; `empty` says whether it ends in "/>".
    """

    start: int
    end: int
    name: str
    attributes: str = ""
    empty: bool = False

    def attribute(self, name: str) -> str | None:
        """The value of an attribute, as written (entities stand)."""
        found = re.search(rf"(?:^|\s){re.escape(name)}=(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+))", self.attributes)
        return next((value for value in found.groups() if value is not None), None) if found else None


def tags(text: str, start: int = 0, end: int | None = None) -> Iterator[Tag]:
    """The tags of `text` in order. An opening sign without its closing one is text.

    Raises `InputTrouble` where there are more than any document needs.
    """
    end = len(text) if end is None else end
    closed = {"-->": True, "]]>": True}
    found = _OPEN.search(text, start, end)
    number = 0
    while found is not None:
        number += 1
        if number > MOST_CHANGES:
            raise too_many()
        here = found.end()
        words = found[0]
        if words in ("<!--", "<![CDATA["):
            stop = "-->" if words == "<!--" else "]]>"
            place = text.find(stop, here, end) if closed[stop] else -1
            closed[stop] = place >= 0  # asked once: a text full of openings must not be searched again and again
            if place >= 0:
                yield from _special(found.start(), here, place, stop)
                here = place + 3
        else:
            rest = _QUOTED_REST.match(text, here, end) or _REST.match(text, here, end)
            if rest is not None:
                raw = text[here : rest.end() - 1]
                name = words[1:].lower() if words[1] not in "!?" else "!"
                yield Tag(found.start(), rest.end(), name, raw.rstrip("/"), raw.endswith("/"))
                here = rest.end()
        found = _OPEN.search(text, here, end)


def _special(start: int, inside: int, place: int, stop: str) -> Iterator[Tag]:
    """A comment is one tag; the two borders of a CDATA section are a tag each, and its text stays."""
    if stop == "-->":
        yield Tag(start, place + 3, "!")
    else:
        yield Tag(start, inside, "cdata")
        yield Tag(place, place + 3, "/cdata")


def entities(text: str, start: int, end: int, *, html: bool = True) -> Iterator[Exchange]:
    """The exchanges of character references between two places. XML knows five names; an unknown name stays."""
    if text.find("&", start, end) < 0:
        return
    for found in _ENTITY.finditer(text, start, end):
        letters = _letters(found[0], html)
        if letters != found[0]:
            yield Exchange(found.start(), found.end(), letters)


@lru_cache(1024)
def _letters(reference: str, html: bool) -> str:
    if not html and not reference.startswith("&#"):
        return _XML.get(reference, reference)
    return unescape(reference)


def flowed(text: str, start: int, end: int, *, open_left: bool, open_right: bool, html: bool) -> Iterator[Exchange]:
    """The exchanges that make running text of a stretch without tags: entities, and line breaks become blanks.

    `open_left` and `open_right` say that a line break of the page stands there, so that blanks beside it are cut.
    """
    here = start
    for found in _BLANKS.finditer(text, start, end):
        low, high = found.span()
        at_edge = (open_left and low == start) or (open_right and high == end)
        if not at_edge and "\n" not in found[0] and "\r" not in found[0]:
            continue
        yield from entities(text, here, low, html=html)
        if at_edge and ("\n" in found[0] or "\r" in found[0]):
            yield Exchange(low, high)
        elif not at_edge:
            yield Exchange(low, high, " ")
        else:
            here = low
            continue
        here = high
    yield from entities(text, here, end, html=html)


def plain(text: str, start: int, end: int, *, html: bool = True) -> str:
    """The words of a marked-up stretch on one line, for a fact."""
    parts = []
    here = start
    for tag in tags(text, start, end):
        parts.append(text[here : tag.start])
        here = tag.end
    parts.append(text[here:end])
    joined = " ".join("".join(parts).split())
    return _ENTITY.sub(lambda found: _letters(found[0], html), joined)
