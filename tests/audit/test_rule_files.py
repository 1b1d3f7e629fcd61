"""Test files with corpus rules: the published schema, mutants, and the commands that check and test them."""

from __future__ import annotations

import json
import os

from jsonschema import Draft202012Validator

from checker.audit import corpus_rule_tests
from checker.audit.corpus_rules import corpus_schema
from checker.cli import main
from checker.resources import data_dir

FOLDER = os.path.join(data_dir("rules"), "corpus")


def test_the_committed_schema_is_the_generated_one():
    with open(os.path.join(data_dir("schemas"), "corpus.schema.json"), encoding="utf-8") as file:
        committed = file.read()
    assert committed == json.dumps(corpus_schema(), indent=2, ensure_ascii=False) + "\n"
    Draft202012Validator.check_schema(json.loads(committed))


def test_an_editor_completes_every_column():
    rows = corpus_schema()["$defs"]["cables-row"]["properties"]
    assert {"document", "mrn", "refs", "times"} <= set(rows)
    assert all(shape["description"] and "examples" in shape for shape in rows.values())


def test_each_mutant_changes_one_word():
    found = dict(corpus_rule_tests.changes("select a from b where c >= 20 and not d is null or e between 1 and 2.5"))
    assert {
        "b where c [>= → >] 20 and not",
        "where c >= [20 → 19] and not d",
        "where c >= [20 → 21] and not d",
        "c >= 20 [and → or] not d is",
        ">= 20 and [not → nothing] d is null",
        "and not d [is → is not] null or e",
        "d is null [or → and] e between 1",
        "or e between [1 → 0] and 2.5",
        "or e between [1 → 2] and 2.5",
        "between 1 and [2.5 → 2.4]",
        "between 1 and [2.5 → 2.6]",
    } == set(found)
    assert (
        "select a from b where c > 20 and not d is null or e between 1 and 2.5"
        == found["b where c [>= → >] 20 and not"]
    )


def test_every_mutant_of_the_shipped_rules_is_noticed_or_excused(capsys):
    code = main(["rules", "test", FOLDER, "--mutate"])
    told = capsys.readouterr().out
    assert told.rstrip().endswith(" 0 survived"), told
    assert 0 == code


def test_the_commands_tell_what_is_wrong_at_its_place(tmp_path, capsys):
    folder = tmp_path / "corpus"
    folder.mkdir()
    with open(os.path.join(FOLDER, "across-the-corpus.yaml"), encoding="utf-8") as file:
        text = file.read()
    (folder / "mine.yaml").write_text(text.replace("o.rank <> c.rank", "o.rnk <> c.rank", 1))
    assert 1 == main(["rules", "check", str(folder)])
    told = capsys.readouterr().out
    assert "error[R036]" in told and told.endswith("1 error\n")
    (folder / "mine.yaml").write_text(text.replace("finds: [1, 2]", "finds: [1, 3]", 1))
    assert 1 == main(["rules", "test", str(folder / "mine.yaml")])
    assert "CRP-001 invalid: expected findings on [1, 3], found [1, 2]" in capsys.readouterr().out
