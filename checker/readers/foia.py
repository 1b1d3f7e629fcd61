"""Read text released under FOIA: the stamps on each page are cut out, and their values become facts.

The stamp states the level of the released page, never the level of the cable, so the parser must not see it. Scanning
damages the stamps' punctuation and moves their columns beside the text, so patterns match only their words. Each run of
exemption codes at the right margin or on its own line becomes a `foia_deletion` fact at its position.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..model import Fact
from ..text import Exchange, View
from ..vocabulary import Entry, Vocabulary
from .metadata import fact
from .registry import ReaderSettings, Reading, limit_edits

_DATE = r"Date:[ \t]{0,40}(?P<released>\d\d/\d\d/\d{4})"
_STAMP = re.compile(
    r"\n[^\n]{0,80}?(?:Department of State|\bState)[ \t]{1,12}Case No[.:,]?[ \t]{0,8}"
    r"(?:(?P<foia_case>[A-Z]{1,2}-\d{4}-\d{3,6})|[^\n]{1,20}?)"
    r"[ \t]{1,20}Doc No[.:,]?[ \t]{0,8}(?P<doc_id>[A-Z][\dO]\d{5,8})(?:[ \t]{1,20}" + _DATE + r")?[^\n]*"
)
_CASE_LINE = re.compile(
    r"\n[ \t\f]*(?:(?:[A-Z]{9,14}[ \t]*\n[ \t\f]*)?U\.S\. Department of State[^\n]*(?=\n[ \t]*Case No)|"
    r"(?:[A-Z]{9,14}[ \t]{2,})?STATE DEPT\.? - PRODUCED TO [^\n]*|"
    r"Case No\.?[ \t]{0,8}(?P<foia_case>[A-Z]{1,2}-\d{4}-\d{3,6})[ \t]*(?=\r?\n))"
)
_DOC_LINES = re.compile(
    r"\n[ \t]*Doc No\.?[ \t]{0,8}(?P<doc_id>[A-Z]\d{6,9})(?=[ \t]*\r?\n|[ \t]{2})[^\n]*"
    r"(?:\n[ \t]*" + _DATE + r"(?=\s)(?:[ \t]+SUBJECT TO [^\n]*)?)?"
)
_AUTHORITY = re.compile(r"\n[ \t]*(?P<foia_authority>REVIEW AUTHORITY:[^\n]*)")
_RECLASSIFIED = re.compile(  # may be wrapped anywhere, so any space may be a line break
    r"\n[^\n]{0,40}?(?P<foia_reclassified>Classified\s{1,9}by\s{1,9}DAS[\s\S]{1,400}?Declassify\s{1,9}on:?"
    r"(?:\s{0,120}\d{1,2}[/-] ?\d{1,2}[/-] ?\d{4})?[^\n]*)"
)
_SHAPE = r"B\d{1,2}(?:[ ]?\([A-Z]\))?(?![A-Za-z0-9])|1\.[345](?:[ ]?\([A-Za-z]\)){1,8}"
_BRACKETED = r"B[2-9](?=1[ \t]{0,40}(?:\r?\n|\Z))"  # before a bracket that scanning has changed to a 1
_NEAR = 400  # code points after a stamp in which its codes may be printed


class _Patterns:
    """Regular expressions for release stamps and exemption codes, built from the release codes in the vocabulary."""

    def __init__(self, words: Vocabulary | None) -> None:
        entries = words["release_codes"].entries if words is not None else ()
        word = _named(entries)
        free = _named(tuple(entry for entry in entries if not entry.fact("needs")))
        needy = _named(tuple(entry for entry in entries if entry.fact("needs")))[1:] or "(?!)"
        code = rf"(?:{_SHAPE}{word})"
        wrapped = word.replace(r"\ ", r"\s{1,120}")  # in a stamp, a code may continue on the next line
        stamped = rf"(?:{_BRACKETED}|{_SHAPE}{wrapped})"
        within = rf"{stamped}(?:[ \t,]{{0,4}}{stamped}){{0,12}},?"
        self.release = re.compile(
            r"(?:\n[ \t\f]*|[ \t]{2,40}+)[\[(|]?(?P<foia_release>(?:RELEASED?\s{1,120}IN\s{1,120}(?:FULL|PART)"
            rf"|DENIED\s{{1,120}}IN\s{{1,120}}FULL)\b(?:[ \t,]{{0,9}}{within})?"
            rf"(?:[ \t]*\r?\n[ \t]*{within}(?=[ \t]*\r?(?:\n|\Z))){{0,3}})[ \t\])|1I]{{0,40}}(?=\r?\n|\Z)"
        )
        # the code of a statute, such as IRAN, is printed beside the exemption; alone, it is a word of the text
        coded = rf"(?:(?:{needy})[ \t,]{{0,4}}){{0,12}}(?:{_SHAPE}{free})(?:[ \t,]{{0,4}}{code}){{0,12}},?"
        self.line = re.compile(rf"\n[ \t]*(?P<foia_deletion>{coded})[ \t]*\r?(?=\n)")
        self.margin = re.compile(rf"[ \t]{{4,40}}+(?P<foia_deletion>{coded})[ \t]*\r?(?=\n)")


def _named(entries: tuple[Entry, ...]) -> str:
    """Return the alternatives of a regular expression for the codes that are words, each after a vertical bar."""
    forms = (form for entry in entries for form in entry.spellings() if re.fullmatch(_SHAPE, form) is None)
    return "".join(rf"|{re.escape(form)}(?![A-Za-z0-9])" for form in sorted(forms, key=lambda form: -len(form)))


def _patterns(words: Vocabulary | None) -> _Patterns:
    if words is None or "release_codes" not in words:
        return _Patterns(None)
    found = words.made.get("foia_patterns")
    if not isinstance(found, _Patterns):
        found = words.made["foia_patterns"] = _Patterns(words)
    return found


def recognizes(text: str) -> bool:
    """Return whether the text contains a FOIA stamp with a document number."""
    return any(
        pattern.search("\n" + text[:8192]) is not None or pattern.search(text) is not None
        for pattern in (_STAMP, _DOC_LINES)
    )


def unwrap(reading: Reading, settings: ReaderSettings) -> Iterator[Reading]:
    """Yield the text without its stamps, as one reading. The first value of each kind, and each deletion, becomes a
    fact.
    """
    view = reading.view
    facts: list[Fact] = []
    made = _patterns(settings.vocabulary)
    passes = ((_STAMP, _CASE_LINE, _DOC_LINES, _AUTHORITY), (made.release,), (made.line, made.margin), (_RECLASSIFIED,))
    for patterns in passes:  # a stamp may be cut by those before it
        view = _without(view, patterns, facts)
    yield reading.inner(view, tuple(_with_codes(facts)))


def _without(view: View, patterns: tuple[re.Pattern[str], ...], facts: list[Fact]) -> View:
    """Return the view without the text that the patterns match, and add the matched values to `facts`."""
    text = "\n" + view.text  # so that a stamp on the first line follows a line end, as all others do
    known = {one.name for one in facts}
    cuts: list[tuple[int, int]] = []
    for pattern in patterns:
        for found in pattern.finditer(text):
            # cut it with its line break, so that no blank line is left
            cuts.append((max(found.start() - 1, 0), found.end() - 1))
            for name, value in found.groupdict().items():
                if value and (name not in known or name == "foia_deletion"):
                    made = fact(view, name, found.start(name) - 1, found.end(name) - 1)
                    if made is not None:
                        known.add(name)
                        facts.append(made)
    gap = "\n" if _RECLASSIFIED in patterns else ""  # so that the text below is not joined to a field above
    return view.exchange(limit_edits(_merged(cuts, gap))) if cuts else view


def _with_codes(facts: list[Fact]) -> Iterator[Fact]:
    """Yield the facts. If the release stamp contains no codes, or ends with a comma, append the first list of codes
    within 400 code points below it to the stamp's text, instead of yielding that list separately.
    """
    stamp = next((one for one in facts if one.name == "foia_release"), None)
    below = None
    if stamp is not None and (stamp.text.rstrip().endswith(",") or not any(map(str.isdigit, stamp.text))):
        first = next((one for one in facts if one.name == "foia_deletion" and one.span.start >= stamp.span.end), None)
        if first is not None and "," in first.text and first.span.start - stamp.span.end < _NEAR:
            below = first
    for one in facts:
        if one is not below:
            yield Fact(one.span, one.name, f"{one.text} {below.text}") if below is not None and one is stamp else one


def _merged(cuts: list[tuple[int, int]], gap: str) -> Iterator[Exchange]:
    """Yield the edits that replace each cut with `gap`, in text order. Overlapping cuts are merged."""
    low = high = -1
    for start, end in sorted(cuts):
        if start > high:
            if high > low:
                yield low, high, gap
            low, high = start, end
        else:
            high = max(high, end)
    if high > low:
        yield low, high, gap
