"""Test markings with every field and token. Each function parses them twice, after different texts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from kept import WRITING, cases, rewrite

from checker import rulebook
from checker.model import Marking, Token, Unread
from checker.parser.markings import finder
from checker.parser.markings.finder import banner, entire_text, portion
from checker.parser.markings.marking_parser import UnplacedMarking
from checker.record import Record
from checker.text import Source, Span, View
from checker.vocabulary import Vocabulary

WORDS = rulebook.load().vocabulary
BARE = Token(Span(0, 0), "", None, "")
DOORS: dict[str, Callable[[View, int, int, Vocabulary], Marking | Unread | None]] = {
    "portion": portion,
    "folded": lambda view, start, end, words: portion(view, start, end, words, folded=True),
    "banner": banner,
    "entire text": entire_text,
}


def told(given: str) -> str:
    """Return what each parsing function finds in the words (`\\n` is a line end). The results must be equal at both
    positions.
    """
    words = given.replace("\\n", "\n")
    found = {
        name: [at(door, before, words) for before in ("1. ", "SOME WORDS BEFORE\n")] for name, door in DOORS.items()
    }
    lines = []
    for name, (one, two) in found.items():
        assert one == two
        if one and not (name == "folded" and one == found["portion"][0]):
            lines += [f"{name}: {one[0]}", *one[1:]]
    return "\n".join(lines) or "nothing"


def at(door: Callable[[View, int, int, Vocabulary], Marking | Unread | None], before: str, words: str) -> list[str]:
    text = before + words + "C)\nZ - ENTIRE TEXT"
    end = len(before) + len(words)
    found = door(View.whole(Source("x", text)), len(before), end, WORDS)
    if found is None:
        return []
    quote = text[found.span.start : found.span.end]
    if isinstance(found, Unread):
        return [f"unread {found.text!r} {quote!r}: {found.why}"]
    assert len(before) <= found.span.start <= found.span.end <= end
    lines = [
        f"{quote!r}{'' if quote == found.text else ' ' + repr(found.text)} {fields(found, ('span', 'text', 'tokens', 'release_members'))}"
    ]
    for token in found.tokens:
        assert token.text == text[token.span.start : token.span.end]
        lines.append(f"  {token.text!r} {fields(token, ('span', 'text'), BARE)}")
    return lines


def fields(record: Record, but: tuple[str, ...], usual: Record | None = None) -> str:
    """Return the fields of a record, except those in `but` and those with the value that they have in `usual`."""
    values = [(name, getattr(record, name)) for name in record.__fields__ if name not in but]
    said = [(name, value) for name, value in values if usual is None or value != getattr(usual, name)]
    return ", ".join(
        f"{name} {value.code if name == 'level' and value is not None else value!r}" for name, value in said
    )


if WRITING:
    rewrite("parser/cases/markings.txt", told)


@cases("parser/cases/markings.txt")
def test_a_marking(name: str, given: str, wanted: str) -> None:
    assert wanted == told(given)


def read(door: str, text: str, start: int = 0, end: int | None = None) -> object:
    found = DOORS[door](View.whole(Source("x", text)), start, len(text) if end is None else end, WORDS)
    return found if found is None else text[found.span.start : found.span.end]


@pytest.mark.parametrize("door", DOORS)
def test_what_stands_outside_the_stretch_is_not_read(door: str) -> None:
    text = "(S//NF) TEXT"
    assert read("portion", text) == "(S//NF)"
    for end in range(7):
        assert read("portion", text, 0, end) is None
    assert read("portion", text, 0, 7) == "(S//NF)"
    assert read(door, "(S", 2) is None and read(door, "   ", 1) is None and read(door, "", 0) is None


def test_marks_and_banners_have_an_end() -> None:
    long = "(S//REL TO USA, " + ", ".join(["GBR"] * 24)
    for blanks, mark in ((160 - len(long) - 1, True), (160 - len(long), False)):
        text = long + " " * blanks + ") X"
        assert mark is (read("portion", text) == text[:-2]), blanks
    line = "SECRET//REL TO USA"
    assert read("banner", " " + line + " " * 400) == line
    wide = "SECRET//REL TO USA" + ", GBR" * 56
    assert (298, wide) == (len(wide), read("banner", wide))
    assert read("banner", wide.replace("USA,", "USA,  ")) is not None
    assert read("banner", wide.replace("USA,", "USA,   ")) is None


def test_the_length_of_a_banner_is_counted_from_where_it_begins() -> None:
    line = "SECRET//REL TO USA" + ", GBR" * 30
    assert line == read("banner", "X" * 200 + line, 200)


def test_a_half_mark_stands_before_its_end() -> None:
    for text in ("C) The King", "(C The King"):
        assert text[:2] == read("portion", text)
        assert read("portion", text, 0, 1) is None
        assert text[:2] == read("portion", f" \xa0\t{text}")
    assert "C)" == read("portion", "C)", 0, 2)


def test_a_statement_stands_in_the_first_seventy_letters() -> None:
    for blanks in (30, 54, 55, 56, 57, 60):
        text = "(C" + " " * blanks + "- ENTIRE TEXT) THE"
        expected = text[:-4] if 2 + blanks + len("- ENTIRE TEXT") <= 70 else None
        assert (expected if expected is None or len(expected) <= 70 else expected[:-1]) == read("entire text", text), (
            blanks
        )


def test_known_marks_are_placed_without_being_read_again() -> None:
    WORDS.made.pop("marking_cache", None)
    assert {} == finder._cache(WORDS).portions
    text = "1. (S//NF) ONE. (x) TWO. (CX) THREE."
    view = View.whole(Source("x", text))
    marks = [portion(view, text.index(word), len(text), WORDS) for word in ("(S", "(x", "(CX")]
    known = finder._cache(WORDS).portions
    assert ["(S//NF)", "(x)", "(CX)"] == list(known)
    shape = known["(S//NF)"]
    assert isinstance(shape, UnplacedMarking)
    again = portion(view, 3, 10, WORDS)
    assert marks[0] == again and again.tokens == marks[0].tokens  # type: ignore[union-attr]
    assert [None, known["(CX)"]] == [known["(x)"], getattr(marks[2], "why", None)]


@pytest.mark.parametrize(
    "mark",
    [
        "(S//REL TO USA, GBR)", "(s/nf)", "(//FGI S//NF)", "(//DEU S//REL TO USA, DEU)", "(//NR)", "( C )", "(SBU-NF)",
        "(//JOINT S CAN ISR USA//REL TO USA, CAN, ISR)", "(CUI//SP-CTI)", "(C.)", "(TS//SI-G ABCD/TK//OC/NF)", "(U)",
    ],
)  # fmt: skip
def test_a_known_mark_is_placed_as_it_was_read(mark: str) -> None:
    text = f"1. {mark} ONE."
    view = View.whole(Source("x", text))
    read = portion(view, 3, len(text), WORDS)
    shape = finder._cache(WORDS).portions[mark]
    assert isinstance(shape, UnplacedMarking) and isinstance(read, Marking)
    again = portion(view, 3, len(text), WORDS)
    assert [getattr(read, name) for name in Marking.__fields__] == [getattr(again, name) for name in Marking.__fields__]


def test_no_more_than_some_thousand_marks_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    WORDS.made.pop("marking_cache", None)
    monkeypatch.setattr(finder, "_CACHE_SIZE", 3)
    sizes = []
    for word in ("(S)", "(C)", "(U)", "(TS)", "(S)", "(S)"):
        assert word == read("portion", word + " X")
        sizes.append(len(finder._cache(WORDS).portions))
    assert [1, 2, 3, 1, 2, 2] == sizes
