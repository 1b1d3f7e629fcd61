"""Parse conditions: YAML mappings to expressions (`ir`), with every selector resolved and every operator checked.

Arguments of operators come first, then conditions on single values, then conditions on lists. Each function returns an
expression, or None after adding an error to the scope.
"""

from __future__ import annotations

from datetime import date

from ..operators import OPERATORS
from .field_types import FieldType, element_of, fields
from .ir import UNBOUNDED, Expression
from .regex_subset import refuse
from .selectors import Frames, Scope
from .yaml_loader import YamlList, YamlMap, YamlNode, YamlText, flow_yaml, plain, suggest


def flow(node: YamlNode) -> str:
    """Return a node as it is typed in a rule."""
    return flow_yaml(plain(node))


DATE_KEYS = {"after", "before", "days", "field", "of", "tolerance_days", "years"}


def read_argument(kind: str, node: YamlNode, frames: Frames, scope: Scope) -> Expression | None:
    """Parse an argument of the given kind."""
    if kind.endswith("_field"):
        if _names_field(node):
            return _field(kind[:-6], node, frames, scope)
        return scope.error("R015", node, "expected another field", "write {field: name.of.field}")
    if kind in READERS:
        return READERS[kind](node, frames, scope)
    if isinstance(node, YamlMap) and kind in ("text", "count", "level", "flag"):
        return _field(kind, node, frames, scope)
    if kind.endswith("s"):
        return _many(kind, node, frames, scope)
    found = _one(kind, node, scope)
    return None if found is None else ["lit", kind, found]


def _names_field(node: YamlNode) -> bool:
    return isinstance(node, YamlMap) and "field" in node.pairs


def _field(kind: str, node: YamlNode, frames: Frames, scope: Scope) -> Expression | None:
    """Parse `{field: path, plus: n, modulo: n}`."""
    if not isinstance(node, YamlMap) or "field" not in node.pairs:
        return scope.error("R015", node, f"expected a {kind}", "or name another field: {field: name.of.field}")
    allowed = {"field", "plus", "modulo"} if kind == "count" else {"field"}
    if not scope.keys(node, allowed, "R015"):
        return None
    name = node.get("field")
    if not isinstance(name, YamlText):
        return scope.error("R015", node, "expected the name of one field", "write {field: name.of.field}")
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
        return scope.error("R015", node, f'"{node.value}" is not true or false')
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
    scope.error("R015", node, f"{shown} an integer")
    return None


def _day(node: YamlText, scope: Scope) -> str | None:
    try:
        if len(node.value) == 10:
            return date.fromisoformat(node.value).isoformat()
        scope.error("R015", node, f'"{node.value}" is not a date', "write it as 1995-10-14, or {field: date}")
    except ValueError:
        scope.error("R034", node, f'"{node.value}" is not a real date', "write dates as 1995-10-14")
    return None


def _many(kind: str, node: YamlNode, frames: Frames, scope: Scope) -> Expression | None:
    if not isinstance(node, YamlList) or not node.items:
        return scope.error("R015", node, "expected a list with at least one entry", "write [one, two]")
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
        return scope.error("R015", node, "expected a table and a date", "write {table: name, on: {field: date}}")
    table = _table_key(node, {"table", "on"}, scope)
    day = _date(node.pairs["on"][1], frames, scope) if table is not None else None
    return None if day is None else ["on", table, day]


def _fact(node: YamlNode, frames: Frames, scope: Scope) -> Expression | None:
    if not isinstance(node, YamlMap):
        return scope.error(
            "R015", node, "expected a table, a fact and its value", "write {table: name, fact: name, is: value}"
        )
    table = _table_key(node, {"table", "fact", "is"}, scope)
    if table is None:
        return None
    name, values = node.pairs["fact"][1], _set(node.pairs["is"][1], frames, scope)
    if not isinstance(name, YamlText) or values is None or values[0] != "lit":
        return scope.error(
            "R015", node, "expected a fact and its values", "write {table: name, fact: name, is: [one, two]}"
        )
    known = sorted({fact for entry in scope.vocabulary[table] for fact in entry.facts})
    if name.value not in known:
        return scope.error("R015", name, f'no entry of {table} has a fact "{name.value}"', suggest(name.value, known))
    return ["fact", table, name.value, values[2]]


def _date(node: YamlNode, frames: Frames, scope: Scope) -> Expression | None:
    """Parse a date: a day, `{field: path}`, or `{years: N, days: N, after: date}` (also `before:`)."""
    if isinstance(node, YamlText):
        found = _day(node, scope)
        return None if found is None else ["lit", "date", found]
    if not isinstance(node, YamlMap):
        return scope.error("R015", node, "expected a date", "write 1995-10-14 or {field: date}")
    if "field" in node.pairs and len(node.pairs) == 1:
        return _field("date", node, frames, scope)
    if not scope.keys(node, DATE_KEYS - {"of"}, "R015"):
        return None
    counted = _base(node, frames, scope)
    return None if counted is None else ["shift", counted[0], *counted[1]]


def _base(node: YamlMap, frames: Frames, scope: Scope) -> tuple[Expression, list[object]] | None:
    """Return the date to count from, and the numbers of years and days with their signs."""
    sides = [word for word in ("after", "before", "field") if word in node.pairs]
    if len(sides) != 1:
        scope.error(
            "R015", node, "expected one of `after`, `before` and `field`", "write {years: 10, after: {field: date}}"
        )
        return None
    side = sides[0]
    base = _field("date", node_of_field(node), frames, scope) if side == "field" else _date(
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
            scope.error("R015", node, "years from a field cannot be counted back from a date", "use `after`")
            return None
    days = 0
    for word in ("days", "tolerance_days"):
        if word in node.pairs:
            number = _number(node.pairs[word][1], scope)
            if number is None:
                return None
            days += sign * number if word == "days" else 0
    return base, [years, days]


def node_of_field(node: YamlMap) -> YamlMap:
    """Return a mapping with only the key `field`."""
    only = YamlMap(node.line, node.column)
    only.pairs = {"field": node.pairs["field"]}
    return only


def tolerance(node: YamlNode) -> int:
    """Return the `tolerance_days` of a date argument."""
    words = node.text("tolerance_days", "0") if isinstance(node, YamlMap) else "0"
    return int(words) if words.isdecimal() else 0


def _window(node: YamlNode, frames: Frames, scope: Scope) -> Expression | None:
    """Parse `{days: N, of: date}`, `{not_before_days: N, not_after_days: N, of: date}` or `{from: date, to: date}`."""
    if not isinstance(node, YamlMap):
        days = node.value if isinstance(node, YamlText) and node.value.isdecimal() else "3"
        return scope.error("R015", node, "expected a number of days and a date",
                           f"write {{days: {days}, of: {{field: date}}}}")  # fmt: skip
    if "from" in node.pairs or "to" in node.pairs:
        if not scope.keys(node, {"from", "to"}, "R015"):
            return None
        if len(node.pairs) < 2:
            return scope.error(
                "R015", node, "a window needs `from` and `to`", "write {from: 1995-10-14, to: 2003-09-21}"
            )
        ends = [_date(node.pairs[word][1], frames, scope) for word in ("from", "to")]
        return None if None in ends else ["window", *ends]
    if not scope.keys(node, {"days", "of", "not_before_days", "not_after_days"}, "R015"):
        return None
    if "of" not in node.pairs or not ({"days", "not_before_days", "not_after_days"} & node.pairs.keys()):
        return scope.error("R015", node, "a window needs `days` and `of`", "write {days: 3, of: {field: date}}")
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
        return scope.error("R015", node, "expected two counts, the smaller first", "write [1, 9]")
    return None if found is None else ["lit", "between", found[2]]


def _length(node: YamlNode, frames: Frames, scope: Scope) -> Expression | None:
    if not isinstance(node, YamlMap) or not node.pairs:
        return scope.error("R015", node, "expected the bounds of a length", "write {min: 1, max: 9}, or one of the two")
    if not scope.keys(node, {"min", "max"}, "R015"):
        return None
    ends = []
    for word, default in (("min", 0), ("max", UNBOUNDED)):
        number = _number(node.pairs[word][1], scope) if word in node.pairs else default
        if number is None:
            return None
        ends.append(number)
    if ends[0] > ends[1]:
        return scope.error("R015", node, "min is larger than max", "swap the two")
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


# ---- Conditions ------------------------------------------------------------------------------------------------------
STATES = {
    "absent": "The document does not have it.",
    "present": "The document has it, readable or not.",
    "readable": "The document has it, and it can be read.",
    "unreadable": "The document has it, but it cannot be read.",
}
CONNECTIVES = {
    "and": "All of these conditions must hold.",
    "implies": "If the first condition holds, the second must hold.",
    "not": "This condition must not hold.",
    "or": "At least one of these conditions must hold.",
}
QUANTIFIERS = {
    "all": "The condition holds for every element; true of an empty list.",
    "any": "The condition holds for at least one element.",
    "at_least": "The condition holds for at least so many elements: {times: 2, of: {…}}.",
    "at_most": "The condition holds for at most so many elements: {times: 2, of: {…}}.",
    "count": "The number of elements satisfies these operators: {at_least: 2}.",
    "every_pair_next_to_each_other": "The condition holds for every two neighbors; previous.x is a field of the first.",
    "exactly": "The condition holds for exactly so many elements: {times: 1, of: {…}}.",
    "non_empty": "There is at least one element (true), or none (false).",
    "none": "The condition holds for no element.",
    "sorted_by": "The elements are in the order of this field.",
    "unique": "No two elements have the same value of this field, or are the same (true).",
}


def read_condition(node: YamlNode, frames: Frames, scope: Scope) -> Expression | None:
    """Parse a condition: a mapping whose entries must all be true."""
    if not isinstance(node, YamlMap):
        return scope.error("R036", node, "expected a condition", "write {field: {operator: argument}}")
    if not node.pairs:
        return scope.error("R036", node, "empty condition", "write {field: {operator: argument}}")
    parts = [_entry(key, value, frames, scope) for key, value in node.items()]
    found = [part for part in parts if part is not None]
    if len(found) < len(parts):
        return None
    return found[0] if len(found) == 1 else ["and", found]


def _entry(key: YamlText, value: YamlNode, frames: Frames, scope: Scope) -> Expression | None:
    if key.value in CONNECTIVES:
        return _connective(key, value, frames, scope)
    found = frames.find(key, scope)
    if found is None:
        return None
    path, kind = found
    if isinstance(value, YamlText):
        return _word(path, kind, value, scope)
    if not isinstance(value, YamlMap) or not value.pairs:
        return scope.error("R036", value, f"no condition on {key.value}", f"write {{operator: argument}}, or {_STATES}")
    parts = [_ask(path, kind, word, argument, frames, scope) for word, argument in value.items()]
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    return known[0] if len(known) == 1 else ["and", known]


_STATES = ", ".join(STATES)


def _connective(key: YamlText, value: YamlNode, frames: Frames, scope: Scope) -> Expression | None:
    if key.value == "not":
        inner = read_condition(value, frames, scope)
        return None if inner is None else ["not", inner]
    if key.value == "implies":
        if not isinstance(value, YamlMap) or set(value.pairs) != {"if", "then"}:
            return scope.error("R036", value, "`implies` needs `if` and `then`", "write {if: …, then: …}")
        both = [read_condition(value.pairs[word][1], frames, scope) for word in ("if", "then")]
        return None if None in both else ["implies", *both]
    if not isinstance(value, YamlList) or not value.items:
        typed = value.items() if isinstance(value, YamlMap) else ()
        form = ", ".join(f"{{{name.value}: {flow(inner)}}}" for name, inner in typed) or "{…}, {…}"
        return scope.error("R036", value, f"`{key.value}` needs a list of conditions", f"write {key.value}: [{form}]")
    parts = [read_condition(item, frames, scope) for item in value.items]
    return None if None in parts else [key.value, parts]


def _word(path: list[int | str], kind: FieldType, value: YamlText, scope: Scope) -> Expression | None:
    if value.value in STATES:
        return ["state", path, value.value]
    if kind.name == "flag" and value.value in ("true", "false"):
        return ["ask", path, "flag", "is", ["lit", "flag", value.value == "true"]]
    operators = OPERATORS.get(kind.name)
    words = [*STATES, *(("true", "false") if kind.name == "flag" else ())]
    first, _, rest = value.value.partition(" ")
    if operators is not None and first in operators and rest:
        example = f"{{{first}: {rest}}}"
    elif operators is None:
        example = "{any: …}"
    else:
        example = f"{{is: {flow(value)}}}" if "is" in operators else f"{{{next(iter(operators))}: {flow(value)}}}"
    near = suggest(value.value, words)
    return scope.error(
        "R012", value, f'"{value.value}" is not one of {", ".join(words)}',
        near if near or kind.name == "flag" else f"To compare a {kind}, write {example}",
    )  # fmt: skip


def _ask(
    path: list[int | str], kind: FieldType, word: YamlText, node: YamlNode, frames: Frames, scope: Scope
) -> Expression | None:
    if kind.name in ("list", "set") and (word.value in QUANTIFIERS or kind.name == "list"):
        return _quantifier(path, kind, word, node, frames, scope)
    if kind.name == "node" and frames.has_text(kind):
        path, kind = [*path, "text"], FieldType("text")
    operators = OPERATORS.get(kind.name)
    if operators is None:
        return scope.error(
            "R013", word, f'no operator "{word.value}" for a {kind}', f"write {_STATES}, or name one of its fields"
        )
    operator = operators.get(word.value)
    if operator is None and word.value in STATES:
        name = ".".join(map(str, path[1:]))
        return scope.error(
            "R012", word, f'"{word.value}" is a state, not an operator', f"write {{{name}: {word.value}}}"
        )
    if operator is None:
        return _unknown(kind, word, scope)
    expr = read_argument(operator.argument, node, frames, scope)
    if expr is None:
        return None
    if (
        kind.name == "level"
        and operator.name in _EDGES
        and expr[0] == "lit"
        and not _on_scale(operator.name, expr, node, scope)
    ):
        return None
    if kind.name == "date" and tolerance(node):
        return _tolerant(path, operator.name, expr, tolerance(node), word, scope)
    return ["ask", path, kind.name, operator.name, expr]


_EDGES = {"at_least": 0, "below": 0, "at_most": -1, "above": -1}


def _on_scale(name: str, expr: Expression, node: YamlNode, scope: Scope) -> bool:
    """Return whether a comparison can be both true and false: no level is below the lowest or above the highest."""
    ranks = sorted({entry.rank or 0 for entry in scope.vocabulary["levels"]})
    entry = scope.vocabulary["levels"].get(expr[2])
    if entry is None or (entry.rank or 0) != ranks[_EDGES[name]]:
        return True
    scope.error(
        "R038",
        node,
        f"`{name}: {entry.title}` is always true or always false",
        "choose a level that is not at the end of the scale",
    )
    return False


def _tolerant(
    path: list[int | str], name: str, expr: Expression, days: int, word: YamlText, scope: Scope
) -> Expression | None:
    none: Expression = ["lit", "count", 0]
    later, earlier = ["shift", expr, none, days], ["shift", expr, none, -days]
    if name in ("exactly", "same_day", "is", "same_as"):
        return ["ask", path, "date", "within", ["window", earlier, later]]
    if name in ("on_or_before", "at_most", "before"):
        return ["ask", path, "date", name, later]
    if name in ("on_or_after", "at_least", "after"):
        return ["ask", path, "date", name, earlier]
    return scope.error("R015", word, f"`{name}` does not take tolerance_days")


def _choice(names: list[str]) -> str:
    """Return names as a choice: `count`, `count or date`, or `count, date, or level`."""
    if len(names) < 3:
        return " or ".join(names)
    return f"{', '.join(names[:-1])}, or {names[-1]}"


def _unknown(kind: FieldType, word: YamlText, scope: Scope) -> None:
    operators = OPERATORS[kind.name]
    owners = [name for name, others in OPERATORS.items() if word.value in others]
    allows = f"A {kind} allows: {', '.join(sorted(operators))}"
    if owners or word.value in QUANTIFIERS:
        owner = f"a {_choice(owners)}" if owners else "a list"
        scope.error("R013", word, f'operator "{word.value}" is for {owner}, not for a {kind}', allows)
    else:
        scope.error(
            "R012", word, f'unknown operator "{word.value}" for a {kind}', suggest(word.value, operators) + allows
        )


# ---- Lists -----------------------------------------------------------------------------------------------------------


def _quantifier(
    path: list[int | str], kind: FieldType, word: YamlText, node: YamlNode, frames: Frames, scope: Scope
) -> Expression | None:
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
        if isinstance(node, YamlText) and node.value in ("true", "false"):
            return ["state", path, "present" if node.value == "true" else "absent"]
        return scope.error("R015", node, "`non_empty` must be true or false")
    if name in ("unique", "sorted_by"):
        return _by(path, kind, name, node, frames, scope)
    return scope.error(
        "R014", word, f'"{name}" cannot be applied to a {kind} without a quantifier',
        f"{_element_pattern(path, kind, word, node, scope) or suggest(name, QUANTIFIERS)}"
        f"A list allows: {', '.join(QUANTIFIERS)}",
    )  # fmt: skip


def _element_pattern(path: list[int | str], kind: FieldType, word: YamlText, node: YamlNode, scope: Scope) -> str:
    """Return the condition to write when an operator of the elements, such as `contains`, is used on a list."""
    inner = element_of(kind)
    known = fields(inner.node) if inner.node else {}
    field = next((name for name in ("code", "text", "name", "label") if name in known), "")
    if not field or word.value not in {name for names in OPERATORS.values() for name in names}:
        return ""
    value = node.value if isinstance(node, YamlText) else "…"
    lists = ".".join(map(str, path[1:]))
    return f"write {{{lists}: {{any: {{{field}: {{is: {value}}}}}}}}}. Fields of {inner}: {', '.join(sorted(known))}. "


def _times(
    path: list[int | str], kind: FieldType, word: YamlText, node: YamlNode, frames: Frames, scope: Scope
) -> Expression | None:
    form = f"write {{{word.value}: {{times: 2, of: {{…}}}}}}"
    if isinstance(node, YamlText) and node.value.isdecimal():
        operator = "is" if word.value == "exactly" else word.value
        chosen = f"{{{word.value}: {{times: {node.value}, of: {{…}}}}}}"
        form = f"write {{count: {{{operator}: {node.value}}}}}, or, for elements that fulfill a condition, {chosen}"
    if not isinstance(node, YamlMap) or not scope.keys(node, {"times", "of"}, "R010"):
        return (
            scope.error("R015", node, f"`{word.value}` needs `times` and `of`", form)
            if not isinstance(node, YamlMap)
            else None
        )
    if set(node.pairs) != {"times", "of"}:
        return scope.error("R033", node, f"`{word.value}` needs `times` and `of`", form)
    number = read_argument("count", node.pairs["times"][1], frames, scope)
    inner = read_condition(node.pairs["of"][1], frames.inside(kind), scope)
    if number is None or inner is None:
        return None
    if number[0] != "lit":
        return scope.error("R015", node.pairs["times"][1], "`times` must be a number")
    return ["times", path, word.value, number[2], inner]


def _count(path: list[int | str], node: YamlNode, frames: Frames, scope: Scope) -> Expression | None:
    operators = OPERATORS["count"]
    if not isinstance(node, YamlMap) or not node.pairs:
        number = flow(node) if isinstance(node, YamlText) and node.value else "2"
        return scope.error("R015", node, "no condition on the count", f"write {{count: {{is: {number}}}}}")
    parts: list[Expression] = []
    for key, value in node.items():
        operator = operators.get(key.value)
        if operator is None:
            return _unknown(FieldType("count"), key, scope)
        expr = read_argument(operator.argument, value, frames, scope)
        if expr is None:
            return None
        parts.append(["count", path, key.value, expr])
    return parts[0] if len(parts) == 1 else ["and", parts]


def _by(
    path: list[int | str], kind: FieldType, name: str, node: YamlNode, frames: Frames, scope: Scope
) -> Expression | None:
    if not isinstance(node, YamlText):
        return scope.error("R015", node, f"`{name}` must name a field of the elements", f"write {{{name}: name}}")
    inside = frames.inside(kind)
    if name == "unique" and node.value == "true":
        return ["unique", path, [len(frames.kinds)]]
    found = inside.find(node, scope)
    return None if found is None else [name, path, found[0]]
