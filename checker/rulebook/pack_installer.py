"""Install rule packs from folders and wheels into the user's pack folder.

Only regular files of the types that belong in a pack are copied, and their size and number are limited. Links cause an
error, other files are skipped, and a pack with errors is not installed.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import zipfile
from configparser import ConfigParser, Error

from ..errors import ConfigError, RuleError
from .loader import Pack, check_files
from .pack_store import GROUP, KnownPack, folder, listed, places

_FILE = re.compile(r"(?:vocabulary/)?\w[\w.-]*\.yaml|telegrams/\w[\w.-]*\.txt|(?:README|LICENSE|NOTICE)[\w.-]*", re.A)
_MAX_FILE = 4_000_000  # bytes
_MAX_FILES = 1_000
_SHIPPED = "cablecheck"
_Files = tuple[dict[str, bytes], list[str]]  # files by name, and the names of files that do not belong in a pack


def add(path: str) -> tuple[list[KnownPack], list[str]]:
    """Install the pack in a folder, or all packs in a wheel. Return the packs and the paths of files that were not
    copied.

    Raises `ConfigError` if the path is not a pack, and `RuleError` with all errors in the pack's files.
    """
    home = folder()
    os.makedirs(home, exist_ok=True)
    if os.path.isdir(path):
        sources = [_of_folder(path)]
    elif path.endswith(".whl") and os.path.isfile(path):
        sources = _of_wheel(path)
    else:
        raise ConfigError(f"{path}: not a folder and not a wheel (.whl)")
    names, skipped = [], []
    for files, ignored in sources:
        names.append(_install(path, files, home))
        skipped += ignored
    return [pack for pack in listed() if pack.name in names], skipped


def remove(name: str) -> None:
    """Remove an installed pack. Raises `ConfigError` if it is not installed."""
    place, origin = places().get(name, ("", "not installed"))
    if origin != "installed":
        raise ConfigError(f'the pack "{name}" is {origin}; only installed packs can be removed')
    shutil.rmtree(place)


def _install(path: str, files: dict[str, bytes], home: str) -> str:
    """Write and validate a pack, then replace any older version of it. Return the pack's name."""
    if "pack.yaml" not in files:
        raise ConfigError(f"{path}: no pack.yaml, so this is not a pack")
    temporary = os.path.join(home, f".new-{os.getpid()}")
    shutil.rmtree(temporary, ignore_errors=True)
    try:
        for name, data in files.items():
            target = os.path.join(temporary, *name.split("/"))
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with open(target, "wb") as file:
                file.write(data)
        name = Pack(temporary, []).name
        errors = check_files([temporary])
        if errors:
            raise RuleError(list(errors))
        known = places().get(name, ("", "installed"))
        if name == _SHIPPED or known[1] == "shipped":
            raise ConfigError(f'{path}: the name "{name}" belongs to a pack that comes with cablecheck')
        final = os.path.join(home, name)
        shutil.rmtree(final, ignore_errors=True)
        os.replace(temporary, final)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return name


def _of_folder(path: str) -> _Files:
    """Return the contents of a pack's files by name, and the names of files that do not belong in a pack. Raises
    `ConfigError` for links, devices, and packs that are too large.
    """
    found: dict[str, bytes] = {}
    ignored: list[str] = []
    for inside in ("", "vocabulary/", "telegrams/"):
        home = os.path.join(path, inside)
        for name in sorted(os.listdir(home)) if os.path.isdir(home) else ():
            place, shown = os.path.join(home, name), inside + name
            about = os.lstat(place)
            if stat.S_ISDIR(about.st_mode):
                ignored += [] if inside == "" and name in ("vocabulary", "telegrams") else [shown]
            elif not stat.S_ISREG(about.st_mode):
                raise ConfigError(f"{place}: not a regular file; a pack has no links and devices")
            elif _FILE.fullmatch(shown):
                _check_size(place, about.st_size, len(found))
                with open(place, "rb") as file:
                    found[shown] = file.read(_MAX_FILE)
            else:
                ignored.append(shown)
    return found, ignored


def _of_wheel(path: str) -> list[_Files]:
    """Return the files of each pack that a wheel declares as an entry point. Raises `ConfigError` if the wheel declares
    no pack or cannot be read.
    """
    try:
        with zipfile.ZipFile(path) as wheel:
            names = [name for name in wheel.namelist() if re.fullmatch(r"[^/]+\.dist-info/entry_points\.txt", name)]
            text = _member(wheel, names[0], path, 0).decode() if names else ""
            points = ConfigParser(interpolation=None, delimiters=("=",))
            points.read_string(text)
            values = [value.strip() for _, value in points.items(GROUP)] if points.has_section(GROUP) else []
            if not values:
                raise ConfigError(f"{path}: the wheel has no entry point of the group {GROUP}")
            return [_of_members(wheel, value.replace(".", "/") + "/", path) for value in values]
    except (zipfile.BadZipFile, Error, UnicodeDecodeError, NotImplementedError, RuntimeError) as error:
        raise ConfigError(f"{path}: not a readable wheel: {error}") from error


def _of_members(wheel: zipfile.ZipFile, prefix: str, path: str) -> _Files:
    found: dict[str, bytes] = {}
    ignored: list[str] = []
    for member in wheel.infolist():
        name = member.filename.removeprefix(prefix)
        if member.is_dir() or not member.filename.startswith(prefix):
            continue
        if stat.S_ISLNK(member.external_attr >> 16):
            raise ConfigError(f"{path}: {member.filename} is a link; a pack has no links")
        if _FILE.fullmatch(name):
            found[name] = _member(wheel, member.filename, path, len(found))
        else:
            ignored.append(name)
    return found, ignored


def _member(wheel: zipfile.ZipFile, name: str, path: str, count: int) -> bytes:
    with wheel.open(name) as file:
        data: bytes = file.read(_MAX_FILE + 1)
    _check_size(f"{path}: {name}", len(data), count)
    return data


def _check_size(shown: str, size: int, count: int) -> None:
    if size > _MAX_FILE or count >= _MAX_FILES:
        raise ConfigError(f"{shown}: a pack has at most {_MAX_FILES:,} files of at most {_MAX_FILE:,} bytes")
