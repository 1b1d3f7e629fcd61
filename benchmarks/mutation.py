"""Mutation testing: does a test fail when a line is made wrong? Needs `mutmut` 3 (`pip install mutmut`).

    python -m benchmarks.mutation [--write] [--jobs 2] [--keep FOLDER] [--again] [--page]
                                   [--only PATTERN] [FILE ...]

Works on a copy of the checkout in a temporary folder, or in one that is kept: there a stopped run goes on, a run of
some files adds to what is known of the others, and `--again` judges anew the mutants that live without a reason, with
the tests of today. `--only` takes the names of mutants, with stars. What lives and why that is no fault of the tests
stands in `benchmarks/survivors.yaml`. `--write` puts the page into `reports/mutation.md`.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from textwrap import wrap

import yaml

from benchmarks.planting import ROOT

FILES = ("checker/engine.py", "checker/operators/*.py", "checker/parser/markings.py", "checker/rulebook/*.py")
TESTS = (  # what is made for these files; the examples of the rules and the runs of commands judge them too, but slowly
    "tests/operators",
    "tests/parser/test_markings.py",
    "tests/parser/test_markings_told.py",
    "tests/rulebook/test_changes.py",
    "tests/rulebook/test_conditions.py",
    "tests/rulebook/test_docs.py",
    "tests/rulebook/test_faults.py",
    "tests/rulebook/test_judgments.py",
    "tests/rulebook/test_mutants.py",
    "tests/rulebook/test_pack_files.py",
    "tests/rulebook/test_packs.py",
    "tests/rulebook/test_phrases.py",
    "tests/rulebook/test_planted.py",
    "tests/rulebook/test_plans.py",
    "tests/rulebook/test_readings.py",
    "tests/rulebook/test_reckonings.py",
    "tests/rulebook/test_small_books.py",
    "tests/rulebook/test_tables.py",
    "tests/test_engine.py",
)
COPIED = ("rules", "schemas", "benchmarks", "examples", "docs", "reports", "tests", "pyproject.toml", "README.md")
REASONS = ROOT / "benchmarks" / "survivors.yaml"
KILLED, SURVIVED, UNTESTED = (1, 3), 0, 33
WORDS = {None: "not reached", SURVIVED: "survived", UNTESTED: "no test"}


def prepare(folder: Path, files: list[str]) -> None:
    """A copy of the checkout with mutmut's settings; a file that is there already is brought up to date."""
    renewed = False
    for name in ("checker", *COPIED):
        source = ROOT / name
        for path in source.rglob("*") if source.is_dir() else [source]:
            if path.is_file() and "__pycache__" not in path.parts:
                renewed |= _renew(path, folder / path.relative_to(ROOT))
    if renewed:  # which test meets which function is found out anew
        (folder / "mutants" / "mutmut-stats.json").unlink(missing_ok=True)
    settings = {
        "source_paths": ["checker"],
        "only_mutate": files,
        "pytest_add_cli_args_test_selection": list(TESTS),
        "also_copy": list(COPIED),
        "timeout_multiplier": ["60"],  # a last resort in wall time; the limit is one of CPU time, in the judge
    }
    lines = ["[mutmut]"]
    for name, values in settings.items():
        lines += [f"{name}={values[0]}"] if name.startswith("timeout") else [f"{name}=", *(f"    {v}" for v in values)]
    (folder / "setup.cfg").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _renew(source: Path, target: Path) -> bool:
    if target.exists() and source.read_bytes() == target.read_bytes():
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, target)
    return True


def judge(folder: Path, jobs: int, again: bool, only: list[str]) -> None:
    """Let mutmut run in the folder; the CPU minutes it took, with all its children, are added to `minutes.json`."""
    environment = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "MUTANT_UNDER_TEST")}
    home = folder / "home"
    home.mkdir(exist_ok=True)
    environment |= {"HOME": str(home), "XDG_CACHE_HOME": str(home), "TMPDIR": str(home), "PYTHONHASHSEED": "0"}
    known = folder / "survivors.json"
    if again and known.exists():  # what is explained need not be judged again
        rest = explained(json.loads(known.read_text(encoding="utf-8")))[1]
        (folder / "again.json").write_text(json.dumps([each["mutant"] for each in rest]), encoding="utf-8")
    script = str(ROOT / "benchmarks" / "mutation_judge.py")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, script, str(jobs), "again" if again else "on", *only]
    with open(folder / "judge.log", "w", encoding="utf-8") as log:
        done = subprocess.run(command, cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT, check=False)
    if done.returncode:
        sys.exit(f"the judge gave up, see {folder}/judge.log")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / 60
    account = folder / "minutes.json"
    if account.exists():
        spent += json.loads(account.read_text(encoding="utf-8"))
    account.write_text(json.dumps(spent), encoding="utf-8")


def results(folder: Path) -> dict[str, Counter[str]]:
    """For each file how many mutants were killed, stopped at the time limit, lived, met no test, were not reached."""
    found = {}
    for path in sorted((folder / "mutants").rglob("*.py.meta")):
        codes = json.loads(path.read_text(encoding="utf-8")).get("exit_code_by_key", {})
        if codes:
            name = str(path.relative_to(folder / "mutants")).removesuffix(".meta")
            found[name] = Counter("killed" if code in KILLED else WORDS.get(code, "stopped") for code in codes.values())
    return found


def explained(alive: list[dict[str, str]]) -> tuple[list[tuple[dict[str, str], int]], list[dict[str, str]]]:
    """The reasons with the number of survivors each explains, and the survivors that no reason explains."""
    reasons = yaml.safe_load(REASONS.read_text(encoding="utf-8"))
    counts: Counter[int] = Counter()
    rest = []
    for each in alive:
        place = next((place for place, reason in enumerate(reasons) if _fits(each, reason)), None)
        if place is None:
            rest.append(each)
        else:
            counts[place] += 1
    return [(reason, counts[place]) for place, reason in enumerate(reasons)], rest


def _function(each: dict[str, str]) -> str:
    name = each["mutant"].rpartition("__mutmut_")[0].rpartition(".")[2]
    return ".".join(part for part in name.removeprefix("x_").removeprefix("xǁ").split("ǁ") if part)


def _fits(each: dict[str, str], reason: dict[str, str]) -> bool:
    """Whether a reason speaks of a survivor: of its file, of its function if it names one, of such a change."""
    if each["file"] != reason["file"] or reason.get("function", _function(each)) != _function(each):
        return False
    return re.search(reason["change"], f"{each['was']} → {each['now']}") is not None


def report(folder: Path, kept: bool) -> list[str]:
    """The page, as Markdown. `kept`: the folder may have been worked on in several goes."""
    minutes = json.loads((folder / "minutes.json").read_text(encoding="utf-8"))
    found = results(folder)
    total: Counter[str] = sum(found.values(), Counter())
    alive = json.loads((folder / "survivors.json").read_text(encoding="utf-8"))
    reasons, rest = explained(alive)
    caught = total["killed"] + total["stopped"]
    share = 100 * caught / max(total.total(), 1)
    made = "Made by `python -m benchmarks.mutation --write`. What it shows and does not show: `docs/accuracy.md`."
    if kept:
        made += (
            " It was made in several goes (`--keep`): what the tests of an earlier go had killed was not judged again,"
        )
        made += " and the time is that of all goes, with what was judged twice."
    told = f"Killed: {caught} of {total.total()} mutants ({share:.1f} %), in {minutes:.0f} minutes of CPU time."
    told += " A mutant that no test reaches counts as one that lives. Left alone by mutmut are what is made when a"
    told += " module is loaded (tables, patterns), properties, functions with a cache, and calls of `len` and"
    told += " `isinstance`; nothing else is"
    told += f" left out. Of the survivors {len(alive) - len(rest)} have their reason below, {len(rest)} have none."
    page = ["# Mutation testing", "", *wrap(made, 120), "", *wrap(told, 120)]
    page += ["", "| file | mutants | killed | stopped at the limit of time | survived | no test | killed, % |"]
    page += ["|---|---:|---:|---:|---:|---:|---:|"]
    for name, counts in [*found.items(), ("all", total)]:
        dead = counts["killed"] + counts["stopped"]
        numbers = (counts.total(), counts["killed"], counts["stopped"], counts["survived"], counts["no test"])
        part = f"{100 * dead / max(counts.total(), 1):.1f}"
        page.append(f"| {name} | " + " | ".join(map(str, numbers)) + f" | {part} |")
    if total["not reached"]:
        page += ["", f"Not reached: {total['not reached']}."]
    page += ["", "## Survivors that are no fault of the tests", ""]
    page += ["Each mutant here says the same as the code, or differs in what nobody can see.", ""]
    for each, number in reasons:
        if number:
            where = f"{each['file']}, `{each['function']}`" if "function" in each else each["file"]
            page += wrap(f"- {where}, {number}: {each['why']}", 120, subsequent_indent="  ")
    page += ["", f"## Survivors not explained: {len(rest)}", ""]
    page += [f"- {each['file']}, `{_function(each)}`: `{each['was']}` → `{each['now']}`" for each in rest]
    return page


def main(argv: list[str] | None = None) -> int:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--jobs", type=int, default=2)
    words.add_argument("--write", action="store_true", help="write reports/mutation.md")
    words.add_argument("--keep", help="work in this folder and leave it")
    words.add_argument("--again", action="store_true", help="judge anew what lives without a reason")
    words.add_argument("--page", action="store_true", help="judge nothing, tell what the kept folder holds")
    words.add_argument("--only", action="append", default=[], help="names of mutants, with stars")
    words.add_argument("files", nargs="*")
    options = words.parse_args(argv)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(options.keep or name).absolute()
        folder.mkdir(exist_ok=True)
        if not options.page:
            prepare(folder, options.files or list(FILES))
            judge(folder, options.jobs, options.again, options.only)
        text = "\n".join(report(folder, options.keep is not None)) + "\n"
    if options.write:
        (ROOT / "reports" / "mutation.md").write_text(text, encoding="utf-8")
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
