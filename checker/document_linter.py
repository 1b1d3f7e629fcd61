"""One file at a time: read it, parse each document, ask the rules, and enter what came of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping

from . import engine, readers, rulebook
from .model import Telegram
from .parser import parse
from .parser.layouts.detect import NOTHING, is_blank
from .record import Record, copied
from .results import CHECKED, EXCLUDED, FAILED, DocumentResult, Excerpt, Finding, Suggestion, Undetermined
from .rulebook import Rulebook
from .text import Source
from .values import Date, Level


class Order(Record):
    """What a desk needs to know, in plain values that travel to a worker.

    `folders` are the rule packs, `checks` the installed checks they may use, `rules` the ids to run, `severities` what
    settings say of them; `ignored` lists, for each glob of paths, the ids not to run there. `as_of` and `profile`
    are "" where nothing was asked.
    """

    folders: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    severities: tuple[tuple[str, str], ...] = ()
    ignored: tuple[tuple[str, tuple[str, ...]], ...] = ()
    mandatory: tuple[str, ...] = ()
    as_of: str = ""
    profile: str = ""
    reader: str = ""
    fields: Mapping[str, object] | None = None
    redact: bool = False
    text: bool = False
    diff: bool = False
    tally: bool = False
    cache: str = ""  # the key of this order in the result cache, "" for none


class DocumentLinter:
    """Where files are checked by one rule book. Make one for each process."""

    __slots__ = ("_as_of", "_order", "_words", "book", "messages", "severities")

    def __init__(self, order: Order, book: Rulebook) -> None:
        self._order = order
        self.book = book
        self.severities = dict(order.severities)
        self._words = book.vocabulary
        self._as_of = Date.of(order.as_of) if order.as_of else None
        self.messages = {rule.id: blank(rule.data.get("message")) for rule in book.rules} if order.redact else {}

    def judge(self, path: str, data: bytes | None = None) -> list[DocumentResult]:
        """Check every document of a file. `data` stands for the file's bytes where the caller has them."""
        if not self._order.cache:
            return self._judge(path, data)
        from . import result_cache  # opt-in

        return result_cache.through(self._order.cache, path, data, lambda content: self._judge(path, content))

    def _judge(self, path: str, data: bytes | None) -> list[DocumentResult]:
        silent = self.silent(path)
        found = [self._document(item, silent) for item in self.documents(path, data)]
        return found or [DocumentResult(path, "", FAILED, "holds no document")]

    def documents(self, path: str, data: bytes | None = None) -> Iterator[readers.Reading | readers.Unreadable]:
        """The documents of a file. A reader that breaks ends the file's documents with one that failed."""
        order = self._order
        reader, fields = order.reader or None, order.fields or None
        stream = readers.read(path, reader=reader, settings=fields, data=data, words=self._words)
        while (item := following(stream, path)) is not None:
            yield item

    def telegram(self, reading: readers.Reading) -> tuple[Telegram | None, str]:
        """The telegram of a reading, under the profile the run asks for; or `None` and the trace id of a crash."""
        telegram, crash = engine.attempt(lambda: parse(reading.view, self._words, reading.facts, self._as_of))
        if not isinstance(telegram, Telegram):
            return None, crash
        if self._order.profile and telegram.profile != self._order.profile:
            telegram = copied(telegram, profile=self._order.profile)
        return telegram, ""

    def judgeable(self, reading: readers.Reading) -> tuple[Telegram | None, str]:
        """The same where rules can judge it; else `None` and why not."""
        telegram, crash = self.telegram(reading)
        if telegram is None:
            return None, f"internal error {crash} while it was parsed"
        return (None, NOTHING) if is_blank(telegram) else (telegram, "")

    def _document(self, item: readers.Reading | readers.Unreadable, silent: frozenset[str]) -> DocumentResult:
        if isinstance(item, readers.Unreadable):
            return DocumentResult(item.path, self.name(item.cable), FAILED, item.why)
        telegram, why = self.judgeable(item)
        if telegram is None:
            return DocumentResult(item.path, self.name(item.cable), FAILED, why)
        source = item.view.source
        tally = engine.Tally()
        cable = item.cable or telegram.mrn or ""
        judgment = engine.judge(telegram, source, self.book, item.path, cable, tally)
        findings = sorted((one for one in judgment.findings if one.rule not in silent), key=Finding.order)
        crashes = tuple((each.rule, each.trace) for each in tally.crashes)
        return DocumentResult(
            item.path,
            self.name(cable),
            FAILED if crashes else CHECKED,
            broken(tally.crashes),
            tuple(self._finished(one, source) for one in findings),
            _counts(tally, silent, self._order.tally),
            self._paper(item, telegram) if self._order.text else None,
            _diff(item, findings) if self._order.diff else "",
            item.notes,
            crashes,
            tuple(self.shown(one) for one in judgment.undetermined if one.rule not in silent),
        )

    def silent(self, path: str) -> frozenset[str]:
        """The rules not to run on this path."""
        if not self._order.ignored:
            return frozenset()
        import fnmatch  # 1 ms, and only where a setting asks for it

        found: set[str] = set()
        plain = os.path.normpath(path)
        for pattern, rules in self._order.ignored:
            if fnmatch.fnmatchcase(plain, pattern) or fnmatch.fnmatchcase(os.path.basename(plain), pattern):
                found |= set(rules)
        return frozenset(found - set(self._order.mandatory))

    def _finished(self, one: Finding, source: Source) -> Finding:
        """A finding with the severity the settings give it, its suggestion placed, and redacted where asked."""
        fields = {name: getattr(one, name) for name in one.__fields__}
        fields["severity"] = self.severities.get(one.rule, one.severity)
        if one.suggestion is not None:
            fields["suggestion"] = _placed(one.suggestion, source)
        if self._order.redact:
            fields |= {"quote": "", "lines": (), "suggestion": None, "cable": self.name(one.cable)}
            fields["message"] = self.messages.get(one.rule) or one.name
        return Finding(**fields)

    def shown(self, one: Undetermined) -> Undetermined:
        """Return an undetermined verdict as reports show it: without the document's words if the run redacts."""
        if not self._order.redact:
            return one
        return copied(one, cable=self.name(one.cable), quote="")

    def name(self, cable: str) -> str:
        """A cable's name; when redacted, a name that is always the same for the same cable and tells nothing."""
        if not cable or not self._order.redact:
            return cable
        from hashlib import sha256

        return "cable-" + sha256(cable.encode("utf-8", "surrogatepass")).hexdigest()[:10]

    def _paper(self, reading: readers.Reading, telegram: Telegram) -> Excerpt | None:
        if self._order.redact:
            return None
        stretches = list(reading.view.kept())
        start = min((span.start for span in stretches), default=0)
        end = max((span.end for span in stretches), default=0)
        source = reading.view.source
        title = " ".join(
            str(part)
            for part in (telegram.date, telegram.level, telegram.layout)
            if isinstance(part, Level | Date | str)
        )
        return Excerpt(source.text[start:end], start, source.position(start).line, title)


def following(
    stream: Iterator[readers.Reading | readers.Unreadable], path: str = ""
) -> readers.Reading | readers.Unreadable | None:
    """The next document of a stream; one that failed where its reader broke; `None` at the end."""
    item, crash = engine.attempt(lambda: next(stream, None))
    if crash:
        return readers.Unreadable(path, "", f"internal error {crash} while it was read")
    return item if isinstance(item, (readers.Reading, readers.Unreadable)) else None


def broken(crashes: Iterable[engine.Crash]) -> str:
    """The rules that broke on a document, in words."""
    return "; ".join(f"rule {each.rule} broke on it (internal error {each.trace})" for each in crashes)


def prepare(order: Order) -> Callable[[str, Callable[[int], None]], list[DocumentResult]]:
    """The work of one worker process: a path in, its documents out, in one step."""
    desk = DocumentLinter(order, rulebook.load(order.folders or None, checks=order.checks).select(order.rules))
    return lambda path, step: desk.judge(path)


def excluded(path: str, why: str) -> DocumentResult:
    """The entry of a path that is not checked on purpose."""
    return DocumentResult(path, "", EXCLUDED, why)


def failed(path: str, why: str) -> DocumentResult:
    """The entry of a path that could not be checked."""
    return DocumentResult(path, "", FAILED, why)


def blank(message: object) -> str:
    """A rule's compiled message with `[…]` where a document's words would stand."""
    if not isinstance(message, (list, tuple)):
        return ""
    return "".join(str(part[1]) if part[0] == "text" else "[…]" for part in message)


def _placed(change: Suggestion, source: Source) -> Suggestion:
    start, end = source.position(change.span.start), source.position(change.span.end)
    return Suggestion(change.span, change.text, change.why, change.safe, start, end)


def _counts(tally: engine.Tally, silent: frozenset[str], wanted: bool) -> tuple[tuple[str, tuple[int, int, int]], ...]:
    """The tally as plain numbers; nothing without statistics."""
    if not wanted:
        return ()
    return tuple(
        (rule, (count.passed, count.failed, count.unknown))
        for rule, count in sorted(tally.counts.items())
        if rule not in silent
    )


def _diff(reading: readers.Reading, findings: list[Finding]) -> str:
    """What the suggestions would change in the file, as a unified diff; overlapping suggestions: the first wins."""
    source = reading.view.source
    pieces, here = [], 0
    for change in sorted((one.suggestion for one in findings if one.suggestion), key=lambda one: one.span.start):
        if change.span.start >= here:
            pieces += [source.text[here : change.span.start], change.text]
            here = change.span.end
    if not pieces:
        return ""
    import difflib

    after = "".join(pieces) + source.text[here:]
    before, after_lines = source.text.split("\n"), after.split("\n")
    lines = difflib.unified_diff(before, after_lines, f"a/{reading.path}", f"b/{reading.path}", lineterm="")
    return "\n".join(lines) + "\n"
