"""Load packs: convert rule and vocabulary files to rules and a `Vocabulary`, or report all errors in all files at once.

`Library` contains the results of one load. The later parts compare rules with each other, check single files, and read
packs.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from ..errors import RuleError
from ..model import MODEL_VERSION
from ..resources import VERSION, data_dir, read_regular_file
from ..vocabulary import Table, Vocabulary
from .diagnostics import Diagnostic, Place, merged
from .field_types import value_without_position
from .ir import Data
from .rule_parser import Bases, read_rule
from .schema import check_schema
from .vocabulary_loader import read_table, read_tables
from .yaml_loader import (
    MAX_BYTES,
    RuleFile,
    YamlList,
    YamlMap,
    YamlNode,
    YamlText,
    is_below,
    outside,
    suggest,
    unreadable,
)

MEANING = ("profile", "era", "when", "each", "where", "require", "check", "with")


class Library:
    """The packs, vocabulary, rules, and errors from one load."""

    def __init__(self) -> None:
        self.diagnostics: list[Diagnostic] = []
        self.packs: list[Pack] = []
        self.vocabulary = Vocabulary(())
        self.bases: Bases = {}
        self.rules: list[Data] = []
        self.files: dict[str, RuleFile] = {}
        self.broken: set[str] = set()  # the tables whose files have errors

    def refuse(self) -> None:
        """Raise `RuleError` if there are errors."""
        if self.diagnostics:
            raise RuleError(merged(self.diagnostics))

    def read(self, folders: Sequence[str], chapters: bool = True) -> None:
        """Read the packs in folders, including their rules unless `chapters` is false. The shipped vocabulary and
        telegrams are always included.
        """
        self.packs = [Pack(folder, self.diagnostics) for folder in folders]
        inside = [pack.folder for pack in self.packs if pack.inside(os.path.join(pack.folder, "vocabulary"))]
        self.read_words(inside)
        if "levels" not in self.vocabulary:
            return
        for pack in self.packs:
            self.bases |= pack.bases()
            for path in pack.chapters() if chapters else []:
                self.chapter(path, pack.shown(path), pack.name)
        check_together(self.rules, self.files)

    def read_words(self, folders: Sequence[str]) -> list[Diagnostic]:
        """Read the shipped vocabulary and telegrams, and the vocabulary in additional folders.

        Return the errors in the shipped telegrams, which are reported only when rules are checked.
        """
        tables, errors, bases, unread = _shipped_words(_shipped_state())
        self.diagnostics += errors
        homes = _homes([data_dir("rules"), *folders])[1:]
        before = len(self.diagnostics)
        self.vocabulary = Vocabulary(read_tables(homes, self.diagnostics, tables).values())
        files = [os.path.basename(one.place.file) for one in self.diagnostics[before:]]
        self.broken = {name.removesuffix(".yaml").replace("-", "_") for name in files}
        self.bases |= bases
        return unread

    def chapter(self, path: str, shown: str, pack: str = "") -> None:
        """Read one rule file and add its rules."""
        file = RuleFile.open(path, shown, self.diagnostics)
        if file is None:
            return
        self.files[shown] = file
        for data in self.rules_of(file):
            data["pack"] = pack
            self.rules.append(data)

    def rules_of(self, file: RuleFile) -> list[Data]:
        """Return the valid rules in one file. Errors about unknown tables or sources are dropped if the vocabulary file
        that may define them has errors.
        """
        before = len(self.diagnostics)
        found = read_chapter(file, self.vocabulary, self.bases)
        if self.broken:
            self.diagnostics[before:] = [one for one in self.diagnostics[before:] if not self._follows(one)]
        return found

    def _follows(self, error: Diagnostic) -> bool:
        """Return whether an error is about a vocabulary table or a source whose file has errors."""
        if error.code == "R019":
            return "sources" in self.broken
        return error.code == "R016" and any(f'"{name}"' in error.message for name in self.broken)


def read_folders(folders: Sequence[str]) -> tuple[Vocabulary, list[Data], list[Data]]:
    """Return the vocabulary, rules, and packs in folders. Raises `RuleError` with all errors."""
    library = Library()
    library.read(folders)
    library.refuse()
    return library.vocabulary, library.rules, [pack.about for pack in library.packs]


def read_chapter(file: RuleFile, words: Vocabulary, bases: Bases) -> list[Data]:
    """Return the valid rules in one file. Errors are added to the file."""
    wrong = check_schema("rules", file)
    tree = file.tree
    if not isinstance(tree, YamlMap):
        return []
    invalid = {path[1] for path in wrong if len(path) >= 2 and path[0] == "rules"}
    bad_defaults = any(path[:1] == ("defaults",) for path in wrong)
    rules, defaults = tree.get("rules"), _valid_defaults(tree.get("defaults"), wrong)
    found: list[Data] = []
    for index, node in enumerate(rules.items if isinstance(rules, YamlList) else []):
        if not isinstance(node, YamlMap):
            continue
        seen = [one.place for one in file.diagnostics] + [Place(file.shown, node.line, node.column)]
        before = len(file.diagnostics)
        data = read_rule(node, file, words, bases, defaults)
        if index in invalid:  # parsed only for further errors; those at the rule or at a known error are consequences
            file.diagnostics[before:] = [one for one in file.diagnostics[before:] if one.place not in seen]
        elif data is not None and not bad_defaults:
            data["chapter"] = tree.text("chapter")
            found.append(data)
        known = {(one.code, one.place, one.message) for one in file.diagnostics[:before]}
        file.diagnostics[before:] = [  # an error in `defaults` is found again with each rule
            one for one in file.diagnostics[before:]
            if (one.code, one.place, one.message) not in known and not (bad_defaults and one.code == _BY_STATUS)
        ]  # fmt: skip
    return found


_BY_STATUS = "R024"  # an error that depends on the status, which an invalid default may set


def _valid_defaults(node: YamlNode | None, wrong: Sequence[tuple[object, ...]]) -> YamlMap | None:
    """Return a rule file's defaults, omitting keys whose values are invalid, or None if the file has no defaults."""
    if not isinstance(node, YamlMap):
        return None
    invalid = {path[1] for path in wrong if len(path) >= 2 and path[0] == "defaults"}
    valid = YamlMap(node.line, node.column)
    valid.pairs = {name: pair for name, pair in node.pairs.items() if name not in invalid}
    return valid


# ---- Rules against each other ----------------------------------------------------------------------------------------


def check_together(rules: Iterable[Data], files: dict[str, RuleFile]) -> None:
    """Add an error for each duplicate name, equivalent rule, and unknown replacement. `files` maps the file names shown
    in messages to the files.
    """
    names: dict[str, Data] = {}
    meanings: dict[str, str] = {}
    rules = list(rules)
    known = {data["id"] for data in rules}
    for data in rules:
        words = dict.fromkeys((data["id"], data["name"], *data.get("aliases", ())))
        clash = next((word for word in words if names.setdefault(word, data) is not data), None)
        if clash is not None:
            other = names[clash]
            taken = f'"{clash}" is already used by {other["id"]} in {other["place"][0]}'
            _report(files, data, "R022", taken, "Choose an unused id or name")
            continue
        meaning = repr([data.get(name) for name in MEANING])
        twin = meanings.setdefault(meaning, data["id"])
        if twin != data["id"]:
            _report(files, data, "R027", f"equivalent to {twin}", "Keep one, and list the other id under `aliases`")
        new = data.get("replaced_by")
        if new and new not in known:
            _report(files, data, "R028", f'`replaced_by` names an unknown rule "{new}"', suggest(new, sorted(known)))


def _report(files: dict[str, RuleFile], data: Data, code: str, message: str, help: str) -> None:
    shown, line, column = data["place"]
    file = files.get(shown)
    if file is not None:
        file.error(code, (line, column), message, help.strip(), data["id"])


def unknown_overlay_rules(words: Iterable[str], where: str, known: Sequence[str]) -> list[Diagnostic]:
    """Return an error at the location `where` for each name in an overlay that is not a rule."""
    return [
        Diagnostic("R037", f'unknown rule "{word}"', Place(where, 1, 1), help=suggest(word, known).strip())
        for word in words if word not in known
    ]  # fmt: skip


# ---- Single files ----------------------------------------------------------------------------------------------------


def check_files(
    paths: Sequence[str], texts: Mapping[str, bytes] | None = None, notes: list[str] | None = None
) -> list[Diagnostic]:
    """Return the errors in rule files, vocabulary files, pack files, and folders of such files.

    `texts` maps paths to texts that are checked in place of the files, such as those open in an editor. If `notes` is
    given, warnings about valid but probably unintended settings are added to it.
    """
    library = Library()
    library.diagnostics += library.read_words(neighbor_folders(paths))
    others: list[Data] = []
    for path in paths:
        if os.path.isdir(path):
            folder = Library()
            folder.read([path])
            library.diagnostics += folder.diagnostics
            _note(folder.rules, notes)
        else:
            _check_file(path, library, (texts or {}).get(path))
    mine = {os.path.realpath(path) for path in paths}
    if library.rules and "levels" in library.vocabulary:
        others = [
            data for path, rules in _shipped_rules(_shipped_state()).items() if path not in mine for data in rules
        ]
    check_together([*others, *library.rules], library.files)
    _note(library.rules, notes)
    return library.diagnostics


def _note(rules: Sequence[Data], notes: list[str] | None) -> None:
    """Add a note for each rule whose `point` refers to a value without a position."""
    for rule in rules if notes is not None else ():
        field, kind = value_without_position(rule["point"], rule.get("each")) if rule.get("point") else ("", "")
        if field and notes is not None:
            file, line, column = rule["place"]
            notes.append(
                f"{Place(file, line, column)}: note: {rule['id']}: `point: {field}` names a {kind}, which has no"
                " position; the finding will be at the part around it"
            )


_State = tuple[tuple[str, int, int], ...]


def _shipped_state() -> _State:
    """Return the path, modification time, and size of each shipped rule file, table, and telegram."""
    shipped = data_dir("rules")
    folders = [shipped, *(os.path.join(shipped, name) for name in ("vocabulary", "telegrams"))]
    files = [file for folder in folders if os.path.isdir(folder) for file in os.scandir(folder) if file.is_file()]
    return tuple(sorted((file.path, file.stat().st_mtime_ns, file.stat().st_size) for file in files))


@lru_cache(maxsize=1)
def _shipped_words(state: _State) -> tuple[dict[str, Table], list[Diagnostic], Bases, list[Diagnostic]]:
    """Return the shipped tables, the errors in the tables, the shipped telegrams, and the errors in the telegrams.

    The files are read again only if `state` changes, because an editor checks rules frequently.
    """
    wrong: list[Diagnostic] = []
    unread: list[Diagnostic] = []
    shipped = data_dir("rules")
    return read_tables(_homes([shipped]), wrong), wrong, Pack(shipped, unread).bases(), unread


@lru_cache(maxsize=1)
def _shipped_rules(state: _State) -> dict[str, list[Data]]:
    """Return the shipped rules by the real path of their file. The files are read again only if `state` changes,
    because an editor checks rules frequently.
    """
    tables, _, bases, _ = _shipped_words(state)
    pack = Pack(data_dir("rules"), [])
    found = {}
    for path in pack.chapters():
        file = RuleFile.open(path, pack.shown(path), [])
        found[os.path.realpath(path)] = read_chapter(file, Vocabulary(tables.values()), bases) if file else []
    return found


def check_text(path: str, text: str) -> list[Diagnostic]:
    """Return the errors in a rule, vocabulary, or pack file whose text is open in an editor."""
    found = check_files([path], {path: text.encode("utf-8", "surrogatepass")})
    return [each for each in found if each.place.file == path]


def base_telegrams() -> Bases:
    """Return a mapping from the names of the shipped base telegrams, on which examples can be based, to their texts. It
    is sorted by name.
    """
    return Pack(data_dir("rules"), []).bases()


def neighbor_folders(paths: Sequence[str]) -> list[str]:
    """Return the folders that contain both one of these files and a vocabulary folder, because each file is checked
    with the vocabulary next to it. Paths that are folders are ignored.
    """
    near = (os.path.dirname(os.path.abspath(path)) for path in paths if not os.path.isdir(path))
    homes = {folder: os.path.join(folder, "vocabulary") for folder in near}
    return [folder for folder, home in homes.items() if os.path.isdir(home) and Pack(folder, []).inside(home)]


def _homes(folders: Sequence[str]) -> list[str]:
    """Return the vocabulary folders inside these folders, without duplicates."""
    found: dict[str, str] = {}
    for folder in folders:
        home = os.path.join(folder, "vocabulary")
        if os.path.isdir(home):
            found.setdefault(os.path.realpath(home), home)
    return list(found.values())


def _check_file(path: str, library: Library, text: bytes | None) -> None:
    near = os.path.join(os.path.dirname(os.path.abspath(path)), "")
    opened = RuleFile(path, text, library.diagnostics) if text is not None else None
    if os.path.basename(path) == "pack.yaml":
        Pack(os.path.dirname(os.path.abspath(path)), library.diagnostics, opened)
        return
    file = opened or RuleFile.open(path, path, library.diagnostics)
    if file is None or file.tree is None:
        return
    if isinstance(file.tree, YamlMap) and "table" in file.tree.pairs:
        read_table(file, os.path.basename(path), {})
        return
    library.files[path] = file
    if os.path.isdir(os.path.join(near, "telegrams")):
        library.bases |= Pack(near, []).bases()
    library.rules += library.rules_of(file)


# ---- Packs -----------------------------------------------------------------------------------------------------------
NUMBER = re.compile(r"(>=|<=|==|<|>)\s?([0-9]+(?:\.[0-9]+)*)")


def _comma_help(folder: str) -> str:
    """Return advice for a nonexistent path that appears to be a comma-separated list of paths, at least one of which
    exists, or "" for any other path.
    """
    parts = folder.split(",")
    return (
        "Give one folder; repeat the option for another one"
        if len(parts) > 1 and any(map(os.path.exists, parts))
        else ""
    )


class Pack:
    """A folder of rules with its own vocabulary and telegrams. Files outside the folder are reported as errors."""

    def __init__(self, folder: str, diagnostics: list[Diagnostic], about: RuleFile | None = None) -> None:
        """Read the pack's description from its folder, or from `about` if the file is open in an editor."""
        self.folder = folder
        self.diagnostics = diagnostics
        self.name = os.path.basename(os.path.abspath(folder))
        self.about: Data = {"name": self.name, "version": "", "folder": folder}
        self.files: list[str] | None = None
        self.home = os.path.realpath(folder)
        if not os.path.isdir(folder):
            file = os.path.isfile(folder)
            why = "expected a folder of rules, not a file" if file else "no such folder"
            help = f"Give its folder: {os.path.dirname(folder) or '.'}" if file else _comma_help(folder)
            diagnostics.append(Diagnostic("R001", why, Place(folder, 1, 1), help=help))
            return
        path = os.path.join(folder, "pack.yaml")
        if about is not None or (os.path.exists(path) and self.inside(path)):
            self._read(about or RuleFile.open(path, self.shown(path), self.diagnostics))

    def shown(self, path: str) -> str:
        """Return a file's path as it appears in messages: `rules/…` for shipped files, otherwise the given path."""
        if os.path.realpath(self.folder) != os.path.realpath(data_dir("rules")):
            return path
        return "/".join(["rules", *os.path.relpath(path, self.folder).split(os.sep)])

    def inside(self, path: str) -> bool:
        """Return whether a path is below the pack's folder after links are resolved. Add an error if it is not."""
        if is_below(path, self.home):
            return True
        self.diagnostics.append(outside(self.shown(path)))
        return False

    def chapters(self) -> list[str]:
        """Return the paths of the rule files, sorted."""
        if not os.path.isdir(self.folder):
            return []
        names = self.files if self.files is not None else [
            name for name in os.listdir(self.folder) if name.endswith(".yaml") and not name.startswith(".")
        ]  # fmt: skip
        paths = [os.path.join(self.folder, name) for name in sorted(names) if name != "pack.yaml"]
        return [path for path in paths if self.inside(path)]

    def bases(self) -> dict[str, str]:
        """Return a mapping from the names of the pack's base telegrams, on which examples can be based, to their
        texts.
        """
        home = os.path.join(self.folder, "telegrams")
        found = {}
        for name in sorted(os.listdir(home)) if os.path.isdir(home) else []:
            path = os.path.join(home, name)
            if name.endswith(".txt") and self.inside(path):
                try:
                    found[name[:-4]] = read_regular_file(path, MAX_BYTES).decode()
                except OSError as error:
                    self.diagnostics.append(unreadable(error, self.shown(path)))
                except UnicodeDecodeError as error:
                    why = f"byte {error.start} is not UTF-8"
                    self.diagnostics.append(Diagnostic("R002", why, Place(self.shown(path), 1, 1)))
        return found

    def _read(self, file: RuleFile | None) -> None:
        if file is None or check_schema("pack", file) or not isinstance(file.tree, YamlMap):
            return
        tree = file.tree
        self.name = tree.text("name")
        self.about = {name: tree.text(name) for name in ("name", "version", "title", "licence") if name in tree.pairs}
        self.about["folder"] = self.folder
        if tree.text("model") != str(MODEL_VERSION):
            file.error("R030", tree.pairs["model"][1], f"the pack was written for model version {tree.text('model')}",
                         f"Check the fields that the rules use, then write `model: {MODEL_VERSION}`")  # fmt: skip
        asked = tree.pairs["cablecheck"][1]
        if not fits(VERSION, tree.text("cablecheck")):
            file.error("R030", asked, f"the pack needs cablecheck {tree.text('cablecheck')}",
                         f"Write a range that includes this version ({VERSION}), such as >=0.1,<1")  # fmt: skip
        files = tree.get("files")
        if isinstance(files, YamlList):
            self.files = [item.value for item in files.items if isinstance(item, YamlText) and self._below(item, file)]

    def _below(self, node: YamlText, file: RuleFile) -> bool:
        parts = node.value.replace("\\", "/").split("/")
        if os.path.isabs(node.value) or ".." in parts or ":" in parts[0]:
            file.error("R031", node, f'"{node.value}" is outside the pack', "Give a path below the pack's folder")
            return False
        if not os.path.isfile(os.path.join(self.folder, node.value)):
            file.error("R001", node, f'no file "{node.value}" in the pack')
            return False
        return True


def fits(version: str, wanted: str) -> bool:
    """Return whether a version is in a range such as `>=0.1,<1`. Return False for an invalid range."""
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
