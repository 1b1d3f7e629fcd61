"""The text: numbered paragraphs, what hangs under them, unnumbered paragraphs and headings, with their marks.

One pass of one pattern finds the lines that may open something; only those are looked at.
"""

from __future__ import annotations

import re

from ...model import Heading, Marking, Paragraph, Signature, Telegram, Unread, Word
from ...values import Level
from ..cursor import Cursor, Pattern
from ..markings import finder
from ..markings.marking_parser import Shape

# The line feed is the anchor; a line that begins with a plain word is out at once. 1 number, 2 letter behind it, 3 its
# stop; 4 a letter with its stop; 5 dashes to the line's end; 6 a bullet; 7 a bracket.
_OPENERS = Pattern(
    r"\n *(?![A-Z][^.) ][^.)])(?:\xb6 *)?(?:"
    r"(\d{1,3})(\.?[A-Z])?([.):](?!\d)|(?= +\())"
    r"|([A-Z]{1,2})[.)](?= )"
    r"|(-{4,}[- ]*(?=\n))"
    r"|(-{1,2}(?![-\w])|\*{1,2}(?!\*)|[•·](?= ))"
    r"|(\())"
)
_BEFORE_MARK = Pattern(r"[A-Z][A-Z /'-]{0,38}[:.]? ?\(")
_BLANKS = " \n"
_FULL_LINE = 40  # a wrapped line of a telegram has 55 to 69 letters
_LONG_RULE = 40
_LONGEST_HEADING = 78
_CUT = Pattern(r"X{4,}|\[?\.\.\.\]?")
_LIST_ITEM = Pattern(r"\((?:[a-z]|[ivx]{2,4}|\d{1,2})\) ", 0)
_STATEMENT = 70  # letters in which a statement for the entire text stands
_HEADLINE = 60  # letters of a line that stands alone and is no sentence
_SENTENCE_ENDS = ".!?:;\"')]-”’*>"


class Found:
    """One opening of the text: where its line begins, its label, and what it is."""

    __slots__ = ("body", "depth", "kind", "label_end", "label_start", "mark", "number", "start")

    def __init__(
        self,
        start: int,
        label_start: int,
        label_end: int,
        kind: str,
        depth: int,
        number: int | None,
        mark: Marking | Unread | None = None,
        body: int = 0,
    ) -> None:
        self.start = start
        self.label_start = label_start
        self.label_end = label_end
        self.kind = kind
        self.depth = depth
        self.number = number
        self.mark = mark
        self.body = body  # where the words behind a mark begin, if that is known


class Text:
    """Walks the text of one section from `low` to `high` and collects paragraphs and headings."""

    __slots__ = ("cursor", "found", "high", "inner", "known", "letter", "low", "marked", "outer", "section")

    def __init__(self, cursor: Cursor, low: int, high: int, outer: int = 0, section: int = 1) -> None:
        self.cursor = cursor
        self.known = finder.known_portions(cursor.words)  # what marks were made of, by their text
        self.low = low
        self.high = high
        self.outer = outer  # the last number of the main sequence
        self.inner = 0  # the last number of a list inside a paragraph
        self.letter = ""  # the last letter of a lettered list
        self.marked = False  # whether the numbered paragraphs so far had marks
        self.section = section
        self.found: list[Found] = []

    def walk(self) -> list[Found]:
        """Find everything that opens between `low` and `high`."""
        fold = self.cursor.fold
        before = "\n" if self.low == 0 else ""
        if before or fold[self.low - 1] != "\n":
            self._first_line()
        usual = not self.cursor.lowered
        for match in _OPENERS.finditer(fold, max(self.low - 1, 0), self.high):
            if match.lastindex != 3 or not usual or not self._usual(match):
                self._open(match, match.start() + 1)
        return self.found

    def _usual(self, match: re.Match[str]) -> bool:
        """Take up the next paragraph if it is like nearly every one: numbered on, behind an empty line without a mark,
        or with a mark that was seen before."""
        number, letter = match.group(1, 2)
        following = self.outer + 1
        if letter is not None or int(number) != following:
            return False
        cursor = self.cursor
        fold = cursor.fold
        at = end = match.end()
        while fold[at] == " ":
            at += 1
        if fold[at] != "(":
            return self._unmarked(match.start(), match.start(1), at, end)
        close = fold.find(")", at, min(self.high, at + finder.LONGEST_PORTION)) + 1
        text = cursor.text[at:close]
        shape = self.known.get(text)  # only what begins with a bracket is known
        if shape.__class__ is not Shape:
            return False
        assert isinstance(shape, Shape)
        start, label = match.start(), match.start(1)
        mark = finder.place(shape, cursor.view, cursor.span(at, close), text, at, cursor.words)
        self.outer = following
        self.inner, self.letter, self.marked = 0, "", True
        self.found.append(Found(start + 1, label, end, "numbered", 1, following, mark, close))
        return True

    def _unmarked(self, start: int, label: int, at: int, end: int) -> bool:
        """Take up the next paragraph if it stands behind an empty line and neither it nor the line above has a mark."""
        fold = self.cursor.fold
        if self.inner or fold[start - 1] != "\n" or start - 1 <= self.low or ")" in fold[at + 1 : at + 4]:
            return False
        if self.found and self.found[-1].kind == "unnumbered":
            return False
        self.outer += 1
        self.letter = ""
        self.found.append(Found(start + 1, label, end, "numbered", 1, self.outer))
        return True

    def _first_line(self) -> None:
        """The text begins without a line feed before it: look at its first line by itself."""
        match = _OPENERS.match("\n" + self.cursor.fold[self.low : self.cursor.line_end(self.low)] + "\n")
        if match is not None:
            shift = self.low - 1
            self._open(match, self.low, shift)

    def _open(self, match: re.Match[str], start: int, shift: int = 0) -> None:
        group = match.lastindex
        end = match.end() + shift
        if match.group(1) is not None:
            self._numbered(match, start, match.start(1) + shift, end)
        elif group == 4:
            self._lettered(match.group(4), start, match.start(4) + shift, end)
        elif group == 5:
            if not _is_table(match.group(5)):
                self._heading(start)
        elif group == 6:
            self._bullet(start, match.start(6) + shift, end)
        else:
            self._bracket(start, end - 1)

    # ---- numbered --------------------------------------------------------------------------------------------

    def _numbered(self, match: re.Match[str], start: int, label: int, end: int) -> None:
        number = int(match.group(1))
        letter = match.group(2)
        mark = self._mark(end, letter is None)
        if mark is None:
            mark, start = self._mark_above(start)
        free = mark is not None or self._free(start)
        if letter is not None:
            if free and number in (self.outer, self.outer + 1):
                self.outer = number
                self._add(start, label, end, "lettered", 2, number, mark)
            return
        depth = self._depth(number, mark is not None, free, start)
        if depth == 1:
            self.outer, self.inner, self.letter = number, 0, ""
            self.marked = self.marked or mark is not None
            self._add(start, label, end, "numbered", 1, number, mark)
        elif depth == 2:
            self.inner = number
            self._add(start, label, end, "numbered", 2, number, mark)

    def _depth(self, number: int, marked: bool, free: bool, start: int) -> int:
        """1 for the main sequence, 2 for a list inside a paragraph, 0 for a number that only begins a line.

        A number counts if it follows the last one; a marked one also if it skips, repeats or restarts.
        """
        if self.inner and number == self.inner + 1 and free and not marked:
            if self.marked or number != self.outer + 1:
                return 2
        if number == self.outer + 1:
            return 1 if free else 0
        if marked:
            return 1
        if not free or not self._after_blank(start):
            return 0
        if number == 1 and self.outer:
            return 2
        if self.outer == 0 or number == self.outer:
            return 1 if number < 40 and (self.section > 1 or number <= 2 or number == self.outer) else 0
        return 1 if not self.marked and self.outer < number <= self.outer + 3 else 0

    # ---- other openings --------------------------------------------------------------------------------------

    def _lettered(self, letter: str, start: int, label: int, end: int) -> None:
        if len(letter) > 1 and letter[0] != letter[-1]:
            return
        mark = self._mark(end)
        follows = letter == "A" if not self.letter else ord(letter[0]) == ord(self.letter[0]) + 1
        if mark is None and not (follows and self._free(start)):
            return
        self.letter = letter
        self._add(start, label, end, "lettered", 2, None, mark)

    def _bullet(self, start: int, label: int, end: int) -> None:
        mark = self._mark(end)
        last = self.found[-1] if self.found else None
        if mark is None and not self._after_blank(start):
            if not (self._free(start) or (last is not None and last.kind == "bullet")):
                return
        self._add(start, label, end, "bullet", 2, None, mark)

    def _bracket(self, start: int, at: int) -> None:
        if not self._free(start):
            return
        mark = finder.portion(self.cursor.view, at, self.high, self.cursor.words, self.cursor.lowered)
        if mark is None:
            return
        last = self.found[-1] if self.found else None
        if last is not None and last.kind == "numbered" and last.mark is None:
            if not self.cursor.fold[last.label_end : start].strip(" \n"):
                return  # the mark of a paragraph whose number stands on the line above
        self._add(start, at, at, "unnumbered", 1, None, mark)

    def _heading(self, dashes: int) -> None:
        """A heading is what stands between a blank line (or a paragraph's end) and a line of dashes."""
        fold = self.cursor.fold
        top = dashes
        start = -1
        for _ in range(3):
            above = fold.rfind("\n", 0, max(top - 1, 0)) + 1
            line = fold[above : top - 1].strip(" ") if top > self.low else ""
            if not line or top <= self.low or line[0] == "-":
                break
            if len(line) > _LONGEST_HEADING or above < self.low:
                return
            start = top = above
        else:
            return
        last = self.found[-1] if self.found else None
        if start >= 0 and last is not None and last.start == start and last.kind == "unnumbered":
            last.kind = "heading"
        elif start >= 0 and (last is None or last.start < start):
            self._add(start, start, start, "heading", 1, None, None)

    # ---- small questions -------------------------------------------------------------------------------------

    def _add(
        self, start: int, label: int, end: int, kind: str, depth: int, number: int | None, mark: Marking | Unread | None
    ) -> None:
        self.found.append(Found(start, label, end, kind, depth, number, mark))

    def _mark(self, at: int, alone: bool = False) -> Marking | Unread | None:
        """The mark right behind a label, on the same line. Behind a number (`alone`) a lone small letter is one."""
        cursor = self.cursor
        fold = cursor.fold
        while fold[at] == " ":
            at += 1
        if fold[at] != "(" and not (fold[at : at + 1].isalpha() and ")" in fold[at + 1 : at + 4]):
            return None
        folded = cursor.lowered or (alone and fold[at + 2 : at + 3] == ")")
        return finder.portion(cursor.view, at, self.high, cursor.words, folded)

    def _mark_above(self, start: int) -> tuple[Marking | Unread | None, int]:
        """The mark that stands alone on the line above a number, and where that line begins."""
        last = self.found[-1] if self.found else None
        if last is None or last.kind != "unnumbered" or last.mark is None:
            return None, start
        if self.cursor.fold[last.label_start + len(last.mark.text) : start].strip(" \n"):
            return None, start
        self.found.pop()
        return last.mark, last.start

    def _free(self, start: int) -> bool:
        """Whether a line can open a paragraph: after an empty line, a heading, or a sentence that has ended.

        In telegrams of capitals without marks also after a line too short to have been wrapped.
        """
        fold = self.cursor.fold
        at = start - 1
        while at > self.low and fold[at] in " \n":
            if fold[at] == "\n" and at < start - 1:
                return True
            at -= 1
        if at <= self.low or fold[at] in _SENTENCE_ENDS:
            return True
        return not self.marked and at - fold.rfind("\n", max(at - _FULL_LINE, 0), at) < _FULL_LINE

    def _after_blank(self, start: int) -> bool:
        fold = self.cursor.fold
        at = start - 2
        while at >= 0 and fold[at] == " ":
            at -= 1
        return at < self.low or fold[at] == "\n" or fold[at] == "-"


def _is_table(dashes: str) -> bool:
    """Whether dashes underline columns: several short groups. A long line of dashes may be broken once."""
    groups = dashes.split()
    return len(groups) > 1 and len(groups[0]) < _LONG_RULE


# ---- from openings to the model --------------------------------------------------------------------------------------


class Body:
    """Turns the openings of one section into paragraphs, headings and parts of the sheet."""

    __slots__ = ("cursor", "headings", "headlines", "high", "low", "paragraphs", "section")

    def __init__(self, cursor: Cursor, low: int, high: int, section: int = 1, headlines: bool = False) -> None:
        self.cursor = cursor
        self.low = low
        self.high = high
        self.section = section
        self.headlines = headlines  # whether a short line that stands alone is a heading
        self.paragraphs: list[Paragraph] = []
        self.headings: list[Heading] = []

    def read(self, found: list[Found]) -> None:
        """Fill `paragraphs` and `headings`; what stands before the first opening is unnumbered text."""
        first = found[0].start if found else self.high
        self._unnumbered(self.low, first)
        for index, item in enumerate(found):
            end = found[index + 1].start if index + 1 < len(found) else self.high
            if item.body:
                self._usual(item, end)
                continue
            if item.kind == "heading":
                self._heading(item, end)
                continue
            self.cursor.begin(item.start, "paragraph")
            stop = end if item.kind != "unnumbered" else _empty_line(self.cursor.fold, item.label_end, end)
            self._paragraph(item, stop)
            if stop < end:
                self._unnumbered(stop, end)

    def _usual(self, item: Found, end: int) -> None:
        """A numbered paragraph with its mark behind the number."""
        cursor = self.cursor
        fold, text, span, mark = cursor.fold, cursor.text, cursor.span, item.mark
        low, label_end, body = item.label_start, item.label_end, item.body
        high = low + len(fold[low:end].rstrip(_BLANKS))
        label = text[low:label_end]
        entire = item.number == 1 and self._says_entire(body)
        cursor.parts.append((item.start, "paragraph"))
        self.paragraphs.append(
            Paragraph(
                span(low, high), "numbered", label, text[body:high].lstrip(), item.number, 1, mark, None, (),
                Word(span(low, label_end), label), "start", entire, False, self.section,
            )
        )  # fmt: skip

    def _says_entire(self, body: int) -> bool:
        """Whether the words behind a mark say that it covers the entire text."""
        rest = self.cursor.fold[body : body + 40].lstrip(" -.:\n")
        return rest.startswith(self.cursor.grammar.page_word("entire-text"))

    def _unnumbered(self, low: int, high: int) -> None:
        """The stretches between empty lines, each a paragraph of its own."""
        cursor = self.cursor
        here = low
        while here < high:
            start = here
            while start < high and cursor.fold[start] in " \n":
                start += 1
            if start >= high:
                return
            stop = _empty_line(cursor.fold, start, high)
            here = stop
            line = cursor.line_start(start)
            if self.headlines and _is_headline(cursor, start, stop):
                low_end, high_end = cursor.trim(start, stop)
                cursor.begin(max(line, low), "heading")
                self.headings.append(Heading(cursor.span(low_end, high_end), cursor.joined(low_end, high_end)))
                continue
            cursor.begin(max(line, low), "paragraph")
            item = _LIST_ITEM.match(cursor.text, start, stop)
            if item is not None:
                self._paragraph(Found(line, start, item.end() - 1, "lettered", 2, None), stop)
            else:
                self._paragraph(Found(line, start, start, "unnumbered", 1, None), stop)

    def _heading(self, item: Found, end: int) -> None:
        cursor = self.cursor
        cursor.begin(item.start, "heading")
        stop = _dash_line(cursor.fold, item.start, end)
        low, high = cursor.trim(item.start, stop)
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

    def _paragraph(self, item: Found, end: int) -> None:
        cursor = self.cursor
        fold, text, span = cursor.fold, cursor.text, cursor.span
        low = item.label_start
        high = low + len(fold[low:end].rstrip(_BLANKS))
        label_end = item.label_end
        label = text[low:label_end]
        mark = item.mark
        place = Word(span(low, label_end), label) if label else Word(span(low, low + 1), text[low : low + 1])
        node = Paragraph(
            span(low, high), item.kind, label, "", item.number, item.depth, mark, None, (), place, None, False, False,
            self.section,
        )  # fmt: skip
        if mark is not None and item.start < low and "\n" in fold[item.start : low]:
            node.where, first = "line-above", label_end
        elif mark is not None:
            node.where = "start"
            first = label_end
            while fold[first] == " ":
                first += 1
            first += len(mark.text)
        elif fold.find("(", label_end, high) < 0 and _is_plain(cursor, label_end, high):
            first = label_end
        else:
            first = _search_mark(cursor, node, item, min(label_end, high), high)
        if isinstance(node.mark, Unread) and node.mark.why == finder.DELETED:
            node.mark, node.cut = None, True
        elif item.number == 1 and not node.entire_text:
            node.entire_text = self._says_entire(first)
        node.text = text[first:high].lstrip()
        self.paragraphs.append(node)


def _is_headline(cursor: Cursor, start: int, stop: int) -> bool:
    """Whether a stretch is one line of a few words, or a short one that is no sentence, and has no mark."""
    line = cursor.fold[start:stop].strip(_BLANKS)
    if "\n" in line or len(line) > _HEADLINE or line[0] in "(-" or line[-1] == ")":
        return False
    return line[-1].isalnum() or len(line.split()) <= 2


def _is_plain(cursor: Cursor, at: int, high: int) -> bool:
    """Whether words without a bracket neither are cut nor say anything of the entire text."""
    fold = cursor.fold
    while at < high and fold[at] in _BLANKS:
        at += 1
    window = fold[at : at + _STATEMENT]
    for word in cursor.grammar.entire_text[0]:
        if word in window:
            return False
    return at < high and fold[at] not in "X[."


def _search_mark(cursor: Cursor, node: Paragraph, item: Found, start: int, high: int) -> int:
    """Look for a mark in its less usual places; return where the text begins."""
    fold, view, words = cursor.fold, cursor.view, cursor.words
    at = start
    while at < high and fold[at] in " \n":
        at += 1
    statement = _statement(cursor, at, high)
    if statement is not None:
        node.mark, node.where, node.entire_text = statement, "start", True
        return start
    if at < high and fold[at] in "X[." and _CUT.match(fold, at, high):
        node.cut = True
    if fold.find("(", at, high) < 0:  # no bracket, no other mark
        return start
    if at < high and fold[at] == "(":
        mark = finder.portion(view, at, high, words, cursor.lowered)
        if mark is not None:
            node.mark = mark
            node.where = "line-above" if "\n" in fold[start:at] else "start"
            return at + len(mark.text)
    if fold[high - 1] in ").":
        _mark_at_end(cursor, node, at, high)
    if node.mark is None and item.kind != "unnumbered":
        opening = _BEFORE_MARK.match(fold, at, high)
        mark_at = opening.end() - 1 if opening is not None else high
        mark = finder.portion(view, mark_at, high, words) if opening is not None else None
        if isinstance(mark, Marking) and not (mark.typo == "bracket" and fold[mark_at - 1].isalpha()):
            node.mark, node.where = mark, "after-heading"
    return start


def _mark_at_end(cursor: Cursor, node: Paragraph, at: int, high: int) -> None:
    """Papers of the White House have the mark behind the last sentence."""
    fold = cursor.fold
    low = fold.rfind("(", at, high)
    if low <= at or high - low > 60 or fold.find(")", low, high) < high - 2 or fold[low - 2] == ":":
        return
    mark = finder.portion(cursor.view, low, high, cursor.words)
    if isinstance(mark, Marking):
        node.mark, node.where = mark, "end"


def _statement(cursor: Cursor, at: int, high: int) -> Marking | None:
    """A statement that one mark covers the entire text."""
    first, phrases = cursor.grammar.entire_text
    window = cursor.fold[at : min(at + _STATEMENT, high)]
    for word in first:
        if word in window:
            break
    else:
        return None
    window = window.replace("\n", " ")
    if not any(phrase in window for phrase in phrases):
        return None
    return finder.entire_text(cursor.view, at, high, cursor.words)


def _empty_line(fold: str, start: int, high: int) -> int:
    """Where the empty line after `start` begins, or `high`."""
    at = fold.find("\n", start, high)
    while at >= 0:
        after = at + 1
        while after < high and fold[after] == " ":
            after += 1
        if after >= high or fold[after] == "\n":
            return at
        at = fold.find("\n", after, high)
    return high


def _dash_line(fold: str, start: int, end: int) -> int:
    """Where the line of dashes below a heading begins."""
    at = fold.find("\n", start, end)
    while at >= 0:
        after = at + 1
        while after < end and fold[after] == " ":
            after += 1
        if fold.startswith("----", after):
            return after
        at = fold.find("\n", after, end)
    return end


def hand_down(paragraphs: list[Paragraph]) -> None:
    """Give each paragraph its level: its own, its parent's, or that of the statement for the entire text."""
    entire = next((item for item in paragraphs if item.entire_text and isinstance(item.mark, Marking)), None)
    all_level = _level(entire) if entire is not None else None
    parent: Level | None = None
    for item in paragraphs:
        mark = item.mark
        if isinstance(mark, Marking):
            item.controls = mark.controls
            item.level = level = mark.level if isinstance(mark.level, Level) else None
        else:
            item.level = level = None if mark is not None else all_level if item.depth == 1 else parent
        if item.depth == 1:
            parent = level


def _level(item: Paragraph) -> Level | None:
    mark = item.mark
    return mark.level if isinstance(mark, Marking) and isinstance(mark.level, Level) else None


def read_text(cursor: Cursor, telegram: Telegram, low: int, high: int) -> None:
    """Read the text between two offsets into the telegram."""
    read_sections(cursor, telegram, [(low, high)])


def read_sections(cursor: Cursor, telegram: Telegram, stretches: list[tuple[int, int]]) -> None:
    """Read the text of all sections into the telegram: the numbers go on from one to the next."""
    paragraphs: list[Paragraph] = []
    headings: list[Heading] = []
    outer = 0
    for section, (low, high) in enumerate(stretches, 1):
        text = Text(cursor, low, high, outer, section)
        body = Body(cursor, low, high, section, headlines=True)
        body.read(text.walk())
        outer = text.outer
        paragraphs += body.paragraphs
        headings += body.headings
    hand_down(paragraphs)
    telegram.paragraphs = tuple(paragraphs)
    telegram.headings = tuple(headings)


# ---- The end of a telegram: signer's name, end marks, and whatever stands behind them.
_SIGNS = dict.fromkeys(map(ord, "_'’.-"))  # what may stand in a name beside letters
_RULE = Pattern(r"[=#*<>-]{3,}|#\d{3,5}")
_ENDED = ".!?:;\"')]-”’"


def read_end(cursor: Cursor, telegram: Telegram, low: int, high: int) -> int:
    """Read signature and end marks from the end upwards; return where the text ends."""
    end = _end_marks(cursor, low, high)
    start, last = _last_line(cursor, low, end)
    if start < 0:
        return end
    name = cursor.text[start:last]
    if last - start > 32 or not _is_name(name) or cursor.fold[last - 1] in ",;:" or not name[0].isupper():
        return end
    line = cursor.line_start(start)
    if not (_stands_alone(cursor, low, line) or (line > low and name.isalpha())) or name.rstrip(".") != name:
        return end
    telegram.signature = Signature(cursor.span(start, last), name)
    cursor.begin(line, "signature")
    return line


def _is_name(text: str) -> bool:
    """Whether a text is one to three words, each beginning with a letter."""
    words = text.split(" ")
    return len(words) <= 3 and all(
        word[:1].isalnum() and not word[0].isdecimal() and word.translate(_SIGNS).isalnum() for word in words
    )


def _stands_alone(cursor: Cursor, low: int, line: int) -> bool:
    """Whether the line above is empty or ends a sentence, and there is a line above."""
    at = line - 2
    while at > low and cursor.fold[at] == " ":
        at -= 1
    return at > low and (cursor.fold[at] == "\n" or cursor.fold[at] in _ENDED)


def _last_line(cursor: Cursor, low: int, high: int) -> tuple[int, int]:
    last = high
    while last > low and cursor.fold[last - 1] in " \n":
        last -= 1
    if last <= low:
        return -1, -1
    start = max(cursor.line_start(last - 1), low)
    while cursor.fold[start] == " ":
        start += 1
    return start, last


def _end_marks(cursor: Cursor, low: int, high: int) -> int:
    """Where the end marks begin, `high` if there are none. Looks at the last lines only."""
    end = high
    words = cursor.grammar.page_word("end")
    for _ in range(9):
        start, last = _last_line(cursor, low, end)
        if start < 0:
            break
        line = cursor.fold[start:last].strip("= ")
        kind = _kind_of_end(cursor, start, last, line, words)
        if kind is None:
            break
        end = max(cursor.line_start(start), low)
        cursor.begin(end, kind)
    return end


def _kind_of_end(cursor: Cursor, start: int, last: int, line: str, words: tuple[str, ...]) -> str | None:
    """The part a last line is: an end mark, or the level repeated at the foot of the page."""
    if line in words or _RULE.fullmatch(cursor.fold[start:last]) is not None:
        return "end_mark"
    if line.startswith(cursor.grammar.page_word("handling", "start")):
        return "end_mark"
    if len(line) > 2 and (line in cursor.grammar.level_names or line in cursor.grammar.page_controls):
        return "page_line"
    return None
