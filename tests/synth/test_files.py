"""Test the generator's files: the published schema, and the position of every error."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from checker.cli import main
from checker.errors import RuleError
from checker.resources import data_dir
from checker.synth import templates
from checker.synth.templates import synth_schema

FOLDER = os.path.join(data_dir("rules"), "synth")


def test_the_committed_schema_is_the_generated_one():
    with open(os.path.join(data_dir("schemas"), "synth.schema.json"), encoding="utf-8") as file:
        committed = file.read()
    assert committed == json.dumps(synth_schema(), indent=2, ensure_ascii=False) + "\n"
    Draft202012Validator.check_schema(json.loads(committed))


WRONG = [
    ("telegrams.yaml", "    profile: CABLE\n", "    profil: CABLE\n", "R010", '"profil"'),
    ("telegrams.yaml", "    profile: CABLE\n", "    profile: LETTER\n", "R018", "LETTER"),
    ("telegrams.yaml", '    from: "1973-07-01"\n', '    from: "July 1973"\n', "R034", "is not a valid date"),
    ("telegrams.yaml", "    share: 14\n", "", "R033", '"share" is missing'),
    ("telegrams.yaml", "{row: posts}", "{row: post}", "R009", "unknown list post"),
    ("telegrams.yaml", "{list: titles}", "{liste: titles}", "R010", '"liste"'),
    ("telegrams.yaml", "body: capitals", "body: capitels", "R009", "unknown body capitels"),
    ("telegrams.yaml", "templates:\n", "colours: []\ntemplates:\n", "R010", '"colours"'),
    ("words.yaml", "bodies:", "defects: [{rule: FMT-001}]\nbodies:", "R010", "belongs in defects.yaml"),
    ("words.yaml", "width: 58", "width: wide", "R009", "expected an integer"),
    ("words.yaml", "format: 1\n", "format: 2\n", "R009", "expected 1"),
    ("defects.yaml", "rule: FMT-002, edits", "rule: FMT-002, edit", "R010", '"edit"'),
    (
        "defects.yaml",
        "templates: [central-file-1973, central-file-1979]",
        "templates: [central-file-1972]",
        "R009",
        "unknown template",
    ),
    ("defects.yaml", "format: 1\n", "format: 1\nformat: 1\n", "R004", "duplicate"),
]


@pytest.mark.parametrize(("name", "old", "new", "code", "words"), WRONG, ids=lambda value: str(value)[:24].strip())
def test_a_wrong_file_is_refused_at_its_place(tmp_path, capsys, name, old, new, code, words):
    folder = tmp_path / "synth"
    shutil.copytree(FOLDER, folder)
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(RuleError) as caught:
        templates.load(str(folder))
    assert [code] == sorted({item.code for item in caught.value.diagnostics})
    assert any(words in f"{item.message} {item.help}" for item in caught.value.diagnostics)
    assert all(item.place.file.endswith(name) for item in caught.value.diagnostics)
    assert 1 == main(["rules", "check", str(folder)])
    assert f"error[{code}]" in capsys.readouterr().out


def test_the_shipped_files_are_without_fault(capsys):
    assert 0 == main(["rules", "check", FOLDER])
    assert "0 errors\n" == capsys.readouterr().out


def test_templates_with_errors_are_named_and_leave_no_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    command = ["synth", "--templates", "own", "--count", "3", "--out", "corpus.jsonl"]
    assert main(command) == 2
    assert "--templates: own is not a folder" in capsys.readouterr().err
    Path("own").mkdir()
    Path("own", "words.yaml").write_text("format: [", encoding="utf-8")
    assert main(command) == 2
    assert "own/words.yaml:" in capsys.readouterr().err
    assert ["own"] == os.listdir(".")
