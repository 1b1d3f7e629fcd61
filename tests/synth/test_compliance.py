"""Test that generated telegrams without a defect are compliant, and that each planted defect is found by the rule it
names.
"""

from __future__ import annotations

import pytest

from checker import engine, readers, rulebook
from checker.parser import parse
from checker.synth import make, write
from checker.text import Source, View


@pytest.fixture(scope="module")
def book():
    return rulebook.load()


def findings(book, text):
    source = Source("telegram", text)
    view = View.whole(source)
    return list(engine.judge(parse(view, book.vocabulary), source, book).findings)


def test_a_telegram_without_a_planted_defect_gives_no_finding_above_info(book):
    loud = [
        (made.template, made.cable, finding.rule, finding.message)
        for made in make(400, 21, 0)
        for finding in findings(book, made.text)
        if finding.severity != "info"
    ]
    assert [] == loud


@pytest.mark.parametrize("ending", [".jsonl", ".csv"])
def test_nor_does_it_inside_a_wrapper_that_states_its_facts(book, tmp_path, ending):
    path = str(tmp_path / f"cables{ending}")
    write(400, 23, 0, path)
    loud = []
    for item in readers.read(path):
        telegram = parse(item.view, book.vocabulary, item.facts)
        for finding in engine.judge(telegram, item.view.source, book).findings:
            if finding.severity != "info":
                loud.append((item.cable, finding.rule, finding.message))
    assert [] == loud


def test_each_planted_defect_is_found_by_its_rule_at_its_words(book):
    missed = []
    for made in make(900, 22, 1.0):
        for planted in made.planted:
            if planted.rule.startswith("CRP"):
                continue  # found across documents: tests/audit
            found = [one for one in findings(book, made.text) if one.rule == planted.rule]
            end = planted.offset + len(planted.words)
            at = [
                one for one in found if one.span.start < max(end, planted.offset + 1) and planted.offset < one.span.end
            ]
            if not found or (planted.words and not at):
                missed.append((planted.defect, made.template, planted.words, [one.quote for one in found]))
    assert [] == missed
