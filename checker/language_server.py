"""The language server: findings while a telegram is being written, and troubles while a rule file is.

It speaks the Language Server Protocol over standard input and output and opens no connection. A finding is shown where
it stands, with its clause; what its rule suggests can be taken with a quick fix, which an editor always asks for first.
"""

from __future__ import annotations

import os
from typing import Any

from . import linter
from .config import Settings
from .errors import CablecheckError, MissingExtra
from .reporters.escaping import visible
from .resources import VERSION
from .results import Finding, Suggestion
from .rulebook import Diagnostic, check_files
from .text import Position

RULE_FILES = (".yaml", ".yml")


def serve(settings: Settings) -> None:
    """Answer an editor until it hangs up. Raises `MissingExtra` without the package pygls."""
    made = server(settings)
    made.start_io(os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb"))  # it closes what it is given


def server(settings: Settings) -> Any:
    """A server whose documents are judged by `settings`. Raises `MissingExtra` without the package pygls."""
    try:
        from lsprotocol import types as lsp  # 450 ms with pygls, and only for this command
        from pygls.lsp.server import LanguageServer
    except ImportError as error:
        raise MissingExtra("the language server", "lsp") from error
    made = LanguageServer("cablecheck", VERSION)
    found: dict[str, list[Finding]] = {}

    def look(uri: str) -> None:
        document = made.workspace.get_text_document(uri)
        if document.path.endswith(RULE_FILES):
            told = [_of_item(lsp, item) for item in check_files([document.path])]
        else:
            found[uri], trouble = _judged(document.source, document.path, settings)
            told = [_of_finding(lsp, document, finding) for finding in found[uri]] + _of_trouble(lsp, trouble)
        made.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri=uri, diagnostics=told))

    @made.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
    @made.feature(lsp.TEXT_DOCUMENT_DID_SAVE)
    def opened(event: Any) -> None:
        look(event.text_document.uri)

    @made.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
    def changed(event: Any) -> None:
        if not event.text_document.uri.endswith(RULE_FILES):  # a rule file is judged as it stands on disk
            look(event.text_document.uri)

    @made.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
    def closed(event: Any) -> None:
        uri = event.text_document.uri
        found.pop(uri, None)
        made.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri=uri, diagnostics=[]))

    @made.feature(lsp.TEXT_DOCUMENT_CODE_ACTION, lsp.CodeActionOptions(code_action_kinds=[lsp.CodeActionKind.QuickFix]))
    def actions(event: Any) -> list[Any]:
        uri = event.text_document.uri
        document = made.workspace.get_text_document(uri)
        return [
            _action(lsp, uri, document, finding, finding.suggestion)
            for finding in found.get(uri, ())
            if finding.suggestion is not None
            and _touches(_units(lsp, document, finding.start, finding.end), event.range)
        ]

    return made


def _judged(text: str, name: str, settings: Settings) -> tuple[list[Finding], str]:
    """The findings of a text, and why there are none where it cannot be checked."""
    if not text.strip():
        return [], ""
    try:
        return linter.check_text(text, name, settings), ""
    except CablecheckError as trouble:
        return [], str(trouble)


def _of_finding(lsp: Any, document: Any, finding: Finding) -> Any:
    severities = {"error": lsp.DiagnosticSeverity.Error, "warning": lsp.DiagnosticSeverity.Warning}
    told = (finding.message, finding.help, f"source: {'; '.join(finding.cite)}")
    return lsp.Diagnostic(
        range=_units(lsp, document, finding.start, finding.end),
        message="\n".join(visible(line) for line in told if line),
        severity=severities.get(finding.severity, lsp.DiagnosticSeverity.Information),
        code=finding.rule,
        source="cablecheck",
    )


def _of_item(lsp: Any, item: Diagnostic) -> Any:
    start = lsp.Position(item.place.line - 1, item.place.column - 1)
    end = lsp.Position(item.place.line - 1, item.place.column - 1 + item.length)
    message = "\n".join(filter(None, (item.message, item.help)))
    return lsp.Diagnostic(lsp.Range(start, end), message, lsp.DiagnosticSeverity.Error, item.code, source="cablecheck")


def _of_trouble(lsp: Any, trouble: str) -> list[Any]:
    if not trouble:
        return []
    place = lsp.Range(lsp.Position(0, 0), lsp.Position(0, 0))
    return [lsp.Diagnostic(place, visible(trouble), lsp.DiagnosticSeverity.Error, source="cablecheck")]


def _units(lsp: Any, document: Any, start: Position | None, end: Position | None) -> Any:
    """A place in the units the editor counts in (UTF-16, unless it asked for others)."""
    assert start is not None and end is not None  # a run places what it finds
    first, last = (lsp.Position(place.line - 1, place.column - 1) for place in (start, end))
    return document.position_codec.range_to_client_units(document.lines, lsp.Range(first, last))


def _touches(one: Any, other: Any) -> bool:
    def key(place: Any) -> tuple[int, int]:
        return (place.line, place.character)

    return key(one.start) <= key(other.end) and key(other.start) <= key(one.end)


def _action(lsp: Any, uri: str, document: Any, finding: Finding, suggestion: Suggestion) -> Any:
    span = _units(lsp, document, suggestion.start, suggestion.end)
    edit = lsp.WorkspaceEdit(changes={uri: [lsp.TextEdit(range=span, new_text=suggestion.text)]})
    title = f"{finding.rule}: replace with {visible(suggestion.text)}"
    return lsp.CodeAction(title=title, kind=lsp.CodeActionKind.QuickFix, edit=edit, is_preferred=suggestion.safe)
