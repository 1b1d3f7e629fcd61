"""Run the `cablecheck` command as `python -m checker`."""

import os
import sys

if not sys.flags.safe_path and sys.path[0] == os.getcwd() != os.path.dirname(
    os.path.dirname(os.path.abspath(__file__))
):
    del sys.path[0]  # `-m` puts the working folder first: nothing is imported from where the command runs

from .cli import entry

if __name__ == "__main__":
    entry()
