"""Open one finished audit for review: its tables, texts, decisions, and pages, shared by all routes."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from .. import rulebook
from ..audit import samples
from ..audit.checkpoint import read_description
from ..decisions import CONFIRMED, LOG, MISSED, TITLES, WITHDRAWN, DecisionLog, ReviewDecision
from ..errors import ConfigError, InputError
from ..record import Record, copied
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
    ("/coverage", "Coverage"),
    ("/samples", "Samples"),
    ("/due", "Due"),
    ("/inspection", "Inspection"),
    ("/decisions", "Decisions"),
    ("/query", "Query"),
)


class ViewOptions(Record):
    """The options of `cablecheck view`."""

    out: str
    corpus: str = ""
    decisions: str = ""
    reviewer: str = ""
    compare: str = ""
    read_only: bool = False
    redact: bool = False
    as_of: str = ""


class Workbench:
    """One finished audit, opened for review.

    Raises `CablecheckError` if there is no finished audit, if its decisions are damaged, or if `--corpus` does not
    exist.
    """

    def __init__(self, options: ViewOptions) -> None:
        self.options = options
        if options.corpus and not os.path.exists(options.corpus):
            raise ConfigError(f"--corpus: {options.corpus}: no such file or folder")
        self.description: Mapping[str, Any] = read_description(options.out)
        self.redact = options.redact or bool(self.description.get("redacted"))
        self.hides_notes = self.redact and not self.description.get("redacted")  # they may contain words from documents
        self.tables = AuditTables(options.out, options.redact)
        vocabulary = rulebook.load().vocabulary
        self.levels = {entry.code: entry for entry in vocabulary["levels"]}
        self.titles = {
            "level": {code: entry.title for code, entry in self.levels.items()},
            "era": {entry.code: entry.title for entry in vocabulary["eras"]},
            "layout": {entry.code: entry.title for entry in vocabulary["layouts"]},
            "decision": grammar.DECISIONS,
        }
        self._writing = threading.Lock()
        self.samples: dict[str, samples.Sample] = {}
        self.sample_notices: list[str] = []
        for name in samples.names(options.out):
            try:
                self._take(samples.load(options.out, name))
            except InputError as error:
                self.sample_notices.append(f"{error}; it was left out.")
        self.log = DecisionLog(options.decisions or os.path.join(options.out, LOG))
        self.tables.decide(self._latest(self.log.latest))
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
                "kinds": [entry.title for entry in vocabulary["discrepancies"]],
            }
        )

    def close(self) -> None:
        """Close the databases."""
        self.tables.close()
        if self.comparison is not None:
            self.comparison.close()

    @property
    def today(self) -> str:
        """Return the date on which due dates are evaluated, in ISO 8601 form: the `--as-of` date or, by default,
        today's date.
        """
        return self.options.as_of or date.today().isoformat()

    def page(self, request: Request, template: str, status: int = 200, **values: object) -> Response:
        """Render a template as the HTML response to a request. `values` are the template's variables."""
        session: Session = request.scope["cablecheck.session"]
        active = "/" + request.url.path.strip("/").partition("/")[0]
        return self.pages.page(template, status, session=session, active=active, **values)

    def not_found(self, request: Request, sentence: str) -> Response:
        """Return a 404 page with one sentence about what this audit does not contain."""
        return self.page(request, "message.html", 404, title="Not found", sentences=[sentence], link="")

    def sources(self, rule: Mapping[str, Any]) -> list[str]:
        """Return a rule's citations, each followed by a colon and the title of its source if the title is known."""
        titles = rule["titles"] or ()
        pairs = zip(rule["cite"] or (), [*titles, *[""] * len(rule["cite"] or ())], strict=False)
        return [f"{cite}: {title}" if title else cite for cite, title in pairs]

    # ---- Decisions ---------------------------------------------------------------------------------------------------

    def decision_of(self, fingerprint: str) -> str:
        """Return the latest logged decision on a finding, even if it was made in another audit, or `none`."""
        latest = self.log.latest.get(fingerprint)
        return latest.decision if latest else grammar.UNREVIEWED

    def history(self, item: Row) -> list[dict[str, str]]:
        """Return the decisions about a finding, latest first. A decision has a note if it was undone, or if the text or
        the rules have changed since.
        """
        gone = {event.undoes for event in self.log.events}
        found = []
        for event in reversed(self.log.history(item["fingerprint"])):
            if event.undoes:
                continue
            changed = ""
            if event.text and event.text != self._text_hash(item["document"]):
                changed = "Decided on an earlier text."
            elif event.rules and event.rules != self.description.get("rules"):
                changed = "Decided under earlier rules."
            undone = "Undone." if event.id in gone else ""
            words = {name: getattr(event, name) for name in ("by", "at", "reason", "note", "expires")}
            words["note"] = "" if self.hides_notes else event.note
            found.append({**words, "decision": TITLES[event.decision], "changed": undone or changed})
        return found

    def _text_hash(self, document: int) -> str:
        telegram = self.tables.telegram(document)
        return str(telegram["text_hash"] or "") if telegram else ""

    def decide(self, rows: Sequence[Row], form: ReviewDecision) -> None:
        """Record the same decision about one or more findings. `form` contains the values that all the decisions share.

        The findings are rows of `item` with `text_hash`, as `AuditTables.named` and `with_fingerprints` return them.
        """
        events = []
        for row in {row["fingerprint"]: row for row in rows}.values():
            event = copied(
                form,
                finding=row["fingerprint"],
                rule=row["rule"],
                cable="" if self.redact else self.name(row),
                path=row["path"],
                rules=str(self.description.get("rules") or ""),
                text=str(row["text_hash"] or ""),
            )
            events.append(event)
        with self._writing:
            self.log.append(*events)
            self._show(event.finding for event in events)

    def undo(self, by: str) -> list[str]:
        """Undo a reviewer's last group of decisions, and return the fingerprints of the affected findings."""
        with self._writing:
            findings = list(dict.fromkeys(event.finding for event in self.log.undo(by) if event.finding))
            self._show(findings)
        return findings

    def miss(self, telegram: Row, line: int, rule: str, note: str, by: str) -> None:
        """Record that a telegram contains a discrepancy that no rule found. `rule` is a rule's name or a kind of
        discrepancy.
        """
        known = self.tables.rule(rule) is not None
        event = ReviewDecision(
            self.tables.keys([telegram["document"]])[telegram["document"]],
            rule if known else "",
            MISSED,
            by,
            note=note,
            path=telegram["path"],
            line=line,
            cable="" if self.redact else self.name(telegram),
            kind="" if known else rule,
            text=str(telegram["text_hash"] or ""),
            rules=str(self.description.get("rules") or ""),
        )
        with self._writing:
            self.log.append(event)

    def add(self, events: Sequence[ReviewDecision]) -> int:
        """Add events from another decisions file, and return how many were new."""
        with self._writing:
            added = self.log.adopt(events)
            self._show(event.finding for event in events if event.finding)
            return added

    def reviewed(self, telegram: Row, sample: str, by: str) -> None:
        """Record that a reviewer has completely read a telegram in a sample."""
        event = ReviewDecision(
            self.tables.keys([telegram["document"]])[telegram["document"]],
            "",
            CONFIRMED,
            by,
            how=f"sample:{sample}",
            path=telegram["path"],
            kind="telegram",
            cable="" if self.redact else self.name(telegram),
            text=str(telegram["text_hash"] or ""),
        )
        with self._writing:
            self.log.append(event)

    def telegrams_of(self, sample: samples.Sample) -> list[Row]:
        """Return the telegrams in a sample of documents. Each row shows whether the telegram was reviewed for this
        sample and whether a missed finding was recorded in it.
        """
        rows = self.tables.telegrams([int(key) for _, key in sample.members if key.isdigit()])
        missed = {event.finding for event in self.log.missed()}
        keys = self.tables.keys([row["document"] for row in rows])
        for row in rows:
            row["name"] = self.name(row)
            event = self.log.latest.get(keys[row["document"]])
            row["reviewed"] = event is not None and event.how == sample.how
            row["missed"] = keys[row["document"]] in missed
        return rows

    def refresh(self) -> None:
        """Read decisions that other programs have added."""
        with self._writing:
            if self.log.refresh():
                rows = self.tables.rows("select fingerprint from item where decision <> 'none'")
                self._show({row["fingerprint"] for row in rows} | set(self.log.latest))

    def _show(self, findings: Iterable[str]) -> None:
        self.tables.decide({one: self._pair(self.log.latest.get(one)) for one in findings})

    def _latest(self, latest: Mapping[str, ReviewDecision]) -> dict[str, tuple[str, str]]:
        return {finding: self._pair(event) for finding, event in latest.items()}

    @staticmethod
    def _pair(event: ReviewDecision | None) -> tuple[str, str]:
        return (event.decision, event.by) if event and event.decision != WITHDRAWN else (grammar.UNREVIEWED, "")

    def sign(self, session: Session, name: str) -> None:
        """Store the name under which a session makes decisions."""
        session.sign(name)

    # ---- Samples -----------------------------------------------------------------------------------------------------

    def draw(
        self, name: str, kind: str, query: str, criteria: grammar.Criteria, size: int, seed: int, blind: bool
    ) -> None:
        """Draw a sample from the findings or telegrams that match the criteria, and write it. Raises `ConfigError` if
        none match.
        """
        if kind == samples.DOCUMENTS:
            candidates = self.tables.drawable_telegrams(criteria)
        else:
            candidates = self.tables.drawable(criteria)
        rules = str(self.description.get("rules") or "")
        sample = samples.new(name, kind, candidates, size, seed, rules, query)
        sample.blind = blind
        with self._writing:
            samples.save(self.options.out, sample)
            self._take(sample)

    def _take(self, sample: samples.Sample) -> None:
        self.samples[sample.name] = sample
        if sample.kind == samples.FINDINGS:
            self.tables.add_sample(sample.name, [fingerprint for _, fingerprint in sample.members])

    def in_sample(self, sample: str, fingerprint: str) -> bool:
        """Return whether a finding belongs to a sample."""
        return sample in self.samples and any(member[1] == fingerprint for member in self.samples[sample].members)

    def hidden_from(self, reviewer: str, fingerprint: str, criteria: grammar.Criteria) -> bool:
        """Return whether other reviewers' decisions about a finding are hidden from `reviewer`.

        They are hidden if the list is filtered by a blind sample, until the reviewer has recorded a decision about the
        finding.
        """
        choice = criteria.choices.get("sample")
        blind = choice and any(self.samples[name].blind for name in choice.wanted if name in self.samples)
        return bool(blind) and not any(event.by == reviewer for event in self.log.history(fingerprint))

    # ---- What pages show ---------------------------------------------------------------------------------------------

    def precision(self) -> dict[str, samples.Precision]:
        """Return each rule's precision, based on the sample that contains the most judged findings of that rule."""
        found: dict[str, samples.Precision] = {}
        for sample in self.samples.values():
            if sample.kind != samples.FINDINGS:
                continue
            for rule, one in samples.precision(sample, self.log.latest).items():
                if one.judged and (rule not in found or one.judged > found[rule].judged):
                    found[rule] = one
        return found

    def name(self, row: Mapping[str, Any]) -> str:
        """Return a telegram's display name: its message number, its name in the file, or its number in this audit."""
        return row.get("mrn") or row.get("cable") or f"Telegram {row['document']}"

    def text(self, document: int, items: list[Row], current: int) -> PaneText:
        """Return a telegram's text with its findings marked, or notes that explain why it is not available. `current`
        is the id of the selected finding, or 0.
        """
        if self.redact:
            return PaneText((), (REDACTED,))
        place = self.tables.place(document)
        return self._texts.text(place, items, current) if place else PaneText((), ())

    def _highest(self) -> object:
        """Return the highest level in the audit as a vocabulary entry, or `None` if no level was read."""
        code = self.tables.value("select level from telegram where rank is not null order by rank desc limit 1")
        return self.levels.get(code)


def of(request: Request) -> Workbench:
    """Return the workbench that serves a request."""
    workbench: Workbench = request.app.state.workbench
    return workbench


def folder_name(out: str) -> str:
    """Return the name of the audit's folder, for headings."""
    return os.path.basename(os.path.abspath(out))
