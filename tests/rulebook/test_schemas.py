"""Test that the published schemas are those that the code generates now, and that every shipped file is valid."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from kept import WRITING

from checker import rulebook
from checker.operators import OPERATORS
from checker.resources import data_dir
from checker.rulebook import authoring, field_reference, loader
from checker.rulebook.condition_parser import QUANTIFIERS, read_condition
from checker.rulebook.field_paths import Frames, Scope
from checker.rulebook.field_types import FieldType, all_paths, fields, nodes
from checker.rulebook.loader import check_files
from checker.rulebook.schema import schema
from checker.rulebook.yaml_loader import RuleFile
from checker.vocabulary import Vocabulary

RULES = Path(data_dir("rules"))


@pytest.mark.parametrize("name", ["pack", "rules", "vocabulary"])
def test_the_committed_schema_is_the_generated_one(name: str) -> None:
    path = Path(data_dir("schemas"), f"{name}.schema.json")
    if WRITING:
        path.write_text(authoring.schema_text(name), encoding="utf-8")
    committed = path.read_text(encoding="utf-8")
    assert committed == authoring.schema_text(name), "set CABLECHECK_REWRITE=1 to write it"
    Draft202012Validator.check_schema(json.loads(committed))


@pytest.fixture(scope="module")
def validators() -> dict[str, Draft202012Validator]:
    """Return a validator for each schema as it is published."""
    kinds = ("pack", "rules", "vocabulary")
    return {
        name: Draft202012Validator(json.loads(Path(data_dir("schemas"), f"{name}.schema.json").read_text("utf-8")))
        for name in kinds
    }


def test_every_key_has_a_description_and_an_example() -> None:
    for name in ("pack", "rules", "vocabulary"):
        shape: Any = schema(name)
        for part in (shape, *shape.get("$defs", {}).values()):
            if "patternProperties" in part:
                for key, value in part["properties"].items():
                    assert value["description"] and value["examples"], f"{name}: {key}"


def test_no_bare_choice_is_in_a_schema_that_the_loader_uses() -> None:
    for name in ("pack", "rules", "vocabulary"):
        text = json.dumps(schema(name))
        assert '"anyOf"' not in text and '"oneOf"' not in text


# ---- What an editor shows while a rule is typed ----------------------------------------------------------------------


def chapter(**keys: object) -> dict[str, object]:
    rule = {"id": "MINE-001", "name": "one-rule", "summary": "A rule for this test.", "cite": [{"source": "memory"}]}
    return {"format": 1, "chapter": "Trial", "rules": [{**rule, "message": "wrong", **keys}]}


def test_every_reference_in_the_schema_of_rules_has_a_definition(validators: dict[str, Draft202012Validator]) -> None:
    """Test that every reference is defined. An undefined one makes the whole schema useless in an editor, and a
    validator may not notice it.
    """
    published: Any = validators["rules"].schema
    text = json.dumps(published)
    named = set(re.findall(r'"\$ref": "#/\$defs/(\w+)"', text))
    assert named == published["$defs"].keys()
    assert len(text) < 500_000


@pytest.mark.parametrize(
    "keys",
    [
        {"require": {"dat": "present"}},
        {"require": {"authority.nme": "present"}},
        {"require": {"date": {"befor": "1995-10-14"}}},
        {"require": {"date": "presnt"}},
        {"require": {"date": {"before": {"field": "dte"}}}},
        {"require": {"level": {"at_least": ["SECRET"]}}},
        {"require": {"year": {"at_least": "many"}}},
        {"require": {"paragraphs": {"contains": "x"}}},
        {"require": {"paragraphs": {"any": {"txt": {"contains": "x"}}}}},
        {"require": {"paragraphs": {"any": {"text": {"contians": "x"}}}}},
        {"require": {"not": {"dat": "present"}}},
        {"when": {"levl": "present"}, "require": {"date": "present"}},
        {"each": "paragrphs", "require": {"level": "present"}},
        {"each": "paragraphs", "require": {"mark": {"levl": {"is": "S"}}}},
        {"each": "paragraphs", "where": {"dpth": {"is": 1}}, "require": {"level": "present"}},
        {"point": "plce", "require": {"date": "present"}},
    ],
    ids=str,
)
def test_an_editor_marks_a_misspelled_field_or_operator(
    keys: dict[str, object], validators: dict[str, Draft202012Validator]
) -> None:
    assert not validators["rules"].is_valid(chapter(**keys))


@pytest.mark.parametrize(
    "keys",
    [
        {"each": "paragraphs", "require": {"telegram.level": {"at_most": {"field": "level"}}}},
        {"each": "captions", "require": {"value": {"is": "NODIS"}}},
        {"each": "authority.reasons.letters", "require": {"element.text": {"in": ["a", "b"]}}},
        {"each": "eo", "require": {"instruction.date": {"within": {"days": 1, "of": {"field": "telegram.date"}}}}},
        {"require": {"banner.controls": {"any": {"value": {"is": "NOFORN"}}, "includes_any": ["A", "B"]}}},
        {"require": {"references": {"every_pair_next_to_each_other": {"serial": {"above": {"field": "previous.serial"}}}}}},
        {"require": {"paragraphs": {"count": {"at_least": 2}, "unique": "number", "at_most": {"times": 1, "of": {"level": {"is": "S"}}}}}},
        {"require": {"or": [{"released": True}, {"x-note": "mine", "date": {"at_most": {"years": 10, "after": {"field": "date"}}}}]}},
        {"examples": {"valid": [{"base": "a-telegram-of-my-pack"}]}, "require": {"tags": {"none": {"text": {"in_table": "mine"}}}}},
    ],
    ids=str,
)  # fmt: skip
def test_an_editor_accepts_what_the_loader_accepts(
    keys: dict[str, object], validators: dict[str, Draft202012Validator]
) -> None:
    assert [] == [error.message for error in validators["rules"].iter_errors(chapter(**keys))]


def test_an_editor_completes_fields_operators_and_names(validators: dict[str, Draft202012Validator]) -> None:
    defs: Any = validators["rules"].schema["$defs"]
    offered = {**defs["fields_shared"]["properties"], **defs["fields_Telegram"]["properties"]}
    assert {path for path, _ in all_paths(3)} <= offered.keys()
    assert offered["banner.serial"] == {
        "description": "The serial number of the telegram. (count)", "$ref": "#/$defs/is_count",
    }  # fmt: skip
    assert set(OPERATORS["date"]) == defs["is_date"]["properties"].keys()
    assert set(QUANTIFIERS) == defs["list_Paragraph"]["properties"].keys()
    assert "confidential-2007" in defs["example"]["properties"]["base"]["examples"]
    assert "captions" in defs["arg_table"]["examples"]
    assert "EO13526" in defs["citation"]["properties"]["source"]["examples"]
    assert {"SECRET", "S"} <= set(defs["arg_level"]["examples"])
    assert "paragraphs" in defs["rule"]["properties"]["each"]["examples"]


# ---- The reference of fields -----------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def words() -> Vocabulary:
    return rulebook.load().vocabulary


@pytest.mark.parametrize("owner", [owner for owner in nodes() if fields(owner)])
def test_every_field_has_a_meaning_and_an_example_that_loads(owner: str, words: Vocabulary) -> None:
    frames = Frames().inside(FieldType("node", owner)) if owner != "Telegram" else Frames()
    for name, kind in fields(owner).items():
        meaning = field_reference.meaning_of(owner, name, kind)
        assert meaning[:1].isupper() or meaning[:1].isdigit(), name
        assert meaning.endswith("."), name
        if kind.node in ("Word", "Party", "Fact", "Marking"):
            assert meaning != field_reference.meaning_of("", "", FieldType("node", kind.node)), name
        file = RuleFile("example.yaml", field_reference.example_of(owner, name, kind).encode())
        assert file.tree is not None, name
        assert read_condition(file.tree, frames, Scope(file, words)) is not None, str(file.diagnostics)


def test_the_table_of_meanings_names_only_fields_of_the_model() -> None:
    known = {f"{owner}.{name}": kind for owner in nodes() for name, kind in fields(owner).items()}
    table = field_reference.described()
    assert [] == [entry.code for entry in table if entry.code not in known or known[entry.code].derived]


FILES = sorted(RULES.glob("*.yaml")) + sorted((RULES / "vocabulary").glob("*.yaml"))


@pytest.mark.parametrize("path", FILES, ids=[path.name for path in FILES])
def test_an_editor_finds_no_fault_in_a_shipped_file(path: Path, validators: dict[str, Draft202012Validator]) -> None:
    """Test shipped files as an editor reads them: with the types of YAML rather than ours."""
    name = "vocabulary" if path.parent.name == "vocabulary" else "pack" if path.name == "pack.yaml" else "rules"
    data = yaml.load(path.read_text(encoding="utf-8"), Core)
    errors = validators[name].iter_errors(data)
    assert [] == [f"{error.json_path}: {error.message[:200]}" for error in errors]


class Core(yaml.SafeLoader):
    """A loader for YAML 1.2 as editors read it: everything but true, false, null, and numbers is text."""


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
    """Test that the shipped vocabulary is read only once, and not as a second pack that repeats every code."""
    monkeypatch.chdir(RULES.parent)
    assert [] == loader.check_files(["rules"])
    assert [] == loader.check_files([os.path.join(".", "rules", "")])


@pytest.mark.parametrize("base", ["confidential-2007", "confidential-1975", "smart-2012", "cui-memo-2018"])
def test_a_new_rule_loads_and_its_examples_hold(base: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    for number in (1, 2):
        draft = authoring.Draft(f"MINE-00{number}", base=base, summary="A summary: with a colon.")
        path.write_text(authoring.with_new_rule(draft, str(path)), encoding="utf-8")
    assert [] == loader.check_files([str(path)])
    report = authoring.test_files([str(path)], mutants=True)
    assert report.ok, report.lines
    assert ["2 rules, 6 of 6 examples hold", "8 of 8 mutants killed, 0 excused, 0 alive"] == report.lines


def test_a_rule_explains_itself() -> None:
    book = rulebook.load()
    sources = book.vocabulary["sources"]
    for rule in book.rules:
        told = authoring.explain(rule, sources=sources)
        assert told.startswith(f"{rule.id}  {rule.name}\n\n{rule.summary}\n")
        code, clause = rule.data["cite"][0][:2]
        cited = "no published source found" if code == "memory" else f"\n  {code}"
        assert rule.place[0] in told and cited in told and (clause or "") in told.replace("whole", "") + "whole"
        entry = sources.get(code)
        assert entry is not None and (code == "memory" or f"\n    {entry.title}\n" in told)
        assert not told.partition("\nFails:\n")[2].startswith("  \n") and "trap " not in told.replace("(see trap ", "")


@pytest.mark.parametrize(
    ("id", "lines"),
    [
        ("REL-001", "Passes:\n  the test document confidential-2007 with:\n    RELEASE IN PART B1,1.4(B),B6\n"),
        ("REL-001", "Not applicable:\n  the test document confidential-2007\n"),
        ("XRF-205", "Passes:\n  the test document confidential-1975\n  record: subject = THE KINGS SUMMER\n"),
        ("DCL-041", "Documents: dated 2003-09-22 or later\n"),
        ("DCL-041", "instruction.date at_most 10 years and 1 day after date"),
        ("DCL-041", "  note: the UTC date and the local date may differ by one day (see trap A8 in docs/traps.md)\n"),
        ("XRF-111", "  require year at_most telegram.year\n"),
        ("TAG-003", "lettered is true and known is false and text length 4 and"),
        ("FMT-033", "  no published source found (labels)\n"),
    ],
)
def test_a_rule_is_explained_in_words(id: str, lines: str) -> None:
    rule = rulebook.load().find(id)
    assert rule is not None and lines in authoring.explain(rule)


def test_all_errors_of_a_rule_are_reported_in_one_pass(tmp_path: Path) -> None:
    path = tmp_path / "trial.yaml"
    path.write_text(
        "format: 1\nchapter: Trial\nrules:\n  - id: AA-1\n    name: trial-rule\n    summary: x\n"
        "    when: {levl: {at_least: C}}\n    require: {paragraphs: {is: 3}}\n    message: '{foo}'\n"
    )
    codes = [(one.code, one.place.line) for one in check_files([str(path)])]
    assert codes == [("R033", 4), ("R009", 4), ("R009", 6), ("R011", 7), ("R014", 8), ("R021", 9)]
