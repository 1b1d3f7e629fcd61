"""Read the end of a telegram, starting from its last line: end marks, repeated levels, and the signer's name."""

from __future__ import annotations

from ...model import Signature, Telegram
from ...text import Pattern
from ..cursor import Cursor

_NAME_MARKS = dict.fromkeys(map(ord, "_'’.-"))  # that may occur in a name besides letters
_STRAY_MARKS = ' #"*~_=<>+-|'
_NO_WORDS = Pattern(r"[^A-Z0-9(){}]+|#\d{3,5}")
_RECORD_LINE = Pattern(r">? *\d{2,4}[A-Z]+\d+ - (?:CLASSIFICATION: )?[A-Z ]+")
_SENTENCE_ENDS = ".!?:;\"')]-”’"
_NAME_AT_END = Pattern(  # 1 the word that the period follows, 2 the name
    r"(?:\b([A-Z.]{1,7})[.]|[.!?)\]\"”’>]|[-*=]{3}|X{4}|MINIMIZED? CONSIDERED|[.] ?CFM|_[A-Z]{1,20}|/) +#?"
    r"((?:(?!CFM )[A-Z]{2,3} ){0,2}[A-Z](?:[^\W\d_]|['’-]){2,24})[ #\"*~_=.]*$"
)
_GLUED_NAME = Pattern(r"[a-z\d)][.] ?[.]?([A-Z][A-Z'’-]{2,24})$", 0)
_ROW_END = Pattern(r"(?<=[A-Z])(?: \d)? (?:\d{4}-\d\d-\d\d|\d\d/\d\d/\d{4})$")  # the end of an archive's row
_LONGEST_NAME = 32  # code points
_LONGEST_END = 60  # code points at the end of the last line that are searched for a name
_LONGEST_NOTICE = 300  # code points
_LAST_LINES = 12


def read_end(cursor: Cursor, telegram: Telegram, low: int, high: int) -> int:
    """Read the end marks and the signature into the telegram. Return the offset at which the text above them ends."""
    end, start, last = _end_marks(cursor, telegram, low, high)
    if start < 0:
        return end
    dated = cursor.fold[last - 1] in "0123456789"
    row = _ROW_END.search(cursor.fold, max(start, last - _LONGEST_END), last) if dated else None
    last = row.start() if row is not None else last
    found = _name_line(cursor, low, start, last) or _name_at_end(cursor, start, last)
    if found is None:
        return end
    start, last = found
    line = cursor.line_start(start)
    begin = line if not cursor.fold[line:start].strip(_STRAY_MARKS) else start
    telegram.signature = Signature(cursor.span(start, last), cursor.text[start:last])
    cursor.begin(begin, "signature")
    return begin


def is_notice(cursor: Cursor, start: int, stop: int) -> bool:
    """Return whether a group of lines is a website footer or a notice about an enclosure or foreign information."""
    if stop - start > _LONGEST_NOTICE:
        return False
    words = " ".join(cursor.fold[start:stop].lstrip(_STRAY_MARKS).split())
    if not words.startswith(cursor.grammar.notice_starts):
        return False
    starts = cursor.grammar.page_word("footer", "start")
    if words.startswith(starts) and any(words.startswith(f"{form} ") for form in starts):
        return any(phrase in words for phrase in cursor.grammar.page_word("footer", "phrase"))
    if words.startswith(cursor.grammar.page_word("foreign-notice", "start")):
        return words.rstrip(".").endswith(cursor.grammar.page_word("foreign-notice", "end"))
    if not words.startswith(cursor.grammar.page_word("separable", "start")):
        return False
    return any(phrase in words for phrase in cursor.grammar.page_word("separable", "phrase"))


def _name_line(cursor: Cursor, low: int, start: int, last: int) -> tuple[int, int] | None:
    """Return the span of a name that fills the last line, except for stray marks, or `None`."""
    words = cursor.text[start:last].rstrip(_STRAY_MARKS)
    if words.isupper() or words.endswith(".."):
        words = words.rstrip("." + _STRAY_MARKS)
    name = words.lstrip(_STRAY_MARKS)
    at = start + len(words) - len(name)
    first, _, second = name.partition(" ")
    name = first if second.strip() == first else name  # printed twice
    if len(name) > _LONGEST_NAME or not name or not _is_name(name) or name[-1] in ",;:.":
        return None
    if _is_vocabulary(cursor, name.upper().rpartition(" ")[2]):
        return None
    line = cursor.line_start(start)
    if not name[0].isupper() and not (name.isalpha() and _rule_above(cursor, low, line)):
        if name.partition(" ")[0].lower() not in cursor.grammar.page_word("name", "particle"):
            return None
    if not (_ends_above(cursor, low, line) or (line > low and name.isalpha())):
        return None
    return at, at + len(name)


def _name_at_end(cursor: Cursor, start: int, last: int) -> tuple[int, int] | None:
    """Return the span of a name that follows the last sentence on the last line, or `None`."""
    for match in _NAME_AT_END.finditer(cursor.fold, max(start, last - _LONGEST_END), last):
        if _is_abbreviation(cursor, match.group(1)):
            continue
        low, high = match.span(2)
        *particles, name = cursor.text[low:high].split(" ")
        if any(word.lower() not in cursor.grammar.page_word("name", "particle") for word in particles):
            return None
        proper = name.isupper() or (name[0].isupper() and cursor.text[last - 1] != ".")  # a period ends a sentence
        if not proper or _is_vocabulary(cursor, cursor.fold[low:high]):
            return None
        return low, high
    glued = _GLUED_NAME.search(cursor.text, max(start, last - _LONGEST_END), last)
    return glued.span(1) if glued is not None and not _is_vocabulary(cursor, glued[1]) else None


def _is_abbreviation(cursor: Cursor, word: str | None) -> bool:
    """Return whether the word before a period is an initial or title, in which case a name after it continues the
    sentence.
    """
    return word is not None and (len(word) == 1 or "." in word or word in cursor.grammar.page_word("abbreviation"))


def _is_vocabulary(cursor: Cursor, word: str) -> bool:
    """Return whether a word is a level, control, caption, or heading word, and is therefore not a name."""
    grammar = cursor.grammar
    if word in grammar.level_names or word in grammar.page_controls or word in grammar.captions:
        return True
    return word in grammar.page_word("summary") or word in grammar.page_word("quote")


def _is_name(text: str) -> bool:
    """Return whether a text can be a name: one to three words, each of which begins with a letter."""
    if text.isalpha():
        return True
    words = text.split(" ")
    if any(len(word) > 3 and word[-1] == "." for word in words[:-1]) or text.upper().startswith("MINIMIZE "):
        return False
    return len(words) <= 3 and all(
        word[:1].isalnum() and not word[0].isdecimal() and word.translate(_NAME_MARKS).isalnum() for word in words
    )


def _ends_above(cursor: Cursor, low: int, line: int) -> bool:
    """Return whether the line above `line` is empty or ends a sentence."""
    at = line - 2
    while at > low and cursor.fold[at] == " ":
        at -= 1
    return at > low and (cursor.fold[at] == "\n" or cursor.fold[at] in _SENTENCE_ENDS)


def _rule_above(cursor: Cursor, low: int, line: int) -> bool:
    """Return whether the line above ends with a row of dashes or asterisks, or this line begins with an asterisk."""
    own = cursor.fold[line : cursor.after_blanks(line) + 1].strip()
    return own == "*" or (line > low and cursor.fold[max(low, line - 5) : line].rstrip()[-3:] in ("***", "---"))


def _last_line(cursor: Cursor, low: int, high: int) -> tuple[int, int]:
    """Return the trimmed span of the last nonblank line between two offsets, or (-1, -1) if there is none."""
    last = high
    while last > low and cursor.fold[last - 1] in " \n":
        last -= 1
    if last <= low:
        return -1, -1
    return cursor.after_blanks(max(cursor.line_start(last - 1), low)), last


def _end_marks(cursor: Cursor, telegram: Telegram, low: int, high: int) -> tuple[int, int, int]:
    """Record the end marks on the last lines as parts. Return the offset at which the end marks begin, or `high` if
    there are none, and the span of the last line above them, as `_last_line` does.
    """
    end = high
    start, last = _last_line(cursor, low, end)
    words = cursor.grammar.page_word("end")
    for _ in range(_LAST_LINES):
        if start < 0:
            break
        begin, kind = start, _end_kind(cursor, start, last, words)
        if kind is None:
            begin = _group_start(cursor, low, start, last)
            if begin <= low or not is_notice(cursor, begin, last) or _is_signed(cursor, low, last):
                break
            kind = "end_mark"
        end = max(cursor.line_start(begin), low)
        if kind == "correction":
            telegram.corrections = (cursor.word(begin, last), *telegram.corrections)
        cursor.begin(end, kind)
        start, last = _last_line(cursor, low, end)
    return end, start, last


def _is_signed(cursor: Cursor, low: int, last: int) -> bool:
    """Return whether the last line of a notice is a name, or ends with one, and the name is not one of the notice's own
    words.
    """
    start = cursor.after_blanks(max(cursor.line_start(last - 1), low))
    found = _name_line(cursor, low, start, last) or _name_at_end(cursor, start, last)
    return found is not None and cursor.fold[slice(*found)] not in cursor.grammar.page_word("footer", "phrase")


def _group_start(cursor: Cursor, low: int, start: int, last: int) -> int:
    """Return the offset at which the group of lines that contains `start` and ends at `last` begins, but not less than
    `low`. Groups are separated by blank lines. In a group that is too long for a notice, the result is any offset that
    shows this.
    """
    line = cursor.line_start(start)
    while line > low and last - line <= _LONGEST_NOTICE:
        above = cursor.line_start(line - 1)
        if cursor.blank_line(above):
            break
        line = above
    return max(line, low)


def _end_kind(cursor: Cursor, start: int, last: int, words: tuple[str, ...]) -> str | None:
    """Return the kind of part that the last line is: `end_mark`, `correction`, or, for a level or caption at the bottom
    of the page, `page_line`. Return `None` for any other line.
    """
    line = cursor.fold[start:last].strip("= ")
    if line in words:
        return "end_mark"
    if not "A" <= cursor.fold[start] <= "Z" and _NO_WORDS.fullmatch(cursor.fold, start, last) is not None:
        return "end_mark"
    if " - " in line and _RECORD_LINE.fullmatch(cursor.fold, start, last) is not None:
        return "end_mark"
    if line.startswith(cursor.grammar.page_word("handling", "start")):
        return "end_mark"
    if f"{line} ".startswith(cursor.grammar.correction_starts):
        return "correction"
    if len(line) > 2 and (line in cursor.grammar.level_names or line in cursor.grammar.page_controls):
        return "page_line"
    if line in cursor.grammar.captions:
        return "page_line"
    return None
