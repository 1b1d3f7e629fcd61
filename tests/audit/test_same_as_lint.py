"""Test that an audit and a lint have the same findings at the same positions, in every wrapper and under the same
settings.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from checker import cli

WRAPPED = Path(__file__).parents[1] / "telegrams" / "wrapped"
KEYS = ("path", "cable", "rule", "severity", "message", "line", "column", "fingerprint")


def linted(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[list[tuple[object, ...]], list[tuple[str, ...]]]:
    """Return the findings, and the ledger entries of documents that were not checked."""
    cli.main(["lint", "--format", "json", *words])
    report = json.loads(capsys.readouterr().out)
    rest = [(row["path"], row["cable"], key) for key in ("excluded", "failed") for row in report[key]]
    return sorted(tuple(row[key] for key in KEYS) for row in report["findings"]), sorted(rest)


def audited(
    out: Path, capsys: pytest.CaptureFixture[str], *words: str
) -> tuple[list[tuple[object, ...]], list[tuple[str, ...]]]:
    cli.main(["audit", "--out", str(out), "--jobs", "1", "--no-corpus-rules", *words])
    capsys.readouterr()

    def asked(sql: str) -> list[tuple[object, ...]]:
        cli.main(["query", str(out), sql, "--format", "jsonl"])
        return [tuple(json.loads(line).values()) for line in capsys.readouterr().out.splitlines()]

    columns = ", ".join(f'"{key}"' for key in KEYS)
    findings = asked(f"select {columns} from findings where not unknown")
    return sorted(findings), sorted(asked("select path, cable, state from ledger where state <> 'checked'"))


def test_every_wrapper_is_judged_alike(tmp_path, capsys):
    lint = linted(capsys, "--isolated", str(WRAPPED))
    assert len({row[0] for row in lint[0]}) > 5
    assert lint == audited(tmp_path / "out", capsys, "--isolated", str(WRAPPED))


def test_the_same_settings_leave_the_same_out(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text((WRAPPED / "plain.txt").read_text())
    rules = sorted({str(row[2]) for row in linted(capsys, "a.txt", "b.txt")[0]})
    settings = f'[severity]\n{rules[-1]} = "info"\n\n[per-file-ignores]\n"b.txt" = ["{rules[0]}"]\n'
    (tmp_path / "cablecheck.toml").write_text(settings)
    lint = linted(capsys, "a.txt", "b.txt")
    one, two = ({row[2] for row in lint[0] if row[0] == name} for name in ("a.txt", "b.txt"))
    assert {rules[0]} == one - two
    assert lint == audited(tmp_path / "out", capsys, "a.txt", "b.txt")


@pytest.mark.slow
def test_the_totals_are_worded_alike(tmp_path, capsys):
    memo = tmp_path / "memo.txt"
    memo.write_text(
        "OFFICIAL-SENSITIVE\n\nMEMORANDUM\n\nDATE: March 6, 2018\n\n1. The ferry is late.\n\nOFFICIAL-SENSITIVE\n"
    )
    for number, path in enumerate((WRAPPED / "plain.txt", memo)):
        cli.main(["lint", "--isolated", "--format", "concise", str(path)])
        tally, rest = capsys.readouterr().out.splitlines()[-2:]
        lint = [tally, re.sub(r"; \d+ undetermined verdicts?, from .*", "", rest)]  # lint also names their rules
        out = str(tmp_path / str(number))
        cli.main(["audit", "--isolated", "--jobs", "1", "--no-corpus-rules", str(path), "--out", out])
        assert [
            *lint,
            f"see {out}/report.html, or review the findings with: cablecheck view {out}",
        ] == capsys.readouterr().out.splitlines()
        report = (tmp_path / str(number) / "report.txt").read_text().splitlines()
        assert lint[0] == report[2]
    assert lint[1].endswith("; undetermined: 1 document not checked, marking not recognized")
