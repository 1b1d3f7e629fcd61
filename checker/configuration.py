"""Where the settings of a run come from: built-in value, configuration file, command line.

Precedence, lowest first: the built-in value, the file named by `extend`, the configuration file, the command line.
The configuration file is `cablecheck.toml`, or `pyproject.toml` with a table `[tool.cablecheck]`, of the working folder
or the nearest folder above it. A configuration file among the documents configures nothing: documents are evidence.
"""

from __future__ import annotations

import os

from .findings import SEVERITIES
from .settings import SETTINGS, Settings, expected, fits
from .trouble import ConfigTrouble, did_you_mean

NAMES = ("cablecheck.toml", "pyproject.toml")  # in one folder the first of these wins
MAX_BYTES = 1_000_000


def settle(words: dict[str, object], config: str = "", isolated: bool = False, version: str = "") -> Settings:
    """Settings from the configuration file and the command line's `words` (setting name -> value; only those given).

    `config` names the file to take instead of looking for one; `isolated` takes none. Raises `ConfigTrouble`.
    """
    found = "" if isolated else (config or _near(discover(os.getcwd())))
    settings = Settings(found, os.path.dirname(os.path.abspath(found)) if found else "")
    if found:
        from . import tomlfile  # 9 ms, and only where there is a file

        tomlfile.read(found, settings, version)
    for name, value in words.items():
        if name not in SETTINGS:
            raise ConfigTrouble(f"unknown setting {name!r}{did_you_mean(name, SETTINGS)}")
        kind = SETTINGS[name][0]
        if not fits(kind, value):
            raise ConfigTrouble(f"--{name}: {expected(kind)}, not {value!r}")
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
            raise ConfigTrouble(f"{origin}: severity of {rule}: one of error, warning, info, off, not {severity!r}")
    day = settings.text("as-of")
    if day:
        from datetime import date

        try:
            date.fromisoformat(day)
        except ValueError as error:
            raise ConfigTrouble(f"{settings.origin['as-of']}: as-of: {day!r} is not a day like 2026-11-23") from error
