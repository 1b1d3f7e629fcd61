"""Coverage-guided fuzzing of readers, parser and rule loader, for those who have `atheris` (`pip install atheris`).

    python -m benchmarks.atheris_targets readers|parser|rules CORPUS_FOLDER [-max_total_time=300 …]

What follows the folder goes to libFuzzer. Start the corpus from `rules/telegrams` (readers, parser) or from chapters of
`rules` (rules). An input that breaks a promise goes to `tests/fuzz_cases/`, cut down, and every test run reads it.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import atheris  # type: ignore[import-not-found,unused-ignore]

with atheris.instrument_imports(include=["checker"]):
    from benchmarks.fuzz import check_tiling, one
    from checker import parser, rulebook
    from checker.errors import CablecheckError
    from checker.text import Source, View

BOOK = rulebook.load()


def readers(data: bytes) -> None:
    """Any bytes are read, parsed and judged, or told to be unreadable."""
    one(data, BOOK)


def parsing(data: bytes) -> None:
    """Any text parses, and its parts hold every character."""
    view = View.whole(Source("fuzz.txt", data.decode("utf-8", "replace")))
    check_tiling(view, parser.parse(view, BOOK.vocabulary))


def rules(data: bytes) -> None:
    """Any rule file loads, or is refused with troubles that know their places."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "fuzz.yaml").write_bytes(data)
        try:
            rulebook.load([folder])
        except CablecheckError as trouble:
            assert str(trouble)


TARGETS: dict[str, Callable[[bytes], None]] = {"readers": readers, "parser": parsing, "rules": rules}


def main() -> None:
    """Fuzz until told to stop."""
    target = TARGETS[sys.argv[1]]
    atheris.Setup([sys.argv[0], *sys.argv[2:]], target)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
