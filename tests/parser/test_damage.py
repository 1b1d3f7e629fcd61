"""Test the evidence of damage: which signs count, which failures they excuse, and that words with digits are not
damage.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from checker import engine, parser, rulebook
from checker.model import Fact, Telegram
from checker.rulebook import Rulebook
from checker.text import Source, Span, View

TELEGRAMS = Path(__file__).parents[2] / "rules" / "telegrams"
BLOCK = "Classified By: Jane Q. Doe, Political Counselor, for reasons 1.4 (b) and (d).\n"
PRESENT = BLOCK.replace("1.4 (b)", "1.5 (b)")  # wrong in 2007, whatever else the copy lacks
WRONG, ABSENT = "RSN-101", "AUT-006"
FIRST = "1. (C) Summary. The King will open the new bridge. End summary.\n\n"


@cache
def book() -> Rulebook:
    return rulebook.load()


def base(name: str = "confidential-2007") -> str:
    return (TELEGRAMS / f"{name}.txt").read_text(encoding="utf-8")


def parsed(text: str, **facts: str) -> tuple[Telegram, Source]:
    source = Source("x", text)
    stated = tuple(Fact(Span(0, 0), name, value) for name, value in facts.items())
    return parser.parse(View.whole(source), book().vocabulary, stated), source


def verdicts(text: str, **facts: str) -> tuple[set[str], dict[str, str]]:
    """Return the rules with findings above info, and the kind of each undetermined verdict. `facts` are those of an
    archive record.
    """
    telegram, source = parsed(text, **facts)
    judgment = engine.judge(telegram, source, book(), "x")
    failed = {each.rule for each in judgment.findings if each.severity != "info"}
    return failed, {each.rule: each.kind for each in judgment.undetermined}


def swapped(text: str, *swaps: tuple[str, str]) -> str:
    for old, new in swaps:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


EXTRACT = (FIRST, "PARTIAL EXTRACT OF THE ORIGINAL CABLE\n\n" + FIRST)
NOISE = ("C O N F I D E N T I A L STRELSAU 000412\n", "#@ \ufffd\ufffd%Q~ \ufffd)(*& \ufffd\n")
DAMAGES = {
    "extract": [EXTRACT],
    "gap": [(FIRST, "")],
    "sections": [("A L STRELSAU", "A L SECTION 01 OF 02 STRELSAU")],
}


def test_a_sound_copy_is_judged() -> None:
    assert verdicts(base()) == (set(), {})
    assert verdicts(swapped(base(), (BLOCK, ""))) == ({ABSENT}, {})
    assert verdicts(swapped(base(), (BLOCK, PRESENT))) == ({WRONG}, {})


@pytest.mark.parametrize("kind", ["extract", "gap"])
def test_damage_above_the_text_excuses_a_missing_part_of_the_head(kind: str) -> None:
    text = swapped(base(), *DAMAGES[kind], (BLOCK, ""))
    assert kind in {damage.kind for damage in parsed(text)[0].damage}
    failed, unknown = verdicts(text)
    assert (ABSENT not in failed, unknown.get(ABSENT)) == (True, "copy")


@pytest.mark.parametrize("kind", ["extract", "gap"])
def test_damage_above_the_text_excuses_nothing_wrong(kind: str) -> None:
    failed, unknown = verdicts(swapped(base(), *DAMAGES[kind], (BLOCK, PRESENT)))
    assert WRONG in failed and WRONG not in unknown


def test_a_line_of_the_header_that_cannot_be_read_is_a_gap() -> None:
    gone = swapped(base(), (NOISE[0], ""))
    assert parsed(gone)[0].damage == ()
    missing, _ = verdicts(gone)
    assert missing
    text = swapped(base(), NOISE, (BLOCK, PRESENT))
    assert [(damage.kind, damage.covers) for damage in parsed(text)[0].damage] == [("gap", "head")]
    failed, unknown = verdicts(text)
    assert failed == {WRONG}
    assert missing <= {rule for rule, kind in unknown.items() if kind == "copy"}


@pytest.mark.parametrize(
    ("line", "excused"),
    [("Classiires Jane Q. Doe for` (D).\n", True), ("Classiires Jane Q. Doe.\n", False), ("Case (D).\n", False)],
)
def test_a_garbled_authority_sentence_is_not_missing(line: str, excused: bool) -> None:
    failed, unknown = verdicts(swapped(base(), (BLOCK, line)))
    assert (ABSENT in failed, unknown.get(ABSENT)) == ((False, "label") if excused else (True, None))


@pytest.mark.parametrize("text", ["Text classified by Jane Q. Doe, ...", "The King will open the new..."])
def test_a_preview_has_no_portions_to_judge(text: str) -> None:
    whole = base()
    preview = whole[: whole.index(BLOCK)] + text + "\n\n" + LINE.strip() + " E.O. 12958: DECL: 09/06/2017\n"
    assert verdicts(preview)[0] == set()


LINE = "C O N F I D E N T I A L STRELSAU 000412\n"


def test_a_record_with_a_level_shows_that_the_copy_lost_the_classification_line() -> None:
    text = swapped(base(), (LINE, ""))
    failed, unknown = verdicts(text, reference_id="07STRELSAU412", classification="CONFIDENTIAL")
    assert (failed, unknown["FMT-013"]) == (set(), "copy")
    assert verdicts(text)[0] == {"FMT-013"}


def test_a_record_whose_text_has_neither_subject_nor_authority_lost_both() -> None:
    text = swapped(base(), (BLOCK, ""), ("SUBJECT: THE KING'S TRAVEL PLANS\n", ""))
    assert {ABSENT, "FMT-027"} <= verdicts(text)[0]
    failed, unknown = verdicts(text, reference_id="07STRELSAU412", classification="CONFIDENTIAL")
    assert (failed, unknown[ABSENT], unknown["FMT-027"]) == (set(), "copy", "copy")
    kept = swapped(base(), ("SUBJECT: THE KING'S TRAVEL PLANS\n", ""))
    assert "FMT-027" in verdicts(kept, reference_id="07STRELSAU412", classification="CONFIDENTIAL")[0]


OLD = [("101156Z SEP 07", "101156Z SEP 88"), ("AMEMBASSY STRELSAU", "AMEMBASSY ZENDA"), ("09/06/2017", "09/06/2032")]


def test_the_record_and_header_of_another_telegram_do_not_date_the_text() -> None:
    failed, unknown = verdicts(swapped(base(), *OLD), reference_id="88ZENDA7", created="1988-09-10 11:56")
    assert "XRF-023" in failed
    assert not failed & {"AUT-002", "DCL-008"}
    assert "DCL-008" in unknown
    assert "AUT-002" in verdicts(swapped(base(), *OLD), reference_id="88ZENDA412", created="1988-09-10 11:56")[0]
    late = swapped(base(), ("09/06/2017", "09/06/2033"))
    assert "DCL-008" in verdicts(late, reference_id="88ZENDA7", created="1988-09-10 11:56")[0]


def test_a_copy_that_ends_in_its_text_excuses_what_the_text_lacks_and_nothing_above_it() -> None:
    text = base()
    cut = text[: text.index("End summary.")].rstrip() + " ..."
    telegram, _ = parsed(cut)
    assert [(damage.kind, damage.covers) for damage in telegram.damage] == [("cut", "text")]
    assert ABSENT in verdicts(swapped(cut, (BLOCK, "")))[0]
    assert WRONG in verdicts(swapped(cut, (BLOCK, PRESENT)))[0]


def test_a_copy_that_ends_in_its_head_excuses_what_the_head_lacks() -> None:
    text = base()
    cut = text[: text.index("TAGS: PREL, P") + 13]
    assert [(damage.kind, damage.covers) for damage in parsed(cut)[0].damage] == [("cut", "all")]
    failed, unknown = verdicts(cut)
    assert (failed, unknown.get(ABSENT)) == (set(), "copy")
    wrong = swapped(cut, ("E.O. 12958", "E.O. 11652"))
    assert failed | verdicts(wrong)[0] and not verdicts(wrong)[0] & set(unknown)


def test_one_section_of_several_excuses_nothing_above_its_text() -> None:
    text = swapped(base(), *DAMAGES["sections"], ("SIPDIS\n", "STRELSAU 00000412  001 OF 002\n\nSIPDIS\n"))
    telegram, _ = parsed(text)
    assert [(damage.kind, damage.covers) for damage in telegram.damage] == [("sections", "text")]
    assert ABSENT in verdicts(swapped(text, (BLOCK, "")))[0]
    assert WRONG in verdicts(swapped(text, (BLOCK, PRESENT)))[0]


@pytest.mark.parametrize(
    ("swap", "rule"),
    [
        ((BLOCK + "\n", ""), ABSENT),
        (("SUBJECT: THE KING'S TRAVEL PLANS\n", ""), "FMT-027"),
        (("TAGS: PREL, PGOV, LS\n", ""), "TAG-001"),
        (("TO RUEHC/SECSTATE WASHDC IMMEDIATE 3691\nINFO RUEHZEN/AMCONSUL ZENDA PRIORITY 0417\n", ""), "FMT-111"),
    ],
)
def test_a_label_above_paragraph_1_means_that_the_part_was_not_read(swap: tuple[str, str], rule: str) -> None:
    sound, missing = base(), swapped(base(), swap)
    assert rule in verdicts(missing)[0]
    telegram, source = parsed(sound)
    gone, _ = parsed(missing)
    gone.labels = telegram.labels
    judgment = engine.judge(gone, source, book(), "x")
    assert rule not in {each.rule for each in judgment.findings}
    (one,) = (each for each in judgment.undetermined if each.rule == rule)
    assert one.kind == "label"
    assert one.quote and one.quote not in one.why
    assert source.text[one.span.start : one.span.end] == one.quote


def test_a_part_joined_to_another_line_is_a_gap_of_the_parser() -> None:
    text = swapped(
        base(), ("STRELSAU\nTO RUEHC", "STRELSAU TO RUEHC"), ("INFO RUEHZEN/AMCONSUL ZENDA PRIORITY 0417\n", "")
    )
    telegram, source = parsed(text)
    judgment = engine.judge(telegram, source, book(), "x")
    assert "FMT-111" not in {each.rule for each in judgment.findings}
    (one,) = (each for each in judgment.undetermined if each.rule == "FMT-111")
    assert (one.kind, one.quote) == ("label", "TO")


def test_words_of_a_sentence_are_no_labels() -> None:
    """Test that TO announces addressees only in the header, and that a label below paragraph 1 announces nothing."""
    header = "TO RUEHC/SECSTATE WASHDC IMMEDIATE 3691\nINFO RUEHZEN/AMCONSUL ZENDA PRIORITY 0417\n"
    text = swapped(base(), (header, ""), ("THE KING'S TRAVEL PLANS", "KING TO TRAVEL TO ZENDA"))
    assert "FMT-111" in verdicts(text)[0]
    text = swapped(base(), (BLOCK + "\n", ""), ("2. (C) The", '2. (C) "Classified By: Jane Doe", said the'))
    assert ABSENT in verdicts(text)[0]


def test_the_label_of_the_order_line_does_not_announce_an_instruction() -> None:
    failed, unknown = verdicts(swapped(base(), ("E.O. 12958: DECL: 09/06/2017", "E.O. 12958:")))
    assert "DCL-001" in failed and "DCL-001" not in unknown


def test_unreadable_characters_excuse_what_they_are_in_and_nothing_beside_it() -> None:
    telegram, source = parsed(
        swapped(base(), ("PREL, PGOV, LS", "P\ufffdEL, P#OV, LS"), (BLOCK, PRESENT.replace("Ja", "J\ufffd")))
    )
    judgment = engine.judge(telegram, source, book(), "x")
    assert {(each.rule, each.quote) for each in judgment.findings if each.severity != "info"} == {
        ("TAG-002", "P#OV"),
        (WRONG, "1.5"),
    }
    (one,) = judgment.undetermined
    assert (one.rule, one.kind, source.text[one.span.start]) == ("TAG-002", "copy", "P")


# ---- what is no damage -----------------------------------------------------------------------------------------------


WORDS = (
    "UH1H MI8MT MI24V F16C F18E KC135R B52H C130J AK47S A320S C4ISR H1N1 COVID19 UNSCR1540 P5PLUS1 G8 G20 5TH 1ST 21ST "
    "3RD 10MM 25MM 12H30 PL480 TU154M SU27SK S300PMU SA6S T72B BMP2S M16A1 UTC3 AH1W CH47D EC2B 4X4 IL76TD 1540S 90S "
    "0800Z 141530Z08 INMARSAT5F 02AUG07 12C34 B1B2 R2P U2S GAO07R NY10019 SW1A 2AB OPEC10+ 2G 3G 4GW 100KM2 CO2E PM2.5"
)
ORDINARY = WORDS.split()


@pytest.mark.parametrize("lower", [False, True], ids=["capitals", "mixed"])
@pytest.mark.parametrize("words", [*([word] for word in ORDINARY), ORDINARY], ids=[*ORDINARY, "all of them"])
def test_a_telegram_with_ordinary_designations_keeps_its_findings(words: list[str], lower: bool) -> None:
    told = " ".join(words).lower() if lower else " ".join(words)
    text = swapped(base(), ("two more carriages", f"two more carriages, {told} among them"), (BLOCK, ""))
    assert verdicts(text) == ({ABSENT}, {})


HABITS = {
    "no blank after a mark": (FIRST, FIRST.replace("(C) ", "(C)")),
    "a pilcrow": (FIRST, FIRST.replace("1. ", "\xb61. ")),
    "a doubled blank": ("2. (C) The", "2.  (C)  The"),
    "lower case": ("SUBJECT: THE KING'S TRAVEL PLANS", "SUBJECT: the king's travel plans"),
    "a backslash at a line end": ("TAGS: PREL, PGOV, LS\n", "TAGS: PREL, PGOV, LS \\\n"),
}


@pytest.mark.parametrize("habit", HABITS)
def test_a_drafters_habit_is_no_damage(habit: str) -> None:
    text = swapped(base(), HABITS[habit], (BLOCK, ""))
    assert parsed(text)[0].damage == ()
    assert ABSENT in verdicts(text)[0]


ABOVE = [("1. (C) Summary", "1. (S) Summary"), ("2. (C) The", "2. (S) The")]


@pytest.mark.parametrize(("signer", "excused"), [("RICE", True), ("POWELL", False), ("DOE", False)])
def test_a_text_that_the_secretary_signs_may_not_be_the_posts(signer: str, excused: bool) -> None:
    failed, unknown = verdicts(swapped(base(), *ABOVE, ("\nDOE\n", f"\n{signer}\n")))
    assert (failed, unknown.get("CLS-004")) == ((set(), "copy") if excused else ({"CLS-004"}, None))
    own = swapped(base(), *ABOVE, ("\nDOE\n", "\nRICE\n"), ("AMEMBASSY STRELSAU", "SECSTATE WASHDC"))
    assert "CLS-004" in verdicts(own.replace("STRELSAU", "STATE"))[0]


@pytest.mark.parametrize(("numbers", "excused"), [((2, 3), True), ((1, 2), False), ((2, 7), False), ((5, 6), False)])
def test_paragraphs_whose_numbers_fall_back_may_not_be_this_telegrams(numbers: tuple[int, int], excused: bool) -> None:
    more = [f"{number}. (C) The bridge is new.\n\n" for number in range(3, 7)]
    more += [f"{number}. (S) The coach is old.\n\n" for number in numbers]
    failed, unknown = verdicts(swapped(base(), ("\nDOE\n", "\n" + "".join(more) + "DOE\n")))
    assert ("CLS-004" in failed, unknown.get("CLS-004")) == ((False, "copy") if excused else (True, None))
