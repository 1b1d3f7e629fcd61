"""Test copies that end too early or begin too late: what they do not contain is not missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker import engine, parser, rulebook
from checker.text import Source, View

BASES = Path(__file__).parents[2] / "rules" / "telegrams"


def errors(text: str) -> list[str]:
    source, book = Source("x", text), rulebook.load()
    telegram = parser.parse(View.whole(source), book.vocabulary)
    return [each.rule for each in engine.judge(telegram, source, book, "x", "").findings if each.severity != "info"]


def base(name: str) -> str:
    return (BASES / f"{name}.txt").read_text(encoding="utf-8")


CUTS = {
    "in the station's line": ("confidential-2007", "DE RUEH"),
    "in the originator": ("confidential-2007", "FM AMEMB"),
    "in the level": ("confidential-2007", "C O N F I D E N T I"),
    "in the subject": ("confidential-2007", "SUBJECT: "),
    "in the classifier": ("confidential-2007", "Classified By: Ja"),
    "in a memorandum's paragraph": ("gen-memo-2011", "(C) The bri"),
    "in a memorandum's classifier": ("gen-memo-2011", "Classified By: Ja"),
}


@pytest.mark.parametrize("name", CUTS)
def test_a_copy_that_ends_too_early(name: str) -> None:
    text, end = base(CUTS[name][0]), CUTS[name][1]
    assert errors(text[: text.index(end) + len(end)]) == []


def test_a_form_whose_top_is_gone() -> None:
    text = base("smart-2012")
    assert errors(text[text.index("Action Office") if "Action Office" in text else text.index("MRN") :]) == []


def test_a_whole_document_without_its_block_is_no_cut_one() -> None:
    block = "Classified By: Jane Doe, Chief, Toll Division\nReason: 1.4(d)\nDeclassify On: 20360301\n"
    text = base("gen-memo-2011")
    assert block in text
    assert "AUT-006" in errors(text.replace(block, ""))
    assert "AUT-006" in errors(text.replace(block, "").rstrip("\n"))
