"""Determine the scheme in which a document is marked: the U.S. scheme, a rule pack's scheme, or an unknown scheme.

Each scheme defines its own levels. A document belongs to the scheme that recognizes the most lines as banners. If the
U.S. scheme is one of several that recognize equally many, it takes precedence.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from ...model import Banner, Marking, Telegram, Unread
from ...vocabulary import Entry, Vocabulary
from ..cursor import Cursor
from ..markings import finder

_LONGEST = 60  # code points of a marking that no scheme recognizes
_EDGE = 3  # lines at the top and at the bottom in which such a marking is expected
_SIGNS = ("", "-", "–", "/", "[", "(")
_NOT_RECOGNIZED = "is not recognized as a marking; no loaded scheme has it"


def vocabulary_of_document(cursor: Cursor) -> Vocabulary:
    """Return the vocabulary of the scheme in which the document is marked."""
    best = cursor.words
    if best.scheme is not None or not best.schemes:
        return best
    lines = [span for span in _spans(cursor) if span[1] - span[0] <= finder.LONGEST_BANNER and _capitals(cursor, span)]
    most = sum(_is_american(finder.banner(cursor.view, *span, best)) for span in lines)
    for entry in cursor.words.schemes:
        words = cursor.words.of_profile(entry.code)
        count = sum(isinstance(finder.banner(cursor.view, *span, words), Marking) for span in lines)
        if count > most:
            best, most = words, count
    return best


def mark_unrecognized(cursor: Cursor, telegram: Telegram) -> None:
    """Assign the profile for unrecognized markings and an unread banner if no loaded scheme contains the document's
    marking.

    A U.S. classification authority block shows that a document belongs to the United States, regardless of its banner.
    """
    if cursor.words.scheme is not None or telegram.authority is not None:
        return
    profile = next((entry.code for entry in cursor.words["profiles"] if entry.fact("unrecognized")), "")
    found = _foreign_banner(telegram) if telegram.banners else _unlisted_marking(cursor)
    if profile and found is not None:
        span = cursor.span(*found) if isinstance(found, tuple) else found.span
        text = " ".join(cursor.view.source.quote(span).split())
        pack = next((entry.fact("pack") for entry, form in _forms(cursor) if _begins(text, form)), "")
        hint = f". To check it, add --rules {pack}" if pack else ""
        telegram.banner = Unread(span, _NOT_RECOGNIZED + hint, text)
        telegram.banners = ()
        telegram.profile = profile


def _spans(cursor: Cursor) -> Iterator[tuple[int, int]]:
    """Yield the trimmed span of each nonblank line."""
    here = 0
    while here < cursor.size:
        end = cursor.line_end(here)
        start, last = cursor.trim(here, end)
        if start < last:
            yield start, last
        here = end + 1


def _spans_upward(cursor: Cursor) -> Iterator[tuple[int, int]]:
    """Yield the trimmed span of each nonblank line, from the last line to the first."""
    end = cursor.size
    while end > 0:
        here = cursor.line_start(end)
        start, last = cursor.trim(here, end)
        if start < last:
            yield start, last
        end = here - 1


def _capitals(cursor: Cursor, span: tuple[int, int]) -> bool:
    return cursor.text[slice(*span)].isupper()


def _is_american(found: Marking | Unread | None) -> bool:
    """Return whether a banner belongs to a U.S. document. In U.S. documents, foreign markings begin with slashes."""
    return isinstance(found, Marking) and (found.leading or found.system not in ("nato", "foreign"))


def _foreign_banner(telegram: Telegram) -> Banner | None:
    """Return the first banner if no banner belongs to the U.S. scheme, otherwise `None`."""
    for banner in telegram.banners:
        if banner.marking is None:
            if not isinstance(banner.level, Unread) or "//" in banner.text:
                return None
        elif _is_american(banner.marking):
            return None
    return telegram.banners[0]


def _forms(cursor: Cursor) -> Iterator[tuple[Entry, str]]:
    """Yield (entry, spelling) for the levels of schemes that rule packs can add."""
    for entry in cursor.words["other_schemes"]:
        for form in entry.spellings():
            yield entry, form


def _begins(line: str, form: str) -> bool:
    """Return whether a line begins with a level that is either alone on the line or followed by a separator.

    `OFFICIAL VISIT`, for example, is a heading.
    """
    return line.startswith(form) and line[len(form) :].lstrip()[:1] in _SIGNS


def _unlisted_marking(cursor: Cursor) -> tuple[int, int] | None:
    """Return the span of the first line near the top that begins with a level from another scheme. If there is none,
    return a line in capitals that appears both at the top and at the bottom, as banner lines do, or else `None`.
    """
    top = _capital_lines(cursor, _spans(cursor))
    for start, last in top:
        line = cursor.text[start:last]
        if last - start <= _LONGEST and any(_begins(line, form) for _, form in _forms(cursor)):
            return start, last
    below = {cursor.text[slice(*span)] for span in _capital_lines(cursor, _spans_upward(cursor)) if span not in top}
    for start, last in top:
        line = cursor.text[start:last]
        if line in below and last - start <= _LONGEST and ":" not in line and not any(map(str.isdigit, line)):
            return start, last
    return None


def _capital_lines(cursor: Cursor, spans: Iterator[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the spans that contain lines in capitals, among the first few of `spans`."""
    return [span for span in islice(spans, _EDGE) if _capitals(cursor, span)]
