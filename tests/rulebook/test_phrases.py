"""What is known of values and conditions when they are written out: it spares questions, and is never more than is true."""

from __future__ import annotations

import re

import pytest
from test_conditions import WORDS, code_of

from checker.rulebook.fields import ROOT
from checker.rulebook.phrases import ANY, Room, Smith
from checker.rulebook.values import Tools


def room() -> Room:
    return Room(Smith(Tools(WORDS)), [ROOT], env="env")


@pytest.mark.parametrize(
    ("path", "kind", "optional", "unread"),
    [
        ("whole", "flag", False, False), ("date", "date", True, False), ("paragraphs", "list of Paragraph", False, False),
        ("banner", "Banner", True, True), ("banner.post", "text", True, True), ("banner.controls", "set", True, True),
        ("banner.level", "level", True, True), ("banner.level.rank", "count", True, True),
        ("highest_portion", "level", True, False), ("highest_portion.rank", "count", True, False),
        ("highest_portion.classified", "flag", True, False), ("date.precision", "text", True, False),
        ("layout", "text", False, False), ("tags", "list of Tag", False, False), ("mrn", "text", True, False),
        ("level", "level", True, True), ("span", "", True, True), ("paragraphs.nothing", "", True, True),
        ("layout.nothing", "", True, True), ("whole.precision", "", True, True),
    ],
)  # fmt: skip
def test_what_is_known_of_a_value(path: str, kind: str, optional: bool, unread: bool) -> None:
    value = room().value([0, *path.split(".")])
    assert (kind, optional, unread) == (str(value.kind), value.optional, value.unread)
    assert (kind == "") is (value.kind is ANY)


@pytest.mark.parametrize(
    ("words", "sure"),
    [
        ("{whole: true}", True), ("{layout: {is: x}}", True), ("{layout: {in: [x]}}", True), ("{mrn: {is: x}}", True),
        ("{highest_portion: {at_least: C}}", True), ("{highest_portion: present}", True), ("{highest_portion: absent}", True),
        ("{paragraphs: present}", True), ("{paragraphs: {count: {is: 1}}}", True), ("{tags: {any: {known: true}}}", True),
        ("{tags: {all: {text: {is: x}}}}", True), ("{tags: {none: {text: {matches: 'a'}}}}", True),
        ("{and: [{whole: true}, {mrn: present}]}", True), ("{or: [{whole: true}, {mrn: present}]}", True),
        ("{not: {whole: true}}", True), ("{implies: {if: {whole: true}, then: {mrn: present}}}", True),
        ("{layout: {in_table: levels}}", True), ("{layout: {same_as: {field: profile}}}", True),
        ("{portion_controls: {includes: x}}", True), ("{mrn: {length: {min: 1}}}", True),
        # what may be unknown: unreadable parts, dates, days, other fields that are not there
        ("{banner: present}", False), ("{banner.post: {is: x}}", False), ("{level: {is: C}}", False),
        ("{date: {before: 2000-01-01}}", False), ("{layout: {in_use: {table: levels, on: 2000-01-01}}}", False),
        ("{layout: {not_in_use: {table: levels, on: 2000-01-01}}}", False), ("{layout: {same_as: {field: mrn}}}", False),
        ("{layout: {same_as: {field: banner.post}}}", False), ("{eo.instruction.dates: {count: {is: 1}}}", False),
        ("{tags_line.tags: {any: {known: true}}}", False), ("{paragraphs: {any: {mark: present}}}", False),
        ("{and: [{whole: true}, {banner: present}]}", False), ("{and: [{banner: present}, {whole: true}]}", False),
        ("{or: [{banner: present}, {whole: true}]}", False), ("{not: {banner: present}}", False),
        ("{implies: {if: {whole: true}, then: {banner: present}}}", False), ("{paragraphs: {unique: number}}", False),
        ("{implies: {if: {banner: present}, then: {whole: true}}}", False), ("{date: {year: 2000}}", False),
        ("{paragraphs: {at_least: {times: 1, of: {level: present}}}}", False),
        ("{paragraphs: {count: {is: {field: banner.serial}}}}", False),
    ],
)  # fmt: skip
def test_whether_an_answer_is_never_unknown(words: str, sure: bool) -> None:
    assert sure is room().condition(code_of(words))[1]


@pytest.mark.parametrize(
    "words",
    [
        "{whole: true}", "{banner: present}", "{banner.post: {is: x}}", "{level: {at_least: C}}", "{banner.serial: {above: 3}}",
        "{banner.controls: {includes: [a, b]}}", "{banner.post: {contains: a}}", "{mrn: {starts_with: [a, b]}}",
        "{and: [{whole: true}, {banner: present}]}", "{or: [{whole: true}, {banner: present}]}", "{not: {banner: present}}",
        "{implies: {if: {whole: true}, then: {banner: present}}}", "{paragraphs: {count: {at_most: 3}}}",
        "{paragraphs: {any: {level: {is: C}}}}", "{paragraphs: {all: {level: present}}}", "{tags: {none: {known: true}}}",
        "{banner.serial: {is: {field: banner.section, plus: 1, modulo: 9}}}", "{banner.post: {same_as: {field: mrn}}}",
        "{and: [{whole: true}, {whole: true}, {whole: true}, {whole: true}, {whole: true}, {whole: true}, {whole: true}, {mrn: present}]}",
    ],
)  # fmt: skip
def test_what_is_written_out_calls_nothing(words: str) -> None:
    assert [] == calls(words)


def calls(words: str) -> list[str]:
    """The functions of ours that the source of a condition calls."""
    here = room()
    expression, _ = here.condition(code_of(words))
    return re.findall(r"\bk\d+\(", "\n".join([expression, *here.smith.beside]))


def test_more_than_eight_parts_are_left_to_a_closure() -> None:
    assert [0, 1] == [len(calls(f"{{or: [{', '.join(['{whole: true}'] * count)}]}}")) for count in (8, 9)]


def test_what_has_no_words_of_python_is_called() -> None:
    for words in ("{date: {before: 2000-01-01}}", "{mrn: {matches: 'a'}}", "{paragraphs: {sorted_by: number}}"):
        assert 1 == len(calls(words)), words
