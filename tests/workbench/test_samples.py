"""Test samples: drawing, counting, and a blind second review."""

from __future__ import annotations

import re

import pytest

from checker.audit import hidden
from checker.config import Options

from .conftest import plain

SAMPLE = {"name": "spring", "query": "severity=error", "size": "12", "seed": "3"}


@pytest.fixture
def reader(folder, view):
    return view(folder / "out")


def judge(reader, row, decision="confirmed", by="A. Reviewer", query="sample=spring"):
    given_reason = {"reason": "misread"} if decision == "false_alarm" else {}
    body = {
        "findings": [row["fingerprint"]],
        "decision": decision,
        "by": by,
        "confirmed": 1,
        "query": query,
    } | given_reason
    return reader.post("/decisions", body)


def test_a_sample_is_drawn_worked_through_and_read(folder, reader, view):
    assert "/samples/spring" == reader.post("/samples", SAMPLE)["next"]
    drawn = reader.json("/findings.json?sample=spring&rule=FMT-002&sort=rule")["findings"]
    assert 12 == len(drawn)
    total = reader.json("/findings.json?severity=error&rule=FMT-002")["total"]
    others = [row for row in reader.json("/findings.json?rule=FMT-002")["findings"] if row not in drawn]
    for place, row in enumerate(drawn):
        judge(reader, row, "false_alarm" if place < 3 else "confirmed")
    judge(reader, others[0], query="")  # outside the sample: counts for nothing
    other = next(row for row in reader.json("/findings.json?sample=spring")["findings"] if row["rule"] != "FMT-002")
    judge(reader, other, query="")
    assert "1 finding was decided outside this sample" in plain(reader.get("/samples/spring"))
    judge(reader, other)
    for reopened in (reader, view(folder / "out")):
        rule = next(row for row in reopened.json("/samples/spring.json")["rules"] if row["rule"] == "FMT-002")
        assert (9, 3, 0, total) == (rule["right"], rule["wrong"], rule["undecided"], rule["population"])
        assert "75% (47-91%), 9 of 12" == rule["words"]
        assert "75% (47-91%), 9 of 12" in plain(reopened.get("/samples/spring")) and "75% (47-91%), 9 of 12" in plain(
            reopened.get("/rules/FMT-002")
        )
    assert "spring" in plain(reader.get("/")) and "spring" in plain(reader.get("/samples"))


def test_a_decision_about_several_is_never_used_for_precision(reader):
    reader.post("/samples", SAMPLE)
    rows = reader.json("/findings.json?sample=spring")["findings"]
    body = {"everything": True, "decision": "confirmed", "by": "A", "query": "sample=spring"}
    total = reader.json("/findings.json?sample=spring")["total"]
    reader.post("/decisions", body | {"confirmed": total})
    assert {0} == {row["right"] for row in reader.json("/samples/spring.json")["rules"]}
    judge(reader, rows[0])
    assert 1 == sum(row["right"] for row in reader.json("/samples/spring.json")["rules"])


@pytest.mark.parametrize(
    "changed",
    [{"name": "../x"}, {"name": ""}, {"name": "A B"}, {"size": "0"}, {"size": "x"}, {"seed": "-1"}, {"size": "9" * 20}, {"query": "rule=NIX-001"}],
)  # fmt: skip
def test_what_is_no_sample_is_refused(changed, folder, reader):
    assert "error" in reader.post("/samples", SAMPLE | changed, 400)
    assert not (folder / "out" / "samples").exists()


def test_a_name_is_used_once_and_a_damaged_file_is_reported(folder, reader, view):
    reader.post("/samples", SAMPLE)
    assert "already exists" in reader.post("/samples", SAMPLE, 400)["error"]
    (folder / "out" / "samples" / "torn.json").write_text('{"format": 1, "name"')
    assert "torn.json: damaged" in plain(view(folder / "out").get("/samples"))


def test_a_blind_review_hides_the_decisions_of_others_until_ones_own_is_saved(folder, reader, view):
    reader.post("/samples", SAMPLE | {"blind": "1"})
    row = reader.json("/findings.json?sample=spring")["findings"][0]
    judge(reader, row, "false_alarm", by="A. Reviewer")
    other = view(folder / "out", reviewer="B. Reviewer")
    link = "/findings?sample=spring&sort=place"
    page = other.get(link)
    assert "A. Reviewer" not in page.partition('id="rows"')[2] and "decided" not in page.partition('id="rows"')[2]
    judge(other, row, by="B. Reviewer")
    assert "A. Reviewer" in other.get(link)
    assert "1 finding was judged by two reviewers, who agree on 0" in plain(other.get("/decisions"))


def test_a_sample_of_telegrams_says_how_often_something_was_missed(reader, folder, view):
    reader.post("/samples", SAMPLE | {"kind": "documents", "size": "3", "query": "level=C&level=U&rule=FMT-002"})
    page = reader.get("/samples/spring")
    numbers = list(dict.fromkeys(re.findall(r"/documents/(\d+)[?]sample=spring", page)))
    assert 6 == len(numbers)
    person = {"by": "A. Reviewer"}
    classified = {str(row["document"]) for row in reader.json("/documents.json?level=C")["documents"]}
    numbers.sort(key=lambda number: number not in classified)
    reader.post(
        "/missed", {"document": int(numbers[0]), "line": 3, "rule": "Portion marking", "note": "2 (U)"} | person
    )
    following = ""
    for number in numbers:
        assert "Reviewed: nothing more" in plain(reader.get(f"/documents/{number}?sample=spring"))
        following = reader.post("/samples/reviewed", {"sample": "spring", "document": number} | person)["next"]
    assert "/samples/spring" == following
    assert "1 of 6 (3.0-56.4%)" in plain(view(folder / "out").get("/samples/spring"))
    assert "error" in reader.post("/samples/reviewed", {"sample": "spring", "document": "0"} | person, 400)
    assert 0 == reader.json("/findings.json?decision=confirmed")["total"]
    report = plain(reader.get("/inspection/spring"))
    assert "The 3 classified documents in the sample spring" in report and "with seed 3" in report
    assert "confirmed by a reviewer: 1 of 3" in report and "2 (U)" in report
    assert "a reviewer reported but no rule found: 1." in reader.get("/inspection/spring.md")
    kinds = dict(
        line.split(",")[1:3] for line in reader.get("/inspection/spring.csv").split("\n") if line[:8] == "findings"
    )
    assert "1" == kinds["Portion marking"] and reader.get("/inspection/nix", 404)
    listed = reader.json("/samples/spring.json")["telegrams"]
    assert [True] == [row["missed"] for row in listed if row["missed"]] and 6 == len(listed)
    assert () == hidden.write(str(folder / "out"), Options(), "2026-11-30").notices  # no finding is missing
    redacted = view(folder / "out", redact=True)
    assert "1 of 6" in plain(redacted.get("/samples/spring")) and "2 (U)" not in redacted.get("/inspection/spring")
    redacted.post("/missed", {"document": int(numbers[1]), "line": 1, "rule": "Portion marking", "note": ""} | person)
    assert "2 of 6" in plain(view(folder / "out").get("/samples/spring"))  # found again without its number
