"""Test review decisions on the command line: what they hide in `lint` and `audit`, and how they are
exchanged as files.
"""

from __future__ import annotations

import json

import pytest

from checker import audit, synth
from checker.cli import main
from checker.decisions import DecisionLog, ReviewDecision

pytestmark = pytest.mark.slow  # each lints a corpus, most audit it, too


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    path = tmp_path_factory.mktemp("decided") / "cables.jsonl"
    synth.write(120, 4, 0.5, str(path))
    return path


@pytest.fixture(scope="module")
def audited(corpus, tmp_path_factory):
    out = tmp_path_factory.mktemp("decided-audit") / "out"
    assert 1 == main(["audit", str(corpus), "--out", str(out), "--quiet", "--isolated", "--jobs", "1"])
    return out


@pytest.fixture
def log(tmp_path):
    return DecisionLog(str(tmp_path / "decisions.jsonl"))


def findings(out):
    sql = "select fingerprint, rule, path, cable, severity from findings order by fingerprint"
    return [row for row in audit.query(str(out), sql).rows if not row[1].startswith("CRP-")]


def decide(log, row, decision="false_alarm", **more):
    reason = {"false_alarm": "misread", "accepted": "record-copy"}.get(decision, "")
    log.append(
        ReviewDecision(row[0], row[1], decision, "J. Reviewer", path=row[2], cable=row[3], **{"reason": reason, **more})
    )


def lint(capsys, *given):
    code = main(["lint", *map(str, given), "--isolated"])
    return code, capsys.readouterr().out


def test_lint_and_audit_hide_the_same_and_say_so(corpus, audited, log, capsys):
    rows = findings(audited)
    assert len(rows) > 6
    for row in rows[:3]:
        decide(log, row)
    for row in rows[3:5]:
        decide(log, row, "accepted")
    decide(log, rows[5], "confirmed")
    _, text = lint(capsys, corpus, "--decisions", log.path)
    words = "5 hidden by decisions: 3 false alarms, 2 accepted"
    assert words in text
    main(["audit", "report", str(audited), "--decisions", log.path, "--isolated"])
    assert words in capsys.readouterr().out
    counts = json.loads((audited / "summary.json").read_text())["hidden"]
    assert {"baseline": 0, "suppression": 0, "false_alarm": 3, "accepted": 2} == counts
    assert len(rows) == len(findings(audited))  # the findings stay whole
    open_findings = audit.query(str(audited), "select fingerprint from open_findings").rows
    assert {row[0] for row in rows[:5]}.isdisjoint(row[0] for row in open_findings)
    decided = audit.query(str(audited), "select decision, found, hides from decisions order by 1, 2").rows
    assert [("accepted", True, True)] * 2 + [("confirmed", True, False)] + [("false_alarm", True, True)] * 3 == list(
        decided
    )
    main(["audit", "report", str(audited), "--no-decisions", "--isolated"])
    assert "hidden" not in capsys.readouterr().out


def test_every_finding_decided_is_exit_0(corpus, audited, log, capsys):
    for row in findings(audited):
        decide(log, row)
    code, _ = lint(capsys, corpus, "--decisions", log.path)
    assert 0 == code
    assert 1 == lint(capsys, corpus, "--decisions", log.path, "--no-decisions")[0]
    rule = next(row[1] for row in findings(audited) if row[4] == "error")
    (corpus.parent / "strict.toml").write_text(f'mandatory = ["{rule}"]\n')
    code = main(["lint", str(corpus), "--decisions", log.path, "--config", str(corpus.parent / "strict.toml")])
    assert 1 == code and "concern a mandatory rule" in capsys.readouterr().out


def test_an_expired_acceptance_hides_nothing(corpus, audited, log, capsys, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1800000000")  # 15 January 2027
    row = findings(audited)[0]
    decide(log, row, "accepted", expires="2027-01-15")
    assert "1 hidden by decisions: 1 accepted" in lint(capsys, corpus, "--decisions", log.path)[1]
    decide(log, row, "accepted", expires="2027-01-14")
    text = lint(capsys, corpus, "--decisions", log.path)[1]
    assert "hidden by decisions" not in text and "1 accepted a finding and have expired" in text


def test_an_audit_hides_suppressions_and_baseline_as_lint_does(corpus, audited, tmp_path, capsys):
    first, second = findings(audited)[:2]
    accepted = tmp_path / "accepted.toml"
    fields = {"fingerprint": first[0], "rule": first[1], "path": first[2], "reason": "known"}
    accepted.write_text("[[suppress]]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in fields.items()))
    known = tmp_path / "baseline.json"
    entry = {"fingerprint": second[0], "rule": second[1], "path": second[2], "count": 1}
    known.write_text(json.dumps({"baseline": 1, "tool": "x", "findings": [entry]}))
    given = ["--suppressions", str(accepted), "--baseline", str(known)]
    assert "1 suppressed; 1 in the baseline" in lint(capsys, corpus, *given)[1]
    out = tmp_path / "out"
    main(["audit", str(corpus), "--out", str(out), "--quiet", "--isolated", "--jobs", "1", *given])
    assert "1 suppressed; 1 in the baseline" in capsys.readouterr().out
    main(["audit", "report", str(out), "--isolated"])  # the files are those of the audit
    assert "1 suppressed; 1 in the baseline" in capsys.readouterr().out
    accepted.write_text(accepted.read_text().replace(first[0], "0" * 20))
    assert 2 == main(["audit", "report", str(out), "--isolated"])
    assert "matches no finding" in capsys.readouterr().err


def test_sarif_says_why_a_finding_is_hidden(corpus, audited, log, capsys):
    row = findings(audited)[0]
    decide(log, row, note="The mark stands in the margin.")
    main(["lint", str(corpus), "--decisions", log.path, "--isolated", "--format", "sarif"])
    results = json.loads(capsys.readouterr().out)["runs"][0]["results"]
    hidden = [each["suppressions"] for each in results if "suppressions" in each]
    words = "False alarm: the text was read wrongly. The mark stands in the margin."
    assert [[{"kind": "external", "status": "accepted", "justification": words}]] == hidden


def test_a_damaged_log_stops_the_run_with_its_line(corpus, audited, log, capsys):
    decide(log, findings(audited)[0])
    with open(log.path, "a") as file:
        file.write("broken\n")
    for given in (["lint", str(corpus)], ["audit", "report", str(audited)]):
        assert 2 == main([*given, "--decisions", log.path, "--isolated"])
        assert "decisions.jsonl:2: damaged" in capsys.readouterr().err


def test_export_and_import_go_round_and_no_cell_is_a_formula(audited, log, tmp_path, capsys):
    first, second = findings(audited)[:2]
    decide(log, first, note="=1+1")
    decide(log, second, "accepted", expires="2030-01-01")
    table = tmp_path / "decisions.csv"
    assert 0 == main(["decisions", "export", log.path, "--out", str(table)])
    assert ",'=1+1," in table.read_text()
    other = str(tmp_path / "other.jsonl")
    assert 0 == main(["decisions", "import", other, str(table)])
    assert 0 == main(["decisions", "import", other, str(table)])
    assert "2 decisions added" in (text := capsys.readouterr().out) and "0 decisions added" in text
    fields = ("finding", "rule", "decision", "reason", "note", "expires", "by", "at", "cable", "path")
    kept = sorted([getattr(one, name) for name in fields] for one in log.latest.values())
    assert kept == sorted([getattr(one, name) for name in fields] for one in DecisionLog(other).latest.values())


BAD_TABLES = [
    ("finding,rule,decision,by\na,b,false_alarm,J\n", ":2: reason: False alarm needs one of"),
    ("finding,rule,decision,by\na,b,confirmed,\n", ":2: by: a decision needs"),
    ("finding,rule,decision,by,colour\n", ":1: unknown column 'colour'"),
    ("finding,rule,by\n", ":1: column 'decision' is missing"),
    ("finding,rule,decision,by\na,b,confirmed,J,x\n", ":2: more cells than columns"),
]


@pytest.mark.parametrize(("text", "words"), BAD_TABLES, ids=[words for _, words in BAD_TABLES])
def test_a_wrong_table_changes_nothing(text, words, log, tmp_path, capsys):
    table = tmp_path / "bad.csv"
    table.write_text(text)
    assert 2 == main(["decisions", "import", log.path, str(table)])
    assert f"bad.csv{words}" in capsys.readouterr().err and {} == DecisionLog(log.path).latest


def test_merge_and_statistics(audited, log, tmp_path, capsys):
    rows = findings(audited)[:4]
    other = DecisionLog(str(tmp_path / "other.jsonl"))
    for row in rows:
        decide(log, row)
    for row in rows[:3]:
        other.append(ReviewDecision(row[0], row[1], "false_alarm", "Second", reason="misread"))
    other.append(ReviewDecision(rows[3][0], rows[3][1], "confirmed", "Second"))
    merged = str(tmp_path / "merged.jsonl")
    assert 0 == main(["decisions", "merge", log.path, other.path, "--out", merged])
    assert 0 == main(["decisions", "stats", merged])
    text = capsys.readouterr().out
    assert "8 events from 2 files" in text and "4 decisions, 0 missed findings reported" in text
    assert "4 findings judged by two reviewers, who agree on 3 (75%)" in text
    assert 2 == main(["decisions", "merge", log.path, "--out", merged])
    assert 2 == main(["decisions", "stats", str(tmp_path / "none")])


def test_the_export_of_a_fresh_audit_is_a_header(tmp_path, capsys):
    assert 0 == main(["decisions", "stats", str(tmp_path)])
    assert "0 decisions, 0 missed findings reported\n" == capsys.readouterr().out
    assert 0 == main(["decisions", "export", str(tmp_path)])
    assert capsys.readouterr().out.startswith("finding,rule,cable,path,decision,reason,")
    assert 2 == main(["decisions", "export", str(tmp_path / "gone.jsonl")])
