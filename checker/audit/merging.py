"""Shards of one audit, made on several machines, put together: the same bytes as an audit that was never divided."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence

from .. import rulebook
from ..checking import Order
from ..trouble import ConfigTrouble, InputTrouble
from . import corpus, journal, store
from .batch import Done, marker_path, part_path, read_marker
from .conducting import Options, Result, _digest, finish
from .tables import STREAMED


def merge(shards: Sequence[str], out: str, order: Order, options: Options | None = None) -> Result:
    """Tables and reports in `out` from the folders of all shards. Raises `ConfigTrouble` where they do not fit.

    `order` must be the one the shards were made with: it is compared with what they wrote down.
    """
    options = options or Options()
    store.engine()
    plans = [journal.read_plan(shard) for shard in shards]
    batches = _agreed(shards, plans)
    book = rulebook.load(order.folders or None, checks=order.checks)
    chosen = book.select(order.rules) if order.rules else book
    rules = corpus.load(words=book.vocabulary) if options.corpus_rules else []
    if plans[0]["rules"] != _digest(chosen, rules):
        raise ConfigTrouble(
            "the shards were made with other rules than these: merge with the same version and settings"
        )
    parts = journal.parts_folder(out)
    os.makedirs(parts, exist_ok=True)
    done: list[Done] = []
    for shard in shards:
        folder = journal.parts_folder(shard)
        for name in sorted(os.listdir(folder)):
            if name.endswith(".done.json"):
                each = read_marker(os.path.join(folder, name))
                done.append(each)
                for table in STREAMED:
                    shutil.copyfile(part_path(folder, each.number, table), part_path(parts, each.number, table))
                shutil.copyfile(marker_path(folder, each.number), marker_path(parts, each.number))
    _complete(done, batches, plans)
    journal.write_plan(out, {**plans[0], "shard": "1/1"})
    plan = journal.Plan((), batches, plans[0])
    return finish(out, plan, done, chosen, rules, order, options)


def _agreed(shards: Sequence[str], plans: Sequence[dict[str, str]]) -> int:
    for shard, plan in zip(shards, plans, strict=True):
        for name in ("tool", "rules", "settings", "corpus", "choice", "batch", "batches"):
            if plan.get(name) != plans[0].get(name):
                raise ConfigTrouble(f"{shard} was made with another {name} than {shards[0]}")
    wanted = {f"{place}/{len(shards)}" for place in range(1, len(shards) + 1)}
    missing = sorted(wanted - {plan["shard"] for plan in plans})
    if missing:
        raise ConfigTrouble(f"not all shards are there: missing {', '.join(missing)}")
    return int(plans[0]["batches"])


def _complete(done: Sequence[Done], batches: int, plans: Sequence[dict[str, str]]) -> None:
    numbers = {each.number for each in done}
    if "sample 0" in plans[0]["choice"] and len(numbers) != batches:
        raise InputTrouble(f"{batches - len(numbers)} of {batches} batches are not done: resume their shards first")
