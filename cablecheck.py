"""Start the command `cablecheck`. Its code is in the package `checker`; `python -m checker` also runs it."""

from __future__ import annotations

import gc
import os
import sys
from types import ModuleType


def entry() -> None:
    """Run the command line and exit. If another package named `checker` hides ours, print one line and exit with code
    2.
    """
    gc.disable()  # until the command line sets its own thresholds: loading makes many objects that stay; saves 2 ms
    _import_argparse()
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


def _import_argparse() -> None:
    """Import argparse without gettext, with which it would translate messages. This saves 1 ms, and the command speaks
    only English.
    """
    if "gettext" in sys.modules:
        return
    stub = ModuleType("gettext")
    vars(stub).update(gettext=str, ngettext=lambda one, many, number: one if number == 1 else many)
    sys.modules["gettext"] = stub
    try:
        import argparse  # noqa: F401
    finally:
        del sys.modules["gettext"]
