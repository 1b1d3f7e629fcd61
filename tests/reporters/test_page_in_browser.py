"""Test the HTML page in a browser at two widths: it is displayed, nothing overflows, and its script runs under its
policy.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from checker.config import settle
from checker.linter import lint
from checker.record import copied
from checker.reporters import render

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.slow
ERROR, GROUND = "rgb(253, 234, 232)", "rgb(245, 246, 248)"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    words = {"rules": (str(ROOT / "tests" / "runs" / "pack"),), "select": ("TST", "TST-003")}
    documents = ROOT / "tests" / "runs" / "documents"
    outcome = lint([str(documents / "defects.txt")], copied(settle(words, isolated=True), with_text=True))
    path = tmp_path_factory.mktemp("page") / "page.html"
    path.write_text("".join(render("html", outcome)), encoding="utf-8")
    return path


@contextmanager
def opened(chromium: Any, path: Path) -> Iterator[Any]:
    """Yield a page opened in a browser without a network. Assert that it requests nothing else and logs no error."""
    asked: list[str] = []
    errors: list[str] = []
    context = chromium.new_context(viewport={"width": 1200, "height": 800}, offline=True)
    page = context.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
    page.goto(path.as_uri())
    try:
        yield page
    finally:
        context.close()
    assert ([path.as_uri()], []) == (asked, errors)


def outside(page: Any) -> list[str]:
    """Return the elements that extend beyond the window or whose text is cut off, except in areas that scroll."""
    found: list[str] = page.evaluate("""() => [...document.body.querySelectorAll('*')].filter(one => {
        const box = one.getBoundingClientRect(), look = getComputedStyle(one);
        const cut = look.overflowX === 'hidden' || look.overflowX === 'clip';
        if (!box.width || one.closest('[hidden]')) return false;
        for (let up = one.parentElement; up; up = up.parentElement)
            if (['auto', 'scroll'].includes(getComputedStyle(up).overflowX)) return false;
        return box.right > innerWidth + 0.5 || box.left < -0.5 || (cut && one.scrollWidth > one.clientWidth + 1);
    }).map(one => one.outerHTML.slice(0, 120))""")
    wide = page.evaluate("document.documentElement.scrollWidth") - page.viewport_size["width"]
    return found + ([f"the page is {wide} px too wide"] if wide > 0 else [])


def test_the_page_is_drawn_under_its_policy_and_nothing_sticks_out(page: Path, chromium: Any) -> None:
    assert b'<form class="filters" hidden' in page.read_bytes()
    with opened(chromium, page) as shown:
        assert shown.is_visible("form.filters")  # its script has run
        assert GROUND == shown.evaluate("getComputedStyle(document.body).backgroundColor")
        assert ERROR == shown.evaluate(
            "getComputedStyle(document.querySelector('.error.badge, .error.severity')).backgroundColor"
        )
        for width in (900, 400, 320):
            shown.set_viewport_size({"width": width, "height": 1000})
            assert [] == outside(shown), width
