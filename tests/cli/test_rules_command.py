"""Test `rules check`, `rules new`, and `rules format` as typed in a terminal."""

from __future__ import annotations

import builtins
import sys
from pathlib import Path

import pytest

from checker import rulebook
from checker.cli import main
from checker.resources import data_dir
from checker.rulebook import authoring
from checker.rulebook.formatter import WIDTH, formatted
from checker.rulebook.ir import Any
from checker.rulebook.loader import Pack, read_chapter
from checker.rulebook.yaml_loader import RuleFile, plain
from checker.vocabulary import Vocabulary


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "mine.yaml").write_text(authoring.with_new_rule(authoring.Draft()), encoding="utf-8")
    return tmp_path


def test_check_and_test_without_a_file_take_the_configured_packs(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "cablecheck.toml").write_text('rules = ["mine"]\n')
    assert main(["rules", "check"]) == 0
    assert capsys.readouterr().out == "rules in mine\n0 errors\n"
    assert main(["rules", "test"]) == 0
    assert capsys.readouterr().out == "rules in mine\n1 rule, 3 of 3 examples hold\n"


@pytest.mark.slow
def test_check_without_a_file_or_a_pack_takes_the_rules_that_come_with_cablecheck(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["rules", "check"]) == 0
    assert capsys.readouterr().out.endswith("rules\n0 errors\n")


def test_an_error_in_a_rule_is_a_1_and_a_file_that_cannot_be_read_a_2(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder / "mine" / "mine.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("severity: warning", "severity: grave"), encoding="utf-8")
    assert main(["rules", "check", "mine"]) == 1
    assert "mine/mine.yaml:12:15: error[R009]" in capsys.readouterr().out
    assert main(["rules", "check", "mine", "nothing.yaml"]) == 2
    assert "2 errors\n" in capsys.readouterr().out


def test_a_point_without_a_position_is_noted(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = folder / "mine" / "mine.yaml"
    text = path.read_text(encoding="utf-8")
    for field, noted in (("subject", False), ("subject.text", True)):
        path.write_text(text.replace("    help:", f"    point: {field}\n    help:"), encoding="utf-8")
        assert main(["rules", "check", "mine"]) == 0
        shown = capsys.readouterr().out
        assert noted == (
            "note: MY-001: `point: subject.text` names a text, which has no position; the finding will be at the part"
            " around it\n" in shown
        )
        assert shown.endswith("0 errors\n")


# ---- New rules -------------------------------------------------------------------------------------------------------


def test_new_never_asks_without_a_terminal(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "new"]) == 0
    shown = capsys.readouterr()
    assert shown.out == authoring.with_new_rule(authoring.Draft())
    assert shown.err.splitlines() == [
        "not a terminal, so nothing was asked; used defaults for id, --name, --summary, --source, --clause, --severity,"
        " --base",
        "rule MY-001 written to standard output; --out FILE writes a file",
    ]
    words = ["--name", "one-rule", "--source", "EO13526", "--clause", "1.6", "--severity", "info", "--base", "sbu-2008"]
    assert main(["rules", "new", "OWN-001", "--summary", "One sentence.", *words]) == 0
    text = capsys.readouterr().out
    assert "name: one-rule\n    summary: One sentence.\n" in text
    assert "cite:\n      - {source: EO13526, clause: 1.6}\n" in text
    assert text.count("- base: sbu-2008") == 3


def test_new_adds_a_rule_to_a_chapter(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = folder / "mine" / "mine.yaml"
    before = path.read_text(encoding="utf-8")
    assert main(["rules", "new", "MY-002", "--out", "mine/mine.yaml"]) == 0
    assert path.read_text(encoding="utf-8").startswith(before)
    assert main(["rules", "check", "mine"]) == 0
    assert main(["rules", "new", "MY-002", "--out", "mine/mine.yaml"]) == 2, "the id is taken"
    (folder / "notes.yaml").write_text("a: 1\n")
    assert main(["rules", "new", "MY-003", "--out", "notes.yaml"]) == 2
    assert (folder / "notes.yaml").read_text() == "a: 1\n"
    assert main(["rules", "new", "MY-003", "--base", "confidential-2008"]) == 2
    assert "did you mean 'confidential-2007'?" in capsys.readouterr().err


def test_new_asks_on_a_terminal_until_an_answer_can_be_used(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter(["own", "OWN-001", "Not A Name", "", "short", "", "EO1352", "EO13526", "1.6", "grave", "info",
                    "sbu", "sbu-2008", ""])  # fmt: skip
    asked: list[str] = []

    def answer(question: str) -> str:
        asked.append(question)
        return next(answers)

    monkeypatch.setattr(builtins, "input", answer)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert main(["rules", "new"]) == 0
    told = capsys.readouterr().out
    for line in ('invalid id "own"', 'invalid name "Not A Name"', '"short" is too short', 'unknown source "EO1352"',
                 '"grave" is not one of error, warning, info', 'no base telegram "sbu"'):  # fmt: skip
        assert line in told
    assert asked[-1] == "File to write to [own-001.yaml]: "
    assert next(answers, None) is None
    assert "base: sbu-2008" in (folder / "own-001.yaml").read_text(encoding="utf-8")
    assert main(["rules", "new", "--yes"]) == 0


# ---- Format ----------------------------------------------------------------------------------------------------------
UNTIDY = """\
# The rules of the registry.
format: 1
chapter: "Trial" # a title
rules:
  - id: MINE-001
    name: one-rule # its name
    summary: A sentence that is longer than the line, because it says in many words what a few would have said, and then says it again.
    cite: [{source: memory, clause: "4.2"}] # the manual
    when: {level: {at_least: C}}   # classified
    # a comment between keys
    require: {or: [{date: {at_most: {years: 10, after: {field: date}}}}, {tags: {none: {text: {in: [ABLD, AEMR, AFIN, AFSP, AFSN, AGAO, AINF, AINR, ALOW, AMED, AMGT, ANET, AODE, AORC, APCS, APER, ASCH]}}}}]}
    point:
      {not: here}
    message: "a message that has {{braces}}, and is so long that it does not fit on one line of the file, whatever the editor shows  of it"
    examples: {valid: [{base: confidential-2007, swap: {"a": "b", 'c''s': d}}, {base: unclas-2007}], # two
      invalid: []}
    x-note: {a: {b: c}} # kept # as it is
    help: |
      Two lines that are not folded, of which this one is longer than the width, which is all right because it is literal text.
    because: >-
      A folded block, one line of which is longer than the width of a file, so that it has to go on in the next line of it.
        This line has an indentation of its own, so that it is kept although it is longer than the width of a file: 120 letters.
      The end.
"""
TIDY = """\
# The rules of the registry.
format: 1
chapter: "Trial" # a title
rules:
  - id: MINE-001
    name: one-rule # its name
    summary: A sentence that is longer than the line, because it says in many words what a few would have said, and then
      says it again.
    cite:  # the manual
      - {source: memory, clause: "4.2"}
    when:  # classified
      level: {at_least: C}
    # a comment between keys
    require:
      or:
        - date:
            at_most:
              years: 10
              after: {field: date}
        - tags:
            none:
              text:
                in: [ABLD, AEMR, AFIN, AFSP, AFSN, AGAO, AINF, AINR, ALOW, AMED, AMGT, ANET, AODE, AORC, APCS, APER,
                  ASCH]
    point:
      {not: here}
    message: "a message that has {{braces}}, and is so long that it does not fit on one line of the file, whatever the
      editor shows  of it"
    examples: {valid: [{base: confidential-2007, swap: {"a": "b", 'c''s': d}}, {base: unclas-2007}], # two
      invalid: []}
    x-note:  # kept # as it is
      a: {b: c}
    help: |
      Two lines that are not folded, of which this one is longer than the width, which is all right because it is literal text.
    because: >-
      A folded block, one line of which is longer than the width of a file, so that it has to go on in the next line of
      it.
        This line has an indentation of its own, so that it is kept although it is longer than the width of a file: 120 letters.
      The end.
"""


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_a_chapter_is_formatted_in_place_with_its_comments(end: str) -> None:
    before, after = (text.replace("\n", end) for text in (UNTIDY, TIDY))
    assert formatted(RuleFile("a.yaml", before.encode())) == after
    assert formatted(RuleFile("a.yaml", after.encode())) == after


CHAPTERS = [
    path
    for folder in (data_dir("rules"), *(str(each) for each in sorted(Path(data_dir("packs")).iterdir())))
    for path in Pack(folder, []).chapters()
]


@pytest.fixture(scope="module")
def words() -> Vocabulary:
    return rulebook.load().vocabulary


def meaning(data: Any) -> Any:
    """Return a rule's data without positions and source text."""
    if isinstance(data, dict):
        return {
            name: meaning(value) for name, value in data.items() if name not in ("place", "source", "line", "column")
        }
    return [meaning(value) for value in data] if isinstance(data, list) else data


@pytest.mark.parametrize("path", CHAPTERS, ids=[Path(path).name for path in CHAPTERS])
def test_formatting_keeps_the_meaning_of_every_rule(path: str, words: Vocabulary) -> None:
    bases = Pack(data_dir("rules"), []).bases()
    before = RuleFile("a.yaml", Path(path).read_bytes())
    text = formatted(before)
    after = RuleFile("a.yaml", text.encode())
    assert formatted(after) == text
    assert meaning(read_chapter(after, words, bases)) == meaning(read_chapter(before, words, bases))
    comments = [
        [line.strip() for line in each.split("\n") if line.strip().startswith("#")]
        for each in (text, "\n".join(before.lines))
    ]
    assert comments[0] == comments[1]
    wide = [line for line in text.split("\n") if len(line) > WIDTH and not line.strip().startswith(("#", '"'))]
    assert wide == [], "only a key or a text without blanks may be wider"


NEAT, UNNEAT = (
    b"require:\n      subject.text: {lacks",
    b"require: {subject.text: {lacks: PLACEHOLDER}}\n    x-old: {lacks",
)


def test_the_chapters_that_come_with_cablecheck_are_formatted(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "format", "--check", *CHAPTERS]) == 0, capsys.readouterr()


def test_the_command_writes_checks_and_shows_changes(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = folder / "mine" / "mine.yaml"
    assert main(["rules", "format", "--check", "mine"]) == 0, "a new rule is formatted"
    assert capsys.readouterr().out == "0 files to reformat, 1 unchanged\n"
    path.write_bytes(untidy := path.read_bytes().replace(NEAT, UNNEAT))
    assert main(["rules", "format", "--check", "mine"]) == 1
    assert capsys.readouterr().out == "would reformat: mine/mine.yaml\n1 file to reformat, 0 unchanged\n"
    assert main(["rules", "format", "--diff", "mine/mine.yaml"]) == 1
    shown = capsys.readouterr()
    old = "-    require: {subject.text: {lacks: PLACEHOLDER}}\n"
    assert f"{old}+    require:\n+      subject.text: {{lacks: PLACEHOLDER}}\n" in shown.out
    assert shown.err == "1 file to reformat, 0 unchanged\n"
    assert path.read_bytes() == untidy
    assert main(["rules", "format", "mine"]) == 0
    assert capsys.readouterr().out == "reformatted: mine/mine.yaml\n1 file reformatted, 0 unchanged\n"
    assert main(["rules", "format", "--check", "mine"]) == 0
    assert main(["rules", "test", "--mutate", "mine"]) == 0


def test_a_file_that_cannot_be_read_is_an_error_and_the_others_are_formatted(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "mine" / "broken.yaml").write_text("format: 1\nrules: [\n")
    path = folder / "mine" / "mine.yaml"
    path.write_bytes(path.read_bytes().replace(NEAT, UNNEAT))
    assert main(["rules", "format", "mine", "nothing.yaml"]) == 2
    shown = capsys.readouterr().out
    assert "reformatted: mine/mine.yaml\n" in shown
    assert "mine/broken.yaml:3:1: error[R003]" in shown
    assert "nothing.yaml:1:1: error[R001]" in shown
    assert main(["rules", "format"]) == 2
    assert "no rule file was given, and no rule pack is configured" in capsys.readouterr().err


def test_lint_says_that_rules_are_given_by_their_folder(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "one.txt").write_text("1. (U) TEXT.\n", encoding="utf-8")
    assert main(["lint", "--rules", "mine/mine.yaml", "one.txt"]) == 2
    shown = capsys.readouterr().err
    assert "expected a folder of rules, not a file" in shown
    assert "help: Give its folder: mine\n" in shown


def test_an_error_that_a_file_has_several_times_is_shown_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = folder / "mine" / "mine.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("base: ", "base: new-"), encoding="utf-8")
    assert main(["rules", "check", "mine/mine.yaml"]) == 1
    shown = capsys.readouterr().out
    assert 1 == shown.count('unknown base telegram "new-confidential-2007"')
    assert "      = also on lines " in shown
    assert shown.endswith("\n1 error\n")


def test_rules_test_reports_the_place_and_the_message_of_an_example_together(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder / "mine" / "mine.yaml"
    text = path.read_text(encoding="utf-8").replace('"the subject is still {value}"', '"{value}: a placeholder"')
    path.write_text(text.replace("⟦SUBJECT: ", "SUBJECT: ⟦"), encoding="utf-8")
    assert main(["rules", "test", "mine/mine.yaml"]) == 1
    (line,) = (line for line in capsys.readouterr().out.splitlines() if " invalid: " in line)
    assert 'points at "SUBJECT: ' in line
    assert "; reports [" in line


def test_a_quoted_text_is_broken_only_between_its_own_lines() -> None:
    lines = [f"RUEHZEN/AMCONSUL ZENDA PRIORITY 04{number}" for number in range(10, 18)]
    text = 'rules:\n  - x-text: "' + r"\n".join([*lines, "   END"]) + '"\n'
    made = formatted(RuleFile("x.yaml", text.encode()))
    assert max(map(len, made.split("\n"))) <= WIDTH
    assert all(line in made for line in lines)
    trees = [RuleFile("x.yaml", each.encode()).tree for each in (text, made)]
    assert plain(trees[0]) == plain(trees[1])  # type: ignore[arg-type]
    assert made == formatted(RuleFile("x.yaml", made.encode()))


def test_an_unknown_action_is_reported_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "chek"]) == 2
    assert "cablecheck: unknown action 'chek'; did you mean 'check'?" in capsys.readouterr().err
