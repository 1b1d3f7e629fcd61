"""`rules/vocabulary/*.yaml` to `Vocabulary`, strictly: every trouble with its place."""

from __future__ import annotations

import os
from datetime import date

from ..errors import RuleError
from ..vocabulary import Entry, Table, Vocabulary
from .diagnostics import Diagnostic
from .schema import ENTRY, check_shape
from .yaml_loader import Map, RuleFile, Seq, Text, Tree

ENTRY_KEYS = frozenset(key.name for key in ENTRY)


def load_vocabulary(folder: str) -> Vocabulary:
    """All tables of a folder of vocabulary files. Raises `RuleError` with everything that is wrong."""
    items: list[Diagnostic] = []
    tables = read_tables([folder], items)
    if items:
        raise RuleError(list(items))
    return Vocabulary(tables.values())


def read_tables(folders: list[str], items: list[Diagnostic]) -> dict[str, Table]:
    """The tables of the folders. A table of a later folder adds words to the one of the same name before it."""
    found: dict[str, Table] = {}
    for folder in folders:
        for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
            if name.endswith(".yaml") and not name.startswith("."):
                path = os.path.join(folder, name)
                home = os.path.dirname(os.path.abspath(folder))
                shown = f"{os.path.basename(home)}/{os.path.basename(folder)}/{name}"
                file = RuleFile.open(path, shown, items)
                if file is not None:
                    read_table(file, name, found)
    return found


def read_table(file: RuleFile, name: str, found: dict[str, Table]) -> None:
    """Read one table into `found`; troubles go to the file's list."""
    tree = file.tree
    if not isinstance(tree, Map):
        if tree is not None:
            file.trouble("R009", tree, "a vocabulary file is a mapping", "it begins with `format: 1`")
        return
    before = len(file.items)
    entries = tree.get("entries")
    if not _in_shape(tree) and check_shape("vocabulary", file):
        return
    table = tree.text("table")
    if table != name.removesuffix(".yaml").replace("-", "_"):
        file.trouble(
            "R009", tree.pairs["table"][1], f'the table is called "{table}", the file {name}', "call both alike"
        )
    known = {entry.code: entry for entry in found[table].entries} if table in found else {}
    read = [_entry(item, file) for item in entries.items if isinstance(item, Map)] if isinstance(entries, Seq) else []
    for entry, item in zip(read, entries.items if isinstance(entries, Seq) else [], strict=True):
        if entry.code in known:
            code = item.pairs["code"][1] if isinstance(item, Map) else item
            file.trouble("R035", code, f'the code "{entry.code}" stands twice in {table}', "each code once")
        known[entry.code] = entry
    if len(file.items) == before:
        title = found[table].title if table in found else tree.text("title")
        complete = found[table].complete if table in found else tree.text("complete") == "true"
        found[table] = Table(table, title, complete, known.values())


def _in_shape(tree: Map) -> bool:
    """Whether the file is plainly right, so that the slow look with the schema can be left out."""
    entries = tree.get("entries")
    if not isinstance(entries, Seq) or tree.text("format") != "1":
        return False
    if set(tree.pairs) - {"format", "table", "title", "complete", "source", "entries"}:
        return False
    complete, source = tree.get("complete"), tree.get("source")
    if not isinstance(complete, Text) or not complete.plain or complete.value not in ("true", "false"):
        return False
    if not isinstance(source, Seq) or not source.items or not _words(source):
        return False
    named = all(isinstance(tree.get(name), Text) for name in ("table", "title"))
    return named and all(map(_entry_in_shape, entries.items))


def _entry_in_shape(item: Tree) -> bool:
    if not isinstance(item, Map) or not ENTRY_KEYS.issuperset(item.pairs) or "code" not in item.pairs:
        return False
    for name, (_, value) in item.pairs.items():
        if name in ("forms", "facts"):
            if not isinstance(value, Map) or not all(_words(inner) for _, inner in value.pairs.values()):
                return False
        elif not isinstance(value, Text) or (
            name == "rank" and not (value.plain and value.value.removeprefix("-").isdecimal())
        ):
            return False
    return True


def _words(node: Tree) -> bool:
    return isinstance(node, Text) or (isinstance(node, Seq) and all(isinstance(item, Text) for item in node.items))


def _entry(item: Map, file: RuleFile) -> Entry:
    rank = item.text("rank")
    return Entry(
        item.text("code"),
        item.text("title"),
        _many(item.get("forms")),
        int(rank) if rank else None,
        _day(item, "since", file),
        _day(item, "until", file),
        item.text("source"),
        _many(item.get("facts")),
    )


def _day(item: Map, name: str, file: RuleFile) -> date | None:
    node = item.get(name)
    if not isinstance(node, Text):
        return None
    try:
        if len(node.value) == 10:
            return date.fromisoformat(node.value)
    except ValueError:
        pass
    file.trouble("R034", node, f'"{node.value}" is no real day', "dates are written 1995-10-14")
    return None


def _many(node: Tree | None) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for name, (_, value) in node.pairs.items() if isinstance(node, Map) else ():
        if isinstance(value, Text):
            found[name] = (value.value,)
        elif isinstance(value, Seq):
            found[name] = tuple(item.value for item in value.items if isinstance(item, Text))
    return found
