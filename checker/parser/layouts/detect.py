"""Detect a text's layout with a few plain searches, so that modules for rare layouts are loaded only if they are
needed.
"""

from __future__ import annotations

from functools import lru_cache

from ...model import Banner, Telegram, Unread
from ...vocabulary import Entry, Vocabulary
from ..cursor import Cursor

_SMALL_LETTERS = "aeinorst"
_CAPITALS = 20  # a text is in capitals if fewer than one character in 20 is one of these letters
_PROSE = 200  # code points of the shortest text without two paragraph numbers that is not just a note
_CUT_LINES = ("...\n", "\u2026\n", " \\\n")  # the ends of a truncated preview, and a mark at line ends
_LONGEST_LINE = 200  # code points of the longest line in a copy that has kept its line ends
_HEAD_OF_PAGE = 2000  # code points: the release stamp of a page is at the top


def is_smart_form(cursor: Cursor) -> bool:
    """Return whether a line begins with a message number label and a label for the date-time group is within 800 code
    points of it.
    """
    for form in cursor.grammar.label("number", "field"):
        at = cursor.fold.find(f"{form}:")
        if at >= 0 and not cursor.fold[cursor.line_start(at) : at].strip(" "):
            window = cursor.fold[max(0, at - 800) : at + 800]
            others = cursor.grammar.label("dtg", "field")
            return any(f"\n{other}:" in window or f" {other}:" in window for other in others)
    return False


def printed_form(cursor: Cursor) -> str:
    """Return the layout code of a printed form or military message, or an empty string for any other text."""
    signs, heads = cursor.grammar.printed_forms
    for sign, code in signs:
        if sign in cursor.fold:
            return code
    start = 0
    while start < cursor.size and cursor.fold[start] in " \n":
        start += 1
    first = cursor.fold[start : cursor.line_end(start)]
    for words, code, after_level in heads:
        if words not in first:
            continue
        if not after_level and (first.startswith(f"{words} ") or first == words):
            return code
        before, found, rest = first.partition(f" {words}  ")
        if after_level and found and before in cursor.grammar.level_names and rest.strip():
            return code
    return ""


def has_joined_fields(cursor: Cursor) -> bool:
    """Return whether the message number and the date-time group in a labeled form are on the same line."""
    starts = [cursor.fold.find(form + ":") for form in cursor.grammar.label("number", "field")]
    start = min(at for at in starts if at >= 0)
    line = cursor.fold[start : cursor.line_end(start)]
    return any(f" {form}:" in line for form in cursor.grammar.label("dtg", "field"))


def is_mail(cursor: Cursor, telegram: Telegram) -> bool:
    """Return whether the text is an e-mail: the sender and date are fields near the top, and no part of a telegram was
    read.
    """
    numbered = isinstance(telegram.banner, Banner) and telegram.banner.serial is not None
    if telegram.dtg is not None or telegram.security is not None or numbered or telegram.eo is not None:
        return False
    for code in ("sender", "date"):
        forms = [f"{form}:" for form in cursor.grammar.label(code, "field")]
        found = (cursor.fold.find(form, 0, _HEAD_OF_PAGE) for form in forms)
        if not any(at >= 0 and cursor.begins_line(at) for at in found):
            return False
    return True


def is_bare_text(cursor: Cursor, telegram: Telegram) -> bool:
    """Return whether the text is the body of a telegram without a header or fields: text in capitals that is numbered
    or signed.

    Collections of telegrams from 1973 to 1979 contain such texts. They begin with a paragraph or reference and end with
    a surname.
    """
    if telegram.banner is not None or telegram.subject is not None or telegram.authority is not None:
        return False
    if len(telegram.numbered) < 2 and (telegram.signature is None or cursor.size < _PROSE):
        return False
    small = sum(map(cursor.text.count, _SMALL_LETTERS))
    return small * _CAPITALS < cursor.size


def has_artifacts(cursor: Cursor) -> bool:
    """Return whether the text may contain earlier copies of the telegram or marks added by copying."""
    fold = cursor.fold
    heads: list[str] = cursor.grammar.copy_heads.findall(fold)
    counts = [heads.count(label) for label in cursor.grammar.repeated_labels]
    if len(heads) > sum(counts) or any(count > 1 for count in counts):
        return True
    if any(sign[-2] in fold and sign in fold for sign in _CUT_LINES):
        return True
    return _has_quoted_level(cursor) or is_smart_form(cursor)


def _has_quoted_level(cursor: Cursor) -> bool:
    fold = cursor.fold
    return '"' in fold and any(
        at and fold[at - 1] == '"' for form in cursor.grammar.spaced_levels for at in cursor.places(form)
    )


def has_row_values(cursor: Cursor) -> bool:
    """Return whether the text contains what separates the values in a row of an archive."""
    text = cursor.text
    return "\t" in text or ('"' in text and BETWEEN_VALUES in text)


def has_displaced_level(cursor: Cursor) -> bool:
    """Return whether a letter-spaced level is not alone at the beginning of its line, so that `glued_levels` or
    `broken_levels` may find one.
    """
    fold = cursor.fold
    for core in cursor.grammar.spaced_cores:
        at = fold.find(core)
        while at >= 0:
            end = at + len(core)
            before = fold[max(at - 3, 0) : at]  # a line feed, the first letter, and a space
            if before[-1:] != " " or before[:-2] not in ("\n", "") or fold[end].isalpha():
                return True
            at = fold.find(core, end)
    return False


def glued_levels(cursor: Cursor) -> list[int]:
    """Return the offsets of levels that follow a tab or the quotation marks between two values in an archive row, and
    of letter-spaced levels that follow a digit or period.
    """
    text = cursor.text
    spaced = cursor.grammar.spaced_levels if cursor.has_any(cursor.grammar.spaced_cores) else ()
    signs = [(form, "\t.0123456789") for form in spaced]
    if has_row_values(cursor):
        signs += _short_levels(cursor.words)
    places = ((at, before) for form, before in signs for at in cursor.places(form) if at)
    return sorted({at for at, before in places if text[at - 1] in before or text.endswith(BETWEEN_VALUES, 0, at)})


@lru_cache(maxsize=16)
def _short_levels(words: Vocabulary) -> tuple[tuple[str, str], ...]:
    """Return (spelling followed by a space, character that must precede it) for each level that is not letter-spaced.

    The character is a tab. For the full titles of levels, which are also ordinary words, it is an empty string, which
    never matches.
    """
    plain = sorted({form for entry in words["levels"] for form in entry.spellings("telegram")})
    titles = {entry.title for entry in words["levels"]}
    return tuple((f"{form} ", "" if form in titles else "\t") for form in plain)


def broken_levels(cursor: Cursor) -> list[tuple[int, Entry, str]]:
    """Return (offset, level entry, missing text) for letter-spaced levels at the beginning of a line that have lost
    their first letter or the space before the next word.
    """
    found: list[tuple[int, Entry, str]] = []
    fold = cursor.fold
    if not cursor.has_any(cursor.grammar.spaced_cores):
        return found
    for entry, form in _spaced_levels(cursor.words):
        for sign, missing in ((form[2:], form[:2]), (form, " ")):
            for at in cursor.places(sign):
                end = at + len(sign)
                if at and fold[at - 1] == "\n" and (missing == " ") == fold[end].isalpha():
                    found.append((end if missing == " " else at, entry, missing))
    return found


@lru_cache(maxsize=16)
def _spaced_levels(words: Vocabulary) -> tuple[tuple[Entry, str], ...]:
    return tuple((entry, form) for entry in words["levels"] for form in entry.forms.get("spaced", ()))


def has_long_line(cursor: Cursor) -> bool:
    """Return whether a line is so long that the copy must have lost line breaks."""
    fold, here = cursor.fold, 0
    while len(fold) - here > _LONGEST_LINE:
        here = fold.rfind("\n", here, here + _LONGEST_LINE + 1) + 1
        if not here:
            return True
    return False


BETWEEN_VALUES = '","'  # in an archive row of quoted values


def has_page_lines(cursor: Cursor) -> bool:
    """Return whether the text contains any words typical of page lines, stamps, or archive attributes."""
    grammar = cursor.grammar
    for form in grammar.page_signs:
        if cursor.has(form, 0, cursor.size):
            return True
    for start in grammar.head_starts:
        if cursor.has(start, 0, _HEAD_OF_PAGE):
            head = cursor.fold[:_HEAD_OF_PAGE]
            return any(form in head for form in grammar.head_signs)
    return False


# ---- texts in which nothing was recognized ---------------------------------------------------------------------------
NOT_A_TELEGRAM = "not a telegram: no header, classification line, or marking found"
_NAMED = "military"  # a layout that is recognized but not read
_SINGLE = (
    "dtg", "sender", "station", "routing", "security", "transmission", "banner", "eo", "tags_line", "subject",
    "authority",
)  # fmt: skip
_MANY = ("to", "info", "references", "captions", "passing", "notices", "page_lines", "stamps", "attributes", "offices")


_RECORDED = ("created", "level_text", "origin", "subject", "handling", "eo", "tags", "current_level")
"""The fields that only the record of a document contains; any row may have an id, and any e-mail a sender."""


def is_unrecognized(telegram: Telegram) -> bool:
    """Return whether nothing that a rule could evaluate was recognized.

    Such a text does not count as a clean telegram.
    """
    if telegram.layout == _NAMED or (telegram.layout == "body" and telegram.signature is not None):
        return False
    for field in _SINGLE:
        node = getattr(telegram, field)
        if node is not None and not (isinstance(node, Unread) and node.lost):
            return False
    if any(getattr(telegram, field) for field in _MANY):
        return False
    record = telegram.source_record
    if record is not None and (telegram.layout == "extract" or any(getattr(record, name) for name in _RECORDED)):
        return False  # an archive's or an edition's record of a document without markings
    return not any(item.mark is not None or item.cut or item.kind == "numbered" for item in telegram.paragraphs)
