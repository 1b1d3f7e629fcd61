"""Test the engine: the positions of findings, the counts of verdicts, eras and profiles, and rules that raise
exceptions.
"""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker import checks, engine, rulebook
from checker.model import Banner, Paragraph, Telegram, Unread, Word
from checker.parser import parse
from checker.record import Record
from checker.resources import data_dir
from checker.results import Finding
from checker.rulebook.loader import Library
from checker.text import Source, Span, View
from checker.values import Date

WORDS = rulebook.load().vocabulary
BASE = Path(data_dir("rules"), "telegrams", "confidential-2007.txt").read_text(encoding="utf-8")


def book_of(tmp_path: Path, rules: str) -> rulebook.Rulebook:
    """Return a rulebook with the rules in `rules`; each needs only its id, its name, and its conditions."""
    path = tmp_path / "trial.yaml"
    path.write_text("format: 1\nchapter: Trial\nrules:\n" + rules, encoding="utf-8")
    library = Library()
    library.vocabulary = WORDS
    library.chapter(str(path), "trial.yaml")
    assert [] == library.diagnostics, "\n".join(map(str, library.diagnostics))
    return rulebook.Rulebook(
        [rulebook.Rule(data) for data in library.rules], WORDS, frozenset(d["id"] for d in library.rules)
    )


def rule(id: str, words: str, name: str = "") -> str:
    return (
        f"  - id: {id}\n    name: {name or id.lower()}\n    summary: A rule made for this test.\n    status: draft\n"
        f"    cite: [{{source: memory}}]\n    severity: warning\n{words}"
    )


SUBJECT = rule("TRY-01", "    require: {subject.text: {contains: WAR}}\n    message: '{subject} speaks of peace'\n")
MARKS = rule(
    "TRY-02",
    "    each: portions\n    require: {level: {is: U}}\n    message: 'paragraph {label} of {telegram.mrn} is {level}'\n",
)


def lint(book: rulebook.Rulebook, text: str = BASE, tally: engine.Tally | None = None) -> list[Finding]:
    source = Source("one.txt", text)
    return list(engine.judge(parse(View.whole(source), WORDS), source, book, "one.txt", "", tally).findings)


def test_a_finding_says_where_and_what(tmp_path: Path) -> None:
    (found,) = lint(book_of(tmp_path, SUBJECT))
    line = BASE.split("\n").index("SUBJECT: THE KING'S TRAVEL PLANS") + 1
    assert ("one.txt", "TRY-01", "try-01", "warning") == (found.path, found.rule, found.name, found.severity)
    assert (line, 1) == (found.start.line, found.start.column)
    assert "SUBJECT: THE KING'S TRAVEL PLANS" == found.quote
    assert "THE KING'S TRAVEL PLANS speaks of peace" == found.message
    assert ("subject.text", ("memory",)) == (found.at, found.cite)
    assert ((line, "SUBJECT: THE KING'S TRAVEL PLANS"),) == found.lines
    assert 20 == len(found.fingerprint)


def test_findings_come_in_reading_order_whatever_the_order_of_the_rules(tmp_path: Path) -> None:
    found = lint(book_of(tmp_path, MARKS + SUBJECT))
    assert sorted(found, key=Finding.order) == found
    assert "TRY-01" == found[0].rule
    assert ["paragraphs"] * (len(found) - 1) != [each.at for each in found[1:]]
    assert all(each.at.startswith("portions[") for each in found[1:])


def test_the_fingerprint_outlives_lines_and_wrapping(tmp_path: Path) -> None:
    book = book_of(tmp_path, SUBJECT)
    (one,), (two,) = lint(book), lint(book, "\n\n" + BASE)
    assert one.fingerprint == two.fingerprint and one.start.line + 2 == two.start.line
    (other,) = lint(book, BASE.replace("TRAVEL", "WEDDING"))
    assert one.fingerprint != other.fingerprint


def test_equal_findings_have_fingerprints_of_their_own(tmp_path: Path) -> None:
    book = book_of(
        tmp_path,
        rule(
            "TRY-03",
            "    each: portions\n    point: telegram.subject\n    require: {level: {is: S}}\n    message: none\n",
        ),
    )
    found = lint(book)
    assert len(found) > 1
    assert len(found) == len({each.fingerprint for each in found})


def test_once_gives_one_finding_with_the_count(tmp_path: Path) -> None:
    words = "    each: portions\n    once: true\n    require: {level: {is: S}}\n    message: '{count} portions'\n"
    (found,) = lint(book_of(tmp_path, rule("TRY-03", words)))
    assert found.message.endswith(" portions") and found.message != "0 portions"


def telegram(**fields: object) -> Telegram:
    made = Telegram(Span(0, 30), "acp127", "CABLE")
    for name, value in fields.items():
        setattr(made, name, value)
    return made


def judge(book: rulebook.Rulebook, document: Telegram) -> tuple[list[Finding], engine.Count]:
    tally = engine.Tally()
    found = list(
        engine.judge(document, Source("x", "\n  FIRST LINE\nSECOND LINE OF TEXT\n"), book, "x", "", tally).findings
    )
    return found, tally.of(book.rules[0].id)


ERA = rule(
    "TRY-04",
    "    era: {from: '1995-10-14', before: '2003-09-22'}\n    require: {subject: present}\n    message: none\n",
)


@pytest.mark.parametrize(
    ("day", "counts"),
    [
        (Date.of("1995-10-13"), (0, 0, 0)), (Date.of("1995-10-14"), (1, 1, 0)), (Date.of("2003-09-21"), (1, 1, 0)),
        (Date.of("2003-09-22"), (0, 0, 0)), (Date.of("1995-10"), (1, 0, 1)), (Date.of("1995"), (1, 0, 1)),
        (Date.of("2000"), (1, 1, 0)), (Date.of("2004"), (0, 0, 0)), (None, (1, 0, 1)),
    ],
)  # fmt: skip
def test_an_era_is_half_open_and_a_vague_date_leaves_it_open(
    tmp_path: Path, day: Date | None, counts: tuple[int, int, int]
) -> None:
    _, count = judge(book_of(tmp_path, ERA), telegram(date=day))
    assert counts == (count.applied, count.failed, count.unknown)


def test_a_profile_keeps_other_rule_books_out(tmp_path: Path) -> None:
    book = book_of(tmp_path, rule("TRY-05", "    profile: [IC]\n    require: {subject: present}\n    message: none\n"))
    assert [] == judge(book, telegram())[0]
    assert 1 == len(judge(book, telegram(profile="IC"))[0])


def test_what_has_no_place_points_at_the_banner_or_at_the_first_line(tmp_path: Path) -> None:
    book = book_of(tmp_path, rule("TRY-06", "    require: {subject: present}\n    message: none\n"))
    (found,), _ = judge(book, telegram())
    assert ("FIRST LINE", 2, 3) == (found.quote, found.start.line, found.start.column)
    (found,), _ = judge(book, telegram(banner=Banner(Span(14, 25), "SECOND LINE", None)))
    assert "SECOND LINE" == found.quote


def test_a_scalar_points_at_the_word_beside_it(tmp_path: Path) -> None:
    book = book_of(tmp_path, rule("TRY-07", "    require: {banner.serial: {is: 7}}\n    message: '{value} is not 7'\n"))
    banner = Banner(Span(14, 33), "x", None, serial=8, serial_text=Word(Span(21, 25), "LINE"))
    (found,), _ = judge(book, telegram(banner=banner))
    assert ("LINE", "8 is not 7", "banner.serial") == (found.quote, found.message, found.at)


def test_an_undetermined_guard_counts_even_if_the_list_has_no_elements(tmp_path: Path) -> None:
    words = (
        "    when: {dtg: present}\n    each: paragraphs\n    where: {mark: readable}\n    require: {level: {is: U}}\n"
    )
    two = "".join(rule(f"TRY-0{number}", f"{words}    message: none\n", f"try-{number}") for number in (1, 2))
    book = book_of(tmp_path, two)
    tally = engine.Tally()
    for dtg in (Unread(Span(3, 3), "the date-time group is not in this copy"), None):
        engine.judge(telegram(dtg=dtg), Source("x", "FIRST LINE"), book, tally=tally)
    counts = {id: (count.applied, count.failed, count.unknown) for id, count in tally.counts.items()}
    assert {"TRY-01": (1, 0, 1), "TRY-02": (1, 0, 1)} == counts


def test_undetermined_is_counted_and_recorded(tmp_path: Path) -> None:
    words = "    require: {subject.text: {is: x}}\n    message: none\n"
    unread = telegram(subject=Unread.expected(Span(3, 8), "a subject", "F~RST"))
    found, count = judge(book_of(tmp_path, rule("TRY-08", words)), unread)
    assert ([], 1, 1) == (found, count.applied, count.unknown)
    (one,) = engine.judge(
        unread, Source("x", "FIRST LINE"), book_of(tmp_path, rule("TRY-08", words)), "a.txt", "7"
    ).undetermined
    assert ("TRY-08", "unreadable", 3, "F~RST") == (one.rule, one.kind, one.span.start, one.quote)
    assert ("a.txt", "7") == (one.path, one.cable)
    assert "F~RST" not in one.why


def test_values_in_messages_are_short_and_on_one_line(tmp_path: Path) -> None:
    book = book_of(
        tmp_path,
        rule(
            "TRY-09",
            "    require: {subject.text: {is: x}}\n    message: '{value}{value}{value}{value}{value}{value}'\n",
        ),
    )
    from checker.model import Subject

    (found,), _ = judge(book, telegram(subject=Subject(Span(3, 8), "A\nB " + "X" * 5000)))
    assert "\n" not in found.message and len(found.message) <= 400
    assert found.message.startswith("A B XXX") and "…" in found.message


def test_a_suggestion_stands_at_the_field_it_replaces(tmp_path: Path) -> None:
    words = (
        "    each: tags\n    where: {known: false}\n    require: {suggestion: absent}\n    message: '{text}?'\n"
        "    suggest: {replace: element, with: '{suggestion}'}\n"
    )
    (found,) = lint(book_of(tmp_path, rule("TRY-10", words)), BASE.replace("PREL", "PRELS"))
    assert found.suggestion is not None
    assert ("PREL", False, "PRELS") == (found.suggestion.text, found.suggestion.safe, found.quote)


# ---- faults --------------------------------------------------------------------------------------------------


class Ask(Record):
    days: str = "1"


@pytest.fixture
def bad_check(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    module = ModuleType("bad_check")

    def check(telegram: Telegram, ask: Ask, words: object) -> object:
        if ask.days == "1":
            raise ZeroDivisionError("secret words of the document")
        yield checks.Hit(telegram.span, "telegram", {"days": ask.days})

    module.Ask, module.FACTS, module.check = Ask, ("days",), check  # type: ignore[attr-defined]
    monkeypatch.setitem(checks.CHECKS, "bad-check", module)
    return module


def test_a_rule_that_raises_is_a_crash_and_the_others_go_on(tmp_path: Path, bad_check: ModuleType) -> None:
    words = rule("TRY-00", "    check: bad-check\n    message: 'after {days}'\n")
    tally = engine.Tally()
    found = lint(book_of(tmp_path, words + SUBJECT), tally=tally)
    assert ["TRY-01"] == [each.rule for each in found]
    (crash,) = tally.crashes
    assert ("TRY-00", "one.txt", "ZeroDivisionError", 8) == (crash.rule, crash.path, crash.error, len(crash.trace))
    assert "secret" not in repr(crash)


def test_a_check_gives_places_and_facts(tmp_path: Path, bad_check: ModuleType) -> None:
    book = book_of(tmp_path, rule("TRY-00", "    check: bad-check\n    with: {days: 9}\n    message: 'after {days}'\n"))
    (found,) = lint(book)
    assert ("after 9", "telegram") == (found.message, found.at)


def test_only_named_installed_checks_are_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    from checker.errors import ConfigError

    monkeypatch.setattr(sys, "path", ["", *sys.path])
    with pytest.raises(ConfigError, match="no installed package has the check"):
        checks.install(["planted"])
    assert "planted" not in checks.CHECKS


# ---- the reckoning -------------------------------------------------------------------------------------------


def test_trace_tells_guard_field_operator_and_values(tmp_path: Path) -> None:
    words = "    when: {level.classified: true}\n    require: {subject.text: {contains: WAR}}\n    message: none\n"
    book = book_of(tmp_path, rule("TRY-11", words))
    source = Source("one", BASE)
    told = engine.trace(parse(View.whole(source), WORDS), source, book.rules[0], book)
    assert ("TRY-11", "fail") == (told.rule, told.verdict)
    (when, guard), (require, demand) = told.parts
    assert ("when", "level.classified is true", True) == (when, guard.words, guard.answer)
    assert ("require", "subject.text contains WAR", False) == (require, demand.words, demand.answer)
    assert (("subject.text", "THE KING'S TRAVEL PLANS"),) == demand.values
    assert "none" == told.findings[0].message


@pytest.mark.parametrize(
    ("document", "verdict", "why"),
    [
        (telegram(profile="GEN"), "not applicable", "profile GEN is not CABLE"),
        (telegram(date=Date.of("1980")), "not applicable", "outside the rule's era"),
        (telegram(), "undetermined", "the date is not precise"),
        (telegram(date=Date.of("2000"), whole=False), "not applicable", "the guard is false"),
        (telegram(date=Date.of("2000")), "not applicable", "no element to evaluate"),
        (telegram(date=Date.of("2000"), paragraphs=(Paragraph(Span(3, 8), "numbered", "1.", "x"),)), "pass", ""),
    ],
)  # fmt: skip
def test_trace_tells_why_a_rule_does_not_apply(tmp_path: Path, document: Telegram, verdict: str, why: str) -> None:
    words = (
        "    profile: [CABLE]\n    era: {from: '1995-10-14'}\n    when: {whole: true}\n    each: paragraphs\n"
        "    require: {text: {is: x}}\n    message: none\n"
    )
    book = book_of(tmp_path, rule("TRY-12", words))
    told = engine.trace(document, Source("x", "FIRST LINE OF THIS TELEGRAM...."), book.rules[0], book)
    assert verdict == told.verdict
    assert why in told.why


# ---- all shipped rules on any text -----------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_shipped_rule_crashes_on_a_torn_telegram(data: st.DataObject) -> None:
    """Test that in a telegram with passages cut, doubled, or overwritten, no rule raises and each finding quotes the
    text at its span.
    """
    name = data.draw(st.sampled_from(BASES))
    text = Path(data_dir("rules"), "telegrams", name).read_text(encoding="utf-8")
    for _ in range(data.draw(st.integers(0, 4))):
        start = data.draw(st.integers(0, len(text)))
        end = min(len(text), start + data.draw(st.integers(0, 80)))
        text = text[:start] + data.draw(st.sampled_from(["", text[start:end] * 2, "XXXX", "\n", "(", "~"])) + text[end:]
    source, tally = Source(name, text), engine.Tally()
    found = list(engine.judge(parse(View.whole(source), WORDS), source, rulebook.load(), name, "", tally).findings)
    assert [] == tally.crashes
    for each in found:
        assert 0 <= each.span.start <= each.span.end <= len(text)
        assert text[each.span.start : each.span.end] == each.quote
    assert sorted(found, key=Finding.order) == found
    assert len(found) == len({each.fingerprint for each in found})


BASES = sorted(path.name for path in Path(data_dir("rules"), "telegrams").glob("*.txt"))


def test_tallies_add_up(tmp_path: Path) -> None:
    book = book_of(tmp_path, MARKS + SUBJECT)
    one, two, both = engine.Tally(), engine.Tally(), engine.Tally()
    lint(book, tally=one)
    lint(book, BASE.replace("TRAVEL", "WAR"), two)
    both.add(one)
    both.add(two)
    assert (2, 2, 1, 1) == (
        both.documents,
        both.of("TRY-01").applied,
        both.of("TRY-01").failed,
        both.of("TRY-01").passed,
    )


def test_an_addressee_without_a_precedence_is_not_an_unread_part() -> None:
    text = BASE.replace("OO RUEHZEN", "RR RUEHZEN").replace("ZENDA PRIORITY 0417", "ZENDA 0417")
    source = Source("one.txt", text)
    judged = engine.judge(parse(View.whole(source), WORDS), source, rulebook.load(), "one.txt", "")
    assert [found.quote for found in judged.findings if found.rule == "FMT-009"] == ["RR RUEHZEN"]
    assert "FMT-009" not in {each.rule for each in judged.undetermined}
