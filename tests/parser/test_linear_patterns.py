"""Test that every pattern in the parser and the readers takes linear steps on a repeated token with a different ending.

The tokens for a pattern are texts that match one of its parts, or two adjacent parts. The steps of a backtracking
engine are counted at n and at 2n repetitions, which also detects a pattern that is quadratic inside `re`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

import pytest
from backtracking import Steps

from checker.text import Pattern

SIGNS = "A1 -.,a/\n(:\t;" + "".join(map(chr, range(33, 127))) + "é•·¶"


def patterns() -> dict[str, tuple[str, int, bool]]:
    """Return the patterns that are module constants, by name, each with its flags and whether it is used to search."""
    found = {}
    for package in map(import_module, ("checker.parser", "checker.readers")):
        for info in walk_packages(package.__path__, f"{package.__name__}."):
            module = import_module(info.name)
            text = Path(str(module.__file__)).read_text(encoding="utf-8")
            for name, value in vars(module).items():
                for number, each in enumerate(value if isinstance(value, tuple | list) else [value]):
                    if isinstance(each, Pattern):
                        shape = (each._text, each._flags)
                    elif isinstance(each, re.Pattern) and isinstance(each.pattern, str):
                        shape = (each.pattern, each.flags)
                    else:
                        continue
                    searched = re.search(rf"\b{name}\.(search|finditer|sub|split|findall)", text) is not None
                    found[f"{info.name}.{name}{number or ''}"] = (*shape, searched)
    return found


def sample(items: list[Any]) -> str:
    """Return a text that a sequence matches, ignoring its anchors and assertions."""
    parts = []
    for item in items:
        name, value = str(item[0]), item[1]
        if name in ("LITERAL", "NOT_LITERAL", "ANY", "IN"):
            fits = Steps("").fits
            parts.append(chr(value) if name == "LITERAL" else next(sign for sign in SIGNS if fits(name, value, sign)))
        elif "REPEAT" in name:
            parts.append(sample(list(value[2])) * max(value[0], 1))
        elif name == "BRANCH":
            parts.append(sample(list(value[1][0])))
        elif name in ("SUBPATTERN", "ATOMIC_GROUP"):
            parts.append(sample(list(value[3] if name == "SUBPATTERN" else value)))
    return "".join(parts)


def tokens(items: list[Any]) -> Iterator[str]:
    """Yield a text that matches each part of a sequence, including nested parts."""
    for item in items:
        name, value = str(item[0]), item[1]
        if "REPEAT" in name:
            yield from tokens(list(value[2]))
        elif name in ("ASSERT", "ASSERT_NOT"):
            yield from tokens(list(value[1]))
        elif name == "BRANCH":
            for branch in value[1]:
                yield from tokens(list(branch))
                yield sample(list(branch))
        elif name in ("SUBPATTERN", "ATOMIC_GROUP"):
            yield from tokens(list(value[3] if name == "SUBPATTERN" else value))
        yield sample([item])


def steps(pattern: Steps, text: str, searched: bool) -> int:
    pattern.count = 0
    if searched:
        return pattern.search(text)
    pattern.match(text)
    return pattern.count


PATTERNS = patterns()


def worst(text: str, flags: int, searched: bool) -> tuple[int, str]:
    """Return the worst excess of steps, and the text for which it occurs. The excess is the number of steps for a
    doubled text minus twice the steps for the text, minus an allowance for short texts.
    """
    pattern = Steps(text, flags)
    whole = sample(pattern.items)
    parts = [each for each in tokens(pattern.items) if each]
    repeated = dict.fromkeys([*parts, *map("".join, pairwise(parts)), whole])
    starts = [""] if searched else [whole[:size] for size in (0, 1, 3, 6, 9) if size <= len(whole)]
    found = (0, "")
    for token in filter(None, repeated):
        for start in starts:
            once, twice = (steps(pattern, start + token * size + "\x01", searched) for size in (40, 80))
            found = max(found, (twice - 2 * once - once // 4 - 3000, start + token))
    return found


@pytest.mark.slow
def test_the_counter_sees_what_is_quadratic() -> None:
    for text, searched in (("-{4,}[- ]*\n", False), (" *\n", True), ("(?:[^\n]*\n[ \n]*\n)?[ \n]*[A-Z]", False)):
        assert worst(text, re.ASCII, searched)[0] > 0


@pytest.mark.slow
@pytest.mark.parametrize("name", PATTERNS)
def test_the_steps_of_a_pattern_are_linear(name: str) -> None:
    assert worst(*PATTERNS[name]) <= (0, "")
