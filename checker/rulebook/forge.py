"""A plan forged into one Python function, for runs over many documents.

Closures cost a call for every part of every condition. Once a plan has met some hundred telegrams it pays to write its
branches, loops and conditions out as Python source (`phrases.py`), compile that once, and go through a telegram in one
call. The source is made of our own checked codes: names of model fields, and constants by name; no text of a rule
stands in it. The closures stay the reference: both ways give the same verdicts, and `tests/rulebook/test_forge.py`
compares them.
"""

from __future__ import annotations

from collections.abc import Callable

from .codes import Code, Free
from .compile import Test
from .fields import ROOT
from .model import element_of
from .phrases import ANY, LISTS, Room, Smith, uses_of
from .plan import Branch, Job
from .values import Tools
from .verdict import HOLDS, IDLE

Broken = Callable[[tuple[Job, Free]], None]
Judged = Callable[[tuple[Free], list[int], Broken, Callable[[Branch], None]], None]


class Forged:
    """A plan as one function, `judged(env, counts, broken, slow)`.

    It lists the jobs that did not simply hold, with what they answered, and the branches whose condition is unknown.
    `counts[n]` goes up by one where the jobs `slots[n]` applied: rules that apply together are counted together.
    """

    __slots__ = ("judged", "slots")

    def __init__(self, judged: Judged, slots: list[list[Job]]) -> None:
        self.judged = judged
        self.slots = slots


class Writer:
    """Writes the lines of the function."""

    def __init__(self, tools: Tools) -> None:
        self.smith = Smith(tools)
        self.smith.scope |= {"HOLDS": HOLDS, "IDLE": IDLE}
        self.room = Room(self.smith, [ROOT], env="env")
        self.lines: list[str] = []
        self.slots: list[list[Job]] = []
        self.depth = 1

    def say(self, line: str) -> None:
        self.lines.append("    " * self.depth + line)

    def tell(self, lines: list[str]) -> None:
        for line in lines:
            self.say(line)

    def slot(self, jobs: list[Job]) -> str:
        """The statement that counts jobs as applied."""
        self.slots.append(jobs)
        return f"c[{len(self.slots) - 1}] += 1"

    def plan(self, root: Branch) -> None:
        """The whole plan: first what several rules ask for, then branch by branch."""
        must: set[tuple[int | str, ...]] = set()
        for code in [*root.codes, *(job[1].code.get("require") for job in root.jobs if job[1].each is None)]:
            if isinstance(code, list) and code[0] in ("ask", "state", "count", "any", "all", "none"):
                must.add(tuple(code[1]))
        must |= {tuple(job[1].each) for job in root.jobs if job[1].each is not None}
        self.tell(self.room.fetch(uses_of(asked(root)), {key for key in must if len(key) > 1}))
        self.branch(root)

    def branch(self, branch: Branch) -> None:
        """The jobs of a branch, and the branches behind it."""
        whole = [job for job in branch.jobs if job[1].each is None and job[1].check is None]
        if whole:
            self.say(self.slot(whole))
        loops: dict[tuple[int | str, ...], list[Job]] = {}
        for job in branch.jobs:
            if job[1].check is not None:
                self.called(job)
            elif job[1].each is not None:
                loops.setdefault((job[1].listed, *job[1].each), []).append(job)
            else:
                self.whole(job)
        for jobs in loops.values():
            self.loop(jobs)
        for code, (_, inner) in zip(branch.codes, branch.branches, strict=True):
            words, sure = self.room.condition(code)
            self.say(f"if {words}:" if sure else f"if (r := {words}):")
            self.depth += 1
            self.branch(inner)
            self.depth -= 1
            if not sure:
                self.say("elif r is None:")
                self.say(f"    slow({self.smith.keep(inner)})")

    def whole(self, job: Job) -> None:
        """A requirement on the whole telegram."""
        words, sure = self.room.condition(job[1].code["require"])
        name = self.smith.keep(job)
        self.say(f"if not {words}:" if sure else f"if not (r := {words}):")
        self.say(f"    broken(({name}, {'False' if sure else 'r'}))")

    def called(self, job: Job) -> None:
        """A rule judged in its own way."""
        self.say(f"o = {self.smith.keep(job[1].judge)}(env)")
        self.say("if o is not IDLE:")
        self.say(f"    {self.slot([job])}")
        self.say("    if o is not HOLDS:")
        self.say(f"        broken(({self.smith.keep(job)}, o))")

    def loop(self, jobs: list[Job]) -> None:
        """Rules on the elements of one list (or on one node), in one walk."""
        path, listed = jobs[0][1].each or [0], jobs[0][1].listed
        items = self.room.value(path)
        kind = (element_of(items.kind) if listed else items.kind) if items.kind.name else ANY
        name = items.words
        if not name.isidentifier():
            name = self.smith.fresh("i")
            self.say(f"{name} = {items.words}")
        start = "if"
        if items.unread:
            self.say(f"if {name}.__class__ is U:")
            self.depth += 1
            for job in jobs:
                self.called(job)
            self.depth -= 1
            start = "elif"
        if items.kind.name in LISTS:
            self.say(f"{start} {name}:")
        else:
            self.say(f"{start} {name} is not None and {name} != ():")
        self.depth += 1
        around = Room(self.smith, [*self.room.kinds, _surely(kind)], self.room)
        self.walk(jobs, f"for e1 in {name if listed else f'({name},)'}:", around)
        self.depth -= 1

    def walk(self, jobs: list[Job], head: str, room: Room) -> None:
        """The walk itself; what did not hold is gathered afterwards, as the closures do."""
        always = [job for job in jobs if job[1].code.get("where") is None]
        marks = {id(job): (self.smith.fresh("a"), self.smith.fresh("b")) for job in jobs}
        flags = [b for _, b in marks.values()] + [marks[id(job)][0] for job in jobs if job not in always]
        self.say(f"{' = '.join(flags)} = False")
        self.say(head)
        self.depth += 1
        codes = [job[1].code[name] for job in jobs for name in ("where", "require") if job[1].code.get(name)]
        self.tell(room.fetch(uses_of(codes), set()))
        for job in jobs:
            self.element(job, room, *marks[id(job)])
        self.depth -= 1
        if always:
            self.say(self.slot(always))
        for job in jobs:
            applied, failed = marks[id(job)]
            gather = self.smith.keep(job[1].gather)
            self.say(f"if {failed}:")
            if job not in always:
                count = self.slot([job])
                self.say(f"    {count}")
            self.say(f"    broken(({self.smith.keep(job)}, {gather}(env)))")
            if job not in always:
                self.say(f"elif {applied}:")
                self.say(f"    {count}")

    def element(self, job: Job, room: Room, applied: str, failed: str) -> None:
        """One rule on one element: whether it is meant, and whether it holds."""
        where, require = job[1].code.get("where"), job[1].code["require"]
        depth = self.depth
        if where is not None:
            words, sure = room.condition(where)
            if sure:
                self.say(f"if {words}:")
            else:
                self.say(f"if (r := {words}) is None:")
                self.say(f"    {failed} = True")
                self.say("elif r:")
            self.depth += 1
            self.say(f"{applied} = True")
        words, _ = room.condition(require)
        self.say(f"if not {words}:")
        self.say(f"    {failed} = True")
        self.depth = depth


def _surely(kind: Free) -> Free:
    """The type of an element: it is there, and the walk has asked whether it is readable."""
    from .model import Kind

    return kind if kind is ANY else Kind(kind.name, kind.node, kind.item)


def asked(branch: Branch) -> list[Code]:
    """All conditions of a branch and of those behind it, but for those on elements."""
    found: list[Code] = [["state", job[1].each, ""] for job in branch.jobs if job[1].each is not None]
    for job in branch.jobs:
        found += [job[1].code[name] for name in ("where", "require") if isinstance(job[1].code.get(name), list)]
    found += branch.codes
    for _, inner in branch.branches:
        found += asked(inner)
    return found


def forge(root: Branch, tools: Tools) -> Forged:
    """The function of a plan's branches. Raises where a rule is too large to be written out (`RecursionError`,
    `SyntaxError`): then the closures do it."""
    writer = Writer(tools)
    writer.plan(root)
    head = ["def judged(env, c, broken, slow):", "    e0 = env[0]"]
    return Forged(_made("judged", [*head, *writer.lines], writer.smith), writer.slots)


def forge_condition(code: Code, tools: Tools) -> Test:
    """One condition on the whole telegram, written out."""
    smith = Smith(tools)
    words, _ = Room(smith, [ROOT], env="env").condition(code)
    made: Test = _made("ask", ["def ask(env):", "    e0 = env[0]", f"    return {words}"], smith)
    return made


def _made(name: str, lines: list[str], smith: Smith) -> Free:
    exec(compile("\n".join([*smith.beside, *lines]), "<plan>", "exec"), smith.scope)  # of our own words only
    return smith.scope[name]
