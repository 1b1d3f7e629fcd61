"""Read the text layer of a PDF file, page by page; positions count the lines of that text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..text import Source, View
from .registry import ReaderSettings, Reading, Unreadable, format_size
from .streams import Stream

_PAGES = 20_000  # more pages than any release has


def recognizes(head: bytes, code: str = "") -> bool:
    """Return whether the file begins with a PDF signature."""
    return head.startswith(b"%PDF-")


def rows(stream: Stream, settings: ReaderSettings, code: str) -> Iterator[Reading | Unreadable]:
    """Yield one document, the text of all pages with form feeds between them, or an `Unreadable` with the reason why
    there is none.
    """
    try:
        import pypdfium2  # optional package, 60 ms
    except ImportError:
        why = "is a PDF file, which needs an extra: pip install 'cablecheck[pdf]'"
        yield Unreadable(stream.path, stream.cable, why)
        return
    data = stream.whole(settings.limit)
    try:
        text, why = _text(pypdfium2.PdfDocument(data), settings.limit)
    except pypdfium2.PdfiumError as error:
        text, why = "", f"is a damaged or locked PDF file: {error}"
    if why or not text.strip():
        why = why or "is a PDF file without a text layer; run OCR on it first"
        yield Unreadable(stream.path, stream.cable, why)
        return
    note = "positions count the lines of the PDF file's text layer"
    yield Reading(stream.path, stream.cable, View.whole(Source(stream.path, text)), notes=(note,))


def _text(document: Any, limit: int) -> tuple[str, str]:
    """Return (text of the file's pages, ""), or ("", reason) if the file is rejected."""
    try:
        if len(document) > _PAGES:
            return "", f"is a PDF file of {len(document)} pages, more than {_PAGES}"
        parts: list[str] = []
        size = 0
        for page in document:
            layer = page.get_textpage()
            parts.append(layer.get_text_bounded().replace("\r\n", "\n"))
            size += len(parts[-1])
            layer.close()
            page.close()
            if size > limit:
                return "", f"contains more text than the limit of {format_size(limit)} for one document"
        return "\n\f".join(parts), ""
    finally:
        document.close()
