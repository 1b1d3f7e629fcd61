"""The report on a corpus of the user's own: counts and rates, and no word of a document."""

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
