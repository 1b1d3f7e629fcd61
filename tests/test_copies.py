"""Test that what archives and publishers do to a telegram changes neither the values that are read nor the findings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from test_real_forms import document_linter, value

from checker import readers

TELEGRAMS = Path(__file__).parent.parent / "rules" / "telegrams"
READ = (
    "level",
    "banner.post",
    "banner.serial",
    "caption_codes",
    "dtg.date",
    "sender.post",
    "eo.order",
    "instruction.kind",
    "instruction.date",
    "tags_line.tags.*.text",
    "subject",
    "references.*.serial",
    "authority.name",
    "authority.reasons.codes",
    "numbered.*.number",
    "numbered.*.level",
)
TELETYPE = [
    "confidential-1975",
    "confidential-1979",
    "confidential-1985",
    "confidential-1997",
    "confidential-2007",
    "limited-official-use-1977",
    "lou-1993",
    "sbu-2008",
    "secret-2002",
    "secret-2009",
    "unclas-1988",
    "unclas-2007",
    "unclas-efto-2006",
]
COPIES: dict[str, Callable[[str], str]] = {
    "line ends of another system": lambda text: text.replace("\n", "\r\n"),
    "a blank at every line's end": lambda text: text.replace("\n", " \n"),
    "a blank before every line": lambda text: re.sub(r"^", " ", text, flags=re.M),
    "no empty lines": lambda text: re.sub(r"\n[ \n]*\n", "\n", text),
    "more empty lines": lambda text: text.replace("\n\n", "\n\n\n"),
    "an empty line behind every line": lambda text: text.replace("\n", "\n\n"),
    "lines of 45 letters": lambda text: "\n".join(map(wrapped, text.split("\n"))),
    "no line ends": lambda text: text.replace("\n", "  "),
    "no line ends, single blanks": lambda text: " ".join(text.split()),
    "small letters": str.lower,
    "small letters without line ends": lambda text: " ".join(text.split()).lower(),
    "a web publisher's signs": lambda text: re.sub(r"^(?=(\d+|[A-Z])\.)", "¶", text, flags=re.M),
    "such signs on lines of their own": lambda text: re.sub(r"^(?=(\d+|[A-Z])\.)", "¶\n", text, flags=re.M),
    "blanks that do not break": lambda text: text.replace(" ", "\u00a0"),
    "form feeds": lambda text: text.replace("\n\n", "\n\f\n"),
    "a mark of the byte order": lambda text: "\ufeff" + text,
}


def wrapped(line: str) -> str:
    at = line.rfind(" ", 30, 45) if len(line) > 45 and ":" not in line[:10] else -1
    return line if at < 0 else line[:at] + "\n" + wrapped(line[at + 1 :])


def base(name: str) -> str:
    return (TELEGRAMS / f"{name}.txt").read_text("utf-8")


def read(text: str) -> tuple[dict[str, object], set[str]]:
    """Return the values at the paths `READ` in upper case, and the findings above info."""
    (reading,) = document_linter().documents("telegram.txt", text.encode())
    assert isinstance(reading, readers.Reading)
    telegram, crash = document_linter().telegram(reading)
    assert telegram is not None, crash
    (judged,) = document_linter().lint("telegram.txt", text.encode())
    warned = {f"{one.rule} {one.message}" for one in judged.findings if one.severity != "info"}
    return {path: str(value(telegram, path)).upper() for path in READ}, warned


@pytest.mark.parametrize("copy", COPIES)
@pytest.mark.parametrize("name", TELETYPE)
def test_a_copy_reads_as_its_original(name: str, copy: str) -> None:
    text = base(name)
    assert read(COPIES[copy](text)) == read(text)


def interrupted(text: str, first: str, line: str) -> Iterator[str]:
    """Yield variants of the text with `line` inserted between two lines after `first`, or inside one of these lines."""
    lines = text.split("\n")
    start = next(index for index, each in enumerate(lines) if each.startswith(first)) + 2
    for index in range(start, len(lines) - 1):
        yield "\n".join([*lines[:index], "", line, "", "", *lines[index:]])
        words = lines[index].split(" ")
        for at in range(1, len(words), 2):
            parts = [" ".join(words[:at]), line, " ".join(words[at:])]
            yield "\n".join([*lines[:index], "  ".join(parts), *lines[index + 1 :]])


def test_a_page_line_falls_where_it_likes() -> None:
    text = base("confidential-2007").replace("STRELSAU 000412", "SECTION 01 OF 02 STRELSAU 000412")
    told = read(text)
    for copy in interrupted(text, "C O N F", "STRELSAU 00000412  002 OF 002"):
        assert read(copy) == told, copy


def test_a_release_stamp_falls_where_it_likes() -> None:
    text = base("confidential-1975")
    told = read(text)
    stamp = "Jane P. Roe Declassified/Released US Department of State EO Systematic Review 20 Mar 2014"
    for copy in interrupted(text, "C O N F", stamp):
        assert read(copy) == told, copy


def test_a_page_ends_where_it_likes() -> None:
    text = base("confidential-1975")
    told = read(text)
    lines = text.split("\n")
    start = next(index for index, each in enumerate(lines) if each.startswith("C O N F")) + 2
    for head in (["PAGE 02        STRELS  00123  141545Z"], ["PAGE 02", "STRELS  00123  141545Z"]):
        for index in range(start, len(lines) - 4):
            copy = [*lines[:index], "CONFIDENTIAL", " ", "CONFIDENTIAL", " ", *head, " ", *lines[index:]]
            assert read("\n".join(copy)) == told, copy
