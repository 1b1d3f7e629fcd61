"""Test that any text can be written to every output and read back, or is visibly escaped there."""

from __future__ import annotations

import csv
import html.parser
import io
import json
from xml.etree import ElementTree

from hypothesis import given, settings
from hypothesis import strategies as st

from checker.reporters.escaping import (
    csv_cell,
    github_message,
    html_text,
    json_text,
    line_start,
    markdown_cell,
    uri,
    visible,
    xml_text,
)

TEXT = st.text(st.characters(codec=None), max_size=60) | st.text(
    "\r\n\t\x00\x1b:%=+@<>&'\"|`\u202e\ud800 a", max_size=40
)
SOME = settings(max_examples=150, deadline=None)


@SOME
@given(TEXT)
def test_visible_is_one_harmless_line_and_stays_so(text: str) -> None:
    shown = visible(text)
    assert all(letter.isprintable() or letter == " " or ord(letter) > 0x7F for letter in shown)
    assert not set(shown) & set("\r\n\t\x00\x1b\x85\u2028\u2029\u202e\u200b")
    assert visible(shown) == shown
    shown.encode("utf-8")


@SOME
@given(TEXT)
def test_json_comes_back(text: str) -> None:
    assert json_text(text) == json.loads(json.dumps(json_text(text)))
    json_text(text).encode("utf-8")


@SOME
@given(TEXT)
def test_xml_comes_back(text: str) -> None:
    element = ElementTree.Element("a", words=visible(text))
    element.text = xml_text(text)
    back = ElementTree.fromstring(ElementTree.tostring(element, encoding="unicode").encode("utf-8"))
    assert back.get("words") == visible(text)
    assert (back.text or "") == xml_text(text).replace("\r\n", "\n").replace("\r", "\n")


@SOME
@given(TEXT)
def test_html_is_text_and_nothing_else(text: str) -> None:
    class Reader(html.parser.HTMLParser):
        words, tags = "", 0

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.tags += 1
            assert dict(attrs) == {"title": visible(text)}

        def handle_data(self, data: str) -> None:
            self.words += data

    reader = Reader()
    reader.feed(f'<b title="{html_text(text)}">{html_text(text)}</b>')
    reader.close()
    assert (1, visible(text)) == (reader.tags, reader.words)


@SOME
@given(st.lists(TEXT, min_size=1, max_size=4))
def test_csv_rows_come_back_and_hold_no_formula(cells: list[str]) -> None:
    sheet = io.StringIO()
    csv.writer(sheet).writerow([csv_cell(cell) for cell in cells])
    rows = list(csv.reader(io.StringIO(sheet.getvalue(), newline=""), strict=True))
    assert [[csv_cell(cell) for cell in cells]] == rows or cells == [""]
    assert not any(cell.lstrip(' "')[:1] in tuple("=+-@|%") for row in rows for cell in row)


@SOME
@given(TEXT)
def test_a_workflow_command_is_never_ours_to_forge(text: str) -> None:
    assert not set(github_message(text)) & set("\r\n")
    assert not line_start(visible(text)).lstrip().startswith(("::", "##["))


@SOME
@given(TEXT)
def test_markdown_cells_hold_no_bar_and_no_tag(text: str) -> None:
    assert not set(markdown_cell(text)) & set("|<>`*[]@\n")


@SOME
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30))
def test_a_uri_is_plain(path: str) -> None:
    assert uri(path).isascii()
    assert not set(uri(path)) & set(' "<>\\^`{|}\x00')
