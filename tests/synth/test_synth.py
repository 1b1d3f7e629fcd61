"""Test the generator: it is deterministic, compliant where nothing is planted, and truthful about what is planted."""

from __future__ import annotations

import hashlib
import json
import zipfile

import pytest

from checker import rulebook
from checker.errors import ConfigError
from checker.synth import make, write
from checker.synth.random_values import fields
from checker.synth.templates import load


def digest(path: str) -> str:
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


@pytest.mark.parametrize("ending", [".jsonl", ".csv", ".zip"])
def test_equal_seed_gives_equal_bytes(tmp_path, ending):
    for name in ("one", "two"):
        write(300, 7, 0.2, str(tmp_path / (name + ending)))
    assert digest(tmp_path / f"one{ending}") == digest(tmp_path / f"two{ending}")
    assert digest(tmp_path / f"one{ending}.truth.jsonl") == digest(tmp_path / f"two{ending}.truth.jsonl")


def test_another_seed_gives_other_telegrams():
    assert [made.text for made in make(20, 1, 0)] != [made.text for made in make(20, 2, 0)]


def test_every_template_and_every_defect_is_used():
    script, _ = load(None)
    made = list(make(9000, 3, 1.0))
    assert {template.id for template in script.templates} == {one.template for one in made}
    declared = {defect.id for template in script.templates for defect in template.defects}
    assert declared == {planted.defect for one in made for planted in one.planted}


def test_the_truth_quotes_the_text():
    planted = [(one, place) for one in make(2000, 5, 1.0) for place in one.planted]
    assert planted
    for one, place in planted:
        assert place.document == one.number
        assert place.words == one.text[place.offset : place.offset + len(place.words)]


def test_serials_rise_and_references_exist():
    seen: dict[str, tuple[object, int]] = {}
    for one in make(3000, 9, 0):
        for reference in one.references:
            assert reference in seen and seen[reference][0] <= one.sent
        seen[one.cable] = (one.sent, one.number)


def test_every_entry_of_a_tags_line_is_in_the_tables():
    script, _ = load(None)
    words = rulebook.load().vocabulary
    assert [] == [tag for tag in script.lists["topics"] if tag not in words["tags_subject"]]
    assert [] == [post["geo"] for post in script.lists["posts"] if post["geo"] not in words["tags_geo"]]


def test_wrappers_hold_the_same_telegrams(tmp_path):
    for ending in (".jsonl", ".zip", ""):
        write(40, 11, 0.5, str(tmp_path / f"corpus{ending}"))
    with open(tmp_path / "corpus.jsonl", encoding="utf-8") as file:
        texts = [json.loads(line)["body"] for line in file]
    with zipfile.ZipFile(tmp_path / "corpus.zip") as archive:
        members = sorted(archive.namelist(), key=lambda name: name.rsplit("/")[-1])
        assert texts == [archive.read(name).decode() for name in members]
    files = sorted((tmp_path / "corpus").rglob("*.txt"), key=lambda path: path.name)
    assert texts == [path.read_text() for path in files]


@pytest.mark.parametrize("text", ["{a.b}", "{a!r}", "{0}", "{", "{a:>9}"])
def test_a_template_names_plain_values_only(text):
    with pytest.raises(ConfigError):
        fields(text)


def test_wrong_numbers_are_refused(tmp_path):
    with pytest.raises(ConfigError):
        write(5, 1, 1.5, str(tmp_path / "x.jsonl"))
