"""Read a pack's vocabulary files (`vocabulary/*.yaml`) into tables."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date
from functools import cache

from ..errors import RuleError
from ..resources import data_dir
from ..vocabulary import Entry, Table, Vocabulary
from .diagnostics import Diagnostic
from .schema import ENTRY, check_schema
from .yaml_loader import RuleFile, YamlList, YamlMap, YamlNode, YamlText, date_help, is_below, outside

ENTRY_KEYS = frozenset(key.name for key in ENTRY)


def load_vocabulary(folder: str) -> Vocabulary:
    """Return all tables in a folder as a vocabulary. Raises `RuleError` with all errors."""
    diagnostics: list[Diagnostic] = []
    tables = read_tables([folder], diagnostics)
    if diagnostics:
        raise RuleError(list(diagnostics))
    return Vocabulary(tables.values())


@cache
def described(table: str = "fields") -> Table:
    """Return a table from `rules/coverage`: `fields`, which contains the meaning of each field under `Class.field`;
    `words`; `operators`; or `coded_fields`.
    """
    return load_vocabulary(os.path.join(data_dir("rules"), "coverage"))[table]


def read_tables(
    folders: list[str], diagnostics: list[Diagnostic], known: Mapping[str, Table] | None = None
) -> dict[str, Table]:
    """Return the tables in folders by name. If several folders have a table with the same name, the entries are
    combined.

    `known` contains tables that were read earlier; they are included in the result.
    """
    found = dict(known or {})
    profiles: list[RuleFile] = []
    for folder in folders:
        for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
            if name.endswith(".yaml") and not name.startswith("."):
                path = os.path.join(folder, name)
                home = os.path.dirname(os.path.abspath(folder))
                shown = f"{os.path.basename(home)}/{os.path.basename(folder)}/{name}"
                if not is_below(path, home):
                    diagnostics.append(outside(shown))
                    continue
                file = RuleFile.open(path, shown, diagnostics)
                if file is not None:
                    read_table(file, name, found)
                    profiles += [file] if name == "profiles.yaml" else []
    for file in profiles:
        _check_profiles(file, found)
    return found


def _check_profiles(file: RuleFile, tables: dict[str, Table]) -> None:
    """Add an error for each profile that refers to a missing table, and for each level of a profile that lacks a rank
    or a banner form.
    """
    entries = file.tree.get("entries") if isinstance(file.tree, YamlMap) else None
    for item in entries.items if isinstance(entries, YamlList) else ():
        facts = item.get("facts") if isinstance(item, YamlMap) else None
        for fact in ("levels", "marks"):
            value = facts.get(fact) if isinstance(facts, YamlMap) else None
            if not isinstance(value, YamlText):
                continue
            if value.value not in tables:
                name = value.value.replace("_", "-")
                file.error("R016", value, f'unknown vocabulary table "{value.value}"', f"Add vocabulary/{name}.yaml")
                continue
            for entry in tables[value.value] if fact == "levels" else ():
                if entry.rank is None or not entry.spellings("banner"):
                    lacking = "rank" if entry.rank is None else "banner form"
                    shown = f'the level "{entry.code}" of the table {value.value} has no {lacking}'
                    file.error("R033", value, shown, "Give each level a rank and forms: {banner: [...]}")


def read_table(file: RuleFile, name: str, found: dict[str, Table]) -> None:
    """Read a vocabulary file into `found`. `name` is the file's name. Errors are added to the file."""
    tree = file.tree
    if not isinstance(tree, YamlMap):
        if tree is not None:
            table = name.removesuffix(".yaml").replace("-", "_")
            keys = f"`format: 1`, `table: {table}`, `title: …`, `source: [memory]`, and the list under `entries:`"
            file.error("R009", tree, "a vocabulary file must be a mapping", f"Write {keys}")
        return
    before = len(file.diagnostics)
    entries = tree.get("entries")
    if not _in_shape(tree) and check_schema("vocabulary", file):
        return
    table = tree.text("table")
    if table != name.removesuffix(".yaml").replace("-", "_"):
        file.error(
            "R009",
            tree.pairs["table"][1],
            f'the table is called "{table}", but the file is called {name}',
            "Give the table the same name as the file",
        )
    known = {entry.code: entry for entry in found[table].entries} if table in found else {}
    read = (
        [_entry(item, file) for item in entries.items if isinstance(item, YamlMap)]
        if isinstance(entries, YamlList)
        else []
    )
    for entry, item in zip(read, entries.items if isinstance(entries, YamlList) else [], strict=True):
        if entry.code in known:
            code = item.pairs["code"][1] if isinstance(item, YamlMap) else item
            file.error("R035", code, f'the code "{entry.code}" appears twice in {table}', "Merge the two entries")
        known[entry.code] = entry
    if len(file.diagnostics) == before:
        title = found[table].title if table in found else tree.text("title")
        complete = found[table].complete if table in found else tree.text("complete") == "true"
        found[table] = Table(table, title, complete, known.values())


def _in_shape(tree: YamlMap) -> bool:
    """Return whether the file is clearly valid, so that it need not be checked by jsonschema (0.5 s for all tables)."""
    entries = tree.get("entries")
    if not isinstance(entries, YamlList) or tree.text("format") != "1":
        return False
    if set(tree.pairs) - {"format", "table", "title", "complete", "source", "entries"}:
        return False
    complete, source = tree.get("complete"), tree.get("source")
    if not isinstance(complete, YamlText) or not complete.plain or complete.value not in ("true", "false"):
        return False
    if not isinstance(source, YamlList) or not source.items or not _words(source):
        return False
    named = all(isinstance(tree.get(name), YamlText) for name in ("table", "title"))
    return named and all(map(_entry_in_shape, entries.items))


def _entry_in_shape(item: YamlNode) -> bool:
    if not isinstance(item, YamlMap) or not ENTRY_KEYS.issuperset(item.pairs) or "code" not in item.pairs:
        return False
    for name, (_, value) in item.pairs.items():
        if name in ("forms", "facts"):
            if not isinstance(value, YamlMap) or not all(_words(inner) for _, inner in value.pairs.values()):
                return False
        elif not isinstance(value, YamlText) or (
            name == "rank" and not (value.plain and value.value.removeprefix("-").isdecimal())
        ):
            return False
    return True


def _words(node: YamlNode) -> bool:
    return isinstance(node, YamlText) or (
        isinstance(node, YamlList) and all(isinstance(item, YamlText) for item in node.items)
    )


def _entry(item: YamlMap, file: RuleFile) -> Entry:
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


def _day(item: YamlMap, name: str, file: RuleFile) -> date | None:
    node = item.get(name)
    if not isinstance(node, YamlText):
        return None
    try:
        if len(node.value) == 10:
            return date.fromisoformat(node.value)
    except ValueError:
        pass
    file.error("R034", node, f'"{node.value}" is not a valid date', date_help(node.value))
    return None


def _many(node: YamlNode | None) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for name, (_, value) in node.pairs.items() if isinstance(node, YamlMap) else ():
        if isinstance(value, YamlText):
            found[name] = (value.value,)
        elif isinstance(value, YamlList):
            found[name] = tuple(item.value for item in value.items if isinstance(item, YamlText))
    return found
