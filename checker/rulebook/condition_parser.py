"""The arguments of operators as rule files write them: read, checked against words and model, put into plain lists."""

from __future__ import annotations

from datetime import date

from ..operators import OPERATORS
from .field_types import Frames, Kind, Scope
from .ir import Code
from .regex_subset import refuse
from .yaml_loader import Map, Seq, Text, Tree, like

DATE_KEYS = {"after", "before", "days", "field", "of", "tolerance_days", "years"}


def read_argument(kind: str, node: Tree, frames: Frames, scope: Scope) -> Code | None:
    """The code of an argument of that kind, or `None` with a trouble added."""
    if kind.endswith("_field"):
        if _names_field(node):
            return _field(kind[:-6], node, frames, scope)
        return scope.refuse("R015", node, "another field belongs here", "write {field: name.of.field}")
    if kind in READERS:
        return READERS[kind](node, frames, scope)
    if isinstance(node, Map) and kind in ("text", "count", "level", "flag"):
        return _field(kind, node, frames, scope)
    if kind.endswith("s"):
        return _many(kind, node, frames, scope)
    found = _one(kind, node, scope)
    return None if found is None else ["lit", kind, found]


def _names_field(node: Tree) -> bool:
    return isinstance(node, Map) and "field" in node.pairs


def _field(kind: str, node: Tree, frames: Frames, scope: Scope) -> Code | None:
    """`{field: path, plus: n, modulo: n}`."""
    if not isinstance(node, Map) or "field" not in node.pairs:
        return scope.refuse("R015", node, f"a {kind} belongs here", "or another field: {field: name.of.field}")
    allowed = {"field", "plus", "modulo"} if kind == "count" else {"field"}
    if not scope.keys(node, allowed, "R015"):
        return None
    name = node.get("field")
    if not isinstance(name, Text):
        return scope.refuse("R015", node, "`field` names one field", "write {field: name.of.field}")
    found = frames.find(name, scope)
    if found is None:
        return None
    path, seen = found
    if seen.name == "node" and kind == "text" and frames.has_text(seen):
        path, seen = [*path, "text"], seen.__class__("text")
    if seen.name != kind:
        return scope.refuse("R013", name, f"{name.value} is a {seen}, and a {kind} belongs here")
    steps = [0, 0]
    for place, word in enumerate(("plus", "modulo")):
        if word in node.pairs:
            number = _number(node.pairs[word][1], scope)
            if number is None:
                return None
            steps[place] = number
    return ["field", path, kind, *steps]


def _one(kind: str, node: Tree, scope: Scope) -> object:
    if not isinstance(node, Text):
        return scope.refuse("R015", node, f"one {kind} belongs here, not a list or mapping")
    if kind == "count":
        return _number(node, scope)
    if kind == "flag":
        if node.value in ("true", "false"):
            return node.value == "true"
        return scope.refuse("R015", node, f'"{node.value}" is neither true nor false')
    if kind == "level":
        return scope.level(node)
    if kind == "pattern":
        trouble = refuse(node.value)
        if trouble is not None:
            return scope.refuse(trouble[0], node, trouble[1], trouble[2])
        return node.value
    return node.value


def _number(node: Tree, scope: Scope) -> int | None:
    if isinstance(node, Text) and node.value.removeprefix("-").isdecimal() and len(node.value) < 10:
        return int(node.value)
    shown = f'"{node.value}" is not' if isinstance(node, Text) else "this is not"
    scope.refuse("R015", node, f"{shown} a whole number")
    return None


def _day(node: Text, scope: Scope) -> str | None:
    try:
        if len(node.value) == 10:
            return date.fromisoformat(node.value).isoformat()
        scope.refuse("R015", node, f'"{node.value}" is not a date', "write it as 1995-10-14, or {field: date}")
    except ValueError:
        scope.refuse("R034", node, f'"{node.value}" is no real day', "dates are written 1995-10-14")
    return None


def _many(kind: str, node: Tree, frames: Frames, scope: Scope) -> Code | None:
    if not isinstance(node, Seq) or not node.items:
        return scope.refuse("R015", node, "a list with at least one entry belongs here", "write [one, two]")
    found = [_one(kind[:-1], item, scope) for item in node.items]
    return None if None in found else ["lit", kind, found]


def _set(node: Tree, frames: Frames, scope: Scope) -> Code | None:
    if isinstance(node, Map):
        return _field("set", node, frames, scope)
    items = node.items if isinstance(node, Seq) else [node]
    found = [_one("text", item, scope) for item in items]
    return None if None in found else ["lit", "set", found]


def _parts(node: Tree, frames: Frames, scope: Scope) -> Code | None:
    found = _set(node, frames, scope) if not isinstance(node, Map) else None
    if found is None:
        return scope.refuse("R015", node, "a text or a list of texts belongs here") if isinstance(node, Map) else None
    return ["lit", "parts", found[2]]


def _order(node: Tree, frames: Frames, scope: Scope) -> Code | None:
    if isinstance(node, Map):
        table = _table_key(node, {"table"}, scope)
        return None if table is None else ["order", table]
    found = _set(node, frames, scope)
    return None if found is None else ["lit", "codes", found[2]]


def _table(node: Tree, frames: Frames, scope: Scope) -> Code | None:
    if not isinstance(node, Text):
        return scope.refuse("R015", node, "the name of one vocabulary table belongs here")
    return ["table", node.value] if scope.table(node) else None


def _table_key(node: Map, keys: set[str], scope: Scope) -> str | None:
    if not scope.keys(node, keys, "R015"):
        return None
    for key in sorted(keys):
        if key not in node.pairs:
            return scope.refuse("R033", node, f'the key "{key}" is missing here')
    name = node.get("table")
    if not isinstance(name, Text):
        return scope.refuse("R015", node, "`table` names one vocabulary table")
    return name.value if scope.table(name) else None


def _table_on(node: Tree, frames: Frames, scope: Scope) -> Code | None:
    if not isinstance(node, Map):
        return scope.refuse("R015", node, "write {table: name, on: {field: date}}")
    table = _table_key(node, {"table", "on"}, scope)
    day = _date(node.pairs["on"][1], frames, scope) if table is not None else None
    return None if day is None else ["on", table, day]


def _fact(node: Tree, frames: Frames, scope: Scope) -> Code | None:
    if not isinstance(node, Map):
        return scope.refuse("R015", node, "write {table: name, fact: name, is: value}")
    table = _table_key(node, {"table", "fact", "is"}, scope)
    if table is None:
        return None
    name, values = node.pairs["fact"][1], _set(node.pairs["is"][1], frames, scope)
    if not isinstance(name, Text) or values is None or values[0] != "lit":
        return scope.refuse("R015", node, "write {table: name, fact: name, is: value or list}")
    known = sorted({fact for entry in scope.words[table] for fact in entry.facts})
    if name.value not in known:
        return scope.refuse("R015", name, f'no entry of {table} has a fact "{name.value}"', like(name.value, known))
    return ["fact", table, name.value, values[2]]


def _date(node: Tree, frames: Frames, scope: Scope) -> Code | None:
    """A day, `{field: path}`, or `{years: N, days: N, after: date}` (also `before:`)."""
    if isinstance(node, Text):
        found = _day(node, scope)
        return None if found is None else ["lit", "date", found]
    if not isinstance(node, Map):
        return scope.refuse("R015", node, "a date belongs here", "write 1995-10-14 or {field: date}")
    if "field" in node.pairs and len(node.pairs) == 1:
        return _field("date", node, frames, scope)
    if not scope.keys(node, DATE_KEYS - {"of"}, "R015"):
        return None
    counted = _base(node, frames, scope)
    return None if counted is None else ["shift", counted[0], *counted[1]]


def _base(node: Map, frames: Frames, scope: Scope) -> tuple[Code, list[object]] | None:
    """The date counted from, and [years, days] with their signs."""
    sides = [word for word in ("after", "before", "field") if word in node.pairs]
    if len(sides) != 1:
        scope.refuse("R015", node, "say from which day to count", "write {years: 10, after: {field: date}}")
        return None
    side = sides[0]
    base = _field("date", node_of_field(node), frames, scope) if side == "field" else _date(
        node.pairs[side][1], frames, scope
    )  # fmt: skip
    if base is None:
        return None
    sign = -1 if side == "before" else 1
    years: Code | None = ["lit", "count", 0]
    if "years" in node.pairs:
        years = read_argument("count", node.pairs["years"][1], frames, scope)
        if years is None:
            return None
        if years[0] == "lit":
            years = ["lit", "count", sign * years[2]]
        elif sign < 0:
            scope.refuse("R015", node, "years taken from a field count forward only")
            return None
    days = 0
    for word in ("days", "tolerance_days"):
        if word in node.pairs:
            number = _number(node.pairs[word][1], scope)
            if number is None:
                return None
            days += sign * number if word == "days" else 0
    return base, [years, days]


def node_of_field(node: Map) -> Map:
    """The mapping reduced to its `field`."""
    only = Map(node.line, node.column)
    only.pairs = {"field": node.pairs["field"]}
    return only


def tolerance(node: Tree) -> int:
    """The days of tolerance that a date argument grants."""
    words = node.text("tolerance_days", "0") if isinstance(node, Map) else "0"
    return int(words) if words.isdecimal() else 0


def _window(node: Tree, frames: Frames, scope: Scope) -> Code | None:
    """`{days: N, of: date}`, or `{not_before_days: N, not_after_days: N, of: date}`; also `{from: date, to: date}`."""
    if not isinstance(node, Map):
        return scope.refuse("R015", node, "write {days: 3, of: {field: date}}")
    if "from" in node.pairs or "to" in node.pairs:
        if not scope.keys(node, {"from", "to"}, "R015"):
            return None
        if len(node.pairs) < 2:
            return scope.refuse("R015", node, "a window has two ends", "write {from: 1995-10-14, to: 2003-09-21}")
        ends = [_date(node.pairs[word][1], frames, scope) for word in ("from", "to")]
        return None if None in ends else ["window", *ends]
    if not scope.keys(node, {"days", "of", "not_before_days", "not_after_days"}, "R015"):
        return None
    if "of" not in node.pairs or not ({"days", "not_before_days", "not_after_days"} & node.pairs.keys()):
        return scope.refuse("R015", node, "say how many days, and of which date", "write {days: 3, of: {field: date}}")
    base = _date(node.pairs["of"][1], frames, scope)
    low = _days(node, "not_before_days", scope)
    told = low is None and "not_after_days" not in node.pairs  # both would be `days`
    high = None if told else _days(node, "not_after_days", scope)
    if base is None or low is None or high is None:
        return None
    none: Code = ["lit", "count", 0]
    return ["window", ["shift", base, none, -low], ["shift", base, none, high]]


def _days(node: Map, word: str, scope: Scope) -> int | None:
    for name in (word, "days"):
        if name in node.pairs:
            return _number(node.pairs[name][1], scope)
    return 0


def _between(node: Tree, frames: Frames, scope: Scope) -> Code | None:
    found = _many("counts", node, frames, scope)
    if found is not None and (len(found[2]) != 2 or found[2][0] > found[2][1]):
        return scope.refuse("R015", node, "two counts belong here, the smaller first", "write [1, 9]")
    return None if found is None else ["lit", "between", found[2]]


def _length(node: Tree, frames: Frames, scope: Scope) -> Code | None:
    if not isinstance(node, Map) or not node.pairs:
        return scope.refuse("R015", node, "write {min: 1, max: 9}, or one of the two")
    if not scope.keys(node, {"min", "max"}, "R015"):
        return None
    ends = []
    for word, default in (("min", 0), ("max", 1 << 30)):
        number = _number(node.pairs[word][1], scope) if word in node.pairs else default
        if number is None:
            return None
        ends.append(number)
    if ends[0] > ends[1]:
        return scope.refuse("R015", node, "min is larger than max")
    return ["lit", "between", ends]


READERS = {
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
}


# ---- Conditions as rule files write them: every selector resolved, every operator bound to its type, all
STATES = ("absent", "present", "readable", "unreadable")
CONNECTIVES = ("and", "implies", "not", "or")
QUANTIFIERS = (
    "all", "any", "at_least", "at_most", "count", "every_pair_next_to_each_other", "exactly", "non_empty", "none",
    "sorted_by", "unique",
)  # fmt: skip


def read_condition(node: Tree, frames: Frames, scope: Scope) -> Code | None:
    """The code of a condition (a mapping whose keys all must hold), or `None` with troubles added."""
    if not isinstance(node, Map):
        return scope.refuse("R036", node, "a condition is a mapping", "write {field: {operator: argument}}")
    if not node.pairs:
        return scope.refuse("R036", node, "an empty condition says nothing")
    parts = [_entry(key, value, frames, scope) for key, value in node.items()]
    found = [part for part in parts if part is not None]
    if len(found) < len(parts):
        return None
    return found[0] if len(found) == 1 else ["and", found]


def _entry(key: Text, value: Tree, frames: Frames, scope: Scope) -> Code | None:
    if key.value in CONNECTIVES:
        return _connective(key, value, frames, scope)
    found = frames.find(key, scope)
    if found is None:
        return None
    path, kind = found
    if isinstance(value, Text):
        return _word(path, kind, value, scope)
    if not isinstance(value, Map) or not value.pairs:
        return scope.refuse(
            "R036", value, f"say what holds of {key.value}", f"write {{operator: argument}}, or {_STATES}"
        )
    parts = [_ask(path, kind, word, argument, frames, scope) for word, argument in value.items()]
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    return known[0] if len(known) == 1 else ["and", known]


_STATES = ", ".join(STATES)


def _connective(key: Text, value: Tree, frames: Frames, scope: Scope) -> Code | None:
    if key.value == "not":
        inner = read_condition(value, frames, scope)
        return None if inner is None else ["not", inner]
    if key.value == "implies":
        if not isinstance(value, Map) or set(value.pairs) != {"if", "then"}:
            return scope.refuse("R036", value, "`implies` has an `if` and a `then`", "write {if: …, then: …}")
        both = [read_condition(value.pairs[word][1], frames, scope) for word in ("if", "then")]
        return None if None in both else ["implies", *both]
    if not isinstance(value, Seq) or not value.items:
        return scope.refuse("R036", value, f"`{key.value}` has a list of conditions", "write [{…}, {…}]")
    parts = [read_condition(item, frames, scope) for item in value.items]
    return None if None in parts else [key.value, parts]


def _word(path: list[int | str], kind: Kind, value: Text, scope: Scope) -> Code | None:
    if value.value in STATES:
        return ["state", path, value.value]
    if kind.name == "flag" and value.value in ("true", "false"):
        return ["ask", path, "flag", "is", ["lit", "flag", value.value == "true"]]
    operators = OPERATORS.get(kind.name)
    example = "{any: …}" if operators is None else "{is: …}" if "is" in operators else f"{{{next(iter(operators))}: …}}"
    return scope.refuse(
        "R012", value, f'"{value.value}" is none of {_STATES}',
        f"{like(value.value, STATES)}To compare a {kind}, write {example}",
    )  # fmt: skip


def _ask(path: list[int | str], kind: Kind, word: Text, node: Tree, frames: Frames, scope: Scope) -> Code | None:
    if kind.name in ("list", "set") and (word.value in QUANTIFIERS or kind.name == "list"):
        return _quantifier(path, kind, word, node, frames, scope)
    if kind.name == "node" and frames.has_text(kind):
        path, kind = [*path, "text"], Kind("text")
    operators = OPERATORS.get(kind.name)
    if operators is None:
        return scope.refuse(
            "R013", word, f'no operator "{word.value}" for a {kind}', f"it can be {_STATES}; or name one of its fields"
        )
    operator = operators.get(word.value)
    if operator is None:
        return _unknown(kind, word, scope)
    code = read_argument(operator.argument, node, frames, scope)
    if code is None:
        return None
    if (
        kind.name == "level"
        and operator.name in _EDGES
        and code[0] == "lit"
        and not _on_scale(operator.name, code, node, scope)
    ):
        return None
    if kind.name == "date" and tolerance(node):
        return _tolerant(path, operator.name, code, tolerance(node), word, scope)
    return ["ask", path, kind.name, operator.name, code]


_EDGES = {"at_least": 0, "below": 0, "at_most": -1, "above": -1}


def _on_scale(name: str, code: Code, node: Tree, scope: Scope) -> bool:
    """Whether the comparison can go both ways: nothing is below the lowest level or above the highest."""
    ranks = sorted({entry.rank or 0 for entry in scope.words["levels"]})
    entry = scope.words["levels"].get(code[2])
    if entry is None or (entry.rank or 0) != ranks[_EDGES[name]]:
        return True
    scope.refuse("R038", node, f"{name} {entry.title} is always the same", "nothing lies beyond the end of the scale")
    return False


def _tolerant(path: list[int | str], name: str, code: Code, days: int, word: Text, scope: Scope) -> Code | None:
    none: Code = ["lit", "count", 0]
    later, earlier = ["shift", code, none, days], ["shift", code, none, -days]
    if name in ("exactly", "same_day", "is", "same_as"):
        return ["ask", path, "date", "within", ["window", earlier, later]]
    if name in ("on_or_before", "at_most", "before"):
        return ["ask", path, "date", name, later]
    if name in ("on_or_after", "at_least", "after"):
        return ["ask", path, "date", name, earlier]
    return scope.refuse("R015", word, f"{name} knows no tolerance")


def _unknown(kind: Kind, word: Text, scope: Scope) -> None:
    operators = OPERATORS[kind.name]
    owners = [name for name, others in OPERATORS.items() if word.value in others]
    allows = f"A {kind} allows: {', '.join(sorted(operators))}"
    if owners or word.value in QUANTIFIERS:
        whose = f"a {' or a '.join(owners)}" if owners else "a list"
        scope.refuse("R013", word, f'operator "{word.value}" is for {whose}, not for a {kind}', allows)
    else:
        scope.refuse(
            "R012", word, f'unknown operator "{word.value}" for a {kind}', like(word.value, operators) + allows
        )


# ---- lists ------------------------------------------------------------------------------------------------


def _quantifier(path: list[int | str], kind: Kind, word: Text, node: Tree, frames: Frames, scope: Scope) -> Code | None:
    name = word.value
    if name in ("any", "all", "none"):
        inner = read_condition(node, frames.inside(kind), scope)
        return None if inner is None else [name, path, inner]
    if name == "every_pair_next_to_each_other":
        inner = read_condition(node, frames.pair(kind), scope)
        return None if inner is None else ["pairs", path, inner]
    if name in ("exactly", "at_least", "at_most"):
        return _times(path, kind, word, node, frames, scope)
    if name == "count":
        return _count(path, node, frames, scope)
    if name == "non_empty":
        if isinstance(node, Text) and node.value in ("true", "false"):
            return ["state", path, "present" if node.value == "true" else "absent"]
        return scope.refuse("R015", node, "`non_empty` is true or false")
    if name in ("unique", "sorted_by"):
        return _by(path, kind, name, node, frames, scope)
    return scope.refuse(
        "R014", word, f'"{name}" is asked of a {kind}, which needs a quantifier',
        f"{like(name, QUANTIFIERS)}A list allows: {', '.join(QUANTIFIERS)}",
    )  # fmt: skip


def _times(path: list[int | str], kind: Kind, word: Text, node: Tree, frames: Frames, scope: Scope) -> Code | None:
    shape = f"write {{{word.value}: {{times: 2, of: {{…}}}}}}"
    if not isinstance(node, Map) or not scope.keys(node, {"times", "of"}, "R010"):
        return (
            scope.refuse("R015", node, f"`{word.value}` has `times` and `of`", shape)
            if not isinstance(node, Map)
            else None
        )
    if set(node.pairs) != {"times", "of"}:
        return scope.refuse("R033", node, f"`{word.value}` has `times` and `of`", shape)
    number = read_argument("count", node.pairs["times"][1], frames, scope)
    inner = read_condition(node.pairs["of"][1], frames.inside(kind), scope)
    if number is None or inner is None:
        return None
    if number[0] != "lit":
        return scope.refuse("R015", node.pairs["times"][1], "`times` is a number")
    return ["times", path, word.value, number[2], inner]


def _count(path: list[int | str], node: Tree, frames: Frames, scope: Scope) -> Code | None:
    operators = OPERATORS["count"]
    if not isinstance(node, Map) or not node.pairs:
        return scope.refuse("R015", node, "say what holds of the count", "write {count: {at_least: 2}}")
    parts: list[Code] = []
    for key, value in node.items():
        operator = operators.get(key.value)
        if operator is None:
            return _unknown(Kind("count"), key, scope)
        code = read_argument(operator.argument, value, frames, scope)
        if code is None:
            return None
        parts.append(["count", path, key.value, code])
    return parts[0] if len(parts) == 1 else ["and", parts]


def _by(path: list[int | str], kind: Kind, name: str, node: Tree, frames: Frames, scope: Scope) -> Code | None:
    if not isinstance(node, Text):
        return scope.refuse("R015", node, f"`{name}` names a field of the elements")
    inside = frames.inside(kind)
    if name == "unique" and node.value == "true":
        return ["unique", path, [len(frames.kinds)]]
    found = inside.find(node, scope)
    return None if found is None else [name, path, found[0]]
