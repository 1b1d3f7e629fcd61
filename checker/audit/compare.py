"""Two audits side by side: which findings are new, which are gone, which moved."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from contextlib import closing

from .. import rulebook
from ..document_linter import Order
from ..errors import ConfigError, InputError
from ..record import Record
from . import checkpoint, corpus_rules, database
from .batch import Done, marker_path, part_path, read_marker
from .database import _quiet, interruptible, literal, table_path
from .pipeline import Options, Result, _digest, finish
from .tables import STREAMED


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
    """What changed from the audit in the folder `before` to the one in `after`. Raises `InputError`."""
    for out in (before, after):
        if not os.path.exists(table_path(out, "findings")):
            raise InputError(f"{out} holds no finished audit")
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


# ---- Shards of one audit, made on several machines, put together: the same bytes as an audit that was nev
def merge(shards: Sequence[str], out: str, order: Order, options: Options | None = None) -> Result:
    """Tables and reports in `out` from the folders of all shards. Raises `ConfigError` where they do not fit.

    `order` must be the one the shards were made with: it is compared with what they wrote down.
    """
    options = options or Options()
    database.engine()
    plans = [checkpoint.read_plan(shard) for shard in shards]
    batches = _agreed(shards, plans)
    book = rulebook.load(order.folders or None, checks=order.checks)
    chosen = book.select(order.rules) if order.rules else book
    rules = corpus_rules.load(words=book.vocabulary) if options.corpus_rules else []
    if plans[0]["rules"] != _digest(chosen, rules):
        raise ConfigError("the shards were made with other rules than these: merge with the same version and settings")
    parts = checkpoint.parts_folder(out)
    os.makedirs(parts, exist_ok=True)
    done: list[Done] = []
    for shard in shards:
        folder = checkpoint.parts_folder(shard)
        for name in sorted(os.listdir(folder)):
            if name.endswith(".done.json"):
                each = read_marker(os.path.join(folder, name))
                done.append(each)
                for table in STREAMED:
                    shutil.copyfile(part_path(folder, each.number, table), part_path(parts, each.number, table))
                shutil.copyfile(marker_path(folder, each.number), marker_path(parts, each.number))
    _complete(done, batches, plans)
    checkpoint.write_plan(out, {**plans[0], "shard": "1/1"})
    plan = checkpoint.Plan((), batches, plans[0])
    return finish(out, plan, done, chosen, rules, order, options)


def _agreed(shards: Sequence[str], plans: Sequence[dict[str, str]]) -> int:
    for shard, plan in zip(shards, plans, strict=True):
        for name in ("tool", "rules", "settings", "corpus", "choice", "batch", "batches"):
            if plan.get(name) != plans[0].get(name):
                raise ConfigError(f"{shard} was made with another {name} than {shards[0]}")
    wanted = {f"{place}/{len(shards)}" for place in range(1, len(shards) + 1)}
    missing = sorted(wanted - {plan["shard"] for plan in plans})
    if missing:
        raise ConfigError(f"not all shards are there: missing {', '.join(missing)}")
    return int(plans[0]["batches"])


def _complete(done: Sequence[Done], batches: int, plans: Sequence[dict[str, str]]) -> None:
    numbers = {each.number for each in done}
    if "sample 0" in plans[0]["choice"] and len(numbers) != batches:
        raise InputError(f"{batches - len(numbers)} of {batches} batches are not done: resume their shards first")
