"""Test that samples do not depend on the order of rows, keep their members when they grow, and state how certain a
share is.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.audit import samples
from checker.audit.samples import Precision, wilson
from checker.decisions import ReviewDecision
from checker.errors import ConfigError, InputError

VECTORS = [(27, 30, 74.4, 96.5), (30, 30, 88.6, 100), (0, 30, 0, 11.4), (48, 60, 68.2, 88.2), (90, 100, 82.6, 94.5)]


@pytest.mark.parametrize(("right", "number", "low", "high"), VECTORS)
def test_wilson_intervals(right, number, low, high):
    assert (low, high) == tuple(round(100 * edge, 1) for edge in wilson(right, number))


@given(st.integers(1, 5000), st.data())
def test_an_interval_holds_the_share_and_stays_between_0_and_1(number, data):
    right = data.draw(st.integers(0, number))
    low, high = wilson(right, number)
    assert 0 <= low <= right / number <= high <= 1


@given(st.sets(st.tuples(st.sampled_from("AB"), st.text(max_size=5)), max_size=60), st.integers(1, 20), st.randoms())
@settings(max_examples=60, deadline=None)
def test_a_larger_sample_keeps_its_members_in_any_order_of_rows(candidates, size, chance):
    listed = sorted(candidates)
    small = samples.draw(listed, size, 7)
    chance.shuffle(listed)
    assert small == samples.draw(listed, size, 7)
    assert set(small) <= set(samples.draw(listed, size + 5, 7))
    for group in "AB":
        here = sum(one == group for one, _ in listed)
        assert min(size, here) == sum(one == group for one, _ in small)


def sample(**given):
    candidates = [("POR-001", f"f{number}") for number in range(200)] + [
        ("CLS-001", f"g{number}") for number in range(20)
    ]
    return samples.new(
        **{"name": "spring", "kind": "findings", "candidates": candidates, "size": 30, "seed": 1, "rules": "x", **given}
    )


def judged(made, rule, wrong, unsure=0, how="sample:spring"):
    members = [key for group, key in made.members if group == rule]
    kinds = ["false_alarm"] * wrong + ["unsure"] * unsure + ["confirmed"] * len(members)
    return {key: ReviewDecision(key, rule, kind, "J", how=how) for key, kind in zip(members, kinds, strict=False)}


def test_precision_counts_only_decisions_of_the_sample():
    made = sample()
    assert {"POR-001": 200, "CLS-001": 20} == made.populations
    found = samples.precision(made, judged(made, "POR-001", 3))
    assert "90% (74-97%), 27 of 30" == found["POR-001"].words() and "not reviewed" == found["CLS-001"].words()
    assert "not reviewed" == samples.precision(made, judged(made, "POR-001", 3, how="bulk"))["POR-001"].words()
    all_of_them = samples.precision(made, judged(made, "CLS-001", 2))["CLS-001"]
    assert (
        all_of_them.complete and all_of_them.interval is None and "90%, 18 of 20; all reviewed" == all_of_them.words()
    )
    unsure = samples.precision(made, judged(made, "POR-001", 3, unsure=5))["POR-001"]
    assert (22, 3, 5) == (unsure.right, unsure.wrong, unsure.unsure) and (22 / 30, 27 / 30) == unsure.range
    few = Precision(4, 1, 0, 25, 200)
    assert few.share is None and "4 of 5; too few to estimate" == few.words()


def test_overall_precision_weights_rules_by_their_findings():
    share, low, high = samples.overall(
        {"A": Precision(30, 0, 0, 0, 900), "B": Precision(0, 30, 0, 0, 100), "C": Precision(1, 0, 0, 9, 50)}
    )
    assert 0.9 == pytest.approx(share) and low < 0.9 < high <= 1
    assert (0.5, 0.5, 0.5) == samples.overall({"A": Precision(10, 10, 0, 0, 20)})
    assert samples.overall({}) is None


def test_a_sample_of_documents_gives_the_share_with_something_missed():
    made = sample(kind="documents")
    reviewed = [key for _, key in made.members][:40]
    hit, seen, (low, high) = samples.missed_share(made, [*reviewed[:4], "other"], reviewed)
    assert (4, 40) == (hit, seen) and low < 0.1 < high
    with pytest.raises(ConfigError, match="has been reviewed"):
        samples.missed_share(made, [], [])


def test_a_saved_sample_is_read_back(tmp_path):
    made = sample()
    samples.save(str(tmp_path), made)
    assert ["spring"] == samples.names(str(tmp_path)) and made == samples.load(str(tmp_path), "spring")
    with pytest.raises(ConfigError, match="already exists"):
        samples.save(str(tmp_path), made)


@pytest.mark.parametrize("given", [{"name": "../x"}, {"name": "A"}, {"size": 0}, {"candidates": []}, {"kind": "rules"}])
def test_a_wrong_sample_is_refused(given):
    with pytest.raises(ConfigError):
        sample(**given)


@pytest.mark.parametrize("content", ["{", "[]", '{"format": 1}', '{"format": 2, "name": "x"}'])
def test_a_damaged_sample_is_named(content, tmp_path):
    (tmp_path / "samples").mkdir()
    (tmp_path / "samples" / "x.json").write_text(content)
    with pytest.raises(InputError, match=r"x\.json: damaged"):
        samples.load(str(tmp_path), "x")
    for name in ("none", "../x"):
        with pytest.raises(InputError):
            samples.load(str(tmp_path), name)
