"""Test that the findings on the frozen sample are those that were accepted, so that a change appears as a diff."""

from __future__ import annotations

from benchmarks.stability import difference


def test_the_frozen_sample_has_the_findings_that_were_accepted() -> None:
    lines = difference()
    told = "\n".join(lines[:40])
    assert not lines, (
        f"{told}\n`python -m benchmarks.stability --accept` takes the new ones; put the diff in the commit"
    )
