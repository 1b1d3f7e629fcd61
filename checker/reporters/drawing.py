"""Findings drawn into a document's text as HTML: each line apart, each place marked by its most serious finding."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..findings import SEVERITIES, Finding
from ..ledger import Paper
from .escape import html_text

MOST = 2_000  # findings drawn in one document; all are listed above it
_LINE = re.compile(r"\r\n|\r|\n")


def drawn(paper: Paper, found: list[Finding], prefix: str) -> Iterator[tuple[int, str]]:
    """(line number, HTML of the line). Where finding n begins there is an anchor `<prefix><n>t`."""
    pen = _Pen(paper, found[:MOST], prefix)
    here, line = 0, paper.line
    for stop, after in _lines(paper.text):
        yield line, pen.draw(here, stop)
        here, line = after, line + 1


def _lines(text: str) -> Iterator[tuple[int, int]]:
    """Where each line's words end, and where the next line begins."""
    after = 0
    for each in _LINE.finditer(text):
        after = each.end()
        yield each.start(), after
    if after < len(text) or not text:
        yield len(text), len(text)


class _Pen:
    """Goes through a text once, from mark to mark."""

    __slots__ = ("_begin", "_edges", "_end", "_found", "_met", "_next", "_over", "_points", "_prefix", "_text")

    def __init__(self, paper: Paper, found: list[Finding], prefix: str) -> None:
        self._text, self._found, self._prefix = paper.text, found, prefix
        self._begin: dict[int, list[int]] = {}
        self._end: dict[int, list[int]] = {}
        self._points: dict[int, list[int]] = {}
        length = len(paper.text)
        for number, one in enumerate(found, start=1):
            low = min(max(one.span.start - paper.start, 0), length)
            high = min(max(one.span.end - paper.start, low), length)
            if low == high:
                self._points.setdefault(low, []).append(number)
            else:
                self._begin.setdefault(low, []).append(number)
                self._end.setdefault(high, []).append(number)
        self._edges = sorted({*self._begin, *self._end, *self._points})
        self._next = 0
        self._over: dict[int, None] = {}  # the findings we are inside of, in order
        self._met: set[int] = set()

    def draw(self, low: int, stop: int) -> str:
        """The HTML of the text from `low` to `stop`."""
        pieces = []
        while self._next < len(self._edges) and self._edges[self._next] <= stop:
            edge = self._edges[self._next]
            self._next += 1
            pieces.append(self._words(low, edge))
            low = max(low, edge)
            for number in self._end.get(edge, ()):
                self._over.pop(number, None)
            if edge in self._points:
                pieces.append(self._mark('<span class="point">\u2038</span>', self._points[edge]))
            self._over.update(dict.fromkeys(self._begin.get(edge, ())))
        pieces.append(self._words(low, stop))
        return "".join(pieces)

    def _words(self, low: int, high: int) -> str:
        if low >= high:
            return ""
        words = html_text(self._text[low:high])
        return self._mark(words, list(self._over)) if self._over else words

    def _mark(self, words: str, over: list[int]) -> str:
        """The colour of the most serious finding, the messages of all, an anchor for each met first here."""
        anchors = "".join(f'<a id="{self._prefix}{number}t"></a>' for number in over if number not in self._met)
        self._met.update(over)
        found = [self._found[number - 1] for number in over]
        worst = min((one.severity for one in found), key=SEVERITIES.index)
        title = html_text("; ".join(f"{one.rule} {one.message}" for one in found[:5]))
        return f'{anchors}<mark class="{worst}" title="{title}">{words}</mark>'
