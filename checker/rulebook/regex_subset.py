"""Which patterns a rule may use: only those that both engines run in linear time and answer alike.

The language is the part of RE2's in which the way through a text is decided letter by letter: where a repeat may go
on, nothing that may follow begins with the same letter. Python's engine then never has a choice to take back.
"""

from __future__ import annotations

import re
from re import _constants as const  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]

from .ir import Any

LONGEST = 1000  # letters of a pattern
MAX_REPEAT = 1000
FEW = 32  # a repeat bounded by this is no more than so many choices
BEYOND = {
    "ASSERT": "look-ahead and look-behind are",
    "ASSERT_NOT": "look-ahead and look-behind are",
    "ATOMIC_GROUP": "atomic groups are",
    "GROUPREF": "back references are",
    "GROUPREF_EXISTS": "conditional groups are",
    "POSSESSIVE_REPEAT": "possessive repeats are",
}
UNLIKE = (  # what the two engines read differently
    (r"\\s|\\S", r"\s and \S are", "write a blank, or [ \\t\\n]"),
    (r"\\[uUNZ]", "this escape is", "write the letter itself"),
    (r"\{,", "a repeat without a lower bound is", "write {0,n}"),
    (r"\(\?[a-zA-Z-]+:", "a flag is", "write both spellings"),
    (r"\(\?#", "a comment is", "write it beside the rule"),
    (r"\[\[?:", "a class of that name is", "write its letters"),
    (r"\\[0-9]", "an octal escape or back reference is", "write the letter itself"),
)
Refusal = tuple[str, str, str]
WHERE = "the language of patterns is in docs/rule-language.md, 'Patterns'"


def refuse(pattern: str) -> Refusal | None:
    """Why a pattern may not be used: (code, message, help); `None` if it may."""
    if len(pattern) > LONGEST:
        return "R025", f"the pattern is longer than {LONGEST} letters", "use a vocabulary table"
    try:
        tree = parser.parse(pattern, re.ASCII)
    except (re.error, RecursionError, OverflowError, ValueError) as error:
        return "R025", f"not a pattern: {error}", "quote the pattern in single quotes, so that YAML leaves it alone"
    if tree.state.flags & ~(re.ASCII | re.UNICODE):
        return "R025", "flags such as (?i) are not allowed", "write both spellings, or use a vocabulary table"
    for sign, what, instead in UNLIKE:
        if re.search(r"(?<!\\)(?:\\\\)*" + sign, pattern):
            return "R025", f"{what} not read alike by both engines", f"{instead}; {WHERE}"
    try:
        _walk(list(tree), frozenset())
    except _Refused as error:
        return "R025", str(error), WHERE
    if _impossible(list(tree)):
        return "R026", "the pattern can match no text", "the whole text is matched already: drop ^ and $ inside"
    return None


class _Refused(ValueError):
    """The pattern holds something outside the language."""


Letters = frozenset[int]
ALL: Letters = frozenset(range(129))  # the ASCII letters, and 128 for every other one


def _walk(items: list[Any], open_: Letters) -> Letters:
    """Go along a sequence. `open_` are the letters that repeats before may still take; returned as it is at the end."""
    for name, value in items:
        word = str(name)
        if word in BEYOND:
            raise _Refused(f"{BEYOND[word]} not linear")
        if word in ("MAX_REPEAT", "MIN_REPEAT"):
            open_ = _repeat(value, open_)
        elif word == "SUBPATTERN":
            open_ = _walk(list(value[3]), open_)
        elif word == "BRANCH":
            open_ = frozenset().union(*(_walk(list(branch), open_) for branch in value[1]))
        elif word != "AT" and not open_ & _letters([(name, value)]):
            open_ = frozenset()  # this letter ends whatever repeat came before
    return open_


def _repeat(value: Any, open_: Letters) -> Letters:
    low, high, inner = value[0], value[1], list(value[2])
    endless = high is const.MAXREPEAT
    if not endless and high > MAX_REPEAT:
        raise _Refused(f"a repeat of more than {MAX_REPEAT} is too long")
    if high == 1:
        after = _walk(inner, open_)
        return open_ | after
    many = endless or (high > FEW and low != high)
    letters = _every(inner)
    if many and open_ & letters:
        raise _Refused("two repeats that may take the same letters stand where the one can end and the other begin")
    _inside(inner)
    if not many:
        return open_ if open_ & letters or not low else frozenset()
    return letters if low else open_ | letters


def _inside(items: list[Any]) -> None:
    """What is repeated must be decided letter by letter, and never be empty."""
    flat = _flat(items)
    if _may_be_empty(items):
        raise _Refused("a repeat of what may be empty")
    for place, item in enumerate(flat):
        name, value = item
        word = str(name)
        if word in BEYOND:
            raise _Refused(f"{BEYOND[word]} not linear")
        if word == "BRANCH":
            firsts = [_letters(list(branch)) for branch in value[1]]
            if sum(map(len, firsts)) != len(frozenset().union(*firsts)):
                raise _Refused("alternatives that begin alike inside a repeat")
            for branch in value[1]:
                if any(_varies(part) for part in _flat(list(branch))):
                    raise _Refused("a repeat inside a repeat")
        if _varies(item):
            rest = [*flat[:place], *flat[place + 1 :]]
            if _may_be_empty(rest) or _every([item]) & _every(rest):
                raise _Refused("a repeat inside a repeat")
            if word != "BRANCH" and any(_varies(part) for part in _flat(list(value[2]))):
                raise _Refused("a repeat inside a repeat")


def _flat(items: list[Any]) -> list[Any]:
    """The sequence with its groups opened."""
    found: list[Any] = []
    for name, value in items:
        found += _flat(list(value[3])) if str(name) == "SUBPATTERN" else [(name, value)]
    return found


def _varies(item: Any) -> bool:
    """Whether an item may take more or fewer letters: a repeat, or alternatives of which one is empty."""
    if str(item[0]) == "BRANCH":
        return _may_be_empty([item])
    return str(item[0]) in ("MAX_REPEAT", "MIN_REPEAT") and item[1][0] != item[1][1]


def _may_be_empty(items: list[Any]) -> bool:
    for name, value in items:
        word = str(name)
        if word in ("MAX_REPEAT", "MIN_REPEAT"):
            if value[0] and not _may_be_empty(list(value[2])):
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


def _every(items: list[Any]) -> Letters:
    """All letters that stand anywhere in a sequence."""
    return _gather(items, stop=False)


def _letters(items: list[Any]) -> Letters:
    """The letters that a sequence may begin with."""
    return _gather(items, stop=True)


def _gather(items: list[Any], stop: bool) -> Letters:
    found: set[int] = set()
    for item in items:
        name, value = item
        word = str(name)
        if word in ("LITERAL", "ANY", "NOT_LITERAL", "IN"):
            found |= _class(word, value)
        elif word in ("MAX_REPEAT", "MIN_REPEAT"):
            found |= _gather(list(value[2]), stop)
        elif word == "SUBPATTERN":
            found |= _gather(list(value[3]), stop)
        elif word == "BRANCH":
            for branch in value[1]:
                found |= _gather(list(branch), stop)
        if stop and not _may_be_empty([item]):
            break
    return frozenset(found)


CATEGORIES = {
    "CATEGORY_DIGIT": frozenset(range(48, 58)),
    "CATEGORY_WORD": frozenset([*range(48, 58), *range(65, 91), 95, *range(97, 123)]),
}


def _class(word: str, value: Any) -> Letters:
    if word == "LITERAL":
        return frozenset([min(int(value), 128)])
    if word == "ANY":
        return ALL - {10}
    if word == "NOT_LITERAL":
        return ALL - {value}
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
            letters = CATEGORIES[str(inner).replace("NOT_", "")]
            found |= ALL - letters if "NOT_" in str(inner) else letters
    return (ALL - found) | {128} if negated else frozenset(found)


def _impossible(items: list[Any]) -> bool:
    """Whether an anchor stands where letters before or after it make it unmatchable."""
    seen = False
    ended = False
    for name, value in items:
        word = str(name)
        if word == "AT":
            at = str(value)
            if at in ("AT_BEGINNING", "AT_BEGINNING_STRING") and seen:
                return True
            ended = ended or at == "AT_END"
            continue
        if not _may_be_empty([(name, value)]):
            if ended:
                return True
            seen = True
        if word == "SUBPATTERN" and _impossible(list(value[3])):
            return True
        if word == "BRANCH" and all(_impossible(list(branch)) for branch in value[1]):
            return True
    return False
