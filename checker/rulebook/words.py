"""`rules/vocabulary/*.yaml` to `Vocabulary`."""

from __future__ import annotations

import os
from datetime import date
from typing import Any

import yaml

from ..vocabulary import Entry, Table, Vocabulary


def load_vocabulary(folder: str) -> Vocabulary:
    """All tables of a folder of vocabulary files."""
    tables = []
    for name in sorted(os.listdir(folder)):
        if name.endswith(".yaml"):
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                data = yaml.load(file, yaml.BaseLoader)
            entries = [_entry(item) for item in data["entries"]]
            tables.append(Table(data["table"], data["title"], data.get("complete") == "true", entries))
    return Vocabulary(tables)


def _entry(item: dict[str, Any]) -> Entry:
    return Entry(
        item["code"],
        item.get("title", ""),
        {kind: _many(forms) for kind, forms in item.get("forms", {}).items()},
        int(item["rank"]) if "rank" in item else None,
        date.fromisoformat(item["since"]) if "since" in item else None,
        date.fromisoformat(item["until"]) if "until" in item else None,
        item.get("source", ""),
        {name: _many(values) for name, values in item.get("facts", {}).items()},
    )


def _many(value: Any) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, list) else (value,)
