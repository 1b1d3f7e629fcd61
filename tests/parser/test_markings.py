"""Test portion marks, banners, and ENTIRE TEXT statements through the three functions that parse markings."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker import rulebook
from checker.model import Marking, Unread
from checker.parser.markings.finder import banner, entire_text, portion
from checker.text import Source, View
from checker.vocabulary import Vocabulary

TABLES = rulebook.load().vocabulary


@pytest.fixture
def words() -> Vocabulary:
    return TABLES


def view_of(text: str) -> View:
    return View.whole(Source("test", text))


def read(door, text: str, words: Vocabulary):
    return door(view_of(text), 0, len(text), words)


def told(found, text: str) -> str:
    """Return what a parsing function found on one line: the quoted mark, the level, the controls, and the flaw."""
    if found is None:
        return "none"
    quoted = text[found.span.start : found.span.end]
    if isinstance(found, Unread):
        return f"unread {quoted}: {found.why}"
    level = found.level.code if found.level is not None else "-"
    flaw = f" !{found.typo}" if found.typo else ""
    return " ".join([quoted, "=", level, *found.controls]) + flaw


PORTIONS = [
    ("(C) The King travelled.", "(C) = C"),
    ("  (S) The King.", "(S) = S"),
    ("(TS) The King.", "(TS) = TS"),
    ("(U)The", "(U) = U"),
    ("(SBU) The", "(SBU) = U SBU"),
    ("(FOUO) The", "(FOUO) = U FOUO"),
    ("(LOU) The", "(LOU) = U LOU"),
    ("(S/NF) The", "(S/NF) = S NOFORN"),
    ("(S//NF) The", "(S//NF) = S NOFORN"),
    ("(C/NOFORN) The", "(C/NOFORN) = C NOFORN"),
    ("(SBU/NF) The", "(SBU/NF) = U SBU NOFORN"),
    ("(SBU-N) The", "(SBU-N) = U SBU NOFORN"),
    ("(SBU/N) The", "(SBU/N) = U SBU NOFORN"),
    ("(SBU/NOFORN) The", "(SBU/NOFORN) = U SBU NOFORN"),
    ("(SBU-NF) The", "(SBU-NF) = U SBU NOFORN"),
    ("(U//SBU-NF) The", "(U//SBU-NF) = U SBU NOFORN"),
    ("(U/LES) The", "(U/LES) = U LES"),
    ("(U//FOUO) The", "(U//FOUO) = U FOUO"),
    ("(CONFIDENTIAL) The", "(CONFIDENTIAL) = C"),
    ("(CUI) The", "(CUI) = U"),
    ("(C-NF) The", "(C-NF) = C NOFORN !separator"),
    ("(C NF) The", "(C NF) = C NOFORN !separator"),
    ("(C, NF) The", "(C, NF) = C NOFORN !separator"),
    ("( C ) The", "( C ) = C !spacing"),
    ("(C ) The", "(C ) = C !spacing"),
    ("(C.) The", "(C.) = C !stop"),
    ("C) The", "C) = C !bracket"),
    ("(C The King said so.", "(C = C !bracket"),
    ("(C The King (see below) said so.", "(C = C !bracket"),
    ("(SBU/\nNF) The", "(SBU/\nNF) = U SBU NOFORN !split"),
    ("(\nC) The", "(\nC) = C !split"),
    ("(s/nf) The", "(s/nf) = S NOFORN !case"),
    ("(S/Noforn) The", "(S/Noforn) = S NOFORN !case"),
    ("(sbu) The", "(sbu) = U SBU !case"),
    ("(S/REL UK) The", "(S/REL UK) = S REL TO"),
    ("(C//REL TO USA, KEN, GBR//) The", "(C//REL TO USA, KEN, GBR//) = C REL TO !separator"),
    ("(S/QQQ) The", "(S/QQQ) = S"),
    ("(S//REL TO USA, AUS, CAN, GBR, NZL, FRA,\nDEU) The", "(S//REL TO USA, AUS, CAN, GBR, NZL, FRA,\nDEU) = S REL TO"),
    ("(SE) The", "unread (SE): looks like (S)"),
    ("(NC) The", "(NC) = C"),
    ("(NS//ATOMAL) The", "(NS//ATOMAL) = S ATOMAL"),
    ("(SB) The", "unread (SB): looks like (S)"),
    ("(SNF) The", "unread (SNF): looks like (S/NF)"),
    ("(N/SF) The", "unread (N/SF): looks like (S/NF)"),
    ("(SUB) The", "unread (SUB): looks like (SBU)"),
    ("(NF) The", "unread (NF): is a control without a level"),
    ("(NOFORN) The", "unread (NOFORN): is a control without a level"),
    ("(//NF) The", "unread (//NF): begins with no known level"),
    ("(XX) The", "unread (XX): is a deleted mark"),
    ("(XXXXXXXXXXXX) The", "unread (XXXXXXXXXXXX): is a deleted mark"),
]
NO_PORTIONS = [
    "", "(", ")", "()", "( )", "(b) The", "(c) The", "(s) The", "(u) The", "(1) The", "(ii) The", "(U.S.) The", "(US) The",
    "(UK) The", "(EU) The", "(UNSC) The", "(NATO) The", "(Iran) The", "(S/ES) The", "(U/S) The", "(N/A) The",
    "(C-130) The", "(S-1) The", "(C and D) The", "(C AND D) The", "(the C) The", "(secret talks) The", "(OSCE) The",
    "The King", "2007) The", "(U no", "((C)) The",
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), PORTIONS, ids=[text for text, _ in PORTIONS])
def test_portion(text: str, expected: str, words: Vocabulary) -> None:
    assert expected == told(read(portion, text, words), text)


@pytest.mark.parametrize("text", NO_PORTIONS)
def test_words_in_brackets_that_are_no_portion_mark(text: str, words: Vocabulary) -> None:
    assert read(portion, text, words) is None


@pytest.mark.parametrize("letter", ["c", "s", "u"])
def test_a_small_letter_is_a_mark_where_the_text_has_lost_its_capitals(letter: str, words: Vocabulary) -> None:
    found = portion(view_of(f"({letter}) the king"), 0, 12, words, folded=True)
    assert isinstance(found, Marking)
    assert (letter.upper(), "case") == (found.level.code, found.typo)


BANNERS = [
    ("SECRET", "SECRET = S"),
    (" SECRET ", "SECRET = S"),
    ("UNCLAS", "UNCLAS = U"),
    ("C O N F I D E N T I A L", "C O N F I D E N T I A L = C"),
    ("SECRET//NOFORN", "SECRET//NOFORN = S NOFORN"),
    ("SECRET//TK//REL TO USA, AUS, NZL", "SECRET//TK//REL TO USA, AUS, NZL = S TK REL TO"),
    ("TOP SECRET//SI-QRS/TK//ORCON/REL TO USA, AUS, GBR", "TOP SECRET//SI-QRS/TK//ORCON/REL TO USA, AUS, GBR = TS SI SI-* TK ORCON REL TO"),
    ("CONFIDENTIAL//FGI POL//REL TO USA, POL", "CONFIDENTIAL//FGI POL//REL TO USA, POL = C FGI REL TO"),
    ("//JOINT CONFIDENTIAL NOR USA//REL TO USA, NOR", "//JOINT CONFIDENTIAL NOR USA//REL TO USA, NOR = C REL TO"),
    ("UNCLASSIFIED//PROPIN", "UNCLASSIFIED//PROPIN = U PROPIN"),
    ("SECRET//SAR-QUIET HARBOR//NOFORN", "SECRET//SAR-QUIET HARBOR//NOFORN = S SAR NOFORN"),
    ("CONFIDENTIAL//FRD//NOFORN", "CONFIDENTIAL//FRD//NOFORN = C FRD NOFORN"),
    ("SECRET//REL TO USA, ITA/DISPLAY ONLY JOR", "SECRET//REL TO USA, ITA/DISPLAY ONLY JOR = S REL TO DISPLAY ONLY"),
    ("SECRET//NOFORN//LES/SSI", "SECRET//NOFORN//LES/SSI = S NOFORN LES SSI"),
    ("TOP SECRET//7/SI-G QRST-XY//ORCON/NOFORN", "TOP SECRET//7/SI-G QRST-XY//ORCON/NOFORN = TS SI SI-G SI-* ORCON NOFORN"),
    ("TOP SECRET//HCS-P ABC//ORCON/NOFORN", "TOP SECRET//HCS-P ABC//ORCON/NOFORN = TS HCS HCS-P HCS-P * ORCON NOFORN"),
    ("SECRET//RD-CNWDI-SIGMA 14 20//NOFORN", "SECRET//RD-CNWDI-SIGMA 14 20//NOFORN = S RD RD-CNWDI RD-SIGMA NOFORN"),
    ("//COSMIC TOP SECRET//BOHEMIA", "//COSMIC TOP SECRET//BOHEMIA = TS BOHEMIA"),
    ("//NATO TOP SECRET", "//NATO TOP SECRET = TS"),
    ("//DEU SECRET//NOFORN", "//DEU SECRET//NOFORN = S NOFORN"),
    ("TOP SECRET//USA/AUS/GBR EYES ONLY", "TOP SECRET//USA/AUS/GBR EYES ONLY = TS EYES ONLY"),
    ("SECRET//ORIGINATOR CONTROLLED/NOT RELEASABLE TO FOREIGN NATIONALS", "SECRET//ORIGINATOR CONTROLLED/NOT RELEASABLE TO FOREIGN NATIONALS = S ORCON NOFORN"),
    ("UNCLASSIFIED//SBU NOFORN", "UNCLASSIFIED//SBU NOFORN = U SBU NOFORN"),
    ("UNCLAS//FOR OFFICIAL USE ONLY", "UNCLAS//FOR OFFICIAL USE ONLY = U FOUO"),
    ("CUI//SP-CTI//NOFORN", "CUI//SP-CTI//NOFORN = U SP-CTI NOFORN"),
    ("CUI//DRAFT", "CUI//DRAFT = U DRAFT"),
    ("SECRET//CUI//NOFORN", "SECRET//CUI//NOFORN = S CUI NOFORN"),
    ("SECRET//ORCON,NOFORN//X1", "SECRET//ORCON,NOFORN//X1 = S ORCON NOFORN !separator"),
    ("SECRET//NOFORN//20301231", "SECRET//NOFORN//20301231 = S NOFORN"),
    ("SECRET // NOFORN", "SECRET // NOFORN = S NOFORN !spacing"),
    ("SECRET/NOFORN", "SECRET/NOFORN = S NOFORN"),
    ("SECRET, NOFORN", "SECRET, NOFORN = S NOFORN !separator"),
    ("secret//noforn", "secret//noforn = S NOFORN !case"),
    ("TS//NOFORN", "TS//NOFORN = TS NOFORN"),
    ("SECRET//NOFRN", "SECRET//NOFRN = S"),
    ("SERCET//NOFORN", "unread SERCET//NOFORN: looks like SECRET"),
    ("//XYZ//NOFORN", "unread //XYZ//NOFORN: begins with no known level"),
]  # fmt: skip
NO_BANNERS = [
    "", "  ", "SECRETARY", "SECRET SECTION 01 OF 02", "UNCLASSIFIED WHEN ENCLOSURE REMOVED", "CONFIDENTIAL - modified",
    "http://secret//", "SECRET//some prose about it all", "The text is SECRET//NOFORN.", "U", "C", "SBU", "NOFORN",
    "1. SECRET//NOFORN", "S" * 400,
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), BANNERS, ids=[text for text, _ in BANNERS])
def test_banner(text: str, expected: str, words: Vocabulary) -> None:
    assert expected == told(read(banner, text, words), text)


@pytest.mark.parametrize("text", NO_BANNERS)
def test_lines_that_are_no_banner(text: str, words: Vocabulary) -> None:
    assert read(banner, text, words) is None


def test_every_field_of_a_banner(words: Vocabulary) -> None:
    text = "TOP SECRET//SI-G ABCD/TK//FGI DEU NATO//ORCON/REL TO USA, GBR AND NATO"
    found = read(banner, text, words)
    rows = [
        (t.text, t.code, t.category, t.rank, t.order, t.form, t.before, t.countries, t.parts, t.separators)
        for t in found.tokens
    ]
    assert [
        ("TOP SECRET", "TS", "level", 0, 0, "banner", "", (), (), ()),
        ("SI-G ABCD", "SI", "sci", 2, 0, "same", "//", (), ("G ABCD",), ()),
        ("TK", "TK", "sci", 2, 1, "same", "/", (), (), ()),
        ("FGI DEU NATO", "FGI", "fgi", 5, 1, "same", "//", ("DEU", "NATO"), (), (" ",)),
        ("ORCON", "ORCON", "dissem", 7, 3, "banner", "//", (), (), ()),
        (
            "REL TO USA, GBR AND NATO",
            "REL TO",
            "dissem",
            7,
            8,
            "same",
            "/",
            ("USA", "GBR", "NATO"),
            (),
            (", ", " AND "),
        ),
    ] == rows
    assert ("us", "ic", "banner", False, ("USA", "GBR", "NATO")) == (
        found.system, found.style, found.role, found.leading, found.release,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "system", "owners", "level", "concealed"),
    [
        ("(//JOINT S CAN ISR USA//REL TO USA, CAN, ISR)", "joint", ("CAN", "ISR", "USA"), "S", False),
        ("(//JOINT S//REL)", "joint", (), "S", False),
        ("(//DEU S//REL TO USA, DEU)", "foreign", ("DEU",), "S", False),
        ("(//NOR SWE C)", "foreign", ("NOR", "SWE"), "C", False),
        ("(//FGI S//NF)", "foreign", (), "S", True),
        ("(//CTS//BOHEMIA)", "nato", (), "TS", False),
        ("(//NS)", "nato", (), "S", False),
        ("(//NR)", "nato", (), None, False),
        ("(DEU S//REL TO USA, DEU)", "foreign", ("DEU",), "S", False),
        ("(CUI//SP-EXPT)", "cui", (), "U", False),
    ],
)
def test_foreign_joint_nato_and_cui_portions(
    text: str, system: str, owners: tuple[str, ...], level: str | None, concealed: bool, words: Vocabulary
) -> None:
    found = read(portion, text, words)
    assert (system, owners, level, concealed) == (
        found.system, found.owners, found.level and found.level.code, found.concealed,
    )  # fmt: skip
    assert text[1:].startswith("//") == found.leading


@pytest.mark.parametrize(
    ("text", "countries"),
    [
        ("(S/REL UK)", ("GBR",)),
        ("(S/Rel China)", ("CHN",)),
        ("(C/Releasable to Italy)", ("ITA",)),
        ("(S/REL TO NATO/AUS)", ("NATO", "AUS")),
        ("(S/REL SOUTH KOREA AND FIVE EYES)", ("KOR", "FVEY")),
        ("(S//REL TO USA, UK)", ("USA", "UK")),
        ("(S//REL TO USA, GBR,\nNOR)", ("USA", "GBR", "NOR")),
        ("(S//REL)", ()),
        ("(S/NF)", None),
    ],
)
def test_release_lists_are_folded_to_codes_in_telegrams_and_kept_as_written_elsewhere(
    text: str, countries: tuple[str, ...] | None, words: Vocabulary
) -> None:
    assert countries == read(portion, text, words).release


@pytest.mark.parametrize(
    ("text", "misplaced", "disordered", "repeated", "bad_separators"),
    [
        ("SECRET//SI/TK//ORCON/NOFORN", [], [], [], []),
        ("SECRET//NOFORN//TK", ["TK"], [], [], []),
        ("TOP SECRET//TK/SI//NOFORN", [], ["SI"], [], []),
        ("SECRET//NOFORN/ORCON", [], ["ORCON"], [], []),
        ("SECRET//NOFORN/NOFORN", [], [], ["NOFORN"], []),
        ("SECRET/NOFORN", [], [], [], ["NOFORN"]),
        ("SECRET//ORCON//NOFORN", [], [], [], ["NOFORN"]),
        ("SECRET // NOFORN", [], [], [], ["NOFORN"]),
        ("TOP SECRET//SI/TK//\nORCON/NOFORN", [], [], [], []),
        ("SECRET//SAR-QX/BP", [], ["BP"], [], []),
        ("CUI//PRVCY/SP-EXPT//NOFORN", [], ["SP-EXPT"], [], []),
        ("SECRET//NOFORN//CUI", ["CUI"], [], [], []),
        ("SECRET//FRD/RD", [], ["RD"], [], []),
    ],
)
def test_order_and_separators(
    text: str,
    misplaced: list[str],
    disordered: list[str],
    repeated: list[str],
    bad_separators: list[str],
    words: Vocabulary,
) -> None:
    found = read(banner, text, words)
    lists = [found.misplaced, found.disordered, found.repeated, found.bad_separators]
    assert [misplaced, disordered, repeated, bad_separators] == [[token.text for token in tokens] for tokens in lists]


@pytest.mark.parametrize(
    ("text", "in_order", "unknown", "doubled"),
    [
        ("SECRET//REL TO USA, AUS, GBR, NATO", True, (), ()),
        ("SECRET//REL TO USA, NATO, NOR", False, (), ()),
        ("SECRET//REL TO AUS, USA", True, (), ()),
        ("SECRET//REL TO USA, UK", True, ("UK",), ()),
        ("SECRET//REL TO USA, AUS, FVEY", True, (), ("AUS",)),
        ("SECRET//DISPLAY ONLY IRQ, AFG", False, (), ()),
        ("SECRET//FGI CAN DEU NATO//NOFORN", True, (), ()),
        ("SECRET//FGI DEU CAN//NOFORN", False, (), ()),
        ("//JOINT SECRET CAN ISR USA//REL TO USA, CAN, ISR", True, (), ()),
        ("//JOINT SECRET USA CAN ISR//REL TO USA, CAN, ISR", False, (), ()),
    ],
)
def test_lists_of_countries(text: str, in_order: bool, unknown: tuple, doubled: tuple, words: Vocabulary) -> None:
    token = next(token for token in read(banner, text, words).tokens if token.countries)
    assert (in_order, unknown, doubled) == (token.countries_in_order, token.unknown_countries, token.doubled_countries)


STATEMENTS = [
    ("(C - ENTIRE TEXT). THE", "(C - ENTIRE TEXT) = C"),
    ("(C-ENTIRE TEXT) THE", "(C-ENTIRE TEXT) = C"),
    ("(C) - ENTIRE TEXT. THE", "(C) - ENTIRE TEXT = C"),
    ("C - ENTIRE TEXT. THE", "C - ENTIRE TEXT = C"),
    ("CONFIDENTIAL - ENTIRE TEXT.", "CONFIDENTIAL - ENTIRE TEXT = C"),
    ("SECRET ENTIRE TEXT.", "SECRET ENTIRE TEXT = S"),
    ("( C - ENTIRE TEXT.)", "( C - ENTIRE TEXT.) = C"),
    ("(S ENTIRE TEXT).", "(S ENTIRE TEXT) = S"),
    ("SECRET/NOFORN - ENTIRE TEXT.", "SECRET/NOFORN - ENTIRE TEXT = S NOFORN"),
    ("ENTIRE TEXT LOU", "ENTIRE TEXT LOU = U LOU"),
    ("(ENTIRE TEXT - C) THE", "(ENTIRE TEXT - C) = C"),
    ("(LIMITED OFFICIAL USE - ENTIRE TEXT)", "(LIMITED OFFICIAL USE - ENTIRE TEXT) = U LOU"),
    ("(CONFIDENTIAL-ENTIRE\nTEXT) THE", "(CONFIDENTIAL-ENTIRE\nTEXT) = C"),
    ("(Confidential - entire text)", "(Confidential - entire text) = C !case"),
    ("THE ENTIRE TEXT OF THE SPEECH", "none"),
    ("ENTIRE TEXT OF THE SPEECH", "none"),
    ("(C) THE TEXT", "none"),
    ("", "none"),
]


@pytest.mark.parametrize(("text", "expected"), STATEMENTS, ids=[text for text, _ in STATEMENTS])
def test_entire_text(text: str, expected: str, words: Vocabulary) -> None:
    assert expected == told(read(entire_text, text, words), text)


def test_a_mark_inside_a_view_has_its_place_in_the_source(words: Vocabulary) -> None:
    source = Source("test", "2. (S/\nPAGE 02\nNF) The King")
    view = View.whole(source).exchange([(6, 15, "")])
    found = portion(view, 2, len(view), words)
    assert ("(S/NF)", "(S/\nPAGE 02\nNF)") == (found.text, source.quote(found.span))
    assert ["S", "NF"] == [source.quote(token.span) for token in found.tokens]


def test_reading_the_same_mark_again_gives_its_new_place(words: Vocabulary) -> None:
    text = "(S//NF) One. (S//NF) Two."
    spans = [portion(view_of(text), start, len(text), words).span for start in (0, 12)]
    assert [(0, 7), (13, 20)] == [(span.start, span.end) for span in spans]


# ---- properties ------------------------------------------------------------------------------------------------------

WORDS = """( ) // / , - . ß SECRET TS S C U SBU NF NOFORN OC ORCON REL TO USA GBR FVEY SI-G ABCD TK JOINT FGI CUI SP-CTI
7 14 RD-SIGMA EYES ONLY DISPLAY ENTIRE TEXT AND c nf Xx 25X1 20301231"""
PIECES = st.sampled_from([*WORDS.split(), "\n"])
SOUP = st.one_of(
    st.lists(PIECES, max_size=14).map("".join), st.lists(PIECES, max_size=10).map(" ".join), st.text(max_size=60)
)


@given(text=SOUP)
@settings(max_examples=400, deadline=None)
def test_every_text_is_read_and_every_token_quotes_its_text(text: str) -> None:
    words = TABLES
    for door in (portion, banner, entire_text):
        found = read(door, text, words)
        if isinstance(found, Marking):
            assert found.text == text[found.span.start : found.span.end]
            for token in found.tokens:
                assert token.text == text[token.span.start : token.span.end]
                assert found.span.covers(token.span)


LEVELS = {
    "TOP SECRET": ["SI", "SI-G ABCD", "TK", "HCS-P"],
    "SECRET": ["TK"],
    "CONFIDENTIAL": ["SI"],
    "UNCLASSIFIED": [],
}
DISSEM = ["RSEN", "ORCON", "IMCON", "NOFORN", "PROPIN", "REL TO USA, GBR, NATO", "RELIDO", "FISA", "DISPLAY ONLY IRQ"]


@st.composite
def canonical(draw: st.DrawFn) -> str:
    level = draw(st.sampled_from(sorted(LEVELS)))
    groups = [sorted(draw(st.sets(st.sampled_from(LEVELS[level])))) if LEVELS[level] else []]
    groups.append([["RD", "FRD"][draw(st.integers(0, 1))]] if draw(st.booleans()) else [])
    groups.append([item for item in DISSEM if draw(st.booleans())])
    groups.append([item for item in ["LES", "SSI"] if draw(st.booleans())])
    return "//".join([level, *("/".join(group) for group in groups if group)])


@given(text=canonical())
@settings(max_examples=200, deadline=None)
def test_a_canonical_banner_is_printed_back_from_its_tokens(text: str) -> None:
    found = read(banner, text, TABLES)
    assert text == "".join(token.before + token.text for token in found.tokens)
    assert ((), (), (), (), ()) == (
        found.misplaced,
        found.disordered,
        found.repeated,
        found.bad_separators,
        found.unknown,
    )


def test_hostile_text_takes_no_longer_than_its_length(words: Vocabulary) -> None:
    for text in ("(" * 100_000, "(C" + " " * 100_000, "/" * 100_000, "(S/" * 30_000, "(" + "NF " * 30_000):
        read(portion, text, words)
        read(banner, text, words)
        read(entire_text, text, words)
