"""Words as signs of damage: what weighs how much, and what any writer may have written."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker import engine, parser, rulebook
from checker.text import Source, View

ROOT = Path(__file__).parents[2]
BROKEN = "Classified By: Jane Q. Doe, Political Counselor, for reasons 1.4 (b) and (d).\n"


def signs(words: str, base: str = "confidential-2007") -> list[tuple[str, int]]:
    """The signs in a telegram that says these words."""
    text = (ROOT / "rules" / "telegrams" / f"{base}.txt").read_text(encoding="utf-8")
    text = text.replace("two more carriages", f"two more carriages, {words}")
    source = Source("x", text)
    telegram = parser.parse(View.whole(source), rulebook.load().vocabulary)
    return [(source.quote(sign.span).rstrip(".,"), sign.weight) for sign in telegram.signs]


WEIGHED = {
    # two: no writer leaves it
    "gov7rnment": 2,
    "par)iament": 2,
    "minQster": 2,
    "agreementz": 0,
    "DELEGATIQN": 2,
    "AMBASSAZOR": 2,
    ".overnment": 2,
    "COMM1TTEE": 2,
    # one: it may be something else
    "OFFICAR": 0,
    "COUNTQIES": 2,
    "MEMBXRS": 1,
    "presid-nt": 1,
    "WEEK:MINISTER": 0,
    "COUNTY:LIBRARY": 0,
    "MINISTER:LIBRARY": 1,
    "MINISTERQLIBRARY": 1,
    "T0E": 1,
    "thr5e": 1,
    "COMMITTEE5": 1,
}
SOUND = (
    "goverment recieved Presidnet minsiter parlament commitee",  # letters left out and in the wrong order
    "ministwr agrwement",  # the key beside
    "elaction relotions",  # a vowel for a vowel
    "ministre presidente nacional regierung oficial projet",  # other languages
    "rational melting concert capitol highland overland",  # other words
    "STRELSAX STRELSAX",  # a name comes again
    "state.gov/reports user@state.gov v2.1 and/or U.S. 3(a) B.A.",
    "handicraft tradesman grandmother household breakthrough",
)


@pytest.mark.parametrize("word", WEIGHED)
def test_a_word_weighs(word: str) -> None:
    assert signs(word) == ([(word, WEIGHED[word])] if WEIGHED[word] else [])


@pytest.mark.parametrize("words", SOUND)
def test_what_people_write_is_no_sign(words: str) -> None:
    assert signs(words) == []


def test_a_telegram_with_the_writers_own_mistakes_keeps_its_findings() -> None:
    text = (ROOT / "rules" / "telegrams" / "confidential-2007.txt").read_text(encoding="utf-8")
    text = text.replace("two more carriages", "two more cariages, the goverment recieved them, an agrement").replace(
        BROKEN, ""
    )
    source, book = Source("x", text), rulebook.load()
    telegram = parser.parse(View.whole(source), book.vocabulary)
    assert [finding.rule for finding in engine.run(telegram, source, book, "x", "")] == ["AUT-006"]


def test_a_hurt_copy_does_not() -> None:
    text = (ROOT / "rules" / "telegrams" / "confidential-2007.txt").read_text(encoding="utf-8")
    text = text.replace("two more carriages", "two m7re carriages, gov7rnment, minQster").replace(BROKEN, "")
    source, book = Source("x", text), rulebook.load()
    telegram = parser.parse(View.whole(source), book.vocabulary)
    tally = engine.Tally()
    assert list(engine.run(telegram, source, book, "x", "", tally)) == []
    assert tally.counts["AUT-006"].unknown == 1


LONG = "The railway committee could not agree on the width of the"  # a full line


@pytest.mark.parametrize(
    ("text", "weights"),
    [
        (f"{LONG}\ntrack\nand went home.  They met again in the spring, and so did\n" * 4, [1, 1, 1, 1]),
        (f"{LONG}\ntrack.\nThey went home.  They met again in the spring, and so they did\n" * 4, []),
        ("The following came to the meeting, which was held at the palace:\n" + "Duke Black\nBaron White\n" * 6, []),
    ],
    ids=["broken again", "sentences", "a list"],
)
def test_lines_that_break_off_though_there_was_room(text: str, weights: list[int]) -> None:
    base = (ROOT / "rules" / "telegrams" / "unclas-2007.txt").read_text(encoding="utf-8")
    telegram = parser.parse(View.whole(Source("x", f"{base}\n9. {text}\n")), rulebook.load().vocabulary)
    assert [sign.weight for sign in telegram.signs] == weights


@pytest.mark.parametrize("words", ["caf\u00c3\u00a9", "a\ufffdb", "\u00e2\u20ac\u2122s", "a\ufeffb", "a\u00c2\u00a0b"])
def test_letters_of_a_wrong_encoding_weigh_two(words: str) -> None:
    assert [weight for _, weight in signs(words)] == [2]


@pytest.mark.parametrize("words", ["caf\u00e9", "\u201cso\u201d", "a\u00a0b", "K\u00f6nig", "pi\u00f1ata \u2014 no"])
def test_letters_of_other_alphabets_do_not(words: str) -> None:
    assert signs(words) == []
