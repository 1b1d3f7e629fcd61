"""Measure the CPU time of one lint of one clean telegram, as a multiple of a bare interpreter's.

    python benchmarks/startup.py [--times N] [--show-imports]

Prints the ratio of the medians of `cablecheck lint FILE` with a warm cache and of `python -I -c pass`. The two are
measured in turns, so that a noisy machine affects both alike. The limit is 4.5.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TELEGRAM = ROOT / "rules" / "telegrams" / "confidential-2007.txt"
BAR = 4.5
COMMAND = "from checker.cli import entry; entry()"  # what the installed command `cablecheck` runs


def cpu(words: list[str], env: dict[str, str]) -> float:
    """Return the user and system seconds of one command."""
    process = subprocess.Popen(words, env=env, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(words)} exited with {process.returncode}")
    return used.ru_utime + used.ru_stime


def main() -> int:
    """Measure and print; return 1 if the ratio exceeds the limit."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--times", type=int, default=15)
    options.add_argument("--show-imports", action="store_true")
    args = options.parse_args()
    with tempfile.TemporaryDirectory() as home:
        env = {"PATH": os.environ["PATH"], "HOME": home, "XDG_CACHE_HOME": home}
        lint = [sys.executable, "-c", COMMAND, "lint", str(TELEGRAM)]
        bare = [sys.executable, "-I", "-c", "pass"]
        cpu(lint, env)  # bytecode and cache
        if args.show_imports:
            done = subprocess.run(
                [sys.executable, "-X", "importtime", *lint[1:]],
                env=env,
                cwd=ROOT,
                capture_output=True,
                text=True,
                check=False,
            )
            print("\n".join(sorted(done.stderr.splitlines(), key=lambda line: line.split("|")[0].rjust(40))[-25:]))
        pairs = [(cpu(bare, env), cpu(lint, env)) for _ in range(max(11, args.times))]
    floor, ours = (statistics.median(column) for column in zip(*pairs, strict=True))
    print(f"bare {floor * 1000:.1f} ms, lint {ours * 1000:.1f} ms, ratio {ours / floor:.2f} (limit {BAR})")
    return int(ours / floor > BAR)


if __name__ == "__main__":
    sys.exit(main())
