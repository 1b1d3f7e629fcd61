"""What an operator says when a condition is written out as Python source, and the Python that fetches no value twice.

`forge.py` writes whole plans with it. A value or a condition is written as one expression. Known types of the model
spare the questions that cannot arise: a field that is never absent or unreadable is not asked whether it is.
"""

from __future__ import annotations

from types import MemberDescriptorType

from ..document import Unread
from ..operators import OPERATORS
from .codes import Code, Free
from .compile import compile_condition
from .model import Kind, element_of, fields, nodes
from .paths import LOST, Path
from .values import Tools, prepare

MOST_PARTS = 8  # parts of an `and` or `or` in one expression: Python does not nest parentheses without end
ANY = Kind("", unread=True, optional=True)  # nothing is known of its type
PLAIN = {  # `v` is the value, `k` the argument; each answers True or False
    ("count", "above"): "{v} > {k}",
    ("count", "at_least"): "{v} >= {k}",
    ("count", "at_most"): "{v} <= {k}",
    ("count", "below"): "{v} < {k}",
    ("count", "between"): "{k}[0] <= {v} <= {k}[1]",
    ("flag", "is"): "{v} is {k}",
    ("level", "above"): "{v}.rank > {k}.rank",
    ("level", "at_least"): "{v}.rank >= {k}.rank",
    ("level", "at_most"): "{v}.rank <= {k}.rank",
    ("level", "below"): "{v}.rank < {k}.rank",
    ("level", "is"): "({v} is {k} or {v}.code == {k}.code and {v} == {k})",
    ("level", "is_not"): "not ({v} is {k} or {v}.code == {k}.code and {v} == {k})",
    ("set", "empty"): "(not {v}) is {k}",
    ("set", "excludes"): "{k}.isdisjoint({v})",
    ("set", "includes"): "{k}.issubset({v})",
    ("set", "includes_any"): "not {k}.isdisjoint({v})",
    ("set", "subset_of"): "{k}.issuperset({v})",
    ("text", "length"): "{k}[0] <= len({v}) <= {k}[1]",
    ("text", "starts_with"): "{v}.startswith({k})",
}
for _kind in ("count", "text"):
    PLAIN |= {(_kind, "is"): "{v} == {k}", (_kind, "is_not"): "{v} != {k}"}
    PLAIN |= {(_kind, "in"): "{v} in {k}", (_kind, "not_in"): "{v} not in {k}"}
for _kind in ("count", "level", "text"):
    PLAIN |= {(_kind, "same_as"): PLAIN[_kind, "is"], (_kind, "differs_from"): PLAIN[_kind, "is_not"]}
SINGLE = {  # the same where the argument has one part
    ("set", "excludes"): "{k} not in {v}",
    ("set", "includes"): "{k} in {v}",
    ("set", "includes_any"): "{k} in {v}",
    ("text", "contains"): "{k} in {v}",
    ("text", "lacks"): "{k} not in {v}",
}
TWO_VALUED = ("count", "flag", "level", "set", "text")
OPEN = ("in_use", "not_in_use")  # of these, what may answer "unknown"
LISTS = ("list", "set")


class Value:
    """An expression and what is known of it: its type, whether it may be `None`, whether it may be `Unread`."""

    __slots__ = ("kind", "optional", "unread", "words")

    def __init__(self, words: str, kind: Kind, optional: bool, unread: bool) -> None:
        self.words = words
        self.kind = kind
        self.optional = optional
        self.unread = unread


class Smith:
    """What all rooms of one source share: the names of constants, fresh names, the functions beside the main one."""

    def __init__(self, tools: Tools) -> None:
        self.tools = tools
        self.scope: dict[str, Free] = {"U": Unread, "LOST": LOST, "M": object()}
        self.beside: list[str] = []
        self._kept: dict[int, str] = {}
        self._fresh = 0

    def keep(self, value: Free) -> str:
        """A name for a constant or a function; small numbers and truth values stand for themselves."""
        if value.__class__ in (int, bool):
            return repr(value)
        if id(value) not in self._kept:
            self._kept[id(value)] = name = f"k{len(self.scope)}"
            self.scope[name] = value
        return self._kept[id(value)]

    def fresh(self, letter: str) -> str:
        """A new name."""
        self._fresh += 1
        return f"{letter}{self._fresh}"


class Room:
    """Where expressions are written: the elements at hand (`e0` is the telegram) and the values already fetched.

    `outer` is the room around a loop's body; it knows the elements before this one's own.
    """

    def __init__(self, smith: Smith, kinds: list[Kind], outer: Room | None = None, env: str = "") -> None:
        self.smith = smith
        self.kinds = kinds
        self.outer = outer
        self.base = len(outer.kinds) if outer is not None else 0
        self.env = env or f"({''.join(f'e{depth}, ' for depth in range(len(kinds)))})"
        self.known: dict[tuple[int | str, ...], Value] = {}
        self.once: dict[tuple[int | str, ...], str] = {}

    # ---- values ------------------------------------------------------------------------------------------

    def value(self, path: Path) -> Value:
        """The expression of a path's value: `None` is absent, `Unread` unreadable, as `paths.getter` has it."""
        depth, key = int(path[0]), tuple(path)
        if depth < self.base and self.outer is not None:
            return self.outer.value(path)
        if key in self.known:
            return self.known[key]
        if len(path) == 1:
            kind = self.kinds[depth]
            return Value(f"e{depth}", kind, kind.optional, kind.unread)
        found = self._fetched(path)
        if key in self.once:
            name = self.once[key]
            found.words = f"({name} if {name} is not M else ({name} := {found.words}))"
        return found

    def _fetched(self, path: Path) -> Value:
        parent = self.value(path[:-1])
        kind = _field(parent.kind, str(path[-1]))
        optional, unread = parent.optional or kind.optional, parent.unread or kind.unread
        if not parent.optional and not parent.unread:
            return Value(f"{parent.words}.{path[-1]}", kind, optional, unread)
        tests, name = self.guarded(parent, "None", "LOST")
        return Value(f"({tests}{name}.{path[-1]})", kind, optional, unread)

    def guarded(self, value: Value, absent: str, unread: str) -> tuple[str, str]:
        """The questions before a value is used, and its name behind them."""
        name, first = value.words, value.words
        if not name.isidentifier():
            name = self.smith.fresh("v")
            first = f"({name} := {value.words})"
        if not value.optional and not value.unread:
            return "", value.words
        tests = f"{absent} if {first} is None else " if value.optional else ""
        if value.unread:
            tests += f"{unread} if {name if tests else first}.__class__ is U else "
        return tests, name

    def costly(self, path: Path) -> bool:
        """Whether fetching the last name of a path runs code of ours."""
        kind = self.kinds[int(path[0])] if len(path) == 2 else self.value(path[:-1]).kind
        home = nodes().get(kind.node)
        return home is not None and not isinstance(_attribute(home, str(path[-1])), MemberDescriptorType)

    def fetch(self, uses: dict[tuple[int | str, ...], int], must: set[tuple[int | str, ...]]) -> list[str]:
        """The lines that fetch, once, what is used more than once. What costs is fetched when first asked for, but
        for what is asked in any case (`must`)."""
        wanted: dict[tuple[int | str, ...], None] = {}
        lines: list[str] = []
        for key in sorted(uses, key=lambda each: (len(each), str(each))):
            path = list(key)
            if not self.base <= int(path[0]) < len(self.kinds):
                continue
            cheap = not any(self.costly(path[:size]) for size in range(2, len(path) + 1))
            if key in must or (cheap and uses[key] > 1):
                wanted.update(dict.fromkeys(key[:size] for size in range(2, len(key) + 1)))
            elif self.costly(path) and uses[key] > 1 and key not in wanted:
                self.once[key] = self.smith.fresh("q")
        for key in wanted:
            self.once.pop(key, None)
            if len(key) == 2:
                self._hoist(key, list(wanted), lines, "")
        if self.once:
            lines.append(f"{' = '.join(self.once.values())} = M")
        return lines

    def _hoist(
        self, key: tuple[int | str, ...], wanted: list[tuple[int | str, ...]], lines: list[str], pad: str
    ) -> None:
        """A value and, where it is there, what lies behind it."""
        parent = self.value(list(key[:-1]))
        kind = _field(parent.kind, str(key[-1]))
        name = self.smith.fresh("p")
        lines.append(f"{pad}{name} = {parent.words}.{key[-1]}")
        self.known[key] = Value(name, kind, parent.optional or kind.optional, parent.unread or kind.unread)
        behind = [each for each in wanted if len(each) > len(key) and each[: len(key)] == key]
        if not behind:
            return
        inner: list[str] = []
        deep = pad + "    " if kind.optional or kind.unread else pad
        for each in behind:
            if len(each) == len(key) + 1:
                self._hoist(each, behind, inner, deep)
        if deep != pad:
            names = " = ".join(self.known[each].words for each in behind)
            if kind.optional:
                lines += [f"{pad}if {name} is None:", f"{deep}{names} = None"]
            if kind.unread:
                lines += [f"{pad}{'el' * kind.optional}if {name}.__class__ is U:", f"{deep}{names} = LOST"]
            lines.append(f"{pad}else:")
        lines += inner

    # ---- conditions --------------------------------------------------------------------------------------

    def condition(self, code: Code) -> tuple[str, bool]:
        """The expression of a condition, and whether it is always True or False."""
        shape = code[0]
        if shape in ("and", "or") and len(code[1]) <= MOST_PARTS:
            return self._chain([self.condition(part) for part in code[1]], shape == "and")
        if shape == "not":
            return self._not(self.condition(code[1]))
        if shape == "implies":
            return self._chain([self._not(self.condition(code[1])), self.condition(code[2])], False)
        if shape == "state":
            return self._state(self.value(code[1]), code[2])
        if shape == "ask":
            return self._ask(code)
        if shape == "count":
            return self._count(code)
        if shape in ("any", "all", "none"):
            return self._quantified(code)
        return f"{self.smith.keep(compile_condition(code, self.smith.tools))}({self.env})", False

    def _not(self, part: tuple[str, bool]) -> tuple[str, bool]:
        if part[1]:
            return f"(not {part[0]})", True
        name = self.smith.fresh("z")
        return f"(None if ({name} := {part[0]}) is None else not {name})", False

    def _chain(self, parts: list[tuple[str, bool]], both: bool) -> tuple[str, bool]:
        """`and` or `or` by Kleene: an unknown stays unless a later part decides."""
        words, sure = parts[-1]
        for one, certain in reversed(parts[:-1]):
            if certain:
                words = f"({one} {'and' if both else 'or'} {words})"
            else:
                first, last = self.smith.fresh("z"), self.smith.fresh("z")
                stop, weak = ("False", "True") if both else ("True", "False")
                words = (
                    f"({stop} if ({first} := {one}) is {stop} else {last} if ({last} := {words}) is not {weak}"
                    f" else {first})"
                )
            sure = sure and certain
        return words, sure

    def _state(self, value: Value, state: str) -> tuple[str, bool]:
        unread = {"absent": "False", "present": "True", "readable": "False", "unreadable": "True"}[state]
        name, first = value.words, value.words
        if not name.isidentifier():
            name = self.smith.fresh("v")
            first = f"({name} := {value.words})"
        tests = ""
        if value.unread:
            tests = f"(None if {name}.lost else {unread}) if {first}.__class__ is U else "
            first = name
        return f"({tests}{_there(value, state, first, name)})", not value.unread

    def _ask(self, code: Code) -> tuple[str, bool]:
        """`["ask", path, kind, operator, argument]`."""
        kind, word = str(code[2]), str(code[3])
        operator = OPERATORS[kind][word]
        value = self.value(code[1])
        sure = kind in TWO_VALUED and word not in OPEN and not value.unread
        bound, fetch = prepare(code[4], self.smith.tools)
        tests, name = self.guarded(value, str(operator.absent), "None")
        template = PLAIN.get((kind, word), f"{self.smith.keep(operator.test)}({{v}}, {{k}})")
        if fetch is None:
            if (kind, word) in SINGLE and len(bound) == 1:
                template, bound = SINGLE[kind, word], next(iter(bound))
            return f"({tests}{template.format(v=name, k=self.smith.keep(bound))})", sure
        other = self._other(code[4], fetch)
        more, argument = self.guarded(other, "None", "None")
        if not more and not argument.isidentifier():
            argument = f"({argument})"
        if code[4][0] == "field" and (code[4][2] == "set" or code[4][3] or code[4][4]):
            argument = _moved(argument, code[4])
        return f"({tests}{more}{template.format(v=name, k=argument)})", sure and not other.optional and not other.unread

    def _other(self, code: Code, fetch: Free) -> Value:
        if code[0] == "field":
            return self.value(code[1])
        return Value(f"{self.smith.keep(fetch)}({self.env})", ANY, True, True)

    def _count(self, code: Code) -> tuple[str, bool]:
        """`["count", path, operator, argument]`."""
        template = PLAIN.get(("count", code[2]))
        bound, fetch = prepare(code[3], self.smith.tools)
        if template is None or fetch is not None:
            return f"{self.smith.keep(compile_condition(code, self.smith.tools))}({self.env})", False
        items = self.value(code[1])
        tests, name = self.guarded(Value(items.words, items.kind, False, items.unread), "", "None")
        size = f"len({name} or ())" if items.optional else f"len({name})"
        return f"({tests}{template.format(v=size, k=self.smith.keep(bound))})", not items.unread

    def _quantified(self, code: Code) -> tuple[str, bool]:
        """`[any|all|none, path, condition]`: a function beside, called where there are elements."""
        items = self.value(code[1])
        kind = element_of(items.kind) if items.kind.name in LISTS else ANY
        function, sure = self._loop(code, kind)
        name, first = items.words, items.words
        if not name.isidentifier():
            name = self.smith.fresh("v")
            first = f"({name} := {items.words})"
        elements = "".join(f", e{depth}" for depth in range(len(self.kinds)))
        empty = code[0] != "any"
        tests = ""
        if items.unread:
            tests, first = f"None if {first}.__class__ is U else ", name
        return f"({tests}{function}({name}{elements}) if {first} else {empty})", sure and not items.unread

    def _loop(self, code: Code, kind: Kind) -> tuple[str, bool]:
        around = Room(self.smith, self.kinds)
        inside = Room(self.smith, [*self.kinds, kind], around)
        uses = uses_of([code[2]])
        head = around.fetch({key: count + 1 for key, count in uses.items()}, set())
        own = inside.fetch(uses, set())
        test, sure = inside.condition(code[2])
        stopped = code[0] == "any"
        elements = "".join(f", e{depth}" for depth in range(len(self.kinds)))
        name = self.smith.fresh("f")
        lines = [f"def {name}(items{elements}):", *_deeper(head, 1), "    u = False"]
        lines += [f"    for e{len(self.kinds)} in items:", *_deeper(own, 2)]
        if sure:
            lines += [f"        if {'not ' if code[0] == 'all' else ''}{test}:", f"            return {stopped}"]
        else:
            stop = code[0] != "all"
            lines += [f"        r = {test}", f"        if r is {stop}:", f"            return {stopped}"]
            lines += ["        if r is None:", "            u = True"]
        self.smith.beside += [*lines, f"    return None if u else {not stopped}"]
        return name, sure


def uses_of(codes: list[Code]) -> dict[tuple[int | str, ...], int]:
    """How often each path is named in some conditions, but for those inside quantifiers."""
    found: dict[tuple[int | str, ...], int] = {}

    def walk(code: Free) -> None:
        if not isinstance(code, list) or not code:
            return
        if isinstance(code[0], int):
            if len(code) > 1 and all(isinstance(name, str) for name in code[1:]):
                found[tuple(code)] = found.get(tuple(code), 0) + 1
        elif code[0] in ("any", "all", "none"):
            walk(code[1])
        elif code[0] not in ("lit", "pairs", "sorted_by", "times", "unique", "shift", "window", "on"):
            for part in code:
                walk(part)

    for code in codes:
        walk(code)
    return found


def _deeper(lines: list[str], steps: int) -> list[str]:
    return ["    " * steps + line for line in lines]


def _there(value: Value, state: str, first: str, name: str) -> str:
    """What a state says of a value that is not unreadable."""
    if state == "unreadable":
        return "False"
    listed = value.kind.name in LISTS or not value.kind.name
    if state == "readable":
        return f"{first} is not None" if value.optional else "True"
    if not value.optional and not listed:
        return str(state == "present")
    if not listed:
        return f"{first} is {'not ' if state == 'present' else ''}None"
    if value.kind.name:
        return f"not not {first}" if state == "present" else f"not {first}"
    if state == "present":
        return f"{first} is not None and ({name}.__class__ is not tuple or {name} != ())"
    return f"{first} is None or ({name}.__class__ is tuple and {name} == ())"


def _moved(words: str, code: Code) -> str:
    """A field as an argument: as a set, or some steps on."""
    if code[2] == "set":
        return f"frozenset({words})"
    moved = f"({words} + {int(code[3])})"
    return f"({moved} % {int(code[4])})" if code[4] else moved


def _field(kind: Kind, name: str) -> Kind:
    node = kind.node if kind.name == "node" else kind.name.capitalize() if kind.name in ("level", "date") else ""
    return fields(node).get(name, ANY) if node else ANY


def _attribute(home: type, name: str) -> object:
    for kind in home.__mro__:
        if name in vars(kind):
            found: object = vars(kind)[name]
            return found
    return None
