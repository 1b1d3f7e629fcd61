"""Test the results of conditions on several telegrams, what decided them, and how `explain` shows them."""

from __future__ import annotations

import pytest
from kept import WRITING, cases, rewrite
from test_conditions import FULL, WORDS, S, code_of, level, paragraph, telegram

from checker.model import (
    Banner,
    Caption,
    Dtg,
    EoLine,
    Fact,
    Instruction,
    Marking,
    Paragraph,
    Party,
    Subject,
    Tag,
    TagsLine,
    Telegram,
    Unread,
    Word,
)
from checker.rulebook.compiler import CompileContext, compile_condition, prepare
from checker.rulebook.examples import in_era
from checker.rulebook.field_types import location_of, value_text
from checker.rulebook.tracing import ConditionNode, Step, cause_of, trace_condition
from checker.text import Span
from checker.values import Date

GONE = Unread(Span(0, 0), "cut off")


def at(start: int) -> Span:
    return Span(start, start + 5)


def unread(start: int) -> Unread:
    return Unread.expected(at(start), "a part", "P~RT")


MANY = telegram(
    date=Date.of("2007"),
    as_of=Date.day(2008, 2, 29),
    banner=Banner(at(10), "SECRET", unread(11), controls=("NOFORN",), serial=7, serial_text=Word(at(14), "7"), post="ZENDA"),
    subject=Subject(at(20), "WAR AND\n PEACE"),
    tags_line=TagsLine(at(25), "PREL", (Tag(at(26), "PREL", "subject"),)),
    eo=EoLine(at(30), "E.O.", "12958", instruction=Instruction(at(31), "x", "date", dates=(Date.day(2017, 1, 1), Date.of("2018")))),
    captions=(Caption(at(40), "NODIS", "NODIS", kind="channel"), Caption(at(46), "STADIS", "STADIS", kind="channel")),
    paragraphs=(
        Paragraph(at(50), "numbered", "1.", "x", 1, level=level("S"), mark=unread(51)),
        Paragraph(at(60), "numbered", "3.", "text", 3),
        Paragraph(at(70), "numbered", "2.", "y", 2, level=level("C"), controls=("NOFORN", "PROPIN"), mark=Marking(at(71), "(C)", level("C"))),
    ),
    to=(
        Party(at(80), "A", "ZENDA", rank=3), Party(at(83), "B", "HENTZAU", rank=3), Party(at(86), "C", "ELPHBERG", rank=2),
        Party(at(92), "D", "KLOW", rank=None),
    ),
    dtg=Dtg(at(96), "101156Z SEP 07", Date.day(2007, 9, 10), "1156", "Z"),
)  # fmt: skip
TORN = telegram(
    date=Date.of("2007-09"), banner=unread(1), subject=unread(2), tags_line=unread(3), eo=unread(4), dtg=unread(5),
    paragraphs=(paragraph(1, "U"),), to=(),
)  # fmt: skip
LOST = telegram(banner=GONE, subject=GONE, tags_line=GONE, eo=GONE, dtg=GONE, whole=False)
DOCUMENTS = {"full": FULL, "many": MANY, "torn": TORN, "lost": LOST, "bare": telegram(whole=False)}


def told(words: str) -> str:
    """Return a condition as an expression, its results, the cause of each result that is not true, and its trace."""
    code, context = code_of(words), CompileContext(WORDS)
    clause = ConditionNode(code, context)
    lines = [f"code: {code}"]
    answers = {name: clause.test((document,)) for name, document in DOCUMENTS.items()}
    lines.append("answers: " + ", ".join(f"{name} {answer}" for name, answer in answers.items()))
    for name, document in DOCUMENTS.items():
        if answers[name] is not True and name in ("full", "many", "torn"):
            lines.append(f"blames: {name} {blamed(clause, document)}")
    return "\n".join([*lines, *steps(trace_condition(clause, (MANY,)), 0)])


def blamed(clause: ConditionNode, document: Telegram) -> str:
    found = cause_of(clause, (document,), ("",))
    span, place = location_of(found.path, found.env, found.trail)
    return f"{found.path} of {len(found.env)} at {place or 'the telegram'}" + (
        f" ({span.start}-{span.end})" if span else ""
    )


def steps(step: Step, depth: int) -> list[str]:
    seen = "".join(f"; {name} = {value}" for name, value in step.values)
    lines = [f"{'  ' * depth}- {step.words}: {step.answer}{seen}"]
    for inner in step.steps:
        lines += steps(inner, depth + 1)
    return lines


if WRITING:
    rewrite("rulebook/cases/conditions.txt", told)


WHOLE = ["ask", [0, "whole"], "flag", "is", ["lit", "flag", True]]
UNDETERMINED = ["state", [0, "eo", "order"], "present"]


def negated(answer: bool | None) -> bool | None:
    return None if answer is None else not answer


def least(*answers: bool | None) -> bool | None:
    """Return Kleene's conjunction: False if any answer is False, otherwise None if any is None, otherwise True."""
    return False if False in answers else None if None in answers else True


def most(*answers: bool | None) -> bool | None:
    return negated(least(*map(negated, answers)))


@cases("rulebook/cases/conditions.txt")
def test_answers_combine_by_kleenes_logic(name: str, given: str, wanted: str) -> None:
    code, context = code_of(name), CompileContext(WORDS)
    for document in DOCUMENTS.values():

        def answer(code: list[object], document: Telegram = document) -> bool | None:
            return compile_condition(code, context)((document,))

        one, whole, unsure = answer(code), answer(WHOLE), answer(UNDETERMINED)
        assert answer(["not", code]) is negated(one)
        assert answer(["not", ["not", code]]) is one
        assert answer(["and", [code, WHOLE]]) is least(one, whole)
        assert answer(["and", [UNDETERMINED, code, WHOLE]]) is least(unsure, one, whole)
        assert answer(["or", [code, WHOLE]]) is most(one, whole)
        assert answer(["or", [UNDETERMINED, WHOLE, code]]) is most(unsure, whole, one)
        assert answer(["implies", code, WHOLE]) is most(negated(one), whole)
        assert answer(["implies", UNDETERMINED, code]) is most(negated(unsure), one)
        if code[0] in ("ask", "state", "count"):  # the others count their elements from the telegram
            paragraphs = [one] * len(document.paragraphs)
            assert answer(["any", [0, "paragraphs"], code]) is most(*paragraphs)
            assert answer(["all", [0, "paragraphs"], ["not", code]]) is least(*map(negated, paragraphs))
            captions = [most(unsure, one)] * len(document.captions)
            assert answer(["none", [0, "captions"], ["or", [UNDETERMINED, code]]]) is negated(most(*captions))


@cases("rulebook/cases/conditions.txt")
def test_a_condition_is_judged_and_told(name: str, given: str, wanted: str) -> None:
    assert wanted == told(name)


def test_the_place_of_a_span_is_the_word_beside_it() -> None:
    assert (at(14), "banner.serial") == location_of([0, "banner", "serial"], (MANY,), ("",))
    assert S.end - S.start == 6


def test_a_reckoning_shows_twenty_elements_at_most() -> None:
    many = telegram(captions=tuple(Caption(at(number), str(number)) for number in range(25)))
    step = trace_condition(ConditionNode(code_of("{captions: {all: {text: present}}}"), CompileContext(WORDS)), (many,))
    assert [f"text = {number}" for number in range(20)] == [
        f"{name} = {value}" for inner in step.steps for name, value in inner.values
    ]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "nothing"), (unread(3), "P~RT"), (Unread.expected(at(3), "a part"), "something unreadable"), (True, "yes"), (False, "no"),
        (MANY.paragraphs[0], "1."), (MANY.subject, "WAR AND PEACE"), (MANY.captions[0], "NODIS"), (7, "7"), ((), "nothing"),
        ((1, None, True), "1, nothing, yes"), ("a\n  b\t", "a b"), ("x" * 80, "x" * 80), ("x" * 81, "x" * 79 + "…"),
        (Fact(at(3), "name of it", "a text"), "a text"), (Fact(at(3), "name of it", ""), "name of it"),
        (Fact(at(3), "", ""), ""), (level("C"), "CONFIDENTIAL"), (Date.of("2007-09"), "2007-09"),
    ],
)  # fmt: skip
def test_values_in_words(value: object, words: str) -> None:
    assert words == value_text(value)


@pytest.mark.parametrize(
    ("era", "day", "inside"),
    [
        (None, None, True), ((), Date.of("2007"), True), (("2007-01-01", None), None, None),
        (("2007-01-01", None), Date.of("2006-12-31"), False), (("2007-01-01", None), Date.of("2007-01-01"), True),
        ((None, "2007-01-01"), Date.of("2006-12-31"), True), ((None, "2007-01-01"), Date.of("2007-01-01"), False),
        (("2007-01-01", "2008-01-01"), Date.of("2007"), True), (("2007-01-02", "2008-01-01"), Date.of("2007"), None),
        (("2007-01-01", "2007-12-31"), Date.of("2007"), None), (("2007-12-31", None), Date.of("2007"), None),
        (("2008-01-01", None), Date.of("2007"), False), ((None, "2007-01-01"), Date.of("2007"), False),
        ((None, "2007-01-02"), Date.of("2007"), None), ((None, "2008-01-01"), Date.of("2007"), True),
        (("2008-01-01", "2009-01-01"), Date.of("2007"), False), (("2005-01-01", "2006-01-01"), Date.of("2007"), False),
        (("2005-01-01", "2007-01-01"), Date.of("2007"), False), (("2005-01-01", "2007-01-02"), Date.of("2007"), None),
    ],
)  # fmt: skip
def test_a_day_in_an_era(era: object, day: Date | None, inside: bool | None) -> None:
    assert inside is in_era(era, day)


def test_an_argument_of_no_shape_is_a_fault() -> None:
    with pytest.raises(ValueError, match=r"^unknown operation some$"):
        prepare(["some", 1], CompileContext(WORDS))
    with pytest.raises(ValueError, match=r"^no level X$"):
        prepare(["lit", "level", "X"], CompileContext(WORDS))
