"""Parse the workbench's filters from a query string and write them back, with the same names in every URL.

Several values of one filter are alternatives; several filters must all match. `rule=!CRP-002` excludes,
`year=2000..2009` is a range, and an empty value selects documents without a value (`post=`). A value that begins with
`!` or a backslash is written with a backslash before it. A value that does not occur matches nothing. Anything that
cannot be interpreted, such as an unknown filter, produces a notice for the reader.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from urllib.parse import urlencode

from ..errors import did_you_mean
from ..record import Record

UNREVIEWED = "none"
DECISIONS = {
    UNREVIEWED: "Not reviewed",
    "confirmed": "Confirmed",
    "false_alarm": "False alarm",
    "accepted": "Accepted",
    "unsure": "Unsure",
}
SORTS = {
    "place": "Telegram",
    "severity": "Severity",
    "rule": "Rule",
    "date": "Date, oldest first",
    "newest": "Date, newest first",
}
LONGEST = 200  # characters of one value
MOST = 200  # values of one filter


class Facet(Record):
    """A filter whose values can be counted. `title` is its heading, and `number` is true if its values are numbers."""

    name: str
    title: str
    number: bool = False


FACETS = {
    facet.name: facet
    for facet in (
        Facet("severity", "Severity"),
        Facet("decision", "Decision"),
        Facet("rule", "Rule"),
        Facet("post", "Post"),
        Facet("year", "Year", number=True),
        Facet("level", "Level"),
        Facet("era", "Executive order"),
        Facet("tag", "TAGS entry"),
        Facet("layout", "Layout"),
        Facet("reader", "Reader"),
        Facet("undetermined", "Undetermined"),
        Facet("reviewer", "Reviewer"),
        Facet("sample", "Sample"),
    )
}
NAMES = (*FACETS, "q", "sort", "page")
_RANGE = re.compile(r"(\d{1,4})?\.\.(\d{1,4})?")
_YEAR = re.compile(r"\d{1,4}")


class Choice(Record):
    """One filter's selected and excluded values."""

    wanted: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()


class Criteria(Record):
    """The content of a list: each filter's choices, search words, sort order, and page. `notices` describe errors in
    it.
    """

    choices: Mapping[str, Choice]
    q: str = ""
    sort: str = "place"
    page: int = 1
    notices: tuple[str, ...] = ()

    def without(self, name: str) -> Criteria:
        """Return the criteria without the filter `name` (or without the search words, if it is "q"), on page 1."""
        kept = {facet: choice for facet, choice in self.choices.items() if facet != name}
        return Criteria(kept, "" if name == "q" else self.q, self.sort)

    def toggled(self, name: str, value: str, exclude: bool = False) -> Criteria:
        """Return the criteria with one value selected or, with `exclude`, excluded. A value that already is selected or
        excluded in this way is removed instead.
        """
        choice = self.choices.get(name, Choice())
        wanted = tuple(one for one in choice.wanted if one != value)
        excluded = tuple(one for one in choice.excluded if one != value)
        if exclude and value not in choice.excluded:
            excluded = (*excluded, value)
        elif not exclude and value not in choice.wanted:
            wanted = (*wanted, value)
        kept = {**self.choices, name: Choice(wanted, excluded)}
        if not wanted and not excluded:
            del kept[name]
        return Criteria(kept, self.q, self.sort)

    def pairs(self, **more: object) -> list[tuple[str, str]]:
        """Return the names and values of the criteria in a fixed order. `more` sets or replaces values; `page` is 1
        unless `more` sets it.
        """
        pairs = [
            (name, sign + value if sign else _escaped(value))
            for name in FACETS
            for sign, values in (("", self._of(name).wanted), ("!", self._of(name).excluded))
            for value in values
        ]
        values = {"q": self.q, "sort": self.sort, "page": 1, **more}
        plain = {"q": "", "page": 1}
        return pairs + [(name, str(value)) for name, value in values.items() if value != plain.get(name)]

    def query(self, **more: object) -> str:
        """Return the result of `pairs` as a query string."""
        return urlencode(self.pairs(**more))

    def _of(self, name: str) -> Choice:
        return self.choices.get(name, Choice())


def _escaped(value: str) -> str:
    return "\\" + value if value[:1] in ("!", "\\") else value


def parse(pairs: Iterable[tuple[str, str]], extra: Iterable[str] = ()) -> Criteria:
    """Return the criteria in a query string, given as (name, value) pairs. `extra` are other names that the page
    accepts in its URL.
    """
    wanted: dict[str, list[str]] = {}
    excluded: dict[str, list[str]] = {}
    single = {"q": "", "sort": "place", "page": "1"}
    notices: list[str] = []
    known = frozenset(extra)
    for name, value in pairs:
        if name in FACETS:
            into = excluded if value.startswith("!") else wanted
            value = value[1:] if value.startswith(("!", "\\")) else value
            values = into.setdefault(name, [])
            if len(value) > LONGEST or len(values) >= MOST:
                notices.append(f"The filter “{name}” has a value that is too long, or more than {MOST} values.")
            if value not in values and len(values) < MOST:
                values.append(value[:LONGEST])
            if name == "year" and value and not _YEAR.fullmatch(value) and span(value) is None:
                notices.append(f"“{value[:LONGEST]}” is not a year; write 1987, or 1980..1989 for a range.")
        elif name in single:
            single[name] = value[:LONGEST]
        elif name not in known:
            notices.append(f"There is no filter “{name[:LONGEST]}”{did_you_mean(name[:LONGEST], NAMES)}.")
    choices = {
        name: Choice(tuple(wanted.get(name, ())), tuple(excluded.get(name, ())))
        for name in FACETS
        if name in wanted or name in excluded
    }
    return Criteria(
        choices, single["q"], _sort(single["sort"], notices), _page(single["page"], notices), tuple(notices)
    )


def _sort(value: str, notices: list[str]) -> str:
    if value in SORTS:
        return value
    notices.append(f"There is no sort order “{value}”; known sort orders: {', '.join(SORTS)}.")
    return "place"


def _page(value: str, notices: list[str]) -> int:
    if value.isascii() and value.isdigit() and 0 < int(value) < 10**7:
        return int(value)
    notices.append(f"“{value}” is not a page number.")
    return 1


def span(value: str) -> tuple[int, int] | None:
    """Return the first and last year in a range such as `1980..1989`, `..1989`, or `1980..`, or `None` for any other
    text.
    """
    match = _RANGE.fullmatch(value)
    if match is None or not (match[1] or match[2]):
        return None
    return int(match[1] or 0), int(match[2] or 9999)
