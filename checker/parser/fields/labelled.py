"""The subject line."""

from __future__ import annotations

import re

from ...model import EoLine, Marking, Reference, Subject, Tag, TagsLine, Telegram
from ..cursor import Cursor, Pattern
from ..markings import finder
from .blocks import Region
from .dates import year_of
from .declass_instruction import read_value
from .header_lines import post_of


def read_subject(cursor: Cursor, telegram: Telegram, region: Region) -> None:
    """Read the subject into the telegram, with the mark before or behind its words; the first one counts."""
    if isinstance(telegram.subject, Subject):
        return
    start = region.body
    while start < region.end and cursor.fold[start] in " :;.\n":
        start += 1
    subject = Subject(cursor.span(region.start, region.end), "")
    end = region.end
    if start < end and cursor.fold[start] == "(":
        subject.mark = finder.portion(cursor.view, start, end, cursor.words, cursor.lowered)
        if subject.mark is not None:
            start = _behind(cursor, start, end)
    elif start < end and cursor.fold[end - 1] == ")":
        low = cursor.fold.rfind("(", start, end)
        mark = finder.portion(cursor.view, low, end, cursor.words, cursor.lowered) if low > start else None
        if isinstance(mark, Marking):
            subject.mark, end = mark, low
    label = _reference_label(cursor, start, end) if "references" not in cursor.collected else None
    if label is not None:
        end, body = label
        subject.span = cursor.span(region.start, end)
        cursor.parts = sorted([*cursor.parts, (end, "references")])
        read_references(cursor, telegram, Region("references", end, body, region.end))
    subject.text = cursor.joined(start, end)
    telegram.subject = subject


def _reference_label(cursor: Cursor, start: int, end: int) -> tuple[int, int] | None:
    """Return where a label of references within the subject begins and ends."""
    for form in cursor.grammar.label("reference", "line"):
        at = cursor.fold.find(f" {form}:", start, end)
        if at > start:
            return at + 1, at + len(form) + 2
    return None


def _behind(cursor: Cursor, start: int, end: int) -> int:
    close = cursor.fold.find(")", start, end)
    return close + 1 if close >= 0 else end


# ---- The E.O. line: the order's number and the instruction after it.
_NUMBER = Pattern(r"[\dOIL]{4,6}")
_DIGITS = str.maketrans("OIL", "011")


def read_eo(cursor: Cursor, telegram: Telegram, region: Region) -> None:
    """Read an E.O. line into the telegram; the first one is the telegram's."""
    match = _NUMBER.match(cursor.fold, region.body)
    if match is None:
        return
    order = match.group().translate(_DIGITS)
    line = EoLine(cursor.span(region.start, region.end), cursor.text[region.start : region.end], order)
    line.number = cursor.word(*match.span())
    place_order(cursor, line)
    at = match.end()
    while at < region.end and cursor.fold[at] in " .:":
        at += 1
    if at < region.end:
        line.instruction, line.downgrade = read_value(cursor, at, region.end)
    usual = f"{cursor.grammar.label('eo', 'line')[0]} {match.group()}:"
    line.usual_form = len(match.group()) == 5 and cursor.text.startswith(usual, region.start)
    cursor.collect("eo_lines", (line,))
    if telegram.eo is None:
        telegram.eo = line


def place_order(cursor: Cursor, line: EoLine) -> None:
    """Find the order in the table of eras, or the one most like it."""
    kept = cursor.grammar.orders
    if line.order not in kept:
        kept[line.order] = _era_of(cursor, line.order)
    line.era, line.nearest = kept[line.order]


def _era_of(cursor: Cursor, order: str) -> tuple[str | None, str | None]:
    known = [entry for entry in cursor.words["eras"] if entry.fact("number")]
    era = next((entry.code for entry in known if entry.fact("number") == order), None)
    if era is not None:
        return era, None
    numbers = [entry.fact("number") for entry in known]
    best = max(numbers, key=lambda number: _likeness(number, order), default="")
    return None, best if _likeness(best, order) >= 3 else None


def _likeness(number: str, other: str) -> int:
    """How many digits two numbers share, one more if they are the same digits in another order."""
    same = sum(a == b for a, b in zip(number, other, strict=False))
    return max(same, 4 if sorted(number) == sorted(other) else 0)


# ---- References ------------------------------------------------------------------------------------------------------
_BREAK = Pattern(
    r"\n *(?:\xb6 ?)?(?=\(?[A-Z][.)]|['0-9A-Z])|\n *\xb6? ?(?=[A-Z] ?[-:] )|[ \n]*\xb6 ?(?=\(?[A-Z][.):])"
    r"|;|,| AND | & |(?<=\d)(?<!/\d)(?<!/\d\d)/(?=\d{2,6}(?![\d/]))"
    r"|(?<=[\d)]) +(?=\(?[B-Z][.):])"
)
_LETTER = Pattern(r"(?:(?:REF(?:TEL)?S? *)?(?:\(([A-Z])\)[.:]?|([A-Z])(?:\.\)|[.):](?![A-Z]\.)| ?- ))[ :]*)+")
_LABEL = Pattern(r"(?:REF(?:TEL|ERENCE)?S?(?:\(S\))?[ :.]+)+(?=[^ :.])")
_NAMED = Pattern(
    r"(?:'?(\d{4}|\d{2})[ -]?)?([A-Z][A-Z'. -]{1,39}?)[ \n]?"
    r"(?:\((\d{4}|\d{2})\)[ \n]?|(\d{2})-(?=\d{3})|(0\d)-(?=\d{2}(?!\d)))?[ \n]?#?(\d{1,7})(?![\dA-Z])(?!/\d{1,2}/\d)"
    r"(?: ?\((\d{4}|\d{2})\)|-(\d{2})(?![\d-]))?"
)
_NUMBER_ALONE = Pattern(r"#?(\d{2,6})(?: ?\((\d{4}|\d{2})\))?(?= *(?:[,;&/.)(\n]|AND|NOTAL|\Z))")
_LONGEST_REFERENCE = 60  # code points


def read_references(cursor: Cursor, telegram: Telegram, region: Region) -> None:
    """Read the references into the telegram, in order."""
    start = region.body
    while start < region.end and cursor.fold[start] in " :.\n":
        start += 1
    found: list[Reference] = []
    low = start
    for match in _BREAK.finditer(cursor.fold, start, region.end):
        if _opens_item(cursor, match, region.end, found):
            _add(cursor, found, low, match.start())
            low = match.end()
    _add(cursor, found, low, region.end)
    cursor.collect("references", found)


def _opens_item(cursor: Cursor, match: re.Match[str], end: int, found: list[Reference]) -> bool:
    """Return whether a new item begins after a break: it has a letter of its own, or names a telegram."""
    at = match.end()
    while at < end and cursor.fold[at] in " \n":
        at += 1
    if match.group().startswith("/"):
        return _NUMBER_ALONE.match(cursor.fold, at, end) is not None
    if _LETTER.match(cursor.fold, at, end) is not None or _named(cursor, at, end) is not None:
        return True
    return match.group() in (" AND ", " & ", ",") and _NUMBER_ALONE.match(cursor.fold, at, end) is not None


def _named(cursor: Cursor, at: int, end: int) -> re.Match[str] | None:
    """Return the year, post and serial number that begin at `at`; `None` if they do not name a telegram."""
    match = _NAMED.match(cursor.fold, at, end)
    if match is None or match.end() - at > _LONGEST_REFERENCE:
        return None
    words = match.group(2).replace(".", " ").split()
    words += match.group(2).replace("-", " ").split()
    months = cursor.grammar.months
    others = cursor.grammar.page_word("not-telegram")
    if any(word in months or word in others for word in words):
        return None
    return match


def _add(cursor: Cursor, found: list[Reference], low: int, high: int) -> None:
    low, high = cursor.trim(low, high)
    while low < high and cursor.fold[high - 1] in ",;\\ \xb6":
        high -= 1
    if low == high:
        return
    item = Reference(cursor.span(low, high), cursor.joined(low, high))
    at = low
    label = _LABEL.match(cursor.fold, at, high)
    letter = _LETTER.match(cursor.fold, at, high)
    if letter is None and label is not None:
        at = label.end()
        letter = _LETTER.match(cursor.fold, at, high)
    if letter is not None:
        item.letter = letter.group(1) or letter.group(2)
        at = letter.end()
    match = _named(cursor, at, high)
    if match is not None:
        item.kind = "telegram"
        before, name, *years, serial, behind, suffix = match.groups()
        year = next((digits for digits in (before, *years, behind, suffix) if digits), None)
        item.year = year_of(year) if year else None
        item.post = post_of(cursor, name.replace("-", " ").strip(" ."))
        item.serial = int(serial)
    elif letter is None and found and found[-1].kind == "telegram":
        alone = _NUMBER_ALONE.match(cursor.fold, at, high)
        if alone is not None:  # another number of the same post
            item.kind, item.post, item.year = "telegram", found[-1].post, found[-1].year
            item.year = year_of(alone.group(2)) if alone.group(2) else item.year
            item.serial = int(alone.group(1))
    found.append(item)


# ---- The TAGS line: subject, geographic, program and organization tags, and persons with their commas.
_ITEM = Pattern(r"\(([^()\n]*(?:\n[^()\n]*)?)\)?|([^\s,;()]+)|([,;])")
_KINDS = (
    ("tags_subject", "subject"),
    ("tags_geo", "geographic"),
    ("tags_organization", "organization"),
    ("tags_program", "program"),
)
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ROUND = str.maketrans({"0": _LETTERS[14]})  # a zero is the letter that looks like it


def read_tags(cursor: Cursor, telegram: Telegram, region: Region) -> None:
    """Read the TAGS line into the telegram; a second one adds its entries."""
    start = region.body
    while start < region.end and cursor.fold[start] in " :.":
        start += 1
    tags = _entries(cursor, start, region.end)
    before = telegram.tags_line
    if isinstance(before, TagsLine):
        cursor.collect("tags", tags)
        return
    text = cursor.text[region.start : region.end]
    telegram.tags_line = TagsLine(cursor.span(region.start, region.end), text, tuple(tags))


def _entries(cursor: Cursor, start: int, end: int) -> list[Tag]:
    tags: list[Tag] = []
    words: list[tuple[int, int]] = []  # a name in the making: long words no table has
    for match in _ITEM.finditer(cursor.fold, start, end):
        if match.group(3):
            continue
        if match.group(2) is None:
            _flush(cursor, tags, words)
            _person(cursor, tags, match)
            continue
        low, high = _trim_stops(cursor, *match.span())
        if low == high:
            continue
        tag = _tag(cursor, low, high)
        if not tag.known and (len(tag.text) > 5 or words) and tag.suggestion is None and tag.text.isalpha():
            words.append((low, high))
            continue
        _flush(cursor, tags, words)
        tags.append(tag)
    _flush(cursor, tags, words)
    return tags


def _trim_stops(cursor: Cursor, low: int, high: int) -> tuple[int, int]:
    while high > low and cursor.fold[high - 1] in ".:":
        high -= 1
    return low, high


def _person(cursor: Cursor, tags: list[Tag], match: re.Match[str]) -> None:
    """A name in brackets belongs to the tag before it."""
    low, high = cursor.trim(*match.span(1))
    name = cursor.joined(low, high)
    if tags and tags[-1].person is None and tags[-1].kind != "person":
        tags[-1].person = name
    elif name:
        tags.append(Tag(cursor.span(low, high), name, "person", True, None, name))


def _flush(cursor: Cursor, tags: list[Tag], words: list[tuple[int, int]]) -> None:
    """Long words in a row: two or more make a person's name, one alone is an unknown tag."""
    if not words:
        return
    low, high = words[0][0], words[-1][1]
    if len(words) == 1:
        tags.append(_tag(cursor, low, high))
    else:
        name = cursor.joined(low, high)
        tags.append(Tag(cursor.span(low, high), name, "person", True, None, name))
    words.clear()


def _tag(cursor: Cursor, low: int, high: int) -> Tag:
    word = cursor.fold[low:high]
    for table, kind in _KINDS:
        if table in cursor.words and cursor.words[table].find(word) is not None:
            return Tag(cursor.span(low, high), cursor.text[low:high], kind)
    return Tag(cursor.span(low, high), cursor.text[low:high], "unknown", False, suggestion(cursor, word))


def suggestion(cursor: Cursor, word: str) -> str | None:
    """The known tag one slip away from an unknown word of four letters or more, or the two tags run together in it."""
    memory = cursor.grammar.slips
    if word not in memory:
        fits = 4 <= len(word) <= 12 and word.isascii()
        memory[word] = (_suggest(cursor, word) if word.isalpha() else _rounded(cursor, word)) if fits else None
    return memory[word]


def _rounded(cursor: Cursor, word: str) -> str | None:
    candidate = word.translate(_ROUND)
    return candidate if candidate != word and _is_tag(cursor, candidate) else None


def _suggest(cursor: Cursor, word: str) -> str | None:
    for candidate in _slips(word):
        if len(candidate) > 3 and _is_tag(cursor, candidate):
            return candidate
    for cut in range(2, len(word) - 1):
        if _is_tag(cursor, word[:cut]) and _is_tag(cursor, word[cut:]):
            return f"{word[:cut]} {word[cut:]}"
    return None


def _is_tag(cursor: Cursor, word: str) -> bool:
    """Return whether a word may be suggested: it is a TAG whose meaning is known."""
    found = (cursor.words[table].find(word) for table, _ in _KINDS if table in cursor.words)
    return any(entry is not None and entry.title != "" for entry in found)


def _slips(word: str) -> list[str]:
    """One letter too many, two exchanged, one wrong, one missing, in this order."""
    size = len(word)
    found = [word[:i] + word[i + 1 :] for i in range(size)]
    found += [word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(size - 1)]
    found += [word[:i] + letter + word[i + 1 :] for i in range(size) for letter in _LETTERS]
    found += [word[:i] + letter + word[i:] for i in range(size + 1) for letter in _LETTERS]
    return found
