"""The reports: text, plots and tables tell the same numbers, and nothing in them is alive."""

from __future__ import annotations

import json
import os
import re
from html.parser import HTMLParser

import pytest

from checker.audit import database, statistics, svg_charts
from checker.audit.tables import documented

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class Page(HTMLParser):
    """Titles of the marks in the drawings, and everything that could reach out."""

    def __init__(self):
        super().__init__()
        self.titles, self.tags, self.source_record, self.open = [], set(), [], []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.open.append(tag)
        self.source_record += [value for name, value in attrs if name in ("src", "href") or name.startswith("on")]

    def handle_endtag(self, tag):
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data):
        if self.open[-1:] == ["title"] and "svg" in self.open:
            self.titles.append(data)


@pytest.fixture(scope="module")
def page(finished):
    made = Page()
    made.feed((finished / "report.html").read_text(encoding="utf-8"))
    return made


@pytest.fixture(scope="module")
def found(finished):
    query = database.Query(str(finished))
    yield statistics.figures(query)
    query.close()


def test_the_page_is_whole_by_itself(page):
    assert [] == page.source_record
    assert not {"script", "link", "img", "iframe", "object"} & page.tags


def test_the_bars_say_what_the_table_of_rules_says(page, found):
    wanted = {f"{row[0]} {row[1]}: {row[7]:,} {row[2]}" for row in found["rules"][:30] if row[7]}
    assert wanted <= set(page.titles)


def test_the_heat_map_says_what_the_table_says(page, found):
    years = dict(found["years"])
    shown = {title for title in page.titles if re.fullmatch(r"\S+ \d{4}: .* telegrams", title)}
    wanted = {f"{rule} {year}: {count:,} of {years[year]:,} telegrams" for rule, year, count in found["heat"]}
    assert shown and shown <= wanted
    assert shown == wanted or len({rule for rule, _, _ in found["heat"]}) > 30


def test_the_flow_says_what_the_table_says(page, found):
    wanted = {f"{row[0]} portions under a {row[2]} banner: {row[4]:,}" for row in found["flow"]}
    assert wanted == {title for title in page.titles if " portions under a " in title}


def test_the_schedule_says_what_the_table_says(page, found):
    first = min(row[0] for row in found["schedule"])
    wanted = {f"{year} {basis}: {count:,}" for year, basis, count in found["schedule"] if year <= first + 90}
    assert wanted <= set(page.titles)


def test_every_report_tells_the_same_account(finished, found):
    summary = json.loads((finished / "summary.json").read_text())
    account = summary["account"]
    line = f"{account['checked']:,} documents: {account['checked']:,} checked, 0 excluded, 0 failed"
    for name in ("report.txt", "report.md", "report.html"):
        assert line in (finished / name).read_text(), name
    assert summary["never_applied"] == [row[0] for row in found["idle"]]
    for rule, _ in found["idle"]:
        assert rule in (finished / "report.txt").read_text()


def test_words_of_documents_are_not_markup():
    drawn = svg_charts.bars([("<script>alert(1)</script>", [("error", 3)])], "x") + svg_charts.flow(
        [("<b>", 2, '"on"', 1, 4)], "<i>"
    )
    assert "<script" not in drawn and "<b>" not in drawn and "<i>" not in drawn


def test_drawings_of_nothing_are_nothing():
    assert ["", "", ""] == [svg_charts.heat([], [], "x"), svg_charts.flow([], "x"), svg_charts.columns([], [], "x")]


def test_the_documented_tables_are_the_tables():
    with open(os.path.join(ROOT, "docs", "audit.md"), encoding="utf-8") as file:
        assert documented() in file.read(), "put checker.audit.tables.documented() between the marks of docs/audit.md"
