"""Collect evidence about the copy: signs of lost text, and labels that show which parts the text should contain.

The engine uses this evidence after a rule has failed. Damage excuses a missing part, but never a wrong one. If a label
is present but its part was not read, the parser is at fault, not the drafter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from ...model import Authority, Banner, Damage, Dtg, Fact, Party, Signature, TagsLine, Telegram
from ...text import Pattern, Span
from ...values import Level
from ...vocabulary import Vocabulary
from ..cursor import Cursor
from ..fields.authority import PREVIEW_END

_FIRST = Pattern(r"[\xb6\"' ]*1 ?[.)](?=[ (\n]|[A-Z])")
_LATER_FIRST = Pattern(r"\n(?=[\xb6\"' ]*1 ?[.)](?:[ (\n]|[A-Z]))")
_LINE_ENDS = ("", "\n", "\r")
_SENTENCE_ENDS = ".!?:;\"')]\u201d\u2019"
_TELETYPE = ("acp127", "central-file")
_TEXT = ("eo", "tags", "subject", "references", "authority", "paragraph")
_FIELDS = ("eo", "tags", "subject", "references", "authority")
_NOT_READ = ("loose_text", "unread")
_GARBLED = 5  # letters of a label that a garbled copy must have kept
_LONGEST_SENTENCE = 200  # code points between such a label and the last reason
_FALL = 3  # smallest drop from one paragraph number to the next that is not just a slip
_NUMBER_NEAR = 60  # code points between the level and the number of a classification line


def damage(telegram: Telegram, cursor: Cursor) -> tuple[Damage, ...]:
    """Return the evidence that this copy lacks text, in no particular order."""
    found = [*_extract(cursor), *_cut(telegram, cursor), *_gap(telegram, cursor), *_set_anew(telegram, cursor)]
    found += [*_lost_banner(telegram, cursor), *_other_text(telegram, cursor)]
    if not telegram.whole and not found:
        end = cursor.size
        later = isinstance(telegram.banner, Banner) and (telegram.banner.section or 1) > 1
        why = "this copy does not contain the whole telegram"
        found.append(_damage(cursor, end, end, "sections", "all" if later else "text", why))
    return (*found, *_withheld(telegram)) if telegram.deletions else tuple(found)


def _damage(cursor: Cursor, start: int, end: int, kind: str, covers: str, why: str) -> Damage:
    return Damage(cursor.span(start, end), kind, covers, why)


def _extract(cursor: Cursor) -> list[Damage]:
    """Return the notice that the copy is a partial extract or that its text could not be retrieved, or an empty list if
    there is none.
    """
    for phrase in cursor.grammar.page_word("lost"):
        at = cursor.fold.find(phrase)
        if at >= 0:
            why = "this copy is a partial extract"
            return [_damage(cursor, at, at + len(phrase), "extract", "all", why)]
    return []


def _cut(telegram: Telegram, cursor: Cursor) -> list[Damage]:
    """Return evidence that the copy breaks off, either on a line above the text or at the end."""
    text, size = cursor.text, cursor.size
    head = cursor.fold[: first_paragraph(cursor, 0, size)]
    at = max(head.find(f"{end}\n") for end in PREVIEW_END)
    preview = text.rstrip().endswith(PREVIEW_END)
    if at >= 0:
        ends = preview and telegram.paragraphs and telegram.paragraphs[0].span.start <= cursor.span(at, at + 1).start
        covers = "all" if ends else "head"  # the body of a preview may be only the beginning of an authority sentence
        return [_damage(cursor, at, at + 1, "gap", covers, "a line above the text is cut off here")]
    if not preview and not _is_cut(telegram, text):
        return []
    why = "this copy ends in the middle of the text"
    end = len(text.rstrip())
    return [_damage(cursor, end, end, "cut", "text" if _has_head(telegram) else "all", why)]


def _withheld(telegram: Telegram) -> list[Damage]:
    """Return the deletions as evidence. A part missing at, above, or within a deletion may have been withheld."""
    found = []
    first = telegram.paragraphs[0].span.start if telegram.paragraphs else telegram.span.end
    for deletion in telegram.deletions:
        covers = "head" if deletion.span.start < first else "text" if deletion.place in ("mark", "paragraph") else ""
        if deletion.place == "margin" and covers == "head":
            covers = ""
        found.append(Damage(deletion.span, "deletion", covers, deletion.notice()))
    return found


def _has_head(telegram: Telegram) -> bool:
    """Return whether the copy continues below the head of the telegram or document.

    A document continues if it has a date or a marked paragraph; unmarked paragraphs do not count, because headings are
    also read as paragraphs.
    """
    if telegram.layout != "document":
        return bool(telegram.paragraphs)
    return telegram.date is not None or any(each.mark is not None for each in telegram.paragraphs)


def _is_cut(telegram: Telegram, text: str) -> bool:
    ended = text[-1:] in _LINE_ENDS
    if telegram.layout != "document":
        return not telegram.paragraphs and (not ended or telegram.dtg is None)
    block = telegram.authority
    if ended or (isinstance(block, Authority) and block.declassify is not None):
        return False
    if not _has_head(telegram):
        return True
    last_line = text[text.rfind("\n") + 1 :]
    mark_or_name = len(last_line) > 1 and last_line.isupper()
    return text[-1] not in _SENTENCE_ENDS and not mark_or_name


def _gap(telegram: Telegram, cursor: Cursor) -> list[Damage]:
    """Return evidence of a gap at the top: a first paragraph with a number other than 1, or an unreadable line above
    the text.
    """
    if telegram.layout not in _TELETYPE:
        return []
    first = next((each for each in telegram.paragraphs if each.number is not None and each.depth == 1), None)
    if first is not None and first.number != 1 and telegram.layout == "acp127":
        why = f"this copy has no paragraph before paragraph {first.number}"
        return [Damage(Span(first.span.start, first.span.start), "gap", "head", why)]
    frame = (telegram.dtg, telegram.sender, telegram.banner, telegram.to or None)
    if all(node is not None for node in frame):
        return []
    for start, kind in cursor.parts:
        if kind in _TEXT:
            break
        if kind in _NOT_READ or (kind == "captions" and telegram.banner is None and not telegram.caption_codes):
            end = min(cursor.fold.find("\n", start) + 1, cursor.size)
            return [_damage(cursor, start, end, "gap", "head", "a line above the text cannot be read")]
    return []


def _set_anew(telegram: Telegram, cursor: Cursor) -> list[Damage]:
    """Return evidence that a publisher rearranged the fields and may have dropped some.

    This is assumed if two fields share a line, if the text cites a reference although neither references nor a subject
    were read, or if a copy with a record lacks both the subject and the authority of a classified telegram.
    """
    if telegram.layout not in _TELETYPE:
        return []
    for start, kind in cursor.parts:
        if kind in _FIELDS and _is_joined(cursor, start):
            return [_damage(cursor, start, start, "gap", "fields", "fields above the text share a line in this copy")]
    if telegram.subject is not None:
        return []
    tags, level = telegram.tags_line, telegram.level
    unsigned = telegram.authority is None and isinstance(level, Level) and level.classified
    if telegram.source_record is not None and isinstance(tags, TagsLine) and unsigned:
        why = "this copy has neither the subject nor the authority"
        return [Damage(Span(tags.span.end, tags.span.end), "gap", "fields", why)]
    if telegram.references:
        return []
    cited = _citation(cursor.words).search(cursor.fold, first_paragraph(cursor, 0, cursor.size))
    if cited is None:
        return []
    why = "this copy has no subject, and the references that its text cites are missing"
    return [_damage(cursor, *cited.span(), "gap", "fields", why)]


def _lost_banner(telegram: Telegram, cursor: Cursor) -> list[Damage]:
    """Return evidence that a publisher dropped the classification line between a complete header and the parts below.

    The telegram must have had a classification line, because the publisher's record states its level.
    """
    record = telegram.source_record
    stated = record is not None and isinstance(record.level, Level)
    if telegram.banner is not None or not stated or not isinstance(telegram.dtg, Dtg) or telegram.sender is None:
        return []
    below = next(((start, kind) for start, kind in cursor.parts if kind in ("captions", *_TEXT)), None)
    if below is None or below[1] == "paragraph":
        return []
    why = "this copy has no classification line, but its record states the level"
    return [_damage(cursor, below[0], below[0], "gap", "banner", why)]


def _other_text(telegram: Telegram, cursor: Cursor) -> Iterator[Damage]:
    """Yield the spans that may contain text from another telegram that a publisher joined to this one."""
    paragraphs = [each for each in telegram.paragraphs if each.number is not None and each.depth == 1]
    if telegram.layout not in _TELETYPE or not paragraphs:
        return
    if _signed_elsewhere(telegram, cursor.words):
        span = Span(paragraphs[0].span.start, telegram.span.end)
        yield Damage(span, "other_text", "", "the Secretary of State signs, so the text may belong to another telegram")
    numbers = [each.number or 0 for each in paragraphs]
    for first, last in _fallen_back(numbers):
        mark = paragraphs[first].mark
        start = paragraphs[first].span.start if mark is None else mark.span.start  # the number itself is a finding
        span = Span(start, paragraphs[last].span.end)
        yield Damage(
            span, "other_text", "", "the paragraph numbers start over, so the text may belong to another telegram"
        )


def _signed_elsewhere(telegram: Telegram, words: Vocabulary) -> bool:
    """Return whether the Secretary of State in office at the time signed the telegram although, according to the
    classification line and FM line, it comes from a post from which the Secretary does not send telegrams.
    """
    banner, sender, signer, day = telegram.banner, telegram.sender, telegram.signature, telegram.date
    if not isinstance(banner, Banner) or not isinstance(sender, Party) or not isinstance(signer, Signature):
        return False
    if day is None or banner.post is None or banner.post != sender.post:
        return False
    name = signer.text.upper()
    return any(
        name in entry.forms.get("name", ()) and entry.in_use(day.first) and banner.post not in entry.facts["posts"]
        for entry in words["secretaries"]
    )


def _fallen_back(numbers: list[int]) -> Iterator[tuple[int, int]]:
    """Yield the first and last index of each run of consecutive numbers that begins with a drop of at least three to a
    number seen earlier.
    """
    for index in range(1, len(numbers) - 1):
        number, before = numbers[index], numbers[index - 1]
        if 1 < number <= before - _FALL and numbers[index + 1] == number + 1 and number in numbers[:index]:
            last = index + 1
            while last + 1 < len(numbers) and numbers[last + 1] == numbers[last] + 1:
                last += 1
            yield index, last


def _is_joined(cursor: Cursor, start: int) -> bool:
    """Return whether a field shares its line with other text in the source, even if the parser has restored the missing
    line break.
    """
    line = cursor.line_start(start)
    if cursor.fold[line:start].strip(" "):
        return True
    return line > 0 and cursor.view.adds_line_feed(line - 1)


@lru_cache(maxsize=4)
def _citation(words: Vocabulary) -> re.Pattern[str]:
    """Return the pattern for a reference cited in the text, such as "reftel" or "ref A"."""
    forms = [form for entry in words["labels"] if entry.code == "reference" for form in entry.spellings("cited")]
    alone = [form for entry in words["labels"] if entry.code == "reference" for form in entry.spellings("cited-alone")]
    return re.compile(rf"(?<![A-Z])(?:(?:{_any_of(alone)})(?![A-Z])|(?:{_any_of(forms)}) [A-Z](?![A-Z]))")


# ---- labels ----------------------------------------------------------------------------------------------------------


def labels(telegram: Telegram, cursor: Cursor, only: str = "") -> tuple[Fact, ...]:
    """Return a fact for each field of the telegram whose label a plain search finds above paragraph 1. If `only` is
    given, search only for the labels that introduce that field.

    `name` is the dotted field name, and `text` is the label as written. Classification lines are searched for in the
    whole text, because some copies print the text above them.
    """
    ends = {"header": _end_of_header(cursor), "head": first_paragraph(cursor, 0, cursor.size), "text": cursor.size}
    found: dict[str, Fact] = {}
    lines = f"\n{cursor.fold}"
    for fields, region, patterns in _patterns(cursor.words):
        if only and only not in fields:
            continue
        matches = [match for one in patterns if (match := one.search(lines, 0, ends[region] + 1)) is not None]
        if matches:
            start, end = (place - 1 for place in min(match.span(1) for match in matches))
            for field in fields:
                found.setdefault(field, Fact(cursor.span(start, end), field, cursor.text[start:end]))
    garbled = None
    if only in ("", "authority"):
        garbled = _garbled_authority(cursor.words).search(lines, 0, ends["head"] + 1)
    if garbled is not None:
        start, end = garbled.start(1) - 1, garbled.end(1) - 1
        found.setdefault("authority", Fact(cursor.span(start, end), "authority", cursor.text[start:end]))
    return tuple(found.values())


@lru_cache(maxsize=4)
def _garbled_authority(words: Vocabulary) -> re.Pattern[str]:
    """Return the pattern for a line that begins like an authority sentence and ends with a reason letter."""
    forms = [form for entry in words["labels"] if entry.code == "classified-by" for form in entry.spellings("block")]
    starts = sorted({form[:_GARBLED] for form in forms if len(form.split()[0]) > _GARBLED})
    return re.compile(rf"(?m)\n[ \t]*((?:{_any_of(starts)})[A-Z]*)[^\n]{{0,{_LONGEST_SENTENCE}}}\([A-H]\)[ .`']*$")


def first_paragraph(cursor: Cursor, low: int, high: int) -> int:
    """Return the offset of the line that begins with paragraph 1, or `high` if there is none. `low` must be the
    beginning of a line.
    """
    if low >= high or _FIRST.match(cursor.fold, low) is not None:
        return min(low, high)
    found = _LATER_FIRST.search(cursor.fold, low)
    return min(found.end(), high) if found is not None else high


def _end_of_header(cursor: Cursor) -> int:
    """Return the offset of the classification line or of the first part below it, or the size of the text if neither
    exists.
    """
    return next((start for start, kind in cursor.parts if kind in ("banner", *_TEXT)), cursor.size)


_THEN = {
    "": r"(?![A-Z])",
    "address": r"(?=[ \n]+[A-Z]{2})",
    "colon": r"\s{0,3}:",
    "number": r"[\s:;.(]{0,4}(?=1 ?[\d.])",
}


@lru_cache(maxsize=4)
def _patterns(words: Vocabulary) -> tuple[tuple[tuple[str, ...], str, tuple[re.Pattern[str], ...]], ...]:
    """Return, for each label, the fields that it introduces, the region of the text to search, and the search patterns.

    The `labels` table states what must follow a label. A label that must be followed by an address is also an ordinary
    word, so it is searched for only in the header or, with a colon after it, as a label in a labeled form.
    """
    found = []
    for entry in words["labels"]:
        fields = entry.facts.get("fields", ())
        if fields:
            then = entry.fact("then")
            forms = [(entry.spellings("line", "block"), "head", then)]
            if then == "address":
                forms = [(entry.spellings("line"), "header", then), (entry.spellings("field"), "head", "colon")]
            for spellings, region, after in forms:
                found.append((fields, region, tuple(_alone(spellings, _THEN[after]))))
    levels = [form for entry in words["levels"] for form in entry.spellings("spaced", "banner", "telegram")]
    number = rf"(?![A-Z])(?=[^\n]{{0,{_NUMBER_NEAR}}}\d{{3,6}})"
    found.append((("banner",), "text", (re.compile(rf"\n[ \t\"]*({_any_of(levels)}){number}"),)))
    return tuple(found)


def _alone(spellings: Iterable[str], then: str) -> Iterator[re.Pattern[str]]:
    """Yield one pattern for each pair of letters with which spellings begin. A match must not directly follow a letter
    or digit, and must be followed by `then`.

    Searching for a pattern that begins with letters is ten times as fast as for one that begins with a condition.
    """
    starts: dict[str, list[str]] = {}
    for one in spellings:
        starts.setdefault(one[:2], []).append(one)
    for two, group in starts.items():
        start = re.escape(two)
        if len("".join(two.split())) == 2:
            rest = "|".join(form.removeprefix(start) for form in _forms(group))
            yield re.compile(f"({start}(?<![A-Z0-9]..)(?:{rest})){then}")
        else:
            yield re.compile(f"(?<![A-Z0-9])({_any_of(group)}){then}")


def _any_of(spellings: Iterable[str]) -> str:
    """Return a pattern that matches any of the spellings, trying the longest first. A space in a spelling matches up to
    three whitespace characters, or none.
    """
    return "|".join(_forms(spellings))


def _forms(spellings: Iterable[str]) -> list[str]:
    longest = sorted(spellings, key=len, reverse=True)
    return [r"\s{0,3}".join(map(re.escape, one.split())) for one in longest]
