"""Read e-mail messages and mailboxes: each message's text parts, with header fields as facts.

Plain and quoted-printable text keeps its positions in the file. A base64 part is decoded into a separate source, and a
note reports this. Attached Word and PDF files are read; other attachments that are not text are reported but not
opened.
"""

from __future__ import annotations

import binascii
import io
import re
from collections.abc import Iterator

from ..errors import InputError
from ..model import Fact
from ..record import Record
from ..text import Exchange, Source, Span, View
from . import office, pdf
from .metadata import fact
from .registry import ReaderSettings, Reading, Unreadable, join_names, limit_edits
from .streams import Stream, decode

_FIELD = re.compile(r"([!-9;-~]{1,76}):[ \t]*([^\n]*(?:\n[ \t][^\n]*)*)(?:\n|\Z)")
_ENVELOPE = re.compile(r"From [^\n]*\n")
_NEXT = re.compile(r"\n\r?\n(?=From [^\n]*\n[!-9;-~]{1,76}:)")
_MAIL_ONLY = frozenset(("message-id", "mime-version", "received", "return-path", "delivered-to"))
_PARAMETER = r"[;\s]{}\*?=[ \t]*(?:\"([^\"\n]*)\"|([^\s;]+))"
_QUOTED = re.compile(r"(?:=[0-9A-Fa-f]{2})+|=[ \t]*\r?\n")
_MAX_DEPTH = 6
_FACT_FIELDS = ("from", "to", "subject", "date")
_DECODED = "a base64 part: positions refer to the decoded part"
_OPAQUE = ("application/", "message/")


class Message(Record):
    """A message or a part of one. `fields` maps lower-case field names to (value, start, end); `start` and `end` are
    the bounds of the body.
    """

    fields: dict[str, tuple[str, int, int]]
    start: int
    end: int

    def value(self, name: str) -> str:
        """Return a field's value on one line, or "" if the message does not have the field."""
        return " ".join(self.fields[name][0].split()) if name in self.fields else ""

    def parameter(self, field: str, name: str) -> str:
        """Return one parameter of a field, such as the `boundary` of `content-type`, or "" if it is missing."""
        found = re.search(_PARAMETER.format(name), self.value(field), re.IGNORECASE)
        return (found[1] or found[2] or "") if found else ""


def recognizes(text: str) -> bool:
    """Return whether the text begins with header fields that only e-mail has, or with an envelope line (`From …`) and a
    Date field. From and Subject fields are not enough.
    """
    envelope = _ENVELOPE.match(text)
    message = _message(text, envelope.end() if envelope else 0, min(len(text), 1 << 16))
    return not _MAIL_ONLY.isdisjoint(message.fields) or (envelope is not None and "date" in message.fields)


def unwrap(reading: Reading, settings: ReaderSettings) -> Iterator[Reading | Unreadable]:
    """Yield the documents in all messages: text parts and attachments. In a mailbox, each message is named by its
    number.
    """
    text = reading.view.text
    starts = [0, *(found.end() for found in _NEXT.finditer(text))] if _ENVELOPE.match(text) else [0]
    for number, start in enumerate(starts, 1):
        end = starts[number] if number < len(starts) else len(text)
        envelope = _ENVELOPE.match(text, start, end)
        message = _message(text, envelope.end() if envelope else start, end)
        name = f"message {number}" if len(starts) > 1 else ""
        yield from _parts_of(reading, message, name, settings)


def _message(text: str, start: int, end: int) -> Message:
    fields: dict[str, tuple[str, int, int]] = {}
    found = _FIELD.match(text, start, end)
    while found is not None:
        fields.setdefault(found[1].lower(), (found[2], *found.span(2)))
        start = found.end()
        found = _FIELD.match(text, start, end)
    blank = re.compile(r"\r?\n").match(text, start, end)
    return Message(fields, blank.end() if blank else start, end)


def _parts_of(
    reading: Reading, message: Message, name: str, settings: ReaderSettings
) -> Iterator[Reading | Unreadable]:
    """Yield the documents in a message's plain text parts (or, if it has none, in its other text parts) and in its
    attachments.
    """
    leaves = list(_leaves(reading.view.text, message, _MAX_DEPTH))
    plain = any(_kind(leaf) == "text/plain" for leaf in leaves)
    texts = [
        leaf
        for leaf in leaves
        if _kind(leaf) == "text/plain" or (_kind(leaf).startswith("text/") and (_filename(leaf) or not plain))
    ]
    for number, leaf in enumerate(texts, 1):
        label = _filename(leaf) or (str(number) if len(texts) > 1 else "")
        yield from _text_part(reading, message, leaf, join_names(name, label))
    read = {id(leaf) for leaf in texts}
    for leaf in leaves:
        if id(leaf) not in read:
            yield from _other_part(reading, message, leaf, name, settings, needed=not texts)


def _other_part(
    reading: Reading, message: Message, leaf: Message, name: str, settings: ReaderSettings, *, needed: bool
) -> Iterator[Reading | Unreadable]:
    """Yield the document in an attached Word or PDF file, or an `Unreadable` with the reason why an attachment is not
    read.

    `needed` means that the message has no text part, so a part that is not read counts as failed. Otherwise, a picture
    counts as excluded.
    """
    label = join_names(name, _filename(leaf) or "attachment")
    opaque = _kind(leaf).startswith(_OPAQUE) or needed
    if leaf.value("content-transfer-encoding").lower() == "base64" and opaque:
        try:
            stream = Stream(reading.path, label, io.BytesIO(_base64(reading.view, leaf)).read)
        except InputError as error:
            yield Unreadable(reading.path, join_names(reading.cable, label), str(error))
            return
        for module in (office, pdf):
            if module.recognizes(stream.head):
                for item in module.rows(stream, settings, ""):
                    if isinstance(item, Unreadable):
                        yield Unreadable(reading.path, join_names(reading.cable, label), item.why)
                    else:
                        facts = _header_facts(reading.view, message, elsewhere=True)
                        yield reading.inner(item.view, facts, label, item.notes)
                return
    if opaque or _filename(leaf):
        why = f"is an attachment of type {_kind(leaf)}; save it and check the file"
        yield Unreadable(reading.path, join_names(reading.cable, label), why, not opaque)  # a picture is excluded


def _text_part(reading: Reading, message: Message, leaf: Message, name: str) -> Iterator[Reading | Unreadable]:
    """Yield the document in a text part, with fields from the message header as facts.

    A blank attachment is excluded; any other blank part yields nothing.
    """
    view = reading.view
    try:
        part, notes = _read_part(view, leaf)
    except InputError as error:
        yield Unreadable(reading.path, join_names(reading.cable, name), str(error))
        return
    if part.text.strip():
        facts = _header_facts(view, message, elsewhere=part.source is not view.source)
        yield reading.inner(part, facts, name, notes)
    elif _filename(leaf):
        yield Unreadable(reading.path, join_names(reading.cable, name), "contains no text", True)


def _header_facts(view: View, message: Message, *, elsewhere: bool) -> tuple[Fact, ...]:
    """Return the From, To, Subject, and Date fields as facts.

    If `elsewhere` is true, the document is not in the same text as the header, and the facts get an empty span.
    """
    found = [fact(view, "mail_" + key, *message.fields[key][1:]) for key in _FACT_FIELDS if key in message.fields]
    return tuple(Fact(Span(0, 0), one.name, one.text) if elsewhere else one for one in found if one is not None)


def _leaves(text: str, message: Message, depth: int) -> Iterator[Message]:
    """Yield the parts that contain no other parts. Parts nested more than `depth` levels deep are not divided."""
    boundary = message.parameter("content-type", "boundary")
    if not _kind(message).startswith("multipart/") or not boundary or depth == 0:
        yield message
        return
    border = re.compile(r"(?:\A|(?<=\n))--" + re.escape(boundary) + r"(--)?[ \t]*\r?(?:\n|\Z)")
    start = -1
    for found in border.finditer(text, message.start, message.end):
        if start >= 0:
            yield from _leaves(text, _message(text, start, found.start()), depth - 1)
        start = -1 if found[1] else found.end()
    if start >= 0:  # truncated
        yield from _leaves(text, _message(text, start, message.end), depth - 1)


def _kind(message: Message) -> str:
    return message.value("content-type").partition(";")[0].strip().lower() or "text/plain"


def _filename(message: Message) -> str:
    return message.parameter("content-disposition", "filename") or message.parameter("content-type", "name")


def _read_part(view: View, leaf: Message) -> tuple[View, tuple[str, ...]]:
    """Return the part's text and notes. Raises `InputError` for damaged base64 or binary data."""
    encoding = leaf.value("content-transfer-encoding").lower()
    if encoding == "base64":
        text, notes = decode(_base64(view, leaf))
        source = Source(view.source.name, text)
        return View.whole(source), (*notes, _DECODED)
    part = view.slice(leaf.start, leaf.end)
    if encoding == "quoted-printable":
        charset = leaf.parameter("content-type", "charset").lower() or "utf-8"
        return part.exchange(limit_edits(_quoted_printable_edits(part.text, charset))), ()
    return part, ()


def _base64(view: View, leaf: Message) -> bytes:
    """Return a part's decoded base64 data. Raises `InputError` for damaged base64."""
    try:
        return binascii.a2b_base64(view.text[leaf.start : leaf.end].encode("ascii", "replace"))
    except binascii.Error as error:
        raise InputError(f"is damaged base64: {error}") from None


def _quoted_printable_edits(text: str, charset: str) -> Iterator[Exchange]:
    """Yield the edits that decode quoted-printable text and cut its soft line breaks."""
    for found in _QUOTED.finditer(text):
        escape = found[0]
        if escape.endswith("\n"):
            yield found.start(), found.end(), ""
            continue
        data = bytes.fromhex(escape.replace("=", ""))
        try:
            decoded = data.decode(charset)
        except (UnicodeDecodeError, LookupError):
            decoded = data.decode("iso-8859-1")
        yield found.start(), found.end(), decoded
