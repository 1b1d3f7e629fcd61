"""From portion marks to the overall marking: what the banner should say, and how the banner found differs from it."""

from __future__ import annotations

from collections.abc import Sequence

from ..document import Marking, Rollup
from ..text import Span
from ..values import Date, Level
from ..vocabulary import Vocabulary
from .lexicon import Lexicon, lexicon
from .printed import head_of, printed, unclassified_text
from .release import Decision, decide, expand
from .total import Total, forced, paths, risen_of, system_of, unclassified_only


def roll_up(
    marks: Sequence[Marking],
    banner: Marking | None,
    profile: str,
    date: Date | None,
    words: Vocabulary,
    captions: Sequence[str] = (),
    place: Span | None = None,
) -> Rollup | None:
    """What `marks`, the portion marks in order, make of the banner; `None` if no mark has a level.

    `profile` is a rule book of the table `profiles`: in telegrams the line shows the level alone, and captions (their
    codes) show the rest (5 FAH-1 H-246, 5 FAH-2 H-252); elsewhere the register's ten steps hold (IC-REG-2016
    p. 27-30). The span is `place`, else the banner's, else empty at the first mark.
    """
    levels = [mark.level for mark in marks if isinstance(mark.level, Level)]
    if not levels:
        return None
    count = len(marks)
    marks = distinct(marks)
    level = max(levels, key=lambda found: found.rank)
    span = place or (banner.span if banner is not None else None)
    if span is None:
        span = Span(marks[0].span.start, marks[0].span.start)
    known = lexicon(words)
    book = words["profiles"].get(profile)
    if book is not None and book.fact("cable") == "yes":
        return _telegram(known, marks, banner, level, span, captions, count)
    return _register(known, marks, banner, level, span, profile, date, count)


def distinct(marks: Sequence[Marking]) -> list[Marking]:
    """The marks without those that say again what an earlier one said: all steps ask who is among them, none how
    often."""
    found: dict[tuple[object, ...], Marking] = {}
    for mark in marks:
        level = mark.level.code if isinstance(mark.level, Level) else None
        key = (mark.text, level, mark.system, mark.controls, mark.owners, mark.release, mark.concealed)
        found.setdefault(key, mark)
    return list(found.values())


# ---- telegrams -------------------------------------------------------------------------------------------------------


def _telegram(
    known: Lexicon,
    marks: Sequence[Marking],
    banner: Marking | None,
    level: Level,
    span: Span,
    captions: Sequence[str],
    count: int,
) -> Rollup:
    found = {code for mark in marks for code in mark.controls}
    shown = set(banner.controls if banner is not None else ())
    expected: list[str] = []
    missing: list[str] = []
    for entry in known.captioned if found else ():
        caption = entry.fact("caption")
        if entry.code not in found or (level.classified and unclassified_only(known, entry)):
            continue
        expected.append(entry.code)
        if entry.code not in shown and caption not in captions:
            missing.append(entry.code)
    text = ", ".join([level.name, *expected])
    return Rollup(span, level, text, tuple(expected), missing=tuple(missing), portions=count, why="telegram")


# ---- the register ----------------------------------------------------------------------------------------------------


def _register(
    known: Lexicon,
    marks: Sequence[Marking],
    banner: Marking | None,
    level: Level,
    span: Span,
    profile: str,
    date: Date | None,
    count: int,
) -> Rollup:
    total = Total(known, marks)
    system, owners = system_of(marks)
    decision = forced(total, level, decide(known, marks, banner, profile, date))
    risen = risen_of(total, level, decision, system)
    roll = Rollup(span, level, None, risen.codes(), portions=count, why=decision.step)
    roll.decided, roll.mixed = decision.decided, decision.mixed
    roll.concealed = total.concealed and bool(risen.foreign)
    roll.owners = owners or risen.sources
    roll.release = decision.lists.get(known.roles["release"])
    if decision.decided:
        head = head_of(known, marks, system, owners, level)
        roll.text = printed(known, head, risen, decision, unclassified_text(total, level))
    if banner is not None:
        _compare(known, roll, banner, decision, set(risen.sources), bool(risen.foreign))
    return roll


# ---- comparing -------------------------------------------------------------------------------------------------------


def _compare(
    known: Lexicon, roll: Rollup, banner: Marking, decision: Decision, owners: set[str], foreign: bool
) -> None:
    """Fill in how the banner found differs from the one expected."""
    shown: set[str] = set()
    for token in banner.control_tokens:
        if token.category in ("sci", "sap", "aea", "cui"):
            shown.update("-".join(path) for path in paths(known, token))
        elif token.code is not None and token.category != "declass":
            shown.add(token.code)
    release = known.releases
    wanted = [code for code in roll.controls if code not in release]
    roll.missing = tuple(code for code in wanted if not _shows(code, shown))
    roll.extra = tuple(code for code in sorted(shown) if code not in release and not _shows(code, set(wanted)))
    if foreign:
        listed = {c for token in banner.tokens if token.category == "fgi" for c in token.countries}
        roll.missing_owners = tuple(sorted(owners - listed))
    level = banner.level
    if isinstance(level, Level) and level.classified:
        entries = [known.words["controls"].get(code) for code in banner.controls]
        roll.vanishing = tuple(e.code for e in entries if e is not None and unclassified_only(known, e))
    if decision.decided:
        _compare_release(known, roll, banner, decision, release)


def _shows(code: str, shown: set[str]) -> bool:
    """Whether a code is among those shown; a programme also by the first letters of its nickname."""
    if code in shown:
        return True
    head, _, name = code.partition("-")
    names = [other.partition("-")[2] for other in shown if other.startswith(head + "-")]
    return any(_letters(name) == _letters(other) for other in names if " " in name or " " in other)


def _letters(name: str) -> str:
    return "".join(word[0] for word in name.split()) if " " in name else name


def _compare_release(
    known: Lexicon, roll: Rollup, banner: Marking, decision: Decision, release: frozenset[str]
) -> None:
    found = {code for code in banner.controls if code in release}
    expected = set(decision.codes)
    no_foreign, listing = known.roles["no-foreign"], known.roles["release"]
    if no_foreign in expected and no_foreign not in found:
        roll.missing = (*roll.missing, no_foreign)
    here = expand(known, banner.release) if banner.release else frozenset()
    there = expand(known, decision.lists.get(listing, ()))
    opens = bool(found - {no_foreign})
    roll.wider_release = (no_foreign in expected and opens and no_foreign not in found) or bool(
        listing in expected and here - there
    )
    roll.release_agrees = found == expected and here == there
    if not decision.codes:  # unmarked portions may count as NOFORN, by their date and caveats; as released they may not
        roll.extra = (*roll.extra, *sorted(found - {no_foreign}))
