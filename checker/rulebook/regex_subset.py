"""Accept only patterns that both `re` and RE2 match in linear time and with the same result.

A backtracking engine is slow if it can match the same text in many ways, so the check counts choices along the pattern.
A repeat or alternative opens a *span*, which is the set of letters that this item and the following items can match. A
letter outside the span closes it, because that letter determines where the preceding items ended. Within a span,
choices over the same letters multiply. A pattern is rejected if it has two unlimited repeats over the same letters, or
more than `MAX_CHOICES` choices.
"""

from __future__ import annotations

import re
from re import _constants as const  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]

from ..record import Record, copied
from .ir import Any

MAX_LENGTH = 1000  # code points of a pattern
MAX_REPEAT = 1000
MAX_CHOICES = 100
MANY = 32  # a repeat with a wider range counts as unlimited
ROUNDS = 8  # iterations of a repeat to look at: if choices grow from one to the next, the last exceeds MAX_CHOICES
BEYOND = {
    "ASSERT": "look-ahead and look-behind are",
    "ASSERT_NOT": "look-ahead and look-behind are",
    "ATOMIC_GROUP": "atomic groups are",
    "GROUPREF": "back references are",
    "GROUPREF_EXISTS": "conditional groups are",
    "POSSESSIVE_REPEAT": "possessive repeats are",
}
DIFFERENT = (  # syntax that the two engines read differently
    (r"\\s|\\S", r"\s and \S are", "Write a space, or [ \\t\\n]"),
    (r"\\[uUNZ]", "this escape is", "Write the letter itself"),
    (r"\{,", "a repeat without a lower bound is", "Write {0,n}"),
    (r"\(\?[a-zA-Z-]+:", "a flag is", "Write both spellings"),
    (r"\(\?#", "a comment is", "Use a YAML comment"),
    (r"\[\[?:", "a class of that name is", "Write its letters"),
    (r"\\[0-9]", "an octal escape or back reference is", "Write the letter itself"),
)
PARTS = ("\\", "{,", "(?", "[:")  # a pattern with such syntax contains at least one of these
Refusal = tuple[str, str, str]
FLAGS = ("R025", "flags such as (?i) are not allowed", "Write both letters, [Tt]he, or use a vocabulary table")
WHERE = "See 'Patterns' in docs/rule-language.md"


def refuse(pattern: str) -> Refusal | None:
    """Return the reason for rejecting a pattern, as (code, message, help), or None if the pattern is accepted."""
    if len(pattern) > MAX_LENGTH:
        return "R025", f"the pattern is longer than {MAX_LENGTH} characters", "Use a vocabulary table"
    try:
        tree = parser.parse(pattern, re.ASCII)
    except (re.error, RecursionError, OverflowError, ValueError) as error:
        if "(?i" in pattern or "global flags" in str(error):
            return FLAGS
        return (
            "R025",
            f"invalid pattern: {error}",
            "Put the pattern in single quotes, so that YAML does not interpret it",
        )
    if tree.state.flags & ~(re.ASCII | re.UNICODE):
        return FLAGS
    for sign, what, instead in DIFFERENT if any(part in pattern for part in PARTS) else ():
        if re.search(r"(?<!\\)(?:\\\\)*" + sign, pattern):
            return "R025", f"{what} not read alike by both engines", f"{instead}. {WHERE}"
    try:
        _choices(list(tree), _State())
    except _Refused as error:
        return "R025", str(error), WHERE
    if _impossible(list(tree)):
        return (
            "R026",
            "the pattern cannot match any text",
            "Remove ^ and $ inside the pattern: patterns match the whole text",
        )
    return None


class _Refused(ValueError):
    """Raised for a pattern that is outside the accepted subset."""


Letters = frozenset[int]
ALL: Letters = frozenset(range(129))  # the ASCII characters by code, and 128 for all others


class _State(Record):
    """The number of choices that a backtracking engine has at one point in a pattern.

    `span` contains the letters of the open span. `choices` is the number of ways through the span, and `unlimited` is
    the number of unlimited repeats over the same letters. In an `ambiguous` span, the same text can be matched in
    several ways. When such a span is closed, its choices are kept in `before`, because each way is tried with
    everything that follows.
    """

    span: Letters = frozenset()
    choices: int = 1
    unlimited: int = 0
    ambiguous: bool = False
    before: int = 1

    def after_letter(self, letters: Letters) -> _State:
        """Return the state after an item that matches exactly one of `letters`."""
        if self.span & letters:
            return copied(self, span=self.span | letters)
        return _State(before=self.before * (self.choices if self.ambiguous else 1))

    def after_choice(self, letters: Letters, options: int, opened: Letters) -> _State:
        """Return the state after an item that can match `letters` in `options` ways (0 means unlimited). `opened` is
        the span before the item. Raises `_Refused` if there are too many choices.
        """
        shared = bool(opened & letters)
        unlimited = self.unlimited
        if not options:
            unlimited = unlimited + 1 if shared else max(unlimited, 1)
        choices = self.choices * max(options, 1) if shared else self.choices + max(options - 1, 0)
        state = _State(self.span | letters, choices, unlimited, self.ambiguous or shared, self.before)
        if unlimited > 1:
            raise _Refused("two unlimited repeats over the same characters")
        return state.checked()

    def checked(self) -> _State:
        """Return this state. Raises `_Refused` if it has too many choices."""
        if self.choices * self.before > MAX_CHOICES:
            raise _Refused(f"more than {MAX_CHOICES} ways to match the same text, in repeats or alternatives")
        return self

    def joined(self, other: _State) -> _State:
        """Return the state after either of two alternatives has matched."""
        return _State(
            self.span | other.span,
            max(self.choices, other.choices),
            max(self.unlimited, other.unlimited),
            self.ambiguous or other.ambiguous,
            max(self.before, other.before),
        )


def _choices(items: list[Any], state: _State) -> _State:
    """Return the state after matching a sequence of items, given the state before it. Raises `_Refused` if the sequence
    is outside the accepted subset.
    """
    for name, value in items:
        word = str(name)
        if word in BEYOND:
            raise _Refused(f"{BEYOND[word]} not linear")
        if word in ("MAX_REPEAT", "MIN_REPEAT"):
            state = _repeat(value, state)
        elif word == "SUBPATTERN":
            state = _choices(list(value[3]), state)
        elif word == "BRANCH":
            state = _branch([list(branch) for branch in value[1]], state)
        elif word != "AT":
            state = state.after_letter(_letters([(name, value)]))
    return state


def _repeat(value: Any, state: _State) -> _State:
    low, high, inner = value[0], value[1], list(value[2])
    endless = high is const.MAXREPEAT
    if not endless and high > MAX_REPEAT:
        raise _Refused(f"a repeat of more than {MAX_REPEAT} is too long")
    if high != 1 and _may_be_empty(inner):
        raise _Refused("a repeat of what may be empty")
    after = state
    for _ in range(ROUNDS if endless else min(high, ROUNDS)):
        after = _choices(inner, after)
    if low == high:
        return after
    many = endless or high - low >= MANY
    joined = after if low else after.joined(state)
    return joined.after_choice(_every(inner), 0 if many else high - low + 1, state.span)


def _branch(branches: list[list[Any]], state: _State) -> _State:
    after = [_choices(branch, state) for branch in branches]
    joined = after[0]
    for other in after[1:]:
        joined = joined.joined(other)
    firsts = [_letters(branch) for branch in branches]
    alike = sum(map(len, firsts)) != len(frozenset().union(*firsts))
    if alike:  # a letter does not decide between the alternatives
        letters = frozenset().union(*map(_every, branches))
        return joined.after_choice(letters, len(branches), letters)
    empty = sum(map(_may_be_empty, branches))
    if empty > 1:  # no letter can ever tell these apart
        joined = copied(joined, before=joined.before * empty).checked()
    if empty:
        return joined.after_choice(frozenset().union(*map(_every, branches)), 2, state.span)
    return joined


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
    """Return all letters that occur in a sequence of items."""
    return _gather(items, stop=False)


def _letters(items: list[Any]) -> Letters:
    """Return the letters with which a match for a sequence of items can begin."""
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
    """Return whether a sequence of items contains an anchor that can never match because of the items before or after
    it.
    """
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
