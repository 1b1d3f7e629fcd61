"""Test exceptions and damage: a rule that raises does not affect others, damage is not blamed on the drafter, and the
counts are right.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import partial
from hashlib import sha256

import pytest
from test_judgments import ALL, SOURCE, book_of, broken, shown
from test_readings import chapter, check_module
from test_reckonings import DOCUMENTS, MANY, at

from checker import checks, engine
from checker.errors import InputError
from checker.model import Banner, Damage, Fact, Part, Telegram
from checker.record import copied
from checker.rulebook import Rulebook
from checker.rulebook.field_types import Env
from checker.rulebook.plan import GuardBranch
from checker.text import Source, Span
from checker.values import Date

USUAL = "name: trial, summary: A rule made for tests., cite: [{source: memory}], status: draft"


class Rotten(Banner):
    """A banner whose section cannot be read, as if the parser had a defect."""

    @property
    def section(self) -> int:  # type: ignore[override]
        raise ZeroDivisionError("words of the document")


WHOLE = copied(MANY, banner=copied(MANY.banner, section=1))


def rotten() -> Telegram:
    banner = Rotten.__new__(Rotten)
    for name in Banner.__fields__:
        if name != "section":
            setattr(banner, name, getattr(MANY.banner, name))
    return copied(MANY, banner=banner)


def rules(*lines: str) -> Rulebook:
    """Return a rulebook with one rule for each line, which contains what differs from the usual rule. The first is
    TRY-001.
    """
    text = "# file\nformat: 1\nchapter: Trial\nrules:\n" + "".join(
        f"  - {{id: TRY-{number:03}, {USUAL.replace('trial', f'trial-{number}')}, {line}}}\n"
        for number, line in enumerate(lines, 1)
    )
    assert chapter(text)
    return book_of(text)


FAULTY = rules(
    "message: one, when: {banner.section: {is: 1}, whole: true}, require: {banner.serial: {is: 8}}",
    "message: two, when: {banner.section: {is: 1}, mrn: present}, require: {banner.serial: {is: 8}}",
    "message: three, require: {banner.section: {is: 1}}",
    "message: four, each: paragraphs, require: {telegram.banner.section: {is: 1}}",
    "message: five, each: paragraphs, where: {telegram.banner.section: {is: 1}}, require: {text: {is: z}}",
    "message: 'six {banner.section}', require: {banner.serial: {is: 8}}",
    "message: seven, require: {banner.serial: {is: 8}}",
    "message: eight, when: {banner.serial: {is: 7}}, each: paragraphs, once: true, require: {text: {is: z}}",
)


def judged(
    book: Rulebook, document: Telegram
) -> tuple[list[str], dict[str, tuple[int, int, int, int]], list[engine.Crash]]:
    tally = engine.Tally()
    judgment = engine.judge(document, SOURCE, book, "trial.txt", "7", tally)
    found = [f"{each.rule} {each.message}" for each in judgment.findings]
    counts = {rule: (count.applied, count.failed, count.unknown, count.passed) for rule, count in tally.counts.items()}
    return found, {rule: count for rule, count in counts.items() if any(count)}, tally.crashes


def carefully(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the engine judge rule by rule, as it does after a rule has raised."""
    monkeypatch.setattr(engine._Evaluation, "quickly", broken)


def test_rules_that_raise_are_told_by_name_and_the_others_go_on() -> None:
    found, counts, crashes = judged(FAULTY, rotten())
    assert ["TRY-007 seven", "TRY-008 eight"] == found
    assert {"TRY-006": (1, 0, 0, 1), "TRY-007": (1, 1, 0, 0), "TRY-008": (1, 1, 0, 0)} == counts
    assert [f"TRY-00{number}" for number in range(1, 7)] == [crash.rule for crash in crashes]
    assert {("trial.txt", "7", "ZeroDivisionError")} == {(crash.path, crash.cable, crash.error) for crash in crashes}
    assert 6 == len({crash.trace for crash in crashes})
    assert all(re.fullmatch("[0-9a-f]{8}", crash.trace) for crash in crashes)
    assert "words" not in repr(crashes)
    assert crashes == judged(FAULTY, rotten())[2]  # the second telegram, which takes another way


@pytest.mark.parametrize("quick", [False, True])
def test_without_the_fault_all_of_them_are_judged(quick: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not quick:
        carefully(monkeypatch)
    found, counts, crashes = judged(FAULTY, WHOLE)
    assert [f"TRY-00{number} {word}" for number, word in ((1, "one"), (2, "two"), (6, "six 1"), (7, "seven"))] == found[
        :4
    ]
    assert [] == crashes
    assert {1: (1, 1, 0, 0), 3: (1, 0, 0, 1), 4: (1, 0, 0, 1), 5: (1, 1, 0, 0)} == {
        n: counts[f"TRY-00{n}"] for n in (1, 3, 4, 5)
    }


def test_a_walk_that_breaks_late_leaves_no_count_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    book = rules("message: one, require: {banner.serial: {is: 8}}", "message: two, require: {subject: present}")
    walk = engine._Evaluation.quickly

    def lazy_fields(self: engine._Evaluation, branch: GuardBranch, env: Env) -> None:
        walk(self, branch, env)
        raise ZeroDivisionError

    monkeypatch.setattr(engine._Evaluation, "quickly", lazy_fields)
    judged(book, MANY)  # the first telegram is judged rule by rule
    tally = engine.Tally()
    found = engine.judge(MANY, SOURCE, book, "x", "", tally).findings
    assert ["one"] == [each.message for each in found]
    assert [(1, 1), (1, 0)] == [(tally.of(id).applied, tally.of(id).failed) for id in ("TRY-001", "TRY-002")]
    assert [] == tally.crashes


MIXED = rules(
    "message: one, when: {whole: true, banner.level: {at_least: C}}, require: {banner.serial: {is: 8}}",
    "message: two, when: {whole: true, banner.level: {at_least: C}, mrn: present}, require: {banner.serial: {is: 8}}",
    "message: three, when: {whole: true, subject: readable}, each: paragraphs, where: {level: present}, require: {text: {is: q}}",
    "message: four, when: {whole: true}, require: {banner.level: {is: C}}",
    "message: five, each: eo, require: {order: {is: q}}",
    "message: six, when: {whole: false}, require: {subject: readable}",
    "message: seven, era: {from: '2007-05-01'}, require: {subject: readable}",
)


@pytest.mark.parametrize("quick", [False, True])
def test_one_tally_counts_many_telegrams(quick: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if quick:  # the careful way is not taken unless a rule raises
        monkeypatch.setattr(engine._Evaluation, "carefully", broken)
    else:
        carefully(monkeypatch)
    tally, found, doubts = engine.Tally(), [], []
    for document in [*DOCUMENTS.values(), *DOCUMENTS.values()]:
        judgment = engine.judge(document, SOURCE, MIXED, "x", tally=tally)
        found += [each.message for each in judgment.findings]
        doubts += [each.rule for each in judgment.undetermined]
    counts = {rule: (count.applied, count.failed, count.unknown) for rule, count in sorted(tally.counts.items())}
    assert 10 == tally.documents
    assert {
        "TRY-001": (6, 2, 4), "TRY-002": (4, 2, 2), "TRY-003": (2, 2, 0), "TRY-004": (6, 0, 4), "TRY-005": (8, 2, 6),
        "TRY-006": (4, 2, 2), "TRY-007": (10, 4, 6),
    } == {rule: count for rule, count in counts.items() if count[0]}  # fmt: skip
    assert ["one", "two", "seven"] == found[:3]
    assert ["TRY-005", "TRY-007"] == doubts[:2]


def test_faults_and_doubts_are_found_on_every_branch() -> None:
    book = rules(
        "message: one, when: {whole: true, mrn: present, banner.section: {is: 1}}, require: {banner.serial: {is: 8}}",
        "message: two, when: {whole: true, mrn: present, banner.level: {is: C}}, require: {banner.serial: {is: 8}}",
        "message: three, when: {whole: true, subject: absent}, require: {banner.serial: {is: 8}}",
        "message: four, when: {whole: true, mrn: present}, require: {banner.section: {is: 1}}",
    )
    for _ in range(2):  # the plan judges its first telegram rule by rule
        found, counts, crashes = judged(book, rotten())
        rules_at_fault = [crash.rule for crash in crashes]
        assert ([], {"TRY-002": (1, 0, 1, 0)}, ["TRY-001", "TRY-004"]) == (found, counts, rules_at_fault)


class Watched(Banner):
    """A banner that counts how often its section is read."""

    @property
    def section(self) -> int:  # type: ignore[override]
        ASKED.append(1)
        return 1


ASKED: list[int] = []


@pytest.mark.parametrize(
    "lines",
    [
        ["section: {is: 1}", "section: {is: 1}, telegram.whole: false", "section: {is: 1}, telegram.mrn: absent"],
        ["section: {is: 1}, telegram.aa: present", "section: {is: 1}, telegram.zz: absent"],
        ["telegram.aa: present, section: {is: 1}", "telegram.zz: present, section: {is: 1}", "telegram.zz: present"],
    ],
)
def test_a_condition_that_several_rules_share_is_asked_once(lines: list[str]) -> None:
    named = {
        "section": "banner.section",
        "telegram.whole": "whole",
        "telegram.mrn": "mrn",
        "telegram.aa": "subject",
        "telegram.zz": "date",
    }
    for short, long in named.items():
        lines = [line.replace(short, long) for line in lines]
    book = rules(*(f"message: one, when: {{{line}}}, require: {{subject: present}}" for line in lines))
    banner = Watched.__new__(Watched)
    for name in Banner.__fields__:
        if name != "section":
            setattr(banner, name, getattr(MANY.banner, name))
    judged(book, copied(MANY, banner=banner))  # the first telegram, for which nothing is shared
    ASKED.clear()
    judged(book, copied(MANY, banner=banner))
    assert [1] == ASKED


def test_letters_that_no_encoding_has_leave_a_fingerprint() -> None:
    book = rules("message: one, require: {subject.text: {is: x}}")
    prints = set()
    for letter in "\udcff?":
        (found,) = engine.judge(MANY, Source("x", letter.join(SOURCE.text)), book, "\udcfe").findings
        assert 20 == len(found.fingerprint)
        prints.add(found.fingerprint)
    assert 1 == len(prints)


def test_counts_of_several_runs_add_up() -> None:
    book = rules(
        "message: one, require: {banner.serial: {is: 8}}",
        "message: two, require: {subject.text: {contains: WAR}}",
        "message: three, era: {from: '2007-05-01'}, require: {subject: present}",
    )
    total = engine.Tally()
    for document in [*DOCUMENTS.values(), *DOCUMENTS.values()]:
        tally = engine.Tally()
        engine.judge(document, SOURCE, book, "x", "", tally)
        total.add(tally)
    assert 10 == total.documents
    counts = {rule: (count.applied, count.failed, count.unknown, count.passed) for rule, count in total.counts.items()}
    assert {"TRY-001": (10, 6, 4, 0), "TRY-002": (10, 2, 6, 2), "TRY-003": (10, 0, 6, 4)} == counts
    assert 16 == total.unknown
    for trace in "ce":
        one = engine.Tally()
        one.crashes.append(engine.Crash("TRY-001", "a", "b", trace, "d"))
        one.of("TRY-009").failed += 1
        total.add(one)
    assert (10, 2, 2) == (total.documents, len(total.crashes), total.of("TRY-009").failed)


def test_a_check_gives_places_facts_and_doubts(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    issues: list[checks.Hit] = []

    def check(telegram: Telegram, ask: object, words: object) -> Iterator[checks.Hit]:
        asked[:] = [telegram, ask, words]
        yield from issues

    module = check_module()
    module.check = check  # type: ignore[attr-defined]
    monkeypatch.setitem(checks.CHECKS, "two-answers", module)
    book = rules("message: '{day} is {name}.', severity: error, check: two-answers, with: {days: 3, name: x}")
    issues[:] = [
        checks.Hit(at(20), "there", {"day": Date.of("2007"), "name": "x" * 90}),
        checks.Hit(None, "nowhere", {}, True),
    ]
    judgment = engine.judge(MANY, SOURCE, book, "x")
    assert [("error", "2007 is " + "x" * 79 + "….", Span(20, 25), "there")] == [
        (each.severity, each.message, each.span, each.at) for each in judgment.findings
    ]
    assert [("cannot be decided by the check", " is .", Span(0, 11), "nowhere")] == [
        (each.why, each.quote, each.span, each.at) for each in judgment.undetermined
    ]
    assert MANY is asked[0] and book.vocabulary is asked[2]
    assert ("3", "x") == (asked[1].days, asked[1].name)  # type: ignore[attr-defined]
    issues.clear()
    tally = engine.Tally()
    assert engine.Judgment([], []) == engine.judge(MANY, SOURCE, book, "x", "", tally)
    assert (1, 0, 0) == (tally.of("TRY-001").applied, tally.of("TRY-001").failed, tally.of("TRY-001").unknown)
    assert "pass" == engine.trace(copied(MANY, profile="CABLE"), SOURCE, book.rules[0], book).verdict
    issues[:] = [checks.Hit(at(20), "there", {})]
    assert "fail" == engine.trace(copied(MANY, profile="CABLE"), SOURCE, book.rules[0], book).verdict


# ---- what a damaged copy excuses ---------------------------------------------------------------------------------------


EVIDENCE = rules(
    "message: 'the serial is {value}', severity: error, require: {banner.serial: {is: 412}}",
    "message: no order, severity: error, require: {eo: present}",
    "message: no order number, require: {eo.order: {is: '13526'}}",
    "message: no top secret, require: {paragraphs: {any: {level: {is: TS}}}}",
    "message: 'no mark on {label}', each: paragraphs, where: {number: {is: 3}}, require: {mark: present}",
    "message: a caption, require: {captions: {none: {text: {is: NODIS}}}}",
    "message: too many, require: {paragraphs: {count: {at_most: 2}}}",
    "message: twice, require: {to: {exactly: {times: 2, of: {rank: {is: 2}}}}}",
    "message: too often, require: {captions: {exactly: {times: 1, of: {kind: {is: channel}}}}}",
)
WRONG = {"TRY-001", "TRY-006", "TRY-007", "TRY-009"}
NO_ORDER = copied(MANY, eo=None)


def verdicts(document: Telegram, source: Source = SOURCE, book: Rulebook = EVIDENCE) -> tuple[set[str], dict[str, str]]:
    """Return the rules that failed, and the kind of each undetermined verdict, after checking that the counts agree
    with them.
    """
    tally = engine.Tally()
    judgment = engine.judge(document, source, book, "x", "", tally)
    failed = {each.rule for each in judgment.findings}
    unknown = {each.rule: each.kind for each in judgment.undetermined}
    assert failed == {rule for rule, count in tally.counts.items() if count.failed}
    assert unknown.keys() - failed == {rule for rule, count in tally.counts.items() if count.unknown}
    return failed, unknown


def damaged(kind: str, covers: str, start: int = 120) -> Telegram:
    return copied(NO_ORDER, damage=(Damage(Span(start, start), kind, covers, "this copy lacks it"),))


def test_every_failure_of_a_sound_copy_is_a_finding() -> None:
    assert (WRONG | {"TRY-002", "TRY-003", "TRY-004", "TRY-005", "TRY-008"}, {}) == verdicts(NO_ORDER)


@pytest.mark.parametrize(
    ("kind", "covers", "excused"),
    [
        ("extract", "all", {"TRY-002", "TRY-003", "TRY-004", "TRY-008"}),
        ("cut", "all", {"TRY-002", "TRY-003", "TRY-004", "TRY-008"}),
        ("cut", "text", {"TRY-004"}),
        ("sections", "text", {"TRY-004"}),
        ("gap", "head", {"TRY-002", "TRY-003", "TRY-008"}),
    ],
)
def test_damage_excuses_what_is_missing_and_never_what_is_wrong(kind: str, covers: str, excused: set[str]) -> None:
    failed, unknown = verdicts(damaged(kind, covers))
    assert dict.fromkeys(excused, "copy") == unknown
    assert WRONG <= failed
    assert excused == verdicts(NO_ORDER)[0] - failed


@pytest.mark.parametrize(
    ("kind", "start", "excused"),
    [
        ("cut", 63, True),
        ("cut", 60, True),
        ("cut", 65, True),
        ("cut", 66, False),
        ("gap", 63, True),
        ("extract", 63, False),
    ],
)
def test_what_an_element_lacks_is_excused_by_damage_in_it(kind: str, start: int, excused: bool) -> None:
    """Test damage at positions in and around paragraph 3, which is at 60 to 65."""
    assert excused is ("TRY-005" in verdicts(damaged(kind, "all", start))[1])


def test_what_touches_the_place_where_a_copy_is_cut_off_is_not_wrong() -> None:
    for start, excused in ((19, True), (18, True), (20, False), (120, False)):  # the serial is at 14 to 19
        assert excused is ("TRY-001" in verdicts(damaged("cut", "text", start))[1])
    assert "TRY-001" in verdicts(damaged("gap", "head", 14))[0]


@pytest.mark.parametrize("letter", ["\ufffd", "\x00", "\x1f", "\x7f"])
def test_what_is_wrong_is_excused_by_characters_that_cannot_be_read_in_it(letter: str) -> None:
    for start, excused in ((14, True), (18, True), (19, False), (13, False)):
        text = SOURCE.text[:start] + letter + SOURCE.text[start + 1 :]
        failed, unknown = verdicts(NO_ORDER, Source("x", text))
        assert ("copy" if excused else None) == unknown.get("TRY-001")
        assert excused is not ("TRY-001" in failed)


@pytest.mark.parametrize("letter", "~$@}\t\n\u201c")
def test_strange_characters_that_can_be_read_excuse_nothing(letter: str) -> None:
    text = SOURCE.text[:14] + letter * 5 + SOURCE.text[19:]
    assert "TRY-001" in verdicts(NO_ORDER, Source("x", text))[0]


def test_a_part_whose_label_is_there_is_not_missing() -> None:
    labelled = copied(NO_ORDER, labels=(Fact(at(30), "eo", "E.O.\n12958"), Fact(at(50), "paragraphs", "1.")))
    failed, unknown = verdicts(labelled)
    assert {"TRY-002": "label"} == {rule: kind for rule, kind in unknown.items() if rule != "TRY-003"}
    assert WRONG | {"TRY-004"} <= failed  # the paragraphs were read; none has what the rule requires
    assert "label" == verdicts(copied(labelled, paragraphs=()))[1]["TRY-004"]
    (one,) = (each for each in engine.judge(labelled, SOURCE, EVIDENCE, "x").undetermined if each.rule == "TRY-002")
    assert (30, "eo", "E.O. 12958") == (one.span.start, one.at, one.quote)
    assert "12958" not in one.why


def test_a_label_makes_nothing_of_a_present_part_undetermined() -> None:
    labelled = copied(MANY, labels=(Fact(at(30), "banner.serial", "7"), Fact(at(50), "paragraphs", "1.")))
    assert "TRY-001" in verdicts(labelled)[0] and "TRY-005" in verdicts(labelled)[0]


def test_each_verdict_is_told_once() -> None:
    book = rules("message: one, point: telegram.banner, each: paragraphs, require: {telegram.eo: present}")
    judgment = engine.judge(damaged("extract", "all"), SOURCE, book, "x")
    assert [] == judgment.findings
    assert ["TRY-001"] == [each.rule for each in judgment.undetermined]


def test_what_the_telegram_lacks_is_excused_where_a_rule_asks_it_of_each_element() -> None:
    book = rules("message: one, each: paragraphs, require: {telegram.eo: present}")
    assert (set(), {"TRY-001": "copy"}) == verdicts(damaged("gap", "head"), book=book)
    assert ({"TRY-001"}, {}) == verdicts(damaged("sections", "text"), book=book)
    labelled = copied(NO_ORDER, labels=(Fact(at(30), "eo", "E.O."),))
    assert (set(), {"TRY-001": "label"}) == verdicts(labelled, book=book)


# ---- where a finding points that has no place ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "span", "parts", "expected"),
    [
        ("ONE\nTWO\n", (0, 8), [], "ONE"), ("\n \n  ONE \nTWO\n", (0, 14), [], "ONE "), ("ONE\rTWO\n", (0, 8), [], "ONE"),
        ("ONE\r\nTWO", (0, 8), [], "ONE"), ("ONE", (0, 3), [], "ONE"), (" \n ", (0, 3), [], ""), ("", (0, 0), [], ""),
        ("XX\nONE\nTWO", (3, 10), [], "ONE"), ("A\nONE\nTWO", (0, 9), [("blank", 0, 2), ("x", 2, 6)], "ONE"),
        ("A\nONE\nTWO", (0, 9), [("blank", 0, 2)], "A"), ("ONETWO", (0, 6), [("x", 0, 3), ("y", 3, 6)], "ONE"),
        ("ONE\rTWO\nX", (0, 9), [], "ONE"), ("ONE\nTWO\rX", (0, 9), [], "ONE"), ("AXB\nONE", (0, 7), [], "AXB"),
        ("ONETWO\nX", (0, 8), [("x", 0, 3), ("y", 3, 8)], "ONE"),
    ],
)  # fmt: skip
def test_the_first_line_that_holds_anything(
    text: str, span: tuple[int, int], parts: list[tuple[str, int, int]], expected: str
) -> None:
    made = Telegram(Span(*span), "acp127")
    made.parts = tuple(Part(Span(start, end), kind) for kind, start, end in parts)
    found = engine.first_line(made, Source("x", text))
    assert expected == text[found.start : found.end]


def test_a_finding_carries_five_lines_at_most() -> None:
    book = rules("message: one, require: {subject.text: {is: x}}")
    for size, lines in ((5, 1), (30, 3), (59, 5), (100, 5)):
        long = copied(MANY, subject=copied(MANY.subject, span=Span(0, size)))
        (found,) = engine.judge(long, SOURCE, book, "x").findings
        assert lines == len(found.lines)


@pytest.mark.parametrize(("letters", "told"), [(399, 399), (400, 400), (401, 400)])
def test_a_message_has_four_hundred_letters_at_most(letters: int, told: int) -> None:
    (found,) = engine.judge(
        MANY, SOURCE, rules(f"message: {'x' * letters}, require: {{subject.text: {{is: x}}}}"), "x"
    ).findings
    assert "x" * (told - (letters > 400)) + "…" * (letters > 400) == found.message


def test_fingerprints_know_rule_telegram_place_and_words_but_no_numbers_and_no_blanks() -> None:
    book = rules("message: one, each: paragraphs, require: {text: {is: q}}")

    def prints(document: Telegram, text: str = SOURCE.text, path: str = "x") -> list[str]:
        return [each.fingerprint for each in engine.judge(document, Source("x", text), book, path).findings]

    assert prints(MANY) == prints(MANY, path="y")
    bare = copied(MANY, banner=None)
    assert prints(bare) != prints(bare, path="y")
    assert prints(MANY) == prints(MANY, SOURCE.text.replace(" ", "\t"))
    assert prints(MANY) != prints(MANY, SOURCE.text.lower())
    turned = copied(MANY, paragraphs=(*MANY.paragraphs[1:], MANY.paragraphs[0]))
    assert sorted(prints(MANY)) == sorted(prints(turned))


# ---- traces -----------------------------------------------------------------------------------------------------------------


def fourth(kind: type[Exception]) -> None:
    raise kind


def third(kind: type[Exception]) -> None:
    fourth(kind)


def second(kind: type[Exception]) -> None:
    third(kind)


def first(kind: type[Exception]) -> None:
    second(kind)


def by_one_way(kind: type[Exception]) -> None:
    first(kind)


def by_another(kind: type[Exception]) -> None:
    first(kind)


def by_a_short_way(kind: type[Exception]) -> None:
    fourth(kind)


def traces(
    way: Callable[[type[Exception]], None], kind: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> tuple[str, str]:
    """Return the trace of the crash and the result of `attempt` for an exception of some kind that is raised in some
    way.
    """
    monkeypatch.setattr(Rotten, "section", property(lambda banner: way(kind)))
    crash = judged(FAULTY, rotten())[2][0]
    return crash.trace, engine.attempt(partial(way, kind))[1]


def test_a_trace_is_the_same_for_the_same_fault_whatever_leads_there(monkeypatch: pytest.MonkeyPatch) -> None:
    one, two, short, other = (
        traces(way, kind, monkeypatch)
        for way, kind in (
            (by_one_way, KeyError), (by_another, KeyError), (by_a_short_way, KeyError), (by_one_way, IndexError),
        )
    )  # fmt: skip
    assert one == two
    assert 3 == len({one[0], short[0], other[0]}) == len({one[1][:8], short[1][:8], other[1][:8]})
    line = fourth.__code__.co_firstlineno + 1
    assert one[1].endswith(f"test_faults.py:{line})") and other[1].endswith(f"test_faults.py:{line})")
    where = f"fourth:{line}"
    assert (
        sha256(f"KeyError|first:{line + 12};second:{line + 8};third:{line + 4};{where}".encode()).hexdigest()[:8]
        == one[1][:8]
    )


def test_a_place_is_told_from_the_package_on_however_its_path_is_written() -> None:
    for path in ("C:\\some\\checker\\deep\\one.py", "/some/checker/deep/one.py", "/checker/lib/checker/deep/one.py"):
        work = partial(exec, compile("1 / 0", path, "exec"))
        assert engine.attempt(work)[1].endswith("(ZeroDivisionError at deep/one.py:1)")


# ---- one document must not end a run ----------------------------------------------------------------------------------------


def test_an_attempt_gives_the_answer_or_a_trace() -> None:
    assert (7, "") == engine.attempt(lambda: 7)
    assert (None, "") == engine.attempt(lambda: None)
    with pytest.raises(InputError, match="mend it"):
        engine.attempt(lambda: (_ for _ in ()).throw(InputError("mend it")))


def test_the_trace_of_an_attempt_names_the_fault_and_its_place_and_no_word_of_the_document() -> None:
    (answer, words), other = (engine.attempt(partial(Date.of, text)) for text in ("secret words", "more"))
    assert answer is None
    assert re.fullmatch(r"[0-9a-f]{8} \(ValueError at values\.py:\d+\)", words)
    assert (None, words) == other
    broken = engine.attempt(lambda: json.loads("{"))[1]
    assert re.fullmatch(r"[0-9a-f]{8} \(JSONDecodeError at python3\.\d+/json/decoder\.py:\d+\)", broken)
    assert broken[:8] != words[:8]
    own = engine.attempt(lambda: int("x"))[1]
    assert re.fullmatch(r"[0-9a-f]{8} \(ValueError at \S*test_faults\.py:\d+\)", own)


# ---- the reckoning ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "document", "expected"),
    [
        ("profile: [IC, GEN], require: {subject: present}", "many", "not applicable; profile CABLE is not IC, GEN; 0; 0"),
        ("profile: [ALL], require: {subject: present}", "many", "pass; ; 1; 0"),
        ("era: {from: '2007-05-01', before: '2008-01-01'}, require: {subject: present}", "many",
         "undetermined; the date is not precise enough for the era from 2007-05-01 and before 2008-01-01; 0; 0"),
        ("era: {from: '2007-05-01'}, require: {subject: present}", "bare",
         "undetermined; the date is not precise enough for the era from 2007-05-01; 0; 0"),
        ("era: {before: '2007-01-01'}, require: {subject: present}", "many",
         "not applicable; the date 2007 is outside the rule's era (before 2007-01-01); 0; 0"),
        ("when: {whole: false}, require: {subject: present}", "many", "not applicable; the guard is false; 1; 0"),
        ("when: {banner.level: {is: C}}, require: {subject: present}", "many", "undetermined; \"P~RT\" cannot be read as a part; 1; 0"),
        ("when: {whole: true}, require: {subject: present}", "many", "pass; ; 2; 0"),
        ("each: references, require: {text: present}", "many", "not applicable; no element to evaluate; 0; 0"),
        ("when: {whole: true}, each: references, require: {text: present}", "many",
         "not applicable; no element to evaluate; 1; 0"),
        ("each: paragraphs, where: {number: {is: 9}}, require: {text: present}", "many",
         "not applicable; no element to evaluate; 3; 0"),
        ("each: paragraphs, require: {text: {is: q}}", "many", "fail; ; 3; 3"),
        ("require: {banner.level: {is: C}}", "many", 'undetermined; "P~RT" cannot be read as a part; 1; 0'),
        ("each: subject, require: {text: {is: C}}", "torn", 'undetermined; "P~RT" cannot be read as a part; 0; 0'),
        ("require: {subject: present}", "lost", "undetermined; cut off; 1; 0"),
        ("each: subject, require: {text: {is: C}}", "bare", "not applicable; no element to evaluate; 0; 0"),
    ],
)  # fmt: skip
def test_a_trace_tells_the_verdict_and_why(line: str, document: str, expected: str) -> None:
    book = rules(f"message: none, {line}")
    shown_ = copied(ALL[document], profile="CABLE")
    trace = engine.trace(shown_, SOURCE, book.rules[0], book)
    assert "TRY-001" == trace.rule
    assert expected == f"{trace.verdict}; {trace.why}; {len(trace.parts)}; {len(trace.findings)}"


def test_a_trace_judges_its_rule_alone() -> None:
    book = rules("message: one, require: {banner.serial: {is: 8}}", "message: two, require: {banner.serial: {is: 9}}")
    trace = engine.trace(copied(MANY, profile="CABLE"), SOURCE, book.rules[1], book)
    assert ["two"] == [found.message for found in trace.findings]
    assert shown(trace.findings[0]).startswith("  :")
