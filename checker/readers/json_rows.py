"""Telegrams in JSON: an object a line, an array of objects, or one object; keys to facts by a mapping.

Values are read with the C string scanner of `json`, which also says where a value ends: so every field knows its place
in the file, and a document costs little more than `json.loads`. Places inside a string are worked out when asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import accumulate
from json.decoder import JSONDecodeError, JSONDecoder, scanstring  # type: ignore[attr-defined]

from ..errors import InputError
from ..model import Fact
from ..text import Source, Span
from .escaped_view import GLUE, LazyView, Quoting
from .registry import MOST_CHANGES, Reading, Settings, Unreadable, join_names, too_many
from .rows import readings
from .streams import HEAD, Stream, decode

# The keys of the known collections. For each fact the first key that is present wins; "n/a" is absent.
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
_PLANS = 1000  # sets of keys remembered; rows of hostile files may all differ
_SPACE = " \t\r\n"
_GAP = re.compile(r"[ \t\r\n]*+")
_scan = JSONDecoder(strict=False).scan_once  # type: ignore[attr-defined]
Values = dict[str, tuple[object, int, int]]  # key to value, start and end (of a string: inside its quotes)


def recognises(head: bytes, code: str) -> bool:
    """jsonl: the first line is a whole object, or longer than the head. json: an object or an array begins."""
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


def rows(stream: Stream, settings: Settings, code: str) -> Iterator[Reading | Unreadable]:
    """The documents of the stream: a line at a time for jsonl, else the whole file within the limit."""
    if code == "json":
        yield from _objects(stream, settings)
        return
    keys = Keys(settings)
    lines = enumerate((piece for piece, _ in stream.split(b"\n", settings.limit)), stream.first_line)
    yield from readings(stream, settings.limit, lines, lambda source, name: keys.reading(stream, source, 0, name)[0])


def _objects(stream: Stream, settings: Settings) -> Iterator[Reading | Unreadable]:
    """The objects of an array, or the only object; places are those of the file."""
    text, notes = decode(stream.whole(settings.limit))
    keys = Keys(settings)
    source = Source(stream.path, text, stream.first_line)
    here = _gap(text, 0)
    is_array = text.startswith("[", here)
    here += 1 if is_array else 0
    number = 0
    while True:
        here = _gap(text, here)
        if is_array and text.startswith("]", here):
            return
        number += 1
        name = f"item {number}" if is_array else ""
        try:
            reading, here = keys.reading(stream, source, here, name)
        except InputError as trouble:
            yield Unreadable(stream.path, join_names(stream.cable, name), str(trouble))
            return
        if notes and isinstance(reading, Reading):
            reading.notes = notes
        yield reading
        here = _gap(text, here)
        if not is_array:
            return
        here += 1 if text.startswith(",", here) else 0


class _Json(Quoting):
    def letter(self, escape: str) -> str:
        """What an escape stands for; a pair of surrogates is one letter."""
        letter: str = scanstring(escape + '"', 0, False)[0]
        return letter

    def marks(self, text: str, low: int, high: int) -> tuple[list[int], list[int] | None]:
        """The same at a glance where no escape is a code or a backslash: a fifth of the time."""
        if text.find("\\u", low, high) >= 0 or text.find("\\\\", low, high) >= 0:
            return Quoting.marks(self, text, low, high)
        marks = list(accumulate(map(len, text[low:high].split("\\"))))
        # each piece but the first still holds the letter of its escape, which is just the one letter it stands for
        marks.pop()
        return marks, None


_QUOTING = _Json(r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)")


class Keys:
    """Which key holds what, for one run."""

    __slots__ = ("_body", "_facts", "_header", "_plans")

    def __init__(self, settings: Settings) -> None:
        self._body = settings.body or BODY_KEYS
        self._header = settings.header or HEADER_KEYS
        self._facts = tuple({**FACT_KEYS, **(settings.facts or {})}.items())
        self._plans: dict[tuple[str, ...], list[tuple[str, tuple[str, ...]]]] = {}

    def reading(self, stream: Stream, source: Source, at: int, name: str) -> tuple[Reading | Unreadable, int]:
        """The document of the object at an offset, and where the object ends. Raises `InputError` if it is none."""
        values, end = members(source.text, at)
        return self.made(stream, source, values, name, _QUOTING, "\\"), end

    def made(
        self, stream: Stream, source: Source, values: Values, name: str, quoting: Quoting, sign: str
    ) -> Reading | Unreadable:
        """The document of these values, each with its place in the source. `sign` stands in every escape. Raises
        `InputError` where too much is escaped."""
        parts = [part for part in (self._text(values, self._header), self._text(values, self._body)) if part]
        facts = self._stated(values)
        cable = next((fact.text for fact in facts if fact.name == "reference_id"), "") or name
        cable = join_names(stream.cable, cable)
        if any(len(words) > MOST_CHANGES and source.text.count(sign, a, b) > MOST_CHANGES for words, a, b in parts):
            raise too_many()
        if not parts:
            wanted = " or ".join(self._body)
            return Unreadable(stream.path, cable, f"no text stands under {wanted}")
        words = GLUE.join(text for text, _, _ in parts)
        view = LazyView(source, words, [(low, high) for _, low, high in parts], quoting)
        return Reading(stream.path, cable, view, facts)

    def has_text(self, names: tuple[str, ...]) -> bool:
        """Whether one of these names holds the text of a document."""
        return any(name in names for name in self._body)

    @staticmethod
    def _text(values: Values, keys: tuple[str, ...]) -> tuple[str, int, int] | None:
        for key in keys:
            found = values.get(key)
            if found is not None and isinstance(found[0], str) and found[0] not in _ABSENT and not found[0].isspace():
                return found[0], found[1], found[2]
        return None

    def _stated(self, values: Values) -> tuple[Fact, ...]:
        facts = []
        for name, keys in self._plan(tuple(values)):
            for key in keys:
                value, low, high = values[key]
                words = _words(value)
                if words not in _ABSENT and _is_name(name, key, words):
                    facts.append(Fact(Span(low, high), name, words))
                    break
        return tuple(facts)

    def _plan(self, present: tuple[str, ...]) -> list[tuple[str, tuple[str, ...]]]:
        """Which of the present keys may state which fact; the rows of one file mostly have the same keys."""
        plan = self._plans.get(present)
        if plan is None:
            wanted = ((name, tuple(key for key in keys if key in present)) for name, keys in self._facts)
            plan = [(name, keys) for name, keys in wanted if keys]
            if len(self._plans) < _PLANS:
                self._plans[present] = plan
        return plan


def _is_name(name: str, key: str, words: str) -> bool:
    """A bare number is no message number; and an `id` that is one is not the number of the collection."""
    if name == "reference_id":
        return not words.isdigit()
    return name != "doc_id" or key not in ("id", "_id") or words.isdigit()


def _words(value: object) -> str:
    """A value as a fact states it: text, number, or the items of a list."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, list):
        return ", ".join(filter(None, map(_words, value)))
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def members(text: str, at: int) -> tuple[Values, int]:
    """The members of the object at an offset with their places, and the object's end. Raises `InputError`."""
    try:
        return _members(text, at)
    except JSONDecodeError as error:
        raise InputError(f"is not JSON: {error.msg} at character {error.pos + 1}") from None
    except (IndexError, StopIteration):
        raise InputError("is not JSON: the object is cut short or malformed") from None
    except RecursionError:
        raise InputError("is not read: its JSON is nested too deeply") from None
    except ValueError as error:  # a number with more digits than Python turns into an int
        raise InputError(f"is not read: {error}") from None


def _members(text: str, at: int) -> tuple[Values, int]:
    values: Values = {}
    if not text.startswith("{", at):
        raise InputError(f"is not a JSON object at character {at + 1}")
    here = _gap(text, at + 1)
    if text[here] == "}":
        return values, here + 1
    while True:
        if text[here] != '"':
            raise InputError(f"is not JSON: a key is expected at character {here + 1}")
        key, here = scanstring(text, here + 1, False)
        if text[here] in _SPACE:
            here = _gap(text, here)
        if text[here] != ":":
            raise InputError(f"is not JSON: ':' is expected at character {here + 1}")
        here += 2 if text[here + 1] == " " else 1  # the usual single blank, without the price of a call
        if text[here] in _SPACE:
            here = _gap(text, here)
        if text[here] == '"':
            value, end = scanstring(text, here + 1, False)
            values[key] = (value, here + 1, end - 1)
        else:
            value, end = _scan(text, here)
            values[key] = (value, here, end)
        here = _gap(text, end) if text[end] in _SPACE else end
        if text[here] == "}":
            return values, here + 1
        if text[here] != ",":
            raise InputError(f"is not JSON: ',' or '}}' is expected at character {here + 1}")
        here += 2 if text[here + 1] == " " else 1
        if text[here] in _SPACE:
            here = _gap(text, here)


def _gap(text: str, here: int) -> int:
    found = _GAP.match(text, here)
    return found.end() if found else here
