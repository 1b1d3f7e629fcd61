"""Run coverage-guided fuzzing of the readers, the parser, and the rule loader; needs `pip install atheris`.

    python -m benchmarks.atheris_targets readers|parser|rules CORPUS_FOLDER [-max_total_time=300 …]

Arguments after the folder are passed to libFuzzer. Start the corpus from `rules/telegrams` (readers, parser) or from
chapters in `rules` (rules). Reduce an input that violates an invariant and add it to `tests/fuzz_cases/`; every test
run replays it.
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
    """Check that any bytes can be read, parsed, and judged, or are reported as unreadable."""
    one(data, BOOK)


def parsing(data: bytes) -> None:
    """Check that any text can be parsed, and that its parts contain every character."""
    view = View.whole(Source("fuzz.txt", data.decode("utf-8", "replace")))
    check_tiling(view, parser.parse(view, BOOK.vocabulary))


def rules(data: bytes) -> None:
    """Check that any rule file is loaded, or is refused with an error message."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "fuzz.yaml").write_bytes(data)
        try:
            rulebook.load([folder])
        except CablecheckError as trouble:
            assert str(trouble)


TARGETS: dict[str, Callable[[bytes], None]] = {"readers": readers, "parser": parsing, "rules": rules}


def main() -> None:
    """Fuzz until interrupted."""
    target = TARGETS[sys.argv[1]]
    atheris.Setup([sys.argv[0], *sys.argv[2:]], target)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
