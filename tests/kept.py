"""Whole outputs kept in text files (named from this folder): `=== name`, what goes in, `+++`, what must come out.

Run with CABLECHECK_REWRITE=1 to write what comes instead of comparing it; read the difference before you commit it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def cases(name: str) -> pytest.MarkDecorator:
    """The cases of a file, as the parameters (name, given, wanted) of a test."""
    found = [
        pytest.param(title, given, wanted, id=title)
        for title, given, wanted in sections((HERE / name).read_text("utf-8"))
    ]
    return pytest.mark.parametrize(("name", "given", "wanted"), found)


def sections(text: str) -> list[tuple[str, str, str]]:
    """(name, given, wanted) of each case."""
    found = []
    for part in ("\n" + text).split("\n=== ")[1:]:
        title, _, body = part.partition("\n")
        given, _, wanted = f"\n{body}\n".partition("\n+++\n")
        found.append((title, given.strip("\n"), wanted.strip("\n")))
    return found


def rewrite(name: str, made: Callable[[str], str]) -> None:
    """Write a file anew with what comes now, made of what goes in (of the name where nothing does)."""
    path = HERE / name
    parts = [
        f"=== {title}\n{given}{chr(10) * bool(given)}+++\n{made(given or title)}\n"
        for title, given, _ in sections(path.read_text("utf-8"))
    ]
    path.write_text("\n".join(parts), "utf-8")


WRITING = bool(os.environ.get("CABLECHECK_REWRITE"))
