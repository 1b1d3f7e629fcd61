"""Test that the generated files in the repository are what would be generated now."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from checker import cli, rulebook
from checker.operators import OPERATORS
from checker.rulebook import field_reference, field_types
from checker.rulebook.loader import check_files
from checker.rulebook.vocabulary_loader import load_vocabulary

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("name", ["rules.md", "coverage.md", "order-watch.md", "tripwires.md"])
def test_the_pages_of_the_rule_book_are_current(name: str, tmp_path: Path) -> None:
    assert cli.main(["rules", "pages", "--out", str(tmp_path)]) == 0
    written = (tmp_path / name).read_text(encoding="utf-8")
    assert written == (ROOT / "reports" / name).read_text(encoding="utf-8"), "run: cablecheck rules pages --out reports"


def test_the_page_of_the_fields_is_current() -> None:
    path = ROOT / "docs" / "fields.md"
    if os.environ.get("CABLECHECK_REWRITE"):
        path.write_text(field_reference.page(), encoding="utf-8")
    assert path.read_text(encoding="utf-8") == field_reference.page(), "run this test with CABLECHECK_REWRITE=1"


def test_explain_shows_fields(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["explain", "model"]) == 0
    model = capsys.readouterr().out
    for node in field_types.nodes():
        for name in field_types.fields(node):
            assert f"\n  {name} " in model
    assert cli.main(["explain", "authority.name"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("authority.name of ")
    assert "contains" in shown.partition("Operators: ")[2]
    assert cli.main(["explain", "authority.nam"]) == 2
    assert "did you mean 'authority.name'?" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("includes", "includes, an operator for a set: true if the value contains the code, or all codes in the list"),
        ("none", "none, a quantifier: The condition holds for no element."),
        ("swap", "swap, a key of an example: Texts that occur exactly once in the base, each with its replacement."),
        ("base", "    secret-2009               2009 acp127       SECRET       -    (U)     3 of 3"),
        ("base", "    smart-2012                2012 smart        UNCLASSIFIED 1    -       2 of 2"),
        ("same_as", "  Example: {references: {any: {post: {same_as: {field: telegram.post}}}}}"),
        ("confidential-2007", "SUBJECT: THE KING'S TRAVEL PLANS"),
        ("plus", "plus: In a count taken from a field, a number to add; a negative number subtracts."),
        ("year", "  Reference.year: The year of the reference, if it is stated."),
        ("Reference.year", "  Meaning: The year of the reference, if it is stated."),
        ("paragraphs.text", "  Example: {paragraphs: {any: {text: {mentions: protect}}}}"),
        ("PRIORITY", "Rank: 3"),
    ],
)
def test_a_word_of_the_rule_language_is_explained(name: str, line: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["explain", "--isolated", name]) == 0
    assert line in capsys.readouterr().out.split("\n")


def test_the_examples_of_the_words_are_conditions(tmp_path: Path) -> None:
    words = field_reference.described("words")
    shown = [entry.fact("example") for entry in words if entry.fact("example")]
    shown += [field_reference.operator_example(kind, name) for kind, names in OPERATORS.items() for name in names]
    rules = [
        f"  - {{id: MY-{n}, name: rule-{n}, summary: An example of a word., cite: [{{source: memory}}], status: draft,"
        f" message: fails, require: {condition}}}\n"
        for n, condition in enumerate(shown, 10)
    ]
    path = tmp_path / "mine.yaml"
    path.write_text(f"format: 1\nchapter: Mine\nrules:\n{''.join(rules)}", encoding="utf-8")
    assert len(shown) >= 7 and [] == check_files([str(path)])


@pytest.mark.parametrize(
    ("word", "wanted"),
    [
        ("caption", "Caption: A caption line.\n  Found in: captions, "),
        ("telegram", "Telegram: One telegram or marked document, "),
        ("telegram.level", "level of Telegram: level "),
        ("caption.code", "Caption.code of Caption: text\n"),
        ("element", "element: The element of `each` that is being tested"),
        ("mutate", "mutate: `rules test --mutate` changes each rule"),
        ("Party.rank", "Party.rank of Party: count\n  Meaning: The rank of the precedence word; a higher number is"),
    ],
)
def test_the_words_of_the_pages_are_explained(word: str, wanted: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["explain", "--isolated", word]) == 0
    assert capsys.readouterr().out.startswith(wanted)


def test_a_field_comes_before_the_word_of_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["explain", "--isolated", "unknown"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("unknown of Marking: ")
    assert told.index("\n\nunknown: Under `examples`") < told.index("\n\nThe word is also in the vocabulary, in ")
    assert cli.main(["explain", "--isolated", "NOFORM"]) == 2
    assert "nothing is called 'NOFORM'; did you mean 'NOFORN'?" in capsys.readouterr().err
    assert cli.main(["explain", "--isolated", "qqqqq"]) == 2
    assert "nothing is called 'qqqqq'; expected a rule, " in capsys.readouterr().err


@pytest.mark.parametrize("name", ["CRP-013", "crp-013", "gap-in-numbers"])
def test_rules_that_compare_documents_are_explained(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["explain", "--isolated", name]) == 0
    told = capsys.readouterr().out
    assert told.startswith("CRP-013  gap-in-numbers\n")
    assert "\nRuns in: `cablecheck audit`\n" in told and "\nWhat to do: Look for the missing telegrams" in told
    assert "\n  ST78-296107, layout of the number\n    State telegram 296107" in told


def test_the_report_of_the_examples_is_current() -> None:
    clean = {**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1", "COLUMNS": "200"}
    words = [
        sys.executable,
        "-m",
        "checker",
        "lint",
        "--exit-zero",
        "--as-of",
        "2026-11-23",
        "--exclude",
        "examples/packs",
        "examples",
    ]
    done = subprocess.run(words, cwd=ROOT, env=clean, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    committed = (ROOT / "reports" / "examples.txt").read_text(encoding="utf-8")
    assert done.stdout == committed, (
        "run: cablecheck lint --exit-zero --as-of 2026-11-23 --exclude examples/packs --out reports/examples.txt examples"
    )


def test_every_open_era_is_on_the_order_watch() -> None:
    """Test that the page lists every era without an end, what to check for it again, and when it was last checked."""
    eras = rulebook.load().vocabulary["eras"]
    watch = load_vocabulary(str(ROOT / "rules" / "coverage"))["order_watch"]
    open_eras = [era for era in eras if era.until is None]
    assert [era.code for era in open_eras] == [entry.fact("era") for entry in watch if entry.fact("era")]
    for entry in watch:
        day = date.fromisoformat(entry.fact("checked"))
        assert entry.fact("recheck") and all(era.since is None or era.since < day for era in open_eras)
    following = [(one.until, two.since) for one, two in zip(eras, [*eras][1:], strict=False)]
    assert all(end is not None and start == end + timedelta(days=1) for end, start in following)


def test_no_published_id_has_vanished() -> None:
    """Test that every published id still exists. A removed rule leaves its id in `rules/coverage/uncovered.yaml`."""
    from checker.audit import corpus_rules

    published = {
        line.split("|")[1].strip() for line in (ROOT / "reports" / "rules.md").read_text().split("\n") if "|" in line
    }
    ids = {word for word in published if word[:3].isupper() and word[3:4] == "-"}
    assert ids
    assert ids <= {word for rule in rulebook.load().rules for word in (rule.id, *rule.aliases)} | {
        rule.id for rule in corpus_rules.load()
    }
