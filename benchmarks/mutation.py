"""Mutation testing: does a test fail when a line of the engine is made wrong? Needs `mutmut` 3 (`pip install mutmut`).

    python -m benchmarks.mutation [--minutes 30] [--write] [FILE ...]

Works on a copy in a temporary folder. mutmut switches a mutant on in a process that has loaded the rules already, so
the copy gets a `conftest.py` that forgets each compiled rule and each cache first; without it, a factory of conditions
is not asked again and all its mutants seem to live. Time-boxed: what was not reached is told as such. `--write` puts
the table into `reports/mutation.md`.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from benchmarks.planting import ROOT

FILES = ("checker/operators", "checker/engine.py", "checker/rulebook/conditions.py", "checker/rulebook/verdict.py")
TESTS = (
    "tests/operators",
    "tests/test_engine.py",
    "tests/test_examples.py",
    "tests/rulebook/test_conditions.py",
    "tests/parser/test_markings.py",
)
COPIED = ("checker", "rules", "schemas", "benchmarks", "examples", "docs", "reports", "tests", "pyproject.toml")
FRESH = '''"""Forget what was compiled before the mutant was switched on."""
import functools
import gc
import sys


def pytest_sessionstart(session):
    for made in gc.get_objects():
        if isinstance(made, functools._lru_cache_wrapper):
            made.cache_clear()
    for module in list(sys.modules.values()):
        book = getattr(module, "BOOK", None)
        if book is not None and hasattr(book, "_plans"):
            book._plans.clear()
            for rule in book.rules:
                rule._program = None
'''
KILLED, SURVIVED, UNTESTED = 1, 0, 33


def prepare(folder: Path, files: list[str]) -> None:
    """A copy of the checkout with mutmut's settings."""
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    (folder / "tests" / "conftest.py").write_text(FRESH, encoding="utf-8")
    lines = ["[mutmut]", "paths_to_mutate=", *(f"    {name}" for name in files)]
    lines += ["pytest_add_cli_args_test_selection=", *(f"    {name}" for name in TESTS)]
    lines += ["also_copy=", *(f"    {name}" for name in COPIED)]
    (folder / "setup.cfg").write_text("\n".join(lines) + "\n", encoding="utf-8")


def results(folder: Path) -> dict[str, tuple[Counter[str], list[str]]]:
    """For each file how many mutants were killed, survived, met no test, were not reached; and who survived."""
    words = {KILLED: "killed", SURVIVED: "survived", UNTESTED: "no test", None: "not reached"}
    found = {}
    for path in sorted((folder / "mutants").rglob("*.meta")):
        codes = json.loads(path.read_text(encoding="utf-8")).get("exit_code_by_key", {})
        name = str(path.relative_to(folder / "mutants")).removesuffix(".meta")
        if codes:
            alive = sorted(key.rpartition(".")[2] for key, code in codes.items() if code == SURVIVED)
            found[name] = (Counter(words.get(code, "killed") for code in codes.values()), alive)
    return found


def report(found: dict[str, tuple[Counter[str], list[str]]], minutes: int) -> list[str]:
    """The page, as Markdown."""
    total: Counter[str] = Counter()
    for counts, _ in found.values():
        total += counts
    judged = total["killed"] + total["survived"]
    page = ["# Mutation testing", "", f"Made by `python -m benchmarks.mutation --minutes {minutes} --write`."]
    page += ["What it shows and does not show: `docs/accuracy.md`.", ""]
    page += [
        f"Killed: {total['killed']} of {judged} judged mutants ({100 * total['killed'] / max(judged, 1):.1f} %).",
        "",
    ]
    page += ["| file | killed | survived | no test of the selection | not reached |", "|---|---:|---:|---:|---:|"]
    for name, (counts, _) in found.items():
        numbers = (counts["killed"], counts["survived"], counts["no test"], counts["not reached"])
        page.append(f"| {name} | " + " | ".join(map(str, numbers)) + " |")
    page += ["", "## Survivors by function", ""]
    for name, (_, alive) in found.items():
        functions = Counter(key.partition("__mutmut_")[0].removeprefix("x_") for key in alive)
        page += (
            [f"- {name}: " + ", ".join(f"{key} {number}" for key, number in functions.most_common())] if alive else []
        )
    return page


def main(argv: list[str] | None = None) -> int:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--minutes", type=int, default=30)
    words.add_argument("--jobs", type=int, default=1)
    words.add_argument("--write", action="store_true", help="write reports/mutation.md")
    words.add_argument("files", nargs="*")
    options = words.parse_args(argv)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder, options.files or list(FILES))
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
        command = [sys.executable, "-m", "mutmut", "run", "--max-children", str(options.jobs)]
        try:
            limit = options.minutes * 60
            subprocess.run(command, cwd=folder, env=environment, timeout=limit, stdout=subprocess.DEVNULL, check=False)
        except subprocess.TimeoutExpired:
            print(f"stopped after {options.minutes} minutes", file=sys.stderr)
        text = "\n".join(report(results(folder), options.minutes)) + "\n"
    if options.write:
        (ROOT / "reports" / "mutation.md").write_text(text, encoding="utf-8")
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
