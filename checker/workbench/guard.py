"""Guard every route: decide which requests are answered, and set the security headers of responses.

Every program and every web page on the reader's machine can reach a loopback port, so the port alone provides no
protection. The guard checks, in this order, the Host header, the method, the one-time token or the session cookie, and,
for a POST, the origin, the content type, the CSRF value, and the size of the body. A refused request never reaches a
route.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from hmac import compare_digest
from http.cookies import CookieError, SimpleCookie
from secrets import token_hex, token_urlsafe
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..record import Record

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
)
CSRF = "x-cablecheck-csrf"
BODY_BYTES = 64 * 1024
IMPORT_BYTES = 50 * 1024 * 1024
IMPORTS = "/decisions/import"
STATIC = "/static/"
SESSIONS = 32  # browsers that may be signed in at once; the oldest is signed out
_OWN = ("host", "cookie", "origin", "content-type", CSRF)  # headers that a request must not repeat


class Session(Record):
    """A signed-in browser: the CSRF value that its POST requests must carry, and the name under which decisions are
    recorded.
    """

    csrf: str
    reviewer: str = ""

    def sign(self, name: str) -> None:
        """Store the reviewer's name."""
        self.reviewer = name


class Refused(Exception):
    """Raised when the guard refuses a request, with the status and one sentence for the reader."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


class Guard:
    """An ASGI application that passes on requests from the reader's own pages and rejects all others.

    `page(status, sentence, link)` builds the page for a refusal, `log(line)` writes one line for each request, and
    `announce(token)` is called with the next token after one has been used.
    """

    def __init__(
        self,
        app: ASGIApp,
        port: int,
        page: Callable[[int, str, str], Response],
        log: Callable[[str], None],
        announce: Callable[[str], None] = lambda token: None,
        read_only: bool = False,
        reviewer: str = "",
    ) -> None:
        self.app = app
        self.port = port
        self.token = token_urlsafe(32)
        self.sessions: dict[str, Session] = {}
        self._page, self._log, self._announce = page, log, announce
        self._read_only, self._reviewer = read_only, reviewer
        self._hosts = (f"127.0.0.1:{port}", f"localhost:{port}")

    @property
    def cookie(self) -> str:
        """Return the cookie's name. It contains the port, because cookies are shared between the ports of a host."""
        return f"cablecheck-{self.port}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request with the security headers, and log its route, status, and time."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":  # WebSockets are not offered
            return
        started = time.monotonic()
        status = 500

        async def send_guarded(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                names = {name for name, _ in HEADERS}
                kept = [pair for pair in message["headers"] if pair[0].lower() not in names]
                message = {**message, "headers": [*kept, *HEADERS]}
            await send(message)

        try:
            await self._answer(scope, receive, send_guarded)
        finally:
            if not scope["path"].startswith(STATIC):
                milliseconds = 1000 * (time.monotonic() - started)
                self._log(f"{_method(scope)} {_route(scope)} {status} {milliseconds:.0f} ms")

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            answer = self._signing_in(scope)
            if answer is None and scope["method"] == "POST":
                scope["cablecheck.json"] = await self._checked_body(scope, receive)
        except Refused as refusal:
            answer = self._refusal(scope, refusal)
        await (answer or self.app)(scope, receive, send)

    def _signing_in(self, scope: Scope) -> Response | None:
        """Return a redirect for a request that carries a token, or None for another request from a browser that is
        signed in.

        Raises `Refused` if the host or the method is not allowed, the token is wrong, or the browser is not signed in
        (static files do not require this).
        """
        headers = _headers(scope)
        if headers.get("host") not in self._hosts:
            raise Refused(403, "This address is not served here.")
        if scope["method"] not in ("GET", "HEAD", "POST"):
            raise Refused(405, "Only GET and POST are allowed.")
        session = self._session(headers)
        scope["cablecheck.session"] = session
        token = _token(scope)
        if token:
            return self._exchange(scope, token, session)
        if session is None and not scope["path"].startswith(STATIC):
            raise Refused(401, "")
        return None

    def _session(self, headers: dict[str, str]) -> Session | None:
        try:
            morsel = SimpleCookie(headers.get("cookie", "")).get(self.cookie)
        except CookieError:
            return None
        given = morsel.value.encode("utf-8", "replace") if morsel else b""
        found = None
        for value, session in self.sessions.items():
            if compare_digest(value.encode(), given):
                found = session
        return found

    def _exchange(self, scope: Scope, token: str, session: Session | None) -> Response:
        """Exchange the token for a cookie, and redirect to the overview without the token. Raises `Refused` for a token
        that is wrong or was used before, unless the browser is already signed in.
        """
        answer = RedirectResponse("/", 303)
        if compare_digest(token.encode("utf-8", "replace"), self.token.encode()):
            self.token = token_urlsafe(32)
            value = token_hex(32)
            while len(self.sessions) >= SESSIONS:
                del self.sessions[next(iter(self.sessions))]
            self.sessions[value] = Session(token_hex(16), self._reviewer)
            answer.set_cookie(self.cookie, value, httponly=True, samesite="strict", path="/")
            self._announce(self.token)
        elif session is None:
            raise Refused(401, "This address was already used. Open the newest address shown in the terminal.")
        return answer

    async def _checked_body(self, scope: Scope, receive: Receive) -> object:
        """Return the JSON body of a POST request sent by one of the workbench's own pages. Raises `Refused` for any
        other request.
        """
        headers = _headers(scope)
        session = scope["cablecheck.session"]
        if session is None:
            raise Refused(401, "")
        if headers.get("origin") != f"http://{headers['host']}":
            raise Refused(403, "This request comes from another page.")
        if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            raise Refused(403, "Only JSON is accepted.")
        given = headers.get(CSRF, "").encode("utf-8", "replace")
        if not compare_digest(given, session.csrf.encode()):
            raise Refused(403, "This page is out of date. Reload it and try again.")
        if self._read_only:
            raise Refused(403, "This view is read-only.")
        body = await _body(receive, IMPORT_BYTES if scope["path"] == IMPORTS else BODY_BYTES)
        try:
            return json.loads(body)
        except (ValueError, RecursionError):
            raise Refused(400, "The request is not JSON.") from None

    def _refusal(self, scope: Scope, refusal: Refused) -> Response:
        """Return the response to a refused request. If the cookie is missing, the response is a page with a link to the
        same URL.

        When a reader follows a link from another site, the browser sends no cookie; when the reader follows this link,
        it does.
        """
        if scope["method"] == "POST" or refusal.status == 403:
            return PlainTextResponse(refusal.sentence or "Sign in first.", refusal.status)
        request = Request(scope)
        here = ""
        if refusal.status == 401 and not refusal.sentence:
            query = f"?{request.url.query}" if request.url.query else ""
            here = f"http://{request.headers['host']}{request.url.path}{query}"
        return self._page(refusal.status, refusal.sentence, here)


def _route(scope: Scope) -> str:
    """Return the request's path with values replaced by their names, as in `/findings/{fingerprint}`, or "-" if no
    route matches.

    Older versions of Starlette do not report the matched route.
    """
    if "endpoint" not in scope:
        return "-"
    path = str(scope["path"])
    for name, value in scope.get("path_params", {}).items():
        path = path.replace(f"/{value}", f"/{{{name}}}", 1)
    return path


def _method(scope: Scope) -> str:
    method = str(scope["method"])
    return method if method in ("GET", "HEAD", "POST") else "-"


def _headers(scope: Scope) -> dict[str, str]:
    """Return a request's headers by lower-case name. Raises `Refused` if a header that the guard relies on occurs
    twice.
    """
    found: dict[str, str] = {}
    for name, value in scope["headers"]:
        key = name.decode("latin-1").lower()
        if key in found and key in _OWN:
            raise Refused(403, f"The header {key} occurs twice.")
        found[key] = value.decode("latin-1")
    return found


def _token(scope: Scope) -> str:
    """Return the token in the sign-in URL printed on the terminal, or "" for any other URL."""
    if scope["method"] != "GET" or scope["path"] != "/":
        return ""
    query: bytes = scope["query_string"]
    return parse_qs(query.decode("latin-1")).get("token", [""])[0]


async def _body(receive: Receive, limit: int) -> bytes:
    """Return a request's body. Raises `Refused` if it is larger than `limit` bytes or ends early."""
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Refused(400, "The request ended early.")
        size += len(message.get("body", b""))
        if size > limit:
            raise Refused(413, f"The request is larger than {limit // 1024} KB.")
        chunks.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(chunks)
