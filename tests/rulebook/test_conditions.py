"""Test the results of conditions: the operators for each type, quantifiers, and connectives, with
three truth values.
"""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker import rulebook
from checker.model import Banner, Dtg, Instruction, Paragraph, Party, Tag, TagsLine, Telegram, Unread
from checker.rulebook.compiler import CompileContext, compile_condition
from checker.rulebook.condition_parser import read_condition
from checker.rulebook.field_paths import Frames, Scope
from checker.rulebook.yaml_loader import RuleFile
from checker.text import Span
from checker.values import Date, Level

WORDS = rulebook.load().vocabulary
TOOLS = CompileContext(WORDS)
S = Span(3, 9)


def level(code: str) -> Level:
    found = WORDS.level(code)
    assert found is not None
    return found


def telegram(**fields: object) -> Telegram:
    made = Telegram(Span(0, 100), "acp127")
    for name, value in fields.items():
        setattr(made, name, value)
    return made


def paragraph(number: int, code: str | None, *controls: str) -> Paragraph:
    return Paragraph(
        S, "numbered", f"{number}.", "text", number, level=level(code) if code else None, controls=controls
    )


FULL = telegram(
    date=Date.day(2007, 9, 10),
    as_of=Date(date(2007, 9, 1), date(2007, 9, 30), "month"),
    banner=Banner(S, "C O N F I D E N T I A L", level("C"), controls=("NOFORN", "PROPIN"), serial=412, post="STRELSAU"),
    tags_line=TagsLine(S, "PREL, PGOV", (Tag(S, "PREL", "subject"), Tag(S, "XXXX", "unknown", known=False))),
    paragraphs=(paragraph(1, "C", "NOFORN"), paragraph(2, "U"), paragraph(3, None)),
    to=(Party(S, "A", "ZENDA", rank=2), Party(S, "B", "HENTZAU", rank=3), Party(S, "B", "HENTZAU", rank=None)),
    subject=Unread.expected(S, "words", "SUBJ~CT"),
    dtg=Dtg(S, "101156Z SEP 07", Unread.expected(S, "a real date"), "1156", "Z"),
    eo=Unread(Span(0, 0), "cut off"),
)


def code_of(words: str) -> list[object]:
    file = RuleFile("condition.yaml", words.encode())
    assert file.tree is not None, file.diagnostics
    code = read_condition(file.tree, Frames(), Scope(file, WORDS))
    assert [] == file.diagnostics and code is not None, "\n".join(map(str, file.diagnostics))
    return code


def answer(words: str, document: Telegram = FULL) -> bool | None:
    return compile_condition(code_of(words), TOOLS)((document,))


CASES: list[tuple[str, bool | None]] = [
    # states: absent, present, unreadable, lost
    ("{signature: present}", False), ("{signature: absent}", True), ("{signature: unreadable}", False),
    ("{signature: readable}", False), ("{banner: present}", True), ("{banner: readable}", True),
    ("{subject: present}", True), ("{subject: absent}", False), ("{subject: unreadable}", True),
    ("{subject: readable}", False), ("{eo: present}", None), ("{eo: absent}", None), ("{eo: unreadable}", None),
    ("{eo.order: present}", None), ("{subject.text: present}", None), ("{info: present}", False),
    ("{to: present}", True), ("{to: {non_empty: true}}", True), ("{info: {non_empty: false}}", True),
    # any single value
    ("{banner.post: {is: STRELSAU}}", True), ("{banner.post: {is_not: STRELSAU}}", False),
    ("{banner.post: {in: [ZENDA, STRELSAU]}}", True), ("{banner.post: {not_in: [ZENDA]}}", True),
    ("{mrn_post: {is: X}}", False), ("{mrn_post: {is_not: X}}", True), ("{mrn_post: {in: [X]}}", False),
    ("{mrn_post: {not_in: [X]}}", True), ("{eo.order: {is: X}}", None), ("{eo.order: {is_not: X}}", None),
    ("{banner.post: {same_as: {field: mrn_post}}}", None), ("{mrn_post: {same_as: {field: banner.post}}}", False),
    ("{banner.serial: {same_as: {field: banner.serial}}}", True), ("{whole: true}", True), ("{whole: {is: false}}", False),
    # text
    ("{banner.post: {starts_with: STR}}", True), ("{banner.post: {starts_with: [Z, STR]}}", True),
    ("{banner.post: {ends_with: SAU}}", True), ("{banner.post: {contains: ELS}}", True),
    ("{banner.post: {lacks: ELS}}", False), ("{mrn_post: {lacks: X}}", True),
    ("{banner.post: {matches: '[A-Z]+'}}", True), ("{banner.post: {matches: 'STR'}}", False),
    ("{banner.post: {not_matches: 'STR'}}", True), ("{banner.post: {length: {max: 8}}}", True),
    ("{banner.post: {mentions: strelsau}}", True), ("{banner.post: {mentions: [ELS, strel sau]}}", False),
    ("{paragraphs: {any: {text: {mentions: [x, Text]}}}}", True), ("{banner: {mentions: o-n f}}", True),
    ("{banner.post: {omits: [els, Sau]}}", True), ("{banner.post: {omits: Strelsau}}", False),
    ("{banner.post: {length: {min: 9}}}", False), ("{banner: {contains: O N F}}", True),
    ("{banner.post: {in_table: levels}}", False), ("{level.code: {in_table: levels}}", True),
    ("{level.name: {not_in_table: levels}}", False),
    ("{level.code: {has_fact: {table: levels, fact: classified, is: 'yes'}}}", True),
    ("{level.code: {lacks_fact: {table: levels, fact: classified, is: 'yes'}}}", False),
    ("{banner.post: {in_use: {table: levels, on: 2007-01-01}}}", False),
    ("{level.code: {in_use: {table: levels, on: {field: date}}}}", True),
    ("{level.code: {not_in_use: {table: levels, on: {field: date}}}}", False),
    # level
    ("{level: {at_least: CONFIDENTIAL}}", True), ("{level: {at_least: S}}", False), ("{level: {above: C}}", False),
    ("{level: {below: SECRET}}", True), ("{level: {at_most: C}}", True), ("{level: {is: C}}", True),
    ("{level: {in: [C, S]}}", True), ("{highest_portion: {same_as: {field: level}}}", True),
    ("{level: {at_least: {field: highest_portion}}}", True), ("{level.classified: true}", True),
    ("{page_level: {at_least: C}}", False), ("{level: {at_least: {field: page_level}}}", None),
    # count
    ("{banner.serial: {is: 412}}", True), ("{banner.serial: {between: [1, 412]}}", True),
    ("{banner.serial: {above: 412}}", False), ("{banner.serial: {at_most: 412}}", True),
    ("{banner.serial: {is: {field: banner.serial, plus: 1}}}", False),
    ("{banner.serial: {same_as: {field: banner.serial, plus: 588, modulo: 588}}}", True),
    # set
    ("{banner.controls: {includes: NOFORN}}", True), ("{banner.controls: {includes: [NOFORN, ORCON]}}", False),
    ("{banner.controls: {includes_any: [NOFORN, ORCON]}}", True), ("{banner.controls: {excludes: ORCON}}", True),
    ("{banner.controls: {subset_of: [NOFORN, PROPIN, ORCON]}}", True), ("{banner.controls: {superset_of: [NOFORN]}}", True),
    ("{banner.controls: {equals: [PROPIN, NOFORN]}}", True), ("{banner.controls: {not_equals: [PROPIN]}}", True),
    ("{banner.controls: {disjoint_from: [NOFORN]}}", False), ("{banner.controls: {ordered_as: [PROPIN, NOFORN]}}", False),
    ("{banner.controls: {ordered_as: [NOFORN, ORCON, PROPIN]}}", True), ("{banner.controls: {empty: true}}", False),
    ("{banner.controls: {superset_of: {field: portion_controls}}}", True),
    ("{banner.controls: {any: {value: {is: PROPIN}}}}", True), ("{eo_lines: {none: {order: {is: x}}}}", True),
    # date, known to the day and to the month
    ("{date: {before: 2007-09-11}}", True), ("{date: {before: 2007-09-10}}", False),
    ("{date: {after: 2007-09-09}}", True), ("{date: {on_or_before: 2007-09-10}}", True),
    ("{date: {on_or_after: 2007-09-11}}", False), ("{date: {same_day: 2007-09-10}}", True),
    ("{date: {differs_from: 2007-09-10}}", False), ("{date: {year: 2007}}", True), ("{date: {year: 2008}}", False),
    ("{as_of: {before: 2007-09-15}}", None), ("{as_of: {before: 2007-10-01}}", True),
    ("{as_of: {same_day: 2007-09-15}}", None), ("{as_of: {same_day: 2007-10-15}}", False),
    ("{date: {within: {days: 3, of: 2007-09-13}}}", True), ("{date: {within: {days: 2, of: 2007-09-13}}}", False),
    ("{date: {within: {not_before_days: 0, not_after_days: 9, of: 2007-09-01}}}", True),
    ("{date: {within: {days: 2, of: {field: date}}}}", True), ("{date: {not_within: {days: 2, of: 2007-09-10}}}", False),
    ("{date: {within: {from: 2007-09-10, to: 2007-09-10}}}", True), ("{date: {not_within: {days: 2, of: 2007-09-13}}}", True),
    ("{as_of: {within: {days: 40, of: {field: date}}}}", True), ("{as_of: {within: {days: 5, of: {field: date}}}}", None),
    ("{date: {at_most: {years: 10, after: 1997-09-09}}}", False),
    ("{date: {at_most: {years: 10, after: 1997-09-09, tolerance_days: 1}}}", True),
    ("{date: {exactly: {years: 10, after: 1997-09-10}}}", True), ("{date: {exactly: {years: 10, after: 1997-09-11}}}", False),
    ("{date: {exactly: {years: 10, after: 1997-09-11, tolerance_days: 1}}}", True),
    ("{date: {before: {days: 1, after: {field: date}}}}", True), ("{dtg.date: {before: 2007-09-10}}", None),
    ("{source_record.released.date: {before: 2007-01-01}}", False), ("{date: {before: {field: source_record.released.date}}}", None),
    # lists
    ("{to: {any: {text: {is: B}}}}", True), ("{to: {all: {text: {is: B}}}}", False), ("{info: {all: {name: {is: B}}}}", True),
    ("{info: {any: {name: {is: B}}}}", False), ("{to: {none: {name: {is: C}}}}", True),
    ("{to: {exactly: {times: 2, of: {name: {is: HENTZAU}}}}}", True),
    ("{to: {at_least: {times: 3, of: {name: {is: HENTZAU}}}}}", False),
    ("{to: {at_most: {times: 2, of: {name: {is: HENTZAU}}}}}", True),
    ("{to: {count: {is: 3}}}", True), ("{to: {count: {at_least: 2, at_most: 2}}}", False),
    ("{to: {unique: name}}", False), ("{paragraphs: {unique: number}}", True), ("{paragraphs: {sorted_by: number}}", True),
    ("{to: {sorted_by: rank}}", True), ("{banner.controls: {unique: true}}", True),
    ("{paragraphs: {every_pair_next_to_each_other: {number: {is: {field: previous.number, plus: 1}}}}}", True),
    ("{paragraphs: {every_pair_next_to_each_other: {number: {is: {field: previous.number, plus: 2}}}}}", False),
    ("{tags_line.tags: {any: {known: false}}}", True), ("{tags: {all: {text: {in: [PREL, XXXX]}}}}", True),
    ("{eo.instruction.dates: {all: {value: {before: 2007-01-01}}}}", None),
    ("{paragraphs: {any: {level: {above: {field: telegram.level}}}}}", False),
    # connectives
    ("{and: [{whole: true}, {eo: present}]}", None), ("{and: [{whole: false}, {eo: present}]}", False),
    ("{or: [{whole: true}, {eo: present}]}", True), ("{or: [{whole: false}, {eo: present}]}", None),
    ("{not: {eo: present}}", None), ("{not: {whole: true}}", False),
    ("{implies: {if: {whole: false}, then: {eo: present}}}", True), ("{implies: {if: {eo: present}, then: {whole: true}}}", True),
    ("{implies: {if: {eo: present}, then: {whole: false}}}", None), ("{implies: {if: {whole: true}, then: {eo: present}}}", None),
    ("{whole: true, banner: present}", True), ("{whole: true, signature: present}", False),
]  # fmt: skip


@pytest.mark.parametrize(("words", "expected"), CASES, ids=[words for words, _ in CASES])
def test_condition(words: str, expected: bool | None) -> None:
    assert expected is answer(words)


def test_a_list_with_one_unknown_element_is_unknown_where_it_matters() -> None:
    listed = telegram(paragraphs=(
        Paragraph(S, "numbered", "1.", "x", 1, mark=Unread.expected(S, "a mark", "(Q")),
        Paragraph(S, "numbered", "2.", "x", 2),
    ))  # fmt: skip
    assert None is answer("{paragraphs: {all: {mark.text: {is_not: x}}}}", listed)
    assert False is answer("{paragraphs: {all: {mark.text: {is: x}}}}", listed)
    assert None is answer("{paragraphs: {any: {mark.text: {is: x}}}}", listed)
    assert None is answer("{paragraphs: {exactly: {times: 1, of: {mark.text: {is_not: x}}}}}", listed)


VALUES = st.sampled_from([True, False, None])


@settings(max_examples=60, deadline=None)
@given(VALUES, VALUES)
def test_connectives_are_kleenes(one: bool | None, two: bool | None) -> None:
    """Test the connectives with all pairs of truth values: a flag gives True and False, and a part that is lost gives
    None.
    """

    def words(value: bool | None) -> str:
        return "{eo: present}" if value is None else f"{{whole: {str(value).lower()}}}"

    rank = {False: 0, None: 1, True: 2}
    back = {0: False, 1: None, 2: True}
    assert back[min(rank[one], rank[two])] is answer(f"{{and: [{words(one)}, {words(two)}]}}")
    assert back[max(rank[one], rank[two])] is answer(f"{{or: [{words(one)}, {words(two)}]}}")
    assert back[max(2 - rank[one], rank[two])] is answer(f"{{implies: {{if: {words(one)}, then: {words(two)}}}}}")


def test_a_scalar_field_that_is_unreadable_leaves_the_verdict_open() -> None:
    shown = telegram(eo=None, authority=None, banner=Banner(S, "S~CRET", Unread.expected(S, "a level", "S~CRET")))
    assert None is answer("{level: {at_least: C}}", shown)
    assert True is answer("{level: unreadable}", shown)
    assert False is answer("{instruction: present}", shown)
    assert True is answer("{level: present}", shown)


def test_dates_of_an_instruction() -> None:
    from checker.model import EoLine

    eo = EoLine(
        S, "E.O.", "12958", instruction=Instruction(S, "x", "date", dates=(Date.day(2017, 1, 1), Date.of("2018")))
    )
    shown = telegram(eo=eo)
    assert False is answer("{eo.instruction.dates: {all: {value: {before: 2017-06-01}}}}", shown)
    assert True is answer("{eo.instruction.dates: {all: {value: {before: 2019-01-01}}}}", shown)
    assert None is answer("{eo.instruction.dates: {all: {value: {before: 2018-06-01}}}}", shown)
