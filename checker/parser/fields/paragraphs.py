"""Build the paragraphs and headings from the openings found in the text.

`read_sections` reads the text of a telegram section by section. Text before the first opening, after a heading, or
after an unnumbered paragraph becomes unnumbered paragraphs, one for each group of lines between empty lines.

The `openings` module reads portion marks that directly follow a label. The last part of this module handles statements
about the entire text; marks on the line above, after a heading, or at the end of the last sentence; and deletions in
place of a mark. It also assigns a level to each paragraph.
"""

from __future__ import annotations

from collections.abc import Collection

from ...model import Heading, Marking, Paragraph, Telegram, Unread, Word
from ...text import Pattern
from ...values import Level
from ..cursor import Cursor
from ..markings import finder
from .blocks import opens_authority
from .deletions import begins_deleted, deletion_at
from .openings import SENTENCE_ENDS, Opening, OpeningFinder
from .signature import is_notice

_BLANKS = " \n"
_LIST_ITEM = Pattern(r"\((?:[a-z]|[ivx]{2,4}|\d{1,2})\) ", 0)
_EMPTY_LINE = Pattern(r"\n(?= *+(?:\n|\Z))")
_DASH_LINE = Pattern(r"\n *+(?=----)")
_LABELED = Pattern(r" *[A-Z][A-Za-z/&' -]{1,60}: +[A-Z]", 0)
_SHORT_WORD = 3  # letters of the longest word that may be in lower case in a title
_FEWEST_LABELED = 3  # labeled lines that a list must have
_LONGEST_HEADLINE = 60  # code points of the longest line between empty lines that may be a heading


def read_text(cursor: Cursor, telegram: Telegram, low: int, high: int) -> None:
    """Read the text between two offsets into the telegram."""
    read_sections(cursor, telegram, [(low, high)])


def read_sections(cursor: Cursor, telegram: Telegram, spans: list[tuple[int, int]]) -> None:
    """Read the text of all sections into the telegram. Paragraph numbers continue from one section to the next."""
    paragraphs: list[Paragraph] = []
    headings: list[Heading] = []
    outer = 0
    for section, (low, high) in enumerate(spans, 1):
        openings = OpeningFinder(cursor, low, high, outer, section)
        found = openings.find()
        builder = ParagraphBuilder(cursor, low, high, section, headlines=True, items=openings.items)
        builder.build(found)
        outer = openings.outer
        paragraphs += builder.paragraphs
        headings += builder.headings
    inherit_levels(paragraphs)
    telegram.paragraphs = tuple(paragraphs)
    telegram.headings = tuple(headings)


class ParagraphBuilder:
    """Turns the openings in one section into paragraphs, headings, and parts.

    If `headlines` is true, a short line between empty lines is a heading. `items` contains the offsets of letters in
    parentheses that are list items.
    """

    __slots__ = ("cursor", "headings", "headlines", "high", "items", "low", "paragraphs", "section")

    def __init__(
        self,
        cursor: Cursor,
        low: int,
        high: int,
        section: int = 1,
        headlines: bool = False,
        items: Collection[int] = (),
    ) -> None:
        self.cursor = cursor
        self.low = low
        self.high = high
        self.section = section
        self.headlines = headlines
        self.items = items
        self.paragraphs: list[Paragraph] = []
        self.headings: list[Heading] = []

    def build(self, openings: list[Opening]) -> None:
        """Fill `paragraphs` and `headings` from the section's openings, in text order."""
        self._unnumbered(self.low, openings[0].start if openings else self.high)
        for index, opening in enumerate(openings):
            end = openings[index + 1].start if index + 1 < len(openings) else self.high
            if opening.kind == "heading":
                self._heading(opening, end)
                continue
            self.cursor.begin(opening.start, "paragraph")
            stop = end if opening.kind != "unnumbered" else self._unnumbered_end(opening, end)
            self._paragraph(opening, stop)
            if stop < end:
                self._unnumbered(stop, end)

    def _unnumbered_end(self, opening: Opening, end: int) -> int:
        """Return the offset of the empty line after an unnumbered paragraph, or `end` if there is none.

        The paragraph's mark may be on a line of its own above the text.
        """
        fold = self.cursor.fold
        first = opening.label_end + (len(opening.mark.text) if opening.mark is not None else 0)
        while first < end and fold[first] in _BLANKS:
            first += 1
        stop = _empty_line(fold, first, end)
        while stop < end and self._goes_on(first, stop, end):
            stop = _empty_line(fold, stop + len(fold[stop:end]) - len(fold[stop:end].lstrip(_BLANKS)), end)
        return stop

    def _goes_on(self, first: int, stop: int, end: int) -> bool:
        """Return whether a sentence continues in lower case after an empty line, as happens after a page line."""
        below = stop
        while below < end and self.cursor.fold[below] in _BLANKS:
            below += 1
        above = self.cursor.fold[first:stop].rstrip(_BLANKS)
        return self.cursor.text[below : below + 1].islower() and above[-1:] not in SENTENCE_ENDS

    def _unnumbered(self, low: int, high: int) -> None:
        """Create a paragraph, heading, or end mark from each group of lines between empty lines."""
        cursor = self.cursor
        stop = low
        while stop < high:
            start = stop
            while start < high and cursor.fold[start] in _BLANKS:
                start += 1
            if start >= high:
                return
            stop = _empty_line(cursor.fold, start, high)
            line = max(cursor.line_start(start), low)
            if not any(map(str.isalnum, cursor.fold[start:stop])) or is_notice(cursor, start, stop):
                cursor.begin(line, "end_mark")
                continue
            if self.headlines and _is_headline(cursor, start, stop) and deletion_at(cursor, start) is None:
                cursor.begin(line, "heading")
                first, last = cursor.trim(start, stop)
                self.headings.append(Heading(cursor.span(first, last), cursor.joined(first, last)))
                continue
            cursor.begin(line, "paragraph")
            item = _LIST_ITEM.match(cursor.text, start, stop)
            label_end = item.end() - 1 if item is not None else start + 3 if start in self.items else None
            if label_end is not None:
                self._paragraph(Opening(line, (start, label_end), "lettered", 2), stop)
            elif self._follows_paragraph() and _is_list(cursor, start, stop):
                self._paragraph(Opening(line, (start, start), "bullet", 2), stop)
            else:
                self._paragraph(Opening(line, (start, start), "unnumbered"), stop)

    def _follows_paragraph(self) -> bool:
        """Return whether the most recently built part is a paragraph rather than a heading."""
        heading = self.headings[-1].span.start if self.headings else -1
        return bool(self.paragraphs) and self.paragraphs[-1].span.start > heading

    def _heading(self, opening: Opening, end: int) -> None:
        cursor = self.cursor
        cursor.begin(opening.start, "heading")
        stop = _dash_line(cursor.fold, opening.start, end)
        low, high = cursor.trim(opening.start, stop)
        node = Heading(cursor.span(low, high), cursor.joined(low, high))
        if cursor.fold[low] == "(":
            node.mark = finder.portion(cursor.view, low, high, cursor.words)
        elif cursor.fold[high - 1] == ")":
            at = cursor.fold.rfind("(", low, high)
            mark = finder.portion(cursor.view, at, high, cursor.words) if at >= 0 else None
            node.mark = mark if isinstance(mark, Marking) else None
        self.headings.append(node)
        below = cursor.fold.find("\n", stop)
        if 0 <= below < end:
            self._unnumbered(below + 1, end)

    def _paragraph(self, opening: Opening, end: int) -> None:
        cursor = self.cursor
        low, label_end, mark = opening.label_start, opening.label_end, opening.mark
        high = max(low, end)
        while high > low and cursor.fold[high - 1] in _BLANKS:
            high -= 1
        high = _without_rule(cursor, label_end, high)
        label = cursor.text[low:label_end]
        place = Word(cursor.span(low, label_end), label) if label else cursor.word(low, low + 1)
        node = Paragraph(
            cursor.span(low, high), opening.kind, label, "", opening.number, opening.depth, mark, None, (), place,
            None, False, False, self.section,
        )  # fmt: skip
        first = self._text_start(opening, node, high)
        body = cursor.after_blanks(first)
        if isinstance(node.mark, Unread) and finder.is_deleted(node.mark):
            node.place, node.mark, node.cut = Word(node.mark.span, node.mark.text), None, True
        elif opening.number == 1 and not node.entire_text:
            node.entire_text = says_entire(cursor, first)
            node.is_authority = node.mark is None and opens_authority(cursor, body, high)
        node.text = cursor.text[body:high].lstrip()
        self.paragraphs.append(node)

    def _text_start(self, opening: Opening, node: Paragraph, high: int) -> int:
        """Set the position of the paragraph's mark, searching for the mark if necessary. Return the offset at which the
        paragraph's own text begins.
        """
        fold = self.cursor.fold
        first = opening.label_end
        if self.items and self.cursor.after_blanks(first) in self.items:
            return first
        if node.mark is None:
            return find_mark(self.cursor, node, min(first, high), high)
        before = fold[opening.start : opening.label_start]
        if "\n" in before or before.lstrip(" ").startswith("("):
            node.where = "line-above" if "\n" in before else "start"
            return first
        node.where = "start"
        return self.cursor.after_blanks(first) + len(node.mark.text)


def _is_headline(cursor: Cursor, start: int, stop: int) -> bool:
    """Return whether a span without a mark is a heading: a line of one or two words, a short line that is not a
    sentence, or two lines of capitalized words.

    A line that ends with a comma, such as a salutation or a closing, also counts.
    """
    line = cursor.fold[start:stop].strip(_BLANKS)
    if line.count("\n") == 1 and line[0].isalpha() and line[-1].isalpha():
        return _is_capitalized(cursor.text[start:stop])
    if "\n" in line or len(line) > _LONGEST_HEADLINE or line[0] in "(-" or line[-1] == ")":
        return False
    return line[-1].isalnum() or line[-1] == "," or len(line.split()) <= 2


def _is_capitalized(words: str) -> bool:
    """Return whether mixed-case words form a title, in which every word of more than three letters begins with a
    capital.
    """
    return not words.isupper() and all(len(word) <= _SHORT_WORD or word[0].isupper() for word in words.split())


def _is_list(cursor: Cursor, start: int, stop: int) -> bool:
    """Return whether most lines in a span have a label and a value, as in a list of offices and names."""
    lines = cursor.text[start:stop].split("\n")
    labeled = sum(_LABELED.match(line) is not None for line in lines)
    return labeled >= _FEWEST_LABELED and labeled * 2 > len(lines)


def _empty_line(fold: str, start: int, high: int) -> int:
    """Return the offset of the first empty line after `start`, or `high`."""
    found = _EMPTY_LINE.search(fold, start, high)
    return found.start() if found is not None else high


def _without_rule(cursor: Cursor, low: int, high: int) -> int:
    """Return the end of a paragraph without the line of dashes above the next heading, if the paragraph ends with
    one.
    """
    if cursor.fold[high - 1] != "-":
        return high
    rule = cursor.line_start(high)
    if rule <= low or cursor.fold[rule:high].strip(" -"):
        return high
    stop = low + len(cursor.fold[low:rule].rstrip(_BLANKS))
    return stop if stop > low else high


def _dash_line(fold: str, start: int, end: int) -> int:
    """Return the offset of the line of dashes below a heading, or `end`."""
    found = _DASH_LINE.search(fold, start, end)
    return found.end() if found is not None else end


# ---- Portion marks ---------------------------------------------------------------------------------------------------
_BEFORE_MARK = Pattern(r"[A-Z][A-Z /'-]{0,38}[:.]? {0,3}(?:[-\u2013\u2014]{1,2} ?)?\(")
_LONGEST_HEADING = 50  # code points; more than such a heading can have
_STATEMENT = 70  # code points in which a statement for the entire text begins
_LONGEST_STATEMENT = 140  # code points of a statement that ends with the mark
_LONGEST_MARK_AT_END = 60  # code points
_LONGEST_LEAD_IN = 80  # code points
_LONGEST_ANNOUNCEMENT = 240  # code points of a sentence that ends with a colon


def says_entire(cursor: Cursor, body: int) -> bool:
    """Return whether the words at `body`, which follow a mark, state that the mark covers the entire text."""
    rest = cursor.fold[body : body + 40].lstrip(" -.:\n")
    return rest.startswith(cursor.grammar.page_word("entire-text"))


def find_mark(cursor: Cursor, node: Paragraph, start: int, high: int) -> int:
    """Search for the mark of a paragraph that does not have one after its label, and set it. Return the offset at which
    the paragraph's text begins.
    """
    fold = cursor.fold
    at = start
    while at < high and fold[at] in _BLANKS:
        at += 1
    deleted = begins_deleted(cursor, at) if at < high else None
    if deleted is not None:
        node.cut, node.place = True, cursor.word(deleted.start, min(deleted.end, high))
        return start
    states = any(fold.find(word, at, at + _STATEMENT) >= 0 for word in cursor.grammar.entire_text[0])
    if not states and fold.find("(", at, high) < 0:
        return start
    statement = _statement(cursor, at, high) if states else None
    if statement is not None:
        node.mark, node.where, node.entire_text = statement, "start", True
        return start
    if at < high and fold[at] == "(":
        mark = finder.portion(cursor.view, at, high, cursor.words, cursor.lowered)
        if mark is not None:
            node.mark = mark
            node.where = "line-above" if "\n" in fold[start:at] else "start"
            return at + len(mark.text)
    if at < high and fold[high - 1] in ").":
        _mark_at_end(cursor, node, at, high)
        if states and node.where == "end" and high - at <= _LONGEST_STATEMENT:
            node.where, node.entire_text = "start", True
    if node.mark is None and node.kind != "unnumbered":
        _mark_after_heading(cursor, node, at, high)
    return start


def _mark_at_end(cursor: Cursor, node: Paragraph, at: int, high: int) -> None:
    """Read the mark after the last sentence, where White House documents place it."""
    fold = cursor.fold
    low = fold.rfind("(", at, high)
    if low <= at or high - low > _LONGEST_MARK_AT_END or fold.find(")", low, high) < high - 2 or fold[low - 2] == ":":
        return
    line = cursor.after_blanks(max(cursor.line_start(low), at))
    if finder.follows_code(fold, low) or fold.startswith(cursor.grammar.page_word("address-line", "start"), line):
        return  # an exemption code, or the symbol of an office after a name
    mark = finder.portion(cursor.view, low, high, cursor.words)
    if isinstance(mark, Marking):
        node.mark, node.where = mark, "end"


def _mark_after_heading(cursor: Cursor, node: Paragraph, at: int, high: int) -> None:
    if cursor.fold.find("(", at, at + _LONGEST_HEADING) < 0:
        return
    opening = _BEFORE_MARK.match(cursor.fold, at, high)
    if opening is None:
        return
    mark = finder.portion(cursor.view, opening.end() - 1, high, cursor.words)
    if isinstance(mark, Marking) and not (mark.typo == "bracket" and cursor.fold[opening.end() - 2].isalpha()):
        node.mark, node.where = mark, "after-heading"


def _statement(cursor: Cursor, at: int, high: int) -> Marking | None:
    """Return the mark in a statement that one mark covers the entire text, or `None` if the span does not begin with
    such a statement.
    """
    first, phrases = cursor.grammar.entire_text
    window = cursor.flat(at, min(at + _STATEMENT, high))
    if not any(word in window for word in first) or not any(phrase in window for phrase in phrases):
        return None
    return finder.entire_text(cursor.view, at, high, cursor.words)


def inherit_levels(paragraphs: list[Paragraph]) -> None:
    """Assign a level to each paragraph: its own level, its parent's level, or the level stated for the entire text.

    A numbered paragraph that only introduces subparagraphs is assigned their highest level.
    """
    entire = next((item for item in paragraphs if item.entire_text and isinstance(item.mark, Marking)), None)
    entire_level = _level(entire.mark) if entire is not None else None
    parent: Level | None = None
    for item in paragraphs:
        mark = item.mark
        if isinstance(mark, Marking):
            item.controls = mark.controls
            item.level = _level(mark)
        else:
            item.level = None if mark is not None else entire_level if item.depth == 1 else parent
        if item.depth == 1:
            parent = item.level
    for index, item in enumerate(paragraphs):
        if item.kind == "numbered" and item.level is None and item.mark is None and _is_lead_in(item.text):
            item.level = _level_of_points(paragraphs[index + 1 :])


def _is_lead_in(text: str) -> bool:
    """Return whether a paragraph consists only of a heading, or of a sentence that introduces subparagraphs.

    The sentence may be followed by a heading in capitals.
    """
    words = text.rstrip("-=* \n")
    if not words[-1:].isalnum() and not words.endswith(":"):
        return False
    gap = words.rfind("\n\n", max(len(words) - _LONGEST_LEAD_IN - 2, 0))
    if gap >= 0 and words[gap + 2 :].isupper() and words[-1].isalnum():
        sentence = words[:gap].rstrip()
        words = sentence if sentence.endswith(":") else words
    if words.endswith(":") and len(words) <= _LONGEST_ANNOUNCEMENT:
        return True
    return 0 < len(words) <= _LONGEST_LEAD_IN and words[-1].isalnum()


def _level_of_points(below: list[Paragraph]) -> Level | None:
    """Return the highest level of the subparagraphs before the next numbered paragraph. Return `None` if there are
    none, or if any of them is not marked with a level.
    """
    highest: Level | None = None
    for point in below:
        if point.kind == "numbered" and point.depth == 1:
            break
        level = _level(point.mark)
        if level is None:
            return None
        if highest is None or level.rank > highest.rank:
            highest = level
    return highest


def _level(mark: Marking | Unread | None) -> Level | None:
    return mark.level if isinstance(mark, Marking) and isinstance(mark.level, Level) else None
