"""Provide hover and completion in telegrams: the meanings of markings, captions, and codes, and where they may
occur.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..rulebook.authoring import explain_entries
from ..vocabulary import Entry, Table, Vocabulary

MARKS = ("levels", "controls", "admin_controls", "retired_controls", "cui_controls", "nato", "exemptions")
PLAIN = (
    *MARKS, "captions", "tags_subject", "tags_geo", "tags_organization", "tags_program", "instructions", "groups",
    "precedence", "countries", "posts", "declass_status", "downgrading_groups", "release_codes",
)  # fmt: skip
TAGS = ("tags_subject", "tags_geo", "tags_organization", "tags_program")
INSTRUCTIONS = ("exemptions", "instructions")
_WORD = re.compile(r"[A-Za-z0-9](?:[\w.&()'-]*[\w)])?")
_MARK = re.compile(r"\(([A-Za-z0-9/ ,&.-]{1,80})\)")
_LEVEL_LINE = re.compile(r"\s*[A-Z][A-Z ]{4,40}//?[A-Z0-9/ ,-]*$")
_SHORTEST = 3  # minimum length of a word that is explained outside portion marks and the TAGS line


def hover(vocabulary: Vocabulary, line: str, column: int) -> tuple[str, int, int]:
    """Return the meaning of the word or portion mark at a column of a line, and the columns at which it begins and ends
    (exclusive).

    If nothing at the column has a known meaning, return ("", 0, 0).
    """
    for mark in _MARK.finditer(line):
        if mark.start() <= column < mark.end():
            parts = [part for part in re.split(r"[/, ]+", mark[1]) if part]
            texts = [text for part in parts if (text := _meaning(vocabulary, part, MARKS))]
            if texts:
                return "\n\n".join(texts), mark.start(), mark.end()
    for word in _WORD.finditer(line):
        if word.start() <= column < word.end():
            for text in (word[0], word[0].strip("()")):
                if len(text) >= _SHORTEST or _label(vocabulary, line) == "tags":
                    if meaning := _meaning(vocabulary, text, PLAIN):
                        return meaning, word.start(), word.end()
    return "", 0, 0


def _meaning(vocabulary: Vocabulary, word: str, tables: tuple[str, ...]) -> str:
    if not word.isupper():
        return ""
    return explain_entries(
        vocabulary, [(table, entry) for table, entry in vocabulary.find(word) if table.name in tables]
    )


def completions(vocabulary: Vocabulary, before: str) -> Iterator[tuple[str, str, str]]:
    """Yield the words that may follow the text before the cursor, each with its meaning and the title of its vocabulary
    table.
    """
    label = _label(vocabulary, before)
    inside = before.rpartition("(")[2] if before.count("(") > before.count(")") else None
    if label == "tags":
        yield from _codes(vocabulary, TAGS, "line")
    elif inside is not None:
        yield from _codes(vocabulary, ("levels",) if "/" not in inside else ("controls", "admin_controls"), "portion")
    elif label == "instruction":
        yield from _codes(vocabulary, INSTRUCTIONS, "line", "word", "stem")
    elif _LEVEL_LINE.match(before):
        yield from _codes(vocabulary, ("controls", "admin_controls"), "banner")
    elif not before.strip() or re.fullmatch(r"\s*[A-Z]+", before):
        yield from _codes(vocabulary, ("captions",), "line")
        yield from _codes(vocabulary, ("levels",), "banner")


def _label(vocabulary: Vocabulary, line: str) -> str:
    """Return which field a line contains: "tags", "instruction" (for declassification), or "" for any other."""
    start = line.lstrip().upper()
    if start.startswith(_forms(vocabulary, "tags")):
        return "tags"
    instruction = any(f"{form}{end}" in start for form in _forms(vocabulary, "declassify", "decl") for end in ": ")
    return "instruction" if instruction or start.startswith(_forms(vocabulary, "eo")) else ""


def _forms(vocabulary: Vocabulary, *codes: str) -> tuple[str, ...]:
    entries = map(vocabulary["labels"].get, codes)
    return tuple(form for entry in entries if entry is not None for form in entry.spellings())


def _codes(vocabulary: Vocabulary, tables: tuple[str, ...], *forms: str) -> Iterator[tuple[str, str, str]]:
    for name in tables:
        if name in vocabulary:
            table: Table = vocabulary[name]
            for entry in table:
                yield _word(entry, forms), entry.title, table.title


def _word(entry: Entry, forms: tuple[str, ...]) -> str:
    return next((spelling for form in forms for spelling in entry.forms.get(form, ())), entry.code)
