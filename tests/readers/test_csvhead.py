"""Test CSV files with a row of column names: which are recognized, what the columns state, and what cannot be read."""

from __future__ import annotations

import pytest

from checker import readers
from checker.readers import Reading

TEXT = "UNCLAS STRELSAU 000123\n\nE.O. 12958: N/A\n\n1. THE KING SAID: NO.\n"


def read(data: str, **words: object) -> list[tuple[str, ...]]:
    """Return the name, reader, text, and facts of each document, or its name and why it was not read."""
    found: list[tuple[str, ...]] = []
    for item in readers.read("named.csv", data=data.encode(), **words):
        if isinstance(item, Reading):
            facts = " ".join(f"{fact.name}={fact.text}" for fact in item.facts)
            found.append((item.cable, item.reader, item.view.text, facts))
        else:
            found.append((item.cable, item.why))
    return found


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_names_say_what_holds_what(separator):
    head = separator.join(["id", "date", "classification", "body"])
    row = separator.join(["08STRELSAU123", "2008-03-14", "UNCLASSIFIED", '"UNCLAS ""A"" STRELSAU\n\n1. TEXT."'])
    stated = "reference_id=08STRELSAU123 created=2008-03-14 classification=UNCLASSIFIED"
    wanted = [("08STRELSAU123", "csv-head", 'UNCLAS "A" STRELSAU\n\n1. TEXT.', stated)]
    assert wanted == read(f"{head}\n{row}\n")


@pytest.mark.parametrize(
    "head",
    ['"ID","Body"', "ID, Body", "\ufeffid,body", "id,body\r", "Document Number,Message Text", '"refid" ; "content"'],
)
def test_names_are_folded(head):
    separator = ";" if ";" in head else ","
    found = read(f'{head}\n08STRELSAU123{separator}"1. TEXT."\n')
    assert [("08STRELSAU123", "csv-head", "1. TEXT.", "reference_id=08STRELSAU123")] == found


def test_each_row_has_its_own_line():
    rows = 'id,body\nA1,"ONE\nTWO"\n\nA2,THREE\n'
    found = list(readers.read("named.csv", data=rows.encode()))
    places = [item.view.source.position(item.view.span(0, 1).start) for item in found]
    assert [(2, 5), (5, 4)] == [(place.line, place.column) for place in places]


def test_a_table_without_a_text_column_is_told_and_not_read_as_a_telegram():
    why = (
        "is a table with the columns document_number, draft_date, from, subject, none of which is known to hold a "
        "telegram's text; name it in the settings (fields.body)"
    )
    assert [("", why)] == read("Document Number,Draft Date,From,Subject\n1974STRELS00123,1974,STRELSAU,BRIDGE\n")


def test_a_column_named_in_the_settings_holds_the_text():
    rows = "doc,when,cable_words\nA1,2008,1. TEXT.\n"
    assert [("line 2", "csv-head", "1. TEXT.", "")] == read(rows, settings={"body": "cable_words"})


def test_rows_that_cannot_be_read_are_told_and_the_others_are_read():
    rows = 'id,body\nA1,"ONE" X\nA2,TWO,2\nA3,\nA4,FOUR\nA5,"FIVE\nA6,SIX\n'
    wanted = [
        ("line 2", "unexpected text after the closing quote at character 10"),
        ("line 3", "the row has 3 columns (expected 2)"),
        ("A3", "no text in body"),
        ("A4", "csv-head", "FOUR", "reference_id=A4"),
        ("line 6", "the quote at character 4 of the row is never closed"),
    ]
    assert wanted == read(rows)


def test_a_row_larger_than_the_limit_is_told():
    rows = f'id,body\nA1,"{"LONG " * 100}"\nA2,SHORT\n'
    wanted = [
        ("line 2", "the row is larger than the limit of 100 bytes"),
        ("A2", "csv-head", "SHORT", "reference_id=A2"),
    ]
    assert wanted == read(rows, settings={"limit": 100})


@pytest.mark.parametrize(
    "text",
    [
        "PREL, PGOV, ECON\nA LINE, AND, MORE\n",
        "TO RUEHC/SECSTATE WASHDC, RUEHZN/AMCONSUL ZENDA\nBT\n",
        "Dear Sir, we thank you; the body of the text follows\n1. TEXT.\n",
        "1. (U) ONE, TWO, BODY\n2. (U) TWO\n",
    ],
)
def test_a_text_that_begins_with_commas_is_no_table(text):
    assert ["plain"] == [row[1] for row in read(text)]
