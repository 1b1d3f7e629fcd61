"""The dates of declassification as a calendar (RFC 5545), for whoever has to look at the documents when they come."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2s

from .escape import visible

_DAY = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")
_WIDTH = 73  # octets of a line, less the blank that goes before a continued one
_KINDS = (
    ("expected", "declassification date"),
    ("automatic", "automatic declassification, if it is a permanent record"),
)


def told(rows: Sequence[Mapping[str, str]], as_of: str) -> Iterator[str]:
    """A calendar with an all-day entry for each expected and each automatic date of the rows of `release`.

    A date known to the month or year stands on its last day. `as_of` (YYYY-MM-DD or "") is the day the calendar says it
    was made on; without one each entry bears its own day, so that the same documents always give the same calendar.
    """
    yield from _lines("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//cablecheck//declass//EN", "CALSCALE:GREGORIAN")
    for row in rows:
        for name, words in _KINDS:
            day = _last_day(row[name])
            if day:
                yield from _lines(*_entry(row, name, words, day, as_of.replace("-", "") or day))
    yield from _lines("END:VCALENDAR")


def _entry(row: Mapping[str, str], name: str, words: str, day: str, made: str) -> Iterator[str]:
    path, cable, level = row["path"], row["cable"], row["level"]
    key = f"{path}\n{cable}\n{name}".encode(errors="backslashreplace")
    called = f"{cable or path} ({level})" if level else cable or path
    told = [path, row["instruction"], row["why"].rstrip("."), row["means"][:1].upper() + row["means"][1:]]
    yield "BEGIN:VEVENT"
    yield f"UID:{blake2s(key, digest_size=12).hexdigest()}@cablecheck"
    yield f"DTSTAMP:{made}T000000Z"
    yield f"DTSTART;VALUE=DATE:{day}"
    yield f"SUMMARY:{_text(f'{called}: {words}')}"
    yield f"DESCRIPTION:{_text('. '.join(part for part in told if part))}."
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _last_day(text: str) -> str:
    """YYYYMMDD of the last day a date can mean; nothing where there is none."""
    match = _DAY.fullmatch(text)
    if match is None:
        return ""
    year, month, day = match.groups()
    month = month or "12"
    return f"{year}{month}{day or monthrange(int(year), int(month))[1]}"


def _text(value: str) -> str:
    return re.sub(r"[\\;,]", r"\\\g<0>", visible(value))


def _lines(*lines: str) -> Iterator[str]:
    """Content lines, folded at 75 octets without cutting a letter in two."""
    for line in lines:
        rest = line.encode("utf-8", "backslashreplace")
        head = ""
        while len(rest) > _WIDTH:
            cut = _WIDTH
            while rest[cut] & 0xC0 == 0x80:
                cut -= 1
            yield f"{head}{rest[:cut].decode()}\r\n"
            rest, head = rest[cut:], " "
        yield f"{head}{rest.decode()}\r\n"
