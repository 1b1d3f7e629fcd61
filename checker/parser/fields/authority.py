"""Read the classification authority: a sentence in telegrams, labeled lines in other documents.

`AuthorityBlock` finds the labels and their values; the functions below it read the classifier, reasons, source, and
instructions into an `Authority`. The last part splits the classifier into a name and a position.
"""

from __future__ import annotations

import re
from functools import cached_property

from ...model import Authority, Letter, Marking, Reasons, Telegram, Unread, Word
from ...text import Pattern, Span
from ..cursor import Cursor
from ..lookup import Grammar
from ..markings import finder
from .blocks import Region
from .dates import find_dates
from .declass_instruction import read_downgrade, read_instruction

_PUNCTUATION = " :;,.-"
PREVIEW_END = ("...", "\u2026")  # the end of a text that was cut off
_ORDER = Pattern(r"\d{5}")
_SECTION = Pattern(r"(?<![\d./,])(1 {0,3}[./:,] {0,3}[3-6])(?![\d/])")
_BETWEEN = Pattern(r"([ ,;/&()\[\].+\\-]{0,40})(A *N *D *[/(]? {0,4}|OR[ (]{1,4})?")
_LETTERS = Pattern(r"([A-H]{1,4})(?![A-Z'])(?!\.[A-Z]{2})(?!\.[I-Z])")
_SECTION_REPEATED = Pattern(r"[ ,;/&)]{0,3}(?:AND |OR )?1 ?[./:] ?[3-6](?= ?\(?[A-H])")
_NO_LETTER = Pattern(r"(?:[ ,/&]{0,3}|[ ,)]{0,3}AND )\(?([I-RV-Z])\)")  # written like a reason's letter
_MARK = Pattern(r"\((?:[CSU]|SBU|LOU|TS)(/{1,2} ?[A-Z][A-Z ,/]{1,20})?\)")
_LAST_LETTER = Pattern(r"(?<![A-Z])([A-H])\)? {1,3}\Z")
_MARKED_TEXT = Pattern(r"(?:[^\n]*+\n(?: *+\n)++)?[ \n]*+(?!AND\b|OR\b)[A-Z0-9\"'-]")
_TEXT = Pattern(r"[). \n-]*([(\xb61][^\n]{0,30})")
_PARAGRAPH_ONE = Pattern(r"(?:\xb6 ?)?1(?: ?[.),] ?\((?:C|S|U|SBU|LOU|TS)[)/]|\.[A-Z]{3})")


class AuthorityBlock:
    """The span of one authority block and the spans of the labeled values in it."""

    def __init__(self, cursor: Cursor, start: int, end: int) -> None:
        self.cursor = cursor
        self.start = start
        self.end = end
        self.flat = cursor.flat(start, end)

    @cached_property
    def values(self) -> dict[str, tuple[int, int, int]]:
        """Return, for each label code, the label's start and the start and end of its value, as offsets in `flat`."""
        flat = self.flat
        hits: list[tuple[int, int, str]] = []
        taken = bytearray(len(flat))  # one flag for each code point
        near = [item for start, group in self.cursor.grammar.block_label_starts if start in flat for item in group]
        near.sort()  # the longest form first
        for _, form, code in near:
            at = flat.find(form)
            while at >= 0:
                stop = at + len(form)
                if not any(taken[at:stop]) and self._is_label(at, stop):
                    hits.append((at, stop, code))
                    taken[at:stop] = b"\1" * len(form)
                at = flat.find(form, stop)
        hits.sort()
        values: dict[str, tuple[int, int, int]] = {}
        for index, (low, high, code) in enumerate(hits):
            stop = hits[index + 1][0] if index + 1 < len(hits) else len(flat)
            earlier = values.get(code)
            if earlier is None or _MARK.sub("", flat[earlier[1] : earlier[2]]).strip(_PUNCTUATION) == "":  # doubled
                values[code] = (low, high, stop)
        return values

    def _is_label(self, at: int, stop: int) -> bool:
        if at and self.flat[at - 1].isalpha():
            return False
        return not self.flat[stop : stop + 1].isalpha() or self.cursor.is_glued(self.start + stop)

    def value(self, code: str) -> tuple[int, int] | None:
        """Return the span of a label's value, as offsets in the text, without leading or trailing punctuation. Return
        `None` if the label is missing.
        """
        found = self.values.get(code)
        if found is None:
            return None
        low, high = found[1], found[2]
        return self.tidy(low, high)

    def tidy(self, low: int, high: int) -> tuple[int, int]:
        """Convert a span of `flat` to offsets in the text, excluding leading and trailing spaces and punctuation."""
        while low < high and self.flat[low] in _PUNCTUATION:
            low += 1
        while low < high and self.flat[high - 1] in " ;,:.":
            high -= 1
        return self.start + low, self.start + high


def read_authority(cursor: Cursor, telegram: Telegram, region: Region, numbered: bool = False) -> None:
    """Read an authority block into the telegram. If the telegram already has one, only missing values are added to
    it.
    """
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
    """Return the authority block between two offsets, or `None` if there is no label between them."""
    block = AuthorityBlock(cursor, start, end)
    if not block.values:
        return None
    node = Authority(cursor.span(start, end), cursor.joined(start, end))
    if cursor.fold[start] == "(":
        mark = finder.portion(cursor.view, start, end, cursor.words)
        node.mark = mark if isinstance(mark, Marking) else None
    reason_at = _read_reasons(block, node)
    _read_by(block, node, reason_at)
    _read_source(block, node)
    place = block.value("declassify")
    if place is not None and place[0] < place[1]:
        node.declassify = read_instruction(cursor, *place)
    place = block.value("downgrade")
    if place is not None and place[0] < place[1]:
        node.downgrade = read_downgrade(cursor, *place)
    node.form = "lines" if _on_lines(block) else "sentence"
    return node


def _on_lines(block: AuthorityBlock) -> bool:
    """Return whether at least two of the block's labels are at the beginning of a line."""
    fold = block.cursor.fold
    begins = 0
    for low, _, _ in block.values.values():
        at = block.start + low
        begins += not fold[fold.rfind("\n", 0, at) + 1 : at].strip(" ")
    return begins > 1


def _read_by(block: AuthorityBlock, node: Authority, reason_at: int | None) -> None:
    found = block.values.get("classified-by") or block.values.get("derivative-by")
    if found is None:
        return
    _, low, high = found
    if reason_at is not None and low < reason_at < high:
        high = reason_at
    first, last = block.tidy(low, low + len(_without_basis(block, block.flat[low:high])))
    if reason_at is None and "classified-by" in block.values:
        last = _sentence_end(block.cursor, first, last)
    if first >= last:
        return
    cursor = block.cursor
    if cursor.fold[last] == "." and cursor.fold[first:last].endswith((" JR", " SR", ",JR", ",SR")):
        last += 1
    node.by = Word(cursor.span(first, last), cursor.joined(first, last))
    if not _is_cut_off(cursor, first, last):
        node.name, node.title = split_name(join_lines(cursor.text[first:last], cursor.grammar), cursor.grammar)


def _is_cut_off(cursor: Cursor, first: int, last: int) -> bool:
    """Return whether a value is cut off at its end, as at the end of a preview."""
    rest = cursor.text[first : cursor.line_end(last)].rstrip()
    return rest.endswith(PREVIEW_END) and not rest[last - first :].strip(" .\u2026")


def _without_basis(block: AuthorityBlock, text: str) -> str:
    """Return the classifier without trailing words that introduce the reason or order, such as "for" or "under E.O.
    12958".
    """
    grammar = block.cursor.grammar
    orders = grammar.label("eo", "line") if _ORDER.search(text) is not None else ()
    words, ends = grammar.reason_words
    while True:
        before = text
        text = text.rstrip(" ,;.:(\\-")
        for form in orders:
            at = text.rfind(form + " ")
            order = text[at + len(form) + 1 :].strip(" .,;") if at > 0 and not text[at - 1].isalnum() else ""
            if order[:5].isdigit():
                text = text[:at]
        for word in words if text.endswith(ends) or " " in text[-6:-4] else ():
            if text.endswith((" " + word, "," + word, "." + word)):
                text = text[: -len(word)]
            at = text.rfind(f" {word[0]}", -len(word) - 4) if len(word) == 3 else -1
            if at >= 0 and text[at:].replace(" ", "") == word:  # broken at the end of a line
                text = text[:at]
        if text == before:
            return text


def _sentence_end(cursor: Cursor, first: int, last: int) -> int:
    """Return the offset at which a classifier without a reason ends: the end of the line, a period followed by two
    spaces, or `last`, whichever comes first.
    """
    stop = cursor.fold.find(".  ", first, last)
    line = cursor.line_end(first)
    ends = [end for end in (stop, line, last) if first < end <= last]
    return min(ends, default=last)


def _read_reasons(block: AuthorityBlock, node: Authority) -> int | None:
    """Read the reasons into the node. Return the offset in the flat text at which the reasons (or the label before
    them) begin, or `None` if there are no reasons.
    """
    label = block.values.get("reason")
    low = label[1] if label is not None else _after_names(block)
    section = _SECTION.search(block.flat, low)
    if section is None and label is None:
        return None
    start = label[0] if label is not None and (section is None or label[0] < section.start()) else None
    if section is not None and (start is None or section.start() - start < 60):
        letters, end = _letters(block, section.end())
        begin = start if start is not None else section.start()
        if "," in section.group(1):
            low, high = block.start + section.start(), block.start + end
            place = block.cursor.span(low, high)
            node.reasons = Unread.expected(place, "a section and letters", block.cursor.joined(low, high))
            return _broken_word(block, begin)
        node.reasons = _reasons(block, begin, end, letters)
        node.reasons.section = "1." + section.group(1)[-1]
        node.reasons.section_text = block.cursor.word(block.start + section.start(), block.start + section.end())
        return _broken_word(block, begin)
    assert label is not None
    letters, end = _letters(block, label[1])
    if letters:
        node.reasons = _reasons(block, label[0], end, letters)
        return label[0]
    first, last = block.tidy(label[1], label[2])
    if first < last:
        node.reasons = Reasons(block.cursor.span(first, last), block.cursor.joined(first, last))
        node.reasons.words = node.reasons.text
    elif not _is_cut_off(block.cursor, block.start + label[0], block.start + label[1]):
        place = block.cursor.span(block.start + label[0], block.start + label[1])
        node.reasons = Unread.expected(place, "a reason")
    return label[0]


def _after_names(block: AuthorityBlock) -> int:
    return min((high for _, high, _ in block.values.values()), default=0)


def _broken_word(block: AuthorityBlock, begin: int) -> int:
    """Return the offset at which the reasons begin, including any label before them that is broken over two lines
    ("REAS", "ONS").
    """
    tail = block.flat[max(0, begin - 24) : begin]
    squeezed = tail.replace(" ", "").rstrip(":")
    forms = block.cursor.grammar.label("reason")
    for form in sorted(forms, key=len, reverse=True) if squeezed.endswith(forms) else ():
        if squeezed.endswith(form) and form not in tail:
            at = len(tail)
            left = len(form)
            while left and at:
                at -= 1
                left -= tail[at] not in " :"
            return begin - (len(tail) - at)
    return begin


def _reasons(block: AuthorityBlock, low: int, high: int, letters: tuple[Letter, ...]) -> Reasons:
    first, last = block.start + low, block.start + high
    return Reasons(block.cursor.span(first, last), block.cursor.joined(first, last), None, None, letters)


def _letters(block: AuthorityBlock, at: int) -> tuple[tuple[Letter, ...], int]:
    """Return the reason letters that begin at an offset in the flat text, and the offset at which they end."""
    found: list[Letter] = []
    end = at
    match = _next_letters(block, at)
    while match is not None:
        low = match.start(1)
        for index, letter in enumerate(match.group(1)):
            place = block.start + low + index
            found.append(Letter(block.cursor.span(place, place + 1), letter.lower()))
        end = match.end()
        while end < len(block.flat) and block.flat[end] in ")":
            end += 1
        repeated = _SECTION_REPEATED.match(block.flat, end) if "1" in block.flat[end : end + 8] else None
        end = repeated.end() if repeated is not None else end
        match = _next_letters(block, end)
    return tuple(found), end


def _next_letters(block: AuthorityBlock, at: int) -> re.Match[str] | None:
    """Return a match for the next reason letter or letters. Return `None` if there are none, or if the text after the
    sentence begins.
    """
    flat = block.flat
    between = _BETWEEN.match(flat, at)
    assert between is not None
    match = _LETTERS.match(flat, between.end()) or _LETTERS.match(flat, between.end(1))
    if match is None:
        return _NO_LETTER.match(flat, at) if ")" in flat[at : at + 10] else None
    before = between.group(1)
    bracketed = before.endswith("(") and flat[match.start() : match.end()] in block.cursor.grammar.level_names
    if bracketed and not between.group(2) and _ends_block(block, match.start() - 1):
        return None
    if between.group(2) or not (
        "." in before or "\n" in block.cursor.fold[block.start + at : block.start + match.start()]
    ):
        return match
    if bracketed:
        return None if _is_mark(block, match.start() - 1, "." in before) else match
    prose = flat[match.end() : match.end() + 1] == " " and flat[match.end() : match.end() + 3].strip().isalpha()
    return None if prose and not flat.startswith((" AND", " OR "), match.end()) else match


def _is_mark(block: AuthorityBlock, at: int, stopped: bool) -> bool:
    """Return whether the parenthesis at `at` opens a portion mark.

    It does if it contains a control, if text follows it, if it ends the block after a period (`stopped`), or if it
    breaks the sequence of letters.
    """
    fold = block.cursor.fold
    place = block.start + at
    mark = _MARK.match(fold, place)
    if mark is None:
        return False
    rest = fold[mark.end() : block.end]
    if mark.group(1) or _MARKED_TEXT.match(rest) is not None:
        return True
    return (stopped and not rest.strip(" \n.")) or _ends_block(block, at)


def _ends_block(block: AuthorityBlock, at: int) -> bool:
    """Return whether the parenthesis at `at` is a portion mark that ends the block or begins the text, because it
    breaks the sequence of letters: "(b) and (d) (C)".
    """
    before = _LAST_LETTER.search(block.flat, 0, at)
    mark = _MARK.match(block.flat, at)
    if before is None or mark is None or before.group(1) <= block.flat[at + 1]:
        return False
    rest = block.flat[mark.end() :]
    return not rest.strip(" .") or _MARKED_TEXT.match(rest) is not None


def text_offset(cursor: Cursor, start: int, end: int) -> int | None:
    """Return the offset of the portion mark or paragraph number that begins the text after the reasons in an authority
    block, or `None`.
    """
    if cursor.fold.find("(", start, end) < 0:
        return None
    block = AuthorityBlock(cursor, start, end)
    section = _SECTION.search(block.flat)
    if section is None:
        return None
    stop = start + _letters(block, section.end())[1]
    match = _TEXT.match(cursor.fold, stop, end)
    if match is None or match.start(1) == stop:
        return None
    at = match.start(1)
    if _PARAGRAPH_ONE.match(cursor.fold, at, end) is not None:
        return at
    return (
        at if _MARK.match(cursor.fold, at, end) and _is_mark(block, at - start, "." in cursor.fold[stop:at]) else None
    )


def _read_source(block: AuthorityBlock, node: Authority) -> None:
    place = block.value("derived-from")
    if place is None:
        return
    node.kind = "derivative"
    first, last = place
    if first >= last:
        return
    node.derived_from = Word(block.cursor.span(first, last), block.cursor.joined(first, last))
    flat = block.cursor.flat(first, last)
    grammar = block.cursor.grammar
    many = any(phrase in flat for phrase in grammar.page_word("multiple", "phrase"))
    node.multiple_sources = many or flat.strip(" .:") in grammar.page_word("multiple", "whole")
    months = grammar.months
    dated = next(iter(grammar.page_word("dated")), "")
    at = flat.find(dated) if dated else -1
    dates = [found.date for found in find_dates(flat[at + len(dated) :] if at >= 0 else flat, months)]
    node.source_date = next((date for date in dates if date is not None and date.precision != "year"), None)


# ---- Classifiers -----------------------------------------------------------------------------------------------------
_INITIAL = Pattern(r"[A-Z]$|(?:[A-Z]\.){1,3}$|[A-Z]\.[A-Z]$", 0)
_ACRONYM = Pattern(r"[A-Z]{2,6}\d?$|[A-Z]*[a-z]+(?:[A-Z][a-z]+)+$", 0)  # RSO, PolCouns
_TWO_CAPITALS = Pattern(r"(?:Mc|Mac|De|Di|Du|La|Le|Lo|Van|Von|Fitz|O'|D')[A-Z]", 0)
_MOST_WORDS = 3  # in a name, not counting initials, particles, and suffix


def split_name(text: str, grammar: Grammar) -> tuple[str | None, str | None]:
    """Return a classifier's name and position, with `None` for either one that is missing.

    The name is at the end of one of the parts between commas, and consists of given names, initials, particles,
    surname, and suffix. Everything else is the position: "Jane Q. Doe, Consul", "Deputy Chief of Mission Jane Q. Doe,
    Jr.".
    """
    first, _, rest = text.partition(",")
    words = first.split()
    if words and (_is_office(words, grammar) or (len(words) == 1 and first.strip()[-1:].isdigit())):
        return first.strip(), rest.strip(" ,.") or None  # an office, or a personal identifier
    parts = _parts(text, grammar)
    for index, (words, suffix) in enumerate(parts):
        count = _name_length(words, grammar)
        if count == 0 or (count < len(words) and words[-count - 1].upper() in grammar.page_word("name", "link")):
            continue
        name = " ".join(words[len(words) - count :]).strip(" .") + suffix
        others = [*parts[:index], (words[: len(words) - count], ""), *parts[index + 1 :]]
        title = ", ".join(filter(None, (" ".join(part) + end for part, end in others)))
        return name, title.rstrip(" ,") or None
    if parts and parts[0][0][-1].strip(".").upper() in grammar.titles:
        return None, text.strip(" ,") or None
    words = text.split()
    if len(words) == 2 and words[0].strip(".").upper() in grammar.titles:
        return words[1].strip(" ,."), words[0]  # a name written like an acronym
    identifier, _, rest = text.partition(",")  # a personal identifier, or an office in place of a person
    return identifier.strip() or None, rest.strip(" ,.") or None


def _is_office(words: list[str], grammar: Grammar) -> bool:
    """Return whether the words are the name of an office, which may replace a person's name. "Bureau of Energy" is an
    office, but "Bureau Director Doe" is not.
    """
    if words[0].upper() not in grammar.page_word("name", "office"):
        return False
    return len(words) == 1 or words[1].upper() not in grammar.titles


def _parts(text: str, grammar: Grammar) -> list[tuple[list[str], str]]:
    """Return (words, suffix) for each part between commas. The suffix is, for example, ", Jr." or " III", or an empty
    string.
    """
    suffixes = grammar.page_word("name", "suffix")
    found: list[tuple[list[str], str]] = []
    for part in text.replace("(", ",").replace(";", ",").replace(")", "").replace(":", " ").split(","):
        words = part.split()
        if words and found and words[0].strip(".").upper() in suffixes:
            found[-1] = (found[-1][0], f", {words.pop(0)}")
        if not words:
            continue
        suffix = ""
        if len(words) > 1 and words[-1].strip(".").upper() in suffixes:
            suffix = f" {words.pop()}"
        found.append((words, suffix))
    return found


def _name_length(words: list[str], grammar: Grammar) -> int:
    """Return the number of trailing words that form a name, or 0 if the last word belongs to a position."""
    mixed = not " ".join(words).isupper()
    particles = grammar.page_word("name", "particle")
    at = len(words)
    full = 0
    while at:
        word = words[at - 1]
        if word in particles or (_is_initial(word) and word.strip(".").upper() not in grammar.titles):
            if not full:
                break
        elif _is_position(word, grammar, mixed):
            after_initial = at > 1 and not full and len(words[at - 2]) == 2 and words[at - 2][1] == "."
            if not after_initial or not word[0].isalpha() or word.upper() in grammar.page_word("name", "never"):
                break
            full += 1
        elif full == _MOST_WORDS:
            break
        else:
            full += 1
        at -= 1
    count = len(words) - at
    if full == _MOST_WORDS and at and not _is_position(words[at - 1], grammar, mixed):
        count -= _first_of_two(words[at:], particles)
    return count if full else 0


def _first_of_two(words: list[str], particles: tuple[str, ...]) -> int:
    """Return the index of the second-to-last full word, where a name of uncertain length is assumed to begin, or 0 if
    there are fewer than two full words. Initials and particles are not full words.
    """
    names = [index for index, word in enumerate(words) if not _is_initial(word) and word not in particles]
    return names[-2] if len(names) > 1 else 0


def _is_initial(word: str) -> bool:
    return (len(word) == 1 or "." in word) and _INITIAL.match(word) is not None


def _is_position(word: str, grammar: Grammar, mixed: bool) -> bool:
    titles = grammar.titles
    upper = word.upper().strip(".:;()")
    if (
        upper in titles
        or (len(word) == 1 and word.islower())
        or upper in grammar.page_word("name", "never")
        or "/" in word
        or not any(letter.isalpha() for letter in word)
    ):
        return True
    if upper.partition("-")[0] in titles or upper.rpartition("-")[2] in titles:
        return True
    capitals = mixed and not word[1:].islower()
    return capitals and _ACRONYM.match(word) is not None and _TWO_CAPITALS.match(word) is None


def join_lines(text: str, grammar: Grammar) -> str:
    """Return a text on one line, rejoining the halves of any name that was broken over two lines."""
    lines = text.split("\n")
    joined = " ".join(lines[0].split())
    for line in lines[1:]:
        words = " ".join(line.split())
        if words:
            joined += words if _is_broken(joined.rpartition(" ")[2], words.partition(" ")[0], grammar) else f" {words}"
    return joined


def _is_broken(head: str, tail: str, grammar: Grammar) -> bool:
    """Return whether the last word of a line and the first word of the next line are two halves of a name."""
    tail = tail.strip(",.;")
    if not (head[:1].isupper() and head[-1:].islower() and tail.islower() and tail.isalpha()):
        return False
    others = grammar.page_word("name", "never", "particle")
    return tail.upper() not in grammar.titles and tail not in others and tail.upper() not in others
