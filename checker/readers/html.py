"""Read HTML and XML: tags and entities with their exact positions, and web pages as text.

A view needs edits with offsets, so `html.parser` and selectolax do not suffice: `html.parser` provides line numbers and
decodes entities across tags, and selectolax provides no positions at all. The tokenizer accepts any text in linear
time. On the publisher's cable pages, tags are read only from the cable table to the end of the telegram; the rest of
the page is navigation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from html import unescape
from itertools import accumulate
from operator import eq

from ..model import Fact
from ..record import Record
from ..text import Exchange, Pattern, View
from .registry import MAX_EDITS, ReaderSettings, Reading, Unreadable, limit_edits, too_many_edits

_NAME = r"(?:[!?]|/?[A-Za-z][^\s<>/]*+)"
_REST = r"""(?:(?:[^<>"']++|"[^"<]*+"|'[^'<]*+')*+>|[^<>]*+>)"""
_TAG = re.compile(rf"<(?:!--|!\[CDATA\[|({_NAME})({_REST}))")
_PRE_TAG = re.compile(rf"<(?:!--|!\[CDATA\[|(/?[Pp][Rr][Ee](?![^\s<>/]))({_REST}))")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});?")
_ANY_TAG = re.compile(rf"(<{_NAME}{_REST})")  # except comments and CDATA sections
_REFERENCE = re.compile(f"({_ENTITY.pattern})")
_MANY = 10_000  # tags and references whose text is divided at once; for more, this would take too much memory
_LINE_FEED = "&#x000A;"  # ends each line on the publisher's pages
_BREAK = re.compile(r"<br(?![^\s<>/])", re.IGNORECASE)
_XML = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'"}
_BLANKS = re.compile(r"\s+")
_HIDDEN = frozenset(("script", "style", "noscript", "template"))  # elements whose content is not shown


# ---- Tags and entities ----------------------------------------------------------------------------------------------


class MarkupTag(Record):
    """A tag, comment, or declaration. `name` is in lower case, begins with "/" for an end tag, and is "!" for a comment
    or declaration.

    `rest` is what follows the name, up to and including ">".
    """

    start: int
    end: int
    name: str
    rest: str = ""

    @property
    def attributes(self) -> str:
        """Return the raw text between the name and ">"."""
        return self.rest[:-1].rstrip("/")

    @property
    def empty(self) -> bool:
        """Return whether the tag ends in "/>"."""
        return self.rest.endswith("/>")

    def attribute(self, name: str) -> str | None:
        """Return an attribute's value as written, with its entities, or `None` if the tag has no such attribute."""
        found = re.search(rf"(?:^|\s){re.escape(name)}=(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+))", self.attributes)
        return next((value for value in found.groups() if value is not None), None) if found else None


def tags(text: str, start: int = 0, end: int | None = None, pattern: re.Pattern[str] = _TAG) -> Iterator[MarkupTag]:
    """Yield the tags in `text` from beginning to end. A "<" without a matching ">" is text. A tag never contains
    another "<". `pattern` restricts the names of the tags.

    Raises `InputError` if there are more than `MAX_EDITS` tags.
    """
    end = len(text) if end is None else end
    terminated = {"-->": True, "]]>": True}
    found = pattern.search(text, start, end)
    number = 0
    while found is not None:
        number += 1
        if number > MAX_EDITS:
            raise too_many_edits()
        name, rest = found.groups()
        here = found.end()
        if name is None:
            terminator = "-->" if text.startswith("<!--", found.start()) else "]]>"
            stop = text.find(terminator, here, end) if terminated[terminator] else -1
            terminated[terminator] = stop >= 0  # if not found, it is not searched for again: time stays linear
            if stop >= 0:
                yield from _section(found.start(), here, stop, terminator)
                here = stop + 3
        else:
            name = name.lower() if name[0] not in "!?" else "!"
            yield MarkupTag(found.start(), here, name, rest)
        found = pattern.search(text, here, end)


def _section(start: int, inside: int, stop: int, terminator: str) -> Iterator[MarkupTag]:
    """Yield a comment as one tag. For a CDATA section, yield one tag for each of its two delimiters, because its
    content is text.
    """
    if terminator == "-->":
        yield MarkupTag(start, stop + 3, "!")
    else:
        yield MarkupTag(start, inside, "cdata")
        yield MarkupTag(stop, stop + 3, "/cdata")


def entities(text: str, start: int, end: int, *, html: bool = True) -> Iterator[Exchange]:
    """Yield the edits that decode character references between two offsets. Unknown names are left unchanged; without
    `html`, only the five XML entity names are decoded.
    """
    if text.find("&", start, end) < 0:
        return
    for found in _ENTITY.finditer(text, start, end):
        reference = found[0]
        characters = _decode(reference, html)
        if characters != reference:
            yield found.start(), found.end(), characters


@lru_cache(1024)
def _decode(reference: str, html: bool) -> str:
    if not html and not reference.startswith("&#"):
        return _XML.get(reference, reference)
    return unescape(reference)


def flow(text: str, start: int, end: int, *, open_left: bool, open_right: bool, html: bool) -> Iterator[Exchange]:
    """Yield the edits for running text between two tags: entities are decoded, and whitespace that includes a line
    break becomes one space.

    If `open_left` or `open_right` is true, the page shows a line break before or after the text, and such whitespace is
    removed at that end.
    """
    here = start
    for found in _BLANKS.finditer(text, start, end):
        low, high = found.span()
        at_edge = (open_left and low == start) or (open_right and high == end)
        if not at_edge and "\n" not in found[0] and "\r" not in found[0]:
            continue
        yield from entities(text, here, low, html=html)
        if at_edge and ("\n" in found[0] or "\r" in found[0]):
            yield low, high, ""
        elif not at_edge:
            yield low, high, " "
        else:
            here = low
            continue
        here = high
    yield from entities(text, here, end, html=html)


def plain_text(text: str, start: int, end: int, *, html: bool = True) -> str:
    """Return marked-up text as one line without tags, for use as a fact."""
    return _without_tags(text, start, end, tags(text, start, end), html)


def _without_tags(text: str, start: int, end: int, inside: Iterable[MarkupTag], html: bool = True) -> str:
    parts = []
    for tag in inside:
        parts.append(text[start : tag.start])
        start = tag.end
    parts.append(text[start:end])
    joined = " ".join("".join(parts).split())
    return _ENTITY.sub(lambda found: _decode(found[0], html), joined)


# ---- Web pages ------------------------------------------------------------------------------------------------------
_CABLE_TABLE = r"""table\b[^<>]*\bclass=["']?cable\b"""
_HAS_CABLE_TABLE = Pattern(f"<{_CABLE_TABLE}", 0)
_FIRST = "".join(sorted({name[0] for name in (*_HIDDEN, "table")}))
_MAY_HIDE = re.compile(f"<[!{_FIRST}{_FIRST.upper()}]")  # much faster than the next pattern: few tags begin like this
_TABLE_OR_HIDDEN = re.compile(
    rf"<(?:!--|!\[CDATA\[|(?:{'|'.join(sorted(_HIDDEN))})\b|(?-i:{_CABLE_TABLE}))", re.IGNORECASE | re.ASCII
)
_TERMINATORS = {
    "<!--": re.compile("-->"),
    "<![cdata[": re.compile("]]>"),
    **{f"<{name}": re.compile(f"</{name}", re.IGNORECASE) for name in _HIDDEN},
}
_PAGE = re.compile(r"<(?:!doctype html|html|head|body|pre|p|br|div|table|h[1-6]|span)\b", re.IGNORECASE)
_COLUMNS = {"Reference ID": "reference_id", "Created": "created", "Date": "created", "Released": "released"}
_COLUMNS |= {"Classification": "classification", "Origin": "origin"}
_BLOCKS = frozenset(
    """p|div|br|li|ul|ol|dl|dt|dd|tr|table|h1|h2|h3|h4|h5|h6|pre|blockquote|section|article|header|footer|hr|form
nav|aside|main|address|fieldset|body|title""".replace("\n", "|").split("|")
)
_CELL_TAG = re.compile(rf"<(?:!--|!\[CDATA\[|((?i:/?t[dh]|/table)(?![^\s<>/]))({_REST}))")


def recognizes(text: str) -> bool:
    """Return whether the text is a web page: it contains the cable table, or it begins with "<" and has an HTML tag
    near its beginning.
    """
    head = text[:8192].lstrip("\ufeff \t\r\n")
    if head.startswith("<") and _PAGE.search(head) is not None:
        return True
    return _HAS_CABLE_TABLE.search(text) is not None


def unwrap(reading: Reading, settings: ReaderSettings) -> Iterator[Reading | Unreadable]:
    """Yield the text of the page, with the values of its cable table as facts, or `Unreadable` if it contains no text.

    If `pre` elements follow the table, the first two are the header block and the text, and the rest of the page is
    cut.
    """
    text = reading.view.text
    facts: tuple[Fact, ...] = ()
    ranges: list[tuple[int, int]] = []
    table = _find_cable_table(text)
    if table is not None:
        ranges = _pre_elements(text, table)
        facts = tuple(_facts(reading.view, table, ranges[1][1] if len(ranges) == 2 else len(text)))
    if ranges:
        view = _preformatted(reading.view, ranges)
    else:
        view = reading.view.exchange(limit_edits(_rendered(text)))
    if not view.text.strip():
        yield Unreadable(reading.path, reading.cable, "is a web page without text")
    else:
        yield reading.inner(view, facts)


def _find_cable_table(text: str) -> int | None:
    """Return the offset of the first cable table outside comments, CDATA sections, and elements that are not shown, or
    None.
    """
    if "<table" not in text:
        return None
    here = 0
    unterminated: set[str] = set()
    while (opening := _MAY_HIDE.search(text, here)) is not None:
        here = opening.end()
        found = _TABLE_OR_HIDDEN.match(text, opening.start())
        if found is None:
            continue
        terminator = _TERMINATORS.get(found[0].lower())
        if terminator is not None:
            here = max(here, _section_end(text, found.end(), terminator, unterminated))
        elif _TAG.match(text, found.start()):
            return found.start()
    return None


def _section_end(text: str, start: int, terminator: re.Pattern[str], unterminated: set[str]) -> int:
    """Return the end of a section that browsers do not show, or -1 if it has no terminator.

    `unterminated` collects the terminators that were not found, so that none is searched for twice.
    """
    if terminator.pattern in unterminated:
        return -1
    stop = terminator.search(text, start)
    if stop is None:
        unterminated.add(terminator.pattern)
        return -1
    return stop.end()


def _pre_elements(text: str, table: int) -> list[tuple[int, int]]:
    """Return the ranges of the contents of the first two `pre` elements after the table."""
    ranges: list[tuple[int, int]] = []
    low = -1
    for tag in tags(text, table, pattern=_PRE_TAG):
        if tag.name == "pre" and low < 0:
            low = tag.end
        elif tag.name == "/pre" and low >= 0:
            ranges.append((low, tag.start))
            low = -1
            if len(ranges) == 2:
                break
    if low >= 0:  # the page is truncated
        ranges.append((low, len(text)))
    return ranges


def _preformatted(view: View, ranges: list[tuple[int, int]]) -> View:
    """Return a view of the contents of `pre` elements, including all whitespace."""
    parts: list[str] = []
    shown: list[str] = []
    edge = 0
    for low, high in ranges:
        content = view.text[low:high]
        if content.count("&") + content.count("<") > _MANY or "<!--" in content or "<![CDATA[" in content:
            return view.exchange(limit_edits(_preformatted_edits(view.text, ranges)))
        if parts:
            parts.append(view.text[edge:low])
            shown.append("\n\n")
        stretch, *marks = _ANY_TAG.split(content)
        _append_decoded(stretch, parts, shown)
        for tag, stretch in zip(marks[::2], marks[1::2], strict=True):
            parts.append(tag)
            shown.append("\n" if _BREAK.match(tag) else "")
            _append_decoded(stretch, parts, shown)
        edge = high
    if any(map(eq, parts[1::2], shown[1::2])):  # a reference that remains as it is
        return view.exchange(limit_edits(_preformatted_edits(view.text, ranges)))
    return view.alternated(list(accumulate(map(len, parts), initial=ranges[0][0])), shown)


def _append_decoded(stretch: str, parts: list[str], shown: list[str]) -> None:
    """Append a text without tags to `parts`, divided into text, reference, text, …, text, and to `shown`, with the
    references decoded.
    """
    references = stretch.count("&")
    if not references:
        parts.append(stretch)
        shown.append(stretch)
    elif references == stretch.count(_LINE_FEED):
        divided = [_LINE_FEED] * (2 * references + 1)
        divided[::2] = stretch.split(_LINE_FEED)
        parts += divided
        divided[1::2] = ["\n"] * references
        shown += divided
    else:
        divided = _REFERENCE.split(stretch)
        parts += divided
        divided[1::2] = [_decode(reference, True) for reference in divided[1::2]]
        shown += divided


def _preformatted_edits(text: str, ranges: list[tuple[int, int]]) -> Iterator[Exchange]:
    """Yield the edits that leave the contents of `pre` elements, including all whitespace."""
    here = 0
    for number, (low, high) in enumerate(ranges):
        yield here, low, "\n\n" if number else ""
        for tag in tags(text, low, high):
            yield from entities(text, low, tag.start)
            yield tag.start, tag.end, "\n" if tag.name == "br" else ""
            low = tag.end
        yield from entities(text, low, high)
        here = high
    yield here, len(text), ""


def _rendered(text: str) -> Iterator[Exchange]:
    """Yield the edits that leave the text as a browser shows it: blocks on separate lines, tabs after cells, and the
    contents of `pre` elements unchanged.
    """
    here = depth = 0
    hidden = ""
    at_line_start = True
    for tag in tags(text):
        name = tag.name.lstrip("/")
        if hidden:
            if tag.name == "/" + hidden:
                yield here, tag.end, ""
                here, hidden = tag.end, ""
            continue
        block = name in _BLOCKS
        yield from _shown(text, here, tag.start, depth, at_line_start, block)
        at_line_start = block or (at_line_start and not text[here : tag.start].strip())
        yield tag.start, tag.end, "\n" if block else "\t" if tag.name in ("/td", "/th") else ""
        here = tag.end
        depth = max(0, depth + (1 if tag.name == "pre" else -1 if tag.name == "/pre" else 0))
        hidden = name if name in _HIDDEN and not tag.name.startswith("/") and not tag.empty else ""
    if hidden:
        yield here, len(text), ""
    else:
        yield from _shown(text, here, len(text), depth, at_line_start, True)


def _shown(text: str, low: int, high: int, depth: int, open_left: bool, open_right: bool) -> Iterator[Exchange]:
    """Yield the edits for text between two tags. `depth` is the number of `pre` elements that contain the text."""
    if depth:
        yield from entities(text, low, high)
    else:
        yield from flow(text, low, high, open_left=open_left, open_right=open_right, html=True)


def _facts(view: View, table: int, end: int) -> Iterator[Fact]:
    """Yield a fact for each cell of the cable table that is not blank and whose column is known. The titles of links
    are wrong on the publisher's site and are not read.
    """
    text = view.text
    names: list[str] = []
    column = 0
    low = -1
    for tag in tags(text, table, end, _CELL_TAG):
        if tag.name == "/table":
            return
        if tag.name in ("td", "th"):
            low = tag.end
        elif tag.name == "/th" and low >= 0:
            names.append(plain_text(text, low, tag.start))
        elif low >= 0:
            name = _COLUMNS.get(names[column]) if column < len(names) else None
            if name is not None:
                inside = list(tags(text, low, tag.start))
                value = _without_tags(text, low, tag.start, inside)
                if value:
                    yield Fact(view.span(*_cell_text(text, low, tag.start, inside)), name, value)
            column += 1


def _cell_text(text: str, low: int, high: int, inside: list[MarkupTag]) -> tuple[int, int]:
    """Return the start and end of a cell's text without the tags around it."""
    for tag in inside:
        if text[low : tag.start].strip():
            return low, tag.start
        low = tag.end
    return low, high
