"""Test plans with many rules: the results are the same as for single rules, and nothing is evaluated twice."""

from __future__ import annotations

from collections import Counter

import pytest
from kept import HERE, sections
from test_conditions import WORDS, code_of
from test_judgments import ALL, SOURCE, broken

from checker import engine
from checker.model import Tag, TagsLine, Telegram
from checker.record import copied
from checker.rulebook import Rule, Rulebook
from checker.rulebook.field_types import DERIVED_FROM, RECURRING, fields, getter
from checker.rulebook.ir import Data
from checker.text import Span

CONDITIONS = [title for title, _, _ in sections((HERE / "rulebook/cases/conditions.txt").read_text("utf-8"))]
CODES = [code_of(words) for words in CONDITIONS]
SIMPLE = [code for code in CODES if code[0] in ("ask", "state", "count")]
NEVER = ["ask", [0, "whole"], "flag", "is", ["lit", "flag", False]]
DATED = [code for code in SIMPLE if code[1][1] in ("level", "banner", "subject", "eo", "date")]  # type: ignore[index]


def book_of(rules: list[Data]) -> Rulebook:
    usual = {"name": "trial", "severity": "warning", "status": "stable", "profile": ["ALL"], "cite": [["memory", ""]]}
    made = [
        Rule({"id": f"TRY-{number:03}", "message": [["text", str(number)]], "examples": {}, **usual, **rule})
        for number, rule in enumerate(rules)
    ]
    return Rulebook(made, WORDS)


def judged(book: Rulebook, document: Telegram) -> tuple[engine.Judgment, dict[str, tuple[int, int, int]]]:
    tally = engine.Tally()
    judgment = engine.judge(document, SOURCE, book, "x", "", tally)
    assert [] == tally.crashes
    return judgment, {id: (c.applied, c.failed, c.unknown) for id, c in sorted(tally.counts.items()) if c.applied}


def deeper(code: Data) -> Data:
    """Return a condition on an element as a condition on an element one level deeper."""
    if isinstance(code, list):
        return [2, *code[1:]] if code[:1] == [1] else [deeper(part) for part in code]
    return code


def requirements() -> list[Data]:
    return [{"require": code} for code in CODES]


def guards() -> list[Data]:
    return [{"when": code, "require": ["state", [0, "subject"], "readable"]} for code in CODES]


def guards_that_share_parts() -> list[Data]:
    pairs = zip(SIMPLE, [*SIMPLE[5:], *SIMPLE[:5]], SIMPLE[::-1], strict=True)
    return [{"when": ["and", [one, two]], "require": three} for one, two, three in pairs]


def elements_and_what_holds_of_their_telegram() -> list[Data]:
    """Return rules that have conditions on the telegram as requirement and as filter, for several lists and for a part
    that is not a list.
    """
    deep = (
        [0, "paragraphs"],
        [0, "captions"],
        [0, "tags_line", "tags"],
        [0, "banner"],
        [0, "eo", "instruction", "dates"],
    )
    rules: list[Data] = []
    for number, code in enumerate(SIMPLE):
        path = deep[number % len(deep)]
        each = {"each": path, "listed": path != [0, "banner"]}
        rules.append(each | {"require": code})
        rules.append(each | {"where": code, "require": DATED[number % len(DATED)]})
        if number % 3 == 0:
            rules.append(each | {"where": ["state", [1], "present"], "require": code})
    return rules


def elements_behind_guards() -> list[Data]:
    """Return rules whose lists are read only in some branches of a plan."""
    deep = (
        [0, "tags_line", "tags"],
        [0, "eo", "instruction", "dates"],
        [0, "banner", "controls"],
        [0, "banner"],
        [0, "portions"],
    )
    rules: list[Data] = []
    for number, code in enumerate(DATED):
        path = deep[number % len(deep)]
        each = {"each": path, "listed": path != [0, "banner"], "when": code, "require": ["state", [1], "absent"]}
        rules.append(each | ({"where": DATED[-number]} if number % 2 else {}))
        if path != [0, "banner"]:
            rules.append({"when": ["and", [code, NEVER]], "require": ["any", path, code]})
    return rules


def elements_and_what_holds_of_them() -> list[Data]:
    asked = [
        ["ask", path, kind, "is", ["lit", kind, word]]
        for path, kind, word in (
            ([1, "mark", "level"], "level", "C"), ([1, "mark", "level", "rank"], "count", 1), ([1, "level"], "level", "S"),
            ([1, "level", "rank"], "count", 2), ([1, "mark", "typo"], "text", "case"), ([1, "number"], "count", 3),
        )
    ]  # fmt: skip
    inside = [
        ["any", [1, "controls"], ["ask", [2], "text", "is", ["lit", "text", word]]] for word in ("NF", "PR", "XX")
    ]
    inside += [["all", [0, "captions"], ["ask", [2, "kind"], "text", "same_as", ["field", [1, "text"], "text", 0, 0]]]]
    inside += [["any", [1, "controls"], DATED[3]], ["none", [0, "captions"], ["any", [1, "controls"], DATED[5]]]]
    twice = [["or", [code, ["not", ["and", [code, DATED[1]]]]]] for code in asked]
    inside += [["any", [0, "paragraphs"], deeper(code)] for code in twice]
    parts = [*asked, *inside, *twice, *(["not", code] for code in asked)]
    each = {"each": [0, "paragraphs"], "listed": True}
    rules = [each | {"require": code} for code in parts]
    rules += [each | {"where": one, "require": two} for one, two in zip(parts, [*parts[3:], *parts[:3]], strict=True)]
    rules += [
        each | {"where": ["or", [one, DATED[2]]], "require": ["and", [one, two]]}
        for one, two in zip(parts, parts[::-1], strict=True)
    ]
    return rules


def guards_that_compare_one_value() -> list[Data]:
    """Return rules whose guards compare a few values with constants: some alone, and some together with others."""
    paths = ([0, "layout"], [0, "eo", "order"], [0, "eo", "instruction", "kind"], [0, "banner", "post"], [0, "post"])
    rules: list[Data] = []
    for number, path in enumerate(paths):
        read = getter(path, {})
        found = {read((document,)) for document in ALL.values()}
        first, *others = sorted(value for value in found if isinstance(value, str))
        one = ["ask", path, "text", "is", ["lit", "text", first]]
        few = ["ask", path, "text", "in", ["lit", "texts", [first, *others[:1], "none"]]]
        other = ["ask", path, "text", "is_not", ["lit", "text", "none"]]
        for guard in (
            one,
            few,
            ["and", [few, one]],
            ["and", [few, other]],
            ["and", [SIMPLE[number], few]],
            ["not", one],
        ):
            rules.append({"when": guard, "require": DATED[number]})
    return rules


def elements_that_recur() -> list[Data]:
    """Return rules about the TAGS of a telegram: about each alone, and about each and its telegram."""
    parts: list[Data] = [
        ["ask", [1, "known"], "flag", "is", ["lit", "flag", True]],
        ["ask", [1, "text"], "text", "is", ["lit", "text", "LS"]],
        ["state", [1, "suggestion"], "present"],
        ["state", [1, "person"], "absent"],
        ["ask", [1, "lettered"], "flag", "is", ["lit", "flag", False]],
        ["any", [0, "tags"], ["state", [2, "person"], "present"]],
        ["ask", [1, "text"], "text", "same_as", ["field", [0, "post"], "text", 0, 0]],
    ]
    each = {"each": [0, "tags"], "listed": True}
    rules = [each | {"require": code} for code in parts]
    rules += [each | {"where": one, "require": two} for one, two in zip(parts, [*parts[3:], *parts[:3]], strict=True)]
    return [*rules, *(each | {"where": ["not", code], "require": ["not", parts[0]]} for code in parts)]


PLANS = [
    pytest.param(rules[start : start + 16], id=f"{made.__name__} {start}")
    for made in (
        requirements, guards, guards_that_share_parts, elements_and_what_holds_of_their_telegram,
        elements_and_what_holds_of_them,
        elements_behind_guards, guards_that_compare_one_value, elements_that_recur,
    )
    for rules in [made()]
    for start in range(0, len(rules), 16)
]  # fmt: skip


@pytest.mark.parametrize("rules", PLANS)
def test_a_plan_answers_the_same_as_a_whole_and_rule_by_rule(
    rules: list[Data], monkeypatch: pytest.MonkeyPatch
) -> None:
    for size in (16, 5):  # in large groups, and in small ones that share less
        for start in range(0, len(rules), size):
            book = book_of(rules[start : start + size])
            quick = {name: [judged(book, document) for _ in range(2)][1] for name, document in ALL.items()}
            for name, document in ALL.items():  # a plan judges its first telegram rule by rule
                assert quick[name] == judged(book_of(rules[start : start + size]), document), name
            with monkeypatch.context() as patch:
                patch.setattr(engine._Evaluation, "quickly", broken)
                for name, document in ALL.items():
                    assert quick[name] == judged(book, document), name


def counted(monkeypatch: pytest.MonkeyPatch, names: tuple[str, ...]) -> Counter[str]:
    """Return a counter of how often each of these derived values is computed."""
    counts: Counter[str] = Counter()

    def watch(name: str) -> None:
        derive = vars(Telegram)[name].fget

        def made(telegram: Telegram) -> object:
            counts[name] += 1
            return derive(telegram)

        made.__annotations__, made.__doc__ = derive.__annotations__, derive.__doc__
        monkeypatch.setattr(Telegram, name, property(made))

    for name in names:
        watch(name)
    return counts


HIGHEST = ["ask", [0, "highest_portion"], "level", "is", ["lit", "level", "S"]]
RANK = ["ask", [0, "highest_portion", "rank"], "count", "above", ["lit", "count", 7]]
CONTROLS = ["any", [0, "portion_controls"], ["ask", [1], "text", "is", ["lit", "text", "NF"]]]


@pytest.mark.parametrize("way", ["quickly", "carefully"])
@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ([{"require": HIGHEST}, {"require": ["not", HIGHEST]}, {"require": RANK}], {"highest_portion": 1}),
        ([{"when": HIGHEST, "require": RANK}, {"when": RANK, "require": HIGHEST}], {"highest_portion": 1}),
        ([{"when": NEVER, "require": HIGHEST}, {"when": NEVER, "require": RANK}], {}),
        ([{"when": NEVER, "require": HIGHEST}, {"require": CONTROLS}, {"when": CONTROLS, "require": CONTROLS}],
         {"portion_controls": 1}),
        ([{"each": [0, "portions"], "listed": True, "require": ["state", [1, "label"], "present"]},
          {"each": [0, "portions"], "listed": True, "require": ["state", [1, "label"], "readable"]},
          {"require": ["count", [0, "portions"], "at_least", ["lit", "count", 1]]}], {"portions": 1}),
        ([{"each": [0, "paragraphs"], "listed": True, "require": HIGHEST},
          {"each": [0, "paragraphs"], "listed": True, "where": RANK, "require": HIGHEST}], {"highest_portion": 1}),
    ],
)  # fmt: skip
def test_a_derived_value_is_made_once_and_only_when_asked_for(
    monkeypatch: pytest.MonkeyPatch, way: str, rules: list[Data], expected: dict[str, int]
) -> None:
    document = ALL["many"]
    counts = counted(monkeypatch, ("highest_portion", "portion_controls", "portions"))
    book = book_of(rules)
    plan = book.plan(document.profile, document.date)
    getattr(engine._Evaluation(), way)(plan.root, (document,))  # the judging alone: placing what failed may ask again
    for name in ("highest_portion", "portion_controls"):  # these are made of the portions
        counts["portions"] -= counts[name] if "portions" not in expected else 0
    assert expected == {name: count for name, count in counts.items() if count > 0}


@pytest.mark.parametrize("field", DERIVED_FROM)
def test_a_derived_field_is_absent_or_empty_without_its_list(field: str) -> None:
    for document in ALL.values():
        assert getattr(copied(document, **{DERIVED_FROM[field]: ()}), field) in (None, ())


@pytest.mark.parametrize("name", RECURRING)
def test_an_element_that_recurs_is_known_by_all_its_fields(name: str) -> None:
    element = fields("Telegram")[name].node
    stored = {field for field, kind in fields(element).items() if not kind.derived and field != "span"}
    assert stored == set(RECURRING[name])


def test_many_and_long_tags_are_judged_like_others() -> None:
    """Test entries of which most are not remembered, because there are too many or they are too long."""
    words = [f"T{number}" for number in range(5000)] + ["LONG" * 50, "PREL"]
    line = TagsLine(Span(0, 1), "x", tuple(Tag(Span(0, 1), word, "unknown", word == "PREL") for word in words))
    rule: Data = {
        "each": [0, "tags"],
        "listed": True,
        "require": ["ask", [1, "known"], "flag", "is", ["lit", "flag", True]],
    }
    book = book_of([rule, {**rule, "where": ["ask", [1, "text"], "text", "is", ["lit", "text", "PREL"]]}])
    for _ in range(2):
        judgment, counts = judged(book, copied(ALL["many"], tags_line=line))
        assert len(words) - 1 == len(judgment.findings)
        assert {"TRY-000": (1, 1, 0), "TRY-001": (1, 0, 0)} == counts
