"""Compute the declassification date that follows from an instruction, schedule, or default, along with its limit and
its status on a given day.

Every number of years and every first day comes from the `durations` table; this module defines only the order in which
the decisions are made (IC-REG-2016 p. 31-34; E.O. 13526 sec. 3.3 for automatic declassification).
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

from ..model import Authority, Banner, Declass, EoLine, Instruction, Telegram
from ..record import Record
from ..text import Span
from ..values import Date, Level
from ..vocabulary import Entry, Table, Vocabulary

# Groups of instruction kinds (codes of the `instructions` table).
_RETIRED = {"oadr", "xcode", "mr", "dci-only", "treaty", "source-marked", "25x1-human"}
_EXEMPT = {"25x", "50x", "75x", "50x1-hum", "50x2-wmd"}
_SCHEDULED = {"gds", "ads", "xgds"}
_SOURCES = {"source-marked"}
_STAMP = 160  # code points of the longest stamp of a downgrading group


class _Facts(Record):
    """The values of one document that determine its declassification date."""

    span: Span
    kind: str | None
    instruction: Instruction | None
    level: Level | None
    era: str
    made: Date | None
    source: Date | None
    as_of: Date | None
    table: Table
    group: bool = False  # the kind is a downgrading group


def compute_declass(telegram: Telegram, words: Vocabulary) -> Declass:
    """Return when a document is to be declassified, as far as this follows from its instruction, date, level, and
    order.

    The status is `unknown` if a required value cannot be read. If the status depends on the day and there is no
    reference day (`as_of`), it is `None`.
    """
    kind, level = _kind(telegram, words), _level(telegram)
    if level is not None and not level.classified:
        stated = kind if kind != "unread" else None
        return Declass(_where(telegram), stated, status="not-classified", why="The document is not classified.")
    if level is None and kind == "na":
        return Declass(_where(telegram), kind, status="not-classified", why="The instruction says not applicable.")
    facts = _facts(telegram, words, kind, level)
    if facts.kind == "aea-na" or _is_restricted_data(telegram, words):
        why = "Atomic Energy Act information has no declassification date."
        stated = kind if kind != "unread" else None
        return Declass(facts.span, stated, status="restricted-data", cite=_cite(facts, "default"), why=why)
    found = _expected(facts)
    _set_limit(facts, found)
    _set_automatic(facts, found)
    found.status = _status(facts, found)
    return found


def _level(telegram: Telegram) -> Level | None:
    """Return the level of the telegram or, if it has no classification line, of its record. Return `None` if it cannot
    be read.
    """
    level = telegram.level
    if level is None and telegram.source_record is not None:
        level = telegram.source_record.level
    return level if isinstance(level, Level) else None


def _kind(telegram: Telegram, words: Vocabulary) -> str | None:
    """Return the kind of the instruction, schedule, or downgrading group, or "unread" if it may be in the text but was
    not read. Return `None` if there is none.
    """
    instruction = telegram.instruction
    if isinstance(instruction, Instruction) and instruction.kind is not None:
        return instruction.kind
    # stamps from 1972 on state the schedule in words; earlier telegrams end with their group
    stamped = next((notice.kind for notice in telegram.notices if notice.kind in _SCHEDULED), None)
    kind = stamped or _group(telegram, words)
    if kind is None and (instruction is not None or telegram.eo is not None or not telegram.whole):
        return "unread"
    return kind


def _facts(telegram: Telegram, words: Vocabulary, kind: str | None, level: Level | None) -> _Facts:
    instruction = telegram.instruction if isinstance(telegram.instruction, Instruction) else None
    authority = telegram.authority
    derived = authority.source_date if isinstance(authority, Authority) else None
    return _Facts(
        _where(telegram),
        kind,
        instruction,
        level,
        telegram.era or "",
        telegram.date,
        _source_day(instruction) or derived or telegram.date,
        telegram.as_of,
        words["durations"],
        kind in words["downgrading_groups"],
    )


def _where(telegram: Telegram) -> Span:
    """Return the span of the first of these that is present: the instruction, the E.O. line, the classification line,
    or else the top of the text.
    """
    eo = telegram.eo if isinstance(telegram.eo, EoLine) else None
    node = next((one for one in (telegram.instruction, eo, telegram.banner) if one is not None), None)
    return node.span if node is not None else Span(telegram.span.start, telegram.span.start)


def _source_day(instruction: Instruction | None) -> Date | None:
    """Return the source's date in a value such as "Source marked X1, dated 3 May 1999", or `None`."""
    if instruction is None or instruction.kind not in _SOURCES:
        return None
    return instruction.date if isinstance(instruction.date, Date) else None


def _group(telegram: Telegram, words: Vocabulary) -> str | None:
    """Return the downgrading group stamped at the end of a document from 1961 to 1972 (E.O. 10964), or `None`.

    The stamp consists of the group's number, with or without the lines that explain the group.
    """
    if telegram.date is None or not telegram.paragraphs:
        return None
    entries = [entry for entry in words["downgrading_groups"].entries if entry.in_use(telegram.date.first)]
    if not entries:
        return None
    text = "\n".join(paragraph.text for paragraph in telegram.paragraphs[-2:])[-_STAMP:]
    end = " ".join(["", *re.sub(r"[;,.\n]", " ", text.upper()).split()])
    for entry in entries:
        explained = next((form for form in entry.forms.get("stamp", ()) if end.endswith(f" {form}")), "")
        rest = end.removesuffix(f" {explained}") if explained else end
        if explained or any(rest.endswith(f" {x}") for x in entry.forms["line"]):
            return entry.code
    return None


def _is_restricted_data(telegram: Telegram, words: Vocabulary) -> bool:
    """Return whether a portion mark or the banner contains an Atomic Energy Act control. The dates in the orders do not
    apply to such information.
    """
    codes = telegram.portion_controls
    if isinstance(telegram.banner, Banner) and telegram.banner.marking is not None:
        codes += telegram.banner.marking.controls
    if not codes:
        return False
    controls = words["controls"]
    entries = (controls.get(code) for code in codes)
    return any(entry is not None and entry.fact("outside") == "yes" for entry in entries)


def _entry(facts: _Facts, kind: str, more: str = "") -> Entry | None:
    """Return the row in the `durations` table for an instruction kind under the document's order, or `None`.

    A row for the document's level takes precedence over one for all levels. If `more` is given, only the row with that
    suffix is considered.
    """
    key = f"{facts.era}/{kind}"
    if more:
        return facts.table.get(key + more)
    level = f"/{facts.level.code}" if facts.level is not None else ""
    return facts.table.get(key + level) or facts.table.get(key)


@lru_cache(maxsize=8)
def _day(iso: str) -> Date:
    return Date.of(iso)


def _cite(facts: _Facts, key: str) -> tuple[str, ...]:
    entry = facts.table.get(key)
    return (entry.source,) if entry is not None else ()


def _end(start: Date, entry: Entry) -> Date | None:
    """Return the date that is the entry's number of years after `start`: either the same day of the year, or 31
    December. Return `None` if the entry does not specify a number of years.
    """
    if not entry.fact("years"):
        return None
    years = int(entry.fact("years"))
    if entry.fact("ends") != "year":
        return start.plus_years(years)
    first = date(min(start.first.year + years, 9999), 12, 31)
    last = date(min(start.last.year + years, 9999), 12, 31)
    return Date(first, last, "day" if first == last else start.precision)


# ---- the date that the instruction gives -----------------------------------------------------------------------------


def _expected(facts: _Facts) -> Declass:
    kind, instruction = facts.kind, facts.instruction
    result = Declass(facts.span, kind if kind != "unread" else None)
    code = instruction.code if instruction is not None else None
    if kind in _EXEMPT:
        result.exempt = code or kind
    if kind in ("unread", "na", "nato-na", "multiple", "ngds"):
        result.why = "The instruction gives no date that can be computed."
    elif facts.group and _entry(facts, kind or "") is None:
        result.why = "The downgrading group does not set a declassification date."
    elif instruction is not None and isinstance(instruction.date, Date) and kind not in _RETIRED:
        result.basis, result.expected = "marked", instruction.date
        result.why = "The document itself gives the date."
        result.clause = _clause(facts, kind)
    elif kind == "years" and instruction is not None and instruction.years is not None and facts.made is not None:
        result.basis, result.expected = "marked", facts.made.plus_years(instruction.years)
        result.why = "The document itself gives the number of years."
        result.clause = _clause(facts, kind)
    elif kind in ("event", "date", "years", "rds", "xds"):
        result.basis = "event" if kind == "event" else "none"
        result.why = (
            "The date depends on an event, which cablecheck cannot observe."
            if kind == "event"
            else "The date cannot be read."
        )
    else:
        _by_table(facts, result)
    return result


def _clause(facts: _Facts, kind: str | None) -> str:
    """Return the clause that allows a date to be marked, or an empty string if the row in the `durations` table does
    not state one.
    """
    entry = _entry(facts, kind or "none")
    return entry.fact("clause") if entry is not None else ""


def _by_table(facts: _Facts, result: Declass) -> None:
    """Set the date that follows from a schedule, from an exemption without a date, or from the default for a missing or
    retired instruction.
    """
    kind = facts.kind or "none"
    entry = _entry(facts, kind)
    if entry is not None and entry.fact("like"):
        kind = entry.fact("like")
        entry = _entry(facts, kind)
    start = facts.made
    result.basis = "exemption" if kind in _EXEMPT else "schedule"
    given = kind in _SCHEDULED | _EXEMPT or (entry is not None and entry.fact("counts") == "group")
    if entry is not None and given and entry.fact("latest"):  # no day is marked, but the schedule ends on one
        given = True
    elif entry is None or not given or entry.fact("counts") == "limit":
        entry = facts.table.get("default/25x") if kind == "25x" else facts.table.get("default")
        start = facts.source
        result.basis = "exemption" if kind in _EXEMPT else "default"
    if kind in ("50x", "75x"):
        result.why = "The exemption needs a date or an event, but has neither."
        return
    if entry is None or start is None:
        result.why = "The date of the document is unknown."
        return
    result.expected, result.cite = _end(start, entry), (entry.source,)
    result.clause = entry.fact("clause") or entry.source
    result.why = f"{entry.title}: {entry.fact('years')} years."


def _set_limit(facts: _Facts, result: Declass) -> None:
    """Set the latest date that the order allows, and whether a marked date is within this limit."""
    kind = facts.kind or "none"
    entry = _entry(facts, kind)
    if entry is None or facts.made is None or entry.fact("counts") not in ("limit", "schedule"):
        return
    if entry.fact("years"):
        result.limit = _end(facts.made, entry)
        result.cite = tuple(dict.fromkeys((*result.cite, entry.source)))
    if result.basis != "marked" or result.expected is None:
        return
    if result.limit is None:
        result.within_limit = True
        return
    result.within_limit = _is_within(result.expected, result.limit)
    if result.within_limit is False and _has_longer_limit(facts, kind, result.expected):
        result.within_limit = None


def _has_longer_limit(facts: _Facts, kind: str, found: Date) -> bool:
    """Return whether the date would be within a longer duration that depends on facts not visible in the text."""
    if facts.made is None:
        return False
    for special in ("/foreign", "/amended"):
        entry = _entry(facts, kind, special)
        longest = _end(facts.made, entry) if entry is not None and entry.in_use(facts.made.first) else None
        if longest is not None and _is_within(found, longest) is not False:
            return True
    return False


def _is_within(found: Date, limit: Date) -> bool | None:
    """Return whether a date is within the limit, or `None` if the dates are too imprecise to determine this. One day of
    tolerance is allowed, because date-time groups are in UTC.
    """
    tolerant = limit.plus_days(1)
    if found.last <= tolerant.first:
        return True
    return False if found.first > tolerant.last else None


def _set_automatic(facts: _Facts, result: Declass) -> None:
    """Set the date of automatic declassification, unless the information is exempt. The date is 31 December of the 25th
    year, or the first day of automatic declassification if that is later.
    """
    entry = facts.table.get("automatic")
    if entry is None or facts.made is None or result.exempt is not None:
        return
    found = _end(facts.made, entry)
    first = _day(entry.fact("first"))
    if found is not None:
        result.automatic = first if found.last < first.first else found
        result.cite = tuple(dict.fromkeys((*result.cite, entry.source)))


# ---- the state on the reference day ----------------------------------------------------------------------------------


def _status(facts: _Facts, result: Declass) -> str | None:
    if facts.level is None or (result.basis == "none" and facts.kind is not None and facts.kind != "rds"):
        return "unknown"
    if facts.as_of is None:
        return {"event": "event", "exemption": "exempt"}.get(result.basis)
    if result.expected is not None and _reached(facts.as_of, result.expected) and facts.kind != "rds":
        if result.basis in ("marked", "exemption"):
            return "marked-date-passed"
        if result.basis == "schedule":
            return "schedule-passed"
    if result.automatic is not None and _reached(facts.as_of, result.automatic):
        return "automatic-passed"
    if result.exempt is not None:
        return "exempt"
    if result.expected is None:
        return "event" if result.basis == "event" else "unknown"
    if facts.kind == "rds":
        return "review"
    return "marked-date-future" if result.basis == "marked" else "schedule-future"


def _reached(day: Date, end: Date) -> bool:
    return day.first >= end.last
