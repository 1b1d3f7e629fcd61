"""Which kind of text this is, by a few plain searches, before any module of a rarer layout is loaded."""

from __future__ import annotations

from .sheet import Sheet

_HEAD_OF_PAGE = 2000  # code points: a page that was released bears its stamp at the top


def is_smart(sheet: Sheet) -> bool:
    """Whether the fields for number and date-time group stand within ten lines of each other."""
    for form in sheet.grammar.label("number", "field"):
        at = sheet.fold.find(form + ":")
        if at >= 0 and not sheet.fold[sheet.line_start(at) : at].strip(" "):
            window = sheet.fold[max(0, at - 800) : at + 800]
            others = sheet.grammar.label("dtg", "field")
            return any(f"\n{other}:" in window or f" {other}:" in window for other in others)
    return False


def opens_authority(sheet: Sheet, low: int, high: int) -> bool:
    """Whether a label that opens an authority block stands there."""
    for start, forms in sheet.grammar.opener_starts.items():
        for at in sheet.stems(start):
            if at >= low and sheet.fold.startswith(forms, at, high):
                return True
    return False


def has_pages(sheet: Sheet) -> bool:
    """Whether any sign of page lines, stamps or an archive's frame stands in the text: a few plain searches."""
    grammar = sheet.grammar
    for sign in grammar.page_signs:
        if sheet.has(sign, 0, sheet.size):
            return True
    for start in grammar.head_starts:
        if sheet.has(start, 0, _HEAD_OF_PAGE):
            head = sheet.fold[:_HEAD_OF_PAGE]
            return any(sign in head for sign in grammar.head_signs)
    return False
