"""The report in a real browser: it is drawn, short, and nothing is cut at any width."""

from __future__ import annotations

import html
import re

import pytest

from tests.reporters.test_page_in_browser import BROWSER, browse, pixels

pytestmark = [pytest.mark.skipif(BROWSER is None, reason="no browser here"), pytest.mark.slow]
ERROR, PAPER, GROUND = (168, 32, 26), (255, 255, 255), (245, 246, 248)
STRIPS = {(29, 107, 53), (11, 79, 158), (176, 19, 24), (154, 74, 0)}  # the highest marking, over the whole width


@pytest.mark.parametrize("width", [1200, 500])
def test_the_report_is_drawn_and_nothing_sticks_out(finished, tmp_path, width):
    page = tmp_path / "report.html"
    page.write_bytes((finished / "report.html").read_bytes())
    picture = tmp_path / f"{width}.png"
    browse(page, f"--window-size={width},3000", f"--screenshot={picture}")
    step, rows = pixels(picture)
    colours = {tuple(row[at : at + 3]) for row in rows for at in range(0, len(row), step)}
    assert {ERROR, PAPER, GROUND} <= colours
    edge = {tuple(row[-step:][:3]) for row in rows}
    assert GROUND in edge and edge - {GROUND} <= STRIPS, "the margin on the right is empty"


@pytest.mark.parametrize("width", [320, 420, 1200])
def test_nothing_is_cut_and_the_page_is_short(finished, tmp_path, width):
    frame = tmp_path / "frame.html"  # a window cannot be as narrow as a frame
    text = html.escape((finished / "report.html").read_text(encoding="utf-8"))
    measure = "let d=f.contentDocument.documentElement;document.title=d.scrollWidth+' '+d.scrollHeight"
    frame.write_text(
        f'<iframe id="f" style="width:{width}px;height:600px;border:0" srcdoc="{text}" onload="{measure}"></iframe>',
        encoding="utf-8",
    )
    found = re.search(rb"<title>(\d+) (\d+)</title>", browse(frame, "--dump-dom"))
    assert found is not None
    assert int(found[1]) <= width
    assert int(found[2]) < 12 * 800 or width < 1200
