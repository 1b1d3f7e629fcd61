"""Flattened text: line breaks put back where the labels of a telegram say that a line begins."""

from __future__ import annotations

from ..document import Instruction
from ..text import Exchange
from .banner import read_banner
from .blocks import label_of
from .instructions import read_value
from .patterns import Pattern
from .sheet import Sheet

_PARAGRAPH = Pattern(r"(?<=[ \n])(\d{1,2})[.)] {1,3}(?=\(?[A-Z\"'])|(?<=[A-Z.)])(\d{1,2})[.)] {0,3}(?=\([A-Z/]{1,8}\))")
_DTG = Pattern(r"(?<=[ \n])(?:[A-Z] ){1,2}\d{6}Z [A-Z]{3} \d{2}(?!\d)")
_TOP = 4000  # code points in which a classification line begins


def breaks(sheet: Sheet) -> list[Exchange]:
    """Where a line feed has to be put: before labels, captions and paragraph numbers in sequence."""
    points: set[int] = set()
    banner_end = _banner(sheet, points)
    _labels(sheet, points, banner_end)
    _numbers(sheet, points, max(points, default=banner_end))
    return _exchanges(sheet, points)


def _exchanges(sheet: Sheet, points: set[int]) -> list[Exchange]:
    found = []
    edge = 0
    for point in sorted(points):
        low = point
        while low > edge and sheet.fold[low - 1] == " ":
            low -= 1
        if point <= 0 or point >= sheet.size or sheet.fold[low - 1] == "\n" or low < edge or low == 0:
            continue
        found.append(Exchange(low, point, "\n"))
        edge = point
    return found


def _banner(sheet: Sheet, points: set[int]) -> int:
    """Break around the classification line and the captions stuck to it; return where they end."""
    fold = sheet.fold
    forms = [form for letters, _ in sheet.grammar.levels for form in (" ".join(letters), letters)]
    for form in (*forms, *(form for form in sheet.grammar.page_controls if " " in form)):
        last = _TOP + len(form)
        at = fold.find(form, 0, last)
        while at >= 0:
            if at == 0 or not fold[at - 1].isalnum():
                end = _number_end(sheet, at)
                banner = read_banner(sheet, at, end)
                if banner is not None and banner.serial is not None:
                    points.add(at)
                    return _captions(sheet, at + len(banner.text), points)
            at = fold.find(form, at + 1, last)
    return 0


def _number_end(sheet: Sheet, at: int) -> int:
    """Where the digits of a message number behind a level end: far enough for `read_banner`."""
    return min(sheet.line_end(at), at + 120)


def _captions(sheet: Sheet, at: int, points: set[int]) -> int:
    fold = sheet.fold
    moved = True
    while moved:
        moved = False
        while fold[at] in " \n,":
            if at >= sheet.size:
                return at
            at += 1
        for form, _ in sheet.grammar.caption_runs:
            if len(form) > 4 and fold.startswith(form, at):
                points.add(at)
                at += len(form)
                moved = True
                break
    points.add(at)
    return at


def _labels(sheet: Sheet, points: set[int], low: int) -> None:
    fold = sheet.fold
    openers = sheet.grammar.authority_openers
    for items in sheet.grammar.text_labels.values():
        for form, code in items:
            if (len(form) < 3 and code != "eo") or (code == "authority" and form not in openers):
                continue
            at = fold.find(form, low)
            while at >= 0 and len(points) < 400:
                found = label_of(sheet, at)
                if found is None or found[0] != code or not _stands_free(sheet, at, code):
                    pass
                elif code != "eo" or _has_value(sheet, found[1]):
                    points.add(at)
                    if code in ("tags", "subject", "eo"):
                        break
                at = fold.find(form, at + len(form))


def _stands_free(sheet: Sheet, at: int, code: str) -> bool:
    if at == 0 or not sheet.fold[at - 1].isalnum():
        return code != "reference" or sheet.fold.find(":", at, at + 10) > 0
    if code == "authority":  # glued to a number, or to capitals with small letters of its own: no DECLASSIFIED BY
        return sheet.fold[at - 1].isdigit() or (sheet.text[at].isupper() and sheet.text[at + 1].islower())
    return sheet.fold.find(":", at, at + 14) > 0


def _has_value(sheet: Sheet, at: int) -> bool:
    """Whether what a line of prose calls an order is an E.O. line: a value stands right behind the number."""
    while sheet.fold[at].isdigit():
        at += 1
    while sheet.fold[at] in " :":
        at += 1
    value, _ = read_value(sheet, at, min(at + 40, sheet.line_end(at)))
    return isinstance(value, Instruction) and value.kind != "event"


def _numbers(sheet: Sheet, points: set[int], low: int) -> None:
    """Paragraph numbers, in sequence only."""
    hits = [(int(m[1] or m[2]), m.start(), sheet.fold[m.end()] == "(") for m in _PARAGRAPH.finditer(sheet.fold, low)]
    last = 0
    marked = False
    for index, (number, at, mark) in enumerate(hits):
        if number != last + 1:
            continue
        if marked and not mark and any(n == number and m for n, _, m in hits[index + 1 : index + 12]):
            continue  # a date or a figure; the marked one comes later
        points.add(at)
        last, marked = number, mark
    for match in _DTG.finditer(sheet.fold, 0, low):
        points.add(match.start())
    for form, block in sheet.grammar.header_lines.items():
        if block in ("station", "security", "sender", "to", "info"):
            at = sheet.fold.find(f" {form} R" if block == "station" else f" {form} ", 0, low)
            if at >= 0:
                points.add(at + 1)
