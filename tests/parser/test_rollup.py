"""Test the roll-up from portion marks to the banner, row by row of the Register's tables."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker import rulebook
from checker.model import Marking, Rollup
from checker.parser.markings.finder import banner, portion
from checker.parser.markings.rollup import roll_up
from checker.text import Source, View
from checker.vocabulary import Vocabulary


@cache
def words() -> Vocabulary:
    return rulebook.load().vocabulary


def mark(text: str, door=portion) -> Marking:
    found = door(View.whole(Source("test", text)), 0, len(text), words())
    assert isinstance(found, Marking), text
    return found


def rolled(marks: str, line: str = "", profile: str = "IC", captions: tuple[str, ...] = ()) -> Rollup:
    portions = [mark(f"({text})") for text in marks.split(" | ")]
    found = roll_up(portions, mark(line, banner) if line else None, profile, words(), captions)
    assert found is not None
    return found


# portions, the banner they call for (None: not decided), the row of the release table
PAGES = [
    ("U", "UNCLASSIFIED", "none"),
    ("S | C | U", "SECRET", "none"),
    ("S//NF | TS//SI//NF", "TOP SECRET//SI//NOFORN", "no-foreign"),
    ("S//REL TO USA, NOR, SWE | C//REL TO USA, NOR | U", "SECRET//REL TO USA, NOR", "release-common"),
    ("S//REL TO USA, AUS, GBR | S//REL TO USA, AUS, NZL", "SECRET//REL TO USA, AUS", "release-common"),
    ("S//REL TO USA, FVEY | C//REL TO USA, FVEY", "SECRET//REL TO USA, FVEY", "release-common"),
    ("S//REL TO USA, FVEY | S//REL TO USA, AUS, CAN, GBR", "SECRET//REL TO USA, AUS, CAN, GBR", "release-common"),
    ("S//REL TO USA, NATO | S//REL TO USA, NOR", "SECRET//NOFORN", "release-nothing-common"),
    ("S//REL TO USA, NOR | S//NF", "SECRET//NOFORN", "no-foreign"),
    ("S//REL TO USA, AUS | S", "SECRET//NOFORN", "release-and-unmarked"),
    ("S//REL TO USA, AUS | S//RELIDO", "SECRET//NOFORN", "release-and-official"),
    ("S//RELIDO | C//RELIDO", "SECRET//RELIDO", "official"),
    ("S//RELIDO | U//FISA", "SECRET//RELIDO/FISA", "official"),
    ("S//RELIDO | S", None, "official-and-unmarked"),
    ("S//REL TO USA, AUS/RELIDO | C//REL TO USA, AUS/RELIDO", "SECRET//REL TO USA, AUS/RELIDO", "release-common"),
    ("S//DISPLAY ONLY AFG, IRQ | S//DISPLAY ONLY IRQ", "SECRET//DISPLAY ONLY IRQ", "display"),
    ("S//DISPLAY ONLY AFG | S//DISPLAY ONLY IRQ", "SECRET//NOFORN", "display-and-unmarked"),
    ("S//DISPLAY ONLY AFG, IRQ | S//REL TO USA, IRQ", "SECRET//DISPLAY ONLY IRQ", "display-and-release"),
    ("S//DISPLAY ONLY AFG | S//RELIDO", "SECRET//NOFORN", "display-and-official"),
    ("S//DISPLAY ONLY AFG | S", "SECRET//NOFORN", "display-and-unmarked"),
    ("S//REL TO USA, ITA/DISPLAY ONLY JOR", "SECRET//REL TO USA, ITA/DISPLAY ONLY JOR", "release-common"),
    ("TS//USA/AUS EYES ONLY | TS//REL TO USA, AUS", "TOP SECRET//REL TO USA, AUS", "release-common"),
    ("U//SBU-NF | S//REL TO USA, POL", "SECRET//NOFORN", "unclassified-compound"),
    ("U//SBU-NF | U", "UNCLASSIFIED//SBU NOFORN", "none"),
    ("U//SBU-NF | U//NF//SSI", "UNCLASSIFIED//NOFORN//SBU/SSI", "no-foreign"),
    ("U//SBU | U", "UNCLASSIFIED//SBU", "none"),
    ("S//NF | U//SBU", "SECRET//NOFORN", "no-foreign"),
    ("S | U//LES-NF", "SECRET//NOFORN//LES", "unclassified-compound"),
    ("S//NF | U//LES | C//SSI", "SECRET//NOFORN//LES/SSI", "no-foreign"),
    ("U//FOUO | U", "UNCLASSIFIED//FOUO", "none"),
    ("U//FOUO | U//PR", "UNCLASSIFIED//PROPIN", "none"),
    ("U//FOUO | U//SBU", "UNCLASSIFIED//SBU", "none"),
    ("S//NF | U//FOUO", "SECRET//NOFORN", "no-foreign"),
    ("S//REL TO USA, GBR | U//FOUO", None, "release-common"),
    ("S | U//UCNI", "SECRET//NOFORN", "no-foreign"),
    ("U//UCNI | U//DCNI", "UNCLASSIFIED//DOD UCNI/DOE UCNI", "none"),
    ("S//OC/NF | C//PR", "SECRET//ORCON/NOFORN/PROPIN", "no-foreign"),
    ("S//OC-USGOV/NF | S//OC-USGOV/NF", "SECRET//ORCON-USGOV/NOFORN", "no-foreign"),
    ("S//OC-USGOV/NF | S//OC/NF", "SECRET//ORCON/NOFORN", "no-foreign"),
    ("S//NF//XD | C//NF", "SECRET//NOFORN//EXDIS", "no-foreign"),
    ("S//NF//XD | S//NF//ND", "SECRET//NOFORN//NODIS", "no-foreign"),
    ("S//XD", "SECRET//NOFORN//EXDIS", "no-foreign"),
    ("TS//SI-G ABCD//OC/NF | TS//SI-XYZ//NF", "TOP SECRET//SI-G ABCD-XYZ//ORCON/NOFORN", "no-foreign"),
    ("TS//SI-G ABCD//OC/NF | TS//SI-G EFGH/TK//OC/NF", "TOP SECRET//SI-G ABCD EFGH/TK//ORCON/NOFORN", "no-foreign"),
    ("S//SAR-BP//NF | S//SAR-QX//NF", "SECRET//SAR-BP/QX//NOFORN", "no-foreign"),
    ("S//SAR-BP/WAIVED//NF", "SECRET//SAR-BP/WAIVED//NOFORN", "no-foreign"),
    ("S//RD-SG 14//NF | S//RD-CNWDI//NF | S//FRD-SG 20//NF", "SECRET//RD-CNWDI-SIGMA 14 20//NOFORN", "no-foreign"),
    ("S//FRD//NF | S//TFNI//NF", "SECRET//FRD//NOFORN", "no-foreign"),
    ("S//TFNI//NF", "SECRET//TFNI//NOFORN", "no-foreign"),
    ("S//NF | //CAN S//NF | //DEU C//NF", "SECRET//FGI CAN DEU//NOFORN", "no-foreign"),
    ("S//NF | //NS", "SECRET//FGI NATO//NOFORN", "no-foreign"),
    ("//FGI S//NF | //DEU S//NF", "SECRET//FGI//NOFORN", "no-foreign"),
    ("S//FGI DEU//NF | S//FGI CAN//NF", "SECRET//FGI CAN DEU//NOFORN", "no-foreign"),
    ("//DEU S//NF | //DEU C//NF", "//DEU SECRET//NOFORN", "no-foreign"),
    ("//NS | //NC", "//NATO SECRET", "none"),
    ("//CTS//BOHEMIA | //NS", "//COSMIC TOP SECRET//BOHEMIA", "none"),
    ("//JOINT S CAN USA//REL TO USA, CAN", "//JOINT SECRET CAN USA//REL TO USA, CAN", "release-common"),
    ("//JOINT S CAN USA//REL TO USA, CAN | S//NF", "SECRET//NOFORN", "no-foreign"),
    ("CUI//SP-EXPT | CUI//SP-CTI | U", "CUI//SP-CTI/SP-EXPT", "none"),
    ("S//NF | CUI", "SECRET//CUI//NOFORN", "no-foreign"),
]  # fmt: skip


@pytest.mark.parametrize(("marks", "expected", "step"), PAGES, ids=[page[0] for page in PAGES])
def test_the_banner_that_portions_call_for(marks: str, expected: str | None, step: str) -> None:
    found = rolled(marks)
    assert (expected, step, expected is not None) == (found.text, found.why, found.decided)


@pytest.mark.parametrize(("marks", "expected", "step"), [page for page in PAGES if page[1]])
def test_the_banner_called_for_agrees_with_itself(marks: str, expected: str, step: str) -> None:
    found = rolled(marks, expected)
    assert ((), (), (), (), False, True) == (
        found.missing, found.extra, found.vanishing, found.missing_owners, found.wider_release, found.release_agrees,
    )  # fmt: skip


# portions, expected banner, missing codes, extra codes, vanishing codes, missing owners, wider release
FOUND = [
    ("TS//SI//NF | S//NF", "TOP SECRET//NOFORN", ("SI",), (), (), (), False),
    ("S//NF | S//OC/NF", "SECRET//NOFORN", ("ORCON",), (), (), (), False),
    ("S//NF", "SECRET//ORCON/NOFORN", (), ("ORCON",), (), (), False),
    ("S", "SECRET//NOFORN", (), (), (), (), False),
    ("S", "SECRET//REL TO USA, AUS", (), ("REL TO",), (), (), False),
    ("S//REL TO USA, NOR | S//NF", "SECRET//REL TO USA, NOR", ("NOFORN",), (), (), (), True),
    ("S//REL TO USA, AUS, GBR | S//REL TO USA, AUS, NZL", "SECRET//REL TO USA, AUS, GBR", (), (), (), (), True),
    ("S//REL TO USA, AUS, GBR", "SECRET//REL TO USA, AUS", (), (), (), (), False),
    ("S//REL TO USA, FVEY", "SECRET//REL TO USA, AUS, CAN, GBR, NZL", (), (), (), (), False),
    ("S | U//SBU-NF", "SECRET//SBU NOFORN", ("NOFORN",), ("SBU NOFORN",), ("SBU NOFORN",), (), False),
    ("S//NF | U//FOUO", "SECRET//FOUO/NOFORN", (), ("FOUO",), ("FOUO",), (), False),
    ("S//NF | //CAN S//NF", "SECRET//NOFORN", ("FGI",), (), (), ("CAN",), False),
    ("S//NF | //CAN S//NF | //DEU S//NF", "SECRET//FGI DEU//NOFORN", (), (), (), ("CAN",), False),
    ("S//RD//NF | S//FRD//NF", "SECRET//RD/FRD//NOFORN", (), ("FRD",), (), (), False),
    ("S//SAR-QH//NF", "SECRET//SAR-QUIET HARBOR//NOFORN", (), (), (), (), False),
    ("S//SAR-QX//NF", "SECRET//SAR-QUIET HARBOR//NOFORN", ("SAR-QX",), ("SAR-QUIET HARBOR",), (), (), False),
    ("TS//SI-G ABCD//OC/NF", "TOP SECRET//SI-GAMMA ABCD//ORCON/NOFORN", (), (), (), (), False),
    ("CUI//SP-EXPT", "CUI", ("SP-EXPT",), (), (), (), False),
]  # fmt: skip


@pytest.mark.parametrize(
    ("marks", "line", "missing", "extra", "vanishing", "owners", "wider"),
    FOUND,
    ids=[f"{f[0]} under {f[1]}" for f in FOUND],
)
def test_how_the_banner_found_differs(
    marks: str, line: str, missing: tuple, extra: tuple, vanishing: tuple, owners: tuple, wider: bool
) -> None:
    found = rolled(marks, line)
    assert (missing, extra, vanishing, owners, wider) == (
        found.missing, found.extra, found.vanishing, found.missing_owners, found.wider_release,
    )  # fmt: skip


def test_a_listless_release_takes_the_list_of_the_banner() -> None:
    assert rolled("S//REL", "SECRET//REL TO USA, GBR").text == "SECRET//REL TO USA, GBR"
    assert rolled("S//REL").decided is False


def test_outside_the_intelligence_profile_a_mixture_has_no_release_marking() -> None:
    assert rolled("S//REL TO USA, AUS | S", profile="GEN").text == "SECRET"


TELEGRAMS = [
    ("C | U", (), "CONFIDENTIAL", ()),
    ("C/NF | U", (), "CONFIDENTIAL, NOFORN", ("NOFORN",)),
    ("C/NF | U", ("NOFORN",), "CONFIDENTIAL, NOFORN", ()),
    ("C | SBU", (), "CONFIDENTIAL", ()),
    ("U | SBU", (), "UNCLASSIFIED, SBU", ("SBU",)),
    ("U | SBU", ("SIPDIS", "SENSITIVE"), "UNCLASSIFIED, SBU", ()),
    ("U | SBU/NF", ("SENSITIVE",), "UNCLASSIFIED, NOFORN, SBU", ("NOFORN",)),
    ("S/REL UK | C", (), "SECRET", ()),
]


@pytest.mark.parametrize(("marks", "captions", "expected", "missing"), TELEGRAMS)
def test_a_telegram_shows_its_level_and_its_captions(
    marks: str, captions: tuple, expected: str, missing: tuple
) -> None:
    found = rolled(marks, profile="CABLE", captions=captions)
    assert (expected, missing) == (found.text, found.missing)


def test_no_level_no_roll_up() -> None:
    assert roll_up([], None, "CABLE", words()) is None


MARKS = st.lists(
    st.sampled_from(sorted({text for page in PAGES for text in page[0].split(" | ")})), min_size=1, max_size=5
)


@given(marks=MARKS)
@settings(max_examples=150, deadline=None)
def test_order_of_portions_does_not_matter_and_the_level_is_the_highest(marks: list[str]) -> None:
    found = rolled(" | ".join(marks))
    other = rolled(" | ".join(reversed(marks)))
    assert (found.text, found.controls, found.level) == (other.text, other.controls, other.level)
    assert found.level.rank == max(mark(f"({text})").level.rank for text in marks)


def test_the_controls_of_nato_portions_belong_in_the_banner():
    roll = rolled("//CTS//BOHEMIA | //NS//ATOMAL", "//COSMIC TOP SECRET//ATOMAL/BOHEMIA")
    assert roll.extra == () and roll.text == "//COSMIC TOP SECRET//ATOMAL/BOHEMIA"
    assert rolled("//CTS", "//COSMIC TOP SECRET//BOHEMIA").extra == ("BOHEMIA",)


def test_a_nato_level_may_have_a_slash_in_its_name():
    found = mark("//NATO/ISAF SECRET//ATOMAL", banner)
    assert (found.system, found.level.code, found.controls) == ("nato", "S", ("ATOMAL",))
    assert mark("(//NIS)").level == found.level


def test_a_release_list_opens_to_the_members_of_a_group():
    assert mark("(S//REL TO USA, ISR, ACGU)").release_members == ("USA", "ISR", "AUS", "CAN", "GBR")
    assert mark("(S//REL TO USA, NATO)").release_members == ("USA", "NATO")
    assert mark("(S//NF)").release_members is None
