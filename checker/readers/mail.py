"""E-mail messages and mailboxes: the text parts of each message, with the message's own head as facts.

Text that is sent as it stands or as quoted-printable keeps its places in the file; a base64 part is decoded into a
source of its own, and a note says so. Attachments that are not text are named, not opened.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator

from ..errors import InputError
from ..model import Fact
from ..record import Record
from ..text import Exchange, Source, Span, View
from .metadata import fact
from .registry import Reading, Settings, Unreadable, bounded, join_names
from .streams import decode

_FIELD = re.compile(r"([!-9;-~]{1,76}):[ \t]*([^\n]*(?:\n[ \t][^\n]*)*)(?:\n|\Z)")
_ENVELOPE = re.compile(r"From [^\n]*\n")
_NEXT = re.compile(r"\n\r?\n(?=From [^\n]*\n[!-9;-~]{1,76}:)")
_MAIL_ONLY = frozenset(("message-id", "mime-version", "received", "return-path", "delivered-to"))
_PARAMETER = r"[;\s]{}\*?=[ \t]*(?:\"([^\"\n]*)\"|([^\s;]+))"
_QUOTED = re.compile(r"(?:=[0-9A-Fa-f]{2})+|=[ \t]*\r?\n")
_DEPTH = 6
_STATED = ("from", "to", "subject", "date")
_DECODED = "a base64 part: positions are those of the decoded part"
_OPAQUE = ("application/", "message/")


class Message(Record):
    """A message or a part of one: its fields by lower-case name (value, start, end) and where its body stands."""

    fields: dict[str, tuple[str, int, int]]
    start: int
    end: int

    def value(self, name: str) -> str:
        """A field's value on one line; "" if the message has none."""
        return " ".join(self.fields[name][0].split()) if name in self.fields else ""

    def parameter(self, field: str, name: str) -> str:
        """A parameter of a field, for instance the `boundary` of `content-type`."""
        found = re.search(_PARAMETER.format(name), self.value(field), re.IGNORECASE)
        return (found[1] or found[2] or "") if found else ""


def recognises(text: str) -> bool:
    """Whether the text begins with a message head that only mail has; From and Subject are not enough."""
    envelope = _ENVELOPE.match(text)
    message = _message(text, envelope.end() if envelope else 0, min(len(text), 1 << 16))
    return not _MAIL_ONLY.isdisjoint(message.fields) or (envelope is not None and "date" in message.fields)


def unwrap(reading: Reading, settings: Settings) -> Iterator[Reading | Unreadable]:
    """The text parts of all messages; in a mailbox each message is named by its number."""
    text = reading.view.text
    starts = [0, *(found.end() for found in _NEXT.finditer(text))] if _ENVELOPE.match(text) else [0]
    for number, start in enumerate(starts, 1):
        end = starts[number] if number < len(starts) else len(text)
        envelope = _ENVELOPE.match(text, start, end)
        message = _message(text, envelope.end() if envelope else start, end)
        name = f"message {number}" if len(starts) > 1 else ""
        yield from _parts_of(reading, message, name)


def _message(text: str, start: int, end: int) -> Message:
    fields: dict[str, tuple[str, int, int]] = {}
    found = _FIELD.match(text, start, end)
    while found is not None:
        fields.setdefault(found[1].lower(), (found[2], *found.span(2)))
        start = found.end()
        found = _FIELD.match(text, start, end)
    blank = re.compile(r"\r?\n").match(text, start, end)
    return Message(fields, blank.end() if blank else start, end)


def _parts_of(reading: Reading, message: Message, name: str) -> Iterator[Reading | Unreadable]:
    view = reading.view
    stated = [fact(view, "mail_" + key, *message.fields[key][1:]) for key in _STATED if key in message.fields]
    facts = tuple(found for found in stated if found is not None)
    leaves = list(_leaves(view.text, message, _DEPTH))
    plain = [leaf for leaf in leaves if _kind(leaf) == "text/plain"]
    texts = plain or [leaf for leaf in leaves if _kind(leaf).startswith("text/")]
    for number, leaf in enumerate(texts, 1):
        label = _filename(leaf) or (str(number) if len(texts) > 1 else "")
        try:
            part, notes = _read_part(view, leaf)
        except InputError as trouble:
            yield Unreadable(reading.path, join_names(reading.cable, join_names(name, label)), str(trouble))
            continue
        if part.text.strip():
            if part.source is not view.source:  # the places of the facts are in another text
                facts = tuple(Fact(Span(0, 0), stated.name, stated.text) for stated in facts)
            yield reading.inner(part, facts, join_names(name, label), notes)
    for leaf in leaves:
        if _kind(leaf).startswith(_OPAQUE) or not texts:
            label = join_names(reading.cable, join_names(name, _filename(leaf) or "attachment"))
            yield Unreadable(reading.path, label, f"is an attachment of type {_kind(leaf)}: save it and check the file")


def _leaves(text: str, message: Message, depth: int) -> Iterator[Message]:
    """The parts that hold no further parts."""
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
    if start >= 0:  # cut short
        yield from _leaves(text, _message(text, start, message.end), depth - 1)


def _kind(message: Message) -> str:
    return message.value("content-type").partition(";")[0].strip().lower() or "text/plain"


def _filename(message: Message) -> str:
    return message.parameter("content-disposition", "filename") or message.parameter("content-type", "name")


def _read_part(view: View, leaf: Message) -> tuple[View, tuple[str, ...]]:
    """The part's text and notes. Raises `InputError` for base64 that is none, or that holds no text."""
    encoding = leaf.value("content-transfer-encoding").lower()
    if encoding == "base64":
        try:
            data = binascii.a2b_base64(view.text[leaf.start : leaf.end].encode("ascii", "replace"))
        except binascii.Error as error:
            raise InputError(f"is damaged base64: {error}") from None
        text, notes = decode(data)
        source = Source(view.source.name, text)
        return View.whole(source), (*notes, _DECODED)
    part = view.slice(leaf.start, leaf.end)
    if encoding == "quoted-printable":
        charset = leaf.parameter("content-type", "charset").lower() or "utf-8"
        return part.exchange(bounded(_unquoted(part.text, charset))), ()
    return part, ()


def _unquoted(text: str, charset: str) -> Iterator[Exchange]:
    """The exchanges of quoted-printable: bytes become letters, a soft line break is cut."""
    for found in _QUOTED.finditer(text):
        words = found[0]
        if words.endswith("\n"):
            yield Exchange(found.start(), found.end())
            continue
        data = bytes.fromhex(words.replace("=", ""))
        try:
            letters = data.decode(charset)
        except (UnicodeDecodeError, LookupError):
            letters = data.decode("iso-8859-1")
        yield Exchange(found.start(), found.end(), letters)
