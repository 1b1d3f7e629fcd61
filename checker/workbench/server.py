"""Run the server of the workbench: routes, refusals, errors, and the loopback port."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from contextlib import suppress
from secrets import token_hex

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from ..errors import CablecheckError, ConfigError
from . import actions, corpus_pages, decision_pages, finding_pages, inspection_pages, sample_pages, tool_pages
from .application import ViewOptions, Workbench
from .guard import Guard
from .markup import STATIC, Pages

PORT = 8437
HOST = "127.0.0.1"  # the only address that is served; a remote machine is reached through an SSH tunnel

ROUTES = (
    ("/", corpus_pages.overview),
    ("/findings", finding_pages.findings),
    ("/findings.json", finding_pages.findings_json),
    ("/findings.csv", finding_pages.findings_csv),
    ("/findings/{fingerprint:str}", finding_pages.permalink),
    ("/pane", finding_pages.pane_part),
    ("/values/{name:str}", corpus_pages.values),
    ("/documents", corpus_pages.documents),
    ("/documents.json", corpus_pages.documents_json),
    ("/documents.csv", corpus_pages.documents_csv),
    ("/documents/{number:int}", corpus_pages.telegram),
    ("/cables/{mrn:str}", corpus_pages.cable),
    ("/references/{number:int}.csv", corpus_pages.references_csv),
    ("/references/{number:int}", corpus_pages.references),
    ("/rules", corpus_pages.rules),
    ("/rules.json", corpus_pages.rules_json),
    ("/rules.csv", corpus_pages.rules_csv),
    ("/rules/{rule:str}", corpus_pages.rule),
    ("/due", corpus_pages.due),
    ("/due.json", corpus_pages.due_json),
    ("/due.csv", corpus_pages.due_csv),
    ("/due.ics", corpus_pages.due_calendar),
    ("/inspection", inspection_pages.inspection),
    ("/inspection.md", inspection_pages.inspection_markdown),
    ("/inspection.csv", inspection_pages.inspection_csv),
    ("/compare", tool_pages.compare),
    ("/query", tool_pages.query),
    ("/samples", sample_pages.samples),
    ("/samples/{name:str}.csv", sample_pages.sample_csv),
    ("/samples/{name:str}.json", sample_pages.sample_json),
    ("/samples/{name:str}", sample_pages.sample),
    ("/decisions", decision_pages.decisions),
    ("/decisions.json", decision_pages.decisions_json),
    ("/decisions.csv", decision_pages.decisions_csv),
    ("/decisions.jsonl", decision_pages.decisions_file),
    ("/query.json", tool_pages.query_json),
    ("/query.csv", tool_pages.query_csv),
)
POSTS = (
    ("/decisions", actions.decide),
    ("/decisions/undo", actions.undo),
    ("/decisions/import", actions.import_decisions),
    ("/samples", actions.draw),
    ("/samples/reviewed", actions.reviewed),
    ("/missed", actions.missed),
)


def application(workbench: Workbench, port: int, log: Callable[[str], None], announce: Callable[[str], None]) -> Guard:
    """Return the ASGI application for one audit, behind the guard."""
    routes: list[Route | Mount] = [Route(path, page, methods=["GET"]) for path, page in ROUTES]
    routes += [Route(path, action, methods=["POST"]) for path, action in POSTS]
    routes.append(Mount("/static", StaticFiles(directory=STATIC), name="static"))

    def failed(request: Request, error: Exception) -> Response:
        trace = token_hex(4)
        log(f"error {trace}: {type(error).__name__} at {_place(error)}")
        return PlainTextResponse(f"Internal error {trace}. The terminal shows where it happened.", 500)

    def refused(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 400
        sentence = str(error) if isinstance(error, CablecheckError) else "There is no such page."
        if request.scope.get("cablecheck.session") is None or request.method == "POST":
            return PlainTextResponse(sentence, status)
        title = "Not found" if status == 404 else "Not possible"
        return workbench.page(request, "message.html", status, title=title, sentences=[sentence], link="")

    app = Starlette(
        routes=routes,
        exception_handlers={HTTPException: refused, CablecheckError: refused, Exception: failed},
    )
    app.state.workbench = workbench
    options = workbench.options
    return Guard(app, port, _signed_out(workbench.pages), log, announce, options.read_only, options.reviewer)


def _signed_out(pages: Pages) -> Callable[[int, str, str], Response]:
    """Return the function that builds the page for a browser without a cookie; it shows nothing of the audit."""

    def page(status: int, sentence: str, link: str) -> Response:
        title = "Open this page" if link else "Sign in"
        first = "This link was followed from another page." if link else sentence
        return pages.page("message.html", status, title=title, sentences=[first], link=link, session=None, active="")

    return page


def _place(error: BaseException) -> str:
    """Return the module and line of our own code that raised an error. Its message may contain document text."""
    frame, found = error.__traceback__, "-"
    while frame is not None:
        path = frame.tb_frame.f_code.co_filename
        if f"{os.sep}checker{os.sep}" in path:
            found = f"{os.path.basename(path)}:{frame.tb_lineno}"
        frame = frame.tb_next
    return found


def bind(port: int) -> socket.socket:
    """Return a socket that listens on the loopback port; 0 means any free port. Raises `ConfigError` if the port is
    taken.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if os.name == "posix":  # elsewhere the option would let two servers share the port
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise ConfigError(
            f"port {port} cannot be used: {error.strerror or error}; choose another one with --port, or 0 for any"
        ) from error
    return listener


def serve(options: ViewOptions, port: int, log: Callable[[str], None], started: Callable[[str, bool], None]) -> None:
    """Serve one audit until interrupted. `started(address, first)` is called with each address for signing in.

    Raises `CablecheckError` if the port is taken or if there is no finished audit.
    """
    listener = bind(port)
    try:
        number = listener.getsockname()[1]
        workbench = Workbench(options)

        def announce(token: str, first: bool = False) -> None:
            started(f"http://{HOST}:{number}/?token={token}", first)

        guard = application(workbench, number, log, announce)
        announce(guard.token, True)
        config = uvicorn.Config(
            guard, log_config=None, log_level="critical", access_log=False, lifespan="off", server_header=False,
            date_header=False, ws="none", proxy_headers=False, timeout_graceful_shutdown=1,
        )  # fmt: skip
        try:
            with suppress(KeyboardInterrupt):  # Ctrl-C is how it is stopped
                uvicorn.Server(config).run(sockets=[listener])
        finally:
            workbench.close()
    finally:
        listener.close()
