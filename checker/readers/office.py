"""Read Word documents (.docx, .docm): one line per paragraph, each section with its headers, notes, and footers.

Line numbers count paragraphs, and columns count the code points of a paragraph. Positions do not include runs, because
a run is a span of equal formatting that Word does not show and splits arbitrarily. Tracked insertions are text; tracked
deletions are not. In a table, the cells of a row are joined by tabs. Word's automatic paragraph numbers are in the view
but have no position of their own, because they are not characters of the file.

The module uses lxml because paragraphs in python-docx lack tracked insertions, content controls, text boxes, and
footnotes, and because python-docx loads every image before any size can be checked.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from ..errors import InputError
from ..record import Record
from ..text import Exchange, Source, View
from .archives import DAMAGE_ERRORS
from .registry import MEGABYTE, ReaderSettings, Reading, Unreadable, format_size, limit_edits
from .streams import Stream

_FIRST_MEMBERS = (b"[Content_Types].xml", b"_rels/.rels", b"docProps/", b"word/document.xml", b"word/_rels/")
_MAX_XML = 16 * MEGABYTE  # of all parts together; a tree takes up to 30 times as much memory as its XML
_DECLARATIONS = tuple("<!DOCTYPE".encode(codec) for codec in ("utf-8", "utf-16-le", "utf-16-be"))
_NOT_TEXT = frozenset(("del", "moveFrom", "Fallback", "pPr", "rPr", "sectPr", "delText", "instrText"))
_CHARACTERS = {"tab": "\t", "ptab": "\t", "br": "\v", "cr": "\v", "noBreakHyphen": "-"}
_BLANKS = str.maketrans("\t\r\n\v\f", "     ")  # in a text element, these count as spaces
_TYPED = 10  # if more than one paragraph in ten is empty, the document was typed line by line
_NOTE = "lines count the paragraphs of the document, headers first; columns count the characters of a paragraph"
_EMBEDDED = "contains an embedded document, which is not read"


def recognizes(head: bytes, code: str = "") -> bool:
    """Return whether the file begins like an Office file: a zip archive whose first member has one of a few known
    names.
    """
    return head.startswith(b"PK\x03\x04") and head[30:].startswith(_FIRST_MEMBERS)


def rows(stream: Stream, settings: ReaderSettings, code: str) -> Iterator[Reading | Unreadable]:
    """Yield the file's text as one document, or an `Unreadable` with the reason why it cannot be read."""
    try:
        from lxml import etree  # optional package, 20 ms
    except ImportError:
        why = "is a Word document, which needs an extra: pip install 'cablecheck[office]'"
        yield Unreadable(stream.path, stream.cable, why)
        return
    file = io.BytesIO(stream.whole(settings.limit))
    try:
        with zipfile.ZipFile(file) as archive:
            text = _Text(_Package(archive, min(settings.limit, _MAX_XML)))
        source, edits = text.result()
        why = "" if source.strip() else "is a Word document without text"
    except (*DAMAGE_ERRORS, etree.LxmlError, KeyError):
        why = "is a damaged Word document"
    except InputError as error:
        why = str(error)
    if why:
        yield Unreadable(stream.path, stream.cable, why)
        return
    view = View.whole(Source(stream.path, source)).exchange(limit_edits(edits))
    yield Reading(stream.path, stream.cable, view, notes=(_NOTE, *text.notes))


# ---- The package ----------------------------------------------------------------------------------------------------


class _Package:
    """The XML parts of a Word file. They are parsed on request, without expanding entities, and their total size is
    limited.
    """

    def __init__(self, archive: zipfile.ZipFile, limit: int) -> None:
        self._archive = archive
        self._entries = {entry.filename: entry for entry in archive.infolist()}
        self._limit = self._left = limit
        found = [name for kind, name in self.related("").values() if kind == "officeDocument"]
        if not found or not posixpath.basename(found[0]).startswith("document"):
            raise InputError("is an Office document; export it as plain text")
        self.main = found[0]
        self.near_main = self.related(self.main)

    def part(self, name: str) -> Any:
        """Return the root element of a part, or an empty tuple if the file has no such part.

        Raises `InputError` for an encrypted file, too much XML, or a document type declaration.
        """
        from lxml import etree

        entry = self._entries.get(name)
        if entry is None:
            return ()
        if entry.flag_bits & 1:
            raise InputError("is an encrypted Word document")
        self._left -= entry.file_size  # zipfile reads no more of a member than this
        if self._left < 0:
            raise InputError(f"contains more XML than the limit of {format_size(self._limit)} for one Word document")
        data = self._archive.read(entry)
        if any(declaration in data for declaration in _DECLARATIONS):
            raise InputError("has a document type declaration, which is refused because of its entities")
        parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
        return etree.fromstring(data, parser)

    def related(self, name: str) -> dict[str, tuple[str, str]]:
        """Return a part's internal relationships by identifier, each as (type, name of the target part)."""
        folder, base = posixpath.split(name)
        found = {}
        for relationship in self.part(posixpath.join(folder, "_rels", f"{base}.rels")):
            if relationship.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, relationship.get("Target", "")))
                kind = relationship.get("Type", "").rpartition("/")[2]
                found[relationship.get("Id", "")] = kind, target.lstrip("/")
        return found

    def part_of_kind(self, kind: str) -> Any:
        """Return the root element of the first part of a given kind that is related to the main part, or an empty tuple
        if there is none.
        """
        return next((self.part(name) for type_, name in self.near_main.values() if type_ == kind), ())


def _local(element: Any) -> str:
    """Return an element's name without its namespace, which differs between the two editions of the standard."""
    return str(element.tag).rpartition("}")[2]


def _value(element: Any, name: str = "val") -> str:
    """Return the value of the attribute `name`, ignoring namespaces, or "" if it is missing or `element` is `None`."""
    if element is None:
        return ""
    return next((str(value) for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")


def _child(element: Any, name: str) -> Any:
    """Return the first child with a given name, or `None` if it is missing or `element` is `None`."""
    return None if element is None else next((child for child in element if _local(child) == name), None)


def _switched_on(element: Any) -> bool:
    """Return whether an on/off element is present and not set to off."""
    return element is not None and _value(element) not in ("0", "false", "off")


# ---- The text -------------------------------------------------------------------------------------------------------


class _Line(Record):
    """A paragraph: its text, its automatic number followed by a space, and the characters that follow the text in the
    view.
    """

    text: str
    number: str = ""
    end: str = "\n"


class _Text:
    """Collects the lines of a document, in the order in which they are read."""

    def __init__(self, package: _Package) -> None:
        self._package = package
        self._lines: list[_Line] = []
        self._numbers = _Numbering(package)
        self._seen: set[tuple[str, ...]] = set()
        self._even = _switched_on(_child(package.part_of_kind("settings"), "evenAndOddHeaders"))
        self.notes: tuple[str, ...] = ()
        body = _child(package.part(package.main), "body")
        if body is not None:
            self._body(body)

    def result(self) -> tuple[str, Iterator[Exchange]]:
        """Return the source text, and the edits that produce the view."""
        if sum(not line.text.strip() for line in self._lines) * _TYPED < len(self._lines):
            self._space_out()
        return "\n".join(line.text for line in self._lines), self._edits()

    def _space_out(self) -> None:
        """Put an empty line between consecutive paragraphs outside tables, where Word shows spacing."""
        for line, below in pairwise(self._lines):
            if line.end == "\n" and line.text.strip() and below.text.strip():
                line.end = "\n\n"

    def _edits(self) -> Iterator[Exchange]:
        start = 0
        for line in self._lines:
            if line.number:
                yield start, start, line.number
            at = line.text.find("\v")
            while at >= 0:
                yield start + at, start + at + 1, "\n"
                at = line.text.find("\v", at + 1)
            start += len(line.text) + 1
            if line is not self._lines[-1] and line.end != "\n":
                yield start - 1, start, line.end

    def _body(self, body: Any) -> None:
        current = iter([*(element for element in body.iter() if _local(element) == "sectPr"), ()])
        section = next(current)
        self._page_parts(section, "header")
        for block in body:
            self._blocks((block,))
            if _local(block) != "sectPr" and any(_local(inner) == "sectPr" for inner in block.iter()):
                self._page_parts(section, "footer")
                section = next(current)
                self._page_parts(section, "header")
        for kind in ("footnote", "endnote"):
            for note in self._package.part_of_kind(kind + "s"):
                if not _value(note, "type"):  # notes with a type are the lines that separate notes from text
                    self._blocks(note)
        self._page_parts(section, "footer")

    def _page_parts(self, section: Any, kind: str) -> None:
        """Collect a section's headers or footers, except blank ones and those whose text has already been collected."""
        first = _switched_on(_child(section, "titlePg"))
        for reference in section:
            if _local(reference) != kind + "Reference":
                continue
            which = _value(reference, "type")
            if not {"first": first, "even": self._even}.get(which, True):
                continue
            before = len(self._lines)
            self._blocks(self._package.part(self._package.near_main.get(_value(reference, "id"), ("", ""))[1]))
            texts = (kind, *(line.text for line in self._lines[before:]))
            if texts in self._seen or not "".join(texts[1:]).strip():
                del self._lines[before:]
            self._seen.add(texts)

    def _blocks(self, container: Any) -> None:
        for block in container:
            name = _local(block)
            if name == "p":
                self._paragraph(block)
            elif name == "tr":
                self._row(block)
            elif name == "altChunk":
                self.notes = (_EMBEDDED,)
            elif name not in _NOT_TEXT:  # a table, a content control, a tracked change
                self._blocks(block)

    def _row(self, row: Any) -> None:
        cells = [cell for cell in row if _local(cell) not in ("trPr", "tblPrEx")]
        for number, cell in enumerate(cells, 1):
            before = len(self._lines)
            self._blocks((cell,))
            if number < len(cells) and len(self._lines) > before:
                self._lines[-1].end = "\t"

    def _paragraph(self, paragraph: Any) -> None:
        parts: list[str] = []
        boxes: list[Any] = []
        self._inline(paragraph, parts, boxes)
        self._lines.append(_Line("".join(parts), self._numbers.next_number(paragraph)))
        for box in boxes:
            self._blocks(box)

    def _inline(self, element: Any, parts: list[str], boxes: list[Any]) -> None:
        for child in element:
            name = _local(child)
            if name == "t":
                parts.append((child.text or "").translate(_BLANKS))
            elif name in _CHARACTERS:
                parts.append(_CHARACTERS[name])
            elif name == "txbxContent":
                boxes.append(child)
            elif name not in _NOT_TEXT:
                self._inline(child, parts, boxes)


# ---- Automatic numbers ----------------------------------------------------------------------------------------------
_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
    (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
_MAX_STYLES = 20  # styles based on one another


class _Numbering:
    """Counts the automatic numbers of paragraphs, as defined in the `numbering` and `styles` parts."""

    def __init__(self, package: _Package) -> None:
        lists = package.part_of_kind("numbering")
        self._levels = {
            _value(one, "abstractNumId"): {
                _number(_value(level, "ilvl"), 0): level for level in one if _local(level) == "lvl"
            }
            for one in lists
            if _local(one) == "abstractNum"
        }
        self._lists = {
            _value(one, "numId"): _value(_child(one, "abstractNumId")) for one in lists if _local(one) == "num"
        }
        self._styles = {_value(style, "styleId"): style for style in package.part_of_kind("styles")}
        self._counts: dict[str, dict[int, int]] = {}

    def next_number(self, paragraph: Any) -> str:
        """Count the next paragraph, and return its number followed by a space, as in "2. " ("- " for a bullet), or ""
        if it is not numbered.
        """
        if not self._lists or not len(paragraph):
            return ""
        name, depth = self._list_of(paragraph)
        found = self._lists.get(name, "")
        levels = self._levels.get(found, {})
        if depth not in levels:
            return ""
        counts = self._counts.setdefault(found, {})
        counts[depth] = counts.get(depth, _start(levels[depth]) - 1) + 1
        for deeper in [level for level in counts if level > depth]:
            del counts[deeper]
        if _format(levels[depth]) == "bullet":
            return "- "
        text = _value(_child(levels[depth], "lvlText"))
        for level, element in levels.items():
            if f"%{level + 1}" in text:
                number = _formatted(counts.get(level, _start(element)), _format(element))
                text = text.replace(f"%{level + 1}", number)
        return text + " " if text else ""

    def _list_of(self, element: Any) -> tuple[str, int]:
        """Return the list that a paragraph belongs to and its level in the list, taken from the paragraph or its style,
        or `("", 0)` if there is none.
        """
        style = _value(_child(_child(element, "pPr"), "pStyle"))
        for _ in range(_MAX_STYLES):
            numbered = _child(_child(element, "pPr"), "numPr")
            if numbered is not None:
                return _value(_child(numbered, "numId")), _number(_value(_child(numbered, "ilvl")), 0)
            element = self._styles.get(style)
            style = _value(_child(element, "basedOn"))
        return "", 0


def _number(text: str, otherwise: int) -> int:
    return int(text) if text.isdecimal() and len(text) < 6 else otherwise


def _start(level: Any) -> int:
    return _number(_value(_child(level, "start")), 1)


def _format(level: Any) -> str:
    return _value(_child(level, "numFmt"))


def _formatted(count: int, form: str) -> str:
    """Return a number in one of Word's number formats; rare formats are replaced with Arabic digits."""
    if form.endswith("Letter"):
        shown = chr(ord("a") + (count - 1) % 26) * min((count - 1) // 26 + 1, 9)
    elif form.endswith("Roman"):
        shown = ""
        for value, digits in _ROMAN:
            shown += digits * (count // value)
            count %= value
    else:
        return f"{count:02}" if form == "decimalZero" else str(count)
    return shown.upper() if form.startswith("upper") else shown
