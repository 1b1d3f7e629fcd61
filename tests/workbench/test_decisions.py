"""Test decisions through the server: what is written, what is refused, undo, several at once, and restarts."""

from __future__ import annotations

import json
import stat

import pytest

from .conftest import plain


@pytest.fixture
def reader(folder, view):
    return view(folder / "out")


def lines(folder):
    path = folder / "out" / "decisions.jsonl"
    return [json.loads(line) for line in path.read_text().split("\n") if line] if path.exists() else []


def errors(reader, number=3):
    return [
        row["fingerprint"] for row in reader.json("/findings.json?severity=error&decision=none")["findings"][:number]
    ]


def ask(one, **changed):
    return {"findings": [one], "decision": "confirmed", "by": "A. Reviewer", "confirmed": 1} | changed


def test_a_decision_is_on_the_disk_before_the_answer(folder, reader):
    one = errors(reader)[0]
    before = reader.json("/findings.json?severity=error&decision=none")["total"]
    given = ask(
        one,
        decision="false_alarm",
        reason="misread",
        note="The mark is in the margin.",
        query="severity=error&decision=none",
    )
    answer = reader.post("/decisions", given)
    assert (1, 1, before) == (answer["saved"], answer["reviewed"], answer["whole"])
    [line] = lines(folder)
    assert (one, "false_alarm", "misread", "A. Reviewer", "review") == tuple(
        line[name] for name in ("finding", "decision", "reason", "by", "how")
    )
    assert line["rules"] and line["text"] and line["cable"]
    assert stat.S_IMODE((folder / "out" / "decisions.jsonl").stat().st_mode) == 0o600
    assert before - 1 == reader.json("/findings.json?severity=error&decision=none")["total"]
    assert "False alarm" in plain(reader.get(f"/findings/{one}")) and "The mark is in the margin." in reader.get(
        f"/findings/{one}"
    )


def test_decisions_are_there_after_a_restart(folder, reader, view):
    for one in errors(reader):
        reader.post("/decisions", ask(one))
    again = view(folder / "out")
    assert 3 == again.json("/findings.json?decision=confirmed")["total"]
    assert 3 == again.json("/findings.json?reviewer=A.+Reviewer")["total"]


@pytest.mark.parametrize(
    "changed",
    [
        {"by": ""}, {"by": " "}, {"by": "x" * 200}, {"by": "A\u202eB"}, {"decision": "none"}, {"decision": "deleted"}, {"decision": None},
        {"decision": "false_alarm"}, {"decision": "false_alarm", "reason": "waiver", "note": "x"}, {"reason": "misread"},
        {"decision": "false_alarm", "reason": "rule-wrong"}, {"decision": "accepted", "reason": "other", "note": "  "},
        {"decision": "accepted", "reason": "waiver", "note": "x", "expires": "soon"}, {"expires": "2027-01-01"},
        {"note": "x" * 2001}, {"note": "a\x00b"}, {"findings": []}, {"findings": ["zz"]}, {"findings": [1]}, {"findings": "ab"},
        {"findings": ["0123456789abcdef0123"]}, {"confirmed": 2}, {"confirmed": True}, {"confirmed": None}, {"unknown": 1},
    ],
)  # fmt: skip
def test_what_is_not_complete_is_refused_and_nothing_is_written(changed, folder, reader):
    answer = reader.post("/decisions", ask(errors(reader)[0], **changed), 400)
    assert answer["error"].strip() and [] == lines(folder)
    assert 0 == reader.json("/findings.json?decision=confirmed&decision=false_alarm&decision=accepted")["total"]


@pytest.mark.parametrize("body", [[], "x", 1, {"findings": {}}])
def test_a_body_of_another_shape_is_refused(body, folder, reader):
    assert "error" in reader.post("/decisions", body, 400)


def test_undo_takes_back_the_last_decision_and_then_the_one_before(folder, reader):
    first, second, _ = errors(reader)
    reader.post("/decisions", ask(first))
    reader.post("/decisions", ask(second, decision="unsure"))
    assert [second] == reader.post("/decisions/undo", {"by": "A. Reviewer"})["findings"]
    assert 1 == reader.json("/findings.json?decision=confirmed&decision=unsure")["total"]
    assert {first: "none"} == reader.post("/decisions/undo", {"by": "A. Reviewer"})["latest"]
    assert [] == reader.post("/decisions/undo", {"by": "A. Reviewer"})["findings"]
    assert 4 == len(lines(folder))  # nothing is ever removed


def test_undo_takes_back_nothing_of_another_reviewer(folder, reader):
    first = errors(reader)[0]
    reader.post("/decisions", ask(first))
    assert [] == reader.post("/decisions/undo", {"by": "B. Reviewer"})["findings"]


def test_several_findings_need_their_number_and_are_undone_together(folder, reader):
    total = reader.json("/findings.json?severity=error&decision=none")["total"]
    given = {
        "everything": True, "decision": "false_alarm", "reason": "not-applicable", "by": "A. Reviewer",
        "query": "severity=error&decision=none",
    }  # fmt: skip
    assert str(total) in reader.post("/decisions", given | {"confirmed": total - 1}, 400)["error"]
    assert [] == lines(folder)
    assert total == reader.post("/decisions", given | {"confirmed": total})["saved"]
    assert {"bulk"} == {line["how"] for line in lines(folder)}
    assert 0 == reader.json("/findings.json?severity=error&decision=none")["total"]
    assert total == len(reader.post("/decisions/undo", {"by": "A. Reviewer"})["findings"])
    assert total == reader.json("/findings.json?severity=error&decision=none")["total"]


def test_a_finding_is_reopened(folder, reader):
    one = errors(reader)[0]
    reader.post("/decisions", ask(one))
    reader.post("/decisions", ask(one, decision="withdrawn"))
    assert 0 == reader.json("/findings.json?decision=confirmed")["total"]
    assert "Withdrawn" in plain(reader.get(f"/findings/{one}"))


def test_the_last_of_two_reviewers_counts_and_both_are_shown(folder, reader):
    one = errors(reader)[0]
    reader.post("/decisions", ask(one))
    reader.post("/decisions", ask(one, decision="false_alarm", reason="misread", by="B. Reviewer"))
    page = plain(reader.get(f"/findings/{one}"))
    assert "A. Reviewer" in page and "B. Reviewer" in page
    assert 1 == reader.json("/findings.json?decision=false_alarm")["total"]


def test_decisions_of_another_program_are_seen_on_the_next_page(folder, reader, view):
    other = view(folder / "out")
    other.post("/decisions", ask(errors(other)[0]))
    reader.get("/findings?sort=place")
    assert 1 == reader.json("/findings.json?decision=confirmed")["total"]


def test_a_file_of_another_reviewer_is_imported_once(folder, shared, reader, view, tmp_path):
    import shutil

    shutil.copytree(shared / "out", tmp_path / "other")
    other = view(tmp_path / "other")
    first, second, third = errors(reader)
    reader.post("/decisions", ask(first))
    other.post("/decisions", ask(second, by="B. Reviewer"))
    other.post("/decisions", ask(third, by="B. Reviewer", decision="unsure"))
    text = other.get("/decisions.jsonl")
    assert "2 of 2" in reader.post("/decisions/import", {"name": "b.jsonl", "text": text})["words"]
    assert "0 of 2" in reader.post("/decisions/import", {"name": "b.jsonl", "text": text})["words"]
    assert 3 == len(lines(folder)) == len(reader.json("/decisions.json")["decisions"])
    assert 2 == reader.json("/findings.json?reviewer=B.+Reviewer")["total"]
    assert (
        "b.jsonl:2"
        in reader.post("/decisions/import", {"name": "b.jsonl", "text": text.split("\n")[0] + "\n{}"}, 400)["error"]
    )
    assert 3 == len(lines(folder))


def test_the_log_shows_filters_and_exports_every_decision(folder, reader):
    first, second, _ = errors(reader)
    reader.post("/decisions", ask(first, note="=1+1"))
    reader.post("/decisions", ask(second, decision="accepted", reason="record-copy", expires="2031-01-01"))
    reader.post("/decisions/undo", {"by": "A. Reviewer"})
    page = plain(reader.get("/decisions"))
    assert "2 decisions" in page and "(undone)" in page and "2031-01-01" in page
    assert "1 decision" in plain(reader.get("/decisions?decision=confirmed")) and "no filter “x”" in plain(
        reader.get("/decisions?x=1")
    )
    assert "'=1+1" in reader.get("/decisions.csv")


def test_a_missed_finding_is_written_with_its_place(folder, reader):
    given = {
        "document": 1,
        "line": 7,
        "rule": "portion marking",
        "note": "Paragraph 3 has no mark.",
        "by": "A. Reviewer",
    }
    reader.post("/missed", given)
    [line] = lines(folder)
    assert ("missed", 7, "portion marking") == (line["decision"], line["line"], line["kind"])
    assert "error" in reader.post("/missed", given | {"document": 999999}, 400)
    assert "error" in reader.post("/missed", given | {"rule": ""}, 400)


def test_a_redacted_view_writes_no_number(folder, view):
    reader = view(folder / "out", redact=True)
    reader.post("/decisions", ask(errors(reader)[0]))
    assert "cable" not in lines(folder)[0]
    assert "Do not enter classified information here." in plain(reader.get("/findings?sort=place"))


def test_a_redacted_view_shows_no_number_or_note_of_an_earlier_one(folder, view):
    full = view(folder / "out")
    one = errors(full)[0]
    full.post("/decisions", ask(one, note="About the Duke of Strelsau."))
    number = lines(folder)[0]["cable"]
    reader = view(folder / "out", redact=True)
    for path in ("/decisions", "/decisions.csv", "/decisions.json", f"/findings/{one}"):
        assert number in full.get(path) and "Strelsau" in full.get(path), path
        assert number not in reader.get(path) and "Strelsau" not in reader.get(path), path
    assert number not in reader.get("/decisions.jsonl", 400)


def test_a_damaged_decisions_file_stops_the_start_with_its_line(folder, view):
    from checker.errors import ConfigError

    (folder / "out" / "decisions.jsonl").write_text('{"v":1}\n{"v":1,"id":"x"\n')
    with pytest.raises(ConfigError, match=r"decisions\.jsonl:1"):
        view(folder / "out")


def test_a_reviewer_given_at_the_start_is_the_name_of_all_decisions(folder, view):
    reader = view(folder / "out", reviewer="C. Officer")
    reader.post("/decisions", ask(errors(reader)[0], by="Somebody"))
    assert "C. Officer" == lines(folder)[0]["by"]
