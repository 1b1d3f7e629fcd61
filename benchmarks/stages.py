"""Measure the cost of reading, parsing, checking, and writing rows for each kind of file, as ratios to a floor.

    python -m benchmarks.stages [--count N] [--rounds N] [--pages FOLDER] [--layout NAME ...]

The documents are those of `benchmarks.shaped`, and each round has new ones, so no text is seen twice. The *floor* is
the least that any tool must do with such a file in the same run: an lxml parse of a page, the text layer of a PDF file,
and for the others reading, decoding and one combined scan for labels and portion marks. `--pages` adds a folder of
saved pages of your own. Stages are cumulative and measured in turns, in CPU seconds with the garbage collector off, as
in a worker; the figures are medians over the rounds. Also prints the fixed costs of an audit, the gain of two workers,
and the largest process. Exits with 1 if a limit is exceeded.
"""

from __future__ import annotations

import argparse
import csv
import gc
import json
import os
import re
import resource
import statistics
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks import shaped
from checker import audit, engine, readers, rulebook
from checker.audit import batch
from checker.config import Options
from checker.parser import parse
from checker.readers import Reading

SCAN = re.compile(
    r"\n(?:E\.O\. (\d+):|(?:TAGS|SUBJECT|REF):|(?:DE|FM|TO|INFO|ZNY) |Classified By|\xb6?(\d{1,3})\. \(([A-Z/]+)\))"
)
STAGES = ("floor", "read", "parse", "check", "rows")
LIMITS = {("text", "rows"): 40.0, ("page of 2011", "rows"): 1.8, ("records", "rows"): 44.0}
NO_TEXT = "contains no text inside its wrapper"
TARGET = 4 << 20  # bytes of a batch, as in an audit
csv.field_size_limit(1 << 30)


# ---- The floor of each kind of file ---------------------------------------------------------------------------------


def _files(path: Path) -> Iterator[Path]:
    return iter(sorted(path.rglob("*"))) if path.is_dir() else iter((path,))


def _scan(text: str) -> int:
    return len(SCAN.findall(text))


def _floor_page(path: Path) -> int:
    import lxml.etree

    parser = lxml.etree.HTMLParser(encoding="utf-8", huge_tree=True)
    return len(lxml.etree.fromstring(path.read_bytes(), parser))


def _floor_pdf(path: Path) -> int:
    import pypdfium2

    with pypdfium2.PdfDocument(path) as document:
        return sum(_scan(page.get_textpage().get_text_bounded()) for page in document)


def _floor_csv(path: Path) -> int:
    with path.open(encoding="utf-8", newline="") as file:
        return sum(_scan(row[-1]) for row in csv.reader(file))


def _floor_jsonl(path: Path) -> int:
    with path.open(encoding="utf-8") as file:
        return sum(_scan(json.loads(line)["body"]) for line in file)


def _floor_zip(path: Path) -> int:
    with zipfile.ZipFile(path) as archive:
        return sum(_scan(archive.read(name).decode()) for name in archive.namelist())


def _floor_text(path: Path) -> int:
    return _scan(path.read_text(encoding="utf-8"))


_FLOORS = {".html": _floor_page, ".pdf": _floor_pdf, ".csv": _floor_csv, ".jsonl": _floor_jsonl, ".zip": _floor_zip}


def floor(path: Path) -> None:
    """Do the least that any tool must do with a file, or with all files in a folder."""
    for file in _files(path):
        if file.is_file():
            _FLOORS.get(file.suffix, _floor_text)(file)


# ---- The stages -----------------------------------------------------------------------------------------------------


def read(path: Path) -> Iterator[Reading]:
    """Yield the documents in a file or folder as an audit reads them, except records of which only the attributes are
    preserved. Raises `ValueError` if a document cannot be read.
    """
    for share in readers.batches(str(path), TARGET):
        for item in readers.read_batch(share):
            if isinstance(item, Reading):
                yield item
            elif not item.why.startswith(NO_TEXT):
                raise ValueError(f"{item.path}: {item.why}")


def _read(path: Path, book: rulebook.Rulebook) -> None:
    for _ in read(path):
        pass


def _parse(path: Path, book: rulebook.Rulebook) -> None:
    for item in read(path):
        parse(item.view, book.vocabulary, item.facts)


def _check(path: Path, book: rulebook.Rulebook) -> None:
    tally = engine.Tally()
    for item in read(path):
        telegram = parse(item.view, book.vocabulary, item.facts)
        for _ in engine.judge(telegram, item.view.source, book, "", "", tally).findings:
            pass


def _rows(path: Path, worker: batch.BatchWorker) -> None:
    with tempfile.TemporaryDirectory() as out:
        for number, share in enumerate(readers.batches(str(path), TARGET)):
            worker.work(batch.BatchTask(number, share, out), lambda document: None)


def seconds(work: Callable[[], object], clock: Callable[[], float] = time.process_time) -> float:
    """Return the seconds that one call takes: processor time, or the time of another clock."""
    gc.collect()
    gc.freeze()
    start = clock()
    work()
    return clock() - start


def measure(layout: str, paths: list[Path], book: rulebook.Rulebook) -> dict[str, float]:
    """Print a line with the ratios for one kind of file, and return them by stage. If there are several paths, the
    first only warms up.
    """
    worker = batch.BatchWorker(Options())
    steps: dict[str, Callable[[Path], object]] = {
        "floor": floor,
        "read": lambda path: _read(path, book),
        "parse": lambda path: _parse(path, book),
        "check": lambda path: _check(path, book),
        "rows": lambda path: _rows(path, worker),
    }
    spent: dict[str, list[float]] = {name: [] for name in steps}
    documents = characters = 0
    for number, path in enumerate(paths):
        for name, step in steps.items():
            taken = seconds(lambda step=step, path=path: step(path))  # type: ignore[misc]
            if number or len(paths) == 1:
                spent[name].append(taken)
    for item in read(paths[-1]):
        documents += 1
        characters += len(item.view.text)
    ratios = {
        name: statistics.median(a / b for a, b in zip(spent[name], spent["floor"], strict=True)) for name in STAGES
    }
    base = statistics.median(spent["floor"]) / documents
    size = sum(file.stat().st_size for file in _files(paths[-1]) if file.is_file()) / documents / 1000
    line = f"{layout:<14}{size:8.1f} KB {characters / documents / 1000:6.1f} KB {1e6 * base:9.0f} us"
    print(line + "".join(f"{ratios[name]:8.2f}" for name in STAGES[1:]), flush=True)
    return ratios


def compare(layouts: list[str], count: int, rounds: int, pages: Path | None, folder: Path) -> list[str]:
    """Print the table for all kinds of files. Return a line for each limit that is exceeded."""
    book = rulebook.load()
    print(
        f"{'':14}{'file':>11} {'text':>9} {'floor':>12}" + "".join(f"{name:>8}" for name in STAGES[1:]) + "  (floors)"
    )
    over = []
    gc.disable()
    for layout in layouts:
        home = folder / layout.replace(" ", "-")
        home.mkdir()
        paths = [shaped.write(layout, count, seed, home) for seed in range(1, rounds + 2)]
        ratios = measure(layout, paths, book)
        for stage, ratio in ratios.items():
            limit = LIMITS.get((layout, stage), float("inf"))
            if ratio > limit:
                over.append(f"{layout}, {stage}: {ratio:.1f} floors (limit {limit:g})")
    if pages is not None:
        measure("your pages", [pages, pages], book)
    gc.enable()
    return over


def workers(count: int, folder: Path) -> None:
    """Print the fixed costs of an audit, the gain of two workers, and the largest process so far."""
    few, many = (shaped.write("JSON lines", number, seed, folder) for number, seed in ((2, 98), (count, 99)))

    def whole(path: Path, jobs: int) -> None:
        with tempfile.TemporaryDirectory() as out:
            audit.run([str(path)], os.path.join(out, "out"), Options(jobs=jobs, batch_size=1 << 20))

    clock = time.perf_counter
    fixed = statistics.median(seconds(lambda: whole(few, 1), clock) for _ in range(3))
    pairs = [(seconds(lambda: whole(many, 1), clock), seconds(lambda: whole(many, 2), clock)) for _ in range(3)]
    gain = statistics.median((one - fixed) / max(two - fixed, 1e-9) for one, two in pairs)
    most = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(
        f"fixed costs of an audit {fixed:.2f} s; two workers against one {gain:.2f} x; largest process {most >> 10} MB"
    )


def main() -> int:
    """Print all measurements. Return 1 if a limit is exceeded, otherwise 0."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--count", type=int, default=150, help="documents of a round")
    words.add_argument("--rounds", type=int, default=5)
    words.add_argument("--layout", action="append", choices=shaped.LAYOUTS)
    words.add_argument("--pages", type=Path, help="a folder of saved pages of your own")
    options = words.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        over = compare(
            options.layout or list(shaped.LAYOUTS), options.count, options.rounds, options.pages, Path(folder)
        )
        workers(10 * options.count, Path(folder))
    print("\n".join(over) or "all limits hold")
    return int(bool(over))


if __name__ == "__main__":
    sys.exit(main())
