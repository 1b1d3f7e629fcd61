"""Find portion marks in less common positions, and assign a level to each paragraph.

The `openings` module reads marks that directly follow a label. This module handles statements about the entire text;
marks on the line above, after a heading, or at the end of the last sentence; and deletions in place of a mark.
"""

from __future__ import annotations

from ...model import Marking, Paragraph, Unread
from ...text import Pattern
from ...values import Level
from ..cursor import Cursor
from ..markings import finder
from .deletions import begins_deleted

_BEFORE_MARK = Pattern(r"[A-Z][A-Z /'-]{0,38}[:.]? {0,3}(?:[-\u2013\u2014]{1,2} ?)?\(")
_BLANKS = " \n"
_STATEMENT = 70  # code points in which a statement for the entire text begins
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
    if fold.find("(", at, high) < 0 and not _may_state(cursor, at, high):
        return start
    statement = _statement(cursor, at, high)
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
    if node.mark is None and node.kind != "unnumbered":
        _mark_after_heading(cursor, node, at, high)
    return start


def _may_state(cursor: Cursor, at: int, high: int) -> bool:
    """Return whether words without parentheses may state that one mark covers the entire text."""
    window = cursor.fold[at : at + _STATEMENT]
    return at < high and any(word in window for word in cursor.grammar.entire_text[0])


def _mark_at_end(cursor: Cursor, node: Paragraph, at: int, high: int) -> None:
    """Read the mark after the last sentence, where White House documents place it."""
    fold = cursor.fold
    low = fold.rfind("(", at, high)
    if low <= at or high - low > _LONGEST_MARK_AT_END or fold.find(")", low, high) < high - 2 or fold[low - 2] == ":":
        return
    mark = finder.portion(cursor.view, low, high, cursor.words)
    if isinstance(mark, Marking):
        node.mark, node.where = mark, "end"


def _mark_after_heading(cursor: Cursor, node: Paragraph, at: int, high: int) -> None:
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
