"""Hold an audit's tables in memory, and run the pages' queries.

The connection from `audit.database` is locked: it can read only the audit's own tables. The following tables are
created in memory: `telegram` contains one row for each telegram, `item` contains findings and undetermined verdicts in
reading order with the columns for filters, `tagged` contains one row for each TAGS entry of a telegram, and `sampled`
contains the findings in samples. Decisions are a column of `item`, kept up to date by `decide`.

Values reach the database only as parameters; column names come from the tables in this module.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from ..audit.database import Query, engine, literal
from ..decisions import document_key
from ..errors import InputError
from ..record import Record
from ..results import SEVERITIES
from .criteria import DECISIONS, FACETS, Choice, Criteria, span

MEMORY = "512MB"
SECONDS = 10.0
THREADS = 2
PAGE = 50
SHOWN = 8  # values of a facet beside a list
MOST_KEPT = 64  # lists whose facet counts are cached until a decision changes

_OF_TELEGRAM = ("post", "level", "era", "layout", "reader")  # columns with few distinct values
_TYPES = {  # enumerations are loaded and grouped three times as fast as text
    "rule": "select rule from rules union select rule from findings union select rule from undetermined",
    "severity": "select severity from rules union select severity from findings union select 'info'",
    "undetermined": "select kind from undetermined union select ''",
    "tag": "select upper(unnest(tags)) from cables",
    **{name: f"select {name} from cables union select ''" for name in _OF_TELEGRAM},
}
_TELEGRAMS = f"""
create table telegram as
select document, path, cable, line, mrn, year, date,
    {", ".join(f"cast(coalesce({name}, '') as {name}_values) as {name}" for name in _OF_TELEGRAM)},
    rank, subject, refs, tags, instruction, declassify_on, expected_on, declass_basis, automatic_on, classified,
    portions, marked, words, text_hash
from cables
"""
_ITEMS = f"""
create table item as
select row_number() over () as id, * from (
    select f.* replace (
            cast(f.rule as rule_values) as rule, cast(f.severity as severity_values) as severity,
            cast(f.undetermined as undetermined_values) as undetermined),
        {", ".join(f"coalesce(c.{name}, '') as {name}" for name in _OF_TELEGRAM)}, c.year, c.date,
        cast('none' as decision_values) as decision, '' as reviewer
    from (
        select document, path, cable, rule, severity, message, line, "column", end_line, end_column,
            coalesce(quote, '') as quote, "at", fingerprint, '' as undetermined
        from findings
        union all
        select u.document, u.path, u.cable, u.rule, coalesce(r.severity, 'info'), u.why, u.line, u."column", u.line,
            u."column", coalesce(u.quote, ''), u."at", '', u.kind
        from undetermined u left join rules r using (rule)
    ) f left join telegram c using (document)
    order by f.document, f.line, f."column", f.rule
)
"""  # numbering sorted rows takes one-third as long as a window function that sorts
_TAGS = (
    "create table tagged as select distinct document, cast(tag as tag_values) as tag from "
    "(select document, upper(unnest(tags)) as tag from telegram)"
)
_MEMBERS = "create table sampled (sample varchar, fingerprint varchar)"
_REDACT = (  # for a view with --redact of an audit that was made without it
    "update telegram set cable = '', mrn = null, subject = null, refs = []",
    "update item set cable = '', quote = '', "
    "message = coalesce((select summary from rules r where r.rule = item.rule), '')",
)
_ONE = (
    "select i.*, c.mrn, c.text_hash from item i "
    "left join (select document, mrn, text_hash from telegram) c using (document)"
)
_FIRST = "qualify row_number() over (partition by fingerprint order by id) = 1"
_SEARCHED = ("cable", "message", "quote")
_ORDERS = {
    "place": "id",
    "severity": "array_position(['error', 'warning', 'info'], severity), id",
    "rule": "rule, id",
    "date": "date nulls last, id",
    "newest": "date desc nulls last, id",
}
Row = dict[str, Any]


class FacetCount(Record):
    """One facet value: how many rows have it, and whether it is selected or excluded."""

    value: str
    count: int
    wanted: bool = False
    excluded: bool = False


class AuditTables:
    """The tables of one finished audit, loaded for the pages. Raises `InputError` if a table is missing or damaged."""

    def __init__(self, out: str, redact: bool = False) -> None:
        self.out = out
        self._query = Query(out, SECONDS, MEMORY, THREADS)
        self._con = self._query.con
        self._writing = threading.Lock()
        present = {
            row[0] for row in self._con.execute("select view_name from duckdb_views() where not internal").fetchall()
        }
        missing = sorted({"cables", "findings", "undetermined", "rules", "ledger", "files"} - present)
        if missing:
            self.close()
            raise InputError(f"{out} has no table {missing[0]}; run its `cablecheck audit` command again with --resume")
        self.present = frozenset(present)
        try:
            self._load(redact)
        except engine().Error as error:
            self.close()
            why = str(error).partition("\n")[0]
            raise InputError(f"{out}: the tables are damaged or of another version; audit again ({why})") from error
        self._kept: dict[str, dict[str, list[FacetCount]]] = {}  # cached facet counts, by query string

    def _load(self, redact: bool) -> None:
        """Create the tables in memory, redacted if required."""
        for name, source in _TYPES.items():
            known = f"select distinct v from ({source}) each(v) where v is not null order by 1"
            self._con.execute(f"create type {name}_values as enum ({known})")
        self._con.execute(f"create type decision_values as enum ({', '.join(map(literal, DECISIONS))})")
        for statement in (_TELEGRAMS, _ITEMS, _TAGS, _MEMBERS, *(_REDACT if redact else ())):
            self._con.execute(statement)

    def close(self) -> None:
        """Close the connection and remove temporary files."""
        self._query.close()

    # ---- Running -----------------------------------------------------------------------------------------------------

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        """Run a statement and return its rows as dictionaries. Statements are written in this package, never by
        users.
        """
        with self._con.cursor() as cursor:
            found = cursor.execute(sql, list(values))
            names = [column[0] for column in found.description]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def value(self, sql: str, values: Sequence[object] = ()) -> Any:
        """Return the first value that a statement yields, or `None` if it yields no row."""
        with self._con.cursor() as cursor:
            row = cursor.execute(sql, list(values)).fetchone()
            return row[0] if row else None

    # ---- Findings ----------------------------------------------------------------------------------------------------

    def page(self, criteria: Criteria, size: int = PAGE) -> list[Row]:
        """Return the findings on one page of a list, each with its telegram's message number and subject."""
        where, values = self.condition(criteria)
        sql = (
            f"with chosen as (select * from item where {where} order by {_ORDERS[criteria.sort]} limit ? offset ?) "
            "select chosen.*, c.mrn, c.subject from chosen left join "
            "(select document, mrn, subject from telegram where document in (select document from chosen)) c "
            f"using (document) order by {_ORDERS[criteria.sort]}"
        )
        return self.rows(sql, [*values, size, size * (criteria.page - 1)])

    def count(self, criteria: Criteria) -> int:
        """Return how many findings match the criteria."""
        where, values = self.condition(criteria)
        return int(self.value(f"select count(*) from item where {where}", values))

    def progress(self, criteria: Criteria) -> tuple[int, int]:
        """Return how many findings are decided, and how many there are in total, among those that match the criteria.
        The decision and reviewer filters are ignored.
        """
        where, values = self.condition(criteria.without("decision").without("reviewer"))
        row = self.rows(
            f"select count(*) filter (decision <> 'none') as decided, count(*) as total from item where {where}", values
        )[0]
        return row["decided"], row["total"]

    def item(self, number: int) -> Row | None:
        """Return one finding by its id, with its telegram's message number and subject, or `None` if there is none."""
        sql = "select item.*, c.mrn, c.subject from item left join telegram c using (document) where id = ?"
        found = self.rows(sql, [number])
        return found[0] if found else None

    def items_of(self, document: int) -> list[Row]:
        """Return one telegram's findings and undetermined verdicts in reading order."""
        return self.rows("select * from item where document = ? order by id", [document])

    def with_fingerprint(self, fingerprint: str) -> list[Row]:
        """Return the findings with one fingerprint. There are several if the corpus contains copies of a telegram."""
        return self.rows("select * from item where fingerprint = ? order by id", [fingerprint])

    def related(self, item: Row) -> list[int]:
        """Return the other positions that were compared for a finding, as a flat list with four numbers for each: line,
        column, end line, end column.

        They are read on demand, because loading them for all findings takes one-third longer. The list is empty if the
        audit was made by a version that did not record them.
        """
        same = 'document = ? and fingerprint = ? and line = ? and "column" = ?'
        keys = [item[name] for name in ("document", "fingerprint", "line", "column")]
        found = self.rows(f"select * from findings where {same} limit 1", keys) if item["fingerprint"] else []
        return (found[0].get("related") if found else None) or []

    def telegram(self, document: int) -> Row | None:
        """Return one telegram by its document number, or `None` if there is none."""
        found = self.rows("select * from telegram where document = ?", [document])
        return found[0] if found else None

    def place(self, document: int) -> Row | None:
        """Return the location of one telegram's text in the corpus, or `None` if there is no such telegram."""
        sql = "select path, member, start, bytes, line, item from cables where document = ?"
        found = self.rows(sql, [document])
        return found[0] if found else None

    @lru_cache(maxsize=1024)  # noqa: B019 - one instance lives as long as the process
    def rule(self, name: str) -> Row | None:
        """Return one rule as it was in this audit, or `None` if the audit did not include it."""
        found = self.rows("select * from rules where rule = ?", [name])
        return found[0] if found else None

    def with_fingerprints(self, fingerprints: Sequence[str]) -> list[Row]:
        """Return one finding for each of these fingerprints that occurs in the audit."""
        sql = f"{_ONE} where fingerprint in (select unnest(?)) {_FIRST}"
        return self.rows(sql, [list(fingerprints)])

    def named(self, criteria: Criteria, most: int) -> list[Row]:
        """Return, for each fingerprint, one of the findings that match the criteria. At most `most` are returned."""
        where, values = self.condition(criteria)
        return self.rows(f"{_ONE} where fingerprint <> '' and {where} {_FIRST} limit ?", [*values, most])

    def drawable(self, criteria: Criteria) -> list[tuple[str, str]]:
        """Return the rule and fingerprint of each finding that matches the criteria, for drawing a sample."""
        where, values = self.condition(criteria)
        rows = self.rows(f"select distinct rule, fingerprint from item where fingerprint <> '' and {where}", values)
        return [(row["rule"], row["fingerprint"]) for row in rows]

    def drawable_telegrams(self, criteria: Criteria) -> list[tuple[str, str]]:
        """Return the level and document number of each telegram that matches the telegram filters. Other filters are
        ignored.
        """
        names = ("level", "post", "year", "era", "tag", "layout", "reader")
        own = {name: choice for name, choice in criteria.choices.items() if name in names}
        where, values = self.condition(Criteria(own), telegrams=True)
        rows = self.rows(f"select level, document from telegram where {where}", values)
        return [(row["level"] or "?", str(row["document"])) for row in rows]

    def telegrams(self, documents: Sequence[int]) -> list[Row]:
        """Return the telegrams with these document numbers, in corpus order."""
        sql = "select * from telegram where document in (select unnest(?)) order by document"
        return self.rows(sql, [list(documents)])

    def keys(self, documents: Sequence[int]) -> dict[int, str]:
        """Return, for each document number, the key used in place of a fingerprint in decisions about the whole
        telegram.
        """
        sql = "select document, path, cable, line from cables where document in (select unnest(?))"
        rows = self.rows(sql, [list(documents)])  # the table of the audit itself, which a redacted view does not change
        return {row["document"]: document_key(row["path"], row["cable"], row["line"]) for row in rows}

    def add_sample(self, name: str, members: Sequence[str]) -> None:
        """Make a sample available to the filters. `members` are fingerprints."""
        with self._writing, self._con.cursor() as cursor:
            cursor.execute("insert into sampled select ?, unnest(?)", [name, list(members)])
            self._kept = {}

    def facets(self, criteria: Criteria, names: Iterable[str] = FACETS) -> dict[str, list[FacetCount]]:
        """Return, for each facet, its values with their counts under all *other* filters. Selected and excluded values
        come first, then the most frequent ones.
        """
        key = f"{sorted(names := list(names))} {criteria.without('').query(sort='place')}"
        kept = self._kept
        if key not in kept:
            if len(kept) >= MOST_KEPT:
                kept.clear()
            kept[key] = self._facets(criteria, names)
        return kept[key]

    def _facets(self, criteria: Criteria, names: Sequence[str]) -> dict[str, list[FacetCount]]:
        active = [name for name in names if name in criteria.choices]
        idle = [
            name for name in names if name not in criteria.choices and name not in ("tag", "sample", "undetermined")
        ]
        counted = self._counted(criteria, idle)
        for name in names:
            if name not in counted:
                counted |= {name: self._listed(criteria.without(name) if name in active else criteria, name)}
        return self.marked({name: counted[name] for name in names}, criteria)

    @staticmethod
    def marked(counts: Mapping[str, list[tuple[str, int]]], criteria: Criteria) -> dict[str, list[FacetCount]]:
        """Return each facet's counts in display order, marking the values that the criteria select or exclude."""
        return {name: _marked(found, criteria.choices.get(name, Choice())) for name, found in counts.items()}

    def _counted(self, criteria: Criteria, names: Sequence[str]) -> dict[str, list[tuple[str, int]]]:
        """Return the counts for several facets that share all filters, computed in one scan."""
        if not names:
            return {}
        where, values = self.condition(criteria)
        sets = ", ".join(f"({name})" for name in names)
        columns = ", ".join(names)
        sql = (
            f"select {columns}, grouping_id({columns}), count(*) from item where {where} "
            f"group by grouping sets ({sets})"
        )
        found: dict[str, list[tuple[str, int]]] = {name: [] for name in names}
        bits = {((1 << len(names)) - 1) & ~(1 << (len(names) - 1 - place)): place for place in range(len(names))}
        with self._con.cursor() as cursor:
            for row in cursor.execute(sql, values).fetchall():
                place = bits[row[-2]]
                found[names[place]].append((_word(row[place]), row[-1]))
        return found

    def _listed(self, criteria: Criteria, name: str) -> list[tuple[str, int]]:
        """Return the counts for one facet that needs a separate query, such as `tag`."""
        if name == "undetermined":  # these rows are left out unless a filter selects a kind
            where, values = self.condition(criteria, undetermined=True)
            sql = f"select undetermined, count(*) from item where {where} group by all"
        elif name == "tag":
            where, values = self.condition(criteria)
            sql = f"select tag, count(*) from item join tagged using (document) where {where} group by tag"
        elif name == "sample":
            where, values = self.condition(criteria)
            members = "item join sampled using (fingerprint)"
            sql = f"select sample, count(*) from {members} where {where} group by all"
        else:
            where, values = self.condition(criteria)
            sql = f"select {name}, count(*) from item where {where} group by all"
        with self._con.cursor() as cursor:
            return [(_word(value), count) for value, count in cursor.execute(sql, values).fetchall()]

    def condition(
        self, criteria: Criteria, undetermined: bool = False, telegrams: bool = False
    ) -> tuple[str, list[object]]:
        """Return the criteria as a SQL condition on `item`, and its parameters.

        Undetermined verdicts are left out unless the criteria name one of their kinds; `undetermined` selects only
        them. With `telegrams`, the condition is on `telegram`.
        """
        parts, values = ["true"], list[object]()
        if telegrams:
            pass
        elif undetermined:
            parts.append("undetermined <> ''")
        elif "undetermined" not in criteria.choices:
            parts.append("undetermined = ''")
        for name, choice in criteria.choices.items():
            for sign, chosen in (("", choice.wanted), ("not ", choice.excluded)):
                if chosen:
                    part, more = _matching(name, chosen)
                    parts.append(f"{sign}({part})")
                    values += more
        if criteria.q:
            parts.append(
                "("
                + " or ".join(f"contains(lower({column}), lower(?))" for column in _SEARCHED)
                + " or document in (select document from telegram where contains(lower(subject), lower(?)) "
                "or contains(lower(mrn), lower(?))))"
            )
            values += [criteria.q] * 5
        return " and ".join(parts), values

    @lru_cache(maxsize=32)  # noqa: B019 - one instance lives as long as the process
    def known(self, name: str) -> frozenset[str]:
        """Return all values that a facet has in this audit."""
        if name == "decision":
            return frozenset(DECISIONS)
        table, column = {"tag": ("tagged", "tag")}.get(name, ("item", name))
        return frozenset(_word(row[column]) for row in self.rows(f"select distinct {column} from {table}"))

    def _known_now(self, name: str) -> frozenset[str]:
        """Return the current values of `sample` or `reviewer`, which can change while the audit is open."""
        table = "sampled" if name == "sample" else "item"
        return frozenset(row["value"] for row in self.rows(f"select distinct {name} as value from {table}"))

    def unknown_values(self, criteria: Criteria) -> list[str]:
        """Return one sentence for each selected or excluded value that does not occur in this audit."""
        found = []
        for name, choice in criteria.choices.items():
            known = self.known(name) if name not in ("sample", "reviewer") else self._known_now(name)
            for value in (*choice.wanted, *choice.excluded):
                if name == "year" and (span(value) or not value.isdigit()):  # a range, or already reported as invalid
                    continue
                if value not in known:
                    found.append(f"Nothing in this audit has {FACETS[name].title} “{value}”.")
        return found

    # ---- Decisions ---------------------------------------------------------------------------------------------------

    def decide(self, latest: Mapping[str, tuple[str, str]]) -> None:
        """Set the decisions about findings, given as fingerprint -> (decision, reviewer).

        The decision `none` reopens a finding.
        """
        with self._writing, self._con.cursor() as cursor:
            self._set(cursor, latest)
            self._kept = {}

    def _set(self, cursor: Any, latest: Mapping[str, tuple[str, str]]) -> None:
        if len(latest) <= 20:
            for fingerprint, (decision, reviewer) in latest.items():
                cursor.execute(
                    "update item set decision = ?, reviewer = ? where fingerprint = ?",
                    [decision, reviewer, fingerprint],
                )
            return
        cursor.execute("create or replace temp table latest (fingerprint varchar, decision varchar, reviewer varchar)")
        columns = [list(latest), [one for one, _ in latest.values()], [by for _, by in latest.values()]]
        cursor.execute("insert into latest select unnest(?), unnest(?), unnest(?)", columns)
        cursor.execute(
            "update item set decision = latest.decision, reviewer = latest.reviewer from latest "
            "where item.fingerprint = latest.fingerprint"
        )


def _matching(name: str, chosen: Sequence[str]) -> tuple[str, list[object]]:
    """Return a SQL condition that is true for rows in `item` with one of the chosen values of a filter, and its
    parameters.
    """
    marks = ", ".join("?" for _ in chosen)
    if name == "tag":
        return f"document in (select document from tagged where tag in ({marks}))", list(chosen)
    if name == "sample":
        return f"fingerprint in (select fingerprint from sampled where sample in ({marks}))", list(chosen)
    if name == "year":
        return _years(chosen)
    return f"{name} in ({marks})", list(chosen)


def _years(chosen: Sequence[str]) -> tuple[str, list[object]]:
    parts, values = [], list[object]()
    for value in chosen:
        years = span(value)
        if years is not None:
            parts.append("coalesce(year between ? and ?, false)")
            values += years
        elif not value:
            parts.append("year is null")
        else:
            parts.append("coalesce(year = ?, false)")
            values.append(int(value) if value.isdigit() else -1)
    return " or ".join(parts), values


def _word(value: object) -> str:
    return "" if value is None else str(value)


def _marked(counts: Sequence[tuple[str, int]], choice: Choice) -> list[FacetCount]:
    """Return a facet's values: selected and excluded ones first, even if no row has them, then the most frequent."""
    present = {value for value, _ in counts}
    absent = [(value, 0) for value in (*choice.wanted, *choice.excluded) if value not in present and not span(value)]
    found = [FacetCount(value, count, value in choice.wanted, value in choice.excluded) for value, count in counts]
    found += [FacetCount(value, 0, value in choice.wanted, value in choice.excluded) for value, _ in absent]
    return sorted(found, key=lambda one: (not (one.wanted or one.excluded), -one.count, one.value))


def severity_order(counts: Iterable[FacetCount]) -> list[FacetCount]:
    """Return the values of the severity facet from the most serious to the least."""
    return sorted(counts, key=lambda one: SEVERITIES.index(one.value) if one.value in SEVERITIES else len(SEVERITIES))
