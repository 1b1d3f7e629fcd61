"""Test the self-inspection report: its sample can be drawn again, and discrepancies are grouped by kind."""

from __future__ import annotations

import csv
import shutil

import pytest

from checker import audit
from checker.audit import corpus_rules, self_inspection
from checker.cli import main
from checker.decisions import DecisionLog, ReviewDecision
from checker.errors import InputError
from checker.rulebook import load

TABLE = load().vocabulary["discrepancies"]


@pytest.fixture
def copy(finished, tmp_path):
    return shutil.copytree(finished, tmp_path / "out")


def test_every_rule_has_at_most_one_kind_and_every_listed_rule_exists():
    rules = [rule.id for rule in load().rules] + [rule.id for rule in corpus_rules.load()]
    listed = [name for entry in TABLE for name in entry.facts["rules"]]
    assert len(listed) == len(set(listed))
    for name in listed:
        assert name in rules or (name.endswith("-") and any(rule.startswith(name) for rule in rules)), name
    kinds = self_inspection.kinds_of_rules(TABLE, rules)
    assert ("duration", "instruction", "portion-marking") == (kinds["DCL-008"], kinds["DCL-001"], kinds["POR-001"])
    assert "under-graded" == kinds["CLS-004"] and "TAG-001" not in kinds and "CRP-001" not in kinds


def test_the_sample_is_classified_representative_and_the_same_for_a_seed(copy):
    log = DecisionLog("")
    found = self_inspection.inspect(str(copy), log, 60, 3)
    assert found == self_inspection.inspect(str(copy), log, 60, 3)
    assert found.documents != self_inspection.inspect(str(copy), log, 60, 4).documents
    assert 60 == len(set(found.documents)) == sum(found.actions.values())
    listed = ", ".join(map(str, found.documents))
    classified = audit.query(str(copy), f"select bool_and(classified) from cables where document in ({listed})").rows
    assert ((True,),) == classified
    for level, number in audit.query(str(copy), "select level, count(*) from cables where classified group by 1").rows:
        sql = f"select count(*) from cables where level = '{level}' and document in ({listed})"
        assert abs(audit.query(str(copy), sql).rows[0][0] - 60 * number / found.population) <= 1
    everything = self_inspection.inspect(str(copy), log, 10**6, 1)
    assert len(everything.documents) == everything.population


def test_confirmed_findings_fill_the_form_and_dismissed_ones_do_not(copy):
    sql = "select f.fingerprint, f.rule from findings f join cables using (document) where classified order by 1"
    rows = audit.query(str(copy), sql).rows
    kinds = self_inspection.kinds_of_rules(TABLE, [row[1] for row in rows])
    rows = [row for row in rows if row[1] in kinds]
    assert len(rows) >= 3
    log = DecisionLog(str(copy / "decisions.jsonl"))
    log.append(
        ReviewDecision(*rows[0], "confirmed", "J"), ReviewDecision(*rows[1], "false_alarm", "J", reason="misread")
    )
    before = self_inspection.inspect(str(copy), DecisionLog(""), 10**6)
    found = self_inspection.inspect(str(copy), log, 10**6)
    assert 0 == before.confirmed and len(rows) == sum(kind.unreviewed for kind in before.kinds)
    assert 1 == found.confirmed == sum(kind.confirmed for kind in found.kinds)
    assert len(rows) - 2 == sum(kind.unreviewed for kind in found.kinds)
    assert "confirmed" == found.examples[0][4]
    assert {kind.code for kind in found.kinds if kind.confirmed} == {kinds[rows[0][1]]}


def test_the_command_writes_markdown_and_a_table(copy, capsys):
    given = ["audit", "report", str(copy), "--isolated", "--title", "Embassy *Strelsau*", "--self-inspection"]
    assert 1 == main([*given, "50"])
    text = (copy / "self-inspection.md").read_text()
    for words in ("Embassy &#42;Strelsau&#42;", "50 of ", "seed 1", "Portion marking", "A person must answer", "95%"):
        assert words in text
    assert all(field in text for field in self_inspection.FIELDS)
    with open(copy / "self-inspection.csv", newline="") as file:
        rows = list(csv.reader(file))
    assert ["documents", "all", "0", rows[1][3], "50"] == rows[1]
    assert {"documents", "action", "findings", "post"} == {row[0] for row in rows[1:]}
    assert 2 == main([*given, "-1"])
    assert "must not be negative" in capsys.readouterr().err


def test_without_classified_documents_there_is_nothing_to_inspect(tmp_path, options):
    text = "UNCLASSIFIED ZENDA 000001\n\nE.O. 12958: N/A\nTAGS: PREL\nSUBJECT: A FERRY\n\n1. TEXT\n"
    (tmp_path / "one.txt").write_text(text)
    audit.run([str(tmp_path / "one.txt")], str(tmp_path / "out"), options())
    with pytest.raises(InputError, match="no document is classified"):
        self_inspection.inspect(str(tmp_path / "out"), DecisionLog(""))
