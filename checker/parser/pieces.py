"""A marking cut at its separators, and lists of countries taken out of it: offsets into its text, no meaning yet."""

from __future__ import annotations

import re

from ..record import Record
from .lexicon import Lexicon

WORDS = re.compile(r"[^\s,/]+")
GAPS = re.compile(r"[\s,-]+")
_BLANKS = re.compile(r"\s+")
_STROKES = re.compile(r"/+")


class Piece(Record):
    """A stretch between separators: its offsets, the separator before it, the number of its `//` group."""

    start: int
    end: int
    before: str
    group: int


class Bit(Record):
    """A token without a place. The fields are those of `document.Token`, with offsets for the span."""

    start: int
    end: int
    code: str | None
    category: str
    order: int
    form: str
    before: str
    group: int
    countries: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    separators: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    standing: str = "current"
    rank: int = 0
    countries_in_order: bool = True
    unknown_countries: tuple[str, ...] = ()
    doubled_countries: tuple[str, ...] = ()


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def plain(text: str, start: int, end: int) -> str:
    """The words between two offsets in upper case, every run of blanks one blank."""
    return " ".join(text[start:end].upper().split())


def pieces_of(text: str) -> tuple[list[Piece], bool, bool]:
    """The pieces between strokes; whether the text begins with `//`; whether a separator stands at its end."""
    pieces: list[Piece] = []
    here = group = 0
    last_end = 0
    leading = trailing = False
    for stroke in [*_STROKES.finditer(text), None]:
        low, high = (stroke.start(), stroke.end()) if stroke is not None else (len(text), len(text))
        start, end = trim(text, here, low)
        if start < end:
            pieces.append(Piece(start, end, text[last_end:start] if pieces or leading else "", group))
            last_end = end
            trailing = False
        elif stroke is not None and not pieces:
            leading = high - low > 1
            last_end = low
        if stroke is None:
            break
        trailing = True
        group += high - low > 1
        here = high
    return pieces, leading, trailing and bool(pieces)


def unwrap(form: str, word: str) -> str | None:
    """What follows `form` in `word` when it begins with it as whole words, else `None`."""
    if word.startswith(form) and (len(word) == len(form) or word[len(form)] in " ,"):
        return word[len(form) :]
    return None


def countries_of(lexicon: Lexicon, text: str, start: int, end: int) -> tuple[list[str], list[str], bool]:
    """The codes listed between two offsets as written, their separators, and whether all are known spellings."""
    codes: list[str] = []
    separators: list[str] = []
    all_known = True
    words = list(WORDS.finditer(text, start, end))
    index = 0
    last_end = start
    while index < len(words):
        word = words[index]
        if word[0].upper() in lexicon.joiners and codes and index + 1 < len(words):
            index += 1
            continue
        taken = 1
        name = word[0].upper()
        for length in (3, 2):
            joined = " ".join(w[0].upper() for w in words[index : index + length])
            if len(words) - index >= length and joined in lexicon.countries:
                taken, name = length, joined
                break
        if codes:
            separators.append(_BLANKS.sub(" ", text[last_end : word.start()]))
        all_known = all_known and name in lexicon.countries
        codes.append(name)
        last_end = words[index + taken - 1].end()
        index += taken
    return codes, list(dict.fromkeys(separators)), all_known
