"""Check one file: read it, parse each document, evaluate the rules, and return the results."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator

from . import engine, readers
from . import rulebook as rulebook_package
from .config import Options
from .model import Banner, Caption, EoLine, Instruction, Marking, Subject, Telegram, Unread
from .parser import parse
from .parser.layouts.detect import NOT_A_TELEGRAM, is_unrecognized
from .record import copied
from .results import CHECKED, EXCLUDED, FAILED, DocumentResult, Excerpt, Finding, Suggestion, Undetermined
from .rulebook import Rulebook
from .text import Source
from .values import Date, Level


class DocumentLinter:
    """The pipeline that reads, parses, and checks files with one rulebook. Each process has one instance."""

    __slots__ = ("_as_of", "_options", "_vocabulary", "messages", "redactor", "rulebook", "severities", "step")

    def __init__(self, options: Options, rulebook: Rulebook) -> None:
        self._options = options
        self.rulebook = rulebook
        self.step: Callable[[int], None] = lambda number: None  # called before each document of a file
        self.severities = dict(options.severities)
        self._vocabulary = rulebook.vocabulary.of_profile(options.profile)
        self._as_of = Date.of(options.as_of) if options.as_of else None
        self.redactor = None
        if options.redact:
            from .redaction import Redactor  # 0.2 ms, as below

            self.redactor = Redactor(rulebook.vocabulary)
        self.messages = (
            {rule.id: redacted(rule.data.get("message")) for rule in rulebook.rules} if options.redact else {}
        )

    def lint(self, path: str, data: bytes | None = None) -> list[DocumentResult]:
        """Return the results for all documents in a file. `data` contains the file's bytes if the
        caller has read them.
        """
        if not self._options.cache_key:
            return self._lint(path, data)
        from . import result_cache  # opt-in

        return result_cache.through(self._options.cache_key, path, data, lambda content: self._lint(path, content))

    def _lint(self, path: str, data: bytes | None) -> list[DocumentResult]:
        ignored = self.ignored_rules(path)
        found = []
        for number, item in enumerate(self.documents(path, data), start=1):
            self.step(number)
            found.append(self._document(item, ignored)[0])
        return found or [DocumentResult(path, "", FAILED, "holds no document")]

    def documents(self, path: str, data: bytes | None = None) -> Iterator[readers.Reading | readers.Unreadable]:
        """Yield the documents in a file. If the reader crashes, the last item is a failed document."""
        reader, fields = self._options.reader or None, self._options.fields or None
        stream = readers.read(path, reader=reader, settings=fields, data=data, vocabulary=self._vocabulary)
        while (item := following(stream, path)) is not None:
            yield item

    def telegram(self, reading: readers.Reading) -> tuple[Telegram | None, str]:
        """Return the telegram in a document, parsed under the run's profile, and "". If the parser crashes, return
        `None` and the id and location of the crash.
        """
        telegram, crash = engine.attempt(lambda: parse(reading.view, self._vocabulary, reading.facts, self._as_of))
        if not isinstance(telegram, Telegram):
            return None, crash
        if self._options.profile and telegram.profile != self._options.profile:
            telegram = copied(telegram, profile=self._options.profile)
        return telegram, ""

    def judgeable(self, reading: readers.Reading) -> tuple[Telegram | None, str]:
        """Return the telegram and "" if the rules can be evaluated on it, otherwise `None` and the reason."""
        telegram, crash = self.telegram(reading)
        if telegram is None:
            return None, f"internal error {crash} in the parser"
        return (None, NOT_A_TELEGRAM) if is_unrecognized(telegram) else (telegram, "")

    def check(self, item: readers.Reading | readers.Unreadable) -> DocumentResult:
        """Return the result for one document in a file."""
        return self._document(item, self.ignored_rules(item.path))[0]

    def check_with_telegram(self, item: readers.Reading | readers.Unreadable) -> tuple[DocumentResult, Telegram | None]:
        """Return the result for one document in a file, and its telegram, or `None` in place of the telegram if the
        rules could not be evaluated on it.
        """
        return self._document(item, self.ignored_rules(item.path))

    def _document(
        self, item: readers.Reading | readers.Unreadable, ignored: frozenset[str]
    ) -> tuple[DocumentResult, Telegram | None]:
        if isinstance(item, readers.Unreadable):
            state = EXCLUDED if item.excluded else FAILED
            return DocumentResult(item.path, self.name(item.cable), state, self.reason(item.why)), None
        telegram, why = self.judgeable(item)
        if telegram is None:
            return DocumentResult(item.path, self.name(item.cable), FAILED, why), None
        return self._judged(item, telegram, ignored), telegram

    def _judged(self, item: readers.Reading, telegram: Telegram, ignored: frozenset[str]) -> DocumentResult:
        source = item.view.source
        tally = engine.Tally()
        cable = item.cable or telegram.mrn or ""
        judgment = engine.judge(telegram, source, self.rulebook, item.path, cable, tally)
        findings = sorted((one for one in judgment.findings if one.rule not in ignored), key=Finding.order)
        crashes = tuple((each.rule, each.trace) for each in tally.crashes)
        return DocumentResult(
            item.path,
            self.name(cable),
            FAILED if crashes else CHECKED,
            broken(tally.crashes),
            tuple(self._finished(one, item) for one in findings),
            _counts(tally, ignored, self._options.statistics),
            self._excerpt(item, telegram) if self._options.with_text else None,
            _diff(item, [one for one in findings if self._in_diff(one)]) if self._options.with_diff else "",
            tuple(self.reason(note) for note in item.notes),
            crashes,
            tuple(self.shown(one, item) for one in judgment.undetermined if one.rule not in ignored),
        )

    def _in_diff(self, one: Finding) -> bool:
        """Return whether a finding's suggestion belongs in the diff, that is, whether `--fix` would apply it."""
        if one.suggestion is None or one.fingerprint in self._options.accepted:
            return False
        return one.suggestion.safe or self._options.with_diff == "all"

    def ignored_rules(self, path: str) -> frozenset[str]:
        """Return the rules that are turned off for this path."""
        return ignored_rules(self._options, path)

    def _finished(self, one: Finding, reading: readers.Reading) -> Finding:
        """Return a finding with its configured severity and its suggestion's position. In a redacted run, its text is
        redacted.
        """
        fields = {name: getattr(one, name) for name in one.__fields__}
        fields["severity"] = self.severities.get(one.rule, one.severity)
        if one.suggestion is not None:
            fields["suggestion"] = _placed(one.suggestion, reading.view.source)
        fields["quote"] = unescaped(one.quote, reading)
        fields["related"] = tuple(
            copied(place, quote="" if self._options.redact else unescaped(place.quote, reading))
            for place in one.related
        )
        fields["member"] = self.name(reading.member)
        if self._options.redact:
            fields |= {"quote": "", "lines": (), "suggestion": None, "cable": self.name(one.cable)}
            fields["message"] = self.messages.get(one.rule) or one.name
        return Finding(**fields)

    def shown(self, one: Undetermined, reading: readers.Reading) -> Undetermined:
        """Return an undetermined verdict as reports show it. In a redacted run, it contains no document text."""
        member = self.name(reading.member)
        if not self._options.redact:
            quote = unescaped(one.quote, reading)
            return copied(one, quote=quote, member=member) if member or quote != one.quote else one
        return copied(one, cable=self.name(one.cable), quote="", why=self.reason(one.why), member=member)

    def shown_row(self, row: dict[str, object]) -> dict[str, object]:
        """Return a row of an audit table. In a redacted run, message numbers become digests, and document text is
        removed.
        """
        if self.redactor is None:
            return row
        numbers: dict[str, object] = {}
        if "refs" in row:
            numbers["mrn"] = self.name(str(row["mrn"] or "")) or None
            numbers["refs"] = [self.name(str(ref)) for ref in row["refs"]]  # type: ignore[attr-defined]
        for field in ("from_mrn", "to_mrn"):
            if field in row:
                numbers[field] = self.name(str(row[field] or "")) or None
        return self.redactor.row(row) | numbers

    def shown_rows(self, rows: list[dict[str, object]]) -> list[dict[str, object]]:
        """Return rows of an audit table as `shown_row` returns each."""
        return rows if self.redactor is None else [self.shown_row(row) for row in rows]

    def reason(self, why: str) -> str:
        """Return a reason or note about a document. In a redacted run, document text is masked."""
        return self.redactor.message(why) if self.redactor is not None else why

    def name(self, cable: str) -> str:
        """Return a cable's name or, in a redacted run, a digest that is the same for equal names."""
        if not cable or not self._options.redact:
            return cable
        from .redaction import name_digest

        return name_digest(cable)

    def _excerpt(self, reading: readers.Reading, telegram: Telegram) -> Excerpt | None:
        if self._options.redact:
            return None
        spans = list(reading.view.source_spans())
        start = min((span.start for span in spans), default=0)
        end = max((span.end for span in spans), default=0)
        source = reading.view.source
        title = " ".join(
            str(part)
            for part in (telegram.date, telegram.level, telegram.layout)
            if isinstance(part, Level | Date | str)
        )
        words = tuple(self._explained(telegram))
        return Excerpt(source.text[start:end], start, source.position(start).line, title, words)

    def _explained(self, telegram: Telegram) -> Iterator[tuple[int, int, str]]:
        """Yield, in text order, the start, end, and meaning of each marking that the vocabulary tables explain."""
        from .rulebook.authoring import explain_marking  # 2 ms, and only the HTML page shows meanings

        banner, subject, eo = telegram.banner, telegram.subject, telegram.eo
        nodes: list[Marking | Caption | Instruction | Unread | None] = [
            banner.marking if isinstance(banner, Banner) else None,
            subject.mark if isinstance(subject, Subject) else None,
            eo.instruction if isinstance(eo, EoLine) else None,
            *telegram.captions,
            *(paragraph.mark for paragraph in telegram.paragraphs),
        ]
        meanings: dict[str, str] = {}
        found = [node for node in nodes if node is not None and not isinstance(node, Unread)]
        for node in sorted(found, key=lambda node: node.span.start):
            if node.text not in meanings:
                meanings[node.text] = explain_marking(self.rulebook.vocabulary, node.text)
            if meanings[node.text]:
                yield node.span.start, node.span.end, meanings[node.text]


def ignored_rules(options: Options, path: str) -> frozenset[str]:
    """Return the rules that `per-file-ignores` turns off for a path."""
    if not options.ignored:
        return frozenset()
    found: set[str] = set()
    plain = os.path.normpath(path)
    for pattern, rules in options.ignored:
        if matches_glob(plain, pattern):
            found |= set(rules)
    return frozenset(found - set(options.mandatory_ids))


def matches_glob(path: str, pattern: str) -> bool:
    """Return whether a path, or its file name, matches a glob from the configuration."""
    from fnmatch import fnmatchcase  # 1 ms, and only if a setting needs it

    return fnmatchcase(path, pattern) or fnmatchcase(os.path.basename(path), pattern)


def following(
    stream: Iterator[readers.Reading | readers.Unreadable], path: str = ""
) -> readers.Reading | readers.Unreadable | None:
    """Return the next document in a stream, a failed document if the reader crashed, or `None` at the end."""
    item, crash = engine.attempt(lambda: next(stream, None))
    if crash:
        return readers.Unreadable(path, "", f"internal error {crash} in the reader")
    return item if isinstance(item, (readers.Reading, readers.Unreadable)) else None


def broken(crashes: Iterable[engine.Crash]) -> str:
    """Return a description of the rules that crashed on a document."""
    return "; ".join(f"rule {each.rule} crashed (internal error {each.trace})" for each in crashes)


def prepare(options: Options) -> Callable[[str, Callable[[int], None]], list[DocumentResult]]:
    """Return the function that a worker process calls with each path. It returns the results for that file, and calls
    `step` before each document.
    """
    rulebook = rulebook_package.load(options.pack_folders(), checks=options.checks, cache=options.rule_cache)
    linter = DocumentLinter(options, rulebook.select(options.selected))

    def work(path: str, step: Callable[[int], None]) -> list[DocumentResult]:
        linter.step = step
        return linter.lint(path)

    return work


def state_of_other(cable: str, named: bool) -> str:
    """Return the state of a document that is not a telegram: "failed", or "excluded" for a file that was not named but
    found in a folder or by a pattern, because these also contain other files. A row or member with the name `cable` has
    always failed.
    """
    return FAILED if named or cable else EXCLUDED


def excluded(path: str, why: str) -> DocumentResult:
    """Return the result for a path that is deliberately not checked."""
    return DocumentResult(path, "", EXCLUDED, why)


def failed(path: str, why: str) -> DocumentResult:
    """Return the result for a path that could not be checked."""
    return DocumentResult(path, "", FAILED, why)


def redacted(message: object) -> str:
    """Return a compiled message template with `[…]` in place of each field."""
    if not isinstance(message, (list, tuple)):
        return ""
    return "".join(str(part[1]) if part[0] == "text" else "[…]" for part in message)


_MARKUP = frozenset(("html", "frus"))  # readers whose source text has character entities


def unescaped(quote: str, reading: readers.Reading) -> str:
    """Return quoted source text. Character references are resolved if the document was read from markup."""
    if "&" not in quote or _MARKUP.isdisjoint(reading.reader.split("+")):
        return quote
    import html  # only for such quotes

    return html.unescape(quote)


def _placed(change: Suggestion, source: Source) -> Suggestion:
    start, end = source.position(change.span.start), source.position(change.span.end)
    return Suggestion(change.span, change.text, change.why, change.safe, start, end)


def _counts(tally: engine.Tally, ignored: frozenset[str], wanted: bool) -> tuple[tuple[str, tuple[int, int, int]], ...]:
    """Return (passed, failed, undetermined) for each rule that is not ignored, sorted by rule, or an empty tuple unless
    they are wanted.
    """
    if not wanted:
        return ()
    return tuple(
        (rule, (count.passed, count.failed, count.unknown))
        for rule, count in sorted(tally.counts.items())
        if rule not in ignored
    )


def _diff(reading: readers.Reading, findings: list[Finding]) -> str:
    """Return the suggested changes as a unified diff, or "" if there are none. If suggestions overlap, only the first
    is applied.
    """
    source = reading.view.source
    parts, end = [], 0
    for change in sorted((one.suggestion for one in findings if one.suggestion), key=lambda one: one.span.start):
        if change.span.start >= end:
            parts += [source.text[end : change.span.start], change.text]
            end = change.span.end
    if not parts:
        return ""
    import difflib

    after = "".join(parts) + source.text[end:]
    before, after_lines = source.text.split("\n"), after.split("\n")
    lines = difflib.unified_diff(before, after_lines, f"a/{reading.path}", f"b/{reading.path}", lineterm="")
    return "\n".join(lines) + "\n"
