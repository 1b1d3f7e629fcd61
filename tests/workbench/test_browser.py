"""Test the workbench in a browser: reviewing with the keyboard, restarts, narrow screens, accessibility, and no other
host.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from checker.audit import samples
from checker.decisions import ReviewDecision
from checker.workbench.application import ViewOptions, Workbench
from checker.workbench.criteria import parse
from checker.workbench.server import application, bind, server_of

axe_base = pytest.importorskip("axe_playwright_python.base", reason="axe is not installed")
ROOT = Path(__file__).parents[2]
DEFAULT = "/findings?severity=error&severity=warning&decision=none"


class Server:
    """A server like that of `cablecheck view`, on its own port and in a thread of this process."""

    def __init__(self, out: Path, **options: object) -> None:
        self.listener = bind(0)
        port = self.listener.getsockname()[1]
        self.workbench = Workbench(ViewOptions(str(out), **options))  # type: ignore[arg-type]
        guard = application(self.workbench, port, lambda line: None, lambda token: None)
        self.home = f"http://127.0.0.1:{port}"
        self.address = f"{self.home}/?token={guard.token}"
        self.server = server_of(guard)
        self.thread = threading.Thread(target=self.server.run, kwargs={"sockets": [self.listener]}, daemon=True)
        self.thread.start()

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join(20)
        self.listener.close()
        self.workbench.close()


@pytest.fixture
def out(shared, tmp_path) -> Path:
    return Path(shutil.copytree(shared / "out", tmp_path / "out"))


class Visits:
    """Pages that are signed in to a server. `foreign` lists requests to other hosts, and `errors` the errors logged;
    both must be empty.
    """

    def __init__(self, chromium) -> None:
        self.chromium = chromium
        self.servers: list[Server] = []
        self.contexts: list[object] = []
        self.foreign: list[str] = []
        self.errors: list[str] = []

    def begin(self, out: Path, *, width: int = 1200, script: bool = True, scheme: str = "light", **options: object):
        server = Server(out, **options)
        self.servers.append(server)
        context = self.chromium.new_context(
            viewport={"width": width, "height": 800}, java_script_enabled=script, color_scheme=scheme
        )
        self.contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.on("request", lambda request: self.ask(request.url, server.home))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda line: self.errors.append(line.text) if _matters(line) else None)
        page.goto(server.address)
        page.server = server
        return page

    def ask(self, url: str, home: str) -> None:
        if not url.startswith(f"{home}/"):
            self.foreign.append(url)

    def end(self) -> None:
        for context in self.contexts:
            context.close()  # type: ignore[attr-defined]
        for server in self.servers:
            server.stop()
        assert [] == self.foreign and [] == self.errors


def _matters(line) -> bool:
    """Return whether a console message is an error in our code. Failed requests are not, because tests stop servers and
    request missing pages.
    """
    return line.type == "error" and "Failed to load resource" not in line.text


@pytest.fixture
def start(chromium):
    """Yield a function that starts a server for an audit and returns a page that is signed in. A request to another
    host fails the test.
    """
    visits = Visits(chromium)
    yield visits.begin
    visits.end()


def go(page, path: str) -> None:
    page.goto(page.server.home + path)


def follow(page, selector: str) -> None:
    """Click a link, and wait until the next page has run its script."""
    with page.expect_navigation():
        page.click(selector)


def wait_for_words(page, words: str) -> None:
    page.wait_for_function("words => document.querySelector('#status').textContent.includes(words)", arg=words)


def current(page) -> str:
    return page.get_attribute("#pane > article", "data-fingerprint")


def press(page, key: str) -> str:
    """Press a key that moves on to another finding, and return that finding's fingerprint."""
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
    assert f"{len(decided) + 1} decisions" in again.inner_text("h1")  # including the one that was undone
    go(again, "/findings?sort=place&reviewer=K.+Reviewer")
    rows = again.eval_on_selector_all(
        "#rows > .row", "rows => rows.map(row => [row.dataset.fingerprint, row.dataset.decision])"
    )
    assert decided == dict(rows)


IN_VIEW = """() => {
    const mark = document.querySelector("mark.current"), text = document.querySelector(".reading");
    if (!mark || !text) return true;
    const box = mark.getBoundingClientRect(), around = text.getBoundingClientRect();
    return around.top <= box.top && box.bottom <= around.bottom;
}"""  # in one call, because the next telegram may replace the text between two


def test_from_a_count_to_the_telegram_with_its_place_in_view(out, start):
    page = start(out)
    follow(page, "text=unreviewed errors")
    page.keyboard.press("j")
    page.wait_for_selector("#rows > .row:nth-child(2) > a[aria-current]")
    for _ in range(5):
        press(page, "j")
        assert page.evaluate(IN_VIEW)
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
    page = start(out, reviewer="K. Reviewer")
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


def test_a_key_right_after_a_dialog_closes_is_not_lost(out, start):
    page = start(out, reviewer="K. Reviewer")
    go(page, DEFAULT)
    page.keyboard.press("x")
    page.keyboard.press("2")
    page.keyboard.press("2")
    page.wait_for_selector("#bulkdialog[open]")
    page.evaluate("""() => {
        const key = () => new KeyboardEvent("keydown", { key: "2", bubbles: true });
        const dialog = document.querySelector("#bulkdialog");
        dialog.addEventListener("close", () => {
            document.activeElement.dispatchEvent(key());
            document.activeElement.dispatchEvent(key());
        }, { once: true });
        dialog.querySelector("button").click();
    }""")
    page.wait_for_selector("#bulkdialog[open]")
    assert "Mark 1 finding as False alarm" in page.inner_text("#bulkwords")


def test_all_findings_of_a_list_are_decided_at_once_and_undone(out, start):
    page = start(out, reviewer="K. Reviewer")
    go(page, "/findings?decision=none")
    total = int(page.inner_text("#heading").split()[0])
    assert total > 50  # more than a page
    page.keyboard.press("a")
    wait_for_words(page, f"All {total} findings in this list")
    page.keyboard.press("1")
    page.wait_for_selector("#bulkdialog[open]")
    assert f"all {total} findings" in page.inner_text("#bulkwords")
    page.keyboard.type(str(total - 1))
    page.keyboard.press("Enter")
    wait_for_words(page, "Nothing was saved")
    page.keyboard.press("1")
    page.wait_for_selector("#bulkdialog[open]")
    page.keyboard.type(str(total))
    page.keyboard.press("Enter")
    wait_for_words(page, f"Saved: Confirmed. {total} findings")
    assert "0 findings" == page.inner_text("#heading")
    page.keyboard.press("z")
    wait_for_words(page, "Undone")
    assert f"{total} findings" == page.inner_text("#heading")


def test_a_missed_finding_is_reported_with_keys_alone(out, start):
    page = start(out, reviewer="K. Reviewer")
    go(page, "/documents/1")
    page.keyboard.press("m")
    page.wait_for_selector("#misseddialog[open]")
    page.keyboard.press("Tab")
    page.keyboard.type("Portion marking")
    page.keyboard.press("Enter")
    wait_for_words(page, "Saved: missed finding.")
    go(page, "/decisions")
    assert "Portion marking" in page.inner_text("tbody")


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
    "/", DEFAULT, DEFAULT + "&item=3", "/findings?undetermined=copy", "/findings/{fingerprint}", "/findings/0123456789abcdef0123",
    "/documents?q=festival", "/documents/1", "/rules", "/rules/FMT-002", "/coverage", "/coverage?field=dtg", "/due?year=2003", "/references/7", "/decisions",
    "/query?sql=select+rule+from+rules+limit+20", "/query?sql=select+nix", "/values/post", "/compare", "/compare?kind=new", "/samples",
    "/samples/spring", "/samples/read", "/inspection", "/inspection/read", "/nothing",
)  # fmt: skip


@pytest.fixture(scope="module")
def visited(shared, chromium, tmp_path_factory):
    """Yield a page that is signed in to an audit with two samples, some decisions, and another
    audit to compare with.
    """
    out = Path(shutil.copytree(shared / "out", tmp_path_factory.mktemp("visited") / "out"))
    visits = Visits(chromium)
    page = visits.begin(out, compare=str(shared / "out"), reviewer="K. Reviewer")
    bench = page.server.workbench
    for name, kind in (("spring", samples.FINDINGS), ("read", samples.DOCUMENTS)):
        bench.draw(name, kind, "", parse([("severity", "error")]), 3, 1, False)
    for row in bench.tables.named(parse([("sample", "spring")]), 4):
        bench.decide([row], ReviewDecision("", "", "confirmed", "K. Reviewer", note="As the manual has it."))
    page.fingerprint = row["fingerprint"]
    page.add_init_script(path=axe_base.AXE_FILE_PATH)
    yield page
    visits.end()


def violations(page, *rules: str) -> list[object]:
    """Return the violations that axe-core finds, by the given rules or, without any, by all its rules."""
    only = f", runOnly: {{type: 'rule', values: {list(rules)}}}" if rules else ""
    found = page.evaluate(f"axe.run(document, {{resultTypes: ['violations']{only}}}).then(found => found.violations)")
    return [(each["id"], [node["html"][:120] for node in each["nodes"]][:3]) for each in found]


def looks(page, path: str) -> None:
    """Check the current page at four widths and, at two of them, with axe-core in light and dark colors.

    In dark colors, only the two rules whose verdict depends on colors are checked.
    """
    for width in (1200, 900, 420, 320):
        page.set_viewport_size({"width": width, "height": 800})
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, (path, width, wide)
        if width in (1200, 420):
            page.emulate_media(color_scheme="light")
            assert [] == violations(page), (path, width)
            page.emulate_media(color_scheme="dark")
            assert [] == violations(page, "color-contrast", "link-in-text-block"), (path, width, "dark")


@pytest.mark.parametrize("path", PAGES)
def test_no_page_scrolls_sideways_and_axe_finds_nothing(path, visited):
    go(visited, path.format(fingerprint=visited.fingerprint))
    looks(visited, path)


@pytest.mark.parametrize("opened", ["false_alarm", "keys", "all", "name"])
def test_axe_finds_nothing_in_what_a_key_opens(opened, visited):
    go(visited, DEFAULT + "&item=3")
    visited.emulate_media(color_scheme="light")
    if opened == "name":
        visited.evaluate("document.querySelector('#namedialog').showModal()")
    else:
        visited.keyboard.press({"false_alarm": "2", "keys": "?", "all": "a"}[opened])
    looks(visited, opened)


def test_small_screens_have_list_and_telegram_apart(out, start):
    page = start(out, width=420)
    go(page, DEFAULT)
    assert page.is_visible(".list") and not page.is_visible(".pane") and not page.is_visible(".filters")
    page.click(".tofilters")
    assert page.is_visible(".filters")
    page.click(".drawer a")
    follow(page, "#rows > .row:first-child > a")
    assert page.is_visible(".pane") and not page.is_visible(".list")
    for button in page.locator(".choices button:visible").all():
        assert button.bounding_box()["height"] >= 44
    follow(page, ".back a")
    assert page.is_visible(".list")


def test_printing_leaves_the_telegram(out, start):
    page = start(out)
    go(page, DEFAULT)
    page.emulate_media(media="print")
    assert page.is_visible(".text") and not page.is_visible(".filters") and not page.is_visible(".bar")


def test_a_stopped_server_is_reported_and_nothing_is_lost(out, start):
    page = start(out, reviewer="K. Reviewer")
    go(page, DEFAULT)
    page.server.stop()
    page.keyboard.press("1")
    try:
        wait_for_words(page, "The server did not respond. Nothing was saved.")
    finally:
        page.evaluate("document.querySelector('#status').dataset.told = '1'")


def test_ctrl_c_ends_with_0_and_a_taken_port_with_2(out):
    command = [sys.executable, "-m", "checker", "view", "--no-browser"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [*command, str(out), "--port", "0"], stdout=subprocess.PIPE, text=True, cwd=ROOT, env=env
    )
    assert process.stdout is not None
    found = re.search(r"http://127\.0\.0\.1:(\d+)/\?token=\S+", process.stdout.readline())
    assert found, "the server did not start"
    for words, told in (
        ([str(out), "--port", found[1]], f"port {found[1]} cannot be used"),
        ([str(out.parent)], "contains no audit"),
    ):
        done = subprocess.run([*command, *words], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
        assert 2 == done.returncode and told in done.stderr and 1 == done.stderr.count("\n")
    process.send_signal(signal.SIGINT)
    assert 0 == process.wait(20)
