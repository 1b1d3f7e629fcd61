"""Split a classifier, as written in an authority block, into a name and a position."""

from __future__ import annotations

from ...text import Pattern
from ..lookup import Grammar

_INITIAL = Pattern(r"[A-Z]$|(?:[A-Z]\.){1,3}$|[A-Z]\.[A-Z]$", 0)
_ACRONYM = Pattern(r"[A-Z]{2,6}\d?$|[A-Z]*[a-z]+(?:[A-Z][a-z]+)+$", 0)  # RSO, PolCouns
_TWO_CAPITALS = Pattern(r"(?:Mc|Mac|De|Di|Du|La|Le|Lo|Van|Von|Fitz|O'|D')[A-Z]", 0)
_MOST_WORDS = 3  # in a name, not counting initials, particles, and suffix


def split_name(text: str, grammar: Grammar) -> tuple[str | None, str | None]:
    """Return a classifier's name and position, with `None` for either one that is missing.

    The name is at the end of one of the parts between commas, and consists of given names, initials, particles,
    surname, and suffix. Everything else is the position: "Jane Q. Doe, Consul", "Deputy Chief of Mission Jane Q. Doe,
    Jr.".
    """
    first, _, rest = text.partition(",")
    words = first.split()
    if words and (_is_office(words, grammar) or (len(words) == 1 and first.strip()[-1:].isdigit())):
        return first.strip(), rest.strip(" ,.") or None  # an office, or a personal identifier
    parts = _parts(text, grammar)
    for index, (words, suffix) in enumerate(parts):
        count = _name_length(words, grammar)
        if count == 0 or (count < len(words) and words[-count - 1].upper() in grammar.page_word("name", "link")):
            continue
        name = " ".join(words[len(words) - count :]).strip(" .") + suffix
        others = [*parts[:index], (words[: len(words) - count], ""), *parts[index + 1 :]]
        title = ", ".join(filter(None, (" ".join(part) + end for part, end in others)))
        return name, title.rstrip(" ,") or None
    if parts and parts[0][0][-1].strip(".").upper() in grammar.titles:
        return None, text.strip(" ,") or None
    words = text.split()
    if len(words) == 2 and words[0].strip(".").upper() in grammar.titles:
        return words[1].strip(" ,."), words[0]  # a name written like an acronym
    identifier, _, rest = text.partition(",")  # a personal identifier, or an office in place of a person
    return identifier.strip() or None, rest.strip(" ,.") or None


def _is_office(words: list[str], grammar: Grammar) -> bool:
    """Return whether the words are the name of an office, which may replace a person's name. "Bureau of Energy" is an
    office, but "Bureau Director Doe" is not.
    """
    if words[0].upper() not in grammar.page_word("name", "office"):
        return False
    return len(words) == 1 or words[1].upper() not in grammar.titles


def _parts(text: str, grammar: Grammar) -> list[tuple[list[str], str]]:
    """Return (words, suffix) for each part between commas. The suffix is, for example, ", Jr." or " III", or an empty
    string.
    """
    suffixes = grammar.page_word("name", "suffix")
    found: list[tuple[list[str], str]] = []
    for part in text.replace("(", ",").replace(";", ",").replace(")", "").replace(":", " ").split(","):
        words = part.split()
        if words and found and words[0].strip(".").upper() in suffixes:
            found[-1] = (found[-1][0], f", {words.pop(0)}")
        if not words:
            continue
        suffix = ""
        if len(words) > 1 and words[-1].strip(".").upper() in suffixes:
            suffix = f" {words.pop()}"
        found.append((words, suffix))
    return found


def _name_length(words: list[str], grammar: Grammar) -> int:
    """Return the number of trailing words that form a name, or 0 if the last word belongs to a position."""
    mixed = not " ".join(words).isupper()
    particles = grammar.page_word("name", "particle")
    at = len(words)
    full = 0
    while at:
        word = words[at - 1]
        if word in particles or (_is_initial(word) and word.strip(".").upper() not in grammar.titles):
            if not full:
                break
        elif _is_position(word, grammar, mixed):
            after_initial = at > 1 and not full and len(words[at - 2]) == 2 and words[at - 2][1] == "."
            if not after_initial or not word[0].isalpha() or word.upper() in grammar.page_word("name", "never"):
                break
            full += 1
        elif full == _MOST_WORDS:
            break
        else:
            full += 1
        at -= 1
    count = len(words) - at
    if full == _MOST_WORDS and at and not _is_position(words[at - 1], grammar, mixed):
        count -= _first_of_two(words[at:], particles)
    return count if full else 0


def _first_of_two(words: list[str], particles: tuple[str, ...]) -> int:
    """Return the index of the second-to-last full word, where a name of uncertain length is assumed to begin, or 0 if
    there are fewer than two full words. Initials and particles are not full words.
    """
    names = [index for index, word in enumerate(words) if not _is_initial(word) and word not in particles]
    return names[-2] if len(names) > 1 else 0


def _is_initial(word: str) -> bool:
    return (len(word) == 1 or "." in word) and _INITIAL.match(word) is not None


def _is_position(word: str, grammar: Grammar, mixed: bool) -> bool:
    titles = grammar.titles
    upper = word.upper().strip(".:;()")
    if (
        upper in titles
        or upper in grammar.page_word("name", "never")
        or "/" in word
        or not any(letter.isalpha() for letter in word)
    ):
        return True
    if upper.partition("-")[0] in titles or upper.rpartition("-")[2] in titles:
        return True
    capitals = mixed and not word[1:].islower()
    return capitals and _ACRONYM.match(word) is not None and _TWO_CAPITALS.match(word) is None


def join_lines(text: str, grammar: Grammar) -> str:
    """Return a text on one line, rejoining the halves of any name that was broken over two lines."""
    lines = text.split("\n")
    joined = " ".join(lines[0].split())
    for line in lines[1:]:
        words = " ".join(line.split())
        if words:
            joined += words if _is_broken(joined.rpartition(" ")[2], words.partition(" ")[0], grammar) else f" {words}"
    return joined


def _is_broken(head: str, tail: str, grammar: Grammar) -> bool:
    """Return whether the last word of a line and the first word of the next line are two halves of a name."""
    tail = tail.strip(",.;")
    if not (head[:1].isupper() and head[-1:].islower() and tail.islower() and tail.isalpha()):
        return False
    others = grammar.page_word("name", "never", "particle")
    return tail.upper() not in grammar.titles and tail not in others and tail.upper() not in others
