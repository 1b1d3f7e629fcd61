"""Define the operators for conditions, grouped by field type. No other module compiles the patterns in rule files.

Dates with low precision are compared as intervals. Patterns run in linear time: with google-re2 if it is installed,
otherwise with `re`. regex_subset accepts only patterns that both engines interpret alike and that `re` matches in
linear time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from operator import eq, ge, gt, is_, le, lt, ne

from .record import Record
from .values import Date, Level
from .vocabulary import Table

Test = Callable[..., bool | None]


class Operator(Record):
    """An operator for one field type.

    `test(value, argument)` is pure and returns None for undetermined. `argument` is the kind of argument, which
    argument_parser parses and compiler prepares. `absent` is the answer for an absent value. `opposite` and `near` are
    the operators that mutants substitute. `says` is its description for rule authors.
    """

    name: str
    argument: str
    test: Test
    says: str
    absent: bool
    opposite: str
    near: str

    def __init__(  # written out, because every run creates all operators
        self,
        name: str,
        argument: str,
        test: Test,
        says: str,
        absent: bool = False,
        opposite: str = "",
        near: str = "",
    ) -> None:
        self.name = name
        self.argument = argument
        self.test = test
        self.says = says
        self.absent = absent
        self.opposite = opposite
        self.near = near


def negated(test: Test) -> Test:
    """Return a test with the opposite answer. An undetermined answer stays undetermined."""

    def negate(value: object, argument: object) -> bool | None:
        answer = test(value, argument)
        return None if answer is None else not answer

    return negate


def in_(value: object, others: frozenset[object]) -> bool:
    return value in others


def not_in(value: object, others: frozenset[object]) -> bool:
    return value not in others


def equality(kind: str) -> tuple[Operator, ...]:
    """Return the operators that all types of single values share, with arguments of the given kind."""
    return (
        Operator("is", kind, eq, "equals the argument", opposite="is_not"),
        Operator("is_not", kind, ne, "differs from the argument; true when absent", absent=True, opposite="is"),
        Operator("in", f"{kind}s", in_, "is in the list", opposite="not_in"),
        Operator("not_in", f"{kind}s", not_in, "is not in the list; true when absent", absent=True, opposite="in"),
        Operator("same_as", f"{kind}_field", eq, "equals another field", opposite="differs_from"),
        Operator("differs_from", f"{kind}_field", ne, "differs from another field; true when absent", absent=True,
                 opposite="same_as"),
    )  # fmt: skip


# ---- Flags, counts and levels ----------------------------------------------------------------------------------------


def between(value: int, bounds: tuple[int, int]) -> bool:
    return bounds[0] <= value <= bounds[1]


def ranks(test: Callable[[int, int], bool]) -> Test:
    """Return a test that compares the ranks of two levels in the `levels` table."""

    def compare(value: Level, bound: Level) -> bool:
        return test(value.rank, bound.rank)

    return compare


FLAG = (Operator("is", "flag", is_, "is true or false"),)

COUNT = (
    *equality("count"),
    Operator("at_least", "count", ge, "is at least the argument", opposite="below", near="above"),
    Operator("at_most", "count", le, "is at most the argument", opposite="above", near="below"),
    Operator("above", "count", gt, "is larger than the argument", opposite="at_most", near="at_least"),
    Operator("below", "count", lt, "is smaller than the argument", opposite="at_least", near="at_most"),
    Operator("between", "between", between, "is between two counts, inclusive"),
)

LEVEL = (
    *equality("level"),
    Operator("at_least", "level", ranks(ge), "is this level or a higher one", opposite="below", near="above"),
    Operator("at_most", "level", ranks(le), "is this level or a lower one", opposite="above", near="below"),
    Operator("above", "level", ranks(gt), "is a higher level", opposite="at_most", near="at_least"),
    Operator("below", "level", ranks(lt), "is a lower level", opposite="at_least", near="at_most"),
)

# ---- Dates -----------------------------------------------------------------------------------------------------------


def after(value: Date, other: Date) -> bool | None:
    return other.before(value)


def within(value: Date, window: tuple[Date, Date]) -> bool | None:
    before, later = value.before(window[0]), window[1].before(value)
    if before or later:
        return False
    return True if before is False and later is False else None


def year(value: Date, number: int) -> bool | None:
    if value.first.year == value.last.year:
        return value.first.year == number
    return None if value.first.year <= number <= value.last.year else False


ON_OR_BEFORE, ON_OR_AFTER, OTHER_DAY = negated(after), negated(Date.before), negated(Date.same)
DATE = (
    Operator("before", "date", Date.before, "is earlier than the argument", opposite="on_or_after",
             near="on_or_before"),
    Operator("after", "date", after, "is later than the argument", opposite="on_or_before", near="on_or_after"),
    Operator("on_or_before", "date", ON_OR_BEFORE, "is not later than the argument", opposite="after", near="before"),
    Operator("on_or_after", "date", ON_OR_AFTER, "is not earlier than the argument", opposite="before", near="after"),
    Operator("at_most", "date", ON_OR_BEFORE, "is not later than the argument", opposite="after", near="before"),
    Operator("at_least", "date", ON_OR_AFTER, "is not earlier than the argument", opposite="before", near="after"),
    Operator("exactly", "date", Date.same, "is the same day as the argument, give or take tolerance_days",
             opposite="differs_from"),
    Operator("is", "date", Date.same, "is this day", opposite="is_not"),
    Operator("is_not", "date", OTHER_DAY, "is another day; true when absent", absent=True, opposite="is"),
    Operator("same_day", "date", Date.same, "is the same day as the argument", opposite="differs_from"),
    Operator("same_as", "date", Date.same, "is the same day as the argument", opposite="differs_from"),
    Operator("differs_from", "date", OTHER_DAY, "is another day; true when absent", absent=True, opposite="same_day"),
    Operator("within", "window", within, "is at most the given number of days before or after the date in `of`",
             opposite="not_within"),
    Operator("not_within", "window", negated(within),
             "is more than the given number of days before or after the date in `of`; true when absent", absent=True,
             opposite="within"),
    Operator("year", "count", year, "is in this year"),
)  # fmt: skip

# ---- Sets of codes, for example the controls of a marking ------------------------------------------------------------


def includes(value: Iterable[str], asked: frozenset[str]) -> bool:
    return asked.issubset(value)


def includes_any(value: Iterable[str], asked: frozenset[str]) -> bool:
    return not asked.isdisjoint(value)


def excludes(value: Iterable[str], asked: frozenset[str]) -> bool:
    return asked.isdisjoint(value)


def subset_of(value: Iterable[str], asked: frozenset[str]) -> bool:
    return asked.issuperset(value)


def equals(value: Iterable[str], asked: frozenset[str]) -> bool:
    return asked == frozenset(value)


def ordered_as(value: Iterable[str], order: tuple[str, ...]) -> bool:
    places = [order.index(code) for code in value if code in order]
    return places == sorted(places)


def empty(value: tuple[str, ...], asked: bool) -> bool:
    return (not value) is asked


SET = (
    Operator("includes", "set", includes, "contains the code, or all codes in the list", opposite="excludes",
             near="includes_any"),
    Operator("includes_any", "set", includes_any, "contains at least one code in the list", opposite="excludes",
             near="includes"),
    Operator("excludes", "set", excludes, "contains no code in the list; true when absent", absent=True,
             opposite="includes_any"),
    Operator("disjoint_from", "set", excludes, "contains no code in the list; true when absent", absent=True,
             opposite="includes_any"),
    Operator("subset_of", "set", subset_of, "contains only codes in the list", near="equals"),
    Operator("superset_of", "set", includes, "contains all codes in the list", opposite="excludes", near="equals"),
    Operator("equals", "set", equals, "contains exactly these codes, in any order", opposite="not_equals",
             near="subset_of"),
    Operator("not_equals", "set", negated(equals), "does not contain exactly these codes; true when absent",
             absent=True,
             opposite="equals"),
    Operator("ordered_as", "order", ordered_as, "has its codes in the order of the list, or of {table: name}"),
    Operator("empty", "flag", empty, "contains no code (true), or at least one (false)"),
)  # fmt: skip

# ---- Text ------------------------------------------------------------------------------------------------------------


class CompiledPattern(Record):
    """A compiled pattern. `full(text)` returns a match of the whole text, or None."""

    text: str
    full: Callable[[str], object]


def compile_pattern(text: str, engine: str = "") -> CompiledPattern:
    """Compile a pattern that regex_subset accepts. `engine` is "re", "re2", or "" (re2 if it is installed). Raises
    `ImportError` for "re2" if it is not installed.
    """
    if engine != "re":
        try:
            import re2  # optional; 4 ms, and only if a rule has a pattern
        except ImportError:
            if engine:
                raise
        else:
            options = re2.Options()
            options.log_errors = False
            return CompiledPattern(text, re2.compile(text, options).fullmatch)
    return CompiledPattern(text, re.compile(text, re.ASCII).fullmatch)


def matches(value: str, pattern: CompiledPattern) -> bool:
    return pattern.full(value) is not None


def contains(value: str, parts: tuple[str, ...]) -> bool:
    return any(part in value for part in parts)


_WORD = re.compile(r"[^\W_]+")


def words_of(text: str) -> str:
    """Return a text's words in lower case, separated by single spaces, with a space at each end. Every character that
    is not a letter or digit separates words.
    """
    return f" {' '.join(_WORD.findall(text.casefold()))} "


def mentions(value: str, phrases: tuple[str, ...]) -> bool:
    text = words_of(value)
    return any(phrase in text for phrase in phrases)


def in_table(value: str, table: Table) -> bool:
    return table.find(value) is not None


def in_use(value: str, asked: tuple[Table, Date]) -> bool | None:
    entry = asked[0].find(value)
    if entry is None:
        return False
    first, last = entry.in_use(asked[1].first), entry.in_use(asked[1].last)
    return first if first == last else None


def not_in_use(value: str, asked: tuple[Table, Date]) -> bool | None:
    return False if asked[0].find(value) is None else negated(in_use)(value, asked)


def has_fact(value: str, asked: tuple[Table, str, frozenset[str]]) -> bool:
    entry = asked[0].find(value)
    return entry is not None and not asked[2].isdisjoint(entry.facts.get(asked[1], ()))


def length(value: str, bounds: tuple[int, int]) -> bool:
    return between(len(value), bounds)


TEXT = (
    *equality("text"),
    Operator("matches", "pattern", matches, "matches the pattern as a whole", opposite="not_matches"),
    Operator("not_matches", "pattern", negated(matches), "does not match as a whole; true when absent", absent=True,
             opposite="matches"),
    Operator("starts_with", "parts", str.startswith, "begins with the string, or with one of the list; case matters"),
    Operator("ends_with", "parts", str.endswith, "ends with the string, or with one of the list; case matters"),
    Operator("contains", "parts", contains, "contains the string, or one of the list, anywhere; case matters",
             opposite="lacks"),
    Operator("lacks", "parts", negated(contains),
             "contains neither the string nor one of the list; case matters; true when absent", absent=True,
             opposite="contains"),
    Operator("mentions", "words", mentions, "contains the term, or one of the list, as a whole and in any case",
             opposite="omits"),
    Operator("omits", "words", negated(mentions),
             "contains neither the term nor one of the list, in any case; true when absent", absent=True,
             opposite="mentions"),
    Operator("in_table", "table", in_table, "is a code or a spelling of the table", opposite="not_in_table"),
    Operator("not_in_table", "table", negated(in_table), "is not in the table; true when absent", absent=True,
             opposite="in_table"),
    Operator("in_use", "table_on", in_use, "is in the table and was in use: {table: name, on: {field: date}}",
             opposite="not_in_use"),
    Operator("not_in_use", "table_on", not_in_use,
             "is in the table, but was not in use: {table: name, on: {field: date}}",
             opposite="in_use"),
    Operator("has_fact", "fact", has_fact,
             "has a table entry with this fact: {table: name, fact: name, is: value or list}",
             opposite="lacks_fact"),
    Operator("lacks_fact", "fact", negated(has_fact), "has no table entry with this fact; true when absent",
             absent=True,
             opposite="has_fact"),
    Operator("length", "length", length, "has a length in code points: {min: N, max: N}"),
)  # fmt: skip

OPERATORS: dict[str, dict[str, Operator]] = {
    kind: {operator.name: operator for operator in operators}
    for kind, operators in (
        ("count", COUNT),
        ("date", DATE),
        ("flag", FLAG),
        ("level", LEVEL),
        ("set", SET),
        ("text", TEXT),
    )
}
