"""The workbench in a real browser: reviewing with keys alone, restarts, narrow screens, accessibility, no other host."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from checker import audit, synth
from checker.config import Options

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
sync_api = pytest.importorskip("playwright.sync_api", reason="the package playwright is not installed")
pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium here: the workbench was not drawn")

ROOT = Path(__file__).parents[2]
DEFAULT = "/findings?severity=error&severity=warning&decision=none"


class Server:
    """`cablecheck view` in a process of its own."""

    def __init__(self, out: Path, *words: str) -> None:
        command = [sys.executable, "-m", "checker", "view", str(out), "--no-browser", "--port", "0", "--quiet", *words]
        env = {**os.environ, "PYTHONPATH": str(ROOT)}
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=env)
        assert self.process.stdout is not None
        found = re.search(r"http://\S+", self.process.stdout.readline())
        assert found, "the server did not start"
        self.address = found[0]
        self.home = self.address.partition("/?")[0]

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("browser")
    synth.write(2000, 5, 0.3, str(folder / "cables.jsonl"))
    audit.run([str(folder / "cables.jsonl")], str(folder / "out"), Options(jobs=1))
    return folder


@pytest.fixture
def out(corpus, tmp_path) -> Path:
    return Path(shutil.copytree(corpus / "out", tmp_path / "out"))


@pytest.fixture(scope="module")
def chromium() -> Iterator[object]:
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


def _matters(line) -> bool:
    """Return whether a line of the console is an error of ours: tests stop their servers themselves."""
    return line.type == "error" and "ERR_CONNECTION" not in line.text


@pytest.fixture
def start(chromium):
    """Start a server on an audit and sign in; every request to another host fails the test."""
    servers: list[Server] = []
    contexts = []
    foreign: list[str] = []
    errors: list[str] = []

    def begin(out: Path, *words: str, width: int = 1200, script: bool = True, scheme: str = "light"):
        server = Server(out, *words)
        servers.append(server)
        context = chromium.new_context(
            viewport={"width": width, "height": 800}, java_script_enabled=script, color_scheme=scheme
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.on(
            "request", lambda request: foreign.append(request.url) if not request.url.startswith(server.home) else None
        )
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda line: errors.append(line.text) if _matters(line) else None)
        page.goto(server.address)
        page.server = server
        return page

    yield begin
    for context in contexts:
        context.close()
    for server in servers:
        server.stop()
    assert [] == foreign and [] == errors


def go(page, path: str) -> None:
    page.goto(page.server.home + path)


def wait_for_words(page, words: str) -> None:
    page.wait_for_function("words => document.querySelector('#status').textContent.includes(words)", arg=words)


def current(page) -> str:
    return page.get_attribute("#pane > article", "data-fingerprint")


def press(page, key: str) -> str:
    """Press a key that moves on to another finding; return the new one."""
    before = current(page)
    page.keyboard.press(key)
    page.wait_for_function(
        "before => document.querySelector('#pane > article').dataset.fingerprint !== before", arg=before
    )
    return current(page)


def test_a_review_with_keys_alone(out, start):
    page = start(out)
    page.keyboard.press("Tab")  # skip link, then the navigation
    go(page, DEFAULT)
    total = int(page.inner_text("#heading").split()[0].replace(",", ""))
    page.keyboard.press("1")
    page.wait_for_selector("#namedialog[open]")
    page.keyboard.type("K. Reviewer")
    first = current(page)
    page.keyboard.press("Enter")
    wait_for_words(page, f"Saved: Confirmed. 1 of {total}.")
    decided = {first: "confirmed"}
    for count, keys in enumerate(("1", "0", "21", "34n", "22", "1", "31", "0", "24"), 2):
        page.wait_for_function(
            "before => document.querySelector('#pane > article').dataset.fingerprint !== before", arg=first
        )
        first = current(page)
        for key in keys:
            if key == "n":
                page.wait_for_selector("#notedialog[open]")
                page.keyboard.type("Agreed with the records officer.")
                page.keyboard.press("Tab")
                page.keyboard.press("Tab")
                while page.evaluate("document.activeElement.value") != "ok":
                    page.keyboard.press("Tab")
                page.keyboard.press("Enter")
            else:
                page.keyboard.press(key)
        wait_for_words(page, f" {count} of {total}.")
        decided[first] = {"1": "confirmed", "0": "unsure", "2": "false_alarm", "3": "accepted"}[keys[0]]
    page.wait_for_function(
        "before => document.querySelector('#pane > article').dataset.fingerprint !== before", arg=first
    )
    page.keyboard.press("z")
    wait_for_words(page, "Undone.")
    del decided[first]
    page.server.stop()

    again = start(out)
    go(again, "/decisions")
    assert f"{len(decided) + 1} decisions" in again.inner_text("h1")  # with the one that was undone
    go(again, "/findings?sort=place&reviewer=K.+Reviewer")
    rows = again.eval_on_selector_all(
        "#rows > .row", "rows => rows.map(row => [row.dataset.fingerprint, row.dataset.decision])"
    )
    assert decided == dict(rows)


def test_from_a_count_to_the_telegram_with_its_place_in_view(out, start):
    page = start(out)
    page.click("text=unreviewed errors")
    page.wait_for_selector("#rows")
    page.keyboard.press("j")
    page.wait_for_selector("#rows > .row:nth-child(2) > a[aria-current]")
    for _ in range(5):
        press(page, "j")
        if page.query_selector("mark.current"):
            box, text = page.locator("mark.current").first.bounding_box(), page.locator(".reading").bounding_box()
            assert text["y"] <= box["y"] and box["y"] + box["height"] <= text["y"] + text["height"]
    before = page.get_attribute("#pane > article", "data-document")
    press(page, "n")
    assert before != page.get_attribute("#pane > article", "data-document")
    press(page, "p")
    page.keyboard.press("/")
    assert "q" == page.evaluate("document.activeElement.id")
    page.keyboard.type("j1")  # keys are off in fields
    assert "j1" == page.input_value("#q")
    page.keyboard.press("Escape")
    assert "q" != page.evaluate("document.activeElement.id")
    page.keyboard.press("f")
    assert page.evaluate("document.activeElement.closest('.filters') !== null")
    page.keyboard.press("?")
    page.wait_for_selector("#keysdialog[open]")
    page.check("#keysoff")
    page.keyboard.press("Escape")
    here = current(page)
    page.keyboard.press("j")
    page.wait_for_timeout(300)
    assert here == current(page)


def test_several_findings_at_once(out, start):
    page = start(out, "--reviewer", "K. Reviewer")
    go(page, DEFAULT)
    for _ in range(3):
        page.keyboard.press("x")
        press(page, "j")
    assert 3 == page.locator("#rows input:checked").count()
    page.keyboard.press("2")
    page.keyboard.press("2")
    page.wait_for_selector("#bulkdialog[open]")
    assert "Mark 3 findings as False alarm" in page.inner_text("#bulkwords")
    page.keyboard.type("2")
    page.keyboard.press("Enter")
    wait_for_words(page, "Nothing was saved")
    page.keyboard.press("2")
    page.keyboard.press("2")
    page.wait_for_selector("#bulkdialog[open]")
    page.keyboard.type("3")
    page.keyboard.press("Enter")
    wait_for_words(page, "Saved: False alarm. 3 of")


def test_a_permalink_needs_the_cookie(out, start, chromium):
    page = start(out)
    go(page, DEFAULT)
    link = page.get_attribute(".permalink", "href")
    stranger = chromium.new_context()
    other = stranger.new_page()
    answer = other.goto(page.server.home + link)
    assert 401 == answer.status and "FMT" not in other.content()
    stranger.close()
    go(page, link)
    assert page.locator(".box").count() == 1


def test_reading_without_script(out, start):
    page = start(out, script=False)
    go(page, DEFAULT)
    page.click("#rows > .row:nth-child(3) > a")
    assert page.locator("#rows > .row:nth-child(3) > a[aria-current]").count() == 1
    assert page.locator(".text .line").count() > 3
    page.click(".facet:has(h2:text-is('Rule')) li:first-child > a")
    assert "rule=" in page.url
    page.fill("#q", "festival")
    page.press("#q", "Enter")
    assert "q=festival" in page.url


PAGES = (
    "/", DEFAULT, DEFAULT + "&item=3", "/findings?undetermined=copy", "/documents", "/documents/1", "/rules", "/rules/FMT-002",
    "/due", "/references/7", "/decisions", "/query?sql=select+rule+from+rules", "/values/post", "/compare", "/samples", "/inspection", "/nothing",
)  # fmt: skip


@pytest.mark.parametrize("width", [1200, 900, 420, 320])
def test_no_page_scrolls_sideways(width, out, start):
    page = start(out, "--compare", str(out), width=width)
    for path in (path for path in PAGES if path != "/nothing"):
        go(page, path)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, (path, wide)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1200, 420])
def test_axe_finds_nothing(width, scheme, out, start):
    axe_module = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
    page = start(out, "--compare", str(out), width=width, scheme=scheme)
    for path in (path for path in PAGES if path != "/nothing"):
        go(page, path)
        found = axe_module.Axe().run(page)
        told = [
            (each["id"], [node["html"][:120] for node in each["nodes"]][:3]) for each in found.response["violations"]
        ]
        assert [] == told, (path, told)
    go(page, DEFAULT)
    if width == 420:
        page.click("#rows > .row:first-child > a")
        page.wait_for_selector(".bar")
    page.click('[data-decision="false_alarm"]')
    found = axe_module.Axe().run(page)
    assert [] == [each["id"] for each in found.response["violations"]]


def test_small_screens_have_list_and_telegram_apart(out, start):
    page = start(out, width=420)
    go(page, DEFAULT)
    assert page.is_visible(".list") and not page.is_visible(".pane") and not page.is_visible(".filters")
    page.click(".tofilters")
    assert page.is_visible(".filters")
    page.click(".drawer a")
    page.click("#rows > .row:first-child > a")
    page.wait_for_selector(".pane", state="visible")
    assert not page.is_visible(".list")
    for button in page.locator(".choices button:visible").all():
        assert button.bounding_box()["height"] >= 44
    page.click(".back a")
    assert page.is_visible(".list")


def test_printing_leaves_the_telegram(out, start):
    page = start(out)
    go(page, DEFAULT)
    page.emulate_media(media="print")
    assert page.is_visible(".text") and not page.is_visible(".filters") and not page.is_visible(".bar")


def test_a_stopped_server_is_reported_and_nothing_is_lost(out, start):
    page = start(out, "--reviewer", "K. Reviewer")
    go(page, DEFAULT)
    page.server.stop()
    page.keyboard.press("1")
    try:
        wait_for_words(page, "The server does not answer. Nothing was saved.")
    finally:
        page.evaluate("document.querySelector('#status').dataset.told = '1'")


def test_ctrl_c_ends_with_0_and_a_taken_port_with_2(out):
    import signal

    server = Server(out)
    port = server.home.rpartition(":")[2]
    done = subprocess.run(
        [sys.executable, "-m", "checker", "view", str(out), "--no-browser", "--port", port],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert 2 == done.returncode and f"port {port} cannot be used" in done.stderr
    server.process.send_signal(signal.SIGINT)
    assert 0 == server.process.wait(20)
    done = subprocess.run(
        [sys.executable, "-m", "checker", "view", str(out.parent), "--no-browser"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert 2 == done.returncode and "audit.json" in done.stderr and done.stderr.count("\n") == 1
