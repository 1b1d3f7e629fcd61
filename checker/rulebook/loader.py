"""Rule and vocabulary files to rules and words: all troubles of all files at once, or none."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence

from ..errors import RuleError
from ..model import MODEL_VERSION
from ..resources import VERSION, data_dir
from ..vocabulary import Vocabulary
from .diagnostics import Diagnostic, Place
from .ir import Data
from .rule_parser import Bases, read_rule
from .schema import check_shape
from .vocabulary_loader import read_table, read_tables
from .yaml_loader import Map, RuleFile, Seq, Text, like

MEANING = ("profile", "era", "when", "each", "where", "require", "check", "with")


class Library:
    """What a load gathers: packs, words, rules, and the troubles of all of them."""

    def __init__(self) -> None:
        self.items: list[Diagnostic] = []
        self.packs: list[Pack] = []
        self.words = Vocabulary(())
        self.bases: Bases = {}
        self.rules: list[Data] = []
        self.files: dict[str, RuleFile] = {}

    def refuse(self) -> None:
        """Raise `RuleError` if anything was wrong."""
        if self.items:
            raise RuleError(list(self.items))

    def read(self, folders: Sequence[str], chapters: bool = True) -> None:
        """Read the packs; the words of the shipped rules are always there."""
        shipped = data_dir("rules")
        self.packs = [Pack(folder, self.items) for folder in folders]
        inside = [pack.folder for pack in self.packs if pack.inside(os.path.join(pack.folder, "vocabulary"))]
        self.words = Vocabulary(read_tables(_homes([shipped, *inside]), self.items).values())
        if "levels" not in self.words:
            return
        self.bases |= Pack(shipped, []).bases()
        for pack in self.packs:
            self.bases |= pack.bases()
            for path in pack.chapters() if chapters else []:
                self.chapter(path, pack.shown(path), pack.name)
        judge_together(self.rules, self.files)

    def chapter(self, path: str, shown: str, pack: str = "") -> None:
        """Read one rule file."""
        file = RuleFile.open(path, shown, self.items)
        if file is None:
            return
        self.files[shown] = file
        for data in read_chapter(file, self.words, self.bases):
            data["pack"] = pack
            self.rules.append(data)


def read_folders(folders: Sequence[str]) -> tuple[Vocabulary, list[Data], list[Data]]:
    """Words, rules and packs of the folders. Raises `RuleError` with everything that is wrong."""
    library = Library()
    library.read(folders)
    library.refuse()
    return library.words, library.rules, [pack.about for pack in library.packs]


def read_chapter(file: RuleFile, words: Vocabulary, bases: Bases) -> list[Data]:
    """The rules of one file that are right; troubles are added to the file's list."""
    wrong = check_shape("rules", file)
    tree = file.tree
    if not isinstance(tree, Map):
        return []
    sick = {path[1] for path in wrong if len(path) >= 2 and path[0] == "rules"}
    if any(path[:1] == ("defaults",) for path in wrong):
        return []
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


# ---- rules against each other --------------------------------------------------------------------------------


def judge_together(rules: Iterable[Data], files: dict[str, RuleFile]) -> None:
    """Names that clash, rules that mean the same, replacements that do not exist."""
    names: dict[str, Data] = {}
    meanings: dict[str, str] = {}
    rules = list(rules)
    known = {data["id"] for data in rules}
    for data in rules:
        words = dict.fromkeys((data["id"], data["name"], *data["aliases"]))
        clash = next((word for word in words if names.setdefault(word, data) is not data), None)
        if clash is not None:
            other = names[clash]
            taken = f'"{clash}" is taken by {other["id"]} already, in {other["place"][0]}'
            _trouble(files, data, "R022", taken, "ids and names are never used twice")
            continue
        meaning = repr([data.get(name) for name in MEANING])
        twin = meanings.setdefault(meaning, data["id"])
        if twin != data["id"]:
            _trouble(files, data, "R027", f"says the same as {twin}", "keep one, with `aliases` for the other")
        new = data.get("replaced_by")
        if new and new not in known:
            _trouble(files, data, "R028", f'there is no rule "{new}" to replace it', like(new, sorted(known)))


def _trouble(files: dict[str, RuleFile], data: Data, code: str, message: str, help: str) -> None:
    shown, line, column = data["place"]
    file = files.get(shown)
    if file is not None:
        file.trouble(code, (line, column), message, help.strip(), data["id"])


# ---- overlays -----------------------------------------------------------------------------------------------


def overlay_troubles(words: Iterable[str], where: str, known: Sequence[str]) -> list[Diagnostic]:
    """One trouble for each word of an overlay that names no rule."""
    return [
        Diagnostic("R037", f'no rule "{word}"', Place(where, 1, 1), help=like(word, known).strip())
        for word in words if word not in known
    ]  # fmt: skip


# ---- single files -------------------------------------------------------------------------------------------


def check_files(paths: Sequence[str]) -> list[Diagnostic]:
    """Everything wrong with rule files, vocabulary files, pack files and folders of them, each at its place."""
    library = Library()
    shipped = data_dir("rules")
    library.words = Vocabulary(read_tables(_homes([shipped, *rooms_of(paths)]), library.items).values())
    library.bases = Pack(shipped, library.items).bases()
    others: list[Data] = []
    for path in paths:
        if os.path.isdir(path):
            folder = Library()
            folder.read([path])
            library.items += folder.items
        else:
            _check_file(path, library)
    mine = {os.path.realpath(path) for path in paths}
    if library.rules and "levels" in library.words:
        around = Library()
        around.words, around.bases = library.words, library.bases
        pack = Pack(shipped, around.items)
        for path in pack.chapters():
            if os.path.realpath(path) not in mine:
                around.chapter(path, pack.shown(path))
        others = around.rules
    judge_together([*others, *library.rules], library.files)
    return library.items


def rooms_of(paths: Sequence[str]) -> list[str]:
    """The folders of the files among the paths that hold words beside them; a file is judged with its neighbours."""
    near = (os.path.dirname(os.path.abspath(path)) for path in paths if not os.path.isdir(path))
    homes = {folder: os.path.join(folder, "vocabulary") for folder in near}
    return [folder for folder, home in homes.items() if os.path.isdir(home) and Pack(folder, []).inside(home)]


def _homes(folders: Sequence[str]) -> list[str]:
    """The folders of words below the folders, each once by whatever path it is named."""
    found: dict[str, str] = {}
    for folder in folders:
        home = os.path.join(folder, "vocabulary")
        if os.path.isdir(home):
            found.setdefault(os.path.realpath(home), home)
    return list(found.values())


def _check_file(path: str, library: Library) -> None:
    near = os.path.join(os.path.dirname(os.path.abspath(path)), "")
    if os.path.basename(path) == "pack.yaml":
        Pack(os.path.dirname(os.path.abspath(path)), library.items)
        return
    file = RuleFile.open(path, path, library.items)
    if file is None or file.tree is None:
        return
    if isinstance(file.tree, Map) and "table" in file.tree.pairs:
        read_table(file, os.path.basename(path), {})
        return
    library.files[path] = file
    if os.path.isdir(os.path.join(near, "telegrams")):
        library.bases |= Pack(near, []).bases()
    library.rules += read_chapter(file, library.words, library.bases)


# ---- Packs: a folder of rules with its words and telegrams, what it says of itself, and what it may not r
NUMBER = re.compile(r"(>=|<=|==|<|>)\s?([0-9]+(?:\.[0-9]+)*)")


class Pack:
    """One folder of rules: its chapters, its words, its telegrams; all of them below the folder."""

    def __init__(self, folder: str, items: list[Diagnostic]) -> None:
        self.folder = folder
        self.items = items
        self.name = os.path.basename(os.path.abspath(folder))
        self.about: Data = {"name": self.name, "version": "", "folder": folder}
        self.files: list[str] | None = None
        self.home = os.path.realpath(folder)
        if not os.path.isdir(folder):
            items.append(Diagnostic("R001", "there is no such folder of rules", Place(folder, 1, 1)))
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
        self.items.append(
            Diagnostic("R031", "the file lies outside the folder of its pack", Place(self.shown(path), 1, 1))
        )
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
