"""Put a telegram into each wrapper in which telegrams occur, and map its offsets to offsets in the file.

A wrapper has three parts: what precedes the text, how the text is escaped, and what follows. Text is escaped piece by
piece, so the offset of a character is the length of what was written before it. A wrapper receives the date of the
telegram, because some state it.
"""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from datetime import date

from checker.record import Record


class Wrapped(Record):
    """A file, and the offset at which the text begins in it."""

    text: str
    edge: int
    write: Callable[[str], str]
    plain: str

    def place(self, offset: int) -> int:
        """Return the offset in the file for an offset in the plain telegram."""
        return self.edge + len(self.write(self.plain[:offset]))


def _wrapped(plain: str, before: str, write: Callable[[str], str], behind: str) -> Wrapped:
    return Wrapped(before + write(plain) + behind, len(before), write, plain)


def _as_it_is(text: str) -> str:
    return text


def _in_json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _in_row(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _in_page(text: str) -> str:
    return html.escape(text, quote=False).replace("\n", "&#x000A;")


def _with_returns(text: str) -> str:
    return text.replace("\n", "\r\n")


def plain(text: str, day: date | None) -> Wrapped:
    """Return the text as it is."""
    return _wrapped(text, "", _as_it_is, "")


def returns(text: str, day: date | None) -> Wrapped:
    """Return the text with Windows line ends."""
    return _wrapped(text, "", _with_returns, "")


def json_row(text: str, day: date | None) -> Wrapped:
    """Return the text as a row in the format JSON lines."""
    return _wrapped(text, '{"body": "', _in_json, '"}\n')


def csv_row(text: str, day: date | None) -> Wrapped:
    """Return the text as a row of `cables.csv`: number, time, id, origin, level, references, header, body."""
    day = day or date(1900, 1, 1)
    return _wrapped(text, f'"1","{day.month}/{day.day}/{day.year} 0:00","","","","","","', _in_row, '"\n')


def page(text: str, day: date | None) -> Wrapped:
    """Return the text as a cable page from a website, whose table has no level and no date."""
    table = "<tr><th>Reference ID</th></tr><tr><td><a href='/1'></a></td></tr>"
    before = f"<html><head><title>Cable</title></head><body><table class='cable'>{table}</table>\n<code><pre>"
    return _wrapped(text, before, _in_page, "</pre></code></body></html>\n")


def mail(text: str, day: date | None) -> Wrapped:
    """Return the text as the body of an e-mail message."""
    before = "From: desk@example.org\nTo: reader@example.org\nSubject: a telegram\nMIME-Version: 1.0\n"
    return _wrapped(text, before + "Content-Type: text/plain; charset=utf-8\n\n", _as_it_is, "")


WRAPPERS: dict[str, Callable[[str, date | None], Wrapped]] = {
    "plain": plain,
    "returns": returns,
    "json-row": json_row,
    "csv-row": csv_row,
    "page": page,
    "mail": mail,
}
TELEGRAMS_ONLY = ("csv-row", "page")
