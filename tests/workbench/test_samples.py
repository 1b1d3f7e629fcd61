"""Samples: intervals, order, what counts, blind second review."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.workbench.review_samples import Precision, draw, overall, wilson

from .conftest import plain


@pytest.mark.parametrize(
    ("right", "judged", "low", "high"),
    [(27, 30, 74.4, 96.5), (30, 30, 88.6, 100), (0, 30, 0, 11.4), (48, 60, 68.2, 88.2), (90, 100, 82.6, 94.5)],
)
def test_the_wilson_interval(right, judged, low, high):
    found = wilson(right, judged)
    assert (low, high) == (round(100 * found[0], 1), round(100 * found[1], 1))


rows = st.lists(
    st.fixed_dictionaries(
        {
            "rule": st.sampled_from(["A-001", "B-002"]),
            "fingerprint": st.integers(0, 60).map(str),
            "document": st.integers(1, 9),
        }
    ),
    max_size=60,
)


@given(rows, st.randoms(), st.integers(1, 9), st.integers(0, 99))
def test_a_larger_sample_holds_the_smaller_one_in_any_order_of_rows(found, random, size, seed):
    small, totals = draw(found, size, seed)
    shuffled = list(found)
    random.shuffle(shuffled)
    large, again = draw(shuffled, size + 3, seed)
    assert {member[:2] for member in small} <= {member[:2] for member in large}
    assert (
        totals == again == {rule: len({row["fingerprint"] for row in found if row["rule"] == rule}) for rule in totals}
    )
    for rule, total in totals.items():
        assert min(size, total) == sum(member[0] == rule for member in small)


def test_the_words_of_a_precision():
    assert "27 of 30 right, 90.0 % (74.4–96.5 %)" == Precision("A-001", 27, 3, 0, 0, 400).words
    assert "27 of 30 right, 90.0 %; all reviewed" == Precision("A-001", 27, 3, 0, 0, 30).words
    assert "4 of 5 right; too few for a share" == Precision("A-001", 4, 1, 0, 25, 400).words
    assert "2 unsure: 84.4–90.6 %" in Precision("A-001", 27, 3, 2, 0, 400).words
    assert "nothing judged yet" == Precision("A-001", 0, 0, 3, 0, 400).words
    assert 0.75 == overall(
        [Precision("A", 10, 0, 0, 0, 100), Precision("B", 5, 5, 0, 0, 100), Precision("C", 1, 0, 0, 9, 99)]
    )
    assert overall([]) is None


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
    for reopened in (reader, view(folder / "out")):
        rule = next(row for row in reopened.json("/samples/spring.json")["rules"] if row["rule"] == "FMT-002")
        assert (9, 3, 0, total) == (rule["right"], rule["wrong"], rule["waiting"], rule["total"])
        assert "9 of 12 right, 75.0 % (46.8–91.1 %)" == rule["words"]
        assert "9 of 12 right" in plain(reopened.get("/samples/spring")) and "9 of 12 right" in plain(
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
    assert "already" in reader.post("/samples", SAMPLE, 400)["error"]
    (folder / "out" / "samples" / "torn.json").write_text('{"format": 1, "name"')
    assert "torn.json is damaged" in plain(view(folder / "out").get("/samples"))


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
    assert "1 findings were judged by two reviewers, who agree on 0" in plain(other.get("/decisions"))
