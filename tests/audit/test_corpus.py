"""Test rules about a whole corpus: every example, and the positions of errors in invalid files."""

from __future__ import annotations

import json
import os

import pytest

from checker.audit import corpus_rules, database, pipeline
from checker.config import Options
from checker.errors import RuleError
from checker.redaction import name_digest
from checker.resources import data_dir


@pytest.fixture(scope="module")
def rules():
    return corpus_rules.load()


@pytest.fixture(scope="module")
def query():
    made = database.Query()
    yield made
    made.close()


def test_the_examples_of_every_rule(rules, query):
    judged = [
        (rule.id, example.place, corpus_rules.judge(rule, example, query))
        for rule in rules
        for example in rule.examples
    ]
    assert len(judged) > 3 * len(rules) and [] == [one for one in judged if one[2]]


def test_no_rule_finds_anything_in_an_empty_corpus(rules, query):
    query.empty()
    assert [] == [rule.id for rule in rules for _ in corpus_rules.findings(rule, query, False)]


WRONG = [
    ("    severity: warning\n", "    severity: loud\n", "R009", "is not one of"),
    ("    status: provisional\n", "    states: provisional\n", "R010", 'key "states"'),
    ("    name: one-number-two-levels\n", "", "R033", '"name" is missing'),
    ('{source: RIY79-00905, clause: "layout of the number"}', "{source: RIY79-0095}", "R019", "no source"),
    ("o.rank <> c.rank", "o.rnk <> c.rank", "R036", "rnk"),
    ("c.document, c.mrn, c.level", "c.mrn, c.level", "R033", "no column `document`"),
    ("{mrn} is {level} here", "{mrm} is {level} here", "R021", "`mrm`"),
    ("    key: [document, ref]", "    key: [document, rev]", "R021", "`rev`"),
    ("    key: [document, ref]", "    key: []", "R009", "list is empty"),
    (
        "      from cables c join cables o\n",
        "      from read_csv('/etc/passwd') c join cables o\n",
        "R036",
        "file system",
    ),
    ("          finds: [1, 2]\n", "", "R033", '"finds" is missing'),
    ("          finds: [1, 2]\n", "          finds: one\n", "R009", "expected a list"),
    ("      valid:\n", "      walid:\n", "R010", '"walid"'),
    ("chapter: Across the corpus\n", "chapter: Across the corpus\ncolour: red\n", "R010", '"colour"'),
    (
        "document: 1, mrn: 07STRELSAU12, level: C, rank: 1",
        "document: one, mrn: X, level: C, rank: 1",
        "R009",
        "expected an integer",
    ),
    ("classified: true, released: true", "classified: yes, released: true", "R009", "expected true or false"),
    ("times: 20, document", "times: 0, document", "R009", "is not allowed here"),
    ('date: "1978-06-05"', 'date: "5 June 1978"', "R034", "is not a valid date"),
    ("  - id: CRP-002", "  - id: CRP-001", "R022", "CRP-001 is already used by CRP-001"),
    ("select c.document, c.mrn", "delete from cables; select c.document, c.mrn", "R036", "one read-only SELECT"),
    ("mrn: 07STRELSAU12, level: C", "mrm: 07STRELSAU12, level: C", "R010", '"mrm"'),
]


@pytest.mark.parametrize(("old", "new", "code", "words"), WRONG, ids=lambda value: str(value)[:30].strip())
def test_a_wrong_rule_file_is_refused_at_its_place(tmp_path, old, new, code, words):
    with open(os.path.join(data_dir("rules"), "corpus", "across-the-corpus.yaml"), encoding="utf-8") as file:
        text = file.read()
    assert old in text
    (tmp_path / "x.yaml").write_text(text.replace(old, new, 1))
    with pytest.raises(RuleError) as caught:
        corpus_rules.load(str(tmp_path))
    assert [code] == sorted({item.code for item in caught.value.diagnostics})
    assert any(words in item.message for item in caught.value.diagnostics)
    assert all(item.place.line > 1 for item in caught.value.diagnostics)


CABLES = [
    {"document": 1, "path": "a.txt", "cable": "07STRELSAU12", "mrn": "07STRELSAU12", "level": "C", "rank": 1, "line": 1},
    {"document": 2, "path": "b.txt", "cable": "07STRELSAU12", "mrn": "07STRELSAU12", "level": "S", "rank": 2, "line": 1},
    {"document": 3, "path": "c.txt", "cable": "07ZENDA7", "mrn": "07ZENDA7", "level": "U", "rank": 0, "line": 1,
     "refs": ["07STRELSAU12"]},
]  # fmt: skip


def fingerprints(rules, query, cables, redact=False):
    query.empty()
    if redact:  # as `DocumentLinter.shown_row` writes them
        cables = [
            {**row, "cable": name_digest(row["cable"]), "mrn": name_digest(row["mrn"]),
             "refs": [name_digest(ref) for ref in row.get("refs", ())]}
            for row in cables
        ]  # fmt: skip
    query.fill("cables", cables)
    return {
        (row["rule"], row["document"]): row["fingerprint"]
        for rule in rules
        for row in corpus_rules.findings(rule, query, redact)
    }


def test_a_fingerprint_is_the_same_with_and_without_redaction(rules, query):
    plain = fingerprints(rules, query, CABLES)
    assert {("CRP-001", 1), ("CRP-001", 2), ("CRP-012", 3)} <= plain.keys()
    assert plain == fingerprints(rules, query, CABLES, redact=True)


def test_a_fingerprint_does_not_depend_on_the_words_of_the_message(rules, query):
    before = fingerprints(rules, query, CABLES)
    changed = [{**row, "level": "TS", "rank": 3} if row["document"] == 2 else row for row in CABLES]
    after = fingerprints(rules, query, changed)
    assert {key: before[key] for key in after} == after and ("CRP-001", 1) in after


def test_findings_that_differ_in_the_key_have_different_fingerprints(rules, query):
    cited = [{**CABLES[2], "refs": ["07STRELSAU12", "07STRELSAU13"]}]
    more = [{**row, "document": row["document"] + 10, "mrn": "07STRELSAU13"} for row in CABLES[:2]]
    query.empty()
    query.fill("cables", [*CABLES[:2], *more, *cited])
    rule = next(rule for rule in rules if rule.id == "CRP-012")
    found = [row["fingerprint"] for row in corpus_rules.findings(rule, query, False)]
    assert len(found) == len(set(found)) == 4  # two copies of each of the two references are classified higher


@pytest.fixture
def limits(monkeypatch):
    """The memory limits of the connections, in the order in which they are opened; each rule needs 1 GB."""
    asked = []

    class Query:
        def __init__(self, out, memory=database.MEMORY):
            self.memory = memory
            asked.append(memory)

        def close(self):
            pass

    def findings(rule, query, redact):
        yield {"document": 7, "rule": rule.id}
        if query.memory != "1GB":
            raise database.OutOfMemory("the query needs more memory than it may use")
        yield {"document": 8, "rule": rule.id}

    monkeypatch.setattr(database, "Query", Query)
    monkeypatch.setattr(corpus_rules, "findings", findings)
    return asked


def test_a_rule_that_runs_out_of_memory_runs_again_with_more(limits, rules, tmp_path):
    counts = pipeline._corpus_findings("audit", str(tmp_path), rules[:2], Options())
    assert ["90MB", "140MB", "1GB", "140MB", "1GB"] == limits
    assert {rule.id: 2 for rule in rules[:2]} == counts
    with open(tmp_path / "corpus.findings.jsonl", encoding="utf-8") as file:
        written = [json.loads(line) for line in file]
    expected = [{"document": number, "rule": rule.id} for rule in rules[:2] for number in (7, 8)]
    assert expected == written, "nothing remains of the runs that failed"


def test_a_rule_that_needs_too_much_memory_is_named(limits, rules, tmp_path, monkeypatch):
    monkeypatch.setattr(database, "MORE_MEMORY", ("140MB",))
    with pytest.raises(database.OutOfMemory, match=f"{rules[0].id} needs more than 140MB of memory"):
        pipeline._corpus_findings("audit", str(tmp_path), rules[:1], Options())


def test_closing_a_connection_leaves_the_temporary_files_of_another(finished):
    first, second = database.Query(str(finished)), database.Query(str(finished))
    try:
        os.makedirs(first.spill)
        second.close()
        assert os.path.isdir(first.spill)
    finally:
        first.close()
    assert not os.path.exists(first.spill)


def test_a_query_beyond_its_memory_says_so(finished):
    query = database.Query(str(finished), memory="1MB")
    try:
        with pytest.raises(database.OutOfMemory, match="needs more memory"):
            query.run("select count(distinct a.fingerprint || b.i) from findings a, range(100000) b(i)")
    finally:
        query.close()
