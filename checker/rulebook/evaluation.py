"""One rule against one telegram: what applied, what failed and where, what could not be judged."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..checks import CHECKS
from ..errors import ConfigError
from ..model import Node, Telegram, Unread
from ..record import Record
from ..text import Span
from .compiler import Test, Tools, compile_condition
from .field_types import Env, Path, getter, place_of, unread_on, words_of
from .ir import Code, Data, Free

LONGEST_MESSAGE = 400
Trail = tuple[str, ...]  # the structural place of each part of an environment


class Hit(Record):
    """One failure, or one verdict that cannot be given: a span, its structural place, and words.

    `missing` are the dotted fields whose absence made the rule fail; empty if something present is wrong. `within` is
    the span of the element judged, None if the whole telegram was judged or a field of the telegram is missing.
    `quote` is what could not be read.
    """

    span: Span | None
    at: str
    message: str
    unknown: bool = False
    replace: Span | None = None
    text: str = ""
    missing: tuple[str, ...] = ()
    within: Span | None = None
    quote: str = ""


class Outcome(Record):
    """What judging brought when it was not simply "holds": failing and unknown environments with their trails."""

    failed: tuple[tuple[Env, Trail], ...] = ()
    unknown: tuple[tuple[Env, Trail], ...] = ()
    hits: tuple[Hit, ...] = ()


PASS = Outcome()
NOT_APPLICABLE = Outcome()  # the rule does not apply: told apart from HOLDS by identity
UNDETERMINED = Outcome()  # the guard is unknown: nothing more can be said


class CompiledRule:
    """A rule made ready to run. `code` is what `conditions.py` wrote: plain lists and strings.

    What judging needs beyond the guard is made when it is first asked for: most rules meet no telegram of a short run.
    """

    __slots__ = (
        "_clause", "_guard", "_whole_code", "ask", "check", "code", "each", "judge", "listed", "require", "tools",
        "when", "where",
    )  # fmt: skip

    def __init__(self, head: Data, tools: Tools, whole: Callable[[], Data] | None = None) -> None:
        """`head` has the guard and the name of the check; `whole` gives all, where `head` does not."""
        self._whole_code = whole or (lambda: head)
        self.tools = tools
        self._clause: Free = None
        when = head.get("when")
        self.when: Code | None = when if isinstance(when, list) else None
        self._guard: Test | None = None
        if isinstance(head.get("check"), str) and head["check"] not in CHECKS:
            raise ConfigError(f'{head["id"]} needs the check "{head["check"]}", which is not switched on')

    def __getattr__(self, name: str) -> Free:
        """What is not made yet."""
        if name not in CompiledRule.__slots__:
            raise AttributeError(name)
        self._make_ready()
        return object.__getattribute__(self, name)

    def _make_ready(self) -> None:
        code, tools = self._whole_code(), self.tools
        each, where, require = (code.get(name) for name in ("each", "where", "require"))
        self.code: Data = code
        self.each: Code | None = each if isinstance(each, list) else None
        self.listed = bool(code.get("listed"))
        self.where: Test | None = compile_condition(where, tools) if isinstance(where, list) else None
        self.require: Test = compile_condition(require, tools) if isinstance(require, list) else _never
        self.check: Callable[..., Free] | None = None
        self.ask: Free = None
        if isinstance(code.get("check"), str):
            module = CHECKS[code["check"]]
            self.check = module.check
            self.ask = module.Ask(**code.get("with", {}))
        if self.check is not None:
            self.judge: Callable[[Env], Outcome] = self._by_check
        else:
            self.judge = self._whole if self.each is None else self._by_element()

    def applies(self, env: Env) -> bool | None:
        """What the whole guard answers; True where there is none."""
        if self.when is None:
            return True
        if self._guard is None:
            self._guard = compile_condition(self.when, self.tools)
        return self._guard(env)

    def _whole(self, env: Env) -> Outcome:
        answer = self.require(env)
        if answer:
            return PASS
        here = ((env, ("",)),)
        return Outcome(failed=here) if answer is False else Outcome(unknown=here)

    def _by_element(self) -> Callable[[Env], Outcome]:
        path: Path = self.each or [0]
        get = getter(path, self.tools.getters)
        where, require, listed = self.where, self.require, self.listed

        def judge(env: Env) -> Outcome:
            items = get(env)
            if items.__class__ is Unread:
                return Outcome(unknown=((env, ("",)),))
            if items is None or items == ():
                return NOT_APPLICABLE
            applied, broken = False, False
            for item in items if listed else (items,):
                inside = (*env, item)
                if where is not None:
                    chosen = where(inside)
                    if chosen is False:
                        continue
                    if chosen is None:
                        broken = True
                        break
                applied = True
                if require(inside) is not True:
                    broken = True
                    break
            if broken:
                return self.gather(env)
            return PASS if applied else NOT_APPLICABLE

        return judge

    def gather(self, env: Env) -> Outcome:
        """The slow way round, once something failed: every element with its place."""
        failed, unknown = [], []
        path: Path = self.each or [0]
        if self.listed:
            from .explain import elements  # this module, here and below, only when something has failed

            items = elements(path, env, ("",), self.tools)
        else:
            items = [(getter(path, self.tools.getters)(env), ".".join(map(str, path[1:])))]
        for item, at in items:
            inside, trail = (*env, item), ("", at)
            chosen = True if self.where is None else self.where(inside)
            if chosen is False:
                continue
            answer = self.require(inside) if chosen else None
            if answer is False:
                failed.append((inside, trail))
            elif answer is None:
                unknown.append((inside, trail))
        return Outcome(tuple(failed), tuple(unknown))

    def _by_check(self, env: Env) -> Outcome:
        hits = []
        check = self.check or _nothing
        for hit in check(env[0], self.ask, self.tools.words):
            told = self._told(hit.facts)
            if hit.unknown:  # the message may hold words of the document, which reports can leave out
                hits.append(Hit(hit.span, hit.at, "the check cannot decide", True, quote=told))
            else:
                hits.append(Hit(hit.span, hit.at, told))
        return Outcome(hits=tuple(hits)) if hits else PASS

    def _told(self, facts: dict[str, object]) -> str:
        return _message(self.code["message"], lambda part: words_of(facts.get(part[1], "")))

    # ---- hits --------------------------------------------------------------------------------------------

    def clause(self) -> Free:
        """The requirement with its parts; made when first needed."""
        if self._clause is None:
            from .explain import Clause

            self._clause = Clause(self.code["require"], self.tools)
        return self._clause

    def hits(self, outcome: Outcome, env: Env) -> list[Hit]:
        """Return the failures, or else one hit for the verdict that cannot be given.

        A rule that says `once` gives one failure for the document.
        """
        if outcome is UNDETERMINED:
            return [self._guard_hit(env)]
        if outcome.hits:
            return list(outcome.hits)
        failed: Sequence[tuple[Env, Trail]] = outcome.failed
        count = len(failed)
        if self.code.get("once"):
            failed = failed[:1]
        found = [self._hit(inside, trail, count) for inside, trail in failed]
        if not found:
            found += [self._cannot(inside, trail) for inside, trail in outcome.unknown[:1]]
        return found

    def _guard_hit(self, env: Env) -> Hit:
        from .explain import Clause, blame

        reason = blame(Clause(self.when or [], self.tools), env, ("",))
        span, at = place_of(reason.path, reason.env, reason.trail)
        return _unknown_hit(span, at, unread_on(reason.path, reason.env))

    def _hit(self, env: Env, trail: Trail, count: int) -> Hit:
        from .explain import blame, missing

        reason = blame(self.clause(), env, trail)
        span, at = self._place(env, trail, reason)
        message = _message(self.code["message"], lambda part: self._value(part, env, reason, count))
        replace, text = None, ""
        suggest = self.code.get("suggest")
        if isinstance(suggest, dict):
            replace = place_of(suggest["replace"], env, trail)[0]
            text = _message(suggest["with"], lambda part: self._value(part, env, reason, count))
        absent = missing(self.clause(), env)
        of_element = len(env) > 1 and (not absent or any(depth > 0 for depth, _ in absent))
        inside = env[-1].span if of_element and isinstance(env[-1], Node) else None
        return Hit(span, at, message, False, replace, text, tuple(field for _, field in absent), inside)

    def _cannot(self, env: Env, trail: Trail) -> Hit:
        from .explain import Cause, Clause, blame

        if len(env) == 1 and self.each is not None:
            reason = Cause(self.each, env, trail)
        elif self.where is not None and self.where(env) is None:
            reason = blame(Clause(self.code["where"], self.tools), env, trail)
        else:
            reason = blame(self.clause(), env, trail)
        span, at = self._place(env, trail, reason)
        return _unknown_hit(span, at, unread_on(reason.path, reason.env))

    def _place(self, env: Env, trail: Trail, reason: Free) -> tuple[Span | None, str]:
        point = self.code.get("point")
        if isinstance(point, list) and int(point[0]) < len(env):
            found = place_of(point, env, trail)
        elif len(env) > 1:
            found = place_of([1], env, trail)
        else:
            found = place_of(reason.path, reason.env, reason.trail)
        if found[0] is not None:
            return found
        first = place_of([1], env, trail)[0] if len(env) > 1 else None
        telegram = env[0]
        if first is None and isinstance(telegram, Telegram) and telegram.banner is not None:
            first = telegram.banner.span if len(telegram.banner.span) else None
        return first, found[1]

    def _value(self, part: Code, env: Env, reason: Free, count: int) -> str:
        if part[0] == "count":
            return str(count)
        if part[0] == "value":
            return words_of(getter(reason.path, self.tools.getters)(reason.env))
        if part[0] == "element":
            return words_of(env[-1])
        return words_of(getter(part[1], self.tools.getters)(env))

    def reckoning(self, env: Env) -> list[tuple[str, Free]]:
        """Guard, filter and requirement as they were judged on this telegram, part by part."""
        from .explain import Clause, reckon

        found: list[tuple[str, Free]] = []
        when = self.code.get("when")
        if isinstance(when, list):
            found.append(("when", reckon(Clause(when, self.tools), env)))
        if self.check is not None:
            return found
        rooms = [("", env)]
        if self.each is not None:
            items = getter(self.each, self.tools.getters)(env)
            if isinstance(items, Unread) or items is None:
                return found
            many = items if self.listed else (items,)
            rooms = [(f"{number + 1}: {words_of(item)}", (*env, item)) for number, item in enumerate(many)]
        for name, inside in rooms:
            where = self.code.get("where")
            if isinstance(where, list):
                step = reckon(Clause(where, self.tools), inside)
                if step.answer is False:
                    continue
            found.append((f"require {name}".strip(), reckon(self.clause(), inside)))
        return found


def _never(env: Env) -> bool | None:
    return True


def _unknown_hit(span: Span | None, at: str, value: Unread | None) -> Hit:
    """A hit for a verdict that cannot be given because of `value`."""
    if value is None:
        return Hit(span, at, "the evidence is missing or not exact enough", True)
    why = " ".join(value.why.split())
    if value.text:
        verb = "" if why.startswith(("looks", "begins")) else "cannot be read as "
        return Hit(span, at, f"{verb}{why}"[:LONGEST_MESSAGE], True, quote=words_of(value))
    return Hit(span, at, f"this copy does not have {why}"[:LONGEST_MESSAGE], True)


def _nothing(*given: object) -> tuple[Free, ...]:
    return ()


def _message(template: Free, value: Callable[[Code], str]) -> str:
    parts = [part[1] if part[0] == "text" else value(part) for part in template]
    words = "".join(parts)
    return words if len(words) <= LONGEST_MESSAGE else words[: LONGEST_MESSAGE - 1] + "…"


# ---- Which rules a telegram meets, in an order that asks no question twice. Guards are taken apart into t
Job = tuple[Free, CompiledRule]  # a rule, and the rule made ready


class Branch:
    """Jobs whose conditions have all been asked, and further branches, each behind one condition."""

    __slots__ = ("branches", "codes", "jobs")

    def __init__(self) -> None:
        self.jobs: list[Job] = []
        self.branches: list[tuple[Test, Branch]] = []
        self.codes: list[Code] = []  # the condition before each branch, as plain lists

    def everything(self) -> list[Job]:
        """All jobs of this branch and of those behind it."""
        found = list(self.jobs)
        for _, branch in self.branches:
            found += branch.everything()
        return found


class Plan:
    """What a telegram of one profile and one stretch of days meets: jobs to do, rules that cannot be decided."""

    __slots__ = ("forged", "met", "root", "tools", "undecided")

    def __init__(self, jobs: Sequence[Job], undecided: list[Free], tools: Tools) -> None:
        self.root = grow([(conjuncts(job[1].when), job) for job in jobs], tools)
        self.undecided = undecided
        self.tools = tools
        self.met = 0  # how many telegrams it has met
        self.forged: Free = None  # the plan as one function, once it has met enough of them


def conjuncts(code: Code | None) -> dict[str, Code]:
    """The conditions that must all hold for a guard to hold."""
    if code is None:
        return {}
    if code[0] != "and":
        return {repr(code): code}
    found: dict[str, Code] = {}
    for part in code[1]:
        found.update(conjuncts(part))
    return found


def grow(guarded: list[tuple[dict[str, Code], Job]], tools: Tools) -> Branch:
    """The branches for some jobs, each with the conditions that are still to be asked."""
    branch = Branch()
    counts: dict[str, int] = {}
    for codes, job in guarded:
        if not codes:
            branch.jobs.append(job)
        for key in codes:
            counts[key] = counts.get(key, 0) + 1
    rest = [each for each in guarded if each[0]]
    for key in sorted(counts, key=lambda each: (-counts[each], each)):
        mine = [each for each in rest if key in each[0]]
        if mine:
            rest = [each for each in rest if key not in each[0]]
            inner = [({name: code for name, code in codes.items() if name != key}, job) for codes, job in mine]
            branch.codes.append(mine[0][0][key])
            branch.branches.append((shared(key, mine[0][0][key], tools), grow(inner, tools)))
    return branch


def shared(key: str, code: Code, tools: Tools) -> Test:
    """A condition on the whole telegram, compiled once for all rules that ask it."""
    if key not in tools.guards:
        tools.guards[key] = compile_condition(code, tools)
    return tools.guards[key]
