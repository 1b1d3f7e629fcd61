"""The settings a run has: their kinds, their built-in values, and where each settled value came from."""

from __future__ import annotations

import os

# name -> (kind, built-in value, what it does). Kinds: text, texts, flag, number, choice:…, map (name -> text),
# lists (name -> texts), table (name -> anything), path, paths (relative to the file that names them).
SETTINGS: dict[str, tuple[str, object, str]] = {
    "allow-failed": ("number", 0, "How many failed documents the run puts up with before it exits with 2."),
    "as-of": ("text", "", "The day to judge by (YYYY-MM-DD), for rules that ask whether a date has passed."),
    "baseline": ("path", "", "A baseline file: the findings in it are known and not shown."),
    "cache": ("flag", False, "Keep results of unchanged files. They quote the documents unless `redact` is set."),
    "checks": ("texts", (), "Checks of installed packages that rules may use (entry points `cablecheck.checks`)."),
    "exclude": ("texts", (), "Paths not to check, as globs. They are counted as excluded."),
    "exit-zero": ("flag", False, "Exit with 0 even if there are findings. Never hides a 2 or a 3."),
    "extend": ("path", "", "Another configuration file, in this file's folder or below it, that this one builds on."),
    "extend-select": ("texts", (), "Rules to add to the selection."),
    "fail-level": ("choice:error,warning,info,none", "error", "The lowest severity that makes the run exit with 1."),
    "fields": ("table", {}, "Which field of a JSON or CSV document holds what (see docs/readers.md)."),
    "ignore": ("texts", (), "Rules to leave out."),
    "jobs": ("number", 1, "How many processes check documents. 0 is one for each processor."),
    "mandatory": ("texts", (), "Rules that no ignore, suppression, baseline or severity can switch off or hide."),
    "per-file-ignores": ("lists", {}, "Glob of paths -> rules to leave out there."),
    "profile": ("text", "", "Judge every document by this rule book, whatever it looks like."),
    "reader": ("text", "", "Read every file with this reader instead of asking which one recognises it."),
    "redact": ("flag", False, "Keep the documents' own words out of every output."),
    "required-version": ("text", "", "The versions this configuration is written for, such as `>=0.1,<1`."),
    "rules": ("paths", (), "Folders of further rule packs."),
    "select": ("texts", (), "The rules to run: ids, prefixes of ids, names, tags, or ALL. Empty is all but drafts."),
    "severity": ("map", {}, "Rule -> error, warning, info or off."),
    "statistics": ("flag", False, "Count for each rule how often it passed, failed, was unknown or did not apply."),
    "suppressions": ("path", "", "A file of accepted findings, each with its reason."),
    "timeout": ("number", 0, "Seconds one file may take before its worker is stopped; 0 is no limit."),
}


class Settings:
    """The settled values: `settings["fail-level"]`, and `settings.origin["fail-level"]` where each came from.

    `folder` is the folder of the configuration file, or the working folder: globs are relative to it.
    """

    __slots__ = ("file", "folder", "origin", "values")

    def __init__(self, file: str = "", folder: str = "") -> None:
        self.file = file
        self.folder = folder or os.getcwd()
        self.values: dict[str, object] = {name: value for name, (_, value, _) in SETTINGS.items()}
        self.origin = dict.fromkeys(SETTINGS, "built in")

    def __getitem__(self, name: str) -> object:
        return self.values[name]

    def text(self, name: str) -> str:
        """A setting that is one text."""
        return str(self.values[name])

    def texts(self, name: str) -> tuple[str, ...]:
        """A setting that is a list of texts."""
        value = self.values[name]
        return tuple(value) if isinstance(value, (list, tuple)) else ()

    def number(self, name: str) -> int:
        """A setting that is a whole number."""
        value = self.values[name]
        return value if isinstance(value, int) else 0

    def flag(self, name: str) -> bool:
        """A setting that is on or off."""
        return self.values[name] is True

    def table(self, name: str) -> dict[str, object]:
        """A setting that is a table."""
        value = self.values[name]
        return dict(value) if isinstance(value, dict) else {}

    def put(self, name: str, value: object, origin: str) -> None:
        """Settle a value and remember where it came from."""
        self.values[name] = value
        self.origin[name] = origin


def fits(kind: str, value: object) -> bool:
    """Whether a value is of the kind a setting asks for."""
    if kind in ("text", "path"):
        return isinstance(value, str)
    if kind == "flag":
        return isinstance(value, bool)
    if kind == "number":
        return isinstance(value, int) and not isinstance(value, bool) and value >= 0
    if kind in ("texts", "paths"):
        return isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value)
    if kind.startswith("choice:"):
        return isinstance(value, str) and value in kind.partition(":")[2].split(",")
    if kind == "map":
        return isinstance(value, dict) and all(isinstance(item, str) for item in value.values())
    if kind == "lists":
        return isinstance(value, dict) and all(fits("texts", item) for item in value.values())
    return isinstance(value, dict)


def expected(kind: str) -> str:
    """What a setting asks for, in words."""
    words = {
        "text": "a text is wanted",
        "path": "a path in quotes is wanted",
        "flag": "true or false is wanted",
        "number": "a whole number from 0 is wanted",
        "texts": "a list of texts is wanted",
        "paths": "a list of paths is wanted",
        "map": "a table of texts is wanted",
        "lists": "a table of lists is wanted",
        "table": "a table is wanted",
    }
    if kind.startswith("choice:"):
        return "one of " + ", ".join(kind.partition(":")[2].split(",")) + " is wanted"
    return words[kind]


def show(settings: Settings) -> list[str]:
    """The settled values with their origin, one line each, in alphabetical order."""
    lines = [f"configuration: {settings.file or '(none)'}"]
    for name in sorted(SETTINGS):
        lines.append(f"{name} = {_written(settings[name])}    # {settings.origin[name]}")
    return lines


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_written(key)} = {_written(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_written(item) for item in value) + "]"
    import json

    return json.dumps(value, ensure_ascii=True)


def schema() -> dict[str, object]:
    """The JSON Schema of a configuration file, for editors and tests; `schemas/config.schema.json` holds it."""
    texts: dict[str, object] = {"type": "array", "items": {"type": "string"}}
    shapes: dict[str, dict[str, object]] = {
        "text": {"type": "string"},
        "path": {"type": "string"},
        "flag": {"type": "boolean"},
        "number": {"type": "integer", "minimum": 0},
        "texts": texts,
        "paths": texts,
        "map": {"type": "object", "additionalProperties": {"type": "string"}},
        "lists": {"type": "object", "additionalProperties": texts},
        "table": {"type": "object"},
    }
    found = {}
    for name, (kind, value, what) in SETTINGS.items():
        shape = shapes.get(kind) or {"enum": kind.partition(":")[2].split(",")}
        found[name] = shape | {"description": what, "default": list(value) if isinstance(value, tuple) else value}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "cablecheck.toml, or the table [tool.cablecheck] of pyproject.toml",
        "type": "object",
        "properties": found,
        "additionalProperties": False,
    }
