"""Find rule packs by name: shipped packs, installed packs, and packs in installed Python packages.

A pack is untrusted data: nothing in it is executed, and a Python package that provides one is never imported.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from ..errors import ConfigError, did_you_mean
from ..record import Record
from ..resources import data_dir
from . import compiled_cache

NAME = re.compile(r"[a-z][a-z0-9-]*")
GROUP = "cablecheck.packs"  # entry points of Python packages: the pack's name, and the package folder that contains it


class KnownPack(Record):
    """A pack that can be selected by name. `origin` is "shipped", "installed", or the name of the Python package that
    provides it.
    """

    name: str
    version: str
    title: str
    digest: str
    origin: str
    folder: str


def folder() -> str:
    """Return the folder for installed packs: `$XDG_DATA_HOME/cablecheck/packs` or `~/.local/share/cablecheck/packs`.
    Raises `ConfigError` if there is no home folder.
    """
    base = os.environ.get("XDG_DATA_HOME", "")
    if not os.path.isabs(base):
        home = os.path.expanduser("~")
        if not os.path.isabs(home):
            raise ConfigError("no folder for packs: set HOME or XDG_DATA_HOME")
        base = os.path.join(home, ".local", "share")
    return os.path.join(base, "cablecheck", "packs")


def is_name(word: str) -> bool:
    """Return whether a value in the `rules` setting is a pack name rather than a folder."""
    return NAME.fullmatch(word) is not None and not os.path.isdir(word)


def find(name: str) -> str:
    """Return the folder of the pack with this name. Raises `ConfigError` if there is no such pack."""
    known = places()
    if name not in known:
        names = ", ".join(sorted(known))
        near = did_you_mean(name, known)
        raise ConfigError(f'"{name}" is neither a folder nor a rule pack{near}; available packs: {names}')
    return known[name][0]


def listed() -> list[KnownPack]:
    """Return all packs that can be selected by name, sorted by name."""
    from .loader import Pack  # YAML and jsonschema cost 150 ms

    found = []
    for name, (place, origin) in sorted(places().items()):
        about = Pack(place, []).about
        digest = compiled_cache.digest(compiled_cache.stats([place]))
        found.append(KnownPack(name, str(about["version"]), str(about.get("title", "")), digest, origin, place))
    return found


def places() -> dict[str, tuple[str, str]]:
    """Return a mapping from each pack's name to (folder, origin). If packs have the same name, a shipped pack takes
    precedence, then an installed one, then one from a Python package.
    """
    found: dict[str, tuple[str, str]] = {}
    for home, origin in ((data_dir("packs"), "shipped"), (folder(), "installed")):
        for name in sorted(os.listdir(home)) if os.path.isdir(home) else ():
            if NAME.fullmatch(name) and os.path.isdir(os.path.join(home, name)):
                found.setdefault(name, (os.path.join(home, name), origin))
    for name, place, package in _provided():
        found.setdefault(name, (place, package))
    return found


def _provided() -> Iterator[tuple[str, str, str]]:
    """Yield (name, folder, package) for each pack in an installed Python package, without importing the package."""
    from importlib.metadata import entry_points  # 25 ms, and only for packs named in a setting
    from importlib.util import find_spec

    for point in entry_points(group=GROUP):
        top, *rest = point.value.split(".")
        try:
            spec = find_spec(top)
        except (ImportError, ValueError):
            continue
        for home in (spec.submodule_search_locations or ()) if spec is not None else ():
            place = os.path.join(home, *rest)
            if NAME.fullmatch(point.name) and os.path.isfile(os.path.join(place, "pack.yaml")):
                yield point.name, place, f"package {top}"
