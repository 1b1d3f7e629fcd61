"""The TAGS line: subject, geographic, program and organization tags, and persons with their commas."""

from __future__ import annotations

import re

from ..document import Tag, TagsLine, Telegram
from .blocks import Region
from .patterns import Pattern
from .sheet import Sheet

_ITEM = Pattern(r"\(([^()\n]*(?:\n[^()\n]*)?)\)?|([^\s,;()]+)|([,;])")
_KINDS = (
    ("tags_subject", "subject"),
    ("tags_geo", "geographic"),
    ("tags_organization", "organization"),
    ("tags_program", "program"),
)
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ROUND = str.maketrans({"0": _LETTERS[14]})  # a zero is the letter that looks like it


def read_tags(sheet: Sheet, telegram: Telegram, region: Region) -> None:
    """Read the TAGS line into the telegram; a second one adds its entries."""
    start = region.body
    while start < region.end and sheet.fold[start] in " :.":
        start += 1
    tags = _entries(sheet, start, region.end)
    before = telegram.tags_line
    if isinstance(before, TagsLine):
        sheet.gather("tags", tags)
        return
    text = sheet.text[region.start : region.end]
    telegram.tags_line = TagsLine(sheet.span(region.start, region.end), text, tuple(tags))


def _entries(sheet: Sheet, start: int, end: int) -> list[Tag]:
    tags: list[Tag] = []
    words: list[tuple[int, int]] = []  # a name in the making: long words no table has
    for match in _ITEM.finditer(sheet.fold, start, end):
        if match.group(3):
            continue
        if match.group(2) is None:
            _flush(sheet, tags, words)
            _person(sheet, tags, match)
            continue
        low, high = _trim_stops(sheet, *match.span())
        if low == high:
            continue
        tag = _tag(sheet, low, high)
        if not tag.known and (len(tag.text) > 5 or words) and tag.suggestion is None and tag.text.isalpha():
            words.append((low, high))
            continue
        _flush(sheet, tags, words)
        tags.append(tag)
    _flush(sheet, tags, words)
    return tags


def _trim_stops(sheet: Sheet, low: int, high: int) -> tuple[int, int]:
    while high > low and sheet.fold[high - 1] in ".:":
        high -= 1
    return low, high


def _person(sheet: Sheet, tags: list[Tag], match: re.Match[str]) -> None:
    """A name in brackets belongs to the tag before it."""
    low, high = sheet.trim(*match.span(1))
    name = sheet.joined(low, high)
    if tags and tags[-1].person is None and tags[-1].kind != "person":
        tags[-1].person = name
    elif name:
        tags.append(Tag(sheet.span(low, high), name, "person", True, None, name))


def _flush(sheet: Sheet, tags: list[Tag], words: list[tuple[int, int]]) -> None:
    """Long words in a row: two or more make a person's name, one alone is an unknown tag."""
    if not words:
        return
    low, high = words[0][0], words[-1][1]
    if len(words) == 1:
        tags.append(_tag(sheet, low, high))
    else:
        name = sheet.joined(low, high)
        tags.append(Tag(sheet.span(low, high), name, "person", True, None, name))
    words.clear()


def _tag(sheet: Sheet, low: int, high: int) -> Tag:
    word = sheet.fold[low:high]
    for table, kind in _KINDS:
        if table in sheet.words and sheet.words[table].find(word) is not None:
            return Tag(sheet.span(low, high), sheet.text[low:high], kind)
    return Tag(sheet.span(low, high), sheet.text[low:high], "unknown", False, suggestion(sheet, word))


def suggestion(sheet: Sheet, word: str) -> str | None:
    """The known tag one slip away from an unknown word of four letters or more, or the two tags run together in it."""
    memory = sheet.grammar.slips
    if word not in memory:
        fits = 4 <= len(word) <= 12 and word.isascii()
        memory[word] = (_suggest(sheet, word) if word.isalpha() else _rounded(sheet, word)) if fits else None
    return memory[word]


def _rounded(sheet: Sheet, word: str) -> str | None:
    candidate = word.translate(_ROUND)
    return candidate if candidate != word and _is_tag(sheet, candidate) else None


def _suggest(sheet: Sheet, word: str) -> str | None:
    for candidate in _slips(word):
        if len(candidate) > 3 and _is_tag(sheet, candidate):
            return candidate
    for cut in range(2, len(word) - 1):
        if _is_tag(sheet, word[:cut]) and _is_tag(sheet, word[cut:]):
            return f"{word[:cut]} {word[cut:]}"
    return None


def _is_tag(sheet: Sheet, word: str) -> bool:
    return any(table in sheet.words and sheet.words[table].find(word) is not None for table, _ in _KINDS)


def _slips(word: str) -> list[str]:
    """One letter too many, two exchanged, one wrong, one missing, in this order."""
    size = len(word)
    found = [word[:i] + word[i + 1 :] for i in range(size)]
    found += [word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(size - 1)]
    found += [word[:i] + letter + word[i + 1 :] for i in range(size) for letter in _LETTERS]
    found += [word[:i] + letter + word[i:] for i in range(size + 1) for letter in _LETTERS]
    return found
