"""A configuration file read strictly: every wrong key or value is told at its place, with what would be right."""

from __future__ import annotations

import os
import re
import tomllib

from .settings import SETTINGS, Settings, expected, fits
from .trouble import ConfigTrouble, did_you_mean

_HEADER = re.compile(r"[ \t]*\[\[?([^\]\n]*)\]")
_PART = r"""(?:"[^"\n]*"|'[^'\n]*'|[A-Za-z0-9_-]+)"""
_KEY = re.compile(rf"[ \t]*({_PART}(?:[ \t]?\.[ \t]?{_PART})*)[ \t]*=")
_BOUND = re.compile(r"(>=|<=|==|!=|>|<)?([0-9]+(?:\.[0-9]+)*)")
MAX_BYTES = 1_000_000
MAX_DEPTH = 5  # files that extend files


def read(path: str, settings: Settings, version: str, depth: int = 0) -> None:
    """Put what a file says into `settings`. Raises `ConfigTrouble` with all wrong keys and values of the file."""
    text = _text(path)
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigTrouble(f"{path}{_decoder_place(str(error))}: {error}") from error
    prefix: tuple[str, ...] = ()
    if os.path.basename(path) == "pyproject.toml":
        prefix = ("tool", "cablecheck")
        data = data.get("tool", {}).get("cablecheck", {})
    if not isinstance(data, dict):
        raise ConfigTrouble(f"{path}: [tool.cablecheck] is not a table")
    places = _places(text)
    troubles = [trouble for name, value in data.items() for trouble in _wrong(path, places, prefix, name, value)]
    if troubles:
        raise ConfigTrouble("\n".join(troubles))
    _check_version(path, places, prefix, str(data.get("required-version", "")), version)
    if data.get("extend"):
        read(_below(path, str(data["extend"]), depth), settings, version, depth + 1)
    for name, value in data.items():
        settings.put(name, _absolute(path, SETTINGS[name][0], value), path)


def _text(path: str) -> str:
    try:
        if os.path.getsize(path) > MAX_BYTES:
            raise ConfigTrouble(f"{path}: larger than {MAX_BYTES:,} bytes; this is no configuration file")
        with open(path, encoding="utf-8") as file:
            return file.read()
    except OSError as error:
        raise ConfigTrouble(f"{path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise ConfigTrouble(f"{path}: not UTF-8 (byte {error.start})") from error


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
            raise ConfigTrouble(f"{place}: required-version: {bound!r} is not a bound like '>=0.1'")
        if not _holds(version, found[1] or "==", found[2]):
            raise ConfigTrouble(f"{place}: this is version {version}; the configuration requires {wanted}")


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
        raise ConfigTrouble(f"{path}: extend: {extended!r} is outside the folder of this file")
    if depth + 1 >= MAX_DEPTH or target == os.path.realpath(path):
        raise ConfigTrouble(f"{path}: extend: more than {MAX_DEPTH} files build on each other, or one on itself")
    return os.path.relpath(target)


def _absolute(path: str, kind: str, value: object) -> object:
    """Paths in a file are relative to that file."""
    folder = os.path.dirname(path)
    if kind == "path" and value:
        return os.path.normpath(os.path.join(folder, str(value)))
    if kind == "paths" and isinstance(value, list):
        return tuple(os.path.normpath(os.path.join(folder, str(item))) for item in value)
    return value
