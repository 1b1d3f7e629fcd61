"""Find deletions: notes, codes, and rows of characters in place of text that reviewers withheld or editors omitted.

The forms come from the `deletions` table, and the codes from the `release_codes` table. Codes that are alone in the
right margin are cut from the text before it is read; all other deletions remain at their positions in the text.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import cached_property

from ...model import Authority, Deletion, Stamp, Subject, Telegram, Unread, Word
from ...text import Pattern, Span
from ...vocabulary import Vocabulary
from ..cursor import Cursor, Cut, FoundDeletion

_LONGEST_NOTE = 600  # code points in brackets
_LONGEST_ALONE = 60  # code points before a notice that is alone on its line, or before a value
_LONGEST_CODES = 200  # code points after such a notice
_WIDE = 10  # spaces before a code in the margin of a copy without release stamps
_BRACKETS = Pattern(rf"\[{{1,2}}([^\[\]]{{1,{_LONGEST_NOTE}}})\]{{1,2}}")
_ENCLOSED = r"\( ?B ?\) ?\( ?\d{1,2} ?\)(?: ?\( ?[A-F] ?\))?|\( ?[JK] ?\) ?\( ?\d ?\)|\(D\) ?\(5\)"
_SECTION = r"1\. ?[345] ?\( ?[A-Z] ?\)"
_PRINTED = r"B\d{1,2}(?: ?\( ?[A-F] ?\))?(?![A-Z0-9])"
_CODE = rf"{_ENCLOSED}|{_SECTION}|{_PRINTED}|(?:25|50|75)X\d{{1,2}}(?:-[A-Z]{{3}})?(?![A-Z0-9])"
_BETWEEN = r"(?:[ ,;/&]{1,3}|AND ){0,3}"
_MARGIN_EXEMPTION = Pattern(r"   B\d")
_MARGIN_SECTION = Pattern(r"   1\. ?[345] ?\(")
_NEAR_EXEMPTION = Pattern(r"B\d")
_NEAR_ENCLOSED = Pattern(r"\) ?\( ?\d")
_NEXT_OPENS = ("(", " (")
_ENCLOSED_RUN = Pattern(_ENCLOSED)
_LABEL_END = Pattern(r"(?::|\b\d{1,3}[.)]) *\Z")
_LABEL = Pattern(r"[^\n]*?(?::|\b\d{1,3}[.)])(?= |\Z)")
_CLAUSE_BEFORE = Pattern(r"[\d)] ?\([A-Z\d]{1,3}\)\Z")
_NUMBER_LABEL = Pattern(r"(?:^|[ \xb6])\d{1,3}[.)](?: ?\([A-Z/]{1,8}\))?\Z")
_LINE_ALONE = Pattern(r"(?<=\n)[ \t]*(\S{2,})[ \t]*(?=\r?\n)", 0)
_LAST_WORD = Pattern(r"(?<![A-Z.])([A-Z.]+)\Z")
_NUMBER = Pattern(r"\d+(?:[-/.]\d+)?")
_ROW_OF = {"_": r"_{4,}(?:[ ]?_{4,})*", "-": r"-{4,}(?:[ ]?-{4,})*", "X": r"(?<![A-Z])X{4,}(?![A-Z])"}


class DeletionForms:
    """A vocabulary's spellings of deletions and its patterns for exemption codes. The patterns are compiled on first
    use, because few texts need them.
    """

    def __init__(self, words: Vocabulary) -> None:
        self.notices: list[tuple[str, str]] = []
        self.lone_notices: list[tuple[str, str]] = []
        self.openings: list[tuple[str, str]] = []
        self.rows: list[tuple[str, str, Pattern]] = []
        self.starts: list[tuple[str, str]] = []
        self.blocks = ""
        self.block_form = self.code_form = self.start_form = ""
        self.extent: frozenset[str] = frozenset()
        self.not_before: frozenset[str] = frozenset()
        self.kinds = {entry.code: entry.fact("kind") for entry in words["deletions"]}
        for entry in words["deletions"]:
            self.notices += [(form, entry.code) for form in entry.forms.get("notice", ())]
            self.lone_notices += [(form, entry.code) for form in entry.forms.get("lone", ())]
            self.openings += [(form, entry.code) for form in entry.forms.get("opening", ())]
            self.starts += [(form, entry.code) for form in entry.forms.get("start", ())]
            for form in entry.forms.get("row", ()):
                self.rows.append((form, entry.code, Pattern(_ROW_OF[form[0]], 0)))
            if "block" in entry.forms:
                self.blocks, self.block_form = "".join(entry.forms["block"]), entry.code
            self.extent |= frozenset(entry.forms.get("extent", ()))
            self.not_before |= frozenset(entry.forms.get("not_before", ()))
            if not entry.forms:
                self.code_form = entry.code
        self.notices.sort(key=lambda pair: -len(pair[0]))
        self.openings.sort(key=lambda pair: -len(pair[0]))
        self.start_form = self.starts[0][1]
        self.extent |= frozenset(form.lower() for entry in words["number_words"] for form in entry.spellings())
        self.block_run = Pattern(rf"[{self.blocks}](?:[{self.blocks} ]*[{self.blocks}])", 0)
        self._words = words
        alone = words["release_codes"].with_fact("alone")
        self.alone = tuple(form for entry in alone for form in entry.spellings())

    @cached_property
    def by_form(self) -> dict[str, str]:
        """Return a mapping from each spelling of an exemption or release code, in upper case, to the code."""
        return {form.upper(): entry.code for entry in self._words["release_codes"] for form in entry.spellings()}

    @cached_property
    def _code(self) -> str:
        """Return the regular expression for one exemption code as a string.

        A code with a number is matched by its form, so that nonexistent codes are also recognized.
        """
        shape = re.compile(_CODE)
        words = sorted((form for form in self.by_form if not shape.fullmatch(form)), key=lambda form: -len(form))
        return "|".join((_CODE, *(rf"{re.escape(form)}(?![A-Z0-9])" for form in words)))

    @cached_property
    def code(self) -> re.Pattern[str]:
        """Return the compiled pattern for one exemption code."""
        return re.compile(self._code)

    @cached_property
    def run(self) -> re.Pattern[str]:
        """Return the compiled pattern for consecutive codes, the first of which contains a number."""
        return re.compile(rf"(?:{_CODE})(?:{_BETWEEN}(?:{self._code}))*")

    @cached_property
    def line(self) -> re.Pattern[str]:
        """Return the compiled pattern for one or more codes at the end of a line."""
        return re.compile(rf"(?m)(?:^|(?<=\s\s\s\s))(?:(?:{self._code}){_BETWEEN})+ *$")

    def codes(self, text: str) -> tuple[str, ...]:
        """Return the distinct codes in a folded text. Listed codes are spelled as in the table, and unlisted codes in
        the Department's printed form.
        """
        found: dict[str, None] = {}
        for match in self.code.finditer(text):
            written = match[0] if match[0] in self.by_form else match[0].replace(" ", "")
            found.setdefault(self.by_form.get(written) or _printed(written))
        return tuple(found)


def _printed(code: str) -> str:
    """Return an exemption code in the Department's printed form, such as B11 for (b)(11)."""
    if code.startswith("("):
        parts = code.strip("()").split(")(")
        return parts[0] + parts[1] + "".join(f"({part})" for part in parts[2:])
    return code


def deletion_forms(words: Vocabulary) -> DeletionForms:
    """Return a vocabulary's `DeletionForms`, built on the first call."""
    found = words.made.get("deletion_forms")
    if not isinstance(found, DeletionForms):
        found = words.made["deletion_forms"] = DeletionForms(words)
    return found


def set_codes(stamp: Stamp, fold: str, words: Vocabulary) -> None:
    """Set a stamp's exemption codes from its folded text, and set `unknown_codes` to those that are not in any
    table.
    """
    forms = deletion_forms(words)
    stamp.codes = forms.codes(fold)
    known = set(forms.by_form.values())
    codes = words["exemptions"]
    stamp.unknown_codes = tuple(code for code in stamp.codes if code not in known and code not in codes)


# ---- codes in the margin ---------------------------------------------------------------------------------------------


def has_margin_codes(cursor: Cursor) -> bool:
    """Return whether an exemption code or a category of section 1.3 to 1.5 may be in the margin, preceded by at least
    three spaces.
    """
    fold = cursor.fold  # `in` takes a tenth of the time of a pattern
    if "   B" in fold and _MARGIN_EXEMPTION.search(fold) is not None:
        return True
    return "   1." in fold and _MARGIN_SECTION.search(fold) is not None


def margin_codes(cursor: Cursor) -> list[FoundDeletion]:
    """Return the exemption codes in the right margin of a copy whose text still contains them."""
    forms = deletion_forms(cursor.words)
    found = []
    for match in forms.line.finditer(cursor.fold):
        start, end = cursor.trim(*match.span())
        codes = forms.codes(cursor.fold[start:end])
        if any(map(_is_numbered, codes)) and _stands_apart(cursor, start):
            found.append(FoundDeletion(start, end, forms.code_form, codes))
    return found


def _stands_apart(cursor: Cursor, start: int) -> bool:
    line = cursor.fold[cursor.line_start(start) : start]
    return len(line) - len(line.rstrip(" ")) >= _WIDE


def _is_numbered(code: str) -> bool:
    return any(map(str.isdigit, code))


def margin_cuts(found: list[FoundDeletion]) -> list[Cut]:
    """Return cuts that remove margin codes from the text."""
    return [Cut(one.start, one.end, "deletion") for one in found]


# ---- deletions in the text -------------------------------------------------------------------------------------------


def deletions_in(cursor: Cursor) -> list[FoundDeletion]:
    """Return the deletions in a cursor's text, in text order and without overlaps. The text is searched only once."""
    if cursor.deletions is None:
        found = sorted(_search(cursor, deletion_forms(cursor.words)), key=lambda one: (one.start, -one.end))
        kept: list[FoundDeletion] = []
        for one in found:
            if not kept or one.start >= kept[-1].end:
                kept.append(one)
        cursor.deletions = kept
    return cursor.deletions


def kept_spans(cursor: Cursor, start: int, end: int) -> list[tuple[int, int]]:
    """Return the spans of a value that are not covered by a deletion."""
    spans = []
    for one in deletions_in(cursor):
        if start <= one.start and one.end <= end:
            spans.append((start, one.start))
            start = one.end
    return [*spans, (start, end)]


def deletion_at(cursor: Cursor, start: int) -> FoundDeletion | None:
    """Return the deletion that begins at an offset, or `None`."""
    found = deletions_in(cursor)
    if not found:
        return None
    at = bisect_left(found, start, key=lambda one: one.start)
    return found[at] if at < len(found) and found[at].start == start else None


def _search(cursor: Cursor, forms: DeletionForms) -> Iterator[FoundDeletion]:
    fold = cursor.fold
    yield from _notes(cursor, forms) if "[" in fold else ()
    if _has_enclosed_pair(fold) or _NEAR_EXEMPTION.search(fold) is not None:
        yield from _code_runs(cursor, forms)
    for word in forms.alone:
        if word in cursor.text:
            yield from _words_alone(cursor, word, forms)
    for form, code in forms.lone_notices:
        if form in fold:
            yield from _notices_alone(cursor, form, code, forms)
    for sign, code, pattern in forms.rows:
        if sign[0] in fold and sign in fold:
            yield from _rows(cursor, sign, code, pattern)
    if not fold.isascii() and any(block in fold for block in forms.blocks):
        for match in forms.block_run.finditer(fold):
            yield FoundDeletion(*match.span(), forms.block_form)


def _has_enclosed_pair(fold: str) -> bool:
    """Return whether a closing parenthesis is followed by a digit in parentheses, as in (B)(1).

    Parentheses are rare, so searching for one is faster than searching for the sequence of both. Few texts then
    need the compiled pattern.
    """
    at = fold.find(")")
    while at >= 0:
        if fold.startswith(_NEXT_OPENS, at + 1) and _NEAR_ENCLOSED.match(fold, at) is not None:
            return True
        at = fold.find(")", at + 1)
    return False


def _notes(cursor: Cursor, forms: DeletionForms) -> Iterator[FoundDeletion]:
    """Yield the deletions noted in square brackets: [[REDACTED-EX B1]], [4 paragraphs (9 lines) not declassified],
    [(b)(1)].
    """
    for match in _BRACKETS.finditer(cursor.fold):
        inside = " ".join(match[1].split())
        opening = next((code for form, code in forms.openings if inside.startswith(form)), None)
        if opening is not None:
            yield FoundDeletion(*match.span(), opening, (), cursor.joined(*match.span(1)))
            continue
        codes = forms.codes(inside)
        rest = " ".join(forms.code.sub(" ", inside).split())
        known = (pair for pair in forms.notices if pair[0] in rest and _has_word(rest, pair[0]))
        form, code = next(known, ("", forms.code_form))
        if not form and not codes:
            if match[0].strip("[]. \u2026") == "" and forms.starts:
                yield FoundDeletion(*match.span(), forms.start_form)
            continue
        extent = " ".join(rest.replace(form, " ", 1).split())
        if _is_extent(extent, forms):
            yield FoundDeletion(*match.span(), code, codes, extent.strip(" ,;:-.").lower())


def _has_word(text: str, form: str) -> bool:
    at = text.find(form)
    end = at + len(form)
    return at >= 0 and not text[max(at - 1, 0) : at].isalnum() and not text[end : end + 1].isalnum()


def _is_extent(text: str, forms: DeletionForms) -> bool:
    """Return whether words state only the amount, kind, or location of deleted text: "4 PARAGRAPHS (9 LINES)", "NAME",
    "PAGE 2".
    """
    words = re.split(r"[ ()\[\],;:.&/-]+", text)
    return all(not word or word.lower() in forms.extent or _NUMBER.fullmatch(word) is not None for word in words)


def _code_runs(cursor: Cursor, forms: DeletionForms) -> Iterator[FoundDeletion]:
    """Yield deletions for exemption codes in the text: codes in parentheses, exemptions next to their category, and
    codes that are an entire value.
    """
    for match in forms.run.finditer(cursor.fold):
        start, end = match.span()
        run = match[0]
        end -= len(run) - len(run.rstrip(" ,;/&"))
        enclosed = _ENCLOSED_RUN.search(run) is not None
        both = re.search(_PRINTED, run) is not None and re.search(_SECTION, run) is not None
        value = re.match(_PRINTED, run) is not None and _is_value(cursor, start, end)
        inside = start and (cursor.fold[start - 1].isalnum() or cursor.fold[start - 1] in ".)(")
        if (both or value or (enclosed and not _cites_clause(cursor, start, forms))) and not inside:
            yield FoundDeletion(start, end, forms.code_form, forms.codes(run))


def _cites_clause(cursor: Cursor, start: int, forms: DeletionForms) -> bool:
    """Return whether a code in parentheses continues the citation of a statute, such as "section 12 (b)(1)"."""
    before = cursor.fold[max(start - 24, 0) : start].rstrip(" \n")
    if before[-1:].isdigit() or _CLAUSE_BEFORE.search(before) is not None:
        return True
    word = _LAST_WORD.search(before)
    return word is not None and word[1].lower() in forms.not_before


def _is_value(cursor: Cursor, start: int, end: int) -> bool:
    """Return whether a span is the entire value of a label, or all of the text after a paragraph number."""
    return cursor.blank_line(end) and _follows_label(cursor, start)


def _follows_label(cursor: Cursor, start: int) -> bool:
    """Return whether a label or a paragraph number ends directly before an offset, ignoring spaces."""
    if cursor.fold[start - 1 : start] not in ":.) ":
        return False
    return _LABEL_END.search(cursor.fold, _near_line_start(cursor, start), start) is not None


def _near_line_start(cursor: Cursor, at: int) -> int:
    """Return the offset at which the line that contains `at` begins or, for a long line, the offset a fixed distance
    before `at`.
    """
    low = max(at - _LONGEST_ALONE, 0)
    return max(cursor.fold.rfind("\n", low, at) + 1, low)


def _words_alone(cursor: Cursor, word: str, forms: DeletionForms) -> Iterator[FoundDeletion]:
    """Yield deletions for codes without a number, such as OGA, that directly follow a label or paragraph number."""
    at = cursor.text.find(word)
    while at >= 0:
        end = at + len(word)
        if not cursor.fold[end].isalnum() and _follows_label(cursor, at):
            if cursor.blank_line(end) or (cursor.fold[end] in " ,;" and cursor.fold[at - 1] != "."):
                yield FoundDeletion(at, end, forms.code_form, (forms.by_form[word],))
        at = cursor.text.find(word, end)


def _notices_alone(cursor: Cursor, form: str, code: str, forms: DeletionForms) -> Iterator[FoundDeletion]:
    """Yield deletion notices without brackets that fill a line, value, or paragraph. Codes may follow them."""
    at = cursor.fold.find(form)
    while at >= 0:
        end = at + len(form)
        stop = cursor.fold.find("\n", end, end + _LONGEST_CODES)
        line = _near_line_start(cursor, at)
        label = _LABEL.match(cursor.fold, line, at)
        start = label.end() if label is not None else line
        extent = cursor.fold[start:at].strip(" ")
        if stop >= 0 and not cursor.fold[at - 1 : at].isalnum() and _is_extent(extent, forms):
            tail = cursor.fold[end:stop].strip(" .")
            if forms.code.sub("", tail).strip(" ,;") == "":
                yield FoundDeletion(*cursor.trim(start, stop), code, forms.codes(tail), extent.lower())
        at = cursor.fold.find(form, end)


def _rows(cursor: Cursor, sign: str, code: str, pattern: Pattern) -> Iterator[FoundDeletion]:
    """Yield deletions indicated by a row of characters at least as long as `sign`. Rows of dashes or underscores count
    only if they replace words, because most of them are ruled lines.
    """
    end = 0
    while (start := cursor.fold.find(sign, end)) >= 0:
        match = pattern.match(cursor.fold, start)
        end = match.end() if match is not None else start + 1
        if match is None:
            continue
        if sign.isalpha():
            if cursor.fold[start - 1] == "(" and cursor.fold[end] == ")":
                start, end = start - 1, end + 1
            yield FoundDeletion(start, end, code)
        elif start and cursor.fold[start - 1] != "\n" and _replaces_words(cursor, start, end):
            yield FoundDeletion(start, end, code)


def _replaces_words(cursor: Cursor, start: int, end: int) -> bool:
    """Return whether a row of dashes or underscores replaces words after a label or within a sentence."""
    text = cursor.text
    before = text[cursor.line_start(start) : start].rstrip(" ")
    if not before or text[start - 1] not in ' "(' or (text[end : end + 1].strip() and text[end] not in ",;.:)\"'"):
        return False
    rest = text[end : cursor.line_end(end)].strip(" ")
    if before[-1] in ":,":
        return bool(rest) or before.upper().lstrip().startswith(cursor.grammar.label_starts)
    if before[-1] in ".)" and _NUMBER_LABEL.search(before) is not None:
        return rest[:1].islower() or (not rest and cursor.blank_line(cursor.line_end(end) + 1))
    return (before[-1].islower() or before[-1] == ";") and rest[:1].islower()


# ---- deletions as parts of the telegram ------------------------------------------------------------------------------


def begins_deleted(cursor: Cursor, at: int) -> FoundDeletion | None:
    """Return the deletion at the position of a paragraph's mark, or `None`. Three periods count as a deletion there."""
    found = deletion_at(cursor, at)
    if found is None and cursor.fold.startswith("...", at):
        forms = deletion_forms(cursor.words)
        return FoundDeletion(at, at + 3, forms.start_form)
    return found


def set_deletions(cursor: Cursor, telegram: Telegram, margin: list[Deletion]) -> None:
    """Set a telegram's deletions, each with the name of the part that contains it, and mark the paragraphs that were
    withheld in full.
    """
    forms = deletion_forms(cursor.words)
    found = [_node(cursor, one, forms) for one in deletions_in(cursor)]
    found += margin
    known = {(one.span.start, one.span.end) for one in found}
    for paragraph in telegram.paragraphs:
        place = paragraph.place
        if paragraph.cut and place is not None and (place.span.start, place.span.end) not in known:
            found.append(Deletion(place.span, place.text, forms.start_form, forms.kinds[forms.start_form]))
    found += _between_numbers(cursor, telegram, forms, {one.span.start for one in found})
    _cover_reasons(cursor, telegram, found)
    if not found:
        return
    found.sort(key=lambda one: one.span.start)
    _withheld_paragraphs(cursor, telegram, [one for one in found if one.place == "margin"])
    marks = [one.place.span for one in telegram.paragraphs if one.cut and one.place is not None]
    spans = _places(telegram)
    for one in found:
        at = bisect_right(marks, one.span.start, key=lambda span: span.start) - 1
        in_mark = at >= 0 and _inside(one.span, marks[at])
        one.place = one.place or (
            "mark" if in_mark else next((name for name, span in spans if _inside(one.span, span)), "text")
        )
    telegram.deletions = tuple(found)


def _between_numbers(cursor: Cursor, telegram: Telegram, forms: DeletionForms, known: set[int]) -> list[Deletion]:
    """Return deletions for lines that consist of one repeated character or of a code without a number, if the paragraph
    numbers show that paragraphs are missing at that position.
    """
    found: list[Deletion] = []
    misnumbered = telegram.misnumbered
    starts = [one.span.start for one in telegram.numbered] if misnumbered else []
    for paragraph in misnumbered:
        at = bisect_left(starts, paragraph.span.start)
        before = starts[at - 1] if at else 0
        for match in _LINE_ALONE.finditer(cursor.view.source.text, before, paragraph.span.start):
            words = match[1]
            row = next((code for sign, code, pattern in forms.rows if pattern.fullmatch(words)), "")
            span = Span(*match.span(1))
            if span.start not in known and (row or words in forms.alone):
                codes = () if row else (forms.by_form[words],)
                form = row or forms.code_form
                found.append(Deletion(span, words, form, forms.kinds[form], codes, None, "paragraph"))
    return found


def _node(cursor: Cursor, one: FoundDeletion, forms: DeletionForms) -> Deletion:
    return Deletion(
        cursor.span(one.start, one.end), cursor.joined(one.start, one.end), one.form, forms.kinds[one.form], one.codes,
        one.extent or None, "paragraph" if _is_paragraph(cursor, one) else "",
    )  # fmt: skip


def _is_paragraph(cursor: Cursor, one: FoundDeletion) -> bool:
    """Return whether a deletion is the only text between two empty lines."""
    line, end = cursor.line_start(one.start), cursor.line_end(one.end)
    alone = cursor.begins_line(one.start) and not cursor.fold[one.end : end].strip(" .")
    above = line == 0 or cursor.blank_line(cursor.line_start(line - 1))
    return alone and above and (end + 1 >= cursor.size or cursor.blank_line(end + 1))


def margin_nodes(cursor: Cursor, found: list[FoundDeletion]) -> list[Deletion]:
    """Return the codes found in the margin as `Deletion` nodes."""
    forms = deletion_forms(cursor.words)
    nodes = [_node(cursor, one, forms) for one in found]
    for node in nodes:
        node.place = "margin"
    return nodes


def _withheld_paragraphs(cursor: Cursor, telegram: Telegram, margin: list[Deletion]) -> None:
    """Set `cut` and `place` for paragraphs that have codes in the margin but no mark.

    The codes are next to the first line or, if only the paragraph number remains, anywhere after the beginning of the
    preceding paragraph.
    """
    if not margin:
        return
    source = cursor.view.source.text
    starts = [one.span.start for one in margin]
    before = telegram.span.start
    for paragraph in telegram.paragraphs:
        start = paragraph.span.start
        if paragraph.mark is None and not paragraph.cut:
            empty = not paragraph.text.strip()
            at = bisect_left(starts, before if empty else start)
            line_end = source.find("\n", start)
            if at < len(margin) and (line_end < 0 or starts[at] <= line_end):
                paragraph.cut, paragraph.place = True, Word(margin[at].span, margin[at].text)
                margin[at].place = "paragraph" if empty else "mark"
        before = start


def _cover_reasons(cursor: Cursor, telegram: Telegram, found: list[Deletion]) -> None:
    """Extend the span of unreadable reasons over a deletion that follows their label. If the deletion is a row of
    characters, also add it to `found`.
    """
    block = telegram.authority
    if not isinstance(block, Authority) or not isinstance(block.reasons, Unread):
        return
    span, source = block.reasons.span, cursor.view.source.text
    forms = deletion_forms(cursor.words)
    start = len(source) - len(source[span.end :].lstrip(" :\r\n"))
    rows = ((code, pattern.match(source, start)) for _, code, pattern in forms.rows)
    for code, row in rows:
        if row is not None and not any(one.span.start == start for one in found):
            found.append(Deletion(Span(*row.span()), row[0], code, forms.kinds[code], (), None, "authority"))
    for one in found:
        if one.span.start == start:
            block.reasons.span = Span(span.start, one.span.end)


def _places(telegram: Telegram) -> list[tuple[str, Span]]:
    """Return (name, span) for each part that may contain a deletion, except portion marks. The head comes last, because
    it contains other parts.
    """
    places = []
    if isinstance(telegram.subject, Subject):
        places.append(("subject", telegram.subject.span))
    for name in ("authority", "eo", "tags_line", "signature", "dtg", "sender", "banner"):
        part = getattr(telegram, name)
        if part is not None:
            places.append((name, part.span))
    first = telegram.paragraphs[0].span.start if telegram.paragraphs else telegram.span.end
    places.append(("head", Span(telegram.span.start, first)))
    return places


def _inside(span: Span, other: Span) -> bool:
    return other.start <= span.start < max(other.end, other.start + 1)
