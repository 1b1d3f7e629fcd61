"""YAML to values that know their place; strict, bounded, and every scalar stays text."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from difflib import get_close_matches

import yaml

from .diagnostics import Diagnostic, Place
from .ir import Free

PROSE = ("because", "help", "message", "note", "summary", "title")  # keys whose values are sentences
MAX_BYTES = 4 << 20
MAX_DEPTH = 40
MAX_NODES = 400_000
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Text:
    """A scalar, always text. `plain` tells it stood without quotes, `length` how long it is on its first line."""

    __slots__ = ("column", "length", "line", "plain", "value")

    def __init__(self, value: str, line: int, column: int, length: int = 1, plain: bool = True) -> None:
        self.value = value
        self.line = line
        self.column = column
        self.length = length
        self.plain = plain


class Seq:
    """A list of nodes."""

    __slots__ = ("column", "items", "length", "line")

    def __init__(self, line: int, column: int) -> None:
        self.items: list[Tree] = []
        self.line = line
        self.column = column
        self.length = 1


class Map:
    """A mapping: name to key and value, in the order of the file. `last_line` is where it ends."""

    __slots__ = ("column", "last_line", "length", "line", "pairs")

    def __init__(self, line: int, column: int) -> None:
        self.pairs: dict[str, tuple[Text, Tree]] = {}
        self.line = line
        self.column = column
        self.length = 1
        self.last_line = line

    def get(self, name: str) -> Tree | None:
        """The value of a key."""
        pair = self.pairs.get(name)
        return None if pair is None else pair[1]

    def text(self, name: str, default: str = "") -> str:
        """The value of a key if it is a text."""
        value = self.get(name)
        return value.value if isinstance(value, Text) else default

    def items(self) -> Iterator[tuple[Text, Tree]]:
        """Keys and values, without the private `x-` keys."""
        for key, value in self.pairs.values():
            if not key.value.startswith("x-"):
                yield key, value


Tree = Text | Seq | Map


class RuleFile:
    """One YAML file under inspection: its lines for the snippets, its tree, and the troubles found in it."""

    def __init__(self, shown: str, data: bytes, items: list[Diagnostic] | None = None) -> None:
        self.shown = shown
        self.data = data
        self.items: list[Diagnostic] = [] if items is None else items
        self.lines: list[str] = []
        self.tree: Tree | None = None
        self._read()

    @classmethod
    def open(cls, path: str, shown: str, items: list[Diagnostic]) -> RuleFile | None:
        """The file at `path`, or `None` with a trouble added when it cannot be read."""
        try:
            if os.path.isfile(path) and os.path.getsize(path) > MAX_BYTES:
                items.append(Diagnostic("R008", f"the file is larger than {MAX_BYTES} bytes", Place(shown, 1, 1)))
                return None
            with open(path, "rb") as file:
                return cls(shown, file.read(), items)
        except OSError as error:
            items.append(Diagnostic("R001", f"cannot read the file: {error.strerror}", Place(shown, 1, 1)))
            return None

    def trouble(self, code: str, node: Tree | tuple[int, int], message: str, help: str = "", rule: str = "") -> None:
        """Add one trouble at a node, or at a (line, column)."""
        line, column = node if isinstance(node, tuple) else (node.line, node.column)
        length = 1 if isinstance(node, tuple) else node.length
        first = max(1, line - 1)
        lines = tuple((n, self.lines[n - 1]) for n in range(first, line + 1) if n <= len(self.lines))
        self.items.append(Diagnostic(code, message, Place(self.shown, line, column), length, help, rule, lines))

    def words(self, first: int, last: int) -> str:
        """The lines `first` to `last` as they stand, without the indentation they share."""
        lines = self.lines[first - 1 : last]
        indents = [len(line) - len(line.lstrip(" ")) for line in lines if line.strip()]
        cut = min(indents, default=0)
        return "\n".join(line[cut:].rstrip() for line in lines).strip("\n") + "\n"

    def _read(self) -> None:
        try:
            text = self.data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = self.data.count(b"\n", 0, error.start) + 1
            self.trouble("R002", (line, 1), f"byte {error.start} is not UTF-8", "save the file as UTF-8")
            return
        self.lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        if len(self.data) > MAX_BYTES:
            self.trouble("R008", (1, 1), f"the file is larger than {MAX_BYTES} bytes")
            return
        before = len(self.items)
        builder = _Builder(self, text)
        try:
            tree = builder.build()
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            deep = _too_deep(text[: mark.index] if mark else text, builder)
            if deep is not None:
                self.trouble("R008", deep, f"nested deeper than {MAX_DEPTH} levels", "flatten it")
            elif len(self.items) == before:  # what was found before it broke is the cause
                told = _remedy(self.lines[place[0] - 1]) if place[0] <= len(self.lines) else ""
                self.trouble("R003", place, f"{error.problem or 'not YAML'}", told or error.context or "")
            return
        except (yaml.YAMLError, ValueError, RecursionError, MemoryError) as error:
            self.trouble("R003", (1, 1), f"not YAML: {' '.join(str(error).split())[:200]}")
            return
        if len(self.items) == before and tree is None:
            self.trouble("R009", (1, 1), "the file is empty", "a rule file begins with `format: 1`")
        self.tree = tree


def _too_deep(text: str, builder: _Builder) -> tuple[int, int] | None:
    """Return the line and column of the bracket that exceeds `MAX_DEPTH` in the text not yet reported, or None.

    The YAML reader looks ahead before it reports a node, and some versions of libyaml stop there at a depth limit of
    their own. Brackets inside quoted text count too: the file is refused in either case.
    """
    depth = len(builder.stack)
    for index in range(builder.seen, len(text)):
        depth += (text[index] in "[{") - (text[index] in "]}")
        if depth > MAX_DEPTH:
            return text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index)
    return None


def _remedy(line: str) -> str:
    """What most often is wrong with a line that is no YAML, by its look; nothing if it does not show."""
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return "indent with blanks, not with tabs"
    key, _, text = line.strip(" -").partition(": ")
    if key in PROSE and text[:1] not in ("'", '"', "|", ">") and (text[:1] in "{[%@`" or ": " in text):
        return 'words that begin with a bracket, or hold a colon and a blank, stand in quotation marks: "…"'
    return ""


class _Stop(ValueError):
    """A limit was passed: reading the rest would be a waste."""


class _Builder:
    """Events of the YAML reader to a tree, without recursion, refusing what could surprise."""

    def __init__(self, file: RuleFile, text: str) -> None:
        self.file = file
        self.text = text
        self.root: Tree | None = None
        self.stack: list[Seq | Map] = []
        self.keys: list[Text | None] = []
        self.nodes = 0
        self.documents = 0
        self.last_line = 1  # of what was read last
        self.seen = 0  # where the last node that was reported ends, in code points

    def build(self) -> Tree | None:
        try:
            for event in yaml.parse(self.text, Loader=LOADER):
                self._take(event)
        except _Stop:
            return None
        return self.root

    def _take(self, event: Free) -> None:
        mark: Free = event.end_mark
        self.seen = mark.index
        if mark.index != event.start_mark.index:  # the end of a block has no width and stands where the next begins
            self.last_line = mark.line + (1 if mark.column else 0)
        place = (event.start_mark.line + 1, event.start_mark.column + 1)
        if isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if event.version or event.tags:
                self.file.trouble("R006", place, "directives are not allowed", "remove the line that begins with %")
            if self.documents == 2:
                self.file.trouble("R007", place, "a second document begins here", "put it into a file of its own")
                raise _Stop
        elif isinstance(event, yaml.AliasEvent):
            self.file.trouble("R005", place, f"alias *{event.anchor} is not allowed", "write the value out")
            self._put(Text("", *place))
        elif isinstance(event, yaml.ScalarEvent):
            self._refuse(event, place)
            self._put(self._text(event))
        elif isinstance(event, yaml.SequenceStartEvent | yaml.MappingStartEvent):
            self._refuse(event, place)
            node: Seq | Map = Seq(*place) if isinstance(event, yaml.SequenceStartEvent) else Map(*place)
            self._put(node)
            self.stack.append(node)
            self.keys.append(None)
            if len(self.stack) > MAX_DEPTH:
                self.file.trouble("R008", place, f"nested deeper than {MAX_DEPTH} levels", "flatten it")
                raise _Stop
        elif isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent):
            self.keys.pop()
            closed = self.stack.pop()
            if isinstance(closed, Map):
                closed.last_line = self.last_line

    def _text(self, event: Free) -> Text:
        start, end = event.start_mark, event.end_mark
        length = end.column - start.column if end.line == start.line else 1
        return Text(event.value, start.line + 1, start.column + 1, max(1, length), not event.style)

    def _refuse(self, event: Free, place: tuple[int, int]) -> None:
        if event.anchor:
            self.file.trouble("R005", place, f"anchor &{event.anchor} is not allowed", "write the value out")
        if getattr(event, "tag", None):
            self.file.trouble("R006", place, f"tag {event.tag} is not allowed", "every scalar is text already")

    def _put(self, node: Tree) -> None:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            self.file.trouble("R008", node, f"more than {MAX_NODES} nodes", "split the file")
            raise _Stop
        if not self.stack:
            self.root = node
            return
        parent = self.stack[-1]
        if isinstance(parent, Seq):
            parent.items.append(node)
            return
        key = self.keys[-1]
        if key is None:
            self.keys[-1] = self._key(node)
            return
        self.keys[-1] = None
        if key.value in parent.pairs:
            first = parent.pairs[key.value][0]
            self.file.trouble("R004", key, f'key "{key.value}" stands twice', f"the first is in line {first.line}")
        else:
            parent.pairs[key.value] = (key, node)

    def _key(self, node: Tree) -> Text:
        if isinstance(node, Text):
            if node.value == "<<" and node.plain:
                self.file.trouble("R005", node, "merge key << is not allowed", "write the keys out")
                return Text("x-<<", node.line, node.column)
            return node
        self.file.trouble("R009", node, "a key must be a text", "quote it if it holds brackets or braces")
        return Text("x-", node.line, node.column)  # told already, and of no further interest


def like(word: str, words: Iterable[str]) -> str:
    """`did you mean "x"? ` for the nearest of `words`, or nothing."""
    near = get_close_matches(word, list(words), n=1, cutoff=0.6)
    return f'did you mean "{near[0]}"? ' if near else ""


def plain(node: Tree) -> object:
    """The tree as dictionaries, lists and strings."""
    if isinstance(node, Text):
        return node.value
    if isinstance(node, Seq):
        return [plain(item) for item in node.items]
    return {name: plain(value) for name, (_, value) in node.pairs.items()}
