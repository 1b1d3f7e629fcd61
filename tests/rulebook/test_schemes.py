"""Test documents marked under another scheme: a rule pack with that scheme judges them; without it, they are
undetermined.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from checker import linter, rulebook
from checker.cli import main
from checker.config import Options
from checker.engine import judge
from checker.errors import ConfigError, RuleError
from checker.parser import parse
from checker.parser.markings import finder
from checker.resources import data_dir
from checker.results import CLEAN, UNJUDGED
from checker.text import Source, View

PACKS = tuple(f"{data_dir('packs')}/{name}" for name in ("nato", "uk-gsc"))
US = rulebook.load()
ALL = rulebook.load([data_dir("rules"), *PACKS])
TELEGRAMS = sorted(Path(data_dir("rules"), "telegrams").iterdir())
NATO = Path(PACKS[0], "telegrams", "nato-memo.txt").read_text(encoding="utf-8")
UK = Path(PACKS[1], "telegrams", "uk-memo-2019.txt").read_text(encoding="utf-8")
BODY = "\n\nDate: 12 March 2019\nSubject: Locks\n\n1. The upper lock closes on Monday.\n\n"


def judged(text: str, book: rulebook.Rulebook, profile: str = "") -> tuple[str, list[str], list[str]]:
    """Return the profile, the rules with findings, and the rules with undetermined verdicts."""
    source = Source("memo", text)
    telegram = parse(View.whole(source), book.vocabulary.of_profile(profile))
    judgment = judge(telegram, source, book)
    return telegram.profile, [one.rule for one in judgment.findings], [one.rule for one in judgment.undetermined]


@pytest.mark.parametrize("text", [NATO, UK], ids=["NATO", "UK"])
def test_without_its_pack_a_document_is_undetermined(text: str) -> None:
    assert judged(text, US) == ("OTHER", [], ["CLS-017"])


@pytest.mark.parametrize(("text", "profile"), [(NATO, "NATO"), (UK, "UKGSC")])
def test_with_its_pack_a_document_is_judged_by_its_own_rules_alone(text: str, profile: str) -> None:
    assert judged(text, ALL) == (profile, [], [])
    applied = {rule.id for rule in ALL.rules if ALL.covers(rule, profile)}
    assert applied == {rule.id for rule in ALL.rules if rule.pack in ("nato", "uk-gsc") and profile in rule.profile}
    assert applied


@pytest.mark.parametrize("path", TELEGRAMS, ids=lambda path: path.stem)
def test_packs_leave_united_states_documents_alone(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert judged(text, ALL) == judged(text, US)


def test_the_levels_of_a_scheme_are_its_own() -> None:
    telegram = parse(View.whole(Source("memo", UK)), ALL.vocabulary)
    assert [str(mark.level) for mark in telegram.portion_marks] == ["OFFICIAL-SENSITIVE", "OFFICIAL"]
    assert str(telegram.level) == str(telegram.highest_portion) == "OFFICIAL-SENSITIVE"
    assert (telegram.era, telegram.rollup, telegram.declass) == (None, None, None)


@pytest.mark.parametrize(
    ("banner", "profile"),
    [
        ("NATO SECRET RELEASABLE TO FREEDONIA, KLOW", "NATO"),
        ("COSMIC TOP SECRET - BOHEMIA", "NATO"),
        ("OFFICIAL-SENSITIVE [COMMERCIAL]", "UKGSC"),
        ("OFFICIAL-SENSITIVE [WIDGETS]", "UKGSC"),
        ("UK SECRET", "UKGSC"),
        ("SECRET UK EYES ONLY", "GEN"),
        ("SECRET", "GEN"),
        ("SECRET//NOFORN", "IC"),
        ("//NATO SECRET", "IC"),
        ("OFFICIAL-SENSITIVE WIDGETS", "OTHER"),
        ("GEHEIM", "OTHER"),
        ("RIVER COUNCIL INNER CIRCLE", "OTHER"),
    ],
)
def test_a_document_belongs_to_the_scheme_that_reads_its_banners(banner: str, profile: str) -> None:
    assert judged(f"{banner}{BODY}{banner}\n", ALL)[0] == profile


@pytest.mark.parametrize(
    "text",
    [
        f"OFFICIAL VISIT OF THE KING{BODY}",
        f"MINISTRY OF LOCKS{BODY}",
        f"RESTRICTED{BODY}Classified By: Jane Q. Doe\nReason: 1.4(b)\nDeclassify On: 20290312\n",
        f"NATO SECRET{BODY}Classified By: Jane Q. Doe\nReason: 1.4(b)\nDeclassify On: 20290312\n",
    ],
    ids=["a heading", "a letterhead", "a U.S. authority", "a U.S. authority below a NATO level"],
)
def test_what_is_no_marking_of_another_scheme(text: str) -> None:
    assert judged(text, US)[0] == "GEN"


def test_a_profile_of_the_run_settles_what_the_marking_leaves_open() -> None:
    text = f"SECRET{BODY}TOP SECRET\n"
    assert judged(text, ALL)[0] == "GEN"
    assert judged(text, ALL, "UKGSC") == ("UKGSC", ["UKGSC-002"], [])


def test_tokens_of_a_banner_lead_back_to_the_text() -> None:
    line = "  UK SECRET - RECIPIENTS ONLY/UK EYES ONLY  "
    found = finder.banner(View.whole(Source("line", line)), 0, len(line), ALL.vocabulary.of_profile("UKGSC"))
    assert isinstance(found, finder.Marking)
    assert [(token.text, token.code, token.before) for token in found.tokens] == [
        ("UK", "UK", ""), ("SECRET", "S", " "), ("RECIPIENTS ONLY", "RECIPIENTS ONLY", " - "),
        ("UK EYES ONLY", "UK EYES ONLY", "/"),
    ]  # fmt: skip
    assert all(line[token.span.start : token.span.end] == token.text for token in found.tokens)


def test_a_long_line_of_forms_is_read_in_linear_time() -> None:
    words = ALL.vocabulary.of_profile("UKGSC")
    for line in ("OFFICIAL " * 30, "OFFICIAL-" * 30, "[" * 290 + "A", "UK " * 90 + "!"):
        assert finder.banner(View.whole(Source("line", line)), 0, len(line), words) is None


def test_a_run_over_an_unjudged_document_is_not_clean(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "memo.txt").write_text(UK, encoding="utf-8")
    path = str(tmp_path / "memo.txt")
    assert linter.lint([path], Options()).summary.verdict == UNJUDGED
    assert linter.lint([path], Options(rules=("uk-gsc",))).summary.verdict == CLEAN
    assert main(["lint", "--isolated", path]) == 0
    shown = capsys.readouterr().out
    assert "marking not recognized" in shown and "--rules uk-gsc" in shown and "clean" not in shown
    main(["lint", "--isolated", "--format", "json", path])
    assert json.loads(capsys.readouterr().out)["summary"]["verdict"] == "undetermined"
    with pytest.raises(ConfigError, match="unknown profile 'UKGSC'"):
        linter.lint([path], Options(profile="UKGSC"))


def scheme(folder: Path, facts: str, levels: str = "{code: X, title: XX, rank: 1, forms: {banner: [XX]}}") -> list[str]:
    (folder / "vocabulary").mkdir()
    head = "format: 1\ntable: {}\ntitle: T\ncomplete: true\nsource: [memory]\nentries:\n  - {}\n"
    profile = "{code: MINE, title: Mine, facts: " + facts + "}"
    (folder / "vocabulary" / "profiles.yaml").write_text(head.format("profiles", profile), encoding="utf-8")
    (folder / "vocabulary" / "my-levels.yaml").write_text(head.format("my_levels", levels), encoding="utf-8")
    try:
        rulebook.load([data_dir("rules"), str(folder)], cache=False)
    except RuleError as error:
        return [str(item).split("\n")[0] for item in error.diagnostics]
    return []


@pytest.mark.parametrize(
    ("facts", "levels", "wanted"),
    [
        ("{levels: my_levels}", None, []),
        ("{levels: your_levels}", None, ['7:47: error[R016]: unknown vocabulary table "your_levels"']),
        ("{levels: my_levels, marks: my_marks}", None, ['7:65: error[R016]: unknown vocabulary table "my_marks"']),
        ("{levels: my_levels}", "{code: X, forms: {banner: [XX]}}",
         ['7:47: error[R033]: the level "X" of the table my_levels has no rank']),
        ("{levels: my_levels}", "{code: X, rank: 1}",
         ['7:47: error[R033]: the level "X" of the table my_levels has no banner form']),
    ],
)  # fmt: skip
def test_a_wrong_scheme_is_reported_with_its_place(
    tmp_path: Path, facts: str, levels: str | None, wanted: list[str]
) -> None:
    found = scheme(tmp_path, facts, *([levels] if levels else []))
    assert [line.partition("profiles.yaml:")[2] for line in found] == wanted


def test_a_rule_cannot_serve_two_schemes(tmp_path: Path) -> None:
    (tmp_path / "two.yaml").write_text(
        "format: 1\nchapter: Two\nrules:\n  - id: TWO-01\n    name: two\n    summary: A rule for two schemes.\n"
        "    cite: [{source: memory}]\n    status: draft\n    profile: [NATO, UKGSC]\n    message: none\n"
        "    require: {level: present}\n",
        encoding="utf-8",
    )
    with pytest.raises(RuleError) as caught:
        rulebook.load([data_dir("rules"), *PACKS, str(tmp_path)], cache=False)
    assert [item.code for item in caught.value.diagnostics] == ["R018"]
