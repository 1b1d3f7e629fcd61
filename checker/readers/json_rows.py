"""Read telegrams in JSON: one object per line, an array of objects, or one object; a table maps keys to facts.

Values are read with `json`'s C string scanner, which also returns where a value ends. Therefore, each field's position
is known, and reading takes only slightly longer than with `json.loads`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from json.decoder import JSONDecodeError, JSONDecoder, scanstring  # type: ignore[attr-defined]

from ..errors import InputError
from ..model import Fact
from ..text import Source, Span, View
from .escaped import escaped_view
from .registry import MAX_EDITS, ReaderSettings, Reading, Unreadable, join_names, too_many_edits
from .rows import GLUE, Quoting, field_view, read_rows
from .streams import HEAD, Stream, decode

# The keys of the known collections. For each fact the first key present wins; "n/a" counts as absent.
BODY_KEYS = ("raw_body", "body", "content", "message_text", "msgtext", "text")
HEADER_KEYS = ("header",)
FACT_KEYS: Mapping[str, tuple[str, ...]] = {
    "reference_id": ("reference_id", "refid", "mrn", "document_number", "_id", "id"),
    "created": ("created", "date_time", "date", "draft_date", "sent_date"),
    "released": ("released",),
    "classification": ("origclass", "original_classification", "classification"),
    "current_classification": ("class", "current_classification"),
    "handling": ("orighand", "original_handling_restrictions", "handling"),
    "origin": ("origin",),
    "references": ("references", "reference", "destination"),
    "from": ("from_field", "from"),
    "to": ("to_field", "to"),
    "subject": ("subject",),
    "tags": ("tags",),
    "eo": ("eo", "executive_order"),
    "doc_id": ("doc_nbr", "doc_id", "id", "_id"),
    "markings": ("markings",),
}
_ABSENT = ("", "n/a")
_MAX_PLANS = 1000  # sets of keys remembered; in a hostile file every row may have other keys
_SPACE = " \t\r\n"
_GAP = re.compile(r"[ \t\r\n]*+")
_scan = JSONDecoder(strict=False).scan_once  # type: ignore[attr-defined]
Values = dict[str, tuple[object, int, int]]  # key to value, start and end (of a string: inside its quotes)


def recognizes(head: bytes, code: str) -> bool:
    """Return whether a stream has the format named by `code`.

    `jsonl`: the first line is a complete object, or begins one and is longer than the head. `json`: the text begins
    with an object or an array.
    """
    text = head.decode("utf-8", "ignore").lstrip("\ufeff \t\r\n")
    if text[:1] not in ("{", "["):
        return False
    end = text.find("\n")
    first = text if end < 0 else text[:end]
    if code == "jsonl":
        return first.startswith("{") and (_is_object(first) or (end < 0 and len(head) >= HEAD))
    return re.match(r'[{\[]\s*(?:[{\[]\s*)?(?:"|\}|\])', text) is not None


def _is_object(line: str) -> bool:
    try:
        return isinstance(_scan(line.strip(), 0)[0], dict)
    except (StopIteration, JSONDecodeError, RecursionError):
        return False


def rows(stream: Stream, settings: ReaderSettings, code: str) -> Iterator[Reading | Unreadable]:
    """Yield the documents in a stream. `jsonl` is read line by line; `json` is read as a whole.

    Raises `InputError` for `json` that is larger than `settings.limit`.
    """
    if code == "json":
        yield from _objects(stream, settings)
        return
    keys = Keys(settings)
    yield from read_rows(
        stream,
        settings.limit,
        _lines(stream, settings.limit),
        lambda source, name: keys.reading(stream, source, 0, name)[0],
    )


def _lines(stream: Stream, limit: int) -> Iterator[tuple[int, int, int, bytes | None]]:
    """Yield the number, offset, size, and bytes of each line. The bytes are `None` for a line larger than `limit`."""
    offset = stream.offset
    for number, (line, _, size) in enumerate(stream.split(b"\n", limit), stream.first_line):
        yield number, offset, size, line
        offset += size + 1


def _objects(stream: Stream, settings: ReaderSettings) -> Iterator[Reading | Unreadable]:
    """Yield the objects in an array, or the only object. At malformed JSON, an `Unreadable` is yielded and reading
    stops. Positions refer to the file.
    """
    text, notes = decode(stream.whole(settings.limit))
    keys = Keys(settings)
    source = Source(stream.path, text, stream.first_line)
    offset = _skip_space(text, 0)
    is_array = text.startswith("[", offset)
    offset += 1 if is_array else 0
    number = 0
    while True:
        offset = _skip_space(text, offset)
        if is_array and text.startswith("]", offset):
            return
        number += 1
        name = f"item {number}" if is_array else ""
        try:
            reading, offset = keys.reading(stream, source, offset, name)
        except InputError as error:
            yield Unreadable(stream.path, join_names(stream.cable, name), str(error))
            return
        if notes and isinstance(reading, Reading):
            reading.notes = notes
        yield reading
        offset = _skip_space(text, offset)
        if not is_array:
            return
        offset += 1 if text.startswith(",", offset) else 0


class _Json(Quoting):
    def view(self, source: Source, text: str, low: int, high: int) -> View | None:
        """Return the view of a field with only the usual escapes, or `None`."""
        return escaped_view(source, text, low, high)

    def character(self, escape: str) -> str:
        """Return the character that an escape represents. A surrogate pair is one character."""
        character: str = scanstring(escape + '"', 0, False)[0]
        return character

    def widths(self, raw: str) -> list[int]:
        """Return the lengths of the parts of a field: text, escape, text, …, text."""
        if "\\\\" in raw or "\\u" in raw:
            return super().widths(raw)
        first, *others = map(len, raw.split("\\"))
        widths = [2] * (2 * len(others) + 1)  # all escapes have two characters: the usual case
        widths[::2] = [first, *[width - 1 for width in others]]
        return widths


_QUOTING = _Json(r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)")


class Keys:
    """The JSON keys or CSV columns from which a document's header, body, and facts are taken."""

    __slots__ = ("_body", "_facts", "_header", "_plans")

    def __init__(self, settings: ReaderSettings) -> None:
        self._body = settings.body or BODY_KEYS
        self._header = settings.header or HEADER_KEYS
        self._facts = tuple({**FACT_KEYS, **(settings.facts or {})}.items())
        self._plans: dict[tuple[str, ...], list[tuple[str, tuple[str, ...]]]] = {}

    def reading(self, stream: Stream, source: Source, at: int, name: str) -> tuple[Reading | Unreadable, int]:
        """Return the document in the object at an offset, and the offset at which the object ends. Raises `InputError`
        for malformed JSON.
        """
        values, end = members(source.text, at)
        return self.build(stream, source, values, name, _QUOTING, "\\"), end

    def build(
        self, stream: Stream, source: Source, values: Values, name: str, quoting: Quoting, escape: str
    ) -> Reading | Unreadable:
        """Build the document from values and their positions in the source. Return `Unreadable` if there is neither a
        header nor a body.

        `escape` is the character that every escape begins with. Raises `InputError` for a text with more than
        `MAX_EDITS` escapes.
        """
        parts = [part for part in (self._text(values, self._header), self._text(values, self._body)) if part]
        facts = self._find_facts(values)
        cable = next((fact.text for fact in facts if fact.name == "reference_id"), "") or name
        cable = join_names(stream.cable, cable)
        if any(len(text) > MAX_EDITS and source.text.count(escape, a, b) > MAX_EDITS for text, a, b in parts):
            raise too_many_edits()
        if not parts:
            present = [key for key in self._body if key in values]
            why = f"no text in {' or '.join(present or self._body)}"
            more = "" if present else "; name the key of the text in the settings (fields.body)"
            return Unreadable(stream.path, cable, why + more)
        joined = GLUE.join([text for text, _, _ in parts])
        view = quoting.view(source, *parts[0]) if len(parts) == 1 else None
        view = view or field_view(source, joined, [(low, high) for _, low, high in parts], quoting)
        return Reading(stream.path, cable, view, facts)

    def has_text(self, names: tuple[str, ...]) -> bool:
        """Return whether one of the names is a key for a document's text."""
        return any(name in names for name in self._body)

    @staticmethod
    def _text(values: Values, keys: tuple[str, ...]) -> tuple[str, int, int] | None:
        for key in keys:
            found = values.get(key)
            if found is not None and isinstance(found[0], str) and found[0] not in _ABSENT and not found[0].isspace():
                return found[0], found[1], found[2]
        return None

    def _find_facts(self, values: Values) -> tuple[Fact, ...]:
        facts = []
        for name, keys in self._plan(tuple(values)):
            for key in keys:
                value, low, high = values[key]
                text = _value_text(value)
                if text not in _ABSENT and _is_acceptable(name, key, text):
                    facts.append(Fact(Span(low, high), name, text))
                    break
        return tuple(facts)

    def _plan(self, present: tuple[str, ...]) -> list[tuple[str, tuple[str, ...]]]:
        """Return the keys that are present for each fact. The result is cached, because most rows in a file have the
        same keys.
        """
        plan = self._plans.get(present)
        if plan is None:
            found = ((name, tuple(key for key in keys if key in present)) for name, keys in self._facts)
            plan = [(name, keys) for name, keys in found if keys]
            if len(self._plans) < _MAX_PLANS:
                self._plans[present] = plan
        return plan


def _is_acceptable(name: str, key: str, text: str) -> bool:
    """Return whether a value fits a fact. A message number must not consist only of digits; an `id` used as `doc_id`
    must.
    """
    if name == "reference_id":
        return not text.isdigit()
    return name != "doc_id" or key not in ("id", "_id") or text.isdigit()


def _value_text(value: object) -> str:
    """Return a string, a number, or a list as the text of a fact, or "" for any other value. The items of a list are
    separated by commas.
    """
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, list):
        return ", ".join(filter(None, map(_value_text, value)))
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def members(text: str, at: int) -> tuple[Values, int]:
    """Return the members of the JSON object at an offset, and the offset at which the object ends. Each key is mapped
    to its value and the value's start and end.

    Raises `InputError` for malformed JSON.
    """
    try:
        return _members(text, at)
    except JSONDecodeError as error:
        raise InputError(f"is not JSON: {error.msg} at character {error.pos + 1}") from None
    except (IndexError, StopIteration):
        raise InputError("is not JSON: the object is truncated or malformed") from None
    except RecursionError:
        raise InputError("cannot be read: its JSON is nested too deeply") from None
    except ValueError as error:  # a number with more digits than Python turns into an int
        raise InputError(f"cannot be read: {error}") from None


def _members(text: str, at: int) -> tuple[Values, int]:
    values: Values = {}
    if not text.startswith("{", at):
        raise InputError(f"is not a JSON object at character {at + 1}")
    here = _skip_space(text, at + 1)
    if text[here] == "}":
        return values, here + 1
    while True:
        key, here = _key(text, here)
        if text[here] == '"':
            value, end = scanstring(text, here + 1, False)
            values[key] = (value, here + 1, end - 1)
        else:
            value, end = _scan(text, here)
            values[key] = (value, here, end)
        here = _skip_space(text, end) if text[end] in _SPACE else end
        if text[here] == "}":
            return values, here + 1
        if text[here] != ",":
            raise InputError(f"is not JSON: ',' or '}}' is expected at character {here + 1}")
        here += 2 if text[here + 1] == " " else 1
        if text[here] in _SPACE:
            here = _skip_space(text, here)


def _key(text: str, here: int) -> tuple[str, int]:
    """Return the key at an offset, and the offset of the key's value."""
    if text[here] != '"':
        raise InputError(f"is not JSON: a key is expected at character {here + 1}")
    key, here = scanstring(text, here + 1, False)
    if text[here] in _SPACE:
        here = _skip_space(text, here)
    if text[here] != ":":
        raise InputError(f"is not JSON: ':' is expected at character {here + 1}")
    here += 2 if text[here + 1] == " " else 1  # skips the usual single space without a call
    return key, _skip_space(text, here) if text[here] in _SPACE else here


def _skip_space(text: str, offset: int) -> int:
    found = _GAP.match(text, offset)
    return found.end() if found else offset
