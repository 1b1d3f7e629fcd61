"""Test that a query can read only the tables of its audit."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from checker.audit import database
from checker.audit.tables import TABLES
from checker.errors import ConfigError

REFUSED = [
    "select * from read_csv('/etc/passwd')",
    "select * from read_text('/etc/passwd')",
    "select * from glob('/etc/*')",
    "select * from '/etc/passwd'",
    "select * from read_parquet('{other}')",
    "copy (select 1) to '{other}'",
    "copy (select 1) to '{own}'",
    "attach '{other}'",
    "install httpfs",
    "load httpfs",
    "set enable_external_access = true",
    "set threads = 8",
    "reset lock_configuration",
    "pragma database_list",
    "create table t (i int)",
    "create macro f(x) as x",
    "drop view cables",
    "export database '{other}'",
    "select 1; select 2",
    "select getenv('HOME')",
    "select * from read_json('http://127.0.0.1:9/x')",
    "not sql at all",
    "",
]


@pytest.mark.parametrize("sql", REFUSED)
def test_what_is_not_a_question_to_the_tables_is_refused(finished, tmp_path, sql):
    other = tmp_path / "other.parquet"
    other.write_bytes((finished / "rules.parquet").read_bytes())
    own = finished / "rules.parquet"
    before = own.read_bytes()
    query = database.Query(str(finished))
    with pytest.raises(ConfigError):
        query.run(sql.format(other=other, own=own))
    query.close()
    assert before == own.read_bytes() and ["other.parquet"] == [path.name for path in tmp_path.iterdir()]


def test_a_question_that_never_ends_is_stopped(finished):
    query = database.Query(str(finished), seconds=0.5)
    with pytest.raises(ConfigError, match=r"timed out after 0\.5 s"):
        query.run("with recursive t(i) as (select 1 union all select i + 1 from t) select max(i) from t")


def test_a_question_that_needs_too_much_memory_is_refused(finished):
    query = database.Query(str(finished), memory="40MB")
    with pytest.raises(ConfigError, match=r"(?i)memory"):
        query.run("select list(i) as l, list(i * 2) from range(60000000) t(i)")


def test_every_table_has_the_columns_it_is_documented_to_have(finished):
    query = database.Query(str(finished))
    for table, columns in TABLES.items():
        assert tuple(column.name for column in columns) == query.run(f'select * from "{table}" limit 0').columns


def test_an_interruption_of_a_long_question_is_no_bug(finished):
    query = database.Query(str(finished))  # opened first: an interruption while DuckDB is loaded may be lost
    timer = threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        query.run("select sum(a.range * b.range) from range(1000000) a, range(1000000) b")
