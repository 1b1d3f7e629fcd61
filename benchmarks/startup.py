"""Measure the CPU time of one lint of one telegram, as a multiple of the time of a bare interpreter.

    python -m benchmarks.startup [--times N] [--show-imports]

Prints the ratio of the medians of `cablecheck lint FILE` with a warm cache and of `python -I -c pass`, for a clean
telegram, and for one shaped like a real one and with findings in the formats `concise` and `table`. All are measured in
turns, so that a noisy machine affects them alike. Bytecode must be cached: `PYTHONDONTWRITEBYTECODE` is ignored. Exits
with 1 if a limit is exceeded.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import shaped

ROOT = Path(__file__).resolve().parent.parent
CLEAN = ROOT / "rules" / "telegrams" / "confidential-2007.txt"
LIMITS = {"clean": 4.5, "findings, concise": 5.5, "findings, table": 7.5}
COMMAND = "from cablecheck import entry; entry()"  # what the installed command runs
BARE = "bare interpreter"


def cpu(words: list[str], env: dict[str, str]) -> float:
    """Return the user and system seconds that one command uses. Exits if the command fails."""
    process = subprocess.Popen(words, env=env, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(words)} exited with {process.returncode}")
    return used.ru_utime + used.ru_stime


def commands(folder: Path) -> dict[str, list[str]]:
    """Return the commands by the name of what they measure. The telegram with findings is written to `folder`."""
    lint = [sys.executable, "-c", COMMAND, "lint", "--isolated", "--exit-zero"]
    made = map(shaped.Telegram, range(1000))
    telegram = next(each for each in made if each.defect == "no mark" and each.level == "C")
    path = folder / "findings.txt"
    path.write_text(telegram.text, encoding="utf-8")
    return {
        BARE: [sys.executable, "-I", "-c", "pass"],
        "clean": [*lint, str(CLEAN)],
        "findings, concise": [*lint, "--format", "concise", str(path)],
        "findings, table": [*lint, str(path)],
    }


def show_imports(words: list[str], env: dict[str, str]) -> None:
    """Print the 25 slowest imports of a command."""
    timed = [words[0], "-X", "importtime", *words[1:]]
    done = subprocess.run(timed, env=env, cwd=ROOT, capture_output=True, text=True, check=False)
    print("\n".join(sorted(done.stderr.splitlines(), key=lambda line: line.split("|")[0].rjust(40))[-25:]))


def main() -> int:
    """Print all measurements. Return 1 if a limit is exceeded, otherwise 0."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--times", type=int, default=15)
    options.add_argument("--show-imports", action="store_true", help="print the slowest imports, too")
    args = options.parse_args()
    with tempfile.TemporaryDirectory() as home:
        env = {"PATH": os.environ["PATH"], "HOME": home, "XDG_CACHE_HOME": home}
        measured = commands(Path(home))
        spent: dict[str, list[float]] = {name: [] for name in measured}
        for words in measured.values():
            cpu(words, env)  # writes bytecode and cache
        if args.show_imports:
            show_imports(measured["findings, table"], env)
        for _ in range(max(11, args.times)):
            for name, words in measured.items():
                spent[name].append(cpu(words, env))
    medians = {name: statistics.median(times) for name, times in spent.items()}
    print(f"{BARE:<18} {medians[BARE] * 1000:6.1f} ms")
    for name, limit in LIMITS.items():
        ratio = medians[name] / medians[BARE]
        print(f"{name:<18} {medians[name] * 1000:6.1f} ms, ratio {ratio:.2f} (limit {limit})")
    return int(any(medians[name] / medians[BARE] > limit for name, limit in LIMITS.items()))


if __name__ == "__main__":
    sys.exit(main())
