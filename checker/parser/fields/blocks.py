"""Divide the lines between the classification line and the first paragraph into blocks.

A line opens the first block in the `BLOCKS` table that accepts it and may interrupt the open block; otherwise, it
continues the open block. The last row, `loose_text`, accepts every line. `walk` contains the loop.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ...model import Marking
from ...record import Record
from ...text import Pattern
from ..cursor import Cursor
from ..markings import finder
from .banner import read_banner
from .captions import is_passing, read_captions, unknown_caption

_NUMBERED = Pattern(r"(?:\xb6 ?)?\d{1,3}(?:\.?[A-Z])?(?:[.):](?!\d)| ?[., ] *\()")
_ORDER = Pattern(r"[ .:,]{0,6}(\d[\dOIL]{3,5})(?!\d)")
_BRACKET = Pattern(r"\( ?[A-Z/ ,-]{1,24} ?\) ?")
_LETTER = Pattern(r"\( ?([A-Z]) ?\)")
_MARK_WITHIN = Pattern(r"(?<=[\d)_]) +(?=\([A-Z]{1,5}\)(?: |\Z))")
_FIRST_WITHIN = Pattern(r"(?<=\d) +(?=(?:\xb6 ?)?1\. {1,3}[A-Z])")
_SENTENCE_WITHIN = Pattern(r"(?<=\d),? +(?=[A-Z][a-z]*,? [a-z]+[ ,])")  # in the text as written
_ITEM_WITHIN = Pattern(r"(?<=[ \xb6])\(?[A-Z][.)] ?\(?(?:\d{2,4} )?[A-Z][A-Z .'()/-]{1,30}\d{1,6}")
_LATER_ITEM = Pattern(r"(?:\xb6 ?)?\(?[B-Z][.)] *[A-Z0-9]")
_FIRST_ITEM = Pattern(r"(?:\xb6 ?)?\(?A[.)] *[A-Z0-9]")
_NUMBER_AT_END = Pattern(r"[A-Z][A-Z .']{1,30} \d{1,6} *\n")
_DASHES = Pattern(r" *-{4}[- ]*\n")
_REASON_OPEN = Pattern(
    r"(?:\bREASONS?|\bFOR|\bPER|\bR(?:EA?)?S?O?N?)[ :.\\\n]*\Z|1 ?[./] ?[3-6][^\n]{0,12}(?:AND|[,(])[ \\\n]*\Z"
)
_REASON_BELOW = Pattern(r"(?:[A-Z]{1,6} ?)?(?:E\.?O\.? ?\d{5},? ?)?\(?1 ?[.,/] ?[3-6](?!\d)|\(?[A-H]\)")
_REASON_REACH = 40  # code points that a reason below begins with, at most
_REASON = Pattern(r"\b1 ?[.,/] ?[3-6](?!\d)")
_LONGEST_CLASSIFIER = 200  # code points
_LONGEST_ITEM = 120  # code points of a reference on one line
_SHORTEST_PROSE = 60  # code points of a sentence after the number of the last reference
_PROSE = 200  # code points examined to decide whether a text is prose
_LONGEST_CAPTIONS = 45  # code points of a line of captions
_BEFORE_AUTHORITY = ("eo", "tags", "subject", "references")
_VALUES = (*_BEFORE_AUTHORITY, "authority")


class Region(Record):
    """The span of a block: the offsets at which the block begins, its value begins, and the block ends."""

    name: str
    start: int
    body: int
    end: int


class WalkState(Record):
    """The state of the loop in `walk`: the open block, whether a blank line precedes the current line, the names of the
    blocks found so far, and the span and label of the current line.
    """

    open: str | None
    blank: bool
    seen: set[str]
    start: int = 0
    end: int = 0
    body: int = 0
    label: str = ""
    label_end: int = -1
    opened: int = 0  # offset at which the open block begins


class Block(Record):
    """A row of the `BLOCKS` table. `opens` returns the offset at which the block's value begins, or -1 if the line does
    not open the block.

    `interrupts` contains the names of the open blocks that this block may end without a blank line; "*" means any.
    `label` is the code of the label with which the block begins, or an empty string.
    """

    name: str
    opens: Callable[[Cursor, WalkState], int]
    interrupts: tuple[str, ...] = ("*",)
    label: str = ""


def label_of(cursor: Cursor, at: int) -> tuple[str, int] | None:
    """Return the code of the label at an offset and the offset at which its value begins, or `None` if no label begins
    at the offset.
    """
    fold = cursor.fold
    letter = fold[at]
    forms = cursor.grammar.label_forms.get(letter)
    if forms is None or not fold.startswith(forms, at):
        return None
    for form, code in cursor.grammar.text_labels[letter]:
        if fold.startswith(form, at):
            end = at + len(form)
            if code == "eo":
                order = _ORDER.match(fold, end)
                if order is not None and fold[end] != "\n":
                    return code, order.start(1)
            elif _closes(fold, end, code) or (code == "authority" and cursor.is_glued(end)):
                return code, end
            elif code == "tags" and fold[end].isalpha() and fold[end + 1] == ":":
                return code, end + 1  # a stray letter before the colon
    return None


def opens_text(cursor: Cursor, start: int, end: int) -> bool:
    """Return whether a line begins with a label or paragraph number. This is true of lines below the classification
    line, but not of lines above it.
    """
    return label_of(cursor, start) is not None or _NUMBERED.match(cursor.fold, start, end) is not None


def _closes(fold: str, at: int, code: str) -> bool:
    """Return whether a label with this code can end at `at`: before a colon, or before a space if the label may be used
    without a colon.
    """
    here = at
    while fold[here] == " ":
        here += 1
    if fold[here] in ":;":
        return True
    if code == "authority":
        return not fold[at].isalpha()
    if code == "subject":
        return fold[at - 1].isdigit()  # a misread colon
    if code == "tags":
        return fold[at] in " /" or (fold[at] in ".-" and fold[at + 1] == " ")
    return fold[at] in " .(\n/"


def _label(code: str) -> Callable[[Cursor, WalkState], int]:
    """Return an `opens` function for a labeled block. The function only compares the label, which is looked up once per
    line.
    """

    def opens(cursor: Cursor, state: WalkState) -> int:
        return state.label_end if state.label == code else -1

    return opens


def _banner(cursor: Cursor, state: WalkState) -> int:
    banner = read_banner(cursor, state.start, state.end)
    return state.start if banner is not None and banner.serial is not None else -1


def _captions(cursor: Cursor, state: WalkState) -> int:
    if state.open in ("subject", "references", "authority") and not state.blank:
        return -1
    if read_captions(cursor, state.start, state.end):
        return state.start
    if state.seen & {"eo", "tags", "subject"} or is_passing(cursor, state.start, state.end):
        return -1
    if not state.blank and (state.open == "passing" or (state.open != "banner" and _is_wrapped(cursor, state.start))):
        return -1  # a name or an office that did not fit on the line above
    return state.start if unknown_caption(cursor, state.start, state.end) is not None else -1


def _is_wrapped(cursor: Cursor, start: int) -> bool:
    """Return whether the line above is too long to be a line of captions and therefore continues on this line."""
    return len(cursor.fold[cursor.line_start(start - 1) : start].rstrip()) > _LONGEST_CAPTIONS


def _passing(cursor: Cursor, state: WalkState) -> int:
    if state.end - state.start > 90 or (state.open in _VALUES and not state.blank):
        return -1
    return state.start if is_passing(cursor, state.start, state.end) else -1


def _paragraph(cursor: Cursor, state: WalkState) -> int:
    match = _NUMBERED.match(cursor.fold, state.start, state.end)
    if match is None:
        return state.start if _is_marked_text(cursor, state) else -1
    if state.open == "authority" and not state.blank and _breaks_section(cursor, state):
        return -1
    return state.start


def _is_marked_text(cursor: Cursor, state: WalkState) -> bool:
    """Return whether a line below the references begins with a portion mark rather than the next reference letter."""
    return (
        state.open == "references"
        and cursor.fold[state.start] == "("
        and _is_portion(cursor, state.opened, state.start, state.end)
    )


def _is_portion(cursor: Cursor, opened: int, start: int, end: int) -> bool:
    """Return whether the parenthesis at `start` opens a portion mark rather than a reference letter. `opened` is the
    offset at which the references begin.
    """
    mark = finder.portion(cursor.view, start, end, cursor.words, cursor.lowered)
    if not isinstance(mark, Marking):
        return False
    letter = _LETTER.match(cursor.fold, start, end)
    if letter is None or end - start > _LONGEST_ITEM:
        return True
    own, before = letter.group(1), chr(ord(letter.group(1)) - 1)
    if cursor.fold.find(f" {own}. ", opened, start) >= 0:
        return True
    return all(cursor.fold.find(before + close, opened, start) < 0 for close in (")", " )", "."))


def _breaks_section(cursor: Cursor, state: WalkState) -> bool:
    """Return whether the line above ends with the first half of a section number in a reason, such as "1." before "4
    (b)".
    """
    return cursor.fold[max(0, state.start - 8) : state.start].rstrip(" \n").endswith((" 1.", "\n1."))


def _heading(cursor: Cursor, state: WalkState) -> int:
    if not state.blank or cursor.fold[state.start] == "-":
        return -1
    return state.start if _DASHES.match(cursor.fold, state.end + 1) else -1


def _loose_text(cursor: Cursor, state: WalkState) -> int:
    return state.start


_ANY_BUT_TEXT = ("captions", "passing", "eo", "tags", "subject", "references", "authority")
BLOCKS = (
    Block("banner", _banner),
    Block("eo", _label("eo"), label="eo"),
    Block("tags", _label("tags"), label="tags"),
    Block("subject", _label("subject"), label="subject"),
    Block("authority", _label("authority"), label="authority"),
    Block("references", _label("reference"), _ANY_BUT_TEXT, "reference"),
    Block("paragraph", _paragraph, ("banner", *_ANY_BUT_TEXT)),
    Block("captions", _captions),
    Block("passing", _passing),
    Block("heading", _heading),
    Block("loose_text", _loose_text, ("banner", "captions", "passing", "loose_text")),
)
_LONG = ("captions", "loose_text")  # another line of the same kind continues the open block
_UNLABELLED = tuple(block for block in BLOCKS if not block.label)
_LABELLED = {
    row.label: tuple(block for block in BLOCKS if block.label in ("", row.label) and block.name != "banner")
    for row in BLOCKS
    if row.label
}  # the rows that can accept a line with that label; no label begins like a classification line


def walk(cursor: Cursor, here: int) -> tuple[list[Region], int]:
    """Return the blocks from `here` to the first paragraph, in text order, and the offset at which the text begins."""
    fold = cursor.fold
    regions: list[Region] = []
    state = WalkState(None, True, set())
    while here < cursor.size:
        line_end = fold.find("\n", here)
        state.start = cursor.after_blanks(here) if fold[here] == " " else here
        if state.start == line_end:
            state.blank = True
            here = line_end + 1
            continue
        state.end = line_end if fold[line_end - 1] != " " else cursor.trim(state.start, line_end)[1]
        block = _block_of(cursor, state)
        if block == "paragraph" or block == "heading" or (block == "loose_text" and not _goes_on(cursor, state)):
            break
        if block is not None and not (block == state.open and block in _LONG):
            cursor.begin(here, block)
            regions.append(Region(block, state.start, state.body, state.end))
            state.open, state.opened = block, state.start
            state.seen.add(block)
        elif regions:
            regions[-1].end = state.end
        state.blank = False
        here = _inner_label(cursor, state)
        if here >= 0:
            regions[-1].end = cursor.trim(regions[-1].start, here)[1]
        else:
            here = line_end + 1
    return regions, here


def _inner_label(cursor: Cursor, state: WalkState) -> int:
    """Return the offset at which references, an authority block, or the text begins within a line of an earlier field,
    or -1 if none does.

    This happens in copies that have lost a line break.
    """
    fold, low, high = cursor.fold, state.start, state.end
    if state.open == "subject" and "references" not in state.seen:
        label = inner_references(cursor, low, high)
        if label is not None:
            return label[0]
    if state.open not in _BEFORE_AUTHORITY or "authority" in state.seen:
        return _inner_mark(cursor, state)
    if cursor.has_opener(low, high):
        for form in cursor.grammar.authority_openers:
            at = fold.find(" " + form, low, high) + 1
            if at and is_authority_label(cursor, at + len(form)):
                return at
    return _inner_mark(cursor, state)


def _inner_mark(cursor: Cursor, state: WalkState) -> int:
    """Return the offset of the portion mark if the text begins with one within the last line of the references,
    otherwise -1.
    """
    if state.open != "references":
        return -1
    low, high = state.start, state.end
    if cursor.fold.find(" (", low, high) >= 0:
        below = cursor.line_end(high) + 1
        for match in _MARK_WITHIN.finditer(cursor.fold, low, high):
            if match.end() + 6 > high and not _is_prose(cursor, below, cursor.line_end(below)):
                continue  # the portion mark of the reference itself
            if _is_portion(cursor, state.opened, match.end(), high) and not any(_next_labels(cursor, state)):
                return match.end()
    return _inner_text(cursor, state) if high - low > _SHORTEST_PROSE else -1


def _inner_text(cursor: Cursor, state: WalkState) -> int:
    """Return the offset of paragraph number 1, or of a sentence without a number, after the last reference on a line,
    or -1.
    """
    low, high = state.start, state.end
    first = _FIRST_WITHIN.search(cursor.fold, low, high)
    if first is not None:
        return first.end()
    for match in _SENTENCE_WITHIN.finditer(cursor.text, low, high):
        at = match.end()
        if high - at < _SHORTEST_PROSE or not _is_prose(cursor, at, high):
            continue
        if _ITEM_WITHIN.search(cursor.fold, at, min(at + _PROSE, high)) is None:
            if any(_next_labels(cursor, state)):
                return -1
            state.blank = True  # as if an empty line came before the sentence
            return at
    return -1


def _is_prose(cursor: Cursor, start: int, end: int) -> bool:
    """Return whether most letters at the beginning of a span are lower case."""
    letters = list(filter(str.isalpha, cursor.text[start : min(end, start + _PROSE)]))
    return sum(map(str.islower, letters)) > 0.6 * len(letters) > 0


def inner_references(cursor: Cursor, low: int, high: int) -> tuple[int, int] | None:
    """Return the offset of a references label within a subject and the offset at which the references begin, or
    `None`.
    """
    start, signs = cursor.grammar.reference_signs
    for sign in signs if cursor.fold.find(start, low, high) >= 0 else ():
        at = cursor.fold.find(sign, low, high) + 1
        if at:
            return at, at + len(sign) - 1
    return None


def opens_authority(cursor: Cursor, at: int, end: int) -> bool:
    """Return whether a span consists only of a classification authority."""
    openers, fold = cursor.grammar.authority_openers, cursor.fold
    if end - at > _LONGEST_CLASSIFIER or not fold.startswith(openers, at):
        return False
    return any(fold.startswith(form, at) and is_authority_label(cursor, at + len(form)) for form in openers)


def is_authority_label(cursor: Cursor, end: int) -> bool:
    """Return whether the authority words that end at `end` within a line are a label, because they are followed by a
    colon or, shortly afterward, by a reason.
    """
    if cursor.fold[end].isalpha():
        return False
    if cursor.fold[end : end + 2].strip()[:1] == ":":
        return True
    return _REASON.search(cursor.fold, end, min(end + _LONGEST_CLASSIFIER, cursor.size)) is not None


def _block_of(cursor: Cursor, state: WalkState) -> str | None:
    """Return the block that the line opens, or `None` if it continues the open block."""
    _find_label(cursor, state)
    closed = state.blank or state.open is None
    for block in _LABELLED.get(state.label, _UNLABELLED):
        if closed or "*" in block.interrupts or state.open in block.interrupts:
            state.body = block.opens(cursor, state)
            if state.body >= 0 and not _belongs(cursor, state, block.name):
                return block.name
    return None


def _find_label(cursor: Cursor, state: WalkState) -> None:
    """Find the label at the beginning of the line. A portion mark may precede the label of an authority sentence."""
    at = state.start
    if cursor.fold[at] == "(":
        bracket = _BRACKET.match(cursor.fold, at)
        at = bracket.end() if bracket is not None else at
    found = label_of(cursor, at)
    if found is None and state.open == "tags" and not state.blank:
        found = _bare_subject(cursor, at)
    if found is None or (at > state.start and found[0] != "authority"):
        state.label, state.label_end = "", -1
    else:
        state.label, state.label_end = found


def _bare_subject(cursor: Cursor, at: int) -> tuple[str, int] | None:
    """Return the code and end of a subject label without a colon at `at`, or `None`."""
    forms = cursor.grammar.label("subject", "line")
    form = next((form for form in forms if cursor.fold.startswith(form + " ", at)), None)
    return ("subject", at + len(form)) if form is not None else None


def _belongs(cursor: Cursor, state: WalkState, name: str) -> bool:
    """Return whether a line that could open a new block still belongs to the open one.

    A subject, references, or authority block may continue after an empty line, because some copies print one after
    every line or page line. The line then belongs to the block if another label follows above paragraph 1.
    """
    if state.open == "authority" and name == "eo" and not state.blank:  # the order under which the reasons are cited
        return "eo" in state.seen and _REASON.search(cursor.fold, state.start, state.end) is not None
    if state.open == "subject" and name == "eo" and not state.blank:  # an order that the subject names
        return "eo" in state.seen and cursor.fold[state.label_end : state.end].strip(" .").isdigit()
    if state.open == "authority" and state.blank and name != "authority":
        return _continues_reason(cursor, state)
    if name == "loose_text" and state.open == "passing" and not state.blank:
        return cursor.text[state.start : state.end].isupper() and not state.seen & {"eo", "tags", "subject"}
    return name == "loose_text" and state.blank and state.open in _VALUES and _continues_value(cursor, state)


def _continues_value(cursor: Cursor, state: WalkState) -> bool:
    """Return whether loose text after a blank line continues the open subject, references, or authority block."""
    if state.open == "references" and _LATER_ITEM.match(cursor.fold, state.start) is not None:
        return state.end - state.start <= _LONGEST_ITEM or not _is_prose(cursor, state.start, state.end)
    if state.open == "references" and _FIRST_ITEM.match(cursor.fold, state.start) is not None:
        return _is_empty(cursor, state)
    if state.open != "references" or _NUMBER_AT_END.match(cursor.fold, state.start) is not None:
        if _is_empty(cursor, state):
            return True
    says_something = any(map(str.isalnum, cursor.fold[state.start : state.end]))
    return (
        state.open != "authority"
        and says_something
        and any(label not in state.seen for label in _next_labels(cursor, state))
    )


def _continues_reason(cursor: Cursor, state: WalkState) -> bool:
    """Return whether a line after a blank line continues the authority block by beginning or continuing its reasons."""
    if _REASON.search(cursor.fold, state.opened, state.start) is None:
        labels = cursor.grammar.label("reason")
        labeled = any(cursor.fold.find(label, state.start, state.end) >= 0 for label in labels)
        if labeled and _REASON.search(cursor.fold, state.start, state.end) is not None:
            return True
    head = cursor.fold[state.start : state.start + _REASON_REACH]
    if ")" not in head[:3] and not any(digit in head for digit in "3456"):
        return False
    if _REASON_BELOW.match(cursor.fold, state.start, state.end) is None:
        return False
    return _REASON_OPEN.search(cursor.fold[max(0, state.start - 60) : state.start]) is not None


def _is_empty(cursor: Cursor, state: WalkState) -> bool:
    """Return whether the open block's label has no value yet."""
    before = cursor.fold.rfind(":", 0, state.start)
    return before >= 0 and not cursor.fold[before + 1 : state.start].strip()


def _goes_on(cursor: Cursor, state: WalkState) -> bool:
    """Return whether a label follows within a few lines, so that loose text before it does not begin the text."""
    return not state.seen & {"eo", "tags", "subject"} and any(_next_labels(cursor, state, _LONGEST_LIST))


_SOON = 14  # lines in which a label must follow
_LONGEST_LIST = 40  # lines of addresses above the fields
_NAMES = {"reference": "references"}  # label -> block, if the names differ


def _next_labels(cursor: Cursor, state: WalkState, lines: int = _SOON) -> Iterator[str]:
    """Yield the blocks whose labels begin one of the next few lines, up to paragraph 1."""
    here = state.end
    for _ in range(lines):
        here = cursor.fold.find("\n", here) + 1
        if here == 0 or here >= cursor.size:
            return
        start = cursor.after_blanks(here)
        label = label_of(cursor, start)
        if label is not None:
            yield _NAMES.get(label[0], label[0])
        elif _NUMBERED.match(cursor.fold, start) is not None:
            return
