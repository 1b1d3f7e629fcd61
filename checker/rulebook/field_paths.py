"""Resolve field names in rules, such as `banner.level`, to paths, and report the errors shown to rule authors."""

from __future__ import annotations

from ..vocabulary import Vocabulary
from .field_types import FieldType, Path, element_of, fields
from .yaml_loader import RuleFile, YamlMap, YamlNode, YamlText, suggest

ROOT = FieldType("node", "Telegram")


class Scope:
    """The context in which one rule is parsed: its file, which collects the errors; the vocabulary; and the rule's
    id.
    """

    def __init__(self, file: RuleFile, words: Vocabulary, rule: str = "") -> None:
        self.file = file
        self.vocabulary = words
        self.rule = rule

    def error(self, code: str, node: YamlNode, message: str, help: str = "") -> None:
        """Add an error. Always returns None, so that a parser can return the result directly."""
        self.file.error(code, node, message, help.strip(), self.rule)

    def keys(self, node: YamlMap, allowed: set[str], code: str = "R010") -> bool:
        """Return whether all keys in a mapping are allowed. Add an error for each unknown key."""
        valid = True
        for key, _ in node.items():
            if key.value not in allowed:
                valid = False
                self.error(
                    code, key, f'unknown key "{key.value}"',
                    f"{suggest(key.value, allowed)}\nAllowed keys: {', '.join(sorted(allowed))}".strip(),
                )  # fmt: skip
        return valid

    def table(self, node: YamlText) -> bool:
        """Return whether the vocabulary has a table with this name. Add an error if it does not."""
        if node.value in self.vocabulary:
            return True
        names = sorted(self.vocabulary.tables)
        own = f"dd the table in vocabulary/{node.value.replace('_', '-')}.yaml beside the rules"
        near = suggest(node.value, names)
        self.error("R016", node, f'unknown vocabulary table "{node.value}"', near + ("Or a" if near else "A") + own)
        return False

    def level(self, node: YamlText) -> str | None:
        """Return the code of the level with this code, title, or spelling, or None after adding an error if there is
        none.
        """
        table = self.vocabulary["levels"]
        entry = (
            table.get(node.value) or next((e for e in table if e.title == node.value), None) or table.find(node.value)
        )
        if entry is not None:
            return entry.code
        titles = [entry.title for entry in table]
        codes = [entry.code for entry in table]
        return self.error(
            "R017",
            node,
            f'unknown level "{node.value}"',
            f"{suggest(node.value, titles)}\nUse a title ({', '.join(titles)}) or a code ({', '.join(codes)})".strip(),
        )


_OTHER_NAMES = {"classification": "level", "precedence": "dtg.action"}  # other names that authors use for a field


class Frames:
    """The values to which a selector can refer at one point in a rule: the telegram, followed by the enclosing elements
    from outermost to innermost.
    """

    def __init__(self, kinds: tuple[FieldType, ...] = (ROOT,), names: tuple[str, ...] = ("telegram",)) -> None:
        self.kinds = kinds
        self.names = names

    def inside(self, kind: FieldType) -> Frames:
        """Return the frames for conditions on a value of this type or, if it is a list or set, on one of its
        elements.
        """
        inner = element_of(kind) if kind.name in ("list", "set") else kind
        name = "element" if len(self.kinds) == 1 else ""
        return Frames((*self.kinds, inner), (*self.names, name))

    def pair(self, kind: FieldType) -> Frames:
        """Return the frames for conditions on two adjacent elements: `previous` and the element itself."""
        inner = element_of(kind)
        return Frames((*self.kinds, inner, inner), (*self.names, "previous", ""))

    def has_text(self, kind: FieldType) -> bool:
        """Return whether a type is a node with a `text` field, which operators then test."""
        return kind.name == "node" and "text" in fields(kind.node)

    def find(self, name: YamlText, scope: Scope, template: bool = False) -> tuple[Path, FieldType] | None:
        """Return a selector's path and the type of its value. If the selector is invalid, add an error and return None.

        If `template` is true, advice is given in the form of a message placeholder, such as {subject.text}.
        """
        parts = name.value.split(".")
        depth, rest = self._start(parts)
        if depth is None:
            owners = " or ".join(str(kind) for kind in reversed(self.kinds))
            other = _OTHER_NAMES.get(parts[0])
            near = f'Did you mean "{other}"? ' if other else suggest(parts[0], self._names())
            advice = _braces(near, "", parts[1:], template) or self._owned(template)
            return scope.error("R011", name, f'no field "{parts[0]}" in {owners}', advice)
        kind = self.kinds[depth]
        path: Path = [depth]
        for place, part in enumerate(rest):
            known_here = _fields(kind)
            if part not in known_here:
                if kind.name == "list" and element_of(kind) == self.kinds[-1]:
                    return scope.error(
                        "R014", name, f'"{part}" is a field of each {kind.node}, not of the list',
                        f"Write {f'{{{part}}}' if template else part}: `each` already names the element",
                    )  # fmt: skip
                before = ".".join(map(str, path[1:]))
                if kind.name in ("list", "set"):
                    return scope.error(
                        "R014", name, f'"{part}" cannot be read from the {kind.name} "{before}" without a quantifier',
                        f"Write {{{before}.count}} for the number of elements, {{{before}}} for all of them, or use"
                        f" `each: {before}` and write {{{part}}}"
                        if template else
                        f"Write {{{before}: {{any: {{{part}: …}}}}}} (or all, none …)",
                    )  # fmt: skip
                near = _braces(suggest(part, known_here), before, rest[place + 1 :], template)
                return scope.error("R011", name, f'no field "{part}" in {kind}', near or _list(kind, part, known_here))
            kind = known_here[part]
            path.append(part)
        return path, kind

    def owned(self, path: Path) -> str:
        """Return the class and name of the field at a path, such as `Banner.controls`, or "" for a whole element."""
        kind, owner = self.kinds[int(path[0])], ""
        for name in map(str, path[1:]):
            owner = f"{kind.node}.{name}"
            kind = _fields(kind)[name]
        return owner

    def _names(self) -> list[str]:
        """Return the names of the fields that can be used without a prefix, starting with those of the innermost
        element.
        """
        return list(dict.fromkeys(name for kind in reversed(self.kinds) for name in sorted(_fields(kind))))

    def _owned(self, template: bool) -> str:
        """Return advice that lists the fields of the innermost element or, outside `each`, recommends `explain
        model`.
        """
        if len(self.kinds) == 1:
            if template:
                return "Write a field in braces, such as {subject}. To list all fields, run `cablecheck explain model`"
            return "To list all fields, run `cablecheck explain model`"
        more = ", or a field of the telegram, such as subject" if template else ""
        return f"Use a field of {self.kinds[-1]}: {', '.join(sorted(_fields(self.kinds[-1]))) or 'none'}{more}"

    def _start(self, parts: list[str]) -> tuple[int | None, list[str]]:
        if parts[0] in self.names and parts[0]:
            return self.names.index(parts[0]), parts[1:]
        if parts[0] == "value" and len(self.kinds) > 1 and "value" not in _fields(self.kinds[-1]):
            return len(self.kinds) - 1, parts[1:]
        for depth in range(len(self.kinds) - 1, -1, -1):
            if parts[0] in _fields(self.kinds[depth]):
                return depth, parts
        return None, parts


def _fields(kind: FieldType) -> dict[str, FieldType]:
    if kind.name == "node":
        return fields(kind.node)
    if kind.name in ("level", "date"):
        return fields(kind.name.capitalize())
    return {}


def _braces(near: str, before: str, after: list[str], template: bool) -> str:
    """Convert advice such as `Did you mean "text"? ` to the form needed in a message template, such as `Did you mean
    {subject.text}? `. If `template` is false, return it unchanged.
    """
    if not near or not template:
        return near
    path = ".".join(filter(None, (before, near.split('"')[1], *after)))
    return f"Did you mean {{{path}}}? "


def _list(kind: FieldType, part: str, known: dict[str, FieldType]) -> str:
    return f"Use a field of {kind}: {', '.join(sorted(known))}" if known else f"Remove .{part}: a {kind} has no fields"
