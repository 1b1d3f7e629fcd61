"""Test checks written in Python in an installed package: they are used if the configuration names them, and otherwise
unknown.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

CHECK = """
from checker.checks import Hit
from checker.record import Record

FACTS = ("length",)

class Ask(Record):
    most: str

def check(telegram, ask, words):
    subject = telegram.subject
    if subject is not None and len(subject.text) > int(ask.most):
        yield Hit(subject.span, "subject", {"length": len(subject.text)})
"""

PACK = """
format: 1
chapter: House rules
rules:
  - id: HSE-001
    name: long-subject
    summary: A subject is short.
    cite: [{source: FAH1-240, clause: "5 FAH-1 H-246"}]
    severity: error
    status: stable
    profile: [CABLE]
    check: long-subject
    with: {most: "40"}
    message: "the subject has {length} letters"
    examples:
      valid:
        - base: confidential-2007
      invalid:
        - base: confidential-2007
          swap: {"SUBJECT: THE KING'S TRAVEL PLANS": "⟦SUBJECT: THE KING'S TRAVEL PLANS, AND WHAT THE CHANCELLOR THINKS OF THEM⟧"}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    site = tmp_path / "site"
    about = site / "house_checks-1.0.dist-info"
    about.mkdir(parents=True)
    (site / "house_checks.py").write_text(CHECK)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: house-checks\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[cablecheck.checks]\nlong-subject = house_checks\nwrong = checker.text\n")
    (tmp_path / "work" / "pack").mkdir(parents=True)
    (tmp_path / "work" / "pack" / "house.yaml").write_text(PACK)
    text = (ROOT / "rules" / "telegrams" / "confidential-2007.txt").read_text()
    (tmp_path / "work" / "one.txt").write_text(
        text.replace("TRAVEL PLANS", "TRAVEL PLANS AND THE WEATHER OF THE SEASON")
    )
    return tmp_path


def lint(folder: Path, *words: str, config: str = 'checks = ["long-subject"]\nrules = ["pack"]\n') -> tuple[int, str]:
    (folder / "work" / "cablecheck.toml").write_text(config)
    env = os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{folder / 'site'}", "XDG_CACHE_HOME": str(folder / "home")}
    done = subprocess.run(
        [sys.executable, "-m", "checker", "lint", "--select", "HSE-001", "--format", "concise", *words, "one.txt"],
        cwd=folder / "work", env=env, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def test_a_check_named_in_the_configuration_judges(folder: Path) -> None:
    for words in ([], [], ["--jobs", "2"]):  # cold, warm, in a worker
        code, told = lint(folder, *words)
        assert code == 1, told
        assert "one.txt:16:1: error HSE-001 the subject has 53 letters" in told


def test_a_check_that_nobody_named_is_no_check(folder: Path) -> None:
    lint(folder)  # the compiled rules are kept now
    code, told = lint(folder, config='rules = ["pack"]\n')
    assert code == 2
    assert 'error[R029]: unknown check "long-subject"' in told


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("nowhere", 'no installed package has the check "nowhere"'),
        ("wrong", 'the check "wrong" has no Ask, FACTS, check'),
    ],
)
def test_a_check_that_is_not_there_ends_the_run(folder: Path, name: str, words: str) -> None:
    code, told = lint(folder, config=f'checks = ["{name}"]\nrules = ["pack"]\n')
    assert code == 2
    assert words in told
