"""One finished audit opened for review: its tables, texts, decisions and pages, shared by all routes."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import date
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from .. import rulebook
from ..audit.checkpoint import read_description
from ..record import Record
from . import criteria as grammar
from .comparison import Comparison
from .guard import Session
from .markup import Pages
from .queries import AuditTables, Row
from .text_pane import REDACTED, CorpusFiles, PaneText, TelegramTexts

NAVIGATION = (
    ("/", "Overview"),
    ("/findings", "Findings"),
    ("/documents", "Telegrams"),
    ("/rules", "Rules"),
    ("/samples", "Samples"),
    ("/due", "Due"),
    ("/decisions", "Decisions"),
    ("/query", "Query"),
)


REASONS: dict[str, dict[str, str]] = {}
NOTED: tuple[str, ...] = ()


class ViewOptions(Record):
    """What `cablecheck view` was asked for."""

    out: str
    corpus: str = ""
    decisions: str = ""
    reviewer: str = ""
    compare: str = ""
    read_only: bool = False
    redact: bool = False
    as_of: str = ""


class Workbench:
    """One finished audit, opened. Raises `CablecheckError` if there is none, or its decisions are damaged."""

    def __init__(self, options: ViewOptions) -> None:
        self.options = options
        self.description: Mapping[str, Any] = read_description(options.out)
        self.redact = options.redact or bool(self.description.get("redacted"))
        self.tables = AuditTables(options.out, options.redact)
        vocabulary = rulebook.load().vocabulary
        self.levels = {entry.code: entry for entry in vocabulary["levels"]}
        self.titles = {
            "level": {code: entry.title for code, entry in self.levels.items()},
            "era": {entry.code: entry.title for entry in vocabulary["eras"]},
            "layout": {entry.code: entry.title for entry in vocabulary["layouts"]},
            "decision": grammar.DECISIONS,
        }
        self.comparison = Comparison(options.compare, options.out, self.redact) if options.compare else None
        files = {row["path"]: (row["size"], row["sha256"]) for row in self.tables.rows("select * from files")}
        self._texts = TelegramTexts(CorpusFiles(self.description, files, options.corpus), self.description, vocabulary)
        self.pages = Pages(
            {
                "navigation": [*NAVIGATION, ("/compare", "Compare")] if self.comparison else NAVIGATION,
                "highest": self._highest(),
                "levels": self.levels,
                "redacted": self.redact,
                "read_only": options.read_only,
                "decisions": grammar.DECISIONS,
            }
        )

    def close(self) -> None:
        """Close the databases."""
        self.tables.close()
        if self.comparison is not None:
            self.comparison.close()

    @property
    def today(self) -> str:
        """The day on which dates are judged, as ISO 8601: --as-of, or the day of the clock."""
        return self.options.as_of or date.today().isoformat()

    def page(self, request: Request, template: str, status: int = 200, **values: object) -> Response:
        """Return a page for a request."""
        session: Session = request.scope["cablecheck.session"]
        active = "/" + request.url.path.strip("/").partition("/")[0]
        return self.pages.page(template, status, session=session, active=active, **values)

    def not_found(self, request: Request, sentence: str) -> Response:
        """Return the page for something that is not in this audit."""
        return self.page(request, "message.html", 404, title="Not found", sentences=[sentence], link="")

    def sources(self, rule: Mapping[str, Any]) -> list[str]:
        """Return the sources of a rule for readers."""
        titles = rule["titles"] or ()
        pairs = zip(rule["cite"] or (), [*titles, *[""] * len(rule["cite"] or ())], strict=False)
        return [f"{cite}: {title}" if title else cite for cite, title in pairs]

    def decision_of(self, fingerprint: str) -> str:
        """Return the latest decision about a finding, of this audit or another one; `none` if there is none."""
        return grammar.UNREVIEWED

    def precision(self) -> dict[str, object]:
        """Return the precision of each sampled rule."""
        return {}

    def name(self, row: Mapping[str, Any]) -> str:
        """Return the name of a telegram: its number, its name in the file, or its number in this audit."""
        return row.get("mrn") or row.get("cable") or f"Telegram {row['document']}"

    def text(self, document: int, items: list[Row], current: int) -> PaneText:
        """Return the text of a telegram with its findings marked."""
        if self.redact:
            return PaneText((), (REDACTED,))
        place = self.tables.place(document)
        return self._texts.text(place, items, current) if place else PaneText((), ())

    def _highest(self) -> object:
        """Return the highest level of the audit, as an entry of the vocabulary; `None` if no level was read."""
        code = self.tables.value("select level from telegram where rank is not null order by rank desc limit 1")
        return self.levels.get(code)


def of(request: Request) -> Workbench:
    """Return the workbench of a request."""
    workbench: Workbench = request.app.state.workbench
    return workbench


def json_answer(value: object, status: int = 200) -> Response:
    """Return an answer as JSON."""
    return Response(json.dumps(value, default=str), status, media_type="application/json")


def folder_name(out: str) -> str:
    """Return the name of the audit's folder for headings."""
    return os.path.basename(os.path.abspath(out))
