"""Restore line breaks in flattened text, using a telegram's labels to determine where lines began."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from ...model import Instruction, Marking, SourceRecord
from ...text import Exchange, Pattern
from ...values import Level
from ...vocabulary import Entry
from ..cursor import Cursor
from ..fields.banner import read_banner
from ..fields.blocks import is_authority_label, label_of
from ..fields.declass_instruction import read_value
from ..markings import finder
from .detect import BETWEEN_VALUES, broken_levels, glued_levels

_PARAGRAPH = Pattern(
    r"(?=[\xb6\d])(?:(?<=[ \n])(?:\xb6 ?)?(\d{1,2})[.)] {1,3}(?=\(?[A-Z\"'])"
    r"|(?<=[A-Z.)])(\d{1,2})[.)] {0,3}(?=\([A-Z/]{1,8}\)))"
)
_MARKED_NUMBER = Pattern(r"(\d(?<=[ \n\xb6.)\"].)(?<!\d\..)\d?)[.)] {0,3}\Z")  # up to the mark
_LONGEST_NUMBER = 6  # code points of a number, the sign after it, and the spaces before its mark
_HEADER_LINE = Pattern(
    r"(?<=\d{4})(?:[A-Z]{2})(?= R[A-Z]{3,7})|DE (?=R[A-Z]{3,7} #)|ZN[RY] (?=[A-Z]{5} )"
    r"|[ROPZ] (?:[ROPZ] )?(?=\d{6}Z [A-Z]{3} \d{2})|FM (?=[A-Z])|TO (?=R[A-Z]{3,6}/)|INFO (?=R[A-Z]{3,6}/)"
    r"|(?<!TO )(?<!INFO )R[A-Z]{4,6}/"
)
_DTG = Pattern(r"(?<=[ \n])(?:[A-Z] ){1,2}\d{6}Z [A-Z]{3} \d{2}(?!\d)")
_GROUP = Pattern(r"\nZN[RY] ([A-Z]{5})(?![A-Z])")
_POST_NUMBER = Pattern(r"([A-Z][A-Z .']{1,30}?) \d{3,7}(?!\d)")
_MOST_REPAIRS = 8  # repaired levels; no telegram has more sections than this
_MOST_SKIPPED = 2  # an unmarked paragraph may come between two marked ones
_TOP = 4000  # code points in which a classification line begins


def line_breaks(cursor: Cursor) -> list[Exchange]:
    """Return the edits that insert a line feed before labels, captions, and consecutive paragraph numbers."""
    points: set[int] = set()
    banner_end = _banner(cursor, points)
    _header(cursor, points, min(points, default=0))
    _labels(cursor, points, banner_end)
    _numbers(cursor, points, max(points, default=banner_end))
    return _insertions(cursor, points)


def banner_breaks(cursor: Cursor) -> list[Exchange]:
    """Return the edits that insert a line feed before each classification line that `glued_levels` finds within a line.

    An archive's page may print such a line in a row of values, or directly after a date, number, or mark.
    """
    found = []
    for at in glued_levels(cursor):
        banner = read_banner(cursor, at, cursor.line_end(at))
        if banner is not None and banner.serial is not None:
            tab, quoted = cursor.text[at - 1] == "\t", cursor.text.endswith(BETWEEN_VALUES, 0, at)
            found.append((at - (len(BETWEEN_VALUES) if quoted else tab), at, "\n"))
    return found


def paragraph_breaks(cursor: Cursor) -> list[Exchange]:
    """Return the edits that insert a line feed before each marked paragraph number that is within a line and continues
    the sequence.

    If the same number begins a later line, that is the paragraph, and the number within the line only refers to it.
    """
    places = []
    for match in _marked_numbers(cursor.fold):
        low = match.start()
        while low and cursor.fold[low - 1] in " \xb6":
            low -= 1
        places.append((match, low, low == 0 or cursor.fold[low - 1] == "\n"))
    if all(begins for *_, begins in places):  # the usual case
        return []
    hits = [
        (int(match[1]), low, match.start(), begins) for match, low, begins in places if _precedes_mark(cursor, match)
    ]
    ahead = Counter(number for number, *_, begins in hits if begins)
    found, last = [], 0
    for number, low, at, begins in hits:
        ahead[number] -= begins
        if begins:
            last = number
        elif last < number <= last + _MOST_SKIPPED and not ahead[number]:
            found.append((low, at, "\n"))
            last = number
    return found


def _marked_numbers(fold: str) -> Iterator[re.Match[str]]:
    """Yield the numbers that are followed by an opening parenthesis. Parentheses are rare, so they are searched for."""
    at = fold.find("(")
    while at >= 0:
        if at and fold[at - 1] in " .)":
            match = _MARKED_NUMBER.search(fold, max(at - _LONGEST_NUMBER, 0), at)
            if match is not None:
                yield match
        at = fold.find("(", at + 1)


def _precedes_mark(cursor: Cursor, number: re.Match[str]) -> bool:
    at = number.end()
    return isinstance(finder.portion(cursor.view, at, cursor.line_end(at), cursor.words), Marking)


def level_repairs(cursor: Cursor, record: SourceRecord | None) -> list[Exchange]:
    """Return the edits that repair letter-spaced levels by inserting the missing first letter or the missing space
    before the post.

    The letter is inserted only if the source record or security line states the level, and the space only if the source
    record or FM line contains the post.
    """
    found = []
    for at, entry, missing in broken_levels(cursor)[:_MOST_REPAIRS]:
        if _is_own_post(cursor, record, at) if missing == " " else _is_stated(cursor, record, entry, at):
            found.append((at, at, missing))
    return found


def _is_stated(cursor: Cursor, record: SourceRecord | None, level: Entry, end: int) -> bool:
    stated = record.level if record is not None else None
    group = _GROUP.search(cursor.fold, 0, end)
    return (isinstance(stated, Level) and stated.code == level.code) or (
        group is not None and any(group.group(1) == 5 * letter for letter in level.forms.get("znx", ()))
    )


def _is_own_post(cursor: Cursor, record: SourceRecord | None, at: int) -> bool:
    """Return whether the post at an offset, followed by a number, is the one in the source record or on the FM line."""
    named = _POST_NUMBER.match(cursor.fold, at)
    if named is None:
        return False
    post = named.group(1)
    if record is not None and record.post is not None and record.post.replace(" ", "") == post.replace(" ", ""):
        return True
    sender = (cursor.fold.find(f"\n{form} ", 0, at) for form in cursor.grammar.label("sender", "line"))
    return any(
        line >= 0 and cursor.fold[line : cursor.line_end(line + 1)].rstrip().endswith(f" {post}") for line in sender
    )


def field_breaks(cursor: Cursor) -> list[Exchange]:
    """Return the edits that insert a line feed before labels and consecutive paragraph numbers in a flattened labeled
    form.
    """
    points: dict[int, int] = {}  # offset of each label -> offset of its colon
    for form in sorted(cursor.grammar.fields, key=len, reverse=True):
        at = cursor.fold.find(f" {form}:") + 1
        if at > 0 and not any(start <= at < colon for start, colon in points.items()):  # OFFICE: of ACTION OFFICE:
            points[at] = at + len(form)
    found = set(points)
    _numbers(cursor, found, max(points.values(), default=0))
    return _insertions(cursor, found)


def _insertions(cursor: Cursor, points: set[int]) -> list[Exchange]:
    found = []
    edge = 0
    for point in sorted(points):
        low = point
        while low > edge and cursor.fold[low - 1] == " ":
            low -= 1
        if point <= 0 or point >= cursor.size or cursor.fold[low - 1] == "\n" or low < edge or low == 0:
            continue
        found.append((low, point, "\n"))
        edge = point
    return found


def _banner(cursor: Cursor, points: set[int]) -> int:
    """Add to the break points the beginnings of the classification line and of any captions joined to it. Return the
    offset at which the captions end, or 0 if there is no classification line.
    """
    fold = cursor.fold
    forms = [form for letters, _ in cursor.grammar.levels for form in (" ".join(letters), letters)]
    for form in (*forms, *(form for form in cursor.grammar.page_controls if " " in form)):
        last = _TOP + len(form)
        at = fold.find(form, 0, last)
        while at >= 0:
            if at == 0 or not fold[at - 1].isalnum():
                end = _number_end(cursor, at)
                banner = read_banner(cursor, at, end)
                if banner is not None and banner.serial is not None:
                    points.add(at)
                    return _captions(cursor, at + len(banner.text), points)
            at = fold.find(form, at + 1, last)
    return 0


def _header(cursor: Cursor, points: set[int], high: int) -> None:
    """Add the beginning of each header line and address to the break points if the header lines were joined into one
    line.
    """
    first = cursor.fold[: min(cursor.line_end(0), high or cursor.size)]
    if not first.startswith(cursor.grammar.starts):
        return
    points.update(match.start() for match in _HEADER_LINE.finditer(first) if match.start())


def _number_end(cursor: Cursor, at: int) -> int:
    """Return the offset at which `read_banner` stops searching for the message number after a level: the end of the
    line, or 120 code points after the level's beginning if that is sooner.
    """
    return min(cursor.line_end(at), at + 120)


def _captions(cursor: Cursor, at: int, points: set[int]) -> int:
    fold = cursor.fold
    moved = True
    while moved:
        moved = False
        while fold[at] in " \n,":
            if at >= cursor.size:
                return at
            at += 1
        for form, _ in cursor.grammar.caption_runs:
            if len(form) > 4 and fold.startswith(form, at):
                points.add(at)
                at += len(form)
                moved = True
                break
    points.add(at)
    return at


def _labels(cursor: Cursor, points: set[int], low: int) -> None:
    fold = cursor.fold
    openers = cursor.grammar.authority_openers
    for items in cursor.grammar.text_labels.values():
        for form, code in items:
            if (len(form) < 3 and code != "eo") or (code == "authority" and form not in openers):
                continue
            at = fold.find(form, low)
            while at >= 0 and len(points) < 400:
                found = label_of(cursor, at)
                if found is None or found[0] != code or not _is_separate(cursor, at, code, at + len(form)):
                    pass
                elif code != "eo" or _has_value(cursor, found[1]):
                    points.add(at)
                    if code in ("tags", "subject", "eo"):
                        break
                at = fold.find(form, at + len(form))


def _is_separate(cursor: Cursor, at: int, code: str, end: int) -> bool:
    if at == 0 or not cursor.fold[at - 1].isalnum():
        if code == "authority":
            return cursor.begins_line(at) or is_authority_label(cursor, end)
        return code != "reference" or cursor.fold.find(":", at, at + 10) > 0
    if code == "authority":  # joined to a number, or in mixed case, which excludes DECLASSIFIED BY
        return cursor.fold[at - 1].isdigit() or (cursor.text[at].isupper() and cursor.text[at + 1].islower())
    return cursor.fold.find(":", at, at + 14) > 0


def _has_value(cursor: Cursor, at: int) -> bool:
    """Return whether a value directly follows an order's number, as it does on an E.O. line but not in prose."""
    while cursor.fold[at].isdigit():
        at += 1
    while cursor.fold[at] in " :":
        at += 1
    value, _ = read_value(cursor, at, min(at + 40, cursor.line_end(at)))
    return isinstance(value, Instruction) and value.kind != "event"


def _numbers(cursor: Cursor, points: set[int], low: int) -> None:
    """Add consecutive paragraph numbers to the break points. Above `low`, also add the date-time groups and header
    lines.
    """
    hits = [(int(m[1] or m[2]), m.start(), cursor.fold[m.end()] == "(") for m in _PARAGRAPH.finditer(cursor.fold, low)]
    last = 0
    marked = False
    for index, (number, at, mark) in enumerate(hits):
        if number != last + 1:
            continue
        if marked and not mark and any(n == number and m for n, _, m in hits[index + 1 : index + 12]):
            continue  # a date or another number; the marked paragraph comes later
        points.add(at)
        last, marked = number, mark
    for match in _DTG.finditer(cursor.fold, 0, low):
        points.add(match.start())
    for form, block in cursor.grammar.header_lines.items():
        if block in ("station", "security", "sender", "to", "info"):
            at = cursor.fold.find(f" {form} R" if block == "station" else f" {form} ", 0, low)
            if at >= 0:
                points.add(at + 1)
