"""Read the labeled fields above the text: the subject, E.O. line, references, and TAGS.

The last part classifies references that do not identify a telegram by post and number, and writes message numbers in a
standard form.
"""

from __future__ import annotations

import re
from functools import lru_cache

from ...model import Banner, EoLine, Marking, Party, Reference, Subject, Tag, TagsLine, Telegram, Unread
from ...text import Pattern
from ...vocabulary import Vocabulary
from ..cursor import Cursor
from ..lookup import Grammar
from ..markings import finder
from .blocks import Region, inner_references
from .dates import month_of, year_of
from .declass_instruction import read_value
from .deletions import kept_spans
from .header_lines import post_of


def read_subject(cursor: Cursor, telegram: Telegram, region: Region) -> None:
    """Read the subject into the telegram, including any portion mark before or after its words.

    If there are several subjects, the first is used.
    """
    if isinstance(telegram.subject, Subject):
        return
    start = region.body
    while start < region.end and cursor.fold[start] in " :;.\n":
        start += 1
    subject = Subject(cursor.span(region.start, region.end), "")
    end = region.end
    if start < end and cursor.fold[start] == "(":
        subject.mark = finder.portion(cursor.view, start, end, cursor.words, cursor.lowered)
        if subject.mark is not None:
            start, subject.where = _after_mark(cursor, start, end), "start"
    elif start < end and cursor.fold[end - 1] == ")":
        low = cursor.fold.rfind("(", start, end)
        mark = finder.portion(cursor.view, low, end, cursor.words, cursor.lowered) if low > start else None
        if isinstance(mark, Marking) and not finder.follows_code(cursor.fold, low):
            subject.mark, subject.where, end = mark, "end", low
    subject.text = cursor.joined(start, _subject_end(cursor, start, end))
    telegram.subject = subject


def _subject_end(cursor: Cursor, start: int, end: int) -> int:
    """Return the offset at which a subject's words end, without a statement about handling or a heading that a copy has
    joined to them.
    """
    fold, grammar = cursor.fold, cursor.grammar
    if fold.endswith("-----", start, end):
        end = cursor.trim(start, start + len(fold[start:end].rstrip("- \n")))[1]
        for word in grammar.page_word("summary"):
            if fold.endswith((f"  {word}", f"\n{word}", f"- {word}"), start, end):
                end = cursor.trim(start, start + len(fold[start : end - len(word)].rstrip("- \n")))[1]
                break
    for form in grammar.page_word("handling-sentence", "phrase"):
        at = fold.find(form, start + 1, end)
        if at < 0:
            continue
        after = fold[at + len(form) : end].lstrip(" .,;:-\n")
        below = not fold[cursor.line_start(at) : at].strip(" ") and cursor.line_start(at) > start
        if after.startswith(grammar.page_word("handling-sentence", "next")) or (below and not after):
            before = fold[start:at].rstrip(" ")
            lead = next((one for one in grammar.page_word("handling-sentence", "lead") if before.endswith(one)), "")
            end = cursor.trim(start, start + len(before) - len(lead))[1]
    return end if end > start else start


def _after_mark(cursor: Cursor, start: int, end: int) -> int:
    close = cursor.fold.find(")", start, end)
    return close + 1 if close >= 0 else end


# ---- E.O. line -------------------------------------------------------------------------------------------------------
_NUMBER = Pattern(r"[\dOIL]{4,6}")
_LIKE = 3  # digits, of five, that must agree
_DIGITS = str.maketrans("OIL", "011")


def read_eo(cursor: Cursor, telegram: Telegram, region: Region) -> None:
    """Read an E.O. line into the telegram. If there are several, all are collected, and the first is the telegram's
    E.O. line.
    """
    match = _NUMBER.match(cursor.fold, region.body)
    if match is None:
        return
    order = match.group().translate(_DIGITS)
    line = EoLine(cursor.span(region.start, region.end), cursor.text[region.start : region.end], order)
    line.number = cursor.word(*match.span())
    place_order(cursor, line)
    at = match.end()
    while at < region.end and cursor.fold[at] in " .:":
        at += 1
    if at < region.end:
        line.instruction, line.downgrade = read_value(cursor, at, region.end)
    usual = f"{cursor.grammar.label('eo', 'line')[0]} {match.group()}:"
    line.usual_form = len(match.group()) == 5 and (
        cursor.text.startswith(usual, region.start) or _is_spread(cursor.text[region.start : match.end() + 2], usual)
    )
    cursor.collect("eo_lines", (line,))
    if telegram.eo is None:
        telegram.eo = line


def _is_spread(text: str, usual: str) -> bool:
    """Return whether a text begins with the usual form, ignoring the spaces that archives insert after periods."""
    written = text[: text.find(":") + 1]
    return written.replace(" ", "") == usual.replace(" ", "") and written.count(" ") >= usual.count(" ")


def place_order(cursor: Cursor, line: EoLine) -> None:
    """Set the era of the order that the line cites. If the number does not belong to any order, set `nearest` to the
    number of the most similar order, if one is similar enough.
    """
    eras = cursor.grammar.era_numbers
    line.era = eras.get(line.order)
    if line.era is None:
        nearest = max(eras, key=lambda number: _likeness(number, line.order), default="")
        line.nearest = nearest if _likeness(nearest, line.order) >= _LIKE else None


def _likeness(number: str, other: str) -> int:
    """Return how many digits two numbers share in the same positions, but at least 4 if one is a rearrangement of the
    other.
    """
    same = sum(a == b for a, b in zip(number, other, strict=False))
    return max(same, 4 if sorted(number) == sorted(other) else 0)


# ---- References ------------------------------------------------------------------------------------------------------
_BREAK = Pattern(
    r"\n *(?:\xb6 ?)?(?=(?:\( ?)?[A-Z] ?[.)]|['0-9A-Z])|\n *\xb6? ?(?=[A-Z] ?[-:] )|[ \n]{0,40}\xb6 ?(?=\(?[A-Z][.):])"
    r"|;|,| AND | & |(?<=\d\d)(?<!/\d\d)/(?=\d{2,6}(?![\d/]))"
    r"|(?<=[\d)]) +(?=\(?[B-Z][.):])|(?<![( ]) +(?=\(?[B-Z][.)] ?[A-Z\d])"
)
_BREAK_SIGNS = ("\n", "\xb6", ";", ",", " AND ", " & ", "/", ".", ")", ":")  # each break contains one or precedes it
_LETTER = Pattern(r"(?:(?:REF(?:TEL)?S? *)?(?:\( ?([A-Z]) ?\)[.:]?|([A-Z])(?:\.\)|[.):](?![A-Z]\.)| ?- ))[ :]*)+")
_ONE_LETTER = Pattern(r"(?<![A-Z])[A-Z](?![A-Z])")
_LABEL = Pattern(r"(?:REF(?:TEL|ERENCE)?S?(?:\(S\))?[ :.]+)+(?=[^ :.])")
_NAMED = Pattern(
    r"(?:'?(\d{4}|\d{2}|O\d(?= ))[ -]?)?([A-Z][A-Z'. -]{1,39}?)[ \n]?"
    r"(?:\((\d{4}|\d{2})\)[ \n]?|(\d{2})-(?=\d{3})|(0\d)-(?=\d{2}(?!\d)))?[ \n]?#?(\d{1,7})(?![\dA-Z])(?!/\d{1,2}/\d)"
    r"(?: ?\((\d{4}|\d{2})\)|-(\d{2})(?![\d-]))?"
)
_NUMBER_ALONE = Pattern(r"#?(\d{2,6})(?: ?\((\d{4}|\d{2})\))?(?= *(?:[,;&/.)(\n]|AND|NOTAL|\Z))")
_BROKEN_NAME = Pattern(r"(?:\xb6 ?)?\(?[A-Z][.)] ?[A-Z]{2,12}\.?[ \n]*")  # half of a post's name
_LONGEST_REFERENCE = 60  # code points
_FARTHEST_LETTER = 4  # letters by which a list of references may skip ahead


def read_references(cursor: Cursor, telegram: Telegram, region: Region) -> None:
    """Read the references into the telegram, in text order."""
    start = region.body
    while start < region.end and cursor.fold[start] in " :.\n":
        start += 1
    found: list[Reference] = []
    low = start
    value = cursor.fold[start : region.end].rstrip(" \n")
    several = any(map(value.__contains__, _BREAK_SIGNS))
    for match in _BREAK.finditer(cursor.fold, start, region.end) if several else ():
        if _opens_item(cursor, match, region.end, low):
            _add(cursor, found, low, match.start())
            low = match.end()
    _add(cursor, found, low, region.end)
    for item in found:
        if item.kind == "other":
            name_kind(cursor, telegram, item)
        if item.post in cursor.grammar.page_word("own-telegram"):
            item.post = own_post(telegram)
    cursor.collect("references", found)


def _opens_item(cursor: Cursor, match: re.Match[str], end: int, low: int) -> bool:
    """Return whether a new reference begins after a break, with its own letter or a telegram number.

    `low` is the beginning of the previous reference, whose post name may continue after a line break.
    """
    at = match.end()
    while at < end and cursor.fold[at] in " \n":
        at += 1
    if match.group().startswith("/"):
        return _NUMBER_ALONE.match(cursor.fold, at, end) is not None
    letter = _letter_at(cursor, at, end)
    if letter is not None:
        if "\n" not in match.group() and _LETTER.fullmatch(cursor.fold, low, match.end()) is not None:
            return False  # the letter is doubled: "B. (B) POST 12"
        initial = not match.group().strip(" ") and cursor.fold[match.start() - 1] not in "0123456789)"  # in a name
        return not initial or _named(cursor, cursor.fold, letter.end(), end) is not None
    if "\n" in match.group() and _BROKEN_NAME.fullmatch(cursor.fold, low, match.start()) is not None:
        return False
    if _named(cursor, cursor.fold, at, end) is not None or names_other(cursor, at, end):
        return True
    return match.group() in (" AND ", " & ", ",") and _NUMBER_ALONE.match(cursor.fold, at, end) is not None


def _named(cursor: Cursor, fold: str, at: int, end: int) -> re.Match[str] | None:
    """Return a match for the year, post, and serial number that begin at `at`, or `None` if they do not identify a
    telegram.
    """
    match = _NAMED.match(fold, at, end)
    if match is None or match.end() - at > _LONGEST_REFERENCE:
        return None
    name = match.group(2)
    if name.isalpha():  # as most names
        return None if name in _other_names(cursor.grammar) else match
    words = [*name.replace(".", " ").split(), *name.replace("-", " ").split()]
    if not _other_names(cursor.grammar).isdisjoint(words) or is_airgram(name):
        return None
    return match


@lru_cache(maxsize=4)
def _other_names(grammar: Grammar) -> frozenset[str]:
    """Return words before a number that do not name a telegram, such as months."""
    return frozenset((*grammar.months, *grammar.page_word("not-telegram")))


def _add(cursor: Cursor, found: list[Reference], low: int, high: int) -> None:
    low, high = cursor.trim(low, high)
    while low < high and cursor.fold[high - 1] in ",;\\ \xb6":
        high -= 1
    if low == high:
        return
    item = Reference(cursor.span(low, high), cursor.joined(low, high))
    at = low
    letter = _letter_at(cursor, at, high)
    label = _LABEL.match(cursor.fold, at, high) if letter is None and cursor.fold[at] == "R" else None
    if label is not None:
        at = label.end()
        letter = _letter_at(cursor, at, high)
    if letter is not None and found and _is_mark(cursor, letter, found[-1].letter):
        if letter.end() >= high:
            return
    elif letter is not None:
        item.letter = _next_letter(letter, found[-1].letter if found else None)
        at = letter.end()
        label = _LABEL.match(cursor.fold, at, high) if cursor.fold[at] == "R" else None
        if label is not None:  # "A. REF: A) ZENDA 12"
            again = _letter_at(cursor, label.end(), high)
            at = again.end() if again is not None else label.end()
    if not _name_telegram(cursor, item, at, high) and letter is None and found and found[-1].kind == "telegram":
        _number_telegram(cursor, item, found[-1], at, high)
    found.append(item)


def _is_mark(cursor: Cursor, letter: re.Match[str], last: str | None) -> bool:
    """Return whether a letter in parentheses is the portion mark of a reference: the letter of a level, and far from
    the letter that would follow.
    """
    if letter.group(1) is None or ord(letter.group(1)) - ord(last or "@") <= _FARTHEST_LETTER:
        return False
    return isinstance(finder.portion(cursor.view, letter.start(), letter.end(), cursor.words, True), Marking)


def _letter_at(cursor: Cursor, at: int, end: int) -> re.Match[str] | None:
    """Return a match for the letter, with its label if it has one, that begins a reference, or `None`."""
    fold = cursor.fold
    if fold[at : at + 1] not in "(R" and fold[at + 1 : at + 2] not in ".): -":  # R begins a label
        return None  # few references are lettered, and the pattern takes long to compile
    return _LETTER.match(fold, at, end)


def _next_letter(match: re.Match[str], last: str | None) -> str:
    """Return the letter of a reference.

    If there are two letters ("C. (B)", "D. B. Doe"), return the one that follows the previous reference's letter.
    """
    letters: list[str] = _ONE_LETTER.findall(match.group())
    return next((letter for letter in letters if last is not None and ord(letter) == ord(last) + 1), letters[0])


def _name_telegram(cursor: Cursor, item: Reference, at: int, high: int) -> bool:
    """Set the year, post, and serial number of a reference if they identify a telegram. Return whether they do."""
    match = _named(cursor, cursor.fold, at, high)
    if match is None and "\n" in cursor.fold[at:high]:
        words = " ".join(cursor.fold[at:high].split())
        match = _named(cursor, words, 0, len(words))
    if match is None:
        return False
    before, name, inside, dashed, short, serial, after, suffix = match.groups()
    year = before or inside or dashed or short or after or suffix
    item.kind = "telegram"
    item.year = year_of(year.translate(_DIGITS)) if year else None
    item.post = post_of(cursor.grammar, name.replace("-", " ").strip(" ."))
    item.serial = int(serial)
    return True


def _number_telegram(cursor: Cursor, item: Reference, last: Reference, at: int, high: int) -> None:
    """Set the serial number of a reference that consists only of a number. The post is that of the previous reference,
    and so is the year if none is stated.
    """
    alone = _NUMBER_ALONE.match(cursor.fold, at, high)
    if alone is not None:
        item.kind, item.post, item.serial = "telegram", last.post, int(alone.group(1))
        item.year = year_of(alone.group(2)) if alone.group(2) else last.year


# ---- TAGS ------------------------------------------------------------------------------------------------------------
_ITEM = Pattern(r"\(([^()\n]*(?:\n[^()\n]*)?)\)?|([^\s,;()\\]+)|([,;\\])")
_WORD = Pattern(r"[^\s,;()]+")
_LABEL_BEGINS = Pattern(r" *(?:[A-Z]{1,12} ?:|\(?[A-Z][.)] )")  # the start of a field or a lettered reference
_PAGE = Pattern(r" +PAGE +\d")
_PAGE_WORD = " PAGE "  # in every match of `_PAGE`
_TWO_COUNTRIES = 4  # letters
_LONGEST_SUBJECT = 200  # code points
_LONGEST_TAG = 100  # code points of a word that is looked up
_KINDS = (
    ("tags_subject", "subject"),
    ("tags_geo", "geographic"),
    ("tags_organization", "organization"),
    ("tags_program", "program"),
)
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ROUND = str.maketrans({"0": _LETTERS[14]})  # a zero is read as the letter that it resembles


def read_tags(cursor: Cursor, telegram: Telegram, region: Region) -> None:
    """Read the TAGS line into the telegram. A second TAGS line adds its entries, unless it repeats the first."""
    start = region.body
    while start < region.end and cursor.fold[start] in " :;./-":
        start += 1
    end = _tags_end(cursor, start, region.end)
    if end < region.end:
        _read_below_tags(cursor, telegram, end, region.end)
    region.end = end
    tags = [tag for low, high in kept_spans(cursor, start, end) for tag in _entries(cursor, low, high)]
    before = telegram.tags_line
    if isinstance(before, TagsLine) and not _states_none(cursor, before):
        if [tag.text for tag in tags] != [tag.text for tag in before.tags]:
            cursor.collect("tags", tags)
        return
    text = cursor.text[region.start : region.end]
    telegram.tags_line = TagsLine(cursor.span(region.start, region.end), text, tuple(tags))


def _states_none(cursor: Cursor, line: TagsLine) -> bool:
    """Return whether a TAGS line only states that no TAGS apply. A second TAGS line then replaces it."""
    absent = cursor.words["instructions"].get("na")
    return absent is not None and len(line.tags) == 1 and line.tags[0].text.upper() in absent.spellings()


def _tags_end(cursor: Cursor, start: int, end: int) -> int:
    """Return the offset at which the TAGS end: before a page line joined to them, before a line that is not a list of
    TAGS, or at `end`.
    """
    here = start
    while here < end:
        stop = min(cursor.line_end(here), end)
        for name, _ in cursor.grammar.levels if cursor.fold.find(_PAGE_WORD, here, stop) >= 0 else ():
            at = cursor.fold.find(f" {name} ", here, stop)
            if at >= 0 and _PAGE.match(cursor.fold, at + 1 + len(name), stop) is not None:
                return at
        if here > start and _is_prose(cursor, here, stop):
            return here
        here = stop + 1
    return end


def _is_prose(cursor: Cursor, start: int, end: int) -> bool:
    """Return whether a line below the first TAGS line does not continue the TAGS."""
    if _LABEL_BEGINS.match(cursor.fold, start, end) is not None:
        return True
    found = list(_WORD.finditer(cursor.fold, start, end))
    if len(found) < 3:
        return False
    prose = cursor.grammar.page_word("prose")
    tags = sum(word.group() not in prose and _tag(cursor, *word.span()).known for word in found)
    words = sum(word.group() in prose for word in found)
    lower = 0 if cursor.lowered else sum(cursor.text[slice(*word.span())].islower() for word in found)
    return 2 * tags < len(found) and words + lower > 0


def _read_below_tags(cursor: Cursor, telegram: Telegram, start: int, end: int) -> None:
    """Read an unlabeled subject, and any references after it, from the lines below the TAGS.

    If those lines cannot be a subject, they may hide it, so the subject is marked as lost.
    """
    low, high = cursor.trim(start, end)
    page = any(name in cursor.fold[low : low + 40] for name, _ in cursor.grammar.levels)
    if low == high or page or telegram.subject is not None:
        return
    label = inner_references(cursor, low, high)
    last = label[0] if label is not None else high
    if last - low <= _LONGEST_SUBJECT and cursor.text[low:last].isupper() and not _LABEL_BEGINS.match(cursor.fold, low):
        begun = [(low, "subject")]
        if label is not None and "references" not in cursor.collected:
            begun.append((last, "references"))
            read_references(cursor, telegram, Region("references", last, label[1], high))
            high = last
        read_subject(cursor, telegram, Region("subject", low, low, high))
        cursor.parts = sorted([*cursor.parts, *begun])
    else:
        place = cursor.span(low, low)
        telegram.subject = Unread(place, "the subject has no label: other text follows the TAGS")


def _entries(cursor: Cursor, start: int, end: int) -> list[Tag]:
    tags: list[Tag] = []
    words: list[tuple[int, int]] = []  # consecutive long words that no table lists: perhaps a name
    for match in _ITEM.finditer(cursor.fold, start, end):
        if match.lastindex == 3:
            continue
        if match.lastindex == 1:
            _flush(cursor, tags, words)
            _person(cursor, tags, match)
            continue
        low, high = _trim_stops(cursor, *match.span())
        if low == high:
            continue
        tag = _tag(cursor, low, high)
        if not tag.known and (len(tag.text) > 5 or words) and tag.suggestion is None and tag.text.isalpha():
            words.append((low, high))
            continue
        _flush(cursor, tags, words)
        tags += _divided(cursor, tag, low)
    _flush(cursor, tags, words)
    return tags


def _divided(cursor: Cursor, tag: Tag, low: int) -> list[Tag]:
    """Return the TAG in a word, or two known TAGS if a copy has joined them into one word. A word of four letters is
    not divided into two countries, because most such words are names or local abbreviations.
    """
    if tag.suggestion is None:
        return [tag]
    first, _, second = tag.suggestion.partition(" ")
    if not second or len(tag.text) == _TWO_COUNTRIES:
        return [tag]
    middle = low + len(first)
    return [_tag(cursor, low, middle), _tag(cursor, middle, middle + len(second))]


def _trim_stops(cursor: Cursor, low: int, high: int) -> tuple[int, int]:
    while high > low and cursor.fold[high - 1] in ".:":
        high -= 1
    return low, high


def _person(cursor: Cursor, tags: list[Tag], match: re.Match[str]) -> None:
    """Store a name in parentheses with the preceding TAG, or as a separate entry if that is not possible."""
    low, high = cursor.trim(*match.span(1))
    name = cursor.joined(low, high)
    if tags and tags[-1].person is None and tags[-1].kind != "person":
        tags[-1].person = name
    elif name:
        tags.append(Tag(cursor.span(low, high), name, "person", True, None, name))


def _flush(cursor: Cursor, tags: list[Tag], words: list[tuple[int, int]]) -> None:
    """Add the collected long words to the TAGS, and clear the list. Two or more words form a person's name; a single
    word is an unknown TAG.
    """
    if not words:
        return
    low, high = words[0][0], words[-1][1]
    if len(words) == 1:
        tags.append(_tag(cursor, low, high))
    else:
        name = cursor.joined(low, high)
        tags.append(Tag(cursor.span(low, high), name, "person", True, None, name))
    words.clear()


def _tag(cursor: Cursor, low: int, high: int) -> Tag:
    word = cursor.fold[low:high]
    kind = _tag_kind(cursor.words, word) if len(word) <= _LONGEST_TAG else None
    if kind is not None:
        return Tag(cursor.span(low, high), cursor.text[low:high], kind)
    return Tag(cursor.span(low, high), cursor.text[low:high], "unknown", False, suggestion(cursor, word))


@lru_cache(maxsize=4096)
def _tag_kind(words: Vocabulary, word: str) -> str | None:
    """Return the kind of the TAG with this spelling or code, or `None`. The tables of organizations and programs, which
    contain three-quarters of the words, are read only if no other table lists the word.
    """
    for name, kind in _KINDS:
        if name in words and words[name].find(word) is not None:
            return kind
    return None


def suggestion(cursor: Cursor, word: str) -> str | None:
    """Return the TAG to suggest for a word that is a listed mistake or contains a one-letter error. If the word
    consists of two known TAGS, return both, separated by a space. Return `None` if there is no suggestion.

    Only words of 4 to 12 letters are compared letter by letter.
    """
    memory = cursor.grammar.slips
    if word not in memory and word in cursor.grammar.tag_mistakes:
        memory[word] = cursor.grammar.tag_mistakes[word]
    if word not in memory:
        fits = 4 <= len(word) <= 12 and word.isascii()
        memory[word] = (_suggest(cursor, word) if word.isalpha() else _rounded(cursor, word)) if fits else None
    return memory[word]


def _rounded(cursor: Cursor, word: str) -> str | None:
    candidate = word.translate(_ROUND)
    return candidate if candidate != word and is_tag(cursor.words, candidate) else None


def _suggest(cursor: Cursor, word: str) -> str | None:
    for candidate in _slips(word):
        if len(candidate) > 3 and is_tag(cursor.words, candidate):
            return candidate
    for cut in range(2, len(word) - 1):
        if is_tag(cursor.words, word[:cut]) and is_tag(cursor.words, word[cut:]):
            return f"{word[:cut]} {word[cut:]}"
    return None


def is_tag(words: Vocabulary, word: str) -> bool:
    """Return whether a TAGS table lists a word with its meaning."""
    return word in _known_tags(words)


@lru_cache(maxsize=4)
def _known_tags(words: Vocabulary) -> frozenset[str]:
    """Return the spellings and codes of all TAGS that are listed with their meaning."""
    found: set[str] = set()
    for table in (words[table] for table, _ in _KINDS if table in words):
        spellings = {form for entry in table for form in (*entry.spellings(), entry.code)}
        found.update(form for form in spellings if (entry := table.find(form)) is not None and entry.title)
    return frozenset(found)


def _slips(word: str) -> list[str]:
    """Return the words that differ from a word by one error, grouped by error: first a letter removed, then two letters
    swapped, a letter replaced, and a letter added.
    """
    size = len(word)
    found = [word[:i] + word[i + 1 :] for i in range(size)]
    found += [word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(size - 1)]
    found += [word[:i] + letter + word[i + 1 :] for i in range(size) for letter in _LETTERS]
    found += [word[:i] + letter + word[i:] for i in range(size + 1) for letter in _LETTERS]
    return found


# ---- Other references ------------------------------------------------------------------------------------------------
_AIRGRAM = Pattern(  # 1 year, 2 post, 3 year after the post, 4 number, 5 year after the number
    r"(?:(\d{4}|\d{2}) )?(?:([A-Z][A-Z'. -]{1,39}?)(?:'S?)? (?:(\d{4}|\d{2}) )?)?"
    r"A-(\d{1,4})(?: ?\((\d{4}|\d{2})\))?(?![\dA-Z])"
)
_GROUP = Pattern(r"(\d{2})([0-2]\d[0-5]\d) ?([A-Z]) ?([A-Z]{3,9}),? ?(\d{4}|\d{2})?(?![\d])")
_DATED = Pattern(r"[A-Z][A-Z0-9'./ -]{1,39} \d{2}[0-2]\d[0-5]\d ?[A-Z] ?[A-Z]{3}(?![A-Z]{7})")
_WORDS = Pattern(r"[A-Z][A-Z0-9'./ -]*")
_AIRGRAM_SIGN = "A-"


def name_kind(cursor: Cursor, telegram: Telegram, item: Reference) -> None:
    """Set the kind and identifying fields of a reference to an airgram or to a message cited by its date-time group.
    Other references are not changed.
    """
    words = " ".join(item.text.upper().split())
    if item.letter is not None:
        words = words[words.find(item.letter) + 1 :].lstrip(" .:)-")
    airgram = _AIRGRAM.match(words)
    if airgram is not None:
        before, name, inside, number, after = airgram.groups()
        year = before or inside or after
        item.kind, item.serial = "airgram", int(number)
        item.year = year_of(year) if year else None
        item.post = post_of(cursor.grammar, name.replace("-", " ").strip(" .'")) if name else own_post(telegram)
        return
    group = _GROUP.search(words)
    if group is not None and month_of(group.group(4), cursor.grammar.months)[0] is not None:
        sender = _WORDS.match(words[: group.start()].strip(" ,:"))
        item.group = group.group()
        item.post = post_of(cursor.grammar, sender.group().strip(" -.")) if sender is not None else None
        item.year = year_of(group.group(5)) if group.group(5) else None


def is_airgram(name: str) -> bool:
    """Return whether the words before a number end with `A-`, as in the airgram number A-123."""
    words = name.rsplit(" ", 1)[-1]
    return words.rstrip() == _AIRGRAM_SIGN


def names_other(cursor: Cursor, at: int, end: int) -> bool:
    """Return whether an airgram, or a message identified by its sender and date-time group, begins at an offset."""
    return _AIRGRAM.match(cursor.fold, at, end) is not None or _DATED.match(cursor.fold, at, end) is not None


def own_post(telegram: Telegram) -> str | None:
    """Return the post that sent the telegram, according to its classification line or, failing that, its FM line.
    Return `None` if it is unknown.
    """
    for sender, kind in ((telegram.banner, Banner), (telegram.sender, Party)):
        if isinstance(sender, kind) and sender.post:
            return sender.post
    return None


def number_of(item: Reference, telegram: Telegram, words: Vocabulary) -> str | None:
    """Return the number of the telegram or airgram that is referred to, in the same form as `Telegram.mrn`. Return
    `None` if the reference has no number or the year is unknown.

    A reference without a year is assumed to be from the telegram's own year. However, if it is from the same post and
    its number is not lower than the telegram's own number, it is assumed to be from the previous year.
    """
    if item.post is None or item.serial is None or item.kind not in ("telegram", "airgram"):
        return None
    year, post, serial = telegram._number()
    post_named = station(item.post, words)
    if item.year is not None:
        year = item.year
    elif year is not None and item.kind == "telegram" and post is not None and serial is not None:
        if post_named == station(post, words) and item.serial >= serial:
            year -= 1
    if year is None:
        return None
    sign = _AIRGRAM_SIGN if item.kind == "airgram" else ""
    return f"{year % 100:02d}{post_named}{sign}{item.serial}"


@lru_cache(maxsize=4096)
def station(post: str, words: Vocabulary) -> str:
    """Return a post name without spaces or punctuation. If the `posts` table lists variants of the name, return the
    first one. Results are cached, because most telegrams refer to a few posts.
    """
    entry = words["posts"].find(post)
    name = entry.forms["alias"][0] if entry is not None and entry.forms.get("alias") else post
    return "".join(filter(str.isalnum, name))
