"""Words that are nearly other ones: which letter of them is strange, and what that says about the copy."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from ..vocabulary import Vocabulary
from .nearly import apart, is_slip

ENDS = ".,;:()\"'[]{}<>*_`?!=\u2018\u2019\u201c\u201d\u2013\u2014"
_SHORTEST = 6  # letters: shorter words have too many neighbours
_BRIEF = 5  # letters: in shorter words than the shortest only a sign inside says something
_LONG = 8
_LINKS = "-/.'"  # signs that stand inside sound words too
_BETWEEN = ":;()"  # signs that stand between two words with a blank only
_PART = 4  # letters of each of two words that a letter joins
_LONGEST = 24


class Near:
    """Words by their halves: with one letter strange, the other half of a word is sound."""

    __slots__ = ("_first", "_second")

    def __init__(self, words: Iterable[str]) -> None:
        self._first: dict[tuple[int, str], list[str]] = {}
        self._second: dict[tuple[int, str], list[str]] = {}
        for word in words:
            size = len(word)
            if size >= _BRIEF:
                self._first.setdefault((size, word[: size // 2]), []).append(word)
                self._second.setdefault((size, word[size // 2 :]), []).append(word)

    def find(self, word: str) -> tuple[str, int] | None:
        """The word that one letter makes of this one, and the place of that letter."""
        size = len(word)
        if not _BRIEF <= size <= _LONGEST:
            return None
        half = size // 2
        for known in (*self._first.get((size, word[:half]), ()), *self._second.get((size, word[half:]), ())):
            places = apart(word, known, 1)
            if places:
                return known, places[0]
        return None


class Known:
    """The common words of a vocabulary."""

    __slots__ = ("_short", "near", "words")

    def __init__(self, words: Vocabulary) -> None:
        common: set[str] = set()
        sound: set[str] = set()
        short: set[str] = set()
        for entry in words["common_words"]:
            common.update(entry.forms.get("word", ()))
            sound.update(entry.forms.get("neighbour", ()))
            short.update(entry.forms.get("short", ()))
        common.update(form for entry in words["levels"] for form in entry.spellings("banner") if form.isalpha())
        self.words = frozenset(common | sound | short)
        self.near = Near(sorted(common | short))  # of two words as near, the same one in each run
        self._short = {form[0] + form[2:] for form in short if len(form) == _PART - 1}

    def is_short(self, word: str) -> bool:
        """Whether a word of three letters is a common one but for a digit in its middle."""
        return len(word) == _PART - 1 and word[1].isdigit() and word[0] + word[2] in self._short

    def joined(self, word: str) -> int:
        """1 for two common words with a letter, or a sign that a blank should follow, in place of the blank."""
        if not 2 * _PART < len(word) <= _LONGEST:
            return 0
        words = self.words
        for at in range(_PART, len(word) - _PART):
            if word[:at] in words and word[at + 1 :] in words and (word[at].isalpha() or word[at] in _BETWEEN):
                return 1
        return 0


class Judge:
    """Weighs the words of one text: against the common ones, and against those that come again in it."""

    __slots__ = ("_known", "_own")

    def __init__(self, known: Known, again: Iterable[str]) -> None:
        self._known = known
        self._own = Near(sorted(word for word in again if len(word) >= _SHORTEST and word.isalpha()))

    def _near(self, word: str) -> tuple[str, int] | None:
        found = self._known.near.find(word)
        if found is None:
            found = self._own.find(word)
            if found is not None and word[found[1]].isalpha() and found[1] in (0, len(word) - 1):
                return None  # another beginning or ending of a word of this text
        return found

    def misspelt(self, word: str) -> int:
        """1 for a word with one strange letter that no key beside the right one explains, 2 for a long one."""
        near = self._near(word) if len(word) >= _SHORTEST else None
        return 0 if near is None or is_slip(word, near[0]) else 1 + (len(word) >= _LONG)

    def lacks_first(self, sign: str, word: str) -> bool:
        """Whether a sign stands in place of a word's first letter."""
        near = self._near(sign + word)
        return near is not None and near[1] == 0

    def with_sign(self, word: str) -> int:
        """2 for a word with a digit or a sign in place of a letter; 1 where the word is short, or the sign at its end
        or one that may join two words."""
        near = self._near(word)
        if near is None or word[near[1]].isalpha():
            return 1 if self._known.is_short(word) else self._known.joined(word)
        at_end = near[1] in (0, len(word) - 1)
        if len(word) < _SHORTEST:
            return 0 if at_end else 1
        return 1 if at_end or word[near[1]] in _LINKS else 2

    def has_capital_inside(self, text: str, at: int, word: str) -> bool:
        """Whether the strange letter is a capital among small ones: no finger does that."""
        near = self._near(word)
        if near is None:
            return False
        place = near[1]
        letters = text[at : at + len(word)]
        others = letters[1:place] + letters[place + 1 :]
        return bool(place) and letters[place].isupper() and others.islower()


@lru_cache(maxsize=2)
def known_words(words: Vocabulary) -> Known:
    """The common words of a vocabulary, made ready once."""
    return Known(words)
