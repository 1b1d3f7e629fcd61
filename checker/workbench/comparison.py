"""Compare the findings of two audits by fingerprint: new, gone, moved, and unchanged."""

from __future__ import annotations

import os
from typing import Any

from ..audit.database import connect, literal, no_audit, table_path
from ..errors import InputError

MOST_ROWS = 500

_JOINED = """
create table joined as
with a as (select *, row_number() over (partition by fingerprint order by document, line, "column") as nth
           from read_parquet({before})),
     b as (select *, row_number() over (partition by fingerprint order by document, line, "column") as nth
           from read_parquet({after}))
select coalesce(b.rule, a.rule) as rule, coalesce(b.message, a.message) as message, coalesce(b.path, a.path) as path,
    coalesce(b.cable, a.cable) as cable, coalesce(b.line, a.line) as line, fingerprint, b.document as document,
    coalesce(b.severity, a.severity) as severity,
    case when a.rule is null then 'new' when b.rule is null then 'gone'
         when a.path <> b.path or a.line <> b.line or a."column" <> b."column" or a.severity <> b.severity
         then 'moved' else 'same' end as kind
from a full join b using (fingerprint, nth)
"""


class Comparison:
    """The findings of two finished audits, joined by fingerprint. Raises `InputError` if `before` is not a finished
    audit.
    """

    def __init__(self, before: str, after: str, redact: bool) -> None:
        if not os.path.exists(table_path(before, "findings")):
            raise InputError(f"--compare: {no_audit(before)}")
        names = {"before": literal(table_path(before, "findings")), "after": literal(table_path(after, "findings"))}
        self._con = connect()
        self._con.execute(_JOINED.format_map(names))
        if redact:
            self._con.execute("update joined set message = '', cable = ''")
        self._con.execute("set enable_external_access = false")
        self._con.execute("set lock_configuration = true")

    def close(self) -> None:
        """Close the connection."""
        self._con.close()

    def counts(self) -> list[dict[str, Any]]:
        """Return, for each rule, how many findings are new, gone, moved, and unchanged."""
        kinds = ", ".join(f"count(*) filter (kind = '{kind}') as {kind}" for kind in ("new", "gone", "moved", "same"))
        return self._rows(f"select rule, {kinds} from joined group by rule order by new + gone + moved desc, rule", [])

    def rows(self, kind: str, rule: str) -> list[dict[str, Any]]:
        """Return up to `MOST_ROWS` findings of one kind (such as "new") for one rule or, if `rule` is "", for all
        rules.
        """
        test = "kind = ?" + (" and rule = ?" if rule else "")
        sql = f"select * from joined where {test} order by rule, path, line limit {MOST_ROWS}"
        return self._rows(sql, [kind, rule] if rule else [kind])

    def _rows(self, sql: str, values: list[object]) -> list[dict[str, Any]]:
        with self._con.cursor() as cursor:
            found = cursor.execute(sql, values)
            names = [column[0] for column in found.description]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
