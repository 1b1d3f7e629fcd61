"""The published schemas are what the code would write now, and they hold for every shipped file."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator
from kept import WRITING

from checker import rulebook
from checker.resources import data_dir
from checker.rulebook import authoring, loader
from checker.rulebook.field_types import all_paths
from checker.rulebook.loader import check_files

RULES = Path(data_dir("rules"))


@pytest.mark.parametrize("name", ["pack", "rules", "vocabulary"])
def test_the_committed_schema_is_the_generated_one(name: str) -> None:
    path = Path(data_dir("schemas"), f"{name}.schema.json")
    if WRITING:
        path.write_text(authoring.schema_text(name), encoding="utf-8")
    committed = path.read_text(encoding="utf-8")
    assert committed == authoring.schema_text(name), "set CABLECHECK_REWRITE=1 to write it"
    Draft202012Validator.check_schema(json.loads(committed))


def test_every_key_has_a_description_and_an_example() -> None:
    for name in ("pack", "rules", "vocabulary"):
        schema = json.loads(authoring.schema_text(name))
        for part in (schema, *schema.get("$defs", {}).values()):
            if "patternProperties" in part:
                for key, shape in part["properties"].items():
                    assert shape["description"] and shape["examples"], f"{name}: {key}"


def test_no_bare_choice_stands_in_a_schema() -> None:
    for name in ("pack", "rules", "vocabulary"):
        assert '"anyOf"' not in authoring.schema_text(name) and '"oneOf"' not in authoring.schema_text(name)


def test_an_editor_completes_every_selector_of_the_telegram() -> None:
    properties = json.loads(authoring.schema_text("rules"))["$defs"]["condition"]["properties"]
    assert {path for path, _ in all_paths(2)} <= set(properties)
    assert "Operators: " in properties["banner.serial"]["description"]


FILES = sorted(RULES.glob("*.yaml")) + sorted((RULES / "vocabulary").glob("*.yaml"))


@pytest.mark.parametrize("path", FILES, ids=[path.name for path in FILES])
def test_an_editor_finds_no_fault_in_a_shipped_file(path: Path) -> None:
    """As an editor reads it: with the types of YAML, not with ours."""
    name = "vocabulary" if path.parent.name == "vocabulary" else "pack" if path.name == "pack.yaml" else "rules"
    data = yaml.load(path.read_text(encoding="utf-8"), Core)
    errors = Draft202012Validator(json.loads(authoring.schema_text(name))).iter_errors(data)
    assert [] == [f"{error.json_path}: {error.message[:200]}" for error in errors]


class Core(yaml.SafeLoader):
    """YAML 1.2 as editors read it: only true, false, null and numbers are not text."""


Core.yaml_implicit_resolvers = {
    first: [
        (tag, pattern) for tag, pattern in found if tag not in ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:bool")
    ]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Core.add_implicit_resolver("tag:yaml.org,2002:bool", __import__("re").compile("^(?:true|false)$"), list("tf"))


def test_the_shipped_rules_are_well_formed() -> None:
    assert [] == loader.check_files([data_dir("rules")])
    assert [] == loader.check_files([str(path) for path in FILES])


def test_the_shipped_rules_are_well_formed_by_a_relative_path_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Their words are then read once, not as a second pack that says every code again."""
    monkeypatch.chdir(RULES.parent)
    assert [] == loader.check_files(["rules"])
    assert [] == loader.check_files([os.path.join(".", "rules", "")])


def test_a_new_chapter_loads_and_its_examples_hold(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(authoring.new_chapter("MINE-001"), encoding="utf-8")
    assert [] == loader.check_files([str(path)])
    report = authoring.test_files([str(path)], mutants=True)
    lines, held = report.lines, report.ok
    assert held, lines
    assert ["1 rules, 3 of 3 examples hold", "4 of 4 mutants killed, 0 excused, 0 alive"] == lines


def test_a_rule_explains_itself() -> None:
    for rule in rulebook.load().rules:
        told = authoring.explain(rule)
        assert told.startswith(f"{rule.id}  {rule.name}\n\n{rule.summary}\n")
        assert rule.place[0] in told and rule.cite[0] in told


def test_all_errors_of_a_rule_are_reported_in_one_pass(tmp_path: Path) -> None:
    path = tmp_path / "trial.yaml"
    path.write_text(
        "format: 1\nchapter: Trial\nrules:\n  - id: AA-1\n    name: trial-rule\n    summary: x\n"
        "    when: {levl: {at_least: C}}\n    require: {paragraphs: {is: 3}}\n    message: '{foo}'\n"
    )
    codes = [(one.code, one.place.line) for one in check_files([str(path)])]
    assert codes == [("R033", 4), ("R009", 4), ("R009", 6), ("R011", 7), ("R014", 8), ("R021", 9)]
