"""Test the report in a browser: it is displayed, it is short, and nothing is cut off at any width."""

from __future__ import annotations

import pytest

from tests.reporters.test_page_in_browser import opened, outside

pytestmark = pytest.mark.slow
ERROR = "rgb(168, 32, 26)"


def test_the_report_is_drawn_short_and_whole_at_every_width(finished, chromium):
    with opened(chromium, finished / "report.html") as page:
        assert ERROR == page.evaluate("getComputedStyle(document.querySelector('.tile.error')).borderLeftColor")
        for width in (1200, 500, 420, 320):
            page.set_viewport_size({"width": width, "height": 800})
            assert [] == outside(page), width
            if width == 1200:
                assert page.evaluate("document.documentElement.scrollHeight") < 12 * 800
