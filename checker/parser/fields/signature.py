"""Read the end of a telegram from its last line upwards: end marks, repeated levels, and the signer's name."""

from __future__ import annotations

from ...model import Signature, Telegram
from ..cursor import Cursor, Pattern

_NAME_MARKS = dict.fromkeys(map(ord, "_'’.-"))  # may occur in a name beside letters
_RULE = Pattern(r"[=#*<>-]{3,}|#\d{3,5}")
_SENTENCE_ENDS = ".!?:;\"')]-”’"
_LONGEST_NAME = 32  # code points
_LAST_LINES = 9


def read_end(cursor: Cursor, telegram: Telegram, low: int, high: int) -> int:
    """Read end marks and signature into the telegram; return where the text ends."""
    end = _end_marks(cursor, low, high)
    start, last = _last_line(cursor, low, end)
    if start < 0:
        return end
    name = cursor.text[start:last]
    if len(name) > _LONGEST_NAME or not _is_name(name) or name[-1] in ",;:." or not name[0].isupper():
        return end
    line = cursor.line_start(start)
    if not (_ends_above(cursor, low, line) or (line > low and name.isalpha())):
        return end
    telegram.signature = Signature(cursor.span(start, last), name)
    cursor.begin(line, "signature")
    return line


def _is_name(text: str) -> bool:
    """Return whether a text is one to three words, each beginning with a letter."""
    words = text.split(" ")
    return len(words) <= 3 and all(
        word[:1].isalnum() and not word[0].isdecimal() and word.translate(_NAME_MARKS).isalnum() for word in words
    )


def _ends_above(cursor: Cursor, low: int, line: int) -> bool:
    """Return whether there is a line above, and it is empty or ends a sentence."""
    at = line - 2
    while at > low and cursor.fold[at] == " ":
        at -= 1
    return at > low and (cursor.fold[at] == "\n" or cursor.fold[at] in _SENTENCE_ENDS)


def _last_line(cursor: Cursor, low: int, high: int) -> tuple[int, int]:
    """Return the last line with words between two offsets, trimmed; (-1, -1) if there is none."""
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
    """Return where the end marks begin, `high` if there are none. Only the last lines are examined."""
    end = high
    words = cursor.grammar.page_word("end")
    for _ in range(_LAST_LINES):
        start, last = _last_line(cursor, low, end)
        if start < 0:
            break
        kind = _end_kind(cursor, start, last, words)
        if kind is None:
            break
        end = max(cursor.line_start(start), low)
        cursor.begin(end, kind)
    return end


def _end_kind(cursor: Cursor, start: int, last: int, words: tuple[str, ...]) -> str | None:
    """Return the part that a last line is: an end mark, or the level repeated at the foot of the page."""
    line = cursor.fold[start:last].strip("= ")
    if line in words or _RULE.fullmatch(cursor.fold[start:last]) is not None:
        return "end_mark"
    if line.startswith(cursor.grammar.page_word("handling", "start")):
        return "end_mark"
    if len(line) > 2 and (line in cursor.grammar.level_names or line in cursor.grammar.page_controls):
        return "page_line"
    return None
