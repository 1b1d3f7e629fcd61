"""Test the export of audit tables to SQLite: the same rows, typed, indexed, and described for Datasette."""

from __future__ import annotations

import json
import shlex
import shutil
import sqlite3
from contextlib import closing

import pytest
import yaml

from checker import audit
from checker.audit.tables import TABLES
from checker.cli import main
from checker.decisions import DecisionLog, ReviewDecision


@pytest.fixture(scope="module")
def exported(finished, tmp_path_factory):
    folder = tmp_path_factory.mktemp("exported")
    out = folder / "out"
    shutil.copytree(finished, out)
    row = audit.query(str(out), "select fingerprint, rule from findings order by 1 limit 1").rows[0]
    DecisionLog(str(out / "decisions.jsonl")).append(ReviewDecision(*row, "false_alarm", "J", reason="misread"))
    main(["audit", "report", str(out), "--isolated"])
    assert 0 == main(["export", str(out), "--sqlite", str(folder / "audit.db")])
    with closing(sqlite3.connect(f"file:{folder / 'audit.db'}?mode=ro", uri=True)) as database:
        yield out, folder, database


def test_every_table_has_its_rows_and_the_same_values(exported):
    out, _, database = exported
    for table in TABLES:
        number = audit.query(str(out), f'select count(*) from "{table}"').rows
        assert number == tuple(database.execute(f'select count(*) from "{table}"').fetchall()), table
    sql = "select document, mrn, level, rank, sections, words from cables order by document"
    assert audit.query(str(out), sql).rows == tuple(database.execute(sql).fetchall())
    days = database.execute("select date from cables where date is not null order by document").fetchall()
    expected = audit.query(str(out), "select date::varchar from cables where date is not null order by document").rows
    assert expected == tuple(days)


def test_filters_of_datasette_find_typed_values_through_an_index(exported):
    _, _, database = exported
    year, number = database.execute("select year, count(*) from cables group by year order by 2 desc").fetchone()
    assert (number,) == database.execute("select count(*) from cables where year = ?", [year]).fetchone()
    plan = str(database.execute("explain query plan select * from findings where rule = 'X'").fetchall())
    assert "findings_rule" in plan
    lists = database.execute("select tags from cables where tags <> '[]'").fetchone()[0]
    assert isinstance(json.loads(lists), list)
    assert (
        number
        == database.execute(
            "select count(*) from cables where typeof(year) = 'integer' and year = ?", [year]
        ).fetchone()[0]
    )


def test_subjects_can_be_searched_and_findings_join_their_telegram(exported):
    _, _, database = exported
    word = database.execute("select subject from cables where subject is not null").fetchone()[0].split()[0]
    sql = "select count(*) from cables_fts where cables_fts match ?"
    assert database.execute(sql, [f'"{word}"']).fetchone()[0] >= 1
    listed = database.execute("select sql from sqlite_master where name = 'cables_fts'").fetchone()[0]
    assert 'content="cables"' in listed  # Datasette searches a table only if it finds these words
    joined = "select count(*) from findings f join cables c using (document) where f.post is not c.post or f.year is not c.year"
    assert (0,) == database.execute(joined).fetchone()
    assert [("false_alarm", 1)] == database.execute(
        "select hidden_by, count(*) from findings where hidden_by is not null group by 1"
    ).fetchall()
    assert [] == database.execute("pragma foreign_key_check").fetchall()


def test_the_settings_describe_every_column_and_name_only_columns_that_exist(exported):
    _, folder, database = exported
    settings = yaml.safe_load((folder / "datasette.yaml").read_text())
    tables = settings["databases"]["audit"]["tables"]
    for table in TABLES:
        columns = {row[1] for row in database.execute(f'pragma table_info("{table}")')}
        assert columns == set(tables[table]["columns"])
        for facet in tables[table].get("facets", ()):
            assert (facet if isinstance(facet, str) else facet["array"]) in columns


@pytest.mark.parametrize(
    "command",
    [
        "query {} 'select 1'",
        "releases {}",
        "references {}",
        "export {} --sqlite x.db",
        "audit report {}",
        "audit diff {} {}",
    ],
)
def test_a_folder_that_does_not_exist_is_named(command, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert 2 == main(shlex.split(command.format("nix", "nix")))
    assert "cablecheck: nix: no such folder\n" == capsys.readouterr().err


def test_what_cannot_be_exported_is_one_clear_line(exported, tmp_path, capsys):
    out, folder, _ = exported
    assert 2 == main(["export", str(out), "--sqlite", str(folder / "audit.db")])
    assert "already exists" in capsys.readouterr().err
    assert 2 == main(["export", str(tmp_path), "--sqlite", str(tmp_path / "x.db")])
    assert "contains no audit" in capsys.readouterr().err
    shutil.copy(out / "audit.json", tmp_path)
    assert 2 == main(["export", str(tmp_path), "--sqlite", str(tmp_path / "x.db")])
    assert "not finished" in capsys.readouterr().err
    (tmp_path / "datasette.yaml").write_text("title: mine\n")
    assert 2 == main(["export", str(out), "--sqlite", str(tmp_path / "x.db")])
    assert "datasette.yaml already exists" in capsys.readouterr().err
    assert 2 == main(["export", str(out), "--sqlite", str(tmp_path / "none" / "x.db")])
    assert ["audit.json", "datasette.yaml"] == sorted(path.name for path in tmp_path.iterdir())


def test_a_redacted_audit_exports_redacted(corpus, options, tmp_path):
    out = tmp_path / "out"
    audit.run([str(corpus)], str(out), options(redact=True))
    assert 0 == main(["export", str(out), "--sqlite", str(tmp_path / "x.db")])
    with closing(sqlite3.connect(tmp_path / "x.db")) as database:
        assert (0,) == database.execute("select count(*) from cables where subject is not null").fetchone()
        assert (0,) == database.execute("select count(*) from findings where quote <> ''").fetchone()
