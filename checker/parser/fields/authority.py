"""The classification authority: a sentence in telegrams, labelled lines in other documents."""

from __future__ import annotations

import re

from ...model import Authority, Instruction, Letter, Marking, Reasons, Telegram, Unread, Word
from ...text import Span
from ..cursor import Cursor, Pattern
from ..markings import finder
from .blocks import Region
from .dates import find_dates
from .declass_instruction import placed, read_downgrade, read_instruction

_PUNCTUATION = " :;,.-"
_LINKS = ("of", "for", "the")  # what follows one of them in a position is not a name
_LONGEST = 1000  # letters of a block that is kept
_SECTION = Pattern(r"(?<![\d./,])(1 {0,3}[./:,] {0,3}[3-6])(?![\d/])")
_BETWEEN = Pattern(r"([ ,;/&()\[\].+\\-]{0,40})(A *N *D *[/(]? {0,4}|OR[ (]{1,4})?")
_LETTERS = Pattern(r"([A-H]{1,4})(?![A-Z'])(?!\.[A-Z]{2})(?!\.[I-Z])")
_SECTION_REPEATED = Pattern(r"[ ,;/&)]{0,3}(?:AND |OR )?1 ?[./:] ?[3-6](?= ?\(?[A-H])")
_NO_LETTER = Pattern(r"(?:[ ,/&]{0,3}|[ ,)]{0,3}AND )\(?([I-RV-Z])\)")  # written as a letter is
_MARK = Pattern(r"\([CSU](/{1,2} ?[A-Z][A-Z ,/]{1,20})?\)")
_MARKED_TEXT = Pattern(r"(?:[^\n]*\n[ \n]*\n)?[ \n]*(?!AND\b|OR\b)[A-Z0-9\"'-]")
_TEXT = Pattern(r"[). \n-]*([(\xb61][^\n]{0,30})")
_PARAGRAPH_ONE = Pattern(r"(?:\xb6 ?)?1 ?[.)] ?\((?:C|S|U|SBU|LOU|TS)[)/]")


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
            earlier = values.get(code)
            if earlier is None or not flat[earlier[1] : earlier[2]].strip(_PUNCTUATION):  # the label is doubled
                values[code] = (low, high, stop)
        return values

    def value(self, code: str) -> tuple[int, int] | None:
        """The stretch of a label's value without punctuation at its ends, offsets in the text."""
        found = self.values.get(code)
        if found is None:
            return None
        low, high = found[1], found[2]
        return self.tidy(low, high)

    def tidy(self, low: int, high: int) -> tuple[int, int]:
        """Without blanks and punctuation at either side; offsets in the text."""
        while low < high and self.flat[low] in _PUNCTUATION:
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
    the century of two figures. `None` if some part of it must be read in its place.
    """
    if cursor.fold[start] == "(" or end - start > _LONGEST or not cursor.begins_line(start):
        return None
    cache = cursor.grammar.authorities
    key = cursor.text[start:end], cursor.year
    if key not in cache:
        node = _authority_of(cursor.alone(key[0]), 0, end - start)
        partial = (
            node is None or node.downgrade or isinstance(node.reasons, Unread) or isinstance(node.declassify, Unread)
        )
        cache[key] = None if partial else node
    return cache[key]


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
    first, last = clause.tidy(low, low + len(_without_basis(clause, clause.flat[low:high])))
    if reason_at is None and "classified-by" in clause.values:
        last = _sentence_end(clause.cursor, first, last)
    if first >= last:
        return
    cursor = clause.cursor
    if cursor.fold[last] == "." and cursor.fold[first:last].endswith((" JR", " SR", ",JR", ",SR")):
        last += 1
    node.by = Word(cursor.span(first, last), cursor.joined(first, last))
    node.name, node.title = split_name(_unbroken(cursor, first, last), cursor.grammar.titles)


def _without_basis(clause: Clause, text: str) -> str:
    """Return the classifier without what introduces the reason or the order after it: "for", "under E.O. 12958"."""
    grammar = clause.cursor.grammar
    while True:
        before = text
        text = text.rstrip(" ,;.:(\\")
        for form in grammar.label("eo", "line"):
            at = text.rfind(form + " ")
            order = text[at + len(form) + 1 :].strip(" .,;") if at > 0 and not text[at - 1].isalnum() else ""
            if order[:5].isdigit():
                text = text[:at]
        for word in grammar.page_word("for-reason"):
            if text.endswith((" " + word, "," + word, "." + word)):
                text = text[: -len(word)]
        if text == before:
            return text


def _sentence_end(cursor: Cursor, first: int, last: int) -> int:
    """Return where the classifier ends without a reason: at the end of the line or a period and two blanks."""
    stop = cursor.fold.find(".  ", first, last)
    line = cursor.line_end(first)
    ends = [end for end in (stop, line, last) if first < end <= last]
    return min(ends, default=last)


def _unbroken(cursor: Cursor, first: int, last: int) -> str:
    """Return the words of a span joined over its lines; a word broken at a line end becomes one word again."""
    lines = cursor.text[first:last].split("\n")
    text = " ".join(lines[0].split())
    for line in lines[1:]:
        words = line.split()
        if not words:
            continue
        head = text.rpartition(" ")[2]
        tail = words[0].strip(",.;")
        broken = head[:1].isupper() and head[-1:].islower() and tail.islower() and tail.isalpha()
        if (
            broken
            and tail.upper() not in _NO_NAMES
            and tail not in _PARTICLES
            and tail.upper() not in cursor.grammar.titles
        ):
            text += "".join(words[0]) + "".join(" " + word for word in words[1:])
        else:
            text = f"{text} {' '.join(words)}"
    return text


# ---- Name and position -----------------------------------------------------------------------------------------------
_SUFFIXES = frozenset(("JR", "SR", "II", "III", "IV"))
_PARTICLES = frozenset(
    ("van", "von", "der", "den", "de", "del", "della", "di", "da", "du", "dos", "das", "la", "le", "el", "al", "bin")
)
_NO_NAMES = frozenset(("OF", "FOR", "AND", "THE", "TO", "AT", "IN", "ON", "BY", "AS", "&", "-", "A.I.", "A.I", "AI"))
_INITIAL = Pattern(r"[A-Z]$|(?:[A-Z]\.){1,3}$|[A-Z]\.[A-Z]$", 0)
_ACRONYM = Pattern(r"[A-Z]{2,6}\d?$|[A-Z]*[a-z]+(?:[A-Z][a-z]+)+$", 0)  # RSO, PolCouns
_TWO_CAPITALS = Pattern(r"(?:Mc|Mac|De|Di|Du|La|Le|Van|Von|Fitz|O'|D')[A-Z]", 0)
_MOST_WORDS = 3  # of a name, without initials, particles and suffix


def split_name(text: str, titles: frozenset[str]) -> tuple[str | None, str | None]:
    """Return name and position of a classifier.

    The name is taken from the right end of a part between commas: suffix, surname with its particles, initials, given
    names. Everything else is the position: "Jane Q. Doe, Consul", "Deputy Chief of Mission Jane Q. Doe, Jr.".
    """
    parts = _parts(text)
    for index, (words, suffix) in enumerate(parts):
        count = _name_length(words, titles)
        if count == 0 or (count < len(words) and words[-count - 1].lower() in _LINKS):
            continue
        name = " ".join(words[len(words) - count :]).strip(" .") + suffix
        others = [" ".join(part) + end for part, end in parts[:index]]
        others.append(" ".join(words[: len(words) - count]))
        others += [" ".join(part) + end for part, end in parts[index + 1 :]]
        title = ", ".join(part for part in others if part)
        return name, title.rstrip(" ,") or None
    if parts and parts[0][0][-1].strip(".").upper() in titles:
        return None, text.strip(" ,") or None
    identifier, _, rest = text.partition(",")  # a personal identifier, or an office in place of a person
    return identifier.strip() or None, rest.strip(" ,.") or None


def _parts(text: str) -> list[tuple[list[str], str]]:
    """Return the words of each part between commas, and the suffix after them ("", ", Jr.", " III")."""
    found: list[tuple[list[str], str]] = []
    for part in text.replace("(", ",").replace(")", "").replace(":", " ").split(","):
        words = part.split()
        if words and found and words[0].strip(".").upper() in _SUFFIXES:
            found[-1] = (found[-1][0], f", {words.pop(0)}")
        if not words:
            continue
        suffix = ""
        if len(words) > 1 and words[-1].strip(".").upper() in _SUFFIXES:
            suffix = f" {words.pop()}"
        found.append((words, suffix))
    return found


def _name_length(words: list[str], titles: frozenset[str]) -> int:
    """Return how many words at the right end are a name; 0 if the last one belongs to a position."""
    mixed = not " ".join(words).isupper()
    at = len(words)
    full = 0
    while at:
        word = words[at - 1]
        if word in _PARTICLES or (_INITIAL.match(word) is not None and word.strip(".").upper() not in titles):
            if not full:
                break
        elif _is_position(word, titles, mixed):
            after_initial = at > 1 and not full and len(words[at - 2]) == 2 and words[at - 2][1] == "."
            if not after_initial or word.upper() in _NO_NAMES:
                break
            full += 1
        elif full == _MOST_WORDS:
            break
        else:
            full += 1
        at -= 1
    count = len(words) - at
    if full == _MOST_WORDS and at and not _is_position(words[at - 1], titles, mixed):
        count -= _first_of_two(words[at:])
    return count if full else 0


def _first_of_two(words: list[str]) -> int:
    """Return how many words precede the last two names of a name whose beginning is not certain."""
    names = [index for index, word in enumerate(words) if _INITIAL.match(word) is None and word not in _PARTICLES]
    return names[-2] if len(names) > 1 else 0


def _is_position(word: str, titles: frozenset[str], mixed: bool) -> bool:
    upper = word.upper().strip(".:;()")
    if upper in titles or upper in _NO_NAMES or "/" in word or not any(letter.isalpha() for letter in word):
        return True
    if upper.partition("-")[0] in titles or upper.rpartition("-")[2] in titles:
        return True
    return mixed and _ACRONYM.match(word) is not None and _TWO_CAPITALS.match(word) is None


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
        if "," in section.group(1):
            low, high = clause.start + section.start(), clause.start + end
            place = clause.cursor.span(low, high)
            node.reasons = Unread(place, "a section and letters", clause.cursor.joined(low, high))
            return _broken_word(clause, begin)
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
    """Return the reason letters from an offset of the flat text on, and where they end."""
    found: list[Letter] = []
    end = at
    match = _next_letters(clause, at)
    while match is not None:
        low = match.start(1)
        for index, letter in enumerate(match.group(1)):
            place = clause.start + low + index
            found.append(Letter(clause.cursor.span(place, place + 1), letter.lower()))
        end = match.end()
        while end < len(clause.flat) and clause.flat[end] in ")":
            end += 1
        repeated = _SECTION_REPEATED.match(clause.flat, end)
        end = repeated.end() if repeated is not None else end
        match = _next_letters(clause, end)
    return tuple(found), end


def _next_letters(clause: Clause, at: int) -> re.Match[str] | None:
    """Return the next letter or letters; `None` if the text after the sentence begins."""
    flat = clause.flat
    between = _BETWEEN.match(flat, at)
    assert between is not None
    match = _LETTERS.match(flat, between.end()) or _LETTERS.match(flat, between.end(1))
    if match is None:
        return _NO_LETTER.match(flat, at)
    before = between.group(1)
    if between.group(2) or not (
        "." in before or "\n" in clause.cursor.fold[clause.start + at : clause.start + match.start()]
    ):
        return match
    if before.endswith("(") and flat[match.start() : match.end()] in "CSU":
        return None if _is_mark(clause, match.start() - 1, "." in before) else match
    prose = flat[match.end() : match.end() + 1] == " " and flat[match.end() : match.end() + 3].strip().isalpha()
    return None if prose and not flat.startswith((" AND", " OR "), match.end()) else match


def _is_mark(clause: Clause, at: int, stopped: bool) -> bool:
    """Return whether the parenthesis at `at` is a portion mark: it has a control, or text or nothing follows it."""
    fold = clause.cursor.fold
    place = clause.start + at
    mark = _MARK.match(fold, place)
    if mark is None:
        return False
    rest = fold[mark.end() : clause.end]
    if mark.group(1) or _MARKED_TEXT.match(rest) is not None:
        return True
    return stopped and not rest.strip(" \n.")


def text_offset(cursor: Cursor, start: int, end: int) -> int | None:
    """Return where the text begins within an authority block: at a portion mark or paragraph 1 after the reasons."""
    if cursor.fold.find("(", start, end) < 0:
        return None
    clause = Clause(cursor, start, end)
    section = _SECTION.search(clause.flat)
    if section is None:
        return None
    stop = start + _letters(clause, section.end())[1]
    match = _TEXT.match(cursor.fold, stop, end)
    if match is None or match.start(1) == stop:
        return None
    at = match.start(1)
    if _PARAGRAPH_ONE.match(cursor.fold, at, end) is not None:
        return at
    return (
        at if _MARK.match(cursor.fold, at, end) and _is_mark(clause, at - start, "." in cursor.fold[stop:at]) else None
    )


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
