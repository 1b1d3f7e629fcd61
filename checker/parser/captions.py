"""Caption lines, corrected-copy notes and passing instructions below the classification line."""

from __future__ import annotations

from ..document import Caption
from ..vocabulary import Entry
from .patterns import Pattern
from .sheet import Sheet

LONGEST_ADDRESS = 90  # letters
_SHORT = Pattern(r"[A-Z][A-Z0-9/&'().,-]*(?: [A-Z0-9/&'().,-]+){0,3}")


def read_captions(sheet: Sheet, start: int, end: int) -> list[Caption]:
    """The captions of one line (trimmed), none if it is no caption line."""
    letters = sheet.fold[start:end].replace(" ", "")
    entry = sheet.grammar.captions.get(letters)
    if entry is not None and (len(letters) == end - start or entry.spellings("spaced", "line", "damaged")):
        return [_caption(sheet, start, end, entry)]
    fold = sheet.fold
    runs, starts, ends = sheet.grammar.caption_forms
    if fold.startswith(runs, start, end):
        run = _run(sheet, start, end)
        if run:
            return run
    if not (fold.startswith(starts, start) or fold.endswith(ends, start, end) or fold[start + 1] == " "):
        return []
    for form, starter in sheet.grammar.caption_starts:
        if sheet.fold.startswith(form, start) and not sheet.fold[start + len(form)].isalpha():
            return [_caption(sheet, start, end, starter)]
        if sheet.fold[start + 1] == " " and starter.forms.get("spaced") and letters.startswith(form):
            return [_caption(sheet, start, end, starter)]
    for form, ender in sheet.grammar.caption_ends:
        if sheet.fold.endswith(" " + form, start, end):
            return [_caption(sheet, start, end, ender)]
    return []


def _run(sheet: Sheet, start: int, end: int) -> list[Caption]:
    """Several captions on one line, with commas, blanks or nothing between them: all known, or none."""
    fold = sheet.fold
    found = []
    at = start
    while at < end:
        for form, entry in sheet.grammar.caption_runs:
            if fold.startswith(form, at, end):
                found.append(_caption(sheet, at, at + len(form), entry))
                at += len(form)
                break
        else:
            return []
        while at < end and fold[at] in " ,/;":
            at += 1
    return found


def _caption(sheet: Sheet, start: int, end: int, entry: Entry) -> Caption:
    return Caption(sheet.span(start, end), sheet.text[start:end], entry.code, entry.fact("kind"), entry.rank)


def unknown_caption(sheet: Sheet, start: int, end: int) -> Caption | None:
    """A short line in capitals between banner and E.O. line that no table knows."""
    if end - start <= 40 and _SHORT.fullmatch(sheet.text, start, end):
        return Caption(sheet.span(start, end), sheet.text[start:end])
    return None


def is_passing(sheet: Sheet, start: int, end: int) -> bool:
    """Whether the line tells whom to pass the telegram to."""
    words = sheet.fold[start:end].replace(",", " ").split()
    passing, fors = sheet.grammar.passing_words
    if not passing.isdisjoint(words):
        return True
    return len(words) <= 10 and not fors.isdisjoint(words[:3]) and _bare(sheet, start, end)


def _bare(sheet: Sheet, start: int, end: int) -> bool:
    """Whether a line is in capitals and no sentence."""
    return sheet.text[start:end].isupper() and sheet.fold[end - 1] != "."


def is_address_stop(sheet: Sheet, start: int, end: int) -> bool:
    """Whether a line below an address is none: a caption, a label or a sentence."""
    fold = sheet.fold
    if end - start > LONGEST_ADDRESS:
        return True
    if fold.startswith(sheet.grammar.label_starts, start):
        for form, _ in sheet.grammar.text_labels[fold[start]]:
            if fold.startswith(form, start) and not fold[start + len(form)].isalpha():
                return True
    return bool(sheet.grammar.captions.get(fold[start:end].strip(" "))) or fold[start].isdigit()
