"""Parse operators' arguments: resolve field names, and convert YAML values to expressions (`ir`).

Each function returns an expression, or None after adding an error to the scope.
"""

from __future__ import annotations

from datetime import date

from ..operators import words_of
from .field_paths import Frames, Scope
from .ir import UNBOUNDED, Expression
from .regex_subset import refuse
from .yaml_loader import YamlList, YamlMap, YamlNode, YamlText, date_help, suggest

_DATE_KEYS = {"after", "before", "days", "field", "tolerance_days", "years"}


def read_argument(kind: str, node: YamlNode, frames: Frames, scope: Scope) -> Expression | None:
    """Return the expression for an argument of the given kind (`Operator.argument`), or None after adding an error."""
    if kind.endswith("_field"):
        if _names_field(node):
            return _field(kind[:-6], node, frames, scope)
        return scope.error("R015", node, "expected another field", "Write {field: name.of.field}")
    if kind in _READERS:
        return _READERS[kind](node, frames, scope)
    if isinstance(node, YamlMap) and kind in ("text", "count", "level", "flag"):
        return _field(kind, node, frames, scope)
    if kind.endswith("s"):
        return _many(kind, node, frames, scope)
    found = _one(kind, node, scope)
    return None if found is None else ["lit", kind, found]


def _names_field(node: YamlNode) -> bool:
    return isinstance(node, YamlMap) and "field" in node.pairs


def _field(kind: str, node: YamlNode, frames: Frames, scope: Scope) -> Expression | None:
    """Parse a reference to another field: `{field: path, plus: n, modulo: n}`. Only counts allow `plus` and
    `modulo`.
    """
    if not isinstance(node, YamlMap) or "field" not in node.pairs:
        return scope.error(
            "R015", node, f"expected a {kind}", f"Write a {kind}, or name another field: {{field: name.of.field}}"
        )
    allowed = {"field", "plus", "modulo"} if kind == "count" else {"field"}
    if not scope.keys(node, allowed, "R015"):
        return None
    name = node.get("field")
    if not isinstance(name, YamlText):
        return scope.error("R015", node, "expected the name of one field", "Write {field: name.of.field}")
    found = frames.find(name, scope)
    if found is None:
        return None
    path, seen = found
    if seen.name == "node" and kind == "text" and frames.has_text(seen):
        path, seen = [*path, "text"], seen.__class__("text")
    if seen.name != kind:
        return scope.error("R013", name, f"{name.value} is a {seen}; expected a {kind}")
    steps = [0, 0]
    for place, word in enumerate(("plus", "modulo")):
        if word in node.pairs:
            number = _number(node.pairs[word][1], scope)
            if number is None:
                return None
            steps[place] = number
    return ["field", path, kind, *steps]


def _one(kind: str, node: YamlNode, scope: Scope) -> object:
    if not isinstance(node, YamlText):
        return scope.error("R015", node, f"expected one {kind}, not a list or mapping")
    if kind == "count":
        return _number(node, scope)
    if kind == "flag":
        if node.value in ("true", "false"):
            return node.value == "true"
        return scope.error("R015", node, f'"{node.value}" is not true or false', "Write true or false")
    if kind == "level":
        return scope.level(node)
    if kind == "pattern":
        refusal = refuse(node.value)
        if refusal is not None:
            return scope.error(refusal[0], node, refusal[1], refusal[2])
        return node.value
    return node.value


def _number(node: YamlNode, scope: Scope) -> int | None:
    if isinstance(node, YamlText) and node.value.removeprefix("-").isdecimal() and len(node.value) < 10:
        return int(node.value)
    shown = f'"{node.value}" is not' if isinstance(node, YamlText) else "this is not"
    scope.error("R015", node, f"{shown} an integer", "Write a number in digits, such as 3")
    return None


def _day(node: YamlText, scope: Scope) -> str | None:
    try:
        if len(node.value) == 10:
            return date.fromisoformat(node.value).isoformat()
        scope.error("R015", node, f'"{node.value}" is not a date', "Write it as 1995-10-14, or {field: date}")
    except ValueError:
        scope.error("R034", node, f'"{node.value}" is not a valid date', date_help(node.value))
    return None


def _many(kind: str, node: YamlNode, frames: Frames, scope: Scope) -> Expression | None:
    if not isinstance(node, YamlList) or not node.items:
        return scope.error("R015", node, "expected a list with at least one entry", "Write [one, two]")
    found = [_one(kind[:-1], item, scope) for item in node.items]
    return None if None in found else ["lit", kind, found]


def _set(node: YamlNode, frames: Frames, scope: Scope) -> Expression | None:
    if isinstance(node, YamlMap):
        return _field("set", node, frames, scope)
    items = node.items if isinstance(node, YamlList) else [node]
    found = [_one("text", item, scope) for item in items]
    return None if None in found else ["lit", "set", found]


def _parts(node: YamlNode, frames: Frames, scope: Scope) -> Expression | None:
    found = _set(node, frames, scope) if not isinstance(node, YamlMap) else None
    if found is None:
        return (
            scope.error("R015", node, "expected a string or a list of strings") if isinstance(node, YamlMap) else None
        )
    return ["lit", "parts", found[2]]


def _words(node: YamlNode, frames: Frames, scope: Scope) -> Expression | None:
    found = _parts(node, frames, scope)
    for item in node.items if isinstance(node, YamlList) else [node]:
        if isinstance(item, YamlText) and not words_of(item.value).strip():
            return scope.error("R015", item, f'"{item.value}" has no word', "Write a word or phrase, such as visit")
    return None if found is None else ["lit", "words", found[2]]


def _order(node: YamlNode, frames: Frames, scope: Scope) -> Expression | None:
    if isinstance(node, YamlMap):
        table = _table_key(node, {"table"}, scope)
        return None if table is None else ["order", table]
    found = _set(node, frames, scope)
    return None if found is None else ["lit", "codes", found[2]]


def _table(node: YamlNode, frames: Frames, scope: Scope) -> Expression | None:
    if not isinstance(node, YamlText):
        return scope.error("R015", node, "expected the name of one vocabulary table")
    return ["table", node.value] if scope.table(node) else None


def _table_key(node: YamlMap, keys: set[str], scope: Scope) -> str | None:
    if not scope.keys(node, keys, "R015"):
        return None
    for key in sorted(keys):
        if key not in node.pairs:
            return scope.error("R033", node, f'the key "{key}" is missing')
    name = node.get("table")
    if not isinstance(name, YamlText):
        return scope.error("R015", node, "`table` must name one vocabulary table")
    return name.value if scope.table(name) else None


def _table_on(node: YamlNode, frames: Frames, scope: Scope) -> Expression | None:
    if not isinstance(node, YamlMap):
        return scope.error("R015", node, "expected a table and a date", "Write {table: name, on: {field: date}}")
    table = _table_key(node, {"table", "on"}, scope)
    day = _date(node.pairs["on"][1], frames, scope) if table is not None else None
    return None if day is None else ["on", table, day]


def _fact(node: YamlNode, frames: Frames, scope: Scope) -> Expression | None:
    if not isinstance(node, YamlMap):
        return scope.error(
            "R015", node, "expected a table, a fact and its value", "Write {table: name, fact: name, is: value}"
        )
    table = _table_key(node, {"table", "fact", "is"}, scope)
    if table is None:
        return None
    name, values = node.pairs["fact"][1], _set(node.pairs["is"][1], frames, scope)
    if not isinstance(name, YamlText) or values is None or values[0] != "lit":
        return scope.error(
            "R015", node, "expected a fact and its values", "Write {table: name, fact: name, is: [one, two]}"
        )
    known = sorted({fact for entry in scope.vocabulary[table] for fact in entry.facts})
    if name.value not in known:
        return scope.error("R015", name, f'no entry of {table} has a fact "{name.value}"', suggest(name.value, known))
    return ["fact", table, name.value, values[2]]


def _date(node: YamlNode, frames: Frames, scope: Scope) -> Expression | None:
    """Parse a date: a day, `{field: path}`, or `{years: N, days: N, after: date}` (or `before: date`)."""
    if isinstance(node, YamlText):
        found = _day(node, scope)
        return None if found is None else ["lit", "date", found]
    if not isinstance(node, YamlMap):
        return scope.error("R015", node, "expected a date", "Write 1995-10-14 or {field: date}")
    if "field" in node.pairs and len(node.pairs) == 1:
        return _field("date", node, frames, scope)
    if not scope.keys(node, _DATE_KEYS, "R015"):
        return None
    counted = _base(node, frames, scope)
    return None if counted is None else ["shift", counted[0], *counted[1]]


def _base(node: YamlMap, frames: Frames, scope: Scope) -> tuple[Expression, list[object]] | None:
    """Return the date to count from and the signed numbers of years and days to add to it, or None after adding an
    error.
    """
    sides = [word for word in ("after", "before", "field") if word in node.pairs]
    if len(sides) != 1:
        scope.error(
            "R015", node, "expected one of `after`, `before` and `field`", "Write {years: 10, after: {field: date}}"
        )
        return None
    side = sides[0]
    base = _field("date", _only_field(node), frames, scope) if side == "field" else _date(
        node.pairs[side][1], frames, scope
    )  # fmt: skip
    if base is None:
        return None
    sign = -1 if side == "before" else 1
    years: Expression | None = ["lit", "count", 0]
    if "years" in node.pairs:
        years = read_argument("count", node.pairs["years"][1], frames, scope)
        if years is None:
            return None
        if years[0] == "lit":
            years = ["lit", "count", sign * years[2]]
        elif sign < 0:
            scope.error("R015", node, "years from a field cannot be counted back from a date", "Use `after`")
            return None
    days = 0
    for word in ("days", "tolerance_days"):
        if word in node.pairs:
            number = _number(node.pairs[word][1], scope)
            if number is None:
                return None
            days += sign * number if word == "days" else 0
    return base, [years, days]


def _only_field(node: YamlMap) -> YamlMap:
    """Return a copy of a mapping that contains only the `field` key."""
    only = YamlMap(node.line, node.column)
    only.pairs = {"field": node.pairs["field"]}
    return only


def tolerance(node: YamlNode) -> int:
    """Return the value of `tolerance_days` in a date argument, or 0 if it is missing."""
    words = node.text("tolerance_days", "0") if isinstance(node, YamlMap) else "0"
    return int(words) if words.isdecimal() else 0


def _window(node: YamlNode, frames: Frames, scope: Scope) -> Expression | None:
    """Parse a range of dates: `{days: N, of: date}`, `{not_before_days: N, not_after_days: N, of: date}`, or `{from:
    date, to: date}`.
    """
    if not isinstance(node, YamlMap):
        days = node.value if isinstance(node, YamlText) and node.value.isdecimal() else "3"
        return scope.error("R015", node, "expected a number of days and a date",
                           f"Write {{days: {days}, of: {{field: date}}}}")  # fmt: skip
    if "from" in node.pairs or "to" in node.pairs:
        if not scope.keys(node, {"from", "to"}, "R015"):
            return None
        if len(node.pairs) < 2:
            return scope.error(
                "R015", node, "a window needs `from` and `to`", "Write {from: 1995-10-14, to: 2003-09-21}"
            )
        ends = [_date(node.pairs[word][1], frames, scope) for word in ("from", "to")]
        return None if None in ends else ["window", *ends]
    if not scope.keys(node, {"days", "of", "not_before_days", "not_after_days"}, "R015"):
        return None
    if "of" not in node.pairs or not ({"days", "not_before_days", "not_after_days"} & node.pairs.keys()):
        return scope.error("R015", node, "a window needs `days` and `of`", "Write {days: 3, of: {field: date}}")
    base = _date(node.pairs["of"][1], frames, scope)
    low = _days(node, "not_before_days", scope)
    reported = low is None and "not_after_days" not in node.pairs  # both would be `days`
    high = None if reported else _days(node, "not_after_days", scope)
    if base is None or low is None or high is None:
        return None
    none: Expression = ["lit", "count", 0]
    return ["window", ["shift", base, none, -low], ["shift", base, none, high]]


def _days(node: YamlMap, word: str, scope: Scope) -> int | None:
    for name in (word, "days"):
        if name in node.pairs:
            return _number(node.pairs[name][1], scope)
    return 0


def _between(node: YamlNode, frames: Frames, scope: Scope) -> Expression | None:
    found = _many("counts", node, frames, scope)
    if found is not None and (len(found[2]) != 2 or found[2][0] > found[2][1]):
        return scope.error("R015", node, "expected two counts, the smaller first", "Write [1, 9]")
    return None if found is None else ["lit", "between", found[2]]


def _length(node: YamlNode, frames: Frames, scope: Scope) -> Expression | None:
    if not isinstance(node, YamlMap) or not node.pairs:
        return scope.error("R015", node, "expected the bounds of a length", "Write {min: 1, max: 9}, or one of the two")
    if not scope.keys(node, {"min", "max"}, "R015"):
        return None
    ends = []
    for word, default in (("min", 0), ("max", UNBOUNDED)):
        number = _number(node.pairs[word][1], scope) if word in node.pairs else default
        if number is None:
            return None
        ends.append(number)
    if ends[0] > ends[1]:
        return scope.error("R015", node, "min is larger than max", "Swap the two")
    return ["lit", "between", ends]


_READERS = {
    "between": _between,
    "date": _date,
    "fact": _fact,
    "length": _length,
    "order": _order,
    "parts": _parts,
    "set": _set,
    "table": _table,
    "table_on": _table_on,
    "window": _window,
    "words": _words,
}
