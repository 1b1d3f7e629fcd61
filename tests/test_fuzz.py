"""Test that damaged telegrams never crash a run and that their parts contain every character; inputs that once failed
are replayed.
"""

from __future__ import annotations

import cProfile
import random
from pathlib import Path

import pytest

from benchmarks.fuzz import one, seeds
from benchmarks.hostile import SHAPES
from benchmarks.mutator import DAMAGES, mutate
from checker import parser, rulebook
from checker.model import TagsLine
from checker.text import Source, View

CASES = sorted((Path(__file__).parent / "fuzz_cases").glob("*.bin"))
BOOK = rulebook.load()
TELEGRAMS = seeds()


@pytest.mark.parametrize("number", range(150))
def test_a_broken_telegram_keeps_all_promises(number: int) -> None:
    one(mutate(random.Random(f"tests-{number}"), TELEGRAMS), BOOK)


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_an_input_that_once_broke_stays_mended(case: Path) -> None:
    one(case.read_bytes(), BOOK)


@pytest.mark.parametrize("name", SHAPES)
def test_a_hostile_shape_is_read(name: str) -> None:
    one(SHAPES[name](3000).encode(), BOOK)


@pytest.mark.parametrize("name", DAMAGES)
@pytest.mark.parametrize("rate", [0.0, 0.05, 1.0])
def test_a_damage_is_the_same_for_the_same_seed(name: str, rate: float) -> None:
    text = TELEGRAMS[0]
    first, second = (DAMAGES[name](random.Random(7), text, rate) for _ in range(2))
    assert first == second
    if rate == 0:
        assert text == first


@pytest.mark.parametrize("times", [1, 50, 400])
def test_what_comes_many_times_is_all_there(times: int) -> None:
    head = "P 141530Z MAR 08\nFM AMEMBASSY STRELSAU\nTO SECSTATE WASHDC\n\nUNCLAS STRELSAU 000123\n\n"
    fields = "E.O. 12958: N/A\n" * times + "TAGS: LS\n" + "TAGS: PREL\n" * times + "REF: ZENDA 1\n" * times
    source = Source("growth.txt", head + fields + "\n1. THE KING RETURNS.\n")
    telegram = parser.parse(View.whole(source), BOOK.vocabulary)
    tags = telegram.tags_line
    assert isinstance(tags, TagsLine)
    assert (times, times + 1, times) == (len(telegram.eo_lines), len(tags.tags), len(telegram.references))


def calls(name: str, size: int) -> int:
    """Return how many calls are made to judge a hostile text of about `size` code points. The number is the same on
    every machine.
    """
    data = SHAPES[name](size).encode()
    one(data, BOOK)  # patterns and plans are made now
    watched = cProfile.Profile()
    watched.enable()
    one(data, BOOK)
    watched.disable()
    return sum(entry.callcount for entry in watched.getstats())


@pytest.mark.parametrize("name", SHAPES)
def test_work_grows_with_the_length_of_a_hostile_text_and_no_faster(name: str) -> None:
    assert calls(name, 24_000) < 2.4 * calls(name, 12_000)
