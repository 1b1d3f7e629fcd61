"""Run damaged telegrams through the readers, the parser, and the engine, and report crashes and slow inputs.

    python -m benchmarks.fuzz --count 200000 --seed 1 --keep tests/fuzz_cases

The exit code is 1 if an input crashes, has a character that is not in exactly one part, or takes more than 1 s per 100
KB (or more than 0.25 s if it is shorter). With `--keep`, each failing input is reduced to the lines that still fail and
written to the folder; `tests/test_fuzz.py` replays these inputs in every run.
"""

from __future__ import annotations

import argparse
import itertools
import random
import sys
import time
import traceback
from pathlib import Path

from benchmarks.mutator import mutate
from checker import engine, parser, readers, rulebook
from checker.model import Telegram
from checker.readers import Unreadable
from checker.results import Finding
from checker.text import Source, View

ROOT = Path(__file__).parent.parent


def seeds() -> list[str]:
    """Return the texts of the synthetic telegrams in the repository that are smaller than 50 KB."""
    folders = (ROOT / "rules" / "telegrams", ROOT / "examples", ROOT / "tests" / "telegrams")
    paths = sorted(path for folder in folders for path in folder.rglob("*") if path.is_file())
    return [path.read_bytes().decode("utf-8", "replace") for path in paths if path.stat().st_size < 50_000]


def one(data: bytes, book: rulebook.Rulebook) -> int:
    """Read, parse, and judge one input, and return the number of its documents. Raises an exception if an invariant is
    violated.
    """
    documents = 0
    for reading in readers.read("fuzz.txt", data=data):
        if isinstance(reading, Unreadable):
            assert reading.why
            continue
        documents += 1
        check(reading, parser.parse(reading.view, book.vocabulary, reading.facts), book)
    return documents


def check(reading: readers.Reading, telegram: Telegram, book: rulebook.Rulebook) -> None:
    """Check that the parts of a telegram cover its text without overlap, and that each finding quotes the text at its
    span. Raises `AssertionError` if not.
    """
    check_tiling(reading.view, telegram)
    source = reading.view.source
    for finding in engine.judge(telegram, source, book, "fuzz.txt", reading.cable).findings:
        check_quote(finding, source)


def check_quote(finding: Finding, source: Source) -> None:
    """Raise `AssertionError` unless a finding quotes the text at its span."""
    assert finding.quote == source.text[finding.span.start : finding.span.end]


def check_tiling(view: View, telegram: Telegram) -> None:
    """Raise `AssertionError` unless each character that the view keeps is in exactly one part.

    A reader may put a later part of the source first (header and body as columns of a row), so the parts are in the
    order of the view, which need not be that of the source.
    """
    parts = sorted((part.span.start, part.span.end) for part in telegram.parts)
    for (_, end), (start, _) in itertools.pairwise(parts):
        assert end <= start, f"parts overlap at {start}"
    place = 0
    for kept in sorted(view.source_spans(), key=lambda span: span.start):
        here = kept.start
        while here < kept.end:
            while place < len(parts) and parts[place][1] <= here:
                place += 1
            assert place < len(parts) and parts[place][0] <= here, f"character {here} is in no part"
            here = min(parts[place][1], kept.end)


def shrunk(data: bytes, book: rulebook.Rulebook) -> bytes:
    """Return an input that still fails with as few lines as possible. It is found by leaving out halves, quarters, and
    so on, down to single lines.
    """
    lines = data.splitlines(keepends=True)
    size = max(1, len(lines) // 2)
    while lines:
        at, before = 0, len(lines)
        while at < len(lines):
            fewer = lines[:at] + lines[at + size :]
            if breaks(b"".join(fewer), book):
                lines = fewer
            else:
                at += size
        if size == 1 and len(lines) == before:
            break
        size = max(1, size // 2)
    return b"".join(lines)


def breaks(data: bytes, book: rulebook.Rulebook) -> bool:
    """Return whether an input crashes or violates an invariant."""
    try:
        one(data, book)
    except Exception:
        return True
    return False


def main(argv: list[str] | None = None) -> int:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--count", type=int, default=2000)
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--keep", type=Path, help="folder in which to keep the inputs that failed")
    options = words.parse_args(argv)
    telegrams, book = seeds(), rulebook.load()
    bad, slowest, documents = 0, 0.0, 0
    began = time.perf_counter()
    for number in range(options.count):
        data = mutate(random.Random(f"{options.seed}-{number}"), telegrams)
        start = time.process_time()
        try:
            documents += one(data, book)
        except Exception:
            bad += 1
            print(f"input {options.seed}-{number}:\n{traceback.format_exc(limit=-4)}", file=sys.stderr)
            if options.keep is not None:
                options.keep.mkdir(exist_ok=True)
                (options.keep / f"{options.seed}-{number}.bin").write_bytes(shrunk(data, book))
        spent = time.process_time() - start
        slowest = max(slowest, spent)
        if spent > max(0.25, len(data) / 100_000):
            bad += 1
            print(f"input {options.seed}-{number}: {len(data)} bytes took {spent:.2f} s", file=sys.stderr)
    rate = options.count / (time.perf_counter() - began)
    print(f"{options.count} inputs, {documents} documents, {bad} failed, slowest {slowest * 1000:.0f} ms, {rate:.0f}/s")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
