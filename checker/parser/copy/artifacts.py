"""Find text added by copying: earlier copies of the telegram, marks at line ends, and doubled first letters.

An archive's page may print a telegram several times: a preview that breaks off with "...", a row of archive data, a
second header, and then the complete telegram. The last complete copy is read; the text before and after it becomes
separate parts.
"""

from __future__ import annotations

from ...model import Banner
from ...text import Pattern
from ..cursor import Cursor, Cut, without_overlap
from ..fields.banner import read_banner
from ..fields.dates import read_dtg
from ..layouts.detect import is_smart_form
from .evidence import first_paragraph

_LINE_MARK = " \\\n"
_FEWEST_MARKS = 3  # a backslash at fewer line ends belongs to the text
_MAIL_HEAD = 2000  # code points that an e-mail header above a telegram may occupy
_MAIL_FIELDS = {"date", "sender", "subject"}
_FEWEST_MAIL_FIELDS = 2
_FORM_TOP = 24  # lines above the message number of a labeled form that may contain its level
_QUOTES = "\"'"
_WHOLE = 0.5  # a copy with at least this share of the longest copy's length is complete
_HEADER_LINES = 14  # lines above the originator that may belong to its header
_FIELDS_NEAR = 2500  # code points after a classification line in which its fields begin
_PREVIEW_END = ("...", "\u2026")
_ROW = Pattern(  # id, date, number
    r"\n\"?\d{1,6}[ ,\"]{1,3}(?:\d{4}-\d\d-\d\d(?: \d\d:\d\d:\d\d)?|\d{1,2}/\d{1,2}/\d{4} \d{1,2}:\d\d)[ ,\"]{1,3}"
    r"(\d\d[A-Z]{3,24}\d{1,6})(?!\d)"
)


def artifacts(cursor: Cursor) -> list[Cut]:
    """Return cuts for everything added by copying, in text order and without overlaps."""
    found = [*_line_marks(cursor), *_doubled_letters(cursor), *_quotes(cursor)]
    if _may_be_added_to(cursor):
        headers, lines = _headers(cursor), _banner_lines(cursor)
        found += [*_mail_head(cursor, headers, lines), *_other_copies(cursor, headers, lines)]
    return without_overlap(found)


def _may_be_added_to(cursor: Cursor) -> bool:
    """Return whether the text may contain a second classification line or originator, a labeled form, an e-mail header,
    or an archive's row. Most texts in which only a field label occurs twice contain none of them.
    """
    fold, grammar = cursor.fold, cursor.grammar
    senders = sum(fold.startswith(f"{form} ") + fold.count(f"\n{form} ") for form in grammar.label("sender", "line"))
    if senders > 1 or sum(fold.count(core) for core, _ in grammar.banner_signs) > 1:
        return True
    mail = (f"{form}:" for form, code in grammar.fields.items() if code in _MAIL_FIELDS and code != "subject")
    return cursor.has_any(mail) or is_smart_form(cursor) or _ROW.search(fold) is not None


def _line_marks(cursor: Cursor) -> list[Cut]:
    fold = cursor.fold
    found = []
    at = fold.find(_LINE_MARK)
    while at >= 0:
        found.append(Cut(at, at + 2, "line_mark"))
        at = fold.find(_LINE_MARK, at + 2)
    if fold.startswith("\\\n"):
        found.append(Cut(0, 1, "line_mark"))
    at = fold.find("\n\\\n")
    while at >= 0:
        found.append(Cut(at + 1, at + 2, "line_mark"))
        at = fold.find("\n\\\n", at + 2)
    return found if len(found) >= _FEWEST_MARKS else []


def _doubled_letters(cursor: Cursor) -> list[Cut]:
    """Return a cut for the extra letter if the first letter of the level on a classification line is doubled, otherwise
    an empty list.
    """
    for form in cursor.grammar.spaced_levels:
        for doubled in (form[0] + form, f"{form[0]} {form}"):
            at = cursor.fold.find(doubled)
            if at >= 0 and cursor.begins_line(at):
                return [Cut(at, at + len(doubled) - len(form), "line_mark")]
    for form in cursor.grammar.plain_levels:
        at = cursor.fold.find(f"{form[0]}{form} ")
        if at >= 0 and cursor.begins_line(at):
            banner = read_banner(cursor, at + 1, cursor.line_end(at))
            if banner is not None and banner.serial is not None:
                return [Cut(at, at + 1, "line_mark")]
    return []


def _quotes(cursor: Cursor) -> list[Cut]:
    """Return cuts for the quotation marks and commas before a classification line on pages that print values in
    quotation marks.
    """
    found = []
    for form in cursor.grammar.spaced_levels:
        end = next((at for at in cursor.places(form) if at and cursor.fold[at - 1] == '"'), 0)
        if end:
            start = cursor.line_start(end - 1)
            if not cursor.fold[start:end].strip("\"', "):
                found.append(Cut(start, end, "line_mark"))
    return found


def _mail_head(cursor: Cursor, headers: list[int], lines: list[tuple[int, Banner]]) -> list[Cut]:
    """Return a cut for the e-mail header above a forwarded telegram, or for the text above a labeled form if that text
    contains field labels. Return an empty list if there is neither.
    """
    form = _form_start(cursor)
    if form:
        return [Cut(0, form, "mail_head")] if _field_lines(cursor, form) else []
    starts = [*(at for at in headers[:1] if _is_one_case(cursor, at)), *(at for at, _ in lines[:1])]
    if not starts or not 0 < min(starts) < _MAIL_HEAD:
        return []
    start = cursor.line_start(min(starts))
    fields = _field_lines(cursor, start)
    return [Cut(0, start, "mail_head")] if len(fields & _MAIL_FIELDS) >= _FEWEST_MAIL_FIELDS else []


def _field_lines(cursor: Cursor, end: int) -> set[str]:
    """Return the codes of the field labels that begin a line before `end` and are followed by a colon."""
    lines = [line.strip().partition(":") for line in cursor.fold[:end].split("\n")]
    return {cursor.grammar.fields[name] for name, colon, _ in lines if colon and name in cursor.grammar.fields}


def _is_one_case(cursor: Cursor, start: int) -> bool:
    """Return whether all letters on the first header line have the same case. Similar lines of prose use both upper and
    lower case.
    """
    line = cursor.text[start : cursor.line_end(start)]
    return line.isupper() or line.islower()


def _form_start(cursor: Cursor) -> int:
    """Return the offset at which a labeled form begins, or 0 if the text is not a labeled form.

    Lines above the message reference number that contain a level or offices belong to the form.
    """
    if not is_smart_form(cursor):
        return 0
    grammar = cursor.grammar
    found = (cursor.fold.find(form + ":") for form in grammar.label("number", "field"))
    start = here = cursor.line_start(min(at for at in found if at >= 0))
    for _ in range(_FORM_TOP):
        if here == 0:
            break
        here = cursor.line_start(here - 1)
        words = cursor.fold[here : cursor.line_end(here)].strip()
        field = grammar.fields.get(words.partition(":")[0], "")
        if words in grammar.level_names or words in grammar.page_controls or field == "offices":
            start = here
        elif words and cursor.fold[here] != " ":  # an indented line may continue the offices
            break
    return start


# ---- copies ----------------------------------------------------------------------------------------------------------


def _other_copies(cursor: Cursor, headers: list[int], lines: list[tuple[int, Banner]]) -> list[Cut]:
    """Return cuts for the text of all copies except the last complete one."""
    starts = _copy_starts(cursor, headers, lines)
    if not starts:
        return []
    other = _other_telegram(cursor, starts)
    size = other.start if other is not None else cursor.size
    ends = [*starts[1:], size]
    sizes = [end - start for start, end in zip(starts, ends, strict=True)]
    chosen = max(index for index, size in enumerate(sizes) if size >= _WHOLE * max(sizes))
    above = [header for header in headers if header < starts[0]]
    found = [other] if other is not None else []
    if len(above) > 1:
        found.append(Cut(above[0], above[-1], "earlier_copy"))
    if chosen:
        found.append(_earlier(cursor, ends, starts, chosen, headers))
    if chosen + 1 < len(starts):
        later = [header for header in headers if starts[chosen] < header < starts[chosen + 1]]
        found.append(Cut(min([*later, starts[chosen + 1]]), size, "earlier_copy"))
    return found


def _other_telegram(cursor: Cursor, starts: list[int]) -> Cut | None:
    """Return a cut from an archive's row for another telegram to the end of the text, or `None`. The row counts only if
    it comes after fields of the first telegram.
    """
    banner = read_banner(cursor, starts[0], cursor.line_end(starts[0]))
    if banner is None or banner.post is None:
        return None
    own = f"{banner.post.replace(' ', '')}{banner.serial}"
    row = _ROW.search(cursor.fold, starts[-1])
    if row is None or row.group(1).endswith(own) or not _labels(cursor, starts[0], row.start()):
        return None
    return Cut(row.start() + 1, cursor.size, "other_telegram")


def _earlier(cursor: Cursor, stops: list[int], starts: list[int], chosen: int, headers: list[int]) -> Cut:
    """Return a cut for the text before the chosen copy. If the preview contains fields that this copy lacks, the
    preview is kept.
    """
    before, start, size = starts[chosen - 1], starts[chosen], stops[chosen]
    headed = any(header < starts[0] for header in headers)
    ends = first_paragraph(cursor, before, start), first_paragraph(cursor, start, size)
    preview, copy = _labels(cursor, before, ends[0]), _labels(cursor, start, ends[1])
    if ends[1] < size and not preview <= copy:
        end = ends[1] if copy < preview else cursor.line_end(start) + 1
        return Cut(_preview_end(cursor, before, ends[0]), end, "earlier_copy")
    own = [header for header in headers if before < header < start]
    quoted = cursor.fold[start - 1] in _QUOTES
    return Cut(starts[0] if headed else 0, start if headed or quoted or not own else own[-1], "earlier_copy")


def _labels(cursor: Cursor, low: int, high: int) -> set[str]:
    """Return the codes of the field labels that occur anywhere in a span."""
    grammar = cursor.grammar
    found = {code for code in ("tags", "subject") if cursor.fold.find(grammar.label(code, "line")[0], low, high) >= 0}
    return found | (
        {"authority"} if any(cursor.fold.find(x, low, high) >= 0 for x in grammar.authority_openers) else set()
    )


def _preview_end(cursor: Cursor, low: int, high: int) -> int:
    """Return the end of the line on which a preview breaks off, or `high` if there is no preview."""
    ends = [cursor.fold.find(f"{end}\n", low, high) + len(end) + 1 for end in _PREVIEW_END]
    return min([end for end in ends if end > low + 4] + [high])


def _copy_starts(cursor: Cursor, headers: list[int], lines: list[tuple[int, Banner]]) -> list[int]:
    """Return the offset of each classification line that begins a copy of the telegram.

    To begin a copy, a later line must repeat the post, number, and section of the first one. In addition, either a
    header must precede it, as on pages that print the text above a second header, or `_begins_anew` must return true.
    """
    if not lines:
        return []
    first = lines[0][1]
    found = [lines[0][0]]
    for at, banner in lines[1:]:
        same = (banner.post, banner.serial, banner.section or 1) == (first.post, first.serial, first.section or 1)
        if same and (any(found[-1] < header < at for header in headers) or _begins_anew(cursor, found[-1], at)):
            found.append(at)
    return found


def _banner_lines(cursor: Cursor) -> list[tuple[int, Banner]]:
    """Return (offset, classification line) for each classification line with a message number that begins a line or
    follows a quotation mark, in text order.
    """
    found = {}
    for _, group in cursor.grammar.banner_signs:
        for form in group:
            for at in cursor.places(form):
                if cursor.begins_line(at) or cursor.fold[at - 1] in _QUOTES:
                    banner = read_banner(cursor, at, cursor.line_end(at))
                    if banner is not None and banner.serial is not None:
                        found[at] = banner
    return sorted(found.items())


def _begins_anew(cursor: Cursor, before: int, at: int) -> bool:
    """Return whether the classification line at `at` begins another copy: either the text after the line at `before`
    breaks off, or the same field label follows both lines.
    """
    labels = [f"\n{label}" for label in cursor.grammar.repeated_labels]
    near = (cursor.fold[before : min(before + _FIELDS_NEAR, at)], cursor.fold[at : at + _FIELDS_NEAR])
    if any(label in near[0] and label in near[1] for label in labels):
        return True
    return any(f"{end}\n" in cursor.fold[before:at] for end in _PREVIEW_END)


def _headers(cursor: Cursor) -> list[int]:
    """Return the offsets of the teletype headers whose FM line has the same originator as the first FM line."""
    lines = []
    for form in cursor.grammar.label("sender", "line"):
        if cursor.fold.startswith(form + " "):
            lines.append(0)
        at = cursor.fold.find(f"\n{form} ")
        while at >= 0:
            lines.append(at + 1)
            at = cursor.fold.find(f"\n{form} ", at + 1)
    names = [cursor.fold[line : cursor.line_end(line)].strip() for line in sorted(lines)]
    return [_header_start(cursor, line) for line, name in zip(sorted(lines), names, strict=True) if name == names[0]]


def _header_start(cursor: Cursor, line: int) -> int:
    """Return the offset at which a header begins, given the offset of its FM line."""
    best = here = line
    for _ in range(_HEADER_LINES):
        if here == 0:
            break
        end = here - 1
        here = cursor.line_start(end)
        start = max(here, cursor.fold.rfind('"', here, end) + 1)
        words = cursor.fold[start:end].strip()
        if words and _is_header_line(cursor, start, end, words):
            best = start
        elif words and not words.startswith("R"):  # further indicators of the routing line
            break
        if words.startswith(cursor.grammar.starts):
            break
    return best


def _is_header_line(cursor: Cursor, start: int, end: int, words: str) -> bool:
    if words.startswith(cursor.grammar.starts) or words.split(" ", 1)[0] in cursor.grammar.header_lines:
        return True
    low, high = cursor.trim(start, end)
    return read_dtg(cursor, low, high) is not None
