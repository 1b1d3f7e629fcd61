"""Test invented records from 1973-79: they are read completely, have no false positive, and their references are
resolved.
"""

from __future__ import annotations

import os
import re
from collections import Counter

import pytest

from checker import config, linter, readers
from checker.audit.coverage import FIELDS, TEXT, Coverage
from checker.document_linter import DocumentLinter
from checker.engine import judge
from checker.parser.fields.labelled import number_of
from checker.synth.generator import Maker
from checker.synth.templates import load

TEMPLATES = os.path.join(os.path.dirname(__file__), "..", "..", "rules", "synth", "archive")
FRAME = re.compile(
    r"PAGE 0|Message |Declassified/Released|C O N F I D|NNNN|\*\*\* Current|<< END|^(UN|CON|SEC)\w+$", re.M
)
DOCUMENTS = 3000


def everything(count: int, seed: int, before: int = 0):
    """Yield each generated telegram with what the generator states about it, its parsed form, its findings, and the
    vocabulary. Each post has already sent `before` telegrams in each year.
    """
    maker = Maker(*load(TEMPLATES), count, seed, 0)
    posts = [post["name"] for post in maker.script.lists["posts"]]
    maker.serials = {(post, year): before for post in posts for year in range(1973, 1980)}
    options = config.settle({}, isolated=True)
    rulebook = linter.load(options)
    document_linter = DocumentLinter(linter.resolve(options, rulebook), rulebook)
    for made in maker.run():
        (reading,) = document_linter.documents(f"{made.number}.txt", made.text.encode())
        assert isinstance(reading, readers.Reading), reading
        telegram, why = document_linter.telegram(reading)
        assert telegram is not None, why
        yield made, telegram, judge(telegram, reading.view.source, rulebook).findings, rulebook.vocabulary


def hold(count: int, seed: int, before: int = 0) -> int:
    """Check every telegram of a corpus, and return how many are records without text."""
    coverage = Coverage()
    found: Counter[str] = Counter()
    named = resolved = lost = 0
    for made, telegram, findings, words in everything(count, seed, before):
        coverage.add(telegram)
        found.update(f"{one.rule} {one.severity}" for one in findings)
        lost += telegram.archive.lost is not None
        if telegram.archive.lost is None:
            assert made.cable == telegram.mrn
            for paragraph in telegram.paragraphs:
                assert not FRAME.search(paragraph.text), paragraph.text
        targets = [number_of(one, telegram, words) for one in telegram.references]
        named += len(targets)
        resolved += sum(target is not None for target in targets)
        if telegram.archive.lost is None:
            assert set(made.references) <= set(targets), (made.references, targets)
            own = made.cable[2:].rstrip("0123456789")
            known = ("STATE", "STRELSAUA-", own)  # what the templates refer to besides earlier telegrams
            others = [target for target in targets if target is not None and target not in made.references]
            assert all(target[2:].startswith(known) for target in others), others
    rules = {rule: number for rule, number in found.items() if not rule.endswith("info")}
    assert rules == {}
    assert not [rule for rule in found if rule.startswith("XRF-2")], found
    assert resolved / named >= 0.88
    for row in coverage.rows():
        there = row["read"] + row["missed"]
        if row["field"] == TEXT:
            assert row["recognized"] >= 0.995 * row["characters"], row
        else:
            assert row["field"] in FIELDS
            assert row["read"] >= 0.995 * there, row
    return lost


def test_records_of_every_year_are_read_whole() -> None:
    assert hold(150, 7)


@pytest.mark.parametrize("before", [9_998, 12_345, 99_998])
def test_the_numbers_of_a_large_corpus_agree(before: int) -> None:
    hold(60, 3, before)


@pytest.mark.slow
def test_three_thousand_records_are_read_whole() -> None:
    assert hold(DOCUMENTS, 1)
