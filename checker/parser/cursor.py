"""Define the cursor over the text being parsed and the cuts that remove text from it, and divide the text into
parts.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable

from ..model import Node, Part, Word
from ..record import Record
from ..text import Span, View
from ..values import Date
from ..vocabulary import Vocabulary
from .lookup import Grammar

# ---- the cursor ------------------------------------------------------------------------------------------------------
_ASCII_BLANKS = "\t\f\v"
_LATIN_BLANKS = _ASCII_BLANKS + "\x1c\x1d\x1e\x1f\x85\xa0"
_BLANKS = _LATIN_BLANKS + "\u2007\u2028\u2029\u202f"
_SMALL = bytes((*range(0x61, 0x7B), *range(0xE0, 0xF7), *range(0xF8, 0xFF)))  # letters with a capital in ISO 8859-1
_LATIN_FOLD = bytes.maketrans(
    _SMALL + _LATIN_BLANKS.encode("latin-1"), bytes(code - 32 for code in _SMALL) + b" " * len(_LATIN_BLANKS)
)


class Cut(Record):
    """A span to remove from the text before it is read, and the kind of part that it becomes."""

    start: int
    end: int
    kind: str


class FoundDeletion(Record):
    """A deletion found in a cursor's text. `form` is its code in the `deletions` table."""

    start: int
    end: int
    form: str
    codes: tuple[str, ...] = ()
    extent: str = ""


class Cursor:
    """The text being parsed: a view, its folded text, and the offset at which each part begins.

    `day` is the telegram's date once it is known. `lowered` is true if the text has lost its capitals. `collected` maps
    each field of the telegram to the nodes found so far; appending them to the field's tuple one by one would copy the
    tuple each time.
    """

    __slots__ = (
        "_openers",
        "_places",
        "collected",
        "day",
        "deletions",
        "fold",
        "grammar",
        "lowered",
        "parts",
        "size",
        "span",
        "stems",
        "text",
        "view",
        "words",
    )  # fmt: skip

    def __init__(self, view: View, words: Vocabulary, grammar: Grammar, fold: str = "") -> None:
        self.view = view
        self.span: Callable[[int, int], Span] = view.spans()  # from offsets of the view to the source
        self.text = view.text
        self.fold = fold or folded(view.text) + "\n"
        self.size = len(view.text)
        self.words = words
        self.grammar = grammar
        self.stems = grammar.stems_for(self.size)
        self.parts: list[tuple[int, str]] = []
        self.day: Date | None = None
        self.lowered = False
        self.collected: dict[str, list[Node]] = {}
        self.deletions: list[FoundDeletion] | None = None  # filled by `fields.deletions`
        self._places: dict[str, list[int]] = {}
        self._openers: list[tuple[int, int]] | None = None  # filled by `has_opener`

    def without(self, cuts: list[Cut]) -> Cursor:
        """Return a cursor over the text without `cuts`, which must be in text order and must not overlap."""
        if not cuts:
            return self
        fold = ""
        if "\r" not in self.text:  # a cut between the characters of a line end would change how the line ends
            kept, here = [], 0
            for cut in cuts:
                kept.append(self.fold[here : cut.start])
                here = cut.end
            fold = "".join([*kept, self.fold[here:]])
        view = self.view.exchange([(cut.start, cut.end, "") for cut in cuts])
        return Cursor(view, self.words, self.grammar, fold)

    def word(self, start: int, end: int) -> Word:
        """Return the text between two offsets, as written, as a `Word`."""
        return Word(self.span(start, end), self.text[start:end])

    @property
    def year(self) -> int | None:
        """Return the year of the telegram's date, or `None` if the date is not known. This year determines the century
        of two-digit years.
        """
        return self.day.first.year if self.day is not None else None

    def begin(self, start: int, kind: str) -> None:
        """Begin a part of the given kind at `start`, which also ends the previous part."""
        self.parts.append((start, kind))

    def collect(self, field: str, nodes: Iterable[Node]) -> None:
        """Hold nodes for the field named `field` until `flush` stores them."""
        self.collected.setdefault(field, []).extend(nodes)

    def flush(self, node: Node, *fields: str) -> None:
        """Move the nodes held for each of `fields` to the end of that field of `node`."""
        for field in fields:
            more = self.collected.pop(field, None)
            if more:
                setattr(node, field, getattr(node, field) + tuple(more))

    def places(self, sign: str) -> list[int]:
        """Return all offsets at which `sign` occurs, in ascending order. Each string is searched for only once.

        If `stems` contains a core of `sign`, only the positions of that core are examined, because a single
        search for the core serves many strings.
        """
        found = self._places.get(sign)
        if found is not None:
            return found
        fold = self.fold
        stem, ahead = self.stems.get(sign, ("", 0))
        if stem:
            found = self.places(stem)
            if found:
                found = [at - ahead for at in found if at >= ahead and fold.startswith(sign, at - ahead)]
        else:
            found = []
            at = fold.find(sign)
            while at >= 0:
                found.append(at)
                at = fold.find(sign, at + 1)
        self._places[sign] = found
        return found

    def has_any(self, signs: Iterable[str]) -> bool:
        """Return whether one of `signs` occurs in the text."""
        return any(map(self.fold.__contains__, signs))

    def has(self, sign: str, low: int, high: int) -> bool:
        """Return whether `sign` occurs within the span from `low` to `high`."""
        if sign not in self._places and sign not in self.stems:
            return self.fold.find(sign, low, high) >= 0
        last = high - len(sign)
        found = self.places(sign)
        return bool(found) and any(low <= at <= last for at in found)

    def has_opener(self, low: int, high: int) -> bool:
        """Return whether a label that opens an authority block occurs within the span from `low` to `high`."""
        if self._openers is None:
            self._openers = self._find_openers()
        found = self._openers
        if not found:
            return False
        at = bisect_left(found, (low, 0))
        while at < len(found) and found[at][0] < high:
            if found[at][1] <= high:
                return True
            at += 1
        return False

    def _find_openers(self) -> list[tuple[int, int]]:
        """Return the start and end of each label that opens an authority block, in text order.

        Of several labels at one place, the shortest is returned.
        """
        fold, found = self.fold, []
        for start, forms in self.grammar.opener_starts:
            at = fold.find(start)
            while at >= 0:
                if fold.startswith(forms, at):
                    found.append((at, at + min([len(form) for form in forms if fold.startswith(form, at)])))
                at = fold.find(start, at + 1)
        return sorted(found)

    def line_end(self, start: int) -> int:
        """Return the offset of the line feed that ends the line containing `start`."""
        return self.fold.find("\n", start)

    def after_blanks(self, offset: int) -> int:
        """Return the offset of the first character at or after `offset` that is not a space.

        A line feed is not a space.
        """
        while self.fold[offset] == " ":
            offset += 1
        return offset

    def trim(self, start: int, end: int) -> tuple[int, int]:
        """Return the span without leading or trailing spaces and line feeds."""
        fold = self.fold
        if start < end and fold[end - 1] == " ":  # the carriage return of a line end is a space
            end -= 1
        if start < end and fold[start] not in " \n" and fold[end - 1] not in " \n":
            return start, end
        words = fold[start:end].rstrip(" \n")
        end = start + len(words)
        return end - len(words.lstrip(" \n")), end

    def blank_line(self, start: int) -> bool:
        """Return whether there are only spaces between `start` and the end of its line."""
        return start >= len(self.fold) or self.fold[self.after_blanks(start)] == "\n"

    def begins_line(self, start: int) -> bool:
        """Return whether only spaces precede `start` on its line."""
        while start and self.fold[start - 1] == " ":
            start -= 1
        return not start or self.fold[start - 1] == "\n"

    def is_glued(self, offset: int) -> bool:
        """Return whether a capital letter at `offset` directly follows a lower-case letter, which indicates a missing
        space.
        """
        return self.text[offset - 1 : offset].islower() and self.text[offset : offset + 1].isupper()

    def line_start(self, offset: int) -> int:
        """Return the offset at which the line that contains `offset` begins."""
        return self.fold.rfind("\n", 0, offset) + 1

    def flat(self, start: int, end: int) -> str:
        """Return a span's folded text with each line feed replaced by a space, so that offsets do not change."""
        return self.fold[start:end].replace("\n", " ")

    def joined(self, start: int, end: int) -> str:
        """Return the words in a span as written, but on one line and separated by single spaces."""
        return " ".join(self.text[start:end].split())


def folded(text: str) -> str:
    """Return the text in upper case without changing its length. Blanks of any kind become spaces, and line breaks
    become line feeds.
    """
    upper = None if text.isascii() else _folded_latin(text)
    if upper is None:
        upper = text.upper()
        if len(upper) != len(text):
            upper = "".join(_upper(letter) for letter in text)
        for blank in _ASCII_BLANKS if upper.isascii() else _BLANKS:
            if blank in upper:  # a search costs far less than translating a text letter by letter
                upper = upper.replace(blank, " ")
    if "\r" in upper:
        upper = upper.replace("\r\n", " \n").replace("\r", "\n")
    return upper


def _folded_latin(text: str) -> str | None:
    """Return a text with its letters and blanks folded, or `None` if a letter or its capital is not in ISO 8859-1.

    Most telegrams with a pilcrow can be folded so, which takes a third of the time.
    """
    try:
        data = text.encode("latin-1")
    except UnicodeEncodeError:
        return None
    if b"\xb5" in data or b"\xff" in data:
        return None
    return data.translate(_LATIN_FOLD).decode("latin-1")


def _upper(letter: str) -> str:
    upper = letter.upper()
    return upper if len(upper) == 1 else letter


# ---- cuts ------------------------------------------------------------------------------------------------------------


def without_overlap(cuts: list[Cut]) -> list[Cut]:
    """Return the cuts in text order, reducing each to the part that no earlier cut covers. Cuts that are covered
    entirely are omitted.
    """
    if len(cuts) == 1 and cuts[0].start < cuts[0].end:
        return cuts
    found: list[Cut] = []
    edge = 0
    for cut in sorted(cuts, key=lambda cut: (cut.start, -cut.end)):
        start = max(cut.start, edge)
        if start < cut.end:
            found.append(Cut(start, cut.end, cut.kind))
            edge = cut.end
    return found


def moved_cuts(cuts: list[Cut], earlier: list[Cut]) -> list[Cut]:
    """Return `earlier` and the later `cuts` together, in text order and without overlaps.

    The offsets in `cuts` refer to the text without `earlier`; they are converted to offsets in the whole text. `cuts`
    must be in text order without overlaps.
    """
    if not earlier:
        return cuts
    found = [*earlier]
    for cut in cuts:
        start, end = cut.start, cut.end
        for before in earlier:
            size = before.end - before.start
            start += size if before.start <= start else 0
            end += size if before.start < end else 0
        found.append(Cut(start, end, cut.kind))
    return without_overlap(found)


# ---- tiling ----------------------------------------------------------------------------------------------------------


def tile(whole: Cursor, cursor: Cursor, cuts: list[Cut]) -> tuple[Part, ...]:
    """Return all parts of the text, including the cuts, as spans of the source. Each part ends where the next one
    begins.
    """
    if not whole.size:
        return ()
    begins = _begins(whole, cursor)
    if cuts:
        begins = _with_cuts(whole, begins, cuts)
    runs = whole.view.runs()
    if len(runs) == 1:
        return tuple(_between(begins, runs[0], "blank"))
    parts: list[Part] = []  # an archive row may put the text before the header; the view then jumps back in the source
    for run in runs:
        here = sorted((begin for begin in begins if run.start <= begin[0] < run.end), key=lambda begin: begin[0])
        parts += _between(here, run, parts[-1].kind if parts else "blank")
    return tuple(parts)


def _between(begins: list[tuple[int, str]], run: Span, open_kind: str) -> list[Part]:
    if not begins or begins[0][0] > run.start:
        begins.insert(0, (run.start, open_kind))
    parts = []
    last = len(begins) - 1
    for index, (start, kind) in enumerate(begins):
        stop = begins[index + 1][0] if index < last else run.end
        if stop > start:
            parts.append(Part(Span(start, stop), kind))
    return parts


def _begins(whole: Cursor, cursor: Cursor) -> list[tuple[int, str]]:
    """Return (source offset, kind) for the beginning of each part."""
    size = cursor.size
    low, high = whole.span(0, 0).start, whole.span(size, size).start
    if cursor is whole and high - low == size:  # the view is one span of its source
        return [(low + start, kind) for start, kind in cursor.parts if start < size]
    parts = [part for part in cursor.parts if part[0] < size]
    starts = cursor.view.starts([start for start, _ in parts])
    return [(start, kind) for start, (_, kind) in zip(starts, parts, strict=True)]


def _with_cuts(whole: Cursor, begins: list[tuple[int, str]], cuts: list[Cut]) -> list[tuple[int, str]]:
    """Return `begins`, the beginnings of the parts, with the beginnings of the cuts added. After a cut, the part that
    was interrupted continues.
    """
    found: list[tuple[int, str]] = []
    at = 0
    kind = "blank"
    for cut in cuts:
        span = whole.view.span(cut.start, cut.end)
        while at < len(begins) and begins[at][0] < span.start:
            found.append(begins[at])
            kind = begins[at][1]
            at += 1
        found.append((span.start, cut.kind))
        while at < len(begins) and begins[at][0] < span.end:
            kind = begins[at][1]
            at += 1
        found.append((span.end, kind))
    return found + begins[at:]
