"""Find markings in text: portion marks, banner lines, and statements that cover the entire text.

The entry points are `portion`, `banner`, and `entire_text`. Parsing depends only on a marking's letters, so results are
cached by text and positioned afterward. In a typical corpus, nearly every portion mark is one of a dozen.
"""

from __future__ import annotations

import re

from ...model import Marking, Token, Unread
from ...record import BoundedCache, Lazy
from ...text import Pattern, View
from ...vocabulary import Vocabulary
from .marking_parser import LONGEST_UNBROKEN, UnplacedMarking, parse_marking
from .tokens import Lexicon, UnplacedToken, lexicon, nearest, upper

LONGEST_PORTION = 160
LONGEST_BANNER = 300
_CACHE_SIZE = 4096
_BLANKS = " \t\n\r\xa0"

_UNOPENED = Pattern(r"([A-Z]{1,4}(?:/{1,2}[A-Z]{2,6})?)\)(?=\s|$)", 0)
_UNCLOSED = Pattern(r"\(\s?([A-Z]{1,4}(?:/{1,2}[A-Z]{2,6})?)\s+[A-Z\"'“‘]", 0)
_LETTERS = Pattern(r"[A-Z]{2,4}|[A-Z]{1,3}/{1,2}[A-Z]{1,3}")
_PROSE = Pattern(r"[a-z0-9]")
_DELETED = "is a deleted mark"
_CODE = Pattern(r"(?:(?<![A-Z0-9])[A-Z]\d?|(?<=\d\.)\d|(?<=\n)\d)\Z", 0)
_LONGEST_CODE = 4  # code points

_ReadResult = UnplacedMarking | str | None


class _MarkingCache:
    """A cache of parsing results by text: a marking, the reason why the text cannot be read, or `None` if it is not a
    marking.
    """

    def __init__(self, words: Vocabulary) -> None:
        self.words = words
        self.lexicon: Lexicon = lexicon(words)
        self.scheme = None
        if words.scheme is not None:
            from .scheme_parser import SchemeParser  # 0.2 ms: no telegram has a scheme of its own

            self.scheme = SchemeParser(words)
        phrases = (r"\s+".join(map(re.escape, phrase.split())) for phrase in self.lexicon.statements)
        self.statement = Pattern("|".join(phrases), 0)
        self.portions: dict[str, _ReadResult] = BoundedCache(_CACHE_SIZE)
        self.banners: dict[str, _ReadResult] = BoundedCache(_CACHE_SIZE)

    def parse_portion(self, mark: str) -> _ReadResult:
        """Parse a text in parentheses. Return a marking, the reason why it cannot be read, or `None` if it is not a
        portion mark.
        """
        if self.scheme is None:
            return _parse_portion(self.lexicon, mark)
        inner = mark[1:-1]
        return _DELETED if _is_deleted(inner.strip()) else self.scheme.portion(mark)

    def parse_banner(self, line: str) -> _ReadResult:
        """Parse a line. Return a marking, the reason why it cannot be read, or `None` if it is not a banner."""
        return _parse_banner(self.lexicon, line) if self.scheme is None else self.scheme.banner(line)


def _cache(words: Vocabulary) -> _MarkingCache:
    found = words.made.get("marking_cache")
    if not isinstance(found, _MarkingCache):
        found = words.made["marking_cache"] = _MarkingCache(words)
    return found


def portion(view: View, start: int, end: int, words: Vocabulary, folded: bool = False) -> Marking | Unread | None:
    """Return the portion mark at the beginning of `view.text[start:end]`, ignoring whitespace before it.

    Return `None` for anything else, such as a list letter or an abbreviation, and an `Unread` for a mark that cannot be
    read. The result's span includes the parentheses. `folded` means that the text has lost its capitals, so that a
    single lower-case letter in parentheses is also a mark.
    """
    text = view.text
    while start < end and text[start] in _BLANKS:
        start += 1
    if start >= end:
        return None
    cache = _cache(words)
    if text[start] != "(":
        return _unopened(cache, view, start, end) if cache.scheme is None else None
    close = text.find(")", start + 1, min(end, start + LONGEST_PORTION)) + 1
    if close:
        mark = text[start:close]
        key = upper(mark) if folded else mark
        try:
            found = cache.portions[key]
        except KeyError:
            found = cache.portions[key] = cache.parse_portion(key)
        if isinstance(found, UnplacedMarking):
            return _place(found, view, start, close, words, "portion", "case" if key != mark else None)
        if found is not None:
            return Unread(view.span(start, close), found, mark)
        if "(" not in mark[1:]:
            return None
    if cache.scheme is not None:
        return None
    return _unclosed(cache, view, start, end)


def is_deleted(mark: Unread) -> bool:
    """Return whether only X's are left of a portion mark."""
    return mark.why == _DELETED


def follows_code(fold: str, at: int) -> bool:
    """Return whether the parenthesis at an offset in a folded text continues an exemption code or the symbol of an
    office, such as `1.4(C)`, `B7(C)`, or `D(S)`.
    """
    return fold[at - 1].isalnum() and _CODE.search(fold, max(at - _LONGEST_CODE, 0), at) is not None


def _place(
    marking: UnplacedMarking, view: View, start: int, end: int, words: Vocabulary, role: str, typo: str | None = None
) -> Marking:
    """Return the marking with spans in the source. The token offsets in `marking` are relative to `start`."""
    level = words.level(marking.level) if marking.level is not None else None
    tokens = Lazy(_tokens, marking, view, start, words)
    return Marking(
        view.span(start, end), view.text[start:end], level, marking.system, marking.style, tokens, marking.controls,
        marking.owners, marking.release, typo or marking.typo, role, marking.leading, marking.concealed,
        marking.release_members,
    )  # fmt: skip


def _tokens(
    marking: Marking, unplaced: UnplacedMarking, view: View, start: int, words: Vocabulary
) -> tuple[Token, ...]:
    """Return the tokens of a marking that begins at `start`, with spans in the source."""
    return tuple(_token(token, view, start, marking.role, words) for token in unplaced.tokens)


def _token(token: UnplacedToken, view: View, start: int, role: str, words: Vocabulary) -> Token:
    low, high = start + token.start, start + token.end
    return Token(
        view.span(low, high), view.text[low:high], token.code, token.category, token.rank, token.order, token.form,
        token.before, token.countries, token.parts, token.separators, token.codes, token.standing,
        token.countries_in_order, token.unknown_countries, token.doubled_countries, role,
        Lazy(nearest, lexicon(words)) if token.code is None else None,
    )  # fmt: skip


def _shifted(marking: UnplacedMarking, by: int, typo: str | None) -> UnplacedMarking:
    """Add `by` to the marking's token offsets, set its typographic flaw if one is given, and return the marking."""
    for token in marking.tokens:
        token.start += by
        token.end += by
    marking.typo = typo or marking.typo
    return marking


# ---- portion marks ---------------------------------------------------------------------------------------------------


def _is_deleted(content: str) -> bool:
    return len(content) > 1 and not content.strip("Xx")


def _parse_portion(lexicon: Lexicon, mark: str) -> _ReadResult:
    """Parse a text in parentheses under the U.S. scheme. Return a marking, the reason why it cannot be read, or `None`
    if it is not a portion mark.
    """
    inner = mark[1:-1]
    content = inner.strip()
    if not content or "(" in content:
        return None
    typo = _typo(inner, content)
    content = content.rstrip(".")
    if _is_deleted(content):
        return _DELETED
    if (len(content) == 1 and content.islower()) or content.upper() in lexicon.not_marks:
        return None
    marking = parse_marking(lexicon, content, bracketed=content.isupper()) if content else None
    if marking is not None and _is_mark(marking, content):
        return _shifted(marking, 1 + inner.find(content), typo)
    return _misspelling(lexicon, content)


def _typo(inner: str, content: str) -> str | None:
    """Return the code of the typographic flaw between the parentheses and the mark, or `None` if there is none."""
    if "\n" in inner and len(inner) <= LONGEST_UNBROKEN:
        return "split"
    if inner != content:
        return "spacing"
    return "stop" if content.endswith(".") else None


def _is_mark(marking: UnplacedMarking, content: str) -> bool:
    """Return whether words in parentheses are a mark rather than a remark that begins like one."""
    if marking.known:
        return not (marking.style == "plain" and content.islower() and len(content) < 3)
    if marking.style == "ic":
        return marking.level is not None or marking.leading
    unknown = [content[token.start : token.end] for token in marking.tokens if token.code is None]
    slashes = all(token.before.strip() == "/" for token in marking.tokens[1:])
    return slashes and not any(_PROSE.search(word) or len(word) > 12 for word in unknown)


def _misspelling(lexicon: Lexicon, content: str) -> str | None:
    """Return why capitals that closely resemble a mark cannot be read, or `None` if they do not resemble a mark."""
    word = content.replace("//", "/")
    found = lexicon.marks.controls.get(word)
    if found is not None:
        return "is a control without a level" if found[0].fact("release") else None
    if content.startswith("//") and content.isupper():
        return "begins with no known level"
    if not _LETTERS.fullmatch(content) or word in lexicon.countries or word in lexicon.not_marks:
        return None
    joined = word.replace("/", "")
    for near in sorted(lexicon.usual_marks):
        flat = near.replace("/", "")
        if joined == flat or (len(joined) > 2 and sorted(joined) == sorted(flat)):
            return f"looks like ({near})"
        if len(flat) == 1 and len(word) == 2 and flat in word:
            return f"looks like ({near})"
        if len(flat) > 2 and "/" not in near and "/" not in word and _one_letter_apart(word, near):
            return f"looks like ({near})"
    return None


def _one_letter_apart(word: str, near: str) -> bool:
    """Return whether two words differ only in one letter that was omitted, inserted, or replaced. The first letters
    must be the same.
    """
    if word[0] != near[0]:
        return False
    if len(word) == len(near):
        return sum(a != b for a, b in zip(word, near, strict=True)) == 1
    short, long = sorted((word, near), key=len)
    return len(long) - len(short) == 1 and any(long[:i] + long[i + 1 :] == short for i in range(len(long)))


def _unopened(cache: _MarkingCache, view: View, start: int, end: int) -> Marking | None:
    """Return a mark that has lost its opening parenthesis, as in `C) The text`, or `None`."""
    match = _UNOPENED.match(view.text, start, min(end, start + LONGEST_PORTION))
    return _one_bracket(cache, view, match[1], match.start(1), start, match.end()) if match is not None else None


def _unclosed(cache: _MarkingCache, view: View, start: int, end: int) -> Marking | None:
    """Return a mark that has lost its closing parenthesis, as in `(C The text`, or `None`."""
    match = _UNCLOSED.match(view.text, start, min(end, start + LONGEST_PORTION))
    return _one_bracket(cache, view, match[1], match.start(1), start, match.end(1)) if match is not None else None


def _one_bracket(cache: _MarkingCache, view: View, word: str, at: int, start: int, end: int) -> Marking | None:
    if word not in cache.lexicon.usual_marks or word in cache.lexicon.not_marks:
        return None
    marking = parse_marking(cache.lexicon, word)
    if marking is None or not marking.known:
        return None
    return _place(_shifted(marking, at - start, "bracket"), view, start, end, cache.words, "portion")


# ---- banner lines ----------------------------------------------------------------------------------------------------


def banner(view: View, start: int, end: int, words: Vocabulary) -> Marking | Unread | None:
    """Return `view.text[start:end]` parsed as a banner, ignoring whitespace around it.

    Return `None` if the text is not a banner, and an `Unread` if it is a banner whose level cannot be read. A level
    alone counts as a banner. Telegrams' classification lines, which contain a post and number, are read by
    `fields.banner`.
    """
    text = view.text
    while start < end and text[start] in _BLANKS:
        start += 1
    while end > start and text[end - 1] in _BLANKS:
        end -= 1
    if start >= end or end - start > LONGEST_BANNER:
        return None
    cache = _cache(words)
    line = text[start:end]
    try:
        found = cache.banners[line]
    except KeyError:
        found = cache.banners[line] = cache.parse_banner(line)
    if isinstance(found, UnplacedMarking):
        return _place(found, view, start, end, words, "banner")
    return Unread(view.span(start, end), found, line) if found is not None else None


def _parse_banner(lexicon: Lexicon, line: str) -> _ReadResult:
    if not (line[0].isalpha() or line.startswith("//")):
        return None
    marking = parse_marking(lexicon, line)
    if marking is not None and _is_banner(marking, line):
        return marking
    if "//" not in line or "://" in line:
        return None
    head, _, tail = line.lstrip("/").partition("//")
    controls = parse_marking(lexicon, f"{next(iter(lexicon.levels))}//{tail}") if tail else None
    known = controls is not None and any(token.code is not None for token in controls.tokens[1:])
    near = _similar_level(lexicon, head)
    if line.upper() == line and (near is not None or (known and line.startswith("//"))):
        return f"looks like {near}" if near is not None else "begins with no known level"
    return None


def _is_banner(marking: UnplacedMarking, line: str) -> bool:
    first = marking.tokens[0]
    if first.category != "level":
        return False
    if marking.known:
        lone_letters = marking.style != "ic" and first.form == "portion" and marking.system == "us"
        return not lone_letters
    return "//" in line and line.upper() == line


def _similar_level(lexicon: Lexicon, head: str) -> str | None:
    """Return the level of which a word in capitals is a misspelling, or `None`."""
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
    """Return the mark in a statement that one mark covers the entire text, or `None` if `view.text[start:end]` does not
    begin with such a statement.

    Examples: `(C - ENTIRE TEXT)`, `(S ENTIRE TEXT).`, `C - ENTIRE TEXT.`, `SECRET/NOFORN - ENTIRE TEXT` (telegrams from
    1978).
    """
    text = view.text
    while start < end and text[start] in _BLANKS:
        start += 1
    window = upper(text[start : min(end, start + 70)])
    cache = _cache(words)
    if cache.scheme is not None:
        return None
    found = cache.statement.search(window)
    return _statement(cache, view, start, window, found.start(), found.end()) if found is not None else None


def _statement(cache: _MarkingCache, view: View, start: int, window: str, at: int, stop: int) -> Marking | None:
    """Return the mark before the phrase or, if nothing precedes the phrase, the mark directly after it. Return `None`
    if there is no mark.
    """
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
    marking = parse_marking(cache.lexicon, mark)
    if marking is None or not marking.known:
        return None
    closing = window[stop : stop + 2].find(")") + 1
    if closing and "(" in window[:stop] and ")" not in window[:stop]:
        stop += closing
    as_written = view.text[start + place : start + place + len(mark)]
    typo = "case" if as_written != mark else None
    return _place(_shifted(marking, place, typo), view, start, start + stop, cache.words, "portion")
