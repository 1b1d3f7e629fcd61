"""Finding the field a selector names, and telling the author where it went wrong."""

from __future__ import annotations

from ..vocabulary import Vocabulary
from .model import Kind, element_of, fields, nodes
from .paths import Path
from .places import Map, RuleFile, Text, Tree, like

ROOT = Kind("node", "Telegram")


class Scope:
    """What reading a rule needs: its file for the troubles, the words, the name of the rule."""

    def __init__(self, file: RuleFile, words: Vocabulary, rule: str = "") -> None:
        self.file = file
        self.words = words
        self.rule = rule

    def refuse(self, code: str, node: Tree, message: str, help: str = "") -> None:
        """Add a trouble; always `None`, so that a reader can return it."""
        self.file.trouble(code, node, message, help.strip(), self.rule)

    def keys(self, node: Map, allowed: set[str], code: str = "R010") -> bool:
        """Whether all keys of a mapping are known; each that is not becomes a trouble."""
        fine = True
        for key, _ in node.items():
            if key.value not in allowed:
                fine = False
                self.refuse(
                    code, key, f'unknown key "{key.value}"',
                    f"{like(key.value, allowed)}Allowed here: {', '.join(sorted(allowed))}",
                )  # fmt: skip
        return fine

    def table(self, node: Text) -> bool:
        """Whether the vocabulary has a table of that name."""
        if node.value in self.words:
            return True
        names = sorted(self.words.tables)
        self.refuse("R016", node, f'no vocabulary table "{node.value}"', like(node.value, names))
        return False

    def level(self, node: Text) -> str | None:
        """The code of a level given by code or title."""
        table = self.words["levels"]
        entry = (
            table.get(node.value) or next((e for e in table if e.title == node.value), None) or table.find(node.value)
        )
        if entry is not None:
            return entry.code
        titles = [entry.title for entry in table]
        return self.refuse(
            "R017", node, f'no level "{node.value}"', f"{like(node.value, titles)}Levels: {', '.join(titles)}"
        )


class Frames:
    """What a selector may name at some place of a rule: the elements inside out, then the telegram."""

    def __init__(self, kinds: tuple[Kind, ...] = (ROOT,), names: tuple[str, ...] = ("telegram",)) -> None:
        self.kinds = kinds
        self.names = names

    def inside(self, kind: Kind) -> Frames:
        """The frames for conditions on the elements of a list (or on the node) of that type."""
        inner = element_of(kind) if kind.name in ("list", "set") else kind
        name = "element" if len(self.kinds) == 1 else ""
        return Frames((*self.kinds, inner), (*self.names, name))

    def pair(self, kind: Kind) -> Frames:
        """The frames for conditions on two neighbours: `previous`, and the element itself."""
        inner = element_of(kind)
        return Frames((*self.kinds, inner, inner), (*self.names, "previous", ""))

    def has_text(self, kind: Kind) -> bool:
        """Whether a node stands for its own text."""
        return kind.name == "node" and "text" in fields(kind.node)

    def find(self, name: Text, scope: Scope) -> tuple[Path, Kind] | None:
        """The resolved path of a selector and the type at its end, or `None` with a trouble added."""
        parts = name.value.split(".")
        depth, rest = self._start(parts)
        if depth is None:
            known = sorted({field for kind in self.kinds for field in _fields(kind)})
            return scope.refuse(
                "R011", name, f'no field "{parts[0]}" in {" or ".join(str(k) for k in reversed(self.kinds))}',
                f"{like(parts[0], known)}See `cablecheck explain model` for all fields" if not like(parts[0], known)
                else like(parts[0], known),
            )  # fmt: skip
        kind = self.kinds[depth]
        path: Path = [depth]
        for part in rest:
            known_here = _fields(kind)
            if part not in known_here:
                if kind.name in ("list", "set"):
                    return scope.refuse(
                        "R014", name, f'"{part}" is asked of a {kind}, which needs a quantifier',
                        f"write {'.'.join(map(str, path[1:]))}: {{any: {{{part}: …}}}} (or all, none …)",
                    )  # fmt: skip
                return scope.refuse(
                    "R011", name, f'no field "{part}" in {kind}', like(part, known_here) or _list(known_here)
                )
            kind = known_here[part]
            path.append(part)
        return path, kind

    def _start(self, parts: list[str]) -> tuple[int | None, list[str]]:
        if parts[0] in self.names and parts[0]:
            return self.names.index(parts[0]), parts[1:]
        if parts[0] == "value" and len(self.kinds) > 1 and "value" not in _fields(self.kinds[-1]):
            return len(self.kinds) - 1, parts[1:]
        for depth in range(len(self.kinds) - 1, -1, -1):
            if parts[0] in _fields(self.kinds[depth]):
                return depth, parts
        return None, parts


def _fields(kind: Kind) -> dict[str, Kind]:
    if kind.name == "node":
        return fields(kind.node)
    if kind.name in ("level", "date"):
        return fields(kind.name.capitalize())
    return {}


def _list(known: dict[str, Kind]) -> str:
    return f"it has: {', '.join(sorted(known))}" if known else "it has no fields"


def all_paths(depth: int = 3, node: str = "Telegram", before: str = "") -> list[tuple[str, Kind]]:
    """Every selector of the model down to a depth, with its type (for the schema and for `explain model`)."""
    found: list[tuple[str, Kind]] = []
    for name, kind in fields(node).items():
        found.append((before + name, kind))
        if depth > 1 and kind.name == "node" and kind.node in nodes():
            found += all_paths(depth - 1, kind.node, f"{before}{name}.")
    return found
