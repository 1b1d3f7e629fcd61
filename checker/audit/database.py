"""Store and query an audit's tables: write Parquet from JSON Lines parts, and open locked connections for queries.

Each table is written in one statement. Queries (`query`, corpus rules, reports) run on a connection that can read only
these tables: it has no access to other files, the network, extensions, or its own settings, and its memory and time are
limited.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from itertools import groupby
from typing import Any

from ..errors import ConfigError, InputError, MissingExtra
from ..record import Record
from .tables import BATCH, REVIEW, TABLES

MEMORY = "90MB"  # for the database; with the rest of the process, less than 200 MB for a corpus of any size
MORE_MEMORY = ("140MB", "1GB")  # tried in turn for a corpus rule that runs out of the memory above
ROWS = 16_384  # per row group, which is buffered in memory; the default, 122,880, needs 200 MB
BLOCK = 2_048  # rows of a result that are fetched together
SMALL = 1 << 18  # bytes of a part file that is read together with others
SPILL = "8GB"  # temporary disk space of a query, next to the tables
SECONDS = 300.0
OPEN = "open_findings"  # the view of the findings that no decision, suppression or baseline hides
RANKED = 'row_number() over (partition by fingerprint order by document, line, "column")'
"""The number of a finding among those with its fingerprint. Identical documents have findings with equal ones."""
ALIASES = {"references": ("edges",)}  # `references` is a reserved word in SQL and must be quoted
COVERED = ("year", "layout", "field")  # the columns by which the counts in the `coverage` table are grouped


class OutOfMemory(ConfigError):
    """Raised if a query needs more memory than its connection may use."""


class Answer(Record):
    """A query result: column names and rows."""

    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]


def engine() -> Any:
    """Return the `duckdb` module. Raises `MissingExtra` if it is not installed."""
    try:
        import duckdb  # 160 ms, and only for audits
    except ImportError as error:
        raise MissingExtra("an audit", "audit") from error
    return duckdb


@contextmanager
def interruptible() -> Iterator[None]:
    """Convert the `RuntimeError` that DuckDB raises when it is interrupted back to `KeyboardInterrupt`."""
    try:
        yield
    except RuntimeError as error:
        if "interrupted" not in str(error):
            raise
        raise KeyboardInterrupt from error


def table_path(out: str, table: str) -> str:
    """Return the path of the Parquet file that contains a table."""
    return os.path.join(out, f"{table}.parquet")


def make_tables(out: str, parts: Mapping[str, Sequence[str]], shifts: Sequence[int] = ()) -> None:
    """Write each table's parts, in the given order, to its Parquet file. Each file is written completely or not at all.

    `shifts` contains, for each batch, the number of lines before it in its file, because that number is unknown while a
    remote range is read. Raises `InputError` if a file cannot be written.
    """
    with closing(connect()) as con, interruptible():
        for table, files in parts.items():
            path = table_path(out, table)
            try:
                with _joined(files, path) as joined:
                    con.execute(_copy(table, joined, f"{path}.tmp", shifts))
            except (OSError, engine().Error) as error:
                raise InputError(f"cannot write {path}: {error}") from error
            os.replace(f"{path}.tmp", path)


@contextmanager
def _joined(files: Sequence[str], path: str) -> Iterator[list[str]]:
    """Yield files with the lines of `files`, in the same order. Small files in a row are joined in a temporary file,
    because DuckDB needs about 20 microseconds for each column of each file.
    """
    found: list[str] = []
    made: list[str] = []
    try:
        for small, group in groupby(files, lambda part: os.path.getsize(part) < SMALL):
            if not small:
                found += group
                continue
            made.append(f"{path}.{len(made)}.jsonl.tmp")
            with open(made[-1], "wb") as joined:
                for part in group:
                    with open(part, "rb") as file:
                        joined.write(file.read())
            found += made[-1:] if os.path.getsize(made[-1]) else []
        yield found
    finally:
        for each in made:
            os.unlink(each)


def _copy(table: str, files: Sequence[str], target: str, shifts: Sequence[int]) -> str:
    """Return the SQL statement that writes one table to its file. The counts in `coverage` are added up over the
    batches.
    """
    if files:
        names = ", ".join(literal(part) for part in files)
        columns = ", ".join(f"{quoted(c.name)}: {literal(c.type)}" for c in TABLES[table])
        form = f"format = 'newline_delimited', columns = {{{columns}}}, maximum_object_size = 8388608"
        source = f"read_json([{names}], {form})"
    else:
        empty = ", ".join(f"cast(null as {c.type}) as {quoted(c.name)}" for c in TABLES[table])
        source = f"(select {empty} where false)"
    columns = f"* replace ({', '.join(_shifted(table, shifts))})" if any(shifts) and _shifted(table, ()) else "*"
    if table == "coverage":  # one row for each batch
        sums = [f"sum({quoted(c.name)})::bigint as {quoted(c.name)}" for c in TABLES[table][len(COVERED) :]]
        source = f"(select {', '.join([*COVERED, *sums])} from {source} group by all order by all)"
    form = f"format parquet, compression zstd, row_group_size {ROWS}"
    return f"copy (select {columns} from {source}) to {literal(target)} ({form})"


def _shifted(table: str, shifts: Sequence[int]) -> list[str]:
    """Return SQL expressions that add the number of lines before a row's batch to the columns of a table that contain
    line numbers.
    """
    known = """"at" = 'corpus'""" if table == "findings" else "false"  # the lines of these rows are final
    more = f"(case when {known} then 0 else coalesce({list(shifts)}[document // {BATCH} + 1], 0) end)"
    number = "try_cast(substr(cable, 6) as bigint)"  # a row without an identifier is named by its line
    changed = {
        "line": f"line + {more}",
        "end_line": f"end_line + {more}",
        "related": f"list_transform(related, lambda each, nth: each + if(nth % 2 = 1, {more}, 0))",
        "cable": f"case when cable like 'line %' and {number} > 0 then 'line ' || ({number} + {more}) else cable end",
    }
    names = [column.name for column in TABLES[table]] if "document" in {c.name for c in TABLES[table]} else []
    return [f"{changed[name]} as {name}" for name in names if name in changed]


def connect() -> Any:
    """Open a single-threaded connection for statements written in this package. With one thread, equal rows produce
    equal bytes.
    """
    con = engine().connect(":memory:")
    for setting in (
        "autoinstall_known_extensions = false",
        "autoload_known_extensions = false",
        "threads = 1",
        "preserve_insertion_order = true",
        f"memory_limit = {literal(MEMORY)}",
        "enable_progress_bar = false",
    ):
        con.execute(f"set {setting}")
    return con


def no_audit(out: str) -> InputError:
    """Return the error for a folder that does not exist or contains no finished audit."""
    if not os.path.isdir(out):
        return InputError(f"{out}: no such folder")
    if os.path.exists(os.path.join(out, "plan.json")):
        return InputError(f"{out} contains no finished audit; run its `cablecheck audit` command again with --resume")
    return InputError(f"{out} contains no audit; to make one, run: cablecheck audit CORPUS --out {out}")


class Query:
    """A locked connection to the tables of one audit or, for rule examples, to in-memory tables.

    Raises `InputError` if the audit has no tables, or if one of them is damaged.
    """

    def __init__(self, out: str = "", seconds: float = SECONDS, memory: str = MEMORY, threads: int = 1) -> None:
        self.seconds = seconds
        self.spill = os.path.join(os.path.abspath(out), f"spill.{os.getpid()}.{id(self)}.tmp") if out else ""
        self.con = connect()
        self.con.execute(f"set memory_limit = {literal(memory)}")
        self.con.execute(f"set threads = {threads:d}")
        paths = [table_path(out, table) for table in TABLES if out and os.path.exists(table_path(out, table))]
        if out and not paths:
            raise no_audit(out)
        for path in paths:
            for view in (_table_of(path), *ALIASES.get(_table_of(path), ())):
                self._view(view, path)
        if "findings" in map(_table_of, paths):
            self._open_findings("suppressed" in map(_table_of, paths))
        if not out:
            for table, columns in TABLES.items():
                if table in REVIEW:
                    continue
                body = ", ".join(f"{quoted(c.name)} {c.type}" for c in columns)
                self.con.execute(f"create table {quoted(table)} ({body})")
        self._lock([os.path.abspath(path) for path in paths] + paths)

    def _view(self, name: str, path: str) -> None:
        """Create the view for one table. Raises `InputError` if its file is damaged."""
        try:
            self.con.execute(f"create view {quoted(name)} as select * from read_parquet({literal(path)})")
        except engine().Error as error:
            self.con.close()
            why = str(error).partition("\n")[0]
            raise InputError(f"{path}: damaged, or not a table of an audit; audit again ({why})") from error

    def _open_findings(self, suppressed: bool) -> None:
        """Create the view of the findings that are not hidden. `suppressed` is whether the audit has a `suppressed`
        table.
        """
        ranked = f"select *, {RANKED} as nth from findings"
        less = f"select * exclude (nth) from ({ranked}) anti join suppressed using (document, fingerprint, nth)"
        suppressed = suppressed and self.con.execute("select count(*) from suppressed").fetchone()[0] > 0
        self.con.execute(f"create view {OPEN} as {less if suppressed else 'select * from findings'}")

    def _lock(self, paths: Sequence[str]) -> None:
        allowed = ", ".join(literal(path) for path in paths)
        self.con.execute(f"set allowed_paths = [{allowed}]")
        self.con.execute(f"set temp_directory = {literal(self.spill)}")
        self.con.execute(f"set max_temp_directory_size = {literal(SPILL)}")
        self.con.execute("set enable_external_access = false")
        self.con.execute("set lock_configuration = true")

    def fill(self, table: str, rows: Sequence[dict[str, object]]) -> None:
        """Insert rows into an in-memory table, for rule examples."""
        if rows:
            given = {name for row in rows for name in row}
            names = [name for name in (column.name for column in TABLES[table]) if name in given or name == "document"]
            marks = ", ".join(["(" + ", ".join("?" for _ in names) + ")"] * len(rows))
            values = [row.get(name) for row in rows for name in names]
            self.con.execute(f"insert into {quoted(table)} ({', '.join(map(quoted, names))}) values {marks}", values)

    def empty(self) -> None:
        """Delete all rows from the in-memory tables."""
        for table in (name for name in TABLES if name not in REVIEW):
            self.con.execute(f"delete from {quoted(table)}")

    @contextmanager
    def _executing(self, sql: str) -> Iterator[Any]:
        """Execute one SELECT, and yield the cursor; its rows must be fetched within the time limit."""
        duckdb = engine()
        try:
            statements = self.con.extract_statements(sql)
            asks = len(statements) == 1 and statements[0].type == duckdb.StatementType.SELECT
            if not asks or sql.lstrip().lower().startswith("pragma"):  # older versions report a pragma as a SELECT
                raise ConfigError("only one read-only SELECT is allowed")
            timer = threading.Timer(self.seconds, self.con.interrupt)
            timer.daemon = True
            timer.start()
            try:
                with interruptible():
                    yield self.con.execute(statements[0])
            finally:
                timer.cancel()
                timer.join()  # otherwise it keeps the connection open, and DuckDB prints a warning
        except duckdb.InterruptException as error:
            raise ConfigError(f"query timed out after {self.seconds:g} s") from error
        except duckdb.OutOfMemoryException as error:
            raise OutOfMemory("the query needs more memory than it may use") from error
        except duckdb.Error as error:
            raise ConfigError(str(error)) from error

    def run(self, sql: str) -> Answer:
        """Run one SELECT, and return its columns and rows.

        Raises `OutOfMemory` if it needs too much memory, and `ConfigError` if it takes too long, fails, or is another
        statement.
        """
        with self._executing(sql) as cursor:
            return Answer(_columns(cursor), tuple(tuple(row) for row in cursor.fetchall()))

    def stream(self, sql: str) -> Iterator[Answer]:
        """Run one SELECT as `run` does, and yield its rows in blocks, so that memory does not grow with their
        number.
        """
        with self._executing(sql) as cursor:
            columns = _columns(cursor)
            while rows := cursor.fetchmany(BLOCK):
                yield Answer(columns, tuple(rows))

    def close(self) -> None:
        """Close the connection and remove temporary files."""
        self.con.close()
        if self.spill and os.path.isdir(self.spill):
            shutil.rmtree(self.spill, ignore_errors=True)


def _columns(cursor: Any) -> tuple[str, ...]:
    return tuple(str(column[0]) for column in cursor.description)


def _table_of(path: str) -> str:
    return os.path.basename(path).removesuffix(".parquet")


def quoted(name: str) -> str:
    """Return a name as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return a string as a SQL literal."""
    return "'" + text.replace("'", "''") + "'"
