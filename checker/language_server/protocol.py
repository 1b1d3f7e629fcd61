"""Handle the editor's requests and notifications under the Language Server Protocol."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer

from .. import linter
from ..config import Options
from ..errors import CablecheckError
from ..fixer import apart
from ..reporters.escaping import visible
from ..reporters.terminal import related_text, sources
from ..results import Finding
from ..rulebook import Rulebook
from ..rulebook.diagnostics import Diagnostic
from ..text import Position
from . import rule_files, words
from .judge import SETTLE, Job, Judge, Judged
from .symbols import Symbol

FIX_ALL = f"{lsp.CodeActionKind.SourceFixAll.value}.cablecheck"
TRIGGERS = ["(", "/", " ", "{"]
WAIT = 10.0  # seconds to wait for the outline of a text that is being checked
SEVERITIES = {"error": lsp.DiagnosticSeverity.Error, "warning": lsp.DiagnosticSeverity.Warning}
SYMBOLS = {
    "header": lsp.SymbolKind.Namespace, "field": lsp.SymbolKind.Field, "paragraph": lsp.SymbolKind.String,
}  # fmt: skip
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")


class OpenFile:
    """An open file: its text, its lines as the protocol counts them, and the result of its check once there is one."""

    def __init__(self, document: Any) -> None:
        self.uri, self.path, self.text = document.uri, document.path, document.source
        self.version = document.version or 0
        self.codec = document.position_codec
        self.lines = _LINE.findall(self.text)
        self.is_rule_file = rule_files.is_rule_file(self.path, self.text)
        self.judged: Judged | None = None
        self.done = asyncio.Event()

    def range(self, start: Position | None, end: Position | None) -> lsp.Range:
        """Return the range between two positions in the client's units, which are UTF-16 code units unless the client
        negotiated others.
        """
        assert start is not None and end is not None  # set for every finding of a run
        first, last = (lsp.Position(place.line - 1, place.column - 1) for place in (start, end))
        return self.client_range(lsp.Range(first, last))

    def client_range(self, span: lsp.Range) -> lsp.Range:
        """Convert a range from code points to the client's units, and return it."""
        found: lsp.Range = self.codec.range_to_client_units(self.lines, span)
        return found

    def place(self, position: lsp.Position) -> tuple[int, int]:
        """Return the 0-based row and column, in code points, of a position given in the client's units."""
        found = self.codec.position_from_client_units(self.lines, position)
        return min(found.line, len(self.lines) - 1), found.character


class EditorSession:
    """The connection to one editor: its open files, the judge that checks them, and the rulebook for hover and
    completion.
    """

    def __init__(self, options: Options, version: str) -> None:
        # request whole texts: pygls counts a form feed as a line end, so incremental edits would corrupt the text
        self.server = LanguageServer("cablecheck", version, text_document_sync_kind=lsp.TextDocumentSyncKind.Full)
        self.options = options
        self.files: dict[str, OpenFile] = {}
        self.judge = Judge(options, self._deliver)
        self.loop: asyncio.AbstractEventLoop | None = None
        self._book: Rulebook | None = None
        self._register()

    def _register(self) -> None:
        kinds = [lsp.CodeActionKind.QuickFix, FIX_ALL]
        self._feature(lsp.TEXT_DOCUMENT_DID_OPEN, self.opened)
        self._feature(lsp.TEXT_DOCUMENT_DID_SAVE, self.opened)
        self._feature(lsp.TEXT_DOCUMENT_DID_CHANGE, self.changed)
        self._feature(lsp.TEXT_DOCUMENT_DID_CLOSE, self.closed)
        self._feature(lsp.TEXT_DOCUMENT_CODE_ACTION, self.actions, lsp.CodeActionOptions(code_action_kinds=kinds))
        self._feature(lsp.TEXT_DOCUMENT_HOVER, self.hover)
        self._feature(lsp.TEXT_DOCUMENT_COMPLETION, self.completion, lsp.CompletionOptions(trigger_characters=TRIGGERS))
        self._feature(lsp.SHUTDOWN, self.shutdown)

        @self.server.feature(lsp.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
        async def symbols(event: Any) -> list[lsp.DocumentSymbol]:
            return await self.symbols(event)

    def _feature(self, name: str, method: Callable[[Any], Any], options: Any = None) -> None:
        def handle(event: Any) -> Any:  # pygls sets attributes on its handlers, which methods do not allow
            return method(event)

        self.server.feature(name, options)(handle)

    # ---- Files -------------------------------------------------------------------------------------------------------

    def opened(self, event: Any) -> None:
        """Check a file that has been opened or saved."""
        self._submit(event.text_document.uri, 0)

    def changed(self, event: Any) -> None:
        """Check a changed file once editing pauses."""
        self._submit(event.text_document.uri, SETTLE)

    def closed(self, event: Any) -> None:
        """Discard a closed file and remove its diagnostics."""
        uri = event.text_document.uri
        self.judge.forget(uri)
        file = self.files.pop(uri, None)
        if file is not None:
            file.done.set()
        self._publish(uri, None, [])

    def shutdown(self, event: Any) -> None:
        """Stop the worker process."""
        self.judge.close()

    def _submit(self, uri: str, settle: float) -> None:
        self.loop = asyncio.get_running_loop()
        file = OpenFile(self.server.workspace.get_text_document(uri))
        before = self.files.get(uri)
        if before is not None:
            before.done.set()
        self.files[uri] = file
        self.judge.submit(Job(uri, file.path, file.version, file.text, file.is_rule_file), settle)

    def _deliver(self, job: Job, judged: Judged) -> None:
        """Pass a result from the judge's thread to the server's event loop."""
        if self.loop is not None and not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self._received, job, judged)

    def _received(self, job: Job, judged: Judged) -> None:
        file = self.files.get(job.uri)
        if file is None or file.text != job.text:
            return
        file.judged = judged
        file.done.set()
        diagnostics = [self._of_finding(file, each) for each in judged.findings]
        diagnostics += [_of_rule_error(each) for each in judged.diagnostics]
        if judged.error:
            start = lsp.Range(lsp.Position(0, 0), lsp.Position(0, 0))
            error = lsp.DiagnosticSeverity.Error
            diagnostics.append(lsp.Diagnostic(start, visible(judged.error), error, source="cablecheck"))
        self._publish(file.uri, file.version, diagnostics)

    def _publish(self, uri: str, version: int | None, diagnostics: list[lsp.Diagnostic]) -> None:
        params = lsp.PublishDiagnosticsParams(uri=uri, diagnostics=diagnostics, version=version)
        self.server.text_document_publish_diagnostics(params)

    def _of_finding(self, file: OpenFile, finding: Finding) -> lsp.Diagnostic:
        lines = (finding.message, finding.help, f"source: {sources(finding.cite)}")
        url = self.options.rule_url.replace("{rule}", finding.rule)
        return lsp.Diagnostic(
            range=file.range(finding.start, finding.end),
            message="\n".join(visible(line) for line in lines if line),
            severity=SEVERITIES.get(finding.severity, lsp.DiagnosticSeverity.Information),
            code=finding.rule,
            code_description=lsp.CodeDescription(href=url) if url else None,
            source="cablecheck",
            related_information=[
                lsp.DiagnosticRelatedInformation(
                    lsp.Location(file.uri, file.range(place.start, place.end)), related_text(place)
                )
                for place in finding.related
            ]
            or None,
        )

    # ---- Requests ----------------------------------------------------------------------------------------------------

    def actions(self, event: Any) -> list[lsp.CodeAction]:
        """Return a quick fix for each finding in the requested range that has a suggestion, and an action that applies
        all safe suggestions in the file.
        """
        file = self.files.get(event.text_document.uri)
        if file is None or file.judged is None:
            return []
        wanted = event.context.only
        fixable = [each for each in file.judged.findings if each.suggestion is not None]
        found = []
        if _wanted(lsp.CodeActionKind.QuickFix.value, wanted):
            near = [each for each in fixable if _touches(file.range(each.start, each.end), event.range)]
            found += [self._quick_fix(file, each) for each in near]
        safe = list(apart(each for each in fixable if each.suggestion is not None and each.suggestion.safe))
        if safe and _wanted(FIX_ALL, wanted):
            edit = _edit(file, safe)
            found.append(lsp.CodeAction(title="Fix all (safe suggestions of cablecheck)", kind=FIX_ALL, edit=edit))
        return found

    def _quick_fix(self, file: OpenFile, finding: Finding) -> lsp.CodeAction:
        assert finding.suggestion is not None
        return lsp.CodeAction(
            title=f"{finding.rule}: replace with {visible(finding.suggestion.text)}",
            kind=lsp.CodeActionKind.QuickFix,
            diagnostics=[self._of_finding(file, finding)],
            edit=_edit(file, [finding]),
            is_preferred=finding.suggestion.safe,
        )

    def hover(self, event: Any) -> lsp.Hover | None:
        """Return the meaning of the word at a position and the rules of any findings there, or None if there is
        neither.
        """
        file, book = self.files.get(event.text_document.uri), self._rulebook()
        if file is None or book is None:
            return None
        row, column = file.place(event.position)
        if file.is_rule_file:
            text, low, high = rule_files.hover(book, file.lines, row, column)
        else:
            text, low, high = words.hover(book.vocabulary, file.lines[row], column)
            rules = self._rules_at(file, book, event.position)
            if rules and not text:
                low, high = column, column + 1
            text = "\n\n".join(filter(None, (text, *rules)))
        if not text:
            return None
        span = file.client_range(lsp.Range(lsp.Position(row, low), lsp.Position(row, high)))
        return lsp.Hover(lsp.MarkupContent(lsp.MarkupKind.PlainText, text), span)

    def _rules_at(self, file: OpenFile, book: Rulebook, position: lsp.Position) -> list[str]:
        """Return the id, name, and requirement of each rule that has a finding at a position."""
        here = lsp.Range(position, position)
        found = file.judged.findings if file.judged is not None else ()
        at = [each for each in found if _touches(file.range(each.start, each.end), here)]
        rules = (book.find(name) for name in dict.fromkeys(each.rule for each in at))
        return [f"{rule.id} {rule.name}: {rule.summary}" for rule in rules if rule is not None]

    def completion(self, event: Any) -> lsp.CompletionList:
        """Return the words that can be completed at a position."""
        file, book = self.files.get(event.text_document.uri), self._rulebook()
        if file is None or book is None:
            return lsp.CompletionList(False, [])
        row, column = file.place(event.position)
        if file.is_rule_file:
            found = rule_files.completions(book, file.lines, row, column)
        else:
            found = words.completions(book.vocabulary, file.lines[row][:column])
        return lsp.CompletionList(False, [_item(*each) for each in dict.fromkeys(found)])

    async def symbols(self, event: Any) -> list[lsp.DocumentSymbol]:
        """Return the outline of a file once the check of its text is complete, or an empty list if that takes more than
        `WAIT` seconds.
        """
        file = self.files.get(event.text_document.uri)
        if file is None:
            return []
        try:
            await asyncio.wait_for(file.done.wait(), WAIT)
        except TimeoutError:
            return []
        return [_symbol(file, each) for each in file.judged.symbols] if file.judged is not None else []

    def _rulebook(self) -> Rulebook | None:
        if self._book is None:
            try:
                self._book = linter.load(self.options)
            except CablecheckError:  # the check of each telegram reports the error
                return None
        return self._book


def _edit(file: OpenFile, findings: Iterable[Finding]) -> lsp.WorkspaceEdit:
    suggestions = [each.suggestion for each in findings if each.suggestion is not None]
    edits = [lsp.TextEdit(file.range(each.start, each.end), each.text) for each in suggestions]
    return lsp.WorkspaceEdit(changes={file.uri: edits})


def _wanted(kind: str, only: Sequence[Any] | None) -> bool:
    """Return whether the client requested actions of this kind; a kind includes its subkinds."""
    names = [getattr(each, "value", each) for each in only or ()]
    return not names or any(kind == name or kind.startswith(f"{name}.") for name in names)


def _touches(one: lsp.Range, other: lsp.Range) -> bool:
    def key(place: lsp.Position) -> tuple[int, int]:
        return (place.line, place.character)

    return key(one.start) <= key(other.end) and key(other.start) <= key(one.end)


def _of_rule_error(item: Diagnostic) -> lsp.Diagnostic:
    start = lsp.Position(item.place.line - 1, item.place.column - 1)
    end = lsp.Position(item.place.line - 1, item.place.column - 1 + item.length)
    message = "\n".join(filter(None, (item.message, item.help)))
    return lsp.Diagnostic(lsp.Range(start, end), message, lsp.DiagnosticSeverity.Error, item.code, source="cablecheck")


def _item(word: str, meaning: str, kind: str) -> lsp.CompletionItem:
    kinds = {"field": lsp.CompletionItemKind.Field, "operator": lsp.CompletionItemKind.Operator}
    return lsp.CompletionItem(word, kind=kinds.get(kind, lsp.CompletionItemKind.Keyword), detail=meaning or kind)


def _symbol(file: OpenFile, each: Symbol) -> lsp.DocumentSymbol:
    span = file.range(each.start, each.end)
    children = [_symbol(file, child) for child in each.children]
    return lsp.DocumentSymbol(
        visible(each.name), SYMBOLS[each.kind], span, span, visible(each.detail), children=children
    )
