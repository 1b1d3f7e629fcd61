"""Test each layout in each wrapper: it has the same findings as the plain telegram, at positions that quote the same
words.
"""

from __future__ import annotations

import csv
import gzip
import html
import io
import json
import zipfile
from collections import Counter
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from benchmarks.wrapping import WRAPPERS
from checker import engine, parser, readers, rulebook
from checker.readers import Reading
from checker.text import Source, View

ROOT = Path(__file__).parent.parent.parent
TELEGRAMS = sorted((ROOT / "rules" / "telegrams").glob("*.txt")) + sorted(
    (ROOT / "tests" / "telegrams" / "clean").glob("*.txt")
)
HEADED = ("VZCZC", "OO ", "PP ", "RR ", "ZNY", "ZNR")  # beginnings that only telegrams have


def pasted(text: str) -> bytes:
    row = "07INVENTED1 2007-09-10 11:56 2011-08-30 01:44 CONFIDENTIAL Embassy Invented"
    head = f"INVENTED, A TELEGRAM\n\nSome words of the site.\nReference ID Created Released Classification Origin\n{row}\n\n"
    return (head + text + "\n\nLeave a Reply\n\nYou are commenting using your account.\n").encode()


def labelled(text: str) -> bytes:
    return f"id: 1\nrefid: \nheader:\n\n{'-' * 17} header ends {'-' * 16}\n{text}\n{'=' * 23}CABLE ENDS{'=' * 28}\n".encode()


def mailbox(text: str) -> bytes:
    head = "From a@example.org Sat Jan  3 01:05:34 2015\nFrom: a@example.org\nTo: b@example.org\nMessage-ID: <1@example.org>\n\n"
    return (head + text.replace("\nFrom ", "\n>From ") + "\n").encode()


def zipped(text: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("one.txt", text)
    return held.getvalue()


def columns(text: str) -> bytes:
    held = io.StringIO(newline="")
    csv.writer(held, lineterminator="\n").writerows([["box", "body"], ["7", text]])
    return held.getvalue().encode()


PACKED: dict[str, Callable[[str], bytes]] = {
    "latin-1": lambda text: text.encode("latin-1", "replace"),
    "byte-order-mark": lambda text: b"\xef\xbb\xbf" + text.encode(),
    "utf-16": lambda text: text.encode("utf-16"),
    "gzip": lambda text: gzip.compress(text.encode()),
    "zip": zipped,
    "columns": columns,
    "mailbox": mailbox,
}
NAMES = {"gzip": "one.txt.gz", "zip": "one.zip", "mailbox": "one.mbox", "json-row": "one.jsonl", "csv-row": "cables.csv",
         "page": "one.html", "mail": "one.eml", "pasted": "page.txt", "labelled": "dump.txt"}  # fmt: skip


@cache
def book() -> rulebook.Rulebook:
    return rulebook.load()


@cache
def of_the_wrapper() -> frozenset[str]:
    """Return the rules about the wrapper's own statements, or about whether the text belongs to the record."""
    return frozenset(
        rule.id for rule in book().rules if "source_record." in rule.source or "has_own_text" in rule.source
    )


def judged(name: str, data: bytes, decoded: Callable[[str], str]) -> Counter[tuple[str, str, str]]:
    """Return (rule, message, quoted words) for every finding, with the number of occurrences."""
    found: Counter[tuple[str, str, str]] = Counter()
    for reading in readers.read(name, data=data, vocabulary=book().vocabulary):
        assert isinstance(reading, Reading), reading
        telegram = parser.parse(reading.view, book().vocabulary, reading.facts)
        for finding in engine.judge(telegram, reading.view.source, book(), name, reading.cable).findings:
            if finding.rule in of_the_wrapper() or finding.rule == "CLS-018":
                continue  # CLS-018 points at the first line, which may be joined
            quote = finding.quote.replace("\r\n", "\n")
            found[finding.rule, finding.message, " ".join(decoded(quote).split())] += 1
    return found


def as_json(quote: str) -> str:
    return json.loads(f'"{quote}"', strict=False)


def as_row(quote: str) -> str:
    return quote.replace('\\"', '"').replace("\\\\", "\\")


def as_columns(quote: str) -> str:
    return quote.replace('""', '"')


DECODED: dict[str, Callable[[str], str]] = {
    "columns": as_columns,
    "json-row": as_json,
    "csv-row": as_row,
    "page": html.unescape,
}


@cache
def texts() -> dict[str, str]:
    """Return the telegrams of every layout and, for each rule, a telegram that violates it."""
    found = {path.stem: path.read_text(encoding="utf-8") for path in TELEGRAMS}
    for rule in book().rules:
        broken = [example for example in rule.examples if example["kind"] == "invalid" and not example.get("facts")]
        if broken and len(str(broken[0]["text"]).split("\n")) > 8:
            found[f"{rule.id}-broken"] = str(broken[0]["text"])
    return found


@cache
def plain(text: str) -> Counter[tuple[str, str, str]]:
    """Return the findings in the plain telegram."""
    return judged("one.txt", text.encode(), lambda quote: quote)


@cache
def day_of(text: str) -> date | None:
    """Return the telegram's own date, which some wrappers also state, or `None`."""
    found = parser.parse(View.whole(Source("x", text)), book().vocabulary).date
    return found.first if found is not None else None


def in_wrapper(name: str, text: str) -> bytes:
    if name in WRAPPERS:
        return WRAPPERS[name](text, day_of(text)).text.encode()
    return {"pasted": pasted, "labelled": labelled, **PACKED}[name](text)


@pytest.mark.parametrize("wrapper", [*(name for name in WRAPPERS if name != "plain"), *PACKED, "pasted", "labelled"])
def test_a_layout_reads_the_same_in_every_wrapper(wrapper: str) -> None:
    deviations = []
    for name, text in texts().items():
        if wrapper == "csv-row" and day_of(text) is None:
            continue  # a row always states a date, which would be the only one
        if wrapper in ("csv-row", "page", "pasted", "labelled") and not text.startswith(HEADED):
            continue  # these wrap only teletype telegrams, never memos
        if (wrapper, name) == ("pasted", "FMT-013-broken"):
            continue  # the page states the level, so the copy may have lost the line, and the verdict is undetermined
        wrapped = judged(NAMES.get(wrapper, "one.txt"), in_wrapper(wrapper, text), DECODED.get(wrapper, lambda q: q))
        if plain(text) != wrapped:
            less, more = plain(text) - wrapped, wrapped - plain(text)
            deviations.append((name, sorted(less.elements()), sorted(more.elements())))
    assert deviations == []
