"""Test teletype header lines, each also in damaged form."""

import pytest
from parsing import BANNER, FIELDS, HEADER, short, telegram

from checker.parser.fields import header_lines

REST = f"FM AMEMBASSY STRELSAU\nTO SECSTATE WASHDC\n\n{BANNER}{FIELDS}1. (C) Text.\n"

GROUPS = [
    # the line, date, time, zone, action, info, signals, repaired
    ("O R 141530Z MAR 08", "2008-03-14", "1530", "Z", "O", "R", [], False),
    ("P 141530Z MAR 08 ZDK", "2008-03-14", "1530", "Z", "P", None, ["ZDK"], False),
    ("P 141530Z MAR 08 ZFF4 ZFF6", "2008-03-14", "1530", "Z", "P", None, ["ZFF4", "ZFF6"], False),
    ("0 141530Z MAR 08", "2008-03-14", "1530", "Z", "O", None, [], True),
    ("P 1415O0Z MAR 08", "2008-03-14", "1500", "Z", "P", None, [], True),
    ("P 141530Z N0V 08", "2008-11-14", "1530", "Z", "P", None, [], True),
    ("141530Z Nov 00", "2000-11-14", "1530", "Z", None, None, [], False),
    ("R 282059 Z MAR 73", "1973-03-28", "2059", "Z", "R", None, [], False),
    ("R 282059A MAR 85", "1985-03-28", "2059", "A", "R", None, [], False),
    (
        "R 310000Z FEB 08",
        "unread: '310000Z FEB 08' (cannot be read as a valid date and time)",
        "0000",
        "Z",
        "R",
        None,
        [],
        False,
    ),
    (
        "R 142599Z MAR 08",
        "unread: '142599Z MAR 08' (cannot be read as a valid date and time)",
        None,
        "Z",
        "R",
        None,
        [],
        False,
    ),
    ("R 141530Z MXR 08", "unread: '141530Z MXR 08' (cannot be read as a month)", "1530", "Z", "R", None, [], False),
    ("X 141530Z MAR 08", "2008-03-14", "1530", "Z", "X", None, [], False),
]


@pytest.mark.parametrize(("line", "date", "time", "zone", "action", "info", "signals", "repaired"), GROUPS)
def test_a_date_time_group(line, date, time, zone, action, info, signals, repaired):
    found = telegram(f"{line}\n{REST}").dtg
    said = (
        short(found.date),
        found.time,
        found.zone,
        short(found.action),
        short(found.info),
        short(found.signals),
        found.repaired,
    )
    assert (date, time, zone, action, info, signals, repaired) == said


def test_an_unknown_prosign_has_no_rank():
    found = telegram(f"X Y 141530Z MAR 08\n{REST}").dtg
    assert (None, 6) == (found.action.rank, found.info.rank)


ADDRESSES = [
    ("RUEHC/SECSTATE WASHDC PRIORITY 4711", ("RUEHC", "SECSTATE WASHDC", "PRIORITY", 4711, "STATE")),
    ("RUEHC/SECSTATE WASHDC NIACT IMMEDIATE", ("RUEHC", "SECSTATE WASHDC", "NIACT IMMEDIATE", None, "STATE")),
    ("AMEMBASSY DAR ES SALAAM 0044", (None, "AMEMBASSY DAR ES SALAAM", None, 44, "DAR ES SALAAM")),
    ("RUCNDT/USMISSION USUN NEW YORK 0123", ("RUCNDT", "USMISSION USUN NEW YORK", None, 123, "USUN NEW YORK")),
    ("RUEHXD/RURITANIA COLLECTIVE", ("RUEHXD", "RURITANIA COLLECTIVE", None, None, "RURITANIA COLLECTIVE")),
    ("STRELSAU 12 0034", (None, "STRELSAU 12", None, 34, "STRELSAU 12")),
    ("STRELSAU/ 0034", (None, "STRELSAU/", None, 34, "STRELSAU/")),  # not a routing indicator
    ("RUEHSL/ 0034", ("RUEHSL", "0034", None, None, "0034")),  # the address has no name but the number
    ("XYZ/ 0034", (None, "XYZ/", None, 34, "XYZ/")),  # not an operating signal
    ("ZEN/ 0034", (None, "0034", None, None, "0034")),
]


@pytest.mark.parametrize(("line", "expected"), ADDRESSES)
def test_an_address(line, expected):
    found = telegram(f"R 141530Z MAR 08\nFM AMEMBASSY STRELSAU\nTO {line}\n\n{BANNER}{FIELDS}1. (C) Text.\n").to[0]
    assert expected == (found.indicator, found.name, found.precedence, found.number, found.post)
    assert line == found.text


def test_addresses_go_on_over_lines_and_stop_at_the_classification_line():
    text = (
        "R 141530Z MAR 08\nFM AMEMBASSY STRELSAU\nTO RUEHC/SECSTATE WASHDC 1\nRUEHZE/AMCONSUL ZENDA\n"
        f"INFO AMEMBASSY FREEDONIA\n AMEMBASSY SYLDAVIA\nRHEHNSC/NSC WASHDC\n{BANNER}{FIELDS}1. (C) Text.\n"
    )
    found = telegram(text)
    assert ["SECSTATE WASHDC", "AMCONSUL ZENDA"] == [party.name for party in found.to]
    assert ["AMEMBASSY FREEDONIA", "AMEMBASSY SYLDAVIA", "NSC WASHDC"] == [party.name for party in found.info]
    assert "C" == found.level.code


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("ZNY CCCCC ZZH", ("ZNY", "CCCCC", None, "C", True)),
        ("ZNR UUUUU ZZH", ("ZNR", "UUUUU", None, "U", True)),
        ("ZNY EEEEE", ("ZNY", "EEEEE", None, "U", True)),
        ("ZNY SSSSS/AAAAA", ("ZNY", "SSSSS", "AAAAA", "S", True)),
        ("ZNY SSSAA ZZH", ("ZNY", "SSSAA", None, None, False)),
        ("ZNY CCCC ZZH", ("ZNY", "CCCC", None, "C", True)),
    ],
)
def test_a_security_warning(line, expected):
    found = telegram(f"{line}\nR 141530Z MAR 08\n{REST}").security
    assert expected == (found.signal, found.group, found.suffix, short(found.level), found.uniform)


def test_the_station_line():
    found = telegram(f"DE RUEHZD #0123/01 0741530\nZNR UUUUU ZZH\nR 141530Z MAR 08\n{REST}").station
    assert ("RUEHZD", 123, 1, 74, "1530") == (
        found.indicator,
        found.serial,
        found.section,
        found.day_of_year,
        found.time,
    )


def test_lines_of_somebody_else_above_the_header_are_not_of_it():
    found = telegram(f"Friday, 14 March 2008, 15:30\n\nR 141530Z MAR 08\n{REST}")
    assert ("2008-03-14", "AMEMBASSY STRELSAU") == (str(found.date), found.sender.name)
    assert "loose_text" == found.parts[0].kind


def test_absent_lines_are_absent_and_lines_cut_off_are_lost():
    whole = telegram(f"R 141530Z MAR 08\n{REST}")
    assert (None, None, True) == (whole.transmission, whole.security, whole.whole)
    cut = telegram(f"{BANNER}{FIELDS}1. (C) Text.\n")
    assert ("body", True, True, False) == (cut.layout, cut.dtg.lost, cut.security.lost, cut.whole)


def test_a_publisher_s_date_stands_in_for_a_header_he_left_out():
    found = telegram(f"Friday, 14 March 2008, 15:30\n{BANNER}{FIELDS}1. (C) Text.\n")
    assert ("body", "2008-03-14", True) == (found.layout, str(found.date), found.dtg.lost)


EXEMPTED = [
    "RUEHX/EASTERN COLLECTIVE\nXMT AMEMBASSY KLOW\n",
    "RUEHX/EASTERN COLLECTIVE XMT AMEMBASSY KLOW\n",
]


@pytest.mark.parametrize("lines", EXEMPTED)
def test_exempted_addressees_have_a_field_of_their_own(lines):
    text = f"R 141530Z MAR 08\nFM AMEMBASSY STRELSAU\nTO SECSTATE WASHDC\n{lines}\n{BANNER}{FIELDS}1. (C) Text.\n"
    found = telegram(text)
    assert ["SECSTATE WASHDC", "EASTERN COLLECTIVE"] == [party.name for party in found.to]
    assert ["AMEMBASSY KLOW"] == [party.name for party in found.exempt]
    assert ("C", 1) == (found.level.code, len(found.paragraphs))


def test_exempted_addressees_after_a_comma():
    text = (
        f"{HEADER.rstrip()}\nINFO SOME COLLECTIVE, XMT AMCONSUL ZENDA, AMEMBASSY KLOW\n{BANNER}{FIELDS}1. (C) Text.\n"
    )
    found = telegram(text)
    assert ["SOME COLLECTIVE"] == [party.name for party in found.info]
    assert ["AMCONSUL ZENDA", "AMEMBASSY KLOW"] == [party.name for party in found.exempt]


def test_a_long_address_is_read_and_not_cached():
    name = "STRELSAU " * 60
    telegram(f"R 141530Z MAR 08\nFM AMEMBASSY STRELSAU\nTO SECSTATE WASHDC\n\n{BANNER}{FIELDS}1. (C) Text.\n")
    before = header_lines._address.cache_info().currsize
    found = telegram(f"R 141530Z MAR 08\nFM AMEMBASSY STRELSAU\nTO {name}0044\n\n{BANNER}{FIELDS}1. (C) Text.\n").to[0]
    assert (name.strip(), 44) == (found.name, found.number)
    assert before == header_lines._address.cache_info().currsize
