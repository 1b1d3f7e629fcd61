"""Export the tables of an audit as one SQLite file, with a `datasette.yaml` for browsing the file in Datasette.

Columns have types, lists are JSON text, every facet column has an index, and subjects can be searched. Each finding
also has columns for its document's year, post, level, era, and reader, and for what hides it.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

from ..errors import ConfigError, InputError
from ..resources import VERSION
from .checkpoint import read_description
from .database import RANKED, connect, interruptible, literal, quoted, table_path
from .parts import write_file
from .tables import TABLES, Column

_TYPES = {"BIGINT": "INTEGER", "BOOLEAN": "INTEGER"}  # all others are text: dates are ISO, lists are JSON
_KEYS = {"cables": ("document",), "portions": ("document", "place"), "rules": ("rule",), "files": ("path",)}
_REFERENCES = {"document": "cables", "rule": "rules"}
_JOINED = ("year", "post", "level", "era", "reader")  # columns of `cables` that are added to findings
_FACETS: dict[str, tuple[str, ...]] = {
    "cables": ("year", "post", "level", "era", "layout", "reader", "declass_basis", "released"),
    "findings": ("rule", "severity", "year", "post", "level", "era", "reader", "hidden_by"),
    "undetermined": ("rule", "kind"),
    "portions": ("level", "kind"),
    "ledger": ("state", "why"),
    "decisions": ("decision", "rule", "reason", "reviewer"),
    "suppressed": ("hidden_by", "rule"),
    "rules": ("severity", "status"),
}
_SHOWN = 4  # facets that a Datasette page always computes; each costs a scan
_LISTS = {"cables": ("tags", "captions")}  # facets over JSON lists
_SEARCH = """create virtual table cables_fts using fts5 (subject, content="cables", content_rowid="document")"""
"""Datasette recognizes an index by exactly these words."""
_ROWS = 5_000  # written at once
MADE_BY = "# Made by cablecheck export"


def to_sqlite(out: str, path: str) -> dict[str, int]:
    """Write the tables of the audit in `out` to a new SQLite file with a `datasette.yaml` next to it. Return each
    table's number of rows.

    Raises `InputError` if there is no finished audit, and `ConfigError` if `path`, or a `datasette.yaml` that
    cablecheck did not write, already exists.
    """
    description = read_description(out)
    if not os.path.exists(table_path(out, "rules")):
        raise InputError(f"{out}: the audit is not finished; use audit --resume")
    settings = os.path.join(os.path.dirname(path), "datasette.yaml")
    if os.path.exists(path):
        raise ConfigError(f"{path} already exists; choose another --sqlite")
    if os.path.exists(settings) and not _ours(settings):
        raise ConfigError(f"{settings} already exists and was not made by cablecheck export; choose another folder")
    temporary = f"{path}.{os.getpid()}.part"
    try:
        with closing(sqlite3.connect(temporary)) as database, closing(connect()) as con, interruptible():
            counts = dict(_tables(out, con, database))
            database.execute("vacuum")
        os.replace(temporary, path)
    except sqlite3.Error as error:
        raise ConfigError(f"{path}: cannot be written: {error}") from error
    finally:
        if os.path.exists(temporary):
            os.unlink(temporary)
    write_file(settings, _settings(os.path.basename(path), description).encode())
    return counts


def _ours(path: str) -> bool:
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read(len(MADE_BY)) == MADE_BY


def _tables(out: str, con: Any, database: sqlite3.Connection) -> Iterator[tuple[str, int]]:
    """Write each table of the audit to the database; yield its name and number of rows."""
    database.execute("pragma journal_mode = off")
    database.execute("pragma synchronous = off")
    present = [table for table in TABLES if os.path.exists(table_path(out, table))]
    for table in present:
        con.execute(f"create view {quoted(table)} as select * from read_parquet({literal(table_path(out, table))})")
    for table in sorted(present, key=lambda name: (name not in _KEYS, name)):
        columns = _columns(table)
        database.execute(_create(table, columns, present))
        rows = con.execute(_select(table, present))
        marks = ", ".join("?" for _ in columns)
        count = 0
        while block := rows.fetchmany(_ROWS):
            database.executemany(
                f"insert into {quoted(table)} values ({marks})", [list(map(_cell, row)) for row in block]
            )
            count += len(block)
        for name in dict.fromkeys((*_FACETS.get(table, ()), "document", "fingerprint", "mrn", "finding")):
            if name in {column.name for column in columns} and (name,) != _KEYS.get(table):
                index = quoted(f"{table}_{name}")
                database.execute(f"create index {index} on {quoted(table)} ({quoted(name)})")
        yield table, count
    database.execute(_SEARCH)
    database.execute("insert into cables_fts (cables_fts) values ('rebuild')")
    database.commit()


def _columns(table: str) -> tuple[Column, ...]:
    if table != "findings":
        return TABLES[table]
    of_document = {column.name: column for column in TABLES["cables"]}
    hidden = Column("hidden_by", "VARCHAR", "what hides it in reports; null if nothing does")
    return (*TABLES[table], *(of_document[name] for name in _JOINED), hidden)


def _create(table: str, columns: tuple[Column, ...], present: list[str]) -> str:
    lines = [f"{quoted(column.name)} {_TYPES.get(column.type, 'TEXT')}" for column in columns]
    keys = _KEYS.get(table, ())
    lines += [f"primary key ({', '.join(map(quoted, keys))})"] if keys else []
    for column in columns:
        target = _REFERENCES.get(column.name)
        if target in present and target != table:
            lines.append(f"foreign key ({quoted(column.name)}) references {quoted(target)} ({quoted(column.name)})")
    return f"create table {quoted(table)} ({', '.join(lines)})"


def _select(table: str, present: list[str]) -> str:
    if table != "findings":
        return f"select * from {quoted(table)}"
    own = ", ".join(f"f.{quoted(column.name)}" for column in TABLES[table])
    joined = ", ".join(f"c.{quoted(name)}" for name in _JOINED)
    hidden = "s.hidden_by" if "suppressed" in present else "null"
    other = "left join suppressed s using (document, fingerprint, nth)" if "suppressed" in present else ""
    ranked = f"select *, {RANKED} as nth from findings"
    return f"select {own}, {joined}, {hidden} from ({ranked}) f left join cables c using (document) {other}"


def _cell(value: object) -> object:
    if isinstance(value, (list, tuple)):
        return json.dumps(value, ensure_ascii=False)
    return value if value is None or isinstance(value, (str, int)) else str(value)


def _settings(name: str, description: dict[str, Any]) -> str:
    """Return the text of `datasette.yaml`: titles, descriptions of tables and columns, and facets."""
    import yaml  # needed only here

    tables: dict[str, dict[str, object]] = {}
    for table in TABLES:
        facets: list[object] = list(_FACETS.get(table, ())[:_SHOWN])
        facets += [{"array": column} for column in _LISTS.get(table, ())]
        tables[table] = {"columns": {column.name: column.holds for column in _columns(table)}}
        if facets:
            tables[table]["facets"] = facets
        if table in ("cables", "rules"):
            tables[table]["label_column"] = "cable" if table == "cables" else "name"
    tables["cables_fts"] = {"hidden": True}
    text = {
        "title": "Audit of markings",
        "description": f"Made by cablecheck {VERSION} from {', '.join(description['corpus'])}."
        + (" Redacted." if description["redacted"] else ""),
        "databases": {name.rpartition(".")[0] or name: {"tables": tables}},
    }
    return f"{MADE_BY}\n" + str(yaml.safe_dump(text, sort_keys=False, allow_unicode=True, width=120))
