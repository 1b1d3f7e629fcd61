"""Markings in the text: portion marks, banner lines and statements for the entire text, each told from mere words.

The doors are `portion`, `banner` and `entire_text`. A marking's shape depends on its letters alone, so shapes are
kept by text and only placed anew: in a corpus nearly every portion mark is one of a dozen.
"""

from __future__ import annotations

import re

from ...model import Marking, Token, Unread
from ...record import BoundedCache, Lazy
from ...text import Span, View
from ...vocabulary import Vocabulary
from ..cursor import Pattern
from ..lookup import Lexicon, lexicon
from .marking_parser import Shape, dissect
from .tokens import Bit

DELETED = "cut"  # why a mark of crosses cannot be read
LONGEST_PORTION = 160
LONGEST_BANNER = 300
_KEPT_SHAPES = 4096
_BLANKS = " \t\n\r\xa0"

_UNOPENED = Pattern(r"([A-Z]{1,4}(?:/{1,2}[A-Z]{2,6})?)\)(?=\s|$)", 0)
_UNCLOSED = Pattern(r"\(\s?([A-Z]{1,4}(?:/{1,2}[A-Z]{2,6})?)\s+[A-Z\"'“‘]", 0)
_LETTERS = Pattern(r"[A-Z]{2,4}|[A-Z]{1,3}/{1,2}[A-Z]{1,3}")
_DELETED = Pattern(r"[Xx]{2,}")
_PROSE = Pattern(r"[a-z0-9]")

_Found = Shape | str | None


class _Shapes:
    """What was made of each text so far: a shape, why it cannot be read, or `None` for no mark at all."""

    def __init__(self, words: Vocabulary) -> None:
        self.words = words
        self.lexicon: Lexicon = lexicon(words)
        phrases = (r"\s+".join(map(re.escape, phrase.split())) for phrase in self.lexicon.statements)
        self.statement = Pattern("|".join(phrases), 0)
        self.portions: dict[str, _Found] = BoundedCache(_KEPT_SHAPES)
        self.banners: dict[str, _Found] = BoundedCache(_KEPT_SHAPES)


def _shapes(words: Vocabulary) -> _Shapes:
    found = words.made.get("shapes")
    if not isinstance(found, _Shapes):
        found = words.made["shapes"] = _Shapes(words)
    return found


def portion(view: View, start: int, end: int, words: Vocabulary, folded: bool = False) -> Marking | Unread | None:
    """The portion mark that `view.text[start:end]` begins with, blanks aside.

    `None` if no mark stands there (a list letter, an abbreviation); `Unread` if a mark stands there that cannot be
    read. The span covers the mark alone, brackets included. `folded` says that the text has lost its capitals, so
    that a lone small letter in brackets is a mark too.
    """
    text = view.text
    while start < end and text[start] in _BLANKS:
        start += 1
    if start >= end:
        return None
    shapes = _shapes(words)
    if text[start] != "(":
        return _unopened(shapes, view, start, end)
    close = text.find(")", start + 1, min(end, start + LONGEST_PORTION)) + 1
    if close:
        mark = text[start:close]
        key = _upper(mark) if folded else mark
        try:
            found = shapes.portions[key]
        except KeyError:
            found = shapes.portions[key] = _read_portion(shapes.lexicon, key)
        if isinstance(found, Shape):
            return _place(found, view, start, close, words, "portion", "case" if key != mark else None)
        if found is not None:
            return Unread(view.span(start, close), found, mark)
        if "(" not in mark[1:]:
            return None
    return _unclosed(shapes, view, start, end)


def _upper(text: str) -> str:
    """The text in capitals, letter for letter: the few letters whose capital is two are left alone."""
    upper = text.upper()
    return upper if len(upper) == len(text) else "".join(u if len(u := c.upper()) == 1 else c for c in text)


def known_portions(words: Vocabulary) -> dict[str, _Found]:
    """What `portion` has made of each text in brackets so far: for who asks it of every paragraph."""
    return _shapes(words).portions


def place(shape: Shape, view: View, span: Span, text: str, start: int, words: Vocabulary) -> Marking:
    """A known portion mark as a marking of the text that begins at `start`."""
    level = shape.level
    return Marking(
        span, text, words.level(level) if level is not None else None, shape.system, shape.style,
        Lazy(_tokens, shape, view, start), shape.controls, shape.owners, shape.release, shape.typo, "portion",
        shape.leading, shape.concealed,
    )  # fmt: skip


def _place(
    shape: Shape, view: View, start: int, end: int, words: Vocabulary, role: str, typo: str | None = None
) -> Marking:
    """The shape as a marking of the text. The offsets of its bits count from `start`."""
    level = words.level(shape.level) if shape.level is not None else None
    tokens = Lazy(_tokens, shape, view, start)
    return Marking(
        view.span(start, end), view.text[start:end], level, shape.system, shape.style, tokens, shape.controls,
        shape.owners, shape.release, typo or shape.typo, role, shape.leading, shape.concealed,
    )  # fmt: skip


def _tokens(marking: Marking, shape: Shape, view: View, start: int) -> tuple[Token, ...]:
    """The tokens of a marking that begins at `start`, made when somebody looks at them."""
    return tuple(_token(bit, view, start, marking.role) for bit in shape.bits)


def _token(bit: Bit, view: View, start: int, role: str) -> Token:
    low, high = start + bit.start, start + bit.end
    return Token(
        view.span(low, high), view.text[low:high], bit.code, bit.category, bit.rank, bit.order, bit.form, bit.before,
        bit.countries, bit.parts, bit.separators, bit.codes, bit.standing, bit.countries_in_order,
        bit.unknown_countries, bit.doubled_countries, role,
    )  # fmt: skip


def _moved(shape: Shape, by: int, typo: str | None) -> Shape:
    """The shape with its offsets counted from `by` code points earlier."""
    for bit in shape.bits:
        bit.start += by
        bit.end += by
    shape.typo = typo or shape.typo
    return shape


# ---- portion marks ---------------------------------------------------------------------------------------------------


def _read_portion(lexicon: Lexicon, mark: str) -> _Found:
    """What `(...)` is: the shape of a mark, the reason why it cannot be read, or `None`."""
    inner = mark[1:-1]
    content = inner.strip()
    if not content or "(" in content:
        return None
    typo = _typo(inner, content)
    content = content.rstrip(".")
    if _DELETED.fullmatch(content):
        return DELETED
    if (len(content) == 1 and content.islower()) or content.upper() in lexicon.not_marks:
        return None
    shape = dissect(lexicon, content) if content else None
    if shape is not None and _is_mark(shape, content):
        return _moved(shape, 1 + inner.find(content), typo)
    return _slip(lexicon, content)


def _typo(inner: str, content: str) -> str | None:
    """A flaw between the brackets and the mark."""
    if "\n" in inner:
        return "split"
    if inner != content:
        return "spacing"
    return "stop" if content.endswith(".") else None


def _is_mark(shape: Shape, content: str) -> bool:
    """Whether the words are a mark and not an aside that begins like one."""
    if shape.known:
        return not (shape.style == "plain" and content.islower() and len(content) < 3)
    if shape.style == "ic":
        return shape.level is not None or shape.leading
    unknown = [content[bit.start : bit.end] for bit in shape.bits if bit.code is None]
    strokes = all(bit.before.strip() == "/" for bit in shape.bits[1:])
    return strokes and not any(_PROSE.search(word) or len(word) > 12 for word in unknown)


def _slip(lexicon: Lexicon, content: str) -> str | None:
    """Why capitals that are nearly a mark cannot be read; `None` if they are something else."""
    word = content.replace("//", "/")
    found = lexicon.controls.get(word)
    if found is not None:
        return "a control without a level" if found[0].fact("release") else None
    if content.startswith("//") and content.isupper():
        return "begins with no known level"
    if not _LETTERS.fullmatch(content) or word in lexicon.countries or word in lexicon.not_marks:
        return None
    joined = word.replace("/", "")
    for near in sorted(lexicon.near):
        flat = near.replace("/", "")
        if joined == flat or (len(joined) > 2 and sorted(joined) == sorted(flat)):
            return f"looks like ({near})"
        if len(flat) == 1 and len(word) == 2 and flat in word:
            return f"looks like ({near})"
        if len(flat) > 2 and "/" not in near and "/" not in word and _one_letter_apart(word, near):
            return f"looks like ({near})"
    return None


def _one_letter_apart(word: str, near: str) -> bool:
    """Whether one letter was left out, put in or exchanged (the first letter stands)."""
    if word[0] != near[0]:
        return False
    if len(word) == len(near):
        return sum(a != b for a, b in zip(word, near, strict=True)) == 1
    short, long = sorted((word, near), key=len)
    return len(long) - len(short) == 1 and any(long[:i] + long[i + 1 :] == short for i in range(len(long)))


def _unopened(shapes: _Shapes, view: View, start: int, end: int) -> Marking | None:
    """A mark that lost its opening bracket: `C) The text`."""
    match = _UNOPENED.match(view.text, start, min(end, start + LONGEST_PORTION))
    return _half(shapes, view, match[1], match.start(1), start, match.end()) if match is not None else None


def _unclosed(shapes: _Shapes, view: View, start: int, end: int) -> Marking | None:
    """A mark that lost its closing bracket: `(C The text`."""
    match = _UNCLOSED.match(view.text, start, min(end, start + LONGEST_PORTION))
    return _half(shapes, view, match[1], match.start(1), start, match.end(1)) if match is not None else None


def _half(shapes: _Shapes, view: View, word: str, at: int, start: int, end: int) -> Marking | None:
    if word not in shapes.lexicon.near or word in shapes.lexicon.not_marks:
        return None
    shape = dissect(shapes.lexicon, word)
    if shape is None or not shape.known:
        return None
    return _place(_moved(shape, at - start, "bracket"), view, start, end, shapes.words, "portion")


# ---- banner lines ----------------------------------------------------------------------------------------------------


def banner(view: View, start: int, end: int, words: Vocabulary) -> Marking | Unread | None:
    """The banner that `view.text[start:end]` is as a whole, blanks aside.

    `None` if these words are no banner; `Unread` if they are one whose level cannot be read. A lone level is one.
    The classification line of a telegram, with post and number, is not for this door.
    """
    text = view.text
    while start < end and text[start] in _BLANKS:
        start += 1
    while end > start and text[end - 1] in _BLANKS:
        end -= 1
    if start >= end or end - start > LONGEST_BANNER:
        return None
    shapes = _shapes(words)
    line = text[start:end]
    try:
        found = shapes.banners[line]
    except KeyError:
        found = shapes.banners[line] = _read_banner(shapes.lexicon, line)
    if isinstance(found, Shape):
        return _place(found, view, start, end, words, "banner")
    return Unread(view.span(start, end), found, line) if found is not None else None


def _read_banner(lexicon: Lexicon, line: str) -> _Found:
    if not (line[0].isalpha() or line.startswith("//")):
        return None
    shape = dissect(lexicon, line)
    if shape is not None and _is_banner(lexicon, shape, line):
        return shape
    if "//" not in line or "://" in line:
        return None
    head, _, tail = line.lstrip("/").partition("//")
    controls = dissect(lexicon, f"{next(iter(lexicon.levels))}//{tail}") if tail else None
    known = controls is not None and any(bit.code is not None for bit in controls.bits[1:])
    near = _near_level(lexicon, head)
    if line.upper() == line and (near is not None or (known and line.startswith("//"))):
        return f"looks like {near}" if near is not None else "begins with no known level"
    return None


def _is_banner(lexicon: Lexicon, shape: Shape, line: str) -> bool:
    first = shape.bits[0]
    if first.category != "level":
        return False
    if shape.known:
        lone_letters = shape.style != "ic" and first.form == "portion" and shape.system == "us"
        return not lone_letters
    return "//" in line and line.upper() == line


def _near_level(lexicon: Lexicon, head: str) -> str | None:
    """The level that a misspelt word of capitals stands for."""
    word = " ".join(head.split())
    if len(word) < 5:
        return None
    return next(
        (form for form in lexicon.levels if len(form) > 5 and (_one_letter_apart(word, form) or _swapped(word, form))),
        None,
    )


def _swapped(word: str, form: str) -> bool:
    return len(word) == len(form) and word[0] == form[0] and sorted(word) == sorted(form)


# ---- entire text -----------------------------------------------------------------------------------------------------


def entire_text(view: View, start: int, end: int, words: Vocabulary) -> Marking | None:
    """The statement that `view.text[start:end]` begins with, blanks aside, that one mark covers the entire text.

    `(C - ENTIRE TEXT)`, `(S ENTIRE TEXT).`, `C - ENTIRE TEXT.`, `SECRET/NOFORN - ENTIRE TEXT` (telegrams from 1978).
    """
    text = view.text
    while start < end and text[start] in _BLANKS:
        start += 1
    window = _upper(text[start : min(end, start + 70)])
    shapes = _shapes(words)
    found = shapes.statement.search(window)
    return _statement(shapes, view, start, window, found.start(), found.end()) if found is not None else None


def _statement(shapes: _Shapes, view: View, start: int, window: str, at: int, stop: int) -> Marking | None:
    """The mark before the phrase, or right after it."""
    before = window[:at]
    mark = before.strip(" \t\n\r\xa0()-–—.,:")
    if mark:
        place = before.find(mark)
    elif before.strip(_BLANKS + "("):
        return None
    else:
        following = re.match(r"[\s,:()–-]{0,4}([A-Z]{1,12}(?:/{1,2}[A-Z]{2,6})?)(?![A-Z])", window[stop:])
        if following is None:
            return None
        mark, place = following[1], stop + following.start(1)
        stop = stop + following.end(1)
    shape = dissect(shapes.lexicon, mark)
    if shape is None or not shape.known:
        return None
    closing = window[stop : stop + 2].find(")") + 1
    if closing and "(" in window[:stop] and ")" not in window[:stop]:
        stop += closing
    as_written = view.text[start + place : start + place + len(mark)]
    typo = "case" if as_written != mark else None
    return _place(_moved(shape, place, typo), view, start, start + stop, shapes.words, "portion")
