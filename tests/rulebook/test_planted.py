"""Test invalid rule files: each planted error yields one message with a position and a remedy, and
nothing is loaded.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from checker import rulebook
from checker.rulebook import diagnostics, loader
from checker.rulebook.diagnostics import CODES, Diagnostic

GOOD = """\
format: 1
chapter: Trial
defaults: {severity: warning, profile: [CABLE]}
rules:
  - id: TRY-001
    name: unmarked-trial
    summary: Every paragraph of a classified telegram begins with a mark.
    cite: [{source: IC-REG-2016, clause: "p. 25"}]
    era: {from: "1995-10-14", before: "2030-01-01"}
    when: {level: {at_least: CONFIDENTIAL}}
    each: portions
    where: {depth: {is: 1}}
    point: place
    require: {level: present}
    message: "paragraph {label} has no portion mark"
    help: Put one there.
    examples:
      valid: [{base: confidential-2007}]
      invalid:
        - base: confidential-2007
          swap: {"2. (C)": "⟦2.⟧"}
          message: "paragraph 2 has no portion mark"
      not_applicable: [{base: unclas-2007}]
"""

REQUIRE = "require: {level: present}"

# (name, text in the valid file, wrong text, error code, text that the caret marks, text in the help)
PLANTS = [
    ("misspelt key of a rule", "summary:", "sumary:", "R010", "sumary", 'Did you mean "summary"'),
    ("unknown key of a rule", "help: Put", "helf: Put", "R010", "helf", 'Did you mean "help"'),
    ("unknown key of the file", "chapter: Trial", "chapter: Trial\ntitel: x", "R010", "titel", "Allowed keys"),
    ("unknown key of a citation", "clause:", "clausse:", "R010", "clausse", 'Did you mean "clause"'),
    ("unknown key of an example", "          message:", "          mesage:", "R010", "mesage", 'Did you mean "message"'),
    ("unknown kind of example", "not_applicable:", "not_aplicable:", "R010", "not_aplicable", "not_applicable"),
    ("unknown key of an era", "before: \"2030", "befor: \"2030", "R010", "befor", 'Did you mean "before"'),
    ("wrong version", "format: 1", "format: 2", "R009", "2", "version"),
    ("missing chapter", "chapter: Trial\n", "", "R033", "format", "title of the chapter"),
    ("text where a list belongs", "[{source: IC-REG-2016, clause: \"p. 25\"}]", "IC-REG-2016", "R009", "IC-REG", "clauses"),
    ("wrong severity", "severity: warning", "severity: warn", "R009", "warn,", 'Did you mean "warning"'),
    ("wrong profile", "profile: [CABLE]", "profile: [CABEL]", "R018", "CABEL", 'Did you mean "CABLE"'),
    ("wrong id", "TRY-001", "try one", "R009", "try one", "POR-001"),
    ("wrong name", "unmarked-trial", "Unmarked_Trial", "R009", "Unmarked", "unmarked-paragraph"),
    ("unknown source", "IC-REG-2016", "IC-REG-2061", "R019", "IC-REG-2061", 'Did you mean "IC-REG-2016"'),
    ("unknown field", "when: {level:", "when: {lewel:", "R011", "lewel", 'Did you mean "level"'),
    ("unknown field behind a dot", "when: {level:", "when: {banner.lewel:", "R011", "banner.lewel", '"level"'),
    ("unknown field of an element", "where: {depth:", "where: {dept:", "R011", "dept", 'Did you mean "depth"'),
    ("unknown list", "each: portions", "each: portion", "R011", "portion", 'Did you mean "portions"'),
    ("unknown point", "point: place", "point: plaice", "R011", "plaice", 'Did you mean "place"'),
    ("unknown operator", "at_least: CON", "at_lest: CON", "R012", "at_lest", 'Did you mean "at_least"'),
    ("operator of another type", "at_least: CON", "before: CON", "R013", "before", "Operators for a level"),
    ("unknown state", REQUIRE, "require: {level: pressent}", "R012", "pressent", 'Did you mean "present"'),
    ("list without quantifier", REQUIRE, "require: {captions: {kind: {is: channel}}}", "R014", "kind", "any"),
    ("list behind a dot", REQUIRE, "require: {captions.kind: {is: x}}", "R014", "captions.kind", "any"),
    ("operator on a node", REQUIRE, "require: {dtg.action: {above: 1}}", "R013", "above", "text"),
    ("unknown level", "at_least: CONFIDENTIAL", "at_least: CONFIDENTAL", "R017", "CONFIDENTAL", '"CONFIDENTIAL"'),
    ("level at the end of the scale", "at_least: CON", "above: TOP SECRET, at_least: CON", "R038", "TOP SECRET", "scale"),
    ("not a number", "depth: {is: 1}", "depth: {is: one}", "R015", "one", ""),
    ("unknown table", REQUIRE, "require: {label: {in_table: levls}}", "R016", "levls", 'Did you mean "levels"'),
    ("unknown fact", REQUIRE, "require: {label: {has_fact: {table: levels, fact: clasified, is: yes}}}", "R015",
     "clasified", '"classified"'),
    ("fact without its keys", REQUIRE, "require: {label: {has_fact: {table: levels}}}", "R033", "{table", ""),
    ("field of another type", REQUIRE, "require: {number: {is: {field: label}}}", "R013", "label", ""),
    ("impossible date", "from: \"1995-10-14\"", "from: \"1973-02-30\"", "R034", '"1973-02-30"', "the month or the day"),
    ("date of another form", "from: \"1995-10-14\"", "from: 14 October 1995", "R034", "14 October", "1995-10-14"),
    ("impossible date in a condition", REQUIRE, "require: {telegram.date: {after: 2001-02-29}}", "R034", "2001-02-29",
     "the month or the day"),
    ("empty era", "before: \"2030-01-01\"", "before: \"1990-01-01\"", "R020", "{from", "first day"),
    ("severity before no day", "    era:", "    severity_before: {2005: info}\n    era:", "R034", "2005", "1995-10-14"),
    ("severity before an impossible day", "    era:", "    severity_before: {2005-02-30: info}\n    era:", "R034",
     "2005-02-30", "the month or the day"),
    ("wrong earlier severity", "    era:", "    severity_before: {2005-02-01: inof}\n    era:", "R009", "inof",
     'Did you mean "info"'),
    ("severity before the first day of the era", "    era:", "    severity_before: {1995-10-14: info}\n    era:", "R020",
     "1995-10-14", "within the era"),
    ("severity before the end of the era", "    era:", "    severity_before: {2030-01-01: info}\n    era:", "R020",
     "2030-01-01", "within the era"),
    ("the same severity before a day", "    era:", "    severity_before: {2005-02-01: warning}\n    era:", "R020",
     "2005-02-01", "differs"),
    ("unknown value in the message", "paragraph {label} has", "paragraph {lable} has", "R021", '"paragraph', "{label}"),
    ("template in the help", "help: Put one", "help: \"Put {label}\" # one", "R021", '"Put', "without braces"),
    ("stray brace in the message", "paragraph {label} has", "paragraph {label has", "R021", '"paragraph', "{{"),
    ("empty condition", REQUIRE, "require: {level: {}}", "R036", "{}", "operator"),
    ("condition that is a text", REQUIRE, "require: level", "R009", "level", "selectors"),
    ("require and check", REQUIRE, REQUIRE + "\n    check: x", "R036", "id", "Remove one"),
    ("neither require nor check", "    " + REQUIRE + "\n", "", "R036", "id", "Add, for example, `require: "),
    ("unknown check", REQUIRE, "check: no-such-check", "R029", "no-such-check", ""),
    ("implies without then", REQUIRE, "require: {implies: {if: {depth: {is: 1}}}}", "R036", "{if", ""),
    ("back reference in a pattern", REQUIRE, "require: {label: {matches: '(a)\\1'}}", "R025", "'(a)", "Patterns"),
    ("nested repeat in a pattern", REQUIRE, "require: {label: {matches: '(a+)+'}}", "R025", "'(a+)+'", "Patterns"),
    ("look-ahead in a pattern", REQUIRE, "require: {label: {matches: '(?=a)a'}}", "R025", "'(?=a)a'", "Patterns"),
    ("broken pattern", REQUIRE, "require: {label: {matches: '(a'}}", "R025", "'(a'", "quotes"),
    ("pattern that matches nothing", REQUIRE, "require: {label: {matches: 'a$b'}}", "R026", "'a$b'", "whole text"),
    ("swap not found", '"2. (C)"', '"9. (C)"', "R023", '"9. (C)"', "occurs 0 times"),
    ("swap found twice", '"2. (C)"', '"(C)"', "R023", '"(C)"', "occurs twice"),
    ("unknown base", "valid: [{base: confidential-2007}]", "valid: [{base: confidental-2007}]", "R023", "confidental",
     'Did you mean "confidential-2007"'),
    ("no drawn place", "⟦2.⟧", "2.", "R023", "base", "Put ⟦"),
    ("bracket without partner", "⟦2.⟧", "⟦2.", "R023", "base", ""),
    ("example without document", "valid: [{base: confidential-2007}]", "valid: [{note: x}]", "R023", "{note", ""),
    ("no invalid example", GOOD[GOOD.index("      invalid:") : GOOD.index("      not_app")], "", "R024", "id", ""),
    ("no example that does not apply", "      not_applicable: [{base: unclas-2007}]\n", "", "R024", "id", ""),
    ("deprecated without a heir", "help: Put", "status: deprecated\n    help: Put", "R028", "id", ""),
    ("heir of a living rule", "help: Put", "replaced_by: POR-001\n    help: Put", "R028", "replaced_by", ""),
    ("where without each", "    each: portions\n    where: {depth: {is: 1}}\n    point: place\n    require: {level: present}\n"
     "    message: \"paragraph {label} has", "    where: {level: present}\n    require: {level: present}\n"
     "    message: \"paragraph has", "R036", "where", "when"),
    ("duplicate key", "help: Put one there.", "help: Put one there.\n    help: Twice.", "R004", "help: Twice", "line"),
    ("anchor", "help: Put", "help: &a Put", "R005", "&a", "Write out the value"),
    ("alias", "help: Put one there.", "help: *a", "R005", "*a", "Write out the value"),
    ("merge key", "help: Put one there.", "<<: {a: b}", "R005", "<<", "Write the keys out"),
    ("tag", "help: Put", "help: !!str Put", "R006", "!!str", "string"),
    ("directive", "format: 1", "%YAML 1.1\n---\nformat: 1", "R006", "%YAML", "%"),
    ("second document", "chapter: Trial", "chapter: Trial\n---\nformat: 1", "R007", "---", "its own file"),
    ("not YAML", "defaults: {severity", "defaults: {{severity", "R009", "{severity", "in quotes"),
    ("unclosed bracket", "profile: [CABLE]}", "profile: [CABLE}", "R003", "}", ""),
    ("tabs", "    name:", "\tname:", "R003", "", "Indent with spaces"),
    ("words that begin with a brace", '"paragraph {label} has no portion mark"\n    help', "{label} has no mark\n    help", "R003",
     "", 'Write message: "{label} has no mark"'),
    ("words with a colon", "help: Put one", "help: do this: put one", "R003", "", 'Write help: "do this: put one'),
    ("word for a set", REQUIRE, "require: {controls: NOFORN}", "R012", "NOFORN", "{includes: NOFORN}"),
    ("unknown source of one's own", "IC-REG-2016", "OUR-MANUAL", "R019", "OUR-MANUAL", "add yours to a table named `sources`"),
    ("unknown quantifier", REQUIRE, "require: {telegram.captions: {some: {kind: {is: x}}}}", "R014", "some", "any, at_least"),
    ("times without of", REQUIRE, "require: {telegram.captions: {at_least: {times: 2}}}", "R033", "{times", "of"),
    ("two words for one flag", REQUIRE, "require: {entire_text: maybe}", "R012", "maybe", "present"),
    ("another field belongs here", REQUIRE, "require: {number: {same_as: 3}}", "R015", "3", "{field"),
    ("window without days", REQUIRE, "require: {telegram.date: {within: {of: {field: as_of}}}}", "R015", "{of", "days"),
    ("length turned round", REQUIRE, "require: {label: {length: {min: 9, max: 2}}}", "R015", "{min", ""),
    ("bounds turned round", REQUIRE, "require: {number: {between: [9, 2]}}", "R015", "[9", "[1, 9]"),
    ("suggestion of an unknown field", "help: Put", "suggest: {replace: labl, with: x}\n    help: Put", "R011", "labl",
     '"label"'),
]  # fmt: skip


def load(tmp_path: Path, text: str) -> list[Diagnostic]:
    path = tmp_path / "trial.yaml"
    path.write_text(text, encoding="utf-8")
    return loader.check_files([str(path)])


def test_the_good_file_is_good(tmp_path: Path) -> None:
    assert [] == load(tmp_path, GOOD)


@pytest.mark.parametrize(
    ("words", "wrong", "code", "under", "help"), [p[1:] for p in PLANTS], ids=[p[0] for p in PLANTS]
)
def test_planted(tmp_path: Path, words: str, wrong: str, code: str, under: str, help: str) -> None:
    assert 1 == GOOD.count(words), "the plant needs a place"
    text = GOOD.replace(words, wrong)
    items = load(tmp_path, text)
    assert [code] == [item.code for item in items], "\n".join(map(str, items))
    item = items[0]
    line = text.split("\n")[item.place.line - 1]
    assert line[item.place.column - 1 :].startswith(under), str(item)
    assert help in item.help or help in item.message, str(item)
    assert all(line.endswith((".", "?")) and not line[0].islower() for line in item.help.splitlines()), str(item)
    shown = str(item)
    assert shown.startswith(f"{tmp_path}/trial.yaml:{item.place.line}:{item.place.column}: error[{code}]: ")
    assert f"explain: cablecheck explain {code}" in shown
    caret = next(line for line in shown.split("\n") if line.strip("| ^") == "" and "^" in line)
    assert len("      | ") + item.place.column - 1 == caret.index("^")


def test_nothing_loads_when_anything_is_wrong(tmp_path: Path) -> None:
    from checker.errors import RuleError
    from checker.resources import data_dir

    (tmp_path / "one.yaml").write_text(GOOD.replace("at_least: CON", "at_lest: CON"), encoding="utf-8")
    (tmp_path / "two.yaml").write_text(GOOD.replace("TRY-001", "TRY-002").replace("depth:", "dept:"), encoding="utf-8")
    with pytest.raises(RuleError) as caught:
        rulebook.load([data_dir("rules"), str(tmp_path)], cache=False)
    assert ["R012", "R011"] == [item.code for item in caught.value.diagnostics]  # type: ignore[attr-defined]


def test_all_troubles_of_a_file_at_once(tmp_path: Path) -> None:
    text = GOOD.replace("at_least: CON", "at_lest: CON").replace("depth:", "dept:").replace("{label}", "{lable}")
    assert ["R012", "R011", "R021"] == [item.code for item in load(tmp_path, text)]


def test_names_that_clash_and_rules_that_mean_the_same(tmp_path: Path) -> None:
    twice = GOOD + GOOD[GOOD.index("  - id:") :]
    assert ["R022"] == [item.code for item in load(tmp_path, twice)]
    same = GOOD + GOOD[GOOD.index("  - id:") :].replace("TRY-001", "TRY-002").replace("unmarked-trial", "other-trial")
    (item,) = load(tmp_path, same)
    assert ("R027", "equivalent to TRY-001") == (item.code, item.message)


def test_a_shipped_name_is_taken(tmp_path: Path) -> None:
    shipped = rulebook.load().rules[0]
    (item,) = load(tmp_path, GOOD.replace("TRY-001", shipped.id))
    assert ("R022", (5, 5)) == (item.code, (item.place.line, item.place.column))


def test_words_stay_words(tmp_path: Path) -> None:
    """Test that a word that YAML 1.1 would read as a Boolean, a time, an octal number, or a date remains text."""
    from checker.rulebook.yaml_loader import RuleFile, plain

    file = RuleFile("words.yaml", b"[NO, 12:30, 0123, 1973-02-30, 1e5, ~, null, yes]")
    assert file.tree is not None
    assert ["NO", "12:30", "0123", "1973-02-30", "1e5", "~", "null", "yes"] == plain(file.tree)


HOSTILE = {
    "not UTF-8": (b"format: 1\n\xff", "R002"),
    "deep": (b"a: " + b"[" * 5000, "R008"),
    "deep blocks": (b"\n".join(b" " * n + b"a:" for n in range(300)), "R008"),
    "many nodes": (b"a: [" + b"x," * 450_000 + b"]", "R008"),
    "large": (b"# " + b"x" * (5 << 20), "R008"),
    "bomb of aliases": (b"a: &a [x]\nb: [*a, *a]\n", "R005"),
    "recursive anchor": (b"a: &a [*a]\n", "R005"),
    "empty": (b"", "R009"),
    "only a comment": (b"# nothing\n", "R009"),
    "NUL": (b"format: 1\x00\n", "R003"),
    "key that is a list": (b"? [a, b]\n: c\n", "R009"),
}


@pytest.mark.parametrize(("data", "code"), HOSTILE.values(), ids=HOSTILE)
def test_hostile(tmp_path: Path, data: bytes, code: str) -> None:
    path = tmp_path / "trial.yaml"
    path.write_bytes(data)
    items = loader.check_files([str(path)])
    assert code == items[0].code, "\n".join(map(str, items))
    assert items[0].place.line >= 1


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    (item,) = loader.check_files([str(tmp_path / "none.yaml")])
    assert "R001" == item.code


def test_every_code_is_explained_and_nothing_else() -> None:
    assert [f"R{number:03d}" for number in range(1, len(CODES) + 1)] == list(CODES)
    assert "R012: No operator of that name" in (diagnostics.explain_code("r012") or "")
    assert diagnostics.explain_code("R999") is None
