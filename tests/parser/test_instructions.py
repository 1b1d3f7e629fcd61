"""Test E.O. lines: the order's number, and every kind of value after it."""

import pytest
from parsing import BANNER, HEADER, instruction, short, telegram

LINES = [
    ("E.O. 12958: N/A", "12958", "na N/A"),
    ("E.O. 12958: DECL: 03/12/2018", "12958", "date 2018-03-12"),
    ("EO 12958 DECL: 2018/03/12", "12958", "date 2018-03-12"),
    ("E.0. 12958:  DECL:  3/ 1/2018", "12958", "date 2018-03-01"),
    ("E.O. 12958: DECL 03-12-2018", "12958", "date 2018-03-12"),
    ("E.O. 12958: DECL: 2/4/10", "12958", "date 2010-02-04"),
    ("E.O. 12958: DECLl: 03/12/2018", "12958", "date 2018-03-12"),
    ("E.O. 12958: DECL: DECL: 03/12/2018", "12958", "date 2018-03-12"),
    ("E.O. 12958: DECL: 11/I7/15", "12958", "date 2015-11-17"),
    ("E.O. 12958: DECL: 20180312", "12958", "date 2018-03-12"),
    ("E.O. 12958: DECL: MARCH 12, 2018", "12958", "date 2018-03-12"),
    ("E.O. 12958: DECL: 2018", "12958", "date 2018"),
    ("E.O.12356: DECL:OADR", "12356", "oadr OADR"),
    ("E.O. 11652: GDS", "11652", "gds GDS"),
    ("E. O. 11652: GDS", "11652", "gds GDS"),
    ("E.O. 11652: XGDS-1, 3", "11652", "xgds XGDS-1"),
    ("E.O. 11652: XGDS 2", "11652", "xgds XGDS-2"),
    ("E.O. 11652: NGDS", "11652", "ngds NGDS"),
    ("E.O. 11652: ADS, DECLASSIFY 12/31/75", "11652", "ads ADS 1975-12-31"),
    ("E.O. 12065: GDS 6/5/85 (DOE, JOHN) OR-M", "12065", "gds GDS 1985-06-05 DOE, JOHN OR-M"),
    ("E.O. 12065: RDS-1 6/5/99 (DOE, JANE A.) OR-P", "12065", "rds RDS-1 1999-06-05 DOE, JANE A. OR-P"),
    ("E.O. 12958: DECL: X1, X5", "12958", "xcode X1"),
    ("E.O. 12958: DECL: 1.6X6", "12958", "xcode X6"),
    ("E.O. 12958: (X9)", "12958", "xcode X9"),
    ("E.O. 12958: DECL: MR", "12958", "mr MR"),
    ("E.O. 12958: DECL: TEN YEARS", "12958", "years 10"),
    ("E.O. 12958: DECL: 10 YEARS", "12958", "years 10"),
    ("E.O. 12958: DECL: TEN YEARS AFTER RURITANIAN UNIFICATION", "12958", "event 10"),
    ("E.O. 12958: DECL: CLOSURE OF THE MINT", "12958", "event"),
    ("E.O. 12958: DECL: UPON DEPARTURE\nOF THE KING", "12958", "event"),
    ("E.O. 13526: DECL: 25X1, 20601231", "13526", "25x 25X1 2060-12-31"),
    ("E.O. 13526: DECL: 50X1-HUM", "13526", "50x1-hum 50X1-HUM"),
    ("E.O. 12958: DECL: SOURCE MARKED OADR", "12958", "source-marked SOURCE MARKED"),
    ("E.O. 12958:", "12958", "None"),
    (
        "E.O. 12958: DECL: 110/12/2018",
        "12958",
        "unread: '110/12/2018' (cannot be read as a declassification instruction)",
    ),
    ("E.O. 12958: DECL: 13/45/2018", "12958", "date unread: '13/45/2018' (cannot be read as a valid date)"),
]


YEARS = {"11652": "74", "12065": "79", "12356": "85"}


def read(line):
    year = next((year for order, year in YEARS.items() if order in line), "08")
    return telegram(f"{HEADER.replace('08', year)}{BANNER}{line}\nTAGS: PREL\nSUBJECT: X\n\n1. (C) Text.\n").eo


@pytest.mark.parametrize(("line", "order", "said"), LINES)
def test_an_eo_line(line, order, said):
    found = read(line)
    assert (order, said) == (found.order, instruction(found.instruction))
    assert line == found.text


def test_a_downgrading_stands_beside_the_instruction():
    found = read("E.O. 12356: DNG: CONFIDENTIAL 6/5/87 DECL: OADR")
    assert ("C", "1987-06-05") == (short(found.downgrade.level), short(found.downgrade.date))
    assert "oadr OADR" == instruction(found.instruction)


@pytest.mark.parametrize(
    ("written", "near"), [("12598", "12958"), ("12928", "12958"), ("19528", "12958"), ("11625", "11652")]
)
def test_a_number_no_order_has_names_the_nearest(written, near):
    found = read(f"E.O. {written}: N/A")
    assert (written, None, near) == (found.order, found.era, found.nearest)


def test_all_codes_and_all_dates_are_kept():
    found = read("E.O. 12065: RDS-1,3 6/5/99 (DOE, JANE A.) OR-M").instruction
    assert ("RDS-1", "RDS-3") == found.codes
    assert ["1999-06-05"] == [str(date) for date in found.dates]


@pytest.mark.parametrize(
    ("line", "usual"), [("E.O. 12958: N/A", True), ("EO 12958: N/A", False), ("E.O.12958: N/A", False)]
)
def test_the_usual_form_is_told_from_others(line, usual):
    assert usual == read(line).usual_form
