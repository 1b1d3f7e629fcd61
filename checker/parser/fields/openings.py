"""Find the lines that open a paragraph, list item, or heading, and the portion mark after each label.

A single pass with one pattern finds the candidates, and `OpeningFinder` decides which of them are openings. The
`paragraphs` module turns the openings into records.
"""

from __future__ import annotations

import re

from ...model import Marking, Unread
from ...text import Pattern
from ..cursor import Cursor
from ..markings import finder

# A line that begins with a plain word is rejected at once. 1 number, 2 letter after it, 3 its period; 4 a letter with
# its period; 5 dashes to the end of the line; 6 a bullet; 7 a parenthesis.
_CANDIDATES = Pattern(
    r"\n *+(?![A-Z][^.) ][^.)])(?:\xb6 *)?(?:"
    r"(\d{1,3})(\.?[A-Z])?(\.\.(?= \()|[.):](?!\d)| ?[.,](?= *\()|(?= +\())"
    r"|([A-Z]{1,2})[.)](?= )"
    r"|(-{4}[- ]*(?=\n))"
    r"|(-{1,2}(?![-\w])|\*{1,2}(?!\*)|[•·](?= ))"
    r"|(\())"
)
_FULL_LINE = 40  # a wrapped line of a telegram has 55 to 69 code points
_LONG_RULE = 40  # code points
_SHORT_RULE = 19  # code points of the shortest line of dashes that a copy interrupts
_LONGEST_HEADING = 78  # code points
_HEADING_LINES = 3
_LARGEST_FIRST_NUMBER = 40  # in a text that does not begin with paragraph 1
_LARGEST_GAP = 3  # paragraphs without marks that a number may skip
_LONGEST_LIST = 2000  # code points of running text that are searched for the letters before a letter
_NO_HEADING = Pattern(r"(?:(?<!\.)\.[)\"'\u201d]?|[;,])\Z")  # how a line of a sentence ends
_NUMBER = Pattern(r" ?(\d{1,2})[.)](?= )")
_ROMAN = "IVX"
SENTENCE_ENDS = ".!?:;\"')]-”’*>"


class Opening:
    """The opening of a paragraph, list item, or heading: the start of its line, its label, kind, and mark."""

    __slots__ = ("depth", "kind", "label_end", "label_start", "mark", "number", "start")

    def __init__(
        self,
        start: int,
        label: tuple[int, int],
        kind: str,
        depth: int = 1,
        number: int | None = None,
        mark: Marking | Unread | None = None,
    ) -> None:
        self.start = start
        self.label_start, self.label_end = label
        self.kind = kind
        self.depth = depth
        self.number = number
        self.mark = mark


class OpeningFinder:
    """Finds the openings in one section of the text, from `low` to `high`.

    `outer` is the latest number in the main sequence, which continues from one section to the next.
    """

    __slots__ = (
        "bracketed",
        "close",
        "cursor",
        "doubled",
        "high",
        "inner",
        "items",
        "letter",
        "low",
        "marked",
        "notes",
        "numbered_letter",
        "openings",
        "outer",
        "section",
        "strays",
    )

    def __init__(self, cursor: Cursor, low: int, high: int, outer: int = 0, section: int = 1) -> None:
        self.cursor = cursor
        self.low = low
        self.high = high
        self.outer = outer
        self.inner = 0  # the last number of a list inside a paragraph
        self.letter = ""  # the last letter of a lettered list
        self.bracketed = ""  # the last letter of a list lettered in parentheses
        self.numbered_letter = ""  # the last letter of a list whose letters follow paragraph numbers: `3. (b)`
        self.doubled = ""  # the last letter of a list whose labels are repeated in parentheses: `B. (B)`
        self.strays: set[str] = set()  # letters in parentheses that open lines and are neither marks nor list items
        self.items: set[int] = set()  # offsets of the parentheses around list letters
        self.close = ""  # the punctuation after the numbers of the main sequence
        self.marked = False  # whether the numbered paragraphs so far had marks
        self.section = section
        self.openings: list[Opening] = []
        self.notes = cursor.grammar.page_word("minimize")  # handling notes, which are not portions

    def find(self) -> list[Opening]:
        """Return all openings, in text order."""
        fold = self.cursor.fold
        if self.low == 0 or fold[self.low - 1] != "\n":
            self._first_line()
        for match in _CANDIDATES.finditer(fold, max(self.low - 1, 0), self.high):
            self._open(match, match.start() + 1)
        if self.strays and self.marked:
            self.openings = [opening for opening in self.openings if not self._is_answer(opening)]
        return self.openings

    def _is_answer(self, opening: Opening) -> bool:
        """Return whether an unnumbered letter in parentheses is adjacent in the alphabet to letters that are not marks,
        as in a list of answers (B), (C), (D).
        """
        letter = self._lone_letter(opening.label_end) if opening.kind == "unnumbered" else ""
        answer = bool(letter) and any(abs(ord(letter) - ord(stray)) == 1 for stray in self.strays)
        if answer:
            self.items.add(opening.label_end)
        return answer

    def _first_line(self) -> None:
        """Examine the first line separately, because it does not follow a line feed."""
        match = _CANDIDATES.match("\n" + self.cursor.fold[self.low : self.cursor.line_end(self.low)] + "\n")
        if match is not None:
            self._open(match, self.low, self.low - 1)

    def _open(self, match: re.Match[str], start: int, shift: int = 0) -> None:
        group = match.lastindex or 0
        end = match.end() + shift
        if match.group(1) is not None:
            at = self.cursor.after_blanks(end)
            if not self.cursor.fold.startswith(self.notes, at):
                self._numbered(match, start, (match.start(1) + shift, end), at)
        elif group == 4:
            self._lettered(match.group(4), start, match.start(4) + shift, end)
        elif group == 5:
            if not _is_table(match.group(5)) and not self._heading(start):
                self._joined_heading(start, end)
        elif group == 6:
            self._bullet(start, match.start(6) + shift, end)
        else:
            self._bracket(start, end - 1)

    # ---- Numbered paragraphs -----------------------------------------------------------------------------------------

    def _numbered(self, match: re.Match[str], start: int, label: tuple[int, int], at: int) -> None:
        """Open a numbered paragraph whose first word is at `at`, unless the number is at the beginning of a line only
        by chance.
        """
        digits, letter, close = match.group(1, 2, 3)
        number = int(digits)
        listed = self.cursor.fold[at] == "(" and self._is_numbered_letter(at)
        mark = None if listed else self._mark(at, letter is None)
        if mark is None:
            mark, start = self._mark_above(start)
        free = mark is not None or self._is_free(start)
        if letter is not None:
            if free and number in (self.outer, self.outer + 1):
                self.outer = number
                self.openings.append(Opening(start, label, "lettered", 2, number, mark))
            return
        if mark is None and self.marked and self.close == "." and close == ")":
            depth = 2 if free and (number == self.inner + 1 or self._after_blank(start)) else 0
        else:
            depth = self._depth(number, mark is not None, free, start)
        if depth == 1:
            self.outer, self.inner, self.letter, self.bracketed = number, 0, "", ""
            self.close = close
            self.marked = self.marked or mark is not None
        elif depth == 2:
            self.inner = number
        else:
            return
        self.openings.append(Opening(start, label, "numbered", depth, number, mark))

    def _depth(self, number: int, marked: bool, free: bool, start: int) -> int:
        """Return 1 for the main sequence, 2 for a list within a paragraph, or 0 if the number is not a paragraph
        number.

        A number counts if it is the next one in its sequence. A marked number also counts if it skips, repeats, or
        restarts.
        """
        if self.inner and number == self.inner + 1 and free and not marked:
            if self.marked or number != self.outer + 1:
                return 2
        if number == self.outer + 1:
            return 1 if free else 0
        if marked:
            return 1
        return self._depth_of_unmarked(number) if free and self._after_blank(start) else 0

    def _depth_of_unmarked(self, number: int) -> int:
        """Return the depth of an unmarked number that follows a blank line but does not continue the sequence, or 0 if
        it is not a paragraph number.
        """
        if number == 1 and self.outer:
            return 2
        if self.outer == 0 or number == self.outer:
            first = number < _LARGEST_FIRST_NUMBER and (self.section > 1 or number <= 2 or number == self.outer)
            return 1 if first else 0
        return 1 if not self.marked and self.outer < number <= self.outer + _LARGEST_GAP else 0

    # ---- Other openings ----------------------------------------------------------------------------------------------

    def _lettered(self, letter: str, start: int, label: int, end: int) -> None:
        if len(letter) > 1 and letter[0] != letter[-1]:
            return
        mark = None if self._is_doubled(letter, end) else self._mark(end)
        follows = letter == "A" if not self.letter else ord(letter[0]) == ord(self.letter[0]) + 1
        if mark is None and not (follows and self._is_free(start)):
            return
        self.letter = letter
        self.openings.append(Opening(start, (label, end), "lettered", 2, None, mark))

    def _bullet(self, start: int, label: int, end: int) -> None:
        mark = None if self._is_list_letter(self.cursor.after_blanks(end)) else self._mark(end)
        last = self.openings[-1] if self.openings else None
        if mark is None and not self._after_blank(start):
            if not (self._is_free(start) or (last is not None and last.kind == "bullet")):
                return
        self.openings.append(Opening(start, (label, end), "bullet", 2, None, mark))

    def _bracket(self, start: int, at: int) -> None:
        if not self._is_free(start) or self._is_list_letter(at):
            return
        mark = finder.portion(self.cursor.view, at, self.high, self.cursor.words, self.cursor.lowered)
        if mark is None:
            return
        last = self.openings[-1] if self.openings else None
        if last is not None and last.kind == "numbered" and last.mark is None:
            if not self.cursor.fold[last.label_end : start].strip(" \n"):
                return  # the mark of a paragraph whose number is on the line above
        number = _NUMBER.match(self.cursor.fold, at + len(mark.text), self.high)
        if number is not None and int(number[1]) == self.outer + 1:  # `(C) 3. The text`
            self.outer, self.inner, self.letter, self.bracketed, self.marked = int(number[1]), 0, "", "", True
            self.openings.append(Opening(start, (number.start(1), number.end()), "numbered", 1, self.outer, mark))
            return
        self.openings.append(Opening(start, (at, at), "unnumbered", 1, None, mark))

    def _lone_letter(self, at: int) -> str:
        """Return the single letter in parentheses at an offset, in upper case, or an empty string."""
        item = self.cursor.fold[at : min(at + 3, self.high)]
        return item[1] if item[:1] == "(" and item[2:] == ")" and "A" <= item[1] <= "Z" else ""

    def _is_list_letter(self, at: int) -> bool:
        """Return whether a letter in parentheses is not a mark but the next item in a list that begins with (A)."""
        letter = self._lone_letter(at)
        if not letter:
            return False
        if letter != "A" and not _follows(self.bracketed, letter) and not self._goes_on_from_text(letter, at):
            if letter not in _ROMAN and finder.portion(self.cursor.view, at, at + 3, self.cursor.words, True) is None:
                self.strays.add(letter)
            return False
        self.bracketed = letter
        self.items.add(at)
        return True

    def _goes_on_from_text(self, letter: str, at: int) -> bool:
        """Return whether a letter is a list letter because the preceding letters are in the running text of the same
        paragraph.

        After (A) and (B) in the text, a (C) that begins a new paragraph is a mark.
        """
        fold = self.cursor.fold
        low = max(self.openings[-1].start if self.openings else self.low, self.low, at - _LONGEST_LIST)
        place = at
        for earlier in ("A",) if letter == "B" else (chr(ord(letter) - 1), chr(ord(letter) - 2)):
            place = fold.rfind(f"({earlier}) ", low, place)
            if place < 0 or fold[low:place].rstrip(" ")[-1:].isdigit():  # "1.4 (A)" is a reason
                return False
        above = fold[low:at].rstrip(" ")
        return letter == "B" or not above.endswith("\n\n") or above.rstrip(" \n")[-1:] in ",;:"

    def _is_numbered_letter(self, at: int) -> bool:
        """Return whether the parentheses after a number contain the next letter in a list, as in `3. (a)`, `4. (b)`."""
        letter = self._lone_letter(at)
        if letter == "A" or _follows(self.numbered_letter, letter):
            self.numbered_letter = letter
            self.items.add(at)
            return True
        if letter and self.numbered_letter and self._mark(at, True) is not None:
            self.numbered_letter = ""
        return False

    def _is_doubled(self, letter: str, end: int) -> bool:
        """Return whether a letter is repeated in parentheses, as the previous letters in the list were: `B. (B)`, `C.
        (C)`.
        """
        at = self.cursor.after_blanks(end)
        if self._lone_letter(at) != letter:
            return False
        follows = letter == "A" or _follows(self.doubled, letter)
        self.doubled = letter
        if follows:
            self.items.add(at)
        return follows

    def _heading(self, dashes: int) -> bool:
        """Open a heading for the lines directly above a line of dashes, up to a blank line or the end of a
        paragraph. Return whether there are such lines.
        """
        fold = self.cursor.fold
        top = dashes
        start = -1
        for _ in range(_HEADING_LINES):
            above = fold.rfind("\n", 0, max(top - 1, 0)) + 1
            line = fold[above : top - 1].strip(" ") if top > self.low else ""
            if not line or top <= self.low or line[0] == "-":
                break
            if len(line) > _LONGEST_HEADING or above < self.low:
                return False
            start = top = above
        else:
            return False
        self._open_heading(start)
        return True

    def _joined_heading(self, dashes: int, end: int) -> None:
        """Open a heading for the line just above a line of dashes if the line above it ends a sentence and a numbered
        or marked paragraph follows, so that only an empty line is missing.
        """
        fold = self.cursor.fold
        start = fold.rfind("\n", 0, dashes - 1) + 1
        line = fold[start : dashes - 1].rstrip(" ")
        if start <= self.low or not 0 < len(line) <= _LONGEST_HEADING or _NO_HEADING.search(line) is not None:
            return
        if fold[max(start - _FULL_LINE, 0) : start].rstrip(" \n")[-1:] not in SENTENCE_ENDS:
            return
        below = fold[end : min(end + _FULL_LINE, self.high)]
        feed = end + below.rfind("\n", 0, len(below) - len(below.lstrip(" \n")))
        follows = _CANDIDATES.match(fold, feed, self.high)
        if follows is not None and (follows.group(1) or isinstance(self._mark(follows.end() - 1), Marking)):
            self._open_heading(start)

    def _open_heading(self, start: int) -> None:
        last = self.openings[-1] if self.openings else None
        if start >= 0 and last is not None and last.start == start and last.kind == "unnumbered":
            last.kind = "heading"
        elif start >= 0 and (last is None or last.start < start):
            self.openings.append(Opening(start, (start, start), "heading"))

    # ---- Context -----------------------------------------------------------------------------------------------------

    def _mark(self, at: int, alone: bool = False) -> Marking | Unread | None:
        """Return the mark that directly follows a label on the same line, or `None`.

        After a number (`alone`), a single lower-case letter in parentheses is also a mark.
        """
        cursor = self.cursor
        fold = cursor.fold
        at = cursor.after_blanks(at)
        high = self.high
        if fold[at] != "(":
            close = fold.find(")", at + 1, at + 4)
            if close < 0 or not fold[at].isalpha():
                return None
            high = close + 1 if alone else high  # "1. C)The text": the opening parenthesis and a space are missing
        folded = cursor.lowered or (alone and fold[at + 2 : at + 3] == ")")
        return finder.portion(cursor.view, at, high, cursor.words, folded)

    def _mark_above(self, start: int) -> tuple[Marking | Unread | None, int]:
        """Return a mark that is alone on the line above a number, and the offset at which that line begins, or `None`
        and `start`. The mark is then no longer a separate opening.
        """
        last = self.openings[-1] if self.openings else None
        if last is None or last.kind != "unnumbered" or last.mark is None:
            return None, start
        if self.cursor.fold[last.label_start + len(last.mark.text) : start].strip(" \n"):
            return None, start
        self.openings.pop()
        return last.mark, last.start

    def _is_free(self, start: int) -> bool:
        """Return whether a line can open a paragraph because it follows an empty line, a heading, or the end of a
        sentence.

        In telegrams without marks, the preceding line may also be one that is too short to have been wrapped.
        """
        fold = self.cursor.fold
        at = start - 1
        while at > self.low and fold[at] in " \n":
            if fold[at] == "\n" and at < start - 1:
                return True
            at -= 1
        if at <= self.low or fold[at] in SENTENCE_ENDS:
            return True
        return not self.marked and at - fold.rfind("\n", max(at - _FULL_LINE, 0), at) < _FULL_LINE

    def _after_blank(self, start: int) -> bool:
        fold = self.cursor.fold
        at = start - 2
        while at >= 0 and fold[at] == " ":
            at -= 1
        return at < self.low or fold[at] == "\n" or fold[at] == "-"


def _is_table(dashes: str) -> bool:
    """Return whether dashes underline table columns, as shown by several short groups.

    Long lines of dashes may be interrupted by single spaces.
    """
    groups = dashes.split()
    return len(groups) > 1 and (
        min(map(len, groups[:-1])) < _SHORT_RULE or (len(groups[0]) < _LONG_RULE and "  " in dashes.rstrip())
    )


def _follows(last: str, letter: str) -> bool:
    """Return whether a letter directly follows `last` in the alphabet, or false if either of them is empty."""
    return bool(last and letter) and ord(letter) == ord(last) + 1
