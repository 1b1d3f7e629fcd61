"""Test loading and caching with a few rules and words in place of the shipped ones."""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path
from zlib import crc32

import pytest

from checker import rulebook
from checker.checks import CHECKS
from checker.errors import ConfigError, RuleError
from checker.model import Subject, Telegram
from checker.record import copied
from checker.rulebook import Rule, Rulebook, authoring, compiled_cache, diagnostics, loader
from checker.rulebook.examples import ExampleResult
from checker.rulebook.mutation import Mutant
from checker.rulebook.schema import STATUSES, check_schema
from checker.rulebook.yaml_loader import RuleFile
from checker.text import Span
from checker.values import Date
from checker.vocabulary import Entry, Table

TABLE = "format: 1\ntable: {name}\ntitle: Some {name}\ncomplete: true\nsource: [memory]\nentries: {entries}\n"
LEVELS = (
    '[{code: S, title: SECRET, rank: 2, forms: {portion: [S]}, facts: {classified: "yes"}}, {code: C, title: '
    'CONFIDENTIAL, rank: 1, since: "1953-12-15"}, {code: U, title: UNCLASSIFIED, rank: 0, until: "2040-01-01"}]'
)


def rule(id: str, name: str, more: str = "", require: str = "{subject: present}") -> str:
    more = ", ".join(filter(None, [more, "" if "status:" in more else "status: draft"]))
    return (
        f"  - {{id: {id}, name: {name}, summary: A rule made for this test., cite: [{{source: memory}}], "
        f"message: none, require: {require}, {more}}}\n"
    )


def chapter(*rules: str) -> str:
    return "format: 1\nchapter: A chapter\nrules:\n" + "".join(rules)


def write(home: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(text, encoding="utf-8")
    return home


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a working folder with `shipped`, in place of the shipped rules, and `mine`, a pack. The cache folder is
    outside it.
    """
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    shipped = write(work / "shipped", {
        "one.yaml": chapter(rule("ONE-01", "first-rule", "aliases: [OLD-01], help: Do it., because: So."), rule("ONE-02", "second-rule", "status: stable, examples: {valid: [{base: base}], invalid: [{text: '⟦x⟧'}]}", "{mrn: present}")),
        "vocabulary/levels.yaml": TABLE.format(name="levels", entries=LEVELS),
        "vocabulary/sources.yaml": TABLE.format(name="sources", entries="[{code: memory}]"),
        "telegrams/base.txt": "1. (C) ALPHA.\n",
    })  # fmt: skip
    write(work / "mine", {
        "two.yaml": chapter(rule("TWO-01", "own-rule", "era: {from: '2000-01-01'}, profile: [IC]", "{mrn: {in_table: desks}}")),
        "vocabulary/desks.yaml": TABLE.format(name="desks", entries="[{code: EAST}]"),
        "telegrams/own.txt": "2. (U) BRAVO.\n",
    })  # fmt: skip
    for module in (rulebook, loader, loader, authoring):
        monkeypatch.setattr(module, "data_dir", {"rules": str(shipped)}.__getitem__)
    return work


def shown(book: Rulebook) -> object:
    """Return everything in a rulebook."""
    rules = [
        (
            rule.id,
            {key: value for key, value in rule.data.items() if key not in compiled_cache.DETAILS},
            rule.data | rule.details,
        )
        for rule in book.rules
    ]
    assert [rule.compiled(book.context).when for rule in book.rules] == [rule.data.get("when") for rule in book.rules]
    words = {name: (table.title, table.complete, list(table)) for name, table in book.vocabulary.tables.items()}
    return rules, words, book.packs, book.digest


def troubles(files: list[str]) -> list[str]:
    return [str(item) for item in loader.check_files(files)]


def refused(folders: list[str]) -> list[str]:
    with pytest.raises(RuleError) as caught:
        rulebook.load(folders, cache=False)
    return [str(item).partition("\n")[0] for item in caught.value.diagnostics]


# ---- loading ---------------------------------------------------------------------------------------------------


def test_the_shipped_book_is_loaded_where_none_is_named(here: Path) -> None:
    book = rulebook.load()
    assert [("ONE-01", "shipped"), ("ONE-02", "shipped")] == [(rule.id, rule.pack) for rule in book.rules]
    assert ({"name": "shipped", "version": "", "folder": str(here / "shipped")},) == book.packs
    assert ["levels", "sources"] == list(book.vocabulary.tables)
    assert 64 == len(book.digest)


def test_a_pack_alone_has_the_shipped_words_and_telegrams_but_not_its_rules(here: Path) -> None:
    book = rulebook.load(["mine"], cache=False)
    assert [("TWO-01", "mine", "A chapter")] == [(rule.id, rule.pack, rule.chapter) for rule in book.rules]
    assert ["levels", "sources", "desks"] == list(book.vocabulary.tables)
    (own,) = book.rules
    assert ("mine/two.yaml", 4, 5) == own.place
    assert (["memory", ""],) == tuple(own.data["cite"])


def test_a_folder_named_twice_by_two_names_brings_its_words_once(here: Path) -> None:
    book = rulebook.load(["shipped"], cache=False)
    assert ["ONE-01", "ONE-02"] == [rule.id for rule in book.rules]
    assert "shipped/one.yaml" != book.rules[0].place[0] and "rules/one.yaml" == book.rules[0].place[0]


def test_all_troubles_of_all_folders_at_once(here: Path) -> None:
    write(here, {"mine/two.yaml": chapter(rule("TWO-01", "own-rule", "", "{mrx: present}"))})
    write(here, {"mine/vocabulary/desks.yaml": TABLE.format(name="desk", entries="[]")})
    write(here, {"mine/zoo.yaml": "{"})
    assert [
        "mine/vocabulary/desks.yaml:2:8: error[R009]: the table is called \"desk\", but the file is called desks.yaml",
        "gone:1:1: error[R001]: no such folder",
        'mine/two.yaml:4:122: error[R011]: no field "mrx" in Telegram',
        "mine/zoo.yaml:2:1: error[R003]: not valid YAML: did not find expected node content",
    ] == sorted(refused(["shipped", "mine", "gone"]), key=lambda words: (words[0] != "m" or "voc" not in words, words[0] != "g"))  # fmt: skip


def test_without_levels_nothing_else_is_read(here: Path) -> None:
    write(here, {"shipped/vocabulary/levels.yaml": "{"})
    assert ["rules/vocabulary/levels.yaml:2:1: error[R003]: not valid YAML: did not find expected node content"] == [
        words.replace("shipped/", "rules/") for words in refused(["shipped", "mine"])
    ]


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ([rule("TWO-01", "a", "", "{info: present}"), rule("TWO-01", "b", "", "{mrn: absent}")],
         '5:5: error[R022]: "TWO-01" is already used by TWO-01 in mine/two.yaml\n'
         "      = help: Choose an unused id or name."),
        ([rule("TWO-01", "a", "", "{info: present}"), rule("TWO-02", "a", "", "{mrn: absent}")],
         '5:5: error[R022]: "a" is already used by TWO-01 in mine/two.yaml\n      = help: Choose an unused id or name.'),
        ([rule("TWO-01", "a", "", "{info: present}"), rule("TWO-02", "b", "aliases: [X, TWO-01]", "{mrn: absent}")],
         '5:5: error[R022]: "TWO-01" is already used by TWO-01 in mine/two.yaml\n'
         "      = help: Choose an unused id or name."),
        ([rule("TWO-01", "second-rule", "", "{mrn: absent}")],
         '4:5: error[R022]: "second-rule" is already used by ONE-02 in rules/one.yaml\n'
         "      = help: Choose an unused id or name."),
        ([rule("TWO-01", "a", "aliases: [a, TWO-01, b]")], "4:5: error[R027]: equivalent to ONE-01\n"
         "      = help: Keep one, and list the other id under `aliases`."),
        ([rule("TWO-01", "a", "profile: [IC]"), rule("TWO-02", "b", "profile: [GEN]"), rule("TWO-03", "c", "profile: [IC]")],
         "6:5: error[R027]: equivalent to TWO-01\n      = help: Keep one, and list the other id under `aliases`."),
        ([rule("TWO-01", "a", "status: deprecated, replaced_by: TWO-00, since: '1', reason: x", "{mrn: absent}")],
         '4:5: error[R028]: `replaced_by` names an unknown rule "TWO-00"\n      = help: Did you mean "TWO-01"?'),
        ([rule("TWO-01", "a", "status: deprecated, replaced_by: QQQ, since: '1', reason: x", "{mrn: absent}")],
         '4:5: error[R028]: `replaced_by` names an unknown rule "QQQ"'),
        ([rule("TWO-01", "a", "status: deprecated, replaced_by: ONE-01, since: '1', reason: x", "{mrn: absent}")], ""),
        ([rule("TWO-01", "a", "when: {subject: present}"), rule("TWO-02", "b", "when: {subject: absent}"),
          rule("TWO-03", "c", "era: {from: '2000-01-01'}"), rule("TWO-04", "d", "each: portions"),
          rule("TWO-05", "e", "each: portions, where: {depth: {is: 1}}")], ""),
    ],
)  # fmt: skip
def test_rules_are_judged_against_each_other(here: Path, rules: list[str], expected: str) -> None:
    write(here, {"mine/two.yaml": chapter(*rules)})
    if not expected:
        assert [] == troubles(["mine/two.yaml"])
        assert len(rules) + 2 == len(rulebook.load(["shipped", "mine"], cache=False))
        return
    place, _, words = expected.partition(" ")
    first, *help = words.split("\n")
    (told,) = troubles(["mine/two.yaml"])
    lines = told.split("\n")
    assert f"mine/two.yaml:{place} {first}" == lines[0]
    assert help == [line for line in lines if "= help" in line]
    assert told.endswith(f"explain: cablecheck explain {first[6:10]}") and "= rule: TWO-0" in told
    assert [lines[0]] == refused(["shipped", "mine"])


def test_one_clash_hides_no_other(here: Path) -> None:
    write(
        here,
        {
            "mine/two.yaml": chapter(
                *(
                    rule(f"TWO-0{n}", name, "", f"{{banner.serial: {{is: {n}}}}}")
                    for n, name in ((1, "a"), (2, "a"), (3, "b"), (4, "b"))
                )
            )
        },
    )
    told = [words.partition("\n")[0].partition(": ")[2] for words in troubles(["mine/two.yaml"])]
    assert [
        f'error[R022]: "{name}" is already used by TWO-0{n} in mine/two.yaml' for name, n in (("a", 1), ("b", 3))
    ] == told
    assert ("", (), frozenset()) == ((book := Rulebook([], rulebook.load().vocabulary)).digest, book.packs, book.named)


# ---- single files ------------------------------------------------------------------------------------------------


def test_files_and_folders_are_checked_with_what_stands_beside_them(here: Path) -> None:
    assert [] == troubles(["mine"]) == troubles(["mine/two.yaml"]) == troubles(["mine/vocabulary/desks.yaml"])
    assert [] == troubles(["shipped"]) == troubles(["shipped/one.yaml"]) == troubles([])
    assert [] == troubles(["mine/two.yaml", "shipped/one.yaml", "mine/vocabulary/desks.yaml", "mine"])
    write(
        here,
        {
            "mine/pack.yaml": "format: 1\n",
            "mine/words.yaml": TABLE.format(name="wrods", entries="[]"),
            "mine/x.yaml": "x",
        },
    )
    assert ["mine/pack.yaml:1:1: error[R033]"] * 4 == [words[:31] for words in troubles(["mine/pack.yaml"])]
    assert ['mine/words.yaml:2:8: error[R009]: the table is called "wrods", but the file is called words.yaml'] == [
        words.partition("\n")[0] for words in troubles(["mine/words.yaml"])
    ]
    assert ["mine/x.yaml:1:1: error[R009]"] == [words[:28] for words in troubles(["mine/x.yaml"])]
    assert ["gone.yaml:1:1: error[R001]: cannot read the file: No such file or directory"] == [
        words.partition("\n")[0] for words in troubles(["gone.yaml"])
    ]


def test_troubles_of_the_words_and_telegrams_around_a_file_are_told(here: Path) -> None:
    write(
        here,
        {"mine/vocabulary/desks.yaml": "{", "yours/one.yaml": chapter(rule("YOU-01", "you", "", "{mrx: present}"))},
    )
    write(here, {"theirs/one.yaml": chapter(rule("THE-01", "they", "", "{mry: present}"))})
    first = [words.partition("\n")[0] for words in troubles(["mine/two.yaml"])]
    assert "mine/vocabulary/desks.yaml:2:1: error[R003]: not valid YAML: did not find expected node content" == first[0]
    assert [] == first[1:]  # not that there is no table `desks`, which follows
    write(here, {"mine/vocabulary/sources.yaml": "- {code: MINE}\n", "mine/vocabulary/desks.yaml": "- {code: A}\n"})
    write(here, {"mine/four.yaml": chapter(rule("FOU-01", "four", "", "{mrn: absent}")).replace("memory", "MINE")})
    found = troubles(["mine/four.yaml"])
    assert ["mine/vocabulary/desks.yaml:1:1: error[R009]", "mine/vocabulary/sources.yaml:1:1: error[R009]"] == [
        words.partition(": a ")[0] for words in found
    ]
    assert "`table: sources`, `title: …`, `source: [memory]`, and the list under `entries:`" in found[1]
    os.remove(here / "mine" / "vocabulary" / "sources.yaml")
    (table, source) = troubles(["mine/four.yaml"])
    assert "desks.yaml:1:1: error[R009]" in table and 'error[R019]: unknown source "MINE"' in source
    assert ['no field "mrx"', 'no field "mry"'] == [
        words[words.index("no field") :][:14] for words in troubles(["yours", "theirs"])
    ]
    (here / "leak.txt").write_text("x", encoding="utf-8")
    (here / "shipped" / "telegrams" / "leak.txt").symlink_to(here / "leak.txt")
    (here / "shipped" / "leak.yaml").symlink_to(here / "leak.txt")
    told = [words.partition("\n")[0] for words in troubles(["yours/one.yaml"])]
    assert "rules/telegrams/leak.txt:1:1: error[R031]: the file lies outside the folder of its pack" == told[0]
    assert 2 == len(told) and "mrx" in told[1]


def test_words_beside_a_file_that_lie_elsewhere_are_not_read(here: Path) -> None:
    (here / "mine" / "vocabulary").rename(here / "elsewhere")
    (here / "mine" / "vocabulary").symlink_to(here / "elsewhere")
    assert 'unknown vocabulary table "desks"' in troubles(["mine/two.yaml"])[0]
    (here / "mine" / "vocabulary").unlink()
    (here / "elsewhere").rename(here / "mine" / "vocabulary")
    (here / "mine" / "desks.yaml").write_text(TABLE.format(name="desks", entries="[{code: WEST}]"), encoding="utf-8")
    assert [] == troubles(["mine/two.yaml"])


def test_telegrams_beside_a_file_that_lie_elsewhere_are_left_alone(here: Path) -> None:
    (here / "leak.txt").write_text("x", encoding="utf-8")
    (here / "mine" / "telegrams" / "leak.txt").symlink_to(here / "leak.txt")
    assert [] == troubles(["mine/two.yaml"])


def test_files_that_are_checked_together_are_judged_against_each_other(here: Path) -> None:
    for name in ("three", "four"):
        write(here, {f"mine/{name}.yaml": chapter(rule("TWO-07", name, "", f"{{banner.serial: {{is: {len(name)}}}}}"))})
    assert [] == troubles(["mine/three.yaml"]) == troubles(["mine/four.yaml"])
    (told,) = troubles(["mine/three.yaml", "mine/four.yaml"])
    assert told.startswith('mine/four.yaml:4:5: error[R022]: "TWO-07" is already used by TWO-07 in mine/three.yaml')


def test_drafts_and_deprecated_rules_run_only_when_named(here: Path) -> None:
    data = [
        {"id": status, "name": status, "severity": "info", "status": status, "profile": ["ALL"]} for status in STATUSES
    ]
    book = Rulebook([Rule(each) for each in data], rulebook.load().vocabulary)
    assert ["provisional", "stable"] == [each.id for each in book.rules if book.runs(each)]
    assert ["deprecated"] == [
        each.id for each in book.select(["deprecated"]).rules if book.select(["deprecated"]).runs(each)
    ]


def test_a_load_that_keeps_nothing_leaves_nothing(here: Path) -> None:
    before = sorted(here.rglob("*"))
    rulebook.load(["mine"], cache=False)
    assert before == sorted(here.rglob("*"))


def test_a_chapter_beside_telegrams_may_begin_from_them(here: Path) -> None:
    more = "status: stable, examples: {valid: [{base: own}, {base: base}], invalid: [{base: own, swap: {BRAVO: ⟦⟧}}]}"
    write(here, {"mine/two.yaml": chapter(rule("TWO-01", "own-rule", more, "{mrn: absent}"))})
    assert [] == troubles(["mine/two.yaml"])
    assert [] == troubles([str(here / "mine" / "two.yaml")])
    write(here, {"yours/two.yaml": chapter(rule("TWO-01", "own-rule", more, "{mrn: absent}"))})
    told = troubles(["yours/two.yaml"])
    assert ['error[R023]: unknown base telegram "own"'] * 2 == [
        words.partition("\n")[0].partition(": ")[2] for words in told
    ]


def test_a_file_of_rules_is_not_judged_against_itself(here: Path) -> None:
    os.symlink(here / "shipped", here / "linked")
    assert [] == troubles(["linked/one.yaml"]) == troubles(["shipped/../shipped/one.yaml"])


def test_a_file_larger_than_four_million_bytes_is_refused(here: Path) -> None:
    (here / "large.yaml").write_bytes(b"#" * ((4 << 20) + 1))
    assert [
        "large.yaml:1:1: error[R008]: the file is larger than 4194304 bytes\n      = explain: cablecheck explain R008"
    ] == troubles(["large.yaml"])
    (here / "large.yaml").write_bytes(b"#" * (4 << 20))
    assert ["large.yaml:1:1: error[R009]"] == [words[:27] for words in troubles(["large.yaml"])]


# ---- overlays, choosing, looking up ----------------------------------------------------------------------------------


def test_overlays_change_rules_by_any_of_their_names(here: Path) -> None:
    book = rulebook.load(
        overlays=[
            {"rule": "OLD-01", "severity": "error", "by": "one.toml"},
            {"rule": "first-rule", "severity": "info"},
            {"rule": "ONE-02", "off": True},
        ]
    )
    one, two = book.rules
    assert ("info", "warning to info by the command line", "draft") == (one.severity, one.changed, one.status)
    assert ("warning", "off by the command line", "draft", False) == (
        two.severity,
        two.changed,
        two.status,
        book.runs(two),
    )
    assert ("Do it.", "So.", ("OLD-01",)) == (one.help, one.because, one.aliases)
    assert shown(rulebook.load()) == shown(rulebook.load(overlays=[]))


def test_an_overlay_changes_nothing_else_of_a_kept_book(here: Path, request: pytest.FixtureRequest) -> None:
    for _ in ("cold", "warm"):
        plain, book = rulebook.load(), rulebook.load(overlays=[{"rule": "ONE-01", "severity": "info"}])
        assert (plain.digest, plain.packs) == (book.digest, book.packs)
        assert list(plain.vocabulary.tables) == list(book.vocabulary.tables)
        assert [(rule.details, rule.place) for rule in plain.rules] == [
            (rule.details, rule.place) for rule in book.rules
        ]
        assert [["info", "warning"], ["warning to info by the command line", ""]] == [
            [rule.severity for rule in book.rules], [rule.changed for rule in book.rules],
        ]  # fmt: skip
        named = plain.select(["ONE-01"]).changed({"ONE-01": {"severity": "error"}})
        assert (frozenset({"ONE-01"}), plain.digest, plain.packs) == (named.named, named.digest, named.packs)
        if "no_yaml" not in request.fixturenames:
            request.getfixturevalue("no_yaml")


def test_codes_of_troubles_are_explained_in_any_case(here: Path) -> None:
    words = "R007: A file must have one YAML document. Split the file."
    assert [words, words, None] == [diagnostics.explain_code(code) for code in ("R007", "r007", "R999")]


def test_the_published_schemas_are_what_the_code_says() -> None:
    home = Path(__file__).parent.parent.parent / "schemas"
    for name in ("pack", "rules", "vocabulary"):
        assert (home / f"{name}.schema.json").read_text(encoding="utf-8") == authoring.schema_text(name)


def test_shapes_of_other_packages_are_told_too() -> None:
    def told(text: str, shape: dict[str, object]) -> list[str]:
        file = RuleFile("x.yaml", text.encode())
        paths = check_schema(f"trial {shape}", file, lambda: shape)
        assert len(paths) == len(file.diagnostics)
        return [str(item).partition("\n")[0] + "|" + item.help for item in file.diagnostics]

    assert ['x.yaml:1:1: error[R009]: "7" is not allowed here|Write few.'] == told(
        "7", {"maximum": 3, "description": "Few."}
    )
    assert ['x.yaml:1:1: error[R009]: invalid value "b"|Write an a.'] == told(
        "b", {"pattern": "^a$", "description": "An a."}
    )
    assert ["x.yaml:1:1: error[R009]: the list is empty|"] == told("[]", {"minItems": 1})
    keys = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a", "b"]}
    assert [
        'x.yaml:1:1: error[R033]: the key "a" is missing|',
        'x.yaml:1:1: error[R033]: the key "b" is missing|',
    ] == told("{}", {**keys, "properties": {"a": {}, "b": {}}})
    assert [] == told("7", {"maximum": 7})
    assert ["x.yaml:1:1: error[R009]: expected a number or true or false, not a mapping|"] == told(
        "{}", {"type": ["number", "boolean"]}
    )
    assert ["x.yaml:1:1: error[R009]: expected a string, not a mapping|"] == told("{}", {"type": ["string", "number"]})
    assert ['x.yaml:1:1: error[R009]: expected a list or a mapping, not "x"|'] == told(
        "x", {"type": ["array", "object"]}
    )
    assert ['x.yaml:2:3: error[R009]: expected an integer, not "y"|'] == told(
        "- 1\n- y", {"items": {"type": "integer"}}
    )
    assert [] == told("[-1, 0, 12, 123456789012345678]", {"items": {"type": "integer"}})
    assert 4 == len(told("[01, 1234567890123456789, -, '1']", {"items": {"type": "integer"}}))


def test_overlays_of_no_rule_are_told_all_at_once(here: Path) -> None:
    with pytest.raises(RuleError) as caught:
        rulebook.load(overlays=[{"rule": "ONE-03", "off": True, "by": "my.toml"}, {"rule": "ONE-01"}, {"rule": "qqq"}])
    assert [
        'my.toml:1:1: error[R037]: unknown rule "ONE-03"\n      = help: Did you mean "ONE-02"?\n      = explain: cablecheck explain R037',
        'the command line:1:1: error[R037]: unknown rule "qqq"\n      = explain: cablecheck explain R037',
    ] == list(map(str, caught.value.diagnostics))


def test_rules_are_found_and_chosen_by_id_name_and_alias(here: Path) -> None:
    book = rulebook.load()
    assert ["ONE-01"] * 3 + [None] == [
        found and found.id for found in map(book.find, ("ONE-01", "first-rule", "OLD-01", "x"))
    ]
    alone = book.select(["OLD-01", "first-rule"])
    assert (["ONE-01"], frozenset({"ONE-01"}), book.digest, book.packs) == (
        [rule.id for rule in alone.rules], alone.named, alone.digest, alone.packs,
    )  # fmt: skip
    assert (1, True, False) == (len(alone), alone.runs(alone.rules[0]), book.runs(book.rules[0]))
    for word, near in (
        ("frist-rule", "unknown rule \"frist-rule\"; did you mean 'first-rule'?"),
        ("ONE-022", "unknown rule \"ONE-022\"; did you mean 'ONE-02'?"),
        ("qqq", 'unknown rule "qqq"'),
    ):
        with pytest.raises(ConfigError) as caught:
            book.select([word])
        assert near == str(caught.value)


def test_a_rule_tells_all_it_has(here: Path) -> None:
    one, two = rulebook.load().rules
    assert "Rule(ONE-01 first-rule)" == repr(one)
    assert ("A rule made for this test.", "So.", "A chapter", "Do it.", ("memory",)) == (
        one.summary, one.because, one.chapter, one.help, one.cite,
    )  # fmt: skip
    assert (("rules/one.yaml", 4, 5), [], "", "shipped") == (one.place, one.examples, one.replaced_by, one.pack)
    assert ["valid", "invalid"] == [example["kind"] for example in two.examples]
    assert one.source.startswith("- {id: ONE-01, name: first-rule, summary:") and one.source.endswith("}\n")
    assert (None, (), ("ALL",), "warning", "") == (one.era, one.tags, one.profile, one.severity, one.changed)
    bare = Rule(
        {
            "id": "X",
            "name": "x",
            "severity": "info",
            "status": "draft",
            "profile": ["IC"],
            "cite": [["a", ""], ["b", "c"]],
            "tags": ["t"],
        }
    )
    assert ("", "", "", "", "", "", ("a", "b c"), [], ("t",), ()) == (
        bare.pack, bare.help, bare.summary, bare.because, bare.chapter, bare.source, bare.cite, bare.examples, bare.tags,
        bare.aliases,
    )  # fmt: skip


# ---- eras and profiles -------------------------------------------------------------------------------------------------


def test_a_plan_holds_the_rules_of_its_profile_and_days(here: Path) -> None:
    eras = {
        "A": "{from: '2000-01-01'}",
        "B": "{before: '2000-01-01'}",
        "C": "{from: '1990-01-01', before: '2010-01-01'}",
    }
    rules = [
        rule(f"TWO-0{n}", f"r{n}", f"era: {era}, profile: [{'CABLE, IC' if n else 'ALL'}], status: draft")
        for n, era in enumerate(eras.values())
    ]
    write(here, {"mine/two.yaml": chapter(*rules, rule("TWO-09", "r9", "profile: [GEN]"))})
    book = rulebook.load(["mine"], cache=False)
    book = book.select([rule.id for rule in book.rules])

    def plan(profile: str, day: Date | None) -> tuple[list[str], list[str]]:
        made = book.plan(profile, day)
        return [job[0].id for job in made.root.all_jobs()], [rule.id for rule in made.undecided]

    a, b, c = "TWO-00", "TWO-01", "TWO-02"
    assert ([b], []) == plan("CABLE", Date.of("1989-12-31"))
    assert ([b, c], []) == plan("CABLE", Date.of("1990-01-01"))
    assert ([b, c], []) == plan("IC", Date.of("1999-12-31"))
    assert ([a, c], []) == plan("CABLE", Date.of("2000-01-01"))
    assert ([a], []) == plan("CABLE", Date.of("2010-01-01"))
    assert ([b], [c]) == plan("CABLE", Date(date(1989, 1, 1), date(1991, 1, 1), "range"))
    assert ([c], [a, b]) == plan("CABLE", Date(date(1999, 1, 1), date(2001, 1, 1), "range"))
    assert ([], [a, b, c]) == plan("CABLE", None)
    assert (["TWO-09"], [a]) == plan("GEN", None)
    assert [a, "TWO-09"] == sorted(plan("GEN", Date.of("2005"))[0])
    assert ([], []) == plan("CUI", Date.of("1980"))
    assert book.plan("CABLE", Date.of("1991")) is book.plan("CABLE", Date.of("1992-03-04"))


# ---- the cache -----------------------------------------------------------------------------------------------------------


def kept(here: Path) -> Path:
    (found,) = (here.parent / "home" / "cablecheck").iterdir()
    return found


@pytest.fixture
def no_yaml(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make reading rule files an error from here on."""

    def broken(*given: object) -> None:
        raise AssertionError("rule files are read")

    monkeypatch.setattr(loader, "read_folders", broken)


def test_a_rule_out_of_the_cache_has_only_what_a_run_needs(here: Path) -> None:
    rulebook.load()
    for each in rulebook.load().rules:
        assert set() == compiled_cache.DETAILS & set(each.data)
        assert set(each.head) <= set(compiled_cache.HEAD)
        assert set(each.data) - set(each.tests) == {"cite", "message"} | ({"help"} if each.help else set())


def test_a_table_out_of_the_cache_gives_the_entries_with_a_fact(here: Path) -> None:
    fresh = rulebook.load().vocabulary["levels"]
    for fact, codes in (("classified", ["S"]), ("portion", []), ("yes", [])):  # a kind of form and a value are no facts
        kept_table = rulebook.load().vocabulary["levels"]
        assert [each.code for each in kept_table.with_fact(fact)] == codes
        assert kept_table.with_fact(fact) == fresh.with_fact(fact)
        assert kept_table.entries == fresh.entries
        assert kept_table.with_fact(fact) == fresh.with_fact(fact), "the same once the table is parsed"


@pytest.mark.parametrize("lost", [1, 2])
def test_lines_that_are_lost_are_read_anew(here: Path, lost: int) -> None:
    cold = shown(rulebook.load())
    path = kept(here)
    first, _, data = path.read_bytes().partition(b"\n")
    sizes = json.loads(first)["sizes"][: 1 - lost or None]  # the last line is not among them
    rest = data[: sum(sizes)]
    sums = {"sum": crc32(rest), "sizes": sizes}
    path.write_bytes(json.dumps(json.loads(first) | sums).encode() + b"\n" + rest)
    assert cold == shown(rulebook.load())


def test_details_are_read_from_the_rule_files_if_the_cache_was_replaced(here: Path) -> None:
    cold = shown(rulebook.load())
    warm = rulebook.load()
    kept(here).write_bytes(b"another")
    assert cold == shown(warm)


def test_names_that_no_encoding_has_are_names(here: Path) -> None:
    assert compiled_cache.cache_path(["\udcff"]) != compiled_cache.cache_path(["\udcfe"])
    assert compiled_cache.digest([["x/\udcff.yaml", 0, 0, 0]]) != compiled_cache.digest([["x/\udcfe.yaml", 0, 0, 0]])


def test_another_layout_or_model_is_kept_elsewhere(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = compiled_cache.cache_path(["shipped"])
    for name in ("LAYOUT", "MODEL_VERSION", "VERSION"):
        with monkeypatch.context() as patch:
            patch.setattr(compiled_cache, name, f"{getattr(compiled_cache, name)}9")
            assert path != compiled_cache.cache_path(["shipped"])
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(here))
    assert os.path.dirname(compiled_cache.cache_path(["shipped"])) == str(here / ".cache" / "cablecheck")


def test_what_is_kept_is_what_was_read(here: Path, request: pytest.FixtureRequest) -> None:
    folders = ["shipped", "mine"]
    cold = shown(rulebook.load(folders))
    request.getfixturevalue("no_yaml")
    assert cold == shown(rulebook.load(folders))
    assert ["ONE-01", "ONE-02", "TWO-01"] == [rule.id for rule in rulebook.load(folders).rules]
    with pytest.raises(AssertionError, match="rule files are read"):
        rulebook.load(folders, cache=False)
    with pytest.raises(AssertionError, match="rule files are read"):
        rulebook.load(["mine"])


@pytest.mark.parametrize(
    "wrong", [b"", b"{}", b"[1]", b"\xff\xfe", b"[" * 99999, b'{"layout": 6, "sum": 0, "sizes": []}\n', b"null"]
)
def test_what_is_spoilt_is_read_anew(here: Path, wrong: bytes) -> None:
    cold = shown(rulebook.load())
    kept(here).write_bytes(wrong)
    assert cold == shown(rulebook.load())


def test_one_changed_byte_of_what_is_kept_is_seen(here: Path) -> None:
    cold = shown(rulebook.load())
    path = kept(here)
    data = path.read_bytes()
    for at in range(data.index(b"\n") + 1, len(data), 61):
        path.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        assert cold == shown(rulebook.load())


@pytest.mark.parametrize(("key", "value"), [("layout", 2), ("sum", 1), ("digest", "x"), ("stats", [])])
def test_what_is_kept_of_other_files_is_not_taken(here: Path, key: str, value: object) -> None:
    cold = shown(rulebook.load())
    path = kept(here)
    first, _, rest = path.read_text(encoding="utf-8").partition("\n")
    data = json.loads(first) | {key: value}
    if key == "digest":
        data["stats"][0][2] = 1  # a time has changed, and the bytes are not those
    path.write_text(json.dumps(data) + "\n" + rest, encoding="utf-8")
    assert cold == shown(rulebook.load())


def test_a_touched_file_with_the_same_bytes_stays(here: Path, request: pytest.FixtureRequest) -> None:
    cold = shown(rulebook.load())
    os.utime(here / "shipped" / "one.yaml", (1, 1))
    request.getfixturevalue("no_yaml")
    assert cold == shown(rulebook.load())
    first = json.loads(kept(here).read_text(encoding="utf-8").partition("\n")[0])
    assert compiled_cache.stats([str(here / "shipped")]) == first["stats"]
    assert cold == shown(rulebook.load())


@pytest.mark.parametrize("name", ["one.yaml", "vocabulary/levels.yaml", "telegrams/base.txt"])
@pytest.mark.parametrize("change", ["changed", "renamed", "gone", "added"])
def test_every_change_to_what_is_read_is_seen(
    here: Path, name: str, change: str, request: pytest.FixtureRequest
) -> None:
    before = rulebook.load().digest
    path = here / "shipped" / name
    if change == "changed":
        path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    elif change == "renamed":
        path.rename(path.with_name("zzz" + path.suffix))
    elif change == "gone":
        path.unlink()
    else:
        path.with_name("zzz" + path.suffix).write_text("", encoding="utf-8")
    request.getfixturevalue("no_yaml")
    with pytest.raises(AssertionError, match="rule files are read"):
        rulebook.load()
    assert before != compiled_cache.digest(compiled_cache.stats([str(here / "shipped")]))


def test_a_change_of_the_shipped_words_is_seen_by_a_pack_alone(here: Path) -> None:
    before = rulebook.load(["mine"])
    write(
        here,
        {"shipped/vocabulary/levels.yaml": TABLE.format(name="levels", entries="[{code: S, title: SECRET, rank: 7}]")},
    )
    after = rulebook.load(["mine"])
    assert [2, 7] == [book.vocabulary["levels"].entries[0].rank for book in (before, after)]
    assert before.digest != after.digest


def test_checks_that_no_package_has_are_told(here: Path) -> None:
    with pytest.raises(ConfigError, match='no installed package has the check "two-answers"'):
        rulebook.load(checks=["two-answers"])


def test_other_files_are_no_change(here: Path, request: pytest.FixtureRequest) -> None:
    rulebook.load()
    write(
        here / "shipped",
        {"notes.md": "x", "vocabulary/notes.txt": "x", "telegrams/notes.yaml": "x", "deep/one.yaml": "x"},
    )
    request.getfixturevalue("no_yaml")
    assert 2 == len(rulebook.load())


def test_what_is_known_of_a_file_is_its_path_size_time_and_number(here: Path) -> None:
    path = here / "shipped" / "telegrams" / "base.txt"
    about = path.stat()
    found = compiled_cache.stats([str(here / "shipped"), "gone"])
    assert [str(path), 14, about.st_mtime_ns, about.st_ino] in found
    assert ["one.yaml", "levels.yaml", "sources.yaml", "base.txt"] == [os.path.basename(row[0]) for row in found[:4]]
    assert [["gone", -1, 0, 0], ["gone/vocabulary", -1, 0, 0], ["gone/telegrams", -1, 0, 0]] == found[4:]


def test_the_digest_is_of_names_and_bytes(here: Path) -> None:
    write(here, {"a/one.yaml": "x", "b/one.yaml": "x", "c/two.yaml": "x", "d/one.yaml": "y"})
    digests = [compiled_cache.digest(compiled_cache.stats([name])) for name in "abcd"]
    assert digests[0] == digests[1] and 3 == len(set(digests))
    gone = compiled_cache.stats(["a"])
    (here / "a" / "one.yaml").unlink()
    assert compiled_cache.digest(gone) not in digests
    assert "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" == compiled_cache.digest([])


def test_where_books_are_kept(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = compiled_cache.cache_path(["shipped"])
    assert os.path.dirname(path) == str(here.parent / "home" / "cablecheck")
    assert (
        os.path.basename(path).startswith("rules-")
        and path.endswith(".json")
        and 16 == len(os.path.basename(path)[6:-5])
    )
    assert (
        path
        == compiled_cache.cache_path([str(here / "shipped")])
        != compiled_cache.cache_path(["mine"])
        != compiled_cache.cache_path(["shipped", "mine"])
    )
    for base in ("", "relative"):
        monkeypatch.setenv("XDG_CACHE_HOME", base)
        monkeypatch.setenv("HOME", str(here))
        assert compiled_cache.cache_path(["shipped"]).startswith(str(here / ".cache" / "cablecheck"))
    monkeypatch.setenv("HOME", "relative")
    assert "" == compiled_cache.cache_path(["shipped"])
    assert 2 == len(rulebook.load())


def test_a_folder_that_refuses_is_no_trouble_and_leaves_nothing(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here.parent / "home").write_text("in the way", encoding="utf-8")
    assert 2 == len(rulebook.load())
    (here.parent / "home").unlink()

    def refuse(*given: object) -> None:
        raise OSError

    monkeypatch.setattr(os, "replace", refuse)
    assert 2 == len(rulebook.load())
    assert [] == list((here.parent / "home" / "cablecheck").iterdir())
    assert 0o700 == (here.parent / "home" / "cablecheck").stat().st_mode & 0o777


def test_a_book_with_a_check_that_is_not_switched_on_is_read_anew(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = type("Module", (), {"Ask": type("Ask", (), {"__fields__": (), "__defaults__": {}}), "FACTS": ()})
    monkeypatch.setitem(CHECKS, "some-check", module)  # type: ignore[arg-type]
    words = rule("TWO-01", "own-rule", "check: some-check").replace("require: {subject: present}, ", "")
    write(here, {"mine/two.yaml": chapter(words)})
    assert "some-check" == rulebook.load(["mine"]).rules[0].data["check"]
    assert "some-check" == rulebook.load(["mine"]).rules[0].head["check"]
    monkeypatch.delitem(CHECKS, "some-check")
    with pytest.raises(RuleError, match='unknown check "some-check"'):
        rulebook.load(["mine"])


def test_a_rule_is_made_ready_once_for_each_book(here: Path) -> None:
    rulebook.load()
    one, two = rulebook.load(), rulebook.load()
    each = one.rules[0]
    program = each.compiled(one.context)
    assert program is each.compiled(one.context)
    assert program is not each.compiled(two.context) and two.context is each.compiled(two.context).context
    bare = Telegram(Span(0, 3), "plain")
    assert [False, True] == [
        program.require((made,)) for made in (bare, copied(bare, subject=Subject(Span(0, 1), "x")))
    ]
    with pytest.raises(AttributeError, match="colour"):
        _ = program.colour


def test_a_check_that_is_not_switched_on_is_told() -> None:
    head = {
        "id": "TWO-01",
        "name": "x",
        "severity": "info",
        "status": "stable",
        "profile": ["ALL"],
        "check": "two-answers",
    }
    with pytest.raises(
        ConfigError, match=r'^TWO-01 needs the check "two-answers", which is not enabled .option `checks`.$'
    ):
        Rule(head).compiled(rulebook.load().context)


def test_links_out_of_a_pack_are_told_when_it_is_loaded(here: Path) -> None:
    (here / "leak.txt").write_text("x", encoding="utf-8")
    (here / "shipped" / "telegrams" / "leak.txt").symlink_to(here / "leak.txt")
    assert ["TWO-01"] == [each.id for each in rulebook.load(["mine"], cache=False).rules]
    (here / "mine" / "vocabulary").rename(here / "elsewhere")
    (here / "mine" / "vocabulary").symlink_to(here / "elsewhere")
    first, second = refused(["mine"])
    assert "mine/vocabulary:1:1: error[R031]: the file lies outside the folder of its pack" == first
    assert second.endswith('unknown vocabulary table "desks"')


def test_words_out_of_the_cache_are_opened_when_asked_for(here: Path, no_yaml: None = None) -> None:
    rulebook.load()
    words = rulebook.load().vocabulary
    tables = words.tables
    assert ["levels", "sources"] == list(tables)
    assert not hasattr(tables["levels"], "nothing")
    with pytest.raises(AttributeError):
        Table.entries.__get__(tables["levels"])  # type: ignore[attr-defined]
    entry = words["levels"].get("S")
    assert Entry("S", "SECRET", {"portion": ("S",)}, 2, None, None, "", {"classified": ("yes",)}) == entry
    assert [None, date(1953, 12, 15), None] == [entry.since for entry in words["levels"]]
    assert [None, None, date(2040, 1, 1)] == [entry.until for entry in words["levels"]]
    with pytest.raises(AttributeError):
        Table.entries.__get__(tables["sources"])  # type: ignore[attr-defined]
    assert ["Some levels", "Some sources"] == [table.title for table in tables.values()]
    assert tables["levels"] is tables["levels"]
    assert ("levels", True) == (tables["levels"].name, tables["levels"].complete)


# ---- commands ----------------------------------------------------------------------------------------------------------------


def test_the_book_of_files_and_folders(here: Path) -> None:
    assert ["ONE-01", "ONE-02"] == [rule.id for rule in authoring.rulebook_of([]).rules]
    assert ["TWO-01"] == [rule.id for rule in authoring.rulebook_of(["mine"]).rules]
    assert ["TWO-01"] == [rule.id for rule in authoring.rulebook_of(["mine/two.yaml"]).rules]
    assert ["ONE-01", "ONE-02"] == [rule.id for rule in authoring.rulebook_of(["shipped"]).rules]
    assert ["ONE-01", "ONE-02", "TWO-01"] == [
        rule.id for rule in authoring.rulebook_of(["mine", "shipped/one.yaml"]).rules
    ]
    assert "mine/two.yaml" == authoring.rulebook_of(["mine/two.yaml"]).rules[0].place[0]
    assert "desks" in authoring.rulebook_of(["mine/two.yaml"]).vocabulary
    with pytest.raises(RuleError, match="cannot read the file"):
        authoring.rulebook_of(["gone.yaml"])


def test_rules_without_examples_are_told(here: Path) -> None:
    report = authoring.test_files(["mine"])
    assert ["mine/two.yaml:4: TWO-01 has no example", "1 rule, 0 of 0 examples hold"] == report.lines
    assert (True, [], [], []) == (report.ok, report.results, report.mutants, report.stale)
    assert report.ok
    tried = authoring.test_files(["mine"], mutants=True)
    assert [*report.lines, "0 of 4 mutants killed, 0 excused, 4 alive"] == [
        line for line in tried.lines if "survives" not in line and not line.startswith(("  ", "If no "))
    ]
    assert 4 == sum(line.startswith("  ") for line in tried.lines) == len(tried.mutants)


def test_a_report_adds_up_all_rules_or_those_that_are_named(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(
        here,
        {
            "mine/two.yaml": chapter(
                *(rule(f"TWO-0{n}", f"rule-{n}", "", f"{{banner.serial: {{is: {n}}}}}") for n in (1, 2, 3))
            )
        },
    )

    def judged(each: Rule, book: Rulebook) -> list[ExampleResult]:
        good = each.id != "TWO-02"
        return [
            ExampleResult(each.id, "valid", "here:1:2"),
            ExampleResult(each.id, "invalid", "here:3:4", "" if good else "is bad"),
        ]

    def tried(each: Rule, book: Rulebook, bases: dict[str, str]) -> list[Mutant]:
        return [
            Mutant(each.id, "one", True),
            Mutant(each.id, "two", False, True),
            Mutant(each.id, "three", False),
            Mutant(each.id, "four", True),
        ]

    monkeypatch.setattr(authoring, "run_examples", judged)
    monkeypatch.setattr(authoring, "run_mutants", tried)
    monkeypatch.setattr(
        authoring, "stale_equivalents", lambda each, made: [("old", 7, 8)] if each.id == "TWO-03" else []
    )
    none = [f"mine/two.yaml:{line}: TWO-0{line - 3} has no example" for line in (4, 5, 6)]
    report = authoring.test_files(["mine"], mutants=True)
    assert [
        "here:3:4: TWO-02 invalid: is bad",
        *none,
        "mine/two.yaml:4: TWO-01 mutant survives: three",
        "mine/two.yaml:6: TWO-03 mutant survives: three",
        "mine/two.yaml:5: TWO-02: mutants are not tested until its examples pass",
        "mine/two.yaml:7:8: error[R032]: TWO-03: old",
        "If no telegram can show that a change matters, list it in the rule, with the reason:"
        ' `equivalent: [{mutant: "NAME", because: REASON}]`',
        "3 rules, 5 of 6 examples hold",
        "4 of 8 mutants killed, 2 excused, 2 alive",
    ] == report.lines
    assert (6, 8, False) == (len(report.results), len(report.mutants), report.ok)
    named = authoring.test_files(["mine"], mutants=False, select=["rule-3", "TWO-01"])
    assert [none[0], none[2], "2 rules, 4 of 4 examples hold"] == named.lines
    assert (4, [], [], True) == (len(named.results), named.mutants, named.stale, named.ok)
    assert not authoring.test_files(["mine"], select=["TWO-02"]).ok
    for change in (
        lambda each, book, bases: [Mutant(each.id, "one", True)],
        lambda each, book, bases: [Mutant(each.id, "one", False, True)],
    ):
        monkeypatch.setattr(authoring, "run_mutants", change)
        assert authoring.test_files(["mine"], mutants=True, select=["TWO-01"]).ok
    assert not authoring.test_files(["mine"], mutants=True, select=["TWO-03"]).ok


def test_a_rule_of_a_folder_belongs_to_its_pack(here: Path) -> None:
    assert ["mine"] == [each.pack for each in authoring.rulebook_of(["mine"]).rules]
    assert [""] == [each.pack for each in authoring.rulebook_of(["mine/two.yaml"]).rules]


def test_a_schema_that_is_none() -> None:
    with pytest.raises(ValueError, match=r"^unknown schema x; expected one of pack, rules, vocabulary$"):
        authoring.schema_text("x")
    assert authoring.schema_text() == authoring.schema_text("rules")


def test_a_chapter_to_begin_from_is_named_after_its_id() -> None:
    text = authoring.with_new_rule(authoring.Draft("ZEN-007"))
    assert "\n  - id: ZEN-007\n    name: zen-007-placeholder-subject\n" in text
    assert 3 == text.count("base: confidential-2007")
    assert "id: MY-001" in authoring.with_new_rule(authoring.Draft())
    assert 3 == authoring.with_new_rule(authoring.Draft(base="sbu-2008")).count("base: sbu-2008")
    with pytest.raises(ValueError, match="no base telegram \"sbu-2009\"; did you mean 'sbu-2008'"):
        authoring.new_rule(authoring.Draft(base="sbu-2009"))
