"""`python -m checker` is the command `cablecheck`."""

from .cli import entry

if __name__ == "__main__":
    entry()
