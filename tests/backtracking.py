"""Match regular expressions by backtracking and count the steps: what `re` does, but without its shortcuts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from re import _parser as parser
from typing import Any

MAX_STEPS = 300_000
_CATEGORIES = {"DIGIT": str.isdigit, "SPACE": str.isspace, "WORD": lambda sign: sign.isalnum() or sign == "_"}


class TooMany(Exception):
    """Raised if matching takes more than `MAX_STEPS`."""


class Steps:
    """A matcher for one pattern. `count` is the number of steps taken: how often an item of the pattern was tried."""

    def __init__(self, pattern: str, flags: int = re.ASCII) -> None:
        self.items = list(parser.parse(pattern, flags))
        self.ignore = bool(flags & re.IGNORECASE)
        self.text = ""
        self.count = 0

    def match(self, text: str, at: int = 0, *, full: bool = False) -> int:
        """Return where a match that begins at `at` ends, or -1 if there is none. With `full`, it must end at the end of
        the text.
        """
        self.text = text
        return next((end for end in self.sequence(self.items, at) if not full or end == len(text)), -1)

    def search(self, text: str) -> int:
        """Match at each offset in turn, as `finditer` does, and return the number of steps."""
        self.count = at = 0
        while at <= len(text):
            at = max(at + 1, self.match(text, at))
        return self.count

    def sequence(self, items: list[Any], start: int) -> Iterator[int]:
        if not items:
            yield start
            return
        for end in self.item(items[0], start):
            yield from self.sequence(items[1:], end)

    def item(self, item: tuple[Any, Any], start: int) -> Iterator[int]:
        self.count += 1
        if self.count > MAX_STEPS:
            raise TooMany
        name, value = str(item[0]), item[1]
        if name in ("ASSERT", "ASSERT_NOT"):
            if self.holds(value[0], list(value[1]), start) is (name == "ASSERT"):
                yield start
        elif name == "AT":
            if self.anchored(str(value), start):
                yield start
        elif name in ("LITERAL", "NOT_LITERAL", "ANY", "IN"):
            if start < len(self.text) and self.fits(name, value, self.text[start]):
                yield start + 1
        elif name in ("POSSESSIVE_REPEAT", "ATOMIC_GROUP"):
            yield from islice(self.group(name, value, start), 1)
        else:
            yield from self.group(name, value, start)

    def group(self, name: str, value: Any, start: int) -> Iterator[int]:
        if "REPEAT" in name:
            yield from self.repeat(value[0], min(int(value[1]), len(self.text) + 1), list(value[2]), start)
        elif name == "BRANCH":
            for branch in value[1]:
                yield from self.sequence(list(branch), start)
        else:
            yield from self.sequence(list(value[3] if name == "SUBPATTERN" else value), start)

    def holds(self, direction: int, items: list[Any], start: int) -> bool:
        if direction > 0:
            return next(self.sequence(items, start), None) is not None
        width = parser.SubPattern(parser.State(), items).getwidth()[0]
        return start >= width and any(end == start for end in self.sequence(items, start - width))

    def anchored(self, kind: str, at: int) -> bool:
        if "BEGINNING" in kind:
            return at == 0
        if "END" in kind:
            return at == len(self.text)
        around = self.text[at - 1 : at], self.text[at : at + 1]
        boundary = len({side != "" and _CATEGORIES["WORD"](side) for side in around}) == 2
        return boundary is ("NON" not in kind)

    def fits(self, name: str, value: Any, sign: str) -> bool:
        if name == "ANY":
            return sign != "\n"
        if name == "IN":
            negated = str(value[0][0]) == "NEGATE"
            return any(self.fits(str(kind), inner, sign) for kind, inner in value[negated:]) is not negated
        if name == "CATEGORY":
            kind = str(value).removeprefix("CATEGORY_").removeprefix("UNI_")
            return _CATEGORIES[kind.removeprefix("NOT_")](sign) is not kind.startswith("NOT_")
        signs = {ord(sign), ord(sign.lower()), ord(sign.upper()[0])} if self.ignore else {ord(sign)}
        if name == "RANGE":
            return any(value[0] <= each <= value[1] for each in signs)
        return (value in signs) is (name == "LITERAL")

    def repeat(self, low: int, high: int, inner: list[Any], start: int) -> Iterator[int]:
        """Yield the ends of a greedy repeat, the longest first. It uses a stack of its own, because a text can exceed
        Python's recursion limit.
        """
        stack = [(start, self.sequence(inner, start) if high else iter(()))]
        while stack:
            here, ways = stack[-1]
            end = next(ways, None)
            if end is not None and (end > here or len(stack) <= low):
                stack.append((end, self.sequence(inner, end) if len(stack) < high else iter(())))
            elif end is None:
                stack.pop()
                if len(stack) >= low:
                    yield here
