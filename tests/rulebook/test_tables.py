"""Test how vocabulary tables are read: every entry with all its fields, or every error in full."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from kept import WRITING, cases, rewrite

from checker import cli
from checker.errors import RuleError
from checker.rulebook.diagnostics import Diagnostic
from checker.rulebook.vocabulary_loader import load_vocabulary, read_table, read_tables
from checker.rulebook.yaml_loader import RuleFile
from checker.vocabulary import Entry, Table

START = "format: 1\ntable: my_words\ntitle: My words\ncomplete: true\nsource: [memory]\n"
OLD = Table("my_words", "Old words", False, [Entry("OLD", "Old", {"line": ("ANCIENT",)}, 3, date(1990, 1, 1))])


def told(given: str) -> str:
    """Return the table, or the errors.

    The input is a whole file (after `# file`), the entries after the usual keys, or entries that are added to a table
    of the same name (after `# onto`).
    """
    onto = {"my_words": OLD} if given.startswith("# onto\n") else {}
    text = given[7:] if given.startswith(("# onto\n", "# file\n")) else given
    file = RuleFile("my-words.yaml", ((text if given.startswith("# file") else START + text) + "\n").encode())
    read_table(file, "my-words.yaml", onto)
    if file.diagnostics:
        assert onto in ({}, {"my_words": OLD})
        return "\n".join(map(str, file.diagnostics))
    return "\n\n".join(
        "\n".join([f"{table.name}: {table.title}, complete {table.complete}", *map(str, table)])
        for table in onto.values()
    )


if WRITING:
    rewrite("rulebook/cases/tables.txt", told)


@cases("rulebook/cases/tables.txt")
def test_a_table_as_it_is_read(name: str, given: str, wanted: str) -> None:
    assert wanted == told(given)


def test_a_folder_of_tables_is_read_in_order_and_only_its_yaml(tmp_path: Path) -> None:
    home = tmp_path / "mine" / "vocabulary"
    home.mkdir(parents=True)
    for name, text in {
        "my-words.yaml": START + "entries: [{code: A}, {code: B}]\n",
        "another.yaml": START.replace("my_words", "another") + "entries: []\n",
        ".hidden.yaml": "{",
        "notes.txt": "{",
    }.items():
        (home / name).write_text(text, encoding="utf-8")
    found = load_vocabulary(str(home))
    assert ["another", "my_words"] == list(found.tables)
    assert ("A", "B") == found["my_words"].codes()
    (home / "my-words.yaml").write_text(START + "entries: [{code: A}, {code: A, sinc: x}]\n", encoding="utf-8")
    with pytest.raises(RuleError) as caught:
        load_vocabulary(str(home))
    (item,) = caught.value.diagnostics  # type: ignore[attr-defined]
    assert "mine/vocabulary/my-words.yaml:6:32" == str(item.place)


def test_later_folders_add_words_and_a_folder_that_is_not_there_adds_none(tmp_path: Path) -> None:
    for name, words in (("one", "[{code: A}]"), ("two", "[{code: B}]")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "my-words.yaml").write_text(START + f"entries: {words}\n", encoding="utf-8")
    items: list[Diagnostic] = []
    folders = [str(tmp_path / name) for name in ("one", "gone", "two")]
    assert ("A", "B") == read_tables(folders, items)["my_words"].codes()
    assert {} == read_tables([str(tmp_path / "gone")], items)
    assert [] == items
    read_tables([folders[0], folders[0]], items)
    assert [f"{tmp_path.name}/one/my-words.yaml:6:18"] == [str(item.place) for item in items]


def test_a_word_is_explained_from_its_tables(capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == cli.main(["explain", "--isolated", "oadr"])
    shown = capsys.readouterr().out
    assert shown.startswith("OADR: Originating agency's determination required\nPlace: ")
    assert "\nIn use from 1982-08-01" in shown
    assert "Table: instructions (Declassification instructions); source: " in shown
    assert 2 == cli.main(["explain", "--isolated", "NO-SUCH-WORD"])
