"""A plan forged into one Python function, for runs over many documents.

Closures cost a call for every part of every condition. Once a plan has met some hundred telegrams it pays to write its
branches and its plain conditions out as Python source, compile that once, and go through a telegram in one call. The
source is made of our own checked codes: names of model fields, and constants by number; no text of a rule stands in it.
Both ways give the same verdicts; `tests/rulebook/test_forge.py` compares them.
"""

from __future__ import annotations

from collections.abc import Callable

from ..document import Telegram, Unread
from ..operators import OPERATORS
from .codes import Code, Free
from .compile import compile_condition
from .paths import Path, getter
from .plan import Branch, Job
from .values import Tools, prepare
from .verdict import HOLDS, IDLE

# what an operator says inline: `v` is the value, `{k}` the constant
INLINE = {
    ("count", "above"): "v > {k}",
    ("count", "at_least"): "v >= {k}",
    ("count", "at_most"): "v <= {k}",
    ("count", "below"): "v < {k}",
    ("count", "is"): "v == {k}",
    ("flag", "is"): "v is {k}",
    ("level", "above"): "v.rank > {k}.rank",
    ("level", "at_least"): "v.rank >= {k}.rank",
    ("level", "at_most"): "v.rank <= {k}.rank",
    ("level", "below"): "v.rank < {k}.rank",
    ("text", "in"): "v in {k}",
    ("text", "is"): "v == {k}",
    ("text", "is_not"): "v != {k}",
    ("text", "not_in"): "v not in {k}",
}
STATES = {  # what a state says of an absent, an unreadable, and a readable value
    "absent": ("True", "None if v.span.start == v.span.end else False", "v == ()"),
    "present": ("False", "None if v.span.start == v.span.end else True", "v != ()"),
    "readable": ("False", "None if v.span.start == v.span.end else False", "True"),
    "unreadable": ("False", "None if v.span.start == v.span.end else True", "False"),
}
Forged = Callable[
    [tuple[Telegram], Callable[[Job], None], Callable[[tuple[Job, Free]], None], Callable[[Branch], None]], None
]


class Smith:
    """Writes the source of one function, and keeps what it names."""

    def __init__(self, tools: Tools) -> None:
        self.tools = tools
        self.lines: list[str] = []
        self.scope: dict[str, Free] = {"U": Unread, "HOLDS": HOLDS, "IDLE": IDLE}
        self.depth = 1

    def say(self, line: str) -> None:
        self.lines.append("    " * self.depth + line)

    def keep(self, value: Free) -> str:
        """A name for a constant or a function."""
        name = f"k{len(self.scope)}"
        self.scope[name] = value
        return name

    def branch(self, branch: Branch) -> None:
        """The jobs of a branch, and the branches behind it."""
        for job in branch.jobs:
            self.job(job)
        for number, (test, inner) in enumerate(branch.branches):
            code = branch.codes[number]
            if not self.plain(code):
                self.say(f"r = {self.keep(test)}(env)")
            else:
                self.condition(code)
            self.say("if r:")
            self.depth += 1
            self.branch(inner)
            self.depth -= 1
            self.say("elif r is None:")
            self.say(f"    slow({self.keep(inner)})")

    def job(self, job: Job) -> None:
        """One rule: its requirement written out, or its own way of judging called."""
        program = job[1]
        name = self.keep(job)
        require = program.code.get("require")
        if program.each is None and program.check is None and isinstance(require, list) and self.plain(require):
            self.condition(require)
            self.say(f"applied({name})")
            self.say("if not r:")
            self.say(f"    broken(({name}, r))")
            return
        self.say(f"o = {self.keep(program.judge)}(env)")
        self.say("if o is not IDLE:")
        self.say(f"    applied({name})")
        self.say("    if o is not HOLDS:")
        self.say(f"        broken(({name}, o))")

    def plain(self, code: Code) -> bool:
        """Whether anything of a condition can be written out."""
        return code[0] in ("and", "or", "not", "implies", "ask", "state")

    def condition(self, code: Code) -> None:
        """Leave the answer of a condition in `r`."""
        shape = code[0]
        if shape in ("and", "or"):
            self.chain(code[1], shape == "and")
        elif shape == "not":
            self.condition(code[1])
            self.say("if r is not None:")
            self.say("    r = not r")
        elif shape == "implies":
            self.chain([["not", code[1]], code[2]], False)
        elif shape == "state":
            absent, unread, value = STATES[code[2]]
            self.value(code[1], absent, unread, value, "None")
        elif shape == "ask":
            self.ask(code)
        else:
            self.say(f"r = {self.keep(compile_condition(code, self.tools))}(env)")

    def chain(self, parts: list[Code], both: bool) -> None:
        """`and` (stops at False) or `or` (stops at True), by Kleene: an unknown stays unless a later part decides."""
        start = self.depth
        self.condition(parts[0])
        for part in parts[1:]:
            stop, weak = ("False", "True") if both else ("True", "False")
            self.say(f"if r is not {stop}:")
            self.depth += 1
            before = f"b{self.depth}"
            self.say(f"{before} = r")
            self.condition(part)
            self.say(f"if r is {weak}:")
            self.say(f"    r = {before}")
        self.depth = start

    def ask(self, code: Code) -> None:
        """`["ask", path, kind, operator, argument]`."""
        operator = OPERATORS[code[2]][code[3]]
        bound, fetch = prepare(code[4], self.tools)
        if fetch is not None:
            self.say(f"r = {self.keep(compile_condition(code, self.tools))}(env)")
            return
        inline = INLINE.get((code[2], code[3]), f"{self.keep(operator.test)}(v, {{k}})")
        self.value(code[1], str(operator.absent), "None", inline.format(k=self.keep(bound)), "None")

    def value(self, path: Path, absent: str, unread: str, readable: str, behind: str) -> None:
        """Fetch a value of the telegram into `v`; leave in `r` what is said of it."""
        names = [str(name) for name in path[1:]]
        start = self.depth
        first = names[0] if names else ""
        if path[0] != 0 or not names:
            self.say(f"v = {self.keep(getter(path, self.tools.getters))}(env)")
            names = names[:1] or [""]
        elif isinstance(getattr(Telegram, first, None), property):
            self.say(f"v = {self.keep(getter([0, first], self.tools.getters))}(env)")
        else:
            self.say(f"v = t.{first}")
        for place in range(len(names)):
            last = place == len(names) - 1
            self.say("if v is None:")
            self.say(f"    r = {absent}")
            self.say("elif v.__class__ is U:")
            self.say(f"    r = {unread if last else behind}")
            self.say("else:")
            self.depth += 1
            self.say(f"r = {readable}" if last else f"v = v.{names[place + 1]}")
        self.depth = start


def forge(root: Branch, tools: Tools) -> Forged:
    """The function of a plan's branches: it lists the jobs that applied, those that did not simply hold with what they
    answered, and the branches whose condition is unknown."""
    smith = Smith(tools)
    smith.branch(root)
    head = ["def judged(env, applied, broken, slow):", "    t = env[0]", "    r = None"]
    source = "\n".join([*head, *smith.lines])
    exec(compile(source, "<plan>", "exec"), smith.scope)  # made above, of our own words only
    made: Forged = smith.scope["judged"]
    return made
