"""Read caption lines and pass lines below the classification line."""

from __future__ import annotations

from ...model import Caption
from ...text import Pattern
from ...vocabulary import Entry
from ..cursor import Cursor

LONGEST_ADDRESS = 90  # code points
_ADDRESS = Pattern(r"R[UH][A-Z]{3,6}(?:/|\Z)")
_SEPARATORS = " ,/;+-"
_SHORT = Pattern(r"[A-Z][A-Z0-9/&'().,-]*(?: [A-Z0-9/&'().,-]+){0,3}")
_NOT_CAPTION = Pattern(
    r"(?:TO|AND|FROM|FOR|AMEMBASSY|AMCONSUL|USMISSION|USDEL) |X{4,}|[A-Z]{1,10} ?/ ?[A-Z]|[A-Z] \d{6}Z "
)


def read_captions(cursor: Cursor, start: int, end: int) -> list[Caption]:
    """Return the captions on one trimmed line, or an empty list if it is not a caption line."""
    letters = cursor.fold[start:end].replace(" ", "")
    entry = cursor.grammar.captions.get(letters)
    if entry is not None and (len(letters) == end - start or entry.spellings("spaced", "line", "damaged")):
        return [_caption(cursor, start, end, entry)]
    fold = cursor.fold
    runs, starts, ends = cursor.grammar.caption_forms
    if fold.startswith(runs, start, end):
        run = _run(cursor, start, end)
        if run:
            return run
    if not (fold.startswith(starts, start) or fold.endswith(ends, start, end) or fold[start + 1] == " "):
        return []
    for form, starter in cursor.grammar.caption_starts:
        if cursor.fold.startswith(form, start) and not cursor.fold[start + len(form)].isalpha():
            return [_caption(cursor, start, end, starter)]
        if cursor.fold[start + 1] == " " and starter.forms.get("spaced") and letters.startswith(form):
            return [_caption(cursor, start, end, starter)]
    for form, ender in cursor.grammar.caption_ends:
        if cursor.fold.endswith(" " + form, start, end):
            return [_caption(cursor, start, end, ender)]
    return []


def _run(cursor: Cursor, start: int, end: int) -> list[Caption]:
    """Return the captions on a line, which may be separated by commas, by spaces, or not at all. Return an empty list
    if any of them is unknown.
    """
    fold = cursor.fold
    found = []
    at = start
    while at < end:
        for form, entry in cursor.grammar.caption_letters.get(fold[at], ()):
            if fold.startswith(form, at, end):
                found.append(_caption(cursor, at, at + len(form), entry))
                at += len(form)
                break
        else:
            return []
        while at < end and fold[at] in _SEPARATORS:
            at += 1
    return found


def captions_of(cursor: Cursor, start: int, end: int, controls: tuple[str, ...]) -> list[Caption]:
    """Return the captions that correspond to the controls on a repeated level line. Each caption has the span of that
    line.
    """
    codes = [cursor.grammar.caption_of_control.get(code, code) for code in controls]
    entries = [entry for entry in cursor.words["captions"] if entry.code in codes]
    return [_caption(cursor, start, end, entry) for entry in entries]


def joined_captions(cursor: Cursor, start: int, end: int) -> tuple[list[Caption], int, int]:
    """Return the captions at the beginning and end of a pass line, and the start and end of the text between them.

    The captions share the line in copies that have lost the line breaks. Only captions in capitals count.
    """
    found: list[Caption] = []
    signs, forms = cursor.grammar.joined_captions
    text = cursor.text
    while text.startswith(signs, start, end) and (form := _first_form(cursor, forms, start, end)) is not None:
        found.append(_caption(cursor, start, start + len(form[0]), form[1]))
        start += len(form[0])
        while start < end and cursor.fold[start] in _SEPARATORS:
            start += 1
    last: list[Caption] = []
    while text.endswith(signs, start, end) and (form := _last_form(cursor, forms, start, end)) is not None:
        last.insert(0, _caption(cursor, end - len(form[0]), end, form[1]))
        end -= len(form[0])
        while end > start and cursor.fold[end - 1] in _SEPARATORS:
            end -= 1
    return found + last, start, end


def _first_form(cursor: Cursor, forms: tuple[tuple[str, Entry], ...], low: int, high: int) -> tuple[str, Entry] | None:
    for form, entry in forms:
        if cursor.text.startswith(form, low, high) and cursor.fold[low + len(form)] in _SEPARATORS + "\n":
            return form, entry
    return None


def _last_form(cursor: Cursor, forms: tuple[tuple[str, Entry], ...], low: int, high: int) -> tuple[str, Entry] | None:
    """Return the caption at the end of a line with its spelling. Return `None` if there is none, or if a word such as
    "as" before it shows that it is part of a sentence.
    """
    for form, entry in forms:
        at = high - len(form)
        if at > low and cursor.text.startswith(form, at) and cursor.fold[at - 1] in _SEPARATORS:
            word = cursor.fold[low:at].rstrip(_SEPARATORS).rpartition(" ")[2]
            return None if word in cursor.grammar.page_word("prose") else (form, entry)
    return None


def _caption(cursor: Cursor, start: int, end: int, entry: Entry) -> Caption:
    return Caption(cursor.span(start, end), cursor.text[start:end], entry.code, entry.fact("kind"), entry.rank)


def unknown_caption(cursor: Cursor, start: int, end: int) -> Caption | None:
    """Return a short line in capitals as a caption without a code, or `None` if it is clearly not a caption.

    Office symbols, addresses, end marks, sentences, and header lines, which also appear above the fields, are not
    captions.
    """
    if cursor.fold[end - 1] == ".":
        return None
    first = cursor.fold[start:end].split(" ", 1)[0]
    if first in cursor.grammar.header_lines or first.startswith(cursor.grammar.starts) or _ADDRESS.match(first):
        return None
    if end - start <= 40 and _SHORT.fullmatch(cursor.text, start, end) and not _NOT_CAPTION.match(cursor.fold, start):
        line = cursor.fold[start:end]
        if line in cursor.grammar.page_word("end") or line.startswith(cursor.grammar.page_word("lost")):
            return None
        return Caption(cursor.span(start, end), cursor.text[start:end])
    return None


def is_passing(cursor: Cursor, start: int, end: int) -> bool:
    """Return whether the line states to whom the telegram is to be passed."""
    words = cursor.fold[start:end].replace(",", " ").split()
    passing, fors = cursor.grammar.passing_words
    if not passing.isdisjoint(words):
        return True
    return len(words) <= 10 and not fors.isdisjoint(words[:3]) and _bare(cursor, start, end)


def _bare(cursor: Cursor, start: int, end: int) -> bool:
    """Return whether a line is in capitals and does not end a sentence."""
    return cursor.text[start:end].isupper() and cursor.fold[end - 1] != "."


def is_address_stop(cursor: Cursor, start: int, end: int) -> bool:
    """Return whether a line below an address is a caption, a label, or prose rather than another address."""
    fold = cursor.fold
    if end - start > LONGEST_ADDRESS:
        return True
    if fold.startswith(cursor.grammar.label_starts, start):
        for form, _ in cursor.grammar.text_labels[fold[start]]:
            if fold.startswith(form, start) and not fold[start + len(form)].isalpha():
                return True
    return bool(cursor.grammar.captions.get(fold[start:end].strip(" "))) or fold[start].isdigit()
