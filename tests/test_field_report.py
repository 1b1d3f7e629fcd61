"""Test that the report on a user's own corpus contains counts and rates, but no word from a document."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import field

BASES = Path(__file__).parent.parent / "rules" / "telegrams"


def test_the_report_counts_agreement_and_contradictions(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (BASES / "confidential-2007.txt").read_text(encoding="utf-8")
    (tmp_path / "good.txt").write_text(text, encoding="utf-8")
    (tmp_path / "above.txt").write_text(text.replace("2. (C)", "2. (S)"), encoding="utf-8")
    assert field.main([str(tmp_path), "--list", "level"]) == 0
    report = capsys.readouterr().out
    assert "2 documents compared" in report
    assert "| portion above the level | CLS-004 | 1 | 1 | 0 | 0 |" in report
    assert "| level | 2 | 0 | 0 | 100.0% |" in report
    assert "STRELSAU" not in report and "bridge" not in report.lower()


SENTENCE = "Classified By: Jane Doe, Consul, for reasons 1.4 {}\n\n1. (C) Text.\n"


@pytest.mark.parametrize(
    ("reasons", "letters"),
    [
        ("(b) a\nnd (d).", "bd"),
        ("(b) AN D (d)", "bd"),
        ("(b+d)", "bd"),
        ("b. and d.", "bd"),
        ("(b) and 1.4 (d).", "bd"),
        ("(b) and (d) (C)\n\nThe King left.", "bd"),
        ("(b) \n\n(C) The King left.", "b"),
        ("b and (c).", "bc"),
        ("(b...\n\nClassified By: Jane Doe for reasons 1.4 (b) and (d).", "bd"),
    ],
)
def test_the_letters_that_the_expressions_read(reasons: str, letters: str) -> None:
    assert list(letters) == field.Reading(SENTENCE.format(reasons)).reasons


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("1. (U) One. 2. (S/Noforn) Two.\n", "S"),
        ("1. (SBU) One.\n-- (C) Two.\n", "C"),
        ("1. (U) One.\n(A) first;\n(B) second;\n(C) third.\n", "U"),
        ("REF: (A) ZENDA 1\n (C) ZENDA 3\n1. (U) One.\n", "U"),
    ],
)
def test_the_highest_portion_that_the_expressions_read(text: str, level: str) -> None:
    assert level == field.Reading(text).portion
