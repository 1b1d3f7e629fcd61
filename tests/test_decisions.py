"""Test the decisions log: no saved decision is lost, and a damaged file is never taken for a complete one."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys

import pytest

from checker import decisions
from checker.decisions import DecisionLog, ReviewDecision
from checker.errors import ConfigError


def decision(finding="a1", kind="false_alarm", by="J. Reviewer", **more):
    reason = {"false_alarm": "misread", "accepted": "record-copy"}.get(kind, "")
    return ReviewDecision(finding, "POR-001", kind, by, **{"reason": reason, **more})


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "decisions.jsonl")


def test_what_was_appended_is_there_when_the_file_is_opened_again(path):
    log = DecisionLog(path)
    assert {} == log.latest and not os.path.exists(path)
    log.append(decision("a1", "confirmed"), decision("b2", "false_alarm", note="The mark stands in the margin."))
    log.append(decision("a1", "accepted", expires="2027-01-31"))
    again = DecisionLog(path)
    assert ["a1", "b2"] == sorted(again.latest) and again.latest == log.latest
    assert "accepted" == again.latest["a1"].decision
    assert ["confirmed", "accepted"] == [event.decision for event in again.history("a1")]
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600


def test_two_programs_append_to_one_file(path):
    one, other = DecisionLog(path), DecisionLog(path)
    one.append(decision("a1"))
    other.append(decision("b2"))
    one.append(decision("c3"))
    assert {"a1", "b2", "c3"} == set(one.latest) == set(DecisionLog(path).latest)
    assert other.refresh() and {"a1", "b2", "c3"} == set(other.latest) and not other.refresh()


@pytest.mark.slow
def test_many_programs_append_at_once_and_no_line_is_lost_or_mixed(path):
    code = (
        "import sys; from checker.decisions import *\n"
        "log = DecisionLog(sys.argv[1])\n"
        "for n in range(25): log.append(ReviewDecision(f'{sys.argv[2]}-{n}', 'R', 'confirmed', sys.argv[2], note='x' * 2000))"
    )
    running = [subprocess.Popen([sys.executable, "-c", code, path, str(number)]) for number in range(4)]
    assert [0] * 4 == [process.wait(60) for process in running]
    assert {f"{number}-{n}" for number in range(4) for n in range(25)} == set(DecisionLog(path).latest)


def test_undo_takes_back_the_last_group_of_that_reviewer_and_restores_what_was_before(path):
    log = DecisionLog(path)
    log.append(decision("a1", "confirmed"))
    log.append(decision("a1", "false_alarm", how="bulk"), decision("b2", "false_alarm", how="bulk"))
    log.append(decision("c3", "confirmed", by="Other"))
    assert ["a1", "b2"] == [event.finding for event in log.undo("J. Reviewer")]
    for seen in (log, DecisionLog(path)):
        assert {"a1": "confirmed", "c3": "confirmed"} == {key: event.decision for key, event in seen.latest.items()}
    assert ["a1"] == [event.finding for event in log.undo("J. Reviewer")]
    assert [] == log.undo("J. Reviewer") == log.undo("Nobody")
    assert {"c3"} == set(log.latest)
    assert 4 == len(log.history("a1"))  # nothing was removed


def test_a_withdrawn_decision_reopens_the_finding(path):
    log = DecisionLog(path)
    log.append(decision("a1"))
    log.append(decision("a1", "withdrawn"))
    assert {} == log.latest == DecisionLog(path).latest


def test_missed_findings_are_no_decisions_and_can_be_taken_back(path):
    log = DecisionLog(path)
    log.append(ReviewDecision("", "", "missed", "J. Reviewer", kind="portion-marking", path="a.txt", line=4, column=2))
    assert {} == log.latest and [4] == [event.line for event in DecisionLog(path).missed()]
    log.undo("J. Reviewer")
    assert [] == log.missed() == DecisionLog(path).missed()


def test_a_torn_last_line_is_left_out_reported_and_set_aside(path):
    DecisionLog(path).append(decision("a1"), decision("b2"))
    with open(path, "rb+") as file:
        file.truncate(os.path.getsize(path) - 9)
    log = DecisionLog(path)
    assert {"a1"} == set(log.latest)
    assert (f"{path}: line 2 is cut off and was left out",) == log.notices
    log.append(decision("c3"))
    assert {"a1", "c3"} == set(DecisionLog(path).latest) and () == DecisionLog(path).notices
    with open(f"{path}.torn") as file:
        assert '"b2"' in file.read()


GOOD = {"v": 1, "id": "0" * 16, "at": "2026-11-30T09:14:03Z", "by": "J", "finding": "a1", "rule": "R"}
DAMAGED = [
    ("{", "damaged"),
    ("[]", "not a JSON object"),
    ({"v": 2}, "format 1"),
    ({"decision": "confirmed", "colour": "red"}, "unknown field 'colour'"),
    ({"decision": "confirmed", "by": 3}, "by: unexpected value 3"),
    ({"decision": "fine"}, "'fine' is not one of"),
    ({}, "decision missing"),
    ({"decision": "false_alarm"}, "needs one of misread"),
    ({"decision": "false_alarm", "reason": "record-copy"}, "not 'record-copy'"),
    ({"decision": "confirmed", "reason": "misread"}, "takes no reason"),
    ({"decision": "accepted", "reason": "waiver"}, "needs a note"),
    ({"decision": "confirmed", "expires": "2027-01-31"}, "only an acceptance"),
    ({"decision": "accepted", "reason": "record-copy", "expires": "31 Jan"}, "is not a date"),
    ({"decision": "confirmed", "at": "yesterday"}, "is not a time"),
    ({"decision": "confirmed", "id": "../x"}, "hexadecimal"),
    ({"decision": "confirmed", "by": " "}, "name of the reviewer"),
]


@pytest.mark.parametrize(("line", "words"), DAMAGED, ids=[words for _, words in DAMAGED])
def test_a_damaged_line_is_refused_with_its_number(path, line, words):
    text = line if isinstance(line, str) else json.dumps({**GOOD, **line})
    with open(path, "w") as file:
        file.write(json.dumps({**GOOD, "id": "1" * 16, "decision": "confirmed"}) + f"\n{text}\n")
    with pytest.raises(ConfigError, match=r"decisions\.jsonl:2: ") as caught:
        DecisionLog(path)
    assert words in str(caught.value)


def test_an_incomplete_decision_writes_nothing(path):
    log = DecisionLog(path)
    with pytest.raises(ConfigError, match="needs a note"):
        log.append(decision("a1"), decision("b2", "false_alarm", reason="rule-wrong"))
    assert not os.path.exists(path) and {} == log.latest


def test_decisions_hide_until_they_expire_and_never_those_of_mandatory_rules():
    made = [
        decision("a1"),
        decision("b2", "accepted", expires="2026-12-31"),
        decision("c3", "confirmed"),
        decision("d4", "unsure"),
    ]
    assert {"a1", "b2"} == set(decisions.hiding(made, frozenset(), "2026-12-31"))
    assert {"a1"} == set(decisions.hiding(made, frozenset(), "2027-01-01"))
    assert {} == decisions.hiding(made, frozenset(("POR-001",)), "2026-12-31")
    assert "False alarm: the text was read wrongly. Seen." == decision("a1", note="Seen.").words()


def test_merged_files_hold_every_event_once(tmp_path):
    one, other = str(tmp_path / "one"), str(tmp_path / "other")
    DecisionLog(one).append(decision("a1"))
    with open(one, "rb") as file, open(other, "wb") as copy:
        copy.write(file.read())
    DecisionLog(one).append(decision("b2"))
    DecisionLog(other).append(decision("c3", by="Other"))
    merged = decisions.merge([one, other])
    assert ["a1", "b2", "c3"] == sorted(event.finding for event in merged)
    assert merged == decisions.merge([other, one, one]) or {*merged} == {*decisions.merge([other, one, one])}
    with pytest.raises(ConfigError, match="no such file"):
        decisions.merge([one, str(tmp_path / "none")])


def test_agreement_of_two_reviewers():
    pairs = [("confirmed", "confirmed")] * 4 + [("confirmed", "false_alarm")] + [("false_alarm", "false_alarm")] * 5
    events = [
        event
        for number, (one, other) in enumerate(pairs)
        for event in (decision(str(number), one, "A"), decision(str(number), other, "B"))
    ]
    total, same, kappa = decisions.agreement([*events, decision("x", "confirmed", "A")])
    assert (10, 9) == (total, same) and kappa == pytest.approx(0.8)
    assert (0, 0, None) == decisions.agreement([decision("x")])
    assert (1, 1, None) == decisions.agreement([decision("x", by="A"), decision("x", by="B")])
