"""Test faults in every stage of a run: all other documents keep their findings, and the exit code is 2, 3, or 130."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from checker import cli, document_linter, engine, linter, process_pool, readers
from checker.cli import output

ROOT = Path(__file__).parents[2]
PACK = ROOT / "tests" / "runs" / "pack"
CLEAN = "1.  (C) ALPHA.\n\n2.  (U) BRAVO.\n"
DEFECT = "1.  (C) ALPHA.\n\n2.  BRAVO.\n"
RULES = ["--isolated", "--rules", str(PACK), "--select", "TST"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for number in range(6):
        (tmp_path / f"{number}.txt").write_text(DEFECT if number % 2 else CLEAN)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def lint(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, object]]:
    code = cli.main(["lint", *RULES, "--format", "json", *words, "."])
    return code, json.loads(capsys.readouterr().out)


def paths(report: dict[str, object], key: str) -> list[str]:
    return [row["path"] for row in report[key]]  # type: ignore[attr-defined]


def test_without_a_fault(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, report = lint(capsys)
    assert (output.FINDINGS, ["./1.txt", "./3.txt", "./5.txt"]) == (code, paths(report, "findings"))


def raising(whole: Callable[..., object], name: str) -> Callable[..., object]:
    def work(*given: object, **named: object) -> object:
        if any(name in str(getattr(getattr(each, "source", None), "name", each)) for each in given):
            raise RuntimeError("CANARY in an exception")
        return whole(*given, **named)

    return work


@pytest.mark.parametrize("stage", ["read", "parse", "rule"])
def test_a_fault_in_one_document_fails_that_document(
    stage: str, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if stage == "read":
        monkeypatch.setattr(readers, "read", lambda path, **named: raising_reader(path, named))
    elif stage == "parse":
        monkeypatch.setattr(document_linter, "parse", raising(document_linter.parse, "3.txt"))
    else:
        monkeypatch.setattr(engine, "judge", crashing_rule(engine.judge))
    code, report = lint(capsys)
    assert code == output.INCOMPLETE
    assert paths(report, "failed") == ["./3.txt"]
    assert "internal error" in str(report["failed"])
    assert "CANARY" not in str(report)
    assert {"./1.txt", "./5.txt"} <= set(paths(report, "findings"))


READ = readers.read


def raising_reader(path: str, named: dict[str, object]):  # type: ignore[no-untyped-def]
    if path.endswith("3.txt"):
        raise RuntimeError("CANARY")
        yield
    yield from READ(path, **named)  # type: ignore[arg-type]


def crashing_rule(whole: Callable[..., object]) -> Callable[..., object]:
    def work(telegram, source, book, path, cable, tally):  # type: ignore[no-untyped-def]
        if path.endswith("3.txt"):
            tally.crashes.append(engine.Crash("TST-001", path, cable, "0badcafe", "RuntimeError"))
        return whole(telegram, source, book, path, cable, tally)

    return work


@pytest.mark.parametrize("stage", ["load", "files_of", "summarize"])
def test_a_bug_outside_a_document_is_one_line_and_exit_3(
    stage: str, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*given: object, **named: object) -> object:
        raise ValueError("CANARY in an exception")

    monkeypatch.setattr(linter, stage, broken)
    code = cli.main(["lint", *RULES, "."])
    told = capsys.readouterr().err
    assert code == output.BUG
    assert told.count("\n") == 1
    assert "internal error" in told
    assert "CANARY" not in told
    assert "Traceback" not in told


def test_an_interruption_is_130(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*given: object) -> object:
        raise KeyboardInterrupt

    monkeypatch.setattr(linter, "lint", interrupted)
    assert output.INTERRUPTED == cli.main(["lint", "."])
    assert "interrupted" in capsys.readouterr().err


def command(*words: str, **more: object) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "checker", *words],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=more.get("stdout", subprocess.PIPE),  # type: ignore[arg-type]
        stderr=subprocess.PIPE,
    )


def test_a_closed_pipe_is_no_traceback_and_no_success(folder: Path) -> None:
    for number in range(300):
        (folder / f"x{number}.txt").write_text(DEFECT)
    process = command("lint", *RULES, "--format", "full", ".")
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    told = process.stderr.read().decode()
    assert process.wait(60) == output.INCOMPLETE
    assert "Traceback" not in told
    assert "Exception ignored" not in told


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no full device here")
def test_a_full_disk_is_told(folder: Path) -> None:
    with open("/dev/full", "wb") as full:
        process = command("lint", *RULES, ".", stdout=full)
        told = process.communicate(timeout=60)[1].decode()
    assert process.returncode == output.INCOMPLETE
    assert "No space left" in told
    process = command("lint", *RULES, "--output", "json=/dev/full", ".")
    told = process.communicate(timeout=60)[1].decode()
    assert process.returncode == output.INCOMPLETE
    assert "No space left" in told


def test_a_report_that_cannot_be_written_leaves_no_half_of_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert output.INCOMPLETE == cli.main(["lint", *RULES, "--out", "no/such/folder.txt", "."])
    assert "no/such/folder.txt" in capsys.readouterr().err
    assert [] == list(folder.glob("**/*.part"))


def test_any_number_of_jobs_gives_the_same_bytes(folder: Path) -> None:
    outputs = set()
    for jobs, order, seed, locale, zone in (
        ("1", ".", "0", "C", "UTC"),
        ("2", ".", "1", "C.UTF-8", "Asia/Tokyo"),
        ("2", "./5.txt ./1.txt ./3.txt ./0.txt ./2.txt ./4.txt", "2", "tr_TR.UTF-8", "America/New_York"),
    ):
        words = ["lint", *RULES, "--jobs", jobs, "--format", "json", "--output", "html=page.html", *order.split()]
        environment = {"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": seed, "LC_ALL": locale, "TZ": zone}
        made = subprocess.run(
            [sys.executable, "-m", "checker", *words],
            env=os.environ | environment,
            capture_output=True,
            timeout=120,
            check=False,
        )
        assert made.returncode == output.FINDINGS, made.stderr
        outputs.add((made.stdout, (folder / "page.html").read_bytes()))
        (folder / "page.html").unlink()
    assert 1 == len(outputs)


@pytest.mark.skipif(os.name != "posix", reason="needs a POSIX shell")
@pytest.mark.parametrize("closed", [">&-", "2>&-"])
@pytest.mark.parametrize(
    "words", [["lint", *RULES, "."], ["audit", "--isolated", "--out", "out", "."]], ids=["lint", "audit"]
)
def test_a_closed_stream_is_at_most_one_line_and_exit_2(closed: str, words: list[str], folder: Path) -> None:
    made = subprocess.run(
        ["sh", "-c", f'exec "$0" "$@" {closed}', sys.executable, "-m", "checker", *words],
        env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert made.returncode == output.INCOMPLETE
    assert (made.stdout + made.stderr).count("\n") <= 1


def test_findings_in_an_archive_are_in_the_order_of_its_members(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with zipfile.ZipFile(folder / "two.zip", "w") as archive:
        for name, before in (("b.txt", ""), ("a.txt", "\n" * 200)):
            archive.writestr(name, before + DEFECT + DEFECT)
    assert cli.main(["lint", *RULES, "--format", "json", "two.zip"]) == output.FINDINGS
    places = [(one["cable"], one["line"]) for one in json.loads(capsys.readouterr().out)["findings"]]
    assert places == sorted(places)
    assert {"a.txt", "b.txt"} == {name for name, _ in places}


def test_every_member_of_an_archive_is_accounted_for(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with zipfile.ZipFile(folder / "mixed.zip", "w") as archive:
        for name in ("ok.txt", "./bad.txt", ".hidden/bad2.txt", "../bad3.txt"):
            archive.writestr(name, CLEAN if name == "ok.txt" else DEFECT)
    code = cli.main(["lint", *RULES, "--format", "json", "mixed.zip"])
    report = json.loads(capsys.readouterr().out)
    summary = report["summary"]
    assert code == output.INCOMPLETE
    assert (4, 2, 1, 1) == tuple(summary[key] for key in ("handed_in", "checked", "excluded", "failed"))


@pytest.mark.parametrize(("words", "seconds"), [([], 60), (["--timeout", "7"], 7)])
def test_worker_processes_have_limits(
    words: list[str], seconds: int, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = []

    def spread(items, prepare, arguments, jobs, limits, ahead):  # type: ignore[no-untyped-def]
        found.append((limits.seconds, limits.memory))
        work = prepare(*arguments)
        steps: list[int] = []
        yield from ((number, work(item, steps.append)) for number, item in enumerate(items))
        assert [1] * len(items) == steps

    monkeypatch.setattr(process_pool, "spread", spread)
    assert output.FINDINGS == lint(capsys, "--jobs", "2", *words)[0]
    assert [(seconds, 1 << 30)] == found
