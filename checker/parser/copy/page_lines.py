"""Find text on the page that is not part of the telegram: page headings, page lines, release stamps, and archive
attributes.

This text is cut before anything else is read, because it interrupts subjects, portion marks, and paragraphs.
"""

from __future__ import annotations

import re

from ...model import Fact, Node, PageLine, Stamp, Telegram
from ...text import Pattern
from ...values import Date, Level
from ...vocabulary import Entry
from ..cursor import Cursor, Cut, without_overlap
from ..fields.banner import spelled
from ..fields.dates import find_dates
from ..fields.deletions import set_codes

_RUNNING = Pattern(r"(\d{8}) {1,3}(\d{3})(?:\.\d)? [A-Z]{2} (\d{3})(?!\d)")
_PAGE = Pattern(r" (\d{2,3}|\d(?= R[A-Z]{3,7} \d{3,5}[A-Z]?(?!\d)))(?!\d)")
_HEAD = Pattern(r"[A-Z .]{3,40}?(?: |(?=\d))(\d{4,6})(?!\d)")
_TIME = Pattern(r"\d{6} ?[A-Z](?![A-Z])")
_ATTRIBUTE = Pattern(r"\n *([A-Z][A-Z /]{1,40}): ?")
_SIGNER = Pattern(r"[A-Z][a-z]+ [A-Z]\. [A-Z][a-z]+")
_TOP = 300  # code points at the top of the text, in which one word alone on its line may be a stamp
_STAMP_LINES = 4  # lines of a stamp after its first
_STAMP = 160  # code points of a line that a stamp and its date may occupy
_SIGNER_AT_END = Pattern(r"(?:[A-Z][a-z]+ [A-Z]\. [A-Z][a-z]+)$")
_WIDEST = 160  # code points of a long line that are examined around a running page line, to keep the search linear
_LEAST_NOISE = 3  # replacement characters in a row
_ENDED = ".!?:\"')]-"


class PageLineFinder:
    """Finds the page lines, stamps, and archive attributes in a text."""

    __slots__ = ("cursor", "cuts", "level", "limit", "lines", "stamp_ends", "stamped", "stamps", "telegram", "top")

    def __init__(self, cursor: Cursor, telegram: Telegram) -> None:
        self.cursor = cursor
        self.telegram = telegram
        self.cuts: list[Cut] = []
        self.lines: list[tuple[int, PageLine]] = []  # with their offsets, by which they are sorted
        self.stamps: list[tuple[int, Stamp]] = []
        self.stamp_ends: dict[int, int] = {}  # offset of the line below a stamp that fills whole lines -> its start
        self.stamped: set[int] = set()  # offsets of the stamps found so far: two phrases may belong to the same stamp
        self.level: Level | None = None
        self.top = cursor.fold[:8000]  # where the classification line names the post
        self.limit = cursor.size  # where the archive's attributes begin

    def find(self) -> list[Cut]:
        """Set the telegram's page lines, stamps, page level, and attributes. Return the spans to cut, in text order and
        without overlaps.
        """
        self._attributes()
        self._stamps()
        self._page_heads()
        self._running_lines()
        self._noise()
        self.telegram.page_lines = tuple([node for _, node in sorted(self.lines, key=_offset)])
        self.telegram.stamps = tuple([node for _, node in sorted(self.stamps, key=_offset)])
        self.telegram.page_level = self.level
        return without_overlap(self.cuts)

    # ---- page heads ------------------------------------------------------------------------------------------

    def _page_heads(self) -> None:
        cursor = self.cursor
        for word in cursor.grammar.page_word("page"):
            at = cursor.fold.find(word, 0, self.limit)
            while at >= 0:
                line = cursor.line_start(at)
                number = _PAGE.match(cursor.fold, at + len(word))
                if number is not None and not cursor.fold[line:at].strip(" "):
                    at = self._page_head(line, at, int(number.group(1)), number.end())
                elif number is not None:
                    self._joined_head(line, at, number)
                at = cursor.fold.find(word, at + len(word), self.limit)

    def _page_head(self, line: int, at: int, page: int, after: int) -> int:
        """Cut one page heading and the level lines above it. Return the offset at which the heading ends."""
        cursor = self.cursor
        end = cursor.line_end(after)
        text_end = cursor.trim(at, end)[1]
        if text_end <= after:
            below = cursor.line_end(end + 1) if end + 1 < cursor.size else end
            if (
                below > end
                and _HEAD.match(cursor.fold, cursor.trim(end + 1, below)[0])
                and _TIME.search(cursor.fold, end + 1, below)
            ):
                after, end = end + 1, below
                text_end = cursor.trim(after, end)[1]
        node = PageLine(cursor.span(at, text_end), cursor.joined(at, text_end), None, page)
        head = _HEAD.match(cursor.fold, cursor.trim(after, end)[0], end)
        if head is not None:
            node.serial = int(head.group(1))
        start, node.level = self._levels_above(line)
        beside = self._level_after(head.end(), end) if head is not None and node.level is None else None
        node.level = node.level or beside
        if (page == 1 or beside is not None) and self.level is None:
            self.level = node.level
        if page > 1:
            self.cuts.append(Cut(*self._around(start, end), "page_line"))
        else:
            self.cuts.append(Cut(start, min(end + 1, cursor.size), "page_line"))
        self.lines.append((at, node))
        return end

    def _level_after(self, start: int, end: int) -> Level | None:
        """Return the level if it is the only text after the station's serial number in a page identification (ACP 127,
        208.c), otherwise `None`.
        """
        fold = self.cursor.fold
        low, high = self.cursor.trim(start, end)
        for letters, level in self.cursor.grammar.levels:
            if fold[low] == letters[0] and spelled(fold, low, letters) == high:
                return level
        return None

    def _joined_head(self, line: int, at: int, number: re.Match[str]) -> None:
        """Cut a page heading that follows a level and other text on the same line. The level is also cut."""
        cursor = self.cursor
        end = cursor.line_end(at)
        head = _HEAD.match(cursor.fold, cursor.trim(number.end(), end)[0], end)
        before = cursor.fold[line:at].rstrip(" ")
        level = next((name for name in cursor.grammar.level_names if before.endswith("   " + name)), None)
        if head is None or level is None or _TIME.search(cursor.fold, head.end(), end) is None:
            return
        start = line + len(before.removesuffix(level).rstrip(" "))
        last = cursor.trim(at, end)[1]
        page = PageLine(cursor.span(at, last), cursor.joined(at, last), int(head.group(1)), int(number.group(1)))
        self.cuts.append(Cut(start, end, "page_line"))
        self.lines.append((at, page))

    def _levels_above(self, line: int) -> tuple[int, Level | None]:
        """Return the offset of the uppermost level line above a heading, and the level nearest to the heading. Return
        `line` and `None` if there is no such line.

        Only blank lines and stamps may come between a level line and the heading.
        """
        cursor = self.cursor
        start = line
        level = None
        above = line
        while above > 0:
            stamp = self.stamp_ends.get(above)
            if stamp is not None:
                above = stamp
                continue
            low = cursor.line_start(above - 1)
            words = cursor.fold[low : above - 1].strip()
            if words:
                words = " ".join(words.split())
                known = cursor.grammar.level_names.get(words) or cursor.grammar.page_controls.get(words)
                if known is None or len(words) < 3:
                    break
                level = level or known
                start = low
            above = low
        return start, level

    def _around(self, start: int, end: int) -> tuple[int, int]:
        """Return the start and end of a cut. If the preceding text stops in mid-sentence, the cut includes the blank
        lines around it.
        """
        cursor = self.cursor
        low = start
        while low > 0 and cursor.fold[low - 1] in " \n":
            low -= 1
        high = end
        while high < cursor.size and cursor.fold[high] in " \n":
            high += 1
        if low == 0 or (cursor.fold[low - 1] in _ENDED and not cursor.text[high : high + 1].islower()):
            return start, min(end + 1, cursor.size)
        joint = cursor.fold.find("\n", low, high)
        if joint < 0 or high >= cursor.size:
            return start, min(end + 1, cursor.size)
        return joint + 1, cursor.line_start(high)

    # ---- running page lines ----------------------------------------------------------------------------------

    def _running_lines(self) -> None:
        cursor = self.cursor
        for word in cursor.grammar.page_word("of", "word"):
            sign = f" {word} 0"
            at = cursor.fold.find(sign, 0, self.limit)
            while at >= 0:
                match = _RUNNING.search(cursor.fold, max(at - 20, 0), at + 8)
                if match is not None:
                    self._running_line(match)
                at = cursor.fold.find(sign, at + len(sign), self.limit)

    def _running_line(self, match: re.Match[str]) -> None:
        cursor = self.cursor
        ends = not cursor.fold[match.end() : match.end() + _WIDEST].split("\n", 1)[0].strip(" ")
        start = self._post_before(match.start(), match.group(1), ends)
        if start == match.start():
            return
        end = match.end()
        node = PageLine(cursor.span(start, end), cursor.joined(start, end), int(match.group(1)))
        node.page, node.pages = int(match.group(2)), int(match.group(3))
        self.lines.append((start, node))
        line = cursor.fold.rfind("\n", max(start - _WIDEST, 0), start) + 1
        if (line or start < _WIDEST) and not cursor.fold[line:start].strip(" ") and cursor.blank_line(end):
            self.cuts.append(Cut(*self._around(line, cursor.line_end(end)), "page_line"))
        else:
            self.cuts.append(Cut(start, end, "page_line"))

    def _post_before(self, at: int, serial: str, ends: bool) -> int:
        """Return the offset at which the post name before a serial number begins.

        If the number is at the end of its line and the text before it looks like a name, that entire text is the name.
        Otherwise, the name is the longest run of up to four words that also occurs with this number at the top of the
        text or, failing that, the last word.
        """
        fold = self.cursor.fold
        line = max(fold.rfind("\n", max(at - _WIDEST, 0), at) + 1, at - _WIDEST, 0)
        whole = fold[line:at].strip(" ")
        if ends and whole and len(whole) <= 30 and whole.replace(" ", "").replace(".", "").replace("'", "").isalpha():
            return line + len(fold[line:at]) - len(fold[line:at].lstrip(" "))
        numbers = [f" {int(serial):0{width}d}" for width in (6, 5, 4)]
        stop = at
        while stop > line and fold[stop - 1] == " ":
            stop -= 1
        best = low = stop
        for _ in range(4):
            low = fold.rfind(" ", line, max(low - 1, line)) + 1 if low > line else line
            low = max(low, line)
            name = fold[low:stop]
            if best == stop or any(name + number in self.top for number in numbers):
                best = low
            if low == line:
                break
        return best

    def _noise(self) -> None:
        """Cut lines that consist only of an archive's replacement character."""
        cursor = self.cursor
        for sign in cursor.grammar.page_word("noise", "sign"):
            if sign not in cursor.fold:
                continue
            at = cursor.fold.find(f"\n{sign * _LEAST_NOISE}", 0, self.limit)
            while at >= 0:
                end = cursor.line_end(at + 1)
                if not cursor.fold[at + 1 : end].strip(f"{sign} "):
                    self.cuts.append(Cut(at + 1, min(end + 1, cursor.size), "noise"))
                at = cursor.fold.find(f"\n{sign * _LEAST_NOISE}", at + 1, self.limit)

    # ---- stamps ----------------------------------------------------------------------------------------------

    def _stamps(self) -> None:
        cursor = self.cursor
        if not cursor.has_any(cursor.grammar.stamp_cores):
            return
        for entry, phrases, lines in cursor.grammar.stamp_forms:
            for phrase in phrases:
                for at in self._above(cursor.places(phrase), len(phrase)):
                    self._stamp(at, len(phrase), entry, entry.forms.get("continued", ()))
            for form in lines:
                for at in self._above(cursor.places(form), len(form)):
                    if cursor.begins_line(at):
                        self._line_stamp(at, len(form), entry)

    def _above(self, places: list[int], length: int) -> list[int]:
        """Return the offsets in `places` at which a match of `length` characters ends above the archive attributes."""
        return [at for at in places if at + length <= self.limit] if places else places

    def _line_stamp(self, at: int, length: int, entry: Entry) -> None:
        """Cut a stamp that occupies whole lines, such as DECLASSIFIED followed by the authority, reviewer, and date."""
        cursor = self.cursor
        start, end = cursor.line_start(at), cursor.line_end(at)
        rest = cursor.fold[at + length : end].strip(" .")
        if end - start > _STAMP or (rest and cursor.fold[at : at + length] in entry.forms.get("line", ())):
            return
        stop = self._stamp_end(end, entry.forms.get("continued", ()))
        dates = [found.date for found in find_dates(cursor.flat(at, stop), cursor.grammar.months) if found.date]
        if start in self.stamped or not (stop > end or dates or self._may_be_alone(start, entry)):
            return
        self.stamped.add(start)
        self._add_stamp(at, cursor.trim(at, stop)[1], entry, dates[-1] if dates else None)
        self.stamp_ends[min(stop + 1, cursor.size)] = start
        self.cuts.append(Cut(*self._around(start, stop), "stamp"))

    def _may_be_alone(self, start: int, entry: Entry) -> bool:
        """Return whether the line that begins at `start` can be a complete stamp of this kind without a date or a
        second line.
        """
        alone = entry.fact("alone")
        return alone == "yes" or (alone == "top" and start < _TOP)

    def _add_stamp(self, low: int, high: int, entry: Entry, date: Date | None) -> None:
        cursor = self.cursor
        node = Stamp(cursor.span(low, high), cursor.joined(low, high), entry.code, date)
        node.action, node.extent = entry.fact("action") or None, entry.fact("extent") or None
        if node.extent is not None:
            set_codes(node, cursor.flat(low, high), cursor.words)
        self.stamps.append((low, node))

    def _stamp(self, at: int, length: int, entry: Entry, continued: tuple[str, ...]) -> None:
        cursor = self.cursor
        start = cursor.line_start(at)
        end = cursor.line_end(at + length)
        if continued:
            near = max(start, at - _STAMP)
            before = cursor.text[near:at].rstrip()
            signer = _SIGNER_AT_END.search(before)
            if near > start or (before and (signer is None or signer.start() > 0)):
                start = at if signer is None else near + signer.start()
            stop = self._stamp_end(end, continued) if end - at <= _STAMP else at + _STAMP
            found = next(find_dates(cursor.flat(at, stop), cursor.grammar.months), None)
            end = at + found.end if found is not None else stop
        else:
            if end - start > _STAMP:
                return
            found = next(find_dates(cursor.flat(start, end), cursor.grammar.months), None)
        whole = cursor.fold[start - 1 : start] in ("", "\n") and cursor.blank_line(end)
        above = cursor.line_start(start - 1) if start else start
        if whole and continued and start and _SIGNER.fullmatch(cursor.text[above : start - 1].strip()):
            start = above
        low, high = cursor.trim(start, end)
        if start in self.stamped:
            return
        self.stamped.add(start)
        self._add_stamp(low, high, entry, found.date if found is not None else None)
        cut = self._around(start, cursor.line_end(end)) if whole else (start, end)
        if whole:
            self.stamp_ends[min(cursor.line_end(end) + 1, cursor.size)] = start
        self.cuts.append(Cut(*cut, "stamp"))

    def _stamp_end(self, end: int, continued: tuple[str, ...]) -> int:
        """Return the end of the last line that continues a wrapped stamp with known stamp words or a date, or `end` if
        no line continues it.
        """
        cursor = self.cursor
        for _ in range(_STAMP_LINES):
            below = cursor.line_end(end + 1) if end + 1 < cursor.size else -1
            if below < 0:
                return end
            line = cursor.fold[end + 1 : below].strip(" ")
            date = next(find_dates(line, cursor.grammar.months), None) if len(line) < 24 else None
            dated = date is not None and date.start == 0 and date.end == len(line)
            if not dated and not line.startswith(continued):
                return end
            end = below
        return end

    # ---- the archive's frame ---------------------------------------------------------------------------------

    def _attributes(self) -> None:
        """Cut the block of archive attributes, which extends to the end of the text."""
        cursor = self.cursor
        for form in cursor.grammar.label("attributes", "line"):
            at = cursor.fold.find(form)
            while at >= 0:
                line = cursor.line_start(at)
                if cursor.fold[line : cursor.line_end(at)].strip(" ") == form:
                    self._attribute_block(line)
                    return
                at = cursor.fold.find(form, at + len(form))

    def _attribute_block(self, start: int) -> None:
        cursor = self.cursor
        self.limit = start
        self.cuts.append(Cut(start, cursor.size, "attributes"))
        hits = list(_ATTRIBUTE.finditer(cursor.fold, start))
        facts = []
        for index, hit in enumerate(hits):
            stop = hits[index + 1].start() if index + 1 < len(hits) else cursor.size
            low, high = cursor.trim(hit.end(), stop)
            name = cursor.joined(*hit.span(1))
            facts.append(Fact(cursor.span(low, high), name, cursor.joined(low, high)))
        self.telegram.attributes = tuple(facts)


def find_page_lines(cursor: Cursor, telegram: Telegram) -> list[Cut]:
    """Set the telegram's page lines, stamps, page level, and attributes. Return the spans to cut."""
    return PageLineFinder(cursor, telegram).find()


def _offset(found: tuple[int, Node]) -> int:
    return found[0]
