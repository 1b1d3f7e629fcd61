"""Test mutants: every way in which a rule could be slightly different, and the examples that must detect it."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker import rulebook
from checker.rulebook import authoring, examples
from checker.rulebook.field_types import Path as Steps
from checker.rulebook.mutation import advice_for, mutants_of

ROOT = Path(__file__).parents[2]
WORDS = rulebook.load().vocabulary
P: Steps = [0, "x"]


def ask(kind: str, operator: str, argument: list[object]) -> list[object]:
    return ["ask", P, kind, operator, argument]


CASES = [
    (["state", P, "present"], ["x present → absent"]),
    (ask("level", "at_least", ["lit", "level", "C"]),
     ["x at_least → below (C)", "x at_least → above (C)", "x at_least → is (C)", "x at_least C → U", "x at_least C → S"]),
    (ask("level", "is", ["lit", "level", "S"]), ["x is → is_not (S)", "x is → at_least (S)", "x is S → C", "x is S → TS"]),
    (ask("level", "is", ["lit", "level", "TS"]), ["x is → is_not (TS)", "x is TS → S"]),
    (ask("count", "at_most", ["lit", "count", 4]),
     ["x at_most → above (4)", "x at_most → below (4)", "x at_most 4 → 3", "x at_most 4 → 5"]),
    (ask("date", "before", ["lit", "date", "1996-02-29"]),
     ["x before → on_or_after (1996-02-29)", "x before → on_or_before (1996-02-29)",
      "x before 1996-02-29 → 1996-02-28", "x before 1996-02-29 → 1996-03-01"]),
    (ask("date", "on_or_before", ["shift", ["field", [0, "date"], "date", 0, 0], ["lit", "count", 10], 1]),
     ["x on_or_before → after (10 years and 1 days after date)", "x on_or_before → before (10 years and 1 days after date)",
      "x on_or_before 10 years and 1 days after date → 10 years after date",
      "x on_or_before 10 years and 1 days after date → 10 years and 2 days after date",
      "x on_or_before years 10 → 9", "x on_or_before years 10 → 11"]),
    (ask("set", "includes", ["lit", "set", ["NF"]]), ["x includes → excludes (NF)"]),
    (ask("set", "includes", ["lit", "set", ["NF", "PR"]]),
     ["x includes → excludes (NF, PR)", "x includes → includes_any (NF, PR)", "x includes NF, PR → PR", "x includes NF, PR → NF"]),
    (ask("flag", "is", ["lit", "flag", True]), ["x is True → False"]),
    (["not", ["state", P, "present"]], ["not dropped before x present", "x present → absent"]),
    (["implies", ["state", P, "present"], ["state", [0, "y"], "present"]],
     ["if x present then y present reversed", "if dropped: y present", "x present → absent", "y present → absent"]),
    (["and", [["state", P, "present"], ["state", [0, "y"], "absent"]]],
     ["and → or in (x present and y absent)", "dropped: x present", "x present → absent", "dropped: y absent",
      "y absent → present"]),
    (["any", P, ["state", [1, "y"], "present"]], ["any → all of x", "any of x: y present → absent"]),
    (["times", P, "exactly", 2, ["state", [1, "y"], "present"]],
     ["exactly → at_least of x", "exactly → at_most of x", "exactly 2 → 1 of x", "exactly 2 → 3 of x",
      "exactly of x: y present → absent"]),
    (["count", P, "at_least", ["lit", "count", 1]],
     ["count of x at_least → below (1)", "count of x at_least → above (1)", "count of x at_least 1 → 0",
      "count of x at_least 1 → 2"]),
]  # fmt: skip


@pytest.mark.parametrize(("code", "names"), CASES, ids=[names[0] for _, names in CASES])
def test_mutants_of_a_condition(code: list[object], names: list[str]) -> None:
    assert names == [name for name, _ in mutants_of(code, WORDS)]


def test_a_mutant_is_never_the_rule_itself() -> None:
    from checker.rulebook.mutation import changes

    for rule in rulebook.load().rules:
        plain = {name: value for name, value in rule.details.items() if name not in ("examples", "source")}
        for name, data in changes(rule.details, WORDS):
            assert data != plain, f"{rule.id}: {name}"


RULE = """\
format: 1
chapter: Trial
rules:
  - id: TRY-001
    name: trial
    summary: A classified telegram has many captions.
    cite: [{source: memory}]
    era: {from: "1995-10-14"}
    when: {level: {at_least: C}}
    require: {subject: present}
    message: no subject
    examples:
      valid: [{base: confidential-2007}]
      invalid: [{base: confidential-2007, anywhere: true, swap: {"SUBJECT: THE KING'S TRAVEL PLANS\\n": ""}}]
      not_applicable: [{base: confidential-1979}, {base: unclas-2007}]
"""


def test_the_advice_names_a_telegram_that_kills_a_survivor(tmp_path: Path) -> None:
    path = tmp_path / "trial.yaml"
    path.write_text(RULE.replace(", {base: unclas-2007}", ""), encoding="utf-8")
    lines = authoring.test_files([str(path)], mutants=True).lines
    at = lines.index(f"{path}:4: TRY-001 mutant survives: when dropped")
    advice = "  add this example to `not_applicable` if that is its right verdict: `- base: "
    assert lines[at + 1].startswith(advice)
    name = lines[at + 1].removeprefix(advice).rstrip("`")
    path.write_text(RULE.replace("unclas-2007", name), encoding="utf-8")
    assert f"{path}:4: TRY-001 mutant survives: when dropped" not in authoring.test_files([str(path)], True).lines


def test_a_survivor_is_listed_and_fails_the_run(tmp_path: Path) -> None:
    path = tmp_path / "trial.yaml"
    path.write_text(RULE, encoding="utf-8")
    report = authoring.test_files([str(path)], mutants=True)
    assert not report.ok
    assert f"{path}:4: TRY-001 mutant survives: when: level at_least → above (C)" not in report.lines
    survivors = [line for line in report.lines if "survives" in line]
    assert f"{path}:4: TRY-001 mutant survives: era from 1995-10-14 → 1995-10-13" in survivors
    assert report.lines[-2:][0] == "1 rule, 4 of 4 examples hold"


COPY = "copy an `invalid` example to `not_applicable`, and change it"


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("era from 2003-01-01 → 2002-12-31", f"{COPY} so that its date is 2002-12-31"),
        ("era from 2003-01-01 → 2003-01-02", "add a copy of a `valid` or `invalid` example, dated 2003-01-01"),
        ("era before 2010-05-01 → 2010-05-02", f"{COPY} so that its date is 2010-05-01"),
        ("era before 2010-05-01 → 2010-04-30", "add a copy of a `valid` or `invalid` example, dated 2010-04-30"),
        (
            "warning before 2010-05-01 → 2010-04-30",
            "add a copy of an `invalid` example, dated 2010-04-30, with its `severity`",
        ),
        ("where dropped", f"{COPY} so that `where` is false"),
        ("when: dropped: subject present", f"{COPY} so that only `subject present` is false"),
        (
            "when: subject present → absent",
            "add an example for which this change makes `when` true instead of false, or false instead of true",
        ),
        ("require dropped", "add an `invalid` example"),
        ("require: serial at_least 3 → 4", "add a `valid` or `invalid` example in which `serial` is 3"),
        ("require: count of tags at_most 3 → 4", "add a `valid` or `invalid` example in which `count of tags` is 4"),
        ("require: serial between 2, 4 → 1, 4", "add a `valid` or `invalid` example in which `serial` is 1"),
        ("require: serial between 2, 4 → 2, 3", "add a `valid` or `invalid` example in which `serial` is 4"),
        ("require: level at_least C → S", "add a `valid` or `invalid` example in which `level` is C or S"),
        ("require: dropped: dtg present", "add an example to `invalid` in which only `dtg present` is false"),
        ("require: level at_least → above (C)", "add a `valid` or `invalid` example in which `level` is C"),
        ("require: level at_least → is (C)", "add a `valid` or `invalid` example in which `level` is higher than C"),
        (
            "require: text contains A → B",
            "add a `valid` or `invalid` example at the boundary, where this change alters the verdict",
        ),
    ],
)
def test_each_survivor_says_which_example_would_kill_it(name: str, advice: str) -> None:
    when = ["and", [["state", [0, "subject"], "present"], ["state", [0, "dtg"], "present"]]]
    assert advice == advice_for(name, {"when": when, "require": when})


RANK = """\
format: 1
chapter: Office
rules:
  - id: OFF-201
    name: too-slow
    summary: A telegram must be sent at least with the precedence PRIORITY.
    cite: [{source: memory}]
    WHEN
    require: {dtg.action.rank: {at_least: 3}}
    message: "the precedence is {dtg.action}"
    examples:
      valid: [{base: confidential-2007}]
      invalid:
        - base: confidential-2007
          swap: {"\\nO 101156Z": "\\n⟦R⟧ 101156Z"}
      not_applicable: [{base: confidential-2007, swap: {"O 101156Z SEP 07\\n": ""}}]
"""


def test_a_rule_that_fails_for_want_of_a_field_is_noted_unless_it_says_so(tmp_path: Path) -> None:
    path = tmp_path / "office.yaml"
    silent = ["1 rule, 3 of 3 examples hold"]
    path.write_text(RANK.replace("WHEN", "when: {dtg.action.rank: present}"), encoding="utf-8")
    assert silent == authoring.test_files([str(path)]).lines
    plain = RANK.replace("    WHEN\n", "")
    path.write_text(plain.partition("      not_applicable")[0], encoding="utf-8")
    note, held = authoring.test_files([str(path)]).lines
    assert note.startswith(f"{path}:4: note: OFF-201 reports telegrams without dtg.action.rank, such as ")
    assert "2 of 2 examples hold" in held
    meant = plain.replace("not_applicable: [{base", "  - {base").replace("}}]", "}, anywhere: true}")
    path.write_text(meant, encoding="utf-8")
    assert silent == authoring.test_files([str(path)]).lines


def test_the_mutants_of_a_rule_are_not_tried_before_its_examples_pass(tmp_path: Path) -> None:
    path = tmp_path / "office.yaml"
    path.write_text(RANK.replace("    WHEN\n", ""), encoding="utf-8")
    assert (
        f"{path}:4: OFF-201: mutants are not tested until its examples pass"
        in authoring.test_files([str(path)], mutants=True).lines
    )


def test_an_excused_mutant_is_no_survivor_and_a_stale_excuse_is_a_trouble(tmp_path: Path) -> None:
    path = tmp_path / "trial.yaml"
    path.write_text(RULE, encoding="utf-8")
    alive = [m.name for m in authoring.test_files([str(path)], mutants=True).mutants if not m.killed]
    excuses = "".join(f"      - {{mutant: '{name}', because: no telegram of that day}}\n" for name in alive)
    path.write_text(RULE + "    equivalent:\n" + excuses, encoding="utf-8")
    assert authoring.test_files([str(path)], mutants=True).ok
    path.write_text(RULE + "    equivalent:\n" + excuses + "      - {mutant: gone, because: x y z}\n", encoding="utf-8")
    report = authoring.test_files([str(path)], mutants=True)
    assert not report.ok
    assert [f"{path}:{16 + len(alive) + 1}:9: error[R032]: TRY-001: gone"] == report.stale


def test_a_rule_without_its_requirement_fails_an_example() -> None:
    book = rulebook.load()
    for rule in book.rules:
        if book.runs(rule) and not rule.data.get("check"):
            dropped = [mutant for mutant in examples.run_mutants(rule, book) if mutant.name == "require dropped"]
            assert [True] == [mutant.killed for mutant in dropped], rule.id


@pytest.mark.slow
@pytest.mark.parametrize("paths", [[], ["packs/nato"], ["packs/uk-gsc"], ["examples/packs/rivers"]])
def test_the_examples_of_the_shipped_rules_and_packs_kill_every_mutant(paths: list[str]) -> None:
    report = authoring.test_files([str(ROOT / path) for path in paths], mutants=True)
    assert len(report.mutants) > 5
    assert report.ok, [line for line in report.lines if "survives" in line]


def test_an_example_that_comes_out_otherwise_is_told(tmp_path: Path) -> None:
    path = tmp_path / "trial.yaml"
    path.write_text(
        RULE.replace("valid: [{base: confidential-2007}]", "valid: [{base: unclas-2007}]", 1), encoding="utf-8"
    )
    report = authoring.test_files([str(path)])
    assert f"{path}:13:15: TRY-001 valid: is not applicable, not valid: " == report.lines[0].partition("false in")[0]
    wrong = RULE.replace(
        'anywhere: true, swap: {"SUBJECT: THE KING\'S TRAVEL PLANS\\n": ""}', 'swap: {"SIPDIS": "⟦SIPDIS⟧"}'
    )
    path.write_text(wrong, encoding="utf-8")
    decided = "is valid, not invalid: `require` holds"
    assert f"{path}:14:17: TRY-001 invalid: {decided}" == authoring.test_files([str(path)]).lines[0]
