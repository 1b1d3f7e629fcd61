"""Test `rules try`, which runs a draft rule on the corpus of a finished audit."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from checker.cli import main

ROOT = Path(__file__).parents[2]
RULE = """format: 1
chapter: Rules of our registry
rules:
  - id: OUR-001
    name: sipdis-needs-amgt
    summary: A telegram with the caption SIPDIS must have the TAG AMGT.
    cite: [{source: memory, clause: desk note}]
    severity: warning
    when: {captions: {any: {code: {is: SIPDIS}}}}
    require: {tags: {any: {text: {is: AMGT}}}}
    message: the telegram has the caption SIPDIS, but not the TAG AMGT
    status: draft
"""
SOURCES = """format: 1
table: sources
title: Sources of our registry
source: [memory]
entries:
  - {code: REGISTRY-2024, title: Manual of the registry}
"""


@pytest.fixture
def audited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder that contains the audit `done` of three telegrams, two of them with SIPDIS, and a draft rule."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cables").mkdir()
    for name in ("confidential-2007", "secret-2009", "confidential-1979"):
        text = (ROOT / "rules" / "telegrams" / f"{name}.txt").read_text(encoding="utf-8")
        (tmp_path / "cables" / f"{name}.txt").write_text(text, encoding="utf-8")
    (tmp_path / "ours.yaml").write_text(RULE, encoding="utf-8")
    assert main(["audit", "cables", "--out", "done", "--quiet", "--jobs", "1"]) == 0
    return tmp_path


@pytest.mark.slow
def test_a_draft_rule_is_tried_on_an_audited_corpus(audited: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = {path: path.read_bytes() for path in (audited / "done").iterdir()}
    capsys.readouterr()
    assert main(["rules", "try", "ours.yaml", "--corpus", "done", "--jobs", "1"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == ["3 documents checked", "", "OUR-001: applies to 2, fails on 2, undetermined on 0"]
    assert lines[3] == "  EO12958A: 2 documents"
    shown = [line for line in lines if line.endswith("caption SIPDIS, but not the TAG AMGT")]
    assert len(shown) == 2 and all(f"{audited / 'cables'}" in line for line in shown)
    assert before == {path: path.read_bytes() for path in (audited / "done").iterdir()}
    (audited / "cables").rename(audited / "elsewhere")
    with zipfile.ZipFile(audited / "elsewhere" / "more.zip", "w") as archive:
        archive.write(audited / "elsewhere" / "secret-2009.txt", "2009/one.txt")
    (audited / "vocabulary").mkdir()
    (audited / "vocabulary" / "sources.yaml").write_text(SOURCES, encoding="utf-8")
    (audited / "telegrams").mkdir()
    (audited / "telegrams" / "own.txt").write_text("1. (U) A TEXT OF OUR OWN.\n", encoding="utf-8")
    rule = RULE.replace("memory", "REGISTRY-2024") + "    examples: {not_applicable: [{base: own}]}\n"
    (audited / "ours.yaml").write_text(rule, encoding="utf-8")
    assert main(["rules", "try", "ours.yaml", "--corpus", "done", "--jobs", "1", "--paths", "elsewhere"]) == 0
    assert "elsewhere/more.zip:2009/one.txt:16:7: the telegram" in capsys.readouterr().out


@pytest.mark.slow
def test_a_rule_that_applies_to_no_document_says_why(audited: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rule = RULE.replace("    when:", "    era: {before: 1990-01-01}\n    when:")
    (audited / "ours.yaml").write_text(rule, encoding="utf-8")
    capsys.readouterr()
    assert main(["rules", "try", "ours.yaml", "--corpus", "done", "--jobs", "1"]) == 0
    assert capsys.readouterr().out.splitlines()[2:] == [
        "OUR-001: applies to 0, fails on 0, undetermined on 0",
        "  Why it applies to none of 3 documents:",
        "    2  the date is outside the rule's era (before 1990-01-01)",
        "    1  `when` is false: any of captions: code is SIPDIS",
    ]


def test_what_cannot_be_tried_is_one_clear_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rule = tmp_path / "ours.yaml"
    rule.write_text(RULE, encoding="utf-8")
    assert main(["rules", "try", str(rule), "--corpus", str(tmp_path)]) == 2
    assert f"{tmp_path} contains no audit;" in capsys.readouterr().err
    (tmp_path / "audit.json").write_text('{"format": 1, "corpus": [], "folder": "", "reader": "", "fields": {}}')
    rule.write_text(RULE.replace("code: {is", "cod: {is"), encoding="utf-8")
    assert main(["rules", "try", str(rule), "--corpus", str(tmp_path)]) == 2
    assert 'error[R011]: no field "cod"' in capsys.readouterr().err
    (tmp_path / "table.yaml").write_text(SOURCES.replace("sources", "table"), encoding="utf-8")
    assert main(["rules", "try", str(tmp_path / "table.yaml"), "--corpus", str(tmp_path)]) == 2
    assert str(tmp_path / "table.yaml") in capsys.readouterr().err
    assert main(["rules", "try", str(tmp_path / "none.yaml"), "--corpus", str(tmp_path)]) == 2
    assert "none.yaml: is not a rule file or the folder of a pack" in capsys.readouterr().err
