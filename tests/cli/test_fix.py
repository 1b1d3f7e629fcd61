"""Test `lint --fix`: what it changes, what it leaves unchanged, and what it refuses."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path

import pytest

from checker import cli, fixer, parse
from checker.cli import lint as lint_command
from checker.cli import output
from checker.model import Marking

PACK = Path(__file__).parents[1] / "runs" / "pack"
CAPITALS = "SUBJECT: CAPITALS"
LOWER = "SUBJECT: caf\u00e9 bridge\n\n1.  (C) ALPHA.\n"
WRONG = """P 141530Z MAR 06
FM AMEMBASSY STRELSAU
TO SECSTATE WASHDC

C O N F I D E N T I A L STRELSAU 000123

E.O. 12598: DECL: 03/13/2016
TAGS: EFIN, ETRDE
SUBJECT: THE BRIDGE

Classified By: Jane Q. Doe, Counselor. Reasons: 1.4 (b).

1. (C) THE BRIDGE IS OPEN.
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that contains a pack, next to which tests make their folders, so that its rules are compiled only
    once.
    """
    found = tmp_path_factory.mktemp("fix")
    rules = (PACK / "marks.yaml").read_text()
    assert CAPITALS in rules
    (found / "pack").mkdir()
    (found / "pack" / "marks.yaml").write_text(rules.replace("safe: false", "safe: true"))
    return found


@pytest.fixture
def folder(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = home / tmp_path.name
    made.mkdir()
    monkeypatch.chdir(made)
    return made


def lint(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    code = cli.main(["lint", "--isolated", "--format", "concise", *words])
    shown = capsys.readouterr()
    return code, shown.out + shown.err


SAFE = ["--rules", "../pack", "--select", "TST-002", "--fail-level", "warning"]


@pytest.mark.parametrize(
    ("mark", "fixed"),
    [
        ("( C )", "(C)"),
        ("(C )", "(C)"),
        ("(c/nf)", "(C/NF)"),
        ("(sbu)", "(SBU)"),
        ("(C/Rel to USA, FVEY)", "(C/REL TO USA, FVEY)"),
        ("(c)", "(c)"),  # perhaps the letter of a list
        ("C)", "C)"),
        ("(c/zqx)", "(c/zqx)"),  # a word that no table has
    ],
)
def test_the_safe_suggestion_for_a_mark_keeps_what_it_says(
    mark: str, fixed: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = WRONG.replace("(C) THE BRIDGE", "(C) THE BRIDGE IS OLD.\n\n2. @ THE BRIDGE")
    (folder / "a.txt").write_text(text.replace("@", mark))
    before = parse(text.replace("@", mark))[0].paragraphs[1].mark
    lint(capsys, "--select", "POR-013", "--fix", "a.txt")
    assert (folder / "a.txt").read_text() == text.replace("@", fixed)
    after = parse(text.replace("@", fixed))[0].paragraphs[1].mark
    if mark != fixed:
        assert isinstance(before, Marking) and isinstance(after, Marking)
        assert (before.level, before.controls, before.release) == (after.level, after.controls, after.release)
        assert (before.typo is not None, after.typo) == (True, None)


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_safe_fix_keeps_encoding_line_ends_and_mode(
    codec: str, newline: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder / "a.txt"
    path.write_bytes((LOWER + "\u00e9\n").replace("\n", newline).encode(codec))
    path.chmod(0o640)
    code, shown = lint(capsys, *SAFE, "--fix", "a.txt")
    assert code == output.OK
    assert f'note  fixed a.txt:1:1: TST-002: "SUBJECT: caf\u00e9 bridge" -> "{CAPITALS}"\n' in shown
    fixed = (LOWER + "\u00e9\n").replace("SUBJECT: caf\u00e9 bridge", CAPITALS).replace("\n", newline)
    assert path.read_bytes() == fixed.encode(codec)
    assert path.stat().st_mode & 0o777 == 0o640
    assert [] == list(folder.glob("*.part"))


def test_unsafe_suggestions_need_the_option_and_are_applied_at_once(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder / "a.txt"
    path.write_text(WRONG)
    assert "fixed" not in lint(capsys, "--fix", "a.txt")[1]
    assert path.read_text() == WRONG
    shown = lint(capsys, "--fix", "--unsafe-fixes", "a.txt")[1]
    assert shown.count("(unsafe; the drafting office must confirm it)") == 2
    assert path.read_text() == WRONG.replace("12598", "12958").replace("ETRDE", "ETRD")
    assert "fixed" not in lint(capsys, "--fix", "--unsafe-fixes", "a.txt")[1]


BANNER = "C O N F I D E N T I A L STRELSAU"
TOP = "SECRET//NOFORN\n\nDate"
REGISTER = "SECRET//NOFORN\n\nDate: 12 September 2012\n\n(S//NF) THE BRIDGE IS OPEN.\n\nSECRET//NOFORN\n"
SLIPS = [
    ("FMT-015", WRONG, BANNER, "C O N F I D E N T A L STRELSAU", BANNER),
    ("CLS-004", WRONG.replace("1. (C)", "1. (S)"), BANNER, BANNER, "S E C R E T STRELSAU"),
    ("CLS-004", WRONG.replace("1. (C)", "1. (TS)"), BANNER, "CONFIDENTIAL STRELSAU", "TOP SECRET STRELSAU"),
    ("AUT-003", WRONG, "12598", "12598", "12958"),
    ("TAG-005", WRONG, "ETRDE", "ETRDE", "ETRD"),
    ("TAG-004,TAG-006", WRONG, "EFIN, ETRDE", "ENGR, RU, VZ, CR", "ENRG, RS, VE, CS"),
    ("TAG-004", WRONG, "EFIN, ETRDE", "PQQZ", "PQQZ"),
    ("CAV-001", REGISTER, TOP, "SECRET//NOFRON\n\nDate", TOP),
    ("CAV-001", REGISTER, TOP, "SECRET//ORCN/NOFORN\n\nDate", "SECRET//ORCON/NOFORN\n\nDate"),
    ("CAV-001", REGISTER, "(S//NF)", "(S//NOFRN)", "(S//NF)"),
    ("CAV-001", REGISTER, "(S//NF)", "(S//QX)", "(S//QX)"),
    ("CAV-002", REGISTER, "(S//NF)", "(S//NF//SI)", "(S//SI//NF)"),
    ("CAV-003", REGISTER, "(S//NF)", "(S//NF/OC)", "(S//OC/NF)"),
    ("CAV-004", REGISTER, "(S//NF)", "(S // OC//NF)", "(S//OC/NF)"),
    ("CLS-001", REGISTER, TOP, "SECRETT//NOFORN\n\nDate", TOP),
    ("CAV-034", REGISTER, TOP, "SECRET\n\nDate", TOP),
    ("CAV-034", REGISTER, TOP, "TOP SECRET//SI\n\nDate", "TOP SECRET//SI\n\nDate"),
    ("CAV-038", REGISTER, TOP, "SECRET//ORCON/NOFORN\n\nDate", TOP),
]


@pytest.mark.parametrize(
    ("rules", "base", "place", "wrong", "right"), SLIPS, ids=[f"{row[0]} {row[3]}" for row in SLIPS]
)
def test_a_slip_has_a_suggestion_if_the_right_words_are_known(
    rules: str, base: str, place: str, wrong: str, right: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder / "a.txt"
    assert base.count(place) == 1
    path.write_text(base.replace(place, wrong))
    options = ["--select", rules, *(["--profile", "IC"] if base is REGISTER else [])]
    report = json.loads(lint(capsys, *options, "--format", "sarif", "a.txt")[1])["runs"][0]
    assert {result["ruleId"] for result in report["results"]} == set(rules.split(","))
    assert {"fixes" in result for result in report["results"]} == {wrong != right}
    lint(capsys, *options, "--fix", "--unsafe-fixes", "a.txt")
    assert path.read_text() == base.replace(place, right)


def test_what_is_accepted_is_not_fixed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "a.txt").write_text(LOWER)
    assert cli.main(["baseline", "create", "--isolated", *SAFE[:4], "--baseline", "known.json", "a.txt"]) == 0
    capsys.readouterr()
    assert "fixed" not in lint(capsys, *SAFE, "--fix", "--baseline", "known.json", "a.txt")[1]
    assert (folder / "a.txt").read_text() == LOWER


def test_containers_are_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with zipfile.ZipFile(folder / "a.zip", "w") as made:
        made.writestr("a.txt", LOWER)
    (folder / "a.jsonl").write_text('{"body": "SUBJECT: bridge\\n\\n1. (C) A.\\n"}\n' * 2)
    before = [(folder / name).read_bytes() for name in ("a.zip", "a.jsonl")]
    shown = lint(capsys, *SAFE, "--fix", "a.zip", "a.jsonl")[1]
    assert shown.count("not fixed: a container, or several documents") == 2
    assert before == [(folder / name).read_bytes() for name in ("a.zip", "a.jsonl")]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--fix", "--redact", "a.txt"], "--fix and --redact are mutually exclusive"),
        (["--fix", "--diff", "a.txt"], "--fix and --diff are mutually exclusive"),
        (["--unsafe-fixes", "a.txt"], "--unsafe-fixes needs --fix or --diff"),
    ],
)
def test_contradictions_are_refused(
    words: list[str], message: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "a.txt").write_text(LOWER)
    code, shown = lint(capsys, *SAFE, *words)
    assert code == output.INCOMPLETE
    assert message in shown
    assert (folder / "a.txt").read_text() == LOWER


@pytest.mark.skipif(os.name != "posix", reason="links of POSIX")
def test_a_link_stays_a_link(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "a.txt").write_text(LOWER)
    os.symlink("a.txt", folder / "link.txt")
    lint(capsys, *SAFE, "--fix", "link.txt")
    assert (folder / "link.txt").is_symlink()
    assert CAPITALS in (folder / "a.txt").read_text()


def test_a_file_that_cannot_be_written_is_an_error(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*given: object) -> None:
        raise OSError(28, "No space left on device")

    (folder / "a.txt").write_text(LOWER)
    monkeypatch.setattr(fixer.os, "fsync", full)
    code, shown = lint(capsys, *SAFE, "--fix", "a.txt")
    assert code == output.INCOMPLETE
    assert "a.txt: not fixed: No space left on device" in shown
    assert (folder / "a.txt").read_text() == LOWER
    assert [] == list(folder.glob("*.part"))


def test_a_run_says_how_many_suggestions_need_consent(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = folder / "a.txt"
    path.write_text(WRONG)
    before = lint(capsys, "--fix", "a.txt")[1]
    assert path.read_text() == WRONG
    assert "2 more suggestions with --unsafe-fixes\n" in before
    assert lint(capsys, "--diff", "a.txt") == (output.FINDINGS, "2 more suggestions with --unsafe-fixes\n")
    shown = lint(capsys, "--diff", "--unsafe-fixes", "a.txt")[1]
    assert "\n+E.O. 12958: DECL: 03/13/2016\n" in shown
    assert "--unsafe-fixes" not in shown
    assert "--unsafe-fixes" not in lint(capsys, "--fix", "--unsafe-fixes", "a.txt")[1]
    assert "\nE.O. 12958: " in path.read_text()


def test_a_diff_leaves_out_what_the_baseline_accepts(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "a.txt").write_text(WRONG)
    assert cli.main(["baseline", "create", "a.txt"]) == output.OK
    capsys.readouterr()
    words = ("--baseline", "cablecheck-baseline.json", "--diff", "--unsafe-fixes", "a.txt")
    assert lint(capsys, *words) == (output.OK, "")


def test_watch_checks_again_after_a_change(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder / "a.txt"
    path.write_text(WRONG)
    steps = [lambda: None, lambda: path.write_text(WRONG.replace("ETRDE", "ETRD")), lambda: None]

    def sleep(seconds: float) -> None:
        if not steps:
            raise KeyboardInterrupt
        steps.pop(0)()

    monkeypatch.setattr(lint_command.time, "sleep", sleep)
    code, shown = lint(capsys, "--watch", "--select", "TAG-005", "--fail-level", "info", "a.txt")
    assert code == output.OK
    assert [line.split(" ", 1)[0] for line in shown.splitlines() if "TAG-005" in line or line == "no findings"] == [
        "a.txt:8:13:",
        "no",
    ]


def test_a_run_with_nothing_to_fix_says_so(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "a.txt").write_text("SUBJECT: THE BRIDGE\n\n1.  THE BRIDGE IS OPEN.\n", encoding="utf-8")
    for mode in ("--fix", "--diff"):
        _, shown = lint(capsys, mode, "--rules", "../pack", "--select", "TST-001", "a.txt")
        assert "nothing to fix: " in shown
