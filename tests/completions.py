"""Generate the completion scripts in `completions/` from the commands' argument parsers, with shtab."""

from __future__ import annotations

import argparse
from importlib import import_module
from pathlib import Path

import shtab

from checker import cli

FOLDER = Path(__file__).parent.parent / "completions"
FILES = {"bash": "cablecheck.bash", "fish": "cablecheck.fish", "zsh": "_cablecheck"}


def parser() -> argparse.ArgumentParser:
    """Return one parser with all commands. The program itself builds only the parser of the command that is run."""
    root = argparse.ArgumentParser("cablecheck")
    commands = root.add_subparsers(dest="command")
    for name, what in cli.COMMANDS.items():
        module = import_module(f"checker.cli.{name}")
        if name == "rules":
            actions = commands.add_parser(name, help=what).add_subparsers(dest="action")
            for action in module.ACTIONS:
                actions.add_parser(
                    action, help=module.ACTIONS[action], parents=[module.arguments(action)], add_help=False
                )
        else:
            commands.add_parser(name, help=what, parents=[module.arguments()], add_help=False)
    return root


def script(shell: str) -> str:
    """Return the completion script for a shell."""
    return str(shtab.complete(parser(), shell))
