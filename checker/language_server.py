"""The language server: findings in open telegrams, and errors in saved rule files.

It uses the Language Server Protocol over standard input and output and opens no connection. A finding is a diagnostic
with its citation; its suggestion is a quick fix.
"""

from __future__ import annotations

import os
from typing import Any

from . import linter
from .config import Options
from .errors import CablecheckError, MissingExtra
from .reporters.escaping import visible
from .resources import VERSION
from .results import Finding, Suggestion
from .rulebook import Diagnostic
from .rulebook.loader import check_files
from .text import Position

RULE_FILES = (".yaml", ".yml")


def serve(options: Options) -> None:
    """Serve until the editor closes the connection. Raises `MissingExtra` without the package pygls."""
    # pygls closes its streams, so it gets copies
    server(options).start_io(os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb"))


def server(options: Options) -> Any:
    """Return a server that checks documents with `options`. Raises `MissingExtra` without the package pygls."""
    try:
        from lsprotocol import types as lsp  # 450 ms with pygls, and only for this command
        from pygls.lsp.server import LanguageServer
    except ImportError as error:
        raise MissingExtra("the language server", "lsp") from error
    instance = LanguageServer("cablecheck", VERSION)
    findings: dict[str, list[Finding]] = {}

    def publish(uri: str) -> None:
        document = instance.workspace.get_text_document(uri)
        if document.path.endswith(RULE_FILES):
            diagnostics = [_of_rule_error(lsp, item) for item in check_files([document.path])]
        else:
            findings[uri], error = _check(document.source, document.path, options)
            diagnostics = [_of_finding(lsp, document, one) for one in findings[uri]] + _of_error(lsp, error)
        instance.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri=uri, diagnostics=diagnostics))

    @instance.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
    @instance.feature(lsp.TEXT_DOCUMENT_DID_SAVE)
    def opened(event: Any) -> None:
        publish(event.text_document.uri)

    @instance.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
    def changed(event: Any) -> None:
        if not event.text_document.uri.endswith(RULE_FILES):  # rule files are checked when they are saved
            publish(event.text_document.uri)

    @instance.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
    def closed(event: Any) -> None:
        uri = event.text_document.uri
        findings.pop(uri, None)
        instance.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri=uri, diagnostics=[]))

    @instance.feature(
        lsp.TEXT_DOCUMENT_CODE_ACTION, lsp.CodeActionOptions(code_action_kinds=[lsp.CodeActionKind.QuickFix])
    )
    def actions(event: Any) -> list[Any]:
        uri = event.text_document.uri
        document = instance.workspace.get_text_document(uri)
        return [
            _action(lsp, uri, document, finding, finding.suggestion)
            for finding in findings.get(uri, ())
            if finding.suggestion is not None
            and _touches(_units(lsp, document, finding.start, finding.end), event.range)
        ]

    return instance


def _check(text: str, name: str, options: Options) -> tuple[list[Finding], str]:
    """Return the findings of a text, and the error if it cannot be checked."""
    if not text.strip():
        return [], ""
    try:
        return list(linter.check_text(text, name, options).findings), ""
    except CablecheckError as error:
        return [], str(error)


def _of_finding(lsp: Any, document: Any, finding: Finding) -> Any:
    severities = {"error": lsp.DiagnosticSeverity.Error, "warning": lsp.DiagnosticSeverity.Warning}
    lines = (finding.message, finding.help, f"source: {'; '.join(finding.cite)}")
    return lsp.Diagnostic(
        range=_units(lsp, document, finding.start, finding.end),
        message="\n".join(visible(line) for line in lines if line),
        severity=severities.get(finding.severity, lsp.DiagnosticSeverity.Information),
        code=finding.rule,
        source="cablecheck",
    )


def _of_rule_error(lsp: Any, item: Diagnostic) -> Any:
    start = lsp.Position(item.place.line - 1, item.place.column - 1)
    end = lsp.Position(item.place.line - 1, item.place.column - 1 + item.length)
    message = "\n".join(filter(None, (item.message, item.help)))
    return lsp.Diagnostic(lsp.Range(start, end), message, lsp.DiagnosticSeverity.Error, item.code, source="cablecheck")


def _of_error(lsp: Any, error: str) -> list[Any]:
    if not error:
        return []
    place = lsp.Range(lsp.Position(0, 0), lsp.Position(0, 0))
    return [lsp.Diagnostic(place, visible(error), lsp.DiagnosticSeverity.Error, source="cablecheck")]


def _units(lsp: Any, document: Any, start: Position | None, end: Position | None) -> Any:
    """Return a range in the units of the client: UTF-16, unless it negotiated others."""
    assert start is not None and end is not None  # set for every finding of a run
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
