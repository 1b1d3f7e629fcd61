"""Which patterns a rule may use: only those that both engines run in linear time and answer alike."""

from __future__ import annotations

import re
from re import _constants as const  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]

from .codes import Free

MAX_REPEAT = 1000
BEYOND = {
    "ASSERT": "look-ahead and look-behind",
    "ASSERT_NOT": "look-ahead and look-behind",
    "ATOMIC_GROUP": "atomic groups",
    "GROUPREF": "back references",
    "GROUPREF_EXISTS": "conditional groups",
    "POSSESSIVE_REPEAT": "possessive repeats",
}
Refusal = tuple[str, str, str]


def refuse(pattern: str) -> Refusal | None:
    """Why a pattern may not be used: (code, message, help); `None` if it may."""
    if len(pattern) > 1000:
        return "R025", "the pattern is longer than 1000 letters", "use a vocabulary table"
    try:
        tree = parser.parse(pattern, re.ASCII)
    except (re.error, RecursionError, OverflowError) as error:
        return "R025", f"not a pattern: {error}", "quote the pattern in single quotes, so that YAML leaves it alone"
    if tree.state.flags & ~(re.ASCII | re.UNICODE):
        return "R025", "flags such as (?i) are not allowed", "write both spellings, or use a vocabulary table"
    try:
        _walk(list(tree), False)
        if _impossible(list(tree)):
            return "R026", "the pattern can match no text", "the whole text is matched already: drop ^ and $ inside"
    except _Refused as error:
        return "R025", str(error), "the language of patterns is in docs/rule-language.md, 'Patterns'"
    return None


class _Refused(ValueError):
    """The pattern holds something outside the subset."""


def _walk(items: list[Free], repeated: bool) -> None:
    previous: set[int] | None = None  # what the unbounded repeat just before may go on with
    for name, value in items:
        word = str(name)
        if word in BEYOND:
            raise _Refused(f"{BEYOND[word]} are not linear")
        open_end = False
        if word in ("MAX_REPEAT", "MIN_REPEAT"):
            _low, high, inner = value
            open_end = high is const.MAXREPEAT
            if not open_end and high > MAX_REPEAT:
                raise _Refused(f"a repeat of more than {MAX_REPEAT}")
            if (open_end or high > 1) and repeated:
                raise _Refused("a repeat inside a repeat")
            if open_end and parser.SubPattern(inner.state, list(inner)).getwidth()[0] == 0:
                raise _Refused("a repeat of what may be empty")
            _walk(list(inner), repeated or open_end or high > 1)
            first = _letters(list(inner))
        elif word == "SUBPATTERN":
            _walk(list(value[3]), repeated)
            first = _letters(list(value[3]))
        elif word == "BRANCH":
            for branch in value[1]:
                _walk(list(branch), repeated)
            first = _letters([(name, value)])
            if repeated and _overlap([_letters(list(branch)) for branch in value[1]]):
                raise _Refused("alternatives that begin alike inside a repeat")
        else:
            first = _letters([(name, value)])
        if previous is not None and open_end and previous & first:
            raise _Refused("two unbounded repeats side by side that may take the same letters")
        if open_end:
            previous = first if previous is None else previous | first
        elif not _may_be_empty([(name, value)]):
            previous = None


def _overlap(sets: list[set[int]]) -> bool:
    seen: set[int] = set()
    for letters in sets:
        if letters & seen:
            return True
        seen |= letters
    return False


def _may_be_empty(items: list[Free]) -> bool:
    for name, value in items:
        word = str(name)
        if word in ("MAX_REPEAT", "MIN_REPEAT"):
            low, _, inner = value
            if low and not _may_be_empty(list(inner)):
                return False
        elif word == "SUBPATTERN":
            if not _may_be_empty(list(value[3])):
                return False
        elif word == "BRANCH":
            if not any(_may_be_empty(list(branch)) for branch in value[1]):
                return False
        elif word != "AT":
            return False
    return True


def _letters(items: list[Free]) -> set[int]:
    """The letters (ASCII, and 128 for all others) that what stands here may begin with."""
    found: set[int] = set()
    for item in items:
        name, value = item
        word = str(name)
        if word == "LITERAL":
            found.add(min(int(value), 128))
        elif word in ("ANY", "NOT_LITERAL", "IN"):
            found |= _class(word, value)
        elif word in ("MAX_REPEAT", "MIN_REPEAT"):
            found |= _letters(list(value[2]))
        elif word == "SUBPATTERN":
            found |= _letters(list(value[3]))
        elif word == "BRANCH":
            for branch in value[1]:
                found |= _letters(list(branch))
        if not _may_be_empty([item]):
            break
    return found


_ALL = frozenset(range(129))
_CATEGORIES = {
    "CATEGORY_DIGIT": frozenset(range(48, 58)),
    "CATEGORY_WORD": frozenset([*range(48, 58), *range(65, 91), 95, *range(97, 123)]),
    "CATEGORY_SPACE": frozenset([9, 10, 11, 12, 13, 32]),
}


def _class(word: str, value: Free) -> set[int]:
    if word == "ANY":
        return set(_ALL - {10})
    if word == "NOT_LITERAL":
        return set(_ALL - {value})
    found: set[int] = set()
    negated = False
    for name, inner in value:
        kind = str(name)
        if kind == "NEGATE":
            negated = True
        elif kind == "LITERAL":
            found.add(min(int(inner), 128))
        elif kind == "RANGE":
            found |= set(range(min(inner[0], 128), min(inner[1], 128) + 1))
        elif kind == "CATEGORY":
            category = str(inner).replace("NOT_", "")
            letters = _CATEGORIES[category]
            found |= _ALL - letters if "NOT_" in str(inner) else letters
    return set(_ALL - found) | {128} if negated else found


def _impossible(items: list[Free]) -> bool:
    """Whether an anchor stands where letters before or after it make it unmatchable, or a class is empty."""
    seen = False
    ended = False
    for name, value in items:
        word = str(name)
        if word == "AT":
            at = str(value)
            if at in ("AT_BEGINNING", "AT_BEGINNING_STRING") and seen:
                return True
            ended = ended or at in ("AT_END", "AT_END_STRING")
            continue
        if not _may_be_empty([(name, value)]):
            if ended or (word in ("ANY", "IN", "NOT_LITERAL") and not _class(word, value)):
                return True
            seen = True
        if word == "SUBPATTERN" and _impossible(list(value[3])):
            return True
        if word == "BRANCH" and all(_impossible(list(branch)) for branch in value[1]):
            return True
    return False
