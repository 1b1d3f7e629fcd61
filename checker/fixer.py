"""Apply suggestions to files in passes. Each pass applies all suggestions that do not overlap; passes repeat until none
are left.

Only files that consist of one plain document are changed. The encoding, byte order mark, line ends, and permissions of
a file are preserved, and a file is replaced in one step or not at all.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator

from . import readers
from .document_linter import DocumentLinter
from .errors import InputError
from .readers.streams import decode
from .record import Record
from .results import Finding, Suggestion

MAX_PASSES = 20
_ENCODINGS = (
    ("utf-8", b""), ("utf-8", b"\xef\xbb\xbf"), ("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff"),
    ("utf-32-le", b"\xff\xfe\0\0"), ("utf-32-be", b"\0\0\xfe\xff"), ("cp1252", b""), ("iso-8859-1", b""),
)  # fmt: skip


class Fix(Record):
    """One applied change: the finding that it resolves, with the finding's position in that pass, and the text before
    and after.
    """

    path: str
    line: int
    column: int
    rule: str
    before: str
    after: str
    safe: bool

    def __str__(self) -> str:
        confirm = "" if self.safe else " (unsafe; the drafting office must confirm it)"
        return f'fixed {self.path}:{self.line}:{self.column}: {self.rule}: "{self.before}" -> "{self.after}"{confirm}'


def fix(path: str, linter: DocumentLinter, unsafe: bool, accepted: Collection[str] = ()) -> tuple[list[Fix], str]:
    """Fix one file. Return the changes, and the reason if its suggestions cannot be applied (otherwise "").

    `unsafe` also applies suggestions that are not purely typographic. Findings with a fingerprint in `accepted` are
    skipped. Raises `InputError` if the file cannot be written.
    """
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError:
        return [], ""  # the report shows why
    fixes: list[Fix] = []
    current = data
    for _ in range(MAX_PASSES):
        text, codec, mark = _decoded(current)
        findings, single = _fixable(path, current, text, linter, unsafe, accepted)
        if findings and not single:
            return [], f"{path}: not fixed: a container, or several documents"
        changes = [(one, change) for one in apart(findings) if (change := _encodable(one, text, codec)) is not None]
        if not changes:
            break
        fixes += [_logged(path, text, one, change) for one, change in changes]
        current = mark + _changed(text, changes).encode(codec)
    if current != data:
        _replace(path, data, current)
    return fixes, ""


def _decoded(data: bytes) -> tuple[str, str, bytes]:
    """Return the text, its codec, and its byte order mark, or ("", "", b"") if encoding the text would not restore the
    bytes.
    """
    try:
        text = decode(data)[0]
    except InputError:
        return "", "", b""
    for codec, mark in _ENCODINGS:
        try:
            if data == mark + text.encode(codec):
                return text, codec, mark
        except UnicodeEncodeError:
            continue
    return "", "", b""


def _fixable(
    path: str, data: bytes, text: str, linter: DocumentLinter, unsafe: bool, accepted: Collection[str]
) -> tuple[list[Finding], bool]:
    """Return the findings that have a suggestion to apply, and whether the file on disk is a single plain document."""
    readings = list(linter.documents(path, data))
    findings = [
        one
        for reading in readings
        for one in linter.check(reading).findings
        if one.suggestion is not None and (unsafe or one.suggestion.safe) and one.fingerprint not in accepted
    ]
    first = readings[0] if len(readings) == 1 else None
    return findings, isinstance(first, readers.Reading) and bool(text) and first.view.source.text == text


def apart(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield the findings with suggestions in order of position. A finding is skipped if its suggestion overlaps or
    touches the previous one.
    """
    end = -1
    for one in sorted(findings, key=lambda one: (one.suggestion.span.start, one.rule) if one.suggestion else (0, "")):
        if one.suggestion is not None and one.suggestion.span.start > end:
            end = one.suggestion.span.end
            yield one


def _encodable(one: Finding, text: str, codec: str) -> str | None:
    """Return the replacement text with the file's line ends, or `None` if it changes nothing or cannot be encoded."""
    assert isinstance(one.suggestion, Suggestion)
    span = one.suggestion.span
    change = one.suggestion.text.replace("\n", "\r\n") if "\r\n" in text else one.suggestion.text
    try:
        change.encode(codec)
    except UnicodeEncodeError:
        return None
    return None if change == text[span.start : span.end] else change


def _logged(path: str, text: str, one: Finding, change: str) -> Fix:
    assert one.suggestion is not None and one.suggestion.start is not None
    span, start = one.suggestion.span, one.suggestion.start
    before = text[span.start : span.end]
    return Fix(path, start.line, start.column, one.rule, before, change, one.suggestion.safe)


def _changed(text: str, changes: Iterable[tuple[Finding, str]]) -> str:
    parts, end = [], 0
    for one, change in changes:
        assert one.suggestion is not None
        parts += [text[end : one.suggestion.span.start], change]
        end = one.suggestion.span.end
    return "".join(parts) + text[end:]


def _replace(path: str, before: bytes, after: bytes) -> None:
    """Replace a file in one step if its content has not changed since it was read. Raises `InputError` if the content
    has changed, or if writing fails.
    """
    target = os.path.realpath(path)
    temporary = f"{target}.{os.getpid()}.part"
    try:
        with open(temporary, "xb") as file:
            os.chmod(temporary, os.stat(target).st_mode & 0o7777)
            file.write(after)
            file.flush()
            os.fsync(file.fileno())
        with open(target, "rb") as file:
            if file.read() != before:
                raise InputError(f"{path}: not fixed: the file has changed in the meantime")
        os.replace(temporary, target)
    except OSError as error:
        raise InputError(f"{path}: not fixed: {error.strerror or error}") from error
    finally:
        if os.path.exists(temporary):
            os.unlink(temporary)
