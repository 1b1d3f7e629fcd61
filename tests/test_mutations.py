"""Test ten thousand random mutations of texts and containers: no input crashes or hangs, no document is lost, and the
parts of each telegram contain every character.

A hang is detected by counting calls, because the count is the same on every machine. Quadratic work inside a single
call is detected by `parser/test_linear_patterns.py`, and quadratic work over calls by the tokens below.
"""

from __future__ import annotations

import cProfile
import random
import tracemalloc
from functools import cache

import pytest

from benchmarks.fuzz import check, check_quote, check_tiling, one, seeds
from benchmarks.hostile import HEAD, followed, tokens
from benchmarks.mutator import mutate, mutate_container
from checker import rulebook
from checker.config import Options
from checker.document_linter import DocumentLinter
from checker.model import Telegram
from checker.parser.layouts.detect import is_unrecognized
from checker.readers import Reading
from checker.results import Finding

TEXTS, CONTAINERS, CHUNK = 4_000, 6_000, 500
LONG = 10_000  # bytes of an input whose calls are counted
MOST_CALLS = 2_000_000  # well below two seconds of Python
SIZE = 4_000  # code points of a repeated token


@cache
def book() -> rulebook.Rulebook:
    return rulebook.load()


@cache
def telegrams() -> list[str]:
    return seeds()


def read_within_bounds(data: bytes, name: str) -> None:
    """Read, parse, and judge an input. For a long input, also limit the number of calls."""
    if len(data) > LONG:
        assert calls(data) < MOST_CALLS, name
    else:
        one(data, book())


def calls(data: bytes) -> int:
    watched = cProfile.Profile()
    watched.enable()
    one(data, book())
    watched.disable()
    return sum(entry.callcount for entry in watched.getstats())


@pytest.mark.parametrize("first", range(0, TEXTS, CHUNK))
def test_mutated_texts_keep_all_promises(first: int) -> None:
    one(telegrams()[0].encode(), book())  # rules and patterns are compiled now
    for number in range(first, first + CHUNK):
        data = mutate(random.Random(f"texts-{number}"), telegrams())
        read_within_bounds(data, f"texts-{number}")


class Watched(DocumentLinter):
    """A linter that makes the same checks as `fuzz.one` on each telegram and finding."""

    def telegram(self, reading: Reading) -> tuple[Telegram | None, str]:
        telegram, crash = super().telegram(reading)
        if telegram is not None and is_unrecognized(telegram):  # the linter does not judge it
            check(reading, telegram, self.rulebook)
        elif telegram is not None:
            check_tiling(reading.view, telegram)
        return telegram, crash

    def _finished(self, one: Finding, reading: Reading) -> Finding:
        check_quote(one, reading.view.source)
        return super()._finished(one, reading)


@pytest.mark.parametrize("first", range(0, CONTAINERS, CHUNK))
def test_mutated_containers_keep_all_promises(first: int) -> None:
    linter = Watched(Options(), book())
    for number in range(first, first + CHUNK):
        data = mutate_container(random.Random(f"containers-{number}"), telegrams())
        if len(data) > LONG:
            assert calls(data) < MOST_CALLS, f"containers-{number}"
        results = linter.lint("mutated", data)
        assert results, f"containers-{number}"
        for each in results:
            assert each.state == "checked" or each.why, f"containers-{number}"
            assert "internal error" not in each.why, f"containers-{number}"


@pytest.mark.parametrize("place", ["head", "text"])
def test_a_repeated_token_that_something_follows_takes_linear_calls(place: str) -> None:
    over = []
    for token in tokens(book().vocabulary):
        once, twice = (calls(followed(token, place, size).encode()) for size in (SIZE, 2 * SIZE))
        if twice > 2.4 * once + 5_000:
            over.append((token, once, twice))
    assert [] == over


def test_a_long_telegram_takes_at_most_thirty_bytes_a_byte() -> None:
    sentence = "THE KING HAS DECIDED THAT THE BRIDGE SHALL BE BUILT\nAND THE MINISTER AGREED TO IT.\n\n"
    data = (HEAD + "SUBJECT: X\n\n" + "".join(f"{n}. (C) {sentence}" for n in range(1, 3_000))).encode()
    one(data[:400], book())  # rules and patterns are compiled now
    tracemalloc.start()
    try:
        one(data, book())
        assert tracemalloc.get_traced_memory()[1] < 30 * len(data)
    finally:
        tracemalloc.stop()
