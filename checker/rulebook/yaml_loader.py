"""Read YAML files into trees whose nodes have positions. Every scalar is kept as text.

Anchors, tags, duplicate keys, and files that exceed the limits below are errors. A file's errors are collected in its
`diagnostics`.
"""

from __future__ import annotations

import errno
import json
import os
import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches

import yaml

from ..resources import read_regular_file
from .diagnostics import Diagnostic, Place
from .ir import Any

PROSE = ("because", "help", "message", "note", "summary", "title")  # keys whose values are sentences
PLAIN = re.compile(r"[^\s\[\]{},:#&*!|>'\"%@`?-](?:[^\[\]{},:#]*[^\s\[\]{},:#])?")  # a scalar that needs no quotes
DATE_HELP = "Write dates in the form YYYY-MM-DD, for example 1995-10-14"
MAX_BYTES = 4 << 20
MAX_DEPTH = 40
MAX_NODES = 400_000
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class YamlText:
    """A scalar. `plain` is true if it is not quoted; `length` is the length on its first line, in code points."""

    __slots__ = ("column", "length", "line", "plain", "value")

    def __init__(self, value: str, line: int, column: int, length: int = 1, plain: bool = True) -> None:
        self.value = value
        self.line = line
        self.column = column
        self.length = length
        self.plain = plain


class YamlList:
    """A sequence."""

    __slots__ = ("column", "items", "length", "line")

    def __init__(self, line: int, column: int) -> None:
        self.items: list[YamlNode] = []
        self.line = line
        self.column = column
        self.length = 1


class YamlMap:
    """A mapping. `pairs` maps each name to (key, value), in file order; `last_line` is the line on which the mapping
    ends.
    """

    __slots__ = ("column", "last_line", "length", "line", "pairs")

    def __init__(self, line: int, column: int) -> None:
        self.pairs: dict[str, tuple[YamlText, YamlNode]] = {}
        self.line = line
        self.column = column
        self.length = 1
        self.last_line = line

    def get(self, name: str) -> YamlNode | None:
        """Return a key's value, or None."""
        pair = self.pairs.get(name)
        return None if pair is None else pair[1]

    def text(self, name: str, default: str = "") -> str:
        """Return a key's value if it is a scalar, otherwise `default`."""
        value = self.get(name)
        return value.value if isinstance(value, YamlText) else default

    def items(self) -> Iterator[tuple[YamlText, YamlNode]]:
        """Yield the keys and values, except for private keys, which begin with `x-`."""
        for key, value in self.pairs.values():
            if not key.value.startswith("x-"):
                yield key, value


YamlNode = YamlText | YamlList | YamlMap


def unreadable(error: OSError, shown: str) -> Diagnostic:
    """Return a diagnostic for a file that cannot be read."""
    if error.errno == errno.EFBIG:
        return Diagnostic("R008", f"the file is {error.strerror}", Place(shown, 1, 1))
    return Diagnostic("R001", f"cannot read the file: {error.strerror}", Place(shown, 1, 1))


def is_below(path: str, folder: str) -> bool:
    """Return whether a path is equal to a folder or below it after links are resolved."""
    real, home = os.path.realpath(path), os.path.realpath(folder)
    return real == home or real.startswith(home + os.sep)


def outside(shown: str) -> Diagnostic:
    """Return a diagnostic for a link that points outside the pack."""
    return Diagnostic("R031", "the file lies outside the folder of its pack", Place(shown, 1, 1))


class RuleFile:
    """One YAML file: its lines, its tree (None if it cannot be read), and the list that collects its errors."""

    def __init__(self, shown: str, data: bytes, diagnostics: list[Diagnostic] | None = None) -> None:
        self.shown = shown
        self.data = data
        self.diagnostics: list[Diagnostic] = [] if diagnostics is None else diagnostics
        self.lines: list[str] = []
        self.tree: YamlNode | None = None
        self._read()

    @classmethod
    def open(cls, path: str, shown: str, diagnostics: list[Diagnostic]) -> RuleFile | None:
        """Return the file at `path`, or None after adding an error if it cannot be read. `shown` is the file's name in
        messages.
        """
        try:
            return cls(shown, read_regular_file(path, MAX_BYTES), diagnostics)
        except OSError as error:
            diagnostics.append(unreadable(error, shown))
            return None

    def error(self, code: str, node: YamlNode | tuple[int, int], message: str, help: str = "", rule: str = "") -> None:
        """Add an error at a node or at a (line, column) position. Each line of the help becomes a sentence."""
        line, column = node if isinstance(node, tuple) else (node.line, node.column)
        length = 1 if isinstance(node, tuple) else node.length
        first = max(1, line - 1)
        lines = tuple((n, self.lines[n - 1]) for n in range(first, line + 1) if n <= len(self.lines))
        advice = "\n".join(map(sentence, help.splitlines()))
        self.diagnostics.append(Diagnostic(code, message, Place(self.shown, line, column), length, advice, rule, lines))

    def excerpt(self, first: int, last: int) -> str:
        """Return lines `first` to `last` without their common indentation."""
        lines = self.lines[first - 1 : last]
        indents = [len(line) - len(line.lstrip(" ")) for line in lines if line.strip()]
        cut = min(indents, default=0)
        return "\n".join(line[cut:].rstrip() for line in lines).strip("\n") + "\n"

    def _read(self) -> None:
        try:
            text = self.data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = self.data.count(b"\n", 0, error.start) + 1
            self.error("R002", (line, 1), f"byte {error.start} is not UTF-8", "Save the file as UTF-8")
            return
        self.lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        if len(self.data) > MAX_BYTES:
            self.error("R008", (1, 1), f"the file is larger than {MAX_BYTES} bytes")
            return
        before = len(self.diagnostics)
        builder = _Builder(self, text)
        try:
            tree = builder.build()
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            deep = _too_deep(text[: mark.index] if mark else text, builder)
            if deep is not None:
                self.error("R008", deep, f"nested more than {MAX_DEPTH} levels deep", "Reduce the nesting")
            elif len(self.diagnostics) == before:  # an earlier error is the cause
                words = self.lines[place[0] - 1] if place[0] <= len(self.lines) else ""
                message, help = _remedy(words, place[1], error.problem or "")
                stopped = f"Check this line and the line before; the YAML reader stopped {error.context or 'here'}"
                self.error("R003", place, message or f"not valid YAML: {error.problem}", help or stopped)
            return
        except (yaml.YAMLError, ValueError, RecursionError, MemoryError) as error:
            self.error("R003", (1, 1), f"not valid YAML: {' '.join(str(error).split())[:200]}")
            return
        if len(self.diagnostics) == before and tree is None:
            self.error("R009", (1, 1), "the file is empty", "Add `format: 1`, `chapter: …` and `rules: […]`")
        self.tree = tree


def _too_deep(text: str, builder: _Builder) -> tuple[int, int] | None:
    """Return the line and column of the bracket that exceeds `MAX_DEPTH` in the remaining text, or None.

    The YAML reader looks ahead before it reports a node, and some versions of libyaml stop there at their own depth
    limit. Brackets inside quoted text are counted too, because the file is rejected in either case.
    """
    depth = len(builder.stack)
    for index in range(builder.seen, len(text)):
        depth += (text[index] in "[{") - (text[index] in "]}")
        if depth > MAX_DEPTH:
            return text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index)
    return None


def _remedy(line: str, column: int, problem: str) -> tuple[str, str]:
    """Return the likely mistake in a line that is not valid YAML and how to fix it, or ("", "") if the mistake is not
    known.
    """
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return "the line is indented with a tab", "Indent with spaces, not with tabs"
    key, _, text = line.strip(" -").partition(": ")
    text = text.strip()
    if key in PROSE and text[:1] not in ("'", '"', "|", ">") and (text[:1] in "{[%@`" or ": " in text):
        what = f'a text that begins with "{text[0]}"' if text[:1] in "{[%@`" else "a text with a colon and a space"
        if '"' not in text and "\\" not in text:
            return f"{what} must be quoted", f'Write {key}: "{text}"'
        return f"{what} must be quoted", "Put single quotes around it, and write '' for a single quote in it"
    if problem in _MISALIGNED and line[: column - 1].isspace():
        return (
            f"the line is indented by {column - 1} spaces, which fits no line above",
            "Begin the keys of one mapping in the same column, and the dashes of one list as well",
        )
    return "", ""


_MISALIGNED = ("did not find expected '-' indicator", "did not find expected key")


class _Stop(ValueError):
    """Raised when a limit is exceeded, so that the rest of the file is not read."""


class _Builder:
    """A builder that constructs a tree from the YAML reader's events without recursion."""

    def __init__(self, file: RuleFile, text: str) -> None:
        self.file = file
        self.text = text
        self.root: YamlNode | None = None
        self.stack: list[YamlList | YamlMap] = []
        self.keys: list[YamlText | None] = []
        self.nodes = 0
        self.documents = 0
        self.last_line = 1  # where the last node ends
        self.seen = 0  # where the last event ends, in code points

    def build(self) -> YamlNode | None:
        try:
            for event in yaml.parse(self.text, Loader=LOADER):
                self._take(event)
        except _Stop:
            return None
        return self.root

    def _take(self, event: Any) -> None:
        mark: Any = event.end_mark
        self.seen = mark.index
        if mark.index != event.start_mark.index:  # a block's end event is empty and located where the next block begins
            self.last_line = mark.line + (1 if mark.column else 0)
        place = (event.start_mark.line + 1, event.start_mark.column + 1)
        if isinstance(event, yaml.DocumentStartEvent):
            self._start_document(event, place)
        elif isinstance(event, yaml.AliasEvent):
            self.file.error("R005", place, f"alias *{event.anchor} is not allowed", "Write out the value")
            self._put(YamlText("", *place))
        elif isinstance(event, yaml.ScalarEvent):
            self._refuse(event, place)
            self._put(self._text(event))
        elif isinstance(event, yaml.SequenceStartEvent | yaml.MappingStartEvent):
            self._refuse(event, place)
            self._open(YamlList(*place) if isinstance(event, yaml.SequenceStartEvent) else YamlMap(*place))
        elif isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent):
            self.keys.pop()
            closed = self.stack.pop()
            if isinstance(closed, YamlMap):
                closed.last_line = self.last_line

    def _start_document(self, event: Any, place: tuple[int, int]) -> None:
        self.documents += 1
        if event.version or event.tags:
            self.file.error("R006", place, "directives are not allowed", "Remove the line that begins with %")
        if self.documents == 2:
            self.file.error("R007", place, "a second document begins here", "Move it to its own file")
            raise _Stop

    def _open(self, node: YamlList | YamlMap) -> None:
        self._put(node)
        self.stack.append(node)
        self.keys.append(None)
        if len(self.stack) > MAX_DEPTH:
            self.file.error("R008", node, f"nested more than {MAX_DEPTH} levels deep", "Reduce the nesting")
            raise _Stop

    def _text(self, event: Any) -> YamlText:
        start, end = event.start_mark, event.end_mark
        length = end.column - start.column if end.line == start.line else 1
        return YamlText(event.value, start.line + 1, start.column + 1, max(1, length), not event.style)

    def _refuse(self, event: Any, place: tuple[int, int]) -> None:
        if event.anchor:
            self.file.error("R005", place, f"anchor &{event.anchor} is not allowed", "Write out the value")
        if getattr(event, "tag", None):
            self.file.error(
                "R006", place, f"tag {event.tag} is not allowed", "Remove the tag; every scalar is already a string"
            )

    def _put(self, node: YamlNode) -> None:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            self.file.error("R008", node, f"more than {MAX_NODES} nodes", "Split the file")
            raise _Stop
        if not self.stack:
            self.root = node
            return
        parent = self.stack[-1]
        if isinstance(parent, YamlList):
            parent.items.append(node)
            return
        key = self.keys[-1]
        if key is None:
            self.keys[-1] = self._key(node)
            return
        self.keys[-1] = None
        if key.value in parent.pairs:
            first = parent.pairs[key.value][0]
            self.file.error(
                "R004", key, f'duplicate key "{key.value}"', f"Keep one of them; the first is on line {first.line}"
            )
        else:
            parent.pairs[key.value] = (key, node)

    def _key(self, node: YamlNode) -> YamlText:
        if isinstance(node, YamlText):
            if node.value == "<<" and node.plain:
                self.file.error("R005", node, "merge key << is not allowed", "Write the keys out")
                return YamlText("x-<<", node.line, node.column)
            return node
        self.file.error(
            "R009", node, "a key must be a string", "Put the key in quotes if it contains brackets or braces"
        )
        return YamlText("x-", node.line, node.column)  # reported; nothing else looks at it


def sentence(text: str) -> str:
    """Return the text without leading and trailing blanks, adding a period if it has no final punctuation."""
    text = text.strip()
    return text if not text or text.endswith((".", "?", "!")) else f"{text}."


def date_help(text: str) -> str:
    """Return advice for text that is not a valid date: to correct a date in the right form, or to use that form."""
    return "Correct the month or the day" if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else DATE_HELP


def suggest(word: str, words: Iterable[str]) -> str:
    """Return `Did you mean "x"? ` for the most similar word in `words`, or an empty string if no word is similar
    enough.
    """
    near = get_close_matches(word, list(words), n=1, cutoff=0.6)
    return f'Did you mean "{near[0]}"? ' if near else ""


def flow_yaml(value: object) -> str:
    """Return a value as flow-style YAML, quoted only where necessary."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{flow_yaml(name)}: {flow_yaml(inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(flow_yaml, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value)
    return text if PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def plain(node: YamlNode) -> object:
    """Return a tree as dictionaries, lists, and strings."""
    if isinstance(node, YamlText):
        return node.value
    if isinstance(node, YamlList):
        return [plain(item) for item in node.items]
    return {name: plain(value) for name, (_, value) in node.pairs.items()}
