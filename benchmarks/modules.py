"""Count the modules of the package that run when `lint --format concise` checks one telegram with findings.

    python -m benchmarks.modules [FILE]

A module counts if any of its functions is called (`sys.setprofile`), whether the call comes from the run or from a
late import. Prints the modules and their number.
"""

from __future__ import annotations

import io
import sys
from contextlib import redirect_stdout
from pathlib import Path
from types import FrameType

from checker import cli

ROOT = Path(__file__).parent.parent
FILE = ROOT / "examples" / "09STRELSAU123.txt"


def modules_of(path: str) -> list[str]:
    """Return the paths of the modules that run when the file at `path` is checked, relative to the package, sorted."""
    package = str(ROOT / "checker")
    seen: set[str] = set()

    def watch(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code.co_name != "<module>":
            seen.add(frame.f_code.co_filename)

    with redirect_stdout(io.StringIO()):
        cli.main(["lint", "--isolated", "--format", "concise", path])  # warms the caches
        sys.setprofile(watch)
        try:
            cli.main(["lint", "--isolated", "--format", "concise", path])
        finally:
            sys.setprofile(None)
    return sorted(str(Path(file).relative_to(package)) for file in seen if file.startswith(package))


def main() -> None:
    names = modules_of(sys.argv[1] if len(sys.argv) > 1 else str(FILE))
    print("\n".join(names))
    print(f"{len(names)} modules")


if __name__ == "__main__":
    main()
