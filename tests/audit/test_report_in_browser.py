"""The report in a real browser at two widths: it is drawn, and nothing sticks out of the page."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from tests.reporters.test_page_in_browser import BROWSER, GROUND, PAPER, browse, pixels

pytestmark = [pytest.mark.skipif(BROWSER is None, reason="no browser here"), pytest.mark.slow]
WARNING, SHARE = (209, 139, 0), (122, 81, 149)  # of the bars and of the ranking of posts


@pytest.mark.parametrize("width", [1200, 500])
def test_the_report_is_drawn_and_nothing_sticks_out(finished, tmp_path, width):
    page = tmp_path / "report.html"
    page.write_bytes((finished / "report.html").read_bytes())
    picture = tmp_path / f"{width}.png"
    browse(page, f"--window-size={width},3000", f"--screenshot={picture}")
    step, rows = pixels(picture)
    colours = {tuple(row[at : at + 3]) for row in rows for at in range(0, len(row), step)}
    assert {WARNING, SHARE, PAPER, GROUND} <= colours
    assert {GROUND} == {tuple(row[-step:][:3]) for row in rows}, "the margin on the right is empty"


def test_labels_of_years_do_not_run_into_each_other(finished):
    heat = (finished / "report.html").read_text(encoding="utf-8").split("by rule and year")[1].split("</svg>")[0]
    years = [float(place) for place in re.findall(r'<text x="([0-9.]+)" y="12.0" text-anchor="middle"', heat)]
    assert len(years) > 3
    assert all(later - earlier > 40 for earlier, later in pairwise(years))
