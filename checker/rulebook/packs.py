"""Packs: a folder of rules with its words and telegrams, what it says of itself, and what it may not reach."""

from __future__ import annotations

import os
import re

from ..document import MODEL_VERSION
from ..shipped import VERSION, data_dir
from .checking import check_shape
from .codes import Data
from .places import Map, RuleFile, Seq, Text
from .troubles import Item, Place

NUMBER = re.compile(r"(>=|<=|==|<|>)\s?([0-9]+(?:\.[0-9]+)*)")


class Pack:
    """One folder of rules: its chapters, its words, its telegrams; all of them below the folder."""

    def __init__(self, folder: str, items: list[Item]) -> None:
        self.folder = folder
        self.items = items
        self.name = os.path.basename(os.path.abspath(folder))
        self.about: Data = {"name": self.name, "version": "", "folder": folder}
        self.files: list[str] | None = None
        self.home = os.path.realpath(folder)
        if not os.path.isdir(folder):
            items.append(Item("R001", "there is no such folder of rules", Place(folder, 1, 1)))
            return
        path = os.path.join(folder, "pack.yaml")
        if os.path.exists(path) and self.inside(path):
            self._read(path)

    def shown(self, path: str) -> str:
        """How a file of the pack is named to people: as they would open it; a shipped one by its project name."""
        if os.path.realpath(self.folder) != os.path.realpath(data_dir("rules")):
            return path
        return "/".join(["rules", *os.path.relpath(path, self.folder).split(os.sep)])

    def inside(self, path: str) -> bool:
        """Whether a path stays below the folder, links followed; one that does not is a trouble."""
        real = os.path.realpath(path)
        if real == self.home or real.startswith(self.home + os.sep):
            return True
        self.items.append(Item("R031", "the file lies outside the folder of its pack", Place(self.shown(path), 1, 1)))
        return False

    def chapters(self) -> list[str]:
        """The rule files, sorted."""
        if not os.path.isdir(self.folder):
            return []
        names = self.files if self.files is not None else [
            name for name in os.listdir(self.folder) if name.endswith(".yaml") and not name.startswith(".")
        ]  # fmt: skip
        paths = [os.path.join(self.folder, name) for name in sorted(names) if name != "pack.yaml"]
        return [path for path in paths if self.inside(path)]

    def bases(self) -> dict[str, str]:
        """The named telegrams, by name."""
        home = os.path.join(self.folder, "telegrams")
        found = {}
        for name in sorted(os.listdir(home)) if os.path.isdir(home) else []:
            path = os.path.join(home, name)
            if name.endswith(".txt") and self.inside(path):
                with open(path, encoding="utf-8", newline="") as file:
                    found[name[:-4]] = file.read()
        return found

    def _read(self, path: str) -> None:
        file = RuleFile.open(path, self.shown(path), self.items)
        if file is None or check_shape("pack", file) or not isinstance(file.tree, Map):
            return
        tree = file.tree
        self.name = tree.text("name")
        self.about = {name: tree.text(name) for name in ("name", "version", "title", "licence") if name in tree.pairs}
        self.about["folder"] = self.folder
        if tree.text("model") != str(MODEL_VERSION):
            file.trouble("R030", tree.pairs["model"][1], f"the pack was written for model version {tree.text('model')}",
                         f"this tool has version {MODEL_VERSION}: look the fields over, then say so here")  # fmt: skip
        asked = tree.pairs["cablecheck"][1]
        if not fits(VERSION, tree.text("cablecheck")):
            file.trouble("R030", asked, f"the pack asks for cablecheck {tree.text('cablecheck')}",
                         f"this is {VERSION}; a range is written >=0.1,<1")  # fmt: skip
        files = tree.get("files")
        if isinstance(files, Seq):
            self.files = [item.value for item in files.items if isinstance(item, Text) and self._below(item, file)]

    def _below(self, node: Text, file: RuleFile) -> bool:
        parts = node.value.replace("\\", "/").split("/")
        if os.path.isabs(node.value) or ".." in parts or ":" in parts[0]:
            file.trouble(
                "R031", node, f'"{node.value}" leads out of the pack', "name files below the pack's own folder"
            )
            return False
        if not os.path.isfile(os.path.join(self.folder, node.value)):
            file.trouble("R001", node, f'there is no file "{node.value}" in the pack')
            return False
        return True


def fits(version: str, wanted: str) -> bool:
    """Whether a version lies in a range such as `>=0.1,<1`; a range that cannot be read holds nothing."""
    mine = _numbers(version)
    for part in wanted.split(","):
        match = NUMBER.fullmatch(part.strip())
        if match is None:
            return False
        other = _numbers(match.group(2))
        low, high = mine < other, mine > other
        if {">=": low, "<=": high, "==": low or high, "<": not low, ">": not high}[match.group(1)]:
            return False
    return True


def _numbers(version: str) -> tuple[int, ...]:
    found = [int(part) for part in re.findall(r"[0-9]+", version)[:4]]
    return tuple(found + [0] * (4 - len(found)))
