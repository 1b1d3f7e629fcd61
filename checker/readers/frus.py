"""Read volumes of *Foreign Relations of the United States* in TEI XML; each document element is one document.

This is edited text without a banner line or routing lines. The level is taken from the source note, as a fact.
Footnotes and page breaks are cut; names and glosses lose only their tags. Document type declarations are rejected to
prevent entity expansion.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from ..model import Fact
from ..text import Exchange, View
from .html import MarkupTag, flow, plain_text, tags
from .registry import ReaderSettings, Reading, Unreadable, limit_edits

_DECLARATION = re.compile(r"<!(?:DOCTYPE|ENTITY)")
_DOCUMENT = "document"
_NO_DOCUMENT = "editorial-note"
_CUT_ELEMENTS = frozenset(("note", "fw", "figure"))  # elements that interrupt the running text
_LINE_BREAKS = {
    "/p": "\n\n",
    "lb": "\n",
    "/item": "\n",
    "/row": "\n",
    "/dateline": "\n\n",
    "/signed": "\n",
    "/seg": "\n",
    "/head": "\n\n",
}
_ISO = re.compile(r"\d{4}(?:-\d\d(?:-\d\d)?)?")
_ITEM = re.compile(r"[A-Z][a-z]+(?: [A-Za-z]+){0,2}")  # an item of the level sentence, as in "Word; Word; Word."
_SOURCE = re.compile(r"\s*\[?(?:<[^<>]*>)?Source: ")
_SENTENCE = re.compile(r"(?<=\.) ")
_NOT_MARKED = "no classification marking"


def recognizes(text: str) -> bool:
    """Return whether the text contains a `type="document"` attribute, with which these volumes mark each document."""
    return 'type="document"' in text or "type='document'" in text


def unwrap(reading: Reading, settings: ReaderSettings) -> Iterator[Reading | Unreadable]:
    """Yield the documents in the volume, each named by its `xml:id` or its number. Yield `Unreadable` for a volume
    without documents or with a document type declaration.
    """
    view = reading.view
    refused = _DECLARATION.search(view.text)
    if refused is not None:
        yield Unreadable(
            reading.path, reading.cable, "has a document type declaration, which is refused because of its entities"
        )
        return
    found = list(tags(view.text))
    documents = list(_documents(found))
    for number, (first, last) in enumerate(documents, 1):
        inside = found[first:last]
        name = inside[0].attribute("xml:id") or str(number)
        yield _document(reading, inside, name, settings)
    if not documents:
        yield Unreadable(reading.path, reading.cable, "contains editorial notes but no document")


def _documents(found: list[MarkupTag]) -> Iterator[tuple[int, int]]:
    """Yield, for each document, the index of its first tag and the index after that of its last tag."""
    depth = 0
    start = -1
    for index, tag in enumerate(found):
        if tag.name == "div" and not tag.empty:
            if start < 0 and tag.attribute("type") == _DOCUMENT and tag.attribute("subtype") != _NO_DOCUMENT:
                start, depth = index, 0
            depth += 1
        elif tag.name == "/div":
            depth -= 1
            if start >= 0 and depth == 0:
                yield start, index + 1
                start = -1
    if start >= 0:  # truncated
        yield start, len(found)


def _document(reading: Reading, inside: list[MarkupTag], name: str, settings: ReaderSettings) -> Reading:
    view = reading.view
    facts = list(_facts(view, inside, settings))
    low, high = inside[0].end, inside[-1].start if inside[-1].name == "/div" else inside[-1].end
    changes = _running_text(view.text, inside[1:], low, high)
    all_changes = chain(((0, low, ""),), limit_edits(changes), ((high, len(view.text), ""),))
    return reading.inner(view.exchange(all_changes), tuple(facts), name)


def _running_text(text: str, inside: list[MarkupTag], low: int, high: int) -> Iterator[Exchange]:
    """Yield the edits that leave only the running text between two offsets: heads and notes are cut, and line breaks
    become spaces.
    """
    here = low
    cut: list[str] = []
    at_line_start = True
    for tag in inside:
        if tag.start >= high:
            break
        name = tag.name.lstrip("/")
        if cut:
            if tag.name == cut[-1] and not tag.empty:
                cut.append(tag.name)
            elif tag.name == "/" + cut[-1]:
                cut.pop()
                if not cut:
                    yield here, tag.end, ""
                    here = tag.end
            continue
        line_break = _LINE_BREAKS.get(tag.name, "")
        opens = tag.name in ("p", "head", "dateline", "closer", "list", "item", "div", "opener")
        yield from flow(
            text, here, tag.start, open_left=at_line_start, open_right=bool(line_break) or opens, html=False
        )
        at_line_start = bool(line_break) or (at_line_start and not text[here : tag.start].strip())
        if (name in _CUT_ELEMENTS or tag.name == "head") and not tag.empty and not tag.name.startswith("/"):
            cut.append(name)
            here = tag.start
            continue
        yield tag.start, tag.end, line_break
        here = tag.end
    if cut:
        yield here, high, ""
    else:
        yield from flow(text, here, high, open_left=at_line_start, open_right=True, html=False)


def _facts(view: View, inside: list[MarkupTag], settings: ReaderSettings) -> Iterator[Fact]:
    """Yield facts for the title, the source note with its level and handling, the level printed above the document, and
    the date. Values that are not present are skipped.
    """
    text = view.text
    missing = {"head", "note", "seg", "date"}
    for index, tag in enumerate(inside):
        if tag.name not in missing:
            continue
        end = _content_end(inside, index)
        if tag.name == "head":
            missing.discard("head")
            yield Fact(view.span(tag.end, end), "frus_title", plain_text(text, tag.end, end, html=False))
        elif tag.name == "note" and (tag.attribute("type") == "source" or _SOURCE.match(text, tag.end, end)):
            facts = list(_source_note(view, tag.end, end, settings))
            missing -= {"note", "seg"} if len(facts) > 1 else {"note"}
            yield from facts
        elif tag.name == "seg" and _is_level(
            level := plain_text(text, tag.end, end, html=False).strip("[]."), "", settings
        ):
            missing.discard("seg")
            yield Fact(view.span(tag.end, end), "classification", level)
        elif tag.name == "date":
            when = _ISO.match(tag.attribute("when") or tag.attribute("from") or "")
            if when is not None:
                missing.discard("date")
                yield Fact(view.span(tag.start, tag.end), "date", when[0])


def _content_end(inside: list[MarkupTag], index: int) -> int:
    """Return the offset at which an element's content ends: its end tag, the next element of the same name, or a note,
    whichever comes first. If there is none of these, return the end of the start tag.
    """
    ends = (inside[index].name, f"/{inside[index].name}", "note")
    found = (inside[at].start for at in range(index + 1, len(inside)) if inside[at].name in ends)
    return next(found, inside[index].end)


def _source_note(view: View, low: int, high: int, settings: ReaderSettings) -> Iterator[Fact]:
    """Yield the source note, and then the level and handling given in it, as in `… . Secret; Priority; Exdis. Drafted
    by …`.
    """
    note = plain_text(view.text, low, high, html=False)
    span = view.span(low, high)
    yield Fact(span, "frus_source", note)
    for sentence in _SENTENCE.split(note.partition("; drafted")[0]):
        level, _, rest = sentence.rstrip(".").partition(";")
        if not _is_level(level.strip(), rest, settings):
            continue
        place = view.text.find(level.strip(), low, high)
        yield Fact(span if place < 0 else view.span(place, place + len(level.strip())), "classification", level.strip())
        if rest.strip():
            yield Fact(span, "handling", rest.strip())
        return


def _is_level(level: str, rest: str, settings: ReaderSettings) -> bool:
    """Return whether the first item of a sentence in the source note is a level.

    The vocabulary determines which words are levels. Without a vocabulary, `level` and each item of `rest` (separated
    by semicolons) must be capitalized words.
    """
    if level.lower() == _NOT_MARKED:
        return True
    vocabulary = settings.vocabulary
    if vocabulary is not None and "levels" in vocabulary:
        return any(vocabulary[table].find(level.upper()) is not None for table in ("levels", "admin_controls"))
    return _ITEM.fullmatch(level) is not None and all(_ITEM.fullmatch(item.strip()) for item in rest.split(";") if item)
