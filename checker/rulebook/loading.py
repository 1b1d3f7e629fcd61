"""Rule and vocabulary files to a `Rulebook`: all troubles of all files at once, or none."""

from __future__ import annotations

import os
from collections.abc import Sequence

from ..trouble import RuleTrouble
from ..vocabulary import Vocabulary
from .checking import check_shape
from .codes import Data
from .places import Map, RuleFile, Seq
from .reading import Bases, read_rule
from .troubles import Item
from .words import load_vocabulary

NOT_RULES = {"pack.yaml"}


def rule_files(folder: str) -> list[str]:
    """The chapters of a folder of rules, sorted."""
    return sorted(
        os.path.join(folder, name)
        for name in os.listdir(folder)
        if name.endswith(".yaml") and name not in NOT_RULES and not name.startswith(".")
    )


def shown(path: str, folder: str) -> str:
    """How a file of a rules folder is named to people: from the folder's own name on."""
    return os.path.join(os.path.basename(os.path.abspath(folder)), os.path.relpath(path, folder)).replace(os.sep, "/")


def read_bases(folder: str) -> Bases:
    """The named telegrams of a folder of rules."""
    found: Bases = {}
    home = os.path.join(folder, "telegrams")
    for name in sorted(os.listdir(home)) if os.path.isdir(home) else []:
        if name.endswith(".txt"):
            with open(os.path.join(home, name), encoding="utf-8", newline="") as file:
                found[name[:-4]] = file.read()
    return found


def read_chapter(file: RuleFile, words: Vocabulary, bases: Bases) -> list[Data]:
    """The rules of one file that are right; troubles are added to the file's list."""
    wrong = check_shape("rules", file)
    tree = file.tree
    if not isinstance(tree, Map):
        return []
    sick = {path[1] for path in wrong if len(path) >= 2 and path[0] == "rules"}
    rules, defaults = tree.get("rules"), tree.get("defaults")
    found: list[Data] = []
    for index, node in enumerate(rules.items if isinstance(rules, Seq) else []):
        if index in sick or not isinstance(node, Map):
            continue
        data = read_rule(node, file, words, bases, defaults if isinstance(defaults, Map) else None)
        if data is not None:
            data["chapter"] = tree.text("chapter")
            found.append(data)
    return found


def read_folders(folders: Sequence[str]) -> tuple[Vocabulary, list[Data]]:
    """Words and rules of the folders, the shipped one first. Raises `RuleTrouble` with everything that is wrong."""
    items: list[Item] = []
    words = load_vocabulary(os.path.join(folders[0], "vocabulary"))
    bases: Bases = {}
    rules: list[Data] = []
    for folder in folders:
        bases |= read_bases(folder)
        for path in rule_files(folder):
            file = RuleFile.open(path, shown(path, folder), items)
            if file is not None:
                rules += read_chapter(file, words, bases)
    if items:
        raise RuleTrouble(list(items))
    return words, rules
