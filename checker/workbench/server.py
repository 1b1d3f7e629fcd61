"""Run the workbench server: its routes, its responses to errors, and the loopback port."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from contextlib import suppress
from itertools import chain
from secrets import token_hex

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from ..audit.checkpoint import read_description
from ..errors import CablecheckError, ConfigError
from ..reporters import page_style
from . import actions, corpus_pages, decision_pages, finding_pages, inspection_pages, lists, sample_pages, tool_pages
from .application import ViewOptions, Workbench
from .guard import Guard
from .markup import STATIC, Pages

PORT = 8437
HOST = "127.0.0.1"  # the only address that is served; a remote machine is reached through an SSH tunnel


def colors(request: Request) -> Response:
    """Return the CSS for the pages' colors, which are also used in reports written by the command line."""
    return Response(page_style.COLORS, media_type="text/css")


PAGES = (
    ("/", corpus_pages.overview),
    ("/findings", finding_pages.findings),
    ("/findings/{fingerprint:str}", finding_pages.permalink),
    ("/pane", finding_pages.pane_part),
    ("/values/{name:str}", corpus_pages.values),
    ("/documents", corpus_pages.documents),
    ("/documents/{number:int}", corpus_pages.telegram),
    ("/cables/{mrn:str}", corpus_pages.cable),
    ("/references/{number:int}", corpus_pages.references),
    ("/rules", corpus_pages.rules),
    ("/rules/{rule:str}", corpus_pages.rule),
    ("/coverage", tool_pages.coverage),
    ("/due", corpus_pages.due),
    ("/due.ics", corpus_pages.due_calendar),
    ("/inspection", inspection_pages.inspection),
    ("/inspection.md", inspection_pages.inspection_markdown),
    ("/inspection.csv", inspection_pages.inspection_csv),
    ("/inspection/{name:str}.md", inspection_pages.inspection_markdown),
    ("/inspection/{name:str}.csv", inspection_pages.inspection_csv),
    ("/inspection/{name:str}", inspection_pages.inspection),
    ("/compare", tool_pages.compare),
    ("/query", tool_pages.query),
    ("/samples", sample_pages.samples),
    ("/samples/{name:str}", sample_pages.sample),
    ("/decisions", decision_pages.decisions),
    ("/decisions.jsonl", decision_pages.decisions_file),
    ("/static/colors.css", colors),
)
LISTS = (  # each with .json and .csv
    ("/findings", finding_pages.findings_list),
    ("/values/{name:str}", corpus_pages.values_list),
    ("/documents", corpus_pages.documents_list),
    ("/references/{number:int}", corpus_pages.references_list),
    ("/rules", corpus_pages.rules_list),
    ("/coverage", tool_pages.coverage_list),
    ("/due", corpus_pages.due_list),
    ("/compare", tool_pages.compare_list),
    ("/query", tool_pages.query_list),
    ("/samples", sample_pages.samples_list),
    ("/samples/{name:str}", sample_pages.sample_list),
    ("/decisions", decision_pages.decisions_list),
)
ROUTES = (*chain.from_iterable(lists.routes(path, read) for path, read in LISTS), *PAGES)
POSTS = (
    ("/decisions", actions.decide),
    ("/decisions/undo", actions.undo),
    ("/decisions/import", actions.import_decisions),
    ("/samples", actions.draw),
    ("/samples/reviewed", actions.reviewed),
    ("/missed", actions.missed),
)


def application(workbench: Workbench, port: int, log: Callable[[str], None], announce: Callable[[str], None]) -> Guard:
    """Return the ASGI application for one audit, wrapped in the guard."""
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
        title = "Not found" if status == 404 else "Request refused"
        return workbench.page(request, "message.html", status, title=title, sentences=[sentence], link="")

    app = Starlette(
        routes=routes,
        exception_handlers={HTTPException: refused, CablecheckError: refused, Exception: failed},
    )
    app.state.workbench = workbench
    options = workbench.options
    return Guard(app, port, _signed_out(workbench.pages), log, announce, options.read_only, options.reviewer)


def _signed_out(pages: Pages) -> Callable[[int, str, str], Response]:
    """Return a function that builds the page for a browser without a session. The page shows nothing from the audit."""

    def page(status: int, sentence: str, link: str) -> Response:
        title = "Open this page" if link else "Sign in"
        first = "You followed a link from another page." if link else sentence
        return pages.page("message.html", status, title=title, sentences=[first], link=link, session=None, active="")

    return page


def _place(error: BaseException) -> str:
    """Return the innermost location in this package's code at which an error was raised, as `file:line`, or "-" if
    there is none.

    The error's message is not used, because it may contain text from documents.
    """
    frame, found = error.__traceback__, "-"
    while frame is not None:
        path = frame.tb_frame.f_code.co_filename
        if f"{os.sep}checker{os.sep}" in path:
            found = f"{os.path.basename(path)}:{frame.tb_lineno}"
        frame = frame.tb_next
    return found


def bind(port: int) -> socket.socket:
    """Return a socket that listens on a loopback port; 0 means any free port. Raises `ConfigError` if the port cannot
    be used.
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


def server_of(guard: Guard) -> uvicorn.Server:
    """Return a Uvicorn server for an application. The server itself logs nothing."""
    config = uvicorn.Config(
        guard, log_config=None, log_level="critical", access_log=False, lifespan="off", server_header=False,
        date_header=False, ws="none", proxy_headers=False, timeout_graceful_shutdown=1,
    )  # fmt: skip
    return uvicorn.Server(config)


def serve(options: ViewOptions, port: int, log: Callable[[str], None], started: Callable[[str, bool], None]) -> None:
    """Serve one audit until interrupted.

    `log(line)` writes one line for each request, and `started(address, first)` is called with each new sign-in URL.
    Raises `CablecheckError` if the port is taken or if there is no finished audit.
    """
    read_description(options.out)  # a folder without an audit is reported before a port that is taken
    listener = bind(port)
    try:
        number = listener.getsockname()[1]
        workbench = Workbench(options)

        def announce(token: str, first: bool = False) -> None:
            started(f"http://{HOST}:{number}/?token={token}", first)

        guard = application(workbench, number, log, announce)
        announce(guard.token, True)
        try:
            with suppress(KeyboardInterrupt):  # the user stops the server with Ctrl-C
                server_of(guard).run(sockets=[listener])
        finally:
            workbench.close()
    finally:
        listener.close()
