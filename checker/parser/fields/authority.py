"""The classification authority: a sentence in telegrams, labelled lines in other documents."""

from __future__ import annotations

from ...model import Authority, Instruction, Letter, Marking, Reasons, Telegram, Unread, Word
from ...text import Span
from ..cursor import Cursor, Pattern
from ..markings import finder
from .blocks import Region
from .dates import find_dates
from .declass_instruction import placed, read_downgrade, read_instruction

_BETWEEN = " :;,.-"
_LONGEST = 1000  # letters of a block that is kept
_SECTION = Pattern(r"(?<![\d./])(1 ?[./:] ?[3-6])(?!\d)")
_LETTERS = Pattern(r"[ ,;/&()\[\].+-]{0,6}(?:A ?N ?D[ /(]{0,4}|OR[ (]{1,4})?([A-H]{1,4})(?![A-Z'])(?!\.[A-Z])")
_AGAIN = Pattern(r"[ ,;/&)]{0,3}(?:AND |OR )?1 ?[./:] ?[3-6](?= ?\(?[A-H])")  # the section said again before a letter
_NO_LETTER = Pattern(r"(?:[ ,/&]{0,3}|[ ,)]{0,3}AND )\(?([I-RV-Z])\)")  # written as a letter is
_NAME_AT_END = Pattern(r"[A-Z][\w'’-]* (?:[A-Z]\.? ?){1,2}[A-Z][\w'’-]+$|[A-Z]\. ?(?:[A-Z]\. ?)?[A-Z][\w'’-]+$", 0)


class Clause:
    """The stretch of one authority block, and where its labelled values stand."""

    __slots__ = ("cursor", "end", "flat", "start", "values")

    def __init__(self, cursor: Cursor, start: int, end: int) -> None:
        self.cursor = cursor
        self.start = start
        self.end = end
        self.flat = cursor.flat(start, end)
        self.values = self._find()

    def _find(self) -> dict[str, tuple[int, int, int]]:
        """Label code to (where the label begins, where its value begins, where the value ends), offsets of `flat`."""
        flat = self.flat
        hits: list[tuple[int, int, str]] = []
        taken = bytearray(len(flat))  # one flag a letter: a list of stretches would be searched for every find
        near = [item for start, group in self.cursor.grammar.block_label_starts if start in flat for item in group]
        near.sort()  # the longest form first
        for _, form, code in near:
            at = flat.find(form)
            while at >= 0:
                stop = at + len(form)
                if not any(taken[at:stop]) and _is_label(flat, at, form):
                    hits.append((at, stop, code))
                    taken[at:stop] = b"\1" * len(form)
                at = flat.find(form, stop)
        hits.sort()
        values: dict[str, tuple[int, int, int]] = {}
        for index, (low, high, code) in enumerate(hits):
            stop = hits[index + 1][0] if index + 1 < len(hits) else len(flat)
            first = values.get(code)
            if first is None:
                values[code] = (low, high, stop)
            elif first[2] == low and not flat[first[1] : low].strip(_BETWEEN):  # a form's label, and the drafter's own
                values[code] = (first[0], high, stop)
        return values

    def value(self, code: str) -> tuple[int, int] | None:
        """The stretch of a label's value without punctuation at its ends, offsets of the sheet."""
        found = self.values.get(code)
        if found is None:
            return None
        low, high = found[1], found[2]
        return self.tidy(low, high)

    def tidy(self, low: int, high: int) -> tuple[int, int]:
        """Without blanks and punctuation at either side; sheet offsets."""
        while low < high and self.flat[low] in " :;,.-":
            low += 1
        while low < high and self.flat[high - 1] in " ;,:.":
            high -= 1
        return self.start + low, self.start + high


def _is_label(flat: str, at: int, form: str) -> bool:
    before = flat[at - 1] if at else " "
    after = flat[at + len(form)] if at + len(form) < len(flat) else " "
    return not before.isalpha() and not after.isalpha()


def read_authority(cursor: Cursor, telegram: Telegram, region: Region, numbered: bool = False) -> None:
    """Read an authority block into the telegram; the first block counts, a later one fills what it left open."""
    node = authority_of(cursor, region.start, region.end)
    if node is None:
        return
    node.numbered = numbered
    first = telegram.authority
    if not isinstance(first, Authority):
        telegram.authority = node
        return
    for field in ("by", "name", "title", "reasons", "derived_from", "source_date", "declassify", "downgrade"):
        if getattr(first, field) is None:
            setattr(first, field, getattr(node, field))
    first.kind = "derivative" if first.derived_from is not None else first.kind
    if first.span.end <= node.span.start:
        first.span = Span(first.span.start, node.span.end)
        first.text = f"{first.text} {node.text}"


def authority_of(cursor: Cursor, start: int, end: int) -> Authority | None:
    """The authority block in a stretch that begins with it, or with its mark."""
    known = _known(cursor, start, end)
    return _placed(cursor, start, end, known) if known is not None else _authority_of(cursor, start, end)


def _known(cursor: Cursor, start: int, end: int) -> Authority | None:
    """What a block of these words was read as, with places counted from its first letter.

    An officer's sentence comes with each telegram he classifies, so it is kept by its words and by the year that tells
    the century of two figures. `None` where some part of it has to be told in its place.
    """
    if cursor.fold[start] == "(" or end - start > _LONGEST or not cursor.begins_line(start):
        return None
    kept = cursor.grammar.authorities
    key = cursor.text[start:end], cursor.year
    if key not in kept:
        node = _authority_of(cursor.alone(key[0]), 0, end - start)
        told = node is None or node.downgrade or isinstance(node.reasons, Unread) or isinstance(node.declassify, Unread)
        kept[key] = None if told else node
    return kept[key]


def _placed(cursor: Cursor, start: int, end: int, known: Authority) -> Authority:
    """A known block as one of the words from `start` to `end`."""
    node = Authority(cursor.span(start, end), known.text, known.kind, known.form)
    node.by, node.name, node.title = cursor.moved_word(known.by, start), known.name, known.title
    node.derived_from, node.source_date = cursor.moved_word(known.derived_from, start), known.source_date
    node.multiple_sources = known.multiple_sources
    reasons, declassify = known.reasons, known.declassify
    if isinstance(reasons, Reasons):
        span, section = cursor.moved(reasons.span, start), cursor.moved_word(reasons.section_text, start)
        letters = tuple(Letter(cursor.moved(letter.span, start), letter.text) for letter in reasons.letters)
        node.reasons = Reasons(span, reasons.text, reasons.section, section, letters, reasons.words)
    if isinstance(declassify, Instruction):
        node.declassify = placed(cursor, start, declassify)
    return node


def _authority_of(cursor: Cursor, start: int, end: int) -> Authority | None:
    clause = Clause(cursor, start, end)
    if not clause.values:
        return None
    node = Authority(cursor.span(start, end), cursor.joined(start, end))
    if cursor.fold[start] == "(":
        mark = finder.portion(cursor.view, start, end, cursor.words)
        node.mark = mark if isinstance(mark, Marking) else None
    reason_at = _read_reasons(clause, node)
    _read_by(clause, node, reason_at)
    _read_source(clause, node)
    place = clause.value("declassify")
    if place is not None and place[0] < place[1]:
        node.declassify = read_instruction(cursor, *place)
    place = clause.value("downgrade")
    if place is not None and place[0] < place[1]:
        node.downgrade = read_downgrade(cursor, *place)
    node.form = "lines" if _on_lines(clause) else "sentence"
    return node


def _on_lines(clause: Clause) -> bool:
    """Whether more than one label begins a line."""
    fold = clause.cursor.fold
    begins = 0
    for low, _, _ in clause.values.values():
        at = clause.start + low
        begins += not fold[fold.rfind("\n", 0, at) + 1 : at].strip(" ")
    return begins > 1


def _read_by(clause: Clause, node: Authority, reason_at: int | None) -> None:
    found = clause.values.get("classified-by") or clause.values.get("derivative-by")
    if found is None:
        return
    _, low, high = found
    if reason_at is not None and low < reason_at < high:
        high = reason_at
    flat = clause.flat
    stripped = flat[low:high].rstrip(" ,;.:(")
    for word in clause.cursor.grammar.page_word("for-reason"):
        if stripped.endswith(" " + word):
            stripped = stripped[: -len(word)]
    high = low + len(_without_order(clause, stripped).rstrip(" ,;.:("))
    first, last = clause.tidy(low, high)
    if reason_at is None and "classified-by" in clause.values:
        last = _sentence_end(clause.cursor, first, last)
    if first >= last:
        return
    node.by = Word(clause.cursor.span(first, last), clause.cursor.joined(first, last))
    node.name, node.title = split_name(node.by.text, clause.cursor.grammar.titles)


def _without_order(clause: Clause, text: str) -> str:
    """Without an order's number behind the title ("..., E.O. 12958, reasons")."""
    for form in clause.cursor.grammar.label("eo", "line"):
        at = text.rfind(form + " ")
        if at > 0 and text[at + len(form) + 1 :].strip(" .,;")[:5].isdigit() and not text[at - 1].isalnum():
            return text[:at]
    return text


def _sentence_end(cursor: Cursor, first: int, last: int) -> int:
    """Without a reason the classifier ends with the line, or with a full stop and two blanks."""
    stop = cursor.fold.find(".  ", first, last)
    line = cursor.line_end(first)
    ends = [end for end in (stop, line, last) if first < end <= last]
    return min(ends, default=last)


def split_name(text: str, titles: frozenset[str]) -> tuple[str | None, str | None]:
    """Name and title of a classifier: "Jane Q. Doe, Consul", "Consul Jane Q. Doe", "J. Doe"."""
    name, comma, title = text.partition(",")
    words = name.split()
    last = max((n for n, word in enumerate(words) if word.upper().strip(".") in titles), default=-1)
    if comma and last < len(words) - 1 and last >= 0:
        return " ".join(words[last + 1 :]), f"{' '.join(words[: last + 1])}, {title.strip(' ,.')}"
    if comma:
        return name.strip() or None, title.strip(" ,.") or None
    if last >= 0:
        return " ".join(words[last + 1 :]) or None, " ".join(words[: last + 1])
    match = _NAME_AT_END.search(text[-80:])
    if match is not None:
        name = match.group()
        return name, text[: len(text) - len(name)].strip() or None
    return (" ".join(words[-2:]), " ".join(words[:-2])) if len(words) > 3 else (text or None, None)


def _read_reasons(clause: Clause, node: Authority) -> int | None:
    """Read the reason and return where its words begin in the flat text, with any label before it."""
    label = clause.values.get("reason")
    low = label[1] if label is not None else _after_names(clause)
    section = _SECTION.search(clause.flat, low)
    if section is None and label is None:
        return None
    start = label[0] if label is not None and (section is None or label[0] < section.start()) else None
    if section is not None and (start is None or section.start() - start < 60):
        letters, end = _letters(clause, section.end())
        begin = start if start is not None else section.start()
        node.reasons = _reasons(clause, begin, end, letters)
        node.reasons.section = "1." + section.group(1)[-1]
        node.reasons.section_text = clause.cursor.word(clause.start + section.start(), clause.start + section.end())
        return _broken_word(clause, begin)
    assert label is not None
    letters, end = _letters(clause, label[1])
    if letters:
        node.reasons = _reasons(clause, label[0], end, letters)
        return label[0]
    first, last = clause.tidy(label[1], label[2])
    if first < last:
        node.reasons = Reasons(clause.cursor.span(first, last), clause.cursor.joined(first, last))
        node.reasons.words = node.reasons.text
    else:
        node.reasons = Unread(clause.cursor.span(clause.start + label[0], clause.start + label[1]), "a reason")
    return label[0]


def _after_names(clause: Clause) -> int:
    return min((high for _, high, _ in clause.values.values()), default=0)


def _broken_word(clause: Clause, begin: int) -> int:
    """Where the words before a section begin when its label was broken by a line end ("REAS", "ONS")."""
    tail = clause.flat[max(0, begin - 24) : begin]
    for form in sorted(clause.cursor.grammar.label("reason"), key=len, reverse=True):
        squeezed = tail.replace(" ", "").rstrip(":")
        if squeezed.endswith(form) and form not in tail:
            at = len(tail)
            left = len(form)
            while left and at:
                at -= 1
                left -= tail[at] not in " :"
            return begin - (len(tail) - at)
    return begin


def _reasons(clause: Clause, low: int, high: int, letters: tuple[Letter, ...]) -> Reasons:
    first, last = clause.start + low, clause.start + high
    return Reasons(clause.cursor.span(first, last), clause.cursor.joined(first, last), None, None, letters)


def _letters(clause: Clause, at: int) -> tuple[tuple[Letter, ...], int]:
    """The reason letters from an offset of the flat text on, and where they end."""
    found: list[Letter] = []
    end = at
    match = _LETTERS.match(clause.flat, at) or _NO_LETTER.match(clause.flat, at)
    while match is not None:
        low = match.start(1)
        for index, letter in enumerate(match.group(1)):
            place = clause.start + low + index
            found.append(Letter(clause.cursor.span(place, place + 1), letter.lower()))
        end = match.end()
        while end < len(clause.flat) and clause.flat[end] in ")":
            end += 1
        again = _AGAIN.match(clause.flat, end)
        end = again.end() if again is not None else end
        match = _LETTERS.match(clause.flat, end) or _NO_LETTER.match(clause.flat, end)
    return tuple(found), end


def _read_source(clause: Clause, node: Authority) -> None:
    place = clause.value("derived-from")
    if place is None:
        return
    node.kind = "derivative"
    first, last = place
    if first >= last:
        return
    node.derived_from = Word(clause.cursor.span(first, last), clause.cursor.joined(first, last))
    flat = clause.cursor.flat(first, last)
    node.multiple_sources = any(phrase in flat for phrase in clause.cursor.grammar.page_word("multiple"))
    months = clause.cursor.grammar.months
    dated = next(iter(clause.cursor.grammar.page_word("dated")), "")
    at = flat.find(dated) if dated else -1
    dates = [found.date for found in find_dates(flat[at + len(dated) :] if at >= 0 else flat, months)]
    node.source_date = next((date for date in dates if date is not None and date.precision != "year"), None)
