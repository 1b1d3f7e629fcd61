"""Declassification computed: the date an instruction, schedule or default gives, its limit, and its state on a day.

Every number of years and every first day is in the table `durations`; here is only the order of the questions
(IC-REG-2016 p. 31-34; E.O. 13526 sec. 3.3 for automatic declassification).
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from ..model import Authority, Banner, Declass, EoLine, Instruction, Telegram
from ..record import Record
from ..text import Span
from ..values import Date, Level
from ..vocabulary import Entry, Table, Vocabulary

# Kinds of instruction by what they give (codes of the table `instructions`).
_RETIRED = {"oadr", "xcode", "mr", "dci-only", "treaty", "source-marked", "25x1-human"}
_EXEMPT = {"25x", "50x", "75x", "50x1-hum", "50x2-wmd"}
_SCHEDULED = {"gds", "ads", "xgds"}


class _Case(Record):
    """What is known about one document."""

    span: Span
    kind: str | None
    instruction: Instruction | None
    level: Level | None
    era: str
    made: Date | None
    source: Date | None
    as_of: Date | None
    table: Table
    source_record: bool


def judge(telegram: Telegram, words: Vocabulary) -> Declass:
    """When this document is to be declassified, as far as its instruction, date, level and order tell.

    Total: what cannot be read gives status `unknown`. Dates are days; `as_of` is the telegram's own, `None` leaves
    the status open where it depends on the day.
    """
    case = _case(telegram, words)
    kind = case.kind if case.kind != "unread" else None
    if case.level is not None and not case.level.classified:
        return Declass(case.span, kind, status="not-classified", why="The document is not classified.")
    if case.level is None and case.kind == "na":
        return Declass(case.span, kind, status="not-classified", why="The instruction says not applicable.")
    if case.source_record or case.kind == "aea-na":
        why = "Atomic Energy Act information has no declassification date."
        return Declass(case.span, kind, status="restricted-data", cite=_cite(case, "default"), why=why)
    found = _expected(case)
    _set_limit(case, found)
    _set_automatic(case, found)
    found.status = _status(case, found)
    return found


def _case(telegram: Telegram, words: Vocabulary) -> _Case:
    instruction = telegram.instruction
    level = telegram.level
    if level is None and telegram.source_record is not None:
        level = telegram.source_record.level
    authority = telegram.authority
    derived = authority.source_date if isinstance(authority, Authority) else None
    if instruction is not None:
        span = instruction.span
    elif isinstance(telegram.eo, EoLine):
        span = telegram.eo.span
    else:
        span = telegram.banner.span if telegram.banner is not None else Span(telegram.span.start, telegram.span.start)
    read = instruction if isinstance(instruction, Instruction) else None
    kind = read.kind if read is not None else None
    if kind is None:  # a stamp of 1972 says it in words, a telegram before at its end
        stamped = next((notice.kind for notice in telegram.notices if notice.kind in _SCHEDULED), None)
        kind = stamped or _group(telegram, words)
    if kind is None and (instruction is not None or telegram.eo is not None or not telegram.whole):
        kind = "unread"
    return _Case(
        span,
        kind,
        read,
        level if isinstance(level, Level) else None,
        telegram.era or "",
        telegram.date,
        derived or telegram.date,
        telegram.as_of,
        words["durations"],
        _outside_the_order(telegram, words),
    )


def _group(telegram: Telegram, words: Vocabulary) -> str | None:
    """The downgrading group that ends the text of a document of 1961 to 1972 (E.O. 10964)."""
    if telegram.date is None or not telegram.paragraphs:
        return None
    end = " ".join(["", *telegram.paragraphs[-1].text[-40:].upper().rstrip(" .\n").split()])
    for entry in words["downgrading_groups"].entries:
        if entry.in_use(telegram.date.first) and any(end.endswith(f" {form}") for form in entry.spellings()):
            return entry.code
    return None


def _outside_the_order(telegram: Telegram, words: Vocabulary) -> bool:
    """Whether a marking is of the Atomic Energy Act, to which no order's dates apply."""
    codes = telegram.portion_controls
    if isinstance(telegram.banner, Banner) and telegram.banner.marking is not None:
        codes += telegram.banner.marking.controls
    if not codes:
        return False
    controls = words["controls"]
    entries = (controls.get(code) for code in codes)
    return any(entry is not None and entry.fact("outside") == "yes" for entry in entries)


def _entry(case: _Case, kind: str, more: str = "") -> Entry | None:
    """The row of `durations` for the kind under the case's order, at its level if levels differ."""
    key = f"{case.era}/{kind}"
    if more:
        return case.table.get(key + more)
    level = f"/{case.level.code}" if case.level is not None else ""
    return case.table.get(key + level) or case.table.get(key)


@lru_cache(maxsize=8)
def _day(iso: str) -> Date:
    return Date.of(iso)


def _cite(case: _Case, key: str) -> tuple[str, ...]:
    entry = case.table.get(key)
    return (entry.source,) if entry is not None else ()


def _end(start: Date, entry: Entry) -> Date | None:
    """The date `entry` allows from `start`: the same day, or 31 December, of that many years later."""
    if not entry.fact("years"):
        return None
    years = int(entry.fact("years"))
    if entry.fact("ends") != "year":
        return start.plus_years(years)
    first, last = (date(min(day.year + years, 9999), 12, 31) for day in (start.first, start.last))
    return Date(first, last, "day" if first == last else start.precision)


# ---- the date it gives -----------------------------------------------------------------------------------------------


def _expected(case: _Case) -> Declass:
    kind, instruction = case.kind, case.instruction
    result = Declass(case.span, kind if kind != "unread" else None)
    code = instruction.code if instruction is not None else None
    if kind in _EXEMPT:
        result.exempt = code or kind
    if kind in ("unread", "na", "nato-na", "multiple", "ngds"):
        result.why = "The instruction gives no date that can be computed."
    elif instruction is not None and isinstance(instruction.date, Date) and kind not in _RETIRED:
        result.basis, result.expected = "marked", instruction.date
        result.why = "The document itself gives the date."
    elif kind == "years" and instruction is not None and instruction.years is not None and case.made is not None:
        result.basis, result.expected = "marked", case.made.plus_years(instruction.years)
        result.why = "The document itself gives the number of years."
    elif kind in ("event", "date", "years", "rds", "xds"):
        result.basis = "event" if kind == "event" else "none"
        result.why = "An event decides, which no program can see." if kind == "event" else "The date cannot be read."
    else:
        _by_table(case, result)
    return result


def _by_table(case: _Case, result: Declass) -> None:
    """A schedule, an exemption without a date, or the default for a value that is missing or no longer valid."""
    kind = case.kind or "none"
    entry = _entry(case, kind)
    if entry is not None and entry.fact("like"):
        kind = entry.fact("like")
        entry = _entry(case, kind)
    start = case.made
    result.basis = "exemption" if kind in _EXEMPT else "schedule"
    given = kind in _SCHEDULED | _EXEMPT or (entry is not None and entry.fact("counts") == "group")
    if entry is None or not given or entry.fact("counts") == "limit":
        entry = case.table.get("default/25x") if kind == "25x" else case.table.get("default")
        start = case.source
        result.basis = "exemption" if kind in _EXEMPT else "default"
    if kind in ("50x", "75x"):
        result.why = "The exemption needs a date or an event and has none."
        return
    if entry is None or start is None:
        result.why = "The date of the document is not known."
        return
    result.expected, result.cite = _end(start, entry), (entry.source,)
    result.why = f"{entry.title}: {entry.fact('years')} years."


def _set_limit(case: _Case, result: Declass) -> None:
    """The latest date the order allows, and whether a marked one keeps to it. A day of tolerance: DTGs are in UTC."""
    kind = case.kind or "none"
    entry = _entry(case, kind)
    if entry is None or case.made is None or entry.fact("counts") not in ("limit", "schedule"):
        return
    if entry.fact("years"):
        result.limit_years = int(entry.fact("years"))
        result.limit = _end(case.made, entry)
        result.cite = tuple(dict.fromkeys((*result.cite, entry.source)))
    if result.basis != "marked" or result.expected is None:
        return
    if result.limit is None:
        result.within_limit = True
        return
    result.within_limit = _keeps(result.expected, result.limit)
    if result.within_limit is False and _may_last_longer(case, kind, result.expected):
        result.within_limit = None


def _may_last_longer(case: _Case, kind: str, found: Date) -> bool:
    """Whether a longer duration, for what the text does not tell, would cover the date."""
    if case.made is None:
        return False
    for special in ("/foreign", "/amended"):
        entry = _entry(case, kind, special)
        longest = _end(case.made, entry) if entry is not None and entry.in_use(case.made.first) else None
        if longest is not None and _keeps(found, longest) is not False:
            return True
    return False


def _keeps(found: Date, limit: Date) -> bool | None:
    tolerant = limit.plus_days(1)
    if found.last <= tolerant.first:
        return True
    return False if found.first > tolerant.last else None


def _set_automatic(case: _Case, result: Declass) -> None:
    """31 December of the 25th year, never before the first such day; not for what an exemption covers."""
    entry = case.table.get("automatic")
    if entry is None or case.made is None or result.exempt is not None:
        return
    found = _end(case.made, entry)
    first = _day(entry.fact("first"))
    if found is not None:
        result.automatic = first if found.last < first.first else found
        result.cite = tuple(dict.fromkeys((*result.cite, entry.source)))


# ---- the answer on a day ---------------------------------------------------------------------------------------------


def _status(case: _Case, result: Declass) -> str | None:
    if case.level is None or (result.basis == "none" and case.kind is not None and case.kind != "rds"):
        return "unknown"
    if case.as_of is None:
        return {"event": "event", "exemption": "exempt"}.get(result.basis)
    if result.expected is not None and _reached(case.as_of, result.expected) and case.kind != "rds":
        if result.basis in ("marked", "exemption"):
            return "marked-date-passed"
        if result.basis == "schedule":
            return "schedule-passed"
    if result.automatic is not None and _reached(case.as_of, result.automatic):
        return "automatic-passed"
    if result.exempt is not None:
        return "exempt"
    if result.expected is None:
        return "event" if result.basis == "event" else "unknown"
    if case.kind == "rds":
        return "review"
    return "marked-date-future" if result.basis == "marked" else "schedule-future"


def _reached(day: Date, end: Date) -> bool:
    return day.first >= end.last
