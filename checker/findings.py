"""What a run finds, in which order it is told, and how a finding is recognised again."""

from __future__ import annotations

from .record import Record
from .text import Position, Span

SEVERITIES = ("error", "warning", "info")  # most serious first


class Suggestion(Record):
    """A replacement for the words at a span. `safe` only where it is purely typographic.

    `start` and `end` are the span as people count it, once the run has placed it.
    """

    span: Span
    text: str
    why: str = ""
    safe: bool = False
    start: Position | None = None
    end: Position | None = None


class Finding(Record):
    """One broken rule at one place of one cable.

    `path` is the file as the user named it, `cable` the document's identity inside it (message reference
    number, or a number in the container, or ""). Positions count from 1 in code points; `end` is exclusive.
    `quote` is the source's own text at the place, `at` the structural place ("paragraphs[2].mark").
    """

    path: str
    cable: str
    rule: str
    name: str
    severity: str
    message: str
    span: Span
    start: Position
    end: Position
    quote: str
    at: str
    cite: tuple[str, ...]
    help: str = ""
    lines: tuple[tuple[int, str], ...] = ()
    suggestion: Suggestion | None = None
    fingerprint: str = ""

    def order(self) -> tuple[object, ...]:
        """The key that puts findings in reading order, the same on every run."""
        return (
            self.path,
            self.span.start,
            self.span.end,
            SEVERITIES.index(self.severity),
            self.rule,
            self.message,
            self.cable,
        )


class Undetermined(Record):
    """One rule whose verdict on one document cannot be given, with the place and the reason.

    `kind` is copy (this copy lacks or garbles the part), label (the part's label is there and was not read),
    unreadable (a value cannot be read) or date (the date does not decide whether the rule applies). `quote` is the
    document's own text, apart from `why`, so that it can be left out.
    """

    path: str
    cable: str
    rule: str
    name: str
    kind: str
    why: str
    span: Span
    start: Position
    at: str = ""
    quote: str = ""

    def order(self) -> tuple[object, ...]:
        """Return the key that puts verdicts in reading order, the same on every run."""
        return self.path, self.span.start, self.why, self.rule, self.cable
