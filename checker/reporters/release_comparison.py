"""Compare two copies of one telegram that were released at different times, and find the passages that only one of them
withholds.

`compare` aligns the copies paragraph by paragraph and returns the differences; `render` writes them as text, JSON, or a
page with both copies side by side. With `redact`, `render` replaces the documents' subjects, names, and passages with
word counts, and their message numbers with digests.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher
from html import escape

from ..errors import count
from ..model import Authority, Deletion, Marking, Paragraph, Subject, Telegram, Unread
from ..record import Record
from ..redaction import name_digest
from .escaping import dumps, visible

FORMS = ("text", "json", "html")
_GONE = "\ue000"  # the placeholder word for a deletion
_ALIKE = 0.6  # minimum share of equal words (0 to 1) at which two unnumbered paragraphs count as the same
_LABELS = {
    "due": "declassification date",
    "instruction": "declassification instruction",
    "mark": "portion mark",
    "release-date": "release date",
    "codes": "exemption codes",
}
"""How reports for people name a kind of difference, if not by its own name."""
_MOST_WORDS = 4000  # words of a passage that are aligned one by one
_SHOWN = 300  # code points of a passage shown in a report
_WORDS = re.compile(r"\S+")
_SECRET = (
    "instruction",
    "subject",
    "classifier",
    "withheld",
    "text",
    "paragraph",
)  # kinds whose values quote the document and are redacted


class Copy(Record):
    """A released copy of a telegram: its file, its name in that file (or ""), and the telegram as parsed."""

    path: str
    cable: str
    telegram: Telegram


class ReleaseDifference(Record):
    """One difference between two copies: its kind, the paragraph in which it occurs ("" if it concerns the whole
    telegram), and each copy's text there ("" if the copy has none or withholds it).

    `kind` is level, instruction, due, subject, classifier, reasons, captions, release, release-date, codes, mark,
    withheld, text, or paragraph. `withheld_by` is the copy that withholds the text ("left" or "right"), or "" if
    neither or both do; `codes` are the exemption codes of its deletions.
    """

    kind: str
    place: str
    left: str
    right: str
    withheld_by: str = ""
    codes: tuple[str, ...] = ()


class CopyComparison(Record):
    """Two copies, the differences between them, and their paragraphs in pairs (None if only one copy has the
    paragraph).
    """

    left: Copy
    right: Copy
    differences: tuple[ReleaseDifference, ...]
    rows: tuple[tuple[Paragraph | None, Paragraph | None], ...]


def compare(left: Copy, right: Copy) -> CopyComparison:
    """Return the differences between two copies."""
    rows = tuple(_aligned(left.telegram.paragraphs, right.telegram.paragraphs))
    found = list(_facts(left.telegram, right.telegram))
    for one, two in rows:
        found += _paragraphs(left.telegram, right.telegram, one, two)
    return CopyComparison(left, right, tuple(found), rows)


# ---- facts about the whole copy --------------------------------------------------------------------------------------


def _facts(left: Telegram, right: Telegram) -> Iterator[ReleaseDifference]:
    for kind, read in _READ.items():
        one, two = _shown(read(left), left), _shown(read(right), right)
        if one != two:
            withheld = _withheld_by(left, right, kind)
            yield ReleaseDifference(kind, "", one, two, withheld)


def _shown(value: str, telegram: Telegram) -> str:
    """Return a value without the text of the telegram's deletions."""
    for deletion in telegram.deletions:
        value = value.replace(_flat(deletion.text), "")
    return value.strip(" ,;")


def _withheld_by(left: Telegram, right: Telegram, kind: str) -> str:
    """Return "left" or "right" for the first copy with a deletion in the part of the telegram that contains values of
    this kind, or "" if neither has one.
    """
    place = {"subject": "subject", "classifier": "authority", "reasons": "authority", "instruction": "eo"}.get(kind, "")
    for side, telegram in (("left", left), ("right", right)):
        if place and any(deletion.place == place for deletion in telegram.deletions):
            return side
    return ""


def _flat(value: object) -> str:
    return "" if value is None else " ".join(str(value).split())


def _subject(telegram: Telegram) -> str:
    return _flat(telegram.subject.text) if isinstance(telegram.subject, Subject) else ""


def _block(telegram: Telegram) -> Authority | None:
    return telegram.authority if isinstance(telegram.authority, Authority) else None


def _level(telegram: Telegram) -> str:
    return "" if isinstance(telegram.level, Unread) else _flat(telegram.level)


def _instruction(telegram: Telegram) -> str:
    found = telegram.instruction
    return _flat(found.text) if found is not None else ""


def _classifier(telegram: Telegram) -> str:
    block = _block(telegram)
    return _flat(block.name or block.title) if block is not None else ""


def _reasons(telegram: Telegram) -> str:
    block = _block(telegram)
    reasons = block.reasons if block is not None else None
    if reasons is None or isinstance(reasons, Unread):
        return ""
    return " ".join((reasons.section or "", *reasons.codes)).strip()


_READ: dict[str, Callable[[Telegram], str]] = {
    "level": _level,
    "instruction": _instruction,
    "due": lambda telegram: _flat(telegram.declass.expected) if telegram.declass is not None else "",
    "subject": _subject,
    "classifier": _classifier,
    "reasons": _reasons,
    "captions": lambda telegram: " ".join(telegram.caption_codes),
    "release": lambda telegram: _flat(telegram.release_level),
    "release-date": lambda telegram: _flat(telegram.release_date),
    "codes": lambda telegram: " ".join(telegram.release_codes),
}


# ---- paragraphs ------------------------------------------------------------------------------------------------------


def _aligned(
    left: Sequence[Paragraph], right: Sequence[Paragraph]
) -> Iterator[tuple[Paragraph | None, Paragraph | None]]:
    """Yield the paragraphs in pairs, in document order, with None for a missing partner. Numbered paragraphs are paired
    by section and number. Unnumbered ones are paired if their texts are equal, if either was cut, or if enough of their
    words are equal.
    """
    keys, others = [_key(item) for item in left], [_key(item) for item in right]
    for tag, low, high, other_low, other_high in SequenceMatcher(None, keys, others, autojunk=False).get_opcodes():
        if tag == "equal":
            yield from zip(left[low:high], right[other_low:other_high], strict=True)
        else:
            yield from _paired(left[low:high], right[other_low:other_high])


def _key(paragraph: Paragraph) -> str:
    if paragraph.kind == "numbered":
        return f"{paragraph.section}/{paragraph.label.strip(' .)')}"
    return " ".join(paragraph.text.split())


def _paired(
    left: Sequence[Paragraph], right: Sequence[Paragraph]
) -> Iterator[tuple[Paragraph | None, Paragraph | None]]:
    at = 0
    for one in left:
        match = next((index for index in range(at, len(right)) if _is_same(one, right[index])), None)
        if match is None:
            yield one, None
            continue
        yield from ((None, two) for two in right[at:match])
        yield one, right[match]
        at = match + 1
    yield from ((None, two) for two in right[at:])


def _is_same(one: Paragraph, two: Paragraph) -> bool:
    if one.kind == "numbered" or two.kind == "numbered":
        return False
    if one.cut or two.cut:
        return True
    words, others = (item.text.split()[:_MOST_WORDS] for item in (one, two))
    return SequenceMatcher(None, words, others, autojunk=False).ratio() >= _ALIKE


def _paragraphs(
    left: Telegram, right: Telegram, one: Paragraph | None, two: Paragraph | None
) -> Iterator[ReleaseDifference]:
    if one is None or two is None:
        item, owner, other = (one, left, right) if one is not None else (two, right, left)
        if item is not None:
            yield _lone(item, owner, other, one is not None)
        return
    if _mark(one) != _mark(two):
        side = "left" if one.cut else "right" if two.cut else ""
        yield ReleaseDifference("mark", one.name if one.label else two.name, _mark(one), _mark(two), side)
    for mine, others in _differing(_words(left, one), _words(right, two)):
        yield from _passage(one, two, mine, others, left, right)


def _differing(mine: list[str], others: list[str]) -> Iterator[tuple[list[str], list[str]]]:
    """Yield each pair of differing passages of two lists of words. If more than `_MOST_WORDS` words are between the
    first difference and the last, all these words are one passage, because aligning them would take too long.
    """
    same = _same_at_start(mine, others)
    mine, others = mine[same:], others[same:]
    same = _same_at_start(mine[::-1], others[::-1])
    mine, others = mine[: len(mine) - same], others[: len(others) - same]
    if max(len(mine), len(others)) > _MOST_WORDS:
        yield mine, others
        return
    for tag, low, high, other_low, other_high in SequenceMatcher(None, mine, others, autojunk=False).get_opcodes():
        if tag != "equal":
            yield mine[low:high], others[other_low:other_high]


def _same_at_start(mine: list[str], others: list[str]) -> int:
    """Return how many words two lists of words have in common at their beginning."""
    pairs = enumerate(zip(mine, others, strict=False))
    return next((number for number, (one, two) in pairs if one != two), min(len(mine), len(others)))


def _passage(
    one: Paragraph, two: Paragraph, mine: list[str], other: list[str], left: Telegram, right: Telegram
) -> Iterator[ReleaseDifference]:
    """Yield the difference between two passages of a paragraph. Passages are lists of words. Yield nothing if both
    copies have a deletion there and the other words are equal.
    """
    gone = (_GONE in mine or (not mine and one.cut), _GONE in other or (not other and two.cut))
    text, other_text = (" ".join(word for word in words if any(map(str.isalnum, word))) for words in (mine, other))
    if all(gone) and text == other_text:
        return
    side = "" if gone[0] == gone[1] else "left" if gone[0] else "right"
    telegram, item = (left, one) if side == "left" else (right, two)
    codes = _codes(telegram, item) if side else ()
    place = one.name if one.label else two.name
    yield ReleaseDifference("withheld" if side else "text", place, text, other_text, side, codes)


def _lone(item: Paragraph, owner: Telegram, other: Telegram, is_left: bool) -> ReleaseDifference:
    """Return the difference for a paragraph that only one copy contains.

    If whole paragraphs were deleted from the other copy, it is taken to withhold this paragraph.
    """
    withheld = [deletion for deletion in other.deletions if deletion.place == "paragraph"]
    side = ("right" if is_left else "left") if withheld else ""
    text = " ".join(word for word in _words(owner, item) if word != _GONE)
    texts = (text, "") if is_left else ("", text)
    codes = tuple(dict.fromkeys(code for deletion in withheld for code in deletion.codes))
    return ReleaseDifference("paragraph", item.name, texts[0], texts[1], side, codes)


def _mark(paragraph: Paragraph) -> str:
    return paragraph.mark.text if isinstance(paragraph.mark, Marking) else ""


def _inside(telegram: Telegram, paragraph: Paragraph) -> list[Deletion]:
    span = paragraph.span
    return [one for one in telegram.deletions if span.start <= one.span.start and one.span.end <= span.end]


def _codes(telegram: Telegram, paragraph: Paragraph) -> tuple[str, ...]:
    inside = _inside(telegram, paragraph)
    if not inside and paragraph.cut and paragraph.place is not None:
        inside = [one for one in telegram.deletions if one.span == paragraph.place.span]
    return tuple(dict.fromkeys(code for deletion in inside for code in deletion.codes))


def _words(telegram: Telegram, paragraph: Paragraph) -> list[str]:
    """Return the words of a paragraph, with a placeholder for each deletion."""
    text = paragraph.text
    for deletion in _inside(telegram, paragraph):
        another = deletion.place == "paragraph" and paragraph.mark is not None  # a paragraph below this one
        text = text.replace(deletion.text, " " if another else f" {_GONE} ", 1)
    return [match[0] for match in _WORDS.finditer(text)]


# ---- output ----------------------------------------------------------------------------------------------------------


def render(form: str, comparisons: Sequence[CopyComparison], redact: bool) -> Iterator[str]:
    """Yield the comparisons in one of the formats in `FORMS`. With `redact`, text from the documents is replaced by
    word counts.
    """
    if form == "json":
        yield dumps([_as_data(each, redact) for each in comparisons], 2) + "\n"
    elif form == "html":
        yield from _page(comparisons, redact)
    else:
        for each in comparisons:
            yield from _text(each, redact)


def _value(kind: str, text: str, redact: bool) -> str:
    if redact and kind in _SECRET and text:
        words = len(text.split())
        return count(words, "word")
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def _as_data(comparison: CopyComparison, redact: bool) -> dict[str, object]:
    return {
        "mrn": _number(comparison, redact),
        "left": {"path": comparison.left.path, "cable": comparison.left.cable},
        "right": {"path": comparison.right.path, "cable": comparison.right.cable},
        "differences": [
            {
                "kind": one.kind,
                "place": _place(one, redact),
                "left": _value(one.kind, one.left, redact),
                "right": _value(one.kind, one.right, redact),
                "withheld_by": one.withheld_by,
                "codes": list(one.codes),
            }
            for one in comparison.differences
        ],
    }


def _number(comparison: CopyComparison, redact: bool) -> str:
    number = comparison.left.telegram.mrn or comparison.right.telegram.mrn or ""
    return name_digest(number) if redact and number else number


def _place(one: ReleaseDifference, redact: bool) -> str:
    return "an unnumbered paragraph" if redact and '"' in one.place else one.place


def _withheld(one: ReleaseDifference) -> str:
    """Return which copy withholds a passage, with the exemption codes, or "" if neither does."""
    codes = f" ({' '.join(one.codes)})" if one.codes else ""
    return f"withheld by the {one.withheld_by} copy{codes}" if one.withheld_by else ""


def _heading(one: ReleaseDifference, redact: bool) -> str:
    """Return what differs and where, such as `portion mark of paragraph 2`, and which copy withholds it."""
    by = _withheld(one)
    if not one.place:
        return ", ".join(filter(None, (_LABELS.get(one.kind, one.kind), by)))
    place = _place(one, redact)
    if one.kind == "paragraph":
        lone = f"{place}, only in the {'left' if one.left else 'right'} copy"
        return f"{place}, {by}" if by else lone
    what = "text" if one.kind == "withheld" else _LABELS.get(one.kind, one.kind)
    return ", ".join(filter(None, (f"{what} of {place}", by)))


def _total(comparison: CopyComparison) -> str:
    return count(len(comparison.differences), "difference") if comparison.differences else "no difference"


def _text(comparison: CopyComparison, redact: bool) -> Iterator[str]:
    left, right = comparison.left, comparison.right
    yield f"{_number(comparison, redact) or 'no message number'}\n"
    yield f"  left:  {visible(f'{left.path} {left.cable}'.strip())}\n"
    yield f"  right: {visible(f'{right.path} {right.cable}'.strip())}\n"
    for one in comparison.differences:
        yield f"  {visible(_heading(one, redact))}\n"
        for side, value in (("left: ", one.left), ("right:", one.right)):
            yield f"    {side} {visible(_value(one.kind, value, redact)) or '-'}\n"
    yield f"  {_total(comparison)}\n"


_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;margin:1.5rem auto;max-width:75rem;padding:0 1rem}"
    "table{border-collapse:collapse;width:100%;table-layout:fixed;margin:1rem 0}"
    "td,th{border:1px solid #bbb;padding:.35rem .5rem;vertical-align:top;text-align:left;overflow-wrap:anywhere}"
    "th:first-child,td:first-child{width:9rem}.differs{background:#fff3c4}.withheld{background:#f3d4d4}"
    "@media(max-width:600px){body{margin:1rem 0;padding:0 .5rem}"
    "th:first-child,td:first-child{width:6.5rem;font-size:.8rem}}"
    "@media(prefers-color-scheme:dark){body{background:#111;color:#eee}.differs{background:#544400}"
    ".withheld{background:#5a1f1f}}"
)


def _page(comparisons: Sequence[CopyComparison], redact: bool) -> Iterator[str]:
    yield '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>Releases compared</title><style>{_STYLE}</style></head><body>\n<h1>Releases compared</h1>\n"
    for each in comparisons:
        yield f"<h2>{_html(_number(each, redact) or 'No message number')}</h2>\n"
        yield f"<p>{_total(each)}</p>\n"
        heads = "".join(f"<th>{_html(f'{copy.path} {copy.cable}'.strip())}</th>" for copy in (each.left, each.right))
        yield f"<table><thead><tr><th></th>{heads}</tr></thead><tbody>\n"
        for one in each.differences:
            if not one.place:
                yield _row(
                    _LABELS.get(one.kind, one.kind),
                    _value(one.kind, one.left, redact),
                    _value(one.kind, one.right, redact),
                    "differs",
                )
        for left, right in each.rows:
            yield _side_by_side(each, left, right, redact)
        yield "</tbody></table>\n"
    yield "</body></html>\n"


def _side_by_side(each: CopyComparison, left: Paragraph | None, right: Paragraph | None, redact: bool) -> str:
    names = {item.name for item in (left, right) if item is not None}
    here = [one for one in each.differences if one.place in names]
    style = "withheld" if any(one.withheld_by for one in here) else "differs" if here else ""
    texts = []
    for item in (left, right):
        text = "" if item is None else " ".join(item.text.split())
        mark = "" if item is None else _mark(item)
        texts.append(f"{mark} {_value('text', text, redact) if redact else text}".strip())
    label = next((item.label for item in (left, right) if item is not None), "")
    by = "; ".join(dict.fromkeys(filter(None, map(_withheld, here))))
    return _row(f"{label} {by}".strip(), texts[0], texts[1], style)


def _row(label: str, left: str, right: str, style: str) -> str:
    cells = "".join(f"<td>{_html(text)}</td>" for text in (label, left, right))
    return f'<tr class="{style}">{cells}</tr>\n'


def _html(text: str) -> str:
    return escape(visible(text))
