"""Show a telegram's text in the pane: reread it from the corpus, verify it, and cut it into marked pieces.

The corpus is untrusted and may have changed since the audit. A document is identified by its number; its path comes
from the tables. After links are resolved, the path must lead to a regular file below the audited paths, and the file
must have the size and digest recorded by the audit. No rule runs: the positions of findings come from the tables.
"""

from __future__ import annotations

import errno
import io
import os
import re
import stat
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from itertools import pairwise
from typing import Any

from ..audit.tables import LONGEST
from ..document_linter import unescaped
from ..readers import Reading, read_document
from ..readers.paths import is_url
from ..record import Record
from ..text import Span, View
from ..vocabulary import Vocabulary

CHANGED = "This file has changed since the audit. Positions may be wrong."
MISSING = "Text not available. Start with --corpus PATH."
OUTSIDE = "Text not available: the path leads outside the audited folders."
REMOTE = "Text not available: this corpus is at a URL, and the workbench opens no network connections."
REDACTED = "Text not available: this view is redacted."
MOST_MARKS = 2000  # findings drawn in one telegram
MOST_CHARACTERS = 120_000  # of the text around the current finding
LONGEST_LINE = 20_000  # characters of a line that is drawn
_BLOCK = 1 << 20
_WILDCARD = re.compile(r"[*?\[]")


class Piece(Record):
    """Adjacent characters with the same marks. `mark` is the most serious of these ("" if there are none): a severity,
    "undetermined", or "related". `title` names the rules and positions.

    `related` is true if the current finding compares these characters with its own position.
    """

    text: str
    mark: str = ""
    current: bool = False
    title: str = ""
    related: bool = False


class TextLine(Record):
    """A line of the telegram and its 1-based line number."""

    number: int
    pieces: tuple[Piece, ...]


class PaneText(Record):
    """A telegram's text as the pane shows it. If the text is not available, it has no lines, and `notes` gives the
    reason.
    """

    lines: tuple[TextLine, ...] = ()
    notes: tuple[str, ...] = ()


class Mark(Record):
    """A range to mark in a telegram's text: offsets in code points, severity, title, and whether it is current."""

    start: int
    end: int
    severity: str
    title: str
    current: bool


class CorpusFiles:
    """Finds the files of the audited corpus and verifies that they have not changed."""

    def __init__(self, description: Mapping[str, Any], files: Mapping[str, tuple[int, str]], corpus: str = "") -> None:
        self._folder = os.path.join(os.getcwd(), str(description.get("folder") or ""))
        self._given = [str(path) for path in description.get("corpus") or ()]
        self._corpus = os.path.abspath(corpus) if corpus else ""
        self._files = files
        self._digests: dict[tuple[int, ...], str] = {}

    def find(self, path: str) -> tuple[str, str]:
        """Return (current path, "") for a file named in the tables, or ("", reason) if its text cannot be shown.

        If the path is found but the size or digest differs from the audit's, the second value is `CHANGED`.
        """
        if is_url(path):
            return "", REMOTE
        why = MISSING
        if chr(0) in path:
            return "", why
        for candidate, roots in self._candidates(path):
            real = os.path.realpath(candidate)
            if not os.path.exists(real):
                continue
            if not any(_inside(real, os.path.realpath(root)) for root in roots):
                why = OUTSIDE
                continue
            try:
                with io.FileIO(real, opener=_open_regular) as file:
                    return real, self._verdict(path, file)
            except OSError:
                continue
        return "", why

    def _candidates(self, path: str) -> Iterable[tuple[str, list[str]]]:
        """Yield the paths at which a file may be, each with the folders that may contain it. With `--corpus`, only that
        file, or paths below that folder, are tried.
        """
        if self._corpus:
            if os.path.isfile(self._corpus):
                if path in self._given or len(self._files) == 1:
                    yield self._corpus, [self._corpus]
                return
            for root in self._given:
                rest = os.path.relpath(path, root) if _inside(os.path.normpath(path), os.path.normpath(root)) else ""
                if rest and rest != ".":
                    yield os.path.join(self._corpus, rest), [self._corpus]
            yield os.path.join(self._corpus, path.lstrip("/")), [self._corpus]
            yield os.path.join(self._corpus, os.path.basename(path)), [self._corpus]
            return
        roots = [os.path.join(self._folder, _fixed_part(root)) for root in self._given]
        yield os.path.join(self._folder, path), roots

    def _verdict(self, path: str, file: io.FileIO) -> str:
        size, digest = self._files.get(path, (-1, ""))
        found = os.fstat(file.fileno())
        if found.st_size != size:
            return CHANGED
        key = found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns
        if key not in self._digests:
            self._digests[key] = _digest(file, size)
        return "" if self._digests[key] == digest else CHANGED


def _open_regular(path: str, flags: int) -> int:
    """Open a path whose links have been resolved. Raises `OSError` if it has since become a link or is not a regular
    file.
    """
    handle = os.open(path, flags | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(errno.EINVAL, "is not a regular file", path)
    return handle


def _digest(file: io.FileIO, size: int) -> str:
    """Return the SHA-256 digest of a file's first `size` bytes."""
    digest = sha256()
    file.seek(0)
    while size > 0 and (block := file.read(min(_BLOCK, size))):
        digest.update(block)
        size -= len(block)
    return digest.hexdigest()


def _inside(path: str, root: str) -> bool:
    return path == root or path.startswith(root.rstrip(os.sep) + os.sep)


def _fixed_part(pattern: str) -> str:
    """Return the folder above the first wildcard in a pattern. A path without a wildcard is returned unchanged."""
    match = _WILDCARD.search(pattern)
    return os.path.dirname(pattern[: match.start()]) if match else pattern


# ---- Reading ---------------------------------------------------------------------------------------------------------


class TelegramTexts:
    """Rereads telegrams from the corpus, and marks the positions of their findings."""

    def __init__(self, files: CorpusFiles, description: Mapping[str, Any], vocabulary: Vocabulary) -> None:
        self._files = files
        self._reader = str(description.get("reader") or "") or None
        self._settings = description.get("fields") or None
        self._vocabulary = vocabulary

    def text(self, place: Mapping[str, Any], findings: Sequence[Mapping[str, Any]], current: int) -> PaneText:
        """Return one document's text with its findings marked, or the reason why it is not available.

        `place` is a row with the document's `path`, `member`, `start`, `bytes`, `line`, and `item`. `findings` are rows
        with `id`, `severity`, `undetermined`, `rule`, `line`, `column`, `end_line`, `end_column`, and `quote`.
        `current` is the id of the finding to outline.
        """
        path, verdict = self._files.find(str(place["path"]))
        if not path:
            return PaneText((), (verdict,))
        reading = read_document(
            path,
            member=place["member"] or "",
            start=place["start"],
            size=place["bytes"],
            line=place["line"],
            item=place["item"],
            reader=self._reader,
            settings=self._settings,
            vocabulary=self._vocabulary,
        )
        if not isinstance(reading, Reading):
            return PaneText((), (CHANGED if verdict else f"Text not available: {reading.why}.",))
        marks, moved = ([], False) if verdict else _marks(reading, findings, current)
        notes = [verdict or CHANGED] if verdict or moved else []
        if len(findings) > MOST_MARKS:
            notes.append(f"{len(findings):,} findings; the first {MOST_MARKS:,} are marked.")
        lines, more = _drawn(reading.view.text, [] if moved else marks)
        return PaneText(tuple(lines), (*notes, *more))


def _marks(reading: Reading, findings: Sequence[Mapping[str, Any]], current: int) -> tuple[list[Mark], bool]:
    """Return the marks for a document's findings, and whether a quote shows that the text has changed since the audit.
    If so, there are no marks.
    """
    view = reading.view
    marks: list[Mark] = []
    for row in [*findings[:MOST_MARKS], *(row for row in findings[MOST_MARKS:] if row["id"] == current)]:
        start = view.source.offset(row["line"], row["column"])
        end = max(start, view.source.offset(row["end_line"], row["end_column"]))
        if row["undetermined"]:  # the table does not record where these end
            parts = _beginning(view, start, row["quote"])
        elif row["quote"] and row["quote"] != unescaped(view.source.quote(Span(start, end)), reading)[:LONGEST]:
            return [], True
        else:
            parts = view.locate(Span(start, end))
        severity = "undetermined" if row["undetermined"] else row["severity"]
        title = f"{row['rule']} · line {row['line']}, column {row['column']} of the file"
        marks += [Mark(low, high, severity, title, row["id"] == current) for low, high in parts]
        if row["id"] == current:
            marks += _compared(view, row)
    return marks, False


def _compared(view: View, row: Mapping[str, Any]) -> list[Mark]:
    """Return marks for the other positions that were compared for a finding. The row stores four numbers for each
    position.
    """
    numbers = row.get("related") or ()
    marks = []
    for line, column, end_line, end_column in zip(*[iter(numbers)] * 4, strict=False):
        start = view.source.offset(line, column)
        title = f"compared by {row['rule']} · line {line}, column {column} of the file"
        parts = view.locate(Span(start, max(start, view.source.offset(end_line, end_column))))
        marks += [Mark(low, high, RELATED, title, False) for low, high in parts]
    return marks


def _beginning(view: View, start: int, quote: str) -> list[tuple[int, int]]:
    """Return, in a list, the range to mark at a source offset: the quote if it occurs there, otherwise one character.
    The list is empty if the view does not contain the offset.
    """
    parts = view.locate(Span(start, start + 1))
    if not parts:
        return []
    low = parts[0][0]
    return [(low, low + max(1, len(quote) if view.text.startswith(quote, low) else 1))]


# ---- Drawing ---------------------------------------------------------------------------------------------------------

RELATED = "related"
_WORST = (RELATED, "undetermined", "info", "warning", "error")


def _drawn(text: str, marks: Sequence[Mark]) -> tuple[list[TextLine], tuple[str, ...]]:
    """Return the lines of text to draw, and a note if only the part around the current mark is drawn."""
    middle = next((mark.start for mark in marks if mark.current), 0)
    low, high = 0, len(text)
    if len(text) > MOST_CHARACTERS:
        low = max(0, middle - MOST_CHARACTERS // 2)
        high = min(len(text), low + MOST_CHARACTERS)
    number = text.count(chr(10), 0, low) + 1
    lines: list[TextLine] = []
    offset = low
    ordered = sorted((mark for mark in marks if mark.end > low and mark.start < high), key=lambda mark: mark.start)
    waiting = 0
    open_marks: list[Mark] = []
    for words in text[low:high].split(chr(10)):
        end = offset + len(words)
        while waiting < len(ordered) and ordered[waiting].start <= end:
            open_marks.append(ordered[waiting])
            waiting += 1
        lines.append(TextLine(number, tuple(_pieces(words[:LONGEST_LINE], offset, open_marks))))
        open_marks = [mark for mark in open_marks if mark.end > end + 1]
        offset, number = end + 1, number + 1
    cut = f"Characters {low + 1:,} to {high:,} of {len(text):,} are shown."
    return lines, (cut,) if high - low < len(text) else ()


def _pieces(words: str, offset: int, marks: Sequence[Mark]) -> list[Piece]:
    """Return one line as pieces. Where marks overlap, the most serious one determines the color."""
    if not marks:
        return [Piece(words)]
    edges = {0, len(words)}
    for mark in marks:
        edges |= {min(max(mark.start - offset, 0), len(words)), min(max(mark.end - offset, 0), len(words))}
    ends = sorted(edges)
    pieces = []
    for start, stop in pairwise(ends):
        over = [mark for mark in marks if mark.start < offset + stop and mark.end > offset + start]
        worst = max((mark.severity for mark in over), key=_WORST.index, default="")
        titles = dict.fromkeys(mark.title for mark in over[:5])
        current, related = any(mark.current for mark in over), any(mark.severity == RELATED for mark in over)
        pieces.append(Piece(words[start:stop], worst, current, "; ".join(titles), related))
    return pieces
