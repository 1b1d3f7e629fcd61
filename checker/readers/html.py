"""Tags and entities of HTML and XML with their exact places: a tokenizer that takes anything and stays linear.

Why not `html.parser` or selectolax: the first knows line numbers instead of offsets and rewrites entities over tag
borders, the second knows no places at all; this one gives the exchanges a view needs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from html import unescape

from ..model import Fact
from ..record import Record
from ..text import Exchange, View
from .registry import MAX_EDITS, ReaderSettings, Reading, Unreadable, limit_edits, too_many_edits

_OPEN = re.compile(r"<(?:!--|!\[CDATA\[|[!?]|/?[A-Za-z][^\s<>/]*+)")
_QUOTED_REST = re.compile(r"""(?:[^<>"']++|"[^"<]*+"|'[^'<]*+')*+>""")
_REST = re.compile(r"[^<>]*+>")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});?")
_XML = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'"}
_BLANKS = re.compile(r"\s+")
RAW = frozenset(("script", "style", "noscript", "template"))


class MarkupTag(Record):
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


def tags(text: str, start: int = 0, end: int | None = None) -> Iterator[MarkupTag]:
    """The tags of `text` in order. An opening sign without its closing one is text.

    Raises `InputError` where there are more than any document needs.
    """
    end = len(text) if end is None else end
    closed = {"-->": True, "]]>": True}
    found = _OPEN.search(text, start, end)
    number = 0
    while found is not None:
        number += 1
        if number > MAX_EDITS:
            raise too_many_edits()
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
                yield MarkupTag(found.start(), rest.end(), name, raw.rstrip("/"), raw.endswith("/"))
                here = rest.end()
        found = _OPEN.search(text, here, end)


def _special(start: int, inside: int, place: int, stop: str) -> Iterator[MarkupTag]:
    """A comment is one tag; the two borders of a CDATA section are a tag each, and its text stays."""
    if stop == "-->":
        yield MarkupTag(start, place + 3, "!")
    else:
        yield MarkupTag(start, inside, "cdata")
        yield MarkupTag(place, place + 3, "/cdata")


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


def flow(text: str, start: int, end: int, *, open_left: bool, open_right: bool, html: bool) -> Iterator[Exchange]:
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


def plain_text(text: str, start: int, end: int, *, html: bool = True) -> str:
    """The words of a marked-up stretch on one line, for a fact."""
    parts = []
    here = start
    for tag in tags(text, start, end):
        parts.append(text[here : tag.start])
        here = tag.end
    parts.append(text[here:end])
    joined = " ".join("".join(parts).split())
    return _ENTITY.sub(lambda found: _letters(found[0], html), joined)


# ---- Web pages: the publisher's cable pages in both layouts, and any other page as the text a browser wou
_CABLE_TABLE = re.compile(r"""<table\b[^<>]*\bclass=["']?cable\b""")
_PAGE = re.compile(r"<(?:!doctype html|html|head|body|pre|p|br|div|table|h[1-6]|span)\b", re.IGNORECASE)
_COLUMNS = {"Reference ID": "reference_id", "Created": "created", "Date": "created", "Released": "released"}
_COLUMNS |= {"Classification": "classification", "Origin": "origin"}
_BLOCKS = frozenset(
    """p|div|br|li|ul|ol|dl|dt|dd|tr|table|h1|h2|h3|h4|h5|h6|pre|blockquote|section|article|header|footer|hr|form
nav|aside|main|address|fieldset|body|title""".replace("\n", "|").split("|")
)
_CELLS = frozenset(("td", "th"))


def recognizes(text: str) -> bool:
    """Whether the text is a web page: it has the cable table, or begins with a tag and has page tags near its head."""
    if _CABLE_TABLE.search(text) is not None:
        return True
    head = text[:8192].lstrip("\ufeff \t\r\n")
    return head.startswith("<") and _PAGE.search(head) is not None


def unwrap(reading: Reading, settings: ReaderSettings) -> Iterator[Reading | Unreadable]:
    """The text of the page, with the values of its cable table as facts."""
    view = reading.view
    found = list(tags(view.text))
    table = next((tag for tag in found if _CABLE_TABLE.match(view.text, tag.start)), None)
    facts = tuple(_facts(view, found, table, settings)) if table is not None else ()
    if table is not None:
        places = _preformatted(found, table.end)
        exchanges = _two_parts(view.text, found, places[:2]) if places else _shown(view.text, found)
    else:
        exchanges = _shown(view.text, found)
    text = view.exchange(limit_edits(exchanges))
    if not text.text.strip():
        yield Unreadable(reading.path, reading.cable, "is a web page without text")
    else:
        yield reading.inner(text, facts)


def _preformatted(found: list[MarkupTag], start: int) -> list[tuple[int, int]]:
    """What stands inside the `pre` elements after a place."""
    places = []
    low = -1
    for tag in found:
        if tag.start < start:
            continue
        if tag.name == "pre" and low < 0:
            low = tag.end
        elif tag.name == "/pre" and low >= 0:
            places.append((low, tag.start))
            low = -1
    if low >= 0:  # the page is cut short
        places.append((low, max(tag.end for tag in found)))
    return places


def _two_parts(text: str, found: list[MarkupTag], places: list[tuple[int, int]]) -> Iterator[Exchange]:
    """Header block and text, letter for letter; all else is cut."""
    if places[-1][1] == found[-1].end and not found[-1].name.startswith("/"):
        places = [*places[:-1], (places[-1][0], len(text))]
    here = 0
    for number, (low, high) in enumerate(places):
        yield Exchange(here, low, "\n\n" if number else "")
        yield from _text_changes(text, [tag for tag in found if low <= tag.start < high], low, high)
        here = high
    yield Exchange(here, len(text))


def _text_changes(text: str, inside: list[MarkupTag], low: int, high: int) -> Iterator[Exchange]:
    """Tags cut and entities exchanged; blanks and line ends stay."""
    for tag in inside:
        yield from entities(text, low, tag.start)
        yield Exchange(tag.start, tag.end, "\n" if tag.name == "br" else "")
        low = tag.end
    yield from entities(text, low, high)


def _shown(text: str, found: list[MarkupTag]) -> Iterator[Exchange]:
    """The text a browser would show: blocks on lines of their own, cells parted by tabs, `pre` letter for letter."""
    here = 0
    preformatted = 0
    hidden = ""
    broken = True
    for tag in [*found, MarkupTag(len(text), len(text), "/body")]:
        name = tag.name.lstrip("/")
        if hidden:
            if tag.name != "/" + hidden:
                continue
            yield Exchange(here, tag.end)
            here, hidden = tag.end, ""
            continue
        block = name in _BLOCKS
        if preformatted:
            yield from entities(text, here, tag.start)
        else:
            yield from flow(text, here, tag.start, open_left=broken, open_right=block, html=True)
        broken = block or (broken and not text[here : tag.start].strip())
        if tag.end > tag.start:
            yield Exchange(tag.start, tag.end, _sign(tag, name))
        here = tag.end
        preformatted = max(0, preformatted + (1 if tag.name == "pre" else -1 if tag.name == "/pre" else 0))
        hidden = name if name in RAW and not tag.name.startswith("/") and not tag.empty else ""
    if hidden:
        yield Exchange(here, len(text))


def _sign(tag: MarkupTag, name: str) -> str:
    if name in _BLOCKS:
        return "\n"
    return "\t" if name in _CELLS and tag.name.startswith("/") else ""


def _facts(view: View, found: list[MarkupTag], table: MarkupTag, settings: ReaderSettings) -> Iterator[Fact]:
    """The cells of the cable table under their heads. The links' titles are wrong on that site and are not read."""
    heads: list[str] = []
    column = 0
    low = -1
    for tag in found:
        if tag.start < table.end:
            continue
        if tag.name == "/table":
            return
        if tag.name in _CELLS:
            low = tag.end
        elif tag.name == "/th" and low >= 0:
            heads.append(plain_text(view.text, low, tag.start))
        elif tag.name == "/td" and low >= 0:
            words = plain_text(view.text, low, tag.start)
            name = _COLUMNS.get(heads[column]) if column < len(heads) else None
            if name is not None and words:
                yield Fact(view.span(*_word_span(view.text, low, tag.start)), name, words)
            column += 1


def _word_span(text: str, low: int, high: int) -> tuple[int, int]:
    """The words of a cell without the tags around them."""
    for tag in tags(text, low, high):
        if text[low : tag.start].strip():
            return low, tag.start
        low = tag.end
    return low, high
