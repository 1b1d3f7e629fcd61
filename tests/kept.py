"""Compare whole outputs with text files (named relative to this folder). A case is `=== name`, the input, `+++`, and
the expected output.

With CABLECHECK_REWRITE=1, the actual output is written instead of being compared; read the difference before you commit
it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def cases(name: str) -> pytest.MarkDecorator:
    """Return a mark that runs a test once for each case in a file, with the parameters name, given, and wanted."""
    found = [
        pytest.param(title, given, wanted, id=title)
        for title, given, wanted in sections((HERE / name).read_text("utf-8"))
    ]
    return pytest.mark.parametrize(("name", "given", "wanted"), found)


def sections(text: str) -> list[tuple[str, str, str]]:
    """Return (name, given, wanted) for each case in a text."""
    found = []
    for part in ("\n" + text).split("\n=== ")[1:]:
        title, _, body = part.partition("\n")
        given, _, wanted = f"\n{body}\n".partition("\n+++\n")
        found.append((title, given.strip("\n"), wanted.strip("\n")))
    return found


def rewrite(name: str, made: Callable[[str], str]) -> None:
    """Write a file again with the actual outputs. `made` returns the output for an input, or for the case's name if it
    has no input.
    """
    path = HERE / name
    parts = [
        f"=== {title}\n{given}{chr(10) * bool(given)}+++\n{made(given or title)}\n"
        for title, given, _ in sections(path.read_text("utf-8"))
    ]
    path.write_text("\n".join(parts), "utf-8")


WRITING = bool(os.environ.get("CABLECHECK_REWRITE"))
