"""Format rule chapters: write flow mappings inside flow collections in block style, and limit lines to 120 characters.

Only text that breaks one of these two layout rules is rewritten, in place; scalars are copied as written. Comments and
everything else remain unchanged. ruamel.yaml also preserves comments, but it rewrites the whole file (a key that ends
in a line break becomes `? "…"`) and does not break up long flow mappings.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterator, Sequence

import yaml

from ..record import Record
from .diagnostics import Diagnostic
from .ir import Any
from .loader import Pack
from .yaml_loader import LOADER, RuleFile, YamlList, YamlMap, YamlNode, YamlText

WIDTH = 120
LITERAL = ("|", ">")  # styles of scalars that are written as a block of lines
_ESCAPED = re.compile(r"\\.|[^\\]", re.DOTALL)
_FOLDED = re.compile(r">[-+]? *")
_SPACE = re.compile(r"(?<=\S) (?=\S)")  # a space that a line break can replace in a folded block
_BREAK = re.compile(r"(?<=[^\s\\]) (?=[^\s#?:-])")  # a space in a scalar that may become the end of a line


class FormattedFile(Record):
    """A rule file before and after formatting. `new` is None if the file has errors or is not a rule chapter."""

    path: str
    old: str = ""
    new: str | None = None
    errors: tuple[Diagnostic, ...] = ()

    @property
    def changed(self) -> bool:
        """Return whether formatting changes the file."""
        return self.new is not None and self.new != self.old

    def diff(self) -> Iterator[str]:
        """Yield the lines of a unified diff from the old text to the new one."""
        lines = (self.old.splitlines(), (self.new or "").splitlines())
        return difflib.unified_diff(*lines, self.path, self.path, lineterm="")


def format_files(paths: Sequence[str]) -> Iterator[FormattedFile]:
    """Yield the given files, and the chapters in the given folders, with their formatted text. Does not write any
    files.
    """
    for path in paths:
        errors: list[Diagnostic] = []
        chapters = Pack(path, errors).chapters() if os.path.isdir(path) else [path]
        if errors:
            yield FormattedFile(path, errors=tuple(errors))
        for each in chapters:
            errors = []
            file = RuleFile.open(each, each, errors)
            if file is None or errors:
                yield FormattedFile(each, errors=tuple(errors))
            else:
                new = formatted(file) if is_chapter(file) else None
                yield FormattedFile(each, file.data.decode("utf-8"), new)


def is_chapter(file: RuleFile) -> bool:
    """Return whether a file is a rule chapter. Vocabulary tables, which have one entry per line, are not formatted."""
    return isinstance(file.tree, YamlMap) and isinstance(file.tree.get("rules"), YamlList)


def formatted(file: RuleFile) -> str:
    """Return the formatted text of a chapter that has been read without errors.

    Raises `ValueError` if formatting would change the meaning, which is a defect in this module.
    """
    text = file.data.decode("utf-8")
    result = _Formatter(text.replace("\r\n", "\n")).result()
    again = RuleFile(file.shown, result.encode("utf-8"), [])
    if again.tree is None or file.tree is None or _plain(again.tree) != _plain(file.tree):
        raise ValueError(f"{file.shown}: the formatted text would have another meaning")
    return result.replace("\n", "\r\n") if "\r\n" in text else result


def _plain(node: YamlNode) -> object:
    """Return a tree as plain values, without positions."""
    if isinstance(node, YamlText):
        return node.value
    if isinstance(node, YamlList):
        return [_plain(item) for item in node.items]
    return [(name, _plain(value)) for name, (_, value) in node.pairs.items()]


class _Formatter:
    """A chapter's text and the replacements recorded so far."""

    def __init__(self, text: str) -> None:
        self.text = text if text.endswith("\n") else text + "\n"
        self.edits: list[tuple[int, int, str]] = []

    def result(self) -> str:
        """Return the text with all replacements applied."""
        self._block(yaml.compose(self.text, Loader=LOADER))
        text = self.text
        for start, end, new in sorted(self.edits, reverse=True):
            text = text[:start] + new + text[end:]
        return text

    def _block(self, node: Any) -> None:
        """Record replacements for the entries of a block collection and of any block collections inside it."""
        for key, value in _entries(node):
            first = (key or value).start_mark
            if getattr(value, "style", "") in LITERAL:
                self._fold(value)
                continue
            if isinstance(value, yaml.ScalarNode) or value.flow_style:
                indent = first.column + (2 if key is not None else 0)
                self._entry(key, value, indent)
            else:
                self._block(value)

    def _fold(self, value: Any) -> None:
        """Record replacements for the wide lines of a folded block (`>-`). A line with its own indentation is kept."""
        begin, end = value.start_mark.index, value.end_mark.index
        header, *lines = self.text[begin:end].split("\n")
        if not _FOLDED.fullmatch(header):
            return
        indent = " " * (len(lines[0]) - len(lines[0].lstrip(" ")))
        begin += len(header) + 1
        for line in lines:
            words = line[len(indent) :]
            if len(line) > WIDTH and not words[0].isspace():
                filled = _filled(indent, _SPACE.split(words), "", indent, "")
                self.edits.append((begin, begin + len(line), "\n".join(filled)))
            begin += len(line) + 1

    def _entry(self, key: Any, value: Any, indent: int) -> None:
        """Record a replacement for an entry's value if it breaks either of the formatter's two layout rules. `indent`
        is the column for continuation lines.
        """
        head = self._line_start((key or value).start_mark.index)
        start, end = value.start_mark.index, value.end_mark.index
        before = key.end_mark.index if key is not None else start
        if not self._breaks_a_rule(head, end, value) or "#" in self.text[before:start] or self._has_comment(value):
            return
        lead = f"{self.text[head:before]}:" if key is not None else self.text[head:start].rstrip()
        if isinstance(value, yaml.ScalarNode):
            lines = self._scalar(lead, value, indent)
        else:
            lines = list(self._item(lead, value, indent, key is None))
        rest = self.text[end : self.text.index("\n", end)]
        if rest.strip().startswith("#") and len(lines) > 1 and not isinstance(value, yaml.ScalarNode):
            lines[0] += f"  {rest.strip()}" if key is not None else ""
            end += len(rest) if key is not None else 0
        self.edits.append((head, end, "\n".join(lines)))

    def _breaks_a_rule(self, head: int, end: int, value: Any) -> bool:
        if not isinstance(value, yaml.ScalarNode) and _has_map(value):
            return True
        return any(len(line) > WIDTH for line in self.text[head:end].split("\n"))

    def _has_comment(self, node: Any) -> bool:
        """Return whether a flow collection contains a comment."""
        if isinstance(node, yaml.ScalarNode):
            return False
        here, gaps = node.start_mark.index, []
        for part in _parts(node):
            gaps.append(self.text[here : part.start_mark.index])
            here = part.end_mark.index
        return "#" in "".join(gaps) + self.text[here : node.end_mark.index] or any(map(self._has_comment, _parts(node)))

    def _line_start(self, index: int) -> int:
        return self.text.rfind("\n", 0, index) + 1

    # ---- Lines -------------------------------------------------------------------------------------------------------

    def _lines(self, node: Any, indent: int) -> Iterator[str]:
        """Yield a collection's entries in block style, each line with its indentation."""
        for key, value in _entries(node):
            lead = " " * indent + (f"{self._written(key)}:" if key is not None else "-")
            yield from self._item(lead, value, indent + 2, key is None)

    def _item(self, lead: str, value: Any, indent: int, is_item: bool) -> Iterator[str]:
        if isinstance(value, yaml.ScalarNode):
            yield from self._scalar(lead, value, indent)
            return
        flat = f"{lead} {self._flat(value)}"
        if not value.value or (not _has_map(value) and len(flat) <= WIDTH):
            yield flat
        elif isinstance(value, yaml.SequenceNode) and not _has_map(value):
            yield from _filled(f"{lead} [", [self._flat(part) for part in value.value], ",", " " * indent, "]")
        else:
            lines = list(self._lines(value, indent))
            yield from [f"{lead} {lines[0].lstrip()}", *lines[1:]] if is_item else [lead, *lines]

    def _scalar(self, lead: str, value: Any, indent: int) -> list[str]:
        written = self._written(value)
        one = f"{lead} {written}".rstrip()
        if len(one) <= WIDTH or "\n" in written or "\\\n" in self._source(value):
            return one.split("\n")
        if value.style == '"' and "\\n" in written:
            return _between_lines(f"{lead} ", written, " " * indent)
        return _filled(f"{lead} ", _BREAK.split(written), "", " " * indent, "")

    def _written(self, node: Any) -> str:
        """Return a scalar as written, but on one line unless it has several paragraphs."""
        source = self._source(node)
        if "\n\n" in re.sub(r"[ \t]+\n", "\n", source):
            return source
        return re.sub(r"[ \t]*\n[ \t]*", " ", source)

    def _source(self, node: Any) -> str:
        return self.text[node.start_mark.index : node.end_mark.index]

    def _flat(self, node: Any) -> str:
        if isinstance(node, yaml.ScalarNode):
            return self._written(node)
        if isinstance(node, yaml.SequenceNode):
            return f"[{', '.join(self._flat(part) for part in node.value)}]"
        pairs = (f"{self._written(key)}: {self._flat(value)}".rstrip() for key, value in node.value)
        return f"{{{', '.join(pairs)}}}"


def _entries(node: Any) -> list[tuple[Any, Any]]:
    """Return the (key, value) pairs of a mapping, or the items of a sequence with None as the key."""
    return node.value if isinstance(node, yaml.MappingNode) else [(None, item) for item in node.value]


def _parts(node: Any) -> list[Any]:
    return [part for pair in _entries(node) for part in pair if part is not None]


def _has_map(node: Any) -> bool:
    """Return whether a flow collection contains a mapping."""
    inner = [value for _, value in _entries(node) if not isinstance(value, yaml.ScalarNode)]
    return any(isinstance(value, yaml.MappingNode) or _has_map(value) for value in inner)


def _between_lines(lead: str, written: str, indent: str) -> list[str]:
    """Return a quoted text on several lines, broken only at the line breaks in the text itself."""
    lines, piece = [lead], ""
    if len(lead) + written.find("\\n") + 3 > WIDTH:
        lines = [lead.rstrip(), indent]
    for part in _ESCAPED.findall(written):
        piece += part
        if part != "\\n":
            continue
        lines, piece = _with_piece(lines, piece, indent), ""
    return _with_piece(lines, piece, indent)


def _with_piece(lines: list[str], piece: str, indent: str) -> list[str]:
    if lines[-1].endswith(" ") or len(lines[-1]) + len(piece) < WIDTH or piece == '"':
        return [*lines[:-1], lines[-1] + piece]
    space = "\\" if piece[0] in " \t" else ""  # YAML removes the spaces at the beginning of a line
    return [*lines[:-1], lines[-1] + "\\", f"{indent}{space}{piece}"]


def _filled(lead: str, words: list[str], end: str, indent: str, last: str) -> list[str]:
    """Return the words as lines of at most 120 characters. The first line begins with `lead`. `last` follows the last
    word, and `end` follows every other word.
    """
    lines = [lead]
    for number, word in enumerate(words):
        text = word + (end if number < len(words) - 1 else last)
        if lines[-1] in (lead, indent):
            lines[-1] += text
        elif len(lines[-1]) + 1 + len(text) <= WIDTH:
            lines[-1] += f" {text}"
        else:
            lines.append(indent + text)
    return lines
