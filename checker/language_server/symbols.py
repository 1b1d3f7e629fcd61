"""Build the outline of a telegram: its header with the fields, and its paragraphs with their portion marks."""

from __future__ import annotations

from collections.abc import Iterator

from ..model import Marking, Telegram
from ..record import Record
from ..text import Position, Source, Span

HEADER = (
    ("banner", "Classification"), ("captions", "Captions"), ("eo", "E.O. line"), ("tags_line", "TAGS line"),
    ("subject", "Subject line"), ("references", "References"), ("authority", "Classification authority"),
)  # fmt: skip
LONGEST = 60  # maximum length of a text in the outline, in code points


class Symbol(Record):
    """An entry in the outline of a telegram: its name, its first words, its kind ("header", "field", or "paragraph"),
    and where it starts and ends.
    """

    name: str
    detail: str
    kind: str
    start: Position
    end: Position
    children: tuple[Symbol, ...] = ()


def symbols_of(telegram: Telegram, source: Source) -> list[Symbol]:
    """Return a telegram's outline: the header with its fields (if there are any), and the paragraphs."""
    fields = tuple(_fields(telegram, source))
    found = []
    if fields:
        start = min((each.start for each in fields), key=_key)
        end = max((each.end for each in fields), key=_key)
        found.append(Symbol("Header", telegram.mrn or "", "header", start, end, fields))
    for each in telegram.paragraphs:
        mark = each.mark.text if isinstance(each.mark, Marking) else ""
        name = " ".join(filter(None, (each.label, mark))) or "unnumbered"
        found.append(_symbol(name, each.text, "paragraph", each.span, source))
    return found


def _fields(telegram: Telegram, source: Source) -> Iterator[Symbol]:
    for field, title in HEADER:
        value = getattr(telegram, field)
        nodes = [each for each in (value if isinstance(value, tuple) else (value,)) if each is not None]
        if nodes:
            spans = [each.span for each in nodes]
            span = Span(min(each.start for each in spans), max(each.end for each in spans))
            yield _symbol(title, source.quote(span), "field", span, source)


def _symbol(name: str, text: str, kind: str, span: Span, source: Source) -> Symbol:
    words = " ".join(text[: 4 * LONGEST].split())
    short = words if len(words) <= LONGEST else words[: LONGEST - 1] + "…"
    return Symbol(name, short, kind, source.position(span.start), source.position(span.end))


def _key(place: Position) -> tuple[int, int]:
    return place.line, place.column
