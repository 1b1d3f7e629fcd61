"""The end of a telegram: signer's name, end marks, and whatever stands behind them."""

from __future__ import annotations

from ..document import Signature, Telegram
from .patterns import Pattern
from .sheet import Sheet

_SIGNS = dict.fromkeys(map(ord, "_'’.-"))  # what may stand in a name beside letters
_RULE = Pattern(r"[=#*<>-]{3,}|#\d{3,5}")
_ENDED = ".!?:;\"')]-”’"


def read_end(sheet: Sheet, telegram: Telegram, low: int, high: int) -> int:
    """Read signature and end marks from the end upwards; return where the text ends."""
    end = _end_marks(sheet, low, high)
    start, last = _last_line(sheet, low, end)
    if start < 0:
        return end
    name = sheet.text[start:last]
    if last - start > 32 or not _is_name(name) or sheet.fold[last - 1] in ",;:" or not name[0].isupper():
        return end
    line = sheet.line_start(start)
    if not (_stands_alone(sheet, low, line) or (line > low and name.isalpha())) or name.rstrip(".") != name:
        return end
    telegram.signature = Signature(sheet.span(start, last), name)
    sheet.begin(line, "signature")
    return line


def _is_name(text: str) -> bool:
    """Whether a text is one to three words, each beginning with a letter."""
    words = text.split(" ")
    return len(words) <= 3 and all(
        word[:1].isalnum() and not word[0].isdecimal() and word.translate(_SIGNS).isalnum() for word in words
    )


def _stands_alone(sheet: Sheet, low: int, line: int) -> bool:
    """Whether the line above is empty or ends a sentence, and there is a line above."""
    at = line - 2
    while at > low and sheet.fold[at] == " ":
        at -= 1
    return at > low and (sheet.fold[at] == "\n" or sheet.fold[at] in _ENDED)


def _last_line(sheet: Sheet, low: int, high: int) -> tuple[int, int]:
    last = high
    while last > low and sheet.fold[last - 1] in " \n":
        last -= 1
    if last <= low:
        return -1, -1
    start = max(sheet.line_start(last - 1), low)
    while sheet.fold[start] == " ":
        start += 1
    return start, last


def _end_marks(sheet: Sheet, low: int, high: int) -> int:
    """Where the end marks begin, `high` if there are none. Looks at the last lines only."""
    end = high
    words = sheet.grammar.page_word("end")
    for _ in range(9):
        start, last = _last_line(sheet, low, end)
        if start < 0:
            break
        line = sheet.fold[start:last].strip("= ")
        kind = _kind_of_end(sheet, start, last, line, words)
        if kind is None:
            break
        end = max(sheet.line_start(start), low)
        sheet.begin(end, kind)
    return end


def _kind_of_end(sheet: Sheet, start: int, last: int, line: str, words: tuple[str, ...]) -> str | None:
    """The part a last line is: an end mark, or the level repeated at the foot of the page."""
    if line in words or _RULE.fullmatch(sheet.fold[start:last]) is not None:
        return "end_mark"
    if line.startswith(sheet.grammar.page_word("handling", "start")):
        return "end_mark"
    if len(line) > 2 and (line in sheet.grammar.level_names or line in sheet.grammar.page_controls):
        return "page_line"
    return None
