"""Compare two audits (new, gone, and moved findings), and merge the shards of one audit."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence
from contextlib import closing
from typing import Any

from ..config import Options
from ..errors import ConfigError, InputError
from ..record import Record
from . import checkpoint, corpus_rules, database
from .batch import load_rulebook
from .database import connect, interruptible, literal, no_audit, table_path
from .parts import BatchResult, marker_path, part_path, read_result
from .pipeline import EXCLUDED, AuditResult, _digest, finish
from .tables import STREAMED


class Difference(Record):
    """The differences between two audits.

    `rules` contains, for each rule, the numbers of new, gone, moved, and unchanged findings. `samples` are findings,
    each with the kind of change, the rule, the position, and the message. `coverage` contains a row for each field that
    was read in a smaller share of documents than before: year, layout, field, the shares before and after in percent,
    and the number of documents after. For the `text` field, the share is that of recognized characters.
    """

    rules: tuple[tuple[str, int, int, int, int], ...]
    samples: tuple[tuple[str, str, str, str], ...]
    coverage: tuple[tuple[str, str, str, float, float, int], ...] = ()

    @property
    def changed(self) -> list[tuple[str, int, int, int, int]]:
        """Return the rows for rules with findings that are new, gone, or moved."""
        return [row for row in self.rules if any(row[1:4])]

    @property
    def same(self) -> bool:
        """Return whether no finding is new, gone, or moved, and no field is read in a smaller share of documents."""
        return not self.changed and not self.coverage


_JOINED = """
with a as (select *, row_number() over (partition by fingerprint order by document, line, "column") as nth
           from read_parquet({before})),
     b as (select *, row_number() over (partition by fingerprint order by document, line, "column") as nth
           from read_parquet({after})),
     joined as (
       select coalesce(b.rule, a.rule) as rule, coalesce(b.message, a.message) as message,
         coalesce(b.path, a.path) || ':' || coalesce(b.line, a.line)
           || ':' || coalesce(b."column", a."column") || ' ' || coalesce(b.cable, a.cable) as place,
         fingerprint,
         case when a.rule is null then 'new' when b.rule is null then 'gone'
              when a.path <> b.path or a.line <> b.line or a."column" <> b."column" or a.severity <> b.severity
              then 'moved' else 'same' end as what
       from a full join b using (fingerprint, nth))
"""


_SHARES = """
with shares as (
       select *, 100.0 * case when field = 'text' then recognized / greatest(characters, 1) else read / documents end
         as share from read_parquet({path}))
"""
_DROPS = """
with a as ({before}), b as ({after})
select coalesce(b.year::varchar, 'unknown'), b.layout, b.field, round(a.share, 1), round(b.share, 1), b.documents
from a join b on a.year is not distinct from b.year and a.layout = b.layout and a.field = b.field
where a.share - b.share >= 0.5 and least(a.documents, b.documents) >= 20
order by a.share - b.share desc, 1, 2, 3
"""


def _coverage(con: Any, before: str, after: str) -> tuple[tuple[str, str, str, float, float, int], ...]:
    """Return the rows of `Difference.coverage`, largest drop first.

    A row is included if the share fell by at least 0.5 percentage points, and both audits have at least 20 documents of
    that year and layout.
    """
    tables = {"before": table_path(before, "coverage"), "after": table_path(after, "coverage")}
    if not all(map(os.path.exists, tables.values())):
        return ()  # made by a version without the table
    queries = {name: f"{_SHARES.format(path=literal(path))} select * from shares" for name, path in tables.items()}
    return tuple(tuple(row) for row in con.execute(_DROPS.format_map(queries)).fetchall())


def diff(before: str, after: str, samples: int = 3) -> Difference:
    """Return the differences between the audit in the folder `before` and the audit in the folder `after`. `samples` is
    the number of sample findings for each rule and kind of change.

    Raises `InputError` if one of them is not a finished audit.
    """
    for out in (before, after):
        if not os.path.exists(table_path(out, "findings")):
            raise no_audit(out)
    paths = {"before": literal(table_path(before, "findings")), "after": literal(table_path(after, "findings"))}
    joined = _JOINED.format_map(paths)
    with closing(connect()) as con, interruptible():
        counted = con.execute(
            joined + "select rule, count(*) filter (what = 'new'), count(*) filter (what = 'gone'), "
            "count(*) filter (what = 'moved'), count(*) filter (what = 'same') from joined group by rule order by rule"
        ).fetchall()
        sampled = con.execute(
            joined + "select what, rule, place, message from joined where what <> 'same' qualify row_number() over "
            f"(partition by what, rule order by fingerprint, place) <= {int(samples)} "
            "order by what, rule, place, message"
        ).fetchall()
        coverage = _coverage(con, before, after)
    return Difference(tuple(tuple(row) for row in counted), tuple(tuple(row) for row in sampled), coverage)


# ---- Merging shards --------------------------------------------------------------------------------------------------
def merge(shards: Sequence[str], out: str, options: Options) -> AuditResult:
    """Merge the folders of all shards of one audit, and write the audit's tables and reports to `out`.

    Raises `ConfigError` if the shards do not belong together or `options` do not match them, and `InputError` if a
    shard is not finished.
    """
    database.engine()
    plans = [checkpoint.read_plan(shard) for shard in shards]
    batches = _agreed(shards, plans)
    rulebook = load_rulebook(options)
    rules = corpus_rules.shipped(rulebook.vocabulary) if options.corpus_rules else []
    if plans[0]["rules"] != _digest(rulebook, rules):
        raise ConfigError("the shards were made with other rules; merge with the same version and configuration")
    parts = checkpoint.parts_folder(out)
    os.makedirs(parts, exist_ok=True)
    done: list[BatchResult] = []
    for shard in shards:
        folder = checkpoint.parts_folder(shard)
        for name in sorted(os.listdir(folder)):
            if name.endswith(".done.json"):
                result = read_result(folder, int(name.partition(".")[0]))
                if isinstance(result, str):
                    raise InputError(f"{result} is missing or damaged: resume its shard first")
                done.append(result)
                for table in STREAMED:
                    shutil.copyfile(part_path(folder, result.number, table), part_path(parts, result.number, table))
                shutil.copyfile(marker_path(folder, result.number), marker_path(parts, result.number))
    _complete(done, batches, plans)
    checkpoint.write_plan(out, {**plans[0], "shard": "1/1"})
    shutil.copyfile(os.path.join(shards[0], checkpoint.DESCRIPTION), os.path.join(out, checkpoint.DESCRIPTION))
    plan = checkpoint.AuditPlan((), batches, plans[0], _excluded(shards[0]))
    return finish(out, plan, done, rulebook, rules, options)


def _excluded(shard: str) -> tuple[tuple[str, str], ...]:
    """Return the files that the audit excluded without reading them, each with the reason, from the folder of a
    shard.
    """
    try:
        with open(os.path.join(checkpoint.parts_folder(shard), EXCLUDED), encoding="utf-8") as file:
            rows = [json.loads(line) for line in file]
        return tuple((row["path"], row["why"]) for row in rows)
    except FileNotFoundError as error:
        raise InputError(f"{shard}: the shard is not finished; use audit --resume") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{shard}: {EXCLUDED} is damaged: {error}") from error


def _agreed(shards: Sequence[str], plans: Sequence[dict[str, str]]) -> int:
    for shard, plan in zip(shards, plans, strict=True):
        for name in ("tool", "rules", "settings", "corpus", "choice", "batch", "batches"):
            if plan.get(name) != plans[0].get(name):
                raise ConfigError(f"{shard} was made with another {name} than {shards[0]}")
    given = [plan["shard"] for plan in plans]
    number = int(given[0].partition("/")[2])
    missing = [name for place in range(1, number + 1) if (name := f"{place}/{number}") not in given]
    if missing:
        raise ConfigError(f"missing shards: {', '.join(missing)}")
    if len(given) > number:
        raise ConfigError(f"expected {number} shards, but {len(given)} folders were given: {', '.join(given)}")
    return int(plans[0]["batches"])


def _complete(done: Sequence[BatchResult], batches: int, plans: Sequence[dict[str, str]]) -> None:
    numbers = {result.number for result in done}
    if "sample 0" in plans[0]["choice"] and len(numbers) != batches:
        raise InputError(f"{batches - len(numbers)} of {batches} batches are not done: resume their shards first")
