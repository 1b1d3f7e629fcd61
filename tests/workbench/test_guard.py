"""Test each defense that protects a reader's machine; each test fails without the defense it names."""

from __future__ import annotations

import re

import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from checker.workbench import guard as guard_module
from checker.workbench.guard import BODY_BYTES, CSRF, HEADERS, IMPORT_BYTES, IMPORTS, Guard

PORT = 8437
HOME = f"http://127.0.0.1:{PORT}"


class Site:
    """A guarded application with two routes, and a client that may be signed in."""

    def __init__(self, read_only: bool = False) -> None:
        self.lines: list[str] = []
        self.reached: list[object] = []
        self.tokens: list[str] = []

        def read(request):
            return PlainTextResponse("words of the audit")

        def write(request):
            self.reached.append(request.scope["cablecheck.json"])
            return JSONResponse({})

        def page(status, sentence, link):
            return PlainTextResponse(f"{sentence} <{link}>", status)

        routes = [
            Route("/findings/{fingerprint}", read),
            Route("/{rest:path}", read, methods=["GET"]),
            Route("/{rest:path}", write, methods=["POST"]),
        ]
        self.guard = Guard(Starlette(routes=routes), PORT, page, self.lines.append, self.tokens.append, read_only)

    def browser(self, signed_in: bool = True, home: str = HOME) -> TestClient:
        client = TestClient(self.guard, base_url=home, follow_redirects=False)
        if signed_in:
            assert 303 == client.get(f"/?token={self.guard.token}").status_code
        return client

    def csrf(self) -> str:
        return list(self.guard.sessions.values())[-1].csrf

    def headers(self, **changed: str | None) -> dict[str, str]:
        plain = {"origin": HOME, "content-type": "application/json", CSRF: self.csrf()}
        found = {**plain, **{name.replace("_", "-"): value for name, value in changed.items()}}
        return {name: value for name, value in found.items() if value is not None}


@pytest.fixture
def site() -> Site:
    return Site()


# ---- 2. the token and the cookie -------------------------------------------------------------------------------------


def test_nothing_is_shown_without_a_cookie(site):
    browser = site.browser(signed_in=False)
    answer = browser.get("/findings?rule=CLS-001")
    assert 401 == answer.status_code and "words" not in answer.text
    assert 401 == browser.post("/decisions", json={}, headers={"origin": HOME}).status_code
    assert [] == site.reached


def test_the_token_is_exchanged_once_for_a_cookie_and_a_clean_address(site):
    browser = site.browser(signed_in=False)
    token = site.guard.token
    answer = browser.get(f"/?token={token}")
    assert (303, "/") == (answer.status_code, answer.headers["location"])
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"cablecheck-{PORT}=") and "HttpOnly" in cookie and "samesite=strict" in cookie.lower()
    assert "expires" not in cookie.lower() and "max-age" not in cookie.lower()  # it ends with the browser's session
    assert token not in cookie
    assert 200 == browser.get("/").status_code
    other = site.browser(signed_in=False)
    assert 401 == other.get(f"/?token={token}").status_code  # it works once
    assert 303 == other.get(f"/?token={site.tokens[-1]}").status_code  # the next one was announced
    assert len(token) >= 43  # 256 bits


@pytest.mark.parametrize("token", ["", "x", "é", "%ff", "a" * 43])
def test_a_wrong_token_is_refused(site, token):
    assert 401 == site.browser(signed_in=False).get(f"/?token={token}").status_code


def test_the_token_is_compared_in_constant_time(site, monkeypatch):
    seen = []
    monkeypatch.setattr(guard_module, "compare_digest", lambda a, b: seen.append((a, b)) or a == b)
    site.browser(signed_in=False).get("/?token=wrong")
    assert (b"wrong", site.guard.token.encode()) in seen


def test_the_cookie_of_another_port_or_process_is_refused(site):
    browser = site.browser()
    value = browser.cookies[f"cablecheck-{PORT}"]
    for name, given in (
        (f"cablecheck-{PORT + 1}", value),
        (f"cablecheck-{PORT}", value[:-1]),
        (f"cablecheck-{PORT}", ""),
    ):
        stranger = site.browser(signed_in=False)
        assert 401 == stranger.get("/", headers={"cookie": f"{name}={given}"}).status_code
    restarted = Site().browser(signed_in=False)
    assert 401 == restarted.get("/", headers={"cookie": f"cablecheck-{PORT}={value}"}).status_code


def test_a_permalink_from_another_site_is_answered_with_a_page_that_links_to_itself(site):
    answer = site.browser(signed_in=False).get("/findings/8c5baff6929f59148590?x=1")
    assert 401 == answer.status_code and f"<{HOME}/findings/8c5baff6929f59148590?x=1>" in answer.text
    answer = site.browser(signed_in=False).get("//evil.example/")
    assert not re.search(r"<(https?:)?//evil", answer.text)


def test_sessions_are_bounded(site):
    for _ in range(guard_module.SESSIONS + 5):
        site.browser()
    assert guard_module.SESSIONS == len(site.guard.sessions)


# ---- 3. the host -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host",
    [
        "evil.example", f"evil.example:{PORT}", "127.0.0.1", "localhost", f"127.0.0.1:{PORT + 1}", f"127.0.0.1:{PORT}.evil.example",
        f"127.0.0.1:{PORT}@evil.example", f"localhost.evil.example:{PORT}", f"LOCALHOST:{PORT}", "", f"[::1]:{PORT}", f"0.0.0.0:{PORT}",
        f"127.0.0.1:0{PORT}", f" 127.0.0.1:{PORT}", f"127.0.0.1:{PORT},evil.example",
    ],
)  # fmt: skip
def test_a_foreign_host_is_refused_before_anything_else(site, host):
    browser = site.browser()
    token = site.guard.token
    for path in ("/", f"/?token={token}", "/static/workbench.js"):
        assert 403 == browser.get(path, headers={"host": host}).status_code
    assert token == site.guard.token  # not used up


def test_both_names_of_the_own_address_are_served(site):
    assert 200 == site.browser().get("/").status_code
    assert 200 == site.browser(home=f"http://localhost:{PORT}").get("/").status_code


@pytest.mark.parametrize("name", ["host", "cookie", "origin", CSRF])
def test_a_header_that_occurs_twice_is_refused(site, name):
    browser = site.browser()
    given = [*site.headers().items(), (name, "a"), (name, "b")]
    assert 403 == browser.post("/decisions", json={}, headers=given).status_code
    assert [] == site.reached


def test_a_request_without_a_host_is_refused(site):
    import asyncio

    sent = []

    async def run():
        async def receive():
            return {"type": "http.request", "body": b""}

        async def send(message):
            sent.append(message)

        scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": [], "scheme": "http"}
        await site.guard(scope, receive, send)

    asyncio.run(run())
    assert 403 == sent[0]["status"]


# ---- 4. POST ---------------------------------------------------------------------------------------------------------


def test_our_own_page_can_write(site):
    browser = site.browser()
    assert 200 == browser.post("/decisions", json={"a": 1}, headers=site.headers()).status_code
    assert [{"a": 1}] == site.reached


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"origin": None}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": f"{HOME}.evil.example"}, 403),
        ({"origin": f"http://127.0.0.1:{PORT + 1}"}, 403),
        ({"origin": f"https://127.0.0.1:{PORT}"}, 403),
        ({"origin": f"http://localhost:{PORT}"}, 403),  # the page is at 127.0.0.1
        ({"content_type": "text/plain"}, 403),
        ({"content_type": "application/x-www-form-urlencoded"}, 403),
        ({"content_type": None}, 403),
        ({CSRF.replace("-", "_"): None}, 403),
        ({CSRF.replace("-", "_"): "0" * 32}, 403),
    ],
)
def test_a_post_without_one_of_its_defenses_is_refused(site, changed, status):
    browser = site.browser()
    assert status == browser.post("/decisions", content=b"{}", headers=site.headers(**changed)).status_code
    assert [] == site.reached


def test_the_csrf_value_belongs_to_one_session(site):
    first = site.browser()
    other = site.csrf()
    second = site.browser()
    assert other != site.csrf()
    assert 403 == second.post("/decisions", json={}, headers=site.headers() | {CSRF: other}).status_code
    assert 200 == first.post("/decisions", json={}, headers=site.headers() | {CSRF: other}).status_code


def test_no_answer_allows_other_origins(site):
    browser = site.browser()
    for answer in (
        browser.get("/", headers={"origin": "http://evil.example"}),
        browser.options(
            "/decisions", headers={"origin": "http://evil.example", "access-control-request-method": "POST"}
        ),
    ):
        assert not [name for name in answer.headers if name.startswith("access-control")]
    for refused in (browser.options("/decisions"), browser.request("TRACE", "/")):
        assert 405 == refused.status_code and refused.text.startswith("Only GET and POST are allowed.")
    assert 405 == browser.put("/decisions").status_code


def test_read_only_refuses_every_post():
    site = Site(read_only=True)
    browser = site.browser()
    assert 200 == browser.get("/").status_code
    assert 403 == browser.post("/decisions", json={}, headers=site.headers()).status_code
    assert [] == site.reached


# ---- 5. headers ------------------------------------------------------------------------------------------------------


def test_every_answer_has_the_security_headers(site):
    browser = site.browser()
    stranger = site.browser(signed_in=False)
    answers = [
        browser.get("/"), browser.get("/none"), browser.post("/decisions", json={}), stranger.get("/"),
        stranger.get("/", headers={"host": "evil.example"}), browser.post("/decisions", json={}, headers=site.headers()),
    ]  # fmt: skip
    for answer in answers:
        for name, value in HEADERS:
            assert value.decode() == answer.headers[name.decode()], (answer.status_code, name)
    policy = answers[0].headers["content-security-policy"]
    assert policy.startswith("default-src 'none'") and "unsafe" not in policy and "*" not in policy
    assert "no-store" == answers[0].headers["cache-control"]


# ---- 9. logs ---------------------------------------------------------------------------------------------------------


def test_logs_hold_method_route_status_and_time_alone(site):
    browser = site.browser()
    browser.get("/findings/8c5baff6929f59148590?q=HARVEST")
    site.browser(signed_in=False).get("/secret-words?token=abc")
    browser.request("SECRET", "/")
    assert [] == [line for line in site.lines if not re.fullmatch(r"(GET|POST|HEAD|-) (/\S*|-) \d{3} \d+ ms", line)]
    assert any(line.startswith("GET /findings/{fingerprint} 200") for line in site.lines)
    told = " ".join(site.lines)
    assert not re.search(r"HARVEST|8c5b|secret|SECRET|abc", told)
    assert site.guard.token not in told


# ---- 10. sizes -------------------------------------------------------------------------------------------------------


def test_a_body_larger_than_its_limit_is_refused(site):
    browser = site.browser()
    large = b'"' + b"x" * BODY_BYTES + b'"'
    assert 413 == browser.post("/decisions", content=large, headers=site.headers()).status_code
    assert 200 == browser.post(IMPORTS, content=large, headers=site.headers()).status_code
    assert len(site.reached) == 1
    assert IMPORT_BYTES == 50 * 1024 * 1024


def test_a_body_in_chunks_is_counted_while_it_arrives(site):
    browser = site.browser()
    read = []

    def chunks():
        for _ in range(1000):
            read.append(1)
            yield b" " * 1024

    assert 413 == browser.post("/decisions", content=chunks(), headers=site.headers()).status_code


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 60_000, b"\xff", b"NaN,"])
def test_a_body_that_is_not_json_is_refused(site, body):
    assert 400 == site.browser().post("/decisions", content=body, headers=site.headers()).status_code
    assert [] == site.reached
