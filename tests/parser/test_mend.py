"""Second readings: a rule that failed on one strange letter is told as unknown, and a writer's slip stays an error."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker import engine, parser, rulebook
from checker.synth import make
from checker.text import Source, View

ROOT = Path(__file__).parents[2]
BASES = ROOT / "rules" / "telegrams"
DOUBT = "cannot be judged, the copy looks hurt here: "


def findings(text: str) -> list[str]:
    """All findings: rule, severity, and for doubts what is doubted."""
    source, book = Source("x", text), rulebook.load()
    telegram = parser.parse(View.whole(source), book.vocabulary)
    found = engine.run(telegram, source, book, "x", "")
    return [f"{each.rule} {each.severity} {each.message.removeprefix(DOUBT)}" for each in found if each.rule != "none"]


def edited(base: str, swaps: dict[str, str]) -> str:
    text = (BASES / f"{base}.txt").read_text(encoding="utf-8")
    for old, new in swaps.items():
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


HURT = {
    # the classification line
    "a letter of a spaced level": ("confidential-2007", {"F I D E N": "F I Q E N"}),
    "a letter in place of a blank of it": ("confidential-2007", {"F I D E N": "F I D EQN"}),
    "the blank behind it": ("secret-2002", {"S E C R E T STRELSAU": "S E C R E T7STRELSAU"}),
    "a scanner's zero": ("confidential-2007", {"C O N F": "C 0 N F"}),
    "two letters of it": ("confidential-2007", {"C O N F I D E": "C Q N F I 7 E"}),
    "a level in one word": ("unclas-2007", {"UNCLAS STRELSAU": "UNCL7S STRELSAU"}),
    "its first letter gone": ("unclas-2007", {"UNCLAS STRELSAU": " NCLAS STRELSAU"}),
    "a sign in the post's name": ("confidential-2007", {"T I A L STRELSAU": "T I A L STREL(AU"}),
    "a digit before it": ("confidential-2007", {"T I A L STRELSAU": "T I A L 5TRELSAU"}),
    "a form's level": ("smart-2012", {"UNCLASSIFIED": "UNCLASSIF8ED"}),
    "a letter before a form's level": ("smart-2012", {"   UNCLASSIFIED": " Q UNCLASSIFIED"}),
    "a memorandum's level": ("ic-memo-2012", {"SECRET//NOFORN\n\nDate": "SE1RET//NOFORN\n\nDate"}),
    "the strokes behind it": ("ic-memo-2012", {"SECRET//NOFORN\n\nDate": "SECRET/UNOFORN\n\nDate"}),
    # the header
    "the letters of the security group": ("confidential-2007", {"ZNY CCCCC ZZH": "ZNY CCCMC ZZH"}),
    "a blank in it": ("confidential-2007", {"ZNY CCCCC ZZH": "ZNY CC CC ZZH"}),
    "a blank for its last letter": ("confidential-2007", {"ZNY CCCCC ZZH": "ZNY CCCC  ZZH"}),
    "the blank behind it gone": ("confidential-2007", {"ZNY CCCCC ZZH": "ZNY CCCCCRZZH"}),
    "a scanner's digits": ("secret-2009", {"SSSSS": "SS5S5"}),
    "a month": ("unclas-2007", {"250930Z SEP 07": "250930Z SEQ 07"}),
    "a bracket in a blank's place": ("unclas-2007", {"250930Z SEP 07": "250930Z SEP(07"}),
    "a letter in the date": ("unclas-2007", {"250930Z SEP 07": "25093XZ SEP 07"}),
    "the originator's word": ("unclas-2007", {"FM AMEMBASSY": "FQ AMEMBASSY"}),
    "the addressee's word": ("unclas-2007", {"TO RUEHC": "T0 RUEHC", "INFO RUEHZEN/AMCONSUL ZENDA 0420\n": ""}),
    "a form's originator": ("smart-2012", {"From:": "Fro :"}),
    "a form's addressee": ("smart-2012", {"\nAction:": "\nAc8ion:"}),
    "the station's word": ("confidential-2007", {"\nDE ": "\nDF "}),
    "the routing line": ("confidential-2007", {"OO RUEHZEN": "OO1RUEHZEN"}),
    # the fields
    "the order's label": ("confidential-2007", {"E.O. 12958": "E.Q. 12958"}),
    "a digit of the order": ("confidential-2007", {"E.O. 12958": "E.O. 52958"}),
    "its first digit gone": ("unclas-2007", {"E.O. 12958": "E.O.  2958"}),
    "an open bracket in the first word": ("confidential-2007", {"3. (U) The festival": "3. (U) T(e festival"}),
    "a letter in it": ("confidential-2007", {"E.O. 12958": "E.O. 12J58"}),
    "the colon behind it": ("unclas-2007", {"E.O. 12958: N/A": "E.O. 129584 N/A"}),
    "the classifier's label": ("confidential-2007", {"Classified By": "Flassified By"}),
    "a memorandum's classifier": ("gen-memo-2011", {"Classified By": "Cl/ssified By"}),
    "the label of the date": ("gen-memo-2011", {"Declassify On": "Dec7assify On"}),
    "a letter in the date of declassification": ("gen-memo-2011", {"On: 20360301": "On: 203603Q1"}),
    "the label of a memorandum's date": ("ic-memo-2012", {"\nDate:": "\nD8te:"}),
    # the text
    "the bracket of a mark": ("confidential-2007", {"2. (C) The": "2. (CB The"}),
    "the first one": ("confidential-2007", {"2. (C) The": "2. 7C) The"}),
    "a blank in its place": ("confidential-2007", {"2. (C) The": "2. (C  The"}),
    "a scanner's mark": ("secret-2009", {"2. (S": "2. (5"}),
    "a memorandum's mark": ("ic-memo-2012", {"(S//NF) The Duke": "WS//NF) The Duke"}),
    # line ends
    "the addressee on the originator's line": ("confidential-1975", {"\nTO ": " TO ", "\nINFO AMEM": "\nXMT AMEM"}),
    "the date on the line above": ("unclas-2007", {"\nR 250930Z": " R 250930Z"}),
    "a form's fields on one line": ("smart-2012", {"\nFrom:": " From:"}),
    "a level over two lines": ("confidential-2007", {"C O N F I D": "C O N F\nI D"}),
    "a date over two lines": ("unclas-2007", {"250930Z SEP": "250930Z\nSEP"}),
    "a label over two lines": ("confidential-2007", {"Classified By": "Classified\nBy"}),
    "a value below its label": ("smart-2012", {"From:     ": "From:   \n  "}),
    # encodings
    "a letter of another encoding in a level": ("confidential-2007", {"C O N F": "C O \u00c3\u00a9N F"}),
    "one before the addressee": ("unclas-2007", {"\nTO ": "\n\u00c6TO ", "INFO RUEHZEN/AMCONSUL ZENDA 0420\n": ""}),
    "a byte that is none in a mark": ("confidential-2007", {"2. (C) The": "2. (\ufffdC) The"}),
}


@pytest.mark.parametrize("name", HURT)
def test_what_hangs_on_a_strange_letter_is_no_error(name: str) -> None:
    above = [each for each in findings(edited(*HURT[name])) if each.split()[1] in ("error", "warning")]
    assert above == []


TOLD = {
    "a letter of a spaced level": [
        'FMT-015 info "C O N F I Q E N T I A L STRELSAU 000412" does not name a level that can be read'
    ],
    "the letters of the security group": [
        "FMT-019 info the security line does not have five equal letters out of U, E, C, S, T"
    ],
    "the classifier's label": ["AUT-006 info CONFIDENTIAL document does not say who classified it"],
    "a digit of the order": ["AUT-003 info E.O. 52958 is not an order on classification"],
    "the bracket of a mark": ["POR-001 info paragraph 2. has no portion mark"],
}


@pytest.mark.parametrize("name", TOLD)
def test_the_doubt_is_told_where_it_is(name: str) -> None:
    assert findings(edited(*HURT[name])) == TOLD[name]


SLIPS = {
    "a letter left out": ("confidential-2007", {"E N T I A L": "E N T A L"}, "FMT-015"),
    "two letters in the wrong order": ("confidential-2007", {"D E N T": "D N E T"}, "FMT-015"),
    "the key beside": ("confidential-2007", {"D E N T": "D W N T"}, "FMT-015"),
    "a vowel for a vowel": ("confidential-2007", {"C O N F": "C A N F"}, "FMT-015"),
    "a letter too many": ("ic-memo-2012", {"SECRET//NOFORN\n\nDate": "SECRETT//NOFORN\n\nDate"}, "CLS-001"),
    "a level of another state": ("gen-memo-2011", {"CONFIDENTIAL\n\nDep": "RESTRICTED\n\nDep"}, "CLS-001"),
    "letters of two levels": ("confidential-2007", {"ZNY CCCCC": "ZNY CCSCC"}, "FMT-019"),
    "four letters": ("confidential-2007", {"ZNY CCCCC": "ZNY CCCC"}, "FMT-019"),
    "digits of an order in the wrong order": ("confidential-2007", {"E.O. 12958": "E.O. 12598"}, "AUT-003"),
    "the digit beside": ("confidential-2007", {"E.O. 12958": "E.O. 12968"}, "AUT-003"),
    "another order": ("unclas-2007", {"E.O. 12958": "E.O. 12356"}, "AUT-002"),
    "a day that is none": ("unclas-2007", {"250930Z SEP": "310930Z SEP"}, "FMT-002"),
    "another letter in a mark": ("confidential-2007", {"2. (C) The": "2. (R) The"}, "POR-001"),
    "no mark": ("confidential-2007", {"2. (C) The": "2. The"}, "POR-001"),
    "no classifier": (
        "confidential-2007",
        {"Classified By: Jane Q. Doe, Political Counselor, for reasons 1.4 (b) and (d).\n": ""},
        "AUT-006",
    ),
    "no declassification date": ("confidential-2007", {"DECL: 09/06/2017": "N/A"}, "AUT-005"),
    "a date that is none": ("confidential-2007", {"09/06/2017": "06/31/2017"}, "DCL-003"),
}


@pytest.mark.parametrize("name", SLIPS)
def test_what_a_person_may_have_written_is_an_error(name: str) -> None:
    base, swaps, rule = SLIPS[name]
    above = [each.split()[:2] for each in findings(edited(base, swaps)) if each.split()[1] != "info"]
    assert above == [[rule, "error"]]


def test_a_slip_in_a_copy_that_is_hurt_elsewhere_is_doubted() -> None:
    text = edited("confidential-2007", {"D E N T": "D W N T", "Chancellor asked": "Chancellor of the gov7rnment asked"})
    assert [each.split()[:2] for each in findings(text)] == [["FMT-015", "info"]]


def test_a_true_defect_in_a_copy_with_a_strange_letter_is_an_error() -> None:
    text = edited("confidential-2007", {"ZNY CCCCC": "ZNY CCMCC", "2. (C) The": "2. (S) The"})
    assert [each.split()[:2] for each in findings(text)] == [["FMT-019", "info"], ["CLS-004", "error"]]


def test_an_open_bracket_inside_a_word_is_no_mark() -> None:
    text = edited("confidential-1985", {"2. THE": "2. FARME(S AND THE"})
    assert [each for each in findings(text) if each.split()[1] == "error"] == []


def sound() -> list[str]:
    texts = [path.read_text(encoding="utf-8") for path in sorted(BASES.glob("*.txt"))]
    texts += [path.read_text(encoding="utf-8") for path in sorted((ROOT / "examples" / "compliant").rglob("*.txt"))]
    return texts + [made.text for made in make(150, 7, 0.0)]


def test_there_is_nothing_to_mend_in_sound_text() -> None:
    words = rulebook.load().vocabulary
    for text in sound():
        mended = parser.parse(View.whole(Source("x", text)), words).mended()
        assert mended is None, text


@pytest.mark.parametrize(
    "text", ["", "\n", " ", "ZNY", "ZNY CCCC", "E.O. 1", "E.O. 12J58: DECL: 0", "SECRET/", "1. (", "?"]
)
def test_short_texts_can_be_read_again(text: str) -> None:
    parser.parse(View.whole(Source("x", text)), rulebook.load().vocabulary).mended()
