"""Two audits side by side: which findings are new, which are gone, which moved."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import closing

from ..record import Record
from ..trouble import InputTrouble
from .store import _quiet, interruptible, literal, table_path


class Difference(Record):
    """By rule how many findings are new, gone, moved, unchanged; and some of them: (what, rule, place, message)."""

    rules: tuple[tuple[str, int, int, int, int], ...]
    samples: tuple[tuple[str, str, str, str], ...]

    @property
    def same(self) -> bool:
        """Whether nothing is new, gone or moved."""
        return not any(new or gone or moved for _, new, gone, moved, _ in self.rules)


_JOINED = """
with a as (select *, row_number() over (partition by fingerprint order by document, line, "column") as nth
           from read_parquet({before})),
     b as (select *, row_number() over (partition by fingerprint order by document, line, "column") as nth
           from read_parquet({after})),
     joined as (
       select coalesce(b.rule, a.rule) as rule, coalesce(b.message, a.message) as message,
         coalesce(b.path, a.path) || ':' || coalesce(b.line, a.line) || ' ' || coalesce(b.cable, a.cable) as place,
         fingerprint,
         case when a.rule is null then 'new' when b.rule is null then 'gone'
              when a.path <> b.path or a.line <> b.line or a."column" <> b."column" or a.severity <> b.severity
              then 'moved' else 'same' end as what
       from a full join b using (fingerprint, nth))
"""


def diff(before: str, after: str, each: int = 3) -> Difference:
    """What changed from the audit in the folder `before` to the one in `after`. Raises `InputTrouble`."""
    for out in (before, after):
        if not os.path.exists(table_path(out, "findings")):
            raise InputTrouble(f"{out} holds no finished audit")
    paths = {"before": literal(table_path(before, "findings")), "after": literal(table_path(after, "findings"))}
    joined = _JOINED.format_map(paths)
    with closing(_quiet()) as con, interruptible():
        counted = con.execute(
            joined + "select rule, count(*) filter (what = 'new'), count(*) filter (what = 'gone'), "
            "count(*) filter (what = 'moved'), count(*) filter (what = 'same') from joined group by rule order by rule"
        ).fetchall()
        sampled = con.execute(
            joined + "select what, rule, place, message from joined where what <> 'same' qualify row_number() over "
            f"(partition by what, rule order by fingerprint, place) <= {int(each)} order by what, rule, place, message"
        ).fetchall()
    return Difference(tuple(tuple(row) for row in counted), tuple(tuple(row) for row in sampled))


def told(difference: Difference) -> Sequence[Sequence[object]]:
    """The rows of the table by rule that changed."""
    return [row for row in difference.rules if row[1] or row[2] or row[3]]
