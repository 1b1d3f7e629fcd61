"""The command `cablecheck`. Its code is in the package `checker`; `python -m checker` runs it, too."""

from __future__ import annotations

import gc
import os
import sys


def entry() -> None:
    """Run the command line and exit. Another package named `checker` that hides ours is one clear line, exit code 2."""
    gc.disable()  # until the command line sets its own thresholds: loading makes many objects that stay; saves 2 ms
    try:
        import checker.cli
    except ImportError as error:
        foreign = sys.modules.get("checker")
        if foreign is None or hasattr(foreign, "load_rules"):
            raise
        place = os.path.dirname(foreign.__file__ or "") or "an unknown folder"
        text = f"cablecheck: another package named 'checker' hides cablecheck's own: {place} ({error.name or error})"
        sys.stderr.write(f"{text}; install cablecheck in an environment of its own\n")
        sys.exit(2)
    checker.cli.entry()
