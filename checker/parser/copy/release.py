"""Add the release information stated by the wrapper: stamps and exemption codes that were removed from the page before
its text was parsed.
"""

from __future__ import annotations

from functools import lru_cache

from ...model import Deletion, Fact, Facts, Stamp, Telegram
from ...values import Date
from ...vocabulary import Entry, Vocabulary
from ..cursor import Cursor, folded
from ..fields.dates import find_dates
from ..fields.deletions import deletion_forms, set_codes

DELETION = "foia_deletion"  # the name of the facts that state exemption codes in the margin
_LONGEST = 600  # code points of a stamp that are searched for a day


def stated_stamps(cursor: Cursor, facts: Facts) -> tuple[Stamp, ...]:
    """Return the stamps that the wrapper states, in text order."""
    by_fact = _entries_by_fact(cursor.words)
    if not facts.has_any(by_fact.keys()):
        return ()
    found = []
    for fact in facts:
        entry = _entry(by_fact[fact.name], fact, facts) if fact.name in by_fact else None
        if entry is not None:
            found.append(_stamp(cursor, fact, entry))
    return tuple(sorted(found, key=lambda stamp: stamp.span.start))


def _entry(entries: tuple[Entry, ...], fact: Fact, facts: Facts) -> Entry | None:
    """Return the first stamp entry that applies to a fact, or `None`. An entry with a `with` fact applies if that fact
    is present; an entry with phrases, if one of them occurs in the fact's text; and any other entry, always.
    """
    for entry in entries:
        with_fact = entry.fact("with")
        if with_fact:
            if facts.get(with_fact) is not None:
                return entry
            continue
        phrases = entry.forms.get("phrase", ())
        fold = folded(fact.text) if phrases else ""
        if not phrases or any(phrase in fold for phrase in phrases):
            return entry
    return None


@lru_cache(maxsize=4)
def _entries_by_fact(words: Vocabulary) -> dict[str, tuple[Entry, ...]]:
    """Return the entries of the `stamps` table in table order, grouped by the name of the fact that states them."""
    entries = words["stamps"].entries
    return {
        name: tuple(one for one in entries if one.fact("fact") == name) for name in {e.fact("fact") for e in entries}
    }


def _stamp(cursor: Cursor, fact: Fact, entry: Entry) -> Stamp:
    fold = folded(fact.text)[:_LONGEST]
    date = next((found.date for found in find_dates(fold, cursor.grammar.months) if found.date is not None), None)
    stamp = Stamp(fact.span, fact.text, entry.code, date if isinstance(date, Date) else None)
    stamp.action, stamp.extent = entry.fact("action") or None, entry.fact("extent") or None
    set_codes(stamp, fold, cursor.words)
    names = sorted(cursor.grammar.level_names.items(), key=lambda item: -len(item[0]))
    if entry.fact("action") == "classified":
        stamp.level = next((level for name, level in names if len(name) > 2 and f" {name} " in fold), None)
    return stamp


def stated_deletions(cursor: Cursor, facts: Facts) -> list[Deletion]:
    """Return a deletion for each fact that contains an exemption code from the margin."""
    if facts.get(DELETION) is None:
        return []
    forms = deletion_forms(cursor.words)
    kind = forms.kinds[forms.code_form]
    return [
        Deletion(fact.span, fact.text, forms.code_form, kind, forms.codes(folded(fact.text)), None, "margin")
        for fact in facts
        if fact.name == DELETION
    ]


def add_stated_stamps(cursor: Cursor, telegram: Telegram, facts: Facts) -> None:
    """Add the stamps that the wrapper states to the telegram's stamps."""
    stated = stated_stamps(cursor, facts)
    if stated:
        telegram.stamps = tuple(sorted((*telegram.stamps, *stated), key=lambda stamp: stamp.span.start))
