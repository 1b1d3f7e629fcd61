"""The settings a run has: their kinds, their built-in values, and where each settled value came from."""

from __future__ import annotations

import os
import re
import tomllib

from .errors import ConfigError, did_you_mean
from .results import SEVERITIES

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


# ---- A configuration file read strictly: every wrong key or value is told at its place, with what would b
_HEADER = re.compile(r"[ \t]*\[\[?([^\]\n]*)\]")
_PART = r"""(?:"[^"\n]*"|'[^'\n]*'|[A-Za-z0-9_-]+)"""
_KEY = re.compile(rf"[ \t]*({_PART}(?:[ \t]?\.[ \t]?{_PART})*)[ \t]*=")
_BOUND = re.compile(r"(>=|<=|==|!=|>|<)?([0-9]+(?:\.[0-9]+)*)")
MAX_BYTES = 1_000_000
MAX_DEPTH = 5  # files that extend files


def read_file(path: str, settings: Settings, version: str, depth: int = 0) -> None:
    """Put what a file says into `settings`. Raises `ConfigError` with all wrong keys and values of the file."""
    text = _text(path)
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigError(f"{path}{_decoder_place(str(error))}: {error}") from error
    prefix: tuple[str, ...] = ()
    if os.path.basename(path) == "pyproject.toml":
        prefix = ("tool", "cablecheck")
        data = data.get("tool", {}).get("cablecheck", {})
    if not isinstance(data, dict):
        raise ConfigError(f"{path}: [tool.cablecheck] is not a table")
    places = _places(text)
    troubles = [trouble for name, value in data.items() for trouble in _wrong(path, places, prefix, name, value)]
    if troubles:
        raise ConfigError("\n".join(troubles))
    _check_version(path, places, prefix, str(data.get("required-version", "")), version)
    if data.get("extend"):
        read_file(_below(path, str(data["extend"]), depth), settings, version, depth + 1)
    for name, value in data.items():
        settings.put(name, _absolute(path, SETTINGS[name][0], value), path)


def _text(path: str) -> str:
    try:
        if os.path.getsize(path) > MAX_BYTES:
            raise ConfigError(f"{path}: larger than {MAX_BYTES:,} bytes; this is no configuration file")
        with open(path, encoding="utf-8") as file:
            return file.read()
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8 (byte {error.start})") from error


def _decoder_place(message: str) -> str:
    found = re.search(r"at line (\d+), column (\d+)", message)
    return f":{found[1]}:{found[2]}" if found else ""


def _places(text: str) -> dict[tuple[str, ...], tuple[int, int]]:
    """Where each key stands, as far as one key a line shows it: path of names -> (line, column)."""
    places: dict[tuple[str, ...], tuple[int, int]] = {}
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.split("\n"), start=1):
        header = _HEADER.match(line)
        key = None if header else _KEY.match(line)
        if header:
            table = _names(header[1])
            places.setdefault(table, (number, header.start(1) + 1))
        elif key:
            places.setdefault((*table, *_names(key[1])), (number, key.start(1) + 1))
    return places


def _names(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip(" \t\"'") for part in re.findall(r"""[ \t]*(?:"[^"]*"|'[^']*'|[^."']+)""", dotted))


def _at(path: str, places: dict[tuple[str, ...], tuple[int, int]], names: tuple[str, ...]) -> str:
    while names:
        if names in places:
            return f"{path}:{places[names][0]}:{places[names][1]}"
        names = names[:-1]
    return path


def _wrong(
    path: str, places: dict[tuple[str, ...], tuple[int, int]], prefix: tuple[str, ...], name: str, value: object
) -> list[str]:
    place = _at(path, places, (*prefix, name))
    if name not in SETTINGS:
        return [f"{place}: unknown setting {name!r}{did_you_mean(name, SETTINGS)}"]
    kind = SETTINGS[name][0]
    if fits(kind, value):
        return []
    return [f"{place}: {name}: {expected(kind)}, not {value!r}"]


def _check_version(
    path: str, places: dict[tuple[str, ...], tuple[int, int]], prefix: tuple[str, ...], wanted: str, version: str
) -> None:
    if not wanted:
        return
    place = _at(path, places, (*prefix, "required-version"))
    for bound in wanted.split(","):
        found = _BOUND.fullmatch(bound.strip().replace(" ", ""))
        if not found:
            raise ConfigError(f"{place}: required-version: {bound!r} is not a bound like '>=0.1'")
        if not _holds(version, found[1] or "==", found[2]):
            raise ConfigError(f"{place}: this is version {version}; the configuration requires {wanted}")


def _holds(version: str, sign: str, bound: str) -> bool:
    ours, theirs = [[int(part) for part in words.split(".")] for words in (version, bound)]
    length = max(len(ours), len(theirs))
    ours += [0] * (length - len(ours))
    theirs += [0] * (length - len(theirs))
    return {
        ">=": ours >= theirs, "<=": ours <= theirs, "==": ours == theirs,
        "!=": ours != theirs, ">": ours > theirs, "<": ours < theirs,
    }[sign]  # fmt: skip


def _below(path: str, extended: str, depth: int) -> str:
    """The file that `extend` names: in the folder of the file that names it, or below, links followed."""
    folder = os.path.realpath(os.path.dirname(os.path.abspath(path)))
    target = os.path.realpath(os.path.join(folder, extended))
    if os.path.commonpath([folder, target]) != folder:
        raise ConfigError(f"{path}: extend: {extended!r} is outside the folder of this file")
    if depth + 1 >= MAX_DEPTH or target == os.path.realpath(path):
        raise ConfigError(f"{path}: extend: more than {MAX_DEPTH} files build on each other, or one on itself")
    return os.path.relpath(target)


def _absolute(path: str, kind: str, value: object) -> object:
    """Paths in a file are relative to that file."""
    folder = os.path.dirname(path)
    if kind == "path" and value:
        return os.path.normpath(os.path.join(folder, str(value)))
    if kind == "paths" and isinstance(value, list):
        return tuple(os.path.normpath(os.path.join(folder, str(item))) for item in value)
    return value


# ---- Where the settings of a run come from: built-in value, configuration file, command line. Precedence,
NAMES = ("cablecheck.toml", "pyproject.toml")  # in one folder the first of these wins


def settle(words: dict[str, object], config: str = "", isolated: bool = False, version: str = "") -> Settings:
    """Settings from the configuration file and the command line's `words` (setting name -> value; only those given).

    `config` names the file to take instead of looking for one; `isolated` takes none. Raises `ConfigError`.
    """
    found = "" if isolated else (config or _near(discover(os.getcwd())))
    settings = Settings(found, os.path.dirname(os.path.abspath(found)) if found else "")
    if found:
        read_file(found, settings, version)
    for name, value in words.items():
        if name not in SETTINGS:
            raise ConfigError(f"unknown setting {name!r}{did_you_mean(name, SETTINGS)}")
        kind = SETTINGS[name][0]
        if not fits(kind, value):
            raise ConfigError(f"--{name}: {expected(kind)}, not {value!r}")
        settings.put(name, value, "command line")
    _judge(settings)
    return settings


def discover(folder: str) -> str:
    """The configuration file of the folder or of the nearest folder above it; "" if there is none."""
    while True:
        for name in NAMES:
            path = os.path.join(folder, name)
            if os.path.isfile(path) and (name != "pyproject.toml" or _holds_table(path)):
                return path
        parent = os.path.dirname(folder)
        if parent == folder:
            return ""
        folder = parent


def _near(path: str) -> str:
    """A path as seen from the working folder: what people read and click."""
    return os.path.relpath(path) if path else ""


def _holds_table(path: str) -> bool:
    """Whether a pyproject.toml speaks to us at all: cheaper than reading it as TOML."""
    try:
        with open(path, "rb") as file:
            return b"tool.cablecheck" in file.read(MAX_BYTES)
    except OSError:
        return False


def _judge(settings: Settings) -> None:
    """What a value must hold besides its kind."""
    for rule, severity in settings.table("severity").items():
        if severity not in (*SEVERITIES, "off"):
            origin = settings.origin["severity"]
            raise ConfigError(f"{origin}: severity of {rule}: one of error, warning, info, off, not {severity!r}")
    day = settings.text("as-of")
    if day:
        from datetime import date

        try:
            date.fromisoformat(day)
        except ValueError as error:
            raise ConfigError(f"{settings.origin['as-of']}: as-of: {day!r} is not a day like 2026-11-23") from error
