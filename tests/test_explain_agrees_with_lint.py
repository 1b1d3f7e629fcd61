"""Test that `explain RULE FILE` and `lint` agree: each rule by itself gives the same verdict as among all rules."""

from __future__ import annotations

import csv
import json
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from checker import engine, readers, rulebook
from checker.cli import main
from checker.parser import parse
from checker.parser.layouts.detect import is_unrecognized
from checker.rulebook import Rulebook
from checker.values import Date

ROOT = Path(__file__).parent.parent
FOLDERS = ["tests/telegrams", "rules/telegrams", "examples", "../shared/cases"]
AS_OF = Date.of("2026-11-23")


@cache
def book() -> Rulebook:
    return rulebook.load()


def files(folder: str) -> list[Path]:
    """Return the files in a folder that may contain telegrams, but no rule files, configuration files, or pages of
    documentation.
    """
    kinds = {".txt", ".html", ".jsonl", ".json", ".csv", ".eml", ".mbox", ".xml"}
    return sorted(path for path in (ROOT / folder).rglob("*.*") if path.suffix in kinds and path.is_file())


def readings(path: Path) -> Iterator[readers.Reading]:
    for item in readers.read(str(path), vocabulary=book().vocabulary):
        if isinstance(item, readers.Reading):
            yield item


def test_explain_takes_the_locations_that_lint_prints(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    good = (ROOT / "rules" / "telegrams" / "confidential-2007.txt").read_text(encoding="utf-8")
    bad = good.replace("1. (C)", "1.", 1)
    assert bad != good
    rows = [{"id": f"T{number}", "text": text} for number, text in enumerate((good, bad, good))]
    monkeypatch.chdir(tmp_path)
    Path("c.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    with open("c.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, ("id", "text"))
        writer.writeheader()
        writer.writerows(rows)
    with zipfile.ZipFile("c.zip", "w") as archive:
        archive.writestr("a/good.txt", good)
        archive.writestr("a/bad.txt", bad)
        archive.write("c.jsonl", "b/c.jsonl")
    assert main(["lint", "--isolated", "--select", "POR-001", "--format", "concise", "c.csv", "c.jsonl", "c.zip"]) == 1
    found = [line.partition(": error ")[0] for line in capsys.readouterr().out.splitlines() if ": error " in line]
    places = {place.rpartition(":")[0].rpartition(":")[0] for place in found}
    assert places == {"c.jsonl", "c.csv", "c.zip:a/bad.txt", "c.zip:b/c.jsonl"}
    for place in (*found, *(place.rpartition(":")[0] for place in found), "c.jsonl:T1", "c.zip:b/c.jsonl:T1"):
        assert main(["explain", "POR-001", place]) == 0
        shown = capsys.readouterr().out
        assert shown.count("POR-001: fail") == 1 and "POR-001: pass" not in shown, place


OUTER = """format: 1
chapter: Ours
rules:
  - id: OUR-001
    name: our-references
    summary: The references to the same post must name the year.
    cite: [{source: memory}]
    status: draft
    each: references
    where:
      or:
        - {post: {same_as: {field: telegram.banner.post}}}
        - {post: {same_as: {field: telegram.mrn_post}}, telegram.level: readable}
    require: {year: present}
    message: no year
"""


def test_explain_names_the_fields_of_the_telegram_and_the_one_without_a_value(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    base = (ROOT / "rules" / "telegrams" / "confidential-2007.txt").read_text(encoding="utf-8")
    (tmp_path / "pack").mkdir()
    (tmp_path / "pack" / "ours.yaml").write_text(OUTER, encoding="utf-8")
    (tmp_path / "other.txt").write_text(base.replace("STRELSAU 399", "ZENDA 399"), encoding="utf-8")
    (tmp_path / "same.txt").write_text(base, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    either = "post same_as telegram.banner.post or (post same_as telegram.mrn_post and telegram.level readable)"
    assert main(["explain", "OUR-001", "--rules", "pack"]) == 0
    assert f"  each of references\n  where ({either})\n  require year present\n" in capsys.readouterr().out
    assert main(["explain", "OUR-001", "--rules", "pack", "other.txt"]) == 0
    told = capsys.readouterr().out
    assert "OUR-001: undetermined: telegram.mrn_post is absent\n  where 1 (ZENDA 399):\n" in told
    assert "undetermined   [post is ZENDA; telegram.mrn_post is absent]" in told
    assert "telegram.level readable: true   [telegram.level is CONFIDENTIAL]" in told
    assert "require" not in told
    assert main(["explain", "OUR-001", "--rules", "pack", "same.txt"]) == 0
    told = capsys.readouterr().out
    assert "OUR-001: fail\n  where 1 (STRELSAU 399):\n" in told and "  require 1 (STRELSAU 399):\n" in told


@pytest.mark.parametrize(
    ("place", "wanted"),
    [
        ("c.jsonl:9", "c.jsonl has no document on line 9; it has 1 document"),
        ("c.jsonl:T-10", "c.jsonl has no document 'T-10'; did you mean 'T-1'?"),
    ],
)
def test_a_location_without_a_document_is_one_clear_error(
    place: str, wanted: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("c.jsonl").write_text('{"id": "T-1", "text": "1. (C) ALPHA."}\n', encoding="utf-8")
    assert main(["explain", "POR-001", place]) == 2
    assert wanted in capsys.readouterr().err


@pytest.mark.parametrize("folder", FOLDERS)
def test_each_rule_alone_gives_the_verdict_of_the_whole_book(folder: str) -> None:
    found = files(folder)
    if not found:
        pytest.skip("this folder is not there")
    running = [rule for rule in book().rules if book().runs(rule)]
    compared = set()
    for path in found:
        for item in readings(path):
            telegram, source = parse(item.view, book().vocabulary, item.facts, AS_OF), item.view.source
            if is_unrecognized(telegram):
                continue
            judgment = engine.judge(telegram, source, book(), item.path)
            failed = {each.rule for each in judgment.findings}
            unknown = {each.rule for each in judgment.undetermined} - failed
            traced = {rule.id: engine.trace(telegram, source, rule, book()).verdict for rule in running}
            compared.update(traced.values())
            where = f"{path.relative_to(ROOT / folder)} {item.cable}"
            assert failed == {rule for rule, verdict in traced.items() if verdict == "fail"}, where
            assert unknown == {rule for rule, verdict in traced.items() if verdict == "undetermined"}, where
    assert {"pass", "not applicable"} <= compared <= {"pass", "not applicable", "fail", "undetermined"}
