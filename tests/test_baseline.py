"""Test baselines and suppressions: only recorded findings are hidden, only as often as recorded, and no entry is added
unasked.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker import baseline
from checker.baseline import BaselineEntry, Suppression
from checker.errors import ConfigError
from checker.results import Finding
from checker.text import Position, Span

SOME = settings(max_examples=120, deadline=None)
PRINTS = ("aa", "bb", "cc")
PATHS = ("a.txt", "b.txt")


def finding(mark: str, path: str, rule: str = "R-1") -> Finding:
    place = Position(1, 1)
    return Finding(path, "", rule, "name", "error", "m", Span(0, 1), place, place, "q", "at", (), fingerprint=mark)


FINDINGS = st.lists(st.builds(finding, st.sampled_from(PRINTS), st.sampled_from(PATHS)), max_size=12).map(tuple)
ALL = frozenset(PATHS)
NONE: frozenset[str] = frozenset()


@SOME
@given(FINDINGS)
def test_a_baseline_hides_exactly_what_it_was_made_of(findings: tuple[Finding, ...]) -> None:
    parted = baseline.hide_known(findings, baseline.collect(findings), ALL, NONE)
    assert ((), len(findings), ()) == (parted.shown, len(parted.hidden), parted.notices)


@SOME
@given(FINDINGS, FINDINGS)
def test_a_baseline_hides_no_more_than_it_knows(old: tuple[Finding, ...], new: tuple[Finding, ...]) -> None:
    entries = baseline.collect(old)
    parted = baseline.hide_known(new, entries, ALL, NONE)
    assert len(parted.shown) + len(parted.hidden) == len(new)
    for mark in PRINTS:
        known = sum(entry.count for entry in entries if entry.fingerprint == mark)
        assert sum(item.finding.fingerprint == mark for item in parted.hidden) <= known


@SOME
@given(FINDINGS, FINDINGS)
def test_what_is_pruned_is_stale_and_nothing_else(old: tuple[Finding, ...], new: tuple[Finding, ...]) -> None:
    entries = baseline.collect(old)
    stale = baseline.stale_entries(entries, new, ALL)
    kept = baseline.pruned(entries, stale)
    assert sum(entry.count for entry in kept) == sum(e.count for e in entries) - sum(e.count for e in stale)
    assert [] == baseline.stale_entries(kept, new, ALL)
    hidden = baseline.hide_known(new, kept, ALL, NONE).hidden
    assert len(hidden) == len(baseline.hide_known(new, entries, ALL, NONE).hidden)


def test_entries_of_files_that_were_not_checked_are_not_judged() -> None:
    entries = [BaselineEntry("aa", "R-1", "a.txt"), BaselineEntry("bb", "R-1", "b.txt")]
    assert ["aa"] == [entry.fingerprint for entry in baseline.stale_entries(entries, (), frozenset({"a.txt"}))]


def test_a_mandatory_rule_is_never_hidden() -> None:
    one = (finding("aa", "a.txt"),)
    mandatory = frozenset({"R-1"})
    assert one == baseline.hide_known(one, baseline.collect(one), ALL, mandatory).shown
    accepted = [Suppression("aa", "R-1", "a.txt", "because", place="s.toml:1")]
    parted = baseline.hide_accepted(one, accepted, ALL, mandatory, "2026-11-23")
    assert one == parted.shown
    assert "mandatory" in parted.errors[0]


@pytest.mark.parametrize(("today", "hidden"), [("2027-01-31", 1), ("2027-02-01", 0)])
def test_a_suppression_holds_to_its_last_day(today: str, hidden: int) -> None:
    one = (finding("aa", "a.txt"),)
    accepted = [Suppression("aa", "R-1", "a.txt", "because", "2027-01-31", "s.toml:1")]
    parted = baseline.hide_accepted(one, accepted, ALL, NONE, today)
    assert hidden == len(parted.hidden)
    assert bool(parted.notices) == (not hidden)


@SOME
@given(FINDINGS)
def test_a_file_comes_back_as_it_was_written(findings: tuple[Finding, ...]) -> None:
    import tempfile

    entries = baseline.collect(findings)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "baseline.json"
        path.write_text(baseline.dump(entries, "0.1.0"), encoding="utf-8")
        assert entries == baseline.load(str(path))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"baseline": 2, "findings": []}',
        '{"baseline": 1, "findings": {}}',
        '{"baseline": 1, "findings": [{}]}',
        '{"baseline": 1, "findings": [{"fingerprint": "a", "rule": "r", "path": "p", "count": 0}]}',
        '{"baseline": 1, "findings": [{"fingerprint": "a", "rule": "r", "path": "p", "count": true}]}',
        '{"baseline": 1, "findings": [{"fingerprint": "a", "rule": "r", "path": "p", "count": 1, "more": 1}]}',
        "[" * 100_000,
        "\x00",
    ],
)
def test_an_unreadable_baseline_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"baseline\.json"):
        baseline.load(str(path))


def test_a_baseline_holds_no_word_of_a_document() -> None:
    written = json.loads(baseline.dump(baseline.collect((finding("aa", "a.txt"),)), "0.1.0"))
    assert {"fingerprint", "rule", "path", "count"} == set(written["findings"][0])
