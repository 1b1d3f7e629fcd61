"""Whether a copy was hurt on its way: signs that no writer leaves and that noisy lines and scanners do.

One sign may be anything. Where others stand beside the place of a finding, a missing or strange marking says more
about the copy than about its writer, and the engine gives no verdict above info (`engine.py`). Sought only when a rule
failed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice

from ..document import SURE, Authority, Sign, Telegram
from .patterns import Pattern
from .sheet import Sheet
from .strange import ENDS, Judge, Known, known_words

# A digit or an open bracket inside a word, long enough on both sides not to be the name of an aircraft or a unit;
# a letter inside a number that has more digits than a time of day or a date.
_INSIDE = Pattern(r"[A-Z]{3}[0-9][A-Z]{2}|[0-9]{3}[A-WYZ][0-9]{3}|[A-Z]{2}\([A-Z]{2}(?![A-Z]{0,20}\))")
# One digit at an end of a word or behind its first letter.
_AT_END = Pattern(r"[0-9][A-Z]{4,}|[A-Z][0-9][A-Z]{4,}|[A-Z]{4,}[0-9]")
_WORD = Pattern(r"[A-Z0-9(]+")  # no address, path or version
# UTF-8 read as Windows-1252, a byte that no encoding has, a mark of byte order in the text.
_MISREAD = Pattern(r"\xc2[\x80-\xbf]|\xc3[\x80-\xbf\u0152-\u2122]|\xe2\u20ac|\ufffd|\ufeff")
_NO_OPENING = ".,:;)"  # no word begins with them
_LINE_ENDS = ("", "\n", "\r")
_SENTENCE_ENDS = ".!?:;\"')]\u201d\u2019"
_NARROW = 20  # letters: shorter lines say nothing of the width
_FEW = 3
_MOST = 64  # signs: more say nothing more
_TELETYPE = ("acp127", "central-file")
_TEXT = ("eo", "tags", "subject", "references", "authority", "paragraph")
_STRANGE = ("loose_text", "unread")


def signs(telegram: Telegram, sheet: Sheet) -> tuple[Sign, ...]:
    """The signs of damage.

    A line nobody can read where one of the frame is missing weighs enough by itself, as does an end in the middle of a
    line. A sign inside a word weighs two, as do letters of a wrong encoding. A sign at the end of a word weighs one, as
    do a word with one wrong letter, two words with a letter for the blank between them, and a field that cannot be
    read: they may be the writer's own.
    """
    fold, text, span = sheet.fold, sheet.text, sheet.span
    found = [Sign(node.span, 1) for node in telegram.unread]
    found += [Sign(span(low, high), weight) for low, high, weight in _words(fold, text, known_words(sheet.words))]
    found += [Sign(span(at, at), 1) for at in _ragged(fold)]
    if not text.isascii():
        hits = islice(_MISREAD.finditer(text), _MOST)
        found += [Sign(span(match.start(), match.end()), 2) for match in hits]
    if _is_cut(telegram, text):
        found.append(Sign(span(len(text), len(text)), SURE))
    gap = _gap(telegram, sheet.parts)
    if gap is not None:
        found.append(Sign(span(gap, min(fold.find("\n", gap) + 1, len(fold) - 1)), SURE))
    return tuple(found)


def _words(fold: str, text: str, known: Known) -> Iterator[tuple[int, int, int]]:
    """Strange words that stand once, with their weight: a name or a foreign word comes again."""
    counts = Counter(fold.split())
    bodies: dict[str, str] = {}
    often: Counter[str] = Counter()
    for token in (token for token in counts if token not in known.words):  # in their order: a set has none
        body = token.strip(ENDS)
        bodies[body] = token
        often[body] += counts[token]
    often.update({token: count for token, count in counts.items() if token in known.words})
    judge = Judge(known, [word for word, count in often.items() if count > 1])
    left = _MOST
    for body, token in bodies.items():
        weight = _weight(body, token, known, judge) if often[body] == 1 else 0
        if not weight:
            continue
        at = _once(fold, token)
        if at >= 0:
            if judge.has_capital_inside(text, at + token.find(body), body):
                weight = max(weight, 2)
            yield at, at + len(token), weight
            left -= 1
            if not left:
                return


def _weight(body: str, token: str, known: Known, judge: Judge) -> int:
    """What a word weighs as a sign; 0 for one that may well be sound."""
    if body in known.words or body.isdigit():
        return 0
    if body.isalpha():
        if token[0] in _NO_OPENING and judge.lacks_first(token[0], body):
            return 2
        return judge.misspelt(body) or known.joined(body)
    inside = judge.with_sign(body)
    if inside or not _WORD.fullmatch(body):
        return inside
    if _INSIDE.search(token) is not None:
        return 2
    return 1 if token[0] == ")" or _AT_END.fullmatch(body) is not None else 0


def _once(fold: str, token: str) -> int:
    """Where a word stands; -1 where it stands twice."""
    found = -1
    at = fold.find(token)
    while at >= 0:
        if (not at or fold[at - 1].isspace()) and fold[at + len(token) : at + len(token) + 1].isspace():
            if found >= 0:
                return -1
            found = at
        at = fold.find(token, at + 1)
    return found


def _is_cut(telegram: Telegram, text: str) -> bool:
    """Whether the copy ends in the middle of a line before it has said what a telegram says at its head, or a document
    at its end."""
    ended = text[-1:] in _LINE_ENDS
    if telegram.layout != "document":
        return not telegram.paragraphs and (not ended or telegram.dtg is None)
    block = telegram.authority
    if ended or (isinstance(block, Authority) and block.declassify is not None):
        return False
    return text[-1] not in _SENTENCE_ENDS and not _is_upper(text)


def _is_upper(text: str) -> bool:
    """Whether the last line is a mark or a name in capitals."""
    line = text[text.rfind("\n") + 1 :]
    return len(line) > 1 and line.isupper()


def _ragged(fold: str) -> list[int]:
    """Where a line breaks off though the next word had room, between a full line and one that goes on: text that was
    filled to a width and then broken again. A few such lines are a list or a heading."""
    lines = fold.split("\n")
    widths = sorted(len(line) for line in lines if len(line) > _NARROW)
    if len(widths) < _FEW:
        return []
    full = widths[len(widths) * 3 // 4]
    found = []
    at = 0
    above = ""
    for line, below in zip(lines, (*lines[1:], ""), strict=True):
        size = len(line)
        if 0 < size * 2 < full and len(above) * 4 > full * 3 and below[:1].isalnum() and line[-1].isalpha():
            found.append(at + size)
        at += size + 1
        above = line
    return found if len(found) >= _FEW else []


def _gap(telegram: Telegram, parts: list[tuple[int, str]]) -> int | None:
    """The first line above the text that nobody can read, where a line of the frame is missing."""
    frame = (telegram.dtg, telegram.sender, telegram.banner, telegram.to or None)
    if telegram.layout not in _TELETYPE or all(node is not None for node in frame):
        return None
    for start, kind in parts:
        if kind in _TEXT:
            return None
        if kind in _STRANGE or (kind == "captions" and telegram.banner is None and not telegram.caption_codes):
            return start
    return None
